/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A pager: it gives two processes memory as they come to need it, pages of zeros and
 * copies of pages that they share until one of them writes there.
 */
#include "actor.h"

#include "abi/memory.h"

#define PAGE     4096u
#define PAGES    4 /* of the template, and of the results */
#define TEMPLATE 0x20000000u
#define RESULTS  0x30000000u
#define STACK    0x40000000u /* its end */
#define WINDOW   0x50000000u /* of the pager's own: the template, and behind it a page to fill */
#define COPY     (WINDOW + PAGES * PAGE)
#define WORDS    (PAGES * PAGE / 4)

#define DONE (CALL_MANAGER_FIRST + 8)

static uint32_t door;
static uint32_t process[2];
static uint32_t zeroed[2], copied[2], stacked[2], odd[2]; /* faults */

/* --- In both processes. */

struct summary {
    uint32_t not_zero, results, template;
};

/* Uses more stack than there is at first. */
static uint32_t
deep(uint32_t depth)
{
    volatile uint8_t room[500];

    room[0] = depth;
    return depth ? deep(depth - 1) + room[0] : 0;
}

static void
works(void *argument)
{
    uint32_t *template = (uint32_t *)TEMPLATE, *results = (uint32_t *)RESULTS;
    struct summary s = {0, deep(20), 0};

    for (uint32_t i = 0; i < WORDS; i++) {
        s.not_zero |= results[i];
        results[i] = template[i] * 3 + (uint32_t)argument;
    }
    for (uint32_t i = 0; i < WORDS; i += 7)
        template[i] ^= results[i];
    for (uint32_t i = 0; i < WORDS; i++) {
        s.results += results[i] * i;
        s.template += template[i] * (i + 1);
    }
    send(DONE, 0, &s, call_sizes(sizeof(s), sizeof(s), 0));
}

void worker(void);
__asm__("worker: push %eax\n"
        "        call *%ebx\n"
        "        call thread_exit\n");

/* --- The pager. */

static uint32_t
template_word(uint32_t i)
{
    return challenge.param[i % 16] * (i + 1);
}

static void
make_template(void)
{
    memory_map(DESCRIPTOR_ROOT, WINDOW, PAGES, MEMORY_WRITABLE);
    for (uint32_t i = 0; i < WORDS; i++)
        ((uint32_t *)WINDOW)[i] = template_word(i);
}

/* The page becomes the process's own, with what the template has there. */
static void
copy_page(uint32_t to, uint32_t page)
{
    memory_map(DESCRIPTOR_ROOT, COPY, 1, MEMORY_WRITABLE);
    memcpy((void *)COPY, (void *)(WINDOW + page - TEMPLATE), PAGE);
    memory_unmap(to, page, 1);
    memory_share(to, page, 1, MEMORY_WRITABLE, DESCRIPTOR_ROOT, COPY);
    memory_unmap(DESCRIPTOR_ROOT, COPY, 1);
}

static void
serve_fault(uint32_t i, const struct fault_message *f)
{
    uint32_t page = f->address & ~(PAGE - 1), *count = &odd[i];

    if (page - TEMPLATE < PAGES * PAGE && f->access == FAULT_WRITE && f->present) {
        copied[i]++;
        copy_page(process[i], page);
        return;
    }
    if (page - RESULTS < PAGES * PAGE)
        count = &zeroed[i];
    else if (STACK - page <= 8 * PAGE)
        count = &stacked[i];
    *count += f->vector == 14 && !f->present;
    memory_map(process[i], page, 1, MEMORY_WRITABLE);
}

/* Until both are done. */
static void
serve(void)
{
    union {
        struct fault_message fault;
        struct summary summary;
    } buffer;

    uint32_t done = 0;
    struct message m = receive(door, &buffer, sizeof(buffer), 0);

    for (;;) {
        if (m.function == MESSAGE_FAULT)
            serve_fault(m.cookie, &buffer.fault);
        if (m.function == DONE) {
            report("done", "%u %x %x %x", m.cookie, buffer.summary.not_zero, buffer.summary.results, buffer.summary.template);
            if (++done == 2)
                return;
        }
        if (m.function == MESSAGE_FAULT || m.function == DONE)
            m = reply_receive(m.cookie, &buffer, call_sizes(sizeof(buffer), 0, 0));
        else
            m = receive(door, &buffer, sizeof(buffer), 0); /* one that wants no reply */
    }
}

static void
start(uint32_t i)
{
    struct registers r = {.eip = (uint32_t)worker, .esp = STACK, .eax = i, .ebx = (uint32_t)works};
    uint32_t thread;

    process[i] = peer_new(CALL_MACHINE, DESCRIPTOR_ROOT).value;
    process_manager(process[i], door, RIGHTS_ALL, i);
    memory_share(process[i], TEMPLATE, PAGES, 0, DESCRIPTOR_ROOT, WINDOW);
    thread = process_thread(process[i]).value;
    thread_write(thread, &r);
    thread_run(thread);
}

static void
report_template(void)
{
    uint32_t sum = 0;

    for (uint32_t i = 0; i < WORDS; i++)
        sum += ((uint32_t *)WINDOW)[i] * (i + 1);
    report("template", "%x", sum);
}

int
main(const struct boot_info *info)
{
    (void)info;
    door = door_create(CALL_MACHINE, false, 0).value;
    make_template();
    start(0);
    start(1);
    serve();
    for (int i = 0; i < 2; i++)
        report("faults", "%u %u %u %u", zeroed[i], copied[i], stacked[i], odd[i]);
    report_template();
    report_end();
}
