# SPDX-License-Identifier: BSD-2-Clause
"""The file server's code on the host, under sanitizers: a model says what is right, and bugs show that it is heard.

LINTEL_LONG=1 goes on for minutes.
"""

import contextlib
import io
import random
import struct
import tarfile

import pytest

from file_model import BLOCK, C, ERR_MESSAGE, ROOT, WRITE, Capability, Model, Server, text, words
from file_player import DIRECTORY, ERR_RIGHT, Player, Script
from lintel.boot import Booter
from test_host import FLAGS, HOST, KERNEL, LONG, run

FM, LIB = ROOT / "user/fm", ROOT / "user/lib"
FLAGS = [*FLAGS, "-no-pie", "-fno-pie", "-Wno-builtin-declaration-mismatch"]
INCLUDE = [f"-I{KERNEL}", f"-I{ROOT / 'pm'}", "-iquote", FM, "-iquote", ROOT / "user", "-iquote", LIB, "-iquote", ROOT / "user/sys"]
NAMES = [f"-D{name}=tried_{name}" for name in "memmove strncmp strchr".split()]  # the host has them
SOURCES = sorted(set(FM.glob("*.c")) - {FM / "main.c", FM / "supply.c"})  # those talk to others

# file, what it does wrong, the text that stands there once, the text instead
BUGS = [
    ("store.c", "same hash, other file", " || block[i].file != file", ""),
    ("store.c", "same hash, other place", "block[i].index != index || ", ""),
    ("store.c", "one block too many", "blocks <= limit - used", "blocks <= limit - used + 1"),
    ("store.c", "one block too few", "blocks <= limit - used", "blocks < limit - used"),
    ("store.c", "memory that is not there", " && may(blocks)", ""),
    ("store.c", "free block twice", "    first_free = block[i].next;\n", ""),
    ("store.c", "not counted", "    used++;\n", ""),
    ("store.c", "not counted when it goes", "        used--;\n", ""),
    ("store.c", "others with its hash are lost", ".same = *list}", "}"),
    ("store.c", "other blocks of the file are lost", ".next = f->first, ", ""),
    ("store.c", "stays in its hash's list", "    *link = block[i].same;\n", ""),
    ("store.c", "first block stays", "block[i].index < index", "block[i].index <= index"),
    ("store.c", "all blocks go", "block[i].index < index", "0"),
    ("store.c", "free blocks are lost", "        block[i].next = first_free;\n", ""),
    ("store.c", "object is never larger", "index < f->pages || set_pages", "true || set_pages"),
    ("store.c", "object is never smaller", "    if (object_resize(f->object, pages).error)", "    if (pages > f->pages && object_resize(f->object, pages).error)"),
    ("store.c", "window keeps what is gone", "        window_forget(f->number, pages);\n", "        ;\n"),
    ("store.c", "window keeps a file that is gone", "        window_forget(f->number, 0);\n", ""),
    ("store.c", "object that nobody deletes", "        object_delete(f->object);\n        descriptor_close(f->object);\n    }\n    *f",
     "        descriptor_close(f->object);\n    }\n    *f"),
    ("store.c", "whoever has mapped it has it no more", "    if (f->given || f->first) {", "    if (f->first) {"),
    ("store.c", "not given", "    f->given = true;\n", ""),
    ("store.c", "given larger than the file", " || !set_pages(f, pages))", ")"),
    ("store.c", "next file has the old one's object", "    *f = (struct file){0};\n", ""),
    ("window.c", "same index, other object", "s->object != object || ", ""),
    ("window.c", "stays when it goes", "    page_done(s - slot, PAGE_CLOSED);\n    s->open = false;\n", "    page_done(s - slot, PAGE_CLOSED);\n"),
    ("node.c", "old generation is the same", "n->generation++ == GENERATION_MAX", "n->generation == GENERATION_MAX"),
    ("node.c", "any generation", " && n->generation == cookie >> NUMBER_BITS", ""),
    ("node.c", "gone and still known", "n->kind && n->generation", "n->generation"),
    ("node.c", "one node too many", "touched < limit", "touched <= limit"),
    ("node.c", "one node too few", "touched < limit", "touched + 1 < limit"),
    ("node.c", "same node twice", "        first_free = n->next;\n", "        ;\n"),
    ("node.c", "generation forgotten", ".generation = n->generation, ", ""),
    ("node.c", "not counted when it goes", "    count--;\n", ""),
    ("node.c", "time stands still", "n->time = seconds()", "n->time = n->time"),
    ("directory.c", "first letter", "strcmp(n->name, name) != 0", "n->name[0] != name[0]"),
    ("directory.c", "newest first", "    while (*link)\n", "    while (0)\n"),
    ("directory.c", "old name behind the new one", "    memset(node->name, 0, sizeof(node->name));\n", ""),
    ("directory.c", "list goes on", "    node->next = NULL;\n", ""),
    ("directory.c", "not counted", "    directory->size++;\n", ""),
    ("directory.c", "not counted when it goes", "    node->parent->size--;\n", ""),
    ("directory.c", "parent forgotten", "    node->parent = directory;\n", "    node->parent = node->parent ? node->parent : directory;\n"),
    ("path.c", "name without room for its end", "length >= FILE_NAME_MAX", "length > FILE_NAME_MAX"),
    ("path.c", "line feed in a name", "(unsigned char)*name < ' ' || ", ""),
    ("path.c", "other letters are control characters", "(unsigned char)*name", "(signed char)*name"),
    ("path.c", "delete in a name", " || *name == 0x7f", ""),
    ("path.c", "way out", "up && place->node != start", "up && place->node->parent"),
    ("path.c", "way out of all", "up && place->node != start", "up"),
    ("path.c", "file is a directory",
     "    if (place->node->kind != STREAM_DIRECTORY)\n        return ERR_NO_DIRECTORY;\n", ""),
    ("path.c", "directory that is not there", "    if (!place->node)\n        return ERR_NO_FILE;\n",
     "    if (!place->node)\n        return 0;\n"),
    ("path.c", "dots have the name before", "    place->directory = NULL;\n", ""),
    ("path.c", "begins with dots", "length == 2 && name[0] == '.'", "length >= 2 && name[0] == '.'"),
    ("path.c", "empty name", "        if (length)\n", "        if (length || path[1])\n"),
    ("data.c", "over the end of a block", "BLOCK - offset % BLOCK);\n    if (store_has", "BLOCK);\n    if (store_has"),
    ("data.c", "behind the archive", "    *size = least(*size, file->archived - offset);\n", ""),
    ("data.c", "archive for ever", "offset >= file->archived", "!file->archive"),
    ("data.c", "two blocks, one brought", "for (; first < last; first++)\n        if (!store_has(node_number(file), first) && !add",
     "if (first < last)\n        if (!store_has(node_number(file), first) && !add"),
    ("data.c", "blocks that are there count", "count += !store_has(node_number(file), first)", "count++"),
    ("data.c", "block above a block", "!store_has(node_number(file), first) && !add", "!add"),
    ("data.c", "not what was there before", "block && start < file->archived", "0"),
    ("data.c", "more than was there before", "least(BLOCK, file->archived - start)", "BLOCK"),
    ("data.c", "end that wraps", "offset > FILE_SIZE_MAX - size", "end > FILE_SIZE_MAX"),
    ("data.c", "largest file", "offset > FILE_SIZE_MAX - size", "offset >= FILE_SIZE_MAX - size"),
    ("data.c", "nothing is a change", "    if (size == 0)\n        return 0;\n",
     "    if (size == 0)\n        node_touch(file);\n    if (size == 0)\n        return 0;\n"),
    ("data.c", "no space is no error", "blocks_of(end)))\n        return ERR_NO_SPACE;\n", "blocks_of(end)))\n        return 0;\n"),
    ("data.c", "becomes shorter by writing", "    if (end > file->size)\n", ""),
    ("data.c", "any size", "    if (size > FILE_SIZE_MAX)\n        return ERR_FILE_BIG;\n", ""),
    ("data.c", "last block goes", "store_cut(node_number(file), blocks_of(size))", "store_cut(node_number(file), size / BLOCK)"),
    ("data.c", "end comes back", " || (size < file->size && !clear_end(file, size))", ""),
    ("data.c", "archive comes back", "        file->archived = least(file->archived, size);\n", ""),
    ("data.c", "one byte comes back", "0, BLOCK - size % BLOCK", "0, BLOCK - size % BLOCK - 1"),
    ("data.c", "zeros in the next block", "0, BLOCK - size % BLOCK", "0, BLOCK"),
    ("data.c", "what a mapper wrote behind the end", "blocks_of(size)) && clear_end(file, file->size)", "blocks_of(size))"),
    ("data.c", "what a mapper wrote is shown to the next", " && clear_end(file, file->size))\n        object", ")\n        object"),
    ("data.c", "mapped with holes", "bring(file, 0, blocks) && ", ""),
    ("data.c", "mapped, and grows with holes", "!store_given(number) || size", "size < FILE_SIZE_MAX || size"),
    ("data.c", "grows though it cannot", "    if (!prepare_end(file, size) || (size", "    prepare_end(file, size);\n    if ((size"),
    ("data.c", "as long as it wished", "    store_cut(number, old);\n    return false;", "    return false;"),
    ("files.c", "nothing is opened", "place.node ? 0 : ERR_NO_FILE", "0"),
    ("files.c", "new and there already", "flags & FILE_NEW", "0"),
    ("files.c", "file made a directory", "flags & FILE_MAKE ? ERR_NO_DIRECTORY : 0", "0"),
    ("files.c", "directory made a file", " || (flags & (FILE_CREATE | FILE_MAKE)) == FILE_CREATE", ""),
    ("files.c", "truncated directory", "flags & FILE_TRUNCATE || (", "("),
    ("files.c", "made by opening", "    if (!(flags & FILE_CREATE))\n        return ERR_NO_FILE;\n", ""),
    ("files.c", "no node left", "o->node ? 0 : ERR_NO_SPACE", "0"),
    ("files.c", "not truncated", "o->truncate = flags & FILE_TRUNCATE", "o->truncate = false"),
    ("files.c", "new without a time", "        node_touch(o->node);\n", ""),
    ("files.c", "removed, and its blocks stay", "    store_forget(node_number(node));\n", ""),
    ("files.c", "removed, and its number stays", "    node_free(node);\n", ""),
    ("files.c", "removes where it begins",
     "    if (!place.directory)\n        return ERR_FILE_NAME;\n    if (!place.node)", "    if (!place.node)"),
    ("files.c", "removed with what it has", " && place.node->size > 0", " && 0"),
    ("files.c", "into itself", "is_below(to->directory, from->node)", "to->directory == from->node"),
    ("files.c", "into itself is above", "is_below(to->directory, from->node)", "is_below(from->directory, to->directory)"),
    ("files.c", "to its own name", "    if (from->node == to->node)\n        return 0;\n", ""),
    ("files.c", "replaces itself", " || old.node == new.node)", ")"),
    ("files.c", "replaces a directory", "to->node && to->node->kind == STREAM_DIRECTORY ? ERR_DIRECTORY : 0", "0"),
    ("files.c", "two of a name", "    if (new.node)\n        drop(new.node);\n", ""),
    ("files.c", "in two directories", "    directory_remove(old.node);\n", ""),
    ("archive.c", "directories are not made", "    make_way(root, m->name);\n", ""),
    ("archive.c", "links are files", "m.type == TAR_FILE || m.type == TAR_DIRECTORY", "1"),
    ("archive.c", "file over a directory",
     "    if (files_open(root, m->name, flags, &o))\n        return;\n", "    files_open(root, m->name, flags, &o);\n"),
    ("archive.c", "end in the middle", "at == size || (size - at >= RECORD && !bytes[at])", "1"),
    ("tar.c", "no sum", " && number(h->sum, sizeof(h->sum)) == sum", ""),
    ("tar.c", "longer than the archive", "    if (content > size - *at - RECORD)\n        return false;\n", ""),
    ("tar.c", "name without an end", "size && *field; size--", "*field; size--"),
    ("tar.c", "name without its beginning", "h->prefix, sizeof(h->prefix)", "h->prefix, 0"),
    ("tar.c", "number without an end", "length && *field >= '0' && *field <= '7'", "*field >= '0' && *field <= '7'"),
    ("tar.c", "number that wraps", "        if (value >> 28)\n            return NO_NUMBER;\n", ""),
    ("tar.c", "half a record", "size - *at < RECORD || ", ""),
    ("tar.c", "last record is cut off", "content > size - *at - RECORD ? size : *at + RECORD + content", "*at + RECORD + content"),
    ("server.c", "more than there is", "least(count, c->node->size - wanted.offset)", "count"),
    ("server.c", "behind the end", "wanted.offset < c->node->size ? ", "1 ? "),
    ("server.c", "more than fits", "least(least(wanted.size, STREAM_MAX), out->room - RESULT)", "least(wanted.size, STREAM_MAX)"),
    ("server.c", "more than a message", "least(wanted.size, STREAM_MAX)", "wanted.size"),
    ("server.c", "any flags", " || wanted.flags & ~STREAM_RAW", ""),
    ("server.c", "too much is written", " || c->value > STREAM_MAX", ""),
    ("server.c", "end is a number", "offset == STREAM_END ? c->node->size : offset", "offset"),
    ("server.c", "changes without room for a reply", " && c->r->out.room >= RESULT", ""),
    ("server.c", "room for a value is enough", "    if (c->r->out.room < RESULT + sizeof(uint32_t))\n        return ERR_MESSAGE;\n", ""),
    ("server.c", "reader that writes where it is mapped", "give_object(c, RIGHT_READ);", "give_object(c, RIGHT_READ | RIGHT_WRITE);"),
    ("server.c", "object that anybody may delete", "rights | RIGHT_COPY | RIGHT_MOVE, false", "rights | RIGHT_DELETE | RIGHT_COPY | RIGHT_MOVE, false"),
    ("server.c", "object given away", "rights | RIGHT_COPY | RIGHT_MOVE, false", "rights | RIGHT_COPY | RIGHT_MOVE, true"),
    ("server.c", "opens for writing with READ", "node_cookie(node), RIGHT_READ)",
     "node_cookie(node), RIGHT_READ | RIGHT_WRITE | RIGHT_DELETE)"),
    ("server.c", "reader that may remove", "node_cookie(node), RIGHT_READ)", "node_cookie(node), RIGHT_READ | RIGHT_DELETE)"),
    ("server.c", "cannot be copied", "    rights |= RIGHT_COPY | RIGHT_MOVE;\n", ""),
    ("server.c", "the root for everybody", "node_cookie(node), RIGHT_READ)", "NODE_ROOT, RIGHT_READ)"),
    ("server.c", "descriptor that nobody closes", "    c->r->gives = new.value;\n", ""),
    ("server.c", "made though it fails", "    if (!error)\n        files_open_now(&o);\n", "    files_open_now(&o);\n"),
    ("server.c", "flags that nobody knows", " || flags & ~(FILE_CREATE | FILE_NEW | FILE_TRUNCATE | FILE_MAKE)", ""),
    ("server.c", "functions of another class", "calls[i].function != c->r->m.function", "calls[i].function >> 3 != c->r->m.function >> 3"),
    ("server.c", "functions that there are not", "    if (i == CALLS)\n        return ERR_MESSAGE;\n",
     "    if (i == CALLS)\n        i = 0;\n"),
    ("server.c", "file read as a directory", "{FILE_LIST, STREAM_DIRECTORY,", "{FILE_LIST, 0,"),
    ("server.c", "directory read as a file", "{STREAM_READ, STREAM_FILE,", "{STREAM_READ, 0,"),
    ("server.c", "directory written", "{STREAM_WRITE, STREAM_FILE,", "{STREAM_WRITE, 0,"),
    ("server.c", "what is gone", "    if (!c->node)\n        return ERR_STALE;\n",
     "    if (!c->node)\n        c->node = node_of(NODE_ROOT);\n"),
    ("server.c", "descriptors stay", "        incoming_end(&c.in);\n        return ERR_MESSAGE;\n", "        return ERR_MESSAGE;\n"),
    ("server.c", "descriptors are ignored", "    if (c.in.descriptors) {", "    if (0) {"),
    ("server.c", "free space for all", "(store_blocks() - store_used()) * BLOCK", "store_blocks() * BLOCK"),
]

# blocks, bytes that its manager has, nodes
WORLDS = [(4096, 1 << 30, 4095), (12, 1 << 30, 20), (200, 128 * BLOCK, 90)]
IDS = ["wide", "narrow", "poor"]


def compiled(source, target, *more):
    done = run("gcc", *FLAGS, *more, *INCLUDE, "-c", source, "-o", target, timeout=120)
    assert done.returncode == 0, done.stdout


def link(objects, program):
    done = run("gcc", *FLAGS, *objects, "-o", program, timeout=120)
    assert done.returncode == 0, done.stdout
    return program


@pytest.fixture(scope="session")
def objects(tmp_path_factory):
    folder = tmp_path_factory.mktemp("fm")
    for source in [*SOURCES, LIB / "message.c", LIB / "tar.c", ROOT / "user/sys/window.c", HOST / "files.c", HOST / "objects.c"]:
        compiled(source, folder / f"{source.parent.name}-{source.stem}.o")
    compiled(LIB / "string.c", folder / "lib-string.o", *NAMES)
    return folder


@pytest.fixture(scope="session")
def program(objects):
    return link(objects.glob("*.o"), objects / "program")


@pytest.fixture
def changed(objects, tmp_path):
    """The program with one of its files changed: a text that stands there once becomes another."""
    def made(file, old, new):
        folder = {"tar.c": LIB, "window.c": ROOT / "user/sys"}.get(file, FM)
        content = (folder / file).read_text()
        assert content.count(old) == 1
        (tmp_path / file).write_text(content.replace(old, new))
        compiled(tmp_path / file, tmp_path / "changed.o")
        others = [path for path in objects.glob("*.o") if path.stem not in (f"fm-{file[:-2]}", f"lib-{file[:-2]}", f"sys-{file[:-2]}")]
        return link([*others, tmp_path / "changed.o"], tmp_path / "program")
    return made


# --- Archives

def member(archive, name, content=b"", kind=tarfile.REGTYPE, **fields):
    info = tarfile.TarInfo(name)
    info.type, info.size = kind, len(content)
    for field, value in fields.items():
        setattr(info, field, value)
    archive.addfile(info, io.BytesIO(content))


def an_archive(path, seed=0):
    """Files of all sizes, in directories that are mentioned or not, and what is neither."""
    r = random.Random(seed)
    with tarfile.open(path, "w", format=tarfile.USTAR_FORMAT) as archive:
        member(archive, "etc/motd", b"welcome\n")
        member(archive, "a", r.randbytes(3 * BLOCK + 100))
        member(archive, "b", kind=tarfile.DIRTYPE)
        member(archive, "b/c", r.randbytes(BLOCK))
        member(archive, "./b/./empty")
        member(archive, "b/link", kind=tarfile.SYMTYPE, linkname="c")
        member(archive, "b/c", r.randbytes(2 * BLOCK - 1))
        member(archive, "b", b"a file over a directory")
        member(archive, "a", kind=tarfile.DIRTYPE)
        member(archive, "a/below", b"a file in a file")
        member(archive, "/".join(["d" * 31] * 6 + ["e" * 31]), b"with a prefix")
        member(archive, "/".join(["f" * 24] * 3 + ["f" * 25]), b"a name that fills its field")
        member(archive, "n" * 31, b"name")
        member(archive, "n" * 32, b"no name")
        member(archive, "c", r.randbytes(r.randrange(9000)))
    return path


@pytest.fixture(scope="session")
def archive(tmp_path_factory):
    return an_archive(tmp_path_factory.mktemp("archive") / "a.tar")


# --- Plays

def player(program, seed=0, world=WORLDS[0], archive=None):
    blocks, memory, nodes = world
    server = Server(program, blocks, memory, nodes, archive)
    assert server.whole
    model = Model(blocks, nodes, min(blocks, memory // BLOCK))
    if archive:
        model.load(archive)
    return Player(seed, server, model)


def play(program, seed, world, archive, steps):
    p = player(program, seed, world, archive)
    p.everything()
    p.take_everything()
    p.play(steps)
    p.everything()
    p.clear()
    p.server.close()
    return p


def play_crowd(program, world):
    p = player(program, world=world)
    p.nest()
    p.crowd(*(1500, 2100) if world == WORLDS[0] else (100, 150))
    p.clear()
    assert p.server.call(C.STREAM_STAT, Capability(4000, WRITE), b"")[0] == C.ERR_STALE
    p.server.close()


@pytest.mark.parametrize("world", WORLDS, ids=IDS)
def test_crowd(program, world):
    play_crowd(program, world)


@pytest.mark.timeout(3600)
@pytest.mark.parametrize("with_archive", [False, True])
@pytest.mark.parametrize("world", WORLDS, ids=IDS)
def test_play(program, world, with_archive, archive):
    failed = set()
    for seed in range(2000 if LONG else 20):
        failed |= play(program, seed, world, archive if with_archive else None, 3000).failed
    expected = {C.ERR_NO_FILE, C.ERR_FILE_EXISTS, C.ERR_DIRECTORY, C.ERR_NO_DIRECTORY, C.ERR_NOT_EMPTY, C.ERR_FILE_NAME,
                C.ERR_FILE_BIG, C.ERR_INTO_ITSELF, C.ERR_STALE, ERR_MESSAGE}
    assert expected <= failed
    assert C.ERR_NO_SPACE in failed or world != WORLDS[1]


# --- What is hostile

def damaged(r, content):
    """Some bytes changed, most of them in headers; the sum of a header is made right again, mostly; cut off somewhere."""
    content = bytearray(content)
    headers = [at for at in range(0, len(content), 512) if content[at + 257:at + 262] == b"ustar"]
    for _ in range(r.choice([0, 1, 1, 2, 5])):
        header = r.choice(headers)
        field, size = r.choice([(0, 100), (100, 8), (124, 12), (148, 8), (156, 1), (257, 6), (345, 155), (0, 512)])
        new = r.choice([r.randbytes(size), b"7" * size, b"\0" * size, b" " * size, b"../" * 34, b"\x80" + r.randbytes(size - 1),
                        b"%011o\0" % r.getrandbits(r.choice([8, 16, 31, 32, 33]))])[:size]
        content[header + field:header + field + len(new)] = new
        if r.random() < 0.8:
            content[header + 148:header + 156] = b" " * 8
            content[header + 148:header + 156] = b"%06o\0 " % sum(content[header:header + 512])
    return bytes(content[:r.randrange(len(content) + 1)] if r.random() < 0.3 else content)


def visit(server, directory, depth=0):
    """All that it has is read; how many there are."""
    count = 0
    while not (reply := server.call(C.FILE_LIST, directory, words(count)))[0]:
        name, size = reply[1][24:].rstrip(b"\0"), struct.unpack_from("<I", reply[1], 12)[0]
        assert b"/" not in name and name not in (b"", b".", b"..") and depth < 200
        error, _reply, child = server.call(C.FILE_OPEN, directory, text(name))
        assert not error
        if struct.unpack_from("<I", reply[1], 8)[0] == C.STREAM_DIRECTORY:
            visit(server, child, depth + 1)
        else:
            for at in range(0, min(size, 40_000), 4000):
                assert not server.call(C.STREAM_READ, child, words(at, 4000, 0))[0]
        count += 1
    return count


def odd_archives(r):
    """Archives of one file, and whether they are whole."""
    one = an_archive_of_one(5000)
    size = slice(124, 136)
    yield b"", True
    yield bytes(512), True
    yield bytes(100), False
    yield b"x" * 511, False
    yield b"x" * 512, False
    yield one[:512 + 5000], True
    yield one[:512 + 4999], False
    yield one, True
    yield with_field(one, size, b"%012o" % 5000), True
    yield with_field(one, size, b"%11o " % 5000), True
    yield with_field(one, size, b"%012o" % (5000 + (1 << 32))), False
    yield with_field(one, size, b"%012o" % 0x40000000), False
    yield with_field(one, size, b"\x80" + bytes(9) + b"\x13\x88"), False
    yield with_field(one, size, bytes(12)), False
    yield with_field(one, slice(257, 262), b"USTAR"), False
    at = r.randrange(512)
    yield one[:at] + bytes([one[at] ^ 1]) + one[at + 1:], False


def an_archive_of_one(size):
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        member(archive, "one", random.Random(1).randbytes(size))
    return file.getvalue()


def with_field(archive, field, value):
    header = bytearray(archive[:512])
    header[field] = value
    header[148:156] = b" " * 8
    header[148:156] = b"%06o\0 " % sum(header)
    return bytes(header) + archive[512:]


def read_odd_archives(program, folder):
    for content, whole in odd_archives(random.Random(1)):
        (folder / "odd.tar").write_bytes(content)
        server = Server(program, archive=folder / "odd.tar")
        assert server.whole == whole, content[:512]
        visit(server, Capability(0, WRITE))
        server.close()


def test_odd_archives(program, tmp_path):
    read_odd_archives(program, tmp_path)


def damage(program, folder, archive, seed):
    path = folder / "damaged.tar"
    path.write_bytes(damaged(random.Random(seed), archive.read_bytes()))
    server = Server(program, archive=path, nodes=random.Random(seed).choice([3, 4095]))
    visit(server, Capability(0, WRITE))
    server.close()
    return server.whole


@pytest.mark.timeout(3600)
def test_damaged_archive(program, archive, tmp_path):
    assert 0 < sum(damage(program, tmp_path, archive, seed) for seed in range(5000 if LONG else 100)) < 90


def hostile_message(r, functions):
    """Words that may be numbers, flags, lengths or offsets, and bytes."""
    numbers = [r.choice([0, 1, 2, 31, 255, 256, 4000, 4096, 0x7fffffff, 0x80000000, 0xfffffffb, 0xffffffff, r.getrandbits(32)])
               for _ in range(r.randrange(4))]
    data = words(*numbers) + r.choice([b"", r.randbytes(r.randrange(4000)), b"../" * r.randrange(99), bytes(9)])
    descriptors = r.choice([0] * 20 + [1, 20])
    payload = data + bytes(-len(data) % 4) + r.randbytes(4 * descriptors) if descriptors else data
    total = min(len(payload) + r.choice([0, 8, 20, 4095]), 4095)
    cookie = r.choice([0, 0, 0, r.randrange(40), r.randrange(8) << 12 | r.randrange(40), r.getrandbits(32)])
    return r.choice([*functions] * 4 + [0x8000, 0x8008, 0x804d, 0xffff]), cookie, total, data, descriptors, payload


def be_hostile(program, seed, archive, messages):
    r, server = random.Random(seed), Server(program, 30, 1 << 30, 30, archive)
    for _ in range(messages):
        message = hostile_message(r, Model.HANDLERS)
        error, reply, _given = server.raw(*message)
        assert error < 0xff00 and len(reply) <= message[2]
        assert error == ERR_MESSAGE or message[0] in Model.HANDLERS and not message[4]
    visit(server, Capability(0, WRITE))
    server.close()


@pytest.mark.timeout(3600)
def test_hostile_messages(program, archive):
    for seed in range(500 if LONG else 5):
        be_hostile(program, seed, archive, 3000)


# --- One by one

@pytest.fixture
def files(program):
    return player(program)


def made(p, path, flags=C.FILE_CREATE, directory=None):
    error, _reply, capability = p.ask(C.FILE_OPEN_WRITE, directory or p.root, words(flags) + text(path))
    assert not error
    return capability


def test_capabilities_have_the_rights_of_what_was_asked_for(files):
    """The bits of the contract, not those of the model."""
    assert made(files, b"f").rights == 0xf2
    assert files.ask(C.FILE_OPEN, files.root, text(b"f"))[2].rights == 0xd0
    reader = files.ask(C.FILE_OPEN, files.root, text(b""))[2]
    assert not reader.may(C.FILE_OPEN_WRITE) and not reader.may(C.FILE_REMOVE) and not reader.may(C.FILE_RENAME)


def test_number_of_a_removed_file_is_not_the_next_one(files):
    old = made(files, b"f")
    files.ask(C.FILE_REMOVE, files.root, text(b"f"))
    new = made(files, b"f")
    assert old.cookie != new.cookie
    assert files.ask(C.STREAM_STAT, old, b"")[0] == C.ERR_STALE
    assert files.ask(C.STREAM_STAT, new, b"")[0] == 0


def test_generations_never_come_twice(changed):
    """A number that has had all its generations is not used again."""
    program = changed("node.c", "(UINT32_MAX >> NUMBER_BITS)", "3")
    server, seen, root = Server(program, nodes=5), set(), Capability(0, WRITE)
    while not (reply := server.call(C.FILE_OPEN_WRITE, root, words(C.FILE_CREATE) + text(b"f")))[0]:
        seen.add(reply[2].cookie)
        assert server.call(C.FILE_REMOVE, root, text(b"f"))[0] == 0
    assert reply[0] == C.ERR_NO_SPACE
    assert len(seen) == 5 * 4


def test_directory_is_never_left(files):
    inner = made(files, b"d", DIRECTORY)
    made(files, b"secret")
    for path in (b"../secret", b"/../secret", b"a/../../secret", b"./../../secret", b"..//secret"):
        assert files.ask(C.FILE_OPEN, inner, text(path))[0] == C.ERR_NO_FILE
    assert files.ask(C.FILE_OPEN, inner, text(b".."))[2].cookie == inner.cookie


def test_full_store_takes_what_needs_no_block(program):
    p = player(program, world=(3, 1 << 30, 9))
    f = made(p, b"f")
    for at in (0, 5, 9):
        assert p.ask(C.STREAM_WRITE, f, words(at * BLOCK) + b"x" * 10)[0] == 0
    assert p.ask(C.STREAM_WRITE, f, words(1 * BLOCK - 5) + b"y" * 10)[0] == C.ERR_NO_SPACE
    assert p.ask(C.STREAM_WRITE, f, words(1 * BLOCK - 5) + b"y" * 5)[0] == 0
    assert p.ask(C.FILE_RESIZE, f, words(5 * BLOCK))[0] == 0
    assert p.ask(C.STREAM_WRITE, f, words(1 * BLOCK - 5) + b"y" * 4000)[0] == 0
    p.everything()


def play_lack(program, taken, mapped):
    """The server is told that there is enough, and then there is not: nothing has changed."""
    p = player(program, world=(20, 9 * BLOCK, 9))
    f = made(p, b"f")
    p.ask(C.STREAM_WRITE, f, words(0) + b"x" * 4000)
    if mapped:
        p.ask(C.FILE_MAP_WRITE, f, b"")
    p.server.take(taken)
    p.model.now += 1 + mapped  # it hears of neither
    assert p.server.call(C.STREAM_WRITE, f, words(2 * BLOCK - 1000) + b"y" * 4000)[0] == C.ERR_NO_SPACE
    if mapped:
        assert p.server.call(C.FILE_RESIZE, f, words(9 * BLOCK))[0] == C.ERR_NO_SPACE
        p.ask(C.FILE_SPACE, p.root, b"")
        p.touch()
    p.ask(C.STREAM_STAT, f, b"")
    p.whole_file(f)
    p.server.take(0)
    p.ask(C.STREAM_WRITE, f, words(2 * BLOCK - 1000) + b"y" * 4000)
    p.everything()
    p.clear()
    p.server.close()


@pytest.mark.parametrize("taken, mapped", [(8, False), (7, False), (7, True)])
def test_memory_that_others_have_had(program, taken, mapped):
    play_lack(program, taken, mapped)


def test_large_file(program):
    """All of the store, in messages as large as there are, and read again."""
    p = player(program)
    f = made(p, b"f")
    for at in range(0, 16 << 20, 4000):
        data = words(at) + (at // 4000).to_bytes(4, "little") * min(1000, ((16 << 20) - at) // 4)
        assert p.server.call(C.STREAM_WRITE, f, data)[0] == 0
    assert p.server.call(C.STREAM_WRITE, f, words(C.STREAM_END) + b"x")[0] == C.ERR_NO_SPACE
    for at in range(0, 16 << 20, 4000):
        want = (at // 4000).to_bytes(4, "little") * min(1000, ((16 << 20) - at) // 4)
        assert p.server.call(C.STREAM_READ, f, words(at, 4000, 0))[1][8:] == want
    assert p.server.call(C.FILE_REMOVE, p.root, text(b"f"))[0] == 0
    assert p.server.call(C.FILE_SPACE, p.root, b"")[1] == words(0, 0, 16 << 20, 16 << 20, 0)
    p.server.close()


@pytest.mark.parametrize("form", [tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
def test_other_archives(program, tmp_path, form):
    """What POSIX has besides, and GNU, is left out, and what it is about keeps its short name."""
    path = tmp_path / "other.tar"
    with tarfile.open(path, "w", format=form) as archive:
        member(archive, "x/" * 60 + "f", b"long name")
        member(archive, "f", b"short name")
    server = Server(program, archive=path)
    assert server.whole
    error, _reply, f = server.call(C.FILE_OPEN, Capability(0, WRITE), text(b"f"))
    assert not error and server.call(C.STREAM_READ, f, words(0, 100, 0))[1][8:] == b"short name"
    visit(server, Capability(0, WRITE))
    server.close()


def test_real_archive(program):
    """What `make` packs is there, byte by byte."""
    p = player(program, archive=ROOT / "build/initrd.tar")
    assert b"bin" in p.model.root.entries
    p.everything()
    p.server.close()


# --- On the machine

POLICY = """domain init files
type up root
limit init  processes 1 pages 1024 names 0 threads 1 descriptors 1024
limit files processes 0 pages %d names 1 threads 1 descriptors 4096
processes init up
processes files up
may init processes archive report halt
may files doors archive pager
enter init files
name files /
is / root
allow init root read write delete copy
"""


@pytest.fixture
def machine():
    with contextlib.ExitStack() as stack:
        yield Booter(ROOT, 0, "fm", stack)


def act(machine, script, pages=4096, fills=0, **options):
    """The script on the machine; what it reports."""
    machine._random.getrandbits = lambda bits, given=iter([fills, *[0] * 15]): next(given)
    files = {"bin/fm": "fm", "script": script.script}
    report = machine.under_manager("files", POLICY % pages, files, cmdline="hz=19", **options).go(60).report
    assert report.all("wrong") == []
    assert report.get("steps") == str(script.steps)
    before, after = map(int, report.all("descriptors"))
    assert after <= before + 1 + script.objects(), "it keeps descriptors"
    return report


def test_on_the_machine(machine):
    script = Script(1, Model())
    script.play(3000)
    script.everything()
    script.clear()
    assert script.steps > 2500 and C.ERR_STALE in script.failed and ERR_RIGHT in script.failed
    act(machine, script, shift=3)


def test_costs(machine):
    """Guest instructions; of a read of 4,000 bytes 2,000 are its two copies."""
    script = Script(1, Model())
    f = made(script, b"f")
    script.ask(C.STREAM_WRITE, f, words(0) + b"x" * 4000)
    script.ask(C.STREAM_WRITE, f, words(4000) + b"x" * 4000)
    made(script, b"d", DIRECTORY)
    made(script, b"d/f")
    script.ask(C.STREAM_READ, f, words(0, 4000, 0), repeat=5)
    script.ask(C.STREAM_READ, f, words(2000, 4000, 0), repeat=5)
    script.ask(C.STREAM_READ, f, words(0, 0, 0), repeat=5)
    script.ask(C.STREAM_WRITE, f, words(0) + b"x" * 4000, repeat=5)
    script.ask(C.STREAM_STAT, f, b"", repeat=5)
    script.ask(C.FILE_OPEN, script.root, text(b"d/f"), repeat=5)
    costs = [int(line) for line in act(machine, script, shift=0).all("cost")]
    limits = {"read": 3300, "across blocks": 3700, "nothing": 1150, "write": 3700, "stat": 1000, "open": 3200}
    assert len(costs) == len(limits) and all(cost < limit for cost, limit in zip(costs, limits.values())), costs


def test_full_machine(machine):
    """More files than there is memory, twice; nothing is lost by it."""
    for memory, pages in [(8, 4096), (32, 1000)]:
        report = act(machine, Script(1, Model()), pages=pages, memory=memory, fills=2, shift=3)
        full = report.all("full")
        assert full[0] == full[1] and full[0].split()[0] == f"{C.ERR_NO_SPACE:x}"
        assert int(full[0].split()[1]) > 800 * BLOCK
        space = [line.split() for line in report.all("space")]
        assert space[0] == space[1] and space[0][0] == space[0][1]


# --- Bugs

def find_bug(program, archive, folder):
    """All of the above, what finds most first, until something is wrong."""
    for seed, steps in [(0, 700), (1, 700), *((seed, 1500) for seed in range(2, 8))]:
        for world in WORLDS:
            play(program, seed, world, archive if seed % 2 else None, steps)
        if seed == 1:
            read_odd_archives(program, folder)
            be_hostile(program, 1, archive, 1500)
            for crowded in WORLDS:
                play_crowd(program, crowded)
            play_lack(program, 7, False)
            play_lack(program, 7, True)
    for seed in range(40):
        damage(program, folder, archive, seed)


@pytest.mark.parametrize("file, old, new", [pytest.param(f, *c, id=f"{f}: {why}") for f, why, *c in BUGS])
def test_bug_is_found(file, old, new, changed, archive, tmp_path):
    program = changed(file, old, new)
    with pytest.raises(AssertionError):
        find_bug(program, archive, tmp_path)


def test_nothing_is_found_where_nothing_is(program, archive, tmp_path):
    find_bug(program, archive, tmp_path)
