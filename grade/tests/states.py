# SPDX-License-Identifier: BSD-2-Clause
"""Trees of the real project in other states: exercises missing, files changed; built and graded as a student would."""

import fcntl
import functools
import json
import os
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "labs"))

from branchtool import states  # noqa: E402
from lintel import sandbox  # noqa: E402
from branchtool.source import Source  # noqa: E402

PYTHON = sys.executable
CCACHE = "/usr/lib/ccache"  # compilers by their usual names; what is the same in several trees they compile once a run (conftest.py)


# What the Makefile exports for its recipes (`given`): the tree that runs the tests has it, others have their own.
GIVEN = "LAB TEST SUBMISSION SEED JOBS OUT INTO PROGRAM BREAK RUN_MODULES KERNEL_ARGS AT WALK".split()


def clean_environment(**more):
    outer = ("PYTHON", "PYTEST", "MAKE", "MFLAGS", "BUILD", "LINTEL_")
    kept = {k: v for k, v in os.environ.items() if not k.startswith(outer) and k not in GIVEN}
    return {**kept, **more}


def replaced(text, pairs):
    """The text with pieces replaced, each of which stands there once."""
    for old, new in pairs:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return text


def make(tree, *words, check=True):
    """make in a tree, quiet; never installs."""
    environment = clean_environment(PATH=f"{CCACHE}:{os.environ['PATH']}")
    done = subprocess.run(["make", "-s", *words, "INSTALL=no"], cwd=tree, env=environment, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, timeout=300)
    assert not check or done.returncode == 0, done.stdout
    return done


def box_works():
    """A container or a chroot may forbid what bubblewrap needs."""
    try:
        sandbox.probe()
    except sandbox.Unusable:
        return False
    return True


def shared_folder(factory):
    """One for all workers of this run."""
    mine = factory.getbasetemp()  # under xdist one of several, and their parent is that of this run
    return mine.parent if "PYTEST_XDIST_WORKER" in os.environ else mine


@functools.cache
def source():
    """This tree, which no test changes."""
    return Source.of_folder(ROOT)


class States:
    """One tree, that of a lab whose exercises are done, built once by whichever worker comes first; and copies of it.

    One after the other, with all processors: what the next one has in common with it, ccache has by then.
    """

    def __init__(self, shared, lab):
        self.lab = lab
        shared, locked = shared / f"lintel-states-{lab}", shared / "lintel-states-lock"
        shared.mkdir(exist_ok=True)
        self.base = shared / "base"
        with open(locked, "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not (shared / "ready").exists():
                states.render(source(), self.base, lab=lab)
                assert "warning" not in make(self.base, "build", "iso", f"-j{os.cpu_count()}").stdout
                (shared / "ready").touch()

    def tree(self, folder, missing=(), changes=()):
        """The lab done, built, but with exercises missing and {file: pairs of old and new text} changed."""
        subprocess.run(["cp", "-a", str(self.base), str(folder)], check=True)
        if missing:
            self._take_out(folder, missing)
        for path, pairs in dict(changes).items():
            (folder / path).write_text(replaced((folder / path).read_text(), pairs))
        said = make(folder, "build").stdout
        assert "warning" not in said, said
        return folder

    def _take_out(self, folder, missing):
        for path, file in states.state_tree(source(), missing, self.lab).items():
            if file.data != (folder / path).read_bytes():
                (folder / path).write_bytes(file.data)


def of_this_run(factory, lab):
    return States(shared_folder(factory), lab)


def grade(tree, *words, lab):
    """The tree graded by its own grader: its result document."""
    out = tree.parent / f"{tree.name}-result"
    command = [PYTHON, "-m", "lintel", "grade", "--lab", lab, "--jobs", "1", "--out", str(out), *map(str, words)]
    done = subprocess.run(command, cwd=tree, env=clean_environment(PYTHONPATH=str(tree / "grade")), text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, timeout=600)
    assert done.returncode in (0, 1), done.stdout
    return json.loads((out / f"{lab}.json").read_text())


def failed(document):
    return {test["id"] for test in document["tests"] if test["status"] != "passed"}
