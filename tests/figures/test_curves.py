"""Curves: what is drawn are the numbers that were given."""

import numpy as np

from figure_examples import CALIBRATION, FIGURES, PUBLISHED, RUNS, labels
from layerwise import figures


def test_legend_names_every_series() -> None:
    figure = FIGURES["learning_curves, four"]()
    assert labels(figure.legends[0].get_texts()) == ["ReLU", "tanh", "sigmoid", "LeCun's tanh", "the report's run"]
    assert labels(FIGURES["learning_curves"]().legends[0].get_texts())[:3] == ["ReLU", "tanh", "sigmoid"]


def test_learning_curves_show_median_and_whole_range() -> None:
    figure = figures.learning_curves(RUNS, PUBLISHED)
    axes = np.array(figure.axes).reshape(3, 2).T
    assert [a.get_title("left") for a in axes[0]] == ["5 layers", "20 layers", "40 layers"]
    assert axes[0, 0].get_ylabel() == "accuracy"
    assert axes[1, 0].get_ylabel() == "cross-entropy"
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
    axes = np.array(figures.learning_curves(frame).axes).reshape(3, 2).T
    for panel in axes[1]:
        assert panel.get_ylim()[0] == 0
        assert panel.get_ylim()[1] >= frame["test_loss"].max()
    assert axes[0, 2].get_ylim() == (0, 1)


def test_axes_of_their_own_fit_each_panel_s_runs() -> None:
    """Runs within a hundredth of each other fill a panel of their own, however far those of another panel reach."""
    close = RUNS["layers"] == 5
    frame = RUNS.assign(test_accuracy=np.where(close, 0.93 + RUNS["test_accuracy"] / 100, RUNS["test_accuracy"]))
    panels = figures.learning_curves(frame, own_axes=True).axes[::2]
    for panel, layers in zip(panels, (5, 20, 40), strict=True):
        values = frame[frame["layers"] == layers]["test_accuracy"]
        low, high = panel.get_ylim()
        assert low <= values.min() and values.max() <= high
        assert high - low <= 1.2 * np.ptp(values)


def test_training_history_shows_both_parts_and_the_report_s_run() -> None:
    accuracy, loss = FIGURES["training_history"]().axes
    validation, hollow, training, _ = accuracy.lines
    np.testing.assert_allclose(validation.get_ydata(), [0.1] * 4 + [0.15, 0.1])  # the median of those still running
    np.testing.assert_allclose(training.get_ydata(), 1 - 1 / np.arange(2, 8))
    np.testing.assert_allclose(hollow.get_ydata(), [0.2] * 5)
    np.testing.assert_allclose(loss.lines[0].get_ydata(), 3 / np.arange(1, 7))


def test_calibration_curves_have_two_standard_errors() -> None:
    above, below = figures.calibration_curves({"ours": CALIBRATION}).axes
    (bars,) = above.collections
    np.testing.assert_allclose(bars.get_segments()[0], [[0.25, 0.0], [0.25, 1.0]])  # 0.5 -+ 2 sqrt(0.25 / 4)
    np.testing.assert_allclose(bars.get_segments()[1], [[0.95, 0.88], [0.95, 0.92]])  # 0.9 -+ 2 sqrt(0.09 / 900)
    assert list(below.lines[0].get_ydata()) == [4, 900]
