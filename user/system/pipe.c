/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A pipe: bytes that are written at the one door are read at the other.  See sys/pipe.h.
 *
 * Who reads too early is parked.  Who writes while there is little room is not even received, but waits in the
 * kernel's line: what is written has room, and nothing has to be kept for who may have ended meanwhile.
 */
#include "abi/pm.h"
#include "abi/stream.h"
#include "parked.h"
#include "sys/manager.h"
#include "sys/pipe.h"
#include "text.h"

#define ROOM 8192u /* bytes in the pipe */

/* Written, and not read yet, in a ring. */
static struct {
    uint8_t byte[ROOM];
    uint32_t first, count;
} ring;

static uint8_t buffer[4096] __attribute__((aligned(4096)));
static struct parked_list readers;
static uint32_t read_door, write_door;
static bool no_reader, no_writer; /* any more */

static void
put_ring(struct outgoing *out, uint32_t count)
{
    uint32_t straight = ROOM - ring.first < count ? ROOM - ring.first : count;

    put_result(out, count);
    put_bytes(out, ring.byte + ring.first, straight);
    put_bytes(out, ring.byte, count - straight);
}

static void
take(uint32_t count)
{
    ring.first = (ring.first + count) % ROOM;
    ring.count -= count;
}

/* What a reader with so much room gets now. */
static uint32_t
part(uint32_t room)
{
    return ring.count < room ? ring.count : room;
}

/* The first who waits; an ended one takes nothing. */
static void
answer_first(void)
{
    struct parked *first = &readers.call[0];
    uint32_t count = part(first->room);
    struct outgoing out;

    outgoing_start(&out, buffer, CALL_DATA_MAX);
    put_ring(&out, count);
    if (parked_answer(first->reply, &out))
        take(count);
    parked_remove(&readers, 0);
}

/* Who waits need not wait any more: there is something, or never will be. */
static void
answer_readers(void)
{
    while (readers.count > 0 && (ring.count > 0 || no_writer || no_reader))
        answer_first();
}

/* For a result. */
static bool
has_room(const struct message *m)
{
    return call_total_size(m->sizes) >= 2 * sizeof(uint32_t);
}

/* PARKED: no reply is owed; or an error that is.  As the two below. */
static uint32_t
read(const struct message *m, struct incoming *in)
{
    uint32_t room = parked_room(m), size, count, error;
    struct outgoing out;

    get_u32(in); /* no offset here */
    size = get_u32(in);
    get_u32(in);
    if (!incoming_end(in) || !has_room(m))
        return ERR_MESSAGE;
    if (size > STREAM_MAX)
        size = STREAM_MAX;
    room = size < room ? size : room;
    if (room > 0 && ring.count == 0 && !no_writer)
        return parked_add(&readers, m, room, 0);
    count = part(room);
    outgoing_start(&out, buffer, CALL_DATA_MAX);
    put_ring(&out, count);
    error = reply(m->cookie, buffer, outgoing_sizes(&out)).error;
    if (!error)
        take(count);
    return error && error != ERR_GONE ? ERR_MESSAGE : PARKED;
}

static uint32_t
write(const struct message *m, struct incoming *in)
{
    uint32_t size, end = (ring.first + ring.count) % ROOM, straight;
    const uint8_t *bytes;
    struct outgoing out;

    get_u32(in);
    bytes = get_rest(in, &size);
    if (!incoming_end(in) || size > STREAM_MAX || !has_room(m))
        return ERR_MESSAGE;
    if (no_reader)
        return ERR_NO_READER;
    straight = ROOM - end < size ? ROOM - end : size;
    memcpy(ring.byte + end, bytes, straight);
    memcpy(ring.byte, bytes + straight, size - straight);
    ring.count += size;
    outgoing_start(&out, buffer, CALL_DATA_MAX);
    put_result(&out, size);
    reply(m->cookie, buffer, outgoing_sizes(&out));
    return PARKED;
}

static uint32_t
stat(struct incoming *in)
{
    struct stream_view view = {.kind = STREAM_PIPE, .size = ring.count};

    if (!incoming_end(in))
        return ERR_MESSAGE;
    memcpy(buffer, &view, sizeof(view));
    return reply(0, buffer, call_sizes(sizeof(buffer) - 1, sizeof(view), 0)).error ? ERR_MESSAGE : PARKED;
}

static uint32_t
handle(const struct message *m, bool reads)
{
    struct incoming in;

    incoming_start(&in, buffer, m->sizes);
    if (m->function == STREAM_READ && reads)
        return read(m, &in);
    if (m->function == STREAM_WRITE && !reads)
        return write(m, &in);
    if (m->function == STREAM_STAT)
        return stat(&in);
    in.broken = true; /* all of its descriptors are closed */
    incoming_end(&in);
    return ERR_MESSAGE;
}

/*
 * Where a message is, or will be: the door.  Readers first: that there are none any more has to be known before something is
 * written.  `limit`: something may come to the other door while it is received.
 */
static uint32_t
next_door(uint32_t *limit)
{
    struct wait_list list = {0, {read_door, write_door}};

    *limit = 0;
    if (no_reader)
        return write_door;
    if (no_writer || ROOM - ring.count < STREAM_MAX)
        return read_door;
    *limit = 1;
    wait(&list, 2);
    return would_block(read_door).value ? write_door : read_door;
}

static void
serve_ends(void)
{
    while (!no_reader || !no_writer) {
        uint32_t limit, door = next_door(&limit), error = PARKED;
        struct message m = receive(door, buffer, CALL_DATA_MAX, limit);

        if (m.function == MESSAGE_UNREF && door == read_door)
            no_reader = true;
        else if (m.function == MESSAGE_UNREF)
            no_writer = true;
        else if (m.function != CALL_INVALID)
            error = handle(&m, door == read_door);
        if (error != PARKED)
            reply_error(error);
        answer_readers();
    }
}

/* The creator gets both ends. */
static bool
hand_out(void)
{
    struct result in = descriptor_duplicate(read_door, RIGHT_READ | RIGHT_COPY | RIGHT_MOVE, 0);
    struct result out = descriptor_duplicate(write_door, RIGHT_WRITE | RIGHT_COPY | RIGHT_MOVE, 0);
    struct outgoing m;
    struct incoming reply;

    outgoing_start(&m, buffer, sizeof(buffer));
    put_descriptor(&m, in.value, RIGHTS_ALL, true);
    put_descriptor(&m, out.value, RIGHTS_ALL, true);
    return !in.error && !out.error && !ask(PIPE_READY, FD_OUT, &m, &reply).error;
}

int
main(int argc, char **argv, char **envp)
{
    struct result r = door_new("", false, 0, 0), w = door_new("", false, 0, 0);

    (void)argc, (void)argv, (void)envp;
    read_door = r.value;
    write_door = w.value;
    if (r.error || w.error || !hand_out())
        return 1;
    serve_ends();
    return 0;
}
