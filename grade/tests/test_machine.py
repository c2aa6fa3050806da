# SPDX-License-Identifier: BSD-2-Clause
"""Each way to end is told from the others, quickly, and the same every time."""

import os
import pathlib
import shutil
import signal
import subprocess
import sys
import types

import pytest

from lintel import machine as machines, qmp, symbols
from lintel.failure import Failure
from lintel.machine import CAP, Machine, MachineError
from lintel.outside import Outside
from project import gone

ENDS = {
    "exit33": ("exit", 33, None),
    "loop": ("hang", None, "(loop.asm:"),
    "dead": ("hang", None, "_start+0x2 (dead.asm:7)"),
    "idle": ("hang", None, "(idle.asm:"),
    "triple": ("triple-fault", None, "_start+0x7 (triple.asm:6)"),
    "flood": ("flood", None, "(flood.asm:"),
    "reset": ("reset", None, "_start+0x4 (reset.asm:7)"),
    "unwatched": ("hang", None, "_start+0x5 (unwatched.asm:7)"),
    "rearmed": ("hang", None, "(rearmed.asm:"),
    "frozen": ("hang", None, "(frozen.asm:7)"),
    "frozen_dead": ("hang", None, "(frozen_dead.asm:9)"),
    "frozen_idle": ("hang", None, "(idle.asm:"),
}


def run(kernel, **options):
    with Machine(kernel, **options) as machine:
        return machine.run()


@pytest.mark.parametrize("name", ENDS)
def test_end(kernel, name):
    end = run(kernel(name))
    kind, status, place = ENDS[name]
    assert (end.kind, end.status) == (kind, status)
    assert end.place is None if place is None else place in end.place


@pytest.mark.parametrize("name", ["exit33", "loop", "dead", "idle", "triple", "reset"])
def test_same_every_time(kernel, name):
    assert len({run(kernel(name)) for _ in range(3)}) == 1


def test_hang_ends_at_one_instruction(kernel):
    counts = set()
    for _ in range(3):
        with Machine(kernel("loop"), shift=8) as machine:
            machine.run()
            counts.add(machine.instructions())
    assert counts == {2 * 10**9 >> 8}


def test_hang_is_quick(kernel):
    """Of the process's own time: the host may be loaded."""
    before = sum(os.times()[2:4])
    run(kernel("loop"), shift=4)
    assert sum(os.times()[2:4]) - before < 3


def test_limit_is_the_callers(kernel):
    with Machine(kernel("dead")) as machine:
        assert machine.run(guest_seconds=10).guest_seconds == 10
        assert machine.clock() == 10


def test_flood_is_cut(kernel):
    assert run(kernel("flood")).console == b"x" * CAP


def test_serial_lines(kernel):
    end = run(kernel("echo"), cmdline="one, two")
    assert (end.console, end.verdict, end.kind) == (b"one, two",) * 2 + ("exit",)


def test_seed_varies_the_timing(kernel):
    shifts = {Machine(kernel("loop"), seed=seed).shift for seed in range(50)}
    assert shifts == {4, 5, 6, 7, 8}
    assert Machine(kernel("loop"), seed=7).shift == Machine(kernel("loop"), seed=7).shift


def test_registers_and_memory(kernel):
    with Machine(kernel("idle")) as machine:
        machine.run()
        seen = machine.registers()
        symbol = symbols.load(kernel("idle")).address
        assert (seen["idt_base"], seen["idt_limit"]) == (symbol("idt"), 33 * 8 - 1)
        assert (seen["cs"], seen["cs_base"], seen["cs_limit"], seen["hlt"]) == (8, 0, 0xFFFFFFFF, 1)
        gate = machine.read_virtual(symbol("gate"), 8)
        assert gate == machine.read_physical(symbol("gate"), 8)
        assert int.from_bytes(gate[:2] + gate[6:], "little") == symbol("tick")


def test_memory_that_is_not_there(kernel):
    with Machine(kernel("dead")) as machine:
        with pytest.raises(Failure, match="nothing is mapped"):
            machine.read_virtual(0xFFFFFFF0, 0x100)


def test_gdb_stub(kernel):
    body = symbols.load(kernel("loop")).address("body")
    with Machine(kernel("loop"), gdb=True) as machine:
        machine.start()
        machine.gdb.breakpoint(body)
        machine.gdb.cont()
        assert machine.gdb.registers()["eip"] == machine.registers()["eip"] == body
        machine.gdb.set_register("eax", 41)
        machine.gdb.step()
        assert machine.gdb.registers()["eax"] == 42
        machine.gdb.write(body, b"\x90\xc3")
        assert machine.gdb.read(body, 2) == b"\x90\xc3"
        machine.gdb.clear(body)
        assert machine.run().kind == "hang"


@pytest.mark.parametrize("name, kind", [("loop", "hang"), ("triple", "triple-fault"), ("exit33", "wrong"),
                                        ("unwatched", "hang"), ("frozen", "hang"), ("frozen_dead", "hang"), ("frozen_idle", "hang")])
def test_gdb_that_waits_in_vain(kernel, name, kind):
    with Machine(kernel(name), gdb=True) as machine:
        machine.start()
        with pytest.raises(Failure) as caught:
            machine.gdb.cont()
        assert caught.value.kind == kind


def test_kernel_does_not_hide_the_program(kernel):
    """A student's kernel may call something of its own as the program does."""
    with Machine(kernel("shadow"), [(kernel("program"), "")], gdb=True) as machine:
        o = Outside(types.SimpleNamespace(machine=machine))
        assert o.program("challenge") == symbols.load(kernel("program")).address("challenge")
        assert o.address("challenge") == symbols.load(kernel("shadow")).address("challenge") != o.program("challenge")
        with pytest.raises(Failure, match="the kernel has none"):
            o.address("nothing")


def test_pause_and_resume(kernel):
    with Machine(kernel("loop"), shift=8) as machine:
        machine.start()
        machine.pause()
        assert machine.qmp("query-status")["status"] == "paused"
        machine.resume()
        assert machine.run().kind == "hang"
        assert machine.instructions() == 2 * 10**9 >> 8


def test_question_to_a_machine_that_has_ended(kernel):
    with Machine(kernel("exit33")) as machine:
        machine.run()
        with pytest.raises(Failure, match="it has come to its end"):
            machine.registers()


def test_kernel_that_no_loader_takes(tmp_path):
    (tmp_path / "kernel.elf").write_bytes(b"not a kernel")
    with pytest.raises(Failure) as caught:
        run(tmp_path / "kernel.elf")
    assert caught.value.kind == "boot"


def test_paths_with_commas(kernel, tmp_path):
    folder = tmp_path / "a,b c"
    folder.mkdir()
    shutil.copy(kernel("exit33"), folder / "k,1.elf")
    assert run(folder / "k,1.elf", modules=[(folder / "k,1.elf", "a,b")]).status == 33


def test_no_qemu_is_not_the_kernels_fault(kernel, monkeypatch):
    monkeypatch.setattr(machines, "QEMU", "qemu-system-none")
    with pytest.raises(MachineError, match="not installed"):
        run(kernel("exit33"))


def test_broken_qemu_is_not_the_kernels_fault(kernel, monkeypatch):
    monkeypatch.setattr(machines, "QEMU", "false")
    with pytest.raises(MachineError, match="does not start"):
        run(kernel("exit33"))


def test_stuck(kernel, monkeypatch):
    """No instruction is counted, so no limit in the machine's time ends this."""
    monkeypatch.setattr(machines, "STUCK", 8)
    seen = run(kernel("stuck"))
    assert (seen.kind, seen.place) == ("hang", "_start+0x8 (stuck.asm:7)")


def test_qemu_that_gives_up_is_the_kernels_fault(kernel):
    with Machine(kernel("loop")) as machine:
        machine.start()
        machine._process.send_signal(signal.SIGABRT)
        with pytest.raises(Failure, match="QEMU gave up"):
            machine.finish()


def test_killed_qemu_is_not_the_kernels_fault(kernel):
    with Machine(kernel("loop")) as machine:
        machine.start()
        machine._process.kill()
        with pytest.raises(MachineError, match="SIGKILL"):
            machine.finish()


def test_slow_host_is_not_the_kernels_fault(kernel, monkeypatch):
    monkeypatch.setattr(machines, "PATIENCE", 0)
    with pytest.raises(MachineError, match="too slow"):
        run(kernel("loop"))


def test_nothing_is_left(kernel):
    with Machine(kernel("loop")) as machine:
        machine.start()
        folder, process = machine.dir, machine._process
    assert process.returncode is not None and not folder.exists()


def test_qemu_dies_with_its_parent(kernel, tmp_path):
    code = """if True:
        import sys; sys.path.insert(0, sys.argv[1])
        from lintel.machine import Machine
        machine = Machine(sys.argv[2]).__enter__()
        print(machine._process.pid, machine.dir, flush=True); sys.stdin.read()"""
    grade = pathlib.Path(machines.__file__).parents[1]
    words = [sys.executable, "-c", code, grade, kernel("loop")]
    parent = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    pid, folder = parent.stdout.readline().split()
    parent.kill()
    parent.wait()
    shutil.rmtree(folder.decode())
    assert gone(int(pid))


def test_end_at_any_moment(kernel, monkeypatch):
    """A machine may end between any two of our steps: it has ended well all the same."""
    monkeypatch.setattr(machines, "LOOK", 0)
    for gdb in (False, True):
        for _ in range(20):
            assert run(kernel("exit33"), gdb=gdb).status == 33


def test_end_before_qemu_has_answered(kernel, monkeypatch):
    """On a loaded host the machine may be gone before the answer to 'cont' is on the wire."""
    command = qmp.Qmp.command

    def late(self, name, **arguments):
        answer = command(self, name, **arguments)
        if name == "cont":
            raise qmp.Closed
        return answer

    monkeypatch.setattr(qmp.Qmp, "command", late)
    assert run(kernel("exit33")).status == 33
