"""synthetic: house numbers that are what their labels say, the same for a seed, varied in the ways that matter."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.ndimage import label, zoom
from threadpoolctl import threadpool_limits

from layerwise.data.synthetic import glyphs
from layerwise.data.synthetic.glyphs import CELL, CHARACTERS, HEIGHT, MARGIN, atlas
from layerwise.data.synthetic.plates import house_numbers
from layerwise.data.synthetic.random_numbers import BLOCK
from layerwise.data.synthetic.strokes import stroke_digit

Array = NDArray[Any]

X, Y = house_numbers(1000, seed=3)


def test_what_it_returns() -> None:
    assert X.shape == (1000, 32, 32, 3)
    assert X.dtype == np.uint8
    assert Y.shape == (1000,)
    assert Y.dtype == np.int64
    assert [len(part) for part in house_numbers(0)] == [0, 0]


@pytest.mark.parametrize("count", [1, BLOCK - 1, BLOCK, BLOCK + 1, 200])
def test_the_first_pictures_are_the_same_for_every_count(count: int) -> None:
    x, y = house_numbers(count, seed=3)
    np.testing.assert_array_equal(x, X[:count])
    np.testing.assert_array_equal(y, Y[:count])


def test_another_seed_or_block_gives_other_pictures() -> None:
    other, _ = house_numbers(BLOCK, seed=4)
    assert not any(np.array_equal(a, b) for a, b in zip(other, X[:BLOCK], strict=True))
    assert len({picture.tobytes() for picture in X}) == len(X)


def test_threads_change_nothing() -> None:
    with threadpool_limits(1), ThreadPoolExecutor(4) as pool:
        for x, y in pool.map(lambda _: house_numbers(BLOCK, seed=3), range(4)):
            np.testing.assert_array_equal(x, X[:BLOCK])
            np.testing.assert_array_equal(y, Y[:BLOCK])


def test_global_random_state_is_neither_read_nor_changed() -> None:
    np.random.seed(1)
    expected = np.random.random()
    np.random.seed(1)
    x, _ = house_numbers(5, seed=3)
    assert np.random.random() == expected
    np.testing.assert_array_equal(x, X[:5])


def test_every_digit_is_equally_likely() -> None:
    """1,000 draws: the count of one digit has mean 100 and deviation sqrt(1000 · 0.1 · 0.9) = 9.5; 4.5 of them."""
    counts = np.bincount(Y, minlength=10)
    assert len(counts) == 10
    assert np.abs(counts - 100).max() < 43


def test_the_label_is_the_digit_in_the_middle() -> None:
    """A second way to read: correlation with the mean glyph of each digit, in a window at the middle, of either sign.

    So plain a reader is often wrong about one picture; about the mean over a label's pictures it must be right.
    """
    glyphs = atlas().distance.reshape(-1, len(CHARACTERS), CELL, CELL)[:, :10] > 0
    weighted = np.tensordot(atlas().weight, glyphs, 1)
    templates = np.stack([zoom(glyph, 24 / HEIGHT, order=1) for glyph in weighted])  # digits 24 pixels high
    edge = (templates.shape[1] - 24) // 2
    templates = templates[:, edge : edge + 24, edge : edge + 24].reshape(10, -1)
    windows = X[:, 4:28, 4:28].mean(axis=3).reshape(len(X), -1)
    unit = [part - part.mean(axis=1, keepdims=True) for part in (windows, templates)]
    windows, templates = (part / np.linalg.norm(part, axis=1, keepdims=True) for part in unit)
    match = np.abs(windows @ templates.T)
    means = np.stack([match[digit == Y].mean(axis=0) for digit in range(10)])
    np.testing.assert_array_equal((means - match.mean(axis=0)).argmax(axis=1), range(10))
    assert (match.argmax(axis=1) == Y).mean() > 0.35


def test_no_picture_is_flat() -> None:
    grey = X.mean(axis=3)
    assert (grey.max(axis=(1, 2)) - grey.min(axis=(1, 2))).min() > 10


def test_contrast_of_either_sign() -> None:
    """The stroke of a 1 is brighter than the ground beside it in about half of all pictures."""
    one = X[Y == 1].mean(axis=3)
    inside, beside = one[:, 10:22, 14:18].mean(axis=(1, 2)), one[:, 10:22, [7, 8, 23, 24]].mean(axis=(1, 2))
    share = (inside > beside).mean()
    assert 0.3 < share < 0.7


def test_colours_occur_and_greys_prevail() -> None:
    spread = (X.mean(axis=(1, 2)).max(axis=1) - X.mean(axis=(1, 2)).min(axis=1)) / 255
    assert np.median(spread) < 0.15
    assert (spread > 0.25).sum() >= 10


# Glyphs


def ink(style: int, character: int) -> Array:
    """Where a glyph of the atlas has ink; hairlines thinner than a sample count."""
    return atlas().distance[style * len(CHARACTERS) + character] > -0.01


STYLES = range(len(glyphs.FACES) + glyphs.STROKE_STYLES)
HOLES = {0: 1, 1: 0, 2: 0, 3: 0, 5: 0, 6: 1, 7: 0, 8: 2, 9: 1}  # a 4 is open or closed


@pytest.mark.parametrize("digit", HOLES)
def test_every_style_of_a_digit_has_as_many_holes_as_the_digit(digit: int) -> None:
    """The number of holes does not depend on how a digit is drawn: the ground falls into one piece more.

    Ground that touches at a corner hangs together, ink does not.
    """
    pieces = [label(~ink(style, digit), np.ones((3, 3)))[1] for style in STYLES]
    assert set(pieces) == {HOLES[digit] + 1}


@pytest.mark.parametrize("style", STYLES)
def test_glyphs_fill_their_height_and_stand_in_the_middle(style: int) -> None:
    for character in range(len(CHARACTERS)):
        rows, columns = np.nonzero(ink(style, character))
        assert abs(rows.min() - MARGIN) <= 1
        assert abs(rows.max() - (MARGIN + HEIGHT - 1)) <= 1
        assert abs(columns.min() + columns.max() - (CELL - 1)) <= 3
        assert abs((np.ptp(columns) + 1) / HEIGHT - atlas().width[style, character]) < 2.5 / HEIGHT


def test_distances_are_distances() -> None:
    """A signed distance changes by one digit height per digit height: nowhere faster, and by that nearly everywhere."""
    slope = np.hypot(*np.gradient(atlas().distance * HEIGHT, axis=(1, 2)))
    assert slope.max() < 1.5
    assert np.median(slope) == pytest.approx(1, abs=0.05)


@pytest.mark.parametrize("digit", range(10))
def test_a_stroke_digit_is_about_one_high_and_is_drawn_anew_each_time(digit: int) -> None:
    rng = np.random.default_rng(0)
    first, second = (np.concatenate(stroke_digit(digit, rng)) for _ in range(2))
    assert 0.7 < np.ptp(first[:, 1]) < 1.4
    assert np.ptp(first[:, 0]) < np.ptp(first[:, 1])
    assert first.shape != second.shape or np.abs(first - second).max() > 0.01
    assert first[np.argmin(first[:, 1]), 1] < 0.3  # y grows downwards from about 0


# Bad input


@pytest.mark.parametrize("count", [-1, 2.0, "3", None, True])
def test_a_bad_count_is_refused(count: Any) -> None:
    with pytest.raises(ValueError, match=r"^count is .*expected a whole number, 0 or more"):
        house_numbers(count)


@pytest.mark.parametrize("seed", [-1, 0.5, None, True])
def test_a_bad_seed_is_refused(seed: Any) -> None:
    with pytest.raises(ValueError, match=r"^seed is .*expected a whole number, 0 or more"):
        house_numbers(1, seed=seed)
