# SPDX-License-Identifier: BSD-2-Clause
"""The reference kernel: what it refuses to boot, what it does where there is no lab for it."""

import contextlib
import re
import struct
import subprocess

import pytest

import states
from lintel.boot import Booter
from lintel.machine import Machine
from lintel.outside import Outside
from lintel.pages import KERNEL_BASE, Pages

BUILD = states.ROOT / "build"
KERNEL, PROBE = BUILD / "kernel.elf", BUILD / "programs" / "probe.elf"
REFUSED = 101
MODULES = 24, 28, 20  # offsets in the Multiboot record: list of modules, symbols, count
LINES = 7400  # the kernel can be read in a week: docs/design.md


def refused(run, why):
    """The kernel said in one line why it does not boot, and ended."""
    assert (run.kind, run.status) == ("exit", REFUSED), run
    said = [line for line in run.console.decode().splitlines() if "cannot boot" in line]
    assert len(said) == 1 and re.search(why, said[0]), run.console


def boot(*modules, **options):
    with Machine(KERNEL, [(path, "") for path in modules], **options) as machine:
        return machine.run()


@pytest.fixture
def booter():
    with contextlib.ExitStack() as stack:
        yield Booter(states.ROOT, 0, "kernel", stack)


@pytest.fixture
def file(tmp_path):
    def write(data, name="root"):
        (tmp_path / name).write_bytes(data)
        return tmp_path / name
    return write


def patched(offset, form, value):
    """PROBE with a number in its ELF header, or its first program header, replaced."""
    data = bytearray(PROBE.read_bytes())
    struct.pack_into(form, data, offset, value)
    return bytes(data)


FIRST_SEGMENT = 52  # of what ld writes: right behind the ELF header

BAD_ROOTS = {
    "empty": (lambda: b"", "not an ELF"),
    "text": (lambda: b"hello" * 100, "not an ELF"),
    "64 bits": (lambda: patched(4, "B", 2), "not an ELF"),
    "other machine": (lambda: patched(18, "<H", 40), "not an ELF"),
    "relocatable": (lambda: patched(16, "<H", 1), "not an ELF"),
    "cut short": (lambda: PROBE.read_bytes()[:4200], "cut short"),
    "headers outside": (lambda: patched(28, "<I", 0xFFFFFFF0), "cut short"),
    "too many headers": (lambda: patched(44, "<H", 0xFFFF), "cut short"),
    "segment outside the file": (lambda: patched(FIRST_SEGMENT + 4, "<I", 0xFFFFF000), "cut short"),
    "segment in the kernel": (lambda: patched(FIRST_SEGMENT + 8, "<I", 0xC0100000), "does not fit"),
    "segment at 0": (lambda: patched(FIRST_SEGMENT + 8, "<I", 0), "does not fit"),
    "segment that wraps": (lambda: patched(FIRST_SEGMENT + 20, "<I", 0xFFFFFFF0), "does not fit"),
    "segment smaller than its file": (lambda: patched(FIRST_SEGMENT + 20, "<I", 1), "cut short"),
    "entry in the kernel": (lambda: patched(24, "<I", 0xC0100000), "not its own"),
}


@pytest.mark.parametrize("name", BAD_ROOTS)
def test_bad_root(file, name):
    data, why = BAD_ROOTS[name]
    refused(boot(file(data())), why)


def test_no_module():
    refused(boot(), "there is no module")


def test_too_many_modules(file):
    refused(boot(PROBE, *(file(b"x", f"m{i}") for i in range(16))), "17 modules, 16 at most")


@pytest.mark.parametrize("kib, why", [(None, "no \\d+ KiB for the table of frames"), (0, "too little memory for a process"),
                                      (8, "too little memory for a process"), (12, "too little memory for the root process")])
def test_too_little_memory(booter, kib, why):
    """The loader tells of little more RAM than the kernel, or the kernel and its module, lie in."""
    def ranges(o):
        if kib is None:
            return [(1 << 20, o.address("kernel_end") - KERNEL_BASE, True)]
        return [(1 << 20, -(-max(end for _, end in o.modules) // 4096) * 4096 + kib * 1024, True)]
    refused(Pages(booter.load("probe", gdb=True), at=None, ranges=ranges).machine.run(), why)


def test_little_memory():
    with Machine(KERNEL, [(BUILD / "programs/yields.elf", "")], memory=8) as machine:
        assert machine.run().status == 33


def test_too_much_memory():
    with Machine(KERNEL, [(BUILD / "programs/yields.elf", "")], memory=2048) as machine:
        run = machine.run()
    assert run.status == 33 and b"1152 MiB of memory beyond 896 MiB are ignored" in run.console


@pytest.mark.parametrize("start, end, why", [
    (0x100000, 0x101000, "module 0 lies over the kernel"),
    (0x1000, 0x100001, "module 0 lies over the kernel"),
    (0x40000000, 0x40001000, "where the kernel cannot reach it"),
    (0x500000, 0x4FFFFF, "where the kernel cannot reach it"),
    (0x500800, 0x501000, "module 0 does not begin with a page"),
])
def test_bad_module_range(start, end, why):
    """The boot loader's record is changed under the kernel, before its first instruction."""
    with Machine(KERNEL, [(PROBE, "")], gdb=True) as machine:
        o = Outside(type("", (), {"machine": machine}))
        record = o.run_to("boot")["ebx"]
        listed = o.word(record + MODULES[0])
        o.put_word(listed, start)
        o.put_word(listed + 4, end)
        refused(machine.run(), why)


@pytest.mark.parametrize("field, value, why", [
    (48, 0x3A000000, "memory map lies where the kernel cannot reach it"),
    (44, 0xFFFFFFFF, "memory map lies where the kernel cannot reach it"),
    ("size", 19, "an entry of 19 bytes"), ("size", 0xFFFFFFFC, "an entry of 4294967292 bytes"),
])
def test_bad_memory_map(field, value, why):
    with Machine(KERNEL, [(PROBE, "")], gdb=True) as machine:
        o = Outside(type("", (), {"machine": machine}))
        record = o.run_to("boot")["ebx"]
        o.put_word(o.word(record + 48) if field == "size" else record + field, value)
        refused(machine.run(), why)


@pytest.mark.parametrize("label, function", [("probe_call", "trap"), ("probe_int3", "trap"), ("probe_sysenter", "call")])
def test_alignment_flag(booter, label, function):
    """With EFLAGS.AC set, ring 0 could touch what SMAP keeps from it: a program's is cleared at each entry, and kept for it."""
    o = Outside(booter.load("probe", gdb=True, cpu=["+smap"]))
    o.run_to_program("probe_spin")
    o.set(eflags=0x40202, eip=o.program(label), edx=o.program("probe_spin"), ecx=0x08400000)
    o.run_to(function)
    assert o.gdb.registers()["eflags"] & 0x40000 == 0
    assert o.frame(o.gdb.registers()["eax"])["eflags"] & 0x40000 == (0x40000 if function == "trap" else 0)


def test_caches(booter):
    """Where nobody has switched them on, as after a reset, the kernel does."""
    o = Outside(booter.load("probe", gdb=True))
    o.run_to("boot")
    reads_cr0 = o.address("boot") + o.gdb.read(o.address("boot"), 256).index(b"\x0f\x20\xc0") + 3
    o.gdb.breakpoint(reads_cr0)
    o.gdb.cont()
    o.gdb.clear(reads_cr0)
    o.set(eax=o.gdb.registers()["eax"] | 0x60000000)
    o.run_to("kmain")
    assert o.machine.registers()["cr0"] & 0x60000000 == 0


def test_panic_takes_the_screen_back(booter):
    booted = booter.load("demo", gdb=True, modules=[("left", "")])
    o = Outside(booted, guest_seconds=10)
    o.run_to_program("memview_draw")
    o.machine.qmp("inject-nmi")
    o.run_to("machine_stop")
    cells = booted.machine.read_physical(0xB8000, 160)
    assert cells[::2].decode().startswith("panic: NMI in the kernel")


def test_module_behind_ram():
    with Machine(KERNEL, [(PROBE, ""), (PROBE, "")], gdb=True) as machine:
        o = Outside(type("", (), {"machine": machine}))
        second = o.word(o.run_to("boot")["ebx"] + MODULES[0]) + 16
        o.put_word(second, 0x20000000)
        o.put_word(second + 4, 0x20001000)
        refused(machine.run(), "no RAM is at 20000000")


@pytest.mark.parametrize("hz, wanted", [("19", 19), ("10000", 10000), ("18", 250), ("10001", 250), ("0", 250),
                                        ("99999999999", 250), ("abc", 250), ("", 250), ("100x", 250)])
def test_hz(booter, hz, wanted):
    report = booter("clock", args="20", cmdline=f"xhz=7 hz={hz} hz=5", guest_seconds=4).report
    assert report.get("hz") == str(wanted)


def test_archive(booter, tmp_path):
    """Some loaders take one module only: an archive whose first member is the root process."""
    for member in (PROBE.with_name("yields.elf"), PROBE):
        (tmp_path / member.name).write_bytes(member.read_bytes())
    subprocess.run(["tar", "--format=ustar", "-cf", "all.tar", "yields.elf", "probe.elf"], cwd=tmp_path, check=True)
    run = boot(tmp_path / "all.tar")
    assert run.status == 33
    whole = (tmp_path / "all.tar").read_bytes()
    (tmp_path / "short.tar").write_bytes(whole[:2000])
    refused(boot(tmp_path / "short.tar"), "cut short")


def test_nmi(booter):
    """It has a task of its own, so it is survived wherever it strikes."""
    booted = booter.load("probe", gdb=True)
    o = Outside(booted)
    o.run_to_program("probe_spin")
    o.machine.qmp("inject-nmi")
    run = o.machine.run()
    assert run.status == 97 and b"panic: NMI in the kernel" in run.console


def test_serial_lines_are_kept_apart(booter):
    run = booter("yields").run
    assert b"end=" not in run.console and run.console.startswith(b"lintel: ")
    assert b"lintel" not in run.verdict


def test_screen(booter):
    """The VGA screen shows what COM1 does."""
    booted = booter.load("probe", gdb=True)
    o = Outside(booted)
    o.run_to_program("probe_spin")
    cells = booted.machine.read_physical(0xB8000, 80 * 25 * 2)
    rows = [cells[160 * y: 160 * y + 160: 2].decode().rstrip() for y in range(25)]
    console = booted.machine.console().decode().splitlines()
    assert rows[:len(console)] == console and len(console) == 3


def test_budget_of_lines():
    """Of the finished tree, without markers; the contract, which is read by itself, is counted apart."""
    tree = states.states.state_tree(states.source())
    lines = {path: len(file.data.splitlines()) for path, file in tree.items() if re.fullmatch(r"kernel/.*\.(c|h|asm)", path)}
    contract = sum(count for path, count in lines.items() if path.startswith("kernel/abi/"))
    kernel = sum(lines.values()) - contract
    print(f"kernel: {kernel} lines; kernel/abi: {contract}")
    assert kernel <= LINES


def test_only_the_contract_is_included_outside():
    for path in [*(states.ROOT / "user").rglob("*.[ch]"), *(states.ROOT / "pm").rglob("*.[ch]")]:
        for name in re.findall(r'#include "([^"]+)"', path.read_text()):
            beside = any((folder / name).exists() for folder in (path.parent, states.ROOT / "user/lib", states.ROOT / "user"))
            assert beside or name.startswith("abi/"), f"{path}: {name}"
