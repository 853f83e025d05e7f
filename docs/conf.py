"""The site: ``make docs``, or ``sphinx-build -W docs build/site``."""

import os
from fnmatch import filter as matching
from typing import Any

# Signatures can be read of functions in Python.
os.environ["LAMBDAPKL_PURE"] = "1"

import lambdapkl

project = "lambdapkl"
copyright = "the lambdapkl developers"
version = release = lambdapkl.__version__

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon", "sphinx_copybutton"]
html_theme = "furo"
html_title = f"lambdapkl {version}"

# With -W, what is in no navigation fails, and so does a link that leads nowhere.
myst_heading_anchors = 3
# `name` in a docstring is a name, not a title.
default_role = "code"

napoleon_google_docstring = False
napoleon_use_rtype = False
autodoc_member_order = "groupwise"
autodoc_typehints_format = "short"
python_maximum_signature_line_length = 100
copybutton_exclude = ".linenos, .gp, .go"


def leave_out_empty_patterns(app: Any, docname: str, source: list[str]) -> None:
    """Take patterns that match no page out of the navigation: Sphinx warns of them, and lets nobody suppress it."""
    if docname == "index":
        lines = source[0].splitlines()
        source[0] = "\n".join(line for line in lines if not line.endswith("*") or matching(app.env.found_docs, line))


def setup(app: Any) -> None:
    app.connect("source-read", leave_out_empty_patterns)
