"""Tables as pictures: heat maps, confusion, answers, counts of classes."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import BoundaryNorm, ListedColormap
from matplotlib.figure import Figure
from numpy.typing import ArrayLike, NDArray

from layerwise.figures.numbers import NumberedFigure
from layerwise.figures.parts import LARGE, enlarge_text, panel_grid
from layerwise.figures.style import BACKGROUND, INK, SEQUENTIAL


def answers(counts: pd.DataFrame) -> Figure:
    """How often each run answers each class on the test set.

    Parameters
    ----------
    counts : DataFrame
        One row per run, named as it is to be written; one column per class.
    """
    return heat_map(
        counts.to_numpy(float),
        rows=[str(name) for name in counts.index],
        columns=[str(name) for name in counts.columns],
        x_label="class answered",
        y_label="",
        text=lambda value: f"{value:,.0f}" if value else "0",
    )


def _cells(
    height: float, step: NDArray[Any], rows: Sequence[str], columns: Sequence[str], x_label: str, y_label: str
) -> tuple[NumberedFigure, Axes, NDArray[Any]]:
    """A table of cells, each in the colour of its step of SEQUENTIAL, with names for its rows and columns.

    Returns the colours for text on the cells, too.
    """
    figure, [[axis]] = panel_grid(1, 1, height=height)
    axis.pcolormesh(
        step,
        cmap=ListedColormap(SEQUENTIAL),
        norm=BoundaryNorm(np.arange(len(SEQUENTIAL) + 1) - 0.5, len(SEQUENTIAL)),
        edgecolors=BACKGROUND,
        linewidth=1.2,
    )
    axis.set_xticks(np.arange(len(columns)) + 0.5, columns)
    axis.set_yticks(np.arange(len(rows)) + 0.5, rows)
    axis.invert_yaxis()
    axis.set(xlabel=x_label, ylabel=y_label)
    axis.grid(False)
    axis.tick_params(length=0)
    axis.spines[:].set_visible(False)
    return figure, axis, np.where(step >= 4, BACKGROUND, INK)  # the fifth step is the first strong one


def _on_few_lines(name: str, widest: int = 17) -> str:
    """A name on as few lines as its width allows, and these of similar length: no short word is left for the last."""
    wrapped = [textwrap.wrap(name, width, break_long_words=False) for width in range(1, widest + 1)]
    lines = min(wrapped, key=len)  # of equally few lines the narrowest, since it comes first
    return "\n".join(lines)


def heat_map(
    values: ArrayLike,
    *,
    rows: Sequence[str],
    columns: Sequence[str],
    x_label: str,
    y_label: str,
    text: Callable[[float], str],
) -> Figure:
    """A matrix as coloured cells with their values written in.

    Parameters
    ----------
    values : (rows, columns) array
        Finite numbers, coloured in seven equal steps between the smallest and the largest.
    rows, columns : sequences of str
        Names of rows and columns.
    x_label, y_label : str
        What the columns and rows are.
    text : callable
        Writes a value into its cell.
    """
    values = np.asarray(values, float)
    low, high = values.min(), values.max()
    scale = np.linspace(low, high if high > low else low + 1, len(SEQUENTIAL) + 1)
    step = np.clip(np.digitize(values, scale) - 1, 0, len(SEQUENTIAL) - 1)

    words = [[text(float(value)) for value in row] for row in values]
    numbers = pd.DataFrame(words, pd.Index(rows, name=y_label or x_label), list(columns))
    rows = [_on_few_lines(name) for name in rows]
    lines = max(name.count("\n") + 1 for name in rows)
    longest = max(map(len, columns))
    slanted = longest * len(columns) > 44  # more letters than fit side by side
    height = 0.6 + (0.14 + 0.14 * lines) * len(rows) + (0.06 * longest if slanted else 0)
    figure, axis, colours = _cells(height, step, rows, columns, x_label, y_label)
    if slanted:
        for label in axis.get_xticklabels():
            label.set(rotation=35, ha="right", rotation_mode="anchor")
    figure.numbers = numbers.rename(columns=lambda name: " ".join(name.split()))
    letters = len(columns) * max(len(word) for row in words for word in row)
    size = LARGE if letters <= 36 else 9 if letters <= 50 else 8
    if size == LARGE:
        enlarge_text(figure)
    for i, j in np.ndindex(values.shape):
        axis.text(j + 0.5, i + 0.5, words[i][j], ha="center", va="center", color=colours[i, j], size=size)
    return figure


def confusion(counts: ArrayLike) -> Figure:
    """A confusion matrix: counts, with their share of the row below, coloured by that share.

    Parameters
    ----------
    counts : (classes, classes) array of whole numbers
        Rows are the true classes, columns the answers; at least one digit of each class.
    """
    counts = np.asarray(counts)
    shares = 100 * counts / counts.sum(axis=1, keepdims=True)
    # A share of 1 % is worth a colour; the classes that are read rightly all lie in the last step.
    step = np.digitize(shares, [0.5, 1, 2, 4, 20, 80])
    classes = [str(k) for k in range(len(counts))]
    figure, axis, colours = _cells(5.4, step, classes, classes, "answer", "true class")
    enlarge_text(figure)
    figure.numbers = pd.DataFrame(counts, pd.Index(classes, name="true class"), [f"answer {name}" for name in classes])
    for (i, j), count in np.ndenumerate(counts):
        if count:
            style: dict[str, Any] = {"ha": "center", "va": "center", "color": colours[i, j]}
            axis.text(j + 0.5, i + 0.38, f"{count}", size=LARGE, **style)
            axis.text(j + 0.5, i + 0.74, f"{shares[i, j]:.1f}", size=LARGE, **style)
    return figure


def class_counts(counts: Mapping[str, ArrayLike]) -> Figure:
    """How many patterns of each class a data set holds: a panel per part, the share above each bar.

    Parameters
    ----------
    counts : mapping of name to (classes,) array
        For example ``{"training set": ..., "test set": ...}``.
    """
    parts = {name: np.asarray(part, float) for name, part in counts.items()}
    figure, axes = panel_grid(len(parts), 1, height=0.4 + 1.65 * len(parts), sharex=True, sharey=True)
    for axis, (name, part) in zip(axes[:, 0], parts.items(), strict=True):
        share = 100 * part / part.sum()
        bars = axis.bar(
            [str(k) for k in range(len(part))],
            share,
            width=0.8,
            facecolor=SEQUENTIAL[3],
            edgecolor=SEQUENTIAL[5],
            linewidth=1,
        )
        axis.bar_label(bars, fmt="%.2f", size=LARGE, padding=2)
        # The numbers above the bars need the room of an axis that would say the same.
        axis.set(title=f"{name}: {part.sum():,.0f}", ylabel="share in %", yticks=[])
        axis.margins(x=0.02, y=0.25)
        axis.grid(axis="x", visible=False)
        axis.tick_params(axis="x", length=0)
    figure.numbers = pd.DataFrame(parts).astype(int).rename_axis("class")
    axes[-1, 0].set_xlabel("class")
    enlarge_text(figure)
    return figure
