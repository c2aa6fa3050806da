# SPDX-License-Identifier: BSD-2-Clause
"""Lab doors: what its exercises have to do."""

import random
import re
import struct
from collections import Counter
from dataclasses import dataclass, replace

from lintel import verdict
from lintel.failure import Failure, expect, of_run
from lintel.outside import Outside
from lintel.pages import NUMBERS as ERROR
from lintel.pages import PAGE, Pages, error_name, structs
from lintel.play import (
    ABSENT, ANSWER, AREA, CLOSE, COPY, DOOR_CREATE, DUPLICATE, FAILED, FRAMES, LOOK, LOOK_OWN, LOOK_OWNER, MACHINE, MANAGER_FIRST,
    MEMORY_MAP, MEMORY_PROTECT, MEMORY_QUERY, MEMORY_UNMAP, MOVE, MOVING, NUMBER, OBJECT_DOOR, OBJECT_MACHINE, OBJECT_PROCESS,
    OBJECT_REPLY, OBJECT_THREAD, OWN, PARK, PROCESS_CREATE, PROCESS_GIVE, PROCESS_MANAGER, PROCESS_START, PROCESS_THREAD, READ_ONLY,
    RECEIVE, REPLY, REPLY_ERROR, REPLY_ERROR_RECEIVE, REPLY_RECEIVE, RIGHTS, ROOT, SECONDS, SYSTEM_FIRST, THREAD_DELETE, THREAD_READ,
    THREAD_START, THREAD_STOP, THREAD_WRITE, USER_FIRST, WAYS, Play, descriptor, descriptors_at, sizes,
)


# --- doors.1: descriptors and rights

OWNER = 1 << 8  # DESCRIPTOR_OWNER of kernel/object.h
NUMBERS_MAX, IN_PAGE = 1 << 17, 256
DESCRIPTOR = struct.Struct("<4I")  # object, rights, cookie, calls


def chance_of(seed, name):
    return random.Random(f"{seed}:{name}")


def plays(boot, seed, scene, **options):
    """The same play twice: its calls go by `int`, and by SYSENTER."""
    for way in WAYS:
        p = Play(way)
        scene(p, chance_of(seed, scene.__name__))
        p.run(boot, **options)


class Descriptors(Pages):
    """The functions of desc.c, called one by one in a machine that has no process yet."""

    def new(self, process, thing, rights, cookie, count):
        """desc_new() so many times, with a cookie more each time: the numbers."""
        at = self.spare + 0x10000
        #       again: mov eax, process; mov edx, thing; mov ecx, rights
        code = struct.pack("<BIBIBI", 0xB8, process, 0xBA, thing, 0xB9, rights)
        #       push ebp; call ebx; add esp, 4; stosd; inc ebp; dec esi; jnz again
        code += b"\x55\xff\xd3\x83\xc4\x04\xab\x45\x4e\x75\xe6\x90"
        self.run_code(code, ebx=self.address("desc_new"), edi=at, esi=count, ebp=cookie)
        return list(struct.unpack(f"<{count}I", self.gdb.read(at, 4 * count)))

    def close(self, process, numbers):
        """desc_close() of each."""
        at = self.spare + 0x10000
        self.gdb.write(at, struct.pack(f"<{len(numbers)}I", *numbers))
        #       again: lodsd; mov edx, eax; mov eax, process; call ebx; dec edi; jnz again
        self.run_code(b"\xad\x89\xc2" + struct.pack("<BI", 0xB8, process) + b"\xff\xd3\x4f\x75\xf3\x90",
                      ebx=self.address("desc_close"), esi=at, edi=len(numbers))

    def check(self, process, pairs):
        """desc_check() of each number and function: the errors."""
        at = self.spare + 0x10000
        self.gdb.write(at, b"".join(struct.pack("<II", *pair) for pair in pairs))
        #       again: lodsd; mov edx, eax; lodsd; mov ecx, eax; mov eax, process; call ebx; stosd; dec ebp; jnz again
        self.run_code(b"\xad\x89\xc2\xad\x89\xc1" + struct.pack("<BI", 0xB8, process) + b"\xff\xd3\xab\x4d\x75\xef\x90",
                      ebx=self.address("desc_check"), esi=at, edi=at + 0x10000, ebp=len(pairs))
        return struct.unpack(f"<{len(pairs)}I", self.gdb.read(at + 0x10000, 4 * len(pairs)))

    def place(self, process, number):
        """Where a descriptor lies."""
        return self.word(process + self.members("process")["page"] + 4 * (number // IN_PAGE)) + DESCRIPTOR.size * (number % IN_PAGE)

    def descriptor(self, process, number):
        return DESCRIPTOR.unpack(self.gdb.read(self.place(process, number), DESCRIPTOR.size))

    def thing(self, place, first=0x1000, span=0x100, kind=OBJECT_MACHINE):
        """An object of the harness's own."""
        at = self.spare + 0x40000 + 256 * place
        self.gdb.write(at, struct.pack("<4I", first, span, kind, 0))
        return at

    def references(self, thing):
        return self.word(thing + 12)


def descriptors(boot):
    return Descriptors(boot.load("probe", gdb=True, memory=8, shift=8, cmdline="fast=0"), "process_root")


def test_door_numbers(boot, seed):
    """Some more than fit into four pages of the table; what is closed is used again first."""
    o, chance = descriptors(boot), chance_of(seed, "numbers")
    process, thing, free = o.new_process(), o.thing(0), None
    free, count, cookie, rights = o.free(), chance.randrange(1100, 1500), chance.getrandbits(32), chance.randrange(256) & RIGHTS
    numbers = o.new(process, thing, rights, cookie, count)
    check_numbers(o, process, numbers, count)
    expect(o.free(), free - -(-(count + 1) // IN_PAGE), f"free frames after {count} descriptors, of which {IN_PAGE} fill one")
    known = {number: (thing, rights, (cookie + n) & 0xFFFFFFFF, 0) for n, number in enumerate(numbers)}
    check_descriptors(o, process, known, chance.sample(numbers, 60))
    expect(o.references(thing), count, "references of an object after so many descriptors of it")
    o.new(process, thing, rights | OWNER, 0, 1)
    expect(o.references(thing), count, "references after one more descriptor, which is the owner's")
    check_reuse(o, process, thing, numbers, known, chance)


def check_numbers(o, process, numbers, count):
    expect(numbers.count(0), 0, "descriptors for which there was no room")
    expect(len(set(numbers)), count, f"different numbers of {count} descriptors")
    expect(max(numbers) < NUMBERS_MAX, True, "numbers are below the largest that there is")


def check_descriptors(o, process, known, numbers):
    for number in numbers:
        for name, seen, wanted in zip(("object", "rights", "cookie", "calls"), o.descriptor(process, number), known[number]):
            expect(f"{seen:#x}", f"{wanted:#x}", f"{name} of descriptor {number}")


def check_reuse(o, process, thing, numbers, known, chance):
    gone = chance.sample(numbers, 300)
    kept = [number for number in numbers if number not in gone]
    o.close(process, gone)
    expect(o.references(thing), len(kept), "references after 300 descriptors were closed")
    for number in gone[:20]:
        seen = o.descriptor(process, number)
        expect(seen[:2], (o.address("object_nothing"), 0), f"object and rights of descriptor {number}, which is closed")
    check_descriptors(o, process, known, chance.sample(kept, 30))
    free, other = o.free(), o.thing(1)
    again = o.new(process, other, 0, 0, 300)
    expect(sorted(again), sorted(gone), "numbers of 300 new descriptors: those that were closed")
    expect(o.free(), free, "free frames after that")
    check_under_way(o, process, other, again[7])
    o.leave_frames(0)
    check_exhausted(o, process, other)


def check_under_way(o, process, thing, number):
    """A descriptor that is closed while a call through it goes on."""
    at = o.place(process, number)
    o.put_word(at + 12, 1)
    o.close(process, [number])
    expect(o.word(at), o.address("object_nothing"), "object of a descriptor that was closed while a call through it was under way")
    fresh = o.new(process, thing, 0, 0, IN_PAGE)
    expect(number in fresh, False, "its number is in use again, with the call still under way")
    o.put_word(at + 12, 0)
    o.call("desc_reuse", process, at)
    fresh = o.new(process, thing, 0, 0, IN_PAGE)
    expect(number in fresh, True, "its number is in use again, after the call is over")


def check_exhausted(o, process, thing):
    o.call("desc_free", process, 0)
    before, numbers = o.references(thing), o.new(process, thing, 0, 0, 2 * IN_PAGE)
    there = [number for number in numbers if number]
    expect(numbers, there + [0] * (len(numbers) - len(there)), "desc_new() with no frame free: numbers, and from some time on 0 for ever")
    expect(len(there) < IN_PAGE, True, "a page of numbers at the most is left when no frame is free")
    expect(len(set(there)), len(there), "different numbers when no frame is free")
    expect(o.references(thing), before + len(there), "references when there was no room for the last descriptors")


FUNCTIONS = [0, 1, 0x3F, 0x40, 0x41, 0x4A, 0x54, 0xBF, 0xC0, 0xFF, 0x100, 0x17F, 0x180, 0x181, 0x18A, 0x1BF, 0x1C0, 0x3FF, 0x400, 0xFFF,
             0x1000, 0x1001, 0x7FFF, 0x8000, 0x8001, 0xFFFE, 0x7FFFFFFF, 0x80000000, 0xFFFFFFF8, 0xFFFFFFFE, 0xFFFFFFFF]
# first function, how many, kind
OBJECTS = [(0x40, 0x80, OBJECT_PROCESS), (0x41, 1, OBJECT_PROCESS), (0x180, 0x40, OBJECT_THREAD), (0x180, 0, OBJECT_THREAD),
           (0x1000, 0x7000, OBJECT_DOOR), (0x8000, 0xFFFF7FFF, OBJECT_DOOR), (0x8000, 0, OBJECT_DOOR), (0xC0, 0x40, OBJECT_MACHINE),
           (0, 0, OBJECT_REPLY)]


def verdict_of(thing, rights, function):
    """What desc_check() has to say."""
    first, span, kind = thing
    if not first <= function < first + span:
        return "DEAD" if kind == OBJECT_THREAD and span == 0 else "TARGET"
    needed = function % 8
    return "" if needed == 0 or needed < 6 and rights >> needed & 1 else "RIGHT"


def test_door_rights(boot, seed):
    """The low three bits of a function's number are the right that it needs."""
    o, chance = descriptors(boot), chance_of(seed, "rights")
    process, pairs, wanted = o.new_process(), [], []
    for n, thing in enumerate(OBJECTS):
        at = o.thing(n, *thing)
        o.put_word(at + 12, 100)  # it is none that a first descriptor brings to life
        for rights in (0, RIGHTS, *(chance.randrange(256) & RIGHTS for _ in range(5))):
            number = o.new(process, at, rights, 0, 1)[0]
            functions = FUNCTIONS + [thing[0] + chance.randrange(thing[1] or 1) for _ in range(24)]
            pairs += [(number, function) for function in functions]
            wanted += [(thing, rights, verdict_of(thing, rights, function)) for function in functions]
    for (number, function), (thing, rights, error), seen in zip(pairs, wanted, o.check(process, pairs)):
        what = f"function {function:#x} on an object that takes {thing[1]:#x} functions from {thing[0]:#x} on, with the rights {rights:#x}"
        expect(error_name(seen), error_name(ERROR[error] if error else 0), what)
    nobodys = 0, max(pairs)[0] + 1, IN_PAGE, NUMBERS_MAX - 1, NUMBERS_MAX, 0xFFFFFFFF
    nothing = [(number, function) for number in nobodys for function in FUNCTIONS]
    for (number, function), seen in zip(nothing, o.check(process, nothing)):
        expect(error_name(seen), "ERR_TARGET", f"function {function:#x} on descriptor {number:#x}, which nothing has")
    plays(boot, seed, scene_rights)


# function, on what, right, error of the call with no data if it is allowed
NEEDS = [
    (PROCESS_START, "process", 2, "SIZE"), (MEMORY_QUERY, "process", 4, "SIZE"), (MEMORY_MAP, "process", 5, "SIZE"),
    (PROCESS_GIVE, "process", 5, "SIZE"), (PROCESS_THREAD, "process", 2, ""), (THREAD_START, "thread", 2, ""),
    (THREAD_STOP, "thread", 3, ""), (THREAD_READ, "thread", 4, "SIZE"), (THREAD_WRITE, "thread", 5, "SIZE"), (THREAD_START, "process", 2, "TARGET"),
    (PROCESS_START, "thread", 2, "TARGET"), (USER_FIRST, "process", 0, "TARGET"), (PROCESS_CREATE, "thread", 2, "TARGET"),
]


def scene_rights(p, chance):
    """Calls on a process and on a thread, with some of the rights."""
    things = {"process": p.process("the process"), "thread": p.thread("the sleeper").descriptor}
    for _ in range(8):
        some = chance.randrange(256) & RIGHTS
        number = {name: p.main.call_with(DUPLICATE, thing, [some, 0], name=f"the {name}, with the rights {some:#x}").gives(sizes=0)
                  for name, thing in things.items()}
        for function, name, right, error in chance.sample(NEEDS, len(NEEDS)):
            done = p.main.call(function, number[name])
            error = error if error == "TARGET" or some >> right & 1 else "RIGHT"
            done.fails(error) if error else done.gives(sizes=0)
    ended = p.thread("the one that ends")
    ended.exit()
    p.main.call(THREAD_START, ended.descriptor).fails("DEAD")
    p.main.call(PROCESS_START, ended.descriptor).fails("DEAD")


LOOKED = READ_ONLY - 256  # where a thread has what CALL_LOOK tells


def new_door(p, cookie=0, system=0, name="the door"):
    return p.main.call_with(DOOR_CREATE, MACHINE, [system, cookie], name=name).gives()


def duplicate(thread, of, rights=RIGHTS, cookie=0, name="the duplicate"):
    return thread.call_with(DUPLICATE, of, [rights, cookie], name=name).gives()


def looks(thread, number, **wanted):
    """What CALL_LOOK tells: kind, rights, flags, cookie; those that are asked for."""
    thread.call(LOOK, number, LOOKED, sizes(20)).gives(None, 0, 0, sizes(0, 20))
    for name, value in wanted.items():
        at = LOOKED + 4 * ["kind", "error", "rights", "flags", "cookie"].index(name)
        thread.peek(at, what=f"which is the {name} that CALL_LOOK tells of {number}").gives(value, None)


def scene_duplicates(p, chance):
    """A tree of duplicates, each with rights and a cookie that were asked for."""
    cookie, asked = chance.getrandbits(32), chance.getrandbits(32)
    door = new_door(p, cookie)
    looks(p.main, door, kind=OBJECT_DOOR, error=0, rights=RIGHTS, flags=LOOK_OWNER | LOOK_OWN, cookie=cookie)
    first = duplicate(p.main, door, 0xFFFFFFFF, asked, "a duplicate with all rights that there are")
    looks(p.main, first, kind=OBJECT_DOOR, rights=RIGHTS, flags=LOOK_OWN, cookie=asked)
    p.thread("a server").call(RECEIVE, first, AREA, sizes(0)).fails("RIGHT")
    known = [(first, RIGHTS, asked)]
    for n in range(24):
        source, rights, kept = chance.choice(known[-6:])
        wanted, other = chance.getrandbits(32) | chance.choice([0, COPY]), chance.getrandbits(32)
        if not rights & COPY:
            p.main.call_with(DUPLICATE, source, [wanted, other]).fails("RIGHT")
            known.remove((source, rights, kept))
            continue
        new = duplicate(p.main, source, wanted, other, f"duplicate {n}")
        known.append((new, rights & wanted & RIGHTS, kept))
        looks(p.main, new, rights=rights & wanted & RIGHTS, flags=LOOK_OWN, cookie=kept)
    looks(p.main, first, rights=RIGHTS, cookie=asked)
    looks(p.main, door, rights=RIGHTS, flags=LOOK_OWNER | LOOK_OWN, cookie=cookie)
    others(p, chance)


def others(p, chance):
    """Objects that are no doors; numbers that are closed."""
    process, sleeper = p.process("the process"), p.thread("the sleeper").descriptor
    for thing, kind in ((process, OBJECT_PROCESS), (sleeper, OBJECT_THREAD), (MACHINE, OBJECT_MACHINE)):
        rights = chance.randrange(256) & RIGHTS | COPY
        new = duplicate(p.main, thing, rights, chance.getrandbits(32))
        looks(p.main, new, kind=kind, rights=rights, flags=0, cookie=0)
        p.main.call(CLOSE, new).gives(0)
        for function, data in ((CLOSE, []), (DUPLICATE, [RIGHTS, 0]), (LOOK, [])):
            p.main.call_with(function, new, data).fails("TARGET")
        looks(p.main, thing, kind=kind)
    looks(p.main, ROOT, kind=OBJECT_PROCESS, rights=RIGHTS & ~2)
    for number in (0, 600, NUMBERS_MAX - 1, NUMBERS_MAX, 0xFFFFFFFF):
        p.main.call(CLOSE, number).fails("TARGET")
        p.main.call_with(DUPLICATE, number, [RIGHTS, 0]).fails("TARGET")


def test_door_duplicates(boot, seed):
    plays(boot, seed, scene_duplicates)


def frames(p, wanted=None):
    """How many are free."""
    return p.main.call_with(FRAMES, MACHINE, [0, 0]).gives(wanted, sizes=sizes(0, 8))


def scene_last(p, chance):
    """A process and threads go with their last descriptor, and not before."""
    door, before = new_door(p), frames(p)
    process = p.main.call(PROCESS_CREATE, MACHINE, name="the process").gives()
    numbers = [process, *(duplicate(p.main, process) for _ in range(3))]
    chance.shuffle(numbers)
    for n, number in enumerate(numbers):
        p.main.call_with(MEMORY_MAP, number, [AREA + n * PAGE, 1, 0]).gives(0)
        p.main.call(CLOSE, number).gives(0)
    frames(p, before)
    threads = [p.main.call(PROCESS_THREAD, ROOT, name=f"thread {n}").gives() for n in range(12)]
    more = [duplicate(p.main, thread) for thread in threads[:6]]
    for thread in chance.sample(threads, 12):
        p.main.call(THREAD_DELETE, thread).gives(0)
        p.main.call(THREAD_DELETE, thread).fails("DEAD")
    for number in chance.sample(threads + more, 18):
        p.main.call(CLOSE, number).gives(0)
    frames(p, before)
    looks(p.main, door, kind=OBJECT_DOOR)


def descriptor_place(o, thread):
    """Where the descriptor lies on which this thread makes a call; its number is below 256."""
    process = o.word(thread + o.members("thread")["process"])
    return o.word(process + o.members("process")["page"]) + DESCRIPTOR.size * o.frame(thread)["ebx"]


TOLD = "door_die door_unreferenced process_release thread_unreferenced reply_dropped".split()


def scene_told(p, chance):
    """For the eyes outside: what each CALL_CLOSE here leads to, in this order."""
    door = new_door(p)
    some = [duplicate(p.main, door) for _ in range(3)]
    for number in chance.sample(some, 3):
        p.main.call(CLOSE, number)
    last = duplicate(p.main, door)
    process = p.main.call(PROCESS_CREATE, MACHINE)
    p.main.call(CLOSE, process)
    p.main.call(CLOSE, door)
    p.main.call(CLOSE, last)


# references of the door afterwards, if it is to be looked at, and what is called
LEADS_TO = [(2, []), (1, []), (0, ["door_unreferenced"]), (None, ["process_release"]), (1, ["door_die"]), (None, ["door_unreferenced"])]


def check_closings(boot, seed):
    p = Play("int")
    scene_told(p, chance_of(seed, "told"))
    o = Outside(p.load(boot, gdb=True), SECONDS)
    door = None
    for n, (left, wanted) in enumerate(LEADS_TO, 1):
        thing = o.word(descriptor_place(o, o.run_to("call_close")["eax"]))
        door = door or thing
        if wanted == ["door_die"]:
            link = door + o.members("door")["unref"]
            expect(o.word(link), link, "where the link of a door's event points, when the door has a duplicate again: to itself")
        expect(led_to(o, thing), wanted, f"what CALL_CLOSE number {n} leads to, of functions that end something")
        if left is not None:
            expect(o.word(door + 12), left, f"references of the door after CALL_CLOSE number {n}")


def led_to(o, thing):
    """Go on to trap_return: which functions were called to end this object."""
    places, seen = {o.address(name): name for name in (*TOLD, "trap_return")}, []
    for address in places:
        o.gdb.breakpoint(address)
    while True:
        o.gdb.cont()
        cpu = o.gdb.registers()
        if places[cpu["eip"]] == "trap_return":
            break
        seen.append(places[cpu["eip"]] if cpu["eax"] == thing else f"{places[cpu['eip']]} of something else")
        o.gdb.clear(cpu["eip"])
    for address, name in places.items():
        if name not in seen:
            o.gdb.clear(address)
    return seen


def test_door_last(boot, seed):
    plays(boot, seed, scene_last)
    check_closings(boot, seed)


# --- doors.2: send and receive

ROOM = 3 * PAGE  # of each side's memory, so that buffers may lie over its borders
ANYWHERE = 0xFFFFF123  # a buffer of no bytes may be


def some_function(chance, first=USER_FIRST, end=1 << 31):
    """One that needs no right."""
    return chance.randrange(first, end, 8)


def placed(chance, base, size, alignment, crosses):
    """An address for a buffer, over a border of pages or within one, if its size lets it."""
    border = base + PAGE
    if crosses and size > 4:
        return chance.choice([at for at in range(border - min(size, PAGE) + 1, border) if at % 4 == alignment])
    return base + chance.randrange(0, PAGE - size - 3, 4) + alignment if size < PAGE - 3 else base


def lengths(chance):
    """(size, alignment and crossing of what is sent, and of where it goes): the edges, and every way that pages cut."""
    yield from ((size, 0, False, 0, False) for size in (0, 1, 2, 3, 4, 4095))
    for n in range(64):
        yield chance.choice([chance.randrange(5, 40), chance.randrange(5, 4096)]), n & 3, bool(n & 16), n >> 2 & 3, bool(n & 32)


class Sender:
    """A client with memory full of noise."""

    def __init__(self, chance, thread, door, base, first, end):
        self.thread, self.door, self.base, self.first, self.end = thread, door, base, first, end
        self.memory, self.chance = thread.fill(base, ROOM // 4, chance.getrandbits(32)), chance

    def send(self, size, alignment, crosses):
        """The call, its function and sizes, and its data."""
        at = placed(self.chance, self.base, size, alignment, crosses)
        function, room = some_function(self.chance, self.first, self.end), sizes(self.chance.randrange(size, 4096), size)
        return self.thread.call(function, self.door, at if size else ANYWHERE, room), function, room, self.memory[at - self.base:][:size]


def far_and_near(p, chance, door, cookies):
    """A sender in another process, whose manager's door it is, and one in the server's own."""
    process = p.process("the other process")
    p.main.call_with(PROCESS_MANAGER, process, [door, RIGHTS, cookies[0]]).gives(0)
    near = duplicate(p.main, door, RIGHTS, cookies[1])
    return (Sender(chance, p.thread("the far client", process), 0, AREA, MANAGER_FIRST, SYSTEM_FIRST),
            Sender(chance, p.thread("the near client"), near, AREA + 4 * PAGE, USER_FIRST, 1 << 31))


def scene_messages(p, chance):
    """Messages of all sizes from two clients, who come before the server or after it."""
    cookies, server = (chance.getrandbits(32), chance.getrandbits(32)), None
    door = new_door(p)
    senders = far_and_near(p, chance, door, cookies)
    room = bytearray(p.main.fill(AREA, ROOM // 4, chance.getrandbits(32)))
    for size, alignment, crosses, alignment_there, crosses_there in lengths(chance):
        which, server = chance.randrange(2), p.thread("the server", instead_of=server)
        at, total = placed(chance, AREA, size, alignment_there, crosses_there), chance.randrange(size, 4096)
        receive = (RECEIVE, door, at if total else ANYWHERE, sizes(total))
        if chance.randrange(2):
            received = server.call(*receive).waits()
            sent, function, given, data = senders[which].send(size, alignment, crosses)
        else:
            sent, function, given, data = senders[which].send(size, alignment, crosses)
            received = server.call(*receive)
        sent.waits()
        received.gives(function, cookies[which], receive[2], given)
        room[at - AREA:at - AREA + size] = data
        server.holds(AREA, room, f"the {size} bytes of the message from {at:#x} on, and nothing else that is new")
        server.exit()
        sent.fails("DEAD")
    for sender in senders:
        sender.thread.holds(sender.base, sender.memory, "as it was, after all its messages")


def test_door_messages(boot, seed):
    plays(boot, seed, scene_messages)


KERNEL = 0xC0000000
# descriptor (None: the right one), buffer, sizes, error
REFUSED = [
    (0x1234, AREA, sizes(8, 8), "TARGET"), (NUMBERS_MAX, AREA, sizes(8, 8), "TARGET"), (ROOT, AREA, sizes(8, 8), "TARGET"),
    (0, AREA, sizes(8, 8), "FUNCTION"), (None, AREA, sizes(7, 8), "SIZE"), (None, AREA, sizes(0, 1), "SIZE"),
    (None, AREA, sizes(11, 5, 1), "SIZE"), (None, AREA, sizes(4095, 3073, 255), "SIZE"), (None, KERNEL, sizes(4, 4), "ADDRESS"),
    (None, KERNEL - 2, sizes(4, 4), "ADDRESS"), (None, KERNEL + 0x100000, sizes(4095, 4095), "ADDRESS"),
    (None, 0xFFFFFFFE, sizes(8, 8), "ADDRESS"), (None, 0, sizes(1, 1), "ABSENT"), (None, ABSENT, sizes(1, 1), "ABSENT"),
    (None, ABSENT - 2, sizes(4, 4), "ABSENT"), (None, ABSENT - 4000, sizes(4095, 4095), "ABSENT"),
    (None, 0x50000000, sizes(16, 16), "ABSENT"),
]
NOT_RECEIVED = [  # descriptor, buffer, size, error
    (0, AREA, 8, "TARGET"), (0x1234, AREA, 8, "TARGET"), (ROOT, AREA, 8, "TARGET"), ("duplicate", AREA, 8, "RIGHT"),
    (None, KERNEL - 4, 8, "ADDRESS"), (None, 0xFFFFFFFE, 8, "ADDRESS"), (None, READ_ONLY, 4, "ADDRESS"),
    (None, READ_ONLY - 2, 4, "ADDRESS"), (None, ABSENT, 1, "ABSENT"), (None, 0, 4095, "ABSENT"),
]


def scene_refused(p, chance):
    """What is wrong with a call is told to who made it, and nobody else notices."""
    door, cookie = new_door(p), chance.getrandbits(32)
    through, poor = duplicate(p.main, door, RIGHTS, cookie), duplicate(p.main, door, RIGHTS & ~(1 << 5), 0, "a duplicate without WRITE")
    client, server = p.thread("the client"), p.thread("the server")
    room = p.main.fill(AREA + PAGE, 64, chance.getrandbits(32))
    for number, buffer, size, error in NOT_RECEIVED:
        target = door if number is None else through if number == "duplicate" else number
        server.call(RECEIVE, target, buffer, sizes(size)).fails(error)
    for receives in (False, True):
        received = server.call(RECEIVE, door, AREA + PAGE, sizes(4095)) if receives else None
        for number, buffer, size, error in chance.sample(REFUSED, len(REFUSED)):
            client.call(some_function(chance), through if number is None else number, buffer, size).fails(error)
        client.call(some_function(chance) + 5, poor, AREA, sizes(8, 8)).fails("RIGHT")
    received.waits()
    p.main.holds(AREA + PAGE, room, "as it was, after calls that were refused")
    data = p.main.fill(READ_ONLY - 8, 2, chance.getrandbits(32)) + bytes(4)
    function = some_function(chance)
    sent = client.call(function, through, READ_ONLY - 8, sizes(12, 12)).waits()
    received.gives(function, cookie, AREA + PAGE, sizes(12, 12))
    p.main.holds(AREA + PAGE, data + room[12:], "a message of which a part lay in memory that its sender may only read")
    server.call(RECEIVE, door, AREA, sizes(8)).fails("BUSY")
    sent.waits()


def test_door_refused(boot, seed):
    plays(boot, seed, scene_refused)
    plays(boot, seed, scene_gone_bad)


def scene_gone_bad(p, chance):
    """Pages of buffers are taken away while their threads wait: their calls fail, and nobody else's."""
    door, cookie = new_door(p), chance.getrandbits(32)
    through = duplicate(p.main, door, RIGHTS, cookie)
    client, server, other = p.thread("the client"), p.thread("the server"), p.thread("the other server")
    for n, (error, act) in enumerate([("ABSENT", MEMORY_UNMAP), ("ADDRESS", MEMORY_PROTECT)]):
        for page in (AREA + (4 + 4 * n) * PAGE, AREA + (6 + 4 * n) * PAGE):
            function, data = some_function(chance), client.fill(AREA + PAGE, 10, chance.getrandbits(32))
            lost = other.call(RECEIVE, door, page - 20, sizes(40)).waits()
            received = server.call(RECEIVE, door, AREA, sizes(40)).waits() if page % (4 * PAGE) else None
            p.main.call_with(act, ROOT, [page, 1, 0]).gives(None)
            sent = client.call(function, through, AREA + PAGE, sizes(40, 40)).waits()
            lost.fails(error)
            received = received or server.call(RECEIVE, door, AREA, sizes(40))
            received.gives(function, cookie, AREA, sizes(40, 40))
            server.holds(AREA, data, "the message that another thread, whose buffer is no good any more, could not take")
            server.exit()
            sent.fails("DEAD")
            server = p.thread("the server", instead_of=server)
    senders_gone_bad(p, chance, door, through, cookie, client, server)


def senders_gone_bad(p, chance, door, through, cookie, client, server):
    other, page, function = p.thread("the other client"), AREA + 13 * PAGE, some_function(chance)
    lost = client.call(8 + function, through, page - 4, sizes(8, 8)).waits()
    sent = other.call(function, through, AREA, sizes(12, 12)).waits()
    p.main.call_with(MEMORY_UNMAP, ROOT, [page, 1, 0]).gives(1)
    received = server.call(RECEIVE, door, AREA + PAGE, sizes(40)).gives(function, cookie, AREA + PAGE, sizes(12, 12))
    lost.fails("ABSENT")
    server.exit()
    sent.fails("DEAD")
    server = p.thread("the server", instead_of=server)
    lost = client.call(8 + function, through, page - PAGE, sizes(8, 8)).waits()
    p.main.call_with(MEMORY_UNMAP, ROOT, [page - PAGE, 1, 0]).gives(1)
    received = server.call(RECEIVE, door, AREA + PAGE, sizes(40)).waits()
    lost.fails("ABSENT")
    other.call(function, through, AREA, sizes(12, 12)).waits()
    received.gives(function, cookie, AREA + PAGE, sizes(12, 12))


def scene_room(p, chance):
    """Messages that are too big for who receives: that is the sender's error, and the receiver goes on waiting."""
    door, cookie = new_door(p), chance.getrandbits(32)
    through, room = duplicate(p.main, door, RIGHTS, cookie), chance.randrange(1, 4000)
    clients, server, other = [p.thread(f"client {n}") for n in range(4)], p.thread("the server"), p.thread("the other server")
    data, noise = p.main.fill(AREA, 1024, chance.getrandbits(32)), p.main.fill(AREA + 2 * PAGE, 1024, chance.getrandbits(32))
    received = server.call(RECEIVE, door, AREA + 2 * PAGE, sizes(room)).waits()
    for size in (room + 1, 4095, chance.randrange(room + 1, 4096)):
        clients[0].call(some_function(chance), through, AREA, sizes(4095, size)).fails("BIG")
        received.waits()
    p.main.holds(AREA + 2 * PAGE, noise, "as it was: messages were too big for it")
    function = some_function(chance)
    sent = clients[1].call(function, through, AREA, sizes(4095, room)).waits()
    received.gives(function, cookie, AREA + 2 * PAGE, sizes(4095, room))
    p.main.holds(AREA + 2 * PAGE, data[:room] + noise[room:], "a message that has just room in it")
    server.exit()
    sent.fails("DEAD")
    line = [clients[n].call(function + 8 * n, through, AREA, sizes(4095, size)).waits() for n, size in enumerate((50, 20, 21, 0))]
    received = other.call(RECEIVE, door, AREA + 2 * PAGE, sizes(20)).gives(function + 8, cookie, AREA + 2 * PAGE, sizes(4095, 20))
    line[0].fails("BIG")
    line[2].waits()
    third = p.thread("the third server", instead_of=server)
    third.call(RECEIVE, door, ANYWHERE, 0).gives(function + 24, cookie, ANYWHERE, sizes(4095, 0))
    line[2].fails("BIG")
    other.exit()
    line[1].fails("DEAD")
    line[3].waits()


def test_door_room(boot, seed):
    plays(boot, seed, scene_room)


def scene_order(p, chance):
    """First come, first served; and several who receive."""
    door, cookie = new_door(p), chance.getrandbits(32)
    through, own = duplicate(p.main, door, RIGHTS, cookie), duplicate(p.main, door, RIGHTS, cookie)
    p.main.call(some_function(chance), through, AREA, sizes(8, 8)).fails("DEADLOCK")
    p.main.call(some_function(chance), door, ANYWHERE, 0).fails("DEADLOCK")
    process = p.process("the other process")
    p.main.call_with(PROCESS_MANAGER, process, [door, RIGHTS, cookie]).gives(0)
    clients = [(p.thread(f"client {n}", process if n % 2 else ROOT), 0 if n % 2 else chance.choice([through, own])) for n in range(7)]
    chance.shuffle(clients)
    line = []
    for n, (client, number) in enumerate(clients):
        function = some_function(chance, USER_FIRST if number else MANAGER_FIRST, 1 << 31 if number else SYSTEM_FIRST)
        line.append((client.call(function, number, AREA, sizes(4, n % 4)).waits(), function))
    servers = [p.thread(f"server {n}") for n in range(7)]
    for n, (server, (sent, function)) in enumerate(zip(servers, line)):
        server.call(RECEIVE, door, AREA + PAGE, sizes(16)).gives(function, cookie, AREA + PAGE, sizes(4, n % 4))
        sent.waits()
    several(p, chance, servers, line, door, through, cookie)


def several(p, chance, servers, line, door, through, cookie):
    """The servers end and come back, wait all at once, and each gets one message, in the order of their coming."""
    again = []
    for server, (sent, _) in zip(servers, line):
        server.exit()
        sent.fails("DEAD")
        again.append(p.thread(server.name, instead_of=server))
    chance.shuffle(again)
    waiting = [server.call(RECEIVE, door, AREA + PAGE * n, sizes(100)).waits() for n, server in enumerate(again[:4], 4)]
    client = again[4:]
    for n, (sender, received) in enumerate(zip(client, waiting)):
        function, same = some_function(chance), AREA + PAGE * (4 + n)  # sent from where it is received
        data = sender.fill(same, 5, chance.getrandbits(32))
        sender.call(function, through, same, sizes(20, 20)).waits()
        received.gives(function, cookie, same, sizes(20, 20))
        p.main.holds(same, data, "a message from a buffer to itself")
        for later in waiting[n + 1:]:
            later.waits()


def test_door_order(boot, seed):
    plays(boot, seed, scene_order)


# system door or not, functions that it takes from a process without a manager, and those that it does not
RANGES = [
    (0, [0x400, 0xFF8, 0x8000, 0xFFFFFFF8, 0x80000000], [0x1000, 0x7FF8, 0x7FFF]),
    (1, [0x400, 0xFF8, 0x1000, 0x7FF8], [0x8000, 0x80000000, 0xFFFFFFF8]),
]
NOWHERE = [0x200, 0x208, 0x3F8, 0x1C0, 0xFFFFFFFF]


def scene_functions(p, chance):
    """Which door takes which function.  A receiver without a buffer tells those that come from those that do not: ERR_BIG."""
    client, doors = p.thread("the client"), []
    for system, good, bad in RANGES:
        door = new_door(p, 0, system, "a system door" if system else "a door")
        through = duplicate(p.main, door, RIGHTS & ~(1 << 3), 0)
        p.thread("a server").call(RECEIVE, door, ANYWHERE, 0).waits()
        doors.append((door, through))
        tries = [(function, "BIG") for function in good] + [(function, "TARGET") for function in bad]
        tries += [(chance.choice(good[:3]) | right, "RIGHT" if right in (3, 6, 7) else "BIG") for right in range(1, 8)]
        for function, error in chance.sample(tries, len(tries)):
            client.call(function, through, AREA, sizes(8, 4)).fails(error)
        for function in NOWHERE:
            client.call(function, through, AREA, sizes(8, 4)).fails("TARGET" if function == 0xFFFFFFFF else "FUNCTION")
    client.call(chance.randrange(0x400, 0x1000, 8), 0, AREA, sizes(8, 4)).fails("FUNCTION")
    managed(p, chance, client, doors)


def managed(p, chance, client, doors):
    """The root process gets a manager: itself, with one of its doors, then with the other."""
    function = chance.randrange(0x400, 0x1000, 8)
    for door, through in doors:
        p.main.call_with(PROCESS_MANAGER, ROOT, [door, 0, 0]).gives(0)
        client.call(function, 0, AREA, sizes(8, 4)).fails("BIG")
        client.call(function, through, AREA, sizes(8, 4)).fails("BIG")
        client.call(function + 5, 0, AREA, sizes(8, 4)).fails("RIGHT")
        client.call(0x8000, 0, AREA, sizes(8, 4)).fails("FUNCTION")
        client.call(0x1000, 0, AREA, sizes(8, 4)).fails("FUNCTION")
    p.main.call_with(PROCESS_MANAGER, ROOT, [0, 0, 0]).gives(0)
    client.call(function, 0, AREA, sizes(8, 4)).fails("FUNCTION")


def test_door_functions(boot, seed):
    plays(boot, seed, scene_functions)


# --- seen from outside: two threads of one process, stopped where the kernel is told of the message

URGENT, PATIENT = 20, 10  # priorities; 16 is everybody's


def scene_pair(p, sender_first):
    door = new_door(p)
    through, server, client = duplicate(p.main, door), p.thread("the server"), p.thread("the client")
    steps = [(client, 0x8000, through, AREA, sizes(200, 8)), (server, RECEIVE, door, AREA + PAGE, sizes(200))]
    for thread, *call in steps if sender_first else reversed(steps):
        thread.call(*call)
    return server


def put_registers(o, thread, chance, **more):
    """Other numbers in the caller's registers: those of the call, and those that it keeps."""
    registers = {**{name: chance.getrandbits(32) for name in ("ecx", "edx", "ebp")}, **more}
    o.set_frame(thread, **registers)
    return registers


def expect_frame(o, thread, what, **wanted):
    seen = o.frame(thread)
    for name, value in wanted.items():
        expect(f"{name}={seen[name]:#x}", f"{name}={value:#x}", what)


def check_message(boot, chance, sender_first, priority):
    p = Play("int")
    scene_pair(p, sender_first)
    o, thread = Outside(p.load(boot, gdb=True), SECONDS), None
    member, function, size, cookie = o.members("thread"), some_function(chance), chance.randrange(9, 180), chance.getrandbits(32)
    data, room = chance.randbytes(size), chance.randrange(size, 4096)

    def at_client():
        client = o.run_to("message_send")["eax"]
        put_registers(o, client, chance, eax=function, edi=sizes(room, size))
        o.put_word(descriptor_place(o, client) + 8, cookie)
        o.gdb.write(AREA, data)
        o.gdb.write(client + member["priority"], bytes([priority]))
        return client

    def at_server():
        server = o.run_to("call_receive")["eax"]
        return server, put_registers(o, server, chance)
    if sender_first:
        client, (server, kept) = at_client(), at_server()
    else:
        (server, kept), client = at_server(), at_client()
    thread = o.run_to("trap_return")["eax"]
    expect(thread == server, True, "the thread that runs next is the one that received")
    expect_frame(o, server, "registers of who received a message", eax=function, ebx=cookie, esi=AREA + PAGE, edi=sizes(room, size), **kept)
    expect(o.gdb.read(AREA + PAGE, size) == data, True, "the message has arrived, byte for byte")
    seen = o.gdb.read(server + member["priority"], 1)[0]
    expect(seen, max(16, priority), f"priority of who received a message from a sender of {priority}")
    expect(o.word(server + member["serving"]) == client, True, "who received serves who sent")
    expect(o.word(client + member["server"]) == server, True, "who sent is served by who received")
    served = o.word(client + member["door"]) + o.members("door")["served"]
    expect(o.word(served) == client + member["link"], True, "who sent is in the door's list of those that are served")


def test_door_registers(boot, seed):
    chance = chance_of(seed, "registers")
    for priority in (URGENT, PATIENT):
        check_message(boot, chance, False, priority)
    check_message(boot, chance, True, 16)


def scene_chain(p, chance):
    """Processes of one thread each that would wait for each other."""
    names, number, owned = ["left", "right", "third"], {}, {}
    for name in names:
        process, door = p.process(f"the {name} process"), new_door(p, 0, 0, f"the door of the {name}")
        number[name] = process, duplicate(p.main, door)
        owned[name] = give(p, process, [descriptor(door, RIGHTS, MOVING)])
    known = {(name, other): give(p, number[name][0], [descriptor(number[other][1])]) for name in names for other in names}
    thread = {name: p.thread(name, number[name][0]) for name in names}

    def calls(name, other):
        return thread[name].call(some_function(chance), known[name, other], AREA, sizes(8, 8))
    calls("left", "left").fails("DEADLOCK")
    waiting = calls("left", "right").waits()
    calls("right", "left").fails("DEADLOCK")
    further = calls("right", "third").waits()
    calls("third", "left").fails("DEADLOCK")
    thread["third"].call(RECEIVE, owned["third"], AREA + PAGE, sizes(8)).gives(None, None, AREA + PAGE, sizes(8, 8))
    further.waits()
    calls("third", "left").fails("DEADLOCK")
    calls("third", "right").fails("DEADLOCK")
    helper = p.thread("a second thread of the right", number["right"][0])
    calls("third", "right").waits()
    helper.call(RECEIVE, owned["right"], AREA + PAGE, sizes(8)).gives(None, None, AREA + PAGE, sizes(8, 8))
    waiting.waits()


def give(p, process, words):
    """Descriptors of the first thread's become the process's; value: the number of the first."""
    p.main.write(LOOKED, words)
    return p.main.call(PROCESS_GIVE, process, LOOKED, sizes(4 * len(words), 0, len(words)), name="what was given").gives()


def test_door_chain(boot, seed):
    plays(boot, seed, scene_chain)


# --- doors.3: replies and cookies


def mirrored(data):
    """The first two words of a reply, as far as it has them."""
    return tuple(int.from_bytes(data[at:at + 4], "little") if len(data) >= at + 4 else 0 for at in (0, 4))


def scene_replies(p, chance):
    """Replies of all sizes to two clients, by CALL_REPLY and by CALL_REPLY_RECEIVE."""
    door = new_door(p)
    clients = far_and_near(p, chance, door, (0, 0))
    server, received = p.thread("the server"), None
    noise = server.fill(AREA, ROOM // 4, chance.getrandbits(32))
    rooms = [bytearray(client.memory) for client in clients]
    for size, alignment, crosses, alignment_there, crosses_there in [*((n, 0, False, 0, False) for n in range(17)), *lengths(chance)]:
        which, total = chance.randrange(2), chance.randrange(size, 4096)
        client, room, again = clients[which], rooms[which], bool(chance.randrange(2))
        at, there = placed(chance, AREA, size, alignment, crosses), placed(chance, client.base, size, alignment_there, crosses_there)
        data, function = noise[at - AREA:][:size], some_function(chance, client.first, client.end)
        received = received or server.call(RECEIVE, door, ANYWHERE, 0)
        sent = client.thread.call(function, client.door, there if total else ANYWHERE, sizes(total)).waits()
        received.gives(function, None, None, sizes(total))
        replied = server.call(REPLY_RECEIVE if again else REPLY, 0, at if size else ANYWHERE, sizes(size, size))
        sent.gives(*mirrored(data), 0, sizes(0, size))
        received = waits_again(replied, again)
        room[there - client.base:there - client.base + size] = data
        client.thread.holds(client.base, room, f"the {size} bytes of the reply from {there:#x} on, and nothing else that is new")
    p.main.holds(AREA, noise, "the server's memory, as it was after all its replies")


def test_door_replies(boot, seed):
    plays(boot, seed, scene_replies)


def waits_again(replied, again):
    """A reply has been given: the same step if it goes on to receive, None if it is over."""
    if again:
        return replied.waits()
    replied.gives(0)
    return None


REPLIES = REPLY, REPLY_RECEIVE
REFUSALS = REPLY_ERROR, REPLY_ERROR_RECEIVE
NO_ERRORS = 0, 0xFF00, 0xFF0B, 0xFFFF, 0x10001, 0xFFFFFFFF  # numbers that no server may give


def owes_nothing(server):
    for function in REPLIES + REFUSALS:
        server.call(function, 7, AREA, sizes(8)).fails("STATE")


def scene_errors(p, chance):
    """Replies that are errors, and those that nobody waits for."""
    door, cookie = new_door(p), chance.getrandbits(32)
    through, server, client = duplicate(p.main, door, RIGHTS, cookie), p.thread("the server"), p.thread("the client")
    noise = client.fill(AREA, 64, chance.getrandbits(32))
    owes_nothing(server)
    received = None
    for n, number in enumerate((1, 0xFEFF, chance.randrange(2, 0xFF00))):
        function = some_function(chance)
        received = received or server.call(RECEIVE, door, AREA + PAGE, sizes(64))
        sent = client.call(function, through, AREA, sizes(128, 64)).waits()
        received.gives(function, cookie, AREA + PAGE, sizes(128, 64))
        for bad in NO_ERRORS:
            server.call(chance.choice(REFUSALS), bad, AREA + PAGE, sizes(64)).fails("FLAGS")
            sent.waits()
        replied = server.call(REFUSALS[n == 1], number, AREA + PAGE, sizes(64))
        sent.fails(number)
        received = waits_again(replied, n == 1)
        if n != 1:
            owes_nothing(server)
    client.holds(AREA, noise, "as it was after replies that were errors")
    scene_gone(p, chance, door, through, cookie, server)


def scene_gone(p, chance, door, through, cookie, server):
    """Senders that end before their reply: an error for the server, unless it only wants to go on."""
    function, other = some_function(chance), p.thread("the other client")
    for act in REPLIES + REFUSALS:
        lost = p.thread("the client that ends")
        received = server.call(RECEIVE, door, AREA + PAGE, sizes(64)).waits()
        lost.call(function, through, AREA, sizes(64, 10)).waits()
        received.gives(function, cookie, AREA + PAGE, sizes(64, 10))
        p.main.call(THREAD_DELETE, lost.descriptor).gives(0)
        received = server.call(act, 7, AREA + PAGE, sizes(64))
        if act in (REPLY, REPLY_ERROR):
            received.fails("GONE")
            owes_nothing(server)
            continue
        received.waits()
        sent = other.call(function + 8, through, AREA, sizes(64, 12)).waits()
        received.gives(function + 8, cookie, AREA + PAGE, sizes(64, 12))
        server.call(REPLY, cookie, AREA + PAGE, sizes(12, 12)).gives(0)
        sent.gives(None, None, 0, sizes(0, 12))


def test_door_errors(boot, seed):
    plays(boot, seed, scene_errors)


BAD_REPLIES = [  # buffer, size, error
    (AREA + PAGE, 101, "BIG"), (AREA + PAGE, 4095, "BIG"), (KERNEL, 8, "ADDRESS"), (KERNEL - 2, 100, "ADDRESS"),
    (0xFFFFFFF0, 32, "ADDRESS"), (ABSENT, 1, "ABSENT"), (ABSENT - 50, 51, "ABSENT"), (0, 4, "ABSENT"),
]


def scene_owed(p, chance):
    """A reply that cannot be given is still owed; nothing is lost, and nothing received instead."""
    door, cookie = new_door(p), chance.getrandbits(32)
    through, server = duplicate(p.main, door, RIGHTS, cookie), p.thread("the server")
    client, second = p.thread("the client"), p.thread("the second client")
    noise, function = client.fill(AREA, 64, chance.getrandbits(32)), some_function(chance)
    data = server.fill(AREA + PAGE, 64, chance.getrandbits(32))
    for last in REPLIES:
        received = server.call(RECEIVE, door, AREA + 2 * PAGE, sizes(100)).waits()
        sent = client.call(function, through, AREA, sizes(100, 8)).waits()
        received.gives(function, cookie, AREA + 2 * PAGE, sizes(100, 8))
        line = second.call(function + 8, through, AREA + 3 * PAGE, sizes(8, 8)).waits()
        for buffer, size, error in chance.sample(BAD_REPLIES, len(BAD_REPLIES)):
            server.call(chance.choice(REPLIES), chance.getrandbits(32), buffer, sizes(size, size)).fails(error)
            sent.waits()
            line.waits()
        server.call(RECEIVE, door, AREA + 2 * PAGE, sizes(100)).fails("BUSY")
        looks(p.main, through, cookie=cookie)
        p.main.holds(AREA, noise, "the client's buffer, as it was: no reply could be given")
        cookie = chance.getrandbits(32)
        received = server.call(last, cookie, AREA + PAGE, sizes(100, 100))
        sent.gives(*mirrored(data), 0, sizes(0, 100))
        client.holds(AREA, data[:100] + noise[100:], "a reply that has just room in it")
        received = received if last == REPLY_RECEIVE else server.call(RECEIVE, door, AREA + PAGE, sizes(100))
        received.gives(function + 8, cookie, AREA + PAGE, sizes(8, 8))
        line.waits()
        server.call(REPLY, cookie, ANYWHERE, 0).gives(0)
        line.gives(0)
        data, noise = server.fill(AREA + PAGE, 64, chance.getrandbits(32)), client.fill(AREA, 64, chance.getrandbits(32))


def scene_caller_gone_bad(p, chance):
    """The client's buffer goes bad while it waits for its reply: its call fails, and the server never hears of it."""
    door, page = new_door(p), AREA + 4 * PAGE
    through, server, client = duplicate(p.main, door), p.thread("the server"), p.thread("the client")
    for n, error in enumerate(["ABSENT", "ADDRESS", "ADDRESS", "ABSENT", "MEMORY"]):
        act = MEMORY_PROTECT if error == "ADDRESS" else MEMORY_UNMAP
        noise = p.main.fill(page - PAGE, 1024, chance.getrandbits(32))
        server.call(RECEIVE, door, AREA, sizes(100)).waits()
        sent = client.call(some_function(chance), through, page - 50, sizes(100, 8)).waits()
        p.main.call_with(act, ROOT, [page, 1, 0]).gives(None)
        p.take(0) if error == "MEMORY" else None
        before = frames(p)
        replied = server.call(REPLIES[n % 2], 0, AREA, sizes(100, 100))
        sent.fails(error)
        frames(p, before)
        p.main.holds(page - PAGE, noise, "the part of a reply's buffer that is there, when the other is not")
        if n % 2:
            replied.waits()
            sent = client.call(some_function(chance), through, ANYWHERE, 0).waits()
            replied.gives(None, None, None, None)
            replied = server.call(REPLY, 0, ANYWHERE, 0)
        replied.gives(0)
        page += 2 * PAGE


def scene_receiver_gone_bad(p, chance):
    """The server's own buffer goes bad while CALL_REPLY_RECEIVE waits, the reply long given."""
    door, page = new_door(p), AREA + 4 * PAGE
    through, server, client = duplicate(p.main, door), p.thread("the server"), p.thread("the client")
    for error, act in (("ABSENT", MEMORY_UNMAP), ("ADDRESS", MEMORY_PROTECT)):
        received = server.call(RECEIVE, door, AREA, sizes(100)).waits()
        sent = client.call(some_function(chance), through, AREA + PAGE, sizes(100, 8)).waits()
        received.gives(None, None, None, None)
        received = server.call(REPLY_RECEIVE, 7, page - 50, sizes(100, 20)).waits()
        sent.gives(None, None, 0, sizes(0, 20))
        p.main.call_with(act, ROOT, [page, 1, 0]).gives(None)
        sent = client.call(some_function(chance), through, AREA + PAGE, sizes(100, 100)).waits()
        received.fails(error)
        server.call(RECEIVE, door, AREA, sizes(100)).gives(None, 7, AREA, sizes(100, 100))
        server.call(REPLY, 7, ANYWHERE, 0).gives(0)
        sent.gives(0)
        page += 4 * PAGE


def test_door_owed(boot, seed):
    plays(boot, seed, scene_owed)
    plays(boot, seed, scene_caller_gone_bad, memory=8)
    plays(boot, seed, scene_receiver_gone_bad)


def scene_cookies(p, chance):
    """Each descriptor's cookie is what the last reply through it said."""
    def some():
        return chance.getrandbits(32)
    owners, first, second, managers = some(), some(), some(), some()
    door = new_door(p, owners)
    process = p.process("the other process")
    p.main.call_with(PROCESS_MANAGER, process, [door, RIGHTS, managers]).gives(0)
    known = {"first": [duplicate(p.main, door, RIGHTS, first), first], "second": [duplicate(p.main, door, RIGHTS, second), second],
             "owner": [door, owners], "manager": [0, managers]}
    near, far, server = p.thread("the near client"), p.thread("the far client", process), p.thread("the server")
    received = None
    for _ in range(40):
        name = chance.choice(list(known))
        function = some_function(chance, *(MANAGER_FIRST, SYSTEM_FIRST) if name == "manager" else (USER_FIRST, 1 << 31))
        received = received or server.call(RECEIVE, door, AREA, sizes(20))
        sent = (far if name == "manager" else near).call(function, known[name][0], AREA + PAGE, sizes(20, 4)).waits()
        received.gives(function, known[name][1], AREA, sizes(20, 4))
        act, cookie = chance.choice(REPLIES + REFUSALS), some()
        if act in REPLIES:
            known[name][1] = cookie
        replied = server.call(act, cookie if act in REPLIES else 5, AREA, sizes(20, 4) if act in REPLIES else sizes(20))
        received = waits_again(replied, act in (REPLY_RECEIVE, REPLY_ERROR_RECEIVE))
        sent.gives(None, None, 0, sizes(0, 4)) if act in REPLIES else sent.fails(5)
    for number, cookie in known.values():
        if number != 0:
            looks(p.main, number, cookie=cookie)


def scene_closed(p, chance):
    """A descriptor is closed while calls through it are under way: their cookies go nowhere."""
    door, cookies = new_door(p), [chance.getrandbits(32) for _ in range(9)]
    kept = duplicate(p.main, door, RIGHTS, cookies[0], "a duplicate that stays")
    closed = duplicate(p.main, door, RIGHTS, cookies[1], "a duplicate that is closed")
    clients, servers = [p.thread(f"client {n}") for n in range(2)], [p.thread(f"server {n}") for n in range(2)]
    sent = []
    for client, server in zip(clients, servers):
        server.call(RECEIVE, door, AREA, sizes(20)).waits()
        sent.append(client.call(some_function(chance), closed, AREA + PAGE, sizes(20, 4)).waits())
    p.main.call(CLOSE, closed).gives(0)
    fresh = []
    for n, server in enumerate(servers):
        fresh += [duplicate(p.main, door, RIGHTS, cookies[2 + 2 * n + m], f"new duplicate {n}.{m}") for m in range(2)]
        server.call(REPLY, cookies[8], AREA, sizes(20, 4)).gives(0)
        sent[n].gives(None, None, 0, sizes(0, 4))
    fresh += [duplicate(p.main, door, RIGHTS, cookies[6 + m], f"new duplicate 2.{m}") for m in range(2)]
    for number, cookie in zip(fresh, cookies[2:]):
        looks(p.main, number, cookie=cookie, flags=LOOK_OWN)
    looks(p.main, kept, cookie=cookies[0])


def test_door_cookies(boot, seed):
    plays(boot, seed, scene_cookies)
    plays(boot, seed, scene_closed)


def check_reply(boot, chance, function, size):
    """A reply as it is seen from outside, in the frames and objects of both threads."""
    p = Play("int")
    server = scene_pair(p, False)
    server.call(function, 0, AREA + PAGE, sizes(200, 8))
    o = Outside(p.load(boot, gdb=True), SECONDS)
    member = o.members("thread")
    client = o.run_to("message_send")["eax"]
    kept, place = put_registers(o, client, chance), descriptor_place(o, client)
    server = o.run_to({REPLY: "call_reply_message", REPLY_RECEIVE: "call_reply_receive"}[function])["eax"]
    cookie, data = chance.getrandbits(32), chance.randbytes(size)
    mine = put_registers(o, server, chance, ebx=cookie, edi=sizes(200, size))
    o.gdb.write(AREA + PAGE, data)
    o.gdb.write(server + member["priority"], bytes([URGENT]))
    o.run_to("trap_return")
    value, error = mirrored(data)
    expect_frame(o, client, "registers of who gets a reply", eax=value, ebx=error, esi=0, edi=sizes(0, size), **kept)
    expect(o.gdb.read(AREA, size) == data, True, "the reply has arrived, byte for byte")
    seen = DESCRIPTOR.unpack(o.gdb.read(place, DESCRIPTOR.size))
    expect(seen[2:], (cookie, 0), "cookie of the sender's descriptor, and its calls under way")
    expect(o.word(server + member["serving"]), 0, "whom the server still serves: nobody")
    expect(o.word(client + member["server"]), 0, "who still serves the client: nobody")
    expect(o.gdb.read(server + member["priority"], 1)[0], 16, "priority of the server when it has replied to somebody more urgent")
    if function == REPLY:
        kept = {name: mine[name] for name in ("ecx", "edx", "ebp")}
        expect_frame(o, server, "registers of who replied", eax=0, ebx=0, esi=0, edi=0, **kept)


def check_gone(boot):
    """Somebody urgent ended before the reply: the server goes on with its own priority."""
    p = Play("int")
    server = scene_pair(p, False)
    server.call(REPLY_RECEIVE, 0, AREA + PAGE, sizes(200, 8))
    o = Outside(p.load(boot, gdb=True), SECONDS)
    member, server = o.members("thread"), o.run_to("call_reply_receive")["eax"]
    o.put_word(server + member["serving"], o.address("thread_gone"))
    o.gdb.write(server + member["priority"], bytes([URGENT]))
    o.run_to("trap_return")
    expect(o.gdb.read(server + member["priority"], 1)[0], 16, "priority of a server that receives after somebody more urgent has ended")


def test_door_reply_registers(boot, seed):
    chance = chance_of(seed, "replies")
    check_gone(boot)
    for function in REPLIES:
        for size in (chance.randrange(4), chance.randrange(4, 8), chance.randrange(8, 200)):
            check_reply(boot, chance, function, size)


# --- doors.4: descriptors in messages


@dataclass
class Thing:
    """What one process knows by a number."""

    number: object
    kind: int
    rights: int
    cookie: int = 0
    owner: str = ""  # of the door


class Two:
    """The root process and another one, with a door each, and threads that call and serve."""

    def __init__(self, p, chance):
        self.p, self.chance, self.process = p, chance, p.process("the other process")
        self.home = new_door(p, chance.getrandbits(32), 0, "the root's door")
        self.there = new_door(p, chance.getrandbits(32), 0, "the other's door")
        self.through = duplicate(p.main, self.there, RIGHTS, 0, "our descriptor of the other's door")
        self.owned = give(p, self.process, [descriptor(self.there, RIGHTS, MOVING)])
        self.sender, self.host, self.other = p.thread("the sender"), p.thread("the host"), p.thread("the other", self.process)

    def own(self, name, rights=RIGHTS):
        """Something that the root process has."""
        number, cookie = getattr(self, name), self.chance.getrandbits(32)
        if name == "process":
            return Thing(duplicate(self.p.main, number, rights, 0, "a duplicate of the process"), OBJECT_PROCESS, rights)
        return Thing(duplicate(self.p.main, number, rights, cookie, f"a duplicate of the {name} door"), OBJECT_DOOR, rights, cookie, "root")

    def flags(self, thing, process):
        return LOOK_OWN if thing.owner == process else 0

    def looks(self, thread, thing, process):
        looks(thread, thing.number, kind=thing.kind, rights=thing.rights, flags=self.flags(thing, process),
              cookie=thing.cookie if thing.owner == process else 0)


def word_of(chance, thing):
    """A word that sends this on, whether it moves it, and what arrives."""
    ways = [MOVING] * bool(thing.rights & MOVE) + [0] * bool(thing.rights & COPY)
    flags, wanted = chance.choice(ways), chance.choice([RIGHTS, chance.randrange(256), chance.randrange(256) | COPY | MOVE])
    return descriptor(thing.number, wanted, flags), bool(flags), replace(thing, rights=thing.rights & wanted)


def came(thread, at, n, rights, own):
    """Word n of those that a message has brought: its number."""
    thread.peek(at, FAILED ^ NUMBER, what=f"rights and flags in word {n} of those that came").gives(rights << 20 | own, None)
    what = f"descriptor {n} of those that came"
    return thread.peek(at, NUMBER, what=f"the number of {what}", name=what).gives(None, None)


def arrives(two, thread, process, at, things):
    """The words that a message has brought: each of these things by a number of its own."""
    for n, thing in enumerate(things):
        thing.number = came(thread, at + 4 * n, n, thing.rights, OWN if thing.owner == process else 0)
    for thing in things:
        two.looks(thread, thing, process)


def pass_on(two, thread, things, at, size):
    """Some of these things as the words of a message with so many bytes of data: what arrives, and what is moved.

    The latter is not among `things` any more.
    """
    chance, fit = two.chance, [thing for thing in things if thing.rights & (COPY | MOVE)]
    chosen = chance.sample(fit, min(len(fit), chance.randrange(1, 6)))
    sent = [word_of(chance, thing) for thing in chosen]
    thread.write(at + descriptors_at(size), [word for word, _, _ in sent])
    lost = [thing for thing, (_, moved, _) in zip(chosen, sent) if moved]
    things[:] = [thing for thing in things if not any(thing is one for one in lost)]
    return [thing for _, _, thing in sent], lost


def gone(thread, things):
    for thing in things:
        thread.call(LOOK, thing.number, LOOKED, sizes(20)).fails("TARGET")


def scene_transfer(p, chance):
    """Messages and replies with copies and moves, to and fro; what came is used."""
    two, ours, theirs = Two(p, chance), [], []
    for turn in range(5):
        some = [RIGHTS, chance.randrange(256) & RIGHTS | COPY, chance.randrange(256) & RIGHTS | MOVE]
        ours += [two.own("process"), *(two.own("home", chance.choice(some)) for _ in range(3))]
        there_and_back(two, ours, theirs, turn % 2)
    for thing in chance.sample(ours, min(8, len(ours))):
        two.looks(p.main, thing, "root")


def there_and_back(two, ours, theirs, early):
    """A message to the other, who comes early or late, and the reply."""
    size, back, function = two.chance.randrange(40), two.chance.randrange(8, 40), some_function(two.chance)
    sent, lost = pass_on(two, two.sender, ours, AREA, size)
    receive = (RECEIVE, two.owned, AREA + PAGE, sizes(1000))
    received = two.other.call(*receive).waits() if early else None
    call = two.sender.call(function, two.through, AREA, sizes(1000, size, len(sent))).waits()
    received = received or two.other.call(*receive)
    received.gives(function, 0, AREA + PAGE, sizes(1000, size, len(sent)))
    arrives(two, two.other, "other", AREA + PAGE + descriptors_at(size), sent)
    gone(two.p.main, lost)
    theirs += sent
    used(two, [thing for thing in sent if thing.kind == OBJECT_DOOR])
    sent, lost = pass_on(two, two.other, theirs, AREA + PAGE, back)
    two.other.call(REPLY, 0, AREA + PAGE, sizes(1000, back, len(sent))).gives(0)
    call.gives(None, None, 0, sizes(0, back, len(sent)))
    arrives(two, two.sender, "root", AREA + descriptors_at(back), sent)
    gone(two.other, lost)
    ours += sent


def used(two, things):
    """The other calls through one of these; its cookie is what it was, and then what the reply says."""
    if not things:
        return
    thing = two.chance.choice(things)
    received = two.host.call(RECEIVE, two.home, AREA + 2 * PAGE, sizes(8)).waits()
    sent = two.other.call(some_function(two.chance), thing.number, AREA + 8 * PAGE, sizes(8, 8)).waits()
    received.gives(None, thing.cookie, AREA + 2 * PAGE, sizes(8, 8))
    thing.cookie = two.chance.getrandbits(32)
    two.host.call(REPLY, thing.cookie, AREA + 2 * PAGE, 0).gives(0)
    sent.gives(0)


def test_door_transfer(boot, seed):
    plays(boot, seed, scene_transfer)


def bad_words(two, thing):
    """Words that no message may have, each with its error; `thing` may be copied and moved."""
    stays, goes, closed = (two.own("home", rights).number for rights in (RIGHTS & ~MOVE, RIGHTS & ~COPY, RIGHTS))
    two.p.main.call(CLOSE, closed).gives(0)
    yield from (("DESCRIPTOR", [descriptor(number, RIGHTS, flags)]) for number in (0, 0x1234, NUMBER, closed) for flags in (0, MOVING))
    yield "RIGHT", [descriptor(stays, RIGHTS, MOVING)]
    yield "RIGHT", [descriptor(goes, RIGHTS)]
    yield "DESCRIPTOR", [descriptor(thing.number, RIGHTS, MOVING), descriptor(thing.number, RIGHTS, MOVING)]
    yield "DESCRIPTOR", [descriptor(thing.number, 0, MOVING), descriptor(thing.number, RIGHTS)]


def scene_transfer_refused(p, chance):
    """A word that is wrong stops the message: nothing has moved, and who receives goes on waiting."""
    two, function = Two(p, chance), some_function(chance)
    good, more = two.own("home"), two.own("home")
    bad = list(bad_words(two, good))
    noise = p.main.fill(AREA + 4 * PAGE, 64, chance.getrandbits(32))
    received = None
    for n, (error, words) in enumerate(chance.sample(bad, len(bad))):
        words.insert(chance.choice([0, len(words)]), descriptor(more.number, RIGHTS, MOVING))
        two.sender.write(AREA, words)
        sent = two.sender.call(function, two.through, AREA, sizes(200, 0, len(words)))
        if not received:
            sent.waits()
            received = two.other.call(RECEIVE, two.owned, AREA, sizes(200))
        sent.fails(error)
        received.waits()
        two.sender.call(PROCESS_GIVE, two.process, AREA, sizes(200, 0, len(words))).fails(error)
        two.looks(p.main, more, "root")
    two.looks(p.main, good, "root")
    transfer_sizes(two, received, function)
    sent = moved_last(two, received, function, more)
    refused_replies(two, chance, sent, noise)


def transfer_sizes(two, received, function):
    """Padding and words count."""
    two.sender.write(AREA, [descriptor(two.home, RIGHTS)] * 255)
    two.sender.call(function, two.through, AREA, sizes(11, 5, 1)).fails("SIZE")
    two.sender.call(function, two.through, AREA, sizes(3, 0, 1)).fails("SIZE")
    two.sender.call(function, two.through, AREA, sizes(4095, 197, 1)).fails("BIG")
    two.sender.call(function, two.through, AREA, sizes(1020, 0, 255)).fails("BIG")
    received.waits()


def moved_last(two, received, function, thing):
    """What could not be sent before is sent now, in a message that has just room."""
    two.sender.write(AREA + 196, [descriptor(thing.number, RIGHTS, MOVING)])
    sent = two.sender.call(function, two.through, AREA, sizes(200, 194, 1)).waits()
    received.gives(function, 0, AREA, sizes(200, 194, 1))
    gone(two.p.main, [thing])
    arrives(two, two.other, "other", AREA + 196, [thing])
    return sent


def refused_replies(two, chance, sent, noise):
    """The same in replies: the server is told, and still owes one."""
    theirs = [give(two.p, two.process, [descriptor(two.own("home").number, rights)]) for rights in (RIGHTS, RIGHTS & ~COPY, RIGHTS & ~MOVE)]
    for error, words in [("DESCRIPTOR", [descriptor(theirs[0], RIGHTS, MOVING), descriptor(0x1234)]), ("RIGHT", [descriptor(theirs[1])]),
                         ("RIGHT", [descriptor(theirs[0]), descriptor(theirs[2], RIGHTS, MOVING)]), ("BIG", [descriptor(theirs[0])] * 51)]:
        two.other.write(AREA + PAGE, words)
        two.other.call(chance.choice(REPLIES), 9, AREA + PAGE, sizes(4095, 0, len(words))).fails(error)
        sent.waits()
        looks(two.other, theirs[0], kind=OBJECT_DOOR, rights=RIGHTS)
    two.p.main.holds(AREA + 4 * PAGE, noise, "as it was")
    two.other.write(AREA + PAGE, [descriptor(theirs[0], RIGHTS, MOVING), descriptor(theirs[1], 0, MOVING)])
    two.other.call(REPLY, 9, AREA + PAGE, sizes(8, 0, 2)).gives(0)
    sent.gives(0, 0, 0, sizes(0, 0, 2))
    back = [Thing(None, OBJECT_DOOR, rights, None, "root") for rights in (RIGHTS, 0)]
    arrives(two, two.sender, "root", AREA, back)


def scene_table(p, chance):
    """No memory for another page of numbers: the message fails, and nothing has moved."""
    two, function, fresh = Two(p, chance), some_function(chance), p.process("a process that has nothing yet")
    thing = two.own("home")
    words = [descriptor(thing.number, RIGHTS)] * 254 + [descriptor(thing.number, RIGHTS, MOVING)]
    two.sender.write(AREA, words)
    behind = p.take(0)
    received = two.other.call(RECEIVE, two.owned, AREA + PAGE, sizes(1020)).waits()
    two.sender.call(function, two.through, AREA, sizes(1020, 0, 255)).fails("TABLE")
    received.waits()
    two.looks(p.main, thing, "root")
    p.main.write(LOOKED, [descriptor(thing.number, RIGHTS, MOVING)])
    p.main.call(PROCESS_GIVE, fresh, LOOKED, sizes(4, 0, 1)).fails("TABLE")
    two.looks(p.main, thing, "root")
    p.main.call_with(MEMORY_UNMAP, ROOT, [behind + -PAGE, 1, 0]).gives(1)
    sent = two.sender.call(function, two.through, AREA, sizes(1020, 0, 255)).waits()
    received.gives(function, 0, AREA + PAGE, sizes(1020, 0, 255))
    gone(p.main, [thing])
    number = two.other.peek(AREA + PAGE + 4 * 254, NUMBER, name="the last of 255 descriptors").gives(None, None)
    looks(two.other, number, kind=OBJECT_DOOR, rights=RIGHTS)
    two.other.write(AREA, [descriptor(number, RIGHTS)] * 255)
    two.other.call(REPLY, 0, AREA, sizes(1020, 0, 255)).fails("TABLE")
    sent.waits()
    p.main.call_with(MEMORY_UNMAP, ROOT, [behind + -2 * PAGE, 1, 0]).gives(1)
    two.other.call(REPLY, 0, AREA, sizes(1020, 0, 255)).gives(0)
    sent.gives(0, 0, 0, sizes(0, 0, 255))


def test_door_transfer_refused(boot, seed):
    plays(boot, seed, scene_transfer_refused)
    plays(boot, seed, scene_table, memory=8)


def scene_transfer_owner(p, chance):
    """The owner's descriptor goes to another process, and the door with it."""
    two, cookie, function = Two(p, chance), chance.getrandbits(32), some_function(chance)
    door = new_door(p, cookie, 0, "the door that moves")
    through, client = duplicate(p.main, door, RIGHTS, cookie ^ 1), p.thread("the client")
    move = (PROCESS_GIVE, two.process, LOOKED, sizes(4, 0, 1))
    p.main.write(LOOKED, [descriptor(door, RIGHTS, MOVING)])
    received = two.host.call(RECEIVE, door, AREA, sizes(8)).waits()
    p.main.call(*move).fails("BUSY")
    received.waits()
    sent = client.call(function, through, ANYWHERE, 0).waits()
    received.gives(function, cookie ^ 1, AREA, 0)
    p.main.write(LOOKED, [descriptor(door, RIGHTS, MOVING)])
    p.main.call(*move).fails("BUSY")
    copies(two, door, cookie)
    two.host.call(REPLY, cookie ^ 1, ANYWHERE, 0).gives(0)
    sent.gives(0)
    line = client.call(function, through, ANYWHERE, 0).waits()
    copies(two, door, cookie)
    rights = chance.randrange(256) & RIGHTS | MOVE
    two.sender.write(AREA, [descriptor(door, rights, MOVING)])
    sent = two.sender.call(function, two.through, AREA, sizes(4, 0, 1)).waits()
    two.other.call(RECEIVE, two.owned, AREA, sizes(4)).gives(function, 0, AREA, sizes(4, 0, 1))
    there = two.other.peek(AREA, NUMBER, name="the owner's descriptor").gives(None, None)
    two.other.peek(AREA, FAILED ^ NUMBER, what="rights and flags of the owner's descriptor").gives(rights << 20 | OWN, None)
    looks(two.other, there, kind=OBJECT_DOOR, rights=rights, flags=LOOK_OWNER | LOOK_OWN, cookie=cookie)
    p.main.call(LOOK, door, LOOKED, sizes(20)).fails("TARGET")
    looks(p.main, through, kind=OBJECT_DOOR, flags=0, cookie=0)
    two.host.call(RECEIVE, door, AREA, sizes(8)).fails("TARGET")
    two.host.call(RECEIVE, through, AREA, sizes(8)).fails("RIGHT")
    two.other.call(REPLY, 0, ANYWHERE, 0).gives(0)
    sent.gives(0)
    two.other.call(RECEIVE, there, AREA, sizes(8)).gives(function, cookie ^ 1, AREA, 0)
    p.main.call(CLOSE, through).gives(0)
    two.other.call(REPLY, 0, ANYWHERE, 0).gives(0)
    line.gives(0)


def copies(two, door, cookie):
    """Copies of an owner's descriptor are ordinary ones."""
    number = give(two.p, two.process, [descriptor(door, RIGHTS)])
    looks(two.other, number, kind=OBJECT_DOOR, rights=RIGHTS, flags=0, cookie=0)
    two.other.call(RECEIVE, number, AREA, sizes(8)).fails("RIGHT")
    mine = give(two.p, ROOT, [descriptor(door, COPY | MOVE)])
    looks(two.p.main, mine, kind=OBJECT_DOOR, rights=COPY | MOVE, flags=LOOK_OWN, cookie=cookie)
    two.host.call(RECEIVE, mine, AREA, sizes(8)).fails("RIGHT")
    looks(two.p.main, door, kind=OBJECT_DOOR, flags=LOOK_OWNER | LOOK_OWN, cookie=cookie)


def scene_moved_along(p, chance):
    """A message moves the very descriptor through which it is sent, while there is a call under way through it."""
    two = Two(p, chance)
    for early in (False, True):
        cookie, function = chance.getrandbits(32), some_function(chance)
        thing = Thing(duplicate(p.main, two.through), OBJECT_DOOR, RIGHTS, cookie ^ 1, "other")
        two.other.call(RECEIVE, two.owned, AREA, sizes(4)).waits()
        sent = two.sender.call(function, thing.number, ANYWHERE, 0).waits()
        two.other.call(REPLY, thing.cookie, ANYWHERE, 0).gives(0)
        sent.gives(0)
        received = two.other.call(RECEIVE, two.owned, AREA, sizes(4)).waits() if early else None
        two.sender.write(AREA, [descriptor(thing.number, RIGHTS, MOVING)])
        sent = two.sender.call(function, thing.number, AREA, sizes(4, 0, 1)).waits()
        received = received or two.other.call(RECEIVE, two.owned, AREA, sizes(4))
        received.gives(function, thing.cookie, AREA, sizes(4, 0, 1))
        gone(p.main, [thing])
        arrives(two, two.other, "other", AREA, [thing])
        fresh = [two.own("home") for _ in range(3)]
        two.other.call(REPLY, cookie, ANYWHERE, 0).gives(0)
        sent.gives(0)
        fresh += [two.own("home") for _ in range(2)]
        for one in fresh:
            two.looks(p.main, one, "root")
        two.looks(two.other, thing, "other")


def test_door_transfer_owner(boot, seed):
    plays(boot, seed, scene_transfer_owner)
    plays(boot, seed, scene_moved_along)


def scene_many(p, chance):
    """As many descriptors as go into a message, at every alignment, until the recipient has more than 1,024."""
    two = Two(p, chance)
    mine = [two.own("home", chance.randrange(256) & RIGHTS | COPY) for _ in range(8)]
    for n, size in enumerate((3072, 0, 1, 2, 3, 3071, chance.randrange(4, 3000))):
        chosen = [chance.choice(mine) for _ in range(255)]
        base = descriptors_at(size)
        over = chance.randrange(1, 255)  # this word lies over the border of two pages
        at, there = (AREA + (2 + (base > PAGE - 1300)) * PAGE - base - 4 * over - n % 4 for n in (n, n // 2))
        data = two.sender.fill(at, size // 4, chance.getrandbits(32))
        two.sender.write(at + base, [descriptor(thing.number, RIGHTS) for thing in chosen])
        function, total = some_function(chance), base + 1020
        received = two.other.call(RECEIVE, two.owned, there, sizes(total)).waits() if n % 2 else None
        sent = two.sender.call(function, two.through, at, sizes(total, size, 255)).waits()
        received = received or two.other.call(RECEIVE, two.owned, there, sizes(total))
        received.gives(function, 0, there, sizes(total, size, 255))
        two.other.holds(there, data, "the data before 255 descriptors")
        sample = sorted({0, 254, over, over - 1, *chance.sample(range(255), 5)})
        for i in sample:
            number = came(two.other, there + base + 4 * i, i, chosen[i].rights, 0)
            looks(two.other, number, kind=OBJECT_DOOR, rights=chosen[i].rights, flags=0, cookie=0)
        used(two, [replace(chosen[sample[-1]], number=number)])
        two.other.call(REPLY, 0, ANYWHERE, 0).gives(0)
        sent.gives(0)


def test_door_transfer_many(boot, seed):
    plays(boot, seed, scene_many)


class Audit(Outside):
    """All descriptors that there are when a play is over, and who counts them, read from outside."""

    def __init__(self, play, booted):
        super().__init__(booted, SECONDS)
        self.run_to("machine_stop")
        report = verdict.parse(self.machine.verdict(), booted.key)
        if not report.complete:
            raise of_run(self.machine.run(), "the play comes to its end") or Failure("wrong", "the play comes to its end", "it did not")
        play.judge(report)

    def tables(self):
        """(process, number, descriptor) of every number."""
        at = self.members("process")
        for number, process in structs(self).items():
            pages = self.word(process + at["pages"])
            expect(pages <= 512, True, f"pages of numbers of process {number} are no more than there can be")
            for n in range(pages):
                page = self.gdb.read(self.word(process + at["page"] + 4 * n), PAGE)
                for i, one in enumerate(DESCRIPTOR.iter_unpack(page)):
                    yield process, n * IN_PAGE + i, one

    def check(self):
        counted, unused, nothing = Counter(), Counter(), self.address("object_nothing")
        for process, number, (thing, rights, _, calls) in self.tables():
            unused[process] += thing == nothing and number > 0 and calls == 0
            expect(rights & ~(RIGHTS | OWNER), 0, f"rights of descriptor {number} that are none")
            counted[thing] += not rights & OWNER
        at = self.members("process")
        for process in structs(self).values():
            expect(self.word(process + at["unused"]), unused[process], "numbers that a process counts as unused, and those that are")
        for thing, count in counted.items():
            if thing not in (nothing, self.address("machine")):
                expect(self.word(thing + 12), count, "references that an object counts, and descriptors of it that there are")


def test_door_transfer_counts(boot, seed):
    for scene in (scene_transfer, scene_transfer_refused, scene_transfer_owner, scene_moved_along, scene_table, scene_many):
        p = Play("int")
        scene(p, chance_of(seed, scene.__name__))
        Audit(p, p.load(boot, gdb=True, memory=8)).check()


def scene_transfer_reply(p, chance):
    """The descriptor of a reply goes to another process, which answers."""
    two, function, cookie = Two(p, chance), some_function(chance), chance.getrandbits(32)
    client, through = p.thread("the client"), duplicate(p.main, two.home, RIGHTS, 0)
    for last in (False, True):
        two.host.call(RECEIVE, two.home, AREA, sizes(100)).waits()
        waiting = client.call(function, through, AREA + PAGE, sizes(100, 4)).waits()
        parked = two.host.call(PARK, cookie, name="the descriptor of the reply").gives()
        two.host.write(AREA, [descriptor(parked, RIGHTS, MOVING)])
        sent = two.host.call(function, two.through, AREA, sizes(4, 0, 1)).waits()
        two.other.call(RECEIVE, two.owned, AREA, sizes(4)).gives(function, 0, AREA, sizes(4, 0, 1))
        number = two.other.peek(AREA, NUMBER, name="the reply's descriptor").gives(None, None)
        two.other.peek(AREA, FAILED ^ NUMBER, what="rights and flags of the reply's descriptor").gives(MOVE << 20, None)
        p.main.call(LOOK, parked, LOOKED, sizes(20)).fails("TARGET")
        waiting.waits()
        if last:
            p.main.call(THREAD_DELETE, client.descriptor).gives(0)
            two.other.call(ANSWER, number, AREA, sizes(16, 16)).fails("GONE")
        else:
            data = two.other.fill(AREA, 4, chance.getrandbits(32))
            two.other.call(ANSWER, number, AREA, sizes(16, 16)).gives(0)
            waiting.gives(*mirrored(data), 0, sizes(0, 16))
        two.other.call(REPLY, 0, ANYWHERE, 0).gives(0)
        sent.gives(0)


def test_door_transfer_reply(boot, seed):
    plays(boot, seed, scene_transfer_reply)


# --- doors.5: later, and not for ever (5 to 8 are another's)

SLOW = "fast=0"  # without the fast path, which is an exercise of its own
MESSAGE_FAULT, MESSAGE_UNREF, THREAD_ENDED, PROCESS_ENDED = 0x200, 0x210, 0x220, 0x228


def word(number):
    return number & 0xFFFFFFFF


def in_hex(text):
    """A reported line of numbers."""
    return [int(number, 16) for number in (text or "").split()]


def spelled(numbers):
    return " ".join(f"{number:x}" for number in numbers)


def result(value, error):
    """A value and an error, in words."""
    if error == 0:
        return f"{value:#x} and no error"
    return f"{'-1' if value == 0xFFFFFFFF else hex(value)} and " + error_name(error)


def fails(name):
    return f"-1 and ERR_{name}"


def told(text):
    """A reported value and error, in words."""
    numbers = in_hex(text)
    return result(*numbers[:2]) if len(numbers) >= 2 else "nothing"


GOOD = result(0, 0)


def expect_results(report, wanted):
    """{name: (result, what was done)}"""
    for name, (answer, what) in wanted.items():
        expect(told(report.get(name)), answer, what)


def expect_lines(seen, wanted, what):
    expect(len(seen), len(wanted), f"reports of: {what}")
    for line, right in zip(seen, wanted):
        expect(line, right, what)


CLIENTS = 6
ANSWERS = {
    "park.nothing": (fails("STATE"), "PARK by a thread that has received nothing"),
    "park.twice": (fails("STATE"), "PARK once more, when the message is parked"),
    "reply.parked": (fails("STATE"), "REPLY to a message that is parked"),
    "duplicate": (fails("RIGHT"), "DUPLICATE of the descriptor of a reply"),
    "big": (fails("BIG"), "ANSWER with more than the caller has room for"),
    "address": (fails("ADDRESS"), "ANSWER from a buffer in the kernel"),
    "error.0": (fails("FLAGS"), "ANSWER_ERROR with error 0"),
    "error.ff00": (fails("FLAGS"), "ANSWER_ERROR with error 0xff00"),
    "error.size": (fails("SIZE"), "ANSWER_ERROR with 8 bytes of data"),
    "door": (fails("TARGET"), "ANSWER on the descriptor of a door"),
    "gone.other": (GOOD, "REPLY to a caller, when others that were parked have ended"),
    "gone.park": (fails("GONE"), "PARK of a message whose sender has ended"),
    "gone.answer": (fails("GONE"), "ANSWER to a caller that has ended while it was parked"),
    "gone.again": (fails("TARGET"), "ANSWER once more, on a descriptor that ERR_GONE has used up"),
    "gone.error": (fails("GONE"), "ANSWER_ERROR to a caller that has ended while it was parked"),
    "gone.close": (GOOD, "CLOSE of a reply whose caller has ended"),
    "close": (GOOD, "CLOSE of a reply"),
    "closed": (fails("DEAD"), "what a parked caller gets when its reply's descriptor is closed"),
    "close.again": (fails("TARGET"), "CLOSE once more"),
    "close.answer": (fails("TARGET"), "ANSWER on the descriptor of a reply that was closed"),
}


def answer_to(i, param):
    """What client i of late_answers gets: value, error, sizes and third word."""
    if i % 3 == 2:
        return [0xFFFFFFFF, 1 + param % 0xFE00, 0, 0]
    return [param ^ 1, 0, 4 << 8, 0] if i % 3 else [param ^ 1, 0 if i else 0x77, 12 << 8, param ^ 2]


def check_parked(report, param):
    """The messages came with their cookies, and all callers wait while they are parked."""
    wanted = [spelled([i, param[i], word(param[i] + 1), 12 << 20 | 4 << 8]) for i in range(CLIENTS)]
    expect_lines(sorted(report.all("message")), wanted, "client, cookie, word and sizes of a message")
    expect(report.all("park"), ["0 1"] * CLIENTS, "error of each PARK, and whether there is a descriptor")
    expect(report.get("waiting"), "0", "clients whose call has ended while they are parked")
    expect(report.get("between"), f"{USER_FIRST + 8 * CLIENTS:x}", "the message received while others are parked")
    expect(told(report.get("between.reply")), result(param[6], 0), "the reply that overtakes those that are parked")
    expect(report.get("look"), spelled([OBJECT_REPLY, MOVE, 0, 0]), "kind, rights, flags and cookie of a reply's descriptor")
    expect(report.get("mistakes"), "0", "clients whose call has ended after an ANSWER that failed")


def check_answered(report, param):
    order, done = sorted(range(CLIENTS), key=lambda i: param[i]), 0
    for i, line in zip(order, report.all("answer")):
        done |= 1 << i
        expect(line, spelled([i, 0, 0, done]),
               f"ANSWER to client {i}: client, value, error and the mask of the clients that have their reply")
    expect([told(line) for line in report.all("again")], [fails("TARGET")] * CLIENTS, "ANSWER and ANSWER_ERROR on descriptors that are used up")
    for i, line in enumerate(report.all("reply")):
        expect(line, spelled(answer_to(i, param[i])), f"value, error, sizes and third word of the reply to client {i}")
    wanted = [spelled([i, word(param[i] + 2), word(param[i] + 3), 12 << 20 | 4 << 8]) for i in range(CLIENTS)]
    expect_lines(report.all("cookie"), wanted, "client, cookie, word and sizes of its next message, with the cookie that PARK has set")


def check_late_answers(boot, cmdline):
    booted = boot("late_answers", cmdline=cmdline, guest_seconds=4)
    report, param = booted.report, booted.params
    check_parked(report, param)
    check_answered(report, param)
    expect_results(report, ANSWERS)
    expect(report.get("close.done"), "1", "the mask of two parked clients whose call has ended when the first one's reply is closed")
    expect(told(report.get("through")), result(0xFFFFFFFF, 1 + param[5] % 0xFE00), "the reply to a caller whose descriptor was closed meanwhile")
    expect(report.get("ran.served"), "0", "whether a thread of a priority between the server's and the caller's runs while the call is served")
    expect(report.get("ran.parked"), "1", "whether it has run when PARK comes back")
    expect(report.get("many"), "300 0", "good answers of 300, and frames that are lost")


def test_late_answers(boot):
    check_late_answers(boot, SLOW)


MOVED = {
    "copy": (fails("RIGHT"), "a message with a copy of a reply's descriptor"),
    "itself": (fails("DESCRIPTOR"), "ANSWER with the descriptor of that reply in it"),
    "moved": (GOOD, "ANSWER in the process that the reply was moved to"),
    "moved.old": (fails("TARGET"), "ANSWER on the number that the reply had before it was moved"),
    "back": (GOOD, "ANSWER when the reply was moved to and fro"),
    "gone": (fails("GONE"), "ANSWER in another process when the caller has ended"),
    "gone.again": (fails("TARGET"), "ANSWER once more, on a descriptor that ERR_GONE has used up"),
    "brings": (GOOD, "ANSWER with a descriptor"),
}


def check_late_moved(boot, cmdline):
    """The descriptor of a reply goes to another process."""
    booted = boot("late_moved", cmdline=cmdline)
    report, param = booted.report, booted.params
    expect_results(report, MOVED)
    for name, wanted, what in (
        ("copy.client", "waits", "when its reply could not be copied"), ("moved.client", result(param[0], 0), "answered by another process"),
        ("back.waits", "waits", "while its reply moves to and fro"), ("back.client", result(param[1], 0), "when its reply was moved to and fro"),
        ("kept.client", "waits", "while another process keeps its reply"), ("brings.client", GOOD, "answered with a descriptor"),
        ("ended.client", fails("DEAD"), "when the process that keeps its reply ends"),
        ("deleted.client", fails("DEAD"), "when the process that keeps its reply is deleted"),
    ):
        done, _, answer = (report.get(name) or "0").partition(" ")
        expect(told(answer) if done == "1" else "waits", wanted, f"a parked caller {what}")
    expect(report.get("brings.look"), spelled([8 << 8 | 1, OBJECT_DOOR, param[2]]), "sizes of that reply; kind and cookie of its descriptor")


def test_late_moved(boot):
    check_late_moved(boot, SLOW)


def check_limit(line, tick, what):
    """Never too early, and at most two ticks late."""
    limit, seen, value, error = (line or "0 0 0 0").split()
    expect(told(f"{value} {error}"), fails("TIME"), f"{what}, limit {limit} ms")
    if not int(limit) <= int(seen) <= int(limit) + 2 * tick:
        raise Failure("wrong", f"{what}, limit {limit} ms, ends after {limit} ms, or two ticks of {tick:.1f} ms more", f"it ends after {seen} ms")


COME = {
    "came": (result(USER_FIRST, 0), "RECEIVE of a message that comes within its limit"),
    "later": (result(USER_FIRST + 8, 0), "REPLY_RECEIVE behind a RECEIVE with a limit, which does not count any more"),
    "there": (result(USER_FIRST, 0), "RECEIVE with a limit of 1 ms of a message that is there"),
    "there.later": (result(USER_FIRST + 8, 0), "REPLY_RECEIVE behind a WAIT with the longest limit"),
}


def check_limits(boot, hz):
    report, tick = boot("late_limits", cmdline=f"{SLOW} hz={hz}", guest_seconds=10).report, 1000 / hz
    for name, count, what in (("receive", 8, "RECEIVE where nothing comes"), ("wait", 4, "WAIT where nothing comes"),
                              ("together", 9, "RECEIVE beside nine others"), ("after", 1, "RECEIVE with a limit after one without"),
                              ("disturbed", 1, "WAIT that was woken, and found nothing left")):
        expect(len(report.all(name)), count, f"reports of: {what}")
        for line in report.all(name):
            check_limit(line, tick, what)
    expect(report.get("together.done"), "3fd", "the mask of ten threads of which one was ended, and the others' time is over")
    expect_results(report, COME)
    expect(report.get("longest"), "1", "WAIT with the longest limit tells of the message that comes")


def test_late_limits(boot, seed):
    check_limits(boot, 250)
    check_limits(boot, random.Random(f"{seed}:limits").choice([60, 100, 700, 1000]))
    check_wheel(boot, random.Random(f"{seed}:wheel"))


UNTOUCHED = 0x600D


def check_wheel(boot, chance):
    """From outside: limits are set, taken back, set again; the clock goes on by a few milliseconds, or many."""
    o = Pages(boot.load("probe", gdb=True, shift=8))
    process = o.call("process_new")
    threads, deadline = [o.call("thread_new", process, 0, 0, 0) for _ in range(12)], {}
    for t in threads:
        o.set_frame(t, eax=UNTOUCHED, ebx=UNTOUCHED)
    for _ in range(200):
        now, t = o.word(o.address("timer_milliseconds")), chance.choice(threads)
        if t in deadline and chance.random() < 0.1:
            o.call("thread_leave", t)  # as when it was woken, and runs when its time is over
            now = max(now, deadline.pop(t) + chance.choice([0, 0, 1, 300]))
            o.put_word(o.address("timer_milliseconds"), now)
            left = o.call("limit_set", t, chance.randrange(1, 900)) & 0xFF
            expect(left, 0, "limit_set() of a call that is made again when its time is over: is there time left")
            o.call("limit_clear", t)
            o.call("limit_expire")
            check_expired(o, threads, deadline, now)
        elif chance.random() < 0.3:
            now += chance.choice([1, 4, chance.randrange(1, 60), chance.randrange(1, 600)])
            o.put_word(o.address("timer_milliseconds"), now)
            o.call("limit_expire")
            check_expired(o, threads, deadline, now)
        elif t not in deadline:
            limit = chance.choice([1, 3, 256, 512, chance.randrange(1, 80), chance.randrange(1, 900)])
            expect(o.call("limit_set", t, limit) & 0xFF, 1, f"limit_set() to {limit} ms: is there time left")
            deadline[t] = now + limit
        elif chance.random() < 0.5:
            o.call("thread_leave", t)  # as when it was woken, and has to wait again
            expect(o.call("limit_set", t, chance.randrange(1, 900)) & 0xFF, 1, "limit_set() of a call that is made again: is there time left")
        else:
            o.call("limit_clear", t)
            del deadline[t]


def check_expired(o, threads, deadline, now):
    for n, t in enumerate(threads):
        frame, over = o.frame(t), deadline.get(t, now + 1) <= now
        wanted = fails("TIME") if over else "it waits" if t in deadline else "nothing"
        seen = told(f"{frame['eax']:x} {frame['ebx']:x}") if frame["eax"] != UNTOUCHED else "it waits" if t in deadline else "nothing"
        expect(seen, wanted, f"thread {n}, whose time is {deadline.get(t, 'unlimited')}, when the clock is {now}")
        if over:
            del deadline[t]
            o.set_frame(t, eax=UNTOUCHED, ebx=UNTOUCHED)


WAITS = {
    "bad.0": (fails("SIZE"), "WAIT with no data"),
    "bad.4": (fails("SIZE"), "WAIT for no door"),
    "bad.9": (fails("SIZE"), "WAIT with 9 bytes of data"),
    "bad.72": (fails("SIZE"), "WAIT for 17 doors"),
    "bad.number": (fails("TARGET"), "WAIT for a number that is no descriptor"),
    "bad.machine": (fails("TARGET"), "WAIT for the machine"),
    "bad.right": (fails("RIGHT"), "WAIT for 16 doors, one of them by a descriptor that is not the owner's"),
    "bad.last": (fails("TIME"), "WAIT for one door, where nothing comes"),
    "block.number": (fails("TARGET"), "WOULDBLOCK of a number that is no descriptor"),
    "block.machine": (fails("TARGET"), "WOULDBLOCK of the machine"),
    "block.right": (fails("RIGHT"), "WOULDBLOCK by a descriptor that is not the owner's"),
}


def check_wait_told(report):
    for name in ("one", "stays", "served"):
        expect(len(report.all(name)), 6, f"reports of {name}")
    for line in report.all("one"):
        door, seen = line.split()
        expect(seen, door, "the door that WAIT tells, where the only message is (16: none)")
    for line in report.all("stays"):
        again, before, after = line.split()
        expect(before, "1", "WOULDBLOCK before the message comes")
        expect(again, "1", "whether the next WAIT tells the message, too")
        expect(after, "0", "WOULDBLOCK when WAIT has told the message")
    expect(report.all("served"), ["1 1"] * 6, "whether the caller has its reply, and WOULDBLOCK then")


def check_turns_of_doors(busy, turns):
    """Whichever comes first: no door is left out for longer than two rounds of all."""
    for start in range(len(turns) - 2 * len(busy)):
        part = turns[start:start + 2 * len(busy)]
        if set(part) != set(busy):
            raise Failure("wrong", f"doors {' '.join(sorted(busy))}, where callers always wait, get their turns", f"WAIT tells {turns}")


def check_late_wait(boot, cmdline):
    report = boot("late_wait", cmdline=cmdline, guest_seconds=4).report
    check_wait_told(report)
    expect(len(report.get("turns", "")), 40, "turns that WAIT has told")
    check_turns_of_doors(report.get("busy"), report.get("turns"))
    expect(report.get("two.first"), "1 1", "callers served and threads done, of two that WAIT, after one call")
    expect(report.get("two.second"), "1 2", "callers served and threads done, of two that WAIT, after two calls")
    expect(report.get("ended"), "3", "the door that WAIT tells when another thread that waited there has ended")
    expect(report.get("left"), "1 0 1", "the caller, and two threads that WAIT for it, the first of which is ended when the call has come: done")
    expect_results(report, WAITS)


def test_late_wait(boot):
    check_late_wait(boot, SLOW)


# --- doors.6: death

DEAD = {
    "close": (GOOD, "CLOSE of the owner's descriptor"),
    "answer": (fails("GONE"), "ANSWER to a call at a dead door"),
    "reply-receive": (fails("TARGET"), "REPLY_RECEIVE of a thread that serves a call of a dead door"),
    "call": (fails("DEAD"), "a call to a dead door"),
    "call.closed": (fails("TARGET"), "a call through the owner's descriptor, which is closed"),
    "receive": (fails("TARGET"), "RECEIVE by the owner's descriptor, which is closed"),
    "let-go": (GOOD, "CLOSE of a descriptor of a dead door"),
    "call.nothing": (fails("TARGET"), "a call through a descriptor that is closed"),
    "reply": (fails("GONE"), "REPLY to a call at a dead door"),
    "reply.again": (fails("STATE"), "REPLY once more"),
}


def expect_reports(report, wanted):
    """{name: (text, what it tells)}"""
    for name, (text, what) in wanted.items():
        expect(report.get(name), text, what)


def check_death_door(boot, cmdline):
    """The owner closes its door; who is there is told at once."""
    booted = boot("death_door", cmdline=cmdline, guest_seconds=4)
    report = booted.report
    expect_reports(report, {
        "before": ("40 1 1", "threads in line, served and parked that wait for the door"),
        "at-once": ("0 0 0", "threads in line, served and parked that wait still when CLOSE has come back"),
        "dead": ("40 1 1", "threads in line, served and parked whose call has failed with ERR_DEAD"),
        "look": ("1 0", "kind and flags of a descriptor of a dead door"),
        "unparked": ("1", "callers in line that have got ERR_DEAD, while another one's message had been received"),
        "idle.before": ("3 3", "threads in RECEIVE and in WAIT that wait for the door"),
        "idle.at-once": ("0 0", "threads in RECEIVE and in WAIT that wait still when CLOSE has come back"),
        "idle.dead": ("3 3", "threads in RECEIVE and in WAIT that have got ERR_DEAD"),
        "event.before": ("1", "WOULDBLOCK of a new door"),
        "event.after": ("0", "WOULDBLOCK when there is a message of the kernel's"),
        "event.wait": ("1", "WAIT tells the door with a message of the kernel's"),
        "event": (spelled([MESSAGE_UNREF, booted.params[0]]), "function and cookie of that message"),
        "event.taken": ("1", "WOULDBLOCK when that message has been received"),
        "event.woken": ("1 1", "a thread in WAIT is told when a message of the kernel's comes"),
        "many": ("0", "frames that are lost when 200 doors come and go, with calls"),
    })
    expect_results(report, DEAD)


def test_death_door(boot):
    check_death_door(boot, SLOW)


def call_of(line):
    """What became of a call: `done value error`."""
    done, _, answer = (line or "0").partition(" ")
    return told(answer) if done == "1" else "it waits"


def check_death_process(boot, cmdline):
    """Servers and callers end; the others hear of it, or never notice."""
    booted = boot("death_process", cmdline=cmdline, guest_seconds=4)
    report, param = booted.report, booted.params
    served = result(word(param[0] + param[1]), 0)
    for name, wanted, what in (
        ("thread.other", served, "a call that another thread serves"), ("thread.before", "it waits", "a call that is being served"),
        ("thread.served", fails("DEAD"), "a call whose server's thread was deleted"),
        ("thread.still", served, "a call to a process of which one thread was deleted"),
        ("last.served", fails("DEAD"), "a call whose server's last thread ended by itself"),
        ("last.later", fails("DEAD"), "a call to a process whose last thread ended by itself"),
        ("process.later", fails("DEAD"), "a call to a process that was deleted"),
        ("saved.call", result(param[0], 0), "a call to a door that was moved before its first owner was deleted"),
        ("served.last", GOOD, "a call that came when the one before it had ended"),
    ):
        expect(call_of(report.get(name)), wanted, what)
    expect([call_of(line) for line in report.all("process.call")], [fails("DEAD")] * 3,
           "calls served, in line, and in line from a third process, when the server's process was deleted")
    expect_reports(report, {
        "thread.at-once": ("0", "calls that wait still when DELETE of their server's thread has come back"),
        "process.before": ("3", "calls that wait for a server's process"),
        "process.at-once": ("0", "calls that wait still when DELETE of their server's process has come back"),
        "saved": ("0 8000", "the call has ended; what the new owner receives"),
        "line.done": ("9", "the mask of four callers whose call has ended, when the second one and the third one's process were deleted"),
        "served.next": ("8018", "REPLY_RECEIVE, when the caller has ended, goes on to the next call"),
    })
    expect(report.all("line"), ["8000", "8018"], "the calls received when the second of four callers and the third one's process were deleted")
    expect_results(report, {
        "saved.reply": (GOOD, "REPLY by the new owner of a door"),
        "line.reply": (GOOD, "REPLY when other callers have ended"),
        "served.reply": (fails("GONE"), "REPLY to a caller whose thread was deleted"),
        "served.again": (fails("STATE"), "REPLY once more"),
        "served.error": (fails("GONE"), "REPLY_ERROR to a caller whose process was deleted"),
    })


def test_death_process(boot):
    check_death_process(boot, SLOW)


UNREF = {
    "none": (0, "when there are two descriptors"), "one-left": (0, "when one of two is closed"), "closed": (1, "when both are closed"),
    "told-once": (0, "after it has been told"), "merged": (1, "when three are made and closed, one after the other"),
    "new-again": (0, "when there is a new one, before it was told"), "closed-again": (1, "when that is closed, too"),
    "moved": (0, "when the only one was moved to another process"), "deleted": (1, "when that process was deleted"),
    "copied": (0, "when only a copy in another process is left"), "ended": (1, "when that process has ended"),
    "managed": (0, "when a process was given the door as its manager, before it was told"), "unmanaged": (1, "when that process was deleted"),
    "after-call": (1, "when the last one was closed under a call"),
}


def check_death_unref(boot, cmdline):
    """The owner of a door hears when nobody else has a descriptor of it."""
    booted = boot("death_unref", cmdline=cmdline)
    report, cookie = booted.report, booted.params[0]
    for name, (events, what) in UNREF.items():
        expect(report.get(name), f"{events} {cookie * events:x} {USER_FIRST:x}",
               f"messages UNREF, their cookie, and the message behind them, {what}")
    expect_reports(report, {
        "receiving.before": ("0", "a thread in RECEIVE has something while there is a descriptor"),
        "receiving": (f"1 {MESSAGE_UNREF:x} {cookie:x} 0", "a thread in RECEIVE when the last descriptor is closed: done, message, cookie, sizes"),
        "under-way": (f"{USER_FIRST:x} 1 0", "a call whose descriptor is closed meanwhile: function, done, error"),
    })
    expect_results(report, {"no-reply": (fails("STATE"), "REPLY to UNREF")})


def test_death_unref(boot, seed):
    check_death_unref(boot, SLOW)
    check_unref_outside(boot, random.Random(f"{seed}:unref"))


class Remote:
    """A program's only thread, which makes kernel calls with registers that are set from outside.  No interrupt comes."""

    def __init__(self, boot):
        self.o = o = Outside(boot.load("probe", gdb=True))
        o.run_to("trap_return")
        for port in (0x21, 0xA1):
            o.out(port, 0xFF)
        o.run_to_program("probe_spin")

    def __call__(self, function, target, data=b"", total=0):
        """EAX, EBX and EDI afterwards."""
        o, at = self.o, self.o.program("challenge")
        o.gdb.write(at, data)
        o.set(eax=function, ebx=target, esi=at, edi=max(total, len(data)) << 20 | len(data) << 8, eip=o.program("probe_call"))
        frame = o.frame(o.run_to("trap_return")["eax"])
        o.run_to_program("probe_spin")
        return frame["eax"], frame["ebx"], frame["edi"]


def check_unref_outside(boot, chance):
    call = Remote(boot)
    for _ in range(3):
        cookie, other = chance.getrandbits(32), chance.getrandbits(32)
        door = call(DOOR_CREATE, MACHINE, struct.pack("<II", 0, cookie))[0]
        clients = [call(DUPLICATE, door, struct.pack("<II", 0xFF, other))[0] for _ in range(chance.randrange(1, 5))]
        for client in clients:
            call(CLOSE, client)
        expect(spelled(call(RECEIVE, door)), spelled([MESSAGE_UNREF, cookie, 0]),
               "registers of RECEIVE when all descriptors but the owner's were closed")
        client = call(DUPLICATE, door, struct.pack("<II", 0xFF, other))[0]
        call(CLOSE, door)
        function = USER_FIRST | chance.getrandbits(14) << 3
        expect(told(spelled(call(function, client))), fails("DEAD"), f"a call, {function:#x}, to a dead door")


ENDED = {
    "first": (THREAD_ENDED, 0, 1, 3, 2, "when one of four threads was deleted"),
    "merged": (THREAD_ENDED, 0, 2, 1, 0, "when two more were deleted"),
    "last": (PROCESS_ENDED, 0, 1, 0, 3, "when the last one was deleted"),
    "deleted": (PROCESS_ENDED, 1, 3, 0, 2, "when a process of three threads was deleted, one after the other"),
    "exit": (PROCESS_ENDED, 3, 1, 0, 4, "when the only thread ended by itself"),
    "large": (PROCESS_ENDED, 4, 300, 0, 4, "when a process of 300 threads was deleted"),
}


def test_death_ended(boot):
    """The manager hears of the end of threads and processes; large ones do not stop the clock."""
    booted = boot("death_ended", cmdline=SLOW, guest_seconds=8, shift=8)
    report, cookie = booted.report, booted.params[0]
    expect_results(report, {"manager": (GOOD, "PROCESS_MANAGER"), "reply": (fails("STATE"), "REPLY to THREAD_ENDED"),
                            "short": (fails("BIG"), "RECEIVE of THREAD_ENDED with room for 11 bytes")})
    for name, (message, more, threads, left, last, what) in ENDED.items():
        seen = report.get(name, "")
        expect(seen, f"{message:x} {word(cookie + more):x} {12 << 8:x} {threads:x} {left:x} {last}",
               f"message to the manager {what}: function, cookie, sizes, threads ended, left, "
               "and the last one's place (4: none of those deleted by hand)")
    for name, what in (("other", "the manager before"), ("nothing", "the manager, when all has been told"),
                       ("unmanaged", "the door that was a manager once"), ("large.quiet", "the manager, when all has been told")):
        expect(report.get(name), f"{USER_FIRST:x}", f"the next message to {what}, to whom somebody calls")
    expect_reports(report, {"small.frames": ("0", "frames lost with a process that has ended"),
                            "untold.frames": ("0", "frames lost with a process whose manager's door is closed before it hears"),
                            "large.frames": ("0", "frames lost with a large process that was deleted")})
    for name, what in (("process", "a process with 300 threads and 3,000 descriptors is taken down"),
                       ("door", "a door with 1,000 callers is closed")):
        seen, passed = (int(number) for number in report.get(f"clock.{name}", "0 0").split())
        passed *= 1024 / 1e6
        if abs(seen - passed) > 4 + 1.5:
            raise Failure("wrong", f"while {what}, the clock goes on by about {passed:.1f} ms", f"it goes on by {seen} ms")


# --- doors.7: faults as messages

REGISTERS = "edi esi ebp ebx edx ecx eax eip eflags esp".split()
FAULT = "vector error address access present thread".split()
ABSENT_AT, PROGRAMS_FLAGS, ALWAYS, STEP = 0x20000000, 0xDD5, 0x202, 0x100
FAULTED = [
    # name, vector, error code, access and present of a page fault, how far EIP has gone on; and the same of the second fault
    ("read", 14, 4, (0, 0), 0, None), ("write", 14, 6, (1, 0), 0, None), ("read-only", 14, 7, (1, 1), 0, None),
    ("kernel", 14, 5, (0, 1), 0, None), ("push", 14, 6, (1, 0), 0, None), ("fetch", 14, 4, (2, 0), 0, None),
    ("divide", 0, 0, None, 0, None), ("undefined", 6, 0, None, 0, None), ("break", 3, 0, None, 1, 6),
    ("overflow", 4, 0, None, 1, 6), ("interrupt", 13, 0x50 << 3 | 2, None, 0, None), ("halt", 13, 0, None, 0, None), ("step", 1, 0, None, 1, 6),
]


def random_registers(param, by):
    """As pager_faults.c makes them."""
    return {name: word(param[(i + by) % 16] + by) for i, name in enumerate(REGISTERS)}


def fault_lines(vector, error, address, access, registers):
    """Three lines of the report; EIP is what it has gone on by."""
    first, middle, last = [vector, error, address, *access], REGISTERS[:7], REGISTERS[7:]
    return [spelled(first), spelled(registers[name] for name in middle), spelled(registers[name] for name in last)]


PARTS = "vector, error, address, access, present", " ".join(REGISTERS[:7]), "EIP behind the instruction, EFLAGS, ESP"


def expect_fault(seen, wanted, what):
    for line, right, part in zip(seen, wanted, PARTS):
        expect(line, right, f"{what}: {part}")


def check_kind(report, param, i, seen):
    """One kind of fault: as it is told at first, when nothing was replied, and when registers were."""
    name, vector, error, access, on, second = FAULTED[i]
    place, registers = int(report.all("place")[i], 16), random_registers(param, i)
    registers.update(esi=place, edi=place, esp=place, eip=on, ecx=0 if name == "divide" else registers["ecx"])
    flags = {"overflow": 0x800, "step": STEP}.get(name, 0)
    registers["eflags"] = registers["eflags"] & PROGRAMS_FLAGS & ~STEP | flags | ALWAYS
    address = 0 if access is None else word(place - 4) if name == "push" else place
    expect_fault(report.all(name), fault_lines(vector, error, address, access or (0, 0), registers), f"fault by {name}")
    if second:
        vector, error = second, 0
    expect_fault(seen[0], fault_lines(vector, error, address, access or (0, 0), registers),
                 f"fault by {name}, the next one when the reply has no data")
    registers = random_registers(param, i + 7)
    registers.update(eip=0, eflags=param[i] & PROGRAMS_FLAGS & ~STEP | ALWAYS)
    expect_fault(seen[1], fault_lines(6, 0, 0, (0, 0), registers), f"fault by {name}, the next one when the reply has registers")


def test_faults_told(boot, seed):
    """A fault is a message, and its reply says how the thread goes on."""
    booted = boot("pager_faults", cmdline=SLOW, guest_seconds=4)
    report, param = booted.report, booted.params
    for i, line in enumerate(report.all("message")):
        expect(line, f"{MESSAGE_FAULT:x} {word(param[0] + i):x} {40 << 20 | 64 << 8:x} 1",
               "function, cookie and sizes of the message, and whether it has the thread's number")
    for i in range(len(FAULTED)):
        check_kind(report, param, i, [report.all(name)[3 * i:3 * i + 3] for name in ("second", "third")])
    for name, what in (("reply", "a reply of registers"), ("refuse", "a reply of an error number")):
        expect([told(line) for line in report.all(name)], [GOOD] * len(FAULTED), what)
    expect([error_name(int(line, 16)) for line in report.all("ended")], ["ERR_DEAD"] * len(FAULTED), "READ of a thread whose fault got an error")
    expect_results(report, {
        "busy": (fails("BUSY"), "PROCESS_MANAGER while the manager has a message of that process"),
        "short": (fails("SIZE"), "a reply of 36 bytes"), "long": (fails("SIZE"), "a reply of 44 bytes"),
        "descriptor": (fails("SIZE"), "a reply of registers and a descriptor"),
        "address": (fails("ADDRESS"), "a reply of registers from a buffer in the kernel"),
        "free": (GOOD, "PROCESS_MANAGER when the message has its reply"),
    })
    check_fault_outside(boot, random.Random(f"{seed}:fault"))


def check_fault_outside(boot, chance):
    """The processor's registers, set and read from outside, before the fault and behind it; the message in memory."""
    o = Outside(boot.load("pager_faults", "outside", gdb=True))
    o.run_to_program("pager_spin")
    for _ in range(4):
        given = {name: chance.getrandbits(32) for name in REGISTERS[:7]}
        label, access = chance.choice([("fault_read", 0), ("fault_write", 1)])
        address = ABSENT_AT + chance.randrange(1 << 24)
        given.update(esi=address, edi=address, esp=chance.getrandbits(32), eip=o.program(label), eflags=chance.getrandbits(12) & 0x8D5 | ALWAYS)
        o.set(**given)
        o.run_to_program("pager_told")
        at = o.program("told")
        seen = dict(zip(FAULT + REGISTERS, struct.unpack("<16I", o.gdb.read(at, 64))))
        wanted = dict(vector=14, error=4 | access << 1, address=address, access=access, present=0, **given)
        for name, value in wanted.items():
            expect(f"{seen[name]:#x}", f"{value:#x}", f"{name} in the message about a fault")
        new = {name: chance.getrandbits(32) for name in REGISTERS}
        new.update(eip=o.program("pager_spin"), eflags=new["eflags"] & ~STEP)
        o.gdb.write(at + 24, struct.pack("<10I", *new.values()))
        cpu = o.run_to_program("pager_spin")
        new["eflags"] = new["eflags"] & PROGRAMS_FLAGS | ALWAYS
        for name, value in new.items():
            expect(f"{cpu[name]:#x}", f"{value:#x}", f"{name} of the processor when the manager has replied with registers")


WORDS = 4096


def worked(param, argument):
    """What a process of pager_memory.c makes of the template: sums over the results and its own copy."""
    template = [word(param[i % 16] * (i + 1)) for i in range(WORDS)]
    results = [word(t * 3 + argument) for t in template]
    copy = [t ^ r if i % 7 == 0 else t for i, (t, r) in enumerate(zip(template, results))]
    deep = sum(range(1, 21))
    sums = [deep + sum(r * i for i, r in enumerate(results)), sum(c * (i + 1) for i, c in enumerate(copy))]
    return [word(s) for s in sums], word(sum(t * (i + 1) for i, t in enumerate(template)))


def check_pager(boot, cmdline):
    """A pager gives two processes zeros, stacks, and copies of what they share."""
    booted = boot("pager_memory", cmdline=cmdline, guest_seconds=6)
    report, param = booted.report, booted.params
    done = {line.split()[0]: line for line in report.all("done")}
    for i in (0, 1):
        (results, copy), template = worked(param, i)
        expect(done.get(str(i)), f"{i} 0 {results:x} {copy:x}",
               "process, bits of what should be zeros, sums over its results and over its copy of the template")
        zeroed, copied, stacked, odd = (int(number) for number in report.all("faults")[i].split())
        expect((zeroed, copied, odd), (4, 4, 0), f"faults of process {i}: in 4 pages of zeros, in 4 of the template, elsewhere")
        expect(stacked > 1, True, f"faults of process {i} in its stack")
    expect(report.get("template"), f"{template:x}", "sum over the template when both processes have written to theirs")


def test_pager(boot):
    check_pager(boot, SLOW)


def brought(*places):
    return " ".join(f"{at:x}:{access}:14" for at, access in places) or "none"


BUFFERS = {
    "send.inside": (brought((0, 0)), "of a message in one page"),
    "send.second": (brought((4, 0)), "of a message of which only the first page is there"),
    "send.first": (brought((0, 0)), "of a message of which only the second page is there"),
    "send.both": (brought((0, 0), (8, 0)), "of a message in two pages"),
    "reply.inside": (brought((0, 1)), "of a reply that goes to one page"),
    "reply.second": (brought((4, 1)), "of a reply to two pages, of which the first is there"),
    "reply.first": (brought((0, 1)), "of a reply to two pages, of which the second is there"),
    "reply.both": (brought((0, 1), (8, 1)), "of a reply to two pages"),
    "descriptor": (brought((0, 1), (4, 1)), "of a reply with a descriptor, to two pages"),
    "refused.faults": (brought((0, 1)), "of a reply whose page the pager refuses"),
    "diverted.faults": (brought((0, 1)), "of a reply to a thread whose registers the pager changes"),
    "receive.begins": (brought((0, 1), (4, 1)), "of RECEIVE, whose buffer is in two pages"),
    "receive": (brought((0, 1), (4, 1), (0x10000, 0), (0x10004, 0)),
                "of a RECEIVE whose buffer went away meanwhile, and of REPLY from two other pages"),
    "limited.faults": (brought((0, 1)), "of a RECEIVE with a limit"),
    "kernel": (brought((0x10, 0), (0x100FEC, 0), (0x101000, 0), (0x200FFC, 1), (0x201000, 1)), "of two calls of CONSOLE_WRITE and one of LOOK"),
    "alone.faults": ("none", "of a process without a manager"),
}
BROUGHT = {
    "descriptor.client": ("1 64636261 0 401", "the reply with a descriptor: done, value, error, sizes"),
    "descriptor.look": ("0 1 fe", "the descriptor in it: error, kind and rights"),
    "refused": ("0 0", "a client whose page the pager refuses: done; frames that are lost with the reply"),
    "received": ("1 8000 0 1000c00", "a server whose buffer went away while it received: done, function, error of its REPLY, sizes"),
    "limited": ("1 ffffffff ff10", "RECEIVE whose time was over before its page had come: done, value, error"),
    "diverted.limit": ("1 ff10 1",
                       "a RECEIVE of 100 ms of a thread that the pager took out of another RECEIVE: done, error, and whether it took so long"),
    "console": ("1 28 0 0", "CONSOLE_WRITE from an absent page: done, value, error, sizes"),
    "console.border": ("1 28 0 0", "CONSOLE_WRITE from two absent pages: done, value, error, sizes"),
    "look": ("1 1 0 1400", "LOOK whose reply goes to absent pages: done, kind, error, sizes"),
}


def letters(param, address, size):
    """What the pager of pager_buffers.c puts there."""
    return bytes(ord("a") + (at // PAGE * 5 + at % PAGE * 3 + param % 1000) % 26 for at in range(address, address + size))


def check_messages(report):
    expect(report.all("sent"), [f"8000 {64 << 20 | 12 << 8:x} 1"] * 4,
           "messages from absent pages: function, sizes, and whether the pager's letters are in it")
    expect(report.all("sent.reply"), ["1 6c706572 2e2e2e79 800"] * 4, "the replies to them: done, the eight letters `reply...`, sizes")
    expect(report.all("replied"), ["0 0 1 0"] * 4,
           "REPLY to an absent page: value, error; then faults that the pager has, and whether its client is done")
    expect(report.all("goes-on"), ["8008"] * 4, "the server's next message, while the page for the reply before is fetched")
    expect(report.all("goes-on.done"), ["1 0"] * 4, "whether the callers are done: the second one, and the one whose page is fetched")
    expect(report.all("reply.data"), ["1"] * 4, "whether a reply is right that had to wait for its page")


def check_faults_buffers(boot, cmdline):
    """Pages of message buffers are fetched, and calls go on as if nothing had been."""
    booted = boot("pager_buffers", cmdline=cmdline, guest_seconds=10)
    report, param = booted.report, booted.params
    check_messages(report)
    for name, (places, what) in BUFFERS.items():
        expect(report.get(name), places, f"faults {what}, each place:access:vector")
    expect_reports(report, BROUGHT)
    expect(report.get("diverted"), f"1 {param[5]:x} 0",
           "a thread that the pager sends elsewhere: done, its word; frames that are lost with the reply")
    expect(report.get("received.data"), spelled(param[2:5]), "the message that came into a buffer which had gone away")
    done, _, error, same = (report.get("received.reply") or "0 0 0 0").split()
    expect((done, same), ("1", "1"), "its caller: done, and the pager's letters in the reply")
    wanted = letters(param[0], 0x33000010, 40) + letters(param[0], 0x33101000 - 20, 40)
    expect(wanted in booted.run.console, True, f"on the console, what was written from absent pages: {wanted.decode()}")
    for name in ("send", "console", "look", "reply"):
        expect(call_of(report.get(f"alone.{name}")), fails("ABSENT"), f"an absent page without a manager: {name}")
    expect_results(report, {"alone.receive": (fails("ABSENT"), "RECEIVE into an absent page, without a manager"),
                            "alone.replied": (GOOD, "REPLY to a client without a manager, whose page is absent")})


def test_faults_buffers(boot):
    check_faults_buffers(boot, SLOW)


def test_faults_end(boot):
    """Nobody answers: the thread ends, and a line on the console says why."""
    booted = boot("pager_ends", cmdline=SLOW)
    report, console = booted.report, booted.run.console.decode("latin-1")
    faults = [line.split() for line in report.all("fault")]
    expect(report.get("before"), "2 2 2", "states of threads whose fault is with their manager: 2, they wait")
    expect(told(report.get("reply")), fails("GONE"), "REPLY when the manager has closed its door")
    expect_reports(report, {name: (text, f"READ of {what}") for name, text, what in (
        ("alone.ended", "ff0e", "a thread that faulted, without a manager"),
        ("after", "ff0e ff0e ff0e", "three threads that faulted, when the manager's door is closed"),
        ("later.ended", "ff0e", "a thread that faulted when its manager was dead"))})
    for name in ("alone", "later"):
        number, address = report.get(name).split()
        line = rf"thread {number} reads from {address}, which is not mapped\r?\nthread {number} ended: page fault"
        expect(bool(re.search(line, console)), True, f"on the console: thread {number} reads from {address}, and has ended")
    for number, _ in faults:
        expect(f"thread {number}: nobody answers for its page fault" in console, True,
               f"on the console: nobody answers for the page fault of thread {number}")


# --- doors.8: the fast path

FAST = ""
EMPTY_CALL = 400  # instructions, there and back
SHIFT = 3  # an instruction takes 2^3 ns, and the time stamp counter counts nanoseconds


def expect_same(boot, program):
    """What a program reports with the fast path is what it reports without it."""
    slow, fast = (boot(program, cmdline=cmdline, guest_seconds=6).report.values for cmdline in (SLOW, FAST))
    for name, lines in slow.items():
        for n, (wanted, seen) in enumerate(zip(lines, fast.get(name, []))):
            expect(seen, wanted, f"with the fast path, as without it: {program}, line {n} of {name}")
        expect(len(fast.get(name, [])), len(lines), f"with the fast path, as without it: {program}, lines of {name}")


def costs(boot, cmdline):
    """{bytes: instructions} of calls with replies of that size."""
    report = boot("fast_cost", cmdline=f"{cmdline} hz=19", shift=SHIFT).report
    expect(report.get("sysenter"), "1", "whether programs may use SYSENTER")
    numbers = [[int(number) for number in line.split()] for line in report.all("cost")]
    expect([good for _, _, good in numbers], [30] * 4, "good calls of 30, with 0, 8, 64 and 2,048 bytes")
    return {size: least >> SHIFT for size, least, _ in numbers}


def check_costs(boot):
    slow, fast = costs(boot, SLOW), costs(boot, FAST)
    for size in slow:
        if fast[size] > slow[size] - 150:
            raise Failure("wrong", f"a call with {size} bytes takes at least 150 instructions less than without the fast path",
                          f"it takes {fast[size]}, and {slow[size]} without")


def test_fast_same(boot):
    """Random calls, and cases that look simple."""
    expect_same(boot, "fast_calls")
    expect_same(boot, "fast_cases")
    check_costs(boot)


def test_fast_others(boot):
    """What the other exercises want is so with the fast path, too."""
    for check in (check_late_answers, check_late_moved, check_late_wait, check_death_door, check_death_process, check_death_unref,
                  check_pager, check_faults_buffers):
        check(boot, FAST)
    check_costs(boot)


def test_fast_cost(boot):
    """Told by the time stamp counter, and counted from outside."""
    seen = costs(boot, FAST)[0]
    counted = count_instructions(boot)
    for number, how in ((seen, "by the time stamp counter"), (counted, "counted from outside")):
        if number > EMPTY_CALL:
            raise Failure("wrong", f"an empty call and its reply take {EMPTY_CALL} instructions at most", f"{number}, {how}")


def count_instructions(boot):
    """From the first instruction of an empty call to the first behind it, when no interrupt comes."""
    o = Outside(boot.load("fast_cost", cmdline=FAST, gdb=True, shift=SHIFT))
    o.run_to_program("fast_before")
    for port in (0x21, 0xA1):
        o.out(port, 0xFF)
    o.run_to_program("fast_after")
    o.run_to_program("fast_before")
    before = o.machine.instructions()
    o.run_to_program("fast_after")
    return o.machine.instructions() - before
