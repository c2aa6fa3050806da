# SPDX-License-Identifier: BSD-2-Clause
"""What page faults cost, in guest instructions: user/pmtests/faults.c."""

import contextlib

import pytest
import states
from lintel.boot import Booter

POLICY = """
domain init
limit init processes 0 pages 2048 names 0 threads 1 descriptors 256
may init report halt
"""
# From fault to return, the median: the budgets of docs/speed.md.
MOST = {"zero": 3000, "mapped": 1900, "read": 1800, "first": 3200, "copied": 4900}


@pytest.fixture
def booter():
    with contextlib.ExitStack() as stack:
        yield Booter(states.ROOT, 0, "faults", stack)


def test_cost(booter):
    report = booter.under_manager("faults", POLICY, cmdline="hz=19", shift=0).go(8).report
    costs = {name: [int(word) for word in report.get(name).split()] for name in MOST}
    print(costs)
    assert {name: mean for name, (_, mean, _) in costs.items() if mean > MOST[name] or mean < 500} == {}, costs
