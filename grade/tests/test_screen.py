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

import picture
import states
from lintel.qmp import Qmp
from terminal_model import Terminal

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


def archive(path, policy, files):
    """The delivered one, with more in its policy, and more files."""
    with tarfile.open(BUILD / "initrd.tar") as old, tarfile.open(path, "w", format=tarfile.USTAR_FORMAT) as new:
        for member in old:
            data = old.extractfile(member).read() if member.isfile() else b""
            data += policy.encode() if member.name.endswith("etc/policy") else b""
            add(new, member, data)
        for name, data in files.items():
            add(new, tarfile.TarInfo(name), data)
    return path


def add(tar, member, data):
    member.size = len(data)
    tar.addfile(member, io.BytesIO(data))


class Computer:
    """Its serial line is a socket here, so that one need not read it."""

    def __init__(self, folder, policy="", files=None):
        self.folder, self.said = pathlib.Path(folder), ""
        with contextlib.ExitStack() as stack:
            ends = {name: self._listen(stack, name) for name in ("qmp", "line")}
            images = f"{BUILD / 'pm.elf'},{archive(self.folder / 'initrd.tar', policy, files or {})}"
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

    def picture(self):
        """The pixels, as a file."""
        self._qmp.command("screendump", filename="picture")
        return (self.folder / "picture").read_bytes()

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
def computer(folder, policy="", files=None):
    with contextlib.closing(Computer(folder, policy, files)) as there:
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


# --- What a person sees: pixels.

PRINTABLE = "".join(map(chr, range(32, 127)))
GLYPHS = "".join(f"{PRINTABLE[at:at + 64]}\n" for at in (0, 64))
COLOURS = "".join(f"\033[{bright};{text};{ground}m{text}/{ground} \033[0m{end}" for bright in (0, 1) for text in range(30, 38)
                  for ground, end in zip(range(40, 48), 7 * [""] + ["\n"]))
MOVES = "\033[12;30Hmoved\033[1;34m\033[7mturned\033[0m\033[95mlight\033[0m\033[12;70H\033[1Kto the end of the line\n"
FILES = {"home/glyphs": GLYPHS, "home/colours": COLOURS, "home/moves": MOVES}


def status_row():
    """The one below the windows: [(character, text, ground)]."""
    names = {n: f" F{n}{'*' if n in (2, 3, 4) else ' '} " for n in range(1, 9)}
    colours = {n: (15, 0) if n == 1 else (4, 7) if n in (2, 3, 4) else (0, 7) for n in names}
    row = [(c, *(colours[n] if i < 4 else (0, 7))) for n, name in names.items() for i, c in enumerate(name)]
    return row + [(c, 0, 7) for c in "Lintel ".rjust(COLUMNS - len(row))]


def session(*names):
    """A terminal that has shown these files, each behind its command, and the prompt."""
    terminal = Terminal()
    for name in names:
        terminal.write(f"/ $ cat {name}\n{FILES[name]}".encode())
    terminal.write(b"/ $ ")
    return terminal


def expected(terminal):
    """[(character, text, ground)] of the whole screen."""
    window = [(chr(cell & 0xFF), cell >> 8 & 15, cell >> 12) for cell in terminal.cells()]
    return window + status_row()


def to_the_eye(cells):
    """Of a blank nobody sees the text's colour; and nothing of a text that has its ground's."""
    return [(" ", None, ground) if c == " " or text == ground else (c, text, ground) for c, text, ground in cells]


def in_memory(pc):
    return [(c, colours & 15, colours >> 4) for c, colours in pc.cells()]


def seen(pc):
    """Cells of pixels, as if there were no cursor."""
    x, y = pc.cursor()
    return picture.without_cursor(picture.cells(pc.picture()), y * COLUMNS + x)


def sees_cursor(pc, x, y):
    """It blinks."""
    end = time.monotonic() + LIMIT
    while not picture.has_cursor(picture.cells(pc.picture())[y * COLUMNS + x]):
        assert time.monotonic() < end, "no cursor is seen"


def shown(pc, *names):
    """The files, on an empty screen, at last: a terminal that shows the same."""
    pc.key_in("clear\n")
    pc.shows(r"^/ \$\n\n")
    for name in names:
        pc.key_in(f"cat {name}\n")
    terminal = session(*names)
    text = "".join(chr(cell & 0xFF) for cell in terminal.cells())
    pc.shows("^" + "\n".join(re.escape(text[at:at + COLUMNS].rstrip()) for at in range(0, len(text), COLUMNS)) + "\n")
    return terminal


def test_pixels(tmp_path):
    """The letters are learnt from a screen with all of them; then each cell is what a terminal shows, and what the memory has."""
    with computer(tmp_path, files={name: text.encode() for name, text in FILES.items()}) as pc:
        letters = expected(shown(pc, "home/glyphs"))
        font = picture.Font(seen(pc), [c for c, *_ in letters])
        for names in (["home/glyphs"], ["home/glyphs", "home/colours"], ["home/glyphs", "home/moves"]):
            terminal = shown(pc, *names)
            assert [font.read(cell) for cell in seen(pc)] == to_the_eye(expected(terminal))
            assert in_memory(pc) == expected(terminal)
            assert pc.cursor() == (terminal.x, terminal.y)
            sees_cursor(pc, *pc.cursor())


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
