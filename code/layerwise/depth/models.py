"""The report's multilayer perceptron as a Keras model (chapter ``activation_and_depth``).

"Layers" counts the layers that have weights, as the report's code does: ``layers - 1`` hidden layers and the output.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from layerwise.derive.activations import Activation, find_activation, keras_activation
from layerwise.keep.arguments import check, one_of, whole

PIXELS = (28, 28)


CLASSES = 10


ALLOWED = {
    "layers": whole(2),
    "units": whole(1),
    "seed": whole(0),
    "dtype": one_of("float32", "float64"),
}
"""What the arguments of these functions may be."""


def mlp(
    activation: str | Activation,
    layers: int,
    *,
    units: int = 32,
    initializer: str | keras.Initializer = "glorot_uniform",
    seed: int | None = None,
    dtype: str = "float32",
) -> keras.Model:
    """The report's multilayer perceptron: 28 x 28 pixels, ``layers - 1`` hidden layers, ten classes.

    Parameters
    ----------
    activation : str or Activation
        Of the hidden layers; the output layer is a softmax.
    layers : int
        Layers with weights, 2 or more. The report has 5, 20 and 40.
    units : int, default 32
        Units of each hidden layer.
    initializer : str or keras.Initializer
        Of the weights, by the name that Keras gives it; the biases start at 0.
    seed : int, optional
        Of the initial weights. The same seed gives the same weights, whatever was drawn before.
    dtype : {"float32", "float64"}

    Returns
    -------
    keras.Model
        Not yet compiled. Its layers are named ``layer_1`` to ``layer_R``, as the book counts them. With the defaults
        it has 28,618 parameters at 5 layers and 44,458 at 20, as in the report.

    Raises
    ------
    ValueError
        For an unknown activation, initializer or dtype, fewer than 2 layers, or a seed that is no whole number.
    """
    activation = find_activation(activation)
    sizes = layer_sizes(layers, units)
    check(ALLOWED, dtype=dtype)
    dense = [
        keras.layers.Dense(
            n,
            keras_activation(activation) if r < layers else "softmax",
            kernel_initializer=layer_initializer(initializer, r, seed),
            name=f"layer_{r}",
            dtype=dtype,
        )
        for r, n in enumerate(sizes[1:], start=1)
    ]
    flatten = keras.layers.Flatten(name="flatten", dtype=dtype)
    return keras.Sequential(
        [keras.Input(PIXELS, dtype=dtype), flatten, *dense], name=f"{activation.name}_{layers}_layers"
    )


def initial_weights(
    layers: int,
    *,
    units: int = 32,
    initializer: str | keras.Initializer = "glorot_uniform",
    seed: int | None = None,
    dtype: str = "float32",
) -> list[NDArray[Any]]:
    """What ``mlp(..., seed=seed).get_weights()`` returns, without building the model.

    Returns
    -------
    list of array
        As Keras orders them: per layer the weights, shape (n_{r-1}, n_r), and the biases, shape (n_r,).

    Raises
    ------
    ValueError
        As :func:`mlp`.
    """
    stacks = stacked_initial_weights(layers, [seed], units=units, initializer=initializer, dtype=dtype)
    return [stack[0] for stack in stacks]


def stacked_initial_weights(
    layers: int,
    seeds: Sequence[int | None],
    *,
    units: int = 32,
    initializer: str | keras.Initializer = "glorot_uniform",
    dtype: str = "float32",
) -> list[NDArray[Any]]:
    """What :func:`initial_weights` returns, of many networks at once: far faster than one after the other.

    Parameters
    ----------
    layers, units, initializer, dtype
        As for :func:`mlp`. An initializer of your own has to draw with ``keras.random``, from its own ``seed``.
    seeds : sequence of int
        One network each.

    Returns
    -------
    list of array
        Per layer the weights, shape (S, n_{r-1}, n_r) for S seeds, and the biases, shape (S, n_r).

    Raises
    ------
    ValueError
        As :func:`mlp`.
    """
    shapes = list(pairwise(layer_sizes(layers, units)))
    check(ALLOWED, dtype=dtype)
    weights: dict[int, NDArray[Any]] = {}
    for shape in dict.fromkeys(shapes):
        alike = [r for r, other in enumerate(shapes, start=1) if other == shape]
        own_seeds = np.array([(layer_seed(r, seed), 0) for r in alike for seed in seeds], np.int64).reshape(-1, 2)
        drawn = _drawing(initializer, shape, dtype)(tf.constant(own_seeds)).numpy()
        weights |= zip(alike, drawn.reshape(len(alike), len(seeds), *shape), strict=True)
    return [array for r in sorted(weights) for array in (weights[r], np.zeros((len(seeds), shapes[r - 1][1]), dtype))]


@lru_cache(maxsize=64)
def _drawing(initializer: str | keras.Initializer, shape: tuple[int, int], dtype: str) -> Callable[[Any], tf.Tensor]:
    """A compiled function from seeds (N, 2), as Keras' generators give them, to weights (N, ...), with Keras' bits.

    Nearly all of the time of a single draw is Python's way to TensorFlow.
    """

    def draw(seed: tf.Tensor) -> tf.Tensor:
        return _seeded(initializer, _GivenSeed(seed))(shape, dtype=dtype)

    # Concrete: TensorFlow would warn of a function that is compiled again and again, once per shape and initializer.
    return tf.function(
        lambda seeds: tf.map_fn(draw, seeds, parallel_iterations=1, fn_output_signature=dtype)
    ).get_concrete_function(tf.TensorSpec((None, 2), tf.int64))


class _GivenSeed(keras.random.SeedGenerator):
    """A generator of seeds that gives the one that it was given, which may be a tensor."""

    def __init__(self, seed: tf.Tensor) -> None:
        self.given = seed

    def next(self, ordered: bool = True) -> tf.Tensor:
        return self.given


NORMALISING_EPSILON = 1e-3
"""Added to the variance of layer normalisation, as Keras does: no layer divides by 0."""


def hidden_function(activation: Activation, layer_normalisation: bool = False) -> Callable[[Any], Any]:
    """What a hidden layer makes of its nu, a tensor (..., P, n): its outputs y, of the same shape.

    Parameters
    ----------
    activation : Activation
    layer_normalisation : bool
        Subtract from the nu of each pattern their mean over the n units, and divide by their standard deviation, before
        the activation (Ba, Kiros and Hinton 2016); without gain and shift, which would be further parameters.
    """
    f = keras_activation(activation)

    def normalised(nu: Any) -> Any:
        nu -= tf.reduce_mean(nu, axis=-1, keepdims=True)
        variance = tf.reduce_mean(nu * nu, axis=-1, keepdims=True)
        return f(nu * tf.math.rsqrt(variance + NORMALISING_EPSILON))

    return normalised if layer_normalisation else f


def layer_sizes(layers: int, units: int = 32) -> list[int]:
    """Units per layer, input and output included: ``[784, 32, ..., 32, 10]``, or a ValueError."""
    check(ALLOWED, layers=layers, units=units)
    return [PIXELS[0] * PIXELS[1], *[int(units)] * (int(layers) - 1), CLASSES]


def layer_initializer(initializer: str | keras.Initializer, layer: int, seed: int | None) -> keras.Initializer:
    """A fresh initializer for one layer, with a seed of its own: with one seed for all, all hidden layers would start
    with the same weights.

    Parameters
    ----------
    initializer : str or keras.Initializer
    layer : int
        The layer's number, from 1.
    seed : int or None
        Of the whole network; None leaves the seed to chance.

    Raises
    ------
    ValueError
        For an unknown initializer, or a seed that is neither None nor a whole number from 0.
    """
    return _seeded(initializer, layer_seed(layer, seed))


def layer_seed(layer: int, seed: int | None) -> int:
    """The seed of one layer's weights, 32 bits, from that of the whole network; by chance if that is None."""
    entropy = None if seed is None else [check_seed(seed), layer]
    return int(np.random.SeedSequence(entropy).generate_state(1)[0])


def _seeded(initializer: str | keras.Initializer, seed: Any) -> keras.Initializer:
    """A fresh initializer with this seed, if it is one that has a seed."""
    try:
        found = keras.initializers.get(initializer)
        config = found.get_config()
    except (ValueError, TypeError, AttributeError) as error:
        raise ValueError(
            f"unknown initializer {initializer!r}; expected a name that Keras knows, such as 'glorot_uniform', "
            "'he_normal' or 'orthogonal', or an object of keras.initializers"
        ) from error
    return type(found).from_config(config | {"seed": seed} if "seed" in config else config)


def check_seed(seed: int) -> int:
    """The seed as an int, or a ValueError if it is no whole number from 0."""
    check(ALLOWED, seed=seed)
    return int(seed)
