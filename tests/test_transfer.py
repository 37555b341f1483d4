"""Handwriting shown to networks: what they are given, and how their answers are counted."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from layerwise import transfer
from layerwise.datasets import load_mnist_5000
from layerwise.transfer import WAYS, accuracies, measure, readings, shown

DIGITS = load_mnist_5000()


class Constant:
    """Answers 3 to bright pictures and 7 to dark ones."""

    def __call__(self, x: np.ndarray, training: bool = True) -> np.ndarray:
        assert not training
        bright = x.mean(axis=(1, 2, 3)) > 0.5
        return np.eye(10)[np.where(bright, 3, 7)]


def test_three_ways_of_showing_the_same_digit() -> None:
    ways = shown(DIGITS.x_test[:2])
    assert tuple(ways) == WAYS
    assert all(x.shape == (2, 32, 32, 3) and x.dtype == np.float32 for x in ways.values())
    assert (ways["raw"][:, 2:30, 2:30, 1] * 255 == DIGITS.x_test[:2]).all()
    assert ways["raw"][:, :2].max() == 0 and ways["raw"][:, :, 30:].max() == 0
    assert (ways["inverted"] == 1 - ways["raw"]).all()
    assert ways["photo"].max() <= 0.81 and ways["photo"][:, 0, 0].min() > 0.7  # paper in the corner


def test_right_answers_are_counted_by_way_and_class() -> None:
    inputs = {"raw": np.zeros((4, 32, 32, 3)), "inverted": np.ones((4, 32, 32, 3)), "photo": np.ones((4, 32, 32, 3))}
    table = readings(Constant(), inputs, np.array([3, 3, 7, 1]))
    assert len(table) == 30
    found = {(row.way, row.label): (row.digits, row.right) for row in table.itertuples()}
    assert found["raw", 3] == (2, 0) and found["raw", 7] == (1, 1) and found["raw", 1] == (1, 0)
    assert found["photo", 3] == (2, 2) and found["photo", 7] == (1, 0) and found["photo", 0] == (0, 0)
    shares = accuracies(table)
    assert list(shares.index) == list(WAYS)
    assert shares.loc["raw", "all"] == 0.25 and shares.loc["photo", "all"] == 0.5 and shares.loc["photo", 3] == 1


def test_every_network_of_the_studies_and_every_shipped_one_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Any] = []

    def train(recipe: Any, digits: Any, *pen: int, seed: int, folder: Any, progress: bool) -> Any:
        asked.append((recipe, digits, *pen, seed))
        return SimpleNamespace(model=Constant)

    monkeypatch.setattr(transfer.Recipe, "from_settings", lambda settings: settings["name"])
    monkeypatch.setattr(transfer, "train", train)
    monkeypatch.setattr(transfer, "train_with_pen", train)
    few = SimpleNamespace(x_test=DIGITS.x_test[:10], y_test=DIGITS.y_test[:10])
    studies = {
        "one": {"recipes": {"only": {"name": "a"}}, "seeds": [0, 1]},
        "two": {"recipes": {"first": {"name": "b"}, "second": {"name": "c"}}, "seeds": [0], "pen": 5},
    }
    table = measure(studies, {"improved": Constant()}, few, "house numbers")  # type: ignore[arg-type]
    assert asked == [
        ("a", "house numbers", 0),
        ("a", "house numbers", 1),
        ("b", "house numbers", 5, 0),
        ("c", "house numbers", 5, 0),
    ]
    names = table[["network", "seed"]].drop_duplicates().to_numpy().tolist()
    assert names == [["shipped: improved", -1], ["one", 0], ["one", 1], ["two: first", 0], ["two: second", 0]]
    assert isinstance(table, pd.DataFrame) and table["digits"].sum() == 10 * 3 * 5
