/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The parts of an ELF executable that loading it needs.  (Tool Interface
 * Standard, Executable and Linking Format 1.2, book I.)
 */
#pragma once

#include <stdint.h>

#define ELF_IDENT      "\177ELF\1\1\1" /* 32-bit, little-endian, version 1 */
#define ELF_EXECUTABLE 2 /* type of a file */
#define ELF_386        3 /* machine */
#define ELF_LOAD       1 /* type of a segment */
#define ELF_WRITE      2 /* flag of a segment */

struct elf_header {
    uint8_t ident[16];
    uint16_t type, machine;
    uint32_t version, entry, program_headers, section_headers, flags;
    uint16_t size, program_header_size, program_header_count;
    uint16_t section_header_size, section_header_count, section_names;
};

struct elf_segment {
    uint32_t type, offset, address, physical, file_size, memory_size, flags, align;
};
