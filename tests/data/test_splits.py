"""No photograph stands in the training and in the validation part."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from layerwise.data.digits import Digits
from layerwise.data.splits import split_by_photo


def with_photos(photos: list[int] | None, count: int = 0) -> Digits:
    """Digits that stand in the given photographs."""
    count = len(photos) if photos is not None else count
    x = np.zeros((count, 32, 32, 3), dtype=np.uint8)
    y = np.zeros(count, dtype=np.int64)
    photo = None if photos is None else np.array(photos, dtype=np.int32)
    return Digits(x, y, x[:0], y[:0], source="nowhere", key="none", sha256="", photo_train=photo)


@given(
    photos=st.lists(st.integers(1, 12), min_size=1, max_size=60),
    fraction=st.floats(0.01, 0.99),
    seed=st.integers(0, 100),
)
def test_no_photograph_stands_on_both_sides(photos: list[int], fraction: float, seed: int) -> None:
    digits = with_photos(photos)
    try:
        training, validation = split_by_photo(digits, fraction, seed)
    except ValueError:  # allowed only where some photograph has to fill the fraction with the last one
        largest = max(photos.count(photo) for photo in set(photos))
        assert len(photos) * fraction > len(photos) - largest
        return
    assert sorted([*training, *validation]) == list(range(len(photos)))
    assert len(training) and len(validation)
    assert {photos[row] for row in training}.isdisjoint(photos[row] for row in validation)
    last = max(photos.count(photos[row]) for row in validation)
    assert fraction * len(photos) <= len(validation) < fraction * len(photos) + last
    assert (np.diff(training) > 0).all() and (np.diff(validation) > 0).all()


def test_a_seed_gives_one_split_and_another_seed_another() -> None:
    digits = with_photos(np.repeat(np.arange(500), 2).tolist())
    first, same, other = (split_by_photo(digits, seed=seed)[1] for seed in (0, 0, 1))
    np.testing.assert_array_equal(first, same)
    assert len(first) == len(other) == 100
    assert first.tolist() != other.tolist()


def test_without_photograph_numbers_validation_comes_in_twenty_runs() -> None:
    training, validation = split_by_photo(with_photos(None, count=4000), 0.1)
    assert len(validation) == 400 and len(training) == 3600
    runs = 1 + int((np.diff(validation) > 1).sum())
    assert 15 <= runs <= 20  # drawn runs may touch


def test_few_digits_without_photograph_numbers_are_drawn_one_by_one() -> None:
    training, validation = split_by_photo(with_photos(None, count=10), 0.3)
    assert (len(training), len(validation)) == (7, 3)


@pytest.mark.parametrize("fraction", [0, 1, -0.1, 1.5, float("nan")])
def test_a_fraction_lies_between_0_and_1(fraction: float) -> None:
    with pytest.raises(ValueError, match="must lie between 0 and 1"):
        split_by_photo(with_photos([1, 2, 3]), fraction)


def test_one_photograph_cannot_be_split() -> None:
    with pytest.raises(ValueError, match="1 photographs cannot be split"):
        split_by_photo(with_photos([4, 4, 4]))
