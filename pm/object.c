/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The table of memory objects, and how they end.  An object is needed by its owner, by those who have it mapped, and by devices that
 * may still write it (held.c); when nobody is left it is gone, with its pages.
 */
#include "vm.h"

#include "memory.h"

#define INDEX_BITS      13
#define GENERATION_BITS 16

_Static_assert(OBJECTS <= 1u << INDEX_BITS, "the cookie holds every place");

static struct {
    struct object *object;
    uint32_t generation;
} table[OBJECTS];

uint32_t
object_cookie(const struct object *o)
{
    return COOKIE_OBJECT << (INDEX_BITS + GENERATION_BITS) | o->generation << INDEX_BITS | o->index;
}

struct object *
object_at(uint32_t index)
{
    return index < OBJECTS ? table[index].object : NULL;
}

struct object *
object_of(uint32_t cookie)
{
    struct object *o = object_at(cookie & ((1u << INDEX_BITS) - 1));

    return o && object_cookie(o) == cookie && !o->deleted ? o : NULL;
}

static uint32_t
free_index(void)
{
    static uint32_t next;

    for (uint32_t n = 0; n < OBJECTS; n++) {
        uint32_t i = (next + n) % OBJECTS;

        if (!table[i].object && table[i].generation < 1u << GENERATION_BITS) {
            next = i + 1;
            return i;
        }
    }
    return OBJECTS;
}

static struct object *
make(uint32_t kind, uint32_t pages, struct process *owner)
{
    struct object *o = calloc(1, sizeof(*o));

    if (!o)
        return NULL;
    *o = (struct object){.kind = kind, .owner = owner, .pages = pages, .last = TREE_NONE};
    if (tree_start(&o->tree, pages))
        return o;
    free(o);
    return NULL;
}

/* NULL: no memory, or no place in the table. */
struct object *
object_new(uint32_t kind, uint32_t pages, struct process *owner)
{
    uint32_t index = free_index();
    struct object *o = index < OBJECTS ? make(kind, pages, owner) : NULL;

    if (!o)
        return NULL;
    o->index = index;
    o->generation = table[index].generation;
    table[index].object = o;
    owner->objects++;
    return o;
}

bool
object_private(struct process *p)
{
    p->memory = make(OBJECT_PRIVATE, KERNEL_BASE / PAGE, p);
    return p->memory;
}

/* Something at this index is gone for good. */
static void
drop(struct object *o, uint32_t index, uint32_t entry)
{
    if (ENTRY_IS_PAGE(entry)) {
        page_unmap(page_of(entry));
        page_drop(page_of(entry));
    } else {
        if (entry != ENTRY_LOST)
            slot_free(entry >> 1);
        tree_set(&o->tree, index, 0);
        o->swapped--;
    }
    if (o->owner && o->kind != OBJECT_FILE)
        o->owner->pages--;
}

void
object_cut(struct object *o, uint32_t first, uint32_t last)
{
    for (uint32_t i = tree_next(&o->tree, first); i < last; i = tree_next(&o->tree, i + 1))
        drop(o, i, tree_get(&o->tree, i));
    memory_freed();
}

/* Does a device perhaps read or write a page from `first` on?  Then it cannot go.  (Pages of files are wired for their server.) */
bool
object_is_wired(const struct object *o, uint32_t first)
{
    if (o->kind != OBJECT_SHARED)
        return false;
    for (uint32_t i = tree_next(&o->tree, first); i < o->tree.pages; i = tree_next(&o->tree, i + 1)) {
        uint32_t entry = tree_get(&o->tree, i);

        if (ENTRY_IS_PAGE(entry) && page_of(entry)->wired)
            return true;
    }
    return false;
}

/* So many pages from `first` on, which are all there, stay in memory for one more, or for one less. */
void
object_wire(struct object *o, uint32_t first, uint32_t pages, int by)
{
    for (uint32_t i = first; i < first + pages; i++)
        page_of(tree_get(&o->tree, i))->wired += by;
}

bool
object_resize(struct object *o, uint32_t pages)
{
    if (pages > o->tree.pages && !tree_resize(&o->tree, pages))
        return false;
    object_cut(o, pages, o->tree.pages);
    o->pages = pages;
    return true;
}

/* Nobody can name it any more, nor has it mapped. */
static void
end(struct object *o)
{
    object_cut(o, 0, o->tree.pages);
    sleep_wake(&o->synced);
    cache_unqueue(o);
    if (o->door)
        descriptor_close(o->door);
    tree_end(&o->tree);
    if (o->kind != OBJECT_PRIVATE) {
        table[o->index].object = NULL;
        table[o->index].generation++; /* up to the end: then the place is used no more */
    }
    free(o);
}

/* What it has of memory counts as this process's from now on. */
static void
inherit(struct object *o, struct process *p)
{
    o->owner = p;
    p->objects++;
    p->pages += o->resident + o->swapped;
}

/* From now on it is the manager's own, and stays. */
void
object_keep(struct object *o)
{
    o->owner->pages -= o->resident + o->swapped;
    o->owner->objects--;
    o->owner = NULL;
}

/* It was the manager's own, which needs it no more. */
void
object_give_up(struct object *o)
{
    o->deleted = true;
    object_release(o);
}

static bool
is_mapped_by(const struct object *o, const struct process *p)
{
    const struct region *r = o->regions;

    while (r && r->process != p)
        r = r->next_of;
    return r;
}

/*
 * Its owner wants it no more, and its capabilities are stale.  Those who have mapped a file find nothing there; other memory
 * is theirs, and one of them has it on its account.
 */
void
object_orphan(struct object *o)
{
    if (o->kind == OBJECT_SHARED)
        o->owner->pages -= o->resident + o->swapped;
    else
        object_cut(o, 0, o->tree.pages);
    o->owner->objects--;
    o->owner = NULL;
    o->deleted = true;
    object_release(o);
}

/* Who has it on his account after its end is one of those who have it mapped. */
void
object_release(struct object *o)
{
    if (!o->deleted || (o->owner && is_mapped_by(o, o->owner)))
        return;
    if (o->owner)
        object_keep(o);
    if (o->regions && o->kind == OBJECT_SHARED)
        inherit(o, o->regions->process);
    if (!o->regions && !o->held)
        end(o);
}

/* The server of a RAM disk has died, not the file: those who run from it go on, and its pages may go to the swap device now. */
static void
become_shared(struct object *o)
{
    o->kind = OBJECT_SHARED;
    for (uint32_t i = tree_next(&o->tree, 0); i != TREE_NONE; i = tree_next(&o->tree, i + 1))
        page_dirtied(page_of(tree_get(&o->tree, i)), true);
}

static void
orphan_of_dead(struct object *o)
{
    if (o->kind == OBJECT_RAM_DISK && o->regions)
        become_shared(o);
    object_orphan(o);
}

void
objects_of_dead(struct process *p)
{
    for (uint32_t i = 0; i < OBJECTS && p->objects > 0; i++)
        if (table[i].object && table[i].object->owner == p)
            orphan_of_dead(table[i].object);
}

void
private_forget(struct process *p)
{
    if (p->memory)
        end(p->memory);
    p->memory = NULL;
}
