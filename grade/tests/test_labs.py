# SPDX-License-Identifier: BSD-2-Clause
"""Each lab as a whole: every state of it gets exactly the points that it should.

The reference gets all; with one exercise missing exactly its tests and those
that need it fail; with none done nothing passes.  Each state is the tree of the
lab's own branch, and graded by the real grader.
"""

import itertools

import pytest

import states
from lintel import lab

LABS = {path.parent.name: lab.load(path.parent.name) for path in sorted((states.ROOT / "labs").glob("*/lab.toml"))}
EXERCISES = [(name, exercise) for name, one in LABS.items() for exercise in one.exercises]

each_lab = pytest.mark.parametrize("name", LABS)


@pytest.fixture
def tree(tmp_path_factory, tmp_path):
    def make(name, missing=()):
        return states.States(states.shared_folder(tmp_path_factory), name).tree(tmp_path / "tree", missing)
    return make


def needing(name, *exercises):
    return {t.id for t in LABS[name].tests.values() if t.exercise.id in exercises or set(t.needs) & set(exercises)}


def points(name, ids):
    return sum(LABS[name].tests[id].points for id in ids)


@each_lab
@pytest.mark.parametrize("seed", [0, 1])
def test_reference(tree, name, seed):
    document = states.grade(tree(name), "--seed", seed, lab=name)
    assert (states.failed(document), document["score"], document["complete"]) == (set(), 100, True)


@pytest.mark.parametrize("name, exercise", EXERCISES)
def test_one_exercise_missing(tree, name, exercise):
    document = states.grade(tree(name, [exercise]), lab=name)
    assert states.failed(document) == needing(name, exercise)
    assert document["score"] == 100 - points(name, needing(name, exercise))


@each_lab
def test_nothing_done(tree, name):
    document = states.grade(tree(name, [name]), lab=name)
    assert document["score"] == 0
    for test in document["tests"]:
        assert test["extra_data"]["kind"] == "missing", test
        assert f"exercise  {test['number']}" in test["output"] and f"stopped at exercise {name}.1" in test["output"]


PAIRS = [(earlier, later) for earlier, later in itertools.combinations(states.ORDER, 2) if later in LABS]


@pytest.mark.parametrize("earlier, name", PAIRS)
def test_earlier_lab(tree, earlier, name):
    """Who does a lab has the tests of those before it, and the new one breaks none."""
    document = states.grade(tree(name), lab=earlier)
    assert (states.failed(document), document["score"]) == (set(), 100)
