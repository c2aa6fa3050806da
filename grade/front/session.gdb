# SPDX-License-Identifier: BSD-2-Clause
# How a session of gdb ends: a machine that is left behind must not run on.
set confirm off

python
def end_machine():
    """It may be gone already, or go before gdb has heard its good-bye."""
    try:
        gdb.execute("kill", to_string=True)
    except gdb.error:
        pass
end

define hook-quit
  python end_machine()
end
