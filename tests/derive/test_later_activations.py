"""Leaky ReLU, GELU and SiLU: their derivatives, ranges and what their papers say of them."""

import numpy as np
import pytest
from scipy.stats import norm

from layerwise.derive.activation_checks import check_activations
from layerwise.derive.activations import ACTIVATIONS, RELU
from layerwise.derive.later_activations import LATER_ACTIVATIONS

POINTS = np.linspace(-12, 12, 2001)


def test_every_derivative_passes_every_independent_check() -> None:
    table = check_activations([*LATER_ACTIVATIONS.values()])
    assert (table.drop(columns="central") <= 1e-13).all(axis=None) and (table["central"] <= 1e-8).all()
    assert not LATER_ACTIVATIONS.keys() & ACTIVATIONS.keys()


def test_the_functions_are_those_of_their_papers() -> None:
    """Maas, Hannun and Ng (2013); Hendrycks and Gimpel (2016), who give both GELU and SiLU."""
    leaky, gelu, silu = (LATER_ACTIVATIONS[name].function for name in ("leaky_relu", "gelu", "silu"))
    np.testing.assert_array_equal(leaky([-2.0, 0.0, 3.0]), [-0.2, 0, 3])
    np.testing.assert_allclose(gelu(POINTS), POINTS * norm.cdf(POINTS), rtol=1e-12)
    np.testing.assert_allclose(silu(POINTS), POINTS / (1 + np.exp(-POINTS)), rtol=1e-12)


@pytest.mark.parametrize("activation", LATER_ACTIVATIONS.values(), ids=LATER_ACTIVATIONS)
def test_no_value_leaves_the_range_and_far_out_all_are_relu(activation: object) -> None:
    function, interval = activation.function, activation.range  # type: ignore[attr-defined]
    assert interval.low <= function(POINTS).min()
    assert interval.low == -np.inf or function(POINTS).min() == pytest.approx(interval.low, abs=1e-2)
    np.testing.assert_allclose(function([40.0, 1e300]), RELU.function([40.0, 1e300]))
    assert np.isfinite(function([-1e300, 1e300])).all()
