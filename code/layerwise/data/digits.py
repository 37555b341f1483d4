"""What a data set of digits is, whatever it shows, and how its arrays become a network's input and targets."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

ARRAYS = ("x_train", "y_train", "x_test", "y_test")
"""The arrays of a data set, in the order in which they are hashed."""


class DataError(ValueError):
    """A data file or a download is not what it should be; the message says what to do."""


@dataclass(frozen=True, eq=False)
class Digits:
    """A data set of digit images with its fixed split.

    All arrays are read-only: copy before changing one.

    Attributes
    ----------
    x_train, x_test : uint8 array, shape (P, 28, 28) or (P, 32, 32, 3)
        Images, one pattern a row: height, width and, where the digits have colour, red, green, blue. In MNIST 0 is
        background and 255 full ink; in photographs 255 is bright.
    y_train, y_test : int64 array, shape (P,)
        Labels 0 to 9.
    source : str
        In words, what was loaded and from where.
    key : str
        Short name of the data, ``"mnist"`` for complete MNIST for instance; names the section of a chapter's
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
    def which(self) -> str:
        """What was loaded, in words, and not from where; all that a sentence about the digits needs."""
        return self.source.partition(", from ")[0]

    @property
    def seven(self) -> npt.NDArray[np.uint8]:
        """The first 7 of the training set.

        In MNIST that is the handwritten 7, shape (28, 28), that the book follows. It is the same picture in complete
        MNIST and in the embedded digits (chapter *data*).
        """
        return self.x_train[np.argmax(self.y_train == 7)]


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


def sha256_of(arrays: Mapping[str, np.ndarray], names: Sequence[str] = ARRAYS, kind: str = "u1") -> str:
    """SHA-256 over the bytes of some arrays, 64 hexadecimal digits.

    Parameters
    ----------
    arrays : mapping
        The arrays by name.
    names : sequence of str
        Which, in this order.
    kind : str
        As what type of number each is hashed; by default whole numbers 0 to 255, one byte each.
    """
    digest = hashlib.sha256()
    for name in names:
        digest.update(arrays[name].astype(kind, copy=False).tobytes())
    return digest.hexdigest()
