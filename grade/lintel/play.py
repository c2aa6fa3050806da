# SPDX-License-Identifier: BSD-2-Clause
"""A play: steps of several threads in several processes, and what has to come of each.

A test writes the steps down and, behind each, what has to be so by then. The program
user/tests/door_play.c does them in ring 3 and reports; nothing is judged in the machine.
"""

import contextlib
import pathlib
import struct
import tempfile
from dataclasses import dataclass

from .failure import Failure
from .pages import ERRORS, NUMBERS, PAGE

BY_INT, BY_SYSENTER, WRITE, FILL, PEEK, HASH, PROCESS, THREAD, TAKE = range(9)  # enum kind
WAYS = {"int": BY_INT, "SYSENTER": BY_SYSENTER}
AREA, PAGES = 0x20000000, 16
READ_ONLY, ABSENT = AREA + (PAGES - 1) * PAGE, AREA + PAGES * PAGE
MACHINE, ROOT = 1, 2  # descriptors of the root process
FAILED = 0xFFFFFFFF
SHOWN = 4  # steps before a failure that are told with it
SECONDS = 24  # of the machine's time, which may be slow

THREAD_EXIT, PROCESS_START, MEMORY_QUERY, MEMORY_MAP, MEMORY_PROTECT, MEMORY_UNMAP = 0x18, 0x4A, 0x54, 0x65, 0x6D, 0x75
PROCESS_MANAGER, PROCESS_GIVE, PROCESS_THREAD, PROCESS_CREATE, FRAMES, DOOR_CREATE = 0x8D, 0x95, 0x9A, 0xCA, 0xD4, 0xE2
RECEIVE, REPLY, REPLY_RECEIVE, REPLY_ERROR, REPLY_ERROR_RECEIVE, PARK = 0x100, 0x108, 0x110, 0x118, 0x120, 0x128
CLOSE, DUPLICATE, LOOK, ANSWER = 0x140, 0x148, 0x150, 0x158
THREAD_DELETE, THREAD_START, THREAD_STOP, THREAD_READ, THREAD_WRITE = 0x181, 0x18A, 0x193, 0x19C, 0x1A5
NAMES = {globals()[name]: f"CALL_{name}" for name in (
    "THREAD_EXIT PROCESS_START MEMORY_QUERY MEMORY_MAP MEMORY_PROTECT MEMORY_UNMAP PROCESS_MANAGER PROCESS_GIVE PROCESS_THREAD "
    "PROCESS_CREATE FRAMES DOOR_CREATE RECEIVE REPLY REPLY_RECEIVE REPLY_ERROR REPLY_ERROR_RECEIVE PARK CLOSE DUPLICATE LOOK "
    "ANSWER THREAD_DELETE THREAD_START THREAD_STOP THREAD_READ THREAD_WRITE").split()}
MANAGER_FIRST, SYSTEM_FIRST, USER_FIRST = 0x400, 0x1000, 0x8000

# --- abi/door.h

COPY, MOVE, RIGHTS = 1 << 6, 1 << 7, 0b11111110
MOVING, OWN = 1 << 28, 1 << 31  # DESCRIPTOR_MOVE, DESCRIPTOR_OWN
NUMBER = 0xFFFFF
OBJECT_DOOR, OBJECT_REPLY, OBJECT_THREAD, OBJECT_PROCESS, OBJECT_MACHINE = 1, 2, 3, 4, 5
LOOK_OWNER, LOOK_OWN = 1, 2


def sizes(total, data=0, descriptors=0):
    return total << 20 | data << 8 | descriptors


def descriptor(number, rights=RIGHTS, flags=0):
    """A word of a message."""
    return number + (rights << 20 | flags)


def descriptors_at(data):
    return data + 3 & ~3


# --- Memory


def filled(count, x):
    """What FILL writes."""
    words = []
    for _ in range(count):
        x = (x * 1664525 + 1013904223) & 0xFFFFFFFF
        words.append(x)
    return struct.pack(f"<{count}I", *words)


def hash_of(data):
    h = 2166136261
    for word, in struct.iter_unpack("<I", data):
        h = ((h ^ word) * 16777619) & 0xFFFFFFFF
    return h


# --- The play


@dataclass(frozen=True)
class Word:
    """A number that is known when the step has given its value."""

    step: "Step"
    number: int = 0

    def __add__(self, number):
        return Word(self.step, self.number + number)

    def __str__(self):
        return f"{self.step.name} + {self.number:#x}" if self.number else self.step.name


class Step:
    def __init__(self, play, thread, kind, arguments, what, words=(), name=None):
        self.play, self.thread, self.kind, self.arguments, self.what, self.words = play, thread, kind, arguments, what, words
        self.number = len(play.steps) + 1
        self.name = name or f"the value of step {self.number}"
        play.steps.append(self)

    def __add__(self, number):
        return Word(self) + number

    def __str__(self):
        return self.name

    def packed(self):
        head, count = struct.pack("<II", self.thread.number, self.kind), struct.pack("<I", len(self.words))
        return head + b"".join(map(_word, self.arguments)) + count + b"".join(map(_word, self.words))

    # --- What has to be so when the last step that there is so far is over

    def waits(self):
        self.play.wanted.append((len(self.play.steps), self, None))
        return self

    def gives(self, value=None, error=0, buffer=0, sizes=0):
        """None stands for any number, a step for the value that it gave."""
        self.play.wanted.append((len(self.play.steps), self, (value, error, buffer, sizes)))
        return self

    def fails(self, error):
        """error is an error's name, or a server's number."""
        return self.gives(FAILED, NUMBERS.get(error, error))


def _word(word):
    word = word if isinstance(word, Word) else Word(word) if isinstance(word, Step) else Word(None, word)
    return struct.pack("<II", word.number & 0xFFFFFFFF, word.step.number if word.step else 0)


@dataclass(frozen=True)
class Thread:
    play: "Play"
    number: int
    name: str
    descriptor: Step = None

    def _step(self, kind, arguments, what, words=(), name=None):
        return Step(self.play, self, kind, [*arguments, 0, 0, 0, 0][:4], f"{self.name} {what}", words, name)

    def call(self, function, target=0, buffer=0, sizes=0, name=None):
        return self._step(self.play.kind, (function, target, buffer, sizes), _call(function, target, buffer, sizes), name=name)

    def call_with(self, function, target, words, at=READ_ONLY - 64, name=None):
        """A call with these words as its data."""
        self.write(at, words)
        return self.call(function, target, at, sizes(4 * len(words), 4 * len(words)), name)

    def exit(self):
        return self.call(THREAD_EXIT)

    def write(self, at, words):
        return self._step(WRITE, (at,), f"writes words at {at:#x}", words)

    def fill(self, at, count, x):
        """So many words; as bytes."""
        self._step(FILL, (at, count, x), f"fills {count} words at {at:#x}")
        return filled(count, x)

    def holds(self, at, data, what):
        """The memory at a word's address has this in it now."""
        self._step(HASH, (at, len(data) // 4), f"looks at its {len(data)} bytes from {at:#x} on: {what}").gives(hash_of(data))

    def peek(self, at, mask=FAILED, what="", name=None):
        """Value: the word, masked; error: all of it."""
        return self._step(PEEK, (at, mask), f"reads the word at {at:#x}{', ' * bool(what)}{what}", name=name)


def _call(function, target, buffer, sizes):
    name = NAMES.get(function, f"function {function:#x}" if isinstance(function, int) else str(function))
    target = f"{target:#x}" if isinstance(target, int) else f"{target}"
    return f"calls {name} with arg1 {target}, arg2 {buffer:#x}, arg3 {_sizes(sizes)}"


def _sizes(word):
    return f"call_sizes({word >> 20}, {word >> 8 & 0xFFF}, {word & 0xFF})" if word else "0"


def _number(number):
    return f"{number:#x}" if number > 9 else str(number)


def _answer(value, error, buffer, sizes):
    """What a call comes back with; None stands for what does not matter."""
    if (value, buffer, sizes) == (FAILED, 0, 0) and error in ERRORS:
        return f"comes back with -1 and ERR_{ERRORS[error]}"
    shown = [f"{name} {'-1' if number == FAILED else _number(number)}"
             for name, number in (("arg0", value), ("arg1", error), ("arg2", buffer)) if number is not None]
    return "comes back with " + ", ".join(shown + [f"arg3 {_sizes(sizes)}"] * (sizes is not None))


class Play:
    """way: how its calls enter the kernel."""

    def __init__(self, way):
        self.way, self.kind = way, WAYS[way]
        self.steps, self.wanted, self._threads = [], [], 0
        self.main = Thread(self, 0, "the first thread")

    def process(self, name=None):
        """A process more: the root's descriptor of it."""
        return self.main._step(PROCESS, (), "makes a process", name=name)

    def thread(self, name, process=ROOT, instead_of=None):
        """A new thread, in the place of one that has ended if there is one."""
        if not instead_of:
            self._threads += 1
        number = instead_of.number if instead_of else self._threads
        return Thread(self, number, name, self.main._step(THREAD, (number, process), f"makes {name}", name=f"the thread of {name}"))

    def take(self, left):
        """All memory but so many frames; the address behind it."""
        return self.main._step(TAKE, (left,), f"takes all memory but {left} frames")

    def load(self, boot, **options):
        """The machine, before its first instruction."""
        with tempfile.TemporaryDirectory(prefix="lintel-") as folder:
            path = pathlib.Path(folder, "steps")
            path.write_bytes(b"".join(step.packed() for step in self.steps))
            return boot.load("door_play", modules=[(path, "")], cmdline="fast=0", **options)

    def run(self, boot, **options):
        """Plays it, and judges."""
        booted = self.load(boot, **options)
        try:
            booted.go(SECONDS)
        except Failure as failure:
            with contextlib.suppress(IndexError, AttributeError):
                now = int(booted.report.get("done", "0").split()[0])
                failure.hint = failure.hint or f"by {self.way}: {self.steps[now].what}"
            raise
        self.judge(booted.report)

    def judge(self, report):
        """The first thing that is not as it should be is told."""
        busy = {int(number) for number in report.all("busy")}
        done = {}
        for line in report.all("done"):
            now, number, *answer = line.split()
            done[int(number)] = int(now), tuple(int(word, 16) for word in answer)
        wanted = sorted(self.wanted + [(n, self.steps[n - 1], "begins") for n in busy], key=lambda one: one[0])
        for now, step, answer in wanted:
            if isinstance(answer, tuple):
                answer = tuple(done.get(one.number, (0, [None]))[1][0] if isinstance(one, Step) else one for one in answer)
            self._check(now, step, answer, done.get(step.number))

    def _check(self, now, step, answer, seen):
        if answer == "begins":
            raise self._wrong(step, now, "begins", "this thread still waits in its call before")
        if seen is None or seen[0] > now:
            if answer is not None:
                raise self._wrong(step, now, _shown(step, answer), "it waits")
        elif answer is None:
            raise self._wrong(step, now, "waits", _shown(step, seen[1]))
        elif any(wanted not in (None, number) for wanted, number in zip(answer, seen[1])):
            raise self._wrong(step, now, _shown(step, answer), _shown(step, seen[1]))

    def _wrong(self, step, now, expected, seen):
        before = [f"{s.number}. {s.what}" for s in self.steps[max(0, now - SHOWN):now]]
        return Failure("wrong", f"by {self.way}, step {step.number}, {step.what}: {expected}", seen,
                       hint="\n".join(["the last steps:", *before]))


def _shown(step, answer):
    return f"{answer[0]:#010x}" if step.kind in (PEEK, HASH) else _answer(*answer)
