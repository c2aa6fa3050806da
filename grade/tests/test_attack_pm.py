# SPDX-License-Identifier: BSD-2-Clause
"""Attacks on the process manager, the servers and init, by programs in the domain user (user/pmtests/attack_*.c)."""

import contextlib
import re
import subprocess
import tarfile
import time

import pytest
import states
from lintel import archive, pmplay
from lintel.boot import Booter
from lintel.pmplay import ALL, Scene, rights, text, words
from test_programs import BUILD, SHOWN, TIME, System, machine

BANNER = "Lintel, a system to learn from"


class Attacked(System):
    """The system as it is delivered, with attack_user in /bin, and other files."""

    def __init__(self, folder, files=None):
        attack = (BUILD / "os/bin/attack_user").read_bytes()
        with tarfile.open(BUILD / "initrd.tar") as given:
            contents = {member.name: given.extractfile(member).read() for member in given if member.isfile()}
        initrd = archive.make(folder / "initrd.tar", {**contents, "bin/attack_user": attack, "bin/bad": attack, **(files or {})})
        command = machine.command(BUILD / "kernel.elf", f"{BUILD / 'pm.elf'},{initrd}", "", *TIME, *SHOWN)
        self._qemu = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0,
                                      preexec_fn=machine.die_with_parent)

    def processes(self, name):
        return [line for line in self("ps").splitlines() if line.split()[-1:] == [name]]


@pytest.fixture
def attacked(tmp_path):
    with contextlib.closing(Attacked(tmp_path)) as running:
        running.until()
        yield running


@pytest.fixture
def booter():
    with contextlib.ExitStack() as stack:
        yield Booter(states.ROOT, 0, "pm", stack)


# --- Memory that runs out

def test_no_memory_leaves_the_files(attacked):
    """A program takes all memory and makes files: it may fail, but the file server and what it has stay."""
    said = attacked("attack_user files")
    assert "ended" not in said and BANNER not in said, said
    assert "f299" in attacked("ls /home")


def test_no_memory_leaves_the_windows(attacked):
    """The same, and it writes to a window with many threads."""
    attacked.type("attack_user windows")
    said = attacked.until(re.compile(r"/ \$ $"))  # its last words may be on the same line
    assert "ended" not in said.replace("ended, because memory was full", "") and BANNER not in said, said


# --- Processes

def test_orphans_leave_init_room(attacked):
    """Children of children that nobody waits for become init's, and do not count as what it has started itself."""
    attacked("attack_user orphans")
    attacked.type("exit")
    assert "cannot be started" not in attacked.until(re.compile(r"\$ $|cannot be started"))


@pytest.mark.parametrize("deed", ["forget", "wait"])
def test_init_hears_of_its_shells(attacked, deed):
    """Whoever else waits for a shell, or deletes several at once: init starts them again."""
    assert len(attacked.processes("sh")) == 5
    attacked(f"attack_user {deed}")
    attacked("sleep 2")
    assert len(attacked.processes("sh")) == 5


def test_all_who_wait_hear(booter):
    """One waits for a process by its capability, its parent for any child: both hear of its end."""
    scene = Scene(states.ROOT)
    scene.actor(1, "user", store=41)
    scene.actor(2, "user", store=42)
    scene.do("PM_CREATE", text("child") + text(""), actor=1, target=1, store=20)
    scene.do("PM_FIND", words(4), actor=2, store=20)
    scene.do("PM_WAIT", register=20, actor=2, later=True)
    scene.do("PM_WAIT_ANY", words(1), actor=1, later=True)
    scene.do("PM_FIND", words(4), store=20)
    scene.do("PM_KILL", register=20)
    scene.wait_for(2)
    scene.wait_for(1)
    scene.run(booter, WILD)


def test_no_room_for_the_reply(attacked):
    """Whose reply has no room has not happened: no child is left over, and no status is lost."""
    said = attacked("attack_user room")
    assert "refused 40, children 0" in said and "then error 0" in said, said


def test_what_cannot_be_given_on(booter):
    """A process is not started with a descriptor that comes without COPY and MOVE; it says so, and the next list is taken."""
    scene = Scene(states.ROOT)
    scene.actor(1, "user", store=41)
    scene.do("PM_DOOR", words(0, 0, 0) + text(""), actor=1, store=20)
    scene.do("PM_CREATE", text("child") + text(""), actor=1, target=1, store=21)
    for right in ("read", "write", "start"):
        scene.do("PM_WRITE_CLIST", actor=1, register=21, gives=[(20, ALL), (20, rights(right))], error="ERR_KEPT")
    scene.do("PM_WRITE_CLIST", actor=1, register=21, gives=[(20, rights("copy")), (20, rights("move read")), (21, rights("read"))], value=3)
    scene.run(booter, WILD)


def test_stale_for_ever(booter):
    """A capability does not come to name another process, however often its place is used again."""
    booter._random.getrandbits = lambda bits, given=iter([2046, 17000, *[0] * 14]): next(given)
    policy = """domain init
type up
limit init processes 4000 pages 1024 names 0 threads 1 descriptors 8192
processes init up
may init processes archive report halt
"""
    report = booter.under_manager("attack_numbers", policy, memory=64, shift=0).go(60, expect_end=False).report
    assert report.get("made") == "2046" and report.get("again") == "17000 0" and not report.all("alias")


def test_what_cannot_be_mapped(booter):
    """A device where RAM is, which the kernel refuses: an error of the manager's own, and the place is as free as before."""
    policy = """domain init
type up
limit init processes 1 pages 8192 names 0 threads 1 descriptors 256
processes init up
may init processes archive report halt
device init 0xb8000 1  0x100000 1
"""
    report = booter.under_manager("attack_devices", policy, memory=8, shift=0).go(20).report
    assert report.all("tried") == ["0 0 123", "123 123 123"] and report.get("mapped") == "0"


# --- Windows

def test_readers_of_a_window(attacked):
    """Many read where the shell does, and take all places: it waits, and is the same one when they have gone."""
    shell = attacked("echo $$")
    attacked.type("attack_user readers & sleep 0.5")
    attacked.until(re.compile(r"\n\[1\] attack_user readers\n/ \$ $"))
    for _ in range(100):
        attacked.type("echo I am $$")
        time.sleep(.1)
    seen = attacked.until(re.compile(r"\nI am \d+\n/ \$ $"))
    assert BANNER not in seen and f"\nI am {shell}" in seen


def test_writers_to_the_line(attacked):
    """Many write to the serial line all the time: what others write, and what is typed, comes, too."""
    shell = attacked("echo $$")
    attacked.type("attack_user writers & sleep 0.1; seq 1 30; wait; echo I am $$")
    seen = attacked.until(re.compile(r"I am \d+\0*\n")).replace("\0", "")
    assert "".join(f"{n}\n" for n in range(1, 31)) in seen and f"\nI am {shell}" in seen


# --- The manager

def test_two_touch_a_page(attacked):
    """Two threads touch a page that is not there yet, while the manager is busy: it comes, and both go on."""
    assert attacked("attack_user race") == "raced\n"


def test_manager_is_not_long_busy(attacked):
    """No message of one client holds up the others' page faults for more than some milliseconds."""
    assert int(re.search(r"microseconds (\d+)", attacked("attack_user busy"))[1]) < 5000


WILD = """domain init user
type up private
limit init  processes 2000 pages 1024 names 8 threads 1 descriptors 1024
limit user processes 6 pages 64   names 3 threads 4 descriptors 256
processes init up
processes user up
may init doors system processes archive report halt
may user doors processes
name user /*
made user private
made init private
enter init user
allow init up read write start stop delete copy
allow user up read write start stop delete copy
allow user private read write start stop delete copy
"""


@pytest.mark.parametrize(("seed", "rounds", "memory"), [(1, 60, 32), (77, 40, 32), (5, 30, 4)])
def test_random_calls(booter, seed, rounds, memory):
    """Processes call anything with anything, and end in the middle of it: all is as before."""
    booter._random.getrandbits = lambda bits, given=iter([seed, rounds, *[0] * 14]): next(given)
    report = booter.under_manager("attack_random", WILD, memory=memory, shift=3).go(60, expect_end=False).report
    assert report.get("processes") == "1 1" and report.get("names") == "0 0" and report.get("frames") == "0"


# --- The servers

BOOT = (states.ROOT / "user/files/etc/boot").read_text()


def test_servers_are_those_of_the_archive(tmp_path):
    """A server that ends is started again from the archive: users can write to the files of the file server."""
    boot = re.sub(r"(?m)^shell 1", "server restart /dev/none driver /bin/bad\nshell 1", BOOT)
    with contextlib.closing(Attacked(tmp_path, {"etc/boot": boot.encode()})) as system:
        system.until()
        system("cp /bin/true /bin/bad")
        said = system("sleep 20")
    assert "bad ended with status 0" not in said and "bad ended with status 1" in said, said


SLOW = 300  # milliseconds since the kernel began until the first program of the first shell


def test_server_that_always_ends(tmp_path):
    """It is tried for ever, with pauses: the system starts as soon as without it, is as fast, and the console stays readable."""
    times = []
    for bad in ("", "server restart /dev/none driver /bin/false\n"):
        boot = BOOT.replace("shell 0", bad + "shell 0")
        (folder := tmp_path / f"bad{len(bad)}").mkdir()
        with contextlib.closing(Attacked(folder, {"etc/boot": boot.encode(), "etc/profile": b"attack_user time\n"})) as system:
            started = int(re.search(r"started (\d+)", system.until())[1])
            said = system("sleep 60")
            times.append(int(re.search(r"rounds (\d+)", system("attack_user time"))[1]))
        assert started < SLOW and said.count("init:") < 10, (started, said)
    assert times[1] < 1.05 * times[0], times


# --- The terminal

def test_names_are_shown_harmless(tmp_path):
    """Of processes, and of what an executable calls its own parts: they hold no control characters when they are shown."""
    crash = (BUILD / "os/bin/crash").read_bytes()
    assert crash.count(b"\0read_null\0") == 1
    with contextlib.closing(Attacked(tmp_path, {"bin/bad_crash": crash.replace(b"\0read_null\0", b"\0read\anull\0"),
                                                 "home/bad": b"no\aprogram\n"})) as system:
        system.until()
        system("attack_user name &")
        said = [system("sleep 0.1; ps"), system("bad_crash null"), system("sh /home/bad")]
    assert "a?b?c" in said[0] and "read?null + " in said[1] and "no?program" in said[2], said
    assert not any(c in text for c in "\a\f" for text in said)
