# SPDX-License-Identifier: BSD-2-Clause
"""The directive `abi`: a chapter on all headers of a folder, made of what stands in them.

It writes reStructuredText, which Sphinx then reads: so all that Sphinx knows about links, search and index
works for constants, structs and functions of the kernel too.
"""

import re
import textwrap
from pathlib import Path

from docutils import nodes
from docutils.statemachine import StringList
from headers import read
from prose import Prose
from sphinx import addnodes
from sphinx.util.docutils import SphinxDirective
from sphinx.util.nodes import nested_parse_with_titles

# Constants that look like functions of the kernel, but say something about their numbers.
NO_FUNCTION = re.compile(r"CALL_(\w+_(FIRST|END|MAX)|LIMIT|VECTOR|CLASS|SELF|MACHINE|INVALID)")

# SINCE pm
# Functions of the process manager and of servers.
MESSAGES = re.compile(r"(PM|STREAM|FILE|WINDOW|DEVICE|CLOCK)_\w+")
FUNCTIONS = range(0x400, 0x10000)
# END pm


def setup(app):
    app.add_directive("abi", Abi)
    app.add_object_type("constant", "constant", "single: %s", signature)


def signature(env, text, node):
    """NAME; VALUE; RIGHT"""
    name, *rest = text.split("; ")
    node += addnodes.desc_name(name, name)
    for kind, word in zip(("value", "right"), rest):
        node += [nodes.Text(" "), nodes.inline(word, word, classes=[kind])]
    return name


class Abi(SphinxDirective):
    required_arguments = 1

    def run(self):
        folder = Path(self.env.relfn2path(self.arguments[0])[1]).resolve()
        node = nodes.section()
        # SINCE pm
        # < lines = StringList(Chapter(read(folder)).text().split("\n"), source=str(folder))
        lines = StringList(Chapter(read(folder), others(folder)).text().split("\n"), source=str(folder))
        # END pm
        nested_parse_with_titles(self.state, lines, node)
        return node.children


# SINCE pm
def others(folder):
    """Headers of the other contracts, which this one may speak of."""
    project = folder.parents[1]
    return [header for name in ("kernel", "pm", "user") if (project / name / "abi") != folder for header in read(project / name / "abi")]


# END pm
class Chapter:
    # SINCE pm
    # < def __init__(self, headers):
    # <     self.headers = headers
    # <     self.prose = Prose(headers).paragraphs
    # <     self.rights = rights(headers)
    def __init__(self, headers, others=()):
        self.headers = headers
        self.prose = Prose([*headers, *others]).paragraphs
        self.rights = rights([*headers, *others])
        # END pm

    def text(self):
        return stacked(*map(self.header, self.headers), *self.functions())

    # --- One header

    def header(self, header):
        place = f".. rst-class:: header\n\n``abi/{header.name}``"
        return stacked(f".. _abi/{header.name}:", title(self.prose(header.title), "-"), place,
                       self.prose(header.opening), *map(self.section, header.sections))

    def section(self, section):
        return stacked(section.title and title(self.prose(section.title), "~"), *map(self.run, section.runs))

    def run(self, run):
        """A comment on one thing stands below it, as does one on several constants that have no others."""
        alike = all(item.kind == "constant" and not item.comment for item in run.items)
        if not run.items:
            return self.prose(run.comment)
        if alike or len(run.items) == 1:
            return block("container:: run", self.described(run.items, run.comment, run.items[-1].comment))
        each = [self.described([item], item.comment) for item in run.items]
        return block("container:: run", self.prose(run.comment), block("container:: list", *each))

    # --- What is defined

    def described(self, items, *comments):
        describe = {"constant": self.constants, "struct": self.struct, "function": self.function}[items[0].kind]
        return describe(items, *map(self.prose, comments))

    def constants(self, items, *comments):
        return block("constant:: " + "\n              ".join(map(self.signature, items)), *comments)

    def signature(self, item):
        right = self.is_function(item) and self.right(item)
        return f"{item.name}; {value(item)}" + (f"; needs {right}" if right else "")

    def struct(self, items, *comments):
        rows = [[str(one.offset), self.prose(one.text), self.prose(one.comment)] for one in items[0].fields]
        return block(f"c:struct:: {items[0].name}", *comments, table("fields", ["offset", "field", ""], rows))

    def function(self, items, *comments):
        head, body = items[0].text.split("{", 1)
        code = textwrap.dedent(body.rsplit("}", 1)[0].strip("\n")).strip()
        return block(f"c:function:: {' '.join(head.split())}", *comments, block("code-block:: c", code))

    # --- All functions by number

    def functions(self):
        rows = [(item, run) for header in self.headers for run in header.runs() for item in run.items if self.is_function(item)]
        lines = [[f"``{item.value:#x}``", f":constant:`{item.name}`", self.right(item), self.prose(brief(item, run))]
                 for item, run in sorted(rows, key=lambda row: row[0].value)]
        if lines:
            yield title("All functions by number", "-")
            yield table("functions", ["number", "function", "needs", ""], lines)

    def is_function(self, item):
        # SINCE pm
        if item.kind == "constant" and item.value is not None and MESSAGES.fullmatch(item.name):
            return item.value in FUNCTIONS and not item.name.endswith("_MAX")
        # END pm
        return item.kind == "constant" and item.name.startswith("CALL_") and not NO_FUNCTION.fullmatch(item.name)

    def right(self, item):
        """The low three bits of a function's number are its class."""
        number = item.value & 7
        return self.rights.get(number, f"class {number}")


def rights(headers):
    """The comment on CALL_CLASS tells which right a class stands for; the first stands for none."""
    told = next((run.comment for header in headers for run in header.runs()
                 if any(item.name == "CALL_CLASS" for item in run.items)), "")
    return {0: "", **{int(number): name for number, name in re.findall(r"\b(\d) ([A-Z]+)\b", told)}}


def brief(item, run):
    return item.comment or re.match(r"(.*?)(\.\s|$)", run.comment, re.DOTALL)[1]


def value(item):
    """As it is written, and in hex."""
    written = item.text.removeprefix(item.name).strip()
    if item.value is None:
        return written
    number = re.sub(r"(?<=[0-9a-f])u\b", "", written)
    return number if re.fullmatch(r"0x\w+|\d", number) else f"{number} = {item.value:#x}"


# --- reStructuredText

def stacked(*parts):
    return "\n\n".join(part for part in parts if part)


def block(head, *parts):
    return stacked(f".. {head}", textwrap.indent(stacked(*parts), "   "))


def title(text, line):
    return f"{text}\n{line * len(text)}"


def table(kind, head, rows):
    return block(f"list-table::\n   :header-rows: 1\n   :class: {kind}", *map(table_row, [head, *rows]))


def table_row(cells):
    lines = [" ".join(cell.split()) for cell in cells]
    return "* - " + "\n  - ".join(lines)
