# SPDX-License-Identifier: BSD-2-Clause
"""The debugger: a test's machine under a person's gdb, and what gdb tells of memory."""

import os
import subprocess
import sys

import pytest

import dump
import passages
from project import Project


@pytest.fixture
def project(tmp_path):
    return Project(tmp_path)


def gdb(project, commands):
    words = [sys.executable, "-m", "lintel", "gdb", "--lab", "mini", "--test", "end"]
    env = {**os.environ, "PYTHONPATH": str(project.root / "grade"), "HOME": str(project.root / "home")}
    ran = subprocess.run(words, cwd=project.root, env=env, input=commands, capture_output=True, text=True, timeout=300, check=False)
    return ran.returncode, ran.stdout + ran.stderr


def test_look_and_let_go(project):
    status, said = gdb(project, "set confirm off\nprintf \"at %x\\n\", $pc\nhbreak _start\ncontinue\ninfo symbol $pc\ndelete\ndetach\nquit\n")
    assert status == 0, said
    assert "at fff0" in said and "_start in section .text" in said and "1 passed" in said
    assert not (project.root / "build/gdb.sock").exists()


@pytest.mark.parametrize("options, goes_on", [("", True), (", gdb=True", False)])
def test_what_is_told(project, options, goes_on):
    project.tests("cmdline=\"x\"", f"cmdline=\"x\"{options}")
    said = gdb(project, "detach\nquit\n")[1]
    assert "The console is written to" in said
    assert ("the test goes on" in said) == goes_on


def test_kill(project):
    status, said = gdb(project, "set confirm off\nkill\nquit\n")
    assert status == 1 and "told to quit, by a debugger" in said


def test_own_gdbinit_is_read_and_no_other(project):
    project.write(".gdbinit", "echo read-once\\n\n")
    project.write("home/.gdbinit", "echo a-stranger\\n\n")
    said = gdb(project, "detach\nquit\n")[1]
    assert said.count("read-once") == 1 and "a-stranger" not in said


# --- What gdb tells of memory, against the machine's RAM

PLACES = [0x00000000, 0x07FFFFFC, 0x08000004, 0x08003000, 0x08004FFF, 0x08006000, 0x083FFFFC, 0x0A000123, 0x0A04DFFF,
          0x0A04E000, 0x40000000, 0x50000010, 0xBFFFFFFF]
PROCESSES = 1, 2, 3, 4
ASKED = ["lintel processes", "lintel frames", "lintel walk 0xc0500010", "lintel walk 0xfffff000", "lintel walk 0x08003000",
         "lintel space", "lintel space 99", "lintel walk", "lintel walk 0 99", "lintel walk nonsense",
         *(f"lintel space {number}" for number in PROCESSES),
         *(f"lintel walk {at:#x} {number}" for at in PLACES for number in PROCESSES)]


@pytest.fixture(scope="module")
def asked(tmp_path_factory):
    return dump.taken(tmp_path_factory.mktemp("dump"), ASKED)


def test_processes(asked):
    said, ram = asked
    head, *lines = said["lintel processes"]
    rows = [line.replace("*", " ").split() for line in lines]
    assert head.split() == "number directory threads pages tables".split()
    assert {int(row[0]): (int(row[1], 16), int(row[3]), int(row[4])) for row in rows} == {
        number: (directory, len(ram.mapped(directory)), len(ram.tables(directory)))
        for number, (_, directory) in ram.processes().items()}
    assert [line[0] for line in lines].count("*") == 1


def test_the_loaded_process_is_meant(asked):
    said, _ = asked
    number = next(line.split()[1] for line in said["lintel processes"] if line.startswith("*"))
    assert said["lintel space"] == said[f"lintel space {number}"]
    assert f"process {number}" in said["lintel walk 0x08003000"][2] and "CR3" in said["lintel walk 0x08003000"][2]


def kind(entry):
    return ("rw" if entry & 2 else "r") + (" device" if entry & 0x200 else "")


@pytest.mark.parametrize("number", PROCESSES)
def test_space(asked, number):
    said, ram = asked
    _, _, *lines, kernel = said[f"lintel space {number}"]
    pages, accessed, dirty = {}, 0, 0
    for start, end, count, *rights, used, changed in map(str.split, lines):
        pages |= {at: " ".join(rights) for at in range(int(start, 16), int(end, 16) + 1, 4096)}
        assert int(end, 16) + 1 - int(start, 16) == int(count) * 4096
        accessed, dirty = accessed + int(used), dirty + int(changed)
    mapped = ram.mapped(ram.directory(number))
    assert pages == {at: kind(entry) for at, entry in mapped.items()}
    assert accessed == sum(entry >> 5 & 1 for entry in mapped.values())
    assert dirty == sum(entry >> 6 & 1 for entry in mapped.values())
    assert kernel.startswith("c0000000  f7ffffff    224")


def test_space_joins_what_is_equal(asked):
    said, _ = asked
    assert [line.split()[0] for line in said["lintel space 2"][2:]] == ["08000000", "08003000", "083f0000", "0a000000", "c0000000"]


@pytest.mark.parametrize("number", PROCESSES)
@pytest.mark.parametrize("at", PLACES)
def test_walk(asked, at, number):
    said, ram = asked
    text = "\n".join(said[f"lintel walk {at:#x} {number}"])
    directory = ram.directory(number)
    first, second = ram.words(directory, 1024)[at >> 22], ram.walk(directory, at)
    assert f"page directory at {directory:08x}" in text and f"[{at >> 22:4}]  {first:08x}" in text
    assert ("there is no page table" in text) == (first == 0)
    assert (f"page table at {first & ~0xFFF:08x}\n                [{at >> 12 & 0x3FF:4}]  {second:08x}" in text) == (first != 0)
    assert ("the page is absent" in text) == (first != 0 and second == 0)
    assert (f"physical address {(second & ~0xFFF) + (at & 0xFFF):08x}" in text) == (second != 0)
    assert ("ring 3 may read and write" in text) == (second & 2 != 0)


def test_walk_in_words(asked):
    said, _ = asked
    assert "present writable user accessed dirty" in "\n".join(said["lintel walk 0x8003000 2"])
    assert "present user accessed\n" in "\n".join(said["lintel walk 0x8000004 2"])


def test_walk_to_the_kernel(asked):
    said, _ = asked
    text = "\n".join(said["lintel walk 0xc0500010"])
    assert "directory entry 769, byte 100010" in text and "large" in text
    assert "4 MiB page at 00400000: ring 3 may not touch it" in text and "physical address 00500010" in text
    assert "page fault" in "\n".join(said["lintel walk 0xfffff000"])


def test_frames(asked):
    said, ram = asked
    numbers = {line[:22].strip(): int(line.split()[-2]) for line in said["lintel frames"][1:7]}
    own = {number: len(ram.own(number)) for number in PROCESSES}
    assert numbers["free"] == ram.free() == ram.variable("frames_free")
    assert numbers["all RAM"] == ram.ram()
    assert numbers["processes, page tables"] == len(ram.overhead())
    assert numbers["pages of one process"] == sum(own.values())
    assert sum(numbers.values()) == 2 * numbers["all RAM"]
    rows = [list(map(int, line.split())) for line in said["lintel frames"][9:]]
    assert {row[0]: row[2] for row in rows} == own
    assert sum(row[1] for row in rows) == len(ram.overhead())


def test_frames_of_several(asked):
    """The demo shares none: gdb gives process 3 a page of process 2's."""
    _, ram = asked
    entry = ram.walk(ram.directory(2), 0x8003000)
    place = ram.words(ram.directory(3), 1024)[32] & ~0xFFF | 3 * 4
    count = ram.variable("frames") + (entry >> 12) * 8
    change = [f"set {{int}}{place + dump.KERNEL_BASE:#x} = {entry:#x}", f"set {{int}}{count:#x} = 2"]
    said = dump.gdb_session(dump.states.ROOT, [*dump.AT, *change, "lintel frames"])["lintel frames"]
    assert "pages of several               1         4" in said
    assert [line.split()[3] for line in said[9:]] == ["0", "1", "1", "0"]


def test_memory_commands_that_are_wrong(asked):
    said, _ = asked
    assert said["lintel space 99"] == said["lintel walk 0 99"] == ["there is no process 99: `lintel processes` lists them"]
    assert said["lintel walk"] == ["usage: lintel walk ADDRESS [PROCESS]"]
    assert said["lintel walk nonsense"] == ['No symbol "nonsense" in current context.']


def test_memory_too_early():
    said = dump.gdb_session(dump.states.ROOT, ["lintel processes", "lintel frames", "lintel space", "kill", "lintel walk 0"])
    assert said["lintel processes"] == ["there are no processes yet"]
    assert said["lintel frames"] == ["the kernel has not counted its memory yet: frame_init has not run"]
    assert said["lintel space"][0].startswith("the kernel by itself, directory 00")
    assert said["lintel walk 0"] == ["no machine is running: start it with `make gdb`"]


def test_before_there_are_processes(tmp_path_factory):
    """In the branches of the lab before paging."""
    tree = passages.Trees.of_this_run(tmp_path_factory).of("traps")
    without = ["lintel processes", "lintel frames", "lintel space 1", "lintel walk 0 1"]
    said = dump.gdb_session(tree, [*without, "lintel walk 0xc0100000"])
    for command in without:
        assert said[command] == ["this kernel has no processes: they come with the lab `paging`"]
    assert said["lintel walk 0xc0100000"][-1].endswith("physical address 00100000")
