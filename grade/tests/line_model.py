# SPDX-License-Identifier: BSD-2-Clause
"""What the window manager makes of what is typed: user/wm/line.h, said in another way."""

import re
import struct

TYPED, TEXT = 4096, 1024
ARROW = re.compile(rb"\033[\[O][ -?]*[@-~\x80-\xff]|\033[^\[O\x00-\x1f\x7f\033]")
BEGUN = re.compile(rb"\033([\[O][ -?]*)?")


class Line:
    def __init__(self):
        self.typed, self.text, self.complete = b"", b"", False
        self.escape = b""
        self.out = b""

    def show(self, text):
        self.out += b"s" + struct.pack("<I", len(text)) + text

    def forget(self):
        self.text, self.complete, self.escape = b"", False, b""

    # --- The commands of host/terminal.c.

    def type(self, c):
        if len(self.typed) < TYPED:
            self.typed += b"\n" if c == b"\r" else c

    def drop(self):
        self.forget()
        self.typed = b""
        self.show(b"^C\n")

    def edit(self):
        state = self.edited()
        self.out += b"e" + bytes([state])

    def read(self, room, raw, take):
        there = self.text + (self.typed if raw else b"")
        got = there[:room]
        self.out += b"r" + struct.pack("<I", len(got)) + got
        if not take:
            return
        self.typed = self.typed[max(0, len(got) - len(self.text)):]
        self.text = self.text[len(got):]
        if not self.text:
            self.forget()

    # --- Keys.

    def edited(self):
        while self.typed and not self.complete:
            c, self.typed = self.typed[:1], self.typed[1:]
            if c == b"\x03":
                self.forget()
                self.show(b"^C\n")
                return 2
            self.key(c)
        return int(self.complete)

    def key(self, c):
        if c == b"\033" or (self.escape and c >= b" " and c != b"\x7f"):
            self.escape = c if c == b"\033" else self.escape + c
            if not BEGUN.fullmatch(self.escape):
                assert ARROW.fullmatch(self.escape)
                self.escape = b""
            return
        self.escape = b""
        if c == b"\n":
            self.text, self.complete = self.text + c, True
            self.show(c)
        elif c == b"\x04":
            self.complete = True
        elif c in b"\x08\x7f":
            self.take_back(1 if self.text else 0)
        elif c == b"\x15":
            self.take_back(len(self.characters()))
        elif c == b"\x17":
            self.take_back_word()
        else:
            self.add(c)

    def add(self, c):
        if len(self.text) == TEXT - 1:
            return self.show(b"\a")
        self.text += c
        return self.show(self.shown(c))

    @staticmethod
    def shown(c):
        return b"^" + bytes([c[0] ^ 64]) if c < b" " or c == b"\x7f" else c

    def characters(self):
        """A character of UTF-8 counts as one; what is none counts with what is before it."""
        return re.findall(rb"(?:^[\x80-\xbf]|[^\x80-\xbf])[\x80-\xbf]*", self.text, re.DOTALL)

    def take_back_word(self):
        for space in (True, False):
            while self.text and self.text.endswith(b" ") == space:
                self.take_back(1)

    def take_back(self, count):
        for _ in range(count):
            last = self.characters()[-1]
            self.text = self.text[:len(self.text) - len(last)]
            for _ in range(len(self.shown(last[:1]))):
                self.show(b"\b \b")
