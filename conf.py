"""The settings of the book, for ``python -m bookbuild`` and for Sphinx alone: ``sphinx-build -c . book pages``.

What a fork changes stands in ``_config.yml``, the order of the pages in ``_toc.yml``.
"""

from pathlib import Path

import yaml

_project = Path(__file__).absolute().parent
_fork = yaml.safe_load((_project / "_config.yml").read_text(encoding="utf-8"))

project = html_title = _fork["title"]
author, copyright = _fork["author"], _fork["copyright"]
language = "en"

extensions = [
    "sphinx_togglebutton",
    "sphinx_copybutton",
    "myst_nb",
    "sphinx_external_toc",
    "sphinx_design",
    "sphinx_book_theme",
    "sphinx.ext.autodoc",  # the page of the package
    "sphinx.ext.napoleon",
    "sphinx.ext.viewcode",
    "sphinx_exercise",
    "sphinx_proof",
    "sphinxcontrib.bibtex",
    "bookbuild.extension",
]
nitpicky = True
numfig = True
pygments_style = "sphinx"
external_toc_path = str(_project / "_toc.yml")
external_toc_exclude_missing = True  # only the pages that it names
bibtex_bibfiles = [str(_project / "book" / "references.bib")]
bibtex_reference_style = "author_year"

myst_enable_extensions = ["amsmath", "colon_fence", "deflist", "dollarmath", "substitution"]
myst_url_schemes = ["mailto", "http", "https"]
suppress_warnings = ["myst.domains"]
nb_execution_mode = "cache"  # `python -m bookbuild` runs the chapters; MyST-NB takes the outputs from its caches
nb_execution_timeout = _fork["execute"]["timeout"]
nb_execution_raise_on_error = True
nb_output_stderr = "error"
nb_merge_streams = True

html_theme = "sphinx_book_theme"
html_static_path = [str(_project / "web")]
html_css_files = ["layerwise.css"]
html_logo = str(_project / "web" / "logo.svg")
html_favicon = str(_project / "web" / "favicon.svg")
html_sourcelink_suffix = ""
html_context = {"default_mode": "auto"}
html_theme_options = {
    "logo": {"text": project, "alt_text": "A network whose units shrink towards its input"},
    "home_page_in_toc": True,
    "search_bar_text": "Search this book...",
    "use_repository_button": True,
    "use_issues_button": True,
    "repository_url": _fork["repository"]["url"],
    "repository_branch": _fork["repository"]["branch"],
    "path_to_docs": "book",
    "launch_buttons": _fork["launch_buttons"],
    "extra_footer": _fork["footer"],
}
html_domain_indices = html_use_index = False  # the page of the package and the search find every name
mathjax_path = "mathjax/tex-chtml-full.js"  # put there by bookbuild.extension

autodoc_mock_imports = ["keras", "tensorflow"]  # they take seconds, and no docstring needs them
autodoc_typehints = "none"  # docstrings say types, with shapes and units
autodoc_member_order = "bysource"
autodoc_default_options = {"members": True}
autodoc_preserve_defaults = True
napoleon_google_docstring = napoleon_use_param = napoleon_use_rtype = False
napoleon_custom_sections = [("Attributes", "params_style")]  # its own takes the first of two names for a type
add_module_names = False
toc_object_entries_show_parents = "hide"

# `make links`: not what the tests of the pages follow, and no DOIs: publishers turn programs away that follow them.
linkcheck_ignore = [r"(?!https?://)", r"https://doi\.org/"]
linkcheck_anchors = False
linkcheck_timeout = 30
linkcheck_retries = 3
linkcheck_report_timeouts_as_broken = False  # said apart, and no success either
