/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Starting a program: all the steps of child.h for an ELF file.
 *
 *     struct spawn s = spawn_like_me(argv);
 *     s.fd[FD_OUT] = file;
 *     r = spawn_path("/bin/ls", &s);         the capability of the process
 *     child_wait(r.value, &view);            view.end, view.status
 *     descriptor_close(r.value);
 */
#pragma once

#include "child.h"

struct spawn {
    char **argv, **envp;        /* NULL behind the last; both may be NULL; the process is called argv[0] without folders */
    const char *domain;         /* NULL or "": the caller's */
    uint32_t fd[FD_COUNT + 1];  /* by FD_PM and so on; 0 for nothing.  It gets copies: they need RIGHT_COPY */
    uint32_t give;              /* 1 << FD_IN: this one is not copied, but moved; so is an owner's descriptor */
    bool held;                  /* it waits for child_start() */
};

/* What the caller itself has: descriptors, environment, domain. */
struct spawn spawn_like_me(char **argv);

/*
 * Value: the capability.  ERR_NOT_ELF, ERR_CUT_SHORT, ERR_BAD_SEGMENT, ERR_BAD_ENTRY: the file is no program.
 * ERR_ARGUMENTS: the texts do not fit into a page.  Others: of the file, and of the process manager.  No process is left
 * when it fails.
 */
struct result spawn_path(const char *path, const struct spawn *s);
struct result spawn_file(uint32_t fd, const struct spawn *s);
struct result spawn_image(const void *image, uint32_t size, const struct spawn *s);
