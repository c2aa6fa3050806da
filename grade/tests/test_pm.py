# SPDX-License-Identifier: BSD-2-Clause
"""The process manager on the machine: the delivered policy, domain by domain and type by type; many processes;
and a program that may next to nothing, and tries everything."""

import contextlib
import re

import pytest

import states
from lintel import pmplay
from lintel.boot import Booter
from lintel.pmplay import ALL, Play, text, words
from policy_model import RIGHTS, Model

POLICY = (states.ROOT / "user/files/etc/policy").read_text()
ABI = pmplay.abi(states.ROOT, "pm/abi/pm.h", "pm/abi/errors.h", "kernel/abi/call.h", "kernel/abi/door.h")
DIRECTOR = "doors system processes archive report halt"
BUDGET = 130000  # guest instructions for a process, from its creation to what its creator hears of its end
FILE_BUDGET = 128000  # the same, as the shell does it: the program is a file, and gets all that programs get


@pytest.fixture
def booter():
    with contextlib.ExitStack() as stack:
        yield Booter(states.ROOT, 0, "pm", stack)


def directed(policy):
    """The same, but the first process may direct a play, with actors in all domains, and make a door of each type that has a name."""
    policy = re.sub(r"(?m)^may +init .*$", f"may init {DIRECTOR}", policy)
    policy = re.sub(r"(?m)^limit init .*$", "limit init processes 64 pages 1024 names 64 threads 1 descriptors 1024", policy)
    model = Model(policy.encode())
    others = [domain for domain in model.domains if domain != "init" and ("init", domain) not in model.enters]
    return policy + "name init / /*\n" + "".join(f"enter init {domain}\n" for domain in others)


def named(model):
    """{type: a name that gives it}"""
    return {type_: name.replace("*", "x") for name, type_ in model.kinds.items()}


def test_matrix(booter):
    """Each domain asks for each type that has a name, and gets the rights of the policy, or is refused."""
    model, play = Model(POLICY.encode()), Play()
    asked, doors = {}, named(model)
    for name in doors.values():
        play.step(ABI["PM_DOOR"], words(0, 0, ABI["DOOR_OPEN"]) + text(name), store=40)
    domains = [domain for domain in model.domains if domain != "init"]
    for number, domain in enumerate(domains, 1):
        play.actor(number, domain, store=40 + number)
        for type_, name in doors.items():
            asked[play.step(ABI["PM_RESOLVE"], text(name), actor=number, store=20)] = domain, type_
        play.step(ABI["PM_KILL"], register=40 + number)
    seen = pmplay.run(booter, play, directed(POLICY))
    assert len(seen) == len(play.steps) and len(asked) == len(domains) * len(doors) >= 20
    for step, (domain, type_) in asked.items():
        wanted = model.rights.get((domain, type_), 0)
        got = seen[step].rights if seen[step].error == 0 else seen[step].error
        assert got == (wanted or ABI["ERR_NO_ACCESS"]), f"{domain} asks for {type_}"


def test_processes_as_objects(booter):
    """Who may find whose processes, and with which rights."""
    model, play = Model(POLICY.encode()), Play()
    domains, asked = [domain for domain in model.domains if domain != "init"], {}
    for number, domain in enumerate(domains, 1):
        play.actor(number, domain, store=40 + number)
    for number, domain in enumerate(domains, 1):
        for other, whose in enumerate(["init", *domains], 1):
            asked[play.step(ABI["PM_FIND"], words(other), actor=number, store=20)] = domain, model.process_type[whose]
    seen = pmplay.run(booter, play, directed(POLICY))
    assert len(asked) == len(domains) * (len(domains) + 1)
    for step, (domain, type_) in asked.items():
        wanted = model.rights.get((domain, type_), 0)
        assert (seen[step].rights if seen[step].error == 0 else 0) & ~RIGHTS["move"] == wanted & ~RIGHTS["move"], (domain, type_)
        assert seen[step].error == (0 if wanted else ABI["ERR_NO_ACCESS"]), (domain, type_)


MANY = """domain init files
type up files
limit init processes 2000 pages 4096 names 1 threads 4 descriptors 8192
limit files pages 4096 names 1 threads 1 descriptors 4096
processes init up
processes files up
may init processes archive report halt
may files doors archive pager
enter init files
name files /
is / files
allow init files read write delete copy
"""


def spawns(booter, row, at_once, files=None, **options):
    booter._random.getrandbits = lambda bits, given=iter([row, at_once, *[0] * 14]): next(given)
    return booter.under_manager("spawns", MANY, {"bin/nothing": "nothing", **(files or {})}, cmdline="hz=19", **options).go(8).report


def in_budget(line, budget, first=1.15):
    count, good, least, most = map(int, line.split())
    assert good == count and 30000 < least <= most <= budget * first and least <= budget, line


def test_cost(booter):
    """Create, start, exit and wait."""
    report = spawns(booter, 20, 1, {"bin/fm": "fm"}, shift=0)
    for line in report.all("row"):
        in_budget(line, BUDGET)
    in_budget(report.get("file"), FILE_BUDGET, 1.5)  # the first run copies the file from the archive


def test_many(booter):
    """A thousand in a row leave nothing, and a hundred at once; a thousand at once find room in 128 MiB."""
    report = spawns(booter, 1000, 100, memory=128, shift=3)
    assert [line.split()[:2] for line in report.all("row")] == [["16", "16"], ["1000", "1000"]]
    assert report.all("left")[1] == "0" and report.get("started") == "100" and report.get("ended").split()[0] == "100"
    report = spawns(booter, 1, 1000, memory=128, shift=3)
    assert report.get("started") == "1000" and report.get("ended").split()[0] == "1000"


# --- A program in the domain guest

HOSTILE = """domain init guest
type up private
limit init  processes 64 pages 1024 names 8 threads 1 descriptors 1024
limit guest processes 2  pages 64   names 2 threads 2 descriptors 256
processes init up
processes guest up
may init doors system processes archive report halt
enter init guest
made init private
name init /x
"""


def guest(booter, *steps, policy=HOSTILE):
    """What becomes of steps that a guest does: (function, data, options)."""
    play = Play()
    play.step(ABI["PM_DOOR"], words(0, 0, 0) + text("/x"), store=40)
    play.actor(1, "guest", store=41)
    first = len(play.steps)
    for function, data, options in steps:
        play.step(function, data, actor=1, **options)
    last = play.step(ABI["PM_NUMBER"])
    seen = pmplay.run(booter, play, policy)
    assert seen[last].value == 1, "the first process does not notice"
    return seen[first:last]


def test_a_guest_may_not(booter):
    """What the policy does not say is not allowed, whatever it is."""
    refused = {
        "NO_DOORS": [(ABI["PM_DOOR"], words(system, 0, 0) + text(name)) for system in (0, 1) for name in ("", "/x", "/y")],
        "NO_ACCESS": [(ABI["PM_RESOLVE"], text("/x")), (ABI["PM_FIND"], words(1)), (ABI["PM_FIND"], words(2)),
                      (ABI["PM_HALT"], words(0)), (ABI["PM_REPORT"], b"0 end=0 00000000000000000000000000000000\n"),
                      (ABI["PM_ARCHIVE"], words(0x60000000)), (ABI["PM_IRQ_DONE"], words(1)), (ABI["PM_PORTS"], words(0x3F8, 8)),
                      (ABI["PM_DEVICE"], words(0x60000000, 1, 0xB8000)), (ABI["PM_PRIORITY"], words(1))],
        "NO_NAME": [(ABI["PM_REMOVE"], text("/x"))],
        "NOT_FOUND": [(ABI["PM_RESOLVE"], text("/y")), (ABI["PM_FIND"], words(77)), (ABI["PM_WAIT_ANY"], words(1))],
    }
    calls = [(error, call) for error, group in refused.items() for call in group]
    seen = guest(booter, *((*call, {}) for _, call in calls))
    for outcome, (error, (function, data)) in zip(seen, calls, strict=True):
        assert outcome.error == ABI[f"ERR_{error}"], f"{function:#x} {data}"


def test_a_guest_has_no_machine(booter):
    """Functions of the kernel's on objects find none: numbers that others have mean nothing to it."""
    functions = [ABI[name] for name in ("CALL_DOOR_CREATE", "CALL_PROCESS_MANAGER", "CALL_IRQ_BIND", "CALL_THREAD_DELETE")] + [0x41, 0xCA, 0xC3, 0xDD]
    seen = guest(booter, *((function, words(0, 0), {"target": target}) for function in functions for target in range(0, 40)))
    assert {outcome.error for outcome in seen} <= {0xFF01, 0xFF02, 0xFF06} and len(seen) == 40 * len(functions)
    assert guest(booter, (ABI["CALL_CONSOLE_WRITE"], b"hello", {}))[0].error == 0xFF06


def test_a_guest_takes_no_more_than_its_share(booter):
    steps = [(ABI["PM_MAP"], words(0x20000000, 0x1000, 2), {})]
    steps += [(pmplay.WRITE, words(0x20000000 + 4096 * i, i), {}) for i in range(64)]
    seen = guest(booter, *steps)
    assert seen[0].error == 0
    written = [outcome.error for outcome in seen[1:]]
    assert 30 < written.count(0) < 64 and written[-1] == -1, "it is ended where its pages end"


def test_a_guest_that_duplicates(booter):
    """Its table of descriptors has an end."""
    seen = guest(booter, *((ABI["CALL_DUPLICATE"], words(ALL, 0), {"target": 4}) for _ in range(300)))
    errors = [outcome.error for outcome in seen]
    assert 200 < errors.count(0) < 256 and set(errors) == {0, ABI["ERR_MEMORY"]}
