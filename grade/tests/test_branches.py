# SPDX-License-Identifier: BSD-2-Clause
"""The tool that makes the lab branches, on a small reference of two labs, and sometimes a third."""
import os
import random
import re
import subprocess
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "labs"))

import branches  # noqa: E402
from branchtool import BranchError  # noqa: E402
from branchtool.leaks import history_leaks, leaks  # noqa: E402
from branchtool.markers import Region, parse  # noqa: E402
from branchtool.publish import make, make_into  # noqa: E402
from branchtool.source import File, Source, read_commit, read_folder  # noqa: E402
from branchtool.states import branch_names, branch_tree, missing_in, render, state_tree  # noqa: E402

TRAP_C = """\
// What a trap does.
void gates(void) {
    // SOLUTION traps.1
    // | // Fill all 256 gates.
    // |
    // |     missing(1);
    for (unsigned vector = 0; vector < 256; vector++)
        set_gate(vector, stub_of(vector));
    // END traps.1
}

void fault(void) {
    // SOLUTION paging.1
    // | missing(11);
    // < stop_thread_by_fault();
    decode_page_fault(read_cr2());
    // END paging.1
    count_one_trap();
}

void tick(void) {
    // SOLUTION traps.2
    // | missing(2);
    acknowledge_interrupt(TIMER);
    // END traps.2
}
"""
ENTRY_ASM = """\
entry:
    ; SOLUTION traps.1
    ; | call missing
    push dword [saved_error_code]

    ; END traps.1
    ret
"""
BUILD_MK = """\
objects := trap.o
# SOLUTION paging.2
# | # add your own file
objects += frames_of_memory.o
# END paging.2
"""
# What one file begins with, and how its markers do.
SINCE_KINDS = [("user/since.c", "//"), ("user/since.asm", ";"), ("user/since.mk", "#")]
SINCE = """\
first
    {0} SINCE paging
    {0} < before();
    {0} <
    {0} <     before_too();
    after();
    {0} END paging
last
{0} SINCE paging
nothing_stood_here();
{0} END paging
"""
LAB = """\
name = "{name}"
title = "Lab {name}"
editable = {editable}
adds = {adds}
{exercises}
"""


def lab_toml(name, exercises, editable, adds=()):
    items = "".join(f'[[exercise]]\nid = "{name}.{n}"\n' for n in exercises)
    return LAB.format(name=name, editable=list(editable), adds=list(adds), exercises=items)


def reference(**changes):
    """The tree; a change replaces a file, or takes it out when it is None."""
    texts = {
        "README.md": "Markers look like this:\n    // SOLUTION traps.4\n",
        "kernel/trap.c": TRAP_C,
        "kernel/entry.asm": ENTRY_ASM,
        "kernel/build.mk": BUILD_MK,
        "kernel/page.c": "int pages;\n",
        "labs/traps/lab.toml": lab_toml("traps", (1, 2), ["kernel/trap.c", "kernel/entry.asm"]),
        "labs/paging/lab.toml": lab_toml("paging", (1, 2), ["kernel/trap.c", "kernel/build.mk"], ["kernel/page*.c"]),
        "grade/labs/test_traps.py": "def test_gates(): pass\n",
        "grade/labs/test_paging.py": "def test_pages(): pass\n",
        "grade/tests/test_all.py": "// SOLUTION nonsense is not read here\n",
        "grade/mutants/traps.toml": "wrong = 1\n",
        "labs/branches.py": "pass\n",
        ".ci/run": "make test\n",
    }
    texts.update(changes)
    tree = {path: File(text.encode()) for path, text in texts.items() if text is not None}
    return tree | {"run.sh": File(b"#!/bin/sh\n", True), "logo.bin": File(b"\0\xff\n# SOLUTION\n")}


def three_labs(**changes):
    doors = {
        "labs/doors/lab.toml": lab_toml("doors", (1,), ["kernel/door.c"], ["kernel/door.c"]),
        "kernel/door.c": "// SOLUTION doors.1\n// | missing(21);\nopen_the_door(caller);\n// END doors.1\n",
        "kernel/trap.c": TRAP_C + "\n// SINCE doors\nvoid knock(void);\n// END doors\n",
    }
    return doors | changes


def source(**changes):
    return Source(reference(**changes))


def with_trap(text):
    return {"kernel/trap.c": text}


def text_of(tree, path):
    return tree[path].data.decode()


def without(text, pattern):
    return "".join(line for line in text.splitlines(True) if not re.match(pattern, line))


# --- Markers ---

def test_nothing_missing_is_the_source_less_its_markers():
    tree, markers = state_tree(source()), r"\s*(//|;|#) (SOLUTION|END|\||<)"
    for path in ("kernel/trap.c", "kernel/entry.asm", "kernel/build.mk"):
        assert text_of(tree, path) == without(text_of(reference(), path), markers)


def test_what_is_not_marked_stays_to_the_byte():
    before, after = reference(), state_tree(source(), {"traps", "paging"})
    for path in ("README.md", "logo.bin", "run.sh", "kernel/page.c", "grade/tests/test_all.py"):
        assert after[path] == before[path]


@pytest.mark.parametrize("seed", range(20))
def test_any_line_ends_and_bytes_survive(seed):
    chance = random.Random(seed)
    junk = "".join(chance.choice(["x", " ", "\n", "\r\n", "\f", "\x85", "\u2028", "é", "// |x\n"]) for _ in range(60))
    parts = [part for part in parse("a.c", junk + "\n" + TRAP_C) if not isinstance(part, Region)]
    assert "\n".join(parts).startswith(junk)


def test_bytes_that_are_no_utf8_survive():
    tree = reference() | {"kernel/latin.c": File(b"// caf\xe9\n")}
    assert state_tree(Source(tree))["kernel/latin.c"].data == b"// caf\xe9\n"


def test_student_text_keeps_its_indentation():
    tree = state_tree(source(), {"traps.1"})
    assert "{\n    // Fill all 256 gates.\n\n        missing(1);\n}" in text_of(tree, "kernel/trap.c")
    assert text_of(tree, "kernel/entry.asm") == "entry:\n    call missing\n    ret\n"
    assert "acknowledge_interrupt(TIMER);" in text_of(tree, "kernel/trap.c")


REGION = "// SOLUTION traps.1\n// | todo\nwork();\n// END traps.1\n"
BAD_MARKERS = {
    "not closed": ("\n// SOLUTION traps.1\n// | todo\nwork();\n", 2, "not closed"),
    "nested": ("// SOLUTION traps.1\n// | todo\n// SOLUTION traps.2\n", 3, "do not nest"),
    "end alone": ("x\n// END traps.1\n", 2, "without a start"),
    "wrong end": ("// SOLUTION traps.1\n// | todo\nwork();\n// END traps.2\n", 4, "closes traps.1"),
    "text outside": (REGION + "// | more\n", 5, "outside the head"),
    "text after the head": ("// SOLUTION traps.1\n// | todo\nwork();\n// < late\n// END traps.1\n", 4, "outside the head"),
    "text without space": ("// SOLUTION traps.1\n// | todo\n// |todo\nwork();\n// END traps.1\n", 3, "no space"),
    "no text": ("// SOLUTION traps.1\n// < earlier\nwork();\n// END traps.1\n", 1, "no text for the student"),
    "odd name": ("// SOLUTION traps-1\n", 1, "not a right marker"),
    "wrong leader": ("x\n# SOLUTION traps.1\n", 2, "not a right marker"),
    "no space": ("//SOLUTION traps.1\n", 1, "not a right marker"),
    "block comment": ("/* END traps.1 */\n", 1, "not a right marker"),
    "words after it": ("// SOLUTION traps.1 here\n", 1, "not a right marker"),
    "since not closed": ("\n// SINCE paging\nwork();\n", 2, "paging is not closed"),
    "since with student text": ("x\n// SINCE paging\n// | todo\n// END paging\n", 2, "no text for the student"),
    "since an exercise": ("// SINCE paging.1\n// END paging.1\n", 1, "not a right marker"),
    "solution of a lab": ("// SOLUTION paging\n// | todo\n// END paging\n", 1, "not a right marker"),
    "since with wrong leader": ("x\n# SINCE paging\n", 2, "not a right marker"),
    "since in a solution": ("// SOLUTION traps.1\n// | a\n// SINCE paging\n// END paging\n", 3, "do not nest"),
    "solution in a since": ("// SINCE paging\n// SOLUTION traps.1\n// | a\n", 2, "do not nest"),
    "since in a since": ("// SINCE paging\n// SINCE paging\n// END paging\n", 2, "do not nest"),
    "wrong end of a since": ("// SINCE paging\n// END paging.1\n", 2, "closes paging"),
    "since the first lab": ("\n// SINCE traps\n// END traps\n", 2, "no lab of this name comes after the first"),
    "since no lab": ("// SINCE doors\n// END doors\n", 1, "no lab of this name comes after the first"),
}


@pytest.mark.parametrize("text, line, words", BAD_MARKERS.values(), ids=BAD_MARKERS)
def test_bad_markers(text, line, words):
    with pytest.raises(BranchError) as error:
        source(**{"user/odd.c": text})
    assert str(error.value).startswith(f"user/odd.c:{line}: ")
    assert words in str(error.value)


def test_a_region_may_hold_nothing_but_student_text():
    tree = source(**with_trap(TRAP_C + "// SOLUTION traps.1\n// | given();\n// END traps.1\n"))
    assert "given();" in text_of(state_tree(tree, {"traps.1"}), "kernel/trap.c")
    assert "given();" not in text_of(state_tree(tree), "kernel/trap.c")


def test_a_picture_with_one_more_space_is_no_text():
    assert state_tree(source(**{"kernel/pic.asm": ";  | eip |\n"}))["kernel/pic.asm"].data == b";  | eip |\n"


def test_all_problems_are_told_at_once():
    with pytest.raises(BranchError) as error:
        source(**{"a.c": "// END traps.1\n", "b.c": "// END traps.1\n"})
    assert len(error.value.problems) == 2


# --- Labs and exercises ---

TWO_LABS = "// SOLUTION traps.1\n// | a\nb\n// END traps.1\n\n// SOLUTION paging.1\n// | c\nd\n// END paging.1\n"
TOUCH = "touches one of"
SINCE_PAGING = "// SINCE paging\nx\n// END paging\n"
BAD_LABS = {
    "unknown exercise": (with_trap(TRAP_C + REGION.replace("traps.1", "traps.9")), "kernel/trap.c:27: traps.9 is in no lab"),
    "exercise without region": ({"kernel/build.mk": None}, "paging.2 has no region"),
    "not editable": ({"kernel/new.c": REGION}, "kernel/new.c:1: traps.1 stands in a file that is not editable"),
    "adds nothing": ({"kernel/page.c": None}, "no file matches kernel/page*.c"),
    "two labs touch": (with_trap(TRAP_C + TWO_LABS), "kernel/trap.c:32: a region of paging touches one of traps"),
    "since touches": (with_trap(TRAP_C + REGION + SINCE_PAGING), "kernel/trap.c:31: a region of paging touches one of traps"),
    "touches a since": (with_trap(TRAP_C + SINCE_PAGING + "\n" + REGION), "kernel/trap.c:31: a region of traps touches one of"),
    "no region in one lab": ({"labs/paging/before/kernel/trap.c": ""}, "traps.2 has no region in lab/traps"),
    "before the first lab": ({"labs/traps/before/a.c": ""}, "labs/traps/before/a.c: no lab of this name comes after"),
    "before no lab": ({"labs/doors/before/a.c": ""}, "labs/doors/before/a.c: no lab of this name comes after"),
    "before what is in no branch": ({"labs/paging/before/.ci/run": ""}, "before/.ci/run: .ci/run stands in no branch"),
    "before of a before": ({"labs/paging/before/labs/paging/before/a.c": ""}, "before/a.c stands in no branch"),
    "before not editable": ({"labs/paging/before/kernel/new.c": REGION}, "kernel/new.c:1: traps.1 stands in a file"),
    "no lab": ({"labs/traps/lab.toml": None, "labs/paging/lab.toml": None}, "no labs/*/lab.toml"),
    "wrong lab name": ({"labs/traps/lab.toml": lab_toml("pm", (1,), [])}, "name is not traps"),
    "stranger": ({"labs/traps/lab.toml": lab_toml("traps", (1,), []).replace("traps.1", "pm.1")}, "pm.1 is not named"),
    "no toml": ({"labs/traps/lab.toml": "name =\n"}, "labs/traps/lab.toml: "),
}


@pytest.mark.parametrize("changes, words", BAD_LABS.values(), ids=BAD_LABS)
def test_bad_labs(changes, words):
    with pytest.raises(BranchError, match=re.escape(words)):
        source(**changes)


def test_an_unknown_exercise_cannot_be_missing():
    with pytest.raises(BranchError, match="traps.7"):
        state_tree(source(), {"traps.7"})


def test_lines_to_write_are_those_of_the_solutions():
    reference = source()
    assert [reference.lines_to_write(lab) for lab in reference.labs] == [4, 2]


# --- Branches ---

def trap_c(branch, **changes):
    return text_of(branch_tree(source(**changes), branch), "kernel/trap.c")


def test_lab_traps_has_its_text_and_the_earlier_text_of_paging():
    text = trap_c("lab/traps")
    assert "missing(1)" in text and "missing(2)" in text and "stop_thread_by_fault" in text
    assert "set_gate" not in text and "missing(11)" not in text and "decode" not in text
    assert text_of(branch_tree(source(), "lab/traps"), "kernel/build.mk") == "objects := trap.o\n"


def test_lab_paging_still_asks_for_traps():
    assert "missing(1)" in trap_c("lab/paging") and "missing(11)" in trap_c("lab/paging")
    assert "stop_thread_by_fault" not in trap_c("lab/paging")


def test_start_paging_has_traps_solved():
    assert "set_gate" in trap_c("start/paging") and "missing(11)" in trap_c("start/paging")
    assert "missing(1)" not in trap_c("start/paging") and "decode" not in trap_c("start/paging")


def test_the_first_start_is_the_first_lab():
    assert branch_tree(source(), "start/traps") == branch_tree(source(), "lab/traps")


def test_files_come_with_their_lab():
    new = set(branch_tree(source(), "lab/paging")) - set(branch_tree(source(), "lab/traps"))
    assert new == {"kernel/page.c", "labs/paging/lab.toml", "grade/labs/test_paging.py"}


def test_what_shows_solutions_is_in_no_branch():
    never = {"labs/branches.py", "grade/mutants/traps.toml", "grade/tests/test_all.py", ".ci/run"}
    for name in branch_names(source()):
        assert not never & set(branch_tree(source(), name))
    assert never < set(state_tree(source()))


@pytest.mark.parametrize("path, leader", SINCE_KINDS)
def test_what_comes_with_a_lab_is_plain_from_there_on(path, leader):
    tree = source(**three_labs(**{path: SINCE.format(leader)}))
    old, new = "first\n    before();\n\n        before_too();\nlast\n", "first\n    after();\nlast\nnothing_stood_here();\n"
    for name in branch_names(tree):
        assert text_of(branch_tree(tree, name), path) == (old if name.endswith("traps") else new)
    assert text_of(state_tree(tree, {"traps", "paging"}), path) == new


def test_what_comes_with_a_lab_may_touch_its_exercise():
    alone = SINCE_PAGING + REGION.replace("traps", "paging")
    assert "x\ntodo\n" in trap_c("lab/paging", **with_trap(TRAP_C + alone))


def before(*labs, path="kernel/trap.c", text="from {}\n"):
    return {f"labs/{lab}/before/{path}": text.format(lab) for lab in labs}


PLACES = ["kernel/trap_old.c", "kernel/build.mk", "kernel/page.c"]


@pytest.mark.parametrize("path", PLACES, ids=["new", "in the reference", "added by the lab"])
def test_a_file_stands_in_before_its_lab(path):
    tree = source(**three_labs(**before("paging", path=path)))
    for name in ("lab/traps", "start/traps"):
        assert text_of(branch_tree(tree, name), path) == "from paging\n"
    for name in ("lab/paging", "start/paging", "lab/doors"):
        assert branch_tree(tree, name).get(path) == state_tree(tree, missing_in(tree, name)).get(path)


def test_the_next_lab_has_the_last_word_on_what_stands_before_it():
    both = before("doors", "paging", path="kernel/note.c")
    tree, one = source(**three_labs(**both)), source(**three_labs(**before("doors", path="kernel/note.c")))
    assert text_of(branch_tree(tree, "lab/traps"), "kernel/note.c") == "from paging\n"
    assert text_of(branch_tree(tree, "lab/paging"), "kernel/note.c") == "from doors\n"
    assert text_of(branch_tree(one, "lab/traps"), "kernel/note.c") == "from doors\n"
    assert "kernel/note.c" not in branch_tree(tree, "lab/doors")


def test_no_branch_shows_what_stands_before_as_it_is():
    tree = source(**three_labs(**before("paging", "doors", path="kernel/note.c")))
    assert not [path for name in branch_names(tree) for path in branch_tree(tree, name) if "/before/" in path]


def test_what_stands_before_has_its_own_mode_and_may_hold_exercises():
    path = "labs/paging/before/kernel/entry.asm"
    tree = reference(**{path: ENTRY_ASM.replace("ret", "iret")})
    tree = Source(tree | {path: File(tree[path].data, True), "labs/paging/before/logo.bin": File(b"\0old\n")})
    assert branch_tree(tree, "lab/traps")["kernel/entry.asm"] == File(b"entry:\n    call missing\n    iret\n", True)
    assert branch_tree(tree, "lab/paging")["kernel/entry.asm"] == File(b"entry:\n    call missing\n    ret\n")
    assert branch_tree(tree, "lab/traps")["logo.bin"].data == b"\0old\n"


def test_lines_to_write_are_counted_where_they_stand():
    tree = source(**{"labs/paging/before/kernel/entry.asm": ENTRY_ASM.replace("    ret", "    ; SOLUTION traps.2\n    ; | x\n"
                     "    one\n    two\n    ; END traps.2\n    ret")})
    assert [tree.lines_to_write(lab) for lab in tree.labs] == [6, 2]


# --- Folders ---

def write_reference(root, tree=None):
    for path, file in (tree or reference()).items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(file.data)
        (root / path).chmod(0o755 if file.executable else 0o644)
    return root


def git(root, *args, check=True):
    clean = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    who = ["-c", "user.name=S", "-c", "user.email=s@localhost", "-c", "commit.gpgsign=false"]
    done = subprocess.run(["git", *who, *args], cwd=root, env=clean, capture_output=True, text=True, timeout=60)
    assert not check or done.returncode == 0, done.stderr
    return done.stdout.strip() if check else done.returncode


def commit(root, **changes):
    write_reference(root, reference(**changes))
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "--message", "x")
    return Source.of_commit(root)


@pytest.fixture(autouse=True)
def home(tmp_path_factory, monkeypatch):
    """No settings of the user's; and nothing here is worth waiting for the disk."""
    folder = tmp_path_factory.mktemp("home")
    (folder / ".gitconfig").write_text("[core]\n\tfsync = none\n[gc]\n\tauto = 0\n")
    monkeypatch.setenv("HOME", str(folder))
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)


@pytest.fixture
def repo(tmp_path):
    root = tmp_path / "reference"
    root.mkdir()
    git(root, "init", "--quiet", "--initial-branch", "main")
    commit(root)
    return root


def test_render_writes_files_and_modes(tmp_path):
    write_reference(tmp_path / "from")
    render(tmp_path / "from", tmp_path / "to", missing={"traps.2"})
    assert "missing(2)" in (tmp_path / "to/kernel/trap.c").read_text()
    assert os.access(tmp_path / "to/run.sh", os.X_OK) and not os.access(tmp_path / "to/README.md", os.X_OK)


def test_render_leaves_a_full_folder_alone(tmp_path):
    with pytest.raises(BranchError, match="not empty"):
        render(write_reference(tmp_path), tmp_path)


def test_a_list_of_files_says_what_to_read(tmp_path):
    assert set(read_folder(write_reference(tmp_path), ["run.sh"])) == {"run.sh"}


def test_build_and_ignored_files_are_not_read(repo, tmp_path):
    for path in ("build/out", "junk.o"):
        (repo / path).parent.mkdir(exist_ok=True)
        (repo / path).write_text("x")
    (repo / ".gitignore").write_text("*.o\n")
    assert set(read_folder(repo)) == set(reference()) | {".gitignore"}
    write_reference(tmp_path / "plain", {"build/out": File(b""), "a.c": File(b"")})
    assert set(read_folder(tmp_path / "plain")) == {"a.c"}


@pytest.mark.parametrize("link, to", [("kernel/link.c", "trap.c"), ("kernel/dir", "../labs"), ("kernel/none", "no")])
def test_symlinks_are_refused(repo, link, to):
    (repo / link).symlink_to(to)
    with pytest.raises(BranchError, match=f"{link}: not a regular file"):
        read_folder(repo)
    git(repo, "add", "--all")
    git(repo, "commit", "--quiet", "--message", "link")
    with pytest.raises(BranchError, match=f"{link}: not a regular file"):
        read_commit(repo, "HEAD")


def test_a_folder_behind_a_symlink_is_refused(tmp_path):
    write_reference(tmp_path / "real")
    (tmp_path / "real/alias").symlink_to("kernel")
    with pytest.raises(BranchError, match="alias/trap.c"):
        read_folder(tmp_path / "real", ["alias/trap.c"])


def test_commit_and_work_tree_read_alike(repo):
    assert read_commit(repo, "HEAD") == read_folder(repo) == reference()


# --- Leaks ---

def test_a_sound_reference_does_not_leak():
    assert leaks(source()) == []


PLANTED = {
    "docs": ("docs/trap.md", "Then:\n\n    set_gate(vector, stub_of(vector));\n"),
    "patch": ("docs/old.diff", "-    set_gate(vector,  stub_of(vector));\n"),
    "commented out": ("grade/labs/test_traps.py", "# set_gate(vector, stub_of(vector));\n"),
}


@pytest.mark.parametrize("path, text", PLANTED.values(), ids=PLANTED)
def test_a_planted_line_leaks_where_the_exercise_is_hidden(path, text):
    found = leaks(source(**{path: text}))
    assert {leak.split(":")[0] for leak in found} == {"lab/traps", "start/traps", "lab/paging"}
    assert all(f"{path}:{text.count(chr(10))}: shows traps.1" in leak for leak in found)


def test_a_line_that_the_given_code_has_is_no_leak():
    code = "void again(void) {\n    set_gate(vector, stub_of(vector));\n}\n"
    assert leaks(source(**{"kernel/other.c": code, "docs/trap.md": code})) == []


def test_code_of_a_later_lab_excuses_nothing():
    changes = {"kernel/page.c": "set_gate(vector, stub_of(vector));\n", "docs/trap.md": "set_gate(vector, stub_of(vector));\n"}
    assert {leak.split(":")[0] for leak in leaks(source(**changes))} == {"lab/traps", "start/traps"}


def test_a_line_of_the_student_text_is_no_leak():
    changes = with_trap(TRAP_C.replace("Fill all 256 gates.", "set_gate(vector, stub_of(vector));"))
    assert leaks(source(**changes, **{"docs/trap.md": "set_gate(vector, stub_of(vector));\n"})) == []


def test_a_short_line_is_no_leak():
    changes = with_trap(TRAP_C.replace("acknowledge_interrupt(TIMER);", "return x;"))
    assert leaks(source(**changes, **{"docs/trap.md": "return x;\n"})) == []


def test_a_row_of_lines_leaks_even_in_code():
    row = "".join(f"    step_number_{n}_of_the_switch();\n" for n in range(4))
    changes = with_trap(TRAP_C.replace("    acknowledge_interrupt(TIMER);\n", row))
    assert leaks(source(**changes, **{"kernel/copy.c": row.replace("\n", "\n\n")}))
    assert leaks(source(**changes, **{"kernel/copy.c": row[:row.index("step_number_3")]})) == []


def test_a_row_that_the_student_text_has_is_no_leak():
    row = "".join(f"    step_number_{n}_of_the_switch();\n" for n in range(4))
    shown = "".join(f"    // |     step_number_{n}_of_the_switch();\n" for n in range(4))
    changes = TRAP_C.replace("    acknowledge_interrupt(TIMER);\n", row).replace("    // | missing(2);\n", shown)
    assert leaks(source(**with_trap(changes), **{"kernel/copy.c": row})) == []


SET_GATE = "set_gate(vector, stub_of(vector));\n"
SHOWN = {
    "what comes with a lab": ({"user/a.mk": "# SINCE paging\n" + SET_GATE + "# END paging\n"}, {"lab/traps", "start/traps"}),
    "what comes in code": ({"user/a.c": "// SINCE paging\n" + SET_GATE + "// END paging\n"}, {"lab/traps", "start/traps"}),
    "what it replaces": ({"user/a.mk": "# SINCE paging\n# < " + SET_GATE + "# END paging\n"}, set()),
    "what stands before": ({"labs/paging/before/a.c": SET_GATE}, set()),
    "a document before": ({"labs/paging/before/docs/a.md": SET_GATE}, {"lab/traps", "start/traps", "lab/paging"}),
}


@pytest.mark.parametrize("changes, where", SHOWN.values(), ids=SHOWN)
def test_given_code_excuses_in_its_branches_and_those_after(changes, where):
    found = leaks(source(**changes, **{"docs/trap.md": SET_GATE}))
    assert {leak.split(":")[0] for leak in found} == where


@pytest.mark.parametrize("changes", [SHOWN["what it replaces"][0], SHOWN["what stands before"][0]])
def test_given_code_of_an_earlier_lab_is_no_leak_in_the_history(repo, changes):
    assert len(make(commit(repo, **changes), repo)) == 4


def test_a_solution_in_what_stands_before_is_hidden():
    old = ENTRY_ASM.replace("[saved_error_code]", "[the_old_error_code]")
    found = leaks(source(**{"labs/paging/before/kernel/entry.asm": old, "docs/trap.md": "push dword [the_old_error_code]\n"}))
    assert {leak.split(":")[0] for leak in found} == {"lab/traps", "start/traps", "lab/paging"}


@pytest.mark.parametrize("marker", [b"// END traps.1", b"// SINCE paging", b"# SINCE"])
def test_a_marker_line_in_a_branch_is_a_leak(monkeypatch, marker):
    monkeypatch.setattr("branchtool.leaks.branch_tree", lambda source, branch: {"a.c": File(b"x\n" + marker + b"\n")})
    assert "lab/traps: a.c:2: a marker line" in leaks(source())


def test_a_file_that_must_not_be_there_is_a_leak(monkeypatch):
    path = "labs/paging/before/a.c"
    monkeypatch.setattr("branchtool.leaks.branch_tree", lambda *_: {"kernel/page.c": File(b""), path: File(b"")})
    found = leaks(source(**{path: ""}))
    assert {leak for leak in found if "page.c" in leak} == {f"{n}/traps: kernel/page.c must not be here" for n in ("lab", "start")}
    assert len([leak for leak in found if leak.endswith(f" {path} must not be here")]) == 4


def test_history_is_searched(repo):
    (repo / "note").write_text("set_gate(vector, stub_of(vector));\n")
    git(repo, "checkout", "--quiet", "--orphan", "old")
    git(repo, "rm", "-r", "--quiet", "--cached", ".")
    git(repo, "add", "note")
    git(repo, "commit", "--quiet", "--message", "leak")
    git(repo, "rm", "--quiet", "note")
    git(repo, "commit", "--quiet", "--allow-empty", "--message", "gone")
    found = history_leaks(Source(reference()), "lab/traps", repo, "old")
    assert len(found) == 1 and found[0].startswith("lab/traps: note:1: shows traps.1")


# --- Commits ---

def parents(root, name):
    return git(root, "log", "-1", "--format=%P", name).split()


def tips(root):
    return dict(line.split() for line in git(root, "for-each-ref", "--format=%(refname:short) %(objectname)").splitlines())


def test_make_touches_only_its_refs(repo):
    (repo / "kernel/page.c").write_text("int edited;\n")
    (repo / "new").write_text("")
    git(repo, "add", "new")
    before = git(repo, "status", "--porcelain=v2", "--branch"), git(repo, "rev-parse", "HEAD")
    make(Source.of_commit(repo), repo)
    assert (git(repo, "status", "--porcelain=v2", "--branch"), git(repo, "rev-parse", "HEAD")) == before
    assert set(tips(repo)) == {"main", "lab/traps", "start/traps", "lab/paging", "start/paging"}


def test_a_branch_holds_its_tree(repo):
    make(Source.of_commit(repo), repo)
    for name in branch_names(source()):
        assert read_commit(repo, name) == branch_tree(source(), name)


def test_the_shape_of_the_history(repo):
    make(Source.of_commit(repo), repo)
    assert parents(repo, "lab/traps") == []
    for name, parent in {"start/traps": "lab/traps", "lab/paging": "lab/traps", "start/paging": "lab/paging"}.items():
        assert parents(repo, name) == [tips(repo)[parent]]


def test_a_second_make_with_no_change_makes_no_commit(repo):
    make(Source.of_commit(repo), repo)
    before = tips(repo)
    commit(repo, **{"grade/mutants/traps.toml": "wrong = 2\n"})
    again = make(Source.of_commit(repo), repo)
    assert {one.change for one in again} == {"same"}
    assert tips(repo) == before | {"main": tips(repo)["main"]}


def test_same_source_same_hashes(repo, tmp_path):
    one = make_into(Source.of_commit(repo), tmp_path / "one")
    two = make_into(Source.of_commit(repo), tmp_path / "two")
    assert [made.commit for made in one] == [made.commit for made in two]


def test_an_update_grows_the_branches(repo):
    make(Source.of_commit(repo), repo)
    before = tips(repo)
    make(commit(repo, **{"README.md": "new\n"}), repo)
    assert parents(repo, "lab/traps") == [before["lab/traps"]]
    assert parents(repo, "lab/paging") == [before["lab/paging"], tips(repo)["lab/traps"]]
    assert parents(repo, "start/paging") == [before["start/paging"], tips(repo)["lab/paging"]]


def test_what_changes_in_the_later_lab_alone_leaves_the_first(repo):
    make(Source.of_commit(repo), repo)
    before = tips(repo)
    make(commit(repo, **{"kernel/page.c": "int more;\n"}), repo)
    changed = {name for name in before if tips(repo)[name] != before[name]}
    assert changed == {"main", "lab/paging", "start/paging"}


def test_no_ref_moves_when_an_old_commit_leaks(repo):
    old = TRAP_C.replace("count_one_trap();", "count_one_trap();\n    a_line_now_in_the_solution();")
    make(commit(repo, **with_trap(old)), repo)
    before = tips(repo)
    now = TRAP_C.replace("acknowledge_interrupt(TIMER);", "a_line_now_in_the_solution();")
    with pytest.raises(BranchError, match="shows traps.2"):
        make(Source(reference(**with_trap(now))), repo)
    assert tips(repo) == before


def test_a_leak_makes_nothing(repo, tmp_path):
    leaky = source(**{"docs/trap.md": "set_gate(vector, stub_of(vector));\n"})
    with pytest.raises(BranchError):
        make(leaky, repo)
    with pytest.raises(BranchError):
        make_into(leaky, tmp_path / "into")
    assert set(tips(repo)) == {"main"} and not (tmp_path / "into").exists()


def test_a_branch_of_someone_else_is_left_alone(repo):
    git(repo, "branch", "lab/traps")
    with pytest.raises(BranchError, match="did not make"):
        make(Source.of_commit(repo), repo)


def test_a_branch_in_use_is_left_alone(repo, tmp_path):
    make(Source.of_commit(repo), repo)
    git(repo, "worktree", "add", "--quiet", str(tmp_path / "other"), "lab/traps")
    with pytest.raises(BranchError, match="lab/traps is checked out"):
        make(Source.of_commit(repo), repo)


def test_git_variables_of_the_caller_do_not_matter(repo, monkeypatch):
    monkeypatch.setenv("GIT_DIR", "/nowhere")
    monkeypatch.setenv("GIT_AUTHOR_NAME", "Somebody")
    make(Source.of_commit(repo), repo)
    assert git(repo, "log", "-1", "--format=%an %ae %cn %ce", "lab/traps") == "Lintel lintel@localhost Lintel lintel@localhost"


# --- A repository for students ---

def test_into_checks_the_first_lab_out(repo, tmp_path):
    make_into(Source.of_commit(repo), tmp_path / "into")
    assert git(tmp_path / "into", "symbolic-ref", "--short", "HEAD") == "lab/traps"
    assert git(tmp_path / "into", "status", "--porcelain") == ""
    assert read_folder(tmp_path / "into") == branch_tree(source(), "lab/traps")
    assert set(tips(repo)) == {"main"}


def test_into_updates_what_it_made(repo, tmp_path):
    make_into(Source.of_commit(repo), tmp_path / "into")
    make_into(commit(repo, **{"README.md": "new\n"}), tmp_path / "into")
    assert (tmp_path / "into/README.md").read_text() == "new\n"
    assert git(tmp_path / "into", "rev-list", "--count", "lab/traps") == "2"


def test_into_leaves_other_folders_alone(repo, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(BranchError, match="not empty"):
        make_into(Source.of_commit(repo), tmp_path)
    with pytest.raises(BranchError, match="main is checked out"):
        make_into(Source.of_commit(repo), repo)


def test_into_leaves_changes_alone(repo, tmp_path):
    make_into(Source.of_commit(repo), tmp_path / "into")
    (tmp_path / "into/README.md").write_text("mine\n")
    with pytest.raises(BranchError, match="holds changes"):
        make_into(commit(repo, **{"README.md": "new\n"}), tmp_path / "into")


def student(repo, folder):
    """Someone who has done lab/traps: the texts of the exercises are replaced, and the lines beside them are not."""
    make_into(Source.of_commit(repo), folder)
    git(folder, "checkout", "--quiet", "-b", "mine")
    text = (folder / "kernel/trap.c").read_text()
    text = text.replace("    // Fill all 256 gates.\n\n        missing(1);\n", "    my_gates();\n    more();\n")
    (folder / "kernel/trap.c").write_text(text.replace("missing(2);", "my_tick();"))
    git(folder, "commit", "--quiet", "--all", "--message", "done")
    return folder


def test_the_next_lab_merges_into_a_students_work(repo, tmp_path):
    folder = student(repo, tmp_path / "into")
    git(folder, "merge", "--quiet", "lab/paging")
    text = (folder / "kernel/trap.c").read_text()
    assert "my_gates();" in text and "my_tick();" in text and "missing(11);" in text
    assert (folder / "kernel/page.c").exists()


def test_an_update_and_the_next_lab_merge_into_a_students_work(repo, tmp_path):
    folder = student(repo, tmp_path / "into")
    git(folder, "checkout", "--quiet", "lab/traps")
    make_into(commit(repo, **{"README.md": "new\n", **with_trap(TRAP_C.replace("count_one", "count_a"))}), folder)
    git(folder, "checkout", "--quiet", "mine")
    git(folder, "merge", "--quiet", "lab/traps")
    git(folder, "merge", "--quiet", "lab/paging")
    assert git(folder, "merge-base", "--is-ancestor", "lab/traps", "lab/paging", check=False) == 0
    assert "count_a_trap" in (folder / "kernel/trap.c").read_text()


def test_start_does_not_merge_over_a_students_work(repo, tmp_path):
    folder = student(repo, tmp_path / "into")
    assert git(folder, "merge", "--quiet", "start/paging", check=False) == 1
    assert git(folder, "diff", "--name-only", "--diff-filter=U") == "kernel/trap.c"


def late_student(repo, folder):
    """Someone who began at start/paging, and has done that lab."""
    make_into(Source.of_commit(repo), folder)
    git(folder, "checkout", "--quiet", "-b", "mine", "start/paging")
    for path, old in {"kernel/trap.c": "missing(11);", "kernel/build.mk": "# add your own file"}.items():
        text = (folder / path).read_text()
        assert old in text
        (folder / path).write_text(text.replace(old, "my_own();"))
    git(folder, "commit", "--quiet", "--all", "--message", "done")
    return folder


def test_the_next_lab_merges_into_the_work_of_who_began_late(repo, tmp_path):
    commit(repo, **three_labs())
    folder = late_student(repo, tmp_path / "into")
    git(folder, "merge", "--quiet", "lab/doors")
    text = (folder / "kernel/trap.c").read_text()
    assert "set_gate(" in text and "my_own();" in text and "void knock(void);" in text
    assert (folder / "kernel/door.c").read_text() == "missing(21);\n"


def test_an_update_and_the_next_lab_merge_into_the_work_of_who_began_late(repo, tmp_path):
    commit(repo, **three_labs())
    folder = late_student(repo, tmp_path / "into")
    git(folder, "checkout", "--quiet", "lab/traps")
    changed = three_labs()["kernel/trap.c"].replace("What a", "What any").replace("acknowledge_interrupt", "acknowledge")
    make_into(commit(repo, **three_labs(**with_trap(changed))), folder)
    git(folder, "checkout", "--quiet", "mine")
    git(folder, "merge", "--quiet", "start/paging")
    git(folder, "merge", "--quiet", "lab/doors")
    text = (folder / "kernel/trap.c").read_text()
    assert "What any trap" in text and "acknowledge(TIMER)" in text and "void knock(void);" in text


def test_a_merge_replaces_and_deletes_what_stood_before(repo, tmp_path):
    commit(repo, **before("paging", path="kernel/page.c"), **before("paging", path="kernel/old.c"),
           **{"user/since.c": SINCE.format("//")})
    folder = student(repo, tmp_path / "into")
    assert (folder / "kernel/old.c").exists() and (folder / "kernel/page.c").read_text() == "from paging\n"
    git(folder, "merge", "--quiet", "lab/paging")
    assert not (folder / "kernel/old.c").exists() and (folder / "kernel/page.c").read_text() == "int pages;\n"
    assert "after();" in (folder / "user/since.c").read_text()


# --- Command line ---

def test_make_prints_a_table(repo, capsys):
    assert branches.main(["make"], repo) == 0
    table = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert table[1][0] == "lab/traps" and table[1][2:] == ["new", "2", "4", "8"]
    assert table[1][1] == tips(repo)["lab/traps"][:10] and len(table) == 5


def test_make_into_by_command(repo, tmp_path):
    assert branches.main(["make", "--into", str(tmp_path / "into")], repo) == 0
    assert (tmp_path / "into/kernel/trap.c").exists()


def test_the_last_commit_counts_unless_asked(repo, tmp_path, capsys):
    (repo / "kernel/trap.c").write_text("// END traps.1\n")
    assert branches.main(["check"], repo) == 0
    assert branches.main(["check", "--worktree"], repo) == 1
    assert "kernel/trap.c:1: END traps.1 without a start" in capsys.readouterr().err


def test_check_sees_old_commits(repo, capsys):
    (repo / "README.md").write_text("set_gate(vector, stub_of(vector));\n")
    git(repo, "commit", "--quiet", "--all", "--message", "leak")
    git(repo, "branch", "lab/traps")
    commit(repo)
    assert branches.main(["check"], repo) == 1
    assert "lab/traps: README.md:1: shows traps.1" in capsys.readouterr().err


def test_render_by_command(repo, tmp_path):
    assert branches.main(["render", "--missing", "traps.1,traps.2", str(tmp_path / "a")], repo) == 0
    assert branches.main(["render", "--missing", "traps", "--lab", "traps", str(tmp_path / "b")], repo) == 0
    assert "missing(2)" in (tmp_path / "a/kernel/trap.c").read_text() and (tmp_path / "a/kernel/page.c").exists()
    assert "missing(2)" in (tmp_path / "b/kernel/trap.c").read_text() and not (tmp_path / "b/kernel/page.c").exists()


def test_render_by_command_knows_what_stood_before(repo, tmp_path):
    commit(repo, **before("paging", path="kernel/old.c"), **{"user/since.c": SINCE.format("//")})
    assert branches.main(["render", "--missing", "traps", "--lab", "traps", str(tmp_path / "a")], repo) == 0
    assert (tmp_path / "a/kernel/old.c").read_text() == "from paging\n"
    assert "before();" in (tmp_path / "a/user/since.c").read_text()


def test_this_very_project_is_sound():
    assert branches.main(["check", "--worktree"]) == 0


def test_no_commit_is_told(tmp_path, capsys):
    git(tmp_path, "init", "--quiet")
    assert branches.main(["check"], tmp_path) == 1
    assert "--worktree" in capsys.readouterr().err
