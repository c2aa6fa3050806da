# SPDX-License-Identifier: BSD-2-Clause
"""How good are the graded tests?  Single bugs in the reference's solutions, each of which must lose points.

A bug that loses none is either none at all, or the tests are too weak.
"""

import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import tomllib

import pytest

from lintel import lab as labs
from lintel.build import build

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "labs"))

from branchtool.markers import Region, parse  # noqa: E402

LABS = sorted(path.stem for path in (ROOT / "grade/mutants").glob("*.toml"))
MUTANTS = [(lab, m) for lab in LABS for m in tomllib.loads((ROOT / f"grade/mutants/{lab}.toml").read_text())["mutant"]]
TREE = "Makefile kernel user labs grade build".split()

each = pytest.mark.parametrize("lab, mutant", MUTANTS, ids=[m["name"] for _, m in MUTANTS])


@pytest.mark.parametrize("lab", LABS)
def test_enough(lab):
    mutants = [m for name, m in MUTANTS if name == lab]
    names = [m["name"] for m in mutants]
    assert len(set(names)) == len(names) >= 45
    for exercise in labs.load(lab).exercises:
        assert sum(exercise in m["loses"] for m in mutants) >= 4, f"mutants of {exercise}"


@each
def test_place(lab, mutant):
    """The bug replaces one piece of the solution of an exercise that loses points by it."""
    text = (ROOT / mutant["file"]).read_text()
    assert text.count(mutant["old"]) == 1 and mutant["old"] != mutant["new"]
    regions = [piece for piece in parse(mutant["file"], text) if isinstance(piece, Region)]
    places = [r.exercise for r in regions if mutant["old"].rstrip("\n") in "\n".join(r.solution)]
    assert places and places[0] in mutant["loses"]
    assert mutant["file"] in labs.load(lab).editable


@pytest.fixture(scope="session")
def built(tmp_path_factory):
    """A copy of the tree, built once by each worker."""
    tree = tmp_path_factory.mktemp("reference") / "tree"
    tree.mkdir()
    copy(ROOT, tree)
    build(tree)
    return tree


@pytest.mark.skipif(not os.environ.get("LINTEL_MUTANTS"), reason="takes minutes: make test MUTANTS=1")
@each
def test_loses(lab, mutant, built):
    with tempfile.TemporaryDirectory(prefix="lintel-", dir="/tmp") as folder:
        tree = pathlib.Path(folder, "tree")
        shutil.copytree(built, tree, symlinks=True)
        change(tree / mutant["file"], mutant["old"], mutant["new"])
        make(tree)
        for exercise in mutant["loses"]:
            ids = [test.id for test in labs.load(lab).tests.values() if test.exercise.id == exercise]
            assert any(fails(tree, lab, id) for id in ids), f"{mutant['name']} ({mutant['why']}) survives {' '.join(ids)}"


def copy(source, target):
    """All that a build and the grader want; times too, so that little is built again."""
    for name in TREE:
        subprocess.run(["cp", "-a", str(source / name), str(target)], check=(source / name).exists())


def change(path, old, new):
    path.write_text(path.read_text().replace(old, new))


def make(tree):
    done = subprocess.run(["make", "-s", "-C", tree, "build", "INSTALL=no"], capture_output=True, text=True, env=environment())
    assert done.returncode == 0, f"a mutant must build:\n{done.stdout}{done.stderr}"


def fails(tree, lab, id):
    """Does this test lose its points?  One that says nothing is no answer."""
    words = [sys.executable, "-m", "lintel", "grade", "--lab", lab, "--test", id]
    done = subprocess.run(words, cwd=tree, capture_output=True, text=True, env=environment(PYTHONPATH=str(tree / "grade")))
    assert done.returncode in (0, 1), f"{id} says nothing:\n{done.stdout}{done.stderr}"
    tests = json.loads((tree / "build" / "grade" / f"{lab}-{id}.json").read_text())["tests"]
    return [test["status"] for test in tests if test["id"] == id] == ["failed"]


def environment(**more):
    """Nothing of an outer make, or of its build folder."""
    return {k: v for k, v in os.environ.items() if not k.startswith(("MAKE", "MFLAGS", "BUILD"))} | more
