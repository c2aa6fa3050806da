/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Any text as a policy: it is read, or refused with a line that is there, and all questions are answered.  It is
 * made of statements, most of which are right, and something that may be anything in between.
 */
#include "lib.h"

#include <stdlib.h>
#include <string.h>

#include "policy.h"

/* A large letter stands for a word of a list; '\0' is the end of each list. */
static const char *const statements[] = {
    "domain D", "type T", "is N T", "name D N", "made D T", "processes D T", "may D P", "enter D D", "allow D T R R",
    "irq D I", "ports D I A", "device D M A", "limit D L A",
};

#define LONG_NAME "/23456789012345678901234567890123456789012345678901234567890123" /* the last that is a name */

static const struct {
    char letter;
    const char *words[11];
} lists[] = {
    {'D', {"init", "a", "b", "a", "init", "c"}},
    {'T', {"t", "u", "t", "u", "v"}},
    {'N', {"/", "/dev", "/dev/x", "/dev/*", "/*", "/dev/x/*", "/dev/x/y", "/..", "//", LONG_NAME, LONG_NAME "/*"}},
    {'P', {"doors", "system", "processes", "halt", "report", "archive", "console", "priority", "x"}},
    {'R', {"delete", "start", "stop", "read", "write", "copy", "move", "x"}},
    {'I', {"1", "3", "4", "0xf", "15", "0", "16", "65535", "0xffffffff"}},
    {'M', {"0", "0xb8000", "0x1000", "0xfffff000", "4096", "1", "4294967295", "4294967296"}},
    {'A', {"1", "2", "8", "0xfffff", "0x10000", "0", "0x100000", "0xffffffff", "0x"}},
    {'L', {"processes", "names", "names", "processes", "pages", "x"}},
};

#define COUNT(list) (sizeof(list) / sizeof(*(list)))

static const char first[] = "domain init a b\nlimit init pages 1 threads 1 descriptors 1\nlimit a pages 1 threads 1 descriptors 1\n"
                            "limit b pages 1 threads 1 descriptors 1\ntype t u\n";

#define LONGEST 8192

struct text {
    char bytes[LONGEST];
    size_t size;
};

static void
add(struct text *t, const char *more, size_t size)
{
    if (size > LONGEST - t->size)
        size = LONGEST - t->size;
    memcpy(t->bytes + t->size, more, size);
    t->size += size;
}

static void
add_word(struct text *t, char letter, struct input *in)
{
    uint32_t count = 0, list = 0;

    while (list < COUNT(lists) && lists[list].letter != letter)
        list++;
    if (list == COUNT(lists)) {
        add(t, &letter, 1);
        return;
    }
    while (count < COUNT(lists[list].words) && lists[list].words[count])
        count++;
    count = take(in, 1) % count;
    add(t, lists[list].words[count], strlen(lists[list].words[count]));
}

/* One byte, or the same many times. */
static void
add_bytes(struct text *t, struct input *in)
{
    char byte = take(in, 1);

    for (uint32_t times = take(in, 1) % 4 ? 1 : take(in, 1); times; times--)
        add(t, &byte, 1);
}

static void
write_text(struct text *t, struct input *in)
{
    uint32_t how = take(in, 1), left = take(in, 1) % 16;

    if (how % 8)
        add(t, first, strlen(first));
    for (; left && in->at < in->end; left--) {
        uint32_t what = take(in, 1);

        if (what >= 240)
            add_bytes(t, in);
        else
            for (const char *at = statements[what % COUNT(statements)]; *at; at++)
                add_word(t, *at, in);
        add(t, "\n", what % 16 > 0);
    }
    add(t, "\n", how % 64 > 0);
}

static uint32_t
lines(const struct text *t)
{
    uint32_t count = t->size == 0 || t->bytes[t->size - 1] != '\n';

    for (size_t i = 0; i < t->size; i++)
        count += t->bytes[i] == '\n';
    return count;
}

/* What is answered with, added up: a number that only depends on the policy. */
static uint32_t
ask(uint32_t domain, uint32_t other)
{
    static const char *const names[] = {"", "/", "/dev", "/dev/", "/dev/x", "/dev/xy", "x"};
    const struct policy_limits *limits = policy_limits(domain);
    uint32_t sum = limits->processes + limits->pages + limits->names + limits->threads + limits->descriptors;

    for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
        sum = sum * 3 + policy_may_name(domain, names[i]) + (policy_type_of(domain, names[i]) + 1) * 5;
    for (uint32_t i = 0; i < 40; i++)
        sum = sum * 3 + policy_may(domain, i) + policy_may_irq(domain, i);
    sum += policy_may_enter(domain, other) + policy_rights(domain, other) + (policy_process_type(domain) + 1);
    sum += policy_may_ports(domain, other, 1) + policy_may_device(domain, other << 12, 1);
    return sum + strlen(policy_domain_name(domain)) + strlen(policy_type_name(other));
}

static uint32_t
ask_all(void)
{
    static const uint32_t beside[] = {31, 32, 63, 64, 0x80000000, POLICY_NONE};
    uint32_t sum = 0;

    for (uint32_t i = 0; i <= policy_domains(); i++)
        for (uint32_t j = 0; j <= policy_types(); j++)
            sum += ask(i, j);
    for (uint32_t i = 0; i < 36; i++)
        sum += ask(beside[i / 6], beside[i % 6]);
    return sum;
}

/* In memory of its own, which is gone when the questions come. */
static bool
read_text(const struct text *t, struct policy_error *error)
{
    char *exact = malloc(t->size);
    bool good;

    memcpy(exact, t->bytes, t->size);
    good = policy_read(exact, t->size, error);
    free(exact);
    return good;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input in = {data, data + size};
    struct policy_error error, again;
    static struct text t;
    uint32_t sum;
    bool good;

    t.size = 0;
    write_text(&t, &in);
    good = read_text(&t, &error);
    sum = ask_all();
    expect(good == !error.line && good == !error.what, "line %u for %d", error.line, good);
    expect(error.line <= lines(&t), "line %u of %u", error.line, lines(&t));
    expect(good ? policy_domain("init") < policy_domains() : sum == 0 && policy_domains() + policy_types() == 0,
           "%u domains, %u types, %u in answers for %d", policy_domains(), policy_types(), sum, good);
    expect(read_text(&t, &again) == good && again.line == error.line && ask_all() == sum, "it depends on the policy before");
    return 0;
}
