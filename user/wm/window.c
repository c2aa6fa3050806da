/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Windows: see abi/window.h and line.h.
 */
#include "wm.h"

#define CTRL_C 3

static struct window windows[WINDOWS + 1];

struct window *
window_find(uint32_t number)
{
    return &windows[number];
}

static uint32_t
number_of(const struct window *w)
{
    return w - windows;
}

uint32_t
windows_unseen(void)
{
    uint32_t unseen = 0;

    for (uint32_t n = 1; n <= WINDOWS; n++)
        unseen |= (uint32_t)windows[n].unseen << n;
    return unseen;
}

static void
show_on_screen(struct line *line, const char *text, uint32_t size)
{
    screen_write(&((struct window *)line)->screen, text, size);
}

static void
show_on_line(struct line *line, const char *text, uint32_t size)
{
    (void)line;
    output_text(text, size);
}

void
windows_reset(void)
{
    for (uint32_t n = 0; n <= WINDOWS; n++) {
        windows[n].line.show = n ? show_on_screen : show_on_line;
        screen_reset(&windows[n].screen);
    }
}

/* Answers all calls in the list; how many had not ended yet. */
static uint32_t
answer_all(struct parked_list *list, uint32_t error)
{
    uint32_t answered = 0;

    for (; list->count > 0; parked_remove(list, 0)) {
        uint32_t reply = list->call[0].reply;

        if (error ? !answer_error(reply, error).error : parked_answer_nothing(reply))
            answered++;
    }
    return answered;
}

/* The first reader gets what there is, unless it has ended.  False if there is nothing for it yet. */
static bool
answer_reader(struct window *w)
{
    static uint8_t buffer[CALL_DATA_MAX], bytes[STREAM_MAX];
    struct parked reader = w->readers.call[0];
    bool raw = reader.flags & STREAM_RAW;
    enum line_state state = raw ? LINE_OPEN : line_edit(&w->line);
    uint32_t count = line_read(&w->line, raw, bytes, reader.room);
    struct outgoing out;

    if (state == LINE_INTERRUPT)
        return answer_all(&w->readers, ERR_INTERRUPT);
    if (raw ? count == 0 : state == LINE_OPEN)
        return false;
    outgoing_start(&out, buffer, sizeof(buffer));
    put_result(&out, count);
    put_bytes(&out, bytes, count);
    if (parked_answer(reader.reply, &out))
        line_taken(&w->line, count);
    parked_remove(&w->readers, 0);
    return true;
}

/* Those that have ended do not decide how keys are read. */
static void
answer_readers(struct window *w)
{
    do
        parked_remove_ended(&w->readers);
    while (w->readers.count > 0 && answer_reader(w));
}

/* Ctrl-C is for who waits for it; if nobody does it is a key. */
static bool
is_interrupt(struct window *w, char c)
{
    if (c != CTRL_C || answer_all(&w->interrupts, 0) == 0)
        return false;
    answer_readers(w);
    line_drop(&w->line);
    answer_all(&w->readers, ERR_INTERRUPT);
    return true;
}

/* What came together is read together, as the bytes of an arrow. */
void
window_type(struct window *w, const char *text, uint32_t size)
{
    for (uint32_t i = 0; i < size; i++)
        if (!is_interrupt(w, text[i]))
            line_type(&w->line, text[i]);
    answer_readers(w);
}

static uint32_t
least(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

static uint32_t
read(struct window *w, struct request *r)
{
    uint32_t size, flags, error;

    get_u32(&r->in);
    size = get_u32(&r->in);
    flags = get_u32(&r->in);
    if (!incoming_end(&r->in) || flags & ~STREAM_RAW || parked_room(&r->m) == 0)
        return ERR_MESSAGE;
    size = least(size, least(parked_room(&r->m), STREAM_MAX));
    put_result(&r->out, 0);
    if (size == 0)
        return 0;
    error = parked_add(&w->readers, &r->m, size, flags);
    answer_readers(w);
    return error;
}

static uint32_t
write(struct window *w, struct request *r)
{
    uint32_t size, offset = get_u32(&r->in);
    const void *bytes = get_rest(&r->in, &size);

    (void)offset;
    size = least(size, STREAM_MAX);
    if (!incoming_end(&r->in))
        return ERR_MESSAGE;
    if (number_of(w) == 0 && size > 0)
        return output_write(r, bytes, size);
    screen_write(&w->screen, bytes, size);
    w->unseen = true;
    put_result(&r->out, size);
    return 0;
}

static uint32_t
status(struct window *w, struct request *r)
{
    struct stream_view view = {.kind = STREAM_WINDOW, .size = COLUMNS << 16 | ROWS, .id = number_of(w)};

    if (!incoming_end(&r->in))
        return ERR_MESSAGE;
    put_bytes(&r->out, &view, sizeof(view));
    return 0;
}

static uint32_t
wait_for_interrupt(struct window *w, struct request *r)
{
    return incoming_end(&r->in) ? parked_add(&w->interrupts, &r->m, 0, 0) : ERR_MESSAGE;
}

uint32_t
window_serve(struct window *w, struct request *r)
{
    switch (r->m.function) {
    case STREAM_READ:
        return read(w, r);
    case STREAM_WRITE:
        return write(w, r);
    case STREAM_STAT:
        return status(w, r);
    case WINDOW_INTERRUPT:
        return wait_for_interrupt(w, r);
    default:
        incoming_end(&r->in);
        return ERR_MESSAGE;
    }
}
