/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Complaints, and what is said about processes that did not end well.
 */
#include "report.h"

#include "door.h"
#include "shell.h"
#include "string.h"
#include "sys/files.h"
#include "sys/printable.h"
#include "sys/symbols.h"

#define PLACE_MAX 64

static const char *const vector_names[] = {
    [0] = "division error", [1] = "debug exception", [3] = "breakpoint", [4] = "overflow", [5] = "bound exceeded",
    [6] = "invalid instruction", [7] = "no FPU", [10] = "bad task", [11] = "segment not present", [12] = "stack fault",
    [13] = "general protection", [14] = "page fault", [16] = "FPU error", [17] = "alignment error", [19] = "SIMD error",
};

static const char *const access_names[] = {[FAULT_READ] = "reading", [FAULT_WRITE] = "writing", [FAULT_FETCH] = "executing"};

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

void
wrong(const char *what, const char *why)
{
    char shown[FILE_PATH_MAX];

    flush(stdout);
    fputs("sh: ", shell.errors);
    if (shell.line)
        fprintf(shell.errors, "line %u: ", shell.line);
    if (what) {
        strlcpy(shown, what, sizeof(shown));
        make_printable(shown);
        fprintf(shell.errors, "%s: ", shown);
    }
    fprintf(shell.errors, "%s\n", why);
    flush(shell.errors);
}

static void
say_fault(const struct fault_message *f)
{
    const char *name = f->vector < COUNT(vector_names) ? vector_names[f->vector] : NULL;

    if (name)
        fputs(name, shell.errors);
    else
        fprintf(shell.errors, "exception %u", f->vector);
    if (f->vector == 14)
        fprintf(shell.errors, ", %s %08x, %s", f->access < COUNT(access_names) ? access_names[f->access] : "at", f->address,
                f->present ? "which is not allowed" : "where nothing is");
    else if (f->error)
        fprintf(shell.errors, ", error code %x", f->error);
    putc('\n', shell.errors);
}

static void
say_place(const char *path, uint32_t address)
{
    struct result file = file_open(path, 0);
    char place[PLACE_MAX];

    fprintf(shell.errors, "  at  %08x", address);
    if (!file.error && !symbol_find(file.value, address, place, sizeof(place)).error)
        fprintf(shell.errors, "  %s", place);
    putc('\n', shell.errors);
    if (!file.error)
        descriptor_close(file.value);
}

static void
say_registers(const struct registers *r)
{
    fprintf(shell.errors, "  eax %08x  ebx %08x  ecx %08x  edx %08x\n", r->eax, r->ebx, r->ecx, r->edx);
    fprintf(shell.errors, "  esi %08x  edi %08x  ebp %08x  esp %08x\n", r->esi, r->edi, r->ebp, r->esp);
    fprintf(shell.errors, "  eip %08x  eflags %08x\n", r->eip, r->eflags);
}

void
report_process(const char *path, const struct process_view *view)
{
    char name[PROCESS_NAME_MAX];

    if (view->end == END_EXIT)
        return;
    strlcpy(name, view->name, sizeof(name));
    make_printable(name);
    flush(stdout);
    fprintf(shell.errors, "sh: %s, process %u: ", name, view->number);
    if (view->end == END_FAULT) {
        say_fault(&view->fault);
        say_place(path, view->fault.registers.eip);
        say_registers(&view->fault.registers);
    // SINCE swap
    } else if (view->end == END_MEMORY) {
        fputs("ended, because memory was full and it had most of it\n", shell.errors);
    } else if (view->end == END_LOST) {
        fputs("ended, because the disk could not give back a page of it\n", shell.errors);
    // END swap
    } else {
        fputs("killed\n", shell.errors);
    }
    flush(shell.errors);
}

uint32_t
status_of(const struct process_view *view)
{
    if (view->end == END_EXIT)
        return view->status;
    return view->end == END_FAULT ? STATUS_FAULT + view->fault.vector : STATUS_KILLED;
}
