# SPDX-License-Identifier: BSD-2-Clause
"""Doors under attack: a storm of hostile calls, and kills in the middle of everything.

A machine is stopped now and then, and looked at from outside: is what invariants.py wants true, does a client and its
server live on undisturbed, and is nothing left of what has been deleted? Everything a run does follows from its
seed, so one that failed is run again by its name. LINTEL_LONG=1 (make test LONG=1) does it at length.
"""

import contextlib
import os
import struct

import pytest

import invariants
import states
from lintel import machine
from lintel.boot import Booter
from lintel.outside import Outside

LONG = bool(os.environ.get("LINTEL_LONG"))
STORMS, CALLS = (10, 50000) if LONG else (1, 10000)  # runs, each of them with the fast path and without; calls in one
HUNTS, KILLS = (5, 1000) if LONG else (1, 150)
MEMORY = 16  # MiB
GUEST = 30  # seconds of its own time that a machine has from one look to the next
LOOKS = 2000
AT_START, IN_THE_MIDDLE, BETWEEN, AT_END = range(4)  # user/tests/controller.h
BOARDS, BOARD, FUNCTIONS, OUTCOMES = 0x20000000, 0x2000, 64, 21  # user/tests/doorstorm.[ch]
WITNESSES, PAGE = 0x21000000, 4096
KERNEL_TEXT, BOOT_BASE = 0xC0100000, 0x0A000000


@pytest.fixture
def booter(monkeypatch):
    monkeypatch.setattr(machine, "CAP", 1 << 26)  # those that it ends make the kernel talk
    with contextlib.ExitStack() as stack:
        yield lambda seed: Booter(states.ROOT, seed, "doorstorm", stack)


def runs(count):
    return [pytest.param(seed, fast, id=f"seed{seed}-fast{fast}") for seed in range(count) for fast in (1, 0)]


class Attack(Outside):
    """A machine with an attack on its kernel; it stops where user/tests/controller.h calls look()."""

    def __init__(self, booter, program, others, wanted, fast):
        super().__init__(booter.load(program, gdb=True, memory=MEMORY, shift=4, cmdline=f"fast={fast} hz=2000",
                                     modules=[(name, "") for name in others]), GUEST)
        self.run_to_program("look")
        self.put_word(self.program("wanted"), wanted)

    def variable(self, name):
        return self.word(self.program(name))

    def stages(self):
        """One after the other, to the last."""
        for _ in range(LOOKS):
            yield self.variable("stage")
            if self.variable("stage") == AT_END:
                return
            self.gdb.step()
            self.machine.start(GUEST)
            self.run_to_program("look")
        assert False, f"{LOOKS} looks and no end"

    def state(self, base=None):
        return invariants.State(self.machine.read_physical(0, MEMORY << 20), self.machine.kernel, base)

    def constant(self, state):
        """What nobody may write to: the kernel's text; struct boot_info, which all processes can read."""
        text = self.address("kernel_text_end") - KERNEL_TEXT
        return state.memory.bytes(KERNEL_TEXT, text), self.gdb.read(BOOT_BASE, PAGE)

    def place(self):
        return f"round {self.variable('rounds')}, stage {self.variable('stage')}"

    def bystander(self):
        """Nothing was wrong so far; how many messages the client and the server have counted."""
        counts = []
        for i in range(2):
            count, wrong, seen = struct.unpack("<4x12x3I", self.gdb.read(WITNESSES + i * PAGE, 28))
            assert not wrong, f"{self.place()}: bystander.c:{wrong} saw {seen:#x}"
            counts.append(count)
        assert not self.variable("failures"), f"{self.place()}: the controller's line {self.variable('failed_at')}"
        return counts

    def storm(self):
        """No call of the storm came back as it never should; {function: {outcomes}} of all of them.

        0 is success, n kernel error ERR_FIRST + n.
        """
        found = {}
        for at in range(BOARDS, BOARDS + 3 * BOARD, BOARD):
            words = struct.unpack(f"<{7 + FUNCTIONS * (1 + OUTCOMES)}I", self.gdb.read(at, 4 * (7 + FUNCTIONS * (1 + OUTCOMES))))
            assert not words[5], f"{self.place()}: doorhostile.c:{words[5]}, function {words[6]:#x}"
            for i, function in enumerate(filter(None, words[7:7 + FUNCTIONS])):
                counts = words[7 + FUNCTIONS + i * OUTCOMES:][:OUTCOMES]
                found.setdefault(function, set()).update(n for n, count in enumerate(counts) if count)
        return found


def survive(attack):
    """To its end, and look at whatever there is to be seen."""
    first = attack.state()
    counts, constant = [0, 0], attack.constant(first)
    for stage in attack.stages():
        state = attack.state(first.base)
        assert not state.wrong, f"{attack.place()}: " + "\n".join(state.wrong[:20])
        assert attack.constant(state) == constant, f"{attack.place()}: memory that is only read has changed"
        before, counts = counts, attack.bystander()
        if stage == BETWEEN:
            assert what_is_left(state) == what_is_left(first), attack.place()
            assert all(now > then for now, then in zip(counts, before)), f"{attack.place()}: the bystander stands still"


def what_is_left(state):
    return {"processes": len(state.processes), "threads": len(state.threads), "doors": len(state.doors),
            "dead": len(state.dead_threads) + len(state.dead_processes), "frames": state.frames_free}


@pytest.mark.parametrize("seed, fast", runs(STORMS))
def test_storm(booter, seed, fast):
    """Every call, every argument, all kinds of wrong: nothing happens to the kernel or to who has no part in it."""
    attack = Attack(booter(seed), "doorstorm", ["doorhostile", "bystander"], CALLS, fast)
    survive(attack)
    assert attack.variable("done") >= CALLS
    seen = attack.storm()
    good = [function for function, kinds in seen.items() if 0 in kinds]
    assert len(seen) > 50 and len(good) > 40, "a storm has to be calls that do something, too"
    kinds = set().union(*seen.values())
    assert len(kinds) > 16, f"errors: {kinds}"


@pytest.mark.parametrize("seed, fast", runs(HUNTS))
def test_kills(booter, seed, fast):
    """Clients, servers, pagers, doors: they may be ended at any moment, and whoever waits for them goes on."""
    attack = Attack(booter(seed), "doorkills", ["bystander"], KILLS, fast)
    survive(attack)
    assert attack.variable("done") >= KILLS
    counts = struct.unpack(f"<{OUTCOMES}I", attack.gdb.read(attack.program("outcomes"), 4 * OUTCOMES))
    assert counts[0] > KILLS and counts[0xE] and counts[-1], "calls that are answered, that die, and that servers refuse"


def test_pager_chain(booter):
    """Faults that lead to faults take no more of the kernel's stack than one."""
    report = booter(0)("pagerchain", shift=4).report
    assert (report.get("waiting"), report.get("sent"), report.get("frames")) == ("400", "ffffffff ff0e", "0")
