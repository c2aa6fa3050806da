/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From the first instruction to main, and to the end: see program.h, crt0.asm.
 */
#include "manager.h"
#include "program.h"
#include "text.h"

void sys_start(const struct start_page *page) __attribute__((noreturn));
int main(int argc, char **argv, char **envp);

void print_end(void) __attribute__((weak)); /* print.c, if the program prints */

char **environ;

void
exit(uint32_t status)
{
    if (print_end)
        print_end();
    process_exit(status);
}

/* Puts pointers to `count` texts into a list that ends with NULL.  Answers with what is behind the last of them. */
static char *
list(char **to, char *text, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        to[i] = text;
        text += strlen(text) + 1;
    }
    to[count] = NULL;
    return text;
}

static void
run(struct start_page *page)
{
    char *texts[page->arguments + page->environment + 2];

    environ = texts + page->arguments + 1;
    list(environ, list(texts, page->text, page->arguments), page->environment);
    exit(main(page->arguments, texts, environ));
}

void
sys_start(const struct start_page *page)
{
    static struct start_page none;

    call_by_sysenter = page && page->sysenter;
    run(page ? (struct start_page *)page : &none);
    __builtin_unreachable();
}
