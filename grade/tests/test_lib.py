# SPDX-License-Identifier: BSD-2-Clause
"""The programs' library on the host, under sanitizers: any input, and a model that says what is right.

LINTEL_LONG=1 goes on for minutes.
"""

import pytest

from test_host import FLAGS, HOST, KERNEL, LONG, ROOT, run

LIB = ROOT / "user/lib"

# door.h has absolute addresses, so the program stays where it is.
FLAGS = [*FLAGS, "-no-pie", "-fno-pie"]
OF_LIB = [f"-I{KERNEL}", "-iquote", ROOT / "user", "-iquote", LIB]
OF_HOST = [f"-I{HOST}", f"-I{KERNEL}"]


class Target:
    """A file of the library, what tries it, and what it brings that the host has too: that gets other names."""

    def __init__(self, file, harness, runs, beside=(), renamed=""):
        self.file, self.runs, self.beside = file, runs, list(beside)
        self.harness = [HOST / f"{name}.c" for name in harness.split()]
        self.names = [f"-D{name}=tried_{name}" for name in renamed.split()]


TARGETS = {
    "memory": Target("memory.c", "fuzz_heap", 3000, renamed="malloc calloc realloc free"),
    "string": Target("string.c", "fuzz_string", 1000, renamed="memmove memcpy strncmp strchr strlcpy"),
    "message": Target("message.c", "fuzz_message trapped", 1000, [LIB / "door.c"]),
    "door": Target("door.c", "fuzz_door trapped", 50),
}

# file, what it does wrong, the text that stands there once, the text instead
BUGS = [
    ("memory.c", "arena not aligned", "-(uintptr_t)arena & (ALIGN - 1)", "0"),
    ("memory.c", "block behind the arena", "(size - skip) & ~", "size & ~"),
    ("memory.c", "no block in a small arena", "size < skip + sizeof(struct block)", "size < skip + 64"),
    ("memory.c", "header in no arena", "    if (size < skip + sizeof(struct block))\n        return;\n", ""),
    ("memory.c", "no room for the header", "(sizeof(struct block) + size +", "(size +"),
    ("memory.c", "sizes not aligned",
     "ALIGN - 1) & ~(size_t)(ALIGN - 1);\n}\n\nstatic struct block *", "0);\n}\n\nstatic struct block *"),
    ("memory.c", "free blocks stay apart", "!b->used && is_free(behind(b))", "0"),
    ("memory.c", "two become one, three not", "        while (!b->used", "        if (!b->used"),
    ("memory.c", "used block swallowed", "(const char *)b < heap.end && !b->used", "(const char *)b < heap.end"),
    ("memory.c", "last block's neighbour", "(const char *)b < heap.end && ", ""),
    ("memory.c", "one byte too few", "b->size >= size)", "b->size + ALIGN >= size)"),
    ("memory.c", "exact fit not taken", "b->size >= size)", "b->size > size)"),
    ("memory.c", "tail not counted", "*tail = b->used ? 0 : b->size;", "*tail = 0;"),
    ("memory.c", "tail in use", "*tail = b->used ? 0 : b->size;", "*tail = b->size;"),
    ("memory.c", "rest of a block is lost", "if (rest >= sizeof(*b))", "if (rest >= 64)"),
    ("memory.c", "rest of a block is in use", "{rest, 0}", "{rest, 1}"),
    ("memory.c", "block not in use", "    b->used = 1;\n", ""),
    ("memory.c", "any size", "size > (size_t)(heap.limit - heap.first)", "0"),
    ("memory.c", "maps over the limit",
     "    if (pages > (size_t)(heap.limit - heap.end) / PAGE)\n        return false;\n", ""),
    ("memory.c", "last page not mapped", "if (pages > (size_t)", "if (pages >= (size_t)"),
    ("memory.c", "too few pages", "(bytes + PAGE - 1) / PAGE", "bytes / PAGE"),
    ("memory.c", "too many pages at once", "pages < MEMORY_PAGES_MAX ? pages : MEMORY_PAGES_MAX", "pages"),
    ("memory.c", "memory that was not mapped", ", MEMORY_WRITABLE).error)", ", MEMORY_WRITABLE).error > ERR_FLAGS)"),
    ("memory.c", "memory that cannot be written", "part, MEMORY_WRITABLE)", "part, 0)"),
    ("memory.c", "count and size wrap", "size && count > SIZE_MAX / size", "0"),
    ("memory.c", "not cleared", "memset(memory, 0, count * size)", "memset(memory, 0, size)"),
    ("memory.c", "moved in any case", "memory && size <= room", "0"),
    ("memory.c", "stays where it has no room", "size <= room)", "size <= room + ALIGN)"),
    ("memory.c", "moved, but not its content", "        memcpy(moved, memory, room);\n", ""),
    ("memory.c", "old block is lost", "        free(memory);\n", ""),
    ("memory.c", "NULL freed", "    if (memory)\n        ((struct", "        ((struct"),
    ("string.c", "never backwards", "(uintptr_t)t - (uintptr_t)f >= size", "1"),
    ("string.c", "always backwards", "(uintptr_t)t - (uintptr_t)f >= size", "size == 0"),
    ("string.c", "backwards one byte too late", "f >= size)", "f >= size - 1)"),
    ("string.c", "compares behind the end", " || !*a)", ")"),
    ("string.c", "letters are signed", "return (unsigned char)*a - (unsigned char)*b", "return *a - *b"),
    ("string.c", "the end is no letter",
     "    for (; *text != (char)c; text++)\n        if (!*text)\n            return NULL;\n",
     "    for (; *text != (char)c || !c; text++)\n        if (!*text)\n            return NULL;\n"),
    ("string.c", "letter is an int", "*text != (char)c", "*text != (c & 0xff)"),
    ("string.c", "no end", "        to[part] = 0;\n", ""),
    ("string.c", "end behind the room", "length < size ? length : size - 1", "length <= size ? length : size"),
    ("string.c", "no room at all", "    if (size) {", "    if (1) {"),
    ("string.c", "f is no digit", "c <= 'f'", "c < 'f'"),
    ("string.c", "F is no digit", "c <= 'F'", "c < 'F'"),
    ("string.c", "number that wraps", "*value > (UINT32_MAX - digit(*at)) / base", "0"),
    ("string.c", "last number not", "*value > (UINT32_MAX", "*value >= (UINT32_MAX"),
    ("string.c", "one too large", "(UINT32_MAX - digit(*at)) / base", "UINT32_MAX / base"),
    ("string.c", "no digit is a number", "at > first ? at : NULL", "at"),
    ("message.c", "buffer too large to tell", "least(size, CALL_DATA_MAX)", "size"),
    ("message.c", "sender's room", "least(m->room, call_total_size(sizes))", "m->room"),
    ("message.c", "room behind the buffer", "least(m->room, call_total_size(sizes))", "call_total_size(sizes)"),
    ("message.c", "data behind descriptors", "m->descriptors || size >", "size >"),
    ("message.c", "data behind the room", "size > m->room - m->data", "size > m->room"),
    ("message.c", "last byte of data", "size > m->room - m->data", "size >= m->room - m->data"),
    ("message.c", "goes on where it was broken",
     "        m->broken = true;\n    if (m->broken)\n        return;\n    memcpy(m->buffer + m->data",
     "        m->broken = true;\n    if (size > m->room - m->data)\n        return;\n    memcpy(m->buffer + m->data"),
    ("message.c", "text without its length", "    put_u32(m, length);\n", ""),
    ("message.c", "256 descriptors", "m->descriptors == DESCRIPTORS_MAX || ", ""),
    ("message.c", "descriptor behind the room", "at + sizeof(word) > m->room", "at > m->room"),
    ("message.c", "last descriptor", "at + sizeof(word) > m->room", "at + sizeof(word) >= m->room"),
    ("message.c", "descriptor kept", "move ? DESCRIPTOR_MOVE : 0", "0"),
    ("message.c", "only room for the reply", "call_sizes(m->size,", "call_sizes(m->room,"),
    ("message.c", "reads behind the data", "size > m->data - m->read", "size > m->data"),
    ("message.c", "last byte not read", "size > m->data - m->read", "size && size >= m->data - m->read"),
    ("message.c", "nothing, not zeros", "        memset(to, 0, size);\n", ""),
    ("message.c", "same word twice", "    m->read += size;\n", ""),
    ("message.c", "text without room for its end", "length >= size", "length > size"),
    ("message.c", "long text is cut",
     "    if (length >= size)\n        m->broken = true;\n", "    length = length < size ? length : size - 1;\n"),
    ("message.c", "text without end", "    to[length] = 0;\n", ""),
    ("message.c", "rest of a broken message", "m->broken ? 0 : m->data - m->read", "m->data - m->read"),
    ("message.c", "rest is left", "    m->read += *size;\n", ""),
    ("message.c", "descriptors without padding", "descriptors_at(m->data) + i", "m->data + i"),
    ("message.c", "number with rights", "word & DESCRIPTOR_NUMBER", "word"),
    ("message.c", "rights with more", "& RIGHTS_ALL,", ","),
    ("message.c", "moved is own", "word & DESCRIPTOR_OWN", "word & DESCRIPTOR_MOVE"),
    ("message.c", "descriptor that is not there",
     "    if (m->taken == m->descriptors)\n        m->broken = true;\n", ""),
    ("message.c", "same descriptor twice", "m->taken++", "m->taken"),
    ("message.c", "broken is whole", "!m->broken && m->read", "m->read"),
    ("message.c", "data is left", "m->read == m->data && ", ""),
    ("message.c", "descriptor is left", " && m->taken == m->descriptors)", ")"),
    ("message.c", "only others are closed", "for (uint32_t i = 0; i < m->d", "for (uint32_t i = m->taken; i < m->d"),
    ("message.c", "broken message is sent", "    if (!m->broken)\n        r = send", "        r = send"),
    ("message.c", "result read twice", "    in->read = least(in->data, RESULT_SIZE);\n", ""),
    ("message.c", "reply without a result", "least(in->data, RESULT_SIZE)", "RESULT_SIZE"),
    ("message.c", "broken reply is sent", "    if (m->broken)\n        error = ERR_MESSAGE;\n", ""),
    ("message.c", "error is forgotten", "next = error ?", "next = m->broken ?"),
    ("message.c", "sender waits for ever",
     "    if (next.function == CALL_INVALID)\n        reply_error(ERR_MESSAGE);\n", ""),
    ("message.c", "two replies", "    if (next.function == CALL_INVALID)\n", ""),
    ("door.c", "another function",
     "kernel_call(function, target, &word,", "kernel_call(CALL_ANSWER_ERROR, target, &word,"),
    ("door.c", "word not sent", "&word, sizeof(word))", "&word, 0)"),
    ("door.c", "no room to receive", "call_sizes(size, 0, 0)", "0"),
    ("door.c", "limit forgotten", "offsetof(struct wait_list, door) + count", "count"),
    ("door.c", "last door forgotten", "count * sizeof(list->door[0])", "(count - 1) * sizeof(list->door[0])"),
    ("door.c", "rights and cookie swapped", "duplicate = {rights, cookie}", "duplicate = {cookie, rights}"),
    ("door.c", "no room for the look", "call_sizes(sizeof(*look), 0, 0)", "call_sizes(sizeof(look), 0, 0)"),
    ("door.c", "machine not told", "CALL_IRQ_BIND, machine", "CALL_IRQ_BIND, CALL_MACHINE"),
    ("door.c", "manager's rights and cookie swapped", "{door, {rights, cookie}}", "{door, {cookie, rights}}"),
    ("door.c", "machine not told for a priority", "{priority, machine}", "{priority, 0}"),
    ("door.c", "cookie of a sandbox forgotten", "sandbox = {door, {0, cookie}}", "sandbox = {door, {0, 0}}"),
    ("door.c", "nothing given",
     "call_sizes(count * sizeof(*words), 0, count)", "call_sizes(count * sizeof(*words), 0, 0)"),
    ("door.c", "ports swapped", "{machine, first, count}", "{machine, count, first}"),
    ("door.c", "view sent", "call_sizes(sizeof(*view), 0, 0)", "call_sizes(sizeof(*view), sizeof(*view), 0)"),
    ("door.c", "starts what it should stop", "CALL_THREAD_STOP", "CALL_THREAD_START"),
]


def compiled(*words):
    done = run("gcc", *FLAGS, *words, timeout=120)
    assert done.returncode == 0, done.stdout


@pytest.fixture(scope="session")
def harness(tmp_path_factory):
    """All but the file under test, as objects: made once by each worker."""
    made = {}

    def of(target):
        if target not in made:
            made[target] = folder = tmp_path_factory.mktemp("harness")
            for name in ("expect", "input", "replay"):
                compiled(*OF_HOST, "-c", HOST / f"{name}.c", "-o", folder / f"{name}.o")
            for source in target.harness + target.beside:
                compiled(*OF_LIB, *target.names, "-c", source, "-o", folder / f"{source.stem}.o")
        return sorted(made[target].iterdir())
    return of


@pytest.fixture
def replay(harness, tmp_path):
    def done(target, folder=LIB, times=1):
        compiled(*OF_LIB, *target.names, "-c", folder / target.file, "-o", tmp_path / "tried.o")
        compiled(*harness(target), tmp_path / "tried.o", "-o", tmp_path / "program")
        return run(tmp_path / "program", 1, target.runs * times, timeout=1800)
    return done


@pytest.mark.timeout(3600)
@pytest.mark.parametrize("target", TARGETS.values(), ids=TARGETS)
def test_replay(target, replay):
    done = replay(target, times=100 if LONG else 1)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("file, old, new", [pytest.param(f, *c, id=f"{f}: {why}") for f, why, *c in BUGS])
def test_bug_is_found(file, old, new, replay, tmp_path):
    text = (LIB / file).read_text()
    assert text.count(old) == 1
    (tmp_path / file).write_text(text.replace(old, new))
    done = replay(next(t for t in TARGETS.values() if t.file == file), tmp_path)
    assert done.returncode != 0
    assert any(words in done.stdout for words in ("wrong: ", "ERROR: AddressSanitizer", "runtime error")), done.stdout
