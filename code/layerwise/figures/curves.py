"""Curves: activations, learning curves, calibration."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from layerwise.figures.numbers import spread_of
from layerwise.figures.parts import (
    LARGE,
    draw_spread,
    enlarge_text,
    hollow_mark,
    label_of,
    legend_above,
    panel_grid,
    require_columns,
    values_of,
    whole_numbers,
)
from layerwise.figures.style import MUTED, NEUTRAL, activation_style


def learning_curves(
    frame: pd.DataFrame,
    published: pd.DataFrame | None = None,
    *,
    own_axes: bool = False,
) -> Figure:
    """Accuracy and loss against epochs: the median over the seeds as a line, their whole range as a band.

    Parameters
    ----------
    frame : DataFrame
        One row per run and epoch: `layers` (a row of panels each), `activation` (a line each), `seed`, `epoch`,
        `test_accuracy` and `test_loss`, both of the test digits.
    published : DataFrame, optional
        The report's runs, with the same columns except `seed`: hollow markers.
    own_axes : bool
        Whether each panel has a vertical axis of its own, as wide as its runs need: where some panels' curves lie so
        close together that on the axis of the others they would be one.

    Raises
    ------
    ValueError
        If a column is missing or the frame is empty.
    """
    metrics = ["test_accuracy", "test_loss"]
    require_columns(frame, ["layers", "activation", "seed", "epoch", *metrics])
    depths, activations = values_of(frame["layers"]), values_of(frame["activation"])
    share_y = False if own_axes else "col"
    figure, axes = panel_grid(len(depths), 2, height=1.2 + 1.7 * len(depths), sharex=True, sharey=share_y)
    for row, layers in zip(axes, depths, strict=True):
        for axis, metric in zip(row, metrics, strict=True):
            for name in activations:
                style = activation_style(name)
                runs = frame[(frame["layers"] == layers) & (frame["activation"] == name)]
                by_epoch = runs.groupby("epoch")[metric]
                every = max(len(by_epoch) // 6, 1)
                draw_spread(axis, by_epoch, style, label=label_of(name), markevery=every, clip_on=False)
                if published is not None:
                    theirs = published[(published["layers"] == layers) & (published["activation"] == name)]
                    theirs = theirs.drop_duplicates(["epoch", metric])
                    if len(theirs):
                        # A little larger, so that it can be seen around a marker of ours.
                        mark = hollow_mark(style) | {"markersize": 8, "markerfacecolor": "none"}
                        axis.plot(theirs["epoch"], theirs[metric], clip_on=False, **mark)
            axis.xaxis.set_major_locator(whole_numbers())
            if own_axes:
                axis.yaxis.set_major_locator(MaxNLocator(nbins=4, steps=[1, 2, 5, 10]))
        row[0].set_title(f"{layers} layers")
        row[0].set_ylabel("accuracy")
        row[1].set_ylabel("cross-entropy")
    if not own_axes:  # when every panel is drawn: a limit that is set ends the scaling of all that share the axis
        axes[0, 0].set_ylim(0, 1)
        axes[0, 1].set_ylim(bottom=0)
    case = ["layers", "epoch", "activation"]
    columns = {name: spread_of(frame.groupby(case)[name]).unstack()[activations] for name in metrics}
    if published is not None:
        theirs = published[published["activation"].isin(activations)].drop_duplicates(case).set_index(case)
        columns |= {f"report's {name}": theirs[name].unstack() for name in metrics}
    numbers = pd.concat(columns, axis=1).rename(columns=lambda name: name.replace("test_", ""), level=0)
    figure.numbers = numbers.rename(columns=label_of, level=1)
    figure.supxlabel("epochs of 1,875 updates")
    enlarge_text(figure)
    legend_above(figure, axes[0, 0], report=published is not None, size=LARGE)
    return figure


def training_history(frame: pd.DataFrame, published: pd.DataFrame | None = None) -> Figure:
    """Accuracy and loss of one network against epochs, training digits beside the validation part.

    Parameters
    ----------
    frame : DataFrame
        One row per run and epoch: ``seed``, ``epoch``, ``loss``, ``accuracy``, ``validation_loss``,
        ``validation_accuracy``. The line is the median of the runs that reached an epoch, the band their range.
    published : DataFrame, optional
        The report's run, the same columns except ``seed``: hollow markers.

    Raises
    ------
    ValueError
        If a column is missing or the frame is empty.
    """
    metrics = {"accuracy": "accuracy", "loss": "cross-entropy"}
    series = {"validation_": "validation part", "": "training digits"}
    require_columns(frame, ["seed", "epoch", *(prefix + metric for prefix in series for metric in metrics)])
    figure, axes = panel_grid(2, 1, height=5.2, sharex=True)
    for axis, (metric, label) in zip(axes[:, 0], metrics.items(), strict=True):
        for i, (prefix, name) in enumerate(series.items()):
            by_epoch = frame.groupby("epoch")[prefix + metric]
            draw_spread(axis, by_epoch, NEUTRAL[i], label=name, markevery=5)
            if published is not None:
                axis.plot(published["epoch"], published[prefix + metric], **hollow_mark(NEUTRAL[i]))
        axis.set_ylabel(label)
    columns = [prefix + metric for prefix in series for metric in metrics]
    figure.numbers = pd.DataFrame({name.replace("_", " "): spread_of(frame.groupby("epoch")[name]) for name in columns})
    if published is not None:
        theirs = published.set_index("epoch")[columns]
        figure.numbers = figure.numbers.join(
            theirs.rename(columns=lambda name: "report's " + name.replace("_", " ")), how="outer"
        )
    axes[0, 0].set_ylim(top=1)
    axes[1, 0].set(ylim=(0, None), xlabel="epoch")
    axes[1, 0].xaxis.set_major_locator(whole_numbers())
    enlarge_text(figure)
    legend_above(figure, axes[0, 0], report=published is not None, size=LARGE)
    return figure


def calibration_curves(tables: Mapping[str, pd.DataFrame]) -> Figure:
    """How often a network is right against how sure it is: on the diagonal it is as right as it claims.

    Parameters
    ----------
    tables : mapping of name to DataFrame
        ``confidence``, ``accuracy`` and ``digits`` of each bin. Below stands how many digits each bin holds.

    Raises
    ------
    ValueError
        If a table lacks a column or is empty.
    """
    for table in tables.values():
        require_columns(table, ["confidence", "accuracy", "digits"])
    figure, [[axis], [counts]] = panel_grid(2, 1, height=5.0, sharex=True, height_ratios=[3, 1])
    axis.plot([0, 1], [0, 1], color=MUTED, linewidth=1, linestyle=(0, (2, 2)), marker="")
    for i, (name, table) in enumerate(tables.items()):
        style = NEUTRAL[i % len(NEUTRAL)]
        # Two standard errors of a share of as many digits.
        error = 2 * np.sqrt(table["accuracy"] * (1 - table["accuracy"]) / table["digits"])
        axis.errorbar(table["confidence"], table["accuracy"], error, label=name, **style)
        counts.plot(table["confidence"], table["digits"], **style)
    figure.numbers = pd.concat(tables, names=["network"])[["confidence", "accuracy", "digits"]].droplevel(-1)
    counts.set(yscale="log", ylabel="digits", xlabel="probability that the network gives to its answer")
    axis.set(xlim=(0, 1.02), ylim=(0, 1.02), ylabel="share of right answers")
    enlarge_text(figure)
    legend_above(figure, axis, size=LARGE)
    return figure
