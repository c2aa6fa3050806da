# SPDX-License-Identifier: BSD-2-Clause
"""Every compiler that is there builds everything without a warning."""

import os
import re
import shutil
import subprocess

import pytest

import states

# States.base of test_labs shows the same of gcc. Without time for more: what runs on the machine's behalf, and not its programs.
EVERYTHING = [(name, "build") for name in ("gcc", "i686-linux-gnu-gcc", "clang")] if os.environ.get("LINTEL_LONG") else []
COMPILERS = EVERYTHING or [("clang", "{0}/kernel.elf {0}/pm.elf")]


@pytest.mark.parametrize("compiler, goals", COMPILERS)
def test_no_warning(compiler, goals, tmp_path):
    if not shutil.which(compiler) or (compiler == "clang" and not shutil.which("ld.lld")):
        pytest.skip(f"{compiler} is not installed")
    said = states.make(states.ROOT, *goals.format(tmp_path).split(), f"CC={compiler}", f"BUILD={tmp_path}").stdout
    assert said == ""
    assert (tmp_path / "kernel.elf").exists()


def test_tools_of_one_kind():
    """Where only a cross compiler is installed, its ar, ld, nm and objcopy are the only ones there are."""
    said = states.make(states.ROOT, "build", "-n", "cross=other-", "BUILD=not-there").stdout
    used = {name for name in re.findall(r"(?:^|[|;&(] *)([\w./-]*\b(?:gcc|ld|ar|nm|objcopy))\b", said, re.M)}
    assert used == {f"other-{name}" for name in ("gcc", "ld", "ar", "nm", "objcopy")}
