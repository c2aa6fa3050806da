/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The root process of `make run`, which shows what the kernel can do, one thing after the
 * other, and ends the machine: processes that cannot see each other, with a picture of all memory on
 * the screen; a server and its client; a pager; and a driver.  Each is shown if its
 * programs are among the boot modules.
 */
#include "memview.h"
#include "serial.h"
#include "story.h"
#include "text.h"

#define MEMORY_UNTIL 600 /* milliseconds */
#define LOOK_EACH    50
#define THINKING     100

static const struct boot_info *info;
static struct memview shown[BOOT_MODULES]; /* the processes that there are */
static uint32_t count;
static struct pair own; /* the door at which the demo hears from them */

/* The cookies there. */
enum { CLIENT = 1, PAGER, ECHO };

static void
look(void)
{
    static uint32_t next;

    if (clock_milliseconds() < next)
        return;
    memview_draw(shown, count);
    next = clock_milliseconds() + LOOK_EACH;
}

/* A new process: it is shown from now on, and deleted in the end.  Answers with its descriptor. */
static uint32_t
add(struct result r, const struct boot_module *module)
{
    if (r.error)
        printf("demo:   cannot start %s: error %x\n", module->name, r.error);
    else
        shown[count++] = (struct memview){r.value, module_file(module)};
    return r.error ? 0 : r.value;
}

static uint32_t
start(struct start what)
{
    what.info = info;
    return add(start_program(&what), what.module);
}

static void
delete(uint32_t process)
{
    uint32_t kept = 0;

    process_delete(process);
    for (uint32_t i = 0; i < count; i++)
        if (shown[i].process != process)
            shown[kept++] = shown[i];
    count = kept;
}

static void
delete_all(void)
{
    while (count > 0)
        delete(shown[0].process);
}

/* The next message that is not about a fault, which ends who made it. */
static struct message
hear(void *buffer, uint32_t size)
{
    for (;;) {
        struct message m;

        look();
        m = receive(own.owner, buffer, size, LOOK_EACH);
        if (m.function == MESSAGE_FAULT)
            reply_error(1);
        else if (m.function != CALL_INVALID)
            return m;
    }
}

/* Waits until that is what it hears. */
static void
await(uint32_t function, uint32_t cookie, void *buffer, uint32_t size)
{
    struct message m = hear(buffer, size);

    if (m.function != function || m.cookie != cookie)
        printf("demo:   HEARD %x OF %u\n", m.function, m.cookie);
}

static void
await_end(uint32_t cookie)
{
    struct fault_message buffer;

    await(MESSAGE_PROCESS_ENDED, cookie, &buffer, sizeof(buffer));
}

/* Nobody calls meanwhile. */
static void
pause(uint32_t milliseconds)
{
    uint32_t start = clock_milliseconds();

    while (clock_milliseconds() - start < milliseconds) {
        look();
        receive(own.owner, NULL, 0, LOOK_EACH);
    }
}

static bool
is_shown_later(const struct boot_module *module)
{
    static const char *const names[] = {"server", "client", "pager", "lazy", "serial", "echo"};

    for (unsigned i = 0; i < sizeof(names) / sizeof(*names); i++)
        if (module == module_find(info, names[i]))
            return true;
    return false;
}

static void
show_memory(void)
{
    for (uint32_t i = 1; i < info->modules; i++)
        if (!is_shown_later(&info->module[i]))
            add(program_start(&info->module[i], info), &info->module[i]);
    if (count == 0)
        return;
    printf("demo:   %u processes, %u KiB free; the screen shows where the rest is\n", count, frames_free() * 4);
    if (memview_open().error)
        printf("demo:   there is no screen\n");
    while (clock_milliseconds() < MEMORY_UNTIL) {
        look();
        yield();
    }
    memview_close();
    delete_all();
}

/* The client is going to call the server for something that the server does not live to reply to. */
static void
end_server(uint32_t server)
{
    uint32_t thinks, knows, ended;

    await(DEMO_CALLS, CLIENT, &thinks, sizeof(thinks));
    reply(CLIENT, NULL, 0);
    pause(THINKING);
    printf("demo:   %u ms later I end the server, in the middle of that call\n", THINKING);
    ended = clock_milliseconds();
    delete(server);
    await(DEMO_KNOWS, CLIENT, &knows, sizeof(knows));
    reply(CLIENT, NULL, 0);
    await_end(CLIENT);
    printf("demo:   the client knew it %u ms after the server's end\n", knows - ended);
}

static void
show_doors(const struct boot_module *server, const struct boot_module *client)
{
    struct pair story = door_pair();
    uint32_t to_demo = descriptor_duplicate(own.owner, RIGHTS_ALL, CLIENT).value, process;

    printf("demo:   two processes that talk through a door: a server, which reads out a text, and its client\n");
    process = start((struct start){.module = server, .give = {give_away(story.owner)}});
    start((struct start){.module = client, .manager = own.owner, .cookie = CLIENT,
                         .give = {give_away(story.client), give_away(to_demo)}});
    end_server(process);
    delete_all();
}

static void
show_pager(const struct boot_module *pager, const struct boot_module *lazy)
{
    struct pair faults = door_pair();
    uint32_t process;

    printf("demo:   two more: one uses memory that it has not got, the other brings it\n");
    process = start((struct start){.module = lazy, .manager = faults.owner});
    start((struct start){.module = pager, .manager = own.owner, .cookie = PAGER,
                         .give = {give_away(faults.owner), give_copy(process, RIGHT_WRITE)},
                         .self_rights = RIGHT_READ | RIGHT_WRITE});
    await_end(PAGER);
    descriptor_close(faults.client);
    delete_all();
}

static void
show_driver(const struct boot_module *driver, const struct boot_module *echo)
{
    uint32_t line;

    printf("demo:   the last two: a driver, to which interrupts are messages, and who reads there\n");
    add(serial_start(info, &line), driver);
    start((struct start){.module = echo, .manager = own.owner, .cookie = ECHO, .give = {give_copy(line, RIGHT_READ)}});
    await_end(ECHO);
    delete_all();
    serial_close(line);
}

/* What takes two programs, if both are there. */
static void
show_two(const char *one, const char *other, void (*show)(const struct boot_module *, const struct boot_module *))
{
    const struct boot_module *first = module_find(info, one), *second = module_find(info, other);

    if (first && second)
        show(first, second);
}

int
main(const struct boot_info *boot)
{
    uint32_t before = frames_free();

    info = boot;
    printf("demo:   %u KiB free, kernel calls by %s\n", before * 4, call_by_sysenter ? "SYSENTER" : "int");
    own = door_pair();
    show_memory();
    memview_open();
    show_two("server", "client", show_doors);
    show_two("pager", "lazy", show_pager);
    show_two("serial", "echo", show_driver);
    memview_close();
    descriptor_close(own.owner);
    descriptor_close(own.client);
    printf("demo:   all of them deleted, %u KiB free: %s\n", frames_free() * 4,
           frames_free() == before ? "as at the start" : "MEMORY WAS LOST");
    machine_stop(0);
}
