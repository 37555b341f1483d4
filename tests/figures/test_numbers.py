"""The numbers of a figure: each of them stands in the drawing, and only pictures have none."""

import csv
import re

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from figure_examples import FIGURES, HISTORY
from layerwise import figures
from layerwise.figures.numbers import HEAD, NumberedFigure, some_of, spread_of

# Thousands of pixels each: what they show is said in their alternative texts.
PICTURES = {"digits", "photo_steps", "picture_rows", "kernel_grid", "feature_map_grid", "optima_and_patches"}
# A diagram of symbols has no numbers; these draw shares of what is counted,
# powers of ten as colours, half axes as ellipses, and values as histograms.
OTHERWISE = {"network_diagram", "class_counts", "gradient_history", "circle_images", "layer_histograms"}
NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:e[-+]\d+)?")


def rows_of(figure: Figure) -> list[list[str]]:
    """The table as a page gets it: the heads, and a list of words a row."""
    head, *lines = repr(figure).splitlines()
    assert head + "\n" == HEAD
    return list(csv.reader(lines))


def drawn_numbers(figure: Figure) -> np.ndarray:
    """Every coordinate, length, pixel and written number of a figure."""
    found: list[np.ndarray] = []
    for axis in figure.axes:
        found += [np.ravel(line.get_xydata()) for line in axis.lines]
        found += [path.vertices.ravel() for each in axis.collections for path in each.get_paths()]
        bars = [patch for patch in axis.patches if isinstance(patch, Rectangle)]
        found += [np.array([bar.get_width(), bar.get_height()]) for bar in bars]
        found += [np.ravel(image.get_array()) for image in axis.images]
        written = (NUMBER.findall(text.get_text().replace(",", "").replace("−", "-")) for text in axis.texts)
        found += [np.array(words, float) for words in written]
    return np.concatenate([values[np.isfinite(values)] for values in found])


def kind_of(name: str) -> str:
    return name.split(",")[0]


@pytest.mark.parametrize("name", [name for name in FIGURES if kind_of(name) not in PICTURES | OTHERWISE])
def test_what_the_table_says_is_drawn(name: str) -> None:
    figure = FIGURES[name]()
    assert isinstance(figure, NumberedFigure) and figure.numbers is not None
    names = figure.numbers.index.nlevels
    drawn = drawn_numbers(figure)
    told = [
        float(word)
        for row in rows_of(figure)[1:]
        for cell in row[names:]
        for word in NUMBER.findall(cell.replace(",", ""))
    ]
    assert len(told) >= 4
    for number in told:
        if number > 0:  # 0 has its own place on logarithmic axes, and what lies below is cut off in some
            # Three digits of a range, four of a median.
            assert np.abs(drawn - number).min() < 6e-3 * number, number


@pytest.mark.parametrize("name", [name for name in FIGURES if kind_of(name) in PICTURES])
def test_a_picture_has_no_numbers(name: str) -> None:
    assert not repr(FIGURES[name]()).startswith(HEAD)


def test_counts_of_classes_are_the_counts() -> None:
    rows = rows_of(figures.class_counts({"training set": [3, 5], "test set": [1, 2]}))
    assert rows == [["class", "training set", "test set"], ["0", "3", "1"], ["1", "5", "2"]]


def test_ellipses_have_their_half_axes() -> None:
    rows = rows_of(figures.circle_images({"turned": [[0, -3], [2, 0]], "flat": [[1, 1], [1, 1]]}))
    assert rows[1][:3] == ["turned", "3", "2"]
    assert rows[2][0] == "flat" and [float(word) for word in rows[2][1:]] == pytest.approx([2, 0], abs=1e-9)


def test_a_history_has_the_medians_of_some_updates() -> None:
    head, first, *_ = rows_of(FIGURES["gradient_history"]())
    assert head[1:4] == ["ReLU, update 0", "ReLU, update 125", "ReLU, update 250"]
    runs = HISTORY.query("activation == 'relu' and layer == 1 and update == 125")["gradient"]
    assert float(first[2]) == pytest.approx(np.median(runs), rel=1e-3)


def test_a_worked_network_has_its_values_and_a_bare_one_none() -> None:
    assert FIGURES["network_diagram"]().numbers is None
    head, first, *_ = rows_of(FIGURES["network_diagram, worked"]())
    assert head == ["layer", "unit", "b", "ν", "y", "δ", "w from unit 1", "w from unit 2"]
    assert first == ["1", "1", "0.1", "0.45", "0.62", "0.01234", "0.5", "-0.25"]


def test_a_spread_is_a_median_and_its_range() -> None:
    runs = pd.DataFrame({"case": list("aaabbbcc"), "value": [1, 2, 9, 5, 5, 5, np.nan, np.nan]})
    assert spread_of(runs.groupby("case")["value"]).to_dict() == {"a": "2 (1 to 9)", "b": "5", "c": "not a number"}


def test_some_of_many_has_both_ends_and_of_few_all() -> None:
    assert some_of(range(1, 6)) == [1, 2, 3, 4, 5]
    layers = some_of(range(1, 41), 12)
    assert len(layers) == 12 and layers[0] == 1 and layers[-1] == 40
    assert set(np.diff(layers)) <= {3, 4}
