"""The engine of the pages (``web/engine``) once more, in NumPy: the same formulas, every sum in the same stated order.

No matrix product, no ``np.sum``, no ``np.exp``: whatever a library may round in its own way is spelled out, so that the
bits have to be those of the page. ``x`` and so on are as in ``layerwise.derive.equations``.
"""

from collections.abc import Callable, Sequence
from math import factorial, sqrt
from typing import Any

import numpy as np

Array = np.ndarray
LN2_HIGH, LN2_LOW, LOG2_E = 2977044471 / 2**32, 1.9082149292705877e-10, 1.4426950408889634
LOWEST = -745.0


def _reduced(x: Array) -> tuple[Array, Array]:
    """k and exp(r) - 1 of x = k ln 2 + r."""
    k = np.floor(np.maximum(x, LOWEST) * LOG2_E + 0.5)
    r = np.maximum(x, LOWEST) - k * LN2_HIGH - k * LN2_LOW
    series = np.full_like(r, 1 / factorial(13))
    for n in range(12, 0, -1):
        series = 1 / factorial(n) + r * series
    return k.astype(int), r * series


def exponential(x: Array) -> Array:
    k, series = _reduced(x)
    return np.where(x < LOWEST, 0.0, np.ldexp(1 + series, k))


def tanh(x: Array) -> Array:
    k, series = _reduced(-2 * np.abs(x))
    power = np.ldexp(1.0, k)
    t = np.where(-2 * np.abs(x) < LOWEST, -1.0, power * series + (power - 1))
    return np.where(x < 0, t / (2 + t), -t / (2 + t))


def logarithm(x: Array) -> Array:
    m, k = np.frexp(x)
    m, k = 2 * m, k - 1
    m, k = np.where(m > 1.5, m / 2, m), np.where(m > 1.5, k + 1, k)
    s = (m - 1) / (m + 1)
    series = np.zeros_like(s)
    for n in range(25, 0, -2):
        series = series * (s * s) + 1 / n
    return k * LN2_HIGH + (k * LN2_LOW + 2 * s * series)


def sech_squared(x: Array) -> Array:
    z = exponential(-np.abs(x))
    sech = (2 * z) / (1 + z * z)
    return sech * sech


def sigmoid(x: Array) -> Array:
    z = exponential(-np.abs(x))
    return np.where(x < 0, z, 1.0) / (1 + z)


ACTIVATIONS: dict[str, tuple[Callable[[Array], Array], Callable[[Array], Array]]] = {
    "relu": (lambda x: np.where(x > 0, x, 0.0), lambda x: np.where(x > 0, 1.0, 0.0)),
    "tanh": (tanh, sech_squared),
    "sigmoid": (sigmoid, lambda x: 0.25 * sech_squared(0.5 * x)),
    "lecun_tanh": (
        lambda x: 1.7159 * tanh(2 / 3 * x) + 0.001 * x,
        lambda x: 1.7159 * (2 / 3) * sech_squared(2 / 3 * x) + 0.001,
    ),
}


class Random:
    """xoshiro128**, with Python's whole numbers."""

    def __init__(self, seed: int, stream: int) -> None:
        z = self.mixed(seed + 0x9E3779B9) + stream
        self.state = [self.mixed(z + (i + 1) * 0x9E3779B9) for i in range(4)]

    @staticmethod
    def mixed(z: int) -> int:
        z &= 0xFFFFFFFF
        z = (z ^ z >> 16) * 0x85EBCA6B & 0xFFFFFFFF
        z = (z ^ z >> 13) * 0xC2B2AE35 & 0xFFFFFFFF
        return z ^ z >> 16

    def next(self) -> int:
        def rotated(x: int, k: int) -> int:
            return (x << k | x >> 32 - k) & 0xFFFFFFFF

        s = self.state
        result = rotated(s[1] * 5 & 0xFFFFFFFF, 7) * 9 & 0xFFFFFFFF
        t = s[1] << 9 & 0xFFFFFFFF
        s[2] ^= s[0]
        s[3] ^= s[1]
        s[1] ^= s[2]
        s[0] ^= s[3]
        s[2] ^= t
        s[3] = rotated(s[3], 11)
        return result

    def uniform(self) -> float:
        high, low = self.next() >> 5, self.next() >> 6
        return (high * 2**26 + low) / 2**53

    def fill(self, shape: Sequence[int], variance: float) -> Array:
        limit = sqrt(3 * variance)
        return np.array([limit * (2 * self.uniform() - 1) for _ in range(int(np.prod(shape)))]).reshape(shape)


def product(A: Array, B: Array) -> Array:
    """A B, every element from 0 upwards in the order of the columns of A."""
    C = np.zeros((len(A), B.shape[1]))
    for k in range(A.shape[1]):
        C = C + A[:, k : k + 1] * B[k]
    return C


def summed(A: Array) -> Array:
    """The sums of the rows, from the left."""
    total = np.zeros(len(A))
    for column in A.T:
        total = total + column
    return total[:, np.newaxis]


def train(
    sizes: Sequence[int],
    name: str,
    x: Array,
    T: Array,
    *,
    seed: int,
    variance: Callable[[int], float],
    bias_variance: float,
    updates: int,
    epsilon: float,
    skip: bool,
    normalise: bool,
) -> tuple[dict[int, Array], dict[int, Array], dict[int, Array], float]:
    """w, b, the deltas of the last update, and its E; x is (n_0, P), T is (n_R, P)."""
    f, f_prime = ACTIVATIONS[name]
    R, P = len(sizes) - 1, x.shape[1]
    w = {r: Random(seed, 2 * r).fill((sizes[r], sizes[r - 1]), variance(r)) for r in range(1, R + 1)}
    b = {r: Random(seed, 2 * r + 1).fill((sizes[r], 1), bias_variance) for r in range(1, R + 1)}
    nu: dict[int, Array] = {}
    scale: dict[int, Array] = {}
    delta: dict[int, Array] = {}
    error: Any = 0.0
    for _ in range(updates):
        y = {0: x}
        for r in range(1, R + 1):
            nu[r] = product(w[r], y[r - 1]) + b[r]
            if r == R:
                break
            if normalise:
                centred = nu[r] - summed(nu[r]) / P
                scale[r] = 1 / np.sqrt(summed(centred * centred) / P + 0.001)
                nu[r] = centred * scale[r]
            y[r] = f(nu[r]) + y[r - 1] if skip and r > 1 else f(nu[r])
        largest = nu[R].max(axis=0)
        exponentials = exponential(nu[R] - largest)
        total = summed(exponentials.T)[:, 0]
        y[R] = exponentials / total
        error = 0.0
        for terms in (T * (nu[R] - (largest + logarithm(total)))).T:
            for term in terms:
                error = error - term
        delta[R] = back = y[R] - T
        for r in range(R - 1, 0, -1):
            back = product(w[r + 1].T, delta[r + 1]) + back if skip and r < R - 1 else product(w[r + 1].T, delta[r + 1])
            delta[r] = back * f_prime(nu[r])
            if normalise:
                along = summed(delta[r] * nu[r])
                delta[r] = scale[r] * (delta[r] - summed(delta[r]) / P - (nu[r] * along) / P)
        for r in range(1, R + 1):
            w[r] = w[r] - epsilon / P * product(delta[r], y[r - 1].T)
            b[r] = b[r] - epsilon / P * summed(delta[r])
    return w, b, delta, float(error)
