"""The activations' derivatives against SymPy, differences, complex steps and Keras."""

import dataclasses
from collections.abc import Callable

import numpy as np
import pytest

from layerwise.derive.activation_checks import (
    central_derivative,
    check_activations,
    complex_step_derivative,
    keras_derivative,
    symbolic,
    symbolic_derivative,
)
from layerwise.derive.activations import ACTIVATIONS, SIGMOID, TANH, Activation


def test_every_activation_passes_every_independent_check() -> None:
    table = check_activations([*ACTIVATIONS.values()])
    assert list(table.index) == list(ACTIVATIONS)
    assert (table["symbolic"] <= 1e-12).all()
    assert (table["keras"] <= 1e-12).all()
    assert (table["central"] <= 1e-9).all()
    assert (table["complex_step"] <= 1e-12).all()
    bare = Activation("bare", TANH.function, TANH.derivative, TANH.range, analytic=False)
    assert check_activations([bare]).loc["bare"].notna().tolist() == [False, True, False, False]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: check_activations(points=[1.0, np.nan]), "points holds NaN or infinity"),
        (lambda: symbolic_derivative(TANH, np.inf), "points holds NaN or infinity"),
        (lambda: central_derivative(TANH, [1.0], step=0), "expected a positive number"),
        (lambda: complex_step_derivative(TANH, [1.0], step=None), "expected a positive number"),
        (lambda: keras_derivative(TANH, ["a"]), "points has type .*expected numbers"),
    ],
)
def test_points_and_steps_that_are_no_numbers_are_refused(call: Callable[[], object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()


def test_a_wrong_derivative_fails_every_independent_check() -> None:
    printed = dataclasses.replace(SIGMOID, derivative=lambda x: 1 / SIGMOID.derivative(x))
    table = check_activations([printed])
    assert (table.loc["sigmoid"] > 0.1).all()


def test_symbolic_refuses_an_activation_that_it_does_not_know() -> None:
    with pytest.raises(ValueError, match="'swish' has no definition in SymPy"):
        symbolic(Activation("swish", TANH.function, TANH.derivative, TANH.range))
