"""What a convolutional network looks at, against second implementations: loops, SciPy, scikit-learn, cases on paper."""

from collections.abc import Callable
from itertools import product
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.signal import correlate2d
from sklearn.linear_model import Ridge

from layerwise.see import filters, layers, maximisation, readout, receptive_fields
from layerwise.see.networks import svhn_cnn

Array = NDArray[Any]
RANDOM = np.random.default_rng(0)
SHAPE = (11, 9, 3)
X = RANDOM.uniform(size=(6, *SHAPE)).astype(np.float32)
Y = np.array([0, 1, 2, 0, 1, 2])


def shaken(model: keras.Model, seed: int = 3) -> keras.Model:
    """All weights, biases and the statistics of batch normalisation random, as training would leave them."""
    random = np.random.default_rng(seed)
    for weight in model.weights:
        low = 0.5 if "variance" in weight.name else -0.6
        weight.assign(random.uniform(low, 1.0 if low > 0 else 0.6, weight.shape))
    return model


def chain() -> keras.Model:
    """Two blocks as the report's, smaller."""
    return shaken(
        keras.Sequential(
            [
                keras.Input(SHAPE),
                keras.layers.Conv2D(4, 3, padding="same", activation="relu", name="first"),
                keras.layers.BatchNormalization(name="normal"),
                keras.layers.MaxPooling2D(2, name="pool"),
                keras.layers.Conv2D(5, 3, padding="same", activation="tanh", name="second"),
                keras.layers.Flatten(name="flat"),
                keras.layers.Dense(3, "softmax", name="dense"),
            ]
        )
    )


def graph() -> keras.Model:
    """A functional model in which two ways of different width meet; no bias, strides, holes in the kernel."""
    picture = keras.Input(SHAPE)
    wide = keras.layers.Conv2D(4, 5, padding="same", strides=2, use_bias=False, name="wide")(picture)
    narrow = keras.layers.Conv2D(4, 3, padding="same", strides=2, activation="relu", name="narrow")(picture)
    both = keras.layers.ReLU(name="both")(keras.layers.Add(name="add")([wide, narrow]))
    holes = keras.layers.Conv2D(2, 2, padding="valid", dilation_rate=2, name="holes")(both)
    mean = keras.layers.AveragePooling2D((2, 1), strides=1, padding="same", name="mean")(holes)
    return shaken(keras.Model(picture, mean))


MODELS = {"chain": chain(), "graph": graph()}
CHAIN, GRAPH = MODELS["chain"], MODELS["graph"]


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


# ---------------------------------------------------------------------------------------------------------------------
# Kernels and feature maps


def test_convolutions_are_named_in_order() -> None:
    assert layers.convolutions(CHAIN) == ["first", "second"]
    assert layers.convolutions(GRAPH) == ["wide", "narrow", "holes"]
    assert layers.convolutions(svhn_cnn()) == ["convolution_1", "convolution_2", "convolution_3"]


def test_kernels_are_the_layer_s_weights_and_a_missing_bias_is_zero() -> None:
    kernel, bias = filters.kernels(CHAIN, "second")
    assert kernel.shape == (3, 3, 4, 5) and bias.shape == (5,)
    np.testing.assert_array_equal(kernel, CHAIN.get_layer("second").get_weights()[0])
    wide = filters.kernels(GRAPH, "wide")
    assert wide.kernel.shape == (5, 5, 3, 4)
    np.testing.assert_array_equal(wide.bias, np.zeros(4))


def test_feature_maps_of_the_first_layer_are_correlations() -> None:
    kernel, bias = filters.kernels(CHAIN, "first")
    sums = filters.feature_maps(CHAIN, X, "first", before_activation=True)
    after = filters.feature_maps(CHAIN, X, "first")
    assert sums.shape == after.shape == (6, 11, 9, 4)
    for p, f in product(range(6), range(4)):
        by_scipy = bias[f] + sum(correlate2d(X[p, :, :, c], kernel[:, :, c, f], mode="same") for c in range(3))
        np.testing.assert_allclose(sums[p, :, :, f], by_scipy, atol=1e-5)
        np.testing.assert_allclose(after[p, :, :, f], np.maximum(by_scipy, 0), atol=1e-5)


def test_feature_maps_of_the_second_layer_by_loops() -> None:
    p = 4
    first = np.maximum(convolved(X[p], *filters.kernels(CHAIN, "first")), 0)
    scale, shift, mean, variance = CHAIN.get_layer("normal").get_weights()
    normal = scale * (first - mean) / np.sqrt(variance + CHAIN.get_layer("normal").epsilon) + shift
    pooled = np.array([[normal[2 * i : 2 * i + 2, 2 * j : 2 * j + 2].max((0, 1)) for j in range(4)] for i in range(5)])
    expected = convolved(pooled, *filters.kernels(CHAIN, "second"))
    sums = filters.feature_maps(CHAIN, X, "second", before_activation=True)
    np.testing.assert_allclose(sums[p], expected, atol=1e-5)
    np.testing.assert_allclose(filters.feature_maps(CHAIN, X, "second")[p], np.tanh(expected), atol=1e-5)


def test_feature_maps_with_strides_by_loops() -> None:
    expected = convolved(X[0], *filters.kernels(GRAPH, "wide"), stride=2)
    np.testing.assert_allclose(filters.feature_maps(GRAPH, X, "wide")[0], expected, atol=1e-5)
    # No activation of its own: the same before and after.
    np.testing.assert_array_equal(
        filters.feature_maps(GRAPH, X, "wide"), filters.feature_maps(GRAPH, X, "wide", before_activation=True)
    )


def test_many_pictures_are_the_same_as_few(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = filters.feature_maps(CHAIN, X, "second")
    monkeypatch.setattr(layers, "PICTURES_AT_ONCE", 4)
    np.testing.assert_allclose(filters.feature_maps(CHAIN, X, "second"), whole, atol=1e-6)


def test_a_model_that_was_saved_and_loaded_gives_the_same(tmp_path: Path) -> None:
    CHAIN.save(tmp_path / "chain.keras")
    loaded = keras.models.load_model(tmp_path / "chain.keras")
    for layer in ("first", "second"):
        for before in (False, True):
            theirs, ours = (filters.feature_maps(m, X, layer, before_activation=before) for m in (CHAIN, loaded))
            np.testing.assert_array_equal(theirs, ours)
        assert receptive_fields.receptive_field(loaded, layer) == receptive_fields.receptive_field(CHAIN, layer)
    assert filters.unit(loaded, X[0], "second", 1, 2, 2).sum == filters.unit(CHAIN, X[0], "second", 1, 2, 2).sum


def test_the_model_is_left_as_it_was() -> None:
    before = [weight.copy() for weight in CHAIN.get_weights()]
    answers = CHAIN(X, training=False).numpy()
    filters.feature_maps(CHAIN, X, "second", before_activation=True)
    maximisation.maximise(CHAIN, "second", steps=3)
    for old, new in zip(before, CHAIN.get_weights(), strict=True):
        np.testing.assert_array_equal(old, new)
    np.testing.assert_array_equal(CHAIN(X, training=False).numpy(), answers)


# ---------------------------------------------------------------------------------------------------------------------
# One unit


@pytest.mark.parametrize(
    ("name", "layer", "row", "column"),
    [
        *(("chain", "first", row, column) for row, column in ((0, 0), (5, 4), (10, 8))),
        *(("chain", "second", row, column) for row, column in ((0, 3), (2, 2))),
        *(("graph", "wide", row, column) for row, column in ((0, 0), (5, 4))),
        *(("graph", "holes", row, column) for row, column in ((0, 0), (3, 2))),
    ],
)
def test_a_unit_taken_apart_adds_up(name: str, layer: str, row: int, column: int) -> None:
    model = MODELS[name]
    sums = filters.feature_maps(model, X, layer, before_activation=True)
    for f in range(sums.shape[-1]):
        apart = filters.unit(model, X[1], layer, f, row, column)
        assert apart.sum == pytest.approx(sums[1, row, column, f], abs=1e-5)
        assert apart.patch.shape == apart.kernel.shape


def test_a_unit_s_table_holds_every_product() -> None:
    apart = filters.unit(CHAIN, X[0], "first", 2, 0, 4)
    table = apart.table(["red", "green", "blue"])
    assert table.shape == (9, 9)
    assert (table["red", "input"][:3] == 0).all(), "the first row of the kernel lies outside the picture"
    assert table.loc[(1, 1), ("green", "input")] == X[0, 0, 4, 1]
    assert table.loc[(2, 0), ("blue", "weight")] == CHAIN.get_layer("first").get_weights()[0][2, 0, 2, 2]
    products = table.xs("product", axis=1, level=1).to_numpy()
    assert products.sum() + apart.bias == pytest.approx(apart.sum)
    assert list(filters.unit(CHAIN, X[0], "second", 0, 0, 0).table().columns.levels[0]) == ["1", "2", "3", "4"]


# ---------------------------------------------------------------------------------------------------------------------
# Receptive fields


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
    ("name", "layer"),
    [
        *(("chain", layer) for layer in ("first", "normal", "pool", "second")),
        *(("graph", layer) for layer in ("wide", "narrow", "add", "both", "holes", "mean")),
    ],
)
def test_only_the_receptive_field_changes_a_unit(name: str, layer: str) -> None:
    """By finite changes of single pixels: what changes a unit spans the computed window, cut at the edges."""
    model = MODELS[name]
    field = receptive_fields.receptive_field(model, layer)
    rows, columns = model.get_layer(layer).output.shape[1:3]
    changes = np.zeros((rows, columns, *SHAPE[:2]), bool)
    for base in X[:3]:  # what one picture's ReLU or maximum hides, another shows
        changed = np.repeat(base[None], SHAPE[0] * SHAPE[1], axis=0)
        for p, (i, j) in enumerate(np.ndindex(SHAPE[:2])):
            changed[p, i, j] = 3 - 4 * base[i, j]
        answers = filters.feature_maps(model, np.concatenate([changed, base[None]]), layer)
        differs = (answers[:-1] != answers[-1]).any(axis=-1)
        changes |= differs.reshape(*SHAPE[:2], rows, columns).transpose(2, 3, 0, 1)
    for row, column in np.ndindex(rows, columns):
        window = np.zeros(SHAPE[:2], bool)
        top, left = field.corner(row, column)
        window[max(top, 0) : top + field.size[0], max(left, 0) : left + field.size[1]] = True
        assert not (changes[row, column] & ~window).any()
        seen = np.argwhere(changes[row, column])
        inside = np.argwhere(window)
        np.testing.assert_array_equal(seen.min(axis=0), inside.min(axis=0))
        np.testing.assert_array_equal(seen.max(axis=0), inside.max(axis=0))


def test_the_gradient_of_the_report_s_network_lies_in_the_receptive_field() -> None:
    import tensorflow as tf

    model = shaken(svhn_cnn())
    x = tf.constant(np.random.default_rng(1).uniform(size=(20, 32, 32, 3)), tf.float32)
    for layer, (row, column) in (("convolution_1", (20, 3)), ("convolution_2", (4, 6)), ("convolution_3", (0, 2))):
        part = keras.Model(model.inputs, model.get_layer(layer).output)
        with tf.GradientTape() as tape:
            tape.watch(x)
            answer = tf.reduce_sum(part(x, training=False)[:, row, column])
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


# ---------------------------------------------------------------------------------------------------------------------
# Strongest, selectivity


@pytest.mark.parametrize("parts", [2, 250])
def test_the_strongest_patch_is_found(parts: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(layers, "PICTURES_AT_ONCE", parts)
    found = filters.strongest(CHAIN, X, "first")
    kernel, bias = filters.kernels(CHAIN, "first")
    sums = np.stack([convolved(x, kernel, bias) for x in X])
    np.testing.assert_allclose(found.values, sums.max(axis=(0, 1, 2)), atol=1e-5)
    for f in range(4):
        where = (found.pictures[f], *found.positions[f])
        assert sums[(*where, f)] == pytest.approx(found.values[f], abs=1e-5)
        # The patch alone, with zeros for what lies outside, gives the same sum.
        seen = np.nan_to_num(found.patches[f])
        assert (seen * kernel[..., f]).sum() + bias[f] == pytest.approx(found.values[f], abs=1e-5)


def test_the_strongest_patch_inside_the_picture() -> None:
    found = filters.strongest(CHAIN, X, "second", inside=True)
    # Units see 8 x 8 pixels and stand 2 apart, the first at -3: 11 rows hold those at 1 and 3, 9 columns that at 1.
    assert receptive_fields.receptive_field(CHAIN, "second") == receptive_fields.ReceptiveField(
        (8, 8), (2, 2), (-3, -3)
    )
    sums = filters.feature_maps(CHAIN, X, "second", before_activation=True)
    np.testing.assert_allclose(found.values, sums[:, 2:4, 2].max(axis=(0, 1)))
    assert set(found.positions[:, 0]) <= {2, 3} and set(found.positions[:, 1]) == {2}
    assert np.isfinite(found.patches).all()


def test_behind_a_normalisation_over_the_picture_a_unit_sees_all_of_it() -> None:
    picture = keras.Input(SHAPE)
    whole = keras.layers.LayerNormalization(axis=(1, 2, 3))(picture)
    model = shaken(keras.Model(picture, keras.layers.Conv2D(2, 3, activation="relu", name="c")(whole)))
    with pytest.raises(ValueError, match="sees the whole picture"):
        receptive_fields.receptive_field(model, "c")
    found = filters.strongest(model, X, "c")
    np.testing.assert_allclose(found.patches, X[found.pictures])
    best = maximisation.maximise(model, "c", steps=5)
    np.testing.assert_allclose(best.patches, best.pictures)


def test_selectivity_on_paper() -> None:
    """A filter that answers the red of the brightest pixel, one that answers always the same, one that is dead."""
    picture = keras.Input((2, 2, 3))
    model = keras.Model(picture, keras.layers.Conv2D(3, 1, activation="relu", name="c")(picture))
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


def test_shuffled_labels_explain_what_chance_explains() -> None:
    random = np.random.default_rng(5)
    x = random.uniform(size=(400, *SHAPE)).astype(np.float32)
    explained = filters.selectivity(CHAIN, "second", x, random.integers(0, 5, 400)).explained
    # The expected share is (classes - 1) / (P - 1) = 0.01; its standard deviation about 0.007.
    assert (explained >= 0).all() and explained.mean() < 0.03


# ---------------------------------------------------------------------------------------------------------------------
# Activation maximisation


def test_without_regularisation_the_first_layer_reaches_the_largest_sum_there_is() -> None:
    """On [0, 1] the sum of products is largest where x = 1 below every positive weight and x = 0 below the others."""
    kernel, bias = filters.kernels(CHAIN, "first")
    largest = np.maximum(kernel, 0).sum(axis=(0, 1, 2)) + bias
    found = maximisation.maximise(CHAIN, "first", steps=300, learning_rate=0.3, decay=0, smoothness=0)
    np.testing.assert_allclose(found.reached, largest, atol=1e-2)
    assert (found.reached <= largest + 1e-5).all() and (found.start < found.reached).all()
    best = (kernel > 0).transpose(3, 0, 1, 2)
    clear = (np.abs(kernel) > 0.02).transpose(3, 0, 1, 2)
    assert found.position == (5, 4)
    np.testing.assert_allclose(found.patches[clear], best[clear].astype(float), atol=0.05)


def test_decay_alone_has_an_exact_answer() -> None:
    """(w . x) / |w| - decay |x - 1/2|^2 is stationary at x = 1/2 + w / (2 decay |w|), while that lies in (0, 1)."""
    kernel, bias = filters.kernels(CHAIN, "first")
    found = maximisation.maximise(CHAIN, "first", steps=400, decay=4.0, smoothness=0)
    for f in range(4):
        w = kernel[..., f].astype(float)
        norm = np.linalg.norm(w)
        np.testing.assert_allclose(found.patches[f], 0.5 + w / (8 * norm), atol=2e-3)
        assert found.reached[f] == pytest.approx(w.sum() / 2 + norm / 8 + bias[f], abs=1e-2)
    outside = found.pictures[:, :3]  # rows that the unit in row 5 does not see: the noise has gone
    np.testing.assert_allclose(outside, 0.5, atol=2e-3)


@pytest.mark.parametrize(
    ("name", "layer", "jitter"), [("chain", "first", 0), ("chain", "second", 1), ("graph", "narrow", 0)]
)
def test_maximising_increases_the_sum_and_beats_random_pictures(name: str, layer: str, jitter: int) -> None:
    model = MODELS[name]
    found = maximisation.maximise(model, layer, steps=100, smoothness=0, jitter=jitter)
    assert (found.reached > found.start).all()
    assert found.pictures.min() >= 0 and found.pictures.max() <= 1
    row, column = found.position
    sums = filters.feature_maps(model, found.pictures, layer, before_activation=True)
    np.testing.assert_allclose(found.reached, sums[range(len(sums)), row, column, found.filters], atol=1e-4)
    random = filters.feature_maps(model, X, layer, before_activation=True)[:, row, column]
    assert (found.reached > random.max(axis=0)).all()


def test_maximising_is_deterministic_and_filters_do_not_touch_each_other() -> None:
    settings: dict[str, Any] = {"steps": 20, "jitter": 2, "seed": 4}
    whole = maximisation.maximise(CHAIN, "second", **settings)
    np.testing.assert_array_equal(maximisation.maximise(CHAIN, "second", **settings).pictures, whole.pictures)
    some = maximisation.maximise(CHAIN, "second", [3, 1], **settings)
    assert some.filters.tolist() == [3, 1]
    np.testing.assert_allclose(some.pictures, whole.pictures[[3, 1]], atol=1e-5)
    other = maximisation.maximise(CHAIN, "second", [3, 1], **{**settings, "seed": 5})
    assert np.abs(other.pictures - some.pictures).max() > 1e-3


def test_smoothness_smooths() -> None:
    rough, smooth = (
        maximisation.maximise(CHAIN, "second", steps=60, smoothness=smoothness).pictures for smoothness in (0, 0.5)
    )
    assert np.abs(np.diff(smooth, axis=1)).mean() < 0.5 * np.abs(np.diff(rough, axis=1)).mean()


def test_a_filter_that_nothing_excites_gives_its_noise_smoothed() -> None:
    model = chain()
    kernel, bias = model.get_layer("first").get_weights()
    kernel[..., 2] = 0
    model.get_layer("first").set_weights([kernel, bias])
    found = maximisation.maximise(model, "first", [2], steps=20)
    assert np.isfinite(found.pictures).all()
    assert found.reached[0] == pytest.approx(bias[2])


# ---------------------------------------------------------------------------------------------------------------------
# Linear readout


def ridge_case(features: int) -> tuple[Array, Array, Array, Array]:
    random = np.random.default_rng(features)
    X, new = random.normal(size=(40, features)) + 2, random.normal(size=(15, features)) + 2
    weights = random.normal(size=(features, 2)) / features
    noise = random.normal(size=(55, 2)) * 0.1
    return X, X @ weights + 3 + noise[:40], new, new @ weights + 3 + noise[40:]


@pytest.mark.parametrize("features", [5, 100])
def test_readout_is_ridge_with_the_penalty_of_least_generalised_cross_validation(
    features: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(filters, "FEATURES_AT_ONCE", 32)
    X, T, new, _ = ridge_case(features)
    centred = X - X.mean(axis=0)
    spectrum = np.linalg.eigvalsh(centred @ centred.T).clip(0)
    best: tuple[float, Array] | None = None
    for penalty in spectrum.mean() * 10.0 ** np.arange(-6, 5):
        # The hat matrix by brute force: what each unit vector of targets is fitted by, intercept included.
        hat = Ridge(alpha=penalty, solver="cholesky").fit(X, np.eye(40)).predict(X)
        residual = T - hat @ T
        score = np.square(residual).sum() / np.trace(np.eye(40) - hat) ** 2
        if best is None or score < best[0]:
            best = score, Ridge(alpha=penalty, solver="cholesky").fit(X, T).predict(new)
    assert best is not None
    ours = readout.linear_readout(X, {"t": T}, new)["t"]
    np.testing.assert_allclose(ours, best[1], atol=1e-5)


def test_readout_finds_what_is_there_and_nothing_where_nothing_is() -> None:
    X, T, new, truth = ridge_case(20)
    random = np.random.default_rng(9)
    read = readout.linear_readout(X, {"there": T, "not there": random.normal(size=(40, 30))}, new)
    assert readout.explained_share(truth, read["there"]) > 0.6
    assert abs(readout.explained_share(random.normal(size=(15, 30)), read["not there"])) < 0.3


def test_targets_keep_their_shape() -> None:
    X, T, new, _ = ridge_case(5)
    read = readout.linear_readout(X.reshape(40, 5, 1), {"a": T[:, 0], "b": T.reshape(40, 1, 2)}, new.reshape(15, 5, 1))
    assert read["a"].shape == (15,) and read["b"].shape == (15, 1, 2)


def test_explained_share_on_paper() -> None:
    truth = np.array([1.0, 2.0, 3.0])  # variance 2/3, sum of squares 2
    assert readout.explained_share(truth, truth) == 1
    assert readout.explained_share(truth, [2, 2, 2]) == 0
    assert readout.explained_share(truth, [1, 2, 4]) == pytest.approx(0.5)
    assert readout.explained_share(truth, [3, 2, 1]) == pytest.approx(-3)


# ---------------------------------------------------------------------------------------------------------------------
# Bad input

SINGLE = X[0]
SMALL = keras.Sequential(
    [keras.Input((2, 2, 3)), keras.layers.Conv2D(1, 3, padding="same", activation="relu", name="c")]
)
BAD: dict[str, tuple[Callable[[], object], str]] = {
    "unknown layer": (lambda: filters.feature_maps(CHAIN, X, "third"), "no layer 'third'; it has first, normal"),
    "no convolution": (lambda: filters.kernels(CHAIN, "pool"), "pool is a MaxPooling2D, not a convolution"),
    "pixels": (
        lambda: filters.feature_maps(CHAIN, (255 * X).astype(np.uint8), "first"),
        r"holds uint8; expected .*scale",
    ),
    "shape": (
        lambda: filters.feature_maps(CHAIN, X[:, :5], "first"),
        r"shape \(6, 5, 9, 3\); expected pictures \(P, 11",
    ),
    "one picture": (lambda: filters.feature_maps(CHAIN, SINGLE, "first"), r"shape \(11, 9, 3\); expected pictures"),
    "no pictures": (lambda: filters.feature_maps(CHAIN, X[:0], "first"), "at least one"),
    "no activation": (lambda: filters.feature_maps(CHAIN, X, "pool", before_activation=True), "no sum and activation"),
    "field of dense": (lambda: receptive_fields.receptive_field(CHAIN, "dense"), "neither a convolution nor pooling"),
    "unit's filter": (lambda: filters.unit(CHAIN, SINGLE, "first", 4, 0, 0), "filter is 4; expected .* 0 to 3"),
    "unit's row": (lambda: filters.unit(CHAIN, SINGLE, "first", 0, -1, 0), "row is -1; expected .* 0 to 10"),
    "unit's column": (lambda: filters.unit(CHAIN, SINGLE, "first", 0, 0, 9), "column is 9; expected .* 0 to 8"),
    "names": (lambda: filters.unit(CHAIN, SINGLE, "first", 0, 0, 0).table(["red"]), "got 1 names .* expected 3"),
    "labels": (lambda: filters.selectivity(CHAIN, "first", X, Y[:5]), r"y has shape \(5,\)"),
    "one-hot": (lambda: filters.selectivity(CHAIN, "first", X, np.eye(6)), r"y has shape \(6, 6\)"),
    "lonely class": (
        lambda: filters.selectivity(CHAIN, "first", X, [0, 0, 0, 0, 1, 3]),
        r"classes \[1, 2, 3\] have fewer",
    ),
    "no such filter": (lambda: maximisation.maximise(CHAIN, "first", [4]), r"filters are \[4\]; expected .* 0 to 3"),
    "no filter": (lambda: maximisation.maximise(CHAIN, "first", []), "at least one"),
    "outside": (
        lambda: maximisation.maximise(CHAIN, "first", position=(11, 0)),
        r"position is \(11, 0\); expected .* 11 x 9",
    ),
    "inside": (lambda: filters.strongest(SMALL, X[:, :2, :2], "c", inside=True), "no unit sees 3 x 3 pixels inside"),
    "no steps": (
        lambda: maximisation.maximise(CHAIN, "first", steps=0),
        "steps is 0; expected a whole number, 1 or more",
    ),
    "jitter": (lambda: maximisation.maximise(CHAIN, "first", jitter=-1), "jitter is -1"),
    "seed": (lambda: maximisation.maximise(CHAIN, "first", seed=0.5), "seed is 0.5"),  # type: ignore[arg-type]
    "decay": (lambda: maximisation.maximise(CHAIN, "first", decay=-1), "decay is -1; expected a number, 0 or more"),
    "smoothness": (lambda: maximisation.maximise(CHAIN, "first", smoothness=np.nan), "smoothness is nan"),
    "dense": (lambda: maximisation.maximise(CHAIN, "dense"), "dense has no feature maps"),
    "features": (lambda: readout.linear_readout(np.eye(4), {"t": np.ones(4)}, np.eye(3)), "same number of features"),
    "rows": (
        lambda: readout.linear_readout(np.eye(4), {"t": np.ones(5)}, np.eye(4)),
        r"t has shape \(5,\); expected a row",
    ),
    "few": (lambda: readout.linear_readout(np.eye(2), {"t": np.ones(2)}, np.eye(2)), "at least three patterns"),
    "nan": (lambda: readout.linear_readout(np.eye(3), {"t": [1, 2, np.nan]}, np.eye(3)), "must be finite"),
    "shares": (lambda: readout.explained_share([1, 2], [1, 2, 3]), "expected the same"),
    "constant": (lambda: readout.explained_share([1, 1], [1, 2]), "no variance to explain"),
}


@pytest.mark.parametrize("bad", BAD)
def test_bad_input_is_refused_with_a_reason(bad: str) -> None:
    call, reason = BAD[bad]
    with pytest.raises(ValueError, match=reason):
        call()


def test_groups_and_strides_that_do_not_fit_are_refused() -> None:
    picture = keras.Input((8, 8, 4))
    grouped = keras.layers.Conv2D(4, 3, groups=2, name="grouped")(picture)
    model = keras.Model(picture, grouped)
    with pytest.raises(ValueError, match="grouped works in 2 groups"):
        filters.unit(model, np.zeros((8, 8, 4)), "grouped", 0, 0, 0)
    one = keras.layers.Conv2D(2, 3, strides=2, padding="same", name="one")(picture)
    other = keras.layers.MaxPooling2D(1, strides=1, name="other")(keras.layers.Conv2D(2, 5, name="five")(picture))
    met = keras.layers.Add(name="met")([one, other])
    with pytest.raises(ValueError, match="the inputs of met differ in their stride"):
        receptive_fields.receptive_field(keras.Model(picture, met), "met")
    inner = keras.Model(picture, keras.layers.Conv2D(2, 3, name="inside")(picture), name="inner")
    outside = keras.layers.Conv2D(2, 3, name="outside")(inner(picture))
    with pytest.raises(ValueError, match=r"inner \(Functional\) is neither a convolution"):
        receptive_fields.receptive_field(keras.Model(picture, outside), "outside")
