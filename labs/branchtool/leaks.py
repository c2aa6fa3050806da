# SPDX-License-Identifier: BSD-2-Clause
"""Proves that a branch shows no solution that its student has to write.

Lines are compared whole, without white space, comment leaders, quotes and diff signs. A line of a hidden
solution may show only if it is short, or if the code that is given has it anyway (an idiom); the
docs and the tests excuse nothing, since it is they who quote. Several such lines in a row are a leak
wherever they stand.
"""
import re
from pathlib import PurePosixPath

from .gitcmd import git, read_objects
from .markers import LEADERS, LOOKS_LIKE_MARKER, Region, Since, is_prose
from .states import branch_names, branch_tree, missing_in, shown

SIGNIFICANT = 12  # letters and digits; shorter lines are anybody's
ROW = 4           # that many lines of a solution one after the other are no idiom


def leaks(source):
    """The leaks of all branches as they would be made now, as lines of text."""
    return [leak for name in branch_names(source) for leak in tree_leaks(source, name, branch_tree(source, name))]


def tree_leaks(source, branch, tree):
    held = source.files_in(branch.split("/")[1])
    wrong = [f"{branch}: {path} must not be here" for path in tree if path not in held]
    return wrong + Guard(source, branch).search((path, file.data) for path, file in tree.items())


def history_leaks(source, branch, repo, commit):
    """All files of all commits that can be reached from this one."""
    listed = [line.partition(" ") for line in git(repo, "rev-list", "--objects", commit).decode().splitlines()]
    paths = {name: path for name, _, path in listed if path}
    blobs = read_objects(repo, list(paths))
    return Guard(source, branch).search((paths[name], data) for name, data in blobs.items())


def fold(line):
    return re.sub(r"\s", "", line).strip("+-|<>#/*;`\"',")


def significant(lines):
    """Pairs of line number and folded line, for those that say something."""
    folded = ((number, fold(line)) for number, line in enumerate(lines, 1))
    return [(number, line) for number, line in folded if sum(map(str.isalnum, line)) >= SIGNIFICANT]


def rows(lines):
    """Tuples of ROW significant lines that follow one another."""
    texts = [text for _, text in lines]
    return list(zip(*(texts[start:] for start in range(ROW))))


class Guard:
    """Knows what one branch must not show."""

    def __init__(self, source, branch):
        self.branch = branch
        self.lines, self.rows = {}, {}  # what is hidden -> exercise
        self.split(source, self.hidden(source, branch))

    def hidden(self, source, branch):
        later = source.after(branch.split("/")[1])
        return missing_in(source, branch) | {exercise for lab in later for exercise in lab.exercises}

    def split(self, source, hidden):
        given, given_rows = set(), set()
        for _, region in source.regions:
            given_texts = [region.student, region.earlier]
            if region.exercise in hidden:
                self.hide(region)
            else:
                given_texts.append(region.solution)
            for lines in map(significant, given_texts):
                given.update(text for _, text in lines)
                given_rows.update(rows(lines))
        self.excuse(given | given_code(source, self.branch), given_rows)

    def hide(self, region):
        lines = significant(region.solution)
        self.lines.update((text, region.exercise) for _, text in lines)
        self.rows.update((row, region.exercise) for row in rows(lines))

    def excuse(self, lines, rows):
        self.lines = {text: exercise for text, exercise in self.lines.items() if text not in lines}
        self.rows = {row: exercise for row, exercise in self.rows.items() if row not in rows}

    def search(self, files):
        return [f"{self.branch}: {path}:{line}: {what}" for path, data in files if b"\0" not in data
                for line, what in self.search_text(path, data.decode(errors="replace").split("\n"))]

    def search_text(self, path, lines):
        told = significant(lines)
        if not is_prose(path):
            yield from ((n, "a marker line") for n, line in enumerate(lines, 1) if LOOKS_LIKE_MARKER.match(line))
        yield from ((n, f"shows {self.lines[text]}: {text}") for n, text in told if text in self.lines)
        yield from ((n, f"shows {ROW} lines of {self.rows[row]}, from: {row[0]}")
                    for (n, _), row in zip(told, rows(told)) if row in self.rows)


def given_code(source, branch):
    """The folded lines of code outside of all exercises, in the branch or in its history: that of the labs before."""
    labs = [lab.name for lab in source.up_to(branch.split("/")[1])]
    return {text for lab in labs for _, text in significant(given_lines(source, lab))}


def given_lines(source, lab):
    later = {one.name for one in source.after(lab)}
    for path in source.files_in(lab).values():
        pieces = source.parsed.get(path, ())
        kinds = (str, Since) if is_code(path, pieces) else Since
        yield from (line for piece in pieces if isinstance(piece, kinds) for line in shown(piece, (), later))


def is_code(path, pieces):
    return PurePosixPath(path).suffix in LEADERS or any(isinstance(piece, Region) for piece in pieces)
