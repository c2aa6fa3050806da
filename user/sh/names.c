/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Directories, as glob.h wants them.
 */
#include "glob.h"

#include "door.h"
#include "string.h"
#include "sys/files.h"
#include "text.h"

_Static_assert(GLOB_NAME_MAX >= FILE_NAME_MAX && GLOB_PATH_MAX >= FILE_PATH_MAX, "names fit");

/* A path may have a slash at its end here. */
uint32_t
names_open(const char *path)
{
    char plain[FILE_PATH_MAX];
    size_t length = strlcpy(plain, *path ? path : ".", sizeof(plain));
    struct result opened;

    if (length >= sizeof(plain))
        return 0;
    while (length > 1 && plain[length - 1] == '/')
        plain[--length] = 0;
    opened = file_open(plain, 0);
    return opened.error ? 0 : opened.value;
}

bool
names_read(uint32_t directory, uint32_t index, char name[GLOB_NAME_MAX], bool *is_directory)
{
    struct file_entry entry;

    if (directory_list(directory, index, &entry).error)
        return false;
    strlcpy(name, entry.name, GLOB_NAME_MAX);
    *is_directory = entry.view.kind == STREAM_DIRECTORY;
    return true;
}

void
names_close(uint32_t directory)
{
    if (directory)
        descriptor_close(directory);
}
