# SPDX-License-Identifier: BSD-2-Clause
"""The chapter on kernel/abi says all that the headers say, and nothing else; its values are the compiler's; links lead somewhere.

What a header says is found here by its looks, line by line, not by what the chapter is made with.
"""

import copy
import os
import re
import subprocess
import sys
import tomllib

import pytest
from bs4 import BeautifulSoup

import states
from branchtool.source import ORDER

HEADERS = sorted((states.ROOT / "kernel/abi").glob("*.h"))
COMMENT = re.compile(r"/\*(.*?)\*/", re.DOTALL)
DEFINE = re.compile(r"^#define (\w+)(?: (.*))?$", re.MULTILINE)
STRUCT = re.compile(r"^struct (\w+) \{\n(.*?)^\}", re.MULTILINE | re.DOTALL)
FUNCTION = re.compile(r"^(static inline [^{]*?(\w+)\([^{]*\))\s*\{(.*?)\}$", re.MULTILINE | re.DOTALL)
# A comment on lines of its own, and the constants that follow it without an empty line.
LED = re.compile(r"^/\*((?:(?!\*/).)*)\*/\n((?:#define [^\n]*\n)+)", re.MULTILINE | re.DOTALL)


def said(header):
    """The text without what is for the tools of the labs."""
    return re.sub(r"^ *//.*\n", "", header.read_text(), flags=re.MULTILINE)


def words(text):
    """What is compared: no case, no signs, so that neither layout nor links matter."""
    return " ".join(["", *re.findall(r"\w+", text.lower()), ""])


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("docs")
    return states.make(states.ROOT, "docs", f"BUILD={folder}").stdout, folder / "docs"


@pytest.fixture(scope="module")
def chapter(made):
    return soup(made[1] / "abi.html")


def soup(path):
    return BeautifulSoup(path.read_text(), "html.parser")


def about(chapter, header):
    """The section on a header, without the line that tells which one it is."""
    place = next(one for one in chapter.select("p.header") if one.text == f"abi/{header}")
    section = copy.copy(place.find_parent("section"))
    section.select_one("p.header").decompose()
    return section


def entry(chapter, name):
    """The line that names a constant, and the block that it heads."""
    line = chapter.find(id=f"constant-{name}")
    return line, line.find_parent("dl")


def shown(chapter, name):
    return entry(chapter, name)[0].select_one(".value").text


# --- What the headers say

@pytest.mark.parametrize("header", HEADERS, ids=lambda path: path.name)
def test_every_comment_is_there(chapter, header):
    section = words(about(chapter, header.name).text)
    comments = COMMENT.findall(said(header))
    missing = [one for one in comments if "SPDX" not in one and words(one) not in section]
    assert not missing and len(comments) > 1


@pytest.mark.parametrize("header", HEADERS, ids=lambda path: path.name)
def test_every_constant_has_a_comment(chapter, header):
    text = said(header)
    led = {name: comment for comment, defines in LED.findall(text) for name, _ in DEFINE.findall(defines)}
    bare = []
    for name, rest in DEFINE.findall(text):
        _, block = entry(chapter, name)
        own = COMMENT.search(rest)
        assert own is None or words(own[1]) in words(block.text), name
        assert name not in led or words(led[name]) in words(block.find_parent(class_="run").text), name
        bare += [] if own or name in led else [name]
    assert not bare, f"neither they nor the lines they stand in have a comment: {' '.join(bare)}"


@pytest.mark.parametrize("header", HEADERS, ids=lambda path: path.name)
def test_structs(chapter, header):
    for name, body in STRUCT.findall(said(header)):
        block = chapter.find(id=f"c.{name}").find_parent("dl")
        rows = [row.text for row in block.select("tbody tr")]
        fields = [line for line in body.split("\n") if ";" in line]
        assert len(rows) + 1 >= len(fields) > 0, name
        for line in fields:
            comment = "".join(COMMENT.findall(line))
            assert any(words(line.split(";")[0]) in words(row) and words(comment) in words(row) for row in rows), line


@pytest.mark.parametrize("header", HEADERS, ids=lambda path: path.name)
def test_functions(chapter, header):
    for head, name, body in FUNCTION.findall(said(header)):
        block = chapter.find(id=f"c.{name}").find_parent("dl")
        assert words(head) in words(block.dt.text) and words(body) in words(block.dd.text), name


def test_nothing_else(chapter):
    text = "".join(said(header) for header in HEADERS)
    assert {one["id"] for one in chapter.select("dt.sig")} == {
        *(f"constant-{name}" for name, _ in DEFINE.findall(text)),
        *(f"c.{name}" for name, _ in STRUCT.findall(text)), *(f"c.{name}" for _, name, _ in FUNCTION.findall(text))}


# --- Numbers

def claims(chapter):
    """Everything that the chapter says in numbers, as C."""
    for name in (line["id"].removeprefix("constant-") for line in chapter.select(".constant > dt")):
        value = shown(chapter, name).split(" = ")[-1]
        yield f"_Static_assert(__builtin_strcmp({name}, {value}) == 0" if '"' in value else f"_Static_assert({name} == {value}"
    for line in chapter.select(".struct > dt"):
        struct = line["id"].removeprefix("c.")
        for offset, field, _ in (row.select("td") for row in line.find_parent("dl").select("tbody tr")):
            first = re.match(r"[^,[]*\b(\w+)", field.text)[1]
            yield f"_Static_assert(__builtin_offsetof(struct {struct}, {first}) == {offset.text}"


def compiles(lines):
    includes = [f'#include "{header}"' for header in HEADERS]
    text = "\n".join(includes + [f'{line}, "");' for line in lines])
    done = subprocess.run(["gcc", "-m32", "-ffreestanding", "-fsyntax-only", "-xc", "-"], input=text, text=True,
                          capture_output=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr


def test_numbers_are_the_compilers(chapter):
    lines = list(claims(chapter))
    compiles(lines)
    assert len(lines) > 50


def test_numbers_are_in_hex(chapter):
    values = [one.text for one in chapter.select(".constant .value")]
    assert [one for one in values if not re.search(r'(^| = )0x[0-9a-f]+$|^\d$|^".*"$', one)] == []


def test_functions_and_the_rights_that_they_need(chapter):
    """The kernel's own tables tell which constants are functions."""
    source = "".join(path.read_text() for path in (states.ROOT / "kernel").glob("*.c"))
    called = set(re.findall(r"^ +\[(CALL_\w+)\] =", source, re.MULTILINE))
    listed = {row.select("td")[1].text: row.select("td")[2].text for row in chapter.select("table.functions tbody tr")}
    needed = {line["id"].removeprefix("constant-"): line.select_one(".right") for line in chapter.select(".constant > dt")}
    assert called == set(listed) != set()
    assert {name: right.text.removeprefix("needs ") for name, right in needed.items() if right} == \
        {name: right for name, right in listed.items() if right}
    compiles(f"_Static_assert((1 << ({name} & CALL_CLASS)) == {f'RIGHT_{right}' if right else 1}"
             for name, right in listed.items())


# --- Links

def test_no_warning(made):
    """A name in capitals that no header defines is one, too, and a page that is not there."""
    assert made[0] == ""


def test_links(made):
    pages = {path: soup(path) for path in made[1].glob("*.html")}
    ids = {path.resolve(): {one["id"] for one in page.select("[id]")} for path, page in pages.items()}
    for path, page in pages.items():
        for link in (one["href"] for one in page.select("article a[href], .sidebar-drawer a[href], .toc-drawer a[href]")):
            if "://" not in link:
                file, _, place = link.partition("#")
                target = (path.parent / file if file else path).resolve()
                assert target.exists() and (not place or place in ids[target]), f"{path.name}: {link}"
    assert (made[1] / "abi.html") in pages and len(pages) > 5


def test_works_offline(made):
    for path in made[1].glob("*.html"):
        needed = [one.get("src") or one.get("href") for one in soup(path).select("script[src], link[href], img[src]")]
        assert needed and not [one for one in needed if "://" in one or not (made[1] / re.split("[?#]", one)[0]).exists()], path


# --- Other trees

@pytest.mark.parametrize("lab", ORDER if os.environ.get("LINTEL_LONG") else (ORDER[0], ORDER[-1]))
def test_in_the_branch_of_a_lab(lab, tmp_path):
    states.states.render(states.source(), tmp_path / "tree", lab=lab)
    assert states.make(tmp_path / "tree", "docs").stdout == ""
    chapter = soup(tmp_path / "tree/build/docs/abi.html")
    headers = sorted(path.name for path in (tmp_path / "tree/kernel/abi").glob("*.h"))
    assert [one.text for one in chapter.select("p.header")] == [f"abi/{name}" for name in headers]


# --- Other headers

@pytest.fixture
def small(tmp_path):
    """Makes a chapter on one header."""
    def make(text):
        (tmp_path / "abi").mkdir()
        (tmp_path / "abi/small.h").write_text(text)
        (tmp_path / "README.md").write_text("# All\n")
        (tmp_path / "page.rst").write_text("Page\n====\n\n.. abi:: abi\n")
        command = [sys.executable, "-m", "sphinx", "-q", "-c", states.ROOT / "grade/front/docs", tmp_path, tmp_path / "out"]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
        return done.stderr, done.returncode == 0 and soup(tmp_path / "out/page.html")
    return make


ODD = r"""/* SPDX-License-Identifier: BSD-2-Clause */
/* Odd things and
 * others.  With more. */

// SOLUTION traps.1
#define TEXT "a;b0u\"\n" /* of two
                          lines */
// END traps.1
#define BARE 3

// SINCE paging
#define ONE 1
// < #define TWO 3 /* not this */
#define TWO 2 /* is with it */

// END paging
#define ALONE 4

/* --- A title_ on `x`; more.  TEXT, A_..., half and `x_*|\y`, small*. */
#define A_MASK (~1u) /* struct one,
                      * as a list */

/*
 * Before a picture:
 *
 *      BARE   <- | * _
 *      struct one
 */

struct one {
    /* above it */
    // SINCE paging
    unsigned char first; /* beside it */
    struct one *next, *last;
};

static inline int half(int x) { return x / 2; }
"""


def test_odd_headers(small):
    said, page = small(ODD)
    assert said == ""
    assert [one.text.rstrip("#") for one in page.select("h2, h3")] == ["Odd things and others", "A title_ on x"]
    assert [len(run.select(".constant")) for run in page.select(".run")] == [2, 2, 1, 1, 0, 0]
    assert not re.search("SOLUTION|SINCE|not this|SPDX", page.text)
    assert [one.text for one in page.select(".value")] == [r'"a;b0u\"\n"', "3", "1", "2", "4", "(~1) = 0xfffffffe"]
    assert "of two\nlines" in entry(page, "TEXT")[1].text and entry(page, "BARE")[1].dd.text == ""
    assert "More.  TEXT, A_..., half and x_*|\\y, small*." in page.text
    assert [one["href"] for one in page.select(".run a.reference")] == [
        "#constant-TEXT", "#constant-A_MASK", "#c.half", "#c.one", "#c.one"]
    assert [row.text.split() for row in page.select("tbody tr")] == [
        "0 unsigned char first above it beside it".split(), "4 struct one *next, *last".split()]
    assert page.pre.text == "BARE   <- | * _\nstruct one"


@pytest.mark.parametrize("text, complaint", [
    ("#define A 1\n", "does not begin with a comment"),
    ("", "does not begin with a comment"),
    ("/* About. */\n\ntypedef int number;\n", "small.h:3: the chapter has no place for this"),
    ("/* About. */\n\nstruct {\n", "expected '}'"),
])
def test_headers_that_are_refused(small, text, complaint):
    said, page = small(text)
    assert not page and complaint in said and "Traceback" not in said


@pytest.mark.parametrize("comment, name", [("see ERR_NONE", "ERR_NONE"), ("struct none", "none"), ("NONE_...", "NONE_"),
                                           ("abi/none.h", "abi/none.h")])
def test_names_that_nothing_has(small, comment, name):
    said, page = small(f"/* About. */\n\n#define A 1 /* {comment} */\n")
    assert page and said.count("\n") == 1 and name in said


# --- Handouts

TESTS = re.compile(r"^\*Tests:\* (.*?)\n\n", re.MULTILINE | re.DOTALL)
ROW = re.compile(r"^\| (\d+) \| (\d+) \| (`.*) \|$", re.MULTILINE)


def labs_with_tests():
    described = {path.parent.name: tomllib.loads(path.read_text()) for path in states.ROOT.glob("labs/*/lab.toml")}
    return [(name, lab) for name, lab in sorted(described.items()) if "test" in lab]


@pytest.mark.parametrize("name, lab", labs_with_tests(), ids=[name for name, _ in labs_with_tests()])
def test_points_in_the_handout(name, lab):
    """What the text says of tests and points is what lab.toml says."""
    text = (states.ROOT / "labs" / name / "handout.md").read_text()
    points = {test["id"]: test["points"] for test in lab["test"]}
    told = {test: int(count) for list_ in TESTS.findall(text) for test, count in re.findall(r"`(\w+)` \((\d+)", list_)}
    assert told == points
    rows = {f"{name}.{number}": (int(total), re.findall(r"`(\w+)` (\d+)", tests)) for number, total, tests in ROW.findall(text)}
    assert {test: int(count) for _, tests in rows.values() for test, count in tests} == points
    for exercise, (total, tests) in rows.items():
        assert sorted(test for test, _ in tests) == sorted(test["id"] for test in lab["test"] if test["exercise"] == exercise)
        assert total == sum(points[test] for test, _ in tests)
