# SPDX-License-Identifier: BSD-2-Clause
"""Boot the image in Bochs' debugger, with the kernel's symbols, up to a breakpoint.

From there a person types the commands, or a file does: then what is printed is
the dialogue a person would see, prompts included.
"""

import argparse
# SINCE swap
import contextlib
# END swap
import os
import sys
import tempfile
from pathlib import Path

# SINCE swap
import line
# END swap
import machine
import terminal
import tree

ITS_OWN_END = "shutdown requested"  # in the log, when the machine used port 0x8900


def opening(place):
    """What is typed before the prompt appears: symbols, breakpoint, go."""
    return f'ldsym global "{tree.SYMBOLS}"\nlb {tree.symbol(place):#x}\nc\n'


def bochs(start, iso, console, log):
    """The settings after .bochsrc override those in it."""
    return ["bochs-bin", "-q", "-f", str(tree.ROOT / ".bochsrc"), "-rc", start,
            f"ata1-master: type=cdrom, path={iso}, status=inserted",
            f"com1: enabled=1, mode=file, dev={console}",
            f"com2: enabled=1, mode=file, dev={console.with_suffix('.com2')}", f"log: {log}"]


# SINCE swap
def disk():
    """What is written to it is forgotten."""
    image = tree.BUILD / "disk.img"
    return [f"ata0-master: type=disk, path={image}, mode=volatile"] if image.exists() else []


@contextlib.contextmanager
def console(options):
    """The settings of a line on which somebody types; none if nobody does."""
    if not options.type:
        yield []
        return
    with line.typed(options.type, options.console) as terminal_name:
        yield [f"com1: enabled=1, mode=term, dev={terminal_name}"]


# END swap
def scripted(command, script, limit):
    """Type a file in, and `q` after it. Bochs wants the name of some terminal."""
    commands = Path(script).read_text() + "\nq\n"
    return terminal.follow(command, limit, input=commands, text=True,
                           env={**os.environ, "TERM": "xterm"}, preexec_fn=machine.die_with_parent)


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--break", dest="place", default="kmain", help="where to stop first")
    parser.add_argument("--iso", default=tree.BUILD / "lintel.iso")
    parser.add_argument("--console", type=Path, default=tree.BUILD / "bochs.txt", help="what the machine says; its log lies beside")
    # SINCE swap
    parser.add_argument("--type", help="a line that is typed in the system's shell")
    # END swap
    tree.add_script_options(parser)
    return parser.parse_args()


def run(command, options):
    return scripted(command, options.script, options.limit) if options.script else terminal.lend(command)


def main():
    options = arguments()
    log = options.console.with_suffix(".log")
    with tempfile.NamedTemporaryFile("w", suffix=".rc") as start:
        start.write(opening(options.place))
        start.flush()
        command = bochs(start.name, options.iso, options.console, log)
        # SINCE swap
        # < status = run(command, options)
        with console(options) as settings:
            status = run(command + disk() + settings, options)
        # END swap
    ended = log.exists() and ITS_OWN_END in log.read_text(errors="replace")
    sys.exit(0 if ended else status)


if __name__ == "__main__":
    main()
