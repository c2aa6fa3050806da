# SPDX-License-Identifier: BSD-2-Clause
"""What has happened between two looks at the threads of a machine.

A thread that is in a call now, and was not, has sent a message; one that was and is not has got its reply, or its
call has failed. Which of these it was, and what was said, tell its registers.
"""

from dataclasses import dataclass
from types import SimpleNamespace

CALLING, SERVED, RECEIVING, WAITING = 4, 5, 6, 7  # of enum thread_state, kernel/thread.h
FAILED, KERNELS_ERRORS = 0xFFFFFFFF, 0xFF00
NO_REPLY = range(0x210, 0x400)  # messages of the kernel's that want none
MESSAGES = {0x100, 0x108, 0x110, 0x118, 0x120, 0x128, 0x130, 0x158, 0x160}  # functions on messages
SENDS = 0x400  # all from here up send
ERRORS = {0x118, 0x120, 0x160}  # those that reply with an error
REPLIES = {0x108, 0x110, 0x158} | ERRORS
ACCESS = "read", "write", "fetch"
PAGE_FAULT, SYSENTER = 14, 256  # vectors
TRAP = 0x208


@dataclass(frozen=True)
class Thread:
    """As struct thread has it, and registers of its frame."""
    address: int
    number: int
    state: int
    process: int
    server: int
    parked: int
    serving: int
    trap: SimpleNamespace
    eax: int
    ebx: int
    edi: int
    eip: int
    ebp: int

    @property
    def call(self):
        """None, or 0, or the function of the message that the kernel sends in its name."""
        return self.trap.function if self.state in (CALLING, SERVED) else None

    @property
    def failed(self):
        return self.eax == FAILED and self.ebx >= KERNELS_ERRORS


@dataclass(frozen=True)
class Moment:
    """On the kernel's clock, which goes by ticks; and how many instructions the machine has done."""
    milliseconds: int
    instructions: int


@dataclass(frozen=True)
class Happening:
    """kind: call, from source to target; line: in line there, and taken: from there; reply, error; park, of the call of the
    target; kernel: a message of the kernel's own; fail: a call of the source's; end, of the source."""
    at: Moment
    kind: str
    source: int
    target: int = None
    text: str = ""
    parked: bool = False  # of a reply: it is one to a call that was parked


def sizes(word):
    data, descriptors = word >> 8 & 0xFFF, word & 0xFF
    return f"{data} B" + (f" + {descriptors} descriptor{'s' * (descriptors > 1)}" if descriptors else "")


def why(trap):
    if trap.function == TRAP:
        return "SYSENTER" if trap.vector == SYSENTER else f"int {trap.vector:x}"
    return f"{ACCESS[trap.access % 3]} at {trap.address:08x}" if trap.vector == PAGE_FAULT else f"exception {trap.vector}"


class Story:
    def __init__(self, who, functions, errors):
        self.people, self.happenings = {}, []
        self._who, self._functions, self._errors = who, functions, errors
        self._before, self._called = {}, {}

    def look(self, at, threads, calls):
        """A kernel entry was over at that time, in which these calls were made."""
        self._at, self._threads, self._calls = at, threads, calls
        self._called.update({number: thread.eax for number, thread in calls.items()})
        over = [(was, threads.get(number)) for number, was in self._before.items() if self._is_over(was, threads.get(number))]
        failed = [now for was, now in over if not self._replied(was, now)]
        for number in sorted(self._before.keys() - threads.keys() & self.people.keys()):
            self._add("end", self._before[number], None, "ends")
        for now in failed:
            self._failed(now)
        for thread in threads.values():
            self._got(self._before.get(thread.number), thread)
        for thread in threads.values():
            self._began(self._before.get(thread.number), thread)
        self._before = threads

    def _add(self, kind, source, target=None, *words, parked=False):
        for thread in filter(None, (source, target)):
            if thread.number not in self.people:
                self.people[thread.number] = self._who(thread)
        numbers = [thread.number if thread else None for thread in (source, target)]
        self.happenings.append(Happening(self._at, kind, *numbers, ", ".join(filter(None, words)), bool(parked)))

    def _function(self, number):
        return self._functions.get(number) or f"{number:x}"

    def _error(self, number):
        return f"ERR_{self._errors[number]}" if number in self._errors else f"error {number:x}"

    def _at_address(self, address, threads):
        return next((thread for thread in threads.values() if thread.address == address), None)

    # --- A call is over

    def _is_over(self, was, now):
        return was.call is not None and (not now or now.call != was.call)

    def _replier(self, was):
        """Who has replied to the call that `was`; its arguments are those that it called with."""
        for number, thread in self._calls.items():
            mine = number in self._before and self._before[number].serving == was.address
            if thread.eax in REPLIES and (mine or was.parked):
                return thread
        return None

    def _replied(self, was, now):
        """False: nobody has."""
        by = self._replier(was)
        if not by:
            return False
        if by.eax in ERRORS:
            number = now.ebx if now and not was.call else by.ebx
            self._add("error", by, was, self._error(number), parked=was.parked)
        else:
            cookie = "" if was.parked else f"cookie {by.ebx:x}"
            self._add("reply", by, was, "lets it go on" if was.call else sizes(now.edi), cookie, parked=was.parked)
        return True

    # --- Something came, or failed

    def _got(self, was, now):
        calls = self._calls.get(now.number)
        waited = was and was.state in (RECEIVING, WAITING) and now.state != was.state
        if now.call is not None or now.state in (RECEIVING, WAITING) or not (waited or self._is_message(calls)):
            return
        if now.eax in NO_REPLY and not self._serves(now):
            self._add("kernel", None, now, self._function(now.eax), f"cookie {now.ebx:x}")
        elif not (was and was.call is not None):
            self._failed(now)

    def _is_message(self, call):
        return call and (call.eax in MESSAGES or call.eax >= SENDS)

    def _serves(self, thread):
        return self._at_address(thread.serving, self._threads)

    def _failed(self, now):
        if now and now.failed:
            self._add("fail", now, None, f"{self._function(self._called.get(now.number, 0))}: {self._error(now.ebx)}")

    # --- A message is sent, or received, or set aside

    def _began(self, was, now):
        if now.call is None:
            return
        new = not was or was.call != now.call
        if now.state == CALLING and new:
            self._add("line", now, None, *self._message(now), "waits in line")
        elif now.server and (new or was.state == CALLING):
            server = self._at_address(now.server, self._threads)
            self._add("call" if new else "taken", now, server, *self._message(now), f"cookie {server.ebx:x}")
        elif now.parked and not new and was.server:
            self._add("park", self._at_address(was.server, self._threads), now)

    def _what(self, caller):
        return self._function(caller.call or caller.eax)

    def _message(self, caller):
        if not caller.call:
            return self._what(caller), sizes(caller.edi)
        return self._what(caller), why(caller.trap)
