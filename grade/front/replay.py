# SPDX-License-Identifier: BSD-2-Clause
"""Time travel: `record` runs the machine once, `replay` goes through it in gdb.

The record holds every input with the number of the instruction at which it
came, so that the run repeats to the instruction; a snapshot of its start lets
gdb go back: reverse-stepi, reverse-continue. Delete a breakpoint before going
back over it, or gdb stops there for good.
"""

import argparse
import json
import subprocess
import sys

import gdb
import machine
import run
import tree

END = "machine_stop"  # beyond this, QEMU is gone and with it the way back
FOLDER = tree.BUILD / "replay"
SNAPSHOT, EVENTS, BOOT = FOLDER / "start.qcow2", FOLDER / "events", FOLDER / "boot.json"


def time_machine(mode):
    """The disk is for the snapshot alone: the guest's own would not repeat."""
    return ["-net", "none", "-drive", f"file={SNAPSHOT},if=none,id=snapshot",
            "-icount", f"shift=3,rr={mode},rrfile={EVENTS},rrsnapshot=start"]


def record(options):
    """Run once; a machine that does not end by itself is ended by its limit."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    subprocess.run(["qemu-img", "create", "-q", "-f", "qcow2", SNAPSHOT, "64M"], check=True)
    BOOT.write_text(json.dumps([options.modules, options.append]))
    command = machine.command(tree.KERNEL, options.modules, options.append, "-display", "none")
    status = run.run(command + time_machine("record"))
    sys.exit(0 if status == machine.SUCCESS else f"record: {machine.explain(status)}")


def replay(options):
    if not BOOT.exists():
        sys.exit("there is nothing recorded yet: make record")
    modules, append = json.loads(BOOT.read_text())
    command = machine.command(tree.KERNEL, modules, append) + time_machine("replay")
    programs = [path for path, _ in tree.modules(modules)][:1]
    stops = [f"thbreak *{tree.symbol(END):#x}", *gdb.stop_at(options.place)]
    sys.exit(gdb.debug(command, programs, stops, options.script, options.limit))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    modes = parser.add_subparsers(required=True)
    recorder = modes.add_parser("record")
    tree.add_boot_options(recorder)
    recorder.set_defaults(do=record)
    player = modes.add_parser("replay")
    player.add_argument("--break", dest="place", default="kmain", help="where to stop first")
    tree.add_script_options(player)
    player.set_defaults(do=replay)
    options = parser.parse_args()
    options.do(options)


if __name__ == "__main__":
    main()
