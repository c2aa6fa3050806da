/* SPDX-License-Identifier: BSD-2-Clause */
/* Does nothing, and not even that. */
int
main(void)
{
    return 1;
}
