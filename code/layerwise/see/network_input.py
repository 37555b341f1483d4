"""The one digit as the network's input: alone, upright, in the middle, with strokes like those of house numbers."""

from __future__ import annotations

import numpy as np
from PIL import Image
from scipy import ndimage

from layerwise.see.ink import NEIGHBOURS, Mask
from layerwise.see.picture_files import Floats, resized

INPUT_SIDE = 32
"""The network's input is so many pixels high and wide."""


STROKE = 3.0 / 32
"""Strokes that are thinner in the input than this share of its side are widened to it: numbers on houses are bold."""


BLUR = 1.2
"""Pixels of the input: the standard deviation of the blur that makes the strokes as soft as those of SVHN."""


MOST_LEAN = 0.8
"""No digit is sheared by more, in widths a height."""


PAPER, INK = 0.8, 0.2
"""Grey of paper and of ink in the input."""


FILLED = 26 / 32
"""The share of the input that the digit's longer side takes, about that of SVHN's digits."""


def ink_alone(digit: Mask, ink: Floats) -> Floats:
    """The digit's ink with its soft edges, cut out; the pen's usual strength is 1, and all else is paper."""
    if not digit.any():
        return np.zeros((1, 1), np.float32)
    reach = max(1, round(0.004 * max(ink.shape)))
    box = cut_out(digit)
    inside = np.pad(digit[box], reach)
    around = ndimage.binary_dilation(inside, NEIGHBOURS, iterations=reach)
    strength = np.percentile(ink[digit], 60)
    padded = np.pad(ink, reach)[box[0].start : box[0].stop + 2 * reach, box[1].start : box[1].stop + 2 * reach]
    return np.where(around, np.clip(padded / strength, 0, 1), 0).astype(np.float32)


def cut_out(mask: Mask) -> tuple[slice, slice]:
    """The box around what is marked."""
    rows, columns = ndimage.find_objects(mask.astype(np.int8))[0]
    return rows, columns


def longer_side(digit: Mask) -> int:
    return max(places.stop - places.start for places in cut_out(digit)) if digit.any() else 0


def stroke_width(digit: Mask) -> float:
    """Mean width of the strokes as a share of the input's side.

    In a band of width w the distances to its edge are between 0 and w/2, and w/4 on average.
    """
    if not digit.any():
        return 0.0
    inside = np.pad(digit[cut_out(digit)], 1)
    width = 4 * np.mean(ndimage.distance_transform_edt(inside)[inside]) - 1
    return float(width * FILLED / max(inside.shape))


def disc(radius: float) -> Mask:
    reach = int(radius)
    y, x = np.ogrid[-reach : reach + 1, -reach : reach + 1]
    return x**2 + y**2 <= radius**2


_CROP = 4 * INPUT_SIDE


def upright_digit(alone: Floats) -> Floats:
    """The digit sheared until its columns and rows no longer vary together: house numbers do not lean."""
    y, x = np.indices(alone.shape)
    total = alone.sum()
    if not total:
        return alone
    middle = (alone * y).sum() / total, (alone * x).sum() / total
    down, right = y - middle[0], x - middle[1]
    lean = float(np.clip((alone * down * right).sum() / (alone * down**2).sum(), -MOST_LEAN, MOST_LEAN))
    margin = int(np.ceil(abs(lean) * alone.shape[0]))
    wide = Image.fromarray(np.pad(alone, ((0, 0), (margin, margin))))
    # Output (x, y) is taken from (x + lean (y - middle), y).
    shear = (1, lean, -lean * middle[0], 0, 1, 0)
    return np.asarray(wide.transform(wide.size, Image.Transform.AFFINE, shear, Image.Resampling.BILINEAR))


def cropped(upright: Floats, missing: float) -> Floats:
    """The digit's box in the middle of a square, its longer side filling `FILLED` of it.

    `missing` is how much wider the strokes shall be, as a share of the square's side.
    """
    dark = upright > 0.5
    if not dark.any():
        return np.zeros((_CROP, _CROP), np.float32)
    rows, columns = cut_out(dark)
    side = longer_side(dark) / FILLED
    margin = int(np.ceil(side))  # paper on all sides, so that the square lies inside
    top = (rows.start + rows.stop - side) / 2 + margin
    left = (columns.start + columns.stop - side) / 2 + margin
    square = resized(np.pad(upright, margin), (_CROP, _CROP), (left, top, left + side, top + side))
    square = np.clip(square, 0, 1)
    radius = missing * _CROP / 2
    return square if radius < 0.5 else ndimage.grey_dilation(square, footprint=disc(radius))


def network_input(crop: Floats, blur: float) -> Floats:
    """Paper and ink as greys, as blurred as a house number that was photographed from the street."""
    pixel = _CROP // INPUT_SIDE
    reduced = np.asarray(Image.fromarray(ndimage.gaussian_filter(crop, blur * pixel)).reduce(pixel))
    return np.repeat((PAPER + (INK - PAPER) * reduced)[..., None], 3, axis=2).astype(np.float32)
