# SPDX-License-Identifier: BSD-2-Clause
"""The power goes, on the machine: QEMU records what is written to the disk, and the disk is made as it was after any of these writes.
A disk keeps what was written before a flush; of what came after the last one any part may be lost.

LINTEL_LONG=1 cuts after each write of several lives.
"""

import contextlib
import pathlib
import random
import shutil
import struct
import tempfile

import pytest

from ext2_play import an_image, check, content_of, repair
from lintel.machine import Disk
from test_disk_files import MIB, WithDisk
from test_host import LONG
from test_programs import BUILD

MAGIC, SECTOR = 0x6a736677736872, 512
FLUSH, DISCARD = 1, 4
SUPER = MIB + 1024


def recorded(path):
    """Flags, place and bytes of each write; the format is that of Linux's dm-log-writes."""
    log, at = path.read_bytes(), SECTOR
    magic, version, entries, size = struct.unpack_from("<3QI", log)
    assert (magic, version, size) == (MAGIC, 1, SECTOR)
    for _ in range(entries):
        sector, count, flags, _length = struct.unpack_from("<4Q", log, at)
        at += SECTOR
        length = 0 if flags & DISCARD else count * SECTOR
        yield flags, sector * SECTOR, log[at:at + length]
        at += length


def written(path):
    """How many writes there are."""
    with path.open("rb") as log:
        return struct.unpack("<3Q", log.read(24))[2]


def below(path, folder):
    return path == folder or path.startswith(folder + b"/")


def between(content, least, most, asked):
    """What was synced is there, and of what was appended no other bytes. A flush that nobody asked for may bring its size only."""
    if content == least or None in (content, least):
        return content == least
    return content.startswith(least) and (most.startswith(content) if asked else len(content) <= len(most))


class Step:
    """What is done between two syncs, to files as {path: bytes, or None for a directory}.

    right: where each file may be that was synced before, and with what: (path, least, most). Its bytes begin with the least, and the
    most begins with them. A file is changed once at most, so that these are few.
    """

    asked = True  # nobody but sync has flushed: no two entries moved so that one had to be on the disk first

    def __init__(self, files, rng):
        self.before, self.files, self.random = files, dict(files), rng
        self.right = {path: [(path, content, content)] for path, content in files.items()}
        self.lines, self.touched, self.moved = [], set(), set()

    def touch(self, *paths):
        """False if one of them, or what is in it, was changed before."""
        if any(below(t, p) for t in self.touched for p in paths) or any(below(p, m) for m in self.moved for p in paths):
            return False
        self.touched.update(paths)
        return True

    def some(self, directory):
        return self.random.choice([path for path in self.files if path != b"lost+found" and (self.files[path] is None) == directory])

    def new(self):
        """Names of all lengths, so that a directory has several blocks."""
        return self.some(True) + b"/" + b"%d" % self.random.randrange(10**6) * self.random.randrange(1, 5)

    def lines_of(self):
        count = self.random.choice([1, 300, 2000, 15_000])
        return count, b"".join(b"%d\n" % i for i in range(1, count + 1))

    def do(self, text, *paths):
        self.lines.append(text % tuple("/disk/" + path.decode() for path in paths))

    def create(self):
        path, (count, content) = self.new(), self.lines_of()
        if self.touch(path):
            self.do(f"seq {count} >%s", path)
            self.files[path] = content

    def append(self):
        path, (count, content) = self.some(False), self.lines_of()
        if self.touch(path):
            self.do(f"seq {count} >>%s", path)
            old = self.files[path]
            self.files[path] += content
            self.right[path] = [(path, old, old + content)]

    def rename(self):
        """Where a file was there is one, all the time."""
        old, new = self.some(False), self.random.choice([self.some(False), self.new(), self.new()])
        if old != new and self.touch(old, new):
            self.do("mv %s %s", old, new)
            content = self.files[new] = self.files.pop(old)
            self.right[old].append((new, content, content))
            if new in self.right:
                self.right[new].append((new, content, content))

    def remove(self):
        path = self.some(False)
        if self.touch(path):
            self.do("rm %s", path)
            del self.files[path], self.right[path]

    def make(self):
        path = self.new()
        if self.touch(path):
            self.do("mkdir %s", path)
            self.files[path] = None

    def move(self):
        """A directory may be at either place."""
        old, new = self.some(True), self.new()
        if not below(new, old) and self.touch(old, new):
            self.do("mv %s %s", old, new)
            self.moved |= {old, new}
            for path in [path for path in self.files if below(path, old)]:
                at, content = new + path[len(old):], self.files.pop(path)
                self.files[at] = content
                self.right[path].append((at, content, content))

    def line(self, count):
        for _ in range(count):
            self.random.choices([self.create, self.append, self.rename, self.remove, self.make, self.move], [5, 2, 6, 3, 2, 1])[0]()
        return "; ".join([*self.lines, "sync"])

    def hold(self, content):
        """What e2fsck has found is right."""
        for path, places in self.right.items():
            assert any(at in content and between(content[at], least, most, self.asked) for at, least, most in places), \
                f"{path} is lost: {[at for at, _least, _most in places]}"


def small(folder):
    """A file system of small blocks, on a disk."""
    tree = folder / "tree"
    for i in range(30):
        (tree / f"d{i % 3}").mkdir(parents=True, exist_ok=True)
        (tree / f"d{i % 3}/file-{i}").write_bytes(b"%d\n" % i * 500)
    part = an_image(folder / "small", "4M", 1024, "-d", tree)
    disk = folder / "disk.img"
    shutil.copyfile(BUILD / "disk.img", disk)
    with disk.open("r+b") as file:
        file.seek(MIB)
        file.write(part.read_bytes())
    return disk, part


class Life:
    """Of one disk: what was written to it, and after how many of these writes it had which files for certain."""

    def __init__(self, folder, seed, steps=8, operations=7):
        (disk, part), rng, log = small(folder), random.Random(seed), folder / "writes"
        self.before, files = part.read_bytes(), content_of(part, folder / "before")
        self.steps, self.marks = [], [0]
        with contextlib.closing(WithDisk(folder, None, *Disk(disk, writes=log).nodes(0, folder))) as system:
            for _ in range(steps):
                self.steps.append(Step(files, rng))
                assert system(self.steps[-1].line(operations)) == ""
                self.marks.append(written(log))
                files = self.steps[-1].files
        self.writes = list(recorded(log))
        for step, first, end in zip(self.steps, self.marks, self.marks[1:]):
            step.asked = sum(at == SUPER for _flags, at, _data in self.writes[first:end]) == 2  # not clean; clean
        self.steps.append(Step(files, rng))
        assert all(self.writes[mark - 1][0] & FLUSH for mark in self.marks[1:])

    def image(self, count, whole):
        """The file system after so many writes. Unless it is whole, half of those that were not flushed are not there."""
        image, rng = bytearray(self.before), random.Random(count)
        flushed = max((i for i in range(count) if self.writes[i][0] & FLUSH), default=0)
        for i, (_flags, at, data) in enumerate(self.writes[:count]):
            if whole or i < flushed or rng.random() < 0.5:
                image[at - MIB:at - MIB + len(data)] = data
        assert len(image) == len(self.before)
        return image

    def cut(self, count, whole, folder):
        path, synced = folder / "part", max(i for i, mark in enumerate(self.marks) if mark <= count)
        path.write_bytes(self.image(count, whole))
        (check if count in self.marks else repair)(path)
        content = content_of(path, folder / "content")
        self.steps[synced].hold(content)
        assert count not in self.marks or content == self.steps[synced].before

    def cuts(self):
        """After how many writes the power goes, and whether all of those are there: before and after each flush, or everywhere."""
        flushes = [0, *(i for i, (flags, _at, _data) in enumerate(self.writes, 1) if flags & FLUSH)]
        if LONG:
            return [(count, whole) for count in range(len(self.writes) + 1) for whole in (True, False)]
        several = [(b - 1, False) for a, b in zip(flushes, flushes[1:]) if b - a > 2]
        return sorted([(count, True) for count in flushes] + several)


@pytest.mark.timeout(3600)
@pytest.mark.parametrize("seed", range(5 if LONG else 1))
def test_power_cuts_on_the_machine(tmp_path, monkeypatch, seed):
    monkeypatch.chdir(tmp_path)  # QEMU's names of files are relative
    life = Life(tmp_path, seed)
    cuts = life.cuts()
    assert len(cuts) > 50
    for count, whole in cuts:
        with tempfile.TemporaryDirectory(dir=tmp_path) as folder:
            life.cut(count, whole, pathlib.Path(folder))
