"""Gradients, layer by layer."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.colors import BoundaryNorm, ListedColormap
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from numpy.typing import ArrayLike

from layerwise.figures.numbers import some_of, spread_of
from layerwise.figures.parts import (
    LARGE,
    SUPERSCRIPTS,
    colour_bar,
    decades,
    draw_predicted,
    draw_spread,
    enlarge_text,
    label_of,
    legend_above,
    panel_grid,
    require_columns,
    style_of,
    values_of,
    whole_numbers,
)
from layerwise.figures.style import LABEL, SEQUENTIAL, activation_style


def layer_profile(
    values_by_layer: Mapping[str, ArrayLike],
    *,
    y_label: str,
    x_label: str = "layer",
    predicted: Mapping[str, ArrayLike] | None = None,
) -> Figure:
    """A positive quantity per layer on a logarithmic axis.

    Values of exactly 0 have no place on such an axis: they are drawn at its foot, on a line that says so.

    Parameters
    ----------
    values_by_layer : mapping of name to (layers,) or (seeds, layers) array
        Non-negative. With seeds, the line is their median and the band their whole range. The name of an activation
        brings its style; other names take neutral ones.
    y_label, x_label : str
        Quantity with its unit, and what is counted along the horizontal axis.
    predicted : mapping of name to (layers,) array, optional
        Positive values that a theory has: dotted lines without markers, like those of `gradient_panels`.
    """
    profiles = {name: np.atleast_2d(np.asarray(values, float)) for name, values in values_by_layer.items()}
    theory = {name: np.asarray(values, float).ravel() for name, values in (predicted or {}).items()}
    figure, [[axis]] = panel_grid(1, 1, height=3.3)
    foot = decades([axis], np.concatenate([values.ravel() for values in [*profiles.values(), *theory.values()]]))
    deepest = max(values.shape[1] for values in profiles.values())
    for i, (name, values) in enumerate(profiles.items()):
        style = style_of(name, i)
        layer = np.arange(1, values.shape[1] + 1)
        shown = np.where(values == 0, foot, values)
        every = (i * max(deepest // 16, 1) % max(deepest // 8, 1), max(deepest // 8, 1))
        if len(values) > 1:
            axis.fill_between(layer, shown.min(0), shown.max(0), color=style["color"], alpha=0.22, linewidth=0)
        axis.plot(layer, np.median(shown, axis=0), label=label_of(name), markevery=every, clip_on=False, **style)
    draw_predicted(axis, ((np.arange(1, len(line) + 1), line) for line in theory.values()))
    columns = {label_of(name): spread_of(pd.DataFrame(values.T).T) for name, values in profiles.items()}
    columns |= {f"{label_of(name)}, predicted": pd.Series(line) for name, line in theory.items()}
    numbers = pd.DataFrame(columns).rename(index=lambda place: place + 1).rename_axis(x_label)
    figure.numbers = numbers.loc[some_of(numbers.index)]
    axis.xaxis.set_major_locator(whole_numbers())
    axis.set(xlim=(0.7, deepest + 0.3), xlabel=x_label, ylabel=y_label)
    enlarge_text(figure)
    if len(profiles) + len(theory) > 1:
        legend_above(figure, axis, size=LARGE)
    return figure


def gradient_panels(
    frame: pd.DataFrame,
    *,
    value: str,
    y_label: str,
    rows: str = "layers",
    predicted: pd.DataFrame | None = None,
    band: tuple[float, float] | None = (0.0, 1.0),
    logarithmic: bool = True,
) -> Figure:
    """Gradients against layers: a column of panels for the weights and one for the biases, a row per depth.

    Parameters
    ----------
    frame : DataFrame
        The columns `kind` (weights or biases), `activation` (a line each: the median over the seeds), `seed`, `layer`,
        `value` and that of the rows.
    value : str
        The column on the vertical axis.
    y_label : str
        What it is.
    rows : str
        The column with a row of panels for each of its values.
    predicted : DataFrame, optional
        The same columns except `seed`: dotted lines.
    band : (float, float), optional
        Quantiles over the seeds between which the band is drawn; by default their whole range. With None, every seed
        has a line of its own instead of a band.
    logarithmic : bool
        Whether the vertical axis is. Values then have to be 0 or more; 0 is drawn at the foot, on a line that says so.

    Raises
    ------
    ValueError
        If a column is missing, the frame is empty, or the axis is logarithmic and a value is negative.
    """
    columns = [rows, "kind", "activation", "layer", value]
    require_columns(frame, [*columns, "seed"])
    if predicted is not None:
        require_columns(predicted, columns)
    if logarithmic and not (frame[value] >= 0).all():
        raise ValueError(f"{value} holds negative numbers or NaN; take absolute values, or logarithmic=False")
    groups, kinds, names = (values_of(frame[column]) for column in (rows, "kind", "activation"))
    figure, axes = panel_grid(
        len(groups), len(kinds), height=1.0 + 1.75 * max(len(groups), 1.5), sharex="row", sharey="row"
    )
    for row, group in zip(axes, groups, strict=True):
        of_row = frame[frame[rows] == group]
        theory = None if predicted is None else predicted[predicted[rows] == group]
        if logarithmic:
            shown = of_row.groupby(["kind", "activation", "layer"])[value].quantile(list(band or (0, 1)))
            foot = decades(row, pd.concat([shown, *([] if theory is None else [theory[value]])]), steps=4)
            of_row = of_row.assign(**{value: of_row[value].mask(of_row[value] == 0, foot)})
        for axis, kind in zip(row, kinds, strict=True):
            for i, name in enumerate(names):
                part = of_row[(of_row["kind"] == kind) & (of_row["activation"] == name)]
                by_layer = part.groupby("layer")[value]
                every = (i * max(len(by_layer) // 12, 1), max(len(by_layer) // 4, 1))
                line = {"label": label_of(name), "markevery": every, "clip_on": False}
                if band is None:
                    table = part.pivot(index="layer", columns="seed", values=value)
                    line["label"] = [line["label"], *["_"] * (table.shape[1] - 1)]
                    axis.plot(table.index, table, linewidth=1, **line, **activation_style(name))
                else:
                    draw_spread(axis, by_layer, activation_style(name), band, **line)
            if theory is not None:
                lines = theory[theory["kind"] == kind]
                draw_predicted(
                    axis, ((line["layer"], line[value]) for _, line in lines.groupby("activation", sort=False))
                )
            axis.xaxis.set_major_locator(MaxNLocator(nbins=4, integer=True, steps=[1, 2, 5, 10]))
            axis.set_xlim(of_row["layer"].min() - 0.8, of_row["layer"].max() + 0.8)  # no tick before the first layer
        name = f"{group} layers" if rows == "layers" else label_of(group).replace("initialisation", "weights")
        row[0].set_ylabel(f"{name}:\n{y_label}")
    for axis, kind in zip(axes[0], kinds, strict=True):
        axis.set_title(kind)
    case = [rows, "kind", "layer", "activation"]
    numbers = spread_of(frame.groupby(case, sort=False)[value], band).unstack()[names].rename(columns=label_of)
    if predicted is not None:
        theory = predicted.set_index(case)[value].unstack()
        theory = theory[[name for name in names if name in theory]]
        numbers = numbers.join(theory.rename(columns=lambda name: f"{label_of(name)}, predicted"))
    panels = numbers.sort_index(level="layer", sort_remaining=False, kind="stable").groupby(level=[0, 1], sort=False)
    shown = [key for _, part in panels for key in some_of(part.index)]
    figure.numbers = numbers.loc[shown].rename(index=lambda name: LABEL.get(name, name))
    figure.supxlabel("layer")
    enlarge_text(figure)
    legend_above(figure, axes[0, 0], size=LARGE)
    return figure


def gradient_history(frame: pd.DataFrame, *, label: str) -> Figure:
    """The size of the gradient by layer and update as a map in powers of ten, a panel per activation.

    Parameters
    ----------
    frame : DataFrame
        The columns `activation`, `seed`, `update`, `layer` and `gradient`, which is positive; the median over the
        seeds is shown.
    label : str
        What the colour says.

    Raises
    ------
    ValueError
        If a column is missing or the frame is empty.
    """
    require_columns(frame, ["activation", "seed", "update", "layer", "gradient"])
    names = values_of(frame["activation"])
    middle = frame.groupby(["activation", "layer", "update"])["gradient"].median()
    top = int(np.ceil(np.log10(middle.max())))
    bounds = np.arange(top - len(SEQUENTIAL), top + 1)
    colours = {"cmap": ListedColormap(SEQUENTIAL), "norm": BoundaryNorm(bounds, len(SEQUENTIAL))}
    figure, axes = panel_grid(1, len(names), height=3.1, sharey=True)
    for axis, name in zip(axes[0], names, strict=True):
        table = middle[name].unstack("update")
        # A cell reaches from its own update to the next one.
        edges = np.append(table.columns, 2 * table.columns[-1] - table.columns[-2])
        steps = np.clip(np.log10(table.to_numpy()), bounds[0] + 1e-9, bounds[-1] - 1e-9)
        image = axis.pcolormesh(edges, np.append(table.index, table.index[-1] + 1) - 0.5, steps, **colours)
        axis.set_title(label_of(name))
        axis.grid(False)
        axis.xaxis.set_major_locator(MaxNLocator(nbins=3, integer=True, steps=[1, 2, 5, 10]))
        axis.yaxis.set_major_locator(whole_numbers())
    table = middle.unstack(["activation", "update"])
    shown = [(name, update) for name in names for update in some_of(table[name].columns, 4)]
    figure.numbers = (
        table[shown].rename(columns=label_of, level=0).rename(columns=lambda update: f"update {update}", level=1)
    )
    axes[0, 0].set_ylabel("layer")
    figure.supxlabel("update")
    enlarge_text(figure)
    bar = colour_bar(figure, image, axes[0], label, pad=0.04)
    labels = ["10" + str(k).translate(SUPERSCRIPTS) for k in bounds.tolist()]
    bar.set_ticks(bounds.tolist(), labels=["less", *labels[1:]])
    bar.ax.tick_params(length=0, labelsize=LARGE)
    bar.ax.xaxis.label.set_fontsize(LARGE)
    return figure
