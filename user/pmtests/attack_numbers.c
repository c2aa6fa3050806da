/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A capability that is kept while its place in the manager's table is used again and again, until the generations
 * have come round.  It has to stay stale.  Parameters: processes that fill the table, times.
 */
#include "sys/child.h"
#include "sys/request.h"
#include "test.h"

int
main(int argc, char **argv, char **envp)
{
    uint32_t made = 0, kept, again = 0, last = 0;
    struct process_view view;
    struct result r;

    (void)argc, (void)argv, (void)envp;
    while (made < challenge.param[0] && !(r = child_create(FD_PM, "", "")).error)
        made++;
    report("made", "%u", made);
    r = child_create(FD_PM, "kept", "");
    kept = r.value;
    for (uint32_t i = 0; i < challenge.param[1]; i++) {
        struct result old = r;
        uint32_t tries = 100;

        ask_words(PM_DELETE, old.value, NULL, 0);
        if (old.value != kept)
            descriptor_close(old.value);
        while ((r = child_create(FD_PM, "other", "")).error && tries--)
            last = r.error;
        if (r.error)
            break;
        if (!child_status(kept, &view).error) {
            report("alias", "%u", i + 1);
            break;
        }
        again++;
    }
    report("again", "%u %x", again, last);
    report_end();
}
