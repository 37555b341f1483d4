"""Digits as shapes: those of fonts, and those that a pen's stroke draws."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import matplotlib
import numpy as np
from PIL import Image, ImageDraw, ImageFont
from scipy.ndimage import distance_transform_edt

from layerwise.data.synthetic.random_numbers import Array
from layerwise.data.synthetic.strokes import stroke_digit

CHARACTERS = "0123456789ABCDEH"
"""Ten digits, and the letters that stand beside some of them."""


HEIGHT, MARGIN = 32, 12


CELL = HEIGHT + 2 * MARGIN
"""Samples of a glyph's square in the atlas, of which its height takes HEIGHT."""


STROKE_STYLES = 80


HALF_STROKE = 0.05


@dataclass(frozen=True)
class Face:
    """The digits of a font file (None: of Pillow's own font), and how often they are used.

    `thinner` and `thicker` move the outline at most, in digit heights.
    """

    file: str | None
    weight: float
    thinner: float = -0.015
    thicker: float = 0.035


FACES = (
    Face("DejaVuSans.ttf", 3),
    Face("DejaVuSans-Bold.ttf", 4, -0.04, 0.015),
    Face("DejaVuSans-Oblique.ttf", 0.5),
    Face("DejaVuSans-BoldOblique.ttf", 0.5, -0.04, 0.01),
    Face("DejaVuSansMono.ttf", 0.4),
    Face("DejaVuSansMono-Bold.ttf", 0.4, -0.03, 0.01),
    Face("DejaVuSerif.ttf", 1, -0.01, 0.03),
    Face("DejaVuSerif-Bold.ttf", 1.5, -0.03, 0.015),
    Face("DejaVuSerif-Italic.ttf", 0.5, -0.01, 0.03),
    Face("STIXGeneral.ttf", 2, 0.0, 0.035),
    Face("STIXGeneralBol.ttf", 2.5, -0.01, 0.03),
    Face("STIXGeneralBolIta.ttf", 1, -0.01, 0.02),
    Face("STIXGeneralItalic.ttf", 1, 0.0, 0.03),
    Face("cmb10.ttf", 1.5, -0.01, 0.02),
    Face("cmr10.ttf", 0.7, 0.005, 0.035),
    Face("cmmi10.ttf", 0.4, 0.005, 0.035),
    Face("cmss10.ttf", 3, 0.0, 0.05),
    Face("cmti10.ttf", 0.4, 0.005, 0.03),
    Face("cmtt10.ttf", 0.7, 0.0, 0.05),
    Face(None, 6, 0.0, 0.055),
)


STROKE_FACE = Face(None, 20 / STROKE_STYLES, -0.012, 0.07)


@dataclass(frozen=True)
class Atlas:
    """Every glyph once, in digit heights.

    `distance` (styles x characters, CELL, CELL) is signed; `width` (styles, characters) is the glyph's, `half_stem`
    half that of its widest stroke, the greatest distance inside. `weight`, `thinner`, `thicker` (styles,): see `Face`.
    """

    distance: Array
    width: Array
    half_stem: Array
    weight: Array
    thinner: Array
    thicker: Array


def font_glyph(face: Face, character: str) -> tuple[Array, float]:
    """Signed distance (CELL, CELL) and width of one character of a font, scaled to height 1."""
    left, top, right, bottom = _inked(face, character, 100).getbbox() or (0, 0, 1, 1)
    picture = _inked(face, character, 100 * 2 * HEIGHT / (bottom - top))  # two pixels a sample
    left, top, right, bottom = picture.getbbox() or (0, 0, 1, 1)
    x, y = (left + right) // 2, (top + bottom) // 2
    picture = picture.crop((x - CELL, y - CELL, x + CELL, y + CELL))
    inside = np.asarray(picture) > 127
    distance = distance_transform_edt(inside) - distance_transform_edt(~inside)
    samples = distance.reshape(CELL, 2, CELL, 2).mean(axis=(1, 3))
    return (samples / (2 * HEIGHT)).astype(np.float32), (right - left) / (bottom - top)


def _inked(face: Face, character: str, size: float) -> Image.Image:
    """A character drawn white on black, with room around it."""
    if face.file is None:
        font: Any = ImageFont.load_default(size)
    else:
        font = ImageFont.truetype(Path(matplotlib.get_data_path(), "fonts", "ttf", face.file), size)
    picture = Image.new("L", (6 * HEIGHT, 6 * HEIGHT))
    ImageDraw.Draw(picture).text((2 * HEIGHT, HEIGHT), character, fill=255, font=font)
    return picture


def stroke_glyph(strokes: list[Array]) -> tuple[Array, float]:
    """Signed distance (CELL, CELL) and width of a pen line of half width HALF_STROKE, scaled to height 1.

    Parameters
    ----------
    strokes : list of array (points, 2)
        As `stroke_digit` returns them.
    """
    points = np.concatenate(strokes)
    low, high = points.min(axis=0), points.max(axis=0)
    scale = (1 - 2 * HALF_STROKE) / (high[1] - low[1])
    starts = np.concatenate([stroke[:-1] for stroke in strokes])
    ends = np.concatenate([stroke[1:] for stroke in strokes])
    starts, ends = ((np.float32(scale) * (end - (low + high) / 2)).astype(np.float32) for end in (starts, ends))
    axis = (np.arange(CELL, dtype=np.float32) - (CELL - 1) / 2) / HEIGHT
    x, y = np.meshgrid(axis, axis)
    nearest = np.full((CELL, CELL), np.inf, np.float32)
    for (x0, y0), (dx, dy) in zip(starts, ends - starts, strict=True):
        along = np.clip(((x - x0) * dx + (y - y0) * dy) / max(dx * dx + dy * dy, 1e-12), 0, 1)
        np.minimum(nearest, (x - x0 - along * dx) ** 2 + (y - y0 - along * dy) ** 2, out=nearest)
    return HALF_STROKE - np.sqrt(nearest), float(scale * (high[0] - low[0]) + 2 * HALF_STROKE)


@lru_cache(maxsize=1)
def atlas() -> Atlas:
    """Draw every glyph, once in a process (about a second): the fonts, then STROKE_STYLES sets of stroke digits."""
    glyphs = [[font_glyph(face, character) for character in CHARACTERS] for face in FACES]
    letters = glyphs[0][10:]
    for style in range(STROKE_STYLES):
        rng = np.random.default_rng(style)
        glyphs.append([stroke_glyph(stroke_digit(digit, rng)) for digit in range(10)] + letters)
    faces = [*FACES, *[STROKE_FACE] * STROKE_STYLES]
    weight = np.array([face.weight for face in faces])
    distance = np.stack([distance for row in glyphs for distance, _ in row])
    return Atlas(
        distance=distance,
        width=np.array([[width for _, width in row] for row in glyphs], np.float32),
        half_stem=distance.max(axis=(1, 2)).reshape(len(faces), len(CHARACTERS)),
        weight=weight / weight.sum(),
        thinner=np.array([face.thinner for face in faces], np.float32),
        thicker=np.array([face.thicker for face in faces], np.float32),
    )


def coverage(distance: Array, softness: Array | float = 1.0) -> Array:
    """Share of a pixel that lies inside, from the signed distance of its middle in pixels."""
    return np.clip(distance / softness + np.float32(0.5), 0, 1)
