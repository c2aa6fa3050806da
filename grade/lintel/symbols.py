# SPDX-License-Identifier: BSD-2-Clause
"""Names of addresses: what an ELF file's symbols and line table say."""

import bisect
import functools

from elftools.elf.elffile import ELFFile

LIMIT = 1 << 20  # bytes of a section that is read: pyelftools makes objects of a kilobyte out of single bytes
LINES = 1 << 18  # of .debug_line, where one byte may be one line
TYPES = 1 << 19  # of .debug_info, where one byte may be one thing


@functools.lru_cache(maxsize=None)
def load(path):
    return Symbols(path)


class Symbols:
    def __init__(self, path):
        self.path = path
        with open(path, "rb") as f:
            elf = ELFFile(f)
            self._addresses = dict(_symbols(elf))
            self._code = sorted(_code(elf))

    def address(self, name):
        """The address of a symbol; KeyError when there is none."""
        return self._addresses[name]

    def __contains__(self, name):
        return name in self._addresses

    @functools.lru_cache(maxsize=None)
    def members(self, name):
        """{member: its offset} of a struct of C; KeyError when the debug information has none of this name."""
        with open(self.path, "rb") as f:
            elf = ELFFile(f)
            for die in _types(elf.get_dwarf_info()) if _is_small(elf, ".debug_info", TYPES) else ():
                if die.tag == "DW_TAG_structure_type" and _text(die) == name and die.has_children:
                    return {_text(one): one.attributes["DW_AT_data_member_location"].value for one in die.iter_children()
                            if _text(one)}
        raise KeyError(name)

    def locate(self, address):
        """'function+offset (file:line)', or None when address is in no function."""
        at = bisect.bisect_right(self._code, (address, "\xff", 0)) - 1
        if at < 0 or address >= self._code[at][2]:
            return None
        start, name, _ = self._code[at]
        place = self._line(address)
        return f"{name}+{address - start:#x}" + (f" ({place})" if place else "")

    def _line(self, address):
        with open(self.path, "rb") as f:
            elf = ELFFile(f)
            return _line(elf.get_dwarf_info(), address) if _is_small(elf, ".debug_line", LINES) else None


def file_offset(elf, address):
    """Where in the file the byte of an address lies; None when no segment holds it."""
    return next((address - s["p_vaddr"] + s["p_offset"] for s in elf.iter_segments()
                 if s["p_type"] == "PT_LOAD" and 0 <= address - s["p_vaddr"] < s["p_filesz"]), None)


def _table(elf):
    """The symbols, or none where they are too many."""
    table = elf.get_section_by_name(".symtab")
    small = table and max(table.data_size, table.stringtable.data_size) <= LIMIT
    return table.iter_symbols() if small else ()


def _is_small(elf, section, limit):
    """This part of the debug information is there, and nothing of it too much to be read; sizes are those of the unpacked sections."""
    sizes = {s.name: s.data_size for s in elf.iter_sections() if s.name.startswith((".debug_", ".zdebug_"))}
    return 0 < sizes.get(section, 0) <= limit and max(sizes.values()) <= LIMIT and elf.has_dwarf_info()


def _symbols(elf):
    return ((s.name, s["st_value"]) for s in _table(elf) if s.name)


def _code(elf):
    """(start, name, end of its section) of every name in an executable section."""
    for symbol in _table(elf):
        index = symbol["st_shndx"]
        if not symbol.name or not isinstance(index, int) or symbol["st_info"]["type"] in ("STT_SECTION", "STT_FILE"):
            continue
        section = elf.get_section(index)
        if section["sh_flags"] & 4:
            yield symbol["st_value"], symbol.name, section["sh_addr"] + section["sh_size"]


def _types(dwarf):
    """What each file of the source declares."""
    return (die for unit in dwarf.iter_CUs() for die in unit.get_top_DIE().iter_children())


def _text(die):
    return die.attributes["DW_AT_name"].value.decode(errors="replace") if "DW_AT_name" in die.attributes else None


def _line(dwarf, address):
    for unit in dwarf.iter_CUs():
        program = dwarf.line_program_for_CU(unit)
        if program:
            found = _in_program(program, address)
            if found:
                return _name(program, found)
    return None


def _in_program(program, address):
    """The last state at or before the address, in a sequence that covers it."""
    before = None
    for entry in program.get_entries():
        state = entry.state
        if state is None:
            continue
        if before and before.address <= address < state.address:
            return before
        before = None if state.end_sequence else state
    return None


def _name(program, state):
    header = program.header
    base = 0 if header["version"] >= 5 else 1
    entry = header["file_entry"][state.file - base]
    folder = entry["dir_index"] - base
    name = entry.name.decode(errors="replace")
    if folder >= (1 if base == 0 else 0):
        name = header["include_directory"][folder].decode(errors="replace") + "/" + name
    return f"{name}:{state.line}"
