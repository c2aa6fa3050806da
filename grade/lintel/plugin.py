# SPDX-License-Identifier: BSD-2-Clause
"""The pytest plugin: fixtures for a lab's tests, three states, the result document as the tests end.

A Failure is the student's; every other exception, a skip and a lost worker
included, is the grader's own and makes the test an error: not graded.
"""

import contextlib
import ctypes
import pathlib
import signal
import time
import traceback

import pytest

from . import debugger, lab, report, result
from .boot import Booter
from .failure import Failure
from .machine import Machine

PROPERTY = "lintel"
PR_SET_PDEATHSIG = 1


def pytest_addoption(parser):
    group = parser.getgroup("lintel")
    group.addoption("--lab")
    group.addoption("--seed", type=int, default=0)
    group.addoption("--tree", default=str(lab.ROOT), help="the tree under test: its build/")
    group.addoption("--only", help="one test's id")
    group.addoption("--json", help="the result document")
    group.addoption("--debugger", action="store_true", help="a gdb at each machine's first instruction")


def pytest_configure(config):
    if not config.getoption("--lab"):
        return
    if hasattr(config, "workerinput"):
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)  # a worker ends with its pytest
    try:
        config.lintel_lab = lab.load(config.getoption("--lab"))
    except lab.LabError as error:
        raise pytest.UsageError(str(error)) from None
    if config.getoption("--debugger"):
        Machine.debugger = debugger.attach
    if config.getoption("--json") and not hasattr(config, "workerinput"):
        config.pluginmanager.register(Recorder(config), "lintel-recorder")


def pytest_collection_modifyitems(config, items):
    only = config.getoption("--only")
    if only:
        items[:] = [item for item in items if _id(item) == only]


@pytest.fixture
def tree(request):
    """The folder under test."""
    return pathlib.Path(request.config.getoption("--tree"))


@pytest.fixture
def seed(request):
    return request.config.getoption("--seed")


@pytest.fixture
def boot(request, tree, seed):
    """Boots programs; the machines stay until the test's end."""
    with contextlib.ExitStack() as stack:
        yield Booter(tree, seed, _id(request.node), stack)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    """Each phase's verdict travels with its report, from a worker too."""
    outcome = yield
    if hasattr(item.config, "lintel_lab"):
        verdict = _verdict(item, call)
        outcome.get_result().user_properties.append((PROPERTY, verdict))


def _verdict(item, call):
    """As plain data, for the wire between processes."""
    if call.excinfo is None:
        return {"status": result.PASSED}
    error = call.excinfo.value
    if not isinstance(error, Failure):
        return {"status": result.ERROR, "output": _trace(error)}
    config = item.config
    test = config.lintel_lab.tests[_id(item)]
    _explain(error, test, _missing(item))
    text = report.explain(config.lintel_lab, test, error, config.getoption("--seed"))
    return {"status": result.FAILED, "output": text, "kind": error.kind}


def _explain(error, test, missing):
    """An exercise that the test needs, and that the machine called missing, is the likely reason."""
    needed = [exercise for exercise in (test.exercise.id, *test.needs) if exercise in missing]
    if not needed or error.kind == "missing":
        return
    error.kind = "missing" if error.kind == "wrong" else error.kind
    said = [f"the machine said that exercise {exercise} is missing" for exercise in needed]
    error.hint = "\n".join(filter(None, [error.hint, *said]))


def _missing(item):
    """The exercises that were called missing on the consoles of this test."""
    booter = item.funcargs.get("boot")
    return booter.missing() if booter else ()


def _trace(error):
    where = traceback.extract_tb(error.__traceback__)
    place = f" ({pathlib.Path(where[-1].filename).name}:{where[-1].lineno})" if where else ""
    return report.not_graded(f"{type(error).__name__}: {error}{place}")


class Recorder:
    """Lives where all reports come together."""

    def __init__(self, config):
        self.path = pathlib.Path(config.getoption("--json"))
        self.document = result.Document(config.lintel_lab, config.getoption("--seed"), config.getoption("--only"))
        self.begin = time.monotonic()
        self._passed = {}
        self.document.write(self.path)

    def pytest_runtest_logreport(self, report):
        """A test has passed when all its three phases have."""
        id = _function(report.nodeid)
        verdict = result.Verdict(**self._of(report))
        phases = self._passed.setdefault(id, set())
        if verdict.status == result.PASSED:
            phases.add(report.when)
        if verdict.status != result.PASSED or len(phases) == 3:
            self.document.record(id, verdict)
            self._write()

    def pytest_sessionfinish(self):
        self._write()

    def _of(self, report):
        """A report without a verdict is one that xdist wrote for a worker that was lost."""
        found = [value for name, value in report.user_properties if name == PROPERTY]
        return found[-1] if found else {"status": result.ERROR, "output": _lost()}

    def _write(self):
        self.document.seconds = time.monotonic() - self.begin
        self.document.write(self.path)


def _lost():
    return report.not_graded("the grader's process died in this test")


def _id(item):
    return item.function.__name__.removeprefix("test_")


def _function(nodeid):
    return nodeid.split("::")[-1].split("[")[0].removeprefix("test_")
