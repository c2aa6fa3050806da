# SPDX-License-Identifier: BSD-2-Clause
"""Runs git, deaf to the GIT_* variables of whoever calls (a hook sets some) and to hooks."""
import os
import subprocess

from . import BranchError


def attempt(repo, *args, input=b"", env=None):
    clean = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    command = ["git", "-c", "core.hooksPath=/dev/null", "-c", "i18n.commitEncoding=UTF-8", "-C", str(repo), *args]
    return subprocess.run(command, input=input, capture_output=True, env={**clean, "LC_ALL": "C", **(env or {})})


def git(repo, *args, **options):
    """Standard output as bytes; BranchError when git fails."""
    done = attempt(repo, *args, **options)
    if done.returncode:
        raise BranchError(f"git {args[0]}: {done.stderr.decode(errors='replace').strip()}")
    return done.stdout


def git_line(repo, *args, **options):
    return git(repo, *args, **options).decode().strip()


def git_names(repo, *args):
    """The answer of a command that was given -z."""
    return [os.fsdecode(name) for name in git(repo, *args).split(b"\0") if name]


def revision(repo, name):
    """The commit's hash, or None."""
    done = attempt(repo, "rev-parse", "--quiet", "--verify", f"{name}^{{commit}}")
    return done.stdout.decode().strip() or None


def read_objects(repo, hashes):
    """hash -> content, for those that are blobs; one process for all."""
    answer = git(repo, "cat-file", "--batch", input="".join(f"{name}\n" for name in hashes).encode())
    blobs, at = {}, 0
    for asked in hashes:
        end = answer.index(b"\n", at)
        name, kind, size = answer[at:end].decode().split()
        at = end + 1 + int(size) + 1
        if kind == "blob":
            blobs[asked] = answer[end + 1:at - 1]
    return blobs
