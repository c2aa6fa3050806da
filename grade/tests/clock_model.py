# SPDX-License-Identifier: BSD-2-Clause
"""A record as the process manager writes it, of a machine that is only a model: a clock, and a workload in two phases.

The workload goes through its memory and through a file; then it works on a part of its memory, and now and then
reads the file; other processes touch something of their own.
"""

import random

OWN, FILE, OTHERS = ("p7", 0x10000), ("12", 0), [("p3", 0x8000), ("p4", 0x8000), ("5", 0)]
WIRED, RAM_DISK = 30, 40


class Model:
    def __init__(self, frames, seed):
        self._frames, self._random = frames, random.Random(seed)
        self._pages, self._ring, self._hand = {}, [], 0  # page -> [accessed, dirty]
        self._swapped, self._at, self._told, self.lines = set(), 100, None, []

    def run(self, memory, file, length):
        for i in range(length):
            self._at += self._random.random() < 0.25
            self._touch(*self._next(i, memory, file, length))
            self._counts()
        return self.lines

    def _next(self, i, memory, file, length):
        draw = self._random.random()
        if draw < 0.03:
            name, base = self._random.choice(OTHERS)
            return (name, base + self._random.randrange(6)), True
        if i < length // 2:
            return ((OWN[0], OWN[1] + i % memory), True) if draw < 0.8 else ((FILE[0], i % file), False)
        if draw < 0.9:
            return (OWN[0], OWN[1] + int(memory * self._random.random() ** 3)), draw < 0.4
        return (FILE[0], self._random.randrange(file)), draw < 0.92

    def _touch(self, page, write):
        if page not in self._pages:
            self._fault(page, write)
        self._pages[page][0] = True
        self._pages[page][1] |= write

    def _fault(self, page, write):
        if len(self._pages) == self._frames:
            self._evict()
        private = page[0].startswith("p")
        what = "swap" if page in self._swapped else "zero" if private else "fill"
        process = page[0][1:] if private else "7"
        self._say(f"fault {process} {page[0]} {page[1]} {what}")
        self._swapped.discard(page)
        self._pages[page] = [True, private and write]
        self._ring.append(page)

    def _evict(self):
        while self._pages[self._ring[0]][0]:
            self._pages[self._ring[0]][0] = False
            self._ring.append(self._ring.pop(0))
        page = self._ring.pop(0)
        private, dirty = page[0].startswith("p"), self._pages.pop(page)[1]
        if private:
            self._swapped.add(page)
        self._say(f"evict {page[0]} {page[1]} {'swap' if private else 'clean' if dirty else 'drop'}")

    def _counts(self):
        if self._at // 10 == self._told:
            return
        self._told = self._at // 10
        private = sum(page[0].startswith("p") for page in self._pages)
        shared = sum(page[0] == "5" for page in self._pages)
        file = len(self._pages) - private - shared
        dirty = sum(bits[1] for page, bits in self._pages.items() if page[0] == "12")
        self._say(f"counts free={self._frames - len(self._pages)} private={private} shared={shared} ram_disk={RAM_DISK} "
                  f"file={file} wired={WIRED} dirty={dirty} slots={len(self._swapped)}")

    def _say(self, words):
        self.lines.append(f"vm {self._at} {words}")


def record(frames=200, memory=260, file=80, length=6000, seed=1):
    return Model(frames, seed).run(memory, file, length)
