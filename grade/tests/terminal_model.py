# SPDX-License-Identifier: BSD-2-Clause
"""What the window manager's terminal does with bytes, said in another way: whole sequences, cells in lists."""

import re

COLUMNS, ROWS = 80, 24
VGA = {"black": 0, "blue": 1, "green": 2, "cyan": 3, "red": 4, "magenta": 5, "brown": 6, "grey": 7}
ANSI = ["black", "red", "green", "brown", "blue", "magenta", "cyan", "grey"]
SEQUENCE = re.compile(rb"\033\[([0-?]*)([^\x00-?\x7f])|\033([ -/]+)[0-\xff]|\033([0-Z\\-~\x80-\xff])")
CONTROLS = bytes(set(range(32)) - {0x1b, 0x18, 0x1a})


def clamp(value, low, high):
    return max(low, min(value, high))


class Colours:
    text, ground, bright, reverse = "grey", "black", False, False

    def attribute(self):
        text, lit = self.text.removeprefix("light "), self.text.startswith("light ")
        front, back = (self.ground, text) if self.reverse else (text, self.ground)
        # What is light stays so only where it is the text.
        lit = self.bright or (lit and not self.reverse)
        return VGA[back] << 4 | VGA[front] | 8 * lit

    def change(self, n):
        if n == 0:
            self.__dict__.clear()
        elif n in (1, 2, 22):
            self.bright = n == 1
        elif n in (7, 27):
            self.reverse = n == 7
        elif n in range(30, 38):
            self.text = ANSI[n - 30]
        elif n in range(90, 98):
            self.text = "light " + ANSI[n - 90]
        elif n in range(40, 48):
            self.ground = ANSI[n - 40]
        elif n == 39:
            self.text = Colours.text
        elif n == 49:
            self.ground = Colours.ground

    def copy(self):
        other = Colours()
        other.__dict__.update(self.__dict__)
        return other


class Terminal:
    def __init__(self):
        self.pending = b""
        self.reset()

    def reset(self):
        self.colours, self.hidden = Colours(), False
        self.x = self.y = 0
        self.full = False
        self.top, self.bottom = 0, ROWS - 1
        self.saved = (0, 0, False, Colours())
        self.rows = [self.blank(COLUMNS) for _ in range(ROWS)]

    def blank(self, count):
        return [self.colours.attribute() << 8 | 0x20] * count

    def cells(self):
        return [cell for row in self.rows for cell in row]

    # --- Bytes.

    def write(self, data):
        for i in range(len(data)):
            self.byte(data[i:i + 1])

    def byte(self, c):
        """A sequence is kept until it is whole; control characters do not wait for its end."""
        if c in b"\x18\x1a":
            self.pending = b""
        elif c == b"\x1b":
            self.pending = c
        elif c in CONTROLS:
            self.control(c)
        elif c == b"\x7f":
            pass
        elif self.pending:
            self.pending += c
            if match := SEQUENCE.fullmatch(self.pending):
                self.pending = b""
                self.sequence(*match.groups())
        else:
            self.put(c)

    def control(self, c):
        if c == b"\b":
            if self.full:
                self.full = False
            elif self.x or self.y:
                self.y, self.x = divmod(self.y * COLUMNS + self.x - 1, COLUMNS)
        elif c == b"\t":
            self.go(self.x // 8 * 8 + 8, self.y)
        elif c == b"\n":
            self.feed()
            self.x = 0
        elif c == b"\r":
            self.go(0, self.y)

    def put(self, c):
        if self.full:
            self.feed()
            self.x = 0
        self.rows[self.y][self.x] = self.colours.attribute() << 8 | c[0]
        self.full = self.x == COLUMNS - 1
        self.x += not self.full

    # --- Sequences.

    def sequence(self, parameters, final, skipped, single):
        if skipped:
            return
        if single:
            act = {b"7": self.save, b"8": self.restore, b"D": self.feed, b"E": lambda: self.control(b"\n"),
                   b"M": self.feed_back, b"c": self.reset}.get(single)
            return act and act()
        numbers = parameters.replace(b"?", b"")
        if re.search(rb"[^0-9;]", numbers) or numbers.count(b";") > 15:
            return None
        values = [min(int(n or 0), 9999) for n in numbers.split(b";")]
        if b"?" in parameters:
            if values[0] == 25 and final in b"hl":
                self.hidden = final == b"l"
            return None
        name = "csi_" + final.decode("latin1") if final != b"@" else "csi_at"
        return getattr(self, name, lambda *_: None)(values)

    def save(self, _=None):
        self.saved = self.x, self.y, self.full, self.colours.copy()

    def restore(self, _=None):
        self.x, self.y, self.full, self.colours = self.saved
        self.colours = self.colours.copy()

    def go(self, x, y):
        self.x, self.y, self.full = clamp(x, 0, COLUMNS - 1), clamp(y, 0, ROWS - 1), False

    def feed(self):
        if self.y == self.bottom:
            self.scroll(self.top, self.bottom, 1)
        else:
            self.y = min(self.y + 1, ROWS - 1)
        self.full = False

    def feed_back(self):
        if self.y == self.top:
            self.scroll(self.top, self.bottom, -1)
        else:
            self.y = max(self.y - 1, 0)
        self.full = False

    def scroll(self, first, last, count):
        """Up if count is above 0."""
        for _ in range(min(abs(count), ROWS)):
            self.rows.insert(last if count > 0 else first, self.rows.pop(first if count > 0 else last))
            self.rows[last if count > 0 else first] = self.blank(COLUMNS)

    def clear(self, first, end):
        """Places, as if all rows were one."""
        for at in range(first, end):
            self.rows[at // COLUMNS][at % COLUMNS] = self.blank(1)[0]

    def csi_A(self, v):
        limit = self.top if self.y >= self.top else 0
        self.go(self.x, max(self.y - (v[0] or 1), limit))

    def csi_B(self, v):
        limit = self.bottom if self.y <= self.bottom else ROWS - 1
        self.go(self.x, min(self.y + (v[0] or 1), limit))

    def csi_C(self, v):
        self.go(self.x + (v[0] or 1), self.y)

    def csi_D(self, v):
        self.go(self.x - (v[0] or 1), self.y)

    def csi_E(self, v):
        self.csi_B(v)
        self.x = 0

    def csi_F(self, v):
        self.csi_A(v)
        self.x = 0

    def csi_G(self, v):
        self.go((v[0] or 1) - 1, self.y)

    def csi_d(self, v):
        self.go(self.x, (v[0] or 1) - 1)

    def csi_H(self, v):
        self.go(((v + [0])[1] or 1) - 1, (v[0] or 1) - 1)

    csi_f = csi_H

    def csi_J(self, v):
        here, end = self.y * COLUMNS + self.x, COLUMNS * ROWS
        parts = {0: (here, end), 1: (0, here + 1), 2: (0, end)}
        self.clear(*parts.get(v[0], (0, 0)))

    def csi_K(self, v):
        row = self.y * COLUMNS
        parts = {0: (row + self.x, row + COLUMNS), 1: (row, row + self.x + 1), 2: (row, row + COLUMNS)}
        self.clear(*parts.get(v[0], (0, 0)))

    def csi_X(self, v):
        here = self.y * COLUMNS + self.x
        self.clear(here, min(here + (v[0] or 1), self.y * COLUMNS + COLUMNS))

    def csi_L(self, v):
        self.rows_move(-(v[0] or 1))

    def csi_M(self, v):
        self.rows_move(v[0] or 1)

    def rows_move(self, count):
        if self.top <= self.y <= self.bottom:
            self.scroll(self.y, self.bottom, count)
            self.go(0, self.y)

    def csi_at(self, v):
        row, count = self.rows[self.y], min(v[0] or 1, COLUMNS - self.x)
        self.rows[self.y] = (row[:self.x] + self.blank(count) + row[self.x:])[:COLUMNS]
        self.full = False

    def csi_P(self, v):
        row, count = self.rows[self.y], min(v[0] or 1, COLUMNS - self.x)
        self.rows[self.y] = row[:self.x] + row[self.x + count:] + self.blank(count)
        self.full = False

    def csi_S(self, v):
        self.scroll(self.top, self.bottom, v[0] or 1)

    def csi_T(self, v):
        self.scroll(self.top, self.bottom, -(v[0] or 1))

    def csi_m(self, v):
        for n in v:
            self.colours.change(n)

    def csi_r(self, v):
        top, bottom = v[0] or 1, (v + [0])[1] or ROWS
        if top < bottom <= ROWS:
            self.top, self.bottom = top - 1, bottom - 1
            self.go(0, 0)

    csi_s, csi_u = save, restore
