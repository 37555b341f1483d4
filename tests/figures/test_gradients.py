"""Gradients, layer by layer: medians, bands, predictions, and what is exactly 0."""

import numpy as np

from figure_examples import FIGURES, GRADIENTS, drawn, labels
from layerwise import figures

FROM_SUPERSCRIPTS = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")


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


def test_layer_profile_draws_what_is_predicted_without_markers_and_names_it_once() -> None:
    figure = figures.layer_profile(
        {"tanh": [1.0, 0.5], "relu": [1.0, 0.1]}, y_label="y", predicted={"tanh": [1.0, 0.4], "relu": [1.0, 0.001]}
    )
    axes = figure.axes[0]
    theory = [line for line in axes.lines if line.get_marker() in ("", "None")]
    assert [list(line.get_ydata()) for line in theory] == [[1.0, 0.4], [1.0, 0.001]]
    assert labels(figure.legends[0].get_texts()) == ["tanh", "ReLU", "predicted"]
    assert axes.get_ylim()[0] <= 0.001


def test_layer_profile_without_zeros_has_no_foot_and_all_zeros_is_drawn() -> None:
    axes = figures.layer_profile({"tanh": [0.1, 0.2]}, y_label="y").axes[0]
    assert "exactly 0" not in labels(axes.get_yticklabels())
    axes = figures.layer_profile({"relu": np.zeros((2, 5))}, y_label="y").axes[0]
    assert "exactly 0" in labels(axes.get_yticklabels())


def test_gradient_panels_show_median_band_and_prediction() -> None:
    figure = FIGURES["gradient_panels, predicted"]()
    assert [axis.get_title(loc="left") for axis in figure.axes[:2]] == ["weights", "biases"]
    axis = figure.axes[5]
    median, predicted = axis.lines
    expected = 0.9 ** np.arange(39, -1, -1)
    np.testing.assert_allclose(median.get_ydata(), expected)
    np.testing.assert_allclose(predicted.get_ydata(), expected)
    assert predicted.get_zorder() > median.get_zorder()
    assert axis.get_ylabel() == ""
    assert figure.axes[4].get_ylabel().startswith("40 layers")


def test_gradient_panels_draw_each_seed_and_any_column_as_rows() -> None:
    frame = GRADIENTS.query("layers == 20").assign(initializer="he_uniform")
    figure = figures.gradient_panels(frame, value="size", y_label="size", rows="initializer", band=None)
    assert figure.axes[0].get_ylabel() == "He's weights:\nsize"
    sigmoid = [line.get_ydata() for line in figure.axes[0].lines[10:]]
    for seed, line in enumerate(sigmoid):
        np.testing.assert_allclose(line, (0.2 + 0.05 * seed) ** np.arange(19, -1, -1))
    assert labels(figure.legends[0].get_texts()) == ["ReLU", "tanh", "sigmoid"]


def test_gradient_panels_draw_zeros_at_the_foot() -> None:
    figure = FIGURES["gradient_panels"]()
    dead = next(line for line in figure.axes[4].lines if line.get_label() == "ReLU")
    (foot,) = set(dead.get_ydata())
    ticks = {tick.get_position()[1]: tick.get_text() for tick in drawn(figure).axes[4].get_yticklabels()}
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
