"""The equations of the chapter ``backpropagation``, line by line, as it prints them.

Layer r = 1..R has n_r units, layer 0 is the input, P is the number of patterns. All matrices
are units x patterns: nu[r], y[r] and delta[r] are (n_r, P), the targets T are (n_R, P). w[r]
is (n_r, n_{r-1}), to unit i from unit j, and b[r] is (n_r,). Nothing is checked here.
"""

from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

import numpy as np

from layerwise.derive.activations import Activation, Array

Layers = dict[int, Array]  # one array per layer, under the layer's number
Loss = Literal["cross_entropy", "squared_error"]


class Gradients(NamedTuple):
    """Derivatives of E, per layer: by the weights (n_r, n_{r-1}), by the biases (n_r,)."""

    weights: Layers
    biases: Layers


def softmax(nu: Array) -> Array:
    """Each column's exponentials over their sum; of nu - max nu, so that none overflows."""
    exponentials = np.exp(nu - nu.real.max(axis=-2, keepdims=True))
    return exponentials / exponentials.sum(axis=-2, keepdims=True)


def log_softmax(nu: Array) -> Array:
    """The logarithm of the softmax, finite also where the softmax itself is rounded to 0."""
    shifted = nu - nu.real.max(axis=-2, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=-2, keepdims=True))


@dataclass(eq=False, repr=False)
class Perceptron:
    """A multilayer perceptron with the activation f in its hidden layers.

    Cross-entropy has a softmax as its output layer, the squared error has f there too.
    """

    weights: Layers
    biases: Layers
    activation: Activation
    loss: Loss

    @property
    def R(self) -> int:
        """How many layers have weights."""
        return len(self.weights)

    def forward_pass(self, x: Array) -> tuple[Layers, Layers]:
        """nu and y of every layer, from the input x (n_0, P)."""
        w, b, f, R = self.weights, self.biases, self.activation.function, self.R
        output = softmax if self.loss == "cross_entropy" else f
        nu: Layers = {}
        y: Layers = {0: x}
        for r in range(1, R + 1):
            nu[r] = w[r] @ y[r - 1] + b[r][..., np.newaxis]
            y[r] = f(nu[r]) if r < R else output(nu[r])
        return nu, y

    def summed_error(self, nu: Layers, y: Layers, T: Array) -> Any:
        """E, summed over output units and patterns."""
        if self.loss == "cross_entropy":
            return -np.sum(T * log_softmax(nu[self.R]), axis=(-2, -1))
        return 0.5 * np.sum((T - y[self.R]) ** 2, axis=(-2, -1))

    def backward_pass(self, nu: Layers, y: Layers, T: Array) -> Layers:
        """delta of every layer, from the last to the first."""
        w, f_prime, R = self.weights, self.activation.derivative, self.R
        delta: Layers = {R: y[R] - T}
        if self.loss == "squared_error":
            delta[R] = f_prime(nu[R]) * (y[R] - T)
        for r in range(R - 1, 0, -1):
            delta[r] = (w[r + 1].T @ delta[r + 1]) * f_prime(nu[r])
        return delta

    def derivatives(self, x: Array, T: Array) -> Gradients:
        """The derivatives of E by every weight and bias."""
        nu, y = self.forward_pass(x)
        delta = self.backward_pass(nu, y, T)
        weights = {r: delta[r] @ y[r - 1].T for r in self.weights}
        biases = {r: delta[r].sum(axis=1) for r in self.weights}
        return Gradients(weights, biases)

    def step(self, gradients: Gradients, epsilon: float, P: int) -> None:
        """Gradient descent with the learning rate epsilon on the mean over P patterns."""
        for r in self.weights:
            self.weights[r] = self.weights[r] - epsilon / P * gradients.weights[r]
            self.biases[r] = self.biases[r] - epsilon / P * gradients.biases[r]

    def epoch(self, x: Array, T: Array, epsilon: float, batch_size: int, order: Array) -> None:
        """A step for each batch of the patterns, taken in this order."""
        for start in range(0, len(order), batch_size):
            batch = order[start : start + batch_size]
            self.step(self.derivatives(x[:, batch], T[:, batch]), epsilon, len(batch))
