"""Ink on paper: dark or light, even light, marks and strokes."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from layerwise.see.picture_files import Floats, shrunk

Mask = npt.NDArray[np.bool_]


STROKE_SPAN = 1 / 3
"""Whatever is wider than this share of the picture is background: paper, a table, a shadow."""


INK_EFFORT = 5
"""How much ink counts beside changes of the background in :func:`light_on_dark`. With twice as much, a bold digit that
leaves little paper is taken for the paper; with none, the gaps of a ruled board are taken for the chalk."""


FAINTEST = 0.1
"""Ink takes away at least this share of the light, in one of the three colours."""


NEIGHBOURS = np.ones((3, 3), bool)


def light_on_dark(view: Floats) -> float:
    """How much harder it is to explain the picture (H, W, C) by light strokes than by dark ones; below 1, the digit is
    light on dark.

    An explanation is a background without strokes, and ink on it. Paper is plain, but for its light and shadows, and
    those are the same in both; where paper is taken for strokes, a blot as large as the digit is left. And of ink there
    is little: what lies between the lines of a ruled page is more than the lines.
    """
    small = np.stack([shrunk(channel, 100) for channel in np.moveaxis(view, 2, 0)]).astype(float)
    dark, light = (sum(_effort(side * channel) for channel in small) for side in (1, -1))
    return (light + 1e-6) / (dark + 1e-6)


def _effort(channel: Floats) -> float:
    """The changes of the background without dark strokes, and the ink; both grow with the picture's side."""
    background = without_strokes(channel)
    changes = sum(float(np.abs(np.diff(background, axis=axis)).sum()) for axis in (0, 1))
    return changes + INK_EFFORT * float((background - channel).sum()) / max(channel.shape)


def without_strokes(channel: Floats) -> Floats:
    """A grey closing: the lightest way to fill whatever is narrower than `STROKE_SPAN`.

    It removes strokes and leaves the edge of a shadow where it is.
    """
    span = round(STROKE_SPAN * max(channel.shape)) | 1
    # The picture goes on beyond its rim: a shadow that only begins there is no stroke.
    wide = np.pad(channel, span // 2, mode="edge")
    closed = ndimage.minimum_filter(ndimage.maximum_filter(wide, span), span)
    return closed[span // 2 : -(span // 2), span // 2 : -(span // 2)]


def background_of(dark_on_light: Floats) -> Floats:
    """The light on the paper, (H, W, C), in each colour."""
    smooth = ndimage.uniform_filter(dark_on_light, (3, 3, 1))
    return np.maximum(np.dstack([without_strokes(smooth[..., k]) for k in range(smooth.shape[2])]), 0.02)


def evenly_lit(dark_on_light: Floats) -> Floats:
    """As if the lightest of the paper were everywhere."""
    return np.broadcast_to(np.maximum(np.quantile(dark_on_light, 0.95, axis=(0, 1)), 0.02), dark_on_light.shape).astype(
        np.float32
    )


def ink_of(dark_on_light: Floats, background: Floats) -> Floats:
    """The share of the light that is missing, (H, W): of the three colours most counts that which the ink takes most.

    Yellow ink takes blue light alone, and hardly any luminance; of black ink all three say the same, with less noise.
    """
    missing = np.clip(1 - dark_on_light / background, 0, 1)
    weights = np.einsum("hwc,hwc,hwc->c", missing, missing, missing) + 1e-9
    return (missing @ (weights / weights.sum())).astype(np.float32)


def find_marks(ink: Floats) -> Mask:
    """Where there is more ink than grain of the paper and noise of the camera explain.

    Their size is that of the paler half of the picture: a bold digit may be more than half of it.
    """
    low, middle = np.quantile(ink, [0.05, 0.3])
    return ink > max(middle + 5 * (middle - low), FAINTEST)


def strokes_of(ink: Floats, marks: Mask) -> Mask:
    """The strong marks, and whatever is more than half as strong and hangs together with them."""
    if not marks.any():
        return marks
    strong = _otsu(ink[marks])
    return ndimage.binary_propagation(marks & (ink > strong), structure=NEIGHBOURS, mask=marks & (ink > 0.6 * strong))


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
