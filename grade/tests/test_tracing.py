# SPDX-License-Identifier: BSD-2-Clause
"""Tracing: what a tracer hears of a thread's calls (kernel/trace.c), who may trace (pm/trace.c), what people see of it."""

import contextlib
import re

import pytest

import states
from lintel.boot import Booter
from test_attack_pm import Attacked
from test_programs import BUILD, rows

RIGHT, TARGET, ADDRESS, SIZE, BUSY, DEAD, GONE, TIME = "ff06", "ff02", "ff03", "ff04", "ff0c", "ff0e", "ff0f", "ff10"
FUNCTION, COOKIE = "8000", "5"


# --- The kernel: user/tests/traced.c

@pytest.fixture(scope="module", params=["", "fast=0"], ids=["fast", "slow"])
def report(request):
    with contextlib.ExitStack() as stack:
        yield Booter(states.ROOT, 0, "traced", stack)("traced", cmdline=request.param, guest_seconds=20).report


def test_both_ways_in(report):
    """Each call comes before it is made, and after; one that does not return comes once."""
    assert report.get("ways") == "T40 R1,0 T100 R1,0 T40 Rffffffff,ff02 T100 "
    assert report.get("found") == f"1 1 {TARGET} 1 ended"


def test_no_call(report):
    """What is no call is the exception that it would be, at its instruction; a process's own vector is a call."""
    assert report.get("foreign") == "T80 Fd 402 0" and report.get("rest") == "T100 1"
    assert report.get("vector") == "T80 R0,0 T100 1"


def test_absent_page(report):
    """A call that starts over, and a reply that waits for its page, are shown once."""
    assert report.get("absent") == "T100 Fe R1,0 T100 0 1"
    assert report.get("aside") == "T100 Fe R4d2,0 T100 1234 1234"


def test_waiting(report):
    assert report.get("limits") == f"T100 Rffffffff,{TIME} T100 Rffffffff,{TIME} T100 "
    assert re.fullmatch(rf"R[1-9a-f]+,0 T100 {TIME} {TIME} 0 1", report.get("woken"))


def test_server(report):
    """Its clients see no difference."""
    assert report.get("served") == "11199 1 ended"


def test_other_replies(report):
    assert report.get("busy") == f"{BUSY} {SIZE}"
    assert report.get("instead") == "T40 T100 1000 ended", "other registers: the call is not made"


def test_ends(report):
    assert report.get("gone") == GONE
    assert (report.get("inside"), report.get("after")) == ("waits", "1")


def test_no_longer(report):
    """Traced no more in the middle of a call; and a sandbox lets nothing pass."""
    assert report.get("dropped") == f"T100 {TIME} {TIME}"
    assert re.fullmatch(r"T40 T100 \d+", report.get("sandbox"))
    assert report.get("nested") == "T100 R0,0 T100 0" and report.get("inner") == "T40 T100 "


def test_wrong(report):
    assert [report.get(name) for name in ("target", "size", "address", "right")] == [TARGET, SIZE, ADDRESS, RIGHT]


def test_who_waits_for_whom(report):
    assert report.get("keeper") == "0 0 0 0 0 0"
    assert report.get("waits") == f"0 1 {FUNCTION} 1 0 0"
    assert report.get("elsewhere") == f"0 1 {FUNCTION} 0 0 0"
    assert report.get("received") == f"0 2 {FUNCTION} 1 0 0"
    assert report.get("managed") == f"0 1 {FUNCTION} 0 1 {COOKIE}"
    assert report.get("others") == f"0 1 {FUNCTION} 0 0 0", "that manager's cookies are nobody else's business"
    assert report.get("behind").split()[0] == report.get("nobody").split()[0] == TARGET
    assert report.get("own") == "0 0 0 0 0 0"


def test_tracer_dies(report):
    """Who is inside a call goes on until it is over; nobody hangs."""
    assert report.get("dies") == "waits ended ended"
    assert (report.get("late"), report.get("then")) == (DEAD, "ended")


# --- The process manager: user/pmtests/attack_trace.c

@pytest.fixture(scope="module")
def system(tmp_path_factory):
    attack = (BUILD / "os/bin/attack_trace").read_bytes()
    with contextlib.closing(Attacked(tmp_path_factory.mktemp("tracing"), {"bin/attack_trace": attack})) as running:
        running.until()
        yield running


def test_doors_by_name(tmp_path):
    """Of a process with several doors the one that is meant; the thread's own number is asked for."""
    policy = (states.ROOT / "user/files/etc/policy").read_text().replace("names 0 threads 8", "names 2 threads 8")
    policy += "type pair\nis /one pair\nis /two pair\nname user /one /two\nallow user pair read write copy\n"
    attack = (BUILD / "os/bin/attack_trace").read_bytes()
    with contextlib.closing(Attacked(tmp_path, {"bin/attack_trace": attack, "etc/policy": policy.encode()})) as running:
        running.until()
        assert running("attack_trace doors") == "0 1 8000 '/two' 0 1 8000 '/one' 0 1 8000 ''\n"


def is_left(system, *names):
    return [row for row in rows(system("sleep 0.1; ps")) if row[-1] in names]


def test_who_may_trace(system):
    """A door that is one, before it begins, and with WRITE; all else is an error, and the manager goes on."""
    assert system("attack_trace wrong") == ("none 1, manager's 1 1, no copy 1, read ff06, found ff06, pmcap 1, "
                                            "owner's 1, dead ff13, begun 122\n")


@pytest.mark.parametrize("what, said", [
    ("itself", "traced 0, started 0, ended 1\n"),
    ("refuse", "trap 208 12, bad ff04 0, then 210, ended 1\n"),
    ("door", "ended 1\n"),
    ("leave", "left 0\n")])
def test_bad_tracers(system, what, said):
    """Whatever a tracer does, or leaves undone: what it traces ends, and nothing hangs."""
    shown = system(f"attack_trace {what}; sleep 0.1")
    assert re.sub(r"process \d+, thread \d+: nobody answers .*\n", "", shown) == said
    assert not is_left(system, "attack_trace", "sleep", "true")


# --- trace, and doors

END = r"{}, process \d+: ended with status {}\n"


def test_trace(system):
    """A line for each call, in columns."""
    text = system("trace cat /etc/motd > out 2> said; cat said")
    assert re.fullmatch("""\
RESOLVE                   0 manager    13 bytes                 = 1
OPEN                      7 root       12 bytes                 = 1
CLOSE                     9             0 bytes                 = 0
READ                     10            12 bytes                 = 79
STAT                      5 out         0 bytes                 = 0
READ                     10            12 bytes                 = 0
CLOSE                    10             0 bytes                 = 0
WRITE                     5 out        83 bytes                 = 79
EXIT                      0 manager     4 bytes
""" + END.format("cat", 0), text), text
    assert system("cat /etc/motd") == system("cat out; rm out said")


def test_trace_tells_the_end(system):
    assert re.fullmatch("EXIT .*\n" + END.format("false", 1) + "1\n", system("trace false; echo $?"))
    assert re.fullmatch(r"crash, process \d+: exception 14 at 08\w+\n1\n", system("trace crash null; echo $?"))
    assert system("trace nothing; echo $?") == "trace: nothing: no such file or directory\n1\n"
    assert system("trace; echo $?").endswith("2\n")


def test_trace_errors_and_descriptors(system):
    text = system("trace sh -c true 2>&1 | cat")
    assert re.search(r"^WRITE_CLIST +\d+ +0 bytes, 8 descriptors  = 8$", text, re.MULTILINE)
    text = system("trace cat nofile")
    assert re.search(r"^OPEN .* = no such file or directory$", text, re.MULTILINE)


def test_trace_shows_what_takes_long(system):
    """While it lasts; and then once more, with what came of it."""
    said = system("trace sleep 1")
    lines = [line for line in said.splitlines() if line.startswith("RECEIVE")]
    assert len(re.findall(r"^CLOCK +0 +0 bytes += \d+$", said, re.MULTILINE)) == 3
    assert [line.split() for line in lines] == [["RECEIVE", "..."], ["RECEIVE", "=", "time", "is", "over"]]


def test_trace_a_tracer(system):
    text = system("trace trace true")
    assert re.search("^TRACE .* 1 descriptor +=", text, re.MULTILINE)
    assert re.search("^RECEIVE +.*= TRAP\nREPLY +=", text, re.MULTILINE) and re.search(END.format("true", 0), text)
    assert re.search(END.format("trace", 0) + "$", text)


def test_trace_killed(system):
    """What it traces ends with it, though it never calls."""
    system("trace spin 2> said & sleep 0.1")
    assert len(is_left(system, "trace", "spin")) == 2
    system("kill %1")
    assert not is_left(system, "trace", "spin")
    system("rm said")


def test_trace_interrupted(system):
    """Ctrl-C, while the program reads from the window."""
    system.type("trace cat")
    system.until(re.compile(r"READ .*\.\.\."))
    system.type("\x03", end="")
    system.until()
    assert system("echo here") == "here\n" and not is_left(system, "trace", "cat")


def test_doors_shows_what_waits(system):
    """Its owner's only other thread sleeps."""
    text = system("attack_trace stay > said & sleep 0.1; doors; wait; rm said").partition("\n\n")[2]
    assert ["attack_trace", ">", "8000", "attack_trace"] in [row[1:4] + row[5:] for row in rows(text.partition("[1]")[0])]


def test_doors_shows_whom_a_reader_waits_for(system):
    """A pipe has doors without names."""
    text = system("sleep 1 | cat & sleep 0.1; doors; wait").partition("\n\n")[2]
    assert ["cat", "*", "READ", "pipe"] in [row[1:4] + row[5:] for row in rows(text)]
