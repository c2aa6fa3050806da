# SPDX-License-Identifier: BSD-2-Clause
"""What a process manager asks of the kernel (kernel/limits.c): bounds, whole processes stopped and run, looks from outside."""

import contextlib

import pytest

import states
from lintel.boot import Booter

TARGET, FULL, TABLE = "ff02", "ff05", "ff12"
DOOR, STEP = 1, 256


@pytest.fixture(scope="module")
def report():
    with contextlib.ExitStack() as stack:
        yield Booter(states.ROOT, 0, "limits", stack)("limits", guest_seconds=5).report


def test_stop_and_run(report):
    """Twice is as once; a thread that nobody has a descriptor of goes on again, too."""
    assert (report.get("stop"), report.get("run"), report.get("went")) == ("0 0", "0 0", "1 1 1")


def test_stop_oneself(report):
    """The caller is a thread of the process like any other."""
    assert (report.get("itself"), report.get("after")) == ("1", "1000")


def test_looks(report):
    threads, room = map(int, report.get("counts").split())
    assert threads == 1 and room == STEP
    assert report.get("descriptor").split()[0] == "1" and report.get("behind") == TARGET
    assert report.get("door") == "0 0 0 0" and report.get("no-door") == TARGET


def test_bounds(report):
    assert report.get("threads") == f"0 {FULL}", "one is there, one more is allowed"
    error, fits = report.get("descriptors").split()
    assert (error, fits) == (TABLE, "1")
    assert report.get("unbounded") == "0 0"
    assert report.get("left") == "0"
