# SPDX-License-Identifier: BSD-2-Clause
"""Replies that bring the page of a page fault, good and bad: user/tests/pager_replies.c."""

import contextlib

import pytest

import states
from lintel.boot import Booter

ABSENT, ADDRESS, SIZE, FLAGS, MAPPED, RIGHT, TARGET = "ff07", "ff03", "ff04", "ff0a", "ff08", "ff06", "ff02"
REFUSED = {
    "address.zero": ADDRESS, "address.odd": ADDRESS, "address.kernel": ADDRESS, "address.mapped": MAPPED,
    "pages.none": ADDRESS, "pages.many": ADDRESS, "pages.wrap": ADDRESS, "flags": FLAGS,
    "from.absent": ADDRESS, "from.end": ADDRESS, "from.odd": ADDRESS, "from.kernel": ADDRESS, "from.device": ADDRESS,
    "from.read": RIGHT,
    "source.none": TARGET, "source.beyond": TARGET, "source.machine": TARGET, "source.door": TARGET, "source.dead": TARGET,
    "source.read": RIGHT, "source.write": RIGHT,
    "size.less": SIZE, "size.more": SIZE, "size.descriptor": SIZE,
}
MESSAGE_FAULT, MARK = 0x200, 0x5EED0000
AT = 0x20000000
WRITABLE = 3  # and mapped


@pytest.fixture(params=["fast=1", "fast=0"])
def report(request):
    with contextlib.ExitStack() as stack:
        booter = Booter(states.ROOT, 0, "pages", stack)
        yield booter("pager_replies", cmdline=request.param, guest_seconds=8).report


def test_replies(report):
    """Each bad reply has its error, maps nothing, takes no memory, and can be made good."""
    assert {name: report.get(name) for name in REFUSED} == {name: f"{error} {error} 0 0 0" for name, error in REFUSED.items()}
    assert (report.get("buffer.absent"), report.get("buffer.kernel")) == (ABSENT, ADDRESS)
    assert report.get("reply") == "0" and report.get("reply.done") == f"1 {WRITABLE} {MARK | 1:x}"
    assert report.get("receive") == f"{MESSAGE_FAULT:x} {AT + 2 * 4096:x} {MARK | 2:x}"
    assert report.get("answer.bad") == ADDRESS
    assert report.get("answer") == "0" and report.get("answer.done") == f"1 {WRITABLE}"
    assert report.get("more") == "1 1 1"
    assert report.get("trap") == f"{SIZE} {SIZE} {WRITABLE} {WRITABLE} 0" and report.get("trap.mapped") == "0"
