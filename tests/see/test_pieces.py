"""Which pieces of ink are the one digit, and how many others there are."""

import numpy as np
import pytest

from layerwise.see.pieces import one_digit

DIGIT = (60, 140, 80, 120)


@pytest.mark.parametrize(
    "boxes, chosen, others",
    [
        ([DIGIT], [0], 0),
        ([DIGIT, (40, 50, 80, 130)], [0, 1], 0),  # the bar of a 5 above
        ([DIGIT, (90, 110, 124, 150)], [0, 1], 0),  # hardly a gap
        ([DIGIT, (62, 138, 140, 175)], [0], 1),  # another digit beside
        ([DIGIT, (90, 100, 140, 150)], [0], 0),  # a speck beside
        ([DIGIT, (0, 200, 170, 180)], [0], 0),  # an edge from rim to rim, with more ink
        ([DIGIT, (0, 90, 130, 190)], [0], 1),  # larger, but cut by the rim
        ([(0, 200, 90, 110)], [], 0),
        ([(100, 110, 100, 104)], [], 0),  # too small
        ([(y, y + 14, x, x + 10) for y in range(10, 180, 30) for x in range(10, 180, 30)], [], 0),  # a text
        ([], [], 0),
    ],
)
def test_the_one_digit(boxes: list[tuple[int, int, int, int]], chosen: list[int], others: int) -> None:
    masks = [np.zeros((200, 200), bool) for _ in boxes]
    for mask, (top, bottom, left, right) in zip(masks, boxes, strict=True):
        mask[top:bottom, left:right] = True
    nothing = np.zeros((200, 200), bool)
    every = np.logical_or.reduce([nothing, *masks])
    digit, beside = one_digit(every, every.astype(np.float32))
    assert (digit == np.logical_or.reduce([nothing, *(masks[number] for number in chosen)])).all() and beside == others
