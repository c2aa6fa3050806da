# SPDX-License-Identifier: BSD-2-Clause
"""Sphinx makes the pages of docs/ and the chapter on kernel/abi. See `make docs`."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

project = "Lintel"
extensions = ["myst_parser", "abi"]
root_doc = "README"
smartquotes_action = "q"
nitpicky = True  # a name in capitals that no header defines is a mistake
nitpick_ignore_regex = [("c:identifier", r"u?int\d+_t")]
add_function_parentheses = False
html_theme = "furo"
html_title = "Lintel"
html_static_path = ["static"]
html_css_files = ["abi.css"]
html_js_files = ["theme.js"]
html_show_sphinx = False
html_show_copyright = False
html_copy_source = False


def setup(app):
    app.connect("source-read", list_pages)


def list_pages(app, page, source):
    """The front page has a table of the others, which Sphinx cannot read as a list."""
    if page == root_doc:
        source[0] += "\n```{toctree}\n:hidden:\n:glob:\n*\n```\n"
