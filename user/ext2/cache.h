/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The blocks of metadata that are in memory: so many, and never more.  What has been changed stays here until flush.c writes
 * it, in the order of its classes.
 *
 * An address from here is good as long as no more than CACHE_KEEPS others have been asked for since: who changes things keeps none
 * over a call that looks for free blocks.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define CACHE_BLOCKS 96
#define CACHE_KEEPS  12

/* An operation that begins finds no more changed blocks than this, and changes no more than there is room for. */
#define CACHE_CHANGED_MOST 40

/* In this order changed blocks are written: see flush.h. */
enum order {
    ORDER_NONE,      /* bitmaps and group descriptors: at the end, or whenever their room is needed */
    ORDER_NEW,       /* what nothing on the disk points to yet, and indirect blocks */
    ORDER_INODES,
    ORDER_DIRECTORY,
    ORDER_LOSES,     /* directory blocks that an entry has been moved away from */
    ORDERS
};

void cache_start(void);

/* 0, or an error. */
uint32_t cache_read(uint32_t block, void *data);   /* data: the address of a pointer */
uint32_t cache_new(uint32_t block, void *data);    /* zeros, whatever is on the disk; ORDER_NEW */

/* What lies at this address has been changed. */
void cache_change(const void *data, enum order order);

/* Nobody needs this block any more. */
void cache_forget(uint32_t block);

uint32_t cache_changed(void);

/* All that is changed and of this order is written.  `written` becomes true if there was any. */
uint32_t cache_write(enum order order, bool *written);

/*
 * Entries move between directory blocks: the one that gains has to be on the disk before the one that loses.
 * May these two?  If not, a flush has to come first.
 */
bool cache_may_move(uint32_t loses, uint32_t gains);
void cache_gains(const void *data);
