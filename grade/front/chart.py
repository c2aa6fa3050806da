# SPDX-License-Identifier: BSD-2-Clause
"""Charts on a Drawing: axes with round numbers, lines, steps, areas, bars, points, legends."""

from memdraw import INK, LINE, PALE

TICK = 5
LEGEND_ROW, SAMPLE = 22, 26


def step(span, most):
    """The smallest of 1, 2, 5, 10, 20, ... of which at most so many fit."""
    size = 1
    while True:
        for factor in (1, 2, 5):
            if span <= factor * size * most:
                return factor * size
        size *= 10


def ticks(low, high, most):
    """Round numbers from low to high."""
    size = step(high - low, most)
    return range(-(-low // size) * size, high + 1, size)


def rounded(value):
    """No more than a tenth of a pixel, and no zeros behind the point."""
    return f"{value:.1f}".removesuffix(".0")


class Chart:
    """A rectangle of paper that shows x from low to high, and y."""

    def __init__(self, drawing, box, xs, ys):
        self.drawing, self.xs, self.ys = drawing, xs, ys
        self.left, self.top, self.width, self.height = box
        self.right, self.bottom = self.left + self.width, self.top + self.height

    def x(self, value):
        low, high = self.xs
        return self.left + (value - low) * self.width / max(high - low, 1)

    def y(self, value):
        low, high = self.ys
        return self.bottom - (value - low) * self.height / max(high - low, 1)

    # --- What is around it

    def axis_x(self, words, values=None):
        for value in values or ticks(*self.xs, self.width // 80):
            at = self.x(value)
            self.drawing.line((at, self.bottom), (at, self.bottom + TICK), colour=INK)
            self.drawing.text(rounded(at), self.bottom + 20, f"{value:,}", "mono middle")
        self.drawing.line((self.left, self.bottom), (self.right, self.bottom), colour=INK)
        self.drawing.text(self.left + self.width // 2, self.bottom + 42, words, "middle")

    def axis_y(self, words):
        """Below zero there is more of the same."""
        for value in ticks(*self.ys, max(2, self.height // 36)):
            at = self.y(value)
            self.drawing.line((self.left, at), (self.right, at), colour=INK if value == 0 else LINE)
            self.drawing.text(self.left - 10, rounded(at + 4), f"{abs(value):,}", "mono end")
        self.drawing.line((self.left, self.top), (self.left, self.bottom), colour=INK)
        self.drawing.text(self.left - 60, self.top - 14, words)

    def frame(self):
        self.drawing.box(self.left, self.top, self.width, self.height, "none", stroke=LINE)

    # --- What is in it

    def line(self, values, colour, **more):
        self._path(" L".join(self._at(*value) for value in values), fill="none", stroke=colour, stroke_linejoin="round", **more)

    def stairs(self, values, colour, **more):
        """Each value holds until the next."""
        corners = [(after[0], before[1]) for before, after in zip(values, values[1:])]
        self.line([values[0], *(point for pair in zip(corners, values[1:]) for point in pair)], colour, **more)

    def area(self, times, lows, highs, colour, **more):
        """Between two stairs; the last values hold to the right edge."""
        ends = [*times[1:], self.xs[1]]
        upper = [at for time, end, high in zip(times, ends, highs) for at in ((time, high), (end, high))]
        lower = [at for time, end, low in zip(times, ends, lows) for at in ((time, low), (end, low))]
        path = " L".join(self._at(*value) for value in upper + lower[::-1])
        self._path(f"{path} Z", fill=colour, stroke="#ffffff", stroke_width=0.5, **more)

    def bar(self, x, low, high, width, colour, facts=None):
        at = [rounded(value) for value in (self.x(x), self.y(high), width, self.y(low) - self.y(high))]
        self.drawing.box(*at, colour, facts, stroke="none")

    def dots(self, values, colour, **more):
        self._marks(values, "h0", stroke=colour, stroke_width=4.4, stroke_linecap="round", **more)

    def crosses(self, values, colour, **more):
        self._marks(values, "m-2.6,-2.6 l5.2,5.2 m0,-5.2 l-5.2,5.2", stroke=colour, stroke_width=1.3, **more)

    def _marks(self, values, shape, **more):
        """In one path; of those at the same place of the paper one."""
        places = sorted({self._at(*value) for value in values})
        if places:
            self._path(f" {shape} M".join(places) + f" {shape}", fill="none", **more)

    def _path(self, path, **more):
        self.drawing.add("path", d=f"M{path}", **more)

    def _at(self, x, y):
        return f"{rounded(self.x(x))},{rounded(self.y(y))}"


def legend(drawing, x, y, title, rows):
    """rows: (colour, kind of sample, words, number behind them). Answers with where it ends."""
    drawing.text(x, y, title, "head")
    for colour, kind, words, number in rows:
        y += LEGEND_ROW
        sample(drawing, x, y - 4, colour, kind)
        drawing.text(x + SAMPLE + 10, y, words)
        drawing.add("text", number, x=drawing.root.get("width"), dx=-24, y=y, class_="end")
    return y


def sample(drawing, x, y, colour, kind):
    chart = Chart(drawing, (x, y - 8, SAMPLE, 16), (0, SAMPLE), (0, 16))
    if kind == "area":
        drawing.box(x, y - 7, SAMPLE, 14, colour, stroke=PALE)
    elif kind == "dot":
        chart.dots([(SAMPLE / 2, 8)], colour)
    elif kind == "cross":
        chart.crosses([(SAMPLE / 2, 8)], colour)
    else:
        chart.line([(0, 8), (SAMPLE, 8)], colour, stroke_width=kind)
