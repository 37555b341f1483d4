"""Training on house numbers and pen digits together, for a network that is to read both (chapter ``your_digit``)."""

import os
from dataclasses import replace

import numpy as np

from layerwise.cnn_training import Recipe, Run, train
from layerwise.digits import ARRAYS, Digits, sha256_of
from layerwise.handwriting import pen_digits

PEN_SEED = 2_000
"""Of the pen digits: one set for all runs."""


def train_with_pen(
    recipe: Recipe,
    digits: Digits,
    pen: int,
    *,
    seed: int = 0,
    folder: str | os.PathLike[str] | None = None,
    progress: bool = False,
) -> Run:
    """As :func:`layerwise.cnn_training.train`, with ``pen`` pen digits among the training digits."""
    return train(recipe, with_pen_digits(digits, pen), seed=seed, folder=folder, progress=progress)


def with_pen_digits(digits: Digits, pen: int) -> Digits:
    """House numbers with ``pen`` pen digits of :mod:`layerwise.handwriting` behind their training digits.

    Returns
    -------
    Digits
        The test set is the same. Where photographs are numbered, each pen digit counts as one of its own.
    """
    x, y = pen_digits(pen, seed=PEN_SEED)
    arrays = {name: getattr(digits, name) for name in ARRAYS}
    arrays["x_train"], arrays["y_train"] = np.concatenate([digits.x_train, x]), np.concatenate([digits.y_train, y])
    photo = digits.photo_train
    if photo is not None:
        photo = np.concatenate([photo, photo.max() + 1 + np.arange(pen, dtype=photo.dtype)])
    return replace(
        digits,
        **arrays,
        photo_train=photo,
        source=f"{digits.source}; {pen:,} pen digits drawn by the package",
        sha256=sha256_of(arrays),
    )
