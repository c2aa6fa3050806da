# SPDX-License-Identifier: BSD-2-Clause
"""Plays about memory: objects that actors hand to each other, many pages at once, disks and file servers that are actors.

The steps are those of user/pmtests/play.c and pages.h.
"""

import random
import struct

from .failure import Failure, expect
from .outside import Outside
from .pages import FRAME, PAGE, WRITABLE, Pages
from .pmplay import ALL, ANY, HEADERS, MOVE, READ, SECONDS, WRITE, Scene, abi, rights, text, words

FILL, SAME, TOUCHES, HOT, DISK, BRING, CLEAN, FILE = range(16, 24)
WINDOW, KEPT = 0x70000000, 0x38000000  # addresses in a file server: its window; what is in its file
SAY = 0x8008  # a function of servers
SELF, DOOR, MINE = 0, 9, 8  # registers: the manager; the director's door; where actors have it
READ_ONLY, BOTH = rights("read copy move"), rights("read write copy move")
BUFFER, STORE, JOURNAL = 0x20000000, 0x30000000, 0x2F000000  # addresses in a disk
BUFFER_PAGES = 16
VIEW = "value error kind pages resident dirty swapped mappings".split()
COUNTS = """value error frames frames_free frames_kept private shared ram_disk file wired dirty slots slots_used slots_bad
            faults zeroed copied mapped filled cleaned swapped_in swapped_out looked evicted waited ended""".split()
PROCESS = "value error number parent state end status pages".split()

POLICY = """
domain init user small server disk
type private open up
limit init processes 64 pages 16384 names 64 threads 4 descriptors 512
limit user processes 8 pages 16384 names 0 threads 4 descriptors 256
limit small processes 0 pages 40 names 0 threads 4 descriptors 256
limit server processes 0 pages 16384 names 4 threads 4 descriptors 256
limit disk processes 0 pages 16384 names 1 threads 4 descriptors 256
may init processes archive console halt report doors system
may user doors
may small doors
may server doors pager
may disk doors system swap dma
enter init user small server disk
is /* open
name init / /*
made init private
made user private
made small private
made server private
made disk private
processes init up
processes user up
processes small up
processes server up
processes disk up
allow init up read write start stop delete copy move
allow init open read write copy move
allow user open read write copy move
allow small open read write copy move
allow server open read write copy move
allow disk open read write copy move
"""


def page_word(seed, page, place):
    """As in pages.h."""
    return ((seed + page * 0x9E3779B1) ^ ((place + 1) * 0x85EBCA6B)) & 0xFFFFFFFF if seed else 0


def page_image(seed, page):
    image = bytearray(PAGE)
    for place, at in enumerate((0, 341, 682, 1023)):
        struct.pack_into("<I", image, 4 * at, page_word(seed, page, place))
    return bytes(image)


def file_seed(seed, page):
    """With it the first of some pages is what this page is with `seed`."""
    return (seed + page * 0x9E3779B1) & 0xFFFFFFFF


class Look(Pages):
    """A machine with a process manager, seen from outside when the first program stops it."""

    def __init__(self, booted):
        Outside.__init__(self, booted, SECONDS)
        self.run_to("machine_stop")

    def entries(self, number, what):
        """{address: entry in the page tables} of a process of the play, by the manager's number."""
        directory = self.processes().get(number + 1)
        if directory is None:
            raise Failure("wrong", f"{what} is there still when the play is over", "it has ended")
        return self.mapped(directory)

    def has(self, number, what):
        """{address: (is it writable, its bytes)}, in the same way."""
        return {at: (bool(entry & WRITABLE), self.physical(entry & FRAME, PAGE)) for at, entry in self.entries(number, what).items()}


class Stage(Scene):
    """The director has a door, by which actors and it hand each other descriptors.  Actor n is process n + 1 of the manager."""

    def __init__(self, tree):
        super().__init__(tree)
        self.abi = abi(tree, *HEADERS, "pm/abi/object.h", "user/abi/disk.h")
        self.errors = {number: name for name, number in self.abi.items() if name.startswith("ERR_")}
        self.objects = 0
        self.do("PM_DOOR", words(0, 0, 0) + text("/d"), store=DOOR)

    def enter(self, number, domain=""):
        self.actor(number, domain, store=63 - number)
        self.do("PM_RESOLVE", text("/d"), actor=number, store=MINE)

    # --- Descriptors from one to the other

    def pass_to(self, actor, register, names, store):
        """From the director."""
        self.do(SAY, register=MINE, actor=actor, store=store, later=True)
        self.hear(DOOR, "an actor asks for a descriptor")
        self.do("CALL_REPLY", words(0, 0), gives=[(register, names)])
        self.wait_for(actor)

    def pass_from(self, actor, register, names, store):
        self.do(SAY, register=MINE, actor=actor, gives=[(register, names)], later=True)
        self.hear(DOOR, "an actor gives a descriptor", store=store)
        self.do("CALL_REPLY", words(0, 0))
        self.wait_for(actor)

    # --- Objects and what is mapped

    def object(self, pages, store=20, kind=1, actor=0, **options):
        self.do("PM_OBJECT", words(kind, pages), "an object", actor=actor, store=store, **options)
        self.objects += 1

    def map(self, address, pages, flags="write", first=0, register=20, given=BOTH, actor=0, **options):
        number = sum({"write": self.MEMORY_WRITABLE, "private": self.MAP_PRIVATE}[name] for name in flags.split())
        wanted = {} if options.get("error") else {"value": address} if address else {}
        self.do("PM_MAP_OBJECT", words(address, pages, number, first), f"{pages} pages from page {first} on, {flags or 'read only'}",
                gives=[(register, given)], actor=actor, **{**wanted, **options})

    def own(self, address, pages, actor=0):
        """Private memory."""
        self.do("PM_MAP", words(address, pages, self.MEMORY_WRITABLE), actor=actor, value=address)

    def unmap(self, address, pages, actor=0, **options):
        self.do("PM_UNMAP", words(address, pages), actor=actor, **options)

    def read(self, address, value, what="", actor=0, **options):
        self.do(READ, words(address), f"{what + ', ' if what else ''}at {address:#x}", value=value, actor=actor, **options)

    def write(self, address, value, what="", actor=0, **options):
        self.do(WRITE, words(address, value), f"{what + ', ' if what else ''}at {address:#x}", value=0 if not options.get("ends") else ANY,
                actor=actor, **options)

    def stat(self, what, register=20, actor=0, **wanted):
        self.do("PM_OBJECT_STAT", what=what, register=register, actor=actor, show=len(VIEW), check=members(VIEW, wanted))

    def counts(self, what, **wanted):
        """Members of struct memory_counts: a number, or a function of the number that tells whether it is right."""
        self.do("PM_MEMORY", what=what, show=len(COUNTS), check=members(COUNTS, wanted))

    def account(self, what, actor, pages, since=None):
        """How many pages a process has on its account; with `since`, more than were noted there."""
        def check(seen, said):
            number = seen.data[PROCESS.index("pages")]
            if since is None:
                pages.append(number)
            else:
                expect(number - since[0], pages, f"{said}: pages on its account, besides those before")
        self.do("PM_PROCESS", words(actor + 1), what, show=8, check=check)

    def noted(self, what, actor=0):
        """What it has on its account now, for account()."""
        noted = []
        self.account(what, actor, noted)
        return noted

    def end(self, actor, end, what, status=ANY):
        """How an actor has ended."""
        def check(seen, said):
            names = {value: name for name, value in self.abi.items() if name.startswith("END_")}
            told = seen.data[PROCESS.index("end")]
            expect(names.get(told, told) if seen.data[PROCESS.index("state")] >= self.PROCESS_ENDING else "it goes on", end, f"{said}: how it ended")
            if status is not ANY:
                expect(seen.data[PROCESS.index("status")], status, f"{said}: its status")
        self.do("PM_PROCESS", words(actor + 1), what, show=8, check=check)

    # --- Many pages

    def fill(self, address, pages, seed, what="", actor=0, **options):
        self.do(FILL, words(address, pages, seed), f"{what + ': ' if what else ''}{pages} pages at {address:#x} are written",
                actor=actor, **{"value": pages, **options})

    def same(self, address, pages, seed, what="", actor=0, **options):
        self.do(SAME, words(address, pages, seed), f"{what + ': ' if what else ''}pages at {address:#x} that have what was written there, "
                "up to the first that has not", actor=actor, **{"value": pages, **options})

    def touches(self, address, touches, what="", actor=0, **options):
        """[(offset, what was there, what is written)] in any number."""
        for at in range(0, len(touches), 300):
            some = touches[at:at + 300]
            self.do(TOUCHES, words(address, *(word for touch in some for word in touch)), f"{what + ': ' if what else ''}words at {address:#x} that were "
                    "what was written last, up to the first that was not", value=len(some), actor=actor, **options)

    # --- A disk that is an actor

    def disk(self, number, slots, bad=(0, 0), fails="", wait=0, swap=True, serve=True):
        """The manager swaps to it."""
        self.enter(number, "disk")
        self.do("PM_DOOR", words(1, 0, 0) + text(""), "a door for a disk", actor=number, store=30)
        self.do("CALL_DUPLICATE", words(ALL, 7), register=30, flags=2, store=31, actor=number)
        self.object(BUFFER_PAGES, store=32, actor=number)
        self.map(BUFFER, BUFFER_PAGES, register=32, actor=number)
        self.own(STORE, slots, actor=number)
        self.own(JOURNAL, 8, actor=number)
        for address, pages in ((STORE, slots), (JOURNAL, 8)):
            self.fill(address, pages, 0, "memory of a disk", actor=number)
        if swap:
            self.do("PM_SWAP", words(slots) + text("disk"), "a disk", gives=[(31, ALL), (32, BOTH)], actor=number, value=slots)
        if serve:
            self.do(DISK, words(30, BUFFER, STORE, slots, *bad, ("", "read", "write", "both").index(fails), wait, JOURNAL, 2700),
                    "a disk", actor=number, later=True)

    # --- A file server that is an actor

    def server(self, number, slots=4):
        self.enter(number, "server")
        self.do("PM_DOOR", words(0, 0, 0) + text(""), "a door for files", actor=number, store=30)
        self.do("PM_PAGE_WINDOW", words(WINDOW, slots), actor=number, value=WINDOW)

    def file(self, pages, cookie=5, store=20, actor=1):
        """Its number, by which its server names it; others get its descriptor from the director."""
        self.do("CALL_DUPLICATE", words(ALL, cookie), register=30, flags=2, store=31, actor=actor)
        self.do("PM_OBJECT", words(self.OBJECT_FILE, pages), "a file", gives=[(31, ALL, MOVE)], actor=actor, store=store, value=self.objects)
        self.pass_from(actor, store, BOTH | rights("delete"), store)
        self.objects += 1
        return self.objects - 1

    def asked(self, function, *wanted, cookie=5, what="", actor=1):
        """The next message to the server."""
        def check(seen, said):
            expect(seen.value, self.abi[function], f"{said}: its function")
            expect(seen.error, cookie, f"{said}: its cookie, which tells the file")
            expect(tuple(seen.data[:len(wanted)]), wanted, f"{said}: {'page, and how many' if len(wanted) == 2 else 'how many'}")
        self.hear(30, f"{what or 'a request to the file server'}: {function}", actor=actor, show=len(wanted), check=check)

    def answered(self, cookie=5, actor=1, error=0):
        if error:
            self.do("CALL_REPLY_ERROR", what="the file server's answer", actor=actor, target=error)
        else:
            self.do("CALL_REPLY", words(0, 0), "the file server's answer", actor=actor, target=cookie)

    def quiet(self, what, actor=1):
        self.do("CALL_RECEIVE", what=f"{what}: nobody asks the file server for anything", register=30, limit=40, actor=actor, error="ERR_TIME")

    def brings(self, number, index, seed, pages=1, slot=0, actor=1):
        for page in range(index, index + pages):
            self.do("PM_PAGE_OPEN", words(slot, number, page), "a page that is not there", value=self.PAGE_NEW, actor=actor)
            self.fill(WINDOW + slot * PAGE, 1, file_seed(seed, page), "by the file server", actor=actor)
            self.do("PM_PAGE_DONE", words(slot, self.PAGE_FILLED), value=0, actor=actor)

    def cleans(self, number, index, seed, slot=1, start=0, done=True, actor=1):
        """The first dirty page from `start` on is this one, and this is in it."""
        self.do("PM_PAGE_DIRTY", words(slot, number, start), "what has to be written to the file", value=index, actor=actor)
        self.same(WINDOW + slot * PAGE, 1, file_seed(seed, index), "what has to be written to the file", actor=actor)
        if done:
            self.do("PM_PAGE_DONE", words(slot, self.PAGE_CLEANED), value=0, actor=actor)

    def nothing_dirty(self, number, slot=1, start=0, actor=1):
        self.do("PM_PAGE_DIRTY", words(slot, number, start), "when nothing else is dirty", error="ERR_NOT_FOUND", actor=actor)

    # --- Running it

    def look(self, boot, look, policy=POLICY, files=None, **options):
        """Run it under `look`, a function of a Look, when the play is over."""
        booted = self.load(boot, policy, files, gdb=True, **options)
        try:
            look(Look(booted))
        except Failure:
            self.judge(booted)
            raise
        return self.judge(booted)

    def load(self, boot, policy=POLICY, files=None, **options):
        """A small machine, and not too slow: what there is of memory is soon used."""
        options = {"memory": 4, "shift": random.Random(f"{boot.seed}:pages").randint(2, 4), **options}
        return super().load(boot, policy, files, **options)

    def go(self, boot, policy=POLICY, **options):
        return self.run(boot, policy, **options)


def members(names, wanted):
    def check(seen, what):
        for name, value in wanted.items():
            told = seen.data[names.index(name)]
            if callable(value):
                value(told, f"{what}: {name}")
            else:
                expect(told, value, f"{what}: {name}")
    return check


def journal(look, number):
    """What a disk was asked for: [("read" or "write", slot, slots)]."""
    data = b"".join(page for address, (_, page) in sorted(look.has(number, "the disk").items()) if JOURNAL <= address < JOURNAL + 8 * PAGE)
    count = struct.unpack_from("<I", data)[0] if data else 0
    return [(("read", "write")[kind], slot, slots) for kind, slot, slots in struct.iter_unpack("<III", data[4:4 + 12 * count])]
