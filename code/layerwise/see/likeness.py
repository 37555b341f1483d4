"""Pictures of the same contrast, and how alike pictures are (chapter ``filters``)."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from layerwise.see.layers import Array


def same_contrast(x: ArrayLike, deviation: float = 0.2) -> Array:
    """Each picture with its mean at middle grey and the same contrast, so that no one stands out by its light.

    Parameters
    ----------
    x : array (P, height, width, channels)
        Pictures, 0 to 1; NaN counts for nothing.
    deviation : float
        Standard deviation of the pixels, over all colours, before what leaves [0, 1] is cut off. What varies by less
        than a thousandth is not stretched that far: a picture of one colour becomes middle grey.
    """
    x = np.asarray(x)
    centred = x - np.nanmean(x, axis=(1, 2, 3), keepdims=True)
    contrast = np.maximum(np.nanstd(centred, axis=(1, 2, 3), keepdims=True), 1e-3)
    return np.clip(0.5 + deviation * centred / contrast, 0, 1)


def likeness(pictures: ArrayLike, others: ArrayLike) -> Array:
    """Correlation of the grey values of each picture with those of each other one.

    Parameters
    ----------
    pictures, others : arrays (n, height, width, channels) and (m, height, width, channels)
        Where any of them is NaN, outside what a unit sees, no one is compared.

    Returns
    -------
    array (n, m)
        From -1 to 1.
    """
    grey = [np.asarray(each, float).mean(axis=-1).reshape(len(np.asarray(each)), -1) for each in (pictures, others)]
    seen = np.isfinite(np.concatenate(grey)).all(axis=0)
    centred = [each[:, seen] - each[:, seen].mean(axis=1, keepdims=True) for each in grey]
    first, second = (each / np.linalg.norm(each, axis=1, keepdims=True) for each in centred)
    return first @ second.T
