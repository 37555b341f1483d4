"""What the units of a layer hold: how often each power of ten."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from numpy.typing import ArrayLike

from layerwise.figures.parts import LARGE, SUPERSCRIPTS, enlarge_text, label_of, panel_grid
from layerwise.figures.style import NEUTRAL

_BINS_A_DECADE = 2


def layer_histograms(values: Mapping[str, Mapping[str, Mapping[int, ArrayLike]]]) -> Figure:
    """Histograms of absolute values on an axis of powers of ten: a row a quantity, a column an activation.

    Parameters
    ----------
    values : mapping of quantity to mapping of activation to mapping of layer to array
        The same activations and layers, four at most, for each quantity. Values of exactly 0 have no place on such an
        axis: they are left out, and the table of numbers says how many there are.
    """
    names, layers = list(next(iter(values.values()))), list(next(iter(next(iter(values.values())).values())))
    figure, axes = panel_grid(len(values), len(names), height=1.0 + 1.55 * len(values), sharex="row", sharey="row")
    table: list[dict[str, object]] = []
    for row, (quantity, of_activation) in enumerate(values.items()):
        sizes = {
            (name, layer): np.abs(np.ravel(of_activation[name][layer])).astype(float)
            for name in names
            for layer in layers
        }
        exponents = {key: np.log10(size[size > 0]) for key, size in sizes.items()}
        every = np.concatenate(list(exponents.values()))
        low = int(np.floor(every.min()))
        high = max(int(np.ceil(every.max())), low + 1)
        edges = np.linspace(low, high, _BINS_A_DECADE * (high - low) + 1)
        for axis, name in zip(axes[row], names, strict=True):
            for layer, style in zip(layers, NEUTRAL, strict=False):
                counts, _ = np.histogram(exponents[name, layer], edges)
                shares = 100 * counts / sizes[name, layer].size
                axis.stairs(shares, edges, color=style["color"], linestyle=style["linestyle"], linewidth=1.6)
                table.append(
                    {
                        "quantity": quantity,
                        "activation": label_of(name),
                        "layer": layer,
                        "median size": 10 ** np.median(exponents[name, layer]) if counts.any() else 0.0,
                        "exactly 0": f"{np.mean(sizes[name, layer] == 0):.0%}",
                    }
                )
            step = max(1, -(-(high - low) // 3))
            ticks = list(range(high, low - 1, -step))
            axis.set_xticks(ticks, ["10" + str(k).translate(SUPERSCRIPTS) for k in ticks])
            axis.set_title(f"{quantity}, {label_of(name)}")
        axes[row][0].set_ylabel("% of values")
    figure.numbers = pd.DataFrame(table).set_index(["quantity", "activation", "layer"])
    figure.supxlabel("size")
    enlarge_text(figure)
    handles = [
        Line2D([], [], label=f"layer {layer}", color=style["color"], linestyle=style["linestyle"], linewidth=1.6)
        for layer, style in zip(layers, NEUTRAL, strict=False)
    ]
    figure.legend(handles=handles, loc="outside upper center", ncols=len(layers), fontsize=LARGE)
    return figure
