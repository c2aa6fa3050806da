/* SPDX-License-Identifier: BSD-2-Clause */
#include "lack.h"

#include <stdlib.h>

static unsigned left;
bool lacked;

void
lack(unsigned which)
{
    left = which;
    lacked = false;
}

static bool
lacks(void)
{
    if (left == 0 || --left > 0)
        return false;
    lacked = true;
    return true;
}

void *
lack_malloc(size_t size)
{
    return lacks() ? NULL : malloc(size);
}

void *
lack_calloc(size_t count, size_t size)
{
    return lacks() ? NULL : calloc(count, size);
}

void *
lack_realloc(void *memory, size_t size)
{
    return lacks() ? NULL : realloc(memory, size);
}
