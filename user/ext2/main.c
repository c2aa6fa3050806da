/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A file system on a disk: user/abi/file.h for what is below /disk.
 *
 *     ext2 PARTITION
 *
 * It has one thread, which waits for messages, and while it serves one only for the process manager and for the disk.
 * What has been changed is on the disk when somebody asks for that, and some seconds later anyway.
 */
#include "disk.h"
#include "fs.h"
#include "inode.h"
#include "pages.h"
#include "server.h"
#include "sys/date.h"
#include "sys/error.h"
#include "sys/manager.h"
#include "text.h"

#define NAME    "/disk"
#define WINDOW  0x40000000u /* addresses: of the pages that it sees */
#define BUFFER  0x50000000u /* and of the disk's buffer */
#define DELAY   5000u       /* milliseconds: so long a change is nowhere but in memory at most */
#define AGAIN   1000u       /* the same, when the disk did not take it */

static uint8_t buffer[4096] __attribute__((aligned(4096))); /* in one page, as the kernel's fast path wants it */

static struct {
    uint32_t date, milliseconds; /* the date when the kernel's clock was at `looked`, and the part of a second besides */
    uint32_t looked;
} when;

/* Of the clock only the beginning is taken, as it could wait for memory, which has to be cleaned here. */
uint32_t
seconds(void)
{
    uint32_t now = clock_milliseconds(), passed = now - when.looked + when.milliseconds;

    if (!when.date)
        return 0;
    when.date += passed / 1000;
    when.milliseconds = passed % 1000;
    when.looked = now;
    return when.date;
}

static void
start_time(void)
{
    struct result r = date_now();

    when.date = r.error ? 0 : r.value;
    when.looked = clock_milliseconds();
}

static void
say(const char *partition, const char *what, const char *why)
{
    char line[120];
    uint32_t length = snprintf(line, sizeof(line), "ext2: %s%s%s\n", partition, what, why);

    console_write(line, length < sizeof(line) ? length : sizeof(line) - 1);
}

/* A reply that the caller cannot take is an error. */
static void
answer_call(const struct request *r, uint32_t error)
{
    if (r->out.broken)
        error = ERR_MESSAGE;
    if (error || reply(r->m.cookie, r->buffer, outgoing_sizes(&r->out)).error)
        reply_error(error ? error : ERR_MESSAGE);
}

/* How long one may wait for a message, 0: for ever.  What has been changed long ago is written. */
static uint32_t
limit(void)
{
    static uint32_t since, delay;
    uint32_t waited = clock_milliseconds() - since;

    if (!pages_changed()) {
        delay = 0;
        return 0;
    }
    if (delay && waited >= delay) {
        delay = pages_sync(NULL) ? AGAIN : 0;
        since += waited;
        return delay;
    }
    if (!delay) {
        delay = DELAY;
        since += waited;
        waited = 0;
    }
    return delay - waited;
}

/*
 * A reply, and the next message: by one kernel call, which has no limit, if nothing has to be written.  If something has, nobody waits
 * for that.
 */
static void
call(struct request *r)
{
    uint32_t error = server_call(r), gives = r->gives, most;
    bool changed = pages_changed();

    if (changed)
        answer_call(r, error);
    most = limit();
    r->m = changed ? receive(r->door, buffer, CALL_DATA_MAX, most) : serve(&r->out, r->m.cookie, error);
    if (gives)
        descriptor_close(gives);
}

static void
serve_all(uint32_t door)
{
    struct request r = {.door = door, .buffer = buffer};

    for (;;) {
        r.m = receive(door, buffer, CALL_DATA_MAX, limit());
        if (r.m.function == CALL_INVALID && r.m.cookie != ERR_TIME)
            return;
        while (r.m.function >= CALL_USER_FIRST && r.m.function != CALL_INVALID)
            call(&r);
    }
}

/* NULL, or why there are no files. */
static const char *
mount(const char *partition, struct node *root)
{
    struct device device;
    uint32_t error = disk_attach(partition, BUFFER, &device);
    const char *why = error ? error_text(error) : fs_mount(&device);

    if (why)
        return why;
    return inode_read(EXT2_ROOT, root) || !root->kind ? "no root directory" : NULL;
}

/* Without a disk, or files on it, there is nothing to be done: that is no failure, and it is not to be started again. */
int
main(int argc, char **argv)
{
    const char *partition = argc > 1 ? argv[1] : "disk0p1", *why;
    struct node root;
    struct result door;

    start_time();
    why = mount(partition, &root);
    if (why) {
        say(partition, ": no files: ", why);
        return 0;
    }
    if (fs.note)
        say(partition, " can only be read: ", fs.note);
    door = door_new(NAME, false, COOKIE_ROOT, 0);
    if (door.error || pages_start(door.value, WINDOW))
        return 1;
    serve_all(door.value);
    return 1;
}
