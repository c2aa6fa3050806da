/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Gives files and directories other names, in other directories if need be.
 */
// SINCE swap
#include "door.h"
#include "sys/copy.h"
// END swap
#include "sys/files.h"
#include "sys/inputs.h"
// SINCE swap
#include "sys/manager.h"
#include "sys/path.h"

#include "abi/errors.h"

/* --- To another file system: a copy, and when all of it is there the file goes. */

/* The name that the copy has as long as it is not whole: in the directory where it is going to be. */
static uint32_t
name_beside(const char *to, char name[FILE_PATH_MAX])
{
    uint32_t length = path_last(to) - to, room = FILE_PATH_MAX - length;

    if (length >= FILE_PATH_MAX)
        return ERR_FILE_NAME;
    memcpy(name, to, length);
    return snprintf(name + length, room, ".mv%u", process_number().value) < room ? 0 : ERR_FILE_NAME;
}

/* What was there before goes when the copy is whole. */
static uint32_t
copy_as(uint32_t in, const char *to)
{
    char beside[FILE_PATH_MAX];
    uint32_t error = name_beside(to, beside);
    struct result out;

    if (error)
        return error;
    out = file_open(beside, FILE_CREATE | FILE_TRUNCATE);
    if (out.error)
        return out.error;
    error = copy_bytes(in, out.value);
    if (!error)
        error = file_rename(beside, to).error;
    if (error)
        file_remove(beside);
    else
        error = file_sync(out.value).error;
    descriptor_close(out.value);
    return error;
}

static uint32_t
move_across(const char *from, const char *to)
{
    struct stream_view view;
    uint32_t error = file_stat(from, &view).error;
    struct result in;

    if (error)
        return failed(from, error);
    if (view.kind == STREAM_DIRECTORY) {
        fprintf(stderr, "mv: %s: a directory stays in its file system: make one in the other, and move the files\n", from);
        return 1;
    }
    in = file_open(from, 0);
    error = in.error ? in.error : copy_as(in.value, to);
    if (!in.error)
        descriptor_close(in.value);
    if (error)
        return failed(to, error);
    error = file_remove(from).error;
    return error ? failed(from, error) : 0;
}
// END swap

static uint32_t
move(const char *from, const char *to)
{
    uint32_t error = file_rename(from, to).error;

    // SINCE swap
    if (error == ERR_OTHER_FILES)
        return move_across(from, to);
    // END swap
    return error ? failed(from, error) : 0;
}

int
main(int argc, char **argv)
{
    struct options o = options(argc, argv, "from ... to");

    return each_target(&o, move);
}
