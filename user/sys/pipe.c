/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Making a pipe: see pipe.h.
 */
#include "pipe.h"

#include "spawn.h"

#define PROGRAM  "/bin/pipe"
#define PATIENCE 2000 /* milliseconds */

/* Waits for the two ends.  If the process ends before, nobody has a descriptor of the door: MESSAGE_UNREF comes instead. */
static uint32_t
receive_ends(uint32_t door, struct pipe *pipe)
{
    uint32_t buffer[8];
    struct message m = receive(door, buffer, sizeof(buffer), PATIENCE);
    struct incoming in;

    if (m.function == CALL_INVALID)
        return m.cookie;
    if (m.function == MESSAGE_UNREF)
        return ERR_DEAD;
    incoming_start(&in, buffer, m.sizes);
    pipe->read_end = get_descriptor(&in).number;
    pipe->write_end = get_descriptor(&in).number;
    if (!incoming_end(&in) || m.function != PIPE_READY) {
        reply_error(ERR_MESSAGE);
        return ERR_MESSAGE;
    }
    reply(0, NULL, 0);
    return 0;
}

static struct result
start(uint32_t door)
{
    char *argv[] = {PROGRAM, NULL};
    struct result end = descriptor_duplicate(door, RIGHT_WRITE | RIGHT_MOVE, 0), r;
    struct spawn s = {.argv = argv, .give = 1 << FD_OUT};

    if (end.error)
        return end;
    s.fd[FD_OUT] = end.value;
    r = spawn_path(PROGRAM, &s);
    if (r.error)
        descriptor_close(end.value);
    return r;
}

struct result
pipe_new(struct pipe *pipe)
{
    struct result door = door_new("", false, 0, 0), process;
    uint32_t error;

    if (door.error)
        return door;
    process = start(door.value);
    error = process.error ? process.error : receive_ends(door.value, pipe);
    descriptor_close(door.value);
    pipe->process = process.value;
    if (error && !process.error)
        child_delete(process.value);
    return (struct result){error ? -1 : 0, error};
}
