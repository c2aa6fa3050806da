# SPDX-License-Identifier: BSD-2-Clause
"""The window manager on the host, under sanitizers: its terminal, its lines and its keys, any input, and models that say what is right.

LINTEL_LONG=1 goes on for minutes.
"""

import random
import resource
import struct
import subprocess
import tempfile

import pytest

import line_model
import terminal_model
from test_host import FLAGS, HOST, KERNEL, LONG, ROOT, run
from wm_bugs import BUGS

WM = ROOT / "user/wm"
FILES = ["screen.c", "vt100.c", "control.c", "colours.c", "line.c", "keys.c", "status.c"]
INCLUDE = [f"-I{KERNEL}", f"-I{ROOT / 'pm'}", "-iquote", ROOT / "user", "-iquote", ROOT / "user/lib", "-iquote", WM]
CELLS = terminal_model.COLUMNS * terminal_model.ROWS
OUTCOME = struct.Struct(f"<{CELLS}H4BI")
ROUNDS = 100 if LONG else 1
SECONDS = 20 * ROUNDS


def compiled(*words):
    done = run("gcc", *FLAGS, *words, timeout=120)
    assert done.returncode == 0, done.stdout


def compile_part(source, to):
    compiled("-ffreestanding", *INCLUDE, "-c", source, "-o", to)


@pytest.fixture(scope="session")
def objects(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wm")
    compiled(*INCLUDE, "-c", HOST / "terminal.c", "-o", folder / "terminal.o")
    for name in FILES:
        compile_part(WM / name, folder / f"{name}.o")
    return folder


@pytest.fixture
def program(objects, tmp_path):
    def linked(instead=None):
        parts = [objects / "terminal.o", *(objects / f"{name}.o" for name in FILES)]
        if instead:
            compile_part(instead, tmp_path / "tried.o")
            parts[1 + FILES.index(instead.name)] = tmp_path / "tried.o"
        compiled(*parts, "-o", tmp_path / "program")
        return tmp_path / "program"
    return linked


def limited():
    """What never ends is ended."""
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 26, 1 << 26))


def through(program, part, data):
    """What comes out of `host/terminal.c`; a crash, or a sanitizer's word, is an AssertionError."""
    with tempfile.TemporaryFile() as out:
        done = subprocess.run([program, part], input=data, stdout=out, stderr=subprocess.PIPE, preexec_fn=limited, check=False)
        assert done.returncode == 0, done.stderr.decode(errors="replace")
        out.seek(0)
        return out.read()


# --- The terminal.

NUMBERS = [0, 1, 2, 3, 5, 7, 8, 12, 22, 23, 24, 25, 27, 30, 31, 34, 37, 39, 44, 47, 49, 79, 80, 81, 91, 97, 500, 65541]
FINALS = "ABCDEFGHJKLMPSTXdfrsuhl@z" + 5 * "m" + 5 * "H"


def parameters(r):
    count = r.choice([0, 1, 1, 2, 2, 3, 16, 17])
    return ";".join(str(r.choice(NUMBERS)) if r.random() < .9 else "" for _ in range(count))


def piece(r):
    kind = r.random()
    if kind < .3:
        return bytes(r.randint(32, 255) for _ in range(r.choice([1, 3, 10, 79, 80, 85])))
    if kind < .5:
        return r.choice([b"\n", b"\r", b"\b", b"\t", b"\n\n\n", b"\b \b", b"\a", b"\x18", b"\x1a"])
    if kind < .88:
        return b"\033[" + (b"?" if r.random() < .05 else b"") + (parameters(r) + r.choice(FINALS)).encode()
    if kind < .92:
        return b"\033[?25" + r.choice([b"h", b"l"])
    if kind < .96:
        return b"\033" + r.choice([b"7", b"8", b"D", b"E", b"M", b"c", b"(B", b"Q", b"[2\n;3H", b"[5", b"["])
    return bytes(r.randrange(256) for _ in range(r.randint(1, 8)))


def stream(seed):
    r = random.Random(seed)
    return b"".join(piece(r) for _ in range(r.choice([1, 5, 60])))


SAID = [b"plain", b"\033[2J\033[H", b"x" * 81 + b"\b\b\b", b"\n" * 30 + b"last",
        b"above\033[24Hbelow\033[5;10r\033[10Hlow\n\n\033[5H\033M\033Mhigh", b"\033[7mback\033[0m front",
        b"\033[5;10r\033[6H\033[99Bx\033[99Ax\033[2H\033[99Bx\033[20H\033[99Ax", b"x" * 200 + b"\033[2;10H\033[1J", b"\033[65541Cx"]


def check_terminal(program):
    cases = SAID + [stream(seed) for seed in range(1500 * ROUNDS)]
    out = through(program, "screen", b"".join(struct.pack("<I", len(c)) + c for c in cases))
    assert len(out) == len(cases) * OUTCOME.size
    for case, outcome in zip(cases, OUTCOME.iter_unpack(out)):
        model = terminal_model.Terminal()
        model.write(case[:-1])
        before = list(map(tuple, model.rows))
        model.write(case[-1:])
        *cells, x, y, full, hidden, changed = outcome
        assert cells == model.cells(), case
        assert (x, y, full, hidden) == (model.x, model.y, model.full, model.hidden), case
        for number, row in enumerate(map(tuple, model.rows)):
            assert row == before[number] or changed >> number & 1, case


# --- Lines.

TYPED = [b"a", b"b", b" ", b" ", b"word", b"\n", b"\r", b"\b", b"\x7f", b"\x17", b"\x15", b"\x04", b"\x03", b"\t", b"\0",
         "\u00e4".encode(), "\u20ac".encode(), b"\x80", b"\033[A", b"\033OP", b"\033[3~", b"\033x", b"\033", b"\033["]


def said(text):
    """As commands(): somebody types this, and it is read."""
    model = line_model.Line()
    for c in text:
        model.type(bytes([c]))
    model.edit()
    model.read(100, False, True)
    return b"".join(b"t" + bytes([c]) for c in text) + b"eC" + struct.pack("<I", 100), model.out


def commands(r):
    """For host/terminal.c; and what they do to the model."""
    data, model = b"", line_model.Line()
    some = r.sample(TYPED, r.randint(1, 8)) + [b"a"]
    for _ in range(r.choice([5, 50, 400])):
        kind = r.random()
        if kind < .6:
            for c in r.choice(some) * r.choice([1, 1, 2, 5] if r.random() < .95 else [1100, 5000]):
                data += b"t" + bytes([c])
                model.type(bytes([c]))
        elif kind < .8:
            data += b"e"
            model.edit()
        elif kind < .98:
            room, raw, take = r.choice([1, 2, 3, 7, 4000]), r.random() < .3, r.random() < .8
            data += ("CcRr"[2 * raw + (not take)]).encode() + struct.pack("<I", room)
            model.read(room, raw, take)
        else:
            data += b"d"
            model.drop()
    return data, model.out


def check_lines(program):
    cases = [said(text) for text in (b"ab\033\x7f\n", b"a\033[\n", b"one two  \x17\r")]
    cases += [commands(random.Random(seed)) for seed in range(150 * ROUNDS)]
    out = through(program, "line", b"n".join(data for data, _ in cases))
    for data, wanted in cases:
        got, out = out[:len(wanted)], out[len(wanted):]
        assert got == wanted, data


# --- Keys.

SHIFT, RIGHT_SHIFT, CTRL, ALT, CAPS, NUM = "\x2a", "\x36", "\x1d", "\x38", "\x3a", "\x45"
ROWS_OF_KEYS = [(0x02, "1234567890-=", "!@#$%^&*()_+"), (0x10, "qwertyuiop[]", "QWERTYUIOP{}"), (0x1e, "asdfghjkl;'`", 'ASDFGHJKL:"~'),
                (0x2b, "\\zxcvbnm,./", "|ZXCVBNM<>?"), (0x39, " ", " "), (0x37, "*", "*")]
CODES = {c: chr(first + i) for first, plain, _ in ROWS_OF_KEYS for i, c in enumerate(plain)}
CODES_SHIFTED = {c: chr(first + i) for first, _, shifted in ROWS_OF_KEYS for i, c in enumerate(shifted)}


def up(code):
    return code[:-1] + chr(ord(code[-1]) | 0x80)


def held(key, codes):
    return key + codes + up(key)


TEXT = "The quick brown fox, 12 of them..."

# what comes from the keyboard, what it means; a window is a number
KEYS = [
    *((code, c) for c, code in CODES.items()),
    *((held(SHIFT, code), c) for c, code in CODES_SHIFTED.items()),
    *((held(RIGHT_SHIFT, code), c) for c, code in CODES_SHIFTED.items()),
    *((held(CTRL, CODES[chr(c + 96)]), chr(c)) for c in range(1, 27)),
    *((chr(0x3b + i), i + 1) for i in range(8)),
    *((held(ALT, chr(0x3b + i)), i + 1) for i in range(8)),
    *((up(code), "") for code in CODES.values()),
    ("\x01\x0e\x0f\x1c", "\033\x7f\t\n"),
    (held("\xe0\x1d", CODES["c"]) + CODES["c"], "\x03c"),
    (held(CTRL, CODES["["] + CODES["\\"] + CODES["]"] + CODES[" "] + CODES["1"] + "\x0e"), "\033\x1c\x1d\x001\x7f"),
    (held(CTRL, held(SHIFT, CODES["-"] + CODES["6"] + CODES["2"])), "\x1f\x1e\0"),
    (held(ALT, CODES["x"]) + held("\xe0\x38", CODES["y"]) + CODES["z"], "\033x\033yz"),
    (CAPS + up(CAPS) + CODES["a"] + CODES["1"] + held(SHIFT, CODES["a"]), "A1a"),
    (CAPS * 4 + up(CAPS) + CODES["a"] + CAPS + up(CAPS) + CODES["a"], "Aa"),
    (SHIFT + RIGHT_SHIFT + up(SHIFT) + CODES["a"] + up(RIGHT_SHIFT) + CODES["a"], "Aa"),
    ("\xe0\x48\xe0\x50\xe0\x4d\xe0\x4b", "\033[A\033[B\033[C\033[D"),
    ("\xe0\x47\xe0\x4f\xe0\x53\xe0\x52", "\033[H\033[F\033[3~\033[2~"),
    ("\xe0\x49\xe0\x51", "\033[5~\033[6~"),
    ("\xe0\x2a\xe0\x48\xe0\xc8\xe0\xaa" + CODES["a"], "\033[Aa"),  # keyboards that send shifts of their own
    ("\xe0\x2a" + CODES["a"] + "\xe0\x36" + CODES["a"] + held(SHIFT, "\xe0\xaa" + CODES["a"]), "aaA"),
    ("\xe0\x45\x48", "8"),
    (held(SHIFT, "\xe0\x48" + CODES["a"]), "\033[AA"),
    ("\x47\x48\x49\x4a\x4b\x4c\x4d\x4e\x4f\x50\x51\x52\x53", "789-456+1230."),
    (NUM + up(NUM) + "\x47\x48\x49\x4a\x4b\x4c\x4d\x4e\x4f", "\033[H\033[A\033[5~-\033[D\033[C+\033[F"),
    (NUM + up(NUM) + held(SHIFT, "\x48") + held(SHIFT, "\xe0\x48"), "8\033[A"),
    (held(SHIFT, "\x48"), "\033[A"),
    ("\xe0\x1c\xe0\x35" + held(SHIFT, "\xe0\x35"), "\n//"),
    ("\xe1\x1d\x45\xe1\x9d\xc5" + CODES["c"] + "\x47", "c7"),  # Pause
    ("\x43\x44\x57\x58", "\033[20~\033[21~\033[23~\033[24~"),
    ("\x54\x55\x56\x59\x7f\xfa\xff\0\xe0\x5b\xe0\x45\xe0\x3a\xe0\x1e\xe0\x3b\xe0\xe0\x48" + CODES["a"], "\033[Aa"),
    ("\xe0\xe1\x1d\x45" + CODES["a"], "a"),
    ("".join(CODES[c] if c in CODES else held(SHIFT, CODES_SHIFTED[c]) for c in TEXT), TEXT),
]


def meaning(out):
    """The text of all keys; or the window."""
    text, window = b"", 0
    while out:
        window, text, out = out[0] or window, text + out[2:2 + out[1]], out[2 + out[1]:]
    return window or text.decode("latin1")


def check_keys(program):
    for codes, wanted in KEYS:
        assert meaning(through(program, "keys", codes.encode("latin1"))) == wanted, codes
    out = through(program, "keys", random.Random(1).randbytes(100_000 * ROUNDS))
    while out:
        assert out[0] <= 8 and out[1] <= 6
        out = out[2 + out[1]:]


# --- The line below the windows.

def status(shown, unseen):
    cells = []
    for n in range(1, 9):
        new = unseen >> n & 1
        colours = 0x0f if n == shown else 0x74 if new else 0x70
        cells += [colours << 8 | ord(c) for c in f" F{n}{'*' if new else ' '}"] + [0x7020]
    rest = f"{'Lintel ':>{terminal_model.COLUMNS - len(cells)}}"
    return cells + [0x7000 | ord(c) for c in rest]


def check_status(program):
    cases = [(shown, unseen) for shown in range(1, 9) for unseen in (0, 1, 2, 0x100, 0x1fe, 0x155)]
    out = through(program, "status", b"".join(struct.pack("<II", *case) for case in cases))
    for case, row in zip(cases, struct.iter_unpack(f"<{terminal_model.COLUMNS}H", out), strict=True):
        assert list(row) == status(*case), case


CHECKS = {"screen.c": check_terminal, "vt100.c": check_terminal, "control.c": check_terminal, "colours.c": check_terminal,
          "line.c": check_lines, "keys.c": check_keys, "status.c": check_status}


@pytest.mark.timeout(3600)
@pytest.mark.parametrize("check", [check_terminal, check_lines, check_keys, check_status])
def test_against_model(check, program):
    check(program())


@pytest.mark.parametrize("file, old, new", [pytest.param(f, *c, id=f"{f}: {why}") for f, why, *c in BUGS])
def test_bug_is_found(file, old, new, program, tmp_path):
    text = (WM / file).read_text()
    assert text.count(old) == 1
    (tmp_path / file).write_text(text.replace(old, new))
    with pytest.raises(AssertionError):
        CHECKS[file](program(tmp_path / file))
