# SPDX-License-Identifier: BSD-2-Clause
"""The debugger: a test's machine under a person's gdb, and what gdb tells of memory."""

import os
import re
import shutil
import subprocess
import sys

import pytest

import dump
import states
from project import Project
from test_demo_doors import at_terminal


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
NUMBERS = range(1, 5)  # of processes that there are or were
TREASURE = dump.symbols.load(dump.states.ROOT / "build/programs/left.elf").address("treasure")
LEFT, RIGHT = 2, 3
ASKED = ["lintel processes", "lintel frames", "lintel walk 0xc0500010", "lintel walk 0xfffff000", "lintel walk 0x08003000",
         f"lintel walk {TREASURE:#x} {LEFT}",
         "lintel space", "lintel space 99", "lintel walk", "lintel walk 0 99", "lintel walk nonsense",
         *(f"lintel space {number}" for number in NUMBERS),
         *(f"lintel walk {at:#x} {number}" for at in PLACES for number in NUMBERS)]


@pytest.fixture(scope="module")
def asked(tmp_path_factory):
    return dump.taken(tmp_path_factory.mktemp("dump"), ASKED)


def test_processes(asked):
    said, ram = asked
    head, *lines = said["lintel processes"]
    rows = [line.replace("*", " ").split() for line in lines]
    assert head.split() == "number directory threads pages tables descriptors".split()
    seen = {int(number): (int(directory, 16), *map(int, more)) for number, directory, _, *more in rows}
    assert len(seen) >= 3 and seen == {
        number: (ram.directory(number), len(ram.mapped(ram.directory(number))), len(ram.tables(ram.directory(number))), len(ram.descriptors(number)))
        for number in ram.processes()}
    assert [line[0] for line in lines].count("*") == 1


def test_the_loaded_process_is_meant(asked):
    said, _ = asked
    number = next(line.split()[1] for line in said["lintel processes"] if line.startswith("*"))
    assert said["lintel space"] == said[f"lintel space {number}"]
    assert f"process {number}" in said["lintel walk 0x08003000"][2] and "CR3" in said["lintel walk 0x08003000"][2]


def kind(entry):
    return ("rw" if entry & 2 else "r") + (" device" if entry & 0x200 else "")


@pytest.mark.parametrize("number", NUMBERS)
def test_space(asked, number):
    said, ram = asked
    if number not in ram.processes():
        assert said[f"lintel space {number}"] == [f"there is no process {number}: `lintel processes` lists them"]
        return
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
    lines = [line.split() for line in said[f"lintel space {LEFT}"][2:-1]]
    assert len(lines) >= 3
    for (_, end, _, *rights), (start, _, _, *more) in zip(lines, lines[1:]):
        assert int(end, 16) + 1 < int(start, 16) or rights[:-2] != more[:-2]


@pytest.mark.parametrize("number", NUMBERS[:3])
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
    assert "present writable user accessed dirty" in "\n".join(said[f"lintel walk {TREASURE:#x} {LEFT}"])
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
    own = {number: len(ram.own(number)) for number in ram.processes()}
    assert numbers["free"] == ram.free() == ram.variable("frames_free")
    assert numbers["all RAM"] == ram.ram()
    assert numbers["processes, page tables"] == len(ram.overhead())
    assert numbers["pages of one process"] == sum(own.values())
    assert sum(numbers.values()) == 2 * numbers["all RAM"]
    rows = [list(map(int, line.split())) for line in said["lintel frames"][9:]]
    assert {row[0]: row[2] for row in rows} == own
    assert sum(row[1] for row in rows) == len(ram.overhead())


def test_frames_of_several(asked):
    """The demo shares none: gdb gives one a page of another's."""
    _, ram = asked
    entry = ram.walk(ram.directory(LEFT), TREASURE)
    place = ram.words(ram.directory(RIGHT), 1024)[TREASURE >> 22] & ~0xFFF | (TREASURE >> 12 & 0x3FF) * 4
    count = ram.variable("frames") + (entry >> 12) * 8
    change = [f"set {{int}}{place + dump.KERNEL_BASE:#x} = {entry:#x}", f"set {{int}}{count:#x} = 2"]
    said = dump.gdb_session(dump.states.ROOT, [*dump.AT, *change, "lintel frames"])["lintel frames"]
    assert "pages of several               1         4" in said
    assert {int(line.split()[0]): int(line.split()[3]) for line in said[9:]} == {number: int(number in (LEFT, RIGHT)) for number in ram.processes()}


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
    tree = states.of_this_run(tmp_path_factory, "traps").base
    without = ["lintel processes", "lintel frames", "lintel space 1", "lintel walk 0 1"]
    said = dump.gdb_session(tree, [*without, "lintel walk 0xc0100000"])
    for command in without:
        assert said[command] == ["this kernel has no processes: they come with the lab `paging`"]
    assert said["lintel walk 0xc0100000"][-1].endswith("physical address 00100000")


# --- Threads, descriptors and doors, in all states that there are (user/tests/door_still.c)

@pytest.fixture(scope="module")
def still():
    """When all of them are there, and when some have ended: the two answers to each command."""
    asked = ["threads", "trapframe", "lintel processes", "lintel descriptors", "lintel descriptors 2", "lintel doors"]
    commands = ["thbreak *still_all", "continue", *asked, "thbreak *still_ended", "continue", *asked]
    said = dump.gdb_answers(dump.states.ROOT, commands, PROGRAM="door_still")
    return [dict(zip(asked, said[at:])) for at in (2, 4 + len(asked))]


def test_states(still):
    names = "running receiving waiting receiving calling calling served served stopped".split()
    for now, numbers in zip(still, [range(1, 10), [1, 2, 3, 4, 5, 6, 7, 9]]):
        lines = now["threads"][1:]
        assert [line[2:].split()[:2] for line in lines] == [[str(n), names[n - 1]] for n in numbers]
        assert [line[0] for line in lines] == ["*"] + [" "] * (len(lines) - 1)
        assert now["trapframe"][0] == "thread 1"


def test_threads_of_processes(still):
    rows = [[line.replace("*", " ").split() for line in now["lintel processes"][1:]] for now in still]
    assert [[(row[0], row[2], row[5]) for row in some] for some in rows] == [[("1", "9", "14"), ("2", "0", "2")], [("1", "8", "14")]]


def descriptors(lines):
    """{number: (object without its address, rights, owner, cookie, calls)}"""
    head, *rows = lines
    at = [head.index(word) for word in "object rights owner cookie calls".split()]
    cut = [[row[start:end].strip() for start, end in zip(at, [*at[1:], None])] for row in rows]
    return {int(row[:6]): (re.sub(r" c0\w{6}", "", what), rights, owner, int(cookie, 16), int(calls))
            for row, (what, rights, owner, cookie, calls) in zip(rows, cut)}


def test_descriptors(still):
    mine, all_ = "door of process 1", "DSPRWCM"
    wanted = {1: ("machine", all_, "", 0, 0), 2: ("process 1", "-SPRWCM", "", 0, 0), 3: (mine, all_, "owner", 0x71, 0),
              4: (mine, all_, "owner", 0x72, 2), 5: (mine, all_, "owner", 0x73, 0), 6: (mine, all_, "owner", 7, 1),
              7: (mine, all_, "owner", 0x75, 0), 8: (mine, all_, "owner", 0x76, 0), 10: ("door, dead", "---R-C-", "", 0x87, 0),
              11: ("process 2", all_, "", 0, 0), 12: ("closed, its call goes on", "-------", "", 0x83, 1),
              13: ("thread 8", all_, "", 0, 0), 14: ("reply to thread 8", "------M", "", 0, 0), 15: ("thread 9", all_, "", 0, 0)}
    before, after = still
    assert descriptors(before["lintel descriptors"]) == wanted
    assert descriptors(before["lintel descriptors 2"]) == {1: ("door, dead", "---R---", "", 0x87, 0), 2: (mine, "----W--", "", 0x72, 0)}
    ended = {6: (mine, all_, "owner", 7, 0), 9: ("process 2, ended", "---R---", "", 0, 0), 13: ("thread 8, ended", all_, "", 0, 0),
             14: ("reply to nobody", "------M", "", 0, 0)}
    assert descriptors(after["lintel descriptors"]) == {n: one for n, one in {**wanted, **ended}.items() if n != 11}
    assert after["lintel descriptors 2"] == ["there is no process 2: `lintel processes` lists them"]


def test_doors(still):
    wanted = {"": ["dead", "2"], "1      3": ["system", "0", "receivers 2 4; waiters 3"], "1      4": ["user", "1", "callers 5 6"],
              "1      5": ["user", "0", "served 7 by 3; events UNREF"], "1      6": ["user", "0", "served 8 parked"],
              "1      7": ["user", "0", "waiters 3"], "1      8": ["user", "0", "events UNREF"]}
    for now, ended in zip(still, [{}, {"": ["dead", "1"], "1      4": ["user", "0", "callers 5 6; events UNREF"], "1      6": ["user", "0"]}]):
        rows = now["lintel doors"][1:]
        assert {row[10:24].strip(): row[24:].split(maxsplit=2) for row in rows} == {**wanted, **ended}
        named = {re.search(r"door (\w{8})", line)[1] for line in now["lintel descriptors"] if " door " in line}
        assert [row[:8] for row in rows] == sorted(named)


def test_before_there_are_doors(tmp_path_factory):
    """In the branches of the labs before."""
    for lab, missing in (("traps", "processes"), ("paging", "doors")):
        tree = states.of_this_run(tmp_path_factory, lab).base
        said = dump.gdb_session(tree, ["tbreak thread_switch", "continue", "threads", "lintel processes", "lintel descriptors", "lintel doors"])
        assert said["threads"][0].startswith("  number  state    came in by")
        assert said["lintel descriptors"] == said["lintel doors"] == ["this kernel has no doors: they come with the lab `doors`"]
        head = "  number  directory  threads  pages  tables" if lab == "paging" else "this kernel has no processes: they come with the lab `paging`"
        assert said["lintel processes"][0] == head


@pytest.mark.skipif(not states.box_works(), reason="bubblewrap does not work here")
def test_a_terminal_without_a_name():
    """As in a container, whose /dev/pts has others."""
    write = "import gdb; open(gdb.console(None), 'w').write('seen')"
    box = [shutil.which("bwrap"), "--dev-bind", "/", "/", "--tmpfs", "/dev/pts", "--chdir", states.ROOT / "grade/front"]
    assert at_terminal([*box, sys.executable, "-c", write], b"", []) == (0, "seen")
