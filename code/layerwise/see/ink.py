"""Ink on paper: even light, strokes, lines, and the pieces that are one digit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from layerwise.see.picture_files import Floats, resized, shrunk

Mask = npt.NDArray[np.bool_]


STROKE_SPAN = 1 / 3
"""Whatever is wider than this share of the picture is background: paper, a table, a shadow."""


FAINTEST = 0.1
"""Ink takes away at least this share of the light."""


LINE_LENGTH = 0.8
"""A ruled line runs across at least this share of the picture; no digit does that."""


SMALLEST_DIGIT = 0.05
"""A digit's longer side is at least this share of the picture's."""


FILLED = 26 / 32
"""The share of the input that the digit's longer side takes, about that of SVHN's digits."""


def is_light_on_dark(grey: Floats) -> bool:
    """Strokes are few and differ much from the paper around them, so the sum of cubes has their sign."""
    small = shrunk(grey, 20)
    return bool(np.sum((small - ndimage.median_filter(small, size=13)) ** 3) > 0)


def background_of(dark_on_light: Floats) -> Floats:
    """The light on the paper: a grey closing, the lightest way to fill whatever is narrower than `STROKE_SPAN`.

    It removes strokes and leaves the edge of a shadow where it is.
    """
    small = shrunk(dark_on_light, 128)
    span = round(STROKE_SPAN * max(small.shape))
    # The picture goes on beyond its rim: a shadow that only begins there is no stroke.
    wide = np.pad(small, span, mode="edge")
    closed = ndimage.grey_closing(wide, size=span)[span:-span, span:-span]
    smooth = ndimage.gaussian_filter(closed, span / 24, mode="nearest")
    return np.maximum(resized(smooth, dark_on_light.shape), 0.02)


def evenly_lit(dark_on_light: Floats) -> Floats:
    """As if the lightest of the paper were everywhere."""
    return np.full_like(dark_on_light, max(np.quantile(dark_on_light, 0.95), 0.02))


def find_marks(ink: Floats) -> Mask:
    """Where there is more ink than grain of the paper and noise of the camera explain."""
    middle = np.median(ink)
    noise = 1.4826 * np.median(np.abs(ink - middle))
    return ink > max(middle + 4 * noise, FAINTEST)


def strokes_of(ink: Floats, marks: Mask) -> Mask:
    """The strong marks, and whatever is more than half as strong and hangs together with them."""
    if not marks.any():
        return marks
    strong = _otsu(ink[marks])
    return ndimage.binary_propagation(marks & (ink > strong), structure=_NEIGHBOURS, mask=marks & (ink > 0.6 * strong))


_NEIGHBOURS = np.ones((3, 3), bool)


def _otsu(values: Floats) -> float:
    """The threshold that parts values into two groups with the largest variance between them (Otsu 1979)."""
    counts, edges = np.histogram(values.astype(float), bins=64)  # in float32 near values have no room for 64
    centres = (edges[:-1] + edges[1:]) / 2
    below = np.cumsum(counts)[:-1].astype(float)
    above = values.size - below
    sums = np.cumsum(counts * centres)
    with np.errstate(divide="ignore", invalid="ignore"):
        between = below * above * (sums[:-1] / below - (sums[-1] - sums[:-1]) / above) ** 2
    return float(edges[1:-1][np.nanargmax(between)]) if counts.max() < values.size else float(edges[0])


def without_lines(ink: Floats, marks: Mask) -> Mask:
    """The marks without horizontal lines, then without vertical ones; strokes that cross them stay."""
    return _without_horizontal_lines(ink.T, _without_horizontal_lines(ink, marks).T).T


def _without_horizontal_lines(ink: Floats, marks: Mask) -> Mask:
    """Remove what runs across most of the width and is thin.

    Pieces of a line, a thirtieth of the width long, are found by their mean, where the line is faint or tilted too;
    joined, they run across. Where a stroke crosses a line the mark is higher or darker than the line, and stays.
    """
    width, thickest = ink.shape[1], max(2, max(ink.shape) // 60)
    reach = max(3, width // 30)
    pieces = ndimage.uniform_filter1d(ink, reach, axis=1) > FAINTEST / 2
    labels, _ = ndimage.label(ndimage.maximum_filter(pieces, size=(3, 2 * reach)), _NEIGHBOURS)
    labels[~pieces] = 0
    lines = np.zeros_like(marks)
    for label, box in enumerate(ndimage.find_objects(labels), start=1):
        if box is not None and box[1].stop - box[1].start >= LINE_LENGTH * width:
            lines[box] |= labels[box] == label
    lines &= marks
    if not lines.any():
        return marks
    as_faint = ink < 2 * np.median(ink[lines])
    return marks & ~(lines & as_faint & ~_opened(marks, thickest + 1, axis=0))


def _opened(mask: Mask, length: int, axis: int) -> Mask:
    """The runs of at least `length` along an axis."""
    eroded = ndimage.minimum_filter1d(mask.astype(np.uint8), length, axis=axis, mode="constant")
    return ndimage.maximum_filter1d(eroded, length, axis=axis, origin=-1 if length % 2 == 0 else 0) > 0


@dataclass(frozen=True)
class Piece:
    """A connected piece of ink: its label, its box and how much ink it has."""

    label: int
    top: int
    bottom: int
    left: int
    right: int
    ink: float

    @property
    def height(self) -> int:
        return self.bottom - self.top

    @property
    def width(self) -> int:
        return self.right - self.left


def one_digit(mask: Mask, ink: Floats) -> tuple[Mask, int]:
    """The strokes of the most digit-like piece and of those that belong to it; and how many other digits there are."""
    reach = max(1, round(0.006 * max(mask.shape)))
    labels, _ = ndimage.label(ndimage.binary_dilation(mask, _NEIGHBOURS, iterations=reach), _NEIGHBOURS)
    labels[~mask] = 0
    pieces = _pieces(labels, ink)
    tall = [piece for piece in pieces if _is_digit_sized(piece, mask.shape)]
    if not tall:
        return np.zeros_like(mask), 0
    main = max(tall, key=lambda piece: _likeness(piece, mask.shape))
    group = [main]
    for piece in sorted(pieces, key=lambda piece: -piece.ink):
        if piece is not main and piece.ink > 0.01 * main.ink and _belongs(piece, _box_around(group)):
            group.append(piece)
    box = _box_around(group)
    others = [
        piece for piece in tall if piece not in group and piece.height > 0.5 * box.height and piece.ink > 0.25 * box.ink
    ]
    return np.isin(labels, [piece.label for piece in group]), len(others)


def _pieces(labels: npt.NDArray[Any], ink: Floats) -> list[Piece]:
    sums = np.bincount(labels.ravel(), weights=ink.ravel())
    return [
        Piece(label, box[0].start, box[0].stop, box[1].start, box[1].stop, float(sums[label]))
        for label, box in enumerate(ndimage.find_objects(labels), start=1)
        if box is not None
    ]


def _is_digit_sized(piece: Piece, shape: Sequence[int]) -> bool:
    return piece.height >= SMALLEST_DIGIT * max(shape) and piece.width <= 3 * piece.height


def _likeness(piece: Piece, shape: Sequence[int]) -> float:
    """Much ink, near the middle, and away from the rim, where the table and other digits are."""
    off = np.hypot((piece.top + piece.bottom) / shape[0] - 1, (piece.left + piece.right) / shape[1] - 1) / np.sqrt(2)
    return piece.ink * (1 - off) * (0.2 if touches_rim(piece, shape) else 1)


def touches_rim(piece: Piece, shape: Sequence[int]) -> bool:
    return piece.top <= 1 or piece.left <= 1 or piece.bottom >= shape[0] - 1 or piece.right >= shape[1] - 1


def _belongs(piece: Piece, box: Piece) -> bool:
    """Near the box and above, below or inside it: the bar of a 5. Digits stand side by side."""
    across = max(piece.left, box.left) - min(piece.right, box.right)  # negative where they overlap
    upright = max(piece.top, box.top) - min(piece.bottom, box.bottom)
    overlap = -across / min(piece.width, box.width)
    return (overlap > 0.3 and upright < 0.25 * box.height) or max(across, upright) < 0.06 * box.height


def _box_around(pieces: Sequence[Piece]) -> Piece:
    return Piece(
        0,
        min(piece.top for piece in pieces),
        max(piece.bottom for piece in pieces),
        min(piece.left for piece in pieces),
        max(piece.right for piece in pieces),
        sum(piece.ink for piece in pieces),
    )


def ink_alone(digit: Mask, ink: Floats) -> Floats:
    """The digit's ink with its soft edges, cut out; the pen's usual strength is 1, and all else is paper."""
    if not digit.any():
        return np.zeros((1, 1), np.float32)
    reach = max(1, round(0.004 * max(ink.shape)))
    box = cut_out(digit)
    inside = np.pad(digit[box], reach)
    around = ndimage.binary_dilation(inside, _NEIGHBOURS, iterations=reach)
    strength = np.percentile(ink[digit], 60)
    padded = np.pad(ink, reach)[box[0].start : box[0].stop + 2 * reach, box[1].start : box[1].stop + 2 * reach]
    return np.where(around, np.clip(padded / strength, 0, 1), 0).astype(np.float32)


def cut_out(mask: Mask) -> tuple[slice, slice]:
    """The box around what is marked."""
    return tuple(slice(int(places[0]), int(places[-1]) + 1) for places in map(np.unique, np.nonzero(mask)))  # type: ignore[return-value]


def longer_side(digit: Mask) -> int:
    return max((places.stop - places.start for places in cut_out(digit)), default=0)


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
