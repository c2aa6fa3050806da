# SPDX-License-Identifier: BSD-2-Clause
"""Lab swap: what its exercises have to do."""

import pathlib
import random
import tempfile

from lintel.failure import Failure, expect
from lintel.pageplay import (BOTH, BRING, BUFFER, CLEAN, DISK, FILE, FILL, HOT, KEPT, POLICY, READ_ONLY, SAME, STORE, WINDOW, Stage, file_seed,
                             journal, page_image)
from lintel.pages import FRAME, PAGE
from lintel.pmplay import ANY, READ, SPAWN, WRITE, rights, text, words

PLACES = (0, 4 * 341, 4 * 682, 4 * 1023)  # of the words in a page that are written
USER = 0x40000000  # where a program has memory of its own
HERE, THERE = 0x10000000, 0x52000000  # where objects are mapped
SLOTS = 200  # of a disk; with it a machine of 4 MiB has room for some 260 pages
TOO_MANY = 360
ENOUGH = 96  # free frames with which pages are taken back, but nobody waits yet
IMAGE, LARGE = 1 << 20, 560  # bytes of a real disk; pages of one program, when no memory goes into a disk that is an actor


def chance_of(seed, name):
    return random.Random(f"{seed}:{name}")


def pages_at(address, pages):
    return range(address, address + pages * PAGE, PAGE)


def first_word(seed, page):
    """As FILL writes it."""
    return int.from_bytes(page_image(seed, page)[:4], "little")


# --- swap.1: objects that are mapped


def two_users(s, pages, share=True):
    """An object of the director's, with pages that two actors may write."""
    s.object(pages)
    s.enter(1, "user")
    s.enter(2, "user")
    for actor in (1, 2):
        s.pass_to(actor, 20, BOTH, 20)
        if share:
            s.map(HERE + actor * 0x1000000, pages, actor=actor)


def test_objects_shared(boot, seed):
    """Zeros at first; then what any of the processes has written that map it."""
    s, chance = Stage(boot.tree), chance_of(seed, "shared")
    pages = chance.randrange(5, 12)
    two_users(s, pages)
    s.map(THERE, pages)
    at, model = {0: THERE, 1: HERE + 0x1000000, 2: HERE + 0x2000000}, {}
    s.stat("an object that has been mapped, and not touched", kind=1, pages=pages, resident=0, dirty=0, swapped=0, mappings=3)
    for _ in range(40):
        actor, offset = chance.randrange(3), 4 * chance.randrange(pages * PAGE // 4 // 128) * 128
        if chance.random() < 0.5:
            model[offset] = chance.getrandbits(32)
            s.write(at[actor] + offset, model[offset], actor=actor)
        else:
            s.read(at[actor] + offset, model.get(offset, 0), actor=actor)
    for actor in range(3):
        for offset in sorted(model):
            s.read(at[actor] + offset, model[offset], "what the last of them has written", actor=actor)
    s.stat("its pages that have been touched", mappings=3)
    s.go(boot)


def test_objects_rights(boot, seed):
    """Who may only read has no memory that can be written and is shared."""
    s, chance = Stage(boot.tree), chance_of(seed, "rights")
    pages, word = chance.randrange(2, 6), chance.getrandbits(32)
    s.object(pages)
    s.map(THERE, pages)
    s.write(THERE, word)
    for number in (1, 2, 3):
        s.enter(number, "user")
        s.pass_to(number, 20, READ_ONLY, 20)
    for actor in (1, 2):
        s.map(HERE, pages, given=READ_ONLY, actor=actor, error="ERR_NO_ACCESS")
        s.map(HERE, pages, given=rights("write copy move"), actor=actor, error="ERR_NO_ACCESS")
        s.map(HERE, pages, "", given=READ_ONLY, actor=actor)
        s.read(HERE, word, "read only", actor=actor)
        s.map(THERE, pages, "write private", given=READ_ONLY, actor=actor)
    s.map(HERE, pages, "", given=rights("write copy move"), actor=3, error="ERR_NO_ACCESS")
    s.map(HERE, pages, "write", register=8, actor=3, error="ERR_NO_ACCESS")
    s.do("PM_PROTECT", words(HERE, pages, 2), "of what may only be read", actor=1, error="ERR_NO_ACCESS")
    s.do("PM_PROTECT", words(THERE, pages, 0), "of what is private", actor=1, value=THERE)
    s.do("PM_PROTECT", words(THERE, pages, 2), "of what is private", actor=1, value=THERE)
    s.map(HERE, pages, "", register=20)
    s.do("PM_PROTECT", words(HERE, pages, 2), "of what was mapped read only, by who may write", value=HERE)
    s.write(HERE + PAGE, word ^ 7)
    s.do("PM_MAP_OBJECT", words(HERE + 0x100000, 1, 4, 0), "flags that there are not", gives=[(20, BOTH)], error="ERR_MESSAGE")
    s.do("PM_MAP_OBJECT", words(HERE + 0x100000, 1, 2 | 0x20000, 0), "flags that there are not", gives=[(20, BOTH)], error="ERR_MESSAGE")
    s.write(HERE, 1, "what may only be read", actor=2, ends=True)
    s.end(2, "END_FAULT", "a process that wrote to what it may only read", status=14)
    s.read(THERE, word, "nobody has written there")
    s.read(HERE + PAGE, word ^ 7, "what was written", actor=1)
    s.go(boot)


def test_objects_ranges(boot, seed):
    """Any part of an object, anywhere; and what is behind its end is nothing."""
    s, chance = Stage(boot.tree), chance_of(seed, "ranges")
    pages = chance.randrange(12, 20)
    two_users(s, pages, share=False)
    s.map(THERE, pages)
    s.fill(THERE, pages, seed + 9)
    first, some = chance.randrange(1, 6), chance.randrange(4, 7)
    s.map(HERE, some, first=first, actor=1)
    s.map(HERE + some * PAGE, some, first=0, actor=1)
    s.map(HERE + 2 * some * PAGE, 3, "write private", first=first, actor=1)
    s.map(HERE + (2 * some + 3) * PAGE, 4, first=pages - 2, actor=1)
    whole = [(HERE, first, some), (HERE + some * PAGE, 0, some), (HERE + 2 * some * PAGE, first, 3), (HERE + (2 * some + 3) * PAGE, pages - 2, 2)]
    images = {place + i * PAGE: page_image(seed + 9, index + i) for place, index, count in whole for i in range(count)}
    for at, image in images.items():
        s.read(at, int.from_bytes(image[:4], "little"), "a part of an object", actor=1)
    for at, count, index in ((HERE, 1, 0), (HERE - PAGE, 2, 0), (0xC0000000 - PAGE, 2, 0), (HERE + 1, 1, 0), (0xC0000000, 1, 0), (HERE + 0x800000, 0, 0),
                             (HERE + 0x800000, 1, 0x80001), (HERE + 0x800000, 0x80001, 0), (HERE + 0x800000, 1, 0xFFFFFFFF),
                             (HERE + 0x800000, 0xFFFFFFFF, 2)):
        s.map(at, count, first=index, actor=1, error="ERR_RANGE")
    s.unmap(HERE + PAGE, some, actor=1)
    s.read(HERE, int.from_bytes(images[HERE][:4], "little"), "what is left of a part", actor=1)
    for at in (HERE + (some + 1) * PAGE, HERE + (2 * some - 1) * PAGE):
        s.read(at, int.from_bytes(images[at][:4], "little"), "what is left of a part", actor=1)
    s.do("PM_MAP_OBJECT", words(0, pages, 2, 0), "wherever there is room", gives=[(20, BOTH)], actor=2, value=HERE)
    s.same(HERE, pages, seed + 9, actor=2)
    s.read(HERE + (2 * some + 5) * PAGE, ANY, "behind the end of the object", actor=1, ends=True)
    s.end(1, "END_FAULT", "a process that touched what is behind the end of an object", status=14)
    s.map(HERE + 0x800000, pages + 9, actor=2)
    s.look(boot, lambda o: look_at_parts(o, pages, seed + 9))


def look_at_parts(o, pages, seed):
    here, there = o.has(1, "the first program"), o.has(3, "the second actor")
    for i in range(pages):
        expect(there.get(HERE + i * PAGE), (True, page_image(seed, i)), f"page {i} of the object, in the page tables of who has all of it")
        expect(here.get(THERE + i * PAGE), there[HERE + i * PAGE], f"page {i} of the object, in the page tables of its owner")


def test_objects_child(boot, seed):
    """A process that has not been started is given memory in the same way."""
    s, chance = Stage(boot.tree), chance_of(seed, "child")
    pages = chance.randrange(3, 9)
    s.object(pages)
    s.map(THERE, pages)
    s.fill(THERE, pages, seed + 3)
    s.do("PM_CREATE", text("child") + text("user"), register=1, store=21)
    first = chance.randrange(1, pages)
    s.do("PM_WRITE_OBJECT", words(HERE, 1, 2, first), gives=[(20, BOTH)], register=21, value=HERE)
    s.do("PM_WRITE_OBJECT", words(HERE + PAGE, 1, 0, 0), gives=[(20, READ_ONLY)], register=21, value=HERE + PAGE)
    s.do("PM_WRITE_OBJECT", words(HERE, 1, 0, 0), gives=[(20, READ_ONLY)], register=21, error="ERR_RANGE")
    s.do("PM_WRITE_OBJECT", words(HERE + 2 * PAGE, 1, 2, 0), gives=[(20, READ_ONLY)], register=21, error="ERR_NO_ACCESS")
    s.do("PM_WRITE_OBJECT", words(HERE + 2 * PAGE, 1, 2, 0), gives=[(9, BOTH)], register=21, error="ERR_NO_ACCESS")
    for at, index in ((HERE, first), (HERE + PAGE, 0)):
        wanted = first_word(seed + 3, index)
        s.do("PM_READ_MEMORY", words(at, 4), "of the child's", register=21, value=4, show=3,
             check=lambda seen, what, wanted=wanted: expect(seen.data[2], wanted, f"{what}: the word"))
    # mov eax, [HERE + PAGE]; mov [HERE], eax; jmp to itself
    code = b"\xa1" + words(HERE + PAGE) + b"\xa3" + words(HERE) + b"\xeb\xfe"
    s.do("PM_WRITE_CODE", words(0x08000000, 0) + code, "a program that copies a word", register=21, value=len(code))
    s.do("PM_WRITE_REGISTERS", words(0, 0, 0, 0, 0, 0, 0, 0x08000000, 0, 0), register=21, value=0)
    s.do("PM_START", register=21, value=0)
    s.nap(30)
    s.do("PM_WRITE_OBJECT", words(HERE + 4 * PAGE, 1, 2, 0), "when it runs", gives=[(20, BOTH)], register=21, error="ERR_PHASE")
    s.read(THERE + first * PAGE, first_word(seed + 3, 0), "what the child has written")
    s.stat("mapped by who made it, and twice by its child", mappings=3)
    s.go(boot)


def test_objects_account(boot, seed):
    """Its pages are on the account of who made it, whoever touched them; and no more than that may have."""
    s, chance = Stage(boot.tree), chance_of(seed, "account")
    s.enter(1, "small")
    s.enter(2, "user")
    s.object(60, actor=1)
    s.pass_from(1, 20, BOTH | rights("delete"), 20)
    s.pass_to(2, 20, BOTH, 20)
    s.map(HERE, 60, actor=1)
    s.map(HERE, 60, actor=2)
    s.read(HERE, 0, actor=1)
    s.read(HERE, 0, actor=2)
    before = s.noted("the owner of an object", 1), s.noted("who uses it", 2)
    s.stat("when one page has been touched", resident=1)
    touched = chance.sample(range(1, 60), chance.randrange(3, 9))
    for n, index in enumerate(touched):
        s.write(HERE + index * PAGE, 5 + n, actor=2) if n % 3 else s.read(HERE + index * PAGE, 0, actor=2)
    s.account("the owner, when others have touched its object", 1, len(touched), before[0])
    s.account("who has touched somebody else's object", 2, 0, before[1])
    s.stat("when some pages have been touched", resident=1 + len(touched))
    s.do("PM_OBJECT_RESIZE", words(1), register=20, value=1)
    s.account("the owner, when the object is shorter", 1, 0, before[0])
    s.do("PM_OBJECT_RESIZE", words(60), register=20, value=60)
    s.fill(HERE, 60, 7, "more than the owner may have", actor=2, ends=True, value=ANY)
    s.end(2, "END_FAULT", "who touches more than its owner may have", status=14)
    s.do("PM_PROCESS", words(2), "the owner's limit", show=9, check=lambda seen, what: expect(seen.data[7], 40, f"{what}: pages on its account"))
    file_account(s, chance, seed)
    s.go(boot)


def file_account(s, chance, seed):
    """A page of a file is on nobody's."""
    s.server(3)
    s.enter(4, "user")
    number, page = s.file(20, store=21, actor=3), chance.randrange(20)
    s.pass_to(4, 21, BOTH, 21)
    s.map(HERE, 20, register=21, actor=4)
    before = s.noted("the server of a file", 3), s.noted("who reads a file", 4)
    s.do(READ, words(HERE + page * PAGE), "a page of a file", actor=4, later=True, value=first_word(seed + 1, page))
    s.nap(5)
    s.account("the server, when somebody waits for a page of its file", 3, 0, before[0])
    s.brings(number, page, seed + 1, actor=3)
    s.wait_for(4)
    s.account("the server, when somebody has read a page of its file", 3, 0, before[0])
    s.account("who has read a page of a file", 4, 0, before[1])


# --- swap.2: copy on write


def test_copy_written(boot, seed):
    """Who writes has a copy, of that page; all others see what is in the object."""
    s, chance = Stage(boot.tree), chance_of(seed, "written")
    pages = chance.randrange(4, 9)
    two_users(s, pages, share=False)
    s.map(THERE, pages)
    for actor in (1, 2):
        s.map(HERE, pages, "write private", actor=actor)
    s.fill(THERE, pages, seed + 7)
    below, own = {page * PAGE + at: int.from_bytes(page_image(seed + 7, page)[at:at + 4], "little") for page in range(pages) for at in PLACES}, ({}, {}, {})
    for _ in range(70):
        actor, offset = chance.randrange(3), chance.randrange(pages) * PAGE + chance.choice(PLACES)
        page = offset // PAGE
        if chance.random() < 0.4:
            word = chance.getrandbits(32)
            if actor == 0:
                below[offset] = word
            else:
                if page not in own[actor]:
                    own[actor][page] = {at: value for at, value in below.items() if at // PAGE == page}
                own[actor][page][offset] = word
            s.write((HERE if actor else THERE) + offset, word, actor=actor)
        else:
            wanted = own[actor].get(page, below).get(offset, 0) if actor else below.get(offset, 0)
            s.read((HERE if actor else THERE) + offset, wanted, "what it has of its own" if actor and page in own[actor] else "what the object has",
                   actor=actor)
    s.counts("pages that were copied", copied=len(own[1]) + len(own[2]))
    s.go(boot)


def test_copy_readers(boot, seed):
    """A copy changes nothing for those who come later, and for other places of the same process."""
    s, chance = Stage(boot.tree), chance_of(seed, "readers")
    pages = chance.randrange(4, 9)
    two_users(s, pages, share=False)
    s.map(THERE, pages)
    s.fill(THERE, pages, seed + 1)
    s.map(HERE, pages, "write private", actor=1)
    s.same(HERE, pages, seed + 1, "read before it is written", actor=1)
    s.fill(HERE, pages, seed + 2, actor=1)
    s.map(THERE, pages, "write private", actor=1)
    s.same(THERE, pages, seed + 1, "mapped once more by who has written", actor=1)
    s.fill(THERE, pages, seed + 5, actor=1)
    s.same(HERE, pages, seed + 2, "what it has written elsewhere", actor=1)
    s.map(HERE, pages, "write", actor=2)
    s.same(HERE, pages, seed + 1, "mapped later by another", actor=2)
    s.same(THERE, pages, seed + 1, "what its owner has")
    s.fill(HERE, pages, seed + 3, actor=2)
    s.same(HERE, pages, seed + 2, "what it has of its own", actor=1)
    s.unmap(HERE, pages, actor=1, value=0)
    s.map(HERE, pages, "write private", actor=1)
    s.same(HERE, pages, seed + 3, "mapped anew", actor=1)
    s.look(boot, lambda o: look_at_copies(o, pages, seed))


def look_at_copies(o, pages, seed):
    one, two = o.has(2, "the first actor"), o.has(3, "the second actor")
    for i in range(pages):
        at = HERE + i * PAGE
        expect(one.get(at), (False, page_image(seed + 3, i)), f"page {i}, which is mapped privately and not written, in the page tables: writable, and its bytes")
        expect(two.get(at), (True, page_image(seed + 3, i)), f"page {i}, which is shared, in the page tables: writable, and its bytes")
        expect(one.get(THERE + i * PAGE), (True, page_image(seed + 5, i)), f"page {i}, which was copied, in the page tables: writable, and its bytes")


def test_copy_account(boot, seed):
    """A copy is on the account of who has it, as long as it is there; and no more than that may have."""
    s, chance = Stage(boot.tree), chance_of(seed, "account")
    s.enter(1, "small")
    s.object(50)
    s.map(THERE, 50)
    s.pass_to(1, 20, READ_ONLY, 20)
    s.map(HERE, 50, "write private", given=READ_ONLY, actor=1)
    s.same(THERE, 50, 0)
    s.same(HERE, 50, 0, actor=1)
    owner, user = s.noted("the owner"), s.noted("who has mapped it privately", 1)
    some = chance.randrange(5, 12)
    s.fill(HERE + 3 * PAGE, some, seed + 1, actor=1)
    s.account("who has copies", 1, some, user)
    s.account("the owner of what was copied", 0, 0, owner)
    s.do("PM_ADVISE", words(HERE + 3 * PAGE, some - 2, 2), "copies that are not needed", actor=1)
    s.account("who needs its copies no more", 1, 2, user)
    s.same(HERE, some + 1, 0, "the object's again", actor=1)
    s.unmap(HERE + 3 * PAGE, some, actor=1, value=0)
    s.account("who has unmapped all of its copies", 1, 0, user)
    s.stat("all of it is still there", resident=50, mappings=3)
    s.fill(HERE + (3 + some) * PAGE, 47 - some, seed + 2, "more copies than it may have", actor=1, ends=True, value=ANY)
    s.end(1, "END_FAULT", "who makes more copies than it may have pages", status=14)
    s.same(THERE, 50, 0)
    s.go(boot)


def test_copy_hides(boot, seed):
    """What is one's own hides the object's page: nothing that happens to that happens to it."""
    s, chance = Stage(boot.tree), chance_of(seed, "hides")
    pages = chance.randrange(6, 12)
    two_users(s, pages, share=False)
    s.map(HERE, pages, "write private", actor=1)
    s.map(HERE, pages, "", actor=2)
    written = sorted(chance.sample(range(pages), pages // 2))
    s.same(HERE, pages, 0, actor=2)
    for page in written:
        s.write(HERE + page * PAGE, 100 + page, actor=1)
    s.do("PM_PROTECT", words(HERE, pages, 0), "which looks at what was done to the pages", actor=2, value=HERE)
    s.stat("an object that nobody has written to", resident=pages, dirty=0)
    s.same(HERE, pages, 0, actor=2)
    for page in sorted(set(range(pages)) - set(written)):
        s.read(HERE + page * PAGE, 0, "the object's", actor=1)
    s.do("PM_OBJECT_RESIZE", words(0), register=20, value=0)
    faults = []
    s.counts("before", faults=lambda count, what: faults.append(count))
    for page in written:
        s.read(HERE + page * PAGE, 100 + page, "a copy, of an object that is gone", actor=1)
    s.counts("when copies are read that were there all the time", faults=lambda count, what: expect(count, faults[0], what))
    rest = [page for page in range(pages) if page not in written]
    s.look(boot, lambda o: look_at_hidden(o, written, rest))


def look_at_hidden(o, written, rest):
    one, two = o.has(2, "the first actor"), o.has(3, "the second actor")
    for page in written:
        expect((HERE + page * PAGE in one, HERE + page * PAGE in two), (True, False), f"page {page}, of which one has a copy: who has it in its page tables")
    for page in rest:
        expect((HERE + page * PAGE in one, HERE + page * PAGE in two), (False, False), f"page {page}, which is gone: who has it in its page tables")


def test_copy_child(boot, seed):
    """Children of one program that has been mapped privately have each a copy of what is written for them, or by them."""
    s, chance = Stage(boot.tree), chance_of(seed, "children")
    pages, at = chance.randrange(2, 6), chance.randrange(0, PAGE - 8, 4)
    s.object(pages)
    s.map(THERE, pages)
    s.fill(THERE, pages, seed + 4)
    for n, register in enumerate((21, 22)):
        s.do("PM_CREATE", text("child") + text("user"), register=1, store=register)
        s.do("PM_WRITE_OBJECT", words(HERE, pages, 2 | s.MAP_PRIVATE, 0), gives=[(20, READ_ONLY)], register=register, value=HERE)
        s.do("PM_WRITE_CODE", words(HERE + at, 2) + words(1000 + n), "into what is mapped privately", register=register, value=4)
        # inc dword [HERE + at]; jmp to itself
        code = b"\xff\x05" + words(HERE + (pages - 1) * PAGE) + b"\xeb\xfe"
        s.do("PM_WRITE_CODE", words(0x08000000, 0) + code, "a program that adds one", register=register, value=len(code))
        s.do("PM_WRITE_REGISTERS", words(0, 0, 0, 0, 0, 0, 0, 0x08000000, 0, 0), register=register, value=0)
        s.do("PM_START", register=register, value=0)
    s.nap(30)
    last = first_word(seed + 4, pages - 1)
    for n, register in enumerate((21, 22)):
        for place, wanted in ((HERE + at, 1000 + n), (HERE + (pages - 1) * PAGE, last + 1)):
            s.do("PM_READ_MEMORY", words(place, 4), "of a child", register=register, value=4, show=3,
                 check=lambda seen, what, wanted=wanted: expect(seen.data[2], wanted, f"{what}: what was written for it, or by it"))
    s.same(THERE, pages, seed + 4, "the object")
    s.go(boot)


# --- swap.3: who has a page mapped


def test_mapped_shrunk(boot, seed):
    """What is behind the new end of an object is mapped nowhere: in no process, at no address."""
    s, chance = Stage(boot.tree), chance_of(seed, "shrunk")
    pages = chance.randrange(10, 16)
    two_users(s, pages)
    s.map(HERE, pages, first=3, actor=1)
    s.map(HERE, 4, "", first=pages - 4, actor=2)
    s.map(HERE + 4 * PAGE, pages, "write private", actor=2)
    at = [(1, HERE + 0x1000000, 0, pages), (2, HERE + 0x2000000, 0, pages), (1, HERE, 3, pages - 3), (2, HERE, pages - 4, 4), (2, HERE + 4 * PAGE, 0, pages)]
    s.fill(at[0][1], pages, seed + 1, actor=1)
    for actor, address, first, count in at:
        for i in range(count):
            s.read(address + i * PAGE, first_word(seed + 1, first + i), actor=actor)
    left = chance.randrange(4, pages - 2)
    s.do("PM_OBJECT_RESIZE", words(left), register=20, value=left)
    s.stat("an object that is shorter", pages=left, resident=left, mappings=5)
    s.same(at[1][1], left, seed + 1, "what is left", actor=2)
    s.look(boot, lambda o: look_at_mapped(o, at, left))


def look_at_mapped(o, at, left):
    has = {actor: o.has(actor + 1, f"actor {actor}") for actor in (1, 2)}
    for actor, address, first, count in at:
        for i in range(count):
            expect(address + i * PAGE in has[actor], first + i < left,
                   f"whether page {first + i} of an object that has {left} pages now is in the page tables of process {actor} of the play, at {address + i * PAGE:#x}")


def test_mapped_again(boot, seed):
    """What has gone comes back as zeros, and who touches what is gone ends."""
    s, chance = Stage(boot.tree), chance_of(seed, "again")
    pages = chance.randrange(6, 12)
    two_users(s, pages)
    s.map(THERE, pages)
    one, two = HERE + 0x1000000, HERE + 0x2000000
    s.fill(one, pages, seed + 1, actor=1)
    s.same(two, pages, seed + 1, actor=2)
    left = chance.randrange(1, pages - 2)
    for size in (left, pages):
        s.do("PM_OBJECT_RESIZE", words(size), register=20, value=size)
    s.same(one, left, seed + 1, "what was never cut off", actor=1)
    s.same(two + left * PAGE, pages - left, 0, "what was cut off", actor=2)
    s.fill(one, pages, seed + 2, actor=1)
    s.same(two, pages, seed + 2, actor=2)
    s.same(THERE, pages, seed + 2)
    s.do("PM_OBJECT_RESIZE", words(left), register=20, value=left)
    s.read(two + left * PAGE, ANY, "what is gone", actor=2, ends=True)
    s.end(2, "END_FAULT", "who touches what is gone", status=14)
    s.write(one + (pages - 1) * PAGE, 1, "what is gone", actor=1, ends=True)
    s.same(THERE, left, seed + 2)
    s.go(boot)


def test_mapped_deleted(boot, seed):
    """What a RAM disk has that is deleted, or a file whose server ends, is mapped nowhere."""
    s, chance = Stage(boot.tree), chance_of(seed, "deleted")
    pages = chance.randrange(3, 8)
    s.server(1)
    for number in (2, 3):
        s.enter(number, "user")
    s.object(pages, kind=2, store=20, actor=1)
    s.pass_from(1, 20, BOTH, 20)
    number = s.file(pages, store=21)
    s.do(BRING, words(number, 0, pages, 1, WINDOW), "the server brings all of its file", actor=1, value=pages)
    for store in (20, 21):
        for actor in (2, 3):
            s.pass_to(actor, store, BOTH, store)
            s.map(HERE + store * 0x100000, pages, register=store, actor=actor)
            s.map(THERE + store * 0x100000, pages - 1, first=1, register=store, actor=actor)
            s.fill(HERE + store * 0x100000, pages, seed + 1, actor=actor)
            s.read(THERE + store * 0x100000, first_word(seed + 1, 1), actor=actor)
    s.do("PM_OBJECT_DELETE", register=20, actor=1, value=0)
    s.do("PM_OBJECT_STAT", what="of what was deleted", register=20, error="ERR_STALE")
    s.do("PM_EXIT", words(0), actor=1, ends=True)
    s.do("PM_OBJECT_STAT", what="of a server's that has ended", register=21, error="ERR_STALE")
    s.look(boot, lambda o: look_at_deleted(o, pages))


def look_at_deleted(o, pages):
    for actor in (2, 3):
        has = o.has(actor + 1, f"actor {actor}")
        for store, what in ((20, "deleted"), (21, "of a server that has ended")):
            for base, count in ((HERE, pages), (THERE, pages - 1)):
                seen = [f"{at:#x}" for at in pages_at(base + store * 0x100000, count) if at in has]
                expect(" ".join(seen) or "none", "none",
                       f"addresses at which process {actor} of the play has pages of an object that was {what}, in its page tables")


def test_mapped_dirty(boot, seed):
    """What any of those has written who have a page mapped makes it dirty, and nothing else does."""
    s, chance = Stage(boot.tree), chance_of(seed, "dirty")
    pages = chance.randrange(8, 16)
    two_users(s, pages)
    s.map(THERE, pages, "")
    s.map(HERE, pages, first=0, actor=2)
    s.same(THERE, pages, 0)
    s.map(HERE, pages - 3, first=3, actor=1)
    at = [(1, HERE + 0x1000000, 0), (2, HERE + 0x2000000, 0), (2, HERE, 0), (1, HERE, 3)]
    written = set()
    for actor, address, first in at:
        s.same(address, pages - first, 0, actor=actor)
    s.do("PM_PROTECT", words(THERE, pages, 0), "which looks at what was done to the pages", value=THERE)
    s.stat("an object that was only read", dirty=0)
    for n in range(pages // 2):
        actor, address, first = at[(n + 3) % 4]
        page = chance.randrange(3, pages) if n else 3
        written.add(page)
        s.write(address + (page - first) * PAGE + 4 * n, 7, actor=actor)
        if n % 2:
            look_again(s, pages, written)
    s.write(HERE + 0x1000000, 7, actor=1)
    look_again(s, pages, written | {0})
    s.go(boot)


def look_again(s, pages, written):
    """The manager looks at what was done to the pages that the director has mapped."""
    for page in range(pages):
        s.read(THERE + page * PAGE, ANY, "so that it is mapped there")
    s.do("PM_PROTECT", words(THERE, pages, 0), "which looks at what was done to the pages", value=THERE)
    s.stat("pages that others have written", dirty=len(written))


def evicted(boot, seed, chance):
    """An object, mapped at three places, of which almost all is on the swap device now; where."""
    s, pages = Stage(boot.tree), chance.randrange(20, 30)
    two_users(s, pages)
    s.disk(3, SLOTS)
    places = [(1, HERE + 0x1000000), (2, HERE + 0x2000000), (2, THERE)]
    s.map(THERE, pages, actor=2)
    s.same(HERE + 0x1000000, pages, 0, actor=1)
    s.fill(HERE + 0x2000000, pages, seed + 1, actor=2)
    s.same(THERE, pages, seed + 1, actor=2)
    s.own(USER, TOO_MANY, actor=1)
    s.fill(USER, TOO_MANY, seed + 2, "more than there is room for", actor=1)
    s.stat("an object that nobody uses, when others need memory", swapped=at_least(pages - 6))
    return s, pages, places


def test_mapped_evicted(boot, seed):
    """What goes to the swap device nobody has mapped meanwhile; what any of them wrote before is in it."""
    s, pages, places = evicted(boot, seed, chance_of(seed, "evicted"))
    s.look(boot, lambda o: look_at_evicted(o, pages, places))
    s, pages, places = evicted(boot, seed, chance_of(seed, "evicted"))
    for actor, address in places:
        s.same(address, pages, seed + 1, "pages that were on the swap device", actor=actor)
    s.go(boot)


def look_at_evicted(o, pages, places):
    has, there = {actor: o.has(actor + 1, f"actor {actor}") for actor in (1, 2)}, 0
    for i in range(pages):
        times = sum(address + i * PAGE in has[actor] for actor, address in places)
        there += times > 0
    expect(there <= 6, True, f"whether at most 6 pages of the object are in somebody's page tables, when {pages - 6} are on the swap device: {there} are")


# --- swap.4: the clock

def at_least(least):
    return lambda seen, what: expect("so many" if seen >= least else seen, "so many", f"{what}, at least {least}")


def at_most(most):
    return lambda seen, what: expect("no more" if seen <= most else seen, "no more", f"{what}, at most {most}")


def begin(s, slots=SLOTS, program=True, **options):
    """An object that is mapped, a disk that is process 1 of the play, and a program that is process 2."""
    s.object(1)
    s.map(THERE, 1)
    s.disk(1, slots, **options)
    if program:
        s.enter(2, "user")


def full(boot, slots):
    """Pages of one program with which memory is as full as may be, but nobody has to wait, and so is a disk of so many slots."""
    s, free = Stage(boot.tree), []
    begin(s, slots)
    s.counts("with one program", frames_free=lambda seen, what: free.append(seen))
    s.go(boot)
    return free[0] + slots - 1 - ENOUGH if slots != SLOTS else free[0] - ENOUGH


def test_clock_hot(boot, seed):
    """Pages that are used again and again stay; those that were used once go."""
    s, chance = Stage(boot.tree), chance_of(seed, "hot")
    begin(s)
    pages, hot, faults = 300, chance.randrange(60, 80), []  # for so many there is room, the device included: nothing is looked for in vain
    s.own(USER, pages, actor=2)
    s.own(HERE, hot, actor=2)
    s.fill(HERE, hot, seed + 1, actor=2)
    s.counts("before", faults=lambda seen, what: faults.append(seen))
    s.do(HOT, words(USER, pages, seed + 2, HERE, hot), f"{pages} pages are written, and {hot} others read behind each of them", value=pages, actor=2)
    s.counts("when many pages have been written once, and few read all the time", swapped_out=at_least(50), swapped_in=at_most(15),
             faults=lambda seen, what: at_most(50)(seen - faults[0] - pages, f"{what}, since then and besides the first of each page"))
    s.same(HERE, hot, seed + 1, actor=2)
    s.same(USER, pages, seed + 2, actor=2)
    s.go(boot)


def test_clock_wired(boot, seed):
    """What is wired stays where it is; what is not goes."""
    s, chance = Stage(boot.tree), chance_of(seed, "wired")
    begin(s)
    s.enter(3, "disk")
    pages = chance.randrange(6, 16)
    for store, address in ((21, HERE), (22, THERE)):
        s.object(pages, store=store, actor=3)
        s.map(address, pages, register=store, actor=3)
        s.fill(address, pages, seed + store, actor=3)
    frames = []
    s.do("PM_WIRE", words(HERE, pages), "pages for a device", actor=3, value=pages, show=2 + pages,
         check=lambda seen, what: frames.extend(seen.data[2:]))
    s.own(USER, TOO_MANY, actor=2)
    s.fill(USER, TOO_MANY, seed + 1, actor=2)
    s.same(USER, TOO_MANY, seed + 1, actor=2)
    s.do("PM_OBJECT_STAT", what="of what is wired", register=21, actor=3, show=8,
         check=lambda seen, what: expect((seen.data[4], seen.data[6]), (pages, 0), f"{what}: pages in memory, and on the swap device"))
    s.do("PM_OBJECT_STAT", what="of what is not", register=22, actor=3, show=8,
         check=lambda seen, what: at_least(pages - 2)(seen.data[6], f"{what}: pages on the swap device"))
    seen = {}
    s.look(boot, lambda o: seen.update({at: (entry & FRAME, o.physical(entry & FRAME, PAGE)) for at, entry in o.entries(4, "who has wired pages").items()}))
    for i, frame in enumerate(frames):
        expect(seen.get(HERE + i * PAGE), (frame, page_image(seed + 21, i)), f"wired page {i}: where it is in the machine's memory, and its bytes")


def test_clock_stay(boot, seed):
    """Servers' own memory stays, that of processes that have not been started, what a RAM disk has, and what is being written."""
    s, chance = Stage(boot.tree), chance_of(seed, "stay")
    begin(s)
    pages = chance.randrange(10, 20)
    s.enter(3, "server")
    s.own(USER, pages, actor=3)
    s.fill(USER, pages, seed + 1, actor=3)
    s.object(pages, kind=2, store=21, actor=3)
    s.map(HERE, pages, register=21, actor=3)
    s.fill(HERE, pages, seed + 2, actor=3)
    s.own(USER, pages)
    s.fill(USER, pages, seed + 3)
    s.do("PM_CREATE", text("child") + text("user"), register=1, store=22)
    for i in range(6):
        s.do("PM_WRITE_CODE", words(USER + i * PAGE, 2) + page_image(seed + 4, i)[:2800], "into a new process", register=22, value=2800)
    s.own(USER, TOO_MANY, actor=2)
    s.fill(USER, TOO_MANY, seed + 5, actor=2)
    s.same(USER, TOO_MANY, seed + 5, actor=2)
    s.counts("when a program needs more than there is", swapped_out=at_least(50))
    s.stat("of a RAM disk", register=21, actor=3, resident=pages, swapped=0)
    seen = {}
    s.look(boot, lambda o: seen.update({number: o.has(number, "a process") for number in (1, 4, 5)}))
    for number, who, count, value in ((4, "a server", pages, 1), (1, "the first process", pages, 3), (5, "a process that has not been started", 6, 4)):
        there = [i for i in range(count) if seen[number].get(USER + i * PAGE, (0, b""))[1][:2800] == page_image(seed + value, i)[:2800]]
        expect(there, list(range(count)), f"pages of {who} that are where they were, in its page tables")
    stays_while_written(boot, chance, seed)


def stays_while_written(boot, chance, seed):
    """Pages that somebody reads while a slow disk writes them are clean, and on no device yet."""
    s, pages = Stage(boot.tree), chance.randrange(3, 8)
    begin(s, program=False, serve=False)
    s.object(pages, store=21)
    s.map(HERE, pages, register=21)
    s.fill(HERE, pages, seed + 1)
    s.object(700, store=22)
    s.map(USER, 700, "", register=22)
    s.same(USER, 700, 0, "more than there is, of what nobody has written")
    heard(s)
    s.same(HERE, pages, seed + 1, "what the disk is writing")
    for _ in range(2):
        s.same(USER, 700, 0, "more than there is, of what nobody has written")
    s.same(HERE, pages, seed + 1, "what the disk is writing still")
    s.do("CALL_REPLY_ERROR", what="the disk fails", actor=1, target=s.ERR_DISK)
    s.same(HERE, pages, seed + 1, "what the disk could not write")
    s.go(boot)


def test_clock_clean(boot, seed):
    """Pages that nobody has written need no room on a swap device, and there need not be one; enough is enough."""
    s, chance = Stage(boot.tree), chance_of(seed, "clean")
    s.enter(1, "user")
    pages = chance.randrange(620, 700)
    s.object(pages, actor=1)
    s.map(HERE, pages, actor=1)
    s.own(USER, 20, actor=1)
    s.fill(USER, 20, seed + 1, actor=1)
    s.server(2)
    number = s.file(30, store=21, actor=2)
    s.do(BRING, words(number, 0, 30, seed + 2, WINDOW), "a server brings all of its file", actor=2, value=30)
    s.own(USER, 60)
    s.fill(USER, 60, seed + 3)
    before, server = s.noted("before", 1), s.noted("the server of a file", 2)
    s.same(HERE, pages, 0, "pages that nobody has written", actor=1)
    s.same(HERE, pages, 0, "and once more", actor=1)
    s.counts("when more pages were read than there is room for", evicted=at_least(pages), swapped_out=0, slots_used=0, ended=0,
             frames_free=lambda seen, what: expect(80 < seen < 180, True, f"{what}: whether {seen} are few, but enough"))
    s.stat("a file that nobody has read", register=21, resident=0)
    s.account("the server of a file, when its pages are gone", 2, 0, server)
    s.unmap(USER, 60, what="so that nothing more goes", value=0)
    there = []
    s.do("PM_OBJECT_STAT", what="of what was read", register=20, actor=1, show=8, check=lambda seen, what: there.append(seen.data[4]))
    s.do("PM_PROCESS", words(2), "its owner", show=9, check=lambda seen, what: expect(seen.data[7] - before[0], there[0],
         f"{what}: pages on its account, besides those before; so many of the object are in memory"))
    s.same(USER, 20, seed + 1, "what was written", actor=1)
    s.go(boot)


def test_clock_again(boot, seed):
    """A page that has come back and was not written goes again without being written to the device."""
    s = Stage(boot.tree)
    begin(s)
    pages = 300
    s.own(USER, pages, actor=2)
    s.fill(USER, pages, seed + 1, actor=2)
    for _ in range(4):
        s.same(USER, pages, seed + 1, actor=2)
    before, account = {}, s.noted("who has so many pages", 2)
    s.counts("before", swapped_out=lambda seen, what: before.update(out=seen), swapped_in=lambda seen, what: before.update(into=seen))
    for _ in range(3):
        s.same(USER, pages, seed + 1, "what is only read", actor=2)
    s.counts("when all has been read three times more", swapped_in=lambda seen, what: at_least(90)(seen - before["into"], f"{what}, since then"),
             swapped_out=lambda seen, what: at_most(20)(seen - before["out"], f"{what}, since then"))
    s.account("what is on the swap device counts still", 2, 0, account)
    s.fill(USER, pages, seed + 2, "what was read is written", actor=2)
    s.same(USER, pages, seed + 2, actor=2)
    s.go(boot)


# --- swap.5: a map of slots


def check_journal(asked, slots):
    """What a disk was asked for: none of it is slot 0, or behind the end, and nothing is read that was never written."""
    written = set()
    for what, slot, count in asked:
        if slot == 0 or count == 0 or slot + count > slots:
            raise Failure("wrong", f"slots from 1 to {slots - 1} of a disk that has {slots}", f"slots {slot} to {slot + count - 1} are to be {what}")
        if what == "read":
            expect([i for i in range(slot, slot + count) if i not in written], [], "slots that are read and were never written")
        written.update(range(slot, slot + count) if what == "write" else ())
    return written


def test_slots_distinct(boot, seed):
    """No two pages at one slot, whatever is taken and freed."""
    s, chance = Stage(boot.tree), chance_of(seed, "distinct")
    begin(s)
    seeds, size = [0] * 12, 28
    for n in range(12):
        s.own(USER + n * size * PAGE, size, actor=2)
    for _ in range(26):
        n = chance.randrange(12)
        at = USER + n * size * PAGE
        if seeds[n] and chance.random() < 0.3:
            s.unmap(at, size, actor=2, value=0)
            s.own(at, size, actor=2)
            seeds[n] = 0
        elif seeds[n] and chance.random() < 0.3:
            s.same(at, size, seeds[n], "what was written last", actor=2)
        else:
            seeds[n] = chance.getrandbits(30) | 1
            s.fill(at, size, seeds[n], actor=2)
    for n, value in enumerate(seeds):
        seeds[n] = seeds[n] or n + 1
        s.fill(USER + n * size * PAGE, size, seeds[n], actor=2)
    for n, value in enumerate(seeds):
        s.same(USER + n * size * PAGE, size, value, "what was written last", actor=2)
    s.counts("when all has been out and in", swapped_out=at_least(60), slots=SLOTS, slots_bad=0, slots_used=at_most(SLOTS - 1))
    asked = []
    s.look(boot, lambda o: asked.extend(journal(o, 2)))
    check_journal(asked, SLOTS)


def test_slots_all(boot, seed):
    """All slots are used if need be, but the first: each once."""
    s, chance = Stage(boot.tree), chance_of(seed, "all")
    slots = 16 * chance.randrange(2, 4) + 1
    begin(s, slots=slots)
    pages = full(boot, slots)
    s.own(USER, 600, actor=2)
    s.fill(USER, pages, seed + 1, actor=2)
    used = []
    s.counts("when more is needed than there is", slots=slots, slots_used=lambda seen, what: used.append(seen), ended=0)
    s.unmap(USER + 200 * PAGE, pages - 200, actor=2, value=0)
    s.same(USER, 200, seed + 1, actor=2)
    asked = []
    s.look(boot, lambda o: asked.extend(journal(o, 2)))
    written = check_journal(asked, slots)
    expect(used[0] >= slots - 3, True, f"whether at least {slots - 3} of {slots} slots are in use, when that is what is needed: {used[0]} are")
    expect(len(written) >= slots - 3, True, f"whether at least {slots - 3} different slots have been written: {len(written)} have")


def test_slots_runs(boot, seed):
    """Where there is room pages go together, to neighbours; where there is not they go one by one."""
    s = Stage(boot.tree)
    begin(s)
    s.own(USER, TOO_MANY, actor=2)
    s.fill(USER, TOO_MANY, seed + 1, actor=2)
    asked = []
    s.look(boot, lambda o: asked.extend(journal(o, 2)))
    check_journal(asked, SLOTS)
    counts = [count for what, _, count in asked if what == "write"]
    expect(sum(counts) >= 60, True, f"whether at least 60 pages have gone: {sum(counts)} have")
    expect(sum(counts) / max(1, len(counts)) >= 5, True, f"whether 5 pages or more go together, on average, to a disk where all is free: {sum(counts)} in {len(counts)} requests")


def test_slots_holes(boot, seed):
    """When only single slots are free those are used."""
    s, chance = Stage(boot.tree), chance_of(seed, "holes")
    slots = 60
    begin(s, slots=slots)
    pages = full(boot, slots) - 40
    s.own(USER, 600, actor=2)
    s.fill(USER, pages, seed + 1, actor=2)
    odd = chance.randrange(2)
    touches = [(i * PAGE + 4, 0, 77) for i in range(odd, 200, 2)]
    s.touches(USER, touches, "every other page is written", actor=2)
    s.fill(USER + pages * PAGE, 48, seed + 2, actor=2)
    s.counts("when every other page was written again", slots=slots, slots_used=at_least(slots - 8), slots_bad=0, ended=0)
    s.unmap(USER + 200 * PAGE, pages - 200, actor=2, value=0)
    s.same(USER, 200, seed + 1, actor=2)
    s.touches(USER, [(at, word, word) for at, _, word in touches], "what was written to every other page", actor=2)
    s.same(USER + pages * PAGE, 48, seed + 2, actor=2)
    asked = []
    s.look(boot, lambda o: asked.extend(journal(o, 2)))
    check_journal(asked, slots)


def test_slots_bad(boot, seed):
    """A slot that could not be written is never used again; the pages go elsewhere."""
    s, chance = Stage(boot.tree), chance_of(seed, "bad")
    bad = chance.randrange(4, 40)
    begin(s, bad=(bad, bad + 1), fails="write")
    s.own(USER, TOO_MANY, actor=2)
    for n in range(3):
        s.fill(USER, TOO_MANY, seed + 1 + n, actor=2)
        s.same(USER, TOO_MANY, seed + 1 + n, "what was written, though the disk fails at one slot", actor=2)
    used, spoiled = [], []
    s.counts("with a slot that is bad", slots_bad=lambda seen, what: spoiled.append(seen), slots_used=lambda seen, what: used.append(seen), ended=0)
    s.do("PM_EXIT", words(0), actor=2, ends=True)
    s.counts("when nothing is swapped out any more", slots_used=0, slots_bad=lambda seen, what: expect(seen, spoiled[0], what))
    asked = []
    s.look(boot, lambda o: asked.extend(journal(o, 2)))
    check_journal(asked, SLOTS)
    times = [(slot, count) for what, slot, count in asked if what == "write" and slot <= bad < slot + count]
    expect(len(times), 1, f"how often slot {bad} was to be written, which cannot be written")
    slot, count = times[0]
    expect(spoiled[0], count, "slots that are bad: those of the request that failed")
    again = [(a, b) for what, a, b in asked if what == "write" and a < slot + count and a + b > slot]
    expect(again, times, f"requests to write to slots {slot} to {slot + count - 1}, of which one failed")


def test_slots_return(boot, seed):
    """Slots are free again when what was in them is gone, or written anew, and then are used again."""
    s, chance = Stage(boot.tree), chance_of(seed, "return")
    begin(s)
    pages = chance.randrange(330, 380)
    for n in range(4):
        s.own(USER, pages, actor=2)
        s.fill(USER, pages, seed + n + 1, actor=2)
        s.same(USER, pages, seed + n + 1, actor=2)
        s.counts("when more has been written than there is room for", slots_used=at_least(40))
        s.unmap(USER, pages, actor=2, value=0)
        s.counts("when all of that is unmapped", slots_used=at_most(12), slots_bad=0)
    s.do("PM_EXIT", words(0), actor=2, ends=True)
    s.counts("when the program has ended", slots_used=0, slots_bad=0)
    asked = []
    s.look(boot, lambda o: asked.extend(journal(o, 2)))
    check_journal(asked, SLOTS)


# --- swap.6: out, and in again


def test_swap_larger(boot, seed):
    """A program that is larger than memory has what it wrote, page for page, though the disk fails at first; and what nobody uses goes."""
    s, chance = Stage(boot.tree), chance_of(seed, "larger")
    begin(s, bad=(1, chance.randrange(15, 25)), fails="write")
    s.object(20, store=21)
    s.map(HERE, 20, register=21)
    s.fill(HERE, 20, seed + 1)
    pages, model, touches = chance.randrange(320, 360), {}, []
    s.own(USER, pages, actor=2)
    for _ in range(1500):
        offset = chance.randrange(pages) * PAGE + 4 * chance.choice((0, 1, 700, 1023))
        word = chance.getrandbits(32) if chance.random() < 0.6 else model.get(offset, 0)
        touches.append((offset, model.get(offset, 0), word))
        model[offset] = word
    touches += [(offset, word, word) for offset, word in sorted(model.items())]
    s.touches(USER, touches, "a program that is larger than memory", actor=2)
    s.counts("what went out and in", swapped_out=at_least(100), swapped_in=at_least(100), ended=0, slots_bad=at_least(14))
    s.stat("an object that nobody has used, of which some could not be written at first", register=21, resident=0, swapped=20, dirty=0)
    s.same(HERE, 20, seed + 1, "what nobody has used")
    s.go(boot)


def test_swap_shared(boot, seed):
    """What is shared, or a private copy, goes out and comes in for all that use it."""
    s, chance = Stage(boot.tree), chance_of(seed, "shared")
    begin(s, wait=1)
    s.enter(3, "user")
    pages = chance.randrange(100, 120)
    s.object(2 * pages, store=21)
    for actor in (2, 3):
        s.pass_to(actor, 21, BOTH, 21)
        s.map(HERE, 2 * pages, register=21, actor=actor)
    s.map(THERE, pages, "write private", register=21, actor=3)
    s.fill(HERE, 2 * pages, seed + 1, actor=2)
    s.same(HERE, 2 * pages, seed + 1, actor=3)
    s.fill(THERE, pages, seed + 2, actor=3)
    s.fill(HERE + pages * PAGE, pages, seed + 3, actor=3)
    for actor in (2, 3):
        s.do(SAME, words(HERE, pages, seed + 1), "what is shared is read by both at once", actor=actor, later=True, value=pages)
    s.nap(600)
    for actor in (2, 3):
        s.wait_for(actor)
    s.do(SAME, words(THERE, pages, seed + 2), "what was copied", actor=3, later=True, value=pages)
    s.nap(600)
    s.wait_for(3)
    s.read(HERE + pages * PAGE, first_word(seed + 3, 0), "what another has written", actor=2)
    s.counts("what went out and in", swapped_out=at_least(60), swapped_in=at_least(20), ended=0)
    s.do("PM_OBJECT_STAT", what="of what is shared", register=21, show=8,
         check=lambda seen, what: expect(seen.data[4] + seen.data[6], 2 * pages, f"{what}: pages in memory, and on the swap device"))
    s.go(boot)


def heard(s):
    """The next request to a disk that is not serving yet."""
    s.hear(30, "pages are to be written to the disk", actor=1, show=3,
           check=lambda seen, said: expect(seen.value, s.DISK_WRITE, f"{said}: its function"))


def test_swap_touched(boot, seed):
    """What is written to a page while that is on its way is not lost: it stays."""
    s = Stage(boot.tree)
    begin(s, wait=10)
    some = full(boot, SLOTS) - 80
    s.own(USER, some, actor=2)
    s.own(HERE, 80, actor=2)
    s.fill(USER, some, seed + 1, actor=2)
    s.fill(HERE, 80, seed + 3, actor=2)
    s.fill(USER, some, seed + 2, "all is written anew, while the disk writes", actor=2)
    s.same(USER, some, seed + 2, actor=2)
    s.nap(300)
    s.unmap(HERE, 80, actor=2, value=0)
    for flags in (0, 2):
        s.do("PM_PROTECT", words(USER, some, flags), "so that all of it is mapped anew", actor=2, value=USER)
    s.do(SAME, words(USER, some, seed + 2), "what was written while the disk wrote something older, up to the first that is not there", actor=2,
         later=True, value=some)
    s.nap(800)
    s.wait_for(2)
    s.counts("in the end", ended=0, slots_bad=0, swapped_out=at_least(1))
    s.go(boot)
    known_to_be_dirty(boot, seed)


def known_to_be_dirty(boot, seed):
    """The same, but the manager has heard of it before the disk is done: since the page is mapped anew."""
    s = Stage(boot.tree)
    begin(s, program=False, serve=False)
    s.object(8, store=21)
    s.map(HERE, 8, register=21)
    s.fill(HERE, 8, seed + 1)
    s.object(700, store=22)
    s.map(USER, 700, "", register=22)
    s.same(USER, 700, 0, "more than there is, of what nobody has written")
    heard(s)
    s.fill(HERE, 8, seed + 2, "what the disk is writing")
    s.unmap(HERE, 8, value=0)
    s.do("CALL_REPLY", words(0, 0), "the disk has written it", actor=1, target=7)
    serve(s)
    s.same(USER, 700, 0, "more than there is, of what nobody has written")
    s.map(HERE, 8, register=21)
    s.same(HERE, 8, seed + 2, "what was written, and unmapped, while the disk wrote something older")
    s.go(boot)


def serve(s):
    """From now on a disk that was not serving does what it is asked for."""
    s.do(DISK, words(30, BUFFER, STORE, SLOTS, 0, 0, 0, 0, 0, 0), "a disk", actor=1, later=True)


def test_swap_lost(boot, seed):
    """What the disk cannot give back is lost: who needs it ends, and nobody else does."""
    s, chance = Stage(boot.tree), chance_of(seed, "lost")
    bad = chance.randrange(50, 80)
    begin(s, bad=(bad, bad + 1), fails="read")
    s.enter(3, "user")
    s.own(USER, 100, actor=3)
    s.fill(USER, 20, seed + 1, actor=3)
    s.own(USER, TOO_MANY, actor=2)
    s.fill(USER, TOO_MANY, seed + 2, actor=2)
    s.same(USER, TOO_MANY, seed + 2, "pages of which one cannot be read", actor=2, ends=True, value=ANY)
    s.end(2, "END_LOST", "who touched a page that the disk could not give back", status=s.ERR_DISK)
    s.same(USER, 20, seed + 1, "another's", actor=3)
    s.fill(USER, 100, seed + 3, "another's", actor=3)
    s.same(USER, 100, seed + 3, "another's", actor=3)
    s.counts("when a page was lost", slots_bad=1, ended=0)
    s.do("PM_NUMBER", value=1)
    asked = []
    s.look(boot, lambda o: asked.extend(journal(o, 2)))
    expect(len([1 for what, slot, _ in asked if what == "read" and slot == bad]), 1, f"how often slot {bad} was to be read, which cannot be read")


def test_swap_left(boot, seed):
    """Nothing is left of programs that end, or unmap, while their pages are on the way."""
    s, chance = Stage(boot.tree), chance_of(seed, "left")
    begin(s, program=False, wait=10)
    frames = []
    for actor in range(2, 7):
        s.enter(actor, "user")
        s.own(USER, TOO_MANY, actor=actor)
        s.fill(USER, 260, seed + 1, actor=actor)
        if actor % 2:
            s.fill(USER, 280, seed + 2, actor=actor)
            s.unmap(USER, TOO_MANY, actor=actor, value=0)
        elif actor == 2:
            s.do(FILL, words(USER, TOO_MANY, seed + 2), "pages are written", actor=actor, later=True)
            s.nap(chance.randrange(5, 90))
        else:
            s.fill(USER + 260 * PAGE, 60, seed + 2, actor=actor)
            s.do(SAME, words(USER, 260, seed + 1), "pages are read", actor=actor, later=True)
            s.nap(chance.randrange(5, 90))
        s.do("PM_KILL", what="of a program whose pages are on the way", register=63 - actor, value=0)
        s.do("PM_WAIT", what="for its end", register=63 - actor)
        s.do("CALL_CLOSE", register=63 - actor)
        s.nap(150)
        s.counts("when the program is gone", slots_used=0, slots_bad=0, frames_free=lambda seen, what: frames.append(seen))
    s.go(boot)
    expect(frames[1:], frames[:1] * 4, "free frames when each of five programs is gone")


DRIVER = """
may disk console
name disk /dev/disk
irq disk 14
ports disk 0x1f0 8  0x3f6 1
ports disk 0xcf8 8  0xf000 16
may init swap
"""


def test_swap_image(boot, seed):
    """On a real disk, through its driver, there is what was swapped out."""
    s = Stage(boot.tree)
    s.object(16)
    s.map(HERE, 16)
    s.do(SPAWN, words(0) + b"bin/disk\0disk\0", "the driver of disks", store=21)
    s.nap(1000)
    s.do("PM_RESOLVE", text("/dev/disk"), store=22)
    s.do("DISK_OPEN_WRITE", text("disk0"), gives=[(20, BOTH | rights("delete start stop"))], register=22, store=23, value=IMAGE // 512)
    s.do("PM_SWAP", words(IMAGE // PAGE) + text("disk0"), gives=[(23, BOTH), (20, BOTH)], value=IMAGE // PAGE)
    s.enter(1, "user")
    s.own(USER, LARGE, actor=1)
    s.fill(USER, LARGE, seed + 1, actor=1)
    s.counts("when more has been written than there is room for", swapped_out=at_least(40), slots_used=at_least(40))
    seen = {}
    with tempfile.TemporaryDirectory() as folder:
        image = pathlib.Path(folder, "image")
        image.write_bytes(bytes(IMAGE))
        s.look(boot, lambda o: look_at_image(o, seen), POLICY + DRIVER, {"bin/disk": "disk"}, disks=[image])
    gone = [i for i in range(LARGE) if USER + i * PAGE not in seen["here"]]
    expect(len(gone) >= 30, True, f"whether at least 30 of {LARGE} pages are not in memory: {len(gone)} are not")
    expect([i for i in gone if page_image(seed + 1, i) not in seen["slots"]], [], "pages that are neither in memory nor on the disk")
    expect(any(seen["first"]), False, "whether something was written to slot 0 of the disk")


def look_at_image(o, seen):
    data = (o.machine.dir / "disk0").read_bytes()
    seen["here"] = o.has(3, "the program")
    seen["first"] = data[:PAGE]
    seen["slots"] = {data[at:at + PAGE] for at in range(PAGE, len(data), PAGE)}


# --- swap.7: the page cache


def served(s, chance, readers=2):
    """A server with a file, which readers have mapped: it is process 1 of the play, they are the next.  Its number and its pages."""
    pages = chance.randrange(24, 40)
    s.server(1)
    number = s.file(pages)
    for actor in range(2, 2 + readers):
        s.enter(actor, "user")
        s.pass_to(actor, 20, BOTH, 20)
        s.map(HERE, pages, actor=actor)
    return number, pages


def reads(s, actor, page, seed, **options):
    """It waits for this page."""
    s.do(READ, words(HERE + page * PAGE), "a page of a file is read", actor=actor, later=True, value=first_word(seed, page) if seed is not None else ANY, **options)


def test_cache_fill(boot, seed):
    """A page is filled once, however many want it."""
    s, chance = Stage(boot.tree), chance_of(seed, "fill")
    number, pages = served(s, chance, 3)
    before = s.noted("the server"), s.noted("a reader", 2)
    for page in chance.sample(range(2, pages, 2), 4):
        reads(s, 2, page, seed + 1)
        s.asked("PAGER_FILL", page, 1)
        reads(s, 3, page, seed + 1)
        s.nap(5)
        s.brings(number, page, seed + 1)
        s.answered()
        s.wait_for(2)
        s.wait_for(3)
        s.read(HERE + page * PAGE, first_word(seed + 1, page), "a page that is there", actor=4)
        s.write(HERE + page * PAGE + 8, 99, "a page that is there", actor=4)
        s.read(HERE + page * PAGE + 8, 99, "what another has written", actor=2)
        s.quiet("when the page is there")
    s.stat("a file of which some pages were read", kind=3, resident=4, dirty=4, mappings=3)
    s.account("a server whose file is read", 0, 0, before[0])
    s.account("who reads a file", 2, 0, before[1])
    s.read(HERE + pages * PAGE, ANY, "behind the end of a file", actor=3, ends=True)
    s.end(3, "END_FAULT", "who reads behind the end of a file")
    s.go(boot)


def test_cache_ahead(boot, seed):
    """Pages that are read in order are asked for before they are needed, eight at once."""
    s, chance = Stage(boot.tree), chance_of(seed, "ahead")
    number, pages = served(s, chance, 1)
    page = chance.randrange(1, 5)
    for index, count in ((pages - 1, 1), (page, 1), (page + 1, 8), (page + 9, 8)):
        reads(s, 2, index, seed + 1)
        s.asked("PAGER_FILL", index, count, what="a page that was not there")
        s.brings(number, index, seed + 1, count)
        s.answered()
        s.wait_for(2)
    for index in range(page, page + 17):
        s.read(HERE + index * PAGE, first_word(seed + 1, index), "what was read ahead", actor=2)
    s.quiet("when all that was read has been read ahead")
    s.do("PM_PAGE_OPEN", words(0, number, pages), "behind the end of the file", actor=1, error="ERR_RANGE")
    s.do("PM_ADVISE", words(HERE, pages, s.ADVICE_SEQUENTIAL), actor=2)
    reads(s, 2, pages - 2, seed + 1)
    s.asked("PAGER_FILL", pages - 2, 8, what="by who said that it reads in order")
    s.brings(number, pages - 2, seed + 1)
    s.answered()
    s.wait_for(2)
    s.go(boot)


def test_cache_failed(boot, seed):
    """Who waits for a page that cannot be brought hears of it, and nobody else."""
    s, chance = Stage(boot.tree), chance_of(seed, "failed")
    number, _ = served(s, chance, 5)
    page = chance.randrange(2, 20)
    reads(s, 2, page, None, ends=True)
    s.asked("PAGER_FILL", page, 1)
    s.answered()
    s.nap(10)
    s.end(2, "END_LOST", "whose page was not brought, by a server that says that all is well", status=s.ERR_DISK)
    reads(s, 3, page, None, ends=True)
    s.asked("PAGER_FILL", page, 1, what="for a page that did not come when it was asked for first")
    reads(s, 5, page + 2, seed + 1)
    s.do("PM_PAGE_OPEN", words(0, number, page), value=s.PAGE_NEW, actor=1)
    s.do("PM_PAGE_DONE", words(0, s.PAGE_FAILED), value=0, actor=1)
    s.answered()
    s.nap(10)
    s.end(3, "END_LOST", "whose page the server could not read", status=s.ERR_DISK)
    s.asked("PAGER_FILL", page + 2, 1)
    s.brings(number, page + 2, seed + 1)
    s.answered()
    s.wait_for(5)
    reads(s, 4, page, None, ends=True)
    s.asked("PAGER_FILL", page, 1)
    s.answered(error=s.ERR_DISK)
    s.nap(10)
    s.end(4, "END_LOST", "whose page was refused", status=s.ERR_DISK)
    reads(s, 5, page, seed + 2)
    s.asked("PAGER_FILL", page, 1)
    s.brings(number, page, seed + 2)
    s.answered(error=s.ERR_DISK)
    s.wait_for(5)
    s.read(HERE + (page + 2) * PAGE, first_word(seed + 1, page + 2), "what others had no luck with", actor=5)
    reads(s, 6, page + 4, None, ends=True)
    s.asked("PAGER_FILL", page + 4, 1)
    s.do("PM_EXIT", words(0), "a server that has been asked for a page", actor=1, ends=True)
    s.end(6, "END_FAULT", "whose server has ended")
    s.go(boot)


def written_file(s, chance, seed, some):
    """A file of which the first pages are there, and some have been written: which."""
    number, _ = served(s, chance)
    s.do(BRING, words(number, 0, 20, seed + 1, WINDOW), "the server brings pages that nobody has asked for", actor=1, value=20)
    for actor in (2, 3):
        s.same(HERE, 20, seed + 1, actor=actor)
    s.stat("when it has only been read", dirty=0)
    written = sorted(chance.sample(range(20), some))
    for n, page in enumerate(written):
        s.fill(HERE + page * PAGE, 1, file_seed(seed + 2, page), actor=2 + n % 2)
    s.stat("when some pages have been written", dirty=len(written))
    return number, written


def syncs(s, actor, what="", **wanted):
    s.do("PM_SYNC", words(HERE, 20), what, actor=actor, later=True, **wanted)


def synced(s, actor):
    s.wait_for(actor)
    s.do("PM_SYNC", words(HERE, 20), "when all is clean", actor=actor, value=0)


def test_cache_sync(boot, seed):
    """What was written is with the server when a sync has ended, and not before."""
    s, chance = Stage(boot.tree), chance_of(seed, "sync")
    number, written = written_file(s, chance, seed, chance.randrange(4, 8))
    s.quiet("before anybody wants it written")
    syncs(s, 2, error="ERR_AGAIN")
    s.asked("PAGER_CLEAN", 16)
    for n, page in enumerate(written):
        s.cleans(number, page, seed + 2, start=page if n % 2 else 0)
    s.nothing_dirty(number)
    s.answered()
    synced(s, 2)
    s.stat("when all has been cleaned", dirty=0, resident=20)
    s.quiet("when all is clean")
    s.counts("pages", cleaned=len(written))
    page = chance.randrange(20)
    s.fill(HERE + page * PAGE, 1, file_seed(seed + 3, page), "written once more", actor=3)
    s.stat("when one page has been written once more", dirty=1)
    syncs(s, 3, error="ERR_AGAIN")
    s.asked("PAGER_CLEAN", 16)
    s.cleans(number, page, seed + 3)
    s.answered()
    synced(s, 3)
    s.go(boot)


def test_cache_again(boot, seed):
    """What is written while it is being cleaned is cleaned again."""
    s, chance = Stage(boot.tree), chance_of(seed, "again")
    number, written = written_file(s, chance, seed, 3)
    syncs(s, 3, error="ERR_AGAIN")
    s.asked("PAGER_CLEAN", 16)
    s.cleans(number, written[0], seed + 2, done=False)
    at = HERE + written[0] * PAGE
    s.fill(at, 1, file_seed(seed + 4, written[0]), "written while it is being cleaned, by who had written it before", actor=2)
    s.do("PM_PAGE_DONE", words(1, s.PAGE_CLEANED), value=0, actor=1)
    s.cleans(number, written[1], seed + 2, start=written[0] + 1)
    s.cleans(number, written[2], seed + 2, start=written[1])
    s.nothing_dirty(number, start=written[2])
    s.stat("when one of three was written while it was cleaned", dirty=1)
    s.answered()
    s.asked("PAGER_CLEAN", 16, what="for what was written meanwhile")
    s.cleans(number, written[0], seed + 4, done=False)
    s.fill(at, 1, file_seed(seed + 5, written[0]), "written once more while it is being cleaned", actor=2)
    s.cleans(number, written[0], seed + 5, slot=2)
    s.do("PM_PAGE_DONE", words(1, s.PAGE_CLOSED), "a slot with what was there before", value=0, actor=1)
    s.nothing_dirty(number)
    s.answered()
    synced(s, 3)
    for actor in (2, 3):
        s.same(at, 1, file_seed(seed + 5, written[0]), actor=actor)
        s.do("PM_PROTECT", words(HERE, 20, 2), "which looks at what was done to the pages", actor=actor, value=HERE)
    s.stat("when nothing was written since all was cleaned", dirty=0)
    s.go(boot)


def test_cache_refused(boot, seed):
    """What could not be cleaned is dirty still, and who wanted to be sure is told."""
    s, chance = Stage(boot.tree), chance_of(seed, "refused")
    number, written = written_file(s, chance, seed, 3)
    syncs(s, 2, "the server cannot write", error="ERR_DISK")
    s.asked("PAGER_CLEAN", 16)
    s.cleans(number, written[0], seed + 2)
    s.cleans(number, written[1], seed + 2, done=False)
    s.do("PM_PAGE_DONE", words(1, s.PAGE_FAILED), value=0, actor=1)
    s.answered(error=s.ERR_DISK)
    s.wait_for(2)
    s.stat("when one of three was cleaned", dirty=2)
    syncs(s, 3, "the server can write again", error="ERR_AGAIN")
    s.asked("PAGER_CLEAN", 16)
    s.cleans(number, written[1], seed + 2)
    s.cleans(number, written[2], seed + 2, done=False)
    s.do("PM_PAGE_DONE", words(1, s.PAGE_CLOSED), "which was not cleaned", value=0, actor=1)
    s.stat("when a slot was closed with a page that was not cleaned", dirty=1)
    s.cleans(number, written[2], seed + 2)
    s.answered()
    synced(s, 3)
    s.stat("when all was cleaned", dirty=0)
    s.go(boot)


def test_cache_shrunk(boot, seed):
    """A file that becomes shorter while one of its pages is being brought, or cleaned."""
    s, chance = Stage(boot.tree), chance_of(seed, "shrunk")
    number, pages = served(s, chance, 3)
    page = chance.randrange(10, 20)
    reads(s, 2, page, None, ends=True)
    s.asked("PAGER_FILL", page, 1)
    s.do("PM_PAGE_OPEN", words(0, number, page), value=s.PAGE_NEW, actor=1)
    s.do("PM_OBJECT_RESIZE", words(page), register=20, value=page)
    s.nap(10)
    s.end(2, "END_FAULT", "who waited for a page of a file that is shorter now", status=14)
    s.do("PM_PAGE_DONE", words(0, s.PAGE_FILLED), "for a page that is gone", error="ERR_RANGE", actor=1)
    s.do("PM_OBJECT_RESIZE", words(pages), register=20, value=pages)
    reads(s, 3, page, seed + 2)
    s.nap(5)
    s.answered()
    s.asked("PAGER_FILL", page, 1, what="for a page of a file that is longer again")
    s.brings(number, page, seed + 2)
    s.answered()
    s.wait_for(3)
    s.stat("a file that was shorter for a while", pages=pages, resident=1)
    s.fill(HERE + page * PAGE, 1, file_seed(seed + 3, page), actor=3)
    s.do("PM_SYNC", words(HERE, pages), actor=3, later=True, error="ERR_AGAIN")
    s.asked("PAGER_CLEAN", 16)
    s.cleans(number, page, seed + 3, done=False)
    s.do("PM_OBJECT_RESIZE", words(page), register=20, value=page)
    s.do("PM_PAGE_DONE", words(1, s.PAGE_CLEANED), "for a page that is gone", error="ERR_RANGE", actor=1)
    s.answered()
    s.wait_for(3)
    s.stat("when what was dirty is gone", pages=page, dirty=0, resident=0)
    s.do("PM_SYNC", words(HERE, pages), "when nothing is dirty", actor=3, value=0)
    s.go(boot)


def test_cache_limit(boot, seed):
    """So much of memory is dirty and no more: who writes waits until something has been cleaned."""
    s = Stage(boot.tree)
    s.server(1)
    number = s.file(140)
    s.own(KEPT, 140, actor=1)
    s.enter(2, "user")
    s.pass_to(2, 20, BOTH, 20)
    s.map(HERE, 140, actor=2)
    s.do(BRING, words(number, 0, 140, seed + 1, WINDOW), "the server brings all of its file", actor=1, value=140)
    frames, dirty = [], []
    s.counts("before", frames=lambda seen, what: frames.append(seen))
    s.do(FILL, words(HERE, 140, seed + 2), "all of a file is written", actor=2, later=True, value=140)
    s.asked("PAGER_CLEAN", 16, what="when too much is dirty")
    s.nap(20)
    s.counts("while who writes waits", dirty=lambda seen, what: dirty.append(seen))
    s.do(CLEAN, words(30, number, WINDOW, KEPT), "the server cleans all that is dirty", actor=1, check=lambda seen, what: dirty.append(seen.value))
    s.answered()
    s.do(FILE, words(30, number, WINDOW, KEPT), "a file server", actor=1, later=True)
    s.wait_for(2)
    s.same(HERE, 140, seed + 2, actor=2)
    s.fill(HERE, 1, seed + 2, "once more", actor=2)
    s.do("PM_SYNC", words(HERE, 140), actor=2, error="ERR_AGAIN")
    s.do("PM_SYNC", words(HERE, 140), actor=2, value=0)
    seen = {}
    s.look(boot, lambda o: seen.update(o.has(2, "the server")))
    expect(dirty[0], frames[0] // 8, "pages that are dirty when somebody waits for that: an eighth of memory")
    expect(dirty[1] >= dirty[0], True, f"whether the server finds all of them to be cleaned: it cleans {dirty[1]} of {dirty[0]}")
    wrong = [i for i in range(140) if seen.get(KEPT + i * PAGE, (0, b""))[1] != page_image(seed + 2, i)]
    expect(wrong, [], "pages of the file that the server has not got as they were written last, after PM_SYNC")
    limit_by_another(boot, seed, frames[0] // 8)


def limit_by_another(boot, seed, limit):
    """What is dirty is of one file, and who has to wait for that writes to another."""
    s = Stage(boot.tree)
    s.server(1)
    numbers = s.file(limit), s.file(1, cookie=6, store=21)
    s.enter(2, "user")
    for address, number, pages, store in ((HERE, numbers[0], limit, 20), (THERE, numbers[1], 1, 21)):
        s.pass_to(2, store, BOTH, store)
        s.map(address, pages, register=store, actor=2)
        s.do(BRING, words(number, 0, pages, seed + 1, WINDOW), "the server brings all of a file", actor=1, value=pages)
    s.fill(HERE, limit, seed + 2, "so much of a file as may be dirty", actor=2)
    s.quiet("as long as nobody waits")
    s.do(WRITE, words(THERE, 7), "another file, of which nothing is dirty, is written", actor=2, later=True, value=0)
    s.asked("PAGER_CLEAN", 16, what="to clean the file that is dirty")
    s.cleans(numbers[0], 0, file_seed(seed + 2, 0))
    s.answered()
    s.wait_for(2)
    s.stat("the other file", register=21, dirty=1)
    s.go(boot)


def test_cache_pressure(boot, seed):
    """When memory is short pages of files go: those that are dirty to their server first, none is lost."""
    s, chance = Stage(boot.tree), chance_of(seed, "pressure")
    pages, model, touches = chance.randrange(330, 380), {}, []
    s.server(1)
    number = s.file(pages)
    s.own(KEPT, pages, actor=1)
    s.fill(KEPT, pages, seed + 1, actor=1)
    s.enter(2, "user")
    s.pass_to(2, 20, BOTH, 20)
    s.map(HERE, pages, actor=2)
    s.do(FILE, words(30, number, WINDOW, KEPT), "a file server", actor=1, later=True)
    for n in range(900):
        offset = (chance.randrange(pages) if n % 3 else n // 3 % pages) * PAGE + 4 * chance.choice((0, 1, 2))
        there = model.get(offset, first_word(seed + 1, offset // PAGE) if offset % PAGE == 0 else 0)
        word = chance.getrandbits(32) if chance.random() < 0.3 else there
        touches.append((offset, there, word))
        model[offset] = word
    s.touches(HERE, touches + [(offset, word, word) for offset, word in sorted(model.items())], "a file that is larger than memory", actor=2)
    s.counts("what went out and in", filled=at_least(pages), cleaned=at_least(30), ended=0, swapped_out=0)
    s.go(boot)


# --- swap.8: when there is hardly any


def grows(s, actor, pages, seed, **options):
    """Memory of its own, which it writes to."""
    s.own(USER, pages, actor=actor)
    s.fill(USER, pages, seed, actor=actor, **options)


def test_full_alone(boot, seed):
    """Without a swap device the largest program ends when memory is full, and the others go on."""
    s, chance = Stage(boot.tree), chance_of(seed, "alone")
    s.object(1)
    s.map(THERE, 1)
    for number in (1, 2, 3):
        s.enter(number, "user")
    some = chance.randrange(20, 60)
    grows(s, 1, some, seed + 1)
    grows(s, 3, some // 2, seed + 3)
    grows(s, 2, 700, seed + 2, ends=True, value=ANY)
    s.end(2, "END_MEMORY", "the largest program, which needed more than there is")
    s.counts("when a program had to end", ended=1, frames_free=at_least(300))
    s.same(USER, some, seed + 1, "another's", actor=1)
    s.same(USER, some // 2, seed + 3, "another's", actor=3)
    s.own(HERE, 250, actor=3)
    s.fill(HERE, 250, seed + 4, "when there is room again", actor=3)
    s.same(HERE, 250, seed + 4, actor=3)
    s.counts("in the end", ended=1)
    s.go(boot)


def test_full_largest(boot, seed):
    """It is the largest that ends, whoever asks for more; servers never do, and get memory when others wait."""
    s, chance = Stage(boot.tree), chance_of(seed, "largest")
    s.object(1)
    s.map(THERE, 1)
    s.enter(1, "server")
    for number in (2, 3, 4):
        s.enter(number, "user")
    grows(s, 1, 200, seed + 1)
    large = chance.randrange(150, 165)
    grows(s, 2, 60, seed + 2)
    grows(s, 3, large, seed + 3)
    s.own(USER, 130, actor=4)
    s.fill(USER, 130, seed + 4, "more than there is, but not most", actor=4)
    s.do("PM_NUMBER", actor=3, what="of the largest program", ends=True)
    s.end(3, "END_MEMORY", "the largest program, when another needed more than there is")
    for actor, pages in ((1, 200), (2, 60), (4, 130)):
        s.same(USER, pages, seed + actor, "of those that are not the largest", actor=actor)
    s.own(HERE, 240, actor=1)
    s.fill(HERE, 150, seed + 5, "a server", actor=1)
    s.counts("when a server has taken memory of those that are kept", ended=1, frames_free=at_most(70))
    s.same(HERE, 150, seed + 5, "a server", actor=1)
    s.fill(HERE + 150 * PAGE, 90, seed + 6, "a server that takes all that there is", actor=1)
    s.same(HERE, 150, seed + 5, "a server", actor=1)
    s.end(1, "it goes on", "a server that has taken all that there is")
    s.counts("when a server has taken all that there is", ended=2)
    s.go(boot)


def test_full_swap(boot, seed):
    """The same with a swap device, when that is full, too: slots and frames come back."""
    s, chance = Stage(boot.tree), chance_of(seed, "swap")
    begin(s, slots=60)
    s.enter(3, "user")
    some = chance.randrange(20, 40)
    grows(s, 3, some, seed + 1)
    grows(s, 2, 700, seed + 2, ends=True, value=ANY)
    s.end(2, "END_MEMORY", "the largest program, which needed more than there is")
    s.counts("when a program had to end", ended=1, slots_used=at_most(some + 16), slots_bad=0, swapped_out=at_least(50))
    s.same(USER, some, seed + 1, "another's", actor=3)
    s.own(HERE, 300, actor=3)
    s.fill(HERE, 300, seed + 4, "when there is room again", actor=3)
    s.same(HERE, 300, seed + 4, actor=3)
    s.counts("in the end", ended=1)
    s.go(boot)


def test_full_waits(boot, seed):
    """Who needs memory while the disk writes waits, and goes on when somebody frees some; or when pages can go after all."""
    s = Stage(boot.tree)
    s.object(1)
    s.map(THERE, 1)
    s.disk(1, SLOTS, serve=False)
    s.enter(2, "user")
    grows(s, 0, 100, seed + 3)
    s.own(USER, 300, actor=2)
    s.do(FILL, words(USER, 250, seed + 2), "more than there is, while the disk writes", actor=2, later=True, value=250)
    s.wait_for(2, "it waits as long as the disk writes, and nobody frees anything", silent=True)
    s.counts("while it waits", ended=0, waited=at_least(1), frames_free=at_most(81))
    s.unmap(USER, 100, value=0)
    s.wait_for(2)
    s.counts("when another has freed some", ended=0)
    for _ in range(2):
        heard(s)
        s.do("CALL_REPLY_ERROR", what="the disk fails", actor=1, target=s.ERR_DISK)
    serve(s)
    s.same(USER, 250, seed + 2, actor=2)
    s.fill(USER + 250 * PAGE, 50, seed + 5, actor=2)
    s.same(USER, 250, seed + 2, actor=2)
    s.go(boot)
    waits_for_used(boot)


def waits_for_used(boot):
    """All pages that could go have just been used, and there is no disk: the hand has to come by more than once before somebody ends."""
    s, free = Stage(boot.tree), []
    s.enter(1, "user")
    s.counts("with one program", frames_free=lambda seen, what: free.append(seen))
    s.go(boot)
    s = Stage(boot.tree)
    s.enter(1, "user")
    s.own(USER, 1, actor=1)
    pages = free[0] - 130
    s.object(pages)
    s.map(HERE, pages, "")
    s.same(HERE, pages, 0, "of what nobody has written")
    for register in range(21, 41):
        s.do("PM_CREATE", text("child") + text("user"), register=1, store=register)
    s.counts("when the kernel has made processes", frames_free=at_most(80))
    s.fill(USER, 1, 1, "when there is hardly any memory", actor=1)
    s.counts("when pages that were only read can go", ended=0, waited=1)
    s.go(boot)


def test_full_many(boot, seed):
    """Some programs that need more than there is, at once: each ends well, or because memory is full; none hangs."""
    chance = chance_of(seed, "many")
    s = Stage(boot.tree)
    s.object(1)
    s.map(THERE, 1)
    many(s, boot, chance, seed, range(1, 6), 2500)
    s = Stage(boot.tree)
    begin(s, slots=100, program=False)
    many(s, boot, chance, seed, range(2, 7), 8000, memory=4, guest_seconds=20)


def many(s, boot, chance, seed, actors, limit, **options):
    sizes = {actor: chance.randrange(130, 190) for actor in actors}
    for actor, pages in sizes.items():
        s.enter(actor, "user")
        s.own(USER, pages, actor=actor)
    for actor, pages in sizes.items():
        s.do(FILL, words(USER, pages, seed + actor), "pages are written", actor=actor, later=True)
    s.nap(limit)
    ended = []
    for actor in sizes:
        s.do("PM_PROCESS", words(actor + 1), what="of many", show=8, check=lambda seen, what: ended.append(seen.data[5]))
    s.counts("when all programs but those that had to end have what they want", ended=lambda seen, what: ended.append(seen), slots_bad=0)
    s.do("PM_MAP", words(USER, 40, 2), value=USER)
    s.fill(USER, 40, seed + 1, "the first process")
    s.go(boot, **options)
    check_many(s, ended, sizes)


def check_many(s, ended, sizes):
    count = ended.pop()
    for actor, end in zip(sizes, ended):
        expect(end in (0, s.END_MEMORY), True, f"whether process {actor} goes on, or ended because memory was full (END_MEMORY): how it ended is {end}")
    expect(count, sum(end != 0 for end in ended), "processes that ended because memory was full, as PM_MEMORY counts them and as they are")
    expect(1 <= count <= 3, True, f"whether some of five programs had to end, and some not: {count} had to")


def test_full_left(boot, seed):
    """Memory is full again and again, and nothing is left of it."""
    s, chance = Stage(boot.tree), chance_of(seed, "left")
    begin(s, slots=60, program=False)
    frames = []
    for actor in range(2, 7):
        s.enter(actor, "user")
        s.own(USER, 800, actor=actor)
        s.do(FILL, words(USER, chance.randrange(620, 800), seed + actor), "more than there is", actor=actor, later=True)
        s.do("PM_WAIT", what="for a program that has to end", register=63 - actor, show=8,
             check=lambda seen, what: expect(seen.data[5], s.END_MEMORY, f"{what}: how it ended"))
        s.do("CALL_CLOSE", register=63 - actor)
        s.counts("when the program is gone", slots_used=0, slots_bad=0, ended=actor - 1, frames_free=lambda seen, what: frames.append(seen))
    s.go(boot)
    expect(frames[1:], frames[:1] * 4, "free frames when each of five programs is gone")
