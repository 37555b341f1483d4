"""Handwriting shown to networks: what they are given, and how their answers are counted."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest
import sklearn.datasets
from PIL import Image
from sklearn.datasets import load_digits

from layerwise.data.mnist import load_mnist_5000
from layerwise.see import handwriting
from layerwise.see.handwriting import (
    COLLECTIONS,
    OMISSIONS,
    SHOWINGS,
    accuracy_by_showing,
    read_collections,
    readings,
    shown,
)
from layerwise.see.photo import OPTIONAL_STEPS, prepare

DIGITS = load_mnist_5000()


class Constant:
    """Answers 3 to bright pictures and 7 to dark ones."""

    def __call__(self, x: np.ndarray, training: bool = True) -> np.ndarray:
        assert not training
        bright = x.mean(axis=(1, 2, 3)) > 0.5
        return np.eye(10)[np.where(bright, 3, 7)]


def test_three_ways_of_showing_the_same_digit() -> None:
    ways = shown(DIGITS.x_test[:2])
    assert tuple(ways) == SHOWINGS
    assert all(x.shape == (2, 32, 32, 3) and x.dtype == np.float32 for x in ways.values())
    assert (ways["raw"][:, 2:30, 2:30, 1] * 255 == DIGITS.x_test[:2]).all()
    assert ways["raw"][:, :2].max() == 0 and ways["raw"][:, :, 30:].max() == 0
    assert (ways["inverted"] == 1 - ways["raw"]).all()
    assert ways["photo"].max() <= 0.81 and ways["photo"][:, 0, 0].min() > 0.7  # paper in the corner


def test_small_pictures_are_enlarged_and_large_ones_shrunk_whole() -> None:
    small = np.full((8, 8), 100, np.uint8)
    np.testing.assert_allclose(shown([small])["raw"], 100 / 255, rtol=1e-6)
    page = Image.new("RGB", (450, 600), "white")
    page.paste("black", (0, 0, 225, 600))
    raw = shown([page])["raw"][0, :, :, 0]
    assert raw[:, :14].max() < 0.1 and raw[:, 18:].min() > 0.9


def test_one_step_is_left_out_at_a_time() -> None:
    page = np.asarray(DIGITS.seven)
    ways = shown([page], omissions=True)
    assert tuple(ways) == SHOWINGS + OMISSIONS
    for step, way in zip(OPTIONAL_STEPS, OMISSIONS, strict=True):
        np.testing.assert_array_equal(ways[way][0], prepare(page, without=[step]).input)


def test_two_processes_prepare_what_one_does() -> None:
    x = DIGITS.x_test[:120]
    np.testing.assert_array_equal(shown(x, jobs=2)["photo"], shown(x)["photo"])


def test_right_answers_are_counted_by_way_and_class() -> None:
    dark, bright = np.zeros((4, 32, 32, 3), np.float32), np.ones((4, 32, 32, 3), np.float32)
    table = readings(Constant(), {"raw": dark, "inverted": bright, "photo": bright}, np.array([3, 3, 7, 1]))
    assert len(table) == 30
    found = {(row.way, row.label): (row.digits, row.right) for row in table.itertuples()}
    assert found["raw", 3] == (2, 0) and found["raw", 7] == (1, 1) and found["raw", 1] == (1, 0)
    assert found["photo", 3] == (2, 2) and found["photo", 7] == (1, 0) and found["photo", 0] == (0, 0)
    shares = accuracy_by_showing(table)
    assert list(shares.index) == list(SHOWINGS)
    assert shares.loc["raw", "all"] == 0.25 and shares.loc["photo", "all"] == 0.5 and shares.loc["photo", 3] == 1


def test_every_network_reads_every_collection(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Any] = []

    def train(recipe: Any, digits: Any, *, seed: int, folder: Any, progress: bool) -> Any:
        asked.append((recipe, digits, seed))
        return SimpleNamespace(model=Constant)

    monkeypatch.setattr(handwriting.Recipe, "from_settings", lambda settings: settings["name"])
    monkeypatch.setattr(handwriting, "train", train)
    monkeypatch.setattr(handwriting, "PAGES", 10)
    small = load_digits()
    first = SimpleNamespace(images=small.images[:20], target=small.target[:20])
    monkeypatch.setattr(sklearn.datasets, "load_digits", lambda: first)
    few = SimpleNamespace(x_test=DIGITS.x_test[:10], y_test=DIGITS.y_test[:10])
    studies = {
        "one": {"recipes": {"only": {"name": "a"}}, "seeds": [0, 1]},
        "two": {"recipes": {"first": {"name": "b"}, "second": {"name": "c"}}, "seeds": [0]},
    }
    table = read_collections(studies, {"improved": Constant()}, few, "house numbers")  # type: ignore[arg-type]
    assert asked == [
        ("a", "house numbers", 0),
        ("a", "house numbers", 1),
        ("b", "house numbers", 0),
        ("c", "house numbers", 0),
    ]
    names = table[["network", "seed"]].drop_duplicates().to_numpy().tolist()
    assert names == [["shipped: improved", -1], ["one", 0], ["one", 1], ["two: first", 0], ["two: second", 0]]
    assert isinstance(table, pd.DataFrame) and list(table["collection"].unique()) == list(COLLECTIONS)
    sizes = table.groupby(["network", "seed", "way", "collection"])["digits"].sum().unstack("collection")
    assert (sizes == [10, 10, 20]).all(axis=None), sizes
    assert set(table["way"]) == {*SHOWINGS, *OMISSIONS}
