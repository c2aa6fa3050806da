# SPDX-License-Identifier: BSD-2-Clause
"""The kernel's frames and ranges on the host, under sanitizers: any input, and an oracle that says what is right.

LINTEL_LONG=1 goes on for minutes, with inputs that are others each time.
"""

import os
import pathlib
import shutil
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
KERNEL, HOST = ROOT / "kernel", ROOT / "grade/tests/host"
LONG = bool(os.environ.get("LINTEL_LONG"))

FLAGS = ("-std=gnu11 -g -O1 -Wall -Wextra -Wno-pointer-to-int-cast -Wno-int-to-pointer-cast "
         "-fsanitize=address,undefined -fno-sanitize-recover=all").split()
# A sum that wraps is no error in C, but one in range.c.
NO_WRAPS = ["-fsanitize=unsigned-integer-overflow"]


class Target:
    def __init__(self, file, source, harness, replays, runs, longest, clang=()):
        self.file, self.source = file, source  # under test, and what includes it or is it
        self.harness = [HOST / f"{name}.c" for name in ["expect", "input", *harness.split()]]
        self.replays, self.runs, self.longest, self.clang = replays, runs, longest, list(clang)


TARGETS = {
    "frames": Target("frame.c", HOST / "kernel.c", "machine oracle boot fuzz_frames", 3000, 3000, 512),
    "ranges": Target("range.c", KERNEL / "range.c", "fuzz_ranges", 50_000, 100_000, 64, NO_WRAPS),
}

each = pytest.mark.parametrize("target", TARGETS.values(), ids=TARGETS)

# file, what it does wrong, the text that stands there once, the text instead
BUGS = [
    ("frame.c", "RAM ends with a frame that is half there",
     "i < r.end / PAGE_SIZE; i++)", "i < page_up(r.end) / PAGE_SIZE; i++)"),
    ("frame.c", "RAM begins with a frame that is half there",
     "uint32_t i = page_up(r.start) / PAGE_SIZE", "uint32_t i = r.start / PAGE_SIZE"),
    ("frame.c", "last frame of RAM forgotten", "i < r.end / PAGE_SIZE; i++)", "i + 1 < r.end / PAGE_SIZE; i++)"),
    ("frame.c", "half a frame is not claimed", "end = page_up(r.end) / PAGE_SIZE", "end = r.end / PAGE_SIZE"),
    ("frame.c", "one frame too much is claimed", "i < end && i < frame_count", "i <= end && i < frame_count"),
    ("frame.c", "claim behind the table", "i < end && i < frame_count", "i < end"),
    ("frame.c", "module not claimed", "claim(boot->module[i], 1)", "(void)i"),
    ("frame.c", "table not claimed", "    claim(table, 1);\n", ""),
    ("frame.c", "kernel not claimed",
     "    claim((struct boot_region){KERNEL_START, physical(kernel_end)}, 1);\n", ""),
    ("frame.c", "page 0 is free", "    claim((struct boot_region){0, PAGE_SIZE}, 1);\n", ""),
    ("frame.c", "reserved memory is RAM", "claim(boot->memory[i].region, FRAME_NO_RAM)", "(void)i"),
    ("frame.c", "the map's last word counts",
     "    for (uint32_t i = 0; i < boot->memories; i++)\n        if (!boot->memory[i].ram)\n", "        else\n"),
    ("frame.c", "table over a module", "if (overlap(r, boot->module[i]))", "if (inside(r, boot->module[i]))"),
    ("frame.c", "table over reserved memory",
     "else if (overlap(r, boot->memory[i].region))", "else if (inside(r, boot->memory[i].region))"),
    ("frame.c", "table over the kernel", "r.start < physical(kernel_end) || ", ""),
    ("frame.c", "table where no RAM is", "return ram;", "return true;"),
    ("frame.c", "room for half a table", "frame_count * sizeof(struct page_frame)", "frame_count * 4"),
    ("frame.c", "no place behind the last module", "if (i == boot->modules)", "if (i + 1 >= boot->modules)"),
    ("frame.c", "a free frame is left out", "i-- > 0;)", "i-- > 2;)"),
    ("frame.c", "no end of the list", "    if (i == 0)\n        return 0;\n", ""),
    ("frame.c", "same frame twice", "    first_free = frames[i].next;\n", ""),
    ("frame.c", "new frame not zeroed", "    memset(direct(i * PAGE_SIZE), 0, PAGE_SIZE);\n", ""),
    ("frame.c", "last byte not zeroed", "0, PAGE_SIZE);\n", "0, PAGE_SIZE - 1);\n"),
    ("frame.c", "next frame zeroed too", "0, PAGE_SIZE);\n", "0, PAGE_SIZE + 1);\n"),
    ("frame.c", "new frame not counted", "    frames_free--;\n", ""),
    ("frame.c", "released frame not counted", "    frames_free++;\n    return true;", "    return true;"),
    ("frame.c", "rest of the list lost", "    f->next = first_free;\n", ""),
    ("frame.c", "released frame not in the list", "    first_free = frame / PAGE_SIZE;\n", ""),
    ("frame.c", "third reference lost", ".references++;", ".references = 2;"),
    ("frame.c", "freed too early", "--f->references > 0", "--f->references > 1"),
    ("frame.c", "freed twice", "f->references == 0)\n        panic", "f->references == 2)\n        panic"),
    ("frame.c", "frame behind the table", "frame / PAGE_SIZE < frame_count", "frame / PAGE_SIZE <= frame_count"),
    ("range.c", "page 0", "address == 0 || ", ""),
    ("range.c", "half a page", "address % PAGE_SIZE != 0 || ", ""),
    ("range.c", "address in the kernel", " || address >= KERNEL_BASE", ""),
    ("range.c", "no pages", "pages > 0 && ", ""),
    ("range.c", "one page less at most", "pages <= MEMORY_PAGES_MAX", "pages < MEMORY_PAGES_MAX"),
    ("range.c", "any number of pages", "pages <= MEMORY_PAGES_MAX && ", ""),
    ("range.c", "last page not", "pages <= (KERNEL_BASE", "pages < (KERNEL_BASE"),
    ("range.c", "pages in the kernel", "(KERNEL_BASE - address) / PAGE_SIZE;", "KERNEL_BASE / PAGE_SIZE;"),
    ("range.c", "sum that wraps", "size <= KERNEL_BASE - address", "address + size <= KERNEL_BASE"),
    ("range.c", "difference that wraps", "address <= KERNEL_BASE && ", ""),
    ("range.c", "no bytes at the kernel", "address <= KERNEL_BASE &&", "address < KERNEL_BASE &&"),
    ("range.c", "last byte not", "size <= KERNEL_BASE - address", "size < KERNEL_BASE - address"),
]


def run(*words, **options):
    return subprocess.run([str(w) for w in words], text=True, errors="replace", stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False, **options)


def compiled(compiler, *words):
    """libFuzzer comes with clang: what clang makes is for it, what gcc makes for a replay."""
    done = run(compiler, *FLAGS, *(["-fsanitize=fuzzer"] if compiler == "clang" else []), *words, timeout=120)
    assert done.returncode == 0, done.stdout


@pytest.fixture(scope="session")
def harness(tmp_path_factory):
    """All but the file under test, as objects: made once by each worker."""
    made = {}

    def of(compiler, target):
        if (compiler, target) not in made:
            made[compiler, target] = folder = tmp_path_factory.mktemp("harness")
            for source in target.harness + ([HOST / "replay.c"] if compiler == "gcc" else []):
                compiled(compiler, f"-I{HOST}", f"-I{KERNEL}", "-c", source, "-o", folder / f"{source.stem}.o")
        return sorted(made[compiler, target].iterdir())
    return of


@pytest.fixture
def build(harness, tmp_path):
    """The program that tries the file of a target; `changed` is a folder with another version of it."""
    def program(compiler, target, changed=KERNEL):
        source = changed / target.file if target.source.parent == KERNEL else target.source
        include = [f"-I{path}" for path in (changed, HOST, KERNEL)]
        more = target.clang if compiler == "clang" else []
        compiled(compiler, *include, *more, "-c", source, "-o", tmp_path / "tried.o")
        compiled(compiler, *harness(compiler, target), tmp_path / "tried.o", "-o", tmp_path / "program")
        return tmp_path / "program"
    return program


def replay(program, target, times=1):
    return run(program, 1, target.replays * times, timeout=1800)


@each
@pytest.mark.timeout(3600)
def test_replay(target, build):
    done = replay(build("gcc", target), target, 100 if LONG else 1)
    assert done.returncode == 0, done.stdout


@pytest.fixture(scope="session")
def clang(tmp_path_factory):
    if not shutil.which("clang"):
        pytest.skip("clang is not installed")
    folder = tmp_path_factory.mktemp("clang")
    (folder / "none.c").write_text("int LLVMFuzzerTestOneInput(const void *a, unsigned long b) { return !a && b; }\n")
    done = run("clang", "-fsanitize=fuzzer,address,undefined", "none.c", "-o", "none", cwd=folder, timeout=60)
    if done.returncode:
        pytest.skip(f"clang has no libFuzzer (libclang-rt-dev): {done.stdout.splitlines()[-1:]}")
    return "clang"


@each
@pytest.mark.timeout(3600)
def test_fuzz(target, clang, build, tmp_path):
    program = build(clang, target)
    done = run(program, f"-runs={target.runs * (100 if LONG else 1)}", f"-seed={0 if LONG else 1}",
               f"-max_len={target.longest}", "-len_control=0", f"-artifact_prefix={tmp_path}/", timeout=3000)
    assert done.returncode == 0, done.stdout[-5000:]


@pytest.mark.parametrize("file, old, new", [pytest.param(f, *c, id=f"{f}: {why}") for f, why, *c in BUGS])
def test_bug_is_found(file, old, new, build, tmp_path):
    text = (KERNEL / file).read_text()
    assert text.count(old) == 1
    changed = tmp_path / "changed"
    changed.mkdir()
    (changed / file).write_text(text.replace(old, new))
    target = next(t for t in TARGETS.values() if t.file == file)
    done = replay(build("gcc", target, changed=changed), target)
    assert done.returncode != 0
    assert "wrong: " in done.stdout or "ERROR: AddressSanitizer" in done.stdout, done.stdout
