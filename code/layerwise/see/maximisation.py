"""The picture that excites a filter most (chapter ``filters``)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import keras
import numpy as np
import tensorflow as tf

from layerwise.see.layers import Array, convolution, sums
from layerwise.see.receptive_fields import receptive_field


@dataclass(frozen=True, eq=False)
class Maximised:
    """What :func:`maximise` found; entry i of each array belongs to the i-th of the filters asked for.

    Attributes
    ----------
    position : (int, int)
        The unit that was maximised: row and column in the feature map.
    pictures : array (filters, height, width, channels)
        Between 0 and 1.
    patches : array (filters, ...)
        What the unit sees of them, as :attr:`Strongest.patches`.
    start, reached : arrays (filters,)
        The unit's sum before the activation for the noise at the start and for the picture at the end.
    """

    position: tuple[int, int]
    pictures: Array
    patches: Array
    start: Array
    reached: Array


def maximise(
    model: keras.Sequential,
    layer: str,
    *,
    filters: Sequence[int] | None = None,
    steps: int = 150,
    learning_rate: float = 0.1,
    decay: float = 0.01,
    smoothness: float = 0.02,
    jitter: int = 0,
    seed: int = 0,
) -> Maximised:
    """A picture for each filter that excites it: gradient ascent from noise (Erhan et al. 2009, Simonyan et al. 2014).

    For each filter f, the sum nu_f of the unit in the middle of its map, before the activation, is maximised over
    pictures x in [0, 1]. Filters differ in the size of their weights, so nu_f is divided by the norm of its gradient at
    the start, and two terms are subtracted that the filters share::

        nu_f(x) / |grad nu_f(start)| - decay |x - 1/2|^2 - smoothness (sum of squared differences between neighbours)

    ``x`` is the sigmoid of free numbers, which Adam changes; all filters go in one batch and do not touch each other.

    Parameters
    ----------
    model : keras.Sequential
    layer : str
        A convolution.
    filters : sequence of int, optional
        Which of its filters, from 0; all unless given. What is found for one does not hang on the others.
    steps : int
        Steps of Adam.
    learning_rate : float
        Of Adam, on the free numbers.
    decay : float
        How much it costs to leave the middle grey. 0 switches it off.
    smoothness : float
        How much it costs to differ from the neighbouring pixel. 0 switches it off.
    jitter : int
        In each step the picture is shifted by up to so many pixels at random, around the edge, so that what is found
        does not hang on one position. The value that is returned is measured without a shift.
    seed : int
        Of the noise at the start and of the shifts. Each filter starts from noise of its own; with another seed the
        search may end in another picture.

    Raises
    ------
    ValueError
        If the layer is no convolution, or the pixels that its units see are not known.
    """
    field = receptive_field(model, layer)
    _, rows, columns, count = convolution(model, layer).output.shape
    row, column = rows // 2, columns // 2
    chosen = range(count) if filters is None else filters
    noise = [np.random.default_rng([seed, f]).normal(scale=0.1, size=model.input_shape[1:]) for f in chosen]
    shifts = np.random.default_rng([seed, count]).integers(-jitter, jitter + 1, (steps, 2))
    pixels = tf.Variable(np.stack(noise).astype(np.float32))
    own = np.stack([np.arange(len(chosen)), chosen], axis=1)

    def answers(x: tf.Tensor) -> tf.Tensor:
        """Of each picture the sum of its own filter."""
        return tf.gather_nd(sums(model, layer, x)[:, row, column], own)

    with tf.GradientTape() as tape:
        x = tf.sigmoid(pixels)
        tape.watch(x)
        start = answers(x)
    steepness = tf.norm(tf.reshape(tape.gradient(start, x), (len(chosen), -1)), axis=1)
    scale = tf.where(steepness > 0, steepness, 1.0)
    adam = keras.optimizers.Adam(learning_rate)
    adam.build([pixels])

    @tf.function
    def climb(shift: tf.Tensor) -> None:
        with tf.GradientTape() as tape:
            x = tf.sigmoid(pixels)
            gain = answers(tf.roll(x, shift, (1, 2)) if jitter else x) / scale
            cost = decay * tf.reduce_sum(tf.square(x - 0.5))
            cost += smoothness * tf.reduce_sum(tf.square(x[:, 1:] - x[:, :-1]))
            cost += smoothness * tf.reduce_sum(tf.square(x[:, :, 1:] - x[:, :, :-1]))
            objective = cost - tf.reduce_sum(gain)
        adam.apply([tape.gradient(objective, pixels)], [pixels])

    for shift in shifts:
        climb(tf.constant(shift, tf.int32))
    pictures = tf.sigmoid(pixels)
    patches = [field.crop(picture, row, column) for picture in pictures.numpy()]
    return Maximised((row, column), pictures.numpy(), np.stack(patches), start.numpy(), answers(pictures).numpy())
