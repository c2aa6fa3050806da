/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a play does to many pages at once, and a disk that is an actor's memory.  grade/lintel/pageplay.py writes these steps, and
 * knows what is in each page.
 */
#pragma once

#include "abi/disk.h"
#include "abi/errors.h"
#include "sys/object.h"
#include "sys/sleep.h"
#include "door.h"
#include "text.h"

#define PLAY_FILL    16 /* data: address, pages, seed: writes what only these pages have.  Value: pages */
#define PLAY_SAME    17 /* the same: is that in them still?  Value: the first that has something else, or pages */
#define PLAY_TOUCHES 18 /* data: address; offset, wanted, new ...: reads a word, and writes another.  Value: the first that was wrong, or how many */
#define PLAY_HOT     19 /* data: address, pages, seed; address, pages: fills, and reads all of the others behind each page */
#define PLAY_DISK    20 /* data: struct play_disk: answers, for ever */
#define PLAY_BRING   21 /* data: object's number, page, pages, seed, address of a window: fills pages that nobody has asked for */
#define PLAY_CLEAN   22 /* data: struct play_file: cleans what is dirty.  Value: pages */
#define PLAY_FILE    23 /* data: struct play_file: answers, for ever */

/* A disk: its door takes DISK_READ and DISK_WRITE. */
struct play_disk {
    uint32_t door;          /* the register of its descriptor */
    uint32_t buffer, store; /* addresses: of the object; of what it keeps */
    uint32_t slots;
    uint32_t bad, bad_end;  /* slots, of which nothing is read or written */
    uint32_t fails;         /* 1: at reading, 2: at writing */
    uint32_t wait;          /* milliseconds, before each answer; or 0 */
    uint32_t journal;       /* address: how many; of each: 0 read or 1 written, slot, slots */
    uint32_t journal_max;
};

/* A file: what is in it is kept at `store`. */
struct play_file {
    uint32_t door, number; /* a register; the object's number */
    uint32_t window, store;
};

#define PAGE_SIZE    4096u
#define PAGE_SECTORS (PAGE_SIZE / DISK_SECTOR)

/* Words of a page that are written and looked at: some in each quarter. */
static const uint32_t places[] = {0, 341, 682, 1023};
#define PLACES (sizeof(places) / sizeof(*places))

/* The word at such a place; with seed 0 a zero. */
static uint32_t
page_word(uint32_t seed, uint32_t page, uint32_t place)
{
    return seed ? (seed + page * 0x9e3779b1u) ^ (place + 1) * 0x85ebca6bu : 0;
}

static volatile uint32_t *
page_at(uint32_t address, uint32_t page)
{
    return (volatile uint32_t *)(address + page * PAGE_SIZE);
}

static void
fill_page(uint32_t address, uint32_t page, uint32_t seed)
{
    for (uint32_t i = 0; i < PLACES; i++)
        page_at(address, page)[places[i]] = page_word(seed, page, i);
}

static uint32_t
fill_pages(const uint32_t *word)
{
    for (uint32_t page = 0; page < word[1]; page++)
        fill_page(word[0], page, word[2]);
    return word[1];
}

static uint32_t
same_pages(const uint32_t *word)
{
    for (uint32_t page = 0; page < word[1]; page++)
        for (uint32_t i = 0; i < PLACES; i++)
            if (page_at(word[0], page)[places[i]] != page_word(word[2], page, i))
                return page;
    return word[1];
}

static uint32_t
touch_words(const uint32_t *word, uint32_t size)
{
    uint32_t count = (size / sizeof(*word) - 1) / 3;

    for (uint32_t i = 0; i < count; i++) {
        const uint32_t *touch = word + 1 + 3 * i;
        volatile uint32_t *at = (volatile uint32_t *)(word[0] + touch[0]);

        if (*at != touch[1])
            return i;
        if (touch[2] != touch[1])
            *at = touch[2];
    }
    return count;
}

static uint32_t
hot_pages(const uint32_t *word)
{
    for (uint32_t page = 0; page < word[1]; page++) {
        fill_page(word[0], page, word[2]);
        for (uint32_t hot = 0; hot < word[4]; hot++)
            (void)*page_at(word[3], hot);
    }
    return word[1];
}

/* --- A disk. */

static bool
disk_fails(const struct play_disk *disk, uint32_t fails, uint32_t slot, uint32_t slots)
{
    return disk->fails & fails && slot < disk->bad_end && slot + slots > disk->bad;
}

static void
disk_note(const struct play_disk *disk, uint32_t written, uint32_t slot, uint32_t slots)
{
    uint32_t *journal = (uint32_t *)disk->journal;

    if (disk->journal && journal[0] < disk->journal_max)
        memcpy(journal + 1 + 3 * journal[0]++, (uint32_t[]){written, slot, slots}, 3 * sizeof(uint32_t));
}

/* 0, or an error. */
static uint32_t
disk_do(const struct play_disk *disk, uint32_t function, const uint32_t *words)
{
    uint32_t slot = words[0] / PAGE_SECTORS, slots = words[1] / PAGE_SECTORS, write = function == DISK_WRITE;
    void *kept = (void *)(disk->store + slot * PAGE_SIZE), *buffer = (void *)(disk->buffer + words[2]);

    disk_note(disk, write, slot, slots);
    if (slot + slots > disk->slots || (function != DISK_READ && !write))
        return ERR_RANGE;
    if (disk_fails(disk, write ? 2 : 1, slot, slots))
        return ERR_DISK;
    memcpy(write ? kept : buffer, write ? buffer : kept, slots * PAGE_SIZE);
    return 0;
}

static void
disk_answers(const struct play_disk *disk, uint32_t door)
{
    uint32_t words[16];
    struct message m = receive(door, words, sizeof(words), 0);

    for (;;) {
        uint32_t error = disk_do(disk, m.function, words);

        if (disk->wait)
            sleep_milliseconds(disk->wait);
        if (error) {
            reply_error(error);
        } else {
            memcpy(words, (uint32_t[]){words[1], 0}, 2 * sizeof(uint32_t));
            reply(m.cookie, words, call_sizes(sizeof(words), 2 * sizeof(uint32_t), 0));
        }
        m = receive(door, words, sizeof(words), 0);
    }
}

/* --- A file. */

/* Pages are as fill_page() makes them; those of a server's are at one address. */
static uint32_t
bring_pages(const uint32_t *word)
{
    for (uint32_t page = word[1]; page < word[1] + word[2]; page++) {
        struct result r = page_open(0, word[0], page);

        if (r.error)
            return page - word[1];
        fill_page(word[4], 0, word[3] + page * 0x9e3779b1u);
        if (page_done(0, PAGE_FILLED).error)
            return page - word[1];
    }
    page_done(0, PAGE_CLOSED);
    return word[2];
}

static void
file_fill(const struct play_file *f, uint32_t index, uint32_t count)
{
    for (uint32_t page = index; page < index + count; page++) {
        struct result r = page_open(0, f->number, page);

        if (r.error)
            return;
        if ((r.value & PAGE_READY) == 0) {
            memcpy((void *)f->window, (void *)(f->store + page * PAGE_SIZE), PAGE_SIZE);
            page_done(0, PAGE_FILLED);
        }
    }
}

static uint32_t
file_clean(const struct play_file *f)
{
    uint32_t count = 0;
    struct result r;

    for (; !(r = page_dirty(1, f->number, 0)).error; count++) {
        memcpy((void *)(f->store + r.value * PAGE_SIZE), (void *)(f->window + PAGE_SIZE), PAGE_SIZE);
        page_done(1, PAGE_CLEANED);
    }
    page_done(0, PAGE_CLOSED);
    page_done(1, PAGE_CLOSED);
    return count;
}

static void
file_answers(const struct play_file *f, uint32_t door)
{
    uint32_t words[8];

    for (;;) {
        struct message m = receive(door, words, sizeof(words), 0);

        if (m.function == PAGER_FILL)
            file_fill(f, words[0], words[1]);
        else
            file_clean(f);
        memset(words, 0, sizeof(words));
        reply(m.cookie, words, call_sizes(sizeof(words), 2 * sizeof(uint32_t), 0));
    }
}

static uint32_t
pages_step(uint32_t function, const uint32_t *word, uint32_t size, const uint32_t *registers)
{
    switch (function) {
    case PLAY_FILL:
        return fill_pages(word);
    case PLAY_SAME:
        return same_pages(word);
    case PLAY_TOUCHES:
        return touch_words(word, size);
    case PLAY_HOT:
        return hot_pages(word);
    case PLAY_BRING:
        return bring_pages(word);
    case PLAY_CLEAN:
        return file_clean((const struct play_file *)word);
    case PLAY_FILE:
        file_answers((const struct play_file *)word, registers[word[0]]);
        return 0;
    default:
        disk_answers((const struct play_disk *)word, registers[word[0]]);
        return 0;
    }
}
