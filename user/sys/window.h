/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The window in which a file server sees pages of its memory objects (pm/abi/object.h).  Each page has one place in it, behind that of
 * the page before it in the file; it stays there until another one with the same place is wanted, so that who comes again needs no
 * call.  Pages that come from the disk come to their places; those that go there have places of their own meanwhile.
 *
 * Objects are named by their numbers.
 */
#pragma once

#include <stdint.h>

#define WINDOW_RUN 16 /* pages of a run at most */

/* All slots, at this address. */
uint32_t window_start(uint32_t address);

/* A page, and `*state`: as PM_PAGE_OPEN says.  Who gets one that is PAGE_NEW fills it by a run, and opens it again. */
uint32_t window_open(uint32_t object, uint32_t index, void **page, uint32_t *state);

/* How many pages from `index` on, `most` at most, are PAGE_NEW and in the run now, to be filled. */
uint32_t window_fill(uint32_t object, uint32_t index, uint32_t most, uint32_t *pages);

/* The first dirty page from `from` on, and the dirty ones right behind it, are in the run now.  ERR_NOT_FOUND. */
uint32_t window_clean(uint32_t object, uint32_t from, uint32_t most, uint32_t *index, uint32_t *pages);

/* Where the run lies, one page behind the other; and how it went with so many pages of it, from the `first` one on, or from its beginning. */
void *window_run(void);
void window_filled(uint32_t first, uint32_t pages, uint32_t error);
void window_cleaned(uint32_t pages, uint32_t error);

/* The object, or what is behind its new end, goes: no slot has any of it. */
void window_forget(uint32_t object, uint32_t from);
