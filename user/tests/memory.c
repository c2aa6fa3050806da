/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Does the calls that the second module lists, one after the other, and keeps
 * what came back.  The grader has made up the list, and looks from outside.
 */
#include "process.h"
#include "test.h"

#define OPERATIONS 40000

struct operation {
    uint32_t function, target, buffer, sizes; /* buffer 0: the words, in one of the program's */
    uint32_t words[6];
};

struct outcome {
    uint32_t value, error;
    uint32_t reply; /* the sizes that came back in arg3 */
    uint32_t flags; /* the sum of the low twelve bits of what is in the reply, behind value and error */
};

struct outcome results[OPERATIONS];
uint32_t before;

void memory_done(void);
__asm__(".globl memory_done\n"
        "memory_done: jmp memory_done\n");

static struct outcome
run(const struct operation *o)
{
    static uint32_t buffer[1024];
    uint32_t at = o->buffer ? o->buffer : (uint32_t)buffer;
    struct outcome r;

    memcpy(buffer, o->words, sizeof(o->words));
    __asm__ volatile("int %7"
                     : "=a"(r.value), "=b"(r.error), "+S"(at), "=D"(r.reply)
                     : "0"(o->function), "1"(o->target), "3"(o->sizes), "i"(CALL_VECTOR)
                     : "memory", "cc");
    r.flags = 0;
    for (uint32_t i = 2; i < call_data_size(r.reply) / 4; i++)
        r.flags += buffer[i] & 0xfff;
    return r;
}

int
main(const struct boot_info *info)
{
    const struct operation *list = info->module[1].data;
    uint32_t count = info->module[1].size / sizeof(*list);

    call_by_sysenter = false;
    before = frames_free();
    for (uint32_t i = 0; i < count && i < OPERATIONS; i++)
        results[i] = run(&list[i]);
    memory_done();
    return 0;
}
