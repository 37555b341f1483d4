"""Augmentation: what it does to a picture small enough to follow, and that it stays a picture."""

import numpy as np
import pytest

from layerwise.see.augmentation import CHUNK, Augmentation, augment, placements, warp

PICTURE = np.arange(25, dtype=np.float32).reshape(1, 5, 5, 1)
STRONG = Augmentation(rotation=30, zoom=(0.5, 2), shift_x=0.3, shift_y=0.3, shear=20, invert=0.5, colour=0.5)


def moved(**placement: float) -> np.ndarray:
    return warp(PICTURE, placements(**placement))[0, :, :, 0]


def pictures(count: int) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (count, 32, 32, 3), dtype=np.uint8)


def test_nothing_is_changed_unless_asked() -> None:
    x = pictures(3)
    np.testing.assert_allclose(augment(x, Augmentation(), np.random.default_rng(0)), x / 255, atol=1e-6)


def test_pictures_that_have_been_scaled_are_refused() -> None:
    with pytest.raises(ValueError, match="uint8, 0 to 255, but got float32"):
        augment(pictures(3).astype(np.float32) / 255, Augmentation(), np.random.default_rng(0))


def test_a_quarter_turn_is_counterclockwise() -> None:
    np.testing.assert_allclose(moved(rotation=90), np.rot90(PICTURE[0, :, :, 0]), atol=1e-4)


def test_a_shift_moves_right_and_down_and_repeats_the_edge() -> None:
    # One to the right, two down: the result at row r, column c was at row r - 2, column c - 1, or at the edge.
    expected = [[PICTURE[0, max(r - 2, 0), max(c - 1, 0), 0] for c in range(5)] for r in range(5)]
    np.testing.assert_allclose(moved(shift_x=1, shift_y=2), expected, atol=1e-5)


def test_zoom_magnifies_about_the_middle() -> None:
    # Twice as wide: column c shows what was at 2 + (c - 2) / 2, which is 1, 1.5, 2, 2.5, 3.
    np.testing.assert_allclose(moved(zoom_x=2)[0], [1, 1.5, 2, 2.5, 3], atol=1e-5)
    np.testing.assert_allclose(moved(zoom_y=2)[:, 0], [5, 7.5, 10, 12.5, 15], atol=1e-5)


def test_shear_moves_the_top_to_the_right() -> None:
    # At 45 degrees the top row, two above the middle, moves by two, the bottom row by two to the left.
    sheared = moved(shear=45)
    np.testing.assert_allclose(sheared[0], [0, 0, 0, 1, 2], atol=1e-4)
    np.testing.assert_allclose(sheared[2], [10, 11, 12, 13, 14], atol=1e-4)
    np.testing.assert_allclose(sheared[4], [22, 23, 24, 24, 24], atol=1e-4)


def test_placements_are_applied_in_their_order() -> None:
    # The point one right of the middle: twice as far, turned to the top (rows grow downwards), three to the right.
    (placement,) = placements(rotation=90, zoom_x=2, shift_x=3)
    np.testing.assert_allclose(placement @ [1, 0, 1], [3, -2], atol=1e-12)


def test_inversion_is_one_minus_the_picture() -> None:
    x = pictures(4)
    inverted = augment(x, Augmentation(invert=1), np.random.default_rng(0))
    np.testing.assert_allclose(inverted, 1 - x / 255, atol=1e-6)


def test_colour_changes_each_channel_as_a_whole() -> None:
    x = np.full((1, 32, 32, 3), 128, np.uint8)
    changed = augment(x, Augmentation(colour=0.1), np.random.default_rng(0))
    assert np.ptp(changed, axis=(1, 2)).max() == 0
    assert len(np.unique(changed)) == 3


def test_shape_and_range_stay() -> None:
    x = pictures(CHUNK + 3)
    changed = augment(x, STRONG, np.random.default_rng(0))
    assert changed.shape == x.shape
    assert changed.dtype == np.float32
    assert changed.min() >= 0
    assert changed.max() <= 1


def test_the_generator_decides() -> None:
    x = pictures(5)
    first, again, other = (augment(x, STRONG, np.random.default_rng(seed)) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert np.abs(first - other).max() > 0.1


def test_a_list_from_a_file_is_the_same_zoom() -> None:
    assert Augmentation(zoom=[0.9, 1.1]) == Augmentation(zoom=(0.9, 1.1))  # type: ignore[arg-type]
