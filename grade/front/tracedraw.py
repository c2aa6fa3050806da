# SPDX-License-Identifier: BSD-2-Clause
"""The picture of `make trace`, as SVG: a line for each thread, time runs down, an arrow for each message.

Every shape that stands for something that has happened says in data-* what it was.
"""

from dataclasses import dataclass

from memdraw import INK, LINE, MARGIN, PALE, PROCESSES, Drawing

FIRST, SPACE, RIGHT = 250, 190, 170  # where the first line is, from one to the next, behind the last
HEAD, HEAD_WIDTH, HEAD_HEIGHT = 92, 156, 46
ROW, SOON, LULL = 44, 30, 30  # from one happening to the next; in the same moment; more, if the clock has gone on so far:
LONG = 8  # milliseconds
BAR, WAIT = 12, 6  # widths: of who serves, of who waits for a reply
MILLISECONDS, INSTRUCTIONS = 84, 158  # right edges of the columns

KERNEL = "#37455f"
COLOURS = {"call": INK, "taken": INK, "line": INK, "reply": "#3a6ea5", "error": "#b23a48", "kernel": "#7a4fb0",
           "park": "#b0602a", "fail": "#b23a48", "end": PALE}
WORDS = {"call": "a message", "reply": "its reply", "error": "an error instead", "kernel": "a message of the kernel's"}
DASHED = "reply", "error"
HALO = "text.halo { paint-order: stroke; stroke: #ffffff; stroke-width: 4px; stroke-linejoin: round; }"


@dataclass
class Life:
    """The line of a thread, or of the kernel."""
    x: int
    colour: str
    serves: int = None  # since that height
    waits: int = None


def colour(process):
    return PROCESSES[(process - 1) % len(PROCESSES)]


def parts(text):
    """What is said, and the cookie."""
    words = text.split(", ")
    return [[word for word in words if word.startswith("cookie ") == cookie] for cookie in (False, True)]


def sequence(story, end):
    return Sequence(story).picture(end)


class Sequence:
    def __init__(self, story):
        self._story = story
        people = sorted(story.people.values(), key=lambda who: (who.process, who.thread))
        numbers = [None] if any(one.kind == "kernel" for one in story.happenings) else []
        numbers += [who.thread for who in people]
        self._life = {number: Life(FIRST + i * SPACE, colour(story.people[number].process) if number else KERNEL)
                      for i, number in enumerate(numbers)}
        self._drawing = Drawing(FIRST + (len(numbers) - 1) * SPACE + RIGHT)
        self._drawing.add("style", HALO)
        self._rows = list(self._heights())
        self._end = self._rows[-1][1] + ROW
        self._lines = {}  # where those begin that wait in line

    def _heights(self):
        y, before = HEAD + 2 * HEAD_HEIGHT + 40, None
        for one in self._story.happenings:
            if before:
                y += SOON if one.at == before else ROW
                y += LULL if one.at.milliseconds - before.milliseconds >= LONG else 0
            yield one, y
            before = one.at

    def picture(self, end):
        drawing = self._drawing
        drawing.text(MARGIN, 38, "Who sends what to whom", "title")
        drawing.text(MARGIN, 60, "Each line is a thread. A broad bar: it has received a message, and owes the reply. "
                                 "A narrow one: it waits for a reply.", "small")
        self._lifelines()
        self._bars()
        self._times()
        for one, y in self._rows:
            self._happening(one, y)
        self._heads()
        self._legend(self._end + 44)
        drawing.text(MARGIN, self._end + 14, end, "small")
        return drawing.done(self._end + 44 + MARGIN)

    def _box(self, left, top, width, height, fill, **more):
        self._drawing.add("rect", x=left, y=top, width=width, height=height, fill=fill, **more)

    # --- What stands still

    def _heads(self):
        self._processes()
        for number, life in self._life.items():
            who = self._story.people.get(number)
            if who:
                self._head(life, number, (who.function or who.program or "?", f"thread {number}"), "#ffffff", "middle")
            else:
                self._head(life, 0, ("the kernel", "for itself"), KERNEL, "middle light")

    def _head(self, life, number, words, fill, style):
        left, top = life.x - HEAD_WIDTH // 2, HEAD + HEAD_HEIGHT - 8
        self._box(left, top, HEAD_WIDTH, HEAD_HEIGHT, fill, stroke=life.colour, stroke_width=2, rx=4, facts={"thread": number})
        self._drawing.text(life.x, top + 19, words[0], f"head {style}")
        self._drawing.text(life.x, top + 36, words[1], f"small {style}")

    def _processes(self):
        """A band over the threads of each."""
        for process in sorted({who.process for who in self._story.people.values()}):
            members = [who for who in self._story.people.values() if who.process == process]
            places = [self._life[who.thread].x for who in members]
            left, right = min(places) - HEAD_WIDTH // 2, max(places) + HEAD_WIDTH // 2
            self._box(left, HEAD, right - left, 26, colour(process), stroke="none", rx=4)
            program = f": {members[0].program}" if members[0].program else ""
            self._drawing.text((left + right) // 2, HEAD + 18, f"process {process}{program}", "head middle")

    def _lifelines(self):
        top, ends = HEAD + 2 * HEAD_HEIGHT - 8, {one.source: y for one, y in self._rows if one.kind == "end"}
        for number, life in self._life.items():
            self._drawing.line((life.x, top), (life.x, ends.get(number, self._end)), colour=life.colour,
                               stroke_width=1.4, stroke_dasharray="1 5", stroke_linecap="round")

    def _times(self):
        self._drawing.text(MILLISECONDS, HEAD + 2 * HEAD_HEIGHT - 10, "ms", "small end")
        self._drawing.text(INSTRUCTIONS, HEAD + 2 * HEAD_HEIGHT - 10, "instructions", "small end")
        before = None
        for one, y in self._rows:
            if one.at == before:
                continue
            if before and one.at.milliseconds - before.milliseconds >= LONG:
                self._drawing.text(MILLISECONDS, y - LULL, "\u22ee", "big pale end")
            if not before or one.at.milliseconds != before.milliseconds:
                self._drawing.text(MILLISECONDS, y + 4, f"{one.at.milliseconds}", "mono end")
            if before:
                self._drawing.text(INSTRUCTIONS, y + 4, f"+{one.at.instructions - before.instructions:,}", "mono pale end")
            before = one.at

    def _legend(self, y):
        x = MARGIN
        for kind, words in WORDS.items():
            self._arrow((x, y - 4), (x + 44, y - 4), kind)
            self._drawing.text(x + 54, y, words, "small")
            x += 84 + 6 * len(words)

    # --- Bars: from when to when somebody serves, or waits

    def _bars(self):
        for one, y in self._rows:
            source, target = self._life.get(one.source), self._life.get(one.target)
            if one.kind in ("call", "line"):
                source.waits = y
            if one.kind in ("call", "taken"):
                target.serves = y
            if one.kind in ("reply", "error"):
                self._bar(target, "waits", y)
            if one.kind in ("reply", "error", "park", "end") and not one.parked:
                self._bar(source, "serves", y)
            if one.kind in ("fail", "end"):
                self._bar(source, "waits", y)
        for life in self._life.values():
            self._bar(life, "serves", self._end)
            self._bar(life, "waits", self._end)

    def _bar(self, life, what, y):
        """Ends it, if it has begun."""
        since, width = getattr(life, what), BAR if what == "serves" else WAIT
        if since is not None:
            self._box(life.x - width // 2, since, width, y - since, life.colour if what == "serves" else "#ffffff",
                              stroke=life.colour, rx=2)
        setattr(life, what, None)

    # --- Happenings

    def _happening(self, one, y):
        facts = {"kind": one.kind, "source": one.source or 0, "target": one.target or 0, "text": one.text,
                 "instructions": one.at.instructions}
        if one.target is None or one.kind == "park":
            self._mark(one, y, facts)
        else:
            start = self._lines.pop(one.source, y) if one.kind == "taken" else y
            self._message(one, start, y, facts)

    def _message(self, one, start, y, facts):
        source, target = self._life[one.source], self._life[one.target]
        way = 1 if target.x > source.x else -1
        self._arrow((source.x + way * BAR // 2, start), (target.x - way * BAR // 2, y), one.kind, facts=facts)
        self._label(source, target, y, one)

    def _label(self, source, target, y, one):
        """Near the point of the arrow: over it what is said, unless it was when it came in line; below it the cookie."""
        side = max(-1, min(1, (source.x - target.x) / SPACE))
        middle = target.x + side * SPACE / 2
        said, cookie = [", ".join(part) for part in parts(one.text)]
        if one.kind != "taken":
            self._drawing.add("text", said, x=middle, y=y - 6, class_="halo middle", style=f"fill: {COLOURS[one.kind]}")
        self._drawing.text(middle, y + 14, cookie, "small middle halo")

    def _mark(self, one, y, facts):
        """What concerns one thread alone, told at its line."""
        x, low, ink, text = self._life[one.source].x, 4, COLOURS[one.kind], one.text
        if one.kind == "line":
            self._lines[one.source], low = y, -6
        elif one.kind == "park":
            text = f"parks the call of thread {one.target}"
            self._drawing.add("circle", cx=x, cy=y, r=6, fill="#ffffff", stroke=ink, stroke_width=2)
        else:
            for sign in (1, -1):
                self._drawing.line((x - 6, y - 6 * sign), (x + 6, y + 6 * sign), colour=ink, stroke_width=2)
        self._drawing.add("text", text, x=x + 14, y=y + low, class_="halo", style=f"fill: {ink}", facts=facts)

    def _arrow(self, start, end, kind, **more):
        dashes = {"stroke_dasharray": "5 4"} if kind in DASHED else {}
        self._drawing.line(start, end, colour=COLOURS[kind], stroke_width=1.6, marker_end="url(#arrow)", **dashes, **more)
