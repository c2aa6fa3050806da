# SPDX-License-Identifier: BSD-2-Clause
"""Lab traps graded when the kernel is wrong on purpose: kernels that cheat get nothing for it."""

import pytest

import states
from lintel import lab

LAB = lab.load("traps")


@pytest.fixture
def tree(tmp_path_factory, tmp_path):
    base = states.of_this_run(tmp_path_factory, "traps")
    return lambda changes=(): base.tree(tmp_path / "tree", (), changes)


def grade(tree, *words):
    return states.grade(tree, *words, lab="traps")


def needing(*exercises):
    return {t.id for t in LAB.tests.values() if t.exercise.id in exercises or set(t.needs) & set(exercises)}


def at_idt_init(code):
    place = "    struct table_register table = {"
    return {"kernel/idt.c": [(place, f"{code}\n{place}")]}


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
    assert grade(tree(changes=at_idt_init(FORGED)))["score"] == 0


def test_loop(tree):
    document = grade(tree(changes=at_idt_init("    for (;;)\n        __asm__ volatile(\"\");")))
    assert document["score"] == 0
    assert {t["extra_data"]["kind"] for t in document["tests"]} == {"hang"}
    assert all("idt_init" in t["output"] for t in document["tests"])


def test_flood(tree):
    document = grade(tree(changes=at_idt_init("    for (;;)\n        serial_write(SERIAL_CONSOLE, \"\\033[2J\", 4);")))
    assert document["score"] == 0
    assert all("endless output" in t["output"] and "\033" not in t["output"] for t in document["tests"])


def test_triple_fault(tree):
    """A table that is as good as empty."""
    document = grade(tree(changes={"kernel/idt.c": [("sizeof(idt) - 1", "0")]}))
    quiet = {"idt_privilege", "first_entry", "pic_moved", "pic_masks"}  # the table itself is right, and nothing traps
    assert sorted(states.failed(document)) == sorted(needing("traps.1") - quiet)
    assert "triple-fault" in {t["extra_data"]["kind"] for t in document["tests"]}


def test_yes_to_all(tree):
    """Every call succeeds, and none does anything."""
    change = {"kernel/call.c": [("return handlers[function](self);", "return call_reply(self, 0, 0);"),
                                 ("return call_target(self, handlers[function]);", "return call_reply(self, 0, 0);")]}
    document = grade(tree(changes=change))
    assert states.failed(document) == needing("traps.6")


@pytest.mark.parametrize("box", [[], ["--no-sandbox"]], ids=["boxed", "trusted"])
def test_submission(tree, tmp_path, box):
    """Only the lab's editable files are taken, so a submission cannot bring its own judge."""
    if not box and not states.box_works():
        pytest.skip("bubblewrap does not work here")
    base, theirs = tree(), tmp_path / "theirs"
    for path in LAB.editable:
        (theirs / path).parent.mkdir(parents=True, exist_ok=True)
        wrong = [("+= 1000;", "+= 900;")] if path == "kernel/timer.c" else []
        (theirs / path).write_text(states.replaced((base / path).read_text(), wrong))
    for path, text in {"grade/labs/test_traps.py": "", "Makefile": "build:\n\techo no", "labs/traps/lab.toml": "",
                       "grade/conftest.py": "1 / 0", "sitecustomize.py": "1 / 0", ".gdbinit": "shell false"}.items():
        (theirs / path).parent.mkdir(parents=True, exist_ok=True)
        (theirs / path).write_text(text)
    assert states.failed(grade(base, "--submission", theirs, *box)) == {"clock"}
