/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tables of partitions: see partition.h.
 */
#include "partition.h"

#include "abi/disk.h"
#include "text.h"

#define TABLE     446 /* where in the sector */
#define ENTRIES   4
#define SIGNATURE 510

/* Types of a partition that holds others. */
#define EXTENDED       0x05
#define EXTENDED_LARGE 0x0f
#define EXTENDED_LINUX 0x85

struct entry {
    uint8_t active, old_first[3];
    uint8_t type, old_last[3];
    uint32_t first, sectors;
} __attribute__((packed));

/* What has been found so far. */
struct search {
    const struct partition_disk *disk;
    struct partition *found;
    uint32_t count;
    struct partition extended; /* type 0: there is none */
    struct entry entry[ENTRIES];
};

static void
complain(const struct search *s, uint32_t number, const char *what)
{
    s->disk->complain(s->disk->context, number, what);
}

/* Without the signature the sector is no table. */
static bool
read_table(struct search *s, uint32_t sector)
{
    uint8_t bytes[DISK_SECTOR];

    if (!s->disk->read(s->disk->context, sector, bytes) || bytes[SIGNATURE] != 0x55 || bytes[SIGNATURE + 1] != 0xaa)
        return false;
    memcpy(s->entry, bytes + TABLE, sizeof(s->entry));
    return true;
}

static bool
is_extended(uint32_t type)
{
    return type == EXTENDED || type == EXTENDED_LARGE || type == EXTENDED_LINUX;
}

/* Is one whole within the other? */
static bool
is_in(uint32_t first, uint32_t sectors, uint32_t outer, uint32_t outer_sectors)
{
    return first >= outer && first - outer < outer_sectors && sectors <= outer_sectors - (first - outer);
}

static bool
overlaps(const struct partition *p, uint32_t first, uint32_t sectors)
{
    return first < p->first ? p->first - first < sectors : first - p->first < p->sectors;
}

static bool
is_taken(const struct search *s, uint32_t first, uint32_t sectors)
{
    for (uint32_t i = 0; i < s->count; i++)
        if (overlaps(&s->found[i], first, sectors))
            return true;
    return false;
}

/* The first sector is the table's own. */
static const char *
wrong(const struct search *s, uint32_t first, uint32_t sectors)
{
    if (!is_in(first, sectors, 1, s->disk->sectors - 1))
        return "is not on the disk";
    return is_taken(s, first, sectors) ? "overlaps another one" : NULL;
}

static void
add(struct search *s, struct partition p)
{
    s->found[s->count++] = p;
}

static void
add_primary(struct search *s, uint32_t number, const struct entry *e)
{
    struct partition p = {number, e->type, e->first, e->sectors};
    const char *why = wrong(s, e->first, e->sectors);

    if (!why && s->extended.type && (is_extended(e->type) || overlaps(&s->extended, e->first, e->sectors)))
        why = is_extended(e->type) ? "is a second one that holds others" : "overlaps another one";
    if (why)
        complain(s, number, why);
    else if (is_extended(e->type))
        s->extended = p;
    else
        add(s, p);
}

/* A partition is within the one that holds all of them, and its table, too, which is before it. */
static void
add_logical(struct search *s, uint32_t number, uint32_t table)
{
    struct partition p = {number, s->entry[0].type, table + s->entry[0].first, s->entry[0].sectors};
    const struct partition *e = &s->extended;

    if (s->entry[0].first == 0 || s->entry[0].first > UINT32_MAX - table || !is_in(p.first, p.sectors, e->first, e->sectors))
        complain(s, number, "is not where it should be");
    else if (is_taken(s, p.first, p.sectors))
        complain(s, number, "overlaps another one");
    else
        add(s, p);
}

/* Where the next table is; 0: nowhere.  A chain goes forwards, so it ends. */
static uint32_t
next_table(struct search *s, uint32_t number, uint32_t table)
{
    const struct partition *e = &s->extended;
    uint32_t offset = s->entry[1].first;

    if (!is_extended(s->entry[1].type) || offset == 0)
        return 0;
    if (offset < e->sectors && e->first + offset > table)
        return e->first + offset;
    complain(s, number + 1, "is in a chain that leads nowhere");
    return 0;
}

static void
read_chain(struct search *s)
{
    uint32_t table = s->extended.first;

    for (uint32_t number = ENTRIES + 1; table && number <= PARTITIONS_MAX; number++) {
        if (!read_table(s, table)) {
            complain(s, number, "has no table");
            return;
        }
        if (s->entry[0].type && s->entry[0].sectors)
            add_logical(s, number, table);
        table = next_table(s, number, table);
    }
}

uint32_t
partition_read(const struct partition_disk *disk, struct partition to[PARTITIONS_MAX])
{
    struct search s = {.disk = disk, .found = to};

    if (!read_table(&s, 0))
        return 0;
    for (uint32_t i = 0; i < ENTRIES; i++)
        if (s.entry[i].type && s.entry[i].sectors)
            add_primary(&s, i + 1, &s.entry[i]);
    if (s.extended.type)
        read_chain(&s);
    return s.count;
}
