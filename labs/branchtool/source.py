# SPDX-License-Identifier: BSD-2-Clause
"""The reference: its files, its labs, where each exercise stands, and which files a branch holds.

A tree is a dict: path -> File. A Source that could be made is sound: every marker is right, every
exercise of a lab.toml has a region and every region an exercise.
"""
import os
import re
import tomllib
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from . import BranchError, matches, stop_on
from .checks import check_all
from .gitcmd import attempt, git_line, git_names, read_objects, revision
from .markers import Region, parse

ORDER = ("traps", "paging", "doors", "pm", "swap")

# In no branch: what makes or shows solutions. The project's own tests go as a whole, since they need
# the reference, build wrong kernels out of it and quote it. `*` matches `/` too.
NEVER = (
    ".ci/*",
    "labs/branches.py",
    "labs/branchtool/*",
    "grade/mutants/*",
    "grade/tests/*",
)
# Comes with a lab, besides what its lab.toml lists in `adds`.
OF_LAB = ("labs/{}/*", "grade/labs/test_{}.py")
# Stands at its second part in the branches of the labs before the first part; nowhere as it is.
BEFORE = re.compile(r"labs/([^/]+)/before/(.+)")

MODES = {"100644": False, "100755": True}


@dataclass(frozen=True)
class File:
    data: bytes
    executable: bool = False


@dataclass(frozen=True)
class Lab:
    name: str
    title: str
    exercises: tuple
    editable: tuple
    adds: tuple


def read_commit(repo, commit):
    entries = [line.split("\t", 1) for line in git_names(repo, "ls-tree", "-r", "-z", "--full-tree", commit)]
    heads = {path: head.split() for head, path in entries}
    odd = [f"{path}: not a regular file" for path, (mode, _, _) in heads.items() if mode not in MODES]
    stop_on(odd)
    blobs = read_objects(repo, [name for _, _, name in heads.values()])
    return {path: File(blobs[name], MODES[mode]) for path, (mode, _, name) in heads.items()}


def read_folder(root, paths=None):
    paths = list_folder(root) if paths is None else paths
    odd = [f"{path}: not a regular file" for path in paths if not is_plain(root, path)]
    stop_on(odd)
    return {path: File((root / path).read_bytes(), bool((root / path).stat().st_mode & 0o100)) for path in paths}


def is_plain(root, path):
    """A regular file, reached through no symlink."""
    steps = [root / path, *(root / parent for parent in Path(path).parents if parent != Path("."))]
    return (root / path).is_file() and not any(step.is_symlink() for step in steps)


def list_folder(root):
    """The files git knows or would add; those of a folder that is no work tree: all but build/."""
    top = attempt(root, "rev-parse", "--show-toplevel").stdout.decode().strip()
    if top and Path(top) == root.resolve():
        names = git_names(root, "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--exclude=/build/")
        return sorted({name for name in names if os.path.lexists(root / name)})
    paths = (path.relative_to(root) for path in root.rglob("*") if path.is_symlink() or not path.is_dir())
    return sorted(str(path) for path in paths if path.parts[0] not in ("build", ".git"))


class Source:
    def __init__(self, tree, date=0):
        self.tree, self.date = tree, date
        self.labs = read_labs(tree)
        self.parsed = parse_all(tree)
        stop_on(check_all(self))

    @classmethod
    def of_commit(cls, repo, name="HEAD"):
        commit = revision(repo, name)
        if not commit:
            raise BranchError(f"no commit {name} (the work tree: --worktree)")
        return cls(read_commit(repo, commit), commit_date(repo, commit))

    @classmethod
    def of_folder(cls, root, paths=None):
        root = Path(root)
        commit = revision(root, "HEAD")
        return cls(read_folder(root, paths), commit_date(root, commit) if commit else 0)

    @cached_property
    def exercises(self):
        """id -> its lab."""
        return {exercise: lab.name for lab in self.labs for exercise in lab.exercises}

    @cached_property
    def before(self):
        """path in labs/*/before -> its lab, and the place where it stands in branches."""
        found = {path: BEFORE.fullmatch(path) for path in self.tree}
        return {path: match.groups() for path, match in found.items() if match}

    def place(self, path):
        return self.before[path][1] if path in self.before else path

    def is_never(self, path):
        return matches(path, NEVER) or BEFORE.fullmatch(path) is not None

    def files_in(self, name):
        """What a branch of this lab holds: path -> the path that it has here."""
        later = self.after(name)
        files = {path: path for path in self.tree if not self.is_never(path)}
        for lab in reversed(later):  # from the last lab back: what it came with goes, what was there before comes
            left_out = (*lab.adds, *(one.format(lab.name) for one in OF_LAB))
            files = {place: path for place, path in files.items() if not matches(place, left_out)}
            files |= {place: path for path, (of, place) in self.before.items() if of == lab.name}
        return files

    def regions_in(self, name):
        """The Regions in the branches of this lab."""
        pieces = [piece for path in self.files_in(name).values() for piece in self.parsed.get(path, ())]
        return [piece for piece in pieces if isinstance(piece, Region)]

    @cached_property
    def regions(self):
        """Pairs of path and Region."""
        return [(path, piece) for path, pieces in self.parsed.items() for piece in pieces if isinstance(piece, Region)]

    def lab(self, name):
        found = [lab for lab in self.labs if lab.name == name]
        if not found:
            raise BranchError(f"no lab {name} (there are: {' '.join(lab.name for lab in self.labs)})")
        return found[0]

    def up_to(self, name):
        return self.labs[:self.labs.index(self.lab(name)) + 1]

    def after(self, name):
        return self.labs[self.labs.index(self.lab(name)) + 1:]

    def comes_later(self, name):
        return name in [lab.name for lab in self.labs[1:]]

    def lines_to_write(self, lab):
        """Lines of the lab's solutions that are not blank."""
        solutions = [region.solution for region in self.regions_in(lab.name) if region.lab == lab.name]
        return sum(bool(line.strip()) for solution in solutions for line in solution)


def commit_date(repo, commit):
    return int(git_line(repo, "show", "-s", "--format=%ct", commit))


def read_labs(tree):
    paths = {name: f"labs/{name}/lab.toml" for name in ORDER}
    labs = [read_lab(name, path, tree[path].data) for name, path in paths.items() if path in tree]
    if not labs:
        raise BranchError("no labs/*/lab.toml")
    return labs


def read_lab(name, path, data):
    try:
        toml = tomllib.loads(data.decode())
    except ValueError as error:
        raise BranchError(f"{path}: {error}") from None
    exercises = tuple(exercise.get("id", "?") for exercise in toml.get("exercise", ()))
    if toml.get("name") != name:
        raise BranchError(f"{path}: name is not {name}")
    strangers = [f"{path}: {one} is not named {name}.N" for one in exercises if not one.startswith(name + ".")]
    stop_on(strangers)
    return Lab(name, toml.get("title", name), exercises, tuple(toml.get("editable", ())), tuple(toml.get("adds", ())))


def parse_all(tree):
    """path -> pieces, for the text files that can come into a branch."""
    parsed, problems = {}, []
    for path, file in tree.items():
        if matches(path, NEVER) or b"\0" in file.data:
            continue
        try:
            parsed[path] = parse(path, file.data.decode(errors="surrogateescape"))
        except BranchError as error:
            problems += error.problems
    stop_on(problems)
    return parsed
