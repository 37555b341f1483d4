"""What filters answer, against second implementations: loops, SciPy, cases on paper."""

from itertools import product
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.signal import correlate2d

from layerwise.see import filters, receptive_fields

Array = NDArray[Any]


def convolved(x: Array, kernel: Array, bias: Array, stride: int = 1) -> Array:
    """One picture (height, width, inputs) by loops, with zeros around it as TensorFlow's 'same' puts them."""
    size, (height, width) = kernel.shape[0], x.shape[:2]
    rows, columns = -(-height // stride), -(-width // stride)
    above, before = (max((n - 1) * stride + size - m, 0) // 2 for n, m in ((rows, height), (columns, width)))
    result = np.empty((rows, columns, kernel.shape[3]))
    for i, j, f in np.ndindex(result.shape):
        total = float(bias[f])
        for a, b, c in np.ndindex(kernel.shape[:3]):
            row, column = i * stride + a - above, j * stride + b - before
            if 0 <= row < height and 0 <= column < width:
                total += float(x[row, column, c]) * float(kernel[a, b, c, f])
        result[i, j, f] = total
    return result


def test_feature_maps_of_the_first_layer_are_correlations(chain: keras.Sequential, pictures: Array) -> None:
    kernel, bias = chain.get_layer("first").get_weights()
    sums = filters.feature_maps(chain, pictures, "first", before_activation=True)
    after = filters.feature_maps(chain, pictures, "first")
    assert sums.shape == after.shape == (6, 11, 9, 4)
    for p, f in product(range(6), range(4)):
        by_scipy = bias[f] + sum(correlate2d(pictures[p, :, :, c], kernel[:, :, c, f], mode="same") for c in range(3))
        np.testing.assert_allclose(sums[p, :, :, f], by_scipy, atol=1e-5)
        np.testing.assert_allclose(after[p, :, :, f], np.maximum(by_scipy, 0), atol=1e-5)


def test_feature_maps_of_the_second_layer_by_loops(chain: keras.Sequential, pictures: Array) -> None:
    p = 4
    first = np.maximum(convolved(pictures[p], *chain.get_layer("first").get_weights()), 0)
    scale, shift, mean, variance = chain.get_layer("normal").get_weights()
    normal = scale * (first - mean) / np.sqrt(variance + chain.get_layer("normal").epsilon) + shift
    pooled = np.array([[normal[2 * i : 2 * i + 2, 2 * j : 2 * j + 2].max((0, 1)) for j in range(4)] for i in range(5)])
    expected = convolved(pooled, *chain.get_layer("second").get_weights())
    sums = filters.feature_maps(chain, pictures, "second", before_activation=True)
    np.testing.assert_allclose(sums[p], expected, atol=1e-5)
    np.testing.assert_allclose(filters.feature_maps(chain, pictures, "second")[p], np.tanh(expected), atol=1e-5)


def test_feature_maps_with_strides_by_loops(strided: keras.Sequential, pictures: Array) -> None:
    expected = convolved(pictures[0], *strided.get_layer("wide").get_weights(), np.zeros(4), stride=2)
    np.testing.assert_allclose(filters.feature_maps(strided, pictures, "wide")[0], expected, atol=1e-5)
    # No activation of its own: the same before and after.
    np.testing.assert_array_equal(
        filters.feature_maps(strided, pictures, "wide"),
        filters.feature_maps(strided, pictures, "wide", before_activation=True),
    )


def test_many_pictures_are_the_same_as_few(
    chain: keras.Sequential, pictures: Array, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = filters.feature_maps(chain, pictures, "second")
    monkeypatch.setattr(filters, "PICTURES_AT_ONCE", 4)
    np.testing.assert_allclose(filters.feature_maps(chain, pictures, "second"), whole, atol=1e-6)


def test_a_model_that_was_saved_and_loaded_gives_the_same(
    chain: keras.Sequential, pictures: Array, tmp_path: Path
) -> None:
    chain.save(tmp_path / "chain.keras")
    loaded = keras.models.load_model(tmp_path / "chain.keras")
    for layer in ("first", "second"):
        for before in (False, True):
            theirs, ours = (filters.feature_maps(m, pictures, layer, before_activation=before) for m in (chain, loaded))
            np.testing.assert_array_equal(theirs, ours)
        assert receptive_fields.receptive_field(loaded, layer) == receptive_fields.receptive_field(chain, layer)
    theirs, ours = (filters.unit(m, pictures[0], "second", 1, 2, 2).sum for m in (chain, loaded))
    assert theirs == ours


@pytest.mark.parametrize(
    ("network", "layer", "row", "column"),
    [
        *(("chain", "first", row, column) for row, column in ((0, 0), (5, 4), (10, 8))),
        *(("chain", "second", row, column) for row, column in ((0, 3), (2, 2))),
        *(("strided", "wide", row, column) for row, column in ((0, 0), (5, 4))),
        *(("strided", "narrow", row, column) for row, column in ((0, 0), (3, 2))),
    ],
    indirect=["network"],
)
def test_a_unit_taken_apart_adds_up(
    pictures: Array, network: keras.Sequential, layer: str, row: int, column: int
) -> None:
    sums = filters.feature_maps(network, pictures, layer, before_activation=True)
    for f in range(sums.shape[-1]):
        apart = filters.unit(network, pictures[1], layer, f, row, column)
        assert apart.sum == pytest.approx(sums[1, row, column, f], abs=1e-5)
        assert apart.patch.shape == apart.kernel.shape


def test_a_unit_s_table_holds_every_product(chain: keras.Sequential, pictures: Array) -> None:
    apart = filters.unit(chain, pictures[0], "first", 2, 0, 4)
    table = apart.table(["red", "green", "blue"])
    assert table.shape == (9, 9)
    assert (table["red", "input"][:3] == 0).all(), "the first row of the kernel lies outside the picture"
    assert table.loc[(1, 1), ("green", "input")] == pictures[0, 0, 4, 1]
    assert table.loc[(2, 0), ("blue", "weight")] == chain.get_layer("first").get_weights()[0][2, 0, 2, 2]
    products = table.xs("product", axis=1, level=1).to_numpy()
    assert products.sum() + apart.bias == pytest.approx(apart.sum)


def test_the_strongest_patch_is_found(chain: keras.Sequential, pictures: Array) -> None:
    found = filters.strongest(chain, pictures, "first")
    kernel, bias = chain.get_layer("first").get_weights()
    sums = np.stack([convolved(x, kernel, bias) for x in pictures])
    np.testing.assert_allclose(found.values, sums.max(axis=(0, 1, 2)), atol=1e-5)
    for f in range(4):
        where = (found.pictures[f], *found.positions[f])
        assert sums[(*where, f)] == pytest.approx(found.values[f], abs=1e-5)
        # The patch alone, with zeros for what lies outside, gives the same sum.
        seen = np.nan_to_num(found.patches[f])
        assert (seen * kernel[..., f]).sum() + bias[f] == pytest.approx(found.values[f], abs=1e-5)


def test_the_strongest_patch_of_one_unit(chain: keras.Sequential, pictures: Array) -> None:
    found = filters.strongest(chain, pictures, "first", position=(1, 2))
    sums = filters.feature_maps(chain, pictures, "first", before_activation=True)[:, 1, 2]
    np.testing.assert_array_equal(found.pictures, sums.argmax(axis=0))
    assert (found.positions == (1, 2)).all()


def test_the_strongest_patch_inside_the_picture(chain: keras.Sequential, pictures: Array) -> None:
    found = filters.strongest(chain, pictures, "second", inside=True)
    # Units see 8 x 8 pixels and stand 2 apart, the first at -3: 11 rows hold those at 1 and 3, 9 columns that at 1.
    assert receptive_fields.receptive_field(chain, "second") == receptive_fields.ReceptiveField(
        (8, 8), (2, 2), (-3, -3)
    )
    sums = filters.feature_maps(chain, pictures, "second", before_activation=True)
    np.testing.assert_allclose(found.values, sums[:, 2:4, 2].max(axis=(0, 1)))
    assert set(found.positions[:, 0]) <= {2, 3} and set(found.positions[:, 1]) == {2}
    assert np.isfinite(found.patches).all()


@pytest.mark.parametrize("photographs", [[0, 0, 1, 1, 2, 2], None])
def test_top_patches_are_the_best_of_each_photograph(
    chain: keras.Sequential, pictures: Array, photographs: list[int] | None
) -> None:
    found = filters.top_patches(chain, pictures, "first", photographs, count=3)
    sums = filters.feature_maps(chain, pictures, "first", before_activation=True)
    of = photographs or list(range(6))
    for f in range(4):
        best: dict[int, tuple[float, int]] = {}  # by photograph
        for p, photograph in enumerate(of):
            best[photograph] = max(best.get(photograph, (-np.inf, 0)), (float(sums[p, ..., f].max()), p))
        expected = sorted(best.values(), reverse=True)[:3]
        assert list(zip(found.values[f], found.pictures[f], strict=True)) == expected
        for rank, (value, p) in enumerate(expected):
            row, column = found.positions[f, rank]
            assert sums[p, row, column, f] == pytest.approx(value)
            field = receptive_fields.receptive_field(chain, "first")
            np.testing.assert_array_equal(found.patches[f, rank], field.crop(pictures[p], row, column))


def test_selectivity_on_paper() -> None:
    """A filter that answers the red of the brightest pixel, one that answers always the same, one that is dead."""
    model = keras.Sequential([keras.Input((2, 2, 3)), keras.layers.Conv2D(3, 1, activation="relu", name="c")])
    kernel = np.zeros((1, 1, 3, 3))
    kernel[0, 0, 0, 0] = 1
    model.get_layer("c").set_weights([kernel, np.array([0, 0.5, -1])])
    x = np.zeros((4, 2, 2, 3), np.float32)
    x[:, 1, 0, 0] = [0.25, 0.75, 0.5, 1.0]
    found = filters.selectivity(model, "c", x, [0, 0, 1, 1])
    np.testing.assert_allclose(found.mean, [[0.5, 0.5, 0], [0.75, 0.5, 0]])
    # Within classes: four deviations of 1/4, two degrees of freedom: variance 4/16/2 = 1/8. Means are 1/8 off theirs.
    np.testing.assert_allclose(found.effect[:, 0], np.array([-1, 1]) / 8 / np.sqrt(1 / 8))
    # Between: 4 (1/8)^2 = 1/16 of 5/16 in all.
    np.testing.assert_allclose(found.explained, [0.2, 0, 0])
    assert not found.effect[:, 1:].any()


def test_shuffled_labels_explain_what_chance_explains(chain: keras.Sequential, pictures: Array) -> None:
    random = np.random.default_rng(5)
    x = random.uniform(size=(400, *pictures.shape[1:])).astype(np.float32)
    explained = filters.selectivity(chain, "second", x, random.integers(0, 5, 400)).explained
    # The expected share is (classes - 1) / (P - 1) = 0.01; its standard deviation about 0.007.
    assert (explained >= 0).all() and explained.mean() < 0.03


def test_bad_input_is_refused_with_a_reason(chain: keras.Sequential, pictures: Array) -> None:
    for place in ((4, 0, 0), (0, -1, 0), (0, 0, 9)):
        with pytest.raises(ValueError, match=r"is not there; the maps are \(11, 9, 4\), from 0"):
            filters.unit(chain, pictures[0], "first", *place)
    with pytest.raises(ValueError, match=r"classes \[1, 2, 3\] have fewer"):
        filters.selectivity(chain, "first", pictures, [0, 0, 0, 0, 1, 3])
    small = keras.Sequential([keras.Input((2, 2, 3)), keras.layers.Conv2D(1, 3, padding="same", name="c")])
    with pytest.raises(ValueError, match="no unit sees 3 x 3 pixels inside a picture of 2 x 2"):
        filters.strongest(small, pictures[:, :2, :2], "c", inside=True)
    with pytest.raises(ValueError, match="6 pictures of 2 photographs, 6 numbered; expected 3"):
        filters.top_patches(chain, pictures, "first", [0, 0, 0, 1, 1, 1], count=3)
