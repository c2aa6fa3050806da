# SPDX-License-Identifier: BSD-2-Clause
"""The record of `make trace`, against what the program `talk` is known to do: all of its messages, each in its moment."""

import re
import subprocess
import sys
import xml.etree.ElementTree as ET

import pytest

import states

# A line that begins with "=" happens in the same entry of the kernel as the one before it, with ">" much later.
TALK = """
  1/1 talk     RECEIVE: ERR_TIME
  1/1 talk    --> 2/2 server   8000, 8 B, cookie 7
  2/2 server  ..> 1/1 talk     8 B, cookie 8
  1/1 talk    --> 2/2 server   8008, 0 B + 1 descriptor, cookie 8
  2/2 server  ..> 1/1 talk     0 B + 1 descriptor, cookie 8
  1/1 talk    --> 2/2 server   8010, 4 B, cookie 8
  2/2 server  ..x 1/1 talk     error 5
  1/1 talk    --> 2/2 server   8018, 0 B, cookie 8
  1/4 patient  8020, 0 B, waits in line
  2/2 server  ..> 1/1 talk     0 B, cookie 8
= 1/4 patient --> 2/2 server   8020, 0 B, cookie 8
  1/1 talk     8028, 0 B, waits in line
  2/2 server   parks the call of 1/4 patient
  1/1 talk    --> 2/2 server   8028, 0 B, cookie 8
  2/2 server  ..> 1/4 patient  0 B
  2/2 server  ..> 1/1 talk     0 B, cookie 8
  1/1 talk    --> 3/3 pager    FAULT, write at 08300000, cookie 7
  3/3 pager   ..> 1/1 talk     lets it go on, cookie 3
  1/1 talk    --> 3/3 pager    FAULT, read at 08301000, cookie 3
  3/3 pager   ..> 1/1 talk     lets it go on, cookie 3
  1/1 talk    --> 2/2 server   8018, 0 B, cookie 8
  1/4 patient  ends
= kernel      --> 3/3 pager    THREAD_ENDED, cookie 3
  1/5 boxed   --> 3/3 pager    TRAP, int 80, cookie 7
  3/3 pager   ..> 1/5 boxed    lets it go on, cookie 3
  1/5 boxed   --> 3/3 pager    TRAP, SYSENTER, cookie 3
  3/3 pager   ..> 1/5 boxed    lets it go on, cookie 3
  1/5 boxed   --> 3/3 pager    TRAP, int 81, cookie 3
  3/3 pager   ..x 1/5 boxed    error 1
= 1/5 boxed    ends
= kernel      --> 3/3 pager    THREAD_ENDED, cookie 3
  2/2 server   WAIT: ERR_TIME
  2/2 server  ..> 1/1 talk     0 B, cookie 8
  1/1 talk    --> 2/2 server   8018, 0 B, cookie 8
  kernel      --> 1/6 driver   IRQ, cookie 4
  2/2 server   WAIT: ERR_TIME
  2/2 server  ..> 1/1 talk     0 B, cookie 8
  kernel      --> 1/6 driver   UNREF, cookie 9
  1/1 talk    --> 2/2 server   8018, 0 B, cookie 8
  1/6 driver   ends
= kernel      --> 3/3 pager    THREAD_ENDED, cookie 3
  2/2 server   WAIT: ERR_TIME
  2/2 server  ..> 1/1 talk     0 B, cookie 8
  1/1 talk    --> 2/2 server   8030, 0 B, cookie 8
  1/7 late     8000, 0 B, waits in line
  2/2 server  ..> 1/1 talk     0 B, cookie 8
  2/2 server   ends
  1/7 late     8000: ERR_DEAD
> kernel      --> 1/1 talk     PROCESS_ENDED, cookie b
  1/1 talk     8000: ERR_DEAD
  1/7 late     ends
= kernel      --> 3/3 pager    THREAD_ENDED, cookie 3
  1/1 talk     RECEIVE: ERR_TIME
"""
PLACES = ("message_call", "trap_handled", "trap_send", "fault_own", "idle_interrupt", "work_piece", "process_thread_ended",
          "door_unreferenced")
MUCH = 10000  # instructions
LINE = re.compile(r"^ +\d+ +\+(\d+)  (.*)$", re.M)
PATCHED = """import sys
sys.path.insert(0, "grade/front")
import trace
trace.TRIGGERS = tuple(name for name in trace.TRIGGERS if name != {!r})
trace.main()
"""


def trace(folder, program="talk", append="", *words, without=None, build="build"):
    """The tool as make runs it, the picture in a folder; perhaps without one of the places where it stops."""
    script = ["-c", PATCHED.format(without)] if without else ["grade/front/trace.py"]
    command = [sys.executable, *script, "--modules", f"{build}/programs/{program}.elf", "--append", append,
               "--output", folder / "trace.svg", *words]
    environment = states.clean_environment(PYTHONPATH="grade", BUILD=str(build))
    return subprocess.run(command, cwd=states.ROOT, env=environment, text=True, capture_output=True, timeout=100, check=False)


def lines(done):
    assert done.returncode == 0, done.stderr
    found = [(int(passed), what) for passed, what in LINE.findall(done.stdout)]
    first = "  " + found[0][1]
    return [first, *("= >"[(passed > 0) + (passed > MUCH)] + f" {what}" for passed, what in found[1:])]


EXPECTED = TALK.strip("\n").splitlines()


@pytest.fixture(scope="module")
def talk(tmp_path_factory):
    folder = tmp_path_factory.mktemp("trace")
    return trace(folder), folder / "trace.svg"


def test_all_that_was_said(talk):
    assert lines(talk[0]) == EXPECTED
    assert talk[0].stdout.splitlines()[-2] == "Then the machine was stopped."


def test_each_time_the_same(talk, tmp_path):
    """To the instruction, however long the machine was stopped."""
    told = [line for line in trace(tmp_path).stdout.splitlines() if not line.startswith("Drawn:")]
    assert told == talk[0].stdout.splitlines()[:-1]


def test_the_general_path_says_the_same(tmp_path):
    """And other ticks change nothing."""
    assert lines(trace(tmp_path, append="fast=0 hz=1000")) == EXPECTED


@pytest.mark.parametrize("place", PLACES)
def test_each_place_matters(tmp_path, place):
    """A tick at the right moment may make up for one; not ticks of all kinds."""
    assert any(lines(trace(tmp_path, append=ticks, without=place)) != EXPECTED for ticks in ("", "hz=1000", "hz=100"))


KINDS = {"call": "-->", "taken": "-->", "kernel": "-->", "reply": "..>", "error": "..x"}


def shown(shape):
    """As the text has it, without names."""
    threads = [shape.get(f"data-{end}") for end in ("source", "target")]
    return KINDS.get(shape.get("data-kind")), *threads, shape.get("data-text")


def told(line):
    source, arrow, target, text = re.match(r"..(?:\d+/)?(\w+)(?: \w+)? *(?: (-->|..>|..x) \d+/(\d+) \w+)?  +(.*)", line).groups()
    parks = re.match(r"parks the call of \d+/(\d+)", text)
    return arrow, source.replace("kernel", "0"), target or (parks[1] if parks else "0"), "" if parks else text


def test_the_picture_shows_the_same(talk):
    picture = ET.parse(talk[1]).getroot()
    assert [shown(shape) for shape in picture.iter() if shape.get("data-kind")] == [told(line) for line in EXPECTED]
    assert {shape.get("data-thread") for shape in picture.iter()} - {None} == set("01234567")
    said = {text.text for text in picture.iter("{http://www.w3.org/2000/svg}text")}
    assert said >= {"process 1: talk", "server", "boxed", "thread 5", "the kernel", "parks the call of thread 4"}


def test_only_so_many(tmp_path):
    done = trace(tmp_path, "talk", "", "--most", "5")
    assert [line.split() for line in lines(done)] == [line.split() for line in EXPECTED[:5]]
    assert "These were 5; the run goes on." in done.stdout


def test_nobody_says_anything(tmp_path):
    done = trace(tmp_path, "yields")
    assert done.returncode != 0 and "nobody has sent a message" in done.stderr and not (tmp_path / "trace.svg").exists()


def test_make(tmp_path):
    said = states.make(states.ROOT, "trace", "PROGRAM=talk", f"OUT={tmp_path}/my.svg", "RUN_MODULES=").stdout
    assert "1/1 talk    --> 2/2 server   8000, 8 B, cookie 7" in said
    assert ET.parse(tmp_path / "my.svg").getroot().tag.endswith("svg")


def test_before_there_are_messages(tmp_path, tmp_path_factory):
    """In the branches of the labs before doors."""
    done = trace(tmp_path, "demo", build=states.of_this_run(tmp_path_factory, "paging").base / "build")
    assert done.returncode != 0 and "they come with the lab `doors`" in done.stderr
