# SPDX-License-Identifier: BSD-2-Clause
"""One QEMU machine: booted, watched, questioned from outside, ended.

The machine is deterministic: time is counted in its instructions (-icount), so
the same kernel, seed and limit give the same run to the instruction, however
slow the host is. The time limit is the machine's too: a watchdog device, armed
from outside, stops it after so many seconds of its own time, at one exact
instruction. A kernel that switches the watchdog off is caught by clocks that
are read now and then. Wall time ends a run only when the host is so slow
that nothing can be said: that is a MachineError, never the kernel's fault.
"""

import contextlib
# SINCE swap
import json
# END swap
import os
import pathlib
import random
import select
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from dataclasses import dataclass

from . import failure, qmp, registers, symbols
from .failure import Failure
from .gdbstub import Ended, Gdb
from .text import clean

QEMU = "qemu-system-i386"
QBOOT = "/usr/share/qemu/qboot.rom"
CAP = 64 * 1024  # bytes of one serial line; more is a flood
POLL = 0.02  # seconds between two looks at the serial lines
LOOK = 0.25  # seconds between two looks at the machine's clocks
STILL = 12  # looks in a row that find the CPU halted and the clock where it was: it was stopped
PATIENCE = 120  # seconds of wall time for one run
GRACE = 2  # seconds of the machine's time that its watchdog may be late
STUCK = 40  # looks in a row that find it running, and no instruction done
WATCHDOG = 0x443  # a write of n arms it with 30 - 2n seconds
CLOCK = {"path": "/machine", "property": "rtc-time"}  # runs even when the CPU is halted


class MachineError(Exception):
    """QEMU is missing, broken or starved: nothing is said about the kernel."""


@dataclass(frozen=True)
class Run:
    """How a run ended: kind is exit, triple-fault, hang, flood or reset."""

    kind: str
    console: bytes
    verdict: bytes
    status: int = None  # QEMU's exit status, when kind is exit
    place: str = None  # where the CPU was, when kind is not exit
    guest_seconds: float = None  # whole seconds, when the machine can still be asked


# SINCE swap
@dataclass(frozen=True)
class Disk:
    """A disk of one machine: it begins with what is in the image, which itself is never written.

    errors: rules of QEMU's blkdebug, as {"iotype": "read", "sector": 7} or "write" or "flush"; what they lack is {"event": "none"}:
    always. limits: of QEMU's throttle-group, as {"bps-read": 1, "bps-read-max": 4096}, in seconds of wall time. writes: the file in which
    QEMU's blklogwrites records them (docs: qapi BlockdevOptionsBlklogwrites). options: of the drive.
    """

    image: pathlib.Path
    errors: tuple = ()
    limits: dict = None
    writes: pathlib.Path = None
    options: str = ""

    def nodes(self, number, folder):
        """QEMU's words for it. The drive is on top of the one that records, that on the one that is slow, that on the one that fails."""
        name = f"disk{number}"
        shutil.copyfile(self.image, folder / name)
        top, words = f"{name}-file", _blockdev(driver="file", node_name=f"{name}-file", filename=name)
        if self.errors:
            rules = [{"event": "none", **rule} for rule in self.errors]
            words += _blockdev(driver="blkdebug", node_name=f"{name}-debug", image=top, inject_error=rules)
            top = f"{name}-debug"
        if self.limits:
            words += ["-object", json.dumps({"qom-type": "throttle-group", "id": f"{name}-limits", "limits": self.limits})]
            words += _blockdev(driver="throttle", node_name=f"{name}-slow", throttle_group=f"{name}-limits", file=top)
            top = f"{name}-slow"
        if self.writes:
            pathlib.Path(self.writes).write_bytes(b"")
            (folder / f"{name}.log").symlink_to(pathlib.Path(self.writes).absolute())
            words += _blockdev(driver="file", node_name=f"{name}-to", filename=f"{name}.log")
            log = {"log": f"{name}-to", "log-super-update-interval": 1}  # a machine may end at any time
            words += _blockdev(driver="blklogwrites", node_name=f"{name}-log", file=top, **log)
            top = f"{name}-log"
        drive = f"ide-hd,drive={top},bus=ide.{number // 2},unit={number % 2},serial={name}"
        return words + ["-device", ",".join(filter(None, [drive, self.options]))]


def _blockdev(**options):
    return ["-blockdev", json.dumps({name.replace("_", "-"): value for name, value in options.items()})]


# END swap
class Machine:
    """A context manager; the machine waits before its first instruction until start() or run()."""

    debugger = None  # called with the machine before its first instruction, limits off

    # SINCE swap
    # < def __init__(self, kernel, modules=(), cmdline="", seed=0, memory=32, gdb=False, shift=None, cpu=()):
    def __init__(self, kernel, modules=(), cmdline="", seed=0, memory=32, gdb=False, shift=None, cpu=(), disks=()):
        self.disks = [disk if isinstance(disk, Disk) else Disk(pathlib.Path(disk)) for disk in disks]
        # END swap
        self.kernel, self.cmdline, self.memory = pathlib.Path(kernel).absolute(), cmdline, memory
        self.modules = [(pathlib.Path(path).absolute(), args) for path, args in modules]
        self.cpu = ",".join(["qemu32", "-apic", *cpu])
        self.shift = random.Random(f"{seed}:shift").randint(4, 8) if shift is None else shift
        self._limit = None
        self._want_gdb, self._gdb, self._begun, self._ran = gdb, None, False, None
        self._cleanup = contextlib.ExitStack()

    # --- Life ---

    def __enter__(self):
        with contextlib.ExitStack() as undo:
            self.dir = pathlib.Path(tempfile.mkdtemp(prefix="lintel-"))
            undo.callback(shutil.rmtree, self.dir, ignore_errors=True)
            self._launch(undo)
            self._cleanup = undo.pop_all()
        if self._want_gdb:
            self._drive()
        return self

    def __exit__(self, *_):
        self._cleanup.close()

    def start(self, guest_seconds=2.0):
        """Let the machine go, for at most so much of its own time from now (steps of 2 s, at most 30).

        With a gdb client attached only the limit is set: gdb.cont() lets it go.
        """
        if Machine.debugger and not self._begun:
            Machine.debugger(self)  # has its own connection, and gives the machine back
        else:
            self._arm(guest_seconds)
        self._begun = True
        if not self._gdb:
            self.resume()

    def run(self, guest_seconds=2.0):
        """Start, or go on, and wait for the end."""
        if not self._begun:
            self.start(guest_seconds)
        if self._state() not in (None, "running"):
            self.resume()
        return self.finish()

    def finish(self):
        """Wait for the end of a machine that runs."""
        if self._ran is None:
            self._ran = self._wait()
        return self._ran

    def pause(self):
        self._alive("stop")

    def resume(self):
        """Go on. A machine that has ended stays ended, and one may end before QEMU has answered: finish() tells."""
        with contextlib.suppress(qmp.Closed):
            if self._state() != "shutdown":
                self._qmp.command("cont")

    # --- Questions ---

    def qmp(self, command, **arguments):
        return self._alive(command, **arguments)

    def hmp(self, line):
        return self._alive("human-monitor-command", **{"command-line": line})

    def registers(self):
        return registers.parse(self.hmp("info registers"))

    def instructions(self):
        """Instructions executed since power-on."""
        return self.qmp("query-replay")["icount"]

    def clock(self):
        """Whole seconds of the machine's own time since power-on."""
        return _seconds(self.qmp("qom-get", **CLOCK))

    def read_physical(self, address, count):
        return self._save("pmemsave", address, count)

    def read_virtual(self, address, count):
        return self._save("memsave", address, count)

    def console(self):
        """COM1's bytes so far."""
        return self._serial("com1")

    def verdict(self):
        """COM2's bytes so far."""
        return self._serial("com2")

    def locate(self, address):
        """The address in words: function+offset (file:line) of the kernel or a module."""
        for path in [self.kernel] + [path for path, _ in self.modules]:
            with contextlib.suppress(Exception):  # a broken ELF has no names
                place = symbols.load(path).locate(address)
                if place:
                    return place
        return f"{address:#x}"

    @property
    def gdb(self):
        """A client of the machine's gdb stub; the machine stops when it is first used."""
        if self._gdb is None:
            with socket.socket(socket.AF_UNIX) as listener:
                self._listen(listener, "gdb")
                self.hmp("gdbserver unix:gdb")
                client = _Gdb(self, listener.accept()[0])
            self._cleanup.callback(client.close)
            self._gdb = client
        return self._gdb

    # --- Launch ---

    def _launch(self, undo):
        with socket.socket(socket.AF_UNIX) as listener:
            self._listen(listener, "qmp")
            self._process = self._spawn()
            undo.callback(self._kill)
            try:
                self._qmp = qmp.Qmp(self._accept(listener))
            except (qmp.Closed, TimeoutError):
                self._refused()
        undo.callback(self._qmp.close)

    def _listen(self, listener, name):
        listener.bind(str(self.dir / name))
        listener.listen()
        listener.settimeout(qmp.PATIENCE)

    def _spawn(self):
        with open(self.dir / "stderr", "wb") as log:
            try:
                return subprocess.Popen(self._command(), cwd=self.dir, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
            except OSError as error:
                raise MachineError(f"cannot start {QEMU}: {error}") from None

    def _command(self):
        """setpriv makes QEMU die with its parent, however that one dies."""
        if not shutil.which(QEMU):
            raise MachineError(f"{QEMU} is not installed")
        command = f"""setpriv --pdeathsig KILL {QEMU} -nodefaults -no-user-config -display none -vga std -M pc -cpu {self.cpu}
            -m {self.memory} -S -icount shift={self.shift},sleep={self._sleep()} -rtc base=2000-01-01T00:00:00,clock=vm
            -chardev socket,path=qmp,id=qmp -mon chardev=qmp,mode=control
            -chardev file,path=com1,id=com1 -serial chardev:com1 -chardev file,path=com2,id=com2 -serial chardev:com2
            -device isa-debug-exit,iobase=0xf4,iosize=0x04 -device ib700
            -action reboot=shutdown,shutdown=pause,watchdog=reset -d cpu_reset -D cpu.log""".split()
        # SINCE swap
        for number, disk in enumerate(self.disks):
            command += disk.nodes(number, self.dir)
        # END swap
        return command + (["-bios", QBOOT] if os.path.exists(QBOOT) else []) + self._images()

    def _sleep(self):
        """While nothing runs, time passes at once; but not faster than a real disk on the host answers."""
        # SINCE swap
        if self.disks:
            return "on"
        # END swap
        return "off"

    def _images(self):
        """Short links, so that no path of the host reaches the guest or QEMU's commas."""
        if not self.kernel.name:
            return []
        (self.dir / "kernel.elf").symlink_to(self.kernel)
        words = ["-kernel", "kernel.elf", "-append", self.cmdline]
        for path, _ in self.modules:
            if not (self.dir / path.name).is_symlink():
                (self.dir / path.name).symlink_to(path)
        initrd = ",".join(f"{path.name} {args}".strip().replace(",", ",,") for path, args in self.modules)
        return words + (["-initrd", initrd] if initrd else [])

    def _accept(self, listener):
        """QEMU's connection, or Closed when it ends before."""
        ended = os.pidfd_open(self._process.pid)
        try:
            ready = select.select([listener, ended], [], [], qmp.PATIENCE)[0]
        finally:
            os.close(ended)
        if listener not in ready:
            raise qmp.Closed
        return listener.accept()[0]

    def _refused(self):
        """QEMU did not start: the kernel's fault if it starts without that kernel, else the host's."""
        self._kill()
        said = clean((self.dir / "stderr").read_bytes(), lines=4)
        if self.kernel.name:
            with Machine("/", shift=self.shift):
                raise Failure("boot", "a kernel and programs that a Multiboot loader takes", said)
        raise MachineError(f"{QEMU} does not start: {said}")

    def _kill(self):
        self._process.kill()
        self._process.wait()

    def _drive(self):
        """A gdb client for the test. QEMU serves one: a person's debugger comes instead, and the test ends with it."""
        if Machine.debugger:
            Machine.debugger(self, driven=True)
        self.gdb

    # --- The end of a run ---

    def _arm(self, guest_seconds):
        self._limit = min(30, max(2, 2 * -(-int(guest_seconds * 1000) // 2000)))
        self.hmp(f"o /b {WATCHDOG:#x} {(30 - self._limit) // 2}")
        late = self._limit + GRACE
        self._late = self.clock() + late, self.instructions() + (late * 10**9 >> self.shift)

    def _wait(self):
        give_up, overtime = time.monotonic() + PATIENCE, _Overtime(self)
        while self._limit is None or time.monotonic() < give_up:
            try:
                event = self._qmp.event(POLL)
                if self._flooded():
                    return self._halted("flood")
                if event and event["event"] == "STOP" and self._stopped():
                    return self._halted(self._reason())
                if overtime():
                    return self._halted("hang")
            except qmp.Closed:
                return self._exited()
        raise MachineError(f"the host is too slow: no end after {PATIENCE} s of wall time")

    def _flooded(self):
        return any((self.dir / name).stat().st_size > CAP for name in ("com1", "com2"))

    def _stopped(self):
        """A stop that is the machine's end, not one of pause() or a debugger that was overtaken."""
        state = self._qmp.command("query-status")["status"]
        if state in ("paused", "debug"):
            raise MachineError("finish() waits for a machine that a debugger holds")
        return state == "shutdown"

    def _reason(self):
        if "WATCHDOG" in self._qmp.seen:
            return "hang"
        return "triple-fault" if b"Triple fault" in (self.dir / "cpu.log").read_bytes() else "reset"

    def _halted(self, kind):
        """The run of a machine that is still there to be asked."""
        self._qmp.command("stop")
        place = self.locate(self.registers()["eip"])
        seconds = self._limit if kind == "hang" else self.clock()
        return Run(kind, self.console(), self.verdict(), None, place, seconds)

    def _exited(self):
        status = self._process.wait()
        if status == 0:  # no guest can write this one
            raise MachineError(f"{QEMU} was told to quit, by a debugger or from outside")
        if status == -signal.SIGABRT:
            raise Failure("wrong", "a machine that QEMU can go on with", f"QEMU gave up: {self._complaint()}")
        if status < 0:
            raise MachineError(f"{QEMU} died of signal {signal.Signals(-status).name}: {self._complaint()}")
        kind = "flood" if self._flooded() else "exit"
        return Run(kind, self.console(), self.verdict(), status, "its exit" if kind == "flood" else None)

    def _complaint(self):
        return clean((self.dir / "stderr").read_bytes(), lines=4)

    # --- Wires ---

    def _alive(self, command, **arguments):
        """A command to a machine that should be there; one that has ended is the kernel's failure."""
        try:
            return self._qmp.command(command, **arguments)
        except qmp.Closed:
            raise self._gone() from None

    def _gone(self):
        run = self._ran = self._ran or self._exited()
        expected = "the machine is still running"
        return failure.of_run(run, expected) or Failure("wrong", expected, "it has come to its end")

    def _state(self):
        try:
            return self._qmp.command("query-status")["status"]
        except qmp.Closed:
            return None

    def _save(self, command, address, count):
        try:
            self.qmp(command, val=address, size=count, filename="memory")
        except qmp.Refused:
            raise Failure("wrong", f"memory at {address:#x}", "nothing is mapped there") from None
        return (self.dir / "memory").read_bytes()

    def _serial(self, name):
        with open(self.dir / name, "rb") as f:
            return f.read(CAP)


def _seconds(t):
    """Since the first of the month, when the machine's clock was started."""
    return ((t["tm_mday"] - 1) * 24 + t["tm_hour"]) * 3600 + t["tm_min"] * 60 + t["tm_sec"]


class _Overtime:
    """Tells now and then whether a machine's time is over, though its watchdog is silent.

    A kernel can stop the real-time clock, but not the count of its instructions.
    While the CPU is halted the clock runs many times as fast as ours, or was stopped.
    QEMU 7.2 may come to an instruction that it tries for ever, and counts none.
    """

    def __init__(self, machine):
        self._machine, self._next, self._latest, self._still = machine, time.monotonic() + LOOK, -1, 0
        self._count, self._stuck = -1, 0

    def __call__(self):
        if self._machine._limit is None or time.monotonic() < self._next:
            return False
        self._next = time.monotonic() + LOOK
        return self._look(self._machine._qmp.command)  # past _alive(): who ends just now has ended well

    def _look(self, ask):
        now = _seconds(ask("qom-get", **CLOCK)), ask("query-replay")["icount"]
        halted = registers.parse(ask("human-monitor-command", **{"command-line": "info registers"}))["hlt"]
        self._still = self._still + 1 if halted and now[0] <= self._latest else 0
        self._latest = max(self._latest, now[0])
        self._stuck = self._stuck + 1 if now[1] == self._count and not halted else 0
        self._count = now[1]
        return self._still >= STILL or self._stuck >= STUCK or any(clock > late for clock, late in zip(now, self._machine._late))


def _mapped(access, address, what):
    """Where a test looks the kernel has told it to: no memory there is the kernel's failure."""
    try:
        return access(address, what)
    except OSError:
        raise Failure("wrong", f"memory at {address:#x}", "nothing is mapped there") from None


class _Gdb(Gdb):
    """A Gdb that tells a machine's end as what it is: the kernel's failure."""

    def __init__(self, machine, sock):
        self._machine = machine
        super().__init__(sock)

    def cont(self, timeout=PATIENCE):
        super().cont(timeout)

    def _read(self, address, count):
        return _mapped(super()._read, address, count)

    def _write(self, address, data):
        _mapped(super()._write, address, data)

    def _stop(self, answer):
        with self._ends():
            super()._stop(answer)

    def _ask(self, packet, timeout=30):
        with self._ends():
            return super()._ask(packet, timeout)

    def _receive(self, deadline):
        """Meanwhile the machine may flood its serial lines, or hang where its watchdog does not see it."""
        overtime = _Overtime(self._machine)
        while not select.select([self._sock], [], [], POLL)[0] and time.monotonic() < deadline:
            if self._machine._flooded():
                raise Ended("flood")
            with contextlib.suppress(qmp.Closed):
                if overtime():
                    self._machine._ran = self._machine._halted("hang")
                    raise Ended("hang")
        super()._receive(deadline)

    @contextlib.contextmanager
    def _ends(self):
        try:
            yield
        except Ended:
            expected = "the machine comes to the breakpoint"
            run = self._machine.finish()
            raise failure.of_run(run, expected) or Failure("wrong", expected, "it has come to its end") from None
