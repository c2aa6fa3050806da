/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The environment: see program.h.
 */
#include "program.h"
#include "string.h"
#include "text.h"

const char *
getenv(const char *name)
{
    size_t length = strlen(name);

    for (char **at = environ; at && *at; at++)
        if (strncmp(*at, name, length) == 0 && (*at)[length] == '=')
            return *at + length + 1;
    return NULL;
}
