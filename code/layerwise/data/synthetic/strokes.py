"""Digits as the line that a pen draws, each drawn a little differently every time."""

from collections.abc import Callable

import numpy as np

from layerwise.data.synthetic.random_numbers import Array, Generator


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
    """
    strokes = _DRAWN[digit](rng)
    field = 0.05 * rng.standard_normal((2, 5))
    slant, aspect = 0.08 * rng.standard_normal(), rng.uniform(0.45, 0.72)
    return [bend(stroke, field) * (aspect, 1) - stroke[:, 1:] * (slant, 0) for stroke in strokes]


def strokes_of(shape: str) -> list[Array]:
    """The strokes of a shape, each (points, 2), height 1.

    Parameters
    ----------
    shape : str
        Strokes parted by ``/``: points ``x,y`` that a smooth curve runs through, in hundredths of the digit's height; x
        grows to the right, y downwards.
    """
    return [np.array([point.split(",") for point in stroke.split()], float) / 100 for stroke in shape.split("/")]


def along(points: Array) -> Array:
    """Where a smooth curve through points meets each: the square roots of their distances, summed.

    So it makes no loops where points lie close together (Lee 1989).
    """
    return np.concatenate([[0.0], np.sqrt(np.hypot(*np.diff(points, axis=0).T)).cumsum()])


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
