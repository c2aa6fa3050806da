# SPDX-License-Identifier: BSD-2-Clause
"""Challenge and verdict: the key that goes into a test program, and the signed lines that come out.

A line counts when its number is the next one and its code was made with the
key of this run; everything else on the line is noise, and is only counted.
"""

import hashlib
import hmac
import re
import struct

from elftools.elf.elffile import ELFFile

from .symbols import file_offset

MAGIC = 0x4C434847
CHALLENGE = struct.Struct("<II32s16I")
LINE = re.compile(rb"((\d{1,9}) ([a-z0-9_.-]+)=([ -~]*)) ([0-9a-f]{32})")


class Report:
    """The believed lines of one run."""

    def __init__(self):
        self.values = {}
        # SINCE pm
        self.lines = []  # (name, value), in their order
        # END pm
        self.count = 0
        self.rejected = 0
        self.complete = False

    def get(self, name, default=None):
        """The last value of a name."""
        return self.all(name)[-1] if name in self.values else default

    def all(self, name):
        """All values of a name, in order."""
        return self.values.get(name, [])


def sign(text, key):
    return hashlib.blake2s(text, key=key, digest_size=16).hexdigest().encode()


def parse(raw, key):
    """The Report of COM2's bytes."""
    report = Report()
    *lines, rest = raw.split(b"\n")
    for line in lines:
        if not _take(report, LINE.fullmatch(line), key):
            report.rejected += 1
    report.rejected += bool(rest)
    return report


def _take(report, match, key):
    if not match or report.complete or int(match[2]) != report.count:
        return False
    if not hmac.compare_digest(sign(match[1], key), match[5]):
        return False
    name, value = match[3].decode(), match[4].decode()
    if name == "end":
        report.complete = value == str(report.count)
        return report.complete
    report.values.setdefault(name, []).append(value)
    # SINCE pm
    report.lines.append((name, value))
    # END pm
    report.count += 1
    return True


def patch(elf_in, elf_out, key, seed, params):
    """Copy a test program with this run's challenge in it."""
    image = bytearray(elf_in.read_bytes())
    with elf_in.open("rb") as f:
        at = _challenge(ELFFile(f), elf_in)
    magic = CHALLENGE.unpack_from(image, at)[0]
    if magic != MAGIC:
        raise ValueError(f"{elf_in}: challenge has magic {magic:#x}")
    CHALLENGE.pack_into(image, at, MAGIC, seed & 0xFFFFFFFF, key, *params)
    elf_out.write_bytes(image)


def _challenge(elf, path):
    table = elf.get_section_by_name(".symtab")
    symbols = table.get_symbol_by_name("challenge") if table else None
    at = file_offset(elf, symbols[0]["st_value"]) if symbols else None
    if at is None:
        raise ValueError(f"{path}: no challenge in the file")
    return at
