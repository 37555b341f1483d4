"""Versions of methods: whoever changes what a method finds raises its number.

A small fixed part of each method is run and compared with ``method_results.json``, which says under which version, and
on which arithmetic, it was found. After a change that is meant: raise the number in ``layerwise.keep.keys.METHODS``
and run ``python tests/keep/test_methods.py``, which writes that file anew.
"""

import dataclasses
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from layerwise import arithmetic
from layerwise.data.digits import Digits
from layerwise.data.mnist import load_mnist_5000
from layerwise.data.synthetic.pens import pen_digits
from layerwise.data.synthetic.plates import house_numbers
from layerwise.depth import measurements
from layerwise.depth.sweeps import sweep
from layerwise.keep.keys import METHODS
from layerwise.keep.machine import this_arithmetic
from layerwise.see import handwriting, recipes, weights
from layerwise.see.augmentation import Augmentation
from layerwise.see.training import Recipe, train

FILE = Path(__file__).with_name("method_results.json")
TOLERANCE = 1e-3
"""Relative, on an arithmetic other than the file's: some tens of updates magnify a last digit no further."""

WEIGHTS = {"initializer": "glorot_uniform"}
DEPTH: dict[str, dict[str, Any]] = {
    "remedies": {
        "activations": ["relu"],
        "remedies": ["batch normalisation", "skip connections"],
        "layers": 4,
        "epochs": 1,
        "updates_per_epoch": 125,
        "batch_size": 8,
        "learning_rate": 0.01,
        **WEIGHTS,
    },
    "first_epoch": {"activations": ["tanh"], "layers": 3, "updates": 20, "every": 10},
    "wide_networks": {"cases": [["relu", 5, "he_uniform"]], "units": 16},
}
RECIPE = Recipe(
    "improved",
    options={"filters": [[3], [3, 4], [4]]},
    synthetic=40,
    synthetic_per_epoch=20,
    validation=0.2,
    epochs=2,
    batch_size=32,
    schedule="cosine",
    weight_decay=0.001,
    label_smoothing=0.05,
    augmentation=Augmentation(rotation=10, zoom=(0.9, 1.1), invert=0.3, colour=0.1),
)


def drawn() -> Digits:
    x, y = house_numbers(100, seed=1)
    x_test, y_test = house_numbers(30, seed=2)
    return Digits(x, y, x_test, y_test, "drawn", "svhn_synthetic", "0" * 64, np.arange(100, dtype=np.int32) // 2)


def numbers(table: pd.DataFrame) -> list[float]:
    """All fractional numbers of a table, seconds apart."""
    return table.select_dtypes("number").drop(columns="seconds", errors="ignore").to_numpy(float).ravel().tolist()


def of_sweep(folder: Path) -> list[float]:
    digits = load_mnist_5000()
    found = []
    for activation in ("relu", "tanh", "lecun_tanh"):
        frame = sweep([activation], [4], [0, 1], digits=digits, epochs=1, updates_per_epoch=30, folder=folder)
        found += numbers(frame)
    return found


def of_depth(folder: Path) -> list[float]:
    digits = load_mnist_5000()
    return [
        value
        for study, settings in DEPTH.items()
        for value in numbers(measurements.measure(study, settings | {"seeds": [0]}, digits))
    ]


def of_cnn_training(folder: Path) -> list[float]:
    reports = dataclasses.replace(RECIPE, network="report", options={}, schedule="constant", weight_decay=0.0)
    runs = [train(recipe, drawn(), seed=0) for recipe in (RECIPE, reports)]
    # Pictures that were drawn, too: they are what was learned from.
    return [*(value for run in runs for value in numbers(run.history)), float(house_numbers(4, seed=0)[0].mean())]


def of_pen_digits(folder: Path) -> list[float]:
    return pen_digits(40, seed=0)[0].mean(axis=(1, 2, 3)).tolist()


def of_cnn(folder: Path) -> list[float]:
    study = {"part": "test", "seeds": [0], "recipes": {"small": RECIPE.settings()}}
    tables = recipes.train_study(study, drawn())
    return numbers(tables["runs"]) + numbers(tables["answers"].filter(like="confidence"))


def of_transfer(folder: Path) -> list[float]:
    digits = load_mnist_5000()
    inputs = handwriting.shown(digits.x_test[:40], omissions=True)
    table = handwriting.readings(weights.pretrained("report"), inputs, digits.y_test[:40])
    return numbers(table[["digits", "right"]])


PARTS: dict[str, Callable[[Path], list[float]]] = {
    "sweep": of_sweep,
    "depth": of_depth,
    "cnn_training": of_cnn_training,
    "pen_digits": of_pen_digits,
    "cnn": of_cnn,
    "transfer": of_transfer,
}


def told(found: dict[str, list[float]]) -> dict[str, Any]:
    """What the file holds: results to seven digits, as a record has them."""
    methods = {name: {"version": METHODS[name], "result": [float(f"{v:.7g}") for v in found[name]]} for name in found}
    return {"arithmetic": this_arithmetic(), "methods": methods}


def complaint(method: str, result: list[float], kept: dict[str, Any]) -> str | None:
    """Why a result and the file do not go together; None where they do."""
    of_method, here = kept["methods"][method], told({method: result})
    if of_method["version"] != METHODS[method]:
        return f"version {METHODS[method]} of {method} has no result yet: python tests/keep/test_methods.py"
    exact = kept["arithmetic"] == here["arithmetic"]
    tolerance = {"rtol": 0 if exact else TOLERANCE, "atol": 0 if exact else TOLERANCE, "equal_nan": True}
    result = here["methods"][method]["result"]
    if len(result) == len(of_method["result"]) and np.allclose(result, of_method["result"], **tolerance):
        return None
    return f"{method} finds other numbers: raise its version in METHODS, or find out why"


@pytest.mark.parametrize("method", PARTS)
def test_whoever_changes_a_result_raises_the_version(method: str, tmp_path: Path) -> None:
    kept = json.loads(FILE.read_text(encoding="utf-8"))
    assert complaint(method, PARTS[method](tmp_path), kept) is None


def test_every_method_has_a_part() -> None:
    assert set(PARTS) == set(METHODS) == set(json.loads(FILE.read_text(encoding="utf-8"))["methods"])


def test_a_changed_result_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    kept = told({"sweep": [0.5, float("nan"), 2.0]})
    assert complaint("sweep", [0.5, float("nan"), 2.0], kept) is None
    for other in ([0.5, float("nan"), 2.00001], [0.5, 1.0, 2.0], [0.5, float("nan")]):
        assert "raise its version" in str(complaint("sweep", other, kept))
    elsewhere = kept | {"arithmetic": kept["arithmetic"] | {"training": "another"}}
    assert complaint("sweep", [0.5, float("nan"), 2.00001], elsewhere) is None
    assert "raise its version" in str(complaint("sweep", [0.5, float("nan"), 2.1], elsewhere))
    monkeypatch.setitem(METHODS, "sweep", METHODS["sweep"] + 1)
    assert "has no result yet" in str(complaint("sweep", [0.5, float("nan"), 2.0], kept))


if __name__ == "__main__":
    import os
    import sys
    import tempfile

    if arithmetic.late:  # NumPy is imported above: once more, with what the package has put into the environment
        os.execv(sys.executable, [sys.executable, *sys.argv])

    with tempfile.TemporaryDirectory() as folder:
        results = {method: part(Path(folder)) for method, part in PARTS.items()}
    FILE.write_text(json.dumps(told(results), indent=1) + "\n", encoding="utf-8")
