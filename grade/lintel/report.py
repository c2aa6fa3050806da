# SPDX-License-Identifier: BSD-2-Clause
"""What people read: why a test failed, and a lab's result as a table."""

from rich.console import Console
from rich.text import Text

from .text import clean, indent, line

MARK = {"passed": ("pass", "green"), "failed": ("FAIL", "red"), "error": ("error", "yellow")}
WHAT = {
    "build": "did not build",
    "boot": "did not boot",
    "triple-fault": "triple fault",
    "panic": "kernel panic",
    "hang": "hang",
    "wrong": "wrong answer",
    "missing": "exercise missing",
}


def explain(lab, test, failure, seed=0):
    """The text of one failed test."""
    words = f"LAB={lab.name} TEST={test.id}" + (f" SEED={seed}" if seed else "")
    rows = [
        ("expected", clean(failure.expected)),
        ("seen", clean(failure.seen, lines=20)),
        ("kind", WHAT[failure.kind]),
        ("hint", clean(failure.hint)),
        ("exercise", f"{test.exercise.id}  {test.exercise.title}  ({test.exercise.file})"),
        ("needs too", ", ".join(test.needs)),
        ("read", lab.where(test)),
        ("alone", f"make grade {words}"),
        ("in gdb", f"make gdb {words}"),
    ]
    return "\n".join(f"{name:<9} {_hang(text)}" for name, text in rows if text)


def not_graded(why):
    return "\n".join(["not graded  the grader failed, not your work: run it again", f"because     {line(why, 400)}"])


def _hang(text):
    return indent(text, 10).lstrip()


def table(data, lab, file=None):
    """Print a result document: exercises with their tests, then each failure, then the total."""
    console = Console(file=file, highlight=False, soft_wrap=True)
    _print(console, f"{lab.title}  ({lab.name}, seed {data['seed']})", "bold")
    width = max(len(t["name"]) for t in data["tests"])
    deep = max(len(t["id"]) for t in data["tests"])
    for exercise in lab.exercises.values():
        _exercise(console, exercise, [t for t in data["tests"] if t["number"] == exercise.id], width, deep)
    for tests in _alike(data["tests"]):
        _failure(console, tests[0])
        _waiting(console, tests[1:])
    _total(console, data)


def unbuilt(data, lab, failure):
    """Print the one reason for which nothing was tested."""
    console = Console(highlight=False, soft_wrap=True)
    _print(console, f"{lab.title}  ({lab.name}, seed {data['seed']})\n", "bold")
    _print(console, f"The build failed, so no test could run. Expected: {line(failure.expected)}", "red")
    _print(console, indent(clean(failure.seen, lines=20), 2))
    _print(console, f"\n0/{data['max_score']} points", "bold")


def _exercise(console, exercise, tests, width, deep):
    if not tests:
        return
    points = f"{sum(t['score'] for t in tests):>3}/{sum(t['max_score'] for t in tests)}"
    _print(console, f"\n{exercise.id:<9} {exercise.title:<{width + deep}}  {points}", "bold")
    for test in tests:
        word, style = MARK[test["status"]]
        row = f"{test['id']:<{deep}}  {test['name']:<{width}}  {test['score']:>3}/{test['max_score']}"
        console.print(Text.assemble("  ", (f"{word:<5}", style), " ", row))


def _alike(tests):
    """What did not pass, in groups: tests that one missing exercise stops are told of once."""
    groups = {}
    for test in tests:
        if test["status"] != "passed":
            cause = _seen(test) if test["extra_data"]["kind"] == "missing" else test["id"]
            groups.setdefault(cause, []).append(test)
    return groups.values()


def _seen(test):
    return next((row for row in test["output"].splitlines() if row.startswith("seen ")), "")


def _waiting(console, tests):
    if tests:
        _print(console, f"\n  {len(tests)} more for the same reason: {' '.join(t['id'] for t in tests)}")


def _failure(console, test):
    word, style = MARK[test["status"]]
    console.print(Text.assemble("\n", (f"{word} ", f"bold {style}"), (test["id"], "bold"), f"  {test['name']}"))
    _print(console, indent(test["output"], 2))


def _total(console, data):
    lost = sum(t["status"] == "failed" for t in data["tests"])
    broken = sum(t["status"] == "error" for t in data["tests"])
    passed = "all public tests pass" if len(data["tests"]) > 1 else "this test passes"
    verdict = passed if not lost + broken else f"{lost} failed" + (f", {broken} not graded" if broken else "")
    _print(console, f"\n{data['score']}/{data['max_score']} points  {verdict}  ({data['execution_time']:.1f} s)", "bold")
    if data["output"]:
        _print(console, data["output"])
    if not data["complete"]:
        _print(console, "INCOMPLETE: the run was cut short; this is no grade", "bold red")


def _print(console, text, style=""):
    console.print(Text(text, style))
