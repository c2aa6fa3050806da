# SPDX-License-Identifier: BSD-2-Clause
"""A person's gdb on the machine of a test, before its first instruction; no limits while it is there."""

import shutil
import signal
import subprocess

import pytest

from .lab import ROOT

SOCKET = ROOT / "build" / "gdb.sock"


DRIVEN = """This test drives the machine through gdb itself: it stops it, sets registers, goes on. Here you do that:
the program is loaded, and its labels and the kernel's functions are the places where the test stops.
"""


def attach(machine, driven=False):
    """Offer the machine on build/gdb.sock, run gdb on this terminal, return when it is left.

    A test that drives its machine through gdb cannot go on after that: pytest ends.
    """
    print(DRIVEN if driven else "", end="")
    _serve(machine, "" if driven else "; after 'detach' and 'quit' the test goes on")
    if driven:
        pytest.exit("the machine ended with your session", returncode=0)


def _serve(machine, after):
    SOCKET.parent.mkdir(exist_ok=True)
    SOCKET.unlink(missing_ok=True)
    machine.hmp(f"gdbserver unix:{SOCKET},server=on,wait=off")
    print(f"The console is written to {machine.dir}/com1{after}.", flush=True)
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for gdb: it stops the machine
    try:
        subprocess.run(command(machine), cwd=ROOT, check=False)
    finally:
        signal.signal(signal.SIGINT, before)
        SOCKET.unlink(missing_ok=True)


def command(machine):
    """-nx: the project's .gdbinit is given by name, and no other is read."""
    gdb = shutil.which("gdb-multiarch") or "gdb"
    words = [gdb, "-nx", "-q", "-ex", "set confirm off", str(machine.kernel)]
    words += ["-x", ".gdbinit"] if (ROOT / ".gdbinit").exists() else []
    for path, _ in machine.modules[:1]:  # the root process
        words += ["-ex", f"add-symbol-file {path}"]
    return words + ["-ex", f"target remote {SOCKET.relative_to(ROOT)}"]
