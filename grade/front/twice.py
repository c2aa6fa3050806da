# SPDX-License-Identifier: BSD-2-Clause
"""A machine that is run twice: once alone, while QEMU records what comes to it, and when; then to be looked at.

A machine that is stopped again and again is not the same each time: between a stop and QEMU's notice of it some of the
host's time becomes the machine's, and a tick of the timer comes earlier. One that repeats a record takes all its time from that.
"""

import contextlib
import tempfile
from pathlib import Path

from lintel.machine import Machine
from lintel.qmp import Closed


class Twice(Machine):
    """Machine with `mode`, record or replay, and the file with the record."""

    def __init__(self, *words, mode, events, **more):
        self._more = f",rr={mode},rrfile={events}"
        super().__init__(*words, **more)

    def _command(self):
        words = super()._command()
        words[words.index("-icount") + 1] += self._more
        return words

    def quit(self):
        """The record is complete when QEMU ends by itself."""
        with contextlib.suppress(Closed):
            self._qmp.command("quit")
        self._process.wait()


@contextlib.contextmanager
def twice(*words, guest_seconds, **more):
    """The machine of the second run, with a debugger; the first one took at most so much of its own time."""
    with tempfile.TemporaryDirectory(prefix="lintel-") as folder:
        events = Path(folder) / "events"
        with Twice(*words, mode="record", events=events, **more) as machine:
            machine.run(guest_seconds)
            machine.quit()
        with Twice(*words, mode="replay", events=events, gdb=True, **more) as machine:
            yield machine
