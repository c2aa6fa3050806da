# SPDX-License-Identifier: BSD-2-Clause
"""What a test says when the student's work is wrong; any other exception is the grader's own fault."""

import re

from .text import clean, line, show

KINDS = ("build", "boot", "triple-fault", "panic", "hang", "wrong", "missing")

OK = 33  # QEMU's exit statuses, as the kernel writes them to port 0xf4
PANIC = 97
REFUSED = 101
MISSING = 105
# SINCE pm
UNFINISHED = OK + 2 * 15  # the process manager's word for it: pm/exercise.h
# END pm


class Failure(Exception):
    """The student's work did not do what the test wants."""

    def __init__(self, kind, expected="", seen="", hint=""):
        assert kind in KINDS, kind
        self.kind, self.expected, self.seen, self.hint = kind, expected, seen, hint
        super().__init__(f"{kind}: expected {expected}; seen {seen}")


def expect(seen, wanted, what):
    """Fail unless seen equals wanted; what says in a few words what was looked at."""
    if seen != wanted:
        raise Failure("wrong", f"{what}: {show(wanted)}", show(seen))


def of_run(run, expected="the program runs to its end"):
    """The failure that a run is by itself, or None when it ended well."""
    if run.kind == "exit":
        return _of_status(run, expected)
    kind, seen = {
        "triple-fault": ("triple-fault", f"a triple fault at {run.place}"),
        "hang": ("hang", f"no end after {run.guest_seconds:g} s of the machine's time; it is at {run.place}"),
        "flood": ("wrong", "endless output on a serial line"),
        "reset": ("wrong", f"the machine was reset or switched off at {run.place}"),
    }[run.kind]
    return Failure(kind, expected, with_console(seen, run.console))


def _of_status(run, expected):
    if run.status == OK:
        return None
    # SINCE pm
    # < if run.status == MISSING:
    if run.status == MISSING or (run.status == UNFINISHED and missing(run.console)):
    # END pm
        return Failure("missing", expected, _missing(run))
    if run.status == REFUSED:
        return Failure("boot", expected, with_console("the kernel refused to boot", run.console))
    if run.status == PANIC:
        return Failure("panic", expected, _panic(run))
    return Failure("wrong", expected, with_console(_status(run.status), run.console))


def _status(status):
    if OK < status <= OK + 30 and status % 2:
        return f"the program ended with status {(status - OK) // 2}"
    return f"the machine ended with the unknown status {status}"


def _panic(run):
    at = run.console.find(b"panic: ")
    return clean(run.console[at:][:4096]) if at >= 0 else "a panic without a message"


def _missing(run):
    """The exercise that stopped the run is the last one that the console names."""
    name = (missing(run.console) or ["unknown"])[-1]
    return f"the run stopped at exercise {name}, which is missing"


def missing(console):
    """The exercises that a kernel said are missing, in order."""
    return [line(name) for name in re.findall(rb"exercise (\S+) is missing", console)]


def with_console(seen, console):
    return f"{seen}\nthe console's last lines:\n{clean(console[-4096:], lines=6)}" if console.strip() else seen
