"""What a contributor adds is one entry, and all that the package does takes it from there."""

import hashlib
import io
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit

from layerwise import figures
from layerwise.__main__ import main
from layerwise.data import DATA_SETS, DataError, DataSet, Edition, load_digits, load_mnist, load_mnist_5000
from layerwise.depth import fixed_point, mlp, predicted_gradients, relative_gradients, sweep, train
from layerwise.derive import (
    ACTIVATIONS,
    Activation,
    Interval,
    Network,
    central_differences,
    check_activations,
    check_gradient,
    complex_step,
    keras_gradients,
    relative_differences,
)
from local_server import Server

# Mish: x tanh(ln(1 + eˣ)) (Misra 2019).


def mish(x: Any) -> Any:
    x = np.asarray(x)
    return x * np.tanh(
        np.log1p(np.exp(-np.abs(x.real) if not np.iscomplexobj(x) else np.where(x.real < 0, x, -x)))
        + np.where(x.real > 0, x, 0.0)
    )


def mish_derivative(x: Any) -> Any:
    softplus = np.logaddexp(0, x)
    return np.tanh(softplus) + x * expit(x) / np.cosh(np.minimum(softplus, 300)) ** 2


MISH = Activation(
    "mish",
    mish,
    mish_derivative,
    Interval(-0.3089, np.inf, low_closed=True),
    symbolic="x * tanh(log(1 + exp(x)))",
    keras="mish",
)


@pytest.fixture(autouse=True)
def entry(monkeypatch: pytest.MonkeyPatch) -> None:
    """All that has to be done to add an activation."""
    monkeypatch.setitem(ACTIVATIONS, MISH.name, MISH)


def test_an_added_activation_passes_every_check_of_its_derivative() -> None:
    table = check_activations([MISH])
    assert (table.drop(columns="central") <= 1e-13).all(axis=None) and (table["central"] <= 1e-8).all()


def test_an_added_activation_is_taken_by_the_network_and_its_checks() -> None:
    random = np.random.default_rng(0)
    network = Network([4, 5, 5, 3], "mish", seed=1)
    x, y = random.normal(size=(6, 4)), random.integers(0, 3, 6)
    ours = network.gradients(x, y)
    for reference, bound in (
        (central_differences(network, x, y), 1e-8),
        (complex_step(network, x, y), 1e-13),
        (keras_gradients(network, x, y), 1e-13),
    ):
        assert max(relative_differences(ours, reference).values()) <= bound

    def mine(w: Any, b: Any, x: Any, T: Any) -> Any:
        return Network([4] * 4, "mish", "squared_error", weights=w, biases=b).derivatives(x, T)

    assert check_gradient(mine, activation="mish")


def test_an_added_activation_is_trained_swept_and_predicted(tmp_path: Any) -> None:
    digits = load_mnist_5000()
    run = train("mish", 3, digits, seeds=[0], epochs=1, updates_per_epoch=5)
    assert mlp("mish", 3, seed=0).count_params() == sum(array[0].size for array in run.weights)
    assert len(sweep(["mish"], [3], [0], digits=digits, epochs=1, updates_per_epoch=5, folder=tmp_path)) == 1
    assert fixed_point("mish", 1.5, 0.1).q is not None
    x, y = digits.x_test[:20] / 255.0, digits.y_test[:20]
    measured, predicted = relative_gradients("mish", 5, x, y, [0]), predicted_gradients("mish", 5, x)
    assert len(measured) and len(predicted)


def test_an_added_activation_has_a_style_of_its_own_in_every_figure() -> None:
    frame = pd.DataFrame(
        [
            {"activation": name, "layers": 5, "seed": 0, "epoch": epoch, "test_accuracy": 0.5, "test_loss": 1.0}
            for name in (*ACTIVATIONS, "swish")
            for epoch in (1, 2)
        ]
    )
    axis = figures.learning_curves(frame).axes[0]
    styles = {line.get_label(): (line.get_color(), line.get_marker()) for line in axis.get_lines()}
    assert len(set(styles.values())) == len(styles) == 6
    again = figures.learning_curves(frame[frame["activation"] == "mish"]).axes[0].get_lines()[0]
    assert (again.get_color(), again.get_marker()) == styles["mish"]


# A stand-in for Fashion-MNIST: pictures of noise in the layout of mnist.npz.

NOISE = np.random.default_rng(0)
CLOTHES = {
    "x_train": NOISE.integers(0, 256, (200, 28, 28), dtype=np.uint8),
    "y_train": NOISE.integers(0, 10, 200, dtype=np.uint8),
    "x_test": NOISE.integers(0, 256, (50, 28, 28), dtype=np.uint8),
    "y_test": NOISE.integers(0, 10, 50, dtype=np.uint8),
}


def fashion_file() -> bytes:
    buffer = io.BytesIO()
    np.savez(buffer, **CLOTHES)  # type: ignore[arg-type]
    return buffer.getvalue()


FASHION = DataSet(
    "Fashion-MNIST",
    (
        Edition(
            "fashion_mnist",
            "Fashion-MNIST, {train:,} training and {test:,} test pictures",
            files={"fashion_mnist.npz": hashlib.sha256(fashion_file()).hexdigest()},
            layout={name: f"uint8 {array.shape}" for name, array in CLOTHES.items()},
            sha256={"digits": hashlib.sha256(b"".join(array.tobytes() for array in CLOTHES.values())).hexdigest()},
        ),
    ),
    url="http://127.0.0.1:9/fashion_mnist.npz",
    how_to_get_it="Put fashion_mnist.npz into a folder and let LAYERWISE_DATA name it.",
    licence="Fashion-MNIST is by H. Xiao, K. Rasul and R. Vollgraf, under the MIT licence.",
)
"""All that has to be done to add a data set."""


@pytest.mark.usefixtures("no_settings")
def test_an_added_data_set_is_found_in_every_place_and_trained_on(
    tmp_path: Path, server: Server, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    named, cache = tmp_path / "named", tmp_path / "cache"
    with pytest.raises(DataError, match=r"127\.0\.0\.1 could not be reached\. Put fashion_mnist\.npz into a folder"):
        load_digits(FASHION, cache=tmp_path / "empty")  # nothing stands in for it
    server.body = fashion_file()
    offered = replace(FASHION, url=server.url)
    sources = [load_digits(offered, cache=cache).source for _ in range(2)]
    named.mkdir()
    (named / "fashion_mnist.npz").write_bytes(server.body)
    digits = load_digits(FASHION, folder=named, cache=tmp_path / "empty")
    text = "Fashion-MNIST, 200 training and 50 test pictures, from "
    assert [source.removeprefix(text) for source in (*sources, digits.source)] == [
        *("the official source, downloaded", "this computer's cache", "the folder that LAYERWISE_DATA names")
    ]
    for name, array in CLOTHES.items():
        np.testing.assert_array_equal(getattr(digits, name), array)

    run = train("tanh", 3, digits, seeds=[0], epochs=1, updates_per_epoch=5)
    assert np.isfinite(run.loss).all()

    monkeypatch.setitem(DATA_SETS, "fashion_mnist", FASHION)
    monkeypatch.setenv("LAYERWISE_DATA", str(named))
    monkeypatch.setenv("LAYERWISE_OFFLINE", "1")
    assert "names holds no mnist.npz" in load_mnist(cache=tmp_path / "empty").source  # and that is no mistake
    monkeypatch.setitem(DATA_SETS, "svhn", FASHION)  # whose stand-in takes seconds to draw
    assert main(["data"]) == 0
    assert f"fashion_mnist: {digits.source}\n" in capsys.readouterr().out
