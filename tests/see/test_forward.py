"""The forward pass in NumPy against Keras, and its layers against worked cases."""

import subprocess
import sys

import numpy as np
import pytest

from layerwise.data.synthetic import house_numbers
from layerwise.see.forward import NETWORKS, Reader, convolved, pooled, read_weights, softmax
from layerwise.see.training import probabilities_of
from layerwise.see.weights import SHIPPED, pretrained

PICTURES = house_numbers(1000, seed=3)[0] / np.float32(255)


@pytest.mark.parametrize("name", list(NETWORKS))
def test_a_thousand_digits_are_read_as_keras_reads_them(name: str) -> None:
    ours, keras = Reader(name)(PICTURES), probabilities_of(pretrained(name), PICTURES)
    assert np.abs(ours - keras).max() <= 1e-5
    assert (ours.argmax(axis=1) == keras.argmax(axis=1)).mean() >= 0.999


def test_every_network_that_ships_has_its_forward_pass() -> None:
    assert set(NETWORKS) == set(SHIPPED)


def test_a_convolution_on_paper() -> None:
    # A kernel that takes the right neighbour of the first channel and twice the place itself of the second.
    kernel = np.zeros((3, 3, 2, 1))
    kernel[1, 2, 0], kernel[1, 1, 1] = 1, 2
    x = np.stack([np.arange(6.0).reshape(2, 3), np.full((2, 3), 10.0)], axis=-1)[np.newaxis]
    np.testing.assert_array_equal(convolved(x, kernel)[0, ..., 0], [[21, 22, 20], [24, 25, 20]])


def test_a_pooling_leaves_out_what_fills_no_square() -> None:
    x = np.arange(25.0).reshape(1, 5, 5, 1)
    np.testing.assert_array_equal(pooled(x, 2)[0, ..., 0], [[6, 8], [16, 18]])
    np.testing.assert_array_equal(pooled(x, 3)[0, ..., 0], [[12]])


def test_a_softmax_does_not_overflow() -> None:
    np.testing.assert_allclose(softmax(np.array([[1000.0, 1000.0 + np.log(3), -1000.0]])), [[0.25, 0.75, 0]])


def test_reading_needs_no_tensorflow() -> None:
    code = "import sys; from layerwise.see.forward import Reader; Reader(); print('tensorflow' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout.strip() == "False"


def test_an_unknown_network_is_refused() -> None:
    with pytest.raises(ValueError, match="no weights of a network 'large'; expected one of report, improved"):
        read_weights("large")
