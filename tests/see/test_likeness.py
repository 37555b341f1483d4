"""The same contrast, and likeness, against NumPy's own statistics and cases on paper."""

import numpy as np

from layerwise.see.likeness import likeness, same_contrast

PICTURES = np.random.default_rng(4).uniform(0.3, 0.6, size=(5, 6, 7, 3))


def test_all_have_the_same_contrast_whatever_they_had() -> None:
    found = same_contrast(PICTURES, deviation=0.1)
    np.testing.assert_allclose(found.mean(axis=(1, 2, 3)), 0.5)
    np.testing.assert_allclose(found.std(axis=(1, 2, 3)), 0.1)
    np.testing.assert_allclose(same_contrast(0.2 + 0.5 * PICTURES, deviation=0.1), found)


def test_what_leaves_the_range_is_cut_and_one_colour_is_grey() -> None:
    found = same_contrast(np.stack([PICTURES[0], np.full_like(PICTURES[0], 0.7)]), deviation=2)
    assert found[0].min() == 0 and found[0].max() == 1
    np.testing.assert_allclose(found[1], 0.5)


def test_likeness_is_the_correlation_of_grey_values() -> None:
    grey = PICTURES.mean(axis=-1).reshape(5, -1)
    np.testing.assert_allclose(likeness(PICTURES[:3], PICTURES[3:]), np.corrcoef(grey)[:3, 3:])
    np.testing.assert_allclose(np.diag(likeness(PICTURES, 1 - 0.5 * PICTURES)), -1)


def test_what_one_of_them_does_not_show_is_compared_in_none() -> None:
    cut = PICTURES.copy()
    cut[:, 0] = np.nan
    np.testing.assert_allclose(likeness(cut, PICTURES), likeness(PICTURES[:, 1:], PICTURES[:, 1:]))
    np.testing.assert_allclose(same_contrast(cut)[:, 1:], same_contrast(PICTURES[:, 1:]))
