# SPDX-License-Identifier: BSD-2-Clause
"""What the headers of a folder say: constants, structs and functions, and the comments that they stand with.

A comment at the end of a line belongs to what ends there. One on lines of its own belongs to the run of
definitions that follows it without an empty line; with none, it is text between them. The first one opens the
header, and one that begins with `---` is a title. Only `/* */` speaks to readers: `//` marks exercises.
"""

import functools
import os
import re
import shlex
import subprocess
from dataclasses import dataclass, field
# SINCE pm
from pathlib import Path
# END pm

from clang.cindex import CursorKind, Diagnostic, Index, TokenKind, TranslationUnit
from sphinx.errors import SphinxError

KINDS = {CursorKind.MACRO_DEFINITION: "constant", CursorKind.STRUCT_DECL: "struct", CursorKind.FUNCTION_DECL: "function"}
IGNORED = (CursorKind.MACRO_INSTANTIATION, CursorKind.INCLUSION_DIRECTIVE)


class HeaderError(SphinxError):
    category = "kernel/abi"


@dataclass
class Item:
    """A definition, a field of a struct, or a comment on lines of its own."""
    kind: str
    name: str
    text: str  # its source, or what the comment says
    first: int
    last: int
    comment: str = ""  # at the end of its last line
    value: int | None = None
    fields: list = field(default_factory=list)
    offset: int = 0  # of a field, in bytes


@dataclass
class Run:
    """Definitions without an empty line between them, and the comment before them."""
    comment: str = ""
    items: list = field(default_factory=list)


@dataclass
class Section:
    title: str
    runs: list


@dataclass
class Header:
    name: str
    title: str
    opening: str  # what its first comment says after the title
    sections: list  # the first one has no title

    def runs(self):
        return [run for section in self.sections for run in section.runs]


def read(folder):
    return [header(path) for path in sorted(folder.glob("*.h"))]


def header(path):
    unit = parse(path)
    own = [cursor for cursor in unit.cursor.get_children() if is_in(cursor, path) and cursor.kind not in IGNORED]
    items = [definition(cursor, path) for cursor in own]
    set_values(path, [item for item in items if item.kind == "constant"])
    opening, *runs = runs_of(with_comments(items, comments(unit, path))) or [Run()]
    if opening.items or not opening.comment:
        raise HeaderError(f"{path.name}: it does not begin with a comment on what it is about")
    return Header(path.name, *opened(opening.comment), sections(runs))


# --- Reading C

@functools.cache
def flags():
    """libclang does not know where <stdint.h> is; the compiler of the kernel does."""
    asked = [*shlex.split(os.environ.get("CC", "gcc")), "-print-file-name=include"]
    include = subprocess.run(asked, capture_output=True, text=True, check=True).stdout.strip()
    # SINCE pm
    # < return ["--target=i386-elf", "-std=gnu11", "-ffreestanding", "-nostdinc", "-isystem", include]
    root = Path(__file__).resolve().parents[3]
    own = [f"-I{root / name}" for name in ("kernel", "pm", "user")]
    return ["--target=i386-elf", "-std=gnu11", "-ffreestanding", "-nostdinc", "-isystem", include, *own]
    # END pm


def parse(path, text=None):
    options = TranslationUnit.PARSE_DETAILED_PROCESSING_RECORD
    unit = Index.create().parse(str(path), flags(), [(str(path), text)] if text else None, options)
    wrong = [str(said) for said in unit.diagnostics if said.severity >= Diagnostic.Error]
    if wrong and not text:
        raise HeaderError("\n".join(wrong))
    return unit


def is_in(cursor, path):
    return cursor.location.file is not None and cursor.location.file.name == str(path)


def source(path, start, end):
    return path.read_bytes()[start.offset:end.offset].decode()


def definition(cursor, path):
    where = cursor.extent
    if cursor.kind not in KINDS:
        raise HeaderError(f"{path.name}:{where.start.line}: the chapter has no place for this")
    text = source(path, where.start, where.end)
    item = Item(KINDS[cursor.kind], cursor.spelling, text, where.start.line, where.end.line)
    if item.kind == "struct":
        item.fields = fields(cursor, path)
    return item


def fields(cursor, path):
    """One Item for each declaration, which may have several names."""
    declared = {}
    for one in cursor.get_children():
        declared.setdefault(one.extent.start.offset, []).append(one)
    return [field_item(names, path) for names in declared.values()]


def field_item(names, path):
    start, end = names[0].extent.start, names[-1].extent.end
    offset = names[0].get_field_offsetof() // 8
    return Item("field", names[0].spelling, source(path, start, end), start.line, end.line, offset=offset)


def set_values(path, constants):
    """The compiler computes them; what it cannot, like a string, has none."""
    lines = [f'#include "{path.name}"', *(f"enum {{ value_{item.name} = {item.name} }};" for item in constants)]
    unit = parse(path.with_name("values.c"), "\n".join(lines))
    wrong = {said.location.line for said in unit.diagnostics if said.severity >= Diagnostic.Error}
    enums = [cursor for cursor in unit.cursor.get_children() if cursor.kind == CursorKind.ENUM_DECL]
    known = {one.spelling: one.enum_value for cursor in enums for one in cursor.get_children()
             if one.location.line not in wrong}
    for item in constants:
        item.value = known.get(f"value_{item.name}")


# --- Whose a comment is

def comments(unit, path):
    tokens = [token for token in unit.get_tokens(extent=unit.cursor.extent) if token.kind == TokenKind.COMMENT]
    found = [(token.extent, source(path, token.extent.start, token.extent.end)) for token in tokens]
    return [Item("comment" if text.startswith("/*") else "marker", "", said(text), where.start.line, where.end.line)
            for where, text in found if "SPDX" not in text]


def said(comment):
    """The text without what makes it a comment."""
    lines = [re.sub(r"^\s*(\* ?)?", "", line).rstrip() for line in comment[2:-2].split("\n")]
    return "\n".join([lines[0].removeprefix(" "), *lines[1:]]).strip("\n")


def with_comments(items, comments):
    """The items and those comments that stand by themselves, in order."""
    alone = []
    for one in comments:
        owner = next((item for item in items if item.first <= one.first <= item.last), None)
        if owner is None:
            alone.append(one)
        elif one.kind == "comment":
            comment_on(owner, one)
    return sorted([*items, *alone], key=lambda item: item.first)


def comment_on(item, comment):
    """Inside a struct it belongs to the field that ends where it begins, else to the next one."""
    if comment.first == item.last:
        item.comment, item.last = comment.text, comment.last
    elif near := [one for one in item.fields if one.last == comment.first or one.first > comment.first]:
        near[0].comment = f"{near[0].comment}\n{comment.text}".strip("\n")


def runs_of(items):
    runs, end = [], 0
    for item in items:
        gap = item.first > end + 1
        if item.kind == "comment":
            runs.append(Run(item.text))
        elif item.kind != "marker":
            runs += [Run()] if gap or not runs else []
            runs[-1].items.append(item)
        end = end if item.kind == "marker" and gap else item.last
    return runs


def opened(text):
    """An opening comment begins with what it is about: a title, and what remains to be said."""
    title = re.match(r"(.+?)(?:[:.]\s+|[:.]?\Z)", text, re.DOTALL)
    return " ".join(title[1].split()), sentence(text[title.end():])


def sentence(text):
    return text[:1].upper() + text[1:]


def sections(runs):
    """A title ends with the first full stop or semicolon; what follows it is text."""
    found = [Section("", [])]
    for run in runs:
        if title := re.match(r"--- *(.+?)(?:[.;]\s+|\.?\Z)", run.comment):
            found.append(Section(title[1], []))
            run.comment = sentence(run.comment[title.end():])
        found[-1].runs.append(run)
    return found
