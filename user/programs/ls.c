/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What is in directories.  On a window in columns; else one name a line, so that other programs can read it.
 */
#include "sys/columns.h"
#include "sys/date.h"
#include "sys/entries.h"
#include "sys/files.h"
#include "sys/heap.h"
#include "sys/options.h"
#include "sys/stdio.h"
#include "string.h"

#include "abi/pm.h"

#define HEAP 0x100000

static bool details, headings;
static uint32_t window_columns; /* 0: there is no window */

static const char *
mark(const struct stream_view *view)
{
    return view->kind == STREAM_DIRECTORY ? "/" : "";
}

static void
show(const char *name, const struct stream_view *view)
{
    char date[DATE_SIZE] = "-";

    if (details) {
        if (view->time)
            date_text(view->time, date);
        printf("%10u  ", view->size);
        put_left(date, DATE_SIZE + 1);
    }
    printf("%s%s\n", name, mark(view));
}

/* Down the first column, then down the next. */
static void
show_columns(const struct entries *e, uint32_t width)
{
    uint32_t columns = window_columns / width, rows = (e->count + columns - 1) / columns;
    char name[FILE_NAME_MAX + 1];

    for (uint32_t row = 0; row < rows; row++, putc('\n', stdout))
        for (uint32_t i = row; i < e->count; i += rows) {
            snprintf(name, sizeof(name), "%s%s", e->entry[i]->name, mark(&e->entry[i]->view));
            if (i + rows < e->count)
                put_left(name, width);
            else
                fputs(name, stdout);
        }
}

/* Of a column: the longest name, and what comes behind it. */
static uint32_t
width_of(const struct entries *e)
{
    uint32_t longest = 0;

    for (uint32_t i = 0; i < e->count; i++)
        if (strlen(e->entry[i]->name) > longest)
            longest = strlen(e->entry[i]->name);
    return longest + 3;
}

static uint32_t
list(const char *path)
{
    struct stream_view view;
    struct entries e;
    uint32_t error = file_stat(path, &view).error;

    if (!error && view.kind != STREAM_DIRECTORY) {
        show(path, &view);
        return 0;
    }
    if (error || (error = entries_read(path, &e)))
        return failed(path, error);
    if (headings)
        printf("%s:\n", path);
    if (!details && window_columns >= width_of(&e))
        show_columns(&e, width_of(&e));
    else
        for (uint32_t i = 0; i < e.count; i++)
            show(e.entry[i]->name, &e.entry[i]->view);
    return 0;
}

int
main(int argc, char **argv)
{
    struct options o = options(argc, argv, "[-l] [path ...]");
    struct stream_view out;
    uint32_t status = 0;

    heap_start(HEAP);
    details = has(&o, 'l');
    if (!stream_stat(FD_OUT, &out).error && out.kind == STREAM_WINDOW)
        window_columns = out.size >> 16;
    if (!o.operands)
        return list(".");
    headings = o.operands > 1;
    for (uint32_t i = 0; i < o.operands; i++)
        status |= list(o.operand[i]);
    return status;
}
