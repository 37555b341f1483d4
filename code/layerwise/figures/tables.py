"""Tables as pictures: heat maps, confusion, answers, counts of classes."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from layerwise.figures.parts import coloured_cells, panel_grid, text_colour
from layerwise.figures.style import SEQUENTIAL


def answers(counts: pd.DataFrame | Mapping[str, ArrayLike]) -> Figure:
    """How often each run answers each class on the test set.

    Parameters
    ----------
    counts : DataFrame or mapping of name to (classes,) array
        One row per run, named as it shall be written; one column per class.

    Raises
    ------
    ValueError
        If there is no run, or runs have different numbers of classes.
    """
    if isinstance(counts, Mapping):
        lengths = {name: np.size(row) for name, row in counts.items()}
        if len(set(lengths.values())) != 1:
            raise ValueError(f"every run needs one count per class, the same number for all; got {lengths or 'no run'}")
        counts = pd.DataFrame.from_dict({name: np.ravel(row) for name, row in counts.items()}, orient="index")
    return heat_map(
        counts.to_numpy(float),
        rows=[str(name) for name in counts.index],
        columns=[str(name) for name in counts.columns],
        x_label="class answered",
        y_label="",
        text=lambda value: f"{value:,.0f}" if value else "0",
    )


def heat_map(
    values: ArrayLike,
    *,
    rows: Sequence[str],
    columns: Sequence[str],
    x_label: str,
    y_label: str,
    text: Callable[[float], str] = "{:.2f}".format,
    scale: Sequence[float] | None = None,
) -> Figure:
    """A matrix as coloured cells with their values written in.

    Parameters
    ----------
    values : (rows, columns) array
        Finite numbers.
    rows, columns : sequences of str
        Names of rows and columns.
    x_label, y_label : str
        What the columns and rows are.
    text : callable
        Writes a value into its cell; an empty string leaves it bare.
    scale : sequence of 8 floats, optional
        Bounds of the seven colour steps, rising; equal steps between the smallest and the largest value by default.

    Raises
    ------
    ValueError
        If shapes or the number of names do not fit, a value is not finite, or the scale does not rise.
    """
    values = np.asarray(values, float)
    if values.ndim != 2 or values.shape != (len(rows), len(columns)) or not values.size:
        raise ValueError(f"values must be ({len(rows)}, {len(columns)}), as many as names; got {values.shape}")
    if not np.isfinite(values).all():
        raise ValueError("values must be finite; replace what is missing before drawing")
    if scale is None:
        low, high = float(values.min()), float(values.max())
        scale = np.linspace(low, high if high > low else low + 1, len(SEQUENTIAL) + 1).tolist()
    if len(scale) != len(SEQUENTIAL) + 1 or not (np.diff(scale) > 0).all():
        raise ValueError(f"scale must be {len(SEQUENTIAL) + 1} rising bounds; got {list(scale)}")
    step = np.clip(np.digitize(values, scale) - 1, 0, len(SEQUENTIAL) - 1)

    rows = [textwrap.fill(name, 17) for name in rows]
    lines = max(name.count("\n") + 1 for name in rows)
    figure, axes = panel_grid(1, 1, height=0.6 + (0.14 + 0.14 * lines) * len(rows))
    axis = axes[0, 0]
    coloured_cells(axis, step, rows, columns, x_label, y_label)
    size = 9 if len(columns) * max(len(text(float(value))) for value in values.flat) <= 50 else 8
    for (i, j), value in np.ndenumerate(values):
        colour = text_colour(step[i, j])
        axis.text(j + 0.5, i + 0.5, text(float(value)), ha="center", va="center", color=colour, size=size)
    return figure


def confusion(counts: ArrayLike) -> Figure:
    """A confusion matrix: counts, with their share of the row below, coloured by that share.

    Parameters
    ----------
    counts : (classes, classes) array of whole numbers
        Rows are the true classes, columns the answers.

    Raises
    ------
    ValueError
        If it is not square, a count is negative, or a class has no digits.
    """
    counts = np.asarray(counts)
    if counts.ndim != 2 or counts.shape[0] != counts.shape[1] or counts.min(initial=0) < 0:
        raise ValueError(f"counts must be a square of numbers from 0 on; got shape {counts.shape}")
    if not counts.sum(axis=1).all():
        raise ValueError("every class needs at least one digit, or its row has no shares")
    shares = 100 * counts / counts.sum(axis=1, keepdims=True)
    # A share of 1 % is worth a colour; the classes that are read rightly all lie in the last step.
    step = np.digitize(shares, [0.5, 1, 2, 4, 20, 80])
    figure, axes = panel_grid(1, 1, height=5.4)
    axis = axes[0, 0]
    classes = [str(k) for k in range(len(counts))]
    coloured_cells(axis, step, classes, classes, "answer", "true class")
    axis.tick_params(labelsize=10)
    for (i, j), count in np.ndenumerate(counts):
        if count:
            colour = text_colour(step[i, j])
            axis.text(j + 0.5, i + 0.38, f"{count}", ha="center", va="center", color=colour, size=9.5)
            axis.text(j + 0.5, i + 0.74, f"{shares[i, j]:.1f}", ha="center", va="center", color=colour, size=7)
    return figure


def class_counts(counts: Mapping[str, ArrayLike], *, classes: Sequence[str] | None = None) -> Figure:
    """How many patterns of each class a data set holds: a panel per part, the count and the share above each bar.

    Parameters
    ----------
    counts : mapping of name to (classes,) array
        For example ``{"training set": ..., "test set": ...}``.
    classes : sequence of str, optional
        Names of the classes; their numbers by default.

    Raises
    ------
    ValueError
        If there is no part, or a part has no patterns or another number of classes.
    """
    if not counts:
        raise ValueError("counts is empty: give at least one part of the data, for example {'training set': counts}")
    parts = {name: np.asarray(part, float).ravel() for name, part in counts.items()}
    size = next(iter(parts.values())).size
    names = [str(k) for k in range(size)] if classes is None else list(classes)
    for name, part in parts.items():
        if part.size != len(names) or part.sum() <= 0:
            raise ValueError(f"{name} must hold {len(names)} counts with a sum above 0; got {part.tolist()}")
    figure, axes = panel_grid(len(parts), 1, height=0.4 + 1.65 * len(parts), sharex=True, sharey=True)
    for axis, (name, part) in zip(axes[:, 0], parts.items(), strict=True):
        share = 100 * part / part.sum()
        bars = axis.bar(names, share, width=0.8, facecolor=SEQUENTIAL[3], edgecolor=SEQUENTIAL[5], linewidth=1)
        texts = [f"{n:,.0f}\n{percent:.2f}" for n, percent in zip(part, share, strict=True)]
        axis.bar_label(bars, texts, size=8.5, padding=2)
        axis.set_title(f"{name}: {part.sum():,.0f}")
        axis.set_ylabel("share in %")
        axis.margins(x=0.02, y=0.34)
        axis.grid(axis="x", visible=False)
        axis.tick_params(axis="x", length=0)
    axes[-1, 0].set_xlabel("class")
    return figure
