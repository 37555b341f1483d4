"""Long measurements for the chapter ``vanishing_gradients``, made by a command and shipped as records.

The records are kept by :mod:`layerwise.keep.studies`: ``python -m layerwise records NAME``.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

import keras
import numpy as np
import pandas as pd

from layerwise.data.digits import Digits, scale
from layerwise.depth.gradients import initial_gradients, keras_network, layer_gradients, network_gradients
from layerwise.depth.models import CLASSES, PIXELS, layer_initializer, layer_sizes
from layerwise.depth.training import Stacks, Training, batch_order, train
from layerwise.derive.activations import keras_activation
from layerwise.derive.checked_network import Network
from layerwise.derive.later_activations import LATER_ACTIVATIONS

BATCH = 256
"""Digits on which gradients are measured: the first of the training set."""


def remedied_mlp(
    activation: str,
    layers: int,
    *,
    batch_normalisation: bool = False,
    skip_connections: bool = False,
    units: int = 32,
    initializer: str = "glorot_uniform",
    seed: int | None = None,
) -> keras.Model:
    """The report's perceptron with batch normalisation, skip connections, or both.

    Parameters
    ----------
    activation : str
        Of the hidden layers; the output layer is a softmax.
    layers : int
        Layers with weights.
    batch_normalisation : bool
        Normalise nu over the batch in every hidden layer, before the activation (Ioffe and Szegedy 2015).
    skip_connections : bool
        From the second hidden layer on, a layer adds to its input instead of replacing it: y + f(nu) (He, Zhang, Ren
        and Sun 2016).
    units, initializer, seed
        As for :func:`layerwise.depth.models.mlp`, whose initial weights these are.

    Returns
    -------
    keras.Model
        Not yet compiled.

    Raises
    ------
    ValueError
        As :func:`layerwise.depth.models.mlp`.
    """
    f = keras_activation(activation)
    sizes = layer_sizes(layers, units)
    inputs = keras.Input(PIXELS)
    y = keras.layers.Flatten()(inputs)
    for r in range(1, layers):
        nu = keras.layers.Dense(sizes[r], kernel_initializer=layer_initializer(initializer, r, seed))(y)
        if batch_normalisation:
            nu = keras.layers.BatchNormalization()(nu)
        new = keras.layers.Activation(f)(nu)
        y = keras.layers.Add()([y, new]) if skip_connections and r > 1 else new
    last = keras.layers.Dense(CLASSES, "softmax", kernel_initializer=layer_initializer(initializer, layers, seed))
    return keras.Model(inputs, last(y))


def _remedies(settings: Mapping[str, Any], digits: Digits) -> Iterator[dict[str, Any]]:
    """Training with each remedy; |delta_1| / |delta_last hidden| before it."""
    x, y = scale(digits.x_train), digits.y_train
    x_test = scale(digits.x_test)
    for activation in settings["activations"]:
        for remedy in settings["remedies"]:

            def build(seed: int, activation: str = activation, remedy: str = remedy) -> keras.Model:
                return remedied_mlp(
                    activation,
                    settings["layers"],
                    batch_normalisation=remedy != "skip connections",
                    skip_connections=remedy != "batch normalisation",
                    initializer=settings["initializer"],
                    seed=seed,
                )

            model = build(settings["seeds"][0])
            # Without momentum or other state, one compiled model serves all seeds: only its weights are exchanged.
            model.compile(
                keras.optimizers.SGD(settings["learning_rate"]),
                "sparse_categorical_crossentropy",
                metrics=["accuracy"],
                jit_compile=True,
                steps_per_execution=125,
            )
            for seed in settings["seeds"]:
                start = build(seed)
                before = layer_gradients(start, x[:BATCH], y[:BATCH], training=True)
                model.set_weights(start.get_weights())
                order = batch_order(seed, len(x), settings["updates_per_epoch"], settings["batch_size"])
                for epoch in range(1, settings["epochs"] + 1):
                    rows = next(order).ravel()
                    history = model.fit(
                        x[rows], y[rows], batch_size=settings["batch_size"], shuffle=False, verbose=0
                    ).history
                    test_loss, test_accuracy = model.evaluate(x_test, digits.y_test, batch_size=1000, verbose=0)
                    yield {
                        "activation": activation,
                        "remedy": remedy,
                        "layers": settings["layers"],
                        "seed": seed,
                        "epoch": epoch,
                        "loss": history["loss"][-1],
                        "accuracy": history["accuracy"][-1],
                        "test_loss": test_loss,
                        "test_accuracy": test_accuracy,
                        "delta_ratio": delta_ratio(before),
                    }


def _trained_gradients(settings: Mapping[str, Any], digits: Digits) -> Iterator[dict[str, Any]]:
    """The report's gradients: of the loss over a whole part of the data, ``train`` or ``test``, after training."""
    x, y = _part(settings["part"], digits)
    for activation in settings["activations"]:
        for layers in settings["layers"]:
            training = train(activation, layers, digits, seeds=settings["seeds"], epochs=settings["epochs"])
            for seed in training.seeds:
                case = {"activation": activation, "layers": layers, "seed": seed}
                for row in network_gradients(_network(training, seed), x, y).to_dict("records"):
                    if row["kind"] != "delta":
                        yield case | {name: row[name] for name in ("layer", "kind", "largest", "signed_maximum")}


def _later_remedies(settings: Mapping[str, Any], digits: Digits) -> Iterator[dict[str, Any]]:
    """Training with gradient descent, with Adam, with layer normalisation; activations old and new."""
    for activation, layers, remedy in settings["cases"]:
        training = train(
            LATER_ACTIVATIONS.get(activation, activation),
            layers,
            digits,
            seeds=settings["seeds"],
            epochs=settings["epochs"],
            **settings["remedies"][remedy],
        )
        for s, seed in enumerate(training.seeds):
            for epoch in range(settings["epochs"]):
                yield {
                    "activation": activation,
                    "layers": layers,
                    "remedy": remedy,
                    "seed": seed,
                    "epoch": epoch + 1,
                    "test_loss": float(training.test_loss[s, epoch]),
                    "test_accuracy": float(training.test_accuracy[s, epoch]),
                }


def _part(part: str, digits: Digits) -> tuple[Any, Any]:
    return scale(getattr(digits, f"x_{part}")), getattr(digits, f"y_{part}")


def _network(training: Training, seed: int) -> Network:
    return keras_network(training.activation, training.weights_of(seed))


def _larger_weights(settings: Mapping[str, Any], digits: Digits) -> Iterator[dict[str, Any]]:
    """Accuracy after training with Glorot's weights times a gain, and how evenly the gradients of the layers end."""
    x, y = _part("test", digits)
    for activation, layers, gain in settings["cases"]:
        training = train(
            activation,
            layers,
            digits,
            seeds=settings["seeds"],
            epochs=settings["epochs"],
            initializer=keras.initializers.VarianceScaling(gain**2, mode="fan_avg", distribution="uniform"),
        )
        for seed, accuracy in zip(training.seeds, training.test_accuracy[:, -1], strict=True):
            table = network_gradients(_network(training, seed), x, y)
            yield {
                "activation": activation,
                "layers": layers,
                "gain": gain,
                "seed": seed,
                "test_accuracy": float(accuracy),
                "weights_step": largest_step(table, "weights"),
                "biases_step": largest_step(table, "biases"),
            }


def largest_step(table: pd.DataFrame, kind: str) -> float:
    """The largest factor, either way, between the signed maxima of two neighbouring hidden layers.

    Parameters
    ----------
    table : DataFrame
        As :func:`layerwise.depth.gradients.network_gradients` returns it.
    kind : {"weights", "biases"}

    Returns
    -------
    float
        1 or more; NaN where a layer's maximum is not positive, or there is one hidden layer only.
    """
    maxima = table[table["kind"] == kind].sort_values("layer")["signed_maximum"].to_numpy()[:-1]
    if len(maxima) < 2 or not (maxima > 0).all():
        return float("nan")
    return float(np.exp(np.abs(np.diff(np.log(maxima))).max()))


def _first_epoch(settings: Mapping[str, Any], digits: Digits) -> Iterator[dict[str, Any]]:
    """Gradients of single patterns on a fixed batch, every so many updates."""
    x, y = scale(digits.x_train[:BATCH]), digits.y_train[:BATCH]
    every = settings["every"]
    for activation in settings["activations"]:
        stacks = Stacks(activation, settings["layers"], digits, seeds=settings["seeds"], updates_per_epoch=every)
        for update in range(0, settings["updates"] + 1, every):
            if update:
                stacks.train_epoch()
            weights = stacks.weights()
            for s, seed in enumerate(settings["seeds"]):
                table = network_gradients(keras_network(activation, [array[s] for array in weights]), x, y)
                of_weights = table[table["kind"] == "weights"]
                for layer, value in zip(of_weights["layer"], of_weights["one_pattern"], strict=True):
                    yield {
                        "activation": activation,
                        "seed": seed,
                        "update": update,
                        "layer": int(layer),
                        "gradient": float(value),
                    }


def _wide_networks(settings: Mapping[str, Any], digits: Digits) -> Iterator[dict[str, Any]]:
    """|delta_1| / |delta_last hidden| of wide networks at initialisation."""
    x, y = scale(digits.x_train[:BATCH]), digits.y_train[:BATCH]
    for activation, layers, initializer in settings["cases"]:
        for seed in settings["seeds"]:
            table = initial_gradients(
                activation, layers, x, y, [seed], initializer=initializer, units=settings["units"]
            )
            case = {"activation": activation, "layers": layers, "initializer": initializer, "seed": seed}
            yield case | {"delta_ratio": delta_ratio(table)}


def delta_ratio(table: pd.DataFrame) -> float:
    """``|delta_1| / |delta_last hidden|`` of one network, each the root mean square over units and patterns.

    Parameters
    ----------
    table : DataFrame
        As :func:`layerwise.depth.gradients.layer_gradients` returns it.
    """
    delta = table[table["kind"] == "delta"].set_index("layer")["root_mean_square"]
    return float(delta.loc[1] / delta.loc[len(delta) - 1])


class Measurement(NamedTuple):
    """What is measured, as JSON can write it, and the function that yields the rows."""

    settings: Mapping[str, Any]
    rows: Callable[[Mapping[str, Any], Digits], Iterator[dict[str, Any]]]


MEASUREMENTS = {
    "remedies": Measurement(
        {
            "activations": ["relu", "sigmoid"],
            "remedies": ["batch normalisation", "skip connections", "both"],
            "layers": 40,
            "seeds": [0, 1, 2, 3, 4],
            "epochs": 3,
            "updates_per_epoch": 1875,
            "batch_size": 32,
            "learning_rate": 0.01,
            "initializer": "glorot_uniform",
        },
        _remedies,
    ),
    "trained_gradients": Measurement(
        {
            "activations": ["relu", "tanh", "sigmoid"],
            "layers": [5, 20, 40],
            "seeds": [0, 1, 2, 3, 4],
            "epochs": 3,
            "part": "train",
        },
        _trained_gradients,
    ),
    "lecun_gradients": Measurement(
        {
            "activations": ["tanh", "lecun_tanh"],
            "layers": [5, 20, 40],
            "seeds": [0, 1, 2, 3, 4],
            "epochs": 3,
            "part": "test",
        },
        _trained_gradients,
    ),
    "larger_weights": Measurement(
        {
            # Activation, layers, and a gain that multiplies Glorot's weights: the product of LeCun's constants.
            "cases": [
                ["tanh", 40, 1.0],
                ["lecun_tanh", 40, 1.0],
                ["tanh", 40, 1.7159 * 2 / 3],
                ["tanh", 20, 1.7159 * 2 / 3],
                ["tanh", 5, 1.7159 * 2 / 3],
            ],
            "seeds": list(range(20)),
            "epochs": 3,
        },
        _larger_weights,
    ),
    "later_remedies": Measurement(
        {
            "remedies": {
                "gradient descent": {"learning_rate": 0.01},
                "Adam": {"optimizer": "adam", "learning_rate": 0.001},
                "layer normalisation": {"learning_rate": 0.01, "layer_normalisation": True},
            },
            "cases": [
                *(
                    [activation, 20, remedy]
                    for activation in ("relu", "leaky_relu", "gelu", "silu", "tanh", "sigmoid")
                    for remedy in ("gradient descent", "Adam", "layer normalisation")
                ),
                ["sigmoid", 5, "Adam"],
                ["relu", 40, "Adam"],
                ["relu", 40, "layer normalisation"],
            ],
            "seeds": [0, 1, 2, 3, 4],
            "epochs": 3,
        },
        _later_remedies,
    ),
    "first_epoch": Measurement(
        {
            "activations": ["relu", "tanh", "sigmoid"],
            "layers": 20,
            "seeds": [0, 1, 2, 3, 4],
            "updates": 1875,
            "every": 125,
        },
        _first_epoch,
    ),
    "wide_networks": Measurement(
        {
            "cases": [
                ["sigmoid", 20, "glorot_uniform"],
                ["sigmoid", 40, "glorot_uniform"],
                ["tanh", 40, "glorot_uniform"],
                ["relu", 20, "glorot_uniform"],
                ["relu", 40, "glorot_uniform"],
                ["relu", 40, "he_uniform"],
                ["lecun_tanh", 40, "lecun_uniform"],
            ],
            "units": 256,
            "seeds": list(range(100)),
        },
        _wide_networks,
    ),
}
"""All of them, by name. A change of the settings makes a record stale."""


def measure(name: str, settings: Mapping[str, Any], digits: Digits) -> pd.DataFrame:
    """Run a measurement of `MEASUREMENTS`, with its own settings or with fewer seeds of them."""
    return pd.DataFrame(list(MEASUREMENTS[name].rows(settings, digits)))
