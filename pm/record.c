/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What memory management does, line by line on the line of test verdicts, if the kernel's command line has the word
 * "record": for pictures and reference strings (make plot).  It takes time, which the record has in it.
 */
#include "vm.h"

#include "memory.h"
#include "string.h"
#include "text.h"

#define LINE  160
#define EVERY 10 /* milliseconds, at least, between two lines of counts */

static bool on;
static uint32_t process; /* whose fault is being dealt with */
static bool told;

void
record_start(const char *command_line)
{
    const char *word = command_line;

    while (*word && !on) {
        on = strncmp(word, "record", 6) == 0 && (word[6] == 0 || word[6] == ' ');
        while (*word && *word++ != ' ')
            ;
    }
}

static void
say(const char *line)
{
    char text[LINE];

    test_write(text, snprintf(text, sizeof(text), "vm %u %s\n", clock_milliseconds(), line));
}

static void
say_counts(void)
{
    static uint32_t last;
    struct memory_counts c = {0};
    char text[LINE];

    if (clock_milliseconds() - last < EVERY)
        return;
    last = clock_milliseconds();
    for (uint32_t i = 0; i < page_count; i++)
        page_count_in(&c, &page_table[i]);
    snprintf(text, sizeof(text), "counts free=%u private=%u shared=%u ram_disk=%u file=%u wired=%u dirty=%u slots=%u",
             frames_free(), c.private, c.shared, c.ram_disk, c.file, c.wired, c.dirty, swap_used);
    say(text);
}

static void
say_event(const char *begin, const struct object *o, uint32_t index, const char *what)
{
    char text[LINE];
    bool private = o->kind == OBJECT_PRIVATE;

    snprintf(text, sizeof(text), "%s%s%u %u %s", begin, private ? "p" : "", private ? o->owner->number : o->index, index, what);
    say(text);
    say_counts();
}

/* A fault of this process begins. */
void
record_begin(const struct process *p)
{
    process = p->number;
    told = false;
}

void
record_fault(const struct object *o, uint32_t index, const char *what)
{
    char begin[24];

    if (!on || told)
        return;
    told = true;
    snprintf(begin, sizeof(begin), "fault %u ", process);
    say_event(begin, o, index, what);
}

void
record_evict(const struct page *page, const char *what)
{
    if (on)
        say_event("evict ", page->object, page->index, what);
}
