/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * memory.c: any order of calls, and a list of what is in use that tells what each has to do.
 * Nothing but the heap is open to it.
 */
#include "lib.h"

#include <string.h>
#include <sys/mman.h>

#include "lib/memory.h"
#include "lib/process.h"

#define HEAP    0x10000000u /* it has addresses of 32 bits */
#define PAGES   256
#define PAGE    4096u
#define PROCESS 77
#define LIVE    48
#define HEADER  8

static struct live {
    uint8_t *at;
    size_t size;
    uint8_t seed;
} live[LIVE]; /* by their addresses */

static unsigned lives;
static uint8_t *first, *end, *limit; /* of what there is, and of what there could be */
static uint32_t budget;              /* pages that can still be mapped */

struct result
memory_map(uint32_t process, uint32_t address, uint32_t pages, uint32_t flags)
{
    expect(process == PROCESS && address == (uintptr_t)end && flags == MEMORY_WRITABLE && pages > 0 &&
               pages <= MEMORY_PAGES_MAX && pages * PAGE <= limit - end, "memory_map of %u pages at %x", pages,
           address);
    if (pages > budget)
        return (struct result){-1, ERR_MEMORY};
    budget -= pages;
    __asan_unpoison_memory_region(end, pages * PAGE);
    memset(end, 0, pages * PAGE);
    end += pages * PAGE;
    return (struct result){0, 0};
}

static size_t
whole(size_t size)
{
    return (size + HEADER + 7) & ~(size_t)7;
}

static uint8_t *
end_of(unsigned i)
{
    return live[i].at + whole(live[i].size) - HEADER;
}

/* Is there room for a block?  `tail`: how much is free at the end. */
static bool
has_room(size_t need, size_t *tail)
{
    uint8_t *free_from = first;
    bool found = false;

    for (unsigned i = 0; i < lives; i++) {
        found |= need <= (size_t)(live[i].at - HEADER - free_from);
        free_from = end_of(i);
    }
    *tail = end - free_from;
    return found || need <= *tail;
}

static void
check_block(unsigned i)
{
    for (size_t k = 0; k < live[i].size; k++)
        expect(live[i].at[k] == (uint8_t)(live[i].seed + k), "byte %zu of %zu has changed", k, live[i].size);
}

static void
fill(unsigned i)
{
    for (size_t k = 0; k < live[i].size; k++)
        live[i].at[k] = live[i].seed + k;
}

static void
forget(unsigned i)
{
    memmove(live + i, live + i + 1, (--lives - i) * sizeof(*live));
}

/* A new block, or NULL: does it lie where it may? */
static void
enter(uint8_t *at, size_t size)
{
    static uint8_t seed;
    unsigned i = 0;

    while (i < lives && live[i].at < at)
        i++;
    memmove(live + i + 1, live + i, (lives++ - i) * sizeof(*live));
    live[i] = (struct live){at, size, seed += 37};
    expect((uintptr_t)at % 8 == 0, "block at %p", (void *)at);
    expect(at - HEADER >= (i ? end_of(i - 1) : first) && end_of(i) <= (i + 1 < lives ? live[i + 1].at - HEADER : end),
           "block of %zu bytes over another", size);
    fill(i);
}

/* What the heap may have done for a block of `size` bytes, knowing how it was before. */
struct before {
    bool room, growth;
    uint8_t *end;
    size_t pages;
};

static struct before
before(size_t size)
{
    struct before b = {.end = end};
    size_t tail;

    if (size > UINT32_MAX)
        return b;
    b.room = has_room(whole(size), &tail);
    b.pages = b.room ? 0 : (whole(size) - tail + PAGE - 1) / PAGE;
    b.growth = !b.room && b.pages * PAGE <= (size_t)(limit - end) && b.pages <= budget;
    return b;
}

static void
check(struct before b, const void *memory, size_t size)
{
    expect(!memory == !(b.room || b.growth), "%s memory for %zu bytes", memory ? "there is" : "no", size);
    if (memory)
        expect(end == b.end + b.pages * PAGE, "%zu bytes mapped, not %zu", (size_t)(end - b.end), b.pages * PAGE);
}

static size_t
take_size(struct input *in)
{
    static const size_t large[] = {SIZE_MAX, SIZE_MAX - 7, SIZE_MAX - 8, UINT32_MAX, UINT32_MAX - 7, UINT32_MAX - 8,
                                   1ull << 32, PAGES *PAGE, 65 * PAGE, INT32_MAX};
    uint32_t how = take(in, 1);

    if (how < 8)
        return large[take(in, 1) % (sizeof(large) / sizeof(*large))];
    return how < 40 ? take(in, 2) : take(in, 1);
}

static void
try_malloc(struct input *in)
{
    size_t size = take_size(in);
    struct before b = before(size);
    void *memory = malloc(size);

    check(b, memory, size);
    if (memory)
        enter(memory, size);
}

static void
try_calloc(struct input *in)
{
    size_t size = take_size(in), count = take(in, 1) % 4 ? take(in, 1) % 8 : take_size(in), bytes;
    bool wraps = __builtin_mul_overflow(count, size, &bytes);
    struct before b = before(wraps ? SIZE_MAX : bytes);
    uint8_t *memory = calloc(count, size);

    check(b, memory, bytes);
    for (size_t i = 0; memory && i < bytes; i++)
        expect(memory[i] == 0, "byte %zu is not zero", i);
    if (memory)
        enter(memory, bytes);
}

/* What is kept, has still to be there. */
static void
try_realloc(unsigned i, struct input *in)
{
    struct live old = live[i];
    size_t size = take_size(in);
    bool stays = size <= whole(old.size) - HEADER;
    struct before b = before(size);
    uint8_t *memory;

    check_block(i);
    memory = realloc(old.at, size);
    if (stays)
        expect(memory == old.at, "block of %zu bytes has moved for %zu", old.size, size);
    else
        check(b, memory, size);
    if (!memory)
        return;
    forget(i);
    for (size_t k = 0; k < old.size && k < size; k++)
        expect(memory[k] == (uint8_t)(old.seed + k), "byte %zu is lost", k);
    enter(memory, size);
}

static void
try_free(unsigned i)
{
    check_block(i);
    free(live[i].at);
    forget(i);
}

static void
step(struct input *in)
{
    uint32_t how = take(in, 1);

    if (how % 8 == 7)
        free(NULL);
    else if (how % 2 && lives)
        try_free(how / 8 % lives);
    else if (how % 8 == 2 && lives)
        try_realloc(how / 8 % lives, in);
    else if (lives == LIVE)
        return;
    else if (how % 8 == 4)
        try_calloc(in);
    else if (how == 6) {
        void *memory = realloc(NULL, 5);

        if (memory)
            enter(memory, 5);
    } else
        try_malloc(in);
}

static void
start(struct input *in)
{
    uint8_t *heap = (uint8_t *)HEAP;
    bool mapped = take(in, 1) % 2;
    uint32_t size = mapped ? take(in, 1) * PAGE : take(in, 2) % 16384, skip = mapped ? 0 : take(in, 1) % 9;

    lives = 0;
    budget = take(in, 1);
    __asan_poison_memory_region(heap, PAGES * PAGE);
    if (mapped) {
        first = end = heap;
        limit = heap + size;
        heap_map(PROCESS, HEAP, size / PAGE);
        return;
    }
    __asan_unpoison_memory_region(heap + skip, size);
    first = heap + (skip + 7) / 8 * 8;
    limit = end = first + (heap + skip + size < first + HEADER ? 0 : (heap + skip + size - first) / 8 * 8);
    heap_use(heap + skip, size);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static void *heap;
    struct input in = {data, data + size};

    if (!heap) {
        heap = mmap((void *)HEAP, PAGES * PAGE, PROT_READ | PROT_WRITE,
                    MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
        expect(heap == (void *)HEAP, "no memory at %x", HEAP);
        expect(!malloc(0), "memory without a heap");
    }
    start(&in);
    while (in.at < in.end)
        step(&in);
    while (lives)
        try_free(0);
    return 0;
}
