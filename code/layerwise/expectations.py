"""How probably a fresh machine breaks an expectation, and the bounds that follow from studies.

Deep networks on another processor are new draws, as if their seeds were others. So the question to each trained
number of the book is: with what chance does a statistic of a few fresh runs leave its interval, given the runs of a
study?

**One run.** The runs of a case (function, layers, settings, data) are split in two.

*Stuck* runs answer one class, or diverged. They are atoms: their accuracy is the share of a class, or 0. The share of
runs that are stuck is a Beta distribution, Jeffreys' :math:`\\mathrm{Beta}(s + 1/2, n - s + 1/2)` for s of n, where a
study saw one. Where it saw none, a stuck run is what lies far out in the tail of the others. Where all are stuck,
nothing is known of a run that got away: it may end anywhere. All cases of that function and length are then taken
together, of 20 layers or more and on both data sets.

*Free* runs have accuracies that are modelled on the logit scale, so that 0 and 1 are never left. A resampling of what
was seen (a bootstrap) cannot reach beyond it, although the lowest of twenty new runs is below that of twenty old ones
half of the time. So:

- between the runs, the distribution's value at the j-th of n is :math:`\\mathrm{Beta}(j, n + 1 - j)`, which is the
  distribution of an order statistic's position whatever the runs' own distribution is;
- beyond the k = n/5 most extreme ones at either end, excesses are exponential (peaks over threshold). The scale is
  not known from k numbers: with the prior 1/scale it is :math:`S / \\mathrm{Gamma}(k)`, S being the sum of the k
  excesses, at least k times the resolution of one test digit. Integrated out, this is a generalized Pareto tail,
  :math:`(k + 1)/(n + 1) \\cdot (1 + t/S)^{-k}`, which is the heavier the fewer runs there are.

**A few runs.** They share what is unknown (the position, the scale, the share of stuck runs) and are independent
given it: order statistics and counts by the binomial distribution, integrated over the unknown; all else by drawing.

It is judged in ``tests/test_expectations.py``: fitted on one half of the seeds it must give the other half its due,
and so with runs that were computed with other arithmetic.
"""

import functools
import math
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.special import betainc, expit, logit

from layerwise.report import published_runs
from layerwise.results import Expectation, read_expectations
from layerwise.studies import load_record
from layerwise.sweep import EXPERIMENTS

Array = NDArray[Any]
SOURCES = ("mnist", "mnist_5000")
CHANCE = 1e-5
"""Of either side of an interval that is made from a study."""
LARGEST, LARGEST_SUM = 1e-4, 0.01
"""What a test allows: of one number, and of all numbers of a build together."""
DRAWS = 400_000
TEST_COUNTS = {
    "mnist": (980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009),
    "mnist_5000": (100,) * 10,
}
"""Test digits of each class: what a stuck network can show."""


# ---------------------------------------------------------------------------------------------------------------------
# The model of one run


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
        if not self.stuck:
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
        position = float(np.interp(at, self.free, np.arange(1, n + 1)))
        return _beta_nodes(position, n + 1 - position)

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
        if self.stuck:
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


# Sums over equal steps on a scale where the density ends fast on both sides: exact to many digits with few of them.


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


# ---------------------------------------------------------------------------------------------------------------------
# Statistics of a few fresh runs


class Statistic(Protocol):
    """A number of the book, before it is computed on a fresh machine."""

    @property
    def step(self) -> float:
        """Of made bounds."""

    @property
    def limits(self) -> tuple[float, float]:
        """What it can be at all."""

    def below(self, value: float) -> float:
        """The chance that it is less."""

    def above(self, value: float) -> float:
        """The chance that it is more."""


@dataclass(frozen=True)
class Quantile:
    """A quantile of several runs, as pandas computes it: between two of them in order, by the binomial distribution.

    The chances are exact where the quantile is one of the runs, else upper limits.
    """

    model: Model
    level: float
    runs: int
    step: float
    limits: tuple[float, float]

    def below(self, value: float) -> float:
        return _at_least(self.model.below(value), math.floor(self.level * (self.runs - 1)) + 1, self.runs)

    def above(self, value: float) -> float:
        not_above, weights = self.model.below(value, inclusive=True)
        return _at_least((1 - not_above, weights), self.runs - math.ceil(self.level * (self.runs - 1)), self.runs)


@dataclass(frozen=True)
class Count:
    """How many of several runs are below a value."""

    model: Model
    value: float
    runs: int
    step: float = 1

    @property
    def limits(self) -> tuple[float, float]:
        return 0, self.runs

    def below(self, value: float) -> float:
        not_below, weights = self.model.below(self.value)
        return _at_least((1 - not_below, weights), self.runs + 1 - math.ceil(value), self.runs)

    def above(self, value: float) -> float:
        return _at_least(self.model.below(self.value), math.floor(value) + 1, self.runs)


def _at_least(probability: tuple[Array, Array], hits: int, runs: int) -> float:
    """The chance of so many hits or more in so many runs."""
    if hits > runs:
        return 0.0
    values, weights = probability
    return float(weights @ betainc(hits, runs - hits + 1, values)) if hits > 0 else 1.0


@dataclass(frozen=True)
class Drawn:
    """Any other statistic, by drawing it."""

    draws: Array
    step: float
    limits: tuple[float, float]

    def below(self, value: float) -> float:
        return self._share(np.count_nonzero(self.draws < value - 1e-9), value > self.limits[0])

    def above(self, value: float) -> float:
        return self._share(np.count_nonzero(self.draws > value + 1e-9), value < self.limits[1])

    def _share(self, hits: int, possible: bool) -> float:
        """What was drawn never may still happen."""
        return (hits + 1) / (self.draws.size + 1) if possible else 0.0


# ---------------------------------------------------------------------------------------------------------------------
# What the studies ran

SETTINGS = ["epochs", "updates_per_epoch", "batch_size", "learning_rate", "initializer"]


@functools.cache
def runs_of(source: str) -> pd.DataFrame:
    """Every run of every study of a sweep on a data set, one row each.

    Returns
    -------
    DataFrame
        ``experiment``, ``activation``, ``layers``, ``seed``, the settings; ``accuracy`` and ``loss`` on the test digits
        after the last epoch, ``first_accuracy`` and ``first_loss`` (of the training) after the first; ``leaves``, the
        first epoch after which the accuracy is above 0.15, else one more than there are; ``stuck``, ``answer``.
    """
    frames = [load_record(name, source).frame.assign(experiment=name) for name in EXPERIMENTS]
    frame = pd.concat(frames, ignore_index=True)
    run = ["experiment", "activation", "layers", "seed"]
    frame = frame.sort_values([*run, "epoch"], kind="stable")
    first, last = (frame[frame["epoch"] == end].set_index(run) for end in (1, frame["epochs"]))
    left = frame["epoch"].where(frame["val_accuracy"] > 0.15).groupby([frame[name] for name in run]).min()
    columns = {
        "accuracy": last["val_accuracy"],
        "loss": last["val_loss"],
        "first_accuracy": first["val_accuracy"],
        "first_loss": first["loss"],
        "leaves": left.fillna(last["epochs"] + 1),
        "stuck": last["answers"] <= 1,
        "answer": last["top_answer"],
    }
    return last[SETTINGS].assign(**columns).reset_index()


def runs_of_case(experiment: str, source: str, activation: str, layers: int) -> pd.DataFrame:
    """The runs of a case of an experiment, with those of other studies that ran the same, one a seed.

    Raises
    ------
    ValueError
        If the experiment has no such case.
    """
    runs = runs_of(source).query("activation == @activation and layers == @layers")
    own = runs[runs["experiment"] == experiment]
    if own.empty:
        raise ValueError(f"the experiment {experiment!r} has no runs of {activation} at {layers} layers on {source}")
    alike = (runs[SETTINGS] == own[SETTINGS].iloc[0]).all(axis=1)
    return runs[alike].drop_duplicates("seed")


FEATURES = {  # resolution, and whether it is a fraction
    "accuracy": (None, True),
    "first_accuracy": (None, True),
    "loss": (1e-6, False),
    "first_loss": (1e-6, False),
    "leaves": (1.0, False),
}


@functools.cache
def model_of_case(experiment: str, source: str, activation: str, layers: int, feature: str = "accuracy") -> Model:
    """The model of one number (of `runs_of`) of a case."""
    runs = runs_of_case(experiment, source, activation, layers)
    digit, fraction = FEATURES[feature]
    total = sum(TEST_COUNTS[source])
    if feature != "accuracy":
        values = runs[feature].to_numpy(float)
        stuck = ~np.isfinite(values)
        return fit(np.where(stuck, 1e9, values), digit=digit or 1 / total, stuck=stuck, fraction=fraction)
    stuck = runs["stuck"].to_numpy()
    evidence = _evidence(runs.iloc[0]) if stuck.all() else None
    shares = np.array(TEST_COUNTS[source]) / total
    return fit(runs["accuracy"], digit=1 / total, stuck=stuck, evidence=evidence, atoms=shares if stuck.any() else ())


def _evidence(case: pd.Series) -> tuple[float, float]:
    """How many runs of deep cases like this one are stuck, over those cases in which all are."""
    count = 0
    for source in SOURCES:
        runs = runs_of(source)
        alike = runs["activation"].eq(case["activation"]) & runs["layers"].ge(min(20, case["layers"]))
        alike &= runs["initializer"].eq(case["initializer"]) & runs["epochs"].eq(case["epochs"])
        runs = runs[alike].drop_duplicates(["layers", "seed", "learning_rate"])
        of_case = runs.groupby(["layers", "learning_rate"])["stuck"]
        count += int(of_case.size()[of_case.all()].sum())
    return float(count), float(count)


# ---------------------------------------------------------------------------------------------------------------------
# The statistics that expectations name

LEVELS = {"min": 0.0, "first quarter": 0.25, "median": 0.5, "third quarter": 0.75, "max": 1.0}
_CASE = r", (?P<activation>[^,]+), (?P<layers>\d+) layers"
_QUANTILE = re.compile(rf"(?P<level>{'|'.join(LEVELS)})(?: (?P<feature>\w+))? of (?P<runs>\d+){_CASE}")
_COUNT = re.compile(rf"runs below (?P<value>[\d.]+) of (?P<runs>\d+){_CASE}")
_FIVE = 5
CASES = [(activation, layers) for activation in ("relu", "tanh", "sigmoid") for layers in (5, 20, 40)]


@functools.cache
def statistic(study: str, source: str) -> Statistic:
    """What an expectation's ``study`` says, as ``experiment: statistic``.

    Statistics are ``median of 5, relu, 20 layers`` (also ``min``, ``max``, ``first quarter``, ``third quarter``; before
    ``of`` may stand a number of :func:`runs_of` other than the accuracy), ``runs below 0.5 of 20, tanh, 40 layers``,
    and those of `NAMED`.

    Raises
    ------
    ValueError
        If it cannot be read.
    """
    experiment, _, words = study.partition(": ")
    if experiment in EXPERIMENTS:
        if named := _QUANTILE.fullmatch(words):
            feature = named["feature"] or "accuracy"
            model = model_of_case(experiment, source, named["activation"], int(named["layers"]), feature)
            step, limits = {"loss": (1e-4, (0.0, 1e3)), "leaves": (1.0, (1.0, 100.0))}.get(feature, (1e-3, (0.0, 1.0)))
            return Quantile(model, LEVELS[named["level"]], int(named["runs"]), step, limits)
        if counted := _COUNT.fullmatch(words):
            model = model_of_case(experiment, source, counted["activation"], int(counted["layers"]))
            return Count(model, float(counted["value"]), int(counted["runs"]))
        for pattern, make in NAMED.items():
            if named := re.fullmatch(pattern, study):
                return make(source, *named.groups())
    raise ValueError(f"study {study!r} is no statistic that layerwise.expectations knows")


def _fresh(source: str, experiment: str, activation: str, layers: int, feature: str = "accuracy") -> Array:
    """Five fresh runs, drawn again and again: shape (DRAWS, 5)."""
    model = model_of_case(experiment, source, activation, layers, feature)
    name = f"{source} {experiment} {activation} {layers} {feature}"
    return model.draw(np.random.default_rng(list(name.encode())), DRAWS, _FIVE)


def _ranges(source: str) -> Iterator[tuple[Array, Array, float]]:
    """Smallest and largest of five runs of each case of the grid, and the report's number."""
    report = published_runs().query("source == 'notebook' and epoch == 3").set_index(["activation", "layers"])
    for activation, layers in CASES:
        drawn = _fresh(source, "grid", activation, layers)
        yield drawn.min(axis=1), drawn.max(axis=1), report.loc[(activation, layers), "val_accuracy"]


def _within(source: str) -> Statistic:
    inside = sum((low <= report) & (report <= high) for low, high, report in _ranges(source))
    return Drawn(np.asarray(inside), 1, (0, len(CASES)))


def _outside(source: str) -> Statistic:
    worst = np.max([np.maximum(low - report, report - high) for low, high, report in _ranges(source)], axis=0)
    return Drawn(np.maximum(worst, 0), 1e-3, (0, 1))


def _stuck(source: str, answer: str | None = None) -> Statistic:
    """How many of the grid's 45 runs answer one class (or answer 1)."""
    random = np.random.default_rng(0)
    total = np.zeros(DRAWS)
    for activation, layers in CASES:
        runs = runs_of_case("grid", source, activation, layers)
        model = model_of_case("grid", source, activation, layers)
        if model.stuck:
            share = random.beta(model.stuck + 0.5, model.count - model.stuck + 0.5, DRAWS)
            if answer is not None:
                ones = int((runs["stuck"] & runs["answer"].eq(int(answer))).sum())
                share *= random.beta(ones + 0.05, runs["stuck"].sum() - ones + 0.45, DRAWS)
            total += random.binomial(_FIVE, share)
    return Drawn(total, 1, (0, _FIVE * len(CASES)))


def _deep_sigmoid(source: str) -> Statistic:
    model = model_of_case("grid", source, "sigmoid", 40)
    random = np.random.default_rng(0)
    share = random.beta(model.stuck + 0.5, model.count - model.stuck + 0.5, DRAWS)
    return Drawn(random.binomial(2 * _FIVE, share), 1, (0, 2 * _FIVE))


def _share_of_pairs(source: str) -> Statistic:
    tanh, relu = (_fresh(source, "grid", name, 5) for name in ("tanh", "relu"))
    tanh, relu = tanh[:, :, None], relu[:, None, :]
    return Drawn(((tanh > relu) + (tanh == relu) / 2).mean(axis=(1, 2)), 0.01, (0, 1))


def _gains(source: str, layers: int, feature: str = "accuracy") -> Array:
    """By how much LeCun's tanh is above tanh, in five pairs.

    Runs of a pair start alike, and are drawn as if they did not: where they resemble each other, gains scatter less.
    """
    scaled = _fresh(source, "lecun_tanh", "lecun_tanh", layers, feature)
    return scaled - _fresh(source, "grid", "tanh", layers, feature)


def _better(source: str, layers: str) -> Statistic:
    return Drawn((_gains(source, int(layers)) > 1e-9).sum(axis=1), 1, (0, _FIVE))


def _gain(source: str, layers: str) -> Statistic:
    return Drawn(100 * np.median(_gains(source, int(layers)), axis=1), 0.1, (-100, 100))


def _first(source: str, feature: str, sign: int) -> Statistic:
    wins = sum((sign * _gains(source, layers, feature) > 1e-9).sum(axis=1) for layers in (5, 20, 40))
    return Drawn(np.asarray(wins), 1, (0, 3 * _FIVE))


NAMED: dict[str, Callable[..., Statistic]] = {
    r"grid: cases whose range holds the report's number": _within,
    r"grid: distance of the report's numbers from the ranges": _outside,
    r"grid: stuck runs": _stuck,
    r"grid: stuck runs that answer (\d)": _stuck,
    r"grid: stuck runs of sigmoid at 20 and 40 layers": _deep_sigmoid,
    r"grid: pairs in which tanh is above relu, 5 layers": _share_of_pairs,
    r"lecun_tanh: pairs of 5 above tanh, (\d+) layers": _better,
    r"lecun_tanh: median gain of 5 over tanh, (\d+) layers": _gain,
    r"lecun_tanh: first losses of 15 below tanh": lambda source: _first(source, "first_loss", -1),
    r"lecun_tanh: first accuracies of 15 above tanh": lambda source: _first(source, "first_accuracy", 1),
}


# ---------------------------------------------------------------------------------------------------------------------
# The files of expectations


@dataclass(frozen=True)
class Chance:
    """With what chance a fresh machine breaks one expectation."""

    chapter: str
    name: str
    text: str
    study: str
    made: bool
    chance: float


def chances(source: str, folder: Path) -> list[Chance]:
    """Of each expectation on a data set that names a study.

    Parameters
    ----------
    source : str
        Key of the data.
    folder : Path
        Of the YAML files, one a chapter.

    Raises
    ------
    ValueError
        If a study cannot be read.
    """
    found = []
    for path in sorted(folder.glob("*.yml")):
        for name, expected in read_expectations(path).get(source, {}).items():
            if expected.study is not None and expected.bounds is not None:
                chance = chance_of(expected, source)
                found.append(Chance(path.stem, name, expected.text, expected.study, expected.claim is None, chance))
    return found


def chance_of(expected: Expectation, source: str) -> float:
    """With what chance a fresh machine breaks an expectation that has bounds and a study."""
    of = statistic(expected.study or "", source)
    low, high = expected.bounds or of.limits
    return of.below(max(low, of.limits[0])) + of.above(min(high, of.limits[1]))


def made_bounds(study: str, source: str) -> tuple[float, float]:
    """Bounds that a statistic leaves with a chance of `CHANCE` on either side, on the grid of its step.

    Those of fractional numbers lie half a step further out, where the last bit of a number does not decide.
    """
    of = statistic(study, source)
    margin = 0.0 if of.step == 1 else of.step / 2
    low, high = (round(limit / of.step) for limit in of.limits)
    lower = _last(low, high, lambda i: of.below(i * of.step) <= CHANCE) * of.step - margin
    upper = -_last(-high, -low, lambda i: of.above(-i * of.step) <= CHANCE) * of.step + margin
    return round(max(lower, of.limits[0]), 6), round(min(upper, of.limits[1]), 6)


def _last(start: int, end: int, holds: Callable[[int], bool]) -> int:
    """The last whole number from `start` to `end` for which a condition holds that holds for all before it."""
    while start < end:
        middle = (start + end + 1) // 2
        start, end = (middle, end) if holds(middle) else (start, middle - 1)
    return start


_LINE = re.compile(r'(?P<head>  \w+: \{between: )\[[^]]*\](?P<tail>, study: "(?P<study>[^"]+)"\}.*)')


def rewritten(text: str) -> str:
    """A file of expectations with the bounds that are made from studies; every other line stays as it is."""
    source, lines = "", []
    for line in text.splitlines(keepends=True):
        if section := re.match(r"(\w+):\s", line):
            source = section[1]
        made = _LINE.fullmatch(line.rstrip("\n"))
        if made and source in SOURCES:
            low, high = made_bounds(made["study"], source)
            line = f"{made['head']}[{low:.8g}, {high:.8g}]{made['tail']}\n"
        lines.append(line)
    return "".join(lines)
