/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Descriptors that travel in messages.  A word of the message says which one, and
 * which rights are to be left; the recipient finds in its place its own number.
 *
 * The words are read once and kept here: what their sender does to its buffer
 * meanwhile, be it by receiving its own message, does not matter.
 */
#include "door.h"

static uint32_t words[255];

/* The part of a buffer behind its first `offset` bytes. */
static struct span
behind(struct span s, uint32_t offset)
{
    if (offset < s.size)
        return (struct span){.at = s.at + offset, .size = s.size - offset, .rest = s.rest};
    return (struct span){.at = s.rest + (offset - s.size), .size = PAGE_SIZE};
}

/* May the sender send what this word says?  One that is moved can be named once only. */
static uint32_t
check(struct process *p, uint32_t word)
{
    // SOLUTION doors.4
    // | /* TODO doors.4: DESCRIPTOR_MARK tells what this message moves already. */
    // | (void)p, (void)word;
    // | return ERR_DESCRIPTOR;
    struct descriptor *d = desc_find(p, word & DESCRIPTOR_NUMBER);
    uint32_t needed = word & DESCRIPTOR_MOVE ? RIGHT_MOVE : RIGHT_COPY;

    if (d->object == &object_nothing || d->rights & DESCRIPTOR_MARK)
        return ERR_DESCRIPTOR;
    if (!(d->rights & needed))
        return ERR_RIGHT;
    if (word & DESCRIPTOR_MOVE && d->rights & DESCRIPTOR_OWNER && door_in_use((struct door *)d->object))
        return ERR_BUSY;
    if (word & DESCRIPTOR_MOVE)
        d->rights |= DESCRIPTOR_MARK;
    return 0;
    // END doors.4
}

/*
 * Reads the words of a message with these sizes and checks them all; and sees that the
 * recipient has room.  0; ERR_DESCRIPTOR, ERR_RIGHT, ERR_BUSY; ERR_TABLE: no room.
 */
uint32_t
transfer_check(struct process *from, struct span message, struct process *to, uint32_t sizes)
{
    // SOLUTION doors.4
    // | /* TODO doors.4 */
    // | (void)from, (void)message, (void)to, (void)sizes, (void)check, (void)behind, (void)words;
    // | exercise_missing("doors.4");
    // | return ERR_DESCRIPTOR;
    uint32_t count = call_descriptors(sizes), error = 0, checked = 0;

    span_copy((struct span){.at = (char *)words, .size = sizeof(words)},
              behind(message, descriptors_at(call_data_size(sizes))), count * sizeof(*words));
    while (checked < count && !error)
        error = check(from, words[checked++]);
    while (checked > 0)
        desc_find(from, words[--checked] & DESCRIPTOR_NUMBER)->rights &= ~DESCRIPTOR_MARK;
    return error ? error : desc_room(to, count) ? 0 : ERR_TABLE;
    // END doors.4
}

/* `d`, number `number` of `from`, names nothing any more; what it named has another descriptor already. */
static void
take_away(struct process *from, uint32_t number)
{
    struct descriptor *d = desc_find(from, number);

    if (!(d->rights & DESCRIPTOR_OWNER))
        d->object->references--;
    d->object = &object_nothing;
    d->rights = 0;
    desc_free(from, number);
}

/* One descriptor goes over.  Answers with the word that the recipient finds. */
static uint32_t
give(struct process *from, struct process *to, uint32_t word)
{
    // SOLUTION doors.4
    // | /* TODO doors.4: who has the owner's descriptor owns the door; a reply knows its descriptor (parked). */
    // | (void)from, (void)to, (void)take_away;
    // | return word;
    const struct descriptor *d = desc_find(from, word & DESCRIPTOR_NUMBER);
    struct object *object = d->object;
    struct door *door = object->kind == OBJECT_DOOR ? (struct door *)object : NULL;
    uint32_t rights = d->rights & word >> DESCRIPTOR_RIGHTS & RIGHTS_ALL;
    uint32_t owner = word & DESCRIPTOR_MOVE ? d->rights & DESCRIPTOR_OWNER : 0;
    uint32_t number = desc_new(to, object, rights | owner, d->cookie);

    if (owner)
        door->owner = to;
    if (object->kind == OBJECT_REPLY && object != &object_gone)
        LIST_ENTRY(object, struct thread, reply)->parked = desc_find(to, number);
    if (word & DESCRIPTOR_MOVE)
        take_away(from, word & DESCRIPTOR_NUMBER);
    return descriptor_word(number, rights, door && door->owner == to ? DESCRIPTOR_OWN : 0);
    // END doors.4
}

/* Gives what transfer_check() has allowed.  Answers with the number of the first. */
uint32_t
transfer_do(struct process *from, struct process *to, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        words[i] = give(from, to, words[i]);
    return words[0] & DESCRIPTOR_NUMBER;
}

/* Puts what the recipient finds in its copy of the message. */
void
transfer_write(struct span message, uint32_t sizes)
{
    span_copy(behind(message, descriptors_at(call_data_size(sizes))),
              (struct span){.at = (char *)words, .size = sizeof(words)}, call_descriptors(sizes) * sizeof(*words));
}
