"""The weights that ship: loaded without running code, described truly, made again."""

import dataclasses
import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from layerwise.data.digits import DataError, Digits
from layerwise.data.splits import split_by_photo
from layerwise.see import recipes, training, weights
from layerwise.see.training import Recipe


def card(folder: Path = weights.WEIGHTS) -> dict[str, Any]:
    return json.loads((folder / "card.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", list(weights.SHIPPED))
def test_the_weights_load_without_pickle(name: str) -> None:
    with np.load(weights.WEIGHTS / f"{name}.npz", allow_pickle=False) as file:
        assert {file[key].dtype for key in file.files} == {np.dtype(np.float16)}
    model = weights.pretrained(name)
    assert model.count_params() == card()["networks"][name]["parameters"]
    assert training.probabilities_of(model, np.zeros((1, 32, 32, 3), np.uint8)).sum() == pytest.approx(1, abs=1e-5)


def test_the_weights_are_small() -> None:
    assert sum(path.stat().st_size for path in weights.WEIGHTS.glob("*.npz")) <= 300_000


def test_the_card_says_what_is_measured_afresh(svhn_sample: Digits) -> None:
    for name, facts in card()["networks"].items():
        answers = training.probabilities_of(weights.pretrained(name), svhn_sample.x_test).argmax(axis=1)
        right = answers == svhn_sample.y_test
        # Another processor rounds differently, which may turn a digit or two.
        assert right.mean() == pytest.approx(facts["accuracy"], abs=2 / len(right))
        for k in range(10):
            of_class = svhn_sample.y_test == k
            assert right[of_class].mean() == pytest.approx(facts["accuracy_per_class"][k], abs=2 / of_class.sum())


def test_the_card_belongs_to_the_recipes_and_to_the_records() -> None:
    facts_of_all = card()
    assert set(facts_of_all["networks"]) == set(weights.SHIPPED)
    for name, facts in facts_of_all["networks"].items():
        assert facts["study"] == weights.SHIPPED[name]
        assert facts["seed"] == weights.SHIPPED_SEED
        (settings,) = recipes.STUDIES[facts["study"]]["recipes"].values()
        assert facts["settings"] == settings
    assert "non-commercial" in facts_of_all["licence"]
    assert facts_of_all["not_for"]


def test_weights_are_written_and_read(
    digits: Digits, tiny: Recipe, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    study = {"part": "test", "seeds": [0], "recipes": {"small": tiny.settings()}}
    for name in weights.SHIPPED.values():
        monkeypatch.setitem(recipes.STUDIES, name, study)
    lines = list(weights.make_weights(digits, folder=tmp_path, runs=tmp_path / "runs"))
    assert [Path(line.split(":")[0]).name for line in lines] == ["report.npz", "improved.npz", "card.json"]
    facts = card(tmp_path)["networks"]["improved"]
    model = weights.pretrained("improved", folder=tmp_path)
    answers = training.probabilities_of(model, digits.x_test).argmax(axis=1)
    assert facts["accuracy"] == (answers == digits.y_test).mean()
    # As trained, but for the temperature of the last layer and the rounding to eleven binary digits.
    *trained, kernel, bias = training.train(tiny, digits, seed=0).weights
    last = kernel / facts["temperature"], bias / facts["temperature"]
    for rounded, exact in zip(model.get_weights(), [*trained, *last], strict=True):
        np.testing.assert_allclose(rounded, exact, rtol=2**-11, atol=1e-7)
    assert facts["temperature"] != 1 and "temperature" not in card(tmp_path)["networks"]["report"]


def test_the_temperature_is_fitted_on_digits_that_the_twin_has_not_seen(
    digits: Digits, tiny: Recipe, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(weights, "_shipped_recipe", lambda name: tiny)
    asked: list[Any] = []
    monkeypatch.setattr(weights, "fitted_temperature", lambda p, y: asked.append((p, y)) or 2.0)
    model = tiny.model(seed=0)
    before = training.probabilities_of(model, digits.x_test).astype(float)
    facts = weights._calibrate("improved", model, digits, None, progress=False)
    after = training.probabilities_of(model, digits.x_test)
    np.testing.assert_allclose(after, np.sqrt(before) / np.sqrt(before).sum(axis=1, keepdims=True), atol=1e-5)
    ((found, labels),) = asked
    twin = dataclasses.replace(tiny, validation=weights.CALIBRATED["improved"])
    rows = split_by_photo(digits, twin.validation)[1]
    np.testing.assert_array_equal(labels, digits.y_train[rows])
    model = training.train(twin, digits, seed=weights.SHIPPED_SEED).model()
    np.testing.assert_allclose(found, training.probabilities_of(model, digits.x_train[rows]), atol=1e-5)
    assert facts["temperature"] == 2 and facts["temperature_fitted_on"].startswith(f"{len(rows)} training digits")


def test_the_shipped_network_is_better_calibrated_than_before(svhn_sample: Digits) -> None:
    facts = card()["networks"]["improved"]
    found = weights._calibration_error(weights.pretrained("improved"), svhn_sample)
    assert found == pytest.approx(facts["calibration_error"]["after"], abs=0.003)
    assert found < facts["calibration_error"]["before"]


def test_synthetic_digits_make_no_weights(digits: Digits) -> None:
    with pytest.raises(ValueError, match="trained on photographs, but found a few digits"):
        list(weights.make_weights(dataclasses.replace(digits, key="svhn_synthetic")))


def test_unknown_network() -> None:
    with pytest.raises(ValueError, match="no weights of a network 'large'; expected one of report, improved"):
        weights.pretrained("large")


def test_missing_weights(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"report\.npz are missing or damaged: .*python -m layerwise train-cnn"):
        weights.pretrained("report", folder=tmp_path)


def test_damaged_weights(tmp_path: Path) -> None:
    path = tmp_path / "report.npz"
    content = (weights.WEIGHTS / "report.npz").read_bytes()
    for damaged in (content[:1000], b"", b"not an archive", content[:20_000] + b"0" * 100 + content[20_100:]):
        path.write_bytes(damaged)
        with pytest.raises(DataError, match=r"damaged|of another network"):
            weights.pretrained("report", folder=tmp_path)


def test_weights_of_another_network(tmp_path: Path) -> None:
    shutil.copy(weights.WEIGHTS / "improved.npz", tmp_path / "report.npz")
    with pytest.raises(DataError, match=r"weights of 'report' in .* are those of another network"):
        weights.pretrained("report", folder=tmp_path)


def test_weights_that_would_run_code_are_refused(tmp_path: Path) -> None:
    class Harm:
        def __reduce__(self) -> Any:
            return (Path.touch, (tmp_path / "harmed",))

    np.savez(tmp_path / "report.npz", allow_pickle=True, weights=np.array([Harm()], dtype=object))
    with pytest.raises(DataError, match="damaged"):
        weights.pretrained("report", folder=tmp_path)
    assert not (tmp_path / "harmed").exists()
