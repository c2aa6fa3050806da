# SPDX-License-Identifier: BSD-2-Clause
"""Where the instructions of each benchmark go, function by function.

One round of the program `bench`, between its two looks at the time stamp counter, is stepped through from outside:
what is counted here is what `make bench` counts, to the instruction.
"""

import argparse
import json
import sys
from collections import Counter
from types import SimpleNamespace

import tree
from elftools.elf.elffile import ELFFile
from functions import Functions
from lintel.failure import Failure
from lintel.machine import Machine, MachineError
from lintel.outside import Outside
from lintel.pages import KERNEL_BASE

BENCHMARKS = "null-call call-0 call-64 call-2048 call-desc"
PATHS = {"fast": "hz=19", "general": "hz=19 fast=0"}  # what the kernel is told
RDTSC = b"\x0f\x31"
WARM = 2  # rounds before the one that is looked at
LONGEST = 20000  # instructions of a round
USER = "(ring 3)"


def looks(program):
    """Where a program looks at the time stamp counter."""
    with open(program, "rb") as file:
        text = ELFFile(file).get_section_by_name(".text")
        code, start = text.data(), text["sh_addr"]
    return [start + i for i in range(len(code)) if code.startswith(RDTSC, i)]


class Stepper(Outside):
    """The machine at the first look of the round that is wanted: behind those of main(), which count nothing."""

    def __init__(self, machine):
        super().__init__(SimpleNamespace(machine=machine), guest_seconds=4)
        self._looks = looks(machine.modules[0][0])
        self.run_to_program("main")
        for address in self._looks:
            self.gdb.breakpoint(address)
        for _ in range(2 + 2 * WARM + 1):
            self.gdb.step()
            self.gdb.cont()

    def _place(self):
        return self.gdb.registers()["eip"]

    def round(self):
        """Addresses of the instructions up to the second look. The first two are to look, and to keep what was seen."""
        for address in self._looks:
            self.gdb.clear(address)
        found = [self._place()]
        while len(found) < LONGEST:
            self.gdb.step()
            if (at := self._place()) in self._looks:
                return found[2:]
            found.append(at)
        raise Failure("wrong", f"a round of at most {LONGEST} instructions", "it is longer")


def counted(benchmark, append):
    """{function: instructions}, in the order in which they are come to first."""
    program = tree.program("bench")
    with Machine(tree.KERNEL, [(program, f"{WARM + 2} {benchmark}")], append, shift=0, gdb=True) as machine:
        addresses = Stepper(machine).round()
    names = Functions(tree.KERNEL)
    return Counter(names[address] if address >= KERNEL_BASE else USER for address in addresses)


def profile(benchmarks):
    return {path: {name: counted(name, append) for name in benchmarks} for path, append in PATHS.items()}


def rows(columns):
    """[(function, [instructions in each column])], in the order in which they are come to."""
    return [(function, [column[function] for column in columns.values()]) for function in sum(columns.values(), Counter())]


def line(first, cells):
    return f"| {first:20} |" + "".join(f" {cell or '':>9} |" for cell in cells)


def table(columns):
    """In Markdown."""
    lines = [line("", columns), "| --- |" + " ---: |" * len(columns)]
    lines += [line(function, counts) for function, counts in rows(columns)]
    return "\n".join([*lines, line("all", [sum(column.values()) for column in columns.values()])])


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("benchmarks", nargs="*", default=BENCHMARKS.split(), help=f"names in `make bench`; else {BENCHMARKS}")
    try:
        found = profile(parser.parse_args().benchmarks)
    except Failure as failure:
        sys.exit(f"profile: expected: {failure.expected}\n         seen: {failure.seen}")
    except (MachineError, OSError) as error:
        sys.exit(f"profile: {error}")
    (tree.BUILD / "profile.json").write_text(json.dumps(found, indent=2) + "\n")
    for path, columns in found.items():
        print(f"\nThe {path} path, in guest instructions\n\n{table(columns)}")


if __name__ == "__main__":
    main()
