# SPDX-License-Identifier: BSD-2-Clause
"""Where things are in this tree, and what the kernel calls them."""

import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BUILD = ROOT / os.environ.get("BUILD", "build")
KERNEL = BUILD / "kernel.elf"
SYMBOLS = BUILD / "kernel.sym"


def add_boot_options(parser):
    """The options of every tool that boots the kernel."""
    parser.add_argument("--modules", default="", help="FILE[ ARGS],...: the first is the root process")
    parser.add_argument("--append", default="", help="words for the kernel")


def add_script_options(parser):
    """The options of a debugger that can be driven by a file."""
    parser.add_argument("--script", help="a file with commands, instead of a person")
    parser.add_argument("--limit", type=float, default=60, help="seconds that a script may take")


def modules(text):
    """Split a list of modules as QEMU writes it: `a.elf args,b.elf`."""
    return [(Path(words[0]), words[1:]) for words in map(str.split, text.split(",")) if words]


def symbol(name):
    """The address of a kernel symbol; ends the program when there is none."""
    for line in SYMBOLS.read_text().splitlines():
        address, *names = line.split()
        if name in names:
            return int(address, 16)
    sys.exit(f"the kernel has no symbol `{name}`; {SYMBOLS.name} lists those it has")


def program(name):
    """The ELF file of a program; ends the program when there is none."""
    path = BUILD / "programs" / f"{name}.elf"
    if not path.exists():
        sys.exit(f"there is no program `{name}`; those there are: " + " ".join(programs()))
    return path


def booted(name, text):
    """The root process of a run, and its modules. `pm` is the whole system; one of its programs is started by the process
    manager as the first one, and all alone."""
    manager, archive, image = BUILD / "pm.elf", BUILD / "initrd.tar", BUILD / "os/bin" / name
    if name == manager.stem:
        return manager, f"{manager},{archive}"
    if image.exists():
        return manager, f"{manager},{archive_of(image)}"
    return program(name), with_root(program(name), text)


def archive_of(image):
    from lintel import archive  # comes with the process manager
    policy = ROOT / "user/files/etc/policy"
    return archive.make(BUILD / f"{image.name}.tar", {"etc/policy": policy.read_bytes(), "bin/init": image.read_bytes()})


def with_root(root, text):
    """The same list of modules with another root process in front."""
    others = [word for word in text.split(",") if word and Path(word.split()[0]).name != root.name]
    return ",".join([str(root), *others])


def programs():
    return sorted(path.stem for path in (BUILD / "programs").glob("*.elf"))
