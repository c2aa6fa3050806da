# SPDX-License-Identifier: BSD-2-Clause
"""The ext2 server's code on the host, under sanitizers, on images that e2fsprogs make, check and read.

LINTEL_LONG=1 goes on for minutes.
"""

import pathlib
import random
import shutil
import struct
import tempfile

import pytest

from ext2_play import (BAD, EVICT, FAIL, FAILED, FILE_MAP, FILE_MAP_WRITE, FILE_SYNC, HELD, LOAD, MAPS, MARK, PAGES, STORE, Ext2,
                       Ext2Player, History, Mover, an_image, check, content_of, cut, play, record, repair, tool)
from file_model import C, ERR_MESSAGE, ROOT, text, words
from test_fm import FLAGS, hostile_message
from test_host import HOST, KERNEL, LONG, run

EXT2, LIB, SYS = ROOT / "user/ext2", ROOT / "user/lib", ROOT / "user/sys"
INCLUDE = [f"-I{KERNEL}", f"-I{ROOT / 'pm'}", "-iquote", EXT2, "-iquote", ROOT / "user", "-iquote", LIB, "-iquote", SYS]
SOURCES = sorted(set(EXT2.glob("*.c")) - {EXT2 / "main.c", EXT2 / "disk.c"})  # those talk to others
PAGE = 4096
SMALL = "1M", 1024, "-g", 512, "-N", 128  # two groups
ERR_NO_ACCESS, ERR_DISK, ERR_FORMAT = 0x106, 0x240, 0x242


def compiled(source, target):
    done = run("gcc", *FLAGS, *INCLUDE, "-c", source, "-o", target, timeout=120)
    assert done.returncode == 0, done.stdout


def link(objects, program):
    done = run("gcc", *FLAGS, *objects, "-o", program, timeout=120)
    assert done.returncode == 0, done.stdout
    return program


@pytest.fixture(scope="session")
def objects(tmp_path_factory):
    folder = tmp_path_factory.mktemp("ext2")
    for source in [*SOURCES, SYS / "window.c", LIB / "message.c", HOST / "ext2.c"]:
        compiled(source, folder / f"{source.parent.name}-{source.stem}.o")
    return folder


@pytest.fixture(scope="session")
def program(objects):
    return link(objects.glob("*.o"), objects / "program")


@pytest.fixture
def changed(objects, tmp_path):
    """The program with one of its files changed: a text that stands there once becomes another."""
    def made(file, old, new):
        source = SYS / file if file == "window.c" else EXT2 / file
        content = source.read_text()
        assert content.count(old) == 1
        (tmp_path / file).write_text(content.replace(old, new))
        compiled(tmp_path / file, tmp_path / "changed.o")
        others = [path for path in objects.glob("*.o") if path.name != f"{source.parent.name}-{source.stem}.o"]
        return link([*others, tmp_path / "changed.o"], tmp_path / "program")
    return made


@pytest.fixture
def small(tmp_path):
    return an_image(tmp_path / "small.img", *SMALL)


def made(server, path, flags=C.FILE_CREATE):
    error, _reply, capability = server.call(C.FILE_OPEN_WRITE, server.root, words(flags) + text(path))
    assert not error, hex(error)
    return capability


def write(server, file, data, at=0):
    for i in range(0, len(data), 4000):
        error, _reply, _none = server.call(C.STREAM_WRITE, file, words(at + i) + data[i:i + 4000])
        if error:
            return error
    return 0


def read(server, file, size, at=0):
    got = b""
    while len(got) < size:
        error, reply, _none = server.call(C.STREAM_READ, file, words(at + len(got), size - len(got), 0))
        assert not error, hex(error)
        if len(reply) == 8:
            break
        got += reply[8:]
    return got


def free_bytes(server):
    return struct.unpack("<5I", server.call(C.FILE_SPACE, server.root, b"")[1])[3]


def remove(server, path):
    assert server.call(C.FILE_REMOVE, server.root, text(path))[0] == 0


def fill(server, path, free=0):
    """Files, the last ones of a block each, that leave so many bytes of the disk."""
    file, size = made(server, path), 0
    while not write(server, file, b"x" * 1000, size):
        size += 1000
    if free_bytes(server) < free:
        assert server.call(C.FILE_RESIZE, file, words(size // 1024 * 1024 - free))[0] == 0
        server.sync()
    while free_bytes(server) > free:
        assert write(server, made(server, path + b"%d" % free_bytes(server)), b"x") == 0
    assert free_bytes(server) == free


# --- Plays

@pytest.mark.timeout(3600)
@pytest.mark.parametrize("block", [1024, 2048, 4096])
def test_play(program, block, tmp_path):
    for seed in range(100 if LONG else 3):
        play(program, an_image(tmp_path / "i.img", "64M", block), seed, 700, tmp_path / f"out{seed}")


@pytest.mark.parametrize("how", [("-r", 0), ("-O", "none"), ("-I", 128), ("-O", "^dir_index,^resize_inode,^ext_attr"), ("-g", 1024)],
                         ids=["revision 0", "no features", "small inodes", "few features", "small groups"])
def test_other_formats(program, how, tmp_path):
    play(program, an_image(tmp_path / "i.img", "64M", 1024, *how), 7, 500, tmp_path / "out")


@pytest.mark.timeout(3600)
def test_power_cuts(program, tmp_path):
    for seed in range(30 if LONG else 2):
        image = an_image(tmp_path / "i.img", "1M")
        before, folder = image.read_bytes(), tmp_path / f"cuts{seed}"
        folder.mkdir()
        history, snapshots = record(program, image, seed, tmp_path / "log")
        check(image)
        assert any(snapshot.content for snapshot in snapshots)
        assert cut(history, snapshots, before, folder, 1 if LONG else 3) > 50


def test_pages_are_few(program, tmp_path):
    """The manager has memory for so few pages that most of what is opened was closed before."""
    image = an_image(tmp_path / "i.img", "64M")
    server = Ext2(program, image)
    server.control(PAGES, 0, words(90))
    player = Ext2Player(3, server)
    player.number = lambda near: player.random.randrange(60_000)
    player.play(1500)
    player.everything()
    player.sync()
    check(image)


def test_more_metadata_than_the_cache_has(program, tmp_path):
    """Files with an indirect block each, more than are in memory, again and again."""
    image = an_image(tmp_path / "i.img", "16M")
    server = Ext2(program, image)
    files = [made(server, b"file %d" % i) for i in range(130)]
    contents = [b""] * len(files)
    for turn in range(3):
        for i, file in enumerate(files):
            data = bytes([i, turn]) * 1000 * (8 - 3 * turn)
            assert write(server, file, data, len(contents[i])) == 0
            contents[i] += data
        server.control(EVICT)
        for i, file in enumerate(files):
            assert read(server, file, 40_000) == contents[i]
    for i in range(0, len(files), 3):
        assert server.call(C.FILE_REMOVE, server.root, text(b"file %d" % i))[0] == 0
    server.sync()
    check(image)
    made(server, b"not flushed")
    server.control(EVICT)
    for i, file in enumerate(files):
        assert i % 3 == 0 or read(server, file, 40_000) == contents[i]
    assert b"not flushed" not in image.read_bytes()
    want = {b"file %d" % i: data for i, data in enumerate(contents) if i % 3}
    assert content_of(image, tmp_path / "more") == {**want, b"lost+found": None}
    server.close()


# --- What others have written

def tree(folder):
    """Files of all sizes; names that are none here; what is neither file nor directory; one file with two names."""
    r = random.Random(1)
    (folder / "a/b/c").mkdir(parents=True)
    for i, size in enumerate([0, 1, 1023, 1024, 12 * 1024, 12 * 1024 + 1, 300_000, 268 * 1024 + 7]):
        (folder / f"a/f{i}").write_bytes(r.randbytes(size))
    with (folder / "a/b/sparse").open("wb") as file:
        file.seek(70_000_000)
        file.write(b"end")
    (folder / "a/b/c" / ("n" * 32)).write_bytes(b"long")
    (folder / "a/b/c" / ("n" * 31)).write_bytes(b"short")
    (folder / "a/link").symlink_to("f1")
    (folder / "twice").write_bytes(b"twice")
    (folder / "again").hardlink_to(folder / "twice")
    return folder


@pytest.fixture
def filled(tmp_path):
    (tmp_path / "tree").mkdir()
    return an_image(tmp_path / "filled.img", "4M", 1024, "-d", tree(tmp_path / "tree"))


def names(server, directory):
    found = []
    while not (reply := server.call(C.FILE_LIST, directory, words(len(found))))[0]:
        found.append(reply[1][24:].rstrip(b"\0").decode())
    assert reply[0] == C.ERR_NO_FILE
    return sorted(found)


def test_files_of_others(program, filled, tmp_path):
    server = Ext2(program, filled)
    opened = lambda path: server.call(C.FILE_OPEN, server.root, text(path))  # noqa: E731
    assert names(server, server.root) == ["a", "again", "lost+found", "twice"]
    assert names(server, opened(b"a")[2]) == ["b"] + [f"f{i}" for i in range(8)]
    assert names(server, opened(b"a/b/c")[2]) == ["n" * 31]
    for i in range(8):
        want = (tmp_path / f"tree/a/f{i}").read_bytes()
        assert read(server, opened(b"a/f%d" % i)[2], 400_000) == want
    sparse = opened(b"a/b/sparse")[2]
    assert read(server, sparse, 100, 69_999_990) == bytes(10) + b"end"
    assert opened(b"a/link")[0] == ERR_FORMAT and opened(b"a/b/c/" + b"n" * 32)[0] == C.ERR_FILE_NAME
    assert server.call(C.FILE_REMOVE, server.root, text(b"a/b/c"))[0] == C.ERR_NOT_EMPTY
    assert server.call(C.FILE_REMOVE, server.root, text(b"twice"))[0] == 0
    assert opened(b"again")[0] == 0 and read(server, opened(b"again")[2], 9) == b"twice"
    assert server.call(C.FILE_REMOVE, server.root, text(b"a/b/c/" + b"n" * 31))[0] == 0
    server.sync()
    check(filled)
    content = content_of(filled, tmp_path / "out")
    assert content[b"a/b/c/" + b"n" * 32] == b"long" and b"a/b/c/" + b"n" * 31 not in content


def test_index_of_a_directory(program, tmp_path):
    """A directory that is a tree, too, is none any more when its entries have changed."""
    (tmp_path / "tree/d").mkdir(parents=True)
    for i in range(400):
        (tmp_path / f"tree/d/a name of some length {i}").write_bytes(b"")
    image = an_image(tmp_path / "i.img", "4M", 1024, "-d", tmp_path / "tree")
    tool("e2fsck", "-fyD", image, codes=(0, 1))
    server = Ext2(program, image)
    assert len(names(server, server.call(C.FILE_OPEN, server.root, text(b"d"))[2])) == 400
    for i in range(0, 400, 3):
        assert server.call(C.FILE_REMOVE, server.root, text(b"d/a name of some length %d" % i))[0] == 0
        made(server, b"d/new %d" % i)
    server.sync()
    check(image)
    assert len(content_of(image, tmp_path / "out")) == 402


# --- The end of the disk

def test_full_disk(program, small):
    server = Ext2(program, small)
    empty = free_bytes(server)
    file = made(server, b"f")
    size = 0
    while not write(server, file, bytes([size % 251]) * 1000, size):
        size += 1000
    assert free_bytes(server) == 0 and size > empty * 0.95
    assert server.call(C.FILE_OPEN_WRITE, server.root, words(C.FILE_CREATE | C.FILE_MAKE) + text(b"d"))[0] == C.ERR_NO_SPACE
    assert write(server, file, b"over", 500) == 0
    server.sync()
    check(small)
    for at in range(0, size, 1000):
        want = bytes([at % 251]) * 1000
        assert read(server, file, 1000, at) == (want[:500] + b"over" + want[504:] if at == 0 else want)
    assert server.call(C.FILE_RESIZE, file, words(0))[0] == 0
    assert write(server, file, b"x" * 4000) == 0  # what has just been free'd can be used
    assert server.call(C.FILE_REMOVE, server.root, text(b"f"))[0] == 0
    server.sync()
    assert free_bytes(server) == empty
    check(small)


def test_write_for_which_there_is_not_enough(program, small):
    """It needs three blocks, and there is one: nothing changes."""
    server = Ext2(program, small)
    file, filler, size = made(server, b"f"), made(server, b"filler"), 0
    while not write(server, filler, b"x" * 1000, size):
        size += 1000
    assert server.call(C.FILE_RESIZE, filler, words(size - 1024))[0] == 0
    server.sync()
    assert free_bytes(server) == 1024
    assert write(server, file, b"x" * 10, 300 * 1024) == C.ERR_NO_SPACE
    assert free_bytes(server) == 1024 and server.call(C.STREAM_STAT, file, b"")[1][12:16] == words(0)
    server.sync()
    check(small)


def test_write_for_which_there_is_just_enough(program, small):
    """Two blocks, and one that names both."""
    server = Ext2(program, small)
    file = made(server, b"f")
    fill(server, b"filler", 3 * 1024)
    assert write(server, file, b"x" * 2000, 12 * 1024) == 0
    assert free_bytes(server) == 0
    server.sync()
    check(small)


def test_cut_in_the_middle(program, small):
    """Of a block that names blocks that name blocks: what is before the end stays, and all that is behind it is free."""
    server = Ext2(program, small)
    file, data = made(server, b"f"), random.Random(1).randbytes(600_000)
    assert write(server, file, data) == 0
    for size, blocks in [(540_000, 528 + 4), (300_007, 293 + 3), (274_432, 268 + 1), (100_000, 98 + 1), (5000, 5)]:
        before = free_bytes(server)
        assert server.call(C.FILE_RESIZE, file, words(size))[0] == 0
        server.sync()
        server.control(EVICT)
        assert read(server, file, 700_000) == data[:size]
        assert free_bytes(server) > before
        check(small)
        sectors = tool("debugfs", "-R", "stat /f", small).split(b"Blockcount: ")[1].split()[0]
        assert int(sectors) == 2 * blocks


def test_all_inodes_used(program, small):
    server = Ext2(program, small)
    assert server.raw(C.FILE_OPEN_WRITE, 0, 11, words(1) + text(b"x"))[0] == ERR_MESSAGE  # no room for the reply: nothing is made
    count = 0
    while not (reply := server.call(C.FILE_OPEN_WRITE, server.root, words(C.FILE_CREATE) + text(b"file %d" % count)))[0]:
        count += 1
    assert reply[0] == C.ERR_NO_SPACE and count == 128 - 11
    assert server.call(C.FILE_REMOVE, server.root, text(b"file 3"))[0] == 0
    made(server, b"again")
    server.sync()
    check(small)


def test_generation(program, small):
    """A file that is gone is not taken for the one that has its inode, whether all has been written between or not."""
    server = Ext2(program, small)
    seen = set()
    for i in range(300):
        file = made(server, b"f")
        assert file.cookie not in seen
        seen.add(file.cookie)
        assert server.call(C.FILE_REMOVE, server.root, text(b"f"))[0] == 0
        assert server.call(C.STREAM_STAT, file, b"")[0] == C.ERR_STALE
        if i % 3 == 0:
            server.sync()
    server.sync()
    check(small)


# --- Room in directories

DIRECTORY = C.FILE_CREATE | C.FILE_MAKE


def full_directory(server, path, blocks=1):
    """Of blocks of 1 KiB, with 50 names of 12 bytes each (of the first 24 bytes are "." and ".."): no byte is left in them."""
    made(server, path, DIRECTORY)
    for block in range(blocks):
        for i in range(50):
            made(server, path + b"/%02d name %04d" % (block, i))
        if block:
            made(server, path + b"/%02d longer name" % block)  # 24 bytes


def room_in_directories(program, image):
    """Where entries were there is room for one that is as long, and for none that is longer; then the directory has a block more."""
    server = Ext2(program, image)
    full_directory(server, b"d")
    for i in (0, 25, 49):
        before = free_bytes(server)
        remove(server, b"d/00 name %04d" % i)
        made(server, b"d/other name %d" % (i % 10))
        assert free_bytes(server) == before
    for i in (7, 8):
        remove(server, b"d/00 name %04d" % i)
    made(server, b"d/as long as the two together??")
    assert free_bytes(server) == before
    remove(server, b"d/00 name 0010")
    made(server, b"d/longer than it")
    assert free_bytes(server) == before - 1024
    assert len(names(server, server.call(C.FILE_OPEN, server.root, text(b"d"))[2])) == 49
    server.sync()
    check(image)


def test_room_in_directories(program, small):
    room_in_directories(program, small)


def new_files(server):
    return [server.call(C.FILE_OPEN_WRITE, server.root, words(flags) + text(b"d/one too many"))[0] for flags in (C.FILE_CREATE, DIRECTORY)]


def full_directory_on_a_full_disk(program, image, blocks, needed):
    """Its next block needs an indirect one, too, if there are twelve: nothing is made, and nothing taken, while one is missing."""
    server = Ext2(program, image)
    full_directory(server, b"d", blocks)
    file = made(server, b"moves")
    fill(server, b"filler", (needed - 1) * 1024)
    space = server.call(C.FILE_SPACE, server.root, b"")[1]
    assert new_files(server) == [C.ERR_NO_SPACE] * 2
    assert server.call(C.FILE_RENAME, server.root, text(b"moves") + text(b"d/one too many"))[0] == C.ERR_NO_SPACE
    assert server.call(C.STREAM_STAT, file, b"")[0] == 0 and "moves" in names(server, server.root)
    assert server.call(C.FILE_SPACE, server.root, b"")[1] == space
    server.sync()
    check(image)
    remove(server, b"filler")
    fill(server, b"another", needed * 1024)
    assert new_files(server) == [0, C.ERR_NO_DIRECTORY]
    assert free_bytes(server) == 0
    server.sync()
    check(image)


@pytest.mark.parametrize("blocks, needed", [(1, 1), (12, 2)])
def test_full_directory_on_a_full_disk(program, tmp_path, blocks, needed):
    full_directory_on_a_full_disk(program, an_image(tmp_path / "i.img", "1M", 1024, "-N", 1024), blocks, needed)


# --- Mappings

def mapped(server, path):
    file = made(server, path)
    error, reply, object_ = server.call(FILE_MAP_WRITE, file, b"")
    assert not error and object_.rights == 0xf0 and reply[:4] == server.call(C.STREAM_STAT, file, b"")[1][12:16]
    return file


def test_mapping_is_the_file(program, small, tmp_path):
    server = Ext2(program, small)
    file = mapped(server, b"f")
    assert server.call(FILE_MAP, file, b"")[2].rights == 0xd0
    assert server.call(C.FILE_RESIZE, file, words(50_000))[0] == 0
    assert server.control(STORE, file.cookie, words(3, 100) + b"stored") == (0, b"")
    assert read(server, file, 6, 3 * PAGE + 100) == b"stored"
    assert write(server, file, b"written", 5 * PAGE) == 0
    assert server.control(LOAD, file.cookie, words(5, 0, 7)) == (0, b"written")
    assert server.control(STORE, file.cookie, words(12, 49_999 % PAGE) + b"end and more") == (0, b"")
    server.sync(file)
    assert server.call(C.FILE_RESIZE, file, words(50_100))[0] == 0
    server.sync()
    check(small)
    want = bytearray(50_100)
    want[3 * PAGE + 100:3 * PAGE + 106], want[5 * PAGE:5 * PAGE + 7], want[49_999] = b"stored", b"written", ord("e")
    assert content_of(small, tmp_path / "out")[b"f"] == want
    assert server.call(C.FILE_RESIZE, file, words(3 * PAGE + 102))[0] == 0
    assert server.control(LOAD, file.cookie, words(3, 100, 6)) == (0, b"st" + bytes(4))


def test_what_lies_behind_the_end(program, filled, tmp_path):
    """Others may have left anything in a file's last block."""
    content = (tmp_path / "tree/a/f2").read_bytes()
    image = bytearray(filled.read_bytes())
    image[image.find(content) + len(content)] = 0xaa
    filled.write_bytes(image)
    server = Ext2(program, filled)
    file = server.call(C.FILE_OPEN_WRITE, server.root, words(0) + text(b"a/f2"))[2]
    assert server.call(FILE_MAP, file, b"")[0] == 0
    assert server.control(LOAD, file.cookie, words(0, 1022, 3)) == (0, content[-1:] + bytes(2))


def test_mapping_on_a_full_disk(program, small):
    """The page stays dirty, and who syncs hears of it; when there is room, it is written."""
    server = Ext2(program, small)
    file = mapped(server, b"f")
    assert server.call(C.FILE_RESIZE, file, words(10 * PAGE))[0] == 0
    filler = made(server, b"filler")
    size = 0
    while not write(server, filler, b"x" * 1000, size):
        size += 1000
    assert server.control(STORE, file.cookie, words(9, 0) + b"stored") == (0, b"")
    assert server.call(FILE_SYNC, file, b"")[0] == C.ERR_NO_SPACE
    server.control(EVICT)
    assert read(server, file, 6, 9 * PAGE) == b"stored"
    assert server.call(C.FILE_REMOVE, server.root, text(b"filler"))[0] == 0
    server.sync(file)
    check(small)


def test_many_files(program, small):
    """More than have a memory object at a time; one that is mapped keeps its own."""
    server = Ext2(program, small)
    first = mapped(server, b"first")
    assert write(server, first, b"first") == 0
    server.control(MAPS, first.cookie, words(1))
    files = [made(server, b"file %d" % i) for i in range(100)]
    for i, file in enumerate(files):
        assert write(server, file, b"%d" % i) == 0
    assert server.control(STORE, first.cookie, words(0, 0) + b"F") == (0, b"")
    assert read(server, first, 9) == b"First"
    for i, file in enumerate(files):
        assert read(server, file, 9) == b"%d" % i
    server.sync()
    check(small)


def held(server):
    """Objects and pages that it keeps in memory."""
    return struct.unpack("<2I", server.control(HELD)[1])


def test_removed_files_keep_nothing(program, small):
    """Neither object nor page; whoever had it open, or mapped."""
    server = Ext2(program, small)
    kept = made(server, b"kept")
    assert write(server, kept, b"x" * 10_000) == 0
    before = held(server)
    assert before == (1, 3)
    for i in range(70):
        file = mapped(server, b"f")
        assert write(server, file, b"%d" % i * 5000) == 0 and held(server) > before
        if i % 2:
            remove(server, b"f")
        else:
            made(server, b"over")
            assert server.call(C.FILE_RENAME, server.root, text(b"over") + text(b"f"))[0] == 0
            remove(server, b"f")
        assert held(server) == before
    server.sync()
    check(small)


# --- Disks that fail

def test_read_that_fails(program, filled, tmp_path):
    """A page is asked for once more, the next time; the others of the run have come."""
    server, want = Ext2(program, filled), (tmp_path / "tree/a/f7").read_bytes()
    file = server.call(C.FILE_OPEN, server.root, text(b"a/f7"))[2]
    for at in (12_288, 150_000):
        read(server, file, 1, at + 60_000)  # the blocks that name others are in memory
        server.control(BAD, 0, words(ord("R"), 2 * int(tool("debugfs", "-R", f"bmap /a/f7 {at // 1024}", filled).split()[-1])))
        for offset in (at - 8192, at - 4096, at + 4096):  # who reads in order gets some ahead
            assert read(server, file, 10, offset) == want[offset:offset + 10]
        for _ in range(2):
            assert server.call(C.STREAM_READ, file, words(at, 10, 0))[0] == ERR_DISK
    server.control(BAD, 0, words(0, 0))
    assert read(server, file, 400_000) == want


BLOCK, NEVER = 1024, 0xffffffff


@pytest.fixture(scope="session")
def synced(program, tmp_path_factory):
    """An image, and what is in its files."""
    image = an_image(tmp_path_factory.mktemp("synced") / "image", "1M")
    server = Ext2(program, image)
    player = Ext2Player(1, server)
    Mover(player)
    player.sync()
    server.close()
    return image.read_bytes(), {path: node.read(0, node.size) for path, node in player.files() if not node.directory}


def work(server, kept):
    """Old files are read; new ones come, move and go, and all is synced each time. Was an error told?"""
    told = False
    for i, (path, data) in enumerate(list(kept.items())[:8]):
        name, moved, older = (b"d0/new %d" % i, b"d1/moved %d" % i, b"d1/moved %d" % (i // 2))
        error, _reply, file = server.call(C.FILE_OPEN_WRITE, server.root, words(C.FILE_CREATE) + text(name))
        errors = [error, 0 if error else write(server, file, b"x" * 3000 * (i + 1)), holds(server, path, data),
                  server.call(C.FILE_RENAME, server.root, text(name) + text(moved))[0],
                  server.call(FILE_SYNC, server.root, b"")[0], server.call(C.FILE_REMOVE, server.root, text(older))[0]]
        assert set(errors) <= {0, ERR_DISK, C.ERR_NO_FILE, C.ERR_NO_SPACE}
        told |= ERR_DISK in errors
        server.control(EVICT)
    return told


def holds(server, path, data):
    """An error, or 0 and what was read is right."""
    error, _reply, file = server.call(C.FILE_OPEN, server.root, text(path))
    for at in range(0, len(data), 4000):
        if not error:
            error, reply, _none = server.call(C.STREAM_READ, file, words(at, 4000, 0))
            assert error or reply[8:] == data[at:at + 4000]
    return error


def all_is_there(image, kept, folder):
    check(image)
    content = content_of(image, folder)
    assert {path: content.get(path) for path in kept} == kept


def fails(program, synced, folder, control, *fault):
    """What was synced before is there, when the power goes and when the disk is well again.

    How many accesses have failed, and was an error told? It need not be when the next try went well.
    """
    before, kept = synced
    image, cut = folder / "image", folder / "cut"
    image.write_bytes(before)
    server = Ext2(program, image)
    server.control(control, 0, words(*fault))
    told = work(server, kept)
    failed, = struct.unpack("<I", server.control(FAILED)[1])
    shutil.copyfile(image, cut)
    server.control(FAIL, 0, words(NEVER))
    server.control(BAD, 0, words(0, 0))
    server.sync()
    server.close()
    assert failed or not told
    if failed:
        repair(cut)
        for path in (cut, image):
            with tempfile.TemporaryDirectory(dir=folder) as out:
                all_is_there(path, kept, pathlib.Path(out, "content"))
    return failed, told


@pytest.mark.timeout(3600)
def test_an_access_fails(program, synced, tmp_path):
    """Once; one after the other, until there are no more."""
    count = told_of = 0
    while (outcome := fails(program, synced, tmp_path, FAIL, count * (1 if LONG else 5)))[0]:
        count, told_of = count + 1, told_of + outcome[1]
    assert count > (150 if LONG else 30) and told_of > count / 2


def touched(program, synced, folder, kind):
    """A sector of each block that work() reads or writes: a block is never read or written in part."""
    image, log = folder / "image", folder / "log"
    image.write_bytes(synced[0])
    server = Ext2(program, image, log)
    server.control(MARK)
    assert not work(server, synced[1])
    server.close()
    return sorted({at // 512 + i for at, size in History(log).since_mark[kind] for i in range(0, size // 512, BLOCK // 512)})


@pytest.mark.timeout(3600)
@pytest.mark.parametrize("kind", ["R", "W"])
def test_a_sector_fails(program, synced, tmp_path, kind):
    """Each time that it is read, or written: one after the other, of all that are. What cannot be written is told."""
    sectors = touched(program, synced, tmp_path, kind)
    assert len(sectors) > 30
    for sector in sectors[::1 if LONG else 3]:
        failed, told = fails(program, synced, tmp_path, BAD, ord(kind), sector)
        assert failed and (told or kind == "R"), sector


# --- What is refused

def with_super(image, **fields):
    """The image with other words in its superblock."""
    at = {"inodes": (0, "I"), "blocks": (4, "I"), "free": (12, "I"), "first_block": (20, "I"), "shift": (24, "I"),
          "group_blocks": (32, "I"), "group_inodes": (40, "I"), "magic": (56, "H"), "state": (58, "H"), "revision": (76, "I"),
          "first_inode": (84, "I"), "inode_size": (88, "H"), "compatible": (92, "I"), "incompatible": (96, "I"), "ro": (100, "I"),
          "group0": (1024, "I"), "table0": (1032, "I"), "bitmap0": (1028, "I")}
    content = bytearray(image.read_bytes())
    for name, value in fields.items():
        offset, kind = at[name]
        struct.pack_into("<" + kind, content, 1024 + offset, value)
    image.write_bytes(content)


REFUSED = [
    {"magic": 0}, {"revision": 2}, {"incompatible": 0x42}, {"incompatible": 6}, {"shift": 3}, {"shift": 0xffffffff}, {"blocks": 1025},
    {"blocks": 0}, {"first_block": 0}, {"group_blocks": 0}, {"group_blocks": 8200}, {"group_inodes": 0}, {"inodes": 127},
    {"inode_size": 127}, {"inode_size": 2048}, {"inode_size": 192}, {"first_inode": 0}, {"first_inode": 200}, {"free": 1},
    {"group0": 0}, {"group0": 0xffffffff}, {"table0": 1010}, {"table0": 3}, {"bitmap0": 1 << 31}, {"inodes": 0xffffffff}]
READ_ONLY = [{"ro": 0x401}, {"state": 0}, {"state": 3}]


def refused(program, image, fields):
    with_super(image, **fields)
    server = Ext2(program, image)
    assert not server.mounted and len(server.why) > 5
    server.close()


@pytest.mark.parametrize("fields", REFUSED)
def test_damaged_superblock_is_refused(program, small, fields):
    refused(program, small, fields)


def read_only(program, image, fields):
    with_super(image, **fields)
    before = image.read_bytes()
    server = Ext2(program, image)
    assert not server.writable and server.why
    assert read(server, server.call(C.FILE_OPEN, server.root, text(b"twice"))[2], 9) == b"twice"
    for function, data in [(C.FILE_OPEN_WRITE, words(1) + text(b"new")), (C.FILE_REMOVE, text(b"twice")),
                           (C.FILE_RENAME, text(b"twice") + text(b"a/x"))]:
        assert server.call(function, server.root, data)[0] == ERR_NO_ACCESS
    file = made(server, b"twice", 0)
    assert write(server, file, b"x") == ERR_NO_ACCESS and server.call(C.FILE_RESIZE, file, words(0))[0] == ERR_NO_ACCESS
    assert server.call(FILE_MAP_WRITE, file, b"")[0] == ERR_NO_ACCESS and server.call(FILE_MAP, file, b"")[0] == 0
    server.sync()
    server.close()
    assert image.read_bytes() == before


@pytest.mark.parametrize("fields", READ_ONLY)
def test_read_only(program, filled, fields):
    read_only(program, filled, fields)


# --- What is damaged

# Where in the first entry of the root, and what is there then.
DAMAGED_ENTRY = [(4, b"\0\0"), (4, b"\4\0"), (4, b"\x0d\0"), (4, b"\4\4"), (4, b"\xfc\xff"), (6, b"\xff"), (0, b"\xff" * 4)]


def damaged_entry(program, image, at, value):
    content = bytearray(image.read_bytes())
    place = content.find(b"\2\0\0\0\x0c\0\1\2.\0") + at
    content[place:place + len(value)] = value
    image.write_bytes(content)
    server = Ext2(program, image)
    assert server.call(C.FILE_OPEN, server.root, text(b"a"))[0] == ERR_FORMAT
    assert server.call(C.FILE_OPEN_WRITE, server.root, words(1) + text(b"new"))[0] == ERR_FORMAT
    assert server.call(C.FILE_LIST, server.root, words(0))[0] == ERR_FORMAT
    server.close()


def group_blocks(image):
    """Of the first group: what is no file's."""
    bitmap, inode_bitmap, table = struct.unpack_from("<3I", image.read_bytes(), 2048)
    return [1, 2, bitmap, inode_bitmap, table, table + 2, 0xffffffff, 4096]


def blocks_that_are_no_files(program, image):
    """A file that has one, by its inode or by an indirect block's, cannot be read or written."""
    whole = image.read_bytes()
    for block in group_blocks(image):
        for place in ("block[0]", "block[IND]"):
            image.write_bytes(whole)
            tool("debugfs", "-w", "-R", f"set_inode_field /a/f6 {place} {block}", image)
            server = Ext2(program, image)
            file = server.call(C.FILE_OPEN_WRITE, server.root, words(0) + text(b"a/f6"))[2]
            at = 0 if place == "block[0]" else 40 * 1024
            assert server.call(C.STREAM_READ, file, words(at, 10, 0))[0] == ERR_FORMAT, (block, place)
            assert server.call(C.STREAM_WRITE, file, words(at) + b"x")[0] == ERR_FORMAT
            server.close()


def test_blocks_that_are_no_files(program, filled):
    blocks_that_are_no_files(program, filled)


def tree_that_names_itself(program, folder):
    """Its block names itself everywhere, on all levels: it is refused when it is cut; when it is removed, that ends."""
    (folder / "loop").mkdir()
    for name in ("loop", "other"):
        (folder / "loop" / name).write_bytes(name.encode() * 1000)
    image = an_image(folder / "loop.img", "16M", 4096, "-d", folder / "loop")
    block = int(tool("debugfs", "-R", "blocks /loop", image).split()[-1])
    for field, value in [("block[0]", 0), ("block[TIND]", block), ("size", 1 << 30)]:
        tool("debugfs", "-w", "-R", f"set_inode_field /loop {field} {value}", image)
    content = bytearray(image.read_bytes())
    content[block * 4096:(block + 1) * 4096] = words(block) * 1024
    image.write_bytes(content)
    server = Ext2(program, image)
    file = server.call(C.FILE_OPEN_WRITE, server.root, words(0) + text(b"loop"))[2]
    for size in (0, 5000, 20_000_000):
        assert server.call(C.FILE_RESIZE, file, words(size))[0] == ERR_FORMAT
    remove(server, b"loop")
    server.sync()
    assert read(server, server.call(C.FILE_OPEN, server.root, text(b"other"))[2], 9999) == b"other" * 1000
    server.close()
    repair(image)
    assert content_of(image, folder / "loop-out")[b"other"] == b"other" * 1000


def test_tree_that_names_itself(program, tmp_path):
    tree_that_names_itself(program, tmp_path)


def damaged(r, content):
    """Words in inodes, bitmaps, descriptors, directories and indirect blocks become others."""
    content = bytearray(content)
    table = struct.unpack_from("<I", content, 2048 + 8)[0] * 1024
    for _ in range(r.choice([1, 2, 5, 20])):
        inode = table + r.choice([1, *range(10, 30)]) * 256
        block = struct.unpack_from("<I", content, inode + 40 + 4 * r.choice([0, 0, 0, 12, 13]))[0] % 4096
        place = r.choice([inode + r.choice([0, 4, 26, 32, *range(40, 100, 4), 100, 104, 108]), block * 1024 + 4 * r.randrange(20),
                          block * 1024 + 4 * r.randrange(20), r.randrange(2048, 4096), r.randrange(table), r.randrange(len(content))])
        value = r.choice([0, 1, 2, 11, 12, 0xffff, 0xffffffff, 0x7fffffff, block, r.randrange(4096), r.getrandbits(32), 0x41ed, 0x81a4])
        size = r.choice([2, 4])
        content[place:place + size] = (value & ((1 << 8 * size) - 1)).to_bytes(size, "little")
    return bytes(content)


@pytest.mark.parametrize("at, value", DAMAGED_ENTRY)
def test_damaged_entry(program, filled, at, value):
    damaged_entry(program, filled, at, value)


def visit(server, directory, depth=0):
    """All that it has is looked at, as far as it goes."""
    for index in range(40):
        error, reply, _none = server.call(C.FILE_LIST, directory, words(index))
        if error:
            return
        error, _reply, child = server.call(C.FILE_OPEN_WRITE, directory, words(0) + text(reply[24:].rstrip(b"\0")))
        if error:
            continue
        if struct.unpack_from("<I", reply, 8)[0] == C.STREAM_DIRECTORY:
            if depth < 5:
                visit(server, child, depth + 1)
            continue
        for at in (0, 12_000, 300_000, 70_000_000, 0x7ffffff0):
            server.call(C.STREAM_READ, child, words(at, 4000, 0))
            server.call(C.STREAM_WRITE, child, words(at) + b"x" * 100)
        server.call(C.FILE_RESIZE, child, words(20_000))


def survive(program, image, r):
    """Whether it is mounted."""
    server = Ext2(program, image)
    if not server.mounted:
        assert server.why
        server.close()
        return False
    visit(server, server.root)
    for _ in range(60):
        path = b"/".join(r.choice([b"a", b"b", b"c", b"f%d" % r.randrange(9), b"sparse", b"again", b"lost+found"])
                         for _ in range(r.randrange(1, 4)))
        function = r.choice([C.FILE_REMOVE, C.FILE_RENAME, C.FILE_OPEN_WRITE])
        data = {C.FILE_REMOVE: text(path), C.FILE_RENAME: text(path) + text(path[1:] + b"x"),
                C.FILE_OPEN_WRITE: words(r.choice([1, 9])) + text(path)}[function]
        assert server.call(function, server.root, data)[0] < 0xff00
    server.call(FILE_SYNC, server.root, b"")
    visit(server, server.root)
    server.call(FILE_SYNC, server.root, b"")
    server.close()
    return True


@pytest.mark.timeout(3600)
def test_damaged_image(program, filled):
    whole, mounted = filled.read_bytes(), 0
    count = 5000 if LONG else 120
    for seed in range(count):
        r = random.Random(seed)
        filled.write_bytes(damaged(r, whole))
        mounted += survive(program, filled, r)
    assert count * 0.3 < mounted < count


@pytest.mark.timeout(3600)
def test_hostile_messages(program, filled):
    functions = [C.STREAM_READ, C.STREAM_WRITE, C.STREAM_STAT, C.FILE_OPEN, C.FILE_OPEN_WRITE, C.FILE_REMOVE, C.FILE_RENAME, C.FILE_LIST,
                 C.FILE_RESIZE, C.FILE_SPACE, FILE_MAP, FILE_MAP_WRITE, FILE_SYNC, 0x8104, 0x810d]
    for seed in range(200 if LONG else 3):
        r, server = random.Random(seed), Ext2(program, filled)
        cookies = [server.root.cookie, *(made(server, b"own %d" % i).cookie for i in range(3))]
        for _ in range(2000):
            function, cookie, total, data, descriptors, payload = hostile_message(r, functions)
            error, reply, _given = server.raw(function, r.choice([cookie, *cookies]), total, data, descriptors, payload)
            assert error < 0xff00 and len(reply) <= total
            assert error == ERR_MESSAGE or function in functions and not descriptors
        server.sync()
        server.close()
        check(filled)


# --- Bugs: file, what it does wrong, the text that stands there once, the text instead

BUGS = [
    ("allocate.c", "block that is taken", "else if (!has(bits, i))", "else if (true)"),
    ("allocate.c", "counts not changed", "    fs.super.blocks_free += change;\n", ""),
    ("allocate.c", "group's count not changed", "    d->inodes_free += change;\n", ""),
    ("allocate.c", "directories not counted", "        d->directories -= change;\n", "        ;\n"),
    ("allocate.c", "one group only", "(g + i) % fs.groups, from, block", "g, from, block"),
    ("allocate.c", "inode of another group", "g * fs.super.group_inodes + bit + 1", "g * fs.super.group_inodes + bit"),
    ("cache.c", "what is changed goes", "!(b->changed && b->order != ORDER_NONE) && ", ""),
    ("cache.c", "bitmaps are lost", "!b ? ERR_LIMIT : b->changed ? write(b) : 0", "!b ? ERR_LIMIT : 0"),
    ("cache.c", "old content in a new block", "    memset(content[b - buffer], 0, fs.block);\n", ""),
    ("cache.c", "loses stays first", "if (!b->changed || (order == ORDER_LOSES && b->order == ORDER_DIRECTORY))", "if (!b->changed)"),
    ("cache.c", "may always move", "return !(l && l->gains) && !(g && g->changed && g->order == ORDER_LOSES)", "return l || g || true"),
    ("data.c", "behind the end", "    memset((uint8_t *)to + there, 0, least(bytes - there, fs.block));\n", ""),
    ("data.c", "holes are not filled", "error || block || is_zero(", "error || !block || is_zero("),
    ("data.c", "half a page", "page * each, there, from);\n    return", "page * each, there / 2, from);\n    return"),
    ("data.c", "blocks are not free'd", "        error = tree_cut(file, (size + fs.block - 1) / fs.block);\n", "        ;\n"),
    ("data.c", "last block goes", "        error = tree_cut(file, (size + fs.block - 1) / fs.block);", "        error = tree_cut(file, size / fs.block);"),
    ("data.c", "full disk is not seen", "!error && missing > fs.super.blocks_free", "!error && missing > fs.super.blocks"),
    ("directory.c", "no entry is checked", "return is_entry(*e, spot->offset) ? 0 : ERR_FORMAT", "return 0"),
    ("directory.c", "entry over the block's end", " && e->size <= fs.block - offset", ""),
    ("directory.c", "name over the entry's end", " && EXT2_ENTRY_MIN + e->length <= e->size", ""),
    ("directory.c", "name that begins the same", "e->length == strlen(name) && ", ""),
    ("directory.c", "room of one byte less", "w.size >= taken(w.e) + wanted", "w.size + 4 >= taken(w.e) + wanted"),
    ("directory.c", "block for which there is no room", "blocks <= fs.super.blocks_free", "fs.super.blocks_free"),
    ("directory.c", "full disk is not seen", "blocks <= fs.super.blocks_free ? 0 : ERR_NO_SPACE", "0"),
    ("directory.c", "room of one that is removed", "        e->size += removed->size;\n", "        ;\n"),
    ("directory.c", "rest of the entry is lost", "        e->size = before->size - used;\n", "        e->size = need(strlen(name));\n"),
    ("directory.c", "wrong kind", "node->kind == STREAM_DIRECTORY ? EXT2_KIND_DIRECTORY : EXT2_KIND_FILE", "EXT2_KIND_FILE"),
    ("directory.c", "size of the directory", "    directory->i.size += fs.block;\n", ""),
    ("directory.c", "loses before the other gains", "moved ? ORDER_LOSES : ORDER_DIRECTORY", "ORDER_DIRECTORY"),
    ("directory.c", ".. stays", "    e->inode = parent;\n", ""),
    ("directory.c", "odd names are shown", " || !path_is_name(w->e->name, w->e->length)", ""),
    ("files.c", "tree of a directory stays", "    directory->i.flags &= ~EXT2_INDEXED;\n", ""),
    ("files.c", "links of the parent", "        parent->i.links++;\n", "        ;\n"),
    ("files.c", "links when it goes", "        p.directory.i.links--;\n", "        ;\n"),
    ("files.c", "links when it moves", "    old->i.links--;\n", ""),
    ("files.c", "the other name goes, too", "node->kind == STREAM_FILE && node->i.links > 1", "0"),
    ("files.c", "blocks are lost", "    tree_drop(node);\n", ""),
    ("files.c", "inode is lost", "    free_inode_later(node->number, node->kind == STREAM_DIRECTORY);\n", ""),
    ("files.c", "not what was made", "    if (o->new)\n        inode_free(", "    if (0)\n        inode_free("),
    ("files.c", "no flush between moves", "!cache_may_move(from->spot.block, room->block)", "0"),
    ("files.c", "into itself", "from->node.kind == STREAM_DIRECTORY && is_below(to, &from->node)", "0"),
    ("flush.c", "not marked", "return fs.clean_on_disk ? write_super(false) : 0", "return 0"),
    ("flush.c", "never clean", "    error = write_super(true);\n", "    error = write_super(false);\n"),
    ("flush.c", "free'd at once", "    tree[trees].block = block;\n    tree[trees++].level = level;\n", "    tree_free(block, level);\n    (void)tree;\n"),
    ("flush.c", "removed inodes stay", "        error = clear_inodes();\n", "        ;\n"),
    ("flush.c", "no room is made", "return room && (enough || !(trees || inodes)) ? 0 : flush_all()", "return room || enough || fs.read_only ? 0 : flush_all()"),
    ("flush.c", "full though something waits to be free", "(enough || !(trees || inodes))", "true"),
    ("flush.c", "order", "for (enum order order = ORDER_NEW; order < ORDERS && !error; order++)\n        error = step(order);",
     "for (enum order order = ORDERS; order-- > ORDER_NEW && !error;)\n        error = step(order);"),
    ("fs.c", "superblock's own block", " || at % fs.super.group_blocks < head_blocks(g)", ""),
    ("fs.c", "inode table is a file's", "is_in(d, block) ? ERR_FORMAT : 0", "0"),
    ("fs.c", "more than the disk", " || s->blocks > fs.device.sectors / fs.sectors", ""),
    ("fs.c", "group without blocks", "s->group_blocks < 8 || ", ""),
    ("fs.c", "any feature", "s->revision == 1 && s->incompatible & ~EXT2_FILE_TYPE", "0"),
    ("fs.c", "unclean is clean", "if (!(fs.super.state & EXT2_CLEAN))", "if (0)"),
    ("fs.c", "tables are not looked at", "        if (!is_group(g, d))\n            return \"a damaged group descriptor\";\n", ""),
    ("inode.c", "removed and still there", " || free_is_pending(number)", ""),
    ("inode.c", "same generation", ".generation = i->generation + 1", ".generation = i->generation"),
    ("inode.c", "any generation", "return error ? error : inode_cookie(node) == cookie ? 0 : ERR_STALE", "return error"),
    ("inode.c", "old content of an inode", "    memset(i, 0, fs.inode_size);\n", ""),
    ("inode.c", "time stands still", "node->i.modified = node->i.changed = now", "node->i.changed = now"),
    ("pages.c", "tail comes back", "    uint32_t error = size > inode_size(node) ? clear_tail(f, node) : 0;", "    uint32_t error = 0;"),
    ("pages.c", "tail after a cut", "    return error ? error : clear_tail(f, node);", "    return error;"),
    ("pages.c", "second page", "    if (size > part)\n        memcpy(page[1], from + part, size - part);\n", "    (void)part;\n"),
    ("pages.c", "blocks before the old content", "    if (!error)\n        error = open_pages(f, node, offset, size, page, &state);\n    if (!error)\n        error = flush_room();\n    if (!error)\n        error = reserve(node, offset, size, page);",
     "    if (!error)\n        error = flush_room();\n    if (!error)\n        error = data_reserve(node, offset, size);\n    if (!error)\n        error = open_pages(f, node, offset, size, page, &state);\n    (void)reserve;"),
    ("table.c", "what is mapped goes", " && view.mappings == 0", ""),
    ("table.c", "dirty pages go", "(inode_of(f->cookie, &node) || !table_clean(f, &node, TABLE_ALL))", "!inode_of(f->cookie, &node)"),
    ("pages.c", "size stays", "        node->i.size = end;\n", "        ;\n"),
    ("pages.c", "nothing is cleaned", "!node ? table_clean_all() : f", "!node ? 0 : f"),
    ("table.c", "errors are not told", "    return first || error == ERR_NOT_FOUND ? first : error;", "    return 0;"),
    ("path.c", "way out", "return p->depth ? read_named(", "return p->depth || p->node.number != EXT2_ROOT ? read_named("),
    ("path.c", "name without room for its end", "length >= FILE_NAME_MAX", "length > FILE_NAME_MAX"),
    ("path.c", "file is a directory", "    if (p->node.kind != STREAM_DIRECTORY)\n        return ERR_NO_DIRECTORY;\n", ""),
    ("path.c", "what has no name here", "error == ERR_STALE || (!error && !node->kind) ? ERR_FORMAT : error", "error"),
    ("server.c", "more than there is", "least(count, size - wanted.offset)", "count"),
    ("server.c", "kinds are not looked at", "calls[i].kind && calls[i].kind != c->node.kind", "0"),
    ("server.c", "mapped for writing with READ", "return reply_object(c, RIGHT_READ);", "return reply_object(c, RIGHT_READ | RIGHT_WRITE);"),
    ("server.c", "written when read-only", "fs.read_only ? ERR_NO_ACCESS : reply_object", "reply_object"),
    ("server.c", "removed file keeps its object", "files_remove(&c->node, path, &gone);\n    if (gone.number)", "files_remove(&c->node, path, &gone);\n    if (0)"),
    ("server.c", "replaced file keeps its object", "files_rename(&c->node, from, to, &gone);\n    if (gone.number)", "files_rename(&c->node, from, to, &gone);\n    if (0)"),
    ("tree.c", "no block is checked", "uint32_t *pointer, error = fs_check_block(block);", "uint32_t *pointer, error = 0;"),
    ("tree.c", "data blocks are not checked", "return error || !*block ? error : fs_check_block(*block);", "return error;"),
    ("cut.c", "free'd again and again", "if (block_free(block) && level)", "if ((block_free(block) || true) && level)"),
    ("cut.c", "endless tree", "if (++*count > fs.super.blocks)", "if (++*count == 0)"),
    ("cut.c", "indirect blocks are lost", "    if (block_free(block) && level)\n        free_below(block, level);", "    if (level)\n        free_below(block, level);\n    else\n        block_free(block);"),
    ("tree.c", "sectors not counted", "        node->i.sectors += fs.sectors;\n", "        ;\n"),
    ("cut.c", "sectors when cut", "    node->i.sectors -= count * fs.sectors;\n", ""),
    ("tree.c", "missing counted twice", "i > first ? shared(i) : 0", "0"),
    ("cut.c", "cut in the middle of a tree", "    if (part) {\n", "    if (0) {\n"),
    ("window.c", "other page with the same place", " || s->index != index", ""),
    ("window.c", "other object with the same place", "s->object != object || ", ""),
    ("window.c", "new page is there", "s->is_new ? PAGE_NEW : PAGE_READY", "PAGE_READY"),
    ("window.c", "what was filled is new", "        s->is_new = false;\n", ""),
    ("window.c", "over the window's end", " && run + *pages < slot + PAGE_SLOTS", ""),
    ("window.c", "what was not filled is there", "        s->open = false; /* the page is gone */\n", "        ;\n"),
    ("window.c", "object is gone, and its page there", "        if (s->open && s->object == object && s->index >= from)\n            shut(s);\n", "        (void)object, (void)from;\n"),
    ("window.c", "hole in a run", "        if (r.value == from + *pages)\n            continue;\n", "        continue;\n"),
    ("window.c", "run that is open", "        if (s->open && s->object == object)\n            shut(s);\n", "        ;\n"),
]


def find_bug(program, folder):
    """All of the above, in short, the fast ones first."""
    def image(*more, size="1M", name="one.img"):
        return an_image(folder / name, size, *more)

    (folder / "tree").mkdir()
    filled_image = image(1024, "-d", tree(folder / "tree"), size="4M", name="filled.img")
    whole = filled_image.read_bytes()
    test_files_of_others(program, filled_image, folder)
    for block in (1024, 4096):
        play(program, image(block, size="64M"), 5, 300, folder / f"out{block}")
    for at, value in DAMAGED_ENTRY:
        filled_image.write_bytes(whole)
        damaged_entry(program, filled_image, at, value)
    filled_image.write_bytes(whole)
    blocks_that_are_no_files(program, filled_image)
    filled_image.write_bytes(whole)
    test_what_lies_behind_the_end(program, filled_image, folder)
    filled_image.write_bytes(whole)
    test_read_that_fails(program, filled_image, folder)
    for test in (test_write_for_which_there_is_not_enough, test_full_disk, test_all_inodes_used, test_generation, test_mapping_on_a_full_disk, test_many_files,
                 test_removed_files_keep_nothing, room_in_directories, test_write_for_which_there_is_just_enough, test_cut_in_the_middle):
        test(program, image(*SMALL[1:]))
    tree_that_names_itself(program, folder)
    for blocks, needed in ((1, 1), (12, 2)):
        full_directory_on_a_full_disk(program, image(1024, "-N", 1024), blocks, needed)
    for test in (test_more_metadata_than_the_cache_has, test_index_of_a_directory, test_pages_are_few):
        (folder / test.__name__).mkdir()
        test(program, folder / test.__name__)
    (folder / "mapped").mkdir()
    test_mapping_is_the_file(program, image(), folder / "mapped")
    for fields in REFUSED:
        refused(program, image(), fields)
    for fields in READ_ONLY:
        filled_image.write_bytes(whole)
        read_only(program, filled_image, fields)
    for seed in range(60):
        r = random.Random(seed)
        filled_image.write_bytes(damaged(r, whole))
        survive(program, filled_image, r)
    for seed in range(2):
        before = image().read_bytes()
        (folder / f"cuts{seed}").mkdir()
        history, snapshots = record(program, folder / "one.img", seed, folder / "log")
        check(folder / "one.img")
        cut(history, snapshots, before, folder / f"cuts{seed}", 2)


@pytest.mark.timeout(600)
@pytest.mark.parametrize("file, old, new", [pytest.param(f, *c, id=f"{f}: {why}") for f, why, *c in BUGS])
def test_bug_is_found(file, old, new, changed, tmp_path):
    program = changed(file, old, new)
    with pytest.raises((AssertionError, KeyError, IndexError)):
        find_bug(program, tmp_path)


def test_nothing_is_found_where_nothing_is(program, tmp_path):
    find_bug(program, tmp_path)
