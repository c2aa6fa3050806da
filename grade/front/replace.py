# SPDX-License-Identifier: BSD-2-Clause
"""Replay a reference string with policies of page replacement, or make one to replay.

A reference string is text: on each line the name of a page, and w behind it if it is written; # begins a comment.
"""

import argparse
import os
import re
import signal
import sys
from pathlib import Path

import replacedraw
import tree
from lintel import replacement, text
from memdraw import many
from workloads import WORKLOADS, lines

RECORDED = tree.BUILD / "plot/references.txt"
FRAMES_MOST, COUNTS_MOST, REFERENCES_MOST, PAGES_MOST = 1 << 20, 200, 10_000_000, 1_000_000
USUAL = 8  # frame counts, if nobody says which
HEAD = "frames", "policy", "faults", "of all", "evictions", "write-backs"


def frame_counts(words):
    """8,16,32 and 8-64 and 8-64:8, in any mixture."""
    found = set()
    for word in words.split(","):
        parts = re.fullmatch(r"(\d{1,7})(?:-(\d{1,7})(?::(\d{1,7}))?)?", word.strip())
        first, last, step = (int(part) if part else None for part in parts.groups()) if parts else (0, 0, 0)
        if not 1 <= first <= (last or first) <= FRAMES_MOST or step == 0:
            raise argparse.ArgumentTypeError(f"8,16,32 or 8-64 or 8-64:8, with 1 to {FRAMES_MOST} frames")
        found.update(range(first, (last or first) + 1, step or 1)[:COUNTS_MOST + 1])
    if len(found) > COUNTS_MOST:
        raise argparse.ArgumentTypeError(f"at most {COUNTS_MOST} different numbers of frames")
    return sorted(found)


def usual_counts(pages):
    """From few to as many as there are pages."""
    return sorted({max(1, pages * i // USUAL) for i in range(1, USUAL + 1)})


def policies(words):
    if unknown := set(words.split(",")) - set(replacement.POLICIES):
        raise argparse.ArgumentTypeError(f"{', '.join(sorted(unknown))}: not one of {', '.join(replacement.POLICIES)}")
    return [policy for policy in replacement.POLICIES if policy in words.split(",")]


def number(most):
    def read(word):
        if not re.fullmatch(r"\d{1,9}", word) or not 1 <= int(word) <= most:
            raise argparse.ArgumentTypeError(f"a number from 1 to {most}")
        return int(word)
    return read


def table(rows):
    cells = [HEAD, *([f"{cell:,}" if isinstance(cell, int) else cell for cell in row] for row in rows)]
    widths = [max(len(row[i]) for row in cells) for i in range(len(HEAD))]
    for row in cells:
        yield "  ".join(cell.ljust(width) if i == 1 else cell.rjust(width) for i, (cell, width) in enumerate(zip(row, widths)))


def row(frames, policy, counts, length):
    return frames, policy, counts.faults, f"{100 * counts.faults / length:.1f} %", counts.evictions, counts.write_backs


def about(name, references):
    return (f"{name}: {len(references):,} references to {many(len(references.names), 'page')}, "
            f"{references.writes():,} of which write.")


def run(options):
    if options.file == RECORDED and not RECORDED.exists():
        sys.exit("replace: nothing is recorded yet: make plot first, or give a reference string, FILE=name")
    references = replacement.read(options.file.read_bytes())
    frames = options.frames or usual_counts(len(references.names))
    found = {(count, policy): replacement.replay(references, count, policy, options.seed)
             for count in frames for policy in options.policies}
    said = about(text.line(options.file.name), references)
    print(said, *table(row(*key, counts, len(references)) for key, counts in found.items()), sep="\n")
    faults = {policy: {count: found[count, policy].faults for count in frames} for policy in options.policies}
    for policy, line in faults.items():
        for more, many_faults, fewer, few_faults in replacedraw.rises(line):
            print(f"{policy}: {many_faults:,} faults with {more:,} frames, but {few_faults:,} with {fewer:,}")
    if options.plot:
        replacedraw.picture(said, faults).write(options.plot, encoding="utf-8", xml_declaration=True)
        print(f"Drawn: {os.path.relpath(options.plot)}")


def make(options):
    for line in lines(options.workload, options.pages, options.length, options.seed):
        print(line)


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    commands = parser.add_subparsers(required=True, metavar="run | make")
    one = commands.add_parser("run", description="Replay a reference string.")
    one.set_defaults(command=run)
    one.add_argument("file", type=Path, nargs="?", default=RECORDED)
    one.add_argument("--frames", type=frame_counts, help="8,16,32 or 8-64 or 8-64:8")
    one.add_argument("--policies", type=policies, default=list(replacement.POLICIES), help=",".join(replacement.POLICIES))
    one.add_argument("--plot", type=Path, metavar="SVG", help="draw faults over frames")
    two = commands.add_parser("make", description="Write a reference string to standard output.")
    two.set_defaults(command=make)
    two.add_argument("workload", choices=WORKLOADS)
    two.add_argument("--pages", type=number(PAGES_MOST), default=100)
    two.add_argument("--length", type=number(REFERENCES_MOST), default=10000)
    for command in (one, two):
        command.add_argument("--seed", type=int, default=1, help="of what is random")
    return parser.parse_args()


def main():
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # who reads this may have seen enough
    options = arguments()
    try:
        options.command(options)
    except replacement.Wrong as error:
        sys.exit(f"{options.file}:{text.line(error)}")
    except OSError as error:
        sys.exit(f"replace: {error.filename}: {error.strerror}")


if __name__ == "__main__":
    main()
