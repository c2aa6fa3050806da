# SPDX-License-Identifier: BSD-2-Clause
"""What kernel calls cost, in guest instructions.

The program `bench` times its rounds with rdtsc. Under -icount shift=0 virtual
time advances by 1 ns an instruction, and the TSC with it, so the differences
that it prints (`bench NAME MIN MEAN MAX`) are exact and repeat on any host.
The timer ticks as seldom as it can.
"""

import json
import re
import subprocess
import sys

# SINCE doors
import entries
# END doors
import machine
import tree

# SINCE doors
from lintel.failure import Failure
from lintel.machine import MachineError

# END doors
LIMIT = 120  # seconds
LINE = re.compile(r"^bench ([a-z0-9-]+) (\d+) ([\d.]+) (\d+)\s*$", re.M)
SELDOM = "hz=19"


def measure(append=SELDOM):
    command = machine.command(tree.KERNEL, str(tree.program("bench")), append, "-display", "none",
                              "-icount", "shift=0,sleep=off", "-serial", "stdio")
    done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True, timeout=LIMIT)
    if done.returncode != machine.SUCCESS:
        sys.exit(f"{done.stdout}bench: {machine.explain(done.returncode)}")
    return {name: {"min": int(least), "mean": float(mean), "max": int(most)}
            for name, least, mean, most in LINE.findall(done.stdout)}


# SINCE doors
def general_path():
    """Of the messages, which all take it then."""
    return {f"{name}-slow": cost for name, cost in measure(f"{SELDOM} fast=0").items() if name.startswith("call-")}


def longest():
    """How long the kernel keeps interrupts off."""
    try:
        return entries.measure()
    except Failure as failure:
        sys.exit(f"bench: expected: {failure.expected}\n       seen: {failure.seen}")
    except MachineError as error:
        sys.exit(f"bench: {error}")


# END doors
def show(costs):
    print(f"{'guest instructions':20}{'min':>9}{'mean':>11}{'max':>9}")
    for name, cost in costs.items():
        print(f"{name:20}{cost['min']:9}{cost['mean']:11.1f}{cost['max']:9}")


def main():
    costs = measure() or sys.exit("bench: the program said nothing")
    # SINCE doors
    costs |= general_path() | longest()
    # END doors
    show(costs)
    # SINCE doors
    print(entries.remark(costs))
    # END doors
    (tree.BUILD / "bench.json").write_text(json.dumps(costs, indent=2) + "\n")


if __name__ == "__main__":
    main()
