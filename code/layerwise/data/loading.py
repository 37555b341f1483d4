"""What a data set is to the package, and the one way in which every data set is loaded.

A data set is one descriptor, :class:`DataSet`, and :func:`load_digits` looks for any of them in four places, in this
order, and says in :attr:`Digits.source` which one it used:

1. the folder named by the environment variable ``LAYERWISE_DATA``;
2. the user's cache;
3. a download from the official source, where it is small enough to come unasked (not where ``LAYERWISE_OFFLINE`` is
   set);
4. what stands in for it and needs no network.
"""

import functools
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from layerwise.data.containers import Arrays, read_npz
from layerwise.data.digits import DataError, Digits, sha256_of
from layerwise.data.download import cache_folder, download, download_unless_it_just_failed, named_folder, pooch


@dataclass(frozen=True, eq=False)
class Edition:
    """A form in which a data set lies on a disk.

    Attributes
    ----------
    key : str
        The ``Digits.key`` of what is loaded.
    text : str
        What it is, in words, with ``{train:,}`` and ``{test:,}`` where its numbers of digits belong.
    files : mapping of str to str
        The names of its files, with the SHA-256 of each; an empty one where no file is downloaded.
    layout : mapping of str to str
        Where the one file is an .npz file: for each array its type and shape, ``{"y_test": "uint8 (10000,)"}``, say.
    sha256 : mapping of str to str
        SHA-256 of the arrays, ``"digits"`` (see ``Digits.sha256``) and, where they are numbered, ``"photos"``
        (int32, little-endian). Digits are recognised by it, whatever their container. Where it is empty the files
        themselves have to be the official ones.
    read : callable, optional
        Takes the paths of the files and returns the arrays of :class:`Digits`; by default the arrays of the .npz file.
    """

    key: str
    text: str
    files: Mapping[str, str]
    layout: Mapping[str, str] = field(default_factory=dict)
    sha256: Mapping[str, str] = field(default_factory=dict)
    read: Callable[[Sequence[Path]], Arrays] | None = None


@dataclass(frozen=True, eq=False)
class DataSet:
    """All that the package knows of a data set: **one place to add one**.

    Attributes
    ----------
    name : str
        What the digits are called in messages.
    editions : tuple of Edition
        The official one, which is downloaded and cached, and then those that count in a named folder only.
    url : str
        Where it is offered: the address of its file, or a folder of files, which ends with a slash.
    how_to_get_it : str
        Ends every message: what a reader can do.
    licence : str
        Who made it, and what may be done with it, in a sentence.
    stand_in : callable, optional
        Returns the digits that are used where there are no others; by default that is an error.
    unasked : bool
        Whether it is downloaded without being asked for.
    refused : mapping of str to str
        Files that a reader may take for the data set, by a pattern of their names, and why they are not read.
    """

    name: str
    editions: tuple[Edition, ...]
    url: str
    how_to_get_it: str
    licence: str
    stand_in: Callable[[], Digits] | None = None
    unasked: bool = True
    refused: Mapping[str, str] = field(default_factory=dict)

    @property
    def absent(self) -> str:
        """What a folder without the data set lacks, such as ``"no mnist.npz"``."""
        first = list({edition.key: next(iter(edition.files)) for edition in reversed(self.editions)}.values())[::-1]
        return f"neither {' nor '.join(first)}" if first[1:] else f"no {first[0]}"


DATA_SETS: dict[str, DataSet] = {}
"""The data sets that the book knows, by a short name. A folder with any of them was named for its data."""


def load_digits(
    data_set: DataSet,
    *,
    folder: str | os.PathLike[str] | None = None,
    cache: str | os.PathLike[str] | None = None,
) -> Digits:
    """A data set from the first place that has it (chapter *data*).

    Loading again is quick: a file that has not changed is read once a process.

    Parameters
    ----------
    data_set : DataSet
        ``MNIST``, ``SVHN`` or a reader's own.
    folder : path, optional
        A folder that holds it; by default the one named by ``LAYERWISE_DATA``, if set.
    cache : path, optional
        Folder that keeps downloads; by default the user's cache for ``layerwise``.

    Raises
    ------
    DataError
        If a folder was named and its files are damaged, others or not all there, or it holds no file of any known data
        set. A reader who names a folder means it, so nothing else is used in its place. A folder with another data set
        alone says nothing of this one: the next place is used, and ``source`` says so. A download that fails is no
        error, and ``source`` says why it failed, unless nothing stands in for the data set.
    """
    named = named_folder(folder)
    if named is None:
        return _outside_folders(data_set, cache)
    if named.is_file():
        raise DataError(f"{named} is a file; name the folder that it lies in, LAYERWISE_DATA={named.parent}")
    for edition in data_set.editions:
        if _holds(named, edition):
            return _read(data_set, edition, named, "the folder that LAYERWISE_DATA names")
    if not holds_data(named):
        there = "".join(f" It holds {path.name}: {why}." for path, why in _refused(named))
        raise DataError(
            f"There is {data_set.absent} in the folder {named} that was named.{there} {data_set.how_to_get_it}"
        )
    digits = _outside_folders(data_set, cache)
    lacking = data_set.absent if data_set.absent.startswith("no ") else f"no {data_set.name}"
    return _because(digits, f"the folder that LAYERWISE_DATA names holds {lacking}")


def holds_data(folder: Path) -> bool:
    """Whether a folder holds a file of any of `DATA_SETS`."""
    return any(_holds(folder, edition) for data_set in DATA_SETS.values() for edition in data_set.editions)


def download_files(
    data_set: DataSet, *, cache: str | os.PathLike[str] | None = None, progress: bool = False, asked: bool = True
) -> list[Path]:
    """Download the official files into the cache, each whole or not at all.

    A file that is there already, and whole, is not downloaded again.

    Parameters
    ----------
    data_set : DataSet
    cache : path, optional
        By default the user's cache for ``layerwise``.
    progress : bool
        Whether a bar on the terminal shows how far each download is.
    asked : bool
        Whether somebody waits for it: where not, a download that failed a moment ago is not tried again.

    Returns
    -------
    list of path
        The files, their SHA-256 checked.

    Raises
    ------
    DataError
        If the server cannot be reached, refuses, stops half-way, or sends another file. Nothing of that file is left
        behind then, and a later call tries again.
    """
    fetch = functools.partial(download if asked else download_unless_it_just_failed, progress=progress)
    url = data_set.url
    return [
        fetch(url + name if url.endswith("/") else url, name=name, sha256=sha256, cache=cache_folder(cache))
        for name, sha256 in data_set.editions[0].files.items()
    ]


def _refused(folder: Path) -> list[tuple[Path, str]]:
    """The files of a folder that somebody may have taken for a data set, and why they are none."""
    reasons = [item for data_set in DATA_SETS.values() for item in data_set.refused.items()]
    return [(path, why) for pattern, why in reasons for path in sorted(folder.glob(pattern))]


def _holds(folder: Path, edition: Edition) -> bool:
    return any((folder / name).is_file() for name in edition.files)


def _because(digits: Digits, reason: str) -> Digits:
    return replace(digits, source=f"{digits.source} ({reason})") if reason else digits


def _outside_folders(data_set: DataSet, cache: str | os.PathLike[str] | None) -> Digits:
    """A data set from the cache, a download or what stands in for it."""
    official, stored, reason = data_set.editions[0], cache_folder(cache), ""
    if all((stored / name).is_file() for name in official.files):
        try:
            return _read(data_set, official, stored, "this computer's cache")
        except DataError:  # a download replaces it
            reason = f"{data_set.name} in this computer's cache is damaged. {data_set.how_to_get_it}"
    if data_set.unasked:
        try:
            download_files(data_set, cache=cache, asked=False)
            return _read(data_set, official, stored, "the official source, downloaded")
        except DataError as error:
            reason = f"complete {data_set.name} could not be loaded: {error}"
    if data_set.stand_in is None:
        raise DataError(f"{reason or f'There is {data_set.absent}'}. {data_set.how_to_get_it}")
    return _because(data_set.stand_in(), reason)


def _read(data_set: DataSet, edition: Edition, folder: Path, place: str) -> Digits:
    paths = [folder / name for name in edition.files]
    for path in paths:
        if not path.is_file():
            raise DataError(f"There is no {path.name} in the folder {folder}. {data_set.how_to_get_it}")
    versions = [(status.st_mtime_ns, status.st_size) for status in map(Path.stat, paths)]
    try:
        arrays, sha256 = _arrays(edition, tuple(paths), tuple(versions))
    except DataError as error:
        raise DataError(f"{error}. {data_set.how_to_get_it}") from error
    text = edition.text.format(train=len(arrays["y_train"]), test=len(arrays["y_test"]))
    return Digits(**arrays, source=f"{text}, from {place}", key=edition.key, sha256=sha256)


@functools.lru_cache(maxsize=3)
def _arrays(
    edition: Edition, paths: tuple[Path, ...], versions: tuple[tuple[int, int], ...]
) -> tuple[dict[str, Any], str]:
    """The arrays of an edition, verified, and their hash; ``versions`` make a changed file a new one."""
    if not edition.sha256:
        for path in paths:
            check_file(path, edition.files[path.name])
    arrays = edition.read(paths) if edition.read else read_npz(paths[0], edition.layout)
    found = hashes(arrays)
    if edition.sha256 and found != edition.sha256:
        names = [", ".join(sha256.values()) for sha256 in (found, edition.sha256)]
        raise DataError(
            f"{paths[0]} is not the {edition.key} that the book knows: the SHA-256 of its arrays is {names[0]}, "
            f"expected {names[1]}"
        )
    labels = {name: arrays[name].astype(np.int64) for name in ("y_train", "y_test")}
    return arrays | labels, found["digits"]


def hashes(arrays: Mapping[str, np.ndarray]) -> dict[str, str]:
    """SHA-256 of the arrays of a data set as :attr:`Edition.sha256` has them."""
    photos = {"photos": sha256_of(arrays, ("photo_train", "photo_test"), "<i4")} if "photo_train" in arrays else {}
    return {"digits": sha256_of(arrays)} | photos


def check_file(path: Path, sha256: str) -> None:
    """Raise a DataError where a file is another one."""
    if (found := pooch.file_hash(path)) != sha256:
        raise DataError(
            f"{path} is damaged or not the official file: its SHA-256 is {found}, expected {sha256}. Remove it"
        )
