# SPDX-License-Identifier: BSD-2-Clause
"""What `make run` shows of doors; the driver of the serial line; threads whose system calls are messages."""

import contextlib
import os
import pathlib
import pty
import random
import re
import select
import subprocess
import sys
import time

import pytest

import states
from lintel import verdict
from lintel.boot import Booter
from lintel.outside import Outside
from test_images import BUILD, KEY, in_bochs, iso  # noqa: F401

PROGRAMS = BUILD / "programs"
RUN = states.ROOT / "grade/front/run.py"
DOORS = "server", "client", "pager", "lazy"
KEYS = "serial", "echo"
LIMIT = 60

BUSY, DEAD, TIME, ABSENT = 0xFF0C, 0xFF0E, 0xFF10, 0xFF07
MESSAGE_FAULT, MESSAGE_TRAP, MESSAGE_PROCESS_ENDED = 0x200, 0x208, 0x228
PROTECTION = 13


@pytest.fixture
def booter():
    with contextlib.ExitStack() as stack:
        yield Booter(states.ROOT, 0, "demo_doors", stack)


# --- The demonstration

SHOWN = r"""
demo:   two processes that talk through a door: a server, which reads out a text, and its client
client: I open the text twice: descriptors 3 and 4 come in the replies
client: through descriptor 3 I read: the message is
client: through descriptor 4 I read: the
client: through descriptor 3 I read: the system call
client: each has its own place in the text, in its cookie: the server need not know me
client: I ask for something that takes for ever
demo:   100 ms later I end the server, in the middle of that call
client: my call failed: ff0e, who served it has ended
demo:   the client knew it [04] ms after the server's end
demo:   two more: one uses memory that it has not got, the other brings it
lazy:   I have no memory at 20000000 and 30000000, and use it
lazy:   it all was there, and right
pager:  36 page faults: 16 new pages of zeros, 16 shared, 4 copied when written
pager:  what I keep is as it was
demo:   all of them deleted, (\d+) KiB free: as at the start
"""


def boot_demo(booter, *names, **options):
    modules = [(name, "") for name in names]
    run = booter("demo", modules=modules, expect_end=False, guest_seconds=10, shift=3, **options).run
    assert (run.kind, run.status) == ("exit", 33), run.console
    return run.console.decode().replace("\r", "")


@pytest.mark.parametrize("path", ["fast=1", "fast=0"])
def test_what_is_shown(booter, path):
    text = boot_demo(booter, *DOORS, cmdline=path)
    assert re.search(SHOWN.strip(), text), text


def test_without_some_programs(booter):
    """What takes two programs is not shown with one."""
    text = boot_demo(booter, "server", "pager", "echo")
    assert re.fullmatch(r"(lintel: .*\n)+(demo: .*\n){2}", text) and "as at the start" in text, text


def test_screen(booter):
    """The memory that comes page by page is in the picture: when the next one is drawn, the last is there."""
    booted = booter.load("demo", gdb=True, shift=3, modules=[(name, "") for name in DOORS])
    o, seen = Outside(booted, guest_seconds=10), ""
    while not re.search(r"1 lazy .* 20000 16w  30000 \d+r .*2 pager ", seen):
        o.run_to_program("memview_draw")
        seen = booted.machine.read_physical(0xB8000, 4000)[::2].decode("latin-1")
        o.run_to_program("draw_process")


def images(*names):
    return ",".join(str(PROGRAMS / f"{name}.elf") for name in names)


RUN_KEYS = [sys.executable, RUN, "--modules", images("demo", *KEYS), "--append", ""]


@pytest.mark.parametrize("keys, said", [
    (b"hello\nthis is Lintel\x04", "echo:   hello\necho:   this is Lintel\necho:   lines: 2, characters: 19\n"),
    (b"\x04", "echo:   lines: 0, characters: 0\n"),
    (b"no end\n", "echo:   no end\n"),
    (b"".join(b"line %d\r" % i for i in range(400)) + b"\x04",
     "".join(f"echo:   line {i}\n" for i in range(400)) + "echo:   lines: 400, characters: 3090\n"),
], ids=["lines", "nothing", "no-end", "much"])
def test_a_pipe_types(keys, said):
    done = subprocess.run(RUN_KEYS, input=keys, cwd=states.ROOT, env=states.clean_environment(), timeout=LIMIT,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    text = done.stdout.decode().replace("\r", "")
    assert done.returncode == 0 and "echo:   type something; Ctrl-D ends it\n" + said in text, text
    assert ("as at the start" in text) == (b"\x04" in keys)


def at_terminal(command, prompt, keys):
    """What a person sees who types the keys, one after the other, when the prompt has come."""
    pid, terminal = pty.fork()
    if pid == 0:
        os.execve(command[0], [str(word) for word in command], states.clean_environment(TERM="dumb"))
    seen, end = b"", time.monotonic() + LIMIT
    with contextlib.suppress(OSError):  # the end
        while time.monotonic() < end:
            if select.select([terminal], [], [], 0.2)[0]:
                seen += os.read(terminal, 4096)
            elif prompt in seen and keys:
                os.write(terminal, keys.pop(0))
    os.close(terminal)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), seen.decode().replace("\r", "")


def test_a_person_types():
    status, text = at_terminal(RUN_KEYS, b"Ctrl-D ends", [b"h", b"i\r", b"you", b"\x04"])
    assert status == 0 and "echo:   hi\necho:   you\necho:   lines: 2, characters: 5\n" in text, text


# --- The driver

BURST = 5000
RING = 1024  # bytes that the driver has room for


def typed(count):
    """Any bytes but the END, which is last."""
    data = random.Random(f"typed:{count}").randbytes(count - 1)
    return data.replace(b"\x04", b"\x05") + b"\x04"


def fnv(data):
    value = 0x811C9DC5
    for byte in data:
        value = (value ^ byte) * 0x01000193 & 0xFFFFFFFF
    return f"{value:x}"


def type_to(booter, act, data):
    """The program's act, with a serial line on which the data comes as fast as the driver takes it."""
    booted = booter.load("driver", act, modules=[("serial", "")], gdb=True, shift=2)
    Outside(booted, guest_seconds=20).run_to("call_process_vector")
    (booted.machine.dir / "typed").write_bytes(data)
    line = {"type": "file", "data": {"in": "typed", "out": "com1", "append": True}}
    booted.machine.qmp("chardev-change", id="com1", backend=line)
    report = booted.go(20).report
    assert set(report.all("start")) == {"0"} and not report.all("error")
    return report


def amount(report, name):
    count, hash, _ = report.get(name).split()
    return int(count), hash


@pytest.mark.parametrize("act, count", [("burst", BURST), ("slow", BURST), ("one", BURST), ("burst", 1), ("one", 40)])
def test_nothing_is_lost(booter, act, count):
    """All at once, or read after a while, by when the line has to wait; or byte by byte."""
    data = typed(count)
    report = type_to(booter, act, data)
    assert amount(report, act) == (count, fnv(data)) and report.get("held", "0") == "0"


def test_many_readers(booter):
    """Each gets a byte, in the order of their coming. There are places for eight; 0, 3 and 4 do not live to see it."""
    data = typed(BURST)
    report = type_to(booter, "crowd", data)
    seen = dict(enumerate(report.all("crowd")))
    assert seen.pop(8) == "2 0"
    assert [seen.pop(i) for i in (0, 3, 4)] == ["0 0"] * 3
    assert [seen[i] for i in (1, 2, 5, 6, 7, 9)] == [f"0 {byte:x}" for byte in data[:6]]


def test_the_next_driver_goes_on(booter):
    """Only what the dead one had taken in is lost."""
    data = typed(BURST)
    report = type_to(booter, "again", data)
    (first, one), (second, other) = amount(report, "first"), amount(report, "second")
    assert first >= 1500 and 0 <= len(data) - first - second <= RING
    assert (one, other) == (fnv(data[:first]), fnv(data[-second:]))


def test_driver_that_never_says_it_is_done(booter):
    """No message before it is; and the interrupt comes again for who binds it next."""
    data = typed(100)
    report = type_to(booter, "notdone", data)
    assert report.all("irq") == ["4d", f"{TIME:x}", "4d"]
    assert amount(report, "after") == (len(data), fnv(data))


def test_who_waits_for_input_hears_of_the_drivers_end(booter):
    report = booter("driver", "dies", modules=[("serial", "")]).report
    assert report.get("waits") == "0"
    error, after = report.get("died").split()
    assert error == f"{DEAD:x}" and int(after) <= 4


def test_driver_without_ports(booter):
    report = booter("driver", "noports", modules=[("serial", "")]).report
    assert report.get("start") == "0"
    assert report.get("fault") == f"{MESSAGE_FAULT:x} 5 {PROTECTION:x}"
    assert report.get("last") == f"{MESSAGE_PROCESS_ENDED:x} 5"
    assert report.get("read") == f"{DEAD:x}"


# --- Sandboxes

STACK = 4096
FLAGS = 0x8D5  # what the program sets of EFLAGS
ALWAYS = 0x202  # what there is in any case


def hexes(*words):
    return " ".join(f"{word & 0xFFFFFFFF:x}" for word in words)


WAYS = [("linux", 0x80), ("lintel", 0x40), ("sysenter", 0x100)]


@pytest.mark.parametrize("way, vector", WAYS)
def test_ways_in(booter, way, vector):
    booted = booter("sandbox", "ways")
    check_way(booted.report, booted.params, way, vector)


def test_ways_in_bochs(iso, tmp_path):  # noqa: F811
    """As real processors do, it sets RF when `int` faults."""
    _, lines = in_bochs(iso(f"{PROGRAMS / 'sandbox.elf'} ways"), tmp_path)
    for way, vector in WAYS:
        check_way(verdict.parse(lines, KEY), [0] * 16, way, vector)


def check_way(report, p, way, vector):
    """Each is a message and no call; the registers are those of the thread, and then those of the reply."""
    lines = iter(report.all(way))
    head, registers, end = next(lines), next(lines).split(), next(lines).split()
    assert head == hexes(MESSAGE_TRAP, 1, vector)
    edi, _, ebp, ebx, edx, ecx, eax = (int(word, 16) for word in registers)
    assert (eax, ebx, edi, ebp) == (0xC3, 1, 0x400400, p[0])
    assert end[:2] == ["2", "0"]
    if way != "sysenter":  # which keeps neither ECX and EDX nor the flags
        assert (ecx, edx, int(end[2], 16)) == (p[1], p[2], p[3] & FLAGS | ALWAYS)
    for number in (1, 2):  # what the replies have made of it
        assert next(lines) == hexes(MESSAGE_TRAP, 1, 0x80 + number)
        assert next(lines) == hexes(*p[4:11])
        assert next(lines) == hexes(2 + 2 * number, 0, p[11] & FLAGS | ALWAYS)
    assert next(lines, None) is None


def test_thread_in_a_sandbox(booter):
    report = booter("sandbox", "ways").report
    assert set(report.all("sandbox") + report.all("write") + report.all("read")) == {"0"}
    assert report.all("busy") == [f"{BUSY:x}"] * 3
    assert report.all("ended") == [f"{DEAD:x}"] * 3


def test_receiver_that_lost_its_page(booter):
    report = booter("sandbox", "lost").report
    assert report.get("receiver") == f"{ABSENT:x}"
    assert report.all("lost") == [hexes(MESSAGE_TRAP, 1, 0x80), hexes(0, 0, 0, 0, 0, 0, 0x10), hexes(2, 0, ALWAYS)]


def test_nobody_answers(booter):
    """The door is dead: the thread ends, in a system call or at its next one."""
    booted = booter("sandbox", "dead")
    assert [booted.report.get("served"), booted.report.get("before")] == [f"{DEAD:x}"] * 2
    assert len(re.findall(rb"thread \d: nobody answers for its system call at", booted.run.console)) == 2


def test_another_vector(booter):
    """`int 0x80` calls the kernel; `int 0x40` is a fault there, at the instruction; SYSENTER is as ever."""
    report = booter("sandbox", "vector").report
    assert report.get("vector") == "0"
    assert report.all("fault") == [hexes(PROTECTION, 0x40 << 3 | 2, 0)]
    assert report.get("last") == hexes(MESSAGE_PROCESS_ENDED)
    assert report.get("clock") == "0 0"
    times = [int(word) for word in report.get("times").split()]
    assert times == sorted(times) and 0 < times[0] and times[2] - times[0] < 100


# --- A program for Linux

PRIMES = """arguments: 1
my number is above zero: 1
bytes of new memory: 10000
primes in it: 1229
error of a write to no file: 9
error of a write of no memory: 14
error of no call: 38
"""
PRIMES_FILE = PROGRAMS / "linux-primes.elf"


def test_linux_program(booter):
    booted = booter("emulate", modules=[("linux-primes", "")])
    console = booted.run.console.decode().replace("\r", "")
    assert console.endswith("lintel: root process starts\n" + PRIMES), console
    assert booted.report.get("status") == "1229" and booted.report.get("bytes") == str(len(PRIMES))
    assert booted.report.get("thread") == f"{DEAD:x}" and not booted.report.all("strange")


def test_linux_program_on_linux():
    """The same file does the same where it belongs."""
    try:
        done = subprocess.run([PRIMES_FILE], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True, timeout=LIMIT)
    except OSError as error:
        pytest.skip(f"this machine runs no programs for the i386: {error}")
    assert (done.returncode, done.stdout) == (1229 & 0xFF, PRIMES)


def test_linux_program_needs_nothing_of_lintel():
    source = pathlib.Path(states.ROOT / "user/linux/primes.asm").read_text()
    assert "%include" not in source and "extern" not in source
