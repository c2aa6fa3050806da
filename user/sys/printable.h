/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Texts that strangers chose, names above all, before they are shown: a terminal obeys control characters.  What a file
 * may not be called (user/fm/path.c) is a '?' then; bytes above 0x7f are letters of whatever alphabet.
 */
#pragma once

static inline void
make_printable(char *text)
{
    for (; *text; text++)
        if ((unsigned char)*text < ' ' || *text == 0x7f)
            *text = '?';
}
