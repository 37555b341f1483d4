"""What a convolutional network looks at: scales, gaps, order."""

import matplotlib
import numpy as np

from figure_examples import PICTURES, TOP, images_of
from layerwise import figures


def test_kernels_are_grey_where_a_weight_is_zero_and_each_has_its_own_scale() -> None:
    kernels = np.zeros((3, 3, 3, 2))
    kernels[0, 0, 0, 0], kernels[2, 2, 1, 0] = 0.5, -0.25  # the second kernel is all zeros
    first, second, _ = images_of(figures.kernel_grid(kernels))
    assert first.shape == (3, 3, 4)
    np.testing.assert_allclose(first[0, 0], [1, 0.5, 0.5, 1])
    np.testing.assert_allclose(first[2, 2], [0.5, 0.25, 0.5, 1])
    np.testing.assert_allclose(second, np.broadcast_to([0.5, 0.5, 0.5, 1], (3, 3, 4)))
    words = [text.get_text() for text in figures.kernel_grid(kernels).axes[0].texts]
    assert words[:4] == ["1", "0.50", "2", "0.00"]


def test_slices_of_a_kernel_stand_row_by_row_with_gaps() -> None:
    kernels = np.arange(2 * 2 * 5, dtype=float).reshape(2, 2, 5, 1) + 1
    block = images_of(figures.kernel_grid(kernels))[0]
    assert block.shape == (8, 8, 4)  # 3 x 3 slices of 2 x 2, two gaps of 1
    np.testing.assert_allclose(block[3:5, 0:2, 0], 0.5 + 0.5 * kernels[:, :, 3, 0] / 20)
    assert not block[2, :, 3].any() and not block[6:, :, 3].any(), "gaps and missing slices are empty"


def test_feature_maps_have_a_scale_per_filter_from_zero() -> None:
    maps = np.zeros((2, 3, 3, 3))
    maps[0, 0, 0, 0], maps[1, 1, 1, 0], maps[1, 2, 2, 1] = 4, 2, 0.5
    figure = figures.feature_map_grid(maps, PICTURES[:2], first=7, labels=["", ""])
    images = images_of(figure)
    np.testing.assert_allclose(images[0][..., :3], PICTURES[0])
    white, black = (np.array(matplotlib.colormaps["magma"](value))[:3] for value in (1.0, 0.0))
    np.testing.assert_allclose(images[1][0, 0, :3], white)
    np.testing.assert_allclose(images[5][1, 1, :3], matplotlib.colormaps["magma"](0.5)[:3])
    np.testing.assert_allclose(images[6][2, 2, :3], white)
    np.testing.assert_allclose(images[3][..., :3], np.broadcast_to(black, (3, 3, 3)))
    words = [text.get_text() for text in figure.axes[0].texts if text.get_text()]
    assert words[:6] == ["7", "4.0", "8", "0.5", "9", "0"]


def test_the_rim_of_a_map_does_not_set_its_scale() -> None:
    maps = np.zeros((1, 5, 5, 2))
    maps[0, 0, :, :], maps[0, 2, 2, 0] = 10, 2  # the second filter answers at the rim alone
    figure = figures.feature_map_grid(maps, PICTURES[:1], labels=[""])
    assert [text.get_text() for text in figure.axes[0].texts if text.get_text()][:4] == ["1", "2.0", "2", "10"]


def test_optima_stand_above_the_patches_of_their_filter() -> None:
    figure = figures.optima_and_patches({"a": (TOP[:, :3], TOP[:, 3:])}, {"a": [4, 35, 12]})
    images = images_of(figure)
    assert len(images) == 36
    np.testing.assert_allclose([image[..., :3] for image in images], TOP.reshape(36, 11, 11, 3))
    left, _, bottom, top = np.array([image.get_extent() for image in figure.axes[0].images]).reshape(3, 12, 4).T
    for block in range(3):
        assert len(set(top[:3, block])) == 1 and bottom[:3, block].max() < top[3:, block].min()
        np.testing.assert_allclose(left[:3, block], left[3:6, block])
    titles = [text for text in figure.axes[0].texts if text.get_text().startswith("filter")]
    assert [(text.get_text(), text.get_position()[0]) for text in titles] == [
        (f"filter {number}", left[0, block]) for block, number in enumerate((4, 35, 12))
    ]


def test_filters_are_sorted_by_the_class_that_excites_them() -> None:
    effect = np.array([[0.0, 2, 1], [1, 0, 0]])  # filter 0 prefers class 1, filter 1 class 0 most, then filter 2
    image = figures.selectivity_map(effect).axes[0].images[0]
    np.testing.assert_array_equal(image.get_array(), effect[:, [1, 2]].T)  # the last one is in the other panel
    assert image.get_clim() == (-1.5, 1.5)


def test_readout_panels_show_medians_and_nothing_below_zero() -> None:
    seeds = np.array([[-0.5, 0.2], [0.1, 0.4], [0.3, 0.9]])
    axes = figures.readout_panels({"a": {"trained": [0.5, 1], "untrained": seeds}}, x_label="stage", chance={}).axes[0]
    np.testing.assert_allclose(axes.lines[0].get_ydata(), [0.5, 1])
    np.testing.assert_allclose(axes.lines[1].get_ydata(), [0.1, 0.4])
    assert axes.collections[1].get_paths()[0].vertices[:, 1].min() == 0
