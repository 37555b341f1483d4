"""The numbers of each figure in a drop-down below it, from the text that a figure of ``layerwise.figures`` has."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from typing import Any

from docutils import nodes
from sphinx.transforms import SphinxTransform

from layerwise.figures.numbers import HEAD


class FigureNumbers(SphinxTransform):
    """Set the table that a cell's output has as its text below the drawing that it has as SVG.

    MyST-NB keeps all forms of an output until it knows what is built, so the text is still there.
    """

    default_priority = 460  # after the reading time has been counted: a table is looked up, not read

    def apply(self, **kwargs: Any) -> None:
        """Add the drop-downs."""
        for output in list(self.document.findall(_is_output)):
            text = next((form.astext() for form in output.children if form["mime_type"] == "text/plain"), "")
            if not text.startswith(HEAD.strip()):
                continue
            rows = list(csv.reader(text.splitlines()[1:]))
            title = "The numbers of this figure"
            box = nodes.admonition("", nodes.title(title, title), _table(rows), classes=["dropdown", "figure-numbers"])
            place = output.parent if isinstance(output.parent, nodes.figure) else output
            place.parent.insert(place.parent.index(place) + 1, box)


def _is_output(node: nodes.Node) -> bool:
    return isinstance(node, nodes.container) and node.get("nb_element") == "mime_bundle"


def _table(rows: Sequence[Sequence[str]]) -> nodes.table:
    """Rows of words, the first of them the heads, as a table whose first column names each row."""
    head, *body = rows
    group = nodes.tgroup("", *(nodes.colspec(colwidth=1, stub=i == 0) for i in range(len(head))), cols=len(head))
    group += nodes.thead("", _row(head))
    group += nodes.tbody("", *map(_row, body))
    return nodes.table("", group, classes=["numbers"])


def _row(words: Sequence[str]) -> nodes.row:
    return nodes.row("", *(nodes.entry("", nodes.paragraph(word, word)) for word in words))
