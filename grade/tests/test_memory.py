# SPDX-License-Identifier: BSD-2-Clause
"""The memory of the reference, more than a lab's tests ask for.  LINTEL_LONG=1 (make test LONG=1) does it at length."""

import contextlib
import os
import random

import pytest

import states
from lintel.boot import Booter
from lintel.memory_model import Model, run_operations
from lintel.pages import Pages

LONG = bool(os.environ.get("LINTEL_LONG"))
SIZES = [8, 16, 64, 300, 896, 1024, 2048, 4096] if LONG else [8, 100, 4096]
HOSTILE_RUNS = 25 if LONG else 2
CALLS = 40000  # in one run: what user/tests/memory.c has room for


@pytest.fixture
def booter():
    with contextlib.ExitStack() as stack:
        yield Booter(states.ROOT, 0, "memory", stack)


@pytest.mark.parametrize("memory", SIZES)
def test_all_of_it(booter, memory):
    """A thousand processes come and go; all memory is taken, given back, and taken again."""
    report = booter("thousand", memory=memory, guest_seconds=30, shift=3).report
    assert report.get("created") == "1000"
    assert report.get("frames") == report.get("after") == report.get("before")
    assert report.get("again") == report.get("taken")
    usable = min(memory, 896) * 256
    assert 0.9 * usable - 300 < int(report.get("taken")) < usable


@pytest.mark.parametrize("memory", SIZES)
def test_frames(booter, memory):
    """What the loader's memory map gives, and nothing else, is free."""
    o = Pages(booter.load("probe", gdb=True, memory=memory, shift=1), at="space_init", whole=True)
    table = -(-min(max(end for base, end, ram in o.map if ram and base < 896 << 20), 896 << 20) // 4096 * 8 // 4096)
    assert o.free() == len(o.usable()) - table
    assert (memory > 896) == (b"MiB of memory beyond 896 MiB are ignored" in o.machine.console())


def rows_of(screen):
    return [screen[160 * y:160 * y + 160:2].decode("latin-1").rstrip() for y in range(25)]


def stretches(o, directory):
    """As the viewer lists them: first page, how many, read or write or device."""
    found = []
    for address, entry in sorted(o.mapped(directory).items()):
        right = "d" if entry & 0x200 else "w" if entry & 2 else "r"
        if found and found[-1][2] == right and found[-1][0] + found[-1][1] * 4096 == address:
            found[-1][1] += 1
        else:
            found.append([address, 1, right])
    return "  ".join(f"{address // 4096:05x} {count}{right}" for address, count, right in found)


def test_viewer(booter):
    """The picture of memory on the screen is what the page tables say."""
    booted = booter.load("demo", gdb=True, shift=3, modules=[(name, "") for name in ("left", "right", "spy")])
    o = Pages(booted, at=None, whole=True)
    o.run_to_program("memview_close")
    rows = rows_of(o.physical(0xB8000, 4000))
    assert rows[0] == f"32 MiB of memory, {o.free() * 4} KiB free"
    spaces, at = o.processes(), rows.index(next(row for row in rows if row.startswith("r root")))
    for row, (number, name) in zip(rows[at:], enumerate(["r root", "1 left", "2 right", "3 spy"], 1)):
        listed = stretches(o, spaces[number]) if number in spaces else ""  # a program that has ended has nothing
        assert row == f"{name:8} {listed}".rstrip()
    cells = "".join(row.ljust(80) for row in rows[3:12])
    assert set(cells) == {*"K.+r ", *(str(number - 1) for number in spaces if number > 1)} and cells[0x100000 // 4096 // (48 // 4)] == "K"


@pytest.mark.parametrize("run", range(HOSTILE_RUNS))
def test_hostile_calls(booter, run):
    """Calls with random arguments, a good part of them wrong: model and machine agree on each, and on all memory."""
    run_operations(booter, Model(random.Random(f"hostile:{run}"), booter.has_lab("doors")), CALLS, shift=4)
