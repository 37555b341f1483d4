"""Runs beside each other: every seed is seen."""

import numpy as np
import pandas as pd

from figure_examples import BY_CHANGE, FIGURES, PUBLISHED, labels, runs
from layerwise import figures
from layerwise.figures.style import STYLE


def test_seed_distribution_shows_every_seed_and_the_published_run() -> None:
    frame = runs(20).query("layers == 40")
    figure = figures.seed_distribution(frame, PUBLISHED)
    axes = figure.axes[0]
    assert labels(axes.get_yticklabels()) == ["ReLU, 40 layers", "tanh, 40 layers", "sigmoid, 40 layers"]
    texts = labels(axes.texts)
    for row, name in enumerate(("relu", "tanh", "sigmoid")):
        finals = np.sort(frame.query("activation == @name and epoch == 3")["test_accuracy"].to_numpy())
        dots = next(li for li in axes.lines if li.get_marker() == STYLE[name]["marker"] and len(li.get_xdata()) == 20)
        np.testing.assert_array_equal(dots.get_xdata(), finals)
        assert np.abs(dots.get_ydata() - row).max() < 0.5, "a dot stays in its row"
        places = set(zip(dots.get_xdata(), dots.get_ydata(), strict=True))
        assert len(places) == 20, "no dot hides another"
        assert f"{(finals[9] + finals[10]) / 2:.4f}" in texts
        theirs = PUBLISHED.query("activation == @name and layers == 40 and epoch == 3")["test_accuracy"].item()
        assert f"{theirs:.4f}" in texts


def test_seed_distribution_has_a_row_per_variant_with_its_own_last_epoch() -> None:
    usual = runs(3).query("activation == 'relu' and layers == 5").assign(change="as ever")
    frame = pd.concat([usual, usual.query("epoch < 3").assign(change="two epochs")])
    axes = figures.seed_distribution(frame, variant="change").axes[0]
    assert labels(axes.get_yticklabels()) == ["ReLU, 5 layers\nas ever", "ReLU, 5 layers\ntwo epochs"]
    for epoch, row in ((3, 0), (2, 1)):
        finals = np.sort(usual[usual["epoch"] == epoch]["test_accuracy"])
        drawn_here = [line.get_xdata() for line in axes.lines if round(np.mean(line.get_ydata())) == row]
        np.testing.assert_array_equal(drawn_here[0], finals)
    assert axes.get_xlabel().endswith("after the last epoch")


def test_run_accuracies_has_a_dot_a_run_and_a_median_a_row() -> None:
    (axis,) = FIGURES["run_accuracies"]().axes
    line, *rows = axis.lines
    assert list(line.get_xdata()) == [0.8, 0.8]
    assert [list(dots.get_xdata()) for dots in rows[::2]] == [[0.9, 0.7, 0.8], [0.5, 0.6, 0.4]]
    assert [tick.get_text() for tick in axis.get_yticklabels()] == ["b", "a"]
    assert [text.get_text() for text in axis.texts] == ["0.8000", "0.5000"]


def test_accuracies_by_variant_has_a_mark_a_seed_in_the_line_of_its_variant() -> None:
    figure = FIGURES["accuracies_by_variant"]()
    (axis,) = figure.axes
    assert labels(axis.get_yticklabels()) == ["ReLU", "tanh", "sigmoid"]
    finals = BY_CHANGE[BY_CHANGE["epoch"] == 3].groupby(["activation", "change"])["test_accuracy"]
    for (name, change), accuracies in finals:
        row, marker = ["relu", "tanh", "sigmoid"].index(name), {"none": "o", "deeper": "s"}[change]
        here = [line for line in axis.lines if line.get_marker() == marker and round(np.mean(line.get_ydata())) == row]
        assert [sorted(marks.get_xdata()) for marks in here] == [sorted(accuracies)]
        assert f"{accuracies.median():.3f}" in labels(axis.texts)
    assert labels(figure.legends[0].get_texts()) == ["none", "deeper"]


def test_accuracies_by_variant_leaves_out_what_was_not_run() -> None:
    few = BY_CHANGE.query("activation != 'tanh' or change == 'none'")
    figure = figures.accuracies_by_variant(few, variant="change")
    assert len(figure.axes[0].texts) == 5 + 1  # medians, and their head
    assert figure.numbers is not None and figure.numbers.isna().to_numpy().sum() == 1
