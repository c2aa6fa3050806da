# SPDX-License-Identifier: BSD-2-Clause
"""The CPU's registers out of QEMU's 'info registers' text."""

import re

_PLAIN = re.compile(r"\b(E[A-Z]{2}|EFL|EFER|CPL|HLT|CR[0-4]|DR[0-7])=([0-9a-f]+)")
_TABLE = re.compile(r"^(GDT|IDT)= +([0-9a-f]+) ([0-9a-f]+)", re.M)
_SEGMENT = re.compile(r"^(ES|CS|SS|DS|FS|GS|LDT|TR) *=([0-9a-f]+) ([0-9a-f]+) ([0-9a-f]+) ([0-9a-f]+)", re.M)
_NAMES = {"efl": "eflags"}


def parse(text):
    """eax.. eip eflags cpl cr0.. dr0.., idt_base idt_limit gdt_..; of a segment s: s s_base s_limit s_flags."""
    found = {}
    for name, value in _PLAIN.findall(text):
        name = name.lower()
        found[_NAMES.get(name, name)] = int(value, 16)
    for name, *values in _TABLE.findall(text):
        found.update(zip((f"{name.lower()}_base", f"{name.lower()}_limit"), _numbers(values)))
    for name, *values in _SEGMENT.findall(text):
        name = name.lower()
        found.update(zip((name, f"{name}_base", f"{name}_limit", f"{name}_flags"), _numbers(values)))
    return found


def _numbers(values):
    return [int(v, 16) for v in values]
