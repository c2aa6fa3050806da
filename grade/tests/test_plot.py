# SPDX-License-Identifier: BSD-2-Clause
"""`plot.py`: the record is read whatever it looks like, the pictures show what is in it, and a machine is told to record."""

import subprocess
import sys
import xml.etree.ElementTree as ET
from collections import Counter

import pytest

import clock_model
import states
from lintel import replacement

sys.path.append(str(states.ROOT / "grade/front"))

import plotdraw  # noqa: E402
import recorder  # noqa: E402
import vmrecord  # noqa: E402

LINES = clock_model.record()
COUNTS = "vm 10 counts free=1 private=2 shared=3 ram_disk=4 file=5 wired=6 dirty=7 slots=8"
FAULT, EVICT = "vm 11 fault 7 p7 0x8042 zero", "vm 12 evict 12 3 drop"
TEXT = "{http://www.w3.org/2000/svg}text"


def read(*lines, end="\n"):
    return vmrecord.read(end.join([*lines, ""]).encode())


# --- Reading

def test_what_is_read():
    record = read(COUNTS, FAULT, EVICT)
    assert record.counts == [vmrecord.Counts(10, dict(zip(vmrecord.COUNTED, range(1, 9))))]
    assert record.faults == [vmrecord.Event(11, 7, "p7", 0x8042, "zero")]
    assert record.evictions == [vmrecord.Event(12, None, "12", 3, "drop")] and not record.wrong


def test_all_of_a_long_record():
    record = read(*LINES)
    kinds = Counter(line.split()[2] for line in LINES)
    assert len(LINES) > 5000 and not record.wrong
    assert (len(record.counts), len(record.faults), len(record.evictions)) == (kinds["counts"], kinds["fault"], kinds["evict"])


def test_what_else_is_on_the_line():
    others = ["test: passed", "", "vmx 1 fault", " vm 1 fault", "\xff\x00"]
    record = read(*(line for pair in zip(others, [COUNTS, FAULT, EVICT] * 2) for line in pair), end="\r\n")
    assert not record.wrong and len(record.counts + record.faults + record.evictions) == 5


@pytest.mark.parametrize("line", [COUNTS, FAULT, EVICT])
def test_lines_that_are_cut_short(line):
    for length in range(3, len(line)):
        record = read(line[:length], EVICT)
        assert record.wrong == [1] and len(record.counts + record.faults + record.evictions) == 1
    assert read(EVICT, line, end="\n" + line[:8] + "\n").wrong == [2, 4]
    assert vmrecord.read(f"{EVICT}\n{line}".encode()).wrong == [2]  # and perhaps it would go on


@pytest.mark.parametrize("line", [
    FAULT + " " + EVICT, FAULT + "s", "vm x" + FAULT[5:], "vm -1 evict 12 3 drop", "vm 1 evict 12 3 zero", "vm 1 evict q12 3 drop",
    COUNTS + " x", COUNTS.replace("free", "fre"), COUNTS.replace("=2", "=-2"), "vm 1 fault p7 p7 3 zero", "vm 1 fault 7 p7 0x zero", "vm 1 evict 1 99999999999 drop",
])
def test_lines_that_are_wrong(line):
    assert read(line).wrong == [1]


def test_time_goes_on():
    record = read("vm 12 evict 1 1 drop", "vm 11 evict 2 1 drop")
    assert [one.at for one in record.evictions] == [11, 12]


def test_whose_pages():
    record = read(FAULT, FAULT, "vm 13 fault 8 12 3 fill", EVICT, "vm 13 evict p7 0x8042 swap")
    assert record.busiest() == 7
    assert [[one.at for one in events] for events in record.of(7)] == [[11, 11], [13]]
    assert [[one.at for one in events] for events in record.of(8)] == [[13], [12]]


def test_references():
    text = "\n".join(vmrecord.references(read(FAULT, "vm 13 fault 8 12 3 copy", FAULT.replace("11", "14"))))
    assert "only references that faulted" in text.lower()
    found = replacement.read(text.encode())
    assert found.names == ["p7:0x8042", "12:0x3"] and found.pages == [0, 1, 0] and list(found.bits) == [1, 3, 1]


# --- The pictures

def shapes(picture, name):
    root = ET.fromstring(ET.tostring(picture.getroot()))
    return [shape for shape in root.iter() if shape.get(f"data-{name}")]


@pytest.fixture(scope="module")
def record():
    return read(*LINES)


END = int(LINES[-1].split()[1])


def test_memory(record):
    picture = plotdraw.memory(record, END)
    areas = [shape for shape in shapes(picture, "kind") if shape.get("data-last")]
    assert [shape.get("data-kind") for shape in areas] == ["wired", "private", "shared", "ram_disk", "file", "free"]
    last = record.counts[-1].pages
    assert all(int(shape.get("data-last")) == last[shape.get("data-kind")] for shape in areas)
    assert all(len(points(shape)) == 4 * len(record.counts) for shape in areas)
    edges = [[y for _, y in points(shape)] for shape in areas]
    half = 2 * len(record.counts)
    assert all(lower[:half] == upper[half:][::-1] for lower, upper in zip(edges, edges[1:]))  # one on the other
    assert {shape.get("data-kind") for shape in shapes(picture, "kind")} == set(vmrecord.COUNTED)


def points(shape):
    return [tuple(map(float, word.split(","))) for word in shape.get("d").strip("MZ ").replace("L", "").split()]


def test_areas_are_as_high_as_they_are_many():
    counts = "vm {} counts free={} private={} shared=0 ram_disk=0 file=0 wired=0 dirty=0 slots=0"
    picture = plotdraw.memory(read(counts.format(0, 30, 10), counts.format(50, 10, 30)), 100)
    private, = [shape for shape in shapes(picture, "last") if shape.get("data-kind") == "private"]
    left, top, right, bottom = plotdraw.LEFT, plotdraw.TOP, plotdraw.LEFT + plotdraw.WIDTH, plotdraw.TOP + plotdraw.MEMORY
    middle, quarter = (left + right) / 2, plotdraw.MEMORY / 4
    upper = [(left, bottom - quarter), (middle, bottom - quarter), (middle, top + quarter), (right, top + quarter)]
    assert points(private) == upper + [(right, bottom), (middle, bottom), (middle, bottom), (left, bottom)]


def test_faults(record):
    picture = plotdraw.faults(record, 7, END)
    faults, evictions = record.of(7)
    for name, bars, events in (("fault", "faults", faults), ("evict", "evictions", evictions)):
        counts = Counter(one.what for one in events)
        assert len(counts) > 1
        assert {shape.get(f"data-{name}"): int(shape.get("data-events")) for shape in shapes(picture, name)} == counts
        stacked = Counter()
        for bar in shapes(picture, bars):
            stacked[bar.get(f"data-{bars}")] += int(bar.get("data-count"))
        assert stacked == counts
    assert [shape.get("data-object") for shape in shapes(picture, "object")] == ["p7", "12", "5"]


def test_marks_are_at_their_places():
    record = read("vm 100 fault 7 p7 1 zero", "vm 199 fault 7 p7 2 zero", "vm 199 fault 7 p7 2 zero", "vm 150 evict p7 1 swap")
    picture = plotdraw.faults(record, 7, 199)
    dots, = shapes(picture, "fault")
    first, second = [tuple(map(float, word.strip("M").split(","))) for word in dots.get("d").split() if "," in word]
    assert dots.get("data-events") == "3"  # two of them at one place
    assert first[0] == plotdraw.LEFT and plotdraw.LEFT + 0.95 * plotdraw.WIDTH < second[0] < plotdraw.LEFT + plotdraw.WIDTH
    assert first[1] - second[1] == plotdraw.PAGES / 2


def test_bars_are_up_and_down(record):
    picture = plotdraw.faults(record, 7, END)
    low = [float(bar.get("y")) for bar in shapes(picture, "evictions")]
    high = [float(bar.get("y")) + float(bar.get("height")) for bar in shapes(picture, "faults")]
    assert max(high) - min(low) < 0.2 and len({bar.get("x") for bar in shapes(picture, "faults")}) <= plotdraw.BARS


def test_many_objects_share_a_band():
    lines = [f"vm {i} fault 7 {i % 12} {i} fill" for i in range(100)]
    record = read(*lines)
    heights, bands = plotdraw.bands(record.faults)
    assert len(bands) == plotdraw.BANDS and bands[-1][0] is None and len(heights) == 100
    edges = [edge for _, low, high, *_ in bands for edge in (low, high)]
    assert edges == sorted(edges) and abs(edges[-1] - plotdraw.PAGES) < 0.01
    said = {text.text for text in ET.fromstring(ET.tostring(plotdraw.faults(record, 7, 99).getroot())).iter(TEXT)}
    assert "others" in said and "object 0" in said


# --- As make runs it

def plot(*words):
    return subprocess.run([sys.executable, "grade/front/plot.py", *map(str, words)], cwd=states.ROOT, text=True,
                          env=states.clean_environment(PYTHONPATH="grade"), capture_output=True, timeout=100, check=False)


@pytest.fixture
def recorded(tmp_path):
    def made(*lines):
        (tmp_path / "record").write_text("\n".join([*lines, ""]))
        return "--record", tmp_path / "record", "--output", tmp_path / "a/plot"
    return made


def test_files(recorded, tmp_path):
    done = plot(*recorded(*LINES, "vm 9 fau"))
    assert done.returncode == 0 and not done.stderr
    first, second = done.stdout.splitlines()
    assert "Process 7 is drawn." in first and f"left out: 1; the first is line {len(LINES) + 1}." in first
    names = "record.txt", "references.txt", "memory.svg", "faults.svg"
    assert all(name in second and (tmp_path / "a/plot" / name).stat().st_size for name in names)
    assert len(replacement.read((tmp_path / "a/plot/references.txt").read_bytes())) == sum(" fault " in line for line in LINES)
    assert all(ET.parse(tmp_path / "a/plot" / name).getroot().tag.endswith("svg") for name in names[2:])


@pytest.mark.parametrize("lines, drawn", [([COUNTS], {"memory.svg"}), ([FAULT], {"faults.svg"}), ([EVICT], set()),
                                          ([COUNTS, FAULT], {"memory.svg", "faults.svg"})])
def test_little(recorded, tmp_path, lines, drawn):
    assert plot(*recorded(*lines)).returncode == 0
    assert {path.name for path in (tmp_path / "a/plot").glob("*.svg")} == drawn


@pytest.mark.parametrize("lines, words, why", [
    ([], [], "nothing is recorded"), (["vm 1"], [], "nothing is recorded"), ([FAULT], ["--process", "8"], "those that had: 7"),
    ([COUNTS], ["--process", "8"], "none"), ([FAULT], ["--output", "/dev/null/x"], "plot: /dev/null"),
])
def test_nothing_to_draw(recorded, tmp_path, lines, words, why):
    done = plot(*recorded(*lines), *words)
    assert done.returncode and why in done.stderr and done.stderr.count("\n") == 1 and not (tmp_path / "a").exists()


@pytest.mark.parametrize("words", [["--program", "a\nb"], ["--memory", "1"], ["--memory", "x"], ["--process", "x"]])
def test_what_cannot_be(words):
    done = plot(*words)
    assert done.returncode and f"argument {words[0]}" in done.stderr


# --- The machine

TALKS = """import sys
print("hello\\n/ $ ", end="", flush=True)
line = sys.stdin.readline()
print(line + "said\\n/ $ ", end="", flush=True)
open("line", "w").write("vm 1 evict 1 1 drop\\n" + line)
sys.exit(33 if sys.stdin.readline() == "halt\\n" else 7)
"""


def test_what_is_typed(monkeypatch):
    """To a program in place of the machine."""
    monkeypatch.setattr(recorder, "command", lambda *_: [sys.executable, "-c", TALKS])
    monkeypatch.setattr(recorder, "is_first", lambda _: False)
    assert recorder.record("eat 3") == recorder.Recorded(b"vm 1 evict 1 1 drop\neat 3\n", "said", None)


@pytest.mark.parametrize("script, end", [("open('line', 'w'); exit(97)", "panicked"), ("open('line', 'w'); input(); input()", "after 1 sec")])
def test_machines_that_end_badly(monkeypatch, script, end):
    monkeypatch.setattr(recorder, "command", lambda *_: [sys.executable, "-c", script])
    monkeypatch.setattr(recorder, "is_first", lambda _: False)
    monkeypatch.setattr(recorder, "PATIENCE", 1)
    found = recorder.record("x")
    assert end in found.end and found.line == b""


def test_the_machine_is_told_to_record():
    words = recorder.command("a,b", "hz=1000", 8)
    assert words[words.index("-append") + 1] == "hz=1000 record"
    assert [words[i + 1] for i, word in enumerate(words) if word == "-m"][-1] == "8" and "shift=3,sleep=off" in words


def test_a_command():
    run = recorder.record("echo here I am")
    assert (run.said, run.end) == ("here I am", None)


def test_make(recorded, tmp_path):
    recorded(COUNTS, FAULT)
    said = states.make(states.ROOT, "plot", f"FILE={tmp_path}/record", f"OUT={tmp_path}/made").stdout
    assert "Process 7 is drawn." in said and (tmp_path / "made/faults.svg").exists()
