"""mean_field against closed forms, 30-digit quadrature, paper arithmetic and simulated wide networks."""

from collections.abc import Callable
from itertools import pairwise
from math import asin, factorial, inf, log, pi, sqrt

import mpmath
import numpy as np
import pytest
from scipy.optimize import brentq
from scipy.special import erf

from layerwise.depth.mean_field import (
    FixedPoint,
    chi,
    derivative_second_moment,
    fixed_point,
    gaussian_mean,
    initial_variance,
    second_moment,
    signals_and_gradients,
    variance_map,
)
from layerwise.derive.activations import ACTIVATIONS, RELU, SIGMOID, TANH, Activation, Interval, lecun_tanh

WIDE_Q = 10.0 ** np.arange(-8, 9)
ERF = Activation("erf", erf, lambda x: 2 / sqrt(pi) * np.exp(-np.square(x)), Interval(-1, 1))
HARD_TANH = Activation(
    "hard_tanh", lambda x: np.clip(x, -1, 1), lambda x: (np.abs(x) < 1) * 1.0, Interval(-1, 1), kinks=(-1.0, 1.0)
)


# Quadrature, good to 1e-8


@pytest.mark.parametrize("power, moment", [(0, 1), (2, 1), (4, 3), (6, 15), (8, 105)])
def test_the_moments_of_a_gaussian(power: int, moment: int) -> None:
    np.testing.assert_allclose(gaussian_mean(lambda u: u**power, WIDE_Q), moment * WIDE_Q ** (power // 2), rtol=1e-12)


def test_relu_keeps_half_of_the_mean_square_and_half_of_the_units() -> None:
    np.testing.assert_allclose(second_moment(RELU, WIDE_Q), WIDE_Q / 2, rtol=1e-12)
    np.testing.assert_allclose(derivative_second_moment(RELU, WIDE_Q), np.full(WIDE_Q.shape, 0.5), rtol=1e-12)


def test_the_closed_forms_of_the_error_function() -> None:
    """Williams (1997): E erf(u)² = 2/π asin(2q / (1 + 2q)); and E (2/√π e^{-u²})² = 4/π · 1/√(1 + 4q)."""
    np.testing.assert_allclose(second_moment(ERF, WIDE_Q), 2 / pi * np.arcsin(2 * WIDE_Q / (1 + 2 * WIDE_Q)), rtol=1e-8)
    np.testing.assert_allclose(derivative_second_moment(ERF, WIDE_Q), 4 / pi / np.sqrt(1 + 4 * WIDE_Q), rtol=1e-8)


def test_the_closed_forms_of_a_function_with_two_kinks() -> None:
    """With c = 1/√q: P(|z| < c) = erf(c/√2), and E[z²; |z| < c] is that less c √(2/π) e^{-c²/2}."""
    c = 1 / np.sqrt(WIDE_Q)
    inside = erf(c / sqrt(2))
    clipped = WIDE_Q * (inside - c * sqrt(2 / pi) * np.exp(-(c**2) / 2)) + (1 - inside)
    # Beyond q = 1000 the closed form itself loses digits: it subtracts nearly equal numbers and multiplies by q.
    np.testing.assert_allclose(second_moment(HARD_TANH, WIDE_Q[:12]), clipped[:12], rtol=1e-8)
    np.testing.assert_allclose(derivative_second_moment(HARD_TANH, WIDE_Q), inside, rtol=1e-8)


MPMATH: dict[str, Callable[[mpmath.mpf], mpmath.mpf]] = {
    "tanh": mpmath.tanh,
    "sigmoid": lambda x: 1 / (1 + mpmath.exp(-x)),
    "lecun_tanh": lambda x: mpmath.mpf(1.7159) * mpmath.tanh(2 * x / 3) + mpmath.mpf(0.001) * x,
}
MPMATH_DERIVATIVE: dict[str, Callable[[mpmath.mpf], mpmath.mpf]] = {
    "tanh": lambda x: mpmath.sech(x) ** 2,
    "sigmoid": lambda x: 1 / (2 + mpmath.exp(x) + mpmath.exp(-x)),
    "lecun_tanh": lambda x: mpmath.mpf(1.7159) * 2 / 3 * mpmath.sech(2 * x / 3) ** 2 + mpmath.mpf(0.001),
}


@pytest.mark.parametrize("q", [1e-8, 1e-3, 0.25, 1.0, 30.0, 1e8])
@pytest.mark.parametrize("name", MPMATH)
def test_the_book_s_smooth_activations_against_quadrature_with_30_digits(name: str, q: float) -> None:
    """Tanh-sinh quadrature of mpmath, over u instead of z, on its own intervals."""

    def expected(function: Callable[[mpmath.mpf], mpmath.mpf]) -> float:
        with mpmath.workdps(30):
            deviation = mpmath.sqrt(mpmath.mpf(q))
            points = sorted({p * s for p in (0, 1, 3, 9, 25) for s in (-1, 1) if p < 13 * deviation})
            points = [-13 * deviation, *points, 13 * deviation]
            integral = mpmath.quad(lambda u: function(u) ** 2 * mpmath.exp(-(u**2) / (2 * q)), points)
            return float(integral / (deviation * mpmath.sqrt(2 * mpmath.pi)))

    assert second_moment(name, q) == pytest.approx(expected(MPMATH[name]), rel=1e-8)
    assert derivative_second_moment(name, q) == pytest.approx(expected(MPMATH_DERIVATIVE[name]), rel=1e-8)


def test_a_kink_that_is_not_listed_is_noticed() -> None:
    def shifted(u: np.ndarray) -> np.ndarray:
        return np.maximum(u - 0.3, 0)

    with pytest.raises(ValueError, match=r"does not converge.*list the others"):
        gaussian_mean(shifted, 1.0)
    # E max(z - c, 0) = φ(c) - c (1 - Φ(c))
    c = 0.3
    expected = np.exp(-(c**2) / 2) / sqrt(2 * pi) - c * (1 - erf(c / sqrt(2))) / 2
    assert gaussian_mean(shifted, 1.0, kinks=(0.3,)) == pytest.approx(expected, rel=1e-8)


def test_a_number_gives_a_number_and_an_array_its_shape() -> None:
    assert np.ndim(second_moment(TANH, 1.0)) == 0
    assert second_moment(TANH, np.ones((2, 3))).shape == (2, 3)


# chi and fixed points


@pytest.mark.parametrize("q", [1e-6, 1.0, 1e6])
def test_relu_s_chi_is_half_the_weight_variance_and_he_is_critical(q: float) -> None:
    assert chi(RELU, q, 0.7) == pytest.approx(0.35, rel=1e-12)
    fan_in = 32
    assert chi(RELU, q, fan_in * initial_variance("he_uniform", fan_in, 7)) == pytest.approx(1.0, rel=1e-12)


def test_relu_with_bias_has_the_fixed_point_of_a_straight_line() -> None:
    """q = σ_w²/2 q + σ_b² gives q* = σ_b² / (1 - σ_w²/2); here 0.5 / (1 - 0.5) = 1, which is also where it starts."""
    point = fixed_point(RELU, 1.0, 0.5)
    assert point.kind == "stable"
    assert point.q == pytest.approx(1.0, rel=1e-9)
    assert point.chi == pytest.approx(0.5, rel=1e-9)
    assert point.depth_scale == pytest.approx(1 / log(2), rel=1e-9)


@pytest.mark.parametrize("weight_variance, bias_variance", [(2.0, 0.0), (1.5, 0.3), (0.5, 1e-3), (100.0, 4.0)])
def test_the_error_function_s_fixed_point_from_its_closed_form(weight_variance: float, bias_variance: float) -> None:
    expected = brentq(
        lambda q: weight_variance * 2 / pi * asin(2 * q / (1 + 2 * q)) + bias_variance - q, 1e-6, 1e3, rtol=1e-14
    )
    point = fixed_point(ERF, weight_variance, bias_variance)
    assert point.q == pytest.approx(expected, rel=1e-8)
    assert point.chi == pytest.approx(weight_variance * 4 / pi / sqrt(1 + 4 * expected), rel=1e-8)


@pytest.mark.parametrize(
    "activation, weight_variance, bias_variance",
    [(SIGMOID, 1.0, 0.0), (SIGMOID, 2.0, 0.1), (TANH, 2.0, 0.0), (TANH, 1.0, 0.2), (lecun_tanh(0.0), 1.0, 0.0)],
)
def test_iterating_v_by_gauss_hermite_ends_at_the_fixed_point(
    activation: Activation, weight_variance: float, bias_variance: float
) -> None:
    z, weights = np.polynomial.hermite_e.hermegauss(120)
    q = 1.0
    for _ in range(600):
        q = weight_variance * weights @ activation.function(sqrt(q) * z) ** 2 / sqrt(2 * pi) + bias_variance
    point = fixed_point(activation, weight_variance, bias_variance)
    assert point.kind == "stable"
    assert point.q == pytest.approx(q, rel=1e-7)
    factor = weight_variance * weights @ activation.derivative(sqrt(q) * z) ** 2 / sqrt(2 * pi)
    assert point.chi == pytest.approx(factor, rel=1e-7)


def test_the_fixed_point_does_not_depend_on_the_start_where_it_is_the_only_one() -> None:
    starts = [1e-9, 1e-3, 0.5, 20.0, 1e9]
    found = [fixed_point(TANH, 1.5, 0.05, start=start).q for start in starts]
    np.testing.assert_allclose(np.array(found, dtype=float), np.full(5, found[0]), rtol=1e-9)
    at_the_point = fixed_point(TANH, 1.5, 0.05, start=float(found[0] or 0))
    assert at_the_point.q == pytest.approx(found[0], rel=1e-9)


def test_where_two_ways_are_open_the_start_decides() -> None:
    """f(u) = u² has V(q) = σ_w² 3 q²: below q = 1/(3 σ_w²) q falls to 0, above it grows."""
    square = Activation("square", np.square, lambda u: 2 * np.asarray(u), Interval(0, inf, low_closed=True))
    assert fixed_point(square, 1 / 3, start=0.9).kind == "vanishing"
    assert fixed_point(square, 1 / 3, start=1.1).kind == "growing"


def test_relu_with_glorot_falls_to_zero() -> None:
    point = fixed_point(RELU, 1.0)
    assert (point.kind, point.q) == ("vanishing", None)
    assert point.chi == pytest.approx(0.5)
    assert "multiplies q by σ_w² E[f'²] = 0.5" in point.reason


def test_relu_with_he_keeps_every_q() -> None:
    point = fixed_point(RELU, 2.0)
    assert (point.kind, point.q, point.depth_scale) == ("neutral", None, inf)
    assert "V(q) = q" in point.reason


def test_relu_grows_above_he_and_with_he_plus_biases() -> None:
    assert fixed_point(RELU, 3.0) == FixedPoint("growing", None, 1.5, fixed_point(RELU, 3.0).reason)
    point = fixed_point(RELU, 2.0, 0.1)
    assert (point.kind, point.chi) == ("growing", 1.0)
    assert "σ_b² = 0.1 is added" in point.reason


def test_lecun_s_linear_term_lets_q_grow_once_it_outweighs_the_saturation() -> None:
    """For large u, f(u)² is about a² u²: with σ_w² a² = 5/4 every layer multiplies a large q by 5/4."""
    point = fixed_point(lecun_tanh(0.5), 5.0)
    assert point.kind == "growing"
    assert point.chi == pytest.approx(1.25)


@pytest.mark.parametrize("start", [1e-6, 1.0, 100.0])
def test_tanh_at_variance_one_has_no_fixed_point(start: float) -> None:
    point = fixed_point(TANH, 1.0, start=start)
    assert (point.kind, point.q, point.chi, point.depth_scale) == ("vanishing", None, 1.0, inf)
    assert "like 1 / (2 l)" in point.reason


def test_tanh_at_variance_one_really_falls_like_one_over_two_l() -> None:
    """tanh(u)² = u² - 2/3 u⁴ + ..., so V(q) = q - 2 q² + ..., and 1/q grows by 2 a layer."""
    z, weights = np.polynomial.hermite_e.hermegauss(60)
    q = 1.0
    for _ in range(5000):
        q = weights @ np.tanh(sqrt(q) * z) ** 2 / sqrt(2 * pi)
    assert 2 * 5000 * q == pytest.approx(1.0, abs=0.01)


def test_tanh_at_variance_one_loses_delta_like_one_over_the_root_of_the_depth() -> None:
    """chi(q) = V(q)/q (1 + 4/3 q² + ...): the product of all chi is q_{R-1} / q_1 times one that converges.

    With q_{R-1} about 1 / (2 R), |delta_1| / |delta_{R-1}| is √(C / (2 q_1 R)), C the converging product.
    """
    q = np.array([0.01, 0.02, 0.04])
    excess = chi(TANH, q, 1.0) * q / variance_map(TANH, q, 1.0) - 1
    np.testing.assert_allclose(excess / q**2, 4 / 3, rtol=0.25)
    assert excess[0] / q[0] ** 2 == pytest.approx(4 / 3, rel=0.06)
    prediction = signals_and_gradients("tanh", (784, *[32] * 1500, 10), "glorot_uniform", 0.11)
    q, factors = prediction["q"].to_numpy(), prediction["chi"].to_numpy()
    constant = sqrt(np.prod(factors[:-1] * q[:-1] / q[1:]) / (2 * q[0]))
    assert constant == pytest.approx(1.63, abs=0.01)
    for R in (10, 40, 160):
        shorter = signals_and_gradients("tanh", (784, *[32] * (R - 1), 10), "glorot_uniform", 0.11)
        assert shorter["delta"].iloc[0] * sqrt(R) == pytest.approx(constant, rel=0.015)


@pytest.mark.parametrize("f, weight_variance", [(lecun_tanh(0.0), 1.0), (TANH, 1.5), (TANH, 3.0)])
def test_biases_let_an_odd_function_have_chi_one(f: Activation, weight_variance: float) -> None:
    """chi(q*) = Σ k c_k² / (Σ c_k² + σ_b²/σ_w²), with c_k the parts of f in Hermite polynomials.

    Without biases that is at least 1 for an odd function. The coefficients come from Gauss-Hermite quadrature.
    """
    assert fixed_point(f, weight_variance).chi > 1
    bias_variance = brentq(lambda b: fixed_point(f, weight_variance, b).chi - 1, 1e-6, 10.0)
    z, weights = np.polynomial.hermite_e.hermegauss(150)
    values = f.function(sqrt(fixed_point(f, weight_variance, bias_variance).q or 0) * z)
    degrees = np.arange(60)
    normed = [np.polynomial.hermite_e.hermeval(z, np.eye(60)[k]) / sqrt(factorial(k)) for k in degrees]
    c = np.array([weights @ (h * values) for h in normed]) / sqrt(2 * pi)
    assert degrees @ c**2 / (c @ c + bias_variance / weight_variance) == pytest.approx(1.0, abs=2e-3)


def test_tanh_just_above_variance_one_has_a_small_fixed_point() -> None:
    """q = s (q - 2 q² + 17/3 q³): for s = 1.001, q* = (s - 1) / (2 s) to first order."""
    point = fixed_point(TANH, 1.001)
    assert point.q == pytest.approx(0.001 / 2.002, rel=0.002)
    assert fixed_point(TANH, 0.9).chi == pytest.approx(0.9)


def test_a_function_that_is_straight_near_zero_falls_ever_more_slowly_and_is_not_given_a_rate() -> None:
    point = fixed_point(HARD_TANH, 1.0)
    assert (point.kind, point.chi) == ("vanishing", 1.0)
    assert "like 1" not in point.reason


def test_lecun_s_constants_hold_the_gain_near_one_but_not_the_variance() -> None:
    """The numbers of the chapter lecun_tanh: E f(z)² = 0.75, q* = 0.38, chi = 1.019 for a = 0."""
    assert second_moment(lecun_tanh(0.0), 1.0) == pytest.approx(0.75, abs=0.005)
    point = fixed_point(lecun_tanh(0.0), 1.0)
    assert point.q == pytest.approx(0.38, abs=0.005)
    assert point.chi == pytest.approx(1.019, abs=0.0005)


# Layer by layer


def test_the_variances_of_the_initialisers() -> None:
    assert initial_variance("glorot_uniform", 30, 10) == 2 / 40
    assert initial_variance("he_normal", 30, 10) == 2 / 30
    assert initial_variance("lecun_uniform", 30, 10) == 1 / 30


def test_a_relu_network_worked_on_paper() -> None:
    """Sizes 4, 3, 2, 2, 5 with Glorot and data of mean square 7.

    v = 2/7, 2/5, 2/4, 2/7.    q_1 = 4 · 2/7 · 7 = 8,     m_1 = 4
                               q_2 = 3 · 2/5 · 4 = 4.8,   m_2 = 2.4
                               q_3 = 2 · 2/4 · 2.4 = 2.4, m_3 = 1.2
    chi_r = 1/2 n_{r+1} v_{r+1}: chi_1 = 1/2 · 2 · 2/5 = 0.4, chi_2 = 1/2 · 2 · 2/4 = 0.5, chi_3 = 1/2 · 5 · 2/7 = 5/7
    delta² relative to layer 3: 0.4 · 0.5 = 0.2, 0.5, 1.   times m_{r-1} = 7, 4, 2.4, relative to 2.4:  7/12, 5/6, 1
    """
    prediction = signals_and_gradients("relu", (4, 3, 2, 2, 5), "glorot_uniform", 7.0)
    assert list(prediction.index) == [1, 2, 3]
    np.testing.assert_allclose(prediction["q"], [8, 4.8, 2.4])
    np.testing.assert_allclose(prediction["second_moment"], [4, 2.4, 1.2])
    np.testing.assert_allclose(prediction["chi"], [0.4, 0.5, 5 / 7])
    np.testing.assert_allclose(prediction["delta"] ** 2, [0.2, 0.5, 1])
    np.testing.assert_allclose(prediction["biases"] ** 2, [0.2, 0.5, 1])
    np.testing.assert_allclose(prediction["weights"] ** 2, [7 / 12, 5 / 6, 1])


def test_one_hidden_layer_is_the_reference_itself() -> None:
    prediction = signals_and_gradients("tanh", (4, 3, 2), "he_normal", 1.0, bias_variance=0.5)
    assert prediction["q"].tolist() == [2.5]
    assert prediction[["delta", "weights", "biases"]].to_numpy().tolist() == [[1.0, 1.0, 1.0]]


def test_deep_networks_approach_the_fixed_point() -> None:
    sizes = (784, *[32] * 79, 10)
    prediction = signals_and_gradients("lecun_tanh", sizes, "lecun_uniform", 0.1)
    point = fixed_point("lecun_tanh", 1.0)
    assert prediction["q"].iloc[-1] == pytest.approx(point.q, rel=1e-6)
    assert prediction["chi"].iloc[-2] == pytest.approx(point.chi, rel=1e-6)
    assert prediction["delta"].iloc[-11] / prediction["delta"].iloc[-1] == pytest.approx(point.chi**5, rel=1e-4)


def simulate(activation: Activation, sizes: tuple[int, ...], rule: str, x: np.ndarray, seed: int) -> np.ndarray:
    """Mean squares of nu, of delta and of one pattern's weight gradients, a row per hidden layer, for one network."""
    random = np.random.default_rng(seed)
    weights = []
    for fan_in, fan_out in pairwise(sizes):
        variance = {"glorot": 2 / (fan_in + fan_out), "he": 2 / fan_in, "lecun": 1 / fan_in}[rule]
        uniform = random.random((fan_out, fan_in), dtype=np.float32) - np.float32(0.5)  # of variance 1/12
        weights.append(np.float32(sqrt(12 * variance)) * uniform)
    y, nu = [x.T.astype(np.float32)], []
    for w in weights[:-1]:
        nu.append(w @ y[-1])
        y.append(activation.function(nu[-1]).astype(np.float32))
    answers = np.exp(weights[-1] @ y[-1])
    delta = answers / answers.sum(axis=0) - np.eye(10, dtype=np.float32)[:, np.arange(len(x)) % 10]
    rows = []
    for r in reversed(range(len(nu))):
        delta = ((weights[r + 1].T @ delta) * activation.derivative(nu[r])).astype(np.float32)
        per_pattern = np.square(delta.astype(float)).mean(axis=0) * np.square(y[r].astype(float)).mean(axis=0)
        rows.append([np.square(nu[r].astype(float)).mean(), np.square(delta.astype(float)).mean(), per_pattern.mean()])
    return np.array(rows[::-1])


@pytest.mark.parametrize(
    "name, rule",
    [
        ("sigmoid", "glorot"),
        ("tanh", "glorot"),
        ("tanh", "he"),
        ("relu", "glorot"),
        ("relu", "he"),
        ("lecun_tanh", "lecun"),
    ],
)
def test_networks_of_width_1000_within_five_percent(name: str, rule: str) -> None:
    """The mean of 20 networks, in every layer: q, and delta and weight gradients relative to the last hidden layer."""
    sizes = (784, *[1000] * 5, 10)
    # A fifth of the inputs is not 0, as in MNIST; every pattern has the same mean square, as the theory takes it.
    x = np.random.default_rng(1).random((8, 784)) * (np.random.default_rng(2).random((8, 784)) < 0.2)
    x *= sqrt(0.11) / np.sqrt(np.mean(x**2, axis=1, keepdims=True))
    measured = np.mean([simulate(ACTIVATIONS[name], sizes, rule, x, seed) for seed in range(20)], axis=0)
    prediction = signals_and_gradients(name, sizes, f"{rule}_uniform", float(np.mean(x**2)))
    np.testing.assert_allclose(measured[:, 0], prediction["q"], rtol=0.05)
    np.testing.assert_allclose(measured[:, 1] / measured[-1, 1], prediction["delta"] ** 2, rtol=0.05)
    np.testing.assert_allclose(measured[:, 2] / measured[-1, 2], prediction["weights"] ** 2, rtol=0.05)


# Bad input


@pytest.mark.parametrize("q", [0.0, -1.0, np.nan, np.inf, [1.0, 0.0], []])
def test_q_has_to_be_positive(q: object) -> None:
    with pytest.raises(ValueError, match="expected positive numbers"):
        second_moment(TANH, q)  # type: ignore[arg-type]


def test_bad_input_says_what_was_expected() -> None:
    with pytest.raises(ValueError, match="expected one of glorot_uniform"):
        initial_variance("glorot", 3, 3)
    with pytest.raises(ValueError, match="weight_variance is 0"):
        variance_map(TANH, 1.0, 0.0)
    with pytest.raises(ValueError, match="bias_variance is -1"):
        fixed_point(TANH, 1.0, -1.0)
    with pytest.raises(ValueError, match="weight_variance is -2"):
        chi(TANH, 1.0, -2.0)
    with pytest.raises(ValueError, match="data_second_moment is 0"):
        signals_and_gradients(TANH, (784, 32, 10), "he_normal", 0.0)
    with pytest.raises(ValueError, match="unknown activation"):
        fixed_point("swish", 1.0)
