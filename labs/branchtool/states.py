# SPDX-License-Identifier: BSD-2-Clause
"""Renders the reference in any state: which exercises are missing, and which labs have not come yet."""
from pathlib import Path

from . import BranchError
from .markers import Since
from .source import File, Source


def render(source, dest, missing=(), lab=None):
    """Write the tree to dest, with the exercises (or whole labs) in `missing` to be done and the others solved.

    `source` is a Source or a folder. With `lab`, it is as in this lab's branches: later labs have not come yet.
    """
    source = source if isinstance(source, Source) else Source.of_folder(source)
    write(state_tree(source, missing, lab), dest)


def write(tree, dest):
    dest = Path(dest)
    if dest.exists() and any(dest.iterdir()):
        raise BranchError(f"{dest} is not empty")
    for path, file in tree.items():
        (dest / path).parent.mkdir(parents=True, exist_ok=True)
        (dest / path).write_bytes(file.data)
        (dest / path).chmod(0o755 if file.executable else 0o644)


def branch_names(source):
    return [f"{kind}/{lab.name}" for lab in source.labs for kind in ("lab", "start")]


def branch_tree(source, branch):
    """The tree of lab/NAME (earlier labs to be done too) or start/NAME (earlier labs solved)."""
    return state_tree(source, missing_in(source, branch), branch.split("/")[1])


def missing_in(source, branch):
    kind, lab = branch.split("/")
    labs = source.up_to(lab) if kind == "lab" else [source.lab(lab)]
    return {exercise for one in labs for exercise in one.exercises}


def state_tree(source, missing=(), lab=None):
    missing = expand(source, missing)
    later = {one.name for one in source.after(lab)} if lab else set()
    files = source.files_in(lab) if lab else dict(zip(source.tree, source.tree))

    def render_file(path):
        file = source.tree[path]
        if path not in source.parsed:
            return file
        lines = [line for piece in source.parsed[path] for line in shown(piece, missing, later)]
        return File("\n".join(lines).encode(errors="surrogateescape"), file.executable)

    return {place: render_file(path) for place, path in files.items()}


def expand(source, missing):
    """The ids of exercises; the name of a lab stands for all of its own."""
    found = set()
    for name in missing:
        ids = {exercise for exercise, lab in source.exercises.items() if name in (exercise, lab)}
        if not ids:
            raise BranchError(f"no exercise or lab {name}")
        found |= ids
    return found


def shown(piece, missing, later):
    """The lines that stand for a piece."""
    if isinstance(piece, str):
        return (piece,)
    if piece.lab in later:
        return tuple(line for one in piece.earlier for line in shown(one, missing, later))
    if isinstance(piece, Since):
        return piece.text
    return piece.student if piece.exercise in missing else piece.solution
