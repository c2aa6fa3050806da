# SPDX-License-Identifier: BSD-2-Clause
"""Draw where all memory has gone: the frames of RAM, what each process sees of them, one walk through the tables.

The machine is stopped at a tick of its timer. Page tables are read in physical memory, as the processor
reads them; only what no table tells is taken from the kernel's own data: which processes there are, and
which frames are free.
"""

import argparse
import contextlib
import functools
import os
import re
import sys
from types import SimpleNamespace

import memdraw
import tree
from elftools.elf.elffile import ELFFile
from lintel import symbols
from lintel.failure import Failure
from lintel.machine import Machine, MachineError
from lintel.outside import Outside
from lintel.pages import FRAME, KERNEL_BASE, NO_RAM, PAGE, PRESENT, Pages, descriptor_pages, structs

SAME_EACH_TIME = 3  # as in gdb.py
LARGE, LARGE_PAGE = 0x80, 1 << 22
LATEST = 25000  # milliseconds
TREASURE = "treasure"  # what the demo's processes have at one address


class SameMachine(Machine):
    """As `make gdb` starts it, with the same BIOS: what is in which frame is the same there. While it is
    stopped its time stands still, and does not leap to the next tick of its timer."""

    def _command(self):
        words = [word.replace(",sleep=off", "") for word in super()._command()]
        bios = words.index("-bios") if "-bios" in words else len(words)
        return words[:bios] + words[bios + 2:]


class View(Pages):
    """A machine stopped while its kernel is at work. Nothing in it is changed."""

    def __init__(self, machine, milliseconds):
        Outside.__init__(self, SimpleNamespace(machine=machine), milliseconds / 1000 + 2)
        self.modules, _ = self._read_record(self.run_to("kmain")["edx"])
        self._run_until(milliseconds)

    def _run_until(self, milliseconds):
        clock = self.address("timer_milliseconds")
        while self.word(clock) < milliseconds:
            self.gdb.step()  # off the breakpoint
            try:
                self.run_to("timer_tick")
            except Failure as failure:
                raise Failure(failure.kind, f"the machine runs for {milliseconds} ms", failure.seen) from None

    def frame_table(self):
        start, count = (self.word(self.address(name)) for name in ("frames", "frame_count"))
        return start - KERNEL_BASE, start - KERNEL_BASE + 8 * count

    def references(self):
        """How many use each frame, as the kernel counts."""
        start, end = self.frame_table()
        return self.physical_words(start, (end - start) // 4)[::2]

    def objects(self, process):
        """Addresses in the kernel's memory: threads, and what descriptors name. Before lab doors they lie in tables."""
        at = self.members("process")
        found = self._links(process + at["threads"]) if "threads" in at else []
        return found + [word for page in descriptor_pages(self, process) for word in self.physical_words(page, 1024)[::4]]

    def _links(self, head):
        """Of a list of kernel/list.h."""
        found, link = [], self.word(head)
        while link not in (head, *found):
            found.append(link)
            link = self.word(link)
        return found


# --- Who has which frame

def numbers(start, end):
    return range(start // PAGE, -(-end // PAGE))


def claimed(view):
    """{frame: owner} of what no page table says."""
    kernel = (0, PAGE), (1 << 20, view.address("kernel_end") - KERNEL_BASE), view.frame_table()
    found = {frame: "modules" for region in view.modules for frame in numbers(*region)}
    found.update((frame, "kernel") for region in kernel for frame in numbers(*region))
    processes = structs(view).values()
    found.update(((at - KERNEL_BASE) // PAGE, "kernel") for process in processes for at in view.objects(process))
    found.update((at // PAGE, "tables") for process in processes for at in makes(view, process))
    return found


def makes(view, process):
    """The frames of which a process is made."""
    directory = view.space(process)
    tables = [entry & FRAME for entry, _ in view.tables(directory).values()]
    return process - KERNEL_BASE, directory, *tables, *descriptor_pages(view, process)


def users(processes):
    """{frame: numbers of the processes that have it mapped}"""
    found = {}
    for process in processes:
        for entry in process.pages.values():
            found.setdefault((entry & FRAME) // PAGE, set()).add(process.number)
    return found


def owner(frame, references, known, mapped):
    if references == NO_RAM:
        return "none"
    if frame in known:
        return known[frame]
    if frame in mapped:
        return str(*mapped[frame]) if len(mapped[frame]) == 1 else "shared"
    return "lost" if references else "free"


def owners(view, processes):
    """What each frame is, from physical address 0 up."""
    references = view.references()
    known, mapped = claimed(view), users(processes)
    return [owner(i, count, known, mapped) for i, count in enumerate(references)]


# --- Processes

@functools.cache
def read_only(path):
    """[(address, bytes)] of a program's segments that nothing can have changed."""
    with open(path, "rb") as file:
        return [(s["p_vaddr"], s.data()) for s in ELFFile(file).iter_segments("PT_LOAD") if not s["p_flags"] & 2]


def has(view, pages, address, data):
    """Is that what the process sees there?"""
    for at in range(address & FRAME, address + len(data), PAGE):
        low, high = max(at, address), min(at + PAGE, address + len(data))
        if at not in pages or view.physical((pages[at] & FRAME) + low - at, high - low) != data[low - address:high - address]:
            return False
    return True


def program(view, pages, others=()):
    """The boot module that a process runs, or which of the others, or None: kernels know numbers only."""
    for path in [path for path, _ in view.machine.modules] + list(others):
        with contextlib.suppress(Exception):  # not every module is a program
            if all(has(view, pages, *segment) for segment in read_only(path)):
                return path
    return None


def read_processes(view):
    found = []
    for number, directory in sorted(view.processes().items()):
        pages = view.mapped(directory)
        found.append(SimpleNamespace(number=number, directory=directory, pages=pages, program=program(view, pages),
                                     tables=len(view.tables(directory))))
    if not found:
        raise Failure("wrong", "processes", "there is none at this moment")
    return found


# --- One walk

def chosen(processes, words):
    """The process and the address to walk to: what was asked for, else the second's treasure."""
    numbered = {process.number: process for process in processes}
    wanted = int(words[1]) if len(words) > 1 else min(2, max(numbered))
    if wanted not in numbered:
        raise Failure("wrong", f"a process {wanted}", "those there are: " + " ".join(map(str, numbered)))
    process = numbered[wanted]
    return process, int(words[0], 16) if words else treasure(process)


def treasure(process):
    with contextlib.suppress(KeyError, AttributeError, OSError):
        if process.program:
            return symbols.load(process.program).address(TREASURE)
    return min(process.pages, default=0)


def walk(view, process, address):
    """What memdraw.walk() draws."""
    found = SimpleNamespace(process=process, address=address, steps=[], reached=True, large=False)
    take(view, found, process.directory, 1024, address >> 22)
    if found.reached and not found.large:
        take(view, found, found.entry & FRAME, 1024, address >> 12 & 0x3FF)
    if found.reached:
        size = LARGE_PAGE if found.large else PAGE
        base = found.entry - found.entry % size
        found.steps.append((base, view.physical_words(base, size // 4), address % size // 4))
    return found


def take(view, found, at, count, number):
    """One step more: an entry of a table."""
    words = view.physical_words(at, count)
    found.large = not found.steps and words[number] & LARGE != 0
    found.steps.append((at, words, number))
    found.entry, found.reached = words[number], words[number] & PRESENT != 0


# --- The pictures

def look(view, milliseconds, words):
    """[(file, picture)]"""
    processes = read_processes(view)
    frames = owners(view, processes)
    process, address = chosen(processes, words)
    return (("memmap.svg", memdraw.memory(frames, processes, milliseconds)),
            ("walk.svg", memdraw.walk(walk(view, process, address))))


def draw(options):
    if "process_list" not in tree.SYMBOLS.read_text().split():
        sys.exit("memmap: this kernel has no processes: they come with the lab `paging`")
    modules = [(path, " ".join(words)) for path, words in tree.modules(options.modules)]
    with SameMachine(tree.KERNEL, modules, options.append, shift=SAME_EACH_TIME, gdb=True) as machine:
        pictures = look(View(machine, options.at), options.at, options.walk)
    for name, picture in pictures:
        picture.write(tree.BUILD / name, encoding="utf-8", xml_declaration=True)
    print("Drawn:", " ".join(os.path.relpath(tree.BUILD / name) for name, _ in pictures))


def walk_words(text):
    words = text.split()
    if not re.fullmatch(r"((0x)?[0-9a-f]{1,8}( [0-9]+)?)?", " ".join(words), re.I):
        raise argparse.ArgumentTypeError("an address in hex, and perhaps the number of a process")
    return words


def moment(text):
    if not text.isdigit() or not 0 < int(text) <= LATEST:
        raise argparse.ArgumentTypeError(f"milliseconds, up to {LATEST}")
    return int(text)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    tree.add_boot_options(parser)
    parser.add_argument("--at", type=moment, default=300, help=f"milliseconds after the timer has started, up to {LATEST}")
    parser.add_argument("--walk", type=walk_words, default=[], help="ADDRESS [PROCESS]: the walk to draw, the address in hex")
    try:
        draw(parser.parse_args())
    except Failure as failure:
        sys.exit(f"memmap: expected: {failure.expected}\n        seen: {failure.seen}")
    except (MachineError, OSError) as error:
        sys.exit(f"memmap: {error}")


if __name__ == "__main__":
    main()
