# SPDX-License-Identifier: BSD-2-Clause
"""What memory must be after any sequence of calls: a model of processes, and calls for it made up at random.

The program user/tests/memory.c does the calls in ring 3, in the machine; the model
does them here. Then results are compared, and the page tables in physical memory.
"""

import pathlib
import struct
import tempfile
from dataclasses import dataclass, field

from .failure import expect
from .outside import Outside
from .pages import DEVICE, FRAME, NUMBERS, PAGE, PRESENT, USER, WRITABLE, Pages, error_name, expect_pages

KERNEL_BASE = 0xC0000000
MAX = 64
MACHINE, ROOT, MANAGER = 1, 2, 0x400
(DELETE, START, QUERY, SCAN, MAP, PROTECT, UNMAP, SHARE, DEVICE_MAP, CREATE, FRAMES) = (
    0x41, 0x4A, 0x54, 0x5D, 0x65, 0x6D, 0x75, 0x7D, 0x85, 0xCA, 0xD4)
NAMES = {DELETE: "PROCESS_DELETE", START: "PROCESS_START", QUERY: "MEMORY_QUERY", SCAN: "MEMORY_SCAN", MAP: "MEMORY_MAP",
         PROTECT: "MEMORY_PROTECT", UNMAP: "MEMORY_UNMAP", SHARE: "MEMORY_SHARE", DEVICE_MAP: "MEMORY_DEVICE",
         CREATE: "PROCESS_CREATE", FRAMES: "FRAMES"}
SIZES = {QUERY: 3, SCAN: 3, MAP: 3, PROTECT: 3, UNMAP: 3, SHARE: 5, DEVICE_MAP: 5, FRAMES: 2, START: 3}  # words of data
ODD = [0, 1, 2, 3, 7, 0x40, 499, 500, 501, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF]
OWN = 0x60000000, 0x70000000  # where the root process maps and unmaps in its own space
RANGE = "address pages flags".split()
FIELDS = {SHARE: [*RANGE, "source", "from"], DEVICE_MAP: [*RANGE, "machine", "physical"], FRAMES: ["first", "frames"], CREATE: [], DELETE: []}
OPERATION = struct.Struct("<10I")  # function, target, buffer or 0, sizes, six words
RESULT = struct.Struct("<4I")  # value, error, sizes of the reply, sum of the flags in it
SCREEN = 0xB8000
RAM = (0, 0x9F000), (0x100000, 32 << 20)  # of the machine; what lies between is devices'


@dataclass
class Call:
    """data and room are bytes of the message and of its buffer; buffer 0 is a good one."""

    function: int
    target: int
    buffer: int
    data: int
    room: int
    descriptors: int
    words: list
    flags: int = None  # the sum of the flags in the reply, when the model knows it

    def packed(self):
        return OPERATION.pack(self.function, self.target, self.buffer, self.room << 20 | self.data << 8 | self.descriptors, *self.words)

    def __str__(self):
        name = NAMES.get(self.function, f"function {self.function:#x}")
        words = " ".join(f"{field} {word:#x}" for field, word in zip(FIELDS.get(self.function, RANGE), self.words))
        odd = [f"{self.data} bytes of data in {self.room}"] if self.data != 4 * SIZES.get(self.function, 0) or self.room < self.data else []
        odd += [f"{self.descriptors} descriptors"] * bool(self.descriptors) + [f"the buffer at {self.buffer:#x}"] * bool(self.buffer)
        return f"{name} on descriptor {self.target} ({words})" + (", with " + " and ".join(odd) if odd else "")


@dataclass
class Process:
    pages: dict = field(default_factory=dict)  # address -> [frame, writable, device, granted]

    def tables(self):
        return len({address >> 22 for address in self.pages})


class Model:
    """Descriptors and memory of the root process and of those that it makes. There is always memory enough.

    With lab doors functions from MANAGER up are messages to processes, and the number of a descriptor
    that was closed last is taken first.
    """

    def __init__(self, chance, doors):
        self.chance, self.doors, self.limit = chance, doors, 0x200 if doors else 0x100
        self.unused = []  # numbers that were in use once
        self.processes = {ROOT: Process()}  # in the order of their birth
        self.next_frame = 0

    # --- The calls: value and error, as the kernel must answer

    def do(self, call):
        """Value and error name; None stands for any value."""
        error, value = self.check(call.function, call.target) or self.check_message(call), 0
        call.flags = self.flags(call) if call.function in (QUERY, SCAN) and not error else None
        if not error:
            value, error = getattr(self, f"do_{NAMES[call.function].lower()}")(call.target, *call.words)
        error = error or self.check_reply(call)
        return (0xFFFFFFFF, error) if error else (value, "")

    def check(self, function, target):
        if self.doors and function >= MANAGER and target:
            return "TARGET"  # nothing here is a door
        if function not in NAMES:
            return "FUNCTION"
        takes = target == MACHINE if function >= 0xC0 else target in self.processes
        if not takes:
            return "TARGET"
        if target == ROOT and function == DELETE:
            return "RIGHT"
        return ""

    def check_message(self, call):
        if call.function not in SIZES:
            return ""
        if call.data > call.room or call.descriptors:
            return "SIZE"
        return self.buffer_error(call, call.data) or ("SIZE" if call.data != 4 * SIZES[call.function] else "")

    def check_reply(self, call):
        """Of calls that only look, whose order of errors does not matter to the memory."""
        if call.function not in (QUERY, SCAN, FRAMES):
            return ""
        size = 8 + 4 * call.words[1]
        return "SIZE" if size > call.room else self.buffer_error(call, size)

    def buffer_error(self, call, size):
        """The program's own buffer is good; others that are made up never are, but for no bytes at all."""
        if not call.buffer:
            return ""
        if call.buffer + size > KERNEL_BASE:
            return "ADDRESS"
        return "ABSENT" if size else ""

    def do_process_create(self, target, *_):
        number = self.unused.pop() if self.unused else ROOT + len(self.processes)
        self.processes[number] = Process()
        return number, ""

    def do_process_delete(self, target, *_):
        del self.processes[target]
        self.unused.append(target)
        if not self.doors:
            self.unused.sort(reverse=True)
        return 0, ""

    def do_memory_map(self, target, address, pages, flags, *_):
        error = "FLAGS" if flags & ~WRITABLE else self.room(target, address, pages)
        if not error:
            self.put(target, address, [[self.new_frame(), flags, False, True] for _ in range(pages)])
        return 0, error

    def do_memory_unmap(self, target, address, pages, flags, *_):
        if error := range_error(address, pages, flags):
            return 0, error
        mine = self.processes[target].pages
        found = [at for at in spread(address, pages) if at in mine]
        for at in found:
            del mine[at]
        return len(found), ""

    def do_memory_protect(self, target, address, pages, flags, *_):
        error = "FLAGS" if flags & ~WRITABLE else self.all_there(target, address, pages)
        error = error or self.not_granted(target, address, pages, flags)
        if not error:
            for at in spread(address, pages):
                self.processes[target].pages[at][1] = flags
        return 0, error

    def do_memory_share(self, target, address, pages, flags, source, start, *_):
        if flags & ~WRITABLE:
            return 0, "FLAGS"
        if source not in self.processes:
            return 0, "TARGET"
        error = (self.all_there(source, start, pages) or self.room(target, address, pages)
                 or self.not_granted(source, start, pages, flags))
        shared = [] if error else [self.processes[source].pages[at] for at in spread(start, pages)]
        if any(device for _, _, device, _ in shared):
            error = "ADDRESS"
        if not error:
            self.put(target, address, [[frame, flags, False, bool(flags)] for frame, *_ in shared])
        return 0, error

    def do_memory_device(self, target, address, pages, flags, machine, physical, *_):
        if flags & ~WRITABLE:
            return 0, "FLAGS"
        if machine != MACHINE:
            return 0, "TARGET"
        error = self.room(target, address, pages)
        if not error and (physical % PAGE or physical + pages * PAGE > 1 << 32
                          or any(at <= physical + n * PAGE < end for at, end in RAM for n in range(pages))):
            error = "ADDRESS"
        if not error:
            self.put(target, address, [[physical + PAGE * n, flags, True, bool(flags)] for n in range(pages)])
        return 0, error

    def do_memory_query(self, target, address, pages, flags, *_):
        if error := range_error(address, pages, flags):
            return 0, error
        behind = [at for at in self.processes[target].pages if at >= address + pages * PAGE]
        if target == ROOT:  # the program's own pages lie there too
            return None, ""
        return min(behind, default=0), ""

    do_memory_scan = do_memory_query

    def do_frames(self, target, first, frames, *_):
        return None, "ADDRESS" if frames > 1021 or first > (1 << 20) - frames else ""

    # --- Its memory

    def room(self, target, address, pages):
        if not good(address, pages):
            return "ADDRESS"
        mine = self.processes[target].pages
        return "MAPPED" if any(at in mine for at in spread(address, pages)) else ""

    def all_there(self, target, address, pages):
        if not good(address, pages):
            return "ADDRESS"
        mine = self.processes[target].pages
        return "" if all(at in mine for at in spread(address, pages)) else "ABSENT"

    def flags(self, call):
        """Of the pages that are looked at; none is ever touched, by the processor or the kernel."""
        address, pages = call.words[:2]
        if not good(address, pages) or call.target not in self.processes:
            return None
        mine = self.processes[call.target].pages
        found = [mine[at] for at in spread(address, pages) if at in mine]
        return sum(PRESENT | writable | (DEVICE if device else 0) for _, writable, device, _ in found)

    def not_granted(self, target, address, pages, flags):
        mine = self.processes[target].pages
        return "RIGHT" if flags and not all(mine[at][3] for at in spread(address, pages)) else ""

    def put(self, target, address, pages):
        self.processes[target].pages.update(zip(spread(address, len(pages)), pages))

    def new_frame(self):
        self.next_frame += 1
        return self.next_frame

    def used(self):
        """Frames behind all pages, their tables, and two for each process but the root."""
        frames = {frame for p in self.processes.values() for frame, _, device, _ in p.pages.values() if not device}
        return len(frames) + sum(p.tables() for p in self.processes.values()) + 2 * (len(self.processes) - 1)

    # --- Making up calls

    def operation(self):
        """One call that a program could make: mostly with good arguments, or with something that is off."""
        function = self.chance.choice([MAP] * 6 + [SHARE] * 5 + [UNMAP] * 5 + [PROTECT] * 3 + [QUERY, SCAN, DEVICE_MAP, FRAMES]
                                      + [CREATE] * (len(self.processes) < 5) * 2 + [DELETE] * (len(self.processes) > 3))
        target = MACHINE if function >= 0xC0 else self.some_process(function == DELETE)
        data = 4 * SIZES.get(function, 0)
        room = 8 + 4 * 1021 if function == FRAMES else 8 + 4 * MAX if function in (QUERY, SCAN) else data
        call = Call(function, target, 0, data, room, 0, self.words(function, target))
        if self.chance.random() < 0.2:
            self.spoil(call)
        return call

    def some_process(self, not_root=False):
        return self.chance.choice([n for n in self.processes if n != ROOT or not not_root] or [ROOT])

    def words(self, function, target):
        flags = self.chance.choice([0, WRITABLE])
        if function == FRAMES:
            return [self.chance.getrandbits(self.chance.choice([10, 20])), self.chance.randrange(1022), 0, 0, 0, 0]
        flags = 0 if function in (QUERY, SCAN, UNMAP) else flags
        words = [self.some_address(target), self.chance.choice([1, 1, 2, 3, self.chance.randrange(1, MAX + 1)]), flags]
        if function == SHARE:
            source = self.some_process()
            words += [source, self.some_address(source)]
        elif function == DEVICE_MAP:
            words += [MACHINE, SCREEN + PAGE * self.chance.randrange(-30, 30)]
        return words + [0] * (6 - len(words))

    def some_address(self, target):
        """Near what is mapped, near a border of tables, or anywhere; the root's within its own two parts."""
        pages = self.processes[target].pages if target in self.processes else {}
        if pages and self.chance.random() < 0.6:
            at = self.chance.choice(sorted(pages)) + PAGE * self.chance.randrange(-4, 5)
        else:
            at = self.chance.choice([0x60000000, 0x603F0000, 0x60800000, 0x6FFF0000, 0x60000000 + PAGE * self.chance.randrange(1 << 16)])
            if target != ROOT:
                at = self.chance.choice([at, PAGE, 0xBFFF0000, 0x08000000])
        return min(max(at, OWN[0]), OWN[1] - MAX * PAGE) if target == ROOT else at & 0xFFFFFFFF

    def spoil(self, call):
        """One thing is not as it should be."""
        choice, odd = self.chance.choice, self.chance.choice(ODD + [self.chance.getrandbits(32)])
        wrong = self.chance.randrange(7)
        if wrong == 0:
            call.function = choice([0, 1, 7, 0x40, 0x50, 0xBF, self.limit, self.limit + MAP, 0x8000, 0x80000000 | MAP, odd | self.limit])
        elif wrong == 1:
            call.target = choice([odd % 1000, odd | 1000, MACHINE, 0])
        elif wrong == 2:
            call.data = choice([0, 4, max(call.data - 4, 0), call.data + 4, 24, 1, 4095])
        elif wrong == 3:
            call.room, call.descriptors = choice([(call.data - 1 & 0xFFF, 0), (0, 0), (call.room, choice([1, 255]))])
        elif wrong == 4:
            call.buffer = choice([0x10, 0x1000, OWN[1] + 0x123, KERNEL_BASE - 4, KERNEL_BASE, KERNEL_BASE + 0x100000, 0xFFFFFFFC, 0xFFFFFFFF])
        else:
            place = self.chance.randrange(SIZES.get(call.function, 3))
            call.words[place] = choice([odd, call.words[place] + 1, call.words[place] ^ 1 << self.chance.randrange(32)]) & 0xFFFFFFFF
        self.tame(call)

    def tame(self, call):
        """The root must not map or unmap over its own program, whatever goes wrong: such addresses become impossible."""
        address, pages = call.words[:2]
        if call.target == ROOT and good(address, pages) and not OWN[0] <= address <= OWN[1] - pages * PAGE:
            call.words[0] |= 1
        if call.function == SHARE and call.words[3] == ROOT and not OWN[0] <= call.words[4] <= OWN[1] - pages * PAGE:
            call.words[4] |= 1


def good(address, pages):
    return address % PAGE == 0 and address >= PAGE and 1 <= pages <= MAX and address + pages * PAGE <= KERNEL_BASE


def range_error(address, pages, flags):
    """Of a call that takes no flags."""
    return "FLAGS" if flags else "" if good(address, pages) else "ADDRESS"


def spread(address, pages):
    return range(address, address + pages * PAGE, PAGE)


def run_operations(boot, model, count, **options):
    """So many calls, made up by the model, in a machine; results and all memory compared at the end."""
    with tempfile.TemporaryDirectory(prefix="lintel-") as folder:
        path = pathlib.Path(folder, "operations")
        operations, answers = [], []
        for _ in range(count):
            operations.append(model.operation())
            answers.append(model.do(operations[-1]))
        path.write_bytes(b"".join(call.packed() for call in operations))
        booted = boot.load("memory", gdb=True, modules=[(path, "")], **options)
        o = Operations(booted)
        o.run_to_program("memory_done")
    o.compare(model, operations, answers)


class Operations(Pages):
    """A machine that runs user/tests/memory.c."""

    def __init__(self, booted):
        Outside.__init__(self, booted, guest_seconds=20)

    def compare(self, model, operations, answers):
        results = self.gdb.read(self.program("results"), RESULT.size * len(operations))
        for operation, (value, error), (seen, seen_error, sizes, flags) in zip(operations, answers, RESULT.iter_unpack(results)):
            what = str(operation)
            expect(error_name(seen_error), error_name(NUMBERS[error] if error else 0), f"error of {what}")
            size = 8 + 4 * operation.words[1] if operation.function in (QUERY, SCAN, FRAMES) and not error else 0
            expect(f"{sizes:#x}", f"{size << 8:#x}", f"sizes of the reply to {what}")
            if operation.flags is not None and not error:
                expect(f"{flags:#x}", f"{operation.flags:#x}", f"sum of the flags of all pages, by {what}")
            if value is not None:
                expect(f"{seen:#x}", f"{value:#x}", f"value of {what}")
        self.compare_memory(model)

    def compare_memory(self, model):
        before = self.word(self.program("before"))
        expect(self.free(), before - model.used(), "free frames after all the calls")
        spaces = self.processes()
        expect(len(spaces), len(model.processes), "processes there are after all the calls")
        frames = {}
        for number, process in zip(sorted(spaces), model.processes.values()):
            self.compare_space(process, self.mapped(spaces[number]), frames, number)
        seen = list(frames.values())
        expect(len(seen), len(set(seen)), "different frames for pages that are not shared")

    def compare_space(self, process, seen, frames, number):
        mine = {at: entry for at, entry in seen.items() if number != 1 or OWN[0] <= at < OWN[1]}
        wanted = {}
        for at, (frame, writable, device, _) in process.pages.items():
            wanted[at] = PRESENT | USER | writable | (DEVICE if device else 0)
            if at in mine:
                real = mine[at] & FRAME
                expect(f"{frames.setdefault((device, frame), real) if not device else frame:#x}", f"{real:#x}",
                       f"frame of the page at {at:#x} of process {number}, where its other pages have it")
        rights = PRESENT | USER | WRITABLE | DEVICE
        expect_pages({at: entry & rights for at, entry in mine.items()}, wanted, f"after all the calls, process {number}: bits of the page")
