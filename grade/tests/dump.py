# SPDX-License-Identifier: BSD-2-Clause
"""All RAM of a machine that gdb has stopped, and its page tables walked in it: what other tools must find too."""

import struct

import passages
import states
from lintel import symbols
from lintel.pages import DEVICE, FRAME, KERNEL_BASE, NO_RAM, PAGE, PRESENT, PROCESS

RAM = 32 << 20
AT = "break timer_tick", "ignore 2 70", "continue"  # after the first 71 ticks all programs of the demo run


def gdb_session(tree, commands):
    """{command: lines}"""
    steps = [passages.Step(command, 0, []) for command in commands]
    passage = passages.Passage(tree / "a test", 0, "gdb", {}, steps)
    return dict(zip(commands, passages.answers(commands, passages.run(passage, tree))))


def taken(folder, commands):
    """What gdb says to commands, and the machine's RAM at that moment."""
    file = folder / "ram"
    said = gdb_session(states.ROOT, [*AT, f'monitor pmemsave 0 {RAM} "{file}"', *commands])
    return said, Dump(file.read_bytes())


class Dump:
    def __init__(self, data):
        self.data, self.kernel = data, symbols.load(states.ROOT / "build/kernel.elf")

    def words(self, at, count):
        return struct.unpack_from(f"<{count}I", self.data, at)

    def variable(self, name):
        return self.words(self.kernel.address(name) - KERNEL_BASE, 1)[0]

    def processes(self):
        """{number: (its struct's frame, its directory)}"""
        found, at = {}, self.variable("process_list")
        while at:
            _, _, space, number, after = PROCESS.unpack_from(self.data, at - KERNEL_BASE)
            found[number], at = (at - KERNEL_BASE, space), after
        return found

    def directory(self, number):
        return self.processes()[number][1]

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
        return {at // PAGE for pair in self.processes().values() for at in (*pair, *self.tables(pair[1]))}

    def own(self, number):
        """Frames that one process has mapped, and of which nobody holds more."""
        counts = self.references()
        return {frame for frame, who in self.users().items() if who == {number} and counts[frame] == 1}

    def free(self):
        return self.references().count(0)

    def ram(self):
        return sum(count != NO_RAM for count in self.references())
