/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What goes to the serial line, in the order in which it came: what programs write to window 0, who wait
 * until it is with the line, and what is shown of what is typed there, for which nobody waits.  A thread of device.c
 * fetches it; meanwhile the windows go on.
 */
#include "wm.h"

#include "text.h"

#define PIECES  64
#define WRITERS 56 /* of them, at most; so what is typed can be shown whoever writes */

/* They are taken from the free ones that were used last, so that few pages are touched. */
static struct piece {
    struct piece *next;
    uint32_t reply; /* 0: nobody waits */
    uint32_t size, given;
    char byte[STREAM_MAX];
} pieces[PIECES];
static struct piece *first, *last, *unused;
static uint32_t used; /* pieces that have ever been in use */

static uint32_t writers; /* pieces for which somebody waits */

/* The thread, when it waits for something. */
static uint32_t thread;

static bool half; /* of an end of line: the CR is out, the LF is not */

static bool
is_room(void)
{
    return unused || used < PIECES;
}

/* Where there is room. */
static struct piece *
add_piece(uint32_t reply)
{
    struct piece *p = unused ? unused : &pieces[used++];

    unused = p == unused ? p->next : unused;
    p->next = NULL;
    p->reply = reply;
    p->size = p->given = 0;
    *(first ? &last->next : &first) = p;
    last = p;
    return p;
}

static void
remove_first(void)
{
    struct piece *p = first;

    first = p->next;
    p->next = unused;
    unused = p;
}

/* A terminal wants CR LF where a line ends. */
static uint32_t
take(struct piece *p, char *to, uint32_t room)
{
    uint32_t done = 0;

    while (p->given < p->size && done < room) {
        half = p->byte[p->given] == '\n' && !half;
        to[done++] = half ? '\r' : p->byte[p->given++];
    }
    return done;
}

/* What was given the last time is with the line. */
static void
forget_given(void)
{
    for (; first && first->given == first->size; remove_first())
        if (first->reply) {
            parked_answer_value(first->reply, first->size);
            writers--;
        }
}

/* The thread gets what there is, if it waits. */
static void
give(void)
{
    static char buffer[CALL_DATA_MAX];
    static char bytes[STREAM_MAX];
    struct outgoing out;
    uint32_t size = 0;

    if (!thread || !first)
        return;
    for (struct piece *p = first; p; p = p->next)
        size += take(p, bytes + size, sizeof(bytes) - size);
    outgoing_start(&out, buffer, sizeof(buffer));
    put_result(&out, size);
    put_bytes(&out, bytes, size);
    parked_answer(thread, &out);
    thread = 0;
}

uint32_t
output_next(struct request *r)
{
    struct result parked;

    forget_given();
    parked = park(r->m.cookie);
    if (parked.error)
        return ERR_LIMIT;
    thread = parked.value;
    give();
    return PARKED;
}

/* Without room it is not shown: a program that writes more than the line takes is to blame. */
void
output_text(const char *text, uint32_t size)
{
    struct piece *p = first && !last->reply && last->size + size <= sizeof(last->byte) ? last : NULL;

    if (!p && is_room())
        p = add_piece(0);
    if (!p)
        return;
    memcpy(p->byte + p->size, text, size);
    p->size += size;
    give();
}

uint32_t
output_write(struct request *r, const void *bytes, uint32_t size)
{
    struct result parked;
    struct piece *p;

    if (writers == WRITERS || !is_room())
        return ERR_LIMIT;
    parked = park(r->m.cookie);
    if (parked.error)
        return parked.error == ERR_GONE ? PARKED : ERR_LIMIT;
    p = add_piece(parked.value);
    writers++;
    memcpy(p->byte, bytes, size);
    p->size = size;
    give();
    return PARKED;
}
