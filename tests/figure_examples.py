"""Made-up data, and every kind of figure drawn from them: what the tests of figures look at."""

import io
import itertools
from collections.abc import Callable

import numpy as np
import pandas as pd
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Text

from layerwise import figures
from layerwise.figures.style import STYLE

NAMES = list(STYLE)


def runs(seeds: int = 5, activations: tuple[str, ...] = ("relu", "tanh", "sigmoid")) -> pd.DataFrame:
    """Made-up runs with the columns of a sweep: sigmoid is stuck, the others spread."""
    random = np.random.default_rng(0)
    rows = []
    for activation, layers, seed in itertools.product(activations, (5, 20, 40), range(seeds)):
        accuracy = 0.1135 if activation == "sigmoid" else random.uniform(0.1, 0.9)
        for epoch in (1, 2, 3):
            grown = accuracy if activation == "sigmoid" else min(accuracy + 0.03 * epoch, 0.98)
            rows.append((activation, layers, seed, epoch, 2.4 - 2 * grown, grown))
    return pd.DataFrame(rows, columns=["activation", "layers", "seed", "epoch", "test_loss", "test_accuracy"])


RUNS = runs()
PUBLISHED = runs(seeds=1).drop(columns="seed")
DIGITS = np.random.default_rng(1).integers(0, 256, (12, 28, 28), dtype=np.uint8)
NOISE = np.random.default_rng(2)
PROFILES = {
    "relu": np.where(np.arange(5)[:, None] < 2, 0, NOISE.uniform(1e-6, 1e-2, (5, 40))),
    "tanh": NOISE.uniform(1e-3, 1, (5, 40)),
    "sigmoid": 0.2 ** np.arange(40)[::-1] * np.ones((5, 1)),
}
WEIGHTS = [np.array([[0.5, -0.25], [1.0, 0.75]]), np.array([[1.5, -1.0]])]
WORKED = {
    "weights": WEIGHTS,
    "biases": [np.array([0.1, -0.2]), np.array([0.05])],
    "nu": [np.array([0.45, -0.2123]), np.array([0.3])],
    "y": [np.array([1.0, -2.0]), np.array([0.62, 0.45]), np.array([0.571])],
    "delta": [np.array([0.01234, -0.0345]), np.array([0.1402])],
}
STEPS = {
    "1 photo": NOISE.integers(0, 256, (400, 300, 3), dtype=np.uint8),
    **{f"{i} a step": NOISE.uniform(size=(400, 300)) for i in range(2, 8)},
    "8 strokes": NOISE.uniform(size=(400, 300)) > 0.5,
    "9 crop": NOISE.uniform(size=(128, 128)),
    "10 input": NOISE.uniform(size=(32, 32, 3)),
}
UNITS = [NOISE.normal(size=units) for units in (32, 32, 32, 32, 10)]

KERNELS = NOISE.normal(size=(3, 3, 36, 49))
MAPS = np.clip(NOISE.normal(size=(11, 10, 10, 17)), 0, None)
PICTURES = NOISE.uniform(size=(11, 32, 32, 3))
EFFECTS = NOISE.normal(size=(10, 36))
TOP = NOISE.uniform(size=(3, 12, 11, 11, 3))


def gradients(zeros: bool = False) -> pd.DataFrame:
    """Made-up gradients of weights and biases: each of five seeds falls by its own factor a layer."""
    rows = []
    for activation, depth, kind, seed in itertools.product(
        ("relu", "tanh", "sigmoid"), (5, 20, 40), ("weights", "biases"), range(5)
    ):
        for layer in range(1, depth + 1):
            fallen = (0.2 + 0.05 * seed if activation == "sigmoid" else 0.9) ** (depth - layer)
            size = 0.0 if zeros and activation == "relu" and depth == 40 else fallen
            rows.append((activation, depth, kind, seed, layer, size))
    return pd.DataFrame(rows, columns=["activation", "layers", "kind", "seed", "layer", "size"])


GRADIENTS = gradients()
HISTORY = pd.DataFrame(
    [
        (activation, seed, update, layer, 10.0 ** (-3 * place - layer / 10 - update / 500))
        for place, activation in enumerate(("relu", "tanh", "sigmoid"))
        for seed, update, layer in itertools.product(range(3), (0, 125, 250), range(1, 21))
    ],
    columns=["activation", "seed", "update", "layer", "gradient"],
)
STUCK = pd.DataFrame(10_000 * np.eye(5, 10, dtype=int), [f"sigmoid, 40 layers, seed {seed}" for seed in range(5)])

CNN_RUNS = pd.DataFrame(
    [
        (seed, epoch, 2 / epoch, 1 - 1 / (epoch + 1), 3 / epoch, 0.1 * seed)
        for seed, last in {0: 4, 1: 6, 2: 5}.items()
        for epoch in range(1, last + 1)
    ],
    columns=["seed", "epoch", "loss", "accuracy", "validation_loss", "validation_accuracy"],
)
CALIBRATION = pd.DataFrame({"confidence": [0.25, 0.95], "accuracy": [0.5, 0.9], "digits": [4, 900]})
VARIANTS = pd.DataFrame(
    {"variant": ["b"] * 3 + ["a"] * 3, "seed": [0, 1, 2] * 2, "accuracy": [0.9, 0.7, 0.8, 0.5, 0.6, 0.4]}
)
BY_CHANGE = pd.concat(
    [RUNS.query("layers == 5").assign(change="none"), RUNS.query("layers == 20 and seed < 3").assign(change="deeper")]
)
HELD = {
    quantity: {
        name: {layer: np.maximum(NOISE.normal(size=200), floor) * 10.0**-layer for layer in (1, 3, 6)}
        for name, floor in (("relu", 0), ("sigmoid", -9))
    }
    for quantity in ("ν", "δ")
}

FIGURES: dict[str, Callable[[], Figure]] = {
    "learning_curves": lambda: figures.learning_curves(RUNS, PUBLISHED),
    "learning_curves, four": lambda: figures.learning_curves(runs(3, tuple(NAMES)), PUBLISHED),
    "learning_curves, own axes": lambda: figures.learning_curves(RUNS, PUBLISHED, own_axes=True),
    "seed_distribution": lambda: figures.seed_distribution(RUNS, PUBLISHED),
    "seed_distribution, two": lambda: figures.seed_distribution(runs(20).query("layers == 40"), PUBLISHED),
    "accuracies_by_variant": lambda: figures.accuracies_by_variant(BY_CHANGE, variant="change"),
    "layer_histograms": lambda: figures.layer_histograms(HELD),
    "answers": lambda: figures.answers(STUCK),
    "heat_map": lambda: figures.heat_map(
        np.arange(12).reshape(3, 4),
        rows=list("abc"),
        columns=list("wxyz"),
        x_label="column",
        y_label="row",
        text="{:.2f}".format,
    ),
    "class_counts": lambda: figures.class_counts({"training set": np.arange(10) + 5_000, "test set": [1_000] * 10}),
    "digits": lambda: figures.digits(DIGITS, range(12), [*range(10), 0, 0]),
    "digits, one": lambda: figures.digits(DIGITS[:1] / 255),
    "layer_profile": lambda: figures.layer_profile(PROFILES, y_label="largest |δ|"),
    "layer_profile, one": lambda: figures.layer_profile({"a traced 7": PROFILES["tanh"][0]}, y_label="mean |y|"),
    "gradient_panels": lambda: figures.gradient_panels(gradients(zeros=True), value="size", y_label="largest"),
    "gradient_panels, predicted": lambda: figures.gradient_panels(
        GRADIENTS.query("activation == 'tanh'"),
        value="size",
        y_label="relative size",
        predicted=GRADIENTS.query("activation == 'tanh' and seed == 0"),
        band=(0.05, 0.95),
    ),
    "gradient_panels, signed": lambda: figures.gradient_panels(
        GRADIENTS.assign(size=GRADIENTS["size"] - 0.5), value="size", y_label="signed maximum", logarithmic=False
    ),
    "gradient_history": lambda: figures.gradient_history(HISTORY, label="gradient"),
    "network_diagram": lambda: figures.network_diagram([2, 2, 1]),
    "network_diagram, worked": lambda: figures.network_diagram([2, 2, 1], **WORKED),
    "unit_values": lambda: figures.unit_values({"output y": UNITS, "delta δ": [1e-3 * row for row in UNITS]}),
    "circle_images": lambda: figures.circle_images({"1 matrix": [[1, 2], [0, 1]], "none left": [[1, 1], [1, 1]]}),
    "kernel_grid, colours": lambda: figures.kernel_grid(KERNELS[:, :, :3, :9]),
    "kernel_grid, slices": lambda: figures.kernel_grid(KERNELS),
    "feature_map_grid": lambda: figures.feature_map_grid(MAPS[..., :9], PICTURES, labels=list("0123456789h")),
    "feature_map_grid, many": lambda: figures.feature_map_grid(
        MAPS[..., :12], PICTURES, first=33, labels=list("0123456789h")
    ),
    "picture_rows": lambda: figures.picture_rows(
        {"gradient\nascent": PICTURES, "house\nnumber": PICTURES}, [(str(i + 30), "1.6×") for i in range(11)]
    ),
    "picture_rows, bare": lambda: figures.picture_rows({"convolution\n1": PICTURES}, columns=11),
    "optima_and_patches": lambda: figures.optima_and_patches(
        {"convolution 2": (TOP[:, :3], TOP[:, 3:]), "convolution 3": (TOP[:, :3], TOP[:, 3:])},
        {"convolution 2": [4, 35, 12], "convolution 3": [1, 2, 48]},
    ),
    "selectivity_map": lambda: figures.selectivity_map(EFFECTS),
    "readout_panels": lambda: figures.readout_panels(
        {name: {"trained": np.linspace(-0.1, 1, 5), "untrained": PICTURES[:3, :5, 0, 0]} for name in "abcde"},
        x_label="stage: 0 the picture, 1 to 3 the convolutions",
        chance={"a": 0.5},
    ),
    "photo_steps": lambda: figures.photo_steps(STEPS),
    "photo_steps, one": lambda: figures.photo_steps({"1 photo": STEPS["1 photo"]}),
    "training_history": lambda: figures.training_history(CNN_RUNS, CNN_RUNS.query("seed == 2")),
    "calibration_curves": lambda: figures.calibration_curves({"ours": CALIBRATION, "theirs": CALIBRATION / 1.1}),
    "run_accuracies": lambda: figures.run_accuracies(VARIANTS, x_label="accuracy", reference="b"),
    "confusion": lambda: figures.confusion(20 * np.eye(10, dtype=int) + np.arange(10)),
    "predictions": lambda: figures.predictions(DIGITS[:4] / 255, np.full((4, 10), 0.1), ["raw", "inverted", "7", "8"]),
}


def svg(figure: Figure) -> str:
    buffer = io.StringIO()
    figure.savefig(buffer, format="svg", metadata={"Date": None})
    return buffer.getvalue()


def drawn(figure: Figure) -> Figure:
    """The figure, laid out for good."""
    FigureCanvasAgg(figure).draw()
    return figure


def labels(texts: list[Text]) -> list[str]:
    return [text.get_text() for text in texts]


def images_of(figure: Figure) -> list[np.ndarray]:
    return [np.asarray(image.get_array()) for image in figure.axes[0].images]
