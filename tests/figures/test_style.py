"""The house style: colours for both themes, styles that work without colour, every figure whole and readable."""

import itertools
import re
import subprocess
import sys

import numpy as np
import pytest
from matplotlib.figure import Figure
from matplotlib.text import Text

from figure_examples import DIGITS, FIGURES, drawn, labels, svg
from layerwise import figures
from layerwise.derive.activations import ACTIVATIONS
from layerwise.figures.style import BACKGROUND, GRID, INK, MUTED, NEUTRAL, PALETTE, SEQUENTIAL, STYLE, SURFACE

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
    figure = figures.heat_map(values, rows=["r"], columns=list("abcdefg"), x_label="x", y_label="y", text=str)
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


@pytest.mark.parametrize("name", ["learning_curves, four", "layer_profile"])
def test_lines_in_one_panel_differ_without_colour(name: str) -> None:
    for axes in FIGURES[name]().axes:
        named = [line for line in axes.lines if not line.get_label().startswith("_")]
        looks = {(line.get_linestyle(), line._unscaled_dash_pattern, line.get_marker()) for line in named}
        assert len(looks) == len(named) >= 2


# No chapter shows ten columns of five letters each; where one did, a page would be the place to look at them.
WIDE = {"answers"}


@pytest.mark.parametrize("name", [name for name in FIGURES if name not in WIDE])
def test_text_can_be_read_on_a_phone(name: str) -> None:
    """Its column shows a figure's width on 366 px; 11 px is the size of small print there."""
    figure = drawn(FIGURES[name]())
    sizes = [text.get_fontsize() for text in written(figure) if text.get_text().strip()]
    assert min(sizes, default=99) * 366 / (72 * figures.WIDTH) >= 11


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
