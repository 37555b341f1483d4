"""What each layer keeps of a picture: linear readouts (chapter ``filters``)."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike, NDArray
from threadpoolctl import threadpool_limits

from layerwise.see.layers import Array

FEATURES_AT_ONCE = 1024
"""Bounds the memory: so many features of a thousand pictures are 8 MB."""


def linear_readout(
    features: ArrayLike, targets: Mapping[str, ArrayLike], new_features: ArrayLike
) -> dict[str, NDArray[np.float64]]:
    """What a straight line can read from a layer: ridge regression of each target on the features.

    The penalty is chosen for each target from a grid of powers of ten, by generalised cross-validation (Golub, Heath
    and Wahba 1979), on the patterns that are fitted. A readout that fails does not prove that something is lost:
    it may be there in a form that no weighted sum brings out. (scikit-learn's ``RidgeCV`` finds the same numbers, but
    keeps so many copies of the features that the first convolution's do not fit into Binder's memory.)

    Parameters
    ----------
    features : array (P, ...)
        The numbers of a layer, one pattern a row, flattened here.
    targets : mapping of name to array (P,) or (P, ...)
        What shall be read; all numbers of one entry share one penalty.
    new_features : array (Q, ...)
        The same of patterns that were not fitted.

    Returns
    -------
    dict of name to array (Q,) or (Q, ...)
        The predictions for the new patterns.
    """
    X, new = (np.asarray(array).reshape(len(np.asarray(array)), -1) for array in (features, new_features))
    values = {name: np.asarray(target, float) for name, target in targets.items()}
    gram, across = _products(X, new)
    # Everything in the coordinates in which X X^T is diagonal, where each penalty costs next to nothing.
    with threadpool_limits(1):  # several threads wait for each other more than they compute
        spectrum, U = np.linalg.eigh(gram)
    spectrum = np.clip(spectrum, 0, None)
    across = across @ U
    penalties = max(spectrum.mean(), np.finfo(float).tiny) * 10.0 ** np.arange(-6, 5)
    predictions = {}
    for name, target in values.items():
        T = target.reshape(len(target), -1)
        mean = T.mean(axis=0)
        rotated = U.T @ (T - mean)
        energy = np.square(rotated).sum(axis=1)
        kept = [penalty / (spectrum + penalty) for penalty in penalties]  # the share of a residual that remains
        # The constant, fitted beside the weights, takes one direction in full: it leaves the trace.
        scores = [(energy @ share**2) / max(share.sum() - 1, 1e-12) ** 2 for share in kept]
        penalty = penalties[int(np.argmin(scores))]
        weights = rotated / (spectrum + penalty)[:, None]
        predictions[name] = (mean + across @ weights).reshape(len(new), *target.shape[1:])
    return predictions


def _products(X: Array, new: Array) -> tuple[Array, Array]:
    """X X^T and new X^T in float64, features centred at their mean over X, a few features at a time for memory."""
    gram, across = np.zeros((len(X), len(X))), np.zeros((len(new), len(X)))
    for start in range(0, X.shape[1], FEATURES_AT_ONCE):
        columns = slice(start, start + FEATURES_AT_ONCE)
        some = X[:, columns].astype(float)
        centre = some.mean(axis=0)
        some -= centre
        gram += some @ some.T
        across += (new[:, columns] - centre) @ some.T
    return gram, across
