# SPDX-License-Identifier: BSD-2-Clause
"""Every compiler that is there builds everything without a warning."""

import os
import re
import shutil
import subprocess

import pytest

import states

COMPILERS = ["gcc", "clang", *(["i686-linux-gnu-gcc"] if os.environ.get("LINTEL_LONG") else [])]  # gcc's two are one compiler


@pytest.mark.parametrize("compiler", COMPILERS)
def test_no_warning(compiler, tmp_path):
    if not shutil.which(compiler) or (compiler == "clang" and not shutil.which("ld.lld")):
        pytest.skip(f"{compiler} is not installed")
    said = states.make(states.ROOT, "build", f"CC={compiler}", f"BUILD={tmp_path}").stdout
    assert said == ""
    assert (tmp_path / "kernel.elf").exists()


def test_tools_of_one_kind():
    """Where only a cross compiler is installed, its ar, ld, nm and objcopy are the only ones there are."""
    said = states.make(states.ROOT, "build", "-n", "cross=other-", "BUILD=not-there").stdout
    used = {name for name in re.findall(r"(?:^|[|;&(] *)([\w./-]*\b(?:gcc|ld|ar|nm|objcopy))\b", said, re.M)}
    assert used == {f"other-{name}" for name in ("gcc", "ld", "ar", "nm", "objcopy")}
