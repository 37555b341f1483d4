"""Networks as units and connections, and the values in them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.patches import Circle
from matplotlib.ticker import MaxNLocator
from numpy.typing import ArrayLike

from layerwise.figures.parts import LARGE, enlarge_text, panel_grid, symbol
from layerwise.figures.style import BACKGROUND, INK, MUTED, SURFACE, WIDTH


def network_diagram(
    sizes: Sequence[int],
    *,
    weights: Sequence[ArrayLike] | None = None,
    biases: Sequence[ArrayLike] | None = None,
    nu: Sequence[ArrayLike] | None = None,
    y: Sequence[ArrayLike] | None = None,
    delta: Sequence[ArrayLike] | None = None,
) -> Figure:
    """A small network with its symbols, in the report's notation, and their values where given.

    Parameters
    ----------
    sizes : sequence of int
        Units per layer n_0 to n_R: one or two in a layer, so that every label has its place.
    weights, biases, nu, delta : sequences of R arrays, optional
        Per layer 1 to R: weights (n_r, n_{r-1}), the others (n_r,). Where no values are given at all, the symbols stand
        there without.
    y : sequence of R + 1 arrays, optional
        Outputs per layer 0 to R, (n_r,); the first is the input.
    """
    sizes = list(sizes)
    radius, column, gap, line = 0.36, 2.75, 1.9, 0.36
    centres = [[(column * r, gap * ((n - 1) / 2 - i)) for i in range(n)] for r, n in enumerate(sizes)]
    bare = all(given is None for given in (weights, biases, nu, y, delta))
    lines = 3 if bare else sum(given is not None for given in (biases, nu, y, delta))
    tallest = gap * (max(sizes) - 1) / 2 + radius + (0.1 + line * lines if lines else 0)
    left, right, bottom, top = -0.75, column * (len(sizes) - 1) + 0.75, -tallest - 0.05, tallest + 0.45
    figure, [[axis]] = panel_grid(1, 1, height=WIDTH * (top - bottom) / (right - left))
    axis.set(xlim=(left, right), ylim=(bottom, top), aspect="equal")
    axis.axis("off")

    if weights is not None:
        figure.numbers = _values({"b": biases, "ν": nu, "y": y and y[1:], "δ": delta}, weights)
    for r in range(1, len(sizes)):
        for i, target in enumerate(centres[r]):
            for j, source in enumerate(centres[r - 1]):
                start, end = np.array(source), np.array(target)
                reach = radius * (end - start) / np.linalg.norm(end - start)
                arrow = {"arrowstyle": "-|>", "color": MUTED, "linewidth": 1.1, "shrinkA": 0, "shrinkB": 0}
                axis.annotate("", end - reach, start + reach, arrowprops=arrow)
                # Labels of crossing edges stand near the unit that they lead to, clear of the crossing.
                along = 0.5 if source[1] == target[1] or len(centres[r]) == 1 else 0.68
                label = symbol("w", r, f"{i + 1}{j + 1}", None if weights is None else np.asarray(weights[r - 1])[i, j])
                box = {"facecolor": BACKGROUND, "edgecolor": "none", "pad": 1.0}
                axis.text(*(start + along * (end - start)), label, ha="center", va="center", size=13, bbox=box)
    for r, layer in enumerate(centres):
        name = "input" if r == 0 else "output" if r == len(sizes) - 1 else "hidden"
        axis.text(column * r, top, f"layer {r}: {name}", ha="center", va="top", color=MUTED, size=LARGE)
        for i, (x_unit, y_unit) in enumerate(layer):
            axis.add_patch(Circle((x_unit, y_unit), radius, facecolor=SURFACE, edgecolor=INK, linewidth=1.2, zorder=3))
            axis.text(x_unit, y_unit, symbol("y", r, f"{i + 1}"), ha="center", va="center", size=14, zorder=4)
            hidden = [("b", biases), (r"\nu", nu)] if r else []
            behind = [(r"\delta", delta)] if r else []
            notes = [
                symbol(letter, r, f"{i + 1}", None if given is None else np.asarray(given[r - (letter != "y")])[i])
                for letter, given in [*hidden, ("y", y), *behind]
                if given is not None or (bare and letter != "y")
            ]
            above = i < (len(layer) - 1) / 2
            for k, note in enumerate(notes):
                away = radius + 0.06 + line * (len(notes) - 0.5 - k if above else k + 0.5)
                axis.text(x_unit, y_unit + (away if above else -away), note, ha="center", va="center", size=13)
    return figure


def _values(given: Mapping[str, Sequence[ArrayLike] | None], weights: Sequence[ArrayLike]) -> pd.DataFrame:
    """A row for each unit: what is given of it, and the weights that lead to it."""
    rows = []
    for r, matrix in enumerate(map(np.asarray, weights)):
        for i, into in enumerate(matrix):
            of_unit = {name: np.asarray(values[r])[i] for name, values in given.items() if values is not None}
            from_units = {f"w from unit {j + 1}": weight for j, weight in enumerate(into)}
            rows.append({"layer": r + 1, "unit": i + 1, **of_unit, **from_units})
    return pd.DataFrame(rows).set_index(["layer", "unit"])


def unit_values(columns: Mapping[str, Sequence[ArrayLike]]) -> Figure:
    """One number per unit as a bar from 0: a row of panels per layer, a column per quantity.

    Parameters
    ----------
    columns : mapping of name to sequence of (n_r,) arrays
        For each quantity its values layer by layer, from layer 1 on, the same layers in all. The first goes forwards,
        and the others, with empty bars, backwards: an arrow says so.
    """
    quantities = {name: [np.asarray(layer, float).ravel() for layer in layers] for name, layers in columns.items()}
    depth = max(map(len, quantities.values()))
    figure, axes = panel_grid(depth, len(quantities), height=0.5 + 1.1 * depth)
    for i, (column, (name, layers)) in enumerate(zip(axes.T, quantities.items(), strict=True)):
        column[0].set_title("backwards ↑" if i else "forwards ↓", loc="right", size=LARGE, weight="normal")
        for axis, values in zip(column, layers, strict=True):
            axis.bar(np.arange(1, values.size + 1), values, width=0.7, facecolor=SURFACE if i else INK, edgecolor=INK)
            axis.axhline(0, color=MUTED, linewidth=0.8)
            # The largest bar fills nine tenths of its half; both halves are as high, so that signs can be compared.
            half = 1.1 * (np.abs(values).max() or 1.0)
            axis.set(xlim=(0.3, values.size + 0.7), ylim=(-half, half), ylabel=name)
            axis.xaxis.set_major_locator(MaxNLocator(nbins=4, integer=True, steps=[1, 2, 5, 10]))
            axis.yaxis.set_major_locator(MaxNLocator(nbins=3, symmetric=True))
            axis.grid(axis="x", visible=False)
    for r, axis in enumerate(axes[:, 0], start=1):
        axis.set_title(f"layer {r}")
    both = {f"{name}, layer {r}": pd.Series(v) for name, layers in quantities.items() for r, v in enumerate(layers, 1)}
    figure.numbers = pd.DataFrame(both).rename(index=lambda place: place + 1).rename_axis("unit")
    figure.supxlabel("unit")
    enlarge_text(figure)
    return figure
