# SPDX-License-Identifier: BSD-2-Clause
"""Lending this terminal to another program, and getting it back unharmed."""

import contextlib
import fcntl
import os
import signal
import subprocess
import sys
import termios


def is_ours():
    """True when a person sits at standard input."""
    return sys.stdin is not None and sys.stdin.isatty()


@contextlib.contextmanager
def restored():
    """Whatever happens inside, the terminal's modes and flags come back."""
    if not is_ours():
        yield
        return
    modes, flags = termios.tcgetattr(0), fcntl.fcntl(0, fcntl.F_GETFL)
    try:
        yield
    finally:
        termios.tcsetattr(0, termios.TCSANOW, modes)
        fcntl.fcntl(0, fcntl.F_SETFL, flags)


def take():
    """For preexec_fn: be the foreground, so that Ctrl-C comes here alone."""
    signal.signal(signal.SIGTTOU, signal.SIG_IGN)
    os.setpgid(0, 0)
    os.tcsetpgrp(0, os.getpid())
    signal.signal(signal.SIGTTOU, signal.SIG_DFL)


def lend(command, **options):
    """Run a command that talks with the person; returns its exit status."""
    if not is_ours():
        return subprocess.run(command, **options).returncode
    group = os.tcgetpgrp(0)
    with restored():
        try:
            return subprocess.run(command, preexec_fn=take, **options).returncode
        finally:
            signal.signal(signal.SIGTTOU, signal.SIG_IGN)
            os.tcsetpgrp(0, group)


def follow(command, limit, **options):
    """Run a command that follows a script, in so many seconds; returns its exit status."""
    try:
        return subprocess.run(command, timeout=limit, **options).returncode
    except subprocess.TimeoutExpired:
        sys.exit(f"{command[0]}: the script was not through after {limit:g} s")
