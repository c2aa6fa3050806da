# SPDX-License-Identifier: BSD-2-Clause
"""The pictures of `make memmap`, against the RAM of another machine that runs the same."""

import subprocess
import sys
import xml.etree.ElementTree as ET
from collections import Counter

import pytest

import dump
import passages
import states

sys.path.append(str(states.ROOT / "grade/front"))

from memmap import owner  # noqa: E402

LEFT, RIGHT = 2, 3


def memmap(folder, *words):
    command = [sys.executable, "grade/front/memmap.py", *map(str, words)]
    environment = states.clean_environment(BUILD=str(folder), PYTHONPATH="grade")
    return subprocess.run(command, cwd=states.ROOT, env=environment, text=True, capture_output=True, timeout=100, check=False)


@pytest.fixture(scope="module")
def drawn():
    """Draws, and answers with the two pictures and what was said."""
    with passages.workplace(states.ROOT) as folder:
        def draw(*words):
            done = memmap(folder, "--modules", passages.modules(states.ROOT, folder), *words)
            assert done.returncode == 0, done.stderr
            return ET.parse(folder / "memmap.svg").getroot(), ET.parse(folder / "walk.svg").getroot(), done.stdout
        yield draw


@pytest.fixture(scope="module")
def pictures(drawn):
    return drawn("--at", dump.MILLISECONDS)


@pytest.fixture(scope="module")
def ram(tmp_path_factory):
    return dump.taken(tmp_path_factory.mktemp("dump"), [])[1]


def facts(picture, name):
    """data-* of all shapes that have this one."""
    found = [{key[5:]: value for key, value in shape.attrib.items() if key.startswith("data-")} for shape in picture.iter()]
    return [one for one in found if name in one]


def test_one_line_names_the_files(pictures):
    line, = pictures[2].splitlines()
    assert "memmap.svg" in line and "walk.svg" in line


def test_frames_of_each_owner(pictures, ram):
    counts = Counter()
    for shape in facts(pictures[0], "owner"):
        counts[shape["owner"]] += int(shape["frames"])
    assert counts["free"] == ram.free()
    assert counts["tables"] == len(ram.overhead())
    assert len(ram.processes()) >= RIGHT
    assert {number: counts[str(number)] for number in ram.processes()} == {number: len(ram.own(number)) for number in ram.processes()}
    assert sum(counts.values()) - counts["none"] == ram.ram()
    assert sum(counts.values()) == len(ram.references())
    modules = sum(-(-(states.ROOT / f"build/programs/{name}.elf").stat().st_size // 4096) for name in passages.programs(states.ROOT))
    assert counts["modules"] == modules and "lost" not in counts
    assert {shape["legend"]: int(shape["total"]) for shape in facts(pictures[0], "legend")} == {**counts, "shared": 0}


def test_spaces(pictures, ram):
    seen = {number: {} for number in ram.processes()}
    for one in facts(pictures[0], "start"):
        of = {at: (one["rights"], one["of"] == "device") for at in range(int(one["start"], 16), int(one["end"], 16), 4096)}
        seen[int(one["process"])] |= of
    for number, pages in seen.items():
        mapped = ram.mapped(ram.directory(number))
        assert pages == {at: ("rw" if entry & 2 else "r", entry & 0x200 != 0) for at, entry in mapped.items()}


def steps(picture):
    return [picture.get(f"data-step{i}") for i in range(3) if picture.get(f"data-step{i}")]


def expected(ram, number, at):
    directory = ram.directory(number)
    found = [(directory, at >> 22)]
    entry = ram.words(directory, 1024)[at >> 22]
    if entry & 1:
        found.append((entry & ~0xFFF, at >> 12 & 0x3FF))
        entry = ram.walk(directory, at)
    if len(found) == 2 and entry & 1:
        found.append((entry & ~0xFFF, at % 4096 // 4))
    return [f"{base:08x} {index} {ram.words(base, 1024)[index]:08x}" for base, index in found]


def test_walk_to_the_treasure(pictures, ram):
    at = dump.symbols.load(states.ROOT / "build/programs/left.elf").address("treasure")
    assert pictures[1].get("data-address") == f"{at:08x}" and pictures[1].get("data-process") == str(LEFT)
    assert steps(pictures[1]) == expected(ram, LEFT, at) and steps(pictures[1])[2].endswith(" 00001ef7")


@pytest.mark.parametrize("words, number, at", [("8003000 3", 3, 0x8003000), ("0x40000000 1", 1, 0x40000000),
                                               ("08200ffd", 2, 0x08200FFD)])
def test_walk_to(drawn, ram, words, number, at):
    picture = drawn("--walk", words)[1]
    assert steps(picture) == expected(ram, number, at)
    said = [text.text for text in picture.iter("{http://www.w3.org/2000/svg}text")]
    assert ("page fault" in said) == (len(steps(picture)) < 3)


def test_walk_to_a_large_page(drawn):
    first, second = steps(drawn("--walk", "C0500010")[1])
    assert first.split()[1] == "769" and second.startswith(f"00400000 {0x100010 // 4} ")


def test_programs_have_names(pictures, ram):
    said = " ".join(text.text or "" for text in pictures[0].iter("{http://www.w3.org/2000/svg}text"))
    for number, program in enumerate(passages.programs(states.ROOT), 1):
        assert (f"process {number}, {program}" in said) == (number in ram.processes())


def test_another_moment(drawn, ram):
    """One that has ended since then still runs."""
    early = {shape["legend"]: int(shape["total"]) for shape in facts(drawn("--at", "4")[0], "legend")}
    spy = passages.programs(states.ROOT).index("spy") + 1
    assert early[str(spy)] > 0 and spy not in ram.processes() and early["free"] < ram.free()


@pytest.mark.parametrize("words, why", [
    (["--at", "soon"], "milliseconds"), (["--at", "26000"], "up to 25000"), (["--walk", "zz"], "an address in hex"),
    (["--walk", "8000000 9"], "a process 9"), (["--at", "5000"], "runs for 5000 ms"),
])
def test_what_cannot_be(words, why):
    with passages.workplace(states.ROOT) as folder:
        done = memmap(folder, "--modules", passages.modules(states.ROOT, folder), *words)
        assert done.returncode != 0 and why in done.stderr and "Traceback" not in done.stderr
        assert not (folder / "memmap.svg").exists()


def test_make():
    assert "Drawn: build/memmap.svg build/walk.svg" in states.make(states.ROOT, "memmap", "AT=4", "WALK=8003000 1").stdout
    assert ET.parse(states.ROOT / "build/walk.svg").getroot().get("data-process") == "1"


def test_before_there_are_processes(tmp_path_factory):
    """In the branches of the lab before paging."""
    done = memmap(states.of_this_run(tmp_path_factory, "traps").base / "build")
    assert done.returncode != 0 and "they come with the lab `paging`" in done.stderr


@pytest.mark.parametrize("references, mapped, wanted", [(0, {}, "free"), (1, {}, "lost"), (1, {7: {2}}, "2"),
                                                        (2, {7: {2, 3}}, "shared"), (0xFFFFFFFF, {7: {1}}, "none")])
def test_owner(references, mapped, wanted):
    assert owner(7, references, {8: "tables"}, mapped) == wanted
    assert owner(8, 1, {8: "tables"}, {8: {1}}) == "tables"
