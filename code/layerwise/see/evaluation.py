"""What trained networks answered: accuracy, differences, calibration (chapter ``svhn_cnn``)."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from layerwise.data.digits import Digits
from layerwise.keep.records import Record

Array = NDArray[Any]


def accuracy_by_seed(record: Record) -> pd.DataFrame:
    """Accuracy of each variant, as a table with one row per variant and one column per seed, and their median."""
    table = record.tables["runs"].pivot(index="variant", columns="seed", values="accuracy")
    table = table.loc[record.tables["runs"]["variant"].unique()]
    table["median"] = table.median(axis=1)
    return table


@dataclass(frozen=True)
class Difference:
    """By how much one network reads more digits than another.

    Attributes
    ----------
    mean : float
        Difference of the accuracies, mean over the seeds.
    each : tuple of float
        The same of each seed.
    low, high : float
        The 95 % interval.
    """

    mean: float
    each: tuple[float, ...]
    low: float
    high: float


def paired_difference(better: Record, worse: Record, *, draws: int = 10_000, seed: int = 0) -> Difference:
    """How much better one record's network is on the test digits, digit by digit and seed by seed.

    The interval is a bootstrap (Efron 1979): photographs are drawn with replacement, for neighbours in one photograph
    are right or wrong together, and so are the seeds; 95 % of the differences found that way lie in it.

    Parameters
    ----------
    better, worse : Record
        With ``answers`` on the same test digits, from the same seeds.
    draws : int
    seed : int
        Of the draws.

    Raises
    ------
    ValueError
        If the test digits or the seeds are not the same.
    """
    first, second = better.tables["answers"], worse.tables["answers"]
    if better.data_sha256 != worse.data_sha256 or list(first) != list(second):
        raise ValueError(f"{better.name} and {worse.name} cannot be paired: expected the same test digits and seeds")
    names = [column for column in first.columns if str(column).startswith("answer_")]
    label = first[["label"]].to_numpy()
    gained = (first[names].to_numpy() == label).astype(float) - (second[names].to_numpy() == label)
    photo = first["photo"].to_numpy()
    group = np.unique(photo, return_inverse=True)[1] if photo.min() >= 0 else np.arange(len(photo))
    sums = np.stack([np.bincount(group, column) for column in gained.T], axis=1)  # photographs x seeds
    sizes = np.bincount(group)

    rng = np.random.default_rng(seed)
    times = rng.multinomial(len(sizes), np.full(len(sizes), 1 / len(sizes)), size=draws)
    seeds = rng.multinomial(len(names), np.full(len(names), 1 / len(names)), size=draws) / len(names)
    found = ((times @ sums) * seeds).sum(axis=1) / (times @ sizes)
    low, high = np.quantile(found, (0.025, 0.975))
    each = gained.mean(axis=0)
    return Difference(float(each.mean()), tuple(map(float, each)), float(low), float(high))


def unseen(digits: Digits) -> tuple[Array, Array]:
    """The test digits that the shipped weights have not learned from.

    Returns
    -------
    x, y
        Pictures (P, 32, 32, 3) and labels (P,): all test digits, but of the official SVHN those from the 10,001st on.
        The sample that the weights were trained on is the first 10,000 of that test set.
    """
    first = 10_000 if digits.key == "svhn" else 0
    return digits.x_test[first:], digits.y_test[first:]


def calibration(labels: ArrayLike, answers: ArrayLike, confidence: ArrayLike, *, bins: int = 10) -> pd.DataFrame:
    """Whether a network is right as often as it claims (Guo et al. 2017).

    Parameters
    ----------
    labels, answers : int array (P,)
    confidence : array (P,)
        Probability that the network gave its answer, 0 to 1.
    bins : int
        Bins of equal width from 0 to 1.

    Returns
    -------
    DataFrame
        One row per bin that holds digits: ``low``, ``high``, ``digits``, ``confidence`` (mean), ``accuracy``.
    """
    confidence = np.asarray(confidence, float)
    place = np.minimum((confidence * bins).astype(int), bins - 1)
    table = pd.DataFrame({"bin": place, "confidence": confidence, "hit": np.asarray(labels) == np.asarray(answers)})
    found = table.groupby("bin").agg(
        digits=("hit", "size"), confidence=("confidence", "mean"), accuracy=("hit", "mean")
    )
    edges = pd.DataFrame({"low": found.index / bins, "high": (found.index + 1) / bins}, index=found.index)
    return pd.concat([edges, found], axis=1).reset_index(drop=True)
