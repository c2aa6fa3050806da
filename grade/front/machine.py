# SPDX-License-Identifier: BSD-2-Clause
"""The machine: its QEMU command line, and what its exit status means."""

import ctypes
import signal

SUCCESS = 33
PR_SET_PDEATHSIG = 1

ENDS = {
    0: "the machine reset itself, which a triple fault does",
    97: "the kernel panicked",
    101: "the kernel refused to boot",
    105: "an exercise is missing",
}


# Without a local APIC: interrupts come from the PIC alone, whatever the BIOS set
# up, and going back in a replay does not hang.
def command(kernel, modules, append, *options):
    boot = ["-kernel", str(kernel)]
    boot += ["-initrd", modules] if modules else []
    boot += ["-append", append] if append else []
    return ["qemu-system-i386", "-nodefaults", "-no-user-config", "-no-reboot",
            "-M", "pc", "-cpu", "qemu32,-apic", "-m", "32", "-vga", "std",
            "-device", "isa-debug-exit,iobase=0xf4,iosize=0x04", *boot, *options]


def explain(status):
    """One line about a machine that did not end well."""
    if status in ENDS:
        return ENDS[status]
    if status % 2 and 33 <= status <= 63:
        return f"the program ended with status {(status - 33) // 2}"
    return f"QEMU ended with status {status}"


def die_with_parent():
    """For preexec_fn: a killed tool must not leave its emulator behind."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
