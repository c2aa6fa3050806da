#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# A script: sh hello.sh [name ...], or ./hello.sh

who="$@"
greeting='Hello,'
echo $greeting ${who}! "I am process $$, and my first word is '$1'."

# What a program says can go to a file, or to another program; && and || ask how it ended.
ls /bin > names && echo "There are so many programs here:" && wc -l < names
grep clock names || echo "but no clock"
rm names

# Two at the same time, and wait for both.
sleep 0.2 &
sleep 0.1 &
wait
echo "$0 is done"
