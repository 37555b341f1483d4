"""Training of house-number networks: by the seed, whole or in parts, and by the recipe."""

import dataclasses
import itertools
import math
import sys
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from layerwise.data.digits import Digits, scale
from layerwise.data.splits import split_by_photo
from layerwise.data.synthetic.pens import pen_digits
from layerwise.data.synthetic.plates import house_numbers
from layerwise.see import training
from layerwise.see.augmentation import Augmentation
from layerwise.see.networks import improved_cnn
from layerwise.see.training import Recipe, Run, probabilities_of, train

TINY = Recipe(
    "improved",
    options={"filters": [[3], [3, 4], [4]]},
    synthetic=40,
    synthetic_per_epoch=20,
    validation=0.2,
    epochs=3,
    batch_size=32,
    learning_rate=0.01,
    schedule="cosine",
    weight_decay=0.001,
    label_smoothing=0.05,
    augmentation=Augmentation(rotation=10, zoom=(0.9, 1.1), invert=0.3, colour=0.1),
)


@pytest.fixture(scope="module")
def digits() -> Digits:
    x, y = house_numbers(100, seed=1)
    x_test, y_test = house_numbers(30, seed=2)
    photo = np.arange(100, dtype=np.int32) // 2
    return Digits(x, y, x_test, y_test, "a few drawn digits", "svhn_synthetic", "0" * 64, photo)


@pytest.fixture(scope="module")
def kept(digits: Digits, tmp_path_factory: pytest.TempPathFactory) -> tuple[Run, Path]:
    """A run, and the file in which it was kept."""
    folder = tmp_path_factory.mktemp("kept")
    run = train(TINY, digits, seed=3, folder=folder)
    (path,) = folder.iterdir()
    return run, path


@pytest.fixture(scope="module")
def whole(kept: tuple[Run, Path]) -> Run:
    return kept[0]


def assert_same(first: Run, second: Run) -> None:
    assert first.history.drop(columns="seconds").equals(second.history.drop(columns="seconds"))
    assert first.best_epoch == second.best_epoch
    for one, other in zip(first.weights, second.weights, strict=True):
        np.testing.assert_array_equal(one, other)


def test_the_seed_decides(digits: Digits, whole: Run) -> None:
    keras.utils.set_random_seed(5)  # of no concern
    assert_same(train(TINY, digits, seed=3), whole)
    assert not np.array_equal(train(TINY, digits, seed=4).weights[0], whole.weights[0])


def test_a_run_that_was_killed_ends_where_it_would_have_ended(
    digits: Digits, whole: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        pass

    train_epoch = training._State.train_epoch

    def stop(self: Any, *batch: Any) -> Any:
        if len(self.history) == 2:
            raise Killed
        return train_epoch(self, *batch)

    with monkeypatch.context() as patch, pytest.raises(Killed):
        patch.setattr(training._State, "train_epoch", stop)
        train(TINY, digits, seed=3, folder=tmp_path)
    assert_same(train(TINY, digits, seed=3, folder=tmp_path), whole)


def test_a_finished_run_is_not_repeated(
    digits: Digits, kept: tuple[Run, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    first, path = kept
    monkeypatch.setattr(training._State, "train_epoch", None)
    again = train(TINY, digits, seed=3, folder=path.parent)
    assert again.history.equals(first.history)
    assert_same(again, first)
    assert list(path.parent.iterdir()) == [path]


@pytest.fixture
def begun(monkeypatch: pytest.MonkeyPatch) -> list[tuple[training._State, Path]]:
    """What would be trained, and where it would be kept; nothing is trained."""
    noted: list[tuple[training._State, Path]] = []

    def note(state: training._State, digits: Digits, parts: Any, seed: int, path: Path, *_: Any) -> None:
        noted.append((state, path))

    monkeypatch.setattr(training, "_run", note)
    return noted


def test_another_recipe_is_another_file(
    digits: Digits, begun: list[tuple[training._State, Path]], tmp_path: Path
) -> None:
    for recipe in (TINY, dataclasses.replace(TINY, learning_rate=0.02), TINY):
        train(recipe, digits, seed=3, folder=tmp_path)
    first, other, again = (path for _, path in begun)
    assert first == again != other


def test_validation_digits_share_no_photograph_and_are_measured(digits: Digits, whole: Run) -> None:
    rows, held_back = split_by_photo(digits, TINY.validation)
    assert digits.photo_train is not None
    assert not set(digits.photo_train[rows]) & set(digits.photo_train[held_back])
    last = dataclasses.replace(TINY, patience=None)
    run = train(last, digits, seed=3)
    probabilities = probabilities_of(run.model(), digits.x_train[held_back])
    y = digits.y_train[held_back]
    assert run.history["validation_accuracy"].iloc[-1] == pytest.approx((probabilities.argmax(axis=1) == y).mean())
    # Keras' own mean cross-entropy.
    expected = keras.losses.SparseCategoricalCrossentropy()(y, probabilities)
    assert run.history["validation_loss"].iloc[-1] == pytest.approx(float(expected), rel=1e-5)


def test_early_stopping_keeps_the_weights_of_the_lowest_validation_loss(
    digits: Digits, monkeypatch: pytest.MonkeyPatch
) -> None:
    losses = iter([3.0, 1.0, 2.0, 1.5, 0.5])
    weights = []

    def measure(model: keras.Model, x: Any, y: Any) -> tuple[float, float]:
        weights.append(model.get_weights())
        return next(losses), 0.5

    monkeypatch.setattr(training, "_measure", measure)
    run = train(dataclasses.replace(TINY, epochs=9, patience=2), digits, seed=0)
    # The second epoch is the best of four; two have passed since, so the fifth is not run.
    assert len(run.history) == 4
    assert run.best_epoch == 2
    np.testing.assert_array_equal(run.weights[0], weights[1][0])


def test_without_patience_the_last_weights_are_kept(whole: Run) -> None:
    assert whole.best_epoch == len(whole.history) == TINY.epochs


def test_without_a_validation_part_nothing_is_measured(digits: Digits, capsys: pytest.CaptureFixture[str]) -> None:
    run = train(dataclasses.replace(TINY, validation=0.0, epochs=1), digits, seed=0)
    assert capsys.readouterr().err == ""  # nor is any progress shown
    assert run.history[["validation_loss", "validation_accuracy"]].isna().all(axis=None)
    assert math.isfinite(run.history["loss"].iloc[0])


def test_each_epoch_sees_what_the_recipe_says(digits: Digits, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []
    monkeypatch.setattr(training, "augment", lambda x, *others: seen.append(x) or x.astype(np.float32) / 255)
    recipe = dataclasses.replace(TINY, real=2, validation=0.0, epochs=2)
    train(recipe, digits, seed=0)
    drawn = house_numbers(40, seed=training.SYNTHETIC_SEED)[0]
    for epoch in seen:
        assert len(epoch) == 2 * 100 + 20
        pictures = [picture.tobytes() for picture in epoch]
        assert all(pictures.count(picture.tobytes()) == 2 for picture in digits.x_train)
        assert sum(picture.tobytes() in pictures for picture in drawn) == 20
    assert not np.array_equal(seen[0], seen[1])


def test_synthetic_digits_alone(digits: Digits, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []
    monkeypatch.setattr(training, "augment", lambda x, *others: seen.append(x) or x.astype(np.float32) / 255)
    train(dataclasses.replace(TINY, real=0, validation=0.0, epochs=1), digits, seed=0)
    real = {picture.tobytes() for picture in digits.x_train}
    assert not real & {picture.tobytes() for picture in seen[0]}
    assert len(seen[0]) == 20


def test_pen_digits_are_learned_from_as_the_real_ones_are(digits: Digits, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []
    monkeypatch.setattr(training, "augment", lambda x, *others: seen.append(x) or x.astype(np.float32) / 255)
    recipe = dataclasses.replace(TINY, real=2, pen=7, epochs=1)
    train(recipe, digits, seed=0)
    learned, _ = split_by_photo(digits, recipe.validation)
    pictures = [picture.tobytes() for picture in seen[0]]
    assert len(pictures) == 2 * (len(learned) + 7) + 20
    assert all(pictures.count(picture.tobytes()) == 2 for picture in pen_digits(7, seed=training.PEN_SEED)[0])


def test_the_learning_rate_rises_and_falls_to_0() -> None:
    rate = training._optimizer(dataclasses.replace(TINY, learning_rate=0.1), 100)._learning_rate
    assert [float(rate(t)) for t in (0, 10, 100)] == pytest.approx([0.01, 0.1, 0.0], abs=1e-6)
    # Half-way down the cosine, which takes 90 updates.
    assert float(rate(55)) == pytest.approx(0.05, abs=1e-6)


@pytest.mark.parametrize("terminal", [True, False])
def test_progress_is_shown_where_asked(
    digits: Digits, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, terminal: bool
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: terminal)
    train(dataclasses.replace(TINY, epochs=1), digits, seed=0, progress=True)
    errors = capsys.readouterr().err
    assert "improved, seed 0: loss" in errors
    assert ("\r" in errors) == terminal, "a log has lines"
    assert terminal or (errors.count("\n") == 1 and errors.endswith(" after 1 epochs\n"))


def test_parameters() -> None:
    assert Recipe("report").model(0).count_params() == 23_355
    assert improved_cnn(seed=0).count_params() <= 60_000
    # 3 x 3 weights and no bias; gamma, beta, mean and variance of each map; ten classes from 44 averages.
    maps = [3, 16, 24, 32, 40, 48, 44]
    expected = sum(9 * a * b + 4 * b for a, b in itertools.pairwise(maps)) + 44 * 10 + 10
    assert improved_cnn().count_params() == expected


def test_the_convolutions_are_named() -> None:
    names = [layer.name for layer in improved_cnn().layers if isinstance(layer, keras.layers.Conv2D)]
    assert names == [f"convolution_{r}" for r in range(1, 7)]


def test_standardisation_forgets_brightness_and_contrast() -> None:
    model = improved_cnn(seed=0)
    x = np.random.default_rng(0).uniform(0.2, 0.6, (2, 32, 32, 3)).astype(np.float32)
    np.testing.assert_allclose(model(1.5 * x + 0.05), model(x), atol=2e-3)


@pytest.mark.parametrize(
    "options, present, absent",
    [
        ({"standardise": False}, "convolution_1", "standardisation"),
        ({"normalise": "none"}, "relu_1", "normalisation_1"),
        ({"head": "dense"}, "flatten", "average"),
        ({"dropout": 0.0}, "average", "dropout"),
    ],
)
def test_each_change_can_be_taken_back(options: dict, present: str, absent: str) -> None:
    names = [layer.name for layer in improved_cnn(**options).layers]
    assert present in names
    assert absent not in names


def test_pooling_as_in_the_report_leaves_one_pixel() -> None:
    assert improved_cnn(pooling=3).get_layer("relu_6").output.shape == (None, 1, 1, 44)


def test_normalisation_after_relu() -> None:
    names = [layer.name for layer in improved_cnn(normalise="after").layers]
    assert names.index("relu_1") < names.index("normalisation_1")


def test_settings_survive_a_file() -> None:
    assert Recipe.from_settings(TINY.settings()) == TINY


@pytest.mark.parametrize("settings", [{"speed": 1}, {"augmentation": {"twist": 1}}])
def test_what_is_no_recipe(settings: dict) -> None:
    with pytest.raises(TypeError, match=r"unexpected keyword argument"):
        Recipe.from_settings({"network": "report"} | settings)


def test_a_prediction_is_the_same_from_bytes_and_from_inputs(digits: Digits) -> None:
    model = improved_cnn(filters=[[3], [4]], seed=0)
    whole = np.asarray(model(scale(digits.x_test), training=False))
    np.testing.assert_allclose(probabilities_of(model, digits.x_test, batch_size=7), whole, rtol=1e-5)
    np.testing.assert_allclose(probabilities_of(model, scale(digits.x_test), batch_size=30), whole, rtol=1e-5)


def test_prediction_of_nothing() -> None:
    assert probabilities_of(improved_cnn(seed=0), np.empty((0, 32, 32, 3), np.uint8)).shape == (0, 10)
