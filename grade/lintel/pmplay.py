# SPDX-License-Identifier: BSD-2-Clause
"""Plays for the process manager: steps written here, done by user/pmtests/play.c, and what came of them.

A test writes the steps down and, behind each, what has to come of it. Nothing is judged in the machine.
"""

import dataclasses
import functools
import re
import struct

from .failure import Failure, expect

REGISTER, VALUE, LATER = 1, 2, 4
ACTOR, READ, WRITE, AWAIT, NAP, SPAWN = range(1, 7)
RIGHTS = dict(delete=1 << 1, start=1 << 2, stop=1 << 3, read=1 << 4, write=1 << 5, copy=1 << 6, move=1 << 7)
ALL = sum(RIGHTS.values())
MOVE = 1 << 16
FAILED = 0xFFFFFFFF
SECONDS = 8  # of the machine's time, which may be slow
HEADERS = ("pm/abi/pm.h", "pm/abi/errors.h", "kernel/abi/call.h", "kernel/abi/door.h", "kernel/abi/process.h", "kernel/abi/memory.h",
           "user/lib/message.h")


def words(*numbers):
    return struct.pack(f"<{len(numbers)}I", *(number & 0xFFFFFFFF for number in numbers))


def text(value):
    data = value if isinstance(value, bytes) else value.encode()
    return words(len(data)) + data


def rights(names):
    """A number for "read write"."""
    return sum(RIGHTS[name] for name in names.split())


@functools.cache
def abi(tree, *headers):
    """{name: number} of the constants in these headers of a tree."""
    found = {}
    for header in headers or HEADERS:
        lines = (tree / header).read_text() if (tree / header).is_file() else ""
        for name, number in re.findall(r"^#define (\w+) +(0x[0-9a-f]+|\d+)u?\b", lines, re.M):
            found[name] = int(number, 0)
    return found


@dataclasses.dataclass
class Outcome:
    actor: int
    value: int
    error: int
    sizes: int
    kind: int
    rights: int
    flags: int
    descriptors: int
    data: list = dataclasses.field(default_factory=list)
    silent: bool = False  # nothing was heard of the actor

    def text(self, word, size):
        """In the data from this word on, up to its zero."""
        data = words(*self.data[word:word + size // 4])
        return data.split(b"\0")[0].decode("latin-1")


class Play:
    """Steps are added, then it is run."""

    def __init__(self):
        self.steps = []

    def step(self, function, data=b"", *, actor=0, target=0, register=None, flags=0, limit=0, store=0, show=0, gives=()):
        """gives: (register, rights[, MOVE]).  Its number."""
        if register is not None:
            target, flags = register, flags | REGISTER
        given = b"".join(words(give[0] | give[1] << 8 | (give[2] if len(give) > 2 else 0)) for give in gives)
        head = words(actor, flags, function, target, limit, store, show, len(gives), len(data))
        self.steps.append(head + given + data + bytes(-len(data) % 4))
        return len(self.steps) - 1

    def actor(self, number, domain="", store=0):
        return self.step(ACTOR, words(number, len(domain)) + domain.encode() + b"\0", store=store)

    def nap(self, milliseconds):
        return self.step(NAP, words(milliseconds))

    def bytes(self):
        return b"".join(self.steps)


def outcomes(report):
    """In the order in which they were told."""
    found = []
    for name, line in report.lines:
        if name == "r":
            actor, *rest = line.split()
            found.append(Outcome(int(actor), *(int(word, 16) for word in rest)))
        elif name == "d" and found:
            found[-1].data += [int(word, 16) for word in line.split()]
        elif name == "silent":
            found.append(Outcome(int(line), -1, -1, 0, 0, 0, 0, 0, silent=True))
    return found


def run(boot, play, policy, guest_seconds=SECONDS, **options):
    """The outcomes of a play under this policy."""
    booted = boot.under_manager("play", policy, {"play": play.bytes()}, **options)
    return outcomes(booted.go(guest_seconds).report)


ANY = object()


class Scene(Play):
    """A play with what is expected: each step says what should come of it, in words and in numbers."""

    def __init__(self, tree):
        super().__init__()
        self.abi = abi(tree)
        self.errors = {number: name for name, number in self.abi.items() if name.startswith("ERR_")}
        self.wanted = {}  # actor: [(what, check)] in the order in which they are told
        self.pending = {}  # actor: what it was told to do, and does later

    def __getattr__(self, name):
        """A constant of the headers."""
        try:
            return self.__dict__["abi"][name]
        except KeyError:
            raise AttributeError(name) from None

    def do(self, name, data=b"", what="", *, value=ANY, error=None, rights=None, check=None, ends=False, later=False, **options):
        """A call by name, and what should come of it: a value, or the name of an error; or its actor ends."""
        function = self.abi[name] if isinstance(name, str) else name
        what = f"{what + ': ' if what else ''}{name if isinstance(name, str) else _PLAYED.get(name, hex(name))}"
        if isinstance(name, str) and data and len(data) <= 12 and len(data) % 4 == 0:
            what += "".join(f" {word:x}" for word in struct.unpack(f"<{len(data) // 4}I", data))
        if options.get("actor"):
            what += f", by process {options['actor']} of the play"
        judged = what, self._checks(value, error, rights, check, ends)
        if later:
            self.pending[options["actor"]] = judged
            options["flags"] = options.get("flags", 0) | LATER
        else:
            self._want(options.get("actor", 0), *judged)
        return self.step(function, data, **options)

    def _want(self, actor, what, check):
        self.wanted.setdefault(actor, []).append((what, check))

    def _checks(self, value, error, rights, check, ends):
        def judge(seen, what):
            if ends:
                expect("nothing is heard of it any more" if seen.silent else self.told(seen), "nothing is heard of it any more", what)
                return
            if seen.silent:
                raise Failure("wrong", f"{what}: it answers", "nothing is heard of it")
            if error is not None:
                expect(self.told(seen), error, what)
            elif seen.error or value is not ANY:
                expect(self.told(seen), "any value" if value is ANY else f"value {value:#x}", what)
            if rights is not None:
                expect(_rights(seen), rights, f"{what}: rights of the descriptor that came")
            if check:
                check(seen, what)
        return judge

    def told(self, seen):
        """A result in words."""
        return self.errors.get(seen.error, f"error {seen.error:#x}") if seen.error else f"value {seen.value:#x}"

    def actor(self, number, domain="", store=0):
        self._want(0, f"another process is started in the domain {domain or 'init'}", self._checks(ANY, None, None, None, False))
        return super().actor(number, domain, store)

    def hear(self, register, what="", *, check=None, limit=1000, **options):
        """A message comes to the door of this register: its function is the outcome's value, its cookie the error."""
        def judge(seen, said):
            if seen.value == FAILED:
                raise Failure("wrong", f"{said} comes", self.told(seen))
            if check:
                check(seen, said)
        self._want(options.get("actor", 0), what, judge)
        return self.step(self.CALL_RECEIVE, register=register, limit=limit, **options)

    def wait_for(self, actor, what="", silent=False):
        """A step that was to be done later has been done; or not yet."""
        if silent:
            self._want(actor, what, self._checks(ANY, None, None, None, True))
        else:
            self._want(actor, *self.pending.pop(actor))
        return self.step(AWAIT, words(actor))

    def nap(self, milliseconds):
        self._want(0, "a pause", self._checks(ANY, None, None, None, False))
        return super().nap(milliseconds)

    def load(self, boot, policy, files=None, **options):
        return boot.under_manager("play", policy, {"play": self.bytes(), **(files or {})}, **options)

    def judge(self, booted, guest_seconds=SECONDS):
        """Run it to its end; the outcomes of all steps, when they are right.  What came first is told first."""
        booted.go(guest_seconds, expect_end=False)
        seen = outcomes(booted.report)
        left = self._compare(seen)
        booted._judge()
        if left:
            raise Failure("wrong", f"{left[0]}: it answers", "nothing was heard of it up to the end")
        return seen

    def _compare(self, seen):
        """What was never told."""
        left = {actor: list(wanted) for actor, wanted in self.wanted.items()}
        for one in seen:
            if not left.get(one.actor):
                raise Failure("wrong", f"process {one.actor} of the play does what the play says", f"more than that: {self.told(one)}")
            what, check = left[one.actor].pop(0)
            check(one, what)
        return [what for wanted in left.values() for what, _ in wanted]

    def run(self, boot, policy, files=None, guest_seconds=SECONDS, **options):
        return self.judge(self.load(boot, policy, files, **options), guest_seconds)


_PLAYED = {READ: "a word is read", WRITE: "a word is written", SPAWN: "a program is started"}


def _rights(seen):
    names = [name for name, bit in RIGHTS.items() if seen.rights & bit]
    return " ".join(names) if seen.descriptors else "no descriptor"
