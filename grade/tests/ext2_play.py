# SPDX-License-Identifier: BSD-2-Clause
"""Images, the ext2 server on the host (host/ext2.c), and a client that asks it and the model of test_fm.py the same."""

import random
import struct
import subprocess

from file_model import C, Capability, Model, Server, text, words
from file_player import Difference, Player

EVICT, STORE, LOAD, FAIL, MARK, PAGES, MAPS, HELD, BAD, FAILED = range(1, 11)
FILE_SYNC = 0x8060
FILE_MAP, FILE_MAP_WRITE = 0x8054, 0x805d
TIME = 1_700_000_000
LIMIT = 1 << 40  # of the model, which knows no full disk


def tool(*line, codes=(0,), **options):
    done = subprocess.run([str(word) for word in line], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, check=False, **options)
    assert done.returncode in codes, (line, done.returncode, done.stdout.decode(errors="replace"))
    return done.stdout


def an_image(path, size="4M", block=1024, *more):
    """As mke2fs makes it, the same bytes each time."""
    path.unlink(missing_ok=True)
    tool("mke2fs", "-q", "-t", "ext2", "-b", block, *more, "-U", "6c696e74-656c-0000-0000-000000000001",
         "-E", "hash_seed=6c696e74-656c-0000-0000-000000000002", path, size)
    return path


def check(path):
    """As it is, without a repair; and it says of itself that it is clean."""
    tool("e2fsck", "-fn", path)
    with path.open("rb") as image:
        assert image.read(1084)[1082:] == b"\1\0"


def repair(path):
    """It is not forced to: what is marked as clean has to be clean."""
    tool("e2fsck", "-y", path, codes=(0, 1))
    check(path)


def content_of(path, folder):
    """All files of an image, by their paths, as another program reads them."""
    folder.mkdir()
    tool("debugfs", "-R", f"rdump / {folder}", path)
    return {file.relative_to(folder).as_posix().encode("utf-8", "surrogateescape"): file.read_bytes() if file.is_file() else None
            for file in folder.rglob("*")}


class Ext2(Server):
    def __init__(self, program, image, log=None, time=TIME):  # pylint: disable=super-init-not-called
        line = [program, image, time, *([log] if log else [])]
        self.process = subprocess.Popen([str(w) for w in line], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.mounted, self.writable, size = struct.unpack("<3I", self._get(12))
        self.why = self._get(size).decode()
        self.root = Capability(0, 0xf2)

    def control(self, function, cookie=0, data=b""):
        return self.raw(function, cookie, len(data), data)[:2]

    def sync(self, capability=None):
        assert self.call(FILE_SYNC, capability or self.root, b"")[0] == 0


class Ext2Model(Model):
    def __init__(self):
        super().__init__(LIMIT, LIMIT)
        self.now = TIME


class Ext2Player(Player):
    """Entries have an order of the disk's, and how much room there is only the disk knows."""

    def __init__(self, seed, server):
        super().__init__(seed, server, Ext2Model())
        self.model.enter(self.model.root, b"lost+found", self.new_directory())
        self.ask(C.FILE_REMOVE, self.root, text(b"lost+found"))

    def map(self, number, node):
        """Objects are only named here: what is mapped is tried on the machine (test_disk_files.py)."""

    @staticmethod
    def new_directory():
        return type(Model().root)(C.STREAM_DIRECTORY)

    def ask(self, function, capability, data, room=4095):
        if function == C.FILE_SPACE:
            self.model.now += 1
            return self.server.call(function, capability, data, room)
        if function != C.FILE_LIST:
            return super().ask(function, capability, data, room)
        got, want = self.server.call(function, capability, data, room), self.model.call(function, capability, data, room)
        if got[0] != want[0]:
            raise Difference(f"{got}, not {want}")
        if not got[0]:
            node = capability.node.entries[got[1][24:].rstrip(b"\0")]
            assert got[1][:16] + bytes(4) + got[1][20:24] == self.model.view(node)
            self.meet(struct.unpack_from("<I", got[1], 16)[0], node)
        return got

    def everything(self, capability=None):
        capability = capability or self.root
        names = [self.ask(C.FILE_LIST, capability, words(i))[1][24:].rstrip(b"\0") for i in range(len(capability.node.entries))]
        assert sorted(names) == sorted(capability.node.entries)
        for name in names:
            child = self.ask(C.FILE_OPEN, capability, text(name))[2]
            if child.node.directory:
                self.everything(child)
            else:
                self.whole_file(child)

    def sync(self, capability=None):
        self.model.now += 1
        self.server.sync(capability)

    def no_space_is_lost(self):
        """The image says it: see content()."""

    def files(self, node=None, path=b""):
        """What there is, by paths: nodes."""
        for name, child in (node or self.model.root).entries.items():
            yield path + name, child
            if child.directory:
                yield from self.files(child, path + name + b"/")

    def shrink(self, most=1 << 20):
        """Files that are too large to be looked at from outside."""
        for path, node in self.files():
            if not node.directory and node.size > most:
                file = self.ask(C.FILE_OPEN_WRITE, self.root, words(0) + text(path))[2]
                self.ask(C.FILE_RESIZE, file, words(most - self.random.randrange(5000)))

    def compare(self, content):
        """What somebody else has read from the image is what the model has."""
        files = dict(self.files())
        assert set(content) - {b"lost+found"} == set(files)
        for path, node in files.items():
            if not node.directory:
                assert content[path] == node.read(0, node.size), path


def play(program, image, seed, steps, folder, batches=3):
    server = Ext2(program, image)
    assert server.writable, server.why
    player = Ext2Player(seed, server)
    for batch in range(batches):
        player.play(steps)
        if random.Random(seed + batch).random() < 0.5:
            server.control(EVICT)
        player.sync()
        server.control(EVICT)
        check(image)
        player.everything()
    player.shrink()
    player.sync()
    check(image)
    player.compare(content_of(image, folder))
    server.close()
    return player


# --- Power cuts

class History:
    """What a server has written, in its order, and what had to be on the disk when it said so."""

    def __init__(self, path):
        self.writes, self.marks, data, at = [], [], path.read_bytes(), 0
        self.since_mark = {"R": [], "W": []}  # places and sizes
        while at < len(data):
            kind, sector, count = struct.unpack_from("<3I", data, at)
            at += 12
            if chr(kind) in self.since_mark:
                self.since_mark[chr(kind)].append((sector * 512, count * 512))
            if kind == ord("W"):
                self.writes.append((sector * 512, data[at:at + count * 512]))
                at += count * 512
            elif kind == ord("M"):
                self.marks.append(len(self.writes))
                self.since_mark = {"R": [], "W": []}

    def images(self, before):
        """The disk as it is after each write: how many there were, and its bytes."""
        image = bytearray(before)
        yield 0, image
        for count, (at, data) in enumerate(self.writes, 1):
            image[at:at + len(data)] = data
            yield count, image


class Snapshot:
    """Files that have been synced, and what has happened to them since: any of these contents and paths is right."""

    def __init__(self, player):
        self.content = {node: node.read(0, node.size) for _path, node in player.files() if not node.directory}
        self.paths = {node: {path} for path, node in player.files()}

    def later(self, player):
        """Another operation: who has changed, or is gone, is not looked at any more."""
        there = {node: path for path, node in player.files()}
        for node in list(self.content):
            if node not in there or node.size > len(self.content[node]) or node.read(0, node.size) != self.content[node]:
                del self.content[node]
            else:
                self.paths[node].add(there[node])

    def hold(self, content):
        """A directory that was being moved may be at either place."""
        ends = {(path.split(b"/")[-2:][0], path.split(b"/")[-1], data) for path, data in content.items()}
        for node, data in self.content.items():
            wanted = {(path.split(b"/")[-2:][0], path.split(b"/")[-1], data) for path in self.paths[node]}
            assert wanted & ends, f"{self.paths[node]} is lost"


class Mover:
    """Files in directories of several blocks: they move about, replace each other, and others come and go between them."""

    DIRECTORIES = [b"d0", b"d1", b"d2", b"d2/e"]

    def __init__(self, player):
        self.player, self.random = player, player.random
        for path in self.DIRECTORIES:
            self.open(path, C.FILE_CREATE | C.FILE_MAKE)
        for i in range(30):
            self.write(self.new_path(), self.random.randbytes(self.random.choice([10, 1024, 3000, 14_000])))

    def open(self, path, flags=C.FILE_CREATE):
        return self.player.ask(C.FILE_OPEN_WRITE, self.player.root, words(flags) + text(path))[2]

    def write(self, path, data):
        file = self.open(path)
        for at in range(0, len(data), 4000):
            self.player.ask(C.STREAM_WRITE, file, words(at) + data[at:at + 4000])

    def new_path(self):
        return self.random.choice([path for path, node in self.player.files() if node.directory]) + b"/" + b"%d" % self.random.randrange(10**6) * 5

    def a_path(self):
        return self.random.choice([path for path, node in self.player.files() if not node.directory])

    def step(self):
        r, ask, root = self.random, self.player.ask, self.player.root
        kind = r.random()
        if kind < 0.5:
            ask(C.FILE_RENAME, root, text(self.a_path()) + text(self.a_path() if r.random() < 0.15 else self.new_path()))
        elif kind < 0.75:
            self.write(self.new_path(), r.randbytes(r.choice([1, 1024, 5000])))
        elif kind < 0.8:
            ways = [b"d2/e", b"d1/e"]
            for old, new in ways, ways[::-1]:
                if not ask(C.FILE_RENAME, root, text(old) + text(new))[0]:
                    break
        elif kind < 0.85:
            ask(C.FILE_RESIZE, self.open(self.a_path()), words(r.randrange(9000)))
        else:
            ask(C.FILE_REMOVE, root, text(self.a_path()))


def record(program, image, seed, log, steps=25, batches=5):
    """A short life on a small disk; snapshots of what each sync promises until the next."""
    server = Ext2(program, image, log)
    player = Ext2Player(seed, server)
    mover, snapshots = Mover(player), []
    for _ in range(batches):
        player.sync()
        server.control(MARK)
        snapshots.append(Snapshot(player))
        for _ in range(steps):
            mover.step()
            if player.random.random() < 0.05:
                server.control(EVICT)
            snapshots[-1].later(player)
    player.sync()
    server.close()
    return History(log), snapshots


def cut(history, snapshots, before, folder, every=1):
    """Power cuts after each write: what e2fsck makes of it has all that was synced."""
    path, done = folder / "cut.img", 0
    for count, image in history.images(before):
        synced = sum(mark <= count for mark in history.marks)
        if count % every or not synced:
            continue
        path.write_bytes(image)
        repair(path)
        snapshots[synced - 1].hold(content_of(path, folder / f"cut{count}"))
        done += 1
    return done
