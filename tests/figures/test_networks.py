"""Networks as units and connections: symbols, values, signs."""

import pytest

from figure_examples import WORKED, labels
from layerwise import figures


def test_network_diagram_writes_symbols_and_values() -> None:
    texts = labels(figures.network_diagram([2, 2, 1], **WORKED).axes[0].texts)
    # w_12^(1): to unit 1 from unit 2, the second entry of the first row.
    assert r"$w_{12}^{(1)} = -0.25$" in texts
    assert r"$w_{21}^{(1)} = 1$" in texts
    assert r"$\delta_{1}^{(1)} = 0.0123$" in texts
    assert r"$b_{2}^{(1)} = -0.2$" in texts
    assert r"$y_{2}^{(0)} = -2$" in texts
    assert r"$\nu_{1}^{(2)} = 0.3$" in texts
    assert sum("w_" in text for text in texts) == 6
    bare = labels(figures.network_diagram([2, 2, 1]).axes[0].texts)
    assert {r"$w_{12}^{(1)}$", r"$b_{2}^{(1)}$", r"$\nu_{1}^{(2)}$", r"$\delta_{1}^{(2)}$"} <= set(bare)
    assert not any("=" in text for text in bare)


def test_unit_values_draws_every_unit_with_its_sign() -> None:
    axes = figures.unit_values({"y": [[1.0, -2.0], [0.5]], "δ": [[0.0, 0.0], [3.0]]}).axes
    heights = [[bar.get_height() for bar in axis.patches] for axis in axes]
    assert heights == [[1, -2], [0, 0], [0.5], [3]]
    # 1.1 times the largest absolute value on either side of 0; a layer of zeros has an axis too.
    assert [axis.get_ylim()[1] for axis in axes] == pytest.approx([2.2, 1.1, 0.55, 3.3])
    assert [axis.get_ylim()[0] for axis in axes] == pytest.approx([-2.2, -1.1, -0.55, -3.3])
    assert [axes[0].get_title("left"), axes[2].get_title("left")] == ["layer 1", "layer 2"]
    assert [axis.get_ylabel() for axis in axes] == ["y", "δ", "y", "δ"]
    assert [axis.get_title("right") for axis in axes] == ["forwards ↓", "backwards ↑", "", ""]
