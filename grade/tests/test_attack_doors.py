# SPDX-License-Identifier: BSD-2-Clause
"""Attacks from ring 3 on threads, doors and processes: what was once a bug of the kernel's."""
import contextlib

import pytest

import states
from lintel.boot import Booter

MESSAGE_FAULT, MESSAGE_TRAP, MESSAGE_UNREF, FUNCTION = 0x200, 0x208, 0x210, 0x8000
GONE, STOPPED = 0xFF0F, 1


@pytest.fixture(params=["fast=1", "fast=0"])
def attack(request):
    with contextlib.ExitStack() as stack:
        booter = Booter(states.ROOT, 0, "attack_doors", stack)
        yield lambda name: booter("attack_doors", name, cmdline=request.param, guest_seconds=5).report


def test_call_made_again(attack):
    """A thread whose own priority is set by a call that starts over is in one queue at the most."""
    report = attack("again")
    assert report.get("fault") == f"{MESSAGE_FAULT:x}"
    assert report.get("again") == f"0 {STOPPED} 15"


def test_ended_after_manager(attack):
    """A dead door tells of no process that is gone, in whichever piece of the kernel's work either dies."""
    assert attack("ended").get("ended") == "1"


def test_herd(attack):
    """Those who wait again while others are still being woken are not woken for ever."""
    assert attack("herd").get("herd") == "0"


def test_borrowed_priority(attack):
    """A server falls back to its own when its caller is gone, or is parked: who is between runs first."""
    report = attack("priorities")
    assert report.get("gone") == f"{GONE:x} xs"
    assert report.get("park") == "0 xs"
    assert report.get("event") == f"{MESSAGE_UNREF:x} xs"


def test_new_threads(attack):
    """They are no more urgent than who made them, at 5."""
    assert attack("new").get("new") == "5 sx"


def test_dead_door(attack):
    """CALL_REPLY_RECEIVE receives where the number says, not at the door where the caller was served."""
    report = attack("dead")
    assert report.get("send") == "0"
    assert report.get("dead") == f"1 {FUNCTION:x} 0"


def test_limit_of_a_call_before_the_sandbox(attack):
    report = attack("limit")
    assert report.get("trap") == f"{MESSAGE_TRAP:x}"
    assert report.get("limit") == "1 1"


def test_unreachable(attack):
    """A stopped thread that has no descriptor left ends: at once, or when what it waits for has come."""
    report = attack("unreachable")
    assert report.get("closed") == "1"
    assert report.get("served") == "0"
