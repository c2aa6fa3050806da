# SPDX-License-Identifier: BSD-2-Clause
"""pytest as the grader runs it: no configuration, plugin or path but its own."""

import os
import subprocess
import sys

from .lab import ROOT

GRADE = ROOT / "grade"
MEMORY = 4 << 30  # bytes of address space for each process, QEMU's 1.3 GiB included
BOUND = f"setpriv --pdeathsig TERM prlimit --as={MEMORY} --".split()  # it ends with its parent
START = "import sys; sys.path.insert(0, sys.argv.pop(1)); import pytest; sys.exit(pytest.main(sys.argv[1:]))"


def command(lab, tree, seed, only=None, document=None, jobs=1, debugger=False):
    words = [sys.executable, "-I", "-c", START, str(GRADE), "-q", "-p", "lintel.plugin", "-p", "no:cacheprovider",
             "-c", str(GRADE / "lintel" / "pytest.ini"), "--rootdir", str(GRADE), "--noconftest",
             "--lab", lab, "--tree", str(tree), f"--seed={seed}"]
    words += ["-p", "xdist.plugin", "-n", str(jobs)] if jobs > 1 else []
    words += ["--only", only] if only else []
    words += ["--json", str(document)] if document else []
    words += ["-s", "--debugger"] if debugger else []
    return words + [str(GRADE / "labs" / f"test_{lab}.py")]


def environment():
    """Nothing of Python's, pytest's or make's; and no bytecode lands in the tree."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "PYTEST", "MAKE", "COV", "LD_"))}
    return {**kept, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTHONDONTWRITEBYTECODE": "1", "PYTHONNOUSERSITE": "1"}


def start(words, log, space):
    """A run in the background, its chatter in a log; what it leaves when it is cut short lies in space."""
    env = {**environment(), "TMPDIR": str(space)}
    return subprocess.Popen(BOUND + words, cwd=space, env=env, stdin=subprocess.DEVNULL, stdout=log, stderr=log)


def foreground(words):
    return subprocess.run(words, cwd=ROOT, env=environment(), check=False).returncode
