# SPDX-License-Identifier: BSD-2-Clause
"""Text from a kernel or a student, made harmless: no control byte survives, nothing is long."""

LINE = 160
LINES = 12


def clean(raw, lines=LINES, width=LINE):
    """The last lines of raw (bytes or text) as printable text, each cut to width."""
    text = raw.decode("ascii", "backslashreplace") if isinstance(raw, bytes) else str(raw)
    rows = text.replace("\r\n", "\n").rstrip("\n").split("\n")
    dropped = len(rows) - lines
    kept = [_row(row, width) for row in rows[-lines:]]
    return "\n".join(([f"... {dropped} lines before"] if dropped > 0 else []) + kept)


def line(raw, width=LINE):
    """Raw as one printable line."""
    text = raw.decode("ascii", "backslashreplace") if isinstance(raw, bytes) else str(raw)
    return _row(text, width)


def show(value):
    """A value as a person wants to read it: large numbers, addresses most likely, in hex."""
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) >= 0x1000:
        return f"{value:#x}"
    return value if isinstance(value, str) else repr(value)


def indent(text, by):
    return "\n".join(" " * by + row for row in text.split("\n"))


def _row(text, width):
    row = "".join(map(_character, text[: width + 1]))
    return row if len(row) <= width else row[: width - 3] + "..."


def _character(c):
    if c.isprintable():
        return c
    return " " if c == "\t" else c.encode("unicode_escape").decode("ascii")
