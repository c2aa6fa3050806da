# SPDX-License-Identifier: BSD-2-Clause
"""Draw what happens to memory while a workload runs: memory by kind over time, faults and evictions.

The process manager writes a record on the test line when the kernel's command line has `record` (vmrecord.py).
"""

import argparse
import os
import sys
from pathlib import Path

import plotdraw
import recorder
import tree
import vmrecord
from lintel import text

SMALLEST, LARGEST = 4, 1024  # MiB


def memory_size(word):
    if not word.isdecimal() or not SMALLEST <= int(word) <= LARGEST:
        raise argparse.ArgumentTypeError(f"{SMALLEST} to {LARGEST} MiB")
    return int(word)


def program_words(words):
    if not words.isascii() or not words.isprintable():
        raise argparse.ArgumentTypeError("a command of one line, in ASCII")
    return words


def recorded(options):
    """The bytes of a record: of a file, or of a run."""
    if options.record:
        return options.record.read_bytes()
    run = recorder.record(options.program, options.append, options.memory)
    if run.said:
        print(text.clean(run.said))
    if run.end:
        print(f"plot: the machine did not end well: {run.end}", file=sys.stderr)
    return run.line


def what_for(record, wanted):
    """The process that is drawn, or None."""
    processes = {fault.process for fault in record.faults}
    if wanted is not None and wanted not in processes:
        sys.exit(f"plot: process {wanted} has had no fault; those that had: {' '.join(map(str, sorted(processes))) or 'none'}")
    return wanted if wanted is not None else record.busiest() if processes else None


def pictures(record, process):
    end = max(one.at for one in record.counts + record.faults + record.evictions)
    if record.counts:
        yield "memory.svg", plotdraw.memory(record, end)
    if process is not None:
        yield "faults.svg", plotdraw.faults(record, process, end)


def summary(record, process):
    yield f"{len(record.faults):,} faults, {len(record.evictions):,} evictions, {len(record.counts):,} counts."
    if process is not None:
        yield f"Process {process} is drawn."
    if record.wrong:
        yield f"Lines that are not whole were left out: {len(record.wrong):,}; the first is line {record.wrong[0]}."


def write(options, data, record):
    """All files. Answers with their names."""
    process = what_for(record, options.process)
    drawn = list(pictures(record, process))
    texts = {"record.txt": data, "references.txt": "\n".join([*vmrecord.references(record), ""]).encode()}
    options.output.mkdir(parents=True, exist_ok=True)
    for name, content in texts.items():
        (options.output / name).write_bytes(content)
    for name, picture in drawn:
        picture.write(options.output / name, encoding="utf-8", xml_declaration=True)
    print(*summary(record, process))
    return [*texts, *(name for name, _ in drawn)]


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--program", type=program_words, default="", help="a command, or a program that only tests use")
    parser.add_argument("--append", default="", help="words for the kernel")
    parser.add_argument("--memory", type=memory_size, help="MiB of the machine: with little there are more faults")
    parser.add_argument("--record", type=Path, help="a record, instead of a run")
    parser.add_argument("--process", type=int, help="whose faults; else who has most")
    parser.add_argument("--output", type=Path, default=tree.BUILD / "plot", help="a folder")
    return parser.parse_args()


def main():
    options = arguments()
    try:
        data = recorded(options)
        record = vmrecord.read(data)
        if not (record.counts or record.faults or record.evictions):
            sys.exit("plot: nothing is recorded: `record` is for a process manager that has memory objects, those of the lab `swap`")
        names = write(options, data, record)
    except OSError as error:
        sys.exit(f"plot: {error.filename}: {error.strerror}")
    print("Written:", " ".join(os.path.relpath(options.output / name) for name in names))


if __name__ == "__main__":
    main()
