/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The machine below frame.c: memory where the kernel expects it, all of it dirty
 * and closed to it until it is opened; panic() and boot_refuse(), which come back.
 */
#define _GNU_SOURCE
#include "host.h"

#include <setjmp.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define PIECE (1u << 20)

static jmp_buf out;
static bool trying;
static enum ending ending;

/* Calls the function; answers how it ended. */
enum ending
host_try(void (*function)(const void *), const void *argument)
{
    trying = true;
    ending = RETURNED;
    if (setjmp(out) == 0)
        function(argument);
    trying = false;
    return ending;
}

static void __attribute__((noreturn))
leave(enum ending how, const char *why)
{
    expect(trying, "the kernel stops: %s", why);
    ending = how;
    longjmp(out, 1);
}

void
panic(const char *what)
{
    leave(PANICKED, what);
}

void
boot_refuse(const char *format, ...)
{
    leave(REFUSED, format);
}

void
host_open(paddr_t start, paddr_t end)
{
    ASAN_UNPOISON_MEMORY_REGION(host_memory(start), end - start);
}

void
host_close(paddr_t start, paddr_t end)
{
    ASAN_POISON_MEMORY_REGION(host_memory(start), end - start);
}

static int
dirty_file(void)
{
    static char dirt[PIECE];
    int file = memfd_create("dirt", 0);

    memset(dirt, DIRT, PIECE);
    expect(write(file, dirt, PIECE) == PIECE, "no file of dirt");
    return file;
}

/* One piece of dirt stands for all, so memory costs nothing before it is written to. */
static void __attribute__((constructor))
map_memory(void)
{
    const int how = MAP_PRIVATE | MAP_FIXED_NOREPLACE;
    int file = dirty_file();

    for (paddr_t at = 0; at < DIRECT_SIZE; at += PIECE)
        expect(mmap(host_memory(at), PIECE, PROT_READ | PROT_WRITE, how, file, 0) == host_memory(at),
               "no memory at %p", host_memory(at));
    host_close(0, DIRECT_SIZE);
}
