"""The sheet of paper on a table: found by its bright quadrilateral, and straightened."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from PIL import Image
from scipy import ndimage
from scipy.spatial import ConvexHull, QhullError

from layerwise.see.picture_files import FINEST, Floats, luminance, shrunk

SMALLEST_SHEET = 0.15
"""A sheet takes at least this share of the picture."""


STEP = 0.08
"""Across the edge of a sheet the light changes by at least so much, of full scale 1."""


TRIMMED = 0.02
"""So much of a straightened sheet is cut off at each side: its edge is never found to the pixel."""


def find_sheet(photo: npt.NDArray[np.uint8]) -> Floats | None:
    """The corners of the largest bright quadrilateral with something darker around, or None.

    Returns
    -------
    float array, shape (4, 2), or None
        (x, y) as shares of the photo's width and height; clockwise, that at the upper left first.
    """
    grey = ndimage.median_filter(shrunk(luminance(photo), 160), 3)
    # A shadow may lie on the sheet, and the table may be light: no one threshold serves for all photographs.
    darkest, brightest = np.quantile(grey, [0.02, 0.98])
    levels = np.linspace(darkest, brightest, 10)[1:-1]
    found = [corners for level in levels if (corners := _quadrilateral(grey, grey > level)) is not None]
    if not found:
        return None
    largest = max(found, key=_area)
    return (largest + 0.5) / np.array(grey.shape[::-1])


def _quadrilateral(grey: Floats, bright: npt.NDArray[np.bool_]) -> Floats | None:
    """The corners of the largest bright piece, if it is a sheet."""
    opened = ndimage.binary_opening(bright, iterations=2)  # cuts off what only touches the sheet
    labels, count = ndimage.label(opened)
    if not count:
        return None
    largest = labels == np.argmax(np.bincount(labels.ravel())[1:]) + 1
    piece = ndimage.binary_fill_holes(ndimage.binary_dilation(largest, iterations=3) & bright)  # with its corners again
    if piece.mean() < SMALLEST_SHEET:
        return None
    places = np.argwhere(piece)[:, ::-1]
    try:
        hull = places[ConvexHull(places).vertices].astype(float)
    except QhullError:  # a piece that is one line
        return None
    corners = _four_corners(hull)
    sides = np.hypot(*(corners - np.roll(corners, 1, axis=0)).T)
    if piece.sum() < 0.88 * _area(corners) or _area(corners) < 0.9 * _area(hull) or sides.min() < 0.35 * sides.max():
        return None
    return corners if _edges(grey, corners) >= 3 else None


def _four_corners(hull: Floats) -> Floats:
    """The four vertices that are left when those go, one by one, which cost least area; the upper left first."""
    while len(hull) > 4:
        before, after = np.roll(hull, 1, axis=0) - hull, np.roll(hull, -1, axis=0) - hull
        hull = np.delete(hull, np.argmin(np.abs(before[:, 0] * after[:, 1] - before[:, 1] * after[:, 0])), axis=0)
    return np.roll(hull, -int(np.argmin(hull.sum(axis=1))), axis=0)


def _area(corners: Floats) -> float:
    x, y = corners.T
    return float(abs(x @ np.roll(y, 1) - y @ np.roll(x, 1)) / 2)


def _edges(grey: Floats, corners: Floats) -> int:
    """How many of the four sides have the sheet's light inside and less outside; the picture's own rim is none."""
    count = 0
    for start, end in zip(corners, np.roll(corners, -1, axis=0), strict=True):
        along = np.linspace(0.1, 0.9, 40)[:, None] * (end - start) + start
        outwards = np.array([(end - start)[1], -(end - start)[0]]) / np.hypot(*(end - start))
        inside, outside = (np.rint(along + off * outwards).astype(int)[:, ::-1] for off in (-4, 4))
        if (outside < 0).any() or (outside >= grey.shape).any():
            continue
        inner, outer = (grey[tuple(np.clip(places, 0, np.array(grey.shape) - 1).T)] for places in (inside, outside))
        count += bool(np.mean(inner - outer > STEP) > 0.85)
    return count


def straightened(photo: npt.NDArray[np.uint8], corners: Floats) -> npt.NDArray[np.uint8]:
    """The sheet as if seen from straight above, without its edges."""
    places = corners * np.array(photo.shape[1::-1])
    sides = np.hypot(*(places - np.roll(places, 1, axis=0)).T)  # left, upper, right, lower
    size = np.array([sides[1::2].mean(), sides[::2].mean()])
    width, height = np.maximum(8, np.rint(size * min(1.0, FINEST / size.max()))).astype(int).tolist()
    page = np.array([(0, 0), (1, 0), (1, 1), (0, 1)]) * (1 + 2 * TRIMMED) - TRIMMED
    page *= (width, height)
    # x = (a u + b v + c) / (g u + h v + 1), and y likewise, for the four corners: eight equations.
    rows = [
        row
        for (u, v), (x, y) in zip(page, places, strict=True)
        for row in ([u, v, 1, 0, 0, 0, -x * u, -x * v], [0, 0, 0, u, v, 1, -y * u, -y * v])
    ]
    numbers = np.linalg.solve(np.array(rows), places.ravel())
    flat = Image.fromarray(photo).transform(
        (width, height), Image.Transform.PERSPECTIVE, numbers.tolist(), Image.Resampling.BILINEAR
    )
    return np.asarray(flat)
