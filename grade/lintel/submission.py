# SPDX-License-Identifier: BSD-2-Clause
"""Of a submission only the lab's editable files are taken, and laid over a clean copy of the pristine tree.

Every folder on the way is opened without following links, and only a regular
file of a sane size is read, so that nothing in a submission leads elsewhere.
"""

import os
import shutil
import stat
import subprocess

LIMIT = 1 << 20
LEFT_OUT = ("build/", "grade/", ".git/")  # the student's code is built where no test is


class Refused(Exception):
    """One file of a submission can't be taken."""


def lay(pristine, submission, editable, target):
    """Make target; the list of what is wrong with the submission, empty when all is well."""
    copy(pristine, target, without=_apart(pristine, submission, editable))
    problems = []
    for path in editable:
        (target / path).unlink(missing_ok=True)  # a file not handed in must not be the reference's
        try:
            data = read(submission, path)
        except Refused as error:
            problems.append(f"{path}: {error}")
            continue
        (target / path).parent.mkdir(parents=True, exist_ok=True)
        (target / path).write_bytes(data)
    return problems


def copy(pristine, target, without=()):
    for path in files(pristine):
        if not path.startswith((*LEFT_OUT, *without)):
            (target / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(pristine / path, target / path, follow_symlinks=False)


def files(tree):
    """What git knows: whatever else lies about may be another student's.  Without git, all but hidden folders."""
    if (tree / ".git").exists():
        words = ["git", "-C", str(tree), "ls-files", "-z"]
        listed = subprocess.run(words, stdout=subprocess.PIPE, check=True).stdout.decode().split("\0")
    else:
        listed = [str(p.relative_to(tree)) for p in tree.rglob("*")]
        listed = [p for p in listed if not any(folder.startswith(".") for folder in p.split("/")[:-1])]
    return sorted(p for p in set(listed) if p and (tree / p).is_file())


def _apart(pristine, submission, editable):
    """The pristine tree's top folders where submissions lie: this one, and whatever has an editable file below."""
    found = {p for p in files(pristine) for name in editable if "/" in name and p.endswith("/" + name)}
    if submission.resolve().is_relative_to(pristine.resolve()):
        found.add(f"{submission.resolve().relative_to(pristine.resolve())}/")
    return {path.split("/")[0] + "/" for path in found} - {"./"}


def read(root, path):
    """The bytes of a file below root; Refused tells why not."""
    *folders, name = path.split("/")
    if ".." in folders + [name] or path.startswith("/"):
        raise Refused("not a path inside the submission")
    folder = os.open(root, os.O_DIRECTORY)
    try:
        for step in folders:
            inner = _open(step, stat.S_ISDIR, folder)
            os.close(folder)
            folder = inner
        return _contents(_open(name, stat.S_ISREG, folder))
    finally:
        os.close(folder)


def _open(name, wanted, folder):
    """Looked at before it is opened, so that no device or FIFO ever is; O_NOFOLLOW and O_NONBLOCK
    for one that is exchanged in between."""
    try:
        if not wanted(os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode):
            raise Refused("not a regular file, or below a link")
        return os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=folder)
    except FileNotFoundError:
        raise Refused("no such file in the submission") from None
    except OSError as error:
        raise Refused(f"can't be read: {error.strerror}") from None


def _contents(fd):
    with open(fd, "rb") as f:
        data = f.read(LIMIT + 1)
    if len(data) > LIMIT:
        raise Refused("larger than 1 MiB")
    return data
