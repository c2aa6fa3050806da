# SPDX-License-Identifier: BSD-2-Clause
"""What the kernel's speed is: no call costs more than it may, none has become slower or faster unnoticed, and
docs/speed.md tells what is so.

The figures are those of one compiler, speed/gcc-N.json. If they have changed, and should have:
`make bench && cp build/bench.json grade/tests/speed/gcc-12.json`, and into docs/speed.md what `make profile` prints.
"""

import fcntl
import json
import re

import pytest
from elftools.elf.elffile import ELFFile

import states

BUDGETS = {"null-call": 60, "call-0": 360, "call-64": 560, "call-2048": 1600, "call-desc": 560, "call-0-slow": 650}
NEAR = 0.02
FEW = 3  # instructions, in a table that people read
SPEED = states.ROOT / "docs/speed.md"


def compiler():
    """gcc-12, or whatever else made the kernel."""
    with open(states.ROOT / "build/kernel.elf", "rb") as file:
        units = ELFFile(file).get_dwarf_info().iter_CUs()
        producers = [unit.get_top_DIE().attributes["DW_AT_producer"].value.decode() for unit in units if unit["version"] >= 2]
    found = next((re.match(r"GNU C\d* (\d+)", one) for one in producers if one.startswith("GNU C")), None)
    return f"gcc-{found[1]}" if found else "another"


def made(target, factory):
    """What make writes to build/TARGET.json; once for all workers of this run."""
    kept = states.shared_folder(factory) / f"{target}.json"
    with open(kept.with_suffix(".lock"), "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not kept.exists():
            states.make(states.ROOT, target)
            kept.write_bytes((states.ROOT / f"build/{target}.json").read_bytes())
    return json.loads(kept.read_text())


@pytest.fixture(scope="module")
def costs(tmp_path_factory):
    return made("bench", tmp_path_factory)


@pytest.fixture(scope="module")
def profile(tmp_path_factory):
    return made("profile", tmp_path_factory)


@pytest.fixture(scope="module")
def recorded():
    path = states.ROOT / f"grade/tests/speed/{compiler()}.json"
    if not path.exists():
        pytest.skip(f"{path.name} is not there: the figures of other compilers are others")
    return json.loads(path.read_text())


def is_near(seen, wanted, slack=0):
    return abs(seen - wanted) <= max(NEAR * wanted, slack)


def figures(cost, name):
    """What does not depend on when the timer ticks."""
    return [cost["max"]] if name.startswith("entry-") else [cost["min"], cost["mean"]]


@pytest.mark.parametrize("name", BUDGETS)
def test_budget(costs, name):
    assert 30 < costs[name]["min"] <= costs[name]["mean"] <= BUDGETS[name]


def test_all_is_measured(costs, recorded):
    assert list(costs) == list(recorded)
    cases = [cost["max"] for name, cost in costs.items() if name.startswith("entry-") and name != "entry-console"]
    assert costs["entry-max"]["max"] == max(cases)


def test_as_it_was(costs, recorded):
    changed = {name: (figures(costs[name], name), figures(cost, name)) for name, cost in recorded.items()
               if not all(map(is_near, figures(costs[name], name), figures(cost, name)))}
    assert changed == {}


# --- docs/speed.md

def tables():
    """[[cells of a row]] of each table in the page."""
    found = re.findall(r"(?:^\|.*\n)+", SPEED.read_text(), re.M)
    return [[[cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines()] for table in found]


@pytest.mark.parametrize("number, path", enumerate(["fast", "general"]))
def test_profile_is_in_the_page(profile, recorded, number, path):
    (_, *columns), _, *rows, (_, *sums) = tables()[number]
    quoted = {name: {row[0]: int(row[i]) for row in rows if row[i]} for i, name in enumerate(columns, 1)}
    assert quoted.keys() == profile[path].keys()
    assert [sum(column.values()) for column in quoted.values()] == list(map(int, sums))
    for name, column in quoted.items():
        assert column.keys() == profile[path][name].keys(), name
        assert all(is_near(profile[path][name][function], count, FEW) for function, count in column.items()), name


def test_profile_is_what_bench_measures(profile, costs):
    for name, column in profile["fast"].items():
        assert sum(column.values()) == costs[name]["min"]
    for name, column in profile["general"].items():
        assert name == "null-call" or sum(column.values()) == costs[f"{name}-slow"]["min"]


def test_bench_is_in_the_page(costs, recorded):
    quoted = {row[0].strip("`"): int(row[-1]) for table in tables()[2:] for row in table[2:]}
    wanted = {name: figures(costs[name], name)[-1] for name in quoted}
    assert {name for name in quoted if not is_near(wanted[name], quoted[name], FEW)} == set()
    assert {name for name in recorded if name.startswith(("entry-", "call-"))} - {"entry-max"} <= quoted.keys() | profiled()


def profiled():
    return {*tables()[0][0][1:], "call-error-slow", "call-park-slow"}
