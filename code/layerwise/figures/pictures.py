"""Pictures of digits: as they are, step by step, with what a network answers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine
from numpy.typing import ArrayLike, NDArray

from layerwise.figures.canvas import canvas_in_inches, colour_pictures, place_picture
from layerwise.figures.parts import LARGE, panel_grid
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
    size = 9 if columns > 5 else LARGE  # as large as the pictures leave room for: a phone shows them at half the size
    title = 0.0 if labels is None and answered is None else 0.22
    layout = ConstrainedLayoutEngine(compress=True, w_pad=0.03, h_pad=0.04, wspace=0, hspace=0)
    figure, axes = panel_grid(rows, columns, height=rows * (cell + title) + 0.1, layout=layout)
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
    figure, axes = panel_grid(rows, columns, height=sum(heights), layout=layout, height_ratios=heights)
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
    figure, axes = panel_grid(2, count, height=1.2 + 0.4 + 0.18 * classes, sharey="row", height_ratios=[1.2, 2.0])
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
    images = {name: colour_pictures(pictures) for name, pictures in rows.items()}
    counts = {name: len(pictures) for name, pictures in images.items()}
    count = next(iter(counts.values()), 0)
    if not count or set(counts.values()) != {count} or (titles is not None and len(titles) != count):
        raise ValueError(f"rows must hold the same number of pictures, as many as titles; got {counts or 'none'}")
    margin, header = 0.85, 0.18 if titles is not None else 0.04
    width = (WIDTH - margin - 0.05) / columns
    band = header + len(images) * width + 0.06
    figure, axis = canvas_in_inches(-(-count // columns) * band)
    for i in range(count):
        left, top = margin + i % columns * width, i // columns * band
        for r, (name, pictures) in enumerate(images.items()):
            title = titles[i] if titles is not None and r == 0 else None
            place_picture(axis, pictures[i], left, top + header + r * width, width - 0.05, title)
            if i % columns == 0:
                axis.text(margin - 0.07, top + header + (r + 0.5) * width - 0.03, name, ha="right", va="center", size=8)
    return figure
