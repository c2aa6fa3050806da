# SPDX-License-Identifier: BSD-2-Clause
"""Reads the marker comments of one file.

    // SOLUTION traps.4
    // | what the student finds (one line at least; `// |` alone is an empty one)
    // < what stands there in the branches of earlier labs (optional)
    ... the solution ...
    // END traps.4

    // SINCE paging
    // < what stands there in the branches of earlier labs (optional)
    ... what comes with this lab, and is no exercise ...
    // END paging

The earlier text of a SINCE may itself hold a SINCE of a lab in between, with markers and all behind `// <`.
A parsed file is a list of lines (str), Regions and Sinces.
All that looks like a marker and is not a right one is an error: a marker that is missed shows a solution.
"""
import re
from dataclasses import dataclass
from pathlib import PurePosixPath

from . import BranchError

LEADERS = {".c": "//", ".h": "//", ".S": "//", ".asm": ";", ".inc": ";"}
OTHERS = "#"
PROSE = {".md"}  # the docs show markers as examples, so nothing is a marker there

LOOKS_LIKE_MARKER = re.compile(r"^\s*(?:/[/*]+|;+|#+)\s*(?:SOLUTION|SINCE|END)\b")


@dataclass(frozen=True)
class Region:
    """An exercise."""
    exercise: str
    line: int       # of the SOLUTION marker
    student: tuple  # lines that the student finds
    earlier: tuple  # lines in the branches of earlier labs
    solution: tuple

    @property
    def lab(self):
        return self.exercise.split(".")[0]


@dataclass(frozen=True)
class Since:
    """What comes with a lab."""
    lab: str
    line: int       # of the SINCE marker
    earlier: tuple  # pieces in the branches of earlier labs: lines, and Sinces of labs in between
    text: tuple


@dataclass(frozen=True)
class Syntax:
    marker: re.Pattern
    text: re.Pattern
    looks_like_text: re.Pattern


def syntax(path):
    """An exercise has a dot in its name, a lab has none."""
    leader = re.escape(LEADERS.get(PurePosixPath(path).suffix, OTHERS))
    return Syntax(re.compile(rf"^\s*{leader} (SOLUTION(?=.*\.)|SINCE(?!.*\.)|END) ([a-z]+(?:\.[0-9]+)?)\s*$"),
                  re.compile(rf"^(\s*){leader} ([|<])(?: (.*))?$"),
                  re.compile(rf"^\s*{leader}\s?[|<]"))


def is_prose(path):
    return PurePosixPath(path).suffix in PROSE


def parse(path, text):
    lines = text.split("\n")
    return lines if is_prose(path) else Parser(path, lines).pieces()


class Parser:
    def __init__(self, path, lines):
        self.path, self.lines, self.at = path, lines, 0
        self.syntax = syntax(path)

    def pieces(self):
        found = []
        while self.at < len(self.lines):
            found.append(self.piece())
        return found

    def piece(self):
        kind, name = self.marker()
        if kind == "END":
            self.fail(f"END {name} without a start")
        if kind:
            return self.region(name) if kind == "SOLUTION" else self.since(name)
        if self.syntax.text.match(self.line()):
            self.fail("text line outside the head of a region (a picture wants one more space)")
        return self.take()

    def region(self, exercise):
        start = self.at
        self.take()
        student, earlier = self.head()
        if not student:
            self.fail(f"{exercise} has no text for the student", start)
        solution = self.body(exercise, start)
        return Region(exercise, start + 1, student, earlier, solution)

    def since(self, lab):
        start = self.at
        self.take()
        student, earlier = self.head()
        if student:
            self.fail(f"SINCE {lab} is no exercise, and has no text for the student", start)
        return Since(lab, start + 1, self.nested(earlier, start), self.body(lab, start))

    def nested(self, earlier, start):
        pieces = Parser(self.path, list(earlier)).pieces()
        if any(isinstance(piece, Region) for piece in pieces):
            self.fail("an exercise in the text of earlier labs", start)
        return tuple(pieces)

    def head(self):
        texts = {"|": [], "<": []}
        while self.at < len(self.lines) and (match := self.syntax.text.match(self.line())):
            indent, sign, text = match.groups()
            texts[sign].append((indent + text).rstrip() if text else "")
            self.take()
        return tuple(texts["|"]), tuple(texts["<"])

    def body(self, opened, start):
        lines = []
        while self.at < len(self.lines):
            kind, name = self.marker()
            if kind:
                self.must_close(opened, kind, name)
                self.take()
                return tuple(lines)
            if self.syntax.looks_like_text.match(self.line()):
                self.fail(f"text line outside the head of {opened}, or no space after its sign")
            lines.append(self.take())
        self.fail(f"{opened} is not closed", start)

    def must_close(self, opened, kind, name):
        if kind != "END":
            self.fail(f"{name} starts inside {opened}: regions do not nest")
        if name != opened:
            self.fail(f"END {name} closes {opened}")

    def marker(self):
        match = self.syntax.marker.match(self.line())
        if not match and LOOKS_LIKE_MARKER.match(self.line()):
            self.fail(f"not a right marker: {self.line().strip()}")
        return match.groups() if match else (None, None)

    def line(self):
        return self.lines[self.at]

    def take(self):
        self.at += 1
        return self.lines[self.at - 1]

    def fail(self, message, at=None):
        line = self.at if at is None else at
        raise BranchError(f"{self.path}:{line + 1}: {message}")
