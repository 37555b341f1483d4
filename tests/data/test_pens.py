"""Pen digits: deterministic, of the size they should have, and distinct."""

import numpy as np
import pytest

from layerwise.data.synthetic.pens import SIZE, _curve, _drawn, _lean, pen_digits


def test_the_seed_decides() -> None:
    x, y = pen_digits(20, seed=1)
    again, _ = pen_digits(20, seed=1)
    other, _ = pen_digits(20, seed=2)
    np.testing.assert_array_equal(x, again)
    assert not np.array_equal(x, other)
    assert x.shape == (20, 32, 32, 3)
    assert x.dtype == np.uint8
    assert set(y) <= set(range(10))


def test_pen_digits_are_grey_and_of_either_contrast() -> None:
    x, _ = pen_digits(200)
    np.testing.assert_array_equal(x[..., 0], x[..., 2])
    corner, middle = x[:, :2, :2, 0].mean(axis=(1, 2)), x[:, 8:24, 8:24, 0].max(axis=(1, 2)).astype(float)
    dark = corner < 128
    assert 60 < dark.sum() < 140
    assert (middle[dark] > corner[dark] + 50).all()


@pytest.mark.parametrize("digit", range(10))
def test_a_digit_fills_the_picture_as_a_prepared_photograph_does(digit: int) -> None:
    rng = np.random.default_rng(digit)
    for _ in range(20):
        ink = _drawn(digit, rng)
        rows, columns = np.nonzero(ink > 0.5)
        assert 18 <= max(np.ptp(rows), np.ptp(columns)) + 1 <= 30
        assert rows.min() >= 0
        assert rows.max() < SIZE
        assert 0.02 < ink.mean() < 0.5


def test_a_curve_runs_from_its_first_point_to_its_last() -> None:
    class Still:
        def standard_normal(self, shape: tuple[int, ...]) -> np.ndarray:
            return np.zeros(shape)

    curve = _curve(np.array([[0, 0], [0.5, 0.2], [1, 1]]), Still())  # type: ignore[arg-type]
    np.testing.assert_allclose(curve[[0, -1]], [[0, 0], [1, 1]], atol=1e-12)
    assert np.hypot(*(curve - [0.5, 0.2]).T).min() < 0.05


def test_the_ends_of_a_curve_are_a_little_early_or_late() -> None:
    line = np.array([[0, 0], [0, 1.0]])
    ends = np.array([_curve(line, np.random.default_rng(seed))[[0, -1], 1] for seed in range(200)]) - [0, 1]
    assert (ends.std(axis=0) > 0.04).all() and (np.abs(ends.mean(axis=0)) < 0.02).all()


def test_a_digit_sheared_by_its_lean_leans_no_more() -> None:
    points = np.random.default_rng(0).normal(size=(50, 2)) @ [[1, 0], [0.6, 1]]
    assert _lean(points) > 0.3
    assert _lean(points - points[:, 1:] * (_lean(points), 0)) == pytest.approx(0, abs=1e-12)


def test_none() -> None:
    assert pen_digits(0)[0].shape == (0, 32, 32, 3)
