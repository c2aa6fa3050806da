# SPDX-License-Identifier: BSD-2-Clause
"""Run the debugger sessions and traces that a handout prints, and compare, as doctest does.

A session is a fenced block of kind `gdb` or `bochs`. Its first line may be
`$ make gdb BREAK=trap`: the target (gdb, replay, bochs) with PROGRAM, BREAK and TYPE.
A line that begins with a prompt is a command, the lines after it are what it
prints. `...` stands for any text in a line, alone on its line for any lines.
A block of kind `trace` is what its first line, `$ make trace PROGRAM=talk`, prints; one of kind `shell`, which
begins with `$ make run`, what one types in the system's shell, and what comes of it.
A lab's handout is run in the tree of that lab's branch when all is done: the
reference may have moved on since.

    passages.py [FILE...]       without files: every labs/*/handout.md
"""

import contextlib
import dataclasses
import functools
import os
import pathlib
import re
import shlex
import shutil
import subprocess
import sys
import tempfile

import states

ROOT = states.ROOT
LIMIT = 60  # seconds that one session may take

PROMPT = re.compile(r"(?:\(gdb\)|<bochs(?::\d+)?>|/[\w/]* \$) (.*)")
LAST_PROMPT = re.compile(r"/[\w/]* \$ $")
FENCE = re.compile(r"```(gdb|bochs|trace|shell)\s*$")

# gdb runs this: it types each command as a person would, and goes on after an error.
# What the machine's monitor says would go to the standard error.
TYPIST = """import gdb
for line in {commands!r}:
    print("(gdb) " + line)
    try:
        text = gdb.execute(line, from_tty=True, to_string=line.startswith("monitor"))
        print(text or "", end="")
    except gdb.error as error:
        print(error)
"""


class Mismatch(AssertionError):
    pass


@dataclasses.dataclass
class Step:
    command: str
    line: int
    printed: list


@dataclasses.dataclass
class Passage:
    path: pathlib.Path
    line: int
    target: str  # gdb, replay, bochs, trace, run
    options: dict  # PROGRAM, BREAK, TYPE
    steps: list

    def __str__(self):
        return f"{self.path.name}:{self.line}"


# --- Reading

def read(path):
    """The passages of a Markdown file."""
    lines = path.read_text().splitlines()
    starts = [(i, found[1]) for i, line in enumerate(lines, 1) if (found := FENCE.match(line))]
    return [passage(path, i, kind, block(path, lines, i)) for i, kind in starts]


def block(path, lines, start):
    """The lines after line `start` up to the closing fence, each with its number."""
    for end in range(start, len(lines)):
        if lines[end].startswith("```"):
            return list(enumerate(lines[start:end], start + 1))
    raise Mismatch(f"{path}:{start}: this block has no end")


def passage(path, line, kind, lines):
    target, options, made = kind, {}, ""
    if lines and lines[0][1].startswith("$ make "):
        made = lines.pop(0)[1]
        _, _, target, *settings = shlex.split(made)
        options = dict(word.split("=", 1) for word in settings)
    found = [Step(made, line + 1, [text for _, text in lines])] if target == "trace" else steps(path, lines)
    return Passage(path, line, target, options, found)


def steps(path, lines):
    found = []
    for number, line in lines:
        if prompt := PROMPT.match(line):
            found.append(Step(prompt[1], number, []))
        elif found:
            found[-1].printed.append(line)
        elif line.strip():
            raise Mismatch(f"{path}:{number}: a session begins with a prompt")
    return found


# --- Running

@functools.cache
def programs(tree):
    """The modules of `make gdb`, the root process first."""
    return states.make(tree, "--eval", "modules: ; @echo $(DEMO)", "modules").stdout.split()


@contextlib.contextmanager
def workplace(tree):
    """A build folder of links: sockets, logs and records of several runs stay apart."""
    with tempfile.TemporaryDirectory(prefix="lintel-") as folder:
        for path in (tree / "build").iterdir():
            if path.name in ("kernel.elf", "kernel.sym", "programs", "lintel.iso", "pm.elf", "initrd.tar", "os", "disk.img"):
                os.symlink(path, pathlib.Path(folder) / path.name)
        yield pathlib.Path(folder)


def modules(tree, folder):
    return ",".join(str(folder / "programs" / f"{name}.elf") for name in programs(tree))


def front(tree, folder, script, *words, typed=""):
    """What one of the front door's programs prints."""
    command = [sys.executable, str(tree / "grade/front" / script), *words]
    env = {**os.environ, "BUILD": str(folder), "PYTHONPATH": str(tree / "grade")}
    ran = subprocess.run(command, cwd=tree, env=env, input=typed, capture_output=True, text=True, errors="replace",
                         timeout=LIMIT + 10, check=False)
    if ran.returncode:
        raise Mismatch(f"{script} ended with status {ran.returncode}\n{ran.stdout}{ran.stderr}")
    return ran.stdout.replace("\r", "")


def words(passage, tree, folder):
    """The program to run, and its options, but for those of scripts."""
    stop = ["--break", passage.options.get("BREAK", "kmain")]
    if passage.target == "replay":
        return ["replay.py", "replay", *stop]
    typed = ["--type", passage.options["TYPE"]] if "TYPE" in passage.options else []
    if passage.target == "bochs":
        return ["bochs.py", *stop, *typed]
    return ["gdb.py", "--program", passage.options.get("PROGRAM", "demo"), "--modules", modules(tree, folder), *stop, *typed]


def trace(passage, tree):
    """What `make trace` prints."""
    with workplace(tree) as folder:
        program = passage.options.get("PROGRAM", "demo")
        return front(tree, folder, "trace.py", "--program", program, "--modules", modules(tree, folder))


def disk(folder):
    """What is written to it is written to a copy; machines of earlier labs have none. One that swaps may be silent for a while."""
    image, copy = folder / "disk.img", folder / "run.img"
    if not image.exists():
        return []
    shutil.copyfile(image, copy)
    return ["--disk", str(copy), "--silence", str(LIMIT / 3)]


def shell(commands, tree):
    """What the machine shows when somebody types these commands."""
    with workplace(tree) as folder:
        typed = "".join(f"{command}\n" for command in commands)
        printed = front(tree, folder, "run.py", "--modules", f"{folder / 'pm.elf'},{folder / 'initrd.tar'}", *disk(folder), typed=typed)
    return LAST_PROMPT.sub("", printed)


def run(passage, tree):
    """Everything that is printed, prompts included."""
    commands = [step.command for step in passage.steps]
    if passage.target == "run":
        return shell(commands, tree)
    with workplace(tree) as folder:
        bochs = passage.target == "bochs"
        script = folder / ("script" if bochs else "script.py")
        script.write_text("\n".join(commands) if bochs else TYPIST.format(commands=commands))
        if passage.target == "replay":
            front(tree, folder, "replay.py", "record", "--modules", modules(tree, folder))
        return front(tree, folder, *words(passage, tree, folder), "--script", str(script), "--limit", str(LIMIT))


def answers(commands, text):
    """What each command printed: the lines up to the next prompt."""
    found, rest = [], iter(commands)
    for line in text.splitlines():
        prompt = PROMPT.match(line)
        if prompt and prompt[1].strip() == next(rest, "q").strip():
            found.append([])
        elif found:
            found[-1].append(line)
    return found


# --- Comparing

def trimmed(lines):
    """As one sees them: tabs set, no blanks at the ends, no empty line first or last."""
    text = "\n".join(line.expandtabs().rstrip() for line in lines)
    return text.strip("\n")


def pattern(wanted):
    """A regular expression for what a transcript stands for."""
    lines = []
    for line in trimmed(wanted).split("\n"):
        if line.strip() == "...":
            lines.append(r"(?:.*\n)*")
        else:
            lines.append(".*".join(map(re.escape, line.split("..."))) + r"\n")
    return "".join(lines)


def matches(wanted, seen):
    return re.fullmatch(pattern(wanted), trimmed(seen) + "\n") is not None


def indented(lines):
    return "\n".join(f"    {line}" for line in trimmed(lines).split("\n"))


def check(passage, tree=ROOT):
    """Raises Mismatch for the first command that prints something else."""
    if passage.target == "trace":
        seen = [trace(passage, tree).splitlines()]
    else:
        seen = answers([step.command for step in passage.steps], run(passage, tree))
    for step, printed in zip(passage.steps, [*seen, *[["(the session has ended)"]] * len(passage.steps)]):
        if not matches(step.printed, printed):
            raise Mismatch(f"{passage.path}:{step.line}: {step.command}\n"
                           f"  expected\n{indented(step.printed)}\n  seen\n{indented(printed)}")


def main(names):
    paths = [pathlib.Path(name).resolve() for name in names] or sorted(ROOT.glob("labs/*/handout.md"))
    with tempfile.TemporaryDirectory(prefix="lintel-") as shared:
        return max(tell(one, states.States(pathlib.Path(shared), one.path.parent.name)) for path in paths for one in read(path))


def tell(passage, trees):
    try:
        check(passage, trees.base)
    except Mismatch as mismatch:
        print(mismatch)
        return 1
    print(f"{passage}: {passage.target}: as printed")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
