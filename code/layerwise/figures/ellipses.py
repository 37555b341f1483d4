"""What a matrix makes of a circle."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from layerwise.figures.parts import LARGE, panel_grid
from layerwise.figures.style import GRID, NEUTRAL

_ANGLES = np.linspace(0, 2 * np.pi, 401)


def circle_images(matrices: Mapping[str, ArrayLike]) -> Figure:
    """The unit circle as each matrix maps it: one panel each, with its own scale, and two columns of panels.

    Parameters
    ----------
    matrices : mapping of title to (2, 2) array
        Below each picture stand the half axes of its ellipse, the singular values of the matrix.
    """
    rows = -(-len(matrices) // 2)
    figure, axes = panel_grid(rows, 2, height=2.7 * rows)
    circle = np.stack([np.cos(_ANGLES), np.sin(_ANGLES)])
    half_axes = {
        title: np.linalg.svd(np.asarray(matrix, float), compute_uv=False) for title, matrix in matrices.items()
    }
    for axis, (title, matrix) in zip(axes.flat, matrices.items(), strict=False):
        image = np.asarray(matrix, float) @ circle
        axis.axhline(0, color=GRID, linewidth=0.8, zorder=0)
        axis.axvline(0, color=GRID, linewidth=0.8, zorder=0)
        axis.plot(*image, color=NEUTRAL[0]["color"], linewidth=1.8, linestyle="-", marker="")
        reach = 1.1 * float(np.abs(image).max()) or 1.0
        axis.set(xlim=(-reach, reach), ylim=(-reach, reach), aspect="equal", xticks=[], yticks=[])
        axis.set_title(title, fontsize=LARGE)
        axis.set_xlabel(f"half axes {half_axes[title][0]:.2g} and {half_axes[title][1]:.1g}", fontsize=LARGE)
    for axis in axes.flat[len(matrices) :]:
        axis.set_visible(False)
    figure.numbers = pd.DataFrame.from_dict(
        half_axes, orient="index", columns=["longer half axis", "shorter half axis"]
    )
    return figure
