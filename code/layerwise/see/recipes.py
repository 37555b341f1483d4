"""The recorded trainings of the networks that read house numbers: which, and what is measured of them."""

import os
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import joblib
import numpy as np
import pandas as pd

from layerwise.data.digits import Digits
from layerwise.data.splits import split_by_photo
from layerwise.keep.machine import arithmetic_of, refuse_another
from layerwise.see.evaluation import Array
from layerwise.see.training import Recipe, Run, probabilities_of, train

METHODS = ("cnn", "cnn_training")
"""What has a part in these results, of ``layerwise.keep.keys.METHODS``."""


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


STUDIES = _studies(tomllib.loads(Path(__file__).with_name("recipes.toml").read_text(encoding="utf-8")))
"""What each record measures, by name: ``part`` ("test" or "validation", where accuracy is measured), ``seeds``, and
``recipes``, settings of :class:`Recipe` by what the variant is called."""


def train_study(
    study: Mapping[str, Any],
    digits: Digits,
    *,
    folder: str | os.PathLike[str] | None = None,
    jobs: int | None = None,
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
        Where runs are kept, see :func:`layerwise.see.training.train`.
    jobs : int, optional
        Processes; by default one, or else what ``joblib.parallel_config`` says. Each takes as many threads as
        TensorFlow is told to; sums are cut by their number, and the records were made with one.
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
    cases, stop_after, here = _cases(study), study.get("stop_after"), arithmetic_of(*METHODS)
    tasks = (
        joblib.delayed(_run)(recipe, digits, seed, study["part"], folder, stop_after, progress, here)
        for _, recipe, seed in cases
    )
    results = joblib.Parallel(n_jobs=jobs)(tasks)

    photo = np.full(len(digits.y_test), -1) if digits.photo_test is None else digits.photo_test
    runs, histories, answers = [], {}, pd.DataFrame({"photo": photo, "label": digits.y_test})
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
        histories[label, seed] = run.history
        if study["part"] == "test":
            answers[f"answer_{seed}"] = answer
            answers[f"confidence_{seed}"] = confidence.astype(float).round(4)
    history = pd.concat(histories, names=["variant", "seed"]).reset_index(["variant", "seed"])
    tables = {"history": history.reset_index(drop=True)}
    if stop_after is not None:
        return tables
    tables = {"runs": pd.DataFrame(runs)} | tables
    return tables | ({"answers": answers} if study["part"] == "test" else {})


def train_runs(
    names: Sequence[str],
    digits: Digits,
    *,
    folder: str | os.PathLike[str],
    jobs: int | None = None,
    progress: bool = False,
) -> None:
    """Train all runs of several studies and keep them, so that :func:`train_study` finds them.

    All share one pool of processes, and none of these waits for the last run of a study.

    Parameters
    ----------
    names : sequence of str
        Of ``STUDIES``.
    digits, folder, jobs, progress
        As in :func:`train_study`.
    """
    tasks = (
        joblib.delayed(train)(recipe, digits, seed=seed, folder=folder, progress=progress)
        for name in names
        for _, recipe, seed in _cases(STUDIES[name])
    )
    joblib.Parallel(n_jobs=jobs)(tasks)


def _cases(study: Mapping[str, Any]) -> list[tuple[str, Recipe, int]]:
    """Every variant and seed of a study."""
    recipes = {label: Recipe.from_settings(settings) for label, settings in study["recipes"].items()}
    return [(label, recipe, seed) for label, recipe in recipes.items() for seed in study["seeds"]]


def _run(
    recipe: Recipe,
    digits: Digits,
    seed: int,
    part: str,
    folder: str | os.PathLike[str] | None,
    stop_after: int | None,
    progress: bool,
    asked_by: Mapping[str, str],
) -> tuple[Run, int, Array, Array]:
    """One run, the network's parameters, and on the part that is asked for the labels and the probabilities."""
    refuse_another(asked_by, *METHODS)
    run = train(recipe, digits, seed=seed, folder=folder, stop_after=stop_after, progress=progress)
    x, y = digits.x_test, digits.y_test
    if part == "validation":
        rows = split_by_photo(digits, recipe.validation)[1]
        x, y = digits.x_train[rows], digits.y_train[rows]
    model = run.model()
    return run, model.count_params(), y, probabilities_of(model, x)
