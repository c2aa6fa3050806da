/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * files BLOCKS MEMORY NODES [ARCHIVE]: the file server on the host, without a kernel.  Messages come on standard
 * input, replies go to standard output; test_fm.py is on the other side.  Time goes on by a second with each.
 *
 * BLOCKS and NODES are the server's limits; MEMORY is how many bytes its manager has.  Function MAPPED stands for a client
 * who has mapped the file's object, and reads and writes there; with LESS it takes memory from the manager, so that the server
 * is told of more than there is.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fm/archive.h"
#include "fm/server.h"
#include "fm/store.h"
#include "objects.h"
#include "sys/window.h"

#define DOOR     77
#define SPARE    78 /* the duplicate of an object's descriptor */
#define MAPPED   0xffff0000u
#define LESS     0xffff0008u
#define PATIENCE 5 /* seconds for a message: who takes longer never ends */

struct question {
    uint32_t function, cookie, sizes, bytes;
};

struct answer {
    uint32_t error, rights, cookie, bytes;
};

static uint32_t now;
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
    if (is_object(descriptor))
        return (struct result){SPARE, 0};
    expect(descriptor == DOOR, "a duplicate of something else than the door");
    given = (struct duplicate){rights, cookie};
    return (struct result){++held, 0};
}

struct result
descriptor_close(uint32_t descriptor)
{
    if (!is_object(descriptor) && descriptor != SPARE)
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

static void
start(char **words)
{
    objects_start(atoi(words[2]) / BLOCK);
    window_start(objects_window());
    store_start(atoi(words[1]), objects_may);
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

    memcpy(&word, r->buffer + descriptors_at(r->out.data), sizeof(word));
    if (r->out.descriptors == 1 && is_object(word & DESCRIPTOR_NUMBER)) {
        expect(!(word & DESCRIPTOR_MOVE), "an object that the server gives away");
        a->rights = word >> DESCRIPTOR_RIGHTS & RIGHTS_ALL;
        a->cookie = word & DESCRIPTOR_NUMBER;
        return;
    }
    expect(r->out.descriptors == 1 && r->gives == held, "another descriptor than it says");
    expect((word & DESCRIPTOR_NUMBER) == held, "another descriptor in the reply");
    expect(!(word & DESCRIPTOR_MOVE) && given.rights & RIGHT_COPY, "a descriptor that cannot be copied");
    a->rights = word >> DESCRIPTOR_RIGHTS & given.rights;
    a->cookie = given.cookie;
}

/* Words: the object, where, how many bytes; and those to be written, if there are any.  The reply: what is there then. */
static void
step_mapped(const struct question *q, uint8_t *buffer)
{
    uint32_t words[3];
    struct answer a = {0};

    memcpy(words, buffer, sizeof(words));
    if (q->function == LESS)
        objects_take(words[0]);
    else if (object_touch(words[0], words[1], buffer + sizeof(words), q->bytes - sizeof(words), buffer, words[2]))
        a.bytes = words[2];
    else
        a.error = ERR_RANGE;
    fwrite(&a, sizeof(a), 1, stdout);
    fwrite(buffer, 1, a.bytes, stdout);
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
        if (q.function == MAPPED || q.function == LESS)
            step_mapped(&q, buffer);
        else
            step(&q, buffer);
    }
    free(buffer);
    return 0;
}
