"""Pen digits made by a program, for networks that are to read handwriting as well (chapter ``your_digit``).

Nobody's handwriting goes in. A digit is one of several ways to write it, a few curves through given points; each time
the points are moved at random and the whole is bent, stretched and slanted. It is drawn about as large as
:mod:`layerwise.see.photo` makes a photographed digit, as dark ink on light paper or the reverse.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw
from scipy.interpolate import CubicSpline

from layerwise.data.synthetic.random_numbers import SIZE
from layerwise.data.synthetic.strokes import bend

Array = NDArray[Any]


MAGNIFIED = 4
"""Drawn this much larger and reduced then, so that edges are smooth."""


WAYS: tuple[tuple[str, ...], ...] = (
    (
        "45,0 12,20 2,55 25,97 60,90 75,50 62,10 40,1",
        "30,2 5,35 10,80 40,100 68,70 66,25 40,0 20,10",
        "55,8 35,0 10,30 6,75 30,100 62,75 68,30 45,2",
    ),
    (
        "30,0 30,50 30,100",
        "10,25 22,15 34,0 / 34,0 33,50 32,100",
        "10,20 30,0 / 30,0 30,50 30,100 / 5,100 55,100",  # a foot
        "0,42 20,22 36,0 / 36,0 34,50 33,100",  # a long flag
    ),
    (
        "6,25 25,2 55,10 55,35 30,70 3,100 / 3,100 35,97 70,98",
        "5,20 30,0 58,14 50,48 20,88 4,92 10,76 30,84 50,97 75,90",  # a loop at the foot
        "10,10 40,0 60,20 45,55 10,95 30,85 50,98 72,92",
        "0,30 15,5 45,2 60,22 45,55 12,98 / 12,98 75,94",
    ),
    (
        "5,12 30,0 55,15 45,38 22,47 / 22,47 55,55 62,80 35,100 2,88",
        "8,5 40,0 56,20 30,45 56,62 56,90 25,100 0,93",
        "5,2 60,0 / 60,0 30,40 / 30,40 62,60 50,95 5,95",  # a flat top
    ),
    (
        "45,0 25,30 2,62 / 2,62 35,60 70,58 / 55,30 52,65 50,100",
        "8,0 4,25 10,50 35,52 60,42 / 62,0 60,50 56,100",  # open at the top
        "10,5 2,40 20,55 55,45 / 60,2 55,45 42,100",  # open at the top
        "55,0 30,30 2,60 / 2,60 72,60 / 55,0 55,50 55,100",
    ),
    (
        "65,0 18,2 / 18,2 12,42 / 12,42 40,36 60,60 50,92 20,100 0,90",
        "70,2 35,2 20,10 15,42 45,50 55,75 35,100 0,95",
        "20,5 15,45 45,42 58,70 35,98 2,92 / 20,5 70,0",
    ),
    (
        "50,0 20,25 5,60 15,95 45,97 56,72 35,55 10,70",
        "30,0 12,35 5,70 25,100 52,88 48,65 25,60 8,78",
        "62,2 30,20 6,60 20,98 50,90 50,62 20,62 8,80",
        "15,0 6,40 6,75 30,100 60,85 50,60 25,60 7,75",
    ),
    (
        "2,5 35,4 65,2 / 65,2 42,45 28,100",
        "0,15 10,4 40,5 68,2 / 68,2 50,40 40,100",
        "2,3 66,0 / 66,0 40,50 25,100 / 20,52 62,48",  # a bar across
        "2,5 40,2 62,8 58,30 45,60 38,100",
        "0,20 5,5 35,4 65,2 / 65,2 45,50 30,100 / 14,50 70,48",  # a bar across
    ),
    (
        "58,12 30,0 10,20 35,45 60,72 35,100 6,80 30,47 56,25 55,10",
        "35,46 10,25 30,0 55,18 35,46 5,75 30,100 58,78 35,46",
        "60,5 25,2 15,25 50,60 45,95 15,95 15,70 45,40 65,8",
    ),
    (
        "55,15 30,0 6,20 12,42 35,45 55,15 / 55,15 52,55 48,100",  # a straight leg
        "55,12 25,2 6,25 25,48 52,30 56,10 / 56,10 55,60 40,95 10,97",  # a bent leg
        "50,20 30,2 6,20 20,42 48,25 50,10 46,55 30,100",
        "60,6 30,2 8,20 20,38 50,30 60,6 50,50 42,100",
    ),
)
"""The ways of each digit. Strokes are parted by ``/``: points ``x,y`` that a smooth curve runs through, in hundredths
of the digit's height; y grows downwards."""


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


def strokes_of(way: str) -> list[Array]:
    """The strokes of one entry of ``WAYS``, each (points, 2), height 1."""
    return [np.array([point.split(",") for point in stroke.split()], float) / 100 for stroke in way.split("/")]


def _drawn(digit: int, rng: np.random.Generator) -> Array:
    """Ink (SIZE, SIZE) of one digit, 0 to 1."""
    ways = WAYS[digit]
    strokes = [_curve(points, rng) for points in strokes_of(ways[rng.integers(len(ways))])]
    field, slant, stretch = 0.1 * rng.standard_normal((2, 5)), 0.18 * rng.standard_normal(), rng.uniform(0.7, 1.5)
    strokes = [bend(points, field) * (stretch, 1) for points in strokes]
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
    return ink / 255


def _curve(points: Array, rng: np.random.Generator) -> Array:
    """A smooth curve through the points, each moved a little; (samples, 2)."""
    moved = points + 0.035 * rng.standard_normal((len(points), 2))
    if len(moved) == 2:
        return moved
    along = np.concatenate([[0.0], np.sqrt(np.hypot(*np.diff(moved, axis=0).T)).cumsum()])
    return CubicSpline(along, moved, bc_type="natural")(np.linspace(0, along[-1], 6 * len(moved)))
