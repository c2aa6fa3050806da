/* SPDX-License-Identifier: BSD-2-Clause */
/* Shows what is typed, until Ctrl-D.  Descriptor 1: the driver of the serial line. */
#include "serial.h"
#include "text.h"

#define DRIVER 1
#define CTRL_D 4

static uint32_t characters, lines;
static bool in_line;

/* A terminal's Enter is CR, a file's line ends with LF. */
static void
show(char c)
{
    bool end = c == '\r' || c == '\n';

    if (!in_line)
        printf("echo:   ");
    in_line = !end;
    lines += end;
    characters += !end;
    console_write(end ? "\n" : &c, 1);
}

/* False at Ctrl-D. */
static bool
show_all(const char *text, uint32_t size)
{
    for (uint32_t i = 0; i < size; i++) {
        if (text[i] == CTRL_D)
            return false;
        show(text[i]);
    }
    return true;
}

int
main(const struct boot_info *info)
{
    static char text[256];
    struct result r;

    (void)info;
    printf("echo:   type something; Ctrl-D ends it\n");
    do
        r = serial_read(DRIVER, text, sizeof(text));
    while (!r.error && show_all(text, r.value));
    if (in_line)
        printf("\n");
    if (r.error)
        printf("echo:   no more input: %x\n", r.error);
    printf("echo:   lines: %u, characters: %u\n", lines + in_line, characters);
    return 0;
}
