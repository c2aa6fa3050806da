# SPDX-License-Identifier: BSD-2-Clause
"""What a file server has to do, said once more in Python, besides user/abi/stream.h and user/abi/file.h.

`Model` and `Server`, which asks the real one on the host, take the same calls: call(function, capability, words...,
texts or bytes, room=) answers with (error, bytes of the reply, capability in the reply).
"""

import itertools
import pathlib
import re
import struct
import subprocess
import tarfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
HEADERS = "pm/abi/errors.h", "user/abi/stream.h", "user/abi/file.h", "kernel/abi/process.h", "kernel/abi/door.h"
BLOCK, SIZE_MAX, BUFFER = 4096, 0x7fffffff, 4095


def constants():
    text = "".join((ROOT / name).read_text() for name in HEADERS)
    found = {name: int(value, 0) for name, value in re.findall(r"^#define (\w+) +(0x[0-9a-f]+|\d+)u?\b", text, re.MULTILINE)}
    found.update((name, 1 << int(bit)) for name, bit in re.findall(r"^#define (RIGHT_\w+) +\(1u << (\d)\)", text, re.MULTILINE))
    return type("Constants", (), found)


C = constants()
ERR_MESSAGE = 1
MAPPED, LESS = 0xffff0000, 0xffff0008  # host/files.c
GIVEN = C.RIGHT_COPY | C.RIGHT_MOVE
READ, WRITE = C.RIGHT_READ | GIVEN, C.RIGHT_READ | C.RIGHT_WRITE | C.RIGHT_DELETE | GIVEN


def words(*numbers):
    return struct.pack(f"<{len(numbers)}I", *numbers)


def text(path):
    return words(len(path)) + path


class Capability:
    """What the client has: for the server a cookie, for the model a node."""

    def __init__(self, cookie, rights, node=None):
        self.cookie, self.rights, self.node = cookie, rights, node

    def may(self, function):
        kind = function & 7
        return kind == 0 or bool(self.rights >> kind & 1)


class Server:
    """The real server's code, in a process of its own."""

    def __init__(self, program, blocks=4096, memory=1 << 30, nodes=4095, archive=None):
        words = [program, blocks, memory, nodes, *([archive] if archive else [])]
        self.process = subprocess.Popen([str(w) for w in words], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.whole = self._get(1) != b"\0"

    def _get(self, size):
        got = self.process.stdout.read(size)
        if len(got) != size:
            raise AssertionError(self.process.communicate()[1].decode(errors="replace"))
        return got

    def raw(self, function, cookie, total, data, descriptors=0, payload=None):
        payload = data if payload is None else payload
        sizes = total << 20 | len(data) << 8 | descriptors
        self.process.stdin.write(words(function, cookie, sizes, len(payload)) + payload)
        self.process.stdin.flush()
        error, rights, cookie, size = struct.unpack("<4I", self._get(16))
        return error, self._get(size), Capability(cookie, rights) if rights else None

    def call(self, function, capability, data, room=BUFFER):
        assert capability.may(function)  # the kernel sees to it
        return self.raw(function, capability.cookie, max(room, len(data)), data)

    def touch(self, number, offset, data, size):
        """As who has mapped this object: None, or what is there when that has been written."""
        error, reply, _none = self.raw(MAPPED, 0, 0, words(number, offset, size) + data)
        return None if error else reply

    def take(self, pages):
        """So many pages go to somebody else, which the server is not told."""
        self.raw(LESS, 0, 0, words(pages))

    def close(self):
        assert self.process.communicate()[1] == b"" and self.process.returncode == 0


class Node:
    def __init__(self, kind):
        self.kind, self.size, self.time = kind, 0, 0
        self.blocks = {}       # content of files: zeros where there is none
        self.stored = set()    # which of them take room in the server
        self.entries = {}      # of a directory
        self.parent = self.name = None
        self.alive = True
        self.given = False     # somebody has mapped it: all of its blocks are stored

    @property
    def directory(self):
        return self.kind == C.STREAM_DIRECTORY

    def read(self, offset, size):
        end, out = min(offset + size, self.size), b""
        while offset < end:
            at = offset % BLOCK
            part = min(BLOCK - at, end - offset)
            out += bytes(self.blocks.get(offset // BLOCK, bytes(BLOCK))[at:at + part])
            offset += part
        return out

    def fill(self, offset, data):
        while data:
            at = offset % BLOCK
            block = self.blocks.setdefault(offset // BLOCK, bytearray(BLOCK))
            part = data[:BLOCK - at]
            block[at:at + len(part)] = part
            offset, data = offset + len(part), data[len(part):]

    def clear_end(self):
        """What was written behind the end where it is mapped is not part of the file."""
        if self.size % BLOCK and self.size // BLOCK in self.blocks:
            self.blocks[self.size // BLOCK][self.size % BLOCK:] = bytes(-self.size % BLOCK)

    def touch(self, offset, data, size):
        """As who has mapped it: None, or what is there then."""
        if not self.alive or offset // BLOCK >= -(-self.size // BLOCK):
            return None
        self.fill(offset, data)
        return bytes(self.blocks.get(offset // BLOCK, bytes(BLOCK))[offset % BLOCK:][:size])

    def cut(self, size):
        for index in [i for i in self.blocks if i * BLOCK >= size]:
            del self.blocks[index]
        self.stored = {i for i in self.stored if i * BLOCK < size}
        if size % BLOCK and size // BLOCK in self.blocks:
            self.blocks[size // BLOCK][size % BLOCK:] = bytes(BLOCK - size % BLOCK)


class Failed(Exception):
    def __init__(self, error):
        self.error = error


def must(condition, error):
    if not condition:
        raise Failed(error)


class Place:
    def __init__(self, node):
        self.node, self.directory, self.name = node, None, None


class Model:
    def __init__(self, blocks=4096, nodes=4095, most=None):
        self.limit, self.nodes = blocks, nodes
        self.most = blocks if most is None else most  # blocks that its manager gives it
        self.now = self.count = self.used = 0
        self.root = Node(C.STREAM_DIRECTORY)

    # --- Changes that nobody asked for by a message

    def enter(self, directory, name, node):
        assert name not in directory.entries
        directory.entries[name] = node
        node.parent, node.name = directory, name
        directory.time = self.now

    def leave(self, node):
        del node.parent.entries[node.name]
        node.parent.time = self.now

    def make(self, directory, name, kind):
        node = Node(kind)
        self.enter(directory, name, node)
        node.time = self.now
        self.count += 1
        return node

    def drop(self, node):
        self.leave(node)
        node.alive = False
        self.count -= 1
        self.used -= len(node.stored)

    def load(self, path):
        """The boot archive, as another reader of tar files sees it; directories come where they are missing."""
        with tarfile.open(path, "r:") as archive:
            for member in archive:
                if member.isdir() or member.isreg():
                    self.load_member(member, archive.extractfile(member).read() if member.isreg() else b"")

    def load_member(self, member, content):
        names = [name for name in member.name.encode(errors="surrogateescape").split(b"/") if name not in (b"", b".")]
        node = self.root
        for i, name in enumerate(names):
            kind = C.STREAM_FILE if member.isreg() and i == len(names) - 1 else C.STREAM_DIRECTORY
            if not node.directory or len(name) >= C.FILE_NAME_MAX or name not in node.entries and self.count == self.nodes:
                return
            node = node.entries.get(name) or self.make(node, name, kind)
        if member.isreg() and not node.directory:
            node.cut(0)
            node.fill(0, content)
            node.size = len(content)

    # --- Paths

    @staticmethod
    def walk(start, path):
        place = Place(start)
        for name in path.split(b"\0")[0].split(b"/"):
            if not name:
                continue
            must(place.node, C.ERR_NO_FILE)
            must(place.node.directory, C.ERR_NO_DIRECTORY)
            if name == b".":
                place = Place(place.node)
            elif name == b"..":
                place = Place(place.node if place.node is start else place.node.parent)
            else:
                must(len(name) < C.FILE_NAME_MAX and all(c >= 32 and c != 127 for c in name), C.ERR_FILE_NAME)
                place.directory, place.name = place.node, name
                place.node = place.directory.entries.get(name)
        return place

    # --- Messages

    def call(self, function, capability, data, room=BUFFER):
        self.now += 1
        room = max(room, len(data))
        try:
            must(function in self.HANDLERS, ERR_MESSAGE)
            kind, form, handler = self.HANDLERS[function]
            node = capability.node
            must(node.alive, C.ERR_STALE)
            if kind and node.kind != kind:
                raise Failed(C.ERR_DIRECTORY if kind == C.STREAM_FILE else C.ERR_NO_DIRECTORY)
            parts = self.parse(form, data)
            must(room >= 8, ERR_MESSAGE)
            reply, given = handler(self, node, room, *parts)
            must(len(reply) + (4 if given else 0) <= room, ERR_MESSAGE)
            return 0, reply, given
        except Failed as failed:
            return failed.error, b"", None

    @staticmethod
    def parse(form, data):
        """w: a word, t: a text, b: the rest"""
        parts = []
        for letter in form:
            if letter == "b":
                parts, data = [*parts, data], b""
                continue
            must(len(data) >= 4, ERR_MESSAGE)
            word, data = struct.unpack_from("<I", data)[0], data[4:]
            if letter == "t":
                must(word < C.FILE_PATH_MAX and word <= len(data), ERR_MESSAGE)
                word, data = data[:word], data[word:]
            parts.append(word)
        must(not data, ERR_MESSAGE)
        return parts

    @staticmethod
    def value(value=0):
        return words(value, 0), None

    def read(self, node, room, offset, size, flags):
        must(flags in (0, C.STREAM_RAW), ERR_MESSAGE)
        data = node.read(offset, min(size, C.STREAM_MAX, room - 8))
        return self.value(len(data))[0] + data, None

    def write(self, node, _room, offset, data):
        must(len(data) <= C.STREAM_MAX, ERR_MESSAGE)
        offset = node.size if offset == 0xffffffff else offset
        end = offset + len(data)
        must(end <= SIZE_MAX, C.ERR_FILE_BIG)
        if data:
            self.store(node, range(offset // BLOCK, (end - 1) // BLOCK + 1), end)
            node.fill(offset, data)
            node.size, node.time = max(node.size, end), self.now
        return self.value(len(data))

    def store(self, node, touched, end):
        """These blocks, and all up to the end if the file is mapped, take room from now on."""
        touched = set(touched)
        if node.given:
            must(end <= self.limit * BLOCK, C.ERR_NO_SPACE)
            touched |= set(range(-(-end // BLOCK)))
        used = self.used + len(touched - node.stored)
        must(used <= min(self.limit, self.most), C.ERR_NO_SPACE)
        self.used = used
        node.stored |= touched
        if node.given and end > node.size:
            node.clear_end()

    def resize(self, node, _room, size):
        must(size <= SIZE_MAX, C.ERR_FILE_BIG)
        if size > node.size:
            self.store(node, [], size)
        stored = len(node.stored)
        if size < node.size:
            node.cut(size)
        self.used -= stored - len(node.stored)
        node.size, node.time = size, self.now
        return self.value()

    def map(self, node, room):
        return self.give(node, room, READ)

    def map_write(self, node, room):
        return self.give(node, room, READ | C.RIGHT_WRITE)

    def give(self, node, room, rights):
        must(room >= 12, ERR_MESSAGE)
        must(node.size <= self.limit * BLOCK, C.ERR_NO_SPACE)
        self.store(node, range(-(-node.size // BLOCK)), node.size)
        node.given = True
        node.clear_end()
        return self.value(node.size)[0], Capability(None, rights, node)

    def sync(self, _node, _room):
        return self.value()

    def view(self, node):
        """The number of a node is the server's own business: see same_reply()."""
        size = len(node.entries) if node.directory else node.size
        return words(0, 0, node.kind, size, 0, node.time)

    def stat(self, node, _room):
        return self.view(node), None

    def open(self, node, room, path):
        node = self.walk(node, path).node
        must(node, C.ERR_NO_FILE)
        must(room >= 12, ERR_MESSAGE)
        return self.value(node.kind)[0], Capability(None, READ, node)

    def open_write(self, node, room, flags, path):
        must(flags < 16, ERR_MESSAGE)
        place, create = self.walk(node, path), flags & C.FILE_CREATE
        node, make, truncate = place.node, flags & C.FILE_MAKE, flags & C.FILE_TRUNCATE
        if node:
            must(not flags & C.FILE_NEW, C.ERR_FILE_EXISTS)
            if node.directory:
                must(not truncate and (make or not create), C.ERR_DIRECTORY)
            else:
                must(not make, C.ERR_NO_DIRECTORY)
        else:
            must(create, C.ERR_NO_FILE)
            must(self.count < self.nodes, C.ERR_NO_SPACE)
        must(room >= 12, ERR_MESSAGE)
        if node and truncate:
            self.resize(node, room, 0)
        elif not node:
            node = self.make(place.directory, place.name, C.STREAM_DIRECTORY if make else C.STREAM_FILE)
        return self.value(node.kind)[0], Capability(None, WRITE, node)

    def remove(self, node, _room, path):
        place = self.walk(node, path)
        must(place.directory, C.ERR_FILE_NAME)
        must(place.node, C.ERR_NO_FILE)
        must(not place.node.entries, C.ERR_NOT_EMPTY)
        self.drop(place.node)
        return self.value()

    def rename(self, node, _room, old, new):
        old, new = self.walk(node, old), self.walk(node, new)
        must(old.directory and new.directory, C.ERR_FILE_NAME)
        must(old.node, C.ERR_NO_FILE)
        if old.node is not new.node:
            above = new.directory
            while above:
                must(above is not old.node, C.ERR_INTO_ITSELF)
                above = above.parent
            must(not (new.node and new.node.directory), C.ERR_DIRECTORY)
            if new.node:
                self.drop(new.node)
            self.leave(old.node)
            self.enter(new.directory, new.name, old.node)
        return self.value()

    def list(self, node, _room, index):
        entry = next(itertools.islice(node.entries.values(), index, None), None)
        must(entry, C.ERR_NO_FILE)
        return self.view(entry) + entry.name.ljust(C.FILE_NAME_MAX, b"\0"), None

    def space(self, _node, _room):
        return words(0, 0, self.limit * BLOCK, (self.limit - self.used) * BLOCK, self.count), None

    HANDLERS = {
        C.STREAM_READ: (C.STREAM_FILE, "www", read),
        C.STREAM_WRITE: (C.STREAM_FILE, "wb", write),
        C.STREAM_STAT: (0, "", stat),
        C.FILE_OPEN: (0, "t", open),
        C.FILE_OPEN_WRITE: (0, "wt", open_write),
        C.FILE_REMOVE: (C.STREAM_DIRECTORY, "t", remove),
        C.FILE_RENAME: (C.STREAM_DIRECTORY, "tt", rename),
        C.FILE_LIST: (C.STREAM_DIRECTORY, "w", list),
        C.FILE_RESIZE: (C.STREAM_FILE, "w", resize),
        C.FILE_SPACE: (C.STREAM_DIRECTORY, "", space),
        C.FILE_MAP: (C.STREAM_FILE, "", map),
        C.FILE_MAP_WRITE: (C.STREAM_FILE, "", map_write),
        C.FILE_SYNC: (0, "", sync),
    }
