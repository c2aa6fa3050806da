# SPDX-License-Identifier: BSD-2-Clause
"""Comments as reStructuredText: what looks like a name of the contract becomes a link, code stays code."""

import re
import textwrap

WORDS = re.compile(r"""
    `(?P<code>[^`]+)`
  | \bstruct\s+(?P<struct>\w+)
  | \babi/(?P<header>\w+\.h)
  | \b(?P<prefix>[A-Z]+_(?:[A-Z]+_)*)\.\.\.
  | \b(?P<name>[A-Za-z]\w*)\b
  | (?P<special>[*_|\\<:])
""", re.VERBOSE)


class Prose:
    """Knows all names, so that it can link them."""

    def __init__(self, headers):
        self.kinds = {item.name: item.kind for header in headers for run in header.runs() for item in run.items}

    def paragraphs(self, text):
        """Lines that are all indented are a picture or a table, and stay as they are."""
        return "\n\n".join(self.paragraph(lines) for lines in re.split(r"\n\n+", text) if lines)

    def paragraph(self, lines):
        linked = WORDS.sub(self.linked, textwrap.dedent(lines))
        if all(line.startswith(" ") for line in lines.split("\n")):
            return ".. parsed-literal::\n\n" + textwrap.indent(linked, "   ")
        return linked

    def linked(self, word):
        kind, text = word.lastgroup, word[word.lastgroup]
        return getattr(self, kind)(text)

    def code(self, text):
        return f"``{text}``"

    def struct(self, text):
        return f":c:struct:`struct {text} <{text}>`"

    def header(self, text):
        return f":ref:`abi/{text} <abi/{text}>`"

    def prefix(self, text):
        """`THREAD_IS_...` stands for all of them, and leads to the first."""
        first = next((name for name in self.kinds if name.startswith(text)), text)
        return f":constant:`{text}... <{first}>`"

    def name(self, text):
        if self.kinds.get(text) == "function":
            return f":c:func:`{text}`"
        constant = self.kinds.get(text) == "constant" or re.fullmatch(r"[A-Z]+(_[A-Z]+)+", text)
        return f":constant:`{text}`" if constant else text.replace("_", "\\_")

    def special(self, text):
        return "\\" + text
