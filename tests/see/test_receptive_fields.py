"""Which pixels a unit sees, against finite changes of pixels, gradients and cases on paper."""

from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf
from numpy.typing import NDArray

from layerwise.see import filters, layers, receptive_fields
from layerwise.see.networks import improved_cnn, svhn_cnn

Array = NDArray[Any]


def test_the_receptive_fields_of_the_report_s_network_on_paper() -> None:
    # size: + (k - 1) x stride so far. 1 -> 3; pooling 3/3: 5, stride 3; 5 + 2 * 3 = 11; pooling: 11 + 2 * 3 = 17,
    # stride 9; 17 + 2 * 9 = 35. Each convolution with zeros around begins one of its strides further out.
    model = svhn_cnn()
    fields = [receptive_fields.receptive_field(model, f"convolution_{r}") for r in (1, 2, 3)]
    assert [field.size for field in fields] == [(3, 3), (11, 11), (35, 35)]
    assert [field.stride for field in fields] == [(1, 1), (3, 3), (9, 9)]
    assert [field.start for field in fields] == [(-1, -1), (-4, -4), (-13, -13)]
    assert receptive_fields.receptive_field(model, "pooling_1").size == (5, 5)
    assert receptive_fields.receptive_field(model, "normalisation_1") == fields[0]


@pytest.mark.parametrize(
    ("network", "layer"),
    [
        *(("chain", layer) for layer in ("first", "normal", "pool", "second")),
        *(("strided", layer) for layer in ("wide", "relu", "narrow", "pool")),
    ],
    indirect=["network"],
)
def test_only_the_receptive_field_changes_a_unit(pictures: Array, network: keras.Sequential, layer: str) -> None:
    """By finite changes of single pixels: what changes a unit spans the computed window, cut at the edges."""
    field = receptive_fields.receptive_field(network, layer)
    (height, width), (rows, columns) = pictures.shape[1:3], network.get_layer(layer).output.shape[1:3]
    changes = np.zeros((rows, columns, height, width), bool)
    for base in pictures[:3]:  # what one picture's ReLU or maximum hides, another shows
        changed = np.repeat(base[None], height * width, axis=0)
        for p, (i, j) in enumerate(np.ndindex(height, width)):
            changed[p, i, j] = 3 - 4 * base[i, j]
        answers = filters.feature_maps(network, np.concatenate([changed, base[None]]), layer)
        differs = (answers[:-1] != answers[-1]).any(axis=-1)
        changes |= differs.reshape(height, width, rows, columns).transpose(2, 3, 0, 1)
    for row, column in np.ndindex(rows, columns):
        window = np.zeros((height, width), bool)
        top, left = field.corner(row, column)
        window[max(top, 0) : top + field.size[0], max(left, 0) : left + field.size[1]] = True
        assert not (changes[row, column] & ~window).any()
        seen = np.argwhere(changes[row, column])
        inside = np.argwhere(window)
        np.testing.assert_array_equal(seen.min(axis=0), inside.min(axis=0))
        np.testing.assert_array_equal(seen.max(axis=0), inside.max(axis=0))
    # A ReLU or a maximum may hide a few in all three pictures.
    hidden = receptive_fields.pixels_seen(network, layer) - changes.sum(axis=(2, 3))
    assert (hidden >= 0).all() and (hidden == 0).any()


def test_the_pixels_that_units_of_the_report_s_network_see_on_paper() -> None:
    # From the back: unit 0 sees rows 0 and 1 of pooling 2, so 0 to 5 of convolution 2, 0 to 6 of pooling 1, 0 to 20 of
    # convolution 1 and 22 rows of pixels. Unit 1 sees all that pooling has not dropped, 31; unit 2 rows 5 to 30, 26.
    rows = np.array([22, 31, 26])
    np.testing.assert_array_equal(receptive_fields.pixels_seen(svhn_cnn(), "convolution_3"), np.outer(rows, rows))
    assert receptive_fields.pixels_seen(svhn_cnn(), "pooling_3").item() == 961


def test_the_gradient_of_the_report_s_network_lies_in_the_receptive_field() -> None:
    model = svhn_cnn(seed=0)
    x = tf.constant(np.random.default_rng(1).uniform(size=(20, 32, 32, 3)), tf.float32)
    for layer, (row, column) in (("convolution_1", (20, 3)), ("convolution_2", (4, 6)), ("convolution_3", (0, 2))):
        with tf.GradientTape() as tape:
            tape.watch(x)
            answer = tf.reduce_sum(layers.after(layers.layers_to(model, layer), x)[:, row, column])
        touched = np.abs(tape.gradient(answer, x).numpy()).max(axis=(0, 3)) > 0
        field = receptive_fields.receptive_field(model, layer)
        top, left = field.corner(row, column)
        window = np.zeros((32, 32), bool)
        window[max(top, 0) : top + field.size[0], max(left, 0) : left + field.size[1]] = True
        assert not (touched & ~window).any() and touched.sum() > 0.5 * window.sum()


def test_a_crop_is_what_the_unit_sees() -> None:
    field = receptive_fields.ReceptiveField((3, 3), (1, 1), (-1, -1))
    picture = np.arange(12.0).reshape(4, 3, 1)
    np.testing.assert_array_equal(field.crop(picture, 2, 1)[..., 0], picture[1:4, 0:3, 0])
    corner = field.crop(picture, 0, 0)[..., 0]
    assert np.isnan(corner[0]).all() and np.isnan(corner[:, 0]).all()
    np.testing.assert_array_equal(corner[1:, 1:], picture[:2, :2, 0])
    last = np.isfinite(field.crop(picture, 3, 2)[..., 0])
    np.testing.assert_array_equal(last, [[True, True, False], [True, True, False], [False] * 3])
    larger = receptive_fields.ReceptiveField((9, 9), (1, 1), (-2, -3)).crop(picture, 0, 0)[..., 0]
    np.testing.assert_array_equal(larger[2:6, 3:6], picture[..., 0])
    assert np.isfinite(larger).sum() == 12


@pytest.mark.parametrize("kind", [{"groups": 2}, {"dilation_rate": 2}])
def test_a_convolution_in_groups_or_with_holes_is_refused(kind: dict[str, Any]) -> None:
    model = keras.Sequential([keras.Input((8, 8, 4)), keras.layers.Conv2D(4, 3, name="c", **kind)])
    for look in (
        receptive_fields.receptive_field,
        lambda model, layer: filters.unit(model, np.zeros((8, 8, 4)), layer, 0, 0, 0),
    ):
        with pytest.raises(ValueError, match=r"c \(Conv2D\) is neither a convolution, without groups and holes"):
            look(model, "c")


def test_behind_other_layers_it_is_not_known_what_a_unit_sees(chain: keras.Sequential) -> None:
    for model, layer, reason in (
        (chain, "dense", r"flat \(Flatten\)"),
        (improved_cnn(), "convolution_1", r"standardisation \(LayerNormalization\)"),
    ):
        with pytest.raises(ValueError, match=f"{reason} is neither a convolution"):
            receptive_fields.receptive_field(model, layer)
