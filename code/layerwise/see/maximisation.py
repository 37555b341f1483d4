"""The picture that excites a filter most (chapter ``filters``)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from numbers import Integral, Real

import keras
import numpy as np
import tensorflow as tf

from layerwise.see.layers import Array, before_activation_of, part_of, step_of
from layerwise.see.receptive_fields import seen_by


@dataclass(frozen=True, eq=False)
class Maximised:
    """What :func:`maximise` found; entry i of each array belongs to filter ``filters[i]``.

    Attributes
    ----------
    filters : int array (n,)
    position : (int, int)
        The unit that was maximised: row and column in the feature map.
    pictures : array (n, height, width, channels)
        Between 0 and 1.
    patches : array (n, ...)
        What the unit sees of them, as :attr:`Strongest.patches`.
    start, reached : arrays (n,)
        The unit's sum before the activation for the noise at the start and for the picture at the end.
    """

    filters: Array
    position: tuple[int, int]
    pictures: Array
    patches: Array
    start: Array
    reached: Array


def maximise(
    model: keras.Model,
    layer: str,
    filters: Iterable[int] | None = None,
    *,
    position: tuple[int, int] | None = None,
    steps: int = 150,
    learning_rate: float = 0.1,
    decay: float = 0.01,
    smoothness: float = 0.02,
    jitter: int = 0,
    seed: int = 0,
) -> Maximised:
    """Pictures that excite single filters: gradient ascent from noise (Erhan et al. 2009, Simonyan et al. 2014).

    For each filter f, the sum nu_f of one unit, before the activation, is maximised over pictures x in [0, 1]. Filters
    differ in the size of their weights, so nu_f is divided by the norm of its gradient at the start, and two
    terms are subtracted that the filters share::

        nu_f(x) / |grad nu_f(start)| - decay |x - 1/2|^2 - smoothness (sum of squared differences between neighbours)

    ``x`` is the sigmoid of free numbers, which Adam changes; all filters go in one batch and do not touch each other.

    Parameters
    ----------
    model : keras.Model
    layer : str
        A layer with maps and an activation function of its own, most often a convolution.
    filters : iterable of int, optional
        Which, from 0; all by default.
    position : (int, int), optional
        Row and column of the unit in the feature map; the middle one by default.
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
        Of the noise at the start and of the shifts. Each filter starts from noise of its own, the same whichever other
        filters are asked for.

    Raises
    ------
    ValueError
        For an unknown layer or filter, a position outside the map, or settings out of range.
    """
    step, field = step_of(model, layer), seen_by(model, layer)
    sums = part_of(model, before_activation_of(step))
    _, rows, columns, count = step.output.shape
    chosen = list(range(count)) if filters is None else list(filters)
    if not chosen or not all(isinstance(f, Integral) and 0 <= f < count for f in chosen):
        raise ValueError(f"filters are {chosen}; expected whole numbers from 0 to {count - 1}, at least one")
    row, column = (rows // 2, columns // 2) if position is None else position
    if not (0 <= row < rows and 0 <= column < columns):
        raise ValueError(f"position is {(row, column)}; expected a unit of a map of {rows} x {columns}, from (0, 0)")
    for name, value, least in (("steps", steps, 1), ("jitter", jitter, 0), ("seed", seed, 0)):
        if not isinstance(value, Integral) or value < least:
            raise ValueError(f"{name} is {value!r}; expected a whole number, {least} or more")
    for name, rate in (("learning_rate", learning_rate), ("decay", decay), ("smoothness", smoothness)):
        if not isinstance(rate, Real) or not np.isfinite(rate) or rate < 0:
            raise ValueError(f"{name} is {rate!r}; expected a number, 0 or more")

    shape = tuple(model.inputs[0].shape[1:])
    noise = [np.random.default_rng([seed, f]).normal(scale=0.1, size=shape) for f in chosen]
    shifts = np.random.default_rng([seed, count]).integers(-jitter, jitter + 1, (steps, 2))
    pixels = tf.Variable(np.stack(noise).astype(np.float32))
    which = tf.one_hot(chosen, count)

    def answers(x: tf.Tensor) -> tf.Tensor:
        return tf.reduce_sum(sums(x, training=False)[:, row, column] * which, axis=1)

    with tf.GradientTape() as tape:
        x = tf.sigmoid(pixels)
        tape.watch(x)
        start = answers(x)
    steepness = tf.norm(tf.reshape(tape.gradient(start, x), (len(chosen), -1)), axis=1)
    scale = tf.where(steepness > 0, steepness, 1.0)

    @tf.function
    def gradient(shift: tf.Tensor) -> tf.Tensor:
        with tf.GradientTape() as tape:
            x = tf.sigmoid(pixels)
            gain = answers(tf.roll(x, shift, (1, 2)) if jitter else x) / scale
            cost = decay * tf.reduce_sum(tf.square(x - 0.5))
            cost += smoothness * tf.reduce_sum(tf.square(x[:, 1:] - x[:, :-1]))
            cost += smoothness * tf.reduce_sum(tf.square(x[:, :, 1:] - x[:, :, :-1]))
            objective = cost - tf.reduce_sum(gain)
        return tape.gradient(objective, pixels)

    adam = keras.optimizers.Adam(learning_rate)
    for shift in shifts:
        adam.apply([gradient(tf.constant(shift, tf.int32))], [pixels])
    pictures = tf.sigmoid(pixels)
    patches = [field.crop(picture, row, column) for picture in pictures.numpy()]
    return Maximised(
        np.array(chosen),
        (int(row), int(column)),
        pictures.numpy(),
        np.stack(patches),
        start.numpy(),
        answers(pictures).numpy(),
    )
