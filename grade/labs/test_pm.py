# SPDX-License-Identifier: BSD-2-Clause
"""Lab pm: what its exercises have to do."""

import random

from lintel.failure import Failure, expect
from lintel.outside import Outside
from lintel.pages import FRAME, PAGE, WRITABLE, Pages
from lintel.pmplay import ALL, ANY, FAILED, READ, SECONDS, WRITE, Scene, text, words

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
DOMAIN_AT, NAME_AT, VIEW_WORDS = 28, 32, 40  # words in a struct process_view
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

    def look(self, what, **wanted):
        """What PM_READ_STATUS has to tell: members of struct process_view."""
        self.call("PM_READ_STATUS", what=what, show=VIEW_WORDS, check=lambda seen, said: check_view(self.s, seen, said, **wanted))


def check_view(s, seen, what, domain=None, name=None, **wanted):
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
