/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Telling an error: see error.h.
 */
#include "error.h"
#include "stdio.h"

void
complain(const char *program, const char *what, uint32_t error)
{
    flush(stdout);
    fprintf(stderr, "%s%s%s%s%s\n", program ? program : "", program ? ": " : "", what ? what : "", what ? ": " : "",
            error_text(error));
}
