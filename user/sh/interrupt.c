/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Ctrl-C: see interrupt.h.
 */
#include "interrupt.h"

#include "sys/child.h"
#include "sys/sleep.h"
#include "sys/stream.h"
#include "text.h"

#include "abi/errors.h"
#include "abi/window.h"

#define STACK_SIZE 16384
#define FAMILY_MAX 64
#define PAUSE      20 /* milliseconds */

static struct {
    int lock;
    uint32_t window;
    volatile bool came;
    const char *prompt; /* NULL: no line is typed */
    bool dropped;       /* what was typed of it */
    struct foreground *first;
} state;

/* All threads are of one priority, and none waits for a person while it has the lock. */
static void
lock(void)
{
    while (__atomic_exchange_n(&state.lock, 1, __ATOMIC_ACQUIRE))
        yield();
}

static void
unlock(void)
{
    __atomic_store_n(&state.lock, 0, __ATOMIC_RELEASE);
}

/* Processes by number: children have higher ones than their parents. */
struct family {
    uint32_t count;
    uint32_t number[FAMILY_MAX];
    bool has_shell; /* that has a window, and looks after its own */
};

static void
add(struct family *f, const struct process_view *view)
{
    if (f->count < FAMILY_MAX && view->state < PROCESS_ENDING)
        f->number[f->count++] = view->number;
    f->has_shell |= strcmp(view->name, "sh") == 0 && view->threads > 1;
}

static bool
is_in(const struct family *f, uint32_t number)
{
    for (uint32_t i = 0; i < f->count; i++)
        if (f->number[i] == number)
            return true;
    return false;
}

/* Adds what is there of it now. */
static void
look(struct family *f)
{
    struct process_view view;

    for (const struct foreground *own = state.first; own; own = own->next)
        if (!child_status(own->child, &view).error && !is_in(f, view.number))
            add(f, &view);
    for (uint32_t number = 0; !process_next(number, &view).error; number = view.number + 1)
        if (is_in(f, view.parent) && !is_in(f, view.number))
            add(f, &view);
}

/* The foreground's own processes by their capabilities, their descendants by number. */
static void
each(const struct family *f, struct result (*act)(uint32_t child))
{
    for (const struct foreground *own = state.first; own; own = own->next)
        act(own->child);
    for (uint32_t i = 0; i < f->count; i++) {
        struct result process = process_find(f->number[i]);

        if (!process.error)
            act(process.value);
        if (!process.error)
            descriptor_close(process.value);
    }
}

/* First they stop, so that none starts another one, or the next command, while the others end. */
static void
kill_foreground(void)
{
    static struct family family;
    uint32_t before;

    family = (struct family){0};
    look(&family);
    if (family.has_shell)
        return;
    state.came = true;
    do {
        before = family.count;
        each(&family, child_stop);
        look(&family);
    } while (family.count > before);
    each(&family, child_kill);
}

static void
drop_line(void)
{
    state.dropped = true;
    stream_write(state.window, STREAM_END, state.prompt, strlen(state.prompt));
}

/* Where too many wait already it is tried again; without the window there is nothing to wait for. */
static bool
wait_for_key(void)
{
    uint32_t error;

    while ((error = send(WINDOW_INTERRUPT, state.window, NULL, 0).error) == ERR_LIMIT)
        sleep_milliseconds(PAUSE);
    return !error;
}

static void
listen(void *unused)
{
    (void)unused;
    while (wait_for_key()) {
        lock();
        if (state.prompt)
            drop_line();
        else
            kill_foreground();
        unlock();
    }
}

void
interrupt_start(uint32_t window)
{
    static char stack[STACK_SIZE];

    state.window = window;
    thread_start(listen, NULL, stack, sizeof(stack));
}

void
foreground_add(struct foreground *new)
{
    lock();
    new->next = state.first;
    state.first = new;
    if (state.came)
        kill_foreground();
    unlock();
}

void
foreground_remove(const struct foreground *old)
{
    struct foreground **at = &state.first;

    lock();
    while (*at && *at != old)
        at = &(*at)->next;
    if (*at)
        *at = old->next;
    unlock();
}

void
prompt_begin(const char *prompt)
{
    lock();
    state.prompt = prompt;
    state.dropped = state.came = false;
}

bool
prompt_take(void)
{
    lock();
    return state.dropped;
}

void
prompt_give(bool on)
{
    if (!on)
        state.prompt = NULL;
    unlock();
}

bool
interrupted(void)
{
    return state.came;
}
