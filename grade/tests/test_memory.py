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


@pytest.mark.parametrize("run", range(HOSTILE_RUNS))
def test_hostile_calls(booter, run):
    """Calls with random arguments, a good part of them wrong: model and machine agree on each, and on all memory."""
    run_operations(booter, Model(random.Random(f"hostile:{run}")), CALLS, shift=4)
