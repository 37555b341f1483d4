"""Recorded trainings of house-number networks, what they answered, and the weights that ship."""

import dataclasses
import json
import math
import shutil
from pathlib import Path
from typing import Any

import joblib
import keras
import numpy as np
import pandas as pd
import pytest

from layerwise.data.digits import DataError, Digits
from layerwise.data.splits import split_by_photo
from layerwise.data.svhn import load_svhn
from layerwise.data.synthetic.plates import house_numbers
from layerwise.keep.records import Record
from layerwise.keep.studies import find_study
from layerwise.see import evaluation, training, trainings, weights
from layerwise.see.training import Recipe

TINY = Recipe("improved", options={"filters": [[3], [4], [4]]}, epochs=1, validation=0.2)


@pytest.fixture(scope="module")
def digits() -> Digits:
    x, y = house_numbers(60, seed=1)
    x_test, y_test = house_numbers(40, seed=2)
    photo = np.arange(60, dtype=np.int32) // 2
    photo_test = np.arange(40, dtype=np.int32) // 4
    return Digits(x, y, x_test, y_test, "a few digits", "svhn_sample", "0" * 64, photo, photo_test)


def recorded(tables: dict[str, pd.DataFrame], name: str = "", sha256: str = "") -> Record:
    return Record(name, "svhn_sample", sha256, {}, "", "", None, {}, {}, "", tables)


def record(answers: Any, *, labels: Any, photo: Any = None, sha256: str = "0" * 64, name: str = "a") -> Record:
    """A record of what runs answered, one column a seed."""
    table = pd.DataFrame({"photo": -1 if photo is None else photo, "label": labels})
    for seed, column in enumerate(np.transpose(answers)):
        table[f"answer_{seed}"] = column
        table[f"confidence_{seed}"] = 1.0
    return recorded({"runs": pd.DataFrame(), "answers": table}, name, sha256)


# What is trained


def test_the_report_is_trained_as_its_author_did() -> None:
    recipe = trainings.RECIPES["report"]
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


@pytest.mark.parametrize("name", list(trainings.STUDIES))
def test_every_study_can_be_trained(name: str) -> None:
    study = trainings.STUDIES[name]
    assert study["part"] in ("test", "validation")
    assert study["seeds"] == [0, 1, 2][: len(study["seeds"])]
    assert find_study(name).settings == study
    for settings in study["recipes"].values():
        recipe = Recipe.from_settings(settings)
        assert recipe.model(0).count_params() <= 60_000 or study["part"] == "validation"
        # What is measured on the validation part is trained without it.
        assert recipe.validation or study["part"] == "test"


def test_synthetic_digits_alone_means_no_real_one_anywhere() -> None:
    for settings in trainings.STUDIES["cnn_improved_synthetic_only"]["recipes"].values():
        assert settings["real"] == 0
        assert settings["validation"] == 0
        assert settings["patience"] is None


@pytest.mark.parametrize("name", ["cnn_ablation", "cnn_ablation_long"])
def test_an_ablation_takes_one_change_back(name: str) -> None:
    recipes = dict(trainings.STUDIES[name]["recipes"])
    complete = recipes.pop("all changes")
    for label, settings in recipes.items():
        changed = {name for name in complete if settings[name] != complete[name]}
        assert changed, label
        assert changed <= {"epochs", "synthetic", "synthetic_per_epoch"} or len(changed) == 1, (label, changed)


def study(part: str, *seeds: int) -> dict[str, Any]:
    return {"part": part, "seeds": list(seeds), "recipes": {"small": TINY.settings()}}


def test_measure(digits: Digits, tmp_path: Path) -> None:
    tables = trainings.train_study(study("test", 0, 1), digits, folder=tmp_path)
    assert len(list(tmp_path.iterdir())) == 2
    runs, answers, history = tables["runs"], tables["answers"], tables["history"]
    assert list(answers) == ["photo", "label", "answer_0", "confidence_0", "answer_1", "confidence_1"]
    assert list(history["seed"]) == [0, 1]
    for row in runs.itertuples():
        assert row.accuracy == pytest.approx((answers[f"answer_{row.seed}"] == digits.y_test).mean())
        assert row.parameters == TINY.model().count_params()
    assert answers["confidence_0"].between(0.1, 1).all()
    begun = trainings.train_study(study("test", 0, 1) | {"stop_after": 1}, digits)
    assert set(begun) == {"history"}
    first = history[history["epoch"] == 1].reset_index(drop=True)
    pd.testing.assert_frame_equal(begun["history"].drop(columns="seconds"), first.drop(columns="seconds"))


def test_measure_on_the_validation_part(digits: Digits) -> None:
    tables = trainings.train_study(study("validation", 0), digits)
    assert set(tables) == {"runs", "history"}
    assert tables["runs"]["accuracy"][0] == tables["history"]["validation_accuracy"].iloc[-1]


def test_runs_that_were_trained_ahead_are_found(
    digits: Digits, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(trainings.STUDIES, "first", study("test", 0, 1))
    monkeypatch.setitem(trainings.STUDIES, "second", study("validation", 2))
    trainings.train_runs(["first", "second"], digits, folder=tmp_path)
    kept = {path.name: path.stat().st_mtime_ns for path in tmp_path.iterdir()}
    assert len(kept) == 3
    for name in ("first", "second"):
        trainings.train_study(trainings.STUDIES[name], digits, folder=tmp_path)
    assert {path.name: path.stat().st_mtime_ns for path in tmp_path.iterdir()} == kept


def test_measure_in_two_processes(digits: Digits) -> None:
    tiny = study("validation", 0, 1)
    # Processes that TensorFlow has computed in before, as joblib keeps them.
    joblib.Parallel(n_jobs=2)(joblib.delayed(keras.ops.ones)(1) for _ in range(4))
    both, one = trainings.train_study(tiny, digits, jobs=2)["runs"], trainings.train_study(tiny, digits)["runs"]
    assert list(both["seed"]) == [0, 1]
    np.testing.assert_array_equal(both["accuracy"], one["accuracy"])


# What was answered


def test_accuracies() -> None:
    runs = pd.DataFrame(
        {"variant": ["b", "b", "b", "a", "a", "a"], "seed": [0, 1, 2] * 2, "accuracy": [0.5, 0.9, 0.6, 0.1, 0.3, 0.2]}
    )
    found = evaluation.accuracy_by_seed(recorded({"runs": runs}))
    assert list(found.index) == ["b", "a"]
    assert list(found["median"]) == [0.6, 0.2]
    assert list(found[1]) == [0.9, 0.3]


def test_paired_difference_on_a_case_worked_on_paper() -> None:
    labels = [1, 2, 3, 4]
    better = record([[1, 1], [2, 2], [3, 0], [0, 4]], labels=labels)  # 3 of 4 right, from either seed
    worse = record([[1, 0], [2, 0], [0, 0], [0, 4]], labels=labels)  # 2 of 4, 1 of 4
    found = evaluation.paired_difference(better, worse)
    assert found.each == (0.25, 0.5)
    assert found.mean == 0.375
    assert found.low <= found.mean <= found.high


def test_paired_difference_is_as_wide_as_statistics_says() -> None:
    # One seed, one digit a photograph: the mean of n independent differences, whose standard error is known.
    rng = np.random.default_rng(0)
    gained = rng.choice([0, 1], 1000, p=[0.9, 0.1])
    labels = np.ones(1000, int)
    found = evaluation.paired_difference(
        record(labels[:, None], labels=labels), record((1 - gained)[:, None], labels=labels), draws=4000
    )
    half = 1.96 * gained.std() / math.sqrt(1000)
    assert (found.low, found.high) == pytest.approx((gained.mean() - half, gained.mean() + half), abs=0.002)


def test_photographs_are_drawn_whole() -> None:
    # Copies of one digit in each photograph say no more than one of them.
    rng = np.random.default_rng(0)
    gained = rng.integers(0, 2, 50)
    once, copies = gained, np.repeat(gained, 20)
    widths = []
    for wrong, photo in ((once, np.arange(50)), (copies, np.repeat(np.arange(50), 20))):
        labels = np.ones(len(wrong), int)
        found = evaluation.paired_difference(
            record(labels[:, None], labels=labels, photo=photo),
            record((1 - wrong)[:, None], labels=labels, photo=photo),
            draws=4000,
        )
        widths.append(found.high - found.low)
    assert widths[0] == pytest.approx(widths[1], rel=0.1)


def test_records_of_other_digits_are_not_paired() -> None:
    first = record([[1]], labels=[1])
    for second in (record([[1]], labels=[1], sha256="1" * 64), record([[1, 1]], labels=[1])):
        with pytest.raises(ValueError, match="expected the same test digits and seeds"):
            evaluation.paired_difference(first, second)


def test_confusion_and_report_on_a_case_worked_on_paper() -> None:
    # Three 3s, one of them taken for a 5; two 5s, both right; nothing else.
    counts = evaluation.confusion_matrix([3, 3, 3, 5, 5], [3, 3, 5, 5, 5])
    assert (counts[3, 3], counts[3, 5], counts[5, 5], counts.sum()) == (2, 1, 2, 5)
    report = evaluation.class_report(counts)
    assert report["recall"][3] == pytest.approx(2 / 3)
    assert report["precision"][5] == pytest.approx(2 / 3)
    assert report["precision"][3] == report["recall"][5] == 1
    assert math.isnan(report["precision"][0])


def test_calibration_on_a_case_worked_on_paper() -> None:
    # 0.52 and 0.58 fall into the bin 0.5 to 0.6, one of two right; 1.0 into the last one.
    found = evaluation.calibration([1, 2, 3], [1, 0, 3], [0.52, 0.58, 1.0])
    assert found["low"].tolist() == pytest.approx([0.5, 0.9])
    assert found["high"].tolist() == pytest.approx([0.6, 1.0])
    assert found["digits"].tolist() == [2, 1]
    assert found["accuracy"].tolist() == [0.5, 1.0]
    assert found["confidence"].tolist() == pytest.approx([0.55, 1.0])


# The weights


@pytest.mark.parametrize("name", list(weights.SHIPPED))
def test_the_weights_load_without_pickle(name: str) -> None:
    with np.load(weights.WEIGHTS / f"{name}.npz", allow_pickle=False) as file:
        assert {file[key].dtype for key in file.files} == {np.dtype(np.float16)}
    model = weights.pretrained(name)
    assert model.count_params() == weights.card()["networks"][name]["parameters"]
    assert training.probabilities_of(model, np.zeros((1, 32, 32, 3), np.uint8)).sum() == pytest.approx(1, abs=1e-5)


def test_the_weights_are_small() -> None:
    assert sum(path.stat().st_size for path in weights.WEIGHTS.glob("*.npz")) <= 300_000


def test_the_card_says_what_is_measured_afresh(svhn_sample: Digits) -> None:
    for name, facts in weights.card()["networks"].items():
        answers = training.probabilities_of(weights.pretrained(name), svhn_sample.x_test).argmax(axis=1)
        right = answers == svhn_sample.y_test
        # Another processor rounds differently, which may turn a digit or two.
        assert right.mean() == pytest.approx(facts["accuracy"], abs=2 / len(right))
        for k in range(10):
            of_class = svhn_sample.y_test == k
            assert right[of_class].mean() == pytest.approx(facts["accuracy_per_class"][k], abs=2 / of_class.sum())


def test_the_card_belongs_to_the_recipes_and_to_the_records() -> None:
    card = weights.card()
    assert set(card["networks"]) == set(weights.SHIPPED)
    for name, facts in card["networks"].items():
        assert facts["study"] == weights.SHIPPED[name]
        assert facts["seed"] == weights.SHIPPED_SEED
        (settings,) = trainings.STUDIES[facts["study"]]["recipes"].values()
        assert facts["settings"] == settings
    assert "non-commercial" in card["licence"]
    assert card["not_for"]


@pytest.fixture(scope="module")
def svhn_sample() -> Digits:
    digits = load_svhn()
    if digits.key != "svhn_sample":
        pytest.skip("needs the sample of SVHN: LAYERWISE_DATA names its folder")
    return digits


def test_weights_are_written_and_read(digits: Digits, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    study = {"part": "test", "seeds": [0], "recipes": {"small": TINY.settings()}}
    for name in weights.SHIPPED.values():
        monkeypatch.setitem(trainings.STUDIES, name, study)
    lines = list(weights.make_weights(digits, folder=tmp_path, runs=tmp_path / "runs"))
    assert [Path(line.split(":")[0]).name for line in lines] == ["report.npz", "improved.npz", "card.json"]
    facts = weights.card(folder=tmp_path)["networks"]["improved"]
    model = weights.pretrained("improved", folder=tmp_path)
    answers = training.probabilities_of(model, digits.x_test).argmax(axis=1)
    assert facts["accuracy"] == (answers == digits.y_test).mean()
    # As trained, but for the rounding to eleven binary digits.
    trained = training.train(TINY, digits, seed=0).weights
    for rounded, exact in zip(model.get_weights(), trained, strict=True):
        np.testing.assert_allclose(rounded, exact, rtol=2**-11, atol=1e-7)


def test_synthetic_digits_make_no_weights(digits: Digits) -> None:
    with pytest.raises(ValueError, match="trained on photographs, but found a few digits"):
        list(weights.make_weights(dataclasses.replace(digits, key="svhn_synthetic")))


def test_what_float16_cannot_hold(tmp_path: Path) -> None:
    model = TINY.model(0)
    model.set_weights([1e6 * weight + 1e6 for weight in model.get_weights()])
    with pytest.raises(ValueError, match=r"float16 cannot hold: improved_cnn/convolution_1/kernel"):
        weights.write_weights(tmp_path / "large.npz", model)


def test_unknown_network() -> None:
    with pytest.raises(ValueError, match="no weights of a network 'large'; expected one of report, improved"):
        weights.pretrained("large")


def test_missing_weights(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"no weights of the network 'report': .*python -m layerwise train-cnn"):
        weights.pretrained("report", folder=tmp_path)
    with pytest.raises(DataError, match=r"card\.json cannot be read"):
        weights.card(folder=tmp_path)


def test_damaged_weights(tmp_path: Path) -> None:
    path = tmp_path / "report.npz"
    content = (weights.WEIGHTS / "report.npz").read_bytes()
    for damaged in (content[:1000], b"", b"not an archive", content[:20_000] + b"0" * 100 + content[20_100:]):
        path.write_bytes(damaged)
        with pytest.raises(DataError, match=r"damaged|not those of"):
            weights.pretrained("report", folder=tmp_path)


def test_weights_of_another_network(tmp_path: Path) -> None:
    shutil.copy(weights.WEIGHTS / "improved.npz", tmp_path / "report.npz")
    with pytest.raises(DataError, match="not those of the network 'report'"):
        weights.pretrained("report", folder=tmp_path)


def test_weights_that_would_run_code_are_refused(tmp_path: Path) -> None:
    class Harm:
        def __reduce__(self) -> Any:
            return (Path.touch, (tmp_path / "harmed",))

    np.savez(tmp_path / "report.npz", allow_pickle=True, weights=np.array([Harm()], dtype=object))
    with pytest.raises(DataError, match="damaged"):
        weights.pretrained("report", folder=tmp_path)
    assert not (tmp_path / "harmed").exists()


def test_a_damaged_card(tmp_path: Path) -> None:
    (tmp_path / "card.json").write_text("{")
    with pytest.raises(DataError, match="Make it again"):
        weights.card(folder=tmp_path)
    json.loads((weights.WEIGHTS / "card.json").read_text(encoding="utf-8"))


def test_the_validation_part_of_the_ablation_is_large_enough(svhn_sample: Digits) -> None:
    (first, *_) = trainings.STUDIES["cnn_ablation"]["recipes"].values()
    assert len(split_by_photo(svhn_sample, first["validation"])[1]) >= 1000
