"""A multilayer perceptron that follows the book's equations line by line (chapter ``backpropagation``).

Notation: layer r = 1..R has n_r units, layer 0 is the input, P is the number of patterns. Inside, every matrix is
units x patterns: ``nu[r]``, ``y[r]`` and ``delta[r]`` are (n_r, P), ``T`` is (n_R, P). ``w[r]`` is (n_r, n_{r-1}): the
report's w_ij, to unit i from unit j. ``b[r]`` is (n_r,). From outside, patterns come in rows, as data sets have them;
they are transposed once, at the door.
"""

from collections.abc import Iterable, Mapping, Sequence
from numbers import Integral, Real
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from layerwise.derive.activations import Activation, find_activation

Array = NDArray[Any]


Layers = dict[int, Array]
"""One array per layer, under the layer's number."""


Loss = Literal["cross_entropy", "squared_error"]


LOSSES: tuple[Loss, ...] = ("cross_entropy", "squared_error")


class Gradients(NamedTuple):
    """Derivatives of E: per layer r, ``weights[r]`` (n_r, n_{r-1}) and ``biases[r]`` (n_r,)."""

    weights: Layers
    biases: Layers


class Trace(NamedTuple):
    """All that the two passes compute: per layer, arrays of shape (n_r, P). ``y[0]`` is the input."""

    nu: Layers
    y: Layers
    delta: Layers


def softmax(nu: Array) -> Array:
    """Each column's exponentials over their sum, (..., n_R, P); the largest nu goes first, so that none overflows."""
    exponentials = np.exp(nu - nu.real.max(axis=-2, keepdims=True))
    return exponentials / exponentials.sum(axis=-2, keepdims=True)


def log_softmax(nu: Array) -> Array:
    """The logarithm of ``softmax(nu)``, finite also where the softmax itself is rounded to 0."""
    shifted = nu - nu.real.max(axis=-2, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=-2, keepdims=True))


class Network:
    """Multilayer perceptron: activation ``f`` in the hidden layers, the output as the loss wants it.

    Parameters
    ----------
    sizes : sequence of int
        Units per layer, n_0 (input) to n_R (output). ``[784, 10]`` has no hidden layer.
    activation : str or Activation
        ``f``, by name or as an object of ``layerwise.derive.activations``.
    loss : {"cross_entropy", "squared_error"}
        ``squared_error``: E = ½ Σ (T - y)², and the output layer uses ``f`` too. ``cross_entropy``: E = -Σ T ln y,
        and the output layer is a softmax. Both sums run over the output units and over the patterns.
    seed : int, default 0
        Of the initial weights, Glorot uniform as in Keras; the biases start at 0.
    weights, biases : arrays per layer, optional
        Sequences for layers 1..R or mappings from the layer's number; used instead of the initial values. Complex
        ones are allowed (for complex-step derivatives).

    Attributes
    ----------
    weights, biases : dict
        ``weights[r]`` is (n_r, n_{r-1}) and ``biases[r]`` is (n_r,), for r = 1..R.

    Raises
    ------
    ValueError
        For sizes that are not positive whole numbers, an unknown activation or loss, a seed that is not a whole number
        from 0 on, or weights and biases of wrong shape or not finite. The methods raise it for inputs and targets that
        do not fit, and for settings that are not numbers or out of bounds.
    """

    def __init__(
        self,
        sizes: Sequence[int],
        activation: str | Activation,
        loss: Loss = "cross_entropy",
        *,
        seed: int = 0,
        weights: Sequence[ArrayLike] | Mapping[int, ArrayLike] | None = None,
        biases: Sequence[ArrayLike] | Mapping[int, ArrayLike] | None = None,
    ) -> None:
        self.sizes = _checked_sizes(sizes)
        self.R = len(self.sizes) - 1
        if not isinstance(activation, (str, Activation)):
            raise ValueError(f"activation is {activation!r}; expected a name, such as 'tanh', or an Activation")
        self.activation = find_activation(activation)
        if loss not in LOSSES:
            raise ValueError(f"unknown loss {loss!r}; expected one of {', '.join(LOSSES)}")
        self.loss: Loss = loss
        shapes = {r: (self.sizes[r], self.sizes[r - 1]) for r in range(1, self.R + 1)}
        if weights is None:
            random = np.random.default_rng(_whole("seed", seed, 0))
            limits = {r: np.sqrt(6 / (n_out + n_in)) for r, (n_out, n_in) in shapes.items()}
            weights = {r: random.uniform(-limits[r], limits[r], shapes[r]) for r in shapes}
        if biases is None:
            biases = {r: np.zeros(n_out) for r, (n_out, _) in shapes.items()}
        self.weights = _checked_layers("weights", weights, shapes)
        self.biases = _checked_layers("biases", biases, {r: shape[:1] for r, shape in shapes.items()})

    # The equations. Every argument has been checked, every matrix is units x patterns.

    def _forward_pass(self, x: Array) -> tuple[Layers, Layers]:
        w, b, f, R = self.weights, self.biases, self.activation.function, self.R
        output = softmax if self.loss == "cross_entropy" else f
        nu: Layers = {}
        y: Layers = {0: x}
        for r in range(1, R + 1):
            nu[r] = w[r] @ y[r - 1] + b[r][:, np.newaxis]
            y[r] = output(nu[r]) if r == R else f(nu[r])
        return nu, y

    def _backward_pass(self, nu: Layers, y: Layers, T: Array) -> Layers:
        w, f_prime, R = self.weights, self.activation.derivative, self.R
        delta: Layers = {R: y[R] - T}
        if self.loss == "squared_error":
            delta[R] = f_prime(nu[R]) * (y[R] - T)
        for r in range(R - 1, 0, -1):
            delta[r] = (w[r + 1].T @ delta[r + 1]) * f_prime(nu[r])
        return delta

    def _error(self, nu: Layers, y: Layers, T: Array) -> Any:
        if self.loss == "cross_entropy":
            return -np.sum(T * log_softmax(nu[self.R]), axis=(-2, -1))
        return 0.5 * np.sum((T - y[self.R]) ** 2, axis=(-2, -1))

    def _gradients(self, x: Array, T: Array) -> Gradients:
        nu, y = self._forward_pass(x)
        delta = self._backward_pass(nu, y, T)
        layers = range(1, self.R + 1)
        weights = {r: delta[r] @ y[r - 1].T for r in layers}
        biases = {r: delta[r].sum(axis=1) for r in layers}
        return Gradients(weights, biases)

    def _step(self, gradients: Gradients, epsilon: float, P: int) -> None:
        for r in range(1, self.R + 1):
            self.weights[r] = self.weights[r] - epsilon / P * gradients.weights[r]
            self.biases[r] = self.biases[r] - epsilon / P * gradients.biases[r]

    # The doors: patterns in rows come in, are checked and transposed.

    def forward(self, x: ArrayLike) -> Array:
        """The network's answers.

        Parameters
        ----------
        x : array (P, n_0)
            One pattern a row.

        Returns
        -------
        array (P, n_R)
            y^(R), one pattern a row.
        """
        return self._finite_forward_pass(self._checked_input(x))[1][self.R].T

    def error(self, x: ArrayLike, y: ArrayLike) -> Any:
        """E, the sum over the patterns, as a float (complex where the weights or ``x`` are).

        Parameters
        ----------
        x : array (P, n_0)
            One pattern a row.
        y : array (P,) of labels 0..n_R-1, or (P, n_R) of target rows
            What the network should answer. Target rows of the cross-entropy are probabilities: 0 or more, sum 1.
        """
        inputs = self._checked_input(x)
        T = self._checked_targets(y, inputs.shape[1])
        return self._error(*self._finite_forward_pass(inputs), T)

    def trace(self, x: ArrayLike, y: ArrayLike) -> Trace:
        """Both passes with all that they compute, nu, y and delta of every layer, as matrices units x patterns."""
        inputs = self._checked_input(x)
        T = self._checked_targets(y, inputs.shape[1])
        nu, outputs = self._finite_forward_pass(inputs)
        return Trace(nu, outputs, self._backward_pass(nu, outputs, T))

    def gradients(self, x: ArrayLike, y: ArrayLike) -> Gradients:
        """Derivatives of E, the *sum* over the patterns, by every weight and bias; arguments as for ``error``."""
        inputs = self._checked_input(x)
        with np.errstate(over="ignore", invalid="ignore"):
            gradients = self._gradients(inputs, self._checked_targets(y, inputs.shape[1]))
        for r in range(1, self.R + 1):
            _check_finite("the gradient", r, gradients.weights[r], gradients.biases[r])
        return gradients

    def update(self, x: ArrayLike, y: ArrayLike, learning_rate: float) -> None:
        """One step of gradient descent on the *mean* of E over these patterns: w(new) = w(old) - ε/P ∂E/∂w."""
        epsilon = _positive("learning_rate", learning_rate)
        self._step(self.gradients(x, y), epsilon, len(np.asarray(x)))

    def train(
        self,
        x: ArrayLike,
        y: ArrayLike,
        *,
        epochs: int = 1,
        batch_size: int = 32,
        learning_rate: float = 0.01,
        seed: int = 0,
    ) -> list[float]:
        """Mini-batch gradient descent: each epoch visits all patterns once, in an order drawn anew.

        Parameters
        ----------
        x, y : arrays
            As for ``error``.
        epochs, batch_size : int
            Passes over the patterns, and patterns per update; the last batch of a pass may be smaller.
        learning_rate : float
            ε; every update uses the mean over its batch.
        seed : int
            Of the order of the patterns.

        Returns
        -------
        list of float
            E divided by P (the mean over all patterns), after each epoch.

        Raises
        ------
        ValueError
            If an epoch ends with weights out of bounds: the learning rate was too large. Such weights stay in the
            network.
        """
        inputs = self._checked_input(x)
        P = inputs.shape[1]
        T = self._checked_targets(y, P)
        epsilon = _positive("learning_rate", learning_rate)
        epochs, batch_size = _whole("epochs", epochs, 1), _whole("batch_size", batch_size, 1)
        random = np.random.default_rng(_whole("seed", seed, 0))
        history = []
        for _ in range(epochs):
            order = random.permutation(P)
            for start in range(0, P, batch_size):
                batch = order[start : start + batch_size]
                self._step(self._gradients(inputs[:, batch], T[:, batch]), epsilon, len(batch))
            history.append(self.error(inputs.T, T.T) / P)
        return history

    def _finite_forward_pass(self, inputs: Array) -> tuple[Layers, Layers]:
        with np.errstate(over="ignore", invalid="ignore"):
            nu, y = self._forward_pass(inputs)
        for r in range(1, self.R + 1):
            _check_finite("nu", r, nu[r])
        return nu, y

    def _checked_input(self, x: ArrayLike) -> Array:
        array = _numbers("x", x)
        if array.ndim != 2 or array.shape[1] != self.sizes[0]:
            raise ValueError(f"x has shape {array.shape}; expected (P, {self.sizes[0]}): one pattern a row")
        if array.shape[0] == 0:
            raise ValueError("x holds no pattern; expected at least one row")
        return array.T

    def _checked_targets(self, y: ArrayLike, P: int) -> Array:
        classes = self.sizes[-1]
        array = _array("y", y)
        if array.shape == (P,) and array.dtype.kind in "iu":
            if array.min() < 0 or array.max() >= classes:
                raise ValueError(f"y holds labels from {array.min()} to {array.max()}; expected 0 to {classes - 1}")
            return np.eye(classes)[:, array]
        if array.shape != (P, classes):
            raise ValueError(
                f"y has shape {array.shape} and type {array.dtype}; expected {P} labels, shape ({P},) and whole "
                f"numbers, or target rows, shape ({P}, {classes})"
            )
        T = _numbers("y", array)
        if np.iscomplexobj(T):
            raise ValueError("y is complex; expected real targets")
        if self.loss == "cross_entropy" and (T.min() < 0 or not np.allclose(T.sum(axis=1), 1, rtol=0, atol=1e-6)):
            raise ValueError("the cross-entropy's target rows are probabilities; expected entries from 0 on, sum 1")
        return T.T


def _array(name: str, value: ArrayLike) -> Array:
    try:
        return np.asarray(value)
    except ValueError as error:
        raise ValueError(f"{name} has rows of different lengths; expected numbers in a rectangular array") from error


def _numbers(name: str, value: ArrayLike) -> Array:
    """As float64, or complex128 where complex; finite."""
    array = _array(name, value)
    if array.dtype.kind not in "biufc":
        raise ValueError(f"{name} has type {array.dtype}; expected numbers in a rectangular array")
    array = array.astype(np.complex128 if array.dtype.kind == "c" else np.float64)
    if not np.isfinite(array).all():
        raise ValueError(f"{name} holds NaN or infinity; expected finite numbers")
    return array


def _check_finite(name: str, layer: int, *arrays: Array) -> None:
    if not all(np.isfinite(array).all() for array in arrays):
        raise ValueError(
            f"{name} of layer {layer} is not finite: it is too large for float64, or a weight or bias is not finite "
            "itself; scale x to about 1, or train with a smaller learning_rate if the weights have grown out of bounds"
        )


def _positive(name: str, value: float) -> float:
    if isinstance(value, bool) or not isinstance(value, Real) or not 0 < value < np.inf:
        raise ValueError(f"{name} is {value!r}; expected a positive number, such as 0.01")
    return float(value)


def _is_whole(value: object, lowest: int) -> bool:
    return isinstance(value, Integral) and not isinstance(value, bool) and int(value) >= lowest


def _whole(name: str, value: int, lowest: int) -> int:
    if not _is_whole(value, lowest):
        raise ValueError(f"{name} is {value!r}; expected a whole number from {lowest} on")
    return int(value)


def _checked_sizes(sizes: Sequence[int]) -> tuple[int, ...]:
    given = tuple(sizes) if isinstance(sizes, Iterable) else (sizes,)
    if len(given) < 2 or not all(_is_whole(n, 1) for n in given):
        raise ValueError(f"sizes is {given}; expected two or more positive whole numbers, such as (784, 32, 10)")
    return tuple(int(n) for n in given)


def _checked_layers(
    name: str, values: Sequence[ArrayLike] | Mapping[int, ArrayLike], shapes: Mapping[int, tuple[int, ...]]
) -> Layers:
    if not isinstance(values, Iterable):
        raise ValueError(f"{name} is {values!r}; expected an array for each of the layers 1 to {len(shapes)}")
    layers = dict(values) if isinstance(values, Mapping) else dict(enumerate(values, start=1))
    if set(layers) != set(shapes):
        raise ValueError(f"{name} are given for layers {list(layers)}; expected layers 1 to {len(shapes)}")
    arrays = {r: _numbers(f"{name}[{r}]", layers[r]) for r in shapes}
    for r, shape in shapes.items():
        if arrays[r].shape != shape:
            raise ValueError(f"{name}[{r}] has shape {arrays[r].shape}; expected {shape}")
    return arrays
