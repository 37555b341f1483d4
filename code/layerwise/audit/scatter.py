r"""How trained networks scatter: what a few fresh runs may show, given the runs of a study.

Deep networks on another processor are new draws, as if their seeds were others. So the question to each trained
number of the book is: with what chance does a statistic of a few fresh runs leave its interval, given the runs of a
study?

**One run.** The runs of a case (function, layers, settings, data) are split in two.

*Stuck* runs answer one class, or diverged. They are atoms: their accuracy is the share of a class, or 0. The share of
runs that are stuck is a Beta distribution, Jeffreys' :math:`\mathrm{Beta}(s + 1/2, n - s + 1/2)` for s of n. To get
stuck, or to get away, is another event than to be a little worse or better: no tail of the others can tell its chance.
Where none of the runs is stuck, or all are, cases that are alike in this count together, those of both data sets too:
shallow ones with shallow ones, deep ones (20 layers or more) with those of the same function and initial weights. Where
all are stuck, nothing is known of a run that got away: it may end anywhere.

*Free* runs have accuracies that are modelled on the logit scale, so that 0 and 1 are never left. A resampling of what
was seen (a bootstrap) cannot reach beyond it, although the lowest of twenty new runs is below that of twenty old ones
half of the time. So:

- between the runs, the distribution's value at the j-th of n is :math:`\mathrm{Beta}(j, n + 1 - j)`, which is the
  distribution of an order statistic's position whatever the runs' own distribution is;
- beyond the k = n/5 most extreme ones at either end, excesses are exponential (peaks over threshold). The scale is
  not known from k numbers: with the prior 1/scale it is :math:`S / \mathrm{Gamma}(k)`, S being the sum of the k
  excesses, at least k times the resolution of one test digit. Integrated out, this is a generalized Pareto tail,
  :math:`(k + 1)/(n + 1) \cdot (1 + t/S)^{-k}`, which is the heavier the fewer runs there are.

**A few runs.** They share what is unknown (the position, the scale, the share of stuck runs) and are independent
given it: order statistics and counts by the binomial distribution, integrated over the unknown; all else by drawing.

It is judged in ``tests/audit/test_chances.py``: fitted on one half of the seeds it must give the other half its due,
and so with runs that were computed with other arithmetic.
"""

import functools
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import betainc, expit, logit

Array = NDArray[Any]


@dataclass(frozen=True)
class Model:
    """One number of a run, such as its accuracy, as the runs of a study tell it.

    Attributes
    ----------
    free : array
        What the runs show that are not stuck, sorted, on the scale of `to_scale`; ties spread over their digit.
    stuck, count : float
        How many of how many runs are stuck.
    atoms, shares : array
        What stuck runs show, and how often each.
    digit : float
        The resolution, such as one test digit.
    fraction : bool
        Between 0 and 1, modelled on the logit scale.
    """

    free: Array
    stuck: float
    count: float
    atoms: Array
    shares: Array
    digit: float
    fraction: bool

    @property
    def tail(self) -> int:
        """How many runs tell the tail."""
        return max(1, round(self.free.size / 5))

    def to_scale(self, values: ArrayLike) -> Array:
        """From a number to the scale on which its tails are exponential."""
        return _to_scale(values, self.digit, self.fraction)

    def from_scale(self, values: Array) -> Array:
        """The way back."""
        return expit(values) if self.fraction else values

    def excess(self, upper: bool) -> tuple[float, float]:
        """Where a tail begins, and the sum of the excesses over it, not below one digit a run."""
        ends = -self.free[::-1] if upper else self.free
        threshold = ends[self.tail]
        at = self.from_scale(np.array(-threshold if upper else threshold))
        least = abs(float(self.to_scale(at + self.digit) - self.to_scale(at)))
        total = max(float(np.sum(threshold - ends[: self.tail])), self.tail * least)
        return float(-threshold if upper else threshold), total

    def below(self, value: float, *, inclusive: bool = False) -> tuple[Array, Array]:
        """The probability that a run shows less than `value`: what it may be, and the weight of each possibility."""
        steps = value / self.digit
        edge = (math.floor(steps + 1e-6) + 0.5) if inclusive else (math.ceil(steps - 1e-6) - 0.5)
        free, weights = self._free_below(edge * self.digit)
        if not self.atoms.size:
            return free, weights
        atoms = float(self.shares[self.atoms < edge * self.digit].sum())
        share, share_weights = _beta_nodes(self.stuck + 0.5, self.count - self.stuck + 0.5)
        probabilities = share[:, None] * atoms + (1 - share[:, None]) * free[None, :]
        return probabilities.ravel(), np.outer(share_weights, weights).ravel()

    def _free_below(self, value: float) -> tuple[Array, Array]:
        n, k = self.free.size, self.tail
        if self.fraction and not 0 < value < 1:
            return np.array([float(value >= 1)]), np.ones(1)
        if n < 2:  # nothing is known of them
            return np.array([value]), np.ones(1)
        at = float(self.to_scale(value))
        for upper in (False, True):
            threshold, total = self.excess(upper)
            beyond = at - threshold if upper else threshold - at
            if beyond > 0:
                position, position_weights = _beta_nodes(k + 1, n - k)
                precision, precision_weights = _gamma_nodes(k)
                tail = position[:, None] * np.exp(-beyond * precision[None, :] / total)
                return (1 - tail if upper else tail).ravel(), np.outer(position_weights, precision_weights).ravel()
        between = float(np.interp(at, self.free, np.arange(1, n + 1)))
        return _beta_nodes(between, n + 1 - between)

    def draw(self, random: np.random.Generator, draws: int, runs: int) -> Array:
        """Fresh runs, shape (draws, runs); those of one draw share what is unknown."""
        n, k = self.free.size, self.tail
        if n < 2:
            values = random.random((draws, runs))
        else:
            gaps = random.standard_exponential((draws, n + 1))
            ends = np.cumsum(gaps, axis=1)
            ends /= ends[:, -1:]
            where, values = random.random((draws, runs)), np.empty((draws, runs))
            scales = [self.excess(upper) for upper in (False, True)]
            precision = [random.gamma(k, size=draws) for _ in scales]
            for run in range(runs):
                gap = (ends < where[:, [run]]).sum(axis=1)
                left = self.free[np.clip(gap - 1, 0, n - 1)]
                right = self.free[np.clip(gap, 0, n - 1)]
                inside = left + (right - left) * random.random(draws)
                for upper, (threshold, total), scale in zip((False, True), scales, precision, strict=True):
                    excess = random.standard_exponential(draws) * total / scale
                    if upper:
                        inside = np.where(gap >= n - k, threshold + excess, inside)
                    else:
                        inside = np.where(gap <= k, threshold - excess, inside)
                values[:, run] = self.from_scale(inside)
        values = np.round(values / self.digit) * self.digit
        if self.atoms.size:
            share = random.beta(self.stuck + 0.5, self.count - self.stuck + 0.5, size=(draws, 1))
            stuck = random.random((draws, runs)) < share
            values[stuck] = random.choice(self.atoms, size=int(stuck.sum()), p=self.shares)
        return values


def fit(
    values: ArrayLike,
    *,
    digit: float,
    stuck: ArrayLike | None = None,
    fraction: bool = True,
    evidence: tuple[float, float] | None = None,
    atoms: ArrayLike = (),
) -> Model:
    """The model of one number of a run.

    Parameters
    ----------
    values : array (runs,)
        What the runs of a study show.
    digit : float
        The resolution.
    stuck : array of bool (runs,), optional
        Which of them are stuck.
    fraction : bool
        Whether the number lies between 0 and 1.
    evidence : (stuck, runs), optional
        How many of how many are stuck, where it is known from more runs than these.
    atoms : array, optional
        What a stuck run may show although none did; together they count as half a run.
    """
    values, possible = np.asarray(values, dtype=float), np.asarray(atoms, dtype=float)
    which = np.zeros(values.size, dtype=bool) if stuck is None else np.asarray(stuck, dtype=bool)
    shown = np.sort(values[~which])
    _, first, times = np.unique(shown, return_index=True, return_counts=True)
    place = np.arange(shown.size) - np.repeat(first, times)
    shown = shown + digit * ((place + 0.5) / np.repeat(times, times) - 0.5)
    weights = np.concatenate([np.ones(which.sum()), np.full(possible.size, 0.5 / max(possible.size, 1))])
    counts = (float(which.sum()), float(values.size)) if evidence is None else evidence
    possible = np.concatenate([values[which], possible])
    return Model(_to_scale(shown, digit, fraction), *counts, possible, weights / weights.sum(), digit, fraction)


def _to_scale(values: ArrayLike, digit: float, fraction: bool) -> Array:
    values = np.asarray(values, dtype=float)
    return logit(np.clip(values, digit / 4, 1 - digit / 4)) if fraction else values


@functools.lru_cache(4096)
def _beta_nodes(a: float, b: float) -> tuple[Array, Array]:
    """Values of a Beta(a, b) and their weights."""
    width = math.sqrt(1 / a + 1 / b)
    t = np.arange(math.log(a / b) - 36 / a - 3 * width, math.log(a / b) + 36 / b + 3 * width, width / 2)
    return _weighted(expit(t), -a * np.logaddexp(0, -t) - b * np.logaddexp(0, t))


@functools.lru_cache(64)
def _gamma_nodes(k: int) -> tuple[Array, Array]:
    """Values of a Gamma(k) and their weights."""
    t = np.arange(math.log(k) - 36 / k - 1, math.log(k + 9 * math.sqrt(k) + 30), 0.5 / math.sqrt(k))
    return _weighted(np.exp(t), k * t - np.exp(t))


def _weighted(values: Array, log_density: Array) -> tuple[Array, Array]:
    weights = np.exp(log_density - log_density.max())
    kept = weights > 1e-13
    return values[kept], weights[kept] / weights[kept].sum()


@dataclass(frozen=True)
class Statistic:
    """A number of the book, before it is computed on a fresh machine.

    Attributes
    ----------
    below, above : callable
        The chance that it is less, or more, than a value.
    step : float
        Of made bounds.
    limits : (float, float)
        What it can be at all.
    """

    below: Callable[[float], float]
    above: Callable[[float], float]
    step: float
    limits: tuple[float, float]


def quantile(model: Model, level: float, runs: int, step: float, limits: tuple[float, float]) -> Statistic:
    """A quantile of several runs, as pandas computes it: between two of them in order, by the binomial distribution.

    The chances are exact where the quantile is one of the runs, else upper limits.
    """

    def above(value: float) -> float:
        not_above, weights = model.below(value, inclusive=True)
        return _at_least((1 - not_above, weights), runs - math.ceil(level * (runs - 1)), runs)

    hits = math.floor(level * (runs - 1)) + 1
    return Statistic(lambda value: _at_least(model.below(value), hits, runs), above, step, limits)


def count_below(model: Model, threshold: float, runs: int) -> Statistic:
    """How many of several runs are below a value."""
    probabilities, weights = model.below(threshold)
    return Statistic(
        lambda value: _at_least((1 - probabilities, weights), runs + 1 - math.ceil(value), runs),
        lambda value: _at_least((probabilities, weights), math.floor(value) + 1, runs),
        1,
        (0, runs),
    )


def _at_least(probability: tuple[Array, Array], hits: int, runs: int) -> float:
    """The chance of so many hits or more in so many runs."""
    if hits > runs:
        return 0.0
    values, weights = probability
    return float(weights @ betainc(hits, runs - hits + 1, np.clip(values, 0, 1))) if hits > 0 else 1.0


def drawn(draws: Array, step: float, limits: tuple[float, float]) -> Statistic:
    """Any other statistic, by drawing it; what was never drawn may still happen."""

    def share(hits: Array, possible: bool) -> float:
        return (np.count_nonzero(hits) + 1) / (draws.size + 1) if possible else 0.0

    return Statistic(
        lambda value: share(draws < value - 1e-9, value > limits[0]),
        lambda value: share(draws > value + 1e-9, value < limits[1]),
        step,
        limits,
    )
