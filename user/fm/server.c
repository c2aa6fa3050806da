/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From messages to files and back.  That the sender has the right that a function needs, the kernel has seen to.
 */
#include "server.h"

#include "data.h"
#include "files.h"
#include "text.h"

#define RESULT 8u /* bytes of a value and an error */

struct call {
    struct request *r;
    struct node *node; /* of what it is sent to */
    struct incoming in;
    uint32_t value;    /* is the reply, if the handler writes none */
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

static uint32_t
stream_read(struct call *c)
{
    struct { uint32_t offset, size, flags; } wanted;
    struct outgoing *out = &c->r->out;
    uint32_t count, part;
    const void *bytes;

    get_bytes(&c->in, &wanted, sizeof(wanted));
    if (!start_reply(c) || wanted.flags & ~STREAM_RAW)
        return ERR_MESSAGE;
    count = least(least(wanted.size, STREAM_MAX), out->room - RESULT);
    count = wanted.offset < c->node->size ? least(count, c->node->size - wanted.offset) : 0;
    put_result(out, count);
    for (; count; count -= part, wanted.offset += part) {
        part = count;
        bytes = data_at(c->node, wanted.offset, &part);
        // SINCE swap
        if (!bytes)
            return ERR_NO_SPACE;
        // END swap
        put_bytes(out, bytes, part);
    }
    return 0;
}

static uint32_t
stream_write(struct call *c)
{
    uint32_t offset = get_u32(&c->in);
    const void *bytes = get_rest(&c->in, &c->value);

    if (!start_reply(c) || c->value > STREAM_MAX)
        return ERR_MESSAGE;
    return data_write(c->node, offset == STREAM_END ? c->node->size : offset, bytes, c->value);
}

static struct stream_view
view_of(const struct node *node)
{
    return (struct stream_view){
        .kind = node->kind,
        .size = node->size,
        .id = node_cookie(node),
        .time = node->time,
    };
}

static uint32_t
stream_stat(struct call *c)
{
    struct stream_view view = view_of(c->node);

    if (!start_reply(c))
        return ERR_MESSAGE;
    put_bytes(&c->r->out, &view, sizeof(view));
    return 0;
}

/* A reply with a descriptor of what has this cookie.  It is written before anything has been changed. */
static uint32_t
reply_descriptor(struct call *c, uint32_t kind, uint32_t cookie, uint32_t rights)
{
    struct result new;

    if (c->r->out.room < RESULT + sizeof(uint32_t))
        return ERR_MESSAGE;
    rights |= RIGHT_COPY | RIGHT_MOVE;
    new = descriptor_duplicate(c->r->door, rights, cookie);
    if (new.error)
        return ERR_NO_SPACE;
    c->r->gives = new.value;
    put_result(&c->r->out, kind);
    put_descriptor(&c->r->out, new.value, rights, false);
    return 0;
}

static uint32_t
file_open(struct call *c)
{
    char path[FILE_PATH_MAX];
    struct node *node;
    uint32_t error;

    get_text(&c->in, path, sizeof(path));
    if (!start_reply(c))
        return ERR_MESSAGE;
    error = files_find(c->node, path, &node);
    return error ? error : reply_descriptor(c, node->kind, node_cookie(node), RIGHT_READ);
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
    error = files_open(c->node, path, flags, &o);
    if (!error)
        error = reply_descriptor(c, o.kind, node_cookie(o.node), RIGHT_READ | RIGHT_WRITE | RIGHT_DELETE);
    if (!error)
        files_open_now(&o);
    return error;
}

static uint32_t
file_remove(struct call *c)
{
    char path[FILE_PATH_MAX];

    get_text(&c->in, path, sizeof(path));
    return start_reply(c) ? files_remove(c->node, path) : ERR_MESSAGE;
}

static uint32_t
file_rename(struct call *c)
{
    char from[FILE_PATH_MAX], to[FILE_PATH_MAX];

    get_text(&c->in, from, sizeof(from));
    get_text(&c->in, to, sizeof(to));
    return start_reply(c) ? files_rename(c->node, from, to) : ERR_MESSAGE;
}

static uint32_t
file_list(struct call *c)
{
    uint32_t index = get_u32(&c->in);
    const struct node *node;
    struct file_entry entry;

    if (!start_reply(c))
        return ERR_MESSAGE;
    node = directory_entry(c->node, index);
    if (!node)
        return ERR_NO_FILE;
    entry.view = view_of(node);
    memcpy(entry.name, node->name, sizeof(entry.name));
    put_bytes(&c->r->out, &entry, sizeof(entry));
    return 0;
}

static uint32_t
file_resize(struct call *c)
{
    uint32_t size = get_u32(&c->in);

    return start_reply(c) ? data_resize(c->node, size) : ERR_MESSAGE;
}

// SINCE swap
/* The object is not in the reply as such, but a copy of its descriptor. */
static uint32_t
give_object(struct call *c, uint32_t rights)
{
    struct result object;

    if (!start_reply(c) || c->r->out.room < RESULT + sizeof(uint32_t))
        return ERR_MESSAGE;
    object = data_map(c->node);
    if (object.error)
        return object.error;
    put_result(&c->r->out, c->node->size);
    put_descriptor(&c->r->out, object.value, rights | RIGHT_COPY | RIGHT_MOVE, false);
    return 0;
}

static uint32_t
file_map(struct call *c)
{
    return give_object(c, RIGHT_READ);
}

static uint32_t
file_map_write(struct call *c)
{
    return give_object(c, RIGHT_READ | RIGHT_WRITE);
}

/* There is no disk. */
static uint32_t
file_sync(struct call *c)
{
    return start_reply(c) ? 0 : ERR_MESSAGE;
}

// END swap
static uint32_t
file_space(struct call *c)
{
    struct file_space space = {
        .bytes = store_blocks() * BLOCK,
        .bytes_free = (store_blocks() - store_used()) * BLOCK,
        .files = node_count(),
    };

    if (!start_reply(c))
        return ERR_MESSAGE;
    put_bytes(&c->r->out, &space, sizeof(space));
    return 0;
}

/* The most frequent first.  `kind`: of what it can be sent to, 0: any. */
static const struct {
    uint32_t function, kind;
    uint32_t (*handle)(struct call *c);
} calls[] = {
    {STREAM_READ, STREAM_FILE, stream_read},
    {STREAM_WRITE, STREAM_FILE, stream_write},
    {FILE_OPEN, 0, file_open},
    {STREAM_STAT, 0, stream_stat},
    {FILE_OPEN_WRITE, 0, file_open_write},
    {FILE_LIST, STREAM_DIRECTORY, file_list},
    {FILE_REMOVE, STREAM_DIRECTORY, file_remove},
    {FILE_RENAME, STREAM_DIRECTORY, file_rename},
    {FILE_RESIZE, STREAM_FILE, file_resize},
    {FILE_SPACE, STREAM_DIRECTORY, file_space},
    // SINCE swap
    {FILE_MAP, STREAM_FILE, file_map},
    {FILE_MAP_WRITE, STREAM_FILE, file_map_write},
    {FILE_SYNC, 0, file_sync},
    // END swap
};

#define CALLS (sizeof(calls) / sizeof(*calls))

static uint32_t
handle(struct call *c)
{
    uint32_t i = 0;

    while (i < CALLS && calls[i].function != c->r->m.function)
        i++;
    if (i == CALLS)
        return ERR_MESSAGE;
    if (!c->node)
        return ERR_STALE;
    if (calls[i].kind && calls[i].kind != c->node->kind)
        return calls[i].kind == STREAM_FILE ? ERR_DIRECTORY : ERR_NO_DIRECTORY;
    return calls[i].handle(c);
}

uint32_t
server_call(struct request *r)
{
    struct call c = {.r = r, .node = node_of(r->m.cookie)};
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
