"""The page of the package: what a chapter shows, and that every name has a place and a description."""

from __future__ import annotations

import importlib
import re
from pathlib import Path

import pytest

from bookbuild.api import described, names_shown, public_names

PAGE = (Path(__file__).parents[2] / "book" / "api.md").read_text(encoding="utf-8")
DOORS = ("derive", "depth", "see", "audit", "data", "data.synthetic", "figures", "keep", "assignments")
SEEN, HIDDEN = True, False


@pytest.mark.parametrize(
    ("cells", "names"),
    [
        ([("from layerwise.derive import Network", SEEN)], {"derive.Network"}),
        ([("from layerwise.derive import Network", HIDDEN)], set()),
        ([("from layerwise.derive import Network", HIDDEN), ("Network([1, 1], 'tanh')", SEEN)], {"derive.Network"}),
        ([("from layerwise.derive import Network as N", HIDDEN), ("N", SEEN)], {"derive.Network"}),
        ([("from layerwise import figures", SEEN), ("figures.confusion(x)", SEEN)], {"figures.confusion"}),
        ([("from layerwise import figures", SEEN), ("figures.confusion(x)", HIDDEN)], set()),
        ([("from layerwise.data import synthetic", SEEN), ("synthetic.draw()", SEEN)], {"data.synthetic.draw"}),
        ([("from numpy import tanh", SEEN), ("tanh(1)", SEEN)], set()),
        ([("from layerwise.derive import nothing", SEEN)], set()),
    ],
)
def test_what_a_chapter_shows(cells: list[tuple[str, bool]], names: set[str]) -> None:
    assert names_shown(cells) == names


def test_every_folder_stands_on_the_page_once() -> None:
    assert sorted(re.findall(r"^```\{package\} (\S+)$", PAGE, re.MULTILINE)) == sorted(DOORS)


@pytest.mark.parametrize("folder", ["derive", "data", "figures", "audit", "keep"])
def test_every_constant_says_what_it_is(folder: str) -> None:
    module = importlib.import_module(f"layerwise.{folder}")
    constants = [name for name in public_names(folder) if not callable(getattr(module, name))]
    assert [name for name in constants if not "".join(described(folder).get(name, []))] == []
