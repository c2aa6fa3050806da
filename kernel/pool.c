/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Small objects of one size, cut from frames.  A frame is taken when no other has
 * room, and given back with its last object; so the objects that there are
 * can be counted in frames, and no process pays for what another does not use.
 */
#include "paging.h"
#include "process.h"

/* At the start of each frame.  The unused bytes are headroom for VM86_EXTRA (thread.h). */
struct slab {
    struct list link; /* in pool->slabs while it has room */
    void *free;       /* each free object points to the next */
    uint32_t used;
    uint8_t unused[VM86_EXTRA];
};

_Static_assert(sizeof(struct slab) % 16 == 0, "objects are aligned to 16 bytes");

static struct slab *
slab_new(struct pool *pool)
{
    paddr_t frame = frame_new();
    struct slab *slab = direct(frame);

    if (!frame)
        return NULL;
    for (uint32_t at = sizeof(*slab); at + pool->size <= PAGE_SIZE; at += pool->size) {
        void **object = (void **)((char *)slab + at);

        *object = slab->free;
        slab->free = object;
    }
    list_append(&pool->slabs, &slab->link);
    return slab;
}

/* An object, all zeros; NULL if memory is short. */
void *
pool_new(struct pool *pool)
{
    struct slab *slab = list_empty(&pool->slabs) ? slab_new(pool) : LIST_ENTRY(pool->slabs.next, struct slab, link);
    void **object;

    if (!slab)
        return NULL;
    object = slab->free;
    slab->free = *object;
    slab->used++;
    if (!slab->free)
        list_remove(&slab->link);
    return memset(object, 0, pool->size);
}

void
pool_free(struct pool *pool, void *object)
{
    struct slab *slab = direct(page_down(physical(object)));

    if (!slab->free)
        list_append(&pool->slabs, &slab->link);
    *(void **)object = slab->free;
    slab->free = object;
    if (--slab->used > 0)
        return;
    list_remove(&slab->link);
    frame_release(physical(slab));
}
