# SPDX-License-Identifier: BSD-2-Clause
"""The graded tests of lab traps.  labs/traps/lab.toml has their points."""

import random
import re
import struct

from lintel import symbols
from lintel.failure import PANIC, Failure, expect, of_run
from lintel.outside import Outside

KERNEL_CODE, USER_CODE, USER_DATA = 0x08, 0x1B, 0x23
BREAKPOINT, OVERFLOW, CALL = 3, 4, 0x40
NMI, DOUBLE_FAULT = 2, 8
CALL_YIELD, CALL_CONSOLE_WRITE, CALL_LIMIT = 0x08, 0x2D, 0x100
NO_FPU = 7
STUB = 16
BOOT_INFO = 0x0A000000
IF, DF, OF, NESTED = 0x200, 0x400, 0x800, 0x4000
FUNCTION, TARGET, ADDRESS, SIZE, FULL = range(0xFF01, 0xFF06)
ABSENT = 0xFF07  # what later labs call some of the bad addresses
ARITHMETIC = 0x8D5
GENERAL = "eax ebx ecx edx esi edi ebp".split()
SEGMENTS = "ds es fs gs".split()
FRAME_SIZE = 76
STATE, READY = FRAME_SIZE + 4, 1  # in struct thread


def outside(boot, program="probe", **options):
    return Outside(boot.load(program, gdb=True, **options))


def words(report, name):
    """All values reported under a name, each split into its numbers."""
    return [tuple(int(word, 16) for word in value.split()) for value in report.values.get(name, [])]


# --- traps.1: the interrupt descriptor table


def gates(o):
    """(offset, selector, type, dpl, present) of each gate, in the table that the CPU has now."""
    table = o.gdb.read(o.machine.registers()["idt_base"], 256 * 8)
    for low, selector, _, kind, high in struct.iter_unpack("<HHBBH", table):
        yield low | high << 16, selector, kind & 0x1F, kind >> 5 & 3, kind >> 7


def test_idt_gates(boot):
    o = outside(boot)
    stubs = o.address("trap_stubs")
    o.run_to("boot_read")
    expect(o.machine.registers()["idt_limit"], 256 * 8 - 1, "limit of the IDT")
    for vector, (offset, selector, kind, _, present) in enumerate(gates(o)):
        expect(present, 1, f"gate {vector} present")
        if vector in (NMI, DOUBLE_FAULT):
            expect(kind, 0x05, f"type of gate {vector}, a task gate")
            expect(selector, {NMI: 0x38, DOUBLE_FAULT: 0x30}[vector], f"TSS of gate {vector}")
        else:
            expect(kind, 0x0E, f"type of gate {vector}, a 32-bit interrupt gate")
            expect(selector, KERNEL_CODE, f"code segment of gate {vector}")
            expect(offset, stubs + STUB * vector, f"address in gate {vector}")


def test_idt_privilege(boot):
    o = outside(boot)
    o.run_to("boot_read")
    for vector, (_, _, _, dpl, _) in enumerate(gates(o)):
        expect(dpl, 3 if vector in (BREAKPOINT, OVERFLOW, CALL) else 0, f"DPL of gate {vector}")


def test_double_fault(boot):
    o = outside(boot)
    o.run_to("boot_read")
    o.set(esp=0x100)  # nothing is mapped there: the next push faults, and so does the fault
    run = _panicked(o, "end of a machine with a bad kernel stack")
    _find(run, r"panic: double fault in the kernel", "a report of the double fault")


# --- traps.2: into the kernel and back


def test_first_entry(boot):
    cpu = outside(boot).run_to_program("start")
    expect(cpu["cs"] & 0xFFFF, USER_CODE, "CS of the root process")
    for segment in ("ss", "ds", "es", "fs", "gs"):
        expect(cpu[segment] & 0xFFFF, USER_DATA, f"{segment.upper()} of the root process")
    expect(cpu["eflags"] & IF, IF, "IF in the root process")
    expect(cpu["eax"], BOOT_INFO, "EAX of the root process, the address of boot_info")


# label, vector, error code, how far EIP has gone on
TRAPS = [
    ("probe_int3", 3, 0, 1),
    ("probe_into", 4, 0, 1),
    ("probe_ud2", 6, 0, 0),
    ("probe_divide", 0, 0, 0),
    ("probe_int", 13, 0x50 * 8 + 2, 0),
    ("probe_read", 14, 5, 0),
    ("probe_write", 14, 6, 0),
    ("probe_call", CALL, 0, 2),
]


def quiet(boot):
    """The program at its label probe_spin, with no interrupt to come."""
    o = outside(boot)
    o.run_to("trap_return")
    outputs(o, *TIMER, (0x21, 0xFF), (0xA1, 0xFF))
    o.run_to_program("probe_spin")
    return o


# The timer by hand, whatever exercise 5 does: without one the machine's clock would jump far at each stop.
TIMER = ((0x43, 0x34), (0x40, 0x00), (0x40, 0x10))


def outputs(o, *words):
    for port, value in words:
        o.out(port, value)


def segments(chance, null):
    """A different selector for each: of no segment, or of the one that ring 3 has for data."""
    return dict(zip(SEGMENTS, chance.sample(range(4) if null else range(0x20, 0x24), 4)))


def trap_at(o, label, chance):
    """Run the instruction at a label of the program with random registers, up to trap()."""
    registers = {name: chance.getrandbits(32) for name in GENERAL}
    registers.update(segments(chance, null=label not in ("probe_read", "probe_write")))
    if label == "probe_divide":
        registers["ecx"] = 0
    registers["eflags"] = IF | OF | 2 | chance.choice([0, 1, 0x400, 0x401])
    registers["esp"] = chance.getrandbits(32)
    o.set(**registers, eip=o.program(label))
    return registers, trapped(o)


def trapped(o, function="trap"):
    """Go on to trap(), or call(): the thread that it is told of."""
    thread = o.run_to(function)["eax"]
    try:
        o.gdb.read(thread, FRAME_SIZE)
    except Failure:
        raise Failure("wrong", f"{function}() is told of the thread that trapped", f"{thread:#x}, where no memory is") from None
    return thread


def check_kernel(o, flags=IF | DF):
    """How the kernel's C functions must find the processor."""
    cpu = o.gdb.registers()
    inside = o.address("kernel_stack") < cpu["esp"] < o.address("kernel_stack_top")
    expect(inside, True, "the kernel runs on its own stack")
    expect(cpu["eflags"] & flags, 0, "IF and DF (after SYSENTER, NT too) in the kernel")
    for name in ("ds", "es"):
        expect(cpu[name] & 0xFFFC, USER_DATA & 0xFFFC, f"{name.upper()} in the kernel, a flat data segment")


def test_frame_saved(boot, seed):
    o, chance = quiet(boot), random.Random(f"{seed}:frames")
    for label, vector, error, forward in TRAPS:
        registers, thread = trap_at(o, label, chance)
        check_kernel(o)
        wanted = {**registers, "vector": vector, "error": error, "eip": o.program(label) + forward, "cs": USER_CODE}
        wanted["ss"] = USER_DATA
        seen = o.frame(thread)
        for name, value in wanted.items():
            part = 0xFFFF if name in ("cs", "ss", *SEGMENTS) else 0xFFFFFFFF
            resume = 0x10000 if name == "eflags" else 0  # RF is the processor's business
            expect(seen[name] & part & ~resume, value, f"{name} in the frame, trapped at {label}")
        o.set_frame(thread, eip=o.program("probe_spin"), eflags=IF | 2)
        o.leave(thread)
        o.run_to_program("probe_spin")
    check_stubs(o, trap_at(o, "probe_int3", chance)[1])


WITH_ERROR_CODE = (10, 11, 12, 13, 14, 17, 21)


def check_stubs(o, thread):
    """The stubs one by one, as if the processor had come to them from ring 3.

    It comes to no stub with the task gates of 2 and 8, and 22 to 31 are reserved.
    """
    for vector in (*range(2), *range(3, 8), *range(9, 22), *range(32, 48), CALL, 127, 128, 255):
        pushed = [0x0E44] * (vector in WITH_ERROR_CODE) + [o.program("probe_spin"), USER_CODE, IF | 2, 0, USER_DATA]
        o.set(esp=thread + FRAME_SIZE - 4 * len(pushed), eip=o.address("trap_stubs") + STUB * vector)
        o.gdb.write(o.gdb.registers()["esp"], struct.pack(f"<{len(pushed)}I", *pushed))
        expect(trapped(o), thread, f"the thread that trap() is told of, at vector {vector}")
        seen = o.frame(thread)
        expect(seen["vector"], vector, f"vector in the frame, at the stub of vector {vector}")
        expect(seen["error"], 0x0E44 if vector in WITH_ERROR_CODE else 0, f"error code in the frame, at vector {vector}")


def answer(o, thread):
    """From trap(): back to its caller, told that this thread is to run."""
    stack = o.gdb.registers()["esp"]
    o.set(eax=thread, eip=o.word(stack), esp=stack + 4)


def test_frame_restored(boot, seed):
    o, chance = quiet(boot), random.Random(f"{seed}:frames")
    _, first = trap_at(o, "probe_int3", chance)
    second = o.address("kernel_stack") + 256  # a part of the stack that is not in use
    o.gdb.write(second, o.gdb.read(first, 2 * FRAME_SIZE))  # in the same process, where there are some
    for thread in (first, second, second, first):
        wanted = {name: chance.getrandbits(32) for name in (*GENERAL, "esp")}
        wanted.update(eip=o.program("probe_spin"), eflags=IF | 2 | chance.choice([0, 1, 0x400, 0x801]))
        wanted.update(segments(chance, null=False))
        o.set_frame(thread, vector=BREAKPOINT, cs=USER_CODE, ss=USER_DATA, **wanted)
        o.put_word(thread + STATE, READY)
        answer(o, thread)
        cpu = o.run_to_program("probe_spin")
        for name, value in wanted.items():
            expect(cpu[name], value, f"{name} after the return to ring 3")
        expect(trap_at(o, "probe_int3", chance)[1], thread, "the thread that trap() is told of, when it traps again")


def test_kernel_fault(boot):
    o = outside(boot)
    o.run_to("memory_init")
    o.run_to("memset")
    o.gdb.write(o.address("memset"), b"\x0f\x0b")  # ud2
    run = _panicked(o, "end of a machine whose kernel faults")
    _find(run, r"panic: invalid opcode in the kernel \(vector 6, error code 0\)", "the kernel's panic")
    _find(run, r"memset\+0x0\s+(\S+\s+\S+\s+)*?\S+\s+kmain\+0x", "the stack of the panic, from memset+0x0 to kmain")


def _panicked(o, what):
    run = o.machine.run()
    if run.status != PANIC:
        raise of_run(run, f"{what}: a panic") or Failure("wrong", f"{what}: a panic", "it went on, and ended well")
    return run


def _find(run, pattern, what):
    if not re.search(pattern.encode(), run.console):
        raise Failure("wrong", what, run.console[-600:] or "nothing on the console")


# --- traps.3: exceptions

# argument of the program, vector, name, error code
FAULTS = [
    ("divide", 0, "divide error", 0),
    ("debug", 1, "debug", 0),
    ("breakpoint", 3, "breakpoint", 0),
    ("overflow", 4, "overflow", 0),
    ("bound", 5, "bound range exceeded", 0),
    ("opcode", 6, "invalid opcode", 0),
    ("halt", 13, "general protection fault", 0),
    ("selector", 13, "general protection fault", 0x10),
    ("protection", 13, "general protection fault", 0),
    ("page", 14, "page fault", 6),
    ("x87", 16, "x87 floating-point error", 0),
]


def test_faults_reported(boot, seed):
    check_decision(boot, seed)
    for name, vector, title, error in FAULTS:
        booted = boot("faults", args=name, expect_end=False)
        run, address = booted.run, booted.params[0] % 0x08000000
        where = f" at address {address:08x}" if name == "page" else ""
        _good_end(run, f"end of a machine whose one thread raises {name}")
        report = f"thread 1 ended: {title} (vector {vector}, error code {error:x}){where}"
        _find(run, re.escape(report) + "\r\n", f"the line '{report}'")
        _find(run, rf"eip {_near(booted, name)}", f"the place of {name} in the report")
        if name not in ("divide",):
            _find(run, rf"esi {booted.params[1]:08x}", f"the registers of {name} in the report")
        _find(run, r"esp 083ff[0-9a-f]{3}", f"the stack pointer of {name} in the report")
        expect(booted.report.values, {}, f"reports of the program after {name}")


def check_decision(boot, seed):
    """Which function decides about an exception, and for whom: seen from outside."""
    o, chance = quiet(boot), random.Random(f"{seed}:decision")
    _, thread = trap_at(o, "probe_int3", chance)
    o.set_frame(thread, vector=NO_FPU)
    expect(o.run_to("fpu_trap")["eax"], thread, "the thread that fpu_trap() is told of, at vector 7")
    expect(o.run_to("trap_return")["eax"], thread, "the thread that goes on after vector 7")
    o.run_to_program("probe_spin")
    _, thread = trap_at(o, "probe_ud2", chance)
    expect(o.run_to("thread_end")["eax"], thread, "the thread that thread_end() is told of, at vector 6")


def _near(booted, name):
    """A pattern for the addresses of the function that faults."""
    start = symbols.load(booted.machine.modules[0][0]).address(f"fault_{name}")
    return "(" + "|".join(f"{at:08x}" for at in range(start, start + 48)) + ")"


def _good_end(run, what):
    bad = of_run(run, f"{what}: the last thread ends, and so does the run")
    if bad:
        raise bad


def test_faults_end_one(boot):
    booted = boot("faults", args="all")
    expect(booted.report.get("survivors"), "0", "threads that went on behind their fault")
    expect(booted.report.get("alive"), f"{booted.params[2]:x}", "word of the root thread, which did not fault")
    for name, vector, *_ in FAULTS:
        _find(booted.run, rf"\(vector {vector}, ", f"a report of {name}")


# What becomes of each trick's thread.
BY_INT = {
    "came back": "int_backwards int_nested int_aligned int_null_segments int_no_stack int_kernel_stack "
                 "preempted_null_segments preempted_nested preempted_backwards",
    "ended": "int_trace int_trace_shadow int_iopl int_iret_nested int_vm86 int_vm86_ring3 int_timer int_double_fault int_nmi int_page_fault "
             "int_last far_tss far_task far_kernel kernel_jump kernel_push port_out port_in control no_interrupts",
}
BY_SYSENTER = {
    "came back": "sysenter_trace sysenter_backwards sysenter_nested sysenter_aligned sysenter_null_segments "
                 "sysenter_no_stack sysenter_kernel_stack sysenter_all",
    "ended": "sysenter_to_kernel sysenter_to_nowhere step",
}


def check_tricks(booted, tricks):
    expect(booted.report.get("offered"), "1", "boot_info.sysenter") if tricks is BY_SYSENTER else None
    for outcome, names in tricks.items():
        for name in names.split():
            expect(booted.report.get(name), outcome, f"what becomes of the thread that tries {name}")
    expect(booted.report.get("alive"), f"{booted.params[0]:x}", "word of the root thread, at the end")


def test_hostile_int(boot):
    check_tricks(boot("hostile", args="int", cmdline="hz=1000", guest_seconds=6), BY_INT)


# --- traps.4: the interrupt controllers


def outs(o, in_service=None):
    """From a function's first instruction, one at a time, to its end: all (port, byte) that it writes.

    in_service: what controllers, by port, tell of themselves instead of what is so.  They have no requests.
    """
    end, seen = o.word(o.gdb.registers()["esp"]), []
    while (cpu := o.gdb.registers())["eip"] != end:
        expect(len(seen) < 100, True, "a function that writes a few bytes to ports, and ends")
        code, number = o.gdb.read(cpu["eip"], 2)
        port = number if code in (0xE4, 0xE6) else cpu["edx"] & 0xFFFF
        o.gdb.step()
        if code in (0xE6, 0xEE):  # out
            seen.append((port, cpu["eax"] & 0xFF))
        if code in (0xE4, 0xEC) and in_service:  # in
            asked = [byte for to, byte in seen if to == port]
            o.set(eax=in_service.get(port, 0) if asked and asked[-1] & 3 == 3 else 0)
    return seen


def initialisation(written, command):
    """ICW1, and what is written to the data port behind it: ICW2 to ICW4."""
    words = [(port, byte) for port, byte in written if port in (command, command + 1)]
    start = max((i for i, (port, byte) in enumerate(words) if port == command and byte & 0x10), default=len(words))
    return [byte for _, byte in words[start:start + 4]]


def test_pic_moved(boot):
    o = outside(boot)
    o.run_to("pic_init")
    written = outs(o)
    for command, name, cascade in ((0x20, "first", 1 << 2), (0xA0, "second", 2)):
        wanted = [0x11, 0x20 if command == 0x20 else 0x28, cascade, 1]
        expect(initialisation(written, command), wanted, f"ICW1 to ICW4 of the {name} controller")
    o.run_to("timer_init")
    pics = o.pics()
    expect([pics[n]["irq_base"] for n in (0, 1)], [0x20, 0x28], "first vectors of the controllers")
    expect([pics[n]["imr"] for n in (0, 1)], [0xFB, 0xFF], "masks, with only the cascade open")


def masks(o):
    pics = o.pics()
    return pics[0]["imr"] | pics[1]["imr"] << 8


def test_pic_masks(boot, seed):
    o, chance = outside(boot), random.Random(f"{seed}:masks")
    o.run_to("timer_init")
    wanted = masks(o)
    for _ in range(24):
        irq, open_ = chance.choice([i for i in range(16) if i != 2]), chance.random() < 0.6
        o.call("pic_unmask" if open_ else "pic_mask", irq)
        wanted = wanted & ~(1 << irq) if open_ else wanted | 1 << irq
        expect(f"{masks(o):016b}", f"{wanted:016b}", f"masks after pic_{'unmask' if open_ else 'mask'}({irq})")


def start_devices(o):
    """The timer and the real-time clock's periodic interrupt."""
    o.run_to("trap_return")
    outputs(o, *TIMER, (0x70, 0x0B), (0x71, 0x42))


def wait_for(o, irq):
    """Let only one interrupt through; the thread that it interrupts, at trap()."""
    for other in (0, 8):
        o.call("pic_unmask" if other == irq else "pic_mask", other)
    for _ in range(8):
        thread = trapped(o)
        if o.frame(thread)["vector"] == 32 + irq:
            return thread
    raise Failure("wrong", f"an interrupt of IRQ {irq}", "none comes")


def in_service(o):
    return [o.pics()[n]["isr"] for n in (0, 1)]


def calls(o, *names):
    """Go on to trap_return: which of the kernel's functions were called."""
    places, seen = {o.address(name): name for name in (*names, "trap_return")}, []
    for address in places:
        o.gdb.breakpoint(address)
    while "trap_return" not in seen:
        o.gdb.cont()
        seen.append(places[at := o.gdb.registers()["eip"]])
        o.gdb.clear(at)
    for address in places:
        o.gdb.clear(address) if places[address] not in seen else None
    return sorted(seen[:-1])


def test_pic_acknowledged(boot):
    o = outside(boot)
    start_devices(o)
    for irq, before in ((0, [1, 0]), (8, [4, 1]), (0, [1, 0])):
        wait_for(o, irq)
        expect(in_service(o), before, f"interrupts in service when IRQ {irq} has come")
        wanted = ["thread_yield", "timer_tick"] if irq == 0 else []
        expect(calls(o, "timer_tick", "thread_yield"), wanted, f"what is called when IRQ {irq} has come")
        expect(in_service(o), [0, 0], f"interrupts in service when the kernel has served IRQ {irq}")


def test_pic_spurious(boot):
    o = outside(boot)
    start_devices(o)
    for irq, spurious, after in ((8, 15, [0, 1]), (0, 7, [1, 1])):
        thread = wait_for(o, irq)
        o.set_frame(thread, vector=32 + spurious)  # as if this one had come, with nothing of its own in service
        o.run_to("trap_return")
        expect(in_service(o), after, f"interrupts in service after a spurious IRQ {spurious}, with IRQ {irq} in service")
    check_real(boot)


def check_real(boot):
    """Inputs 7 raise real interrupts too, which are in service and must be acknowledged."""
    o = outside(boot)
    start_devices(o)
    for irq, real, bits in ((8, 15, {0x20: 0x04, 0xA0: 0x80}), (0, 7, {0x20: 0x80})):
        o.set_frame(wait_for(o, irq), vector=32 + real)
        o.run_to("pic_spurious")
        outs(o, bits)
        o.run_to("trap_return")
        expect(in_service(o), [0, 0], f"interrupts in service after a real IRQ {real}")


# --- traps.5: the timer and the clock


def tick_length(boot, cmdline):
    """Nanoseconds of the machine's time from tick to tick, as a program in ring 3 feels them."""
    o = outside(boot, "ticks", cmdline=cmdline)
    o.run_to_program("ticks_done")  # not stopped before: QEMU's clock jumps at each stop
    return o.word(o.program("ticks_length")) * 1024 / 25


def test_timer_rate(boot, seed):
    chance = random.Random(f"{seed}:hz")
    for hz, cmdline in ((250, ""), *((hz, f"hz={hz}") for hz in chance.sample(range(60, 1200), 2))):
        wanted, seen = 1e9 / hz, tick_length(boot, cmdline)
        if abs(seen - wanted) > wanted / 100:
            raise Failure("wrong", f"with hz={hz}, a tick every {wanted / 1e6:.3f} ms", f"one every {seen / 1e6:.3f} ms")


def test_clock(boot, seed):
    chance = random.Random(f"{seed}:hz")
    for hz in (250, chance.randint(100, 999), chance.randint(1001, 2000)):
        report = boot("clock", args="150", cmdline=f"hz={hz}").report
        seen, steps, told = (int(report.get(name)) for name in ("milliseconds", "steps", "hz"))
        passed, tick = int(report.get("cycles")) * 1024 / 1e6, 1000 / hz
        expect(told, hz, "boot_info.hz")
        if abs(seen - passed) > tick + 1.5:
            raise Failure("wrong", f"with hz={hz}, the clock goes on by about {passed:.1f} ms", f"it goes on by {seen} ms")
        if not 0.7 * min(seen, seen / tick) < steps <= seen / min(tick, 1) + 2:
            raise Failure("wrong", f"with hz={hz}, a clock that moves with every tick", f"{steps} steps in {seen} ms")


# --- traps.6: kernel calls


def check_good_calls(booted):
    text = f"calls: the word is {booted.params[0]:08x}\n"
    report = booted.report
    expect(words(report, "write"), [(len(text), 0)], "value and error of CALL_CONSOLE_WRITE")
    _find(booted.run, re.escape(text.strip()), "the text on the console")
    expect(words(report, "write.room"), [(0, 0)], "value and error of a write of nothing, in a buffer of 4095")
    expect(words(report, "write.nothing"), [(0, 0)], "value and error of a write of nothing")
    expect(words(report, "clock.error"), [(0,)], "error of CALL_CLOCK")
    expect(words(report, "yield"), [(0, 0)], "value and error of CALL_YIELD")


def bad_calls(params):
    """(name in the report, error, what is wrong with the call), in the program's order."""
    numbers = [0, 1, 7, 9, 0x11, 0x3E, CALL_LIMIT, 0x3FF, 0x400, 0x1000, 0x8000, 0x80000008, 0xFFFFFFFF, *(p | CALL_LIMIT for p in params[:4])]
    yield from (("function", FUNCTION, f"with function number {number:#x}") for number in numbers)
    yield "target", TARGET, f"with target {1 + params[1] % 1000}"
    yield from (("size", SIZE, why) for why in SIZES)
    yield from (("address", ADDRESS, f"with {size} bytes at {at:#x}") for at, size in BUFFERS)


SIZES = [
    "with 4 bytes of data in a buffer of 3", "with 4095 bytes of data in a buffer of 0", "with 1 descriptor",
    "CALL_THREAD_CREATE with 11 bytes of data", "CALL_THREAD_CREATE with 13 bytes of data",
]
USER, USER_END, KERNEL = 0x08000000, 0x08400000, 0xC0000000
BUFFERS = [
    (0, 1), (0x10, 64), (USER - 1, 1), (USER - 1, 2), (USER_END, 1), (USER_END - 1, 2), (USER_END - 4000, 4001),
    (0x09000000, 16), (BOOT_INFO - 1, 2), (0x0C000000, 1), (KERNEL, 4), (KERNEL + 0x100000, 4), (KERNEL - 2, 4),
    (0xFFFFFFFF, 1), (0xFFFFF800, 4095),
]


def check_bad_calls(booted):
    answers = {name: iter(words(booted.report, name)) for name in ("function", "target", "size", "address")}
    for name, error, what in bad_calls(booted.params):
        expect(_answer(next(answers[name], ())), _answer((0xFFFFFFFF, error)), f"answer to a call {what}")
    expect(_answer(words(booted.report, "address.last")[0]), _answer((4, 0)), "answer to a write of the last four bytes of memory")


ERRORS = {0: "no error", FUNCTION: "ERR_FUNCTION", TARGET: "ERR_TARGET", ADDRESS: "ERR_ADDRESS", SIZE: "ERR_SIZE", FULL: "ERR_FULL"}


def _answer(numbers):
    value, error = numbers or (0, 0)
    error = ADDRESS if error == ABSENT else error
    return f"{'-1' if value == 0xFFFFFFFF else value} and {ERRORS.get(error, f'error {error:#x}')}"


def test_calls_good(boot):
    check_good_calls(boot("calls", args="int"))
    _good_end(boot("calls", args="exit", expect_end=False).run, "end of a machine whose one thread does CALL_THREAD_EXIT")


def test_calls_bad(boot, seed):
    check_bad_calls(boot("calls", args="int"))
    check_answers(boot, seed)


def check_answers(boot, seed):
    """A few calls with other registers, seen from outside."""
    o, chance = quiet(boot), random.Random(f"{seed}:answers")
    word = chance.getrandbits(32)
    for function, target, buffer, sizes, error in (
        (word | CALL_LIMIT, 0, word, 0, FUNCTION), (CALL_YIELD, word | 1, word, 0, TARGET),
        (CALL_CONSOLE_WRITE, 0, KERNEL | word, 16 << 20 | 16 << 8, ADDRESS), (CALL_CONSOLE_WRITE, 0, USER, 15 << 20 | 16 << 8, SIZE),
    ):
        o.set(eax=function, ebx=target, esi=buffer, edi=sizes, ebp=word, eip=o.program("probe_call"))
        thread = trapped(o)
        expect(o.run_to("trap_return")["eax"], thread, "the thread that goes on after a kernel call")
        seen = o.frame(thread)
        answer = " ".join(f"{name}={seen[name]:x}" for name in ("eax", "ebx", "esi", "edi", "ebp"))
        expect(answer, f"eax=ffffffff ebx={error:x} esi=0 edi=0 ebp={word:x}", f"the frame after a call that is {ERRORS[error]}")
        o.run_to_program("probe_spin")


def check_registers(booted, way, kept):
    report, p = booted.report, booted.params
    given = dict(eax=0, ebx=0, ecx=p[0], edx=p[1], esi=0, edi=0, ebp=p[4], esp=p[5])
    for name in ("eax", "ebx", "esi", "edi", *kept):
        expect(int(report.get(f"{way}.{name}"), 16), given[name], f"{name} after CALL_YIELD by {way}")
    for name in SEGMENTS:
        expect(int(report.get(f"{way}.{name}"), 16), USER_DATA, f"{name} after CALL_YIELD by {way}")


def test_call_registers(boot):
    booted = boot("registers", args="int")
    check_registers(booted, "int", ("ecx", "edx", "ebp", "esp"))
    expect(words(booted.report, "int.eflags")[0][0] & 0x700, 0x600, "IF and DF after a call by int, as before it")


# --- traps.7: threads take turns


def test_yields(boot):
    report = boot("yields", shift=3, cmdline="hz=19").report  # slow ticks: none comes in between
    names = "".join(report.values["name"])
    expect(words(report, "created"), [(2 + i, 0) for i in range(10)], "numbers of the new threads")
    expect(report.values["ended"], ["5", "5"], "threads that came to their end")
    orders = ["".join("-" + part[turn:] for turn in range(6)) for part in (names[:5], names[5:])]
    expect(report.values["order"], orders, "order of the threads, twice")


def check_sharing(booted):
    report = booted.report
    expect([error for _, error in words(report, "created")], [0] * 4, "errors of CALL_THREAD_CREATE")
    expect(report.values["wrong"], ["0"] * 4, "registers that threads found changed")
    looked = [int(value) for value in report.values["looked"]]
    if min(looked) == 0 or max(looked) > 2 * min(looked):
        raise Failure("wrong", "four threads with about the same share of the processor", f"rounds of each: {looked}")


def test_preemption(boot):
    check_sharing(boot("preempt", args="int"))
    check_turns(boot)


def check_turns(boot):
    """Who runs after each tick, seen from outside: five threads, one after the other."""
    o, turns = outside(boot, "preempt", args="forever"), []
    o.run_to_program("preempt_forever")
    for _ in range(100):
        before = trapped(o)
        after = o.run_to("trap_return")["eax"]
        if o.frame(before)["vector"] == 32:
            turns.append(after)
        if len(set(turns[-15:])) == 5 and turns[-15:-5] == turns[-10:]:
            return
    raise Failure("wrong", "five threads that run one after the other, tick by tick", f"{len(set(turns))} threads: {_letters(turns)}")


def _letters(turns):
    """A letter for each thread, for the last turns."""
    names = {thread: chr(ord("a") + i) for i, thread in enumerate(dict.fromkeys(turns))}
    return "".join(names[thread] for thread in turns[-20:])


def test_threads(boot):
    report = boot("threads", guest_seconds=6).report
    row, full = report.get("row"), report.get("full")
    expect(row, "200 0 0 1", "of 200 threads in a row: how many ran, failed, had an old number; right arguments")
    last = "100 0" if boot.has_lab("doors") else f"63 {FULL:x}"  # there as many as memory has room for
    expect(full, last, "threads beside the root thread, and the error of the next one")
    expect(report.get("released"), "1", "all of them came to their end")
    expect(report.get("again"), "0 1", "error of one thread more, after that; it ran")
    _good_end(boot("calls", args="exit", expect_end=False).run, "end of a machine whose one thread ends")


def test_fpu_kept(boot):
    report = boot("fpu").report
    expect(report.values["track"], ["1 0"] * 3, "threads that computed; numbers that they found changed")
    expect(report.get("fresh"), "37f 1f80 0 0", "what a new thread finds in the FPU")
    expect(report.get("ended"), "5", "threads that came to their end")


# --- traps.8: SYSENTER


def offered(booted):
    expect(booted.report.get("offered"), "1", "boot_info.sysenter")
    return booted


def test_sysenter_calls(boot):
    booted = offered(boot("calls", args="sysenter"))
    check_good_calls(booted)
    check_bad_calls(booted)


def test_sysenter_registers(boot, seed):
    booted = offered(boot("registers", args="sysenter"))
    check_registers(booted, "sysenter", ("ebp", "esp"))
    expect(words(booted.report, "sysenter.eflags")[0][0] & ~ARITHMETIC, 0x202, "EFLAGS after SYSENTER, but for the arithmetic ones")
    o, chance = quiet(boot), random.Random(f"{seed}:sysenter")
    for _ in range(3):
        check_inside(o, chance)


def check_inside(o, chance):
    """A call by SYSENTER, seen from outside on its way in and out."""
    registers = {name: chance.getrandbits(32) for name in GENERAL}
    registers.update(eax=CALL_YIELD, ebx=0, edx=o.program("probe_spin"), **segments(chance, null=False))
    registers.update(ds=0, es=0)
    o.set(**registers, eflags=IF | 2 | chance.choice([DF, NESTED, DF | NESTED]), eip=o.program("probe_sysenter"))
    thread = trapped(o, "call")
    check_kernel(o, IF | DF | NESTED)
    wanted = {**registers, "esp": registers["ecx"], "eip": registers["edx"], "cs": USER_CODE, "ss": USER_DATA}
    wanted.update(ds=USER_DATA, es=USER_DATA)
    seen = o.frame(thread)
    for name in wanted.keys() - {"ecx", "edx"}:
        part = 0xFFFF if name in ("cs", "ss", *SEGMENTS) else 0xFFFFFFFF
        expect(seen[name] & part, wanted[name], f"{name} in the frame, after SYSENTER")
    check_way_out(o, {**wanted, "eax": 0, "esi": 0, "edi": 0})


def check_way_out(o, wanted):
    """From the start of call() to ring 3, where no interrupt may come in between."""
    o.gdb.breakpoint(back := o.word(o.gdb.registers()["esp"]))
    o.gdb.cont()
    o.gdb.clear(back)
    while (cpu := o.gdb.registers())["cs"] & 3 == 0:
        last = o.gdb.read(cpu["eip"], 2) == b"\x0f\x35"  # sysexit
        expect(cpu["eflags"] & IF == 0 or last, True, "interrupts off up to SYSEXIT")
        o.gdb.step()
    for name in (*GENERAL, "esp", "eip", *SEGMENTS):
        if name not in ("ecx", "edx"):
            expect(cpu[name], wanted[name], f"{name} after SYSENTER, seen from outside")


def test_sysenter_preempted(boot):
    offered(boot("registers", args="sysenter"))
    check_sharing(boot("preempt", args="sysenter"))


def test_sysenter_hostile(boot):
    check_tricks(boot("hostile", args="sysenter", cmdline="hz=1000", guest_seconds=4), BY_SYSENTER)
