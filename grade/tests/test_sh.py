# SPDX-License-Identifier: BSD-2-Clause
"""The shell's text parts on the host, under sanitizers: tables of what commands mean, and any input against models.

LINTEL_LONG=1 goes on for minutes.
"""

import subprocess

import pytest

from test_host import FLAGS, HOST, KERNEL, LONG, ROOT, run

SH, LIB = ROOT / "user/sh", ROOT / "user/lib"
FLAGS = [*FLAGS, "-no-pie", "-fno-pie"]
OF_SH = ["-ffreestanding", f"-I{KERNEL}", "-iquote", SH, "-iquote", ROOT / "user", "-iquote", LIB]
OF_HOST = [f"-I{HOST}", f"-I{KERNEL}", "-iquote", ROOT / "user", "-Wno-format-truncation"]
NAMES = [f"-D{name}=tried_{name}" for name in "memmove strncmp strchr".split()]  # the host has them
LACK = [f"-D{name}=lack_{name}" for name in "malloc calloc realloc".split()]     # see lack.h

TEXT = ["lex", "parse", "redirect", "pool"]
WORDS = [*TEXT, "expand", "dollar", "glob", "variables"]
EDITOR = ["edit", "history"]

# harness: files of the shell, runs
FUZZED = {
    "fuzz_sh_parse": (TEXT, 5000),
    "fuzz_sh_expand": (WORDS, 5000),
    "fuzz_sh_edit": (EDITOR, 1000),
}


def compiled(*words):
    done = run("gcc", *FLAGS, *words, timeout=120)
    assert done.returncode == 0, done.stdout


@pytest.fixture(scope="session")
def objects(tmp_path_factory):
    folder = tmp_path_factory.mktemp("sh")
    for name in ["expect", "input", "replay", "lack", "sh_show", *FUZZED]:
        compiled(*OF_HOST, "-c", HOST / f"{name}.c", "-o", folder / f"{name}.o")
    for name in [*WORDS, *EDITOR, "complete"]:
        compiled(*OF_SH, *LACK, "-c", SH / f"{name}.c", "-o", folder / f"sh-{name}.o")
    compiled(*OF_SH, *NAMES, "-c", LIB / "string.c", "-o", folder / "string.o")
    return folder


# --- Any input.

@pytest.fixture
def replay(objects, tmp_path):
    """Tries with files of the shell, of which one may be another version."""
    def done(harness, instead=None, times=1):
        parts, runs = FUZZED[harness]
        around = [objects / f"{name}.o" for name in ["expect", "input", "replay", "lack", "string", harness]]
        own = [objects / f"sh-{name}.o" for name in parts if not instead or name != instead.stem]
        if instead:
            compiled(*OF_SH, *LACK, "-c", instead, "-o", tmp_path / "tried.o")
            own.append(tmp_path / "tried.o")
        compiled(*around, *own, "-o", tmp_path / "program")
        return run(tmp_path / "program", 1, runs * times, timeout=1800)
    return done


@pytest.mark.timeout(3600)
@pytest.mark.parametrize("harness", FUZZED)
def test_replay(harness, replay):
    done = replay(harness, times=100 if LONG else 1)
    assert done.returncode == 0, done.stdout


# --- What commands mean: tables.

@pytest.fixture(scope="session")
def shower(objects, tmp_path_factory):
    """Makes the function that runs host/sh_show.c, with one file of the shell in another version."""
    def made(instead=None, name=None):
        program = tmp_path_factory.mktemp("show") / "show"
        own = [objects / f"sh-{part}.o" for part in [*WORDS, *EDITOR, "complete"] if part != name]
        around = [objects / f"{part}.o" for part in ["string", "lack", "sh_show"]]
        compiled(*own, *around, *([instead] if instead else []), "-o", program)

        def shown(*words, keys=b"", folder=None, **variables):
            done = subprocess.run([program, *words], input=keys, cwd=folder, env=variables, capture_output=True, timeout=20, check=False)
            assert done.returncode == 0, done.stderr.decode(errors="replace")
            return done
        return shown
    return made


@pytest.fixture(scope="session")
def show(shower):
    return shower()


PARSED = [
    ("", ""),
    ("  # nothing", ""),
    ("\n\n", ""),
    ("a", "[(a)]"),
    ("a b  c\td", "[(a) (b) (c) (d)]"),
    ("a;b;", "[(a)][(b)]"),
    ("a\nb\n\n c # d\n", "[(a)][(b)][(c)]"),
    ("a # b ' c\nd", "[(a)][(d)]"),
    ("a|b | c", "[(a) | (b) | (c)]"),
    ("a &b& c", "[(a)]&{a}[(b)]&{b}[(c)]"),
    ("a&&b||c&&d;e", "[(a) && (b) || (c) && (d)][(e)]"),
    ("a && b | c > d  & # e", "[(a) && (b) | (c) 1>(d)]&{a && b | c > d}"),
    ("a |\nb &&\n\n c", "[(a) | (b) && (c)]"),
    ("A=1 B= c D=2", "[=(A=1) =(B=) (c) (D=2)]"),
    ("A=$B\"x y\"", "[=(A=$B\"x y\")]"),
    ("1A=2 =3 a-b=4", "[(1A=2) (=3) (a-b=4)]"),
    ("a >b <c >>d 2>e", "[(a) 1>(b) 0<(c) 1>>(d) 2>(e)]"),
    ("a>b c<d", "[(a) (c) 1>(b) 0<(d)]"),
    ("=3 a", "[(=3) (a)]"),
    (">b", "[1>(b)]"),
    ("a 2>&1 >&2", "[(a) 2>&1 1>&2]"),
    ("a2>b 2 >c", "[(a2) (2) 1>(b) 1>(c)]"),
    ("0<a 1>b 2>>c", "[0<(a) 1>(b) 2>>(c)]"),
    ("a 'b c' \"d;e\" f\\ g 'h\ni'", "[(a) ('b c') (\"d;e\") (f\\ g) ('h\ni')]"),
    ("a \"\\\"b\" '\\' c", "[(a) (\"\\\"b\") ('\\') (c)]"),
    ("a \\\nb", "[(a) (b)]"),
    ("a b#c #d", "[(a) (b#c)]"),
    ("a\r\n", "[(a)]"),
    ("()$`[]{}~!%^", "[(()$`[]{}~!%^)]"),
    ("'a", "more: 1: no end to the quote"),
    ("b\nc 'a\n\nd", "more: 2: no end to the quote"),
    ("\"a\\\"", "more: 1: no end to the quote"),
    ("a \\", "more: 1: nothing behind the backslash"),
    ("a |", "more: 1: there is no command behind |, && or ||"),
    ("a &&\n", "more: 2: there is no command behind |, && or ||"),
    ("a\n\n| b", "wrong: 3: there is no command before |"),
    ("a \\\n| | b", "wrong: 2: there is no command before |"),
    ("a 'b\n\nc' \"d\n\" || | b", "wrong: 4: there is no command before |"),
    ("; a", "wrong: 1: there is no command before ;"),
    ("a ;; b", "wrong: 1: there is no command before ;"),
    ("a & & b", "wrong: 1: there is no command before &"),
    ("a | | b", "wrong: 1: there is no command before |"),
    ("a || && b", "wrong: 1: there is no command before &&"),
    ("a >", "wrong: 1: no name behind < or >"),
    ("a > > b", "wrong: 1: no name behind < or >"),
    ("a > | b", "wrong: 1: no name behind < or >"),
    ("a 3> b", "wrong: 1: no number from 0 to 2 before < or >"),
    ("a 4294967296>b", "wrong: 1: no number from 0 to 2 before < or >"),
    ("a >&3", "wrong: 1: no number from 0 to 2 behind >&"),
    ("a >&1x", "wrong: 1: no number from 0 to 2 behind >&"),
    ("a >& b", "wrong: 1: no number from 0 to 2 behind >&"),
    ("a >&", "wrong: 1: no number from 0 to 2 behind >&"),
]


def check_parse(show, text, tree):
    assert show("parse", text).stdout.decode() == tree + "\n"


@pytest.mark.parametrize("text, tree", PARSED)
def test_parse(text, tree, show):
    check_parse(show, text, tree)


FILES = ["b", "a", "a b", ".hidden", "d/x1", "d/x2", "d/.x3", "e/x1", "f*"]
VARIABLES = {"V": "value", "W": " two  words ", "E": "", "P": "d/*", "Q": "it's", "A_1": "under"}

EXPANDED = [
    ("a b", ["a", "b"]),
    ("$V ${V} x$V-y ${V}s $Vs", ["value", "value", "xvalue-y", "values"]),
    ("$W \"$W\"", ["two", "words", " two  words "]),
    ("x$W'y'", ["x", "two", "words", "y"]),
    ("$E \"$E\" '' $nothing", ["", ""]),
    ("'$V' \\$V \"\\$V\" \"\\a\\\\\"", ["$V", "$V", "$V", "\\a\\"]),
    ("$ a$ $- $=", ["$", "a$", "$-", "$="]),
    ("$? $$ $# $0 ${?}", ["7", "42", "3", "script", "7"]),
    ("$1 $2 $3 $4 $12", ["one", "two", "three", "one2"]),
    ("\"$2\"", ["two three"]),
    ("$@", ["one", "two", "three"]),
    ("x\"$@\"y", ["xone", "two three", "y"]),
    ("$*", ["one", "two", "three"]),
    ("\"$*\"", ["one two three "]),
    ("$A_1$Q", ["underit's"]),
    ("$A-$A_11-", ["--"]),
    ("a\\\nb \"c\\\nd\"", ["ab", "cd"]),
    ("*", ["a", "a b", "b", "d", "e", "f*"]),
    (".*", [".hidden"]),
    ("?", ["a", "b", "d", "e"]),
    ("*/x?", ["d/x1", "d/x2", "e/x1"]),
    ("*/", ["d/", "e/"]),
    ("d/*", ["d/x1", "d/x2"]),
    ("$P \"$P\"", ["d/x1", "d/x2", "d/*"]),
    ("'*' \\* \"?\" f\\*", ["*", "*", "?", "f*"]),
    ("'f*'* \"d\"/*", ["f*", "d/x1", "d/x2"]),
    ("no* n?ne d/y*", ["no*", "n?ne", "d/y*"]),
    ("${V", ["wrong: no name, or no end, in ${}"]),
    ("${}", ["wrong: no name, or no end, in ${}"]),
    ("${V-x}", ["wrong: no name, or no end, in ${}"]),
    ("\"${!}\"", ["wrong: no name, or no end, in ${}"]),
]


@pytest.fixture(scope="session")
def folder(tmp_path_factory):
    top = tmp_path_factory.mktemp("files")
    for name in FILES:
        (top / name).parent.mkdir(exist_ok=True)
        (top / name).write_text("")
    return top


def check_expand(show, text, words, folder):
    parameters = ["one", "two three", ""]
    assert show("expand", text, *parameters, folder=folder, **VARIABLES).stdout.decode() == "".join(f"{w}\n" for w in words)


@pytest.mark.parametrize("text, words", EXPANDED)
def test_expand(text, words, show, folder):
    check_expand(show, text, words, folder)


# Keys, and the lines that become of them; T is Tab.
COMPLETED = [
    ("ls d/xT", "ls d/x", "x1  x2  "),
    ("ls d/x1T", "ls d/x1 ", ""),
    ("ls eT", "ls e/", ""),
    ("ls eTT", "ls e/x1 ", ""),
    ("ls fT", "ls f\\* ", ""),
    ("ls aT", "ls a", "a  a b  "),
    ("ls a\\ T", "ls a\\ ", ""),
    ("ls 'aT", "ls 'a", ""),
    ("ls .T", "ls .hidden ", ""),
    ("ls zT", "ls z", ""),
    ("ls d/T", "ls d/x", ""),
    ("ls >d/T", "ls >d/x", ""),
    ("exiT", "exit ", ""),
    ("exT", "ex", "exit  export  "),
    ("eT", "ex", ""),
    ("x1T", "x1 ", ""),
    ("a | x2T", "a | x2 ", ""),
    ("a;x2T", "a;x2 ", ""),
    ("d/x2T", "d/x2 ", ""),
    ("nothing/T", "nothing/", ""),
    ("b\033[D\033[Dd/x\033[D\033[D\033[DT", "d/xb", None),
    ("$VT", "$V", ""),
]


def check_complete(show, keys, line, names, folder):
    done = show("edit", "$ ", "80", keys=keys.replace("T", "\t").encode(), folder=folder, PATH="nowhere:d")
    assert done.stderr.decode().endswith(f": {line}\n")
    if names is not None:
        shown = sorted(done.stdout.decode().split("\n")[1].split("  ")) if "\n" in done.stdout.decode() else []
        assert shown == (sorted(names.split("  ")) if names else [])


@pytest.mark.parametrize("keys, line, names", COMPLETED)
def test_complete(keys, line, names, show, folder):
    check_complete(show, keys, line, names, folder)


def check_tables(show, folder):
    for text, tree in PARSED:
        check_parse(show, text, tree)
    for text, words in EXPANDED:
        check_expand(show, text, words, folder)
    for keys, line, names in COMPLETED:
        check_complete(show, keys, line, names, folder)


# --- Bugs: the replays find them, or the tables do.

# file, what it does wrong, the text that stands there once, the text instead
BUGS = [
    ("lex.c", "no blank", "c == ' ' || c == '\\t'", "c == ' '"),
    ("lex.c", "line that goes on is not counted", "            l->at += 2;\n            l->line++;\n", "            l->at += 2;\n"),
    ("lex.c", "comment in a word", "    if (*l->at == '#')\n", "    if (strchr(l->at, '#') && (l->at = strchr(l->at, '#')))\n"),
    ("lex.c", "comment over the line", "while (*l->at && *l->at != '\\n')", "while (*l->at)"),
    ("lex.c", "quoted quote ends", "quote == '\"' && l->at[0]", "0 && l->at[0]"),
    ("lex.c", "backslash in single quotes", "quote == '\"' && l->at[0]", "l->at[0]"),
    ("lex.c", "quote without end", "        if (!*l->at)\n            return NO_QUOTE;\n", ""),
    ("lex.c", "lines in quotes", "        l->line += *l->at++ == '\\n';\n", "        l->at++;\n"),
    ("lex.c", "behind a backslash", "        if (!*l->at)\n            return NO_LINE;\n", ""),
    ("lex.c", "any word is a number", "if (text[i] < '0' || text[i] > '9')", "if (text[i] < '0' || text[i] > 'z')"),
    ("lex.c", "short sign first", '{"&&", "||", ">>", ">&", ";", "&",', '{"&", "&&", "||", ">>", ">&", ";",'),
    ("parse.c", "last reason", "    if (p->result != PARSE_DONE)\n        return;\n    p->result", "    p->result"),
    ("redirect.c", "redirection of 3", "#define NUMBERS 3", "#define NUMBERS 4"),
    ("redirect.c", "number with a tail", "end != p->next.text + p->next.length || ", ""),
    ("parse.c", "name that is none", "(length == 0 || c < '0' || c > '9')", "(c < '0' || c > '9')"),
    ("parse.c", "assignment behind words", "!c->words && is_assignment", "is_assignment"),
    ("parse.c", "no name", "return length > 0 && length < t->length", "return length < t->length"),
    ("parse.c", "nothing behind a sign", "open && p->next.kind == TOKEN_END", "0"),
    ("parse.c", "nothing before a sign", "p->next.kind == TOKEN_WORD || parser_is_redirect(&p->next))\n        return;",
     "!open)\n        return;"),
    ("parse.c", "only one list", "            end = &(*end)->next;\n        }\n        skip", "        }\n        skip"),
    ("parse.c", "only one pipeline", "        end = &(*end)->next;\n        when = ", "        when = "),
    ("parse.c", "or is and", '? IF_BAD : ALWAYS', "? IF_GOOD : ALWAYS"),
    ("parse.c", "text of a list", "p->last - begin", "p->next.text - begin"),
    ("redirect.c", "input is output", 'token_is(&p->next, "<") ? 0 : 1', "1"),
    ("parse.c", "memory is not looked at", "    w->text = parser_copy(p, p->next.text, p->next.length);\n",
     "    w->text = pool_text(p->pool, p->next.text, p->next.length);\n"),
    ("parse.c", "lists of an error", "    if (p.result != PARSE_DONE)\n        parsed->lists = NULL;\n", ""),
    ("pool.c", "blocks are lost", "    block->next = pool->blocks;\n", ""),
    ("pool.c", "no room for the end", "pool_new(pool, length + 1)", "pool_new(pool, length)"),
    ("pool.c", "text without room", "g->length + more + 1)", "g->length + more)"),
    ("pool.c", "failure is forgotten", "        g->failed = true;\n", ""),
    ("expand.c", "star in quotes", '    if (e->split && strchr("*?\\\\", c))\n', '    if (e->split && strchr("?\\\\", c))\n'),
    ("expand.c", "quotes make no word", "strncmp(at, \"$@\\\"\", 3) != 0", "0"),
    ("dollar.c", "blanks in values", "quoted || !e->split || *value", "1 || *value"),
    ("dollar.c", "blanks in quotes", "quoted || !e->split || *value", "!e->split || *value"),
    ("dollar.c", "tab is no blank", 'strchr(" \\t\\n", *value)', 'strchr(" \\n", *value)'),
    ("expand.c", "letters that need no backslash", '(quoted && !strchr("$`\\"\\\\", *at))', '(quoted && !strchr("$`\\"", *at))'),
    ("expand.c", "line in quotes", "    if (*at == '\\n')\n        return at + 1;\n", "    if (*at == '\\n')\n        return at;\n"),
    ("dollar.c", "braces without end", "length == 0 || at[length] != '}'", "length == 0"),
    ("expand.c", "word without memory", "        expander_fail(e, NO_MEMORY);\n        return;\n    }\n    *e->end = w;",
     "        return;\n    }\n    *e->end = w;"),
    ("expand.c", "rest of a word", "    growing_cut(&e->word, 0);\n", ""),
    ("expand.c", "memory of a word", "    growing_free(&e.word);\n    return e.why;\n}\n\nconst char *\nexpand_text",
     "    return e.why;\n}\n\nconst char *\nexpand_text"),
    ("expand.c", "backslashes stay", "            glob_plain(text);\n", "            (void)text;\n"),
    ("dollar.c", "parameter behind the last", "number <= parameters.count", "number <= parameters.count + 1"),
    ("glob.c", "dot is any letter", "    if (*name == '.' && pattern[letter(pattern) - 1] != '.')\n        return false;\n", ""),
    ("glob.c", "star once", "            name = ++from;\n", "            return false;\n"),
    ("glob.c", "star at the end", "    while (*pattern == '*')\n        pattern++;\n", ""),
    ("glob.c", "backslash is a letter", "pattern[0] == '\\\\' && pattern[1] ? 2 : 1", "1"),
    ("glob.c", "any order", "while (*at && strcmp((*at)->text, w->text) < 0)", "while (*at && 0)"),
    ("glob.c", "below a file", "(*rest && !is_directory)", "0"),
    ("glob.c", "directory stays open", "    names_close(directory);\n", ""),
    ("glob.c", "first folder is lost", "    glob_plain(s.path);\n    return search(&s, strlen(s.path)", "    return search(&s, 0"),
    ("variables.c", "any name", "return order ? order : -(int)", "return order ? order : 0 & -(int)"),
    ("variables.c", "memory of a value", "    free(v->value);\n    v->value = copy;", "    v->value = copy;"),
    ("variables.c", "memory of a copy", "        free(copy);\n", ""),
    ("variables.c", "all are exported", "!v->exported || !v->value || ", "!v->value || "),
    ("variables.c", "twice", " || is_set_by(more, v))", ")"),
    ("edit.c", "letter in the last column", "- strlen(e->prompt) - 1;", "- strlen(e->prompt);"),
    ("edit.c", "rest of the row", '    e->write("\\033[K", 3);\n', ""),
    ("edit.c", "cursor in column 0", 'column ? "\\r\\033[%uC" : "\\r"', '"\\r\\033[%uC"'),
    ("edit.c", "part that is not shown", "    if (e->at > e->first + width(e))\n        e->first = e->at - width(e) * 3 / 4;\n", ""),
    ("edit.c", "part before that", "    if (e->at < e->first)\n        e->first = e->at;\n", ""),
    ("edit.c", "not all, though it has room", "    if (e->length <= width(e))\n        e->first = 0;\n", ""),
    ("edit.c", "long prompt", "length > e->columns / 2 ?", "length > e->columns ?"),
    ("edit.c", "line too long", "    if (length > EDIT_MAX - 1 - e->length)\n        length = EDIT_MAX - 1 - e->length;\n", ""),
    ("edit.c", "letter in the middle", "e->at == e->length && e->at - e->first", "e->at - e->first"),
    ("edit.c", "zero is not moved", "e->length - to + 1", "e->length - to"),
    ("edit.c", "word without blanks", "    while (at > 0 && e->line[at - 1] == ' ')\n        at--;\n", ""),
    ("edit.c", "new line is lost", "    if (e->back == 0)\n        strlcpy(e->kept, e->line, sizeof(e->kept));\n", ""),
    ("edit.c", "Delete at the end", "key == 'X' && e->at < e->length", "key == 'X'"),
    ("edit.c", "left at the beginning", "key == 'D' && e->at > 0", "key == 'D'"),
    ("edit.c", "key in a sequence is lost", "(unsigned char)key < ' ' || before", "before"),
    ("edit.c", "number of the sequence before", "        e->number = 0;\n", ""),
    ("edit.c", "End ends only an empty line", "(key == KEY('D') && e->length == 0)", "key == KEY('D')"),
    ("history.c", "twice the same", " || (history_line(1) && strcmp(history_line(1), line) == 0)", ""),
    ("history.c", "empty lines", "size == 1 || ", ""),
    ("history.c", "old lines are not freed", "    free(lines[count % HISTORY]);\n", ""),
    ("history.c", "no memory", "    if (!copy)\n        return;\n", ""),
]

HARNESSES = {name: harness for harness, (parts, _) in reversed(FUZZED.items()) for name in parts} | {"pool": "fuzz_sh_expand"}


@pytest.mark.parametrize("file, old, new", [pytest.param(f, *c, id=f"{f}: {why}") for f, why, *c in BUGS])
def test_bug_is_found(file, old, new, replay, shower, folder, tmp_path):
    text = (SH / file).read_text()
    assert text.count(old) == 1
    (tmp_path / file).write_text(text.replace(old, new))
    done = replay(HARNESSES[file[:-2]], tmp_path / file)
    if done.returncode == 0:
        show = shower(tmp_path / "tried.o", file[:-2])
        with pytest.raises((AssertionError, subprocess.TimeoutExpired)):
            check_tables(show, folder)
    else:
        assert any(words in done.stdout for words in ("wrong: ", "ERROR: ", "runtime error")), done.stdout
