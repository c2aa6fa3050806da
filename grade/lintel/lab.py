# SPDX-License-Identifier: BSD-2-Clause
"""A lab's own description: labs/NAME/lab.toml and the test functions that it names."""

import ast
import pathlib
import re
import tomllib
from dataclasses import dataclass, field

ROOT = pathlib.Path(__file__).resolve().parents[2]


class LabError(Exception):
    """The lab's description is wrong: the grader's fault."""


@dataclass(frozen=True)
class Exercise:
    id: str
    title: str
    file: str
    section: str = ""


@dataclass(frozen=True)
class Test:
    id: str
    exercise: Exercise
    points: int
    title: str
    needs: list = field(default_factory=list)


@dataclass(frozen=True)
class Lab:
    name: str
    title: str
    handout: str
    editable: list
    exercises: dict
    tests: dict

    def where(self, test):
        """The place in the handout that speaks of a test."""
        section = test.exercise.section
        gap = "" if section.startswith("#") or not section else ", "
        return f"{self.handout}{gap}{section}"


def load(name, root=ROOT):
    """The lab, checked; LabError tells what is wrong with it."""
    _demand(re.fullmatch("[a-z0-9_-]+", name), f"{name!r} is not a lab's name")
    if not (root / "labs" / name / "lab.toml").is_file():
        there = ", ".join(sorted(path.parent.name for path in (root / "labs").glob("*/lab.toml")))
        raise LabError(f"there is no lab {name!r}; there is: {there}")
    try:
        raw = tomllib.loads((root / "labs" / name / "lab.toml").read_text())
        exercises = {e["id"]: Exercise(*(e.get(k, "") for k in ("id", "title", "file", "section"))) for e in raw["exercise"]}
        tests = [_test(t, exercises) for t in raw["test"]]
    except (OSError, KeyError, tomllib.TOMLDecodeError) as error:
        raise LabError(f"lab {name}: {type(error).__name__}: {error}") from None
    lab = Lab(name, raw.get("title", name), raw["handout"], raw["editable"], exercises, {t.id: t for t in tests})
    _check(lab, tests, root / "grade" / "labs" / f"test_{name}.py")
    return lab


def _test(raw, exercises):
    return Test(raw["id"], exercises[raw["exercise"]], raw["points"], raw["title"], raw.get("needs", []))


def _check(lab, tests, source):
    _demand(len(lab.tests) == len(tests), f"lab {lab.name}: two tests have one id")
    total = sum(t.points for t in tests)
    _demand(total == 100, f"lab {lab.name}: the points' sum is {total}, not 100")
    unknown = {need for t in tests for need in t.needs} - set(lab.exercises)
    _demand(not unknown, f"lab {lab.name}: no such exercise: {', '.join(sorted(unknown))}")
    different = _functions(source) ^ set(lab.tests)
    _demand(not different, f"{source.name} and lab.toml differ: {', '.join(sorted(different))}")


def _functions(source):
    """The ids of the test functions, read without running the file."""
    tree = ast.parse(source.read_text())
    return {f.name.removeprefix("test_") for f in tree.body if isinstance(f, ast.FunctionDef) and f.name.startswith("test_")}


def _demand(condition, otherwise):
    if not condition:
        raise LabError(otherwise)
