# SPDX-License-Identifier: BSD-2-Clause
"""The reader of the policy on the host: a table of what is right and wrong, random policies against a model, any bytes
under sanitizers; the policy that is delivered; and `make policy`.

LINTEL_LONG=1 goes on for minutes.
"""

import re
import subprocess
import sys

import pytest

import states
from policy_tries import policy
from test_host import FLAGS, HOST, KERNEL, LONG, ROOT, clang, run  # noqa: F401

PM, TRIES = ROOT / "pm", ROOT / "grade/tests/policy_tries.py"
FILE = ROOT / policy.DEFAULT
SANITIZED = ["-shared", "-O1", "-fsanitize=address,undefined", "-fno-sanitize-recover=all"]

# file, what it does wrong, the text that stands there once, the text instead
BUGS = [
    ("policy.c", "domain that is none",
     "domain < policy.domains ? &policy.domain[domain] : &nobody", "&policy.domain[domain % 32]"),
    ("policy.c", "nobody's processes are of type 0", "nobody = {.processes = POLICY_NONE}", "nobody"),
    ("policy.c", "last domain not found", "i = 0; i < policy.domains; i++)", "i = 0; i + 1 < policy.domains; i++)"),
    ("policy.c", "last type not found", "i = 0; i < policy.types; i++)", "i = 0; i + 1 < policy.types; i++)"),
    ("policy.c", "name of a type that is none",
     "type < policy.types ? policy.type[type]", "type <= policy.types ? policy.type[0]"),
    ("policy.c", "power that is none", "power < POLICY_POWERS && ", ""),
    ("policy.c", "every power", "->powers >> power & 1", "->powers >> power"),
    ("policy.c", "enters a domain that is none", "other >= policy.domains || !", "!"),
    ("policy.c", "enters without the power",
     "other >= policy.domains || !policy_may(domain, POLICY_PROCESSES)", "other >= policy.domains"),
    ("policy.c", "does not enter its own", "domain == other || ", ""),
    ("policy.c", "enters those that enter it",
     "domain_at(domain)->enters >> other", "domain_at(other)->enters >> domain"),
    ("policy.c", "all names that begin so", "(name[p->length] != 0) == p->below", "true"),
    ("policy.c", "pattern fits what it is below",
     " && (name[p->length] != 0) == p->below", " && (p->below || !name[p->length])"),
    ("policy.c", "names of any domain", "policy.name[i].of == domain && fits", "fits"),
    ("policy.c", "type for a domain that is none",
     "    if (domain >= policy.domains)\n        return POLICY_NONE;\n", ""),
    ("policy.c", "first pattern decides", "(!longest || policy.kind[i].length > longest->length)", "!longest"),
    ("policy.c", "shortest pattern decides",
     "policy.kind[i].length > longest->length", "policy.kind[i].length < longest->length"),
    ("policy.c", "last pattern decides", "(!longest || policy.kind[i].length > longest->length)", "true"),
    ("policy.c", "made decides first",
     "return longest ?", "return policy.domain[domain].made == POLICY_NONE && longest ?"),
    ("policy.c", "rights on a type that is none",
     "type < policy.types ? domain_at(domain)->rights[type] : 0", "domain_at(domain)->rights[type % 64]"),
    ("policy.c", "interrupt that is none",
     "irq < 16 && domain_at(domain)->irqs >> irq", "domain_at(domain)->irqs >> (irq & 31)"),
    ("policy.c", "interrupts wrap", "irq < 16 && domain_at(domain)->irqs >> irq", "domain_at(domain)->irqs >> irq % 16"),
    ("policy.c", "range that begins before", "first - r->first < r->count && ", "first < r->first + r->count && "),
    ("policy.c", "range behind", "first - r->first < r->count && ", ""),
    ("policy.c", "range that ends behind", "count <= r->count - (first - r->first)", "true"),
    ("policy.c", "range that is one longer", "count <= r->count - (", "count - 1 <= r->count - ("),
    ("policy.c", "range that is one shorter", "count <= r->count - (", "count < r->count - ("),
    ("policy.c", "range that wraps", "count <= r->count - (first - r->first)", "first + count <= r->first + r->count"),
    ("policy.c", "empty range", " && count > 0; i++)", "; i++)"),
    ("policy.c", "ranges of any domain", "policy.range[i].domain == domain && ", ""),
    ("policy.c", "ports are pages", " && policy.range[i].kind == kind", ""),
    ("policy.c", "half a page", "physical % POLICY_PAGE == 0 && ", ""),
    ("policy.c", "limits of the next", "&domain_at(domain)->limits", "&domain_at(domain + 1)->limits"),
    ("policy_read.c", "line without an end", 'length == size ? "this line has no end" : read_line', "read_line"),
    ("policy_read.c", "last line not read",
     "            return error;\n        if (length + 1 == size)",
     "            return error;\n        if (length + 2 >= size)"),
    ("policy_read.c", "reads behind the text", "length < size && text[length]", "text[length]"),
    ("policy_read.c", "any bytes", "const char *wrong = check_bytes(text, length);", "const char *wrong = NULL;"),
    ("policy_read.c", "DEL is a letter", ">= 0x7f", "> 0x7f"),
    ("policy_read.c", "bytes are signed", "(uint8_t)text[i] >= 0x7f", "text[i] >= 0x7f"),
    ("policy_read.c", "control characters", "(uint8_t)text[i] < ' ' && text[i] != '\\t'", "text[i] == '\\r'"),
    ("policy_read.c", "tab is none", "text[i] < ' ' && text[i] != '\\t'", "text[i] < ' '"),
    ("policy_read.c", "line of any length", "length > POLICY_LINE", "false"),
    ("policy_read.c", "one character too long", "length > POLICY_LINE", "length > POLICY_LINE + 1"),
    ("policy_read.c", "one character too short", "length > POLICY_LINE", "length >= POLICY_LINE"),
    ("policy_read.c", "comment is read", "length && text[i] != '#'", "length"),
    ("policy_read.c", "tab divides no words", "text[i] == '\\t' ? ' ' : text[i]", "text[i]"),
    ("policy_read.c", "word has no end", "        line->text[i + 1] = 0;\n", ""),
    ("policy_read.c", "two blanks make a word", "c != ' ' && last == ' '", "last == ' '"),
    ("policy_read.c", "empty line is a mistake",
     "line.words ? policy_say(number, line.word, line.words) : NULL", "policy_say(number, line.word, line.words)"),
    ("policy_read.c", "no pages", "!d->limits.pages || ", ""),
    ("policy_read.c", "no threads", "!d->limits.threads || ", ""),
    ("policy_read.c", "no descriptors", " || !d->limits.descriptors", ""),
    ("policy_read.c", "only the first domain",
     "i = 0; i < policy.domains; i++)", "i = 0; i < 1 && i < policy.domains; i++)"),
    ("policy_read.c", "line of the end", "(struct policy_error){d->line,", "(struct policy_error){line,"),
    ("policy_read.c", "no init", 'policy_domain("init") == POLICY_NONE', "false"),
    ("policy_read.c", "lines from 0", "error = {1, NULL}", "error = {0, NULL}"),
    ("policy_read.c", "the policy before", "    memset(&policy, 0, sizeof(policy));\n    *error", "    *error"),
    ("policy_read.c", "half a policy", "    if (error->line)\n        memset(&policy, 0, sizeof(policy));\n", ""),
    ("policy_words.c", "number with more behind", "end && !*end", "end"),
    ("policy_words.c", "large letters", "word[length] >= 'a'", "word[length] >= 'A'"),
    ("policy_words.c", "z is none", "word[length] <= 'z'", "word[length] < 'z'"),
    ("policy_words.c", "9 is none", "word[length] <= '9'", "word[length] < '9'"),
    ("policy_words.c", "no _", " || word[length] == '_'", ""),
    ("policy_words.c", "digit first", "!(digit && length > 0)", "!digit"),
    ("policy_words.c", "title too long", "length < DOMAIN_MAX", "length <= DOMAIN_MAX"),
    ("policy_words.c", "title too short", "length < DOMAIN_MAX", "length < DOMAIN_MAX - 1"),
    ("policy_words.c", "star anywhere", "if (part[i] == '*')", "if (part[i] == '*' && length == 1)"),
    ("policy_words.c", "empty part", "length > 2 || (length > 0 && ", "length > 2 || length == 0 || ("),
    ("policy_words.c", "dots", 'strncmp(part, "..", length) != 0', "true"),
    ("policy_words.c", "one dot",
     'length > 0 && strncmp(part, "..", length) != 0', 'length > 0 && (length == 1 || strncmp(part, "..", length) != 0)'),
    ("policy_words.c", "two letters", "length > 2 ||", "length > 1 ||"),
    ("policy_words.c", "no slash first", "if (*path++ != '/')", "if (*path++ == 0)"),
    ("policy_words.c", "first part only", "} while (*path);", "} while (false);"),
    ("policy_words.c", "name too long", "    if (length >= sizeof(p->text))\n        return false;\n", ""),
    ("policy_words.c", "name too short", "length >= sizeof(p->text)", "length >= sizeof(p->text) - 1"),
    ("policy_words.c", "/ is none", 'p->below ? "" : "/"', '""'),
    ("policy_words.c", "//* is a pattern", 'p->below ? "" : "/"', '*p->text ? "/" : ""'),
    ("policy_words.c", "no patterns", "p->below = length >= 2 &&", "p->below = length >= 99 &&"),
    ("policy_words.c", "pattern loses its slash",
     "    if (p->below)\n        strlcpy(p->text + length - 2, \"/\", 2);\n", ""),
    ("policy_say.c", "said twice", "    if (*bits >> bit & 1)\n        return twice;\n", ""),
    ("policy_say.c", "title of a domain",
     "    if (!policy_is_title(s->word[0]))\n        return no_title;\n    if (policy_domain", "    if (policy_domain"),
    ("policy_say.c", "title of a type",
     "    if (!policy_is_title(s->word[0]))\n        return no_title;\n    if (policy_type", "    if (policy_type"),
    ("policy_say.c", "domain twice", "    if (policy_domain(s->word[0]) != POLICY_NONE)\n        return twice;\n", ""),
    ("policy_say.c", "type twice", "    if (policy_type(s->word[0]) != POLICY_NONE)\n        return twice;\n", ""),
    ("policy_say.c", "33 domains", "policy.domains == POLICY_DOMAINS", "policy.domains == POLICY_DOMAINS + 1"),
    ("policy_say.c", "31 domains", "policy.domains == POLICY_DOMAINS", "policy.domains == POLICY_DOMAINS - 1"),
    ("policy_say.c", "65 types", "policy.types == POLICY_TYPES", "policy.types == POLICY_TYPES + 1"),
    ("policy_say.c", "63 types", "policy.types == POLICY_TYPES", "policy.types == POLICY_TYPES - 1"),
    ("policy_say.c", "line of a domain", "{.line = s->line,", "{.line = 1,"),
    ("policy_say.c", "makes doors of type 0", ".made = POLICY_NONE, ", ""),
    ("policy_say.c", "processes are of type 0", ".processes = POLICY_NONE}", "}"),
    ("policy_say.c", "any name",
     "    if (!policy_is_pattern(word, &p))\n        return no_name;\n", "    (void)policy_is_pattern(word, &p);\n"),
    ("policy_say.c", "names of all are one", "alone || list[i].of == of", "true"),
    ("policy_say.c", "name with two types", "alone || list[i].of == of", "list[i].of == of"),
    ("policy_say.c", "pattern twice",
     " && strcmp(list[i].text, p.text) == 0)", " && !p.below && strcmp(list[i].text, p.text) == 0)"),
    ("policy_say.c", "/ is /*", "list[i].below == p.below && ", ""),
    ("policy_say.c", "129 names", "*count == POLICY_PATTERNS", "*count == POLICY_PATTERNS + 1"),
    ("policy_say.c", "127 names", "*count == POLICY_PATTERNS", "*count == POLICY_PATTERNS - 1"),
    ("policy_say.c", "name of a type that is none", "type == POLICY_NONE ? no_type : add_pattern", "add_pattern"),
    ("policy_say.c", "made: no type",
     "    if (type == POLICY_NONE)\n        return no_type;\n    if (*place", "    if (*place"),
    ("policy_say.c", "made twice", "    if (*place != POLICY_NONE)\n        return twice;\n", ""),
    ("policy_say.c", "processes are made",
     "set_type(&policy.domain[s->domain].processes,", "set_type(&policy.domain[s->domain].made,"),
    ("policy_say.c", "no power", 'power == POLICY_NONE ? "there is no such power" : set_bit', "set_bit"),
    ("policy_say.c", "powers in another order", '"doors", "system"', '"system", "doors"'),
    ("policy_say.c", "enters what is none", "other == POLICY_NONE ? no_domain : set_bit", "set_bit"),
    ("policy_say.c", "allow: no type",
     "    if (type == POLICY_NONE)\n        return no_type;\n    if (policy", "    if (policy"),
    ("policy_say.c", "allow twice", "    if (policy.domain[s->domain].rights[type])\n        return twice;\n", ""),
    ("policy_say.c", "no right", 'right == POLICY_NONE ? "there is no such right" : set_bit', "set_bit"),
    ("policy_say.c", "rights beside", "set_bit(&rights, right + 1)", "set_bit(&rights, right)"),
    ("policy_say.c", "last right", "i = 1; i < s->words && !wrong", "i = 1; i + 1 < s->words && !wrong"),
    ("policy_say.c", "interrupt: no number",
     "    if (!policy_is_number(s->word[0], &irq))\n        return no_number;\n",
     "    (void)policy_is_number(s->word[0], &irq);\n"),
    ("policy_say.c", "interrupt 16", "irq >= IRQS", "irq > IRQS"),
    ("policy_say.c", "timer", "(1u << 0 | 1u << 2)", "(1u << 2)"),
    ("policy_say.c", "second controller", "(1u << 0 | 1u << 2)", "(1u << 0)"),
    ("policy_say.c", "range begins behind the end", "r.first >= all || ", ""),
    ("policy_say.c", "empty range", "r.count == 0 || ", ""),
    ("policy_say.c", "range ends behind the end", " || r.count > all - r.first)", ")"),
    ("policy_say.c", "range that wraps", "r.count > all - r.first", "r.first + r.count > all"),
    ("policy_say.c", "last of a range", "r.count > all - r.first", "r.count >= all - r.first"),
    ("policy_say.c", "range twice",
     "        if (memcmp(&policy.range[i], &r, sizeof(r)) == 0)\n            return twice;\n", "        (void)0;\n"),
    ("policy_say.c", "range twice, in part",
     "memcmp(&policy.range[i], &r, sizeof(r))", "memcmp(&policy.range[i], &r, sizeof(r) - 4)"),
    ("policy_say.c", "129 ranges", "policy.ranges == POLICY_RANGES", "policy.ranges == POLICY_RANGES + 1"),
    ("policy_say.c", "127 ranges", "policy.ranges == POLICY_RANGES", "policy.ranges == POLICY_RANGES - 1"),
    ("policy_say.c", "ports: no number",
     "|| !policy_is_number(s->word[1], &r.count))\n        return no_number;\n    return add_range(r, PORTS)",
     ")\n        return no_number;\n    return add_range(r, PORTS)"),
    ("policy_say.c", "ports of pages", "add_range(r, PORTS)", "add_range(r, PAGES)"),
    ("policy_say.c", "memory begins anywhere", "r.first % POLICY_PAGE != 0", "false"),
    ("policy_say.c", "memory in bytes", "    r.first /= POLICY_PAGE;\n", ""),
    ("policy_say.c", "no limit",
     "    if (limit == POLICY_NONE)\n        return \"there is no such limit\";\n", "    limit %= 5;\n"),
    ("policy_say.c", "limit: no number",
     "    if (!policy_is_number(s->word[1], &value))\n        return no_number;\n",
     "    (void)policy_is_number(s->word[1], &value);\n"),
    ("policy_say.c", "limit without limit", "value > LIMIT_MOST", "false"),
    ("policy_say.c", "largest limit", "value > LIMIT_MOST", "value >= LIMIT_MOST"),
    ("policy_say.c", "limits in another order",
     "&d->limits.processes, &d->limits.pages", "&d->limits.pages, &d->limits.processes"),
    ("policy_say.c", "limit twice", "return set_bit(&d->limited, limit);", "return NULL;"),
    ("policy_say.c", "too few words", "words < k->words || ", ""),
    ("policy_say.c", "half a pair", " || (k->how == AGAIN && words % k->words != 0)", ""),
    ("policy_say.c", "made of many types", '{"made", true, 1, ONCE,', '{"made", true, 1, AGAIN,'),
    ("policy_say.c", "processes of many types", '{"processes", true, 1, ONCE,', '{"processes", true, 1, MORE,'),
    ("policy_say.c", "too many words", 'k->how == ONCE && words > k->words ? "here are too many words" : NULL', "NULL"),
    ("policy_say.c", "no keyword",
     "    if (!k)\n        return \"no statement begins with this word\";\n", "    if (!k)\n        return NULL;\n"),
    ("policy_say.c", "no domain", "!wrong && k->domain && s.domain == POLICY_NONE", "false"),
    ("policy_say.c", "first of many",
     "!wrong && s.words > 0; s.word += step", "!wrong && s.words == words - 1 - k->domain; s.word += step"),
]


def tried(folder, library, flags=(), runs=30):
    """What the tries say of a library, in a process of their own: a bug may crash it, or hold it up."""
    environment = {"PATH": "/usr/bin:/bin", "PYTHONMALLOC": "malloc", "PYTHONPYCACHEPREFIX": str(folder / "pycache")}
    if flags:
        runtime = subprocess.check_output(["gcc", "-print-file-name=libasan.so"], text=True).strip()
        environment |= {"LD_PRELOAD": runtime, "ASAN_OPTIONS": "detect_leaks=0"}
    return run(sys.executable, TRIES, library, 1, runs, env=environment, timeout=600 if LONG else 100)


def changed(folder, file, old, new):
    """One file of the reader with other words in one place."""
    text = (PM / file).read_text()
    assert text.count(old) == 1
    (folder / file).write_text(text.replace(old, new))
    return folder / file


@pytest.fixture(scope="session")
def objects(tmp_path_factory):
    """The reader's files, each by itself."""
    folder = tmp_path_factory.mktemp("reader")
    return {source.name: policy.compiled(folder / f"{source.stem}.o", [source], ["-c"]) for source in policy.READER}


@pytest.mark.timeout(1200)
def test_written_and_random(tmp_path):
    library = policy.compiled(tmp_path / "policy.so", flags=SANITIZED)
    done = tried(tmp_path, library, SANITIZED, 20_000 if LONG else 150)
    assert done.returncode == 0, done.stdout
    right, whole = map(int, re.match(r"(\d+) of (\d+) were right\n$", done.stdout).groups())
    assert whole / 2 < right < whole * 0.9  # both kinds are tried


@pytest.mark.parametrize("file, old, new", [pytest.param(f, *c, id=f"{f}: {why}") for f, why, *c in BUGS])
def test_bug_is_found(file, old, new, objects, tmp_path):
    parts = {**objects, file: changed(tmp_path, file, old, new)}
    done = tried(tmp_path, policy.compiled(tmp_path / "policy.so", parts.values(), ["-shared", "-w"]))
    assert done.returncode != 0
    assert "wrong: " in done.stdout or "AssertionError" in done.stdout or done.returncode < 0, done.stdout


# --- Any bytes

# As above; what no questions and no answers show, but sanitizers do.
UNSAFE = [
    ("policy_read.c", "reads behind the text", "length < size && text[length]", "text[length]"),
    ("policy_read.c", "line of any length", "length > POLICY_LINE", "false"),
    ("policy_read.c", "half a policy", "    if (error->line)\n        memset(&policy, 0, sizeof(policy));\n", ""),
    ("policy_read.c", "the policy before", "    memset(&policy, 0, sizeof(policy));\n    *error", "    *error"),
    ("policy_words.c", "name too long", "    if (length >= sizeof(p->text))\n        return false;\n", ""),
    ("policy.c", "domain that is none",
     "domain < policy.domains ? &policy.domain[domain] : &nobody", "&policy.domain[domain]"),
    ("policy.c", "type that is none", "type < policy.types ? domain_at", "type < POLICY_NONE ? domain_at"),
    ("policy.c", "interrupt that is none", "irq < 16 && domain_at", "domain_at"),
]


@pytest.fixture
def fuzzer(tmp_path):
    """The reader and what tries it, with a driver of the host's or the compiler's own."""
    def program(compiler, *more, instead=None):
        renamed = [f"-D{name}=tried_{name}" for name in "memmove strncmp strchr strlcpy".split()]
        include = ["-I", PM, f"-I{HOST}", f"-I{KERNEL}", "-iquote", ROOT / "user/lib"]
        objects = []
        reader = [instead if instead and instead.name == source.name else source for source in policy.READER]
        for source in [*reader, HOST / "fuzz_policy.c"]:
            own = renamed if source.parent != HOST else []
            objects.append(tmp_path / f"{source.stem}.o")
            succeeds(compiler, *FLAGS, *more, *include, *own, "-c", source, "-o", objects[-1])
        names = ["expect", "input", *([] if more else ["replay"])]
        succeeds(compiler, *FLAGS, *more, f"-I{HOST}", f"-I{KERNEL}", *(HOST / f"{name}.c" for name in names), *objects,
                 "-o", tmp_path / "program")
        return tmp_path / "program"
    return program


def succeeds(*words):
    done = run(*words, timeout=200)
    assert done.returncode == 0, done.stdout


@pytest.mark.timeout(3600)
def test_replay(fuzzer):
    done = run(fuzzer("gcc"), 1, 500_000 if LONG else 5000, timeout=1800)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("file, old, new", [pytest.param(f, *c, id=f"{f}: {why}") for f, why, *c in UNSAFE])
def test_replay_finds(file, old, new, fuzzer, tmp_path):
    done = run(fuzzer("gcc", instead=changed(tmp_path, file, old, new)), 1, 5000, timeout=100)
    assert done.returncode != 0
    assert any(words in done.stdout for words in ("wrong: ", "ERROR: AddressSanitizer", "runtime error")), done.stdout


@pytest.mark.timeout(3600)
def test_fuzz(fuzzer, clang, tmp_path):  # noqa: F811
    done = run(fuzzer(clang, "-fsanitize=fuzzer"), f"-runs={1_000_000 if LONG else 5000}", f"-seed={0 if LONG else 1}",
               "-max_len=400", "-len_control=0", f"-artifact_prefix={tmp_path}/", timeout=3000)
    assert done.returncode == 0, done.stdout[-5000:]


# --- The policy that is delivered

@pytest.fixture(scope="module")
def delivered(tmp_path_factory):
    found = policy.Policy(policy.compiled(tmp_path_factory.mktemp("policy") / "policy.so"))
    assert found.read(FILE.read_bytes()) is None
    return found


def who(delivered, question, *words):
    return [domain for i, domain in enumerate(delivered.domains()) if delivered.ask(question, i, *words)]


def test_nothing_in_it_is_doubtful(delivered):
    assert not list(policy.doubts(delivered, FILE.read_bytes()))


def test_who_reaches_devices(delivered):
    assert who(delivered, "rights", delivered.types().index("device")) == ["windows"]
    assert who(delivered, "may_device", 0xb8000, 8) == ["windows"]
    for first in (0x60, 0x64, 0x70, 0x3f8):
        assert who(delivered, "may_ports", first, 1) == ["driver"]
    for irq in range(16):
        assert who(delivered, "may_irq", irq) == ["driver"] * (irq in (1, 4))


def test_tests_have_no_power_there(delivered):
    assert "test" not in delivered.domains()
    assert not who(delivered, "may", policy.POWERS.index("report"))


def test_guests_only_read_files(delivered):
    guest = delivered.domains().index("guest")
    rights = {name: delivered.rights(guest, i) for i, name in enumerate(delivered.types())}
    assert {name: words for name, words in rights.items() if words} == {"files": ["read", "copy"]}
    assert not delivered.powers(guest)


@pytest.mark.parametrize("name, maker", [
    ("/", "files"), ("/dev/windows", "windows"), ("/dev/keyboard", "driver"), ("/dev/serial", "driver"),
    ("/dev/clock", "driver"), ("/x", None), ("/dev", None), ("/dev/x", None)])
def test_every_name_has_one_maker(delivered, name, maker):
    assert who(delivered, "may_name", name) == [maker] * bool(maker)


# --- make policy

def front(*words):
    return states.make(ROOT, "policy", *words)


def test_make_policy():
    said = front().stdout
    assert re.search(r"^ *guest +r----c- *$", said, re.MULTILINE)
    assert "\ndomain driver\n    may: doors system priority\n" in said and "Is this meant" not in said


def test_who(tmp_path):
    assert front("WHO=/dev/serial").stdout == """
/dev/serial: made by driver
    It is of type device, which can be used directly by:
    windows         read write
    Nobody else.
"""
    assert "\n    doors without a name of: init driver windows user\n    Nobody.\n" in front("WHO=private").stdout
    assert "\n    uses clock: read copy\n" in front("WHO=user").stdout
    assert front("WHO=/x").stdout == "\n/x: nobody may make a door with this name\n"


def test_mistake_is_shown(tmp_path):
    (tmp_path / "it's").write_text("domain init\n\nnome init /\n")
    done = states.make(ROOT, "policy", f"FILE={tmp_path}/it's", check=False)
    assert done.returncode != 0
    assert done.stdout.startswith(f"{tmp_path}/it's:3: no statement begins with this word\n    nome init /\n")


DOUBTFUL = """domain init a b
limit init pages 1 threads 1 descriptors 1
limit a pages 1 threads 1 descriptors 1
limit b pages 1 threads 1 descriptors 1
type t a
may init processes
enter init a
enter a b
may a doors
name a /x /y/*
is /x t
name b /z
"""


def test_doubts(tmp_path):
    (tmp_path / "policy").write_text(DOUBTFUL)
    said = front(f"FILE={tmp_path}/policy").stdout
    assert re.findall(r"^Is this meant\? (.*)\.$", said, re.MULTILINE) == [
        "domain a may enter others, but create no processes", "doors of domain a with the name /y/* have no type",
        "nobody starts processes in domain b", "domain b may use the name /z, but create no doors",
        "nothing is of type a, and nobody may use it"]


# --- What docs/policy.md says about it

def test_docs(delivered):
    text = (ROOT / "docs/policy.md").read_text()
    head, *rows = re.search(r"is one table,\n\n((?: {4}.*\n)+)", text)[1].splitlines()
    places = [(match[0], match.start()) for match in re.finditer(r"\S+", head)]
    for row in rows:
        domain = row.split()[0]
        shown = {name: row[at:at + len(policy.LETTERS)].strip() for name, at in places}
        for name, cell in shown.items():
            found = policy.cell(delivered, delivered.domains().index(domain), delivered.types().index(name))
            assert cell == found, (domain, name)
    for word in (*policy.POWERS, *policy.RIGHTS, *policy.LIMITS):
        assert f"`{word}`" in text
