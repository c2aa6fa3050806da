# SPDX-License-Identifier: BSD-2-Clause
"""How long the kernel keeps interrupts off: every entry of what may be long is measured, from outside.

The program `latency` does one case in each run. The machine is stopped where an entry begins and where it ends;
how many instructions lie between the two, the machine has counted.
"""

from types import SimpleNamespace

import tree
from lintel.outside import Outside
from memmap import SameMachine

CASES = "map unmap share frames create fault descriptors limits callers waiters receivers unanswered process sparse".split()
ALONE = "console"  # so much longer than the others that it would hide them
BEGIN = "trap_entry", "sysenter_entry", "idle_over"
END = "trap_return", "sysenter_return", "idle_wait", "idle_poll"
GUEST_SECONDS = 20


class Watcher(Outside):
    def __init__(self, machine):
        super().__init__(SimpleNamespace(machine=machine), GUEST_SECONDS)
        self._places = {self.address(name): name for name in (*BEGIN, *END)}
        self.run_to_program("begin")
        for address in (*self._places, self.program("end")):
            self.gdb.breakpoint(address)

    def _next(self):
        """Where the machine has stopped: one of BEGIN or END, or None at the end of the case."""
        self.gdb.step()  # off the breakpoint
        self.gdb.cont()
        return self._places.get(self.gdb.registers()["eip"])

    def lengths(self):
        """Instructions of each entry. On the way in and out it may pass several of the places."""
        began = None
        while place := self._next():
            now = self.machine.instructions()
            if place in END and began is not None:
                yield now - began
                began = None
            elif place in BEGIN and began is None:
                began = now


def lengths(case):
    modules = [(tree.program("latency"), case)]
    with SameMachine(tree.KERNEL, modules, "hz=19", shift=0, gdb=True) as machine:
        return list(Watcher(machine).lengths())


def cost(found):
    return {"min": min(found), "mean": round(sum(found) / len(found), 2), "max": max(found)}


def measure():
    """{entry-CASE: cost}, and that of the worst one once more."""
    found = {f"entry-{case}": cost(lengths(case)) for case in (*CASES, ALONE)}
    return {**found, "entry-max": found[worst(found)]}


def worst(found):
    return max((f"entry-{case}" for case in CASES), key=lambda name: found[name]["max"])


def remark(found):
    return f"entry-max is {worst(found)}; only entry-{ALONE}, a long line for the kernel's console, is longer"
