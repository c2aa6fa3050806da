/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the statements of the policy mean: docs/policy.md has the language.  A function that answers with a text says
 * what is wrong, or NULL.
 */
#include "policy_tables.h"
#include "text.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

#define IRQS       16u
#define IRQS_KEPT  (1u << 0 | 1u << 2) /* by the kernel */
#define PORTS      0x10000u
#define PAGES      0x100000u
#define LIMIT_MOST 0xfffffu

struct statement {
    uint32_t line;
    uint32_t domain;   /* of most: what comes behind the keyword */
    char *const *word; /* and what comes behind that */
    uint32_t words;
};

// SINCE swap
// < static const char *const power_words[] = {"doors", "system", "processes", "halt", "report", "archive", "console", "priority"};
static const char *const power_words[] = {"doors",   "system",   "processes", "halt", "report", "archive",
                                          "console", "priority", "pager",     "dma",  "swap"};
// END swap
static const char *const right_words[] = {"delete", "start", "stop", "read", "write", "copy", "move"};
static const char *const limit_words[] = {"processes", "pages", "names", "threads", "descriptors"};

_Static_assert(COUNT(power_words) == POLICY_POWERS, "a word for each power, in their order");
_Static_assert(RIGHT_DELETE == 1 << 1 && RIGHT_MOVE == 1 << COUNT(right_words), "rights in the order of their bits");

static const char twice[] = "this has been said already";
static const char no_number[] = "a number is expected, decimal or behind 0x";
static const char no_range[] = "a number is out of range";
static const char no_title[] = "a domain or type has up to 15 small letters, digits and _, a letter first";
static const char no_name[] = "a name is / or a path like /dev/clock, up to 63 characters; /dev/* is all below /dev";
static const char no_domain[] = "no domain of this name is defined above";
static const char no_type[] = "no type of this name is defined above";

static uint32_t
find(const char *const *list, uint32_t count, const char *word)
{
    for (uint32_t i = 0; i < count; i++)
        if (strcmp(list[i], word) == 0)
            return i;
    return POLICY_NONE;
}

static const char *
set_bit(uint32_t *bits, uint32_t bit)
{
    if (*bits >> bit & 1)
        return twice;
    *bits |= 1u << bit;
    return NULL;
}

/* --- Domains and types. */

static const char *
say_domain(const struct statement *s)
{
    struct policy_domain *d = &policy.domain[policy.domains];

    if (!policy_is_title(s->word[0]))
        return no_title;
    if (policy_domain(s->word[0]) != POLICY_NONE)
        return twice;
    if (policy.domains == POLICY_DOMAINS)
        return "there is room for 32 domains only";
    *d = (struct policy_domain){.line = s->line, .made = POLICY_NONE, .processes = POLICY_NONE};
    memcpy(d->name, s->word[0], strlen(s->word[0]) + 1);
    policy.domains++;
    return NULL;
}

static const char *
say_type(const struct statement *s)
{
    if (!policy_is_title(s->word[0]))
        return no_title;
    if (policy_type(s->word[0]) != POLICY_NONE)
        return twice;
    if (policy.types == POLICY_TYPES)
        return "there is room for 64 types only";
    memcpy(policy.type[policy.types++], s->word[0], strlen(s->word[0]) + 1);
    return NULL;
}

/* --- Names. */

/* No two patterns in a list are the same, of one domain or, if `alone`, of all. */
static const char *
add_pattern(struct policy_pattern *list, uint32_t *count, uint32_t of, const char *word, bool alone)
{
    struct policy_pattern p = {.of = of};

    if (!policy_is_pattern(word, &p))
        return no_name;
    for (uint32_t i = 0; i < *count; i++)
        if ((alone || list[i].of == of) && list[i].below == p.below && strcmp(list[i].text, p.text) == 0)
            return twice;
    if (*count == POLICY_PATTERNS)
        return "there is room for 128 names only";
    list[(*count)++] = p;
    return NULL;
}

static const char *
say_name(const struct statement *s)
{
    return add_pattern(policy.name, &policy.names, s->domain, s->word[0], false);
}

static const char *
say_is(const struct statement *s)
{
    uint32_t type = policy_type(s->word[1]);

    return type == POLICY_NONE ? no_type : add_pattern(policy.kind, &policy.kinds, type, s->word[0], true);
}

static const char *
set_type(uint32_t *place, const char *word)
{
    uint32_t type = policy_type(word);

    if (type == POLICY_NONE)
        return no_type;
    if (*place != POLICY_NONE)
        return twice;
    *place = type;
    return NULL;
}

static const char *
say_made(const struct statement *s)
{
    return set_type(&policy.domain[s->domain].made, s->word[0]);
}

static const char *
say_processes(const struct statement *s)
{
    return set_type(&policy.domain[s->domain].processes, s->word[0]);
}

/* --- What a domain may. */

static const char *
say_may(const struct statement *s)
{
    uint32_t power = find(power_words, COUNT(power_words), s->word[0]);

    return power == POLICY_NONE ? "there is no such power" : set_bit(&policy.domain[s->domain].powers, power);
}

static const char *
say_enter(const struct statement *s)
{
    uint32_t other = policy_domain(s->word[0]);

    return other == POLICY_NONE ? no_domain : set_bit(&policy.domain[s->domain].enters, other);
}

/* All that a domain may do with a type is said in one line. */
static const char *
say_allow(const struct statement *s)
{
    uint32_t type = policy_type(s->word[0]), rights = 0;
    const char *wrong = NULL;

    if (type == POLICY_NONE)
        return no_type;
    if (policy.domain[s->domain].rights[type])
        return twice;
    for (uint32_t i = 1; i < s->words && !wrong; i++) {
        uint32_t right = find(right_words, COUNT(right_words), s->word[i]);

        wrong = right == POLICY_NONE ? "there is no such right" : set_bit(&rights, right + 1);
    }
    policy.domain[s->domain].rights[type] = rights;
    return wrong;
}

/* --- Hardware. */

static const char *
say_irq(const struct statement *s)
{
    uint32_t irq;

    if (!policy_is_number(s->word[0], &irq))
        return no_number;
    if (irq >= IRQS)
        return no_range;
    if (IRQS_KEPT >> irq & 1)
        return "interrupts 0 and 2 are the kernel's";
    return set_bit(&policy.domain[s->domain].irqs, irq);
}

/* `count` of `all` there are, from `first` on. */
static const char *
add_range(struct policy_range r, uint32_t all)
{
    if (r.first >= all || r.count == 0 || r.count > all - r.first)
        return no_range;
    for (uint32_t i = 0; i < policy.ranges; i++)
        if (memcmp(&policy.range[i], &r, sizeof(r)) == 0)
            return twice;
    if (policy.ranges == POLICY_RANGES)
        return "there is room for 128 ranges of hardware only";
    policy.range[policy.ranges++] = r;
    return NULL;
}

static const char *
say_ports(const struct statement *s)
{
    struct policy_range r = {.domain = s->domain, .kind = POLICY_PORT_RANGE};

    if (!policy_is_number(s->word[0], &r.first) || !policy_is_number(s->word[1], &r.count))
        return no_number;
    return add_range(r, PORTS);
}

static const char *
say_device(const struct statement *s)
{
    struct policy_range r = {.domain = s->domain, .kind = POLICY_DEVICE_RANGE};

    if (!policy_is_number(s->word[0], &r.first) || !policy_is_number(s->word[1], &r.count))
        return no_number;
    if (r.first % POLICY_PAGE != 0)
        return "memory begins at a multiple of 4096";
    r.first /= POLICY_PAGE;
    return add_range(r, PAGES);
}

static const char *
say_limit(const struct statement *s)
{
    struct policy_domain *d = &policy.domain[s->domain];
    uint32_t *place[] = {&d->limits.processes, &d->limits.pages, &d->limits.names, &d->limits.threads, &d->limits.descriptors};
    uint32_t value, limit = find(limit_words, COUNT(limit_words), s->word[0]);

    if (limit == POLICY_NONE)
        return "there is no such limit";
    if (!policy_is_number(s->word[1], &value))
        return no_number;
    if (value > LIMIT_MOST)
        return no_range;
    *place[limit] = value;
    return set_bit(&d->limited, limit);
}

/* --- All of them. */

/* What stands behind the keyword, and behind a domain if one comes first: so many words. */
static const struct keyword {
    const char *keyword;
    bool domain;
    uint32_t words;
    enum { ONCE, AGAIN, MORE } how; /* AGAIN: or that many again and again; MORE: or more */
    const char *(*say)(const struct statement *);
} keywords[] = {
    {"domain", false, 1, AGAIN, say_domain},
    {"type", false, 1, AGAIN, say_type},
    {"is", false, 2, AGAIN, say_is},
    {"name", true, 1, AGAIN, say_name},
    {"made", true, 1, ONCE, say_made},
    {"processes", true, 1, ONCE, say_processes},
    {"may", true, 1, AGAIN, say_may},
    {"enter", true, 1, AGAIN, say_enter},
    {"allow", true, 2, MORE, say_allow},
    {"irq", true, 1, AGAIN, say_irq},
    {"ports", true, 2, AGAIN, say_ports},
    {"device", true, 2, AGAIN, say_device},
    {"limit", true, 2, AGAIN, say_limit},
};

static const struct keyword *
find_keyword(const char *word)
{
    for (uint32_t i = 0; i < COUNT(keywords); i++)
        if (strcmp(keywords[i].keyword, word) == 0)
            return &keywords[i];
    return NULL;
}

/* Are there as many words as there should be? */
static const char *
count_words(const struct keyword *k, uint32_t words)
{
    if (words < k->words || (k->how == AGAIN && words % k->words != 0))
        return "here words are missing at the end";
    return k->how == ONCE && words > k->words ? "here are too many words" : NULL;
}

const char *
policy_say(uint32_t line, char *const *word, uint32_t words)
{
    const struct keyword *k = find_keyword(word[0]);
    struct statement s = {line, POLICY_NONE, word + 1, words - 1};
    const char *wrong;

    if (!k)
        return "no statement begins with this word";
    if (k->domain && s.words > 0) {
        s.domain = policy_domain(word[1]);
        s.word++, s.words--;
    }
    wrong = count_words(k, s.words);
    if (!wrong && k->domain && s.domain == POLICY_NONE)
        wrong = no_domain;
    for (uint32_t step = k->how == MORE ? s.words : k->words; !wrong && s.words > 0; s.word += step, s.words -= step)
        wrong = k->say(&s);
    return wrong;
}
