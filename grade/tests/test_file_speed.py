# SPDX-License-Identifier: BSD-2-Clause
"""What it costs to read a file on a disk in order, when nothing of it is in memory: user/pmtests/readspeed.c, in guest instructions.

The disk's own time is not in them, so what is compared is what the processor does: docs/files.md has the times.
"""

import contextlib
import random
import struct
import time

import pytest

import states
from ext2_play import an_image
from lintel.boot import Booter
from test_disk import disk, policy

MIB, SECTORS = 1 << 20, 2048  # bytes, and sectors of a MiB
SIZE = 4  # MiB
STEPS = "RAW READ MAPPED NAP".split()
CASES = {"raw": ("RAW", 4 * SECTORS, 128, SIZE * 16), "pages": ("RAW", 4 * SECTORS, 8, SIZE * 256),
         "read": ("READ", 0, 4000, 0), "mapped": ("MAPPED", 0, 0, 0)}
MOST = {"read": 2.5, "mapped": 2.2}  # times what the same costs from the disk, page by page; without reading ahead it is 3.1 and 3.5


@pytest.fixture(scope="module")
def image(tmp_path_factory):
    """A disk with a file of so many MiB."""
    folder = tmp_path_factory.mktemp("speed")
    (folder / "files").mkdir()
    (folder / "files/f0").write_bytes(random.Random(1).randbytes(SIZE * MIB))
    part = an_image(folder / "part", "16M", 4096, "-d", folder / "files").read_bytes()
    (folder / "disk").write_bytes(disk.table([(0x83, SECTORS, 16 * SECTORS)]).ljust(MIB, b"\0") + part)
    return folder / "disk"


def instructions(image, *steps):
    """Of the machine, until all is done. Then it waits, so that nothing more comes to it."""
    script = b"".join(struct.pack("<4I", STEPS.index(what), *rest) for what, *rest in [*steps, ("NAP", 0, 60_000, 0)])
    files = {"bin/disk": "disk", "bin/ext2": "ext2", "script": script}
    with contextlib.ExitStack() as stack:
        booted = Booter(states.ROOT, 0, "speed", stack).under_manager("readspeed", policy(), files, "hz=19", disks=[image], shift=0)
        booted.machine.start(30)
        end = time.monotonic() + 60
        while len(said := booted.machine.verdict().splitlines()) < 3 + len(steps) and time.monotonic() < end:
            time.sleep(0.005)
        lines = [line.split()[0].decode() for line in said]
        assert len(lines) == 3 + len(steps) and all(b"start=0" in line for line in said[:3]), lines
        assert all(b"%d 0 " % (SIZE * MIB) in line for line in said[3:]), said
        return booted.machine.instructions()


@pytest.fixture(scope="module")
def costs(image):
    """Of 64 KiB."""
    boot = instructions(image)
    costs = {name: (instructions(image, step) - boot) // (SIZE * 16) for name, step in CASES.items()}
    return costs


@pytest.mark.parametrize("way", MOST)
def test_file_in_order(costs, way):
    assert costs["raw"] < costs["pages"] < costs[way] < MOST[way] * costs["pages"]
