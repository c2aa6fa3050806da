/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Starting programs that have descriptors: see start.h.
 */
#include "start.h"

#include "abi/elf.h"
#include "abi/memory.h"
#include "text.h"

const char *
module_file(const struct boot_module *module)
{
    const char *file = module->name;

    for (const char *at = file; *at && *at != ' '; at++)
        if (*at == '/')
            file = at + 1;
    return file;
}

const struct boot_module *
module_find(const struct boot_info *info, const char *name)
{
    size_t size = strlen(name);

    for (uint32_t i = 0; i < info->modules; i++) {
        const char *file = module_file(&info->module[i]);

        if (memcmp(file, name, size) == 0 && (file[size] == '.' || file[size] == ' ' || !file[size]))
            return &info->module[i];
    }
    return NULL;
}

struct pair
door_pair(void)
{
    uint32_t owner = door_create(CALL_MACHINE, false, 0).value;

    return (struct pair){owner, descriptor_duplicate(owner, RIGHTS_ALL, 0).value};
}

/* Its descriptors. */
static struct result
give(uint32_t process, const struct start *start)
{
    uint32_t words[START_GIVE + 1], count = 0;

    for (; count < START_GIVE && start->give[count]; count++)
        words[count] = start->give[count];
    if (start->self_rights)
        words[count++] = give_copy(process, start->self_rights);
    return count ? process_give(process, words, count) : (struct result){0, 0};
}

/* All that the process has before it runs. */
static struct result
equip(uint32_t process, const struct start *start)
{
    struct result r = {0, 0};

    if (start->manager)
        r = process_manager(process, start->manager, 0, start->cookie);
    if (!r.error && start->ports)
        r = process_ports(process, CALL_MACHINE, start->first_port, start->ports);
    return r.error ? r : give(process, start);
}

/* Its first thread, at its entry: as program_run(), at a priority of its own. */
static struct result
run(uint32_t process, const struct start *start)
{
    const struct elf_header *h = start->module->data;
    struct registers registers = {.eip = h->entry, .esp = USER_END, .eax = (uint32_t)start->info};
    struct result thread = process_thread(process), r = thread;

    if (!r.error)
        r = thread_write(thread.value, &registers);
    if (!r.error && start->priority)
        r = thread_priority(thread.value, start->priority, CALL_MACHINE);
    if (!r.error)
        r = thread_run(thread.value);
    descriptor_close(thread.value);
    return r;
}

struct result
start_program(const struct start *start)
{
    struct result loaded, r;

    if (!start->module)
        return (struct result){-1, ERR_FUNCTION};
    loaded = program_load(start->module);
    if (loaded.error)
        return loaded;
    r = equip(loaded.value, start);
    if (!r.error)
        r = run(loaded.value, start);
    if (!r.error)
        return loaded;
    process_delete(loaded.value);
    return r;
}
