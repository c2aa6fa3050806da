/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Pipes between the programs of a pipeline: see pipes.h.
 */
#include "pipes.h"

#include "sys/child.h"
#include "sys/pipe.h"

#define PIPES 64

static uint32_t pipes[PIPES];
static uint32_t count;

uint32_t
pipe_between(uint32_t *read_end, uint32_t *write_end)
{
    struct pipe pipe;
    struct result r;

    if (count == PIPES)
        return ERR_LIMIT;
    r = pipe_new(&pipe);
    if (r.error)
        return r.error;
    pipes[count++] = pipe.process;
    *read_end = pipe.read_end;
    *write_end = pipe.write_end;
    return 0;
}

static bool
is_over(uint32_t process)
{
    struct process_view view;

    if (!child_status(process, &view).error && view.state != PROCESS_ENDED)
        return false;
    child_wait(process, &view);
    descriptor_close(process);
    return true;
}

void
pipes_look(void)
{
    uint32_t left = 0;

    for (uint32_t i = 0; i < count; i++)
        if (!is_over(pipes[i]))
            pipes[left++] = pipes[i];
    count = left;
}
