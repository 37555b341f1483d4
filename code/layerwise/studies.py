"""The studies: long experiments whose results ship with the package as records.

A study of a sweep runs an experiment of the book from twenty seeds: it says how widely a result scatters from seed to
seed, and so where a chapter's number may lie. The others are measured once. ``python -m layerwise records`` makes all
of them again; a test fails when a record no longer belongs to the code.
"""

import hashlib
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from layerwise import cnn, depth, transfer
from layerwise.datasets import load_svhn
from layerwise.digits import Digits
from layerwise.provenance import result_key
from layerwise.records import RECORDS, Record, read_record, write_record
from layerwise.sweep import EXPERIMENTS, results_folder, sweep
from layerwise.training import cores

STUDY_SEEDS = tuple(range(20))
"""The seeds of every study of a sweep."""
TRANSFER = {"transfer": ("cnn_report", "cnn_report_more", "cnn_report_synthetic", "cnn_improved", "cnn_handwriting")}
"""The study of :mod:`layerwise.transfer`: handwriting shown to the networks of these studies and to those that ship."""


@dataclass(frozen=True)
class Study:
    """What can be recorded.

    Attributes
    ----------
    module : str
        The module that computes the result; its source is in the record's key.
    settings : mapping
        What it is asked for, as JSON can write it.
    sources : tuple of str
        Keys of the data sets on which it is recorded, as in :class:`layerwise.digits.Digits`.
    run : callable
        ``run(digits, jobs, progress)`` returns the tables of the record.
    own_sources : tuple of str
        Further data sets on which a reader can make it; no record of these ships.
    """

    module: str
    settings: Mapping[str, Any]
    sources: tuple[str, ...]
    run: Callable[[Digits, int, bool], dict[str, pd.DataFrame]]
    own_sources: tuple[str, ...] = ()


def study_names() -> list[str]:
    """The names of all studies."""
    return [*EXPERIMENTS, *depth.SETTINGS, *cnn.STUDIES, *TRANSFER]


def find_study(name: str) -> Study:
    """A study by its name: an experiment of ``layerwise.sweep.EXPERIMENTS``, one of ``layerwise.depth.SETTINGS`` or
    ``layerwise.cnn.STUDIES``, or that of `TRANSFER`.

    Raises
    ------
    ValueError
        If there is no such study.
    """
    if name in EXPERIMENTS:
        settings = EXPERIMENTS[name] | {"seeds": list(STUDY_SEEDS)}
        return Study(
            "layerwise.sweep",
            settings,
            ("mnist", "mnist_5000"),
            lambda digits, jobs, progress: {"runs": sweep(**settings, digits=digits, jobs=jobs, progress=progress)},
        )
    if name in depth.SETTINGS:
        return Study(
            "layerwise.depth",
            depth.SETTINGS[name],
            ("mnist",),
            lambda digits, jobs, progress: {"measurements": depth.measure(name, digits)},
        )
    if name in cnn.STUDIES:
        return Study(
            "layerwise.cnn_training",
            cnn.STUDIES[name],
            ("svhn_sample",),
            lambda digits, jobs, progress: cnn.measure(
                name, digits, folder=results_folder(), jobs=jobs, progress=progress
            ),
            own_sources=("svhn",),
        )
    if name in TRANSFER:
        studies = {study: cnn.STUDIES[study] for study in TRANSFER[name]}
        weights = {network: _weights_sha256(network) for network in cnn.SHIPPED}
        return Study(
            "layerwise.transfer",
            {"studies": studies, "house_numbers": "svhn_sample", "weights": weights},
            ("mnist",),
            lambda digits, jobs, progress: {
                "readings": transfer.measure(
                    studies,
                    {network: cnn.pretrained(network) for network in cnn.SHIPPED},
                    digits,
                    _house_numbers("svhn_sample"),
                    folder=results_folder(),
                    jobs=max(jobs, cores()),
                    progress=progress,
                )
            },
        )
    raise ValueError(f"unknown study {name!r}; expected one of {', '.join(study_names())}")


def _weights_sha256(network: str) -> str:
    return hashlib.sha256((cnn.WEIGHTS / f"{network}.npz").read_bytes()).hexdigest()


def _house_numbers(key: str) -> Digits:
    digits = load_svhn()
    if digits.key != key:
        raise ValueError(f"this study needs the house numbers {key}, but found {digits.source}")
    return digits


def load_record(name: str, source: str = "mnist", *, folder: str | os.PathLike[str] = RECORDS) -> Record:
    """The record of a study that ships with the package.

    Parameters
    ----------
    name : str
        One of :func:`study_names`.
    source : str
        Key of the data, ``digits.key``.
    folder : path, optional

    Raises
    ------
    ValueError
        If there is no such study, or no record of it on these data.
    """
    find_study(name)
    return read_record(name, source, folder=folder)


def make_record(
    name: str,
    digits: Digits,
    *,
    jobs: int = 1,
    progress: bool = False,
    folder: str | os.PathLike[str] = RECORDS,
) -> Path:
    """Run a study and write its record. Runs that ``sweep`` has kept are not repeated.

    Returns
    -------
    Path
        The file, see :func:`layerwise.records.write_record`.

    Raises
    ------
    ValueError
        If there is no such study, or it is not recorded on these data.
    """
    study = find_study(name)
    sources = study.sources + study.own_sources
    if digits.key not in sources:
        raise ValueError(f"the record of {name!r} needs the data {' or '.join(sources)}, but found {digits.source}")
    key = _key(study, digits.sha256)  # of the code that runs, whatever is edited meanwhile
    tables = study.run(digits, jobs, progress)
    return write_record(name, digits.key, digits.sha256, study.settings, key, tables, folder=folder)


def own_record(name: str, digits: Digits) -> Record | None:
    """The record of a study that this machine has made on data for which none ships, such as complete SVHN.

    ``python -m layerwise sweep``, the first step of ``make book``, makes those that the chapters show.

    Parameters
    ----------
    name : str
        One of :func:`study_names`.
    digits : Digits

    Returns
    -------
    Record or None
        None where there is none, or it no longer belongs to the code.

    Raises
    ------
    ValueError
        If there is no such study.
    """
    if digits.key not in find_study(name).own_sources:
        return None
    try:
        record = read_record(name, digits.key, folder=results_folder())
    except ValueError:
        return None
    return record if is_current(record) and record.data_sha256 == digits.sha256 else None


def is_current(record: Record) -> bool:
    """Whether the code, the packages and the settings are still those that made the record."""
    return record.key == _key(find_study(record.name), record.data_sha256)


def _key(study: Study, data_sha256: str) -> str:
    return result_key(study.module, study.settings, data_sha256)
