# SPDX-License-Identifier: BSD-2-Clause
"""What must hold between the regions and the labs; each check returns its problems as lines of text."""
from . import matches
from .markers import Region


def check_all(source):
    return [problem for check in CHECKS for problem in check(source)]


def unknown_exercises(source):
    return [f"{path}:{region.line}: {region.exercise} is in no lab.toml"
            for path, region in source.regions if region.exercise not in source.exercises]


def exercises_without_region(source):
    marked = {region.exercise for _, region in source.regions}
    return [f"labs/{lab}/lab.toml: {exercise} has no region in the tree"
            for exercise, lab in source.exercises.items() if exercise not in marked]


def regions_not_editable(source):
    editable = {exercise: lab.editable for lab in source.labs for exercise in lab.exercises}
    return [f"{path}:{region.line}: {region.exercise} stands in a file that is not editable in its lab.toml"
            for path, region in source.regions if not matches(path, editable.get(region.exercise, "*"))]


def adds_without_file(source):
    return [f"labs/{lab.name}/lab.toml: adds: no file matches {glob}" for lab in source.labs for glob in lab.adds
            if not any(matches(path, [glob]) for path in source.tree)]


def neighbours_of_two_labs(source):
    """A line that never changes has to part them, else git sees one conflict in the two changes."""
    problems = []
    for path, pieces in source.parsed.items():
        solid = [piece for piece in pieces if isinstance(piece, Region) or piece.strip()]
        problems += [f"{path}:{b.line}: {b.exercise} touches {a.exercise} of another lab: merging would conflict"
                     for a, b in zip(solid, solid[1:]) if isinstance(a, Region) and isinstance(b, Region)
                     and a.exercise.split(".")[0] != b.exercise.split(".")[0]]
    return problems


CHECKS = (unknown_exercises, exercises_without_region, regions_not_editable, adds_without_file, neighbours_of_two_labs)
