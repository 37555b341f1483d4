"""Recorded trainings of house-number networks: which, and what is measured of them."""

from pathlib import Path
from typing import Any

import joblib
import keras
import numpy as np
import pandas as pd
import pytest

from layerwise.data.digits import Digits
from layerwise.data.splits import split_by_photo
from layerwise.keep.studies import find_study
from layerwise.see import recipes, studies
from layerwise.see.training import Recipe


def test_the_report_is_trained_as_its_author_did() -> None:
    (settings,) = recipes.STUDIES["cnn_report"]["recipes"].values()
    recipe = Recipe.from_settings(settings)
    assert (recipe.network, recipe.epochs, recipe.patience, recipe.batch_size) == ("report", 50, 5, 64)
    assert (recipe.learning_rate, recipe.schedule, recipe.weight_decay, recipe.label_smoothing) == (
        0.01,
        "constant",
        0,
        0,
    )
    augmentation = recipe.augmentation
    assert (augmentation.rotation, augmentation.zoom, augmentation.shift_y) == (10, (0.95, 1.05), 0.10)
    assert (augmentation.shear, augmentation.shift_x, augmentation.invert, augmentation.colour) == (0.15, 0, 0, 0)
    assert recipe.synthetic == 0


@pytest.mark.parametrize("name", list(recipes.STUDIES))
def test_every_study_can_be_trained(name: str) -> None:
    study = recipes.STUDIES[name]
    assert study["part"] in ("test", "validation")
    assert study["seeds"] == [0, 1, 2][: len(study["seeds"])]
    assert find_study(name).settings == studies.of_trainings(study).settings == study
    for settings in study["recipes"].values():
        recipe = Recipe.from_settings(settings)
        assert recipe.model(0).count_params() <= 60_000 or study["part"] == "validation"
        assert recipe.schedule in ("constant", "cosine")
        # What is measured on the validation part is trained without it.
        assert recipe.validation or study["part"] == "test"


def test_synthetic_digits_alone_means_no_real_one_anywhere() -> None:
    for settings in recipes.STUDIES["cnn_improved_synthetic_only"]["recipes"].values():
        assert settings["real"] == 0
        assert settings["validation"] == 0
        assert settings["patience"] is None


@pytest.mark.parametrize("name", ["cnn_ablation", "cnn_ablation_long"])
def test_an_ablation_takes_one_change_back(name: str) -> None:
    variants = dict(recipes.STUDIES[name]["recipes"])
    complete = variants.pop("all changes")
    for label, settings in variants.items():
        changed = {name for name in complete if settings[name] != complete[name]}
        assert changed, label
        assert changed <= {"epochs", "synthetic", "synthetic_per_epoch"} or len(changed) == 1, (label, changed)


def study(recipe: Recipe, part: str, *seeds: int) -> dict[str, Any]:
    return {"part": part, "seeds": list(seeds), "recipes": {"small": recipe.settings()}}


def test_measure(digits: Digits, tiny: Recipe, tmp_path: Path) -> None:
    tables = recipes.train_study(study(tiny, "test", 0, 1), digits, folder=tmp_path)
    assert len(list(tmp_path.iterdir())) == 2
    runs, answers, history = tables["runs"], tables["answers"], tables["history"]
    assert list(answers) == ["photo", "label", "answer_0", "confidence_0", "answer_1", "confidence_1"]
    assert list(history["seed"]) == [0, 1]
    for row in runs.itertuples():
        assert row.accuracy == pytest.approx((answers[f"answer_{row.seed}"] == digits.y_test).mean())
        assert row.parameters == tiny.model().count_params()
    assert answers["confidence_0"].between(0.1, 1).all()
    begun = recipes.train_study(study(tiny, "test", 0, 1) | {"stop_after": 1}, digits)
    assert set(begun) == {"history"}
    first = history[history["epoch"] == 1].reset_index(drop=True)
    pd.testing.assert_frame_equal(begun["history"].drop(columns="seconds"), first.drop(columns="seconds"))


def test_measure_on_the_validation_part(digits: Digits, tiny: Recipe) -> None:
    tables = recipes.train_study(study(tiny, "validation", 0), digits)
    assert set(tables) == {"runs", "history"}
    assert tables["runs"]["accuracy"][0] == tables["history"]["validation_accuracy"].iloc[-1]


def test_runs_that_were_trained_ahead_are_found(
    digits: Digits, tiny: Recipe, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(recipes.STUDIES, "first", study(tiny, "test", 0, 1))
    monkeypatch.setitem(recipes.STUDIES, "second", study(tiny, "validation", 2))
    recipes.train_runs(["first", "second"], digits, folder=tmp_path)
    kept = {path.name: path.stat().st_mtime_ns for path in tmp_path.iterdir()}
    assert len(kept) == 3
    for name in ("first", "second"):
        recipes.train_study(recipes.STUDIES[name], digits, folder=tmp_path)
    assert {path.name: path.stat().st_mtime_ns for path in tmp_path.iterdir()} == kept


def test_measure_in_two_processes(digits: Digits, tiny: Recipe) -> None:
    two = study(tiny, "validation", 0, 1)
    # Processes that TensorFlow has computed in before, as joblib keeps them.
    joblib.Parallel(n_jobs=2)(joblib.delayed(keras.ops.ones)(1) for _ in range(4))
    both, one = (recipes.train_study(two, digits, jobs=jobs)["runs"] for jobs in (2, 1))
    assert list(both["seed"]) == [0, 1]
    np.testing.assert_array_equal(both["accuracy"], one["accuracy"])


def test_the_validation_part_of_the_ablation_is_large_enough(svhn_sample: Digits) -> None:
    (first, *_) = recipes.STUDIES["cnn_ablation"]["recipes"].values()
    assert len(split_by_photo(svhn_sample, first["validation"])[1]) >= 1000
