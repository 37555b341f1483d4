"""House numbers photographed in the street (SVHN), and drawn ones that stand in for them.

The official edition is two files of 246 MB, and training on them takes hours, so nobody is given them unasked:
:func:`download_svhn` puts them into the user's cache (``python -m layerwise data --download-svhn``). A named folder may
hold ``svhn_sample.npz`` instead, 10,000 digits of the official test set with the numbers of their photographs, which
:func:`cut_svhn_sample` makes (``python -m layerwise data --svhn-sample FOLDER``). Without either, house numbers are
drawn by :mod:`layerwise.data.synthetic`.

SVHN is by Y. Netzer, T. Wang, A. Coates, A. Bissacco, B. Wu and A. Y. Ng, "Reading Digits in Natural Images with
Unsupervised Feature Learning", NIPS Workshop on Deep Learning and Unsupervised Feature Learning, 2011, and is offered
for non-commercial research.
"""

import functools
import io
import os
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from layerwise.data.digits import DataError, Digits, sha256_of
from layerwise.data.download import cache_folder, download, named_folder
from layerwise.data.loading import (
    DATA_SETS,
    Arrays,
    DataSet,
    Edition,
    check_file,
    download_files,
    hashes,
    load_digits,
)

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
"""SHA-256 of the sample's digits (see ``Digits.sha256``) and of its photograph numbers (int32, little-endian)."""


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


def _read_mat(path: Path, part: str) -> Arrays:
    """Images (P, 32, 32, 3) and labels 0 to 9 of an official file.

    There, images are (height, width, colour, pattern), and the digit 0 has label 10.
    """
    import scipy.io

    file = scipy.io.loadmat(path, variable_names=("X", "y"))
    return {f"x_{part}": np.ascontiguousarray(np.moveaxis(file["X"], 3, 0)), f"y_{part}": file["y"].ravel() % 10}


def _read_official(paths: Sequence[Path]) -> Arrays:
    return _read_mat(paths[0], "train") | _read_mat(paths[1], "test")


@functools.cache
def _synthetic() -> Digits:
    from layerwise.data.synthetic.plates import house_numbers

    arrays: dict[str, Any] = {}
    for part, settings in (("train", SYNTHETIC_TRAIN), ("test", SYNTHETIC_TEST)):
        arrays[f"x_{part}"], arrays[f"y_{part}"] = house_numbers(**settings)
    source = "synthetic house numbers drawn by the package, {:,} for training and {:,} for testing".format(
        len(arrays["y_train"]), len(arrays["y_test"])
    )
    return Digits(**arrays, source=source, key="svhn_synthetic", sha256=sha256_of(arrays))


OFFICIAL = Edition(
    "svhn",
    "SVHN in its official split, {train:,} training and {test:,} test digits",
    files=SVHN_FILES,
    read=_read_official,
)


SVHN = DATA_SETS["svhn"] = DataSet(
    "SVHN",
    (
        OFFICIAL,
        Edition(
            "svhn_sample",
            "a sample of SVHN, {train:,} training and {test:,} test digits cut from the official test set",
            files={SAMPLE: ""},
            layout=SAMPLE_LAYOUT,
            sha256=SVHN_SAMPLE_SHA256,
        ),
    ),
    url=SVHN_URL,
    how_to_get_it="SVHN is two files, which python -m layerwise data --download-svhn fetches into the cache (246 MB); "
    f"or download train_32x32.mat and test_32x32.mat from {SVHN_URL} into a folder and let LAYERWISE_DATA name it. "
    "Without either, the book uses synthetic house numbers.",
    licence="SVHN is by Y. Netzer, T. Wang, A. Coates, A. Bissacco, B. Wu and A. Y. Ng, who offer it for "
    "non-commercial research only.",
    stand_in=_synthetic,
    unasked=False,
    refused={
        "extra_32x32.mat": "the extra digits of SVHN are not used; train_32x32.mat and test_32x32.mat are",
        "*.tar.gz": "whole photographs of SVHN are not used; the cut digits, train_32x32.mat and test_32x32.mat, are",
    },
)
"""Where house numbers come from, and what stands in for them."""


def load_svhn(*, folder: str | os.PathLike[str] | None = None, cache: str | os.PathLike[str] | None = None) -> Digits:
    """House-number digits from the first place that has them (chapter *data*). Nothing is downloaded.

    Parameters
    ----------
    folder, cache
        See :func:`layerwise.data.loading.load_digits`, also for what it raises.

    Returns
    -------
    Digits
        Images of shape (P, 32, 32, 3), labels 0 to 9. The ``key`` says which: ``"svhn"`` is the official split, 73,257
        and 26,032 digits; ``"svhn_sample"`` the sample, 7,999 and 2,001 digits of the official *test* set, with
        photograph numbers; ``"svhn_synthetic"`` 8,000 and 2,000 drawn digits, drawn once a process.
    """
    return load_digits(SVHN, folder=folder, cache=cache)


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

    Returns the training file and the test file, their SHA-256 checked against ``SVHN_FILES``.

    Parameters
    ----------
    cache, progress
        See :func:`layerwise.data.loading.download_files`, also for what it raises.
    url : str
        Folder that holds the files; ends with a slash.
    """
    return download_files(replace(SVHN, url=url), cache=cache, progress=progress)


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
    from layerwise.keep.files import write_whole  # its folder loads pandas, which nobody else here needs

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
    check_file(official, SVHN_FILES[name])
    x, y = _read_mat(official, "test").values()
    photos = np.repeat(np.arange(1, len(_DIGITS_OF_PHOTO) + 1, dtype=np.int32), _DIGITS_OF_PHOTO)
    cut = int(photos.searchsorted(PHOTOS_FOR_TRAINING, side="right"))
    arrays: dict[str, Any] = {}
    for part, rows in (("train", slice(cut)), ("test", slice(cut, len(photos)))):
        arrays |= {f"x_{part}": x[rows], f"y_{part}": y[rows], f"photo_{part}": photos[rows]}
    found = hashes(arrays)
    if found != SVHN_SAMPLE_SHA256:
        raise DataError(f"what was cut from {official} has the SHA-256 {found}, expected {SVHN_SAMPLE_SHA256}")
    content = io.BytesIO()
    np.savez_compressed(content, **arrays)
    write_whole(folder / SAMPLE, content.getvalue())
    return folder / SAMPLE
