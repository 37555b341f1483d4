"""Drawings for the tests of the page: strokes on its paper, and the paper as an independent program draws it."""

import itertools
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from scipy.interpolate import CubicSpline

from layerwise.data.synthetic.strokes import along, strokes_of

SIDE, PEN, RIM = 256, 230, 20
Strokes = list[list[list[int]]]


def on_paper(strokes: Strokes, pen: float) -> npt.NDArray[np.uint8]:
    """The drawing as the page's paper shows it, grey: each pixel as dark as its middle is near to a stroke."""
    distance = np.full((SIDE, SIDE), np.inf)
    for stroke in strokes:
        points = np.array(stroke, float)
        for start, end in itertools.pairwise([points[0], *points]):
            low, high = np.minimum(start, end) - pen, np.maximum(start, end) + pen
            (left, top), (right, bottom) = np.clip([low, high], 0, SIDE).astype(int)
            x, y = np.arange(left, right) + 0.5 - start[0], np.arange(top, bottom)[:, None] + 0.5 - start[1]
            way = end - start
            share = np.clip((x * way[0] + y * way[1]) / max(way @ way, 1e-300), 0, 1)
            near = np.hypot(x - share * way[0], y - share * way[1])
            distance[top:bottom, left:right] = np.minimum(distance[top:bottom, left:right], near)
    return np.floor(255 - PEN * np.clip(pen / 2 + 0.5 - distance, 0, 1) + 0.5).astype(np.uint8)


def drawn(
    shape: str,
    random: np.random.Generator,
    *,
    height: float | None = None,
    middle: tuple[float, float] | None = None,
    turn: float = 0.0,
    shake: float = 0.012,
) -> Strokes:
    """The strokes of a shape as a hand would draw them, in whole pixels."""
    height = random.uniform(120, 200) if height is None else height
    middle = (128 + random.uniform(-15, 15), 128 + random.uniform(-15, 15)) if middle is None else middle
    slant, stretch = random.normal(0.05, 0.12), random.uniform(0.75, 1.05)
    strokes = []
    for stroke in strokes_of(shape):
        points = stroke + random.normal(0, shake, stroke.shape)
        places = along(points)
        # A pointer reports a place every few pixels.
        count = max(2, int(height * np.hypot(*np.diff(points, axis=0).T).sum() / 6))
        smooth = CubicSpline(places, points)(np.linspace(0, places[-1], count)) if len(points) > 2 else points
        x, y = stretch * smooth[:, 0] - slant * (smooth[:, 1] - 0.5), smooth[:, 1]
        angle = np.radians(turn)
        strokes.append(np.stack([x * np.cos(angle) - y * np.sin(angle), x * np.sin(angle) + y * np.cos(angle)], 1))
    every = np.concatenate(strokes)
    centre, size = (every.min(axis=0) + every.max(axis=0)) / 2, np.ptp(every, axis=0).max()
    return [in_pixels(height / size * (points - centre) + middle) for points in strokes]


def in_pixels(points: npt.NDArray[np.float64]) -> list[list[int]]:
    """As the page takes them: the widest pen leaves a rim of paper; each place once."""
    whole = np.clip(np.rint(points), RIM, SIDE - RIM).astype(int).tolist()
    return [point for i, point in enumerate(whole) if i == 0 or point != whole[i - 1]]


def many(shapes: Sequence[str], count: int, seed: int) -> list[tuple[Strokes, int]]:
    """Drawings of these shapes in turn, each with its pen: as most hands draw, small, at the rim, turned, or two."""
    random = np.random.default_rng(seed)
    found = []
    for number in range(count):
        shape, pen = shapes[number % len(shapes)], int(random.integers(12, 25))
        kind = number % 8
        if kind == 5:
            strokes = drawn(shape, random, height=random.uniform(8, 80))
        elif kind == 6:
            strokes = drawn(shape, random, middle=(random.uniform(0, SIDE), random.uniform(0, SIDE)))
        elif kind == 7:
            others = [
                drawn(shapes[random.integers(len(shapes))], random, height=90, middle=(x, 128)) for x in (60, 190)
            ]
            strokes = others[0] + others[1]
        else:
            strokes = drawn(shape, random, turn=90 * (kind == 4))
        found.append((strokes, pen))
    return found
