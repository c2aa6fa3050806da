# SPDX-License-Identifier: BSD-2-Clause
"""Which function an address lies in, asked so often that it has to be quick."""

import bisect

from elftools.elf.elffile import ELFFile


class Functions:
    def __init__(self, path):
        with open(path, "rb") as file:
            elf = ELFFile(file)
            code = {i for i, section in enumerate(elf.iter_sections()) if section["sh_flags"] & 4}
            symbols = elf.get_section_by_name(".symtab").iter_symbols()
            self._starts = sorted((s["st_value"], s.name) for s in symbols if s["st_shndx"] in code and s.name)

    def __getitem__(self, address):
        """None below the first; behind the last one it is still that. What follows a point is the compiler's or the
        assembler's business."""
        at = bisect.bisect_right(self._starts, (address, "\xff")) - 1
        return self._starts[at][1].split(".")[0] if at >= 0 else None
