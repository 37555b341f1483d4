"""How probably a fresh machine breaks an expectation, and the bounds that follow from studies.

An expectation names a statistic of a study (`statistic`). The model of :mod:`layerwise.audit.scatter` gives the chance
that it leaves its interval, and where a sentence makes no claim, the interval: ``python -m layerwise expectations``.
"""

import functools
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from layerwise.audit.published import published_runs
from layerwise.audit.scatter import Model, Statistic, count_below, drawn, fit, quantile
from layerwise.depth.sweeps import EXPERIMENTS
from layerwise.keep.expectations import Expectation, read_expectations
from layerwise.keep.records import load_record

Array = NDArray[Any]


SOURCES = ("mnist", "mnist_5000")


CHANCE = 1e-5
"""Of either side of an interval that is made from a study."""


DRAWS = 200_000


DEEP = 20


TEST_COUNTS = {
    "mnist": (980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009),
    "mnist_5000": (100,) * 10,
}
"""Test digits of each class: what a stuck network can show."""


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
    left = frame["epoch"].where(frame["test_accuracy"] > 0.15).groupby([frame[name] for name in run]).min()
    columns = {
        "accuracy": last["test_accuracy"],
        "loss": last["test_loss"],
        "first_accuracy": first["test_accuracy"],
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
    evidence = _evidence(runs.iloc[0]) if stuck.all() or not stuck.any() else None
    shows = [0, *(count / total for count in TEST_COUNTS[source])]  # a run that diverged shows 0
    return fit(runs["accuracy"], digit=1 / total, stuck=stuck, evidence=evidence, atoms=shows)


def _evidence(case: pd.Series) -> tuple[float, float]:
    """How many runs of cases like this one are stuck, over those in which all are, or none, as here."""
    count = 0
    for source in SOURCES:
        runs = runs_of(source)
        alike = runs["layers"].lt(DEEP) == (case["layers"] < DEEP)
        if case["stuck"]:
            alike &= runs["epochs"].eq(case["epochs"])  # in more of them more runs get away
        if case["stuck"] or case["layers"] >= DEEP:
            alike &= runs["activation"].eq(case["activation"]) & runs["initializer"].eq(case["initializer"])
        of_run = ["activation", "layers", *SETTINGS]
        of_case = runs[alike].drop_duplicates([*of_run, "seed"]).groupby(of_run)["stuck"]
        count += int(of_case.size()[of_case.mean() == case["stuck"]].sum())
    return count * float(case["stuck"]), float(count)


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
            epochs = runs_of(source).query("experiment == @experiment")["epochs"].max()
            shown = {"loss": (1e-4, (0.0, 100.0)), "leaves": (1.0, (1.0, epochs + 1.0))}
            step, limits = shown.get(feature, (1e-3, (0.0, 1.0)))
            return quantile(model, LEVELS[named["level"]], int(named["runs"]), step, limits)
        if counted := _COUNT.fullmatch(words):
            model = model_of_case(experiment, source, counted["activation"], int(counted["layers"]))
            return count_below(model, float(counted["value"]), int(counted["runs"]))
        for pattern, make in NAMED.items():
            if named := re.fullmatch(pattern, study):
                return make(source, *named.groups())
    raise ValueError(f"study {study!r} is no statistic that layerwise.audit.chances knows")


def _fresh(source: str, experiment: str, activation: str, layers: int, feature: str = "accuracy") -> Array:
    """Five fresh runs, drawn again and again: shape (DRAWS, 5)."""
    model = model_of_case(experiment, source, activation, layers, feature)
    name = f"{source} {experiment} {activation} {layers} {feature}"
    return model.draw(np.random.default_rng(list(name.encode())), DRAWS, _FIVE)


@functools.lru_cache(2)
def _ranges(source: str) -> list[tuple[Array, Array, float]]:
    """Smallest and largest of five runs of each case of the grid, and the report's number."""
    report = published_runs().query("source == 'notebook' and epoch == 3")
    numbers = report.set_index(["activation", "layers"])["test_accuracy"].to_dict()
    fresh = {case: _fresh(source, "grid", *case) for case in CASES}
    return [(runs.min(axis=1), runs.max(axis=1), numbers[case]) for case, runs in fresh.items()]


def _within(source: str) -> Statistic:
    inside = sum((low <= report) & (report <= high) for low, high, report in _ranges(source))
    return drawn(np.asarray(inside), 1, (0, len(CASES)))


def _outside(source: str) -> Statistic:
    worst = np.max([np.maximum(low - report, report - high) for low, high, report in _ranges(source)], axis=0)
    return drawn(np.maximum(worst, 0), 1e-3, (0, 1))


def _stuck(source: str, answer: str | None = None) -> Statistic:
    """How many of the grid's 45 runs answer one class (or answer 1)."""
    random = np.random.default_rng(0)
    total = np.zeros(DRAWS)
    for activation, layers in CASES:
        runs = runs_of_case("grid", source, activation, layers)
        model = model_of_case("grid", source, activation, layers)
        if model.atoms.size:
            share = random.beta(model.stuck + 0.5, model.count - model.stuck + 0.5, DRAWS)
            if answer is not None:
                ones = int((runs["stuck"] & runs["answer"].eq(int(answer))).sum())
                share *= random.beta(ones + 0.05, runs["stuck"].sum() - ones + 0.45, DRAWS)
            total += random.binomial(_FIVE, share)
    return drawn(total, 1, (0, _FIVE * len(CASES)))


def _deep_sigmoid(source: str) -> Statistic:
    model = model_of_case("grid", source, "sigmoid", 40)
    random = np.random.default_rng(0)
    share = random.beta(model.stuck + 0.5, model.count - model.stuck + 0.5, DRAWS)
    return drawn(random.binomial(2 * _FIVE, share), 1, (0, 2 * _FIVE))


def _share_of_pairs(source: str) -> Statistic:
    tanh, relu = (_fresh(source, "grid", name, 5) for name in ("tanh", "relu"))
    tanh, relu = tanh[:, :, None], relu[:, None, :]
    return drawn(((tanh > relu) + (tanh == relu) / 2).mean(axis=(1, 2)), 0.01, (0, 1))


@functools.lru_cache(9)
def _gains(source: str, layers: int, feature: str = "accuracy") -> Array:
    """By how much LeCun's tanh is above tanh, in five pairs.

    Runs of a pair start alike, and are drawn as if they did not: where they resemble each other, gains scatter less.
    """
    scaled = _fresh(source, "lecun_tanh", "lecun_tanh", layers, feature)
    return scaled - _fresh(source, "grid", "tanh", layers, feature)


def _better(source: str, layers: str) -> Statistic:
    return drawn((_gains(source, int(layers)) > 1e-9).sum(axis=1), 1, (0, _FIVE))


def _gain(source: str, layers: str) -> Statistic:
    return drawn(100 * np.median(_gains(source, int(layers)), axis=1), 0.1, (-100, 100))


def _first(source: str, feature: str, sign: int) -> Statistic:
    wins = sum((sign * _gains(source, layers, feature) > 1e-9).sum(axis=1) for layers in (5, 20, 40))
    return drawn(np.asarray(wins), 1, (0, 3 * _FIVE))


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


@dataclass(frozen=True)
class Chance:
    """With what chance a fresh machine breaks one expectation."""

    chapter: str
    name: str
    text: str
    study: str
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
                found.append(Chance(path.stem, name, expected.text, expected.study, chance))
    return found


def table(source: str, found: list[Chance]) -> str:
    """The chances of a data set as text: all, the sum, and the ten largest."""
    ranked = sorted(found, key=lambda one: -one.chance)
    lines = [f"{one.chance:8.1e}  {one.chapter}: {one.name}, {one.text} ({one.study})" for one in ranked]
    total = (
        f"{len(found)} numbers on {source}; that one of them is broken: {sum(one.chance for one in found):.2%} at most"
    )
    return "\n".join([total, *lines, "The ten largest:", *lines[:10], ""])


def chance_of(expected: Expectation, source: str) -> float:
    """With what chance a fresh machine breaks an expectation that has bounds and a study."""
    of = statistic(expected.study or "", source)
    low, high = expected.bounds or of.limits
    below = of.below(low) if low > of.limits[0] else 0.0
    return below + (of.above(high) if high < of.limits[1] else 0.0)


def made_bounds(study: str, source: str) -> tuple[float, float]:
    """Bounds that a statistic leaves with a chance of `CHANCE` on either side, on the grid of its step.

    Those of fractional numbers lie half a step further out, where the last bit of a number does not decide.
    """
    of = statistic(study, source)
    margin = 0.0 if of.step == 1 else of.step / 2
    low, high = (round(limit / of.step) for limit in of.limits)
    lower = _last(low, high, lambda i: i == low or of.below(i * of.step) <= CHANCE) * of.step - margin
    upper = -_last(-high, -low, lambda i: -i == high or of.above(-i * of.step) <= CHANCE) * of.step + margin
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
