# SPDX-License-Identifier: BSD-2-Clause
"""The whole system, as a person has it before them: real keys and a real screen, a serial line, and drivers that die."""

import contextlib
import io
import pathlib
import random
import re
import select
import socket
import subprocess
import sys
import tarfile
import time

import pytest

import states
from lintel.qmp import Qmp

sys.path.insert(0, str(states.ROOT / "grade/front"))
import machine  # noqa: E402

BUILD = states.ROOT / "build"
LIMIT = 60  # seconds of wall time
COLUMNS, ROWS = 80, 25
VGA_TEXT = 0xB8000
CURSOR = 0x0E
TIME = "-icount", "shift=3,sleep=off"
KEYS = {" ": "spc", "\n": "ret", "/": "slash", "-": "minus", ".": "dot", ",": "comma", ">": "shift-dot", "|": "shift-backslash",
        "!": "shift-1"}
POLICY = "allow user system_process read start stop delete copy\n"


def archive(path, policy):
    """The delivered one, with more in its policy."""
    with tarfile.open(BUILD / "initrd.tar") as old, tarfile.open(path, "w", format=tarfile.USTAR_FORMAT) as new:
        for member in old:
            data = old.extractfile(member).read() if member.isfile() else b""
            data += policy.encode() if member.name.endswith("etc/policy") else b""
            member.size = len(data)
            new.addfile(member, io.BytesIO(data))
    return path


class Computer:
    """Its serial line is a socket here, so that one need not read it."""

    def __init__(self, folder, policy=""):
        self.folder, self.said = pathlib.Path(folder), ""
        with contextlib.ExitStack() as stack:
            ends = {name: self._listen(stack, name) for name in ("qmp", "line")}
            images = f"{BUILD / 'pm.elf'},{archive(self.folder / 'initrd.tar', policy)}"
            wires = ("-qmp", "unix:qmp", "-chardev", "socket,path=line,id=line", "-serial", "chardev:line", "-display", "none")
            self._qemu = subprocess.Popen(machine.command(BUILD / "kernel.elf", images, "", *TIME, *wires), cwd=self.folder,
                                          stdin=subprocess.DEVNULL, preexec_fn=machine.die_with_parent)
            self._control, self._line = ends["qmp"].accept()[0], ends["line"].accept()[0]
        self._qmp = Qmp(self._control)

    def _listen(self, stack, name):
        end = stack.enter_context(socket.socket(socket.AF_UNIX))
        end.bind(str(self.folder / name))
        end.listen()
        end.settimeout(LIMIT)
        return end

    def close(self):
        self._qemu.kill()
        self._qemu.wait()
        self._control.close()
        self._line.close()

    # --- The serial line.

    def type(self, text):
        self._line.sendall(text.encode())

    def until(self, pattern):
        """What is said on the line up to there, without what moves a cursor."""
        end = time.monotonic() + LIMIT
        while not (found := re.search(pattern, self.said)):
            assert select.select([self._line], [], [], max(0, end - time.monotonic()))[0], f"no {pattern!r} in {self.said[-2000:]}"
            self.said += self._line.recv(65536).decode().replace("\r", "")
        before, self.said = self.said[:found.end()], self.said[found.end():]
        return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", before)

    # --- Keyboard and screen.

    def press(self, *keys):
        """"shift-a" and so on."""
        for key in keys:
            codes = [{"type": "qcode", "data": code} for code in key.split("-")]
            self._qmp.command("send-key", keys=codes, **{"hold-time": 5})

    def key_in(self, text):
        for c in text:
            self.press(KEYS.get(c) or (f"shift-{c.lower()}" if c.isupper() else c))
            time.sleep(.01)  # the keyboard keeps few keys

    def _ask(self, words):
        return self._qmp.command("human-monitor-command", **{"command-line": words})

    def cells(self):
        """[(character, colours)], row by row."""
        self._ask(f'pmemsave {VGA_TEXT:#x} {COLUMNS * ROWS * 2} "cells"')
        data = (self.folder / "cells").read_bytes()
        return [(chr(data[i]), data[i + 1]) for i in range(0, len(data), 2)]

    def rows(self):
        text = "".join(c for c, _ in self.cells())
        return [text[i:i + COLUMNS].rstrip() for i in range(0, len(text), COLUMNS)]

    def shows(self, pattern, row=None):
        """On the screen, in this row, soon."""
        end = time.monotonic() + LIMIT
        while not re.search(pattern, "\n".join(self.rows()) if row is None else self.rows()[row]):
            assert time.monotonic() < end, f"no {pattern!r} in\n" + "\n".join(self.rows())
            time.sleep(.05)

    def cursor(self):
        """Column and row: outb() and inb() from the monitor."""
        place = 0
        for i in range(2):
            self._ask(f"o /b 0x3d4 {CURSOR + i}")
            place = place << 8 | int(self._ask("i /b 0x3d5").split("=")[1], 16)
        return place % COLUMNS, place // COLUMNS


@contextlib.contextmanager
def computer(folder, policy=""):
    with contextlib.closing(Computer(folder, policy)) as there:
        there.until(r"\$ $")
        there.shows(r"(?m)\$$")
        yield there


@pytest.fixture
def pc(tmp_path):
    with computer(tmp_path) as there:
        yield there


def test_screen(pc):
    """What is typed is there, with the cursor behind it; the line below says which window it is."""
    pc.key_in("echo Hello, World")
    pc.shows(r"(?m)^/ \$ echo Hello, World$")
    row = next(y for y, row in enumerate(pc.rows()) if row.endswith("Hello, World"))
    assert pc.cursor() == (len(pc.rows()[row]), row)
    pc.key_in("\n")
    pc.shows(r"(?m)^Hello, World\n.*\$$")
    assert pc.rows()[-1].split() == "F1 F2* F3* F4* F5 F6 F7 F8 Lintel".split()
    assert pc.cells()[COLUMNS * (ROWS - 1) + 1][1] == 0x0F and pc.cells()[COLUMNS * (ROWS - 1) + 6][1] == 0x74


def test_windows(pc):
    """Each has its own screen; what is new in another is marked until it is shown."""
    pc.key_in("echo first\n")
    pc.shows("(?m)^first$")
    pc.press("f2")
    pc.shows(" F2  ", ROWS - 1)
    assert "first" not in "\n".join(pc.rows())
    pc.key_in("sleep 2\n")
    pc.press("alt-f1")
    pc.shows("(?m)^first$")
    pc.shows(r" F2\* ", ROWS - 1)
    pc.press("f7")
    pc.shows(r"F1   F2\*", ROWS - 1)
    assert not any(pc.rows()[:-1])


def test_scrolls(pc):
    pc.key_in("seq 1 5000\n")
    pc.shows(r"(?m)^4999\n5000\n.*\$$")
    assert pc.rows()[:ROWS - 2] == [str(n) for n in range(4978, 5001)]


def test_interrupt(pc):
    """Ctrl-C ends what runs, in its window only."""
    pc.type("sleep 10000\r")
    pc.key_in("sleep 10000\n")
    pc.shows(r"(?m)^/ \$ sleep 10000$")
    pc.press("ctrl-c")
    pc.shows(r"(?m)^\^C\n.*\$$")
    pc.type("\x03")
    pc.until(r"\^C\n/ \$ $")
    pc.key_in("cat\nhalf a line")
    pc.press("ctrl-c")
    pc.shows(r"(?m)^half a line\^C\n.*\$$")


def test_nothing_is_lost(pc):
    """Of a long text that comes over the serial line faster than it is read."""
    r = random.Random(1)
    lines = ["".join(r.choice("abc defgh") for _ in range(r.randrange(80))) for _ in range(500)]
    pc.type("cat > /pasted\r")
    pc.until("pasted\n")
    pc.type("\r".join(lines) + "\r\x04")
    assert pc.until(r"\n/ \$ $").split("\n")[:-1] == lines
    pc.type("cat /pasted\r")
    pc.until("cat /pasted\n")
    assert pc.until(r"\n/ \$ $").split("\n")[:-1] == lines


def test_nobody_reads_the_line(pc):
    """Whoever writes there waits, and nobody else; nothing is lost either."""
    pc.type("seq 1 60000\r")
    time.sleep(3)
    pc.key_in("echo goes on\n")
    pc.shows("(?m)^goes on$")
    pc.until("60000\n")
    assert pc.until("\n60000\n").split("\n")[:-1] == [str(n) for n in range(1, 60001)]


def number_of(pc, name):
    pc.type("ps\r")
    return re.findall(rf"(?m)^ *(\d+) .* {name}$", pc.until(r"(?m)^.* ps\n/ \$ $"))[-1]


def test_deaths(tmp_path):
    """A driver or the window manager ends, and another one takes its place."""
    with computer(tmp_path, POLICY) as pc:
        pc.key_in(f"kill {number_of(pc, 'serial')}\n")
        pc.until("serial was ended\n")
        pc.type("echo the line\r")
        pc.until(r"\nthe line\n/ \$ $")
        pc.type(f"kill {number_of(pc, 'keyboard')}\r")
        pc.until(r"keyboard was ended\n")
        time.sleep(1)
        pc.key_in("echo keys\n")
        pc.shows("(?m)^keys$")
        pc.type(f"kill {number_of(pc, 'wm')}\r")
        pc.until(r"wm was ended\n")
        pc.until(r"/ \$ $")
        pc.type("echo windows\r")
        pc.until(r"\nwindows\n/ \$ $")
        pc.shows(r"(?m)\$$")
        pc.key_in("echo screen\n")
        pc.shows("(?m)^screen$")
