# SPDX-License-Identifier: BSD-2-Clause
"""Every compiler that is there builds everything without a warning; and what the kernel's speed is."""

import json
import shutil
import subprocess

import pytest

import states

COMPILERS = ["i686-linux-gnu-gcc", "gcc", "clang"]
NULL_CALL = 60  # guest instructions


@pytest.mark.parametrize("compiler", COMPILERS)
def test_no_warning(compiler, tmp_path):
    if not shutil.which(compiler) or (compiler == "clang" and not shutil.which("ld.lld")):
        pytest.skip(f"{compiler} is not installed")
    said = states.make(states.ROOT, "build", f"CC={compiler}", f"BUILD={tmp_path}").stdout
    assert said == ""
    assert (tmp_path / "kernel.elf").exists()


def test_bench():
    done = states.make(states.ROOT, "bench")
    costs = json.loads((states.ROOT / "build/bench.json").read_text())
    assert 30 < costs["null-call"]["min"] <= costs["null-call"]["mean"] <= NULL_CALL, done.stdout
    assert costs["null-call-int"]["max"] >= costs["null-call-int"]["min"] > 30
