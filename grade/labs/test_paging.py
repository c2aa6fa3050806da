# SPDX-License-Identifier: BSD-2-Clause
"""The graded tests of lab paging.  labs/paging/lab.toml has their points.

Those of one exercise's own functions call them one by one, in a machine that is
stopped before it has used its memory, and look in physical memory at what they did.
"""

import random
import re
import struct

from lintel.failure import PANIC, Failure, expect, of_run
from lintel.memory_model import Model, run_operations
from lintel.pages import (
    ACCESSED, DEVICE, DIRTY, FRAME, GRANTED, HARNESS, KERNEL_BASE, NO_CACHE, NO_RAM, NUMBERS, PAGE, PRESENT, USER, WRITABLE, Pages,
    error_name, expect_pages, rights,
)

MIB = 1 << 20
MAX = 64  # MEMORY_PAGES_MAX
GARBAGE = bytes(range(1, 256)) * 16 + bytes(range(1, 17))


def pages(boot, at="process_root", ranges=None, **options):
    """The machine's clock is fast, so that a kernel that hangs has soon used up its time."""
    return Pages(boot.load("probe", gdb=True, **{"shift": 8, **options}), at, ranges)


def chance_of(seed, name):
    return random.Random(f"{seed}:{name}")


# --- paging.1: frames


def ragged(chance):
    """A memory map with holes, overlaps and borders in the middle of pages."""

    def ranges(o):
        end = o.ram - HARNESS
        hole, border = chance.randrange(4 * MIB, 5 * MIB), chance.randrange(9 * MIB, 10 * MIB, PAGE)
        yield 0, 0x9FC00, True
        yield 0x9FC00, 0xA0000, False
        yield MIB, hole, True
        yield hole + chance.randrange(1, 300_000), border - chance.randrange(1, MIB), True
        yield border, end - chance.randrange(1, PAGE), True
        for _ in range(3):
            start = chance.randrange(2 * MIB, border)
            yield start, start + chance.choice([1, PAGE, chance.randrange(1, 100_000)]), False
            yield start, start + 1, False
        yield end, end + MIB // 2, False
        start = chance.randrange(5 * MIB, 7 * MIB)
        yield start, start + chance.randrange(1, MIB), True
        yield 4 * (MIB << 10), 5 * (MIB << 10), True

    return lambda o: list(ranges(o))


def check_frames(o):
    """Every frame that is to be had is given out once, and no other; those taken."""
    told, count = o.free(), max(end for _, end, ram in o.map if ram and end <= o.ram) // PAGE
    check_claims(o, count)
    usable, frames = o.usable(), o.take_frames(o.ram // PAGE + 1)
    expect([hex(f) for f in frames if f % PAGE], [], "frames that are no multiple of 4,096")
    numbers = [f // PAGE for f in frames]
    expect(len(numbers) - len(set(numbers)), 0, "frames given out twice")
    for number in sorted(set(numbers) - usable):
        raise Failure("wrong", "frames of RAM that is nobody's", f"{number * PAGE:#x}, {o.whose(number)}")
    table = sorted(usable - set(numbers))
    size = -(-count * 8 // PAGE)
    if len(table) != size or table != list(range(table[0], table[0] + size)):
        raise Failure("wrong", f"all of {len(usable)} frames of RAM, but for the {size} of the table of frames",
                      f"{len(numbers)}; not given out: {_some(table) or 'none'}")
    expect(told, len(numbers), "frames_free at the start, and the frames given out")
    expect(o.free(), 0, "frames_free when all are taken")
    expect(numbers == sorted(numbers), True, "the lowest frame is given out first")
    expect(any(o.physical(table[0] * PAGE + count * 8, size * PAGE - count * 8)), False, "something is written behind the table of frames")


def check_claims(o, count):
    """What the kernel has counts one reference; what is no RAM is told to be none."""
    table = o.word(o.address("frames")) - KERNEL_BASE
    references = o.physical_words(table, 2 * count)[::2]
    taken = [(0, PAGE), (MIB, o.address("kernel_end") - KERNEL_BASE), (table, table + count * 8), *o.modules]
    wanted = {base // PAGE: NO_RAM for base, _, ram in o.map if not ram and base // PAGE < count}
    wanted.update({number: 1 for start, end in taken for number in range(start // PAGE, -(-end // PAGE))})
    for number, users in sorted(wanted.items()):
        expect(f"{references[number]:#x}", f"{users:#x}", f"references of frame {number * PAGE:#x} at the start")


def _some(numbers):
    return ", ".join(f"{n * PAGE:#x}" for n in numbers[:6]) + (" ..." if len(numbers) > 6 else "")


def test_frames_map(boot, seed):
    chance = chance_of(seed, "map")
    for memory in (8, chance.randrange(9, 100), 250):
        check_frames(pages(boot, at="space_init", memory=memory, shift=6))  # slower: it is much memory
    for _ in range(3):
        check_frames(pages(boot, at="space_init", ranges=ragged(chance), memory=12))


def test_frames_counted(boot, seed):
    o, chance = pages(boot, at="space_init", memory=8), chance_of(seed, "counted")
    users, free = {}, o.free()
    for _ in range(60):
        act = chance.choice(["new", "hold", "release", "release"]) if users else "new"
        frame = chance.choice(list(users)) if users else 0
        if act == "new":
            frame = o.call("frame_new")
            if frame in users or not frame or frame % PAGE:
                raise Failure("wrong", f"frame_new(): one of {free - len(users)} frames that are free", f"{frame:#x}" + " that has users" * (frame in users))
            users[frame] = 1
        elif act == "hold":
            o.call("frame_hold", frame)
            users[frame] += 1
        else:
            users[frame] -= 1
            expect(bool(o.call("frame_release", frame) & 0xFF), users[frame] == 0, "frame_release(): was it the last reference")
        expect(o.call("frame_references", frame), users[frame], f"references of a frame after frame_{act}()")
        users = {f: n for f, n in users.items() if n}
        expect(o.free(), free - len(users), f"frames_free after frame_{act}()")
    check_given_back(o, users)


def check_given_back(o, users):
    """Frames that are given back can all be had again; and one that is free is not given back."""
    for frame, count in users.items():
        for _ in range(count):
            o.call("frame_release", frame)
    total, frames = o.free(), o.take_frames(o.ram // PAGE)
    expect(len(set(frames)), total, "frames to be had after all were given back")
    o.give_frames(frames[::2] + frames[1::2])
    again = o.take_frames(o.ram // PAGE)
    expect(set(again), set(frames), "the frames to be had again after all were given back")
    o.call("frame_release", again[0])
    o.set(eip=o.address("frame_release"), eax=again[0])
    run = o.machine.run()
    if run.status != PANIC:
        raise of_run(run, "a panic when a frame is freed twice") or Failure("wrong", "a panic when a frame is freed twice", "none")


def test_frames_zeroed(boot, seed):
    o, chance = pages(boot, at="space_init", memory=8), chance_of(seed, "zeroed")
    frames = o.take_frames(40)
    for frame in chance.sample(frames, 8):
        o.gdb.write(KERNEL_BASE + frame, GARBAGE)
        o.call("frame_release", frame)
    for _ in range(8):
        frame = o.call("frame_new")
        expect(any(o.physical(frame, PAGE)), False, "a byte other than 0 in a new frame that was used before")


# --- paging.2: page tables


def directory(o):
    """A page directory, as a frame of the harness's own: the kernel's part and no table."""
    at = o.spare - KERNEL_BASE + 0x20000
    kernel = o.physical(o.address("kernel_directory") - KERNEL_BASE + 768 * 4, 256 * 4)
    o.gdb.write(KERNEL_BASE + at, bytes(768 * 4) + kernel)
    return at


ADDRESSES = [PAGE, 0x003FF000, 0x00400000, 0x08000000, 0x083FF000, 0x08400000, 0x7FFFF000, 0xBFC00000, 0xBFFFF000]


def test_tables_walk(boot, seed):
    """space_entry() in tables that the harness wrote."""
    o, chance = pages(boot, memory=8), chance_of(seed, "walk")
    at, tables = directory(o), {}
    for n, address in enumerate(chance.sample(ADDRESSES, 5)):
        tables[address >> 22] = o.spare - KERNEL_BASE + 0x30000 + n * PAGE
        o.put_word(KERNEL_BASE + at + (address >> 22) * 4, tables[address >> 22] | 7 | chance.choice([0, ACCESSED, 0xE00]))
    for address in ADDRESSES:
        table = tables.get(address >> 22)
        wanted = f"{KERNEL_BASE + table + (address >> 12 & 1023) * 4:#x}" if table else "NULL"
        seen = o.call("space_entry", at, address + chance.choice([0, chance.randrange(PAGE)]))
        expect(f"{seen:#x}" if seen else "NULL", wanted, f"space_entry() of {address:#x}")


def check_tables(o, at, wanted, free):
    """The tables in memory against {address: entry}; frames_free too."""
    seen = o.mapped(at)
    expect_pages(seen, wanted, "the entry for the page")
    numbers = {address >> 22 for address in wanted}
    tables = o.tables(at)
    expect(sorted(hex(n) for n in tables), sorted(hex(n) for n in numbers), "directory entries in use")
    for number, (entry, _) in tables.items():
        expect(rights(entry), "present user writable", f"bits of entry {number:#x} of the directory")
        used = sum(address >> 22 == number for address in wanted)
        expect(o.call("frame_references", entry & FRAME), used, f"references of the table in entry {number:#x}, one for each page")
    expect(o.free(), free - len(numbers), "free frames, each table having taken one")


def some_pages(chance, count):
    near = [address + PAGE * chance.randrange(-3, 4) for address in ADDRESSES for _ in range(3)]
    return chance.sample(sorted({a for a in near if PAGE <= a < KERNEL_BASE}), count)


def test_tables_put(boot, seed):
    o, chance = pages(boot, memory=8), chance_of(seed, "put")
    at, free, wanted = directory(o), o.free(), {}
    for n, address in enumerate(some_pages(chance, 12)):
        entry = 0x200000 + chance.randrange(1000) * PAGE | PRESENT | USER | (NO_CACHE | DEVICE) * (address >> 22 & 1)
        entry |= chance.choice([0, WRITABLE]) if n else 0  # the first one has a new table, which is writable all the same
        wanted[address] = entry
        o.call("space_put", at, address, entry)
    check_tables(o, at, wanted, free)
    o.call("space_change", at, address, entry ^ WRITABLE)
    check_tables(o, at, {**wanted, address: entry ^ WRITABLE}, free)


def test_tables_remove(boot, seed):
    o, chance = pages(boot, memory=8), chance_of(seed, "remove")
    at, free, wanted = directory(o), o.free(), {}
    for n, address in enumerate(some_pages(chance, 14)):
        frame = 0xB8000 | DEVICE if n % 7 == 6 else o.call("frame_new")
        wanted[address] = frame | PRESENT | USER
        o.call("space_put", at, address, wanted[address])
    frames = sum(not entry & DEVICE for entry in wanted.values())
    for address in chance.sample(sorted(wanted), 14):
        entry = wanted.pop(address)
        o.call("space_remove", at, address)
        if not entry & DEVICE:
            frames -= 1
            expect(o.call("frame_references", entry & FRAME), 0, "references of a frame when its one page is unmapped")
        expect(f"{o.call('frame_references', 0xB8000):#x}", f"{NO_RAM:#x}", "references of device memory, which is not counted")
        check_tables(o, at, wanted, free - frames)


# --- paging.3: address spaces


def kernel_part(o, at):
    """Entries 768 to 1023, without what the processor itself notes in them."""
    return [entry & ~(ACCESSED | DIRTY) for entry in o.physical_words(at + 768 * 4, 256)]


def test_spaces_new(boot):
    o = pages(boot, memory=8)
    free, kernel = o.free(), kernel_part(o, o.address("kernel_directory") - KERNEL_BASE)
    spaces = [o.call("space_new") for _ in range(3)]
    for at in spaces:
        for number, (seen, wanted) in enumerate(zip(kernel_part(o, at), kernel), 768):
            expect(f"{seen:#x}", f"{wanted:#x}", f"entry {number} of a new directory, the kernel's in all")
        expect(sorted(o.tables(at)), [], "tables of a new address space")
    expect(len(set(spaces)), 3, "three address spaces, different ones")
    expect(o.free(), free - 3, "free frames after three directories")
    o.leave_frames(0)
    before = o.physical(0, PAGE)
    expect(o.call("space_new"), 0, "space_new() with no frame free")
    expect(o.physical(0, PAGE) == before, True, "page 0 is as it was when there was no frame for a directory")


def test_spaces_use(boot):
    o = pages(boot, memory=8)
    one, two = o.call("space_new"), o.call("space_new")
    for at in (one, two, one):
        expect(loads_of_cr3(o, at), 1, "loads of CR3 by space_use() of another space")
        expect(f"{o.machine.registers()['cr3']:#x}", f"{at:#x}", "CR3 after space_use()")
        expect(loads_of_cr3(o, at), 0, "loads of CR3 by space_use() of the same space")


def loads_of_cr3(o, at):
    """Step through space_use() and count what empties the TLB."""
    saved = o.gdb.registers()
    o.put_word(saved["esp"] - 64, saved["eip"])
    o.set(esp=saved["esp"] - 64, eip=o.address("space_use"), eax=at)
    loads = 0
    for _ in range(100):
        eip = o.gdb.registers()["eip"]
        if eip == saved["eip"]:
            o.restore(saved)
            return loads
        code = o.gdb.read(eip, 3)
        loads += code[:2] == b"\x0f\x22" and code[2] & 0x38 == 0x18
        o.gdb.step()
    raise Failure("wrong", "space_use() returns", "it goes on for 100 instructions")


def test_spaces_delete(boot, seed):
    o, chance = pages(boot, memory=8), chance_of(seed, "delete")
    for current in (False, True):
        free, at = o.free(), o.call("space_new")
        shared = o.call("frame_new")
        o.call("frame_hold", shared)
        for n, address in enumerate(some_pages(chance, 10)):
            entry = shared if n == 0 else 0xB8000 | DEVICE if n == 1 else o.call("frame_new")
            o.call("space_put", at, address, entry | PRESENT | USER)
        if current:
            o.call("space_use", at)
        o.call("space_delete", at)
        if o.machine.registers()["cr3"] == at:
            raise Failure("wrong", "another directory in CR3 than the one that was deleted", f"{at:#x}, the deleted one")
        expect(o.call("frame_references", shared), 1, "references of a frame that another space has too")
        o.call("frame_release", shared)
        expect(o.free(), free, "free frames before an address space was made and after it was deleted")


SMEP, SMAP, UMIP, WP = 1 << 20, 1 << 21, 1 << 11, 1 << 16


def test_spaces_guarded(boot, seed):
    features = {"smep": SMEP, "smap": SMAP, "umip": UMIP}
    some = chance_of(seed, "guarded").choice(sorted(features))
    for names in ([], [some], sorted(features)):
        o = pages(boot, memory=8, cpu=[f"+{name}" for name in names])
        cpu = o.machine.registers()
        expect(cpu["cr0"] & WP, WP, "CR0.WP: ring 0 obeys read-only pages")
        for name, bit in features.items():
            expect(bool(cpu["cr4"] & bit), name in names, f"CR4.{name.upper()}, on a processor that has {' '.join(names) or 'none of them'}")
        expect(cpu["cr4"] & 0x90, 0x90, "CR4.PSE and CR4.PGE, as they were")


# --- paging.4: memory for a process

EDGES = [0, 1, 2, MAX - 1, MAX, MAX + 1, PAGE - 1, PAGE, PAGE + 1, KERNEL_BASE - PAGE, KERNEL_BASE - 1, KERNEL_BASE,
         KERNEL_BASE - MAX * PAGE, KERNEL_BASE - (MAX - 1) * PAGE, KERNEL_BASE + PAGE, 1 << 20, (1 << 20) - 1, 0x40000, 0x3FFFF,
         0x80000000, 0xFFFFF000, 0xFFFFFFFF]


def good_pages(address, count):
    return address % PAGE == 0 and PAGE <= address and 1 <= count <= MAX and address + count * PAGE <= KERNEL_BASE


def good_bytes(address, size):
    return address + size <= KERNEL_BASE


def answers(o, name, pairs):
    """What a function says of each pair of numbers: true or false."""
    at = o.spare + 0x10000
    o.gdb.write(at, b"".join(struct.pack("<II", *pair) for pair in pairs))
    #                  again: lodsd; mov edx, [esi]; add esi, 4; call ebx; stosb; dec ebp; jnz again
    o.run_code(b"\xad\x8b\x16\x83\xc6\x04\xff\xd3\xaa\x4d\x75\xf4\x90", ebx=o.address(name), esi=at, edi=at + 0x10000, ebp=len(pairs))
    return [bool(byte) for byte in o.gdb.read(at + 0x10000, len(pairs))]


def test_ranges(boot, seed):
    o, chance = pages(boot, memory=8), chance_of(seed, "ranges")
    pairs = [(a, b) for a in EDGES for b in EDGES] + [(KERNEL_BASE - n * PAGE, n + more) for n in (1, 2, MAX) for more in (0, 1)]
    pairs += [(KERNEL_BASE - n, n + more) for n in (9, chance.randrange(KERNEL_BASE)) for more in (0, 1)]
    pairs += [(chance.getrandbits(20) * PAGE, chance.randrange(MAX + 9)) for _ in range(50)]
    for name, good in (("range_of_pages", good_pages), ("range_of_bytes", good_bytes)):
        for (address, count), seen in zip(pairs, answers(o, name, pairs)):
            expect(seen, good(address, count), f"{name}({address:#x}, {count:#x})")


def result(o, wanted, name, *arguments):
    """Call a function that answers with an error; it must be the one that is wanted ('' for none)."""
    number = NUMBERS[wanted] if wanted else 0
    shown = ", ".join(f"{a:#x}" for a in arguments[1:])
    expect(error_name(o.call(name, *arguments)), error_name(number), f"{name}(process, {shown})")


def bits(writable):
    """Of a page that another process shares."""
    return PRESENT | USER | (WRITABLE | GRANTED if writable else 0)


def masked(mapped):
    return {address: rights(entry) for address, entry in mapped.items()}


def test_memory_map(boot, seed):
    o, chance = pages(boot, memory=8), chance_of(seed, "map")
    process = o.new_process()
    space = o.space(process)
    free, wanted, tables = o.free(), {}, set()
    for address, count in [(0x08000000, 3), (0x083F0000, MAX), (KERNEL_BASE - 5 * PAGE, 5), (PAGE, 1), (0x50000000, chance.randrange(2, 9))]:
        writable = chance.choice([0, 1])
        result(o, "", "memory_map", process, address, count, writable)
        wanted.update({address + n * PAGE: rights(bits(writable)) for n in range(count)})
        tables |= {a >> 22 for a in wanted}
        expect_pages(masked(o.mapped(space)), wanted, "rights of the page")
        expect(o.free(), free - len(wanted) - len(tables), "free frames after memory_map()")
    expect(len({entry & FRAME for entry in o.mapped(space).values()}), len(wanted), "different frames behind the pages")
    for error, address, count in [("ADDRESS", 0, 1), ("ADDRESS", 0x08000001, 1), ("ADDRESS", KERNEL_BASE, 1), ("ADDRESS", 0x08000000, 0),
                                  ("MAPPED", 0x08002000, 4), ("MAPPED", 0x083EF000, 2), ("MAPPED", 0x07FFF000, 2),
                                  ("ADDRESS", KERNEL_BASE - PAGE, 2), ("ADDRESS", 0xFFFFF000, 1), ("ADDRESS", 0x60000000, MAX + 1)]:
        result(o, error, "memory_map", process, address, count, 1)
    expect_pages(masked(o.mapped(space)), wanted, "after calls that failed, rights of the page")
    expect(o.free(), free - len(wanted) - len(tables), "free frames after calls that failed")


def test_memory_share(boot, seed):
    o, chance = pages(boot, memory=8), chance_of(seed, "share")
    giver, taker = o.new_process(), o.new_process()
    source, space = o.space(giver), o.space(taker)
    result(o, "", "memory_map", giver, 0x08000000, 6, 1)
    result(o, "", "memory_map", giver, 0x083FF000, 2, 0)
    result(o, "", "memory_device", giver, 0x20000000, 1, 1, 0xB8000)
    result(o, "", "memory_map", giver, 0x1FFFF000, 1, 1)
    frames, free = o.mapped(source), o.free()
    count = chance.randrange(2, 6)
    result(o, "", "memory_share", taker, 0x70000000, count, 0, giver, 0x08000000)
    result(o, "", "memory_share", taker, 0xBFFFE000, 2, 1, giver, 0x083FF000)
    wanted = {0x70000000 + n * PAGE: frames[0x08000000 + n * PAGE] & FRAME | bits(0) for n in range(count)}
    wanted.update({0xBFFFE000 + n * PAGE: frames[0x083FF000 + n * PAGE] & FRAME | bits(1) for n in range(2)})
    expect_pages(o.mapped(space), wanted, "the entry of a shared page")
    expect(o.free(), free - 2, "free frames after sharing: two tables less")
    for entry in wanted.values():
        expect(o.call("frame_references", entry & FRAME), 2, "references of a shared frame")
    result(o, "RIGHT", "memory_share", giver, 0x60000000, 1, 1, taker, 0x70000000)
    for error, address, pages_, from_ in [("ABSENT", 0x60000000, 7, 0x08000000), ("MAPPED", 0x6FFFF000, 2, 0x08000000),
                                          ("ADDRESS", 0x60000000, 1, 0x08000001), ("ADDRESS", 0, 1, 0x08000000),
                                          ("ADDRESS", 0x60000000, 1, 0x20000000), ("ADDRESS", 0x60000000, 2, 0x1FFFF000), ("ABSENT", 0x60000000, 1, 0x09000000),
                                          ("ADDRESS", KERNEL_BASE, 1, 0x08000000), ("ADDRESS", 0x60000000, 1, KERNEL_BASE)]:
        result(o, error, "memory_share", taker, address, pages_, 1, giver, from_)
    expect_pages(o.mapped(space), wanted, "after calls that failed, the entry of a page")
    expect(o.free(), free - 2, "free frames after calls that failed")
    o.delete_process(giver)
    for entry in wanted.values():
        expect(o.call("frame_references", entry & FRAME), 1, "references of a shared frame when one of its processes is gone")


def test_memory_unmap(boot, seed):
    o, chance = pages(boot, memory=8), chance_of(seed, "unmap")
    process, count = o.new_process(), o.spare + 0x8000
    space = o.space(process)
    free, wanted = o.free(), {}
    for address in (0x08000000, 0x083F0000, 0xBFFE0000):
        result(o, "", "memory_map", process, address, 20, 1)
    result(o, "", "memory_device", process, 0x08014000, 2, 1, 0xB8000)
    wanted = o.mapped(space)
    for address, size in [(0x08010000, 10), (0x083FF000, 2), (0x07FF0000, 17), (KERNEL_BASE - PAGE, 1), (0x08000000, MAX),
                          (0x083C0000 + PAGE * chance.randrange(8), MAX), (0x083F8000, MAX), (0xBFFE0000, 32)]:
        gone = {a for a in wanted if address <= a < address + size * PAGE}
        result(o, "", "memory_unmap", process, address, size, count)
        expect(o.word(count), len(gone), f"pages that memory_unmap() tells of, {size} from {address:#x}")
        wanted = {a: entry for a, entry in wanted.items() if a not in gone}
        expect_pages(o.mapped(space), wanted, "the entry of a page")
        frames = sum(not entry & DEVICE for entry in wanted.values())
        expect(o.free(), free - frames - len({a >> 22 for a in wanted}), "free frames after memory_unmap()")
    for address, size in [(0, 1), (0x08000800, 1), (KERNEL_BASE, 1), (0x08000000, 0), (0x08000000, MAX + 1), (KERNEL_BASE - PAGE, 2)]:
        result(o, "ADDRESS", "memory_unmap", process, address, size, count)


def test_memory_exhausted(boot, seed):
    """With few frames left every call succeeds or changes nothing."""
    o, chance = pages(boot, memory=8), chance_of(seed, "exhausted")
    giver, process = o.new_process(), o.new_process()
    space = o.space(process)
    result(o, "", "memory_map", giver, 0x08000000, 4, 1)
    result(o, "", "memory_map", process, 0x30000000, 1, 1)
    o.leave_frames(12)
    before = o.mapped(space)
    for address, size, needed in [(0x08000000, 12, 13), (0x083FF000, 11, 13), (0x30001000, 13, 13), (0x40000000, MAX, MAX + 1)]:
        result(o, "MEMORY", "memory_map", process, address, size, 1)
        expect_pages(o.mapped(space), before, f"after a map of {size} pages that wants {needed} frames of 12, the entry of a page")
        expect(o.free(), 12, "free frames after a call that failed")
    result(o, "", "memory_map", process, 0x083FF000, 10, chance.choice([0, 1]))
    expect(o.free(), 0, "free frames after a map that took the last ones")
    before = o.mapped(space)
    result(o, "ADDRESS", "memory_map", process, 0x70000001, 1, 1)
    result(o, "MAPPED", "memory_map", process, 0x083FE000, 2, 1)
    result(o, "MEMORY", "memory_share", process, 0x70000000, 1, 1, giver, 0x08000000)
    result(o, "MEMORY", "memory_device", process, 0x70000000, 1, 1, 0xB8000)
    result(o, "", "memory_share", process, 0x30004000, 2, 1, giver, 0x08000000)
    expect(o.call("process_new"), 0, "process_new() with no frame free")
    o.delete_process(process)
    expect(o.free(), 12 + 2 + 2, "free frames when the process is gone")


# --- paging.5: the kernel and its callers' memory


def two_stretches(o, chance):
    """A process with pages that may be written, others that may be read, and a gap."""
    process = o.new_process()
    result(o, "", "memory_map", process, 0x083FD000, 3, 1)
    result(o, "", "memory_map", process, 0x08400000, 2, 0)
    result(o, "", "memory_map", process, 0x08403000, 1, 1)
    space = o.space(process)
    for address, entry in o.mapped(space).items():
        o.gdb.write(KERNEL_BASE + (entry & FRAME), chance.randbytes(PAGE))
    return process, space


def answer_of(mapped, address, size, write):
    """What user_check() has to say."""
    if address + size > KERNEL_BASE:
        return "ADDRESS"
    for page in range(address & FRAME, address + size, PAGE) if size else ():
        if page not in mapped:
            return "ABSENT"
        if mapped[page] & DEVICE or write and not mapped[page] & WRITABLE:
            return "ADDRESS"
    return ""


BUFFERS = [(0x083FD000, 1), (0x083FCFFF, 1), (0x083FCFFF, 2), (0x083FD000, 3 * PAGE), (0x083FD000, 3 * PAGE + 1), (0x083FFFFF, 2), (0x083FFFFF, 1),
           (0x08400000, PAGE), (0x08401FFF, 1), (0x08401FFF, 2), (0x08402000, 0), (0x08402001, 0), (0x08402000, 1), (0x08400000, 4 * PAGE), (0x08403FFF, 1),
           (0x08403FFF, 2), (0, 0), (0, 1), (0, PAGE), (KERNEL_BASE, 0), (KERNEL_BASE, 1), (KERNEL_BASE - 1, 1), (KERNEL_BASE - 1, 2),
           (KERNEL_BASE + MIB, 4), (0xFFFFFFFF, 1), (0xFFFFFFFF, 2), (0xFFFFF000, 0x1000), (0x083FD000, 0xFFFFFFFF), (0x083FD000, KERNEL_BASE),
           (0x08407000, 1), (0x08406FFF, 2), (0x08406000, PAGE), (0x08407FFF, 1)]


def test_user_check(boot, seed):
    o, chance = pages(boot, memory=8), chance_of(seed, "check")
    process, space = two_stretches(o, chance)
    result(o, "", "memory_map", process, 0x08406000, 1, 1)
    result(o, "", "memory_device", process, 0x08407000, 1, 1, 0xB8000)
    mapped = o.mapped(space)
    more = [(0x083FC000 + chance.randrange(9 * PAGE), chance.randrange(3 * PAGE)) for _ in range(20)]
    for address, size in BUFFERS + more:
        for write in (0, 1):
            result(o, answer_of(mapped, address, size, write), "user_check", process, address, size, write)


def content(o, mapped, address, size):
    data = b"".join(o.physical(mapped[page] & FRAME, PAGE) for page in range(address & FRAME, address + size, PAGE))
    return data[address % PAGE:][:size]


def test_user_copies(boot, seed):
    """To and from, over borders of pages, whichever space the processor has loaded."""
    o, chance = pages(boot, memory=8), chance_of(seed, "copies")
    process, space = two_stretches(o, chance)
    mapped, mine = o.mapped(space), o.spare + 0x40000
    for address, size in [(0x083FD000, 3 * PAGE), (0x083FDFFF, 2), (0x083FE123, 1), (0x083FD800, PAGE), (0x083FF001, PAGE - 1), (0x08403FF0, 16)]:
        data = chance.randbytes(size)
        o.gdb.write(mine, data)
        result(o, "", "user_write", process, address, mine, size)
        expect(content(o, mapped, address, size) == data, True, f"user_write() of {size} bytes to {address:#x} arrived, byte for byte")
    for address, size in [(0x083FD000, 5 * PAGE), (0x083FFFFE, 4), (0x08401FFF, 1), (0x083FE7FF, PAGE + 9), (0x08403FF0, 16), (0x08402000, 0)]:
        o.gdb.write(mine, bytes(size + 16))
        result(o, "", "user_read", process, mine, address, size)
        expect(o.gdb.read(mine, size + 16) == content(o, mapped, address, size) + bytes(16) if size else True, True,
               f"user_read() of {size} bytes from {address:#x} arrived, and nothing behind it")
    check_failed_copies(o, process, mapped, mine)


def check_failed_copies(o, process, mapped, mine):
    for address, size, read, write in [(0x083FE000, 5 * PAGE, "ABSENT", "ADDRESS"), (0x08403FFF, 2, "ABSENT", "ABSENT"),
                                       (KERNEL_BASE - 2, 4, "ADDRESS", "ADDRESS"), (0x08400000, 1, "", "ADDRESS")]:
        before = {page: o.physical(entry & FRAME, PAGE) for page, entry in mapped.items()}
        o.gdb.write(mine, b"\xa5" * size)
        result(o, read, "user_read", process, mine, address, size)
        if read:
            expect(set(o.gdb.read(mine, size)), {0xA5}, "what user_read() leaves where it copies to, when it fails")
        result(o, write, "user_write", process, address, mine, size)
        for page, entry in mapped.items():
            expect(o.physical(entry & FRAME, PAGE) == before[page], True, f"the page at {page:#x} is as it was, after user_write() failed")


def test_user_marks(boot, seed):
    """A page that the kernel used for its caller counts as used."""
    o, chance = pages(boot, memory=8), chance_of(seed, "marks")
    process, space = two_stretches(o, chance)
    mine, before = o.spare + 0x40000, o.mapped(space)
    result(o, "", "user_check", process, 0x083FD000, 2 * PAGE, 1)
    expect_pages(o.mapped(space), before, "after user_check(), the entry of a page")
    result(o, "", "user_read", process, mine, 0x083FF800, PAGE)
    result(o, "", "user_write", process, 0x083FDFFF, mine, 2)
    result(o, "ABSENT", "user_write", process, 0x08403FFF, mine, 2)
    wanted = dict(before)
    for address, mark in [(0x083FF000, ACCESSED), (0x08400000, ACCESSED), (0x083FD000, ACCESSED | DIRTY), (0x083FE000, ACCESSED | DIRTY)]:
        wanted[address] |= mark
    expect_pages(o.mapped(space), wanted, "after user_read() and user_write(), the entry of a page")
    result(o, "", "user_read", process, mine, 0x083FD000, 2 * PAGE)
    expect_pages(o.mapped(space), wanted, "after user_read() of what was written, the entry of a page")


# --- paging.6: changes, and the TLB


def marked(o, space, chance):
    """Sets some bits as the processor does."""
    for address, (number, slot) in {a: (a >> 22, a >> 12 & 1023) for a in o.mapped(space)}.items():
        entry, table = o.tables(space)[number]
        mark = chance.choice([0, ACCESSED, ACCESSED | DIRTY])
        o.put_word(KERNEL_BASE + (entry & FRAME) + 4 * slot, table[slot] | mark)
    return o.mapped(space)


def test_memory_protect(boot, seed):
    o, chance = pages(boot, memory=8), chance_of(seed, "protect")
    process, space = two_stretches(o, chance)
    giver = o.new_process()
    result(o, "", "memory_map", giver, 0x08000000, 1, 1)
    result(o, "", "memory_share", process, 0x08404000, 1, 0, giver, 0x08000000)
    result(o, "", "memory_device", process, 0x20000000, 2, 1, 0xB8000)
    wanted = marked(o, space, chance)
    for address, size, writable in [(0x08404000, 1, 0), (0x083FE000, 4, 0), (0x083FD000, 2, 1), (0x083FD000, 5, 0), (0x083FF000, 3, 1), (0x20001000, 1, 0)]:
        result(o, "", "memory_protect", process, address, size, writable)
        for page in range(address, address + size * PAGE, PAGE):
            wanted[page] = wanted[page] & ~WRITABLE | (WRITABLE if writable else 0)
        expect_pages(o.mapped(space), wanted, f"after memory_protect() of {size} pages from {address:#x}, the entry of a page")
    for error, address, size in [("ABSENT", 0x08401000, 2), ("ABSENT", 0x083FC000, 2), ("ADDRESS", 0x083FD001, 1), ("ADDRESS", 0x083FD000, 0),
                                 ("ABSENT", 0x60000000, 1), ("ADDRESS", KERNEL_BASE, 1), ("ADDRESS", 0, 1), ("RIGHT", 0x08403000, 2)]:
        for writable in (0, 1) if error != "RIGHT" else (1,):
            result(o, error, "memory_protect", process, address, size, writable)
            expect_pages(o.mapped(space), wanted, "after a call that failed, the entry of a page")


def test_memory_look(boot, seed):
    o, chance = pages(boot, memory=8), chance_of(seed, "look")
    process, space = two_stretches(o, chance)
    result(o, "", "memory_device", process, 0x08404000, 1, 1, 0xB8000)
    words, mapped = o.spare + 0x40000, marked(o, space, chance)
    for clear in (0, 1, 0):
        result(o, "", "memory_look", process, 0x083FC000, 16, words, clear)
        seen = struct.unpack("<16I", o.gdb.read(words, 64))
        for n, word in enumerate(seen):
            page = 0x083FC000 + n * PAGE
            expect(f"{word:#x}", f"{mapped.get(page, 0) & ~(USER | NO_CACHE | GRANTED):#x}", f"what memory_look() tells of the page at {page:#x}")
        if clear:
            mapped = {page: entry & ~(ACCESSED | DIRTY) for page, entry in mapped.items()}
        expect_pages(o.mapped(space), mapped, "after memory_look(), the entry of a page")
    for address, size in [(0, 1), (0x083FC001, 1), (0x083FC000, 0), (0x083FC000, MAX + 1), (KERNEL_BASE, 1)]:
        result(o, "ADDRESS", "memory_look", process, address, size, words, 1)


BACK, FAULT = "1", "0"  # what a thread that tried does
TLB = [  # what the program reports, what it must be, of what
    ("unmapped.read", FAULT, "a read of a page that was unmapped"),
    ("unmapped.write", FAULT, "a write to a page that was unmapped"),
    ("table.read", FAULT, "a read of a page that was unmapped with its table"),
    ("protected.write", FAULT, "a write to a page that was made read-only"),
    ("protected.read", BACK, "a read of a page that was made read-only"),
    ("opened.write", BACK, "a write to a page that was made writable again"),
]


def test_tlb(boot):
    """Ring 3 uses a page, the kernel changes its entry, ring 3 uses it again: the new entry must count."""
    report = boot("tlb").report
    for name, wanted, what in TLB:
        expect(comes(report.get(name)), comes(wanted), what)
    expect(truth(report.get("replaced.read")), "yes", "zeros are read where a page was unmapped and a new one mapped")
    expect(report.get("scanned.read"), f"{ACCESSED:x}", "bits of a page that was read again after a scan")
    expect(report.get("scanned.write"), f"{ACCESSED | DIRTY:x}", "bits of a page that was written again after a scan")
    expect(truth(report.get("far.read")), "yes", "one's own memory is as it was when that of another process was changed")


def comes(back):
    return {BACK: "comes back", FAULT: "faults"}.get(back, back)


def truth(value):
    return {"1": "yes", "0": "no"}.get(value, value)


def test_sequence(boot, seed):
    """Some hundred random calls of a root process on three others, against a model."""
    model = Model(chance_of(seed, "sequence"), boot.has_lab("doors"))
    run_operations(boot, model, 400)


# --- processes as a whole


def test_isolation(boot):
    """Programs in processes: what one has, no other sees."""
    report = boot("isolation", modules=[("child", "")]).report
    for number, own in enumerate(report.values.get("own", []), 2):
        expect(truth(own), "yes", f"process {number} reads at 0x20000000 what was put there for it, and not what another has there")
    expect(report.get("kept"), "3", "processes whose memory is as it was, after the others wrote to theirs")
    expect(truth(report.get("window")), "no", "a process reads what only the root process has mapped")
    expect(truth(report.get("zero")), "yes", "memory of a process that has ended is zeros when another gets it")
    expect(truth(report.get("shared")), "yes", "what one writes to a shared page, the other reads")


def test_thousand(boot):
    """Processes come and go: nothing is lost."""
    report = boot("thousand", guest_seconds=20, shift=3).report
    expect(report.get("created"), "1000", "processes created, one after the other")
    expect(report.get("frames"), report.get("before"), "free frames after a thousand processes, and before")
    expect(report.get("full"), "9 9", "errors when all memory is taken: by MEMORY_MAP, by PROCESS_CREATE")
    expect(report.get("after"), report.get("before"), "free frames after all was taken and given back, and before")
    expect(report.get("again"), report.get("taken"), "pages that could be taken the second time, and the first time")


# --- paging.7: page faults

FAULTS = [  # argument, text, SMEP needed
    ("read.absent", "reads from {at}, which is not mapped"),
    ("write.absent", "writes to {at}, which is not mapped"),
    ("write.readonly", "writes to {at}, which it may only read"),
    ("read.kernel", "reads from {at}, which is the kernel's"),
    ("write.kernel", "writes to {at}, which is the kernel's"),
    ("fetch.absent", "executes at {at}, which is not mapped"),
    ("fetch.kernel", "executes at {at}, which is the kernel's"),
    ("fetch.border", "executes at {at}, which is not mapped"),
]


def check_faults(boot, **options):
    for name, text in FAULTS:
        booted = boot("pagefault", args=name, expect_end=False, **options)
        run = booted.run
        bad = of_run(run)
        if bad:
            raise bad
        at = booted.report.get("address")
        wanted = f"process 1, thread 1 {text.format(at=at)}"
        if not re.search(rb"^" + re.escape(wanted.encode()) + rb"\r?$", run.console, re.M):
            lines = [line for line in run.console.decode("latin-1").splitlines() if line.startswith("process")]
            raise Failure("wrong", f"on the console: {wanted}", lines[-1] if lines else "no such line")


AT = 0x08001FF5  # of an instruction; the next page begins 11 bytes behind it
DECODED = [  # EIP, CR2, error code
    (AT, AT, 0b00100), (AT, AT, 0b00111), (AT, AT + 3, 0b00101), (AT, AT - 0xFF5, 0b00100), (AT, AT + 11, 0b00100),
    (AT, AT + 11, 0b00110), (AT, AT + 12, 0b00100), (AT - 3, AT + 11, 0b00100), (AT - 4, AT + 11, 0b00100), (AT, 0, 0b00100),
    (AT, 0, 0b00110), (0, 0, 0b00100), (AT, 0x20000000, 0b00100), (AT, 0x20000000, 0b00000), (AT, 0x20000000, 0b00011),
    (AT, KERNEL_BASE - 1, 0b00101), (AT, KERNEL_BASE - 1, 0b00111), (AT, KERNEL_BASE, 0b00101), (AT, KERNEL_BASE, 0b00111),
    (KERNEL_BASE, KERNEL_BASE, 0b00101), (AT, 0xFFFFF000, 0b00100), (AT, 0xFFFFFFFF, 0b00110),
]
TOLD = [(AT, AT, 0b10100), (AT, AT + 11, 0b10100), (KERNEL_BASE, KERNEL_BASE, 0b10101)]  # fetches, with SMEP


def words_of(eip, address, error, smep):
    """What a page fault means: SDM volume 3, section 4.7."""
    guess = address == eip or address % PAGE == 0 and eip < address < eip + 15
    does = "writes to" if error & 2 else "executes at" if (error & 0x10 if smep else guess) else "reads from"
    why = "which is not mapped" if not error & 1 else "which is the kernel's" if address >= KERNEL_BASE else "which it may only read"
    return f"{does} {address:08x}, {why}"


def check_decoded(o, smep):
    """The decoding by itself, at borders that a program does not easily come to."""
    thread, place = o.call("thread_new", o.new_process(), 0, 0, 0), o.spare + 0x40000
    for eip, address, error in DECODED + TOLD * smep:
        at = f"address {address:#x}, error code {error:#x}, EIP {eip:#x}"
        o.set_frame(thread, eip=eip, error=error)
        o.call("fault_decode", place, thread, address)
        seen, _, _, user = struct.unpack("<IIBB", o.gdb.read(place, 10))
        expect((f"{seen:#x}", user), (f"{address:#x}", error >> 2 & 1), f"fault_decode(), address and user: {at}")
        o.run_code(b"\x0f\x22\xd0\x90", eax=address)  # mov cr2, eax
        o.call("fault_report", thread)
        said = o.machine.console().decode("latin-1").splitlines()[-1]
        expect(said, f"process 1, thread 1 {words_of(eip, address, error, smep)}", f"fault_report(): {at}")


def test_faults_decoded(boot):
    check_faults(boot)
    check_decoded(pages(boot, memory=8), False)


def test_faults_smep(boot):
    check_faults(boot, cpu=["+smep", "+smap"])
    check_decoded(pages(boot, memory=8, cpu=["+smep"]), True)
