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

from dataclasses import dataclass
from numbers import Integral

import numpy as np

from layerwise.data.synthetic.camera import exposed, lit, photographed
from layerwise.data.synthetic.glyphs import CELL, CHARACTERS, HEIGHT, atlas, coverage
from layerwise.data.synthetic.random_numbers import BLOCK, SIZE, Array, Generator, chance, coarse, normal, uniform


@dataclass(frozen=True)
class View:
    """How the camera sees the number.

    `u`, `v` (n, SIZE, SIZE) are a pixel's place in digit heights from the middle of the digit;
    `height` (n, 1, 1) is the digit's height in pixels.
    """

    u: Array
    v: Array
    height: Array


def _view(rng: Generator, n: int, width: Array) -> View:
    """A random rotation, shear, stretch, shift, perspective and bend, with a digit of `width` (n, 1, 1) well inside."""
    height = SIZE * uniform(rng, 0.54, 0.92, n)
    angle, shear = normal(rng, 0.07, 0.22, n), normal(rng, 0.09, 0.25, n)
    stretch = np.minimum(np.exp(normal(rng, 0.17, 0.4, n) - 0.1), 0.95 * SIZE / (width * height))
    pixels = np.arange(SIZE, dtype=np.float32) - (SIZE - 1) / 2
    x, y = pixels - normal(rng, 1.2, 3, n), pixels[:, None] - normal(rng, 1.2, 3, n)
    x, y = np.cos(angle) * x + np.sin(angle) * y, np.cos(angle) * y - np.sin(angle) * x
    depth = height * (1 + normal(rng, 0.004, 0.01, n) * x + normal(rng, 0.004, 0.01, n) * y)
    u, v = (x - shear * y) / depth / stretch, y / depth
    # A taper, a bend, and a waist that is higher or lower: no two signs of one typeface are alike.
    u = u * (1 + normal(rng, 0.1, 0.3, n) * v) + normal(rng, 0.08, 0.2, n) * v * v
    return View(u, v + normal(rng, 0.15, 0.35, n) * (v * v - np.float32(0.25)), height)


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
    gap = uniform(rng, 0.03, 0.22, n)[:, 0, 0]
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


NO_PLATE = np.float32(99)


def _plate(rng: Generator, n: int, view: View, number: Number) -> Array:
    """Signed distance in pixels from the edge of a plate around the number: rectangle, oval, or none (far away)."""
    across = (number.right - number.left) / 2 + uniform(rng, 0.05, 0.7, n)
    down = 0.5 + uniform(rng, 0.05, 0.6, n)
    x, y = np.abs(view.u - (number.left + number.right) / 2), np.abs(view.v - normal(rng, 0.05, 0.15, n))
    rectangle = np.minimum(across - x, down - y)
    across, down = across * 1.25, down * 1.25
    oval = (1 - np.sqrt((x / across) ** 2 + (y / down) ** 2)) * np.minimum(across, down)
    shape = np.where(chance(rng, 0.12, n), oval, rectangle) * view.height
    return np.where(chance(rng, 0.5, n), shape, NO_PLATE)


def _pattern(rng: Generator, n: int, view: View) -> Array:
    """Coverage of joints in a wall: lines in one or both directions, or none."""
    joints = np.zeros((n, SIZE, SIZE), np.float32)
    for place, probability in ((view.u, 0.1), (view.v, 0.15)):
        period, width = uniform(rng, 0.15, 0.8, n), uniform(rng, 0.02, 0.06, n)
        off = np.abs((place / period + uniform(rng, 0, 1, n)) % 1 - 0.5) * period
        line = coverage((width - off) * view.height)
        joints = np.maximum(joints, line * chance(rng, probability, n))
    return joints


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
    contrast = uniform(rng, 0.1, 0.25, n)
    for share, low, high in ((0.65, 0.25, 0.5), (0.3, 0.5, 0.9)):
        contrast = np.where(chance(rng, share, n), uniform(rng, low, high, n), contrast)
    signed = np.where(chance(rng, 0.5, n), -contrast, contrast)
    signed = np.where((ground + signed < 0) | (ground + signed > 1), -signed, signed)
    ink = np.clip(ground + signed, 0, 1)
    tint = _tint(rng, n)
    own = np.where(chance(rng, 0.4, n)[:, None], _tint(rng, n), (1 + tint) / 2)
    wall = _coloured(uniform(rng, 0.05, 0.95, n), _tint(rng, n))
    return Colours(_coloured(ground, tint), _coloured(ink, own), wall, np.abs(ink - ground))


def _paint(picture: Array, colour: Array, coverage: Array) -> None:
    """Lay a colour (n, 3, 1, 1) over a picture (n, 3, SIZE, SIZE) where coverage (n, SIZE, SIZE) is above 0."""
    picture += coverage[:, None] * (colour - picture)


def _grounded(rng: Generator, view: View, number: Number, colours: Colours) -> Array:
    """What lies behind the number: a wall with joints, a plate with a rim, tiles; pictures (n, 3, SIZE, SIZE)."""
    n = len(view.u)
    plate = _plate(rng, n, view, number)
    bare = plate[:, :1, :1] == NO_PLATE
    joints = _pattern(rng, n, view) * uniform(rng, 0.2, 0.8, n)
    picture = np.broadcast_to(colours.wall, (n, 3, SIZE, SIZE)).copy()
    _paint(picture, colours.wall * uniform(rng, 0.3, 1.5, n)[:, None], joints)
    _paint(picture, colours.ground, coverage(plate))
    _paint(picture, colours.ground * uniform(rng, 0.5, 1.4, n)[:, None], joints * bare * np.float32(0.7))
    tiles = (uniform(rng, 0.02, 0.05, n) - np.abs(np.abs(view.u) - number.apart)) * view.height
    _paint(picture, colours.wall, coverage(tiles) * chance(rng, 0.08, n))
    half = uniform(rng, 0.5, 1.5, n)
    rim = half - np.abs(plate - half - uniform(rng, 0, 2.5, n))
    _paint(picture, colours.ink, coverage(rim) * chance(rng, 0.3, n))
    return picture


def _lettered(rng: Generator, picture: Array, number: Number, colours: Colours) -> Array:
    """The picture with the number on it, now and then with a shadow, an outline, or light on its edges."""
    n = len(picture)
    fill, cast = coverage(number.distance), _moved(rng, number.distance)
    shade = coverage(cast, uniform(rng, 1, 3, n)) * uniform(rng, 0.3, 0.9, n) * chance(rng, 0.18, n)
    _paint(picture, colours.ground * uniform(rng, 0.2, 0.6, n)[:, None], shade)
    outline = coverage(number.distance + uniform(rng, 0.8, 2.2, n)) * chance(rng, 0.1, n)
    _paint(picture, _coloured(uniform(rng, 0, 1, n), _tint(rng, n)), outline)
    _paint(picture, colours.ink, fill)
    relief = fill * (fill - coverage(cast)) * normal(rng, 0.15, 0.3, n) * chance(rng, 0.25, n)
    return picture + relief[:, None]


def _moved(rng: Generator, distance: Array) -> Array:
    """Every map (SIZE, SIZE) moved by up to three pixels down and across."""
    shifts = np.round(np.clip(1.5 * rng.standard_normal((2, len(distance), 1)), -3, 3)).astype(int)
    rows, columns = (np.clip(np.arange(SIZE) - shift, 0, SIZE - 1) for shift in shifts)
    return distance[np.arange(len(distance))[:, None, None], rows[:, :, None], columns[:, None, :]]


def _draw_block(rng: Generator) -> tuple[Array, Array]:
    """BLOCK pictures (BLOCK, SIZE, SIZE, 3) uint8 and their digits (BLOCK,)."""
    n = BLOCK
    digit = rng.integers(0, 10, n)
    style = rng.choice(len(atlas().weight), n, p=atlas().weight)
    view = _view(rng, n, atlas().width[style, digit][:, None, None])
    number = _number(rng, digit, style, view)
    colours = _colours(rng, n)
    picture = _lettered(rng, _grounded(rng, view, number, colours), number, colours)
    picture += (uniform(rng, 0, 0.05, n) * coarse(rng, n, 12))[:, None]
    picture *= lit(rng, n)[:, None]
    picture = exposed(photographed(rng, picture, colours.contrast, number.stem), number.distance)
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
