# SPDX-License-Identifier: BSD-2-Clause
"""The driver of disks: its parts on the host under sanitizers, with a controller that can fail in all ways; and all of it on the
machine, with images that are looked at from outside."""

import contextlib
import os
import random
import re
import shutil
import struct
import subprocess
import sys
import time

import pytest

import states
from disk_bugs import BUGS
from lintel.boot import Booter
from lintel.machine import Disk
from test_host import FLAGS, HOST, KERNEL, ROOT, run

sys.path.insert(0, str(states.ROOT / "grade/front"))
import disk  # noqa: E402

DISK = ROOT / "user/disk"
PARTS = ["ata", "dma", "identify", "partition", "pci", "queue", "transfer"]
INCLUDE = [f"-I{KERNEL}", f"-I{ROOT / 'pm'}", "-iquote", ROOT / "user", "-iquote", ROOT / "user/lib", "-iquote", HOST]
HOSTED = [*FLAGS, "-no-pie", "-fno-pie", "-Wno-builtin-declaration-mismatch"]
READ, WRITE, FLUSH = range(3)


@pytest.fixture(scope="session")
def build(tmp_path_factory):
    """Compiles the driver's parts with the ports of the board, one text in one of them replaced."""
    folder = tmp_path_factory.mktemp("disk")

    def made(name, file=None, old=None, new=None):
        source = folder / name
        shutil.copytree(DISK, source)
        shutil.copyfile(HOST / "disk_ports.h", source / "ports.h")
        if file:
            content = (DISK / file).read_text()
            assert content.count(old) == 1, f"{file}: {old}"
            (source / file).write_text(content.replace(old, new))
        files = [source / f"{part}.c" for part in PARTS] + [HOST / "disk.c", HOST / "disk_board.c"]
        done = run("gcc", *HOSTED, "-iquote", source, *INCLUDE, *files, "-o", source / "program", timeout=120)
        assert done.returncode == 0, done.stdout
        return source / "program"
    return made


@pytest.fixture(scope="session")
def program(build):
    return build("right")


def say(program, *lines):
    """What comes of these commands."""
    done = subprocess.run([program], input="\n".join(lines) + "\n", capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout.splitlines()


# --- Tables of partitions

def image(path, tables):
    """{sector: [(type, first, sectors)] or bytes}"""
    with open(path, "wb") as file:
        for sector, content in tables.items():
            file.seek(sector * 512)
            file.write(content if isinstance(content, bytes) else disk.table(content))
    return path


def tables(program, path, sectors=10000):
    lines = [line.split(None, 1) for line in say(program, f"tables {path} {sectors}")]
    found = [(int(n), int(kind, 16), int(first), int(count)) for what, rest in lines if what == "partition"
             for n, kind, first, count in [rest.split()]]
    return found, [rest for what, rest in lines if what == "wrong"]


EXTENDED = [(5, 1000, 3000)]
TABLES = [
    ({0: bytes(512)}, [], []),
    ({0: disk.table([(0x83, 1, 9999)])[:511] + b"\x55"}, [], []),
    ({0: disk.table([(0x83, 1, 9999)])[:510] + b"\xaa\xaa"}, [], []),
    ({0: [(0x83, 1, 9999)]}, [(1, 0x83, 1, 9999)], []),
    ({0: [(0, 0, 0), (0x83, 5, 10), (0x83, 15, 0), (0x82, 15, 5)]}, [(2, 0x83, 5, 10), (4, 0x82, 15, 5)], []),
    ({0: [(0x83, 0, 10)]}, [], ["1 is not on the disk"]),
    ({0: [(0x83, 1, 10000)]}, [], ["1 is not on the disk"]),
    ({0: [(0x83, 10000, 1)]}, [], ["1 is not on the disk"]),
    ({0: [(0x83, 2, 0xffffffff)]}, [], ["1 is not on the disk"]),
    ({0: [(0x83, 10, 10), (0x83, 19, 10), (0x83, 20, 5), (0x83, 1, 10)]},
     [(1, 0x83, 10, 10), (3, 0x83, 20, 5)], ["2 overlaps another one", "4 overlaps another one"]),
    ({0: [(0x83, 10, 10), (0x83, 1, 100)]}, [(1, 0x83, 10, 10)], ["2 overlaps another one"]),
    ({0: [(0x83, 1, 50), *EXTENDED], 1000: [(0x83, 1, 9), (5, 500, 100)], 1500: [(0x82, 2, 20)]},
     [(1, 0x83, 1, 50), (5, 0x83, 1001, 9), (6, 0x82, 1502, 20)], []),
    ({0: [(0x83, 900, 200), *EXTENDED]}, [(1, 0x83, 900, 200)], ["2 overlaps another one"]),
    ({0: [*EXTENDED, (0x83, 900, 200)], 1000: []}, [], ["2 overlaps another one"]),
    ({0: [*EXTENDED, (15, 5000, 200)], 1000: []}, [], ["2 is a second one that holds others"]),
    ({0: EXTENDED}, [], ["5 has no table"]),
    ({0: EXTENDED, 1000: [(0x83, 1, 3000)]}, [], ["5 is not where it should be"]),
    ({0: EXTENDED, 1000: [(0x83, 1, 2999)]}, [(5, 0x83, 1001, 2999)], []),
    ({0: EXTENDED, 1000: [(0x83, 0, 10)]}, [], ["5 is not where it should be"]),
    ({0: EXTENDED, 1000: [(0x83, 0xfffffc18 + 1, 10)]}, [], ["5 is not where it should be"]),  # wraps to sector 1
    ({0: EXTENDED, 1000: [(0x83, 1, 9), (5, 500, 10)], 1500: [(0x83, (1 << 32) - 400, 10)]},
     [(5, 0x83, 1001, 9)], ["6 is not where it should be"]),
    ({0: EXTENDED, 1000: [(0x83, 1, 9), (0x83, 500, 10)], 1500: [(0x83, 1, 9)]}, [(5, 0x83, 1001, 9)], []),
    ({0: EXTENDED, 1000: [(0x83, 1, 9), (5, 0, 10)]}, [(5, 0x83, 1001, 9)], []),
    ({0: EXTENDED, 1000: [(0x83, 1, 9), (5, 3000, 10)]}, [(5, 0x83, 1001, 9)], ["6 is in a chain that leads nowhere"]),
    ({0: EXTENDED, 1000: [(0x83, 1, 9), (5, 500, 10)], 1500: [(0x83, 1, 9), (5, 500, 10)]},
     [(5, 0x83, 1001, 9), (6, 0x83, 1501, 9)], ["7 is in a chain that leads nowhere"]),
    ({0: EXTENDED, 1000: [(0x83, 1, 1000), (5, 500, 10)], 1500: [(0x83, 1, 9)]},
     [(5, 0x83, 1001, 1000)], ["6 overlaps another one"]),
]


@pytest.mark.parametrize("content, found, wrong", TABLES, ids=range(len(TABLES)))
def test_tables(program, tmp_path, content, found, wrong):
    assert tables(program, image(tmp_path / "image", content)) == (found, wrong)


def test_long_chain(program, tmp_path):
    """Names end with disk0p15."""
    chain = {0: EXTENDED, **{1000 + 10 * i: [(0x83, 1, 9), (5, 10 * (i + 1), 10)] for i in range(100)}}
    found, wrong = tables(program, image(tmp_path / "image", chain))
    assert found == [(5 + i, 0x83, 1001 + 10 * i, 9) for i in range(11)] and not wrong


def test_random_tables(program, tmp_path):
    """Whatever a table says: partitions are on the disk, and share no sector."""
    r, seen = random.Random(1), 0
    lines = []
    for i in range(300):
        content = {}
        for sector in [0, 10, 20, 50, 100, 150]:
            entries = [(r.choice([0, 5, 15, 0x85, 0x83, 0x82]), number(r), number(r)) for _ in range(4)]
            content[sector] = disk.table(entries) if r.random() < 0.9 else r.randbytes(510) + b"\x55\xaa"
        lines.append(f"tables {image(tmp_path / str(i), content)} 200")
    for line in lines:
        taken = set()
        for what, *rest in map(str.split, say(program, line)):
            if what == "partition":
                first, count = int(rest[2]), int(rest[3])
                assert 1 <= first and count >= 1 and first + count <= 200
                assert not taken & set(range(first, first + count))
                taken |= set(range(first, first + count))
                seen += 1
    assert seen > 100


def number(r):
    return r.choice([10, 20, 50, 100, r.randrange(200), r.randrange(200), 0xfffffff0 + r.randrange(16)])


# --- The queue

def test_queue_order(program):
    said = say(program, *(f"add {i % 8} {i}" for i in range(64)), *["take"] * 65)
    assert said == [str(i) for i in range(64)] + ["-1"]


def test_queue_drops_who_has_ended(program):
    """In the middle, at the beginning; the others keep their order; and all the way around the ring."""
    lines, wanted = [], []
    for lap in range(9):
        numbers = [100 * lap + i for i in range(10)]
        lines += [f"add {lap} {n}" for n in numbers] + [f"ended {n}" for n in numbers[:2] + numbers[5:7]] + ["take"] * 6
        wanted += [n for n in numbers if n not in numbers[:2] + numbers[5:7]]
    assert say(program, *lines, "take") == [str(n) for n in wanted] + ["-1"]


def test_queue_is_bounded(program):
    """16 of one attachment, 64 of all; who has ended makes room."""
    fill = [f"add {i // 16} {i}" for i in range(64)]
    assert say(program, *fill[:15], "room 0", *fill[15:16], "room 0", "room 1", "holds 0", "holds 1") == ["1", "0", "1", "1", "0"]
    assert say(program, *fill, "room 9", "ended 20", "room 9", "room 1", "room 0", "take") == ["0", "1", "1", "0", "0"]


# --- Drives

DMA, LONG, SETTLES = 1, 1, 1
SMALL = f"drive 0 5000 {DMA} 0 {SETTLES} 0"
LARGE = f"drive 0 {0x30000000} {DMA} {LONG} {SETTLES} 0"
WAYS = {"pio": "start 1 0", "dma": "start 1 1", "no pci": "start 0 1"}
FAULTS = [("bad", "failed"), ("mute", "silent"), ("stuck", "failed")]
ways = pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)


def commands(program, *lines):
    """Without what the start says."""
    return [line for line in say(program, *lines) if not line.startswith("drive ")]


def test_drives(program):
    assert say(program, SMALL, "start 1 1") == ["drive 0 5000 QEMU-like DISK dma"]
    assert say(program, SMALL, "start 1 0") == ["drive 0 5000 QEMU-like DISK"]
    assert say(program, SMALL, "start 0 1") == ["drive 0 5000 QEMU-like DISK"]
    assert say(program, LARGE, "drive 1 77 0 0 0 0", "start 1 1") == [
        f"drive 0 {0x30000000} QEMU-like DISK dma long", "drive 1 77 QEMU-like DISK"]
    assert say(program, "start 1 1", "time") == ["time 0"]
    assert say(program, "drive 1 77 1 0 0 0", "start 1 1") == ["drive 1 77 QEMU-like DISK dma"]
    assert say(program, "drive 0 77 1 0 0 1", "start 1 1") == []  # a CD
    assert say(program, "drive 0 0 1 0 0 0", "start 1 1") == []
    assert say(program, SMALL, "dead 0", "start 1 1") == []


def transfers_right(program, drive, way, sector, count, offset):
    for operation in (READ, WRITE):
        said = commands(program, drive, way, f"do 0 {operation} {sector} {count} {offset}")
        assert said[1:] == ["done"], said
        assert said[0].endswith(f"drive 0 sector {sector} sectors {count}")


@ways
def test_transfers(program, way):
    r = random.Random(2)
    for drive in (SMALL, LARGE):
        for _ in range(12):
            count = r.choice([1, 2, 8, r.randrange(1, 129), 128])
            last = int(drive.split()[2]) - count
            sector = r.choice([0, 7, last, r.randrange(last), min(last, 0x0fffffff), min(last, 0x10000000 - count)])
            offset = 512 * r.choice([0, 1, 7, r.randrange(64 * 8 - count), 64 * 8 - count])
            transfers_right(program, drive, way, sector, count, offset)
    for sector, count in [(0x0fffffff, 1), (0x0fffffff, 2), (0x10000000, 1), (0x0fffff80, 128), (0x0fffff81, 128)]:
        transfers_right(program, LARGE, way, sector, count, 512)
    said = commands(program, SMALL, way, f"do 0 {FLUSH} 0 0 0", "do 1 0 0 1 0")
    assert said == ["command e7 drive 0", "done", "failed"]
    assert commands(program, LARGE, way, f"do 0 {FLUSH} 0 0 0") == ["command ea drive 0", "done"]
    assert commands(program, "drive 0 5000 1 0 0 0", way, f"do 0 {FLUSH} 0 0 0") == ["done"]


@ways
@pytest.mark.parametrize("operation", [READ, WRITE])
@pytest.mark.parametrize("fault, outcome", FAULTS)
def test_faults(program, way, operation, fault, outcome):
    """One request fails, and the next one does not."""
    if fault == "stuck" and (way == WAYS["dma"] or operation == READ):
        outcome = "done"  # the controller knows how much it is; and what was wanted is there
    at = 103 if fault == "stuck" else 101
    for first in (100, at if fault != "stuck" else 100):
        lines = [f"{fault} 0 {at}", f"do 0 {operation} {first} 3 0", f"{fault} 0 {0xffffffff}",
                 f"do 0 {operation} 200 3 512", "do 1 0 3 1 0"]
        at_once = fault == "mute" and way != WAYS["dma"] and operation == WRITE and first == at
        said = commands(program, SMALL, "drive 1 900 1 0 1 0", way, *lines)
        assert [line for line in said if not line.startswith("command")] == ["failed" if at_once else outcome, "done", "done"], said


@ways
def test_flush_fails(program, way):
    lines = [f"do 0 {FLUSH} 0 0 0", f"bad 0 {0xffffffff}", f"mute 0 {0xffffffff}", f"do 0 {FLUSH} 0 0 0", "do 0 0 0 1 0"]
    for fault, outcome in (("bad", "failed"), ("mute", "silent")):
        said = commands(program, SMALL, way, f"{fault} 0 {0xffffffff - 2}", *lines)
        assert [line for line in said if not line.startswith("command")] == [outcome, "done", "done"]


@ways
def test_drive_dies(program, way):
    """It takes a moment to find that out, once; from then on nobody waits."""
    said = commands(program, SMALL, way, "mute 0 7", "dead 0", "do 0 0 7 1 0", "time", *["do 0 0 8 1 0"] * 100, "time")
    times = [int(line.split()[1]) for line in said if line.startswith("time")]
    assert [line for line in said if line.split()[0] not in ("time", "command")] == ["silent"] + ["failed"] * 100
    assert 0 < times[0] < 10000 and times[1] == times[0]


# --- Bugs that have to be found

def everything(program, tmp_path):
    """All of the above."""
    for number, (content, found, wrong) in enumerate(TABLES):
        assert tables(program, image(tmp_path / f"t{number}", content)) == (found, wrong)
    test_long_chain(program, tmp_path)
    test_queue_order(program)
    test_queue_drops_who_has_ended(program)
    test_queue_is_bounded(program)
    test_drives(program)
    for way in WAYS.values():
        test_transfers(program, way)
        test_flush_fails(program, way)
        test_drive_dies(program, way)
        for operation in (READ, WRITE):
            for fault, outcome in FAULTS:
                test_faults(program, way, operation, fault, outcome)
    test_random_tables(program, tmp_path)


@pytest.mark.parametrize("file, old, new", [pytest.param(f, *c, id=f"{f}: {why}") for f, why, *c in BUGS])
def test_bug(file, old, new, build, tmp_path, request):
    program = build(f"bug{abs(hash(request.node.name))}", file, old, new)
    with pytest.raises((AssertionError, subprocess.TimeoutExpired, ValueError)):
        everything(program, tmp_path)


# --- The machine

SECTORS = 8192
LAYOUT = [(0x83, 64, 4000), (5, 4096, 2000), (0x82, 7000, 1192)]
LOGICAL = (0x83, 4100, 1000)
NAMES = ["disk0", "disk0p1", "disk0p3", "disk0p5"]
STEPS = "START LIST OPEN FILL READ WRITE FLUSH CLOSE SUM END CLIENT END_CLIENTS NAP WIRED READ_ONLY SPEED RAW TIME RESIZE DROP MEMORY WIRER".split()
SERVER = 99  # a slot that is none: /dev/disk itself

RANGE, RIGHT, STALE, PHASE, DISK_ERROR, NOT_FOUND, MESSAGE, LIMIT = 0x123, 0xff06, 0x121, 0x122, 0x240, 0x107, 1, 0x120


class Script:
    """Steps of user/pmtests/disktest.c, and what each has to report."""

    def __init__(self, **how):
        self.steps, self.wanted = b"", []
        self.do("START", 0, int(how.get("pio", False)), wanted=[("start", "0")])

    def do(self, what, slot=0, a=0, b=0, c=0, wanted=()):
        self.steps += struct.pack("<5I", STEPS.index(what), slot, a & 0xffffffff, b, c)
        self.wanted += wanted
        return self

    def outcome(self, what, slot=0, a=0, b=0, c=0, value=None, error=0):
        """A step that reports a value and an error."""
        value = (b if what in ("READ", "WRITE") else 0) if value is None else value
        word = f"{0xffffffff if error else value:x} {error:x}"
        return self.do(what, slot, a, b, c, wanted=[(what.lower(), word)])

    def open(self, slot, name=0, writable=1, pages=32, sectors=SECTORS, error=0):
        return self.outcome("OPEN", slot, name, writable, pages, value=sectors, error=error)

    def sum(self, slot, offset, data):
        return self.do("SUM", slot, offset, len(data), wanted=[("sum", f"{fnv(data):x}")])


def fnv(data):
    value = 2166136261
    for byte in data:
        value = (value ^ byte) * 16777619 & 0xffffffff
    return value


def content(seed, size):
    """What FILL writes."""
    return b"".join(struct.pack("<I", ((seed + i) * 2654435761 ^ seed) & 0xffffffff) for i in range(size // 4))


@pytest.fixture(scope="session")
def original(tmp_path_factory):
    """A disk with random content, and partitions."""
    path = tmp_path_factory.mktemp("images") / "disk"
    data = bytearray(random.Random(5).randbytes(SECTORS * 512))
    data[0:512] = disk.table(LAYOUT)
    data[4096 * 512:4097 * 512] = disk.table([(LOGICAL[0], LOGICAL[1] - 4096, LOGICAL[2])])
    path.write_bytes(data)
    return path


def policy():
    """The one that is delivered, but the first process plays, and it and its clients have disks."""
    given = re.sub(r"(?m)^(may +init|made +init|allow +user +disk) .*$", "", (ROOT / "user/files/etc/policy").read_text())
    return given + "may init doors processes archive report halt\nmade init private\n" + "".join(
        f"allow {domain} disk read write copy\n" for domain in ("init", "user"))


class Play:
    """A machine, a script, and the disks when all is over."""

    def __init__(self, booter, script, disks, guest_seconds=20, given=None, **options):
        booted = booter.under_manager("disktest", given or policy(), {"bin/disk": "disk", "script": script.steps}, disks=disks, **options)
        booted.go(guest_seconds)
        self.lines = [(name, line) for name, line in booted.report.lines]
        self.console = booted.run.console.decode()
        self.disks = [(booted.machine.dir / f"disk{i}").read_bytes() for i in range(len(disks))]


@pytest.fixture
def booter():
    with contextlib.ExitStack() as stack:
        yield Booter(ROOT, 0, "disk", stack)


def played(booter, script, disks, **options):
    play = Play(booter, script, disks, **options)
    assert play.lines == [(name, line) for name, line in script.wanted]
    return play


modes = pytest.mark.parametrize("pio", [False, True], ids=["dma", "pio"])


def listed(name, sectors, first, kind, pio):
    return "disk", f"{name} {sectors} {first} {kind:x} {int(not pio)}"


@modes
def test_list(booter, original, pio):
    """Disks and partitions, on two drives."""
    script = Script(pio=pio)
    wanted = []
    for number in range(2):
        wanted += [listed(f"disk{number}", SECTORS, 0, 0, pio), listed(f"disk{number}p1", 4000, 64, 0x83, pio),
                   listed(f"disk{number}p3", 1192, 7000, 0x82, pio), listed(f"disk{number}p5", 1000, 4100, 0x83, pio)]
    script.do("LIST", wanted=[*wanted, ("disks", f"{NOT_FOUND:x}")])
    played(booter, script, [original, original])


@modes
def test_sectors(booter, original, pio):
    """Reads and writes of all sizes, at all places of disks, partitions and buffers, against the images."""
    r, script = random.Random(3), Script(pio=pio)
    first = [0, 64, 7000, 4100]
    sizes = [SECTORS, 4000, 1192, 1000]
    models = [bytearray(original.read_bytes()) for _ in range(2)]
    for slot in range(8):
        script.open(slot, slot, pages=32, sectors=sizes[slot % 4])
    for step in range(60):
        slot, count = r.randrange(8), r.choice([1, 2, 3, 8, 100, 128, r.randrange(1, 129)])
        sector = r.choice([0, sizes[slot % 4] - count, r.randrange(sizes[slot % 4] - count)])
        offset = 512 * r.choice([0, 256 - count, r.randrange(257 - count)])
        at, size = (first[slot % 4] + sector) * 512, count * 512
        if r.random() < 0.5 and (slot % 4 or sector):
            script.do("FILL", slot, offset, size, step + 1).outcome("WRITE", slot, sector, count, offset)
            models[slot // 4][at:at + size] = content(step + 1, size)
        else:
            script.outcome("READ", slot, sector, count, offset).sum(slot, offset, models[slot // 4][at:at + size])
    for slot in range(8):
        script.outcome("FLUSH", slot)
    play = played(booter, script, [original, original])
    assert play.disks[0] == models[0] and play.disks[1] == models[1]


@modes
def test_no_byte_besides(booter, original, pio):
    """A read changes what it should of the buffer, and nothing before and behind."""
    script, data = Script(pio=pio), original.read_bytes()
    script.open(0, pages=4).do("FILL", 0, 0, 16384, 7)
    script.outcome("READ", 0, 100, 9, 3584)
    wanted = content(7, 16384)
    script.sum(0, 0, wanted[:3584] + data[100 * 512:109 * 512] + wanted[3584 + 9 * 512:])
    assert played(booter, script, [original]).disks[0] == data


def test_bounds(booter, original):
    """What is not on the disk, not in the partition or not in the buffer."""
    script, data = Script(), original.read_bytes()
    script.open(0, 0, pages=2).open(1, 1, pages=2, sectors=4000).open(2, 3, pages=64, sectors=1000)
    for slot, sectors, room in ((0, SECTORS, 16), (1, 4000, 16), (2, 1000, 512)):
        for sector, count, offset in [
                (sectors, 1, 0), (sectors - 1, 2, 0), (sectors + 5, 1, 0), (-1, 1, 0), (-1, 2, 0), (-2, 1, 0), (0, 0, 0), (0, 129, 0),
                (0, 0xffffffff, 0), (1, 0xffffffff, 0), (0, 0x800000, 0), (0, 0x800001, 0), (0, 1, 1), (0, 1, 511), (0, 1, 256),
                (0, 1, room * 512), (0, 2, room * 512 - 512), (0, 1, 0xfffffe00), (0, 2, 0xfffffe00), (0, 1, 0x80000000)]:
            for what in ("READ", "WRITE"):
                script.outcome(what, slot, sector, count, offset, error=RANGE)
        script.outcome("READ", slot, sectors - 1, 1, room * 512 - 512).outcome("READ", slot, 0, min(room, 128), 0)
    script.outcome("READ", 0, 0, 17, 0, error=RANGE)
    assert played(booter, script, [original]).disks[0] == data


def test_rights(booter, original):
    """Who has opened it for reading cannot write, whoever he gives the capability to; and a copy may have less."""
    script = Script()
    script.open(0, 0, writable=0).outcome("WRITE", 0, 5, 1, 0, error=RIGHT).outcome("READ", 0, 5, 1, 0)
    script.open(1, 0).do("READ_ONLY", 1, 6, 1, 0, wanted=[("read", "1 0"), ("write", f"ffffffff {RIGHT:x}")])
    assert played(booter, script, [original]).disks[0] == original.read_bytes()


def test_opening(booter, original):
    """Names that there are not, buffers that are too large or none, too many attachments; and what is closed is gone."""
    script = Script()
    script.open(0, 77, error=NOT_FOUND).open(0, 0, pages=65, error=RANGE)
    for slot in range(32):
        script.open(slot, slot % 4, pages=1, sectors=[SECTORS, 4000, 1192, 1000][slot % 4])
    script.open(32, 0, error=LIMIT)
    script.outcome("CLOSE", 3).outcome("READ", 3, 0, 1, 0, error=STALE).outcome("FLUSH", 3, error=STALE).outcome("CLOSE", 3, error=STALE)
    script.open(32, 0).outcome("READ", 3, 0, 1, 0, error=STALE).outcome("READ", 32, 0, 1, 0)
    script.open(33, 0, error=LIMIT)
    played(booter, script, [original])


def test_other_messages(booter, original):
    """Functions of other servers, of the wrong capability, with too few words and too many."""
    script = Script()
    script.open(0)
    for slot in (SERVER, 0):
        for function, count in [(0x1004, 0), (0x1ff8, 3), (0x102c, 2), (0x1055, 0), (0x1020, 2), (0x1034, 2), (0x1034, 4), (0x103d, 0),
                                (0x1045, 1), (0x1048, 2)]:
            script.do("RAW", slot, function, count, wanted=[("raw", f"{MESSAGE:x}")])
    script.do("RAW", SERVER, 0x1034, 3, wanted=[("raw", f"{MESSAGE:x}")])
    script.do("RAW", 0, 0x1020, 1, wanted=[("raw", f"{MESSAGE:x}")])
    script.outcome("READ", 0, 0, 1, 0)
    played(booter, script, [original])


@modes
def test_buffer_that_shrinks(booter, original, pio):
    """Memory that a disk reads and writes cannot be taken away; when the attachment is closed it can."""
    script = Script(pio=pio)
    script.open(0, pages=4).outcome("RESIZE", 0, 1, error=PHASE).outcome("READ", 0, 0, 32, 0).outcome("RESIZE", 0, 4, value=4)
    script.outcome("CLOSE", 0).outcome("RESIZE", 0, 1, value=1).open(1, pages=4).outcome("READ", 1, 0, 32, 0)
    played(booter, script, [original])


# --- Disks that fail

@modes
@pytest.mark.parametrize("what", ["READ", "WRITE"])
def test_bad_sectors(booter, original, pio, what):
    """A sector that cannot be read or written: that request fails, and no other."""
    bad = [1000, 1500, 1501]
    script, data = Script(pio=pio), bytearray(original.read_bytes())
    script.open(0)
    for i, (sector, count) in enumerate([(999, 1), (1000, 1), (1001, 1), (990, 10), (990, 11), (1000, 128), (1400, 100), (1400, 101),
                                         (1500, 2), (1502, 3)]):
        error = DISK_ERROR if any(sector <= b < sector + count for b in bad) else 0
        script.do("FILL", 0, 0, count * 512, i).outcome(what, 0, sector, count, 0, error=error)
        if what == "WRITE" and not error:
            data[sector * 512:(sector + count) * 512] = content(i, count * 512)
        elif not error:
            script.sum(0, 0, data[sector * 512:(sector + count) * 512])
    script.outcome("READ" if what == "WRITE" else "WRITE", 0, 1500, 1, 0)
    failing = Disk(original, errors=tuple({"iotype": what.lower(), "sector": sector} for sector in bad))
    play = played(booter, script, [failing])
    whole = [i for i in range(SECTORS) if not 900 < i < 1510]
    assert all(play.disks[0][512 * i:512 * i + 512] == data[512 * i:512 * i + 512] for i in whole)


@modes
def test_flush_fails_on_the_machine(booter, original, pio):
    script = Script(pio=pio)
    script.open(0).do("FILL", 0, 0, 512, 9).outcome("WRITE", 0, 9, 1, 0)
    script.outcome("FLUSH", 0, error=DISK_ERROR).outcome("FLUSH", 0).outcome("READ", 0, 9, 1, 0).sum(0, 0, content(9, 512))
    played(booter, script, [Disk(original, errors=({"iotype": "flush", "once": True},))])


def too_slow(what):
    """Once more than 32 KiB have gone through, the next transfer waits for minutes."""
    return {f"bps-{what.lower()}": 64, f"bps-{what.lower()}-max": 32768}


@pytest.mark.parametrize("what, other", [("READ", "WRITE"), ("WRITE", "READ")])
@pytest.mark.parametrize("pio", [False, *([True] if os.environ.get("LINTEL_LONG") else [])])
def test_disk_that_takes_too_long(booter, original, pio, what, other):
    """After ten seconds who waits is told, and has the buffer alone: nothing comes into it any more, nothing out of it. The next
    request is served. With DMA 64 KiB are one transfer, without it 128."""
    script = Script(pio=pio)
    script.open(0).open(1).do("FILL", 1, 0, 65536, 3).do("FILL", 0, 0, 65536, 1)
    for error in [DISK_ERROR] if pio else [0, DISK_ERROR]:
        script.outcome(what, 0, 2000, 128, 0, error=error)
    script.do("FILL", 0, 0, 65536, 2).outcome(other, 1, 3000, 128, 0).outcome("FLUSH", 1).sum(0, 0, content(2, 65536))
    at, seed = (3000, 3) if what == "READ" else (2000, 1)
    before, after = original.read_bytes(), played(booter, script, [Disk(original, limits=too_slow(what))], guest_seconds=30).disks[0]
    wanted = before[:at * 512] + content(seed, 65536) + before[(at + 128) * 512:]
    assert after == wanted or (pio and what == "WRITE")
    assert all(after[i:i + 512] in (before[i:i + 512], wanted[i:i + 512]) for i in range(0, SECTORS * 512, 512))


def test_no_disk(booter):
    """Nobody waits long for what is not there."""
    script = Script()
    script.do("LIST", wanted=[("disks", f"{NOT_FOUND:x}")]).open(0, 0, error=NOT_FOUND)
    script.do("TIME")
    booted = booter.under_manager("disktest", policy(), {"bin/disk": "disk", "script": script.steps})
    lines = list(booted.go(20).report.lines)
    assert [tuple(line) for line in lines[:-1]] == script.wanted and int(lines[-1][1]) < 1000


def test_bad_table(booter, tmp_path):
    """A line for what is left out."""
    path = image(tmp_path / "disk", {0: [(0x83, 10, 100), (0x82, 50, 100)], SECTORS - 1: bytes(512)})
    script = Script()
    script.do("LIST", wanted=[listed("disk0", SECTORS, 0, 0, False), listed("disk0p1", 100, 10, 0x83, False), ("disks", f"{NOT_FOUND:x}")])
    assert "disk: disk0p2 overlaps another one" in played(booter, script, [path]).console


# --- Clients and drivers that end

@modes
def test_clients_that_are_killed(booter, original, pio):
    """With requests under way. The others go on, and the dead one's buffer goes in the end; what they write is what was there."""
    script, data = Script(pio=pio), original.read_bytes()
    script.open(0, pages=4).do("WIRED", wanted=[("wired", None)])
    for _ in range(3):
        for _ in range(4):
            script.do("CLIENT", wanted=[("client", "0")])
        script.do("NAP", 0, 30).outcome("READ", 0, 100, 20, 0).sum(0, 0, data[100 * 512:120 * 512]).do("END_CLIENTS")
    script.outcome("READ", 0, 120, 20, 0).sum(0, 0, data[120 * 512:140 * 512])
    script.do("NAP", 0, 9000).do("WIRED", wanted=[("wired", None)])
    play = Play(booter, script, [original], guest_seconds=30)
    wired = [line for name, line in play.lines if name == "wired"]
    assert [(n, line if n != "wired" else None) for n, line in play.lines] == script.wanted
    assert wired[0] == wired[1] and play.disks[0] == data


@modes
def test_driver_that_is_killed(booter, original, pio):
    """Under load, again and again; there is always a driver that works, and nothing else is written."""
    script, data = Script(pio=pio), original.read_bytes()
    for _ in range(4):
        script.do("CLIENT", 0, 1, wanted=[("client", "0")])
    for _ in range(6):
        script.do("NAP", 0, 37).do("END", wanted=[("killed", "0")]).do("START", 0, int(pio), wanted=[("start", "0")])
        script.open(0, pages=4).outcome("READ", 0, 100, 20, 0).sum(0, 0, data[100 * 512:120 * 512])
    script.do("END_CLIENTS").outcome("READ", 0, 120, 20, 0).sum(0, 0, data[120 * 512:140 * 512])
    assert played(booter, script, [original], guest_seconds=30).disks[0] == data


def held(script):
    """A driver ends that has a buffer of 32 pages, which its client has given up."""
    return script.open(0).do("MEMORY").do("END", wanted=[("killed", "0")]).do("DROP", wanted=[("drop", "0 0")]).do("MEMORY")


def memory_of(play):
    """Pages that are wired, and shared, and free frames, each time that they were counted."""
    return list(zip(*([int(word) for word in line.split()] for name, line in play.lines if name == "memory")))


@modes
def test_memory_of_a_driver_that_has_ended(booter, original, pio):
    """Nobody has told its device to stop: so what that may still write is nobody else's, until the next driver is there."""
    script = Script(pio=pio)
    for _ in range(4):
        held(script).do("START", 0, int(pio), wanted=[("start", "0")]).do("MEMORY")
    script.open(0).outcome("CLOSE").do("DROP", wanted=[("drop", "0 0")]).do("END", wanted=[("killed", "0")]).do("MEMORY")
    play = Play(booter, script, [original])
    assert [line for line in play.lines if line[0] != "memory"] == script.wanted
    wired, shared, free = memory_of(play)
    table = 0 if pio else 1
    assert wired == shared == (32 + table, 32 + table, table) * 4 + (table,)
    assert set(free[2:12:3]) == {free[2]} and set(free[1:12:3]) == {free[12] - 32}


def test_who_lets_go_of_memory(booter, original):
    """Only a newer process of that domain: one that is older had its device before, another domain has another device."""
    given = policy() + "domain other\nlimit other processes 0 pages 256 names 1 threads 1 descriptors 256\n" \
                       "may other dma\nenter init other\n"
    script = Script().do("WIRER", wanted=[("wirer", "0")])
    held(script).do("WIRER", 0, 1, wanted=[("wirer", "0")]).do("MEMORY").do("WIRER", wanted=[("wirer", "0")]).do("MEMORY")
    play = Play(booter, script, [original], given=given)
    assert [line for line in play.lines if line[0] != "memory"] == script.wanted
    assert memory_of(play)[0] == (33, 33, 33, 0)


def instructions(booter, original, pio):
    """Of the machine, for a read of 64 KiB. Only from the first reads on: until there is a driver its client asks again and again,
    which on a busy host takes longer."""
    script = Script(pio=pio)
    script.open(0).do("SPEED", 0, 50, 128).do("NAP", 0, 2000).do("SPEED", 0, 200, 128).do("NAP", 0, 60000)
    machine = booter.under_manager("disktest", policy(), {"bin/disk": "disk", "script": script.steps}, disks=[original], shift=0).machine
    machine.start(30)

    def after(reports):
        end = time.monotonic() + 60
        while machine.verdict().count(b"speed=") < reports and time.monotonic() < end:
            time.sleep(0.005)
        return machine.instructions()
    first = after(1)
    return (after(2) - first) // 200


def test_speed(booter, original):
    """What the processor has to do for 64 KiB: with DMA next to nothing. The clock's ticks are in it, and differ."""
    for pio, most in ((False, 20_000), (True, 2_500_000)):
        spent = instructions(booter, original, pio)
        print(f"{'PIO' if pio else 'DMA'}: {spent} instructions")
        assert spent < most
