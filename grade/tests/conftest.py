# SPDX-License-Identifier: BSD-2-Clause
import pathlib
import sys

import pytest

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), str(HERE)]

import kernels  # noqa: E402


@pytest.fixture(scope="session")
def kernel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("kernels")
    return lambda name: kernels.build(name, folder)
