/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What doorstorm.c and doorkills.c have in common: the test, which looks from outside,
 * and the bystander (bystander.c), a client and a server that must not notice anything.
 *
 * The test stops the machine whenever look() is called.  It says in `wanted` how much is to be done.
 */
#pragma once

#include "door.h"
#include "load.h"
#include "test.h"

#include "abi/elf.h"
#include "doorstorm.h"

#define PATIENCE  300 /* milliseconds for the bystander to get on */
#define WITNESSES 0x21000000u

enum { AT_START, IN_THE_MIDDLE, BETWEEN, AT_END };

volatile uint32_t stage, wanted = -1; /* for the test; and from it */
uint32_t rounds, done;
uint32_t failures, failed_at; /* of calls of the controller's own that must not fail; the line of the first */

static const struct boot_info *info;
static uint32_t nothing; /* a door where nothing ever comes */
static uint32_t random_state;

static struct witness *const witness[2] = {(struct witness *)WITNESSES, (struct witness *)(WITNESSES + PAGE)};

/* At an address where nobody else has anything, or gets by accident: the debugger stops whoever does. */
void look(void);
__asm__(".globl look\n"
        "look = 0x2345678d\n");
#define RET 0xc3 /* the instruction */

static void
look_at(uint32_t now)
{
    stage = now;
    look();
}

static uint32_t
must_at(uint32_t line, struct result r)
{
    if (r.error && failures++ == 0)
        failed_at = line;
    return r.value;
}

#define must(...) must_at(__LINE__, __VA_ARGS__)

/* One of `count` numbers from 0. */
static uint32_t
below(uint32_t count)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 17;
    random_state ^= random_state << 5;
    return (random_state >> 8) % count;
}

static void
sleep(void)
{
    receive(nothing, NULL, 0, 1);
}

static struct result
give(uint32_t process, uint32_t number, uint32_t rights, uint32_t flags)
{
    uint32_t word = descriptor_word(number, rights, flags);

    return process_give(process, &word, 1);
}

/* A thread that has its registers, and does not run yet. */
static uint32_t
new_thread(uint32_t process, uint32_t entry, uint32_t stack, uint32_t argument)
{
    uint32_t thread = must(process_thread(process));
    struct registers r = {.eax = argument, .eip = entry, .esp = stack};

    must(thread_write(thread, &r));
    return thread;
}

static uint32_t
entry_of(const struct boot_module *module)
{
    return ((const struct elf_header *)module->data)->entry;
}

/* --- The bystander. */

static void
start_witness(uint32_t i, uint32_t process, const struct boot_module *module, uint32_t priority)
{
    uint32_t thread = new_thread(process, entry_of(module), USER_END, (uint32_t)info);

    witness[i]->server = i;
    witness[i]->seed = challenge.param[1] | 1;
    must(memory_share(process, WITNESS, 1, MEMORY_WRITABLE, DESCRIPTOR_ROOT, (uint32_t)witness[i]));
    must(memory_map(process, BUFFERS, BUFFER_PAGES, MEMORY_WRITABLE));
    must(thread_priority(thread, priority, CALL_MACHINE));
    must(thread_run(thread));
    must(descriptor_close(thread));
}

/*
 * Descriptors 1 and 2 are in both the machine, without any right, and the process itself, as in the
 * root process; 3 is the door between them; 4 the client's own door, or the client.
 */
static void
give_bystander(uint32_t client, uint32_t server)
{
    uint32_t door = must(door_create(CALL_MACHINE, 0, 0)), own = must(door_create(CALL_MACHINE, 0, 0));

    must(process_manager(client, door, RIGHTS_ALL, 0));
    must(give(client, CALL_MACHINE, 0, 0));
    must(give(server, CALL_MACHINE, 0, 0));
    must(give(client, client, RIGHTS_ALL, 0));
    must(give(server, server, RIGHTS_ALL, 0));
    must(give(client, door, RIGHTS_ALL, 0));
    must(give(server, door, RIGHTS_ALL, DESCRIPTOR_MOVE));
    must(give(client, own, RIGHTS_ALL, DESCRIPTOR_MOVE));
    must(give(server, client, RIGHTS_ALL, 0));
    witness[0]->door = witness[1]->door = 3;
    witness[0]->other = witness[1]->other = 4;
}

static void
start_bystander(const struct boot_module *module, uint32_t priority)
{
    uint32_t client = must(program_load(module)), server = must(program_load(module));

    must(memory_map(DESCRIPTOR_ROOT, WITNESSES, 2, MEMORY_WRITABLE));
    must(memory_map(server, WINDOW, 1, MEMORY_WRITABLE));
    give_bystander(client, server);
    start_witness(1, server, module, priority);
    start_witness(0, client, module, priority);
    must(descriptor_close(server));
    must(descriptor_close(client));
}

/* Waits until both have got on. */
static void
await_bystander(void)
{
    uint32_t client = witness[0]->count, server = witness[1]->count;

    for (uint32_t n = 0; n < PATIENCE; n++) {
        if (witness[0]->count - client > 2 && witness[1]->count - server > 2)
            return;
        sleep();
    }
    must((struct result){0, ERR_TIME});
}

static void
prepare(const struct boot_info *boot)
{
    info = boot;
    call_by_sysenter = boot->sysenter;
    random_state = challenge.param[0] | 1;
    nothing = must(door_create(CALL_MACHINE, 0, 0));
    must(memory_map(DESCRIPTOR_ROOT, (uint32_t)look & ~(PAGE - 1), 1, MEMORY_WRITABLE));
    *(uint8_t *)look = RET;
}
