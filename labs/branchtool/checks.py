# SPDX-License-Identifier: BSD-2-Clause
"""What must hold between the files and the labs; each check returns its problems as lines of text."""
from . import matches
from .markers import Since


def check_all(source):
    return [problem for check in CHECKS for problem in check(source)]


def unknown_exercises(source):
    return [f"{path}:{region.line}: {region.exercise} is in no lab.toml"
            for path, region in source.regions if region.exercise not in source.exercises]


def exercises_without_region(source):
    """A branch asks for the exercises of all labs up to its own."""
    problems = []
    for lab in source.labs:
        marked = {region.exercise for region in source.regions_in(lab.name)}
        problems += [f"labs/{one.name}/lab.toml: {exercise} has no region in lab/{lab.name}"
                     for one in source.up_to(lab.name) for exercise in one.exercises if exercise not in marked]
    return problems


def regions_not_editable(source):
    editable = {exercise: lab.editable for lab in source.labs for exercise in lab.exercises}
    return [f"{path}:{region.line}: {region.exercise} stands in a file that is not editable in its lab.toml"
            for path, region in source.regions if not matches(source.place(path), editable.get(region.exercise, "*"))]


def since_no_later_lab(source):
    return [f"{path}:{piece.line}: SINCE {piece.lab}: no lab of this name comes after the first"
            for path, pieces in source.parsed.items() for piece in pieces
            if isinstance(piece, Since) and not source.comes_later(piece.lab)]


def before_no_later_lab(source):
    return [f"{path}: no lab of this name comes after the first"
            for path, (lab, _) in source.before.items() if not source.comes_later(lab)]


def before_in_no_branch(source):
    return [f"{path}: {place} stands in no branch"
            for path, (_, place) in source.before.items() if source.is_never(place)]


def adds_without_file(source):
    return [f"labs/{lab.name}/lab.toml: adds: no file matches {glob}" for lab in source.labs for glob in lab.adds
            if not any(matches(path, [glob]) for path in source.tree)]


def neighbours_of_two_labs(source):
    """A line that never changes has to part them, else git sees one conflict in the two changes."""
    problems = []
    for path, pieces in source.parsed.items():
        solid = [piece for piece in pieces if not isinstance(piece, str) or piece.strip()]
        problems += [f"{path}:{b.line}: a region of {b.lab} touches one of {a.lab}: merging would conflict"
                     for a, b in zip(solid, solid[1:])
                     if not isinstance(a, str) and not isinstance(b, str) and a.lab != b.lab]
    return problems


CHECKS = (unknown_exercises, exercises_without_region, regions_not_editable, since_no_later_lab, before_no_later_lab,
          before_in_no_branch, adds_without_file, neighbours_of_two_labs)
