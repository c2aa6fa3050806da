/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * boot.c of user/init: any text in place of /etc/boot.  What is accepted can be started, and what is not is said.
 */
#include "lib.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "abi/window.h"
#include "init/service.h"

static uint32_t said;
static char last[200];

void
say(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(last, sizeof(last), format, arguments);
    va_end(arguments);
    said++;
}

static void
read_text(const char *text, size_t size)
{
    char *own = malloc(size ? size : 1); /* nothing behind it is read */

    memcpy(own, text, size);
    said = service_count = 0;
    services_read(own, size);
    free(own);
}

static bool
is_word(const char *word)
{
    return word && *word && !strpbrk(word, " \t\n#");
}

/* It comes after nobody, or after a server that is listed before it. */
static bool
is_in_order(const struct service *s)
{
    const struct service *server = services;

    if (!s->after)
        return true;
    while (server < s && !(server->kind == SERVER && strcmp(server->name, s->after) == 0))
        server++;
    return s->kind == PROGRAM && server < s;
}

static void
check_service(const struct service *s)
{
    uint32_t words = 0;

    expect(s->kind == SERVER || s->kind == SHELL || s->kind == PROGRAM, "kind %u", s->kind);
    expect(is_word(s->domain), "domain");
    expect(s->kind != SERVER || (is_word(s->name) && s->name[0] == '/'), "name");
    expect(s->window <= WINDOWS && (s->kind == SHELL || s->window == 0), "window %u", s->window);
    expect(s->restart == (s->kind == SHELL) || s->kind == SERVER, "restart");
    expect(is_in_order(s), "after %s", s->after);
    while (s->argv[words]) {
        expect(words < ARGUMENTS_MAX && is_word(s->argv[words]), "argument %u", words);
        words++;
    }
    expect(words > 0 && s->argv[0][0] == '/', "path");
    expect(s->number == 0 && !s->tried && s->due == 0 && s->pause == 0, "it has run already");
}

static void
check_example(const char *text, const char *error, uint32_t services)
{
    read_text(text, strlen(text));
    expect(service_count == services, "%s: %u services", text, service_count);
    expect(error ? said == 1 && strcmp(last, error) == 0 : said == 0, "%s: %s", text, last);
}

#define LINE "program a /b\n"
#define SIX  LINE LINE LINE LINE LINE LINE

static void
check_examples(void)
{
    static char large[BOOT_FILE_MAX + 2];

    check_example("", NULL, 0);
    check_example(" # nothing\n\n\t", NULL, 0);
    check_example("server / files /bin/fm", NULL, 1);
    expect(!services[0].restart && strcmp(services[0].domain, "files") == 0 && !services[0].argv[1], "a server");
    check_example("server restart /a b /c 1 2 # 3\nshell 8 u /s\n", NULL, 2);
    expect(services[0].restart && strcmp(services[0].argv[2], "2") == 0 && !services[0].argv[3], "arguments");
    expect(services[1].window == 8 && services[1].restart, "a window");
    check_example("\nserver restart\n", "/etc/boot:2: the name of its door is missing", 0);
    check_example("server files /bin/fm", "/etc/boot:1: the name of its door is missing", 0);
    check_example("shell 9 u /s", "/etc/boot:1: the number of a window is missing", 0);
    check_example("shell 1x u /s", "/etc/boot:1: the number of a window is missing", 0);
    check_example("shell", "/etc/boot:1: the number of a window is missing", 0);
    check_example("program u", "/etc/boot:1: a domain and a path are missing", 0);
    check_example("program", "/etc/boot:1: a domain and a path are missing", 0);
    check_example("server / a /b\nprogram after / u /c 1\nprogram u /d", NULL, 3);
    expect(strcmp(services[1].after, "/") == 0 && strcmp(services[1].domain, "u") == 0 && !services[1].argv[2], "after a server");
    expect(!services[2].after, "after nobody");
    check_example("server / a /b\nprogram after", "/etc/boot:2: no server above has the name that it comes after", 1);
    check_example("program after / u /c\nserver / a /b", "/etc/boot:1: no server above has the name that it comes after", 1);
    check_example("server / a /b\nshell 0 u /s\nprogram u /c\nprogram after /c u /d",
                  "/etc/boot:4: no server above has the name that it comes after", 3);
    check_example("server / a /b\nprogram after /", "/etc/boot:2: a domain and a path are missing", 1);
    check_example("server / a /b\nprogram after / u", "/etc/boot:2: a domain and a path are missing", 1);
    check_example("program u b", "/etc/boot:1: the path has to begin with a slash", 0);
    check_example("program u /b 1 2 3 4 5 6 7\nprogram u /b 1 2 3 4 5 6 7 8", "/etc/boot:2: too many arguments", 1);
    check_example("programs u /b\n" LINE, "/etc/boot:1: it is none of server, shell, program", 1);
    memset(large, '#', sizeof(large) - 1);
    check_example(large, "/etc/boot: only 4096 bytes of it are read", 0);
    check_example(SIX SIX SIX SIX LINE, "/etc/boot:25: too many lines", 24);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const words[] = {"server", "restart", "shell", "program", "after", "/", "/dev/x", "files", "0", "8", "9",
                                        " ", " ", " ", "\t", "\n", "\n", "#", "x"};
    static char text[8192];
    struct input in = {data, data + size};
    size_t length = 0;

    check_examples();
    while (in.at < in.end && length < sizeof(text) - 10) {
        uint32_t which = take(&in, 1);

        if (which < 250)
            length += sprintf(text + length, "%s ", words[which % (sizeof(words) / sizeof(*words))]);
        else
            text[length++] = take(&in, 1);
    }
    read_text(text, length);
    expect(service_count <= SERVICES_MAX, "%u services", service_count);
    for (uint32_t i = 0; i < service_count; i++)
        check_service(&services[i]);
    return 0;
}
