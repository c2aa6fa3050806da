# SPDX-License-Identifier: BSD-2-Clause
"""All RAM of a machine that gdb has stopped, and its page tables walked in it: what other tools must find too."""

import struct

import passages
import states
from lintel import symbols
from lintel.pages import DEVICE, FRAME, KERNEL_BASE, NO_RAM, PAGE, PRESENT, descriptor_pages, structs

RAM = 32 << 20
MILLISECONDS = 400  # in the middle of the time in which no program of the demo begins or ends
AT = "break timer_tick", f"ignore 2 {MILLISECONDS // 4}", "continue"


def gdb_answers(tree, commands, **options):
    """What gdb says to each command: its lines."""
    steps = [passages.Step(command, 0, []) for command in commands]
    passage = passages.Passage(tree / "a test", 0, "gdb", options, steps)
    return passages.answers(commands, passages.run(passage, tree))


def gdb_session(tree, commands):
    """{command: lines}"""
    return dict(zip(commands, gdb_answers(tree, commands)))


def taken(folder, commands):
    """What gdb says to commands, and the machine's RAM at that moment."""
    file = folder / "ram"
    said = gdb_session(states.ROOT, [*AT, f'monitor pmemsave 0 {RAM} "{file}"', *commands])
    return said, Dump(file.read_bytes())


class Dump:
    def __init__(self, data):
        self.data, kernel = data, symbols.load(states.ROOT / "build/kernel.elf")
        self.address, self.members = kernel.address, kernel.members

    def words(self, at, count):
        return struct.unpack_from(f"<{count}I", self.data, at)

    def word(self, address):
        return self.words(address - KERNEL_BASE, 1)[0]

    def variable(self, name):
        return self.word(self.address(name))

    def processes(self):
        """{number: address of its struct}"""
        return structs(self)

    def directory(self, number):
        return self.word(self.processes()[number] + self.members("process")["space"])

    def descriptors(self, number):
        """[object] of those in use."""
        pages = descriptor_pages(self, self.processes()[number])
        return [at for page in pages for at in self.words(page, 1024)[::4] if at != self.address("object_nothing")]

    def tables(self, directory):
        return [entry & FRAME for entry in self.words(directory, 768) if entry & PRESENT]

    def walk(self, directory, at):
        """The page table's entry; 0 where the processor finds none. Below the kernel only."""
        entry = self.words(directory, 1024)[at >> 22]
        return self.words(entry & FRAME, 1024)[at >> 12 & 0x3FF] if entry & PRESENT else 0

    def mapped(self, directory):
        """{address: entry}"""
        tables = [i for i, entry in enumerate(self.words(directory, 768)) if entry & PRESENT]
        pages = (i << 22 | j << 12 for i in tables for j in range(1024))
        return {at: entry for at in pages if (entry := self.walk(directory, at))}

    def references(self):
        table, count = self.variable("frames") - KERNEL_BASE, self.variable("frame_count")
        return self.words(table, 2 * count)[::2]

    def users(self):
        """{frame: processes} of RAM that is mapped."""
        found = {}
        for number in self.processes():
            for entry in self.mapped(self.directory(number)).values():
                if not entry & DEVICE:
                    found.setdefault((entry & FRAME) // PAGE, set()).add(number)
        return found

    def overhead(self):
        """Frames that make the processes."""
        return {at // PAGE for number, process in self.processes().items()
                for at in (process - KERNEL_BASE, self.directory(number), *self.tables(self.directory(number)),
                           *descriptor_pages(self, process))}

    def own(self, number):
        """Frames that one process has mapped, and of which nobody holds more."""
        counts = self.references()
        return {frame for frame, who in self.users().items() if who == {number} and counts[frame] == 1}

    def free(self):
        return self.references().count(0)

    def ram(self):
        return sum(count != NO_RAM for count in self.references())
