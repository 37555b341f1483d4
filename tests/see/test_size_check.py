"""The checker of a formula for a convolution's output size, and its count against Keras."""

import keras
import pytest

from layerwise.see.size_check import KNOWN, check_output_size, places


@pytest.mark.parametrize("size", [7, 8])
@pytest.mark.parametrize("kernel", [1, 3])
@pytest.mark.parametrize("stride", [1, 2, 3])
@pytest.mark.parametrize("padding", [0, 2])
def test_the_count_is_what_keras_builds(size: int, kernel: int, stride: int, padding: int) -> None:
    layers = [keras.layers.ZeroPadding2D(padding), keras.layers.Conv2D(1, kernel, strides=stride)]
    network = keras.Sequential([keras.Input((size, size, 1)), *layers])
    assert network.output_shape[1] == places(size, kernel, stride, padding)


def test_the_right_formula_passes(capsys: pytest.CaptureFixture[str]) -> None:
    assert check_output_size(lambda n, k, s, p: (n + 2 * p - k) // s + 1)
    assert capsys.readouterr().out == "Right, in 108 cases.\n"


@pytest.mark.parametrize("words", KNOWN)
def test_each_bug_is_named(words: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert not check_output_size(KNOWN[words])
    assert words in capsys.readouterr().out


def test_an_unknown_bug_is_shown_by_a_case(capsys: pytest.CaptureFixture[str]) -> None:
    assert not check_output_size(lambda n, k, s, p: n)
    assert capsys.readouterr().out.endswith("\nSize 7, kernel 1, stride 1, padding 1: yours 7, counted 9.\n")
