"""Runs beside each other: a mark for each seed."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from layerwise.figures.numbers import NumberedFigure, spread_of
from layerwise.figures.parts import (
    DOT_MARK,
    LARGE,
    MEDIAN_MARK,
    enlarge_text,
    hollow_mark,
    label_of,
    note_beside,
    panel_grid,
    require_columns,
    swarm,
)
from layerwise.figures.style import GRID, INK, MUTED, NEUTRAL, activation_style


def run_accuracies(frame: pd.DataFrame, *, x_label: str, reference: str) -> Figure:
    """The accuracy of every run as a dot, one row per variant, with the median written beside it.

    Parameters
    ----------
    frame : DataFrame
        ``variant``, ``seed`` and ``accuracy``. Rows are drawn in the order in which variants first stand.
    x_label : str
        Of the accuracy.
    reference : str
        The variant whose median the others are compared with: a line through all rows.

    Raises
    ------
    ValueError
        If a column is missing or the frame is empty.
    """
    require_columns(frame, ["variant", "seed", "accuracy"])
    runs = {str(name): group["accuracy"].to_numpy(float) for name, group in frame.groupby("variant", sort=False)}
    figure, [[axis]] = panel_grid(1, 1, height=1.1 + 0.5 * len(runs))
    axis.axvline(float(np.median(runs[reference])), color=MUTED, linewidth=1, linestyle=(0, (2, 2)), zorder=1)
    for row, values in enumerate(runs.values()):
        middle = float(np.median(values))
        axis.plot(values, np.full(len(values), row + 0.1), color=INK, marker="o", **DOT_MARK)
        axis.plot(middle, row - 0.27, **MEDIAN_MARK)
        note_beside(axis, f"{middle:.4f}", row, 8)
    _set_numbers(
        figure, {str(name): group.set_index("seed")["accuracy"] for name, group in frame.groupby("variant", sort=False)}
    )
    axis.set(xlabel=x_label, ylim=(len(runs) - 0.5, -0.6))
    _name_rows(figure, axis, [textwrap.fill(name, 18) for name in runs])
    return figure


def accuracies_by_variant(frame: pd.DataFrame, *, variant: str) -> Figure:
    """The last epoch of every seed as a mark: one row an activation, in it one line a variant with its median.

    Parameters
    ----------
    frame : DataFrame
        The columns ``activation``, ``seed``, ``epoch``, ``test_accuracy`` and `variant`.
    variant : str
        The column of text that has a line and a marker per value, four at most: what was changed, for instance.

    Raises
    ------
    ValueError
        If a column is missing or the frame is empty.
    """
    require_columns(frame, ["activation", variant, "seed", "epoch", "test_accuracy"])
    finals = frame.sort_values("epoch").groupby(["activation", variant, "seed"], sort=False)["test_accuracy"].last()
    cases = finals.groupby(["activation", variant], sort=False)
    rows, variants = (frame[column].drop_duplicates().tolist() for column in ("activation", variant))
    figure, [[axis]] = panel_grid(1, 1, height=1.6 + 0.8 * len(rows))
    lines = np.linspace(-0.29, 0.29, len(variants)) if len(variants) > 1 else np.zeros(1)
    for (name, change), values in cases:
        row, place = rows.index(name), variants.index(change)
        axis.plot(values, np.full(len(values), row + lines[place]), **(NEUTRAL[place] | DOT_MARK))
        note_beside(axis, f"{values.median():.3f}", row + lines[place], 8)
    for row in range(1, len(rows)):
        axis.axhline(row - 0.5, color=GRID, linewidth=0.8)
    figure.numbers = spread_of(cases).unstack()[variants].loc[rows].rename(index=label_of)
    epochs = frame["epoch"].max()
    axis.set(xlim=(0, 1), ylim=(len(rows) - 0.5, -0.5), xlabel=f"accuracy (test set) after {epochs} epochs")
    axis.set_yticks(range(len(rows)), [label_of(name) for name in rows])
    axis.grid(axis="y", visible=False)
    axis.tick_params(axis="y", length=0)
    note_beside(axis, "median", -0.62, 8, color=MUTED)
    handles = [Line2D([], [], label=str(name), **(NEUTRAL[place] | DOT_MARK)) for place, name in enumerate(variants)]
    enlarge_text(figure)
    figure.legend(
        handles=handles, loc="outside upper left", ncols=2, columnspacing=1.6, handlelength=1.2, fontsize=LARGE
    )
    return figure


def _set_numbers(figure: NumberedFigure, runs: Mapping[str, Any]) -> None:
    """A row for each seed, or for each case where there are more cases."""
    table = pd.DataFrame(runs).rename_axis(index="seed")
    figure.numbers = (
        table if table.shape[0] > table.shape[1] else table.rename(index="seed {}".format).T.rename_axis(index="runs")
    )


def _name_rows(figure: Figure, axis: Axes, rows: list[str], *, published: bool = False) -> None:
    """What both figures share: a name for each row, no lines between them, and a legend of the marks."""
    axis.set_yticks(range(len(rows)), rows)
    axis.grid(axis="y", visible=False)
    axis.tick_params(axis="y", length=0)
    axis.xaxis.set_major_locator(MaxNLocator(nbins=5, steps=[1, 2, 5, 10]))
    marks = {"one seed": {**NEUTRAL[0], **DOT_MARK}, "median": MEDIAN_MARK}
    if published:
        marks["the report's run"] = hollow_mark({"color": INK, "marker": "D"})
    handles = [Line2D([], [], label=name, **mark) for name, mark in marks.items()]
    enlarge_text(figure)
    figure.legend(
        handles=handles, loc="outside upper center", ncols=3, columnspacing=1.6, handlelength=1.2, fontsize=LARGE
    )


def seed_distribution(
    frame: pd.DataFrame,
    published: pd.DataFrame | None = None,
    *,
    variant: str | None = None,
) -> Figure:
    """The last epoch of every seed as a dot, one row per activation and depth.

    Parameters
    ----------
    frame : DataFrame
        The columns `activation`, `layers`, `seed`, `epoch` and `test_accuracy`; of each run the last epoch is shown.
    published : DataFrame, optional
        The report's runs, same columns except `seed`; of each case the last epoch is shown as a hollow diamond.
    variant : str, optional
        A further column, of text, that has a row per value: what was changed in a case, for instance.

    Raises
    ------
    ValueError
        If a column is missing or the frame is empty.
    """
    case = ["activation", "layers", *([variant] if variant else [])]
    require_columns(frame, [*case, "seed", "epoch", "test_accuracy"])
    cases = {tuple(key): runs for key, runs in frame.groupby(case, sort=False)}
    row_height = 1.25 if len(cases) <= 4 else 0.62 if published is None else 0.75
    figure, [[axis]] = panel_grid(1, 1, height=1.0 + row_height * len(cases))
    # A mark takes 4.7 points, on an axis about 180 points wide.
    width, step = 4.7 / 180, 4.7 / (72 * row_height)

    for row, ((activation, layers, *_), runs) in enumerate(cases.items()):
        finals = np.sort(runs.sort_values("epoch").groupby("seed")["test_accuracy"].last().to_numpy(float))
        middle = float(np.median(finals))
        axis.plot(finals, row - 0.02 + swarm(finals, width, step), **(activation_style(str(activation)) | DOT_MARK))
        # The median above the marks, the report's run below: neither hides one.
        axis.plot(middle, row - 0.41, **MEDIAN_MARK)
        axis.vlines(middle, row - 0.41, row + 0.28, color=MUTED, linewidth=0.8, zorder=2)
        note_beside(axis, f"{middle:.4f}", row, 8)
        if published is not None:
            theirs = published[(published["activation"] == activation) & (published["layers"] == layers)]
            for value in theirs.loc[theirs["epoch"] == theirs["epoch"].max(), "test_accuracy"].unique():
                axis.plot(value, row + 0.39, clip_on=False, zorder=4, **hollow_mark({"color": INK, "marker": "D"}))
                note_beside(axis, f"{value:.4f}", row, 58)
    names = {key: ", ".join([label_of(key[0]), f"{key[1]} layers", *map(str, key[2:])]) for key in cases}
    ends: dict[str, dict[Any, Any]] = {
        names[key]: dict(runs.sort_values("epoch").groupby("seed")["test_accuracy"].last())
        for key, runs in cases.items()
    }
    if published is not None:
        reported = published.sort_values("epoch").groupby(["activation", "layers"])["test_accuracy"].last()
        for key in cases:
            ends[names[key]]["report"] = reported.get(key[:2])
    _set_numbers(figure, ends)
    rows = [
        "\n".join(textwrap.fill(str(part), 18) for part in (f"{label_of(name)}, {layers} layers", *rest))
        for name, layers, *rest in cases
    ]
    epochs = frame.groupby(case)["epoch"].max().unique()
    after = f"{epochs[0]} epochs" if len(epochs) == 1 else "the last epoch"
    axis.set(xlim=(0, 1), ylim=(len(cases) - 0.5, -0.5), xlabel=f"accuracy (test set) after {after}")
    note_beside(axis, "median", -0.62, 8, color=MUTED)
    if published is not None:
        note_beside(axis, "report", -0.62, 58, color=MUTED)
    _name_rows(figure, axis, rows, published=published is not None)
    return figure
