# SPDX-License-Identifier: BSD-2-Clause
"""Memory under pressure: programs that are larger than it, pages of all kinds that go out and come back, disks and drivers that fail.

Most of the director's memory never goes and leaves the others hardly any (BALLAST), so pages go all the time. LINTEL_LONG=1 does it at
length: 200 sequences, each slot failing, 100,000 calls of whatever, 200 rounds after which nothing is left; eight minutes of one processor.
"""

import contextlib
import os
import random

import pytest

import pressure
from lintel.boot import Booter
from lintel.machine import Disk
from pressure import (ANY, DISK_ERROR, DONT_NEED, END_LOST, END_MEMORY, EXISTS, FAILED, GIVES, LATER, LOST, NO_ACCESS, PRIVATE, RANGE, ROOT,
                      SERVER, STALE, WILL_NEED, WRITABLE, Model, Script, ended)

LONG = bool(os.environ.get("LINTEL_LONG"))
SLOTS = 2048
SHARED_ALWAYS = 17  # pages: the buffer of the swap device, and what the driver tells the bus master
AT = 0x20000000  # where actors map
POLICY = (ROOT / "user/files/etc/policy").read_text().replace(
    "may   init processes", "may   init report swap processes").replace(
    "limit init    processes 64 pages  1024", "limit init    processes 64 pages 65536").replace(
    "processes 32 pages 32768", "processes 32 pages 131072").replace(
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


def of_written(pages, seed):
    """The sum of so many pages of private memory, after one WRITE."""
    return pressure.sum_of(dict([pressure.written(seed, i)]) for i in range(pages))


# --- Sequences

ARENAS, ARENA = 4, 48  # of each actor: places for mappings, and pages of each
ACTORS = (1, 2, 3)
SHARED, FILES = (1, 2, 3), (4, 5)
HOG, HOARD, EVERY = 4, (0x30000, 48), 10  # one more actor; its first page, and how many; it writes them again after so many steps


class Sequence:
    """Random steps; what they do to each other the model knows."""

    def __init__(self, seed, rounds):
        self.r, self.script, self.seed = random.Random(seed), begun(), seed << 8
        self.m = Model(self.script)
        self.script.do("START", SERVER)
        for which, register in enumerate(FILES):
            self.m.file(register, 40, which, seed + which)
        for number in (*ACTORS, HOG):
            self.begin(number)
        self.m.map(HOG, *HOARD, WRITABLE)
        for number, register in zip(ACTORS, SHARED):
            self.m.new(number, register, 40)
        for number in ACTORS:
            self.hand_out(number)
        self.script.do("BALLAST", 125)
        for number in range(rounds):
            if number % EVERY == 0:
                self.hog()
            self.round()
        self.finish()

    def hog(self):
        """Some sequences need little memory by themselves; with this one pages go in all of them."""
        self.m.write(HOG, *HOARD, self.any_seed(), flags=LATER)

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
        if not found or not self.may(number, *found, False):
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
        for number in (*ACTORS, HOG):
            for page in sorted(self.m.processes[number].mapped):
                if self.may(number, page, 1, False):
                    self.m.sum(number, page, 1, flags=LATER)
            self.script.do("BARRIER")
        for number in (*ACTORS, HOG):
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
    assert (shared, files, dirty, wired) == (SHARED_ALWAYS, 0, 0, SHARED_ALWAYS) and played.numbers("slots") == [SLOTS, 0, 0]
    assert swapped_in > 500 and swapped_out > 500


# --- One at a time, what goes wrong easily

def pushed_out(script, number):
    """What others have goes: this actor needs more than there is."""
    return script.do("MAP", 2 * AT, 150, WRITABLE, actor=number, value=2 * AT).do("WRITE", 2 * AT, 150, 1, actor=number, value=150).do(
        "SUM", 2 * AT, 150, actor=number, value=of_written(150, 1)).do("UNMAP", 2 * AT, 150, actor=number)


def two_with_an_object(pages, left=200):
    """Both have it mapped; the first has written to it."""
    script = begun(left=left).do("START", 1).do("START", 2).do("NEW", pages, 1)
    for number in (1, 2):
        script.do("TAKE", 1, actor=number, flags=GIVES).do("ATTACH", AT, pages, WRITABLE, 0, 1, actor=number, value=AT)
    return script.do("WRITE", AT, pages, 5, actor=1, value=pages)


def test_what_is_read_from_outside_stays_dirty(booter, disk):
    """The manager looks at pages that have been written."""
    script = two_with_an_object(30).do("PEEK", 1, AT, 30, value=of_written(30, 5))
    for _ in range(2):
        pushed_out(script, 2).do("SUM", AT, 30, actor=1, value=of_written(30, 5))
    Played(booter, script, [disk])


def test_one_lets_go_of_what_comes_for_another(booter, disk):
    """Pages that somebody has asked for stand in a queue; nobody has them mapped."""
    script = two_with_an_object(60, left=230).do("START", 3)
    for _ in range(4):
        script.do("ATTACH", AT, 60, WRITABLE, 0, 1, value=AT)
        pushed_out(script, 3).do("ADVISE", AT, 60, WILL_NEED, actor=1, value=AT)
        script.do("UNMAP", AT, 60).do("SUM", AT, 60, actor=1, value=of_written(60, 5))
    Played(booter, script, [disk])


def test_what_comes_is_not_wanted_any_more(booter, disk):
    """The object is cut, or its process killed, while pages stand in the queue, or are being read."""
    script = two_with_an_object(60, left=230).do("START", 3).do("START", 4)
    script.do("MAP", AT, 60, WRITABLE, actor=4, value=AT).do("WRITE", AT, 60, 6, actor=4, value=60)
    pushed_out(script, 3).do("ADVISE", AT, 60, WILL_NEED, actor=1, value=AT).do("RESIZE", 1, 7, value=7)
    script.do("SUM", AT, 7, actor=1, value=of_written(7, 5)).do("ADVISE", AT, 60, WILL_NEED, actor=4, value=AT).do("KILL", 4)
    pushed_out(script, 3).do("SUM", AT, 7, actor=2, value=of_written(7, 5))
    for number in (1, 2, 3):
        script.do("KILL", number)
    played = Played(booter, script.do("DELETE", 1).do("NAP", 500).do("COUNTS"), [disk])
    assert played.numbers("slots") == [SLOTS, 0, 0] and played.numbers("pages")[1] == SHARED_ALWAYS


def test_zeros_go_while_somebody_writes(booter, disk):
    """Pages that have only been read are zeros, and go for nothing; a write that finds one gone brings it again."""
    script = begun(left=300)
    for number in (1, 2, 3):
        script.do("START", number).do("MAP", AT, 150, WRITABLE, actor=number, value=AT)
    for _ in range(8):
        for number in (1, 2, 3):
            script.do("SUM", AT, 150, actor=number, flags=LATER)
        for number in (1, 2, 3):
            script.do("WRITE", AT, 150, 1, actor=number, value=150, flags=LATER)
        for number in (1, 2, 3):
            script.do("ADVISE", AT, 150, DONT_NEED, actor=number, value=AT)
    Played(booter, script, [disk])


def test_a_file_is_read_in_order(booter, disk):
    """By several; its server brings more than it is asked for, and what is not needed goes at once."""
    script = begun().do("START", SERVER).do("FILE_NEW", 48, 4, 0, 9, actor=SERVER).do("BALLAST", 170)
    for number in (1, 2, 3):
        script.do("START", number).do("TAKE", 4, actor=number, flags=GIVES)
        script.do("ATTACH", AT, 48, 0, 0, 4, actor=number, value=AT)
    for _ in range(12):
        for number in (1, 2, 3):
            script.do("SUM", AT, 48, actor=number, value=of_written(48, 9), flags=LATER)
        pushed_out(script.do("BARRIER"), 3)
    Played(booter, script, [disk], shift=4)


# --- Programs that are larger than memory

MEMORIES = (8, 16, 64) if LONG else (8,)


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
    """Three times as large, each or, where memory is not so small, together. They come to their end; who asks for little gets an answer soon."""
    pages = 3 * 256 * (memory - 1) // programs if memory > 8 else 3 * 1700
    script = begun(slots := (pages + 256) * programs)
    ends = with_bystander(script, 2, 100)
    for number in range(3, 3 + programs):
        script.do("START", number).do("MAP", AT, pages, WRITABLE, actor=number, value=AT)
        script.do("LARGE", AT, pages, 1, actor=number, flags=LATER)
    for number in range(3, 3 + programs):
        script.do("WAIT", number, value=1)
    ends()
    played = Played(booter, script.do("COUNTS"), [sparse(tmp_path, slots)], memory=memory, shift=2 if memory > 16 else 4)
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


def test_little_that_can_go(booter):
    """A few pages between many that stay: who waits gets them, though it takes some rounds to find one, and nobody ends."""
    script = begun(0).do("START", 1).do("MAP", AT, 60, WRITABLE, actor=1, value=AT).do("BALLAST", 90)
    for _ in range(5):
        script.do("SUM", AT, 60, actor=1, value=0)
    waited, over = Played(booter, script.do("COUNTS")).numbers("frames")[2:]
    assert waited > 20 and over == 0


# --- Disks that fail

FEW, APART = 144, 48  # slots, all of which are used; and how far those that fail are from each other: no request meets two
BAD = [range(first, FEW, APART) for first in (range(1, APART + 1) if LONG else (1, 33))]


def failing(disk, kind, slots):
    """One sector of each slot."""
    return Disk(disk, errors=tuple({"iotype": kind, "sector": slot * 8 + random.Random(slot).randrange(8)} for slot in slots))


def three_actors(script, flags=0):
    """Each writes to memory of its own, again and again, and looks at all of it; in the end they are gone."""
    for number in (1, 2, 3):
        script.do("START", number).do("MAP", AT, 30, WRITABLE, actor=number, value=AT, flags=flags)
    for step in range(4):
        for number in (1, 2, 3):
            script.do("WRITE", AT, 30, number + step, actor=number, value=30, flags=flags | LATER)
        script.do("BARRIER")
        for number in (1, 2, 3):
            pages = [dict(pressure.written(number + before, i) for before in range(step + 1)) for i in range(30)]
            script.do("SUM", AT, 30, actor=number, value=pressure.sum_of(pages), flags=flags | LATER)
        script.do("BARRIER")
    for number in (1, 2, 3):
        script.do("KILL", number)
    return script.do("NAP", 500).do("COUNTS")


@pytest.mark.parametrize("slots", BAD, ids=lambda slots: slots.start)
def test_slots_that_cannot_be_written(booter, disk, slots):
    """Nobody notices: the pages go elsewhere, and what is bad is not used again, though most of the others are."""
    script = three_actors(begun(FEW, left=125).do("MARK"))
    script.again(4, 1)
    played = Played(booter, script, [failing(disk, "write", slots)])
    bad = [played.numbers("slots", which)[2] for which in range(2)]
    assert len(slots) <= bad[0] <= 8 * len(slots) and bad[0] == bad[1] and played.numbers("slots")[1] == 0


@pytest.mark.parametrize("slots", BAD, ids=lambda slots: slots.start)
def test_slots_that_cannot_be_read(booter, disk, slots):
    """One process loses the page, and ends; the slot is not used again, so it happens once."""
    script = three_actors(begun(FEW, left=125).do("MARK"), flags=LOST)
    script.again(4, 1)
    played = Played(booter, script, [failing(disk, "read", slots)])
    bad = [played.numbers("slots", which)[2] for which in range(2)]
    assert 0 < len(played["lost"]) == bad[-1] <= len(slots) and played.numbers("slots")[1] == 0
    assert all(int(line.split()[1], 16) == ended(END_LOST, DISK_ERROR) for line in played["lost"])


def test_shared_page_that_is_lost(booter, disk):
    """Who touches it ends; who only has it mapped does not."""
    script = begun(128, left=125)
    for number in (1, 2, 3):
        script.do("START", number)
    script.do("NEW", 30, 1)
    for number in (1, 2, 3):
        script.do("TAKE", 1, actor=number, flags=GIVES | LOST).do("ATTACH", AT, 30, WRITABLE, 0, 1, actor=number, value=AT, flags=LOST)
    script.do("WRITE", AT, 30, 5, actor=1, value=30, flags=LOST)
    for number in (2, 3):
        script.do("MAP", 2 * AT, 60, WRITABLE, actor=number, value=2 * AT, flags=LOST)
        script.do("WRITE", 2 * AT, 60, 5, actor=number, value=60, flags=LOST)
    for number in (1, 2):
        script.do("SUM", AT, 30, actor=number, value=of_written(30, 5), flags=LOST)
    script.do("SUM", 2 * AT, 60, actor=3, value=of_written(60, 5), flags=LOST)
    for number in (1, 2, 3):
        script.do("KILL", number)
    script.do("DELETE", 1).do("NAP", 500).do("COUNTS")
    errors = tuple({"iotype": "read", "sector": 8 * slot} for slot in range(16, 32))
    played = Played(booter, script, [Disk(disk, errors=errors)])
    assert played["lost"] and played.numbers("slots")[1] == 0


# --- A driver that ends

# What is wrong with it, as pressure.h numbers that, and what the manager says.
ODD = {"a buffer that can only be read": STALE, "a buffer that is gone": STALE, "a buffer that is too small": RANGE,
       "the manager's own door": RANGE, "a door that is dead": STALE, "a long name": RANGE, "one slot": RANGE,
       "the buffer that there is": RANGE}
EVERYBODY = (1, 2, 3)


def with_memory(script, pages):
    """Everybody starts, and writes to so many pages."""
    for number in EVERYBODY:
        script.do("START", number).do("MAP", AT, pages, WRITABLE, actor=number, value=AT)
        script.do("WRITE", AT, pages, 3, actor=number, value=pages)
    return script


def three_with_memory(slots=512, left=150, pages=60):
    """Each has written all of its memory, and most of that is out."""
    return with_memory(begun(slots, left), pages)


def comes_again(script, slots=512):
    return script.do("DRIVER").do("SWAP", slots, value=slots)


class Restarts:
    """Three actors that write and read, and a driver that is killed whatever is under way; what their bytes have to be in the end."""

    def __init__(self, seed, rounds, pages=60):
        self.r, self.pages, self.script = random.Random(seed), pages, three_with_memory(pages=pages)
        self.written = {number: [3] for number in EVERYBODY}
        for number in range(rounds):
            self.begin_something(number)
            self.script.do("NAP", self.r.randrange(0, 12)).do("END_DRIVER").do("NAP", self.r.choice([0, 0, 30]))
            comes_again(self.script)
            if self.r.random() < 0.3:  # a second time, when the pages have just begun to come
                self.script.do("NAP", self.r.randrange(3)).do("END_DRIVER")
                comes_again(self.script)
            self.script.do("BARRIER")
        self.begin_something(0)
        self.script.do("BARRIER").do("COUNTS")

    def begin_something(self, seed):
        for number in EVERYBODY:
            if self.r.random() < 0.5:
                self.written[number].append(seed + 10 * number)
                self.script.do("WRITE", AT, self.pages, seed + 10 * number, actor=number, value=self.pages, flags=LATER)
            else:
                pages = [dict(pressure.written(before, i) for before in self.written[number]) for i in range(self.pages)]
                self.script.do("SUM", AT, self.pages, actor=number, value=pressure.sum_of(pages), flags=LATER)


@pytest.mark.parametrize("seed", range(40 if LONG else 2))
def test_driver_that_is_killed(booter, disk, seed):
    """Under load, again and again. It is started again, and nobody has lost a byte, nor the device a slot."""
    script = Restarts(seed, 8).script
    for number in EVERYBODY:
        script.do("KILL", number)
    played = Played(booter, script.do("NAP", 500).do("COUNTS"), [disk])
    assert played.numbers("slots") == [512, 0, 0] and played.numbers("pages")[1:] == [SHARED_ALWAYS, 0, SHARED_ALWAYS, 0]
    assert played.numbers("frames")[3] == 0 and not played["lost"]
    assert min(played.numbers("swapped")[:2]) > 300


def test_nothing_is_left_of_drivers(booter, disk):
    """As many frames and slots are free after many restarts as after one."""
    script = begun(512, 150)
    first = len(script.steps)
    for number in EVERYBODY:
        script.do("START", number).do("MAP", AT, 60, WRITABLE, actor=number, value=AT).do("WRITE", AT, 60, 3, actor=number, value=60)
        script.do("SUM", AT, 60, value=of_written(60, 3), actor=number, flags=LATER)
    comes_again(script.do("END_DRIVER")).do("BARRIER")
    for number in EVERYBODY:
        script.do("KILL", number)
    last = len(script.steps)
    script.again(first, 3).do("NAP", 300).do("MARK")
    script.steps += script.steps[first:last]
    script.again(last + 3, 5).do("NAP", 300).do("SAME").do("COUNTS")
    played = Played(booter, script, [disk])
    assert played.numbers("slots") == [512, 0, 0] and played.numbers("frames")[3] == 0


def test_what_stayed_goes_later(booter, disk):
    """Pages that were to go when the driver ended: nothing keeps them in memory afterwards. Each time it is about others."""
    script, parts = begun(left=200), [AT + 20 * 4096 * i for i in range(16)]
    for number in (1, 2, 3):
        script.do("START", number)
    script.do("NEW", 320, 1)
    for number in (1, 2):
        script.do("TAKE", 1, actor=number, flags=GIVES).do("ATTACH", AT, 320, WRITABLE, 0, 1, actor=number, value=AT)
    for pause, part in enumerate(parts):
        script.do("WRITE", part, 20, 5, actor=1, value=20).do("MAP", 2 * AT, 150, WRITABLE, actor=3, value=2 * AT)
        script.do("WRITE", 2 * AT, 150, 1, actor=3, value=150, flags=LATER).do("NAP", pause // 2).do("END_DRIVER")
        comes_again(script, SLOTS).do("BARRIER").do("UNMAP", 2 * AT, 150, actor=3)
    for _ in range(3):
        pushed_out(script, 3)
    script.do("COUNTS")
    for part in parts:
        script.do("SUM", part, 20, actor=2, value=of_written(20, 5))
    assert Played(booter, script, [disk]).numbers("pages")[1] == SHARED_ALWAYS


def all_out(script, pages=30):
    """Three have written so much, and it is on the device."""
    return pushed_out(with_memory(script, pages).do("START", 5), 5)


def test_driver_that_does_not_come(booter, disk):
    """Who needs what is out waits, and can be killed. Who does not goes on; memory may be full. Then the driver comes after all."""
    script = begun(512, 160)
    ends = with_bystander(script, 4, 500)
    all_out(script)
    for number in (1, 2):
        script.do("SUM", AT, 30, value=of_written(30, 3), actor=number, flags=LATER | (ANY if number == 1 else 0))
    script.do("END_DRIVER").do("NAP", 100).do("KILL", 1)
    script.do("MAP", AT, 10, WRITABLE, actor=5, value=AT).do("WRITE", AT, 10, 4, actor=5, value=10)
    script.do("START", 6).do("MAP", AT, 600, WRITABLE, actor=6, value=AT).do("WRITE", AT, 600, 1, actor=6, value=ended(END_MEMORY))
    script.do("SUM", AT, 10, value=of_written(10, 4), actor=5)
    comes_again(script).do("WAIT", 2, value=1).do("SUM", AT, 30, value=of_written(30, 3), actor=3)
    ends()
    for number in (2, 3, 4, 5):
        script.do("KILL", number)
    played = Played(booter, script.do("NAP", 500).do("COUNTS"), [disk])
    assert played.numbers("slots") == [512, 0, 0] and played.numbers("frames")[3] == 1


def test_buffer_that_is_out(booter, disk):
    """Who opens a disk gives a buffer that is on that disk: its driver cannot wait until it is there."""
    script = two_with_an_object(20, left=200).do("START", 3)
    for _ in range(3):
        pushed_out(script, 3).do("OPEN", 1).do("SUM", AT, 20, actor=2, value=of_written(20, 5))
        comes_again(script.do("END_DRIVER"), SLOTS)
    Played(booter, script, [disk])


def test_what_needs_no_driver_goes(booter, disk):
    """Pages that can be dropped are, though there are others before them that would have to be written."""
    script = begun(512, 300)
    for number, pages in ((1, 20), (5, 70), (6, 100)):
        script.do("START", number).do("MAP", AT, pages, WRITABLE, actor=number, value=AT)
    script.do("WRITE", AT, 20, 3, actor=1, value=20).do("SUM", AT, 70, actor=5).do("END_DRIVER").do("WRITE", AT, 100, 1, actor=6, value=100)
    comes_again(script).do("SUM", AT, 20, value=of_written(20, 3), actor=1).do("SUM", AT, 70, actor=5)
    played = Played(booter, script.do("COUNTS"), [disk])
    assert played.numbers("frames")[3] == 0


def test_memory_waits_for_a_driver(booter, disk):
    """Somebody wants more memory than there is while the driver is not there: it comes soon enough, and nobody ends."""
    script = all_out(begun(512, 160))
    script.do("START", 6).do("MAP", AT, 300, WRITABLE, actor=6, value=AT)
    for _ in range(3):
        script.do("END_DRIVER").do("WRITE", AT, 300, 1, actor=6, value=300, flags=LATER).do("NAP", 300)
        comes_again(script).do("BARRIER").do("SUM", AT, 300, value=of_written(300, 1), actor=6)
        script.do("ADVISE", AT, 300, DONT_NEED, actor=6, value=AT)
    for number in EVERYBODY:
        script.do("SUM", AT, 30, value=of_written(30, 3), actor=number)
    played = Played(booter, script.do("COUNTS"), [disk])
    assert played.numbers("frames")[3] == 0


def test_another_device(booter, disk):
    """Swapping does not go on where nothing has been written; nor is there a second device, as long as the first is there."""
    script = all_out(begun(512, 160)).do("SWAP", 512, value=FAILED, error=EXISTS).do("END_DRIVER").do("DRIVER")
    script.do("SWAP", 512, 1, value=FAILED, error=EXISTS).do("SWAP", 511, value=FAILED, error=EXISTS)
    script.do("SWAP", 512, value=512).do("SWAP", 512, value=FAILED, error=EXISTS)
    for number in EVERYBODY:
        script.do("SUM", AT, 30, value=of_written(30, 3), actor=number)
    Played(booter, script, [disk])


def odd_swaps(script, wanted, actor):
    for which, error in enumerate(wanted):
        script.do("ODD_SWAP", 512, which, value=FAILED, error=error)
    return script.do("ASK_SWAP", 512, 1, actor=actor, value=FAILED, error=NO_ACCESS)


def test_odd_swaps(booter, disk):
    """Before there is a device, when there is one, and when its driver has ended: nothing comes of them, and nothing is left."""
    errors = list(ODD.values())
    script = begun(slots=0).do("DRIVER").do("START", 7).do("NEW", 16, 1, actor=7)
    odd_swaps(script, errors[:-1], 7).do("SWAP", 512, value=512)
    odd_swaps(script, [error if "long" in what or "slot" in what else EXISTS for what, error in ODD.items()], 7)
    all_out(script.do("BALLAST", 160)).do("NEW", 16, 1, actor=5).do("END_DRIVER")
    odd_swaps(script, errors, 5).do("MARK")
    comes_again(odd_swaps(script, errors, 5).do("SAME"))
    for number in EVERYBODY:
        script.do("SUM", AT, 30, value=of_written(30, 3), actor=number)
    Played(booter, script, [disk])


# --- Leaks

@pytest.mark.parametrize("what", ["private", "shared", "file", "full"])
def test_nothing_is_left(booter, disk, what):
    script = begun(64 if what == "full" else 512).do("START", SERVER)
    script.do("FILE_NEW", 40, 4, 0, 9, actor=SERVER).do("FILE_GONE", 0, actor=SERVER).do("LOOSE", 4).do("BALLAST", 140)
    first = len(script.steps)
    if what == "file":
        script.do("FILE_NEW", 40, 4, 0, 9, actor=SERVER)
    script.do("START", 1).do("START", 2)
    if what == "private":
        script.do("MAP", AT, 60, WRITABLE, actor=1, value=AT).do("WRITE", AT, 60, 7, actor=1, value=60)
    elif what == "shared":
        script.do("NEW", 60, 1, actor=1).do("TAKE", 1, actor=2, flags=GIVES)
        for number in (1, 2):
            script.do("ATTACH", AT, 60, WRITABLE, 0, 1, actor=number, value=AT)
            script.do("WRITE", AT, 60, number, actor=number, value=60)
        script.do("DELETE", 1, actor=1)
    elif what == "file":
        script.do("TAKE", 4, actor=1, flags=GIVES).do("ATTACH", AT, 40, WRITABLE, 0, 4, actor=1, value=AT)
        script.do("WRITE", AT, 40, 3, actor=1, value=40).do("SYNC", AT, 40, actor=1).do("WRITE", AT, 20, 4, actor=1, value=20)
        script.do("SUM", AT, 40, actor=1, flags=LATER | ANY)
    else:
        script.do("MAP", AT, 400, WRITABLE, actor=1, value=AT).do("WRITE", AT, 400, 1, actor=1, value=ended(END_MEMORY))
    script.do("KILL", 1).do("KILL", 2)
    if what == "file":
        script.do("FILE_GONE", 0, actor=SERVER).do("LOOSE", 4)
    if what == "shared":
        script.do("LOOSE", 1)
    script.do("NAP", 20)
    last = len(script.steps)
    script.again(first, 5).do("NAP", 500).do("MARK")
    script.steps += script.steps[first:last]
    script.again(last + 3, 200 if LONG else 10).do("NAP", 500).do("SAME")
    Played(booter, script, [disk], shift=0)


# --- Whoever asks for whatever

def wild(seed, rounds, calls):
    """Programs that ask for anything at random, two without powers and one that may serve pages; then they are ended."""
    script = begun(512)
    script.do("START", SERVER).do("FILE_NEW", 40, 4, 0, 9, actor=SERVER).do("NEW", 20, 3)
    ends = with_bystander(script, 2, 500)
    script.do("START", 1).do("MAP", AT, 30, WRITABLE, actor=1, value=AT).do("WRITE", AT, 30, 7, actor=1, value=30)
    script.do("BALLAST", 160)
    for number in range(rounds):
        for actor in (3, 4, 5):
            script.do("START", actor, actor == 5)
            for register in (3, 4):
                script.do("TAKE", register, actor=actor, flags=GIVES)
        for actor in (3, 4, 5):
            script.do("WILD", seed * 1000 + number * 3 + actor, calls, actor=actor, flags=LATER | ANY)
        script.do("NAP", 40).do("SUM", AT, 30, actor=1, value=of_written(30, 7))
        for actor in (3, 4, 5):
            script.do("KILL", actor)
    ends()
    script.do("KILL", 2).do("KILL", 1).do("UNMAP", AT, 1).do("DELETE", 3, flags=ANY).do("FILE_GONE", 0, actor=SERVER, flags=ANY)
    return script.do("NAP", 1000).do("COUNTS")


@pytest.mark.parametrize("seed", range(15 if LONG else 1))
def test_wild(booter, disk, seed):
    played = Played(booter, wild(seed, 25 if LONG else 8, 90), [disk], shift=2)
    assert played.numbers("slots")[1:] == [0, 0] and played.numbers("pages")[1:] == [SHARED_ALWAYS, 0, SHARED_ALWAYS, 0]
    assert played.numbers("swapped")[1] > 0
