# SPDX-License-Identifier: BSD-2-Clause
"""Reference strings to try policies on. Each workload yields, without an end, (page, is it written?)."""

import itertools
import random

TIMES = 8  # how often a scan comes back to the hot set for each page that it goes through


def loop(pages, _):
    """The same pages in turn, again and again: if they do not fit, LRU and FIFO always give up the next one."""
    return ((page, False) for page in itertools.cycle(range(pages)))


def local(pages, rng):
    """Four of five references go to one of five pages; a quarter of all write."""
    hot = max(1, pages // 5)
    while True:
        page = rng.randrange(hot) if rng.random() < 0.8 or hot == pages else rng.randrange(hot, pages)
        yield page, rng.random() < 0.25


def scan(pages, rng):
    """Some pages that are used all the time, and are written, while a scan goes through the others once and once more."""
    hot = max(1, pages // 10)
    for page in itertools.cycle(range(hot, max(pages, hot + 1))):
        yield page, False
        for _ in range(TIMES):
            yield rng.randrange(hot), True


def matrix(pages, across):
    """c = a * b, each of which has a third of the pages, a row in each. The inner loop goes down a column of b, or,
    with the loops in another order, along a row of b and of c."""
    side = max(1, pages // 3)
    for i, x, y in itertools.cycle(itertools.product(range(side), repeat=3)):
        k = x if across else y
        yield i, False
        yield side + k, False
        yield 2 * side + i, True


def columns(pages, _):
    """A product of matrices that goes through one of them by columns."""
    return matrix(pages, across=False)


def rows(pages, _):
    """The same product by rows alone."""
    return matrix(pages, across=True)


WORKLOADS = {"loop": loop, "local": local, "scan": scan, "columns": columns, "rows": rows}


def lines(name, pages, length, seed):
    """A reference string as text."""
    workload = WORKLOADS[name]
    yield f"# {name}, {pages} pages, {length} references, seed {seed}"
    for page, written in itertools.islice(workload(pages, random.Random(seed)), length):
        yield f"{page} w" if written else f"{page}"
