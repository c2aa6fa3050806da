# SPDX-License-Identifier: BSD-2-Clause
"""The fixture boot: one program as the root process, with a challenge of its own, judged by its signed lines."""

import os
import pathlib
import random
import tempfile

# SINCE pm
# < from . import failure, verdict
from . import archive, failure, verdict
# END pm
from .failure import Failure
from .machine import Machine

KNOWN = b"lintel: "  # how the console of a kernel that came up begins


class Booted:
    """A machine with its program; run and report are there after go()."""

    def __init__(self, machine, key, seed, params):
        self.machine, self.key, self.seed, self.params = machine, key, seed, params
        self.run = self.report = None

    def go(self, guest_seconds=2.0, expect_end=True):
        """Run to the end; Failure when it is not a good one, unless expect_end is False."""
        self.run = self.machine.run(guest_seconds)
        self.report = verdict.parse(self.run.verdict, self.key)
        if expect_end:
            self._judge()
        return self

    def _judge(self):
        bad = failure.of_run(self.run)
        if bad and bad.kind in ("hang", "triple-fault") and KNOWN not in self.run.console:
            bad.kind, bad.hint = "boot", "the kernel's first line never came"
        if bad:
            raise bad
        if not self.report.complete:
            said = failure.with_console(f"it ended before that, after {self._lines()}", self.run.console)
            raise Failure("wrong", "the program reports, up to its end", said)

    def _lines(self):
        return f"{self.report.count} reports" + (f", and {self.report.rejected} lines that are none" if self.report.rejected else "")


class Booter:
    """Calling it boots a program and runs it; load() boots one that waits for go()."""

    def __init__(self, tree, seed, test_id, stack):
        self.tree, self.seed, self.id, self._stack = pathlib.Path(tree), seed, test_id, stack
        self._random = random.Random(f"{seed}:{test_id}")
        self._dir = pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="lintel-")))
        self._count, self._machines = 0, []

    def __call__(self, name, args="", cmdline="", expect_end=True, guest_seconds=2.0, **options):
        return self.load(name, args, cmdline, **options).go(guest_seconds, expect_end)

    def load(self, name, args="", cmdline="", modules=(), kernel=None, **options):
        """modules are further ones: (name of a program or a path, args)."""
        key, params = os.urandom(32), [self._random.getrandbits(32) for _ in range(16)]
        root = self._patched(name, key, params)
        kernel = kernel or self._built("build/kernel.elf")
        options.setdefault("seed", self.seed)
        more = [(self._image(which), words) for which, words in modules]
        machine = Machine(kernel, [(root, args), *more], cmdline, **options)
        self._machines.append(self._stack.enter_context(machine))
        return Booted(machine, key, self.seed, params)

    # SINCE pm
    def under_manager(self, name, policy, files=None, cmdline="", **options):
        """As load(), but the program is the first one of the process manager, in the domain init, under this policy.

        files: {name in the boot archive: bytes, or the name of a program of build/os}.
        """
        key, params = os.urandom(32), [self._random.getrandbits(32) for _ in range(16)]
        first = self._patched(self._built(f"build/os/{name}.elf"), key, params)
        contents = {"etc/policy": policy.encode(), "bin/init": first.read_bytes(),
                    **{path: self._contents(data) for path, data in (files or {}).items()}}
        options.setdefault("seed", self.seed)
        boot = [(self._built("build/pm.elf"), ""), (archive.make(first.with_suffix(".tar"), contents), "")]
        machine = Machine(self._built("build/kernel.elf"), boot, cmdline, **options)
        self._machines.append(self._stack.enter_context(machine))
        return Booted(machine, key, self.seed, params)

    def _contents(self, data):
        return data if isinstance(data, bytes) else self._built(f"build/os/bin/{data}").read_bytes()

    # END pm
    def has_lab(self, name):
        """Has this lab come into the tree?  Later labs change some of what the earlier ones test."""
        return (self.tree / "labs" / name / "lab.toml").exists()

    def missing(self):
        """The exercises that the machines' consoles called missing."""
        return {name for machine in self._machines for name in failure.missing(machine.console())}

    def _patched(self, name, key, params):
        """In a folder of its own, so that its name is the same in every run."""
        self._count += 1
        folder = self._dir / str(self._count)
        folder.mkdir()
        image = self._image(name)
        verdict.patch(image, folder / image.name, key, self.seed, params)
        return folder / image.name

    def _image(self, which):
        return which if isinstance(which, pathlib.Path) else self._built(f"build/programs/{which}.elf")

    def _built(self, path):
        if not (self.tree / path).is_file():
            raise Failure("build", f"{path} is built", "it is not there")
        return self.tree / path
