# SPDX-License-Identifier: BSD-2-Clause
"""QEMU's machine protocol: one JSON object a line, answers and events mixed."""

import collections
import json
import select
import time

PATIENCE = 30  # seconds for one answer, on a loaded host


class Closed(Exception):
    """QEMU has gone."""


class Refused(Exception):
    """QEMU answered a command with an error."""


class Qmp:
    def __init__(self, sock):
        self._sock = sock
        self._buffer = b""
        self._events = collections.deque()
        self.seen = set()  # names of all events so far
        self._read(PATIENCE)  # the greeting
        self.command("qmp_capabilities")

    def command(self, name, **arguments):
        """Run a command, keep the events that come before its answer."""
        self._send({"execute": name, "arguments": arguments})
        while True:
            message = self._read(PATIENCE)
            if message is None:
                raise TimeoutError(f"QEMU gave no answer to {name}")
            if "event" in message:
                self._events.append(message)
            elif "error" in message:
                raise Refused(message["error"]["desc"])
            else:
                return message["return"]

    def event(self, timeout):
        """The next event, or None when none came in time."""
        return self._events.popleft() if self._events else self._read(timeout)

    def close(self):
        self._sock.close()

    def _send(self, message):
        try:
            self._sock.sendall(json.dumps(message).encode() + b"\n")
        except OSError:
            raise Closed from None

    def _read(self, timeout):
        deadline = time.monotonic() + timeout
        while b"\n" not in self._buffer:
            if not select.select([self._sock], [], [], max(0, deadline - time.monotonic()))[0]:
                return None
            self._receive()
        line, _, self._buffer = self._buffer.partition(b"\n")
        message = json.loads(line)
        self.seen.add(message.get("event"))
        return message

    def _receive(self):
        try:
            data = self._sock.recv(65536)
        except ConnectionError:
            data = b""
        if not data:
            raise Closed
        self._buffer += data
