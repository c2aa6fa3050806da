# SPDX-License-Identifier: BSD-2-Clause
"""What the process manager tells about memory on the test line, when it was asked to `record`.

    vm <ms> counts free=<n> private=<n> shared=<n> ram_disk=<n> file=<n> wired=<n> dirty=<n> slots=<n>
    vm <ms> fault <process> <object> <index> <what>
    vm <ms> evict <object> <index> <what>

An object is a number; the private memory of process n is `p<n>`. Numbers are decimal, or hex behind 0x. Other lines may
be in between. One that begins as these do and is not whole is left out, and counted.
"""

import re
from collections import Counter
from dataclasses import dataclass, field

KINDS = "free", "private", "shared", "ram_disk", "file", "wired"  # pages of these are all that can be had
COUNTED = *KINDS, "dirty", "slots"
FAULTS = "zero", "copy", "map", "fill", "swap"
EVICTIONS = "drop", "clean", "swap"

NUMBER, OBJECT = "(0x[0-9a-f]{1,8}|[0-9]{1,10})", "(p?[0-9]{1,10})"
COUNTS = re.compile("counts " + " ".join(f"{name}={NUMBER}" for name in COUNTED))
FAULT = re.compile(f"fault {NUMBER} {OBJECT} {NUMBER} ({'|'.join(FAULTS)})")
EVICT = re.compile(f"evict {OBJECT} {NUMBER} ({'|'.join(EVICTIONS)})")
LINE = re.compile(f"vm {NUMBER} (.*)")


@dataclass(frozen=True)
class Counts:
    at: int  # milliseconds
    pages: dict


@dataclass(frozen=True)
class Event:
    at: int
    process: int  # whose fault it is; None: an eviction
    object: str
    index: int
    what: str

    @property
    def page(self):
        return self.object, self.index


@dataclass
class Record:
    counts: list = field(default_factory=list)
    faults: list = field(default_factory=list)
    evictions: list = field(default_factory=list)
    wrong: list = field(default_factory=list)  # numbers of lines

    def busiest(self):
        """The process with most faults."""
        return Counter(fault.process for fault in self.faults).most_common(1)[0][0]

    def of(self, process):
        """The faults of a process, and the evictions of pages that it has had."""
        faults = [fault for fault in self.faults if fault.process == process]
        pages = {fault.page for fault in faults}
        return faults, [eviction for eviction in self.evictions if eviction.page in pages]


def number(word):
    return int(word, 16 if word.startswith("0x") else 10)


def read(data):
    """The Record in the bytes of the test line."""
    record, lines = Record(), data.decode("ascii", "replace").split("\n")
    for i, line in enumerate(lines, 1):
        line, ended = line.rstrip("\r"), i < len(lines)
        if line.startswith("vm ") and not (ended and add(record, line)):
            record.wrong.append(i)
    for events in (record.counts, record.faults, record.evictions):
        events.sort(key=lambda event: event.at)
    return record


def add(record, line):
    """False: it is not whole."""
    head = LINE.fullmatch(line)
    at = number(head[1]) if head else None
    if head and (found := COUNTS.fullmatch(head[2])):
        record.counts.append(Counts(at, dict(zip(COUNTED, map(number, found.groups())))))
    elif head and (found := FAULT.fullmatch(head[2])):
        record.faults.append(Event(at, number(found[1]), found[2], number(found[3]), found[4]))
    elif head and (found := EVICT.fullmatch(head[2])):
        record.evictions.append(Event(at, None, found[1], number(found[2]), found[3]))
    else:
        return False
    return True


def references(record):
    """The faults as lines of a reference string. Of what was copied, it is known that it was written."""
    yield "# Only references that faulted are here: those to pages that were there leave no record, unless the"
    yield "# recorder was run with little memory. Each page is object:index; w where the fault tells of a write."
    for fault in record.faults:
        yield f"{fault.object}:{fault.index:#x}" + (" w" if fault.what == "copy" else "")
