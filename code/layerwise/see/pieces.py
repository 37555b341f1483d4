"""Connected pieces of ink, and which of them are the one digit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from layerwise.see.ink import NEIGHBOURS, Mask
from layerwise.see.picture_files import Floats

SMALLEST_DIGIT = 13
"""A digit is at least so many pixels high, at the working size; what is smaller is a speck."""


LEAST_SHARE = 0.1
"""A digit has at least this share of all strokes' ink, but for those at the rim; or all are specks, or a text."""


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
    labels, _ = ndimage.label(ndimage.binary_dilation(mask, NEIGHBOURS, iterations=reach), NEIGHBOURS)
    labels[~mask] = 0
    pieces = _pieces(labels, ink)
    tall = [piece for piece in pieces if _is_digit_sized(piece, mask.shape)]
    if not tall:
        return np.zeros_like(mask), 0
    main = max(tall, key=lambda piece: _likeness(piece, mask.shape))
    if main.ink < LEAST_SHARE * sum(piece.ink for piece in pieces if not _rims(piece, mask.shape)):
        return np.zeros_like(mask), 0
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
    """Large enough, and not running from rim to rim: that is an edge, of a shadow or a table."""
    return piece.height >= SMALLEST_DIGIT and piece.width <= 3 * piece.height and _rims(piece, shape) < 2


def _likeness(piece: Piece, shape: Sequence[int]) -> float:
    """Much ink, near the middle, and away from the rim, where the table and other digits are."""
    off = np.hypot((piece.top + piece.bottom) / shape[0] - 1, (piece.left + piece.right) / shape[1] - 1) / np.sqrt(2)
    return piece.ink * (1 - off) * (0.2 if _rims(piece, shape) else 1)


def _rims(piece: Piece, shape: Sequence[int]) -> int:
    """How many of the picture's four rims it touches."""
    return sum((piece.top <= 1, piece.left <= 1, piece.bottom >= shape[0] - 1, piece.right >= shape[1] - 1))


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
