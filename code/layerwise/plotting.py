"""The book's figures, in one house style.

Every activation has one colour, one line style and one marker throughout the book (`STYLE`). Every colour comes from
`PALETTE`, which also names its counterpart on the dark page: `dark_variant` turns a figure's SVG into the dark one by
exchanging colours, so a figure is drawn once and cannot differ between the two themes.

Importing this module sets the house style, and makes a notebook show figures as SVG. The functions take arrays and
frames and return a `matplotlib.figure.Figure` that pyplot does not know of: as the last expression of a cell it is
shown once, and nothing has to be closed.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Protocol

import matplotlib.style
import numpy as np
import pandas as pd
from cycler import cycler
from matplotlib.axes import Axes
from matplotlib.colors import BoundaryNorm, ListedColormap
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.lines import Line2D
from matplotlib.patches import Circle
from matplotlib.ticker import MaxNLocator, NullLocator
from numpy.typing import ArrayLike, NDArray

__all__ = [
    "BACKGROUND",
    "GRID",
    "INK",
    "LABEL",
    "MUTED",
    "NEUTRAL",
    "PALETTE",
    "SEQUENTIAL",
    "STYLE",
    "SURFACE",
    "WIDTH",
    "activation_curves",
    "answers",
    "class_counts",
    "dark_variant",
    "digits",
    "feature_map_grid",
    "gradient_history",
    "gradient_panels",
    "heat_map",
    "kernel_grid",
    "layer_profile",
    "learning_curves",
    "network_diagram",
    "photo_steps",
    "picture_rows",
    "predictions",
    "readout_panels",
    "seed_distribution",
    "selectivity_maps",
    "unit_values",
    "use_house_style",
]

#: Every colour that a figure may use, and its counterpart on the theme's dark page. Chosen by contrast (at least 4.5
#: to 1 for whatever is read, on both pages) and by the distance between activations as seen with each kind of
#: colour blindness; the tests measure both.
PALETTE: dict[str, str] = {
    "#ffffff": "#121212",  # background
    "#222832": "#ced6dd",  # ink
    "#5b6573": "#9ca4af",  # muted: axes, ticks, notes
    "#d9dee4": "#343c46",  # grid
    "#f3f5f7": "#1f252d",  # surface: filled shapes behind text
    "#1a5fe0": "#3d9bff",  # relu
    "#bf4600": "#ff8437",  # tanh
    "#0b7349": "#6fd6a0",  # sigmoid
    "#9c3f9c": "#d977ca",  # lecun_tanh
    # A ramp from 'none' to 'all', for heat maps.
    "#f1f6fb": "#1a2430",
    "#d5e5f3": "#1f364d",
    "#b0d0ea": "#234b70",
    "#86b6de": "#2a608f",
    "#2b74b5": "#6cb4f0",
    "#175590": "#9accf5",
    "#0c3a68": "#c8e4fb",
}
BACKGROUND, INK, MUTED, GRID, SURFACE = list(PALETTE)[:5]
SEQUENTIAL = tuple(list(PALETTE)[-7:])
_FIRST_STRONG_STEP = 4  # from this step of SEQUENTIAL on, text on it is drawn in the background's colour

#: One colour, line style and marker per activation, as keyword arguments of `Axes.plot`.
STYLE: dict[str, dict[str, Any]] = {
    "relu": {"color": "#1a5fe0", "linestyle": "-", "marker": "o"},
    "tanh": {"color": "#bf4600", "linestyle": (0, (5, 1.6)), "marker": "s"},
    "sigmoid": {"color": "#0b7349", "linestyle": (0, (6, 1.6, 1.2, 1.6)), "marker": "^"},
    "lecun_tanh": {"color": "#9c3f9c", "linestyle": (0, (1.2, 1.4)), "marker": "D"},
}

#: Styles for whatever is not an activation: the activations' colours are theirs alone.
NEUTRAL: tuple[dict[str, Any], ...] = (
    {"color": INK, "linestyle": "-", "marker": "o"},
    {"color": MUTED, "linestyle": (0, (5, 1.6)), "marker": "s"},
    {"color": INK, "linestyle": (0, (1.2, 1.4)), "marker": "^"},
    {"color": MUTED, "linestyle": (0, (6, 1.6, 1.2, 1.6)), "marker": "D"},
)

#: What a theory predicts. Above everything else, since it shall be seen whether it leaves a band.
_PREDICTED: dict[str, Any] = {"color": INK, "linestyle": (0, (1, 1.6)), "linewidth": 2.0, "marker": "", "zorder": 5}

#: How names of activations, columns and initialisers are written in figures.
LABEL: dict[str, str] = {
    "relu": "ReLU",
    "tanh": "tanh",
    "sigmoid": "sigmoid",
    "lecun_tanh": "LeCun's tanh",
    "glorot_uniform": "Glorot's initialisation",
    "he_uniform": "He's initialisation",
    "he_normal": "He's initialisation",
    "accuracy": "accuracy\n(training set)",
    "val_accuracy": "accuracy\n(test set)",
    "loss": "cross-entropy\n(training set)",
    "val_loss": "cross-entropy\n(test set)",
}

#: Inches. Every figure is this wide and fills the text column, so that text has one size in all of them: 9 points are
#: 15 px in a column of 700 px, and 8 px on a phone.
WIDTH = 5.6

_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")

_HOUSE_STYLE: dict[str, Any] = {
    "svg.fonttype": "path",  # outlines: the same everywhere, whatever fonts a reader has
    "svg.hashsalt": "layerwise",  # else every build would give the same figure other identifiers
    "font.family": "DejaVu Sans",  # ships with Matplotlib
    "mathtext.fontset": "stix",
    "font.size": 9,
    "axes.titlesize": 10,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.labelsize": 9,
    "xtick.labelsize": 8.5,
    "ytick.labelsize": 8.5,
    "legend.fontsize": 9,
    "figure.figsize": (WIDTH, 3.2),
    "figure.constrained_layout.use": True,
    "figure.constrained_layout.h_pad": 0.06,
    "figure.constrained_layout.w_pad": 0.06,
    "figure.facecolor": BACKGROUND,
    "savefig.facecolor": BACKGROUND,
    "savefig.edgecolor": BACKGROUND,
    "figure.edgecolor": BACKGROUND,
    "axes.facecolor": BACKGROUND,
    "axes.edgecolor": MUTED,
    "axes.labelcolor": INK,
    "axes.titlecolor": INK,
    "axes.linewidth": 0.8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "axes.prop_cycle": cycler(**{key: [style[key] for style in NEUTRAL] for key in NEUTRAL[0]}),
    "grid.color": GRID,
    "grid.linewidth": 0.7,
    "text.color": INK,
    "xtick.color": MUTED,
    "ytick.color": MUTED,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "xtick.major.size": 3,
    "ytick.major.size": 3,
    "lines.linewidth": 1.7,
    "lines.markersize": 5,
    "lines.markeredgewidth": 1.4,
    "patch.edgecolor": INK,
    "patch.facecolor": SURFACE,
    "hatch.color": INK,
    "image.cmap": "gray",
    "image.interpolation": "none",  # embeds the pixels as they are
    "legend.frameon": False,
    "legend.handlelength": 2.9,
    "legend.labelcolor": INK,
    "errorbar.capsize": 2,
}


class Range(Protocol):
    """What a figure needs to know of an activation's range; `str` of it is printed."""

    @property
    def low(self) -> float: ...

    @property
    def high(self) -> float: ...


def use_house_style() -> None:
    """Set Matplotlib's defaults to the book's, and make a notebook show figures as SVG.

    Done once when this module is imported; call it again after changing `matplotlib.rcParams`.
    """
    matplotlib.style.use(_HOUSE_STYLE)
    try:
        from IPython.core.getipython import get_ipython
        from matplotlib_inline.backend_inline import set_matplotlib_formats
        from matplotlib_inline.config import InlineBackend
    except ImportError:  # Matplotlib without IPython: a script
        return
    if get_ipython() is None:
        return
    # The whole figure as it was laid out, and no date: the same code gives the same bytes.
    options: dict[str, Any] = {"bbox_inches": None, "metadata": {"Date": None}}
    InlineBackend.instance().print_figure_kwargs = options
    InlineBackend.instance().figure_formats = {"svg"}
    set_matplotlib_formats("svg", **options)


def dark_variant(svg: str) -> str:
    """The same figure for the dark page.

    Parameters
    ----------
    svg : str
        A figure of this module as SVG text.

    Returns
    -------
    str
        The text with every colour of `PALETTE` exchanged for its dark counterpart. Embedded images stay as they are.

    Raises
    ------
    ValueError
        If the figure has another colour, which would look wrong in the dark.
    """
    foreign = set(re.findall(r"(?:fill|stroke|color): ?(#[0-9A-Fa-f]{6})\b", svg)) - set(PALETTE)
    if foreign:
        raise ValueError(
            f"a figure uses {', '.join(sorted(foreign))}, for which layerwise.plotting.PALETTE has no counterpart in "
            "the dark theme; draw with STYLE, NEUTRAL, INK, MUTED, GRID or SEQUENTIAL"
        )
    pattern = re.compile(rf"({'|'.join(PALETTE)})(?![0-9a-f])")
    return pattern.sub(lambda match: PALETTE[match.group()], svg)


# ---------------------------------------------------------------------------------------------------------------------
# Curves


def activation_curves(
    x: ArrayLike,
    values: Mapping[str, ArrayLike],
    derivatives: Mapping[str, ArrayLike],
    ranges: Mapping[str, Range] | None = None,
    derivative_ranges: Mapping[str, Range] | None = None,
    *,
    together: bool = False,
) -> Figure:
    """Activations and their derivatives.

    Parameters
    ----------
    x : (n,) array
        Arguments.
    values, derivatives : mapping of name to (n,) array
        f(x) and f'(x), the same names in both.
    ranges, derivative_ranges : mappings of name to range, optional
        Anything with `low` and `high`, printed by `str`: written above f and f', finite ends drawn as lines.
        Not drawn where several activations share a panel.
    together : bool
        False draws one row per activation, f on the left and f' on the right; True lays all of them over each other.

    Raises
    ------
    ValueError
        If the two mappings name different activations, or lengths differ from that of `x`.
    """
    x = np.asarray(x, float)
    if list(values) != list(derivatives) or not values:
        raise ValueError(
            f"values and derivatives must name the same activations in the same order, at least one; "
            f"got {list(values)} and {list(derivatives)}"
        )
    for curves in (values, derivatives):
        for name, curve in curves.items():
            if np.shape(curve) != x.shape:
                raise ValueError(f"the curve of {name} must have the shape of x, {x.shape}; got {np.shape(curve)}")

    names = list(values)
    rows = [names] if together else [[name] for name in names]
    figure, axes = _panels(len(rows), 2, height=3.0 if together else 1.55 * len(rows) + 0.3, sharex=True)
    for axis in axes[1:, 1]:  # slopes are compared from row to row
        axis.sharey(axes[0, 1])
    sides = ((values, ranges, "f (x)"), (derivatives, derivative_ranges, "f ′(x)"))
    for row, group in zip(axes, rows, strict=True):
        for axis, (curves, limits, symbol) in zip(row, sides, strict=True):
            for i, name in enumerate(group):
                # Markers apart from each other, so that they are seen where several curves coincide.
                start = len(x) // 20 + i * len(x) // 5 // len(group)
                every = (start, max(len(x) // 5, 1))
                axis.plot(x, _break_jumps(curves[name]), label=_label(name), markevery=every, **_style(name, i))
                if not together and limits is not None:
                    _draw_range(axis, limits[name])
            axis.set_ylabel(symbol, style="italic")
            axis.margins(x=0.02)
            axis.xaxis.set_major_locator(_whole_numbers())
        if not together:
            row[0].set_title(_label(group[0]))
    for axis in axes[-1]:
        axis.set_xlabel("x", style="italic")
    if together:
        axes[0, 0].set_title("function")
        axes[0, 1].set_title("derivative")
        _legend_above(figure, axes[0, 0])
    return figure


def learning_curves(
    frame: pd.DataFrame,
    published: pd.DataFrame | None = None,
    *,
    metrics: Sequence[str] = ("val_accuracy", "val_loss"),
    panels: str = "layers",
    series: str = "activation",
    updates_per_epoch: int = 1875,
    lowest_accuracy: float = 0.0,
    own_axes: bool = False,
) -> Figure:
    """Accuracy and loss against epochs: the median over the seeds as a line, their whole range as a band.

    Parameters
    ----------
    frame : DataFrame
        One row per run and epoch: the columns `panels`, `series`, `seed`, `epoch` and every one of `metrics`.
    published : DataFrame, optional
        The report's runs, with the same columns except `seed`: hollow markers, set a little to the right.
    metrics : sequence of str
        One row of panels for each.
    panels, series : str
        The column that has a panel per value, and the one that has a line per value.
    updates_per_epoch : int
        Written on the axis, since an epoch is counted in updates here.
    lowest_accuracy : float
        Where the axis of accuracy begins, for runs that all lie high.
    own_axes : bool
        Whether each panel has a vertical axis of its own, as wide as its runs need: where some panels' curves lie so
        close together that on the axis of the others they would be one. `lowest_accuracy` then says nothing.

    Raises
    ------
    ValueError
        If a column is missing or the frame is empty.
    """
    _require(frame, [panels, series, "seed", "epoch", *metrics])
    panel_values, series_values = _values(frame[panels]), _values(frame[series])
    share_y = False if own_axes else "row"
    figure, axes = _panels(
        len(metrics), len(panel_values), height=0.9 + 1.6 * len(metrics), sharex=True, sharey=share_y
    )
    for row, metric in zip(axes, metrics, strict=True):
        for axis, panel in zip(row, panel_values, strict=True):
            for i, value in enumerate(series_values):
                style = _style(value, i)
                runs = frame[(frame[panels] == panel) & (frame[series] == value)]
                by_epoch = runs.groupby("epoch")[metric]
                middle, low, high = by_epoch.median(), by_epoch.min(), by_epoch.max()
                axis.fill_between(middle.index, low, high, color=style["color"], alpha=0.22, linewidth=0)
                every = max(len(middle) // 6, 1)
                axis.plot(middle.index, middle, label=_named(series, value), markevery=every, clip_on=False, **style)
                if published is not None:
                    theirs = published[(published[panels] == panel) & (published[series] == value)]
                    theirs = theirs[["epoch", metric]].drop_duplicates()
                    if len(theirs):
                        axis.plot(theirs["epoch"] + 0.13 + 0.11 * i, theirs[metric], clip_on=False, **_hollow(style))
            axis.xaxis.set_major_locator(_whole_numbers())
        # When every panel is drawn: a limit that is set ends the scaling of all panels that share the axis.
        if own_axes:
            for axis in row:
                axis.yaxis.set_major_locator(MaxNLocator(nbins=4, steps=[1, 2, 5, 10]))
        elif "accuracy" in metric:
            row[0].set_ylim(lowest_accuracy, 1)
        else:
            row[0].set_ylim(bottom=0)
        row[0].set_ylabel(_label(metric))
    for axis, panel in zip(axes[0], panel_values, strict=True):
        axis.set_title(_named(panels, panel))
    figure.supxlabel(f"epochs of {updates_per_epoch:,} updates")
    _enlarge_text(figure, axes)
    _legend_above(figure, axes[0, 0], report=published is not None, size=_LARGE)
    return figure


def training_history(frame: pd.DataFrame, published: pd.DataFrame | None = None) -> Figure:
    """Accuracy and loss of one network against epochs, training digits beside the validation part.

    Parameters
    ----------
    frame : DataFrame
        One row per run and epoch: ``seed``, ``epoch``, ``loss``, ``accuracy``, ``val_loss``, ``val_accuracy``. The
        line is the median of the runs that reached an epoch, the band their range.
    published : DataFrame, optional
        The report's run, the same columns except ``seed``: hollow markers.

    Raises
    ------
    ValueError
        If a column is missing or the frame is empty.
    """
    metrics = {"accuracy": "accuracy", "loss": "cross-entropy"}
    series = {"val_": "validation part", "": "training digits"}
    _require(frame, ["seed", "epoch", *(prefix + metric for prefix in series for metric in metrics)])
    figure, axes = _panels(2, 1, height=5.2, sharex=True)
    for axis, (metric, label) in zip(axes[:, 0], metrics.items(), strict=True):
        for i, (prefix, name) in enumerate(series.items()):
            by_epoch = frame.groupby("epoch")[prefix + metric]
            style = NEUTRAL[i]
            axis.fill_between(
                by_epoch.median().index, by_epoch.min(), by_epoch.max(), color=style["color"], alpha=0.2, linewidth=0
            )
            axis.plot(by_epoch.median(), label=name, markevery=5, **style)
            if published is not None:
                axis.plot(published["epoch"], published[prefix + metric], **_hollow(style))
        axis.set_ylabel(label)
    axes[0, 0].set_ylim(top=1)
    axes[1, 0].set_ylim(bottom=0)
    axes[1, 0].set_xlabel("epoch")
    axes[1, 0].xaxis.set_major_locator(_whole_numbers())
    _enlarge_text(figure, axes)
    _legend_above(figure, axes[0, 0], report=published is not None, size=_LARGE)
    return figure


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
    _require(frame, ["variant", "seed", "accuracy"])
    runs = {str(name): group["accuracy"].to_numpy(float) for name, group in frame.groupby("variant", sort=False)}
    if reference is not None and reference not in runs:
        raise ValueError(f"no variant {reference!r} to compare with; the frame has {', '.join(runs)}")
    figure, axes = _panels(1, 1, height=1.1 + 0.5 * len(runs))
    axis = axes[0, 0]
    if reference is not None:
        axis.axvline(float(np.median(runs[reference])), color=MUTED, linewidth=1, linestyle=(0, (2, 2)), zorder=1)
    for row, values in enumerate(runs.values()):
        middle = float(np.median(values))
        axis.plot(values, np.full(len(values), row + 0.1), color=INK, marker="o", **_dots())
        axis.plot(middle, row - 0.27, **_median())
        _note_beside(axis, f"{middle:.4f}", row, 8)
    axis.set_yticks(range(len(runs)), [textwrap.fill(name, 18) for name in runs])
    axis.set_ylim(len(runs) - 0.5, -0.6)
    axis.set_xlabel(x_label)
    axis.grid(axis="y", visible=False)
    axis.tick_params(axis="y", length=0)
    axis.xaxis.set_major_locator(MaxNLocator(nbins=5, steps=[1, 2, 5, 10]))
    _enlarge_text(figure, axes)
    handles = [Line2D([], [], color=INK, marker="o", **_dots()), Line2D([], [], **_median())]
    figure.legend(
        handles, ["one seed", "median"], loc="outside upper center", ncols=2, handlelength=1.2, fontsize=_LARGE
    )
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
        If there is no table, or one lacks a column or is empty.
    """
    if not tables:
        raise ValueError("tables is empty: give at least one network")
    for table in tables.values():
        _require(table, ["confidence", "accuracy", "digits"])
    figure = Figure(figsize=(WIDTH, 5.0), layout="constrained")
    axes = figure.subplots(2, 1, sharex=True, height_ratios=[3, 1])
    axis, counts = axes
    axis.plot([0, 1], [0, 1], color=MUTED, linewidth=1, linestyle=(0, (2, 2)), marker="")
    for i, (name, table) in enumerate(tables.items()):
        style = NEUTRAL[i % len(NEUTRAL)]
        # Two standard errors of a share of as many digits.
        error = 2 * np.sqrt(table["accuracy"] * (1 - table["accuracy"]) / table["digits"])
        axis.errorbar(table["confidence"], table["accuracy"], error, label=name, **style)
        counts.plot(table["confidence"], table["digits"], **style)
    counts.set_yscale("log")
    counts.set_ylabel("digits")
    counts.set_xlabel("probability that the network gives to its answer")
    axis.set_ylabel("share of right answers")
    axis.set_ylim(0, 1.02)
    axis.set_xlim(0, 1.02)
    _enlarge_text(figure, axes)
    _legend_above(figure, axis, size=_LARGE)
    return figure


# ---------------------------------------------------------------------------------------------------------------------
# Distributions and counts


def seed_distribution(
    frame: pd.DataFrame,
    published: pd.DataFrame | None = None,
    *,
    metric: str = "val_accuracy",
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
    _require(frame, [*case, "seed", "epoch", metric])
    cases = {tuple(key): runs for key, runs in frame.groupby(case, sort=False)}
    row_height = 1.25 if len(cases) <= 4 else 0.62 if published is None else 0.75
    figure, axes = _panels(1, 1, height=1.0 + row_height * len(cases))
    axis = axes[0, 0]
    # A mark takes 4.7 points, on an axis about 180 points wide.
    width, step = 4.7 / 180 * (limits[1] - limits[0]), 4.7 / (72 * row_height)

    for row, ((activation, layers, *_), runs) in enumerate(cases.items()):
        finals = np.sort(_last_epochs(runs, ["seed"])[metric].to_numpy(float))
        middle = float(np.median(finals))
        dots = {**_style(activation, row), **_dots()}
        axis.plot(finals, row - 0.02 + _swarm(finals, width, step), **dots)
        # The median above the marks, the report's run below: neither hides one.
        axis.plot(middle, row - 0.41, **_median())
        axis.vlines(middle, row - 0.41, row + 0.28, color=MUTED, linewidth=0.8, zorder=2)
        _note_beside(axis, f"{middle:.4f}", row, 8)
        if published is not None:
            theirs = published[(published["activation"] == activation) & (published["layers"] == layers)]
            for value in _last_epochs(theirs, [])[metric].unique():
                axis.plot(value, row + 0.39, clip_on=False, zorder=4, **_hollow({"color": INK, "marker": "D"}))
                _note_beside(axis, f"{value:.4f}", row, 58)
    rows = [
        "\n".join(textwrap.fill(str(part), 18) for part in (f"{_label(name)}, {layers} layers", *rest))
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
    axis.set_xlabel(f"{_label(metric).replace(chr(10), ' ')} after {after}")
    handles = [Line2D([], [], **{**NEUTRAL[0], **_dots()}), Line2D([], [], **_median())]
    labels = ["one seed", "median"]
    _note_beside(axis, "median", -0.62, 8, color=MUTED)
    if published is not None:
        handles.append(Line2D([], [], **_hollow({"color": INK, "marker": "D"})))
        labels.append("the report's run")
        _note_beside(axis, "report", -0.62, 58, color=MUTED)
    _enlarge_text(figure, axes)
    figure.legend(
        handles, labels, loc="outside upper center", ncols=3, columnspacing=1.6, handlelength=1.2, fontsize=_LARGE
    )
    return figure


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
    figure, axes = _panels(1, 1, height=0.6 + (0.14 + 0.14 * lines) * len(rows))
    axis = axes[0, 0]
    _coloured_cells(axis, step, rows, columns, x_label, y_label)
    size = 9 if len(columns) * max(len(text(float(value))) for value in values.flat) <= 50 else 8
    for (i, j), value in np.ndenumerate(values):
        colour = _text_colour(step[i, j])
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
    figure, axes = _panels(1, 1, height=5.4)
    axis = axes[0, 0]
    classes = [str(k) for k in range(len(counts))]
    _coloured_cells(axis, step, classes, classes, "answer", "true class")
    axis.tick_params(labelsize=10)
    for (i, j), count in np.ndenumerate(counts):
        if count:
            colour = _text_colour(step[i, j])
            axis.text(j + 0.5, i + 0.38, f"{count}", ha="center", va="center", color=colour, size=9.5)
            axis.text(j + 0.5, i + 0.74, f"{shares[i, j]:.1f}", ha="center", va="center", color=colour, size=7)
    return figure


def _coloured_cells(
    axis: Axes, step: NDArray[Any], rows: Sequence[str], columns: Sequence[str], x_label: str, y_label: str
) -> None:
    """A table of cells, each in the colour of its step of SEQUENTIAL, with names for its rows and columns."""
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
    axis.set_xlabel(x_label)
    axis.set_ylabel(y_label)
    axis.grid(False)
    axis.tick_params(length=0)
    axis.spines[:].set_visible(False)


def _text_colour(step: int) -> str:
    """Of text on a cell in this step of SEQUENTIAL."""
    return BACKGROUND if step >= _FIRST_STRONG_STEP else INK


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
    figure, axes = _panels(len(parts), 1, height=0.4 + 1.65 * len(parts), sharex=True, sharey=True)
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


# ---------------------------------------------------------------------------------------------------------------------
# Digits and networks


def digits(
    images: ArrayLike,
    labels: Iterable[Any] | None = None,
    answered: Iterable[Any] | None = None,
    *,
    columns: int = 10,
) -> Figure:
    """A grid of digits as the network receives them.

    Parameters
    ----------
    images : (n, height, width) or (n, height, width, 3) array
        Grey values or red, green and blue, 0 to 255 or 0 to 1: an integer array is taken as the former.
    labels : sequence of n, optional
        Written above each digit.
    answered : sequence of n, optional
        A network's answers. Above a digit stands then 'label → answer', in bold where the two differ.
    columns : int
        Digits side by side.

    Raises
    ------
    ValueError
        If there are no images, or their number differs from that of the labels or answers.
    """
    images = np.asarray(images)
    if images.ndim not in (3, 4) or images.shape[3:] not in ((), (3,)) or not len(images):
        raise ValueError(
            f"images must be (n, height, width) or (n, height, width, 3), n at least 1; got {images.shape}"
        )
    labels = None if labels is None else list(labels)
    answered = None if answered is None else list(answered)
    for name, given in (("labels", labels), ("answered", answered)):
        if given is not None and len(given) != len(images):
            raise ValueError(f"{name} must have one entry for each of the {len(images)} images; got {len(given)}")
    top = 255 if np.issubdtype(images.dtype, np.integer) else 1
    columns = min(columns, len(images))
    rows = -(-len(images) // columns)
    cell = min(WIDTH / columns, 1.3)
    size = 9 if columns > 5 else _LARGE  # as large as the pictures leave room for: a phone shows them at half the size
    title = 0.0 if labels is None and answered is None else 0.22
    layout = ConstrainedLayoutEngine(compress=True, w_pad=0.03, h_pad=0.04, wspace=0, hspace=0)
    figure, axes = _panels(rows, columns, height=rows * (cell + title) + 0.1, layout=layout)
    for axis in axes.flat[len(images) :]:
        axis.set_visible(False)
    for i, (axis, image) in enumerate(zip(axes.flat, images, strict=False)):
        axis.imshow(image, cmap="gray", vmin=0, vmax=top)
        _picture_frame(axis)
        parts = [str(given[i]) for given in (labels, answered) if given is not None]
        if parts:
            wrong = len(set(parts)) == 2
            weight = "bold" if wrong else "normal"
            axis.set_title(" → ".join(parts), loc="center", size=size, weight=weight, pad=2.5)
    return figure


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
    figure, axes = _panels(1, 1, height=3.3)
    axis = axes[0, 0]
    foot = _decades([axis], np.concatenate([values.ravel() for values in [*profiles.values(), *theory.values()]]))
    deepest = max(values.shape[1] for values in profiles.values())
    for i, (name, values) in enumerate(profiles.items()):
        style = _style(name, i)
        layer = np.arange(first_layer, first_layer + values.shape[1])
        shown = np.where(values == 0, foot, values)
        every = (i * max(deepest // 16, 1) % max(deepest // 8, 1), max(deepest // 8, 1))
        if len(values) > 1:
            axis.fill_between(layer, shown.min(0), shown.max(0), color=style["color"], alpha=0.22, linewidth=0)
        axis.plot(layer, np.median(shown, axis=0), label=_label(name), markevery=every, clip_on=False, **style)
    _draw_predicted(axis, ((np.arange(first_layer, first_layer + len(line)), line) for line in theory.values()))
    axis.xaxis.set_major_locator(_whole_numbers())
    axis.set_xlim(first_layer - 0.3, first_layer + deepest - 0.7)
    axis.set_xlabel(x_label)
    axis.set_ylabel(y_label)
    _enlarge_text(figure, axes)
    if len(profiles) + len(theory) > 1:
        _legend_above(figure, axis, size=_LARGE)
    return figure


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
        Per layer 1 to R: weights (n_r, n_{r-1}), the others (n_r,).
    y : sequence of R + 1 arrays, optional
        Outputs per layer 0 to R, (n_r,); the first is the input.

    Raises
    ------
    ValueError
        If there are fewer than two layers, more than two units in one, or an array does not fit.
    """
    sizes = list(sizes)
    if len(sizes) < 2 or not all(1 <= n <= 2 for n in sizes):
        raise ValueError(f"sizes must name at least two layers of one or two units; got {sizes}")
    shapes: dict[str, tuple[Sequence[ArrayLike] | None, list[tuple[int, ...]]]] = {
        "weights": (weights, [(sizes[r], sizes[r - 1]) for r in range(1, len(sizes))]),
        "biases": (biases, [(n,) for n in sizes[1:]]),
        "nu": (nu, [(n,) for n in sizes[1:]]),
        "delta": (delta, [(n,) for n in sizes[1:]]),
        "y": (y, [(n,) for n in sizes]),
    }
    for name, (given, expected) in shapes.items():
        if given is not None and [np.shape(array) for array in given] != expected:
            raise ValueError(
                f"{name} must have the shapes {expected}, one per layer; got {[np.shape(a) for a in given]}"
            )

    radius, column, gap, line = 0.36, 2.75, 1.9, 0.36
    centres = [[(column * r, gap * ((n - 1) / 2 - i)) for i in range(n)] for r, n in enumerate(sizes)]
    lines = sum(given is not None for given in (biases, nu, y, delta))
    tallest = gap * (max(sizes) - 1) / 2 + radius + (0.1 + line * lines if lines else 0)
    left, right, bottom, top = -0.75, column * (len(sizes) - 1) + 0.75, -tallest - 0.05, tallest + 0.45
    figure, axes = _panels(1, 1, height=WIDTH * (top - bottom) / (right - left))
    axis = axes[0, 0]
    axis.set(xlim=(left, right), ylim=(bottom, top), aspect="equal")
    axis.axis("off")

    for r in range(1, len(sizes)):
        for i, target in enumerate(centres[r]):
            for j, source in enumerate(centres[r - 1]):
                start, end = np.array(source), np.array(target)
                reach = radius * (end - start) / np.linalg.norm(end - start)
                arrow = {"arrowstyle": "-|>", "color": MUTED, "linewidth": 1.1, "shrinkA": 0, "shrinkB": 0}
                axis.annotate("", end - reach, start + reach, arrowprops=arrow)
                # Labels of crossing edges stand near the unit that they lead to, clear of the crossing.
                along = 0.5 if source[1] == target[1] or len(centres[r]) == 1 else 0.68
                label = _symbol(
                    "w", r, f"{i + 1}{j + 1}", None if weights is None else np.asarray(weights[r - 1])[i, j]
                )
                box = {"facecolor": BACKGROUND, "edgecolor": "none", "pad": 1.0}
                axis.text(*(start + along * (end - start)), label, ha="center", va="center", size=13, bbox=box)
    for r, layer in enumerate(centres):
        name = "input" if r == 0 else "output" if r == len(sizes) - 1 else "hidden"
        axis.text(column * r, top, f"layer {r}: {name}", ha="center", va="top", color=MUTED, size=_LARGE)
        for i, (x_unit, y_unit) in enumerate(layer):
            axis.add_patch(Circle((x_unit, y_unit), radius, facecolor=SURFACE, edgecolor=INK, linewidth=1.2, zorder=3))
            axis.text(x_unit, y_unit, _symbol("y", r, f"{i + 1}"), ha="center", va="center", size=14, zorder=4)
            hidden = [("b", biases), (r"\nu", nu)] if r else []
            behind = [(r"\delta", delta)] if r else []
            notes = [
                _symbol(letter, r, f"{i + 1}", np.asarray(given[r - (letter != "y")])[i])
                for letter, given in [*hidden, ("y", y), *behind]
                if given is not None
            ]
            above = i < (len(layer) - 1) / 2
            for k, note in enumerate(notes):
                away = radius + 0.06 + line * (len(notes) - 0.5 - k if above else k + 0.5)
                axis.text(x_unit, y_unit + (away if above else -away), note, ha="center", va="center", size=13)
    return figure


def unit_values(columns: Mapping[str, Sequence[ArrayLike]], *, first_layer: int = 1) -> Figure:
    """One number per unit as a bar from 0: a row of panels per layer, a column per quantity.

    Parameters
    ----------
    columns : mapping of name to sequence of (n_r,) arrays
        For each quantity its values layer by layer, the same layers in all.
    first_layer : int
        Number of the first layer.

    Raises
    ------
    ValueError
        If nothing is given, the quantities have different numbers of layers, or a value is not finite.
    """
    quantities = {name: [np.asarray(layer, float).ravel() for layer in layers] for name, layers in columns.items()}
    depths = {len(layers) for layers in quantities.values()}
    if len(depths) != 1 or depths == {0}:
        counts = {name: len(layers) for name, layers in quantities.items()}
        raise ValueError(f"columns must hold quantities of the same layers, at least one; got {counts or 'none'}")
    for name, layers in quantities.items():
        if not all(layer.size and np.isfinite(layer).all() for layer in layers):
            raise ValueError(f"{name} must hold finite values, one per unit of each layer")
    (depth,) = depths
    figure, axes = _panels(depth, len(quantities), height=0.5 + 1.1 * depth)
    for column, (name, layers) in zip(axes.T, quantities.items(), strict=True):
        for axis, values in zip(column, layers, strict=True):
            units = np.arange(1, values.size + 1)
            axis.bar(units, values, width=0.7, facecolor=INK, edgecolor="none")
            axis.axhline(0, color=MUTED, linewidth=0.8)
            # The largest bar fills nine tenths of its half; both halves are as high, so that signs can be compared.
            axis.set_ylim(np.array([-1.1, 1.1]) * (np.abs(values).max() or 1.0))
            axis.xaxis.set_major_locator(MaxNLocator(nbins=4, integer=True, steps=[1, 2, 5, 10]))
            axis.yaxis.set_major_locator(MaxNLocator(nbins=3, symmetric=True))
            axis.set_xlim(0.3, values.size + 0.7)
            axis.grid(axis="x", visible=False)
            axis.set_ylabel(name)
    for r, axis in enumerate(axes[:, 0], start=first_layer):
        axis.set_title(f"layer {r}")
    figure.supxlabel("unit")
    _enlarge_text(figure, axes)
    return figure


# ---------------------------------------------------------------------------------------------------------------------
# Gradients


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
    _require(frame, [*columns, "seed"])
    if predicted is not None:
        _require(predicted, columns)
    if logarithmic and not (frame[value] >= 0).all():
        raise ValueError(f"{value} holds negative numbers or NaN; take absolute values, or logarithmic=False")
    depths, kinds, names = (_values(frame[column]) for column in ("layers", "kind", series))
    figure, axes = _panels(len(kinds), len(depths), height=0.9 + 1.6 * max(len(kinds), 1.5), sharex="col", sharey="row")
    for row, kind in zip(axes, kinds, strict=True):
        of_kind = frame[frame["kind"] == kind]
        if logarithmic:
            theory = pd.Series(dtype=float) if predicted is None else predicted.loc[predicted["kind"] == kind, value]
            shown = of_kind.groupby(["layers", series, "layer"])[value].quantile(list(band))
            foot = _decades(row, pd.concat([shown, theory]), steps=4)
            of_kind = of_kind.assign(**{value: of_kind[value].mask(of_kind[value] == 0, foot)})
        for axis, layers in zip(row, depths, strict=True):
            for i, name in enumerate(names):
                style = _style(name, i)
                part = of_kind[(of_kind["layers"] == layers) & (of_kind[series] == name)]
                by_layer = part.groupby("layer")[value]
                middle, low, high = by_layer.median(), by_layer.quantile(band[0]), by_layer.quantile(band[1])
                axis.fill_between(middle.index, low, high, color=style["color"], alpha=0.22, linewidth=0)
                every = (i * max(len(middle) // 12, 1), max(len(middle) // 4, 1))
                axis.plot(middle.index, middle, label=_label(name), markevery=every, clip_on=False, **style)
            if predicted is not None:
                lines = predicted[(predicted["layers"] == layers) & (predicted["kind"] == kind)]
                _draw_predicted(axis, ((line["layer"], line[value]) for _, line in lines.groupby(series, sort=False)))
            axis.xaxis.set_major_locator(MaxNLocator(nbins=4, integer=True, steps=[1, 2, 5, 10]))
            of_panel = of_kind.loc[of_kind["layers"] == layers, "layer"]
            axis.set_xlim(of_panel.min() - 0.8, of_panel.max() + 0.8)  # no tick before the first layer
        row[0].set_ylabel(f"{kind}:\n{y_label}")
    for axis, layers in zip(axes[0], depths, strict=True):
        axis.set_title(f"{layers} layers")
    figure.supxlabel("layer")
    _enlarge_text(figure, axes)
    _legend_above(figure, axes[0, 0], size=_LARGE)
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
    _require(frame, ["activation", "seed", "update", "layer", value])
    if not (frame[value] > 0).all():
        raise ValueError(f"{value} holds numbers that are not positive; take absolute values")
    names = _values(frame["activation"])
    middle = frame.groupby(["activation", "layer", "update"])[value].median()
    top = int(np.ceil(np.log10(middle.max())))
    bounds = np.arange(top - len(SEQUENTIAL), top + 1)
    colours = {"cmap": ListedColormap(SEQUENTIAL), "norm": BoundaryNorm(bounds, len(SEQUENTIAL))}
    figure, axes = _panels(1, len(names), height=3.1, sharey=True)
    for axis, name in zip(axes[0], names, strict=True):
        table = middle[name].unstack("update")
        # A cell reaches from its own update to the next one.
        edges = np.append(table.columns, 2 * table.columns[-1] - table.columns[-2])
        steps = np.clip(np.log10(table.to_numpy()), bounds[0] + 1e-9, bounds[-1] - 1e-9)
        image = axis.pcolormesh(edges, np.append(table.index, table.index[-1] + 1) - 0.5, steps, **colours)
        axis.set_title(_label(name))
        axis.grid(False)
        axis.xaxis.set_major_locator(MaxNLocator(nbins=3, integer=True, steps=[1, 2, 5, 10]))
        axis.yaxis.set_major_locator(_whole_numbers())
    axes[0, 0].set_ylabel("layer")
    figure.supxlabel("update", size=9)
    bar = figure.colorbar(image, ax=axes[0], location="top", aspect=45, shrink=0.9, pad=0.04)
    labels = ["10" + str(k).translate(_SUPERSCRIPTS) for k in bounds.tolist()]
    bar.set_ticks(bounds.tolist(), labels=["less", *labels[1:]])
    bar.set_label(label)
    bar.ax.tick_params(length=0)
    bar.outline.set_visible(False)
    return figure


# ---------------------------------------------------------------------------------------------------------------------
# A photo and its prediction


def photo_steps(steps: Mapping[str, ArrayLike], *, columns: int = 5) -> Figure:
    """The steps from a photo to a network's input, a picture each.

    Parameters
    ----------
    steps : mapping of name to (height, width) or (height, width, 3) array
        Grey values or colours, 0 to 255 if whole numbers, else 0 to 1. Large pictures are drawn reduced.
    columns : int
        Pictures side by side.

    Raises
    ------
    ValueError
        If there is no step, or one is no picture.
    """
    pictures = {name: np.asarray(picture) for name, picture in steps.items()}
    if not pictures or not all(p.ndim == 2 or (p.ndim == 3 and p.shape[2] == 3) for p in pictures.values()):
        shapes = {name: picture.shape for name, picture in pictures.items()}
        raise ValueError(f"steps must be pictures (height, width) or (height, width, 3), one or more; got {shapes}")
    columns = min(columns, len(pictures))
    rows = -(-len(pictures) // columns)
    ratios = [picture.shape[0] / picture.shape[1] for picture in pictures.values()]
    # Each row as high as its tallest picture, or the figure ends in blank space; 0.3 inches are for the titles.
    heights = [WIDTH / columns * max(ratios[i : i + columns]) + 0.3 for i in range(0, len(ratios), columns)]
    layout = ConstrainedLayoutEngine(compress=True, w_pad=0.04, h_pad=0.05, wspace=0, hspace=0)
    figure, axes = _panels(rows, columns, height=sum(heights), layout=layout, height_ratios=heights)
    for axis in axes.flat[len(pictures) :]:
        axis.set_visible(False)
    for axis, (name, picture) in zip(axes.flat, pictures.items(), strict=False):
        top = 255 if np.issubdtype(picture.dtype, np.integer) else 1
        axis.imshow(_reduced(picture / top, 200), cmap="gray", vmin=0, vmax=1)
        _picture_frame(axis)
        axis.set_title(name, loc="center", size=9, weight="normal", pad=2.5)
    return figure


def predictions(inputs: ArrayLike, probabilities: ArrayLike, titles: Sequence[str]) -> Figure:
    """What a network got and what it answered: inputs above, the probabilities of the ten classes below each.

    Parameters
    ----------
    inputs : (n, height, width) or (n, height, width, 3) array
        From 0 to 1.
    probabilities : (n, classes) array
        From 0 to 1; the largest of each row is filled with ink.
    titles : sequence of n str
        Written above the inputs.

    Raises
    ------
    ValueError
        If the numbers of inputs, probabilities and titles differ, there is none, or a probability is none.
    """
    inputs, probabilities = np.asarray(inputs), np.asarray(probabilities, float)
    if inputs.ndim not in (3, 4) or not len(inputs) == len(probabilities) == len(titles) > 0:
        raise ValueError(
            f"inputs, probabilities and titles must be as many, at least one; got {len(inputs)}, {len(probabilities)} "
            f"and {len(titles)}"
        )
    if probabilities.ndim != 2 or not ((probabilities >= 0) & (probabilities <= 1)).all():
        raise ValueError("probabilities must be (n, classes) between 0 and 1")
    count, classes = probabilities.shape
    figure, axes = _panels(2, count, height=1.2 + 0.4 + 0.18 * classes, sharey="row", height_ratios=[1.2, 2.0])
    for (above, below), picture, row, title in zip(axes.T, inputs, probabilities, titles, strict=True):
        above.imshow(picture, cmap="gray", vmin=0, vmax=1)
        _picture_frame(above)
        above.set_title(title, loc="center", size=9, weight="normal")
        colours = [INK if k == row.argmax() else MUTED for k in range(classes)]
        below.barh(range(classes), row, height=0.7, color=colours, edgecolor="none")
        below.set_xlim(0, 1)
        below.set_ylim(classes - 0.4, -0.6)
        below.set_xticks([0, 1])
        below.set_yticks(range(classes))
        below.grid(axis="y", visible=False)
    axes[1, 0].set_ylabel("class")
    figure.supxlabel("probability", size=9)
    return figure


def _picture_frame(axis: Axes) -> None:
    axis.set_xticks([])
    axis.set_yticks([])
    axis.spines[:].set(visible=True, color=MUTED, linewidth=0.6)


def _reduced(picture: NDArray[Any], side: int) -> NDArray[np.float64]:
    """The picture with blocks of pixels replaced by their mean, no longer than about `side`."""
    factor = -(-max(picture.shape[:2]) // side)
    height, width = (length // factor for length in picture.shape[:2])
    blocks = picture[: height * factor, : width * factor].astype(float)
    return blocks.reshape(height, factor, width, factor, *picture.shape[2:]).mean(axis=(1, 3))


# ---------------------------------------------------------------------------------------------------------------------
# What a convolutional network sees


def kernel_grid(kernels: ArrayLike, *, columns: int = 9) -> Figure:
    """The kernels of one convolution, each on its own scale, middle grey where a weight is 0.

    With three inputs a kernel is a small picture: red, green and blue are its weights for them. With more inputs it is
    a block of small squares, one per input, row by row: light is positive, dark negative. Above each
    kernel stand its number and its largest absolute weight, which is full white or black.

    Parameters
    ----------
    kernels : array (height, width, inputs, filters)
    columns : int
        Kernels side by side.

    Raises
    ------
    ValueError
        If the array has not four axes, or a weight is not finite.
    """
    kernels = np.asarray(kernels, float)
    if kernels.ndim != 4 or not kernels.size or not np.isfinite(kernels).all():
        raise ValueError(f"kernels must be (height, width, inputs, filters), all finite; got shape {kernels.shape}")
    largest = np.abs(kernels).max(axis=(0, 1, 2))
    scaled = 0.5 + 0.5 * kernels / np.where(largest > 0, largest, 1)
    coloured = kernels.shape[2] == 3
    titles = [(str(f + 1), f"{value:.2f}") for f, value in enumerate(largest)]
    images = [scaled[..., f] if coloured else _block(scaled[..., f]) for f in range(kernels.shape[3])]
    width = (WIDTH - 0.1) / columns
    rows = -(-len(images) // columns)
    figure, axis = _canvas(rows * (width + 0.16) + 0.62)
    for f, image in enumerate(images):
        left, top = 0.05 + f % columns * width, 0.05 + f // columns * (width + 0.16)
        _place(axis, image, left, top + 0.16, width - 0.08, titles[f])
    words = ["−largest (black)", "0", "+largest (white)"]
    _ramp(axis, 0.05, rows * (width + 0.16) + 0.2, np.linspace(0, 1, 65)[None], words)
    return figure


def feature_map_grid(
    maps: ArrayLike, pictures: ArrayLike, *, first: int = 1, labels: Sequence[str] | None = None
) -> Figure:
    """Feature maps after ReLU: a row per picture, which stands on the left, and a column per filter.

    Each filter has its own scale, the same for all pictures, from 0 (black) to the number written above its column: the
    largest value in it, in maps larger than 4 x 4 the largest off the rim, where the zeros around a picture have their
    say. A filter that is silent for all pictures has a 0 there.

    Parameters
    ----------
    maps : array (P, height, width, filters)
        0 or more; up to about 17 filters stay readable.
    pictures : array (P, height, width, 3)
        Between 0 and 1.
    first : int
        Number of the first filter that is shown.
    labels : sequence of P str, optional
        Written beside the pictures, one or two letters.

    Raises
    ------
    ValueError
        If shapes do not fit, or a value is negative or not finite.
    """
    maps, pictures = np.asarray(maps, float), _coloured(pictures)
    if maps.ndim != 4 or len(maps) != len(pictures) or not maps.size:
        raise ValueError(f"maps must be (P, height, width, filters) for {len(pictures)} pictures; got {maps.shape}")
    if not np.isfinite(maps).all() or (maps < 0).any():
        raise ValueError("maps hold negative numbers or NaN; take them after the ReLU")
    names = [""] * len(maps) if labels is None else list(labels)
    inner = maps[:, 1:-1, 1:-1] if min(maps.shape[1:3]) > 4 else maps
    largest = inner.max(axis=(0, 1, 2))
    largest = np.where(largest > 0, largest, maps.max(axis=(0, 1, 2)))
    margin = 0.2 if labels is not None else 0.05
    width = min((WIDTH - margin - 0.05) / (maps.shape[3] + 1.15), 0.52)
    figure, axis = _canvas(0.4 + len(maps) * width + 0.5)
    shown = _ONE_SIDED(maps / np.where(largest > 0, largest, 1))[..., :3]
    for p, (picture, name) in enumerate(zip(pictures, names, strict=True)):
        top = 0.4 + p * width
        axis.text(margin - 0.06, top + width / 2, name, ha="right", va="center", size=8.5)
        _place(axis, picture, margin, top, width - 0.03)
        for f in range(maps.shape[3]):
            _place(axis, shown[p, :, :, f], margin + (f + 1.15) * width, top, width - 0.03)
    for f, value in enumerate(largest):
        centre = margin + (f + 1.65) * width - 0.015
        axis.text(centre, 0.12, str(first + f), ha="center", va="center", size=8, weight="bold")
        axis.text(centre, 0.29, _short(value), ha="center", va="center", size=8)
    words = ["0: silent", "", "the number above the column, or more"]
    _ramp(axis, margin, 0.4 + len(maps) * width + 0.08, _ONE_SIDED(np.linspace(0, 1, 129))[None, :, :3], words)
    return figure


def picture_rows(
    rows: Mapping[str, ArrayLike], titles: Sequence[tuple[str, str]] | None = None, *, columns: int = 9
) -> Figure:
    """Colour pictures below each other for comparison: one line per name, broken into bands where there are many.

    Parameters
    ----------
    rows : mapping of name to (n, height, width, 3) array
        The same n in all. Between 0 and 1; NaN is left empty.
    titles : sequence of n pairs of str, optional
        Above each column of pictures, on the left in bold and on the right.
    columns : int
        Pictures side by side.

    Raises
    ------
    ValueError
        If nothing is given, or the numbers of pictures or titles differ.
    """
    images = {name: _coloured(pictures) for name, pictures in rows.items()}
    counts = {name: len(pictures) for name, pictures in images.items()}
    count = next(iter(counts.values()), 0)
    if not count or set(counts.values()) != {count} or (titles is not None and len(titles) != count):
        raise ValueError(f"rows must hold the same number of pictures, as many as titles; got {counts or 'none'}")
    margin, header = 0.85, 0.18 if titles is not None else 0.04
    width = (WIDTH - margin - 0.05) / columns
    band = header + len(images) * width + 0.06
    figure, axis = _canvas(-(-count // columns) * band)
    for i in range(count):
        left, top = margin + i % columns * width, i // columns * band
        for r, (name, pictures) in enumerate(images.items()):
            title = titles[i] if titles is not None and r == 0 else None
            _place(axis, pictures[i], left, top + header + r * width, width - 0.05, title)
            if i % columns == 0:
                axis.text(margin - 0.07, top + header + (r + 0.5) * width - 0.03, name, ha="right", va="center", size=8)
    return figure


def selectivity_maps(effects: Mapping[str, ArrayLike], *, limit: float = 1.5) -> Figure:
    """Which classes excite which filter: a panel per layer, a row per class, a column per filter.

    Filters are sorted by the class that excites them most. Middle grey is a filter's mean over the classes, white
    (black) is `limit` standard deviations or more above (below) it.

    Parameters
    ----------
    effects : mapping of name to (classes, filters) array
        Differences to the mean over classes, in standard deviations within classes.
    limit : float
        Where white and black begin.

    Raises
    ------
    ValueError
        If there is no layer, or a value is not finite.
    """
    layers = {name: np.asarray(effect, float) for name, effect in effects.items()}
    if not layers or not all(effect.ndim == 2 and np.isfinite(effect).all() for effect in layers.values()):
        raise ValueError("effects must hold (classes, filters) arrays of finite numbers, at least one")
    figure, axes = _panels(len(layers), 1, height=0.75 + 1.65 * len(layers))
    for axis, (name, effect) in zip(axes[:, 0], layers.items(), strict=True):
        order = np.lexsort((-effect.max(axis=0), effect.argmax(axis=0)))
        image = axis.imshow(effect[:, order], cmap="gray", vmin=-limit, vmax=limit, aspect="auto")
        axis.set_title(f"{name}: {effect.shape[1]} filters")
        axis.set_yticks(range(0, len(effect), 3))
        axis.set_xticks([])
        axis.grid(False)
        axis.set_ylabel("class")
    figure.supxlabel("filters, sorted by the class that excites them most", size=9)
    bar = figure.colorbar(image, ax=axes[:, 0], location="top", aspect=45, shrink=0.9, pad=0.03)
    bar.set_ticks([-limit, 0, limit], labels=[f"−{limit:g} or less", "0", f"{limit:g} or more"])
    bar.set_label("class mean − mean over classes, in standard deviations")
    bar.outline.set_visible(False)
    return figure


def readout_panels(
    scores: Mapping[str, Mapping[str, ArrayLike]], *, x_label: str, chance: Mapping[str, float] | None = None
) -> Figure:
    """How well each of several properties can be read from each stage of a network.

    Parameters
    ----------
    scores : mapping of property to mapping of network to (stages,) or (seeds, stages) array
        1 is perfect. A panel per property, a line per network; with seeds, their median and whole range. What
        lies below 0 is drawn at 0.
    x_label : str
        What the stages are, counted from 0.
    chance : mapping of property to float, optional
        Dotted lines; 0 where none is given.

    Raises
    ------
    ValueError
        If there is no property or a value is not finite.
    """
    tables = {
        name: {network: np.atleast_2d(np.asarray(values, float)) for network, values in networks.items()}
        for name, networks in scores.items()
    }
    if not tables or not all(np.isfinite(table).all() for networks in tables.values() for table in networks.values()):
        raise ValueError("scores must hold finite numbers of at least one property")
    figure, axes = _panels(-(-len(tables) // 2), 2, height=0.8 + 1.5 * -(-len(tables) // 2), sharex=True, sharey=True)
    for axis in axes.flat[len(tables) :]:
        axis.set_visible(False)
    for axis, (name, networks) in zip(axes.flat, tables.items(), strict=False):
        for i, (network, table) in enumerate(networks.items()):
            style, stages = NEUTRAL[i % len(NEUTRAL)], np.arange(table.shape[1])
            table = np.clip(table, 0, None)
            axis.fill_between(stages, table.min(0), table.max(0), color=style["color"], alpha=0.22, linewidth=0)
            axis.plot(stages, np.median(table, axis=0), label=network, clip_on=False, **style)
        axis.axhline((chance or {}).get(name, 0), color=MUTED, linewidth=1, linestyle=(0, (1, 2)), zorder=1)
        axis.set_title(name)
        axis.set_ylim(0, 1)
        axis.xaxis.set_major_locator(_whole_numbers())
    for axis in axes.flat[max(len(tables) - 2, 0) : len(tables)]:  # below the last panel of a column may be none
        axis.tick_params(labelbottom=True)
    figure.supylabel("accuracy or share explained", size=9)
    figure.supxlabel(x_label, size=9)
    _legend_above(figure, axes[0, 0])
    return figure


#: Lightness rises evenly from black, as it is seen, whatever kind of colour blindness.
_ONE_SIDED = matplotlib.colormaps["magma"]


def _canvas(height: float) -> tuple[Figure, Axes]:
    """A figure whose one axis measures in inches from the top left corner: for many small pictures."""
    figure = Figure(figsize=(WIDTH, height))
    figure.set_layout_engine("none")
    axis = figure.add_axes((0, 0, 1, 1))
    axis.set(xlim=(0, WIDTH), ylim=(height, 0))
    axis.axis("off")
    axis.autoscale(False)
    return figure, axis


def _place(
    axis: Axes, image: NDArray[Any], left: float, top: float, width: float, title: tuple[str, str] | None = None
) -> None:
    """A picture on a canvas, as wide as told; NaN stays empty. The two parts of a title stand above its corners."""
    height = width * image.shape[0] / image.shape[1]
    if image.ndim == 2:
        image = image[..., None].repeat(3, axis=-1)
    seen = np.isfinite(image).all(axis=-1, keepdims=True)
    image = np.concatenate([np.where(seen, np.clip(image, 0, 1), 0), seen], axis=-1)
    axis.imshow(image, extent=(left, left + width, top + height, top), aspect="auto")
    if title is not None:
        axis.text(left, top - 0.03, title[0], ha="left", va="baseline", size=8, weight="bold")
        axis.text(left + width, top - 0.03, title[1], ha="right", va="baseline", size=8)


def _block(kernel: NDArray[np.float64]) -> NDArray[np.float64]:
    """A kernel (height, width, inputs) as one array: its slices row by row in a square, gaps of NaN between them."""
    height, width, inputs = kernel.shape
    side = int(np.ceil(np.sqrt(inputs)))
    block = np.full((side * (height + 1) - 1, side * (width + 1) - 1), np.nan)
    for c in range(inputs):
        top, left = c // side * (height + 1), c % side * (width + 1)
        block[top : top + height, left : left + width] = kernel[..., c]
    return block


def _ramp(axis: Axes, left: float, top: float, colours: NDArray[np.float64], words: Sequence[str]) -> None:
    """A scale of colours with words below its start, middle and end."""
    width = WIDTH - left - 0.1
    axis.imshow(colours, cmap="gray", vmin=0, vmax=1, extent=(left, left + width, top + 0.13, top), aspect="auto")
    for text, place, side in zip(words, (0, 0.5, 1), ("left", "center", "right"), strict=True):
        axis.text(left + place * width, top + 0.25, text, ha=side, va="center", size=8)


def _coloured(pictures: ArrayLike) -> NDArray[np.float64]:
    pictures = np.asarray(pictures, float)
    if pictures.ndim != 4 or pictures.shape[-1] != 3 or not len(pictures):
        raise ValueError(f"pictures must be (n, height, width, 3), at least one; got {pictures.shape}")
    return pictures


def _short(value: float) -> str:
    """At most four characters."""
    return (
        "0" if value == 0 else f"{value:.0f}" if value >= 9.95 else f"{value:.1f}" if value >= 0.095 else f"{value:.2f}"
    )


# ---------------------------------------------------------------------------------------------------------------------
# Parts


def _panels(
    rows: int, columns: int, *, height: float, layout: ConstrainedLayoutEngine | None = None, **share: Any
) -> tuple[Figure, NDArray[Any]]:
    figure = Figure(figsize=(WIDTH, height), layout=layout or "constrained")
    return figure, figure.subplots(rows, columns, squeeze=False, **share)


def _decades(axes: Iterable[Axes], values: ArrayLike, steps: int = 6) -> float:
    """Make vertical axes logarithmic, with at most ``steps`` + 2 powers of ten written on them.

    A value of exactly 0 has no place there: where there is one, the axes get a line for it at their foot. Returns the
    height at which to draw it.
    """
    values = np.asarray(values, float)
    exponents = np.log10(values[values > 0]) if (values > 0).any() else np.array([-1.0])
    spacing = max(1, int(np.ceil(np.ptp(exponents) / steps)))
    lowest = spacing * int(np.floor(exponents.min() / spacing))
    highest = max(int(np.ceil(exponents.max())), lowest + 1)
    ticks = {10.0**k: "10" + str(k).translate(_SUPERSCRIPTS) for k in range(lowest, highest + 1, spacing)}
    bottom, foot = float(lowest), 10.0 ** (lowest - 0.75 * spacing)
    zeros = bool((values == 0).any())
    if zeros:
        ticks[foot] = "exactly 0"
        bottom -= spacing
    for axis in axes:
        axis.set_yscale("log")
        axis.set_yticks(list(ticks), list(ticks.values()))
        axis.yaxis.set_minor_locator(NullLocator())
        axis.set_ylim(10.0**bottom, 10.0 ** (highest + 0.03 * (highest - lowest)))  # room for the highest marker
        if zeros:
            axis.axhline(10.0 ** (lowest - 0.375 * spacing), color=MUTED, linewidth=0.8, linestyle=(0, (1, 2)))
    return foot


def _whole_numbers() -> MaxNLocator:
    return MaxNLocator(nbins=8, integer=True, steps=[1, 2, 5, 10])


def _style(name: Any, position: int) -> dict[str, Any]:
    return STYLE[name] if name in STYLE else NEUTRAL[position % len(NEUTRAL)]


def _label(name: Any) -> str:
    return LABEL.get(name, f"{name:g}" if isinstance(name, float) else str(name))


def _hollow(style: Mapping[str, Any]) -> dict[str, Any]:
    """A published value: the series' marker, empty, without a line."""
    return {
        "linestyle": "none",
        "marker": style["marker"],
        "markerfacecolor": BACKGROUND,
        "markeredgecolor": style["color"],
        "markersize": 5.5,
    }


def _dots() -> dict[str, Any]:
    """A mark per run: no line, and a rim that parts it from its neighbours."""
    rim = {"markeredgecolor": BACKGROUND, "markeredgewidth": 0.4}
    return {"linestyle": "none", "markersize": 4.6, **rim, "clip_on": False, "zorder": 3}


def _note_beside(axis: Axes, text: str, row: float, points: float, **style: Any) -> None:
    """Text on the height of a row, a number of points to the right of the axis' end."""
    style = {"va": "center_baseline", "size": _LARGE - 0.5, **style}
    axis.annotate(text, (1, row), (points, 0), axis.get_yaxis_transform(), "offset points", **style)


def _median() -> dict[str, Any]:
    return {"linestyle": "none", "marker": "v", "color": INK, "markersize": 5.5, "clip_on": False, "zorder": 4}


def _named(column: str, value: Any) -> str:
    """A value of a column as words that say what it is a value of."""
    if column == "layers":
        return f"{value} layers"
    if value in LABEL:
        return LABEL[value]
    return f"{column.replace('_', ' ')} {_label(value)}"


#: Points of the text in figures of several panels side by side, so that they can be read on a phone.
_LARGE = 11.5


def _enlarge_text(figure: Figure, axes: NDArray[Any]) -> None:
    for axis in axes.flat:
        axis.tick_params(labelsize=_LARGE - 0.5)
        for text in (axis.xaxis.label, axis.yaxis.label, axis.title, axis._left_title):
            text.set_size(_LARGE)
    figure.supxlabel(figure.get_supxlabel(), size=_LARGE)


def _legend_above(figure: Figure, axis: Axes, *, report: bool = False, size: float = 9) -> None:
    handles, labels = axis.get_legend_handles_labels()
    if report:
        handles.append(Line2D([], [], **_hollow({"color": INK, "marker": "o"})))
        labels.append("the report's run")
    # A line of the legend holds about 75 letters of 9 points, of which a sample line and the gaps take 9 each.
    lines = -(-sum(len(label) + 9 for label in labels) // int(75 * 9 / size))
    columns = -(-len(labels) // lines)
    figure.legend(handles, labels, loc="outside upper center", ncols=columns, columnspacing=1.4, fontsize=size)


def _draw_predicted(axis: Axes, lines: Iterable[tuple[Any, Any]]) -> None:
    """What a theory says, layers and values, named once."""
    for i, (layers, values) in enumerate(lines):
        axis.plot(layers, values, label="predicted" if i == 0 else None, **_PREDICTED)


def _break_jumps(curve: ArrayLike) -> NDArray[np.float64]:
    """The curve with a gap where it jumps by more than a third of its span, as ReLU's derivative does at 0."""
    curve = np.array(curve, float)
    jumps = np.flatnonzero(np.abs(np.diff(curve)) > np.ptp(curve) / 3)
    if len(curve) > 100:
        curve[jumps] = np.nan
    return curve


def _draw_range(axis: Axes, limits: Range) -> None:
    for bound in (limits.low, limits.high):
        if np.isfinite(bound):
            axis.axhline(bound, color=MUTED, linewidth=1, linestyle=(0, (2, 2)), zorder=1)
    axis.set_title(f"range {limits}", loc="right", weight="normal", size=9)


def _swarm(values: NDArray[np.float64], width: float, step: float) -> NDArray[np.float64]:
    """Offsets that set equal or close values (sorted) beside each other instead of over each other."""
    offsets = np.zeros_like(values)
    for i, value in enumerate(values):
        near = {round(offsets[j] / step) for j in range(i) if value - values[j] < width}
        level = 0
        while level in near:
            level = -level if level > 0 else 1 - level
        offsets[i] = level * step
    widest = np.abs(offsets).max(initial=0)
    return offsets * min(1, 0.3 / widest) if widest else offsets


def _last_epochs(frame: pd.DataFrame, run: list[str]) -> pd.DataFrame:
    return frame[frame["epoch"] == (frame.groupby(run)["epoch"].transform("max") if run else frame["epoch"].max())]


def _values(column: pd.Series) -> list[Any]:
    """The values of a column: numbers in rising order, names in the order in which they first stand."""
    unique = column.drop_duplicates()
    return (unique.sort_values() if pd.api.types.is_numeric_dtype(unique) else unique).tolist()


def _require(frame: pd.DataFrame, columns: Sequence[str]) -> None:
    missing = [column for column in columns if column not in frame.columns]
    if missing or frame.empty:
        problem = f"lacks {missing}" if missing else "is empty"
        raise ValueError(f"the frame {problem}; it needs the columns {list(columns)}, one row per run and epoch")


def _symbol(letter: str, layer: int, index: str, value: float | None = None) -> str:
    """A symbol of the report's notation as mathtext, with its value to at most four decimals where there is one."""
    symbol = rf"{letter}_{{{index}}}^{{({layer})}}"
    if value is None:
        return f"${symbol}$"
    short = f"{value:.4f}".rstrip("0").rstrip(".")
    return rf"${symbol} = {'0' if short == '-0' else short}$"


use_house_style()
