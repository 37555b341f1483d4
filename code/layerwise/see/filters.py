"""What filters answer: feature maps, one unit, the strongest pictures, selectivity (chapter ``filters``)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import keras
import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from layerwise.see.layers import Array, after, as_pictures, convolution, layers_to, sums
from layerwise.see.receptive_fields import ReceptiveField, receptive_field, window_of

PICTURES_AT_ONCE = 250
"""Bounds the memory: nine maps of 32 x 32 of so many pictures are 9 MB."""


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

    def table(self, channels: Sequence[str]) -> pd.DataFrame:
        """One row per position of the kernel; per channel the input, the weight and their product.

        Parameters
        ----------
        channels : sequence of str
            Names of the inputs, for instance ``["red", "green", "blue"]``.
        """
        columns = {
            (name, kind): values[:, :, c].ravel()
            for c, name in enumerate(channels)
            for kind, values in (("input", self.patch), ("weight", self.kernel), ("product", self.patch * self.kernel))
        }
        positions = pd.MultiIndex.from_product(
            [range(length) for length in self.patch.shape[:2]], names=["row", "column"]
        )
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
        What the unit sees there, as large as the layer's receptive field, NaN outside the picture.
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


def feature_maps(model: keras.Sequential, x: ArrayLike, layer: str, *, before_activation: bool = False) -> Array:
    """What the filters of a layer answer to pictures.

    Parameters
    ----------
    model : keras.Sequential
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
        For an unknown layer, pictures of another shape or not scaled, or ``before_activation`` of a layer that is no
        convolution.
    """
    x = as_pictures(model, x)
    parts = (x[start : start + PICTURES_AT_ONCE] for start in range(0, len(x), PICTURES_AT_ONCE))
    if before_activation:
        return np.concatenate([np.asarray(sums(model, layer, part)) for part in parts])
    return np.concatenate([np.asarray(after(layers_to(model, layer), part)) for part in parts])


def unit(model: keras.Sequential, picture: ArrayLike, layer: str, filter: int, row: int, column: int) -> Unit:
    """One number of a convolution, taken apart: the patch below the kernel, the kernel and the bias.

    Parameters
    ----------
    model : keras.Sequential
    picture : array (height, width, channels)
        One picture, 0 to 1.
    layer : str
        A convolution.
    filter, row, column : int
        Which number of its feature maps, from 0.

    Raises
    ------
    ValueError
        For no convolution of that name, a picture that does not fit, or a number that is not there.
    """
    found, before = convolution(model, layer), layers_to(model, layer)[:-1]
    below = np.asarray(after(before, as_pictures(model, np.asarray(picture)[None])))
    maps = found.compute_output_shape(below.shape)[1:]
    if not all(0 <= place < limit for place, limit in zip((row, column, filter), maps, strict=True)):
        raise ValueError(f"row {row}, column {column}, filter {filter} is not there; the maps are {maps}, from 0")
    patch = np.nan_to_num(window_of(found, below.shape).crop(below[0], row, column))
    kernel = np.asarray(found.kernel, float)[..., filter]
    return Unit(patch, kernel, float(found.bias[filter]) if found.use_bias else 0.0)


def strongest(
    model: keras.Sequential,
    x: ArrayLike,
    layer: str,
    *,
    inside: bool = False,
    position: tuple[int, int] | None = None,
) -> Strongest:
    """Where in many pictures each filter of a layer is excited most, measured before the activation.

    Parameters
    ----------
    model : keras.Sequential
    x : array (P, height, width, channels)
        Pictures, 0 to 1.
    layer : str
        A convolution.
    inside : bool
        Only units that see none of the zeros around the picture.
    position : (int, int), optional
        Only the unit at this row and column of each map.

    Raises
    ------
    ValueError
        As :func:`feature_maps` and :func:`receptive_field`, or if all units see beyond the picture and must not.
    """
    found = top_patches(model, x, layer, count=1, inside=inside, position=position)
    return Strongest(found.values[:, 0], found.pictures[:, 0], found.positions[:, 0], found.patches[:, 0])


def top_patches(
    model: keras.Sequential,
    x: ArrayLike,
    layer: str,
    photographs: ArrayLike | None = None,
    *,
    count: int = 9,
    inside: bool = False,
    position: tuple[int, int] | None = None,
) -> Strongest:
    """What excites each filter of a layer most in many pictures, at most one patch of each photograph.

    Pictures of one photograph share paint and light, and often the same digits. A filter that likes one likes all.

    Parameters
    ----------
    model, x, layer, inside, position
        As :func:`strongest`. Pictures of the same contrast (:func:`same_contrast`) are ranked by what they show, others
        by their contrast too.
    photographs : int array (P,), optional
        From which photograph each picture is; each from its own unless given.
    count : int
        Patches of each filter.

    Returns
    -------
    Strongest
        With an axis more after the first: the patches, the strongest first.

    Raises
    ------
    ValueError
        As :func:`strongest`, or for fewer photographs than patches.
    """
    field, x = receptive_field(model, layer), as_pictures(model, x)
    photographs = np.arange(len(x)) if photographs is None else np.asarray(photographs)
    if (there := len(np.unique(photographs))) < count or len(photographs) != len(x):
        raise ValueError(f"{len(x)} pictures of {there} photographs, {len(photographs)} numbered; expected {count}")
    sums_of_units = feature_maps(model, x, layer, before_activation=True)
    sums_of_units[:, ~_allowed(field, x.shape[1:3], sums_of_units.shape[1:3], inside, position)] = -np.inf
    flat = sums_of_units.reshape(len(x), -1, sums_of_units.shape[-1])
    largest = flat.max(axis=1)
    chosen = np.stack([_one_each(each, photographs, count) for each in largest.T])
    of_filter = np.arange(len(chosen))[:, np.newaxis]
    places = np.stack(np.unravel_index(flat.argmax(axis=1)[chosen, of_filter], sums_of_units.shape[1:3]), axis=-1)
    patches = [
        [field.crop(x[picture], *place) for picture, place in zip(*each, strict=True)]
        for each in zip(chosen, places, strict=True)
    ]
    return Strongest(largest[chosen, of_filter].astype(float), chosen, places, np.array(patches))


def _allowed(
    field: ReceptiveField,
    picture: tuple[int, int],
    maps: tuple[int, int],
    inside: bool,
    position: tuple[int, int] | None,
) -> Array:
    """Which units of a map, rows and columns of truth values, may be chosen."""
    allowed = np.ones(maps, bool)
    if position is not None:
        allowed[:] = False
        allowed[position] = True
    if inside:
        (height, width), (tall, wide) = picture, field.size
        top, left = field.corner(*np.indices(maps))
        allowed &= (top >= 0) & (left >= 0) & (top + tall <= height) & (left + wide <= width)
        if not allowed.any():
            raise ValueError(
                f"no unit sees {tall} x {wide} pixels inside a picture of {height} x {width}; pass inside=False"
            )
    return allowed


def _one_each(values: Array, photographs: Array, count: int) -> Array:
    """Places of the largest values, the largest first, no two of one photograph."""
    order = np.argsort(-values, kind="stable")
    first = np.unique(photographs[order], return_index=True)[1]
    return order[np.sort(first)[:count]]


def selectivity(model: keras.Sequential, layer: str, x: ArrayLike, y: ArrayLike) -> Selectivity:
    """Which classes excite which filter of a layer.

    A filter's answer to a picture is the maximum of its feature map, after the layer's activation.

    Parameters
    ----------
    model : keras.Sequential
    layer : str
    x : array (P, height, width, channels)
        Pictures, 0 to 1.
    y : int array (P,)
        Their classes, 0 to C - 1, at least two pictures of each.

    Raises
    ------
    ValueError
        As :func:`feature_maps`, for labels that do not fit the pictures, or a class with fewer than two of them.
    """
    y = np.asarray(y)
    counts = np.bincount(y)
    if counts.min() < 2:  # there would be no deviation within the class
        few = np.flatnonzero(counts < 2).tolist()
        raise ValueError(f"classes {few} have fewer than two pictures; expected at least two of each, from 0 on")
    maps = feature_maps(model, x, layer)
    answers = maps.reshape(len(maps), -1, maps.shape[-1]).max(axis=1).astype(float)
    mean = np.stack([answers[y == c].mean(axis=0) for c in range(len(counts))])
    within = np.square(answers - mean[y]).sum(axis=0)
    total = np.square(answers - answers.mean(axis=0)).sum(axis=0)
    deviation = np.sqrt(within / (len(y) - len(counts)))
    centred = mean - mean.mean(axis=0)
    effect = np.divide(centred, deviation, out=np.zeros_like(centred), where=deviation > 0)
    return Selectivity(mean, effect, np.divide(total - within, total, out=np.zeros_like(total), where=total > 0))
