/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * files BLOCKS MEMORY NODES [ARCHIVE]: the file server on the host, without a kernel.  Messages come on standard
 * input, replies go to standard output; test_fm.py is on the other side.  Time goes on by a second with each.
 *
 * BLOCKS and NODES are the server's limits; MEMORY is how many bytes its manager gives it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sanitizer/asan_interface.h>

#include "fm/archive.h"
#include "fm/server.h"
#include "fm/store.h"

#define DOOR     77
#define PATIENCE 5 /* seconds for a message: who takes longer never ends */

struct question {
    uint32_t function, cookie, sizes, bytes;
};

struct answer {
    uint32_t error, rights, cookie, bytes;
};

static uint32_t now;
static uint32_t left; /* of the manager's memory */
static struct duplicate given;
static uint32_t held, closed;
static uint8_t *archive; /* it ends where its memory ends, so that nothing behind it is read */

bool call_by_sysenter;

uint32_t
seconds(void)
{
    return now;
}

static void
expect(bool holds, const char *what)
{
    if (holds)
        return;
    fprintf(stderr, "wrong: %s\n", what);
    abort();
}

struct result
descriptor_duplicate(uint32_t descriptor, uint32_t rights, uint32_t cookie)
{
    expect(descriptor == DOOR, "a duplicate of something else than the door");
    given = (struct duplicate){rights, cookie};
    return (struct result){++held, 0};
}

struct result
descriptor_close(uint32_t descriptor)
{
    closed = descriptor;
    return (struct result){0, 0};
}

/* What the server's loop does, and not what is tried here. */
struct result
reply_error(uint32_t error)
{
    expect(false, "a reply outside of the loop");
    return (struct result){error, 0};
}

struct message
reply_error_receive(uint32_t error, void *buffer, uint32_t size)
{
    expect(!buffer || !size, "a reply outside of the loop");
    return (struct message){CALL_INVALID, error, 0};
}

static bool
more(void *at, uint32_t size)
{
    if (size > left)
        return false;
    left -= size;
    __asan_unpoison_memory_region(at, size);
    memset(at, 0, size);
    return true;
}

static void
start(char **words)
{
    uint32_t blocks = atoi(words[1]);
    uint8_t *memory = malloc(blocks * BLOCK);

    __asan_poison_memory_region(memory, blocks * BLOCK);
    left = atoi(words[2]);
    store_start(memory, blocks, more);
    node_start(atoi(words[3]));
}

static bool
load(const char *path)
{
    FILE *file = fopen(path, "rb");
    size_t size;

    expect(file && fseek(file, 0, SEEK_END) == 0, "no archive");
    size = ftell(file);
    archive = malloc(size);
    rewind(file);
    expect(fread(archive, 1, size, file) == size, "half an archive");
    fclose(file);
    return archive_read(archive, size);
}

/* The descriptor in a reply, as who gets it sees it. */
static void
look_at_gift(struct request *r, struct answer *a)
{
    uint32_t word = 0;

    expect(r->out.descriptors == 1 && r->gives == held, "another descriptor than it says");
    memcpy(&word, r->buffer + descriptors_at(r->out.data), sizeof(word));
    expect((word & DESCRIPTOR_NUMBER) == held, "another descriptor in the reply");
    expect(!(word & DESCRIPTOR_MOVE) && given.rights & RIGHT_COPY, "a descriptor that cannot be copied");
    a->rights = word >> DESCRIPTOR_RIGHTS & given.rights;
    a->cookie = given.cookie;
}

static void
step(const struct question *q, uint8_t *buffer)
{
    struct request r = {.door = DOOR, .buffer = buffer, .m = {q->function, q->cookie, q->sizes}};
    struct answer a = {0};
    uint32_t before = held;

    alarm(PATIENCE);
    now++;
    closed = 0;
    a.error = server_call(&r);
    if (r.out.broken)
        a.error = 1;
    expect(!call_descriptors(q->sizes) || closed, "a descriptor that stays");
    expect(held == before || r.gives == held, "a descriptor that nobody closes");
    if (!a.error) {
        a.bytes = r.out.data;
        expect(r.out.data + 4 * r.out.descriptors <= call_total_size(q->sizes), "a reply that has no room");
        if (r.out.descriptors)
            look_at_gift(&r, &a);
    }
    fwrite(&a, sizeof(a), 1, stdout);
    fwrite(buffer, 1, a.bytes, stdout);
}

int
main(int count, char **words)
{
    uint8_t *buffer = malloc(CALL_DATA_MAX);
    struct question q;
    bool whole;

    expect(count >= 4, "files BLOCKS MEMORY NODES [ARCHIVE]");
    start(words);
    whole = count < 5 || load(words[4]);
    fwrite(&whole, 1, 1, stdout);
    for (;;) {
        fflush(stdout);
        if (fread(&q, sizeof(q), 1, stdin) != 1)
            break;
        expect(q.bytes <= CALL_DATA_MAX && fread(buffer, 1, q.bytes, stdin) == q.bytes, "half a message");
        step(&q, buffer);
    }
    free(buffer);
    return 0;
}
