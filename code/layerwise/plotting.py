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
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Protocol

import matplotlib.style
import numpy as np
import pandas as pd
from cycler import cycler
from matplotlib.axes import Axes
from matplotlib.colors import BoundaryNorm, ListedColormap
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Circle
from matplotlib.ticker import FixedLocator, FuncFormatter, MaxNLocator, NullLocator
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
    "heat_map",
    "layer_profile",
    "learning_curves",
    "network_diagram",
    "seed_distribution",
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
    "#0b7349": "#57c795",  # sigmoid
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

#: Inches: the text column (700 px) at its full width. Text of 9.5 points is then 14 px high there, 7 px on a phone.
WIDTH = 6.5

_HOUSE_STYLE: dict[str, Any] = {
    "svg.fonttype": "path",  # outlines: the same everywhere, whatever fonts a reader has
    "svg.hashsalt": "layerwise",  # else every build would give the same figure other identifiers
    "font.family": "DejaVu Sans",  # ships with Matplotlib
    "mathtext.fontset": "stix",
    "font.size": 9.5,
    "axes.titlesize": 10.5,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.labelsize": 9.5,
    "xtick.labelsize": 9,
    "ytick.labelsize": 9,
    "legend.fontsize": 9.5,
    "figure.figsize": (WIDTH, 3.6),
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
    "lines.linewidth": 1.9,
    "lines.markersize": 5,
    "lines.markeredgewidth": 1.4,
    "patch.edgecolor": INK,
    "patch.facecolor": SURFACE,
    "hatch.color": INK,
    "image.cmap": "gray",
    "image.interpolation": "none",  # embeds the pixels as they are
    "legend.frameon": False,
    "legend.handlelength": 3.2,
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
    """
    pattern = re.compile("|".join(map(re.escape, PALETTE)) + r"(?![0-9a-f])")
    return pattern.sub(lambda match: PALETTE[match.group()], svg)


# ---------------------------------------------------------------------------------------------------------------------
# Curves


def activation_curves(
    x: ArrayLike,
    values: Mapping[str, ArrayLike],
    derivatives: Mapping[str, ArrayLike],
    ranges: Mapping[str, Range] | None = None,
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
    ranges : mapping of name to range, optional
        Anything with `low` and `high`, printed by `str`: written beside f, its finite ends drawn as lines.
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
    figure, axes = _panels(len(rows), 2, height=3.4 if together else 1.75 * len(rows) + 0.3, sharex=True, sharey="row")
    for row, group in zip(axes, rows, strict=True):
        for axis, curves, symbol in zip(row, (values, derivatives), ("$f(x)$", "$f\\,'(x)$"), strict=True):
            for i, name in enumerate(group):
                style = {**_style(name, i), "marker": None if len(group) == 1 else _style(name, i)["marker"]}
                # Markers apart from each other where several curves coincide.
                every = (len(x) // 16 * i // max(len(group), 1) + len(x) // 24, max(len(x) // 5, 1))
                axis.plot(x, np.asarray(curves[name]), label=_label(name), markevery=every, **style)
            axis.set_ylabel(symbol, rotation=0, ha="right", va="center")
            axis.tick_params(labelleft=True)
            axis.margins(x=0.02)
        if not together:
            row[0].set_title(_label(group[0]))
            if ranges is not None:
                _draw_range(row[0], ranges[group[0]])
                low, high = np.min(derivatives[group[0]]), np.max(derivatives[group[0]])
                row[1].set_title(f"drawn: {low:.3g} to {high:.3g}", weight="normal", size=9, color=MUTED)
    for axis in axes[-1]:
        axis.set_xlabel("$x$")
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

    Raises
    ------
    ValueError
        If a column is missing or the frame is empty.
    """
    _require(frame, [panels, series, "seed", "epoch", *metrics])
    panel_values, series_values = _values(frame[panels]), _values(frame[series])
    figure, axes = _panels(
        len(metrics), len(panel_values), height=0.75 + 1.75 * len(metrics), sharex=True, sharey="row"
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
                axis.plot(middle.index, middle, label=_label(value), markevery=every, clip_on=False, **style)
                if published is not None:
                    theirs = published[(published[panels] == panel) & (published[series] == value)]
                    theirs = theirs[["epoch", metric]].drop_duplicates()
                    axis.plot(theirs["epoch"] + 0.13 + 0.11 * i, theirs[metric], clip_on=False, **_hollow(style))
            axis.xaxis.set_major_locator(MaxNLocator(integer=True, nbins=6))
            if "accuracy" in metric:
                axis.set_ylim(0, 1)
            else:
                axis.set_ylim(bottom=0)
        row[0].set_ylabel(_label(metric))
    for axis, panel in zip(axes[0], panel_values, strict=True):
        axis.set_title(_panel_title(panels, panel))
    figure.supxlabel(f"epochs of {updates_per_epoch:,} updates", size=9.5)
    _legend_above(figure, axes[0, 0], report=published is not None)
    return figure


# ---------------------------------------------------------------------------------------------------------------------
# Distributions and counts


def seed_distribution(
    frame: pd.DataFrame,
    published: pd.DataFrame | None = None,
    *,
    metric: str = "val_accuracy",
    limits: tuple[float, float] = (0.0, 1.0),
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

    Raises
    ------
    ValueError
        If a column is missing or the frame is empty.
    """
    case_columns = ["activation", "layers"]
    _require(frame, [*case_columns, "seed", "epoch", metric])
    cases = list(frame[case_columns].drop_duplicates().itertuples(index=False, name=None))
    figure, axes = _panels(1, 1, height=0.85 + 1.15 * len(cases))
    axis = axes[0, 0]
    span = limits[1] - limits[0]
    last_epoch = int(frame["epoch"].max())
    for row, (activation, layers) in enumerate(cases):
        runs = _last_epochs(frame[(frame["activation"] == activation) & (frame["layers"] == layers)], ["seed"])
        finals = np.sort(runs[metric].to_numpy(float))
        style = _style(activation, row)
        # Dots of 5 points on an axis about 380 points wide and 80 points high per row.
        offsets = _swarm(finals, width=6.2 / 380 * span, step=6.2 / 80)
        dots = {"linestyle": "none", "marker": style["marker"], "color": style["color"]}
        axis.plot(finals, row + offsets, clip_on=False, zorder=3, **dots)
        middle = float(np.median(finals))
        axis.plot([middle, middle], [row - 0.36, row], color=INK, linewidth=1.6, zorder=2)
        _note(axis, middle, row - 0.38, f"median of {len(finals)}: {middle:.3f}", limits, "bottom")
        if published is not None:
            theirs = published[(published["activation"] == activation) & (published["layers"] == layers)]
            for value in _last_epochs(theirs, [])[metric].unique():
                axis.plot([value, value], [row, row + 0.34], color=MUTED, linewidth=1.2, zorder=2)
                axis.plot(value, row + 0.34, clip_on=False, **_diamond())
                _note(axis, value, row + 0.4, f"the report's run: {value:.4f}", limits, "top")
    axis.set_yticks(range(len(cases)), [f"{_label(name)}\n{layers} layers" for name, layers in cases])
    axis.set_ylim(len(cases) - 0.38, -0.62)
    axis.set_xlim(*limits)
    axis.grid(axis="y", visible=False)
    axis.tick_params(axis="y", length=0)
    axis.set_xlabel(f"{_label(metric).replace(chr(10), ' ')} after {last_epoch} epochs, one mark per seed")
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
        If shapes or the number of names do not fit, or a value is not finite.
    """
    values = np.asarray(values, float)
    if values.ndim != 2 or values.shape != (len(rows), len(columns)) or not values.size:
        raise ValueError(f"values must be ({len(rows)}, {len(columns)}), as many as names; got {values.shape}")
    if not np.isfinite(values).all():
        raise ValueError("values must be finite; replace what is missing before drawing")
    if scale is None:
        low, high = float(values.min()), float(values.max())
        scale = np.linspace(low, high if high > low else low + 1, len(SEQUENTIAL) + 1).tolist()
    step = np.clip(np.digitize(values, scale) - 1, 0, len(SEQUENTIAL) - 1)

    figure, axes = _panels(1, 1, height=0.85 + min(0.31, 6.5 / len(rows)) * len(rows))
    axis = axes[0, 0]
    axis.pcolormesh(
        step,
        cmap=ListedColormap(SEQUENTIAL),
        norm=BoundaryNorm(np.arange(len(SEQUENTIAL) + 1) - 0.5, len(SEQUENTIAL)),
        edgecolors=BACKGROUND,
        linewidth=1.2,
    )
    longest = max(len(text(float(value))) for value in values.flat)
    size = min(9.0, 430 / (len(columns) * max(longest, 1) * 0.68))
    for (i, j), value in np.ndenumerate(values):
        colour = BACKGROUND if step[i, j] >= _FIRST_STRONG_STEP else INK
        axis.text(j + 0.5, i + 0.5, text(float(value)), ha="center", va="center", color=colour, size=size)
    axis.set_xticks(np.arange(len(columns)) + 0.5, columns)
    axis.set_yticks(np.arange(len(rows)) + 0.5, rows)
    axis.invert_yaxis()
    axis.set_xlabel(x_label)
    axis.set_ylabel(y_label)
    axis.grid(False)
    axis.tick_params(length=0)
    axis.spines[:].set_visible(False)
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
    figure, axes = _panels(len(parts), 1, height=0.5 + 1.9 * len(parts), sharex=True)
    for axis, (name, part) in zip(axes[:, 0], parts.items(), strict=True):
        bars = axis.bar(names, part, width=0.78, facecolor=SEQUENTIAL[3], edgecolor=SEQUENTIAL[5], linewidth=1)
        axis.bar_label(bars, [f"{n:,.0f}\n{n / part.sum():.1%}" for n in part], size=8.5, color=INK, padding=2)
        axis.set_title(f"{name}: {part.sum():,.0f}")
        axis.set_ylabel("patterns")
        axis.margins(y=0.28)
        axis.grid(axis="x", visible=False)
        axis.tick_params(axis="x", length=0)
        axis.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
        axis.yaxis.set_major_locator(MaxNLocator(4))
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
    """A grid of digits, white ink on black as the network receives them.

    Parameters
    ----------
    images : (n, height, width) array
        Grey values, 0 to 255 or 0 to 1: an integer array is taken as the former.
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
    if images.ndim != 3 or not len(images):
        raise ValueError(f"images must be (n, height, width) with n at least 1; got {images.shape}")
    labels = None if labels is None else list(labels)
    answered = None if answered is None else list(answered)
    for name, given in (("labels", labels), ("answered", answered)):
        if given is not None and len(given) != len(images):
            raise ValueError(f"{name} must have one entry for each of the {len(images)} images; got {len(given)}")
    top = 255 if np.issubdtype(images.dtype, np.integer) else 1
    columns = min(columns, len(images))
    rows = -(-len(images) // columns)
    width = min(WIDTH, 1.3 * columns)
    cell = width / columns
    title = 0.0 if labels is None and answered is None else 0.26
    figure, axes = _panels(rows, columns, height=rows * (cell + title) + 0.1, width=width)
    for axis in axes.flat[len(images) :]:
        axis.set_visible(False)
    for i, (axis, image) in enumerate(zip(axes.flat, images, strict=False)):
        axis.imshow(image, cmap="gray", vmin=0, vmax=top)
        axis.set_xticks([])
        axis.set_yticks([])
        axis.spines[:].set(visible=True, color=MUTED, linewidth=0.6)
        parts = [str(given[i]) for given in (labels, answered) if given is not None]
        if parts:
            wrong = len(set(parts)) == 2
            size = 9 if len(parts) == 2 else 10
            axis.set_title(" → ".join(parts), loc="center", size=size, weight="bold" if wrong else "normal", pad=3)
    return figure


def layer_profile(
    values_by_layer: Mapping[str, ArrayLike],
    *,
    y_label: str,
    x_label: str = "layer",
    first_layer: int = 1,
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

    Raises
    ------
    ValueError
        If nothing is given, or a value is negative or not finite.
    """
    if not values_by_layer:
        raise ValueError("values_by_layer is empty: give at least one array of values per layer")
    profiles = {name: np.atleast_2d(np.asarray(values, float)) for name, values in values_by_layer.items()}
    for name, values in profiles.items():
        if values.ndim != 2 or not np.isfinite(values).all() or (values < 0).any():
            raise ValueError(f"{name} must be (layers,) or (seeds, layers), finite and >= 0; take absolute values")
    positive = np.concatenate([values[values > 0] for values in profiles.values()])
    low, high = (float(positive.min()), float(positive.max())) if positive.size else (0.1, 1.0)
    low_decade = np.floor(np.log10(low))
    high_decade = max(np.ceil(np.log10(high)), low_decade + 1)
    zeros = any((values == 0).any() for values in profiles.values())
    spacing = max(1, int(np.ceil((high_decade - low_decade) / 6)))
    foot = 10.0 ** (low_decade - 0.75 * spacing)

    figure, axes = _panels(1, 1, height=3.6)
    axis = axes[0, 0]
    deepest = max(values.shape[1] for values in profiles.values())
    for i, (name, values) in enumerate(profiles.items()):
        style = _style(name, i)
        layer = np.arange(first_layer, first_layer + values.shape[1])
        shown = np.where(values == 0, foot, values)
        every = (i * max(deepest // 16, 1) % max(deepest // 8, 1), max(deepest // 8, 1))
        if len(values) > 1:
            axis.fill_between(layer, shown.min(0), shown.max(0), color=style["color"], alpha=0.22, linewidth=0)
        axis.plot(layer, np.median(shown, axis=0), label=_label(name), markevery=every, clip_on=False, **style)
    axis.set_yscale("log")
    ticks = 10.0 ** np.arange(high_decade, low_decade - 0.5, -spacing)
    axis.yaxis.set_major_locator(FixedLocator([foot, *ticks] if zeros else list(ticks)))
    axis.yaxis.set_minor_locator(NullLocator())
    axis.yaxis.set_major_formatter(
        FuncFormatter(
            lambda value, _: "exactly 0" if value < 10.0 ** (low_decade - 0.1) else f"$10^{{{round(np.log10(value))}}}$"
        )
    )
    if zeros:
        axis.axhline(10.0 ** (low_decade - 0.375 * spacing), color=MUTED, linewidth=0.8, linestyle=(0, (1, 2)))
    axis.set_ylim(foot * 10 ** (-0.25 * spacing) if zeros else 10.0**low_decade, 10.0**high_decade)
    axis.xaxis.set_major_locator(MaxNLocator(integer=True))
    axis.set_xlim(first_layer - 0.3, first_layer + deepest - 0.7)
    axis.set_xlabel(x_label)
    axis.set_ylabel(y_label)
    if len(profiles) > 1:
        _legend_above(figure, axis)
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
        Units per layer n_0 to n_R, at most three in a layer.
    weights, biases, nu, delta : sequences of R arrays, optional
        Per layer 1 to R: weights (n_r, n_{r-1}), the others (n_r,).
    y : sequence of R + 1 arrays, optional
        Outputs per layer 0 to R, (n_r,); the first is the input.

    Raises
    ------
    ValueError
        If there are fewer than two layers, more than three units in one, or an array does not fit.
    """
    sizes = list(sizes)
    if len(sizes) < 2 or not all(1 <= n <= 3 for n in sizes):
        raise ValueError(f"sizes must name at least two layers of one to three units; got {sizes}")
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

    radius, column, line = 0.34, 2.6, 0.27
    gap = 2.0
    figure, axes = _panels(1, 1, height=0.55 * WIDTH)
    axis = axes[0, 0]
    centres = [[(column * r, gap * ((n - 1) / 2 - i)) for i in range(n)] for r, n in enumerate(sizes)]

    def value(symbol: str, given: Sequence[ArrayLike] | None, r: int, index: int | tuple[int, int]) -> str:
        return symbol if given is None else f"{symbol} = {_short(float(np.asarray(given[r])[index]))}"

    for r in range(1, len(sizes)):
        for i, (x_to, y_to) in enumerate(centres[r]):
            for j, (x_from, y_from) in enumerate(centres[r - 1]):
                start, end = np.array([x_from, y_from]), np.array([x_to, y_to])
                unit = (end - start) / np.linalg.norm(end - start)
                axis.annotate(
                    "",
                    end - radius * unit,
                    start + radius * unit,
                    arrowprops={"arrowstyle": "-|>", "color": MUTED, "linewidth": 1.1, "shrinkA": 0, "shrinkB": 0},
                )
                # Labels of crossing edges sit near the unit that they lead to, clear of the crossing.
                at = start + (0.66 if y_to != y_from else 0.5) * (end - start)
                axis.text(
                    *at,
                    value(f"$w_{{{i + 1}{j + 1}}}^{{({r})}}$", weights, r - 1, (i, j)),
                    ha="center",
                    va="center",
                    size=9.5,
                    bbox={"facecolor": BACKGROUND, "edgecolor": "none", "pad": 1.2},
                )
    for r, layer in enumerate(centres):
        for i, (x_unit, y_unit) in enumerate(layer):
            axis.add_patch(Circle((x_unit, y_unit), radius, facecolor=SURFACE, edgecolor=INK, linewidth=1.3, zorder=3))
            symbol = f"$y_{{{i + 1}}}^{{({r})}}$"
            axis.text(x_unit, y_unit, symbol, ha="center", va="center", size=11.5, zorder=4)
            notes = []
            if r and (biases is not None):
                notes.append(value(f"$b_{{{i + 1}}}^{{({r})}}$", biases, r - 1, i))
            if r and nu is not None:
                notes.append(value(f"$\\nu_{{{i + 1}}}^{{({r})}}$", nu, r - 1, i))
            if y is not None:
                notes.append(value(symbol, y, r, i))
            if r and delta is not None:
                notes.append(value(f"$\\delta_{{{i + 1}}}^{{({r})}}$", delta, r - 1, i))
            above = len(layer) > 1 and i == 0
            for k, note in enumerate(notes):
                depth = radius + 0.12 + line * ((len(notes) - 1 - k) if above else k)
                axis.text(
                    x_unit,
                    y_unit + depth if above else y_unit - depth,
                    note,
                    ha="center",
                    va="bottom" if above else "top",
                    size=9.5,
                )
    tallest = max(abs(y_unit) for layer in centres for _, y_unit in layer)
    room = radius + 0.2 + 4 * line
    axis.set_xlim(-0.75, column * (len(sizes) - 1) + 0.85)
    axis.set_ylim(-tallest - room, tallest + room)
    axis.set_aspect("equal")
    axis.axis("off")
    for r in range(len(sizes)):
        name = "input" if r == 0 else "output" if r == len(sizes) - 1 else "hidden"
        axis.text(column * r, tallest + room, f"layer {r}: {name}", ha="center", va="top", size=9.5, color=MUTED)
    return figure


# ---------------------------------------------------------------------------------------------------------------------
# Parts


def _panels(
    rows: int, columns: int, *, height: float, width: float = WIDTH, **share: Any
) -> tuple[Figure, NDArray[Any]]:
    figure = Figure(figsize=(width, height), layout="constrained")
    return figure, figure.subplots(rows, columns, squeeze=False, **share)


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


def _diamond() -> dict[str, Any]:
    return {**_hollow({"marker": "D", "color": INK}), "zorder": 4}


def _panel_title(column: str, value: Any) -> str:
    if column == "layers":
        return f"{value} layers"
    if value in LABEL:
        return LABEL[value]
    return f"{column.replace('_', ' ')} {_label(value)}"


def _legend_above(figure: Figure, axis: Axes, *, report: bool = False) -> None:
    handles, labels = axis.get_legend_handles_labels()
    if report:
        handles.append(Line2D([], [], **_hollow({"color": INK, "marker": "o"})))
        labels.append("the report's run")
    figure.legend(handles, labels, loc="outside upper center", ncols=len(labels), columnspacing=1.4)


def _draw_range(axis: Axes, limits: Range) -> None:
    for bound in (limits.low, limits.high):
        if np.isfinite(bound):
            axis.axhline(bound, color=MUTED, linewidth=1, linestyle=(0, (2, 2)), zorder=1)
    axis.set_title(f"range {limits}", loc="right", weight="normal", size=9, color=MUTED)


def _note(axis: Axes, x: float, y: float, text: str, limits: tuple[float, float], side: str) -> None:
    """Text at x that stays within the axis: it leans to the left near the right end, and the other way round."""
    position = (x - limits[0]) / (limits[1] - limits[0])
    lean = "left" if position < 0.2 else "right" if position > 0.8 else "center"
    axis.text(x, y, text, ha=lean, va=side, size=9)


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


def _short(value: float) -> str:
    """At most four decimals, with a true minus sign."""
    return f"{value:.4f}".rstrip("0").rstrip(".").replace("-", "−") if value else "0"


use_house_style()
