"""The reading time: what is counted, where, and whether it takes as long as readers took."""

from __future__ import annotations

import numpy as np
import pytest
from docutils import nodes

from bookbuild.reading_time import Amount, amounts, sentence


def cell(*tags: str, code: str = "x = 1\n\ny = 2", output: list[nodes.Node] | None = None) -> nodes.container:
    """A cell as MyST-NB makes it."""
    shown = nodes.container("", nodes.literal_block(code, code, language="ipython3"), classes=["cell_input"])
    printed = nodes.container("", *(output or []), classes=["cell_output"])
    return nodes.container("", shown, printed, classes=["cell", *(f"tag_{tag}" for tag in tags)])


def words(text: str) -> nodes.paragraph:
    return nodes.paragraph(text, text)


def form(kind: str, node: nodes.Node) -> nodes.container:
    return nodes.container("", node, mime_type=kind)


OPEN, FOLDED = 0, 1


@pytest.mark.parametrize(
    ("node", "where", "amount"),
    [
        (words("One two three."), OPEN, Amount(words=3)),
        (nodes.paragraph("", "", nodes.Text("With "), nodes.math("", "a + b + c")), OPEN, Amount(words=2)),
        (nodes.math_block("", r"a &= b \\ &= c"), OPEN, Amount(equations=2)),
        (cell(), OPEN, Amount(code=2)),
        (cell("hide-input"), FOLDED, Amount(code=2)),
        (cell("hide-input", output=[words("A caption.")], code=""), OPEN, Amount(words=2)),
        (cell("hide-output", output=[words("A caption.")], code=""), FOLDED, Amount(words=2)),
        (cell("hide-cell", output=[words("A caption.")]), FOLDED, Amount(words=2, code=2)),
        (cell("remove-cell", output=[words("A caption.")]), OPEN, Amount()),
        (nodes.literal_block("", "0.5\n0.25", language="none"), OPEN, Amount()),
        (form("text/html", nodes.raw("", "<table>one two</table>")), OPEN, Amount()),
        (form("text/plain", words("one two")), OPEN, Amount()),
        (form("text/markdown", words("one two")), OPEN, Amount(words=2)),
        (nodes.admonition("", words("One"), cell(), classes=["dropdown"]), FOLDED, Amount(words=1, code=2)),
        (nodes.admonition("", words("One")), OPEN, Amount(words=1)),
        (nodes.comment("", "given: 1"), OPEN, Amount()),
    ],
)
def test_what_is_counted_and_where(node: nodes.Node, where: int, amount: Amount) -> None:
    found = amounts(nodes.section("", node))
    assert found[where] == amount
    assert found[1 - where] == Amount()


@pytest.mark.parametrize(
    ("opened", "folded", "text"),
    [
        (Amount(), Amount(), ""),
        (Amount(words=130), Amount(), "Reading time: about 1 minute."),
        (Amount(words=800), Amount(words=20), "Reading time: about 6 minutes."),
        (
            Amount(words=2600, equations=40, code=30),
            Amount(words=900),
            "Reading time: about 35 minutes, 7 more with all drop-downs.",
        ),
    ],
)
def test_the_sentence(opened: Amount, folded: Amount, text: str) -> None:
    assert sentence(opened, folded) == text


# The chapters in the form in which two careful readers took these minutes for them, drop-downs and printed modules
# included.
READ = {
    "index": (Amount(906, 0, 0), 6),
    "backpropagation": (Amount(3049, 43, 231), 75),
    "activations": (Amount(2229, 12, 100), 35),
    "activation_and_depth": (Amount(3210, 3, 81), 50),
    "vanishing_gradients": (Amount(4287, 9, 183), 120),
    "lecun_tanh": (Amount(3699, 10, 208), 85),
    "notation": (Amount(1127, 1, 14), 8),
}


def test_readers_took_about_as_long() -> None:
    ratios = {name: amount.minutes / minutes for name, (amount, minutes) in READ.items()}
    # One was hard for reasons that counting does not see; a table of symbols is not read word by word.
    assert np.median(list(ratios.values())) == pytest.approx(1, abs=0.15)
    assert all(0.8 < ratio < 1.25 for name, ratio in ratios.items() if name not in ("vanishing_gradients", "notation"))
    assert ratios["vanishing_gradients"] > 0.55 and ratios["notation"] < 1.6
