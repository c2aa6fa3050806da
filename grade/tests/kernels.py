# SPDX-License-Identifier: BSD-2-Clause
"""Small kernels for the grader's own tests, each with one way to end; built once for a test session."""

import pathlib
import shutil
import subprocess

# What `make` installs where no compiler is, or what is there.
LD = shutil.which("i686-linux-gnu-ld") or "/usr/bin/ld"
GCC = shutil.which("i686-linux-gnu-gcc") or "/usr/bin/gcc"

FIXTURES = pathlib.Path(__file__).parent / "fixtures"


def build(name, folder):
    """Assemble and link fixtures/NAME.asm; the ELF file's path."""
    elf, object = folder / f"{name}.elf", folder / f"{name}.o"
    if not elf.exists():
        _run("nasm", "-felf32", "-g", "-Fdwarf", f"-o{object}", f"{name}.asm")
        _run(LD, "-melf_i386", "-T", "kernel.ld", "-o", elf, object)
    return elf


def _run(*words):
    subprocess.run(words, cwd=FIXTURES, check=True, timeout=60)
