/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reads the policy, line by line: which bytes may be there, which words they make, and whether the whole is complete.
 * What the words mean is in policy_say.c.  One thing wrong, and nothing of the text counts.
 */
#include "policy_tables.h"
#include "string.h"
#include "text.h"

struct line {
    char text[POLICY_LINE + 1];
    char *word[POLICY_LINE / 2 + 1]; /* never more: there is something between two words */
    uint32_t words;
};

/* Length of the text up to the end of its first line; `size` if that has no end. */
static uint32_t
line_length(const char *text, uint32_t size)
{
    uint32_t length = 0;

    while (length < size && text[length] != '\n')
        length++;
    return length;
}

static const char *
check_bytes(const char *text, uint32_t length)
{
    for (uint32_t i = 0; i < length; i++) {
        if ((uint8_t)text[i] >= 0x7f)
            return "this line has something that is no ASCII character";
        if ((uint8_t)text[i] < ' ' && text[i] != '\t')
            return "this line has a control character";
    }
    return NULL;
}

/* A line without its comment becomes words, each with a zero behind it. */
static void
split(struct line *line, const char *text, uint32_t length)
{
    char last = ' ';

    line->words = 0;
    for (uint32_t i = 0; i < length && text[i] != '#'; i++) {
        char c = text[i] == '\t' ? ' ' : text[i];

        line->text[i] = c == ' ' ? 0 : c;
        line->text[i + 1] = 0;
        if (c != ' ' && last == ' ')
            line->word[line->words++] = &line->text[i];
        last = c;
    }
}

static const char *
read_line(uint32_t number, const char *text, uint32_t length)
{
    const char *wrong = check_bytes(text, length);
    struct line line;

    if (length > POLICY_LINE)
        wrong = "this line has more than 160 characters";
    if (wrong)
        return wrong;
    split(&line, text, length);
    return line.words ? policy_say(number, line.word, line.words) : NULL;
}

/* `line`: the last one.  Where something is missing that no line is to blame for, that. */
static struct policy_error
check_whole(uint32_t line)
{
    for (uint32_t i = 0; i < policy.domains; i++) {
        const struct policy_domain *d = &policy.domain[i];

        if (!d->limits.pages || !d->limits.threads || !d->limits.descriptors)
            return (struct policy_error){d->line, "a domain of this line has no limit of pages, threads or descriptors"};
    }
    if (policy_domain("init") == POLICY_NONE)
        return (struct policy_error){line, "here the policy ends, and has no domain init for the first process"};
    return (struct policy_error){0, NULL};
}

static struct policy_error
read_text(const char *text, uint32_t size)
{
    struct policy_error error = {1, NULL};
    uint32_t length;

    for (;; error.line++, text += length + 1, size -= length + 1) {
        length = line_length(text, size);
        error.what = length == size ? "this line has no end" : read_line(error.line, text, length);
        if (error.what)
            return error;
        if (length + 1 == size)
            return check_whole(error.line);
    }
}

bool
policy_read(const char *text, uint32_t size, struct policy_error *error)
{
    memset(&policy, 0, sizeof(policy));
    *error = read_text(text, size);
    if (error->line)
        memset(&policy, 0, sizeof(policy));
    return !error->line;
}
