"""Networks that learned house numbers, asked to read handwriting (chapter ``your_digit``).

The report showed its network one photographed 7. Here every MNIST test digit is shown in three ways: as it is,
inverted, and prepared by :mod:`layerwise.photo` like a reader's photo. No MNIST digit was used to train a
network; the chapter says which were looked at.
"""

import os
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from layerwise.cnn_handwriting import train_with_pen
from layerwise.cnn_training import Recipe, train
from layerwise.digits import Digits, scale
from layerwise.models import CLASSES
from layerwise.photo import INPUT_SIDE, prepare_many

WAYS = ("raw", "inverted", "photo")
"""How a digit of MNIST is shown to a network."""
_BATCH = 500


def shown(x: npt.NDArray[np.uint8]) -> dict[str, npt.NDArray[np.float32]]:
    """Digits of MNIST as inputs of a network that reads house numbers, in every one of `WAYS`.

    Parameters
    ----------
    x : uint8 array, shape (P, 28, 28)

    Returns
    -------
    dict of float32 array, shape (P, 32, 32, 3)
        ``raw``: with a border of background, the same in all three channels; ``inverted``: 1 less that; ``photo``: see
        :func:`layerwise.photo.prepare`.
    """
    border = (INPUT_SIDE - x.shape[1]) // 2
    raw = np.repeat(np.pad(scale(x), ((0, 0), (border, border), (border, border)))[..., None], 3, axis=3)
    return {"raw": raw, "inverted": 1 - raw, "photo": prepare_many(x)}


def readings(model: Any, inputs: Mapping[str, npt.NDArray[np.float32]], labels: npt.NDArray[np.int64]) -> pd.DataFrame:
    """How many digits a network reads right, in each way and class.

    Parameters
    ----------
    model : keras.Model
    inputs : mapping of way to (P, 32, 32, 3) array
    labels : int array, shape (P,)

    Returns
    -------
    DataFrame
        ``way``, ``label``, ``digits`` (of that class) and ``right``, one row per way and class.
    """
    rows = []
    for way, x in inputs.items():
        parts = [np.asarray(model(x[i : i + _BATCH], training=False)).argmax(axis=1) for i in range(0, len(x), _BATCH)]
        right = np.concatenate(parts) == labels
        for k in range(CLASSES):
            rows.append((way, k, int(np.sum(labels == k)), int(np.sum(right[labels == k]))))
    return pd.DataFrame(rows, columns=["way", "label", "digits", "right"])


def accuracies(table: pd.DataFrame) -> pd.DataFrame:
    """The share of digits read right: a row per way, a column per class and one for all.

    Parameters
    ----------
    table : DataFrame
        See :func:`readings`.
    """
    sums = table.groupby(["way", "label"], as_index=False)[["right", "digits"]].sum()
    right, digits = (
        sums.pivot(index="way", columns="label", values=name).loc[list(WAYS)] for name in ("right", "digits")
    )
    shares = right / digits
    shares["all"] = right.sum(axis=1) / digits.sum(axis=1)
    return shares


def measure(
    studies: Mapping[str, Mapping[str, Any]],
    shipped: Mapping[str, Any],
    digits: Digits,
    house_numbers: Digits,
    *,
    folder: str | os.PathLike[str] | None = None,
    progress: bool = False,
) -> pd.DataFrame:
    """Show the test digits of MNIST to every network of some studies, and to those that ship.

    Parameters
    ----------
    studies : mapping of name to mapping
        ``recipes``, ``seeds`` and, where there are any, ``pen`` digits of each, as in ``layerwise.cnn.STUDIES``.
    shipped : mapping of name to keras.Model
        Networks from weights that ship with the package.
    digits : Digits
        MNIST.
    house_numbers : Digits
        What the networks of the studies learn from.
    folder : path, optional
        Where their runs are kept; what is not found there is trained.
    progress : bool
        Show on the terminal how far a training is.

    Returns
    -------
    DataFrame
        As :func:`readings`, with ``network`` (of the studies: study and variant; of those that ship: "shipped" and
        name) and ``seed`` (-1 where the network ships).
    """
    inputs = shown(digits.x_test)
    tables = []
    for name, seed, model in _networks(studies, shipped, house_numbers, folder, progress):
        table = readings(model, inputs, digits.y_test)
        table.insert(0, "network", name)
        table.insert(1, "seed", seed)
        tables.append(table)
    return pd.concat(tables, ignore_index=True)


def _networks(
    studies: Mapping[str, Mapping[str, Any]],
    shipped: Mapping[str, Any],
    house_numbers: Digits,
    folder: str | os.PathLike[str] | None,
    progress: bool,
) -> Iterator[tuple[str, int, Any]]:
    for name, model in shipped.items():
        yield f"shipped: {name}", -1, model
    for study, content in studies.items():
        for variant, settings in content["recipes"].items():
            recipe = Recipe.from_settings(settings)
            label = study if len(content["recipes"]) == 1 else f"{study}: {variant}"
            for seed in content["seeds"]:
                options: dict[str, Any] = {"seed": seed, "folder": folder, "progress": progress}
                pen = content.get("pen", 0)
                run = (
                    train_with_pen(recipe, house_numbers, pen, **options)
                    if pen
                    else train(recipe, house_numbers, **options)
                )
                yield label, seed, run.model()
