"""What the units of a layer hold."""

import numpy as np
import pytest

from figure_examples import HELD, labels
from layerwise import figures


def test_every_value_that_is_not_0_is_counted_in_its_power_of_ten() -> None:
    figure = figures.layer_histograms(HELD)
    assert [axis.get_title("left") for axis in figure.axes] == ["ν, ReLU", "ν, sigmoid", "δ, ReLU", "δ, sigmoid"]
    held = [of_layers for of_activation in HELD.values() for of_layers in of_activation.values()]
    for axis, of_layers in zip(figure.axes, held, strict=True):
        for drawn, values in zip(axis.patches, of_layers.values(), strict=True):
            shares, edges, _ = drawn.get_data()
            sizes = np.abs(values)
            for share, low, high in zip(shares, edges, edges[1:], strict=False):
                inside = (sizes >= 10**low) & (sizes < 10**high)
                assert share == pytest.approx(100 * inside.mean(), abs=1)
            assert shares.sum() == pytest.approx(100 * (sizes > 0).mean())
    assert labels(figure.legends[0].get_texts()) == ["layer 1", "layer 3", "layer 6"]


def test_the_table_says_how_large_they_are_and_how_many_are_0() -> None:
    table = figures.layer_histograms({"y": {"relu": {1: [0, 0, 0, 1e-3], 2: [0, 0, 0, 0]}}}).numbers
    assert table is not None
    assert table.loc[("y", "ReLU", 1)].tolist() == [pytest.approx(1e-3), "75%"]
    assert table.loc[("y", "ReLU", 2)].tolist() == [0, "100%"]
