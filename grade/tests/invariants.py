# SPDX-License-Identifier: BSD-2-Clause
"""What is true of the kernel's objects whenever ring 3 runs: seen from outside, in a copy of its RAM.

The kernel itself is not asked. Objects are found as the kernel finds them, from the list of processes, from
descriptors, and from the works; all frames that are in use have to be explained by them.
"""

import collections
import struct

from layout import KERNEL_BASE, Memory, Thing, Wild, of

PAGE, ENTRIES, USER_ENTRIES = 4096, 1024, 768
FRAME, PRESENT, DEVICE = 0xFFFFF000, 1, 0x200
DOOR, REPLY, THREAD, PROCESS, MACHINE = 1, 2, 3, 4, 5  # kernel/abi/door.h: OBJECT_...
OWNER, MARK, RIGHTS = 1 << 8, 1 << 9, 0xFE  # kernel/object.h; RIGHTS_ALL
USER_CODE, USER_DATA, FLAGS_IF, FLAGS_NEVER = 0x1B, 0x23, 0x200, 0x23000 | 0x4000  # IOPL, VM; NT
FAULT, TRAP, UNREF, IRQ, THREAD_ENDED, PROCESS_ENDED = range(0x200, 0x230, 8)
AGAIN = 1  # CALL_AGAIN
LONGEST = 100000  # links in a list

Descriptor = collections.namedtuple("Descriptor", "where holder at object rights cookie calls")


class State:
    """The objects of a kernel at one moment, and `wrong`: what should not be so."""

    def __init__(self, data, elf, base=None):
        self.layout = of(elf)
        self.memory, self.wrong, self._base = Memory(data, self.layout), [], base
        for name in ("thread_gone", "object_gone", "object_nothing", "machine", "door_piece", "wake_piece", "process_piece"):
            setattr(self, name, self._address(name, elf))
        try:
            self._find()
            self._check()
        except Wild as wild:
            self.wrong.append(str(wild))

    def _address(self, name, elf):
        try:
            return self.layout.variable(name)[0]
        except KeyError:
            from lintel import symbols
            return symbols.load(elf).address(name)

    def expect(self, good, *words):
        if not good:
            self.wrong.append(" ".join(str(word) for word in words))
        return good

    # --- Finding

    def _find(self):
        self.processes = [self._entry(link, "process", "sibling") for link in self.ring(self._static("process_list"), "processes")]
        self.threads = [t for p in self.processes for t in self._threads_of(p)]
        self.doors, self.dead_threads, self.dead_processes = {}, {}, {}
        self.descriptors = list(self._descriptors())
        for d in self.descriptors:
            self._object(d)
        self._works()
        for t in self.threads:
            if t.state in self._states("CALLING", "SERVED", "RECEIVING"):
                self._known_door(t.door, f"{_name(t)} has for its door")

    def _static(self, name, file=None):
        return self.layout.variable(name, file)[0]

    def _states(self, *names):
        return [self.layout.numbers[f"THREAD_{name}"] for name in names]

    def _entry(self, link, kind, member):
        return Thing(self.memory, kind, link - self.layout.offset(kind, member))

    def ring(self, head, what):
        """The links of a list; each has to point back to the one before it."""
        links, at, before = [], self.memory.word(head), head
        if at == 0 and self.memory.word(head + 4) == 0:
            return links  # a list that nobody has used yet
        while at != head and len(links) < LONGEST:
            self.expect(self.memory.word(at + 4) == before, f"{what}: the link at {at:#x} does not point back")
            links.append(at)
            before, at = at, self.memory.word(at)
        self.expect(self.memory.word(head + 4) == before, f"{what}: the head does not point to the last link")
        self.expect(len(set(links)) == len(links) < LONGEST, f"{what}: a list without an end")
        return links

    def alone(self, link):
        return self.memory.word(link) == self.memory.word(link + 4) == link

    def _threads_of(self, p):
        found = [self._entry(link, "thread", "sibling") for link in self.ring(p.point("threads"), f"threads of {_name(p)}")]
        self.expect(len(found) == p.thread_count, f"{_name(p)} counts {p.thread_count} threads, and has {len(found)}")
        for t in found:
            self.expect(t.memory.word(t.point("process")) == p.at, f"{_name(t)} is in the list of {_name(p)}, not its own")
        return found

    def _descriptors(self):
        """All that name something, and those that are kept for calls under way."""
        for p in self.processes:
            for page in range(p.pages):
                yield from self._page(p, page)
        for p in self.processes:
            yield self._single(p.manager, f"the manager of {_name(p)}", p)
        for t in self.threads:
            yield self._single(t.sandbox, f"the sandbox of {_name(t)}", self._process(t))
        for i, irq in enumerate(self.memory.variable("irqs")):
            yield self._single(irq.door, f"the door of IRQ {i}", None)

    def _page(self, p, page):
        at = p.page[page]
        for i, (target, rights, cookie, calls) in enumerate(struct.iter_unpack("<IIII", self.memory.bytes(at, PAGE))):
            if target != self.object_nothing or calls:
                number = page * (PAGE // 16) + i
                yield Descriptor(f"descriptor {number} of {_name(p)}", p, at + 16 * i, target, rights, cookie, calls)

    def _single(self, d, where, holder):
        return Descriptor(where, holder, d.at, d.memory.word(d.at), d.rights, d.cookie, d.calls)

    def _process(self, t):
        return Thing(self.memory, "process", t.memory.word(t.point("process")))

    def _kind(self, target):
        return self.memory.word(target + self.layout.offset("object", "kind"))

    def _object(self, d):
        """What a descriptor names becomes known."""
        if d.object in (self.object_nothing, self.object_gone, self.machine):
            return
        kind = self._kind(d.object)
        if kind == DOOR:
            self._known_door(d.object, d.where)
        elif kind == THREAD:
            t = self._entry(d.object, "thread", "object")
            if t not in self._alive():
                self.dead_threads[t.at] = t
        elif kind == PROCESS:
            p = self._entry(d.object, "process", "object")
            if p.at not in [q.at for q in self.processes]:
                self.dead_processes[p.at] = p
        else:
            self.expect(kind == REPLY, f"{d.where} names something of kind {kind}")

    def _alive(self):
        return set(self.threads)

    def _known_door(self, at, where):
        if self.expect(self._kind(at) == DOOR, f"{where} something that is no door, but of kind {self._kind(at)}"):
            self.doors[at] = Thing(self.memory, "door", at)

    def _works(self):
        """What the kernel has still to do, and for whom."""
        self.works = {}
        for link in self.ring(self._static("works"), "works"):
            piece = self.memory.word(link + self.layout.offset("work", "piece"))
            if piece in (self.door_piece, self.wake_piece):
                self.works[link] = door = self._entry(link, "door", "work")
                self._known_door(door.at, "the works have")
            elif self.expect(piece == self.process_piece, f"a work with the piece {piece:#x}"):
                self.works[link] = self._entry(link, "process", "work")

    # --- Checking

    def _check(self):
        self._lists()
        for p in self.processes:
            self._table(p)
            self._space(p)
        for t in self.threads:
            self._thread(t)
        for t in self.dead_threads.values():
            self._dead_thread(t)
        for p in self.dead_processes.values():
            self.expect(p.space == 0 and p.thread_count == 0, f"{_name(p)} is in no list, but not at its end")
        for door in self.doors.values():
            self._door(door)
        self._calls()
        self._references()
        self._events()
        self._ready()
        self._limits()
        self._rest()
        self._slabs()
        self._frames()

    def _lists(self):
        """Who waits at a door, by its list."""
        self.at_door = collections.defaultdict(list)  # link: [(door, list)]
        for door in self.doors.values():
            for name in ("callers", "served", "receivers", "waiters", "events"):
                for link in self.ring(door.point(name), f"{name} of door {door.at:#x}"):
                    self.at_door[link].append((door.at, name))
        self.queued = {}  # link: priority
        for priority in range(32):
            for link in self.ring(self._static("ready", "thread.c") + 8 * priority, f"ready queue {priority}"):
                self.queued[link] = priority

    def _table(self, p):
        """Numbers that are not in use form a list, which has them all."""
        free, at = [], p.next_unused
        limit = p.pages * (PAGE // 16)
        while len(free) < p.unused and self.expect(0 < at < limit, f"{_name(p)}: number {at} in the list of unused ones"):
            target, _, after, calls = struct.unpack("<IIII", self.memory.bytes(p.page[at // 256] + 16 * (at % 256), 16))
            self.expect(target == self.object_nothing and calls == 0, f"{_name(p)}: number {at} is called unused, and names something")
            free.append(at)
            at = after
        used = {d.where for d in self.descriptors if d.holder is not None and d.holder == p and d.where.startswith("descriptor ")}
        self.expect(len(set(free)) == len(free), f"{_name(p)}: an unused number twice")
        if p.work.piece == 0 and p.pages:
            self.expect(len(free) + len(used) == limit - 1, f"{_name(p)}: {len(free)} numbers unused, {len(used)} used, of {limit - 1}")
        self.expect(len(p.page) == p.pages or p.page[p.pages] == self._static("descriptor_nowhere"), f"{_name(p)}: a page too many")

    def _space(self, p):
        if not p.work.piece:
            self.expect(p.space and p.object.span > 1, f"{_name(p)} lives, but takes no calls")

    def _thread(self, t):
        name = _name(t)
        state = self.state_of(t)
        link, where = t.point("link"), self.at_door[t.point("link")]
        lists = {"CALLING": "callers", "SERVED": "served", "RECEIVING": "receivers"}
        if state in lists:
            self.expect(where == [(t.door, lists[state])], f"{name} is {state} at door {t.door:#x}, and in the lists {where}")
            self.expect(t.memory.word(t.point("link")) != link, f"{name} is {state}, and in no list")
        else:
            self.expect(not where, f"{name} is {state}, and at the doors {where}")
        self.expect((state == "READY") == (link in self.queued), f"{name} is {state}; queued: {link in self.queued}")
        if state in ("RUNNING", "STOPPED", "WAITING"):
            self.expect(self.alone(link), f"{name} is {state}, and its link points elsewhere")
        self.expect(state != "FREE", f"{name} is FREE, and still its process's")
        self.expect(not t.stopped or state != "READY", f"{name} is stopped, and ready")
        self.expect(t.stopped or state != "STOPPED", f"{name} is in state STOPPED, and not stopped")
        self._caller(t, name, state)
        self._server(t, name, state)
        self._waiter(t, name, state)
        self._frame(t, name, state)

    def state_of(self, t):
        names = {value: name[7:] for name, value in self.layout.numbers.items() if name.startswith("THREAD_")}
        return names.get(t.state, str(t.state))

    def _caller(self, t, name, state):
        calling = state in ("CALLING", "SERVED")
        self.expect(bool(t.via) == calling, f"{name} is {state}, and calls through {t.via:#x}")
        if t.server:
            server = Thing(self.memory, "thread", t.server)
            self.expect(state == "SERVED" and server in self._alive() and server.serving == t.at,
                        f"{name} is {state}, and its server, {_name(server)}, serves {server.serving:#x}")
        if t.parked:
            self.expect(state == "SERVED" and self.memory.word(t.parked) == t.point("reply"),
                        f"{name} is {state}, and the descriptor of its reply names {self.memory.word(t.parked):#x}")
        if state == "SERVED":
            self.expect(bool(t.server) != bool(t.parked), f"{name} is SERVED by {t.server:#x}, parked at {t.parked:#x}")
        self.expect(t.reply.references == bool(t.parked), f"{name}: {t.reply.references} references to its reply")
        if calling:
            # The descriptor may have been closed or moved since, but not changed to mean anything else.
            named = self.memory.word(t.via)
            self.expect(named in (t.door, self.object_nothing), f"{name} calls door {t.door:#x} through what names {named:#x}")
        # What is sent again waits in no list meanwhile.
        self.expect(not t.trap.function or calling or t.again == AGAIN, f"{name} is {state}, in trap {t.trap.function:#x}")
        self.expect(not t.aside or t.again or t.trap.again, f"{name} has a reply set aside, and does not fetch it")

    def _server(self, t, name, state):
        if t.serving and t.serving != self.thread_gone:
            caller = Thing(self.memory, "thread", t.serving)
            self.expect(caller in self._alive() and caller.server == t.at, f"{name} serves {_name(caller)}, which does not know it")
        self.expect(state != "RECEIVING" or not t.serving, f"{name} receives, and has not replied yet")
        self.expect(t.priority == t.base or (t.serving and t.priority > t.base), f"{name} runs at {t.priority} instead of {t.base}")
        if state == "RECEIVING":
            owner = Thing(self.memory, "door", t.door).owner
            self.expect(owner in (0, self._process(t).at), f"{name} receives at a door of another process")

    def _waiter(self, t, name, state):
        waits = [waiter for waiter in t.waiter if not self.alone(waiter.point("link"))]
        self.expect(bool(waits) == (state == "WAITING"), f"{name} is {state}, and waits at {len(waits)} doors")
        for waiter in waits:
            where = self.at_door[waiter.point("link")]
            self.expect([kind for _, kind in where] == ["waiters"], f"{name} waits in the lists {where}")
            self.expect(waiter.memory.word(waiter.point("thread")) == t.at, f"a waiter of {name} is another thread's")

    def _frame(self, t, name, state):
        f = t.frame
        flat = {f.ss} if state != "RUNNING" else {USER_DATA}
        good = f.cs & 0xFFFF == USER_CODE and f.eflags & FLAGS_IF and not f.eflags & (FLAGS_NEVER & ~0x4000)
        self.expect(good or state == "RUNNING", f"{name} would go on with cs {f.cs:#x}, eflags {f.eflags:#x}")
        self.expect({ss & 0xFFFF for ss in flat} == {USER_DATA}, f"{name} would go on with ss {f.ss:#x}")

    def _dead_thread(self, t):
        name = _name(t)
        self.expect(self.state_of(t) == "FREE" and t.object.span == 0, f"{name} is in no process, and {self.state_of(t)}")
        links = ("link", "sibling", "limit")
        self.expect(all(self.alone(t.point(link)) for link in links), f"{name} has ended, and is still in a list")
        self.expect(not t.via and not t.server and not t.parked, f"{name} has ended, and is still in a call")

    def _door(self, door):
        name = f"door {door.at:#x}"
        owners = [d for d in self.descriptors if d.object == door.at and d.rights & OWNER]
        if door.owner:
            self.expect([d.holder.at for d in owners] == [door.owner], f"{name}: {len(owners)} owner's descriptors, not one of its owner's")
            self.expect(door.object.span and not door.over, f"{name} has an owner, and takes no calls")
        else:
            self.expect(not owners and not door.object.span, f"{name} is dead, and has {len(owners)} owner's descriptors")
            self.expect(door.over or door.point("work") in self.works, f"{name} is dead, and nobody tells those who wait there")
        if door.over or self._first(door, "receivers"):
            self.expect(not self._first(door, "callers") and not self._first(door, "events"), f"{name}: both sides wait there")
        if door.over:
            self.expect(not any(self._first(door, kind) for kind in ("served", "receivers", "waiters")), f"{name} is over, and somebody waits")
        self.expect(self.alone(door.point("work")) or door.point("work") in self.works, f"{name}: a work in no list")
        waits = self.ring(door.point("waiters"), "waiters")
        if waits and (self._first(door, "callers") or self._first(door, "events")):
            self.expect(door.point("work") in self.works, f"{name}: something waits there, and who waits for it does not hear")

    def _first(self, door, name):
        return not self.alone(door.point(name))

    def _calls(self):
        through = collections.Counter(t.via for t in self.threads if t.via)
        for d in self.descriptors:
            self.expect(through[d.at] == d.calls, f"{d.where}: {d.calls} calls, and {through[d.at]} threads that call through it")
            self.expect(not d.rights & ~(RIGHTS | OWNER), f"{d.where} has the rights {d.rights:#x}")
        places = {d.at for d in self.descriptors}
        for t in self.threads:
            self.expect(not t.via or t.via in places, f"{_name(t)} calls through what is no descriptor")

    def _references(self):
        named = collections.Counter(d.object for d in self.descriptors if not d.rights & OWNER)
        for t in [*self.threads, *self.dead_threads.values()]:
            self._count(_name(t), t.object, named)
            self.expect(named[t.point("reply")] == t.reply.references, f"{_name(t)}: {named[t.point('reply')]} descriptors of its reply")
        told = collections.Counter(self._entry(e, "process", "ended_event.link").at for e in self._events_of(PROCESS_ENDED))
        for p in [*self.processes, *self.dead_processes.values()]:
            self._count(_name(p), p.object, named, told[p.at])
        for door in self.doors.values():
            self._count(f"door {door.at:#x}", door.object, named)
        for name in ("machine", "object_gone"):
            self._count(name, self.memory.variable(name), named, 1)

    def _count(self, name, what, named, more=0):
        self.expect(what.references == named[what.at] + more, f"{name} counts {what.references} references, and has {named[what.at] + more}")

    def _events_of(self, function):
        """The links of the events with this function, in all doors' lists."""
        offset = self.layout.offset("event", "function") - self.layout.offset("event", "link")
        return [link for link, places in self.at_door.items() if places and places[0][1] == "events"
                and self.memory.word(link + offset) == function]

    def _events(self):
        """Each source's event is in the list of the door that is to hear of it, or in none."""
        irqs = {irq.event.point("link"): irq for irq in self.memory.variable("irqs")}
        for link, places in self.at_door.items():
            for door, kind in places:
                if kind == "events":
                    self._event(link, door, irqs)
        offset = self.layout.offset("process", "ended_event.link")
        for p in self.processes:
            self.expect(self.alone(p.at + offset) or self.at_door[p.at + offset], f"{_name(p)}: its event is in no door's list")

    def _event(self, link, door, irqs):
        function = self.memory.word(link + self.layout.offset("event", "function") - self.layout.offset("event", "link"))
        if function == UNREF:
            unref = self._entry(link, "door", "unref.link")
            self.expect(unref.at == door and unref.object.references == 0, f"door {door:#x} hears of another's UNREF, or has references")
        elif function == IRQ:
            self.expect(link in irqs and irqs[link].door.object == door, f"door {door:#x} has the event of an IRQ that is not its own")
        elif function == THREAD_ENDED:
            p = self._entry(link, "process", "ended_event.link")
            self.expect(p in self.processes and p.memory.word(p.point("manager")) == door, f"door {door:#x} has the event of a process that it does not manage")
        elif function == PROCESS_ENDED:
            p = self._entry(link, "process", "ended_event.link")
            self.expect(p.space == 0, f"door {door:#x} hears that {_name(p)} has ended, which it has not")
            self.dead_processes[p.at] = p
        else:
            self.expect(False, f"door {door:#x} has an event with function {function:#x}")

    def _ready(self):
        priorities = set(self.queued.values()) | ({24} if self.works else set())
        bits = sum(1 << priority for priority in priorities)
        self.expect(self.memory.variable("ready_bits") == bits, f"ready_bits is {self.memory.variable('ready_bits'):#x}, not {bits:#x}")
        self.expect(self.memory.variable("work_waits") == bool(self.works), "work_waits disagrees with the works")
        links = {t.point("link"): t for t in self.threads}
        for link, priority in self.queued.items():
            good = link in links and links[link].priority == priority
            self.expect(good, f"ready queue {priority} has {_name(links[link]) if link in links else hex(link)}")
        running = [t for t in self.threads if self.state_of(t) == "RUNNING"]
        stack = self.memory.word(self.layout.variable("segments_stack")[0])
        current = self.memory.word(stack) - self.layout.sizes["frame"]
        self.expect([t.at for t in running] == [current], f"running: {[_name(t) for t in running]}, the stack is that of {current:#x}")
        self.expect(self.memory.variable("alive", "thread.c") == len(self.threads), "not as many threads as are alive")

    def _limits(self):
        wheel, seen = self._static("wheel"), {}
        for slot in range(len(self.memory.variable("wheel"))):
            for link in self.ring(wheel + 8 * slot, f"time limits {slot}"):
                seen[link] = slot
        for t in self.threads:
            link, state = t.point("limit"), self.state_of(t)
            waits = state in ("RECEIVING", "WAITING") and t.limited
            self.expect(waits == (link in seen), f"{_name(t)} is {state}, limited: {t.limited}, and in the wheel: {link in seen}")
            if link in seen:
                self.expect(t.deadline % 256 == seen.pop(link), f"{_name(t)} has its limit in the wrong list")
            else:
                self.expect(self.alone(link), f"{_name(t)}: a limit in no list")
            self.expect(not t.limited or waits or t.again or t.trap.again, f"{_name(t)} is {state}, and still has a time limit")
        self.expect(not seen, f"{len(seen)} time limits of nobody")

    def _rest(self):
        gone = Thing(self.memory, "thread", self.thread_gone)
        self.expect(not any(self.memory.bytes(gone.at, self.layout.sizes["thread"])), "thread_gone is not as it was")
        fpu, filled = self.memory.variable("owner", "fpu.c"), self.memory.variable("filled", "ports.c")
        self.expect(fpu == 0 or fpu in {t.at for t in self.threads}, "the FPU's registers are those of no thread")
        self.expect(filled == 0 or filled in {p.at for p in self.processes}, "the map of ports is that of no process")
        numbers = [t.number for t in self.threads] + [0]
        self.expect(len(set(numbers)) == len(numbers), "two threads with one number")

    def _slabs(self):
        """Frames of small objects: in each as many as it counts, and none of them free."""
        self.slabs = {}
        kinds = (("thread", "pool", "thread.c", [*self.threads, *self.dead_threads.values()]), ("door", "doors", "door.c", self.doors.values()))
        for kind, pool, file, objects in kinds:
            slabs = collections.defaultdict(set)
            for thing in objects:
                slabs[thing.at & FRAME].add(thing.at)
            size = self.memory.variable(pool, file).size
            roomy = {at for at in slabs if self._slab(at, slabs[at], size, f"slab of {kind}s at {at:#x}")}
            pooled = set(self.ring(self.layout.variable(pool, file)[0] + self.layout.offset("pool", "slabs"), f"slabs of {kind}s"))
            self.expect(pooled == roomy, f"slabs of {kind}s: {len(pooled)} with room in the pool, {len(roomy)} in memory")
            self.slabs.update(slabs)

    def _slab(self, at, objects, size, name):
        """Answers whether it has room."""
        slab, free = Thing(self.memory, "slab", at), []
        link = slab.free
        room = (PAGE - self.layout.sizes["slab"]) // size
        while link and len(free) <= room:
            free.append(link)
            link = self.memory.word(link)
        self.expect(slab.used == len(objects), f"{name} counts {slab.used}, and has {len(objects)}")
        self.expect(len(set(free)) == len(free) == room - slab.used, f"{name}: {len(free)} free of {room}, {slab.used} used")
        self.expect(not set(free) & objects, f"{name}: an object that is in use is free")
        return bool(free)

    # --- Frames

    def _frames(self):
        table, count = self.memory.variable("frames"), self.memory.variable("frame_count")
        words = struct.unpack(f"<{2 * count}I", self.memory.bytes(table, 8 * count))
        actual, after = words[::2], words[1::2]
        self.users = self._users()
        if self._base is None:  # what the kernel claims for itself, and the modules
            self._base = [have - self.users[i] if have != 0xFFFFFFFF else have for i, have in enumerate(actual)]
            self.expect(set(self._base) <= {0, 1, 0xFFFFFFFF}, "frames that nobody explains")
        for i, have in enumerate(actual):
            if have != 0xFFFFFFFF:
                self.expect(have == self._base[i] + self.users[i], f"frame {i:#x} counts {have} users, and has {self._base[i] + self.users[i]}")
        self.frames_free = self.memory.variable("frames_free")
        self.expect(self.frames_free == actual.count(0), f"{self.frames_free} frames are called free, {actual.count(0)} are")
        at, chain = self.memory.variable("first_free"), 0
        while at and chain <= count and self.expect(actual[at] == 0, f"frame {at:#x} is free, and used"):
            at, chain = after[at], chain + 1
        self.expect(chain == self.frames_free, f"{chain} frames in the free list, and {self.frames_free} free")

    @property
    def base(self):
        return self._base

    def _users(self):
        """{frame: how many use it} by all that is known."""
        users = collections.Counter()
        for p in self.processes:
            users.update(self.frames_of(p))
        users.update(at - KERNEL_BASE >> 12 for at in [*self.dead_processes, *self.slabs])
        users.update(t.aside >> 12 for t in self.threads if t.aside)
        return users

    def frames_of(self, p):
        """The frames that a process uses, each as often as it does."""
        found = [p.at - KERNEL_BASE >> 12, p.space >> 12, *(p.page[i] - KERNEL_BASE >> 12 for i in range(p.pages))]
        directory = struct.unpack(f"<{USER_ENTRIES}I", self.memory.bytes(p.space + KERNEL_BASE, 4 * USER_ENTRIES))
        for entry in filter(None, directory):
            table = struct.unpack(f"<{ENTRIES}I", self.memory.bytes((entry & FRAME) + KERNEL_BASE, PAGE))
            pages = [page for page in table if page]
            found += [entry >> 12] * len(pages)
            found += [page >> 12 for page in pages if not page & DEVICE]
        return found


def _name(thing):
    """In words that are the same in every run."""
    return f"{thing.struct} {thing.number}"
