"""The compiled trainer does what ``model.fit`` does, for each seed as if it were alone."""

import itertools
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import keras
import numpy as np
import pytest

from layerwise.data.digits import one_hot, scale
from layerwise.data.mnist import load_mnist_5000
from layerwise.depth import training
from layerwise.depth.models import initial_weights, mlp
from layerwise.depth.training import Training, batch_order, train
from layerwise.derive.activations import ACTIVATIONS, lecun_tanh

DIGITS = load_mnist_5000()
FEW = replace(DIGITS, x_test=DIGITS.x_test[:100], y_test=DIGITS.y_test[:100])
# Rounding grows with every update, in LeCun's tanh at 40 layers by about 1.4 times: so few that it stays rounding.
UPDATES = 20


@pytest.fixture
def float64() -> Iterator[None]:
    """Keras casts its data and its learning rate to this type, whatever a model computes in."""
    before = keras.config.floatx()
    keras.config.dtype_policy()  # Keras keeps the one that it makes first, and would make one of float64 here
    keras.config.set_floatx("float64")
    yield
    keras.config.set_floatx(before)


def fitted(
    activation: Any, layers: int, seed: int, dtype: str, *, epochs: int = 1, learning_rate: float = 0.01
) -> tuple[keras.Model, list[dict[str, float]]]:
    """Keras' own training from the same start and with the same batches, and its history."""
    model = mlp(activation, layers, seed=seed, dtype=dtype)
    model.compile(keras.optimizers.SGD(learning_rate), "categorical_crossentropy", metrics=["accuracy"])
    order = batch_order(seed, len(FEW.x_train), UPDATES, 32)
    history = []
    for rows in itertools.islice(order, epochs):
        x, y = (FEW.x_train / 255)[rows.ravel()], one_hot(FEW.y_train[rows.ravel()])
        values = model.fit(x, y, batch_size=32, shuffle=False, verbose=0).history
        history.append({name: value[0] for name, value in values.items()})
    return model, history


def difference(ours: list[np.ndarray], theirs: list[np.ndarray]) -> float:
    return max(float(np.abs(one - other).max()) for one, other in zip(ours, theirs, strict=True))


@pytest.mark.parametrize("layers", [5, 40])
@pytest.mark.parametrize("activation", list(ACTIVATIONS))
@pytest.mark.usefixtures("float64")
def test_weights_are_those_of_model_fit(activation: str, layers: int) -> None:
    ours = train(activation, layers, FEW, seeds=[1, 2], epochs=1, updates_per_epoch=UPDATES, dtype="float64")
    model, _ = fitted(activation, layers, 1, "float64")
    moved = difference(initial_weights(layers, seed=1, dtype="float64"), model.get_weights())
    assert difference(ours.weights_of(1), model.get_weights()) <= 1e-9
    assert moved > 1e-4  # what is compared has been trained


@pytest.mark.parametrize("activation", list(ACTIVATIONS))
def test_in_float32_rounding_alone_makes_a_difference(activation: str) -> None:
    """It may turn off a unit of ReLU for one of the 640 pictures: a small part of what all of them change."""
    ours = train(activation, 5, FEW, seeds=[1, 2], epochs=1, updates_per_epoch=UPDATES)
    model, _ = fitted(activation, 5, 1, "float32")
    moved = difference(initial_weights(5, seed=1), model.get_weights())
    assert difference(ours.weights_of(1), model.get_weights()) <= moved / 50
    assert {array.dtype for array in ours.weights} == {np.dtype(np.float32)}


@pytest.mark.parametrize(("optimizer", "layer_normalisation"), [("sgd", True), ("adam", False)])
@pytest.mark.usefixtures("float64")
def test_optimisers_and_normalisation_are_those_of_keras(optimizer: str, layer_normalisation: bool) -> None:
    """Over two epochs: what Adam remembers is carried from one to the next."""
    ours = train(
        "tanh",
        4,
        FEW,
        seeds=[1, 2],
        epochs=2,
        updates_per_epoch=UPDATES,
        optimizer=optimizer,
        layer_normalisation=layer_normalisation,
        dtype="float64",
    )
    layers = [keras.layers.Flatten(dtype="float64")]
    for units in (32, 32, 32):
        layers.append(keras.layers.Dense(units, dtype="float64"))
        if layer_normalisation:
            layers.append(keras.layers.LayerNormalization(center=False, scale=False, dtype="float64"))
        layers.append(keras.layers.Activation("tanh", dtype="float64"))
    model = keras.Sequential(
        [keras.Input((28, 28), dtype="float64"), *layers, keras.layers.Dense(10, "softmax", dtype="float64")]
    )
    model.set_weights(initial_weights(4, seed=1, dtype="float64"))
    model.compile(
        keras.optimizers.get({"class_name": optimizer, "config": {"learning_rate": 0.01}}),
        "sparse_categorical_crossentropy",
    )
    for rows in itertools.islice(batch_order(1, len(FEW.x_train), UPDATES, 32), 2):
        x, y = (FEW.x_train / 255)[rows.ravel()], FEW.y_train[rows.ravel()]
        model.fit(x, y, batch_size=32, shuffle=False, verbose=0)
    moved = difference(initial_weights(4, seed=1, dtype="float64"), model.get_weights())
    # Keras keeps Adam's constants in float32.
    assert difference(ours.weights_of(1), model.get_weights()) <= (1e-9 if optimizer == "sgd" else 1e-3 * moved)
    loss = model.evaluate(FEW.x_test / 255, FEW.y_test, verbose=0)
    assert ours.test_loss[0, -1] == pytest.approx(loss, rel=1e-3)


@pytest.mark.usefixtures("float64")
def test_history_is_what_keras_reports() -> None:
    ours = train("relu", 5, FEW, seeds=[4], epochs=2, updates_per_epoch=UPDATES, learning_rate=0.1, dtype="float64")
    model, history = fitted("relu", 5, 4, "float64", epochs=2, learning_rate=0.1)
    for epoch in range(2):
        assert ours.loss[0, epoch] == pytest.approx(history[epoch]["loss"], abs=1e-9)
        assert ours.accuracy[0, epoch] == pytest.approx(history[epoch]["accuracy"], abs=1e-9)
    x_test = FEW.x_test / 255
    loss, accuracy = model.evaluate(x_test, one_hot(FEW.y_test), verbose=0)
    assert ours.test_loss[0, -1] == pytest.approx(loss, abs=1e-9)
    assert ours.test_accuracy[0, -1] == pytest.approx(accuracy, abs=1e-9)
    answers = model.predict(x_test, verbose=0).argmax(axis=1)
    np.testing.assert_array_equal(ours.answered[0, -1], np.bincount(answers, minlength=10))
    assert ours.test_loss.shape == ours.accuracy.shape == (1, 2)
    assert ours.answered.shape == (1, 2, 10)


@pytest.mark.usefixtures("float64")
def test_a_parameter_of_the_activation_is_used() -> None:
    short: dict[str, Any] = {"seeds": [0], "epochs": 1, "updates_per_epoch": UPDATES, "dtype": "float64"}
    ours = train(lecun_tanh(0.3), 3, FEW, **short)
    model, _ = fitted(lecun_tanh(0.3), 3, 0, "float64")
    assert difference(ours.weights_of(0), model.get_weights()) <= 1e-9
    other = train(lecun_tanh(0.001), 3, FEW, **short)
    assert difference(ours.weights, other.weights) > 1e-3


def same(one: Training, other: Training, seed: int) -> bool:
    """Whether two trainings hold bit for bit the same run."""
    i, j = one.seeds.index(seed), other.seeds.index(seed)
    names = ("loss", "accuracy", "test_loss", "test_accuracy", "answered")
    return all(np.array_equal(getattr(one, name)[i], getattr(other, name)[j]) for name in names) and all(
        np.array_equal(a, b) for a, b in zip(one.weights_of(seed), other.weights_of(seed), strict=True)
    )


def test_with_adam_too_a_run_depends_on_its_seed_alone() -> None:
    short: dict[str, Any] = {"epochs": 2, "updates_per_epoch": 30, "optimizer": "adam", "layer_normalisation": True}
    assert same(train("relu", 4, FEW, seeds=[3], **short), train("relu", 4, FEW, seeds=[1, 2, 3], **short), 3)


@pytest.mark.parametrize("threads", [1, 2, 3])
@pytest.mark.parametrize("seeds", [[3], [7, 3], [3, 1, 2], [0, 1, 2, 3], [9, 8, 7, 6, 5, 4, 3]], ids=len)
def test_a_run_depends_on_its_seed_alone(seeds: list[int], threads: int) -> None:
    short: dict[str, Any] = {"epochs": 2, "updates_per_epoch": 30}
    alone = train("tanh", 4, FEW, seeds=[3], **short)
    assert same(alone, train("tanh", 4, FEW, seeds=seeds, threads=threads, **short), 3)


def test_every_seed_is_another_run() -> None:
    five = train("tanh", 4, FEW, seeds=range(5), epochs=1, updates_per_epoch=30)
    assert five.seeds == (0, 1, 2, 3, 4)
    assert len(set(five.test_loss[:, 0])) == 5


def test_an_epoch_is_a_number_of_updates() -> None:
    one = train("tanh", 4, FEW, seeds=[0], epochs=1, updates_per_epoch=60)
    two = train("tanh", 4, FEW, seeds=[0], epochs=2, updates_per_epoch=30)
    assert difference(one.weights, two.weights) == 0
    assert one.loss[0, 0] == pytest.approx(two.loss[0].mean(), abs=1e-6)


def test_without_a_learning_rate_nothing_is_learned() -> None:
    still = train("tanh", 4, FEW, seeds=[0], epochs=1, updates_per_epoch=30, learning_rate=0)
    assert difference(still.weights_of(0), initial_weights(4, seed=0)) == 0


def test_nothing_is_compiled_again_for_other_arguments() -> None:
    short: dict[str, Any] = {"seeds": range(2), "updates_per_epoch": 30}
    train("tanh", 4, FEW, epochs=1, **short)
    before = training._compiled_epoch.cache_info().misses
    train("tanh", 4, FEW, epochs=2, **short)
    train("tanh", 4, FEW, epochs=1, learning_rate=0.1, **short)
    train("tanh", 4, FEW, epochs=1, initializer="he_normal", **short)
    train("tanh", 4, replace(FEW, x_train=FEW.x_train[::-1].copy()), epochs=1, **short)
    assert training._compiled_epoch.cache_info().misses == before


def test_a_run_that_diverges_is_reported_as_it_is() -> None:
    wild = train("relu", 4, FEW, seeds=[0], epochs=2, updates_per_epoch=30, learning_rate=1e6)
    assert np.isnan(wild.loss).all() and np.isnan(wild.test_loss).all()
    assert not wild.answered.any()
    assert not wild.test_accuracy.any()
    assert wild.accuracy[0, 1] == 0


def test_progress_is_told_after_every_epoch() -> None:
    calls: list[None] = []
    train("tanh", 4, FEW, seeds=[0], epochs=3, updates_per_epoch=30, progress=lambda: calls.append(None))
    assert len(calls) == 3


@pytest.mark.parametrize("patterns, updates, batch_size", [(10, 7, 3), (7, 5, 32), (12, 3, 4), (1, 2, 2)])
def test_batches_run_through_shuffled_passes_without_a_gap(patterns: int, updates: int, batch_size: int) -> None:
    epochs = list(itertools.islice(batch_order(5, patterns, updates, batch_size), 4))
    assert all(rows.shape == (updates, batch_size) for rows in epochs)
    stream = np.concatenate([rows.ravel() for rows in epochs])
    whole = len(stream) // patterns
    for number, one_pass in enumerate(np.split(stream[: whole * patterns], whole)):
        np.testing.assert_array_equal(np.sort(one_pass), np.arange(patterns), err_msg=f"pass {number}")
    rest = stream[whole * patterns :]
    assert len(set(rest)) == len(rest)


def test_the_order_of_batches_is_the_seed_s() -> None:
    first = next(batch_order(5, 100, 3, 32))
    np.testing.assert_array_equal(first, next(batch_order(5, 100, 3, 32)))
    assert not np.array_equal(first, next(batch_order(6, 100, 3, 32)))


def test_the_present_cores_are_counted() -> None:
    assert training.cores() >= 1


BAD: dict[str, tuple[dict[str, Any], str]] = {
    "activation": ({"activation": "swish"}, "unknown activation 'swish'"),
    "one layer": ({"layers": 1}, "layers is 1; expected a whole number, 2 or more"),
    "no list of seeds": ({"seeds": 3}, "seeds is 3; expected one or more in a list"),
    "no digits": ({"digits": None}, "digits is None; expected Digits"),
    "no seeds": ({"seeds": []}, r"seeds are \(\); expected one or more"),
    "a seed twice": ({"seeds": [1, 2, 1]}, "no two equal"),
    "negative seed": ({"seeds": [-1]}, "seed is -1; expected a whole number, 0 or more"),
    "fractional seed": ({"seeds": [0.5]}, "seed is 0.5"),
    "no epochs": ({"epochs": 0}, "epochs is 0; expected a whole number, 1 or more"),
    "half an epoch": ({"epochs": 0.5}, "epochs is 0.5"),
    "no updates": ({"updates_per_epoch": 0}, "updates_per_epoch is 0"),
    "empty batches": ({"batch_size": 0}, "batch_size is 0"),
    "no threads": ({"threads": 0}, "threads is 0"),
    "negative learning rate": ({"learning_rate": -0.1}, "learning_rate is -0.1; expected a finite number, 0 or more"),
    "infinite learning rate": ({"learning_rate": np.inf}, "learning_rate is inf"),
    "learning rate that is true": ({"learning_rate": True}, "learning_rate is True; expected a finite number"),
    "epochs in words": ({"epochs": "three"}, "epochs is 'three'; expected a whole number, 1 or more"),
    "learning rate in words": ({"learning_rate": "fast"}, "learning_rate is 'fast'"),
    "initializer": ({"initializer": "she"}, "unknown initializer 'she'"),
    "no units": ({"units": 0}, "units is 0"),
    "dtype": ({"dtype": "int8"}, "dtype is 'int8'; expected one of float32, float64"),
    "scaled pixels": ({"x_train": scale(DIGITS.x_train)}, r"x_train is float32 of shape \(4000, 28, 28\); expected"),
    "pixels that are NaN": ({"x_test": np.full((1000, 28, 28), np.nan)}, "x_test is float64"),
    "flat images": ({"x_train": DIGITS.x_train.reshape(-1, 784)}, r"shape \(4000, 784\)"),
    "no images": ({"x_test": DIGITS.x_test[:0], "y_test": DIGITS.y_test[:0]}, "with P at least 1"),
    "one-hot labels": ({"y_train": one_hot(DIGITS.y_train)}, "y_train is float32 of shape"),
    "too few labels": ({"y_train": DIGITS.y_train[:-1]}, "expected a whole number from 0 to 9 for each of the 4000"),
    "labels out of range": ({"y_test": DIGITS.y_test + 1}, "y_test is .* expected a whole number from 0 to 9"),
}


@pytest.mark.parametrize("bad", BAD)
def test_bad_input_is_refused_before_any_work(bad: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(training, "_compiled_epoch", lambda *_: pytest.fail("was compiled"))
    changes, reason = BAD[bad]
    arguments: dict[str, Any] = {"activation": "tanh", "layers": 3, **changes}
    of_digits = {name: arguments.pop(name) for name in list(arguments) if name.startswith(("x_", "y_"))}
    with pytest.raises(ValueError, match=reason):
        train(**{"digits": replace(DIGITS, **of_digits), **arguments})
