/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Starting a service: see service.h.
 */
#include "archive.h"
#include "service.h"

#include "abi/window.h"
#include "sys/files.h"
#include "sys/request.h"
#include "sys/sleep.h"
#include "sys/spawn.h"

#define PATIENCE 2000 /* milliseconds, for a server to make its door */
#define PAUSE    32   /* between two looks, at most */

static char *environment[] = {"PATH=/bin", "HOME=/", "PWD=/", "TERM=vt100", NULL};

/* What a service is given; 0 where it is not there, or the service has no use for it. */
struct supply {
    uint32_t root, windows, window;
};

/* 0 if nobody has the name. */
static uint32_t
find(const char *name)
{
    struct result r = name_open(name);

    return r.error ? 0 : r.value;
}

static void
drop(uint32_t descriptor)
{
    if (descriptor)
        descriptor_close(descriptor);
}

/* 0, or an error. */
static uint32_t
open_window(const struct service *s, struct supply *supply)
{
    uint8_t buffer[16];
    struct outgoing out;
    struct result r;

    outgoing_start(&out, buffer, sizeof(buffer));
    put_u32(&out, s->window);
    supply->windows = find(WINDOWS_NAME);
    r = ask_descriptor(WINDOW_OPEN, supply->windows, &out, NULL);
    supply->window = r.error ? 0 : r.value;
    return r.error;
}

/* Servers are those of the archive, whatever has become of the files since; the others come from the file server. */
static struct result
spawn(const struct supply *supply, const struct spawn *s, bool server)
{
    struct tar_member image;
    struct result file, r;

    if (server || !supply->root)
        return archive_find(s->argv[0] + 1, &image) ? spawn_image(image.data, image.size, s)
                                                    : (struct result){-1, ERR_NO_FILE};
    file = file_open_at(supply->root, s->argv[0], 0);
    if (file.error)
        return file;
    r = spawn_file(file.value, s);
    descriptor_close(file.value);
    return r;
}

/* Servers get what they need by name, the others get their standard environment. */
static struct result
spawn_service(struct service *s, const struct supply *supply)
{
    struct spawn spawned = {.argv = s->argv, .domain = s->domain};

    if (s->kind != SERVER) {
        spawned.envp = environment;
        spawned.fd[FD_PM] = FD_PM;
        spawned.fd[FD_FILES] = spawned.fd[FD_ROOT] = spawned.fd[FD_HERE] = supply->root;
        spawned.fd[FD_WINDOWS] = supply->windows;
        spawned.fd[FD_IN] = spawned.fd[FD_OUT] = spawned.fd[FD_ERROR] = supply->window;
    }
    return spawn(supply, &spawned, s->kind == SERVER);
}

/* Does anybody have the name?  Not even who may not use it hears that it is not there. */
static bool
is_there(const char *name)
{
    struct result r = name_open(name);

    if (!r.error)
        descriptor_close(r.value);
    return !r.error || r.error == ERR_NO_ACCESS;
}

static bool
has_ended(uint32_t child)
{
    struct process_view view;

    return child_status(child, &view).error || view.state >= PROCESS_ENDING;
}

/* With pauses that grow, as most make it at once. */
static void
wait_for_door(const struct service *s, uint32_t child)
{
    uint32_t waited = 0, pause = 1;

    for (; !is_there(s->name) && !has_ended(child); waited += pause, pause = pause < PAUSE ? 2 * pause : PAUSE) {
        if (waited > PATIENCE) {
            say("%s does not make its door %s", s->argv[0], s->name);
            return;
        }
        sleep_milliseconds(pause);
    }
}

static void
started(struct service *s, uint32_t child)
{
    struct process_view view;

    if (!child_status(child, &view).error)
        s->number = view.number;
    if (s->kind == SERVER)
        wait_for_door(s, child);
    descriptor_close(child);
}

uint32_t
service_start(struct service *s)
{
    struct supply supply = {.root = find("/")};
    uint32_t error = s->kind == SHELL ? open_window(s, &supply) : 0;
    struct result child = {-1, error};

    if (!error)
        child = spawn_service(s, &supply);
    drop(supply.root);
    drop(supply.windows);
    drop(supply.window);
    if (!child.error)
        started(s, child.value);
    return child.error;
}
