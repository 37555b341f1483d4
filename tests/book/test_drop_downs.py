"""Drop-downs that hold cells: one box around everything between two marks, and a warning where a mark is alone."""

from __future__ import annotations

from pathlib import Path

import pytest
from docutils import nodes

from one_page import read

START, END = "```{dropdown-start} The *table* of 3 checks\n```\n", "```{dropdown-end}\n```\n"
CELL = "```{code-cell} ipython3\nx = 1\n```\n"


def test_a_box_holds_prose_and_cells_in_their_order(tmp_path: Path) -> None:
    page, warnings = read(f"# Page\n\nBefore.\n\n{START}\nFirst.\n\n{CELL}\nLast.\n\n{END}\nAfter.\n", tmp_path)
    assert warnings == ""
    (box,) = page.findall(nodes.admonition)
    assert box["classes"] == ["dropdown"]
    title, first, cell, last = box.children
    assert title.astext() == "The table of 3 checks" and next(title.findall(nodes.emphasis)).astext() == "table"
    assert (first.astext(), last.astext()) == ("First.", "Last.") and "cell" in cell["classes"]
    around = [node.astext() for node in box.parent.children if isinstance(node, nodes.paragraph)]
    assert around[-2:] == ["Before.", "After."]


def test_several_boxes_in_one_section(tmp_path: Path) -> None:
    page, warnings = read(f"# Page\n\n{START}\nOne.\n\n{END}\nBetween.\n\n{START}\nTwo.\n\n{END}", tmp_path)
    assert warnings == ""
    assert [box.children[1].astext() for box in page.findall(nodes.admonition)] == ["One.", "Two."]


@pytest.mark.parametrize(
    ("text", "warning"),
    [
        (f"{START}\nText.\n", "this drop-down has no {dropdown-end} in its section"),
        (f"{START}\n## Section\n\n{END}", "this drop-down has no {dropdown-end} in its section"),
        (f"Text.\n\n{END}", "this {dropdown-end} has no {dropdown-start} in its section"),
    ],
)
def test_a_mark_that_is_alone_is_told_of(tmp_path: Path, text: str, warning: str) -> None:
    page, warnings = read(f"# Page\n\n{text}", tmp_path)
    assert warning in warnings
    assert not list(page.findall(nodes.admonition))
