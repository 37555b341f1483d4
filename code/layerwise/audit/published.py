"""The numbers that the report published, as data.

The report is S. Patsou, *Machine Learning Assignment 2 – Neural Networks*, National and Kapodistrian University of
Athens, February 2020; its author also published the notebook that produced it.
How the numbers were made: pixels times 1/255, one-hot labels, the *test* set as validation data; stochastic gradient
descent with learning rate 0.01, batches of 32, categorical cross-entropy, three epochs, one run a case, seeded with the
clock (chapter *activation_and_depth*).
"""

from __future__ import annotations

from importlib.resources import files

import pandas as pd

# The report says 'LeCun' for what the package calls lecun_tanh.
_ACTIVATIONS = {"relu": "relu", "tanh": "tanh", "sigmoid": "sigmoid", "lecun": "lecun_tanh"}


def published_runs() -> pd.DataFrame:
    """Every training log of the report's multilayer perceptrons, one row per run and epoch.

    Returns
    -------
    DataFrame
        ``source`` : ``"notebook"`` (the author's own output) or ``"figure 1"`` to ``"figure 9"`` (the report's print).
        ``activation`` : a name in ``layerwise.derive.ACTIVATIONS``; ``lecun_tanh`` stands in the notebook alone.
        ``layers`` : 5, 20 or 40 dense layers, the output layer included.
        ``epoch`` : 1 to 3. ``seconds`` : duration of the epoch on the author's laptop.
        ``loss``, ``accuracy`` : mean over the epoch, on the training set, while the weights changed.
        ``test_loss``, ``test_accuracy`` : on the 10,000 test digits after the epoch; Keras, and so the report,
        calls them ``val_``. Accuracies are fractions.
    """
    runs = _read("published_runs.csv")
    return runs.assign(activation=runs["activation"].map(_ACTIVATIONS))


def published_cnn_epochs() -> pd.DataFrame:
    """The notebook's 18 epochs of the convolutional network on house numbers, one row per epoch.

    Returns
    -------
    DataFrame
        ``epoch``, ``seconds``, ``loss``, ``accuracy`` as in :func:`published_runs`, ``validation_loss``,
        ``validation_accuracy``;
        here the validation set is 7,326 of the training digits.
    """
    return _read("published_cnn_epochs.csv")


def published_confusion_matrix() -> pd.DataFrame:
    """The confusion matrix that the report prints for its convolutional network.

    Returns
    -------
    DataFrame, shape (10, 10), int64
        Counts of digits; rows are the true class 0 to 9, columns the predicted one.
    """
    classes = range(10)
    return pd.DataFrame(
        _read("published_confusion_matrix.csv", header=None).to_numpy(),
        index=pd.Index(classes, name="true class"),
        columns=pd.Index(classes, name="predicted class"),
    )


def _read(name: str, header: int | None = 0) -> pd.DataFrame:
    """A table that ships with the package."""
    with files("layerwise").joinpath(f"audit/published/{name}").open(encoding="utf-8") as file:
        return pd.read_csv(file, header=header)
