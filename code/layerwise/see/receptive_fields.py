"""Which pixels a unit sees (chapter ``filters``)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
from numpy.typing import ArrayLike

from layerwise.see.layers import Array, layers_to

# Layers whose output at a position depends on their input at that position alone, once the network is trained.
_POSITIONWISE = (
    keras.layers.Activation,
    keras.layers.BatchNormalization,
    keras.layers.Dropout,
    keras.layers.ReLU,
    keras.layers.Rescaling,
)


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

    def corner(self, row: Any, column: Any) -> tuple[Any, Any]:
        """First row and column of the picture that the unit (row, column), or each of several, sees; may lie outside
        the picture."""
        return self.start[0] + row * self.stride[0], self.start[1] + column * self.stride[1]

    def crop(self, picture: ArrayLike, row: int, column: int) -> Array:
        """What the unit (row, column) sees of a picture (height, width, channels); NaN outside the picture."""
        height, width = self.size
        # Nothing that a unit sees lies further outside than its field is large.
        around = np.pad(np.asarray(picture, float), ((height, height), (width, width), (0, 0)), constant_values=np.nan)
        top, left = self.corner(row, column)
        return around[top + height : top + 2 * height, left + width : left + 2 * width]


def receptive_field(model: keras.Sequential, layer: str) -> ReceptiveField:
    """The part of the picture that can change one unit of a layer's output (chapter ``filters``, the recursion for
    size and stride).

    A kernel or pooling window of k widens the field by k - 1 times the stride so far; its own stride multiplies the
    stride.

    Raises
    ------
    ValueError
        If there is no such layer, or a layer on the way from the picture is none of those with which the book builds
        feature maps: a unit of a dense layer, for instance, sees the whole picture.
    """
    size, stride, start = np.ones(2, int), np.ones(2, int), np.zeros(2, int)
    shape = model.input_shape
    for step in layers_to(model, layer):
        if not isinstance(step, _POSITIONWISE):
            window = window_of(step, shape)
            start += stride * window.start
            size += stride * (np.array(window.size) - 1)
            stride *= window.stride
        shape = step.compute_output_shape(shape)
    return ReceptiveField(*((int(vertical), int(horizontal)) for vertical, horizontal in (size, stride, start)))


def pixels_seen(model: keras.Sequential, layer: str) -> Array:
    """How many pixels of the picture can change each unit of a layer's output.

    Fewer than its ``ReceptiveField`` has, where that reaches beyond the picture, and where a maximum on the way
    has dropped the last rows or columns of a map.

    Returns
    -------
    int array (rows, columns)
        Of one map of the layer.

    Raises
    ------
    ValueError
        As :func:`receptive_field`.
    """
    shape = model.input_shape
    seen = [np.eye(length, dtype=bool) for length in shape[1:3]]  # units x pixels, vertical and horizontal
    for step in layers_to(model, layer):
        after = step.compute_output_shape(shape)
        if not isinstance(step, _POSITIONWISE):
            window = window_of(step, shape)
            for axis, below in enumerate(seen):
                first = window.start[axis] + window.stride[axis] * np.arange(after[1 + axis])
                seen[axis] = np.stack([below[max(a, 0) : a + window.size[axis]].any(axis=0) for a in first])
        shape = after
    return np.outer(*(units.sum(axis=1) for units in seen))


def window_of(layer: keras.Layer, shape: Sequence[int]) -> ReceptiveField:
    """What a unit of a convolution or a maximum sees of the layer's own input (P, height, width, channels)."""
    plain = isinstance(layer, keras.layers.Conv2D) and layer.groups == 1 and layer.dilation_rate == (1, 1)
    if not plain and not isinstance(layer, keras.layers.MaxPooling2D):
        raise ValueError(
            f"{layer.name} ({type(layer).__name__}) is neither a convolution, without groups and holes, nor a maximum "
            "nor works position by position, so it is not known here which pixels a unit behind it sees"
        )
    size = layer.kernel_size if plain else layer.pool_size
    zeros = [
        # As TensorFlow pads: as many units as strides fit, the zeros shared between both sides, the odd one below.
        max((-(-length // step) - 1) * step + window - length, 0) // 2 if layer.padding == "same" else 0
        for length, step, window in zip(shape[1:3], layer.strides, size, strict=True)
    ]
    return ReceptiveField(size, layer.strides, (-zeros[0], -zeros[1]))
