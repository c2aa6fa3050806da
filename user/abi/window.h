/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Windows: text consoles, several on one screen, and the serial line as one more.  A window is a
 * stream: what is written is shown, with the control sequences of a VT100 that user/wm/ lists; what is typed
 * while it has the focus can be read.  Without STREAM_RAW a read gets a line: it is shown and can be edited
 * while it is typed; Ctrl-D at its beginning is the end of the stream.
 *
 * Keys that are no characters are read raw as a VT100 sends them, "\033[A" and so on.
 */
#pragma once

#include "stream.h"

/* The names under which the window manager's capability and the serial window are found. */
#define WINDOWS_NAME "/dev/windows"

#define WINDOWS      8 /* of the screen: F1 to F8 switch to them; number 0 is the serial line */

/* On wmcap. { uint32_t number } -> descriptor: that window, with READ and WRITE.  ERR_NO_WINDOW. */
#define WINDOW_OPEN 0x8082

/* On wmcap. { uint32_t number }: it is shown, and has the keyboard. */
#define WINDOW_FOCUS 0x808a

/* On a window, READ. Waits until Ctrl-C is typed there: value 0.  A line that is being typed is dropped, and reads fail with ERR_INTERRUPT. */
#define WINDOW_INTERRUPT 0x8094
