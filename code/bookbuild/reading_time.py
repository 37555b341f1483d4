"""How long a page takes to read, counted in its document so that no author types it, and written below its title.

Words, lines of display equations and lines of code each take their time. What stands in a drop-down is counted apart: a
reader may leave it closed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.transforms import SphinxTransform
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

logger = logging.getLogger(__name__)

# Set so that the book's first form takes what careful readers needed for it (`tests/book/test_reading_time.py`).
WORDS_A_MINUTE, EQUATIONS_A_MINUTE, LINES_OF_CODE_A_MINUTE = 130, 4, 5

UNSEEN = {"tag_remove-cell", "tag_remove-input"}
# The description of a name of the package is looked up, not read through.
NOT_READ = (nodes.comment, nodes.raw, nodes.system_message, addnodes.desc)


class Amount(NamedTuple):
    """What there is to read: words (a formula in the text is one), lines of display equations, lines of code."""

    words: int = 0
    equations: int = 0
    code: int = 0

    @property
    def minutes(self) -> float:
        """How long a careful reader takes."""
        return self.words / WORDS_A_MINUTE + self.equations / EQUATIONS_A_MINUTE + self.code / LINES_OF_CODE_A_MINUTE


def amounts(node: nodes.Node, folded: bool = False) -> tuple[Amount, Amount]:
    """What is open to every reader of a document or a part of it, and what its drop-downs hold."""
    classes = set(node.get("classes", ())) if isinstance(node, nodes.Element) else set()
    other_form = isinstance(node, nodes.Element) and node.get("mime_type", "text/markdown") != "text/markdown"
    if classes & UNSEEN or other_form or isinstance(node, NOT_READ):
        return Amount(), Amount()
    folded = folded or _folds(node, classes)
    if isinstance(node, nodes.literal_block):
        here = Amount(code=_lines(node) if "python" in node.get("language", "") else 0)
    elif isinstance(node, nodes.math_block):
        here = Amount(equations=node.astext().count(r"\\") + 1)
    elif isinstance(node, nodes.math):
        here = Amount(words=1)
    elif isinstance(node, nodes.Text):
        here = Amount(words=len(node.split()))
    else:
        parts = [amounts(child, folded) for child in node.children]
        return _sum(opened for opened, _ in parts), _sum(inside for _, inside in parts)
    return (Amount(), here) if folded else (here, Amount())


def _sum(parts: Iterable[Amount]) -> Amount:
    return Amount(*(sum(counts) for counts in zip(Amount(), *parts, strict=True)))


def _folds(node: nodes.Node, classes: set[str]) -> bool:
    hiding = {f"tag_hide-{part}" for part in ("input", "output") if f"cell_{part}" in classes}
    return bool(classes & {"dropdown", "tag_hide-cell"} or (hiding and hiding & set(node.parent["classes"])))


def _lines(block: nodes.literal_block) -> int:
    return sum(bool(line.strip()) for line in block.astext().splitlines())


def sentence(opened: Amount, folded: Amount) -> str:
    """Both times in words; empty where there is less than a minute to read."""
    first, more = _rounded(opened.minutes), _rounded(folded.minutes)
    if not first:
        return ""
    return f"Reading time: about {first} minute{'s'[: first > 1]}" + (
        f", {more} more with all drop-downs." if more else "."
    )


def _rounded(minutes: float) -> int:
    """Whole minutes up to ten, then steps of five: nobody reads that evenly."""
    return round(minutes) if minutes < 10 else 5 * round(minutes / 5)


class ReadingTime(SphinxTransform):
    """Write the reading time below the title, and note it for the tables of other pages."""

    default_priority = 450  # after drop-downs have been put together, before figures have twins

    def apply(self, **kwargs: Any) -> None:
        """Add a paragraph."""
        title = next(self.document.findall(nodes.title), None)
        opened, folded = amounts(self.document)
        self.env.metadata[self.env.docname]["reading_minutes"] = _rounded(opened.minutes), _rounded(folded.minutes)
        text = sentence(opened, folded)
        looked_up = any(self.document.findall(addnodes.desc))  # for such a page the time of its sentences says nothing
        if title is not None and text and not looked_up:
            title.parent.insert(1, nodes.paragraph(text, text, classes=["reading-time"]))


class reading_times(nodes.Element):
    """Where a table of reading times belongs, once all pages are read; holds the names of the pages."""


class ReadingTimes(SphinxDirective):
    """``{reading-times} backpropagation activations``: how long these pages take, and all of them together."""

    required_arguments = 1
    final_argument_whitespace = True

    def run(self) -> list[nodes.Node]:
        """A place for the table."""
        return [reading_times(pages=self.arguments[0].split())]


def write_reading_times(app: Sphinx, document: nodes.document, page: str) -> None:
    """Put the tables where they belong."""
    for place in list(document.findall(reading_times)):
        rows: list[list[nodes.Node]] = []
        minutes = []
        for name in place["pages"]:
            if name not in app.env.found_docs:
                logger.warning("there is no page %r", name, location=document)
                continue
            minutes.append(app.env.metadata[name]["reading_minutes"])
            target, title = app.builder.get_relative_uri(page, name), app.env.titles[name].astext()
            rows.append([nodes.reference("", title, refuri=target, internal=True), *_cells(minutes[-1])])
        together = tuple(sum(column) for column in zip(*minutes, strict=True))
        rows.append([nodes.Text("together"), *_cells(together)])
        place.replace_self(table(["page", "minutes", "in drop-downs"], rows))


def _cells(minutes: tuple[int, ...]) -> list[nodes.Node]:
    return [nodes.Text(str(count)) for count in minutes]


def table(head: Sequence[str], rows: Sequence[Sequence[nodes.Node]]) -> nodes.table:
    """A table of words, with a head."""
    group = nodes.tgroup("", *(nodes.colspec(colwidth=1) for _ in head), cols=len(head))
    lines = [[nodes.Text(words) for words in head], *rows]
    made = [nodes.row("", *(nodes.entry("", nodes.paragraph("", "", cell)) for cell in line)) for line in lines]
    group += [nodes.thead("", made[0]), nodes.tbody("", *made[1:])]
    return nodes.table("", group)
