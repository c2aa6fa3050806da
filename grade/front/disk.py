# SPDX-License-Identifier: BSD-2-Clause
"""Make the image of a disk: a partition table, a file system of ext2 with files of ours, and room to swap to.

The same files give the same bytes, wherever and whenever: nothing in the image comes from a clock, a random
number, a name of a user or the order of a folder. A tree is FOLDER, for the root, or NAME=FOLDER.
"""

import argparse
import os
import pathlib
import struct
import subprocess
import tempfile

SECTOR, MIB = 512, 2048  # bytes; sectors
FILES, SWAP = 0x83, 0x82  # types of partitions
LAYOUT = [(FILES, 1 * MIB, 48 * MIB), (SWAP, 49 * MIB, 15 * MIB)]  # type, first sector, sectors
SIZE = 64 * MIB

UUID = "1e1e1e1e-0000-4000-8000-000000000001"
TIME = "946684800"  # 2000-01-01
FORMAT = ["-q", "-F", "-t", "ext2", "-b", "4096", "-O", "^resize_inode,^dir_index", "-m", "0", "-L", "lintel", "-U", UUID,
          "-E", f"hash_seed={UUID},nodiscard,root_owner=0:0"]
PATHS = "/usr/sbin:/sbin"  # where e2fsprogs are, for who is not root, too
ENVIRONMENT = {"PATH": f"{PATHS}:{os.environ.get('PATH', '')}", "E2FSPROGS_FAKE_TIME": TIME, "LC_ALL": "C"}


def entry(kind, first, sectors):
    """A line of the table; cylinders and heads say: look at the other numbers."""
    far = b"\xfe\xff\xff"
    return struct.pack("<B3sB3sII", 0, far, kind, far, first, sectors)


def table(partitions):
    """A master boot record without a program."""
    entries = b"".join(entry(*partition) for partition in partitions)
    return bytes(446) + entries.ljust(64, b"\0") + b"\x55\xaa"


def tool(*words, **options):
    """debugfs ends well whatever it says; its first line is its version."""
    done = subprocess.run(words, env=ENVIRONMENT, capture_output=True, text=True, check=False, **options)
    said = [line for line in done.stderr.splitlines() if not line.startswith(f"{words[0]} ")]
    if done.returncode or said:
        raise SystemExit(f"{words[0]}: {' '.join(said)}")


def tree_commands(top, folder):
    """What tells debugfs to copy a folder."""
    for path in sorted(pathlib.Path(folder).rglob("*")):
        name = "/".join([top, *path.relative_to(folder).parts])
        if path.is_dir():
            yield f"mkdir {name}"
        elif path.is_file():
            yield f"write {path.resolve()} {name}"
            yield f"set_inode_field {name} mode 0100644"


def file_system(path, sectors, trees):
    with open(path, "wb") as image:
        image.truncate(sectors * SECTOR)
    tool("mke2fs", *FORMAT, str(path))
    commands = []
    for tree in trees:
        top, _, folder = tree.rpartition("=")
        commands += [f"mkdir /{top}"] if top else []
        commands += tree_commands(f"/{top}" if top else "", folder)
    tool("debugfs", "-w", "-f", "-", str(path), input="\n".join([*commands, ""]))


def make(output, trees):
    with tempfile.TemporaryDirectory() as folder:
        files = pathlib.Path(folder) / "files"
        file_system(files, LAYOUT[0][2], trees)
        with open(files, "rb") as source, open(output, "wb") as image:
            image.truncate(SIZE * SECTOR)
            image.write(table(LAYOUT))
            image.seek(LAYOUT[0][1] * SECTOR)
            while block := source.read(1 << 16):
                image.write(block) if any(block) else image.seek(len(block), os.SEEK_CUR)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--output", required=True)
    parser.add_argument("tree", nargs="*")
    options = parser.parse_args()
    make(options.output, options.tree)


if __name__ == "__main__":
    main()
