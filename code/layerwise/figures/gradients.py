"""Gradients, layer by layer."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.colors import BoundaryNorm, ListedColormap
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from numpy.typing import ArrayLike

from layerwise.figures.parts import (
    LARGE,
    SUPERSCRIPTS,
    decades,
    draw_predicted,
    enlarge_text,
    label_of,
    legend_above,
    panel_grid,
    require_columns,
    style_of,
    values_of,
    whole_numbers,
)
from layerwise.figures.style import SEQUENTIAL


def layer_profile(
    values_by_layer: Mapping[str, ArrayLike],
    *,
    y_label: str,
    x_label: str = "layer",
    first_layer: int = 1,
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
    first_layer : int
        Number of the first entry.
    predicted : mapping of name to (layers,) array, optional
        Positive values that a theory has: dotted lines without markers, like those of `gradient_panels`.

    Raises
    ------
    ValueError
        If nothing is given, a value is negative or not finite, or a predicted one is 0.
    """
    if not values_by_layer:
        raise ValueError("values_by_layer is empty: give at least one array of values per layer")
    profiles = {name: np.atleast_2d(np.asarray(values, float)) for name, values in values_by_layer.items()}
    theory = {name: np.asarray(values, float).ravel() for name, values in (predicted or {}).items()}
    for name, line in theory.items():
        if not (np.isfinite(line) & (line > 0)).all():
            raise ValueError(f"what is predicted for {name} must be finite and above 0")
    for name, values in profiles.items():
        if values.ndim != 2 or not np.isfinite(values).all() or (values < 0).any():
            raise ValueError(f"{name} must be (layers,) or (seeds, layers), finite and >= 0; take absolute values")
    figure, axes = panel_grid(1, 1, height=3.3)
    axis = axes[0, 0]
    foot = decades([axis], np.concatenate([values.ravel() for values in [*profiles.values(), *theory.values()]]))
    deepest = max(values.shape[1] for values in profiles.values())
    for i, (name, values) in enumerate(profiles.items()):
        style = style_of(name, i)
        layer = np.arange(first_layer, first_layer + values.shape[1])
        shown = np.where(values == 0, foot, values)
        every = (i * max(deepest // 16, 1) % max(deepest // 8, 1), max(deepest // 8, 1))
        if len(values) > 1:
            axis.fill_between(layer, shown.min(0), shown.max(0), color=style["color"], alpha=0.22, linewidth=0)
        axis.plot(layer, np.median(shown, axis=0), label=label_of(name), markevery=every, clip_on=False, **style)
    draw_predicted(axis, ((np.arange(first_layer, first_layer + len(line)), line) for line in theory.values()))
    axis.xaxis.set_major_locator(whole_numbers())
    axis.set_xlim(first_layer - 0.3, first_layer + deepest - 0.7)
    axis.set_xlabel(x_label)
    axis.set_ylabel(y_label)
    enlarge_text(figure, axes)
    if len(profiles) + len(theory) > 1:
        legend_above(figure, axis, size=LARGE)
    return figure


def gradient_panels(
    frame: pd.DataFrame,
    *,
    value: str,
    y_label: str,
    series: str = "activation",
    predicted: pd.DataFrame | None = None,
    band: tuple[float, float] = (0.0, 1.0),
    logarithmic: bool = True,
) -> Figure:
    """Gradients against layers: one row of panels for the weights and one for the biases, a column per depth.

    Parameters
    ----------
    frame : DataFrame
        The columns `layers`, `kind` (weights or biases), `series`, `seed`, `layer` and `value`.
    value : str
        The column on the vertical axis.
    y_label : str
        What it is.
    series : str
        The column that has a line per value: the median over the seeds.
    predicted : DataFrame, optional
        The columns `layers`, `kind`, `series`, `layer` and `value`: dotted lines.
    band : (float, float)
        Quantiles over the seeds between which the band is drawn; by default their whole range.
    logarithmic : bool
        Whether the vertical axis is. Values then have to be 0 or more; 0 is drawn at the foot, on a line that says so.

    Raises
    ------
    ValueError
        If a column is missing, the frame is empty, or the axis is logarithmic and a value is negative.
    """
    columns = ["layers", "kind", series, "layer", value]
    require_columns(frame, [*columns, "seed"])
    if predicted is not None:
        require_columns(predicted, columns)
    if logarithmic and not (frame[value] >= 0).all():
        raise ValueError(f"{value} holds negative numbers or NaN; take absolute values, or logarithmic=False")
    depths, kinds, names = (values_of(frame[column]) for column in ("layers", "kind", series))
    figure, axes = panel_grid(
        len(kinds), len(depths), height=0.9 + 1.6 * max(len(kinds), 1.5), sharex="col", sharey="row"
    )
    for row, kind in zip(axes, kinds, strict=True):
        of_kind = frame[frame["kind"] == kind]
        if logarithmic:
            theory = pd.Series(dtype=float) if predicted is None else predicted.loc[predicted["kind"] == kind, value]
            shown = of_kind.groupby(["layers", series, "layer"])[value].quantile(list(band))
            foot = decades(row, pd.concat([shown, theory]), steps=4)
            of_kind = of_kind.assign(**{value: of_kind[value].mask(of_kind[value] == 0, foot)})
        for axis, layers in zip(row, depths, strict=True):
            for i, name in enumerate(names):
                style = style_of(name, i, series)
                part = of_kind[(of_kind["layers"] == layers) & (of_kind[series] == name)]
                by_layer = part.groupby("layer")[value]
                middle, low, high = by_layer.median(), by_layer.quantile(band[0]), by_layer.quantile(band[1])
                axis.fill_between(middle.index, low, high, color=style["color"], alpha=0.22, linewidth=0)
                every = (i * max(len(middle) // 12, 1), max(len(middle) // 4, 1))
                axis.plot(middle.index, middle, label=label_of(name), markevery=every, clip_on=False, **style)
            if predicted is not None:
                lines = predicted[(predicted["layers"] == layers) & (predicted["kind"] == kind)]
                draw_predicted(axis, ((line["layer"], line[value]) for _, line in lines.groupby(series, sort=False)))
            axis.xaxis.set_major_locator(MaxNLocator(nbins=4, integer=True, steps=[1, 2, 5, 10]))
            of_panel = of_kind.loc[of_kind["layers"] == layers, "layer"]
            axis.set_xlim(of_panel.min() - 0.8, of_panel.max() + 0.8)  # no tick before the first layer
        row[0].set_ylabel(f"{kind}:\n{y_label}")
    for axis, layers in zip(axes[0], depths, strict=True):
        axis.set_title(f"{layers} layers")
    figure.supxlabel("layer")
    enlarge_text(figure, axes)
    legend_above(figure, axes[0, 0], size=LARGE)
    return figure


def gradient_history(frame: pd.DataFrame, *, value: str = "gradient", label: str = "gradient") -> Figure:
    """The size of the gradient by layer and update as a map in powers of ten, a panel per activation.

    Parameters
    ----------
    frame : DataFrame
        The columns `activation`, `seed`, `update`, `layer` and `value`, positive; the median over the seeds is shown.
    value : str
        The column that is shown as colour.
    label : str
        What the colour says.

    Raises
    ------
    ValueError
        If a column is missing, the frame is empty, or a value is not positive.
    """
    require_columns(frame, ["activation", "seed", "update", "layer", value])
    if not (frame[value] > 0).all():
        raise ValueError(f"{value} holds numbers that are not positive; take absolute values")
    names = values_of(frame["activation"])
    middle = frame.groupby(["activation", "layer", "update"])[value].median()
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
    axes[0, 0].set_ylabel("layer")
    figure.supxlabel("update", size=9)
    bar = figure.colorbar(image, ax=axes[0], location="top", aspect=45, shrink=0.9, pad=0.04)
    labels = ["10" + str(k).translate(SUPERSCRIPTS) for k in bounds.tolist()]
    bar.set_ticks(bounds.tolist(), labels=["less", *labels[1:]])
    bar.set_label(label)
    bar.ax.tick_params(length=0)
    bar.outline.set_visible(False)
    return figure
