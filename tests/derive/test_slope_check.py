"""The checker of a reader's derivative: it accepts each right one, and names what was planted."""

import numpy as np
import pytest
from numpy.typing import NDArray

from layerwise.derive import ACTIVATIONS, LECUN_TANH, RELU, SIGMOID, TANH, check_slope
from layerwise.derive.activations import Activation
from layerwise.derive.slope_check import Function

Array = NDArray[np.float64]


@pytest.mark.parametrize("activation", ACTIVATIONS.values(), ids=ACTIVATIONS)
def test_a_right_derivative_passes(activation: Activation, capsys: pytest.CaptureFixture[str]) -> None:
    found = check_slope(activation.function, activation.derivative)
    assert found and found.verdict == "Right." and capsys.readouterr().out == "Right.\n"


def sigmoid_as_typed(x: Array) -> Array:
    return np.exp(x) / (1 + np.exp(x))


PLANTED: dict[str, tuple[Function, Function, str]] = {
    "y(1 - y) of the input": (SIGMOID.function, lambda x: x * (1 - x), "formula for the output y; give it ν"),
    "1 - y² of the input": (TANH.function, lambda x: 1 - x**2, "formula for the output y; give it ν"),
    "slope at the output": (TANH.function, lambda x: TANH.derivative(np.tanh(x)), "taken at the output y = f(ν)"),
    "sign": (SIGMOID.function, lambda x: -SIGMOID.derivative(x), "sign is turned"),
    "the report's": (SIGMOID.function, lambda x: (np.exp(x / 2) + np.exp(-x / 2)) ** 2, "one over the slope"),
    "no square": (TANH.function, lambda x: 1 / np.cosh(x), "a square is missing"),
    "two squares": (TANH.function, lambda x: TANH.derivative(x) ** 2, "a square is too many"),
    "inner derivative": (lambda x: np.tanh(2 * x), lambda x: 1 / np.cosh(2 * x) ** 2, "0.5 times the slope everywhere"),
    "linear term": (LECUN_TANH.function, lambda x: LECUN_TANH.derivative(x) - 0.001, "differs by -0.001 everywhere"),
    "another function": (TANH.function, SIGMOID.derivative, "at x = 0"),
    "half of a kink": (RELU.function, lambda x: np.ones_like(x), "the slope there 0"),
    "overflow": (sigmoid_as_typed, SIGMOID.derivative, "not finite at ±800"),
}


@pytest.mark.parametrize("name", PLANTED)
def test_a_planted_bug_is_named(name: str) -> None:
    function, derivative, words = PLANTED[name]
    found = check_slope(function, derivative)
    assert not found and words in found.verdict, found.verdict


def test_a_derivative_of_another_shape_is_refused() -> None:
    with pytest.raises(ValueError, match="expected"):
        check_slope(np.tanh, lambda x: x[:1])
