#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Makes the lab branches out of the reference.

    branches.py make [--into DIR]            make or update lab/* and start/*, here or in a repository DIR
    branches.py check                        markers, exercises, leaks; changes nothing
    branches.py render --missing traps.3 DEST   the tree with these exercises (or labs) still to be done

All take the last commit; --worktree takes the files as they are now.
"""
import argparse
import sys
from pathlib import Path

from branchtool import BranchError
from branchtool.gitcmd import revision
from branchtool.leaks import history_leaks, leaks
from branchtool.publish import make, make_into
from branchtool.source import Source
from branchtool.states import branch_names, branch_tree, render

ROOT = Path(__file__).resolve().parent.parent


def main(argv=None, root=ROOT):
    options = arguments(argv)
    try:
        source = Source.of_folder(root) if options.worktree else Source.of_commit(root)
        return options.command(source, root, options)
    except BranchError as error:
        print(error, file=sys.stderr)
        print(f"branches: {len(error.problems)} problem(s), nothing was made", file=sys.stderr)
        return 1


def arguments(argv):
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--worktree", action="store_true", help="take the files as they are, not the last commit")
    parser = argparse.ArgumentParser(description="Makes the lab branches out of the reference.")
    commands = parser.add_subparsers(required=True)
    for name, function, text in COMMANDS:
        command = commands.add_parser(name, parents=[common], help=text, description=text)
        command.set_defaults(command=function)
        for flag, settings in FLAGS.get(name, {}).items():
            command.add_argument(flag, **settings)
    return parser.parse_args(argv)


def run_make(source, root, options):
    made = make_into(source, options.into) if options.into else make(source, root)
    print_table(["branch", "commit", "change", "exercises", "lines to write", "files"],
                [[one.branch, one.commit[:10], one.change, *counts(source, one.lab), one.files] for one in made])
    return 0


def run_check(source, root, options):
    tips = {name: revision(root, f"refs/heads/{name}") for name in branch_names(source)}
    found = leaks(source)
    found += [leak for name, tip in tips.items() if tip for leak in history_leaks(source, name, root, tip)]
    if found:
        raise BranchError(*found)
    print_table(["branch", "exercises", "lines to write", "files"],
                [[name, *counts(source, source.lab(name.split("/")[1])), len(branch_tree(source, name))]
                 for name in tips])
    print("no leak found")
    return 0


def run_render(source, root, options):
    missing = {name for word in options.missing for name in word.split(",")}
    render(source, options.dest, missing, options.lab)
    print(f"{options.dest}: {' '.join(sorted(missing)) or 'nothing'} missing")
    return 0


def counts(source, lab):
    return len(lab.exercises), source.lines_to_write(lab)


def print_table(head, rows):
    """Words to the left, numbers to the right."""
    widths = [max(len(str(row[column])) for row in [head, *rows]) for column in range(len(head))]
    for row in [head, *rows]:
        cells = [str(cell).rjust(width) if isinstance(kind, int) else str(cell).ljust(width)
                 for cell, width, kind in zip(row, widths, rows[0])]
        print("  ".join(cells).rstrip())


COMMANDS = (
    ("make", run_make, "make or update the branches"),
    ("check", run_check, "check markers, exercises and leaks"),
    ("render", run_render, "write the tree with some exercises still to be done"),
)
FLAGS = {
    "make": {"--into": dict(metavar="DIR", help="a repository of its own, made if it is not there")},
    "render": {"dest": dict(metavar="DEST", help="a new or empty folder"),
               "--missing": dict(metavar="NAME", action="append", default=[], help="an exercise or a lab; may repeat"),
               "--lab": dict(metavar="LAB", help="as in this lab's branches: later labs have not come yet")},
}

if __name__ == "__main__":
    sys.exit(main())
