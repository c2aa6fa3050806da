/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Commands from a person at a window.
 */
#include "edit.h"
#include "here.h"
#include "history.h"
#include "interrupt.h"
#include "job.h"
#include "pipes.h"
#include "shell.h"
#include "source.h"
#include "sys/stream.h"

#include "abi/errors.h"
#include "abi/pm.h"

#define PROMPT_MAX   300
#define COLUMNS_ELSE 80 /* where nobody knows how many there are */

static void
write_window(const char *text, size_t size)
{
    putbytes(stdout, text, size);
}

static uint32_t
columns(void)
{
    struct stream_view view;

    return stream_stat(FD_IN, &view).error || view.size >> 16 == 0 ? COLUMNS_ELSE : view.size >> 16;
}

/* After Ctrl-C the other thread has shown the prompt again, and this is the first key of a new line. */
static struct {
    bool there;
    char key;
} kept;

/* False: without the window all ends. */
static bool
read_key(char *key)
{
    struct result r;

    do
        r = stream_read(FD_IN, 0, key, 1, STREAM_RAW);
    while (r.error == ERR_INTERRUPT);
    return !r.error && r.value == 1;
}

/* One key at a time: what was typed ahead may be for the program that is started next. */
static enum edit_result
take_key(struct editor *e)
{
    char key = kept.key;
    enum edit_result result;

    if (!kept.there && !read_key(&key))
        return EDIT_END;
    kept.there = prompt_take();
    kept.key = key;
    result = kept.there ? EDIT_CANCEL : edit_key(e, key);
    flush(stdout);
    prompt_give(result == EDIT_ON);
    return result;
}

/* Where it stands already it is written over. */
static void
show_prompt(struct editor *e, const char *prompt, bool more)
{
    prompt_begin(prompt);
    putc('\r', stdout);
    edit_start(e, more ? "> " : prompt, columns());
    flush(stdout);
    prompt_give(true);
}

/* What is to be done between two commands. */
static void
look_around(void)
{
    jobs_look();
    pipes_look();
}

static bool
window_line(struct source *s, bool more, struct growing *to)
{
    static struct editor editor = {.write = write_window};
    static char prompt[PROMPT_MAX];
    enum edit_result result = EDIT_ON;

    if (!more && !kept.there) {
        look_around();
        snprintf(prompt, sizeof(prompt), "%s $ ", here_path());
    }
    show_prompt(&editor, prompt, more);
    while (result == EDIT_ON)
        result = take_key(&editor);
    s->dropped = result == EDIT_CANCEL;
    if (result != EDIT_LINE)
        return s->dropped;
    history_add(editor.line);
    growing_add(to, editor.line, editor.length);
    return true;
}

uint32_t
source_window(void)
{
    struct source s = {.next = window_line, .interactive = true};

    return source_run(&s);
}
