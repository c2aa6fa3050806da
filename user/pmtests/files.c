/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A script for the file server, which grade/tests/file_player.py writes: messages, and what each has to bring.  It is
 * in the archive, and so is the server.
 */
#include "sys/files.h"
#include "sys/spawn.h"
#include "sys/stream.h"

#include "abi/file.h"
#include "tar.h"
#include "test.h"

#define AT           0x60000000u
#define CAPABILITIES 256

/* Behind it come the data of the message and those of the reply, each padded to a word. */
struct step {
    uint32_t function;
    uint32_t target; /* a capability: the first is the root, the others were stored */
    uint32_t room, size;
    uint32_t repeat; /* so often; if that is more than once, what one costs is reported */
    uint32_t error;
    uint32_t rights, store; /* of the capability in the reply, if there are rights; where it goes */
    uint32_t reply;
};

static uint32_t capability[CAPABILITIES];
static uint32_t server; /* its process */
static uint32_t archive; /* bytes at AT */
static uint8_t buffer[4096] __attribute__((aligned(4096)));

static bool
start_server(void)
{
    char *argv[] = {"fm", NULL};
    struct spawn s = {.argv = argv, .domain = "files"};
    struct tar_member fm;
    struct result r;

    archive = archive_map(AT).value;
    if (!tar_find((const void *)AT, archive, "bin/fm", &fm))
        return false;
    r = spawn_image(fm.data, fm.size, &s);
    server = r.value;
    while (!r.error && name_open("/").error)
        yield();
    capability[0] = name_open("/").value;
    return !r.error;
}

/* Who the file is and when it was changed the script does not know. */
static void
clear_view(const struct step *s)
{
    if (s->function == STREAM_STAT || s->function == FILE_LIST)
        memset(buffer + offsetof(struct stream_view, id), 0, 2 * sizeof(uint32_t));
}

static uint32_t
descriptor_in(const struct reply *r)
{
    uint32_t word = 0;

    if (call_descriptors(r->sizes))
        memcpy(&word, buffer + descriptors_at(call_data_size(r->sizes)), sizeof(word));
    return word;
}

static bool
is_right(const struct step *s, const struct reply *r, const void *wanted)
{
    uint32_t word = descriptor_in(r);

    if (r->error != s->error || (word >> DESCRIPTOR_RIGHTS & RIGHTS_ALL) != s->rights)
        return false;
    if (s->error)
        return true;
    clear_view(s);
    return call_data_size(r->sizes) == s->reply && memcmp(buffer, wanted, s->reply) == 0;
}

/* The least that it cost. */
static struct reply
repeat(const struct step *s, const uint8_t *data)
{
    uint64_t least = -1;
    struct reply r;

    for (uint32_t i = 0; i < s->repeat; i++) {
        uint64_t start;

        memcpy(buffer, data, s->size);
        start = rdtsc();
        r = send(s->function, capability[s->target], buffer, call_sizes(s->room, s->size, 0));
        start = rdtsc() - start;
        least = start < least ? start : least;
    }
    if (s->repeat > 1)
        report("cost", "%u", (uint32_t)least);
    return r;
}

static const uint8_t *
do_step(uint32_t number, const uint8_t *at)
{
    const struct step *s = (const void *)at;
    const uint8_t *data = at + sizeof(*s), *wanted = data + descriptors_at(s->size);
    struct reply r = repeat(s, data);

    if (!is_right(s, &r, wanted)) {
        report("wrong", "%u %x %x %x", number, r.error, call_data_size(r.sizes), descriptor_in(&r) >> DESCRIPTOR_RIGHTS);
        report_end();
    }
    if (s->rights) {
        if (capability[s->store])
            descriptor_close(capability[s->store]);
        capability[s->store] = descriptor_in(&r) & DESCRIPTOR_NUMBER;
    }
    return wanted + descriptors_at(s->reply);
}

/* Descriptors of the server: none is left there but its own. */
static uint32_t
descriptors(void)
{
    struct look look;
    uint32_t count = 0;

    for (struct result r = child_read_clist(server, 1, &look); !r.error; r = child_read_clist(server, r.value + 1, &look))
        count++;
    return count;
}

/* Writes at the end of a new file until there is no room.  Then it is removed. */
static void
fill(void)
{
    struct result file = file_open_at(capability[0], "full", FILE_CREATE | FILE_NEW), r;
    struct file_space space;
    struct outgoing out;
    struct incoming in;
    uint32_t size = 0;

    while (!(r = stream_write(file.value, STREAM_END, buffer, STREAM_MAX)).error)
        size += r.value;
    report("full", "%x %u", r.error, size);
    outgoing_start(&out, buffer, sizeof(buffer));
    put_text(&out, "full");
    report_result("removed", ask(FILE_REMOVE, capability[0], &out, &in));
    descriptor_close(file.value);
    directory_space(capability[0], &space);
    report("space", "%u %u %u", space.bytes, space.bytes_free, space.files);
}

int
main(int argc, char **argv, char **envp)
{
    const uint8_t *at;
    struct tar_member script;
    uint32_t steps = 0;

    (void)argc, (void)argv, (void)envp;
    if (!start_server() || !tar_find((const void *)AT, archive, "script", &script))
        return 1;
    report("descriptors", "%u", descriptors());
    for (at = script.data; at < (const uint8_t *)script.data + script.size; steps++)
        at = do_step(steps, at);
    report("steps", "%u", steps);
    for (uint32_t i = 0; i < challenge.param[0]; i++)
        fill();
    report("descriptors", "%u", descriptors());
    report_end();
}
