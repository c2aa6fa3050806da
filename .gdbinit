# SPDX-License-Identifier: BSD-2-Clause
#
# gdb for the kernel: `make gdb` loads it, and so does, for a machine of your
# own, `gdb -nx -x .gdbinit` in this folder. `help lintel` lists what it adds.

set pagination off
set confirm off
set print pretty on
set print frame-arguments scalars
set history save off
set disassembly-flavor intel
python gdb.execute('set architecture i386', to_string=True)
python gdb.execute('set output-radix 16', to_string=True)
source grade/front/lintel_gdb.py
