"""Pen digits made by a program, for networks that are to read handwriting as well (chapter ``your_digit``).

Nobody's handwriting goes in. A digit is one of several ways to write it, a few curves through given points; each time
the points are moved at random, strokes end early or late, and the whole is bent, stretched and slanted or set upright.
It is drawn about as large and as soft as :mod:`layerwise.see.photo` makes a photographed digit, as dark ink on light
paper or the reverse.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw
from scipy.interpolate import CubicSpline
from scipy.ndimage import gaussian_filter

from layerwise.data.synthetic.random_numbers import SIZE
from layerwise.data.synthetic.strokes import along, bend, strokes_of

Array = NDArray[Any]


MAGNIFIED = 4
"""Drawn this much larger and reduced then, so that edges are smooth."""


JITTER, EARLY_OR_LATE = 0.05, 0.04
"""Standard deviations, in digit heights: how far a point strays, and how far from its first and last point a stroke
begins and ends."""


BEND = 0.13
"""Standard deviation of the coefficients of :func:`layerwise.data.synthetic.strokes.bend`."""


UPRIGHT = 0.5
"""Share of the digits that do not lean, as :mod:`layerwise.see.photo` makes those of a photograph."""


BLUR = 1.5
"""Pixels: the blur of a digit is a Gaussian of at most this standard deviation. ``photo`` blurs by 1.2."""


WAYS: tuple[tuple[str, ...], ...] = (
    (
        "45,0 12,20 2,55 25,97 60,90 75,50 62,10 40,1",
        "30,2 5,35 10,80 40,100 68,70 66,25 40,0 20,10",
        "55,8 35,0 10,30 6,75 30,100 62,75 68,30 45,2",
        "50,4 28,2 8,26 4,60 22,96 50,92 64,55 60,20 46,2 28,14",  # its end crosses its beginning
        "38,0 17,15 10,50 17,85 38,100 56,82 62,48 56,15 42,1",  # narrow
        "34,5 10,22 4,60 20,95 48,98 68,66 64,24 52,4",  # not closed
        "12,20 32,0 56,10 66,46 55,86 30,100 8,80 4,40 18,10",  # the other way round
    ),
    (
        "30,0 30,50 30,100",
        "10,25 22,15 34,0 / 34,0 33,50 32,100",
        "10,20 30,0 / 30,0 30,50 30,100 / 5,100 55,100",  # a foot
        "0,42 20,22 36,0 / 36,0 34,50 33,100",  # a long flag
        "48,0 36,50 22,100",  # leaning
        "12,24 28,4 34,20 32,60 30,100",  # flag and stem in one stroke, round above
        "26,0 28,55 33,92 46,98",  # a tail
        "30,0 29,50 30,100 / 8,99 54,100",  # a foot alone
    ),
    (
        "6,25 25,2 55,10 55,35 30,70 3,100 / 3,100 35,97 70,98",
        "5,20 30,0 58,14 50,48 20,88 4,92 10,76 30,84 50,97 75,90",  # a loop at the foot
        "10,10 40,0 60,20 45,55 10,95 30,85 50,98 72,92",
        "0,30 15,5 45,2 60,22 45,55 12,98 / 12,98 75,94",
        "8,22 28,0 54,12 46,46 18,82 3,97 4,80 22,80 46,97 72,84",  # a wide loop
        "4,7 34,2 58,8 / 58,8 32,56 6,98 / 6,98 68,97",  # like a Z
        "18,26 7,16 24,0 54,8 57,34 32,70 4,100 / 4,100 68,98",  # curled in above
        "6,18 32,0 58,18 46,52 4,98 / 4,98 24,87 46,99 70,88",  # a wave for a foot
    ),
    (
        "5,12 30,0 55,15 45,38 22,47 / 22,47 55,55 62,80 35,100 2,88",
        "8,5 40,0 56,20 30,45 56,62 56,90 25,100 0,93",
        "5,2 60,0 / 60,0 30,40 / 30,40 62,60 50,95 5,95",  # a flat top
        "6,12 34,0 54,18 38,40 22,48 26,40 50,54 60,80 36,100 4,90",  # a loop in the middle
        "8,14 30,0 46,14 40,36 18,45 / 18,45 46,56 52,82 28,100 4,88",  # narrow
        "4,8 38,0 58,20 24,47 / 24,47 58,64 50,96 4,98",  # pointed in the middle
        "6,6 36,4 60,2 / 60,2 26,38 / 26,38 56,48 62,74 44,97 2,92",  # like a Z above
    ),
    (
        "45,0 25,30 2,62 / 2,62 35,60 70,58 / 55,30 52,65 50,100",
        "8,0 4,25 10,50 35,52 60,42 / 62,0 60,50 56,100",  # open at the top
        "10,5 2,40 20,55 55,45 / 60,2 55,45 42,100",  # open at the top
        "55,0 30,30 2,60 / 2,60 72,60 / 55,0 55,50 55,100",
        "12,0 8,28 6,55 / 6,55 68,53 / 46,20 45,60 44,100",  # open, with a corner
        "5,2 4,34 20,52 44,46 56,4 / 56,4 55,50 50,100",  # a bowl for the upper part
        "56,2 32,22 8,45 / 8,45 58,42 / 56,2 56,50 54,100",  # closed, small, like a 9
        "40,0 22,34 3,68 / 3,68 66,66 / 44,44 43,72 42,100",  # a short stem
        "22,0 5,48 / 5,48 62,46 / 60,12 52,56 42,100",  # open and leaning
    ),
    (
        "65,0 18,2 / 18,2 12,42 / 12,42 40,36 60,60 50,92 20,100 0,90",
        "70,2 35,2 20,10 15,42 45,50 55,75 35,100 0,95",
        "20,5 15,45 45,42 58,70 35,98 2,92 / 20,5 70,0",
        "62,4 30,3 16,20 26,40 52,54 58,78 36,100 4,92",  # like an S
        "18,8 14,46 / 14,46 44,38 60,64 44,96 6,94 / 22,6 68,2",  # the bar last
        "60,0 16,1 / 16,1 16,40 / 16,40 46,42 60,66 44,96 8,99",  # corners
        "56,0 22,4 / 22,4 10,52 / 10,52 34,46 48,66 38,92 6,98",  # a small bowl
        "14,10 11,48 36,42 54,62 48,90 20,100 2,92 / 26,2 72,4",  # a bar that does not touch
    ),
    (
        "50,0 20,25 5,60 15,95 45,97 56,72 35,55 10,70",
        "30,0 12,35 5,70 25,100 52,88 48,65 25,60 8,78",
        "62,2 30,20 6,60 20,98 50,90 50,62 20,62 8,80",
        "15,0 6,40 6,75 30,100 60,85 50,60 25,60 7,75",
        "62,12 44,0 20,22 6,62 20,98 48,94 55,68 34,54 8,76",  # bent in above
        "50,2 26,42 8,76 20,98 38,96 44,78 32,68 10,78",  # a small loop
        "48,0 16,36 4,72 24,100 54,86 54,56 30,44 8,62",  # a large loop
        "52,2 20,26 4,64 18,97 46,96 56,74 40,58 22,66",  # not closed
        "24,0 14,40 8,84 / 8,84 28,100 52,86 46,62 24,60 8,80",  # straight, like a b
    ),
    (
        "2,5 35,4 65,2 / 65,2 42,45 28,100",
        "0,15 10,4 40,5 68,2 / 68,2 50,40 40,100",
        "2,3 66,0 / 66,0 40,50 25,100 / 20,52 62,48",  # a bar across
        "2,5 40,2 62,8 58,30 45,60 38,100",
        "0,20 5,5 35,4 65,2 / 65,2 45,50 30,100 / 14,50 70,48",  # a bar across
        "2,2 62,0 / 62,0 42,50 20,100",  # straight
        "4,18 5,2 / 5,2 62,3 / 62,3 46,44 36,100",  # a serif
        "0,14 16,2 42,11 66,1 / 66,1 46,44 36,100",  # a wave above
        "6,4 32,3 56,5 / 56,5 55,50 50,100",  # a leg that stands
        "0,12 20,2 58,0 / 58,0 36,46 30,100 / 16,42 58,54",  # a bar across, falling
    ),
    (
        "58,12 30,0 10,20 35,45 60,72 35,100 6,80 30,47 56,25 55,10",
        "35,46 10,25 30,0 55,18 35,46 5,75 30,100 58,78 35,46",
        "60,5 25,2 15,25 50,60 45,95 15,95 15,70 45,40 65,8",
        "31,0 13,11 13,34 31,46 49,34 49,11 31,0 / 31,46 8,60 8,88 31,100 55,88 55,60 31,46",  # two rings
        "50,6 22,6 16,30 42,50 56,76 36,100 10,86 20,60 58,10",  # not closed
        "50,10 34,0 18,16 34,46 52,74 34,100 14,82 32,48 48,26 46,8",  # narrow
        "32,44 8,24 30,0 56,20 32,44 14,74 32,100 50,76 36,46",  # larger above
        "12,14 34,0 54,14 38,42 12,70 12,92 36,100 58,84 50,62 14,24",  # begun at the left
    ),
    (
        "55,15 30,0 6,20 12,42 35,45 55,15 / 55,15 52,55 48,100",  # a straight leg
        "55,12 25,2 6,25 25,48 52,30 56,10 / 56,10 55,60 40,95 10,97",  # a bent leg
        "50,20 30,2 6,20 20,42 48,25 50,10 46,55 30,100",
        "60,6 30,2 8,20 20,38 50,30 60,6 50,50 42,100",
        "54,18 32,0 8,16 18,42 48,34 57,12 / 57,12 58,62 42,98 16,94 8,78",  # curled, like a g
        "52,22 31,2 9,22 30,44 52,22 / 55,2 54,50 54,100",  # a ring and a stem
        "58,36 52,8 28,0 6,20 20,48 48,44 59,26 50,70 12,100",  # an inverted 6
        "56,14 30,0 6,22 22,46 48,30 / 57,4 42,50 26,100",  # a leaning leg
        "50,10 26,2 10,20 20,36 42,30 50,10 / 50,10 50,54 47,100",  # a small loop
        "60,10 36,4 8,24 14,56 42,52 60,16 / 60,16 62,58 52,100",  # a large loop
    ),
)
"""The ways of each digit. Strokes are parted by ``/``: points ``x,y`` that a smooth curve runs through, in hundredths
of the digit's height; y grows downwards. Pages are drawn in other shapes (:mod:`layerwise.data.synthetic.paper`)."""


def pen_digits(count: int, *, seed: int = 0) -> tuple[Array, Array]:
    """Draw digits as a hand with a pen writes them.

    Parameters
    ----------
    count : int
        How many; each of the ten digits is equally likely.
    seed : int
        The same seed gives the same pictures.

    Returns
    -------
    x : array (count, 32, 32, 3), uint8
        Grey, in three equal channels.
    y : array (count,), int64
        The digits, 0 to 9.
    """
    rng = np.random.default_rng(seed)
    y = rng.integers(0, 10, count)
    ink = np.stack([_drawn(int(digit), rng) for digit in y]) if count else np.zeros((0, SIZE, SIZE))
    paper, pen = rng.uniform(0.6, 1, (count, 1, 1)), rng.uniform(0, 0.35, (count, 1, 1))
    inverted = rng.random((count, 1, 1)) < 0.5
    grey = np.where(inverted, 1 - paper, paper) * (1 - ink) + np.where(inverted, 1 - pen, pen) * ink
    grey += rng.normal(0, 1, grey.shape) * rng.uniform(0, 0.03, (count, 1, 1))
    levels = np.clip(255 * grey + 0.5, 0, 255).astype(np.uint8)
    return np.repeat(levels[..., None], 3, axis=3), y


def _drawn(digit: int, rng: np.random.Generator) -> Array:
    """Ink (SIZE, SIZE) of one digit, 0 to 1."""
    ways = WAYS[digit]
    strokes = [_curve(points, rng) for points in strokes_of(ways[rng.integers(len(ways))])]
    field, slant, stretch = BEND * rng.standard_normal((2, 5)), 0.18 * rng.standard_normal(), rng.uniform(0.7, 1.5)
    strokes = [bend(points, field) * (stretch, 1) for points in strokes]
    if rng.random() < UPRIGHT:
        slant = _lean(np.concatenate(strokes))
    strokes = [points - points[:, 1:] * (slant, 0) for points in strokes]
    every = np.concatenate(strokes)
    low, high = every.min(axis=0), every.max(axis=0)
    width = rng.uniform(2.0, 5.5)
    scale = (rng.uniform(22, 28) - width) / (high - low).max()
    middle = (SIZE - 1) / 2 + rng.uniform(-1.5, 1.5, 2)
    picture = Image.new("L", (MAGNIFIED * SIZE, MAGNIFIED * SIZE))
    draw = ImageDraw.Draw(picture)
    radius = MAGNIFIED * width / 2
    for points in strokes:
        places = MAGNIFIED * (scale * (points - (low + high) / 2) + middle + 0.5)
        draw.line([tuple(place) for place in places], fill=255, width=round(2 * radius), joint="curve")
        for x, y in (places[0], places[-1]):
            draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=255)
    ink = np.asarray(picture, np.float32).reshape(SIZE, MAGNIFIED, SIZE, MAGNIFIED).mean(axis=(1, 3))
    return gaussian_filter(ink / 255, rng.uniform(0, BLUR))


def _lean(points: Array) -> float:
    """How far x grows with y: taken away, the digit stands as upright as a house number."""
    x, y = (points - points.mean(axis=0)).T
    return float(x @ y / (y @ y))


def _curve(points: Array, rng: np.random.Generator) -> Array:
    """A smooth curve through the points, each moved a little, that ends a little early or late; (samples, 2)."""
    moved = points + JITTER * rng.standard_normal((len(points), 2))
    places = along(moved)
    begin, end = EARLY_OR_LATE * rng.standard_normal(2)
    samples = np.linspace(begin, places[-1] + end, 6 * len(moved))
    return CubicSpline(places, moved, bc_type="natural")(samples)
