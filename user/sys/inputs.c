/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The files that a program works on: see inputs.h.
 */
#include "inputs.h"

#include "door.h"
#include "files.h"
#include "path.h"
#include "string.h"

#include "abi/errors.h"

void
pass_on(struct stream *s, const char *name)
{
    (void)name;
    for (int c; !stdout->error && (c = getc(s)) >= 0;)
        putc(c, stdout);
}

static uint32_t
read_stream(struct stream *s, const char *name, void (*work)(struct stream *s, const char *name))
{
    work(s, name);
    return s->error ? failed(name, s->error) : 0;
}

static uint32_t
read_file(const char *path, void (*work)(struct stream *s, const char *name))
{
    static struct stream file;
    struct result r = file_open(path, 0);
    uint32_t status;

    if (r.error)
        return failed(path, r.error);
    stream_use(&file, r.value);
    status = read_stream(&file, path, work);
    descriptor_close(r.value);
    return status;
}

/* Has all come out?  That a reader of a pipe has had enough nobody needs to be told. */
static uint32_t
written(void)
{
    uint32_t error = flush(stdout);

    return error && error != ERR_NO_READER ? failed("stdout", error) : error != 0;
}

uint32_t
each_input(char **operand, void (*work)(struct stream *s, const char *name))
{
    static char *only_stdin[] = {"-", NULL};
    uint32_t status = 0;

    for (char **path = *operand ? operand : only_stdin; *path; path++)
        status |= strcmp(*path, "-") == 0 ? read_stream(stdin, "stdin", work) : read_file(*path, work);
    return status | written();
}

uint32_t
each_target(const struct options *o, uint32_t (*work)(const char *from, const char *to))
{
    const char *to = o->operand[o->operands - 1];
    struct stream_view view;
    uint32_t status = 0;

    if (file_stat(to, &view).error || view.kind != STREAM_DIRECTORY)
        return o->operands == 2 ? work(o->operand[0], to) : failed(to, ERR_NO_DIRECTORY);
    for (uint32_t i = 0; i + 1 < o->operands; i++) {
        char path[FILE_PATH_MAX];
        const char *from = o->operand[i];

        if (snprintf(path, sizeof(path), "%s/%s", to, path_last(from)) >= sizeof(path))
            status |= failed(from, ERR_FILE_NAME);
        else
            status |= work(from, path);
    }
    return status;
}
