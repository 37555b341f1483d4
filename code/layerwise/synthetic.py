"""House-number digits made by a program: the data that the book falls back on (chapters ``svhn_cnn``, ``data``).

Nobody's picture goes in. A digit's outline comes from one of the fonts that Matplotlib and Pillow ship, or from
strokes drawn here; everything else is drawn around it from random numbers: neighbour digits cut at the sides, a plate,
walls, colours, light, a camera. The ranges were chosen by eye, sheets of generated digits beside digits of the
SVHN sample's training part, and by general knowledge of signs and cameras; none was fitted to a measurement on real
pictures.

Every glyph is kept as a *signed distance*: how far a point lies inside its outline, negative outside, in units of the
digit's height. Width of the stroke, outline, shadow and sharpness of the edge are then thresholds of one number, at any
magnification.

References
----------
Ganin and Lempitsky, "Unsupervised domain adaptation by backpropagation" (2015): synthetic numbers from fonts, to read
SVHN with. Netzer et al., "Reading digits in natural images with unsupervised feature learning" (2011): SVHN. Green,
"Improved alpha-tested magnification for vector textures and special effects" (2007): glyphs as signed distances.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from numbers import Integral
from pathlib import Path
from typing import Any

import matplotlib
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont
from scipy.fft import dctn, idctn
from scipy.ndimage import distance_transform_edt

Array = NDArray[Any]
Generator = np.random.Generator

SIZE = 32
"""Rows and columns of a picture."""

BLOCK = 64
"""Pictures that are drawn together from one stream of random numbers."""

CHARACTERS = "0123456789ABCDEH"
"""Ten digits, and the letters that stand beside some of them."""

HEIGHT, MARGIN = 32, 12
CELL = HEIGHT + 2 * MARGIN
"""Samples of a glyph's square in the atlas, of which its height takes HEIGHT."""

STROKE_STYLES = 80
HALF_STROKE = 0.05


# Glyphs


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


# Strokes: x to the right, y down, a digit about 1 high


def stroke_digit(digit: int, rng: Generator) -> list[Array]:
    """A digit as a hand with a pen draws it: a few lines with random proportions.

    Parameters
    ----------
    digit : int
        0 to 9.
    rng : numpy.random.Generator
        Where the proportions come from.

    Returns
    -------
    list of array (points, 2)
        Polylines x, y; y grows downwards; about 1 high and half as wide.

    Raises
    ------
    ValueError
        For anything but a whole number from 0 to 9.
    """
    if isinstance(digit, bool) or not isinstance(digit, Integral) or not 0 <= digit <= 9:
        raise ValueError(f"digit is {digit!r}: expected a whole number from 0 to 9")
    strokes = _DRAWN[int(digit)](rng)
    field = 0.05 * rng.standard_normal((2, 5))
    slant, aspect = 0.08 * rng.standard_normal(), rng.uniform(0.45, 0.72)
    return [bend(stroke, field) * (aspect, 1) - stroke[:, 1:] * (slant, 0) for stroke in strokes]


def bend(points: Array, coefficients: Array) -> Array:
    """Move points of the unit square by a smooth field, which keeps strokes that meet together.

    Parameters
    ----------
    points : array (points, 2)
    coefficients : array (2, 5)
        How much of x, y, xy, x² and y², counted from the middle, is added to either coordinate.
    """
    x, y = points.T - 0.5
    return points + (coefficients @ np.stack([x, y, x * y, x**2, y**2])).T


def _arc(x: float, y: float, across: float, down: float, start: float, end: float, power: float = 2) -> Array:
    """Part of a superellipse about (x, y), from one angle to another (degrees, counterclockwise from the right)."""
    angle = np.radians(np.linspace(start, end, max(3, round(abs(end - start) / 22) + 1)))
    cos, sin = np.cos(angle), np.sin(angle)
    return np.column_stack(
        [x + across * np.sign(cos) * np.abs(cos) ** (2 / power), y - down * np.sign(sin) * np.abs(sin) ** (2 / power)]
    )


def _curve(*controls: tuple[float, float]) -> Array:
    """A straight line (two points) or a quadratic Bézier curve (three)."""
    points = np.array(controls, float)
    if len(points) == 2:
        return points
    t = np.linspace(0, 1, 7)[:, None]
    return (1 - t) ** 2 * points[0] + 2 * t * (1 - t) * points[1] + t**2 * points[2]


def _zero(rng: Generator) -> list[Array]:
    return [_arc(0.5, 0.5, 0.5, 0.5, 90, 450, rng.uniform(1.9, 3))]


def _one(rng: Generator) -> list[Array]:
    strokes = [_curve((0.5, 0), (0.5, 1))]
    if rng.random() < 0.6:
        strokes.append(_curve((0.5, 0), (0.5 - rng.uniform(0.2, 0.5), rng.uniform(0.1, 0.3))))
    if rng.random() < 0.25:
        strokes.append(_curve((0.15, 1), (0.85, 1)))
    return strokes


def _two(rng: Generator) -> list[Array]:
    top, end = rng.uniform(0.25, 0.32), rng.uniform(-40, 0)
    arc = _arc(0.5, top, 0.47, top, rng.uniform(150, 190), end, rng.uniform(1.9, 2.5))
    down = _curve(tuple(arc[-1]), (rng.uniform(0.6, 0.8), rng.uniform(0.55, 0.65)), (0.02, 1))
    return [np.concatenate([arc, down, [(0.98, 1 + rng.uniform(-0.03, 0.03))]])]


def _three(rng: Generator) -> list[Array]:
    waist, power = rng.uniform(0.44, 0.52), rng.uniform(1.9, 2.6)
    low = _arc(0.46, (1 + waist) / 2, 0.52, (1 - waist) / 2, 90, rng.uniform(-165, -140), power)
    if rng.random() < 0.2:
        return [np.concatenate([[(0.05, 0), (0.9, 0)], low])]
    return [np.concatenate([_arc(0.46, waist / 2, 0.45, waist / 2, rng.uniform(140, 165), -90, power), low])]


def _four(rng: Generator) -> list[Array]:
    bar, stem = rng.uniform(0.6, 0.74), rng.uniform(0.66, 0.8)
    right = _curve((0, bar), (1, bar))
    if rng.random() < 0.3:
        return [_curve((rng.uniform(0.1, 0.25), 0), (0, bar)), right, _curve((stem, rng.uniform(0, 0.4)), (stem, 1))]
    return [_curve((stem, 0), (0, bar)), right, _curve((stem, 0), (stem, 1))]


def _five(rng: Generator) -> list[Array]:
    bowl = rng.uniform(0.3, 0.35)
    arc = _arc(0.45, 1 - bowl, 0.52, bowl, rng.uniform(125, 150), rng.uniform(-160, -140), rng.uniform(1.9, 2.5))
    return [np.concatenate([[(0.92, 0), (rng.uniform(0.1, 0.2), 0)], arc])]


def _six(rng: Generator) -> list[Array]:
    bowl, power = rng.uniform(0.27, 0.34), rng.uniform(1.9, 2.5)
    start = (rng.uniform(0.65, 0.9), rng.uniform(0, 0.05))
    if rng.random() < 0.25:
        leg = _curve(start, (0.06, 0.85 - bowl))
    else:
        leg = _curve(start, (rng.uniform(0, 0.25), rng.uniform(0, 0.15)), (0, 1 - bowl))
    return [np.concatenate([leg, _arc(0.5, 1 - bowl, 0.5, bowl, 180, 540, power)])]


def _seven(rng: Generator) -> list[Array]:
    foot = rng.uniform(0.15, 0.45)
    strokes = [np.concatenate([[(0, 0)], _curve((1, 0), (rng.uniform(0.4, 0.7), 0.4), (foot, 1))])]
    if rng.random() < 0.15:
        strokes.append(_curve((0.25, 0.5), (0.85, 0.5)))
    if rng.random() < 0.15:
        strokes.append(_curve((0, 0), (0, 0.12)))
    return strokes


def _eight(rng: Generator) -> list[Array]:
    waist, power = rng.uniform(0.44, 0.52), rng.uniform(1.9, 2.4)
    top = _arc(0.5, waist / 2, rng.uniform(0.38, 0.46), waist / 2, -90, 270, power)
    return [np.concatenate([top, _arc(0.5, (1 + waist) / 2, 0.5, (1 - waist) / 2, 90, -270, power)])]


def _nine(rng: Generator) -> list[Array]:
    return [1 - stroke for stroke in _six(rng)]


_DRAWN: tuple[Callable[[Generator], list[Array]], ...] = (
    _zero, _one, _two, _three, _four, _five, _six, _seven, _eight, _nine
)  # fmt: skip


# The scene: where things are. n pictures at once; maps have shape (n, SIZE, SIZE)


@dataclass(frozen=True)
class View:
    """How the camera sees the number.

    `u`, `v` (n, SIZE, SIZE) are a pixel's place in digit heights from the middle of the digit;
    `height` (n, 1, 1) is the digit's height in pixels.
    """

    u: Array
    v: Array
    height: Array


def _uniform(rng: Generator, low: float, high: float, n: int) -> Array:
    return (low + (high - low) * rng.random((n, 1, 1), np.float32)).astype(np.float32)


def _normal(rng: Generator, deviation: float, limit: float, n: int) -> Array:
    return np.clip(np.float32(deviation) * rng.standard_normal((n, 1, 1), np.float32), -limit, limit)


def _chance(rng: Generator, probability: float, n: int) -> Array:
    return rng.random((n, 1, 1), np.float32) < probability


def _view(rng: Generator, n: int, width: Array) -> View:
    """A random rotation, shear, stretch, shift, perspective and bend, with a digit of `width` (n, 1, 1) well inside."""
    height = SIZE * _uniform(rng, 0.54, 0.92, n)
    angle, shear = _normal(rng, 0.07, 0.22, n), _normal(rng, 0.09, 0.25, n)
    stretch = np.minimum(np.exp(_normal(rng, 0.17, 0.4, n) - 0.1), 0.95 * SIZE / (width * height))
    pixels = np.arange(SIZE, dtype=np.float32) - (SIZE - 1) / 2
    x, y = pixels - _normal(rng, 1.2, 3, n), pixels[:, None] - _normal(rng, 1.2, 3, n)
    x, y = np.cos(angle) * x + np.sin(angle) * y, np.cos(angle) * y - np.sin(angle) * x
    depth = height * (1 + _normal(rng, 0.004, 0.01, n) * x + _normal(rng, 0.004, 0.01, n) * y)
    u, v = (x - shear * y) / depth / stretch, y / depth
    # A taper, a bend, and a waist that is higher or lower: no two signs of one typeface are alike.
    u = u * (1 + _normal(rng, 0.1, 0.3, n) * v) + _normal(rng, 0.08, 0.2, n) * v * v
    return View(u, v + _normal(rng, 0.15, 0.35, n) * (v * v - np.float32(0.25)), height)


def _glyph_distance(glyph: Array, u: Array, v: Array) -> Array:
    """Signed distance at u, v (n, SIZE, SIZE) from the middle of each picture's `glyph` (n,): bilinear, clamped."""
    last = CELL - 1.001
    x = np.clip(u * HEIGHT + np.float32((CELL - 1) / 2), 0, last)
    y = np.clip(v * HEIGHT + np.float32((CELL - 1) / 2), 0, last)
    column, row = x.astype(np.intp), y.astype(np.intp)
    x -= column
    y -= row
    distance = atlas().distance.reshape(-1)
    place = (glyph * (CELL * CELL))[:, None, None] + row * CELL + column
    upper = distance[place]
    upper += x * (distance[place + 1] - upper)
    place += CELL
    lower = distance[place]
    lower += x * (distance[place + 1] - lower)
    return upper + y * (lower - upper)


@dataclass(frozen=True)
class Number:
    """A digit with its neighbours: `distance` (n, SIZE, SIZE) is how far inside a stroke a pixel lies, in pixels.

    `left`, `right` (n, 1, 1) are the number's ends and `apart` lies half-way to a neighbour, all in digit heights from
    the middle of the digit. `stem` (n, 1, 1) is the width of the digit's widest stroke in pixels.
    """

    distance: Array
    left: Array
    right: Array
    apart: Array
    stem: Array


def _number(rng: Generator, digit: Array, style: Array, view: View) -> Number:
    """Set the digit and up to two neighbours on either side in its style; a few stand above and below."""
    glyphs, n = atlas(), len(digit)
    length = 1 + rng.choice(5, n, p=[0.08, 0.34, 0.36, 0.18, 0.04])
    before = (rng.random(n) * length).astype(int)
    gap = _uniform(rng, 0.03, 0.22, n)[:, 0, 0]
    distance = _glyph_distance(style * len(CHARACTERS) + digit, view.u, view.v)
    stacked = rng.random((n, 1, 1)) < 0.03
    ends: dict[int, Array] = {}
    for side, count in ((-1, before), (1, length - 1 - before)):
        edge = glyphs.width[style, digit] / 2
        for step in range(2):
            letter = rng.random(n) < 0.05
            character = np.where(letter, rng.integers(10, len(CHARACTERS), n), rng.integers(0, 10, n))
            width = glyphs.width[style, character]
            beside = np.flatnonzero((count > step) & (edge + gap < 1.2))
            across = np.where(stacked, 0, side * (edge + gap + width / 2)[:, None, None])[beside]
            down = np.where(stacked, side * (step + 1) * (1 + gap[:, None, None]), 0)[beside]
            glyph = (style * len(CHARACTERS) + character)[beside]
            other = _glyph_distance(glyph, view.u[beside] - across, view.v[beside] - down)
            distance[beside] = np.maximum(distance[beside], other)
            edge = np.where(count > step, edge + gap + width, edge)
        ends[side] = side * edge[:, None, None]
    thickness = glyphs.thinner[style] + (glyphs.thicker - glyphs.thinner)[style] * rng.random(n, np.float32)
    distance = (distance + thickness[:, None, None]) * view.height
    apart = (glyphs.width[style, digit] + gap)[:, None, None] / 2
    stem = 2 * (glyphs.half_stem[style, digit] + thickness)[:, None, None] * view.height
    return Number(distance, ends[-1], ends[1], apart, stem)


def _coverage(distance: Array, softness: Array | float = 1.0) -> Array:
    """Share of a pixel that lies inside, from the signed distance of its middle in pixels."""
    return np.clip(distance / softness + np.float32(0.5), 0, 1)


NO_PLATE = np.float32(99)


def _plate(rng: Generator, n: int, view: View, number: Number) -> Array:
    """Signed distance in pixels from the edge of a plate around the number: rectangle, oval, or none (far away)."""
    across = (number.right - number.left) / 2 + _uniform(rng, 0.05, 0.7, n)
    down = 0.5 + _uniform(rng, 0.05, 0.6, n)
    x, y = np.abs(view.u - (number.left + number.right) / 2), np.abs(view.v - _normal(rng, 0.05, 0.15, n))
    rectangle = np.minimum(across - x, down - y)
    across, down = across * 1.25, down * 1.25
    oval = (1 - np.sqrt((x / across) ** 2 + (y / down) ** 2)) * np.minimum(across, down)
    shape = np.where(_chance(rng, 0.12, n), oval, rectangle) * view.height
    return np.where(_chance(rng, 0.5, n), shape, NO_PLATE)


def _pattern(rng: Generator, n: int, view: View) -> Array:
    """Coverage of joints in a wall: lines in one or both directions, or none."""
    joints = np.zeros((n, SIZE, SIZE), np.float32)
    for place, probability in ((view.u, 0.1), (view.v, 0.15)):
        period, width = _uniform(rng, 0.15, 0.8, n), _uniform(rng, 0.02, 0.06, n)
        off = np.abs((place / period + _uniform(rng, 0, 1, n)) % 1 - 0.5) * period
        line = _coverage((width - off) * view.height)
        joints = np.maximum(joints, line * _chance(rng, probability, n))
    return joints


# Colours


def _tint(rng: Generator, n: int) -> Array:
    """Colours (n, 3, 1, 1) of mean 1: most nearly grey, towards blue (shade) or orange (brick, brass); a few strong."""
    kind = rng.random(n)
    hue = np.where(kind < 0.5, 222 + 18 * rng.standard_normal(n), 35 + 15 * rng.standard_normal(n))
    hue = np.where(kind > 0.88, rng.uniform(0, 360, n), hue)
    strength = np.abs(rng.normal(0, 0.11, n))
    strength = np.where(rng.random(n) < 0.25, rng.uniform(0.05, 0.35, n), strength)
    strength = np.where(rng.random(n) < 0.05, rng.uniform(0.35, 0.9, n), strength)
    angle = np.radians(hue[:, None] - np.array([0, 120, 240]))
    return (1 + strength[:, None] * np.cos(angle)).astype(np.float32)[:, :, None, None]


def _coloured(luminance: Array, tint: Array) -> Array:
    """Colour (n, 3, 1, 1) of a surface; bright ones are nearer to grey."""
    return luminance[:, None] * (1 + (tint - 1) * (1.3 - luminance[:, None]))


@dataclass(frozen=True)
class Colours:
    """Of the ground beneath the digit, of its ink, and of the wall around: (n, 3, 1, 1), 0 to 1 and somewhat beyond.

    `contrast` (n, 1, 1) is the difference between the luminances of ink and ground.
    """

    ground: Array
    ink: Array
    wall: Array
    contrast: Array


def _colours(rng: Generator, n: int) -> Colours:
    """Ink is brighter or darker than the ground, often by little; it has a colour of its own or the ground's."""
    ground = (0.03 + 0.94 * rng.beta(1.2, 1.3, (n, 1, 1))).astype(np.float32)
    contrast = _uniform(rng, 0.1, 0.25, n)
    for share, low, high in ((0.65, 0.25, 0.5), (0.3, 0.5, 0.9)):
        contrast = np.where(_chance(rng, share, n), _uniform(rng, low, high, n), contrast)
    signed = np.where(_chance(rng, 0.5, n), -contrast, contrast)
    signed = np.where((ground + signed < 0) | (ground + signed > 1), -signed, signed)
    ink = np.clip(ground + signed, 0, 1)
    tint = _tint(rng, n)
    own = np.where(_chance(rng, 0.4, n)[:, None], _tint(rng, n), (1 + tint) / 2)
    wall = _coloured(_uniform(rng, 0.05, 0.95, n), _tint(rng, n))
    return Colours(_coloured(ground, tint), _coloured(ink, own), wall, np.abs(ink - ground))


def _paint(picture: Array, colour: Array, coverage: Array) -> None:
    """Lay a colour (n, 3, 1, 1) over a picture (n, 3, SIZE, SIZE) where coverage (n, SIZE, SIZE) is above 0."""
    picture += coverage[:, None] * (colour - picture)


def _coarse(rng: Generator, n: int, points: int) -> Array:
    """Smooth random hills (n, SIZE, SIZE) of deviation near 1: points x points random numbers, interpolated."""
    grid = rng.standard_normal((n, points, points), np.float32)
    place = np.linspace(0, points - 1.001, SIZE, dtype=np.float32)
    low = place.astype(int)
    part = place - low
    rows = grid[:, low] + part[:, None] * (grid[:, low + 1] - grid[:, low])
    return rows[:, :, low] + part * (rows[:, :, low + 1] - rows[:, :, low])


def _grounded(rng: Generator, view: View, number: Number, colours: Colours) -> Array:
    """What lies behind the number: a wall with joints, a plate with a rim, tiles; pictures (n, 3, SIZE, SIZE)."""
    n = len(view.u)
    plate = _plate(rng, n, view, number)
    bare = plate[:, :1, :1] == NO_PLATE
    joints = _pattern(rng, n, view) * _uniform(rng, 0.2, 0.8, n)
    picture = np.broadcast_to(colours.wall, (n, 3, SIZE, SIZE)).copy()
    _paint(picture, colours.wall * _uniform(rng, 0.3, 1.5, n)[:, None], joints)
    _paint(picture, colours.ground, _coverage(plate))
    _paint(picture, colours.ground * _uniform(rng, 0.5, 1.4, n)[:, None], joints * bare * np.float32(0.7))
    tiles = (_uniform(rng, 0.02, 0.05, n) - np.abs(np.abs(view.u) - number.apart)) * view.height
    _paint(picture, colours.wall, _coverage(tiles) * _chance(rng, 0.08, n))
    half = _uniform(rng, 0.5, 1.5, n)
    rim = half - np.abs(plate - half - _uniform(rng, 0, 2.5, n))
    _paint(picture, colours.ink, _coverage(rim) * _chance(rng, 0.3, n))
    return picture


def _lettered(rng: Generator, picture: Array, number: Number, colours: Colours) -> Array:
    """The picture with the number on it, now and then with a shadow, an outline, or light on its edges."""
    n = len(picture)
    fill, cast = _coverage(number.distance), _moved(rng, number.distance)
    shade = _coverage(cast, _uniform(rng, 1, 3, n)) * _uniform(rng, 0.3, 0.9, n) * _chance(rng, 0.18, n)
    _paint(picture, colours.ground * _uniform(rng, 0.2, 0.6, n)[:, None], shade)
    outline = _coverage(number.distance + _uniform(rng, 0.8, 2.2, n)) * _chance(rng, 0.1, n)
    _paint(picture, _coloured(_uniform(rng, 0, 1, n), _tint(rng, n)), outline)
    _paint(picture, colours.ink, fill)
    relief = fill * (fill - _coverage(cast)) * _normal(rng, 0.15, 0.3, n) * _chance(rng, 0.25, n)
    return picture + relief[:, None]


def _moved(rng: Generator, distance: Array) -> Array:
    """Every map (SIZE, SIZE) moved by up to three pixels down and across."""
    shifts = np.round(np.clip(1.5 * rng.standard_normal((2, len(distance), 1)), -3, 3)).astype(int)
    rows, columns = (np.clip(np.arange(SIZE) - shift, 0, SIZE - 1) for shift in shifts)
    return distance[np.arange(len(distance))[:, None, None], rows[:, :, None], columns[:, None, :]]


# Light and camera


def _lit(rng: Generator, n: int) -> Array:
    """Factor (n, SIZE, SIZE) by which light varies over the picture: a gradient, hills, and here and there a shadow."""
    pixels = np.linspace(-1, 1, SIZE, dtype=np.float32)
    x, y = pixels, pixels[:, None]
    light = 1 + _normal(rng, 0.1, 0.3, n) * x + _normal(rng, 0.1, 0.3, n) * y
    light += _uniform(rng, 0, 0.12, n) * _coarse(rng, n, 4)
    angle = _uniform(rng, 0, 2 * np.pi, n)
    edge = (np.cos(angle) * x + np.sin(angle) * y - _normal(rng, 0.5, 1.5, n)) * (SIZE / 2)
    shadow = _coverage(edge, _uniform(rng, 1, 8, n)) * _uniform(rng, 0.2, 0.5, n) * _chance(rng, 0.12, n)
    return light * (1 - shadow)


RADIUS = 6
"""Pixels that the blur reaches to either side."""


def _kernels(rng: Generator, n: int, deviation: Array) -> Array:
    """Half kernels (2, RADIUS + 1, n): down and across; Gaussian, and for some, by motion, a box in one direction."""
    offset = np.arange(RADIUS + 1)[:, None]
    kernels = np.exp(-0.5 * (offset / np.maximum(deviation * np.exp(0.15 * rng.standard_normal((2, 1, n))), 0.2)) ** 2)
    box = np.clip(rng.uniform(1, 3.2, (2, 1, n)) - offset + 0.5, 0, 1)
    moved = (rng.random((1, 1, n)) < 0.12) & (rng.integers(0, 2, (1, 1, n)) == np.arange(2)[:, None, None])
    kernels = np.where(moved, box, kernels)
    kernels /= kernels[:, :1] + 2 * kernels[:, 1:].sum(axis=1, keepdims=True)
    return kernels.astype(np.float32)


def _blurred(picture: Array, kernels: Array) -> Array:
    """Separable blur of (n, 3, SIZE, SIZE); the picture's edge continues. Sums of shifts: the same on any threads."""
    for axis, kernel in ((2, kernels[0]), (3, kernels[1])):
        pad = [(0, 0)] * 4
        pad[axis] = (RADIUS, RADIUS)
        wide = np.moveaxis(np.pad(picture, pad, mode="edge"), axis, 0)
        kernel = kernel[:, :, None, None]
        out = wide[RADIUS : RADIUS + SIZE] * kernel[0]
        for k in range(1, RADIUS + 1):
            pair = wide[RADIUS - k : RADIUS - k + SIZE] + wide[RADIUS + k : RADIUS + k + SIZE]
            pair *= kernel[k]
            out += pair
        picture = np.moveaxis(out, 0, axis)
    return picture


def _fringed(rng: Generator, picture: Array) -> Array:
    """A lens that draws red and blue at slightly different places: they move by parts of a pixel, oppositely."""
    n = len(picture)
    picture = picture.copy()
    pixels = np.arange(SIZE)
    for axis in (1, 2):
        amount = _uniform(rng, -0.6, 0.6, n) * _chance(rng, 0.5, n)
        for channel, moved in ((0, amount), (2, -amount)):
            layer = picture[:, channel]
            before, after = (layer.take(np.clip(pixels + step, 0, SIZE - 1), axis) for step in (-1, 1))
            picture[:, channel] += np.maximum(moved, 0) * (before - layer) + np.maximum(-moved, 0) * (after - layer)
    return picture


def _compressed(picture: Array, step: Array) -> Array:
    """JPEG's loss: 8 x 8 cosine coefficients of (n, 3, SIZE, SIZE) rounded to multiples of `step` (n, 1, 1, 1, 1)."""
    n = len(picture)
    blocks = picture.reshape(n, 3, 4, 8, 4, 8)
    frequency = np.add.outer(np.arange(8), np.arange(8)).astype(np.float32)[:, None, :]
    table = step[..., None] * (1 + 0.5 * frequency)
    coefficients = dctn(blocks, axes=(3, 5), norm="ortho")
    return idctn(np.round(coefficients / table) * table, axes=(3, 5), norm="ortho").reshape(picture.shape)


def _photographed(rng: Generator, picture: Array, contrast: Array, stem: Array) -> Array:
    """A camera's work on (n, 3, SIZE, SIZE): fringes, blur, noise, sharpening, compression.

    Blur stays below what the digit's `stem` in pixels bears, noise below what its `contrast` bears (both (n, 1, 1)).
    """
    n = len(picture)
    most = np.minimum(0.3 + 0.42 * stem, 0.8 + 5 * contrast)[:, 0, 0]
    deviation = np.minimum(0.6 + rng.exponential(0.8, n), np.minimum(most, 2.5))
    noise = np.minimum(0.002 + rng.exponential(0.01, (n, 1, 1, 1)), 0.15 * contrast[:, None]).astype(np.float32)
    grain = rng.standard_normal((n, 1, SIZE, SIZE), np.float32) + rng.random((n, 3, SIZE, SIZE), np.float32) - 0.5
    picture = _fringed(rng, picture) + 2 * noise * grain * _chance(rng, 0.5, n)[:, None]
    picture = _blurred(picture, _kernels(rng, n, deviation))
    some = np.flatnonzero(rng.random(n) < 0.5)
    halo = _blurred(picture[some], _kernels(rng, len(some), np.full(len(some), 1.5)))
    picture[some] += _uniform(rng, 0, 1.2, len(some))[:, None] * (picture[some] - halo)
    picture += 0.3 * noise * np.roll(grain, 5, axis=-1)
    some = np.flatnonzero(rng.random(n) < 0.3)
    step = rng.uniform(0.01, 0.06, (n, 1, 1, 1, 1)).astype(np.float32)
    picture[some] = _compressed(picture[some], step[some])
    return picture


def _exposed(picture: Array, distance: Array) -> Array:
    """Raise the contrast of pictures (n, 3, SIZE, SIZE) whose strokes, where `distance` > 0, fade into their ground."""
    grey, inside = picture.mean(axis=1), _coverage(distance)
    shares = inside, _coverage(distance + 3) - inside
    stroke, ground = ((grey * share).sum(axis=(1, 2)) / share.sum(axis=(1, 2)) for share in shares)
    gain = np.clip(np.float32(0.08) / (np.abs(stroke - ground) + np.float32(1e-6)), 1, 2)
    middle = (stroke + ground) / 2
    return (middle - gain * middle)[:, None, None, None] + gain[:, None, None, None] * picture


# Pictures


def _draw_block(rng: Generator) -> tuple[Array, Array]:
    """BLOCK pictures (BLOCK, SIZE, SIZE, 3) uint8 and their digits (BLOCK,)."""
    n = BLOCK
    digit = rng.integers(0, 10, n)
    style = rng.choice(len(atlas().weight), n, p=atlas().weight)
    view = _view(rng, n, atlas().width[style, digit][:, None, None])
    number = _number(rng, digit, style, view)
    colours = _colours(rng, n)
    picture = _lettered(rng, _grounded(rng, view, number, colours), number, colours)
    picture += (_uniform(rng, 0, 0.05, n) * _coarse(rng, n, 12))[:, None]
    picture *= _lit(rng, n)[:, None]
    picture = _exposed(_photographed(rng, picture, colours.contrast, number.stem), number.distance)
    levels = np.clip(picture * 255 + 0.5, 0, 255).astype(np.uint8)
    return np.moveaxis(levels, 1, -1), digit


def house_numbers(count: int, *, seed: int = 0) -> tuple[Array, Array]:
    """Draw house-number digits in the manner of SVHN's cropped digits.

    The digit in the middle is the label; parts of its neighbours often stand at the sides. Each of the ten digits is
    equally likely.

    Parameters
    ----------
    count : int
        How many. The first n pictures are the same for every count of at least n.
    seed : int
        The same seed gives the same pictures (with the same versions of NumPy, SciPy, Matplotlib and Pillow), on any
        number of threads. Other seeds give other pictures.

    Returns
    -------
    x : array (count, 32, 32, 3), uint8
        Red, green, blue.
    y : array (count,), int64
        The digits, 0 to 9.

    Raises
    ------
    ValueError
        For a count or a seed that is no whole number, or is negative.
    """
    check_whole(count=count, seed=seed)
    x = np.empty((count, SIZE, SIZE, 3), np.uint8)
    y = np.empty(count, np.int64)
    for block, start in enumerate(range(0, count, BLOCK)):
        pictures, digits = _draw_block(np.random.default_rng([seed, block]))
        x[start : start + BLOCK] = pictures[: count - start]
        y[start : start + BLOCK] = digits[: count - start]
    return x, y


def check_whole(**values: int) -> None:
    """Raise a ValueError for whatever is no whole number, or negative."""
    for name, value in values.items():
        if isinstance(value, bool) or not isinstance(value, Integral) or value < 0:
            raise ValueError(f"{name} is {value!r}: expected a whole number, 0 or more")
