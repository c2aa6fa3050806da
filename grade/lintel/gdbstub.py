# SPDX-License-Identifier: BSD-2-Clause
"""A small client of QEMU's gdb stub: registers, memory, breakpoints, steps."""

import select
import time

REGISTERS = "eax ecx edx ebx esp ebp esi edi eip eflags cs ss ds es fs gs".split()
PATIENCE = 30
PIECE = 1024  # bytes in one packet, which QEMU takes up to 4 KiB long


class Ended(Exception):
    """The machine ended, or hung, before it came to a breakpoint."""


class Gdb:
    """Breakpoints are the CPU's own (Z1), so that they need no writable memory."""

    def __init__(self, sock):
        self._sock = sock
        self._buffer = b""
        self._ask("?")
        self._ask("qXfer:features:read:target.xml:0,ff")  # QEMU writes single registers only for one who read it

    def registers(self):
        raw = bytes.fromhex(self._ask("g")[: 8 * len(REGISTERS)])
        return {name: int.from_bytes(raw[4 * i: 4 * i + 4], "little") for i, name in enumerate(REGISTERS)}

    def set_register(self, name, value):
        self._do(f"P{REGISTERS.index(name):x}={value.to_bytes(4, 'little').hex()}")

    def read(self, address, count):
        """Virtual memory, as the CPU sees it now; OSError when it is not mapped."""
        return b"".join(self._read(at, min(PIECE, address + count - at)) for at in range(address, address + count, PIECE))

    def _read(self, address, count):
        answer = self._ask(f"m{address:x},{count:x}")
        if answer.startswith("E"):
            raise OSError(f"no memory at {address:#x}")
        return bytes.fromhex(answer)

    def write(self, address, data):
        for at in range(0, len(data), PIECE):
            self._write(address + at, data[at:at + PIECE])

    def _write(self, address, data):
        self._do(f"M{address:x},{len(data):x}:{data.hex()}")

    def breakpoint(self, address):
        self._do(f"Z1,{address:x},1")

    def clear(self, address):
        self._do(f"z1,{address:x},1")

    def step(self):
        """One instruction; interrupts are held back meanwhile, as QEMU does by default."""
        self._stop(self._ask("s"))

    def cont(self, timeout=PATIENCE):
        """Run to the next breakpoint; Ended when the machine comes to its end first."""
        self._stop(self._ask("c", timeout))

    def close(self):
        self._sock.close()

    def _stop(self, answer):
        """T05 is a breakpoint or a step; everything else is the end of the machine."""
        if answer[:3] not in ("T05", "S05"):
            raise Ended(answer)

    def _do(self, packet):
        answer = self._ask(packet)
        if answer != "OK":
            raise OSError(f"gdb stub: {packet.split(':')[0]}: {answer or 'not supported'}")

    def _ask(self, packet, timeout=PATIENCE):
        try:
            self._sock.sendall(b"$%s#%02x" % (packet.encode(), sum(packet.encode()) & 0xFF))
            return self._packet(time.monotonic() + timeout)
        except ConnectionError:
            raise Ended("gone") from None

    def _packet(self, deadline):
        """The next packet, acknowledged; the wire is a socket, so sums are not checked."""
        while True:
            start = self._buffer.find(b"$")
            end = self._buffer.find(b"#", start)
            if 0 <= start < end and len(self._buffer) >= end + 3:
                break
            self._receive(deadline)
        answer, self._buffer = self._buffer[start + 1: end], self._buffer[end + 3:]
        self._sock.sendall(b"+")
        return answer.decode("latin-1")

    def _receive(self, deadline):
        if not select.select([self._sock], [], [], max(0, deadline - time.monotonic()))[0]:
            raise TimeoutError("the gdb stub gave no answer")
        data = self._sock.recv(65536)
        if not data:
            raise Ended("gone")
        self._buffer += data
