# SPDX-License-Identifier: BSD-2-Clause
"""The pictures of `make memmap`, as SVG. Every shape that stands for memory says in data-* what it stands for."""

import math
import xml.etree.ElementTree as ET
from collections import Counter
from itertools import groupby

PAGE, FRAME, KERNEL_BASE, KERNEL_END = 4096, 0xFFFFF000, 0xC0000000, 0xF8000000
PRESENT, WRITABLE, USER, LARGE, DEVICE = 1, 2, 4, 0x80, 0x200
BITS = {PRESENT: "present", WRITABLE: "writable", USER: "user", 8: "write-through", 0x10: "no cache", 0x20: "accessed",
        0x40: "dirty", LARGE: "large", 0x100: "global", DEVICE: "device", 0x400: "granted"}

INK, PALE, LINE = "#22262e", "#6b7280", "#c9ccd3"
STYLE = f"""
text {{ font: 12px 'DejaVu Sans', Verdana, Helvetica, sans-serif; fill: {INK}; }}
.title {{ font-size: 19px; font-weight: bold; }}
.head {{ font-size: 13px; font-weight: bold; }}
.small {{ font-size: 11px; fill: {PALE}; }}
.mono {{ font-family: 'DejaVu Sans Mono', Menlo, Consolas, monospace; font-size: 11px; }}
.pale {{ fill: {PALE}; }}
.big {{ font-size: 15px; }}
.light {{ fill: #ffffff; }}
.middle {{ text-anchor: middle; }}
.end {{ text-anchor: end; }}
"""
PROCESSES = "#f2a541", "#3fa67a", "#5fb3e4", "#d482b4", "#c9b72e", "#e0694a", "#8b7fd1", "#8a9a5b"
# owner: colour, letter, words
FIXED = {
    "kernel": ("#37455f", "K", "the kernel and its data"),
    "tables": ("#93a5c9", "T", "processes, directories, page tables"),
    "modules": ("#bdb4a4", "M", "boot modules"),
    "shared": ("#b23a48", "S", "mapped by several processes"),
    "lost": ("#ff2f2f", "?", "used, and nobody knows by whom"),
    "free": ("#fbfbf8", "", "free"),
    "none": ("#e3e3e3", "", "no RAM"),
}
DARK = "kernel", "shared"


def looks(owner, processes=()):
    """Colour, letter and words of an owner."""
    if owner in FIXED:
        return FIXED[owner]
    names = {str(process.number): name(process) for process in processes}
    return PROCESSES[(int(owner) - 1) % len(PROCESSES)], owner, names.get(owner, "")


def name(process):
    return f"process {process.number}" + (f", {process.program.stem}" if process.program else "")


class Drawing:
    def __init__(self, width, **facts):
        self.root = ET.Element("svg", xmlns="http://www.w3.org/2000/svg", width=str(width), **data(facts))
        ET.SubElement(self.root, "style").text = STYLE
        self.paper = self.add("rect", width=width, fill="#ffffff")
        arrow = ET.SubElement(ET.SubElement(self.root, "defs"), "marker", id="arrow", viewBox="0 0 8 8", refX="7", refY="4",
                              markerWidth="8", markerHeight="8", orient="auto")
        ET.SubElement(arrow, "path", d="M0,0.5 L8,4 L0,7.5 Z", fill="context-stroke")

    def add(self, tag, text=None, facts=None, **attributes):
        plain = {key.rstrip("_").replace("_", "-"): str(value) for key, value in attributes.items()}
        element = ET.SubElement(self.root, tag, plain | data(facts or {}))
        element.text = text
        return element

    def text(self, x, y, text, style=""):
        return self.add("text", text, x=x, y=y, class_=style)

    def box(self, x, y, width, height, fill, facts=None, hint=None, stroke=LINE):
        box = self.add("rect", x=x, y=y, width=width, height=height, fill=fill, stroke=stroke, facts=facts)
        if hint:
            ET.SubElement(box, "title").text = hint

    def line(self, *points, colour=PALE, **attributes):
        path = "M" + " L".join(f"{x},{y}" for x, y in points)
        self.add("path", d=path, fill="none", stroke=colour, **attributes)

    def done(self, height):
        self.paper.set("height", str(height))
        self.root.set("height", str(height))
        self.root.set("viewBox", f"0 0 {self.root.get('width')} {height}")
        return ET.ElementTree(self.root)


def data(facts):
    return {f"data-{key}": str(value) for key, value in facts.items()}


def many(number, word):
    return f"{number} {word}" + ("" if number == 1 else "s")


def size(frames):
    return f"{frames * PAGE >> 10:,} KiB"


# --- All memory

LEFT, MARGIN = 104, 24
COLUMNS, CELL, ROW = 32, 22, 18  # frames in a line of the grid, and the size of one
COLUMN, GAP = 244, 14  # of a process
LEGEND = LEFT + COLUMNS * CELL + 32


def memory(frames, processes, milliseconds):
    width = max(LEGEND + 330, LEFT + len(processes) * (COLUMN + GAP) + MARGIN)
    drawing = Drawing(width)
    drawing.text(MARGIN, 38, "Physical memory", "title")
    ram = len(frames) - frames.count("none")
    drawing.text(MARGIN, 60, f"Each square is a frame of 4 KiB, and whose it is; a line is {COLUMNS * PAGE >> 10} KiB. "
                             f"{size(ram)} of RAM, {milliseconds} ms after the timer has started.", "small")
    low = grid(drawing, frames, processes, 84)
    legend_end = legend(drawing, frames, processes, 84)
    return drawing.done(spaces(drawing, frames, processes, max(low, legend_end) + 52) + MARGIN)


def grid(drawing, frames, processes, y):
    """Lines that are all of one kind are folded, if there are three or more."""
    lines = [frames[i:i + COLUMNS] for i in range(0, len(frames), COLUMNS)]
    kinds = [set(line) for line in lines]
    first = 0
    for _, same in groupby(enumerate(kinds), lambda item: item[0] if len(item[1]) > 1 else str(item[1])):
        count = len(list(same))
        if count < 3:
            for i in range(first, first + count):
                y = grid_line(drawing, i, lines[i], processes, y)
        else:
            y = folded(drawing, first, lines[first:first + count], processes, y)
        first += count
    return y


def grid_line(drawing, number, line, processes, y):
    drawing.text(LEFT - 10, y + 13, f"{number * COLUMNS * PAGE:08x}", "mono pale end")
    for i, owner in enumerate(line):
        colour, letter, words = looks(owner, processes)
        at = (number * COLUMNS + i) * PAGE
        drawing.box(LEFT + i * CELL, y, CELL, ROW, colour, {"owner": owner, "frames": 1}, f"{at:08x}: {words}",
                    "#b9bcc4" if owner in ("free", "none") else "#ffffff")
        if letter:
            drawing.text(LEFT + i * CELL + CELL // 2, y + 13, letter, "mono middle" + (" light" if owner in DARK else ""))
    return y + ROW


def folded(drawing, first, lines, processes, y):
    colour, _, words = looks(lines[0][0], processes)
    count = sum(map(len, lines))
    start = first * COLUMNS * PAGE
    drawing.text(LEFT - 10, y + 20, f"{start:08x}", "mono pale end")
    drawing.box(LEFT, y, COLUMNS * CELL, 32, colour, {"owner": lines[0][0], "frames": count}, stroke="#b9bcc4")
    drawing.text(LEFT + COLUMNS * CELL // 2, y + 20, f"up to {start + count * PAGE - 1:08x}: {size(count)}, all {words}",
                 "middle" + (" light" if lines[0][0] in DARK else ""))
    return y + 32


def legend(drawing, frames, processes, y):
    counts = Counter(frames)
    own = [str(process.number) for process in processes]
    for owner in ("kernel", "tables", "modules", *own, "shared", "lost", "free", "none"):
        if counts[owner] or owner not in ("lost", "none"):
            y = legend_line(drawing, owner, counts[owner], processes, y)
    return y


def legend_line(drawing, owner, count, processes, y):
    colour, letter, words = looks(owner, processes)
    drawing.box(LEGEND, y, CELL, ROW - 2, colour, stroke="#b9bcc4")
    drawing.text(LEGEND + CELL // 2, y + 12, letter, "mono middle" + (" light" if owner in DARK else ""))
    drawing.text(LEGEND + 32, y + 12, words)
    drawing.add("text", size(count), {"legend": owner, "total": count}, x=drawing.root.get("width"), dx=-MARGIN, y=y + 12,
                class_="end")
    return y + 22


# --- Address spaces

def rights(entry):
    return ("rw" if entry & WRITABLE else "r") + ("" if entry & USER else ", ring 0")


def owner_of(entry, frames):
    if entry & DEVICE:
        return "device"
    number = (entry & FRAME) // PAGE
    return frames[number] if number < len(frames) else "none"


def stretches(process, frames):
    """[(start, end, rights, owner)]: neighbours that are equal in both."""
    found = []
    for at, entry in sorted(process.pages.items()):
        kind = rights(entry), owner_of(entry, frames)
        if found and found[-1][1] == at and found[-1][2:] == kind:
            found[-1] = (found[-1][0], at + PAGE, *kind)
        else:
            found.append((at, at + PAGE, *kind))
    return found


def places(mapped, y):
    """Where on the paper each address at which something begins or ends is: {address: (y, is there anything below it?)}.

    Of what is small one sees the size; what nobody has mapped is a gap of one height.
    """
    cuts = sorted({cut for one in mapped for cut in one[:2]})
    found = {}
    for low, high in zip(cuts, [*cuts[1:], None]):
        used = high is not None and any(one[0] <= low < one[1] for one in mapped)
        found[low] = y, used
        y += 20 + min(40, 7 * int(math.log2((high - low) // PAGE))) if used else 30
    return found, y


def spaces(drawing, frames, processes, y):
    drawing.text(MARGIN, y, "Address spaces", "title")
    drawing.text(MARGIN, y + 22, "What each process has mapped, at the same height the same address: r it may read, rw write "
                                 "too. A dotted line is mapped by nobody.", "small")
    lists = [stretches(process, frames) for process in processes]
    marks, end = places([one for mapped in lists for one in mapped], y + 88)
    axis(drawing, marks)
    for i, (process, mapped) in enumerate(zip(processes, lists)):
        column(drawing, LEFT + i * (COLUMN + GAP), y + 56, process, mapped, (marks, end), processes)
    kernel(drawing, end, len(processes))
    return end + 34


def axis(drawing, marks):
    for address, (y, _) in marks.items():
        drawing.text(LEFT - 10, y + 4, f"{address:08x}", "mono pale end")


def column(drawing, x, y, process, mapped, scale, processes):
    marks, end = scale
    drawing.text(x, y, name(process), "head")
    drawing.text(x, y + 17, f"directory {process.directory:08x}: {many(len(process.pages), 'page')}, {many(process.tables, 'table')}", "small")
    drawing.line((x + COLUMN // 2, y + 32), (x + COLUMN // 2, end), colour=LINE, stroke_dasharray="2 4")
    for start, stop, may, owner in mapped:
        low, high = marks[start][0], marks[stop][0]
        colour = "#ffffff" if owner == "device" else looks(owner)[0]
        facts = {"process": process.number, "start": f"{start:08x}", "end": f"{stop:08x}", "rights": may, "of": owner}
        drawing.box(x, low, COLUMN, high - low, colour, facts, stroke=INK)
        what = words_of(owner, process, (stop - start) // PAGE)
        drawing.text(x + 8, low + 14, f"{may:<2} {what}", "mono" + (" light" if owner in DARK else ""))


def words_of(owner, process, pages):
    """How many pages, and whose they are if not the process's own."""
    whose = {"device": ", a device", "kernel": " of the kernel", "modules": ", boot modules", "shared": ", shared",
             "tables": " OF PAGE TABLES", "free": " THAT ARE FREE", "none": " THAT ARE NO RAM"}
    other = "" if owner == str(process.number) else f" OF PROCESS {owner}"
    return f"{many(pages, 'page')}{whose.get(owner, other)}"


def kernel(drawing, y, columns):
    """Its pages of 4 MiB are the same in all."""
    width = columns * (COLUMN + GAP) - GAP
    drawing.text(LEFT - 10, y + 4, f"{KERNEL_BASE:08x}", "mono pale end")
    drawing.box(LEFT, y, width, 34, FIXED["kernel"][0], stroke=INK)
    drawing.text(LEFT + width // 2, y + 21, "the kernel, and all RAM for it, in every address space: no process may touch it",
                 "middle light")


# --- One walk, drawn as in Intel's manual: entry 0 is at the bottom of a table

COLOURS = "#3a6ea5", "#2f8a5f", "#b0602a"  # of the parts of an address, and of the tables they lead into
TINTS = "#d5e4f5", "#d3eee0", "#f8e2d0"
BIT, BITS_AT = 21, 104
TABLES, ENTRY, TABLE = 276, 26, 150  # their upper edge; size of an entry
AT = 250, 530, 810  # left edges of directory, page table and page


def walk(found):
    """`found`: process, address, steps [(where a table lies, its words, which is taken)], of which the last is the page
    itself if it is `reached`; and whether the page is `large`."""
    facts = {f"step{i}": f"{base:08x} {number} {words[number]:08x}" for i, (base, words, number) in enumerate(found.steps)}
    drawing = Drawing(1040, address=f"{found.address:08x}", process=found.process.number, **facts)
    drawing.text(MARGIN, 38, f"From the address {found.address:08x} to a byte of RAM", "title")
    drawing.text(MARGIN, 60, f"In the address space of {name(found.process)}. Every number is one that the machine had.", "small")
    middles = parts(drawing, found)
    cr3(drawing, found.process.directory)
    came, lowest = (MARGIN + 110, TABLES + 41), 0
    for i, step in enumerate(found.steps):
        row, bottom = table(drawing, found, i, step)
        follow(drawing, came, (AT[i], bottom))
        lead(drawing, AT[i], middles[i], row, 2 if is_page(found, i) else i)
        came, lowest = (AT[i] + TABLE, row), max(lowest, bottom)
    return drawing.done(explain(drawing, found, came, lowest + 26))


def explain(drawing, found, came, y):
    """What the entries say, each under its table."""
    lists = [meaning(words[number]) for _, words, number in found.steps]
    if found.reached:
        lists[-1] = landed(found)
    else:
        fault(drawing, came, AT[len(lists)])
    for x, lines in zip(AT, lists):
        for i, line in enumerate(lines):
            drawing.text(x, y + 18 * i, line, "head" if i == 0 else "")
    return y + 18 * max(map(len, lists)) + MARGIN


def meaning(entry):
    if not entry & PRESENT:
        return [f"{entry:08x}", "absent"]
    address = entry & (0xFFC00000 if entry & LARGE else FRAME)
    return [f"{entry:08x}", f"= {address:08x}", *(f"+ {bit:03x} {words}" for bit, words in BITS.items() if entry & bit)]


def landed(found):
    """Ring 3 may do what all entries on the way allow."""
    base, may = found.steps[-1][0], USER | WRITABLE
    for _, words, number in found.steps[:-1]:
        may &= words[number]
    allowed = "ring 3 may not touch it" if not may & USER else "ring 3 may read and write" if may & WRITABLE else "ring 3 may only read"
    offset = found.address & (0x3FFFFF if found.large else 0xFFF)
    return [f"physical {base + offset:08x}", f"= {base:08x}", f"+ {offset:x}", allowed]


def fault(drawing, came, x):
    drawing.line(came, (x, came[1]), colour="#b23a48", stroke_width=1.4, marker_end="url(#arrow)")
    drawing.box(x, came[1] - 20, TABLE, 40, "#fbe3e5", stroke="#b23a48")
    drawing.text(x + TABLE // 2, came[1] + 5, "page fault", "head middle")


def parts(drawing, found):
    """The address in bits; the middle of each of its parts."""
    widths = (10, 22) if found.large else (10, 10, 12)
    low, x, middles = 32, AT[0], []
    for i, bits in enumerate(widths):
        low -= bits
        part(drawing, x, found.address >> low & (1 << bits) - 1, bits, i)
        middles.append(x + bits * BIT // 2)
        x += bits * BIT
    drawing.text(AT[0] - 20, BITS_AT + 20, f"{found.address:08x}", "mono big end")
    return middles


def part(drawing, x, value, bits, i):
    """Ten bits are the number of an entry, all others that of a byte in a page."""
    kind = i if bits == 10 else 2
    what = f"byte {value:0{bits // 4}x}" if bits != 10 else f"{('directory', 'page table')[i]} entry {value}"
    drawing.box(x, BITS_AT, bits * BIT, 30, TINTS[kind], stroke=COLOURS[kind])
    for n, bit in enumerate(f"{value:0{bits}b}"):
        drawing.text(x + n * BIT + BIT // 2, BITS_AT + 20, bit, "mono big middle")
    drawing.text(x + bits * BIT // 2, BITS_AT - 8, what, "head middle")


def cr3(drawing, directory):
    drawing.text(MARGIN, TABLES + 18, "CR3", "head")
    drawing.box(MARGIN, TABLES + 26, 110, 30, "#ffffff", stroke=INK)
    drawing.text(MARGIN + 55, TABLES + 46, f"{directory:08x}", "mono middle")


def shown(number, count):
    """The entries that are drawn, from the top: both ends, and three with the one taken; None where some are left out."""
    near = min(max(number - 1, 1), count - 4)
    numbers = [count - 1, near + 2, near + 1, near, 0]
    return [one for above, below in zip(numbers, [*numbers[1:], -1]) for one in (above, None)[:1 + (above - below > 1)]]


def is_page(found, i):
    return found.reached and i == len(found.steps) - 1


def table(drawing, found, i, step):
    """Draws a table, or the page; the height of the entry that is taken, and of the lower edge."""
    base, words, number = step
    page = is_page(found, i)
    kind, x, y = 2 if page else i, AT[i], TABLES
    what = ("4 MiB page" if found.large else "page") if page else ("page directory", "page table")[i]
    drawing.text(x, y - 30, what, "head")
    drawing.text(x, y - 13, f"at {base:08x}", "mono pale")
    row = y
    for one in shown(number, len(words)):
        if one == number:
            row = y + ENTRY // 2
        entry(drawing, x, y, one, words, (one == number, kind, page))
        y += ENTRY
    return row, y


def entry(drawing, x, y, number, words, how):
    taken, kind, page = how
    drawing.box(x, y, TABLE, ENTRY, TINTS[kind] if taken else "#ffffff", stroke=COLOURS[kind])
    if number is None:
        drawing.text(x + TABLE // 2, y + 17, "\u22ee", "middle pale")
        return
    drawing.text(x + TABLE // 2, y + 17, f"{words[number]:08x}", "mono middle" + ("" if taken else " pale"))
    drawing.text(x + TABLE + 6, y + (10 if taken else 17), f"{4 * number:x}" if page else str(number), "mono pale")


def follow(drawing, start, end):
    """From an entry to the lower edge of what it points to."""
    middle = start[0] + 44
    drawing.line(start, (middle, start[1]), (middle, end[1]), end, colour=INK, stroke_width=1.4, marker_end="url(#arrow)")


def lead(drawing, x, middle, row, kind):
    """From a part of the address to the entry that it numbers."""
    left, turn = x - 26, BITS_AT + 56 + 22 * (kind % 2)
    drawing.line((middle, BITS_AT + 30), (middle, turn), (left, turn), (left, row), (x, row), colour=COLOURS[kind],
                 stroke_width=1.4, marker_end="url(#arrow)")
