"""The four activation functions: exact to rounding, finite for every finite float64, ranges as data."""

import pickle
import sys
import warnings

import mpmath
import numpy as np
import pytest
import sympy
from hypothesis import given
from hypothesis import strategies as st

from layerwise.derive.activation_checks import symbolic
from layerwise.derive.activations import (
    ACTIVATIONS,
    LECUN_TANH,
    RELU,
    SIGMOID,
    TANH,
    Activation,
    Interval,
    find_activation,
    lecun_tanh,
)

SMOOTH = [TANH, SIGMOID, LECUN_TANH, lecun_tanh(0.01), lecun_tanh(0.0)]
ALL = [RELU, *SMOOTH]
LARGEST = sys.float_info.max
finite = st.floats(allow_nan=False, allow_infinity=False)


def identity(activation: Activation) -> str:
    return "-".join([activation.name, *map(str, activation.parameters.values())])


def exact(activation: Activation, x: float) -> tuple[float, float]:
    """f and f' from their definitions, with 60 digits (mpmath), rounded to float64 once."""
    with mpmath.workdps(60):
        x = mpmath.mpf(x)
        if activation.name == "relu":
            return float(max(x, 0)), float(x > 0)
        if activation.name == "sigmoid":
            return float(1 / (1 + mpmath.exp(-x))), float(1 / (mpmath.exp(x / 2) + mpmath.exp(-x / 2)) ** 2)
        scale, amplitude, a = mpmath.mpf(1), mpmath.mpf(1), 0.0
        if activation.name == "lecun_tanh":
            scale, amplitude, a = mpmath.mpf(2) / 3, mpmath.mpf("1.7159"), activation.parameters["a"]
        sech_squared = 1 / mpmath.cosh(scale * x) ** 2
        return float(amplitude * mpmath.tanh(scale * x) + a * x), float(amplitude * scale * sech_squared + a)


@pytest.mark.parametrize("activation", ALL, ids=identity)
@given(x=finite)
def test_value_and_derivative_are_exact_to_rounding_for_every_finite_float(activation: Activation, x: float) -> None:
    function, derivative = exact(activation, x)
    with warnings.catch_warnings(), np.errstate(over="raise", invalid="raise", divide="raise"):
        warnings.simplefilter("error")
        # 2e-13: rounding the argument 2x/3 once moves exp(-x) by up to 745 units in the last place.
        assert float(activation.function(x)) == pytest.approx(function, rel=2e-13, abs=1e-322)
        assert float(activation.derivative(x)) == pytest.approx(derivative, rel=2e-13, abs=1e-322)


@pytest.mark.parametrize("activation", ALL, ids=identity)
def test_extreme_inputs_give_finite_values_without_a_warning(activation: Activation) -> None:
    x = np.array([-LARGEST, -1e308, -745.2, -711.0, -1e-308, -0.0, 0.0, 5e-324, 711.0, 1e308, LARGEST])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        values, slopes = activation.function(x), activation.derivative(x)
    assert np.isfinite(values).all() and np.isfinite(slopes).all()
    assert values.dtype == slopes.dtype == np.float64
    assert values.shape == slopes.shape == x.shape


@pytest.mark.parametrize("activation", ALL, ids=identity)
@given(x=finite)
def test_values_stay_in_the_range_up_to_rounding_at_its_open_ends(activation: Activation, x: float) -> None:
    assert activation.range.low <= float(activation.function(x)) <= activation.range.high


@pytest.mark.parametrize("activation", ALL, ids=identity)
def test_ranges_are_the_limits_that_sympy_finds(activation: Activation) -> None:
    x, function, _ = symbolic(activation)
    # All four never fall, so the limits at both ends are the ends of the range.
    # ReLU's two pieces are taken apart, since SymPy's limit does not look into them.
    pieces = function.args if isinstance(function, sympy.Piecewise) else ((function, True), (function, True))
    low, high = sympy.limit(pieces[0][0], x, -sympy.oo), sympy.limit(pieces[-1][0], x, sympy.oo)
    assert float(low) == activation.range.low
    assert float(high) == activation.range.high


def test_float64_rounds_to_the_open_ends_of_a_range() -> None:
    # The range of tanh is (-1, 1) and that of sigmoid (0, 1), but the nearest float64 to tanh(50) is 1.
    assert TANH.function(50.0) == 1.0 == TANH.range.high and not TANH.range.high_closed
    assert SIGMOID.function(50.0) == 1.0 == SIGMOID.range.high and not SIGMOID.range.high_closed
    assert SIGMOID.function(-800.0) == 0.0 == SIGMOID.range.low and not SIGMOID.range.low_closed


def test_slopes_survive_where_the_textbook_formulas_lose_them() -> None:
    # 4 e^(-2x) and e^(-x) are the slopes far from 0; 1 - tanh² and σ(1 - σ) are exactly 0 there.
    assert 1 - np.tanh(20.0) ** 2 == 0.0
    assert float(TANH.derivative(20.0)) == pytest.approx(4 * np.exp(-40.0), rel=1e-12)
    sigma = float(SIGMOID.function(40.0))
    assert sigma * (1 - sigma) == 0.0
    assert float(SIGMOID.derivative(40.0)) == pytest.approx(np.exp(-40.0), rel=1e-12)


@pytest.mark.parametrize("activation", ALL, ids=identity)
def test_hand_derived_formulas_equal_sympys_derivative(activation: Activation) -> None:
    """The formulas of the chapter, one by one: SymPy simplifies the difference to 0."""
    x, _, derivative = symbolic(activation)
    if activation.name == "relu":
        assert derivative.subs(x, -2) == 0 and derivative.subs(x, 2) == 1
        return
    hand = {
        "tanh": (2 / (sympy.exp(x) + sympy.exp(-x))) ** 2,
        "sigmoid": (sympy.exp(x / 2) + sympy.exp(-x / 2)) ** -2,
    }
    if activation.name == "lecun_tanh":
        amplitude, scale = sympy.Rational("1.7159"), sympy.Rational(2, 3)
        sech_squared = (2 / (sympy.exp(scale * x) + sympy.exp(-scale * x))) ** 2
        hand["lecun_tanh"] = amplitude * scale * sech_squared + sympy.Rational(str(activation.parameters["a"]))
    difference = (derivative - hand[activation.name]).rewrite(sympy.exp)
    assert sympy.simplify(difference) == 0


def test_the_printed_sigmoid_derivative_is_not_the_derivative() -> None:
    """The report prints (e^(x/2) + e^(-x/2))², to the power +2: it is 4 at 0, where the slope is 1/4."""
    x, _, derivative = symbolic(SIGMOID)
    printed = (sympy.exp(x / 2) + sympy.exp(-x / 2)) ** 2
    assert printed.subs(x, 0) == 4
    assert derivative.subs(x, 0) == sympy.Rational(1, 4)
    assert sympy.simplify(printed * derivative) == 1


def test_relu_has_slope_0_at_0_by_convention() -> None:
    np.testing.assert_array_equal(RELU.derivative([-1.0, -0.0, 0.0, 5e-324, 1.0]), [0, 0, 0, 1, 1])


@pytest.mark.parametrize("activation", SMOOTH, ids=identity)
@given(x=st.floats(-400, 400))
def test_complex_step_gives_the_derivative(activation: Activation, x: float) -> None:
    slope = activation.function(x + 1e-30j).imag / 1e-30
    assert float(slope) == pytest.approx(float(activation.derivative(x)), rel=1e-12, abs=1e-290)


@pytest.mark.parametrize("activation", SMOOTH, ids=identity)
def test_derivatives_are_symmetric_and_largest_at_zero(activation: Activation) -> None:
    x = np.linspace(0, 30, 301)
    slopes = activation.derivative(x)
    np.testing.assert_array_equal(slopes, activation.derivative(-x))
    assert (np.diff(slopes) <= 0).all()


@pytest.mark.parametrize(("activation", "largest"), [(RELU, 1), (TANH, 1), (SIGMOID, 0.25)], ids=["relu", "tanh", "σ"])
def test_largest_slopes(activation: Activation, largest: float) -> None:
    assert activation.derivative(np.linspace(-5, 5, 1001)).max() == largest


def test_lecun_tanh_maps_plus_and_minus_one_nearly_to_themselves() -> None:
    # 1.7159 tanh(2/3): with e^(4/3) = 3.79367, tanh(2/3) = 2.79367 / 4.79367 = 0.582783; times 1.7159 is 0.99999...
    assert float(lecun_tanh(0.0).function(1.0)) == pytest.approx(1.7159 * 2.793668 / 4.793668, rel=1e-6)
    assert float(lecun_tanh(0.0).function(1.0)) == pytest.approx(1, abs=1e-4)


def test_relu_takes_its_side_by_the_real_part() -> None:
    points = np.array([2 + 3j, -2 + 3j, 1e-30j])
    np.testing.assert_array_equal(RELU.function(points), [2 + 3j, 0, 0])
    np.testing.assert_array_equal(RELU.derivative(points), [1, 0, 0])


@pytest.mark.parametrize("a", [-0.1, 1.5, float("nan"), float("inf")])
def test_lecun_tanh_refuses_a_slope_out_of_bounds(a: float) -> None:
    with pytest.raises(ValueError, match="from 0 to 1"):
        lecun_tanh(a)


def test_activations_are_found_by_name() -> None:
    assert list(ACTIVATIONS) == ["relu", "tanh", "sigmoid", "lecun_tanh"]
    assert find_activation("tanh") is TANH
    assert find_activation(TANH) is TANH
    assert find_activation("lecun_tanh(a=0.01)").parameters == {"a": 0.01}
    assert find_activation("lecun_tanh(a=0)").range == lecun_tanh(0).range
    assert LECUN_TANH.parameters == {"a": 0.001}
    with pytest.raises(ValueError, match="relu, tanh, sigmoid, lecun_tanh"):
        find_activation("swish")


@pytest.mark.parametrize("activation", ALL, ids=identity)
def test_activations_can_be_hashed_and_sent_to_another_process(activation: Activation) -> None:
    assert isinstance(hash(activation), int)
    copy = pickle.loads(pickle.dumps(activation))
    assert (copy.name, copy.range, copy.parameters) == (activation.name, activation.range, activation.parameters)
    assert copy.function(0.5) == activation.function(0.5)


def test_integers_and_nested_lists_are_taken() -> None:
    np.testing.assert_array_equal(RELU.function([[-1, 2]]), [[0.0, 2.0]])
    assert SIGMOID.function(0) == 0.5


def test_intervals_print() -> None:
    assert str(RELU.range) == "[0, ∞)" and str(TANH.range) == "(−1, 1)" and str(LECUN_TANH.range) == "(−∞, ∞)"
    interval = Interval(0, 0.25, high_closed=True)
    assert str(interval) == "(0, 0.25]"
