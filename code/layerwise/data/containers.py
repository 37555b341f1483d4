"""The files in which digits come: read without running anything, and named for what they are where they are refused."""

import ast
import gzip
import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from layerwise.data.digits import ARRAYS, DataError

Arrays = dict[str, np.ndarray]

_BEGINNINGS = {
    b"version https://git-lfs": "is a pointer of Git LFS and not the file itself, which git lfs pull fetches",
    b"<": "is a web page that was saved under this name; the download was refused or led elsewhere",
    b"\x80": "is a pickle, which could run a stranger's code and is not opened",
    b"\x1f\x8b": "is compressed by gzip; unpack it first",
}


def read_npz(path: Path, layout: Mapping[str, str]) -> Arrays:
    """Read the arrays of an .npz file.

    The same digits in another type or shape, labels as int64 say, or pixels (P, 784), are brought into the layout.

    Parameters
    ----------
    path : path
    layout : mapping of str to str
        For each array its type and shape, ``{"y_test": "uint8 (10000,)"}``, say.

    Raises
    ------
    DataError
        If the file is damaged, something else, or its arrays are others.
    """
    try:
        with np.load(path, allow_pickle=False) as file:
            arrays = {name: _laid_out(file[name], layout[name]) for name in layout}
    except Exception as error:  # NumPy, zipfile and zlib each have their own for a damaged file
        raise DataError(f"{path} {_what_it_is(path, layout)}") from error
    found = ", ".join(f"{name} {array.dtype} {array.shape}" for name, array in arrays.items())
    expected = ", ".join(f"{name} {kind}" for name, kind in layout.items())
    if found != expected:
        raise DataError(f"{path} holds {found}, expected {expected}")
    return arrays


def _laid_out(array: np.ndarray, kind: str) -> np.ndarray:
    """The array in this type and shape, where that changes no value; else the array as it is."""
    name, shape = kind.split(" ", 1)
    wanted = ast.literal_eval(shape)
    if array.size != np.prod(wanted) or len(array) != wanted[0]:
        return array
    with np.errstate(invalid="ignore"):  # a float that is no whole number, or not finite
        cast = array.astype(name)
    return cast.reshape(wanted) if np.array_equal(cast, array) else array


def _what_it_is(path: Path, layout: Mapping[str, str]) -> str:
    with path.open("rb") as file:
        beginning = file.read(64)
    for start, words in _BEGINNINGS.items():
        if beginning.lstrip().startswith(start):
            return words
    return f"is not an .npz file with the arrays {', '.join(layout)}, all of plain numbers, or is damaged"


def read_idx(paths: Sequence[Path]) -> Arrays:
    """Read four files in the format of 1998, training images and labels, test images and labels; ``.gz`` as it is.

    A file begins with two zeros, the type (8: one byte a number), the number of axes, and the length of each axis,
    four bytes, largest first. What follows are the numbers.

    Raises
    ------
    DataError
        If a file is damaged or something else.
    """
    return {name: _read_idx(path) for name, path in zip(ARRAYS, paths, strict=True)}


def _read_idx(path: Path) -> np.ndarray:
    try:
        with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as file:
            content = file.read()
        if content[:3] != b"\0\0\x08":
            raise ValueError("another type of numbers, or another format")
        axes = content[3]
        shape = np.frombuffer(content, ">u4", axes, offset=4)
        return np.frombuffer(content, np.uint8, offset=4 + 4 * axes).reshape(tuple(shape))
    except (OSError, EOFError, ValueError, IndexError, zlib.error) as error:
        raise DataError(f"{path} is damaged, or no idx file of bytes") from error
