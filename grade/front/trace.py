# SPDX-License-Identifier: BSD-2-Clause
"""Record the messages of a run, and draw who sent what to whom.

The machine is stopped where its kernel may do something about messages, and once more where it goes back to
ring 3. Its threads are looked at there; what has happened in between is what is different (tracestory.py). So
the kernel needs nothing for it, and may do its work in whatever functions it likes.
"""

import argparse
import functools
import os
import re
import struct
import sys
from pathlib import Path
from types import SimpleNamespace

import memmap
import tracedraw
import tree
from functions import Functions
from lintel.failure import Failure
from lintel.machine import MachineError
from lintel.outside import Outside
from lintel.pages import FRAME, KERNEL_BASE, PAGE, Pages, structs
from machine import SUCCESS
from tracestory import Moment, Story, Thread
from twice import twice

# Calls from one file of the kernel to another, which no compiler does away with: whatever has to do with messages
# comes through one of them. Those of message_call() tell what is called.
CALL = "message_call"
TRIGGERS = (CALL, "trap_handled", "trap_send", "fault_own", "idle_interrupt", "work_piece", "process_thread_ended",
            "door_unreferenced")
EXITS = "trap_return", "sysenter_return", "idle_wait", "idle_poll"  # here its work is done
BOOTED = "root_new"  # no thread has run yet
SECONDS = 10  # of the machine's own time
MOST = 300  # messages
CLOCK = "timer_milliseconds"  # goes on while the machine has nothing to do, and counts no instruction
DEEPEST = 32  # calls of functions that are looked through
OS = tree.BUILD / "os"  # programs that run under the process manager
ENTRIES = "thread_entry", "start"  # what calls a thread's first function
FRAME_WORDS = dict(zip("edi esi ebp unused ebx edx ecx eax gs fs es ds vector error eip".split(), range(15)))


functions = functools.lru_cache(maxsize=None)(Functions)


class Over(Exception):
    """The machine has come to its end."""


class Recorder(Pages):
    """A machine that runs; record() tells `story` what it does."""

    def __init__(self, machine):
        Outside.__init__(self, SimpleNamespace(machine=machine), SECONDS)
        self._at = {kind: self.members(kind) for kind in ("process", "thread", "trap")}
        self._size = self._at["thread"]["receives"] + 4
        self._triggers = {self.address(name): name for name in TRIGGERS if self.has(name)}
        self._exits = {self.address(name) for name in EXITS}
        self._programs = {}
        self.run_to(BOOTED)

    def record(self, story, most):
        """Up to the end of the run, or so many messages. Answers with how it ended, or None."""
        for address in self._triggers:
            self.gdb.breakpoint(address)
        try:
            while len(story.happenings) < most:
                story.look(*self._entry())
        except Over:
            return self.machine.finish()
        return None

    def _stop(self):
        try:
            self.gdb.step()  # off the breakpoint
            self.gdb.cont()
        except Failure:
            raise Over from None
        return self.gdb.registers()

    def _entry(self):
        """Through one entry of the kernel: when it is over, its threads then, and the calls that it has come to."""
        calls, cpu = {}, self._stop()
        self._set_exits(self.gdb.breakpoint)
        while cpu["eip"] not in self._exits:
            if self._triggers[cpu["eip"]] == CALL:
                thread = self._thread(cpu["eax"])
                calls[thread.number] = thread
            cpu = self._stop()
        self._set_exits(self.gdb.clear)
        return Moment(self.word(self.address(CLOCK)), self.machine.instructions()), self._threads(), calls

    def _set_exits(self, act):
        for address in self._exits:
            act(address)

    # --- Threads

    def _threads(self):
        at = self._at["process"]
        return {thread.number: thread for process in structs(self).values()
                for thread in map(self._thread, self._ring(process + at["threads"], self._at["thread"]["sibling"]))}

    def _ring(self, head, inside):
        link, passed = self.word(head), set()
        while link not in (head, *passed):
            yield link - inside
            passed.add(link)
            link = self.word(link)

    def _thread(self, address):
        words = struct.unpack(f"<{self._size // 4}I", self.gdb.read(address, self._size))
        at, trap = self._at["thread"], self._at["trap"]
        own = {name: words[at[name] // 4] for name in "number state process server parked serving".split()}
        fault = {name: words[(at["trap"] + trap[name]) // 4] for name in "function vector address access".split()}
        return Thread(address=address, trap=SimpleNamespace(**fault), **own,
                      **{name: words[FRAME_WORDS[name]] for name in "eax ebx edi eip ebp".split()})

    def who(self, thread):
        """What there is to tell a person about a thread."""
        number = self.word(thread.process + self._at["process"]["number"])
        space = self.space(thread.process)
        pages = self.mapped(space) if space else {}
        if number not in self._programs:
            self._programs[number] = memmap.program(self, pages, sorted(OS.glob("*.elf")))
        program = self._programs[number]
        return SimpleNamespace(process=number, thread=thread.number, program=program.stem if program else None,
                               function=self._function(thread, pages, program) if program else None)

    def _function(self, thread, pages, program):
        """The thread's first one: calls are looked through, from the last one back."""
        names = functions(program)
        found, at, frame = None, thread.eip, thread.ebp
        for _ in range(DEEPEST):
            if names[at] in ENTRIES or not names[at]:
                break
            found = names[at]
            frame, at = self._words(pages, frame)
        return found

    def _words(self, pages, address):
        """Two of them at an address of a process; zeros where it has nothing."""
        entry = pages.get(address & FRAME)
        if not entry or address % PAGE > PAGE - 8:
            return 0, 0
        return self.physical_words((entry & FRAME) + address % PAGE, 2)


# --- Names of numbers, from kernel/abi and pm/abi

def numbered(kind):
    """{number: the rest of the name} of all constants of the kernel and of the process manager that begin so."""
    text = "\n".join(path.read_text() for folder in ("kernel/abi", "pm/abi") for path in sorted((tree.ROOT / folder).glob("*.h")))
    return {int(value, 16): name for name, value in re.findall(rf"^#define {kind}_(\w+) +(0x[0-9a-f]+)\b", text, re.M)}


# --- What a terminal shows

ARROWS = {"call": "-->", "taken": "-->", "reply": "..>", "error": "..x", "kernel": "-->"}


def name(who):
    """main() says no more than the program's name does."""
    called = who and (who.program if who.function in (None, "main") else who.function)
    return f"{who.process}/{who.thread} {called or ''}".strip() if who else "kernel"


def said(story, one, width):
    """Who, to whom, what."""
    source, target = (name(story.people.get(number)).ljust(width) for number in (one.source, one.target))
    if one.kind == "park":
        return f"{source}  parks the call of {target}"
    if one.kind not in ARROWS:
        return f"{source}  {one.text}"
    return f"{source} {ARROWS[one.kind]} {target}  {one.text}"


def lines(story):
    yield f"{'ms':>6} {'instructions':>13}  process/thread function"
    before, width = story.happenings[0].at, max(len(name(who)) for who in story.people.values())
    for one in story.happenings:
        yield f"{one.at.milliseconds:6} {one.at.instructions - before.instructions:+13}  {said(story, one, width)}".rstrip()
        before = one.at


# --- What make runs

def run(options):
    if CALL not in tree.SYMBOLS.read_text().split():
        sys.exit("trace: this kernel has no messages: they come with the lab `doors`")
    modules = [(path, " ".join(words)) for path, words in tree.modules(options.modules)]
    with twice(tree.KERNEL, modules, options.append, shift=memmap.SAME_EACH_TIME, guest_seconds=SECONDS) as machine:
        recorder = Recorder(machine)
        story = Story(recorder.who, numbered("CALL") | numbered("MESSAGE") | numbered("PM"), numbered("ERR"))
        ended = recorder.record(story, options.most)
    return story, how_it_ended(ended, options.most)


def how_it_ended(ended, most):
    if ended is None:
        return f"These were {most}; the run goes on."
    if ended.kind == "exit" and ended.status == SUCCESS:
        return "Then the machine was stopped."
    if ended.kind == "hang" and ended.guest_seconds == SECONDS:
        return f"These were {SECONDS} seconds; the run goes on."
    return f"Then the machine came to its end: {ended.kind}, {ended.place or f'status {ended.status}'}."


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    tree.add_boot_options(parser)
    parser.add_argument("--program", help="the root process, before the other modules")
    parser.add_argument("--output", type=Path, default=tree.BUILD / "trace.svg", help="the picture")
    parser.add_argument("--most", type=int, default=MOST, help="stop after so many messages")
    options = parser.parse_args()
    if options.program:
        _, options.modules = tree.booted(options.program, options.modules)
    try:
        story, end = run(options)
    except Failure as failure:
        sys.exit(f"trace: expected: {failure.expected}\n       seen: {failure.seen}")
    except (MachineError, OSError) as error:
        sys.exit(f"trace: {error}")
    if not story.happenings:
        sys.exit(f"trace: nobody has sent a message. {end}")
    tracedraw.sequence(story, end).write(options.output, encoding="utf-8", xml_declaration=True)
    print("\n".join([*lines(story), end, f"Drawn: {os.path.relpath(options.output)}"]))


if __name__ == "__main__":
    main()
