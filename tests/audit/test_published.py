"""The published tables: complete, typed, and consistent with what is known of how they came about."""

from __future__ import annotations

import numpy as np
import pytest

from layerwise.audit.published import (
    published_cnn_epochs,
    published_confusion_matrix,
    published_runs,
    published_weights,
)

RUN_COLUMNS = ["source", "activation", "layers", "epoch", "seconds", "loss", "accuracy", "test_loss", "test_accuracy"]


def test_every_case_has_three_epochs() -> None:
    runs = published_runs()
    assert list(runs.columns) == RUN_COLUMNS
    epochs = runs.groupby(["source", "activation", "layers"])["epoch"].apply(list)
    assert all(values == [1, 2, 3] for values in epochs)
    # The notebook has four activations at three depths; the report prints nine of these twelve.
    assert len(epochs["notebook"]) == 12
    assert sorted(set(runs["source"])) == [*(f"figure {number}" for number in range(1, 10)), "notebook"]
    assert set(runs["activation"]) == {"relu", "tanh", "sigmoid", "lecun_tanh"}
    assert set(runs["layers"]) == {5, 20, 40}


def test_numbers_are_numbers_in_their_range() -> None:
    runs = published_runs()
    assert (runs[["layers", "epoch", "seconds"]].dtypes == "int64").all()
    assert not runs.isna().any(axis=None) and not published_cnn_epochs().isna().any(axis=None)
    for table in (runs, published_cnn_epochs()):
        numbers = table.filter(regex="loss|accuracy")
        assert (numbers.dtypes == "float64").all() and np.isfinite(numbers.to_numpy()).all()
        assert table.filter(like="accuracy").to_numpy().max() < 1


@pytest.mark.parametrize(
    ("figure", "activation", "layers", "test_accuracy"),
    # Read off the report's page: the last line of each figure.
    [
        (1, "relu", 5, 0.9302),
        (2, "tanh", 5, 0.9323),
        (3, "sigmoid", 5, 0.1135),
        (4, "relu", 20, 0.6609),
        (5, "tanh", 20, 0.9348),
        (6, "sigmoid", 20, 0.1135),
        (7, "relu", 40, 0.1135),
        (8, "tanh", 40, 0.9221),
        (9, "sigmoid", 40, 0.1135),
    ],
)
def test_figures_stand_as_printed(figure: int, activation: str, layers: int, test_accuracy: float) -> None:
    runs = published_runs().set_index(["source", "epoch"])
    last = runs.loc[(f"figure {figure}", 3)]
    assert (last["activation"], last["layers"], last["test_accuracy"]) == (activation, layers, test_accuracy)


def test_figures_agree_with_the_notebook_but_for_figure_6() -> None:
    """Figure 6 repeats figure 9 where the notebook's own run at 20 layers differs."""
    runs = published_runs()
    numbers = ["seconds", "loss", "accuracy", "test_loss", "test_accuracy"]
    case = ["activation", "layers", "epoch"]
    notebook = runs[runs["source"] == "notebook"].set_index(case)[numbers]
    for name, figure in runs[runs["source"] != "notebook"].groupby("source"):
        same = figure.set_index(case)[numbers].eq(notebook.loc[[tuple(row) for row in figure[case].to_numpy()]])
        assert same.all(axis=None) == (name != "figure 6"), name
    six, nine = (runs[runs["source"] == name][numbers].to_numpy() for name in ("figure 6", "figure 9"))
    assert (six == nine).all()


def test_cnn_epochs_are_eighteen_in_order() -> None:
    assert published_cnn_epochs()["epoch"].tolist() == list(range(1, 19))


def test_confusion_matrix_is_of_the_training_part() -> None:
    """73,257 training digits less the 7,326 kept for validation; the SVHN test set would have 26,032."""
    matrix = published_confusion_matrix()
    assert matrix.shape == (10, 10) and (matrix.dtypes == "int64").all()
    assert matrix.to_numpy().sum() == 73_257 - 7_326
    assert (matrix.index.name, matrix.columns.name) == ("true class", "predicted class")
    # Rows are the true class: the report's text says that the 1s of the training set are more.
    assert matrix.sum(axis=1).idxmax() == 1
    assert matrix.loc[3, 5] == 693


def test_the_published_weights_are_those_of_the_notebook() -> None:
    """On house numbers they read what the notebook's evaluation says, within the error of a share of so many digits."""
    weights = published_weights().set_index(["digits", "shown"])
    house = weights.loc[["svhn_test", "svhn_sample_test"]]
    error = np.sqrt(0.8833 * (1 - 0.8833) / house["count"])
    assert ((house["accuracy"] - 0.8833).abs() < 2 * error).all()
    # Handwriting is a toss of a coin to them, far from chance and far from reading.
    assert weights.loc["mnist_test", "accuracy"].between(0.45, 0.55).all()
