# SPDX-License-Identifier: BSD-2-Clause
"""The programs in /bin: somebody types at the serial line, and sees what they say."""

import contextlib
import os
import re
import select
import subprocess
import sys
import time

import pytest

import states


sys.path.insert(0, str(states.ROOT / "grade/front"))
import machine  # noqa: E402

BUILD = states.ROOT / "build"
LIMIT = 60  # seconds of wall time until the next prompt has to be there
PROMPT = re.compile(r"\n\S* \$ $")
CONTROL = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
SHOWN = "-display", "none", "-chardev", "stdio,id=console", "-serial", "chardev:console"
# Time is what the machine has done; when it only waits, time passes at once.
TIME = "-icount", "shift=3,sleep=off", "-rtc", "base=2026-02-28T23:59:50,clock=vm"


class System:
    """The machine. Called with a command it types that, and answers with what appears until the next prompt."""

    def __init__(self):
        images = f"{BUILD / 'pm.elf'},{BUILD / 'initrd.tar'}"
        command = machine.command(BUILD / "kernel.elf", images, "", *TIME, *SHOWN)
        self._qemu = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0,
                                      preexec_fn=machine.die_with_parent)

    def __call__(self, line):
        self.type(line)
        shown = self.until().partition("\n")[2]  # what was typed is shown, too
        return shown.rpartition("\n")[0] + "\n" if "\n" in shown else ""

    def type(self, line, end="\n"):
        self._qemu.stdin.write((line + end).encode())

    def ends(self):
        """What is still said, and how the machine ends."""
        out, _ = self._qemu.communicate(timeout=LIMIT)
        return out.decode().replace("\r", ""), self._qemu.returncode

    def close(self):
        self._qemu.kill()
        self._qemu.communicate()

    def until(self, wanted=PROMPT):
        """What appears until it ends with what is wanted, without what moves the cursor."""
        seen, end = b"", time.monotonic() + LIMIT
        while not wanted.search(text := CONTROL.sub("", seen.decode(errors="replace")).replace("\r", "")):
            assert select.select([self._qemu.stdout], [], [], max(0, end - time.monotonic()))[0], f"it stops: {text}"
            data = os.read(self._qemu.stdout.fileno(), 4096)
            assert data, f"the machine has ended: {text}"
            seen += data
        return text


@pytest.fixture(scope="module")
def system():
    with contextlib.closing(System()) as running:
        running.until()
        yield running


@pytest.fixture
def new_system():
    with contextlib.closing(System()) as running:
        running.until()
        yield running


# --- Sessions: behind $ what is typed, below it all that appears

SESSIONS = {}

SESSIONS["words"] = r"""
$ echo hello,   world
hello, world
$ echo -n no newline; echo
no newline
$ echo -- -n
-- -n
$ true; echo $?
0
$ false; echo $?
1
$ seq 3
1
2
3
$ seq 2 3 9
2
5
8
$ seq 4294967294 4294967295
4294967294
4294967295
"""

SESSIONS["pipes"] = r"""
$ seq 1000 | tail -n 3 | head -n 1
998
$ yes | head -n 2
yes
yes
$ seq 20 | grep 1 | wc -l
      11
$ echo b a c | cat | cat | cat | cat
b a c
$ seq 9 12 | sort | head -n 2
10
11
$ seq 9 12 | sort -rn | tail -n 1
9
$ echo through | tee copy
through
$ cat copy - copy < copy
through
through
through
"""

SESSIONS["redirection"] = r"""
$ seq 3 > f
$ seq 4 5 >> f
$ wc < f
       5       5      10
$ cat nofile f > out 2> err
$ cat err
cat: nofile: no such file or directory
$ wc -l out
       5  out
$ cat nofile > both 2>&1
$ cat both
cat: nofile: no such file or directory
$ echo new > f; cat f
new
"""

SESSIONS["files"] = r"""
$ mkdir d d/e
$ seq 3 > f
$ cp f g
$ cp f g d
$ mv g h
$ mv h d/e
$ ls | cat
d/
f
$ ls d | cat
e/
f
g
$ ls d/e nofile f | cat
ls: nofile: no such file or directory
d/e:
h
f
$ rmdir d
rmdir: d: directory not empty
$ rm d
rm: d: is a directory
$ rm d/f nofile d/g; echo $?
rm: nofile: no such file or directory
1
$ rm -r d; echo $?
0
$ ls | cat
f
$ touch empty; wc empty f
       0       0       0  empty
       3       3       6  f
       3       3       6  total
"""

SESSIONS["mistakes with files"] = r"""
$ mkdir d; echo text > f
$ mkdir d
mkdir: d: file exists
$ cp f f; cat f
cp: f: file exists
text
$ cp d g; ls
cp: d: is a directory
d/  f
$ cp f d f
cp: f: not a directory
$ mv d d/e
mv: d: cannot move into itself
$ cat d
cat: d: is a directory
$ rmdir f
rmdir: f: not a directory
$ rmdir d; ls; echo $?
f
0
$ cat f/g
cat: f/g: not a directory
"""

SESSIONS["slashes behind names"] = r"""
$ mkdir d e; mv d/ e; ls e
d/
$ seq 2 > f; mv e//d// .; mv ./f d//; ls d
f
$ mv d/ e/../e//; ls e
d/
$ cp /bin/ls/ e; ls e/ls
e/ls
"""

SESSIONS["text"] = r"""
$ echo alpha > f; echo Beta >> f; echo gamma >> f; echo delta >> f
$ grep ta f
Beta
delta
$ grep -v ta f
alpha
gamma
$ grep -in be f
2:Beta
$ grep -c a f f
f:4
f:4
$ grep none f; echo $?
1
$ grep a nofile; echo $?
grep: nofile: no such file or directory
2
$ sort f
Beta
alpha
delta
gamma
$ sort -r f | head -n 1
gamma
$ head -n 1 f; tail -n 1 f
alpha
delta
$ echo -n "no newline" | tail -n 1; echo
no newline
$ hexdump f
00000000 61 6c 70 68 61 0a 42 65  74 61 0a 67 61 6d 6d 61  alpha.Beta.gamma
00000010 0a 64 65 6c 74 61 0a                              .delta.
"""

SESSIONS["usage"] = r"""
$ rm; echo $?
usage: rm [-r] path ...
2
$ ls -x
usage: ls [-l] [path ...]
$ head -n
usage: head [-n lines] [file ...]
$ head -n x f
usage: head [-n lines] [file ...]
$ cp one
usage: cp from ... to
$ sleep fast
usage: sleep seconds
$ date now
usage: date
$ policy user
usage: policy [domain type]
$ crash well; echo $?
usage: crash null/stack/exec/divide
2
$ /bin/kill 1x
usage: kill number ...
$ sleep 0.01; sleep 2; echo $?
0
"""

SESSIONS["system"] = r"""
$ policy user files
read write delete copy
$ policy guest files
read copy
$ policy guest device
none
$ policy nobody files
policy: nobody: not found
$ policy | head -n 1
# SPDX-License-Identifier: BSD-2-Clause
$ /bin/kill 1
kill: 1: permission denied
$ /bin/kill 99999
kill: 99999: not found
$ caps 99999
caps: 99999: not found
$ caps 1
caps: 1: permission denied
$ /bin/help ls
ls [-l] [path ...]       what is in directories; -l: size and date, too
$ /bin/help nothing; echo $?
help: nothing: there is nothing about it
1
"""


def commands(session):
    """The commands, each with what it should say."""
    return [block.partition("\n")[::2] for block in re.split(r"^\$ ", session.strip() + "\n", flags=re.MULTILINE)[1:]]


@pytest.mark.parametrize("name", SESSIONS)
def test_session(system, name):
    place = "/test-" + name.replace(" ", "-")
    assert system(f"mkdir {place}; cd {place}") == ""
    said = [(command, system(command)) for command, _ in commands(SESSIONS[name])]
    assert said == commands(SESSIONS[name])
    assert system(f"cd /; rm -r {place}") == ""


# --- Those that show the system

def rows(text):
    """The lines of a table below its head, in words."""
    assert max(map(len, text.splitlines())) < 80, text
    return [line.split() for line in text.splitlines()[1:]]


def test_ps(system):
    """The manager's own children, and ps itself last."""
    table = rows(system("ps"))
    numbers = [int(row[0]) for row in table]
    assert numbers == sorted(set(numbers))
    names = [row[-1] for row in table]
    assert names[-1] == "ps" and {"init", "fm", "wm", "sh", "serial", "keyboard", "clock"} <= set(names)
    assert table[-1][4:] == ["running", "user", "ps"]


def test_names_and_doors(system):
    doors, _, calls = system("doors").partition("\n\n")
    names, doors, calls = rows(system("names")), rows(doors), rows(calls)
    assert [row[-1] for row in names] == [row[-1] for row in doors] == sorted(row[-1] for row in names)
    assert {row[-1]: row[1] for row in doors}.items() >= {
        "/": "fm", "/dev/clock": "clock", "/dev/keyboard": "keyboard", "/dev/serial": "serial", "/dev/windows": "wm"}.items()
    assert {row[-1]: row[3] for row in names}["/dev/keyboard"] == "device"
    assert [row[1:4] + row[5:] for row in calls[:3]] == [
        ["init", "*", "WAIT_ANY", "manager"],
        ["wm", "*", "READ", "keyboard", "/dev/keyboard"], ["wm", "*", "READ", "serial", "/dev/serial"]]
    assert calls[-1][1:4] == ["doors", "*", "CALLS"], "it is a caller itself"
    sh = [row[3:] for row in calls if row[1] == "sh"]
    assert ["WAIT", "0", "manager"] in sh and ["INTERRUPT", sh[-1][1], "wm", "/dev/windows"] in sh


def test_caps(system):
    """Its own; and those of the shell that started it, which the policy allows it to see."""
    own = rows(system("caps"))
    assert [row[:2] for row in own[:8]] == [[str(i + 1), name] for i, name in enumerate(
        ["manager", "files", "windows", "in", "out", "error", "root", "here"])]
    shell = next(row[1] for row in rows(system("ps")) if row[-1] == "ps")
    assert [row[:2] for row in rows(system(f"caps {shell}"))[:8]] == [row[:2] for row in own[:8]]


def test_mem(system):
    """What is free and what is used is all there is; what uptime says is the same."""
    text = system("mem")
    assert max(map(len, text.splitlines())) < 80
    kib = {name: int(size) for size, name in re.findall(r"^ *(\d+) KiB \[[#.]+\] (.+)$", text, re.M)}
    free, of, all_of_it = re.search(r"(\d+) (of) (\d+) KiB free", system("uptime")).groups()
    assert kib["free"] + kib["used"] == int(all_of_it) and of
    assert kib["on the swap device"] == 0 < kib["init"] < kib["used"]
    assert abs(kib["free"] - int(free)) < 256


def test_vmstat(system):
    """All of it, and second by second, in 80 columns; the pages that there are are counted once."""
    names, pages, counted, counts = map(str.split, system("vmstat").splitlines())
    total = int(re.search(r"of (\d+) KiB free", system("uptime"))[1]) // 4
    assert (names[:2], counted[0], len(pages), len(counts)) == (["free", "own"], "faults", len(names), len(counted))
    assert 0 < sum(map(int, pages[:5])) < total and int(counts[0]) > 0
    head, *lines = system("vmstat -n 3; vmstat -n 21").splitlines()
    assert lines.count(head) == 2 and len(lines) == 3 + 1 + 20 + 1 + 1 and all(len(line) < 80 for line in lines)
    assert all(len(line.split()) == len(head.split()) for line in lines)


def test_date(system):
    """The calendar goes from February to March; how far, depends on how long the machine had to wait for us."""
    before, after = system("date"), system("sleep 20; date; touch now")
    assert before < after and after.startswith("2026-03-")
    size, day, moment, name = system("ls -l now; rm now").split()
    assert (size, name) == ("0", "now") and after <= f"{day} {moment}\n"


def test_typing(system):
    """Lines go to the program that reads them, and Ctrl-D is their end."""
    system.type("echo begin; sort -r; wc -l")
    system.until(re.compile(r"\nbegin\n$"))
    system.type("alpha\nbeta\n\x04gamma\n\x04", end="")
    assert system.until().startswith("alpha\nbeta\nbeta\nalpha\ngamma\n       1\n")


def test_kill(system):
    """What runs in the background is in the list until it is ended."""
    system("sleep 1000000 &")
    number = next(row[0] for row in rows(system("ps")) if row[-1] == "sleep")
    assert system(f"/bin/kill {number}; echo $?").startswith("0\n")
    assert not any(row[-1] == "sleep" for row in rows(system("ps")))


@pytest.mark.parametrize("way, told", [
    ("null", r"page fault, reading 00000000.*\n.* read_null "), ("stack", r"page fault, writing 083b.*\n.* fill_stack "),
    ("exec", r"page fault, executing 50000000"), ("divide", r"division error\n.* divide "),
])
def test_crash(system, way, told):
    """The shell tells of it, and goes on."""
    text = system(f"crash {way}")
    assert re.match(rf"sh: crash, process \d+: {told}", text), text
    assert system("echo $?") not in ("0\n", "2\n") and "crash" not in system("ps")


def test_memory_is_limited(system):
    assert system("eat 100") == "100 pages are mine\n"
    assert "are mine" not in system("eat 100000; echo")
    assert system("echo well") == "well\n"


def test_much(system):
    """More than a pipe, a buffer or a message holds."""
    assert system("seq 5000 | sort -n | tail -n 1") == "5000\n"
    assert system("seq 5000 > much; cp much more; cat much more | wc") == "   10000   10000   47786\n"
    assert system("sort -rn more | sort -n > less; grep -c 7 less; wc -c less; rm much more less") == \
        "1355\n   23893  less\n"


@pytest.mark.parametrize("program", ["tail", "sort"])
def test_too_much(system, program):
    """What does not fit into memory is an error, and not the end by a fault."""
    assert system(f"yes | {program}; echo $?") == f"{program}: stdin: out of memory\n1\n"


def test_halt(new_system):
    new_system.type("halt 3")
    assert new_system.ends()[1] == machine.SUCCESS + 2 * 3


# --- What is said about them

def programs():
    return sorted(path.stem for path in (states.ROOT / "user/programs").glob("*.c"))


def test_help_has_all_programs():
    lines = (states.ROOT / "user/files/etc/help").read_text().splitlines()
    assert [line.split()[0] for line in lines if line[0].isalpha()] == programs()
    assert max(map(len, lines)) < 80


def test_docs_have_all_programs():
    """With the same words that the program itself uses for how it is called."""
    text = (states.ROOT / "docs/programs.md").read_text()
    said = re.findall(r"^\| `(\w+)(?: ([^`]*))?`", text, re.MULTILINE)
    assert sorted(name for name, _ in said) == programs()
    for name, usage in said:
        source = (states.ROOT / f"user/programs/{name}.c").read_text()
        assert "options(" not in source or f'options(argc, argv, "{usage}")' in source, name
