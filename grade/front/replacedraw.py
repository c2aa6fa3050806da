# SPDX-License-Identifier: BSD-2-Clause
"""The picture of `make replace`: faults over frames, a line for each policy."""

from chart import Chart, legend, ticks
from memdraw import INK, MARGIN, Drawing, many

LEFT, TOP, WIDTH, HEIGHT, SIDE = 92, 122, 700, 400, 230
# colour, width: lines that lie on each other can all be seen, the one that is drawn first is the broadest
LOOKS = {"fifo": ("#e0694a", 10), "clock": ("#5fb3e4", 7), "clean": ("#8b7fd1", 4.4), "random": ("#c9b72e", 3.2),
         "lru": ("#3fa67a", 2.2), "optimum": (INK, 1.2)}


def rises(faults):
    """[(frames, faults, those with fewer frames, their faults)] where more frames bring more faults. faults: {frames: faults}"""
    pairs = sorted(faults.items())
    return [(*more, *fewer) for fewer, more in zip(pairs, pairs[1:]) if more[1] > fewer[1]]


def picture(about, faults):
    """faults: {policy: {frames: faults}}"""
    counts = sorted({count for line in faults.values() for count in line})
    drawing = Drawing(LEFT + WIDTH + SIDE + MARGIN)
    drawing.text(MARGIN, 38, "Faults over frames", "title")
    drawing.text(MARGIN, 60, about, "small")
    chart = Chart(drawing, (LEFT, TOP, WIDTH, HEIGHT), (counts[0] - 1, counts[-1] + 1),
                  (0, max(fault for line in faults.values() for fault in line.values())))
    chart.axis_y("faults")
    chart.axis_x("frames", counts if apart(chart, counts) else ticks(counts[0], counts[-1], 10))
    shown = [policy for policy in LOOKS if policy in faults]
    for policy in shown:
        draw(chart, policy, faults[policy])
    middle = counts[len(counts) // 2]
    rows = [(*LOOKS[policy], policy, f"{faults[policy][middle]:,}") for policy in shown]
    legend(drawing, LEFT + WIDTH + 40, TOP, f"faults with {many(middle, 'frame')}", rows)
    return drawing.done(TOP + HEIGHT + 42 + MARGIN)


def apart(chart, counts):
    """May each have its number on the axis?"""
    return all(chart.x(b) - chart.x(a) > 8 * len(f"{b:,}") + 8 for a, b in zip(counts, counts[1:]))


def draw(chart, policy, line):
    colour, width = LOOKS[policy]
    points = sorted(line.items())
    chart.line(points, colour, stroke_width=width, stroke_linecap="round", facts={"policy": policy, "points": len(points)})
    for frames, faults in points:
        chart.drawing.add("circle", cx=chart.x(frames), cy=chart.y(faults), r=width / 2 + 1.6, fill=colour,
                          facts={"of": policy, "frames": frames, "faults": faults})
