# SPDX-License-Identifier: BSD-2-Clause
"""A small project with one lab, whose kernels are the fixtures: the grader is tried whole, without the real kernel."""

import json
import os
import pathlib
import shutil
import subprocess
import sys
import time

from kernels import FIXTURES, LD

GRADE = pathlib.Path(__file__).resolve().parents[1]

LAB = """name = "mini"
title = "A small lab"
handout = "labs/mini/handout.md"
editable = ["kernel/main.asm", "kernel/more/part.inc"]
[[exercise]]
id = "mini.1"
title = "The end"
file = "kernel/main.asm"
section = "#the-end"
[[test]]
id = "end"
exercise = "mini.1"
points = 60
title = "The machine ends well"
[[test]]
id = "echo"
exercise = "mini.1"
points = 40
title = "The line comes back"
"""

TESTS = """from lintel.failure import Failure, expect, of_run
from lintel.machine import Machine


def test_end(tree, seed):
    with Machine(tree / "build/kernel.elf", cmdline="x", seed=seed) as machine:
        bad = of_run(machine.run())
        if bad:
            raise bad


def test_echo(tree, seed):
    with Machine(tree / "build/kernel.elf", cmdline="hello", seed=seed) as machine:
        expect(machine.run().verdict, b"hello", "what comes on COM2")
"""

MAKEFILE = f""".PHONY: build
build:
	nasm -felf32 -g -Fdwarf -Ikernel/ -Ikernel/more/ kernel/main.asm -o build/main.o
	{LD} -melf_i386 -T kernel/kernel.ld build/main.o -o build/kernel.elf
"""


class Project:
    """A copy of the grader in a folder, with its own lab."""

    def __init__(self, root):
        self.root = root
        shutil.copytree(GRADE / "lintel", root / "grade" / "lintel", ignore=shutil.ignore_patterns("__pycache__"))
        self.write("labs/mini/lab.toml", LAB)
        self.write("grade/labs/test_mini.py", TESTS)
        self.write("Makefile", MAKEFILE)
        for name in ("kernel.inc", "kernel.ld"):
            self.write(f"kernel/{name}", (FIXTURES / name).read_text())
        self.write("kernel/more/part.inc", "")
        self.kernel("echo")

    def write(self, path, text):
        put(self.root, path, text)

    def kernel(self, name):
        self.write("kernel/main.asm", (FIXTURES / f"{name}.asm").read_text())

    def tests(self, old, new):
        self.write("grade/labs/test_mini.py", TESTS.replace(old, new))

    def grade(self, *words, **environment):
        words = [sys.executable, "-m", "lintel", "grade", "--lab", "mini", "--jobs", "2", *map(str, words)]
        env = {**os.environ, "PYTHONPATH": str(self.root / "grade"), **environment}
        return subprocess.run(words, cwd=self.root, env=env, capture_output=True, text=True, timeout=300, check=False)

    def result(self, name="mini.json"):
        return json.loads((self.root / "build" / "grade" / name).read_text())

    def states(self):
        return {t["id"]: t["status"] for t in self.result()["tests"]}


def gone(pid):
    """Within a few seconds the process has ended."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        state = pathlib.Path(f"/proc/{pid}/stat")
        if not state.exists() or state.read_text().split()[2] == "Z":
            return True
        time.sleep(0.01)
    return False


def put(root, path, text):
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    (root / path).write_text(text)
