"""The optimisers against Keras' own, update by update, and against what their papers say."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from layerwise.depth.optimizers import OPTIMIZERS

NOISE = np.random.default_rng(0)
SHAPES = [(3, 2), (2,)]


@pytest.mark.parametrize(
    ("name", "theirs"), [("sgd", keras.optimizers.SGD(0.1)), ("adam", keras.optimizers.Adam(0.1))], ids=["sgd", "adam"]
)
def test_updates_are_those_of_keras(name: str, theirs: keras.optimizers.Optimizer) -> None:
    start = [NOISE.normal(size=shape) for shape in SHAPES]
    variables = [keras.Variable(array, dtype="float64") for array in start]
    weights = [tf.constant(array) for array in start]
    optimizer = OPTIMIZERS[name]
    memory = optimizer.start(weights)
    for update in range(20):
        gradients = [tf.constant(10.0 ** (update % 5 - 4) * NOISE.normal(size=shape)) for shape in SHAPES]
        theirs.apply_gradients(zip(gradients, variables, strict=True))
        weights, memory = optimizer.update(weights, gradients, memory, tf.constant(0.1, tf.float64))
    for ours, variable, before in zip(weights, variables, start, strict=True):
        # Keras keeps its constants in float32.
        np.testing.assert_allclose(ours, variable.numpy(), atol=1e-5 * np.abs(ours - before).max())
        assert np.abs(ours - before).min() > 0


@pytest.mark.parametrize("size", [1e-4, 1, 1e6])
def test_adam_s_first_step_is_as_long_as_the_rate_whatever_the_gradient(size: float) -> None:
    """Kingma and Ba (2015), section 2.1: mean over root mean square is 1 or -1 where there is one gradient only."""
    weights, gradients = [tf.zeros(2, tf.float64)], [tf.constant([size, -size], tf.float64)]
    adam = OPTIMIZERS["adam"]
    (moved,), _ = adam.update(weights, gradients, adam.start(weights), tf.constant(0.01, tf.float64))
    # Its 1e-7 stands beside a root that has not been corrected yet for having started at 0.
    np.testing.assert_allclose(moved, [-0.01, 0.01], rtol=1e-6 + 1e-7 / (size * np.sqrt(0.001)))
