# SPDX-License-Identifier: BSD-2-Clause
"""The result document: every expected test is in it from the start, as an error until its verdict is in.

It is written after every test (write, then rename), so that a run cut short
keeps what it did and can't be taken for a whole one: complete is false.
"""

import json
import os
import xml.etree.ElementTree as xml
from dataclasses import dataclass, field

PASSED, FAILED, ERROR = "passed", "failed", "error"
RANK = (PASSED, FAILED, ERROR)  # of several verdicts on one test the worst counts


@dataclass
class Verdict:
    status: str
    output: str = ""
    kind: str = None
    extra: dict = field(default_factory=dict)


class Document:
    def __init__(self, lab, seed, only=None):
        self.lab, self.seed = lab, seed
        self.expected = [only] if only else list(lab.tests)
        self.verdicts, self.seconds, self.output = {}, 0.0, ""

    def record(self, id, verdict):
        """Take a verdict; a worse one on the same test stays."""
        before = self.verdicts.get(id)
        if id in self.expected and (before is None or RANK.index(verdict.status) > RANK.index(before.status)):
            self.verdicts[id] = verdict

    def fill(self, verdict):
        """One verdict for all that have none yet, as when nothing could be built."""
        for id in self.expected:
            self.verdicts.setdefault(id, verdict(self.lab.tests[id]))

    def data(self):
        tests = [self._test(self.lab.tests[id]) for id in self.expected]
        return {
            "lab": self.lab.name,
            "seed": self.seed,
            "score": sum(t["score"] for t in tests),
            "max_score": sum(t["max_score"] for t in tests),
            "complete": all(id in self.verdicts for id in self.expected),
            "execution_time": round(self.seconds, 2),
            "output": self.output,
            "tests": tests,
        }

    def write(self, path):
        """The JSON document, and its JUnit twin beside it."""
        data = self.data()
        _replace(path, json.dumps(data, indent=1).encode() + b"\n")
        _replace(path.with_suffix(".xml"), junit(data))

    def _test(self, test):
        verdict = self.verdicts.get(test.id, Verdict(ERROR, "not run"))
        return {
            "id": test.id,
            "name": test.title,
            "number": test.exercise.id,
            "score": test.points if verdict.status == PASSED else 0,
            "max_score": test.points,
            "status": verdict.status,
            "output": verdict.output,
            "output_format": "text",
            "tags": [test.exercise.id],
            "visibility": "visible",
            "extra_data": {"kind": verdict.kind, "needs": list(test.needs), **verdict.extra},
        }


def state(data):
    """The exit status that a document deserves: 0 all points, 1 points lost, 75 not graded."""
    if not data["complete"] or any(t["status"] == ERROR for t in data["tests"]):
        return 75
    return 0 if data["score"] == data["max_score"] else 1


def junit(data):
    tests = data["tests"]
    count = {s: str(sum(t["status"] == s for t in tests)) for s in RANK}
    suite = xml.Element("testsuite", name=data["lab"], tests=str(len(tests)), failures=count[FAILED], errors=count[ERROR])
    for test in tests:
        case = xml.SubElement(suite, "testcase", classname=test["number"], name=test["id"])
        if test["status"] != PASSED:
            tag = "failure" if test["status"] == FAILED else "error"
            xml.SubElement(case, tag, message=test["name"], type=str(test["extra_data"]["kind"])).text = test["output"]
    xml.indent(suite)
    return xml.tostring(suite, encoding="utf-8", xml_declaration=True)


def publish(document, path):
    """Put a run's document and what lies beside it where people look for it."""
    for end in (".json", ".xml", ".log"):
        if document.with_suffix(end).exists():
            _replace(path.with_suffix(end), document.with_suffix(end).read_bytes())


def _replace(path, data):
    """At once; two processes that do it are not in each other's way."""
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_name(f"{path.name}.{os.getpid()}.new")
    new.write_bytes(data)
    os.replace(new, path)
