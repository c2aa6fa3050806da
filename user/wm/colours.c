/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Colours: those of the terminal, which are numbered red, green, blue from the lowest bit on, become those of the
 * VGA, which are numbered blue, green, red.
 */
#include "screen.h"

#define TEXT   7 /* the usual colours, as the terminal numbers them */
#define GROUND 0
#define BRIGHT 8

static uint8_t
to_vga(uint8_t colour)
{
    return (colour & 2) | (colour & 1) << 2 | (colour >> 2 & 1) | (colour & BRIGHT);
}

static uint8_t
attribute(const struct colours *c)
{
    uint8_t text = c->reverse ? c->ground : c->text, ground = c->reverse ? c->text : c->ground;

    return to_vga(text | (c->bright ? BRIGHT : 0)) | to_vga(ground & 7) << 4;
}

static void
take(struct colours *c, uint16_t value)
{
    if (value == 0)
        *c = (struct colours){.text = TEXT, .ground = GROUND};
    else if (value == 1 || value == 2 || value == 22)
        c->bright = value == 1;
    else if (value == 7 || value == 27)
        c->reverse = value == 7;
    else if (value >= 30 && value <= 37)
        c->text = value - 30;
    else if (value >= 90 && value <= 97)
        c->text = value - 90 + BRIGHT;
    else if (value >= 40 && value <= 47)
        c->ground = value - 40;
    else if (value == 39)
        c->text = TEXT;
    else if (value == 49)
        c->ground = GROUND;
}

void
screen_colour(struct screen *s, const uint16_t *value, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        take(&s->colours, value[i]);
    s->attribute = attribute(&s->colours);
}
