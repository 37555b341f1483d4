"""Derivatives found in other ways than the book's: central differences, complex steps, Keras (chapter
``backpropagation``).
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from layerwise.derive.activations import Array, keras_activation
from layerwise.derive.checked_network import Network
from layerwise.derive.equations import Gradients, Layers
from layerwise.keep.arguments import POSITIVE, check, one_of

ALLOWED = {
    "step": POSITIVE,
    "dtype": one_of("float64", "float32"),
    "norm": one_of("euclidean", "largest"),
}
"""What the arguments of these functions may be."""


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
        layers[r] = stack.reshape(-1, *parameters.shape)
        passes = network.forward_pass(x)
        layers[r] = parameters
        yield passes


def _each_parameter(network: Network, x: Array, steps: Sequence[complex], quotient: Callable[..., Array]) -> Gradients:
    """What `quotient` makes of the passes with each of the steps, one parameter at a time."""
    found = Gradients({}, {})
    for kind, layers in found._asdict().items():
        for r, parameters in list(getattr(network, kind).items()):
            passes = zip(*(_passes_with_step(network, x, kind, r, step) for step in steps), strict=True)
            layers[r] = np.concatenate([quotient(*some) for some in passes]).reshape(parameters.shape)
    return found


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
        The h above. The error of the quotient grows as h² (truncation) and as 1/h (rounding of E); 3e-5 is near the
        best.

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
    check(ALLOWED, step=step)
    network.error(x, y)  # what has no error has no gradient
    probe = _copy(network, np.float64)
    inputs, T = probe.columns(x, y)

    def quotient(above: tuple[Layers, Layers], below: tuple[Layers, Layers]) -> Array:
        difference = probe.summed_error(*above, T) - probe.summed_error(*below, T)
        return np.where(_crossed(probe, above[0], below[0]), np.nan, difference / (2 * step))

    found = _each_parameter(probe, inputs, (step, -step), quotient)
    excluded = sum(int(np.isnan(array).sum()) for layers in found for array in layers.values())
    return NumericGradients(*found, excluded)


def complex_step(network: Network, x: ArrayLike, y: ArrayLike, step: float = 1e-30) -> Gradients:
    """Gradients of E from Im E(p + ih) / h, one parameter p at a time: no subtraction, so h can be tiny.

    Parameters
    ----------
    network : Network
        Its activation has to be analytic (:class:`Activation`), as all of the book are.
    x, y : arrays
        As for ``Network.error``.
    step : float
        The h above. The error is h² times the third derivative, far below the rounding of the result.

    Raises
    ------
    ValueError
        If the activation is not analytic, or the step is not above 0.

    References
    ----------
    Squire and Trapp, "Using complex variables to estimate derivatives of real functions", SIAM Review 40 (1998).
    """
    check(ALLOWED, step=step)
    if not network.activation.analytic:
        raise ValueError(f"{network.activation.name} takes no complex numbers; use central_differences")
    probe = _copy(network, np.complex128)
    inputs, T = probe.columns(x, y)
    return _each_parameter(
        probe,
        inputs,
        (1j * step,),
        lambda nu_and_y: np.asarray(probe.summed_error(nu_and_y[0], nu_and_y[1], T).imag / step),
    )


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
    check(ALLOWED, dtype=dtype)
    network.error(x, y)  # what has no error has no gradient, and Keras would not say so
    import keras
    import tensorflow as tf

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
        For another norm, or shapes that differ.
    """
    check(ALLOWED, norm=norm)
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
