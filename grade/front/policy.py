# SPDX-License-Identifier: BSD-2-Clause
"""Check a policy, and show what it comes to: who may do what, and who can reach something.

The process manager's own reader is compiled for this machine, and asked: so what is shown here is what happens there.
"""

import argparse
import ctypes
import signal
import subprocess
import sys
import tempfile
from collections import namedtuple
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DEFAULT = "user/files/etc/policy"
NONE = 0xFFFFFFFF

# SINCE swap
# < POWERS = "doors", "system", "processes", "halt", "report", "archive", "console", "priority"
POWERS = "doors", "system", "processes", "halt", "report", "archive", "console", "priority", "pager", "dma", "swap"
# END swap
RIGHTS = {"delete": 1 << 1, "start": 1 << 2, "stop": 1 << 3, "read": 1 << 4, "write": 1 << 5, "copy": 1 << 6, "move": 1 << 7}
LETTERS = {"read": "r", "write": "w", "delete": "d", "start": "s", "stop": "t", "copy": "c", "move": "m"}
LIMITS = "processes", "pages", "names", "threads", "descriptors"

Mistake = namedtuple("Mistake", "line what")


class _Error(ctypes.Structure):
    _fields_ = [("line", ctypes.c_uint32), ("what", ctypes.c_char_p)]


class _Limits(ctypes.Structure):
    _fields_ = [(name, ctypes.c_uint32) for name in LIMITS]


READER = [*sorted((ROOT / "pm").glob("policy*.c")), ROOT / "pm/exercise.c", ROOT / "user/lib/string.c"]


def compiled(into, files=(), flags=("-shared",)):
    """The reader as a library for this machine, or what `files` and `flags` make of it."""
    include = ["-I", ROOT / "pm", "-I", ROOT / "kernel", "-iquote", ROOT / "user/lib"]
    words = ["gcc", "-std=gnu11", "-g", "-Wall", "-Wextra", "-fPIC", *flags, *include, *(files or READER), "-o", into]
    done = subprocess.run([str(word) for word in words], text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          check=False)
    if done.returncode:
        sys.exit(done.stdout)
    return into


class Policy:
    """The questions of pm/policy.h.  Domains and types are numbers."""

    _ANSWERS = {
        "policy_read": ctypes.c_bool, "policy_may": ctypes.c_bool, "policy_may_name": ctypes.c_bool,
        "policy_may_enter": ctypes.c_bool, "policy_may_irq": ctypes.c_bool, "policy_may_ports": ctypes.c_bool,
        "policy_may_device": ctypes.c_bool, "policy_domain_name": ctypes.c_char_p, "policy_type_name": ctypes.c_char_p,
        "policy_limits": ctypes.POINTER(_Limits),
    }

    def __init__(self, library):
        self._library = ctypes.CDLL(str(library))

    def ask(self, question, *words):
        function = getattr(self._library, f"policy_{question}")
        function.restype = self._ANSWERS.get(function.__name__, ctypes.c_uint32)
        return function(*(word.encode() if isinstance(word, str) else ctypes.c_uint32(word) for word in words))

    def read(self, text):
        """None, or the Mistake that is in the text."""
        error = _Error()
        memory = (ctypes.c_char * len(text)).from_buffer_copy(text)  # of this size, and no zero behind it
        read = self._library.policy_read
        read.restype = ctypes.c_bool
        good = read(memory, ctypes.c_uint32(len(text)), ctypes.byref(error))
        assert good == (error.line == 0)
        return None if good else Mistake(error.line, error.what.decode())

    def domains(self):
        return [self.ask("domain_name", i).decode() for i in range(self.ask("domains"))]

    def types(self):
        return [self.ask("type_name", i).decode() for i in range(self.ask("types"))]

    def rights(self, domain, type_):
        bits = self.ask("rights", domain, type_)
        return [word for word in LETTERS if bits & RIGHTS[word]]

    def powers(self, domain):
        return [word for i, word in enumerate(POWERS) if self.ask("may", domain, i)]

    def limits(self, domain):
        limits = self.ask("limits", domain).contents
        return {name: getattr(limits, name) for name in LIMITS}


def statements(text):
    """(keyword, words behind it) of a policy that is right."""
    for line in text.decode().splitlines():
        words = line.partition("#")[0].split()
        if words:
            yield words[0], words[1:]


def said(text, keyword, domain):
    return [word for found, words in statements(text) if found == keyword and words[0] == domain for word in words[1:]]


def cell(policy, domain, type_):
    rights = policy.rights(domain, type_)
    return "".join(letter if word in rights else "-" for word, letter in LETTERS.items()) if rights else ""


def matrix(policy):
    from rich import box
    from rich.table import Table
    table = Table(box=box.SIMPLE_HEAD, title="What the domains may do with objects of each type", title_justify="left")
    for name in ["", *policy.types()]:
        table.add_column(name, no_wrap=True)
    for i, name in enumerate(policy.domains()):
        table.add_row(name, *(cell(policy, i, t) for t in range(len(policy.types()))))
    return table


def pairs(words):
    return [" ".join(words[i:i + 2]) for i in range(0, len(words), 2)]


def abilities(policy, text, domain):
    """What a domain may do besides using objects: (what, words)."""
    i = policy.domains().index(domain)
    made, process = (policy.ask("type_name", number).decode() for number in
                     (policy.ask("type_of", i, ""), policy.ask("process_type", i)))
    yield "may", " ".join(policy.powers(i))
    entered = [other for j, other in enumerate(policy.domains()) if policy.ask("may_enter", i, j)]
    yield "creates processes in", " ".join(entered)
    yield "gives doors the names", " ".join(said(text, "name", domain))
    yield "its doors without a name are", made
    yield "its processes are", process
    yield "interrupts", " ".join(said(text, "irq", domain))
    yield "ports (first, how many)", ", ".join(pairs(said(text, "ports", domain)))
    yield "memory (address, pages)", ", ".join(pairs(said(text, "device", domain)))
    yield "each process at most", ", ".join(f"{count} {what}" for what, count in policy.limits(i).items())


def show_domain(policy, text, domain):
    print(f"\ndomain {domain}")
    for what, words in abilities(policy, text, domain):
        if words:
            print(f"    {what}: {words}")


def show_access(policy, type_):
    """Who has rights on a type, in words."""
    rights = {name: policy.rights(i, type_) for i, name in enumerate(policy.domains())}
    for name, words in rights.items():
        if words:
            print(f"    {name:16}{' '.join(words)}")
    print("    Nobody else." if any(rights.values()) else "    Nobody.")
    if any("copy" in words or "move" in words for words in rights.values()):
        print("    Who has copy or move may pass on what it has.")


def show_type(policy, type_):
    doors = [name for i, name in enumerate(policy.domains()) if policy.ask("type_of", i, "") == type_]
    processes = [name for i, name in enumerate(policy.domains()) if policy.ask("process_type", i) == type_]
    print(f"\ntype {policy.types()[type_]}")
    for what, names in (("doors without a name of", doors), ("processes of", processes)):
        if names:
            print(f"    {what}: {' '.join(names)}")
    show_access(policy, type_)


def show_name(policy, name):
    makers = [(i, domain) for i, domain in enumerate(policy.domains())
              if policy.ask("may_name", i, name) and policy.ask("may", i, POWERS.index("doors"))]
    found = " ".join(["made by", *(domain for _, domain in makers)]) if makers else "nobody may make a door with this name"
    print(f"\n{name}: {found}")
    for type_ in sorted({policy.ask("type_of", i, name) for i, _ in makers}):
        if type_ == NONE:
            print("    It has no type: ERR_NO_TYPE.")
        else:
            print(f"    It is of type {policy.types()[type_]}, which can be used directly by:")
            show_access(policy, type_)


def show_who(policy, text, who):
    """False when nothing has this name."""
    domains, types = policy.domains(), policy.types()
    if who.startswith("/"):
        show_name(policy, who)
    if who in domains:
        show_domain(policy, text, who)
        for type_, name in enumerate(types):
            if policy.rights(domains.index(who), type_):
                print(f"    uses {name}: {' '.join(policy.rights(domains.index(who), type_))}")
    if who in types:
        show_type(policy, types.index(who))
    return who.startswith("/") or who in domains or who in types


def used_types(text):
    places = {"is": slice(1, None, 2), "made": slice(1, None), "processes": slice(1, None), "allow": slice(1, 2)}
    return {name for keyword, words in statements(text) if keyword in places for name in words[places[keyword]]}


def doubts(policy, text):
    """What a policy may say, and hardly means."""
    domains = policy.domains()
    for i, name in enumerate(domains):
        makes_doors = policy.ask("may", i, POWERS.index("doors"))
        if name != "init" and not any(policy.ask("may_enter", j, i) for j in range(len(domains)) if j != i):
            yield f"nobody starts processes in domain {name}"
        if said(text, "enter", name) and not policy.ask("may", i, POWERS.index("processes")):
            yield f"domain {name} may enter others, but create no processes"
        for pattern in said(text, "name", name):
            if not makes_doors:
                yield f"domain {name} may use the name {pattern}, but create no doors"
            elif policy.ask("type_of", i, pattern.replace("*", "x")) == NONE:
                yield f"doors of domain {name} with the name {pattern} have no type"
    for name in policy.types():
        if name not in used_types(text):
            yield f"nothing is of type {name}, and nobody may use it"


def show_all(policy, text):
    from rich.console import Console
    console = Console(width=None if sys.stdout.isatty() else 1000, highlight=False)
    console.print(matrix(policy))
    print(", ".join(f"{letter} {word}" for word, letter in LETTERS.items()))
    for domain in policy.domains():
        show_domain(policy, text, domain)
    print()
    for doubt in doubts(policy, text):
        print(f"Is this meant? {doubt}.")


def refuse(file, text, mistake):
    lines = text.split(b"\n")
    line = lines[mistake.line - 1].decode(errors="replace")
    sys.exit(f"{file}:{mistake.line}: {mistake.what}\n    {line}\nThe process manager refuses to start with it.")


def main():
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # who reads this may have seen enough
    parser = argparse.ArgumentParser(prog="make policy", description=__doc__.splitlines()[0])
    parser.add_argument("file", nargs="?", default=DEFAULT)
    parser.add_argument("--who", help="a name, a type or a domain: who can reach it, what it may do")
    options = parser.parse_args()
    try:
        text = Path(options.file).read_bytes()
    except OSError as error:
        sys.exit(f"{options.file}: {error.strerror}")
    with tempfile.TemporaryDirectory() as folder:
        policy = Policy(compiled(Path(folder) / "policy.so"))
    mistake = policy.read(text)
    if mistake:
        refuse(options.file, text, mistake)
    if not options.who:
        show_all(policy, text)
    elif not show_who(policy, text, options.who):
        sys.exit(f"{options.file} has no domain and no type {options.who}; a name begins with a slash")


if __name__ == "__main__":
    main()
