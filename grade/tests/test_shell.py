# SPDX-License-Identifier: BSD-2-Clause
"""The shell on the machine: somebody types at the serial line, and sees what it says."""

import contextlib
import random
import re
import subprocess
import tarfile
import time

import pytest

import states
from lintel import archive
from test_programs import BUILD, SHOWN, TIME, System, commands, machine

CTRL_C, CTRL_D = "\x03", "\x04"
POLICY = "etc/policy"


class Shell(System):
    """With another policy, or other files."""

    def __init__(self, folder, more_policy="", files=None):
        with tarfile.open(BUILD / "initrd.tar") as tar:
            contents = {m.name: tar.extractfile(m).read() for m in tar if m.isfile()}
        contents[POLICY] += more_policy.encode()
        images = f"{BUILD / 'pm.elf'},{archive.make(folder / 'initrd.tar', {**contents, **(files or {})})}"
        command = machine.command(BUILD / "kernel.elf", images, "", *TIME, *SHOWN)
        self._qemu = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0,
                                      preexec_fn=machine.die_with_parent)


@pytest.fixture
def shell():
    with contextlib.closing(System()) as running:
        running.until()
        yield running


OWN_SHELLS = len(re.findall(r"^shell ", (states.ROOT / "user/files/etc/boot").read_text(), re.MULTILINE))

SESSIONS = {}

SESSIONS["one after the other"] = r"""
$ true; echo $?; false; echo $?
0
1
$ true && echo a || echo b; false && echo c || echo d
a
d
$ false || false && echo e; echo f
f
$ nothing; echo $?
sh: nothing: no such program
127
$ /etc/motd; echo $?
sh: /etc/motd: not a program
126
$ /bin; echo $?
sh: /bin: is a directory
126
$ sh -c 'exit 300'; echo $?
300
$ true | false; echo $?; false | true; echo $?
1
0
"""

SESSIONS["variables"] = r"""
$ A=one; B='$A  b'; echo $A "$B" $B '$A' \$A ${A}s
one $A  b $A b $A $A ones
$ C=three env | grep C=; echo -$C-
C=three
--
$ export A; env | grep A=; unset A; env | grep -c ^A=; export 2x
A=one
0
sh: 2x: not a name
$ export D=' d '; sh -c 'echo "-$D-"'
- d -
$ PATH=/nowhere; ls; PATH=/bin
sh: ls: no such program
$ sh -c 'echo $0 $# $1 $2 "$@"' name 'a b' c
name 2 a b c a b c
"""

SESSIONS["redirection"] = r"""
$ echo a > f; echo b >> f; cat < f
a
b
$ > g; wc -c g; A=1 > h; ls
       0  g
f   g   h
$ cat nofile 2>&1 > f | wc -l; wc -c f
       1
       0  f
$ nothing 2> f; cat f
sh: nothing: no such program
$ cd nothing 2> f; cat f
sh: nothing: no such file or directory
$ cat < nofile; echo $?; echo a > /; echo $?
sh: nofile: no such file or directory
1
sh: /: is a directory
1
$ echo a > 'x y'; cat x*; echo b > x* y; echo c > f g; cat f
a
c g
$ echo a > $nothing
sh: $nothing: a name behind < or > is not one word
"""

SESSIONS["builtins"] = r"""
$ mkdir d; cd d; pwd; cd ..; cd d/../d/.; pwd; cd ../..; pwd
/test-builtins/d
/test-builtins/d
/
$ cd; pwd; cd nowhere; echo $?; cd /etc/motd; cd /test-builtins
/
sh: nowhere: no such file or directory
1
sh: /etc/motd: not a directory
$ pwd | cat; echo lost | pwd | cat; export | grep -c PWD
/test-builtins
/test-builtins
1
$ yes | pwd; echo $?
/test-builtins
0
$ kill; kill %7; kill x; fg; wait %3; jobs
sh: kill: what?  %JOB, or the number of a process
sh: %7: no such job
sh: x: neither %JOB nor the number of a process
sh: no such job
sh: %3: no such job
$ help exit; help ls; help none; help | grep -c Part
exit [status]            ends the shell
ls [-l] [path ...]       what is in directories; -l: size and date, too
sh: none: there is nothing about it
1
"""

SESSIONS["scripts"] = r"""
$ echo 'echo $0 $# $1; exit 3; echo no' > s; sh s a b; echo $?
s 2 a
3
$ echo 'echo one' > s; echo 'echo "two' >> s; echo 'three"' >> s; sh s
one
two
three
$ echo "'" >> s; sh s; echo $?
one
two
three
sh: line 4: no end to the quote
2
$ echo 'echo one |' > s; sh s; echo '| cat' >> s; sh s
sh: line 1: there is no command behind |, && or ||
sh: line 2: there is no command before |
$ echo 'nothing' > s; echo 'cat nofile' >> s; sh s
sh: line 1: nothing: no such program
cat: nofile: no such file or directory
$ echo '#!/bin/anything' > s; echo 'echo $0: $1' >> s; ./s x
./s: x
$ echo 'X=set; cd /' > s; . ./s; echo $X; pwd; cd /test-scripts
set
/
$ echo '. ./s' > s; . ./s; echo $?
sh: line 1: ./s: too many files run each other
2
$ . nofile; echo $?; .; sh nofile; sh .
sh: nofile: no such file or directory
127
sh: .: which file?
sh: nofile: no such file or directory
sh: .: is a directory
$ echo 'echo $1; exit 4; echo no' | sh; echo $?

4
$ sh /bin/ls; echo $?; cat /bin/ls | sh; sh -c; sh -c 'a |'; sh -c ''
sh: /bin/ls: this is no text
126
sh: this is no text
sh: -c: which commands?
sh: there is no command behind |, && or ||
$ echo cat > s; echo 'echo behind' >> s; sh < s; echo in | sh s
cat: stdin: no such descriptor
behind
in
behind
"""


@pytest.mark.parametrize("name", SESSIONS)
def test_session(shell, name):
    place = "/test-" + name.replace(" ", "-")
    assert shell(f"mkdir {place}; cd {place}") == ""
    said = [(command, shell(command)) for command, _ in commands(SESSIONS[name])]
    assert said == commands(SESSIONS[name])
    assert shell(f"cd /; rm -r {place}") == ""


# --- Jobs

def rows(text):
    return [line.split() for line in text.splitlines()]


def number_of(shell, name):
    """Of the last process with this name."""
    return [row[0] for row in rows(shell("ps")) if row[-1] == name][-1]


def test_background(shell):
    """Jobs have numbers, and are told of when they have ended; they do not read what is typed."""
    assert shell("sleep 0.5 < /etc/motd > f &") == "[1] sleep 0.5 < /etc/motd > f\n"
    assert shell("sleep 1") == "[1] done: sleep 0.5 < /etc/motd > f\n"
    assert shell("cat 2> f & sleep 1; cat f; rm f") == "[1] cat 2> f\ncat: stdin: no such descriptor\n[1] ended with 1: cat 2> f\n"
    assert shell("spin | cat & spin &") == "[1] spin | cat\n[2] spin\n"
    assert shell("jobs") == "[1] spin | cat\n[2] spin\n"
    shell("kill %2 %1")
    assert shell("jobs; ps | grep -c spin") == "0\n"


def test_background_list(shell):
    """Several pipelines are one job."""
    assert shell("export S=set; true && echo $S || echo no & wait; unset S") == "[1] true && echo $S || echo no\nset\n"


def test_wait(shell):
    assert shell("sh -c 'sleep 0.1; exit 4' & wait; echo $?") == "[1] sh -c 'sleep 0.1; exit 4'\n4\n"
    assert shell("false & true & wait %1; echo $?; fg; echo $?") == "[1] false\n[2] true\n1\ntrue\n0\n"


def interrupt(shell, command, seen, end="\n", later=0):
    """Types a command, waits for what it says, and types Ctrl-C; so many seconds later."""
    shell.type(command, end)
    shell.until(re.compile(seen))
    time.sleep(later)
    shell.type(CTRL_C, end="")
    return shell.until()


@pytest.mark.parametrize("command", [
    "echo begin; spin; echo lost", "echo begin; cat", "echo begin; spin | cat | spin; echo lost", "echo begin; true && spin || echo lost",
    "echo begin; sh -c 'spin; echo lost'; echo lost", "echo begin; sh -c 'echo | sh -c spin'", "spin & echo begin; fg",
])
def test_interrupt(shell, command):
    """It ends all that the foreground has started, and what the line had more to do; not the shell."""
    seen = interrupt(shell, command, r"\nspin\n$" if "fg" in command else "begin\n$")
    assert seen.startswith("^C\n") and "lost" not in seen and "killed" not in seen
    assert shell("echo $?") == "137\n"
    assert not {"spin", "cat"} & {row[-1] for row in rows(shell("ps"))}


def test_help_fits(shell):
    assert max(map(len, shell("help").splitlines())) < 80


def test_interrupt_of_busy_scripts(shell):
    """Scripts that start programs all the time start none behind it; nor those that the shell is just about to start."""
    shell("yes 'sh -c true; sh -c true | cat' | head -n 300 > many; echo 'sh many; sh many' > more")
    for n in range(10):
        interrupt(shell, "echo begin; sh more | " + (n % 2 * 3) * "sh more | " + "sh more", "begin\n$", later=n / 1000)
        assert [row[-1] for row in rows(shell("sleep 0.2; ps"))].count("sh") == OWN_SHELLS


def test_many_in_the_foreground(shell):
    """A builtin of one pipeline waits for another, as long as any: all of them are in the foreground."""
    for line in (" | ".join(["true"] * 16) + " &", "sleep 0.5", " | ".join(["true"] * 7 + ["fg"]), "echo $?", "sleep 60 | . ./spins"):
        shell(f"echo '{line}' >> many")
    shell("echo 'echo begin; spin' > spins")
    assert interrupt(shell, ". ./many", r"\n0\nbegin\n$").startswith("^C\n")
    assert not {"spin", "sleep"} & {row[-1] for row in rows(shell("ps"))}


def test_interrupt_leaves_the_background(shell):
    shell("spin &")
    interrupt(shell, "echo begin; spin", "begin\n$")
    assert [row[-1] for row in rows(shell("ps"))].count("spin") == 1
    shell("kill %1")
    shell("jobs")


def test_interrupt_at_the_prompt(shell):
    """What was typed is forgotten."""
    shell.type("echo lost", end="")
    interrupt(shell, "", r"echo lost$", end="")
    assert shell("echo kept") == "kept\n"
    shell.type("echo 'begin")
    interrupt(shell, "lost", r"\n> lost$", end="")
    assert shell("echo kept") == "kept\n"
    for _ in range(5):
        interrupt(shell, "", r"\n/ \$ $")
    assert shell("echo kept") == "kept\n"


def test_shell_in_a_shell(shell):
    """Ctrl-C is for the inner one's programs, as long as it is there."""
    assert shell("sh; echo left with $?") == ""
    interrupt(shell, "echo begin; spin", "begin\n$")
    interrupt(shell, "", r"\n/ \$ $")
    assert shell("exit 5") == "left with 5\n"
    assert shell("sh") == ""
    shell.type(CTRL_D, end="")
    shell.until()
    assert [row[-1] for row in rows(shell("ps"))].count("spin") == 0


def test_killed(shell):
    """Who was killed is told of, with a status of its own."""
    shell("spin &")
    assert re.fullmatch(r"sh: spin, process \d+: killed\n137\n", shell(f"kill {number_of(shell, 'spin')}; wait; echo $?"))


def test_crash_in_a_pipeline(shell):
    """The program's end is its own matter; the status is the last one's."""
    seen = shell("echo a | crash null | wc -l; echo $?; crash divide; echo $?; jobs")
    assert re.search(r"^sh: crash, process \d+: page fault, reading 00000000, where nothing is\n", seen, re.M)
    assert re.search(r"^  at  [0-9a-f]{8}  read_null \+ ", seen, re.M)
    assert re.search(r"^  eax [0-9a-f]{8}  ebx", seen, re.M) and re.search(r"^  eip [0-9a-f]{8}  eflags", seen, re.M)
    assert "       0\n" in seen and "division error" in seen and seen.endswith("\n128\n")


# --- Lines

def test_editing(shell):
    """Keys as a terminal sends them."""
    for keys, said in [("ehoc\033[D\033[D\033[Dc\033[F\033[3~\x7f kept", "kept"), ("b a\001echo \005 c", "b a c"),
                       ("xecho a\001\004", "a"), ("echo a b c\x17\x17d", "a d"), ("lost\x15echo new", "new"),
                       ("echo a lost\033[D\033[D\033[D\033[D\x0b", "a"), ("echo x\033[20~y", "xy")]:
        shell.type(keys)
        assert shell.until().rpartition("\n")[0].endswith(f"\n{said}"), keys


def test_history(shell):
    shell("echo one")
    shell("echo two")
    shell.type("\033[A\033[A")
    assert "\none\n" in shell.until()
    shell.type("new\033[A\033[A\033[B\033[B\001echo \005er")
    assert "\nnewer\n" in shell.until()
    last = rows(shell("history"))
    assert [" ".join(words[1:]) for words in last[-4:]] == ["echo two", "echo one", "echo newer", "history"]


def test_completion(shell):
    shell.type("cat /etc/mo\t | gre\tLin\t")
    assert "\nLintel" in shell.until()
    shell.type("ls /et\tp\t", end="")
    assert "policy  " in shell.until(re.compile(r"  \n/ \$ ls /etc/p$"))
    shell.type("rofi\t")
    assert "\n/etc/profile\n" in shell.until()


def test_long_lines(shell):
    words = " ".join(f"word{n}" for n in range(100))
    assert shell(f"echo {words}").splitlines()[-1] == words
    assert shell("echo " + "x" * 1500 + " | wc -c").splitlines()[-1] != ""
    assert shell("true" + " | true" * 16) .endswith("sh: too many commands in one pipeline\n")
    assert shell("echo still there") == "still there\n"


# --- What must not happen

BUSY = [
    "crash null 2> x | cat; nothing; cat < nofile | nothing | cat; true && false || echo z > /",
    "echo a > b; echo a >> b 2>&1 | wc; help | wc; help | cd /; pwd | pwd; cat nofile 2>&1 >&2 | wc",
    "A=$B; sh -c 'exit 4'; echo * | cat > c; true & wait; false & cat < c | grep a &",
    "cd /etc; cd nowhere; cd /; . /home/hello.sh; export A=b; unset A; echo x 2> /; A=1 > c; $E; kill %9; wait; jobs",
]


def test_nothing_is_left(shell):
    """After all kinds of commands, a hundred of them, the shell has the same descriptors, and no child."""
    own = shell("echo $$").strip()
    shell("cd /etc; cd /")

    def has():
        return [row[1:] for row in rows(shell(f"caps {own}"))], [row[-1] for row in rows(shell("ps"))].count("pipe")
    before = has()
    for command in BUSY:
        shell(command)
    interrupt(shell, "echo begin; cat | spin", "begin\n$")
    shell("rm x b c")
    assert has() == before


def test_limits(shell):
    """What has no room any more is an error, and what follows has it again."""
    seen = shell(" ".join(["sleep 99999 &"] * 35))
    assert "[30] sleep 99999\n" in seen and "sh: sleep: limit reached\n" in seen
    assert shell("ls; ls | cat") == "sh: ls: limit reached\nsh: limit reached\n"
    shell("kill " + " ".join(f"%{n}" for n in range(1, 33)))
    assert shell("ls | cat") == "bin/\netc/\nhome/\n"
    shell("A=0123456789abcdef; export B=$A")
    for _ in range(15):
        seen = shell("A=$A$A; B=$B$A")
    assert seen.startswith("sh: not enough memory\n")
    assert shell("ls; echo $B; unset A B; ls") == "sh: ls: arguments too long\nsh: echo: arguments too long\nbin/   etc/   home/\n"


GARBAGE = ["ls", "cat", "echo", "true", "nothing", "cd", "pwd", "exit", "export", "wait", "jobs", "fg", "kill", "history", ".", "x", "y",
           "/bin", "*", "?", "|", "|", "||", "&", "&&", ";", "<", ">", ">>", "2>", "2>&1", "'", '"', "\\", "$", "$x", "${", "x=", "#",
           "(", "\n", "\n", " ", " ", "\t", "\r", "\xe4", "$@", "$9", "%1", "9", "0>", "a" * 200]


def test_garbage(tmp_path):
    """Scripts of any words: none of them does harm to the shell that reads it."""
    pick = random.Random(1)
    scripts = {f"home/{n}": "".join(pick.choices(GARBAGE, k=pick.randrange(100))).encode("latin1") for n in range(60)}
    with contextlib.closing(Shell(tmp_path, files=scripts)) as shell:
        shell.until()
        shell("cd /home; export x='y z'")
        for name in scripts:
            assert shell(f"sh /{name} a b < /etc/motd > /out 2>&1; sleep 0.1") == "", scripts[name]
        assert shell("echo well") == "well\n"


def test_servers_die(tmp_path):
    """The file server comes again: so does the current directory, by its path. With the window manager the shell begins anew."""
    policy = "allow user system_process read start stop delete copy\n"
    with contextlib.closing(Shell(tmp_path, policy, {"home/file": b"here\n"})) as shell:
        shell.until()
        assert shell("cd /home; cat file") == "here\n"
        shell(f"kill {number_of(shell, 'fm')}")
        assert shell("sleep 1; pwd; cat file; cd ..; ls") == "/home\nhere\nbin/   etc/   home/\n"
        shell.type(f"kill {number_of(shell, 'wm')}")
        assert "Lintel" in shell.until(re.compile(r"\n/ \$ $"))
        assert shell("echo again") == "again\n"


def test_profile(tmp_path):
    """The first shell of a window runs it, and no other."""
    with contextlib.closing(Shell(tmp_path, files={"etc/profile": b"echo profile; export P=set\ncd /bin\n"})) as shell:
        assert shell.until().endswith("profile\n/bin $ ")
        assert shell("sh") == "" and shell("echo $P $SHLVL; exit") == "set 1\n"
