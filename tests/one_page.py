"""One page read into its document as the book's build reads it, for tests of directives; no cell is run."""

from __future__ import annotations

import io
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.console import nocolor
from sphinx.util.docutils import docutils_namespace, patch_docutils

from notebook_header import HEADER


def read(text: str, folder: Path) -> tuple[nodes.document, str]:
    """A page's document, and what Sphinx warns of; no cell is run."""
    source = folder / "book"
    source.mkdir()
    (source / "index.md").write_text(f"{HEADER}\n{text}", encoding="utf-8")
    warnings = io.StringIO()
    nocolor()
    with patch_docutils(), docutils_namespace():
        app = Sphinx(
            source,
            None,
            folder / "out",
            folder / "doctrees",
            "dummy",
            confoverrides={
                "extensions": ["myst_nb", "bookbuild.extension"],
                "nb_execution_mode": "off",
                "suppress_warnings": ["myst-nb.lexer"],
            },
            status=None,
            warning=warnings,
        )
        app.build()
        return app.env.get_doctree("index"), warnings.getvalue()
