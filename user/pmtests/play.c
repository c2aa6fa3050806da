/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Director and actors of a play: see play.h.  An actor asks for its next step in a call that also tells what came
 * of the last one; the director keeps that call until it is the actor's turn.
 */
#include <stddef.h>

#include "play.h"
// SINCE swap
#include "pages.h"
// END swap

#include "abi/file.h"
#include "abi/pm.h"
#include "sys/child.h"
#include "door.h"
#include "sys/manager.h"
#include "sys/program.h"
#include "sys/spawn.h"
#include "string.h"
#include "test.h"
#include "text.h"

#define ACTORS   16
#define ROOM     4095
#define ARCHIVE  0x60000000u
#define PATIENCE 1000 /* milliseconds for an actor to do a step */
#define LINE     8    /* words in a line of a report */
#define NEXT     (CALL_USER_FIRST + 8)

/* What came of a step. */
struct outcome {
    uint32_t value, error, sizes;
    uint32_t look[4]; /* of the first descriptor that came: kind, rights, flags; how many came */
    uint32_t data[ROOM / 4 + 1];
};

static uint32_t registers[REGISTERS];

/* --- Doing a step. */

static uint32_t
put_gives(uint8_t *buffer, const struct step *s)
{
    const uint32_t *give = (const uint32_t *)(s + 1);
    uint32_t at = descriptors_at(s->size);

    for (uint32_t i = 0; i < s->gives; i++, at += sizeof(uint32_t)) {
        uint32_t word = descriptor_word(registers[give[i] & GIVE_REGISTER & (REGISTERS - 1)], give[i] >> GIVE_RIGHTS & RIGHTS_ALL,
                                        give[i] & GIVE_MOVE ? DESCRIPTOR_MOVE : 0);

        memcpy(buffer + at, &word, sizeof(word));
    }
    return at;
}

static uint32_t
sizes_of(const struct step *s)
{
    return s->function == CALL_RECEIVE ? (uint32_t)ROOM << 20 | s->limit : call_sizes(ROOM, s->size, s->gives);
}

static void
take(struct outcome *o, const struct step *s, const uint8_t *buffer)
{
    uint32_t count = call_descriptors(o->sizes), at = descriptors_at(call_data_size(o->sizes));
    struct look look;

    o->look[3] = count;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t word, number;

        memcpy(&word, buffer + at + 4 * i, sizeof(word));
        number = word & DESCRIPTOR_NUMBER;
        registers[(s->store + i) & (REGISTERS - 1)] = number;
        if (i == 0 && !descriptor_look(number, &look).error)
            memcpy(o->look, (uint32_t[]){look.kind, look.rights, look.flags}, 3 * sizeof(uint32_t));
    }
}

static void
make_call(const struct step *s, struct outcome *o)
{
    static uint8_t buffer[ROOM + 1] __attribute__((aligned(4)));
    const uint8_t *data = (const uint8_t *)(s + 1) + s->gives * sizeof(uint32_t);
    uint32_t target = s->flags & STEP_REGISTER ? registers[s->target & (REGISTERS - 1)] : s->target;
    struct reply r;

    memcpy(buffer, data, s->size);
    put_gives(buffer, s);
    r = send(s->function, target, buffer, sizes_of(s));
    o->value = r.value;
    o->error = r.error;
    o->sizes = r.sizes;
    if (s->flags & STEP_VALUE && !r.error)
        registers[s->store & (REGISTERS - 1)] = r.value;
    memcpy(o->data, buffer, call_data_size(r.sizes));
    take(o, s, buffer);
}

static void
act(const struct step *s, struct outcome *o)
{
    const uint32_t *word = (const uint32_t *)(s + 1) + s->gives;

    memset(o, 0, sizeof(*o));
    if (s->function == PLAY_READ)
        o->value = *(volatile uint32_t *)word[0];
    else if (s->function == PLAY_WRITE)
        *(volatile uint32_t *)word[0] = word[1];
    // SINCE swap
    else if (s->function >= PLAY_FILL && s->function <= PLAY_FILE)
        o->value = pages_step(s->function, word, s->size, registers);
    // END swap
    else
        make_call(s, o);
}

/* --- An actor. */

static void
play_along(void)
{
    static uint32_t buffer[ROOM / 4 + 1];
    static struct outcome o;
    uint32_t size = 0;

    for (;;) {
        const struct step *s = (const void *)buffer;
        uint32_t told = offsetof(struct outcome, data) + call_data_size(o.sizes);

        if (size)
            memcpy(buffer, &o, told < ROOM ? told : ROOM);
        send(NEXT, FD_IN, buffer, call_sizes(ROOM, size ? (told < ROOM ? told : ROOM) : 0, 0));
        act(s, &o);
        size = 1;
    }
}

/* --- The director. */

static const uint8_t *archive;
static uint32_t archive_size, door;
static uint32_t waiting[ACTORS]; /* the actor's call that waits for its next step, or 0 */
static const struct step *doing[ACTORS];
static uint32_t buffer[ROOM / 4 + 1];

static uint32_t
octal(const char *text)
{
    uint32_t value = 0;

    for (; *text >= '0' && *text <= '7'; text++)
        value = value * 8 + *text - '0';
    return value;
}

/* A file of the archive, which the grader has written. */
static const void *
find(const char *name, uint32_t *size)
{
    for (uint32_t at = 0; at < archive_size && archive[at]; at += 512 + ((*size + 511) & -512u)) {
        *size = octal((const char *)archive + at + 124);
        if (strcmp((const char *)archive + at, name) == 0)
            return archive + at + 512;
    }
    return NULL;
}

static void
tell(uint32_t actor, const struct step *s, const struct outcome *o)
{
    report("r", "%u %x %x %x %x %x %x %x", actor, o->value, o->error, o->sizes, o->look[0], o->look[1], o->look[2], o->look[3]);
    for (uint32_t i = 0; i < s->show; i += LINE) {
        char line[80];
        uint32_t at = 0;

        for (uint32_t j = i; j < s->show && j < i + LINE; j++)
            at += snprintf(line + at, sizeof(line) - at, "%x ", o->data[j]);
        report("d", "%s", line);
    }
}

/* The next message of an actor: who it is; 0 if nobody says anything. */
static uint32_t
hear(void)
{
    struct message m = receive(door, buffer, ROOM, PATIENCE);
    struct outcome o = {0};
    uint32_t actor = m.cookie;

    if (m.function != NEXT || actor >= ACTORS)
        return 0;
    memcpy(&o, buffer, call_data_size(m.sizes));
    waiting[actor] = park(actor).value;
    if (doing[actor])
        tell(actor, doing[actor], &o);
    doing[actor] = NULL;
    return actor;
}

/* Until it asks for its next step: it may have asked already. */
static void
await(uint32_t actor)
{
    while (!waiting[actor])
        if (!hear()) {
            report("silent", "%u", actor);
            return;
        }
}

static struct outcome
new_actor(const struct step *s)
{
    const uint32_t *word = (const uint32_t *)(s + 1);
    uint32_t number = word[0], size;
    const char *domain = (const char *)(word + 2);
    const void *image = find("bin/init", &size);
    char *argv[] = {"actor", NULL};
    struct spawn spawn = {.argv = argv, .domain = domain, .fd = {[FD_PM] = FD_PM}};
    struct result r;

    spawn.fd[FD_IN] = descriptor_duplicate(door, RIGHTS_ALL, number).value;
    r = spawn_image(image, size, &spawn);
    descriptor_close(spawn.fd[FD_IN]);
    if (!r.error) {
        registers[s->store & (REGISTERS - 1)] = r.value;
        await(number);
    }
    return (struct outcome){.value = r.error ? -1u : 0, .error = r.error};
}

static struct outcome
spawn_program(const struct step *s)
{
    const uint32_t *word = (const uint32_t *)(s + 1);
    char *name = (char *)(word + 1), *argv[] = {name, NULL};
    uint32_t size;
    const void *image = find(name, &size);
    struct spawn spawn = {.argv = argv, .domain = name + strlen(name) + 1, .held = word[0]};
    struct result r = spawn_image(image, size, &spawn);

    if (!r.error)
        registers[s->store & (REGISTERS - 1)] = r.value;
    return (struct outcome){.value = r.error ? -1u : 0, .error = r.error};
}

static void
nap(uint32_t milliseconds)
{
    static uint32_t nobody;

    if (!nobody)
        nobody = door_new("", false, 0, 0).value;
    receive(nobody, NULL, 0, milliseconds);
}

static void
direct(const struct step *s)
{
    static struct outcome o;
    const uint32_t *word = (const uint32_t *)(s + 1) + s->gives;

    if (s->function == PLAY_AWAIT) {
        await(word[0]);
        return;
    }
    memset(&o, 0, sizeof(o));
    if (s->function == PLAY_ACTOR)
        o = new_actor(s);
    else if (s->function == PLAY_SPAWN)
        o = spawn_program(s);
    else if (s->function == PLAY_NAP)
        nap(word[0]);
    else
        act(s, &o);
    tell(0, s, &o);
}

/* Somebody else's step. */
static void
let(const struct step *s, uint32_t size)
{
    uint32_t reply = waiting[s->actor];

    if (!reply) {
        report("silent", "%u", s->actor);
        return;
    }
    waiting[s->actor] = 0;
    doing[s->actor] = s;
    answer(reply, s, call_sizes(size, size, 0));
    if (!(s->flags & STEP_LATER))
        await(s->actor);
}

static void
play(const uint8_t *at, uint32_t size)
{
    for (const uint8_t *end = at + size; at < end;) {
        const struct step *s = (const void *)at;
        uint32_t whole = sizeof(*s) + 4 * s->gives + ((s->size + 3) & -4u);

        if (s->actor == 0)
            direct(s);
        else
            let(s, whole);
        at += whole;
    }
}

int
main(int argc, char **argv, char **envp)
{
    const void *steps;
    uint32_t size;

    (void)envp;
    for (uint32_t i = 0; i <= FD_COUNT; i++)
        registers[i] = i;
    if (argc > 0 && strcmp(argv[0], "actor") == 0)
        play_along();
    archive_size = archive_map(ARCHIVE).value;
    archive = (const uint8_t *)ARCHIVE;
    door = door_new("", false, 0, 0).value;
    steps = find("play", &size);
    play(steps, size);
    report_end();
}
