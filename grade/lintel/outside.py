# SPDX-License-Identifier: BSD-2-Clause
"""A machine seen and changed from outside, between two of its instructions.

What is found here no kernel can fake by printing: registers as the CPU has
them, memory as it is, and the kernel's functions called one by one.
"""

import re
import struct

from . import symbols
from .failure import Failure

FRAME = "edi esi ebp unused ebx edx ecx eax gs fs es ds vector error eip cs eflags esp ss".split()


class Outside:
    def __init__(self, booted, guest_seconds=2.0):
        self.machine, self.gdb = booted.machine, booted.machine.gdb
        self._kernel, self._program = (symbols.load(p) for p in (self.machine.kernel, self.machine.modules[0][0]))
        self.machine.start(guest_seconds)

    def address(self, name):
        """Of a symbol of the kernel, whatever the program calls its own."""
        try:
            return self._kernel.address(name)
        except KeyError:
            raise Failure("wrong", f"a symbol {name}", "the kernel has none") from None

    def has(self, name):
        """Does the kernel have a symbol of this name?"""
        return name in self._kernel

    def program(self, name):
        """The address of a symbol of the program, whatever the kernel calls its own."""
        return self._program.address(name)

    def members(self, struct):
        """{member: its offset} of a struct of the kernel's."""
        try:
            return self._kernel.members(struct)
        except Exception:  # whatever a broken ELF leads to
            raise Failure("wrong", f"debug information on struct {struct}", "the kernel has none") from None

    def run_to(self, name):
        """Go on to a symbol of the kernel; the registers there."""
        return self._run_to(self.address(name), name)

    def run_to_program(self, name):
        """Go on to a symbol of the program; the registers there."""
        return self._run_to(self.program(name), name)

    def _run_to(self, address, name):
        self.gdb.breakpoint(address)
        try:
            self.gdb.cont()
        except Failure as failure:
            raise Failure(failure.kind, f"the machine comes to {name}", failure.seen) from None
        self.gdb.clear(address)
        return self.gdb.registers()

    def set(self, **registers):
        for name, value in registers.items():
            self.gdb.set_register(name, value)

    def word(self, address):
        return struct.unpack("<I", self.gdb.read(address, 4))[0]

    def put_word(self, address, value):
        self.gdb.write(address, struct.pack("<I", value))

    def restore(self, saved):
        """The registers that a piece of the kernel's code may have changed, as they were."""
        self.set(**{name: saved[name] for name in "eax ecx edx ebx esp ebp esi edi eip".split()})

    def call(self, name, *arguments):
        """Call a function of the kernel, which must be in ring 0 now; its result.

        The kernel takes its first three arguments in registers (kernel/build.mk), the others on the stack.
        """
        saved = self.gdb.registers()
        words = [saved["eip"], *arguments[3:]]
        stack = saved["esp"] - 64 - 4 * len(words)
        self.gdb.write(stack, struct.pack(f"<{len(words)}I", *(word & 0xFFFFFFFF for word in words)))
        self.set(esp=stack, eip=self.address(name), **dict(zip(("eax", "edx", "ecx"), arguments)))
        self.gdb.breakpoint(saved["eip"])
        self.gdb.cont()
        self.gdb.clear(saved["eip"])
        result = self.gdb.registers()["eax"]
        self.restore(saved)
        return result

    # --- Trap frames ---

    def run_to_trap(self):
        """Go on to trap(); the address of the thread that it is told of."""
        return self.run_to("trap")["eax"]

    def frame(self, thread):
        words = struct.unpack(f"<{len(FRAME)}I", self.gdb.read(thread, 4 * len(FRAME)))
        return dict(zip(FRAME, words))

    def set_frame(self, thread, **values):
        for name, value in values.items():
            self.put_word(thread + 4 * FRAME.index(name), value)

    def leave(self, thread):
        """From trap(): go on as if it had answered with the thread."""
        self.set(eax=thread, eip=self.address("trap_return"))

    # --- Interrupt controllers ---

    def pics(self):
        """{0: {...}, 1: {...}} with irr imr isr irq_base."""
        found = {}
        for n, text in re.findall(r"pic([01]): (.*)", self.machine.hmp("info pic")):
            found[int(n)] = {k: int(v, 16) for k, v in re.findall(r"(irr|imr|isr|irq_base)=([0-9a-f]+)", text)}
        return found

    def out(self, port, value):
        """Write to an I/O port, as a device driver would."""
        self.machine.hmp(f"o /b {port:#x} {value:#x}")
