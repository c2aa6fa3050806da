# SPDX-License-Identifier: BSD-2-Clause
"""The clock's driver on the host: any time, as each kind of real-time clock tells it, at any moment of a change."""

import calendar
import contextlib
import datetime
import random
import re
import struct

import pytest

from test_host import HOST, LONG, ROOT
from test_shell import Shell
from test_wm import compiled, through

READER = ROOT / "user/system/rtc.h"
BINARY, HOURS_24 = 4, 2
KINDS = [bits | century for bits in (0, BINARY, HOURS_24, BINARY | HOURS_24) for century in (0, 1)]
CENTURY = 0x32
BUGS = [
    ("read once", "i < ATTEMPTS;", "i < 0;"),
    ("change not awaited", "i < PATIENCE && byte(STATUS_A)", "i < 0 && byte(STATUS_A)"),
    ("digits are binary", "(value >> 4) * 10 + (value & 15)", "value"),
    ("binary is digits", "status & BINARY ? value : ", ""),
    ("noon is in the hour", "value & ~NOON, status)", "value, status)"),
    ("midnight is noon", "hour % 12 +", "hour +"),
    ("no afternoon", "(value & NOON ? 12 : 0)", "0"),
    ("always 24 hours", "    if (status & HOURS_24)\n        return hour;\n", "    return hour;\n"),
    ("no century", "century * 100 + year : 2000 + year", "2000 + year : 2000 + year"),
    ("any century", "century == 19 || century == 20 || century == 21", "1"),
    ("1900 and 2100 are leap years", "(year % 100 != 0 || year % 400 == 0)", "1"),
    ("2000 is none", " || year % 400 == 0)", ")"),
    ("a day longer from January on", "month > 2 && is_leap(year)", "is_leap(year)"),
    ("this year counts", "y < year; y++", "y <= year; y++"),
    ("days begin with 0", "+ day - 1", "+ day"),
]


def registers(when, kind):
    """The clock's bytes at this time."""
    def number(value):
        return value if kind & BINARY else value // 10 * 16 + value % 10
    hour = number(when.hour) if kind & HOURS_24 else number(when.hour % 12 or 12) | (0x80 if when.hour >= 12 else 0)
    data = bytearray(random.Random(when.second).randbytes(64))
    data[0], data[2], data[4] = number(when.second), number(when.minute), hour
    data[7], data[8], data[9] = number(when.day), number(when.month), number(when.year % 100)
    data[0x0A], data[0x0B] = 0x26, kind & 6
    data[CENTURY] = number(when.year // 100) if kind & 1 else 0xFF
    return bytes(data)


def moment(r):
    kind = r.choice(KINDS)
    years = (1980, 2105) if kind & 1 else (2000, 2099)
    when = datetime.datetime(r.randint(*years), 1, 1) + datetime.timedelta(seconds=r.randrange(366 * 86400))
    if r.random() < .5:  # all digits change
        when = when.replace(minute=59, second=59, hour=r.choice([0, 11, 12, 23]))
    if r.random() < .2:
        when = when.replace(month=2, day=28) + datetime.timedelta(days=r.randint(0, 1))
    if r.random() < .2:
        when = when.replace(month=12, day=31)
    return when, kind, r.choice([0, r.randint(1, 60)]), r.choice([0, 10, 30])


def check(program):
    r = random.Random(1)
    moments = [moment(r) for _ in range(100_000 if LONG else 5_000)]
    moments = [m for m in moments if m[1] & 1 or (m[0] + datetime.timedelta(seconds=1)).year < 2100]
    second = datetime.timedelta(seconds=1)
    data = b"".join(registers(when, kind) + registers(when + second, kind) + struct.pack("<II", change, takes)
                    for when, kind, change, takes in moments)
    out = through(program, "clock", data)
    for (when, kind, change, takes), (seen,) in zip(moments, struct.iter_unpack("<I", out), strict=True):
        assert seen - calendar.timegm(when.timetuple()) in ((1,) if change == 0 else (0, 1)), (when, kind, change, takes)


@pytest.fixture
def program(tmp_path):
    def made(text):
        (tmp_path / "system").mkdir()
        (tmp_path / "system/rtc.h").write_text(text)
        compiled("-iquote", tmp_path, HOST / "rtc.c", "-o", tmp_path / "program")
        return tmp_path / "program"
    return made


def test_any_time(program):
    check(program(READER.read_text()))


@pytest.mark.parametrize("old, new", [pytest.param(*change, id=why) for why, *change in BUGS])
def test_bug_is_found(old, new, program):
    text = READER.read_text()
    assert text.count(old) == 1
    with pytest.raises(AssertionError):
        check(program(text.replace(old, new)))


# --- On the machine.

POLICY = "allow user system_process read stop delete copy\n"
WRONG = {"date: the clock: not found", "date: the clock: the server has died"}  # it was not there; it was asked, and did not answer


def number_of_clock(shell):
    """None: there is none at the moment."""
    found = re.search(r"(?m)^ *(\d+) .* clock$", shell("ps"))
    return found and found[1]


def test_clock_comes_again(tmp_path):
    """At once, if it has lived for a while, however often."""
    with contextlib.closing(Shell(tmp_path, POLICY)) as shell:
        shell.until()
        for _ in range(8):
            shell(f"sleep 4; /bin/kill {number_of_clock(shell)}; sleep 0.05")
            assert number_of_clock(shell)


def test_clock_dies(tmp_path):
    """While many ask for the time: they are told what is wrong, and get it when there is a clock again."""
    with contextlib.closing(Shell(tmp_path, POLICY, {"home/dates": b"date\n" * 40, "home/more": b"sh /home/dates\n" * 40})) as shell:
        shell.until()
        before = shell("date").strip()
        shell("cd /home; sh more > out1 2>&1 & sh more > out2 2>&1 &")
        for _ in range(4):
            shell("sleep 0.6")
            shell(f"/bin/kill {number_of_clock(shell)}")
        shell("wait")
        said = [line for name in ("out1", "out2") for line in shell(f"cat {name}").splitlines()]
        dates = [line for line in said if re.fullmatch(r"2026-0[23]-\d\d \d\d:\d\d:\d\d", line)]
        assert len(said) == 3200 and len(dates) > 1600 and before <= min(dates) <= max(dates)
        assert set(said) - set(dates) and set(said) - set(dates) <= WRONG
        assert shell("sleep 2; date").strip() > max(dates)
