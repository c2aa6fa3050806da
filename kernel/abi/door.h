/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Doors: messages between processes.
 *
 * A process sends a message to a door through a descriptor, and waits.  A thread
 * of the process that owns the door receives it, and replies; the reply ends the
 * call.  A descriptor is a small number that means something in one process only.
 * It names an object, and has rights, and a cookie: a word that the owner of the
 * door set, gets with each message sent through the descriptor, and replaces
 * with each reply.
 *
 * Message and reply share one buffer of the sender's: data, up to three bytes of
 * padding, descriptors (a word each), and room for a reply that is longer.  The
 * registers are those of abi/call.h:
 *
 *          send             its reply                receive          its message
 *   arg0   function         first word of the reply  CALL_RECEIVE     function
 *   arg1   descriptor       second word              owner descriptor cookie
 *   arg2   buffer           0                        buffer           buffer
 *   arg3   sizes            sizes, with total 0      total, and limit the sender's sizes
 *
 * The first two words of a reply are a value and an error by convention only, and
 * 0 where the reply is shorter.  A call that fails gives -1 and an error number,
 * below 0xff00 if the server says so (CALL_REPLY_ERROR), above if the kernel does.
 */
#pragma once

#include "process.h"

/*
 * Functions from CALL_MANAGER_FIRST up are messages to processes.  A door takes those
 * of one of the last two ranges: "system" doors are for who is trusted to make
 * them.  A function of the manager's range goes to the manager of the sender's process,
 * through the descriptor that CALL_PROCESS_MANAGER has set, if arg1 is 0; or to a door of
 * that same manager.  A process that has no manager sends it to any door.
 *
 * A send needs the right that the class of its function stands for.  The kernel's errors: ERR_TARGET,
 * ERR_FUNCTION; ERR_RIGHT; ERR_SIZE, ERR_ADDRESS, ERR_DESCRIPTOR; ERR_BIG, the receiver's buffer is too
 * small; ERR_TABLE; ERR_DEADLOCK, only the sender itself could receive; ERR_DEAD.  Blocks.
 */
#define CALL_MANAGER_FIRST 0x400u
#define CALL_SYSTEM_FIRST  0x1000u
#define CALL_USER_FIRST    0x8000u
#define CALL_INVALID       0xffffffffu

/* --- Receiving and replying.  Target: the door, by its owner's descriptor. */

/*
 * Waits for a message and takes it.  arg3 has the buffer's size in its upper 12 bits and
 * in the others a time limit in milliseconds, 0 for none.  ERR_BUSY while this thread has
 * not replied to the message before; ERR_TIME; ERR_DEAD when the door goes meanwhile.
 * Blocks.
 */
#define CALL_RECEIVE 0x100

/* value: 1 if CALL_RECEIVE would have to wait, 0 if not. */
#define CALL_WOULDBLOCK 0x138

/*
 * data: struct wait_list.  Waits until a message waits at one of the doors, and answers
 * with its descriptor; the message stays there, and all who wait for it are told: so who receives
 * it then may find it gone, and wants a limit.  Several doors that are ready get their turns.
 * Target: 0.  ERR_TIME, ERR_DEAD.  Blocks.
 */
#define CALL_WAIT 0x130
#define WAIT_MAX  16

struct wait_list {
    uint32_t limit;          /* milliseconds, 0 for none */
    uint32_t door[WAIT_MAX]; /* owner's descriptors; as many as the data's size tells, at least one */
};

/*
 * Replies to the message that this thread received last.  arg1 is the sender's new
 * cookie.  ERR_STATE if there is none; ERR_GONE if its sender has ended; ERR_BIG if
 * the sender has no room for it: then the message is still to be replied to.
 */
#define CALL_REPLY 0x108

/*
 * Replies, then receives at the door of the last CALL_RECEIVE, in the same buffer, of
 * which arg3 tells the total size.  A sender that is gone is no error here.  Blocks.
 */
#define CALL_REPLY_RECEIVE 0x110

/* The same with an error number (1 to 0xfeff) in arg1: the sender gets -1, this error and no
 * data, and keeps its cookie.  ERR_FLAGS if it is no such number. */
#define CALL_REPLY_ERROR         0x118
#define CALL_REPLY_ERROR_RECEIVE 0x120

/*
 * The message is replied to later: value is a descriptor of the reply.  arg1 is the sender's
 * new cookie.  ERR_STATE, ERR_GONE, ERR_MEMORY.
 */
#define CALL_PARK 0x128

/* On a reply descriptor, which is used up by it unless it fails with ERR_BIG, ERR_ADDRESS or
 * the like.  CALL_ANSWER takes the reply as data; CALL_ANSWER_ERROR an uint32_t error. */
#define CALL_ANSWER       0x158
#define CALL_ANSWER_ERROR 0x160

/* --- Descriptors of any object. */

/*
 * Two rights more, on the descriptor itself: COPY, it may be duplicated and sent as
 * a copy; MOVE, it may be given away.
 */
#define RIGHT_COPY (1u << 6)
#define RIGHT_MOVE (1u << 7)
#define RIGHTS_ALL (RIGHTS | RIGHT_COPY | RIGHT_MOVE)

/*
 * Lets go of a descriptor.  The owner's: the door is dead, who waits there gets ERR_DEAD.  The
 * last one of a door but the owner's: the owner gets MESSAGE_UNREF.  A reply: its sender
 * gets ERR_DEAD.
 */
#define CALL_CLOSE 0x140

/* data: struct duplicate; value: a new descriptor.  Needs COPY.  The owner's duplicate is an
 * ordinary one, with a cookie of the owner's choice; others keep the cookie that they have. */
#define CALL_DUPLICATE 0x148

struct duplicate {
    uint32_t rights; /* to keep, of those that there are */
    uint32_t cookie;
};

/* reply: struct look. */
#define CALL_LOOK 0x150

struct look {
    uint32_t kind; /* OBJECT_... */
    uint32_t error;
    uint32_t rights;
    uint32_t flags;  /* LOOK_OWNER, LOOK_OWN */
    uint32_t cookie; /* 0 but for who owns the door */
};

/* Kinds of objects, and flags of a look. */
#define OBJECT_DOOR    1
#define OBJECT_REPLY   2
#define OBJECT_THREAD  3
#define OBJECT_PROCESS 4
#define OBJECT_MACHINE 5
#define LOOK_OWNER     1 /* this is the owner's descriptor */
#define LOOK_OWN       2 /* the door is the caller's own */
// SINCE pm

/* On a door.  reply: struct door_counts. */
#define CALL_DOOR_COUNTS 0x168

struct door_counts {
    uint32_t waiting; /* calls that nobody has received yet */
    uint32_t error;
    uint32_t served;  /* that have been received, and not replied to */
    uint32_t receivers; /* threads that wait for a call */
    uint32_t dead; /* 1: it takes no call any more */
};
// END pm

/*
 * A descriptor in a message: what its sender writes.  The kernel puts in its place the
 * number that the recipient knows it by, the rights that are left and, if it names a door of
 * the recipient's own, DESCRIPTOR_OWN: CALL_LOOK tells its cookie.  With DESCRIPTOR_MOVE the
 * sender has it no more.  The owner's descriptor stays the owner's when it is moved, and
 * makes the recipient the owner; its copy is an ordinary one.
 */
#define DESCRIPTOR_NUMBER 0x000fffffu
#define DESCRIPTOR_RIGHTS 20 /* the rights begin at this bit */
#define DESCRIPTOR_MOVE   (1u << 28)
#define DESCRIPTOR_OWN    (1u << 31)

static inline uint32_t
descriptor_word(uint32_t number, uint32_t rights, uint32_t flags)
{
    return number | rights << DESCRIPTOR_RIGHTS | flags;
}

/* Where in a message the descriptors begin, behind so many bytes of data. */
static inline uint32_t
descriptors_at(uint32_t data_size)
{
    return (data_size + 3) & ~3u;
}

/* --- On the machine. */

/* data: struct door_create; value: the owner's descriptor, with all rights. */
#define CALL_DOOR_CREATE 0xe2

struct door_create {
    uint32_t system; /* 1: it takes functions from CALL_SYSTEM_FIRST up; 0: from CALL_USER_FIRST */
    uint32_t cookie; /* of the owner's descriptor */
};

/* For a door that the kernel itself sends to.  It keeps a duplicate: see CALL_DUPLICATE. */
struct door_for {
    uint32_t door; /* a descriptor of the caller's, with COPY; 0 for none */
    struct duplicate duplicate;
};

/*
 * data: struct interrupt.  Interrupt `irq` becomes MESSAGE_IRQ at the door, and is held back from then
 * until CALL_IRQ_DONE (data: uint32_t irq).  Not IRQ 0 and 2: ERR_FLAGS.
 */
#define CALL_IRQ_BIND 0xed
#define CALL_IRQ_DONE 0xf5

struct interrupt {
    uint32_t irq; /* 0 to 15 */
    struct door_for door;
};

/* --- On a process; more of them in abi/process.h. */

/*
 * data: struct door_for.  The process has this manager: see CALL_MANAGER_FIRST and MESSAGE_FAULT.
 * ERR_BUSY while a call to the manager before is under way.
 */
#define CALL_PROCESS_MANAGER 0x8d

/* The descriptors in the message become the process's; value: the number of the first. */
#define CALL_PROCESS_GIVE 0x95

/* value: a descriptor of a new thread, which is stopped and has no registers yet; without a descriptor it ends. */
#define CALL_PROCESS_THREAD 0x9a

/* data: uint32_t, the software interrupt by which the process calls the kernel; CALL_VECTOR at first. */
#define CALL_PROCESS_VECTOR 0xa5

/* data: struct port_grant: the process may use these ports.  ERR_FULL after PORT_GRANTS times. */
#define CALL_PROCESS_PORTS 0xad
#define PORT_GRANTS        4
#define PORTS_MAX          256 /* in one grant */

struct port_grant {
    uint32_t machine; /* a descriptor of it, with WRITE */
    uint32_t first;
    uint32_t count; /* 1 to PORTS_MAX; none above 0xffff */
};

// SINCE pm
/* All of its threads stop, see CALL_THREAD_STOP; and those that were stopped by that run again. */
#define CALL_PROCESS_RUN  0xb2
#define CALL_PROCESS_STOP 0xb3

/* reply: struct process_counts. */
#define CALL_PROCESS_COUNTS 0xb4

struct process_counts {
    uint32_t threads;
    uint32_t error;
    uint32_t descriptors; /* room in its table: those in use, and those that have been */
};

/*
 * data: struct process_limits.  Of what there is more already nothing goes.  What the process asks for
 * beyond fails with ERR_FULL; descriptors that are sent to it with ERR_TABLE.
 */
#define CALL_PROCESS_LIMIT 0xb5

struct process_limits {
    uint32_t threads;     /* at most, 0 for no limit */
    uint32_t descriptors; /* the same; in steps of DESCRIPTORS_STEP */
    uint32_t console;     /* 1: it may write to the kernel's console */
};
#define DESCRIPTORS_STEP 256 /* descriptors come in so many at once */

/* data: uint32_t, a number; reply: struct process_descriptor, of this descriptor or the next above; ERR_TARGET behind the last. */
#define CALL_PROCESS_DESCRIPTOR 0xbc

struct process_descriptor {
    uint32_t number;
    uint32_t error;
    struct look look;
};

/* data: struct process_call_of; reply: struct process_call, of this thread or the next above; ERR_TARGET behind the last. */
#define CALL_PROCESS_CALL 0xac

struct process_call_of {
    uint32_t thread; /* a number */
    uint32_t door;   /* a descriptor of the caller's, or 0 */
};

struct process_call {
    uint32_t thread;
    uint32_t error;
    uint32_t state;    /* IN_... */
    uint32_t function; /* unless it is IN_NO_CALL */
    uint32_t at_door;  /* 1: at the door that was asked for */
    uint32_t managed;  /* 1: the caller is the manager of who has the door ... */
    uint32_t server;   /* ... and knows it by this cookie */
};

/* States of a thread's call. */
#define IN_NO_CALL      0
#define IN_CALL_WAITING 1 /* nobody has received it yet */
#define IN_CALL_SERVED  2

// END pm
/* --- On a thread. */

/* Functions from the first up to, not including, the second go to a thread. */
#define CALL_THREAD_FIRST 0x180
#define CALL_THREAD_END   0x1c0

#define CALL_THREAD_DELETE   0x181 /* ends it */
#define CALL_THREAD_START    0x18a /* it runs */
#define CALL_THREAD_STOP     0x193 /* it does not run; a call that it is in goes on; with its last descriptor it ends */
#define CALL_THREAD_READ     0x19c /* reply: struct thread_view */
#define CALL_THREAD_WRITE    0x1a5 /* data: struct registers; ERR_STATE unless it is stopped, and in no call */
#define CALL_THREAD_PRIORITY 0x1ad /* data: struct thread_priority */

/*
 * data: struct door_for.  From now on a software interrupt or SYSENTER of the thread is
 * no call: it becomes MESSAGE_TRAP at the door.  ERR_BUSY while it is in such a message.
 */
#define CALL_THREAD_SANDBOX 0x1b5

// SINCE pm
/*
 * The same, but an empty reply to MESSAGE_TRAP lets the thread make its call after all; what is no call
 * becomes the exception that it would be without a sandbox.  When the call is over, MESSAGE_RESULT tells how.
 */
#define CALL_THREAD_TRACE 0x1bd

// END pm
/* 0 is the lowest.  Who serves a call runs at its caller's priority, if that is higher. */
#define PRIORITIES       32
#define PRIORITY_DEFAULT 16 /* of a new thread, unless that of who made it is lower */

struct thread_priority {
    uint32_t priority;
    uint32_t machine; /* a descriptor of it, with WRITE, if the priority is above the caller's own; else any */
};

struct registers {
    uint32_t edi, esi, ebp, ebx, edx, ecx, eax;
    uint32_t eip, eflags, esp; /* of eflags a program's bits only */
};

struct thread_view {
    uint32_t state; /* THREAD_IS_... */
    uint32_t error;
    uint32_t number, priority;
    struct registers registers;
};

/* States of a thread. */
#define THREAD_IS_READY   0 /* it runs, or could */
#define THREAD_IS_STOPPED 1
#define THREAD_IS_WAITING 2 /* in a call */

/* --- Messages that the kernel sends. */

#define MESSAGE_FIRST 0x200 /* their numbers begin here */

/*
 * A thread could not go on; to the manager of its process, with the manager's cookie.  data:
 * struct fault_message.  A reply of struct registers or of nothing lets it go on; an error
 * ends it, and so does a manager that dies.  Other replies fail with ERR_SIZE.
 */
// SINCE swap
/*
 * Or a reply of struct memory_share: it goes on as it is, with these pages mapped in its process.  It needs on the source what
 * CALL_MEMORY_SHARE does, has the same errors but ERR_ADDRESS for pages that are absent there, and is still owed then.
 */
// END swap
#define MESSAGE_FAULT 0x200

struct fault_message {
    uint32_t vector; /* Intel SDM volume 3, table 6-1 */
    uint32_t error;  /* code, of those exceptions that have one */
    uint32_t address; /* of a page fault */
    uint32_t access; /* of a page fault: FAULT_... */
    uint32_t present; /* of a page fault: 1 if the page is there, but not for this */
    uint32_t thread;  /* its number */
    struct registers registers;
};

/* What a page fault was about. */
#define FAULT_READ  0
#define FAULT_WRITE 1
#define FAULT_FETCH 2

/* A sandboxed thread made a software interrupt, `vector`, or SYSENTER, 256.  As MESSAGE_FAULT. */
#define MESSAGE_TRAP 0x208

// SINCE pm
/* A call that was let pass is over: the registers have its result.  As MESSAGE_FAULT.  Calls that do not return have none. */
#define MESSAGE_RESULT 0x230

// END pm
/* These want no reply: a CALL_REPLY to one fails with ERR_STATE. */

#define MESSAGE_UNREF 0x210 /* nobody but the owner has a descriptor of this door any more; cookie: the door's */
#define MESSAGE_IRQ   0x218 /* an interrupt has come; cookie: see struct interrupt */

/*
 * Threads of a process have ended; to its manager, with the manager's cookie.  With the last
 * one the process ends: MESSAGE_PROCESS_ENDED, when nothing is left of it.  data: struct
 * ended, what has happened since the last such message.
 */
#define MESSAGE_THREAD_ENDED  0x220
#define MESSAGE_PROCESS_ENDED 0x228

struct ended {
    uint32_t threads; /* so many ended */
    uint32_t left;    /* so many are left */
    uint32_t last;    /* the number of the last one that ended */
};
