/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From messages to transfers and back.
 */
#pragma once

#include "door.h"

/* The door, and a buffer for what comes there. */
void server_start(uint32_t door, void *buffer, uint32_t size);

/* How long to wait for the next message, 0: for ever. */
uint32_t server_limit(void);

/* One has come, or the time is over: all is done that can be done now. */
void server_message(const struct message *m);
