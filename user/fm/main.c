/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The file server, "/": user/abi/file.h.  It has what the boot archive has, and what is written since, and loses that
 * when it ends.
 */
#include "abi/file.h"
#include "archive.h"
#include "server.h"
#include "store.h"
#include "supply.h"
#include "sys/date.h"
#include "sys/manager.h"
// SINCE swap
#include "sys/window.h"
// END swap

#define ARCHIVE 0x20000000u /* its address */
// SINCE swap
// < #define MEMORY  0x40000000u /* of the store */
#define WINDOW  0x40000000u /* pages of the store */
// END swap

static uint8_t buffer[BLOCK] __attribute__((aligned(4096))); /* in one page, as the kernel's fast path wants it */

/* The clock is asked once a second at most.  Before there is one, it is 0. */
uint32_t
seconds(void)
{
    static uint32_t looked, date;
    static bool asked;
    uint32_t now = clock_milliseconds();

    if (!asked || now - looked >= 1000) {
        struct result r = date_now();

        date = r.error ? 0 : r.value;
        looked = now;
        asked = true;
    }
    return date;
}

static bool
load(void)
{
    struct result archive = archive_map(ARCHIVE);

    // SINCE swap
    // < store_start((void *)MEMORY, supply_blocks(), supply_more);
    store_start(supply_blocks(), supply_may);
    // END swap
    node_start(NODES_MAX);
    // SINCE swap
    if (window_start(WINDOW))
        return false;
    // END swap
    return archive.error == 0 && archive_read((void *)ARCHIVE, archive.value);
}

/* The reply has a copy of a descriptor: when the next message is there, it is with its sender. */
static void
call(struct request *r)
{
    uint32_t error = server_call(r), gives = r->gives;

    r->m = serve(&r->out, r->m.cookie, error);
    if (gives)
        descriptor_close(gives);
}

int
main(int argc, char **argv, char **envp)
{
    bool loaded = load();
    struct result door = door_new("/", false, NODE_ROOT, DOOR_OPEN);
    struct request r = {.door = door.value, .buffer = buffer};

    (void)argc, (void)argv, (void)envp;
    if (!loaded || door.error)
        return 1;
    for (;;) {
        r.m = receive(r.door, buffer, CALL_DATA_MAX, 0);
        if (r.m.function == CALL_INVALID)
            return 1;
        while (r.m.function >= CALL_USER_FIRST && r.m.function != CALL_INVALID)
            call(&r);
    }
}
