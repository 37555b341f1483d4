"""Shapes that are no digit: told from digits on drawings that the network has not seen."""

import numpy as np

from layerwise.see.no_digit import DIGIT, WEIGHTS, digit_likeness, pixels
from layerwise.see.no_digit_training import FIRST_SEED, KEPT, TRAINING, crops


def test_fresh_drawings_are_told_apart() -> None:
    drawings, labels = crops(300, seed=5)
    likeness = digit_likeness(drawings)
    assert np.mean(likeness[labels == 0] < DIGIT) >= 0.95
    assert np.mean(likeness[labels == 1] < DIGIT) <= 0.05


def test_no_ink_is_no_digit() -> None:
    assert (digit_likeness(np.zeros((2, 128, 128))) < DIGIT).all()


def test_it_sees_the_mean_of_squares() -> None:
    crop = np.zeros((1, 128, 128))
    crop[0, 8:16, :8] = 1
    assert np.flatnonzero(pixels(crop)).tolist() == [16] and pixels(crop)[0, 16] == 1


def test_the_weights_are_small_and_were_trained_by_this_program() -> None:
    assert WEIGHTS.stat().st_size <= 65_000
    with np.load(WEIGHTS, allow_pickle=False) as file:
        first, training = file["drawings"].astype(float), str(file["training"])
    again = 255 * pixels(crops(2 * KEPT, seed=FIRST_SEED)[0][:KEPT])
    assert training == repr(TRAINING) and len(first) == KEPT
    assert np.abs(first - again).mean() < 2  # other processors and libraries round a little differently
