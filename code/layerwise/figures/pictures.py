"""Pictures of digits: as they are, step by step, with what a network answers."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine
from numpy.typing import ArrayLike, NDArray

from layerwise.figures.canvas import canvas_in_inches, place_picture
from layerwise.figures.parts import LARGE, as_many, panel_grid
from layerwise.figures.style import INK, MUTED, WIDTH


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
        Digits side by side; fewer where what is written above them is longer.
    """
    images = np.asarray(images)
    given = [list(words) for words in (labels, answered) if words is not None]
    titles = [" → ".join(map(str, parts)) for parts in zip(*given, strict=True)] if given else [""] * len(images)
    fitting = int(72 * WIDTH / (0.65 * LARGE * max(map(len, titles)) or 1))
    columns = min(columns, len(images), fitting)
    rows = -(-len(images) // columns)
    cell = min(WIDTH / columns, 1.3)
    title = 0.25 if given else 0.0
    layout = ConstrainedLayoutEngine(compress=True, w_pad=0.03, h_pad=0.04, wspace=0, hspace=0)
    figure, axes = panel_grid(rows, columns, height=rows * (cell + title) + 0.1, layout=layout)
    for i, axis in enumerate(as_many(axes, len(images))):
        weight = "bold" if len({str(words[i]) for words in given}) == 2 else "normal"
        _show(axis, images[i], titles[i], size=LARGE, weight=weight, pad=2.5)
    return figure


def photo_steps(steps: Mapping[str, ArrayLike], *, columns: int = 5) -> Figure:
    """The steps from a photo to a network's input, a picture each.

    Parameters
    ----------
    steps : mapping of name to (height, width) or (height, width, 3) array
        Grey values or colours, 0 to 255 if whole numbers, else 0 to 1. Large pictures are drawn reduced.
    columns : int
        Pictures side by side.
    """
    pictures = {name: np.asarray(picture) for name, picture in steps.items()}
    columns = min(columns, len(pictures))
    rows = -(-len(pictures) // columns)
    ratios = [picture.shape[0] / picture.shape[1] for picture in pictures.values()]
    # Each row as high as its tallest picture, or the figure ends in blank space; 0.3 inches are for the titles.
    heights = [WIDTH / columns * max(ratios[i : i + columns]) + 0.3 for i in range(0, len(ratios), columns)]
    layout = ConstrainedLayoutEngine(compress=True, w_pad=0.04, h_pad=0.05, wspace=0, hspace=0)
    figure, axes = panel_grid(rows, columns, height=sum(heights), layout=layout, height_ratios=heights)
    for axis, (name, picture) in zip(as_many(axes, len(pictures)), pictures.items(), strict=True):
        top = 255 if np.issubdtype(picture.dtype, np.integer) else 1
        _show(axis, _reduced(picture / top, 200), name, size=LARGE, pad=2.5)
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
    """
    probabilities = np.asarray(probabilities, float)
    count, classes = probabilities.shape
    titles = [textwrap.fill(title, 50 // count) for title in titles]
    lines = max(title.count("\n") + 1 for title in titles)
    height = 1.7 + 0.2 * lines + 0.2 * classes
    figure, axes = panel_grid(2, count, height=height, sharey="row", height_ratios=[1.2, 2.2])
    for (above, below), picture, row, title in zip(axes.T, np.asarray(inputs), probabilities, titles, strict=True):
        _show(above, np.asarray(picture), title, size=LARGE)
        colours = [INK if k == row.argmax() else MUTED for k in range(classes)]
        below.barh(range(classes), row, height=0.7, color=colours, edgecolor="none")
        below.set(xlim=(0, 1), ylim=(classes - 0.4, -0.6), xticks=[0, 1], yticks=range(classes))
        below.grid(axis="y", visible=False)
    figure.numbers = pd.DataFrame(probabilities.T, columns=[" ".join(title.split()) for title in titles]).rename_axis(
        "class"
    )
    axes[1, 0].set_ylabel("class", size=LARGE)
    for axis in axes[1]:
        axis.tick_params(labelsize=LARGE)
    figure.supxlabel("probability", size=LARGE)
    return figure


def _show(axis: Axes, picture: NDArray[Any], title: str, *, size: float, weight: str = "normal", **pad: Any) -> None:
    """A picture in a thin frame, whole numbers from 0 to 255, others from 0 to 1, with a title above its middle."""
    axis.imshow(picture, cmap="gray", vmin=0, vmax=255 if np.issubdtype(picture.dtype, np.integer) else 1)
    axis.set(xticks=[], yticks=[])
    axis.spines[:].set(visible=True, color=MUTED, linewidth=0.6)
    axis.set_title(title, loc="center", size=size, weight=weight, **pad)


def _reduced(picture: NDArray[Any], side: int) -> NDArray[np.float64]:
    """The picture with blocks of pixels replaced by their mean, no longer than about `side`."""
    factor = -(-max(picture.shape[:2]) // side)
    height, width = (length // factor for length in picture.shape[:2])
    blocks = picture[: height * factor, : width * factor].astype(float)
    return blocks.reshape(height, factor, width, factor, *picture.shape[2:]).mean(axis=(1, 3))


def picture_rows(
    rows: Mapping[str, ArrayLike], titles: Sequence[tuple[str, str]] | None = None, *, columns: int = 6
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
    """
    images = {name: np.asarray(pictures, float) for name, pictures in rows.items()}
    count = len(next(iter(images.values())))
    margin, header = 1.15, 0.24 if titles is not None else 0.04
    width = (WIDTH - margin - 0.05) / columns
    band = header + len(images) * width + 0.06
    figure, axis = canvas_in_inches(-(-count // columns) * band)
    for i in range(count):
        left, top = margin + i % columns * width, i // columns * band
        for r, (name, pictures) in enumerate(images.items()):
            title = titles[i] if titles is not None and r == 0 else None
            place_picture(axis, pictures[i], left, top + header + r * width, width - 0.05, title)
            if i % columns == 0:
                axis.text(
                    margin - 0.07, top + header + (r + 0.5) * width - 0.03, name, ha="right", va="center", size=LARGE
                )
    return figure
