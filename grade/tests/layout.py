# SPDX-License-Identifier: BSD-2-Clause
"""The kernel's structures in a copy of its RAM, read by the names that they have in its source (DWARF tells where)."""

import functools
import pathlib

from elftools.elf.elffile import ELFFile

KERNEL_BASE = 0xC0000000
WORD = 4


class Wild(Exception):
    """A pointer that does not point into the kernel's memory."""


@functools.lru_cache(maxsize=None)
def of(elf):
    return Layout(elf)


class Layout:
    """The structures, variables and numbers that one kernel.elf has."""

    def __init__(self, elf):
        self._structs, self.sizes, self.numbers, self._variables, self._members = {}, {}, {}, {}, {}
        with open(elf, "rb") as f:
            for unit in ELFFile(f).get_dwarf_info().iter_CUs():
                file = pathlib.Path(_name(unit.get_top_DIE())).name
                for die in unit.iter_DIEs():
                    self._take(die, file)

    def _take(self, die, file):
        name = _name(die)
        if die.tag == "DW_TAG_structure_type" and name and "DW_AT_byte_size" in die.attributes:
            self._structs.setdefault(name, _members(die))
            self.sizes.setdefault(name, die.attributes["DW_AT_byte_size"].value)
        elif die.tag == "DW_TAG_enumerator":
            self.numbers[name] = die.attributes["DW_AT_const_value"].value
        elif die.tag == "DW_TAG_variable" and _is_static(die):
            at = int.from_bytes(bytes(die.attributes["DW_AT_location"].value[1:5]), "little")
            declared = die.get_DIE_from_attribute("DW_AT_specification") if "DW_AT_specification" in die.attributes else die
            for key in ((_name(declared), file), (_name(declared), None)):
                self._variables[key] = at, _type(die if "DW_AT_type" in die.attributes else declared)

    def member(self, struct, path):
        """(offset, type) of a member, or of a member of a member: 'frame.eip'."""
        if (struct, path) not in self._members:
            first, _, rest = path.partition(".")
            offset, kind = self._structs[struct][first]
            if rest:
                inner, kind = self.member(kind[1], rest)
                offset += inner
            self._members[struct, path] = offset, kind
        return self._members[struct, path]

    def offset(self, struct, path):
        return self.member(struct, path)[0]

    def variable(self, name, file=None):
        """(address, type); the file tells statics of one name apart."""
        return self._variables[name, file]


def _name(die):
    return die.attributes["DW_AT_name"].value.decode() if "DW_AT_name" in die.attributes else ""


def _is_static(die):
    """It has a fixed address: DW_OP_addr."""
    location = die.attributes.get("DW_AT_location")
    return bool(location) and location.form == "DW_FORM_exprloc" and location.value[0] == 3 and len(location.value) == 5


def _type(die):
    """('word', bytes), ('struct', name) or ('array', type, count) of what a variable or member is."""
    if "DW_AT_type" not in die.attributes:
        return "word", WORD
    kind = die.get_DIE_from_attribute("DW_AT_type")
    while kind.tag in ("DW_TAG_typedef", "DW_TAG_const_type", "DW_TAG_volatile_type"):
        kind = kind.get_DIE_from_attribute("DW_AT_type")
    if kind.tag == "DW_TAG_structure_type":
        return "struct", _name(kind)
    if kind.tag == "DW_TAG_array_type":
        bounds = next(child for child in kind.iter_children() if child.tag == "DW_TAG_subrange_type").attributes
        bound = bounds.get("DW_AT_upper_bound")
        return "array", _type(kind), bound.value + 1 if bound else 0
    size = kind.attributes.get("DW_AT_byte_size")
    return "word", size.value if size else WORD


def _members(die):
    """{name: (offset, type)}; those of members without a name are the structure's own."""
    found = {}
    for child in die.iter_children():
        if child.tag != "DW_TAG_member":
            continue
        at = child.attributes["DW_AT_data_member_location"].value if "DW_AT_data_member_location" in child.attributes else 0
        if _name(child):
            found[_name(child)] = at, _type(child)
        else:
            inner = _members(child.get_DIE_from_attribute("DW_AT_type"))
            found.update({name: (at + offset, kind) for name, (offset, kind) in inner.items()})
    return found


class Memory:
    """A copy of all RAM."""

    def __init__(self, data, layout):
        self.data, self.layout = data, layout

    def bytes(self, address, count):
        at = address - KERNEL_BASE
        if not 0 <= at <= len(self.data) - count:
            raise Wild(f"a pointer to {address:#x}")
        return self.data[at:at + count]

    def word(self, address, size=WORD):
        return int.from_bytes(self.bytes(address, size), "little")

    def variable(self, name, file=None):
        return self.read(*self.layout.variable(name, file))

    def read(self, address, kind):
        if kind[0] == "word":
            return self.word(address, kind[1])
        return Thing(self, kind[1], address) if kind[0] == "struct" else Array(self, address, *kind[1:])


class Thing:
    """A structure at an address: its members are attributes. Two at one address are the same."""

    def __init__(self, memory, struct, at):
        self.memory, self.struct, self.at = memory, struct, at

    def __getattr__(self, name):
        offset, kind = self.memory.layout.member(self.struct, name)
        return self.memory.read(self.at + offset, kind)

    def point(self, path):
        """The address of a member."""
        return self.at + self.memory.layout.offset(self.struct, path)

    def __eq__(self, other):
        return self.at == other.at

    def __hash__(self):
        return self.at


class Array:
    def __init__(self, memory, at, kind, count):
        self._memory, self.at, self._kind, self._count = memory, at, kind, count

    def __len__(self):
        return self._count

    def __getitem__(self, i):
        if i >= self._count:
            raise IndexError(i)
        return self._memory.read(self.at + i * self.size(), self._kind)

    def size(self):
        """Of one element."""
        return self._kind[1] if self._kind[0] == "word" else self._memory.layout.sizes[self._kind[1]]
