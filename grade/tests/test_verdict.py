# SPDX-License-Identifier: BSD-2-Clause
"""Only lines that are signed with this run's key and in order are believed."""

import hashlib

import pytest
from elftools.elf.elffile import ELFFile

from lintel.verdict import CHALLENGE, parse, patch

KEY = bytes(range(32))


def line(number, text, key=KEY):
    body = f"{number} {text}".encode()
    return body + b" " + hashlib.blake2s(body, key=key, digest_size=16).hexdigest().encode() + b"\n"


def test_good_report():
    report = parse(line(0, "ticks=250") + line(1, "gate.3=a b=c") + line(2, "ticks=251") + line(3, "end=3"), KEY)
    assert report.complete and report.rejected == 0
    assert report.get("ticks") == "251" and report.all("ticks") == ["250", "251"]
    assert report.get("gate.3") == "a b=c" and report.get("none") is None and report.all("none") == []


GOOD = line(0, "a=1")
BAD = {
    "unsigned": b"0 a=1\n",
    "signed with another key": line(0, "a=1", bytes(32)),
    "out of order": line(1, "a=1"),
    "changed": GOOD.replace(b"a=1", b"a=2"),
    "without its newline": GOOD[:-1],
    "control bytes": line(0, "a=\x1b[2J"),
    "capital code": GOOD[:-33] + GOOD[-33:].upper(),
    "noise before": b"x" + GOOD,
    "a wrong end": line(0, "end=1"),
    "not ASCII": "0 a=é ".encode() + GOOD[-33:],
}


@pytest.mark.parametrize("raw", BAD.values(), ids=BAD.keys())
def test_bad_line(raw):
    report = parse(raw, KEY)
    assert (report.values, report.complete, report.rejected) == ({}, False, 1)


def test_noise_between_lines_costs_nothing():
    report = parse(GOOD + b"\xff\x00 noise\n\n" + line(1, "end=1"), KEY)
    assert report.complete and report.get("a") == "1" and report.rejected == 2


def test_line_told_twice():
    report = parse(GOOD + GOOD + line(1, "end=1"), KEY)
    assert report.complete and report.all("a") == ["1"] and report.rejected == 1


def test_lost_line():
    report = parse(GOOD + line(2, "b=1") + line(3, "end=3"), KEY)
    assert not report.complete and report.values == {"a": ["1"]}


def test_nothing_after_the_end():
    report = parse(line(0, "end=0") + line(1, "a=1") + line(0, "a=1"), KEY)
    assert report.complete and report.values == {} and report.rejected == 2


def test_cut_short():
    assert not parse(GOOD, KEY).complete and not parse(b"", KEY).complete


def test_patch(kernel, tmp_path):
    params = list(range(100, 116))
    patch(kernel("program"), tmp_path / "out.elf", KEY, 7, params)
    before, after = kernel("program").read_bytes(), (tmp_path / "out.elf").read_bytes()
    at = before.index(CHALLENGE.pack(0x4C434847, 0, bytes(32), *[0] * 16))
    assert CHALLENGE.unpack_from(after, at) == (0x4C434847, 7, KEY, *params)
    assert before[:at] + before[at + CHALLENGE.size:] == after[:at] + after[at + CHALLENGE.size:]
    ELFFile((tmp_path / "out.elf").open("rb"))


def test_patch_of_a_program_without_challenge(kernel, tmp_path):
    with pytest.raises(ValueError, match="no challenge"):
        patch(kernel("loop"), tmp_path / "out.elf", KEY, 0, [0] * 16)
