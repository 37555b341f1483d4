"""What trained networks answered: accuracy, differences, calibration (chapter ``svhn_cnn``)."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import minimize_scalar
from scipy.special import logsumexp
from scipy.stats import t as student

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
    digits_error : float
        Standard error of the mean that comes from the choice of the test digits.
    low, high : float
        The 95 % interval.
    """

    mean: float
    each: tuple[float, ...]
    digits_error: float
    low: float
    high: float


def paired_difference(better: Record, worse: Record) -> Difference:
    """How much better one record's network is on the test digits, digit by digit and seed by seed.

    Two things make the mean uncertain: which digits were tested (photographs are taken whole, for the digits of one are
    right or wrong together), and which seeds were drawn. Each has Student's interval, and the squares of their half
    widths are added (Zou and Donner 2008): the whole is never narrower than few seeds make it. With one seed it speaks
    of the digits alone.

    Parameters
    ----------
    better, worse : Record
        With ``answers`` on the same test digits, from the same seeds.

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
    each, mean = gained.mean(axis=0), float(gained.mean())
    photo = first["photo"].to_numpy()
    group = np.unique(photo, return_inverse=True)[1] if photo.min() >= 0 else np.arange(len(photo))
    excess = np.bincount(group, gained.mean(axis=1) - mean)  # of each photograph
    groups, seeds = len(excess), len(each)
    of_digits = np.sqrt(groups / (groups - 1) * np.square(excess).sum()) / len(gained)
    of_seeds = each.std(ddof=1) / np.sqrt(seeds) if seeds > 1 else 0.0
    half = float(np.hypot(student.ppf(0.975, groups - 1) * of_digits, student.ppf(0.975, max(seeds - 1, 1)) * of_seeds))
    return Difference(mean, tuple(map(float, each)), float(of_digits), mean - half, mean + half)


def losses(record: Record, reference: str, digits_error: float) -> pd.DataFrame:
    """What each variant loses against one that all are compared with, and whether that is more than chance.

    A loss is called safe if it exceeds Student's t times its standard error. In the error are the scatter of the seeds,
    pooled over all variants, of the variant and of the reference, and the choice of the digits. The level, 5 % for the
    whole table, is divided by the number of variants (Bonferroni), which also covers that they share one reference.

    Parameters
    ----------
    record : Record
        With ``runs``: every variant from the same seeds.
    reference : str
        The variant that has lost nothing.
    digits_error : float
        Standard error of a difference of two accuracies that comes from the choice of the digits.

    Returns
    -------
    DataFrame
        One row per variant, the largest loss first: ``parameters``, ``loss`` (mean over the seeds, as a share of the
        digits), ``safe``, ``least`` and ``most`` (of the seeds).
    """
    runs = record.tables["runs"].pivot(index="variant", columns="seed", values="accuracy")
    variants, seeds = runs.shape
    freedom = variants * (seeds - 1)
    scatter = runs.var(axis=1).mean()
    loss = (runs.loc[reference] - runs).drop(reference)
    limit = student.ppf(1 - 0.025 / len(loss), freedom) * np.sqrt(2 * scatter / seeds + digits_error**2)
    table = pd.DataFrame(
        {
            "parameters": record.tables["runs"].groupby("variant")["parameters"].first()[loss.index],
            "loss": loss.mean(axis=1),
            "safe": loss.mean(axis=1) > limit,
            "least": loss.min(axis=1),
            "most": loss.max(axis=1),
        }
    )
    return table.sort_values("loss", ascending=False, kind="stable")


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


def calibration_error(table: pd.DataFrame) -> float:
    """By how much confidence and accuracy differ, mean over the answers (expected calibration error, Guo et al. 2017).

    Parameters
    ----------
    table : DataFrame
        See :func:`calibration`.
    """
    return float(np.average((table["confidence"] - table["accuracy"]).abs(), weights=table["digits"]))


def fitted_temperature(probabilities: ArrayLike, labels: ArrayLike) -> float:
    """The temperature T for which the softmax of inputs ν/T gives the labels the highest likelihood (Guo et al. 2017).

    Parameters
    ----------
    probabilities : array (P, K)
        Of digits that were not learned from. Their logarithms are ν but for a constant in each row, which no softmax
        sees.
    labels : int array (P,)

    Returns
    -------
    float
        Between 0.1 and 10; below 1 where the network claimed too little.
    """
    nu = np.log(np.maximum(np.asarray(probabilities, float), np.finfo(np.float32).tiny))
    of_label = nu[np.arange(len(nu)), labels]

    def loss(log_temperature: float) -> float:
        beta = np.exp(-log_temperature)
        return float((logsumexp(beta * nu, axis=1) - beta * of_label).mean())

    return float(np.exp(minimize_scalar(loss, bounds=np.log((0.1, 10)), method="bounded").x))
