# SPDX-License-Identifier: BSD-2-Clause
"""A picture of a VGA text screen read back to text: pixels only, and the shapes of characters that were seen before."""

import re

COLUMNS, ROWS = 80, 25
WIDTH, HEIGHT = 9, 16  # of a cell
CURSOR_LINES = slice(13, 15)  # of a cell, where the cursor is drawn
LOW, HIGH = 0x15, 0x2A  # of the 6 bits that a VGA has for each of red, green, blue
VGA = [tuple((HIGH if n >> bit & 1 else 0) + (LOW if n & 8 else 0) for bit in (2, 1, 0)) for n in range(16)]
VGA[6] = HIGH, LOW, 0  # brown is no dark yellow
COLOURS = {bytes(colour): number for number, colour in enumerate(VGA)}


def ppm(data):
    """The lines of pixels of a P6 file, three bytes each, of which the VGA's six bits are left."""
    width, height, most, pixels = re.fullmatch(rb"P6\s+(\d+)\s+(\d+)\s+(\d+)\s(.*)", data, re.S).groups()
    assert (int(width), int(height), int(most)) == (COLUMNS * WIDTH, ROWS * HEIGHT, 255), "the screen is no text screen"
    line = 3 * int(width)
    pixels = bytes(byte >> 2 for byte in pixels)
    return [pixels[at:at + line] for at in range(0, line * int(height), line)]


def cells(data):
    """[[a cell's pixels as numbers of colours, line by line]], by place."""
    lines = [[COLOURS[row[at:at + 3]] for at in range(0, len(row), 3)] for row in ppm(data)]
    return [[tuple(lines[y * HEIGHT + i][x * WIDTH + j] for j in range(WIDTH)) for i in range(HEIGHT)]
            for y in range(ROWS) for x in range(COLUMNS)]


def ground(cell):
    """No character has a pixel in the ninth column, but those that draw lines."""
    seen = {line[WIDTH - 1] for line in cell}
    assert len(seen) == 1, "a cell's last column has more than one colour"
    return seen.pop()


def front(cell):
    """The colour of the character; of a blank one None."""
    seen = {pixel for line in cell for pixel in line} - {ground(cell)}
    assert len(seen) < 2, f"a cell has {len(seen)} colours besides the ground"
    return seen.pop() if seen else None


def shape(cell):
    back = ground(cell)
    return tuple(tuple(pixel != back for pixel in line) for line in cell)


def has_cursor(cell):
    """Its lines are full."""
    return all(pixel != cell[0][-1] for line in cell[CURSOR_LINES] for pixel in line)


def without_cursor(cells, place):
    """It stands behind what was typed, in a blank cell; or is dark at the moment, as it blinks."""
    cell = cells[place]
    if has_cursor(cell):
        cell = [*cell[:CURSOR_LINES.start], *[cell[0]] * 2, *cell[CURSOR_LINES.stop:]]
    return cells[:place] + [cell] + cells[place + 1:]


class Font:
    """{shape: character}, from a screen of which one knows what it shows."""

    def __init__(self, cells, text):
        self._shapes = {}
        for cell, character in zip(cells, text, strict=True):
            known = self._shapes.setdefault(shape(cell), character)
            assert known == character, f"{known!r} and {character!r} look alike"
        assert len(self._shapes) == len(set(text)), "a character has two shapes"

    def read(self, cell):
        """A character (None if it is none), its colour (None if it is blank) and its ground."""
        return self._shapes.get(shape(cell)), front(cell), ground(cell)
