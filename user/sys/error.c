/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Errors in words: see error.h.
 */
#include "error.h"

#include "abi/errors.h"
#include "message.h"

static const struct {
    uint16_t error;
    char text[30];
} texts[] = {
    {ERR_MESSAGE, "not understood"},
    {ERR_NO_DOORS, "may not create doors"},
    {ERR_NO_SYSTEM, "may not create system doors"},
    {ERR_NO_NAME, "may not use this name"},
    {ERR_EXISTS, "the name is taken"},
    {ERR_NO_TYPE, "the policy has no type for it"},
    {ERR_NO_ACCESS, "permission denied"},
    {ERR_NOT_FOUND, "not found"},
    {ERR_NAME_EMPTY, "empty name"},
    {ERR_NAME_LONG, "name too long"},
    {ERR_NAME_END, "zero in a name"},
    {ERR_NAME_RELATIVE, "name without a slash before it"},
    {ERR_NAME_DOTS, "dots in a name"},
    {ERR_NAME_SLASH, "slashes in a name"},
    {ERR_NAME_BELOW, "below somebody else's name"},
    {ERR_LIMIT, "limit reached"},
    {ERR_STALE, "it is no more"},
    {ERR_PHASE, "not now"},
    {ERR_RANGE, "bad memory range"},
    {ERR_KEPT, "may not be given on"},
    {ERR_NO_FILE, "no such file or directory"},
    {ERR_FILE_EXISTS, "file exists"},
    {ERR_DIRECTORY, "is a directory"},
    {ERR_NO_DIRECTORY, "not a directory"},
    {ERR_NOT_EMPTY, "directory not empty"},
    {ERR_NO_SPACE, "no space left"},
    {ERR_FILE_NAME, "bad file name"},
    {ERR_FILE_BIG, "file too large"},
    {ERR_INTO_ITSELF, "cannot move into itself"},
    {ERR_OTHER_FILES, "on another file system"},
    {ERR_NO_READER, "nobody reads"},
    {ERR_NO_WINDOW, "no such window"},
    {ERR_INTERRUPT, "interrupted"},
    {ERR_NOT_ELF, "not a program"},
    {ERR_CUT_SHORT, "program is cut short"},
    {ERR_BAD_SEGMENT, "program with a bad segment"},
    {ERR_BAD_ENTRY, "program with a bad entry"},
    {ERR_ARGUMENTS, "arguments too long"},
    // SINCE swap
    {ERR_DISK, "the disk failed"},
    {ERR_AGAIN, "not there yet"},
    {ERR_FORMAT, "unknown or damaged format"},
    // END swap
    {ERR_FUNCTION, "no such function"},
    {ERR_TARGET, "no such descriptor"},
    {ERR_ADDRESS, "bad address"},
    {ERR_SIZE, "bad size"},
    {ERR_FULL, "no room"},
    {ERR_RIGHT, "no right to do this"},
    {ERR_ABSENT, "page is absent"},
    {ERR_MAPPED, "page is mapped already"},
    {ERR_MEMORY, "out of memory"},
    {ERR_FLAGS, "unknown flags"},
    {ERR_BIG, "message too large"},
    {ERR_BUSY, "busy"},
    {ERR_DEADLOCK, "would wait for itself"},
    {ERR_DEAD, "the server has died"},
    {ERR_GONE, "who asked has ended"},
    {ERR_TIME, "time is over"},
    {ERR_STATE, "wrong state"},
    {ERR_TABLE, "too many descriptors"},
    {ERR_DESCRIPTOR, "bad descriptor"},
};

const char *
error_text(uint32_t error)
{
    for (uint32_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
        if (texts[i].error == error)
            return texts[i].text;
    return "unknown error";
}
