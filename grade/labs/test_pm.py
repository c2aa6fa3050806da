# SPDX-License-Identifier: BSD-2-Clause
"""Lab pm: what its exercises have to do."""

import random

from lintel.failure import Failure, expect
from lintel.outside import Outside
from lintel.pages import FRAME, PAGE, WRITABLE, Pages, structs
from lintel.pmplay import ALL, ANY, FAILED, LATER, MOVE, READ, RIGHTS, SECONDS, WRITE, Scene, text, words

MANAGER = 1  # the kernel's number of the manager's process; the first program's is the next
FIRST = 2

POLICY = """
domain init user
type private up
limit init processes 64 pages 2048 names 64 threads 4 descriptors 512
limit user processes 8 pages 256 names 16 threads 4 descriptors 256
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

    def look(self, boot, policy, look, **options):
        """Run it under `look`, a function of a Look, up to where that leaves it, and to its end; then what was told is judged."""
        booted = self.load(boot, policy, gdb=True, **options)
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


def test_memory_zeros(boot, seed):
    """Pages come when they are touched, and not before."""
    s, chance = Mapping(boot.tree), chance_of(seed, "zeros")
    areas = [(*area, chance.random() < 0.75) for area in ranges(chance, 10, BELOW, KERNEL)]
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
            if address >= BELOW and not ARCHIVE <= address < ARCHIVE + (16 << 20)}


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
    for name in names:
        s.find(name)
    s.list("when a process with names has ended", {0: 1})
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
        child = Child(s, 20 + n, name, chance.choice(("", "init", "user")), rights=ALL_RIGHTS)
        registers, at = some_registers(chance), DATA + chance.randrange(0, 2 * PAGE - 4)
        word, pages = chance.getrandbits(32), chance.randrange(1, 9)
        child.write(CODE, b"\x03\x06" + b"\x03\x0f" + STOP)  # add eax, [esi]; add ecx, [edi]; ud2
        child.write(at, words(word), s.MEMORY_WRITABLE)
        child.call("PM_WRITE_REGION", words(READ_ONLY, pages, 0), value=READ_ONLY)
        there = 1 + len({at // PAGE, (at + 3) // PAGE})
        child.look("before it starts", number=2 + n, parent=1, state=s.PROCESS_NEW, threads=1, pages=there, children=0, name=name[:31])
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
    stale(child)
    child = leaver(s, 24, 0)
    child.write(CODE, b"\xb8" + words(s.CALL_THREAD_EXIT) + CALL + STOP)
    child.start()
    child.call("PM_WAIT", what="for a process whose only thread has ended itself", **view(s, 6, s.END_EXIT, 0))
    s.run(boot, POLICY)


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
    children[2].call("PM_DELETE", value=0)
    s.nap(40)
    s.do("PM_WAIT_ANY", words(1), "when no child is left", actor=1, error="ERR_NOT_FOUND")
    s.run(boot, POLICY)
    expect(told, {4, 6}, "numbers of the children of which their parent was told")


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
    s.nap(40)
    order = [("running", 3), ("new", 4), ("ended", 5)]
    for what, number in order:
        s.do("PM_FIND", words(number), f"a process that is {what}", store=number + 30)
    s.do("PM_EXIT", words(9), actor=1, ends=True)
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
    o.run_to("call_frames")  # the manager's own look when it begins
    return [mark(o) for _ in range(count)]


def mark(o):
    o.run_to("call_frames")
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
