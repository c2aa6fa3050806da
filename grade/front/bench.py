# SPDX-License-Identifier: BSD-2-Clause
"""What kernel calls cost, in guest instructions.

The program `bench` times its rounds with rdtsc. Under -icount shift=0 virtual
time advances by 1 ns an instruction, and the TSC with it, so the differences
that it prints (`bench NAME MIN MEAN MAX`) are exact and repeat on any host.
"""

import json
import re
import subprocess
import sys

import machine
import tree

LIMIT = 120  # seconds
LINE = re.compile(r"^bench ([a-z0-9-]+) (\d+) ([\d.]+) (\d+)\s*$", re.M)


def measure():
    command = machine.command(tree.KERNEL, str(tree.program("bench")), "", "-display", "none",
                              "-icount", "shift=0,sleep=off", "-serial", "stdio")
    done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True, timeout=LIMIT)
    if done.returncode != machine.SUCCESS:
        sys.exit(f"{done.stdout}bench: {machine.explain(done.returncode)}")
    return {name: {"min": int(least), "mean": float(mean), "max": int(most)}
            for name, least, mean, most in LINE.findall(done.stdout)}


def show(costs):
    print(f"{'guest instructions':20}{'min':>8}{'mean':>8}{'max':>8}")
    for name, cost in costs.items():
        print(f"{name:20}{cost['min']:8}{cost['mean']:8.1f}{cost['max']:8}")


def main():
    costs = measure() or sys.exit("bench: the program said nothing")
    show(costs)
    (tree.BUILD / "bench.json").write_text(json.dumps(costs, indent=2) + "\n")


if __name__ == "__main__":
    main()
