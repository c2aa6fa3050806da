# SPDX-License-Identifier: BSD-2-Clause
"""Run a workload on a machine that is told to record, and keep what it writes on the test line.

A workload is a command, which is typed in the first shell; or one of the programs that only tests use, which is the
first process then, and all alone. Time is what the machine has done.
"""

import contextlib
import os
import re
import select
import subprocess
import tarfile
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import machine
import tree

TIME = "-icount", "shift=3,sleep=off", "-rtc", "base=2000-01-01T00:00:00,clock=vm"
PATIENCE = 60  # seconds of wall time
ALONE = 10  # for a first process, after whose end the machine may go on
MOST = 64 << 20  # bytes of a record
PROMPT = re.compile(r"\n\S* \$ $")
CONTROL = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\r")


@dataclass(frozen=True)
class Recorded:
    line: bytes  # what was on the test line
    said: str  # by the workload
    end: str  # None, or why the machine did not end well


def command(images, append, memory):
    """What is started: a terminal on COM1, and a file for COM2."""
    return machine.command(tree.KERNEL, images, f"{append} record".strip(), *TIME, "-display", "none", *disk(),
                           *(["-m", str(memory)] if memory else []),
                           "-chardev", "stdio,id=console", "-serial", "chardev:console",
                           "-chardev", "file,path=line,id=line", "-serial", "chardev:line")


def disk():
    """What is written to it is forgotten."""
    image = tree.BUILD / "disk.img"
    return ["-drive", f"file={str(image).replace(',', ',,')},format=raw,if=ide,index=0,media=disk,snapshot=on"] if image.exists() else []


def is_first(program):
    """Is it in the tree, and not in the boot archive?"""
    name = program.partition(" ")[0]
    with tarfile.open(tree.BUILD / "initrd.tar") as tar:
        return (tree.BUILD / "os/bin" / name).is_file() and f"bin/{name}" not in tar.getnames()


def record(program, append="", memory=None):
    """The whole run of a program with its arguments; without one that of a system which starts and ends."""
    first = bool(program) and is_first(program)
    _, images = tree.booted(program if first else "pm", "")
    with tempfile.TemporaryDirectory(prefix="lintel-plot-") as folder, \
            Running(command(images, append, memory), folder, ALONE if first else PATIENCE) as running:
        said = "" if first else running.typed(program)
        end = running.end()
        return Recorded((Path(folder) / "line").read_bytes()[:MOST], said, end)


class Late(Exception):
    """It takes too long, or the machine has ended before."""


class Running:
    def __init__(self, words, folder, patience):
        self._words, self._folder, self._patience = words, folder, patience
        self._until = time.monotonic() + patience

    def __enter__(self):
        self._qemu = subprocess.Popen(self._words, cwd=self._folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0,
                                      preexec_fn=machine.die_with_parent)
        return self

    def __exit__(self, *_):
        self._qemu.kill()
        self._qemu.communicate()

    def typed(self, line):
        """Types a line in the shell, and ends the machine when that is done. Answers with what was said."""
        said = ""
        with contextlib.suppress(Late, BrokenPipeError):
            self._prompt()
            if line:
                self._qemu.stdin.write(f"{line}\n".encode())
                said = self._prompt().partition("\n")[2].rpartition("\n")[0]
            self._qemu.stdin.write(b"halt\n")
        return said

    def _prompt(self):
        """What appears until the next one."""
        seen = b""
        while not PROMPT.search(text := CONTROL.sub("", seen.decode(errors="replace"))):
            seen += self._read()
        return text

    def _read(self):
        left = max(0, self._until - time.monotonic())
        data = os.read(self._qemu.stdout.fileno(), 4096) if select.select([self._qemu.stdout], [], [], left)[0] else b""
        if not data:
            raise Late
        return data

    def end(self):
        with contextlib.suppress(Late):
            while True:
                self._read()
        try:
            status = self._qemu.wait(max(0, self._until - time.monotonic()))
        except subprocess.TimeoutExpired:
            return f"it was stopped after {self._patience} seconds"
        return None if status == machine.SUCCESS else machine.explain(status)
