"""Pictures of digits: drawn as they are."""

import numpy as np
import pytest
from matplotlib.colors import to_hex
from matplotlib.image import AxesImage

from figure_examples import DIGITS, PICTURES, images_of, labels
from layerwise import figures
from layerwise.figures.style import INK


def test_digits_are_drawn_unchanged_and_mistakes_are_bold() -> None:
    figure = figures.digits(DIGITS, range(12), [*range(10), 0, 0])
    images = figure.findobj(AxesImage)
    assert len(images) == 12
    for image, pixels in zip(images, DIGITS, strict=True):
        np.testing.assert_array_equal(image.get_array(), pixels)
        assert image.get_clim() == (0, 255)
    titles = [axes.title for axes in figure.axes if axes.images]
    assert labels(titles) == [f"{i} → {i}" for i in range(10)] + ["10 → 0", "11 → 0"]
    assert [title.get_weight() for title in titles] == ["normal"] * 10 + ["bold"] * 2


def test_digits_may_have_colours() -> None:
    colours = np.random.default_rng(3).integers(0, 256, (3, 32, 32, 3), dtype=np.uint8)
    figure = figures.digits(colours, [1, 2, 3])
    for axis, picture in zip(figure.axes, colours, strict=True):
        np.testing.assert_array_equal(axis.images[0].get_array(), picture)


def test_photo_steps_draws_means_of_blocks() -> None:
    picture = np.zeros((400, 200), np.uint8)
    picture[:2, 2:4] = [[0, 255], [255, 0]]
    (shown,) = figures.photo_steps({"1 photo": picture}).axes[0].images
    assert shown.get_array().shape == (200, 100)
    assert shown.get_array()[0, 1] == pytest.approx(0.5) and shown.get_array().sum() == pytest.approx(0.5)


def test_predictions_show_every_probability_and_mark_the_largest() -> None:
    rows = np.array([[0.1, 0.7, 0.2], [0.5, 0.3, 0.2]])
    axes = figures.predictions(DIGITS[:2] / 255, rows, ["raw", "prepared"]).axes
    assert [axis.get_title() for axis in axes[:2]] == ["raw", "prepared"]
    for axis, row, largest in zip(axes[2:], rows, (1, 0), strict=True):
        assert [bar.get_width() for bar in axis.patches] == pytest.approx(list(row))
        assert [i for i, bar in enumerate(axis.patches) if to_hex(bar.get_facecolor()) == INK] == [largest]


def test_pictures_stand_in_bands_and_nan_is_empty() -> None:
    pictures = PICTURES[:5].copy()
    pictures[3, 0, 0] = np.nan
    figure = figures.picture_rows({"a": pictures, "b": PICTURES[:5]}, [(str(i), "") for i in range(5)], columns=2)
    images = images_of(figure)
    np.testing.assert_allclose(images[0][..., :3], PICTURES[0])
    np.testing.assert_allclose(images[1][..., :3], PICTURES[0])
    assert images[6][0, 0, 3] == 0 and images[6][1:, :, 3].all()
    assert [text.get_text() for text in figure.axes[0].texts].count("b") == 3
