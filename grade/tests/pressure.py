# SPDX-License-Identifier: BSD-2-Clause
"""Plays about memory, done by user/pmtests/pressure.c, and a model that knows what each byte has to be.

The model knows no page that is in memory or is not: only what a process has mapped, what has been written where, and who
is there.
"""

import copy
import pathlib
import re
import struct

ROOT = pathlib.Path(__file__).resolve().parents[2]
HEADER = (ROOT / "user/pmtests/pressure.h").read_text()
PAGE, WORDS, MASK = 4096, 1024, 0xffffffff
LATER, ANY, LOST, GIVES = 1, 2, 4, 8
SERVER = 15
WRITABLE, PRIVATE = 2, 0x10000
WILL_NEED, DONT_NEED = 1, 2
EXIT, KILL, FAULT, END_LOST, END_MEMORY = 1, 2, 3, 4, 5
NO_ACCESS, STALE, RANGE, DISK_ERROR, EXISTS = 0x106, 0x121, 0x123, 0x240, 0x104
FAILED = MASK  # the value that comes with an error


def _names():
    """{name: number} of the header's one enum."""
    found, at = {}, 0
    for word in re.sub(r"/\*.*?\*/", "", re.search(r"enum \{(.*?)\}", HEADER, re.S).group(1), flags=re.S).split(","):
        name, _, number = word.strip().partition(" = ")
        if name:
            at = int(number) if number else at
            found[name] = at
            at += 1
    return found


WHAT = _names()


def ended(how, status=0):
    return 0xe0000000 | how << 16 | status


def written(seed, i):
    """{index: word} that a WRITE puts into page i of its range."""
    return (seed * 7 + i * 13) % WORDS, ((seed + i) * 2654435761 & MASK) ^ seed


def sum_of(pages):
    total = 0
    for page in pages:
        total = (total * 31 + sum(word * (2 * i + 1) for i, word in page.items())) & MASK
    return total


class Script:
    """Steps, each with what has to come of it."""

    def __init__(self):
        self.steps = []

    def do(self, what, *arguments, actor=0, flags=0, value=0, error=0):
        arguments = [a & MASK for a in arguments] + [0] * (5 - len(arguments))
        self.steps.append((actor, WHAT[what], flags, *arguments, value & MASK, error))
        return self

    def again(self, first, times):
        """All from that step on so many times more."""
        return self.do("AGAIN", first, times)

    def bytes(self):
        return b"".join(struct.pack("<10I", *step) for step in self.steps)

    @property
    def judged(self):
        """How many steps will be judged: what is done again counts each time."""
        count = [0]
        for step in self.steps:
            here = count[-1]
            if step[1] == WHAT["AGAIN"]:
                here += (here - count[step[3]]) * step[4]
            else:
                here += 1
            count.append(here)
        return count[-1]


# --- The model

class Object:
    """Shared memory, or a file, whose pages are not zeros at first."""

    def __init__(self, owner, pages, file=None):
        self.owner, self.end, self.file, self.stale = owner, pages, file, False
        self.pages = {}

    def page(self, index):
        return self.pages.setdefault(index, {})

    def cut(self, end):
        self.pages = {index: page for index, page in self.pages.items() if index < end}
        self.end = end


class Process:
    def __init__(self):
        self.own, self.mapped, self.has = {}, {}, {}  # by page: words; (object, index, flags, may be written).  By register: object


class Model:
    """Each method adds a step, and what has to come of it."""

    def __init__(self, script):
        self.script, self.processes, self.given = script, {}, {}

    def _do(self, what, *arguments, actor, value=0, error=0, flags=0):
        self.script.do(what, *arguments, actor=actor, value=value, error=error, flags=flags)

    def start(self, number):
        self.processes[number] = Process()
        self._do("START", number, actor=0)

    def _gone(self, number):
        del self.processes[number]
        for o in {id(o): o for o in self.given.values()}.values():
            if o.owner == number:
                o.owner, o.stale = None, True

    def kill(self, number):
        self._gone(number)
        self._do("KILL", number, actor=0)

    def exit(self, number, status):
        self._gone(number)
        self._do("EXIT", status, actor=number, value=ended(EXIT, status))

    # --- Objects

    def new(self, number, register, pages):
        """Shared memory, of which the director gets a descriptor, too."""
        self.given[register] = self.processes[number].has[register] = Object(number, pages)
        self._do("NEW", pages, register, actor=number)

    def file(self, register, pages, which, seed):
        o = self.given[register] = Object(SERVER, pages, which)
        for i in range(pages):
            index, word = written(seed, i)
            o.page(i)[index] = word
        self._do("FILE_NEW", pages, register, which, seed, actor=SERVER)

    def give(self, number, register):
        self.processes[number].has[register] = self.given[register]
        self._do("TAKE", register, actor=number, flags=GIVES)

    def resize(self, number, register, pages):
        o = self.processes[number].has[register]
        if o.stale:
            self._do("RESIZE", register, pages, actor=number, value=FAILED, error=STALE)
            return
        o.cut(pages)
        self._do("RESIZE", register, pages, actor=number, value=pages)

    def cut_file(self, register, pages):
        o = self.given[register]
        o.cut(pages)
        self._do("FILE_SIZE", o.file, pages, actor=SERVER, value=pages)

    def delete(self, number, register):
        o = self.processes[number].has[register]
        error = STALE if o.stale else 0
        if not error:
            o.owner, o.stale = None, True
        self._do("DELETE", register, actor=number, value=FAILED if error else 0, error=error)

    def delete_file(self, register):
        o = self.given[register]
        o.cut(0)
        o.stale = True
        self._do("FILE_GONE", o.file, actor=SERVER)

    # --- Mappings

    def map(self, number, first, pages, flags):
        p = self.processes[number]
        if any(page in p.mapped for page in range(first, first + pages)):
            self._do("MAP", first * PAGE, pages, flags, actor=number, value=FAILED, error=RANGE)
            return
        p.mapped.update({page: (None, 0, flags, True) for page in range(first, first + pages)})
        self._do("MAP", first * PAGE, pages, flags, actor=number, value=first * PAGE)

    def attach(self, number, first, pages, flags, index, register):
        p = self.processes[number]
        o, error = p.has[register], 0
        if o.stale:
            error = NO_ACCESS
        elif any(page in p.mapped for page in range(first, first + pages)):
            error = RANGE
        else:
            p.mapped.update({first + i: (o, index + i, flags, True) for i in range(pages)})
        self._do("ATTACH", first * PAGE, pages, flags, index, register, actor=number, value=FAILED if error else first * PAGE, error=error)

    def _on_range(self, what, number, first, pages, argument, change, value=None, flags=0):
        """A step about pages that all have to be mapped."""
        p = self.processes[number]
        pages_there = range(first, first + pages)
        if not all(page in p.mapped for page in pages_there):
            self._do(what, first * PAGE, pages, argument, actor=number, value=FAILED, error=RANGE, flags=flags)
            return
        for page in pages_there:
            change(p, page)
        self._do(what, first * PAGE, pages, argument, actor=number, value=first * PAGE if value is None else value,
                 flags=flags)

    def unmap(self, number, first, pages, flags=0):
        def change(p, page):
            p.own.pop(page, None)
            del p.mapped[page]
        self._on_range("UNMAP", number, first, pages, 0, change, value=0, flags=flags)

    def protect(self, number, first, pages, access, flags=0):
        def change(p, page):
            o, index, old, may = p.mapped[page]
            p.mapped[page] = (o, index, old & PRIVATE | access, may)
        self._on_range("PROTECT", number, first, pages, access, change, flags=flags)

    def advise(self, number, first, pages, advice, flags=0):
        """Advice is followed region by region, up to the first hole."""
        p = self.processes[number]
        last = next((page for page in range(first, first + pages) if page not in p.mapped), first + pages)
        for page in range(first, last):
            if advice == DONT_NEED:
                p.own.pop(page, None)
        hole = last < first + pages
        self._do("ADVISE", first * PAGE, pages, advice, actor=number, value=FAILED if hole else first * PAGE, error=RANGE if hole else 0,
                 flags=flags)

    # --- Bytes

    def _place(self, p, page, write):
        """The words of a page, to read or to change; None: that is the process's end."""
        if page not in p.mapped:
            return None
        o, index, flags, _ = p.mapped[page]
        if write and not flags & WRITABLE:
            return None
        if page in p.own:
            return p.own[page]
        if o and index >= o.end:
            return None
        if o and not (write and flags & PRIVATE):
            return o.page(index)
        if not write:
            return {}
        return p.own.setdefault(page, copy.copy(o.page(index)) if o else {})

    def touched(self, number, first, pages):
        """Objects and indices that a step on this range could see."""
        p = self.processes[number]
        found = {p.mapped[page][:2] for page in range(first, first + pages) if page in p.mapped}
        return {(id(o), index) for o, index in found if o}

    def write(self, number, first, pages, seed, flags=0):
        p = self.processes[number]
        for i in range(pages):
            words = self._place(p, first + i, True)
            if words is None:
                return self._faults("WRITE", number, first, pages, seed, flags)
            index, word = written(seed, i)
            words[index] = word
        self._do("WRITE", first * PAGE, pages, seed, actor=number, value=pages, flags=flags)
        return True

    def sum(self, number, first, pages, flags=0):
        p = self.processes[number]
        found = [self._place(p, first + i, False) for i in range(pages)]
        if None in found:
            return self._faults("SUM", number, first, pages, 0, flags)
        self._do("SUM", first * PAGE, pages, actor=number, value=sum_of(found), flags=flags)
        return True

    def _faults(self, what, number, first, pages, argument, flags):
        self._gone(number)
        self._do(what, first * PAGE, pages, argument, actor=number, value=ended(FAULT, 14), flags=flags)
        return False

    def peek(self, number, first, pages):
        """The director reads an actor's memory."""
        p = self.processes[number]
        found = [self._place(p, first + i, False) for i in range(pages)]
        if None in found:
            self._do("PEEK", number, first * PAGE, pages, actor=0, value=FAILED, error=RANGE)
        else:
            self._do("PEEK", number, first * PAGE, pages, actor=0, value=sum_of(found))

    def sync(self, number, first, pages, register):
        """And what the server then has of the file."""
        self._on_range("SYNC", number, first, pages, 0, lambda p, page: None, value=0)
        self.stored(register)

    def stored(self, register):
        o = self.given[register]
        self._do("FILE_SUM", 0, o.end, o.file, actor=SERVER, value=sum_of(o.page(i) for i in range(o.end)))
