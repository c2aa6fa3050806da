/* SPDX-License-Identifier: BSD-2-Clause */

/* Debian's build of the theme lacks the style sheet for "as the system has it": so that is looked up here. */
const theme = document.body.dataset;
if (theme.theme === "auto")
    theme.theme = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
