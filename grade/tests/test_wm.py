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

WM = ROOT / "user/wm"
FILES = ["screen.c", "vt100.c", "control.c", "colours.c", "line.c", "keys.c", "status.c"]
INCLUDE = [f"-I{KERNEL}", f"-I{ROOT / 'pm'}", "-iquote", ROOT / "user", "-iquote", ROOT / "user/lib", "-iquote", WM]
CELLS = terminal_model.COLUMNS * terminal_model.ROWS
OUTCOME = struct.Struct(f"<{CELLS}H4BI")
ROUNDS = 100 if LONG else 1
SECONDS = 20 * ROUNDS

# file, what it does wrong, the text that stands there once, the text instead
BUGS = [
    ("screen.c", "row not marked", "    s->changed |= 1u << y;\n", ""),
    ("screen.c", "scrolled rows not marked", "    s->changed |= ALL_ROWS;\n}\n\nvoid\nscreen_scroll_down", "}\n\nvoid\nscreen_scroll_down"),
    ("screen.c", "rows scrolled back not marked", "    s->changed |= ALL_ROWS;\n}\n\nvoid\nscreen_feed(", "}\n\nvoid\nscreen_feed("),
    ("screen.c", "cleared without colours", "cell[i] = s->attribute << 8 | ' ';", "cell[i] = NORMAL << 8 | ' ';"),
    ("screen.c", "one cell not cleared", "for (uint32_t i = 0; i < count; i++)\n        cell", "for (uint32_t i = 1; i < count; i++)\n        cell"),
    ("screen.c", "nothing saved at first", "    s->saved.colours = s->colours;\n", ""),
    ("screen.c", "behind the last column", "least(x, COLUMNS - 1)", "least(x, COLUMNS)"),
    ("screen.c", "behind the last row", "least(y, ROWS - 1);\n    s", "least(y, ROWS);\n    s"),
    ("screen.c", "before the first column", "x < 0 ? 0 : least(x,", "least(x,"),
    ("screen.c", "row is still full after a movement", "least(y, ROWS - 1);\n    s->cursor.full = false;\n", "least(y, ROWS - 1);\n"),
    ("screen.c", "up out of what scrolls", "y >= s->top ? s->top : 0", "0"),
    ("screen.c", "up into what scrolls", "y >= s->top ? s->top : 0", "y > s->top ? s->top : 0"),
    ("screen.c", "down out of what scrolls", "y <= s->bottom ? s->bottom : ROWS - 1", "ROWS - 1"),
    ("screen.c", "scrolls farther than it can", "for (count = least(count, last - first + 1); count; count--) {\n        uint8_t place = s->place[first];",
     "for (; count; count--) {\n        uint8_t place = s->place[first];\n        if (count > 500) __builtin_trap();"),
    ("screen.c", "row is lost", "        s->place[last] = place;\n", ""),
    ("screen.c", "row that comes is not empty", "        s->place[last] = place;\n        clear(s, s->cell[place], COLUMNS);\n", "        s->place[last] = place;\n"),
    ("screen.c", "row that comes back is not empty", "        s->place[first] = place;\n        clear(s, s->cell[place], COLUMNS);\n", "        s->place[first] = place;\n"),
    ("screen.c", "scrolls everything", "screen_scroll_up(s, s->top, s->bottom, 1)", "screen_scroll_up(s, 0, ROWS - 1, 1)"),
    ("screen.c", "scrolls everything back", "screen_scroll_down(s, s->top, s->bottom, 1)", "screen_scroll_down(s, 0, ROWS - 1, 1)"),
    ("screen.c", "never scrolls back", "if (s->cursor.y == s->top)", "if (s->cursor.y == 0 && s->top == 0)"),
    ("screen.c", "full row goes on", "    if (s->cursor.full) {\n        screen_feed(s);\n        s->cursor.x = 0;\n    }\n", ""),
    ("screen.c", "next row begins where the last ended", "        screen_feed(s);\n        s->cursor.x = 0;\n    }", "        screen_feed(s);\n    }"),
    ("screen.c", "last column goes to the next row at once", "        s->cursor.full = true;\n", "        screen_feed(s), s->cursor.x = 0;\n"),
    ("screen.c", "last column taken back is the one before", "    if (c.full)\n        s->cursor.full = false;\n    else if (c.x > 0)", "    s->cursor.full = false;\n    if (c.x > 0)"),
    ("screen.c", "not back to the row above", "    else if (c.y > 0)\n        screen_move(s, COLUMNS - 1, c.y - 1);\n", ""),
    ("screen.c", "tab stays", "(s->cursor.x | 7) + 1", "(s->cursor.x + 7 | 7)"),
    ("screen.c", "only one row cleared", "for (; y < end_y; y++, x = 0)", "for (; y < end_y; y = end_y, x = 0)"),
    ("screen.c", "each row from the same column", "y++, x = 0)", "y++)"),
    ("screen.c", "last cell not cleared", "end_x + 1 - x", "end_x - x"),
    ("screen.c", "inserts farther than the row", "    count = least(count, room);\n    memmove(cell + count", "    memmove(cell + count"),
    ("screen.c", "deletes farther than the row", "    count = least(count, room);\n    memmove(cell, cell + count", "    memmove(cell, cell + count"),
    ("screen.c", "inserts what was there", "    clear(s, cell, count);\n", ""),
    ("screen.c", "deleted at the wrong end", "clear(s, cell + room - count, count)", "clear(s, cell, count)"),
    ("vt100.c", "sequence never ends", "    s->control.state = TEXT;\n    if (s->control.strange)\n        return;\n    if (!s->control.question)", "    if (s->control.strange)\n        return;\n    if (!s->control.question)"),
    ("vt100.c", "strange sequence is done", "    if (s->control.strange)\n        return;\n    if (!s->control.question)", "    if (!s->control.question)"),
    ("vt100.c", "question is an order", "if (!s->control.question)", "if (1)"),
    ("vt100.c", "cursor always there", "s->hidden = c == 'l'", "s->hidden = false"),
    ("vt100.c", "any mode is the cursor's", "s->control.value[0] == 25 && ", ""),
    ("vt100.c", "question stays", "    s->control.question = false;\n", ""),
    ("vt100.c", "number of the sequence before", "    s->control.value[0] = 0;\n", ""),
    ("vt100.c", "number that wraps", "*value * 10 + c - '0' > NUMBER_MAX ? NUMBER_MAX : *value * 10 + c - '0'", "*value * 10 + c - '0'"),
    ("vt100.c", "numbers without end", " && s->control.count < PARAMETERS", ""),
    ("vt100.c", "one number too few", "s->control.count < PARAMETERS", "s->control.count < PARAMETERS - 1"),
    ("vt100.c", "next number of the sequence before", "s->control.value[s->control.count++] = 0;", "s->control.count++;"),
    ("vt100.c", "unknown signs are digits", "    else\n        s->control.strange = true;\n", ""),
    ("vt100.c", "strange for ever", "        s->control.strange = false;\n", ""),
    ("vt100.c", "CAN does not end a sequence", "c == CAN || c == SUB", "c == SUB"),
    ("vt100.c", "DEL is shown", "    else if (c == DEL)\n        return;\n", ""),
    ("vt100.c", "digits are characters", " && c < '@'", " && c < '9'"),
    ("vt100.c", "ESC ( B shows a B", "    else if (c < '0')\n        s->control.strange = true;\n", ""),
    ("vt100.c", "line feed only", "        screen_new_line(s);", "        screen_feed(s);"),
    ("vt100.c", "last byte forgotten", "i < size", "i + 1 < size"),
    ("control.c", "0 times", "return value ? value : 1;", "return value;"),
    ("control.c", "place not saved", "    s->saved.cursor = s->cursor;\n", ""),
    ("control.c", "colours not saved", "    s->saved.colours = s->colours;\n", ""),
    ("control.c", "colours restored, but not used", "    screen_colour(s, NULL, 0);\n", ""),
    ("control.c", "clears not the cursor's cell", "screen_clear(s, 0, 0, c.x, c.y)", "screen_clear(s, 0, 0, c.x ? c.x - 1 : 0, c.y)"),
    ("control.c", "clears with any number", "    else if (which == 2)\n", "    else\n"),
    ("control.c", "clears a row with any number", "    if (which <= 2)\n", ""),
    ("control.c", "clears behind the row", "end < COLUMNS ? end : COLUMNS - 1", "end"),
    ("control.c", "moves rows that do not scroll", "    if (s->cursor.y < s->top || s->cursor.y > s->bottom)\n        return;\n", ""),
    ("control.c", "moves all rows", "(s, s->cursor.y, s->bottom, times(s, 0))", "(s, s->top, s->bottom, times(s, 0))"),
    ("control.c", "not to the beginning", "times(s, 0));\n    screen_move(s, 0, s->cursor.y);\n", "times(s, 0));\n"),
    ("control.c", "one row scrolls", "top >= bottom || ", "top > bottom || "),
    ("control.c", "rows behind the last scroll", " || bottom > ROWS", ""),
    ("control.c", "scrolls one row more", "s->top = top - 1;", "s->top = top - 1 ? top - 2 : 0;"),
    ("control.c", "stays when what scrolls is set", "    s->bottom = bottom - 1;\n    screen_move(s, 0, 0);\n", "    s->bottom = bottom - 1;\n"),
    ("control.c", "F is E", "if (c == 'A' || c == 'F')", "if (c == 'A')"),
    ("control.c", "column and row are one", "screen_move(s, times(s, 1) - 1, n - 1)", "screen_move(s, n - 1, times(s, 1) - 1)"),
    ("control.c", "E stays in its column", "c == 'E' || c == 'F')\n        s->cursor.x", "c == 'F')\n        s->cursor.x"),
    ("control.c", "D is no E", "        screen_feed(s);\n    else if (c == 'E')", "        screen_new_line(s);\n    else if (c == 'E')"),
    ("control.c", "n of the first only", "i < s->control.count ? s->control.value[i] : 0", "s->control.value[i]"),
    ("colours.c", "red is blue", "(colour & 1) << 2 | (colour >> 2 & 1)", "(colour & 5)"),
    ("colours.c", "light is dark", " | (colour & BRIGHT);", ";"),
    ("colours.c", "ground blinks", "to_vga(ground & 7)", "to_vga(ground)"),
    ("colours.c", "bright for ever", "value == 1 || value == 2 || value == 22", "value == 1 || value == 2"),
    ("colours.c", "reverse twice is not", "c->reverse = value == 7;", "c->reverse = !c->reverse;"),
    ("colours.c", "no end of colours", "else if (value == 39)\n        c->text = TEXT;\n", "else if (0)\n        c->text = TEXT;\n"),
    ("colours.c", "grey is no colour", "value <= 37", "value < 37"),
    ("colours.c", "last colour does not count", "i < count", "i + 1 < count || i == 0"),
    ("line.c", "DEL as it is", " || c == DEL;\n}", ";\n}"),
    ("line.c", "half a character", "is_inner(c) && l->size > 0", "0"),
    ("line.c", "before the line", "is_inner(c) && l->size > 0", "is_inner(c)"),
    ("line.c", "two columns, one taken back", "is_control(c) ? 2 : 1", "1"),
    ("line.c", "word with spaces stays", "    while (l->size > 0 && ends_with_space(l))\n        take_back(l);\n", ""),
    ("line.c", "word before the line", "while (l->size > 0 && !ends", "while (!ends"),
    ("line.c", "no room for the end", "l->size == TEXT_MAX - 1", "l->size == TEXT_MAX"),
    ("line.c", "one place unused", "l->size == TEXT_MAX - 1", "l->size == TEXT_MAX - 2"),
    ("line.c", "line without its end", "    l->text[l->size++] = '\\n';\n", ""),
    ("line.c", "end not shown", "    l->complete = true;\n    l->show(l, \"\\n\", 1);\n", "    l->complete = true;\n"),
    ("line.c", "arrows are text", "    if (is_escape(l, c))\n        return;\n", ""),
    ("line.c", "letter behind ESC O", "c == '[' || c == 'O' ?", "c == '[' ?"),
    ("line.c", "sequence ends at its first number", "l->escape = c < '@' ? IN_SEQUENCE : NO_ESCAPE", "l->escape = NO_ESCAPE"),
    ("line.c", "Enter is of a sequence", "    else if (is_control(c))\n        l->escape = NO_ESCAPE;\n", ""),
    ("line.c", "nothing to take back", "    else if (l->size > 0)\n        take_back(l);\n", "    else\n        take_back(l);\n"),
    ("line.c", "Ctrl-D is nothing", "    else if (c == CTRL('D'))\n        l->complete = true;\n", "    else if (c == CTRL('D'))\n        ;\n"),
    ("line.c", "ended for ever", "    l->complete = false;\n", ""),
    ("line.c", "sequence goes on in the next line", "    l->escape = NO_ESCAPE;\n}", "}"),
    ("line.c", "ring ends", "(l->first + 1) % TYPED_MAX", "l->first + 1"),
    ("line.c", "key not taken", "    l->count--;\n", ""),
    ("line.c", "key over the oldest", "    if (l->count < TYPED_MAX)\n", ""),
    ("line.c", "one key fewer", "if (l->count < TYPED_MAX)", "if (l->count < TYPED_MAX - 1)"),
    ("line.c", "CR is no Enter", "c == '\\r' ? '\\n' : c", "c"),
    ("line.c", "typed ahead stays", "    forget_line(l);\n    l->count = 0;\n", "    forget_line(l);\n"),
    ("line.c", "line stays", "    forget_line(l);\n    l->count = 0;\n", "    l->count = 0;\n"),
    ("line.c", "edits a complete line", "while (!l->complete && l->count > 0)", "while (l->count > 0)"),
    ("line.c", "line stays after Ctrl-C", "            forget_line(l);\n", ""),
    ("line.c", "Ctrl-C is not told", "            return LINE_INTERRUPT;\n", ""),
    ("line.c", "keys for who wants a line", "raw ? l->count : 0", "l->count"),
    ("line.c", "too much of a line", "i < l->size && count < size", "i < l->size"),
    ("line.c", "too many keys", "i < keys && count < size", "i < keys"),
    ("line.c", "keys behind the ring", "l->typed[(l->first + i) % TYPED_MAX]", "l->typed[l->first + i]"),
    ("line.c", "keys not taken", "    l->count -= count - of_line;\n", ""),
    ("line.c", "all is of the line", "l->size < count ? l->size : count", "count"),
    ("line.c", "same bytes again", "    memmove(l->text, l->text + of_line, l->size);\n", ""),
    ("keys.c", "right Ctrl is none", "extended ? CTRL_RIGHT : CTRL_LEFT", "extended ? 0 : CTRL_LEFT"),
    ("keys.c", "shift that nobody holds", "        return extended ? 0 : SHIFT_LEFT;", "        return SHIFT_LEFT;"),
    ("keys.c", "Break is num lock", "        return extended ? 0 : NUM_LOCK;", "        return NUM_LOCK;"),
    ("keys.c", "capitals of digits", "is_letter(plain[code]) && k", "k"),
    ("keys.c", "caps lock wins", "        shift = !shift;\n", "        shift = true;\n"),
    ("keys.c", "Ctrl-1 is Ctrl-Q", " && c >= '@' && c < 0x7f", ""),
    ("keys.c", "no Alt", "        key.text[key.size++] = '\\033';\n", ""),
    ("keys.c", "shift does not move", "!(k->locks & NUM_LOCK) == !!(k->held & SHIFT)", "k->locks & NUM_LOCK"),
    ("keys.c", "arrows are digits", "extended || !(k->locks", "!(k->locks"),
    ("keys.c", "F9 is silent", "    return code < sizeof(plain) - 1 ? character(k, code) : function_key(code);", "    return code < sizeof(plain) - 1 ? character(k, code) : (struct key){0};"),
    ("keys.c", "key behind the table", "code < sizeof(plain) - 1 ? character", "code < 0x60 ? character"),
    ("keys.c", "unknown extended keys are others", "    if (extended && code != PAD_ENTER)\n        return (struct key){0};\n", ""),
    ("keys.c", "shifted slash of the pad", "    if (extended && code == PAD_SLASH)\n        return text_key(\"/\");\n", ""),
    ("keys.c", "F8 switches nothing", "code <= F8", "code < F8"),
    ("keys.c", "held lock goes to and fro", "key & ~k->held & LOCKS", "key & LOCKS"),
    ("keys.c", "one shift lets the other go", "k->held & ~key", "0"),
    ("keys.c", "Pause is num lock", "        k->skip = 2;\n", "        k->skip = 0;\n"),
    ("keys.c", "extended for ever", "k->extended = k->skip == 0 && code == EXTENDED;", "k->extended |= code == EXTENDED;"),
    ("keys.c", "key twice", "    else if (!(code & RELEASED))\n", "    else\n"),
    ("status.c", "not shown", "n == shown ? SHOWN : ", ""),
    ("status.c", "nothing is new", "unseen >> n & 1", "0"),
    ("status.c", "last window is missing", "n <= WINDOWS", "n < WINDOWS"),
]


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

NUMBERS = [0, 1, 2, 3, 5, 7, 8, 12, 22, 23, 24, 25, 27, 30, 31, 34, 37, 39, 44, 47, 49, 79, 80, 81, 91, 97, 500, 99999]
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
        b"\033[5;10r\033[10Hlow\n\n\033[5H\033M\033Mhigh", b"\033[7mback\033[0m front"]


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
    cases = [commands(random.Random(seed)) for seed in range(150 * ROUNDS)]
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
    (CAPS * 5 + up(CAPS) + CODES["a"] + CAPS + up(CAPS) + CODES["a"], "Aa"),
    (SHIFT + RIGHT_SHIFT + up(SHIFT) + CODES["a"] + up(RIGHT_SHIFT) + CODES["a"], "Aa"),
    ("\xe0\x48\xe0\x50\xe0\x4d\xe0\x4b", "\033[A\033[B\033[C\033[D"),
    ("\xe0\x47\xe0\x4f\xe0\x53\xe0\x52", "\033[H\033[F\033[3~\033[2~"),
    ("\xe0\x49\xe0\x51", "\033[5~\033[6~"),
    ("\xe0\x2a\xe0\x48\xe0\xc8\xe0\xaa" + CODES["a"], "\033[Aa"),  # keyboards that send shifts of their own
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
