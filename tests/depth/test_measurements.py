"""What is measured of deep networks, and the networks that only this measures."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from layerwise.data.digits import Digits
from layerwise.data.mnist import load_mnist_5000
from layerwise.depth import measurements
from layerwise.depth.measurements import MEASUREMENTS, delta_ratio, largest_step, measure, remedied_mlp
from layerwise.depth.models import initial_weights, mlp
from layerwise.derive.activations import ACTIVATIONS

SMALL: dict[str, dict[str, Any]] = {
    "remedies": {
        "activations": ["relu"],
        "remedies": ["both"],
        "layers": 4,
        "seeds": [0, 1],
        "epochs": 1,
        "updates_per_epoch": 125,
        "batch_size": 32,
        "learning_rate": 0.01,
        "initializer": "glorot_uniform",
    },
    "trained_gradients": {"activations": ["tanh"], "layers": [3], "seeds": [0, 1], "epochs": 1, "part": "train"},
    "lecun_gradients": {"activations": ["lecun_tanh"], "layers": [3], "seeds": [0], "epochs": 1, "part": "test"},
    "larger_weights": {"cases": [["tanh", 3, 1.1], ["relu", 4, 1.0]], "seeds": [0, 1], "epochs": 1},
    "later_remedies": {
        "remedies": {"none": {"learning_rate": 0.01}, "both": {"optimizer": "adam", "layer_normalisation": True}},
        "cases": [["gelu", 3, "both"], ["tanh", 3, "none"]],
        "seeds": [0, 1],
        "epochs": 2,
    },
    "first_epoch": {"activations": ["tanh"], "layers": 3, "seeds": [0, 1], "updates": 20, "every": 10},
    "wide_networks": {"cases": [["relu", 3, "he_uniform"]], "units": 16, "seeds": [0, 1, 2]},
}
ROWS = {
    "remedies": 2,
    "trained_gradients": 2 * 3 * 2,
    "lecun_gradients": 3 * 2,
    "larger_weights": 2 * 2,
    "later_remedies": 2 * 2 * 2,
    "first_epoch": 2 * 3 * 3,
    "wide_networks": 3,
}


@pytest.mark.parametrize("name", MEASUREMENTS)
def test_what_the_settings_ask_for_is_measured(name: str) -> None:
    frame = measure(name, SMALL[name], load_mnist_5000())
    assert len(frame) == ROWS[name]
    assert not frame.isna().to_numpy().any()
    assert set(frame["seed"]) == set(SMALL[name]["seeds"])


def test_without_a_remedy_the_network_is_the_reports() -> None:
    x = np.random.default_rng(0).uniform(size=(5, 28, 28)).astype(np.float32)
    ours, plain = remedied_mlp("tanh", 6, seed=3), mlp("tanh", 6, seed=3)
    np.testing.assert_allclose(ours.predict(x, verbose=0), plain.predict(x, verbose=0), rtol=1e-6)


def test_skip_connections_and_normalisation_are_as_described() -> None:
    """A second implementation in NumPy: in training mode each nu is normalised over the batch, then added."""
    x = np.random.default_rng(1).uniform(size=(64, 28, 28))
    weights = initial_weights(5, seed=2)[0::2]
    y = x.reshape(64, 784)
    for r, kernel in enumerate(weights[:-1], start=1):
        nu = y @ kernel
        nu = (nu - nu.mean(axis=0)) / np.sqrt(nu.var(axis=0) + 1e-3)
        new = ACTIVATIONS["relu"].function(nu)
        y = y + new if r > 1 else new
    nu = y @ weights[-1]
    expected = np.exp(nu) / np.exp(nu).sum(axis=1, keepdims=True)
    model = remedied_mlp("relu", 5, batch_normalisation=True, skip_connections=True, seed=2)
    np.testing.assert_allclose(np.asarray(model(x, training=True)), expected, rtol=1e-3)


def test_delta_ratio_compares_first_and_last_hidden_layer() -> None:
    table = pd.DataFrame(
        {"layer": [1, 2, 3, 1], "kind": ["delta"] * 3 + ["biases"], "root_mean_square": [2.0, 8, 5, 9]}
    )
    assert delta_ratio(table) == 0.25


def test_the_largest_step_is_between_neighbouring_hidden_layers() -> None:
    """Weights 1, 4, 2 and then the output layer's 100: steps of 4 and 2, and the last one does not count."""
    table = pd.DataFrame(
        {
            "layer": [4, 3, 2, 1] * 2,
            "kind": ["weights"] * 4 + ["biases"] * 4,
            "signed_maximum": [100.0, 2, 4, 1, 1, 0, 1, 1],
        }
    )
    assert largest_step(table, "weights") == pytest.approx(4)
    assert np.isnan(largest_step(table, "biases"))


def test_a_gain_multiplies_glorot_s_weights(monkeypatch: pytest.MonkeyPatch) -> None:
    """The study's networks start from the weights of ``mlp``, times the gain; a gain of 1 changes no bit."""
    starts = {}

    def no_training(activation: str, layers: int, digits: Digits, *, seeds: list[int], **keywords: Any) -> Any:
        starts[keywords["initializer"].scale] = initial_weights(layers, initializer=keywords["initializer"], seed=0)
        raise NotImplementedError

    monkeypatch.setattr(measurements, "train", no_training)
    for gain in (1.0, 1.25):
        settings = {"cases": [["tanh", 4, gain]], "seeds": [0], "epochs": 1}
        with pytest.raises(NotImplementedError):
            next(MEASUREMENTS["larger_weights"].rows(settings, load_mnist_5000()))
    glorot = initial_weights(4, seed=0)
    for plain, once, larger in zip(glorot, starts[1.0], starts[1.25**2], strict=True):
        np.testing.assert_array_equal(once, plain)
        np.testing.assert_allclose(larger, 1.25 * plain, rtol=1e-6, atol=1e-7)
