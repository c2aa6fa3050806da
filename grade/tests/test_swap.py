# SPDX-License-Identifier: BSD-2-Clause
"""Memory under pressure: programs that are larger than it, pages of all kinds that go out and come back, disks and drivers that fail.

Most of the director's memory never goes and leaves the others hardly any (BALLAST), so pages go all the time. LINTEL_LONG=1 does it at
length.
"""

import contextlib
import os
import random

import pytest

import pressure
from lintel.boot import Booter
from lintel.machine import Disk
from pressure import (ANY, DISK_ERROR, DONT_NEED, END_LOST, END_MEMORY, EXISTS, FAILED, LATER, LOST, MASK, PRIVATE, ROOT, SERVER,
                      WILL_NEED, WRITABLE, Model, Script, ended)

pytestmark = pytest.mark.xdist_group("test_swap")

LONG = bool(os.environ.get("LINTEL_LONG"))
SLOTS = 2048
POLICY = (ROOT / "user/files/etc/policy").read_text().replace(
    "may   init processes", "may   init report swap processes").replace(
    "limit init    processes 64 pages  1024", "limit init    processes 64 pages 65536").replace(
    "allow user disk    copy ", "allow init disk read write copy\nallow user disk read copy ") + """
domain pager
processes pager system_process
limit pager processes 0 pages 4096 names 1 threads 2 descriptors 256
enter init pager
may pager doors pager
made pager private
name pager /pager
"""


@pytest.fixture
def booter():
    with contextlib.ExitStack() as stack:
        yield Booter(ROOT, 0, "swap", stack)


@pytest.fixture(scope="session")
def disk(tmp_path_factory):
    """With no zeros on it: what is read from where nothing has been written shows."""
    path = tmp_path_factory.mktemp("images") / "swap"
    path.write_bytes(random.Random(1).randbytes(SLOTS * 4096))
    return path


class Played:
    """A machine that has done a script: what it has reported, by name."""

    def __init__(self, booter, script, disks=(), guest_seconds=30, memory=8, **options):
        files = {"bin/disk": "disk", "bin/files": "pressure_files", "script": script.bytes()}
        booted = booter.under_manager("pressure", POLICY, files, disks=disks, memory=memory, **options)
        booted.go(guest_seconds)
        self.lines = [(name, line) for name, line in booted.report.lines]
        self.console = booted.run.console.decode("latin-1")
        assert not self["wrong"], self["wrong"][:5] + [self.console[-500:]]
        assert self["right"] == [str(script.judged)]

    def __getitem__(self, name):
        return [line for found, line in self.lines if found == name]

    def numbers(self, name, which=-1):
        return [int(word) for word in self[name][which].split()]


def begun(slots=SLOTS, left=None):
    """A script whose machine swaps, and in which so many frames are left."""
    script = Script()
    if slots:
        script.do("DRIVER").do("SWAP", slots, value=slots)
    if left:
        script.do("BALLAST", left)
    return script


# --- Sequences

ARENAS, ARENA = 4, 48  # of each actor: places for mappings, and pages of each
ACTORS = (1, 2, 3)
SHARED, FILES = (1, 2, 3), (4, 5)


class Sequence:
    """Random steps; what they do to each other the model knows."""

    def __init__(self, seed, rounds):
        self.r, self.script, self.seed = random.Random(seed), begun(), seed << 8
        self.m = Model(self.script)
        self.script.do("START", SERVER)
        for which, register in enumerate(FILES):
            self.m.file(register, 40, which, seed + which)
        for number in ACTORS:
            self.begin(number)
        for number, register in zip(ACTORS, SHARED):
            self.m.new(number, register, 40)
        for number in ACTORS:
            self.hand_out(number)
        self.script.do("BALLAST", 125)
        for _ in range(rounds):
            self.round()
        self.finish()

    def begin(self, number):
        self.m.start(number)

    def hand_out(self, number):
        for register in (*SHARED, *FILES):
            if register in self.m.given and register not in self.m.processes[number].has:
                self.m.give(number, register)

    def any_seed(self):
        self.seed += 1
        return self.seed

    def arena(self, number):
        """Somewhere of this actor's: the first page, and how many."""
        base = 0x20000 + number * 0x1000 + self.r.randrange(ARENAS) * 0x100
        first = self.r.choice([0, 0, self.r.randrange(ARENA)])
        return base + first, self.r.randint(1, ARENA - first)

    def mapped(self, number):
        """A part of what is mapped there; None."""
        first, pages = self.arena(number)
        have = self.m.processes[number].mapped
        start = next((page for page in range(first, first + pages) if page in have), None)
        if start is None:
            return None
        stop = start
        while stop < first + pages and stop in have:
            stop += 1
        return start, stop - start

    def may(self, number, first, pages, write):
        """Can it do that and live?"""
        p = self.m.processes[number]
        for page in range(first, first + pages):
            o, index, flags, _ = p.mapped[page]
            if (write and not flags & WRITABLE) or (o and page not in p.own and index >= o.end):
                return False
        return True

    def round(self):
        number = self.r.choice(ACTORS)
        step = self.r.choices([self.new_mapping, self.all_touch, self.touch, self.unmap, self.protect, self.advise, self.resize,
                               self.sync, self.peek, self.end, self.wild, self.delete],
                              [14, 30, 14, 5, 6, 8, 4, 4, 4, 3, 2, 1])[0]
        step(number)

    def new_mapping(self, number):
        first, pages = self.arena(number)
        p = self.m.processes[number]
        flags = self.r.choice([WRITABLE, WRITABLE, WRITABLE, 0])
        register = self.r.choice([None, *p.has])
        if register is None:
            self.m.map(number, first, pages, flags)
        else:
            self.m.attach(number, first, pages, flags | self.r.choice([0, PRIVATE]), self.r.choice([0, self.r.randrange(20)]), register)

    def touch(self, number):
        found = self.mapped(number)
        write = self.r.random() < 0.5
        if not found or (not self.may(number, *found, write) and self.r.random() < 0.8):
            return
        lives = self.m.write(number, *found, self.any_seed()) if write else self.m.sum(number, *found)
        if not lives:
            self.revive(number)

    def all_touch(self, _):
        """At the same time; nobody writes what another one sees."""
        seen = set()
        for number in ACTORS:
            found = self.mapped(number)
            if not found:
                continue
            if self.r.random() < 0.2:
                self.r.choice([self.m.unmap, self.changed, self.advised])(number, *found, flags=LATER)
                continue
            write, here = self.r.random() < 0.5, self.m.touched(number, *found)
            if seen & here or not self.may(number, *found, write):
                continue
            seen |= here
            if write:
                self.m.write(number, *found, self.any_seed(), flags=LATER)
            else:
                self.m.sum(number, *found, flags=LATER)
        self.script.do("BARRIER")

    def changed(self, number, first, pages, **how):
        self.m.protect(number, first, pages, self.r.choice([0, WRITABLE, WRITABLE]), **how)

    def advised(self, number, first, pages, **how):
        self.m.advise(number, first, pages, self.r.choice([DONT_NEED, WILL_NEED, 3, 0]), **how)

    def unmap(self, number):
        self.m.unmap(number, *(self.mapped(number) if self.r.random() < 0.8 else None) or self.arena(number))

    def protect(self, number):
        self.changed(number, *(self.mapped(number) or self.arena(number)))

    def advise(self, number):
        found = self.mapped(number)
        if found:
            self.advised(number, *found)

    def resize(self, number):
        register = self.r.choice([*SHARED, *FILES])
        if register in FILES and not self.m.given[register].stale:
            self.m.cut_file(register, self.r.randint(10, 48))
        elif register in SHARED:
            self.m.resize(number, register, self.r.randint(10, 60))

    def sync(self, number):
        p = self.m.processes[number]
        register = self.r.choice(FILES)
        found = sorted(page for page, (o, _, flags, _) in p.mapped.items() if o is self.m.given[register] and not flags & PRIVATE)
        if found:
            self.m.sync(number, found[0], 1, register)

    def peek(self, number):
        found = self.mapped(number)
        if found:
            self.m.peek(number, *found)

    def end(self, number):
        if self.r.random() < 0.5:
            self.m.kill(number)
        else:
            self.m.exit(number, self.r.randrange(256))
        self.revive(number)

    def delete(self, number):
        """Its memory stays with who has it mapped; then there is other memory of that number."""
        register = self.r.choice(SHARED)
        self.m.delete(number, register)

    def wild(self, number):
        """Something happens to it while its pages come; what it sees then nobody knows."""
        found = self.mapped(number)
        if not found:
            return
        self.script.do("SUM", found[0] * 4096, found[1], actor=number, flags=LATER | ANY)
        deed = self.r.randrange(3)
        if deed == 0:
            self.script.do("NAP", self.r.randrange(1, 12))
        elif deed == 1:
            self.resize(self.r.choice([n for n in ACTORS if n != number]))
        self.m.kill(number)
        self.revive(number)

    def revive(self, number):
        """Objects that were its own have no owner now: who needs one makes it anew."""
        self.begin(number)
        for register in SHARED:
            if self.m.given[register].stale:
                self.script.do("LOOSE", register)
                self.m.new(number, register, self.r.randint(10, 60))
        self.hand_out(number)

    def finish(self):
        for number in ACTORS:
            for page in sorted(self.m.processes[number].mapped):
                if self.may(number, page, 1, False):
                    self.m.sum(number, page, 1, flags=LATER)
            self.script.do("BARRIER")
        for number in ACTORS:
            self.m.kill(number)
        for register in FILES:
            self.m.delete_file(register)
        self.script.do("NAP", 500).do("COUNTS")


@pytest.mark.parametrize("seed", range(200 if LONG else 5))
def test_sequences(booter, disk, seed):
    """All that processes can do with memory, in any order, where pages go out and come back all the time."""
    played = Played(booter, Sequence(seed, 150).script, [disk])
    _, shared, files, wired, dirty = played.numbers("pages")
    swapped_in, swapped_out, *_ = played.numbers("swapped")
    assert (shared, files, dirty, wired) == (16, 0, 0, 16) and played.numbers("slots") == [SLOTS, 0, 0]
    assert swapped_in > 50 and swapped_out > 50


# --- Programs that are larger than memory

MEMORIES = (8, 16, 64) if LONG else (8,)
AT = 0x20000000


def of_written(pages, seed):
    """The sum of so many pages of private memory, after one WRITE."""
    return pressure.sum_of(dict([pressure.written(seed, i)]) for i in range(pages))


def sparse(folder, slots):
    path = folder / f"swap{slots}"
    with open(path, "wb") as file:
        file.truncate(slots * 4096)
    return path


def with_bystander(script, number, patience):
    """An actor that asks the manager every 20 ms, up to the step that `ends()` it, and never waits so long for an answer."""
    script.do("START", number).do("NEW", 1, 1, actor=number)
    for who in (number, 0):
        script.do("ATTACH", AT, 1, WRITABLE, 0, 1, actor=who, value=AT)
    script.do("TICK", AT, 20, patience, actor=number, flags=LATER)
    return lambda: script.do("SET", AT, 1).do("WAIT", number, value=1)


@pytest.mark.parametrize("memory, programs", [(m, n) for m in MEMORIES for n in (1, 3)])
def test_larger_than_memory(booter, tmp_path, memory, programs):
    """Each three times as large. All of them come to their end, and who asks for little gets an answer soon."""
    pages = 3 * 256 * (memory - 1) // programs if memory > 8 else 3 * 1700
    script = begun(slots := (pages + 256) * programs)
    ends = with_bystander(script, 2, 1000)
    for number in range(3, 3 + programs):
        script.do("START", number).do("MAP", AT, pages, WRITABLE, actor=number, value=AT)
        script.do("LARGE", AT, pages, 1, actor=number, flags=LATER)
    for number in range(3, 3 + programs):
        script.do("WAIT", number, value=1)
    ends()
    played = Played(booter, script.do("COUNTS"), [sparse(tmp_path, slots)], memory=memory, shift=4)
    swapped_in, swapped_out, *_ = played.numbers("swapped")
    assert swapped_in > pages * programs // 2 and swapped_out > pages * programs // 2
    assert played.numbers("frames")[3] == 0


# --- Memory that is full

def full(slots, hogs, pages):
    """Programs that want more than there is, beside two that want little."""
    script = begun(slots, left=300)
    ends = with_bystander(script, 2, 1000)
    script.do("START", 1).do("MAP", AT, 20, WRITABLE, actor=1, value=AT).do("WRITE", AT, 20, 7, actor=1, value=20)
    for number in range(3, 3 + hogs):
        script.do("START", number).do("MAP", AT, pages, WRITABLE, actor=number, value=AT)
        script.do("LARGE", AT, pages, 1, actor=number, flags=LATER | (LOST if hogs > 1 else 0), value=ended(END_MEMORY) if hogs == 1 else 0)
    for number in range(3, 3 + hogs):
        script.do("WAIT", number, flags=ANY)
    script.do("SUM", AT, 20, actor=1, value=of_written(20, 7))
    ends()
    for number in (1, 2, *range(3, 3 + hogs)):
        script.do("KILL", number)
    return script.do("NAP", 500).do("COUNTS")


@pytest.mark.parametrize("slots, hogs", [(0, 1), (0, 3), (100, 1), (100, 3)])
def test_full(booter, disk, slots, hogs):
    """Who has most ends, with a reason; nobody else does, and nobody waits for ever."""
    played = Played(booter, full(slots, hogs, 600), [disk])
    over = played.numbers("frames")[3]
    assert over == (1 if hogs == 1 else len(played["lost"])) and hogs - 1 <= over <= hogs
    assert played.numbers("slots")[1:] == [0, 0]
