"""Each activation's derivative, found in four other ways (chapter ``activations``)."""

from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from layerwise.derive.activations import ACTIVATIONS, Activation, Array, keras_activation
from layerwise.derive.numerical_derivatives import ALLOWED
from layerwise.keep.arguments import check, finite_numbers


class Symbolic(NamedTuple):
    """SymPy expressions in ``x``: a function written out, and the derivative that SymPy finds."""

    x: Any
    function: Any
    derivative: Any


def symbolic(activation: Activation) -> Symbolic:
    """The activation written in SymPy from its definition, and SymPy's derivative of it.

    Raises
    ------
    ValueError
        For an activation without such a definition.
    """
    import sympy

    x = sympy.Symbol("x", real=True)
    if activation.symbolic is None:
        raise ValueError(f"the activation {activation.name!r} has no definition in SymPy; give it one as `symbolic`")
    function = sympy.sympify(activation.symbolic, locals={"x": x}, rational=True)
    return Symbolic(x, function, sympy.diff(function, x))


def symbolic_derivative(activation: Activation, points: ArrayLike) -> Array:
    """SymPy's derivative at each point, evaluated with 50 digits and rounded to float64 once."""
    import sympy

    points = finite_numbers("points", points)
    x, _, derivative = symbolic(activation)
    values = [float(derivative.subs(x, sympy.Rational(float(p))).evalf(50, maxn=2000)) for p in np.ravel(points)]
    return np.reshape(values, np.shape(points))


def central_derivative(activation: Activation, points: ArrayLike, step: float = 1e-5) -> Array:
    """(f(x + h) - f(x - h)) / 2h at each point, with the step that was really taken in float64."""
    check(ALLOWED, step=step)
    points = finite_numbers("points", points)
    above, below = points + step, points - step
    return (activation.function(above) - activation.function(below)) / (above - below)


def complex_step_derivative(activation: Activation, points: ArrayLike, step: float = 1e-30) -> Array:
    """Im f(x + ih) / h at each point."""
    check(ALLOWED, step=step)
    return activation.function(finite_numbers("points", points) + 1j * step).imag / step


def keras_derivative(activation: Activation, points: ArrayLike) -> Array:
    """Keras' function differentiated by TensorFlow in float64 at each point."""
    import tensorflow as tf

    nu = tf.constant(finite_numbers("points", points), tf.float64)
    with tf.GradientTape() as tape:
        tape.watch(nu)
        y = keras_activation(activation)(nu)
    return np.asarray(tape.gradient(y, nu))


def check_activations(
    activations: Iterable[Activation] = tuple(ACTIVATIONS.values()), points: ArrayLike | None = None
) -> pd.DataFrame:
    """Each activation's derivative against the independent ways: largest differences over all points.

    Parameters
    ----------
    activations : iterable of Activation
    points : array, optional
        Where to compare; by default 241 points from -6 to 6. Kinks are left out.

    Returns
    -------
    DataFrame
        One row per activation, in the columns ``symbolic``, ``central``, ``complex_step`` and ``keras`` the largest
        absolute difference over the largest slope, as that way has it; NaN where the activation does not offer it.
    """
    given = np.linspace(-6, 6, 241) if points is None else finite_numbers("points", points).ravel()
    rows = {}
    for activation in activations:
        nu = given[~np.isin(given, activation.kinks)]
        ours = activation.derivative(nu)
        nothing = np.full_like(nu, np.nan)
        others = {
            "symbolic": symbolic_derivative(activation, nu) if activation.symbolic else nothing,
            "central": central_derivative(activation, nu),
            "complex_step": complex_step_derivative(activation, nu) if activation.analytic else nothing,
            "keras": keras_derivative(activation, nu) if activation.keras else nothing,
        }
        rows[activation.name] = {way: np.abs(ours - other).max() / np.abs(other).max() for way, other in others.items()}
    return pd.DataFrame.from_dict(rows, orient="index")
