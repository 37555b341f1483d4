"""The numbers that the report published, and one list of Nielsen's, as data.

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


def published_nielsen_norms() -> pd.DataFrame:
    """Norms of the weights' gradients that Nielsen lists for one network of sigmoids, sizes 784, five times 30, and 10.

    From ``fig/backprop_magnitude_nabla.py`` in the repository of M. Nielsen, *Neural Networks and Deep Learning*, 2015.

    Returns
    -------
    DataFrame, shape (4, 4)
        Rows are mini-batches of 100 digits: ``first``, which met the network as it was drawn, and ``7th`` to ``9th``,
        which his figure shows. Columns are the layers 2 to 5.
    """
    norms = _read("published_nielsen_norms.csv").set_index("batch")
    return norms.set_axis([2, 3, 4, 5], axis=1)


def published_weights() -> pd.DataFrame:
    """What the convolutional network reads whose weights the report's author published (`cnn_model.h5`).

    Measured once, in the report's architecture. The weights are not ours to ship, so no command of the package makes
    these numbers again.

    Returns
    -------
    DataFrame
        ``digits`` : ``mnist_test`` (padded to 32 x 32, three equal channels), ``svhn_test`` (the first 10,000 of the
        official test set) or ``svhn_sample_test`` (the last 2,001 of these). ``shown`` : ``raw`` or ``inverted``.
        ``count`` : how many digits. ``accuracy`` : a fraction.
    """
    return _read("published_weights.csv")


def report_numbers() -> pd.DataFrame:
    """Every number in the text of the report, in its order, and the claim that covers it.

    Returns
    -------
    DataFrame
        ``line`` : of the report's text. ``numbers`` : the words with a digit that one claim covers, ``164us`` and
        ``IntermediateLayer0`` among them, with a space between.
        ``claim`` : its identifier in ``claims.yml``, or, after a hyphen, a reason of `CLAIMS_NOTHING`.
    """
    return _read("report_numbers.csv", dtype=str).astype({"line": int})


CLAIMS_NOTHING = {
    "contents": "page numbers and headings of the table of contents",
    "heading": "the number of an exercise or a case",
    "lecture": "a page of the course's notes, which are not at hand",
    "label": "part of a layer's name",
    "cell": "the number of a notebook's cell and an address in its memory",
    "progress": "how far a progress bar is; the digits of an epoch are counted once, in the log's first line",
    "machine": "the author's computer; no statement rests on it",
    "reference": "addresses and dates of access",
}
"""Why a number of the report's text claims nothing."""


def _read(name: str, header: int | None = 0, dtype: type | None = None) -> pd.DataFrame:
    """A table that ships with the package."""
    with files("layerwise").joinpath(f"audit/published/{name}").open(encoding="utf-8") as file:
        return pd.read_csv(file, header=header, dtype=dtype)
