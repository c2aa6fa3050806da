/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The meaning of keys: see keys.h.  (IBM PS/2 Hardware Interface Technical Reference, "Keyboard": scan code set 1.)
 */
#include "keys.h"

#include "text.h"

#define EXTENDED 0xe0 /* the next byte is of a key that older keyboards had not */
#define PAUSE    0xe1 /* the next two bytes are of the Pause key */
#define RELEASED 0x80

#define F1        0x3b
#define F8        0x42
#define PAD_FIRST 0x47
#define PAD_LAST  0x53
#define PAD_ENTER 0x1c
#define PAD_SLASH 0x35

/* Keys that are held. */
#define SHIFT_LEFT  1
#define SHIFT_RIGHT 2
#define CTRL_LEFT   4
#define CTRL_RIGHT  8
#define ALT_LEFT    16
#define ALT_RIGHT   32
#define CAPS_LOCK   64
#define NUM_LOCK    128
#define SHIFT       (SHIFT_LEFT | SHIFT_RIGHT)
#define CTRL        (CTRL_LEFT | CTRL_RIGHT)
#define ALT         (ALT_LEFT | ALT_RIGHT)
#define LOCKS       (CAPS_LOCK | NUM_LOCK)

static const char plain[] = "\0\0331234567890-=\177\tqwertyuiop[]\n\0asdfghjkl;'`\0\\zxcvbnm,./\0*\0 ";
static const char shifted[] = "\0\033!@#$%^&*()_+\177\tQWERTYUIOP{}\n\0ASDFGHJKL:\"~\0|ZXCVBNM<>?\0*\0 ";

/* From PAD_FIRST on: with num lock, and as a VT100 and those that came after it send the other meaning. */
static const char pad[] = "789-456+1230.";
static const char *const movement[] = {
    "\033[H", "\033[A", "\033[5~", "-", "\033[D", "", "\033[C", "+", "\033[F", "\033[B", "\033[6~", "\033[2~", "\033[3~",
};

/* The keys from F9 on, which do not switch windows. */
static const struct {
    uint8_t code;
    char text[KEY_TEXT];
} function_keys[] = {{0x43, "\033[20~"}, {0x44, "\033[21~"}, {0x57, "\033[23~"}, {0x58, "\033[24~"}};

static struct key
text_key(const char *text)
{
    struct key key = {.size = strlen(text)};

    memcpy(key.text, text, key.size);
    return key;
}

/* Some keyboards send extended shifts around other keys, which nobody holds. */
static uint8_t
holding(uint8_t code, bool extended)
{
    switch (code) {
    case 0x1d:
        return extended ? CTRL_RIGHT : CTRL_LEFT;
    case 0x2a:
        return extended ? 0 : SHIFT_LEFT;
    case 0x36:
        return extended ? 0 : SHIFT_RIGHT;
    case 0x38:
        return extended ? ALT_RIGHT : ALT_LEFT;
    case 0x3a:
        return extended ? 0 : CAPS_LOCK;
    case 0x45:
        return extended ? 0 : NUM_LOCK;
    default:
        return 0;
    }
}

static bool
is_letter(char c)
{
    return c >= 'a' && c <= 'z';
}

static struct key
character(const struct keyboard *k, uint8_t code)
{
    bool shift = k->held & SHIFT;
    struct key key = {0};
    char c;

    if (code >= sizeof(plain) - 1 || !plain[code])
        return key;
    if (is_letter(plain[code]) && k->locks & CAPS_LOCK)
        shift = !shift;
    c = (shift ? shifted : plain)[code];
    if (k->held & CTRL && c == ' ')
        c = 0;
    else if (k->held & CTRL && c >= '@' && c < 0x7f)
        c &= 0x1f;
    if (k->held & ALT)
        key.text[key.size++] = '\033';
    key.text[key.size++] = c;
    return key;
}

static struct key
number_pad(const struct keyboard *k, uint8_t code, bool extended)
{
    bool moves = extended || !(k->locks & NUM_LOCK) == !!(k->held & SHIFT);
    char digit[] = {pad[code - PAD_FIRST], 0};

    return text_key(moves ? movement[code - PAD_FIRST] : digit);
}

static struct key
function_key(uint8_t code)
{
    for (unsigned i = 0; i < sizeof(function_keys) / sizeof(*function_keys); i++)
        if (function_keys[i].code == code)
            return text_key(function_keys[i].text);
    return (struct key){0};
}

/* A key that is not held is pressed. */
static struct key
pressed(const struct keyboard *k, uint8_t code, bool extended)
{
    if (code >= PAD_FIRST && code <= PAD_LAST)
        return number_pad(k, code, extended);
    if (extended && code == PAD_SLASH)
        return text_key("/");
    if (extended && code != PAD_ENTER)
        return (struct key){0};
    if (code >= F1 && code <= F8)
        return (struct key){.window = code - F1 + 1};
    return code < sizeof(plain) - 1 ? character(k, code) : function_key(code);
}

/* A lock changes when its key goes down, and not again while that is held. */
static void
hold(struct keyboard *k, uint8_t key, bool down)
{
    if (down)
        k->locks ^= key & ~k->held & LOCKS;
    k->held = down ? k->held | key : k->held & ~key;
}

struct key
keyboard_key(struct keyboard *k, uint8_t code)
{
    bool extended = k->extended;
    uint8_t held = holding(code & ~RELEASED, extended);

    k->extended = k->skip == 0 && code == EXTENDED;
    if (k->skip > 0)
        k->skip--;
    else if (code == PAUSE)
        k->skip = 2;
    else if (held)
        hold(k, held, !(code & RELEASED));
    else if (!(code & RELEASED))
        return pressed(k, code, extended);
    return (struct key){0};
}
