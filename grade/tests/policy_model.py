# SPDX-License-Identifier: BSD-2-Clause
"""The language of the policy once more, from docs/policy.md: what a text means, or which line is wrong."""

import re

NONE = 0xFFFFFFFF
# SINCE swap
# < POWERS = "doors", "system", "processes", "halt", "report", "archive", "console", "priority"
POWERS = "doors", "system", "processes", "halt", "report", "archive", "console", "priority", "pager", "dma", "swap"
# END swap
RIGHTS = {"delete": 2, "start": 4, "stop": 8, "read": 16, "write": 32, "copy": 64, "move": 128}
LIMITS = "processes", "pages", "names", "threads", "descriptors"
ROOM = {"domains": 32, "types": 64, "names": 128, "kinds": 128, "ranges": 128}

TITLE = re.compile(r"[a-z][a-z0-9_]{0,14}\Z")
NUMBER = re.compile(r"(\d+|0x[0-9a-fA-F]+)\Z", re.ASCII)
PART = re.compile(r"(?!\.{1,2}\Z)[^/*]+\Z")


class Wrong(Exception):
    """Holds the number of a line."""


def check(good):
    if not good:
        raise Wrong


def number(word, end):
    """Below `end`."""
    check(NUMBER.match(word))
    value = int(word, 16 if word.startswith("0x") else 10)
    check(value < end)
    return value


def name(word):
    check(len(word) <= 63)
    path = word.removesuffix("/*")
    if path == word == "/":
        return word
    check(path.startswith("/") or (path == "" and word == "/*"))
    check(all(PART.match(part) for part in path.split("/")[1:]))
    return word


def fits(pattern, word):
    if pattern.endswith("/*"):
        return word.startswith(pattern[:-1]) and len(word) >= len(pattern)
    return word == pattern


# keyword: does a domain come first; how many words then; may there be more
STATEMENTS = {
    "domain": (False, 1, True), "type": (False, 1, True), "is": (False, 2, True), "name": (True, 1, True),
    "made": (True, 1, False), "processes": (True, 1, False), "may": (True, 1, True), "enter": (True, 1, True),
    "allow": (True, 2, True), "irq": (True, 1, True), "ports": (True, 2, True), "device": (True, 2, True),
    "limit": (True, 2, True),
}


class Model:
    """What a text means; Wrong(line) if it means nothing."""

    def __init__(self, text):
        self.domains, self.types = {}, []  # of each domain, the line
        self.names, self.kinds, self.ranges = [], {}, []  # (domain, name); name: type; (domain, kind, first, count)
        self.made, self.process_type, self.rights = {}, {}, {}
        self.powers, self.enters, self.irqs, self.limits = set(), set(), set(), {}
        self._said = set()
        self._number = 0
        *lines, rest = text.split(b"\n")
        try:
            for line in lines:
                self._number += 1
                self._line(line)
            if rest or not lines:
                self._number += 1
                raise Wrong
            self._whole(len(lines))
        except Wrong:
            raise Wrong(self._number) from None

    def _whole(self, last):
        for domain, self._number in self.domains.items():
            check(all(self.limits.get((domain, what)) for what in ("pages", "threads", "descriptors")))
        self._number = last
        check("init" in self.domains)

    def _line(self, line):
        check(len(line) <= 160 and all(32 <= byte < 127 or byte == 9 for byte in line))
        words = line.decode().partition("#")[0].split()
        if not words:
            return
        keyword, *words = words
        check(keyword in STATEMENTS)
        first, count, more = STATEMENTS[keyword]
        fixed, words = words[:first], words[first:]
        check(all(word in self.domains for word in fixed) and len(words) >= count and (more or len(words) == count))
        step = len(words) if keyword == "allow" else count
        check(len(words) % step == 0)
        for i in range(0, len(words), step):
            getattr(self, f"_{keyword}")(*fixed, *words[i:i + step])

    def _once(self, *what):
        check(what not in self._said)
        self._said.add(what)

    def _domain(self, title):
        check(TITLE.match(title) and title not in self.domains and len(self.domains) < ROOM["domains"])
        self.domains[title] = self._number

    def _type(self, title):
        check(TITLE.match(title) and title not in self.types and len(self.types) < ROOM["types"])
        self.types.append(title)

    def _is(self, word, type_):
        check(type_ in self.types)
        self._once("is", name(word))
        check(len(self.kinds) < ROOM["kinds"])
        self.kinds[word] = type_

    def _name(self, domain, word):
        self._once("name", domain, name(word))
        check(len(self.names) < ROOM["names"])
        self.names.append((domain, word))

    def _made(self, domain, type_):
        check(type_ in self.types and domain not in self.made)
        self.made[domain] = type_

    def _processes(self, domain, type_):
        check(type_ in self.types and domain not in self.process_type)
        self.process_type[domain] = type_

    def _allow(self, domain, type_, *rights):
        check(type_ in self.types and (domain, type_) not in self.rights)
        check(all(right in RIGHTS for right in rights) and len(set(rights)) == len(rights))
        self.rights[domain, type_] = sum(RIGHTS[right] for right in rights)

    def _may(self, domain, power):
        check(power in POWERS)
        self._once("may", domain, power)
        self.powers.add((domain, power))

    def _enter(self, domain, other):
        check(other in self.domains)
        self._once("enter", domain, other)
        self.enters.add((domain, other))

    def _irq(self, domain, word):
        irq = number(word, 16)
        check(irq not in (0, 2))
        self._once("irq", domain, irq)
        self.irqs.add((domain, irq))

    def _range(self, domain, kind, first, count, end):
        check(count > 0 and first + count <= end)
        self._once(kind, domain, first, count)
        check(len(self.ranges) < ROOM["ranges"])
        self.ranges.append((domain, kind, first, count))

    def _ports(self, domain, first, count):
        self._range(domain, "ports", number(first, 1 << 32), number(count, 1 << 32), 1 << 16)

    def _device(self, domain, address, pages):
        address = number(address, 1 << 32)
        check(address % 4096 == 0)
        self._range(domain, "device", address // 4096, number(pages, 1 << 32), 1 << 20)

    def _limit(self, domain, what, value):
        check(what in LIMITS)
        self._once("limit", domain, what)
        self.limits[domain, what] = number(value, 0x100000)

    # --- The questions, with names for numbers.

    def may_enter(self, domain, other):
        may = (domain, "processes") in self.powers
        return may and other in self.domains and (domain == other or (domain, other) in self.enters)

    def may_name(self, domain, word):
        return any(of == domain and fits(pattern, word) for of, pattern in self.names)

    def type_of(self, domain, word):
        if domain not in self.domains:
            return None
        fitting = [pattern for pattern in self.kinds if fits(pattern, word)]
        longest = max(fitting, key=lambda pattern: len(pattern.removesuffix("*")), default=None)
        return self.kinds[longest] if longest else self.made.get(domain)

    def may_range(self, domain, kind, first, count):
        """First and count in ports, or pages."""
        return count > 0 and any((domain, kind) == of and start <= first and first + count <= start + length
                                 for *of, start, length in self.ranges for of in [tuple(of)])
