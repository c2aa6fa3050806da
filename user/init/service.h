/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What is to run: a line of /etc/boot each.
 *
 *     server [restart] NAME DOMAIN PATH [ARGUMENT...]    is started, and has a door of this name then
 *     shell WINDOW DOMAIN PATH [ARGUMENT...]             in a window, 0 for the serial line; again whenever it ends
 *     program [after NAME] DOMAIN PATH [ARGUMENT...]     once, and without a window; again when the server NAME has been started again
 *
 * From # on a line is a comment.  They are started in the order in which they are listed; the line of the server NAME comes before.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define SERVICES_MAX  24
#define ARGUMENTS_MAX 8
#define BOOT_FILE_MAX 4096

enum service_kind { SERVER, SHELL, PROGRAM };

/*
 * Who ends is started again at once; if it had not lived for LIFE since the last time, after a pause that grows to
 * PAUSE_LAST.  All in milliseconds.
 */
#define LIFE        3000
#define PAUSE_FIRST 100
#define PAUSE_LAST  6400

struct service {
    enum service_kind kind;
    bool restart, tried;
    uint32_t window;
    const char *name, *domain;
    const char *after;             /* the name of the server that it is started after, each time; or NULL */
    char *argv[ARGUMENTS_MAX + 1]; /* the first is the path */
    uint32_t number;               /* of its process; 0 while it does not run */
    uint32_t started, due;         /* when it was started last; when it may be started next */
    uint32_t pause;                /* before that, if it ends soon */
    uint32_t refused;              /* why it could not be started last; 0: it could */
};

extern struct service services[SERVICES_MAX];
extern uint32_t service_count;

/* Says what is wrong with which line, and leaves that out. */
void services_read(const char *text, uint32_t size);

/* It runs, and has its door; 0, or an error. */
uint32_t service_start(struct service *s);

/* On the kernel's console. */
void say(const char *format, ...) __attribute__((format(printf, 1, 2)));
