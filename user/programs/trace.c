/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Starts a program and shows what it calls, line by line, on the error stream: the function, the descriptor that it goes to,
 * how much is sent there, and what comes back.
 *
 * Of each call it is told twice, before and after (PM_TRACE).  The line comes after, or when the call has taken
 * long: then one sees what it waits for.
 */
#include "sys/calls.h"
#include "sys/child.h"
#include "sys/error.h"
#include "sys/files.h"
#include "sys/options.h"
#include "sys/program.h"
#include "sys/spawn.h"
#include "sys/stdio.h"
#include "string.h"

#define LONG      200 /* milliseconds that a call may take before it is shown */
#define SYSENTER  256 /* what MESSAGE_TRAP calls it */
#define LINE_MAX 120
#define BYTES    37 /* columns where the parts of a line begin */
#define RESULT   64
#define HEXADECIMAL 0x10000 /* numbers from here up are addresses, or the like */

static struct fault_message call; /* the last one that was begun */
static bool pending;              /* it is not over */
static bool shown;                /* and there is a line about it already */

/* A line goes out at once: what is not buffered costs a call each time. */
static char line[LINE_MAX]; /* no part is long enough to fill it */
static uint32_t used;

static void add(const char *format, ...) __attribute__((format(printf, 1, 2)));
static void
add(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    used += vsnprintf(line + used, sizeof(line) - used, format, arguments);
    va_end(arguments);
}

/* Blanks up to this column, and one at least. */
static void
add_column(uint32_t column)
{
    do
        add(" ");
    while (used < column);
}

static void
put_line(void)
{
    fprintf(stderr, "%s\n", line);
    used = 0;
}

/* Of CALL_RECEIVE and its like the sizes are a buffer's, and the first argument is no descriptor, or known. */
static bool
sends(uint32_t function)
{
    return function < CALL_RECEIVE || function > CALL_WAIT;
}

static bool
receives(uint32_t function)
{
    return function == CALL_RECEIVE || function == CALL_REPLY_RECEIVE || function == CALL_REPLY_ERROR_RECEIVE;
}

static bool
is_call(void)
{
    return call.vector == CALL_VECTOR || call.vector == SYSENTER;
}

static void
add_name(uint32_t function)
{
    char name[CALL_NAME_MAX];

    call_name(function, name);
    add("%s", name);
}

/* The part of the line that is known before the call. */
static void
add_call(void)
{
    const struct registers *r = &call.registers;
    uint32_t descriptors = call_descriptors(r->edi);

    if (!is_call()) {
        add("int 0x%x", call.vector);
        return;
    }
    add_name(r->eax);
    if (!sends(r->eax))
        return;
    add_column(CALL_NAME_MAX);
    add("%7u %s", r->ebx, r->ebx || r->eax < CALL_MANAGER_FIRST ? descriptor_name(r->ebx) : "manager");
    add_column(BYTES);
    add("%4u bytes", call_data_size(r->edi));
    if (descriptors)
        add(", %u descriptor%s", descriptors, descriptors > 1 ? "s" : "");
}

/* A call that has taken long, or does not come back. */
static void
show_pending(const char *result)
{
    if (!pending || shown)
        return;
    add_call();
    if (*result) {
        add_column(RESULT);
        add("%s", result);
    }
    put_line();
    shown = true;
}

static void
show_result(const struct registers *r)
{
    if (shown)
        add_name(call.registers.eax);
    else
        add_call();
    add_column(RESULT);
    add("= ");
    if (r->eax == (uint32_t)-1 && r->ebx)
        add("%s", error_text(r->ebx));
    else if (receives(call.registers.eax))
        add_name(r->eax);
    else if (r->eax < HEXADECIMAL)
        add("%u", r->eax);
    else
        add("0x%x", r->eax);
    put_line();
}

/* Something has been heard of the program.  False if it is that its first thread has ended. */
static bool
heard(uint32_t function, const struct fault_message *m)
{
    if (function == MESSAGE_TRAP) {
        show_pending("");
        call = *m;
        pending = true;
        shown = false;
        reply(0, NULL, 0);
    } else if (function == MESSAGE_RESULT) {
        show_result(&m->registers);
        pending = false;
        reply(0, NULL, 0);
    }
    return function != MESSAGE_UNREF;
}

static void
watch(uint32_t door)
{
    struct fault_message said;
    struct message m;

    do {
        m = receive(door, &said, sizeof(said), pending && !shown ? LONG : 0);
        if (m.function == CALL_INVALID)
            show_pending("...");
    } while (heard(m.function, &said));
    show_pending("");
}

/* How it ended; the status for ours. */
static uint32_t
show_process(uint32_t child)
{
    struct process_view view = {0};

    if (child_wait(child, &view).error)
        return 1;
    if (view.end == END_EXIT)
        fprintf(stderr, "%s, process %u: ended with status %u\n", view.name, view.number, view.status);
    else if (view.end == END_KILL)
        fprintf(stderr, "%s, process %u: killed\n", view.name, view.number);
    else
        fprintf(stderr, "%s, process %u: exception %u at %08x\n", view.name, view.number, view.status, view.fault.registers.eip);
    return view.end == END_EXIT ? view.status : 1;
}

/* "FOLDER/NAME" with the first folder of the list where there is such a file; the file. */
static struct result
find(const char *folders, const char *name)
{
    struct result r = {-1, ERR_NO_FILE};
    char path[FILE_PATH_MAX];

    if (strchr(name, '/') || !folders)
        return file_open(name, 0);
    while (*folders && r.error) {
        const char *end = strchr(folders, ':');
        size_t length = end ? (size_t)(end - folders) : strlen(folders);

        if (length + strlen(name) + 2 <= sizeof(path)) {
            memcpy(path, folders, length);
            snprintf(path + length, sizeof(path) - length, "/%s", name);
            r = file_open(path, 0);
        }
        folders += length + (end ? 1 : 0);
    }
    return r;
}

/* The process is there, and has not begun. */
static struct result
prepare(char **argv, uint32_t door)
{
    struct spawn spawn = spawn_like_me(argv);
    struct result file = find(getenv("PATH"), argv[0]), child, r;

    if (file.error)
        return file;
    spawn.held = true;
    child = spawn_file(file.value, &spawn);
    descriptor_close(file.value);
    r = child.error ? child : child_trace(child.value, door, 0);
    return r.error ? r : child;
}

int
main(int argc, char **argv)
{
    struct options o = options(argc, argv, "program [arg ...]");
    struct result door = door_new("", false, 0, 0), child = door;

    if (!door.error)
        child = prepare(o.operand, door.value);
    if (!child.error)
        child.error = child_start(child.value).error;
    if (child.error)
        return failed(o.operand[0], child.error);
    watch(door.value);
    return show_process(child.value);
}
