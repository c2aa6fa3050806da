# SPDX-License-Identifier: BSD-2-Clause
"""Memory as the machine has it: page tables walked in physical memory, frames, the loader's memory map.

Nothing here asks the kernel: its tables are read as the processor would read them.
"""

import struct

from .failure import Failure, expect
from .outside import Outside

PAGE = 4096
KERNEL_BASE = 0xC0000000
DIRECT = 896 << 20  # what the kernel can reach
PRESENT, WRITABLE, USER, NO_CACHE, ACCESSED, DIRTY, DEVICE, GRANTED = 1, 2, 4, 0x10, 0x20, 0x40, 0x200, 0x400
FRAME = 0xFFFFF000
NO_RAM = 0xFFFFFFFF

ERRORS = dict(enumerate("FUNCTION TARGET ADDRESS SIZE FULL RIGHT ABSENT MAPPED MEMORY FLAGS BIG BUSY DEADLOCK DEAD GONE TIME "
                        "STATE TABLE DESCRIPTOR".split(), 0xFF01))
NUMBERS = {name: number for number, name in ERRORS.items()}
INSTRUCTIONS = 10**9  # that a kernel may take for all that is asked of it here
HARNESS = 1 << 20  # bytes at the end of RAM that the kernel is not told of


def error_name(number):
    return f"ERR_{ERRORS[number]}" if number in ERRORS else f"{number:#x}" if number else "no error"


class Pages(Outside):
    """A machine stopped where its kernel has its memory, and has not used it yet.

    The kernel is told of less RAM than there is: what is left is the harness's own,
    for small programs of ring 0 and for buffers. With `whole` it gets all, and there are none.
    """

    def __init__(self, booted, at="process_root", ranges=None, whole=False):
        super().__init__(booted, guest_seconds=INSTRUCTIONS * (1 << booted.machine.shift) / 1e9)
        cpu = self.run_to("kmain")
        self.ram = self.machine.memory << 20
        self.spare = KERNEL_BASE + self.ram - HARNESS
        self.modules, self.map = self._read_record(cpu["edx"])
        if whole:
            self.spare = None
        else:
            self._write_map(cpu["edx"], ranges(self) if ranges else self._without_spare())
        if at:
            self.run_to(at)

    # --- The loader's record: Multiboot Specification 0.6.96, section 3.3

    def physical(self, address, count):
        return self.machine.read_physical(address, count)

    def physical_words(self, address, count):
        return struct.unpack(f"<{count}I", self.physical(address, 4 * count))

    def _read_record(self, at):
        record = self.physical_words(at, 13)
        modules = [self.physical_words(record[6] + 16 * i, 2) for i in range(record[5])]
        data = self.physical(record[12], record[11])
        entries, offset = [], 0
        while offset < len(data):
            size, base, length, kind = struct.unpack_from("<IQQI", data, offset)
            entries.append((base, base + length, kind == 1))
            offset += size + 4
        return modules, entries

    def _without_spare(self):
        return [(base, min(end, self.ram - HARNESS) if ram and base < self.ram else end, ram) for base, end, ram in self.map]

    def _write_map(self, at, entries):
        """The map that the kernel is going to read, in the harness's own memory."""
        self.map = [entry for entry in entries if entry[0] < entry[1]]
        place = self.spare + HARNESS - 16384
        data = b"".join(struct.pack("<IQQI", 20, base, end - base, 1 if ram else 2) for base, end, ram in self.map)
        self.gdb.write(place, data)
        self.gdb.write(KERNEL_BASE + at + 44, struct.pack("<II", len(data), place - KERNEL_BASE))

    # --- Frames

    def usable(self):
        """The frames that lie wholly in RAM and in nothing that is claimed; the table of frames apart."""
        frames = set()
        for base, stop, ram in self.map:
            if ram:
                frames.update(range(-(-base // PAGE), min(stop, DIRECT) // PAGE))
        claimed = [(base, stop) for base, stop, ram in self.map if not ram]
        claimed += [(0, PAGE), (1 << 20, self.address("kernel_end") - KERNEL_BASE), *self.modules]
        for base, stop in claimed:
            frames.difference_update(range(base // PAGE, -(-min(stop, DIRECT) // PAGE)))
        return frames

    def whose(self, number):
        """Of a frame that is not usable, in words."""
        at, end = number * PAGE, (number + 1) * PAGE
        if number == 0:
            return "page 0"
        if at < self.address("kernel_end") - KERNEL_BASE and end > 1 << 20:
            return "which the kernel lies in"
        if any(at < stop and end > start for start, stop in self.modules):
            return "which a module lies in"
        return "which the memory map does not give"

    def free(self):
        return self.word(self.address("frames_free"))

    def run_code(self, code, **registers):
        """Run a piece of ring-0 code in the harness's memory up to its last byte, a nop; the registers there.

        The kernel's registers are as they were afterwards.
        """
        saved = self.gdb.registers()
        self.gdb.write(self.spare, code)
        self.set(eip=self.spare, esp=self.spare + 0x8000, **registers)
        self.gdb.breakpoint(self.spare + len(code) - 1)
        self.gdb.cont()
        self.gdb.clear(self.spare + len(code) - 1)
        seen = self.gdb.registers()
        self.restore(saved)
        return seen

    def take_frames(self, count):
        """frame_new() so many times: its results, up to the first that is 0."""
        at, count = self.spare + 0x10000, min(count, self.ram // PAGE)
        #           again: call ebx; stosd; dec esi; jnz again
        self.run_code(b"\xff\xd3\xab\x4e\x75\xfa\x90", ebx=self.address("frame_new"), edi=at, esi=count)
        found = self.physical_words(at - KERNEL_BASE, count)
        return list(found[:found.index(0)] if 0 in found else found)

    def give_frames(self, frames):
        """frame_release() for each."""
        at = self.spare + 0x10000
        self.gdb.write(at, struct.pack(f"<{len(frames)}I", *frames))
        #           again: lodsd; call ebx; dec edi; jnz again
        self.run_code(b"\xad\xff\xd3\x4f\x75\xfa\x90", ebx=self.address("frame_release"), esi=at, edi=len(frames))

    def leave_frames(self, count):
        """Take frames until only so many are free; those taken."""
        return self.take_frames(self.free() - count) if self.free() > count else []

    # --- Tables

    def tables(self, directory):
        """{number of the table: (its entry in the directory, 1,024 entries)} below the kernel."""
        entries = self.physical_words(directory, 768)
        return {i: (entry, self.physical_words(entry & FRAME, 1024)) for i, entry in enumerate(entries) if entry & PRESENT}

    def mapped(self, directory):
        """{address: entry} of all pages below the kernel."""
        return {(number << 22) + (i << 12): entry for number, (_, table) in self.tables(directory).items()
                for i, entry in enumerate(table) if entry}

    def space(self, process):
        """The directory of the struct process at this address."""
        return self.word(process + self.members("process")["space"])

    def processes(self):
        """{number: directory} of all processes there are."""
        return {number: self.space(process) for number, process in structs(self).items()}

    def new_process(self):
        """An empty process of the kernel's own making: the address of its struct."""
        process = self.call("process_new")
        if process < KERNEL_BASE:
            raise Failure("wrong", "process_new() makes a process, with space_new()", f"{process:#x}")
        return process

    def delete_process(self, process):
        """At once; in lab doors piece by piece, as work of the kernel's."""
        if not self.has("process_end"):
            self.call("process_delete", process)
            return
        self.call("process_end", process)
        while self.word(self.address("works")) != self.address("works"):
            self.call("work_piece")


def structs(o):
    """{number: address of struct process} of all processes, read by way of `o`, which has address(), members() and word().

    They are in a ring (kernel/list.h) in lab doors, and before it in a list that a null pointer ends.
    """
    head, at, found = o.address("process_list"), o.members("process"), {}
    inside, after = (at["sibling"], 0) if "sibling" in at else (0, at["next"])
    link = o.word(head)
    while link not in (0, head):
        number = o.word(link - inside + at["number"])
        if number in found:
            raise Failure("wrong", "a list of processes with an end", f"process {number} is in it twice")
        found[number] = link - inside
        link = o.word(link + after)
    return found


def descriptor_pages(o, process):
    """Where the descriptors of a struct process lie, physically, read as by structs(); none of their own before lab doors."""
    at = o.members("process")
    count = o.word(process + at["pages"]) if "pages" in at else 0
    return [o.word(process + at["page"] + 4 * i) - KERNEL_BASE for i in range(count)]


def rights(entry):
    """An entry's bits that say what ring 3 may do, in words."""
    words = [word for bit, word in ((PRESENT, "present"), (USER, "user"), (WRITABLE, "writable"), (NO_CACHE, "no cache"),
                                    (DEVICE, "device")) if entry & bit]
    return " ".join(words) or "absent"


def expect_pages(seen, wanted, what):
    """Both {address: value}: the first that differs is told."""
    for address in sorted(set(seen) | set(wanted)):
        if seen.get(address) != wanted.get(address):
            expect(_page(seen.get(address)), _page(wanted.get(address)), f"{what} at {address:#x}")


def _page(value):
    return "not mapped" if value is None else value if isinstance(value, str) else f"{value:#x}"
