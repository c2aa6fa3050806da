/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the parts of the process manager know of each other.
 *
 * It has one thread, which never waits for anybody but at its own door.  So each request is one step: all
 * checks first, then changes that cannot fail, then the reply.  What has to wait is parked.
 */
#pragma once

#include "door.h"
#include "limit.h"
#include "message.h"
#include "process.h"
#include "text.h"

#include "abi/pm.h"
#include "exercise.h"
#include "policy.h"

#define PAGE 4096u

static inline uint32_t
least(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

/* Memory of the manager's own. */
#define WINDOW     0x40000000u /* pages of other processes, while it reads or writes them */
#define HEAP       0x50000000u
#define HEAP_PAGES 0x8000u

/* --- Requests: request.c. */

/* A handler's answer instead of an error: there is nobody to reply to, or not now. */
#define NO_REPLY 0xffffffffu

struct request {
    struct message m;
    struct process *process; /* who asks; or for a capability: whom it is for */
    struct incoming in;
    struct outgoing out;
    bool stranger;           /* it came through a capability of PM_FIND's */
    // SINCE swap
    struct object *object;   /* what the capability is for, if it is no process */
    // END swap
    uint32_t gives;          /* a descriptor that the reply moves, or 0 */
};

typedef uint32_t handler(struct request *r);

/* A text of which there may be more than fits: as many bytes as fit, and a zero.  Its whole length. */
uint32_t request_text(struct request *r, char *to, uint32_t size);

/* Has all of the request been read?  If so the reply may be begun: the buffer is the same.  0, or ERR_MESSAGE. */
uint32_t request_end(struct request *r);
void reply_with(struct request *r, uint32_t value);
// SINCE swap
void put_value(struct request *r, uint32_t value);
// END swap
void reply_view(struct request *r, const void *view, uint32_t size);
void reply_give(struct request *r, uint32_t descriptor, uint32_t rights);
void manager_run(void) __attribute__((noreturn));

extern uint32_t manager_door; /* its owner's descriptor */

/* --- Processes: process.c. */

#define PROCESSES 2048

/* Somebody who waits: the reply that is owed. */
struct waiter {
    struct waiter *next;
    uint32_t reply;
    bool stranger; /* it is told, but who created the process still has to hear of it */
};

struct region {
    struct region *next; /* by address */
    uint32_t address, pages, flags;
    bool fixed;          /* its pages are all there: shared, or of a device */
    // SINCE swap
    struct object *object; /* that it maps, or NULL; vm.h */
    struct process *process; /* that maps it */
    struct region *next_of;  /* that maps the same object */
    uint32_t first;          /* page of the object */
    struct wiring *wired;    /* its pages stay in memory: held.c; or NULL */
    // END swap
};

struct process {
    uint32_t number, index, generation;
    uint32_t descriptor; /* of the kernel's process; 0 when it has ended */
    uint32_t thread;     /* of the first thread; 0 when it has ended */
    uint32_t domain;
    uint32_t state, end, status;
    uint32_t pages, names, children, inherited;
    bool clist;          /* has been written */
    bool adopted;        /* its parent has inherited it, and did not create it */
    bool forgotten;      /* deleted: nobody wants to hear of its end */
    bool traced;         /* it ends with its parent, who traces it */
    struct process *parent;
    struct process *child, *sibling; /* the newest child; the next older one */
    struct region *regions;
    uint32_t region_count;
    struct waiter *waiting;          /* for its end */
    struct waiter *waiting_any;      /* of this process, for any child's end */
    struct fault_message fault;
    char name[PROCESS_NAME_MAX];
    // SINCE swap
    struct object *memory; /* its own; vm.h */
    struct window *window; /* where it sees pages of its files */
    uint32_t objects;      /* that it owns */
    // END swap
};

extern uint32_t process_count;
// SINCE swap
extern uint32_t process_newest; /* the number of the one that was made last */
// END swap
extern struct process *process_init; /* who inherits children that nobody waits for; or NULL */

/* What a capability's cookie says. */
#define COOKIE_SELF    0u /* the manager, of a process */
#define COOKIE_PMCAP   1u
#define COOKIE_PROCESS 2u
#define COOKIE_FOUND   3u /* a process, by somebody who has not created it: PM_FIND */
// SINCE swap
#define COOKIE_OBJECT  4u /* a memory object */
#define COOKIE_WORKER  5u /* a thread of the manager's own */
#define COOKIE_KIND    29 /* the kind begins at this bit */
// END swap

uint32_t cookie_of(const struct process *p, uint32_t kind);
uint32_t cookie_kind(uint32_t cookie);
struct process *process_of(uint32_t cookie); /* NULL: it is no more */
struct process *process_new(struct process *parent, uint32_t domain, const char *name, uint32_t *error);
void process_forget(struct process *p);
struct process *process_next(uint32_t number);
void process_view(const struct process *p, struct process_view *view);
uint32_t capability(const struct process *p, uint32_t kind, uint32_t rights);

/* steps.c */
#define CLIST_MAX 64 /* descriptors that a process can be started with */
// SINCE swap
bool is_capability(const struct descriptor *d);
// END swap

/* waiters.c */
uint32_t waiters_add(struct waiter **list, struct request *r);
bool waiters_tell(struct waiter **list, const struct process_view *view);
bool waiters_tell_first(struct waiter **list, const struct process_view *view);
void waiters_drop(struct waiter **list);
void waiters_refuse(struct waiter **list, uint32_t error);

/* life.c */
void life_end(struct process *p, uint32_t end, uint32_t status);
void life_ended(struct process *p);
void life_delete(struct process *p);

/* trace.c */
void trace_parent_ended(struct process *p);

/* --- Bounds: bounds.c. */
#define REGIONS_MAX 256 /* of a process */
uint32_t frames_left(void);
uint32_t bound_page(const struct process *p);
uint32_t bound_region(const struct process *p);
uint32_t bound_name(const struct process *p);
uint32_t bound_child(const struct process *p);
struct process_limits bounds_of_kernel(uint32_t domain);
// SINCE swap
bool bound_serves(const struct process *p); /* do others depend on it?  NULL does not count */
// END swap

/* --- Memory: memory.c. */
uint32_t region_add(struct process *p, uint32_t address, uint32_t pages, uint32_t flags, bool fixed);
void region_take_back(struct process *p, uint32_t address);
uint32_t region_room(const struct process *p, uint32_t pages);
uint32_t region_remove(struct process *p, uint32_t address, uint32_t pages);
bool region_free(const struct process *p, uint32_t address, uint32_t pages);
uint32_t region_bring(struct process *p, uint32_t address);
void regions_forget(struct process *p);
uint32_t memory_write(struct process *p, uint32_t address, const void *from, uint32_t size);
uint32_t memory_read(struct process *p, void *to, uint32_t address, uint32_t size);
// SINCE swap
#define MAP_OBJECT 0x20000u /* flags of a region: it maps an object; */
#define MAP_WRITE  0x40000u /* by a descriptor that allows to write */
bool is_range(uint32_t address, uint32_t pages);
struct region *region_at(const struct process *p, uint32_t address);
void space_end(struct process *p);
void space_unmap(struct process *p, uint32_t address, uint32_t pages); /* it is mapped anew when it is touched */
extern uint32_t processes_ending; /* which the kernel is taking down */
// END swap

/* --- Names: names.c. */
struct name {
    uint32_t door; /* the manager's descriptor of it */
    uint32_t type, flags;
    bool system;
    struct process *owner;
    char text[PM_NAME_MAX];
};

extern uint32_t name_count;
uint32_t name_check(const char *name, uint32_t length);
uint32_t name_may_be(const char *name, const struct process *owner);
bool name_add(const char *name, uint32_t door, uint32_t type, bool system, uint32_t flags, struct process *owner);
struct name *name_find(const char *name);
struct name *name_resolve(const char *path, uint32_t *rest);
struct name *name_at(uint32_t index);
void name_remove(struct name *name);
void names_of_dead(const struct process *owner);

/* --- What is asked for: the handlers, by the file that has them. */
handler pm_door, pm_resolve, pm_remove, pm_list, pm_allows;                      /* doors.c */
handler pm_exit, pm_number, pm_wait_any, pm_process, pm_find, pm_machine;        /* self.c */
handler pm_map, pm_unmap, pm_write_region, pm_write_code, pm_read_memory, message_fault;        /* space.c */
handler pm_halt, pm_report, pm_archive, pm_irq, pm_irq_done, pm_ports, pm_device, pm_priority;  /* devices.c */
handler pm_create, pm_write_registers, pm_write_clist, pm_start, pm_stop;        /* steps.c */
handler pm_read_status, pm_read_registers, pm_read_clist, pm_wait, pm_delete, pm_kill;          /* steps.c */
handler message_ended;                                                           /* life.c */
handler pm_trace, pm_calls;                                                      /* trace.c */

/* boot.c */
#define REFUSED 2 /* how the machine stops when it cannot be booted */
void boot_system(void);

/* main.c */
struct file {
    const char *data;
    uint32_t size;
};
extern const struct boot_info *boot;
extern struct file archive; /* the second boot module */
extern uint32_t frames_all;
