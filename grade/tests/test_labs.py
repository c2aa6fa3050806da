# SPDX-License-Identifier: BSD-2-Clause
"""Each lab as a whole: every state of it gets exactly the points that it should.

The reference gets all; with one exercise missing exactly its tests and those
that need it fail; with none done nothing passes.  Each state is the tree of the
lab's own branch, and graded by the real grader.
"""

import itertools
import os
import re
import subprocess

import pytest

import states
from branchtool import publish
from branchtool.source import ORDER, File, Source
from branchtool.states import state_tree
from lintel import lab

LONG = bool(os.environ.get("LINTEL_LONG"))
LABS = {name: lab.load(name) for name in ORDER if (states.ROOT / "labs" / name / "lab.toml").exists()}
NEWEST = list(LABS)[-1]


def some(name, things):
    """All, if there is time (LONG=1). Else of the newest lab, which is being worked on, every third; of each other one."""
    return list(things)[slice(None) if LONG else slice(2, None, 3) if name == NEWEST else slice(4, 5)]


EXERCISES = [(name, exercise) for name, one in LABS.items() for exercise in some(name, one.exercises)]
SHORT = LABS if LONG else [NEWEST]  # what others' branches show already: the newest lab's tree is graded by all of them
REFERENCES = [(name, seed) for name in SHORT for seed in ((0, 1) if LONG else (0,))]
MERGES = [(before, name) for before, name in itertools.pairwise(LABS) if name in SHORT]
PAIRS = [pair for pair in itertools.combinations(LABS, 2) if LONG or (pair[1] == NEWEST and pair not in MERGES)]


@pytest.fixture
def tree(tmp_path_factory, tmp_path):
    def make(name, missing=()):
        return states.of_this_run(tmp_path_factory, name).tree(tmp_path / "tree", missing)
    return make


def needing(name, *exercises):
    return {t.id for t in LABS[name].tests.values() if t.exercise.id in exercises or set(t.needs) & set(exercises)}


def points(name, ids):
    return sum(LABS[name].tests[id].points for id in ids)


@pytest.mark.parametrize("name, seed", REFERENCES)
def test_reference(tree, name, seed):
    document = states.grade(tree(name), "--seed", seed, lab=name)
    assert (states.failed(document), document["score"], document["complete"]) == (set(), 100, True)


@pytest.mark.parametrize("name, exercise", EXERCISES)
def test_one_exercise_missing(tree, name, exercise):
    document = states.grade(tree(name, [exercise]), lab=name)
    assert states.failed(document) == needing(name, exercise)
    assert document["score"] == 100 - points(name, needing(name, exercise))
    if name == NEWEST:
        told = {test["id"] for test in document["tests"] if re.search(rf"exercise {exercise}\b.* is missing", test["output"])}
        assert told == needing(name, exercise)


@pytest.mark.parametrize("name", SHORT)
def test_nothing_done(tree, name):
    document = states.grade(tree(name, [name]), lab=name)
    assert document["score"] == 0
    for test in document["tests"]:
        assert test["extra_data"]["kind"] == "missing", test
        assert f"exercise  {test['number']}" in test["output"] and f"stopped at exercise {name}.1" in test["output"]


@pytest.mark.parametrize("earlier, name", PAIRS)
def test_earlier_lab(tree, earlier, name):
    """Who does a lab has the tests of those before it, and the new one breaks none."""
    document = states.grade(tree(name), lab=earlier)
    assert (states.failed(document), document["score"]) == (set(), 100)


# --- Students who bring their work along


def git(folder, *words):
    who = ["-c", "user.name=student", "-c", "user.email=student@localhost"]
    done = subprocess.run(["git", *who, *words], cwd=folder, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    assert done.returncode == 0, done.stdout
    return done.stdout


def in_ones_own_way(source):
    """The reference with a remark at both ends of each solution: somebody else's work that does the same."""
    def remarked(path, file):
        if b"SOLUTION" not in file.data or path not in source.parsed or not path.startswith("kernel/"):
            return file
        leader = ";" if path.endswith(".asm") else "//"
        text = re.sub(rf"(?m)^ *{leader} SOLUTION .*\n(?: *{leader} [|<].*\n)+", rf"\g<0>{leader} mine\n", file.data.decode())
        return File(re.sub(rf"(?m)^(?= *{leader} END \w+\.\d+$)", f"{leader} mine, too\n", text).encode(), file.executable)
    return Source({path: remarked(path, file) for path, file in source.tree.items()})


def put(tree, folder):
    for path, file in tree.items():
        (folder / path).write_bytes(file.data)


@pytest.mark.parametrize("before, name", MERGES)
def test_merge(tmp_path, before, name):
    """The next lab comes into a student's work without a conflict; with it done too, that work has all its points still."""
    source, work = states.source(), tmp_path / "work"
    mine = in_ones_own_way(source)
    publish.make_into(source, work)
    git(work, "checkout", "--quiet", "-b", "mine", f"lab/{before}")
    put(state_tree(mine, (), before), work)
    git(work, "commit", "--quiet", "-am", "done")
    git(work, "merge", "--quiet", "--no-edit", f"lab/{name}")
    merged = state_tree(mine, [name], name)
    assert set(git(work, "ls-files").split()) == set(merged)
    for path, file in merged.items():
        assert (work / path).read_bytes() == file.data, path
    put(state_tree(mine, (), name), work)
    assert "warning" not in states.make(work, "build").stdout
    assert states.grade(work, lab=before)["score"] == 100
