"""Which pixels a unit sees (chapter ``filters``)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
from numpy.typing import ArrayLike

from layerwise.see.layers import Array, Step, step_of, steps_of

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
    step = step_of(model, layer)
    vertical, horizontal = (_field(step.output, steps_of(model), axis) for axis in (0, 1))
    return ReceptiveField(*zip(vertical, horizontal, strict=True))


def seen_by(model: keras.Model, layer: str) -> ReceptiveField:
    """The receptive field, or the whole picture where a layer on the way, such as a normalisation over all pixels, lets
    every pixel through; a ValueError for a layer without feature maps."""
    if len(step_of(model, layer).output.shape) != 4:
        raise ValueError(f"{layer} has no feature maps; choose a layer whose output is (P, height, width, filters)")
    try:
        return receptive_field(model, layer)
    except ValueError:
        height, width = model.inputs[0].shape[1:3]
        return ReceptiveField((height, width), (0, 0), (0, 0))


def _field(tensor: Any, steps: Mapping[str, Step], axis: int) -> tuple[int, int, int]:
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
        window, step = window_of(layer, axis)
        start -= stride * zeros_before(layer, window, step, inputs[0].shape[1 + axis])
        return size + (window - 1) * stride, stride * step, start
    if isinstance(layer, _POSITIONWISE):
        return size, stride, start
    raise ValueError(
        f"{layer.name} ({type(layer).__name__}) is neither a convolution nor pooling nor works position by position, "
        "so a unit behind it sees the whole picture or a part that is not known here; choose a layer before it"
    )


def window_of(layer: keras.Layer, axis: int) -> tuple[int, int]:
    """Extent and stride of a convolution's kernel or of a pooling window."""
    if isinstance(layer, keras.layers.Conv2D):
        return (layer.kernel_size[axis] - 1) * layer.dilation_rate[axis] + 1, layer.strides[axis]
    return layer.pool_size[axis], layer.strides[axis]


def zeros_before(layer: keras.Layer, window: int, step: int, length: int) -> int:
    """How many rows of zeros stand above (or columns left of) the input, as TensorFlow pads it."""
    if layer.padding == "valid":
        return 0
    return max((-(-length // step) - 1) * step + window - length, 0) // 2
