/* SPDX-License-Identifier: BSD-2-Clause */
/* Uses memory that it has not got; its pager brings it (pager.c). */
#include "call.h"
#include "story.h"
#include "text.h"

#define PAGE  4096u
#define EACH  8 /* milliseconds for a page, so that one can watch */
#define WRITE 4 /* pages of the pager's that are written to */

static void
pause(void)
{
    uint32_t start = clock_milliseconds();

    while (clock_milliseconds() - start < EACH)
        yield();
}

/* Writes to a new page; answers whether it was all zeros. */
static bool
use_zeros(uint32_t page)
{
    volatile uint32_t *words = (volatile uint32_t *)(LAZY_ZEROS + page * PAGE);
    uint32_t sum = 0;

    for (uint32_t i = 0; i < PAGE / 4; i++)
        sum |= words[i];
    words[0] = page;
    return sum == 0;
}

/* Is the pager's page, of which the first byte may be another one, what it should be? */
static bool
is_right(uint32_t page, uint8_t first)
{
    const volatile uint8_t *bytes = (const volatile uint8_t *)(LAZY_KEPT + page * PAGE);

    for (uint32_t i = 1; i < PAGE; i++)
        if (bytes[i] != kept_byte(page * PAGE + i))
            return false;
    return bytes[0] == first;
}

static bool
write_to(uint32_t page)
{
    uint8_t other = ~kept_byte(page * PAGE);

    *(volatile uint8_t *)(LAZY_KEPT + page * PAGE) = other;
    return is_right(page, other);
}

int
main(const struct boot_info *info)
{
    bool zeros = true, read = true, written = true;

    (void)info;
    printf("lazy:   I have no memory at %x and %x, and use it\n", LAZY_ZEROS, LAZY_KEPT);
    for (uint32_t page = 0; page < LAZY_PAGES; page++, pause())
        zeros &= use_zeros(page);
    for (uint32_t page = 0; page < LAZY_PAGES; page++, pause())
        read &= is_right(page, kept_byte(page * PAGE));
    for (uint32_t page = 0; page < WRITE; page++, pause())
        written &= write_to(page);
    printf("lazy:   %s\n", zeros && read && written ? "it all was there, and right" : "IT WAS WRONG");
    return 0;
}
