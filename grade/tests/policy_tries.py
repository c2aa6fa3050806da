# SPDX-License-Identifier: BSD-2-Clause
"""policy_tries.py LIBRARY SEED RUNS: tries a compiled reader of policies.

First texts of which a person has said what is wrong with them; then random ones, good and bad, against the model.
Which question has which answer is compared for everything there is in a policy, and for what is just beside it.
"""

import random
import sys
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parents[1] / "front")]

import policy  # noqa: E402
from policy_model import LIMITS, NONE, POWERS, RIGHTS, ROOM, STATEMENTS, Model, Wrong  # noqa: E402

# A policy with as little as possible, in two lines.
LEAST = "domain init\nlimit init pages 1 threads 1 descriptors 1\n"
BASE = LEAST + "domain a\nlimit a pages 1 threads 1 descriptors 1\ntype t u\n"

TWICE = "this has been said already"
NUMBER = "a number is expected, decimal or behind 0x"
RANGE = "a number is out of range"
TITLE = "a domain or type has up to 15 small letters, digits and _, a letter first"
NAME = "a name is / or a path like /dev/clock, up to 63 characters; /dev/* is all below /dev"
DOMAIN = "no domain of this name is defined above"
TYPE = "no type of this name is defined above"
MISSING = "here words are missing at the end"
MANY = "here are too many words"
KEYWORD = "no statement begins with this word"
POWER = "there is no such power"
RIGHT = "there is no such right"
LIMIT = "there is no such limit"
PAGE = "memory begins at a multiple of 4096"
KERNEL = "interrupts 0 and 2 are the kernel's"
END = "this line has no end"
LONG = "this line has more than 160 characters"
CONTROL = "this line has a control character"
ASCII = "this line has something that is no ASCII character"
NOTHING_RUNS = "a domain of this line has no limit of pages, threads or descriptors"
INIT = "here the policy ends, and has no domain init for the first process"


def titles(keyword, letter, count):
    return " ".join([keyword, *(f"{letter}{i}" for i in range(count))])


def repeated(statement, count, number="{}"):
    return "\n".join(statement.format(number.format(i)) for i in range(count))


# What is wrong with it: lines that say so behind BASE, the last one being wrong.
AFTER_BASE = {
    TWICE: [
        "domain a", "domain b b", "type t", "type v v", "is /x t\nis /x t", "is /x t\nis /x u", "is /x t /x t",
        "is /x/* t\nis /x/* u", "name a /x\nname a /x", "name a /x /x", "name a /x/*\nname a /x/*",
        "made a t\nmade a t", "made a t\nmade a u", "processes a t\nprocesses a u", "may a doors\nmay a doors",
        "may a doors doors", "enter a init\nenter a init", "enter a init init", "allow a t read\nallow a t write",
        "allow a t read\nallow a t read", "allow a t read read", "irq a 3\nirq a 3", "irq a 3 3",
        "irq a 10\nirq a 0xa", "ports a 1 1\nports a 1 1", "ports a 1 1 1 1", "device a 0 1\ndevice a 0x0 1",
        "limit a pages 1", "limit a names 1\nlimit a names 2", "limit a processes 0 processes 0",
    ],
    NUMBER: [
        "irq a x", "irq a -1", "irq a 1x", "irq a 0x", "irq a 0xg", "irq a 4294967296", "ports a x 1", "ports a 1 x",
        "device a x 1", "device a 0 x", "device a 0x100000000 1", "limit a names x", "limit a names +1",
        "limit a names 1.5",
    ],
    RANGE: [
        "irq a 16", "irq a 32", "irq a 4294967295", "ports a 0x10000 1", "ports a 0xffff 2", "ports a 0 0x10001",
        "ports a 0 0", "ports a 1 0xffffffff", "ports a 0xffffffff 1", "device a 0xfffff000 2", "device a 0 0x100001",
        "device a 0 0", "device a 0x1000 0xffffffff", "limit a names 0x100000", "limit a names 0xffffffff",
    ],
    TITLE: [
        "domain abcdefghijklmnop", "domain A", "domain 1", "domain _a", "domain a-b", "domain b.c", "domain b/",
        "type abcdefghijklmnop", "type T", "type 1", "type v*",
    ],
    NAME: [
        "name a x", "name a dev/x", "name a //", "name a /x/", "name a /x//y", "name a /.", "name a /..",
        "name a /x/./y", "name a /x/..", "name a /../x", "name a *", "name a /*x", "name a /x*", "name a /*/x",
        "name a /x/**", "name a //*", "name a x/*", "name a /./*", "name a /x/*/*",
        "name a /" + "x" * 63, "name a /" + "x" * 61 + "/*", "is x t", "is /x/ t", "is /x*/y t",
    ],
    DOMAIN: [
        "name b /x", "made b t", "processes b t", "may b doors", "enter b a", "enter a b", "allow b t read", "irq b 3",
        "ports b 1 1", "device b 0 1", "limit b names 1", "may t doors", "enter a a b",
    ],
    TYPE: ["is /x v", "made a v", "processes a v", "allow a v read", "made a a", "is /x t /y a"],
    MISSING: [
        "domain", "type", "is", "is /x", "is /x t /y", "name", "name a", "made", "made a", "processes", "processes a",
        "may", "may a", "enter", "enter a", "allow", "allow a", "allow a t", "irq", "irq a", "ports", "ports a",
        "ports a 1", "ports a 1 1 2", "device", "device a", "device a 0", "device a 0 1 0x1000", "limit", "limit a",
        "limit a names", "limit a names 1 processes",
    ],
    MANY: ["made a t u", "processes a t u"],
    KEYWORD: ["x", "Domain b", "deny a t read", "domains b", "# x\ny # domain", "doma in b"],
    POWER: ["may a x", "may a read", "may a doors Halt"],
    RIGHT: ["allow a t x", "allow a t doors", "allow a t read all"],
    LIMIT: ["limit a x 1", "limit a doors 1", "limit a names 1 page 1"],
    PAGE: ["device a 1 1", "device a 0xb8001 1"],
    KERNEL: ["irq a 0", "irq a 2", "irq a 3 2"],
    END: ["type v\0", "# no end\0", " \0"],
    LONG: ["#" * 161, "type " + "v" * 156, " " * 161],
    CONTROL: ["type v\r", "# \x1b[2J", "type v\x01", "\v"],
    ASCII: ["# \x7f", "# \xe9", "type \xff"],
    "there is room for 32 domains only": [titles("domain", "d", 30) + "\ndomain e"],
    "there is room for 64 types only": [titles("type", "v", 30) + "\n" + titles("type", "w", 33)],
    "there is room for 128 names only": [repeated("name a /n{}", 129), repeated("is /n{} t", 129)],
    "there is room for 128 ranges of hardware only": [
        repeated("ports a {} 1", 100) + "\n" + repeated("device a {}000 1", 29, "0x{:x}"),
    ],
}

# Whole texts that are wrong, with the line.
WHOLE = [
    ("", 1, END),
    ("domain init", 1, END),
    (LEAST + "domain b", 3, END),
    ("\n", 1, INIT),
    ("# nothing\n\n", 2, INIT),
    ("domain a\nlimit a pages 1 threads 1 descriptors 1\n", 2, INIT),
    ("domain init\n", 1, NOTHING_RUNS),
    (LEAST + "domain b c\nlimit b pages 1 threads 1 descriptors 1\n#\n", 3, NOTHING_RUNS),
    *((f"domain init\nlimit init {words}\n", 1, NOTHING_RUNS) for words in
      ("pages 1 threads 1", "pages 1 descriptors 1", "threads 1 descriptors 1", "pages 0 threads 1 descriptors 1",
       "pages 1 threads 0 descriptors 1", "pages 1 threads 1 descriptors 0", "names 1 processes 1")),
    (LEAST + "x\ny\n", 3, KEYWORD),
    (LEAST + "limit a names 1\ndomain a\n", 3, DOMAIN),
]

# What is right, behind BASE.
GOOD = [
    "", "\n\n", "  \t # comment", "type v# comment", "\ttype\tv  w ",
    "#" * 160, "type " + "v" * 15, "type v" + " " * 154, "name a / /* /x /x/* /x/y /..x /.x/y.. /...",
    "name a /" + "x" * 62, "name a /" + "x" * 60 + "/*", "is / t /* u /x t /x/* u", "name a /x\nname init /x",
    "irq a 1 3 0x4 15", "ports a 0 0x10000 0xffff 1 1 1 1 2", "device a 0 0x100000 0xfffff000 1",
    "ports a 1 1\nports init 1 1\ndevice a 0x1000 1", "limit a names 0xfffff processes 1048575", "enter a a",
    "type a init az_09 z9a", "allow a t delete start stop read write copy move",
    "may a doors system processes halt report archive console priority",
    repeated("name a /n{}", 128), repeated("is /n{} t", 128), repeated("ports a {} 1", 128),
    titles("type", "v", 30) + "\n" + titles("type", "w", 32),
]


def bad_texts():
    for what, texts in AFTER_BASE.items():
        for text in texts:
            whole = BASE + text.removesuffix("\0") + ("" if text.endswith("\0") else "\n")
            yield whole, whole.removesuffix("\n").count("\n") + 1, what
    yield from WHOLE


def compare(tried, text):
    """Raises AssertionError where reader and model differ about a text, as bytes."""
    try:
        model, wrong = Model(text), None
    except Wrong as error:
        model, wrong = None, error.args[0]
    mistake = tried.read(text)
    assert (mistake and mistake.line) == wrong, f"line {wrong} is wrong, not {mistake}"
    if model is None:
        nothing(tried)
    else:
        answers(tried, model)
    return wrong is None


def same(tried, question, words, right):
    seen = tried.ask(question, *words)
    assert seen == right, f"{question}{words}: {seen}, not {right}"


def nothing(tried):
    """Of a text that is wrong nothing counts, nor of the one before."""
    same(tried, "domains", (), 0)
    same(tried, "types", (), 0)
    same(tried, "domain", ("init",), NONE)
    for question, words, right in (
            ("may", (0, 0), False), ("may_name", (0, "/"), False), ("may_name", (0, "/x"), False),
            ("may_enter", (0, 0), False),
            ("type_of", (0, ""), NONE), ("type_of", (0, "/x"), NONE), ("process_type", (0,), NONE), ("rights", (0, 0), 0),
            ("may_irq", (0, 1), False), ("may_ports", (0, 1, 1), False), ("may_device", (0, 0, 1), False),
            ("domain_name", (0,), b""), ("type_name", (0,), b"")):
        same(tried, question, words, right)
    assert not any(tried.limits(0).values())


def answers(tried, model):
    domains, types = [*model.domains], model.types
    same(tried, "domains", (), len(domains))
    same(tried, "types", (), len(types))
    for titles, number, title in ((domains, "domain", "domain_name"), (types, "type", "type_name")):
        for i, word in enumerate(titles):
            same(tried, number, (word,), i)
            same(tried, title, (i,), word.encode())
            beside = {word[:-1], word + "x", word.upper()} - set(titles)
            for other in beside:
                same(tried, number, (other,), NONE)
    for i, domain in beyond(domains):
        of_domain(tried, model, i, domain)


def beyond(words):
    """Each with its number; and numbers that are none."""
    return [*enumerate(words), *((i, None) for i in (len(words), 32, 64, 65, 1 << 31, NONE) if i >= len(words))]


def number_of(words, word):
    return NONE if word is None else words.index(word)


def of_domain(tried, model, i, domain):
    domains, types = [*model.domains], model.types
    for j in (*range(len(POWERS) + 2), 32, NONE):
        same(tried, "may", (i, j), j < len(POWERS) and (domain, POWERS[j]) in model.powers)
    for j, other in beyond(domains):
        same(tried, "may_enter", (i, j), model.may_enter(domain, other))
    for j, type_ in beyond(types):
        same(tried, "rights", (i, j), model.rights.get((domain, type_), 0))
    same(tried, "process_type", (i,), number_of(types, model.process_type.get(domain)))
    for word in names_beside(model):
        same(tried, "may_name", (i, word), model.may_name(domain, word))
        same(tried, "type_of", (i, word), number_of(types, model.type_of(domain, word)))
    for irq in (*range(18), 32, 33, 1 << 31, NONE):
        same(tried, "may_irq", (i, irq), (domain, irq) in model.irqs)
    for first, count in ranges_beside(model, "ports", 16):
        same(tried, "may_ports", (i, first, count), model.may_range(domain, "ports", first, count))
    for first, count in ranges_beside(model, "device", 20):
        same(tried, "may_device", (i, first << 12, count), model.may_range(domain, "device", first, count))
        same(tried, "may_device", (i, first << 12 | 1, count), False)
    assert tried.limits(i) == {what: model.limits.get((domain, what), 0) for what in LIMITS}


def names_beside(model):
    """Those of the policy, those below and above them, and others."""
    names = {"", "/", "/x", "x", "/other/name"}
    for pattern in {pattern for _, pattern in model.names} | set(model.kinds):
        path = pattern.removesuffix("/*")
        names |= {path, path + "/", path + "/y", path + "/y/z", path + "y", path[:-1], path[1:], path[:path.rfind("/")]}
    return sorted(names)


def ranges_beside(model, kind, bits):
    seen = {(0, 0), (0, 1), (1, (1 << 32) - 1), ((1 << bits) - 1, 1)}
    for _, of, first, count in model.ranges:
        if of == kind:
            seen |= {(first + a, count + b) for a in (-1, 0, 1) for b in (-1, 0, 1)}
            seen |= {(first, 0), (first, 1), (first + count - 1, 1), (first + count, 1)}
            seen |= {(first, NONE - first + 1), (first, NONE)}
    return sorted((a, b) for a, b in seen if 0 <= a < 1 << bits and 0 <= b <= NONE)


# --- Random texts

def some_name(chance):
    path = "".join("/" + chance.choice(["a", "b", "dev", "x.y", "..."]) for _ in range(chance.randrange(4)))
    return chance.choice([path or "/", path + "/*", path or "/*"])


def some_number(chance, *near):
    beside = chance.choice([0, *near]) + chance.randrange(-2, 3)
    value = chance.choice([chance.randrange(20), beside, chance.getrandbits(32)])
    return chance.choice(["{}", "{:#x}"]).format(max(value, 0))


def some_statement(chance, model):
    def domain():
        return chance.choice([*model.domains] or ["init"])

    def type_():
        return chance.choice(model.types or ["t"])

    title = chance.choice(["init", "files", "user", "driver_1", "abcdefghijklmno", "x", "y"]) + chance.choice(["", "", "2"])
    page, port = chance.choice([0, 0xb8, chance.getrandbits(20)]), chance.choice([0, 0x3f8, chance.getrandbits(16)])
    words = {
        "domain": [[title]], "type": [[title], [title + "_t"]], "is": [[some_name(chance), type_()] for _ in "12"],
        "name": [[some_name(chance)] for _ in "12"], "made": [[type_()]], "processes": [[type_()]],
        "may": [[power] for power in chance.sample(POWERS, 2)], "enter": [[domain()]],
        "allow": [[type_(), *chance.sample([*RIGHTS], chance.randrange(1, 5))]],
        "irq": [[some_number(chance, 15)]], "ports": [[f"{port:#x}", some_number(chance, (1 << 16) - port)]],
        "device": [[f"{page << 12:#x}", some_number(chance, (1 << 20) - page)]],
        "limit": [[what, str(chance.randrange(1, 5))] for what in chance.sample(LIMITS, chance.randrange(1, 6))],
    }
    keyword = chance.choice([*words])
    rest = [word for group in words[keyword][:chance.choice([1, 5])] for word in group]
    line = " ".join([keyword, *([domain()] if STATEMENTS[keyword][0] else []), *rest])
    return chance.choice(["{}", "{}", "  {}", "{} # all", "\n{}"]).format(line) + "\n"


def good_text(chance, size):
    """Statement by statement, each of which has been seen to be right; or rarely not."""
    text = LEAST
    model = Model(text.encode())
    for _ in range(size):
        more = text + some_statement(chance, model)
        for word in new_domains(more, model):
            more += f"limit {word} pages {chance.randrange(1, 99)} threads 9 descriptors 0xfffff\n"
        try:
            model = Model(more.encode())
        except Wrong:
            continue
        text = more
    return text


def new_domains(text, model):
    last = text.rstrip("\n").rpartition("\n")[2].partition("#")[0].split()
    return [word for word in last[1:] if word not in model.domains] if last[:1] == ["domain"] else []


def spoiled(chance, text):
    """A text that may be wrong: a word, a line or a byte is another one."""
    how = chance.randrange(5)
    words, lines = text.split(" "), text.split("\n")
    if how == 0:
        words[chance.randrange(len(words))] = chance.choice(words)
        text = " ".join(words)
    elif how == 1:
        lines[chance.randrange(len(lines))] = chance.choice(lines)
        text = "\n".join(lines)
    elif how == 2:
        del lines[chance.randrange(len(lines))]
        text = "\n".join(lines)
    elif how == 3:
        return text.encode()[:chance.randrange(len(text) + 1)]
    found = bytearray(text.encode())
    if how == 4:
        found[chance.randrange(len(found))] = chance.choice([*b" \n\t#/*.0x_", 0, 7, 13, 127, 200, chance.randrange(256)])
    return bytes(found)


def random_texts(seed, runs):
    for i in range(runs):
        chance = random.Random(f"{seed} {i}")
        text = good_text(chance, chance.choice([3, 10, 30, 60]))
        yield text.encode()
        yield spoiled(chance, text)


def try_written(tried):
    for text, line, what in bad_texts():
        seen = tried.read(text.encode("latin1"))
        assert seen == (line, what), f"{text!r}:\n{seen}, not {(line, what)}"
        compare(tried, text.encode("latin1"))
    for text in GOOD:
        seen = tried.read((BASE + text + "\n").encode())
        assert seen is None, f"{text!r}: {seen}"
        compare(tried, (BASE + text + "\n").encode())


def main():
    library, seed, runs = sys.argv[1], sys.argv[2], int(sys.argv[3])
    tried = policy.Policy(library)
    try_written(tried)
    good = []
    for text in random_texts(seed, runs):
        try:
            good.append(compare(tried, text))
        except AssertionError as error:
            sys.exit(f"{text.decode('latin1')}\nwrong: {error}")
    print(f"{sum(good)} of {len(good)} were right")


if __name__ == "__main__":
    main()
