"""What proves ``activations`` and ``network``: derivatives found in other ways, and the comparison with them.

Four ways, none of which uses the backward pass or a derivative from this package: central differences, complex steps,
SymPy's symbolic derivatives, and Keras' automatic differentiation (chapters ``backpropagation`` and ``activations``).
``check_gradient`` compares a reader's own backward pass in the same manner and names the likely bug.

SymPy and Keras are imported where they are used: they take seconds, and a reader's ``check_gradient`` needs neither.
"""

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from numbers import Integral, Real
from textwrap import fill
from typing import Any, Literal, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from layerwise.activations import ACTIVATIONS, Activation, Array
from layerwise.network import Gradients, Layers, Loss, Network

# Gradients of a network -----------------------------------------------------------------------------------------------


class NumericGradients(NamedTuple):
    """Like ``Gradients``; NaN where the step crossed a kink, and how many such entries there are."""

    weights: Layers
    biases: Layers
    excluded: int


def _copy(network: Network, dtype: type[Any]) -> Network:
    weights = {r: w.astype(dtype) for r, w in network.weights.items()}
    biases = {r: b.astype(dtype) for r, b in network.biases.items()}
    return Network(network.sizes, network.activation, network.loss, weights=weights, biases=biases)


_NUMBERS_AT_ONCE = 2**20
"""Bounds the memory of a stack of networks: its weights in one layer, or its signals there."""


def _passes_with_step(network: Network, x: Array, kind: str, r: int, step: complex) -> Iterator[tuple[Layers, Layers]]:
    """Forward passes with a step in one parameter of layer r, for each in turn, many in one stack.

    The equations take K matrices of weights (K, n_r, n_{r-1}) as they take one. From layer r on all signals are stacks
    of matrices too, and each is computed as in a network of its own, to the last bit.
    """
    layers = getattr(network, kind)
    parameters = layers[r]
    at_once = max(1, _NUMBERS_AT_ONCE // max(parameters.size, max(network.sizes) * x.shape[1]))
    for start in range(0, parameters.size, at_once):
        entries = np.arange(start, min(start + at_once, parameters.size))
        stack = np.repeat(parameters.reshape(1, -1), len(entries), axis=0)
        stack[np.arange(len(entries)), entries] += step
        # The equations make a column of b[r]: of (K, n_r, 1) they make (K, 1, n_r, 1).
        layers[r] = stack.reshape(-1, *parameters.shape) if kind == "weights" else stack[..., np.newaxis]
        passes = network._finite_forward_pass(x)
        layers[r] = parameters
        yield passes


def _crossed(network: Network, above: Layers, below: Layers) -> Any:
    """Of each network in two stacks, whether any unit is on another side of a kink, for any pattern."""
    last = network.R if network.loss == "squared_error" else network.R - 1
    crossed: Any = False
    for r in range(1, last + 1):
        for kink in network.activation.kinks:
            crossed = crossed | np.any((above[r] > kink) != (below[r] > kink), axis=(-2, -1))
    return crossed


def central_differences(network: Network, x: ArrayLike, y: ArrayLike, step: float = 3e-5) -> NumericGradients:
    """Gradients of E from (E(p + h) - E(p - h)) / 2h, one parameter p at a time.

    Parameters
    ----------
    network : Network
    x, y : arrays
        As for ``Network.error``.
    step : float
        h. The error of the quotient grows as h² (truncation) and as 1/h (rounding of E); 3e-5 is near the best.

    Returns
    -------
    NumericGradients
        NaN for a parameter whose step takes a unit across a kink of its function (ReLU's 0) for any pattern, where
        the quotient mixes two slopes. As long as no unit changes sides, ReLU networks are linear in one parameter up
        to the softmax, so comparing the two end points is enough to know.

    Raises
    ------
    ValueError
        If the step is not above 0, or as ``Network.error`` does.
    """
    _check_step(step)
    probe = _copy(network, np.float64)
    inputs = probe._checked_input(x)
    T = probe._checked_targets(y, inputs.shape[1])
    found: dict[str, Layers] = {"weights": {}, "biases": {}}
    for kind, layers in (("weights", probe.weights), ("biases", probe.biases)):
        for r, parameters in list(layers.items()):
            quotients = []
            for above, below in zip(
                *(_passes_with_step(probe, inputs, kind, r, h) for h in (step, -step)), strict=True
            ):
                quotient = (probe._error(*above, T) - probe._error(*below, T)) / (2 * step)
                quotients.append(np.where(_crossed(probe, above[0], below[0]), np.nan, quotient).ravel())
            found[kind][r] = np.concatenate(quotients).reshape(parameters.shape)
    excluded = sum(int(np.isnan(array).sum()) for layers in found.values() for array in layers.values())
    return NumericGradients(found["weights"], found["biases"], excluded)


def _check_step(step: float) -> None:
    if not isinstance(step, Real) or not 0 < step < np.inf:
        raise ValueError(f"step is {step!r}; expected a finite number above 0")


def complex_step(network: Network, x: ArrayLike, y: ArrayLike, step: float = 1e-30) -> Gradients:
    """Gradients of E from Im E(p + ih) / h, one parameter p at a time: no subtraction, so h can be tiny.

    Parameters
    ----------
    network : Network
        With any activation but ReLU, which is not analytic.
    x, y : arrays
        As for ``Network.error``.
    step : float
        h. The error is h² times the third derivative, far below the rounding of the result.

    Raises
    ------
    ValueError
        For a ReLU network, or if the step is not above 0.

    References
    ----------
    Squire and Trapp, "Using complex variables to estimate derivatives of real functions", SIAM Review 40 (1998).
    """
    _check_step(step)
    probe = _copy(network, np.complex128)
    inputs = probe._checked_input(x)
    T = probe._checked_targets(y, inputs.shape[1])
    found: dict[str, Layers] = {"weights": {}, "biases": {}}
    for kind, layers in (("weights", probe.weights), ("biases", probe.biases)):
        for r, parameters in list(layers.items()):
            slopes = [
                (probe._error(*passes, T).imag / step).ravel()
                for passes in _passes_with_step(probe, inputs, kind, r, 1j * step)
            ]
            found[kind][r] = np.concatenate(slopes).reshape(parameters.shape)
    return Gradients(found["weights"], found["biases"])


def keras_gradients(
    network: Network, x: ArrayLike, y: ArrayLike, dtype: Literal["float64", "float32"] = "float64"
) -> Gradients:
    """Gradients of E by Keras: the same layers, weights and biases as Dense layers, differentiated by TensorFlow.

    Parameters
    ----------
    network : Network
    x : array (P, n_0)
    y : array (P,) of labels or (P, n_R) of target rows
    dtype : {"float64", "float32"}
        What Keras computes in.

    Returns
    -------
    Gradients
        Of the sum over the patterns, in the shapes of ``network.gradients``. Keras' squared error is a mean over the
        n_R output units without the factor ½, so it is multiplied by n_R / 2.

    Raises
    ------
    ValueError
        As ``Network.error`` does: for wrong shapes, labels out of range, NaN, or no pattern; or for another type.
    """
    if dtype not in ("float64", "float32"):
        raise ValueError(f"dtype is {dtype!r}; expected 'float64' or 'float32'")
    network.error(x, y)  # what has no error has no gradient, and Keras would not say so
    import keras
    import tensorflow as tf

    from layerwise.models import keras_activation

    f = keras_activation(network.activation)
    if network.loss == "cross_entropy":
        # The softmax is inside Keras' loss (from_logits), where Keras computes it without clipping probabilities.
        output = None
        loss = keras.losses.CategoricalCrossentropy(from_logits=True, reduction="sum", dtype=dtype)
        factor = 1.0
    else:
        output = f
        loss = keras.losses.MeanSquaredError(reduction="sum", dtype=dtype)
        factor = network.sizes[-1] / 2
    functions = [f] * (network.R - 1) + [output]
    dense = [
        keras.layers.Dense(units, function, kernel_initializer="zeros", dtype=dtype)
        for units, function in zip(network.sizes[1:], functions, strict=True)
    ]
    model = keras.Sequential([keras.Input((network.sizes[0],), dtype=dtype), *dense])
    layers = range(1, network.R + 1)
    model.set_weights([array for r in layers for array in (network.weights[r].T, network.biases[r])])
    targets = np.asarray(y)
    targets = np.eye(network.sizes[-1])[targets] if targets.ndim == 1 else targets
    with tf.GradientTape() as tape:
        error = factor * loss(tf.constant(targets, dtype), model(tf.constant(np.asarray(x), dtype)))
    found = [gradient.numpy() for gradient in tape.gradient(error, model.trainable_variables)]
    return Gradients(
        {r: kernel.T for r, kernel in zip(layers, found[0::2], strict=True)},
        dict(zip(layers, found[1::2], strict=True)),
    )


def relative_differences(
    ours: Gradients | NumericGradients,
    reference: Gradients | NumericGradients,
    norm: Literal["euclidean", "largest"] = "euclidean",
) -> dict[int, float]:
    """Per layer, the size of ``ours - reference`` over the size of ``reference``.

    Parameters
    ----------
    ours, reference : Gradients or NumericGradients
        Entries that are NaN in the reference are left out.
    norm : {"euclidean", "largest"}
        How size is measured: the root of the sum of squares, or the largest absolute entry.

    Returns
    -------
    dict of int to float
        For layer r the worse of its weights' and its biases' relative difference; ``inf`` where the reference is all
        zeros and ours is not, and NaN where nothing could be compared, which is below no bound.

    Raises
    ------
    ValueError
        For another norm, or if the two are not of the same layers and shapes.
    """
    if norm not in ("euclidean", "largest"):
        raise ValueError(f"unknown norm {norm!r}; expected 'euclidean' or 'largest'")
    shapes = [{r: (w.shape, g.biases[r].shape) for r, w in g.weights.items()} for g in (ours, reference)]
    if shapes[0] != shapes[1]:
        raise ValueError(f"the gradients differ in their layers and shapes: {shapes[0]} and {shapes[1]}")
    order = 2 if norm == "euclidean" else np.inf
    found = {}
    for r in reference.weights:
        ratios = []
        for mine, other in ((ours.weights[r], reference.weights[r]), (ours.biases[r], reference.biases[r])):
            kept = ~np.isnan(other)
            if kept.any():
                difference = float(np.linalg.norm((mine - other)[kept], order))
                size = float(np.linalg.norm(other[kept], order))
                ratios.append(difference / size if size else (np.inf if difference else 0.0))
        found[r] = float(np.max(ratios)) if ratios else np.nan
    return found


def float32_holds(gradients: Gradients) -> dict[int, bool]:
    """Per layer, whether float32 can hold this (float64) gradient to all of its own digits.

    It can while the largest entry of the weights' and of the biases' gradient, times float32's relative spacing, is
    at least the smallest normal float32: then whatever is lost below that number is below the last digit of the
    largest entry. An all-zero gradient is held.
    """
    smallest = float(np.finfo(np.float32).tiny) / float(np.finfo(np.float32).eps)
    return {
        r: all(largest == 0 or largest >= smallest for largest in (np.abs(w).max(), np.abs(gradients.biases[r]).max()))
        for r, w in gradients.weights.items()
    }


# Derivatives of an activation -----------------------------------------------------------------------------------------


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
        For an activation that is not one of the book's four.
    """
    import sympy

    x = sympy.Symbol("x", real=True)
    definitions = {
        "relu": lambda: sympy.Piecewise((0, x <= 0), (x, True)),
        "tanh": lambda: (1 - sympy.exp(-2 * x)) / (1 + sympy.exp(-2 * x)),
        "sigmoid": lambda: 1 / (1 + sympy.exp(-x)),
        "lecun_tanh": lambda: (
            sympy.Rational("1.7159") * sympy.tanh(sympy.Rational(2, 3) * x)
            + sympy.Rational(str(activation.parameters["a"])) * x
        ),
    }
    if activation.name not in definitions:
        raise ValueError(f"no symbolic definition of {activation.name!r}; expected one of {', '.join(definitions)}")
    function = definitions[activation.name]()
    return Symbolic(x, function, sympy.diff(function, x))


def symbolic_derivative(activation: Activation, points: ArrayLike) -> Array:
    """SymPy's derivative at each point, evaluated with 50 digits and rounded to float64 once."""
    import sympy

    points = _finite(points)
    x, _, derivative = symbolic(activation)
    values = [float(derivative.subs(x, sympy.Rational(float(p))).evalf(50, maxn=2000)) for p in np.ravel(points)]
    return np.reshape(values, np.shape(points))


def central_derivative(activation: Activation, points: ArrayLike, step: float = 1e-5) -> Array:
    """(f(x + h) - f(x - h)) / 2h at each point, with the step that was really taken in float64."""
    _check_step(step)
    points = _finite(points)
    above, below = points + step, points - step
    return (activation.function(above) - activation.function(below)) / (above - below)


def complex_step_derivative(activation: Activation, points: ArrayLike, step: float = 1e-30) -> Array:
    """Im f(x + ih) / h at each point; not for ReLU."""
    _check_step(step)
    return activation.function(_finite(points) + 1j * step).imag / step


def keras_derivative(activation: Activation, points: ArrayLike) -> Array:
    """Keras' function differentiated by TensorFlow in float64 at each point."""
    import tensorflow as tf

    from layerwise.models import keras_activation

    nu = tf.constant(_finite(points), tf.float64)
    with tf.GradientTape() as tape:
        tape.watch(nu)
        y = keras_activation(activation)(nu)
    return np.asarray(tape.gradient(y, nu))


def _finite(value: Any, what: str = "the argument points") -> Array:
    """As float64. Rows of different lengths are no array of numbers, and complex numbers none of real ones."""
    try:
        array = np.asarray(value)
    except ValueError:
        array = np.asarray(None)
    real = array.dtype.kind in "iuf" and array.size > 0
    if not real or not np.isfinite(array).all():
        found = "holds NaN or infinity" if real else f"is {value!r}"
        raise ValueError(f"{what} {found}; expected finite numbers, at least one, in a rectangular array")
    return array.astype(np.float64)


def check_activations(
    activations: Iterable[Activation] = tuple(ACTIVATIONS.values()), points: ArrayLike | None = None
) -> pd.DataFrame:
    """Each activation's derivative against the independent ways: largest differences over all points.

    Parameters
    ----------
    activations : iterable of Activation
    points : array, optional
        Where to compare; by default 241 points from -6 to 6. Zero, ReLU's kink, is left out.

    Returns
    -------
    DataFrame
        One row per activation, in the columns ``symbolic``, ``central``, ``complex_step`` (NaN for ReLU) and
        ``keras`` the largest absolute difference over the largest slope, as that way has it.
    """
    nu = np.linspace(-6, 6, 241) if points is None else _finite(points).ravel()
    nu = nu[nu != 0]
    if not (nu.min(initial=0) < 0 < nu.max(initial=0)):
        raise ValueError(f"points are {points!r}; expected some on both sides of 0, where ReLU has its two slopes")
    rows = {}
    for activation in activations:
        ours = activation.derivative(nu)
        others = {
            "symbolic": symbolic_derivative(activation, nu),
            "central": central_derivative(activation, nu),
            "complex_step": np.full_like(nu, np.nan)
            if activation.name == "relu"
            else complex_step_derivative(activation, nu),
            "keras": keras_derivative(activation, nu),
        }
        rows[activation.name] = {way: np.abs(ours - other).max() / np.abs(other).max() for way, other in others.items()}
    return pd.DataFrame.from_dict(rows, orient="index")


# A reader's own backward pass -----------------------------------------------------------------------------------------

MyFunction = Callable[[Layers, Layers, Array, Array], tuple[Any, Any]]

BUGS: Mapping[str, str] = {
    "output_f_prime_missing": "f′(ν) is missing in the output layer's δ (squared error needs it)",
    "output_f_prime_added": "the output layer's δ has a factor f′(ν) (softmax with cross-entropy has none: δ = y − T)",
    "hidden_f_prime_missing": "f′(ν) is missing in the hidden layers' δ",
    "f_prime_of_y": "f′ is evaluated at y, the unit's output, instead of ν, its input",
    "weights_transposed": "the weights on the way back are transposed: δ(r) needs w(r+1)ᵀ δ(r+1)",
    "weights_of_same_layer": "δ(r) uses the weights w(r) instead of w(r+1)",
    "gradient_transposed": "the weights' gradient is transposed: it needs δ(r) y(r−1)ᵀ, of shape (n_r, n_{r−1})",
    "y_of_same_layer": "the weights' gradient uses y(r), the layer's own output, instead of y(r−1), its input",
    "sign": "the sign is wrong: δ starts from y − T, not from T − y",
    "factor_two": "there is a factor 2 too much: E has the factor ½, so its derivative has none",
    "mean_for_sum": "there is a mean over the patterns where E is their sum",
    "sum_for_mean": "there is a sum over the patterns where E is their mean",
    "bias_gradient_forgotten": "the biases' gradient is missing (all zeros)",
    "bias_gradient_mean": "the biases' gradient is a mean over the patterns where the weights' gradient is a sum",
    "bias_not_added": "the biases are left out of ν in the forward pass",
}
"""What ``check_gradient`` recognises: a name, and the sentence that it prints."""


@dataclass(frozen=True, repr=False)
class GradientCheck:
    """What ``check_gradient`` found; true where the gradient is right.

    Attributes
    ----------
    correct : bool
    bugs : tuple of str
        Names from ``BUGS`` that together reproduce the reader's numbers; empty where right, or not recognised.
    table : DataFrame
        Per layer and parameter: the sizes (root of the sum of squares) of the reader's and the numeric gradient, their
        ratio (least squares), and the relative difference.
    """

    correct: bool
    bugs: tuple[str, ...]
    table: pd.DataFrame

    def __bool__(self) -> bool:
        return self.correct

    def __repr__(self) -> str:
        return f"GradientCheck(correct={self.correct}, bugs={self.bugs})"


def check_gradient(
    my_function: MyFunction,
    *,
    activation: str = "tanh",
    loss: Loss = "squared_error",
    reduction: Literal["sum", "mean"] = "sum",
    layers: int = 3,
    seed: int = 0,
) -> GradientCheck:
    """Compare your own backward pass with central differences, and name the likely bug.

    Prints a table with one line per layer and parameter (yours, numeric, ratio, relative difference) and a verdict.
    For a wrong gradient it computes what each of the known bugs, and each pair of them, would give, and names those
    that give exactly your numbers.

    Parameters
    ----------
    my_function : callable
        ``my_function(weights, biases, x, T)`` returns ``(weight_gradients, bias_gradients)``. ``weights[r]`` is
        (n_r, n_{r-1}) and ``biases[r]`` is (n_r,) for r = 1..R; ``x`` is (n_0, P) and ``T`` is (n_R, P), units x
        patterns as in the chapter. Return the same shapes: dictionaries from r, or lists for layers 1..R.
    activation : str
        The f of your function: in the hidden layers, and with squared error in the output layer too.
    loss : {"squared_error", "cross_entropy"}
        E = ½ Σ (T - y)², or E = -Σ T ln y with a softmax as output layer.
    reduction : {"sum", "mean"}
        Whether E is the sum over the patterns, as in the chapter, or their mean.
    layers : int
        R. All layers have the same number of units, so that a transposed matrix fits and can be recognised.
    seed : int
        Of the random weights, biases, patterns and targets.

    Returns
    -------
    GradientCheck
        True where every layer agrees to 1e-6.

    Raises
    ------
    ValueError
        If your function returns arrays of another shape or not finite; the message says which layer and what was
        expected. What your function itself raises is passed on.
    """
    if reduction not in ("sum", "mean"):
        raise ValueError(f"unknown reduction {reduction!r}; expected 'sum' or 'mean'")
    if not isinstance(layers, Integral) or layers < 2:
        raise ValueError(f"layers is {layers!r}; expected a whole number, 2 or more, for a hidden layer to exist")
    units, patterns = 4, 5
    network = Network([units] * (layers + 1), activation, loss, seed=seed)
    random = np.random.default_rng(seed)
    network.biases = {r: random.normal(0, 0.5, units) for r in network.biases}
    x = random.normal(size=(units, patterns))
    T = np.eye(units)[:, random.integers(0, units, patterns)]

    returned = my_function(
        {r: w.copy() for r, w in network.weights.items()},
        {r: b.copy() for r, b in network.biases.items()},
        x.copy(),
        T.copy(),
    )
    mine = _as_gradients(returned, network)
    numeric = central_differences(network, x.T, T.T)
    scale = 1.0 if reduction == "sum" else 1 / patterns
    reference = Gradients(
        {r: scale * w for r, w in numeric.weights.items()}, {r: scale * b for r, b in numeric.biases.items()}
    )
    table = _comparison(mine, reference)
    correct = bool((table["difference"] <= 1e-6).all())
    bugs = () if correct else _find_bugs(mine, network, x, T, reduction)
    print(table.to_string(index=False, float_format=lambda number: f"{number:.3g}"))
    verdict = fill(_verdict(correct, bugs, table), width=80, break_on_hyphens=False)
    # A redirected output may have no δ, as cp1252 on Windows: then a question mark stands for it.
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    print(verdict.encode(encoding, "replace").decode(encoding))
    return GradientCheck(correct, bugs, table)


def _as_gradients(returned: Any, network: Network) -> Gradients:
    """What a reader's function returned, as Gradients; a missing bias gradient counts as zeros."""
    if not isinstance(returned, Sequence) or len(returned) != 2:
        raise ValueError("your function must return two things: (weight_gradients, bias_gradients)")
    given = dict(zip(("weight", "bias"), returned, strict=True))
    if given["bias"] is None:
        given["bias"] = {r: np.zeros_like(b) for r, b in network.biases.items()}
    found = []
    for (kind, layers), expected in zip(given.items(), (network.weights, network.biases), strict=True):
        if not isinstance(layers, (Mapping, Sequence)) or isinstance(layers, str):
            raise ValueError(f"the {kind} gradients are {layers!r}; expected a dictionary from the layer, or a list")
        named = dict(layers) if isinstance(layers, Mapping) else dict(enumerate(layers, start=1))
        if set(named) != set(expected):
            raise ValueError(f"{kind} gradients came for layers {list(named)}; expected layers {list(expected)}")
        arrays = {r: _finite(named[r], f"layer {r}: the {kind} gradient") for r in expected}
        for r, array in arrays.items():
            if array.shape != expected[r].shape:
                raise ValueError(
                    f"layer {r}: the {kind} gradient has shape {array.shape}; expected {expected[r].shape}, "
                    f"the shape of the {kind}{'es' if kind == 'bias' else 's'} themselves"
                )
        found.append(arrays)
    return Gradients(*found)


def _comparison(mine: Gradients, reference: Gradients) -> pd.DataFrame:
    rows = []
    for r in reference.weights:
        for name, yours, other in (
            ("weights", mine.weights[r], reference.weights[r]),
            ("biases", mine.biases[r], reference.biases[r]),
        ):
            kept = ~np.isnan(other)
            yours, other = yours[kept], other[kept]
            size = np.linalg.norm(other)
            rows.append(
                {
                    "layer": r,
                    "parameter": name,
                    "yours": np.linalg.norm(yours),
                    "numeric": size,
                    "ratio": float(yours @ other) / size**2 if size else np.nan,
                    "difference": np.linalg.norm(yours - other) / (size or 1.0),
                }
            )
    return pd.DataFrame(rows)


def _verdict(correct: bool, bugs: tuple[str, ...], table: pd.DataFrame) -> str:
    if correct:
        return "Right: every layer agrees with the numeric gradient."
    if bugs:
        return "Wrong. Likely bug: " + "; and ".join(BUGS[bug] for bug in bugs) + "."
    layer = table.loc[table["difference"] > 1e-6, "layer"].max()
    return f"Wrong, and no known bug gives these numbers. Coming from the output, layer {layer} is the first to differ."


def _find_bugs(mine: Gradients, network: Network, x: Array, T: Array, reduction: str) -> tuple[str, ...]:
    """The single bug, or else the pair of bugs, that gives exactly these gradients."""
    never = {
        "output_f_prime_missing" if network.loss == "cross_entropy" else "output_f_prime_added",
        "sum_for_mean" if reduction == "sum" else "mean_for_sum",
    }
    candidates = [bug for bug in BUGS if bug not in never]
    for number in (1, 2):
        for bugs in combinations(candidates, number):
            planted = gradients_with_bugs(bugs, network, x, T, reduction)
            if max(relative_differences(mine, planted).values()) <= 1e-6:
                return bugs
    return ()


def gradients_with_bugs(bugs: Iterable[str], network: Network, x: Array, T: Array, reduction: str = "sum") -> Gradients:
    """Backpropagation with bugs planted on purpose; without any, a second implementation of the right one.

    Parameters
    ----------
    bugs : iterable of str
        Names from ``BUGS``.
    network : Network
        All of whose layers have the same number of units.
    x, T : arrays (n_0, P) and (n_R, P)
        Units x patterns.
    reduction : {"sum", "mean"}
        Over the patterns.

    Returns
    -------
    Gradients

    Raises
    ------
    ValueError
        For a name that is not in ``BUGS``.
    """
    has = dict.fromkeys(BUGS, False)
    for bug in bugs:
        if bug not in has:
            raise ValueError(f"unknown bug {bug!r}; expected names from {', '.join(BUGS)}")
        has[bug] = True
    f, f_prime, R = network.activation.function, network.activation.derivative, network.R
    nu, y = {}, {0: x}
    for r in range(1, R + 1):
        nu[r] = network.weights[r] @ y[r - 1]
        if not has["bias_not_added"]:
            nu[r] = nu[r] + network.biases[r][:, np.newaxis]
        y[r] = f(nu[r])
    if network.loss == "cross_entropy":
        exponentials = np.exp(nu[R] - nu[R].max(axis=0))
        y[R] = exponentials / exponentials.sum(axis=0)

    slope = {r: f_prime(y[r] if has["f_prime_of_y"] else nu[r]) for r in nu}
    delta = {R: y[R] - T}
    output_slope = network.loss == "squared_error" and not has["output_f_prime_missing"]
    if output_slope or has["output_f_prime_added"]:
        delta[R] = delta[R] * slope[R]
    for r in range(R - 1, 0, -1):
        w = network.weights[r if has["weights_of_same_layer"] else r + 1]
        delta[r] = (w if has["weights_transposed"] else w.T) @ delta[r + 1]
        if not has["hidden_f_prime_missing"]:
            delta[r] = delta[r] * slope[r]

    P = x.shape[1]
    mean = has["mean_for_sum"] or (reduction == "mean" and not has["sum_for_mean"])
    scale = (-1 if has["sign"] else 1) * (2 if has["factor_two"] else 1) / (P if mean else 1)
    bias_scale = scale * (0 if has["bias_gradient_forgotten"] else 1) / (P if has["bias_gradient_mean"] else 1)
    weights, biases = {}, {}
    for r in range(1, R + 1):
        weights[r] = scale * delta[r] @ y[r if has["y_of_same_layer"] else r - 1].T
        if has["gradient_transposed"]:
            weights[r] = weights[r].T
        biases[r] = bias_scale * delta[r].sum(axis=1)
    return Gradients(weights, biases)
