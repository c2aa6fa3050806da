/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A chain of pagers, each the manager of the one before it, and each with a receive buffer that
 * is gone.  One message to the first makes the kernel find that out for one after the other; and
 * however long the chain is, its stack is not.
 */
#include "door.h"
#include "process.h"
#include "test.h"

#define LINKS  400
#define BUFFER 0x30000000u
#define PAGE   4096u
#define ROOM   512u

/* A thread without a stack: makes the call that is in its registers, then ends. */
void chain_link(void);
__asm__(".balign 64\n"
        "chain_link:\n"
        "    int $0x40\n"
        "1:  mov $0x18, %eax\n"
        "    xor %ebx, %ebx\n"
        "    int $0x40\n"
        "    jmp 1b\n");

static uint32_t processes[LINKS], doors[LINKS];

/* It waits at its own door, which is the first descriptor that it has. */
static void
start(uint32_t process)
{
    uint32_t thread = process_thread(process).value;
    struct registers r = {.eax = CALL_RECEIVE, .ebx = 1, .esi = BUFFER, .edi = ROOM << 20, .eip = (uint32_t)chain_link};

    thread_write(thread, &r);
    thread_run(thread);
    descriptor_close(thread);
}

static void
make(uint32_t i)
{
    uint32_t text = (uint32_t)chain_link & ~(PAGE - 1), own = door_create(CALL_MACHINE, 0, 0).value;
    uint32_t word = descriptor_word(own, RIGHTS_ALL, DESCRIPTOR_MOVE);

    processes[i] = process_create().value;
    doors[i] = descriptor_duplicate(own, RIGHTS_ALL, 0).value;
    process_give(processes[i], &word, 1);
    memory_share(processes[i], text, 1, 0, DESCRIPTOR_ROOT, text);
    memory_map(processes[i], BUFFER, 1, MEMORY_WRITABLE);
    if (i > 0)
        process_manager(processes[i - 1], doors[i], RIGHTS_ALL, 0);
    start(processes[i]);
}

static uint32_t
waiting(void)
{
    uint32_t threads = 0;

    for (uint32_t i = 0; i < LINKS; i++)
        threads += memory_unmap(processes[i], BUFFER, 1).value == 1;
    return threads;
}

static void
end(void)
{
    for (uint32_t i = 0; i < LINKS; i++) {
        process_delete(processes[i]);
        descriptor_close(doors[i]);
    }
}

/* The table of descriptors does not shrink: so it is as large as it has to be before frames are counted. */
static void
make_room(void)
{
    static uint32_t number[3 * LINKS];

    for (uint32_t i = 0; i < 3 * LINKS; i++)
        number[i] = descriptor_duplicate(CALL_MACHINE, 0, 0).value;
    for (uint32_t i = 0; i < 3 * LINKS; i++)
        descriptor_close(number[i]);
}

int
main(const struct boot_info *info)
{
    uint32_t before, word = 0;

    call_by_sysenter = info->sysenter;
    make_room();
    before = frames_free();
    for (uint32_t i = 0; i < LINKS; i++)
        make(i);
    for (uint32_t i = 0; i < LINKS; i++)
        yield();
    report("waiting", "%u", waiting());
    report_result("sent", kernel_call(CALL_USER_FIRST, doors[0], &word, sizeof(word)));
    end();
    report("frames", "%d", frames_free() - before);
    report_end();
}
