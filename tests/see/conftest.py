"""Small networks with random weights and pictures for them; few house numbers, and a short training on them."""

from typing import Any

import keras
import numpy as np
import pytest
from numpy.typing import NDArray

from layerwise.data.digits import Digits
from layerwise.data.svhn import load_svhn
from layerwise.data.synthetic.plates import house_numbers
from layerwise.see.training import Recipe

SHAPE = (11, 9, 3)


def shaken(model: keras.Sequential) -> keras.Sequential:
    """All weights, biases and the statistics of batch normalisation random, as training would leave them."""
    random = np.random.default_rng(3)
    for weight in model.weights:
        low = 0.5 if "variance" in weight.name else -0.6
        weight.assign(random.uniform(low, 1.0 if low > 0 else 0.6, weight.shape))
    return model


@pytest.fixture(scope="session")
def pictures() -> NDArray[np.float32]:
    return np.random.default_rng(0).uniform(size=(6, *SHAPE)).astype(np.float32)


@pytest.fixture(scope="session")
def chain() -> keras.Sequential:
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


@pytest.fixture(scope="session")
def strided() -> keras.Sequential:
    """Strides, zeros on one side more than on the other, no bias, an activation of its own: what the report has not."""
    return shaken(
        keras.Sequential(
            [
                keras.Input(SHAPE),
                keras.layers.Conv2D(4, 5, padding="same", strides=2, use_bias=False, name="wide"),
                keras.layers.ReLU(name="relu"),
                keras.layers.Conv2D(2, 2, name="narrow"),
                keras.layers.MaxPooling2D((2, 1), strides=1, padding="same", name="pool"),
            ]
        )
    )


@pytest.fixture(scope="session")
def network(request: pytest.FixtureRequest) -> Any:
    """The one of them that a test names."""
    return request.getfixturevalue(request.param)


@pytest.fixture(scope="session")
def tiny() -> Recipe:
    return Recipe("improved", options={"filters": [[3], [4], [4]]}, epochs=1, validation=0.2)


@pytest.fixture(scope="session")
def digits() -> Digits:
    x, y = house_numbers(60, seed=1)
    x_test, y_test = house_numbers(40, seed=2)
    photo = np.arange(60, dtype=np.int32) // 2
    photo_test = np.arange(40, dtype=np.int32) // 4
    return Digits(x, y, x_test, y_test, "a few digits", "svhn_sample", "0" * 64, photo, photo_test)


@pytest.fixture(scope="session")
def svhn_sample() -> Digits:
    digits = load_svhn()
    if digits.key != "svhn_sample":
        pytest.skip("needs the sample of SVHN: LAYERWISE_DATA names its folder")
    return digits
