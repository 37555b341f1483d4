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
from typing import Any

import matplotlib.style
from cycler import cycler

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
    "#007080": "#4fc3d0",  # of activations that are added, in turn
    "#b3123f": "#ff7f9a",
    "#7a5c00": "#d9b04a",
    # A ramp from 'none' to 'all', for heat maps.
    "#f1f6fb": "#1a2430",
    "#d5e5f3": "#1f364d",
    "#b0d0ea": "#234b70",
    "#86b6de": "#2a608f",
    "#2b74b5": "#6cb4f0",
    "#175590": "#9accf5",
    "#0c3a68": "#c8e4fb",
}


#: Colours of the light page by their use.
BACKGROUND, INK, MUTED, GRID, SURFACE = list(PALETTE)[:5]


#: From none to all, for heat maps.
SEQUENTIAL = tuple(list(PALETTE)[-7:])


#: One colour, line style and marker per activation, as keyword arguments of `Axes.plot`.
STYLE: dict[str, dict[str, Any]] = {
    "relu": {"color": "#1a5fe0", "linestyle": "-", "marker": "o"},
    "tanh": {"color": "#bf4600", "linestyle": (0, (5, 1.6)), "marker": "s"},
    "sigmoid": {"color": "#0b7349", "linestyle": (0, (6, 1.6, 1.2, 1.6)), "marker": "^"},
    "lecun_tanh": {"color": "#9c3f9c", "linestyle": (0, (2.6, 1.3)), "marker": "D"},
}


_SPARE: list[dict[str, Any]] = [
    {"color": "#007080", "linestyle": (0, (8, 2)), "marker": "P"},
    {"color": "#b3123f", "linestyle": (0, (3, 1.2, 1.2, 1.2, 1.2, 1.2)), "marker": "X"},
    {"color": "#7a5c00", "linestyle": (0, (1.2, 2.4)), "marker": "v"},
]


def activation_style(name: str) -> dict[str, Any]:
    """The style of an activation: one that the book does not know takes the next that is free, and keeps it."""
    if name not in STYLE:
        STYLE[name] = _SPARE[(len(STYLE) - 4) % len(_SPARE)]
    return STYLE[name]


#: Styles for whatever is not an activation: the activations' colours are theirs alone.
NEUTRAL: tuple[dict[str, Any], ...] = (
    {"color": INK, "linestyle": "-", "marker": "o"},
    {"color": MUTED, "linestyle": (0, (5, 1.6)), "marker": "s"},
    {"color": INK, "linestyle": (0, (1.2, 1.4)), "marker": "^"},
    {"color": MUTED, "linestyle": (0, (6, 1.6, 1.2, 1.6)), "marker": "D"},
)


#: What a theory predicts. Above everything else, since it shall be seen whether it leaves a band.
PREDICTED: dict[str, Any] = {"color": INK, "linestyle": (0, (1, 1.6)), "linewidth": 2.0, "marker": "", "zorder": 5}


#: How names of activations, columns and initialisers are written in figures.
LABEL: dict[str, str] = {
    "relu": "ReLU",
    "tanh": "tanh",
    "sigmoid": "sigmoid",
    "lecun_tanh": "LeCun's tanh",
    "leaky_relu": "leaky ReLU",
    "gelu": "GELU",
    "silu": "SiLU",
    "glorot_uniform": "Glorot's initialisation",
    "he_uniform": "He's initialisation",
    "he_normal": "He's initialisation",
    "accuracy": "accuracy\n(training set)",
    "test_accuracy": "accuracy\n(test set)",
    "loss": "cross-entropy\n(training set)",
    "test_loss": "cross-entropy\n(test set)",
}


#: Inches. Every figure is this wide and fills the text column, so that text has one size in all of them: 9 points are
#: 15 px in a column of 700 px, and 8 px on a phone.
WIDTH = 5.6


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
            f"a figure uses {', '.join(sorted(foreign))}, for which PALETTE has no counterpart in "
            "the dark theme; draw with STYLE, NEUTRAL, INK, MUTED, GRID or SEQUENTIAL"
        )
    return re.sub(rf"({'|'.join(PALETTE)})(?![0-9a-f])", lambda match: PALETTE[match.group()], svg)


#: Lightness rises evenly from black, as it is seen, whatever kind of colour blindness.
ONE_SIDED = matplotlib.colormaps["magma"]


use_house_style()
