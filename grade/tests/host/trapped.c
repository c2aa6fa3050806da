/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Kernel calls on the host: the processor refuses the interrupt, and its signal does
 * the kernel's work.
 */
#define _GNU_SOURCE
#include "lib.h"

#include <signal.h>
#include <string.h>
#include <ucontext.h>

#include "abi/call.h"

void (*trapped_kernel)(struct trapped *call);
bool call_by_sysenter; /* never: it has no host */

static struct sigaction before;

static void
handle(int number, siginfo_t *info, void *context)
{
    greg_t *r = ((ucontext_t *)context)->uc_mcontext.gregs;
    struct trapped call = {r[REG_RAX], r[REG_RBX], r[REG_RDI], (uint8_t *)r[REG_RSI]};

    if (info->si_addr || memcmp((void *)r[REG_RIP], (uint8_t[]){0xcd, CALL_VECTOR}, 2) != 0) {
        before.sa_sigaction(number, info, context);
        return;
    }
    trapped_kernel(&call);
    r[REG_RIP] += 2;
    r[REG_RAX] = call.function;
    r[REG_RBX] = call.target;
    r[REG_RSI] = 0;
    r[REG_RDI] = call.sizes;
}

void
trapped_open(void)
{
    struct sigaction action = {.sa_sigaction = handle, .sa_flags = SA_SIGINFO | SA_NODEFER};

    if (!before.sa_sigaction)
        sigaction(SIGSEGV, &action, &before);
}
