# SPDX-License-Identifier: BSD-2-Clause
"""Every compiler that is there builds everything without a warning."""

import shutil
import subprocess

import pytest

import states

COMPILERS = ["i686-linux-gnu-gcc", "gcc", "clang"]


@pytest.mark.parametrize("compiler", COMPILERS)
def test_no_warning(compiler, tmp_path):
    if not shutil.which(compiler) or (compiler == "clang" and not shutil.which("ld.lld")):
        pytest.skip(f"{compiler} is not installed")
    said = states.make(states.ROOT, "build", f"CC={compiler}", f"BUILD={tmp_path}").stdout
    assert said == ""
    assert (tmp_path / "kernel.elf").exists()
