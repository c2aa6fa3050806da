# SPDX-License-Identifier: BSD-2-Clause
"""Boot the kernel under gdb, which stops it at a breakpoint.

gdb talks to QEMU through a socket in the build directory, so that any number
of people can debug on one host. Its -nx keeps the person's own start-up files
out; the project's .gdbinit is read instead. The console of the machine goes to
this terminal, or into a file when gdb follows a script.
"""

import argparse
import contextlib
import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import machine
# SINCE swap
import recorder
# END swap
import terminal
import tree

SAME_EACH_TIME = "-icount", "shift=3"  # ticks come after so many instructions, stopped or not
# SINCE swap
UNHEARD = 4  # empty lines, which may be lost: the first keys come before there is a driver
# END swap


def debugger():
    return shutil.which("gdb-multiarch") or "gdb"


@contextlib.contextmanager
def listening():
    """A socket that gdb can connect to before QEMU gets round to answering."""
    tree.BUILD.mkdir(parents=True, exist_ok=True)
    path = os.path.relpath(tree.BUILD / f"gdb-{os.getpid()}.sock")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(path)
        listener.listen(1)
        try:
            yield path, listener.fileno()
        finally:
            Path(path).unlink(missing_ok=True)


def console(script):
    """The machine's console: a file when a script drives, else this terminal, whose own name a container may not know."""
    return "/dev/tty" if terminal.is_ours() and not script else tree.BUILD / "console.txt"


# SINCE swap
def keys(line):
    """A pipe from which the machine reads a line that somebody could have typed in its shell."""
    reads, writes = os.pipe()
    os.write(writes, b"\n" * UNHEARD + line.encode() + b"\n")
    os.close(writes)
    return reads


# END swap
@contextlib.contextmanager
def stopped(command, stub, shown, typed):
    """A machine that waits for gdb at its first instruction, in a group that Ctrl-C spares."""
    wait = ["-S", "-display", "none", "-gdb", "chardev:gdb",
            "-chardev", f"socket,id=gdb,fd={stub},server=on,wait=off",
            "-chardev", "stdio,id=console,signal=off", "-serial", "chardev:console"]
    with open(shown, "wb") as output:
        qemu = subprocess.Popen(command + wait, stdin=typed, stdout=output, pass_fds=[stub],
                                process_group=0, preexec_fn=machine.die_with_parent)
    try:
        yield
    finally:
        qemu.kill()
        qemu.wait()


def gdb_command(stub, programs, commands, script):
    """gdb reads .gdbinit first, then our commands, then the script if any."""
    lines = [f"source {Path(__file__).with_name('session.gdb')}", f"target remote {stub}"]
    lines += [f"add-symbol-file {path}" for path in programs] + commands
    lines += [f"source {script}", "quit"] if script else []
    init = tree.ROOT / ".gdbinit"
    words = [debugger(), "-q", "-nx", *(["-batch"] if script else [])]
    words += ["-ix", str(init)] if init.exists() else []
    return words + [str(tree.KERNEL)] + [word for line in lines for word in ("-ex", line)]


def debug(command, programs, commands, script, limit, typed=subprocess.DEVNULL):
    """Run gdb on a stopped machine; returns gdb's exit status."""
    with listening() as (path, stub), stopped(command, stub, console(script), typed):
        words = gdb_command(path, programs, commands, script)
        if script:
            return terminal.follow(words, limit, stdin=subprocess.DEVNULL)
        return terminal.lend(words)


def stop_at(name):
    """Hardware breakpoints: before paging is on, the kernel's memory is not there yet."""
    return [f"thbreak *{tree.symbol(name):#x}", "continue"]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    tree.add_boot_options(parser)
    parser.add_argument("--program", default="demo", help="the root process, whose symbols are loaded")
    parser.add_argument("--break", dest="place", default="kmain", help="where to stop first")
    # SINCE swap
    parser.add_argument("--type", help="a line that is typed in the system's shell")
    # END swap
    tree.add_script_options(parser)
    options = parser.parse_args()
    root, modules = tree.booted(options.program, options.modules)
    command = machine.command(tree.KERNEL, modules, options.append, *SAME_EACH_TIME)
    # SINCE swap
    # < sys.exit(debug(command, [root], stop_at(options.place), options.script, options.limit))
    typed = keys(options.type) if options.type else subprocess.DEVNULL
    sys.exit(debug(command + recorder.disk(), [root], stop_at(options.place), options.script, options.limit, typed))
    # END swap


if __name__ == "__main__":
    main()
