/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The shell: shell.h says what it consists of.
 *
 *     sh                   commands from a person at the window, or from the standard input
 *     sh FILE [WORD]...    from a file; the words are $1 and so on
 *     sh -c TEXT [NAME [WORD]...]
 */
#include "here.h"
#include "interrupt.h"
#include "shell.h"
#include "source.h"
#include "string.h"
#include "sys/files.h"
#include "sys/heap.h"
#include "sys/manager.h"
#include "sys/stream.h"
#include "variables.h"

#define HEAP_SIZE (1u << 20)
#define PROFILE   "/etc/profile"

static struct stream errors = {.fd = FD_ERROR}; /* not stderr, of which each part of a line goes out at once */

struct shell shell = {.in = FD_IN, .errors = &errors};

static bool
is_window(uint32_t fd)
{
    struct stream_view view;

    return !stream_stat(fd, &view).error && view.kind == STREAM_WINDOW;
}

static void
set(const char *name, const char *value)
{
    if (variable_set(name, strlen(name), value))
        variable_export(name, strlen(name));
}

/* The first shell at a window is the one that has nobody above it. */
static uint32_t
run_window(void)
{
    struct stream_view view;

    shell.interactive = true;
    interrupt_start(FD_IN);
    if (!variable_get("SHLVL", 5)) {
        set("SHLVL", "1");
        environment_update();
        if (!file_stat(PROFILE, &view).error)
            source_file(PROFILE);
    }
    return shell.leave ? parameters.status : source_window();
}

static uint32_t
run(int argc, char **argv)
{
    bool is_text = argc > 1 && strcmp(argv[1], "-c") == 0;
    int name = is_text ? 3 : 1;

    if (is_text && argc == 2) {
        wrong("-c", "which commands?");
        return STATUS_WRONG;
    }
    parameters.name = argc > name ? argv[name] : "sh";
    parameters.values = argv + name + 1;
    parameters.count = argc > name ? argc - name - 1 : 0;
    if (is_text)
        return source_text(argv[2]);
    if (argc > 1)
        return source_file(argv[1]);
    if (is_window(FD_IN) && is_window(FD_OUT))
        return run_window();
    shell.in = 0;
    return source_stream(FD_IN);
}

int
main(int argc, char **argv, char **envp)
{
    if (heap_start(HEAP_SIZE).error || !variables_import(envp)) {
        wrong(NULL, NO_MEMORY);
        return STATUS_WRONG;
    }
    parameters.process = process_number().value;
    if (!variable_get("PATH", 4))
        set("PATH", "/bin");
    here_start();
    return run(argc, argv);
}
