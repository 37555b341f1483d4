"""What a convolutional network looks at: kernels, receptive fields, feature maps, and what each layer keeps
(chapter ``filters``).

For any Keras model that is a graph of layers (sequential or functional) and takes pictures (P, height, width,
channels), scaled as it was trained, 0 to 1. A layer is given by its name. Two words that are often mixed up:

- a *kernel* is the array of weights of one filter: it belongs to the network;
- a *feature map* is what a filter answers to one picture, position by position: it belongs to a network and a picture.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from numbers import Integral, Real
from typing import Any, NamedTuple

import keras
import numpy as np
import pandas as pd
import tensorflow as tf
from numpy.typing import ArrayLike, NDArray
from threadpoolctl import threadpool_limits

__all__ = [
    "Kernels",
    "Maximised",
    "ReceptiveField",
    "Selectivity",
    "Strongest",
    "Unit",
    "convolutions",
    "explained_share",
    "feature_maps",
    "kernels",
    "linear_readout",
    "maximise",
    "receptive_field",
    "selectivity",
    "strongest",
    "unit",
]

Array = NDArray[Any]

_PICTURES_AT_ONCE = 250
"""Bounds the memory: nine maps of 32 x 32 of so many pictures are 9 MB."""

_FEATURES_AT_ONCE = 1024

# Layers whose output at a position depends on their input at that position alone, once the network is trained.
_POSITIONWISE = (
    keras.layers.Activation,
    keras.layers.Add,
    keras.layers.Average,
    keras.layers.BatchNormalization,
    keras.layers.Concatenate,
    keras.layers.Dropout,
    keras.layers.ELU,
    keras.layers.GaussianNoise,
    keras.layers.LeakyReLU,
    keras.layers.Maximum,
    keras.layers.Multiply,
    keras.layers.PReLU,
    keras.layers.ReLU,
    keras.layers.Rescaling,
    keras.layers.SpatialDropout2D,
    keras.layers.Subtract,
)
_POOLING = (keras.layers.MaxPooling2D, keras.layers.AveragePooling2D)


class Kernels(NamedTuple):
    """The weights of one convolution.

    Attributes
    ----------
    kernel : array (height, width, inputs, filters)
    bias : array (filters,)
        Zeros for a layer that has none.
    """

    kernel: Array
    bias: Array


@dataclass(frozen=True)
class ReceptiveField:
    """The part of a picture that can change one unit of a layer. All pairs are (vertical, horizontal), in pixels.

    Attributes
    ----------
    size : (int, int)
        Its height and width. It may be larger than the picture.
    stride : (int, int)
        How far it moves from one unit of the layer to the next.
    start : (int, int)
        First row and column for the layer's unit (0, 0); negative where it begins in the zeros around the picture.
    """

    size: tuple[int, int]
    stride: tuple[int, int]
    start: tuple[int, int]

    def corner(self, row: int, column: int) -> tuple[int, int]:
        """First row and column of the picture that the unit (row, column) sees; may lie outside the picture."""
        return self.start[0] + row * self.stride[0], self.start[1] + column * self.stride[1]

    def crop(self, picture: ArrayLike, row: int, column: int) -> Array:
        """What the unit (row, column) sees of a picture (height, width, channels); NaN outside the picture."""
        picture = np.asarray(picture, float)
        top, left = self.corner(row, column)
        seen = np.full((*self.size, picture.shape[2]), np.nan)
        (above, rows), (before, columns) = (
            (max(-first, 0), slice(max(first, 0), min(first + size, length)))
            for first, size, length in zip((top, left), self.size, picture.shape[:2], strict=True)
        )
        inside = picture[rows, columns]
        seen[above : above + inside.shape[0], before : before + inside.shape[1]] = inside
        return seen


@dataclass(frozen=True, eq=False)
class Unit:
    """One number of a convolution with everything that it is computed from (float64).

    Attributes
    ----------
    patch : array (height, width, inputs)
        What the kernel lies on: numbers of the layer below, 0 outside of them.
    kernel : array (height, width, inputs)
    bias : float
    """

    patch: Array
    kernel: Array
    bias: float

    @property
    def sum(self) -> float:
        """nu, the value before the activation: products of patch and kernel, added up, and the bias."""
        return float((self.patch * self.kernel).sum() + self.bias)

    def table(self, channels: Sequence[str] | None = None) -> pd.DataFrame:
        """One row per position of the kernel; per channel the input, the weight and their product.

        Parameters
        ----------
        channels : sequence of str, optional
            Names of the inputs, for instance ``["red", "green", "blue"]``; numbers from 1 by default.

        Raises
        ------
        ValueError
            For another number of names than of inputs.
        """
        height, width, inputs = self.patch.shape
        names = [str(c + 1) for c in range(inputs)] if channels is None else list(channels)
        if len(names) != inputs:
            raise ValueError(f"got {len(names)} names of channels; expected {inputs}, one for each input of the unit")
        columns = {
            (name, kind): values[:, :, c].ravel()
            for c, name in enumerate(names)
            for kind, values in (("input", self.patch), ("weight", self.kernel), ("product", self.patch * self.kernel))
        }
        positions = pd.MultiIndex.from_product([range(height), range(width)], names=["row", "column"])
        return pd.DataFrame(columns, index=positions)


@dataclass(frozen=True, eq=False)
class Strongest:
    """For each filter the place, over many pictures, at which its sum before the activation is largest.

    Attributes
    ----------
    values : array (filters,)
        That sum.
    pictures : int array (filters,)
        Which picture.
    positions : int array (filters, 2)
        Row and column in the feature map.
    patches : array (filters, height, width, channels)
        What the unit sees there, as large as the layer's receptive field, NaN outside the picture; the whole picture
        where :func:`receptive_field` knows none.
    """

    values: Array
    pictures: Array
    positions: Array
    patches: Array


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


@dataclass(frozen=True, eq=False)
class Selectivity:
    """Which classes excite which filter: the maximum of each feature map, compared between classes.

    Attributes
    ----------
    mean : array (classes, filters)
        The mean of the maximum over the pictures of the class.
    effect : array (classes, filters)
        The same, minus the mean over classes, in units of the standard deviation within classes. 0 for a filter that
        answers all pictures alike.
    explained : array (filters,)
        Which share of the maximum's variance over the pictures lies between the classes (eta squared): 0 says that
        the class makes no difference, 1 that it decides alone. 0 for a filter that answers all pictures alike.
    """

    mean: Array
    effect: Array
    explained: Array


# ---------------------------------------------------------------------------------------------------------------------
# The network itself


def convolutions(model: keras.Model) -> list[str]:
    """The names of the model's two-dimensional convolutions, from input to output."""
    return [layer.name for layer in model.layers if isinstance(layer, keras.layers.Conv2D)]


def kernels(model: keras.Model, layer: str) -> Kernels:
    """The weights of a convolution: kernel (height, width, inputs, filters) and bias (filters,).

    Raises
    ------
    ValueError
        If the model has no convolution of that name.
    """
    found = _convolution(model, layer)
    weights = [np.asarray(array) for array in found.get_weights()]
    return Kernels(weights[0], weights[1] if len(weights) > 1 else np.zeros(weights[0].shape[-1], weights[0].dtype))


def receptive_field(model: keras.Model, layer: str) -> ReceptiveField:
    """The part of the picture that can change one unit of a layer's output (chapter ``filters``, the recursion for
    size and stride).

    A kernel or pooling window of k (dilated: its whole extent) widens the field by k - 1 times the stride so far; its
    own stride multiplies the stride. Where several layers meet, the field is the smallest window that holds
    the fields of all.

    Raises
    ------
    ValueError
        If there is no such layer, or a layer on the way from the picture is neither convolution nor pooling nor works
        position by position: a unit of a dense layer, for instance, sees the whole picture.
    """
    step = _step(model, layer)
    vertical, horizontal = (_field(step.output, _steps(model), axis) for axis in (0, 1))
    return ReceptiveField(*zip(vertical, horizontal, strict=True))


def _seen(model: keras.Model, layer: str) -> ReceptiveField:
    """The receptive field, or the whole picture where a layer on the way, such as a normalisation over all pixels, lets
    every pixel through; a ValueError for a layer without feature maps."""
    if len(_step(model, layer).output.shape) != 4:
        raise ValueError(f"{layer} has no feature maps; choose a layer whose output is (P, height, width, filters)")
    try:
        return receptive_field(model, layer)
    except ValueError:
        height, width = model.inputs[0].shape[1:3]
        return ReceptiveField((height, width), (0, 0), (0, 0))


def _field(tensor: Any, steps: Mapping[str, _Step], axis: int) -> tuple[int, int, int]:
    """(size, stride, start) along one axis of a tensor of the model."""
    found = [step for step in steps.values() if step.output is tensor]
    if not found:  # the picture
        return 1, 1, 0
    layer, inputs = found[0].layer, found[0].inputs
    fields = [_field(one, steps, axis) for one in inputs]
    if len({stride for _, stride, _ in fields}) != 1:
        raise ValueError(f"the inputs of {layer.name} differ in their stride; no single window describes its units")
    stride, start = fields[0][1], min(start for _, _, start in fields)
    size = max(start + size for size, _, start in fields) - start
    if isinstance(layer, (keras.layers.Conv2D, *_POOLING)):
        window, step = _window(layer, axis)
        start -= stride * _zeros_before(layer, window, step, inputs[0].shape[1 + axis])
        return size + (window - 1) * stride, stride * step, start
    if isinstance(layer, _POSITIONWISE):
        return size, stride, start
    raise ValueError(
        f"{layer.name} ({type(layer).__name__}) is neither a convolution nor pooling nor works position by position, "
        "so a unit behind it sees the whole picture or a part that is not known here; choose a layer before it"
    )


def _window(layer: keras.Layer, axis: int) -> tuple[int, int]:
    """Extent and stride of a convolution's kernel or of a pooling window."""
    if isinstance(layer, keras.layers.Conv2D):
        return (layer.kernel_size[axis] - 1) * layer.dilation_rate[axis] + 1, layer.strides[axis]
    return layer.pool_size[axis], layer.strides[axis]


def _zeros_before(layer: keras.Layer, window: int, step: int, length: int) -> int:
    """How many rows of zeros stand above (or columns left of) the input, as TensorFlow pads it."""
    if layer.padding == "valid":
        return 0
    return max((-(-length // step) - 1) * step + window - length, 0) // 2


# ---------------------------------------------------------------------------------------------------------------------
# What it answers to pictures


def feature_maps(model: keras.Model, x: ArrayLike, layer: str, *, before_activation: bool = False) -> Array:
    """What the filters of a layer answer to pictures.

    Parameters
    ----------
    model : keras.Model
    x : array (P, height, width, channels)
        Pictures, 0 to 1.
    layer : str
        Any layer of the model, most often a convolution.
    before_activation : bool
        False gives the layer's output *after* its own activation function; True gives nu, *before* it. For a
        convolution whose activation is a layer of its own, further on, both are the same.

    Returns
    -------
    float32 array (P, height, width, filters)
        For other layers, the shape of their output.

    Raises
    ------
    ValueError
        For an unknown layer, pictures of another shape or not scaled, or ``before_activation`` where the layer has no
        activation function.
    """
    step = _step(model, layer)
    x = _pictures(model, x)
    output = _before_activation(step) if before_activation else step.output
    extract = _part(model, output)
    return np.concatenate([np.asarray(extract(part, training=False)) for part in _parts(x)])


def unit(model: keras.Model, picture: ArrayLike, layer: str, filter: int, row: int, column: int) -> Unit:
    """One number of a convolution, taken apart: the patch below the kernel, the kernel and the bias.

    Parameters
    ----------
    model : keras.Model
    picture : array (height, width, channels)
        One picture, 0 to 1.
    layer : str
        A convolution.
    filter, row, column : int
        Which number of its feature maps, from 0.

    Raises
    ------
    ValueError
        For no convolution of that name, one in groups, a picture that does not fit, or a number that is not there.
    """
    found, step = _convolution(model, layer), _step(model, layer)
    if found.groups != 1:
        raise ValueError(f"{layer} works in {found.groups} groups of channels; expected a convolution without groups")
    kernel, bias = kernels(model, layer)
    _, rows, columns, filters = step.output.shape
    for name, value, limit in (("filter", filter, filters), ("row", row, rows), ("column", column, columns)):
        if not isinstance(value, Integral) or not 0 <= value < limit:
            raise ValueError(f"{name} is {value!r}; expected a whole number from 0 to {limit - 1}")
    x = _pictures(model, np.asarray(picture)[None])
    below = np.asarray(_part(model, step.inputs[0])(x, training=False), float)[0]
    patch = np.zeros(kernel.shape[:3])
    for position in np.ndindex(kernel.shape[:2]):
        source = []
        for axis, (place, offset) in enumerate(zip((row, column), position, strict=True)):
            window, stride = _window(found, axis)
            zeros = _zeros_before(found, window, stride, below.shape[axis])
            source.append(place * stride - zeros + offset * found.dilation_rate[axis])
        if all(0 <= place < length for place, length in zip(source, below.shape[:2], strict=True)):
            patch[position] = below[tuple(source)]
    return Unit(patch, kernel[..., filter].astype(float), float(bias[filter]))


def strongest(model: keras.Model, x: ArrayLike, layer: str, *, inside: bool = False) -> Strongest:
    """Where in many pictures each filter of a layer is excited most, measured before the activation.

    Parameters
    ----------
    model : keras.Model
    x : array (P, height, width, channels)
        Pictures, 0 to 1.
    layer : str
        A layer with maps and an activation function of its own, most often a convolution.
    inside : bool
        Only units that see none of the zeros around the picture.

    Raises
    ------
    ValueError
        As :func:`feature_maps`, for a layer without maps, or if all units see beyond the picture and shall not.
    """
    field = _seen(model, layer)
    x = _pictures(model, x)
    allowed = _units(field, _step(model, layer).output.shape[1:3], x.shape[1:3], inside)
    values = np.array([], float)
    for start, part in zip(range(0, len(x), _PICTURES_AT_ONCE), _parts(x), strict=True):
        maps = feature_maps(model, part, layer, before_activation=True)
        maps[:, ~allowed] = -np.inf
        flat = maps.reshape(-1, maps.shape[-1])
        if not values.size:
            values = np.full(maps.shape[-1], -np.inf)
            pictures, positions = np.zeros(maps.shape[-1], int), np.zeros((maps.shape[-1], 2), int)
        best = flat.argmax(axis=0)
        where = np.stack(np.unravel_index(best, maps.shape[:3]), axis=1)
        better = flat.max(axis=0) > values
        values = np.where(better, flat.max(axis=0), values)
        pictures = np.where(better, start + where[:, 0], pictures)
        positions = np.where(better[:, None], where[:, 1:], positions)
    patches = [field.crop(x[p], *position) for p, position in zip(pictures, positions.tolist(), strict=True)]
    return Strongest(values, pictures, positions, np.stack(patches))


def _units(field: ReceptiveField, units: Sequence[int], pixels: Sequence[int], inside: bool) -> Array:
    """Which units (rows, columns) of a map count: all, or those whose receptive field lies inside the picture."""
    allowed = np.ones(tuple(units), bool)
    if inside:
        for place in np.ndindex(*allowed.shape):
            corner = field.corner(*place)
            allowed[place] = all(
                first >= 0 and first + size <= length
                for first, size, length in zip(corner, field.size, pixels, strict=True)
            )
        if not allowed.any():
            raise ValueError(
                f"no unit sees {field.size[0]} x {field.size[1]} pixels inside a picture of {pixels[0]} x {pixels[1]}; "
                "pass inside=False"
            )
    return allowed


def selectivity(model: keras.Model, layer: str, x: ArrayLike, y: ArrayLike) -> Selectivity:
    """Which classes excite which filter of a layer.

    A filter's answer to a picture is the maximum of its feature map, after the layer's activation.

    Parameters
    ----------
    model : keras.Model
    layer : str
    x : array (P, height, width, channels)
        Pictures, 0 to 1.
    y : int array (P,)
        Their classes, 0 to C - 1, at least two pictures of each.

    Raises
    ------
    ValueError
        As :func:`feature_maps`, or for labels that do not fit the pictures or a class with fewer than two.
    """
    y = np.asarray(y)
    if y.shape != (len(np.asarray(x)),) or not np.issubdtype(y.dtype, np.integer) or not len(y) or y.min() < 0:
        raise ValueError(
            f"y has shape {y.shape} and type {y.dtype}; expected a class, a whole number from 0, for each picture"
        )
    counts = np.bincount(y)
    if counts.min() < 2:
        few = np.flatnonzero(counts < 2).tolist()
        raise ValueError(f"classes {few} have fewer than two pictures; expected at least two of each, from 0 on")
    maps = feature_maps(model, x, layer)
    answers = maps.reshape(len(maps), -1, maps.shape[-1]).max(axis=1).astype(float)
    mean = np.stack([answers[y == c].mean(axis=0) for c in range(len(counts))])
    within = np.square(answers - mean[y]).sum(axis=0)
    total = np.square(answers - answers.mean(axis=0)).sum(axis=0)
    deviation = np.sqrt(within / (len(y) - len(counts)))
    centred = mean - mean.mean(axis=0)
    return Selectivity(mean, _divide(centred, deviation), _divide(total - within, total))


# ---------------------------------------------------------------------------------------------------------------------
# What it looks for


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
    step, field = _step(model, layer), _seen(model, layer)
    sums = _part(model, _before_activation(step))
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


# ---------------------------------------------------------------------------------------------------------------------
# What a layer keeps


def linear_readout(
    features: ArrayLike, targets: Mapping[str, ArrayLike], new_features: ArrayLike
) -> dict[str, NDArray[np.float64]]:
    """What a straight line can read from a layer: ridge regression of each target on the features.

    The penalty is chosen for each target from a grid of powers of ten, by generalised cross-validation (Golub, Heath
    and Wahba 1979), on the patterns that are fitted. A readout that fails does not prove that something is lost:
    it may be there in a form that no weighted sum brings out. (scikit-learn's ``RidgeCV`` finds the same numbers, but
    keeps so many copies of the features that the first convolution's do not fit into Binder's memory.)

    Parameters
    ----------
    features : array (P, ...)
        The numbers of a layer, one pattern a row, flattened here.
    targets : mapping of name to array (P,) or (P, ...)
        What shall be read; all numbers of one entry share one penalty.
    new_features : array (Q, ...)
        The same of patterns that were not fitted.

    Returns
    -------
    dict of name to array (Q,) or (Q, ...)
        The predictions for the new patterns.

    Raises
    ------
    ValueError
        If there are fewer than three patterns, numbers of rows or features do not fit, or a number is not finite.
    """
    X, new = (np.asarray(array).reshape(len(np.asarray(array)), -1) for array in (features, new_features))
    values = {name: np.asarray(target, float) for name, target in targets.items()}
    if len(X) < 3 or X.shape[1] != new.shape[1]:
        raise ValueError(
            f"features have shape {X.shape} and new_features {new.shape}, flattened; expected at least three patterns "
            "and the same number of features in both"
        )
    for name, target in values.items():
        if target.shape[:1] != (len(X),):
            raise ValueError(f"{name} has shape {target.shape}; expected a row for each of the {len(X)} patterns")
    if not all(np.isfinite(array).all() for array in (X, new, *values.values())):
        raise ValueError("features, new_features and targets must be finite; found NaN or an infinite number")

    gram, across = _products(X, new)
    # Everything in the coordinates in which X X^T is diagonal, where each penalty costs next to nothing.
    with threadpool_limits(1):  # several threads wait for each other more than they compute
        spectrum, U = np.linalg.eigh(gram)
    spectrum = np.clip(spectrum, 0, None)
    across = across @ U
    penalties = max(spectrum.mean(), np.finfo(float).tiny) * 10.0 ** np.arange(-6, 5)
    predictions = {}
    for name, target in values.items():
        T = target.reshape(len(target), -1)
        mean = T.mean(axis=0)
        rotated = U.T @ (T - mean)
        energy = np.square(rotated).sum(axis=1)
        kept = [penalty / (spectrum + penalty) for penalty in penalties]  # the share of a residual that remains
        # The constant, fitted beside the weights, takes one direction in full: it leaves the trace.
        scores = [(energy @ share**2) / max(share.sum() - 1, 1e-12) ** 2 for share in kept]
        penalty = penalties[int(np.argmin(scores))]
        weights = rotated / (spectrum + penalty)[:, None]
        predictions[name] = (mean + across @ weights).reshape(len(new), *target.shape[1:])
    return predictions


def _products(X: Array, new: Array) -> tuple[Array, Array]:
    """X X^T and new X^T in float64, features centred at their mean over X, a few features at a time for memory."""
    gram, across = np.zeros((len(X), len(X))), np.zeros((len(new), len(X)))
    for start in range(0, X.shape[1], _FEATURES_AT_ONCE):
        columns = slice(start, start + _FEATURES_AT_ONCE)
        some = X[:, columns].astype(float)
        centre = some.mean(axis=0)
        some -= centre
        gram += some @ some.T
        across += (new[:, columns] - centre) @ some.T
    return gram, across


def explained_share(truth: ArrayLike, predicted: ArrayLike) -> float:
    """The share of the variance of ``truth`` that the prediction explains, over all its columns (R squared).

    1 is a perfect prediction, 0 no better than the mean of ``truth``; worse is negative.

    Raises
    ------
    ValueError
        If the shapes differ or ``truth`` does not vary.
    """
    truth, predicted = np.asarray(truth, float), np.asarray(predicted, float)
    if truth.shape != predicted.shape or not truth.size:
        raise ValueError(f"truth has shape {truth.shape} and predicted {predicted.shape}; expected the same")
    total = np.square(truth - truth.mean(axis=0)).sum()
    if not total > 0:
        raise ValueError("truth is the same in every row, so there is no variance to explain")
    return float(1 - np.square(truth - predicted).sum() / total)


# ---------------------------------------------------------------------------------------------------------------------
# Parts


class _Step(NamedTuple):
    """One layer in the model's graph."""

    layer: keras.Layer
    inputs: list[Any]
    output: Any


def _steps(model: keras.Model) -> dict[str, _Step]:
    """The layers between picture and output with the tensors that they take and give, by name.

    Read from the tensors' history: ``layer.input`` and ``layer.output`` belong to the first call of a layer, which in
    a sequential model that was saved and loaded is not the call that the model itself makes.
    """
    steps: dict[str, _Step] = {}
    waiting = list(model.outputs)
    while waiting:
        tensor = waiting.pop()
        layer, node, _ = tensor._keras_history
        inputs = list(layer._inbound_nodes[node].input_tensors)
        if inputs and layer.name not in steps:
            steps[layer.name] = _Step(layer, inputs, tensor)
            waiting += inputs
    return steps


def _step(model: keras.Model, name: str) -> _Step:
    steps = _steps(model)
    if name not in steps:
        raise ValueError(f"the model has no layer {name!r}; it has {', '.join(layer.name for layer in model.layers)}")
    return steps[name]


def _convolution(model: keras.Model, name: str) -> keras.layers.Conv2D:
    layer = _step(model, name).layer
    if not isinstance(layer, keras.layers.Conv2D):
        raise ValueError(
            f"{name} is a {type(layer).__name__}, not a convolution; the model has {convolutions(model) or 'none'}"
        )
    return layer


def _part(model: keras.Model, output: Any) -> keras.Model:
    """The model up to a tensor of its graph."""
    return keras.Model(model.inputs[0], output)


def _before_activation(step: _Step) -> Any:
    """The layer's output without its activation function, as a tensor of the model's graph."""
    layer = step.layer
    config = layer.get_config()
    if "activation" not in config or isinstance(layer, keras.layers.Activation):
        raise ValueError(
            f"{layer.name} ({type(layer).__name__}) has no sum and activation of its own; choose a convolution"
        )
    linear = type(layer).from_config({**config, "activation": "linear"})
    output = linear(step.inputs[0])
    linear.set_weights(layer.get_weights())
    return output


def _pictures(model: keras.Model, x: ArrayLike) -> NDArray[np.float32]:
    x = np.asarray(x)
    shape = tuple(model.inputs[0].shape[1:])
    if x.ndim != 4 or x.shape[1:] != shape or not len(x):
        raise ValueError(f"x has shape {x.shape}; expected pictures (P, {', '.join(map(str, shape))}), at least one")
    if not np.issubdtype(x.dtype, np.floating):
        raise ValueError(f"x holds {x.dtype}; expected pixels between 0 and 1: pass layerwise.datasets.scale(x)")
    return x.astype(np.float32, copy=False)


def _parts(x: Array) -> Iterator[Array]:
    for start in range(0, len(x), _PICTURES_AT_ONCE):
        yield x[start : start + _PICTURES_AT_ONCE]


def _divide(above: Array, below: Array) -> Array:
    """Quotient along the last axis, 0 where the divisor is 0."""
    safe = np.where(below > 0, below, 1.0)
    return np.where(below > 0, above / safe, 0.0)
