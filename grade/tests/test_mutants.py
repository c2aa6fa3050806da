# SPDX-License-Identifier: BSD-2-Clause
"""How good are the graded tests?  Single bugs in the reference's solutions, each of which must lose points.

A bug that loses none is either none at all, or the tests are too weak.  A lab's
bugs are made in the tree of its own branch when it is done.
"""

import functools
import json
import os
import pathlib
import subprocess
import tempfile
import tomllib

import pytest

import states
from branchtool.markers import Region
from lintel import lab as labs

FOLDER = states.ROOT / "grade/mutants"
LABS = sorted(path.stem for path in FOLDER.glob("*.toml"))
MUTANTS = [(lab, m) for lab in LABS for m in tomllib.loads((FOLDER / f"{lab}.toml").read_text())["mutant"]]

each = pytest.mark.parametrize("lab, mutant", MUTANTS, ids=[f"{lab}-{m['name']}" for lab, m in MUTANTS])


@pytest.mark.parametrize("lab", LABS)
def test_enough(lab):
    mutants = [m for name, m in MUTANTS if name == lab]
    names = [m["name"] for m in mutants]
    assert len(set(names)) == len(names) >= 45
    for exercise in described(lab).exercises:
        assert sum(exercise in m["loses"] for m in mutants) >= 4, f"mutants of {exercise}"


described = functools.cache(labs.load)


@functools.cache
def branch(lab):
    """The lab's branch when it is done: where each file comes from, and its text."""
    return states.source().files_in(lab), states.states.state_tree(states.source(), lab=lab)


@each
def test_place(lab, mutant):
    """The bug replaces one piece of the solution of an exercise that loses points by it."""
    files, tree = branch(lab)
    assert tree[mutant["file"]].data.decode().count(mutant["old"]) == 1 and mutant["old"] != mutant["new"]
    regions = [piece for piece in states.source().parsed[files[mutant["file"]]] if isinstance(piece, Region)]
    places = [r.exercise for r in regions if mutant["old"].rstrip("\n") in "\n".join(r.solution)]
    assert places and places[0] in mutant["loses"]
    assert mutant["file"] in described(lab).editable


@pytest.mark.skipif(not os.environ.get("LINTEL_MUTANTS"), reason="takes minutes: make test MUTANTS=1")
@each
def test_loses(lab, mutant, tmp_path_factory):
    base = states.of_this_run(tmp_path_factory, lab).base
    with tempfile.TemporaryDirectory(prefix="lintel-", dir="/tmp") as folder:
        tree = pathlib.Path(folder, "tree")
        subprocess.run(["cp", "-a", str(base), str(tree)], check=True)
        change(tree / mutant["file"], mutant["old"], mutant["new"])
        states.make(tree, "build")
        for exercise in mutant["loses"]:
            ids = [test.id for test in described(lab).tests.values() if test.exercise.id == exercise]
            assert any(fails(tree, lab, id) for id in ids), f"{mutant['name']} ({mutant['why']}) survives {' '.join(ids)}"


def change(path, old, new):
    text = path.read_text()
    assert text.count(old) == 1
    path.write_text(text.replace(old, new))


def fails(tree, lab, id):
    """Does this test lose its points?  One that says nothing is no answer."""
    command = [states.PYTHON, "-m", "lintel", "grade", "--lab", lab, "--test", id]
    environment = states.clean_environment(PYTHONPATH=str(tree / "grade"))
    done = subprocess.run(command, cwd=tree, env=environment, capture_output=True, text=True)
    assert done.returncode in (0, 1), f"{id} says nothing:\n{done.stdout}{done.stderr}"
    tests = json.loads((tree / "build" / "grade" / f"{lab}-{id}.json").read_text())["tests"]
    return [test["status"] for test in tests if test["id"] == id] == ["failed"]
