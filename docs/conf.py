"""Settings of the documentation site; `cargo x site` builds it."""

import sys
from pathlib import Path
from typing import Any

from sphinx.ext.napoleon.docstring import NumpyDocstring

import deskmetrics

FOLDER = Path(__file__).parent
sys.path.insert(0, str(FOLDER / "extensions"))

project = "deskmetrics"
copyright = "the authors of deskmetrics"
version = release = deskmetrics.__version__

extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx.ext.napoleon",
    # local
    "api_pages",
    "charts",
    "kpi_pages",
    "offline",
]
exclude_patterns = ["_build", "README.md", "requirements.txt"]

myst_enable_extensions = ["colon_fence"]
myst_heading_anchors = 3

# Docstrings name the types, also those of compiled functions; they follow numpydoc.
autodoc_typehints = "none"
autodoc_member_order = "alphabetical"
napoleon_google_docstring = False
napoleon_use_rtype = False
napoleon_preprocess_types = True
napoleon_type_aliases = {"column": ":term:`column`", "frame": ":term:`table`", "table": ":term:`table`"}
python_display_short_literal_types = True
add_module_names = False
toc_object_entries_show_parents = "hide"

nitpicky = True
# Docstrings describe types in words, such as "sequence of int"; these are no references.
nitpick_ignore_regex = [("py:class", ".*"), ("py:obj", "True|False|None")]

html_theme = "furo"
html_title = "deskmetrics"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_show_sphinx = False
html_copy_source = False
html_search_scorer = str(FOLDER / "_static" / "scorer.js")
templates_path = ["_templates"]


def attribute(app: Any, what: str, name: str, thing: Any, options: Any, lines: list[str]) -> None:
    """Prevents that Napoleon takes a first line such as "The unit: percent." for a type; it takes the empty comment instead."""
    if what in ("attribute", "data", "property"):
        lines[:] = ["..", "", *NumpyDocstring(list(lines), app.config, app, "function").lines()]


def setup(app: Any) -> None:
    app.connect("autodoc-process-docstring", attribute, priority=400)  # before Napoleon
