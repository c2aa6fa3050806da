# SPDX-License-Identifier: BSD-2-Clause
"""Page replacement on paper: a reference string, replayed over a number of frames with a policy.

A frame has the two bits of a page table entry: accessed, which each reference sets, and dirty, which those that
write set. A policy says which frame is given up; all that it may know is which frame each reference went to. The
optimum knows, besides, what is to come.
"""

import heapq
import random
from collections import OrderedDict
from dataclasses import dataclass
from functools import cached_property

ACCESSED, DIRTY = 1, 2
CLEARED = bytes(bits & ~ACCESSED for bits in range(256))


class Wrong(Exception):
    """A reference string that is none."""


@dataclass(frozen=True)
class References:
    pages: list  # the number of the page, in the order in which they were first referred to
    bits: bytes  # what each reference sets
    names: list  # of the pages

    def __len__(self):
        return len(self.pages)

    def writes(self):
        return self.bits.count(ACCESSED | DIRTY)

    @cached_property
    def next_uses(self):
        """For each reference when its page is used again. If never, a time behind the end, for each page another one."""
        count = len(self)
        seen, found = list(range(count, count + len(self.names))), [0] * count
        for at in range(count - 1, -1, -1):
            page = self.pages[at]
            found[at], seen[page] = seen[page], at
        return found


def read(data):
    """The References in the bytes of a file."""
    try:
        lines = data.decode().split("\n")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise Wrong(f"{line}: this is no text") from None
    numbers, pages, bits = {}, [], bytearray()
    for i, line in enumerate(lines, 1):
        words = line.partition("#")[0].split()
        if not words:
            continue
        if len(words) > 2 or words[1:] not in ([], ["w"]):
            raise Wrong(f"{i}: a page, and perhaps w behind it, not {' '.join(words)[:60]!r}")
        pages.append(numbers.setdefault(words[0], len(numbers)))
        bits.append(ACCESSED | DIRTY if len(words) > 1 else ACCESSED)
    if not pages:
        raise Wrong(f"{len(lines)}: no reference up to the end")
    return References(pages, bytes(bits), list(numbers))


# --- Policies. frames: the bits of each. victim() answers with the number of a frame; all are in use then.

class Fifo:
    """Gives up what has been there longest. Frames were filled in turn, so they get old in turn."""

    touch = None  # what a policy does at each reference

    def __init__(self, frames, *_):
        self._frames, self._hand = frames, -1

    def victim(self):
        self._hand = (self._hand + 1) % len(self._frames)
        return self._hand


class Random:
    """Gives up any, all with the same chance."""

    touch = None

    def __init__(self, frames, _, seed):
        self._random, self._count = random.Random(seed).random, len(frames)

    def victim(self):
        return int(self._random() * self._count)


class Clock(Fifo):
    """Second chance: FIFO, but what has been accessed since the hand came by is left, and its bit cleared."""

    def victim(self):
        frame = super().victim()
        while self._frames[frame] & ACCESSED:
            self._frames[frame] &= ~ACCESSED
            frame = super().victim()
        return frame


class CleanClock(Fifo):
    """Prefers what costs no write. A round looks for a frame that is neither accessed nor dirty; one more for one
    that is not accessed, and clears that bit of those it passes; and then again."""

    def victim(self):
        frame = None
        while frame is None:
            frame = self._round(0)
            frame = self._round(DIRTY, CLEARED) if frame is None else frame
        self._hand = frame
        return frame

    def _round(self, wanted, passed=None):
        """From behind the hand to the hand: the first frame with these bits, or None."""
        start = self._hand + 1
        for low, high in ((start, len(self._frames)), (0, start)):
            found = self._frames.find(wanted, low, high)
            if passed:
                end = high if found < 0 else found
                self._frames[low:end] = self._frames[low:end].translate(passed)
            if found >= 0:
                return found
        return None


class Lru:
    """Gives up what was not used for the longest time."""

    def __init__(self, frames, *_):
        self._used = OrderedDict.fromkeys(range(len(frames)))
        self.touch = self._used.move_to_end

    def victim(self):
        return next(iter(self._used))


class Optimum:
    """Gives up what is used again last of all (Belady).

    The heap has for each reference so far when its page is used next, and in which frame it is. Those of a page that
    has been used since then lie in the past, so they are never the latest: what is on top is always true.
    """

    def __init__(self, frames, references, _):
        self._count, self._heap = len(frames), []
        self.touch = self._toucher(references.next_uses)

    def _toucher(self, next_uses):
        count, heap, push, then = self._count, self._heap, heapq.heappush, iter(next_uses).__next__
        return lambda frame: push(heap, -(then() * count + frame))

    def victim(self):
        return -heapq.heappop(self._heap) % self._count


POLICIES = {"fifo": Fifo, "random": Random, "clock": Clock, "clean": CleanClock, "lru": Lru, "optimum": Optimum}


# --- A run

@dataclass(frozen=True)
class Counts:
    faults: int
    evictions: int
    write_backs: int  # pages that were dirty when they were evicted; not those that are so at the end


def replay(references, count, policy, seed=0):
    """The Counts of a run over so many frames."""
    frames, holds, where = bytearray(count), [], [-1] * len(references.names)
    chosen = POLICIES[policy](frames, references, seed)
    touch, victim = chosen.touch, chosen.victim
    faults = write_backs = 0
    for page, bits in zip(references.pages, references.bits):
        frame = where[page]
        if frame >= 0:
            frames[frame] |= bits
        else:
            faults += 1
            if len(holds) < count:
                frame = len(holds)
                holds.append(page)
            else:
                frame = victim()
                write_backs += frames[frame] // DIRTY
                where[holds[frame]] = -1
                holds[frame] = page
            where[page], frames[frame] = frame, bits
        if touch:
            touch(frame)
    return Counts(faults, faults - len(holds), write_backs)
