"""gradients: Keras' float64 copy against the book's network, both against brute force, and what float32 loses."""

import warnings
from typing import Any

import keras
import numpy as np
import pandas as pd
import pytest
import tensorflow as tf

from layerwise.depth import gradients
from layerwise.depth.gradients import (
    initial_gradients,
    layer_gradients,
    network_gradients,
    predicted_gradients,
    relative_gradients,
)
from layerwise.depth.models import mlp
from layerwise.derive.activations import ACTIVATIONS, LECUN_AMPLITUDE
from layerwise.derive.checked_network import Network

VALUES = ["largest", "signed_maximum", "root_mean_square", "one_pattern"]


def data(P: int, n: int, classes: int = 10) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(3)
    return random.random((P, n)), random.integers(classes, size=P)


def keras_copy(network: Network, dtype: str = "float64") -> Any:
    def f(nu: Any) -> Any:
        if network.activation.name == "lecun_tanh":
            return LECUN_AMPLITUDE * keras.ops.tanh(nu * 2 / 3) + network.activation.parameters["a"] * nu
        return keras.activations.get(network.activation.name)(nu)

    model = keras.Sequential([keras.Input((network.sizes[0],), dtype=dtype)])
    for r in range(1, network.R + 1):
        last = "softmax" if network.loss == "cross_entropy" else f
        model.add(keras.layers.Dense(network.sizes[r], last if r == network.R else f, dtype=dtype))
    model.set_weights([a for r in network.weights for a in (network.weights[r].T, network.biases[r])])
    return model


def with_random_biases(sizes: tuple[int, ...], activation: str) -> Network:
    random = np.random.default_rng(8)
    return Network(sizes, activation, biases=[random.normal(0, 0.1, n) for n in sizes[1:]])


def table(layers: int, **values: Any) -> pd.DataFrame:
    index = pd.MultiIndex.from_product([range(1, layers + 1), gradients.KINDS], names=["layer", "kind"])
    return pd.DataFrame(values, index=index)


# Equal to the network's gradients, and to brute force


@pytest.mark.parametrize("layers", [5, 20, 40])
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_a_keras_model_s_gradients_are_the_network_s(activation: str, layers: int) -> None:
    """Keras' autodiff against the entries of ``Network.gradients`` and ``Network.trace``, layer by layer."""
    network = with_random_biases((30, *[12] * (layers - 1), 10), activation)
    x, y = data(16, 30)
    found = layer_gradients(keras_copy(network), x, y).set_index(["layer", "kind"])
    ours, trace = network.gradients(x, y), network.trace(x, y)
    assert len(found) == 3 * layers
    for r in range(1, layers + 1):
        for kind, gradient in (
            ("weights", ours.weights[r] / 16),
            ("biases", ours.biases[r] / 16),
            ("delta", trace.delta[r]),
        ):
            row = found.loc[(r, kind)]
            largest = np.abs(gradient).max()
            assert row["largest"] == pytest.approx(largest, rel=1e-10)
            assert row["signed_maximum"] == pytest.approx(gradient.max(), rel=1e-10, abs=1e-10 * largest)
            assert row["root_mean_square"] == pytest.approx(np.sqrt(np.mean(gradient**2)), rel=1e-10)
        one_pattern = trace.delta[r][:, np.newaxis, :] * trace.y[r - 1][np.newaxis, :, :]
        assert found.loc[(r, "weights")]["one_pattern"] == pytest.approx(np.sqrt(np.mean(one_pattern**2)), rel=1e-10)
        for kind in ("biases", "delta"):
            assert found.loc[(r, kind)]["one_pattern"] == found.loc[(r, "delta")]["root_mean_square"]


def test_the_network_s_table_is_the_keras_model_s() -> None:
    network = with_random_biases((9, 7, 5, 4), "sigmoid")
    x, y = data(11, 9, 4)
    theirs = layer_gradients(keras_copy(network), x, y)
    ours = network_gradients(network, x, y)
    pd.testing.assert_frame_equal(ours, theirs, check_exact=False, rtol=1e-12, atol=0)
    rows = np.eye(4)[y]
    pd.testing.assert_frame_equal(network_gradients(network, x, rows), ours)
    pd.testing.assert_frame_equal(layer_gradients(keras_copy(network), x, rows), theirs)


def test_one_layer_worked_on_paper() -> None:
    """A softmax of 2 units on 1 input, all parameters 0, so that it answers 1/2, 1/2.

    Pattern x = 2, class 0: delta = (-1/2, 1/2); pattern x = 4, class 1: delta = (1/2, -1/2).
    biases, the mean of delta: (0, 0).  weights, the mean of delta x: (-1 + 2, 1 - 2) / 2 = (1/2, -1/2).
    Single patterns: delta x = ∓1 and ±2, so their mean square is (1 + 1 + 4 + 4) / 4 = 2.5.
    """
    network = Network((1, 2), "tanh", weights=[[[0.0], [0.0]]])
    expected = table(
        1,
        largest=[0.5, 0.0, 0.5],
        signed_maximum=[0.5, 0.0, 0.5],
        root_mean_square=[0.5, 0.0, 0.5],
        one_pattern=[np.sqrt(2.5), 0.5, 0.5],
    ).reset_index()
    for found in (
        network_gradients(network, [[2.0], [4.0]], [0, 1]),
        layer_gradients(keras_copy(network), [[2.0], [4.0]], [0, 1]),
    ):
        pd.testing.assert_frame_equal(found, expected, rtol=1e-12)


def test_the_signed_maximum_is_negative_where_all_entries_are() -> None:
    """Squared error, one ReLU unit that answers 1 where 3 is wanted: delta = -2, weights' gradient -2 x."""
    network = Network((1, 1), "relu", "squared_error", weights=[[[1.0]]])
    found = network_gradients(network, [[1.0]], [[3.0]]).set_index("kind")
    assert found["signed_maximum"].tolist() == [-2.0, -2.0, -2.0]
    assert found["largest"].tolist() == [2.0, 2.0, 2.0]


def test_chunks_of_patterns_add_up(monkeypatch: pytest.MonkeyPatch) -> None:
    network = with_random_biases((9, 7, 5, 4), "tanh")
    x, y = data(11, 9, 4)
    whole = network_gradients(network, x, y)
    monkeypatch.setattr(gradients, "_PATTERNS_AT_ONCE", 4)
    pd.testing.assert_frame_equal(network_gradients(network, x, y), whole, rtol=1e-12, atol=0)
    pd.testing.assert_frame_equal(layer_gradients(keras_copy(network), x, y), whole, rtol=1e-12, atol=0)


# What float32 loses


def test_a_float32_norm_is_zero_where_the_gradient_is_not() -> None:
    """The first of 40 sigmoid layers: gradients near 1e-26 fit in float32, their squares do not."""
    network = Network((784, *[32] * 39, 10), "sigmoid")
    model = keras_copy(network, "float32")
    x, y = data(32, 784)
    with tf.GradientTape() as tape:
        loss = keras.losses.SparseCategoricalCrossentropy()(y, model(x.astype("float32")))
    first = tape.gradient(loss, model.trainable_variables)[0].numpy()
    assert np.abs(first).max() > 0
    assert np.linalg.norm(first) == 0
    row = layer_gradients(model, x, y).iloc[0]
    assert row["root_mean_square"] > 0
    assert row["largest"] == pytest.approx(np.abs(first).max(), rel=1e-3)


def test_squares_that_underflow_in_float64_do_not_either() -> None:
    """Two linear-like ReLU layers; the second one's weight makes delta of the first 1e-200 times that of the second."""
    network = Network((1, 1, 2), "relu", weights=[[[1.0]], [[1e-200], [0.0]]])
    found = network_gradients(network, [[1.0]], [0]).set_index(["layer", "kind"])
    for kind in ("weights", "biases", "delta"):
        assert found.loc[(1, kind)]["root_mean_square"] == pytest.approx(0.5e-200, rel=1e-12)
        assert found.loc[(1, kind)]["one_pattern"] == pytest.approx(0.5e-200, rel=1e-12)


def test_a_dead_network_has_zeros_not_nan() -> None:
    network = Network((2, 2, 2), "relu", weights=[-np.ones((2, 2)), np.ones((2, 2))])
    first = network_gradients(network, np.ones((3, 2)), [0, 1, 0]).query("layer == 1")
    assert (first[VALUES] == 0).all().all()


# Other models than the plain perceptron


def skip_model(dtype: str = "float32") -> Any:
    inputs = keras.Input((4, 3), dtype=dtype)
    flat = keras.layers.Flatten(dtype=dtype)(inputs)
    first = keras.layers.Dense(6, "tanh", dtype=dtype)(flat)
    second = keras.layers.Dense(6, use_bias=False, dtype=dtype)(first)
    second = keras.layers.Activation("relu", dtype=dtype)(keras.layers.BatchNormalization(dtype=dtype)(second))
    joined = keras.layers.Add(dtype=dtype)([first, second])
    model = keras.Model(inputs, keras.layers.Dense(3, "softmax", dtype=dtype)(joined))
    random = np.random.default_rng(5)
    model.set_weights([np.abs(random.normal(0.5, 0.2, w.shape)).astype("float32") for w in model.get_weights()])
    return model


@pytest.mark.parametrize("training", [False, True])
def test_batch_normalisation_and_skip_connections_by_central_differences(training: bool) -> None:
    """Of the mean cross-entropy of a float64 model of the same weights; the BN layer itself has no rows."""
    model = skip_model()
    random = np.random.default_rng(6)
    x, y = random.normal(size=(8, 4, 3)), random.integers(3, size=8)
    found = layer_gradients(model, x, y, training=training).set_index(["layer", "kind"])
    assert found.index.get_level_values("layer").unique().tolist() == [1, 2, 3]
    exact = skip_model("float64")

    def loss() -> float:
        answers = exact(x, training=training).numpy()
        return float(-np.log(answers[np.arange(8), y]).mean())

    for r, layer in enumerate([one for one in exact.layers if isinstance(one, keras.layers.Dense)], start=1):
        kernel = layer.kernel.numpy()
        quotients = np.empty(kernel.shape)
        for index in np.ndindex(kernel.shape):
            step = np.zeros(kernel.shape)
            step[index] = 1e-6
            layer.kernel.assign(kernel + step)
            above = loss()
            layer.kernel.assign(kernel - step)
            quotients[index] = (above - loss()) / 2e-6
        layer.kernel.assign(kernel)
        row = found.loc[(r, "weights")]
        assert row["largest"] == pytest.approx(np.abs(quotients).max(), rel=1e-6)
        assert row["signed_maximum"] == pytest.approx(quotients.max(), rel=1e-5, abs=1e-8)
        assert row["root_mean_square"] == pytest.approx(np.sqrt(np.mean(quotients**2)), rel=1e-6)


def test_the_model_itself_is_left_as_it_is() -> None:
    model = skip_model()
    x, y = np.ones((4, 4, 3)), np.zeros(4, dtype=int)
    before, answers = model.get_weights(), model(x).numpy()
    layer_gradients(model, x, y, training=True)
    assert all(np.array_equal(a, b) for a, b in zip(before, model.get_weights(), strict=True))
    assert np.array_equal(model(x).numpy(), answers)
    assert {layer.compute_dtype for layer in model.layers} == {"float32"}


def test_an_activation_that_keras_cannot_write_down_is_no_obstacle() -> None:
    model = keras.Sequential(
        [keras.Input((3,)), keras.layers.Dense(4, lambda nu: nu * nu), keras.layers.Dense(2, "softmax")]
    )
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = layer_gradients(model, np.ones((2, 3)), [0, 1])
    assert len(found) == 6


# Networks at initialisation


@pytest.mark.parametrize("initializer, variance", [("glorot_uniform", 2 / 64), ("he_normal", 2 / 32)])
def test_many_networks_in_one_table_each_as_the_keras_model_of_that_seed(initializer: str, variance: float) -> None:
    x, y = data(6, 784)
    found = initial_gradients("lecun_tanh", 4, x, y, [4, 9], initializer=initializer)
    assert found.columns.tolist() == ["seed", "layer", "kind", *VALUES]
    for seed in (4, 9):
        model = mlp("lecun_tanh", 4, initializer=initializer, seed=seed)
        assert np.var(model.get_weights()[2]) == pytest.approx(variance, rel=0.1)  # 1,024 numbers
        alone = found[found["seed"] == seed].drop(columns="seed").reset_index(drop=True)
        pd.testing.assert_frame_equal(alone, layer_gradients(model, x.reshape(6, 28, 28), y), rtol=1e-10, atol=0)


def test_images_are_flattened() -> None:
    x, y = data(6, 784)
    flat = initial_gradients("relu", 3, x, y, [0], units=8)
    pd.testing.assert_frame_equal(initial_gradients("relu", 3, x.reshape(6, 28, 28), y, [0], units=8), flat)


# Bad input


def test_bad_input_says_what_was_expected() -> None:
    model = keras_copy(Network((3, 4, 2), "tanh"))
    x = np.ones((2, 3))
    with pytest.raises(ValueError, match="expected the same number of rows"):
        layer_gradients(model, x, [0, 1, 0])
    with pytest.raises(ValueError, match="at least one pattern"):
        initial_gradients("tanh", 3, np.ones((0, 784)), [], [0])
    with pytest.raises(ValueError, match="labels from 0 to 2; expected 0 to 1"):
        layer_gradients(model, x, [0, 2])
    with pytest.raises(ValueError, match="NaN or infinity"):
        layer_gradients(model, x * np.nan, [0, 1])
    with pytest.raises(ValueError, match="does not end in a softmax"):
        layer_gradients(keras_copy(Network((3, 4, 2), "tanh", "squared_error")), x, [0, 1])
    with pytest.raises(ValueError, match="x has shape"):
        initial_gradients("tanh", 3, x, [0, 1], [0])


# Relative to the last hidden layer: measured and predicted


def test_sizes_are_relative_to_the_last_hidden_layer_of_the_same_network() -> None:
    """From the table of absolute sizes, by plain loops."""
    x, y = data(12, 784)
    found = relative_gradients("tanh", 4, x, y, [5, 2], initializer="he_uniform", units=8)
    absolute = initial_gradients("tanh", 4, x, y, [5, 2], initializer="he_uniform", units=8)
    one = absolute.set_index(["seed", "kind", "layer"])["one_pattern"]
    assert len(found) == 2 * 3 * 3
    for row in found.itertuples():
        assert row.one_pattern == one[row.seed, row.kind, row.layer]
        assert row.size == one[row.seed, row.kind, row.layer] / one[row.seed, row.kind, 3]
    assert (found[found["layer"] == 3]["size"] == 1).all()
    assert set(zip(found["activation"], found["layers"], found["initializer"], strict=True)) == {
        ("tanh", 4, "he_uniform")
    }


def test_the_prediction_for_relu_with_he_s_weights_worked_on_paper() -> None:
    """Pixels all 1/2, three layers. He: every layer keeps q, so q_1 = q_2 = 2 · 1/4 = 1/2 and E y² = 1/4.

    delta: chi = 1, so 1 in both layers. Weights: delta times y of the layer before, whose mean square is 1/4 (pixels)
    and 1/4 (layer 1), so 1 in both.
    """
    theory = predicted_gradients("relu", 3, np.full((5, 28, 28), 0.5), initializer="he_uniform", units=16)
    assert theory["size"].tolist() == pytest.approx([1.0] * 6, rel=1e-8)
    assert sorted(zip(theory["kind"], theory["layer"], strict=True)) == [
        (kind, layer) for kind in ("biases", "delta", "weights") for layer in (1, 2)
    ]


def test_wide_networks_have_the_predicted_sizes() -> None:
    x, y = data(32, 784)
    case = ("tanh", 4)
    measured = relative_gradients(*case, x, y, range(10), units=400)
    theory = predicted_gradients(*case, x, units=400).set_index(["kind", "layer"])["size"]
    mean_square = measured.assign(size=measured["size"] ** 2).groupby(["kind", "layer"])["size"].mean()
    np.testing.assert_allclose(np.sqrt(mean_square), theory.reindex(mean_square.index), rtol=0.05)
