"""Staged digits are what their facts say."""

import numpy as np
import pytest

from layerwise.see import staging


def test_the_facts_are_those_of_the_pictures() -> None:
    images = np.zeros((50, 28, 28), np.uint8)
    images[:, 14, 14] = 255  # one pixel of ink, in the middle
    pictures, facts = staging.staged(images, seed=0)
    assert pictures.shape == (50, 32, 32, 3) and pictures.dtype == np.float32
    for picture, move, ink, paper, polarity in zip(pictures, *facts.values(), strict=True):
        place = tuple(16 + move)
        assert picture[place] == pytest.approx(ink)
        assert polarity == (1 if ink.mean() > paper.mean() else -1)
        rest = picture.copy()
        rest[place] = paper
        np.testing.assert_allclose(rest, np.broadcast_to(paper, rest.shape), rtol=1e-6)
    assert np.abs(facts["position"]).max() == staging.REACH


def test_a_seed_decides() -> None:
    images = np.full((3, 28, 28), 255, np.uint8)
    (one, _), (same, _), (other, _) = (staging.staged(images, seed=seed) for seed in (0, 0, 1))
    np.testing.assert_array_equal(one, same)
    assert (one != other).any()
