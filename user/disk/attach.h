/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Attachments: a disk or partition, and the buffer of who has opened it.
 */
#pragma once

#include "abi/disk.h"
#include "disk.h"
#include "volume.h"

#define ATTACHMENTS_MAX 32

struct attachment {
    const struct volume *volume; /* NULL: this place is free */
    bool closed;                 /* and goes when nothing is under way for it */
    uint32_t generation;         /* how often the place has been used: makes old cookies stale */
    uint32_t object;             /* its capability */
    uint32_t address, pages;     /* where it is mapped */
    uint32_t physical[DISK_BUFFER_MAX];
};

extern struct attachment attachments[ATTACHMENTS_MAX];

/* The object is the attachment's then, unless this fails.  `*number`: of the attachment. */
uint32_t attach(const struct volume *volume, uint32_t object, uint32_t *number);

/* A cookie is never 0. */
uint32_t attachment_cookie(uint32_t number);

/* Its number; ATTACHMENTS_MAX if it is closed, or was never there. */
uint32_t attachment_of(uint32_t cookie);

void attachment_close(uint32_t number);

/* What is closed goes, and what belongs to nobody any more.  Are there any left? */
bool attachments_sweep(bool (*busy)(uint32_t number));
