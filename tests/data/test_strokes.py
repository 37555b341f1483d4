"""The shapes of drawn digits: readable from their strings, in their frame, and each another one."""

import numpy as np
import pytest
from scipy.spatial.distance import cdist

from layerwise.data.synthetic.paper import SHAPES, _smooth
from layerwise.data.synthetic.pens import WAYS
from layerwise.data.synthetic.strokes import strokes_of


def traced(shape: str) -> np.ndarray:
    """Points of a shape, about a sixtieth of its height apart, in its box (a thin 1 keeps a box a quarter wide)."""
    points = []
    for curve in map(_smooth, strokes_of(shape)):
        along = np.concatenate([[0], np.hypot(*np.diff(curve, axis=0).T).cumsum()])
        places = np.linspace(0, along[-1], round(60 * along[-1]))
        points.append(np.column_stack([np.interp(places, along, column) for column in curve.T]))
    every = np.concatenate(points)
    return (every - every.min(axis=0)) / np.ptp(every, axis=0).clip(0.25)


def apart(one: np.ndarray, other: np.ndarray) -> float:
    """From each point to the nearest one of the other shape, mean of both ways (chamfer distance)."""
    distances = cdist(one, other)
    return float(distances.min(axis=0).mean() + distances.min(axis=1).mean()) / 2


def test_strokes_are_read_in_hundredths() -> None:
    first, second = strokes_of("0,25 50,100 / 7,0 8,9")
    np.testing.assert_array_equal(first, [[0, 0.25], [0.5, 1]])
    np.testing.assert_array_equal(second, [[0.07, 0], [0.08, 0.09]])


def test_a_shape_is_apart_from_itself_by_nothing_and_from_its_mirror_by_much() -> None:
    seven = traced(WAYS[7][0])
    assert apart(seven, seven) == 0
    assert apart(seven, [1, 0] + seven * [-1, 1]) > 0.05


@pytest.mark.parametrize("digit", range(10))
def test_a_digit_has_several_shapes_and_pages_have_others_than_pens(digit: int) -> None:
    pens, pages = ([traced(shape) for shape in shapes] for shapes in (WAYS[digit], SHAPES[str(digit)]))
    assert len(pens) >= 7 and len(pages) >= 5
    for shapes in (pens, pages):
        assert min(apart(one, other) for i, one in enumerate(shapes) for other in shapes[:i]) > 0.01
    # The first shape of a page is the plain one, which is not drawn by chance.
    assert min(apart(page, pen) for page in pages[1:] for pen in pens) > 0.02


@pytest.mark.parametrize("shapes", [*WAYS, *SHAPES.values()])
def test_shapes_fill_their_frame(shapes: tuple[str, ...]) -> None:
    for shape in shapes:
        x, y = np.concatenate(strokes_of(shape)).T
        assert x.min() >= 0 and x.max() <= 0.76
        assert y.min() <= 0.08 and 0.95 <= y.max() <= 1.05
