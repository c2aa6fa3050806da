# SPDX-License-Identifier: BSD-2-Clause
"""The model of doors is right in every state that it can come to, and Spin would see it if it were not."""

import pathlib
import re
import shutil
import subprocess

import pytest

DOCS = pathlib.Path(__file__).resolve().parents[2] / "docs"
MODEL, TEXT = DOCS / "model" / "doors.pml", DOCS / "model.md"

# Clang compiles a verifier in half of gcc's time, and most of these run for a moment only.
COMPILER = shutil.which("clang") or "gcc"

pytestmark = pytest.mark.skipif(not shutil.which("spin"), reason="spin is not installed")


class Search:
    """All that can happen in a world; with `live`, also that nothing is put off for ever by threads that get to run."""

    def __init__(self, world, live, more=()):
        self.world = world.split()
        self.compiler = ["-DNFAIR=3", *more] if live else ["-DSAFETY", "-DNOCLAIM", "-DNOFAIR"]
        self.verifier = ["-a", "-f"] if live else []
        self.checks = ["never claim         \t+ (ends)", "(fairness enabled)"] if live else ["invalid end states\t+"]

    def __call__(self, folder, text):
        (folder / "doors.pml").write_text(text)
        run(folder, "spin", *self.world, "-a", "doors.pml")
        run(folder, COMPILER, "-O0", "-w", "-DNOREDUCE", "-DMEMLIM=1000", *self.compiler, "-o", "pan", "pan.c")
        return run(folder, "./pan", "-m20000", "-b", "-w18", *self.verifier)


def run(folder, *words):
    done = subprocess.run(words, cwd=folder, text=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, timeout=120, check=False)
    assert done.returncode == 0, done.stdout
    return done.stdout


HOUSE, NEIGHBOURS = Search("", live=True), Search("-DNEIGHBOURS", live=False)
# It goes nowhere where NEIGHBOURS has not been, with all checks on.
LASTING = Search("-DNEIGHBOURS -DLASTING", live=True, more=["-DNOBOUNDCHECK"])
SEARCHES = {"one house": HOUSE, "neighbours": NEIGHBOURS, "lasting neighbours": LASTING}


def holds(search, output):
    assert "errors: 0" in output, output
    for words in ("max search depth too small", "Search not completed", "out of memory", "error:"):
        assert words not in output
    for words in ["assertion violations\t+", *search.checks]:
        assert words in output


def everything_is_reached(output):
    """But the ends of loops that have none."""
    parts = re.findall(r"unreached in (?:proctype \w+|init)\n((?:\t.*\n)*)", output)
    assert len(parts) == 5
    lines = [line for part in parts for line in part.splitlines()]
    assert [line for line in lines if not re.search(r'"-end-"|\(\d+ of \d+ states\)', line)] == []


def the_text_has_the_number(name, output):
    states = int(re.search(r"(\d+) states, stored", output)[1])
    assert f"| {name} | {states:,} |" in re.sub(" +", " ", TEXT.read_text())


@pytest.mark.parametrize("name", SEARCHES)
def test_model(name, tmp_path):
    output = SEARCHES[name](tmp_path, MODEL.read_text())
    holds(SEARCHES[name], output)
    everything_is_reached(output)
    the_text_has_the_number(name, output)


CYCLE = r"acceptance cycle"
WRONG_CALL = r"assertion violated \(thread\[me\]\.buffer==j\)"
WRONG_PARKED = r"assertion violated \(kept\[\d\]==reply\[\d\]\)"
FALSE_ERROR = r"assertion violated \(thread\[me\]\.error=="

# what is wrong: where it is looked for, how it is found, the text that stands there once, the text instead
BUGS = {
    "last come, first served": (
        HOUSE, r"assertion violated \(\(ahead\[",
        "callers[thread[self].door]!self;", "callers[thread[self].door]!!self;"),
    "a sender does not see who receives": (
        HOUSE, CYCLE,
        "!dead[d] && nempty(receivers[d]) -> hand_over(self)", "!dead[d] && nempty(receivers[d]) -> wait_in_line(self)"),
    "a caller that has ended stays in line": (
        HOUSE, "block in d_step",
        "callers[thread[t].door]??eval(t); leave_line(t)", "leave_line(t)"),
    "a caller that has ended is still served": (
        HOUSE, WRONG_CALL,
        "thread[server_of(t)].serving = GONE", "skip"),
    "a caller that has ended is still parked": (
        HOUSE, WRONG_PARKED,
        "reply[0] == t -> reply[0] = GONE", "reply[0] == t"),
    "a time limit leaves its thread among the receivers": (
        HOUSE, r"assertion violated dead\[0\]",
        "receivers[thread[t].door]??eval(t)", "skip"),
    "a reply goes to who is parked": (
        HOUSE, WRONG_CALL,
        ":: else -> release(j, m)", ":: else -> j = (reply[0] < THREADS -> reply[0] : j); release(j, m)"),
    "a reply does not end the serving": (
        HOUSE, FALSE_ERROR,
        "j = thread[self].serving;\n    thread[self].serving = NOBODY;", "j = thread[self].serving;"),
    "a caller goes on without its reply": (
        HOUSE, r"assertion violated \(thread\[me\]\.buffer==\(me\+8\)\)",
        "    thread[caller].buffer = reply_to(m);\n", ""),
    "a message is received while another one is served": (
        HOUSE, FALSE_ERROR,
        "    :: !dead[d] && thread[self].serving < THREADS -> thread[self].error = ERR_BUSY\n", ""),
    "a closed reply leaves its caller waiting": (
        HOUSE, CYCLE,
        ":: j < THREADS -> fails(j, ERR_DEAD)\n    :: else\n    fi;\n    reply", ":: true\n    fi;\n    reply"),
    "a dead door does not tell its callers": (
        HOUSE, CYCLE,
        "#define at_dead(t)  ((in_call(t) || receives(t))", "#define at_dead(t)  (receives(t)"),
    "a deadlock is not seen": (
        LASTING, CYCLE,
        ":: thread[j].state == CALLING -> j = only(thread[j].door)\n", ""),
    "a deadlock is seen where none is": (
        NEIGHBOURS, r"assertion violated \(me>=2\)",
        ":: else -> j = NOBODY\n            fi", ":: else -> j = self\n            fi"),
    "a server calls before it answers what it has parked": (
        LASTING, CYCLE,
        "got && !owing -> calls_neighbour(me)", "got -> calls_neighbour(me)"),
}

# Where the kernel's lists are wrong that is seen at once, and not only when somebody suffers from it.
LISTS = {
    "a sender does not see who receives": r"assertion violated .*q_len\(callers.*q_len\(receivers",
    "a caller that has ended stays in line": r"assertion violated .*Q_has\(callers",
    "a caller that has ended is still served": r"assertion violated .*\(reply\[1\]==i\)\)==\(thread\[i\]\.state",
}


def changed(old, new, text):
    assert text.count(old) == 1
    return text.replace(old, new)


def first_error(output):
    return re.search(r"^pan:1: .*", output, re.M)[0] if "errors: 1" in output else "no error"


@pytest.mark.parametrize("search, found, old, new", BUGS.values(), ids=BUGS)
def test_bug_is_found(search, found, old, new, tmp_path):
    """By the properties alone: what the lists have to look like is left out."""
    text = changed("    sound();\n", "", changed(old, new, MODEL.read_text()))
    assert re.search(found, first_error(search(tmp_path, text)))


@pytest.mark.parametrize("bug", LISTS)
def test_wrong_list_is_found(bug, tmp_path):
    search, _, old, new = BUGS[bug]
    assert re.search(LISTS[bug], first_error(search(tmp_path, changed(old, new, MODEL.read_text()))))
