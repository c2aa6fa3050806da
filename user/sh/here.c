/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The current directory: see here.h.
 */
#include "here.h"

#include "sys/files.h"
#include "sys/manager.h"
#include "sys/path.h"
#include "sys/program.h"
#include "sys/stream.h"
#include "text.h"
#include "variables.h"

uint32_t here = FD_HERE, here_root = FD_ROOT;

static char path_now[FILE_PATH_MAX] = "/";

const char *
here_path(void)
{
    return path_now;
}

void
environment_update(void)
{
    static struct pool now;
    struct pool next = {0};
    char **environment = variables_environment(&next, NULL);

    if (!environment) {
        pool_free(&next);
        return;
    }
    environ = environment;
    pool_free(&now);
    now = next;
}

static void
use(uint32_t directory, const char *path)
{
    if (here != FD_HERE)
        descriptor_close(here);
    here = directory;
    memcpy(path_now, path, strlen(path) + 1);
    directory_change(here, path_now);
    if (variable_set("PWD", 3, path_now))
        variable_export("PWD", 3);
    environment_update();
}

static struct result
open_directory(const char *path)
{
    struct result r = file_open(path, FILE_WRITE);
    struct stream_view view;
    uint32_t error;

    if (r.error == ERR_RIGHT)
        r = file_open(path, 0);
    if (r.error)
        return r;
    error = stream_stat(r.value, &view).error;
    if (!error && view.kind == STREAM_DIRECTORY)
        return r;
    descriptor_close(r.value);
    return (struct result){-1, error ? error : ERR_NO_DIRECTORY};
}

uint32_t
here_change(const char *path)
{
    char absolute[FILE_PATH_MAX];
    struct result r;

    if (!path_join(path_now, path, absolute, sizeof(absolute)))
        return ERR_FILE_NAME;
    r = open_directory(absolute);
    if (!r.error)
        use(r.value, absolute);
    return r.error;
}

static bool
is_dead(uint32_t directory)
{
    struct stream_view view;

    return stream_stat(directory, &view).error == ERR_DEAD;
}

void
here_check(void)
{
    struct result root;

    if (is_dead(here_root)) {
        root = name_open("/");
        if (root.error)
            return;
        if (here_root != FD_ROOT)
            descriptor_close(here_root);
        here_root = root.value;
    }
    if (is_dead(here))
        here_change(path_now);
}

/* Without a path that could be true, one begins at the top. */
void
here_start(void)
{
    const char *path = variable_get("PWD", 3);
    struct stream_view view;

    if (path && path[0] == '/' && strlen(path) < sizeof(path_now) && !stream_stat(FD_HERE, &view).error)
        use(FD_HERE, path);
    else
        here_change("/");
}
