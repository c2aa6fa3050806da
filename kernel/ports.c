/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * I/O ports that ring 3 may use.  The processor has one map of them, behind the TSS
 * (Intel SDM volume 1, section 19.5.2).  It is filled when a process that has a grant faults for the
 * first time, and counts until another process runs: who uses no ports pays nothing.
 */
#include "process.h"

#define PORTS 0x10000u

static const struct process *filled; /* whose ports the map has, or NULL */
bool ports_count;                    /* the processor looks at the map */

/* Bits that are 0 allow a port. */
static void
set_bits(const struct process *p, bool allow)
{
    uint8_t *map = segments_ports();

    for (unsigned i = 0; i < PORT_GRANTS; i++)
        for (uint32_t port = p->port[i].first; port < p->port[i].first + p->port[i].count; port++)
            map[port / 8] = (map[port / 8] & ~(1 << port % 8)) | !allow << port % 8;
}

/* `p` is going to run. */
void
ports_switch(const struct process *p)
{
    if (!ports_count || filled == p)
        return;
    ports_count = false;
    segments_use_ports(false);
}

/* The map is nobody's: `p` ends, or has another grant. */
void
ports_forget(const struct process *p)
{
    if (filled != p)
        return;
    ports_switch(NULL);
    set_bits(p, false);
    filled = NULL;
}

/* One grant more.  ERR_FLAGS, ERR_FULL. */
uint32_t
ports_grant(struct process *p, const struct port_grant *grant)
{
    if (grant->count == 0 || grant->count > PORTS_MAX || grant->first > PORTS - grant->count)
        return ERR_FLAGS;
    for (unsigned i = 0; i < PORT_GRANTS; i++)
        if (p->port[i].count == 0) {
            ports_forget(p);
            p->port[i] = *grant;
            return 0;
        }
    return ERR_FULL;
}

/* A thread of `p` got #GP: it may be for a port.  Answers whether it is worth another try. */
bool
ports_fault(const struct process *p)
{
    if (ports_count || p->port[0].count == 0)
        return false;
    if (filled && filled != p)
        set_bits(filled, false);
    filled = p;
    set_bits(p, true);
    ports_count = true;
    segments_use_ports(true);
    return true;
}
