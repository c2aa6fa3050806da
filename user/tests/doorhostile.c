/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a process can try that holds real descriptors and knows the ABI.  Its threads make
 * calls that are good, calls in which one thing is wrong, each in its turn, and calls in
 * which everything may be.  Nothing is expected of them; doorstorm.c looks what is left.
 *
 * What would end the test itself is left out by a rule:
 *   - the machine is not stopped: the descriptor that doorstorm.c gives lacks the right;
 *   - nothing of the controller's and the bystander's is called: nobody here has a descriptor of it;
 *   - no priority is above the controller's, which has to get to run: spoil_word();
 *   - a process that one of these creates has no threads, as nobody could end them: made().
 */
#include "door.h"
#include "doorstorm.h"
#include "process.h"
#include "string.h"

#include "abi/boot.h"

#define board ((struct board *)BOARD)

#define OTHER_VECTOR 0x80 /* beside CALL_VECTOR, the one that processes have */

#define ROOM  512u /* of a buffer, for most calls */
#define WORDS 20   /* of a message, but for `#` */

/* Kinds of descriptors beside OBJECT_...: the owner's, of a door; and how many there are. */
#define OWNER 0
#define KINDS 6

/*
 * How a good call of a function looks: a letter for its target, and one for each word of its
 * data, which word() knows; `~` is some of them.  Behind the words: `@` a descriptor, `?` perhaps some,
 * `#` one so often as there is room for; `!` the sizes are those of CALL_RECEIVE.
 */
static const struct shape {
    uint32_t function;
    char target;
    const char *words;
    uint8_t weight; /* how often it is made */
    bool ends;      /* it ends something, or takes long: seven times of eight it is left out */
} shapes[] = {
    {CALL_YIELD, '-', "", 1, false},
    {CALL_CLOCK, '-', "", 1, false},
    {CALL_THREAD_EXIT, '-', "", 0, true},
    {CALL_THREAD_CREATE, '-', "wax", 1, false},
    {CALL_CONSOLE_WRITE, '-', "t", 0, true},
    {CALL_PROCESS_DELETE, 'P', "", 0, true},
    {CALL_PROCESS_START, 'P', "wax", 1, false},
    {CALL_MEMORY_QUERY, 'P', "ap-", 1, false},
    {CALL_MEMORY_SCAN, 'P', "ap-", 1, false},
    {CALL_MEMORY_MAP, 'P', "apf", 4, false},
    {CALL_MEMORY_PROTECT, 'P', "apf", 1, false},
    {CALL_MEMORY_UNMAP, 'P', "ap-", 1, false},
    {CALL_MEMORY_SHARE, 'P', "apfPa", 4, false},
    {CALL_MEMORY_DEVICE, 'P', "apfMv", 1, false},
    {CALL_PROCESS_MANAGER, 'P', "DRx", 2, false},
    {CALL_PROCESS_GIVE, 'P', "x@", 4, false},
    {CALL_PROCESS_GIVE, 'P', "#", 0, false},
    {CALL_PROCESS_THREAD, 'P', "", 2, false},
    {CALL_PROCESS_VECTOR, 'P', "i", 1, true},
    {CALL_PROCESS_PORTS, 'P', "Mxp", 1, false},
    {CALL_MACHINE_STOP, 'M', "n", 0, false},
    {CALL_TEST_WRITE, 'M', "t", 0, true},
    {CALL_PROCESS_CREATE, 'M', "", 1, false},
    {CALL_FRAMES, 'M', "xn", 1, false},
    {CALL_DOOR_CREATE, 'M', "bx", 6, false},
    {CALL_IRQ_BIND, 'M', "qDRx", 2, false},
    {CALL_IRQ_DONE, 'M', "q", 4, false},
    {CALL_THREAD_DELETE, 'T', "", 0, true},
    {CALL_THREAD_START, 'T', "", 4, false},
    {CALL_THREAD_STOP, 'T', "", 1, true},
    {CALL_THREAD_READ, 'T', "", 1, false},
    {CALL_THREAD_WRITE, 'T', "aaxxxxxwxa", 1, false},
    {CALL_THREAD_PRIORITY, 'T', "yM", 1, false},
    {CALL_THREAD_SANDBOX, 'T', "DRx", 1, true},
#define RECEIVES 34
    {CALL_RECEIVE, 'O', "!", 16, false},
    {CALL_WAIT, '-', "pO", 2, false},
    {CALL_WAIT, '-', "pOOOO", 2, false},
    {CALL_WAIT, '-', "pOOOOOOOOOOOOOOOOO", 0, false}, /* one more than there may be */
    {CALL_WOULDBLOCK, 'O', "", 1, false},
    {CALL_CLOSE, '*', "", 1, false},
    {CALL_DUPLICATE, '*', "Rx", 4, false},
    {CALL_LOOK, '*', "", 4, false},
    {CALL_USER_FIRST, 'D', "~?", 24, false},
    {CALL_SYSTEM_FIRST, 'D', "~?", 8, false},
    {CALL_MANAGER_FIRST, '-', "~?", 2, false},
    {CALL_MANAGER_FIRST, 'D', "~?", 4, false},
    {CALL_USER_FIRST, 'D', "#", 0, true},
    {CALL_INVALID, '*', "~?", 0, false},
    {CALL_LIMIT, '*', "~?", 0, false},
    {CALL_ANSWER, 'A', "~?", 8, false},
    {CALL_ANSWER_ERROR, 'A', "n", 4, false},
#define FIRST_REPLY 51 /* from here on: what a thread does mostly if it owes a reply */
    {CALL_REPLY, 'x', "", 4, false},
    {CALL_REPLY, 'x', "aaxxxxxwxa", 2, false}, /* registers, for who made a fault */
    {CALL_REPLY, 'x', "~?", 4, false},
    {CALL_REPLY_RECEIVE, 'x', "~?", 8, false},
    {CALL_REPLY_ERROR, 'n', "", 2, false},
    {CALL_REPLY_ERROR_RECEIVE, 'n', "", 2, false},
    {CALL_PARK, 'x', "", 4, false},
};

_Static_assert(RECEIVES + 1 < FIRST_REPLY, "their places in the table");

#define SHAPES (sizeof(shapes) / sizeof(*shapes))

_Static_assert(SHAPES <= SHAPES_MAX, "doorstorm.h has room for them");

struct attempt {
    const struct shape *shape;
    uint32_t function, target, buffer, sizes;
    uint32_t words[WORDS];
    uint32_t count;  /* of words */
    uint32_t copies; /* of the last one */
};

/* A thread of the storm. */
struct stormer {
    uint32_t random;
    bool owes;   /* a reply, as far as it knows */
    bool faulty; /* to somebody's fault */
};

/* Descriptors that this process has heard of, by their kinds; some are not valid any more. */
static uint16_t known[KINDS][8];

static uint32_t
next(struct stormer *s)
{
    s->random ^= s->random << 13;
    s->random ^= s->random >> 17;
    s->random ^= s->random << 5;
    return s->random;
}

/* One of `count` numbers from 0. */
static uint32_t
below(struct stormer *s, uint32_t count)
{
    return (next(s) >> 8) % count;
}

/* --- Good calls. */

void wander(void);
/* A thread without a stack: some calls with whatever is in its registers, then it ends. */
__asm__("wander:\n"
        "    mov $8, %ebp\n"
        "1:  int $0x40\n"
        "    add $3, %eax\n"
        "    dec %ebp\n"
        "    jnz 1b\n"
        "2:  mov $0x18, %eax\n"
        "    xor %ebx, %ebx\n"
        "    int $0x40\n"
        "    jmp 2b\n");

/* A page in the buffers, or where nothing is, or at the end of user memory. */
static uint32_t
page(struct stormer *s)
{
    uint32_t n = below(s, 16);

    return n < 12 ? ARENA + n * PAGE : n < 15 ? 0x50000000 + below(s, 64) * PAGE : TOP;
}

static uint32_t
pick(struct stormer *s, uint32_t kind)
{
    return known[kind][below(s, 8)];
}

/* One word, or a target, of this sort. */
static uint32_t
word(struct stormer *s, char sort)
{
    switch (sort) {
    case 'O': return pick(s, OWNER);
    case 'D': return pick(s, OBJECT_DOOR);
    case 'A': return pick(s, OBJECT_REPLY);
    case 'T': return pick(s, OBJECT_THREAD);
    case 'P': return pick(s, OBJECT_PROCESS);
    case 'M': return pick(s, OBJECT_MACHINE);
    case '*': return pick(s, below(s, KINDS));
    case 'a': return page(s);
    case 'b': return below(s, 2);
    case 'f': return below(s, 2) * MEMORY_WRITABLE;
    case 'i': return below(s, 2) ? CALL_VECTOR : OTHER_VECTOR;
    case 'n': return 3 + below(s, 13);
    case 'p': return 1 + below(s, 3);
    case 'q': return below(s, 2) ? IRQ_BUSY : 3 + below(s, 13);
    case 'R': return below(s, 4) ? RIGHTS_ALL : next(s) & 0xff;
    case 't': return 0x0a206f68;
    case 'v': return 0xb8000 + below(s, 8) * PAGE;
    case 'w': return (uint32_t)wander;
    case 'x': return below(s, 2) ? below(s, 0x200) : next(s);
    case 'y': return below(s, PRIORITY_DEFAULT + 1);
    default: return 0;
    }
}

/* A descriptor as a message names it. */
static uint32_t
gift(struct stormer *s)
{
    return descriptor_word(word(s, below(s, 4) ? '*' : 'O'), word(s, 'R'), below(s, 2) * DESCRIPTOR_MOVE);
}

static void
put(struct attempt *a, uint32_t word)
{
    if (a->count < WORDS)
        a->words[a->count++] = word;
}

static void
put_gifts(struct stormer *s, struct attempt *a, uint32_t count)
{
    a->sizes += count;
    while (count--)
        put(a, gift(s));
}

/* Copies of one descriptor, until the recipient's table has to grow. */
static void
put_many(struct stormer *s, struct attempt *a)
{
    put(a, gift(s) & ~DESCRIPTOR_MOVE);
    a->copies = 255;
    a->sizes = call_sizes(4 * a->copies, 0, a->copies);
}

/* The data, the descriptors, the sizes. */
static void
fill(struct stormer *s, struct attempt *a, const char *words)
{
    for (; *words && !strchr("@?#!", *words); words++)
        for (uint32_t n = *words == '~' ? below(s, 6) : 1; n; n--)
            put(a, word(s, *words == '~' ? 'x' : *words));
    a->sizes = call_sizes(ROOM, a->count * 4, 0);
    if (*words == '!')
        a->sizes = ROOM << 20 | (below(s, 8) ? word(s, 'p') : 0);
    else if (*words == '#')
        put_many(s, a);
    else if (*words)
        put_gifts(s, a, *words == '@' ? 1 : below(s, 4) ? 0 : below(s, 4));
}

/* A buffer that can be written: often it lies in two pages. */
static uint32_t
good_buffer(struct stormer *s)
{
    static const uint32_t pages[] = {ARENA + 3 * PAGE, ARENA + 7 * PAGE, ARENA + 9 * PAGE, TOP};
    uint32_t n = below(s, 8);

    return n < 4 ? pages[n] + below(s, PAGE - ROOM) : ARENA + below(s, 2 * PAGE - ROOM);
}

static struct attempt
good(struct stormer *s, const struct shape *shape)
{
    struct attempt a = {.shape = shape, .function = shape->function};

    if (shape->function >= CALL_MANAGER_FIRST && shape->function < CALL_INVALID)
        a.function += below(s, 4) ? 8 * below(s, 4) : below(s, 8);
    a.target = word(s, shape->target);
    a.buffer = good_buffer(s);
    fill(s, &a, shape->words);
    if (a.copies)
        a.buffer = ARENA;
    return a;
}

/* --- Bad ones. */

#define PLACES 4 /* target, buffer, sizes, a word */
#define VALUES 24 /* that are tried in each of them */

static uint32_t
bad_target(struct stormer *s, uint32_t value)
{
    static const uint32_t numbers[] = {0, 1, 255, 256, 257, 0x1ffff, 0x20000, 0xfffff, 0x100000, 0x7fffffff, 0x80000000,
                                       0xffffffff, KERNEL_BASE, ARENA, ERR_FIRST - 1, ERR_FIRST};

    if (value < sizeof(numbers) / 4)
        return numbers[value];
    return value < 20 ? word(s, '*') : value < 23 ? below(s, 64) : next(s);
}

/* Here the buffer is not the caller's, or not all of it, or not for writing. */
static uint32_t
bad_buffer(struct stormer *s, uint32_t value)
{
    static const uint32_t places[] = {
        0, 0x10, KERNEL_BASE, KERNEL_BASE + 0x100000, 0xfffffffc, 0xffffffff, 0x7ffffffe,
        ARENA + 2 * PAGE, ARENA + 4 * PAGE, ARENA + 6 * PAGE, ARENA + 11 * PAGE, (uint32_t)shapes, BOOT_BASE,
    };
    static const uint32_t ends[] = {ARENA, ARENA + 2 * PAGE, ARENA + 3 * PAGE, ARENA + 4 * PAGE, ARENA + 5 * PAGE,
                                    ARENA + 6 * PAGE, ARENA + 7 * PAGE, ARENA + 8 * PAGE, KERNEL_BASE, 0};

    if (value < sizeof(places) / 4)
        return places[value];
    value -= sizeof(places) / 4;
    return value < sizeof(ends) / 4 ? ends[value] - (below(s, 2) ? 4 : 1 + below(s, 32)) : next(s);
}

static uint32_t
bad_sizes(struct stormer *s, uint32_t value, uint32_t sizes)
{
    const uint32_t total = call_total_size(sizes), data = call_data_size(sizes), count = call_descriptors(sizes);
    const uint32_t few = call_sizes(CALL_DATA_MAX, CALL_DATA_MAX - 4, 1);
    const uint32_t values[VALUES] = {
        0, 0xffffffff, next(s), call_sizes(0, data, count), call_sizes(data, data, count), call_sizes(data - 1, data, count),
        call_sizes(total, data + 1, count), call_sizes(total, data - 1, count), call_sizes(total, data + 4, count),
        call_sizes(total, 0, count), call_sizes(CALL_DATA_MAX, CALL_DATA_MAX, count), few, few + 0x100,
        call_sizes(CALL_DATA_MAX, data, 255), call_sizes(total, data, 255), call_sizes(total, data, 1),
        call_sizes(data + 4, data, 1), call_sizes(data + 3, data, 1), call_sizes(4, 0, 1), call_sizes(7, 0, 0),
        sizes | 0xfffff, (sizes & ~0xfffffu) | 1, sizes & ~0xfffffu, call_sizes(CALL_DATA_MAX, data, count),
    };

    return values[value];
}

static uint32_t
bad_word(struct stormer *s, uint32_t value, uint32_t word)
{
    static const uint32_t words[] = {0, 1, 2, 3, 15, 31, 32, 63, 64, 65, 255, 256, 257, 0x10000, 0x20000, 0x7fffffff,
                                     0x80000000, 0xffffffff, KERNEL_BASE, TOP, 0xfffff000};

    if (value < sizeof(words) / 4)
        return words[value];
    return value == 21 ? word + 1 : value == 22 ? word ^ 1u << below(s, 32) : next(s);
}

static void
spoil_word(struct stormer *s, struct attempt *a, uint32_t value)
{
    uint32_t *word = &a->words[a->count ? below(s, a->count) : 0];

    *word = bad_word(s, value, *word);
    if (a->function == CALL_THREAD_PRIORITY && a->words[0] < PRIORITIES && a->words[0] > PRIORITY_DEFAULT)
        a->words[0] = PRIORITY_DEFAULT;
}

static void
spoil(struct stormer *s, struct attempt *a, uint32_t place, uint32_t value)
{
    if (place == 0)
        a->target = bad_target(s, value);
    else if (place == 1)
        a->buffer = bad_buffer(s, value);
    else if (place == 2)
        a->sizes = bad_sizes(s, value, a->sizes);
    else
        spoil_word(s, a, value);
}

/* --- Choosing. */

/* One of the shapes from `first` on, by their weights. */
static const struct shape *
weighed(struct stormer *s, uint32_t first)
{
    uint32_t all = 0, n;

    for (uint32_t i = first; i < SHAPES; i++)
        all += shapes[i].weight;
    n = below(s, all);
    while (n >= shapes[first].weight)
        n -= shapes[first++].weight;
    return &shapes[first];
}

/* Each shape, place and value in its turn. */
static struct attempt
in_turn(struct stormer *s, uint32_t number)
{
    struct attempt a = good(s, &shapes[number % SHAPES]);

    number /= SHAPES;
    spoil(s, &a, number % PLACES, number / PLACES % VALUES);
    return a;
}

/* A door where somebody waits, that they do not all wait for ever; 0 if this thread finds none. */
static uint32_t
busy_door(struct stormer *s)
{
    uint32_t door = word(s, 'O');
    struct result r = would_block(door);

    return r.error || r.value ? 0 : door;
}

static struct attempt
receiving(struct stormer *s, uint32_t door)
{
    struct attempt a = good(s, &shapes[RECEIVES]);

    a.target = door;
    return a;
}

static struct attempt
choose(struct stormer *s, uint32_t number)
{
    uint32_t door = s->owes ? 0 : busy_door(s);
    struct attempt a;

    if (door)
        return receiving(s, door);
    if (s->owes && s->faulty && below(s, 2))
        return good(s, &shapes[FIRST_REPLY + below(s, 2)]);
    if (s->owes && below(s, 4))
        return good(s, weighed(s, FIRST_REPLY));
    if (number % 2)
        return in_turn(s, number / 2);
    a = good(s, weighed(s, 0));
    for (uint32_t n = below(s, 3) ? 0 : below(s, PLACES); n; n--)
        spoil(s, &a, below(s, PLACES), below(s, VALUES));
    return a;
}

/* --- Making calls. */

/* Can this thread write there?  It could, unless another one has unmapped it meanwhile. */
static bool
ours(uint32_t address, uint32_t size)
{
    uint32_t page = (address - ARENA) / PAGE, end = (address + size - 1 - ARENA) / PAGE;

    if (address - TOP <= PAGE - size)
        return true;
    return end < sizeof(ARENA_PAGES) - 1 && ARENA_PAGES[page] == ARENA_PAGES[end] && ARENA_PAGES[page] == 'w' && end - page < 2;
}

static void
write_words(const struct attempt *a)
{
    for (uint32_t i = 0; i < a->count + a->copies; i++)
        if (ours(a->buffer + 4 * i, 4))
            *(uint32_t *)(a->buffer + 4 * i) = a->words[i < a->count ? i : a->count - 1];
}

static uint32_t
count_call(void)
{
    uint32_t before = 1;

    __asm__ volatile("xadd %0, %1" : "+r"(before), "+m"(board->calls));
    return before;
}

static void
count_outcome(const struct shape *shape, uint32_t error)
{
    uint32_t outcome = error >= ERR_FIRST ? error - ERR_FIRST : error ? OUTCOMES - 1 : 0;

    if (outcome < OUTCOMES)
        __asm__ volatile("incl %0" : "+m"(board->outcomes[shape - shapes][outcome]));
}

/* What descriptor `number` names, if it names something. */
static void
learn(struct stormer *s, uint32_t number)
{
    struct look look;

    if (number == 0 || number > 0xffff || descriptor_look(number, &look).error || look.kind >= KINDS)
        return;
    known[look.flags & LOOK_OWNER ? OWNER : look.kind][below(s, 8)] = number;
}

static void
learn_message(struct stormer *s, uint32_t buffer, uint32_t sizes)
{
    uint32_t at = buffer + descriptors_at(call_data_size(sizes));

    for (uint32_t i = 0; i < call_descriptors(sizes) && ours(at, 4); i++, at += 4)
        learn(s, *(uint32_t *)at & DESCRIPTOR_NUMBER);
}

/* A pager's work, for whichever process it is. */
static void
bring_page(struct stormer *s, const struct fault_message *fault)
{
    for (uint32_t n = 0; n < STORMERS; n++)
        memory_map(word(s, 'P'), fault->address / PAGE * PAGE, 1, MEMORY_WRITABLE);
}

/* Of a port that the process may use now, unless it was another one that got it. */
static void
read_port(uint16_t port)
{
    uint8_t value;

    __asm__ volatile("in %1, %0" : "=a"(value) : "d"(port));
}

/* A call has made a descriptor. */
static void
made(struct stormer *s, uint32_t function, uint32_t number)
{
    if (function == CALL_PROCESS_CREATE)
        process_delete(number);
    else
        learn(s, number);
}

#define READ_ONLY(address) ((address) / PAGE == (uint32_t)shapes / PAGE || (address) / PAGE == BOOT_BASE / PAGE)

static void
never(const struct attempt *a, uint32_t line)
{
    board->seen = a->function;
    board->wrong = line;
}

/* Did the call read the kernel's memory for its caller, or write what that one can only read? */
static void
check_buffer(const struct attempt *a, struct reply r, bool message)
{
    bool receive = a->function == CALL_RECEIVE, failed = receive ? r.value == CALL_INVALID : r.error != 0;
    uint32_t size = receive ? call_total_size(a->sizes) : a->shape->words[0] ? call_data_size(a->sizes) : 0;

    if (size && a->buffer >= KERNEL_BASE && (!failed || r.error == ERR_ABSENT))
        never(a, __LINE__);
    if (READ_ONLY(a->buffer) && (receive ? size && !failed : !message && r.sizes))
        never(a, __LINE__);
}

/* What no call may answer, whoever makes it. */
static void
check(const struct attempt *a, struct reply r, bool message)
{
    if (r.value == a->function && r.error == a->target && r.sizes == a->sizes)
        return; /* it was no call: a sandbox has taken it, and given it back */
    check_buffer(a, r, message);
    if (a->function == CALL_WAIT && call_data_size(a->sizes) > sizeof(struct wait_list) && r.error != ERR_SIZE)
        never(a, __LINE__);
    if (a->function == CALL_MACHINE_STOP && r.error == 0)
        never(a, __LINE__);
}

static bool
receives(uint32_t function)
{
    return function == CALL_RECEIVE || function == CALL_REPLY_RECEIVE || function == CALL_REPLY_ERROR_RECEIVE;
}

/* Does it answer with a new descriptor? */
static bool
makes(uint32_t function)
{
    return function == CALL_PROCESS_CREATE || function == CALL_PROCESS_THREAD || function == CALL_DOOR_CREATE
           || function == CALL_DUPLICATE || function == CALL_PARK;
}

/* After a call that may have taken a message, or replied to one. */
static void
count_debt(struct stormer *s, uint32_t function, struct reply r)
{
    bool received = receives(function) && r.value != CALL_INVALID;

    s->faulty = received && r.value == MESSAGE_FAULT;
    if (receives(function) || function == CALL_REPLY || function == CALL_REPLY_ERROR || function == CALL_PARK)
        s->owes = received || r.error == ERR_BIG || r.error == ERR_BUSY;
}

/* What came of a call: what it makes possible from now on. */
static void
came(struct stormer *s, const struct attempt *a, struct reply r)
{
    uint32_t f = a->function;

    check(a, r, receives(f));
    count_outcome(a->shape, receives(f) && r.value != CALL_INVALID ? 0 : r.error);
    count_debt(s, f, r);
    if (s->faulty && ours(a->buffer, sizeof(struct fault_message)) && below(s, 2))
        bring_page(s, (const struct fault_message *)a->buffer);
    if (r.error == 0 && makes(f))
        made(s, f, r.value);
    if (r.error == 0 && f == CALL_PROCESS_PORTS)
        read_port(a->words[1]);
    if (r.error == ERR_TARGET)
        learn(s, 1 + below(s, 64));
    if (call_descriptors(r.sizes) && (receives(f) || f >= CALL_MANAGER_FIRST))
        learn_message(s, a->buffer, r.sizes);
}

/* By the vector that a process may have chosen; others have no such call. */
static struct reply
enter_other(const struct attempt *a)
{
    struct reply r;
    uint32_t buffer = a->buffer;

    __asm__ volatile("int %6"
                     : "=a"(r.value), "=b"(r.error), "+S"(buffer), "=D"(r.sizes)
                     : "0"(a->function), "1"(a->target), "i"(OTHER_VECTOR), "3"(a->sizes)
                     : "memory", "cc");
    return r;
}

static void
try(struct stormer *s, const struct attempt *a)
{
    write_words(a);
    if (below(s, 512))
        came(s, a, send_by(below(s, 2), a->function, a->target, (void *)a->buffer, a->sizes));
    else
        came(s, a, enter_other(a));
}

/* Which thread this is: by the page of its stack. */
static uint32_t
slot(void)
{
    return (USER_END - (uint32_t)__builtin_frame_address(0)) / PAGE;
}

int
main(const struct boot_info *info)
{
    struct stormer s = {.random = board->seed + 0x9e3779b9 * (slot() + 1)};

    (void)info;
    for (uint32_t i = 0; i < SHAPES; i++)
        board->functions[i] = shapes[i].function;
    for (uint32_t i = 1; i < 40; i++)
        learn(&s, i);
    for (;;) {
        uint32_t number = board->first + board->step * count_call();
        struct attempt a = choose(&s, number);

        if (below(&s, 64) == 0)
            __asm__ volatile("fninit\n\tfld1");
        if (!a.shape->ends || below(&s, 8) == 0)
            try(&s, &a);
    }
}
