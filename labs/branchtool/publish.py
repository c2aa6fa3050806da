# SPDX-License-Identifier: BSD-2-Clause
"""Makes the commits, by plumbing alone: no work tree, index or HEAD of the author's is touched.

lab/FIRST is a root, and each lab/NEXT has the tip of the lab before among its ancestors, so that a
student merges it into their own work. start/LAB has the tip of lab/LAB among its ancestors: whoever
began there has solved the earlier labs on top of lab/LAB, as the others have, and merges lab/NEXT as they do.
A branch only ever grows, and only by commits of this tool, so that students can pull.
No ref moves before every commit's whole history has passed the leak check.
"""
import tempfile
from dataclasses import dataclass
from pathlib import Path

from . import BranchError, stop_on
from .gitcmd import attempt, git, git_line, revision
from .leaks import history_leaks, leaks
from .states import branch_tree, write

NAME, MAIL = "Lintel", "lintel@localhost"


@dataclass(frozen=True)
class Made:
    branch: str
    lab: object
    commit: str
    old: str | None
    files: int

    @property
    def change(self):
        return "same" if self.commit == self.old else "updated" if self.old else "new"


def make(source, repo):
    """Create or update all branches in a repository; returns what was made of each."""
    stop_on(leaks(source))
    refuse_checked_out(repo)
    return grow(source, repo)


def make_into(source, folder):
    """The same in a repository of its own, with the first lab checked out; made if it is not there."""
    folder, first = Path(folder), f"lab/{source.labs[0].name}"
    stop_on(leaks(source))
    if (folder / ".git").exists():
        refuse_changed(folder, first)
    elif folder.exists() and any(folder.iterdir()):
        raise BranchError(f"{folder} is not empty, and no repository")
    else:
        folder.mkdir(parents=True, exist_ok=True)
        git(folder, "init", "--quiet", "--initial-branch", first)
    made = grow(source, folder)
    git(folder, "reset", "--quiet", "--hard")
    return made


def grow(source, repo):
    made = make_commits(source, repo)
    stop_on([leak for one in made for leak in history_leaks(source, one.branch, repo, one.commit)])
    move_refs(repo, made)
    return made


def refuse_checked_out(repo):
    """A ref must not move under someone's work tree."""
    lines = git(repo, "worktree", "list", "--porcelain").decode().splitlines()
    used = [line.removeprefix("branch refs/heads/") for line in lines if line.startswith("branch ")]
    stop_on([f"{branch} is checked out: leave it first" for branch in used if branch.startswith(("lab/", "start/"))])


def refuse_changed(folder, first):
    head = git_line(folder, "symbolic-ref", "--short", "HEAD")
    if head != first:
        raise BranchError(f"{folder}: {head} is checked out, and not {first}")
    if git(folder, "status", "--porcelain"):
        raise BranchError(f"{folder} holds changes: commit them elsewhere first")


def make_commits(source, repo):
    made, before = [], None
    for lab in source.labs:
        made.append(make_commit(source, repo, f"lab/{lab.name}", lab, before))
        before = made[-1].commit
        made.append(make_commit(source, repo, f"start/{lab.name}", lab, before))
    return made


def make_commit(source, repo, branch, lab, before):
    """The branch's tip as it is to be: the old one if that has this tree and comes after `before`."""
    files = branch_tree(source, branch)
    old, tree = revision(repo, f"refs/heads/{branch}"), write_tree(repo, files)
    if old:
        refuse_foreign(repo, branch, old)
    parents = [old] if old else []
    if before and not (old and is_ancestor(repo, before, old)):
        parents.append(before)
    if parents == [old] and tree == git_line(repo, "rev-parse", f"{old}^{{tree}}"):
        return Made(branch, lab, old, old, len(files))
    message = f"{branch}: {'update' if old else lab.title}"
    return Made(branch, lab, commit_tree(repo, tree, parents, message, source.date), old, len(files))


def refuse_foreign(repo, branch, commit):
    if git_line(repo, "show", "-s", "--format=%ce", commit) != MAIL:
        raise BranchError(f"{branch} ends in a commit that this tool did not make")


def is_ancestor(repo, older, newer):
    return attempt(repo, "merge-base", "--is-ancestor", older, newer).returncode == 0


def write_tree(repo, files):
    """Bytes go in as they are: no filter, no line end, no ignore file has a say."""
    with tempfile.TemporaryDirectory(prefix="lintel-branch-") as folder:
        write(files, Path(folder, "tree"))
        paths = "".join(f"{folder}/tree/{path}\n" for path in files)
        hashes = git(repo, "hash-object", "-w", "--no-filters", "--stdin-paths", input=paths.encode()).decode().split()
        index = {"GIT_INDEX_FILE": f"{folder}/index"}
        entries = "".join(f"{'100755' if file.executable else '100644'} {name}\t{path}\0"
                          for (path, file), name in zip(files.items(), hashes, strict=True))
        git(repo, "update-index", "-z", "--index-info", input=entries.encode(), env=index)
        return git_line(repo, "write-tree", env=index)


def commit_tree(repo, tree, parents, message, date):
    who = {f"GIT_{role}_{key}": value for role in ("AUTHOR", "COMMITTER")
           for key, value in (("NAME", NAME), ("EMAIL", MAIL), ("DATE", f"@{date} +0000"))}
    options = [option for parent in parents for option in ("-p", parent)]
    return git_line(repo, "commit-tree", tree, *options, input=f"{message}\n".encode(), env=who)


def move_refs(repo, made):
    """All or none."""
    lines = [f"update refs/heads/{one.branch} {one.commit} {one.old}\n" if one.old else
             f"create refs/heads/{one.branch} {one.commit}\n" for one in made if one.commit != one.old]
    git(repo, "update-ref", "--stdin", input="".join(lines).encode())
