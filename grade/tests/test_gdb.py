# SPDX-License-Identifier: BSD-2-Clause
"""A test's machine under a person's gdb: it starts at the first instruction, and the test goes on after it."""

import os
import subprocess
import sys

import pytest

from project import Project


@pytest.fixture
def project(tmp_path):
    return Project(tmp_path)


def gdb(project, commands):
    words = [sys.executable, "-m", "lintel", "gdb", "--lab", "mini", "--test", "end"]
    env = {**os.environ, "PYTHONPATH": str(project.root / "grade"), "HOME": str(project.root / "home")}
    ran = subprocess.run(words, cwd=project.root, env=env, input=commands, capture_output=True, text=True, timeout=300, check=False)
    return ran.returncode, ran.stdout + ran.stderr


def test_look_and_let_go(project):
    status, said = gdb(project, "set confirm off\nprintf \"at %x\\n\", $pc\nhbreak _start\ncontinue\ninfo symbol $pc\ndelete\ndetach\nquit\n")
    assert status == 0, said
    assert "at fff0" in said and "_start in section .text" in said and "1 passed" in said
    assert not (project.root / "build/gdb.sock").exists()


@pytest.mark.parametrize("options, goes_on", [("", True), (", gdb=True", False)])
def test_what_is_told(project, options, goes_on):
    project.tests("cmdline=\"x\"", f"cmdline=\"x\"{options}")
    said = gdb(project, "detach\nquit\n")[1]
    assert "The console is written to" in said
    assert ("the test goes on" in said) == goes_on


def test_kill(project):
    status, said = gdb(project, "set confirm off\nkill\nquit\n")
    assert status == 1 and "told to quit, by a debugger" in said


def test_own_gdbinit_is_read_and_no_other(project):
    project.write(".gdbinit", "echo read-once\\n\n")
    project.write("home/.gdbinit", "echo a-stranger\\n\n")
    said = gdb(project, "detach\nquit\n")[1]
    assert said.count("read-once") == 1 and "a-stranger" not in said
