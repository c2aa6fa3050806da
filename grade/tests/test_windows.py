# SPDX-License-Identifier: BSD-2-Clause
"""The window manager on the machine: what it does for good clients and bad ones, with drivers that do as they are told."""

import contextlib

import pytest

import states
from lintel.boot import Booter
from lintel.pmplay import ALL, RIGHTS, text, words
from wm_play import KEYS, LINE, MANAGER, SERIAL, WINDOW, WMCAP, Windows

A, B, C, D, ENTER, F1, F2 = 0x1E, 0x30, 0x2E, 0x20, 0x1C, 0x3B, 0x3C
TYPED_MAX, INPUT_MAX = 4096, 256


@pytest.fixture
def booter():
    with contextlib.ExitStack() as stack:
        yield Booter(states.ROOT, 0, "wm", stack)


def played(write):
    """The test writes a play; here it is played."""
    def test(booter):
        windows = Windows()
        write(windows)
        windows.play(booter)
    test.__name__, test.__doc__ = write.__name__, write.__doc__
    return test


@played
def test_keys(w):
    """They go to the window that is shown."""
    w.client(2, 1)
    w.client(3, 2)
    w.read(2, b"ab\n")
    w.read(3, b"ba\n")
    w.keys(A, B, F2, B, A, ENTER)
    w.wait_for(3)
    w.keys(F1, ENTER)
    w.wait_for(2)


@played
def test_focus(w):
    w.client(2, 5)
    w.read(2, b"b", raw=True)
    w.keys(A)
    w.client(3, 1)
    w.ask(3, "WINDOW_FOCUS", words(5), register=WMCAP, value=0)
    w.keys(B)
    w.wait_for(2)
    w.read(3, b"a", raw=True, later=False)


@played
def test_line(w):
    """Of the serial line: what is typed is shown there."""
    w.client(2, 0)
    w.read(2, b"\n")
    w.typed(b"\r", goes_on=False)
    w.asks_and_writes(b"\r\n")
    w.wait_for(2)


@played
def test_parts_of_a_line(w):
    """A line is longer than what its reader has room for; the end of the stream comes once."""
    w.client(2, 1)
    w.keys(A, B, C, ENTER, A, ENTER)
    for part in (b"ab", b"c\n", b"a\n"):
        w.read(2, part, size=2, later=False)
    w.keys(F2)
    w.client(3, 2)
    w.read(3, b"")
    w.ctrl(D)
    w.wait_for(3)
    w.read(3, b"a", size=1, raw=True)
    w.keys(A)
    w.wait_for(3)


@played
def test_raw(w):
    """Keys come at once, as a terminal sends them, and those that were typed before."""
    w.client(2, 0)
    w.typed(b"ab\r\x03\x7f")
    w.read(2, b"ab\n\x03\x7f", raw=True, later=False)
    w.read(2, b"\033[A", raw=True)
    w.typed(b"\033[A")
    w.wait_for(2)
    w.takes_nothing()


@played
def test_readers_in_order(w):
    for n in (2, 3, 4):
        w.client(n, 0)
        w.read(n, bytes([95 + n]), size=1, raw=True)
    w.typed(b"abc")
    for n in (2, 3, 4):
        w.wait_for(n)


@played
def test_dead_readers(w):
    """They take nothing with them, neither a key nor how keys are read."""
    for n in (2, 3, 4, 5):
        w.client(n, 0)
        w.read(n, b"xy" if n == 5 else None, raw=n in (3, 5))
    for n in (2, 3, 4):
        w.kill(n)
    w.typed(b"xy")
    w.wait_for(5)


@played
def test_interrupt(w):
    """Who waits for Ctrl-C hears of it, readers fail, and what was typed is gone."""
    for n in (2, 3, 4, 5):
        w.client(n, 1)
    w.ask(2, "WINDOW_INTERRUPT", value=0, later=True)
    w.ask(3, "WINDOW_INTERRUPT", value=0, later=True)
    w.read(4, error="ERR_INTERRUPT")
    w.keys(A, B)
    w.ctrl(C)
    for n in (2, 3, 4):
        w.wait_for(n)
    w.keys(A)
    w.read(5, b"a", raw=True, later=False)


@played
def test_interrupt_without_room(w):
    """Who waits for it needs no room for the reply."""
    w.client(2, 1)
    w.ask(2, "WINDOW_INTERRUPT", value=0, later=True)
    w.ctrl(C)
    w.wait_for(2)


@played
def test_interrupt_of_nobody(w):
    """A raw reader gets the key, another an error; those who waited and have ended do not count."""
    for n in (2, 3, 4):
        w.client(n, 1)
    w.ask(2, "WINDOW_INTERRUPT", later=True)
    w.kill(2)
    w.read(3, b"\x03", raw=True)
    w.ctrl(C)
    w.wait_for(3)
    w.read(4, error="ERR_INTERRUPT")
    w.keys(A)
    w.ctrl(C)
    w.wait_for(4)
    w.read(3, b"\n")
    w.keys(ENTER)
    w.wait_for(3)


@played
def test_writers_wait(w):
    """For the serial line, and nobody else does."""
    w.client(2, 0)
    w.client(3, 0)
    w.client(4, 1)
    w.write(2, b"one\n", later=True)
    w.write(3, b"two\n", later=True)
    w.written(b"one\r\n", and_done=False)
    w.write(4, b"on the screen")
    w.takes_nothing()
    w.done(5)
    w.wait_for(2)
    w.written(b"two\r\n")
    w.wait_for(3)


@played
def test_half_written(w):
    """The driver says how much it took."""
    w.client(2, 0)
    w.write(2, b"abcdef", later=True)
    w.written(b"abcdef", and_done=False)
    w.done(2)
    w.written(b"cdef")
    w.wait_for(2)


@played
def test_much_is_written(w):
    """More than a message to the driver takes, for its ends of lines are longer."""
    w.client(2, 0)
    w.write(2, b"\n" * 3000, later=True)
    w.written(b"\r\n" * 2000, and_done=False)
    w.done(4000)
    w.written(b"\r\n" * 1000, and_done=False)
    w.done(2000)
    w.wait_for(2)


@played
def test_dead_writer(w):
    w.client(2, 0)
    w.client(3, 0)
    w.write(2, b"dead", later=True)
    w.written(b"dead", and_done=False)
    w.kill(2)
    w.write(3, b"alive", later=True)
    w.done(4)
    w.written(b"alive")
    w.wait_for(3)


@played
def test_nothing_is_lost(w):
    """The line waits while nobody reads what it brings; keys do not."""
    w.client(2, 0)
    for n in range(TYPED_MAX // INPUT_MAX):
        w.typed(bytes([64 + n]) * INPUT_MAX, goes_on=n < TYPED_MAX // INPUT_MAX - 1)
    w.takes_nothing()
    w.read(2, bytes([64]) * 10, size=10, raw=True, later=False)
    w.takes(LINE, size=10)
    w.typed(b"0123456789", goes_on=False)
    w.takes_nothing()
    for n in range(8):
        w.ask(2, "STREAM_READ", words(0, 500, 1), value=500)
    w.read(2, bytes([79]) * 86 + b"0123456789", raw=True, later=False)
    w.takes(LINE, size=INPUT_MAX)


@played
def test_driver_dies(w):
    """The next one is found, and what the line had not taken is written again."""
    w.client(2, 0)
    w.write(2, b"again", later=True)
    w.written(b"again", and_done=False)
    w.kill(1)
    w.nap(250)
    w.driver(6)
    w.nap(500)
    w.takes(LINE)
    w.written(b"again")
    w.wait_for(2)
    w.read(2, b"x", raw=True)
    w.typed(b"x")
    w.wait_for(2)


@played
def test_driver_is_bad(w):
    """Answers that make no sense are none."""
    w.client(2, 0)
    w.read(2, b"x", raw=True)
    for answer in (b"", words(0, 0), words(5, 0), words(5, 0) + b"abc", words(1, 0) + b"ab", words(0xFFFFFFFF, 0), words(9, 0) + bytes(264)):
        w.do("CALL_ANSWER", answer[:264], actor=w.at, register=LINE)
        w.takes(LINE)
    w.typed(b"x")
    w.wait_for(2)


@played
def test_name_above(w):
    """A door that has only the beginning of the name is no driver."""
    w.kill(1)
    w.actor(6, "driver", store=46)
    w.do("PM_DOOR", words(1, 0, 1) + text("/dev"), actor=6, store=SERIAL)
    w.do("CALL_RECEIVE", what="nobody reads there", actor=6, register=SERIAL, limit=500, error="ERR_TIME")


@played
def test_rights(w):
    """What a descriptor does not allow the kernel refuses; wmcap is no window, and a window is no wmcap."""
    w.client(2, 3)
    for lost, call, data in (("write", "STREAM_WRITE", words(0) + b"x"), ("read", "STREAM_READ", words(0, 1, 0)),
                             ("read", "WINDOW_INTERRUPT", b"")):
        w.ask(2, "CALL_DUPLICATE", words(ALL & ~RIGHTS[lost], 0), flags=2, store=30)
        w.ask(2, call, data, register=30, error="ERR_RIGHT")
    for call in ("STREAM_READ", "STREAM_WRITE", "WINDOW_INTERRUPT"):
        w.ask(2, call, words(0, 0, 0), register=WMCAP, error="ERR_RIGHT")
    for call in ("WINDOW_OPEN", "WINDOW_FOCUS"):
        w.ask(2, call, words(1), error="ERR_RIGHT")
    w.actor(3, "driver", store=43)
    w.ask(3, "PM_RESOLVE", text("/dev/windows"), register=None, store=WMCAP, rights="read write")
    for call in ("WINDOW_OPEN", "WINDOW_FOCUS"):
        w.ask(3, call, words(1), register=WMCAP, error="ERR_RIGHT")


SIZES = [0, 1, 3, 4, 5, 8, 11, 12, 13, 16, 100, 4087]


@played
def test_bad_requests(w):
    """They are errors, whatever they are, and no descriptor stays."""
    w.client(2, 1)
    good = {"STREAM_READ": {12}, "STREAM_WRITE": set(range(4, 5000)), "STREAM_STAT": {0}, "WINDOW_INTERRUPT": {0}}
    for call, sizes in good.items():
        for size in SIZES:
            if size not in sizes:
                w.ask(2, call, b"\xff" * size, error="ERR_MESSAGE")
    for call in ("WINDOW_OPEN", "WINDOW_FOCUS"):
        for size in SIZES:
            w.ask(2, call, b"\xff" * size, register=WMCAP, error="ERR_NO_WINDOW" if size == 4 else "ERR_MESSAGE")
    for register in (WMCAP, WINDOW):
        for function in (0x8000, 0x8008, 0x8018, 0x8090, 0x8100, 0xFFF8, 0xFFFFFFF8):
            w.ask(2, function, b"abcd", register=register, error="ERR_MESSAGE")
    for flags in (2, 3, 0x80000000):
        w.ask(2, "STREAM_READ", words(0, 1, flags), error="ERR_MESSAGE")
    w.ask(2, "DEVICE_INPUT", b"x", error="ERR_MESSAGE")
    w.ask(2, "DEVICE_OUTPUT", error="ERR_MESSAGE")
    w.ask(2, "WINDOW_OPEN", words(9), register=WMCAP, error="ERR_NO_WINDOW")
    w.ask(2, "WINDOW_FOCUS", words(0), register=WMCAP, error="ERR_NO_WINDOW")


@played
def test_descriptors_do_not_stay(w):
    """More of them are sent than the window manager's table could hold."""
    w.client(2, 1)
    gives = [(WINDOW, ALL)] * 250
    for _ in range(10):
        w.ask(2, "STREAM_STAT", gives=gives, error="ERR_MESSAGE")
        w.ask(2, "STREAM_WRITE", words(0), gives=gives, error="ERR_MESSAGE")
        w.ask(2, 0x8100, gives=gives, error="ERR_MESSAGE")
    w.write(2, b"still there")


@played
def test_any_size(w):
    """Of what is read and written."""
    w.client(2, 1)
    w.read(2, b"", size=0, later=False)
    w.write(2, b"")
    w.ask(2, "STREAM_WRITE", words(0) + b"x" * 4000, value=4000)
    w.ask(2, "STREAM_WRITE", words(0) + b"x" * 4091, value=4000)
    w.keys(A)
    w.read(2, b"a", size=0xFFFFFFFF, raw=True, later=False)
    w.client(3, 0)
    w.write(3, b"")
    w.takes_nothing()


@played
def test_status(w):
    w.client(2, 3)

    def check(seen, what):
        assert seen.data[:6] == [0, 0, 3, 80 << 16 | 24, 3, 0], what
    w.ask(2, "STREAM_STAT", show=6, check=check)


@played
def test_many_opened(w):
    """A window is opened as often as one likes."""
    w.client(2, 1)
    for n in range(300):
        w.ask(2, "WINDOW_OPEN", words(n % 9), register=WMCAP, store=30, rights="read write copy move")
        w.do("CALL_CLOSE", actor=2, register=30)
    w.write(2, b"still there")


@played
def test_window_manager_dies(w):
    """Who reads there hears of it; the next one is found under the name, and finds the drivers."""
    w.client(2, 1)
    w.read(2, error="ERR_DEAD")
    w.kill(MANAGER)
    w.wait_for(2)
    w.start()
    w.ask(2, "PM_RESOLVE", text("/dev/windows"), register=None, store=WMCAP)
    w.ask(2, "WINDOW_OPEN", words(1), register=WMCAP, store=WINDOW)
    w.takes(LINE)
    w.takes(KEYS)
    w.read(2, b"a", raw=True)
    w.keys(A)
    w.wait_for(2)
