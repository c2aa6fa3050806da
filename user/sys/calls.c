/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The names of functions: see calls.h.
 */
#include "calls.h"

#include "pipe.h"
#include "text.h"
#include "string.h"

#include "abi/device.h"
#include "abi/file.h"
#include "abi/pm.h"
#include "abi/window.h"

static const struct {
    uint32_t function;
    char name[CALL_NAME_MAX];
} names[] = {
    {CALL_YIELD, "YIELD"}, {CALL_CLOCK, "CLOCK"}, {CALL_THREAD_EXIT, "THREAD_EXIT"},
    {CALL_THREAD_CREATE, "THREAD_CREATE"}, {CALL_CONSOLE_WRITE, "CONSOLE_WRITE"},
    {CALL_MACHINE_STOP, "MACHINE_STOP"}, {CALL_TEST_WRITE, "TEST_WRITE"}, {CALL_RECEIVE, "RECEIVE"},
    {CALL_WOULDBLOCK, "WOULDBLOCK"}, {CALL_WAIT, "WAIT"}, {CALL_REPLY, "REPLY"},
    {CALL_REPLY_RECEIVE, "REPLY_RECEIVE"}, {CALL_REPLY_ERROR, "REPLY_ERROR"},
    {CALL_REPLY_ERROR_RECEIVE, "REPLY_ERROR_RECEIVE"}, {CALL_PARK, "PARK"}, {CALL_ANSWER, "ANSWER"},
    {CALL_ANSWER_ERROR, "ANSWER_ERROR"}, {CALL_CLOSE, "CLOSE"}, {CALL_DUPLICATE, "DUPLICATE"},
    {CALL_LOOK, "LOOK"}, {CALL_DOOR_COUNTS, "DOOR_COUNTS"},
    {MESSAGE_FAULT, "FAULT"}, {MESSAGE_TRAP, "TRAP"}, {MESSAGE_RESULT, "RESULT"}, {MESSAGE_UNREF, "UNREF"},
    {MESSAGE_IRQ, "IRQ"}, {MESSAGE_THREAD_ENDED, "THREAD_ENDED"}, {MESSAGE_PROCESS_ENDED, "PROCESS_ENDED"},
    {PM_DOOR, "DOOR"}, {PM_RESOLVE, "RESOLVE"}, {PM_REMOVE, "REMOVE"}, {PM_LIST, "LIST"}, {PM_ALLOWS, "ALLOWS"},
    {PM_EXIT, "EXIT"}, {PM_NUMBER, "NUMBER"}, {PM_MAP, "MAP"}, {PM_UNMAP, "UNMAP"}, {PM_WAIT_ANY, "WAIT_ANY"},
    {PM_PROCESS, "PROCESS"}, {PM_FIND, "FIND"}, {PM_MACHINE, "MACHINE"}, {PM_CALLS, "CALLS"}, {PM_HALT, "HALT"},
    {PM_REPORT, "REPORT"}, {PM_ARCHIVE, "ARCHIVE"}, {PM_IRQ, "IRQ"}, {PM_IRQ_DONE, "IRQ_DONE"},
    {PM_PORTS, "PORTS"}, {PM_DEVICE, "DEVICE"}, {PM_PRIORITY, "PRIORITY"}, {PM_CREATE, "CREATE"},
    {PM_WRITE_CODE, "WRITE_CODE"}, {PM_WRITE_REGION, "WRITE_REGION"}, {PM_WRITE_REGISTERS, "WRITE_REGISTERS"},
    {PM_WRITE_CLIST, "WRITE_CLIST"}, {PM_TRACE, "TRACE"}, {PM_START, "START"}, {PM_STOP, "STOP"},
    {PM_READ_STATUS, "READ_STATUS"}, {PM_READ_REGISTERS, "READ_REGISTERS"}, {PM_READ_MEMORY, "READ_MEMORY"},
    {PM_READ_CLIST, "READ_CLIST"}, {PM_WAIT, "WAIT"}, {PM_DELETE, "DELETE"}, {PM_KILL, "KILL"},
    {STREAM_READ, "READ"}, {STREAM_WRITE, "WRITE"}, {STREAM_STAT, "STAT"},
    {FILE_OPEN, "OPEN"}, {FILE_OPEN_WRITE, "OPEN_WRITE"}, {FILE_REMOVE, "REMOVE"}, {FILE_RENAME, "RENAME"},
    {FILE_LIST, "LIST"}, {FILE_RESIZE, "RESIZE"}, {FILE_SPACE, "SPACE"},
    {WINDOW_OPEN, "OPEN"}, {WINDOW_FOCUS, "FOCUS"}, {WINDOW_INTERRUPT, "INTERRUPT"},
    {DEVICE_READ, "READ"}, {DEVICE_WRITE, "WRITE"},
    {CLOCK_SECONDS, "SECONDS"},
    {PIPE_READY, "READY"},
};

void
call_name(uint32_t function, char *to)
{
    for (uint32_t i = 0; i < sizeof(names) / sizeof(*names); i++)
        if (names[i].function == function) {
            strlcpy(to, names[i].name, CALL_NAME_MAX);
            return;
        }
    snprintf(to, CALL_NAME_MAX, "%x", function);
}

const char *
descriptor_name(uint32_t descriptor)
{
    static const char *const standard[FD_COUNT + 1] = {"", "manager", "files", "windows", "in", "out", "error", "root", "here"};

    return descriptor <= FD_COUNT ? standard[descriptor] : "";
}
