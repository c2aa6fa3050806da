/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From the name of a program to its process: see program.h.
 */
#include "program.h"

#include "here.h"
#include "shell.h"
#include "string.h"
#include "sys/error.h"
#include "sys/files.h"
#include "sys/spawn.h"
#include "sys/stream.h"
#include "text.h"
#include "variables.h"

/* "FOLDER/NAME", of which the folder is the first in PATH; what is behind that, or NULL if it does not fit. */
static const char *
next_path(const char *folders, const char *name, char *to)
{
    const char *end = strchr(folders, ':');
    size_t length = end ? (size_t)(end - folders) : strlen(folders);

    if (length + strlen(name) + 2 > FILE_PATH_MAX)
        return NULL;
    memcpy(to, folders, length);
    snprintf(to + length, FILE_PATH_MAX - length, "%s%s", length ? "/" : "", name);
    return folders + length + (end ? 1 : 0);
}

static struct result
find(const char *name, char *path)
{
    const char *folders = variable_get("PATH", 4);
    struct result r = {-1, ERR_NO_FILE};

    if (strchr(name, '/'))
        return strlcpy(path, name, FILE_PATH_MAX) < FILE_PATH_MAX ? file_open(path, 0) : r;
    while (*name && folders && *folders && r.error) {
        folders = next_path(folders, name, path);
        if (folders)
            r = file_open(path, 0);
    }
    return r;
}

/* A text that begins with "#!" is for a shell, whichever it names. */
static bool
is_script(uint32_t file)
{
    char begin[2];
    struct result r = stream_read(file, 0, begin, sizeof(begin), 0);

    return !r.error && r.value == 2 && begin[0] == '#' && begin[1] == '!';
}

static char **
script_arguments(struct pool *pool, char *path, char **argv)
{
    uint32_t count = 0;
    char **all;

    while (argv[count])
        count++;
    all = pool_new(pool, (count + 2) * sizeof(*all));
    if (!all)
        return NULL;
    all[0] = "sh";
    all[1] = path;
    memcpy(all + 2, argv + 1, (count - 1) * sizeof(*all));
    return all;
}

static struct result
start_script(struct pool *pool, char *path, struct spawn *spawn)
{
    spawn->argv = script_arguments(pool, path, spawn->argv);
    return spawn->argv ? spawn_path(SHELL_PATH, spawn) : (struct result){-1, ERR_MEMORY};
}

void
program_start(struct pool *pool, char **argv, char **environment, const struct streams *s, struct started *started)
{
    struct spawn spawn = spawn_like_me(argv);
    struct result file = find(argv[0], started->path), r = file;

    spawn.envp = environment;
    spawn.fd[FD_HERE] = here;
    spawn.fd[FD_ROOT] = here_root;
    for (uint32_t i = 0; i < STREAMS; i++)
        if (s->fd[i] != FD_IN + i)
            spawn.fd[FD_IN + i] = s->fd[i];
    if (!file.error) {
        r = spawn_file(file.value, &spawn);
        if (r.error == ERR_NOT_ELF && is_script(file.value))
            r = start_script(pool, started->path, &spawn);
        descriptor_close(file.value);
    }
    started->child = r.error ? 0 : r.value;
    started->status = file.error == ERR_NO_FILE ? STATUS_NOT_FOUND : STATUS_NO_PROGRAM;
    if (r.error)
        wrong(argv[0], file.error == ERR_NO_FILE && !strchr(argv[0], '/') ? "no such program" : error_text(r.error));
}
