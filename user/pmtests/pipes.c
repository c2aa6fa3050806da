/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Pipes (sys/pipe.h): what is written is read, whoever comes first; both ends; who waits and dies takes nothing; and the
 * process ends with its last end.
 */
#include "sys/pipe.h"
#include "sys/sleep.h"
#include "sys/spawn.h"
#include "sys/stream.h"
#include "test.h"

#define STACK 16384
#define LOTS  30000
#define PART  999

static struct pipe p;
static uint8_t stack[STACK] __attribute__((aligned(16)));
static uint8_t bytes[STREAM_MAX];

/* The byte at this place of what is sent. */
static uint8_t
byte_at(uint32_t place)
{
    return (place * 7 + place / 251) ^ challenge.param[0];
}

static void
fill(uint32_t place, uint32_t size)
{
    for (uint32_t i = 0; i < size; i++)
        bytes[i] = byte_at(place + i);
}

static bool
is_right(uint32_t place, const uint8_t *read, uint32_t size)
{
    for (uint32_t i = 0; i < size; i++)
        if (read[i] != byte_at(place + i))
            return false;
    return true;
}

static void
writes_lots(void *unused)
{
    (void)unused;
    for (uint32_t done = 0; done < LOTS; done += PART) {
        uint32_t size = LOTS - done < PART ? LOTS - done : PART;

        fill(done, size);
        stream_write(p.write_end, 0, bytes, size);
    }
    descriptor_close(p.write_end);
    thread_exit();
}

/* A thread that is faster or slower than this one: as many bytes as were written, and then the end. */
static void
transfer(void)
{
    uint8_t read[STREAM_MAX];
    uint32_t done = 0, right = 0;
    struct result r = {1, 0};

    thread_start(writes_lots, NULL, stack, sizeof(stack));
    while (!r.error && r.value > 0) {
        r = stream_read(p.read_end, 0, read, 1 + done % sizeof(read), 0);
        right += !r.error && is_right(done, read, r.value) ? r.value : 0;
        done += r.error ? 0 : r.value;
    }
    report("read", "%u %x", done, r.error);
    report("right", "%u", right);
    report_result("end_again", stream_read(p.read_end, 0, read, 1, 0));
}

static void
renew(const char *name)
{
    report(name, "%x", pipe_new(&p).error);
}

/* Its process has ended when nobody has an end. */
static void
finish(const char *name)
{
    struct process_view view = {0};
    uint32_t error;

    descriptor_close(p.read_end);
    descriptor_close(p.write_end);
    error = child_wait(p.process, &view).error;
    report(name, "%x %x %x", error, view.end, view.status);
    descriptor_close(p.process);
}

static void
no_reader(void)
{
    descriptor_close(p.read_end);
    report("no_reader", "%x", stream_write(p.write_end, 0, bytes, 1).error);
}

static void
writes_until_full(void *unused)
{
    (void)unused;
    for (;;) {
        struct result r = stream_write(p.write_end, 0, bytes, 1000);

        if (r.error) {
            report("full_then_no_reader", "%x", r.error);
            thread_exit();
        }
    }
}

/* Who waits since it is full hears that nobody will read any more. */
static void
full(void)
{
    struct stream_view view = {0};

    thread_start(writes_until_full, NULL, stack, sizeof(stack));
    sleep_milliseconds(20);
    stream_stat(p.read_end, &view);
    report("kind", "%x", view.kind);
    report("holds", "%u", view.size >= 4096);
    descriptor_close(p.read_end);
    sleep_milliseconds(20);
}

/* What may be done with which end. */
static void
rights(void)
{
    uint8_t byte;

    report("read_of_write_end", "%x", stream_read(p.write_end, 0, &byte, 1, 0).error);
    report("write_of_read_end", "%x", stream_write(p.read_end, 0, &byte, 1).error);
    report("nothing", "%x", stream_write(p.write_end, 0, &byte, 0).error);
    report_result("no_room", stream_read(p.read_end, 0, &byte, 0, 0));
}

/* A process that is ended while it waits for a byte takes none with it. */
static void
dead_reader(void)
{
    char *argv[] = {"/bin/pipes", "reader", NULL};
    struct spawn s = spawn_like_me(argv);
    uint8_t byte = 0;
    struct result child;

    s.fd[FD_IN] = p.read_end;
    child = spawn_path(argv[0], &s);
    sleep_milliseconds(40);
    report_result("reader", child_delete(child.value));
    fill(6, 1);
    report_result("write", stream_write(p.write_end, 0, bytes, 1));
    report_result("gets", stream_read(p.read_end, 0, &byte, 1, 0));
    report("byte", "%u", byte == byte_at(6));
}

int
main(int argc, char **argv, char **envp)
{
    (void)argv, (void)envp;
    if (argc > 1)
        return stream_read(FD_IN, 0, bytes, 1, 0).value;
    renew("new");
    transfer();
    finish("finish");
    renew("second");
    rights();
    dead_reader();
    no_reader();
    finish("finish_second");
    renew("third");
    full();
    finish("finish_third");
    report_end();
}
