/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The bus master of the IDE controller, which reads and writes memory by itself.  (SFF-8038i, Bus Master
 * Programming Interface for IDE ATA Controllers.)
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define DMA_PORTS      0xf000 /* where it is told to be: above what BIOSes give away */
#define DMA_PORT_COUNT 16

/* If there is one it stops, whatever it was doing; then it gets its memory, and will be used, if that is wanted. */
void dma_start(bool wanted);

bool dma_is_there(void);

/* `size` bytes, an even number, from `offset` on in pages of these physical addresses. */
void dma_prepare(const uint32_t *pages, uint32_t offset, uint32_t size, bool to_memory);

void dma_go(void);

/* Has the disk asked for attention?  Until then what it did is not all in memory. */
bool dma_ended(void);

/* It stops, whatever it does.  True if memory was read and written as it should be. */
bool dma_stop(void);
