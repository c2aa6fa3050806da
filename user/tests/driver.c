/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The driver of the serial line, with somebody who types: what comes in, what is told when
 * the driver dies, and what the next driver finds.
 */
#include "serial.h"
#include "test.h"
#include "uart.h"

#define END 0x04 /* the last byte that is typed */

static char stack[8192] __attribute__((aligned(16)));
static uint32_t door;

/* The grader begins to type when the kernel gets this call, which changes nothing. */
static void
now_type(void)
{
    process_vector(DESCRIPTOR_ROOT, CALL_VECTOR);
}

static struct result
start(const struct boot_info *info)
{
    struct result r = serial_start(info, &door);

    report("start", "%x", r.error);
    return r;
}

static void
end(uint32_t driver)
{
    process_delete(driver);
    serial_close(door);
}

/* For those here that look at the line themselves. */
static void
use_line(void)
{
    process_ports(DESCRIPTOR_ROOT, CALL_MACHINE, SERIAL_FIRST, SERIAL_PORTS);
}

static void
pause(uint32_t milliseconds)
{
    uint32_t nobody = door_create(CALL_MACHINE, false, 0).value, none;

    receive(nobody, &none, sizeof(none), milliseconds);
    descriptor_close(nobody);
}

/*
 * Reads up to the END, or `limit` bytes if it is not 0; tells how many, and their FNV-1a
 * (draft-eastlake-fnv, 32 bits).
 */
static void
read_all(const char *name, uint32_t size, uint32_t limit)
{
    static uint8_t bytes[SERIAL_READ_MAX];
    uint32_t count = 0, hash = 0x811c9dc5, reads = 0;
    uint8_t last = 0;

    while (last != END && (!limit || count < limit)) {
        struct result r = serial_read(door, bytes, size);

        if (r.error) {
            report("error", "%x", r.error);
            break;
        }
        for (uint32_t i = 0; i < r.value; i++)
            hash = (hash ^ (last = bytes[i])) * 0x01000193;
        count += r.value;
        reads++;
    }
    report(name, "%u %x %u", count, hash, reads);
}

static void
burst(const struct boot_info *info)
{
    start(info);
    now_type();
    read_all("burst", SERIAL_READ_MAX, 0);
}

static void
one_by_one(const struct boot_info *info)
{
    start(info);
    now_type();
    read_all("one", 1, 0);
}

/* Has the driver told the other side to stop? */
static bool
is_held(void)
{
    return !(inb(SERIAL_FIRST + MODEM_CONTROL) & MODEM_REQUEST);
}

/* Nobody reads until the line has to wait. */
static void
slow(const struct boot_info *info)
{
    start(info);
    use_line();
    report("held", "%u", is_held());
    now_type();
    while (!is_held())
        yield();
    read_all("slow", 700, 0);
}

static volatile uint32_t read_error, read_time;

static void
read_one(void *unused)
{
    uint8_t byte;

    (void)unused;
    read_error = serial_read(door, &byte, 1).error;
    read_time = clock_milliseconds();
    thread_exit();
}

/* While somebody waits for input. */
static void
dies(const struct boot_info *info)
{
    uint32_t driver = start(info).value, died;

    thread_start(read_one, NULL, stack, sizeof(stack));
    pause(50);
    report("waits", "%x", read_error);
    died = clock_milliseconds();
    end(driver);
    pause(20);
    report("died", "%x %u", read_error, read_time - died);
}

/* In the middle of the burst; what it had taken in and not handed out is lost, and no more. */
static void
again(const struct boot_info *info)
{
    uint32_t driver = start(info).value;

    now_type();
    read_all("first", 500, 1500);
    end(driver);
    start(info);
    read_all("second", SERIAL_READ_MAX, 0);
}

/* The line's interrupt goes away and, since there is input, comes again. */
static void
interrupt_anew(void)
{
    outb(SERIAL_FIRST + INTERRUPTS, 0);
    outb(SERIAL_FIRST + INTERRUPTS, INTERRUPT_INPUT);
}

#define CROWD 10 /* more than the driver lets wait */

static struct {
    uint32_t thread, error;
    uint8_t reply[2 * sizeof(uint32_t) + 1];
} crowd[CROWD];

static void
read_in_crowd(uint32_t i)
{
    crowd[i].error = send(SERIAL_READ, door, crowd[i].reply, call_sizes(sizeof(crowd[i].reply), 0, 0)).error;
    thread_exit();
}

/* Reader `i` begins to wait. */
static void
start_reader(uint32_t i)
{
    uint32_t *top = (uint32_t *)(stack + sizeof(stack) - i * 512) - 4;
    struct registers r = {.eip = (uint32_t)read_in_crowd, .esp = (uint32_t)top};

    top[1] = i;
    crowd[i].thread = process_thread(DESCRIPTOR_ROOT).value;
    thread_write(crowd[i].thread, &r);
    thread_run(crowd[i].thread);
    pause(8);
}

/* Those that do not wait any more take no place, and no byte. */
static void
many_readers(const struct boot_info *info)
{
    start(info);
    for (uint32_t i = 0; i < CROWD - 1; i++)
        start_reader(i);
    thread_delete(crowd[0].thread);
    thread_delete(crowd[3].thread);
    start_reader(CROWD - 1);
    thread_delete(crowd[4].thread);
    now_type();
    pause(50);
    for (uint32_t i = 0; i < CROWD; i++)
        report("crowd", "%x %x", crowd[i].error, crowd[i].reply[sizeof(crowd[i].reply) - 1]);
}

/* One that dies between an interrupt and saying that it is done with it. */
static void
not_done(const struct boot_info *info)
{
    struct pair pair = door_pair();

    irq_bind(CALL_MACHINE, SERIAL_IRQ, pair.owner, 77);
    use_line();
    interrupt_anew();
    now_type();
    report("irq", "%x", receive(pair.owner, NULL, 0, 0).cookie);
    interrupt_anew();
    report("irq", "%x", receive(pair.owner, NULL, 0, 50).cookie);
    irq_done(CALL_MACHINE, SERIAL_IRQ);
    report("irq", "%x", receive(pair.owner, NULL, 0, 50).cookie);
    descriptor_close(pair.owner);
    descriptor_close(pair.client);
    start(info);
    read_all("after", SERIAL_READ_MAX, 0);
}

/* Without the right to use the line's ports it is ended by its first instruction that does. */
static void
no_ports(const struct boot_info *info)
{
    struct pair own = door_pair(), its = door_pair();
    struct start start = {
        .module = module_find(info, "serial"),
        .info = info,
        .manager = own.owner,
        .cookie = 5,
        .give = {give_away(its.owner), give_copy(CALL_MACHINE, RIGHT_WRITE)},
    };
    struct fault_message f;
    struct message m;

    report("start", "%x", start_program(&start).error);
    m = receive(own.owner, &f, sizeof(f), 0);
    report("fault", "%x %x %x", m.function, m.cookie, f.vector);
    reply_error(1);
    m = receive(own.owner, &f, sizeof(f), 0);
    report("last", "%x %x", m.function, m.cookie);
    report("read", "%x", serial_read(its.client, &f, 1).error);
}

int
main(const struct boot_info *info)
{
    static const struct {
        const char *name;
        void (*act)(const struct boot_info *info);
    } acts[] = {{"burst", burst}, {"one", one_by_one}, {"slow", slow}, {"dies", dies}, {"again", again},
                {"crowd", many_readers}, {"notdone", not_done}, {"noports", no_ports}};

    for (unsigned i = 0; i < sizeof(acts) / sizeof(*acts); i++)
        if (strcmp(test_argument(info), acts[i].name) == 0)
            acts[i].act(info);
    report_end();
}
