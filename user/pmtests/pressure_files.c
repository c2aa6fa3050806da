/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The server of files of a play about memory (pressure.h): what a file holds is in the server's own memory, which never goes.  One
 * thread does what the director says, by asking the other, which serves the files' door.
 */
#include "pressure.h"

#include "message.h"
#include "sys/manager.h"
#include "sys/object.h"
#include "sys/program.h"
#include "sys/sleep.h"
#include "text.h"

#define FILES   2
#define PAGES   48
#define WORDS   1024u
#define PAGE    4096u
#define WINDOW  0x70000000u
#define SLOTS   4
#define COMMAND (CALL_USER_FIRST + 16)

static uint32_t store[FILES][PAGES][WORDS];

static struct {
    uint32_t object, number, pages;
    uint32_t fails; /* 1: it cannot be read; 2: it cannot be written */
} file[FILES];

static uint32_t door, command_door, fresh, slot;

/* --- What the manager asks for. */

static uint32_t *
window(uint32_t i)
{
    return (uint32_t *)(WINDOW + i * PAGE);
}

static void
fill(uint32_t f, uint32_t index)
{
    struct result r;

    slot = (slot + 1) % SLOTS;
    r = page_open(slot, file[f].number, index);
    if (!r.error && (r.value & PAGE_READY) == PAGE_NEW) {
        memcpy(window(slot), store[f][index], PAGE);
        page_done(slot, file[f].fails & 1 ? PAGE_FAILED : PAGE_FILLED);
    }
    page_done(slot, PAGE_CLOSED);
}

static uint32_t
clean(uint32_t f, uint32_t count)
{
    for (uint32_t from = 0; count > 0; count--) {
        struct result r = page_dirty(0, file[f].number, from);

        if (r.error)
            break;
        from = r.value + 1;
        if (!(file[f].fails & 2))
            memcpy(store[f][r.value], window(0), PAGE);
        page_done(0, file[f].fails & 2 ? PAGE_FAILED : PAGE_CLEANED);
        page_done(0, PAGE_CLOSED);
    }
    return file[f].fails & 2 ? ERR_DISK : 0;
}

/* --- What the director says. */

static struct result
make(const uint32_t *a)
{
    uint32_t f = a[2];
    struct result r = object_new_file(a[0], door, f, &file[f].number);

    if (r.error)
        return r;
    fresh = file[f].object = r.value;
    file[f].pages = a[0];
    file[f].fails = 0;
    for (uint32_t i = 0; i < a[0]; i++) {
        memset(store[f][i], 0, PAGE);
        store[f][i][pressure_place(a[3], i)] = pressure_word(a[3], i);
    }
    return (struct result){0, 0};
}

static struct result
sum(const uint32_t *a)
{
    uint32_t sum = 0;

    for (uint32_t i = 0; i < a[1]; i++)
        sum = pressure_sum(sum, store[a[2]][a[0] + i]);
    return (struct result){sum, 0};
}

static struct result
cut(uint32_t f, uint32_t pages)
{
    struct result r = object_resize(file[f].object, pages);

    for (uint32_t i = pages; i < PAGES; i++)
        memset(store[f][i], 0, PAGE);
    file[f].pages = pages;
    return r;
}

static struct result
do_step(const struct step *s)
{
    const uint32_t *a = s->argument;
    struct result r = {0, 0};

    switch (s->what) {
    case FILE_NEW:
        return make(a);
    case FILE_SUM:
        return sum(a);
    case FILE_SIZE:
        return cut(a[0], a[1]);
    case FILE_GONE:
        r = object_delete(file[a[0]].object);
        descriptor_close(file[a[0]].object);
        return r;
    case FILE_FAILS:
        file[a[0]].fails = a[1];
        return r;
    case FILE_STUCK:
        sleep_milliseconds(a[0]);
        return r;
    case EXIT:
        process_exit(a[0]);
    default:
        return (struct result){-1, ERR_MESSAGE};
    }
}

/* --- Threads. */

static void
serve_files(void *unused)
{
    static uint32_t buffer[64];
    struct message m = receive(door, buffer, sizeof(buffer), 0);

    (void)unused;
    for (;;) {
        struct result r = {0, ERR_MESSAGE};

        if (m.function == PAGER_FILL && m.cookie < FILES) {
            uint32_t index = buffer[0], count = buffer[1];

            r = (struct result){0, 0};
            for (uint32_t i = index; i < index + count && i < file[m.cookie].pages; i++)
                fill(m.cookie, i);
        } else if (m.function == PAGER_CLEAN && m.cookie < FILES) {
            r = (struct result){0, clean(m.cookie, buffer[0])};
        } else if (m.function == COMMAND) {
            r = do_step((const struct step *)buffer);
        } else if (m.function < CALL_USER_FIRST) {
            m = receive(door, buffer, sizeof(buffer), 0);
            continue;
        }
        buffer[0] = r.value;
        buffer[1] = r.error;
        m = m.function == COMMAND || !r.error ? reply_receive(m.cookie, buffer, call_sizes(sizeof(buffer), 8, 0))
                                              : reply_error_receive(r.error, buffer, sizeof(buffer));
    }
}

static void
play_along(void)
{
    static uint32_t buffer[sizeof(struct step) / 4 + 1], told[2];

    for (;;) {
        memcpy(buffer, told, sizeof(told));
        buffer[2] = descriptor_word(fresh, RIGHTS_ALL, 0);
        if (!call_data_size(send(NEXT, FD_IN, buffer, call_sizes(sizeof(buffer), sizeof(told), fresh != 0)).sizes))
            process_exit(99);
        fresh = 0;
        send(COMMAND, command_door, buffer, call_sizes(sizeof(buffer), sizeof(struct step), 0));
        memcpy(told, buffer, sizeof(told));
    }
}

int
main(void)
{
    static uint8_t stack[8192] __attribute__((aligned(16)));
    struct result r = door_new("", false, 0, 0);

    door = r.value;
    command_door = descriptor_duplicate(door, RIGHTS_ALL, FILES).value;
    if (r.error || page_window(WINDOW, SLOTS).error || thread_start(serve_files, NULL, stack, sizeof(stack)).error)
        return 97;
    play_along();
    return 0;
}
