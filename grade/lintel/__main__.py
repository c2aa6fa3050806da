# SPDX-License-Identifier: BSD-2-Clause
"""python3 -m lintel: grade a lab, or look at one of its tests under gdb."""

import argparse
import contextlib
import json
import os
import pathlib
import signal
import sys
import tempfile
import time

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from . import harness, lab as labs, report, result, sandbox, submission
from .build import BuildError, build
from .failure import Failure
from .text import line

NOT_GRADED = 75


def main(arguments):
    """Only a run that came to its end and could tell it has a grade; any other, for whatever reason, is none."""
    options = _parser().parse_args(arguments)
    _mind_signals()
    try:
        return _run(options)
    except KeyboardInterrupt:
        return _not_graded("cut short; what was done is in the result document")
    except (labs.LabError, BuildError, sandbox.Unusable) as error:
        return _not_graded(error)
    except Exception as error:
        return _not_graded(line(f"{type(error).__name__}: {error}", 400))


def _mind_signals():
    """All that ask for the end are Ctrl-C; under nohup a hangup stays ignored."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, signal.default_int_handler)


def _run(options):
    if sys.stdout is None:
        raise OSError("standard output is closed")
    lab = labs.load(options.lab)
    if options.test and options.test not in lab.tests:
        raise labs.LabError(f"lab {lab.name} has no test {options.test}; it has: {' '.join(lab.tests)}")
    status = options.run(lab, options)
    sys.stdout.flush()
    return status


def _not_graded(why):
    """Python flushes the streams once more when it ends: what can't be written must not change the status."""
    for stream, words in ((sys.stderr, f"not graded: {why}"), (sys.stdout, "")):
        try:
            print(words, end="\n" if words else "", file=stream, flush=True)
        except OSError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
    return NOT_GRADED


def grade(lab, options):
    """Two runs at once are not in each other's way: each has its own files, until its end."""
    out = options.out / f"{lab.name}-{options.test}.json" if options.test else options.out / f"{lab.name}.json"
    document = result.Document(lab, options.seed, options.test)
    document.write(out)  # nothing is done yet; and no older document can be taken for this one
    with tempfile.TemporaryDirectory(prefix="lintel-", dir="/tmp", ignore_cleanup_errors=True) as space:
        own = pathlib.Path(space, "grade", out.name)
        try:
            return _grade(lab, options, document, own, pathlib.Path(space))
        finally:
            result.publish(own, out)


def _grade(lab, options, document, own, space):
    begin = time.monotonic()
    try:
        tree = _tree(lab, options, space)
    except Failure as failure:
        return _unbuilt(document, failure, own, begin)
    _test(lab, options, tree, own, space)
    return _finish(lab, own, options.out)


def gdb(lab, options):
    build(labs.ROOT)
    return harness.foreground(harness.command(lab.name, labs.ROOT, options.seed, only=options.test, debugger=True))


def _tree(lab, options, space):
    """The tree to test, built; Failure when the student's part does not build."""
    if not options.submission:
        build(labs.ROOT)
        return labs.ROOT
    if not options.submission.is_dir():
        raise BuildError(f"{options.submission} is not a folder")
    if not options.no_sandbox:
        sandbox.probe()
    space.chmod(0o711)  # the box's user comes through, and sees no more
    problems = submission.lay(labs.ROOT, options.submission, lab.editable, space / "tree")
    if problems:
        raise Failure("build", f"the lab's files: {' '.join(lab.editable)}", "\n".join(problems))
    _build(space, not options.no_sandbox)
    return space / "tree"


def _build(space, boxed):
    """A failed build is the student's fault only if the tree builds without the student's files."""
    try:
        build(space / "tree", boxed)
    except Failure as failure:
        submission.copy(labs.ROOT, space / "pristine")
        try:
            build(space / "pristine", boxed)
        except Failure as own:
            raise BuildError(f"the grader's own tree does not build: {line(own.seen, 400)}") from None
        raise failure


def _unbuilt(document, failure, out, begin):
    """Every test has failed, for the one reason."""
    lab, seed = document.lab, document.seed
    document.fill(lambda test: result.Verdict(result.FAILED, report.explain(lab, test, failure, seed), failure.kind))
    document.seconds = time.monotonic() - begin
    document.write(out)
    report.unbuilt(document.data(), lab, failure)
    return result.state(document.data())


def _test(lab, options, tree, out, space):
    jobs = 1 if options.test else min(options.jobs, len(lab.tests))
    words = harness.command(lab.name, tree, options.seed, only=options.test, document=out, jobs=jobs)
    out.parent.mkdir(parents=True, exist_ok=True)
    with open(out.with_suffix(".log"), "wb") as log:
        process = harness.start(words, log, space)
        try:
            _watch(process, out, 1 if options.test else len(lab.tests))
        finally:
            process.terminate()
            process.wait()


def _watch(process, out, count):
    """A bar for people, as the document grows; nothing where no one looks."""
    bar = Progress(TextColumn("grading"), BarColumn(), MofNCompleteColumn(), transient=True, disable=not sys.stdout.isatty())
    with bar:
        task = bar.add_task("", total=count)
        while process.poll() is None:
            with contextlib.suppress(OSError):
                bar.update(task, completed=sum(t["output"] != "not run" for t in _read(out)["tests"]))
            time.sleep(0.02)


def _finish(lab, out, folder):
    """The document is the only witness: a pytest that says it is well proves nothing."""
    try:
        data = _read(out)
    except OSError:
        return _not_graded(f"the tests did not start\n{_tail(out)}")
    report.table(data, lab)
    if not data["complete"]:
        print(f"its log is {folder / out.with_suffix('.log').name}", file=sys.stderr)
    return result.state(data)


def _read(out):
    return json.loads(out.read_text())


def _tail(out):
    return "\n".join(out.with_suffix(".log").read_text(errors="replace").splitlines()[-10:])


def _parser():
    parser = argparse.ArgumentParser(prog="lintel", description=__doc__)
    commands = parser.add_subparsers(required=True)
    one = _command(commands, "grade", grade, "build, test and print the points; 0 all, 1 some lost, 75 not graded")
    one.add_argument("--test", metavar="ID", help="this one only")
    one.add_argument("--submission", type=_path, metavar="DIR", help="take the lab's editable files from here")
    one.add_argument("--no-sandbox", action="store_true", help="build a submission that you trust without bubblewrap")
    one.add_argument("--jobs", type=int, default=len(os.sched_getaffinity(0)), metavar="N")
    one.add_argument("--out", type=_path, default=labs.ROOT / "build" / "grade", metavar="DIR")
    two = _command(commands, "gdb", gdb, "run one test with gdb at its machine's first instruction")
    two.add_argument("--test", metavar="ID", required=True)
    return parser


def _command(commands, name, run, help):
    command = commands.add_parser(name, help=help)
    command.set_defaults(run=run)
    command.add_argument("--lab", required=True)
    command.add_argument("--seed", type=int, default=0, metavar="N", help="varies the timing and the challenges")
    return command


def _path(text):
    return pathlib.Path(text).absolute()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
