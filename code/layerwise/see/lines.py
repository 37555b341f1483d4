"""The lines of ruled and squared paper, taken away from the marks."""

from __future__ import annotations

import numpy as np
from scipy import ndimage

from layerwise.see.ink import FAINTEST, NEIGHBOURS, Mask
from layerwise.see.picture_files import Floats

LINE_LENGTH = 0.75
"""A line that is one of several runs across at least this share of the picture; a single one from rim to rim."""


SEVERAL = 3
"""So many lines that end before the rim are a ruling. No digit has three strokes of such a length in one direction."""


def without_lines(ink: Floats, marks: Mask) -> Mask:
    """The marks without horizontal lines, then without vertical ones; strokes that cross them stay."""
    return _without_horizontal_lines(ink.T, _without_horizontal_lines(ink, marks).T).T


def _without_horizontal_lines(ink: Floats, marks: Mask) -> Mask:
    """Remove what runs across the width and is thin.

    Pieces of a line, a thirtieth of the width long, are found by their mean, where the line is faint or tilted too;
    joined, where a bold stroke parts them too, they run across. Where a stroke crosses a line the mark is higher or
    darker than the line, and stays.
    """
    width, thickest = ink.shape[1], max(2, max(ink.shape) // 60)
    reach = max(3, width // 30)
    along, down = (ndimage.uniform_filter1d(ink, reach, axis=axis) for axis in (1, 0))
    along = ndimage.minimum_filter1d(along, 2 * reach)  # the paper beside a stroke is no line
    pieces = (along > FAINTEST / 2) & (along > 1.5 * down)
    labels, _ = ndimage.label(ndimage.maximum_filter(pieces, size=(3, 5 * reach)), NEIGHBOURS)
    labels[~pieces] = 0
    boxes = {label: box for label, box in enumerate(ndimage.find_objects(labels), start=1) if box is not None}
    long = [label for label, box in boxes.items() if box[1].stop - box[1].start >= LINE_LENGTH * width]
    rim = max(2, width // 100)
    through = [label for label in long if boxes[label][1].start <= rim and boxes[label][1].stop >= width - rim]
    lines = np.isin(labels, long if len(long) >= SEVERAL else through)
    if not (lines & marks).any():
        return marks
    as_faint = ink < 2 * np.median(ink[lines & marks])
    return marks & ~(lines & as_faint & ~_opened(marks, thickest + 1, axis=0))


def _opened(mask: Mask, length: int, axis: int) -> Mask:
    """The runs of at least `length` along an axis."""
    eroded = ndimage.minimum_filter1d(mask.astype(np.uint8), length, axis=axis, mode="constant")
    return ndimage.maximum_filter1d(eroded, length, axis=axis, origin=-1 if length % 2 == 0 else 0) > 0
