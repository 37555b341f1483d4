"""Runs beside each other: a mark for each seed."""

from __future__ import annotations

import textwrap

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from layerwise.figures.parts import (
    LARGE,
    dot_mark,
    enlarge_text,
    hollow_mark,
    label_of,
    last_epochs,
    median_mark,
    note_beside,
    panel_grid,
    require_columns,
    swarm,
)
from layerwise.figures.style import INK, MUTED, NEUTRAL, activation_style


def run_accuracies(frame: pd.DataFrame, *, x_label: str, reference: str | None = None) -> Figure:
    """The accuracy of every run as a dot, one row per variant, with the median written beside it.

    Parameters
    ----------
    frame : DataFrame
        ``variant``, ``seed`` and ``accuracy``. Rows are drawn in the order in which variants first stand.
    x_label : str
        Of the accuracy.
    reference : str, optional
        The variant whose median the others are compared with: a line through all rows.

    Raises
    ------
    ValueError
        If a column is missing, the frame is empty, or there is no such reference.
    """
    require_columns(frame, ["variant", "seed", "accuracy"])
    runs = {str(name): group["accuracy"].to_numpy(float) for name, group in frame.groupby("variant", sort=False)}
    if reference is not None and reference not in runs:
        raise ValueError(f"no variant {reference!r} to compare with; the frame has {', '.join(runs)}")
    figure, axes = panel_grid(1, 1, height=1.1 + 0.5 * len(runs))
    axis = axes[0, 0]
    if reference is not None:
        axis.axvline(float(np.median(runs[reference])), color=MUTED, linewidth=1, linestyle=(0, (2, 2)), zorder=1)
    for row, values in enumerate(runs.values()):
        middle = float(np.median(values))
        axis.plot(values, np.full(len(values), row + 0.1), color=INK, marker="o", **dot_mark())
        axis.plot(middle, row - 0.27, **median_mark())
        note_beside(axis, f"{middle:.4f}", row, 8)
    axis.set_yticks(range(len(runs)), [textwrap.fill(name, 18) for name in runs])
    axis.set_ylim(len(runs) - 0.5, -0.6)
    axis.set_xlabel(x_label)
    axis.grid(axis="y", visible=False)
    axis.tick_params(axis="y", length=0)
    axis.xaxis.set_major_locator(MaxNLocator(nbins=5, steps=[1, 2, 5, 10]))
    enlarge_text(figure, axes)
    handles = [Line2D([], [], color=INK, marker="o", **dot_mark()), Line2D([], [], **median_mark())]
    figure.legend(
        handles, ["one seed", "median"], loc="outside upper center", ncols=2, handlelength=1.2, fontsize=LARGE
    )
    return figure


def seed_distribution(
    frame: pd.DataFrame,
    published: pd.DataFrame | None = None,
    *,
    metric: str = "test_accuracy",
    limits: tuple[float, float] = (0.0, 1.0),
    variant: str | None = None,
) -> Figure:
    """The last epoch of every seed as a dot, one row per activation and depth.

    Parameters
    ----------
    frame : DataFrame
        The columns `activation`, `layers`, `seed`, `epoch` and `metric`; of each run the last epoch is shown.
    published : DataFrame, optional
        The report's runs, same columns except `seed`; of each case the last epoch is shown as a hollow diamond.
    metric : str
        The column on the horizontal axis.
    limits : (float, float)
        Ends of that axis.
    variant : str, optional
        A further column, of text, that has a row per value: what was changed in a case, for instance.

    Raises
    ------
    ValueError
        If a column is missing or the frame is empty.
    """
    case = ["activation", "layers", *([variant] if variant else [])]
    require_columns(frame, [*case, "seed", "epoch", metric])
    cases = {tuple(key): runs for key, runs in frame.groupby(case, sort=False)}
    row_height = 1.25 if len(cases) <= 4 else 0.62 if published is None else 0.75
    figure, axes = panel_grid(1, 1, height=1.0 + row_height * len(cases))
    axis = axes[0, 0]
    # A mark takes 4.7 points, on an axis about 180 points wide.
    width, step = 4.7 / 180 * (limits[1] - limits[0]), 4.7 / (72 * row_height)

    for row, ((activation, layers, *_), runs) in enumerate(cases.items()):
        finals = np.sort(last_epochs(runs, ["seed"])[metric].to_numpy(float))
        middle = float(np.median(finals))
        dots = {**activation_style(str(activation)), **dot_mark()}
        axis.plot(finals, row - 0.02 + swarm(finals, width, step), **dots)
        # The median above the marks, the report's run below: neither hides one.
        axis.plot(middle, row - 0.41, **median_mark())
        axis.vlines(middle, row - 0.41, row + 0.28, color=MUTED, linewidth=0.8, zorder=2)
        note_beside(axis, f"{middle:.4f}", row, 8)
        if published is not None:
            theirs = published[(published["activation"] == activation) & (published["layers"] == layers)]
            for value in last_epochs(theirs, [])[metric].unique():
                axis.plot(value, row + 0.39, clip_on=False, zorder=4, **hollow_mark({"color": INK, "marker": "D"}))
                note_beside(axis, f"{value:.4f}", row, 58)
    rows = [
        "\n".join(textwrap.fill(str(part), 18) for part in (f"{label_of(name)}, {layers} layers", *rest))
        for name, layers, *rest in cases
    ]
    axis.set_yticks(range(len(cases)), rows)
    axis.set_ylim(len(cases) - 0.5, -0.5)
    axis.set_xlim(*limits)
    axis.xaxis.set_major_locator(MaxNLocator(nbins=5, steps=[1, 2, 5, 10]))
    axis.grid(axis="y", visible=False)
    axis.tick_params(axis="y", length=0)
    epochs = frame.groupby(case)["epoch"].max().unique()
    after = f"{epochs[0]} epochs" if len(epochs) == 1 else "the last epoch"
    axis.set_xlabel(f"{label_of(metric).replace(chr(10), ' ')} after {after}")
    handles = [Line2D([], [], **{**NEUTRAL[0], **dot_mark()}), Line2D([], [], **median_mark())]
    labels = ["one seed", "median"]
    note_beside(axis, "median", -0.62, 8, color=MUTED)
    if published is not None:
        handles.append(Line2D([], [], **hollow_mark({"color": INK, "marker": "D"})))
        labels.append("the report's run")
        note_beside(axis, "report", -0.62, 58, color=MUTED)
    enlarge_text(figure, axes)
    figure.legend(
        handles, labels, loc="outside upper center", ncols=3, columnspacing=1.6, handlelength=1.2, fontsize=LARGE
    )
    return figure
