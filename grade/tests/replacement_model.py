# SPDX-License-Identifier: BSD-2-Clause
"""Page replacement once more, as plainly as it can be said and as slowly: lists of pages, and for the optimum all choices."""

import random
from dataclasses import dataclass


@dataclass
class Page:
    name: int
    accessed: bool = True
    dirty: bool = False


def run(references, frames, victim):
    """(faults, evictions, write-backs). victim(pages, history) -> where in the list; pages: as in the frames."""
    pages, faults, evictions, writes, history = [], 0, 0, 0, []
    for name, written in references:
        history.append(name)
        found = [page for page in pages if page.name == name]
        if not found:
            faults += 1
            found = [Page(name)]
            if len(pages) < frames:
                pages += found
            else:
                at = victim(pages, history[:-1])
                evictions, writes = evictions + 1, writes + pages[at].dirty
                pages[at] = found[0]
        found[0].accessed = True
        found[0].dirty |= written
    return faults, evictions, writes


def fifo(references, frames):
    turn = iter(range(len(references)))
    return run(references, frames, lambda pages, history: next(turn) % frames)


def lru(references, frames):
    def victim(pages, history):
        last = [len(history) - history[::-1].index(page.name) for page in pages]
        return last.index(min(last))
    return run(references, frames, victim)


def clock(references, frames):
    hand = [0]

    def victim(pages, _):
        while pages[hand[0]].accessed:
            pages[hand[0]].accessed = False
            hand[0] = (hand[0] + 1) % frames
        chosen, hand[0] = hand[0], (hand[0] + 1) % frames
        return chosen
    return run(references, frames, victim)


def clean(references, frames):
    hand = [0]

    def victim(pages, _):
        for accessed, dirty in ((False, False), (False, True)) * 2:
            for i in range(frames):
                at = (hand[0] + i) % frames
                if (pages[at].accessed, pages[at].dirty) == (accessed, dirty):
                    hand[0] = (at + 1) % frames
                    return at
                if dirty:
                    pages[at].accessed = False
        raise AssertionError("the fourth round finds one")
    return run(references, frames, victim)


def fewest(references, frames):
    """Faults, if of all choices the best is made: the fewest with which each set of pages can be reached."""
    reached = {frozenset(): 0}
    for name, _ in references:
        after = {}
        for pages, faults in reached.items():
            full = len(pages) == frames
            ways = [pages] if name in pages else [pages - {gone} | {name} for gone in pages] if full else [pages | {name}]
            for way in ways:
                after[way] = min(after.get(way, faults + 1), faults + (name not in pages))
        reached = after
    return min(reached.values())


def strings(count, seed, pages=6, length=30):
    """Random ones, some of which come back to few pages."""
    rng = random.Random(seed)
    for _ in range(count):
        names = range(rng.randint(1, pages))
        yield [(rng.choice(names[:2] if rng.random() < 0.4 else names), rng.random() < 0.4) for _ in range(rng.randint(1, length))]
