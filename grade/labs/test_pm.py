# SPDX-License-Identifier: BSD-2-Clause
"""Lab pm: what its exercises have to do."""

import random
import struct

from lintel.failure import Failure, expect
from lintel.outside import Outside
from lintel.pages import FRAME, PAGE, WRITABLE, Pages, descriptor_pages, structs
from lintel.pmplay import ALL, ANY, FAILED, LATER, MOVE, READ, RIGHTS, SECONDS, SPAWN, WRITE, Scene, rights, text, words

MANAGER = 1  # the kernel's number of the manager's process; the first program's is the next
FIRST = 2

POLICY = """
domain init user
type private up
limit init processes 64 pages 2048 names 64 threads 4 descriptors 512
limit user processes 8 pages 256 names 64 threads 4 descriptors 256
may init processes archive console halt report doors system
enter init user
made init private
name init / /*
processes init up
allow init private read write start stop delete copy move
allow init up read write start stop delete copy move
may user doors
made user private
name user / /*
processes user up
allow user private read write copy move
"""


def chance_of(seed, name):
    return random.Random(f"{seed}:{name}")


# --- Processes that are made by hand, each with a few instructions

CODE, READ_ONLY, DATA = 0x08000000, 0x08010000, 0x08020000
REGISTERS = "edi esi ebp ebx edx ecx eax eip eflags esp".split()
VIEW = "value error number parent state end status pages pages_max children names threads vector code address access present".split()
REGISTERS_AT, DOMAIN_AT, NAME_AT, VIEW_WORDS = 18, 28, 32, 40  # words in a struct process_view
ENDED = "it has ended"


class Child:
    """A process that the play makes, whose capability is in a register of the play's."""

    def __init__(self, scene, register, name="child", domain="", actor=0, **options):
        self.s, self.register, self.actor = scene, register, actor
        scene.do("PM_CREATE", text(name) + text(domain), f"in the domain {domain or 'of its creator'}", register=1, store=register,
                 actor=actor, **options)

    def call(self, name, data=b"", what="", **options):
        self.s.do(name, data, what, **{"register": self.register, "actor": self.actor, **options})

    def write(self, address, data, flags=0, **options):
        self.call("PM_WRITE_CODE", words(address, flags) + data, f"{len(data)} bytes to {address:#x}",
                  **{"value": len(data), **({} if "error" not in options else {"value": ANY}), **options})

    def start(self, at=CODE, **registers):
        registers = {"eip": at, **registers}
        self.call("PM_WRITE_REGISTERS", words(*(registers.get(name, 0) for name in REGISTERS)), value=0)
        self.call("PM_START", value=0)

    def clist(self, *gives, **options):
        """gives: (register, rights[, MOVE])."""
        self.call("PM_WRITE_CLIST", what=f"{len(gives)} descriptors", gives=gives,
                  **{"value": len(gives), **({"value": ANY} if "error" in options else {}), **options})

    def look(self, what, **wanted):
        """What PM_READ_STATUS has to tell: members of struct process_view."""
        self.call("PM_READ_STATUS", what=what, show=VIEW_WORDS, check=lambda seen, said: check_view(self.s, seen, said, **wanted))


def check_view(s, seen, what, domain=None, name=None, registers=None, **wanted):
    for register, value in (registers or {}).items():
        expect(seen.data[REGISTERS_AT + REGISTERS.index(register)], value & FAILED, f"{what}: {register.upper()} when it ended")
    for member, value in wanted.items():
        told = seen.data[VIEW.index(member)]
        if value == ENDED:
            told = ENDED if told in (s.PROCESS_ENDING, s.PROCESS_ENDED) else f"state {told}"
        expect(told, value, f"{what}: {member}")
    for member, at, size, value in (("domain", DOMAIN_AT, 16, domain), ("name", NAME_AT, 32, name)):
        if value is not None:
            expect(seen.text(at, size), value, f"{what}: {member}")


# --- pm.1: memory on demand

BASE, LIMIT = 0x10000000, 0xB0000000  # MAP_BASE, MAP_LIMIT
ARCHIVE = 0x60000000  # where the play maps the boot archive
BELOW, ABOVE = 0x0A000000, LIMIT + 0x01000000  # where programs may map, and the manager never chooses
KERNEL = 0xC0000000


class Memory:
    """What is mapped in one process: {page number: flags}, and which pages are there: {page number: {offset: word}}."""

    def __init__(self):
        self.mapped, self.there = {}, {}

    def map(self, address, pages, writable):
        self.mapped.update(dict.fromkeys(range(address // PAGE, address // PAGE + pages), writable))

    def error_of_map(self, address, pages):
        if address % PAGE or address < PAGE or pages == 0 or address + pages * PAGE > KERNEL:
            return "ERR_RANGE"
        taken = any(number in self.mapped for number in range(address // PAGE, address // PAGE + pages))
        return "ERR_RANGE" if taken else None

    def error_of_unmap(self, address, pages):
        if address % PAGE or address < PAGE or pages == 0 or address + pages * PAGE > KERNEL:
            return "ERR_RANGE"
        return None if all(n in self.mapped for n in range(address // PAGE, address // PAGE + pages)) else "ERR_RANGE"

    def unmap(self, address, pages):
        for number in range(address // PAGE, address // PAGE + pages):
            del self.mapped[number]
            self.there.pop(number, None)

    def touch(self, address):
        return self.there.setdefault(address // PAGE, {})


class Look(Pages):
    """A machine with a process manager, seen from outside."""

    def __init__(self, booted):
        Outside.__init__(self, booted, SECONDS)


class Staged(Scene):
    """A scene of which something is looked at from outside, too."""

    def look(self, boot, policy, look, files=None, **options):
        """Run it under `look`, a function of a Look, up to where that leaves it, and to its end; then what was told is judged."""
        booted = self.load(boot, policy, files, gdb=True, **options)
        try:
            look(Look(booted))
        except Failure:
            self.judge(booted)  # says more, if it says anything
            raise
        return self.judge(booted)


class Mapping(Staged):
    """A scene in which the first program maps memory and uses it."""

    def __init__(self, tree):
        super().__init__(tree)
        self.memory, self.base = Memory(), None

    def map(self, address, pages, writable=True):
        error = self.memory.error_of_map(address, pages)
        flags = self.MEMORY_WRITABLE if writable else 0
        self.do("PM_MAP", words(address, pages, flags), error=error, **({} if error else {"value": address}))
        if not error:
            self.memory.map(address, pages, writable)

    def unmap(self, address, pages):
        error = self.memory.error_of_unmap(address, pages)
        self.do("PM_UNMAP", words(address, pages), error=error)
        if not error:
            self.memory.unmap(address, pages)

    def read(self, address):
        wanted = self.memory.touch(address).get(address % PAGE, 0)
        self.do(READ, words(address), f"at {address:#x}", value=wanted)

    def write(self, address, word):
        self.memory.touch(address)[address % PAGE] = word
        self.do(WRITE, words(address, word), f"at {address:#x}", value=0)

    def choose(self, pages):
        """Where the manager wants: it has to be free."""
        def check(seen, what):
            at = seen.value
            expect(at % PAGE == 0 and BASE <= at and at + pages * PAGE <= LIMIT, True,
                   f"{what}: whether {at:#x} is the address of a page, and all is between MAP_BASE and MAP_LIMIT")
            expect(self.memory.error_of_map(at, pages), None, f"{what}: whether what is at {at:#x} was free")
            self.memory.map(at, pages, True)
        self.do("PM_MAP", words(0, pages, 2), f"{pages} pages wherever there is room", check=check)

    def count(self, what):
        """The manager counts the pages that are there: how many more it has to be than when this was asked first."""
        there = len(self.memory.there)

        def check(seen, said):
            pages = seen.data[VIEW.index("pages")]
            self.base = pages - there if self.base is None else self.base
            expect(pages - self.base, there, f"{said}: pages of the process, {what}, besides those that it began with")
        self.do("PM_PROCESS", words(1), check=check, show=10)


def ranges(chance, count, first, last, most=9):
    """Addresses of as many ranges with room between them, and how many pages each has."""
    span = (last - first) // count // PAGE
    for i in range(count):
        pages = chance.randrange(1, most)
        yield first + (i * span + chance.randrange(1, span - pages)) * PAGE, pages


def in_archive(address):
    """Where the boot archive may be, and what is mapped just before that."""
    return ARCHIVE - 16 * PAGE <= address < ARCHIVE + (16 << 20)


def test_memory_zeros(boot, seed):
    """Pages come when they are touched, and not before."""
    s, chance = Mapping(boot.tree), chance_of(seed, "zeros")
    areas = [(*area, chance.random() < 0.75) for area in ranges(chance, 10, BELOW, KERNEL) if not in_archive(area[0])]
    s.count("when nothing is mapped yet")
    for address, pages, writable in areas:
        s.map(address, pages, writable)
    s.count("when all is mapped, and nothing touched")
    for _ in range(60):
        address, pages, writable = chance.choice(areas)
        at = address + 4 * chance.randrange(pages * PAGE // 4)
        if writable and chance.random() < 0.5:
            s.write(at, chance.getrandbits(32))
        else:
            s.read(at)
    s.count("when some have been touched")
    pages = {}
    s.look(boot, POLICY, lambda o: pages.update(pages_of_first(o)))
    check_pages(pages, s.memory)


def pages_of_first(o):
    """From outside: {address: (is it writable, its bytes)} of what the first program has mapped when it stops the machine."""
    o.run_to("machine_stop")
    directory = o.processes().get(FIRST)
    expect(directory is not None, True, "the first program is still there when it stops the machine")
    return {address: (bool(entry & WRITABLE), o.physical(entry & FRAME, PAGE)) for address, entry in o.mapped(directory).items()
            if address >= BELOW and not in_archive(address)}


def check_pages(pages, memory):
    expect(sorted(pages), sorted(number * PAGE for number in memory.there), "pages in the page tables of the first program")
    for address, (writable, data) in pages.items():
        expect(writable, bool(memory.mapped[address // PAGE]), f"whether the page at {address:#x} is writable, in the page tables")
        image = bytearray(PAGE)
        for offset, word in memory.there[address // PAGE].items():
            image[offset:offset + 4] = words(word)
        expect(data == image, True, f"whether the page at {address:#x} has what was written there, and else zeros")


def test_memory_room(boot, seed):
    """What may be mapped, and where the manager finds room."""
    s, chance = Mapping(boot.tree), chance_of(seed, "room")
    for address, pages in ranges(chance, 6, BASE, BASE + (1 << 26), most=40):
        s.map(address, pages)
    for address, pages in list(ranges(chance, 4, BELOW, BASE)) + list(ranges(chance, 4, ABOVE, KERNEL)):
        s.map(address, pages, chance.random() < 0.5)
    refused_maps(s, chance)
    for _ in range(12):
        s.choose(chance.choice((1, 2, 30, chance.randrange(1, 300), chance.randrange(3000, 9000))))
    s.choose(300000)  # behind the boot archive
    for pages in (0, (LIMIT - BASE) // PAGE, (LIMIT - BASE) // PAGE + 1, 1 << 20, FAILED, (1 << 20) + 1):
        s.do("PM_MAP", words(0, pages, 2), error="ERR_RANGE")
    s.run(boot, POLICY)
    little_room(Mapping(boot.tree), chance).run(boot, POLICY)


def little_room(s, chance):
    """All is taken but three holes, of which the boot archive has a part of the second."""
    first, last = chance.randrange(5, 40), chance.randrange(50, 90)
    s.map(BASE + first * PAGE, (ARCHIVE - BASE) // PAGE - first)
    s.map(ARCHIVE + (1 << 24), (LIMIT - ARCHIVE - (1 << 24)) // PAGE - last)
    s.do("PM_MAP", words(0, (1 << 24) // PAGE + 1, 2), "more pages than any hole has, but above MAP_LIMIT", error="ERR_RANGE")
    for pages in (3000, last, first):
        s.choose(pages)
    return s


def refused_maps(s, chance):
    """Ranges that are none, or touch one that is there."""
    whole = [number * PAGE for number in s.memory.mapped]
    for address in chance.sample(whole, 4):
        s.map(address, 1)
        s.map(address - PAGE, chance.randrange(2, 5))
    s.map(min(whole) - 5 * PAGE, 5 + len(whole) // 2)
    for address, pages in ((BELOW + chance.randrange(1, PAGE), 1), (KERNEL, 1), (KERNEL - PAGE, 2), (KERNEL + 77 * PAGE, 3),
                           (ABOVE, (KERNEL - ABOVE) // PAGE + 1), (BELOW, 0), (FAILED - PAGE + 1, 1), (FAILED - PAGE + 1, 2),
                           (BELOW, 1 << 20), (BELOW, (1 << 20) + 1), (0xA0000000, FAILED), (BELOW, 0x80000001)):
        s.do("PM_MAP", words(address, pages, 2), error="ERR_RANGE")
    for flags in (1, 4, 3, chance.getrandbits(32) | 8):
        s.do("PM_MAP", words(BELOW, 1, flags), error="ERR_MESSAGE")
    for data in (b"", words(BELOW, 1), words(BELOW, 1, 2, 0), words(BELOW, 1, 2) + b"x"):
        s.do("PM_MAP", data, f"with {len(data)} bytes", error="ERR_MESSAGE")


def test_memory_unmap(boot, seed):
    """Ranges go in whole or in part, and their pages with them."""
    s, chance = Mapping(boot.tree), chance_of(seed, "unmap")
    areas = list(ranges(chance, 5, BELOW, BELOW + (1 << 22), most=12))
    s.count("when nothing is mapped yet")
    for n in range(26):
        address, pages = chance.choice(areas)
        first = chance.randrange(pages)
        some = chance.randrange(1, pages - first + 1)
        if all(number in s.memory.mapped for number in range(address // PAGE + first, address // PAGE + first + some)):
            touch_some(s, chance, address + first * PAGE, some)
            s.unmap(address + first * PAGE, some)
        else:
            s.unmap(address + first * PAGE, some)
            missing = [i for i in range(pages) if address // PAGE + i not in s.memory.mapped]
            s.map(address + missing[0] * PAGE, 1 + sum(1 for i, m in enumerate(missing[1:], 1) if m == missing[0] + i))
        if n % 5 == 0:
            s.count("when some have been mapped, and some unmapped")
    refused_unmaps(s, areas)
    pages = {}
    s.look(boot, POLICY, lambda o: pages.update(pages_of_first(o)))
    check_pages(pages, s.memory)


def touch_some(s, chance, address, pages):
    for _ in range(min(3, pages)):
        s.write(address + chance.randrange(pages) * PAGE, chance.getrandbits(32))


def refused_unmaps(s, areas):
    """What is not there whole, or is none of its own doing."""
    address, pages = areas[0]
    for at, count in ((address, 0), (address + 1, 1), (address - PAGE, pages + 1), (address, pages + 100), (KERNEL, 1), (KERNEL - PAGE, 2),
                      (FAILED - PAGE + 1, 2), (address, 1 << 20), (address, FAILED), (ARCHIVE, 1)):
        s.do("PM_UNMAP", words(at, count), error="ERR_RANGE")
    s.do("PM_UNMAP", words(address), error="ERR_MESSAGE")


def test_memory_faults(boot, seed):
    """What is nobody's memory ends the process that wants it; its creator is told why."""
    s, chance = Scene(boot.tree), chance_of(seed, "faults")
    for what, code, registers, wanted in faults(chance):
        child = Child(s, 20)
        child.write(CODE, code)
        child.write(READ_ONLY, words(1, 2, 3))
        child.call("PM_WRITE_REGION", words(DATA, 2, s.MEMORY_WRITABLE), value=DATA)
        child.call("PM_WRITE_REGION", words(DATA + 4 * PAGE, 1, 0), value=DATA + 4 * PAGE)
        child.start(**registers)
        s.nap(40)
        child.look(f"a process {what}", state=ENDED, end=s.END_FAULT, status=wanted["vector"], **wanted)
    s.run(boot, POLICY)


def faults(chance):
    """(what a process does, its code, its registers, what its creator is told)."""
    nowhere = chance.randrange(0x20000000, 0xB0000000, 4)
    load, store, jump, push, end = b"\x8b\x06", b"\x89\x06", b"\xff\xe6", b"\x50", b"\x0f\x0b"
    offset = chance.randrange(0, PAGE, 4)
    for what, code, at, access, present in (
            ("reads what it has not", load, nowhere, 0, 0), ("writes what it has not", store, nowhere, 1, 0),
            ("reads page 0", load, offset, 0, 0), ("reads the kernel", load, KERNEL + 0x100000 + offset, 0, 1),
            ("writes its code", store, CODE + offset, 1, 1), ("writes what it may only read", store, READ_ONLY + offset, 1, 1),
            ("writes to a page that it may only read, before that is there", store, DATA + 4 * PAGE + offset, 1, 1),
            ("reads behind its memory", load, DATA + 2 * PAGE + offset, 0, 0), ("jumps to nowhere", jump, nowhere, 2, 0)):
        yield what, code + end, {"esi": at}, {"vector": 14, "address": at, "access": access, "present": present}
    yield "has no stack", push + end, {"esp": nowhere}, {"vector": 14, "address": nowhere - 4, "access": 1, "present": 0}
    for what, code, vector in (("halts the processor", b"\xf4", 13), ("divides by 0", b"\xf7\xf6", 0), ("has a strange instruction", end, 6),
                               ("writes its memory before that", store + end, 6), ("reads its memory before that", load + end, 6)):
        yield what, code, {"esi": 0 if vector == 0 else DATA + offset}, {"vector": vector}


def test_memory_race(boot, seed):
    """Two threads touch a page that is not there, before the manager comes to it: it comes once, and both go on."""
    s, chance = Scene(boot.tree), chance_of(seed, "race")
    rounds = chance.randrange(3, 7)
    child = Child(s, 20)  # asks the manager for what takes it long, again and again
    ask = registers_code(eax=s.PM_PROCESS, ebx=0, esi=DATA, edi=sizes(4, 4)) + CALL
    child.write(CODE, ask + b"\xeb" + bytes([256 - len(ask) - 2]))
    child.write(DATA, words(FAILED), s.MEMORY_WRITABLE)
    child.start()
    racers = [racer(s, 30 + 2 * n, rounds, domain) for n, domain in enumerate(("init", "small", "small", "small", "small"))]
    for child in racers:
        child.start()
    s.nap(40 * rounds)
    for child in racers:
        child.look("a process of which two threads touched the same pages, up to the last that it may have", state=s.PROCESS_RUNNING, threads=1,
                   pages=3 + rounds)
        for n in range(rounds):
            child.call("PM_READ_MEMORY", words(RACED + n * PAGE, 4), show=3, check=lambda seen, what: (
                expect(seen.data[2], 2, f"{what}: a word to which both threads added 1")))
    s.run(boot, bounded(chance, pages=3 + rounds))


RACED = DATA + PAGE


def racer(s, register, rounds, domain):
    """Two threads wake at the same tick, touch the same page, and sleep again; then one ends, and one waits for ever."""
    s.do("PM_DOOR", door(""), store=register + 1)
    child = Child(s, register, domain=domain)
    wait = registers_code(eax=s.CALL_RECEIVE, ebx=2, esi=0, edi=0) + CALL
    walk = registers_code(eax=s.CALL_RECEIVE, ebx=2, esi=0, edi=1) + CALL + b"\xff\x02\x81\xc2" + words(PAGE) + b"\x4d"  # inc [edx]; add edx, PAGE; dec ebp
    walk = registers_code(edx=RACED, ebp=rounds) + walk + b"\x75" + bytes([256 - len(walk) - 2])  # jnz to the receive
    create = registers_code(eax=s.CALL_THREAD_CREATE, ebx=0, esi=DATA, edi=sizes(12, 12)) + CALL
    child.write(CODE, create + walk + wait + STOP)
    child.write(CODE + PAGE, walk + registers_code(eax=s.CALL_THREAD_EXIT, ebx=0, esi=0, edi=0) + CALL + STOP)
    child.write(DATA, words(CODE + PAGE, 0, 0))
    child.call("PM_WRITE_REGION", words(RACED, rounds, s.MEMORY_WRITABLE), value=RACED)
    child.clist((1, 0), (register + 1, ALL, MOVE))
    return child


# --- pm.2: names

LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789_-."
NAME_MAX = 64  # PM_NAME_MAX


def door(name, system=0, cookie=0, flags=0):
    """A request of PM_DOOR."""
    return words(system, cookie, flags) + text(name)


def component(chance, most=6):
    """What may stand between two slashes: also "..." and "a.b", but not "." and ".."."""
    while True:
        found = "".join(chance.choice(LETTERS) for _ in range(chance.randrange(1, most)))
        if found not in (".", ".."):
            return found


def some_name(chance, most=4):
    return "".join(f"/{component(chance)}" for _ in range(chance.randrange(1, most)))


def long_name(chance, size):
    """So many bytes, without the zero."""
    return "/" + "".join(chance.choice("abcdef") for _ in range(size - 1))


def wrong_names(chance):
    """(name, error): each has one thing wrong."""
    good = some_name(chance)
    for size in (NAME_MAX, NAME_MAX + 1, 100, 256, 300, 3000):
        yield long_name(chance, size), "ERR_NAME_LONG"
    for name in (good + "\0", good + "\0x", "\0", "/\0", good[:2] + "\0" + good[2:], "/x\0" + "y" * 60):
        yield name, "ERR_NAME_END"
    for name in (component(chance), component(chance) + good, " " + good, "." + good, ".." + good, "."):
        yield name, "ERR_NAME_RELATIVE"
    for name in (good + "/.", good + "/..", "/." + good, "/.." + good, good + "/." + good, good + "/.." + good, "/.", "/.."):
        yield name, "ERR_NAME_DOTS"
    for name in ("/" + good, good + "/", good + "/" + good, "//", good + "//", "///"):
        yield name, "ERR_NAME_SLASH"


def right_names(chance):
    """Names that look odd, and are right."""
    return ["/", "/...", "/..a", "/.a", "/a.", "/a..", "/a../b", "/ ", "/\x7f\xff".encode("latin-1").decode("latin-1"),
            long_name(chance, NAME_MAX - 1), some_name(chance) + "/" + component(chance)]


def test_names_wrong(boot, seed):
    """What is no name, and why; and what is one."""
    s, chance = Scene(boot.tree), chance_of(seed, "wrong names")
    for name, error in wrong_names(chance):
        s.do("PM_DOOR", door(name), f"the name {shown(name)}", error=error)
        s.do("PM_REMOVE", text(name), f"the name {shown(name)}", error=error)
    s.do("PM_REMOVE", text(""), "the name ''", error="ERR_NAME_EMPTY")
    for n, name in enumerate(right_names(chance)):
        raw = name.encode("latin-1")
        s.do("PM_DOOR", door(raw), f"the name {shown(name)}")
        s.do("PM_DOOR", door(raw), f"the name {shown(name)}, again", error="ERR_EXISTS")
        s.do("PM_RESOLVE", text(raw), f"the path {shown(name)}", value=len(raw))
        s.do("PM_REMOVE", text(raw), f"the name {shown(name)}")
        s.do("PM_REMOVE", text(raw), f"the name {shown(name)}, again", error="ERR_NOT_FOUND")
    for data in (words(0, 0, 0), words(0, 0, 0, 5) + b"/abc", words(0, 0, 0, FAILED) + b"/abc", words(0, 0, 0, 3) + b"/abc",
                 words(2, 0, 0) + text("/x"), words(0, 0, 2) + text("/x"), words(0, 0, FAILED) + text("/x"), b""):
        s.do("PM_DOOR", data, "a request that is none", error="ERR_MESSAGE")
    s.do("PM_DOOR", door(""), "no name", rights="delete start stop read write copy move")
    s.do("PM_LIST", words(0), "when all names have been removed", error="ERR_NOT_FOUND")
    s.run(boot, POLICY)


def shown(name):
    return repr(name) if len(name) < 40 else f"{name[:12]!r}... of {len(name)} bytes"


class Names:
    """The names that there are: {name: (owner, open)}."""

    def __init__(self):
        self.all = {}

    def resolve(self, path):
        """The longest name that the path begins with, and where its rest begins."""
        found = [name for name in self.all if path == name or name == "/" and path[:1] == "/" or path.startswith(name + "/")]
        name = max(found, key=len, default=None)
        if name is None:
            return None, 0
        return name, len(name) + (path[len(name):len(name) + 1] == "/")

    def error(self, name, owner):
        """Why nobody, or this owner, may have the name."""
        if name in self.all:
            return "ERR_EXISTS"
        above, _ = self.resolve(name)
        if above is None or self.all[above][0] == owner or self.all[above][1]:
            return None
        return "ERR_NAME_BELOW"


class Naming(Staged):
    """A scene in which names are made and looked for."""

    def __init__(self, tree):
        super().__init__(tree)
        self.names = Names()

    def make(self, name, actor=0, is_open=False, **options):
        error = self.names.error(name, actor)
        self.do("PM_DOOR", door(name, flags=self.DOOR_OPEN if is_open else 0), f"the name {name!r}", error=error, actor=actor, **options)
        if not error:
            self.names.all[name] = (actor, is_open)
        return not error

    def find(self, path, actor=0):
        name, rest = self.names.resolve(path)
        wanted = {"error": "ERR_NOT_FOUND"} if name is None else {"value": rest}
        self.do("PM_RESOLVE", text(path), f"the path {path!r}", actor=actor, store=60, **wanted)

    def take(self, name):
        """Out of the model, and not the manager's."""
        self.names.all.pop(name, None)

    def list(self, when, numbers=None):
        """All of them, in the order of the alphabet."""
        for index, name in enumerate(sorted(self.names.all, key=str.encode)):
            def check(seen, what, name=name, owner=self.names.all[name][0]):
                expect(seen.text(10, NAME_MAX), name, f"{what}: name")
                expect(seen.text(6, 16), "private", f"{what}: type")
                if numbers:
                    expect(seen.data[2], numbers[owner], f"{what}: the owner's number")
                expect(seen.data[3], 0, f"{what}: whether it is a system door")
            self.do("PM_LIST", words(index), f"{when}, number {index} of the names", show=26, check=check)
        self.do("PM_LIST", words(len(self.names.all)), f"{when}, behind the last name", error="ERR_NOT_FOUND")
        self.do("PM_LIST", words(FAILED), f"{when}, far behind the last name", error="ERR_NOT_FOUND")


def tree_of_names(chance, count):
    """Names that are above, below and beside each other, and some that only look so."""
    names = [f"/{component(chance)}" for _ in range(3)]
    while len(names) < count:
        base = chance.choice(names)
        name = chance.choice((base + "/" + component(chance), base + chance.choice("ab0-."), some_name(chance), base[:-1]))
        if name not in names and len(name) < 50 and not name.endswith(("/", "/.", "/..")) and name:
            names.append(name)
    return names


def paths(chance, names):
    """What one may look for: names, what is below them, and what only begins like one."""
    for name in names:
        yield name
        yield name + "/" + chance.choice((component(chance), component(chance) + "/" + component(chance), "", "/", ".", "../x"))
        yield name + chance.choice("ab0-. ")
        yield name[:chance.randrange(1, len(name) + 1)]
    yield from ("", "/", "x", "//", component(chance) + names[0], "/" + "q" * 200, names[0] + "/" + "r" * (255 - len(names[0]) - 1))


def test_names_longest(boot, seed):
    """A path finds the longest name that it begins with, component by component."""
    s, chance = Naming(boot.tree), chance_of(seed, "longest")
    names = tree_of_names(chance, 14)
    for name in names:
        s.make(name)
    looked = list(paths(chance, names))
    for path in chance.sample(looked, 45):
        s.find(path)
    s.make("/")
    for path in chance.sample(looked, 20):
        s.find(path)
    for size, error in ((256, "ERR_NAME_LONG"), (1000, "ERR_NAME_LONG")):
        s.do("PM_RESOLVE", text("/" + "x" * (size - 1)), f"a path of {size} bytes", error=error)
    s.do("PM_RESOLVE", text(names[0] + "\0/x"), "a path with a zero in it", error="ERR_NAME_END")
    s.do("PM_RESOLVE", words(9) + b"/x", "a request that is none", error="ERR_MESSAGE")
    s.run(boot, POLICY)


def test_names_listed(boot, seed):
    """All names, in the order of the alphabet, whatever came and went."""
    s, chance = Naming(boot.tree), chance_of(seed, "listed")
    names = tree_of_names(chance, 16)
    for name in names:
        s.make(name)
    s.list("when there are some", {0: 1})
    for name in chance.sample(names, 8):
        s.do("PM_REMOVE", text(name), f"the name {name!r}")
        s.take(name)
        s.find(name)
    for name in chance.sample(names, 3):
        s.make(name)
    s.list("when some have been removed", {0: 1})
    s.run(boot, POLICY)


def test_names_taken(boot, seed):
    """Names that are taken, and those below another's."""
    s, chance = Naming(boot.tree), chance_of(seed, "taken")
    s.actor(1, "user", store=20)
    top = [f"/{n}{component(chance)}" for n in range(6)]
    for n, name in enumerate(top):
        s.make(name, actor=n % 2, is_open=n % 3 == 0)
    for _ in range(40):
        name = chance.choice(sorted(s.names.all)) + chance.choice(("", "/" + component(chance), "/" + component(chance) + "/" + component(chance)))
        if len(name) < NAME_MAX:
            s.make(name, actor=chance.randrange(2), is_open=chance.random() < 0.3)
    s.make("/")
    s.make(f"/9{component(chance)}", actor=1)
    s.list("when two processes have made some", {0: 1, 1: 2})
    s.run(boot, POLICY)


def test_names_go(boot, seed):
    """A name goes with its door, and with its owner."""
    s, chance = Naming(boot.tree), chance_of(seed, "go")
    s.actor(1, "user", store=20)
    names = [f"/{n}{component(chance)}" for n in range(12)]
    for n, name in enumerate(names):
        s.make(name, actor=n % 2, store=30 + n)
    s.make("/", is_open=True)
    s.find(names[0] + "/x")
    for n in chance.sample(range(0, 12, 2), 3):
        s.do("CALL_CLOSE", what=f"the door {names[n]!r} is closed by its owner", register=30 + n)
        s.take(names[n])
        s.find(names[n] + "/x")
        s.make(names[n], store=30 + n)
        s.find(names[n] + "/x")
    for n in chance.sample(range(1, 12, 2), 3):
        s.do("CALL_CLOSE", what=f"the door {names[n]!r} is closed by its owner", register=30 + n, actor=1)
        s.take(names[n])
        s.find(names[n], actor=1)
    s.do("PM_EXIT", words(0), actor=1, ends=True)
    for name in [name for name, (owner, _) in s.names.all.items() if owner == 1]:
        s.take(name)
    s.list("when a process with names has ended", {0: 1})
    for name in names:
        s.find(name)
    s.run(boot, POLICY)


# --- pm.3: processes, step by step

CALL, STOP, SPIN = b"\xcd\x40", b"\x0f\x0b", b"\xeb\xfe"  # int 0x40; ud2, which ends a process; jmp to itself
SAY = 0x8008  # a function of servers


def wait_at(number):
    """A process sends to this descriptor, and waits as long as nobody hears it."""
    return b"\xb8" + words(SAY) + b"\xbb" + words(number) + b"\x31\xff" + CALL + STOP


ALL_RIGHTS = "delete start stop read write copy move"


def sizes(total, data=0, descriptors=0):
    return total << 20 | data << 8 | descriptors


def some_bytes(chance, size):
    return chance.getrandbits(8 * size).to_bytes(size, "little") if size else b""


def some_registers(chance):
    """Of those that a child may have any value in."""
    return {name: chance.getrandbits(32) for name in REGISTERS if name not in ("eip", "eflags")}


def test_steps_made(boot, seed):
    """What was written is what the process begins with."""
    s, chance = Scene(boot.tree), chance_of(seed, "made")
    for n in range(6):
        name = component(chance, 45)
        domain = chance.choice(("", "init", "user")) if n else "user"
        child = Child(s, 20 + n, name, domain, rights=ALL_RIGHTS)
        registers, at = some_registers(chance), DATA + chance.randrange(0, 2 * PAGE - 4)
        word, pages = chance.getrandbits(32), chance.randrange(1, 9)
        child.write(CODE, b"\x03\x06" + b"\x03\x0f" + STOP)  # add eax, [esi]; add ecx, [edi]; ud2
        child.write(at, words(word), s.MEMORY_WRITABLE)
        child.call("PM_WRITE_REGION", words(READ_ONLY, pages, 0), value=READ_ONLY)
        there = 1 + len({at // PAGE, (at + 3) // PAGE})
        child.look("before it starts", number=2 + n, parent=1, state=s.PROCESS_NEW, threads=1, pages=there, children=0, name=name[:31],
                   domain=domain or "init")
        registers.update(esi=at, edi=READ_ONLY + 4 * chance.randrange(1024 * pages))
        child.start(**registers)
        s.nap(40)
        child.look("when it has ended", state=ENDED, end=s.END_FAULT, status=6, name=name[:31],
                   registers={**registers, "eax": registers["eax"] + word, "eip": CODE + 4})
    for data in (b"", text("x"), text("x") + text("y" * 17), text("x") + text("") + b"z", words(FAILED)):
        s.do("PM_CREATE", data, "a request that is none", target=1, error="ERR_MESSAGE")
    s.do("PM_CREATE", text("x") + text("nowhere"), "a domain that there is not", target=1, error="ERR_NOT_FOUND")
    s.run(boot, POLICY)


class Written:
    """The memory of a process as it was written: {page number: (bytes, flags)}."""

    def __init__(self):
        self.pages = {}

    def write(self, address, data, flags):
        for i, byte in enumerate(data):
            page, _ = self.pages.setdefault((address + i) // PAGE, (bytearray(PAGE), flags))
            page[(address + i) % PAGE] = byte

    def read(self, address, size):
        """None if something of it is not there."""
        wanted = range(address // PAGE, (address + size - 1) // PAGE + 1) if size else ()
        if any(number not in self.pages for number in wanted):
            return None
        return b"".join(bytes(self.pages[number][0]) for number in wanted)[address % PAGE:][:size]


def read_back(child, written, address, size):
    wanted = written.read(address, size)
    if wanted is None:
        child.call("PM_READ_MEMORY", words(address, size), error="ERR_RANGE")
        return

    def check(seen, what):
        data = words(*seen.data[2:])[:size]
        expect(data == wanted, True, f"{what}: whether the bytes are those that were written")
    child.call("PM_READ_MEMORY", words(address, size), value=size, show=2 + (size + 3) // 4, check=check)


def test_steps_memory(boot, seed):
    """Pieces are written and read back, wherever they lie."""
    s, chance = Staged(boot.tree), chance_of(seed, "memory")
    child, written = Child(s, 20), Written()
    spots = [chance.randrange(0x08000, 0xBFF00) * PAGE for _ in range(4)]
    for _ in range(14):
        at, size = chance.choice(spots) + chance.randrange(3 * PAGE), chance.choice((1, 3, 4, 60, chance.randrange(1, 300)))
        data, flags = some_bytes(chance, size), chance.choice((0, s.MEMORY_WRITABLE))
        child.write(at, data, flags)
        written.write(at, data, flags)
    fresh = 0x07000000 + chance.randrange(1, 64) * PAGE
    for at, size in ((fresh - chance.randrange(1, 8), 8), (fresh + 5 * PAGE - chance.randrange(1, 4000), 4000)):
        data = some_bytes(chance, size)
        child.write(at, data)
        written.write(at, data, 0)
        read_back(child, written, at - 2, size + 4)
    at, data = spots[0] + chance.randrange(PAGE), some_bytes(chance, 4087)
    child.write(at, data)
    written.write(at, data, 0)
    for _ in range(14):
        read_back(child, written, chance.choice(spots) + chance.randrange(4 * PAGE), chance.choice((0, 1, 5, 64, 200)))
    read_back(child, written, at, 4087)
    wrong_memory(s, child, chance, spots[0])
    child.look("when all has been written", state=s.PROCESS_NEW, pages=len(written.pages))
    pages = {}
    s.look(boot, POLICY, lambda o: pages.update(pages_of(o, FIRST + 1)))
    expect(sorted(pages), sorted(number * PAGE for number in written.pages), "pages in the page tables of the new process")
    for address, (writable, data) in pages.items():
        wanted, flags = written.pages[address // PAGE]
        expect(writable, bool(flags), f"whether the page at {address:#x} is writable for the new process, in the page tables")
        expect(data == wanted, True, f"whether the page at {address:#x} of the new process has what was written there, and else zeros")


def pages_of(o, number):
    """From outside: {address: (is it writable, its bytes)} of what a process of the kernel's has when the machine stops."""
    o.run_to("machine_stop")
    directory = o.processes().get(number)
    expect(directory is not None, True, "the new process is there when the first program stops the machine")
    return {address: (bool(entry & WRITABLE), o.physical(entry & FRAME, PAGE)) for address, entry in o.mapped(directory).items()}


def wrong_memory(s, child, chance, there):
    """Addresses that are none, or wrap; sizes that do not fit."""
    for at, size in ((0, 4), (PAGE - 1, 1), (KERNEL, 4), (KERNEL - 2, 4), (FAILED, 1), (FAILED - 3, 4), (FAILED - 3, 8), (FAILED - 3, 3000),
                     (KERNEL + PAGE, 100), (FAILED - 5000, 3000)):
        child.write(at, bytes(size), error="ERR_RANGE")
    for flags in (1, 3, 4, FAILED):
        child.write(there, b"xyz", flags, error="ERR_MESSAGE")
        child.call("PM_WRITE_REGION", words(0x0A000000, 1, flags), error="ERR_MESSAGE")
    for at, pages in ((there, 1), (there - PAGE, 9), (there + 1, 1), (0, 1), (KERNEL, 1), (KERNEL - PAGE, 2), (0x0A000000, 0),
                      (0x0A000000, 1 << 20), (0x0A000000, FAILED)):
        child.call("PM_WRITE_REGION", words(at, pages, 0), error="ERR_RANGE")
    for at, size in ((0, 4), (KERNEL, 4), (KERNEL - 2, 4), (FAILED - 3, 4), (FAILED - 3, 8), (FAILED, 4087)):
        child.call("PM_READ_MEMORY", words(at, size), error="ERR_RANGE")
    for size in (4088, 4096, 1 << 20, FAILED):
        child.call("PM_READ_MEMORY", words(there, size), error="ERR_MESSAGE")
    for name, data in (("PM_WRITE_CODE", words(there)), ("PM_WRITE_REGION", words(there, 1)), ("PM_READ_MEMORY", words(there)),
                       ("PM_WRITE_REGISTERS", words(*range(9))), ("PM_WRITE_REGISTERS", words(*range(11))), ("PM_START", words(1)),
                       ("PM_READ_STATUS", b"x")):
        child.call(name, data, "a request that is none", error="ERR_MESSAGE")


def test_steps_clist(boot, seed):
    """A process begins with the descriptors that it was given, and with those rights."""
    s, chance = Scene(boot.tree), chance_of(seed, "clist")
    cookie, given = chance.getrandbits(32), []
    s.do("PM_DOOR", door("", cookie=cookie), store=10)
    s.do("PM_DOOR", door("", cookie=cookie + 1), store=11)
    s.do("CALL_DUPLICATE", words(ALL, 5), register=11, flags=2, store=12)
    child = Child(s, 20)
    for n in range(chance.randrange(4, 30)):
        given.append((10, chance.randrange(256) & ALL | chance.choice((RIGHTS["copy"], RIGHTS["move"]))))
    at = chance.randrange(len(given))
    given.insert(at, (12, ALL & ~chance.randrange(32), MOVE))
    wrong_clists(s, child)
    child.clist(*given)
    child.clist((10, ALL), error="ERR_PHASE")
    s.do("CALL_LOOK", what="the descriptor that was moved", register=12, error="ERR_TARGET")
    for number, (_, rights, *_) in enumerate(given, 1):
        child.call("PM_READ_CLIST", words(number), value=number, show=7,
                   check=lambda seen, what, rights=rights: expect((seen.data[2], rights_in(seen.data[4])), (s.OBJECT_DOOR, rights_in(rights)),
                                                                  f"{what}: kind and rights"))
    child.call("PM_READ_CLIST", words(0), "the first", value=1)
    child.call("PM_READ_CLIST", words(len(given) + 1), "behind the last", error="ERR_NOT_FOUND")
    child.call("PM_READ_CLIST", words(FAILED), error="ERR_NOT_FOUND")
    speak(s, chance, Child(s, 21), 10, cookie)
    s.run(boot, POLICY)


def rights_in(number):
    return " ".join(name for name, bit in RIGHTS.items() if number & bit) or "none"


def wrong_clists(s, child):
    child.call("PM_WRITE_CLIST", what="no descriptors", error="ERR_MESSAGE")
    child.call("PM_WRITE_CLIST", words(1), "a request that is none", gives=[(10, ALL)], error="ERR_MESSAGE")
    child.clist(*[(10, ALL)] * 65, error="ERR_MESSAGE")
    child.clist((10, ALL), (63, ALL), error="ERR_DESCRIPTOR")
    child.call("PM_READ_CLIST", words(1), "when no list was right", error="ERR_NOT_FOUND")


def speak(s, chance, child, door_register, cookie):
    """A process sends a message through a descriptor that it was given, and goes on when it has its reply."""
    data, answer, number = some_bytes(chance, 4 * chance.randrange(1, 9)), chance.getrandbits(31), chance.randrange(1, 5)
    child.write(CODE, CALL + STOP)
    child.write(DATA, data, s.MEMORY_WRITABLE)
    child.clist(*[(door_register, ALL)] * 4)
    child.start(eax=SAY, ebx=number, esi=DATA, edi=sizes(256, len(data)))

    def check(seen, what):
        expect((seen.value, seen.error), (SAY, cookie), f"{what}: function and cookie")
        expect(words(*seen.data) == data, True, f"{what}: whether it brings what was written to its sender's memory")
    s.hear(door_register, "a message of the new process", show=len(data) // 4, check=check)
    s.do("CALL_REPLY", words(answer, 0), "its reply", target=cookie)
    s.nap(40)
    child.look("when it has its reply", state=ENDED, end=s.END_FAULT, status=6, registers={"eax": answer, "eip": CODE + 2})


def test_steps_pmcap(boot, seed):
    """Who was given pmcap creates processes in its own name; and nobody makes capabilities but the manager."""
    s, chance = Scene(boot.tree), chance_of(seed, "pmcap")
    request = text("x") + text("")
    s.do("PM_DOOR", door(""), store=12)
    child = Child(s, 20)
    child.write(CODE, CALL + wait_at(5))
    child.write(DATA, request, s.MEMORY_WRITABLE)
    number = chance.randrange(1, 5)
    child.clist(*[(1, ALL if n == number else 0) for n in range(1, 5)], (12, ALL))
    child.start(eax=s.PM_CREATE, ebx=number, esi=DATA, edi=sizes(256, len(request)))
    s.nap(40)
    s.do("PM_PROCESS", words(3), "what a process has created that has pmcap", show=VIEW_WORDS,
         check=lambda seen, what: check_view(s, seen, what, number=3, parent=2, name="x"))
    for right, end in (("read", False), ("delete", True)):
        victim, killer = waiting(s, 40), Child(s, 42)
        killer.write(CODE, CALL + STOP)
        killer.clist((40, RIGHTS[right] | RIGHTS["move"]))
        killer.call("PM_WRITE_REGION", words(DATA, 1, s.MEMORY_WRITABLE))
        killer.start(eax=s.PM_KILL, ebx=1, esi=DATA, edi=sizes(64))
        s.nap(40)
        killer.look(f"a process that was given a capability with the right {right}, and kills with it", state=ENDED, status=6,
                    registers={"eax": 0 if end else FAILED})
        victim.look("the process that it was for", state=ENDED if end else s.PROCESS_RUNNING)
    forgers = [forger(s, chance, 30 + 2 * n, kind << 30, first) for n, (kind, first) in enumerate(((2, True), (2, False), (1, True), (0, True)))]
    s.nap(40)
    for child in forgers:
        child.look("a process that has a door with the cookie of a capability", state=ENDED, status=6, registers={"eax": FAILED})
    s.do("PM_NUMBER", what="the first program is there still", value=1)
    s.run(boot, POLICY)


def forger(s, chance, register, cookie, first):
    """Its door's cookies are those of capabilities of the first process: it kills with them, or creates."""
    s.do("PM_DOOR", door("", cookie=cookie), "a door whose cookie is like a capability's", store=10)
    s.do("CALL_DUPLICATE", words(ALL, cookie), register=10, flags=2, store=11)
    child = Child(s, register)
    child.write(CODE, CALL + STOP)
    child.write(DATA, text("y") + text(""), s.MEMORY_WRITABLE)
    gives = [(10, ALL, MOVE), (11, ALL)]
    child.clist(*(gives if first else gives[::-1]))
    function, size = ((s.PM_KILL, 0) if cookie >> 30 == 2 else (s.PM_CREATE, 9) if cookie else (s.PM_MAP, 0))
    child.start(eax=function, ebx=chance.choice((1, 2)), esi=DATA, edi=sizes(64, size))
    return child


def test_steps_phases(boot, seed):
    """What can be done with a process depends on where it is in its life."""
    s, chance = Scene(boot.tree), chance_of(seed, "phases")
    child = Child(s, 20)
    child.call("PM_STOP", what="of a new process", error="ERR_PHASE")
    child.write(CODE, SPIN + STOP)
    child.clist((1, ALL))
    first, second = some_registers(chance), some_registers(chance)
    child.start(**first)
    only_new(s, child, "of a process that runs")
    for name, data in (("PM_START", b""), ("PM_WRITE_REGISTERS", bytes(40))):
        child.call(name, data, "of a process that runs", error="ERR_PHASE")
    child.look("when it runs", state=s.PROCESS_RUNNING)
    child.call("PM_STOP", value=0)
    child.look("when it is stopped", state=s.PROCESS_STOPPED)
    check_registers(s, child, {**first, "eip": CODE})
    only_new(s, child, "of a process that is stopped")
    child.call("PM_STOP", what="of a process that is stopped", error="ERR_PHASE")
    child.call("PM_READ_MEMORY", words(CODE, 2), "of a process that is stopped", value=2)
    child.call("PM_START", what="of a process that is stopped", value=0)
    child.call("PM_STOP", value=0)
    check_registers(s, child, {**first, "eip": CODE})
    child.start(CODE + 2, **second)
    s.nap(40)
    child.look("when it has ended", state=ENDED, end=s.END_FAULT, status=6, registers={**second, "eip": CODE + 2})
    only_new(s, child, "of a process that has ended")
    for name, data in (("PM_START", b""), ("PM_STOP", b""), ("PM_WRITE_REGISTERS", bytes(40)), ("PM_READ_MEMORY", words(CODE, 1)),
                       ("PM_KILL", b"")):
        child.call(name, data, "of a process that has ended", error="ERR_PHASE")
    s.run(boot, POLICY)


def only_new(s, child, what):
    """What can be done before it starts only."""
    child.call("PM_WRITE_CODE", words(DATA, 0) + b"x", what, error="ERR_PHASE")
    child.call("PM_WRITE_REGION", words(READ_ONLY, 1, 0), what, error="ERR_PHASE")
    child.call("PM_WRITE_CLIST", what=what, gives=[(1, ALL)], error="ERR_PHASE")


def check_registers(s, child, registers):
    def check(seen, what):
        for name, value in registers.items():
            expect(seen.data[2 + REGISTERS.index(name)], value, f"{what}: {name.upper()}")
    child.call("PM_READ_REGISTERS", what="of a process that is stopped", show=12, check=check)


CLASSES = {"delete": (("PM_KILL", b""), ("PM_DELETE", b"")), "start": (("PM_START", b""),), "stop": (("PM_STOP", b""),),
           "read": (("PM_READ_STATUS", b""), ("PM_READ_REGISTERS", b""), ("PM_READ_MEMORY", words(CODE, 1)), ("PM_READ_CLIST", words(1)),
                    ("PM_WAIT", b"")),
           "write": (("PM_WRITE_CODE", words(CODE, 0) + b"x"), ("PM_WRITE_REGION", words(DATA, 1, 0)), ("PM_WRITE_REGISTERS", bytes(40)),
                     ("PM_WRITE_CLIST", b""))}


def test_steps_rights(boot, seed):
    """Each step needs its right; and a capability is for what it is for."""
    s, chance = Scene(boot.tree), chance_of(seed, "rights")
    child = Child(s, 20)
    child.write(CODE, STOP)
    for number, (right, calls) in enumerate(CLASSES.items()):
        s.do("CALL_DUPLICATE", words(ALL & ~RIGHTS[right], 0), f"without the right {right}", register=20, flags=2, store=30 + number)
        s.do("CALL_DUPLICATE", words(RIGHTS[right], 0), f"with the right {right} alone", register=20, flags=2, store=40 + number)
        for name, data in calls:
            s.do(name, data, f"without the right {right}", register=30 + number, error="ERR_RIGHT")
        for other, others in CLASSES.items():
            if other != right:
                s.do(*chance.choice(others), f"with the right {right} alone", register=40 + number, error="ERR_RIGHT")
    for name in ("PM_EXIT", "PM_NUMBER", "PM_MAP", "PM_DOOR", "PM_HALT", "PM_MACHINE", "PM_CREATE"):
        data = {"PM_EXIT": words(0), "PM_MAP": words(0, 1, 2), "PM_DOOR": door(""), "PM_HALT": words(3), "PM_CREATE": text("x") + text("")}
        s.do(name, data.get(name, b""), "on the capability of a process", register=20, error="ERR_MESSAGE")
        if name != "PM_CREATE":
            s.do(name, data.get(name, b""), "on pmcap", target=1, error="ERR_MESSAGE")
    for calls in CLASSES.values():
        for name, data in calls:
            if name != "PM_WRITE_CLIST":
                s.do(name, data, "on pmcap", target=1, error="ERR_MESSAGE")
                s.do(name, data, "on no capability", error="ERR_MESSAGE")
    for function in (0x405, 0x4F8, 0x5F8, 0x7F8, 0xFF8, 0xFFD):
        s.do(function, b"", "a function that there is not", error="ERR_MESSAGE")
        s.do(function, b"", "a function that there is not, on the capability of a process", register=20, error="ERR_MESSAGE")
    child.look("after all that", state=s.PROCESS_NEW, pages=1)
    child.start(eax=seed)
    s.nap(40)
    child.look("when it has run", state=ENDED, status=6)
    s.run(boot, POLICY)


# --- pm.4: life and death

def leave(s):
    """A process ends itself, with the status that lies at DATA."""
    return b"\xb8" + words(s.PM_EXIT) + b"\x31\xdb\xbe" + words(DATA) + b"\xbf" + words(sizes(4, 4)) + CALL + STOP


def leaver(s, register, status, **options):
    child = Child(s, register, **options)
    child.write(CODE, leave(s))
    child.write(DATA, words(status), s.MEMORY_WRITABLE)
    return child


def waiting(s, register, **options):
    """A process that waits for ever, at a door of its own, which its creator has given away."""
    s.do("PM_DOOR", door(""), store=register + 1, actor=options.get("actor", 0))
    child = Child(s, register, **options)
    child.write(CODE, CALL + STOP)
    child.clist((1, 0), (register + 1, ALL, MOVE))
    child.start(eax=s.CALL_RECEIVE, ebx=2)
    return child


def stale(child, what="of a process that is no more"):
    for calls in CLASSES.values():
        for name, data in calls:
            child.call(name, data, what, error="ERR_STALE")


def view(s, number, end, status=0, **more):
    """How a process looks that has ended: a check."""
    wanted = dict(number=number, state=s.PROCESS_ENDED, end=end, status=status, pages=0, threads=0, names=0, **more)
    return {"show": VIEW_WORDS, "check": lambda seen, what: check_view(s, seen, what, **wanted)}


def test_life_wait(boot, seed):
    """Who waits for a process hears how it ended, and then it is forgotten."""
    s, chance = Scene(boot.tree), chance_of(seed, "wait")
    s.actor(1, store=20)
    s.actor(2, store=21)
    status = [chance.getrandbits(32) for _ in range(6)]
    child = leaver(s, 22, status[0])
    child.start()
    s.nap(40)
    child.look("when it has ended itself", number=4, parent=1, state=s.PROCESS_ENDED, end=s.END_EXIT, status=status[0], pages=0, threads=0)
    s.do("PM_FIND", words(4), actor=1, store=31)
    s.do("PM_WAIT", what="by a stranger, for a process that has ended", register=31, actor=1, **view(s, 4, s.END_EXIT, status[0], parent=1))
    child.call("PM_WAIT", what="for a process that has ended", **view(s, 4, s.END_EXIT, status[0], parent=1))
    stale(child)
    s.do("PM_FIND", words(4), "a process that is no more", error="ERR_NOT_FOUND")
    s.do("PM_PROCESS", words(4), "behind the last process", error="ERR_NOT_FOUND")
    child = leaver(s, 23, status[1])
    for actor in (1, 2):
        s.do("PM_FIND", words(5), actor=actor, store=30)
        s.do("PM_WAIT", what="for a process that has not ended", register=30, actor=actor, later=True, **view(s, 5, s.END_EXIT, status[1]))
    s.wait_for(chance.choice((1, 2)), "nobody is told before the process has even been started", silent=True)
    child.start()
    s.wait_for(1)
    s.wait_for(2)
    child.call("PM_WAIT", what="by who created it, when strangers have been told", **view(s, 5, s.END_EXIT, status[1]))
    stale(child)
    told_all(s, 40, chance)
    child = leaver(s, 24, 0)
    child.write(CODE, b"\xb8" + words(s.CALL_THREAD_EXIT) + CALL + STOP)
    child.start()
    child.call("PM_WAIT", what="for a process whose only thread has ended itself", **view(s, 9, s.END_EXIT, 0))
    s.run(boot, POLICY)


def told_all(s, register, chance):
    """Two processes that wait through what its creator gave them are both told, and nobody else is then."""
    status = chance.getrandbits(32)
    child = leaver(s, register, status)
    waiters = [Child(s, register + 1 + n) for n in range(2)]
    for waiter in waiters:
        waiter.write(CODE, CALL + STOP)
        waiter.call("PM_WRITE_REGION", words(DATA, 1, s.MEMORY_WRITABLE))
        waiter.clist((register, ALL))
        waiter.start(eax=s.PM_WAIT, ebx=1, esi=DATA, edi=sizes(256))
    s.nap(40)
    child.start()
    s.nap(40)
    for waiter in waiters:
        waiter.look("a process that waits for another, through the capability that it was given", state=ENDED, status=6, registers={"eax": 0, "ebx": 0})
    stale(child)
    for _ in waiters:
        s.do("PM_WAIT_ANY", words(0), "the processes that waited, and not the one that they waited for", show=VIEW_WORDS,
             check=lambda seen, what: check_view(s, seen, what, end=s.END_FAULT, status=6))
    s.do("PM_WAIT_ANY", words(0), "when all are known", error="ERR_PHASE")


def test_life_any(boot, seed):
    """A parent hears of all its children, each once."""
    s, chance = Scene(boot.tree), chance_of(seed, "any")
    s.actor(1, store=20)
    status = [chance.getrandbits(32) for _ in range(5)]
    s.do("PM_WAIT_ANY", words(0), "without children", actor=1, error="ERR_NOT_FOUND")
    s.do("PM_WAIT_ANY", words(1), "without children", actor=1, error="ERR_NOT_FOUND")
    children = [leaver(s, 30 + n, status[n], actor=1) for n in range(5)]
    s.do("PM_WAIT_ANY", words(0), "when no child has ended", actor=1, error="ERR_PHASE")
    for n in (3, 1):
        children[n].start()
        s.nap(40)
    told = set()

    def check(seen, what):
        told.add(seen.data[VIEW.index("number")])
        check_view(s, seen, what, end=s.END_EXIT, status=status[seen.data[VIEW.index("number")] - 3], parent=2, state=s.PROCESS_ENDED)
    for _ in range(2):
        s.do("PM_WAIT_ANY", words(chance.randrange(2)), "when children have ended", actor=1, show=VIEW_WORDS, check=check)
    s.do("PM_WAIT_ANY", words(0), "when all that have ended are known", actor=1, error="ERR_PHASE")
    stale(children[3])
    s.do("PM_WAIT_ANY", words(1), "a child that ends later", actor=1, later=True, **view(s, 7, s.END_EXIT, status[4]))
    s.do("PM_FIND", words(7), store=40)
    s.wait_for(1, "nobody is told before a child has ended", silent=True)
    s.do("PM_WRITE_REGISTERS", words(*(CODE if name == "eip" else 0 for name in REGISTERS)), register=40)
    s.do("PM_START", register=40)
    s.wait_for(1)
    children[0].start()
    children[0].call("PM_WAIT", what="for one child", **view(s, 3, s.END_EXIT, status[0]))
    s.do("PM_WAIT_ANY", words(0), "when the only one that has ended is known", actor=1, error="ERR_PHASE")
    s.actor(2, store=21)
    first, second = (leaver(s, 50 + n, status[n], actor=1) for n in range(2))
    s.do("PM_WAIT_ANY", words(1), "when a stranger waits for the child that ends", actor=1, later=True, **view(s, 9, s.END_EXIT, status[0]))
    for number, register in ((9, 41), (10, 42)):
        s.do("PM_FIND", words(number), store=register)
        s.do("PM_WRITE_REGISTERS", words(*(CODE if name == "eip" else 0 for name in REGISTERS)), register=register)
    s.do("PM_FIND", words(9), actor=2, store=30)
    s.do("PM_WAIT", what="for a child of another process", register=30, actor=2, later=True, **view(s, 9, s.END_EXIT, status[0]))
    s.nap(20)
    s.do("PM_START", register=41)
    s.wait_for(2)
    s.wait_for(1)
    s.do("PM_WAIT_ANY", words(1), "for the last one that was started", actor=1, later=True, **view(s, 10, s.END_EXIT, status[1]))
    s.do("PM_START", register=42)
    s.wait_for(1)
    both_wait(s)
    children[2].call("PM_DELETE", value=0)
    s.nap(40)
    s.do("PM_WAIT_ANY", words(1), "when no child is left", actor=1, error="ERR_NOT_FOUND")
    s.run(boot, POLICY)
    expect(told, {4, 6}, "numbers of the children of which their parent was told")


def both_wait(s):
    """A parent waits for any child, and one child, to which it gave the capability of another, for that one: who waits for it comes first."""
    leaver(s, 54, 1, actor=1)
    waiter = Child(s, 55, actor=1)
    waiter.write(CODE, CALL + STOP)
    waiter.call("PM_WRITE_REGION", words(DATA, 1, s.MEMORY_WRITABLE))
    waiter.clist((54, ALL))
    waiter.start(eax=s.PM_WAIT, ebx=1, esi=DATA, edi=sizes(256))
    s.do("PM_FIND", words(11), store=43)
    s.do("PM_WRITE_REGISTERS", words(*(CODE if name == "eip" else 0 for name in REGISTERS)), register=43)
    s.do("PM_WAIT_ANY", words(1), "when another process waits for the first that ends", actor=1, later=True, **view(s, 12, s.END_FAULT, 6))
    s.nap(20)
    s.do("PM_START", register=43)
    s.wait_for(1)


def in_state(s, register, state):
    """A process in this state of its life."""
    if state in ("running", "stopped"):
        child = waiting(s, register)
    else:
        child = leaver(s, register, 77)
        if state == "ended":
            child.start()
    s.nap(40)
    if state == "stopped":
        child.call("PM_STOP", value=0)
    return child


def test_life_kill(boot, seed):
    """A process ends from outside, whatever it does."""
    s, chance = Scene(boot.tree), chance_of(seed, "kill")
    s.actor(1, store=20)
    number = 2
    for state in ("new", "running", "stopped", "ended"):
        ended = (s.END_EXIT, 77) if state == "ended" else (s.END_KILL, 0)
        child, number = in_state(s, 30, state), number + 1
        child.call("PM_KILL", what=f"of a process that is {state}", **({"error": "ERR_PHASE"} if state == "ended" else {"value": 0}))
        s.nap(40)
        child.call("PM_KILL", what="of a process that was killed", error="ERR_PHASE")
        child.call("PM_WAIT", what=f"for a process that was {state} and was killed", **view(s, number, *ended))
        stale(child)
        child, number = in_state(s, 32, state), number + 1
        s.do("PM_FIND", words(number), actor=1, store=30)
        if state != "ended":
            s.do("PM_WAIT", what="for a process that is deleted meanwhile", register=30, actor=1, later=True, error="ERR_DEAD")
            s.nap(20)
        child.call("PM_DELETE", what=f"of a process that is {state}", value=0)
        if state != "ended":
            s.wait_for(1)
        stale(child)
        s.nap(40)
        s.do("PM_PROCESS", words(number), "behind the last process", error="ERR_NOT_FOUND")
        s.do("PM_FIND", words(number), "a process that was deleted", error="ERR_NOT_FOUND")
    child, number = Child(s, 34), number + 1
    for n in range(40):
        child.write(DATA + n * PAGE, b"a page that has to go before anybody is told")
    child.call("PM_KILL", what="of a process with many pages", value=0)
    child.call("PM_WAIT", what="for a process with many pages that is ending", **view(s, number, s.END_KILL))
    s.do("PM_WAIT_ANY", words(0), "when all that have ended were known or deleted", error="ERR_PHASE")
    s.do("PM_FIND", words(2), "itself", actor=1, store=31)
    s.do(chance.choice(("PM_KILL", "PM_DELETE")), what="of itself", register=31, actor=1, ends=True)
    s.do("PM_NUMBER", value=1)
    s.run(boot, POLICY)


def test_life_orphans(boot, seed):
    """Whose creator has ended is the first process's child."""
    s, chance = Scene(boot.tree), chance_of(seed, "orphans")
    s.actor(1, store=20)
    running = waiting(s, 30, actor=1)
    Child(s, 33, actor=1)
    status = chance.getrandbits(32)
    ended = leaver(s, 35, status, actor=1)
    ended.start()
    s.do("PM_DOOR", door("/orphans"), actor=1)
    s.nap(40)
    order = [("running", 3), ("new", 4), ("ended", 5)]
    for what, number in order:
        s.do("PM_FIND", words(number), f"a process that is {what}", store=number + 30)
    s.do("PM_EXIT", words(9), actor=1, ends=True)
    s.do("PM_LIST", words(0), "when a process with a name has ended", error="ERR_NOT_FOUND")
    told = {}

    def check(seen, what):
        number = seen.data[VIEW.index("number")]
        told[number] = (seen.data[VIEW.index("end")], seen.data[VIEW.index("status")])
        check_view(s, seen, what, parent=1, state=s.PROCESS_ENDED)
    for _ in range(3):
        s.do("PM_WAIT_ANY", words(0), "what the first process inherits, and its child", show=VIEW_WORDS, check=check)
    s.do("PM_WAIT_ANY", words(0), "when the only child left has not ended", error="ERR_PHASE")
    for what, number in order[1:]:
        s.do("PM_READ_STATUS", what=f"of an orphan that was {what}", register=number + 30, error="ERR_STALE")
    look = view(s, 3, s.END_KILL, parent=1)
    s.do("PM_PROCESS", words(1), "the first process, when it has inherited one", show=VIEW_WORDS,
         check=lambda seen, what: check_view(s, seen, what, number=1, children=1))
    s.do("PM_KILL", register=33, what="of an orphan that runs")
    s.nap(40)
    s.do("PM_WAIT_ANY", words(0), "an orphan that was killed", **look)
    s.do("PM_WAIT_ANY", words(0), "when no child is left", error="ERR_NOT_FOUND")
    s.run(boot, POLICY)
    expect(told, {2: (s.END_EXIT, 9), 4: (s.END_KILL, 0), 5: (s.END_EXIT, status)}, "how the processes ended of which the first one is told")
    counted(Scene(boot.tree), chance).run(boot, LIMITED)


LIMITED = POLICY.replace("limit init processes 64", "limit init processes 6")


def counted(s, chance):
    """Who inherits may still create as many as ever: while the orphans run, and when some of them have been forgotten."""
    orphans_of(s, 4)
    s.do("PM_WAIT_ANY", words(0), "the process whose children were inherited")
    for n in (0, chance.randrange(1, 4)):
        made = [Child(s, 40 + i) for i in range(6)]
        for child in made:
            child.call("PM_DELETE")
        no_orphan(s, 3 + n)
    s.do("PM_PROCESS", words(1), "the first process, when some orphans are left", show=VIEW_WORDS,
         check=lambda seen, what: check_view(s, seen, what, number=1, children=2))
    for i in range(6):
        Child(s, 40 + i)
    return s


def orphans_of(s, count):
    """Processes 3, 4, ..., which run for ever, and whose creator has ended: the first process has inherited them."""
    s.actor(1, store=20)
    for n in range(count):
        child = Child(s, 30, actor=1)
        child.write(CODE, SPIN)
        child.start()
        child.call("PM_STOP")
    s.do("PM_EXIT", words(0), actor=1, ends=True)
    s.nap(40)


def no_orphan(s, number):
    """It is no more, and forgotten."""
    s.do("PM_FIND", words(number), "an orphan", store=30)
    s.do("PM_KILL", register=30)
    s.nap(40)
    s.do("PM_WAIT_ANY", words(0), "an orphan that was killed", show=VIEW_WORDS, check=lambda seen, what: check_view(s, seen, what, number=number))


def test_life_gone(boot, seed):
    """Who waits and ends before is not told in others' stead."""
    s, chance = Scene(boot.tree), chance_of(seed, "gone")
    for actor in (1, 2, 3):
        s.actor(actor, store=20 + actor)
    status = chance.getrandbits(32)
    child = leaver(s, 30, status)
    for actor in (1, 2, 3):
        s.do("PM_FIND", words(5), actor=actor, store=30)
        s.do("PM_WAIT", what="for a process that ends later", register=30, actor=actor, later=True, **view(s, 5, s.END_EXIT, status))
    s.nap(20)
    dead = chance.sample((1, 2, 3), 2)
    alive = ({1, 2, 3} - set(dead)).pop()
    for actor in dead:
        s.do("PM_DELETE", what="of a process that waits", register=20 + actor)
    s.nap(40)
    child.start()
    s.wait_for(alive)
    child.call("PM_WAIT", what="by who created it, when a stranger has been told", **view(s, 5, s.END_EXIT, status))
    stale(child)
    child = leaver(s, 31, status)
    s.do("PM_FIND", words(6), actor=alive, store=30)
    s.step(s.PM_WAIT, register=30, actor=alive, flags=LATER)
    s.nap(20)
    s.do("PM_DELETE", what="of a process that waits", register=20 + alive)
    s.nap(40)
    child.start()
    s.nap(40)
    child.call("PM_WAIT", what="when all who waited before have ended", **view(s, 6, s.END_EXIT, status))
    s.run(boot, POLICY)


def marks(o, count):
    """From outside: what there is in the kernel each time that the manager is asked for PM_MACHINE."""
    return [mark(o) for _ in range(count)]


def mark(o):
    o.gdb.step()
    o.run_to_program("pm_machine")
    o.run_to_program("reply_view")  # by then the manager has given back what it keeps for later
    manager, at = structs(o)[MANAGER], o.members("process")
    used = o.word(manager + at["pages"]) * 256 - o.word(manager + at["unused"])
    return {"processes": len(o.processes()), "free frames": o.word(o.address("frames_free")), "descriptors of the manager": used}


def expect_same(seen, what):
    for name in seen[0]:
        expect(seen[1][name], seen[0][name], f"{name} {what}, as before")


def test_life_left(boot, seed):
    """Nothing is left of those who have ended, seen from outside."""
    s, chance = Staged(boot.tree), chance_of(seed, "left")
    s.actor(1, store=20)
    number, rounds = 2, 1 + 14
    s.nap(1)
    for n in range(rounds):
        for state, end in (("new", "PM_DELETE"), ("running", "PM_DELETE"), ("stopped", "PM_KILL"), ("ended", "PM_WAIT")):
            number += 1
            child = waiting(s, 30) if state in ("running", "stopped") else leaver(s, 30, n)
            if state == "new":
                for i in range(5):
                    child.call("PM_WRITE_REGION", words(READ_ONLY + 2 * i * PAGE, 1, 0))
                child.clist((1, ALL), (1, 0))
            if state == "stopped":
                s.nap(1)
                child.call("PM_STOP", value=0)
            if state == "ended":
                child.start()
            s.do(end, register=30)
            if end == "PM_KILL":
                s.do("PM_WAIT", register=30)
            s.do("CALL_CLOSE", register=30)
        s.nap(40)
        if n in (0, rounds - 1):
            s.do("PM_MACHINE")
    seen = []
    s.look(boot, POLICY, lambda o: seen.extend(marks(o, 2)))
    expect_same(seen, f"when {4 * (rounds - 1)} processes have come and gone")


# --- pm.5: the policy

POWERS = "doors system processes halt report archive console priority".split()
LIMITS = "processes pages names threads descriptors".split()
NONE = FAILED  # POLICY_NONE


class Policy:
    """What a policy says, and the text that says it.  What is not in here is not allowed."""

    def __init__(self, domains, types):
        self.domains, self.types = list(domains), list(types)
        self.rights, self.powers, self.enters, self.names = {}, {}, set(), set()  # by (domain, type); domain; pairs; pairs
        self.kinds, self.made, self.processes = {}, {}, {}  # {name or pattern: type}; {domain: type}; the same
        self.ports, self.devices, self.irqs = set(), set(), set()  # (domain, first, count); the same; (domain, number)
        self.limits = {domain: dict(processes=8, pages=512, names=16, threads=4, descriptors=256) for domain in self.domains}

    def text(self, chance):
        """The statements that need something above them come behind it; else in any order."""
        first = [f"domain {domain}" for domain in self.domains] + [f"type {type_}" for type_ in self.types]
        lines = [f"allow {domain} {type_} {rights}" for (domain, type_), rights in self.rights.items() if rights]
        lines += [f"may {domain} {power}" for domain, powers in self.powers.items() for power in powers]
        lines += [f"enter {a} {b}" for a, b in self.enters] + [f"name {domain} {name}" for domain, name in self.names]
        lines += [f"is {name} {type_}" for name, type_ in self.kinds.items()]
        lines += [f"made {domain} {type_}" for domain, type_ in self.made.items()]
        lines += [f"processes {domain} {type_}" for domain, type_ in self.processes.items()]
        lines += [f"ports {domain} {first:#x} {count}" for domain, first, count in self.ports]
        lines += [f"device {domain} {first * PAGE:#x} {count}" for domain, first, count in self.devices]
        lines += [f"irq {domain} {number}" for domain, number in self.irqs]
        lines += [f"limit {domain} {limit} {number}" for domain, limits in self.limits.items() for limit, number in limits.items() if number]
        lines.sort()
        chance.shuffle(lines)
        return "\n".join(first + lines) + "\n"

    def may(self, domain, power):
        return power in self.powers.get(domain, ())

    def may_enter(self, domain, other):
        return self.may(domain, "processes") and (domain == other or (domain, other) in self.enters)

    @staticmethod
    def fits(pattern, name):
        if not pattern.endswith("/*"):
            return name == pattern
        return name.startswith(pattern[:-1]) and len(name) > len(pattern) - 1

    def may_name(self, domain, name):
        return any(of == domain and self.fits(pattern, name) for of, pattern in self.names)

    def type_of(self, domain, name):
        """Of a door; None."""
        found = [pattern for pattern in self.kinds if self.fits(pattern, name)]
        # a pattern without its star is as long as what it fits at least
        longest = max(found, key=lambda pattern: len(pattern.removesuffix("*")), default=None)
        return self.kinds[longest] if longest else self.made.get(domain)

    def may_range(self, ranges, domain, first, count):
        return count > 0 and any(of == domain and at <= first and first + count <= at + size for of, at, size in ranges)


def some_policy(chance):
    """One that has a little of everything."""
    domains = chance.sample(["init", "a", "b2", "driver", "some_one", "longest_name_15"], 6)
    p = Policy(domains, chance.sample(["t", "files", "up", "x_9", "b2", "longest_type_15"], chance.randrange(3, 7)))
    for domain in domains:
        p.powers[domain] = chance.sample(POWERS, chance.randrange(len(POWERS) + 1))
        p.made.update({domain: chance.choice(p.types)} if chance.random() < 0.5 else {})
        p.processes.update({domain: chance.choice(p.types)} if chance.random() < 0.5 else {})
        for type_ in p.types:
            p.rights[domain, type_] = " ".join(chance.sample(list(RIGHTS), chance.choice((0, 1, 3, 7))))
        p.enters.update((domain, other) for other in domains if chance.random() < 0.3)
        p.irqs.update((domain, number) for number in chance.sample((1, *range(3, 16)), 3))
        p.ports.update((domain, chance.randrange(0xFF00), chance.randrange(1, 256)) for _ in range(2))
        p.devices.update((domain, chance.randrange(0xFFF00), chance.randrange(1, 64)) for _ in range(2))
    p.ports.update({(domains[0], 0xFFF0, 16), (domains[1], 0, 3)})
    p.devices.update({(domains[0], 0xFFFFF, 1), (domains[1], 0, 1)})
    for name in tree_of_names(chance, 8) + ["/"]:
        for pattern in (name, name.rstrip("/") + "/*"):
            p.names.update((domain, pattern) for domain in domains if chance.random() < 0.3)
            if chance.random() < 0.6:
                p.kinds[pattern] = chance.choice(p.types)
    return p


class Manager(Outside):
    """A process manager that has read its policy, and answers questions about it from outside."""

    def __init__(self, booted):
        super().__init__(booted, SECONDS)
        self.begin = self.run_to_program("manager_run")

    def function(self, name):
        try:
            return self.program(name)
        except KeyError:
            raise Failure("wrong", f"a function {name}", "the manager has none") from None

    def ask(self, *questions):
        """Functions of the manager's own, (name, arguments ...), called one after the other: their results."""
        esp = self.begin["esp"] - 256
        code, at, strings, texts = b"\xbf" + words(esp - 0x2000), esp - 0xE000, b"", esp - 0x6000  # mov edi, results
        for name, *arguments in questions:
            for argument in reversed(arguments):
                if isinstance(argument, str):
                    data = argument.encode() + b"\0"
                    strings += b"" if data in strings else data
                    argument = texts + strings.index(data)
                code += b"\x68" + words(argument)  # push
            code += b"\xb8" + words(self.function(name)) + b"\xff\xd0\x83\xc4" + bytes([4 * len(arguments)]) + b"\xab"  # call; pop; stosd
        self.gdb.write(at, code + b"\x90")
        self.gdb.write(texts, strings)
        self.set(esp=esp, eip=at)
        self.gdb.breakpoint(at + len(code))
        self.gdb.cont()
        self.gdb.clear(at + len(code))
        return list(struct.unpack(f"<{len(questions)}I", self.gdb.read(esp - 0x2000, 4 * len(questions))))

    def check(self, asked):
        """[(question, what the answer is to be, in words)]: an answer that is a bool is the lowest byte."""
        answers = self.ask(*(question for question, _, _ in asked))
        for answer, (_, wanted, what) in zip(answers, asked):
            if callable(wanted):
                wanted(answer, what)
            else:
                expect(bool(answer & 0xFF) if isinstance(wanted, bool) else answer, wanted, what)


def policy_of(boot, seed, name):
    """A policy in a manager, and random numbers to ask it about."""
    chance = chance_of(seed, name)
    policy = some_policy(chance)
    scene = Scene(boot.tree)
    scene.do("PM_NUMBER", value=1)
    return policy, Manager(scene.load(boot, policy.text(chance), gdb=True)), chance


STRANGERS = (NONE, 6, 31, 32, 64, 0x7FFFFFFF, 0x80000000)  # numbers that are no domain's and no type's here


def test_policy_rights(boot, seed):
    """What a domain may do with a type."""
    policy, o, _ = policy_of(boot, seed, "rights")
    asked = []
    for d, domain in enumerate(policy.domains):
        for t, type_ in enumerate(policy.types):
            wanted = rights_in(rights(policy.rights[domain, type_]))
            asked.append((("policy_rights", d, t), lambda answer, what, wanted=wanted: expect(rights_in(answer), wanted, what),
                          f"rights of the domain {domain} on the type {type_}"))
    for number in STRANGERS:
        asked += [(("policy_rights", number, 0), 0, f"rights of domain {number:#x}, which is none"),
                  (("policy_rights", 0, number), 0, f"rights on type {number:#x}, which is none")]
    o.check(asked)


def test_policy_powers(boot, seed):
    """What else a domain may, and where it may create processes."""
    policy, o, _ = policy_of(boot, seed, "powers")
    asked = []
    for d, domain in enumerate(policy.domains):
        asked += [(("policy_may", d, n), policy.may(domain, power), f"whether the domain {domain} may {power}") for n, power in enumerate(POWERS)]
        asked += [(("policy_may_enter", d, e), policy.may_enter(domain, other),
                   f"whether the domain {domain} may create processes in the domain {other}") for e, other in enumerate(policy.domains)]
        asked += [(("policy_may", d, number), False, f"whether the domain {domain} may do what is number {number:#x}, which is none")
                  for number in (len(POWERS), 31, 32, 40, NONE)]
    for number in STRANGERS:
        asked += [(("policy_may", number, n), False, f"whether domain {number:#x}, which is none, may anything") for n in range(len(POWERS))]
        asked += [((("policy_may_enter", *pair)), False, f"whether domain {number:#x}, which is none, may enter another, or be entered")
                  for d in range(6) for pair in ((number, d), (d, number), (number, number))]
    o.check(asked)


def test_policy_names(boot, seed):
    """Which names a domain may give, and which type a door with that name has."""
    policy, o, chance = policy_of(boot, seed, "names")
    patterns = sorted({pattern for _, pattern in policy.names} | set(policy.kinds))
    names = sorted({near for pattern in patterns for near in near_names(chance, pattern)})
    asked = []

    def check_type(answer, what, wanted):
        expect(policy.types[answer] if answer < len(policy.types) else f"{answer:#x}", wanted or f"{NONE:#x}", what)
    for name in ["", *chance.sample(names, min(len(names), 60))]:
        for d, domain in chance.sample(list(enumerate(policy.domains)), 3):
            if name:
                asked.append((("policy_may_name", d, name), policy.may_name(domain, name), f"whether the domain {domain} may use the name {name!r}"))
            wanted = policy.type_of(domain, name)
            asked.append((("policy_type_of", d, name), lambda answer, what, wanted=wanted: check_type(answer, what, wanted),
                          f"type of a door of the domain {domain} with the name {name!r}"))
    for number in STRANGERS:
        asked += [(("policy_may_name", number, "/"), False, f"whether domain {number:#x}, which is none, may use a name"),
                  (("policy_type_of", number, "/"), NONE, f"type of a door of domain {number:#x}, which is none")]
    o.check(asked)


def test_policy_ranges(boot, seed):
    """A range of ports or memory lies in one that the policy names, whole."""
    policy, o, chance = policy_of(boot, seed, "ranges")
    asked = []
    for what, ranges_, function, unit, end in (("ports", policy.ports, "policy_may_ports", 1, 1 << 16),
                                               ("pages", policy.devices, "policy_may_device", PAGE, 1 << 20)):
        for of, first, size in sorted(ranges_):
            for at, count in ((first, size), (first, 1), (first + size - 1, 1), (first, size + 1), (first + 1, size), (first - 1, size),
                              (first - 1, 2), (first + size, 1), (first, 0), (first, FAILED), (first + 1, FAILED), (first, 0x80000000)):
                domain = of if chance.random() < 0.7 else chance.choice(policy.domains)
                if 0 <= at < end:
                    asked.append(((function, policy.domains.index(domain), at * unit, count), policy.may_range(ranges_, domain, at, count),
                                  f"whether the domain {domain} may have {count:#x} {what} from {at * unit:#x} on"))
    for of, first, _ in sorted(policy.devices):
        asked.append((("policy_may_device", policy.domains.index(of), first * PAGE + 1, 1), False, "whether device memory may begin in the middle of a page"))
    for number in STRANGERS:
        asked.append((("policy_may_ports", number, 0, 1), False, f"whether domain {number:#x}, which is none, may have ports"))
    o.check(asked)


def near_names(chance, pattern):
    """What fits a pattern, and what does not, by little."""
    base = pattern.removesuffix("/*")
    yield from (base or "/", base + "/" + component(chance), base + "/" + component(chance) + "/" + component(chance), base + "x", base + "/*")
    yield base[:-1] or "/"


def test_policy_used(boot, seed):
    """Processes of several domains: what they are refused, and what not."""
    chance = chance_of(seed, "used")
    p = Policy(["init", "one", "two", "three"], ["t", "u"])
    p.powers = {"init": ["processes", "archive", "report", "console", "halt", "doors"]}
    p.made["init"] = "t"
    for n, domain in enumerate(("one", "two", "three")):
        p.powers[domain] = [power for i, power in enumerate(("processes", "report", "archive", "priority", "console")) if (i + n + seed) % 3 == 0]
        p.enters.add(("init", domain))
        p.rights[domain, "t"] = " ".join(chance.sample(list(RIGHTS), 3))
        p.irqs.update({(domain, 3 + n)})
        p.ports.add((domain, 0x300 + 16 * n, 8))
    p.enters.update({("one", "two"), ("two", "three"), ("three", "one")})
    s = Scene(boot.tree)
    for actor, domain in enumerate(p.domains[1:], 1):
        s.actor(actor, domain, store=20 + actor)
        use_powers(s, p, actor, domain)
    for domain in p.domains:
        for type_ in p.types:
            s.do("PM_ALLOWS", text(domain) + text(type_), f"the domain {domain} and the type {type_}", value=rights(p.rights.get((domain, type_), "")))
    for domain, type_ in (("one", "v"), ("four", "t"), ("t", "one"), ("", "t"), ("one", "")):
        s.do("PM_ALLOWS", text(domain) + text(type_), "a domain or type that there is not", error="ERR_NOT_FOUND")
    s.run(boot, p.text(chance))


def use_powers(s, p, actor, domain):
    def refused(allowed):
        return {} if allowed else {"error": "ERR_NO_ACCESS"}

    for other in p.domains:
        s.do("PM_CREATE", text("x") + text(other), f"in the domain {other}", target=1, store=40, actor=actor, **refused(p.may_enter(domain, other)))
    s.do("PM_CREATE", text("x") + text(""), "in its own domain", target=1, store=40, actor=actor, **refused(p.may(domain, "processes")))
    s.do("PM_HALT", words(3), actor=actor, error="ERR_NO_ACCESS")
    s.do("PM_REPORT", b"\n", actor=actor, **refused(p.may(domain, "report")))
    s.do("PM_ARCHIVE", words(ARCHIVE), actor=actor, **refused(p.may(domain, "archive")))
    s.do("PM_PRIORITY", words(5), actor=actor, **refused(p.may(domain, "priority")))
    s.do("CALL_CONSOLE_WRITE", b"x", actor=actor, **({} if p.may(domain, "console") else {"error": "ERR_RIGHT"}))
    for number in (1, 3, 4, 5, 16, FAILED):
        if (domain, number) not in p.irqs:
            s.do("PM_IRQ_DONE", words(number), actor=actor, error="ERR_NO_ACCESS")
    for first, count in ((0x300, 8), (0x310, 8), (0x320, 8), (0x300, 9), (0x310, 0), (0x304, 4), (0x2FF, 2)):
        s.do("PM_PORTS", words(first, count), actor=actor, **refused(p.may_range(p.ports, domain, first, count)))


# --- pm.6: doors, and who may have them

def door_error(p, names, domain, actor, system, name):
    """The first thing that is wrong with a door, in the order of abi/pm.h."""
    if not p.may(domain, "doors"):
        return "ERR_NO_DOORS"
    if system and not p.may(domain, "system"):
        return "ERR_NO_SYSTEM"
    if name.endswith("/"):
        return "ERR_NAME_SLASH"
    if name and not name.startswith("/"):
        return "ERR_NAME_RELATIVE"
    if name and not p.may_name(domain, name):
        return "ERR_NO_NAME"
    if name and names.error(name, actor):
        return names.error(name, actor)
    return None if p.type_of(domain, name) else "ERR_NO_TYPE"


def doors_policy(chance):
    """Domains that may make some doors, and others that may make others."""
    p = Policy(["init", "none", "plain", "driver", "other"], ["one", "two", "three"])
    p.powers = {"init": POWERS, "plain": ["doors"], "driver": ["doors", "system"], "other": ["doors"]}
    p.enters = {("init", domain) for domain in p.domains}
    p.made = {"init": "one", "plain": "one"}
    p.processes = {"init": "three", "plain": "one", "driver": "two", "other": "three"}
    p.kinds = {"/dev": "one", "/dev/*": "two", "/dev/x": "three", "/data/*": "one"}
    for domain in ("none", "plain", "driver", "other", "init"):
        p.names.update((domain, pattern) for pattern in ("/dev", "/dev/*", "/data/*", "/else/*") if chance.random() < 0.7)
        for type_ in p.types:
            p.rights[domain, type_] = " ".join(chance.sample(list(RIGHTS), chance.choice((0, 2, 4, 7))))
    p.names.update({("plain", "/dev/*"), ("driver", "/data/*"), ("init", "/*")})
    return p


def test_doors_order(boot, seed):
    """What is wrong with a door is told in the order of the contract."""
    chance = chance_of(seed, "order")
    p, s = doors_policy(chance), Naming(boot.tree)
    for actor, domain in enumerate(p.domains[1:], 1):
        s.actor(actor, domain, store=20 + actor)
    names = ["/dev", "/dev/x", "/dev/y", "/dev/x/z", "/data/a", "/data/a/b", "/else/q", "/out", "/dev/", "dev", "", "/data/a/"]
    for _ in range(110):
        actor, system, name = chance.randrange(5), chance.randrange(2), chance.choice(names)
        domain = p.domains[actor]
        error = door_error(p, s.names, domain, actor, system, name)
        is_open = chance.random() < 0.3
        s.do("PM_DOOR", door(name, system, 0, s.DOOR_OPEN if is_open else 0), f"{'system ' if system else ''}door {name!r} of the domain {domain}",
             error=error, actor=actor, rights=None if error else ALL_RIGHTS)
        if name and not error:
            s.names.all[name] = (actor, is_open)
        if chance.random() < 0.15 and s.names.all:
            gone = chance.choice(sorted(s.names.all))
            s.do("PM_REMOVE", text(gone), f"the name {gone!r}", actor=s.names.all.pop(gone)[0])
    s.run(boot, p.text(chance))


def found(p, domain, type_):
    """What comes of looking for an object of this type."""
    names = rights_in(rights(p.rights[domain, type_]))
    return {"error": "ERR_NO_ACCESS"} if names == "none" else {"rights": names}


def test_doors_rights(boot, seed):
    """Who looks for a door or a process gets it with the rights of the policy."""
    chance = chance_of(seed, "door rights")
    p, s = doors_policy(chance), Scene(boot.tree)
    names = {"/dev/x": "three", "/dev/y": "two", "/data/a": "one", "/zzz": "one"}
    for name in names:
        s.do("PM_DOOR", door(name), f"the door {name!r}")
    for actor, domain in enumerate(p.domains[1:], 1):
        s.actor(actor, domain, store=20 + actor)
        for name, type_ in names.items():
            s.do("PM_RESOLVE", text(name + "/rest"), f"by the domain {domain}", actor=actor, store=40, **found(p, domain, type_))
            if p.rights[domain, type_]:
                refused_classes(s, actor, rights(p.rights[domain, type_]))
        for other in range(1, actor + 2):
            type_ = p.processes.get(p.domains[other - 1])
            s.do("PM_FIND", words(other), f"of the domain {p.domains[other - 1]}, by the domain {domain}", actor=actor, store=41,
                 **(found(p, domain, type_) if type_ else {"error": "ERR_NO_ACCESS"}))
        s.do("PM_FIND", words(actor + 2), "a process that there is not yet", actor=actor, error="ERR_NOT_FOUND")
    for number, (name, type_) in enumerate(sorted(names.items())):
        s.do("PM_LIST", words(number), f"the name {name!r}", show=26,
             check=lambda seen, what, wanted=(name, type_): expect((seen.text(10, NAME_MAX), seen.text(6, 16)), wanted, f"{what}: name and type"))
    s.run(boot, p.text(chance))


def refused_classes(s, actor, there):
    """Functions of a server's, of each class for which there is no right."""
    for number, right in enumerate(("delete", "start", "stop", "read", "write"), 1):
        if not there & RIGHTS[right]:
            s.do(SAY & ~7 | number, b"", f"a function that needs the right {right}, through a door that came without it", register=40, actor=actor,
                 error="ERR_RIGHT")
    if not there & RIGHTS["copy"]:
        s.do("CALL_DUPLICATE", words(ALL, 0), "of a door that came without the right copy", register=40, actor=actor, error="ERR_RIGHT")


def test_doors_messages(boot, seed):
    """A message through a name comes to whose it is; each who looks for it has a reference of their own."""
    s, chance = Scene(boot.tree), chance_of(seed, "messages")
    names, cookies = [some_name(chance) for _ in range(3)], [chance.getrandbits(32) | 1 for _ in range(3)]
    s.actor(1, "user", store=20)
    for n, name in enumerate(names):
        s.do("PM_DOOR", door(f"/{n}{name}", cookie=cookies[n]), f"the door {name!r}", store=30 + n)
    order = [chance.randrange(3) for _ in range(5)]
    for n in order:
        data, back = chance.getrandbits(32), chance.getrandbits(31)
        s.do("PM_RESOLVE", text(f"/{n}{names[n]}/x"), actor=1, store=40, value=3 + len(names[n]), rights="read write copy move")
        cookie = 0
        for _ in range(2):  # the reply gives this reference another cookie, and no other
            s.do(SAY, words(data), "a message to a door that was found", register=40, actor=1, later=True, value=back)
            s.hear(30 + n, "the message that was sent to the name", show=1, check=lambda seen, what, wanted=(SAY, cookie, data): expect(
                (seen.value, seen.error, seen.data[0]), wanted, f"{what}: function, cookie, data"))
            cookie = chance.getrandbits(32)
            s.do("CALL_REPLY", words(back, 0), target=cookie)
            s.wait_for(1)
        s.do("CALL_CLOSE", register=40, actor=1)
    for system, function in ((0, 0x1008), (1, SAY), (0, 0x7FF8), (1, 0x8000), (0, 0x408)):
        s.do("PM_DOOR", door("", system), store=35)
        s.do("CALL_DUPLICATE", words(ALL, 0), register=35, flags=2, store=36)
        child_says(s, 36, function)
    s.run(boot, POLICY)


def child_says(s, register, function):
    """A process sends what the door does not take: an error is the answer, and nothing waits at the door."""
    child = Child(s, 50)
    child.write(CODE, CALL + STOP)
    child.clist((register, ALL))
    child.start(eax=function, ebx=1)
    s.nap(40)
    child.look(f"a process that sends function {function:#x} to a door that does not take it", state=ENDED, status=6, registers={"eax": FAILED})
    child.call("PM_DELETE")


def test_doors_remove(boot, seed):
    """Only whose name it is may take it away, and the door stays."""
    s, chance = Scene(boot.tree), chance_of(seed, "remove")
    s.actor(1, "user", store=20)
    mine, others = "/m" + some_name(chance), "/o" + some_name(chance)
    s.do("PM_DOOR", door(mine), store=30)
    s.do("PM_DOOR", door(others), store=30, actor=1)
    s.do("PM_RESOLVE", text(mine), store=31, actor=1)
    for actor, name in ((0, others), (1, mine)):
        s.do("PM_REMOVE", text(name), f"the name {name!r}, of another process", actor=actor, error="ERR_NO_NAME")
        s.do("PM_REMOVE", text(name + "/x"), "what is below a name", actor=actor, error="ERR_NOT_FOUND")
    s.do("PM_REMOVE", text(mine), f"the name {mine!r}")
    s.do("PM_REMOVE", text(others), f"the name {others!r}", actor=1)
    s.do("PM_RESOLVE", text(mine), actor=1, error="ERR_NOT_FOUND")
    s.do("PM_DOOR", door(mine), f"the name {mine!r}, which is free again", actor=1, store=32)
    s.do(SAY, b"", "a message to a door whose name was taken away", register=31, actor=1, later=True, value=5)
    s.hear(30, "the message to a door whose name was taken away")
    s.do("CALL_REPLY", words(5, 0))
    s.wait_for(1)
    s.run(boot, POLICY)


def test_doors_left(boot, seed):
    """Doors, names and references come and go, and nothing is left; clients have the rights that they should: seen from outside."""
    s, chance = Staged(boot.tree), chance_of(seed, "doors left")
    allowed = "read write copy move"
    s.actor(1, "user", store=20)
    s.do("PM_DOOR", door("/stays"), store=30)
    s.do("PM_RESOLVE", text("/stays"), actor=1, store=30, rights=allowed)
    s.nap(1)
    rounds = 16
    for n in range(rounds):
        s.do("PM_DOOR", door("/goes"), store=31)
        s.do("PM_DOOR", door("/goes"), "a name that is taken", error="ERR_EXISTS")
        s.do("PM_RESOLVE", text("/goes"), actor=1, store=31)
        s.do("CALL_CLOSE", register=31, actor=1)
        s.do("PM_RESOLVE", text("/nowhere"), error="ERR_NOT_FOUND")
        s.do("PM_FIND", words(2), store=32)
        s.do("CALL_CLOSE", register=32)
        s.do("PM_DOOR", door("/with"), "with a descriptor that is not wanted", gives=[(30, ALL)], error="ERR_MESSAGE")
        s.do("CALL_CLOSE", register=31)
        s.do("PM_RESOLVE", text("/goes"), "when the door has been closed", error="ERR_NOT_FOUND")
        if n in (0, rounds - 1):
            s.do("PM_MACHINE")
    seen, found_ = [], []

    def look(o):
        seen.extend(marks(o, 2))
        found_.extend(descriptor_rights(o, FIRST + 1))
    s.look(boot, POLICY, look)
    expect_same(seen, f"when {rounds - 1} doors have come and gone")
    expect(allowed in found_, True, f"whether the client has a descriptor with the rights {allowed}, in the kernel's table")


def descriptor_rights(o, number):
    """From outside: the rights of all descriptors of a process that name something."""
    expect(number in structs(o), True, "the process of the play is there, in the kernel's list")
    data = b"".join(o.physical(page, PAGE) for page in descriptor_pages(o, structs(o)[number]))
    return [rights_in(right) for thing, right, _, _ in struct.iter_unpack("<4I", data) if thing and right & ALL]


# --- pm.7: programs that nobody believes

PROGRAM_BASE, PROGRAM_LIMIT = 0x08000000, 0x083A0000
ELF_HEADER, ELF_SEGMENT = struct.Struct("<16sHHIIIIIHHHHHH"), struct.Struct("<8I")
EXECUTE, WRITABLE_SEGMENT, READABLE = 1, 2, 4
LOAD = 1


class Program:
    """An ELF file, piece by piece, so that each of them can be wrong."""

    def __init__(self, chance, scene):
        self.chance, self.status = chance, chance.getrandbits(32)
        self.header = dict(ident=b"\x7fELF\1\1\1" + bytes(9), type=2, machine=3, version=1, entry=0, headers=0, sections=0, flags=0,
                           size=ELF_HEADER.size, header_size=ELF_SEGMENT.size, count=0, section_size=0, section_count=0, section_names=0)
        self.segments, self.data, self.cut = [], b"", None
        self._build(scene)

    def _build(self, scene):
        """Text and data, in pages of their own, and something else between them in the file."""
        chance = self.chance
        text_at = PROGRAM_BASE + chance.randrange(8) * PAGE + chance.randrange(2000)
        data_at = text_at + chance.randrange(3, 9) * PAGE + chance.randrange(2000)
        before = some_bytes(chance, chance.randrange(40))
        code = before + (b"\xb8" + words(scene.PM_EXIT) + b"\x31\xdb\xbe" + words(data_at) + b"\xbf" + words(sizes(4, 4)) + CALL + STOP)
        code += some_bytes(chance, chance.randrange(1, PAGE))
        self.add(text_at, code, len(code) + chance.choice((0, 0, chance.randrange(1, PAGE))), READABLE | EXECUTE)
        self.add(0, b"a note", 6, READABLE, kind=4)
        data = words(self.status) + some_bytes(chance, chance.randrange(2 * PAGE))
        self.add(data_at, data, len(data) + chance.randrange(3 * PAGE), READABLE | WRITABLE_SEGMENT)
        self.add(chance.getrandbits(32), b"", 0, 0)
        self.header["entry"] = text_at + len(before)
        self.header["headers"] = chance.choice((None, ELF_HEADER.size + 4))

    def add(self, address, data, memory, flags, kind=LOAD):
        offset = ELF_HEADER.size + 4 + 16 * ELF_SEGMENT.size + len(self.data)
        self.segments.append(dict(type=kind, offset=offset, address=address, physical=0, file_size=len(data), memory=memory, flags=flags, align=PAGE))
        self.data += data + some_bytes(self.chance, self.chance.randrange(9))

    @property
    def text(self):
        return self.segments[0]

    @property
    def rest(self):
        return self.segments[2]

    def bytes(self):
        table = b"".join(ELF_SEGMENT.pack(*(value & FAILED for value in segment.values())) for segment in self.segments)
        header = {**self.header, "count": self.header["count"] or len(self.segments)}
        room = ELF_HEADER.size + 4 + 16 * ELF_SEGMENT.size
        if header["headers"] is None:  # at the end of the file
            header["headers"] = room + len(self.data)
            image = self.data + table
        else:
            image = self.data
        early = (b"" if header["headers"] != ELF_HEADER.size + 4 else table)
        body = ELF_HEADER.pack(*header.values()) + (bytes(4) + early).ljust(room - ELF_HEADER.size, b"\xaa") + image
        return body[:self.cut]


def broken_headers(program):
    """(what is wrong, file or a change): none of these is a program at all."""
    def changed(**members):
        def change(p):
            p.header.update(members)
        return change
    yield from ((f"a file of {size} bytes", program().bytes()[:size]) for size in (0, 1, 4, 40, ELF_HEADER.size - 1))
    yield "a text", b"#!/bin/sh\necho hello, this is no program, although it is long enough for a header\n" * 3
    good = program().header["ident"]
    for at, byte in ((0, 0x7E), (1, 0x65), (2, 0), (3, 0x47), (4, 2), (5, 2), (6, 0)):
        yield f"byte {at} of the file is {byte:#x}", changed(ident=good[:at] + bytes([byte]) + good[at + 1:])
    for kind in (0, 1, 3, 4, 0x102):
        yield f"its type is {kind:#x}", changed(type=kind)
    for machine in (0, 2, 6, 62, 0x103):
        yield f"its machine is {machine:#x}", changed(machine=machine)
    for size in (0, 31, 33, 56, 0x1020):
        yield f"its program headers have {size} bytes", changed(header_size=size)
    for count in (33, 1000, 0xFFFF):
        yield f"it has {count} program headers", changed(count=count)


def broken_segments(program):
    """(what is wrong, a change, error)."""
    def put(which, **members):
        def change(p):
            getattr(p, which).update({name: value(p) if callable(value) else value for name, value in members.items()})
        return change

    def header(**members):
        def change(p):
            p.header.update({name: value(p) if callable(value) else value for name, value in members.items()})
        return change
    for at in (lambda p: len(p.bytes()) - 40, lambda p: len(p.bytes()), 0x7FFFFFFF, 0x80000000, FAILED, FAILED - 31, FAILED - 63):
        yield "its program headers are behind its end", header(headers=at), "ERR_CUT_SHORT"
    for name in ("text", "rest"):
        for offset in (lambda p: len(p.bytes()), 0x80000000, FAILED, lambda p: FAILED + 1 - p.rest["file_size"], lambda p: FAILED - 3):
            yield f"its {name} is behind the end of the file", put(name, offset=offset), "ERR_CUT_SHORT"
        yield f"its {name} has less memory than bytes", put(name, memory=1), "ERR_BAD_SEGMENT"
        for memory in (FAILED, 0x80000000, lambda p: PROGRAM_LIMIT - p.text["address"] + 1, lambda p: FAILED + 1 - p.text["address"],
                       lambda p: FAILED + 1 - p.rest["address"]):
            yield f"its {name} is too big", put(name, memory=memory), "ERR_BAD_SEGMENT"
        for address in (0, PAGE, PROGRAM_BASE - PAGE, PROGRAM_BASE - 1, 0x083BF000, 0x083FF000, 0x10000000, KERNEL, 0xFFFFF000, FAILED):
            yield f"its {name} is at {address:#x}", put(name, address=address), "ERR_BAD_SEGMENT"
    yield "its data lies over its text", put("rest", address=lambda p: p.text["address"]), "ERR_BAD_SEGMENT"
    yield "its data lies in the last page of its text", put("rest", address=lambda p: (p.text["address"] + p.text["memory"] - 1) // PAGE * PAGE + PAGE - 1
                                                            ), "ERR_BAD_SEGMENT"
    yield "its segments are in the wrong order", lambda p: p.segments.reverse(), "ERR_BAD_SEGMENT"
    yield "it has 9 segments", nine_segments, "ERR_BAD_SEGMENT"
    for entry in (0, PROGRAM_BASE - 1, KERNEL, FAILED, lambda p: p.rest["address"], lambda p: p.text["address"] - 1,
                  lambda p: p.text["address"] + p.text["file_size"], lambda p: p.text["address"] + 0x80000000):
        yield "it begins outside of its text", header(entry=entry), "ERR_BAD_ENTRY"
    yield "it begins in the zeros behind its text", enter_zeros, "ERR_BAD_ENTRY"
    yield "its text is none that can be executed", put("text", flags=READABLE), "ERR_BAD_ENTRY"
    yield "its text is no segment that is loaded", put("text", type=4), "ERR_BAD_ENTRY"
    yield "nothing of it is loaded", lambda p: [segment.update(type=4) for segment in p.segments], "ERR_BAD_ENTRY"


def enter_zeros(p):
    p.text["memory"] = p.text["file_size"] + 90
    p.header["entry"] = p.text["address"] + p.text["file_size"] + 5


def nine_segments(p):
    at = (p.rest["address"] + p.rest["memory"]) // PAGE * PAGE + PAGE
    for n in range(7):
        p.add(at + n * PAGE, b"x", 1, READABLE)


def spawn(s, name, register, held=True, **options):
    s.do(SPAWN, words(int(held)) + name.encode() + b"\0\0", options.pop("what"), store=register, **options)


def test_programs_sound(boot, seed):
    """Sound programs start, whatever their files look like."""
    s, chance, files = Scene(boot.tree), chance_of(seed, "sound"), {}
    for n in range(6):
        program = Program(chance, s)
        if n == 3:  # as many segments as there may be, the last of them up to the end of what is allowed
            for _ in range(6):
                at = (program.segments[-1]["address"] if len(program.segments) > 4 else program.rest["address"] + program.rest["memory"])
                program.add(at // PAGE * PAGE + PAGE, b"seg", 3, READABLE)
            program.segments[-1]["memory"] = PROGRAM_LIMIT - program.segments[-1]["address"]
        files[f"p/{n}"] = program.bytes()
        spawn(s, f"p/{n}", 20 + n, what=f"sound program number {n}", value=0)
        child = Child.__new__(Child)
        child.s, child.register, child.actor = s, 20 + n, 0
        for segment in program.segments:
            if segment["type"] == LOAD and segment["memory"]:
                check_segment(child, program, segment, chance)
        child.call("PM_START", value=0)
        s.nap(40)
        child.look(f"sound program number {n}", number=2 + n, state=ENDED, end=s.END_EXIT, status=program.status)
        program.header["entry"] += 0x1000000
        files[f"w/{n}"] = program.bytes()
        spawn(s, f"w/{n}", 20 + n, what=f"the same program, with an entry that is nowhere, number {n}", error="ERR_BAD_ENTRY")
    s.run(boot, POLICY, files)


def check_segment(child, program, segment, chance):
    """Its first and last bytes, and the zeros behind them."""
    at = segment["offset"] - (ELF_HEADER.size + 4 + 16 * ELF_SEGMENT.size)
    data = program.data[at:at + segment["file_size"]]
    written = Written()
    written.write(segment["address"], data + bytes(segment["memory"] - len(data)) if segment["memory"] < 1 << 16 else data, 0)
    end = segment["address"] + min(segment["memory"], len(data) + 600)
    for first in (segment["address"], max(segment["address"], segment["address"] + len(data) - 50)):
        read_back(child, written, first, min(200, end - first, segment["memory"]) if segment["memory"] < 1 << 16 else len(data))


def test_programs_header(boot, seed):
    """What is no program is told from what is one."""
    broken(boot, seed, [(what, change, "ERR_NOT_ELF") for what, change in broken_headers(lambda: Program(random.Random(1), Scene(boot.tree)))])


def test_programs_segments(boot, seed):
    """A program whose file is wrong somewhere is not started, and nothing is left of the attempt."""
    broken(boot, seed, list(broken_segments(None)))


def broken(boot, seed, cases):
    """Files with one thing wrong each; between them sound ones, so that it is seen what was done for the others."""
    s, chance, files = Staged(boot.tree), chance_of(seed, "broken"), {"p/good": b""}
    files["p/good"] = Program(chance, s).bytes()
    spawn(s, "p/good", 20, what="a sound program", value=0)
    s.do("PM_DELETE", register=20)
    s.nap(40)
    s.do("PM_MACHINE")
    for n, (what, change, error) in enumerate(cases):
        if not isinstance(change, bytes):
            program = Program(chance, s)
            change(program)
            change = program.bytes()
        files[f"p/{n}"] = change
        spawn(s, f"p/{n}", 21, what=f"a program with one thing wrong, {what}", error=error)
    s.do("PM_MACHINE", what="afterwards", show=6, check=lambda seen, said: expect(seen.data[4], 1, f"{said}: processes"))
    spawn(s, "p/good", 20, what="a sound program", value=0)
    s.do("PM_READ_STATUS", register=20, what="of a sound program behind all those that were not started", show=VIEW_WORDS,
         check=lambda seen, said: check_view(s, seen, said, number=3))
    seen = []
    s.look(boot, POLICY, lambda o: seen.extend(marks(o, 2)), files=files)
    expect_same(seen, "when all broken programs have been tried")


# --- pm.8: bounds

def bounded(chance, **limits):
    """POLICY with a domain "small", of whose processes each has these limits."""
    limits = {"processes": 0, "pages": 64, "names": 0, "threads": 2, "descriptors": 256, **limits}
    more = ["domain small", "processes small up", "made small private", "name small / /*", "may small doors processes", "enter init small"]
    more += [f"limit small {name} {number}" for name, number in limits.items()]
    return POLICY + "\n".join(more) + "\n"


def again(before):
    """Machine code that makes a call again and again, until it fails."""
    body = before + CALL + b"\x85\xdb"  # test ebx, ebx
    return body + b"\x74" + bytes([256 - len(body) - 2])  # jz to its beginning


def registers_code(**values):
    """mov of each register."""
    number = {"eax": 0xB8, "ecx": 0xB9, "edx": 0xBA, "ebx": 0xBB, "ebp": 0xBD, "esi": 0xBE, "edi": 0xBF}
    return b"".join(bytes([number[name]]) + words(value) for name, value in values.items())


def put_word(address, value):
    return b"\xc7\x05" + words(address) + words(value)  # mov dword [address], value


def test_bound_pages(boot, seed):
    """Nobody has more pages than the policy says, whoever brings them."""
    chance = chance_of(seed, "pages")
    s, most = Scene(boot.tree), chance.randrange(6, 40)
    child = Child(s, 20, domain="small")
    child.write(CODE, b"\x89\x06\x81\xc6" + words(PAGE) + b"\xeb\xf6")  # again: mov [esi], eax; add esi, 4096; jmp again
    child.call("PM_WRITE_REGION", words(DATA, 100, s.MEMORY_WRITABLE))
    child.look("before it runs", pages=1, pages_max=most)
    child.start(esi=DATA + 4)
    s.nap(60)
    child.look(f"a process that may have {most} pages, and writes to all that it has mapped", state=ENDED, end=s.END_FAULT, status=14, vector=14,
               address=DATA + 4 + (most - 1) * PAGE, access=1, present=0)
    child = Child(s, 21, domain="server")
    for n in range(most):
        child.write(DATA + 2 * n * PAGE, b"x")
    child.call("PM_WRITE_CODE", words(DATA + 2 * most * PAGE, 0) + b"x", f"a page more than the {most} that it may have", error="ERR_LIMIT")
    child.write(DATA + 2 * PAGE, b"in a page that is there")
    child.look("when its creator has written all that fits", pages=most)
    s.actor(1, "wide", store=22)
    s.do("PM_MAP", words(BELOW, 1000, s.MEMORY_WRITABLE), "many pages, of which few are used", value=BELOW, actor=1)
    for n in range(5):
        s.do("PM_UNMAP", words(BELOW + 100 * n * PAGE, 100), actor=1)
        for i in range(8):
            s.do(WRITE, words(BELOW + (100 * (n + 1) + i) * PAGE, i), "pages in place of others that were unmapped", actor=1)
    more = ["domain wide", "domain server", "processes wide up", "processes server up", "enter init wide server",
            "limit wide pages 48 threads 1 descriptors 64", f"limit server pages {most} names 1 threads 1 descriptors 64"]
    s.run(boot, bounded(chance, pages=most) + "\n".join(more) + "\n")


def test_bound_children(boot, seed):
    """Nobody has more children than the policy says; those who are forgotten do not count."""
    chance = chance_of(seed, "children")
    s, most = Scene(boot.tree), chance.randrange(2, 9)
    s.actor(1, "small", store=20)
    for n in range(most):
        Child(s, 30 + n, actor=1)
    request = text("x") + text("")
    s.do("PM_CREATE", request, f"one child more than {most}", target=1, actor=1, error="ERR_LIMIT")
    for n in chance.sample(range(most), 2):
        s.do("PM_DELETE", register=30 + n, actor=1)
        s.nap(40)
        Child(s, 30 + n, actor=1)
        s.do("PM_CREATE", request, f"one child more than {most}", target=1, actor=1, error="ERR_LIMIT")
    n = chance.randrange(most)
    s.do("PM_KILL", register=30 + n, actor=1)
    s.nap(40)
    s.do("PM_CREATE", request, "when one has ended that nobody has asked about", target=1, actor=1, error="ERR_LIMIT")
    s.do("PM_WAIT_ANY", words(0), actor=1)
    Child(s, 30 + n, actor=1)
    s.do("PM_CREATE", request, f"one child more than {most}", target=1, actor=1, error="ERR_LIMIT")
    Child(s, 40)
    s.run(boot, bounded(chance, processes=most))
    inherited(Scene(boot.tree), chance).run(boot, LIMITED)


def inherited(s, chance):
    """Children that one has inherited do not count, but those that one has created do."""
    orphans_of(s, 5)
    s.do("PM_WAIT_ANY", words(0), "the process whose children were inherited")
    request, own = text("x") + text(""), [Child(s, 40 + n) for n in range(6)]
    s.do("PM_CREATE", request, "one child more than 6, besides those that it inherited", register=1, error="ERR_LIMIT")
    no_orphan(s, chance.randrange(3, 8))
    s.do("PM_CREATE", request, "when one that it inherited is no more", register=1, error="ERR_LIMIT")
    chance.choice(own).call("PM_DELETE")
    s.nap(40)
    Child(s, 40)
    s.do("PM_CREATE", request, "one child more than 6, besides those that it inherited", register=1, error="ERR_LIMIT")
    return s


def test_bound_names(boot, seed):
    """Nobody has more names than the policy says; those that are free again do not count."""
    chance = chance_of(seed, "bound names")
    s, most = Scene(boot.tree), chance.randrange(2, 9)
    s.actor(1, "small", store=20)
    for n in range(most):
        s.do("PM_DOOR", door(f"/n/{n}"), store=30 + n, actor=1)
    for _ in range(2):
        s.do("PM_DOOR", door("/n/more"), f"one name more than {most}", actor=1, error="ERR_LIMIT")
        s.do("PM_DOOR", door("/n/0"), "a name that is taken", actor=1, error="ERR_EXISTS")
    s.do("PM_DOOR", door(""), "a door without a name", actor=1)
    first, second = chance.sample(range(most), 2)
    s.do("PM_REMOVE", text(f"/n/{first}"), actor=1)
    s.do("PM_DOOR", door("/n/other"), "when one was removed", actor=1)
    s.do("PM_DOOR", door("/n/more"), f"one name more than {most}", actor=1, error="ERR_LIMIT")
    s.do("CALL_CLOSE", register=30 + second, actor=1)
    s.do("PM_DOOR", door("/n/third"), "when the door of one was closed", actor=1)
    s.do("PM_DOOR", door("/n/more"), f"one name more than {most}", actor=1, error="ERR_LIMIT")
    s.do("PM_PROCESS", words(2), show=VIEW_WORDS, check=lambda seen, what: check_view(s, seen, what, names=most))
    s.do("PM_DOOR", door("/mine"), "by another process")
    s.run(boot, bounded(chance, names=most))


def test_bound_kernel(boot, seed):
    """The kernel bounds threads and descriptors."""
    chance = chance_of(seed, "bound kernel")
    s, threads, descriptors = Staged(boot.tree), chance.randrange(2, 12), chance.choice((256, 512))
    s.do("PM_DOOR", door(""), store=11)
    child = Child(s, 20, domain="small")
    wait = registers_code(eax=s.CALL_RECEIVE, ebx=2, esi=0, edi=0) + CALL + STOP
    child.write(CODE, again(registers_code(eax=s.CALL_THREAD_CREATE, ebx=0, esi=DATA, edi=sizes(12, 12))) + wait)
    child.write(CODE + PAGE, wait)
    child.write(DATA, words(CODE + PAGE, 0, 0))
    child.clist((1, 0), (11, ALL, MOVE))
    child.start()
    s.nap(150)
    child.look(f"a process that makes threads as long as it can, of which it may have {threads}", state=s.PROCESS_RUNNING, threads=threads)
    child = Child(s, 21, domain="small")
    loop = put_word(DATA, 0) + put_word(DATA + 4, 0) + put_word(DATA + 8, 0) + put_word(DATA + 12, 0)
    loop += registers_code(eax=s.PM_DOOR, ebx=0, esi=DATA, edi=sizes(64, 16)) + b"\x45"  # inc ebp
    child.write(CODE, again(loop) + STOP)
    child.write(DATA, bytes(64), s.MEMORY_WRITABLE)
    child.clist((1, 0))
    child.start()
    s.nap(3000)
    made = []

    def check(seen, what):
        made.append(seen.data[REGISTERS_AT + REGISTERS.index("ebp")] - 1)
        expect(descriptors - 8 <= made[0] < descriptors, True, f"{what}: whether {made[0]} doors are as many as {descriptors} descriptors allow")
    child.call("PM_READ_STATUS", what="a process that makes doors as long as it can", show=VIEW_WORDS, check=check)
    s.run(boot, bounded(chance, threads=threads, descriptors=descriptors))


def test_bound_regions(boot, seed):
    """What the manager itself has to remember is bounded, too."""
    chance = chance_of(seed, "regions")
    s = Staged(boot.tree)
    s.nap(1)
    for n in range(3):
        child = Child(s, 20)
        loop = put_word(DATA + 4, 1) + put_word(DATA + 8, 0) + b"\x81\xc2" + words(2 * PAGE) + b"\x89\x15" + words(DATA)  # add edx, 8192; mov [DATA], edx
        loop += registers_code(eax=s.PM_MAP, ebx=0, esi=DATA, edi=sizes(64, 12)) + b"\x45"  # inc ebp
        child.write(CODE, again(loop) + STOP)
        child.write(DATA, bytes(64), s.MEMORY_WRITABLE)
        child.start(edx=BASE + chance.randrange(100) * PAGE)
        s.nap(1500)
        child.call("PM_READ_STATUS", what="a process that maps single pages as long as it can", show=VIEW_WORDS, check=lambda seen, what: (
            check_view(s, seen, what, state=ENDED, status=6, registers={"ebx": s.ERR_LIMIT}),
            expect(16 <= seen.data[REGISTERS_AT + REGISTERS.index("ebp")] <= 4096, True, f"{what}: whether it came to its bound after 16 to 4,096")))
        s.do("PM_DELETE", register=20)
        s.do("CALL_CLOSE", register=20)
        s.nap(40)
        if n in (0, 2):
            s.do("PM_MACHINE")
    seen = []
    s.look(boot, POLICY, lambda o: seen.extend(marks(o, 2)))
    expect_same(seen, "when processes have ended that mapped much")


FRAMES_KEPT, PLACES_KEPT, PLACES = 64, 32, 2048


def test_bound_kept(boot, seed):
    """Something is kept for those whom all others need."""
    chance = chance_of(seed, "kept")
    if not boot.has_lab("swap"):  # from then on who asks for more than there is waits for it
        kept_frames(Scene(boot.tree), chance).run(boot, POOR, memory=8, shift=4)
    kept_places(Scene(boot.tree), chance).run(boot, POOR, memory=64, shift=3)


POOR = POLICY + """domain poor
domain server
processes poor up
processes server up
may poor processes
name server /s
enter init poor server
limit poor   processes 4000 pages 60000 names 0 threads 1 descriptors 8192
limit server processes 0    pages 60000 names 1 threads 1 descriptors 256
"""


def kept_frames(s, chance):
    """A process takes memory until so many frames are left: then others get no page more, but servers and the first process do."""
    s.actor(1, "server", store=20)
    s.actor(2, "poor", store=21)
    for actor in range(3):
        s.do("PM_MAP", words(BELOW, 100, s.MEMORY_WRITABLE), value=BELOW, actor=actor)
        s.do(WRITE, words(BELOW, 1), value=0, actor=actor)
    taker = Child(s, 30, domain="poor")
    look = registers_code(eax=s.PM_MACHINE, ebx=0, esi=DATA, edi=sizes(64)) + CALL
    taker.write(CODE, take_while(look + b"\x81\x3d" + words(DATA + 12, FRAMES_KEPT)) + SPIN)  # cmp dword [frames_free], FRAMES_KEPT
    taker.write(DATA, bytes(64), s.MEMORY_WRITABLE)
    taker.call("PM_WRITE_REGION", words(BASE, 10000, s.MEMORY_WRITABLE), value=BASE)
    taker.start(edx=BASE)
    s.nap(1500)
    taker.call("PM_STOP")
    taker.look("a process that takes memory", state=s.PROCESS_STOPPED)
    s.do("PM_MACHINE", what=f"when a process has taken memory until {FRAMES_KEPT} frames were left", show=7, check=lambda seen, what: (
        expect(FRAMES_KEPT - 8 < seen.data[3] <= FRAMES_KEPT, True, f"{what}: whether {seen.data[3]} free frames are nearly as many")))
    for n in range(1, chance.randrange(12, 20)):
        s.do(WRITE, words(BELOW + n * PAGE, n), "by the first process, when little memory is left", value=0)
        s.do(WRITE, words(BELOW + n * PAGE, n), "by who may give names, when little memory is left", value=0, actor=1)
    s.do(WRITE, words(BELOW + PAGE, 1), f"when not more than {FRAMES_KEPT} frames are left", actor=2, ends=True)
    s.do("PM_READ_STATUS", what="who wanted a page when little memory was left", register=21, show=VIEW_WORDS,
         check=lambda seen, what: check_view(s, seen, what, end=s.END_FAULT, vector=14, address=BELOW + PAGE))
    return s


def take_while(look):
    """Machine code that writes to the page at EDX and the next ones, as long as what `look` compares is above."""
    body = b"\x89\x12\x81\xc2" + words(PAGE) + look  # mov [edx], edx; add edx, PAGE
    return body + b"\x77" + bytes([256 - len(body) - 2])  # ja to its beginning


def kept_places(s, chance):
    """A process makes others as long as it can: nobody else may then, but the first process."""
    s.actor(1, "poor", store=20)
    maker = Child(s, 21, domain="poor")
    maker.write(CODE, again(registers_code(eax=s.PM_CREATE, ebx=1, esi=DATA, edi=sizes(64, 8))) + SPIN)
    maker.write(DATA, bytes(64), s.MEMORY_WRITABLE)
    maker.clist((1, ALL))
    maker.start()
    s.nap(2500)
    maker.call("PM_STOP")
    most = PLACES - PLACES_KEPT
    s.do("PM_MACHINE", what="when a process has made others as long as it can", show=7, check=lambda seen, what: (
        expect(seen.data[4], most, f"{what}: processes")))
    s.do("PM_CREATE", text("x") + text(""), f"one process more than {most}", target=1, actor=1, error="ERR_LIMIT")
    for n in range(chance.randrange(3, 9)):
        Child(s, 22 + n)
    return s
