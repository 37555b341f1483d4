"""What filters answer: kernels, feature maps, one unit, the strongest pictures, selectivity (chapter ``filters``)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from numbers import Integral
from typing import NamedTuple

import keras
import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from layerwise.see.layers import (
    Array,
    as_pictures,
    before_activation_of,
    convolution,
    divide,
    in_parts,
    part_of,
    step_of,
)
from layerwise.see.receptive_fields import ReceptiveField, seen_by, window_of, zeros_before

FEATURES_AT_ONCE = 1024


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


def kernels(model: keras.Model, layer: str) -> Kernels:
    """The weights of a convolution: kernel (height, width, inputs, filters) and bias (filters,).

    Raises
    ------
    ValueError
        If the model has no convolution of that name.
    """
    found = convolution(model, layer)
    weights = [np.asarray(array) for array in found.get_weights()]
    return Kernels(weights[0], weights[1] if len(weights) > 1 else np.zeros(weights[0].shape[-1], weights[0].dtype))


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
    step = step_of(model, layer)
    x = as_pictures(model, x)
    output = before_activation_of(step) if before_activation else step.output
    extract = part_of(model, output)
    return np.concatenate([np.asarray(extract(part, training=False)) for part in in_parts(x)])


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
    found, step = convolution(model, layer), step_of(model, layer)
    if found.groups != 1:
        raise ValueError(f"{layer} works in {found.groups} groups of channels; expected a convolution without groups")
    kernel, bias = kernels(model, layer)
    _, rows, columns, filters = step.output.shape
    for name, value, limit in (("filter", filter, filters), ("row", row, rows), ("column", column, columns)):
        if not isinstance(value, Integral) or not 0 <= value < limit:
            raise ValueError(f"{name} is {value!r}; expected a whole number from 0 to {limit - 1}")
    x = as_pictures(model, np.asarray(picture)[None])
    below = np.asarray(part_of(model, step.inputs[0])(x, training=False), float)[0]
    patch = np.zeros(kernel.shape[:3])
    for position in np.ndindex(kernel.shape[:2]):
        source = []
        for axis, (place, offset) in enumerate(zip((row, column), position, strict=True)):
            window, stride = window_of(found, axis)
            zeros = zeros_before(found, window, stride, below.shape[axis])
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
    field = seen_by(model, layer)
    x = as_pictures(model, x)
    allowed = _units(field, step_of(model, layer).output.shape[1:3], x.shape[1:3], inside)
    values = np.array([], float)
    start = 0
    for part in in_parts(x):
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
        start += len(part)
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
    return Selectivity(mean, divide(centred, deviation), divide(total - within, total))
