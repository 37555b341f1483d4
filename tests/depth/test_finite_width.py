"""Finite width: against the law of Hanin and Nica, wide limits, and real networks of one pattern."""

from math import exp, sqrt

import numpy as np
import pytest

from layerwise.depth.finite_width import log_variance, narrow_ratios
from layerwise.depth.gradients import predicted_gradients
from layerwise.depth.untrained import both_ways

RANDOM = np.random.default_rng(4)
X = RANDOM.random((1, 784)) * (RANDOM.random((1, 784)) < 0.2)
Y, SQUARE = np.array([7]), float(np.mean(X**2))


@pytest.mark.parametrize("q", [1e-3, 1.0, 40.0])
def test_relu_s_logarithm_has_variance_five_over_the_width_a_layer(q: float) -> None:
    """E D u⁴ - (E D u²)² = 3/2 - 1/4 = 5/4, over (1/2)²."""
    assert log_variance("relu", q, 32) == pytest.approx(5 / 32, rel=1e-9)


def test_a_straight_line_has_the_variance_of_a_chi_square() -> None:
    """tanh of tiny inputs is a straight line: the mean of n squares of Gaussian numbers has variance 2 / n."""
    assert log_variance("tanh", 1e-9, 50) == pytest.approx(2 / 50, rel=1e-6)


def test_real_relu_networks_follow_the_lognormal_law() -> None:
    """ln |delta_1| - ln |delta_R-1| has variance 5 (R - 2) / (4 n) and minus that as its mean."""
    delta = both_ways("relu", 22, X, Y, range(300), units=64, initializer="he_uniform")
    delta = delta.pivot(index="seed", columns="layer", values="delta")
    logarithm = np.log(delta[1] / delta[21])
    variance = 20 * log_variance("relu", 1.0, 64) / 4
    assert logarithm.std() == pytest.approx(sqrt(variance), rel=0.12)
    assert np.exp(logarithm.median()) == pytest.approx(exp(-variance), rel=0.12)


@pytest.mark.parametrize(
    "activation, initializer",
    [("relu", "he_uniform"), ("tanh", "he_uniform"), ("sigmoid", "glorot_uniform"), ("lecun_tanh", "lecun_uniform")],
)
def test_real_networks_scatter_as_their_recursion_does(activation: str, initializer: str) -> None:
    ours = narrow_ratios(activation, 20, initializer, SQUARE, draws=4000)["delta_ratio"]
    delta = both_ways(activation, 20, X, Y, range(300), initializer=initializer)
    delta = delta.pivot(index="seed", columns="layer", values="delta")
    theirs = delta[1] / delta[19]
    assert ours.median() == pytest.approx(theirs.median(), rel=0.15)
    assert np.log(ours).std() == pytest.approx(np.log(theirs).std(), rel=0.12)


def test_wide_layers_return_to_mean_field_theory() -> None:
    limit = predicted_gradients("tanh", 12, X, initializer="he_uniform").query("kind == 'delta' and layer == 1")
    wide = narrow_ratios("tanh", 12, "he_uniform", SQUARE, units=2000, draws=100)["delta_ratio"]
    assert wide.median() == pytest.approx(limit["size"].item(), rel=0.03)
    assert np.log(wide).std() < 0.1


def test_the_same_seed_draws_the_same() -> None:
    first, again, other = (narrow_ratios("relu", 5, "he_uniform", SQUARE, draws=3, seed=s) for s in (0, 0, 1))
    assert first.equals(again)
    assert not first.equals(other)
