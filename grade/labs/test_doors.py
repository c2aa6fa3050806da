# SPDX-License-Identifier: BSD-2-Clause
"""Lab doors: what its exercises have to do."""

# --- doors.1: descriptors and rights (1 to 4 are one person's part of this file)

# --- doors.5: later, and not for ever (5 to 8 are another's)
