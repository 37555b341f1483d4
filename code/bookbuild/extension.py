"""Sphinx extension: pages that need nothing but their own folder, figures for light and dark, and marked numbers."""

from __future__ import annotations

import re
import shutil
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from docutils import nodes
from docutils.statemachine import StringList
from myst_nb.core.variables import RetrievalError
from myst_nb.ext.glue.roles import PasteTextRole
from myst_nb.ext.glue.utils import retrieve_glue_data
from myst_nb.sphinx_ext import OUTPUT_FOLDER
from sphinx.application import Sphinx
from sphinx.transforms import SphinxTransform
from sphinx.util import logging
from sphinx.util.docutils import ReferenceRole, SphinxDirective

from bookbuild import answers
from bookbuild.api import NamesOfTheChapter, Package, link_inside, read_chapters, skip_fields
from bookbuild.drop_downs import DropDownEnd, DropDownStart, PutTogether
from bookbuild.figure_numbers import FigureNumbers
from bookbuild.instruments import Instrument, State, add_scripts, write_data
from bookbuild.reading_time import ReadingTime, ReadingTimes, table, write_reading_times
from layerwise.figures.style import dark_variant

logger = logging.getLogger(__name__)

# Search reads the pages that it has found, to show the place, and a browser does not let it do so in a folder.
NO_SUMMARIES_IN_A_FOLDER = "if (location.protocol === 'file:') DOCUMENTATION_OPTIONS.SHOW_SEARCH_SUMMARY = false;"
# The Tab key is to stop at what scrolls. The theme looks for it when the window changes, not when a drop-down opens.
STOPS_IN_DROP_DOWNS = (
    "for (const kind of ['toggle', 'click']) "
    "addEventListener(kind, () => setTimeout(() => dispatchEvent(new Event('resize'))), true);"
)
# What the theme and pandas write, and what it has to be: the theme asks for its icon fonts early, which only saves a
# moment on a server and is an error from a folder; a screen reader announces each head of a column, and by its
# landmarks finds the navigation beside the page.
MENDED = [
    (re.compile(r'\s*<link rel="preload" as="font"[^>]*>'), ""),
    (re.compile(r"<th(?=[\s>])([^>]*)>(\s*(?:<p></p>|&nbsp;)?\s*)</th>"), r"<td\1>\2</td>"),
    (
        re.compile(r'(<div [^>]*class="bd-sidebar-primary bd-sidebar")>'),
        r'\1 role="navigation" aria-label="Book">',
    ),
    # What a list holds is called an item by today's browsers.
    (re.compile(r'role="doc-biblioentry"'), 'role="listitem"'),
    # A table that is wider than a phone is scrolled with the keyboard too.
    (
        re.compile(r'<div class="pst-scrollable-table-container">'),
        r'<div class="pst-scrollable-table-container" tabindex="0">',
    ),
    # The bracket before a formula, and the full stop after it, stay in its line.
    (
        re.compile(r'[(\[“]*<span class="math [^>]*>[^<]*</span>[.,;:?!)\]”’]*'),
        r'<span class="formula-with-marks">\g<0></span>',
    ),
]


def setup(app: Sphinx) -> dict[str, Any]:
    """Register with Sphinx."""
    app.add_config_value("unfinished_chapters", [], "env")
    app.add_config_value("unexpected_numbers", [], "env")
    app.add_role_to_domain("glue", "text", Number(), override=True)
    app.add_directive("unexpected-numbers", UnexpectedNumbers)
    app.add_directive("dropdown-start", DropDownStart)
    app.add_directive("dropdown-end", DropDownEnd)
    app.add_directive("instrument", Instrument)
    app.add_role("state", State())
    app.add_role("claim", Claim())
    answers.setup(app)
    app.add_config_value("names_shown", {}, "")
    app.add_config_value("chapter_costs", [], "env")
    app.add_directive("chapter-costs", ChapterCosts)
    app.add_directive("package", Package)
    app.add_directive("reading-times", ReadingTimes)
    app.connect("doctree-resolved", write_reading_times)
    app.connect("builder-inited", read_chapters)
    app.connect("missing-reference", link_inside)
    app.setup_extension("sphinx.ext.autodoc")
    app.connect("autodoc-skip-member", skip_fields)
    for transform in (PutTogether, ReadingTime, NamesOfTheChapter, FigureNumbers, DarkFigures):
        app.add_transform(transform)
    app.connect("html-page-context", add_scripts)
    app.add_js_file(None, body=NO_SUMMARIES_IN_A_FOLDER)
    app.add_js_file(None, body=STOPS_IN_DROP_DOWNS)
    app.connect("build-finished", complete_pages)
    return {"parallel_read_safe": False, "parallel_write_safe": True}


class Number(PasteTextRole):
    """``{glue:text}`` that says beside a number what was expected of it, if not this, and which number was never made.

    In words, so that it reads without colour, on paper, and aloud.
    """

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """The nodes that stand in the text."""
        env = self.document.settings.env
        try:
            unexpected = retrieve_glue_data(self.document, self.text).metadata.get("unexpected")
        except RetrievalError:
            if env.docname in env.config.unfinished_chapters:
                return [_words("(not computed)", "not-computed")], []
            return super().run()
        number, messages = super().run()
        if unexpected:
            for node in number:
                node["classes"].append("unexpected")
            number.append(_words(f" [! {unexpected['wrong']}]", "expected"))
        return number, messages


class Claim(ReferenceRole):
    """``{claim}`words <name>```: a link to the row of the audit that judges this published number or statement."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """The link; the tests of links find a name that no row has."""
        return [nodes.reference("", self.title, refuri=f"report_audit.html#claim-{self.target}", internal=True)], []


def _words(text: str, look: str) -> nodes.inline:
    return nodes.inline(text, text, classes=[look])


class UnexpectedNumbers(SphinxDirective):
    """``{unexpected-numbers}`` lists the numbers of this build that are not as their chapters expect."""

    def run(self) -> list[nodes.Node]:
        """A list, or a sentence where there is none."""
        lines = [f"- {{doc}}`{chapter}`, {text}" for chapter, text in self.config.unexpected_numbers]
        place = nodes.Element()
        self.state.nested_parse(StringList(lines or ["Every number is as expected."]), self.content_offset, place)
        return place.children


class ChapterCosts(SphinxDirective):
    """``{chapter-costs}``: what each chapter took when it last ran."""

    def run(self) -> list[nodes.Node]:
        """A table."""
        rows: list[list[nodes.Node]] = [
            [
                nodes.literal("", chapter),
                *(nodes.Text(f"{amount:.{digits}f}") for amount, digits in zip(costs, (0, 0, 2), strict=True)),
            ]
            for chapter, *costs in self.config.chapter_costs
        ]
        return [table(["chapter", "seconds", "of processor", "GB"], rows)]


class DarkFigures(SphinxTransform):
    """Give each figure that a cell has drawn as SVG a twin in the dark theme's colours.

    Figures use the colours of ``layerwise.figures`` only, so replacing those is all it takes. The theme shows the one
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
    """Put MathJax beside the pages, and mend what stands in them."""
    if exception is not None or app.builder.format != "html":
        return
    copy_mathjax(Path(app.outdir, "_static", "mathjax"))
    write_data(app)
    for page in Path(app.outdir).rglob("*.html"):
        text = page.read_text(encoding="utf-8")
        for wrong, right in MENDED:
            text = wrong.sub(right, text)
        page.write_text(text, encoding="utf-8")


def copy_mathjax(destination: Path) -> None:
    """Copy the part of MathJax that the pages use from the installed package ``sphinx-mathjax-offline``."""
    package = find_spec("sphinx-mathjax-offline")
    assert package is not None and package.origin is not None, "requirements.txt pins sphinx-mathjax-offline"
    origin = Path(package.origin).parent / "static" / "mathjax"
    fonts = Path("output", "chtml", "fonts", "woff-v2")
    shutil.copytree(origin / fonts, destination / fonts, dirs_exist_ok=True)
    shutil.copy2(origin / "tex-chtml-full.js", destination)
