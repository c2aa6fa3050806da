# SPDX-License-Identifier: BSD-2-Clause
"""Building a tree, and telling whose fault it is when that fails."""

import os
import pathlib
import shutil
import signal
import subprocess
import tempfile

from . import sandbox
from .failure import Failure
from .text import clean

PATIENCE = 120  # seconds of wall time for one build
LOG = 1 << 20  # bytes of the compiler's chatter that are kept
NEEDED = ("make", "nasm")
LINKERS = ("i686-linux-gnu-ld", "ld", "ld.lld")  # one of these


class BuildError(Exception):
    """Nothing can be built here: the grader's fault."""


def build(tree, boxed=False):
    """Failure when the tree does not build."""
    missing = [tool for tool in NEEDED if not shutil.which(tool)]
    missing += [] if any(map(shutil.which, LINKERS)) else ["a linker"]
    if missing:
        raise BuildError(f"not installed: {', '.join(missing)}")
    pathlib.Path(tree, "build").mkdir(exist_ok=True)
    words = ["make", "-s", "build", "INSTALL=no"]
    status, said = _run(sandbox.wrap(words, tree, "build") if boxed else words, tree)
    if status:
        raise Failure("build", "make build, without an error", clean(said, lines=20))
    _check(tree)


def _run(words, tree):
    """In a session of its own, so that all of it ends when its time is over."""
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(words, cwd=tree, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                   env=_environment(), start_new_session=True)
        status = _wait(process)
        log.seek(max(0, log.seek(0, os.SEEK_END) - LOG))
        said = log.read()
    return (status, said) if status is not None else (1, said + b"\nstopped: it took more than %d s" % PATIENCE)


def _wait(process):
    try:
        return process.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        return None


def _environment():
    """Nothing of an outer make, whose variables would rule this one; and messages in plain ASCII."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("MAKE", "MFLAGS", "BUILD"))}
    return {**kept, "LC_ALL": "C"}


def _check(tree):
    """What was built is a file, not a way out of the tree."""
    kernel = pathlib.Path(tree, "build", "kernel.elf")
    if kernel.is_symlink() or not kernel.is_file():
        raise Failure("build", "build/kernel.elf", "it was not built")
