/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The current directory: its path, which is the variable PWD, and its capability, which programs get.  If the
 * file manager has died and come again, the capability is got anew by the path.
 */
#pragma once

#include <stdint.h>

/* What programs get. */
extern uint32_t here, here_root;

const char *here_path(void);

/* From the environment, or "/". */
void here_start(void);

/* 0, or an error. */
uint32_t here_change(const char *path);

/* Looks whether the capabilities still are good for something. */
void here_check(void);

/* `environ` is what is exported now. */
void environment_update(void);
