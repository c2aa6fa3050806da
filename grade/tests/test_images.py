# SPDX-License-Identifier: BSD-2-Clause
"""The disc that GRUB boots, in QEMU and in Bochs; and the demonstration that newcomers see."""

import importlib.util
import re
import subprocess
import sys

import pytest

import states
from lintel import verdict

FRONT = states.ROOT / "grade" / "front"
BUILD = states.ROOT / "build"
KEY = bytes([1] + [0] * 31)  # of a program that no grader has touched
LIMIT = 120


def front(script, *words, **options):
    return subprocess.run([sys.executable, FRONT / script, *map(str, words)], cwd=states.ROOT, text=True, timeout=LIMIT,
                          env=states.clean_environment(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, **options)


@pytest.fixture
def iso(tmp_path):
    def make(modules):
        done = front("iso.py", "--modules", modules, "--append", "hz=1000", "--output", tmp_path / "disc.iso")
        assert done.returncode == 0, done.stdout
        return tmp_path / "disc.iso"
    return make


def programs(*names):
    return ",".join(str(BUILD / "programs" / name) for name in names)


DEMO = programs(*(f"{name}.elf" for name in "demo left right spy server client lazy pager".split()))


def check_demo(text):
    """Two programs hold different things at one address, and a third one gets at nothing; then those that talk."""
    treasures = re.findall(r"(left|right): +my treasure lies at (\w+), and is (\w+)$", text, re.M)
    assert sorted(treasures) == sorted([("left", treasures[0][1], "1ef7"), ("right", treasures[0][1], "819477")] * 4), text
    tries = re.findall(r"^spy:    I (?!ask)", text, re.M)
    assert len(tries) == len(re.findall(r"^thread \d+ ended: ", text, re.M)) >= 7, text
    assert len(re.findall(r"^spy:    I ask to .*: refused", text, re.M)) >= 8, text
    assert "spy:    nothing worked" in text and "I DID IT" not in text
    assert "client: my call failed: ff0e, who served it has ended" in text and "pager:  what I keep is as it was" in text, text
    assert re.search(r"demo:   all of them deleted, \d+ KiB free: as at the start", text), text


def in_bochs(image, tmp_path, *words):
    (tmp_path / "script").write_text("c\n")
    console = tmp_path / "console.txt"
    done = front("bochs.py", "--iso", image, "--console", console, "--script", tmp_path / "script", "--limit", LIMIT, *words)
    assert done.returncode == 0, done.stdout
    verdicts = console.with_suffix(".com2")  # not there if nothing was written
    return console.read_text(), verdicts.read_bytes() if verdicts.exists() else b""


def test_run():
    done = front("run.py", "--modules", DEMO, "--append", "", stdin=subprocess.DEVNULL)
    assert done.returncode == 0
    check_demo(done.stdout)


def test_disc_in_qemu(iso):
    command = ["qemu-system-i386", "-nodefaults", "-no-user-config", "-display", "none", "-M", "pc", "-m", "32", "-serial",
               "stdio", "-no-reboot", "-device", "isa-debug-exit,iobase=0xf4,iosize=0x04", "-cdrom", iso(DEMO)]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True, timeout=LIMIT)
    assert done.returncode == 33
    check_demo(done.stdout)


def test_disc_in_bochs(iso, tmp_path):
    text, _ = in_bochs(iso(DEMO), tmp_path)
    check_demo(text)


def test_disk_in_bochs(iso, tmp_path):
    """A bus master that is not QEMU's: files are read, pages go out and come back; and what is written is forgotten."""
    system, image = iso(f"{BUILD / 'pm.elf'},{BUILD / 'initrd.tar'}"), BUILD / "disk.img"
    before = image.read_bytes()
    typed = "disks; ls /disk; cp /bin/sh /disk; cat /disk/readme.txt; sync; larger 29; vmstat; halt"
    lines = in_bochs(system, tmp_path, "--type", typed)[0].splitlines()
    assert re.search(r"^disk0p1 +49152 +2048 files$", "\n".join(lines), re.M) and "docs/        lost+found/  readme.txt" in lines
    assert (states.ROOT / "user/disk-files/readme.txt").read_text().splitlines()[-1] in lines
    assert "7424 pages, 1 rounds: all right" in lines
    counts = dict(zip(lines[-2].split(), map(int, lines[-1].split())))
    assert counts["in"] > 0 < counts["out"] and image.read_bytes() == before


@pytest.mark.parametrize("way, table", [("int", "BY_INT"), ("sysenter", "BY_SYSENTER")])
def test_tricks_in_bochs(iso, tmp_path, way, table):
    """Bochs is stricter than QEMU, with null segments for one."""
    _, lines = in_bochs(iso(f"{programs('hostile.elf')} {way}"), tmp_path)
    report = verdict.parse(lines, KEY)
    assert report.complete, lines
    for outcome, names in graded(table).items():
        assert {name: report.get(name) for name in names.split()} == dict.fromkeys(names.split(), outcome)


def graded(name):
    spec = importlib.util.spec_from_file_location("graded", states.ROOT / "grade/labs/test_traps.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return getattr(module, name)
