/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The boot archive: a tar file as POSIX has it (ustar), the content of which stays where it is.
 */
#pragma once

#include "node.h"

/*
 * All files and directories in it come to be below the root; directories that it does not mention,
 * but has files in, too.  What is neither file nor directory, or has no name here (path.h), is left out; so is
 * what no node is left for.  A later file replaces an earlier one.  false: it is no archive, or ends in
 * the middle of something; what was before that is there.
 */
bool archive_read(const void *archive, uint32_t size);
