"""House numbers photographed in the street (SVHN), from the first of four places that has them.

:func:`load_svhn` looks in this order, and says in :attr:`Digits.source` what it used:

1. the folder named by the environment variable ``LAYERWISE_DATA``: the two official files ``train_32x32.mat`` and
   ``test_32x32.mat``, or else ``svhn_sample.npz``, 10,000 digits of the official test set with the numbers of their
   photographs, which :func:`cut_svhn_sample` makes (``python -m layerwise data --svhn-sample FOLDER``);
2. the official files in the user's cache, where :func:`download_svhn` puts them (``python -m layerwise data
   --download-svhn``). They are 246 MB, and training on them takes hours, so nobody is given them unasked;
3. the embedded default: synthetic house numbers, drawn by :mod:`layerwise.data.synthetic`.

SVHN is by Y. Netzer, T. Wang, A. Coates, A. Bissacco, B. Wu and A. Y. Ng, "Reading Digits in Natural Images with
Unsupervised Feature Learning", NIPS Workshop on Deep Learning and Unsupervised Feature Learning, 2011, and is offered
for non-commercial research.
"""

from __future__ import annotations

import functools
import hashlib
import io
import os
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import scipy.io

from layerwise.data.digits import DataError, Digits, read_npz, sha256_of
from layerwise.data.download import cache_folder, download, file_sha256, holds_data, named_folder
from layerwise.keep.files import write_whole

SVHN_URL = "http://ufldl.stanford.edu/housenumbers/"
"""Where the official files are."""


SVHN_FILES = {
    "train_32x32.mat": "435e94d69a87fde4fd4d7f3dd208dfc32cb6ae8af2240d066de1df7508d083b8",
    "test_32x32.mat": "cdce80dfb2a2c4c6160906d0bd7c68ec5a99d7ca4831afa54f09182025b6a75b",
}
"""The official files and their SHA-256, as several public projects pin them."""


SVHN_SAMPLE_SHA256 = {
    "digits": "facb4a7cdea3bcfd1446bf3f45a3a11420eb1dd17d7f204bd778290c6bb2cd56",
    "photos": "8258714125ecf40bd63654b7e1bb45d3e39399c880d99d25e5eb0d155343fbe6",
}
"""SHA-256 of the sample's digits (see :attr:`Digits.sha256`) and of its photograph numbers (int32, little-endian)."""


_DIGITS_OF_PHOTO = np.array(
    [int(n) for line in (Path(__file__).parent / "svhn_sample_photos.txt").read_text("ascii").split() for n in line]
)
"""How many digits each of the sample's 5,033 photographs shows, in the order of ``test_32x32.mat``, where nothing says
so. Counted in the authors' boxes around the digits of the official test photographs, as
github.com/penny4860/svhn-voc-annotation-format holds them: read in order, they have the labels of that file.
"""


PHOTOS_FOR_TRAINING = 4031


SVHN_SAMPLE_PHOTOS = dict(sorted(Counter(_DIGITS_OF_PHOTO[:PHOTOS_FOR_TRAINING].tolist()).items()))
"""How many photographs of the sample's training part show one digit, how many two, and so on."""


DIGITS_OF_FILE = {"train_32x32.mat": 73257, "test_32x32.mat": 26032}


SAMPLE = "svhn_sample.npz"


SAMPLE_LAYOUT = {
    "x_train": "uint8 (7999, 32, 32, 3)",
    "y_train": "uint8 (7999,)",
    "x_test": "uint8 (2001, 32, 32, 3)",
    "y_test": "uint8 (2001,)",
    "photo_train": "int32 (7999,)",
    "photo_test": "int32 (2001,)",
}


SYNTHETIC_TRAIN = {"count": 8000, "seed": 10_000}


SYNTHETIC_TEST = {"count": 2000, "seed": 20_000}
"""Seeds far from 0, 1, 2, ..., from which experiments draw more digits."""


HOW_TO_GET_IT = (
    "The command python -m layerwise data --download-svhn fetches the two official files (246 MB) into the cache; or "
    f"download train_32x32.mat and test_32x32.mat from {SVHN_URL} into a folder and let LAYERWISE_DATA name it. "
    "Without either, the book uses synthetic house numbers."
)


def load_svhn(*, folder: str | os.PathLike[str] | None = None, cache: str | os.PathLike[str] | None = None) -> Digits:
    """House-number digits from the first place that has them (chapter *data*). Nothing is downloaded.

    Parameters
    ----------
    folder : path, optional
        Folder with ``train_32x32.mat`` and ``test_32x32.mat``, or with ``svhn_sample.npz``; by default the one named
        by ``LAYERWISE_DATA``, if set.
    cache : path, optional
        Folder that keeps downloads; by default the user's cache for ``layerwise``.

    Returns
    -------
    Digits
        Images of shape (P, 32, 32, 3), labels 0 to 9. The ``key`` says which: ``"svhn"`` is the official split, 73,257
        and 26,032 digits; ``"svhn_sample"`` the sample, 7,999 and 2,001 digits of the official *test* set, with
        photograph numbers; ``"svhn_synthetic"`` 8,000 and 2,000 drawn digits. Loading again is quick: a file that has
        not changed is read once a process, and digits are drawn once.

    Raises
    ------
    DataError
        If a folder was named and its files are damaged, one official file lacks the other, or it holds no file of any
        of the book's data sets. A folder with MNIST alone says nothing of SVHN: the next place is used, and ``source``
        says so.
    """
    named = named_folder(folder)
    if named is None:
        return _outside_folders(cache)
    if any((named / name).is_file() for name in SVHN_FILES):
        return _read_official(named, "the folder that LAYERWISE_DATA names")
    if (named / SAMPLE).is_file():
        return _sample(named / SAMPLE, _version(named / SAMPLE))
    if not holds_data(named):
        raise DataError(f"There is neither train_32x32.mat nor {SAMPLE} in the folder {named}. {HOW_TO_GET_IT}")
    digits = _outside_folders(cache)
    return replace(digits, source=f"{digits.source} (the folder that LAYERWISE_DATA names holds no SVHN)")


def svhn_files() -> list[Path]:
    """The files of SVHN in the folders where :func:`load_svhn` looks by default.

    For whoever needs to know what is there, and not to read it or to draw house numbers, which takes seconds.
    """
    folders = [folder for folder in (named_folder(), cache_folder()) if folder]
    paths = [folder / name for folder in folders for name in (*SVHN_FILES, SAMPLE)]
    return [path for path in paths if path.is_file()]


def download_svhn(
    *, cache: str | os.PathLike[str] | None = None, url: str = SVHN_URL, progress: bool = False
) -> list[Path]:
    """Download the official files into the cache, 182 and 64 MB, each whole or not at all.

    A file that is there already, and whole, is not downloaded again.

    Parameters
    ----------
    cache : path, optional
        By default the user's cache for ``layerwise``.
    url : str
        Folder that holds the files; ends with a slash.
    progress : bool
        Whether a bar on the terminal shows how far each download is.

    Returns
    -------
    list of path
        The training file and the test file, their SHA-256 checked against ``SVHN_FILES``.

    Raises
    ------
    DataError
        If the server cannot be reached, refuses, stops half-way, or sends another file. Nothing of that file is left
        behind then, and a later call tries again.
    """
    destination = cache_folder(cache)
    return [
        download(url + name, name=name, sha256=sha256, cache=destination, progress=progress)
        for name, sha256 in SVHN_FILES.items()
    ]


def cut_svhn_sample(
    folder: str | os.PathLike[str],
    *,
    cache: str | os.PathLike[str] | None = None,
    url: str = SVHN_URL,
    progress: bool = False,
) -> Path:
    """Cut the sample, the first 10,000 digits of the official test set, from ``test_32x32.mat`` (chapter *data*).

    That file is looked for in the folder that ``LAYERWISE_DATA`` names, then in the cache, and else downloaded into the
    cache, 64 MB. The numbers of the photographs ship with this package.

    Parameters
    ----------
    folder : path
        Where ``svhn_sample.npz`` is written, whole or not at all; made when missing. ``LAYERWISE_DATA`` may name it
        then.
    cache, url, progress
        See :func:`download_svhn`.

    Returns
    -------
    Path
        The file written; its arrays have the SHA-256 of ``SVHN_SAMPLE_SHA256``.

    Raises
    ------
    DataError
        If ``folder`` holds an official file, which :func:`load_svhn` would use before the sample; if
        ``test_32x32.mat`` is damaged or cannot be downloaded.
    """
    folder, name = Path(folder).expanduser(), "test_32x32.mat"
    if any((folder / official).is_file() for official in SVHN_FILES):
        raise DataError(
            f"The folder {folder} holds an official file of SVHN, which is used before the sample. Name another folder."
        )
    stored = cache_folder(cache)
    places = [place / name for place in (named_folder(), stored) if place]
    official = next((path for path in places if path.is_file()), None) or download(
        url + name, name=name, sha256=SVHN_FILES[name], cache=stored, progress=progress
    )
    x, y = _read_mat(official)
    photos = np.repeat(np.arange(1, len(_DIGITS_OF_PHOTO) + 1, dtype=np.int32), _DIGITS_OF_PHOTO)
    cut = int(photos.searchsorted(PHOTOS_FOR_TRAINING, side="right"))
    arrays: dict[str, Any] = {}
    for part, rows in (("train", slice(cut)), ("test", slice(cut, len(photos)))):
        arrays |= {f"x_{part}": x[rows], f"y_{part}": y[rows].astype(np.uint8), f"photo_{part}": photos[rows]}
    found = _sample_sha256(arrays)
    if found != SVHN_SAMPLE_SHA256:
        raise DataError(f"what was cut from {official} has the SHA-256 {found}, expected {SVHN_SAMPLE_SHA256}")
    content = io.BytesIO()
    np.savez_compressed(content, **arrays)
    write_whole(folder / SAMPLE, content.getvalue())
    return folder / SAMPLE


def _outside_folders(cache: str | os.PathLike[str] | None) -> Digits:
    """SVHN from the cache, or synthetic digits."""
    cached = cache_folder(cache)
    if not all((cached / name).is_file() for name in SVHN_FILES):
        return _synthetic()
    try:
        return _read_official(cached, "this computer's cache")
    except DataError:
        digits = _synthetic()
        reason = "SVHN in this computer's cache is damaged; python -m layerwise data --download-svhn replaces it"
        return replace(digits, source=f"{digits.source} ({reason})")


def _read_official(folder: Path, place: str) -> Digits:
    for name in SVHN_FILES:
        if not (folder / name).is_file():
            raise DataError(f"There is no {name} in the folder {folder}: SVHN is two files. {HOW_TO_GET_IT}")
    train, test = (folder / name for name in SVHN_FILES)
    digits = _official(train, _version(train), test, _version(test))
    return replace(digits, source=f"{digits.source}, from {place}")


def _version(path: Path) -> tuple[int, int]:
    """Changes whenever a file does, so that what is kept of it in memory is given up."""
    status = path.stat()
    return status.st_mtime_ns, status.st_size


@functools.lru_cache(maxsize=1)
def _official(train: Path, train_version: tuple[int, int], test: Path, test_version: tuple[int, int]) -> Digits:
    x_train, y_train = _read_mat(train)
    x_test, y_test = _read_mat(test)
    return Digits(
        x_train,
        y_train,
        x_test,
        y_test,
        source=f"SVHN in its official split, {len(y_train):,} training and {len(y_test):,} test digits",
        key="svhn",
        sha256=sha256_of({"x_train": x_train, "y_train": y_train, "x_test": x_test, "y_test": y_test}),
    )


def _read_mat(path: Path) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.int64]]:
    """Images (P, 32, 32, 3) and labels 0 to 9 of an official file, verified.

    There, images are (height, width, colour, pattern), and the digit 0 has label 10.
    """
    found = file_sha256(path)
    if found != SVHN_FILES[path.name]:
        raise DataError(
            f"{path} is damaged or not the official file: its SHA-256 is {found}, expected {SVHN_FILES[path.name]}. "
            f"Remove it. {HOW_TO_GET_IT}"
        )
    try:
        file = scipy.io.loadmat(path, variable_names=("X", "y"))
        x, y = file["X"], file["y"]
    except Exception as error:  # SciPy has several for a file that it cannot read
        raise DataError(f"{path} is not a .mat file with the arrays X and y ({error}). {HOW_TO_GET_IT}") from error
    count = DIGITS_OF_FILE[path.name]
    layout = f"X uint8 (32, 32, 3, {count}) and y uint8 ({count}, 1)"
    got = f"X {x.dtype} {x.shape} and y {y.dtype} {y.shape}"
    if got != layout:
        raise DataError(f"{path} holds {got}, expected {layout}. {HOW_TO_GET_IT}")
    if y.min() < 1 or y.max() > 10:
        raise DataError(f"{path} holds labels from {y.min()} to {y.max()}, expected 1 to 10. {HOW_TO_GET_IT}")
    return np.ascontiguousarray(np.moveaxis(x, 3, 0)), y.ravel().astype(np.int64) % 10


@functools.lru_cache(maxsize=1)
def _sample(path: Path, version: tuple[int, int]) -> Digits:
    arrays: dict[str, Any] = read_npz(path, SAMPLE_LAYOUT, how_to_get_it=HOW_TO_GET_IT)
    found = _sample_sha256(arrays)
    if found != SVHN_SAMPLE_SHA256:
        raise DataError(
            f"{path} is not the sample that the book knows: the SHA-256 of its arrays are {found}, expected "
            f"{SVHN_SAMPLE_SHA256}. {HOW_TO_GET_IT}"
        )
    for name in ("y_train", "y_test"):
        arrays[name] = arrays[name].astype(np.int64)
    return Digits(
        **arrays,
        source=f"a sample of SVHN, {len(arrays['y_train']):,} training and {len(arrays['y_test']):,} test digits "
        "cut from the official test set, from the folder that LAYERWISE_DATA names",
        key="svhn_sample",
        sha256=found["digits"],
    )


def _sample_sha256(arrays: dict[str, Any]) -> dict[str, str]:
    photos = b"".join(arrays[name].astype("<i4").tobytes() for name in ("photo_train", "photo_test"))
    return {"digits": sha256_of(arrays), "photos": hashlib.sha256(photos).hexdigest()}


@functools.cache
def _synthetic() -> Digits:
    from layerwise.data.synthetic.plates import house_numbers

    x_train, y_train = house_numbers(**SYNTHETIC_TRAIN)
    x_test, y_test = house_numbers(**SYNTHETIC_TEST)
    return Digits(
        x_train,
        y_train,
        x_test,
        y_test,
        source=f"synthetic house numbers drawn by the package, {len(y_train):,} for training and {len(y_test):,} for "
        "testing",
        key="svhn_synthetic",
        sha256=sha256_of({"x_train": x_train, "y_train": y_train, "x_test": x_test, "y_test": y_test}),
    )
