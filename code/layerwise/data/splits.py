"""The training digits cut in two: what a network learns from, and what it is chosen by."""

import numpy as np
import numpy.typing as npt

from layerwise.data.digits import Digits

VALIDATION_RUNS = 20
"""Into how many runs of neighbouring rows a validation part falls where no photograph numbers are known."""


def split_by_photo(
    digits: Digits, fraction: float = 0.1, seed: int = 0
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Cut a validation part off the training set, every photograph on one side only (chapter *data*).

    Crops of one photograph share digits at their margins, paint and light: a network that has learned from one of
    them is not tested by another. Photographs are drawn at random until their digits make up the fraction. Classes are
    not balanced; their shares in both parts are those of a random draw.

    Where no photograph numbers are known, as in the official files, twenty runs of neighbouring rows are drawn
    instead. The official test set keeps the digits of a photograph together, so that a cut can divide no more than the
    two photographs at the ends of a run.

    Parameters
    ----------
    digits : Digits
    fraction : float
        Share of the training digits that goes to validation, between 0 and 1; exceeded by no more than one photograph
        or run.
    seed : int

    Returns
    -------
    training, validation : int64 arrays
        Row numbers of ``digits.x_train``, ascending; together every row once.

    Raises
    ------
    ValueError
        If the fraction is not between 0 and 1, or there are too few photographs for both parts.
    """
    if not 0 < fraction < 1:
        raise ValueError(f"the fraction for validation must lie between 0 and 1, but got {fraction}")
    count = len(digits.y_train)
    photo = digits.photo_train
    if photo is None:
        photo = np.arange(count, dtype=np.int32) // max(1, round(fraction * count / VALIDATION_RUNS))
    numbers, sizes = np.unique(photo, return_counts=True)
    order = np.random.default_rng(seed).permutation(len(numbers))
    drawn = order[: 1 + np.searchsorted(sizes[order].cumsum(), fraction * count)]
    if len(drawn) == len(numbers):
        raise ValueError(
            f"{len(numbers)} photographs cannot be split: a share of {fraction} for validation takes all of them"
        )
    validation = np.isin(photo, numbers[drawn])
    return np.flatnonzero(~validation), np.flatnonzero(validation)
