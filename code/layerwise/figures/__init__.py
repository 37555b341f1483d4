"""The book's figures, in one house style: one module for each kind.

They take arrays and frames and import nothing else of the package, and return a `matplotlib.figure.Figure` that pyplot
does not know of: as the last expression of a cell it is shown once, and nothing has to be closed. Importing this folder
sets the house style, and makes a notebook show figures as SVG.
"""

from layerwise.figures.curves import calibration_curves, learning_curves, training_history
from layerwise.figures.ellipses import circle_images
from layerwise.figures.filters import (
    feature_map_grid,
    kernel_grid,
    optima_and_patches,
    readout_panels,
    selectivity_map,
)
from layerwise.figures.gradients import gradient_history, gradient_panels, layer_profile
from layerwise.figures.histograms import layer_histograms
from layerwise.figures.networks import network_diagram, unit_values
from layerwise.figures.numbers import NumberedFigure
from layerwise.figures.pictures import digits, photo_steps, picture_rows, predictions
from layerwise.figures.runs import accuracies_by_variant, run_accuracies, seed_distribution
from layerwise.figures.style import (
    BACKGROUND,
    GRID,
    INK,
    LABEL,
    MUTED,
    NEUTRAL,
    PALETTE,
    SEQUENTIAL,
    STYLE,
    SURFACE,
    WIDTH,
    dark_variant,
    use_house_style,
)
from layerwise.figures.tables import answers, class_counts, confusion, heat_map

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
    "NumberedFigure",
    "accuracies_by_variant",
    "answers",
    "calibration_curves",
    "circle_images",
    "class_counts",
    "confusion",
    "dark_variant",
    "digits",
    "feature_map_grid",
    "gradient_history",
    "gradient_panels",
    "heat_map",
    "kernel_grid",
    "layer_histograms",
    "layer_profile",
    "learning_curves",
    "network_diagram",
    "optima_and_patches",
    "photo_steps",
    "picture_rows",
    "predictions",
    "readout_panels",
    "run_accuracies",
    "seed_distribution",
    "selectivity_map",
    "training_history",
    "unit_values",
    "use_house_style",
]
