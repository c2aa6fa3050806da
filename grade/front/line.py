# SPDX-License-Identifier: BSD-2-Clause
"""The serial line of a machine that is given a terminal, and a command for its shell."""

import contextlib
import os
import pty
import threading
import tty

from recorder import CONTROL, PROMPT


def asks(said):
    """Has the shell shown its prompt, and nothing since?"""
    return PROMPT.search(CONTROL.sub("", said.decode(errors="replace")))


def attend(ours, command, path):
    """Keep what comes, and type the command once. A terminal that nobody has open any more gives all of what came, then an error."""
    said, left, typed = b"", f"{command}\n".encode() if command else b"", b""
    with open(path, "wb", buffering=0) as file, contextlib.suppress(OSError):
        while data := os.read(ours, 4096):
            file.write(data)
            said += data
            if left and (typed in data if typed else asks(said)):  # one byte after the other: nothing tells the host to wait
                typed, left = left[:1], left[1:]
                os.write(ours, typed)


@contextlib.contextmanager
def typed(command, path):
    """The name of a terminal, for a machine that ends inside: all it says is in the file then."""
    ours, theirs = pty.openpty()
    tty.setraw(theirs)
    attendant = threading.Thread(target=attend, args=(ours, command, path))
    attendant.start()
    try:
        yield os.ttyname(theirs)
    finally:
        os.close(theirs)
        attendant.join()
        os.close(ours)
