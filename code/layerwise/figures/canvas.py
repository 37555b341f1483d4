"""Many small pictures on one canvas that is measured in inches."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from layerwise.figures.parts import LARGE
from layerwise.figures.style import WIDTH


def canvas_in_inches(height: float) -> tuple[Figure, Axes]:
    """A figure whose one axis measures in inches from the top left corner: for many small pictures."""
    figure = Figure(figsize=(WIDTH, height))
    figure.set_layout_engine("none")
    axis = figure.add_axes((0, 0, 1, 1))
    axis.set(xlim=(0, WIDTH), ylim=(height, 0))
    axis.axis("off")
    axis.autoscale(False)
    return figure, axis


def place_picture(
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
        axis.text(left, top - 0.04, title[0], ha="left", va="baseline", size=LARGE, weight="bold")
        axis.text(left + width, top - 0.04, title[1], ha="right", va="baseline", size=LARGE)


def kernel_block(kernel: NDArray[np.float64]) -> NDArray[np.float64]:
    """A kernel (height, width, inputs) as one array: its slices row by row in a square, gaps of NaN between them."""
    height, width, inputs = kernel.shape
    side = int(np.ceil(np.sqrt(inputs)))
    block = np.full((side * (height + 1) - 1, side * (width + 1) - 1), np.nan)
    for c in range(inputs):
        top, left = c // side * (height + 1), c % side * (width + 1)
        block[top : top + height, left : left + width] = kernel[..., c]
    return block


def colour_ramp(axis: Axes, left: float, top: float, colours: NDArray[np.float64], words: Sequence[str]) -> None:
    """A scale of colours with words below its start, middle and end."""
    width = WIDTH - left - 0.1
    axis.imshow(colours, cmap="gray", vmin=0, vmax=1, extent=(left, left + width, top + 0.13, top), aspect="auto")
    for text, place, side in zip(words, (0, 0.5, 1), ("left", "center", "right"), strict=True):
        axis.text(left + place * width, top + 0.27, text, ha=side, va="center", size=LARGE)


def short_number(value: float) -> str:
    """At most four characters."""
    return (
        "0" if value == 0 else f"{value:.0f}" if value >= 9.95 else f"{value:.1f}" if value >= 0.095 else f"{value:.2f}"
    )
