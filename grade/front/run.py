# SPDX-License-Identifier: BSD-2-Clause
"""Boot the kernel on this terminal.

A person's keys go to the serial port, and Ctrl-C ends the machine. A pipe or a
file is typed in as fast as the machine takes it; at its end the machine is
given the time to answer, that is until it has been silent for a moment, and is
then powered off. A machine that ends by itself is never waited for.
"""

import argparse
import contextlib
import os
import select
import signal
import subprocess
import sys
import threading
import time

import machine
import terminal
import tree

SILENCE = 2.0   # seconds without output after which the machine has answered
PATIENCE = 20.0  # seconds after which a machine that goes on talking is cut off


# SINCE pm
def keys(command):
    """What is typed is the machine's; where a shell waits for it Ctrl-C, too, and Ctrl-A x ends the machine."""
    if not any("pm.elf" in word for word in command):
        return "signal=on"
    print("(Ctrl-A x ends the machine)", flush=True)
    return "signal=off,mux=on"


# END pm
def at_terminal(command):
    """The person and the machine, with nothing in between."""
    interrupted = []
    signal.signal(signal.SIGINT, lambda *_: interrupted.append(True))
    # SINCE pm
    # < stdio = ["-chardev", "stdio,id=console,signal=on", "-serial", "chardev:console"]
    stdio = ["-chardev", f"stdio,id=console,{keys(command)}", "-serial", "chardev:console"]
    # END pm
    with terminal.restored():
        status = subprocess.run(command + stdio, preexec_fn=machine.die_with_parent).returncode
    # SINCE pm
    if "mux" in stdio[1] and status == 0:
        print("run: ended by Ctrl-A x, or by a reset of the machine")
        return machine.SUCCESS
    # END pm
    return machine.SUCCESS if interrupted else status


def type_in(keys, spoken, ended):
    """Hand our standard input over; the pipe is as slow as the machine reads.

    A serial line forgets what comes before it is set up: the machine has the first word.
    """
    spoken.wait(PATIENCE)
    with contextlib.suppress(OSError):
        while data := os.read(0, 4096):
            keys.write(data)
    ended.append(time.monotonic())


def answered(ended, heard, silence):
    """Has all of the input been typed, and the machine said what it has to say?"""
    if not ended:
        return False
    now = time.monotonic()
    silent = heard and now > max(heard, ended[0]) + silence
    return silent or now > ended[0] + PATIENCE


def show(output, spoken, ended, silence):
    """Copy what the machine says; returns True when it ended by itself."""
    heard = None
    while not answered(ended, heard, silence):
        if not select.select([output], [], [], 0.1)[0]:
            continue
        data = os.read(output.fileno(), 4096)
        if not data:
            return True
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
        heard = time.monotonic()
        spoken.set()
    return False


def typed(command, silence):
    """A pipe or a file types; returns the status, success if we ended the machine."""
    stdio = ["-chardev", "stdio,id=console", "-serial", "chardev:console"]
    qemu = subprocess.Popen(command + stdio, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                            bufsize=0, preexec_fn=machine.die_with_parent)
    spoken, ended = threading.Event(), []
    threading.Thread(target=type_in, args=(qemu.stdin, spoken, ended), daemon=True).start()
    with contextlib.suppress(KeyboardInterrupt, BrokenPipeError):
        if show(qemu.stdout, spoken, ended, silence):
            return qemu.wait()
    qemu.kill()
    qemu.wait()
    return machine.SUCCESS


# SINCE swap
def attached(path):
    """A disk, which keeps what is written."""
    return ["-drive", f"file={path.replace(',', ',,')},format=raw,if=ide,index=0,media=disk"] if path else []


# END swap
def run(command, silence=SILENCE):
    return at_terminal(command) if terminal.is_ours() else typed(command, silence)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    tree.add_boot_options(parser)
    parser.add_argument("--window", action="store_true", help="show the screen too")
    parser.add_argument("--silence", type=float, default=SILENCE, help="seconds after which a machine that was typed to has answered")
    # SINCE swap
    parser.add_argument("--disk", help="the image of a disk, which is written to")
    # END swap
    options = parser.parse_args()
    display = ["-display", "gtk" if options.window else "none"]
    # SINCE swap
    display += attached(options.disk)
    # END swap
    status = run(machine.command(tree.KERNEL, options.modules, options.append, *display), options.silence)
    sys.exit(0 if status == machine.SUCCESS else f"run: {machine.explain(status)}")


if __name__ == "__main__":
    main()
