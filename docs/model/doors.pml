/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Doors: the message passing of kernel/abi/door.h, for Spin.  docs/model.md tells what is
 * proved here, and what is not.
 *
 * Two clients call, two servers receive and reply.  Their threads run in any order, go on for
 * ever, and may be ended at any time.  A kernel entry is one d_step, since the kernel has one
 * stack and is never left in the middle; it has the name of the C function that it stands for.
 *
 *   (default)      one house: both servers are threads of one process, and share its door
 *   -DNEIGHBOURS   each is a process with a door of its own, and they call each other
 *   -DLASTING      nobody ends the clients; with -DNEIGHBOURS, which has shown that the lists are right
 */

/* Threads.  A client is alone in its process, which has no door. */
#define C1      0
#define C2      1
#define S1      2
#define S2      3
#define THREADS 4
#define NOBODY  4
#define GONE    5 /* thread_gone, object_gone: who was to get the reply has left the call */

/* Process p owns door p.  Server s parks in reply descriptor s - S1. */
#define REPLIES 2
#ifdef NEIGHBOURS
#define DOORS      2
#define process(s) ((s) - S1)
#define holder(r)  (r)
#define threads(p) (!ended(S1 + (p)))
#define only(p)    (threads(p) == 1 -> S1 + (p) : NOBODY)
#else
#define DOORS      1
#define process(s) 0
#define holder(r)  0
#define threads(p) (!ended(S1) + !ended(S2))
#define only(p)    (threads(p) == 1 -> (ended(S1) -> S2 : S1) : NOBODY)
#endif

mtype = { READY, CALLING, SERVED, RECEIVING, ENDED };
mtype = { NONE, ERR_TARGET, ERR_BUSY, ERR_TIME, ERR_DEAD, ERR_STATE, ERR_GONE, ERR_DEADLOCK };

typedef Thread {
    mtype state = READY;
    mtype error = NONE;   /* of its last kernel call */
    byte door;            /* CALLING, SERVED or RECEIVING there */
    bool limited;         /* RECEIVING with a time limit */
    byte serving = NOBODY;
    byte buffer = NOBODY  /* a message, or a reply */
};

Thread thread[THREADS];
chan callers[DOORS] = [THREADS] of { byte };
chan receivers[DOORS] = [THREADS] of { byte };
byte reply[REPLIES] = NOBODY; /* whose call is parked in this descriptor */
bool dead[DOORS];
bool ending[DOORS];           /* the process: it is taken down in pieces */

#define runs(t)      (thread[t].state == READY)
#define receives(t)  (thread[t].state == RECEIVING)
#define ended(t)     (thread[t].state == ENDED)
#define in_call(t)   (thread[t].state == CALLING || thread[t].state == SERVED)
#define server_of(t) (thread[S1].serving == t -> S1 : (thread[S2].serving == t -> S2 : NOBODY))

/*
 * At what follows, and at the buffers, the kernel never looks: the properties speak of them.  A
 * message is the number of its sender.  Wherever a server keeps it, it turns STALE as soon as
 * that call is over; so a reply to an old call of a thread is never mistaken for one to its
 * newest, however many there were.
 */
#define STALE       6
#define reply_to(m) ((m) + 8)

byte held[DOORS] = NOBODY;   /* a server's memory: what it replies to after a call of its own; */
byte kept[REPLIES] = NOBODY; /* what it has parked */
bool replied[THREADS];       /* a reply was given to this one's call */
byte ahead[THREADS];         /* bits: those who were in line when this one came, and still are */

hidden byte i, j; /* scratch, for one kernel entry */

/* --- What is true whenever the kernel is left. */

/* What ??[] gives is not just true, but a place in the list. */
#ifdef NEIGHBOURS
#define is_in(list, t) ((list[0]??[eval(t)] != 0) + (list[1]??[eval(t)] != 0))
#define all_in(list)   (len(list[0]) + len(list[1]))
#else
#define is_in(list, t) (list[0]??[eval(t)] != 0)
#define all_in(list)   len(list[0])
#endif

#define owed(t) ((thread[S1].serving == t) + (thread[S2].serving == t) + (reply[0] == t) + (reply[1] == t))
#define met(d)  (len(callers[d]) == 0 || len(receivers[d]) == 0 || dead[d])

inline sound()
{
    j = 0;
    for (i : C1 .. S2) {
        assert(is_in(callers, i) == (thread[i].state == CALLING));
        assert(is_in(receivers, i) == (thread[i].state == RECEIVING));
        assert(owed(i) == (thread[i].state == SERVED));
        assert(thread[i].serving == NOBODY || runs(i) || in_call(i));
        j = j + (thread[i].state == CALLING || receives(i))
    }
    assert(j == all_in(callers) + all_in(receivers));
    assert(met(0) && met(DOORS - 1))
}

#define grow_stale(m) m = (m < THREADS && !in_call(m) -> STALE : m)

inline leave_kernel()
{
#ifndef LASTING
    sound();
#endif
    grow_stale(thread[S1].buffer);
    grow_stale(thread[S2].buffer);
    grow_stale(kept[0]);
    grow_stale(kept[1]);
    grow_stale(held[0]);
    grow_stale(held[DOORS - 1])
}

/* Who replies hears the truth: was the call still there? */
#define told(self, m) assert((thread[self].error == NONE) == (m < THREADS))

inline join_line(t)
{
    for (i : 0 .. THREADS - 1) {
        ahead[t] = ahead[t] | ((thread[i].state == CALLING && thread[i].door == thread[t].door) << i)
    }
}

inline leave_line(t)
{
    ahead[t] = 0;
    for (i : 0 .. THREADS - 1) {
        ahead[i] = ahead[i] & ~(1 << t)
    }
}

/* --- Pieces of the kernel. */

inline thread_wake(t, e)
{
    thread[t].state = READY;
    thread[t].error = e;
    thread[t].door = 0;
    thread[t].limited = false
}

/* Wherever `t` is waited for it is missed. */
inline thread_leave(t)
{
    if
    :: thread[t].state == CALLING -> callers[thread[t].door]??eval(t); leave_line(t)
    :: thread[t].state == RECEIVING -> receivers[thread[t].door]??eval(t)
    :: thread[t].state == SERVED && server_of(t) != NOBODY -> thread[server_of(t)].serving = GONE
    :: thread[t].state == SERVED && reply[0] == t -> reply[0] = GONE
    :: thread[t].state == SERVED && reply[1] == t -> reply[1] = GONE
    :: else
    fi
}

inline fails(t, e)
{
    thread_leave(t);
    thread_wake(t, e)
}

/* The receiver takes the message of a caller that is the first, or the only one. */
inline accept(caller, receiver)
{
    assert(ahead[caller] == 0 && thread[caller].door == process(receiver));
    leave_line(caller);
    thread[caller].state = SERVED;
    thread_wake(receiver, NONE);
    thread[receiver].serving = caller;
    thread[receiver].buffer = thread[caller].buffer
}

/* From the only thread of the door's owner to whom that waits for, and so on: j is `self` if it gets there. */
inline waits_for_itself(self)
{
    j = only(thread[self].door);
    for (i : 1 .. THREADS) {
        if
        :: j == NOBODY || j == self -> break
        :: else ->
            if
            :: thread[j].state == SERVED -> j = server_of(j)
            :: thread[j].state == CALLING -> j = only(thread[j].door)
            :: else -> j = NOBODY
            fi
        fi
    }
}

inline wait_in_line(self)
{
    waits_for_itself(self);
    if
    :: j == self -> thread_wake(self, ERR_DEADLOCK)
    :: else ->
        join_line(self);
        callers[thread[self].door]!self;
        thread[self].state = CALLING
    fi
}

inline hand_over(self)
{
    receivers[thread[self].door]?j;
    accept(self, j)
}

inline take_first(self, d)
{
    callers[d]?j;
    accept(j, self)
}

inline message_receive(self, d, limit)
{
    thread[self].serving = NOBODY;
    if
    :: nempty(callers[d]) -> take_first(self, d)
    :: empty(callers[d]) ->
        receivers[d]!self;
        thread[self].state = RECEIVING;
        thread[self].error = NONE;
        thread[self].door = d;
        thread[self].limited = limit
    fi
}

/* Reply m is in the caller's buffer, whose call is over. */
inline release(caller, m)
{
    assert(m == caller);
    replied[caller] = true;
    thread[caller].buffer = reply_to(m);
    thread_wake(caller, NONE)
}

/* Replies to whom `self` serves. */
inline reply_now(self, m)
{
    j = thread[self].serving;
    thread[self].serving = NOBODY;
    if
    :: j == NOBODY -> thread[self].error = ERR_STATE
    :: j == GONE -> thread[self].error = ERR_GONE
    :: else -> release(j, m); thread[self].error = NONE
    fi;
    told(self, m)
}

/* Lets go of a reply descriptor. */
inline desc_drop(r)
{
    j = reply[r];
    if
    :: j < THREADS -> fails(j, ERR_DEAD)
    :: else
    fi;
    reply[r] = NOBODY
}

/* With its last thread a process ends.  A client's has nothing that anybody could miss. */
inline process_thread_ended(t)
{
    if
    :: t >= S1 && threads(process(t)) == 0 -> ending[process(t)] = true
    :: else
    fi
}

/* --- Kernel entries. */

inline message_send(self, d)
{
    d_step {
        printf("message_send(%d, %d)\n", self, d);
        thread[self].door = d;
        thread[self].error = NONE;
        if
        :: dead[d] -> thread_wake(self, ERR_DEAD)
        :: !dead[d] && nempty(receivers[d]) -> hand_over(self)
        :: !dead[d] && empty(receivers[d]) -> wait_in_line(self)
        fi;
        leave_kernel()
    }
}

inline call_receive(self, d, limit)
{
    d_step {
        printf("call_receive(%d, %d)\n", self, d);
        if
        :: dead[d] -> thread[self].error = ERR_TARGET
        :: !dead[d] && thread[self].serving < THREADS -> thread[self].error = ERR_BUSY
        :: else -> message_receive(self, d, limit)
        fi;
        leave_kernel()
    }
}

inline call_reply_message(self, m)
{
    d_step {
        printf("call_reply_message(%d)\n", self);
        reply_now(self, m);
        leave_kernel()
    }
}

inline call_reply_receive(self, d, m)
{
    d_step {
        printf("call_reply_receive(%d, %d)\n", self, d);
        reply_now(self, m);
        if
        :: thread[self].error == ERR_STATE
        :: thread[self].error != ERR_STATE && dead[d] -> thread[self].error = ERR_TARGET
        :: else -> message_receive(self, d, false)
        fi;
        leave_kernel()
    }
}

inline call_park(self, r, m)
{
    d_step {
        printf("call_park(%d): %d\n", self, r);
        if
        :: thread[self].serving == NOBODY -> thread[self].error = ERR_STATE
        :: thread[self].serving == GONE -> thread[self].error = ERR_GONE
        :: else -> reply[r] = thread[self].serving; thread[self].error = NONE
        fi;
        thread[self].serving = NOBODY;
        told(self, m);
        leave_kernel()
    }
}

inline call_answer(self, r, m)
{
    d_step {
        printf("call_answer(%d, %d)\n", self, r);
        if
        :: reply[r] == NOBODY -> thread[self].error = ERR_TARGET
        :: reply[r] == GONE -> thread[self].error = ERR_GONE
        :: else -> release(reply[r], m); thread[self].error = NONE
        fi;
        reply[r] = NOBODY;
        told(self, m);
        leave_kernel()
    }
}

inline call_close(self, r)
{
    d_step {
        printf("call_close(%d, %d)\n", self, r);
        desc_drop(r);
        thread[self].error = NONE;
        leave_kernel()
    }
}

/* The owner's descriptor is closed, by a thread or with its process. */
inline door_die(d)
{
    d_step {
        printf("door_die(%d)\n", d);
        dead[d] = true;
        leave_kernel()
    }
}

inline limit_expire(t)
{
    d_step {
        printf("limit_expire(%d)\n", t);
        fails(t, ERR_TIME);
        leave_kernel()
    }
}

inline thread_end(t)
{
    d_step {
        printf("thread_end(%d)\n", t);
        j = thread[t].serving;
        if
        :: j < THREADS -> fails(j, ERR_DEAD)
        :: else
        fi;
        thread_leave(t);
        thread_wake(t, NONE);
        thread[t].serving = NOBODY;
        thread[t].state = ENDED;
        process_thread_ended(t);
        leave_kernel()
    }
}

/* In the place of one that has ended; it begins like one whose call has failed. */
inline thread_new(t)
{
    d_step {
        printf("thread_new(%d)\n", t);
        thread_wake(t, ERR_DEAD);
        thread[t].buffer = NOBODY;
        replied[t] = false
    }
}

inline process_end(p)
{
    d_step {
        printf("process_end(%d)\n", p);
        ending[p] = true
    }
}

/* What is dead is taken down piece by piece (reap.c), in any order here. */
inline door_piece(t)
{
    d_step {
        printf("door_piece: %d\n", t);
        fails(t, ERR_DEAD);
        leave_kernel()
    }
}

inline close_descriptors(r)
{
    d_step {
        printf("close_descriptors: %d\n", r);
        desc_drop(r);
        leave_kernel()
    }
}

/* --- Programs: what a thread does between two kernel entries belongs to one of them. */

/* A call of `me` is over. */
inline result(me)
{
    assert((thread[me].error == NONE) == replied[me]);
    if
    :: thread[me].error == NONE -> assert(thread[me].buffer == reply_to(me))
    :: thread[me].error == ERR_DEAD
    :: thread[me].error == ERR_DEADLOCK -> assert(me >= S1)
    fi;
    replied[me] = false
}

inline call(me, d)
{
    thread[me].buffer = me;
    message_send(me, d)
}

proctype client(byte me)
{
    thread_new(me);
    do
    :: atomic { runs(me) -> result(me); call(me, 0) }
#ifdef NEIGHBOURS
    :: atomic { runs(me) -> result(me); call(me, 1) }
#endif
    od
}

#define mine(r)   (holder(r) == process(me) && reply[r] != NOBODY)
#define owing     (mine(0) || mine(1))
#define got       (runs(me) && thread[me].error == NONE)
#define neighbour (S1 + S2 - me)

/* Done with the message.  Before it receives again, what is parked is answered. */
inline next(me)
{
    thread[me].error = NONE;
    thread[me].buffer = NOBODY;
    if
    :: owing -> goto settles
    :: else -> goto idle
    fi
}

inline replies(me)
{
    call_reply_message(me, thread[me].buffer);
    next(me)
}

/* Receives too early, and replies in every way that is left when it has replied. */
inline blunders(me)
{
    if
    :: thread[me].serving == GONE
    :: else ->
        call_receive(me, process(me), true);
        assert(thread[me].error == (dead[process(me)] -> ERR_TARGET : ERR_BUSY))
    fi;
    call_reply_message(me, thread[me].buffer);
    call_reply_message(me, NOBODY);
    assert(thread[me].error == ERR_STATE);
    call_park(me, 0, NOBODY);
    assert(thread[me].error == ERR_STATE);
    call_reply_receive(me, process(me), NOBODY);
    assert(thread[me].error == ERR_STATE)
}

inline parks(me, r)
{
    call_park(me, r, thread[me].buffer);
    if
    :: thread[me].error == NONE -> kept[r] = thread[me].buffer; thread[me].buffer = NOBODY; goto idle
    :: thread[me].error == ERR_GONE -> next(me)
    fi
}

/* With one try too many. */
inline settle(me, r)
{
    if
    :: call_answer(me, r, kept[r]); call_answer(me, r, NOBODY); assert(thread[me].error == ERR_TARGET)
    :: call_close(me, r)
    fi;
    kept[r] = NOBODY;
    thread[me].error = NONE
}

inline calls_neighbour(me)
{
    held[process(me)] = thread[me].buffer;
    call(me, process(neighbour));
    assert(thread[me].error != ERR_DEADLOCK || (in_call(neighbour) && thread[neighbour].door == process(me)))
}

proctype server(byte me)
{
    {
        skip;
idle:   atomic { runs(me) -> call_receive(me, process(me), owing) }

receiving:
        if
        :: atomic { receives(me) && thread[me].limited -> limit_expire(me); next(me) }
        :: atomic {
            runs(me) && thread[me].error != NONE ->
            assert(dead[process(me)]);
            thread_end(me)
        }
        :: atomic { got -> replies(me) }
        :: atomic { got -> blunders(me); next(me) }
        :: atomic { got && reply[me - S1] == NOBODY -> parks(me, me - S1) }
        :: atomic { got && !dead[process(me)] -> door_die(process(me)); goto receiving }
        :: atomic { got && !owing -> call_reply_receive(me, process(me), thread[me].buffer); goto receiving }
#ifdef NEIGHBOURS
        :: atomic { got && !owing -> calls_neighbour(me) };
           atomic {
               runs(me) -> result(me);
               thread[me].buffer = held[process(me)];
               held[process(me)] = NOBODY;
               replies(me)
           }
#endif
        fi;

settles:
        if
        :: atomic { runs(me) && mine(0) -> settle(me, 0) }
        :: runs(me) && !mine(0)
        fi;
        if
        :: atomic { runs(me) && mine(1) -> settle(me, 1); goto idle }
        :: runs(me) && !mine(1) -> goto idle
        fi
    } unless { ended(me) }
}

/* --- What else happens. */

#define at_dead(t)  ((in_call(t) || receives(t)) && dead[thread[t].door])
#define empty_of(p) (ending[p] && threads(p) == 0)

proctype reaper()
{
    byte t;

    do
    :: atomic {
        if
        :: at_dead(C1) -> t = C1
        :: at_dead(C2) -> t = C2
        :: at_dead(S1) -> t = S1
        :: at_dead(S2) -> t = S2
        fi;
        door_piece(t);
        t = 0
    }
#ifndef NEIGHBOURS
    :: atomic {
        if
        :: ending[0] && !ended(S1) -> t = S1
        :: ending[0] && !ended(S2) -> t = S2
        fi;
        thread_end(t);
        t = 0
    }
#endif
    :: atomic { empty_of(0) && !dead[0] -> door_die(0) }
    :: atomic { empty_of(holder(0)) && reply[0] != NOBODY -> close_descriptors(0) }
    :: atomic { empty_of(holder(1)) && reply[1] != NOBODY -> close_descriptors(1) }
#ifdef NEIGHBOURS
    :: atomic { empty_of(1) && !dead[1] -> door_die(1) }
#endif
    od
}

/* Ends threads, or all of a process, from outside; or does nothing. */
proctype fate()
{
    byte t;

    do
    :: atomic { true -> skip }
#ifndef LASTING
    :: atomic {
        if
        :: t = C1
        :: t = C2
        fi;
        thread_end(t);
        thread_new(t);
        t = 0
    }
#endif
    :: atomic {
        if
        :: !ended(S1) -> t = S1
        :: !ended(S2) -> t = S2
        fi;
        thread_end(t);
        t = 0
    }
#ifndef NEIGHBOURS
    :: atomic { !ending[0] -> process_end(0) }
#endif
    od
}

ltl ends { []<> !in_call(C1) && []<> !in_call(S1) && []<> !(receives(S1) && dead[process(S1)]) }

init
{
    atomic {
        run client(C1);
        run client(C2);
        run server(S1);
        run server(S2);
        run reaper();
        run fate()
    }
}
