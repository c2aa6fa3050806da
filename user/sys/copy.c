/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Copying: see copy.h.
 */
#include "copy.h"

#include "stream.h"

uint32_t
copy_bytes(uint32_t from, uint32_t to)
{
    static char bytes[STREAM_MAX];
    struct result r;

    for (uint32_t at = 0; !(r = stream_read(from, at, bytes, sizeof(bytes), 0)).error && r.value; at += r.value) {
        uint32_t error = stream_write(to, STREAM_END, bytes, r.value).error;

        if (error)
            return error;
    }
    return r.error;
}
