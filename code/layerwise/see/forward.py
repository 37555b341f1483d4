"""The networks that ship, computed in NumPy: a photo is read without TensorFlow (chapter ``your_digit``).

The same weights and the same layers as :mod:`layerwise.see.networks` builds with Keras, in float64.
"""

import os
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import ArrayLike, NDArray

from layerwise.data.digits import DataError

Array = NDArray[np.float64]
Weights = Mapping[str, Array]

WEIGHTS = Path(__file__).with_name("weight_files")
"""The folder of the weights that ship with the package."""

HOW_TO_MEND = "install the package again, or make the weights: python -m layerwise train-cnn"

_STANDARDISATION, _NORMALISATION = 1e-4, 1e-3
"""What Keras' layers add to a variance before its root."""


def read_weights(name: str, *, folder: str | os.PathLike[str] = WEIGHTS) -> dict[str, NDArray[Any]]:
    """The arrays of a network that ships, by the names that Keras gives them; loading them runs no code.

    Raises
    ------
    ValueError
        If no weights of that name ship.
    DataError
        If the file is missing or damaged, or holds numbers that are not finite.
    """
    if name not in NETWORKS:
        raise ValueError(f"no weights of a network {name!r}; expected one of {', '.join(NETWORKS)}")
    path = Path(folder) / f"{name}.npz"
    try:
        with np.load(path, allow_pickle=False) as file:
            arrays = {key.partition("/")[2]: file[key] for key in file.files}
        if not all(np.isfinite(array).all() for array in arrays.values()):
            raise ValueError("a weight is not finite")
    except (OSError, ValueError, EOFError, zipfile.BadZipFile) as error:
        raise DataError(f"The weights {path} are missing or damaged: {HOW_TO_MEND}") from error
    return arrays


def convolved(x: Array, kernel: Array) -> Array:
    """Each place's 3 x 3 neighbours, zeros around the edge, times the kernel (3, 3, C, K): (P, H, W, C) to K maps."""
    windows = sliding_window_view(np.pad(x, ((0, 0), (1, 1), (1, 1), (0, 0))), (3, 3), axis=(1, 2))
    return np.tensordot(windows, kernel, axes=((4, 5, 3), (0, 1, 2)))


def pooled(x: Array, side: int) -> Array:
    """The maximum over squares of so many rows and columns; what fills no square at the right and below is left out."""
    patterns, height, width, maps = x.shape
    rows, columns = height // side, width // side
    squares = x[:, : rows * side, : columns * side].reshape(patterns, rows, side, columns, side, maps)
    return squares.max(axis=(2, 4))


def normalised(x: Array, weights: Weights, number: int) -> Array:
    """Batch normalisation with the means and variances of the training."""
    gamma, beta, mean, variance = (
        weights[f"normalisation_{number}/{part}"] for part in ("gamma", "beta", "moving_mean", "moving_variance")
    )
    return (x - mean) * gamma / np.sqrt(variance + _NORMALISATION) + beta


def softmax(nu: Array) -> Array:
    """Each row's exponentials over their sum."""
    exponentials = np.exp(nu - nu.max(axis=1, keepdims=True))
    return exponentials / exponentials.sum(axis=1, keepdims=True)


def _report(weights: Weights, x: Array) -> Array:
    for r in (1, 2, 3):
        nu = convolved(x, weights[f"convolution_{r}/kernel"]) + weights[f"convolution_{r}/bias"]
        x = pooled(normalised(np.maximum(nu, 0), weights, r), 3)
    hidden = np.maximum(x.reshape(len(x), -1) @ weights["dense_1/kernel"] + weights["dense_1/bias"], 0)
    return softmax(hidden @ weights["dense_2/kernel"] + weights["dense_2/bias"])


def _improved(weights: Weights, x: Array) -> Array:
    x = x - x.mean(axis=(1, 2, 3), keepdims=True)
    x = x / np.sqrt(x.var(axis=(1, 2, 3), keepdims=True) + _STANDARDISATION)
    for r in range(1, 7):
        x = np.maximum(normalised(convolved(x, weights[f"convolution_{r}/kernel"]), weights, r), 0)
        if r in (1, 3, 5):  # the last of a block
            x = pooled(x, 2)
    return softmax(x.mean(axis=(1, 2)) @ weights["dense_1/kernel"] + weights["dense_1/bias"])


NETWORKS: dict[str, Callable[[Weights, Array], Array]] = {"report": _report, "improved": _improved}
"""The forward pass of each network that ships."""


@dataclass(frozen=True)
class Reader:
    """A network that ships, in NumPy; called with pictures (P, 32, 32, 3), 0 to 1, it gives probabilities (P, 10).

    Parameters
    ----------
    name : {"improved", "report"}
    """

    name: str = "improved"
    weights: Weights = field(init=False, repr=False)

    def __post_init__(self) -> None:
        weights = {key: array.astype(np.float64) for key, array in read_weights(self.name).items()}
        object.__setattr__(self, "weights", weights)

    def __call__(self, inputs: ArrayLike) -> Array:
        return NETWORKS[self.name](self.weights, np.asarray(inputs, np.float64))
