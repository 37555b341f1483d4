"""What a convolutional network looks at: kernels, feature maps, selectivity, readouts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from layerwise.figures.canvas import (
    canvas_in_inches,
    colour_ramp,
    kernel_block,
    place_picture,
    short_number,
)
from layerwise.figures.numbers import spread_of
from layerwise.figures.parts import LARGE, as_many, colour_bar, enlarge_text, legend_above, panel_grid, whole_numbers
from layerwise.figures.style import MUTED, NEUTRAL, ONE_SIDED, WIDTH


def kernel_grid(kernels: ArrayLike, *, columns: int = 6) -> Figure:
    """The kernels of one convolution, each on its own scale, middle grey where a weight is 0.

    With three inputs a kernel is a small picture: red, green and blue are its weights for them. With more inputs it is
    a block of small squares, one per input, row by row: light is positive, dark negative. Above each
    kernel stand its number and its largest absolute weight, which is full white or black.

    Parameters
    ----------
    kernels : array (height, width, inputs, filters)
    columns : int
        Kernels side by side.
    """
    kernels = np.asarray(kernels, float)
    largest = np.abs(kernels).max(axis=(0, 1, 2))
    scaled = 0.5 + 0.5 * kernels / np.where(largest > 0, largest, 1)
    titles = [(str(f + 1), f"{value:.2f}") for f, value in enumerate(largest)]
    images = [
        scaled[..., f] if kernels.shape[2] == 3 else kernel_block(scaled[..., f]) for f in range(kernels.shape[3])
    ]
    width = (WIDTH - 0.1) / columns
    rows = -(-len(images) // columns)
    figure, axis = canvas_in_inches(rows * (width + 0.22) + 0.66)
    for f, image in enumerate(images):
        left, top = 0.05 + f % columns * width, 0.05 + f // columns * (width + 0.22)
        place_picture(axis, image, left, top + 0.22, width - 0.08, titles[f])
    words = ["−largest (black)", "0", "+largest (white)"]
    colour_ramp(axis, 0.05, rows * (width + 0.22) + 0.2, np.linspace(0, 1, 65)[None], words)
    return figure


def feature_map_grid(maps: ArrayLike, pictures: ArrayLike, *, labels: Sequence[str], first: int = 1) -> Figure:
    """Feature maps after ReLU: a row per picture, which stands on the left, and a column per filter.

    Each filter has its own scale, the same for all pictures, from 0 (black) to the number written above its column: the
    largest value in it, in maps larger than 4 x 4 the largest off the rim, where the zeros around a picture have their
    say. A filter that is silent for all pictures has a 0 there.

    Parameters
    ----------
    maps : array (P, height, width, filters)
        0 or more; up to 12 filters stay readable.
    pictures : array (P, height, width, 3)
        Between 0 and 1.
    labels : sequence of P str
        Written beside the pictures, one or two letters.
    first : int
        Number of the first filter that is shown.
    """
    maps, pictures = np.asarray(maps, float), np.asarray(pictures, float)
    inner = maps[:, 1:-1, 1:-1] if min(maps.shape[1:3]) > 4 else maps
    largest = inner.max(axis=(0, 1, 2))
    largest = np.where(largest > 0, largest, maps.max(axis=(0, 1, 2)))
    margin = 0.2
    width = min((WIDTH - margin - 0.05) / (maps.shape[3] + 1.15), 0.52)
    figure, axis = canvas_in_inches(0.5 + len(maps) * width + 0.55)
    shown = ONE_SIDED(maps / np.where(largest > 0, largest, 1))[..., :3]
    for p, (picture, name) in enumerate(zip(pictures, labels, strict=True)):
        top = 0.5 + p * width
        axis.text(margin - 0.06, top + width / 2, name, ha="right", va="center", size=LARGE)
        place_picture(axis, picture, margin, top, width - 0.03)
        for f in range(maps.shape[3]):
            place_picture(axis, shown[p, :, :, f], margin + (f + 1.15) * width, top, width - 0.03)
    for f, value in enumerate(largest):
        centre = margin + (f + 1.65) * width - 0.015
        axis.text(centre, 0.12, str(first + f), ha="center", va="center", size=LARGE, weight="bold")
        axis.text(centre, 0.34, short_number(value), ha="center", va="center", size=LARGE)
    words = ["0: silent", "", "the number above the column, or more"]
    colour_ramp(axis, margin, 0.5 + len(maps) * width + 0.08, ONE_SIDED(np.linspace(0, 1, 129))[None, :, :3], words)
    return figure


def optima_and_patches(
    bands: Mapping[str, tuple[ArrayLike, ArrayLike]], filters: Mapping[str, Sequence[int]]
) -> Figure:
    """What excites a filter, as searches found it and as digits show it: a band per layer, a block per filter.

    The upper row of a block is what was found from several starts, the rows below are patches of digits.

    Parameters
    ----------
    bands : mapping of name to (optima, patches)
        Arrays (filters, starts, height, width, 3) and (filters, count, height, width, 3), between 0 and 1; NaN is left
        empty. The same number of filters and of starts in all. A row of patches is as long as that of the optima.
    filters : mapping of name to filters of int
        Their numbers, which stand above the blocks.
    """
    pictures = {name: (np.asarray(optima), np.asarray(patches)) for name, (optima, patches) in bands.items()}
    blocks, starts = next(iter(pictures.values()))[0].shape[:2]
    margin, gap, header = 0.24, 0.14, 0.5
    width = (WIDTH - margin - 0.05 - (blocks - 1) * gap) / (blocks * starts)
    rows = {name: -(-patches.shape[1] // starts) for name, (_, patches) in pictures.items()}
    figure, axis = canvas_in_inches(sum(header + (1 + count) * width + gap for count in rows.values()))
    top = 0.0
    for name, (optima, patches) in pictures.items():
        axis.text(margin, top + 0.2, name, va="baseline", size=LARGE)
        top += header
        below = top + width + gap / 2
        for words, middle in (("optima", top + width / 2), ("digits", below + rows[name] * width / 2)):
            axis.text(margin / 2, middle, words, rotation=90, ha="center", va="center", size=LARGE)
        for i, number in enumerate(filters[name]):
            left = margin + i * (starts * width + gap)
            for k, picture in enumerate(optima[i]):
                title = (f"filter {number}", "") if k == 0 else None
                place_picture(axis, picture, left + k * width, top, width - 0.04, title)
            for k, picture in enumerate(patches[i]):
                row, column = divmod(k, starts)
                place_picture(axis, picture, left + column * width, below + row * width, width - 0.04)
        top = below + rows[name] * width + gap / 2
    return figure


def selectivity_map(effect: ArrayLike) -> Figure:
    """Which classes excite which filter of a layer: a row per filter, a column per class, in two panels.

    Filters are sorted by the class that excites them most. Middle grey is a filter's mean over the classes, white
    (black) is 1.5 standard deviations or more above (below) it: lightness, which reads without colour too.

    Parameters
    ----------
    effect : array (classes, filters)
        Differences to the mean over classes, in standard deviations within classes.
    """
    effect, limit = np.asarray(effect, float), 1.5
    classes, filters = effect.shape
    order = np.lexsort((-effect.max(axis=0), effect.argmax(axis=0)))
    half = -(-filters // 2)
    figure, axes = panel_grid(1, 2, height=1.5 + 0.2 * half)
    for axis, part in zip(axes[0], (order[:half], order[half:]), strict=True):
        image = axis.imshow(effect[:, part].T, cmap="gray", vmin=-limit, vmax=limit, aspect="auto")
        axis.set(xlabel="class", xticks=range(classes), ylim=(half - 0.5, -0.5))
        axis.set_yticks(range(len(part)), part + 1)
        axis.grid(False)
    numbers = pd.DataFrame(effect.T[order], order + 1, [f"class {k}" for k in range(classes)])
    figure.numbers = numbers.rename_axis("filter")
    axes[0, 0].set_ylabel("filter, sorted by its best class")
    enlarge_text(figure)
    bar = colour_bar(figure, image, axes, "class mean − mean over classes, in deviations", pad=0.03)
    bar.set_ticks([-limit, 0, limit], labels=[f"−{limit:g} or less", "0", f"{limit:g} or more"])
    bar.ax.tick_params(labelsize=LARGE)
    bar.ax.xaxis.label.set_fontsize(LARGE)
    return figure


def readout_panels(
    scores: Mapping[str, Mapping[str, ArrayLike]], *, x_label: str, chance: Mapping[str, float]
) -> Figure:
    """How well each of several properties can be read from each stage of a network.

    Parameters
    ----------
    scores : mapping of property to mapping of network to (stages,) or (seeds, stages) array
        1 is perfect. A panel per property, a line per network; with seeds, their median and whole range. What
        lies below 0 is drawn at 0.
    x_label : str
        What the stages are, counted from 0.
    chance : mapping of property to float
        Dotted lines; 0 where none is given.
    """
    tables = {
        name: {network: np.atleast_2d(np.asarray(values, float)) for network, values in networks.items()}
        for name, networks in scores.items()
    }
    figure, axes = panel_grid(
        -(-len(tables) // 2), 2, height=0.8 + 1.5 * -(-len(tables) // 2), sharex=True, sharey=True
    )
    for axis, (name, networks) in zip(as_many(axes, len(tables)), tables.items(), strict=True):
        for i, (network, table) in enumerate(networks.items()):
            style, stages = NEUTRAL[i % len(NEUTRAL)], np.arange(table.shape[1])
            table = np.clip(table, 0, None)
            axis.fill_between(stages, table.min(0), table.max(0), color=style["color"], alpha=0.22, linewidth=0)
            axis.plot(stages, np.median(table, axis=0), label=network, clip_on=False, **style)
        axis.axhline(chance.get(name, 0), color=MUTED, linewidth=1, linestyle=(0, (1, 2)), zorder=1)
        axis.set(title=name, ylim=(0, 1))
        axis.xaxis.set_major_locator(whole_numbers())
    columns = {
        (name, network): spread_of(pd.DataFrame(t))
        for name, networks in tables.items()
        for network, t in networks.items()
    }
    figure.numbers = pd.DataFrame(columns).rename_axis("stage")
    for axis in axes.flat[max(len(tables) - 2, 0) : len(tables)]:  # below the last panel of a column may be none
        axis.tick_params(labelbottom=True)
    figure.supylabel("accuracy or share explained", size=LARGE)
    figure.supxlabel(x_label)
    enlarge_text(figure)
    legend_above(figure, axes[0, 0], size=LARGE)
    return figure
