"""Three functions that are younger than the report's: leaky ReLU, GELU and SiLU (chapter ``vanishing_gradients``).

They stand apart from the book's four, which its tables and figures compare.
"""

from math import inf, pi, sqrt
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtr

from layerwise.derive.activations import SIGMOID, Activation, Array, Interval

LEAK = 0.1
"""Slope of leaky ReLU left of 0. Its authors have 0.01, which is hardly another function than ReLU."""


def _leaky_relu(x: ArrayLike) -> Array:
    x = np.asarray(x)
    return np.where(x.real > 0, x, LEAK * x)


def _leaky_relu_derivative(x: ArrayLike) -> Array:
    return np.where(np.asarray(x).real > 0, 1.0, LEAK)


def _leaky_relu_in_keras(x: Any) -> Any:
    import keras

    # Keras' own keeps the slope in float32, and so its GELU the root of 2.
    return keras.ops.where(x > 0, x, LEAK * x)


def _gelu(x: ArrayLike) -> Array:
    x = np.asarray(x)
    return np.multiply(x, ndtr(x))


def _gelu_derivative(x: ArrayLike) -> Array:
    x = np.asarray(x)
    return ndtr(x) + x * np.exp(-np.square(x) / 2) / sqrt(2 * pi)


def _gelu_in_keras(x: Any) -> Any:
    import keras

    return x * (1 + keras.ops.erf(x / sqrt(2))) / 2


def _silu(x: ArrayLike) -> Array:
    return np.multiply(x, SIGMOID.function(x))


def _silu_derivative(x: ArrayLike) -> Array:
    return SIGMOID.function(x) + np.multiply(x, SIGMOID.derivative(x))


LATER_ACTIVATIONS = {
    item.name: item
    for item in (
        Activation(
            "leaky_relu",
            _leaky_relu,
            _leaky_relu_derivative,
            Interval(-inf, inf),
            {"leak": LEAK},
            kinks=(0.0,),
            symbolic="Piecewise((x / 10, x <= 0), (x, True))",
            keras=_leaky_relu_in_keras,
        ),
        Activation(
            "gelu",
            _gelu,
            _gelu_derivative,
            Interval(-0.17, inf, low_closed=True),
            symbolic="x * (1 + erf(x / sqrt(2))) / 2",
            keras=_gelu_in_keras,
        ),
        Activation(
            "silu",
            _silu,
            _silu_derivative,
            Interval(-0.2785, inf, low_closed=True),
            symbolic="x / (1 + exp(-x))",
            keras="silu",
        ),
    )
}
"""By name. Whatever takes an activation takes one of these: ``mlp(LATER_ACTIVATIONS["gelu"], 20)``."""
