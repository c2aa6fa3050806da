# SPDX-License-Identifier: BSD-2-Clause
"""A closed box for building untrusted code: no network, nothing of the host but /usr to read, limits on all.

As root the box first becomes an unprivileged user of its own, since limits on
processes do nothing to root.
"""

import os
import pathlib
import resource
import shutil
import subprocess

MEMORY, FILE, PROCESSES, CPU = 2 << 30, 64 << 20, 256, 120
FIRST_UID = 60000

NEED = """untrusted code is built only inside bubblewrap, which does not work here ({why}).
Install it (apt-get install bubblewrap), or trust the submission and give --no-sandbox."""


class Unusable(Exception):
    """There is no sandbox on this host."""


def probe():
    """Unusable when bubblewrap can't run here."""
    if not shutil.which("bwrap"):
        raise Unusable(NEED.format(why="no bwrap"))
    tried = subprocess.run([*_user(), *_box(), "true"], capture_output=True, check=False)
    if tried.returncode:
        raise Unusable(NEED.format(why=tried.stderr.decode(errors="replace").strip()[:200]))


def wrap(words, tree, writable):
    """The command that runs words in the tree, which is read only but for one folder."""
    own(tree)
    inside = ["--ro-bind", str(tree), "/tree", "--bind", str(tree / writable), f"/tree/{writable}", "--chdir", "/tree"]
    return [*_user(), *_box(), *inside, *_limits(), *words]


def own(tree):
    """Give the tree to the box's user."""
    if os.geteuid() == 0:
        for path in [tree, *pathlib.Path(tree).rglob("*")]:
            os.chown(path, _uid(), _uid(), follow_symlinks=False)


def _uid():
    """One user a process: two gradings side by side share no limit."""
    return FIRST_UID + os.getpid() % 5000


def _user():
    if os.geteuid() != 0:
        return []
    return ["setpriv", f"--reuid={_uid()}", f"--regid={_uid()}", "--clear-groups", "--"]


def _box():
    words = "bwrap --unshare-all --die-with-parent --new-session --cap-drop ALL --clearenv --setenv PATH /usr/bin:/bin"
    words += " --setenv LC_ALL C --ro-bind /usr /usr --proc /proc --dev /dev --size 67108864 --tmpfs /tmp"
    words = words.split()
    for name in ("bin", "lib", "lib32", "lib64", "libx32", "sbin"):
        words += _root_folder(pathlib.Path("/") / name)
    return words + ["--ro-bind-try", "/etc/alternatives", "/etc/alternatives"]


def _root_folder(path):
    if path.is_symlink():
        return ["--symlink", os.readlink(path), str(path)]
    return ["--ro-bind", str(path), str(path)] if path.is_dir() else []


def _limits():
    return ["prlimit", f"--as={MEMORY}", f"--fsize={FILE}", f"--nproc={PROCESSES}", f"--cpu={CPU}", "--core=0", "--"]
