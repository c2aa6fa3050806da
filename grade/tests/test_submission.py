# SPDX-License-Identifier: BSD-2-Clause
"""Of a submission only regular editable files count, and its build sees and reaches nothing."""

import os
import pathlib
import subprocess
import tempfile

import pytest

import states
from kernels import FIXTURES, LD
from lintel import sandbox, submission
from lintel.build import _run
from project import Project, put



@pytest.fixture
def handed_in(tmp_path):
    """A good submission."""
    root = tmp_path / "handed in"
    put(root, "kernel/main.asm", (FIXTURES / "echo.asm").read_text())
    put(root, "kernel/more/part.inc", "")
    return root


def read(root, path="kernel/main.asm"):
    return submission.read(root, path)


def refused(root, path="kernel/main.asm"):
    with pytest.raises(submission.Refused) as caught:
        read(root, path)
    return str(caught.value)


def test_regular_file(handed_in):
    assert read(handed_in) == (FIXTURES / "echo.asm").read_bytes()


def test_missing(handed_in):
    assert refused(handed_in, "kernel/other.c") == "no such file in the submission"
    assert refused(handed_in, "other/other.c") == "no such file in the submission"


def test_link(handed_in):
    (handed_in / "kernel/main.asm").unlink()
    (handed_in / "kernel/main.asm").symlink_to("/etc/passwd")
    assert "link" in refused(handed_in)


def test_link_to_a_folder(handed_in, tmp_path):
    (handed_in / "kernel").rename(tmp_path / "elsewhere")
    (handed_in / "kernel").symlink_to(tmp_path / "elsewhere")
    assert "link" in refused(handed_in)


def test_fifo(handed_in):
    (handed_in / "kernel/main.asm").unlink()
    os.mkfifo(handed_in / "kernel/main.asm")
    assert "regular" in refused(handed_in)


def test_folder_for_a_file(handed_in):
    assert "regular" in refused(handed_in, "kernel")


def test_file_for_a_folder(handed_in):
    assert refused(handed_in, "kernel/main.asm/x")


def test_way_out(handed_in):
    assert "inside" in refused(handed_in, "../x") and "inside" in refused(handed_in, "/etc/passwd")


def test_size(handed_in):
    (handed_in / "kernel/main.asm").write_bytes(b"x" * submission.LIMIT)
    assert len(read(handed_in)) == submission.LIMIT
    (handed_in / "kernel/main.asm").write_bytes(b"x" * (submission.LIMIT + 1))
    assert "larger" in refused(handed_in)


def test_descriptors_are_closed(handed_in):
    before = len(os.listdir("/proc/self/fd"))
    for path in ("kernel/main.asm", "kernel/none", "none/none", "kernel"):
        try:
            read(handed_in, path)
        except submission.Refused:
            pass
    assert len(os.listdir("/proc/self/fd")) == before


def test_only_editable_files_are_taken(handed_in, tmp_path):
    for path in ("a", "kernel/b", "build/old", "grade/labs/test_x.py"):
        put(tmp_path / "pristine", path, "pristine")
        put(handed_in, path, "hostile")
    put(tmp_path / "pristine", "kernel/main.asm", "pristine")
    put(handed_in, "conftest.py", "hostile")
    assert submission.lay(tmp_path / "pristine", handed_in, ["kernel/main.asm"], tmp_path / "out") == []
    assert sorted(str(p.relative_to(tmp_path / "out")) for p in (tmp_path / "out").rglob("*") if p.is_file()) == [
        "a", "kernel/b", "kernel/main.asm"]
    assert (tmp_path / "out/kernel/b").read_text() == "pristine"
    assert "_start" in (tmp_path / "out/kernel/main.asm").read_text()


def test_missing_file_is_not_the_references(tmp_path):
    put(tmp_path / "pristine", "main.c", "the solution")
    (tmp_path / "empty").mkdir()
    assert submission.lay(tmp_path / "pristine", tmp_path / "empty", ["main.c"], tmp_path / "out")
    assert not (tmp_path / "out/main.c").exists()


def copied(pristine, handed_in, target):
    submission.lay(pristine, handed_in, ["kernel/main.asm"], target)
    return sorted(str(p.relative_to(target)) for p in target.rglob("*") if p.is_file())


def test_only_what_git_knows_is_copied(handed_in, tmp_path):
    """Who builds a submission may have others, and an old build, lying about."""
    tree = tmp_path / "pristine"
    for path in ("Makefile", "kernel/main.asm", "other/kernel/main.asm", "solution.o"):
        put(tree, path, "pristine")
    subprocess.run(["git", "init", "-q", tree], check=True)
    subprocess.run(["git", "-C", tree, "add", "Makefile", "kernel"], check=True)
    assert copied(tree, handed_in, tmp_path / "out") == ["Makefile", "kernel/main.asm"]


def test_submissions_are_not_copied_without_git(tmp_path):
    tree = tmp_path / "pristine"
    for path in ("Makefile", ".bochsrc", "kernel/main.asm", "handed-in/a/kernel/main.asm", "handed-in/b/notes", "c/kernel/main.asm",
                 ".cache/solution", "kernel/.old/main.asm", "build/solution.o", "grade/labs/test_x.py"):
        put(tree, path, "pristine")
    assert copied(tree, tree / "handed-in/a", tmp_path / "out") == [".bochsrc", "Makefile", "kernel/main.asm"]
    assert copied(tree, tree / "c", tmp_path / "again") == [".bochsrc", "Makefile", "kernel/main.asm"]
    assert copied(tree, tree, tmp_path / "itself") == [".bochsrc", "Makefile", "kernel/main.asm"]


def test_tree_of_another_repository(handed_in, tmp_path):
    """What git says of the folder above is of no concern."""
    subprocess.run(["git", "init", "-q", tmp_path], check=True)
    put(tmp_path / "pristine", "Makefile", "pristine")
    assert copied(tmp_path / "pristine", handed_in, tmp_path / "out") == ["Makefile", "kernel/main.asm"]


# --- The whole way ---

@pytest.fixture
def project(tmp_path):
    made = Project(tmp_path / "project")
    made.kernel("triple")  # the pristine tree alone gets no point
    return made


boxed = pytest.mark.skipif(not states.box_works(), reason="bubblewrap does not work here")


@boxed
def test_graded(project, handed_in):
    put(handed_in, "Makefile", "build:\n\tfalse\n")
    put(handed_in, "grade/labs/conftest.py", "import os; os._exit(0)\n")
    ran = project.grade("--submission", handed_in)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert project.result()["score"] == 100
    assert not (project.root / "build/kernel.elf").exists()


@boxed
def test_graded_with_a_missing_file(project, handed_in):
    (handed_in / "kernel/more/part.inc").unlink()
    ran = project.grade("--submission", handed_in)
    assert ran.returncode == 1 and "kernel/more/part.inc: no such file" in ran.stdout
    assert project.result()["score"] == 0


@boxed
@pytest.mark.parametrize("path", ["/etc/passwd", "/tree/grade/labs/test_mini.py", "{root}/labs/mini/lab.toml"])
def test_host_is_not_in_the_box(project, handed_in, path):
    put(handed_in, "kernel/main.asm", f'incbin "{path.format(root=project.root)}"\n')
    ran = project.grade("--submission", handed_in)
    assert ran.returncode == 1 and "incbin': unable" in ran.stdout


@boxed
def test_own_tree_that_does_not_build(project, handed_in):
    project.write("Makefile", "build:\n\tfalse\n.PHONY: build\n")
    ran = project.grade("--submission", handed_in)
    assert ran.returncode == 75 and "own tree does not build" in ran.stderr


HOSTILE = """.PHONY: build
build:
	-id -u
	-touch Makefile
	-touch build/ok
	-ls /etc /root /home
	-cat /proc/net/dev
	-prlimit --as --output SOFT --noheadings
	false
"""


@boxed
def test_box():
    """What a build that had gone over to the enemy would find."""
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        os.chmod(folder, 0o711)
        tree = pathlib.Path(folder, "tree")
        put(tree, "Makefile", HOSTILE)
        put(tree, "build/here", "")
        said = _run(sandbox.wrap(["make", "build"], tree, "build"), tree)[1].decode()
        assert (tree / "build/ok").exists()
    assert "Makefile': Read-only file system" in said
    assert "\n0\n" not in said and "passwd" not in said and "eth" not in said
    assert f"{sandbox.MEMORY}\n" in said


def test_no_bubblewrap(project, handed_in, tmp_path):
    tools = tmp_path / "bin"
    tools.mkdir()
    for tool in ("make", "nasm", "sh", "setpriv", "prlimit", "git", "qemu-system-i386"):
        (tools / tool).symlink_to(f"/usr/bin/{tool}")
    (tools / "ld").symlink_to(LD)
    ran = project.grade("--submission", handed_in, PATH=str(tools))
    assert ran.returncode == 75 and "--no-sandbox" in ran.stderr
    ran = project.grade("--submission", handed_in, "--no-sandbox", PATH=str(tools))
    assert ran.returncode == 0, ran.stdout + ran.stderr
