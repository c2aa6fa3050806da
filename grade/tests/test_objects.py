# SPDX-License-Identifier: BSD-2-Clause
"""Memory objects (pm/abi/object.h), by hand and through files; programs that are mapped from their files."""

import contextlib
import os

import pytest

import states
from lintel.boot import Booter
from lintel.machine import Disk
from lintel.pmplay import abi

ABI = abi(states.ROOT, "pm/abi/errors.h", "kernel/abi/call.h", "kernel/abi/door.h")
STALE, NO_ACCESS, RANGE, MESSAGE, RIGHT = (f"{ABI[f'ERR_{name}']:x}" for name in ("STALE", "NO_ACCESS", "RANGE", "MESSAGE", "RIGHT"))
FINE, FAULT = "1 7", "3 14"  # how a child ended

BY_HAND = """domain init small
type up
limit init  processes 9 pages 2048 names 0 threads 2 descriptors 1024
limit small processes 0 pages 200 names 0 threads 1 descriptors 64
processes init up
processes small up
may init processes doors archive report halt
made init up
enter init small
"""
WITH_FILES = """domain init files
type up root
limit init  processes 9 pages 2048 names 0 threads 2 descriptors 1024
limit files processes 0 pages 4096 names 1 threads 1 descriptors 1024
processes init up
processes files up
may init processes doors archive report halt
may files doors archive pager
enter init files
name files /
is / root
allow init root read write delete copy
"""

WITH_SWAP = """domain init disk small
type up disk
limit init  processes 9 pages 1024 names 0 threads 2 descriptors 1024
limit disk  processes 0 pages 256 names 1 threads 1 descriptors 256
limit small processes 9 pages 8000 names 0 threads 1 descriptors 64
processes init up
processes disk up
processes small up
may init processes doors archive report halt swap
made init up
enter init disk small
may small processes archive
allow init disk read write copy
may disk doors system priority console dma swap
allow disk disk read write
name disk /dev/disk
is /dev/disk disk
made disk up
irq disk 14
ports disk 0x1f0 8  0x3f6 1  0xcf8 8  0xf000 16
"""


@pytest.fixture(scope="module")
def booter():
    with contextlib.ExitStack() as stack:
        yield Booter(states.ROOT, 0, "objects", stack)


def is_said(report, **wanted):
    said = {name: report.all(name) for name in wanted}
    assert said == {name: value if isinstance(value, list) else [value] for name, value in wanted.items()}


@pytest.fixture(scope="module")
def by_hand(booter):
    return booter.under_manager("objects", BY_HAND, {"bin/objects": "objects"}, cmdline="hz=19", shift=0).go(5).report


def test_shared_memory(by_hand):
    """Two processes have it, with the rights of their descriptors; a part of it is protected; nothing is behind its end."""
    is_said(by_hand, share=FINE, shared="1 2 3", behind=FAULT, stat="0 1 4 3 1", **{"read-only": FAULT})
    is_said(by_hand, protected=[FAULT, "6 6 6"])


def test_copies(by_hand):
    """Who writes sees what he wrote, and the others what the object has; until he wants it no more."""
    is_said(by_hand, copies=["10 11 10", "12 11 12", "12 12 12"], zeros="0", advice=MESSAGE)


def test_sizes_change(by_hand):
    """What is cut off is gone, for whoever has it mapped; only who may delete an object may cut it."""
    is_said(by_hand, cut="0 1 1 0 1", grown="0", writer=f"{RIGHT} {RIGHT}")


def test_shared_memory_stays(by_hand):
    """Deleted, or its owner has ended: its capabilities are stale, and who has it mapped has it still."""
    is_said(by_hand, stale=[f"{STALE} 0 0 0 0", NO_ACCESS], deleted="12 13", give=FINE, inherited=f"77 78 {NO_ACCESS}")


def test_refused(by_hand):
    """What is no object, no range, or not for everybody."""
    is_said(by_hand, forged=f"{NO_ACCESS} {NO_ACCESS}", odd=[*[RANGE] * 9, MESSAGE, RANGE, RANGE], ranges=f"{RANGE} {RANGE} {RANGE}",
            sizes=f"{RANGE} {RANGE}", kinds=f"{MESSAGE} {NO_ACCESS} {MESSAGE}", powers=f"{NO_ACCESS} {NO_ACCESS}",
            nowhere=f"{RANGE} {RANGE}")


def test_bounds(by_hand):
    """SHARED_MAX, of which one is still there; and the pages of a domain."""
    is_said(by_hand, most="63", much=FAULT)


@pytest.fixture(scope="module")
def runs(booter):
    files = {"bin/fm": "fm", "bin/nothing": "nothing", "bin/ls": "ls", "bin/runs": "runs"}
    return booter.under_manager("runs", WITH_FILES, files, cmdline="hz=19", shift=0).go(5).report


def test_text_is_shared(runs):
    """Each run more maps it, and takes pages of its own only for what it writes: the stack, and what it was started with."""
    rows = [list(map(int, line.split())) for line in runs.all("run")]
    assert [row[1] for row in rows] == [2, 4, 6] and runs.get("mappings") == "0"
    assert all(row[2] <= 3 and row[3] == 0 for row in rows), rows


def test_buffers_in_data(runs):
    """Data that nobody has written yet are filled by the kernel, by the manager and through doors."""
    assert runs.get("buffers") == FINE


def test_costs(runs):
    """A program from its file, for the first time and again."""
    for name, most in [("nothing", 140_000), ("ls", 170_000)]:
        first, again = map(int, runs.get(name).split())
        assert again < most and first < 1.5 * most, name


def test_files_that_are_mapped(runs):
    """As they are read and written; who may only read cannot map them to be written."""
    is_said(runs, denied=RIGHT, written="xxabxxx xxabxxx", mapped="xyabxxx xyabxxx pyabxxx", grown="3 0 0", behind=FAULT)


def test_files_that_go(runs):
    """A program whose file is cut ends; one whose file server ends goes on."""
    is_said(runs, lose=["0 0", "0 0"], truncated=FAULT, removed=FAULT, orphan=FINE)


def test_pressure(booter, tmp_path):
    """What has been on the disk is copied, cut, and mapped by who ends while it comes; no slot and no page is left over."""
    disk = tmp_path / "disk"
    disk.write_bytes(b"")
    os.truncate(disk, 24 << 20)
    files = {"bin/scarce": "scarce", "bin/disk": "disk"}
    report = booter.under_manager("scarce", WITH_SWAP, files, cmdline="hz=100", shift=1, memory=8, disks=[Disk(disk)]).go(60).report
    wrong, out, copied, others, eaten, stale, killed, touched = report.all("seen")
    assert (wrong, eaten, stale) == ("0", "0", NO_ACCESS) and int(out, 16) > 150
    assert (copied, others, killed, touched) == ("64", "64", "8", "c8") and report.get("work") == "0 1 7"
    before, after = (list(map(int, report.get(name).split())) for name in ("before", "after"))
    assert before[:3] == after[:3] and before[0] == 0 and after[3] > before[3] - 16
