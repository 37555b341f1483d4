"""What several kinds of figures share: panels, axes, legends, marks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colorbar import Colorbar
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator, NullLocator
from numpy.typing import ArrayLike, NDArray

from layerwise.figures.numbers import NumberedFigure
from layerwise.figures.style import (
    BACKGROUND,
    INK,
    LABEL,
    MUTED,
    NEUTRAL,
    PREDICTED,
    STYLE,
    WIDTH,
)

SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def panel_grid(
    rows: int, columns: int, *, height: float, layout: ConstrainedLayoutEngine | None = None, **share: Any
) -> tuple[NumberedFigure, NDArray[Any]]:
    figure = NumberedFigure(figsize=(WIDTH, height), layout=layout or "constrained")
    return figure, figure.subplots(rows, columns, squeeze=False, **share)


def colour_bar(figure: Figure, image: Any, axes: NDArray[Any], label: str, pad: float) -> Colorbar:
    """The scale of colours of some panels, above them."""
    bar = figure.colorbar(image, ax=axes, location="top", aspect=45, shrink=0.9, pad=pad)
    bar.set_label(label)
    bar.outline.set_visible(False)
    return bar


def as_many(axes: NDArray[Any], count: int) -> NDArray[Any]:
    """The first of the axes; the others are not shown."""
    for axis in axes.flat[count:]:
        axis.set_visible(False)
    return axes.flat[:count]


def decades(axes: Iterable[Axes], values: ArrayLike, steps: int = 6) -> float:
    """Make vertical axes logarithmic, with at most ``steps`` + 2 powers of ten written on them.

    A value of exactly 0 has no place there: where there is one, the axes get a line for it at their foot. Returns the
    height at which to draw it.
    """
    values = np.asarray(values, float)
    exponents = np.log10(values[values > 0]) if (values > 0).any() else np.array([-1.0])
    spacing = max(1, int(np.ceil(np.ptp(exponents) / steps)))
    lowest = spacing * int(np.floor(exponents.min() / spacing))
    highest = max(int(np.ceil(exponents.max())), lowest + 1)
    ticks = {10.0**k: "10" + str(k).translate(SUPERSCRIPTS) for k in range(lowest, highest + 1, spacing)}
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


def whole_numbers() -> MaxNLocator:
    return MaxNLocator(nbins=8, integer=True, steps=[1, 2, 5, 10])


def style_of(name: str, position: int) -> dict[str, Any]:
    """The style of an activation that is known, else that of its position."""
    return STYLE[name] if name in STYLE else NEUTRAL[position % len(NEUTRAL)]


def label_of(name: Any) -> str:
    return LABEL.get(name, f"{name:g}" if isinstance(name, float) else str(name))


def hollow_mark(style: Mapping[str, Any]) -> dict[str, Any]:
    """A published value: the series' marker, empty, without a line."""
    return {
        "linestyle": "none",
        "marker": style["marker"],
        "markerfacecolor": BACKGROUND,
        "markeredgecolor": style["color"],
        "markersize": 5.5,
    }


#: A mark per run: no line, and a rim that parts it from its neighbours.
DOT_MARK: dict[str, Any] = {
    "linestyle": "none",
    "markersize": 4.6,
    "markeredgecolor": BACKGROUND,
    "markeredgewidth": 0.4,
    "clip_on": False,
    "zorder": 3,
}


def note_beside(axis: Axes, text: str, row: float, points: float, **style: Any) -> None:
    """Text on the height of a row, a number of points to the right of the axis' end."""
    style = {"va": "center_baseline", "size": LARGE, **style}
    axis.annotate(text, (1, row), (points, 0), axis.get_yaxis_transform(), "offset points", **style)


#: The median of a row.
MEDIAN_MARK: dict[str, Any] = {
    "linestyle": "none",
    "marker": "v",
    "color": INK,
    "markersize": 5.5,
    "clip_on": False,
    "zorder": 4,
}


#: Points of the text in figures that are to be read on a phone: half a point less (ticks, notes) is 11 px in the 366 px
#: that a figure has there.
LARGE = 12.7


def enlarge_text(figure: Figure) -> None:
    for axis in figure.axes:
        axis.tick_params(labelsize=LARGE)
        axis.set_title(axis.get_title("left"), size=LARGE)
        axis.xaxis.label.set_fontsize(LARGE)
        axis.yaxis.label.set_fontsize(LARGE)
    figure.supxlabel(figure.get_supxlabel(), size=LARGE)


def legend_above(figure: Figure, axis: Axes, *, report: bool = False, size: float = 9) -> None:
    handles, labels = axis.get_legend_handles_labels()
    if report:
        handles.append(Line2D([], [], **hollow_mark({"color": INK, "marker": "o"})))
        labels.append("the report's run")
    # A line of the legend holds about 75 letters of 9 points, of which a sample line and the gaps take 9 each.
    lines = -(-sum(len(label) + 9 for label in labels) // int(75 * 9 / size))
    columns = -(-len(labels) // lines)
    figure.legend(handles, labels, loc="outside upper center", ncols=columns, columnspacing=1.4, fontsize=size)


def draw_spread(axis: Axes, groups: Any, style: Mapping[str, Any], band: Sequence[float] = (0, 1), **line: Any) -> None:
    """The median of each group of a column as a line, the range between two quantiles as a band."""
    middle = groups.median()
    axis.fill_between(
        middle.index, groups.quantile(band[0]), groups.quantile(band[1]), color=style["color"], alpha=0.22, linewidth=0
    )
    axis.plot(middle.index, middle, **line, **style)


def draw_predicted(axis: Axes, lines: Iterable[tuple[Any, Any]]) -> None:
    """What a theory says, layers and values, named once."""
    for i, (layers, values) in enumerate(lines):
        axis.plot(layers, values, label="predicted" if i == 0 else None, **PREDICTED)


def swarm(values: NDArray[np.float64], width: float, step: float) -> NDArray[np.float64]:
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


def values_of(column: pd.Series) -> list[Any]:
    """The values of a column: numbers in rising order, names in the order in which they first stand."""
    unique = column.drop_duplicates()
    return (unique.sort_values() if pd.api.types.is_numeric_dtype(unique) else unique).tolist()


def require_columns(frame: pd.DataFrame, columns: Sequence[str]) -> None:
    missing = [column for column in columns if column not in frame.columns]
    if missing or frame.empty:
        problem = f"lacks {missing}" if missing else "is empty"
        raise ValueError(f"the frame {problem}; it needs the columns {list(columns)}, one row per run and epoch")


def symbol(letter: str, layer: int, index: str, value: float | None = None) -> str:
    """A symbol of the report's notation as mathtext, with its value to at most four decimals where there is one."""
    symbol = rf"{letter}_{{{index}}}^{{({layer})}}"
    if value is None:
        return f"${symbol}$"
    short = f"{value:.4f}".rstrip("0").rstrip(".")
    return rf"${symbol} = {'0' if short == '-0' else short}$"
