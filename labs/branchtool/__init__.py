# SPDX-License-Identifier: BSD-2-Clause
"""Makes the lab branches out of the reference: see labs/branches.py for the command line.

markers.py reads the marker comments, source.py the tree and its labs, checks.py what
must hold between them, states.py renders a tree in any state, leaks.py proves that no solution
shows, publish.py makes the commits.
"""
from fnmatch import fnmatchcase


class BranchError(Exception):
    """What the author has to mend: one line of text a problem."""

    def __init__(self, *problems):
        super().__init__("\n".join(problems))
        self.problems = list(problems)


def stop_on(problems):
    if problems:
        raise BranchError(*problems)


def matches(path, globs):
    """Here `*` matches `/` too."""
    return any(fnmatchcase(path, glob) for glob in globs)
