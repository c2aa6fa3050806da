/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From messages to transfers and back: see server.h.
 */
#include "server.h"

#include "abi/disk.h"
#include "ata.h"
#include "attach.h"
#include "queue.h"
#include "sys/manager.h"
#include "system/parked.h"
#include "text.h"
#include "transfer.h"

#define LIMIT 10000 /* milliseconds for one request: a drive may have to spin up, or try again and again */
#define SWEEP 4000  /* between two looks for attachments of who has ended */
#define ROOM  (2 * sizeof(uint32_t)) /* for a value and an error */

static uint32_t door;
static uint8_t *buffer;
static uint32_t buffer_size;

static struct request now; /* is under way, if anything is */
static bool active;
static uint32_t started, swept; /* when */
static bool attached;

/* --- The request that is under way. */

bool
caller_has_ended(uint32_t reply)
{
    return answer_error(reply, 0).error == ERR_GONE;
}

static void
finish(enum progress progress)
{
    if (progress == DONE)
        parked_answer_value(now.reply, now.sectors);
    else
        answer_error(now.reply, ERR_DISK);
    active = false;
}

static enum progress
start(void)
{
    const struct attachment *a = &attachments[now.attachment];
    const struct transfer t = {
        .drive = a->volume->drive,
        .operation = now.operation,
        .sector = now.sector,
        .sectors = now.sectors,
        .memory = (uint8_t *)a->address,
        .pages = a->physical,
        .offset = now.offset,
    };

    active = true;
    started = clock_milliseconds();
    return transfer_start(&t);
}

/* The time that a disk has is counted from when it gets the request, not from when that came. */
static void
go_on(enum progress progress)
{
    if (progress == GOES_ON && active && clock_milliseconds() - started >= LIMIT) {
        transfer_abort();
        progress = FAILED;
    }
    if (progress != GOES_ON)
        finish(progress);
    while (!active && queue_take(&now)) {
        progress = start();
        if (progress != GOES_ON)
            finish(progress);
    }
}

/* --- New ones. */

static bool
has_room(const struct message *m, uint32_t size)
{
    return call_total_size(m->sizes) >= size;
}

static bool
fits(const struct attachment *a, const struct request *r)
{
    uint32_t size = a->pages * PAGE;

    return r->sectors > 0 && r->sectors <= DISK_SECTORS_MAX && r->sector < a->volume->sectors
        && r->sectors <= a->volume->sectors - r->sector && r->offset % DISK_SECTOR == 0 && r->offset < size
        && r->sectors * DISK_SECTOR <= size - r->offset;
}

static uint32_t
enqueue(const struct message *m, struct request *r)
{
    struct result parked;

    if (!has_room(m, ROOM))
        return ERR_MESSAGE;
    if (!queue_has_room(r->attachment))
        return ERR_LIMIT;
    parked = park(m->cookie);
    if (parked.error)
        return parked.error == ERR_GONE ? PARKED : ERR_LIMIT;
    r->reply = parked.value;
    queue_add(r);
    return PARKED;
}

static uint32_t
disk_transfer(const struct message *m, struct incoming *in, uint32_t attachment, enum operation operation)
{
    const struct attachment *a = &attachments[attachment];
    struct request r = {.attachment = attachment, .operation = operation};

    r.sector = get_u32(in);
    r.sectors = get_u32(in);
    r.offset = get_u32(in);
    if (!incoming_end(in))
        return ERR_MESSAGE;
    if (!fits(a, &r))
        return ERR_RANGE;
    r.sector += a->volume->first;
    return enqueue(m, &r);
}

static uint32_t
disk_flush(const struct message *m, struct incoming *in, uint32_t attachment)
{
    struct request r = {.attachment = attachment, .operation = DISK_SETTLE};

    return incoming_end(in) ? enqueue(m, &r) : ERR_MESSAGE;
}

static bool
is_busy(uint32_t attachment)
{
    return queue_holds(attachment) || (active && now.attachment == attachment);
}

static void
sweep(void)
{
    attached = attachments_sweep(is_busy);
    swept = clock_milliseconds();
}

/* --- What is answered at once: 0, or an error. */

static uint32_t
answer_now(const struct message *m, struct outgoing *out)
{
    return out->broken || reply(m->cookie, buffer, outgoing_sizes(out)).error ? ERR_MESSAGE : 0;
}

static uint32_t
disk_list(const struct message *m, struct incoming *in)
{
    const struct volume *v = volume_at(get_u32(in));
    struct disk_view view = {0};
    struct outgoing out;

    if (!incoming_end(in))
        return ERR_MESSAGE;
    if (!v)
        return ERR_NOT_FOUND;
    view.sectors = v->sectors;
    view.first = v->first;
    view.type = v->type;
    view.dma = drives[v->drive].dma;
    memcpy(view.name, v->name, sizeof(view.name));
    memcpy(view.model, drives[v->drive].model, sizeof(view.model));
    reply_start(&out, buffer, buffer_size, m->sizes);
    put_bytes(&out, &view, sizeof(view));
    return answer_now(m, &out);
}

/* The capability is the caller's, or nobody's. */
static uint32_t
give(const struct message *m, uint32_t attachment, uint32_t rights)
{
    struct result new = descriptor_duplicate(door, rights, attachment_cookie(attachment));
    struct outgoing out;
    uint32_t error;

    if (new.error)
        return ERR_LIMIT;
    reply_start(&out, buffer, buffer_size, m->sizes);
    put_result(&out, attachments[attachment].volume->sectors);
    put_descriptor(&out, new.value, rights, false);
    error = answer_now(m, &out);
    descriptor_close(new.value);
    return error;
}

static uint32_t
disk_open(const struct message *m, struct incoming *in, uint32_t rights)
{
    struct descriptor object;
    uint32_t error, number;
    const struct volume *v;
    char name[32];

    get_text(in, name, sizeof(name));
    object = get_descriptor(in);
    if (!incoming_end(in))
        return ERR_MESSAGE;
    sweep();
    v = volume_named(name);
    error = v ? attach(v, object.number, &number) : ERR_NOT_FOUND;
    if (error) {
        descriptor_close(object.number);
        return error;
    }
    attached = true;
    error = give(m, number, rights | RIGHT_COPY | RIGHT_MOVE);
    if (error)
        attachment_close(number);
    return error;
}

static uint32_t
disk_close(const struct message *m, struct incoming *in, uint32_t attachment)
{
    if (!incoming_end(in))
        return ERR_MESSAGE;
    attachment_close(attachment);
    sweep();
    return reply(m->cookie, NULL, 0).error ? ERR_MESSAGE : 0;
}

/* --- Which is which. */

static uint32_t
call_door(const struct message *m, struct incoming *in)
{
    switch (m->function) {
    case DISK_LIST:
        return disk_list(m, in);
    case DISK_OPEN:
        return disk_open(m, in, RIGHT_READ);
    case DISK_OPEN_WRITE:
        return disk_open(m, in, RIGHT_READ | RIGHT_WRITE);
    }
    in->broken = true;
    incoming_end(in);
    return ERR_MESSAGE;
}

static uint32_t
call_attachment(const struct message *m, struct incoming *in)
{
    uint32_t attachment = attachment_of(m->cookie);

    if (attachment < ATTACHMENTS_MAX)
        switch (m->function) {
        case DISK_READ:
            return disk_transfer(m, in, attachment, DISK_IN);
        case DISK_WRITE:
            return disk_transfer(m, in, attachment, DISK_OUT);
        case DISK_FLUSH:
            return disk_flush(m, in, attachment);
        case DISK_CLOSE:
            return disk_close(m, in, attachment);
        }
    in->broken = true;
    incoming_end(in);
    return attachment < ATTACHMENTS_MAX ? ERR_MESSAGE : ERR_STALE;
}

static void
call(const struct message *m)
{
    struct incoming in;
    uint32_t error;

    incoming_start(&in, buffer, m->sizes);
    error = m->cookie ? call_attachment(m, &in) : call_door(m, &in);
    if (error && error != PARKED)
        reply_error(error);
}

void
server_start(uint32_t owner, void *memory, uint32_t size)
{
    door = owner;
    buffer = memory;
    buffer_size = size;
}

uint32_t
server_limit(void)
{
    uint32_t passed = clock_milliseconds() - started;

    if (!active)
        return attached ? SWEEP : 0;
    return passed < LIMIT ? LIMIT - passed : 1;
}

void
server_message(const struct message *m)
{
    bool interrupt = m->function == MESSAGE_IRQ;

    if (m->function != CALL_INVALID && m->function >= CALL_MANAGER_FIRST)
        call(m);
    if (interrupt && !active)
        ata_status();
    go_on(interrupt && active ? transfer_step() : GOES_ON);
    if (interrupt)
        interrupt_done(ATA_IRQ);
    if (attached && clock_milliseconds() - swept >= SWEEP)
        sweep();
}
