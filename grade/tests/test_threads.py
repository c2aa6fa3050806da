# SPDX-License-Identifier: BSD-2-Clause
"""Threads by descriptor: who runs, at which priority, with which registers."""
import contextlib

import pytest

import states
from lintel.boot import Booter

DEAD, RIGHT_OR_TARGET, STATE = 0xFF0E, 0xFF02, 0xFF11


@pytest.fixture(params=["fast=1", "fast=0"])
def report(request):
    with contextlib.ExitStack() as stack:
        yield Booter(states.ROOT, 0, "threads", stack)("priority", cmdline=request.param, guest_seconds=20).report


def test_threads(report):
    """The root thread, at 16, starts eight: those above it run at once, the others when it waits, the highest first."""
    assert report.get("order") == ".b.c.d..f.g.h.ae"
    assert report.values["dead"] == [f"{DEAD:x}"] * 8
    assert report.get("new") == "1 16 1"
    assert report.get("write.running") == report.get("write.running") == f"{STATE:x}"
    assert report.get("stopped") == "1 1 1"
    assert report.get("write.stopped") == "0"
    assert report.get("changed") == "z"
    assert report.get("machine") in (f"{DEAD:x}", f"{RIGHT_OR_TARGET:x}")
    # The client calls; its servers, though at 2 and 1, work before the thread at 10.
    assert report.get("inherited") == "coiIOCmMe"
