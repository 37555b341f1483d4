"""The Keras models: shapes of the report, functions of the book, seeds of their own."""

import itertools
from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import pytest

from layerwise.depth.models import (
    check_seed,
    hidden_function,
    initial_weights,
    layer_sizes,
    mlp,
    stacked_initial_weights,
)
from layerwise.derive.activations import ACTIVATIONS, TANH, Activation, lecun_tanh
from layerwise.see.networks import svhn_cnn

IMAGES = np.random.default_rng(0).random((6, 28, 28))


def outputs_by_hand(activation: Activation, weights: list[np.ndarray], images: np.ndarray) -> np.ndarray:
    """The forward pass with the book's own functions, in float64."""
    y = images.reshape(len(images), 784)
    *hidden, (w, b) = zip(weights[::2], weights[1::2], strict=True)
    for w_r, b_r in hidden:
        y = activation.function(y @ w_r + b_r)
    exponentials = np.exp(y @ w + b)
    return exponentials / exponentials.sum(axis=1, keepdims=True)


@pytest.mark.parametrize(("layers", "parameters"), [(5, 28_618), (20, 44_458), (40, 65_578)])
def test_parameters_of_the_report(layers: int, parameters: int) -> None:
    # 32 (784 + 1) + (layers - 2) 32 (32 + 1) + 10 (32 + 1); the report prints the first two sums.
    assert parameters == 32 * 785 + (layers - 2) * 32 * 33 + 10 * 33
    assert mlp("tanh", layers).count_params() == parameters


def test_layers_are_named_as_the_book_counts_them() -> None:
    model = mlp("relu", 3)
    assert [layer.name for layer in model.layers] == ["flatten", "layer_1", "layer_2", "layer_3"]
    assert [layer.units for layer in model.layers[1:]] == [32, 32, 10]
    assert layer_sizes(3) == [784, 32, 32, 10]


@pytest.mark.parametrize("dtype, tolerance", [("float32", 1e-5), ("float64", 1e-12)])
@pytest.mark.parametrize("activation", [*ACTIVATIONS.values(), lecun_tanh(0.5)], ids=lambda a: a.name)
def test_computes_the_book_s_functions(activation: Activation, dtype: str, tolerance: float) -> None:
    model = mlp(activation, 4, seed=1, dtype=dtype)
    weights = [3 * array.astype(np.float64) for array in model.get_weights()]  # large enough to leave the linear part
    model.set_weights(weights)
    expected = outputs_by_hand(activation, weights, IMAGES)
    np.testing.assert_allclose(model(IMAGES.astype(dtype)).numpy(), expected, rtol=0, atol=tolerance)


def test_layer_normalisation_is_over_the_units_of_each_pattern() -> None:
    nu = np.random.default_rng(1).normal(3, [[[0.1], [10]], [[1], [1e3]]], (2, 2, 500))
    hidden = hidden_function(TANH, layer_normalisation=True)(nu.copy()).numpy()
    expected = np.tanh((nu - nu.mean(axis=-1, keepdims=True)) / np.sqrt(nu.var(axis=-1, keepdims=True) + 1e-3))
    np.testing.assert_allclose(hidden, expected, rtol=1e-10)
    np.testing.assert_array_equal(hidden_function(TANH)(nu), keras.ops.tanh(nu))


def test_a_seed_decides_the_weights_whatever_was_drawn_before() -> None:
    first = mlp("tanh", 4, seed=3).get_weights()
    keras.utils.set_random_seed(99)
    keras.random.normal((5,))
    for one, other in zip(first, mlp("relu", 4, seed=3).get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(
    "initializer",
    ["glorot_uniform", "he_normal", pytest.param(keras.initializers.Orthogonal(), id="orthogonal")],
)
def test_initial_weights_are_those_of_the_model(initializer: Any, dtype: str) -> None:
    model = mlp("tanh", 5, units=20, initializer=initializer, seed=2, dtype=dtype)
    for ours, theirs in zip(
        initial_weights(5, units=20, initializer=initializer, seed=2, dtype=dtype), model.get_weights(), strict=True
    ):
        assert ours.dtype == theirs.dtype == dtype
        np.testing.assert_array_equal(ours, theirs)


@pytest.mark.parametrize("layers, units", [(2, 7), (6, 32), (4, 10)])  # 10 units: the last two layers are alike
@pytest.mark.parametrize("initializer", ["glorot_uniform", "lecun_normal", "zeros"])
def test_stacked_initial_weights_are_those_of_each_model(layers: int, units: int, initializer: str) -> None:
    seeds = (5, 0, 2**40)
    stacks = stacked_initial_weights(layers, seeds, units=units, initializer=initializer)
    for s, seed in enumerate(seeds):
        model = mlp("tanh", layers, units=units, initializer=initializer, seed=seed)
        for stack, theirs in zip(stacks, model.get_weights(), strict=True):
            assert stack.dtype == theirs.dtype
            np.testing.assert_array_equal(stack[s], theirs)


def test_drawing_many_kinds_of_weights_prints_nothing(capfd: pytest.CaptureFixture[str]) -> None:
    # A chapter may not write to standard error, and TensorFlow warns there of functions that it compiles again.
    for units in range(20, 28):
        initial_weights(3, units=units, seed=0)
    assert capfd.readouterr() == ("", "")


def test_every_layer_and_every_seed_starts_elsewhere() -> None:
    hidden = [w for seed in range(3) for w in initial_weights(5, seed=seed)[2:-2:2]]
    assert all(w.shape == (32, 32) for w in hidden)
    for one, other in itertools.combinations(hidden, 2):
        # Independent samples of 1,024: their correlation scatters around 0 with a standard deviation of 1/32.
        assert abs(np.corrcoef(one.ravel(), other.ravel())[0, 1]) < 5 / 32


def test_initial_weights_follow_the_distributions() -> None:
    w, b = initial_weights(2, seed=0)[:2]
    limit = np.sqrt(6 / (784 + 32))  # Glorot and Bengio (2010), equation 16
    assert np.abs(w).max() <= limit < 1.001 * np.abs(w).max()
    assert not b.any()
    he = initial_weights(2, initializer="he_normal", seed=0)[0]  # He et al. (2015), equation 10
    # The standard deviation of 25,088 samples scatters by 1 / sqrt(2 * 25,088) = 0.45 % of itself.
    assert he.std() == pytest.approx(np.sqrt(2 / 784), rel=0.02)


def test_without_a_seed_every_model_differs() -> None:
    assert not np.array_equal(mlp("tanh", 2).get_weights()[0], mlp("tanh", 2).get_weights()[0])
    assert not np.array_equal(*stacked_initial_weights(2, [None, None])[0])


def test_seeds_may_be_numpy_s() -> None:
    assert check_seed(np.int64(3)) == 3


BAD: dict[str, tuple[Callable[[], object], str]] = {
    "activation": (lambda: mlp("swish", 5), "unknown activation 'swish'; expected one of relu, tanh"),
    "other activation": (lambda: mlp(Activation("cube", TANH.function, TANH.derivative, TANH.range), 5), "counterpart"),
    "one layer": (lambda: mlp("tanh", 1), "layers is 1; expected a whole number, 2 or more"),
    "half a layer": (lambda: mlp("tanh", 2.5), "layers is 2.5"),  # type: ignore[arg-type]
    "no units": (lambda: mlp("tanh", 5, units=0), "units is 0; expected a whole number, 1 or more"),
    "initializer": (lambda: mlp("tanh", 5, initializer="she"), "unknown initializer 'she'; expected a name"),
    "initializer of another kind": (lambda: mlp("tanh", 5, initializer=3), "unknown initializer 3"),  # type: ignore[arg-type]
    "negative seed": (lambda: mlp("tanh", 5, seed=-1), "seed is -1; expected a whole number, 0 or more"),
    "seed in words": (lambda: initial_weights(5, seed="one"), "seed is 'one'"),  # type: ignore[arg-type]
    "seed without use": (lambda: initial_weights(5, seed=True, initializer="zeros"), "seed is True"),
    "dtype": (lambda: mlp("tanh", 5, dtype="float16"), "dtype is 'float16'; expected one of float32, float64"),
}


@pytest.mark.parametrize("bad", BAD)
def test_bad_input_is_refused_with_a_reason(bad: str) -> None:
    call, reason = BAD[bad]
    with pytest.raises(ValueError, match=reason):
        call()


def test_the_convolutional_network_of_the_report() -> None:
    model = svhn_cnn(seed=0)
    # Convolutions 3 x 3 from 3, 9 and 36 maps, four numbers a map for the normalisation, and the dense layers.
    convolutions = (9 * 3 * 9 + 9) + (9 * 9 * 36 + 36) + (9 * 36 * 49 + 49)
    assert model.count_params() == convolutions + 4 * (9 + 36 + 49) + (49 * 64 + 64) + (64 * 10 + 10) == 23_355
    assert sum(int(np.prod(w.shape)) for w in model.non_trainable_weights) == 2 * (9 + 36 + 49) == 188
    shapes = {layer.name: tuple(layer.output.shape[1:]) for layer in model.layers}
    assert [shapes[f"pooling_{r}"] for r in (1, 2, 3)] == [(10, 10, 9), (3, 3, 36), (1, 1, 49)]
    assert [shapes[f"convolution_{r}"] for r in (1, 2, 3)] == [(32, 32, 9), (10, 10, 36), (3, 3, 49)]


def test_the_convolutional_network_follows_numpy() -> None:
    """A second implementation: every output pixel a sum over its 3 x 3 neighbourhood, every maximum over 3 x 3."""
    model = svhn_cnn(seed=4)
    w = model.get_weights()
    x = np.random.default_rng(2).random((2, 32, 32, 3))
    y = x
    for block in range(3):
        kernel, bias, gamma, beta, mean, variance = w[6 * block : 6 * block + 6]
        padded = np.pad(y, ((0, 0), (1, 1), (1, 1), (0, 0)))
        windows = np.lib.stride_tricks.sliding_window_view(padded, (3, 3), axis=(1, 2))
        y = np.maximum(np.einsum("phwcij,ijcf->phwf", windows, kernel) + bias, 0)
        y = gamma * (y - mean) / np.sqrt(variance + 1e-3) + beta
        n = y.shape[1] // 3
        y = y[:, : 3 * n, : 3 * n].reshape(len(y), n, 3, n, 3, -1).max(axis=(2, 4))
    w_1, b_1, w_2, b_2 = w[18:]
    nu = np.maximum(y.reshape(2, 49) @ w_1 + b_1, 0) @ w_2 + b_2
    expected = np.exp(nu) / np.exp(nu).sum(axis=1, keepdims=True)
    np.testing.assert_allclose(model(x.astype(np.float32)).numpy(), expected, rtol=0, atol=1e-5)


def test_the_convolutional_network_starts_from_its_seed() -> None:
    first = svhn_cnn(seed=3).get_weights()
    keras.utils.set_random_seed(99)
    for one, other in zip(first, svhn_cnn(seed=3).get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)
    assert any((one != other).any() for one, other in zip(first, svhn_cnn(seed=4).get_weights(), strict=True))
    with pytest.raises(ValueError, match="seed is -1"):
        svhn_cnn(seed=-1)
