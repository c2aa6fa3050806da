# SPDX-License-Identifier: BSD-2-Clause
"""Plays with the window manager: an actor is both drivers, says what is typed and sees what is written; others are clients."""

import states
from lintel.failure import expect
from lintel.pmplay import SPAWN, VALUE, Scene, abi, text, words

HEADERS = ("user/abi/window.h", "user/abi/stream.h", "user/abi/device.h", "user/wm/wm.h")
DRIVER = 1
SERIAL, KEYBOARD = 20, 21  # registers of the driver's: its doors
LINE, KEYS, OUT = 30, 31, 32  # and calls that it keeps: who reads the line, who reads the keys, who writes
WMCAP, WINDOW = 20, 21  # of a client's
MANAGER = 60  # of the director's: the window manager's process
ACTORS = 40  # of the director's: the first actor's process is behind it

DOMAINS = {"init": "names 8 threads 1", "driver": "names 4 threads 1", "windows": "names 1 threads 4", "user": "names 1 threads 1"}
POLICY = "".join(f"domain {name}\n" for name in DOMAINS) + """
type device
type windows
type private
type process
""" + "".join(f"""
limit {name} processes 64 pages 2048 descriptors 1024 {limits}
processes {name} process
may {name} doors {'system' if name == 'driver' else ''}
made {name} private
""" for name, limits in DOMAINS.items()) + """
is /dev/windows  windows
is /dev/serial   device
is /dev/keyboard device
is /dev private
may init processes archive report halt
enter init driver windows user
name driver /dev /dev/serial /dev/keyboard
name windows /dev/windows
allow windows device read write
allow user windows start copy
allow driver windows read write
"""
ARRIVES = 50  # milliseconds: what an actor was told to do later has been begun


def data_of(seen, skip=2):
    """The bytes of a message or, behind its two words, of a reply."""
    return words(*seen.data)[4 * skip:seen.sizes >> 8 & 0xFFF]


class Windows(Scene):
    """The drivers are there, the window manager has been started, and its threads wait for what is typed."""

    def __init__(self):
        super().__init__(states.ROOT)
        self.abi = {**self.abi, **abi(states.ROOT, *HEADERS)}
        self.errors = {number: name for name, number in self.abi.items() if name.startswith("ERR_")}
        self.driver(DRIVER)
        self.start()
        self.takes(LINE)
        self.takes(KEYS)

    def start(self):
        self.do(SPAWN, words(0) + b"bin/wm\0windows\0", "the window manager", store=MANAGER)
        self.nap(100)

    def kill(self, actor):
        self.do("PM_KILL", register=ACTORS + actor if actor != MANAGER else MANAGER)

    # --- The drivers.

    def driver(self, actor):
        self.actor(actor, "driver", store=ACTORS + actor)
        self.at = actor
        for name, door in (("/dev/serial", SERIAL), ("/dev/keyboard", KEYBOARD)):
            self.do("PM_DOOR", words(1, 0, 0) + text(name), name, actor=actor, store=door)

    def takes(self, kept, size=None):
        """The driver takes a DEVICE_READ, or into OUT a DEVICE_WRITE, and keeps it."""
        door, call = KEYBOARD if kept == KEYS else SERIAL, "DEVICE_WRITE" if kept == OUT else "DEVICE_READ"
        def check(seen, what):
            if size is not None:
                expect(f"room for {(seen.sizes >> 20) - 8}", f"room for {size}", what)
        self._receive(door, call, check)
        self._keep(kept)

    def takes_nothing(self, door=SERIAL):
        self.do("CALL_RECEIVE", what="nothing comes to the driver", actor=self.at, register=door, limit=200, value=None,
                error="ERR_TIME")

    def _receive(self, door, call, check):
        function = self.abi[call]
        self.do("CALL_RECEIVE", what=f"{call} comes to the driver", actor=self.at, register=door, limit=2000, value=function,
                show=16, check=check)

    def asks_and_writes(self, wanted):
        """Two threads of the window manager: one asks for more, the other writes; whichever is first."""
        seen_functions = []

        def check(seen, what):
            seen_functions.append(seen.value)
            if seen.value == self.abi["DEVICE_WRITE"]:
                expect(repr(data_of(seen, 0)), repr(wanted), what)
            expect(seen_functions[-1] in (self.abi["DEVICE_READ"], self.abi["DEVICE_WRITE"]), True, f"{what}: one of both")
            expect(len(seen_functions), len(set(seen_functions)), f"{what}: each of them once")
        for _ in range(2):
            self.do("CALL_RECEIVE", what="the window manager asks for more, and writes", actor=self.at, register=SERIAL, limit=2000,
                    show=16, check=check)
            self._keep(LINE)

    def _keep(self, store):
        self.do("CALL_PARK", actor=self.at, flags=VALUE, store=store)

    def typed(self, data, goes_on=True):
        """Bytes come over the serial line, whose thread asks for more then."""
        self.do("CALL_ANSWER", words(len(data), 0) + data, actor=self.at, register=LINE)
        if goes_on:
            self.takes(LINE)

    def keys(self, *codes):
        """They are pressed, and let go."""
        self.codes(b"".join(bytes([code, code | 0x80]) for code in codes))

    def codes(self, data):
        self.do("CALL_ANSWER", words(len(data), 0) + data, actor=self.at, register=KEYS)
        self.takes(KEYS)

    def ctrl(self, code):
        self.codes(bytes([0x1D, code, code | 0x80, 0x9D]))

    def written(self, wanted, and_done=True):
        """What is written to the serial line."""
        self._receive(SERIAL, "DEVICE_WRITE", lambda seen, what: expect(repr(data_of(seen, 0)), repr(wanted[:64]), what))
        self._keep(OUT)
        if and_done:
            self.done(len(wanted))

    def done(self, size):
        self.do("CALL_ANSWER", words(size, 0), actor=self.at, register=OUT)

    # --- Clients.

    def client(self, number, window):
        self.actor(number, "user", store=ACTORS + number)
        self.do("PM_RESOLVE", text("/dev/windows"), actor=number, store=WMCAP)
        self.do("WINDOW_OPEN", words(window), actor=number, register=WMCAP, store=WINDOW, rights="read write copy move")

    def ask(self, actor, call, data=b"", register=WINDOW, **options):
        """What is to be done later is on its way when the next step is done: clients are served in the order of a play."""
        self.do(call, data, actor=actor, register=register, **options)
        if options.get("later"):
            self.nap(ARRIVES)

    def read(self, actor, wanted=None, size=100, raw=False, later=True, **options):
        """What it gets, or error=..."""
        if wanted is not None:
            options = {"value": len(wanted), "show": 32, "check": lambda seen, what: expect(repr(data_of(seen)), repr(wanted), what)}
        self.ask(actor, "STREAM_READ", words(0, size, int(raw)), later=later, **options)

    def write(self, actor, data, later=False, **options):
        self.ask(actor, "STREAM_WRITE", words(self.abi.get("STREAM_END", 0xFFFFFFFF)) + data, later=later,
                 **{"value": len(data), **options})

    def play(self, booter, **options):
        return self.run(booter, POLICY, {"bin/wm": "wm"}, **options)
