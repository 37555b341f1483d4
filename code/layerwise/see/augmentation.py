"""Training pictures changed at random in ways that leave the digit what it is (chapter ``svhn_cnn``).

Every epoch sees another version of each picture: turned, stretched, moved, in other colours. The network has to find
what all versions have in common.
"""

from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
from numpy.typing import ArrayLike, NDArray

from layerwise.data.digits import scale

Array = NDArray[Any]


CHUNK = 1024
"""Pictures that are changed together; more would no longer fit into the processor's cache."""


@dataclass(frozen=True)
class Augmentation:
    """How far pictures are changed. All zero (and zoom 1 to 1): not at all.

    Attributes
    ----------
    rotation : float
        Degrees; the angle is uniform from minus to plus this.
    zoom : (float, float)
        Lowest and highest magnification, drawn for width and height each, so that proportions change too.
    shift_x, shift_y : float
        Share of the width or height; uniform from minus to plus this.
    shear : float
        Degrees, uniform from minus to plus this. (Keras' ``ImageDataGenerator``, whose values the report gives, takes
        degrees as well: its 0.15 moves no pixel by more than 0.05.)
    invert : float
        Probability that light becomes dark and dark light.
    colour : float
        Standard deviation of the logarithm of a factor for each of red, green and blue; half of it that of a summand.
    """

    rotation: float = 0.0
    zoom: tuple[float, float] = (1.0, 1.0)
    shift_x: float = 0.0
    shift_y: float = 0.0
    shear: float = 0.0
    invert: float = 0.0
    colour: float = 0.0

    def __post_init__(self) -> None:
        object.__setattr__(
            self, "zoom", tuple(map(float, self.zoom))
        )  # a list, as TOML has it, would not compare equal


def augment(x: Array, augmentation: Augmentation, rng: np.random.Generator) -> Array:
    """Pictures as one epoch sees them.

    Parameters
    ----------
    x : uint8 array (P, height, width, 3)
    augmentation : Augmentation
    rng : numpy.random.Generator
        Decides everything: the same state gives the same pictures.

    Returns
    -------
    float32 array (P, height, width, 3)
        From 0 to 1. What a moved picture leaves free shows the nearest pixel of its edge.

    Raises
    ------
    ValueError
        For pixels that are not uint8, most often because they have been scaled already.
    """
    changed = np.empty(x.shape, np.float32)
    for start in range(0, len(x), CHUNK):
        part = scale(x[start : start + CHUNK])
        changed[start : start + CHUNK] = _recoloured(
            warp(part, _drawn(part.shape, augmentation, rng)), augmentation, rng
        )
    return changed


def placements(
    rotation: ArrayLike = 0.0,
    zoom_x: ArrayLike = 1.0,
    zoom_y: ArrayLike = 1.0,
    shear: ArrayLike = 0.0,
    shift_x: ArrayLike = 0.0,
    shift_y: ArrayLike = 0.0,
) -> Array:
    """The affine map of each picture, about its middle: magnify, shear, turn, then move.

    Parameters
    ----------
    rotation, shear : array (P,)
        Degrees; a positive rotation is counterclockwise as one sees it, a positive shear moves the top to the right.
    zoom_x, zoom_y : array (P,)
        Magnification of width and height.
    shift_x, shift_y : array (P,)
        Pixels to the right and down.

    Returns
    -------
    array (P, 2, 3)
        Takes the place (column, row, 1), from the middle of the picture, to where it comes to lie.
    """
    values = (np.asarray(v, float) for v in (rotation, zoom_x, zoom_y, shear, shift_x, shift_y))
    turn, zoom_x, zoom_y, slant, right, down = np.broadcast_arrays(*map(np.atleast_1d, values))
    cos, sin, tan = np.cos(np.radians(turn)), np.sin(np.radians(turn)), np.tan(np.radians(slant))
    # Rows count downwards: what turns counterclockwise to the eye turns the other way in (column, row).
    a, b = cos * zoom_x, (sin - cos * tan) * zoom_y
    c, d = -sin * zoom_x, (cos + sin * tan) * zoom_y
    return np.stack([np.stack([a, b, right], -1), np.stack([c, d, down], -1)], -2)


def warp(x: Array, placement: Array) -> Array:
    """Pictures moved by their affine maps, bilinearly interpolated.

    Parameters
    ----------
    x : float32 array (P, height, width, channels)
    placement : array (P, 2, 3)
        See :func:`placements`.

    Returns
    -------
    float32 array, shape of ``x``
        Beyond the edge a picture continues with its nearest pixel.
    """
    height, width = x.shape[1:3]
    middle = np.array([(width - 1) / 2, (height - 1) / 2])
    # Each pixel of the result asks where it came from: the inverse map.
    back = np.linalg.inv(placement[:, :, :2])
    offset = middle - np.einsum("pij,pj->pi", back, middle + placement[:, :, 2])
    rows = np.concatenate([back, offset[:, :, None]], axis=2).reshape(-1, 6)
    transforms = np.concatenate([rows, np.zeros((len(rows), 2))], axis=1).astype(np.float32)
    return keras.ops.convert_to_numpy(keras.ops.image.affine_transform(x, transforms, fill_mode="nearest"))


def _drawn(shape: tuple[int, ...], augmentation: Augmentation, rng: np.random.Generator) -> Array:
    """One random placement for each picture of that shape (P, height, width, channels)."""
    count, height, width, _ = shape

    def within(limit: float) -> Array:
        return rng.uniform(-limit, limit, count)

    return placements(
        rotation=within(augmentation.rotation),
        zoom_x=rng.uniform(*augmentation.zoom, count),
        zoom_y=rng.uniform(*augmentation.zoom, count),
        shear=within(augmentation.shear),
        shift_x=within(augmentation.shift_x * width),
        shift_y=within(augmentation.shift_y * height),
    )


def _recoloured(x: Array, augmentation: Augmentation, rng: np.random.Generator) -> Array:
    """Light and dark exchanged in some, then every channel times a factor plus a summand, cut off at 0 and 1."""
    inverted = rng.random(len(x)) < augmentation.invert
    x[inverted] = 1 - x[inverted]
    if augmentation.colour:
        shape = (len(x), 1, 1, x.shape[3])
        x *= np.exp(rng.normal(0, augmentation.colour, shape)).astype(np.float32)
        x += rng.normal(0, augmentation.colour / 2, shape).astype(np.float32)
    return np.clip(x, 0, 1, out=x)
