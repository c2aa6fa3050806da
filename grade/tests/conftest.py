# SPDX-License-Identifier: BSD-2-Clause
import collections
import os
import pathlib
import shutil
import sys
import tempfile

import pytest

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), str(HERE)]

import kernels  # noqa: E402


def pytest_configure(config):
    """What ccache keeps is of one run, so that each run has compiled everything; debug information may name another tree of it."""
    if not hasattr(config, "workerinput"):
        folder = tempfile.mkdtemp(prefix="lintel-ccache-")
        os.environ.update(CCACHE_DIR=folder, CCACHE_NOHASHDIR="1")
        config.add_cleanup(lambda: shutil.rmtree(folder, ignore_errors=True))


@pytest.fixture(scope="session")
def kernel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("kernels")
    return lambda name: kernels.build(name, folder)


def pytest_xdist_auto_num_workers(config):
    """One more than there are processors: some tests wait for machines whose disks, and so whose time, are the host's."""
    return len(os.sched_getaffinity(0)) + 1


# Tests that share what takes long to make stay with the worker that makes it; the longest of these come first.
SHARING = ("test_labs", "test_swap", "test_passages", "test_disk", "test_objects", "test_lib", "test_bench", "test_docs", "test_host", "test_gdb",
           "test_memmap", "test_trace", "test_fm", "test_ext2", "test_policy", "test_wm", "test_sh", "test_sys")


def group(item):
    lab = item.callspec.params.get("name", "") if item.module.__name__ == "test_labs" else ""
    return item.module.__name__ + lab


# Single bugs in what is tried on the host, each of which has to be found, and without one nothing: as those of the labs, when they are
# asked for.
WITH_BUGS = ("test_clock", "test_disk", "test_ext2", "test_fm", "test_host", "test_lib", "test_policy", "test_sh", "test_sys", "test_wm")
later = pytest.mark.skipif(not os.environ.get("LINTEL_MUTANTS"), reason="takes minutes: make test MUTANTS=1")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    for item in items:
        if item.module.__name__ in WITH_BUGS and item.name.startswith(("test_bug", "test_replay_finds", "test_nothing_is_found")):
            item.add_marker(later)
        if item.module.__name__ in SHARING:
            item.add_marker(pytest.mark.xdist_group(group(item)))
    sizes = collections.Counter(map(group, items))
    place = {name: i for i, name in enumerate(SHARING)}
    items.sort(key=lambda item: (place.get(item.module.__name__, len(place)), -sizes[group(item)] * (item.module.__name__ == "test_labs")))
