"""The book's four activation functions and their derivatives (chapter ``activations``).

Every function takes any finite float64, and complex128 for complex-step derivatives, and returns a finite value without
a warning. The three smooth ones share one derivative at three scales,

    tanh'(x) = sech²(x),   sigmoid'(x) = ¼ sech²(x/2),   lecun_tanh'(x) = 1.7159 · ⅔ · sech²(2x/3) + a,

so that only ``sech²`` has to be computed with care.

An activation is one entry here, with all that the book does with it: its function and derivative, its SymPy definition,
its counterpart in Keras. Nothing else has to be told of a new one; ``ACTIVATIONS[name] = activation`` makes it known by
its name.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache, partial
from math import inf
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from layerwise.keep.arguments import check, number

Array = NDArray[Any]


LECUN_AMPLITUDE = 1.7159


LECUN_SLOPE = 2 / 3


@dataclass(frozen=True)
class Interval:
    """An interval of real numbers; prints as ``[0, ∞)``.

    Parameters
    ----------
    low, high : float
        The ends, ``-inf`` and ``inf`` allowed.
    low_closed, high_closed : bool
        Whether the end itself belongs to the interval.
    """

    low: float
    high: float
    low_closed: bool = False
    high_closed: bool = False

    def __str__(self) -> str:
        low, high = (f"{end:g}".replace("inf", "∞").replace("-", "−") for end in (self.low, self.high))
        return f"{'[' if self.low_closed else '('}{low}, {high}{']' if self.high_closed else ')'}"


@dataclass(frozen=True)
class Activation:
    """An activation function, and all that the book needs to know of it.

    Parameters
    ----------
    name : str
        The key in ``ACTIVATIONS``.
    function, derivative : callable
        From an array of any shape to a float64 (or complex128) array of the same shape. The derivative takes the
        input ``nu`` of the unit, not its output.
    range : Interval
        The values of the function over all real numbers. A float64 within rounding distance of an open end is rounded
        to that end: ``tanh(50)`` is exactly 1.0 on a computer, although no real number has the hyperbolic tangent 1.
    parameters : mapping of str to float
        Constants that a reader may choose (``a`` of LeCun's tanh).
    kinks : tuple of float
        The points where the derivative jumps: integrals are split there, and differences may not straddle them.
    symbolic : str, optional
        The function's definition in SymPy's words, written independently of `function`; decimals count as exact.
    keras : str or callable, optional
        The same function as Keras computes it: a name of ``keras.activations``, or a function of tensors.
    analytic : bool
        Whether `function` takes complex numbers beside the real line, on each side of its kinks, as its Taylor series
        does; complex steps then find its derivative.
    """

    name: str
    function: Callable[[ArrayLike], Array]
    derivative: Callable[[ArrayLike], Array]
    range: Interval
    parameters: Mapping[str, float] = field(default_factory=dict, hash=False)
    kinks: tuple[float, ...] = ()
    symbolic: str | None = None
    keras: str | Callable[[Any], Any] | None = None
    analytic: bool = True


def _numbers(x: ArrayLike) -> Array:
    """Whatever was given as float64, or as complex128 where it is complex."""
    return np.asarray(x, dtype=np.complex128 if np.iscomplexobj(x) else np.float64)


def _decaying_exponential(x: Array) -> Array:
    """exp(-|x|), at most 1; a complex x takes the sign of its real part, which is analytic."""
    return np.exp(np.where(x.real < 0, x, -x))


def _sech_squared(x: Array) -> Array:
    """1 / cosh(x)² with z = exp(-|x|), since cosh(x) itself overflows at |x| = 711."""
    z = _decaying_exponential(x)
    return np.square(2 * z / (1 + z * z))


def _relu(x: ArrayLike) -> Array:
    x = _numbers(x)
    # A complex number belongs to the side of the kink on which its real part lies: there the function is x, or 0.
    return np.where(x.real > 0, x, 0.0)


def _relu_derivative(x: ArrayLike) -> Array:
    # At 0 the derivative does not exist. ReLU'(0) = 0 is a convention; Keras and TensorFlow follow it too.
    return np.where(_numbers(x).real > 0, 1.0, 0.0)


def _tanh(x: ArrayLike) -> Array:
    return np.tanh(_numbers(x))


def _tanh_derivative(x: ArrayLike) -> Array:
    # Not 1 - tanh²: that subtracts two nearly equal numbers and is 0 from |x| = 19 on.
    return _sech_squared(_numbers(x))


def _sigmoid(x: ArrayLike) -> Array:
    x = _numbers(x)
    z = _decaying_exponential(x)
    return np.where(x.real < 0, z, 1.0) / (1 + z)


def _sigmoid_derivative(x: ArrayLike) -> Array:
    return 0.25 * _sech_squared(0.5 * _numbers(x))


def _lecun_tanh(x: ArrayLike, a: float) -> Array:
    x = _numbers(x)
    return LECUN_AMPLITUDE * np.tanh(LECUN_SLOPE * x) + a * x


def _lecun_tanh_derivative(x: ArrayLike, a: float) -> Array:
    return LECUN_AMPLITUDE * LECUN_SLOPE * _sech_squared(LECUN_SLOPE * _numbers(x)) + a


def _lecun_tanh_in_keras(x: Any, a: float) -> Any:
    import keras

    return LECUN_AMPLITUDE * keras.ops.tanh(LECUN_SLOPE * x) + a * x


@cache
def lecun_tanh(a: float = 0.001) -> Activation:
    """LeCun's tanh, 1.7159 tanh(2x/3) + a x.

    Parameters
    ----------
    a : float, default 0.001
        Slope of the linear term, 0 to 1. The report prints 0.01; the code that made its figures ran 0.001.

    Returns
    -------
    Activation
        With range (-∞, ∞), or (-1.7159, 1.7159) for ``a = 0``.

    Raises
    ------
    ValueError
        If ``a`` is not a number from 0 to 1.

    References
    ----------
    LeCun, Bottou, Orr and Müller, "Efficient BackProp" (1998), section 4.4.
    """
    check({"a": number(0, 1)}, a=a)
    end = inf if a > 0 else LECUN_AMPLITUDE
    return Activation(
        "lecun_tanh",
        partial(_lecun_tanh, a=a),
        partial(_lecun_tanh_derivative, a=a),
        Interval(-end, end),
        {"a": a},
        symbolic=f"1.7159 * tanh(2 * x / 3) + {a} * x",
        keras=partial(_lecun_tanh_in_keras, a=a),
    )


RELU = Activation(
    "relu",
    _relu,
    _relu_derivative,
    Interval(0, inf, low_closed=True),
    kinks=(0.0,),
    symbolic="Piecewise((0, x <= 0), (x, True))",
    keras="relu",
)
"""max(0, x)."""


TANH = Activation(
    "tanh", _tanh, _tanh_derivative, Interval(-1, 1), symbolic="(1 - exp(-2 * x)) / (1 + exp(-2 * x))", keras="tanh"
)
"""The hyperbolic tangent."""


SIGMOID = Activation(
    "sigmoid", _sigmoid, _sigmoid_derivative, Interval(0, 1), symbolic="1 / (1 + exp(-x))", keras="sigmoid"
)
"""1 / (1 + exp(-x))."""


LECUN_TANH = lecun_tanh()
"""1.7159 tanh(2x/3) + 0.001 x."""


ACTIVATIONS: dict[str, Activation] = {item.name: item for item in (RELU, TANH, SIGMOID, LECUN_TANH)}
"""The book's activations by name; what is added here is known everywhere."""


def find_activation(activation: str | Activation) -> Activation:
    """The activation of that name, or the activation itself.

    Parameters
    ----------
    activation : str or Activation
        A name in ``ACTIVATIONS``, or ``"lecun_tanh(a=0.01)"`` for LeCun's tanh with another linear term.

    Raises
    ------
    ValueError
        If no activation has that name; the message lists the names.
    """
    if isinstance(activation, Activation):
        return activation
    if with_a := re.fullmatch(r"lecun_tanh\(a=(\d+(?:\.\d+)?)\)", str(activation)):
        return lecun_tanh(float(with_a[1]))
    if str(activation) not in ACTIVATIONS:
        names = ", ".join(ACTIVATIONS)
        raise ValueError(
            f"unknown activation {activation!r}; expected one of {names}, lecun_tanh(a=...), or an Activation"
        )
    return ACTIVATIONS[activation]


def keras_activation(activation: str | Activation) -> Callable[[Any], Any]:
    """The function as Keras computes it, on tensors: what ``Dense(..., activation=...)`` takes.

    Raises
    ------
    ValueError
        If the activation says of no counterpart.
    """
    activation = find_activation(activation)
    if activation.keras is None:
        raise ValueError(f"the activation {activation.name!r} has no counterpart in Keras; give it one as `keras`")
    if callable(activation.keras):
        return activation.keras
    import keras

    return keras.activations.get(activation.keras)
