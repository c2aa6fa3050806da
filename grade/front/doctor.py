# SPDX-License-Identifier: BSD-2-Clause
"""What is installed, what is missing, and does the machine boot.

Needs nothing but Python itself: this is what one runs when something is wrong.
The status is 0 when everything that the tests use is there and works.
"""

import importlib.util
import re
import shutil
import signal
import subprocess
import sys

import machine
import tree

# tool, how to ask for its version, Debian package
TOOLS = (
    ("make", "make --version", "make"),
    ("git", "git --version", "git"),
    ("nasm", "nasm -v", "nasm"),
    ("qemu-system-i386", "qemu-system-i386 --version", "qemu-system-x86"),
    ("qemu-img", "qemu-img --version", "qemu-utils"),
    ("gdb", "gdb --version", "gdb"),
    ("grub-mkrescue", "grub-mkrescue --version", "grub-common grub-pc-bin"),
    ("xorriso", "xorriso -version", "xorriso"),
    ("mformat", "mformat --version", "mtools"),
    ("bochs-bin", "bochs-bin --help", "bochs bochsbios vgabios"),
    ("bwrap", "bwrap --version", "bubblewrap"),
    ("spin", "spin -V", "spin"),
)
# one of these is enough
COMPILERS = (
    ("i686-linux-gnu-gcc", "i686-linux-gnu-gcc --version", "gcc-i686-linux-gnu"),
    ("gcc", "gcc --version", "gcc-multilib"),
    ("clang", "clang --version", "clang lld"),
)
MODULES = {
    "pytest": "python3-pytest", "xdist": "python3-pytest-xdist", "pytest_timeout": "python3-pytest-timeout",
    "elftools": "python3-pyelftools", "rich": "python3-rich", "hypothesis": "python3-hypothesis",
}
LIMIT = 30  # seconds for one command


def ask(command):
    """Status and output of a command, with a limit."""
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True,
                              stderr=subprocess.STDOUT, timeout=LIMIT, errors="replace", cwd=tree.ROOT)
        return done.returncode, done.stdout
    except subprocess.TimeoutExpired:
        return -1, f"took more than {LIMIT} s"


def version(command):
    """The first thing in a tool's answer that looks like a version."""
    found = re.search(r"\d+\.\d+[.\d]*", ask(command.split())[1])
    return found[0] if found else "there"


def row(good, name, state):
    print(f"  {'ok     ' if good else 'missing'}  {name:20} {state}")
    return good


def tool(name, command, package):
    good = bool(shutil.which(name))
    return row(good, name, version(command) if good else f"apt-get install {package}")


def compiler(name, command, package):
    """Only what is there is listed; gcc without its 32-bit half does not count."""
    if not shutil.which(name):
        return False
    half = name == "gcc" and "/32/" not in ask(["gcc", "-m32", "-print-libgcc-file-name"])[1]
    return not half and row(True, name, version(command))


def compilers():
    found = [compiler(*words) for words in COMPILERS]
    return any(found) or row(False, "a C compiler", f"apt-get install {COMPILERS[0][2]}")


def module(name, package):
    good = importlib.util.find_spec(name) is not None
    return row(good, name, "Python module" if good else f"apt-get install {package}")


def works(name, command, wanted=0):
    """Try a thing; when it does not do what it should, its last words tell why."""
    status, said = ask(command)
    words = said.strip().splitlines()[-1:] or [f"status {status}"]
    good = status == wanted
    print(f"  {'ok     ' if good else 'FAILS  '}  {name:20} {'works' if good else words[0]}")
    return good


def boots():
    """Build it and run it; the status says how the machine ended."""
    modules = ",".join(str(tree.BUILD / "programs" / f"{name}.elf") for name in ("demo", "ping", "pong", "crash"))
    command = machine.command(tree.KERNEL, modules, "", "-display", "none", "-serial", "stdio")
    return (works("build", ["make", "-s", "build", "INSTALL=no"])
            and works("the machine boots", command, machine.SUCCESS))


def main():
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    there = [compilers()] + [tool(*words) for words in TOOLS] + [module(*words) for words in MODULES.items()]
    sandbox = not shutil.which("bwrap") or works("sandbox (bwrap)", ["bwrap", "--ro-bind", "/", "/", "--unshare-all", "true"])
    running = bool(shutil.which("qemu-system-i386")) and boots()
    sys.exit(0 if all(there) and sandbox and running else 1)


if __name__ == "__main__":
    main()
