/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From messages to files and back.  That the sender has the right that a function needs, the kernel has seen to.  PAGER_...
 * can come from anybody who has the file: they do no harm.
 */
#include "server.h"

#include "abi/object.h"
#include "files.h"
#include "fs.h"
#include "pages.h"
#include "text.h"

#define RESULT 8u /* bytes of a value and an error */

struct call {
    struct request *r;
    struct node node; /* of what it is sent to */
    struct incoming in;
    uint32_t value;   /* is the reply, if the handler writes none */
};

static uint32_t
least(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

/* If all has been read, and there is room for the least reply, it may be written, and things may change. */
static bool
start_reply(struct call *c)
{
    reply_start(&c->r->out, c->r->buffer, CALL_DATA_MAX, c->r->m.sizes);
    return incoming_end(&c->in) && c->r->out.room >= RESULT;
}

/* --- Streams. */

static uint32_t
stream_read(struct call *c)
{
    struct { uint32_t offset, size, flags; } wanted;
    struct outgoing *out = &c->r->out;
    uint32_t count, part, size = inode_size(&c->node), error = 0;
    const void *bytes;

    get_bytes(&c->in, &wanted, sizeof(wanted));
    if (!start_reply(c) || wanted.flags & ~STREAM_RAW)
        return ERR_MESSAGE;
    count = least(least(wanted.size, STREAM_MAX), out->room - RESULT);
    count = wanted.offset < size ? least(count, size - wanted.offset) : 0;
    put_result(out, count);
    for (; count && !error; count -= part, wanted.offset += part) {
        part = count;
        error = pages_at(&c->node, wanted.offset, &part, &bytes);
        if (!error)
            put_bytes(out, bytes, part);
    }
    return error;
}

static uint32_t
stream_write(struct call *c)
{
    uint32_t offset = get_u32(&c->in);
    const void *bytes = get_rest(&c->in, &c->value);

    if (!start_reply(c) || c->value > STREAM_MAX)
        return ERR_MESSAGE;
    return pages_write(&c->node, offset == STREAM_END ? inode_size(&c->node) : offset, bytes, c->value);
}

static uint32_t
view_of(const struct node *node, struct stream_view *view)
{
    *view = (struct stream_view){
        .kind = node->kind,
        .size = inode_size(node),
        .id = inode_cookie(node),
        .time = node->i.modified,
    };
    return node->kind == STREAM_DIRECTORY ? directory_count(node, &view->size) : 0;
}

static uint32_t
stream_stat(struct call *c)
{
    struct stream_view view;
    uint32_t error;

    if (!start_reply(c))
        return ERR_MESSAGE;
    error = view_of(&c->node, &view);
    put_bytes(&c->r->out, &view, sizeof(view));
    return error;
}

/* --- Opening. */

/* A reply with a descriptor of this node.  It is written before the node is. */
static uint32_t
reply_descriptor(struct call *c, const struct node *node, uint32_t rights)
{
    struct result new;

    if (c->r->out.room < RESULT + sizeof(uint32_t))
        return ERR_MESSAGE;
    rights |= RIGHT_COPY | RIGHT_MOVE;
    new = descriptor_duplicate(c->r->door, rights, inode_cookie(node));
    if (new.error)
        return ERR_NO_SPACE;
    c->r->gives = new.value;
    put_result(&c->r->out, node->kind);
    put_descriptor(&c->r->out, new.value, rights, false);
    return 0;
}

static uint32_t
file_open(struct call *c)
{
    char path[FILE_PATH_MAX];
    struct node node;
    uint32_t error;

    get_text(&c->in, path, sizeof(path));
    if (!start_reply(c))
        return ERR_MESSAGE;
    error = files_find(&c->node, path, &node);
    return error ? error : reply_descriptor(c, &node, RIGHT_READ);
}

static uint32_t
open_now(struct opening *o, uint32_t flags)
{
    uint32_t error = files_open_now(o);

    return error || o->new || !(flags & FILE_TRUNCATE) ? error : pages_resize(&o->node, 0);
}

static uint32_t
file_open_write(struct call *c)
{
    uint32_t flags = get_u32(&c->in), error;
    char path[FILE_PATH_MAX];
    struct opening o;

    get_text(&c->in, path, sizeof(path));
    if (!start_reply(c) || flags & ~(FILE_CREATE | FILE_NEW | FILE_TRUNCATE | FILE_MAKE))
        return ERR_MESSAGE;
    error = files_open(&c->node, path, flags, &o);
    if (error)
        return error;
    error = reply_descriptor(c, &o.node, RIGHT_READ | RIGHT_WRITE | RIGHT_DELETE);
    if (!error)
        return open_now(&o, flags);
    files_open_not(&o);
    return error;
}

/* --- Names. */

static uint32_t
file_remove(struct call *c)
{
    char path[FILE_PATH_MAX];
    struct node gone;
    uint32_t error;

    get_text(&c->in, path, sizeof(path));
    if (!start_reply(c))
        return ERR_MESSAGE;
    error = files_remove(&c->node, path, &gone);
    if (gone.number)
        pages_drop(&gone);
    return error;
}

static uint32_t
file_rename(struct call *c)
{
    char from[FILE_PATH_MAX], to[FILE_PATH_MAX];
    struct node gone;
    uint32_t error;

    get_text(&c->in, from, sizeof(from));
    get_text(&c->in, to, sizeof(to));
    if (!start_reply(c))
        return ERR_MESSAGE;
    error = files_rename(&c->node, from, to, &gone);
    if (gone.number)
        pages_drop(&gone);
    return error;
}

static uint32_t
file_list(struct call *c)
{
    uint32_t index = get_u32(&c->in), error;
    struct file_entry entry;
    struct node node;

    if (!start_reply(c))
        return ERR_MESSAGE;
    error = directory_entry(&c->node, index, entry.name, &node);
    if (!error)
        error = view_of(&node, &entry.view);
    if (!error)
        put_bytes(&c->r->out, &entry, sizeof(entry));
    return error;
}

/* --- Files. */

static uint32_t
file_resize(struct call *c)
{
    uint32_t size = get_u32(&c->in);

    return start_reply(c) ? pages_resize(&c->node, size) : ERR_MESSAGE;
}

/* Its memory object. */
static uint32_t
reply_object(struct call *c, uint32_t rights)
{
    uint32_t object, error;

    if (!start_reply(c) || c->r->out.room < RESULT + sizeof(uint32_t))
        return ERR_MESSAGE;
    error = pages_object(&c->node, &object);
    if (error)
        return error;
    put_result(&c->r->out, inode_size(&c->node));
    put_descriptor(&c->r->out, object, rights | RIGHT_COPY | RIGHT_MOVE, false);
    return 0;
}

static uint32_t
file_map(struct call *c)
{
    return reply_object(c, RIGHT_READ);
}

static uint32_t
file_map_write(struct call *c)
{
    return fs.read_only ? ERR_NO_ACCESS : reply_object(c, RIGHT_READ | RIGHT_WRITE);
}

static uint32_t
file_sync(struct call *c)
{
    return start_reply(c) ? pages_sync(c->node.kind == STREAM_FILE ? &c->node : NULL) : ERR_MESSAGE;
}

/* The message's numbers end at 4 GiB. */
static uint32_t
bytes_of(uint32_t blocks)
{
    return blocks > UINT32_MAX / fs.block ? UINT32_MAX : blocks * fs.block;
}

static uint32_t
file_space(struct call *c)
{
    struct file_space space = {
        .bytes = bytes_of(fs.super.blocks),
        .bytes_free = bytes_of(fs.super.blocks_free),
        .files = fs.super.inodes - fs.super.inodes_free,
    };

    if (!start_reply(c))
        return ERR_MESSAGE;
    put_bytes(&c->r->out, &space, sizeof(space));
    return 0;
}

/* --- The manager. */

static uint32_t
pager_fill(struct call *c)
{
    uint32_t index = get_u32(&c->in), count = get_u32(&c->in);

    return start_reply(c) ? pages_fill(&c->node, index, count) : ERR_MESSAGE;
}

static uint32_t
pager_clean(struct call *c)
{
    uint32_t count = get_u32(&c->in);

    return start_reply(c) ? pages_clean(&c->node, count) : ERR_MESSAGE;
}

/* The most frequent first.  `kind`: of what it can be sent to, 0: any. */
static const struct {
    uint32_t function, kind;
    uint32_t (*handle)(struct call *c);
} calls[] = {
    {STREAM_READ, STREAM_FILE, stream_read},
    {STREAM_WRITE, STREAM_FILE, stream_write},
    {PAGER_FILL, STREAM_FILE, pager_fill},
    {PAGER_CLEAN, STREAM_FILE, pager_clean},
    {FILE_OPEN, 0, file_open},
    {STREAM_STAT, 0, stream_stat},
    {FILE_OPEN_WRITE, 0, file_open_write},
    {FILE_LIST, STREAM_DIRECTORY, file_list},
    {FILE_REMOVE, STREAM_DIRECTORY, file_remove},
    {FILE_RENAME, STREAM_DIRECTORY, file_rename},
    {FILE_RESIZE, STREAM_FILE, file_resize},
    {FILE_MAP, STREAM_FILE, file_map},
    {FILE_MAP_WRITE, STREAM_FILE, file_map_write},
    {FILE_SYNC, 0, file_sync},
    {FILE_SPACE, STREAM_DIRECTORY, file_space},
};

#define CALLS (sizeof(calls) / sizeof(*calls))

static uint32_t
handle(struct call *c)
{
    uint32_t i = 0, error;

    while (i < CALLS && calls[i].function != c->r->m.function)
        i++;
    if (i == CALLS)
        return ERR_MESSAGE;
    error = inode_of(c->r->m.cookie, &c->node);
    if (error || !c->node.kind)
        return error ? error : ERR_FORMAT;
    if (calls[i].kind && calls[i].kind != c->node.kind)
        return calls[i].kind == STREAM_FILE ? ERR_DIRECTORY : ERR_NO_DIRECTORY;
    return calls[i].handle(c);
}

uint32_t
server_call(struct request *r)
{
    struct call c = {.r = r};
    uint32_t error;

    r->gives = 0;
    outgoing_start(&r->out, r->buffer, CALL_DATA_MAX);
    incoming_start(&c.in, r->buffer, r->m.sizes);
    if (c.in.descriptors) {
        incoming_end(&c.in);
        return ERR_MESSAGE;
    }
    error = handle(&c);
    if (!error && !r->out.data)
        put_result(&r->out, c.value);
    return error;
}
