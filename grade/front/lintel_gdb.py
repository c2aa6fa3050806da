# SPDX-License-Identifier: BSD-2-Clause
"""What gdb learns about this kernel: threads, trap frames, the tables of the processor, address spaces, doors.

It reads memory and registers and changes nothing. The processor's own tables
are read where its registers say they are, which QEMU's monitor tells.
"""

import os
import re
import struct
from collections import Counter
from pathlib import Path

import gdb
from gdb.unwinder import Unwinder, register_unwinder

BUILD = Path(os.environ.get("BUILD", "build"))
SHARED_BASE = 0x08000000  # where programs lie that have no address of their own

STUB_SIZE = 16
CALL, SYSENTER = 0x40, 256
ENTRIES = "trap_entry", "sysenter_entry"  # the code that calls C, on an empty kernel stack
FLAGS = {0: "CF", 2: "PF", 4: "AF", 6: "ZF", 7: "SF", 8: "TF", 9: "IF", 10: "DF", 11: "OF", 14: "NT", 16: "RF",
         17: "VM", 18: "AC"}
GATES = {5: "task", 0xe: "interrupt", 0xf: "trap"}

PAGE = 4096
KERNEL_BASE = 0xc0000000  # where the kernel has all RAM, in every address space
USER_ENTRIES = KERNEL_BASE >> 22
CR0_PAGING = 1 << 31
NO_RAM = 0xffffffff  # FRAME_NO_RAM
PRESENT, WRITABLE, USER, ACCESSED, DIRTY, LARGE, DEVICE = 1, 2, 4, 0x20, 0x40, 0x80, 0x200
BITS = {PRESENT: "present", WRITABLE: "writable", USER: "user", 8: "write-through", 0x10: "no-cache",
        ACCESSED: "accessed", DIRTY: "dirty", LARGE: "large", 0x100: "global", DEVICE: "device", 0x400: "granted"}

# kernel/object.h and kernel/abi/door.h
DESCRIPTOR = struct.Struct("<4I")  # object, rights, cookie, calls
OBJECT = struct.Struct("<4I")  # first and span of its functions, kind, references
DOOR, REPLY, THREAD, PROCESS = 1, 2, 3, 4
RIGHTS = "DSPRWCM"  # delete, start, stop, read, write, copy, move: from bit 1 on
OWNER = 1 << 8
SYSTEM_FIRST = 0x1000
EVENTS = {0x210: "UNREF", 0x218: "IRQ", 0x220: "THREAD_ENDED", 0x228: "PROCESS_ENDED"}


# --- The machine

def monitor(line):
    """What QEMU's monitor answers."""
    try:
        return gdb.execute(f"monitor {line}", to_string=True)
    except gdb.error:
        raise gdb.GdbError("no machine is running: start it with `make gdb`") from None


def table_register(name):
    """Base and limit that GDTR or IDTR holds."""
    base, limit = re.search(rf"^{name}= *(\w+) (\w+)", monitor("info registers"), re.M).groups()
    return int(base, 16), int(limit, 16)


def memory(address, size):
    try:
        return bytes(gdb.selected_inferior().read_memory(address, size))
    except gdb.error:
        raise gdb.GdbError(f"there is no memory at {address:#010x}") from None


def table(name):
    """Entries of eight bytes, as two words each."""
    base, limit = table_register(name)
    return list(struct.iter_unpack("<II", memory(base, (limit + 1) // 8 * 8)))


# --- The kernel

def kernel(expression):
    """A value of the kernel's; one clear line while there is none."""
    monitor("info status")
    try:
        value = gdb.parse_and_eval(expression)
        value.fetch_lazy()
        return value
    except gdb.error as error:
        raise gdb.GdbError(f"the kernel is not that far, or its symbols are not loaded: {error}") from None


def address(symbol):
    return int(kernel(f"(unsigned long)&{symbol}"))


def place(at):
    """The function that an address lies in; for a program's, with its name."""
    found = re.match(r"(.+) in section \S+(?: of (\S+))?", gdb.execute(f"info symbol {at:#x}", to_string=True))
    if not found:
        return "?"
    program = Path(found[2] or "kernel.elf").stem
    return found[1] if program == "kernel" else f"{program}: {found[1]}"


def vector_name(vector):
    if vector < 32:
        names = kernel("'kernel/trap.c'::names")
        known = vector <= names.type.range()[1]
        return names[vector].string() if known else "reserved exception"
    if vector < 48:
        return f"IRQ {vector - 32}"
    return {CALL: "kernel call", SYSENTER: "SYSENTER"}.get(vector, "not used")


def current():
    """The address of the running thread, whose frame ends at TSS.esp0; None before the first."""
    esp0 = int(kernel("'kernel/segments.c'::main_task.tss.esp0"))
    return esp0 - gdb.lookup_type("struct frame").sizeof if esp0 else None


def with_doors():
    """Objects, rings and pools have come: lab doors."""
    return gdb.lookup_global_symbol("object_nothing") is not None


def pointer_to(kind, at):
    return gdb.Value(at).cast(gdb.lookup_type(f"struct {kind}").pointer())


def offset(kind, member):
    return next(field.bitpos // 8 for field in gdb.lookup_type(f"struct {kind}").fields() if field.name == member)


def entries(head, kind, member):
    """Pointers to what is in a list of kernel/list.h by this member; a broken list may go in circles."""
    found, link = {}, head["next"]
    while int(link) not in (0, int(head.address), *found):
        found[int(link)] = pointer_to(kind, int(link) - offset(kind, member))
        link = link["next"]
    return list(found.values())


def states():
    """{number: name} of a thread's states, but for that of an empty slot."""
    names = {field.enumval: field.name for field in gdb.lookup_type("enum thread_state").fields()}
    return {value: name.removeprefix("THREAD_").lower() for value, name in names.items() if value}


def all_threads():
    if with_doors():
        return [t.dereference() for p in all_processes().values() for t in entries(p["threads"], "thread", "sibling")]
    array = kernel("'kernel/thread.c'::threads")
    slots = [array[i] for i in range(array.type.range()[1] + 1)]
    return [t for t in slots if int(t["state"]) in states()]


def is_current(thread):
    return int(thread.address) == current()


def in_ring_3():
    return int(gdb.parse_and_eval("$cs")) & 3 == 3


def place_in(thread):
    """Where a thread stands. gdb knows the root program's names, which mean nothing in other processes."""
    eip = int(thread["frame"]["eip"])
    if eip < KERNEL_BASE and gdb.lookup_global_symbol("process_list") and int(thread["process"]["number"]) != 1:
        return f"process {int(thread['process']['number'])}"
    return place(eip)


# --- Commands

def is_new(frame):
    """A thread that has never trapped has the registers that thread_new gave it."""
    return all(int(frame[name]) == 0 for name in "edi esi ebp ebx edx ecx vector error".split())


def came_by(frame):
    vector = int(frame["vector"])
    if is_new(frame):
        return "not yet, it is new"
    return f"{vector} {vector_name(vector)}"


def flags(eflags):
    return " ".join(name for bit, name in FLAGS.items() if eflags >> bit & 1)


def row(frame, names, width):
    return "  ".join(f"{name:<6} {int(frame[name]) & (1 << 4 * width) - 1:0{width}x}" for name in names.split())


def frame_lines(thread):
    frame = thread["frame"]
    eip, eflags = int(frame["eip"]), int(frame["eflags"])
    yield f"  vector {came_by(frame)}"
    yield f"  error  {int(frame['error']):08x}"
    yield f"  eip    {eip:08x}  {place_in(thread)}"
    yield f"  eflags {eflags:08x}  {flags(eflags)}"
    yield "  " + row(frame, "eax ebx ecx edx", 8)
    yield "  " + row(frame, "esi edi ebp esp", 8)
    yield "  " + row(frame, "cs ss ds", 4) + f"      from ring {int(frame['cs']) & 3}"
    yield "  " + row(frame, "es fs gs", 4)


def thread_numbered(number):
    for thread in all_threads():
        if int(thread["number"]) == number:
            return thread
    raise gdb.GdbError(f"there is no thread {number}: `threads` lists them")


def running():
    if current() is None:
        raise gdb.GdbError("no thread has run yet: TSS.esp0 is 0 until the first thread_switch")
    for thread in all_threads():
        if is_current(thread):
            return thread
    raise gdb.GdbError("the thread that TSS.esp0 points to has ended")


class Lintel(gdb.Command):
    """Commands for the Lintel kernel.

    trapframe [THREAD]  registers that a thread left behind when it trapped
    threads             who there is, who runs, how each came into the kernel
    idt [VECTOR]        the interrupt descriptor table that the processor has
    gdt                 the segments that the processor has

    lintel walk ADDRESS [PROCESS]  the way through directory and table to a byte of RAM
    lintel space [PROCESS]         what is mapped in an address space
    lintel processes               all processes; * marks the one that is loaded
    lintel frames                  where all RAM has gone

    lintel descriptors [PROCESS]   what the numbers of a process name, and with what rights
    lintel doors                   all doors, and who waits there

The machine's own monitor is there too: `monitor info registers`."""

    def __init__(self):
        super().__init__("lintel", gdb.COMMAND_USER, prefix=True)

    def invoke(self, argument, from_tty):
        print(self.__doc__)


class TrapFrame(gdb.Command):
    """trapframe [THREAD]: the registers that the running thread, or thread THREAD, trapped with."""

    def __init__(self):
        super().__init__("trapframe", gdb.COMMAND_DATA)

    def invoke(self, argument, from_tty):
        thread = thread_numbered(number(argument)) if argument else running()
        print(f"thread {int(thread['number'])}")
        if is_current(thread) and in_ring_3():
            print("  is in ring 3 now: this is how it came in last")
        print("\n".join(frame_lines(thread)))


class Threads(gdb.Command):
    """threads: all threads; * marks the one that runs or, where all wait, ran last. Its frame is old while it is in ring 3."""

    def __init__(self):
        super().__init__("threads", gdb.COMMAND_STATUS)

    def invoke(self, argument, from_tty):
        known = all_threads()
        if not known:
            raise gdb.GdbError("there are no threads yet")
        names = states()
        width = max(map(len, names.values()))
        print(f"  number  {'state':<{width}}  came in by                  esp       eip")
        for thread in sorted(known, key=lambda t: int(t["number"])):
            print(self.line(thread, f"{names[int(thread['state'])]:<{width}}"))

    def line(self, thread, state):
        frame, mark = thread["frame"], "*" if is_current(thread) else " "
        eip, esp = int(frame["eip"]), int(frame["esp"])
        return (f"{mark} {int(thread['number']):<6}  {state}  {came_by(frame):<26}  "
                f"{esp:08x}  {eip:08x} {place_in(thread)}")


def number(text):
    try:
        return int(gdb.parse_and_eval(text))
    except gdb.error as error:
        raise gdb.GdbError(str(error)) from None


def task_entry(selector):
    """Where a task gate goes on: EIP in the task state that its segment describes."""
    base, _, _ = descriptor(*table("GDT")[selector // 8])
    return struct.unpack("<I", memory(base + 32, 4))[0]


def gate(vector, low, high):
    """What stays the same along a run of equal gates: type, DPL, selector, target."""
    kind, dpl, selector = high >> 8 & 0x1f, high >> 13 & 3, low >> 16
    if not high & 0x8000:
        return "absent", "", "", ""
    target = task_entry(selector) if kind == 5 else low & 0xffff | high & 0xffff0000
    stubs = address("trap_stubs")
    goes = "trap_stubs + 16 * vector" if target == stubs + STUB_SIZE * vector else f"{target:08x} {place(target)}"
    return GATES.get(kind, f"bad: {kind:#x}"), dpl, f"{selector:#06x}", goes


def runs(gates):
    """[(first, last, gate)]: neighbours that are equal make one run."""
    found = []
    for vector, one in gates:
        if found and found[-1][2] == one:
            found[-1] = (found[-1][0], vector, one)
        else:
            found.append((vector, vector, one))
    return found


class Idt(gdb.Command):
    """idt [VECTOR]: the interrupt descriptor table as the processor has it; equal gates share a line."""

    def __init__(self):
        super().__init__("idt", gdb.COMMAND_DATA)

    def invoke(self, argument, from_tty):
        entries = list(enumerate(self.entries()))
        if argument:
            entries = [(v, e) for v, e in entries if v == number(argument)]
        if not entries:
            raise gdb.GdbError("the table has no such vector")
        print("vector   type       DPL  selector  goes to")
        for first, last, (kind, dpl, selector, goes) in runs([(v, gate(v, *e)) for v, e in entries]):
            print(f"{first if first == last else f'{first}-{last}':<8} {kind:<10} {dpl!s:<4} {selector:<9} {goes}".rstrip())

    def entries(self):
        if table_register("IDT") == (0, 0x3ff):
            raise gdb.GdbError("the processor has no IDT yet: idt_init has not run")
        return table("IDT")


def descriptor(low, high):
    """Base, limit in bytes, and access bits of a segment."""
    base = low >> 16 | (high & 0xff) << 16 | high & 0xff000000
    limit = low & 0xffff | high & 0xf0000
    return base, limit << 12 | 0xfff if high & 0x800000 else limit, high >> 8 & 0xff


def segment_type(access):
    if access & 0x10:
        return ("code" if access & 8 else "data") + (" writable" if access & 0xa == 2 else "")
    return {9: "task", 0xb: "task, busy", 2: "LDT"}.get(access & 0xf, f"system {access & 0xf:#x}")


class Gdt(gdb.Command):
    """gdt: the segments that the processor has."""

    def __init__(self):
        super().__init__("gdt", gdb.COMMAND_DATA)

    def invoke(self, argument, from_tty):
        entries = table("GDT")
        print("selector  type           DPL  base      limit")
        for i, entry in enumerate(entries):
            base, limit, access = descriptor(*entry)
            kind = segment_type(access) if access & 0x80 else "absent"
            print(f"{i * 8:#06x}    {kind:<13}  {access >> 5 & 3:<3}  {base:08x}  {limit:08x}")


# --- Address spaces

def register(name):
    return int(re.search(rf"\b{name}=(\w+)", monitor("info registers"))[1], 16)


def loaded():
    """The page directory that the processor has."""
    if not register("CR0") & CR0_PAGING:
        raise gdb.GdbError("paging is not on yet: the processor has no page tables")
    return register("CR3") & -PAGE


def words(at, count):
    """Of physical memory, by the kernel's own mapping of it: any process may be loaded."""
    return struct.unpack(f"<{count}I", memory(KERNEL_BASE + at, 4 * count))


def all_processes():
    """{number: struct process}"""
    if not gdb.lookup_global_symbol("process_list"):
        raise gdb.GdbError("this kernel has no processes: they come with the lab `paging`")
    loaded()
    if with_doors():
        return {int(p["number"]): p for p in entries(kernel("process_list"), "process", "sibling")}
    found, process = {}, kernel("process_list")
    while int(process) and int(process["number"]) not in found:  # a broken list may go in circles
        found[int(process["number"])] = process
        process = process["next"]
    return found


def directories():
    """{directory: number of its process}"""
    return {int(p["space"]): n for n, p in all_processes().items()}


def space_of(text):
    """The directory that is meant: the one loaded, or that of a process."""
    if not text:
        return loaded()
    return int(process_numbered(text)["space"])


def process_numbered(text):
    process = all_processes().get(number(text))
    if process is None:
        raise gdb.GdbError(f"there is no process {text}: `lintel processes` lists them")
    return process


def whose(directory):
    known = directories() if gdb.lookup_global_symbol("process_list") else {}
    if directory in known:
        return f"process {known[directory]}"
    return "the kernel by itself" if directory == address("kernel_directory") - KERNEL_BASE else "nobody"


def tables_in(directory):
    """{number: its entries} of the page tables below the kernel."""
    return {i: words(entry & -PAGE, 1024)
            for i, entry in enumerate(words(directory, USER_ENTRIES)) if entry & PRESENT}


def pages_in(directory):
    """{address: entry}"""
    return {i << 22 | j << 12: entry for i, table in tables_in(directory).items()
            for j, entry in enumerate(table) if entry}


def in_words(entry):
    return " ".join(name for bit, name in BITS.items() if entry & bit) if entry & PRESENT else "absent"


def ring_3(entry):
    if not entry & USER:
        return "ring 3 may not touch it"
    return "ring 3 may read and write" if entry & WRITABLE else "ring 3 may only read"


def walk(directory, at):
    """The lines of a picture: each step of the processor's is one to the right."""
    entry = words(directory, 1024)[at >> 22]
    yield from step(2, f"page directory at {directory:08x}", at >> 22, entry)
    if not entry & PRESENT:
        yield from arrow(10, "there is no page table: page fault")
    elif entry & LARGE:
        yield from target(10, "4 MiB page", entry & 0xffc00000, at & 0x3fffff, entry)
    else:
        yield from walk_table(entry, at)


def walk_table(above, at):
    entry = words(above & -PAGE, 1024)[at >> 12 & 0x3ff]
    yield from step(10, f"page table at {above & -PAGE:08x}", at >> 12 & 0x3ff, entry)
    if entry & PRESENT:
        yield from target(18, "page", entry & -PAGE, at & 0xfff, entry & above)
    else:
        yield from arrow(18, "the page is absent: page fault")


def arrow(column, text):
    return f"{'':{column}}|", f"{'':{column}}+-- {text}"


def step(column, text, number, entry):
    return *arrow(column, text), f"{'':{column + 6}}[{number:4}]  {entry:08x}  {in_words(entry)}"


def target(column, kind, base, offset, entry):
    return (*arrow(column, f"{kind} at {base:08x}: {ring_3(entry)}"),
            f"{'':{column + 6}}+ {offset:x}  =  physical address {base + offset:08x}")


def parts(directory, at):
    """What the bits of the address stand for."""
    if words(directory, 1024)[at >> 22] & LARGE:
        return f"directory entry {at >> 22}, byte {at & 0x3fffff:06x}"
    return f"directory entry {at >> 22}, table entry {at >> 12 & 0x3ff}, byte {at & 0xfff:03x}"


class Walk(gdb.Command):
    """lintel walk ADDRESS [PROCESS]: how the processor finds the RAM of an address, in the loaded
    address space or that of PROCESS. An address that holds blanks stands in quotes."""

    def __init__(self):
        super().__init__("lintel walk", gdb.COMMAND_DATA)

    def invoke(self, argument, from_tty):
        given = gdb.string_to_argv(argument)
        if len(given) not in (1, 2):
            raise gdb.GdbError("usage: lintel walk ADDRESS [PROCESS]")
        at, directory = number(given[0]) & 0xffffffff, space_of("".join(given[1:]))
        start = f"CR3 {directory:08x}, {whose(directory)}" if directory == loaded() else f"{whose(directory)}, not loaded"
        print("\n".join([f"{at:08x} = {parts(directory, at)}", "", f"  {start}", *walk(directory, at)]))


def stretches(pages):
    """[(first address, [entries])]: neighbours with equal rights."""
    found = []
    for at, entry in sorted(pages.items()):
        if found and at == found[-1][0] + len(found[-1][1]) * PAGE and rights(entry) == rights(found[-1][1][0]):
            found[-1][1].append(entry)
        else:
            found.append((at, [entry]))
    return found


def rights(entry):
    if not entry & PRESENT:
        return "absent"
    return ("rw" if entry & WRITABLE else "r") + (" device" if entry & DEVICE else "") + ("" if entry & USER else " ring 0")


def having(entries, bit):
    return sum(bool(entry & bit) for entry in entries)


class Space(gdb.Command):
    """lintel space [PROCESS]: the stretches of pages with equal rights, in the loaded address space or
    that of PROCESS, and how many of the pages the processor has marked as accessed and as dirty."""

    def __init__(self):
        super().__init__("lintel space", gdb.COMMAND_DATA)

    def invoke(self, argument, from_tty):
        directory = space_of(argument)
        pages = pages_in(directory)
        print(f"{whose(directory)}, directory {directory:08x}: {len(pages)} pages in {len(tables_in(directory))} tables")
        print("start     end       pages  rights     accessed  dirty")
        for start, entries in stretches(pages):
            print(f"{start:08x}  {start + len(entries) * PAGE - 1:08x}  {len(entries):5}  {rights(entries[0]):<9}"
                  f"  {having(entries, ACCESSED):8}  {having(entries, DIRTY):5}")
        large = having(words(directory, 1024)[USER_ENTRIES:], LARGE)
        print(f"{KERNEL_BASE:08x}  {KERNEL_BASE + (large << 22) - 1:08x}  {large:5}  of 4 MiB each: the kernel's, in every space")


class Processes(gdb.Command):
    """lintel processes: all processes; * marks the one whose address space is loaded."""

    def __init__(self):
        super().__init__("lintel processes", gdb.COMMAND_STATUS)

    def invoke(self, argument, from_tty):
        known, threads = all_processes(), Counter(int(t["process"]) for t in all_threads())
        if not known:
            raise gdb.GdbError("there are no processes yet")
        print("  number  directory  threads  pages  tables" + "  descriptors" * with_doors())
        for n, process in sorted(known.items()):
            directory = int(process["space"])
            print(f"{'*' if directory == loaded() else ' '} {n:<6}  {directory:08x}   {threads[int(process)]:7}"
                  f"  {len(pages_in(directory)):5}  {len(tables_in(directory)):6}"
                  + (f"  {len(descriptors(process)):11}" if with_doors() else ""))


def references():
    """How many use each frame, as the kernel counts."""
    table = int(kernel("(unsigned long)'kernel/frame.c'::frames"))
    if not table:
        raise gdb.GdbError("the kernel has not counted its memory yet: frame_init has not run")
    return words(table - KERNEL_BASE, 2 * int(kernel("'kernel/frame.c'::frame_count")))[::2]


def mappings():
    """{number of a process: frames that it has mapped, each as often as it has}"""
    return {n: Counter((entry & -PAGE) // PAGE for entry in pages_in(int(p["space"])).values())
            for n, p in all_processes().items()}


def overhead(process):
    """The frames that make a process: its object, its directory, its tables, its descriptors."""
    directory = int(process["space"])
    tables = [entry for entry in words(directory, USER_ENTRIES) if entry & PRESENT]
    mine = [int(process), *descriptor_pages(process)]
    return [at // PAGE for at in (directory, *tables, *(at - KERNEL_BASE for at in mine))]


FREE, KERNEL, MAKING, OWN, SHARED = KINDS = (
    "free", "kernel, boot modules", "processes, page tables", "pages of one process", "pages of several")


def kind_of(frame, count, making, by):
    users = [pages[frame] for pages in by.values() if frame in pages]
    if count == 0:
        return FREE
    if frame in making:
        return MAKING
    if count > sum(users):
        return KERNEL
    return OWN if len(users) == 1 else SHARED


def frame_kinds(processes, by):
    """{frame of RAM: one of KINDS}"""
    making = {frame for process in processes.values() for frame in overhead(process)}
    return {i: kind_of(i, count, making, by) for i, count in enumerate(references()) if count != NO_RAM}


class Frames(gdb.Command):
    """lintel frames: where all RAM has gone. The kernel's are those that it holds beyond all mappings:
    its own image and data, and the boot modules, which a process may have mapped too."""

    def __init__(self):
        super().__init__("lintel frames", gdb.COMMAND_STATUS)

    def invoke(self, argument, from_tty):
        processes, by = all_processes(), mappings()
        kinds = frame_kinds(processes, by)
        print("                          frames       KiB")
        for kind in KINDS:
            self.line(kind, list(kinds.values()).count(kind))
        self.line("all RAM", len(kinds))
        print("\nprocess  object, tables  own pages  shared  kernel's")
        for n, process in sorted(processes.items()):
            seen = [kinds.get(frame) for frame in by[n]]
            print(f"{n:<7}  {len(overhead(process)):14}  {seen.count(OWN):9}  {seen.count(SHARED):6}  {seen.count(KERNEL):8}")

    def line(self, text, frames):
        print(f"{text:<22}  {frames:8}  {frames * PAGE // 1024:8}")


# --- Doors

def demand_doors():
    if not with_doors():
        raise gdb.GdbError("this kernel has no doors: they come with the lab `doors`")


def descriptor_pages(process):
    """In the labs before, descriptors lie in the process itself."""
    return [int(process["page"][i]) for i in range(int(process["pages"]))] if with_doors() else []


def descriptors(process):
    """{number: (object, rights, cookie, calls)} of the numbers that cannot be taken into use."""
    nothing, pages = address("object_nothing"), descriptor_pages(process)
    each = DESCRIPTOR.iter_unpack(b"".join(memory(page, PAGE) for page in pages))
    return {n: one for n, one in enumerate(each) if one[0] != nothing or one[3]}


def object_at(at):
    return OBJECT.unpack(memory(at, OBJECT.size))


def around(at, kind, member):
    """The struct of which an object is that member."""
    return pointer_to(kind, at - offset(kind, member))


def named(at):
    """An object in words."""
    _, span, kind, _ = object_at(at)
    if at == address("object_nothing"):
        return "closed, its call goes on"
    if kind == DOOR:
        owner = pointer_to("door", at)["owner"]
        return f"door {at:08x} of process {int(owner['number'])}" if int(owner) else f"door {at:08x}, dead"
    if kind == REPLY:
        return "reply to nobody" if at == address("object_gone") else f"reply to thread {int(around(at, 'thread', 'reply')['number'])}"
    if kind == THREAD:
        return f"thread {int(around(at, 'thread', 'object')['number'])}" + ("" if span else ", ended")
    if kind == PROCESS:
        return f"process {int(pointer_to('process', at)['number'])}" + ("" if span > 1 else ", ended")
    return "machine"


def letters(rights):
    return "".join(letter if rights >> bit & 1 else "-" for bit, letter in enumerate(RIGHTS, 1))


class Descriptors(gdb.Command):
    """lintel descriptors [PROCESS]: the numbers that PROCESS has in use, or the process whose address space is loaded. Of the
    rights to Delete, Start, stoP, Read, Write, Copy, Move those that there are; calls are those under way."""

    def __init__(self):
        super().__init__("lintel descriptors", gdb.COMMAND_DATA)

    def invoke(self, argument, from_tty):
        demand_doors()
        process = process_numbered(argument or str(directories().get(loaded(), 0)))
        print(f"number  {'object':<28}  rights   owner  cookie    calls")
        for number, (at, rights, cookie, calls) in descriptors(process).items():
            print(f"{number:<6}  {named(at):<28}  {letters(rights)}  {'owner' if rights & OWNER else '':<5}  {cookie:08x}  {calls:5}")


def all_doors():
    """{address of a door: process and number of its owner's descriptor, if it has one}"""
    found = {}
    for n, process in all_processes().items():
        for number, (at, rights, _, _) in descriptors(process).items():
            if object_at(at)[2] == DOOR:
                found[at] = (n, number) if rights & OWNER else found.get(at, ("", ""))
    return found


def numbers(threads):
    return " ".join(str(int(thread["number"])) for thread in threads)


def by(thread):
    server = thread["server"]
    return f"{int(thread['number'])} by {int(server['number'])}" if int(server) else f"{int(thread['number'])} parked"


def at_door(door):
    """Who waits there, list by list."""
    lists = {name: entries(door[name], "thread", "link") for name in ("callers", "served", "receivers")}
    waiters = [waiter["thread"] for waiter in entries(door["waiters"], "waiter", "link")]
    events = [int(event["function"]) for event in entries(door["events"], "event", "link")]
    said = {"callers": numbers(lists["callers"]), "served": ", ".join(map(by, lists["served"])),
            "receivers": numbers(lists["receivers"]), "waiters": numbers(waiters),
            "events": " ".join(EVENTS.get(event, f"{event:#x}") for event in events)}
    return "; ".join(f"{name} {text}" for name, text in said.items() if text)


class Doors(gdb.Command):
    """lintel doors: each door that somebody has a descriptor of: its owner and what number it is there, which functions it
    takes, how many other descriptors there are, and which threads wait: callers in line, those that are served and by whom
    (or whose reply is parked), receivers and waiters; and events that nobody has received yet."""

    def __init__(self):
        super().__init__("lintel doors", gdb.COMMAND_STATUS)

    def invoke(self, argument, from_tty):
        demand_doors()
        print("door      owner  number  takes   others  threads, events")
        for at, (owner, number) in sorted(all_doors().items()):
            first, span, _, others = object_at(at)
            takes = "dead" if not span else "system" if first == SYSTEM_FIRST else "user"
            print(f"{at:08x}  {owner:<5}  {number:<6}  {takes:<6}  {others:6}  {at_door(pointer_to('door', at))}".rstrip())


# --- Stack traces

class FrameId:
    def __init__(self, sp, pc):
        self.sp, self.pc = sp, pc


class TrapUnwinder(Unwinder):
    """Goes on in ring 3: what is under the kernel's stack lies in the running thread's frame."""

    SAVED = "eip", "esp", "ebp", "ebx", "esi", "edi"

    def __init__(self):
        super().__init__("lintel")

    def __call__(self, pending):
        pc, sp = (pending.read_register(name) for name in ("eip", "esp"))
        try:
            frame = self.left_by(int(pc), int(sp))
        except (gdb.error, gdb.GdbError):
            frame = None
        if not frame:
            return None
        unwound = pending.create_unwind_info(FrameId(sp, pc))
        for name in self.SAVED:
            unwound.add_saved_register(name, frame[name])
        return unwound

    def left_by(self, pc, sp):
        """The frame in the thread, once the kernel's stack has been taken."""
        top = address("kernel_stack_top")
        if not top - 16 < sp <= top or not place(pc).startswith(ENTRIES) or not current():
            return None
        return gdb.Value(current()).cast(gdb.lookup_type("struct frame").pointer()).dereference()


# --- Symbols

def text_of(path):
    """Where an ELF program's first segment lies (Tool Interface Standard 1.2)."""
    data = path.read_bytes()
    return struct.unpack_from("<I", data, struct.unpack_from("<I", data, 28)[0] + 8)[0]


def load_kernel():
    """The kernel's symbols, unless gdb was started with a kernel."""
    if not gdb.current_progspace().filename and (BUILD / "kernel.elf").exists():
        gdb.execute(f"file {BUILD / 'kernel.elf'}", to_string=True)


def load_others(event):
    """Symbols of the programs that have an address of their own, once those of the root process
    are there: where two programs have the same name, gdb takes that of the first."""
    programs = BUILD / "programs"
    if Path(event.new_objfile.filename).parent.name != programs.name:
        return
    gdb.events.new_objfile.disconnect(load_others)
    loaded = [Path(one.filename).name for one in gdb.objfiles() if one.filename]
    for path in sorted(programs.glob("*.elf")):
        if path.name not in loaded and text_of(path) != SHARED_BASE:
            gdb.execute(f"add-symbol-file {path}", to_string=True)


for command in Lintel, TrapFrame, Threads, Idt, Gdt, Walk, Space, Processes, Frames, Descriptors, Doors:
    command()
register_unwinder(None, TrapUnwinder())
gdb.events.new_objfile.connect(load_others)
load_kernel()
