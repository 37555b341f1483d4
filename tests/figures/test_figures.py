"""The figures: colours for both themes, styles that work without colour, data drawn whole and within bounds."""

import io
import itertools
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass

import matplotlib
import numpy as np
import pandas as pd
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.image import AxesImage
from matplotlib.text import Text

from layerwise import figures
from layerwise.derive.activations import ACTIVATIONS
from layerwise.figures.style import BACKGROUND, GRID, INK, MUTED, NEUTRAL, PALETTE, SEQUENTIAL, STYLE, SURFACE

NAMES = list(STYLE)
X = np.linspace(-5, 5, 401)
VALUES = {name: ACTIVATIONS[name].function(X) for name in NAMES}
DERIVATIVES = {name: ACTIVATIONS[name].derivative(X) for name in NAMES}
RANGES = {name: ACTIVATIONS[name].range for name in NAMES}


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
STUCK = {f"sigmoid, 40 layers, seed {seed}": 10_000 * np.eye(10, dtype=int)[seed] for seed in range(5)}

FIGURES: dict[str, Callable[[], Figure]] = {
    "activation_curves": lambda: figures.activation_curves(X, VALUES, DERIVATIVES, RANGES),
    "activation_curves, together": lambda: figures.activation_curves(X, VALUES, DERIVATIVES, together=True),
    "learning_curves": lambda: figures.learning_curves(RUNS, PUBLISHED),
    "learning_curves, four": lambda: figures.learning_curves(runs(3, tuple(NAMES)), PUBLISHED),
    "learning_curves, own axes": lambda: figures.learning_curves(RUNS, PUBLISHED, own_axes=True),
    "learning_curves, one metric": lambda: figures.learning_curves(RUNS, metrics=["test_accuracy"]),
    "seed_distribution": lambda: figures.seed_distribution(RUNS, PUBLISHED),
    "seed_distribution, two": lambda: figures.seed_distribution(runs(20).query("layers == 40"), PUBLISHED),
    "answers": lambda: figures.answers(STUCK),
    "heat_map": lambda: figures.heat_map(
        np.arange(12).reshape(3, 4), rows=list("abc"), columns=list("wxyz"), x_label="column", y_label="row"
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
    "gradient_history": lambda: figures.gradient_history(HISTORY),
    "network_diagram": lambda: figures.network_diagram([2, 2, 1]),
    "network_diagram, worked": lambda: figures.network_diagram([2, 2, 1], **WORKED),
    "unit_values": lambda: figures.unit_values({"output y": UNITS, "delta δ": [1e-3 * row for row in UNITS]}),
    "kernel_grid, colours": lambda: figures.kernel_grid(KERNELS[:, :, :3, :9]),
    "kernel_grid, slices": lambda: figures.kernel_grid(KERNELS, columns=7),
    "feature_map_grid": lambda: figures.feature_map_grid(MAPS[..., :9], PICTURES, labels=list("0123456789h")),
    "feature_map_grid, many": lambda: figures.feature_map_grid(MAPS, PICTURES, first=33, labels=list("0123456789h")),
    "picture_rows": lambda: figures.picture_rows(
        {"gradient\nascent": PICTURES, "house\nnumber": PICTURES}, [(str(i + 30), "1.6×") for i in range(11)]
    ),
    "picture_rows, bare": lambda: figures.picture_rows({"convolution\n1": PICTURES}, columns=11),
    "selectivity_maps": lambda: figures.selectivity_maps({"convolution 1": EFFECTS[:, :9], "convolution 2": EFFECTS}),
    "readout_panels": lambda: figures.readout_panels(
        {name: {"trained": np.linspace(-0.1, 1, 5), "untrained": PICTURES[:3, :5, 0, 0]} for name in "abcde"},
        x_label="stage: 0 the picture, 1 to 3 the convolutions",
        chance={"a": 0.5},
    ),
    "photo_steps": lambda: figures.photo_steps(STEPS),
    "photo_steps, one": lambda: figures.photo_steps({"1 photo": STEPS["1 photo"]}),
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


@pytest.fixture(scope="module", params=FIGURES)
def picture(request: pytest.FixtureRequest) -> tuple[str, str, Figure]:
    """Name, SVG and figure, drawn once for all tests of it: they look and change nothing."""
    figure = FIGURES[request.param]()
    return request.param, svg(figure), drawn(figure)


@pytest.fixture
def figure(picture: tuple[str, str, Figure]) -> Figure:
    return picture[2]


# ---------------------------------------------------------------------------------------------------------------------
# Colour: WCAG 2.2 for contrast; Machado, Oliveira and Fernandes (2009) for colour blindness, severity 1; CIE L*a*b*
# (D65) for the distance between colours.


def linear(colour: str) -> np.ndarray:
    channels = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    return np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)


def contrast(one: str, other: str) -> float:
    bright, dim = sorted((linear(c) @ [0.2126, 0.7152, 0.0722] for c in (one, other)), reverse=True)
    return (bright + 0.05) / (dim + 0.05)


SIGHT = {
    "normal": np.eye(3),
    "protanopia": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deuteranopia": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "tritanopia": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
}
XYZ = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
)


def lab(light: np.ndarray) -> np.ndarray:
    x, y, z = XYZ @ np.clip(light, 0, 1) / [0.95047, 1, 1.08883]
    fx, fy, fz = (np.cbrt(v) if v > (6 / 29) ** 3 else v / (3 * (6 / 29) ** 2) + 4 / 29 for v in (x, y, z))
    return np.array([116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)])


THEMES = {"light": lambda colour: colour, "dark": PALETTE.__getitem__}


def test_palette_is_pairs_of_distinct_lower_case_hex_colours() -> None:
    both = [*PALETTE, *PALETTE.values()]
    assert all(re.fullmatch(r"#[0-9a-f]{6}", colour) for colour in both)
    assert len(set(both)) == len(both), "a colour that stands twice would be exchanged wrongly"
    assert "#000000" not in both, "Matplotlib leaves black out of the SVG, where nothing can exchange it"


@pytest.mark.parametrize("theme", THEMES)
def test_contrast_with_the_page(theme: str) -> None:
    shown = THEMES[theme]
    read = {"ink": INK, "muted": MUTED, **{name: style["color"] for name, style in STYLE.items()}}
    for name, colour in read.items():
        assert contrast(shown(colour), shown(BACKGROUND)) >= 4.5, name
    assert contrast(shown(INK), shown(SURFACE)) >= 4.5
    assert contrast(shown(GRID), shown(BACKGROUND)) < 2, "the grid stays behind"


@pytest.mark.parametrize("theme", THEMES)
def test_text_on_every_step_of_the_ramp(theme: str) -> None:
    shown = THEMES[theme]
    values = np.arange(len(SEQUENTIAL), dtype=float)[None]
    figure = figures.heat_map(values, rows=["r"], columns=list("abcdefg"), x_label="x", y_label="y")
    for step, text in zip(SEQUENTIAL, figure.axes[0].texts, strict=True):
        assert contrast(shown(step), shown(text.get_color())) >= 4.5
    brightness = [contrast(shown(step), shown(BACKGROUND)) for step in SEQUENTIAL]
    assert brightness == sorted(brightness), "the ramp leads away from the page in both themes"


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("sight", SIGHT)
def test_activations_differ_for_every_kind_of_sight(theme: str, sight: str) -> None:
    seen = {name: lab(SIGHT[sight] @ linear(THEMES[theme](style["color"]))) for name, style in STYLE.items()}
    for one, other in itertools.combinations(seen, 2):
        assert np.linalg.norm(seen[one] - seen[other]) > 18, f"{one} and {other}"  # 2.3 is just noticeable


def test_activations_differ_without_colour() -> None:
    assert list(STYLE) == list(ACTIVATIONS)
    for key in ("color", "linestyle", "marker"):
        assert len({style[key] for style in STYLE.values()}) == len(STYLE)
    assert len({(style["linestyle"], style["marker"]) for style in NEUTRAL}) == len(NEUTRAL)
    assert not {style["color"] for style in NEUTRAL} & {style["color"] for style in STYLE.values()}


# ---------------------------------------------------------------------------------------------------------------------
# Every figure


def test_every_colour_is_of_the_palette_and_has_a_dark_counterpart(picture: tuple[str, str, Figure]) -> None:
    text = picture[1]
    drawing = re.sub(r'(xlink:)?href="[^"]*"', "", text)
    assert set(re.findall(r"#[0-9A-Fa-f]{3,8}\b", drawing)) <= set(PALETTE)
    paints = re.findall(r"(?:fill|stroke|stop-color|color):\s*([^;\"]+)", drawing)
    assert {paint.strip() for paint in paints} <= {*PALETTE, "none"}
    dark = figures.dark_variant(text)
    for colour, counterpart in PALETTE.items():
        assert colour not in dark
        assert text.count(colour) == dark.count(counterpart)


def test_the_same_figure_is_the_same_bytes(picture: tuple[str, str, Figure]) -> None:
    name, text, _ = picture
    assert svg(FIGURES[name]()) == text


def test_nothing_is_drawn_outside_and_no_text_covers_another(figure: Figure) -> None:
    inside = figure.bbox.padded(0.5)
    texts = [text for text in written(figure) if text.get_text().strip()]
    assert texts or figure.axes[0].images
    boxes = [(text.get_text(), text.get_window_extent()) for text in texts]
    for words, box in boxes:
        assert inside.x0 <= box.x0 and box.x1 <= inside.x1 and inside.y0 <= box.y0 and box.y1 <= inside.y1, words
    for (one, first), (other, second) in itertools.combinations(boxes, 2):
        assert not first.padded(-1).overlaps(second.padded(-1)), f"{one!r} over {other!r}"
    tight = figure.get_tightbbox()
    width, height = figure.get_size_inches()
    assert tight.x0 >= -0.01 and tight.y0 >= -0.01 and tight.x1 <= width + 0.01 and tight.y1 <= height + 0.01


def written(figure: Figure) -> list[Text]:
    """The texts that are drawn: Matplotlib also holds labels of ticks outside the limits."""
    found = {text for text in figure.findobj(Text) if text.get_visible()}
    for axes in figure.axes:
        for axis in (axes.xaxis, axes.yaxis):
            found -= {label for tick in (*axis.majorTicks, *axis.minorTicks) for label in (tick.label1, tick.label2)}
            low, high = sorted(axis.get_view_interval())
            if axes.get_visible() and axes.axison:
                found |= {
                    t.label1 for t in axis.get_major_ticks() if low <= t.get_loc() <= high and t.label1.get_visible()
                }
    return sorted(found, key=lambda text: text.get_text())


def test_text_has_one_readable_size(figure: Figure) -> None:
    assert figure.get_size_inches()[0] == figures.WIDTH
    # At a text column of 700 px a point is 700 / (72 * WIDTH) px; on a phone 358 / (72 * WIDTH).
    sizes = [text.get_fontsize() for text in written(figure) if text.get_text()]
    assert min(sizes, default=9) * 358 / (72 * figures.WIDTH) >= 7
    assert max(sizes, default=9) <= 14  # symbols: their indices are seven tenths as large


def test_axes_are_labelled(figure: Figure) -> None:
    whole = figure.get_supxlabel(), figure.get_supylabel()
    for axes in figure.axes:
        if not axes.axison or axes.images or not axes.get_visible():
            continue
        shared_below = any(other.get_xlabel() for other in axes.get_shared_x_axes().get_siblings(axes))
        shared_left = any(other.get_ylabel() for other in axes.get_shared_y_axes().get_siblings(axes))
        assert axes.get_xlabel() or shared_below or whole[0]
        # Rows with a name each need no title for the names.
        names = labels(axes.get_yticklabels())  # a scale of colours has none
        assert axes.get_ylabel() or shared_left or whole[1] or not names or not names[0].isdigit()


def labels(texts: list[Text]) -> list[str]:
    return [text.get_text() for text in texts]


@pytest.mark.parametrize("name", ["activation_curves, together", "learning_curves, four", "layer_profile"])
def test_lines_in_one_panel_differ_without_colour(name: str) -> None:
    for axes in FIGURES[name]().axes:
        named = [line for line in axes.lines if not line.get_label().startswith("_")]
        looks = {(line.get_linestyle(), line._unscaled_dash_pattern, line.get_marker()) for line in named}
        assert len(looks) == len(named) >= 2


def test_legend_names_every_series() -> None:
    figure = FIGURES["learning_curves, four"]()
    assert labels(figure.legends[0].get_texts()) == ["ReLU", "tanh", "sigmoid", "LeCun's tanh", "the report's run"]
    assert labels(FIGURES["learning_curves"]().legends[0].get_texts())[:3] == ["ReLU", "tanh", "sigmoid"]


# ---------------------------------------------------------------------------------------------------------------------
# What each figure draws


def test_dark_variant_leaves_images_and_longer_strings_alone() -> None:
    text = f'fill: {INK}; <use xlink:href="#{INK[1:]}0"/> {INK}ff'
    assert figures.dark_variant(text) == text.replace(f"{INK};", f"{PALETTE[INK]};")
    light = svg(FIGURES["digits"]())
    embedded = re.findall(r"base64,[^\"]+", light)
    assert len(embedded) == len(DIGITS)
    assert re.findall(r"base64,[^\"]+", figures.dark_variant(light)) == embedded


def test_a_colour_without_a_dark_counterpart_is_refused() -> None:
    figure = Figure()
    figure.subplots().plot([0, 1], color="#1f77b4")
    with pytest.raises(ValueError, match="a figure uses #1f77b4, for which"):
        figures.dark_variant(svg(figure))


def test_activation_curves_draw_the_values_and_break_at_a_jump() -> None:
    figure = FIGURES["activation_curves"]()
    rows = np.array(figure.axes).reshape(4, 2)
    for name, (left, right) in zip(NAMES, rows, strict=True):
        np.testing.assert_array_equal(left.lines[0].get_ydata(), VALUES[name])
        shown = right.lines[0].get_ydata()
        kept = np.isfinite(shown)
        np.testing.assert_array_equal(shown[kept], DERIVATIVES[name][kept])
        assert left.get_title("left") == figures.LABEL[name]
        assert left.get_title("right") == f"range {RANGES[name]}"
    # ReLU's derivative has one gap, at its jump; the smooth ones have none.
    gaps = [int(np.isnan(right.lines[0].get_ydata()).sum()) for _, right in rows]
    assert gaps == [1, 0, 0, 0]
    # Finite ends of the range are drawn: 0 for ReLU, two for tanh and sigmoid, none for LeCun's tanh.
    assert [len(left.lines) - 1 for left, _ in rows] == [1, 2, 2, 0]


def test_learning_curves_show_median_and_whole_range() -> None:
    figure = figures.learning_curves(RUNS, PUBLISHED)
    axes = np.array(figure.axes).reshape(2, 3)
    assert [a.get_title("left") for a in axes[0]] == ["5 layers", "20 layers", "40 layers"]
    assert "1,875" in figure.get_supxlabel()
    for row, metric in zip(axes, ("test_accuracy", "test_loss"), strict=True):
        for panel, layers in zip(row, (5, 20, 40), strict=True):
            for i, name in enumerate(("relu", "tanh", "sigmoid")):
                # seeds x epochs, from the frame's rows by hand
                chosen = [r for r in RUNS.to_dict("records") if r["activation"] == name and r["layers"] == layers]
                table = np.array([[r[metric] for r in chosen if r["seed"] == s] for s in range(5)])
                line = next(li for li in panel.lines if li.get_label() == figures.LABEL[name])
                np.testing.assert_allclose(line.get_ydata(), np.sort(table, axis=0)[2])
                band = panel.collections[i].get_paths()[0].vertices
                for epoch in (1, 2, 3):
                    edge = band[band[:, 0] == epoch, 1]
                    assert (edge.min(), edge.max()) == (table[:, epoch - 1].min(), table[:, epoch - 1].max())


def test_learning_curves_stay_within_their_axes_when_the_last_panel_holds_the_largest_value() -> None:
    frame = RUNS.assign(test_loss=RUNS["test_loss"] * RUNS["layers"])
    axes = np.array(figures.learning_curves(frame, lowest_accuracy=0.05).axes).reshape(2, 3)
    for panel in axes[1]:
        assert panel.get_ylim()[0] == 0
        assert panel.get_ylim()[1] >= frame["test_loss"].max()
    assert axes[0, 2].get_ylim() == (0.05, 1)


def test_axes_of_their_own_fit_each_panel_s_runs() -> None:
    """Runs within a hundredth of each other fill a panel of their own, however far those of another panel reach."""
    close = RUNS["layers"] == 5
    frame = RUNS.assign(test_accuracy=np.where(close, 0.93 + RUNS["test_accuracy"] / 100, RUNS["test_accuracy"]))
    panels = figures.learning_curves(frame, own_axes=True).axes[:3]
    for panel, layers in zip(panels, (5, 20, 40), strict=True):
        values = frame[frame["layers"] == layers]["test_accuracy"]
        low, high = panel.get_ylim()
        assert low <= values.min() and values.max() <= high
        assert high - low <= 1.2 * np.ptp(values)


@pytest.mark.parametrize("name", ["learning_curves", "gradient_panels"])
def test_text_in_six_panels_is_large_enough_for_a_phone(name: str) -> None:
    """A column of 350 px shows the figure's 5.6 x 72 points: 11 points are 9.5 px."""
    figure = drawn(FIGURES[name]())
    texts = [text for axis in figure.axes for text in (axis.title, axis.xaxis.label, axis.yaxis.label)]
    ticks = [text for axis in figure.axes for text in (*axis.get_xticklabels(), *axis.get_yticklabels())]
    assert min(text.get_size() for text in texts + ticks + figure.legends[0].get_texts()) >= 11


def test_learning_curves_take_other_series_and_panels() -> None:
    frame = pd.concat([RUNS.assign(learning_rate=0.01), RUNS.assign(learning_rate=0.1)]).query("activation == 'relu'")
    figure = figures.learning_curves(frame, metrics=["test_accuracy"], panels="learning_rate", series="layers")
    assert [axes.get_title("left") for axes in figure.axes] == ["learning rate 0.01", "learning rate 0.1"]
    assert labels(figure.legends[0].get_texts()) == ["5 layers", "20 layers", "40 layers"]


def test_seed_distribution_shows_every_seed_and_the_published_run() -> None:
    frame = runs(20).query("layers == 40")
    figure = figures.seed_distribution(frame, PUBLISHED)
    axes = figure.axes[0]
    assert labels(axes.get_yticklabels()) == ["ReLU, 40 layers", "tanh, 40 layers", "sigmoid, 40 layers"]
    texts = labels(axes.texts)
    for row, name in enumerate(("relu", "tanh", "sigmoid")):
        finals = np.sort(frame.query("activation == @name and epoch == 3")["test_accuracy"].to_numpy())
        dots = next(li for li in axes.lines if li.get_marker() == STYLE[name]["marker"] and len(li.get_xdata()) == 20)
        np.testing.assert_array_equal(dots.get_xdata(), finals)
        assert np.abs(dots.get_ydata() - row).max() < 0.5, "a dot stays in its row"
        places = set(zip(dots.get_xdata(), dots.get_ydata(), strict=True))
        assert len(places) == 20, "no dot hides another"
        assert f"{(finals[9] + finals[10]) / 2:.4f}" in texts
        theirs = PUBLISHED.query("activation == @name and layers == 40 and epoch == 3")["test_accuracy"].item()
        assert f"{theirs:.4f}" in texts


def test_seed_distribution_has_a_row_per_variant_with_its_own_last_epoch() -> None:
    usual = runs(3).query("activation == 'relu' and layers == 5").assign(change="as ever")
    frame = pd.concat([usual, usual.query("epoch < 3").assign(change="two epochs")])
    axes = figures.seed_distribution(frame, variant="change").axes[0]
    assert labels(axes.get_yticklabels()) == ["ReLU, 5 layers\nas ever", "ReLU, 5 layers\ntwo epochs"]
    for epoch, row in ((3, 0), (2, 1)):
        finals = np.sort(usual[usual["epoch"] == epoch]["test_accuracy"])
        drawn_here = [line.get_xdata() for line in axes.lines if round(np.mean(line.get_ydata())) == row]
        np.testing.assert_array_equal(drawn_here[0], finals)
    assert axes.get_xlabel().endswith("after the last epoch")


def test_answers_write_every_count() -> None:
    axes = figures.answers(STUCK).axes[0]
    assert [name.replace("\n", " ") for name in labels(axes.get_yticklabels())] == list(STUCK)
    assert labels(axes.texts).count("10,000") == 5 and labels(axes.texts).count("0") == 45
    frame = pd.DataFrame(STUCK).T
    assert labels(figures.answers(frame).axes[0].texts) == labels(axes.texts)


def test_class_counts_write_count_and_share() -> None:
    # MNIST's test set: 1,135 of 10,000 are the digit 1, which is 11.35 %.
    counts = [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]
    axes = figures.class_counts({"test set": counts}).axes[0]
    assert labels(axes.texts)[1] == "1,135\n11.35"
    assert axes.get_title("left") == "test set: 10,000"
    assert [bar.get_height() for bar in axes.patches] == pytest.approx([n / 100 for n in counts])


def test_digits_are_drawn_unchanged_and_mistakes_are_bold() -> None:
    figure = figures.digits(DIGITS, range(12), [*range(10), 0, 0])
    images = figure.findobj(AxesImage)
    assert len(images) == 12
    for image, pixels in zip(images, DIGITS, strict=True):
        np.testing.assert_array_equal(image.get_array(), pixels)
        assert image.get_clim() == (0, 255)
    titles = [axes.title for axes in figure.axes if axes.images]
    assert labels(titles) == [f"{i} → {i}" for i in range(10)] + ["10 → 0", "11 → 0"]
    assert [title.get_weight() for title in titles] == ["normal"] * 10 + ["bold"] * 2


def test_layer_profile_shows_zeros_at_the_foot() -> None:
    values = np.array([1e-8, 1e-3, 0.0, 1.0])
    axes = figures.layer_profile({"relu": values}, y_label="largest |δ|").axes[0]
    shown = next(line for line in axes.lines if line.get_label() == "ReLU").get_ydata()
    np.testing.assert_array_equal(shown[values > 0], values[values > 0])
    assert 0 < shown[2] < 1e-8, "below everything else"
    low, high = axes.get_ylim()
    assert low < shown[2] and high >= 1
    places = dict(zip(axes.get_yticks(), labels(axes.get_yticklabels()), strict=True))
    assert places[shown[2]] == "exactly 0"
    assert all(int(text.replace("10", "", 1).translate(FROM_SUPERSCRIPTS)) == round(np.log10(place))
               for place, text in places.items() if text != "exactly 0")  # fmt: skip


FROM_SUPERSCRIPTS = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")


def test_layer_profile_draws_what_is_predicted_without_markers_and_names_it_once() -> None:
    figure = figures.layer_profile(
        {"tanh": [1.0, 0.5], "relu": [1.0, 0.1]}, y_label="y", predicted={"tanh": [1.0, 0.4], "relu": [1.0, 0.001]}
    )
    axes = figure.axes[0]
    theory = [line for line in axes.lines if line.get_marker() in ("", "None")]
    assert [list(line.get_ydata()) for line in theory] == [[1.0, 0.4], [1.0, 0.001]]
    assert labels(figure.legends[0].get_texts()) == ["tanh", "ReLU", "predicted"]
    assert axes.get_ylim()[0] <= 0.001
    with pytest.raises(ValueError, match="predicted for tanh must be finite and above 0"):
        figures.layer_profile({"tanh": [1.0]}, y_label="y", predicted={"tanh": [0.0]})


def test_layer_profile_without_zeros_has_no_foot_and_all_zeros_is_drawn() -> None:
    axes = figures.layer_profile({"tanh": [0.1, 0.2]}, y_label="y").axes[0]
    assert "exactly 0" not in labels(axes.get_yticklabels())
    axes = figures.layer_profile({"relu": np.zeros((2, 5))}, y_label="y").axes[0]
    assert "exactly 0" in labels(axes.get_yticklabels())


def test_gradient_panels_show_median_band_and_prediction() -> None:
    figure = FIGURES["gradient_panels, predicted"]()
    assert [axis.get_title(loc="left") for axis in figure.axes[:3]] == ["5 layers", "20 layers", "40 layers"]
    axis = figure.axes[2]
    median, predicted = axis.lines
    expected = 0.9 ** np.arange(39, -1, -1)
    np.testing.assert_allclose(median.get_ydata(), expected)
    np.testing.assert_allclose(predicted.get_ydata(), expected)
    assert predicted.get_zorder() > median.get_zorder()
    assert axis.get_ylabel() == ""
    assert figure.axes[3].get_ylabel().startswith("biases")


def test_gradient_panels_draw_zeros_at_the_foot() -> None:
    figure = FIGURES["gradient_panels"]()
    dead = next(line for line in figure.axes[2].lines if line.get_label() == "ReLU")
    (foot,) = set(dead.get_ydata())
    ticks = {tick.get_position()[1]: tick.get_text() for tick in drawn(figure).axes[0].get_yticklabels()}
    assert ticks[foot] == "exactly 0"
    assert foot < min(GRADIENTS["size"])


def test_gradient_history_shows_medians_in_decades() -> None:
    figure = FIGURES["gradient_history"]()
    for place, axis in enumerate(figure.axes[:3]):
        shown = axis.collections[0].get_array()
        assert shown.shape == (20, 3)
        # The seeds are alike; what lies below the last but one colour is drawn as the last.
        expected = -3 * place - np.arange(1, 21)[:, None] / 10 - np.array([0, 125, 250]) / 500
        np.testing.assert_allclose(shown, np.maximum(expected, -7), atol=1e-6)


def images_of(figure: Figure) -> list[np.ndarray]:
    return [np.asarray(image.get_array()) for image in figure.axes[0].images]


def test_kernels_are_grey_where_a_weight_is_zero_and_each_has_its_own_scale() -> None:
    kernels = np.zeros((3, 3, 3, 2))
    kernels[0, 0, 0, 0], kernels[2, 2, 1, 0] = 0.5, -0.25  # the second kernel is all zeros
    first, second, _ = images_of(figures.kernel_grid(kernels))
    assert first.shape == (3, 3, 4)
    np.testing.assert_allclose(first[0, 0], [1, 0.5, 0.5, 1])
    np.testing.assert_allclose(first[2, 2], [0.5, 0.25, 0.5, 1])
    np.testing.assert_allclose(second, np.broadcast_to([0.5, 0.5, 0.5, 1], (3, 3, 4)))
    words = [text.get_text() for text in figures.kernel_grid(kernels).axes[0].texts]
    assert words[:4] == ["1", "0.50", "2", "0.00"]


def test_slices_of_a_kernel_stand_row_by_row_with_gaps() -> None:
    kernels = np.arange(2 * 2 * 5, dtype=float).reshape(2, 2, 5, 1) + 1
    block = images_of(figures.kernel_grid(kernels))[0]
    assert block.shape == (8, 8, 4)  # 3 x 3 slices of 2 x 2, two gaps of 1
    np.testing.assert_allclose(block[3:5, 0:2, 0], 0.5 + 0.5 * kernels[:, :, 3, 0] / 20)
    assert not block[2, :, 3].any() and not block[6:, :, 3].any(), "gaps and missing slices are empty"


def test_feature_maps_have_a_scale_per_filter_from_zero() -> None:
    maps = np.zeros((2, 3, 3, 3))
    maps[0, 0, 0, 0], maps[1, 1, 1, 0], maps[1, 2, 2, 1] = 4, 2, 0.5
    figure = figures.feature_map_grid(maps, PICTURES[:2], first=7)
    images = images_of(figure)
    np.testing.assert_allclose(images[0][..., :3], PICTURES[0])
    white, black = (np.array(matplotlib.colormaps["magma"](value))[:3] for value in (1.0, 0.0))
    np.testing.assert_allclose(images[1][0, 0, :3], white)
    np.testing.assert_allclose(images[5][1, 1, :3], matplotlib.colormaps["magma"](0.5)[:3])
    np.testing.assert_allclose(images[6][2, 2, :3], white)
    np.testing.assert_allclose(images[3][..., :3], np.broadcast_to(black, (3, 3, 3)))
    words = [text.get_text() for text in figure.axes[0].texts if text.get_text()]
    assert words[:6] == ["7", "4.0", "8", "0.5", "9", "0"]


def test_the_rim_of_a_map_does_not_set_its_scale() -> None:
    maps = np.zeros((1, 5, 5, 2))
    maps[0, 0, :, :], maps[0, 2, 2, 0] = 10, 2  # the second filter answers at the rim alone
    figure = figures.feature_map_grid(maps, PICTURES[:1])
    assert [text.get_text() for text in figure.axes[0].texts if text.get_text()][:4] == ["1", "2.0", "2", "10"]


def test_pictures_stand_in_bands_and_nan_is_empty() -> None:
    pictures = PICTURES[:5].copy()
    pictures[3, 0, 0] = np.nan
    figure = figures.picture_rows({"a": pictures, "b": PICTURES[:5]}, [(str(i), "") for i in range(5)], columns=2)
    images = images_of(figure)
    np.testing.assert_allclose(images[0][..., :3], PICTURES[0])
    np.testing.assert_allclose(images[1][..., :3], PICTURES[0])
    assert images[6][0, 0, 3] == 0 and images[6][1:, :, 3].all()
    assert [text.get_text() for text in figure.axes[0].texts].count("b") == 3


def test_filters_are_sorted_by_the_class_that_excites_them() -> None:
    effect = np.array([[0.0, 2, 1], [1, 0, 0]])  # filter 0 prefers class 1, filter 1 class 0 most, then filter 2
    image = figures.selectivity_maps({"a": effect}, limit=2).axes[0].images[0]
    np.testing.assert_array_equal(image.get_array(), effect[:, [1, 2, 0]])
    assert image.get_clim() == (-2, 2)


def test_readout_panels_show_medians_and_nothing_below_zero() -> None:
    seeds = np.array([[-0.5, 0.2], [0.1, 0.4], [0.3, 0.9]])
    axes = figures.readout_panels({"a": {"trained": [0.5, 1], "untrained": seeds}}, x_label="stage").axes[0]
    np.testing.assert_allclose(axes.lines[0].get_ydata(), [0.5, 1])
    np.testing.assert_allclose(axes.lines[1].get_ydata(), [0.1, 0.4])
    assert axes.collections[1].get_paths()[0].vertices[:, 1].min() == 0


def test_network_diagram_writes_symbols_and_values() -> None:
    texts = labels(figures.network_diagram([2, 2, 1], **WORKED).axes[0].texts)
    # w_12^(1): to unit 1 from unit 2, the second entry of the first row.
    assert r"$w_{12}^{(1)} = -0.25$" in texts
    assert r"$w_{21}^{(1)} = 1$" in texts
    assert r"$\delta_{1}^{(1)} = 0.0123$" in texts
    assert r"$b_{2}^{(1)} = -0.2$" in texts
    assert r"$y_{2}^{(0)} = -2$" in texts
    assert r"$\nu_{1}^{(2)} = 0.3$" in texts
    assert sum("w_" in text for text in texts) == 6
    bare = labels(figures.network_diagram([2, 2, 1]).axes[0].texts)
    assert r"$w_{12}^{(1)}$" in bare and not any("=" in text for text in bare)


def test_photo_steps_draws_means_of_blocks() -> None:
    picture = np.zeros((400, 200), np.uint8)
    picture[:2, 2:4] = [[0, 255], [255, 0]]
    (shown,) = figures.photo_steps({"1 photo": picture}).axes[0].images
    assert shown.get_array().shape == (200, 100)
    assert shown.get_array()[0, 1] == pytest.approx(0.5) and shown.get_array().sum() == pytest.approx(0.5)


def test_predictions_show_every_probability_and_mark_the_largest() -> None:
    rows = np.array([[0.1, 0.7, 0.2], [0.5, 0.3, 0.2]])
    axes = figures.predictions(DIGITS[:2] / 255, rows, ["raw", "prepared"]).axes
    assert [axis.get_title() for axis in axes[:2]] == ["raw", "prepared"]
    for axis, row, largest in zip(axes[2:], rows, (1, 0), strict=True):
        assert [bar.get_width() for bar in axis.patches] == pytest.approx(list(row))
        assert [i for i, bar in enumerate(axis.patches) if to_hex(bar.get_facecolor()) == INK] == [largest]


def test_unit_values_draws_every_unit_with_its_sign() -> None:
    axes = figures.unit_values({"y": [[1.0, -2.0], [0.5]], "δ": [[0.0, 0.0], [3.0]]}, first_layer=4).axes
    heights = [[bar.get_height() for bar in axis.patches] for axis in axes]
    assert heights == [[1, -2], [0, 0], [0.5], [3]]
    # 1.1 times the largest absolute value on either side of 0; a layer of zeros has an axis too.
    assert [axis.get_ylim()[1] for axis in axes] == pytest.approx([2.2, 1.1, 0.55, 3.3])
    assert [axis.get_ylim()[0] for axis in axes] == pytest.approx([-2.2, -1.1, -0.55, -3.3])
    assert [axes[0].get_title("left"), axes[2].get_title("left")] == ["layer 4", "layer 5"]
    assert [axis.get_ylabel() for axis in axes] == ["y", "δ", "y", "δ"]


# ---------------------------------------------------------------------------------------------------------------------
# Bad input


@dataclass(frozen=True)
class Bad:
    call: Callable[[], Figure]
    says: str


@pytest.mark.parametrize(
    "bad",
    [
        Bad(lambda: figures.activation_curves(X, VALUES, {"relu": DERIVATIVES["relu"]}), "same activations"),
        Bad(lambda: figures.activation_curves(X, {}, {}), "at least one"),
        Bad(lambda: figures.activation_curves(X, {"relu": X[1:]}, {"relu": X}), r"shape of x, \(401,\)"),
        Bad(lambda: figures.learning_curves(RUNS.drop(columns="seed")), "lacks .'seed'"),
        Bad(lambda: figures.learning_curves(RUNS[:0]), "is empty"),
        Bad(lambda: figures.seed_distribution(RUNS, metric="f1"), "lacks .'f1'"),
        Bad(lambda: figures.answers({}), "no run"),
        Bad(lambda: figures.answers({"a": [1], "b": [1, 2]}), "the same number for all"),
        Bad(lambda: figures.heat_map([[1]], rows=["a", "b"], columns=["c"], x_label="", y_label=""), r"\(2, 1\)"),
        Bad(lambda: figures.heat_map([[np.nan]], rows=["a"], columns=["c"], x_label="", y_label=""), "finite"),
        Bad(
            lambda: figures.heat_map([[1]], rows=["a"], columns=["c"], x_label="", y_label="", scale=[1, 2]),
            "8 rising bounds",
        ),
        Bad(lambda: figures.class_counts({}), "at least one part"),
        Bad(lambda: figures.class_counts({"test set": [0, 0]}), "sum above 0"),
        Bad(lambda: figures.digits(DIGITS[0]), r"\(n, height, width\)"),
        Bad(lambda: figures.digits(DIGITS, range(3)), "labels must have one entry for each of the 12"),
        Bad(lambda: figures.layer_profile({}, y_label="y"), "at least one array"),
        Bad(lambda: figures.layer_profile({"relu": [-1.0]}, y_label="y"), "absolute values"),
        Bad(lambda: figures.gradient_panels(GRADIENTS.assign(size=-1.0), value="size", y_label=""), "negative numbers"),
        Bad(lambda: figures.gradient_panels(GRADIENTS, value="largest", y_label=""), "lacks .'largest'"),
        Bad(lambda: figures.gradient_history(HISTORY.assign(gradient=0.0)), "not positive"),
        Bad(lambda: figures.unit_values({}), "the same layers"),
        Bad(lambda: figures.unit_values({"y": [[1.0]], "δ": [[1.0], [2.0]]}), "the same layers"),
        Bad(lambda: figures.unit_values({"y": [[np.nan]]}), "y must hold finite values"),
        Bad(lambda: figures.kernel_grid(KERNELS[0]), r"must be \(height, width, inputs, filters\)"),
        Bad(lambda: figures.feature_map_grid(MAPS[:3], PICTURES), "for 11 pictures"),
        Bad(lambda: figures.feature_map_grid(MAPS - 1, PICTURES), "after the ReLU"),
        Bad(lambda: figures.feature_map_grid(MAPS, PICTURES[..., 0]), r"\(n, height, width, 3\)"),
        Bad(lambda: figures.picture_rows({}), "got none"),
        Bad(lambda: figures.picture_rows({"a": PICTURES, "b": PICTURES[:3]}), "the same number of pictures"),
        Bad(lambda: figures.picture_rows({"a": PICTURES}, [("1", "")]), "as many as titles"),
        Bad(lambda: figures.selectivity_maps({}), "at least one"),
        Bad(lambda: figures.readout_panels({"a": {"b": [np.nan]}}, x_label=""), "finite numbers of at least one"),
        Bad(lambda: figures.photo_steps({}), "one or more"),
        Bad(lambda: figures.photo_steps({"1 photo": np.zeros(3)}), r"got {'1 photo': \(3,\)}"),
        Bad(lambda: figures.predictions(DIGITS, np.zeros((3, 10)), ["7"] * 3), "got 12, 3 and 3"),
        Bad(lambda: figures.predictions(DIGITS, np.full((12, 10), 2.0), ["7"] * 12), "between 0 and 1"),
        Bad(lambda: figures.network_diagram([2]), "at least two layers"),
        Bad(lambda: figures.network_diagram([2, 3]), "one or two units"),
        Bad(lambda: figures.network_diagram([2, 1], weights=[np.zeros((2, 1))]), r"shapes \[\(1, 2\)\]"),
    ],
    ids=lambda bad: bad.says,
)
def test_bad_input_is_refused_with_a_reason(bad: Bad) -> None:
    with pytest.raises(ValueError, match=bad.says):
        bad.call()


# ---------------------------------------------------------------------------------------------------------------------
# In a notebook


def test_a_notebook_shows_one_svg_without_a_date() -> None:
    code = """
from IPython.core.interactiveshell import InteractiveShell
shell = InteractiveShell.instance()
from layerwise import figures
figure = figures.layer_profile({"tanh": [1.0, 0.1]}, y_label="y")
shown, _ = shell.display_formatter.format(figure)
assert set(shown) == {"image/svg+xml", "text/plain"}, set(shown)
assert "<dc:date>" not in shown["image/svg+xml"]
assert "width=\\"403.2pt\\"" in shown["image/svg+xml"], "the whole figure, not its tight box"
import matplotlib.pyplot
assert not matplotlib.pyplot.get_fignums(), "pyplot would show the figure a second time"
"""
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=False)
    assert run.returncode == 0, run.stderr


# ---------------------------------------------------------------------------------------------------------------------
# Networks that read house numbers


def epochs_of_cnn(runs: dict[int, int]) -> pd.DataFrame:
    """Made-up runs, each of so many epochs."""
    rows = [
        {
            "seed": s,
            "epoch": e,
            "loss": 2 / e,
            "accuracy": 1 - 1 / (e + 1),
            "validation_loss": 3 / e,
            "validation_accuracy": 0.1 * s,
        }
        for s, last in runs.items()
        for e in range(1, last + 1)
    ]
    return pd.DataFrame(rows)


def test_training_history_shows_both_parts_and_the_report_s_run() -> None:
    frame = epochs_of_cnn({0: 4, 1: 6, 2: 5})
    figure = figures.training_history(frame, frame.query("seed == 2"))
    accuracy, loss = figure.axes
    validation, hollow, training, _ = accuracy.lines
    np.testing.assert_allclose(validation.get_ydata(), [0.1] * 4 + [0.15, 0.1])  # the median of those still running
    np.testing.assert_allclose(training.get_ydata(), 1 - 1 / np.arange(2, 8))
    np.testing.assert_allclose(hollow.get_ydata(), [0.2] * 5)
    np.testing.assert_allclose(loss.lines[0].get_ydata(), 3 / np.arange(1, 7))
    with pytest.raises(ValueError, match="lacks"):
        figures.training_history(frame.drop(columns="validation_loss"))


def test_run_accuracies_has_a_dot_a_run_and_a_median_a_row() -> None:
    frame = pd.DataFrame(
        {"variant": ["b", "b", "b", "a", "a", "a"], "seed": [0, 1, 2] * 2, "accuracy": [0.9, 0.7, 0.8, 0.5, 0.6, 0.4]}
    )
    (axis,) = figures.run_accuracies(frame, x_label="accuracy", reference="b").axes
    line, *rows = axis.lines
    assert list(line.get_xdata()) == [0.8, 0.8]
    assert [list(dots.get_xdata()) for dots in rows[::2]] == [[0.9, 0.7, 0.8], [0.5, 0.6, 0.4]]
    assert [tick.get_text() for tick in axis.get_yticklabels()] == ["b", "a"]
    assert [text.get_text() for text in axis.texts] == ["0.8000", "0.5000"]
    with pytest.raises(ValueError, match="no variant 'c' to compare with; the frame has b, a"):
        figures.run_accuracies(frame, x_label="accuracy", reference="c")


def test_calibration_curves_have_two_standard_errors() -> None:
    table = pd.DataFrame({"confidence": [0.25, 0.95], "accuracy": [0.5, 0.9], "digits": [4, 900]})
    above, below = figures.calibration_curves({"ours": table}).axes
    (bars,) = above.collections
    np.testing.assert_allclose(bars.get_segments()[0], [[0.25, 0.0], [0.25, 1.0]])  # 0.5 -+ 2 sqrt(0.25 / 4)
    np.testing.assert_allclose(bars.get_segments()[1], [[0.95, 0.88], [0.95, 0.92]])  # 0.9 -+ 2 sqrt(0.09 / 900)
    assert list(below.lines[0].get_ydata()) == [4, 900]
    with pytest.raises(ValueError, match="at least one network"):
        figures.calibration_curves({})


def test_confusion_writes_counts_and_shares_of_the_row() -> None:
    (axis,) = figures.confusion([[3, 1], [0, 200]]).axes
    assert [text.get_text() for text in axis.texts] == ["3", "75.0", "1", "25.0", "200", "100.0"]
    for wrong, reason in (
        ([[1, 2]], "square"),
        ([[1, -1], [0, 1]], "square"),
        ([[0, 0], [1, 1]], "at least one digit"),
    ):
        with pytest.raises(ValueError, match=reason):
            figures.confusion(wrong)


def test_digits_may_have_colours() -> None:
    colours = np.random.default_rng(3).integers(0, 256, (3, 32, 32, 3), dtype=np.uint8)
    figure = figures.digits(colours, [1, 2, 3])
    for axis, picture in zip(figure.axes, colours, strict=True):
        np.testing.assert_array_equal(axis.images[0].get_array(), picture)
    with pytest.raises(ValueError, match=r"\(n, height, width, 3\)"):
        figures.digits(colours[..., :2])
