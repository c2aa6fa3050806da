# SPDX-License-Identifier: BSD-2-Clause
"""A client of a file server that does anything, out of a seed, and asks the model and the real one the same."""

import random
import struct
import weakref

from file_model import BLOCK, C, SIZE_MAX, Capability, text, words

NAMES = [b"a", b"b", b"c", b"etc", b"motd", b"x" * 31, b"\xc3\xa4"]
ODD = [b"", b".", b"..", b"...", b"x" * 32, b"new\n", b"\x7f", b" "]
DIRECTORY = C.FILE_CREATE | C.FILE_MAKE


class Difference(AssertionError):
    pass


class Player:
    def __init__(self, seed, server, model):
        self.random, self.server, self.model = random.Random(seed), server, model
        self.root = Capability(0, 0x3e, model.root)
        self.capabilities = [self.root]
        self.ids = {0: model.root}
        self.mapped = []     # objects, by their numbers, and whose they are
        self.failed = set()  # the errors that have come, each of which some test wants to see

    # --- The same to both

    def ask(self, function, capability, data, room=4095):
        got = self.server.call(function, capability, data, room)
        want = self.model.call(function, capability, data, room)
        what = f"{function:#x} {data[:80]} room {room}: {str(got)[:200]}, not {str(want)[:200]}"
        if got[0] != want[0] or bool(got[2]) != bool(want[2]):
            raise Difference(what)
        if function in (C.STREAM_STAT, C.FILE_LIST) and not got[0]:
            self.same_id(capability, function, data, got[1])
            got = (0, got[1][:16] + bytes(4) + got[1][20:], None)
        if got[1] != want[1]:
            raise Difference(what)
        self.failed.add(got[0])
        if got[2]:
            if got[2].rights != want[2].rights:
                raise Difference(what)
            if function in (C.FILE_MAP, C.FILE_MAP_WRITE):
                self.map(got[2].cookie, want[2].node)
                return got
            self.meet(got[2].cookie, want[2].node)
            got[2].node = want[2].node
        return got

    def meet(self, number, node):
        """Nobody who is gone is to be taken for somebody who is there: a number names one node for ever."""
        if self.ids.setdefault(number, node) is not node:
            raise Difference(f"{number:#x} means two files")

    def map(self, number, node):
        """It stays one object as long as it is a file."""
        if any((number, node) != known and (number == known[0] or node is known[1]) for known in self.mapped):
            raise Difference(f"{number} is not the file's object")
        if (number, node) not in self.mapped:
            self.mapped.append((number, node))

    def touch(self):
        """Somebody who has mapped a file reads and writes there."""
        r, (number, node) = self.random, self.random.choice(self.mapped)
        offset = min(self.number(node.size), SIZE_MAX)
        most = BLOCK - offset % BLOCK
        data, size = r.randbytes(r.choice([0, 1, 50, 3000]))[:most], min(r.choice([0, 1, 50, 4000]), most)
        if (got := self.server.touch(number, offset, data, size)) != (want := node.touch(offset, data, size)):
            raise Difference(f"at {offset:#x} of object {number}: {str(got)[:200]}, not {str(want)[:200]}")
        if not node.alive:
            self.mapped.remove((number, node))

    def same_id(self, capability, function, data, view):
        node = capability.node
        if function == C.FILE_LIST:
            node = list(node.entries.values())[struct.unpack("<I", data)[0]]
        self.meet(struct.unpack_from("<I", view, 16)[0], node)

    # --- Anything

    def path(self):
        r = self.random
        if r.random() < 0.1:
            return b"/".join(r.choice(NAMES + ODD + [b".."] * 4) for _ in range(r.randrange(6)))
        parts = [r.choice(NAMES[:5]) for _ in range(r.choice([1, 1, 1, 2, 2, 3]))]
        if r.random() < 0.1:
            parts.insert(r.randrange(len(parts) + 1), r.choice([b"..", b".", b""]))
        return b"/".join(parts)

    def number(self, near):
        r = self.random
        common = [near, r.randrange(near + 1), r.randrange(3 * BLOCK)]
        rare = [0, near + r.randrange(-9, 9), r.randrange(5) * BLOCK + r.randrange(-3, 4), r.randrange(near + 3000),
                r.randrange(8) * 1023 * BLOCK, SIZE_MAX - r.randrange(9), 0xffffffff - r.randrange(5000), r.getrandbits(32)]
        return max(0, r.choice(rare if r.random() < 0.2 else common)) % (1 << 32)

    def content(self):
        r = self.random
        size = r.choice([0, 1, 7, 100, 1000, 2000, 4000, 4000, r.randrange(4001), 4001])
        return r.randbytes(1) * size if r.random() < 0.5 else r.randbytes(size)

    def a_file(self, kind=None):
        r = self.random
        fitting = [c for c in self.capabilities if not kind or c.node.kind == kind]
        return r.choice(fitting if fitting and r.random() < 0.95 else self.capabilities)

    def message(self):
        """A function, a capability and data that a client might send."""
        weights = {C.STREAM_READ: 8, C.STREAM_WRITE: 14, C.FILE_RESIZE: 3, C.STREAM_STAT: 2, C.FILE_OPEN: 6, C.FILE_OPEN_WRITE: 9,
                   C.FILE_LIST: 3, C.FILE_REMOVE: 5, C.FILE_RENAME: 4, C.FILE_SPACE: 1, 0x8008: 1, 0x8082: 1}
        if self.server:  # else there is nobody who maps it
            weights |= {C.FILE_MAP: 1, C.FILE_MAP_WRITE: 1, C.FILE_SYNC: 1}
        function = self.random.choices(list(weights), weights.values())[0]
        if self.random.random() < 0.02:
            return function, self.a_file(), self.random.randbytes(self.random.randrange(14))
        if function in (C.FILE_MAP, C.FILE_MAP_WRITE, C.FILE_SYNC):
            return function, self.a_file(C.STREAM_FILE), b""
        if function in (C.STREAM_READ, C.STREAM_WRITE, C.FILE_RESIZE):
            file = self.a_file(C.STREAM_FILE)
            return function, file, self.data_message(function, file.node.size)
        directory = self.a_file(C.STREAM_DIRECTORY)
        return function, directory, self.name_message(function, len(directory.node.entries))

    def data_message(self, function, size):
        r, offset = self.random, self.number(size)
        if function == C.STREAM_READ:
            return words(offset, r.choice([4000, 100, 5000, self.number(size)]), r.choice([0, 0, 0, C.STREAM_RAW, 2]))
        if function == C.STREAM_WRITE:
            return words(offset if r.random() < 0.7 else 0xffffffff) + self.content()
        return words(offset)

    def name_message(self, function, entries):
        r = self.random
        if function == C.FILE_OPEN_WRITE:
            flags = r.choice([0, C.FILE_CREATE, C.FILE_CREATE, C.FILE_TRUNCATE, DIRECTORY, DIRECTORY | C.FILE_NEW, r.randrange(17)])
            return words(flags) + text(self.path())
        if function == C.FILE_LIST:
            return words(r.randrange(entries + 2))
        if function == C.FILE_RENAME:
            old, new = self.path(), self.path()
            return text(old) + text(old + b"/" + new if r.random() < 0.2 else new)
        return text(self.path()) if function in (C.FILE_OPEN, C.FILE_REMOVE) else b""

    def play(self, steps):
        r = self.random
        for _ in range(steps):
            if self.mapped and r.random() < 0.1:
                self.touch()
            function, capability, data = self.message()
            if self.server and not capability.may(function):
                continue  # the kernel would say so
            if r.random() < 0.02:
                data = data[:-1] if r.random() < 0.5 else data + b"\0"
            room = r.randrange(60) if r.random() < 0.02 else r.choice([4095, 4095, 4095, 64, 2000])
            _error, _reply, given = self.ask(function, capability, data, room)
            if function in (C.FILE_MAP, C.FILE_MAP_WRITE):
                continue
            if given and len(self.capabilities) < 60:
                self.capabilities.append(given)
            elif given:
                self.capabilities[r.randrange(1, 60)] = given

    # --- All that there is

    def take_everything(self, capability=None):
        """Capabilities of all files and directories, that can be written."""
        capability = capability or self.root
        for name in list(capability.node.entries):
            _error, _reply, child = self.ask(C.FILE_OPEN_WRITE, capability, words(0) + text(name))
            self.capabilities.append(child)
            if child.node.directory:
                self.take_everything(child)

    def crowd(self, files, blocks):
        """Many small files, and one of many blocks: more than there is room for, unless there is much."""
        made = []
        for i in range(files):
            error, _reply, file = self.ask(C.FILE_OPEN_WRITE, self.root, words(C.FILE_CREATE) + text(b"file %d" % i))
            if not error:
                self.ask(C.STREAM_WRITE, file, words(i) + b"%d" % i)
                made.append(file)
        for i in range(blocks):
            self.ask(C.STREAM_WRITE, made[0], words(i * BLOCK) + b"%d" % i)
        for file in made:
            self.ask(C.STREAM_READ, file, words(0, BLOCK, 0))
        for i in range(blocks):
            self.ask(C.STREAM_READ, made[0], words(i * BLOCK, 9, 0))

    def nest(self):
        """A directory does not move below itself, however deep."""
        path = b"d"
        for _ in range(4):
            self.ask(C.FILE_OPEN_WRITE, self.root, words(DIRECTORY) + text(path))
            self.ask(C.FILE_RENAME, self.root, text(b"d") + text(path + b"/d"))
            path += b"/d"

    def everything(self, capability=None):
        """Each directory as it is listed, each file as it is read."""
        capability = capability or self.root
        for index, name in enumerate([*capability.node.entries, None]):
            error, reply, _none = self.ask(C.FILE_LIST, capability, words(index))
            if name is None:
                assert error == C.ERR_NO_FILE
                return
            assert reply[24:].rstrip(b"\0") == name
            _error, _reply, child = self.ask(C.FILE_OPEN, capability, text(name))
            if child.node.directory:
                self.everything(child)
            else:
                self.whole_file(child)

    def whole_file(self, file):
        """Around each block that has something, and at the end."""
        blocks = {0, file.node.size // BLOCK} | {i + d for i in file.node.blocks for d in (-1, 0, 1)}
        for index in sorted(blocks):
            if index >= 0:
                for half in (0, BLOCK // 2):
                    self.ask(C.STREAM_READ, file, words(index * BLOCK + half, BLOCK // 2, 0))
        self.ask(C.STREAM_STAT, file, b"")

    def clear(self, capability=None):
        """All is removed; then there is as much space as there was before there was anything."""
        top = capability is None
        capability = capability or self.root
        for name in list(capability.node.entries):
            _error, _reply, child = self.ask(C.FILE_OPEN_WRITE, capability, words(0) + text(name))
            if child.node.directory:
                self.clear(child)
            self.ask(C.FILE_REMOVE, capability, text(name))
        if top:
            self.no_space_is_lost()

    def no_space_is_lost(self):
        error, reply, _none = self.ask(C.FILE_SPACE, self.root, b"")
        _value, _error, room, free, files = struct.unpack("<5I", reply)
        assert not error and room == free and files == 0


SLOTS = 256  # capabilities that user/pmtests/files.c remembers
ERR_RIGHT = 0xff06


def padded(data):
    return data + bytes(-len(data) % 4)


class Script(Player):
    """A play that is written down for user/pmtests/files.c, which acts it on the machine."""

    def __init__(self, seed, model):
        super().__init__(seed, None, model)
        self.root.slot, self.free = 0, list(range(1, SLOTS))
        self.script, self.steps = b"", 0
        # In a directory of its own: the server has its archive's files, too.
        _error, _reply, self.root = self.ask(C.FILE_OPEN_WRITE, self.root, words(DIRECTORY) + text(b"play"))
        self.capabilities = [self.root]

    def no_space_is_lost(self):
        """How much there is depends on the machine; user/pmtests/files.c looks at it."""

    def objects(self, node=None):
        """For each the server has a descriptor."""
        node = node or self.model.root
        return bool(node.stored or node.given) + sum(map(self.objects, node.entries.values()))

    def ask(self, function, capability, data, room=4095, repeat=1):
        if function == C.FILE_SPACE and capability.may(function):
            return 0, b"", None
        if capability.may(function):
            for _ in range(repeat):
                error, reply, given = self.model.call(function, capability, data, room)
        else:
            error, reply, given = ERR_RIGHT, b"", None
        wanted = reply[:16] + bytes(8) + reply[24:] if function in (C.STREAM_STAT, C.FILE_LIST) else reply
        if given:
            given.slot = self.free.pop()
            weakref.finalize(given, self.free.append, given.slot)
        self.script += words(function, capability.slot, max(room, len(data)), len(data), repeat, error,
                                   given.rights if given else 0, given.slot if given else 0, len(wanted))
        self.script += padded(data) + padded(wanted)
        self.steps += 1
        self.failed.add(error)
        return error, reply, given
