"""Sphinx extension: pages that need nothing but their own folder, and figures that read in light and dark."""

from __future__ import annotations

import re
import shutil
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from docutils import nodes
from myst_nb.sphinx_ext import OUTPUT_FOLDER
from sphinx.application import Sphinx
from sphinx.transforms import SphinxTransform
from sphinx.util import logging

from layerwise.plotting import dark_variant

logger = logging.getLogger(__name__)

# Search reads the pages that it has found, to show the place, and a browser does not let it do so in a folder.
NO_SUMMARIES_IN_A_FOLDER = "if (location.protocol === 'file:') DOCUMENTATION_OPTIONS.SHOW_SEARCH_SUMMARY = false;"
FONT_PRELOAD = re.compile(r'\s*<link rel="preload" as="font"[^>]*>')


def setup(app: Sphinx) -> dict[str, Any]:
    """Register with Sphinx."""
    app.add_transform(DarkFigures)
    app.add_js_file(None, body=NO_SUMMARIES_IN_A_FOLDER)
    app.connect("build-finished", complete_pages)
    return {"parallel_read_safe": False, "parallel_write_safe": True}


class DarkFigures(SphinxTransform):
    """Give each figure that a cell has drawn as SVG a twin in the dark theme's colours.

    Figures use the colours of ``layerwise.plotting`` only, so replacing those is all it takes. The theme shows the one
    or the other by class.
    """

    default_priority = 500  # before Sphinx collects the images, at 880

    def apply(self, **kwargs: Any) -> None:
        """Add the twins."""
        drawn = Path(self.app.outdir).parent / OUTPUT_FOLDER
        for light in list(self.document.findall(nodes.image)):
            path = Path(self.app.srcdir, light["uri"].lstrip("/")).resolve()
            if path.suffix != ".svg" or not path.is_relative_to(drawn):
                continue
            twin = path.with_suffix(".dark.svg")
            try:
                twin.write_text(dark_variant(path.read_text(encoding="utf-8")), encoding="utf-8")
            except ValueError as error:
                logger.warning("%s", error, location=light)
                continue
            dark = light.deepcopy()
            dark["uri"] = light["uri"].removesuffix(".svg") + ".dark.svg"
            light["classes"].append("only-light")
            dark["classes"].append("only-dark")
            light.parent.insert(light.parent.index(light) + 1, dark)


def complete_pages(app: Sphinx, exception: Exception | None) -> None:
    """Put MathJax beside the pages, and take out what a browser refuses to load from a folder."""
    if exception is not None:
        return
    copy_mathjax(Path(app.outdir, "_static", "mathjax"))
    # The theme asks for its icon fonts early, which only saves a moment on a server, and is an error from a folder.
    for page in Path(app.outdir).rglob("*.html"):
        page.write_text(FONT_PRELOAD.sub("", page.read_text(encoding="utf-8")), encoding="utf-8")


def copy_mathjax(destination: Path) -> None:
    """Copy the part of MathJax that the pages use from the installed package ``sphinx-mathjax-offline``."""
    package = find_spec("sphinx-mathjax-offline")
    assert package is not None and package.origin is not None, "requirements.txt pins sphinx-mathjax-offline"
    origin = Path(package.origin).parent / "static" / "mathjax"
    fonts = Path("output", "chtml", "fonts", "woff-v2")
    shutil.copytree(origin / fonts, destination / fonts, dirs_exist_ok=True)
    shutil.copy2(origin / "tex-chtml-full.js", destination)
