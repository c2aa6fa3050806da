/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Director and actors of a play about memory: see pressure.h.  The first process is the director.  It may take as much memory for
 * itself as it likes, so that little is left, and its own never goes.
 */
#include "pressure.h"
#include "pressure_wild.h"

#include "string.h"
#include "sys/child.h"
#include "sys/disk.h"
#include "sys/object.h"
#include "sys/program.h"
#include "sys/sleep.h"
#include "sys/spawn.h"
#include "tar.h"
#include "test.h"

#define PAGE     4096u
#define ARCHIVE  0x60000000u
#define OWN      0x80000000u /* memory that the director takes */
#define PATIENCE 100         /* milliseconds between two looks whether an actor that says nothing has ended */

static uint32_t registers[REGISTERS];
static uint32_t fresh; /* a descriptor that goes to the director, or 0 */

/* --- Steps of anybody. */

static struct result
write_pages(const uint32_t *a)
{
    for (uint32_t i = 0; i < a[1]; i++)
        ((volatile uint32_t *)(a[0] + i * PAGE))[pressure_place(a[2], i)] = pressure_word(a[2], i);
    return (struct result){a[1], 0};
}

static struct result
sum(const uint32_t *a)
{
    uint32_t sum = 0;

    for (uint32_t i = 0; i < a[1]; i++)
        sum = pressure_sum(sum, (const uint32_t *)(a[0] + i * PAGE));
    return (struct result){sum, 0};
}

/* Writes all of `a[1]` pages `a[2]` times, and looks at all of it.  Value: pages that are wrong. */
static struct result
large(const uint32_t *a)
{
    uint32_t wrong = 0;

    for (uint32_t round = 0; round <= a[2]; round++)
        for (uint32_t page = 0; page < a[1]; page++) {
            volatile uint32_t *word = (volatile uint32_t *)(a[0] + page * PAGE);
            uint32_t before = (page * 0x9e3779b1u + round - 1) | 1, now = (page * 0x9e3779b1u + round) | 1, bad = 0;

            for (uint32_t i = 0; i < 1024; i++) {
                bad |= round > 0 && word[i] != before * (i + 1);
                if (round < a[2])
                    word[i] = now * (i + 1);
            }
            wrong += bad;
        }
    return (struct result){wrong, 0};
}

/* Asks the manager every `a[1]` milliseconds until the word at `a[0]` is set.  Value: the longest time that took, if it was over `a[2]`. */
static struct result
tick(const uint32_t *a)
{
    uint32_t worst = 0;

    while (!*(volatile uint32_t *)a[0]) {
        uint32_t began = clock_milliseconds(), took;

        if (process_number().error)
            return (struct result){-1, ERR_RANGE};
        took = clock_milliseconds() - began;
        worst = took > worst ? took : worst;
        sleep_milliseconds(a[1]);
    }
    return (struct result){worst > a[2] ? worst : 0, 0};
}

static struct result
new_object(const uint32_t *a)
{
    struct result r = object_new(OBJECT_SHARED, a[0]);

    if (r.error)
        return r;
    fresh = registers[a[1]] = r.value;
    return (struct result){0, 0};
}

/* What an actor takes from what the director gave. */
static struct result
act(uint32_t what, const uint32_t *a)
{
    switch (what) {
    case MAP:
        return map(a[0], a[1], a[2]);
    case UNMAP:
        return unmap(a[0], a[1]);
    case ATTACH:
        return object_map(registers[a[4]], a[0], a[1], a[2], a[3]);
    case PROTECT:
        return map_protect(a[0], a[1], a[2]);
    case ADVISE:
        return map_advise(a[0], a[1], a[2]);
    case SYNC:
        return map_sync(a[0], a[1]);
    case WRITE:
        return write_pages(a);
    case SUM:
        return sum(a);
    case LARGE:
        return large(a);
    case NEW:
        return new_object(a);
    case TAKE:
        return (struct result){0, 0};
    case RESIZE:
        return object_resize(registers[a[0]], a[1]);
    case DELETE:
        return object_delete(registers[a[0]]);
    case EXIT:
        process_exit(a[0]);
    case TICK:
        return tick(a);
    case WILD:
        run_wild(a[0], a[1]);
        return (struct result){0, 0};
    case ASK_SWAP:
        return swap_use("disk0", a[0], FD_IN, registers[a[1]]);
    case SET:
        *(volatile uint32_t *)a[0] = a[1];
        return (struct result){0, 0};
    default:
        return (struct result){-1, ERR_MESSAGE};
    }
}

/* --- An actor. */

/* What came is in the buffer; a descriptor behind it goes into the register that the step tells. */
static void
take(const struct reply *r, const uint32_t *buffer)
{
    const struct step *s = (const void *)buffer;
    uint32_t word = buffer[sizeof(*s) / 4];

    if (!call_descriptors(r->sizes))
        return;
    if (registers[s->argument[0]])
        descriptor_close(registers[s->argument[0]]);
    registers[s->argument[0]] = word & DESCRIPTOR_NUMBER;
}

static void
play_along(void)
{
    static uint32_t buffer[sizeof(struct step) / 4 + 1];
    static struct told told;

    for (;;) {
        const struct step *s = (const void *)buffer;
        struct reply r;
        struct result came;

        memcpy(buffer, &told, sizeof(told));
        buffer[sizeof(told) / 4] = descriptor_word(fresh, RIGHTS_ALL, 0);
        r = send(NEXT, FD_IN, buffer, call_sizes(sizeof(buffer), sizeof(told), fresh != 0));
        if (!call_data_size(r.sizes)) /* the director is no more */
            process_exit(99);
        fresh = 0;
        take(&r, buffer);
        came = act(s->what, s->argument);
        told = (struct told){came.value, came.error};
    }
}

/* --- The director's actors. */

static struct tar_member me, files, driver;
static uint32_t door, right;
static const struct step *first;

static struct actor {
    uint32_t process; /* its capability; 0: it is not there */
    uint32_t reply;   /* to its question, while it waits for a step */
    uint32_t left;    /* it has lost a page: what is left of its part is not played */
    const struct step *doing;
} actors[ACTORS];

/* What has come of a step.  That one who should have lost nothing has lost something is told, too. */
static void
judge(const struct step *s, uint32_t value, uint32_t error)
{
    bool lost = s->flags & STEP_LOST && (value >> 16 == (ENDED >> 16 | END_LOST) || value >> 16 == (ENDED >> 16 | END_MEMORY));

    if (lost)
        report("lost", "%u %x", s->actor, value);
    if (lost || s->flags & STEP_ANY || (value == s->value && error == s->error))
        right++;
    else
        report("wrong", "%u actor %u: %x %x instead of %x %x", (uint32_t)(s - first), s->actor, value, error, s->value, s->error);
    if (lost)
        actors[s->actor].left = true;
}

/* Has it ended?  Then that is what came of what it was doing. */
static bool
has_ended(struct actor *a)
{
    struct process_view view;
    const struct step *s = a->doing;
    uint32_t value;

    if (child_status(a->process, &view).error || view.state < PROCESS_ENDING)
        return false;
    child_wait(a->process, &view);
    if (view.end == END_FAULT)
        report("fault", "%x %x at %x %u", view.fault.vector, view.fault.address, view.fault.registers.eip, view.fault.present);
    descriptor_close(a->process);
    if (a->reply)
        descriptor_close(a->reply);
    a->process = a->reply = 0;
    a->doing = NULL;
    value = ENDED | view.end << 16 | (view.status & 0xffff);
    if (s)
        judge(s, value, 0);
    else if ((a->left = view.end == END_LOST)) /* between two steps */
        report("lost", "%u %x", (uint32_t)(a - actors), value);
    return true;
}

/* The next message of an actor, if one comes soon. */
static void
hear(void)
{
    static uint32_t buffer[16];
    struct message m = receive(door, buffer, sizeof(buffer), PATIENCE);
    const struct told *told = (const void *)buffer;
    struct actor *a = &actors[m.cookie % ACTORS];
    const struct step *s = a->doing;

    if (m.function == CALL_INVALID || m.function == MESSAGE_UNREF)
        return;
    a->reply = park(m.cookie).value;
    a->doing = NULL;
    if (s && call_descriptors(m.sizes))
        registers[s->argument[1]] = buffer[sizeof(*told) / 4] & DESCRIPTOR_NUMBER;
    if (s)
        judge(s, told->value, told->error);
}

/* Until it asks for its next step, or has ended. */
static void
await(struct actor *a)
{
    while (a->process && !a->reply)
        if (!has_ended(a))
            hear();
}

/* Somebody else's step. */
static void
let(const struct step *s)
{
    static uint32_t buffer[sizeof(*s) / 4 + 1];
    struct actor *a = &actors[s->actor];

    await(a);
    if (!a->process || has_ended(a)) {
        bool left = a->left && s->flags & STEP_LOST;

        judge(s, left ? s->value : ENDED, left ? s->error : 0);
        return;
    }
    memcpy(buffer, s, sizeof(*s));
    if (s->flags & STEP_GIVES)
        buffer[sizeof(*s) / 4] = descriptor_word(registers[s->argument[0]], RIGHTS_ALL, 0);
    if (answer(a->reply, buffer, call_sizes(sizeof(buffer), sizeof(*s), s->flags & STEP_GIVES ? 1 : 0)).error) {
        judge(s, -1, ERR_MESSAGE); /* there is no such descriptor */
        return;
    }
    a->doing = s;
    a->reply = 0;
    if (!(s->flags & STEP_LATER))
        await(a);
}

static struct result
start(uint32_t number, const char *domain, const struct tar_member *image)
{
    char *argv[] = {"actor", NULL};
    struct spawn spawn = {.argv = argv, .domain = domain};
    struct result r;

    spawn.fd[FD_IN] = descriptor_duplicate(door, RIGHTS_ALL, number).value;
    r = spawn_image(image->data, image->size, &spawn);
    descriptor_close(spawn.fd[FD_IN]);
    actors[number] = (struct actor){.process = r.error ? 0 : r.value};
    await(&actors[number]);
    return (struct result){0, r.error};
}

/* Ended, and nothing of it is left. */
static struct result
kill(struct actor *a)
{
    if (a->process)
        child_kill(a->process);
    while (a->process && !has_ended(a))
        hear();
    return (struct result){0, 0};
}

static void
barrier(void)
{
    for (uint32_t i = 1; i < ACTORS; i++)
        await(&actors[i]);
}

/* --- The director's steps about memory. */

static struct memory_counts marked;
static uint32_t taken, disk_driver, swap_buffer;

/* Takes memory until only so much is free, which it has for good. */
static struct result
ballast(uint32_t frames)
{
    struct memory_counts counts;

    for (uint32_t most = 100000; most > 0 && !memory_look(&counts).error && counts.frames_free > frames; most--) {
        if (map(OWN + taken * PAGE, 1, MEMORY_WRITABLE).error)
            return (struct result){taken, ERR_RANGE};
        *(volatile uint32_t *)(OWN + taken++ * PAGE) = 1;
    }
    return (struct result){0, 0};
}

static struct result
start_driver(void)
{
    char *argv[] = {"disk", NULL};
    struct spawn spawn = {.argv = argv, .domain = "disk"};
    struct result r = spawn_image(driver.data, driver.size, &spawn);

    disk_driver = r.value;
    for (uint32_t n = 0, rest; !r.error && n < 100 && name_resolve(DISK_NAME, &rest).error; n++)
        sleep_milliseconds(50);
    return (struct result){0, r.error};
}

static struct result
end_driver(void)
{
    struct process_view view;

    child_kill(disk_driver);
    child_wait(disk_driver, &view);
    descriptor_close(disk_driver);
    return (struct result){0, 0};
}

/* As swapon does it; `as`: the name that the disk is given. */
static struct result
swap(uint32_t slots, const char *as)
{
    uint32_t rest, sectors;
    struct result object = object_new(OBJECT_SHARED, SWAP_BUFFER), server = name_resolve(DISK_NAME, &rest), disk, r;

    if (object.error || server.error)
        return object.error ? object : server;
    r = disk = disk_open(server.value, "disk0", true, object.value, &sectors);
    while (!disk.error && (r = swap_use(as, slots, disk.value, object.value)).error == ERR_PHASE)
        sleep_milliseconds(1);
    if (!disk.error)
        descriptor_close(disk.value);
    if (r.error)
        object_delete(object.value);
    if (r.error || swap_buffer)
        descriptor_close(r.error ? object.value : swap_buffer);
    if (!r.error)
        swap_buffer = object.value;
    descriptor_close(server.value);
    return r;
}

/* The disk, with a buffer that may be anywhere. */
static struct result
open_disk(uint32_t object)
{
    uint32_t rest, sectors;
    struct result server = name_resolve(DISK_NAME, &rest), disk = disk_open(server.value, "disk0", false, object, &sectors);

    descriptor_close(server.value);
    if (!disk.error)
        descriptor_close(disk.value);
    return (struct result){0, disk.error};
}

/* What nobody should ask for, with `a[0]` slots: something is wrong, `a[1]` tells what. */
static struct result
odd_swap(const uint32_t *a)
{
    const char *name = a[1] == ODD_LONG_NAME ? "a name of thirty-two letters....." : "disk0";
    uint32_t slots = a[1] == ODD_ONE_SLOT ? 1 : a[0], rights = a[1] == ODD_READ_ONLY ? RIGHT_READ | RIGHT_COPY : RIGHTS_ALL;
    uint32_t own = door_new("", false, 0, 0).value, disk = descriptor_duplicate(own, RIGHTS_ALL, 0).value;
    uint32_t object = object_new(OBJECT_SHARED, SWAP_BUFFER - (a[1] == ODD_SMALL)).value;
    uint32_t shown = descriptor_duplicate(a[1] == ODD_TAKEN ? swap_buffer : object, rights, 0).value;
    struct result r;

    if (a[1] == ODD_DELETED)
        object_delete(object);
    if (a[1] == ODD_DEAD_DOOR)
        descriptor_close(own);
    r = swap_use(name, slots, a[1] == ODD_OWN_DOOR ? FD_PM : disk, shown);
    if (a[1] != ODD_DEAD_DOOR)
        descriptor_close(own);
    if (a[1] != ODD_DELETED)
        object_delete(object);
    descriptor_close(disk);
    descriptor_close(shown);
    descriptor_close(object);
    return r;
}

static struct result
peek(const uint32_t *a)
{
    static uint32_t page[1024];
    uint32_t sum = 0;

    for (uint32_t i = 0; i < a[2]; i++) {
        struct result r = child_read_memory(actors[a[0]].process, a[1] + i * PAGE, page, PAGE);

        if (r.error || r.value != PAGE)
            return (struct result){-1, r.error ? r.error : ERR_RANGE};
        sum = pressure_sum(sum, page);
    }
    return (struct result){sum, 0};
}

static void
tell_counts(const struct memory_counts *c)
{
    report("pages", "%u %u %u %u %u", c->private, c->shared, c->file, c->wired, c->dirty);
    report("slots", "%u %u %u", c->slots, c->slots_used, c->slots_bad);
    report("swapped", "%u %u %u %u", c->swapped_in, c->swapped_out, c->filled, c->cleaned);
    report("frames", "%u %u %u %u", c->frames, c->frames_free, c->waited, c->ended);
    report("time", "%u", clock_milliseconds());
}

/* As many frames and slots are free as were when that was marked, or more.  And the manager has no more descriptors: see LOOSE. */
static struct result
same(void)
{
    struct memory_counts now;

    memory_look(&now);
    if (now.frames_free >= marked.frames_free && now.slots_used == marked.slots_used && now.shared == marked.shared
        && now.file == marked.file && now.wired == marked.wired)
        return (struct result){0, 0};
    tell_counts(&marked);
    tell_counts(&now);
    return (struct result){1, 0};
}

static struct result
direct(const struct step *s)
{
    const uint32_t *a = s->argument;
    struct memory_counts counts;

    switch (s->what) {
    case START:
        return a[0] == SERVER ? start(SERVER, "pager", &files) : start(a[0], a[1] ? "pager" : "user", &me);
    case KILL:
        return kill(&actors[a[0]]);
    case WAIT:
        await(&actors[a[0]]);
        return (struct result){actors[a[0]].process != 0, 0};
    case BARRIER:
        barrier();
        return (struct result){0, 0};
    case PEEK:
        return peek(a);
    case BALLAST:
        return ballast(a[0]);
    case DRIVER:
        return start_driver();
    case END_DRIVER:
        return end_driver();
    case SWAP:
        return swap(a[0], a[1] ? "disk0p1" : "disk0");
    case OPEN:
        return open_disk(registers[a[0]]);
    case ODD_SWAP:
        return odd_swap(a);
    case NAP:
        sleep_milliseconds(a[0]);
        return (struct result){0, 0};
    case COUNTS:
        memory_look(&counts);
        tell_counts(&counts);
        return (struct result){0, 0};
    case MARK:
        return memory_look(&marked);
    case SAME:
        return same();
    case LOOSE:
        descriptor_close(registers[a[0]]);
        registers[a[0]] = 0;
        return (struct result){0, 0};
    default:
        return act(s->what, a);
    }
}

static void
play(const struct step *s)
{
    struct result r;

    if (s->actor) {
        let(s);
        return;
    }
    r = direct(s);
    fresh = 0;
    judge(s, r.value, r.error);
}

/* AGAIN: the steps from `argument[0]` up to here so many times more. */
static void
play_all(const struct step *last)
{
    for (const struct step *s = first; s < last; s++) {
        if (s->what == AGAIN)
            for (uint32_t i = 0; i < s->argument[1]; i++)
                for (const struct step *again = first + s->argument[0]; again < s; again++)
                    play(again);
        else
            play(s);
    }
}

int
main(int argc, char **argv)
{
    struct tar_member script;
    uint32_t size;

    if (argc > 0 && strcmp(argv[0], "actor") == 0)
        play_along();
    size = archive_map(ARCHIVE).value;
    door = door_new("", false, 0, 0).value;
    if (!tar_find((const void *)ARCHIVE, size, "bin/init", &me) || !tar_find((const void *)ARCHIVE, size, "script", &script))
        return 1;
    tar_find((const void *)ARCHIVE, size, "bin/disk", &driver);
    tar_find((const void *)ARCHIVE, size, "bin/files", &files);
    first = script.data;
    play_all(first + script.size / sizeof(struct step));
    report("right", "%u", right);
    report_end();
}
