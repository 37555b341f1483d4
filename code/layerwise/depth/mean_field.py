"""Signals and gradients in a wide random network, layer by layer (chapter ``vanishing_gradients``).

The weights of layer r are independent, with mean 0 and variance v_r, the biases with mean 0 and variance σ_b². In wide
layers the inputs nu of a layer's units are then Gaussian numbers, and one number describes the layer: their mean
square q. With z a standard Gaussian number and σ_w² = (fan-in) · v,

    V(q)   = σ_w² E[f(√q z)²] + σ_b²     is the next layer's q, and
    chi(q) = σ_w² E[f'(√q z)²]           multiplies the mean square of delta, one layer back (equal widths).

Both are statements about mean squares over random networks. The typical network of a finite width lies below them.

References
----------
Poole, Lahiri, Raghu, Sohl-Dickstein and Ganguli, "Exponential expressivity in deep neural networks through transient
chaos" (2016): V and its fixed point q*. Schoenholz, Gilmer, Ganguli and Sohl-Dickstein, "Deep information propagation"
(2017): chi, gradients and depth scales.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import inf, isclose, log
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy.optimize import brentq

from layerwise.derive.activations import Activation, Array, find_activation
from layerwise.keep.arguments import POSITIVE, check, number

INITIALIZERS: dict[str, Callable[[int, int], float]] = {
    "glorot": lambda fan_in, fan_out: 2 / (fan_in + fan_out),
    "he": lambda fan_in, fan_out: 2 / fan_in,
    "lecun": lambda fan_in, fan_out: 1 / fan_in,
}
"""Variance of one weight, by the first word of the initialiser's name in Keras."""


ALLOWED = {"weight_variance": POSITIVE, "bias_variance": number(0), "data_second_moment": POSITIVE}
"""What the arguments of these functions may be."""


def initial_variance(initializer: str, fan_in: int, fan_out: int) -> float:
    """Variance of one weight at initialisation.

    Parameters
    ----------
    initializer : str
        Keras' name: ``glorot``, ``he`` or ``lecun``, then ``_uniform`` or ``_normal`` (both have the same variance).
    fan_in, fan_out : int
        Units of the layer before and of the layer itself, n_{r-1} and n_r.

    Returns
    -------
    float
        2 / (fan_in + fan_out), 2 / fan_in or 1 / fan_in.

    Raises
    ------
    ValueError
        For another name.

    References
    ----------
    Glorot and Bengio (2010); He, Zhang, Ren and Sun (2015); LeCun, Bottou, Orr and Müller (1998), section 4.6.
    """
    rule, _, distribution = initializer.partition("_")
    if rule not in INITIALIZERS or distribution not in ("uniform", "normal"):
        names = ", ".join(f"{name}_uniform, {name}_normal" for name in INITIALIZERS)
        raise ValueError(f"unknown initializer {initializer!r}; expected one of {names}")
    return INITIALIZERS[rule](fan_in, fan_out)


# Quadrature. Beyond |z| = 12 the Gaussian weighs less than 1e-31.
_Z_MAX = 12


_FINE, _COARSE = (np.polynomial.legendre.leggauss(order) for order in (24, 16))


_TOLERANCE = 1e-9


def gaussian_mean(function: Callable[[Array], ArrayLike], q: ArrayLike, kinks: Sequence[float] = ()) -> Any:
    """E[function(u)] for a Gaussian u with mean 0 and mean square q.

    Gauss-Legendre quadrature on panels whose edges crowd towards 0 on the scale of the function (u = 1) and of the
    Gaussian (u = √q), whichever is smaller, and at each kink. Every integral is computed with 24 and with 16 nodes a
    panel, and the two have to agree to 1e-9 of the mean absolute value.

    Parameters
    ----------
    function : callable
        From an array to an array of the same shape: smooth between the kinks on a scale not far below 1, growing no
        faster than a power.
    q : float or array
        Mean square of u, positive.
    kinks : sequence of float
        Where the function or a derivative of it jumps. 0 is always an edge.

    Returns
    -------
    float, or array of the shape of ``q``
        Relative error at most 1e-8: held against closed forms (powers, ReLU, the error function, a function with two
        kinks) and, for the book's functions, against quadrature with 30 digits, for q from 1e-8 to 1e8.

    Raises
    ------
    ValueError
        If q is not positive and finite, or the two quadratures disagree: the function has a kink that is not listed.
    """
    q = np.asarray(q, dtype=np.float64)
    if q.size == 0 or not (np.isfinite(q).all() and q.min() > 0):
        raise ValueError(f"q is {q}; expected positive numbers: the mean square of a unit's input")
    means = [_gaussian_mean(function, float(one), kinks) for one in q.flat]
    return np.reshape(means, q.shape)[()]


def _gaussian_mean(function: Callable[[Array], ArrayLike], q: float, kinks: Sequence[float]) -> float:
    scale = np.sqrt(q)
    edges = _edges(scale, kinks)
    fine, size = _panel_sum(function, scale, edges, _FINE)
    coarse, _ = _panel_sum(function, scale, edges, _COARSE)
    if not abs(fine - coarse) <= _TOLERANCE * size:
        raise ValueError(
            f"the integral at q = {q:g} does not converge ({coarse!r} with 16 nodes a panel, {fine!r} with 24); "
            f"expected a function that is smooth but at the kinks {tuple(kinks)}: list the others too"
        )
    return fine


def _edges(scale: float, kinks: Sequence[float]) -> Array:
    """Edges of the panels in z: 0, doubling steps up to 1, steps of 1 up to 12, their mirror images, the kinks."""
    doublings = int(np.ceil(np.log2(max(1.0, scale)))) + 1
    right = np.concatenate([0.5 ** np.arange(doublings, 0, -1), np.arange(1.0, _Z_MAX + 1)])
    inside = [kink / scale for kink in kinks if abs(kink) < _Z_MAX * scale]
    return np.unique(np.concatenate([-right, [0.0], right, inside]))


def _panel_sum(
    function: Callable[[Array], ArrayLike], scale: float, edges: Array, rule: tuple[Array, Array]
) -> tuple[float, float]:
    """The integral of function(scale · z) under the standard Gaussian density, and that of its absolute value."""
    nodes, weights = rule
    half = np.diff(edges)[:, np.newaxis] / 2
    z = edges[:-1, np.newaxis] + half * (1 + nodes)
    terms = half * weights * np.exp(-(z**2) / 2) / np.sqrt(2 * np.pi) * np.asarray(function(scale * z))
    return float(terms.sum()), float(np.abs(terms).sum())


def second_moment(activation: str | Activation, q: ArrayLike) -> Any:
    """E[f(√q z)²], the mean square of a layer's outputs y; ``q`` and errors as in :func:`gaussian_mean`."""
    f = find_activation(activation)
    return gaussian_mean(lambda u: np.square(f.function(u)), q, f.kinks)


def derivative_second_moment(activation: str | Activation, q: ArrayLike) -> Any:
    """E[f'(√q z)²], the units' part in chi; ``q`` and errors as in :func:`gaussian_mean`."""
    f = find_activation(activation)
    return gaussian_mean(lambda u: np.square(f.derivative(u)), q, f.kinks)


def variance_map(activation: str | Activation, q: ArrayLike, weight_variance: float, bias_variance: float = 0.0) -> Any:
    """V(q) = σ_w² E[f(√q z)²] + σ_b², the q of the next layer (Poole et al. 2016).

    Parameters
    ----------
    activation : str or Activation
        The function f.
    q : float or array
        Mean square of the inputs nu of one layer's units, positive.
    weight_variance : float
        σ_w²: the fan-in times the variance of one weight. He's is 2, Glorot's 1 between layers of equal width.
    bias_variance : float, default 0
        σ_b².

    Returns
    -------
    float, or array of the shape of ``q``
    """
    check(ALLOWED, weight_variance=weight_variance, bias_variance=bias_variance)
    return weight_variance * second_moment(activation, q) + bias_variance


def chi(activation: str | Activation, q: ArrayLike, weight_variance: float) -> Any:
    """chi(q) = σ_w² E[f'(√q z)²], the factor on delta's mean square one layer back (Schoenholz et al. 2017).

    Below 1 gradients vanish, above 1 they explode. Arguments as for :func:`variance_map`.
    """
    check(ALLOWED, weight_variance=weight_variance)
    return weight_variance * derivative_second_moment(activation, q)


@dataclass(frozen=True)
class FixedPoint:
    """Where q goes as layer follows layer, and what becomes of gradients there.

    Parameters
    ----------
    kind : {"stable", "vanishing", "growing", "neutral"}
        ``stable``: q approaches a positive q*. ``vanishing``: it falls towards 0. ``growing``: it grows without bound.
        ``neutral``: it stays what it is.
    q : float or None
        q*, where the kind is ``stable``; otherwise there is none.
    chi : float
        chi(q*), or the limit of chi along the way that q takes.
    reason : str
        Why, in words that a chapter can print.
    """

    kind: Literal["stable", "vanishing", "growing", "neutral"]
    q: float | None
    chi: float
    reason: str

    @property
    def depth_scale(self) -> float:
        """Layers over which the mean square of delta changes by a factor of e: 1 / |ln chi|, infinite for chi = 1."""
        if isclose(self.chi, 1.0, rel_tol=1e-12):
            return inf
        return 1 / abs(log(self.chi)) if self.chi > 0 else 0.0


# V(q) and q are told apart where they differ by more than 1e-10 q, well above the quadrature's error.
_RESOLUTION = 1e-10


_FAR = 1e12


_GRID_POINTS = 97  # eight a decade


def fixed_point(
    activation: str | Activation, weight_variance: float, bias_variance: float = 0.0, *, start: float = 1.0
) -> FixedPoint:
    """The fixed point of q that a network approaches, or the reason why there is none.

    V is not iterated: V(q) - q is followed from ``start`` in the direction in which q moves, over twelve decades, until
    it changes sign, and the root is bracketed there. An iteration would stop at any q that changes slowly, such as the
    q of tanh at σ_w² = 1, which falls like 1 / (2 l) in layer l. (V has to grow with q, as it does for every f whose
    square grows away from 0.)

    Parameters
    ----------
    activation : str or Activation
        The function f.
    weight_variance, bias_variance : float
        σ_w² (the fan-in times the variance of one weight) and σ_b².
    start : float, default 1
        The first layer's q. It matters only where several fixed points exist, or where every q is one.

    Returns
    -------
    FixedPoint
        ``q`` is None, and ``reason`` says why, where no stable positive fixed point exists.

    Raises
    ------
    ValueError
        For variances or a start that are not positive.
    """
    f = find_activation(activation)
    check(ALLOWED, weight_variance=weight_variance, bias_variance=bias_variance)

    def growth(q: ArrayLike) -> Any:
        """Relative change of q in one layer."""
        return variance_map(f, q, weight_variance, bias_variance) / q - 1

    def direction(q: ArrayLike) -> Any:
        change = growth(q)
        return np.where(np.abs(change) > _RESOLUTION, np.sign(change), 0)

    if direction(start) == 0:
        start *= 1.1  # start is itself a fixed point; a q beside it tells of which kind
    way = int(direction(start))
    if way == 0:
        return FixedPoint("neutral", None, float(chi(f, start, weight_variance)), "V(q) = q: a layer keeps q as it is")
    at_zero = weight_variance * float(f.function(0.0)) ** 2 + bias_variance
    end = start * _FAR if way > 0 else min(start / _FAR, at_zero / 2 or inf)
    path = np.geomspace(start, end, _GRID_POINTS)
    ways = direction(path)
    turned = np.flatnonzero(ways == -way)
    if turned.size == 0:
        return _limit(f, weight_variance, bias_variance, way)
    before = np.flatnonzero(ways[: turned[0]] == way)[-1]
    q = float(brentq(growth, *sorted((path[before], path[turned[0]])), xtol=1e-300, rtol=1e-12))
    reason = f"V(q) > q below q = {q:.6g} and V(q) < q above it, so q is drawn there"
    return FixedPoint("stable", q, float(chi(f, q, weight_variance)), reason)


def _limit(f: Activation, weight_variance: float, bias_variance: float, way: int) -> FixedPoint:
    """What happens where q meets no fixed point: near 0 and far from 0 the function is two straight lines."""
    far = 1e-150 if way < 0 else 1e150
    slopes = np.square(f.derivative(np.array([-far, far])))
    factor = weight_variance * float(slopes.mean())
    multiplies = f"a layer multiplies q by σ_w² E[f'²] = {factor:.6g}"
    if way > 0:
        reason = f"V(q) > q on the whole way up: far from 0 {multiplies}, and σ_b² = {bias_variance:g} is added"
        return FixedPoint("growing", None, factor, reason + ", so q grows without bound")
    reason = f"V(q) < q on the whole way down: near 0 {multiplies}"
    if not isclose(factor, 1, rel_tol=1e-12):
        return FixedPoint("vanishing", None, factor, reason + ", so q falls to 0 by that factor a layer")
    small = 1e-5
    curvature = (small - float(variance_map(f, small, weight_variance))) / small**2
    fall = f", like 1 / ({curvature:.3g} l) in layer l" if curvature > 1e-6 else ""
    return FixedPoint(
        "vanishing", None, 1.0, f"{reason} and by less at any larger q, so q falls to 0 ever more slowly{fall}"
    )


def signals_and_gradients(
    activation: str | Activation,
    sizes: Sequence[int],
    initializer: str,
    data_second_moment: float,
    bias_variance: float = 0.0,
) -> pd.DataFrame:
    """The root mean square of signals and gradients in each hidden layer of a network at initialisation.

    The recursion starts from the data, not from a fixed point, and uses each layer's own fan-in and fan-out:

        q_r = n_{r-1} v_r m_{r-1} + σ_b²,  m_r = E[f(√q_r z)²],  m_0 = the mean square of the data,
        mean square of delta_r = E[f'(√q_r z)²] · n_{r+1} v_{r+1} · mean square of delta_{r+1}.

    The gradient of one pattern's E by w_ij is delta_i y_j, so its mean square in layer r is that of delta_r times
    m_{r-1}; by a bias it is delta itself. The mean over a batch has the same ratios between layers as far as the
    patterns' gradients cancel alike in all of them.

    Parameters
    ----------
    activation : str or Activation
        f, of the hidden layers.
    sizes : sequence of int
        Units per layer, n_0 to n_R, with at least one hidden layer.
    initializer : str
        As for :func:`initial_variance`.
    data_second_moment : float
        Mean of the squares of all inputs, over the n_0 units and the patterns.
    bias_variance : float, default 0
        σ_b²; Keras' biases start at 0.

    Returns
    -------
    DataFrame
        One row per hidden layer, index ``layer`` = 1..R-1. ``q``: mean square of nu; ``second_moment``: mean square of
        y; ``chi``: factor from delta's mean square in layer r+1 to that in layer r. ``delta``, ``weights``, ``biases``:
        root mean square of delta and of the gradients of one pattern, relative to the last hidden layer's.

    Raises
    ------
    ValueError
        For an unknown name, or a data_second_moment that is not positive.
    """
    f = find_activation(activation)
    check(ALLOWED, data_second_moment=data_second_moment)
    # variances[r - 1] is v_r; moments[r] is m_r.
    variances = [initial_variance(initializer, n_in, n_out) for n_in, n_out in pairwise(sizes)]
    hidden = range(1, len(sizes) - 1)
    q, moments = [], [float(data_second_moment)]
    for r in hidden:
        q.append(sizes[r - 1] * variances[r - 1] * moments[r - 1] + bias_variance)
        moments.append(float(second_moment(f, q[-1])))
    back = np.array([sizes[r + 1] * variances[r] for r in hidden]) * derivative_second_moment(f, q)
    delta = np.sqrt(np.append(back[-2::-1].cumprod()[::-1], 1.0))
    weights = delta * np.sqrt(moments[:-1])
    return pd.DataFrame(
        {
            "q": q,
            "second_moment": moments[1:],
            "chi": back,
            "delta": delta,
            "weights": weights / weights[-1],
            "biases": delta,
        },
        index=pd.Index(hidden, name="layer"),
    )
