/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Streams with a buffer, for text.  A stream is used for reading or for writing.  What is written always goes
 * behind what is there already, so that several programs can write to one file.
 *
 * What is written to a window goes out with each line, otherwise when the buffer is full; and before stdin
 * is read, and when the program ends by exit() or with main.  printf (text.h) writes to stdout.
 */
#pragma once

#include <stdbool.h>

#include "stream.h"
#include "text.h"

#define STREAM_ROOM 1000 /* bytes; no more of one printf() are written */

/* All zeros, one of the three below has its descriptor, FD_IN and so on. */
struct stream {
    uint32_t fd;
    uint32_t offset;       /* in the file: of what is read next */
    uint32_t first, count; /* bytes in the buffer: those to be read, or to be written */
    uint32_t error;        /* the first one; from then on nothing happens */
    uint8_t known, lines;  /* does a newline send what is written?  Once that is known */
    uint8_t end;           /* has its end been read? */
    uint32_t message[STREAM_ROOM / 4 + 3]; /* the buffer is from its third word on */
};

extern struct stream standard_streams[3];

#define stdin  (&standard_streams[0])
#define stdout (&standard_streams[1])
#define stderr (&standard_streams[2])

/* It stays the caller's to close the descriptor. */
void stream_use(struct stream *s, uint32_t fd);

uint32_t stream_fd(const struct stream *s);

/* The next byte; -1 at the end, or when there is an error. */
int getc(struct stream *s);

/* A line without its newline, with a zero behind it; of a longer one what fits.  False if there is none left. */
bool getline(struct stream *s, char *to, uint32_t size);

void putbytes(struct stream *s, const void *from, uint32_t size);
void putc(int c, struct stream *s);
void fputs(const char *text, struct stream *s);
void puts(const char *text); /* and a newline, to stdout */
void fprintf(struct stream *s, const char *format, ...) __attribute__((format(printf, 2, 3)));
void vfprintf(struct stream *s, const char *format, va_list arguments);

/* Answers with the stream's error. */
uint32_t flush(struct stream *s);
