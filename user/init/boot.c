/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reading /etc/boot: see service.h.
 */
#include "service.h"

#include "abi/pm.h"
#include "abi/window.h"
#include "string.h"
#include "text.h"

struct service services[SERVICES_MAX];
uint32_t service_count;

/* Takes a word off the line; NULL if there is none. */
static char *
word(char **line)
{
    char *first;

    while (**line == ' ' || **line == '\t')
        ++*line;
    first = *line;
    while (**line && **line != ' ' && **line != '\t')
        ++*line;
    if (*line == first)
        return NULL;
    if (**line)
        *(*line)++ = 0;
    return first;
}

/* NULL, or what is wrong; as in the functions below. */
static const char *
read_command(struct service *s, char **line)
{
    uint32_t count = 0;
    char *argument;

    while ((argument = word(line))) {
        if (count == ARGUMENTS_MAX)
            return "too many arguments";
        s->argv[count++] = argument;
    }
    if (count == 0)
        return "a domain and a path are missing";
    return s->argv[0][0] == '/' ? NULL : "the path has to begin with a slash";
}

static const char *
read_program(struct service *s, char **line)
{
    s->domain = word(line);
    return read_command(s, line);
}

static const char *
read_server(struct service *s, char **line)
{
    s->kind = SERVER;
    s->name = word(line);
    if (s->name && strcmp(s->name, "restart") == 0) {
        s->restart = true;
        s->name = word(line);
    }
    if (!s->name || s->name[0] != '/')
        return "the name of its door is missing";
    return read_program(s, line);
}

/* A line before this one lists it. */
static bool
is_server(const char *name)
{
    for (uint32_t i = 0; i < service_count; i++)
        if (services[i].kind == SERVER && strcmp(services[i].name, name) == 0)
            return true;
    return false;
}

static const char *
read_plain(struct service *s, char **line)
{
    s->domain = word(line);
    if (s->domain && strcmp(s->domain, "after") == 0) {
        s->after = word(line);
        if (!s->after || !is_server(s->after))
            return "no server above has the name that it comes after";
        s->domain = word(line);
    }
    return read_command(s, line);
}

static const char *
read_shell(struct service *s, char **line)
{
    char *window = word(line);
    const char *end = window ? parse_number(window, &s->window) : NULL;

    s->kind = SHELL;
    s->restart = true;
    if (!end || *end || s->window > WINDOWS)
        return "the number of a window is missing";
    return read_program(s, line);
}

static const char *
read_line(struct service *s, char *line)
{
    char *kind = word(&line);

    *s = (struct service){.kind = PROGRAM};
    if (strcmp(kind, "server") == 0)
        return read_server(s, &line);
    if (strcmp(kind, "shell") == 0)
        return read_shell(s, &line);
    return strcmp(kind, "program") == 0 ? read_plain(s, &line) : "it is none of server, shell, program";
}

static bool
is_empty(const char *line)
{
    while (*line == ' ' || *line == '\t')
        line++;
    return !*line;
}

static void
add_line(char *line, uint32_t number)
{
    char *comment = strchr(line, '#');
    const char *error;

    if (comment)
        *comment = 0;
    if (is_empty(line))
        return;
    error = service_count < SERVICES_MAX ? read_line(&services[service_count], line) : "too many lines";
    if (error)
        say("/etc/boot:%u: %s", number, error);
    else
        service_count++;
}

/* The words stay where they are in the copy of the text. */
void
services_read(const char *text, uint32_t size)
{
    static char copy[BOOT_FILE_MAX + 1];
    char *line = copy, *end;

    if (size > BOOT_FILE_MAX) {
        say("/etc/boot: only %u bytes of it are read", BOOT_FILE_MAX);
        size = BOOT_FILE_MAX;
    }
    memcpy(copy, text, size);
    copy[size] = 0;
    for (uint32_t number = 1; line; line = end, number++) {
        end = strchr(line, '\n');
        if (end)
            *end++ = 0;
        add_line(line, number);
    }
}
