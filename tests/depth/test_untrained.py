"""Both ways through a network: against the book's equations, TensorFlow, and what can be said on paper."""

from math import pi, sqrt

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import brentq

from layerwise.depth.gradients import initial_gradients, layer_gradients
from layerwise.depth.mean_field import fixed_point
from layerwise.depth.measurements import remedied_mlp
from layerwise.depth.untrained import both_ways

RANDOM = np.random.default_rng(3)
X, Y = RANDOM.random((12, 784)) * (RANDOM.random((12, 784)) < 0.2), np.arange(12) % 10


def column(table: pd.DataFrame, name: str) -> np.ndarray:
    return table.pivot(index="seed", columns="layer", values=name).to_numpy()


@pytest.mark.parametrize("activation", ["sigmoid", "tanh", "relu"])
def test_delta_is_that_of_the_book_s_equations(activation: str) -> None:
    theirs = initial_gradients(activation, 6, X, Y, [0, 7]).query("kind == 'delta' and layer < 6")
    ours = both_ways(activation, 6, X, Y, [0, 7])
    np.testing.assert_allclose(column(ours, "delta"), column(theirs, "one_pattern"), rtol=1e-12)


def test_delta_with_skip_connections_is_tensorflow_s() -> None:
    model = remedied_mlp("relu", 5, skip_connections=True, seed=2)
    theirs = layer_gradients(model, X.reshape(-1, 28, 28), Y).query("kind == 'delta' and layer < 5")
    ours = both_ways("relu", 5, X, Y, [2], skip_connections=True)
    np.testing.assert_allclose(ours["delta"], theirs["one_pattern"], rtol=1e-6)


def test_differences_fade_forwards_as_delta_does_backwards() -> None:
    """Both lose √chi a layer at the sigmoid's fixed point, whatever the layer and the way."""
    table = both_ways("sigmoid", 12, X, Y, range(40), units=64)
    spread, delta = column(table, "spread"), column(table, "delta")
    forwards = np.median(spread[:, 2] / spread[:, 8]) ** (1 / 6)
    backwards = np.median(delta[:, 8] / delta[:, 2]) ** (1 / 6)
    limit = fixed_point("sigmoid", 1.0)
    assert forwards == pytest.approx(limit.chi**-0.5, rel=0.02)
    assert backwards == pytest.approx(limit.chi**-0.5, rel=0.02)


# ReLU with skip connections: what the independence of weights hides


def growth_on_paper() -> tuple[float, float]:
    """m, the cosine between y and the vector of ones that a layer reproduces, and the factor on |y|."""
    c = 1 / sqrt(2 * pi)
    m = brentq(lambda m: m**2 * (1.5 + 2 * c * m) - (m + c) ** 2, 0.1, 1.0)
    return m, sqrt(1.5 + 2 * c * m)


def test_the_signal_grows_by_the_factor_on_paper() -> None:
    m, growth = growth_on_paper()
    assert (m, growth) == (pytest.approx(0.842, abs=5e-4), pytest.approx(1.474, abs=5e-4))
    signal = column(both_ways("relu", 24, X[:2], Y[:2], range(4), units=400, skip_connections=True), "signal")
    assert np.mean((signal[:, 22] / signal[:, 10]) ** (1 / 12)) == pytest.approx(growth, rel=0.01)


def test_the_product_of_signal_and_gradient_is_the_same_in_every_layer() -> None:
    """Each block is homogeneous of degree 1, so that Euler's theorem holds; so |g| has to grow as |y| shrinks."""
    table = both_ways("relu", 20, X[:1], Y[:1], range(5), skip_connections=True)
    product = column(table, "product")
    np.testing.assert_allclose(product, np.broadcast_to(product[:, :1], product.shape), rtol=1e-9)
    assert (column(table, "gradient") * column(table, "signal") * 32 >= np.abs(product) * (1 - 1e-9)).all()


def test_independent_weights_on_the_way_back_grow_by_three_halves_and_the_true_ones_by_far_more() -> None:
    def ratio(redrawn: bool) -> float:
        delta = column(both_ways("relu", 40, X, Y, range(20), skip_connections=True, redrawn=redrawn), "delta")
        return float(np.median(delta[:, 0] / delta[:, -1]))

    assert ratio(redrawn=True) == pytest.approx(1.5**19, rel=0.4)
    assert ratio(redrawn=False) > 50 * 1.5**19


def test_redrawing_leaves_the_way_forwards_as_it_is() -> None:
    first, second = (both_ways("tanh", 4, X, Y, [0], redrawn=redrawn) for redrawn in (False, True))
    assert (first["signal"] == second["signal"]).all()
    assert (first["delta"] != second["delta"]).all()
