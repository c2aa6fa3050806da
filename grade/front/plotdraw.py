# SPDX-License-Identifier: BSD-2-Clause
"""The pictures of `make plot`. What stands for something that was recorded says in data-* for what, and how much."""

from collections import Counter, defaultdict
from itertools import accumulate

from chart import Chart, legend, step
from memdraw import LINE, MARGIN, Drawing, many
from vmrecord import KINDS

LEFT, TOP, WIDTH, SIDE = 112, 110, 820, 290
NOTES = LEFT + WIDTH + 36  # where legends are
UNDER = 60  # below a chart, for its axis

# --- Memory by kind

# from the bottom up
AREAS = {"wired": ("#37455f", "wired"), "private": ("#e0694a", "private"), "shared": ("#8b7fd1", "shared"),
         "ram_disk": ("#c9b72e", "RAM disk"), "file": ("#3fa67a", "files"), "free": ("#e9ecf2", "free")}
STAIRS = {"dirty": ("#b23a48", "dirty file pages"), "slots": ("#3a6ea5", "slots of swap in use")}
MEMORY, WAITING = 380, 130  # heights


def memory(record, end):
    """Stacked areas of what is in memory; below it what is still to be written, and what is swapped out."""
    drawing = paper("Memory by kind", f"Pages of 4 KiB over time; {many(len(record.counts), 'record')}. "
                                      "What the kernel and the process manager keep for themselves is not shown.")
    top, times = TOP, (record.counts[0].at, max(end, record.counts[0].at + 1))
    tall = Chart(drawing, (LEFT, top, WIDTH, MEMORY), times, (0, max(sum(total(one)) for one in record.counts) or 1))
    areas(tall, record.counts)
    tall.axis_y("pages")
    tall.axis_x("milliseconds")
    ends(drawing, top, "pages at the end, and most", AREAS, reversed(AREAS), record.counts, "area")
    top += MEMORY + UNDER + 46
    most = max(one.pages[kind] for one in record.counts for kind in STAIRS)
    low = Chart(drawing, (LEFT, top, WIDTH, WAITING), times, (0, max(most, 1)))
    low.axis_y("pages")
    for kind, (colour, _) in STAIRS.items():
        values = [(one.at, one.pages[kind]) for one in record.counts]
        low.stairs([*values, (times[1], values[-1][1])], colour, stroke_width=1.8, facts={"kind": kind})
    low.axis_x("milliseconds")
    ends(drawing, top, "at the end, and most", STAIRS, STAIRS, record.counts, 3)
    return drawing.done(top + WAITING + UNDER + MARGIN)


def total(counts):
    return [counts.pages[kind] for kind in KINDS]


def areas(chart, counts):
    times, lows = [one.at for one in counts], [0] * len(counts)
    for kind, (colour, _) in AREAS.items():
        highs = [low + one.pages[kind] for low, one in zip(lows, counts)]
        chart.area(times, lows, highs, colour, facts={"kind": kind, "last": counts[-1].pages[kind]})
        lows = highs


def ends(drawing, top, title, looks, kinds, counts, sample):
    rows = []
    for kind in kinds:
        values = [one.pages[kind] for one in counts]
        rows.append((looks[kind][0], sample, looks[kind][1], f"{values[-1]:,} / {max(values):,}"))
    legend(drawing, NOTES, top, title, rows)


# --- Faults and evictions

FAULT = {"zero": ("#8fa3c7", "a page of zeros"), "copy": ("#8b7fd1", "a copy, for a write"),
         "map": ("#5fb3e4", "was in memory"), "fill": ("#3fa67a", "from a file"), "swap": ("#1f4f9c", "from the swap device")}
EVICT = {"drop": ("#c9b72e", "given up as they were"), "clean": ("#f2a541", "written to their file"),
         "swap": ("#b23a48", "written to swap")}
PAGES, EVENTS = 420, 200  # heights
BANDS = 8  # objects that have a band of their own
BAND_GAP, BAND_LEAST = 10, 20
BARS = 70  # at most, in the histogram


def faults(record, process, end):
    """Each fault and eviction at its time and page, and how many there were in each interval."""
    shown, evicted = record.of(process)
    drawing = paper(f"Faults and evictions of process {process}",
                    f"{len(shown):,} faults on {len({one.page for one in shown}):,} pages; {len(evicted):,} evictions of these "
                    "pages. Each line of the upper picture is a page; those that brought no fault are left out.")
    start = min(one.at for one in shown + evicted)
    width = step(end + 1 - start, BARS)
    times = start // width * width, (end // width + 1) * width
    scatter(Chart(drawing, (LEFT, TOP, WIDTH, PAGES), times, (0, PAGES)), shown, evicted)
    key = legend(drawing, NOTES, TOP, "a fault brought", numbers(FAULT, shown, "dot"))
    legend(drawing, NOTES, key + 40, "evicted pages were", numbers(EVICT, evicted, "cross"))
    top = TOP + PAGES + UNDER + 46
    histogram(drawing, top, times, width, [stacks(events, width) for events in (shown, evicted)])
    return drawing.done(top + EVENTS + UNDER + MARGIN)


def numbers(looks, events, sample):
    counts = Counter(one.what for one in events)
    return [(colour, sample, words, f"{counts[what]:,}") for what, (colour, words) in looks.items()]


def bands(events):
    """{page: its height on the paper}, and (name, lower edge, upper edge, first page, last page) of each band.

    An object has a band, the busiest the lowest; those that would be too many have one together. Pages lie in it in
    their order, and get as much room as they are many.
    """
    pages = defaultdict(set)
    busy = [name for name, _ in Counter(one.object for one in events).most_common()]
    own = busy if len(busy) <= BANDS else busy[:BANDS - 1]
    for one in events:
        pages[one.object if one.object in own else None].add(one.page)
    names = [*own, *([None] if None in pages else [])]
    room = PAGES - BAND_LEAST * len(names) - BAND_GAP * (len(names) - 1)
    count, low, heights, found = sum(map(len, pages.values())), 0, {}, []
    for name in names:
        height = BAND_LEAST + room * len(pages[name]) / count
        inside = sorted(pages[name], key=lambda page: (page[0], page[1]))
        heights |= {page: low + height * (i + 0.5) / len(inside) for i, page in enumerate(inside)}
        found.append((name, low, low + height, inside[0][1], inside[-1][1]))
        low += height + BAND_GAP
    return heights, found


def scatter(chart, shown, evicted):
    heights, found = bands(shown)
    for band in found:
        draw_band(chart, *band)
    chart.axis_x("milliseconds")
    for looks, events, mark, kind in ((FAULT, shown, chart.dots, "fault"), (EVICT, evicted, chart.crosses, "evict")):
        for what, (colour, _) in looks.items():
            values = [(one.at, heights[one.page]) for one in events if one.what == what]
            mark(values, colour, facts={kind: what, "events": len(values)})


def draw_band(chart, name, low, high, first, last):
    drawing, top = chart.drawing, chart.y(high)
    drawing.box(chart.left, round(top, 1), chart.width, round(high - low, 1), "#fbfbf8", {"object": name or "others"}, stroke=LINE)
    middle = (top + chart.y(low)) / 2
    words = "others" if name is None else f"private, {name}" if name.startswith("p") else f"object {name}"
    tall = high - low >= 64 and name is not None
    drawing.text(chart.left - 10, round(middle + 4, 1), words, "end")
    if tall:
        drawing.text(chart.left - 10, round(top + 11, 1), f"{last:#x}", "mono pale end")
        drawing.text(chart.left - 10, round(chart.y(low) - 3, 1), f"{first:#x}", "mono pale end")


def histogram(drawing, top, times, width, found):
    """Faults up, evictions down."""
    up, down = [max((sum(stack.values()) for stack in stacks_.values()), default=0) for stacks_ in found]
    chart = Chart(drawing, (LEFT, top, WIDTH, EVENTS), times, (-down, max(up, 1)))
    pixels = max(1, WIDTH * width / (times[1] - times[0]) - 1)
    for sign, looks, stacks_, kind in ((1, FAULT, found[0], "faults"), (-1, EVICT, found[1], "evictions")):
        for interval, stack in stacks_.items():
            parts = [(colour, sign * stack[what], {kind: what}) for what, (colour, _) in looks.items()]
            draw_stack(chart, interval * width, parts, pixels)
    chart.axis_y(f"events in {width:,} ms: faults up, evictions down")
    chart.axis_x("milliseconds")


def stacks(events, width):
    """{interval: {what: how many}}"""
    found = defaultdict(Counter)
    for one in events:
        found[one.at // width][one.what] += 1
    return found


def draw_stack(chart, x, parts, pixels):
    highs = list(accumulate(size for _, size, _ in parts))
    for (colour, size, facts), high in zip(parts, highs):
        if size:
            chart.bar(x, min(high, high - size), max(high, high - size), pixels, colour, facts | {"count": abs(size)})


def paper(title, words):
    drawing = Drawing(LEFT + WIDTH + SIDE + 2 * MARGIN)
    drawing.text(MARGIN, 38, title, "title")
    drawing.text(MARGIN, 60, words, "small")
    return drawing
