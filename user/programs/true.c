/* SPDX-License-Identifier: BSD-2-Clause */
/* Does nothing, and that well. */
int
main(void)
{
    return 0;
}
