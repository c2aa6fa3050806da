# SPDX-License-Identifier: BSD-2-Clause
"""Policies of page replacement against the same in plain words, against all choices, and against books; and `replace.py`."""

import signal
import subprocess
import sys
import types
import xml.etree.ElementTree as ET

import pytest

import replacement_model as model
import states
from lintel import replacement

FILE = states.ROOT / "grade/lintel/replacement.py"
EXACT = {"fifo": model.fifo, "lru": model.lru, "clock": model.clock, "clean": model.clean}
BELADY = "1 2 3 4 1 2 5 1 2 3 4 5"
BOOK = "7 0 1 2 0 3 0 4 2 3 0 3 2 1 2 0 1 7 0 1"

# what it does wrong, the text that stands there once, the text instead
BUGS = [
    ("one bit of a reference", "frames[frame] |= bits", "frames[frame] |= ACCESSED"),
    ("a reference forgets", "frames[frame] |= bits", "frames[frame] = bits"),
    ("loaded as dirty as the last", "where[page], frames[frame] = frame, bits", "where[page], frames[frame] = frame, frames[frame] | bits"),
    ("clean pages are written", "frames[frame] // DIRTY", "1"),
    ("one frame more", "if len(holds) < count:", "if len(holds) <= count:"),
    ("evictions are faults", "faults - len(holds)", "faults"),
    ("the evicted one is found again", "                where[holds[frame]] = -1\n", ""),
    ("no second chance", "while self._frames[frame] & ACCESSED:", "while False:"),
    ("the clock clears all bits", "self._frames[frame] &= ~ACCESSED", "self._frames[frame] = 0"),
    ("dirty before clean", "frame = self._round(0)", "frame = self._round(DIRTY)"),
    ("the round begins at the hand", "start = self._hand + 1", "start = max(self._hand, 0)"),
    ("half a round", "((start, len(self._frames)), (0, start))", "((start, len(self._frames)), (0, start // 2))"),
    ("bits stay", "self._round(DIRTY, CLEARED)", "self._round(DIRTY)"),
    ("the first round clears, too", "self._round(0)", "self._round(0, CLEARED)"),
    ("the hand stays", "        self._hand = frame\n        return frame\n", "        return frame\n"),
    ("most recently used", "next(iter(self._used))", "next(reversed(self._used))"),
    ("use does not count", "self.touch = self._used.move_to_end", "self.touch = None"),
    ("what is needed soonest", "push(heap, -(then() * count + frame))", "push(heap, then() * count + frame)"),
    ("the past is the future", "range(count - 1, -1, -1)", "range(count)"),
]


@pytest.fixture(scope="module")
def simulator():
    """The module, or a version of it that is wrong."""
    def made(old=None, new=None):
        text = FILE.read_text()
        module = types.ModuleType("tried")
        module.__dict__["__name__"] = "lintel.tried"
        sys.modules["lintel.tried"] = module  # dataclasses look there
        exec(compile(text if old is None else states.replaced(text, [(old, new)]), str(FILE), "exec"), module.__dict__)
        return module
    return made


def references(module, string):
    return module.read("\n".join(f"{name} w" if written else f"{name}" for name, written in string).encode())


def counts(module, string, frames, policy, seed=0):
    found = module.replay(references(module, string), frames, policy, seed)
    return found.faults, found.evictions, found.write_backs


def read_only(words):
    return [(name, False) for name in words.split()]


def differs(module, tries=150):
    """The first string for which it does anything else than the models, or None."""
    for string in model.strings(tries, seed=1):
        for frames in (1, 2, 3, 4, 6):
            for policy, plain in EXACT.items():
                if counts(module, string, frames, policy) != plain(string, frames):
                    return policy, frames, string
            if counts(module, string, frames, "optimum")[0] != model.fewest(string, frames):
                return "optimum", frames, string
    return None


def test_as_the_models():
    assert differs(replacement, 400) is None


class Endless(Exception):
    """A wrong policy looks for ever."""


@pytest.fixture
def bounded():
    def over(*_):
        raise Endless
    before = signal.signal(signal.SIGALRM, over)
    signal.alarm(2)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


@pytest.mark.parametrize("what, old, new", BUGS, ids=[bug[0] for bug in BUGS])
def test_bugs_are_found(simulator, bounded, what, old, new):
    """Also those that end in an exception, or not at all."""
    wrong = simulator(old, new)
    try:
        assert differs(wrong)
    except (IndexError, StopIteration, AttributeError, Endless):
        pass


def test_nobody_beats_the_optimum():
    for string in model.strings(100, seed=2, pages=12, length=80):
        for frames in range(1, 9):
            best = counts(replacement, string, frames, "optimum")[0]
            assert all(best <= counts(replacement, string, frames, policy)[0] for policy in replacement.POLICIES)


@pytest.mark.parametrize("policy", ["lru", "optimum"])
def test_more_frames_never_harm(policy):
    for string in model.strings(100, seed=3, pages=12, length=80):
        faults = [counts(replacement, string, frames, policy)[0] for frames in range(1, 13)]
        assert faults == sorted(faults, reverse=True)
        assert faults[-1] == len({name for name, _ in string})


def test_what_few_frames_hold_more_hold_too():
    """LRU: who faults with more frames has faulted with fewer, at each reference."""
    for string in model.strings(20, seed=4, pages=8, length=40):
        faulted = []
        for frames in range(1, 9):
            so_far = [0] + [counts(replacement, string[:i], frames, "lru")[0] for i in range(1, len(string) + 1)]
            faulted.append({i for i in range(len(string)) if so_far[i + 1] > so_far[i]})
        assert all(more <= fewer for fewer, more in zip(faulted, faulted[1:]))


@pytest.mark.parametrize("words, frames, policy, faults", [
    (BELADY, 3, "fifo", 9), (BELADY, 4, "fifo", 10), (BELADY, 3, "lru", 10), (BELADY, 4, "lru", 8),
    (BELADY, 3, "optimum", 7), (BELADY, 4, "optimum", 6),
    (BOOK, 3, "fifo", 15), (BOOK, 3, "lru", 12), (BOOK, 3, "optimum", 9),
    ("1 2 3 4 2 5 2", 3, "fifo", 6), ("1 2 3 4 2 5 2", 3, "clock", 5),
])
def test_as_in_the_books(words, frames, policy, faults):
    assert counts(replacement, read_only(words), frames, policy)[0] == faults


@pytest.mark.parametrize("policy, wanted", [("clock", (5, 2, 1)), ("clean", (4, 1, 0)), ("fifo", (5, 2, 1))])
def test_what_is_clean_goes_first(policy, wanted):
    string = [("a", True), ("b", False), ("c", False), ("d", False), ("a", False)]
    assert counts(replacement, string, 3, policy) == wanted


def test_random_is_the_same_each_time():
    string = [(i * 7 % 11, False) for i in range(500)]
    seeds = [counts(replacement, string, 5, "random", seed) for seed in (1, 1, 2, 3)]
    assert seeds[0] == seeds[1] and len(set(seeds)) > 1


def test_random_takes_each_frame():
    """Of a loop that does not fit FIFO finds nothing again; who takes any frame does."""
    string = [(i % 10, False) for i in range(5000)]
    assert counts(replacement, string, 9, "fifo")[0] == 5000 > 2000 > counts(replacement, string, 9, "random")[0]
    policy = replacement.Random(bytearray(5), None, 1)
    assert {policy.victim() for _ in range(200)} == set(range(5))


# --- Text

@pytest.mark.parametrize("data, line", [(b"1\n2\n3 r\n", 3), (b"1 w w\n", 1), (b"# a\n\n1\n\xff\n", 4), (b"", 1), (b"# none\n", 2),
                                        (b"1 \x1b[2J\n", 1)])
def test_what_is_no_reference_string(tmp_path, data, line):
    (tmp_path / "string").write_bytes(data)
    done = replace("run", tmp_path / "string")
    assert done.returncode and done.stderr.startswith(f"{tmp_path / 'string'}:{line}: ") and done.stderr.count("\n") == 1
    assert done.stderr[:-1].isprintable() and not done.stdout


def test_what_is_one():
    found = replacement.read(b"# all\r\n7:0x8042 w # here\n\n  x\t\n7:0x8042")
    assert found.names == ["7:0x8042", "x"] and found.pages == [0, 1, 0] and list(found.bits) == [3, 1, 1]


def replace(*words):
    return subprocess.run([sys.executable, "grade/front/replace.py", *map(str, words)], cwd=states.ROOT, text=True,
                          env=states.clean_environment(PYTHONPATH="grade"), capture_output=True, timeout=100, check=False)


@pytest.fixture
def belady(tmp_path):
    (tmp_path / "belady.txt").write_text("\n".join(BELADY.split()))
    return tmp_path / "belady.txt"


def rows(done):
    """Of the table: (frames, policy, faults, evictions, write-backs)."""
    assert done.returncode == 0, done.stderr
    words = [line.replace(",", "").split() for line in done.stdout.splitlines()]
    return [(int(row[0]), row[1], int(row[2]), int(row[5]), int(row[6])) for row in words if len(row) == 7 and row[4] == "%"]


def test_the_table(belady):
    done = replace("run", belady, "--frames", "3-4")
    string = read_only(BELADY)
    assert rows(done) == [(frames, policy, *counts(replacement, string, frames, policy, 1))
                          for frames in (3, 4) for policy in replacement.POLICIES]
    assert done.stdout.startswith("belady.txt: 12 references to 5 pages, 0 of which write.\n")
    assert "fifo: 10 faults with 4 frames, but 9 with 3\n" in done.stdout and "lru: " not in done.stdout
    table = done.stdout.splitlines()[1:14]
    assert len({len(line) for line in table}) == 1


@pytest.mark.parametrize("words, frames", [("3", [3]), ("8,2", [2, 8]), ("1-4", [1, 2, 3, 4]), ("2-9:3,4", [2, 4, 5, 8])])
def test_frames(belady, words, frames):
    assert sorted({row[0] for row in rows(replace("run", belady, "--frames", words))}) == frames


@pytest.mark.parametrize("words", ["0", "", "4-2", "1-9:0", "1-500", "x", "-3", "9999999", "1,,2"])
def test_no_frames(belady, words):
    done = replace("run", belady, f"--frames={words}")
    assert done.returncode and "argument --frames" in done.stderr and not done.stdout


def test_chosen_policies(belady):
    assert [row[1] for row in rows(replace("run", belady, "--frames", "3", "--policies", "lru,fifo"))] == ["fifo", "lru"]
    assert "mru: not one of" in replace("run", belady, "--policies", "mru").stderr


def test_the_picture(belady, tmp_path):
    done = replace("run", belady, "--frames", "1-5", "--plot", tmp_path / "my.svg")
    picture = ET.parse(tmp_path / "my.svg").getroot()
    shown = {(int(shape.get("data-frames")), shape.get("data-of"), int(shape.get("data-faults")))
             for shape in picture.iter() if shape.get("data-of")}
    assert shown == {row[:3] for row in rows(done)}
    lines = {shape.get("data-policy"): shape for shape in picture.iter() if shape.get("data-policy")}
    assert set(lines) == set(replacement.POLICIES)
    assert lines["fifo"].get("d").count("L") == 4 and "Drawn: " in done.stdout
    said = {text.text for text in picture.iter("{http://www.w3.org/2000/svg}text")}
    assert said >= {"Faults over frames", "faults", "frames", "1", "5", *replacement.POLICIES}
    heights = {shape.get("data-frames"): float(shape.get("cy")) for shape in picture.iter() if shape.get("data-of") == "fifo"}
    assert heights["4"] < heights["3"] < heights["5"]  # more faults are further up


def test_one_number_of_frames_is_a_picture_too(belady, tmp_path):
    assert replace("run", belady, "--frames", "3", "--plot", tmp_path / "my.svg").returncode == 0
    ET.parse(tmp_path / "my.svg")


@pytest.mark.parametrize("words", [["run", "/nowhere/none"], ["run", "{}", "--frames", "3", "--plot", "/nowhere/x.svg"]])
def test_files_that_are_not_there(belady, words):
    done = replace(*(word.format(belady) for word in words))
    assert done.returncode and done.stderr.startswith("replace: /nowhere/") and done.stderr.count("\n") == 1


# --- Workloads

@pytest.mark.parametrize("workload, pages", [("loop", 100), ("local", 100), ("scan", 100), ("columns", 99), ("rows", 99)])
def test_made(tmp_path, workload, pages):
    first, second = (replace("make", workload, "--pages", 100, "--length", 40000).stdout for _ in range(2))
    assert first == second and first.startswith(f"# {workload}, 100 pages, 40000 references, seed 1\n")
    found = replacement.read(first.encode())
    assert len(found) == 40000 and len(found.names) <= pages
    assert (found.writes() > 0) == (workload != "loop")


@pytest.mark.parametrize("pages", [1, 2, 3])
def test_made_small(pages):
    for workload in ("loop", "local", "scan", "columns", "rows"):
        done = replace("make", workload, "--pages", pages, "--length", 50)
        assert done.returncode == 0 and len(replacement.read(done.stdout.encode())) == 50


def made(workload):
    return replacement.read(replace("make", workload, "--pages", 60, "--length", 30000).stdout.encode())


def faults(string, policy, frames):
    return replacement.replay(string, frames, policy, 1).faults


def test_what_workloads_are_for():
    loop, local, scan, columns, by_rows = map(made, ("loop", "local", "scan", "columns", "rows"))
    assert faults(loop, "lru", 59) == 30000 > 4 * faults(loop, "random", 59) and faults(loop, "lru", 60) == 60
    assert faults(local, "lru", 20) < 0.9 * faults(local, "random", 20)
    assert faults(scan, "fifo", 15) > 1.5 * faults(scan, "lru", 15)
    assert faults(columns, "lru", 10) > 5 * faults(by_rows, "lru", 10)


def test_make(belady, tmp_path):
    done = states.make(states.ROOT, "replace", f"FILE={belady}", "FRAMES=3,4", f"OUT={tmp_path}/my.svg")
    assert {row[0] for row in rows(done)} == {3, 4} and "Drawn: " in done.stdout
    ET.parse(tmp_path / "my.svg")


def test_nothing_is_recorded(tmp_path):
    done = states.make(states.ROOT, "replace", f"BUILD={tmp_path / 'build'}", check=False)
    assert done.returncode and done.stdout.startswith("replace: nothing is recorded yet: make plot")
