/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * range.c against the same question asked with numbers so wide that no sum wraps.
 */
#include "host.h"
#include "paging.h"

static const uint32_t addresses[] = {0, PAGE_SIZE, KERNEL_BASE, KERNEL_BASE - MEMORY_PAGES_MAX * PAGE_SIZE, 1u << 31};
static const uint32_t sizes[] = {0, 1, MEMORY_PAGES_MAX, PAGE_SIZE, KERNEL_BASE, KERNEL_BASE / PAGE_SIZE, 1u << 20};

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

static bool
pages_fit(uint64_t address, uint64_t pages)
{
    if (pages < 1 || pages > MEMORY_PAGES_MAX)
        return false;
    return address % PAGE_SIZE == 0 && address > 0 && address + pages * PAGE_SIZE <= KERNEL_BASE;
}

static bool
bytes_fit(uint64_t address, uint64_t size)
{
    return address + size <= KERNEL_BASE;
}

static void
check(uint32_t address, uint32_t size)
{
    expect(range_of_pages(address, size) == pages_fit(address, size), "%u pages at %08x", size, address);
    expect(range_of_bytes(address, size) == bytes_fit(address, size), "%u bytes at %08x", size, address);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input in = {data, data + size};

    while (in.at < in.end) {
        uint32_t address = take_near(&in, addresses, COUNT(addresses));
        uint32_t up_to_kernel = KERNEL_BASE - address;

        check(address, take_near(&in, sizes, COUNT(sizes)));
        check(address, take_near(&in, &up_to_kernel, 1));
        check(address, take_near(&in, (uint32_t[]){up_to_kernel / PAGE_SIZE, -address}, 2));
    }
    return 0;
}
