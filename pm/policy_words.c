/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The words of the policy: numbers, titles of domains and types, names and patterns.
 */
#include "policy_tables.h"
#include "string.h"
#include "text.h"

bool
policy_is_number(const char *word, uint32_t *value)
{
    const char *end = parse_number(word, value);

    return end && !*end;
}

/* Of a domain or a type. */
bool
policy_is_title(const char *word)
{
    uint32_t length = 0;

    for (; word[length]; length++) {
        bool digit = (word[length] >= '0' && word[length] <= '9') || word[length] == '_';

        if (!(word[length] >= 'a' && word[length] <= 'z') && !(digit && length > 0))
            return false;
    }
    return length < DOMAIN_MAX;
}

/* What is between two slashes. */
static bool
is_part(const char *part, uint32_t length)
{
    for (uint32_t i = 0; i < length; i++)
        if (part[i] == '*')
            return false;
    return length > 2 || (length > 0 && strncmp(part, "..", length) != 0);
}

static bool
is_path(const char *path)
{
    uint32_t length;

    do {
        if (*path++ != '/')
            return false;
        for (length = 0; path[length] && path[length] != '/'; length++)
            ;
        if (!is_part(path, length))
            return false;
        path += length;
    } while (*path);
    return true;
}

/* The text of what is below something keeps the slash, and not the star. */
bool
policy_is_pattern(const char *word, struct policy_pattern *p)
{
    uint32_t length = strlcpy(p->text, word, sizeof(p->text));

    if (length >= sizeof(p->text))
        return false;
    p->below = length >= 2 && strcmp(word + length - 2, "/*") == 0;
    p->length = p->below ? length - 1 : length;
    if (p->below)
        p->text[length - 2] = 0;
    if (strcmp(p->text, p->below ? "" : "/") != 0 && !is_path(p->text))
        return false;
    if (p->below)
        strlcpy(p->text + length - 2, "/", 2);
    return true;
}
