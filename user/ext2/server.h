/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The messages of user/abi/file.h and stream.h, and those of the manager (pm/abi/object.h).
 */
#pragma once

#include "message.h"

struct request {
    uint32_t door;   /* the owner's descriptor */
    uint8_t *buffer; /* of CALL_DATA_MAX bytes */
    struct message m;
    struct outgoing out;
    uint32_t gives;  /* a descriptor of which the reply has a copy, or 0: to be closed when that is sent */
};

/* Does what the message in the buffer asks for: 0, and the reply is there; or an error. */
uint32_t server_call(struct request *request);
