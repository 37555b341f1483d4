"""Digits are read-only, pixels are scaled once, and labels become rows with a single one."""

import numpy as np
import pytest

from layerwise.data.digits import one_hot, scale
from layerwise.data.mnist import load_mnist_5000


def test_scale_divides_by_255() -> None:
    scaled = scale(np.array([[0, 51, 255]], dtype=np.uint8))
    assert scaled.dtype == np.float32
    np.testing.assert_allclose(scaled, [[0, 0.2, 1]], rtol=1e-7)  # 51 = 255 / 5


def test_scale_refuses_what_was_scaled_already() -> None:
    with pytest.raises(ValueError, match="expects pixels as uint8, 0 to 255, but got float32"):
        scale(scale(np.array([255], dtype=np.uint8)))


def test_one_hot_has_its_one_in_the_column_of_the_label() -> None:
    rows = one_hot(np.array([2, 0]), classes=3)
    assert rows.dtype == np.float32
    assert rows.tolist() == [[0, 0, 1], [1, 0, 0]]
    assert one_hot(load_mnist_5000().y_test).argmax(axis=1).tolist() == load_mnist_5000().y_test.tolist()


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        ([0, 10], "labels from 0 to 9, but got 0 to 10"),
        ([-1, 3], "labels from 0 to 9, but got -1 to 3"),
        ([0.0, 1.0], r"whole-number labels of shape \(P,\), but got float64 of shape \(2,\)"),
        ([[0, 1]], r"but got int64 of shape \(1, 2\)"),
    ],
)
def test_one_hot_refuses_what_is_no_label(labels: list, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        one_hot(np.array(labels))
