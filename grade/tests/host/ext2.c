/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ext2 IMAGE TIME [LOG]: the ext2 server on the host, without a kernel.  Messages come on standard input, replies go to standard
 * output; test_ext2.py is on the other side.  Time begins at TIME, and goes on by a second with each.
 *
 * The process manager's part is played here: pages of memory objects, which the server sees in its window.  Functions below
 * CONTROL_END are for that, and for the disk: see below.  LOG gets all that is read and written, in its order.
 */
#define _GNU_SOURCE
#include "abi/object.h"
#include "ext2/files.h"
#include "ext2/fs.h"
#include "ext2/pages.h"
#include "ext2/server.h"
#include "sys/object.h"

#undef MAP_PRIVATE /* the host has one of its own */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define DOOR     77
#define PATIENCE 20 /* seconds for a message: who takes longer never ends */
#define WINDOW   0x40000000u
#define PAGE     4096u
#define PAGES    6000u
#define OBJECTS  80u

#define CONTROL_EVICT 1 /* clean pages that are in no slot go */
#define CONTROL_STORE 2 /* { uint32_t index, offset; bytes }: through a mapping */
#define CONTROL_LOAD  3 /* { uint32_t index, offset, size } -> bytes */
#define CONTROL_FAIL  4 /* { uint32_t count }: so many accesses to the disk go well, and then one does not */
#define CONTROL_MARK  5 /* in the log */
#define CONTROL_PAGES 6 /* { uint32_t pages }: so many can be in memory */
#define CONTROL_MAPS  7 /* { uint32_t mappings }: of this file */
#define CONTROL_HELD  8 /* -> { uint32_t objects, pages }: that there are */
#define CONTROL_BAD   9 /* { uint32_t kind, sector }: reads ('R') or writes ('W') of this sector fail, each time */
#define CONTROL_FAILED 10 /* -> { uint32_t count }: accesses to the disk that have failed */
#define CONTROL_END   16

struct question {
    uint32_t function, cookie, sizes, bytes;
};

struct answer {
    uint32_t error, rights, cookie, bytes;
};

static uint32_t now;
static struct duplicate given;
static uint32_t held, closed;

static uint8_t *disk;
static FILE *history;
static int32_t fails_after = -1;
static uint32_t bad_kind, bad_sector, failed_accesses;

bool call_by_sysenter;

uint32_t
seconds(void)
{
    return now;
}

static void
expect(bool holds, const char *what)
{
    if (holds)
        return;
    fprintf(stderr, "wrong: %s\n", what);
    abort();
}

/* --- The disk. */

static bool
fails(uint32_t kind, uint32_t sector, uint32_t count)
{
    bool bad = kind == bad_kind && bad_sector - sector < count;
    bool now_fails = fails_after >= 0 && fails_after-- == 0;

    failed_accesses += bad || now_fails;
    return bad || now_fails;
}

static void
log_words(uint32_t kind, uint32_t sector, uint32_t count)
{
    uint32_t words[] = {kind, sector, count};

    if (history)
        fwrite(words, sizeof(words), 1, history);
}

static uint32_t
disk_read(uint32_t sector, uint32_t count, void *to)
{
    expect(count && sector < fs.device.sectors && count <= fs.device.sectors - sector, "a read behind the end of the disk");
    log_words('R', sector, count);
    if (fails('R', sector, count))
        return ERR_DISK;
    memcpy(to, disk + (size_t)sector * SECTOR, count * SECTOR);
    return 0;
}

static uint32_t
disk_write(uint32_t sector, uint32_t count, const void *from)
{
    expect(count && sector < fs.device.sectors && count <= fs.device.sectors - sector, "a write behind the end of the disk");
    expect(!fs.read_only, "a write to what can only be read");
    if (fails('W', sector, count))
        return ERR_DISK;
    memcpy(disk + (size_t)sector * SECTOR, from, count * SECTOR);
    log_words('W', sector, count);
    if (history)
        fwrite(from, SECTOR, count, history);
    return 0;
}

static uint32_t
disk_flush(void)
{
    if (fails('F', 0, 0))
        return ERR_DISK;
    log_words('F', 0, 0);
    return 0;
}

/* --- Memory objects.  A page is in a file that is mapped into the slots; it is dirty when it is not what it was. */

static struct object {
    uint32_t cookie, pages, mappings;
    bool there;
} object[OBJECTS];

static struct page {
    uint32_t object, index; /* object 0: free */
    bool coming, dirty, writing;
    uint8_t before[PAGE];
} page[PAGES];

static struct page *slot[PAGE_SLOTS];
static uint32_t pages_most = PAGES;
static int memory;
static uint8_t *bytes_of_page;

static uint8_t *
bytes(const struct page *p)
{
    return bytes_of_page + (p - page) * PAGE;
}

static struct page *
page_at(uint32_t number, uint32_t index)
{
    for (struct page *p = page; p < page + pages_most; p++)
        if (p->object == number && p->index == index)
            return p;
    return NULL;
}

static void
settle(struct page *p)
{
    if (p->coming || memcmp(p->before, bytes(p), PAGE) == 0)
        return;
    p->dirty = true;
    memcpy(p->before, bytes(p), PAGE);
}

static void
show(uint32_t i, struct page *p)
{
    void *at = (void *)(uintptr_t)(WINDOW + i * PAGE);

    slot[i] = p;
    if (p)
        expect(mmap(at, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, memory, (p - page) * PAGE) == at, "no slot");
    else
        expect(mmap(at, PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == at, "no slot");
}

static void
drop(struct page *p)
{
    for (uint32_t i = 0; i < PAGE_SLOTS; i++)
        if (slot[i] == p)
            show(i, NULL);
    memset(bytes(p), 0, PAGE);
    memset(p, 0, sizeof(*p));
}

static void
close_slot(uint32_t i)
{
    struct page *p = slot[i];

    if (!p)
        return;
    settle(p);
    show(i, NULL);
    if (p->writing) {
        p->writing = false;
        p->dirty = true;
    }
    if (p->coming)
        drop(p);
}

static bool
is_shown(const struct page *p)
{
    for (uint32_t i = 0; i < PAGE_SLOTS; i++)
        if (slot[i] == p)
            return true;
    return false;
}

static void
evict(void)
{
    for (struct page *p = page; p < page + PAGES; p++) {
        if (p->object)
            settle(p);
        if (p->object && !p->dirty && !p->writing && !p->coming && !is_shown(p))
            drop(p);
    }
}

static struct page *
new_page(uint32_t number, uint32_t index)
{
    struct page *p = page_at(0, 0);

    if (!p) {
        evict();
        p = page_at(0, 0);
    }
    if (!p)
        return NULL;
    *p = (struct page){.object = number, .index = index, .coming = true};
    return p;
}

static struct result
failed(uint32_t error)
{
    return (struct result){-1, error};
}

static struct object *
object_of(uint32_t number)
{
    expect(number && number < OBJECTS && object[number].there, "an object that there is not");
    return &object[number];
}

struct result
object_new_file(uint32_t pages, uint32_t door, uint32_t cookie, uint32_t *number)
{
    uint32_t i = 1;

    expect(door == DOOR && pages <= OBJECT_PAGES_MAX, "an object that cannot be");
    while (i < OBJECTS && object[i].there)
        i++;
    if (i == OBJECTS)
        return failed(ERR_LIMIT);
    object[i] = (struct object){cookie, pages, 0, true};
    *number = i;
    return (struct result){1000 + i, 0};
}

struct result
object_stat(uint32_t descriptor, struct object_view *view)
{
    *view = (struct object_view){.mappings = object_of(descriptor - 1000)->mappings};
    return (struct result){0, 0};
}

static void
cut(uint32_t number, uint32_t pages)
{
    for (struct page *p = page; p < page + PAGES; p++)
        if (p->object == number && p->index >= pages) {
            expect(!is_shown(p) || p->coming || pages == 0 || p->index >= pages, "a page in a slot");
            drop(p);
        }
}

struct result
object_resize(uint32_t descriptor, uint32_t pages)
{
    object_of(descriptor - 1000)->pages = pages;
    cut(descriptor - 1000, pages);
    return (struct result){0, 0};
}

struct result
object_delete(uint32_t descriptor)
{
    object_of(descriptor - 1000)->there = false;
    cut(descriptor - 1000, 0);
    return (struct result){0, 0};
}

struct result
page_window(uint32_t address, uint32_t slots)
{
    expect(address == WINDOW && slots == PAGE_SLOTS, "another window");
    return (struct result){address, 0};
}

struct result
page_open(uint32_t i, uint32_t number, uint32_t index)
{
    struct object *o = object_of(number);
    struct page *p;

    close_slot(i);
    if (index >= o->pages)
        return failed(ERR_RANGE);
    p = page_at(number, index);
    if (!p)
        p = new_page(number, index);
    if (!p)
        return failed(ERR_LIMIT);
    show(i, p);
    return (struct result){p->coming ? PAGE_NEW : PAGE_READY | (now % 7 == 0 ? PAGE_CLEAN_SOME : 0), 0};
}

struct result
page_dirty(uint32_t i, uint32_t number, uint32_t from)
{
    struct page *found = NULL;

    object_of(number);
    close_slot(i);
    for (struct page *p = page; p < page + PAGES; p++) {
        if (p->object)
            settle(p);
        if (p->object == number && p->dirty && p->index >= from && (!found || p->index < found->index))
            found = p;
    }
    if (!found)
        return failed(ERR_NOT_FOUND);
    show(i, found);
    found->dirty = false;
    found->writing = true;
    return (struct result){found->index, 0};
}

struct result
page_done(uint32_t i, uint32_t state)
{
    struct page *p = slot[i];

    expect(p, "nothing is in that slot");
    if (state == PAGE_FILLED && p->coming) {
        p->coming = false;
        memcpy(p->before, bytes(p), PAGE);
    } else if (state == PAGE_CLEANED && p->writing) {
        p->writing = false;
    } else if (state == PAGE_FAILED && p->writing) {
        p->writing = false;
        p->dirty = true;
    } else {
        expect(state == PAGE_CLOSED || (state == PAGE_FAILED && p->coming), "a state that cannot be");
        close_slot(i);
    }
    return (struct result){0, 0};
}

/* --- What else the server asks of others. */

struct result
descriptor_duplicate(uint32_t descriptor, uint32_t rights, uint32_t cookie)
{
    expect(descriptor == DOOR, "a duplicate of something else than the door");
    given = (struct duplicate){rights, cookie};
    return (struct result){++held, 0};
}

struct result
descriptor_close(uint32_t descriptor)
{
    closed = descriptor;
    return (struct result){0, 0};
}

/* What the server's loop does, and not what is tried here. */
struct result
reply_error(uint32_t error)
{
    expect(false, "a reply outside of the loop");
    return (struct result){error, 0};
}

struct message
reply_error_receive(uint32_t error, void *buffer, uint32_t size)
{
    expect(!buffer || !size, "a reply outside of the loop");
    return (struct message){CALL_INVALID, error, 0};
}

/* --- Controls. */

static uint32_t
object_of_cookie(uint32_t cookie)
{
    for (uint32_t i = 1; i < OBJECTS; i++)
        if (object[i].there && object[i].cookie == cookie)
            return i;
    return 0;
}

/* The page as a mapping has it; the server is asked if it is not there. */
static struct page *
touched(uint32_t cookie, uint32_t index)
{
    uint8_t buffer[CALL_DATA_MAX];
    uint32_t wanted[] = {index, 3}, number = object_of_cookie(cookie);
    struct request r = {.door = DOOR, .buffer = buffer, .m = {PAGER_FILL, cookie, call_sizes(64, sizeof(wanted), 0)}};
    struct page *p = page_at(number, index);

    expect(number && index < object[number].pages, "nothing is mapped there");
    if (p)
        return p;
    memcpy(buffer, wanted, sizeof(wanted));
    if (server_call(&r))
        return NULL;
    p = page_at(number, index);
    expect(p && !p->coming, "a page that was not brought");
    return p;
}

static void
count_held(uint32_t held[2])
{
    held[0] = held[1] = 0;
    for (uint32_t i = 1; i < OBJECTS; i++)
        held[0] += object[i].there;
    for (struct page *p = page; p < page + PAGES; p++)
        held[1] += p->object > 0;
}

static void
control(const struct question *q, uint8_t *buffer, struct answer *a)
{
    uint32_t *word = (uint32_t *)buffer, number = object_of_cookie(q->cookie);
    struct page *p;

    switch (q->function) {
    case CONTROL_EVICT:
        evict();
        break;
    case CONTROL_STORE:
        p = touched(q->cookie, word[0]);
        a->error = p ? 0 : ERR_DISK;
        if (p)
            memcpy(bytes(p) + word[1], word + 2, q->bytes - 8);
        break;
    case CONTROL_LOAD:
        p = touched(q->cookie, word[0]);
        a->error = p ? 0 : ERR_DISK;
        a->bytes = p ? word[2] : 0;
        if (p)
            memmove(buffer, bytes(p) + word[1], word[2]);
        break;
    case CONTROL_FAIL:
        fails_after = word[0];
        break;
    case CONTROL_BAD:
        bad_kind = word[0];
        bad_sector = word[1];
        break;
    case CONTROL_FAILED:
        word[0] = failed_accesses;
        a->bytes = 4;
        break;
    case CONTROL_MARK:
        log_words('M', 0, 0);
        break;
    case CONTROL_PAGES:
        pages_most = word[0];
        break;
    case CONTROL_MAPS:
        expect(number, "a file without an object");
        object[number].mappings = word[0];
        break;
    case CONTROL_HELD:
        count_held(word);
        a->bytes = 2 * sizeof(*word);
        break;
    default:
        expect(false, "no such control");
    }
}

/* --- Messages. */

/* The descriptor in a reply, as who gets it sees it. */
static void
look_at_gift(struct request *r, struct answer *a)
{
    uint32_t word = 0;

    memcpy(&word, r->buffer + descriptors_at(r->out.data), sizeof(word));
    expect(r->out.descriptors == 1 && !(word & DESCRIPTOR_MOVE), "a descriptor that cannot be copied");
    a->rights = word >> DESCRIPTOR_RIGHTS & 0xff;
    if (!r->gives) {
        object_of((word & DESCRIPTOR_NUMBER) - 1000);
        return;
    }
    expect(r->gives == held && (word & DESCRIPTOR_NUMBER) == held, "another descriptor than it says");
    a->rights &= given.rights;
    a->cookie = given.cookie;
}

static void
message(const struct question *q, uint8_t *buffer, struct answer *a)
{
    struct request r = {.door = DOOR, .buffer = buffer, .m = {q->function, q->cookie, q->sizes}};
    uint32_t before = held;

    now++;
    closed = 0;
    a->error = server_call(&r);
    if (r.out.broken)
        a->error = 1;
    expect(!call_descriptors(q->sizes) || closed, "a descriptor that stays");
    expect(held == before || r.gives == held, "a descriptor that nobody closes");
    if (a->error)
        return;
    a->bytes = r.out.data;
    expect(r.out.data + 4 * r.out.descriptors <= call_total_size(q->sizes), "a reply that has no room");
    if (r.out.descriptors)
        look_at_gift(&r, a);
}

static void
step(const struct question *q, uint8_t *buffer)
{
    struct answer a = {0};

    alarm(PATIENCE);
    if (q->function < CONTROL_END)
        control(q, buffer, &a);
    else
        message(q, buffer, &a);
    alarm(0);
    fwrite(&a, sizeof(a), 1, stdout);
    fwrite(buffer, 1, a.bytes, stdout);
}

/* Whether it is mounted; whether it can be written; and why not. */
static bool
start(char **words)
{
    int file = open(words[1], O_RDWR);
    struct stat s;
    struct device device = {0, disk_read, disk_write, disk_flush};
    struct node root = {0};
    const char *why;
    uint32_t answer[3];

    expect(file >= 0 && fstat(file, &s) == 0, "no image");
    disk = mmap(NULL, s.st_size, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    fs.device.sectors = device.sectors = s.st_size / SECTOR;
    now = strtoul(words[2], NULL, 10);
    memory = memfd_create("pages", 0);
    expect(memory >= 0 && ftruncate(memory, PAGES * PAGE) == 0, "no memory");
    bytes_of_page = mmap(NULL, PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, memory, 0);
    why = fs_mount(&device);
    if (!why && inode_read(EXT2_ROOT, &root))
        why = "no root";
    if (!why)
        expect(pages_start(DOOR, WINDOW) == 0, "no window");
    answer[0] = !why;
    why = why ? why : fs.note ? fs.note : "";
    answer[1] = !fs.read_only;
    answer[2] = strlen(why);
    fwrite(answer, sizeof(answer), 1, stdout);
    fwrite(why, 1, answer[2], stdout);
    return answer[0];
}

int
main(int count, char **words)
{
    uint8_t *buffer;
    struct question q;

    expect(count >= 3, "ext2 IMAGE TIME [LOG]");
    if (count > 3)
        history = fopen(words[3], "wb");
    if (!start(words))
        return 0;
    buffer = malloc(CALL_DATA_MAX);
    for (;;) {
        fflush(stdout);
        if (fread(&q, sizeof(q), 1, stdin) != 1)
            break;
        expect(q.bytes <= CALL_DATA_MAX && fread(buffer, 1, q.bytes, stdin) == q.bytes, "half a message");
        step(&q, buffer);
    }
    if (history)
        fclose(history);
    free(buffer);
    return 0;
}
