/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test.h for programs under the process manager, which takes their reports to the line of test verdicts.
 */
#include "test.h"

#include "blake2s.h"
#include "manager.h"

#define CODE 16 /* bytes of a signature */

volatile struct challenge challenge = {.magic = CHALLENGE_MAGIC, .key = {1}, .seed = 1};

static uint32_t lines;

static void
sign_and_send(const char *text, size_t size)
{
    uint8_t code[CODE], key[BLAKE2S_KEY];
    char line[200];
    size_t at = snprintf(line, sizeof(line), "%s ", text);

    memcpy(key, (const void *)challenge.key, sizeof(key));
    blake2s(code, CODE, key, text, size);
    for (unsigned i = 0; i < CODE; i++)
        at += snprintf(line + at, sizeof(line) - at, "%02x", code[i]);
    line[at++] = '\n';
    report_write(line, at);
}

void
report(const char *name, const char *format, ...)
{
    char text[128];
    size_t at = snprintf(text, sizeof(text), "%u %s=", lines++, name);
    va_list arguments;

    va_start(arguments, format);
    at += vsnprintf(text + at, sizeof(text) - at, format, arguments);
    va_end(arguments);
    sign_and_send(text, at < sizeof(text) ? at : sizeof(text) - 1);
}

void
report_result(const char *name, struct result r)
{
    report(name, "%x %x", r.value, r.error);
}

void
report_end(void)
{
    report("end", "%u", lines);
    for (;;)
        machine_halt(0);
}
