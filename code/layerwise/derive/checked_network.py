"""The network that readers use: the chapter's equations behind doors that check what comes in.

Patterns come in rows, as data sets have them, and are transposed once, at the door; inside, every matrix is units x
patterns (:mod:`layerwise.derive.equations`).
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple, get_args

import numpy as np
from numpy.typing import ArrayLike

from layerwise.derive.activations import Activation, Array, find_activation
from layerwise.derive.equations import Gradients, Layers, Loss, Perceptron
from layerwise.keep.arguments import POSITIVE, Allowed, check, finite_numbers, one_of, whole

LOSSES: tuple[Loss, ...] = get_args(Loss)


ALLOWED = {
    "sizes": Allowed(
        "two or more positive whole numbers, such as (784, 32, 10)",
        lambda sizes: np.ndim(sizes) == 1 and len(sizes) > 1 and all(map(whole(1).holds, sizes)),
    ),
    "loss": one_of(*LOSSES),
    "seed": whole(0),
    "epochs": whole(1),
    "batch_size": whole(1),
    "learning_rate": POSITIVE,
}
"""What the arguments of `Network` and its methods may be."""


class Trace(NamedTuple):
    """All that the two passes compute: per layer, arrays of shape (n_r, P). ``y[0]`` is the input."""

    nu: Layers
    y: Layers
    delta: Layers


class Network(Perceptron):
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
        For arguments that are not what `ALLOWED` says, an unknown activation, or weights and biases of wrong shape or
        not finite. The methods raise it for settings that are not allowed, and for inputs and targets that do not fit.
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
        check(ALLOWED, sizes=sizes, loss=loss, seed=seed)
        self.sizes = tuple(int(n) for n in sizes)
        shapes = {r: (self.sizes[r], self.sizes[r - 1]) for r in range(1, len(self.sizes))}
        if weights is None:
            random = np.random.default_rng(seed)
            limits = {r: np.sqrt(6 / (n_out + n_in)) for r, (n_out, n_in) in shapes.items()}
            weights = {r: random.uniform(-limits[r], limits[r], shapes[r]) for r in shapes}
        if biases is None:
            biases = {r: np.zeros(n_out) for r, (n_out, _) in shapes.items()}
        super().__init__(
            checked_layers("weights", weights, shapes),
            checked_layers("biases", biases, {r: shape[:1] for r, shape in shapes.items()}),
            find_activation(activation),
            loss,
        )

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
        return self._finite_forward_pass(self._input(x))[1][self.R].T

    def error(self, x: ArrayLike, y: ArrayLike) -> Any:
        """E, the sum over the patterns, as a float (complex where the weights or ``x`` are).

        Parameters
        ----------
        x : array (P, n_0)
            One pattern a row.
        y : array (P,) of labels 0..n_R-1, or (P, n_R) of target rows
            What the network should answer. Target rows of the cross-entropy are probabilities: 0 or more, sum 1.
        """
        inputs, T = self.columns(x, y)
        return self.summed_error(*self._finite_forward_pass(inputs), T)

    def trace(self, x: ArrayLike, y: ArrayLike) -> Trace:
        """Both passes with all that they compute, nu, y and delta of every layer, as matrices units x patterns."""
        inputs, T = self.columns(x, y)
        nu, outputs = self._finite_forward_pass(inputs)
        return Trace(nu, outputs, self.backward_pass(nu, outputs, T))

    def gradients(self, x: ArrayLike, y: ArrayLike) -> Gradients:
        """Derivatives of E, the *sum* over the patterns, by every weight and bias; arguments as for ``error``."""
        inputs, T = self.columns(x, y)
        with np.errstate(over="ignore", invalid="ignore"):
            gradients = self.derivatives(inputs, T)
        for layers in gradients:
            _check_finite("the gradient", layers)
        return gradients

    def update(self, x: ArrayLike, y: ArrayLike, learning_rate: float) -> None:
        """One step of gradient descent on the *mean* of E over these patterns: w(new) = w(old) - ε/P ∂E/∂w.

        Raises
        ------
        ValueError
            For pixels from 0 to 255, as in `train`.
        """
        check(ALLOWED, learning_rate=learning_rate)
        gradients = self.gradients(x, y)
        _refuse_pixels(x)
        self.step(gradients, float(learning_rate), len(np.asarray(x)))

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
            For pixels from 0 to 255: the sigmoids of the first layer saturate, and nothing is learned. And if an epoch
            ends with weights out of bounds: the learning rate was too large. Such weights stay in the network.
        """
        check(ALLOWED, epochs=epochs, batch_size=batch_size, learning_rate=learning_rate, seed=seed)
        inputs, T = self.columns(x, y)
        _refuse_pixels(inputs)
        P, random, history = inputs.shape[1], np.random.default_rng(seed), []
        for _ in range(epochs):
            self.epoch(inputs, T, float(learning_rate), batch_size, random.permutation(P))
            history.append(self.summed_error(*self._finite_forward_pass(inputs), T) / P)
        return history

    def columns(self, x: ArrayLike, y: ArrayLike) -> tuple[Array, Array]:
        """Patterns and what the network should answer, as the equations take them.

        Parameters
        ----------
        x, y : arrays
            As for ``error``.

        Returns
        -------
        x, T : array (n_0, P) and (n_R, P)

        Raises
        ------
        ValueError
            For what does not fit the network.
        """
        inputs = self._input(x)
        T = target_columns(y, inputs.shape[1], self.sizes[-1])
        if self.loss == "cross_entropy" and (T.min() < 0 or not np.allclose(T.sum(axis=0), 1, rtol=0, atol=1e-6)):
            raise ValueError("the cross-entropy's target rows are probabilities; expected entries from 0 on, sum 1")
        return inputs, T

    def _input(self, x: ArrayLike) -> Array:
        array = finite_numbers("x", x, "biufc")
        if array.ndim != 2 or array.shape[1] != self.sizes[0]:
            raise ValueError(f"x has shape {array.shape}; expected (P, {self.sizes[0]}): one pattern a row")
        if array.shape[0] == 0:
            raise ValueError("x holds no pattern; expected at least one row")
        return array.T

    def _finite_forward_pass(self, inputs: Array) -> tuple[Layers, Layers]:
        with np.errstate(over="ignore", invalid="ignore"):
            nu, y = self.forward_pass(inputs)
        _check_finite("nu", nu)
        return nu, y


def _refuse_pixels(x: ArrayLike) -> None:
    """A batch of pictures has a bright pixel somewhere, and nothing else that a network learns from looks like it."""
    values = np.asarray(x).real
    if values.min() >= 0 and 128 <= values.max() <= 255:
        raise ValueError(
            f"x goes from {values.min():g} to {values.max():g}, as pixels are stored; training needs them between 0 "
            "and 1: layerwise.data.scale(x) for whole numbers, x / 255 for floats"
        )


def target_columns(y: ArrayLike, P: int, classes: int) -> Array:
    """Labels (P,) from 0 or target rows (P, classes) as the equations take them, (classes, P), or a ValueError."""
    T = finite_numbers("y", y)
    if T.shape == (P,) and np.asarray(y).dtype.kind in "iu":
        labels = T.astype(int)
        if labels.min() < 0 or labels.max() >= classes:
            raise ValueError(f"y holds labels from {labels.min()} to {labels.max()}; expected 0 to {classes - 1}")
        return np.eye(classes)[:, labels]
    if T.shape != (P, classes):
        raise ValueError(
            f"y has shape {T.shape} and type {np.asarray(y).dtype}; expected {P} labels, shape ({P},) and whole "
            f"numbers, or target rows, shape ({P}, {classes})"
        )
    return T.T


def _check_finite(name: str, layers: Layers) -> None:
    for r, array in layers.items():
        if not np.isfinite(array).all():
            raise ValueError(
                f"{name} of layer {r} is not finite: it is too large for float64, or a weight or bias is not finite "
                "itself; scale x to about 1, or train with a smaller learning_rate if the weights have grown out of "
                "bounds"
            )


def checked_layers(
    name: str, values: Sequence[ArrayLike] | Mapping[int, ArrayLike], shapes: Mapping[int, tuple[int, ...]]
) -> Layers:
    """One array per layer from what a reader gives, of these shapes.

    Raises
    ------
    ValueError
        For other layers or shapes, and for what is not finite.
    """
    if not isinstance(values, Iterable):
        raise ValueError(f"{name} are {values!r}; expected an array for each of the layers 1 to {len(shapes)}")
    layers = dict(values) if isinstance(values, Mapping) else dict(enumerate(values, start=1))
    if set(layers) != set(shapes):
        raise ValueError(f"{name} are given for layers {list(layers)}; expected layers 1 to {len(shapes)}")
    arrays = {r: finite_numbers(f"{name}[{r}]", layers[r], "biufc") for r in shapes}
    for r, shape in shapes.items():
        if arrays[r].shape != shape:
            raise ValueError(f"{name}[{r}] has shape {arrays[r].shape}; expected {shape}")
    return arrays
