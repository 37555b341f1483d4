"""What each layer keeps of a picture: linear readouts (chapter ``filters``)."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike, NDArray
from threadpoolctl import threadpool_limits

from layerwise.see.filters import FEATURES_AT_ONCE
from layerwise.see.layers import Array


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

    Raises
    ------
    ValueError
        If there are fewer than three patterns, numbers of rows or features do not fit, or a number is not finite.
    """
    X, new = (np.asarray(array).reshape(len(np.asarray(array)), -1) for array in (features, new_features))
    values = {name: np.asarray(target, float) for name, target in targets.items()}
    if len(X) < 3 or X.shape[1] != new.shape[1]:
        raise ValueError(
            f"features have shape {X.shape} and new_features {new.shape}, flattened; expected at least three patterns "
            "and the same number of features in both"
        )
    for name, target in values.items():
        if target.shape[:1] != (len(X),):
            raise ValueError(f"{name} has shape {target.shape}; expected a row for each of the {len(X)} patterns")
    if not all(np.isfinite(array).all() for array in (X, new, *values.values())):
        raise ValueError("features, new_features and targets must be finite; found NaN or an infinite number")

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


def explained_share(truth: ArrayLike, predicted: ArrayLike) -> float:
    """The share of the variance of ``truth`` that the prediction explains, over all its columns (R squared).

    1 is a perfect prediction, 0 no better than the mean of ``truth``; worse is negative.

    Raises
    ------
    ValueError
        If the shapes differ or ``truth`` does not vary.
    """
    truth, predicted = np.asarray(truth, float), np.asarray(predicted, float)
    if truth.shape != predicted.shape or not truth.size:
        raise ValueError(f"truth has shape {truth.shape} and predicted {predicted.shape}; expected the same")
    total = np.square(truth - truth.mean(axis=0)).sum()
    if not total > 0:
        raise ValueError("truth is the same in every row, so there is no variance to explain")
    return float(1 - np.square(truth - predicted).sum() / total)
