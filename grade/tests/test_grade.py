# SPDX-License-Identifier: BSD-2-Clause
"""The grader from the command line to the document: three states, nothing believed but the document."""

import shutil
import signal
import subprocess
import time
import xml.etree.ElementTree as xml

import pytest

from kernels import LD
from project import TESTS, Project, gone


@pytest.fixture
def project(tmp_path):
    return Project(tmp_path)


def test_all_points(project):
    ran = project.grade()
    data = project.result()
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert (data["score"], data["max_score"], data["complete"], data["seed"]) == (100, 100, True, 0)
    assert "100/100 points  all public tests pass" in ran.stdout


def test_points_lost(project):
    project.kernel("exit33")
    ran = project.grade("--seed", 3)
    assert ran.returncode == 1 and project.result()["score"] == 60
    assert project.states() == {"end": "passed", "echo": "failed"}
    for words in ("what comes on COM2: b'hello'", "wrong answer", "mini.1  The end", "labs/mini/handout.md#the-end",
                  "alone     make grade LAB=mini TEST=echo SEED=3", "make gdb LAB=mini TEST=echo SEED=3"):
        assert words in ran.stdout


def test_kinds(project):
    project.kernel("triple")
    assert project.grade().returncode == 1
    assert project.result()["tests"][0]["extra_data"]["kind"] == "triple-fault"


def test_junit(project):
    project.kernel("exit33")
    project.grade()
    suite = xml.parse(project.root / "build/grade/mini.xml").getroot()
    assert suite.attrib == {"name": "mini", "tests": "2", "failures": "1", "errors": "0"}
    assert [case.get("name") for case in suite if case.find("failure") is not None] == ["echo"]


@pytest.mark.parametrize("fault", ["1 / 0", "assert False", "import pytest; pytest.skip('no')", "import os; os._exit(0)"])
def test_fault_of_the_grader(project, fault):
    project.tests("def test_end(tree, seed):\n", f"def test_end(tree, seed):\n    {fault}\n")
    ran = project.grade()
    assert ran.returncode == 75 and "not your work" in ran.stdout
    assert project.states() == {"end": "error", "echo": "passed"}
    assert project.result()["score"] == 40


def test_failure_after_the_test(project):
    fixture = "import pytest\n@pytest.fixture\ndef late():\n    yield\n    1 / 0\n\n\ndef test_end(late, tree, seed):\n"
    project.tests("def test_end(tree, seed):\n", fixture)
    assert project.grade().returncode == 75
    assert project.states()["end"] == "error"


def test_exit_of_pytest_is_not_believed(project):
    project.tests("def test_end(tree, seed):\n", "def test_end(tree, seed):\n    import os; os._exit(0)\n")
    assert project.grade("--jobs", 1).returncode == 75
    assert project.result()["complete"] is False


def test_no_qemu(project, tmp_path):
    bare = tmp_path / "bin"
    bare.mkdir()
    for tool in ("make", "nasm", "sh", "setpriv", "prlimit", "git"):
        (bare / tool).symlink_to(f"/usr/bin/{tool}")
    (bare / "ld").symlink_to(LD)
    ran = project.grade(PATH=str(bare))
    assert ran.returncode == 75 and set(project.states().values()) == {"error"}
    assert "qemu-system-i386 is not installed" in ran.stdout


def test_one_test(project):
    project.kernel("exit33")
    ran = project.grade("--test", "end")
    assert ran.returncode == 0 and "60/60 points" in ran.stdout
    assert [t["id"] for t in project.result("mini-end.json")["tests"]] == ["end"]
    assert not (project.root / "build/grade/mini.json").exists()


def test_unknown_test(project):
    ran = project.grade("--test", "nothing")
    assert ran.returncode == 75 and "it has: end echo" in ran.stderr


@pytest.mark.parametrize("old, new, said", [
    ("points = 40", "points = 41", "101"),
    ('id = "echo"', 'id = "other"', "echo, other"),
    ('exercise = "mini.1"', 'exercise = "mini.9"', "mini.9"),
])
def test_bad_lab(project, old, new, said):
    path = project.root / "labs/mini/lab.toml"
    path.write_text(path.read_text().replace(old, new))
    ran = project.grade()
    assert ran.returncode == 75 and said in ran.stderr


def test_build_that_fails(project):
    project.write("kernel/main.asm", "nonsense here\n")
    ran = project.grade()
    assert ran.returncode == 1 and ran.stdout.count("kernel/main.asm:1: error") == 1
    data = project.result()
    assert (data["score"], data["complete"]) == (0, True)
    assert {t["extra_data"]["kind"] for t in data["tests"]} == {"build"}


def test_same_document(project):
    project.kernel("loop")
    documents = []
    for jobs in (1, 2, 2):
        project.grade("--jobs", jobs)
        documents.append({**project.result(), "execution_time": 0})
    assert documents[0] == documents[1] == documents[2]


STAYS = """def test_echo(tree, seed):
    import os, time
    with Machine(tree / "build/kernel.elf") as machine:
        (tree / "pids").write_text(f"{machine.dir.parent} {os.getpid()} {machine._process.pid}\\n")
        time.sleep(60)
"""


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_cut_short(project, how):
    project.tests("def test_echo(tree, seed):\n", STAYS)
    run = _start(project, "--jobs", "1")
    _, pids = _running(project)
    run.send_signal(how)
    assert run.wait(60) == 75 and all(map(gone, pids))
    data = project.result()
    assert (data["complete"], data["score"]) == (False, 60)


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_killed(project, jobs):
    project.grade()
    project.tests("def test_echo(tree, seed):\n", STAYS)
    run = _start(project, "--jobs", jobs)
    space, pids = _running(project)
    run.kill()
    run.wait()
    assert all(map(gone, pids))
    shutil.rmtree(space)
    assert project.result()["complete"] is False  # and it is not the document of the run before


AT_THE_END = """
import atexit, pathlib, sys, time

def stay():
    pathlib.Path("{0}/stays").touch()
    while not pathlib.Path("{0}/go").exists():
        time.sleep(0.01)

if "--seed=1" in sys.argv:
    atexit.register(stay)
"""


def test_two_at_once(project):
    """One ends while the other is about to read its own document."""
    project.kernel("exit33")
    project.write("grade/labs/test_mini.py", TESTS + AT_THE_END.format(project.root))
    first = _start(project, "--jobs", "1", "--seed", "1", stdout=subprocess.PIPE, text=True)
    _until((project.root / "stays").exists)
    project.kernel("echo")
    second = project.grade("--jobs", 1, "--seed", 2)
    (project.root / "go").touch()
    said = first.communicate(timeout=60)[0]
    assert "seed 1" in said and "60/100" in said and first.returncode == 1
    assert "seed 2" in second.stdout and "100/100" in second.stdout and second.returncode == 0
    assert (project.result()["seed"], project.result()["score"]) == (1, 60)
    assert sorted(p.name for p in (project.root / "build/grade").iterdir()) == ["mini.json", "mini.log", "mini.xml"]


def _start(project, *words, **options):
    words = ["/usr/bin/python3", "-m", "lintel", "grade", "--lab", "mini", *words]
    env = {"PYTHONPATH": str(project.root / "grade"), "PATH": "/usr/bin:/bin"}
    return subprocess.Popen(words, cwd=project.root, env=env, **options)


def _running(project):
    """The run's private folder, and the processes of a test that stays."""
    path = project.root / "pids"
    _until(lambda: path.exists() and path.read_text().endswith("\n"))
    space, *pids = path.read_text().split()
    return space, list(map(int, pids))


def _until(condition):
    deadline = time.monotonic() + 60
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError
        time.sleep(0.02)


@pytest.mark.parametrize("words, said", [
    (["--out", "/dev/null/x"], "/dev/null/x"),
    (["--lab", "../labs/mini"], "not a lab's name"),
    (["--lab", "Mini"], "not a lab's name"),
])
def test_fault_outside_the_tests(project, words, said):
    _one_line(project.grade(*words), said)


@pytest.mark.parametrize("where, said", [("/dev/full", "No space left"), ("&-", "closed")])
@pytest.mark.parametrize("source", ["", "nonsense here"])
def test_report_that_cannot_be_written(project, where, said, source):
    project.write("kernel/main.asm", source) if source else None
    words = f'exec "$0" -m lintel grade --lab mini --jobs 2 >{where}'
    env = {"PYTHONPATH": str(project.root / "grade"), "PATH": "/usr/bin:/bin"}
    ran = subprocess.run(["sh", "-c", words, "/usr/bin/python3"], cwd=project.root, env=env, stderr=subprocess.PIPE, text=True)
    _one_line(ran, said)


def _one_line(ran, said):
    assert ran.returncode == 75 and said in ran.stderr
    assert ran.stderr.startswith("not graded: ") and ran.stderr.count("\n") == 1


def test_hostile_text(project):
    """Whatever a kernel prints, the report is plain text and the documents can be read."""
    project.tests('b"hello", "what', 'b"\\x1b[2J\\x00]]>&\\xff" * 999, "\\x1b[31m\\u202ewhat')
    ran = project.grade()
    assert ran.returncode == 1
    assert all(c.isprintable() or c == "\n" for c in ran.stdout)
    assert max(map(len, ran.stdout.split("\n"))) < 200
    xml.parse(project.root / "build/grade/mini.xml")
    assert all(c.isprintable() or c == "\n" for c in project.result()["tests"][1]["output"])


def test_strangers_configuration(project):
    """What may lie about in a student's tree rules nothing."""
    for path in ("conftest.py", "sitecustomize.py", "grade/conftest.py", "grade/labs/conftest.py", "usercustomize.py", "pytest.py"):
        project.write(path, "import os; os._exit(0)\n")
    for path in ("pytest.ini", "tox.ini", "grade/labs/pytest.ini"):
        project.write(path, "[pytest]\naddopts = --collect-only\n")
    ran = project.grade(PYTEST_ADDOPTS="--collect-only")
    assert ran.returncode == 0, ran.stdout + ran.stderr
