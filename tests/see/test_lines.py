"""The lines of ruled and squared paper go, what may be a stroke of a digit stays."""

import numpy as np
import pytest

from layerwise.see.ink import Mask
from layerwise.see.lines import without_lines

RULED = [([100], 0, 200), ([40, 100, 160], 15, 185), ([20, 60, 100, 140], 0, 200)]


def left(lines: list[int], begin: int, end: int, *, squared: bool = False, pen: int = 0) -> tuple[Mask, Mask]:
    """What is left of the marks of a page, and what was drawn on it as the stroke of a pen."""
    ink = np.zeros((200, 200), np.float32)
    ink[lines, begin:end] = 0.3
    if squared:
        ink = np.maximum(ink, ink.T)
    drawn = np.zeros(ink.shape, bool)
    drawn[30:170, 110 : 110 + pen] = True
    ink[drawn] = 0.9
    return without_lines(ink, ink > 0.1), drawn


@pytest.mark.parametrize("squared", [False, True])
@pytest.mark.parametrize("pen", [0, 4])
@pytest.mark.parametrize("lines, begin, end", RULED)
def test_lines_go_and_the_stroke_on_them_stays(lines: list[int], begin: int, end: int, pen: int, squared: bool) -> None:
    found, drawn = left(lines, begin, end, squared=squared, pen=pen)
    assert found[drawn].all() and (found & ~drawn).sum() <= 0.1 * len(lines) * 200  # where lines cross, some pixels


@pytest.mark.parametrize("lines, begin, end", RULED[::2])
def test_a_bold_stroke_does_not_part_a_line(lines: list[int], begin: int, end: int) -> None:
    found, drawn = left(lines, begin, end, pen=20)
    assert (found == drawn).all()


@pytest.mark.parametrize("lines, begin, end", [([100], 15, 185), ([60, 140], 15, 185), ([40, 100, 160], 60, 140)])
def test_one_or_two_bars_or_short_ones_are_no_ruling(lines: list[int], begin: int, end: int) -> None:
    found, _ = left(lines, begin, end)
    assert found[lines, begin:end].all()
