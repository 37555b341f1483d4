"""The networks that read house numbers: recorded trainings, what they answer, and the weights that ship with the book
(chapters ``svhn_cnn``, ``filters``, ``your_digit``).
"""

import io
import json
import os
import tomllib
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import joblib
import keras
import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from layerwise.cnn_training import Recipe, Run, improved_cnn, predict, train
from layerwise.digits import DataError, Digits
from layerwise.files import write_whole
from layerwise.models import CLASSES
from layerwise.provenance import PACKAGE, this_arithmetic, this_machine
from layerwise.records import Record, today
from layerwise.split import split_by_photo

__all__ = [
    "RECIPES",
    "SHIPPED",
    "STUDIES",
    "Difference",
    "Recipe",
    "Run",
    "accuracies",
    "calibration",
    "card",
    "class_report",
    "confusion_matrix",
    "improved_cnn",
    "make_weights",
    "measure",
    "paired_difference",
    "predict",
    "pretrained",
    "train",
    "train_runs",
    "unseen",
]

Array = NDArray[Any]

WEIGHTS = PACKAGE / "weights"
"""The folder of the weights that ship with the package."""

SHIPPED = {"report": "cnn_report_synthetic", "improved": "cnn_handwriting"}
"""The networks whose weights ship, and the study of which each is the run with seed ``SHIPPED_SEED``."""
SHIPPED_SEED = 0
SAMPLE_DIGITS = 10_000
"""The sample of SVHN is the first so many of the official test set."""


# ---------------------------------------------------------------------------------------------------------------------
# What is trained


def _merged(settings: Mapping[str, Any], *changes: Mapping[str, Any]) -> dict[str, Any]:
    """Settings with changes; a table within (options, augmentation) keeps what a change does not name."""
    merged = dict(settings)
    for change in changes:
        for name, value in change.items():
            old = merged.get(name)
            merged[name] = {**old, **value} if isinstance(old, Mapping) and isinstance(value, Mapping) else value
    return merged


def _studies(content: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Every study of the file with its recipes written out."""
    studies = {}
    for name, study in content["studies"].items():
        base = _merged(content["recipes"][study["recipe"]], study.get("common", {}))
        variants = study.get("variants", {base["network"]: {}})
        recipes = {label: Recipe.from_settings(_merged(base, change)) for label, change in variants.items()}
        studies[name] = {
            "part": study["part"],
            "seeds": study["seeds"],
            "recipes": {label: recipe.settings() for label, recipe in recipes.items()},
        }
    return studies


_CONTENT = tomllib.loads((PACKAGE / "cnn.toml").read_text(encoding="utf-8"))
RECIPES = {name: Recipe.from_settings(settings) for name, settings in _CONTENT["recipes"].items()}
"""The report's recipe and the improved one."""
STUDIES = _studies(_CONTENT)
"""What each record measures, by name: ``part`` ("test" or "validation", where accuracy is measured), ``seeds``, and
``recipes``, settings of :class:`Recipe` by what the variant is called."""


def measure(
    study: Mapping[str, Any],
    digits: Digits,
    *,
    folder: str | os.PathLike[str] | None = None,
    jobs: int = 1,
    progress: bool = False,
) -> dict[str, pd.DataFrame]:
    """Train every variant of a study from every seed.

    Parameters
    ----------
    study : mapping
        Of ``STUDIES``. ``stop_after`` beside its settings is a number of epochs after which every run is left off; only
        the history is returned then.
    digits : Digits
        House numbers.
    folder : path, optional
        Where runs are kept, see :func:`layerwise.cnn_training.train`.
    jobs : int
        Processes. Each takes as many threads as TensorFlow is told to; sums are cut by their number, and the records
        were made with one.
    progress : bool
        Show on the terminal how far the runs are.

    Returns
    -------
    dict of DataFrame
        ``runs``: ``variant``, ``seed``, ``accuracy`` on the study's part, ``parameters``, ``epochs``, ``best_epoch``
        and ``seconds`` of training. ``history``: as :attr:`Run.history`, with ``variant`` and ``seed``. Where the part
        is the test set also ``answers``, one row per test digit: ``photo`` (-1 where it is not known), ``label``, and
        for each seed s ``answer_s`` and ``confidence_s``, the class with the highest probability and that probability.
    """
    cases, stop_after = _cases(study), study.get("stop_after")
    tasks = (
        joblib.delayed(_run)(recipe, digits, seed, study["part"], folder, stop_after, progress)
        for _, recipe, seed in cases
    )
    results = joblib.Parallel(n_jobs=jobs)(tasks)

    runs, histories, answers = [], [], _answer_table(digits)
    for (label, _, seed), (run, parameters, y, probabilities) in zip(cases, results, strict=True):
        answer, confidence = probabilities.argmax(axis=1), probabilities.max(axis=1)
        runs.append(
            {
                "variant": label,
                "seed": seed,
                "accuracy": float((answer == y).mean()),
                "parameters": parameters,
                "epochs": len(run.history),
                "best_epoch": run.best_epoch,
                "seconds": float(run.history["seconds"].sum()),
            }
        )
        history = run.history.copy()
        history.insert(0, "variant", label)
        history.insert(1, "seed", seed)
        histories.append(history)
        if study["part"] == "test":
            answers[f"answer_{seed}"] = answer
            answers[f"confidence_{seed}"] = confidence.astype(float).round(4)
    tables = {"history": pd.concat(histories, ignore_index=True)}
    if stop_after is not None:
        return tables
    tables = {"runs": pd.DataFrame(runs)} | tables
    return tables | ({"answers": answers} if study["part"] == "test" else {})


def train_runs(
    names: Sequence[str],
    digits: Digits,
    *,
    folder: str | os.PathLike[str],
    jobs: int = 1,
    progress: bool = False,
) -> None:
    """Train all runs of several studies and keep them, so that :func:`measure` finds them.

    All share one pool of processes, and none of these waits for the last run of a study.

    Parameters
    ----------
    names : sequence of str
        Of ``STUDIES``.
    digits, folder, jobs, progress
        As in :func:`measure`.
    """
    tasks = (
        joblib.delayed(_keep)(recipe, digits, seed, folder, progress)
        for name in names
        for _, recipe, seed in _cases(STUDIES[name])
    )
    joblib.Parallel(n_jobs=jobs)(tasks)


def _cases(study: Mapping[str, Any]) -> list[tuple[str, Recipe, int]]:
    """Every variant and seed of a study."""
    recipes = {label: Recipe.from_settings(settings) for label, settings in study["recipes"].items()}
    return [(label, recipe, seed) for label, recipe in recipes.items() for seed in study["seeds"]]


def _keep(
    recipe: Recipe,
    digits: Digits,
    seed: int,
    folder: str | os.PathLike[str],
    progress: bool,
) -> None:
    train(recipe, digits, seed=seed, folder=folder, progress=progress)


def _run(
    recipe: Recipe,
    digits: Digits,
    seed: int,
    part: str,
    folder: str | os.PathLike[str] | None,
    stop_after: int | None,
    progress: bool,
) -> tuple[Run, int, Array, Array]:
    """One run, the network's parameters, and on the part that is asked for the labels and the probabilities."""
    run = train(recipe, digits, seed=seed, folder=folder, stop_after=stop_after, progress=progress)
    x, y = digits.x_test, digits.y_test
    if part == "validation":
        rows = split_by_photo(digits, recipe.validation)[1]
        x, y = digits.x_train[rows], digits.y_train[rows]
    model = run.model()
    return run, model.count_params(), y, predict(model, x)


def _answer_table(digits: Digits) -> pd.DataFrame:
    photo = np.full(len(digits.y_test), -1) if digits.photo_test is None else digits.photo_test
    return pd.DataFrame({"photo": photo, "label": digits.y_test})


# ---------------------------------------------------------------------------------------------------------------------
# What the runs answered


def accuracies(record: Record) -> pd.DataFrame:
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
    first = SAMPLE_DIGITS if digits.key == "svhn" else 0
    return digits.x_test[first:], digits.y_test[first:]


def confusion_matrix(labels: ArrayLike, answers: ArrayLike) -> Array:
    """How many digits of each class were taken for which.

    Parameters
    ----------
    labels, answers : int array (P,)
        0 to 9.

    Returns
    -------
    int array (10, 10)
        Rows: the true class; columns: the answer.
    """
    counts = np.zeros((CLASSES, CLASSES), int)
    np.add.at(counts, (np.asarray(labels), np.asarray(answers)), 1)
    return counts


def class_report(counts: Array) -> pd.DataFrame:
    """Precision and recall of every class, from a confusion matrix.

    Returns
    -------
    DataFrame
        One row per class: ``digits`` (of that class), ``precision`` (right among those answered so; NaN where it was
        never answered), ``recall`` (right among those of the class).
    """
    right, answered, digits = np.diag(counts), counts.sum(axis=0), counts.sum(axis=1)
    with np.errstate(invalid="ignore"):
        return pd.DataFrame({"digits": digits, "precision": right / answered, "recall": right / digits})


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


# ---------------------------------------------------------------------------------------------------------------------
# Weights that ship with the package


def pretrained(name: str = "improved", *, folder: str | os.PathLike[str] = WEIGHTS) -> keras.Model:
    """A trained network, from the weights that ship with the package.

    They are plain arrays: loading them runs no code. :func:`card` says where they come from and what they must not be
    used for.

    Parameters
    ----------
    name : {"improved", "report"}
    folder : path, optional

    Returns
    -------
    keras.Model
        Takes pictures (P, 32, 32, 3), 0 to 1; gives probabilities of the ten classes.

    Raises
    ------
    ValueError
        For another name.
    DataError
        If the file is missing, damaged, or of another network.
    """
    _check_shipped(name)
    path = Path(folder) / f"{name}.npz"
    again = "Install the package again, or make the weights: python -m layerwise train-cnn"
    if not path.is_file():
        raise DataError(f"There are no weights of the network {name!r}: {path} is missing. {again}")
    try:
        with np.load(path, allow_pickle=False) as file:
            arrays = {key: file[key] for key in file.files}
    except (OSError, ValueError, EOFError, zipfile.BadZipFile) as error:
        raise DataError(f"The weights {path} are damaged. {again}") from error
    model = _shipped_recipe(name).model()
    expected = {variable.path: tuple(variable.shape) for variable in model.weights}
    found = {key: array.shape for key, array in arrays.items()}
    if found != expected or not all(np.isfinite(array).all() for array in arrays.values()):
        raise DataError(f"The weights {path} are not those of the network {name!r}. {again}")
    model.set_weights([arrays[variable.path].astype(np.float32) for variable in model.weights])
    return model


def card(*, folder: str | os.PathLike[str] = WEIGHTS) -> dict[str, Any]:
    """What the shipped weights are: data, settings, seed, accuracy, licence, and what they must not be used for.

    Raises
    ------
    DataError
        If the card is missing or damaged.
    """
    path = Path(folder) / "card.json"
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise DataError(f"{path} cannot be read. Make it again: python -m layerwise train-cnn") from error


def make_weights(
    digits: Digits,
    *,
    folder: str | os.PathLike[str] = WEIGHTS,
    runs: str | os.PathLike[str] | None = None,
    progress: bool = False,
) -> Iterator[str]:
    """Train the networks that ship, and write their weights and their card.

    Parameters
    ----------
    digits : Digits
        House numbers, real ones.
    folder : path
        Where the weights go.
    runs : path, optional
        Where runs are kept, see :func:`layerwise.cnn_training.train`; a run of a study that is found is not repeated.
    progress : bool

    Yields
    ------
    str
        What was written, and its accuracy.

    Raises
    ------
    ValueError
        If the digits are synthetic ones alone.
    """
    if digits.key == "svhn_synthetic":
        raise ValueError(f"the weights that ship are trained on photographs, but found {digits.source}")
    networks = {}
    for name in SHIPPED:
        recipe = _shipped_recipe(name)
        run = train(recipe, digits, seed=SHIPPED_SEED, folder=runs, progress=progress)
        path = Path(folder) / f"{name}.npz"
        write_weights(path, run.model())
        # Measured as they are shipped, after rounding.
        answers = predict(pretrained(name, folder=folder), digits.x_test).argmax(axis=1)
        networks[name] = {
            "study": SHIPPED[name],
            "seed": SHIPPED_SEED,
            "settings": recipe.settings(),
            "parameters": run.model().count_params(),
            "best_epoch": run.best_epoch,
            "accuracy": float((answers == digits.y_test).mean()),
            "accuracy_per_class": [float((answers[digits.y_test == k] == k).mean()) for k in range(CLASSES)],
        }
        yield f"{path}: accuracy {networks[name]['accuracy']:.4f}"
    content = {
        "data": f"{digits.source}; synthetic house numbers of layerwise.synthetic, and pen digits of "
        "layerwise.handwriting where a network has any",
        "source": digits.key,
        "data_sha256": digits.sha256,
        "measured_on": f"the {len(digits.y_test):,} test digits of these data, which no training or choice has seen",
        "networks": networks,
        "numbers": "float16",
        "licence": "Trained on pictures of SVHN, which its authors offer for non-commercial research use only: use the "
        "weights within the same bounds.",
        "not_for": "Nothing that depends on a correct answer: not for reading addresses, forms, meters or number "
        "plates, nor to tell anything about a person. They are made to be looked into. They answer for every picture, "
        "a picture without a digit too, and were measured on few kinds of pictures.",
        "command": "python -m layerwise train-cnn",
        "date": today(),
        "arithmetic": this_arithmetic(),
        "machine": this_machine(),
    }
    path = Path(folder) / "card.json"
    write_whole(path, json.dumps(content, indent=1, ensure_ascii=False) + "\n")
    yield str(path)


def write_weights(path: str | os.PathLike[str], model: keras.Model) -> None:
    """A network's weights as float16 arrays under the names that Keras gives them; no pickle.

    Raises
    ------
    ValueError
        If a weight is too large for float16, or not a number.
    """
    with np.errstate(over="ignore"):  # said below, by name
        arrays: dict[str, Any] = {v.path: np.asarray(v).astype(np.float16) for v in model.weights}
    wrong = [name for name, array in arrays.items() if not np.isfinite(array).all()]
    if wrong:
        raise ValueError(f"weights that float16 cannot hold: {', '.join(wrong)}")
    buffer = io.BytesIO()
    np.savez_compressed(buffer, **arrays)
    write_whole(path, buffer.getvalue())


def _check_shipped(name: str) -> None:
    if name not in SHIPPED:
        raise ValueError(f"no weights of a network {name!r}; expected one of {', '.join(SHIPPED)}")


def _shipped_recipe(name: str) -> Recipe:
    (settings,) = STUDIES[SHIPPED[name]]["recipes"].values()
    return Recipe.from_settings(settings)
