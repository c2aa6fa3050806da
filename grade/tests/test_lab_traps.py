# SPDX-License-Identifier: BSD-2-Clause
"""Lab traps as a whole: every state of it gets exactly the points that it should.

The reference gets all; with one exercise missing exactly its tests and those
that need it fail; with none done nothing passes; kernels that cheat get nothing
for it.  Each state is graded by the real grader.
"""

import os
import pathlib

import pytest

import states
from lintel import lab

LAB = lab.load("traps")


@pytest.fixture(scope="session")
def all_states(tmp_path_factory):
    mine = tmp_path_factory.getbasetemp()  # under xdist one of several, and their parent is that of this run
    shared = (mine.parent if "PYTEST_XDIST_WORKER" in os.environ else mine) / "lintel-states"
    shared.mkdir(exist_ok=True)
    return states.States(shared)


@pytest.fixture
def tree(all_states, tmp_path):
    return lambda missing=(), changes=(): all_states.tree(tmp_path / "tree", missing, changes)


def needing(*exercises):
    return {t.id for t in LAB.tests.values() if t.exercise.id in exercises or set(t.needs) & set(exercises)}


def points(ids):
    return sum(LAB.tests[id].points for id in ids)


@pytest.mark.parametrize("seed", [0, 1])
def test_reference(tree, seed):
    document = states.grade(tree(), "--seed", seed)
    assert (states.failed(document), document["score"], document["complete"]) == (set(), 100, True)


@pytest.mark.parametrize("exercise", LAB.exercises)
def test_one_exercise_missing(tree, exercise):
    document = states.grade(tree([exercise]))
    assert states.failed(document) == needing(exercise)
    assert document["score"] == 100 - points(needing(exercise))


def test_nothing_done(tree):
    document = states.grade(tree(["traps"]))
    assert document["score"] == 0
    for test in document["tests"]:
        assert test["extra_data"]["kind"] == "missing", test
        assert f"exercise  {test['number']}" in test["output"] and "stopped at exercise traps.1" in test["output"]


# --- Kernels that are wrong on purpose


def replaced(path, *pairs):
    """{path: the reference's text with pieces replaced, each of which stands there once}."""
    text = (pathlib.Path(states.ROOT) / path).read_text()
    for old, new in pairs:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return {path: text}


def at_idt_init(code):
    return replaced("kernel/idt.c", ("    struct table_register table = {", code + "\n    struct table_register table = {"))


FORGED = r"""
    static const char *const lines[] = {"lintel: root process starts\n", "0 offered=1 0\n", "1 end=1 0\n",
        "panic: double fault in the kernel\n", "panic: invalid opcode in the kernel (vector 6, error code 0)\n",
        "thread 1 ended: page fault (vector 14, error code 6)\n", "0 write=1c 0 00112233445566778899aabbccddeeff\n",
        "0 order=abcdeabcde 00112233445566778899aabbccddeeff\n1 end=1 00112233445566778899aabbccddeeff\n"};
    for (unsigned i = 0; i < 8; i++) {
        print("%s", lines[i]);
        serial_write(SERIAL_TEST, lines[i], strlen(lines[i]));
    }
    machine_stop(MACHINE_DONE);
"""


def test_forger(tree):
    """It prints every line that one could expect, and ends the machine as if all were well."""
    assert states.grade(tree(changes=at_idt_init(FORGED)))["score"] == 0


def test_loop(tree):
    document = states.grade(tree(changes=at_idt_init("    for (;;)\n        __asm__ volatile(\"\");")))
    assert document["score"] == 0
    assert {t["extra_data"]["kind"] for t in document["tests"]} == {"hang"}
    assert all("idt_init" in t["output"] for t in document["tests"])


def test_flood(tree):
    document = states.grade(tree(changes=at_idt_init("    for (;;)\n        serial_write(SERIAL_CONSOLE, \"\\033[2J\", 4);")))
    assert document["score"] == 0
    assert all("endless output" in t["output"] and "\033" not in t["output"] for t in document["tests"])


def test_triple_fault(tree):
    """A table that is as good as empty."""
    document = states.grade(tree(changes=replaced("kernel/idt.c", ("sizeof(idt) - 1", "0"))))
    quiet = {"idt_privilege", "first_entry", "pic_moved", "pic_masks"}  # the table itself is right, and nothing traps
    assert sorted(states.failed(document)) == sorted(needing("traps.1") - quiet)
    assert "triple-fault" in {t["extra_data"]["kind"] for t in document["tests"]}


def test_yes_to_all(tree):
    """Every call succeeds, and none does anything."""
    change = replaced("kernel/call.c", ("    return handlers[function](self);", "    return call_reply(self, 0, 0);"))
    document = states.grade(tree(changes=change))
    assert states.failed(document) == needing("traps.6")


@pytest.mark.parametrize("box", [[], ["--no-sandbox"]], ids=["boxed", "trusted"])
def test_submission(tree, tmp_path, box):
    """Only the lab's editable files are taken, so a submission cannot bring its own judge."""
    if not box and not states.box_works():
        pytest.skip("bubblewrap does not work here")
    base, theirs = tree(), tmp_path / "theirs"
    wrong = replaced("kernel/timer.c", ("+= 1000;", "+= 900;"))
    for path in LAB.editable:
        (theirs / path).parent.mkdir(parents=True, exist_ok=True)
        (theirs / path).write_text(wrong.get(path) or (base / path).read_text())
    for path, text in {"grade/labs/test_traps.py": "", "Makefile": "build:\n\techo no", "labs/traps/lab.toml": "",
                       "grade/conftest.py": "1 / 0", "sitecustomize.py": "1 / 0", ".gdbinit": "shell false"}.items():
        (theirs / path).parent.mkdir(parents=True, exist_ok=True)
        (theirs / path).write_text(text)
    assert states.failed(states.grade(base, "--submission", theirs, *box)) == {"clock"}
