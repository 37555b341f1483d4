"""The studies: long experiments whose results ship with the package as records.

A study of a sweep runs an experiment of the book from twenty seeds: it says how widely a result scatters from seed to
seed, and so where a chapter's number may lie. The others are measured once. ``python -m layerwise records`` makes all
of them again, ``--confirm`` a stated part of each; a test fails when a record no longer belongs to its study.
"""

import hashlib
import os
import tempfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd

from layerwise import cnn, depth, transfer
from layerwise.datasets import load_svhn
from layerwise.digits import Digits
from layerwise.provenance import differences, result_key, results_folder, this_arithmetic, this_machine
from layerwise.records import RECORDS, Record, as_recorded, read_record, records_command, today, write_record
from layerwise.sweep import EXPERIMENTS, sweep
from layerwise.training import cores

STUDY_SEEDS = tuple(range(20))
"""The seeds of every study of a sweep."""
TRANSFER = {"transfer": ("cnn_report", "cnn_report_more", "cnn_report_synthetic", "cnn_improved", "cnn_handwriting")}
"""The study of :mod:`layerwise.transfer`: handwriting shown to the networks of these studies and to those that ship."""


Tables = dict[str, pd.DataFrame]


@dataclass(frozen=True)
class Study:
    """What can be recorded.

    Attributes
    ----------
    methods : tuple of str
        Of ``layerwise.provenance.METHODS``: all that have a part in the result.
    settings : mapping
        What it is asked for, as JSON can write it.
    part : mapping
        What is asked for when a record is confirmed: settings of which a record's result is a part.
    sources : tuple of str
        Keys of the data sets on which it is recorded, as in :class:`layerwise.digits.Digits`.
    run : callable
        ``run(settings, digits, folder, jobs, progress)`` returns the tables of the record; finished runs are kept in
        the folder.
    own_sources : tuple of str
        Further data sets on which a reader can make it; no record of these ships.
    """

    methods: tuple[str, ...]
    settings: Mapping[str, Any]
    part: Mapping[str, Any]
    sources: tuple[str, ...]
    run: Callable[[Mapping[str, Any], Digits, Path, int, bool], Tables]
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
            ("sweep",),
            settings,
            _one_seed(settings),
            ("mnist", "mnist_5000"),
            lambda settings, digits, folder, jobs, progress: {
                "runs": sweep(**settings, digits=digits, folder=folder, jobs=jobs, progress=progress)
            },
        )
    if name in depth.SETTINGS:
        settings = depth.SETTINGS[name]
        return Study(
            ("depth", "sweep"),
            settings,
            _one_seed(settings),
            ("mnist",),
            lambda settings, digits, folder, jobs, progress: {"measurements": depth.measure(name, settings, digits)},
        )
    if name in cnn.STUDIES:
        settings = cnn.STUDIES[name]
        return Study(
            ("cnn", "cnn_training"),
            settings,
            settings | {"stop_after": 1},
            ("svhn_sample",),
            lambda settings, digits, folder, jobs, progress: cnn.measure(
                settings, digits, folder=folder, jobs=jobs, progress=progress
            ),
            own_sources=("svhn",),
        )
    if name in TRANSFER:
        settings = {
            "studies": {study: cnn.STUDIES[study] for study in TRANSFER[name]},
            "house_numbers": "svhn_sample",
            "collections": list(transfer.COLLECTIONS),
            "weights": {network: _weights_sha256(network) for network in cnn.SHIPPED},
        }
        return Study(
            ("transfer", "cnn", "cnn_training"),
            settings,
            settings | {"studies": {}, "collections": ["scikit-learn"]},  # the networks that ship, the smallest
            ("mnist",),
            lambda settings, digits, folder, jobs, progress: {
                "readings": transfer.measure(
                    settings["studies"],
                    {network: cnn.pretrained(network) for network in settings["weights"]},
                    digits,
                    _house_numbers(settings["house_numbers"]),
                    collections=settings["collections"],
                    folder=folder,
                    jobs=max(jobs, cores()),
                    progress=progress,
                )
            },
        )
    raise ValueError(f"unknown study {name!r}; expected one of {', '.join(study_names())}")


def _one_seed(settings: Mapping[str, Any]) -> dict[str, Any]:
    """The same settings with the first of their seeds alone."""
    return {**settings, "seeds": settings["seeds"][:1]}


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
    tables = study.run(study.settings, digits, results_folder(), jobs, progress)
    return write_record(_made(name, study, digits, tables), folder=folder)


def _made(name: str, study: Study, digits: Digits, tables: Tables) -> Record:
    """The record of what this machine has found."""
    computed_on = this_arithmetic()
    return Record(
        name=name,
        source=digits.key,
        data_sha256=digits.sha256,
        settings=dict(study.settings),
        command=records_command(name),
        date=today(),
        confirmed=None,
        arithmetic=computed_on,
        machine=this_machine(),
        key=_key(study, digits.sha256, computed_on),
        tables=tables,
    )


@dataclass(frozen=True)
class Confirmation:
    """What became of making a part of a record again.

    Attributes
    ----------
    rows : int
        How many rows of the record were made again; 0 where they could not be compared.
    reason : str
        Why they could not be compared; empty where they were.
    differences : tuple of str
        The rows that are not what the record says, as sentences.
    """

    rows: int
    reason: str
    differences: tuple[str, ...]


def confirm_record(
    name: str,
    digits: Digits,
    *,
    jobs: int = 1,
    progress: bool = False,
    folder: str | os.PathLike[str] = RECORDS,
) -> Confirmation:
    """Make a stated part of a record again, and stamp the record anew where every row of it agrees.

    The part is one seed of each case of a sweep and of a study of deep networks, the first epoch of each run of a
    convolutional network, and of the handwriting what the networks that ship read. Numbers have to agree in all
    digits that a record has. On a machine that rounds otherwise than the record's nothing is run: another draw neither
    confirms nor refutes a trained number.

    Returns
    -------
    Confirmation

    Raises
    ------
    ValueError
        If there is no such study or record, or the digits are not those of the record.
    """
    study, record = find_study(name), load_record(name, digits.key, folder=folder)
    if record.data_sha256 != digits.sha256:
        raise ValueError(f"the record of {name!r} was made from other digits than {digits.source}")
    if not record.arithmetic:
        return Confirmation(0, "the record does not say how its machine rounds; make it again", ())
    if differ := differences(record.arithmetic, this_arithmetic()):
        return Confirmation(0, f"this machine computes otherwise ({', '.join(differ)}); {record.command}", ())
    with tempfile.TemporaryDirectory() as empty:  # what was kept must not confirm itself
        again = study.run(study.part, digits, Path(empty), jobs, progress)
    rows, found = compare(record.tables, again)
    if rows and not found:
        key = _key(study, digits.sha256, record.arithmetic)
        stamped = replace(record, settings=dict(study.settings), key=key, confirmed=today(), machine=this_machine())
        write_record(stamped, folder=folder)
    return Confirmation(rows, "" if rows else "no row of the part stands in the record", tuple(found))


MEASURED_IN_SECONDS = "seconds"
"""The column that no second run repeats."""


def compare(recorded: Tables, again: Tables) -> tuple[int, list[str]]:
    """Find each row of some tables in a record.

    A row is found by all columns that hold no fractional numbers: what was run, and what was counted there.

    Returns
    -------
    rows, differences
        How many rows were compared, and which of them the record does not have like that.
    """
    compared, found = 0, []
    for name, table in again.items():
        table, old = as_recorded(table), recorded[name]
        compared += len(table)
        columns = [column for column in table if column != MEASURED_IN_SECONDS]
        known = {_row(values) for values in old[columns].itertuples(index=False)}
        for values in table[columns].itertuples(index=False):
            if _row(values) not in known:
                found.append(f"{name}: now {', '.join(f'{c} {v}' for c, v in zip(columns, values, strict=True))}")
    return compared, found


def _row(values: Iterable[Any]) -> tuple[Any, ...]:
    """To be compared: NaN equals NaN, as text."""
    return tuple("NaN" if value != value else value for value in values)


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
    """Whether the methods' versions and the settings are still those that made the record."""
    return record.key == _key(find_study(record.name), record.data_sha256, record.arithmetic)


def _key(study: Study, data_sha256: str, computed_on: Mapping[str, str]) -> str:
    return result_key(study.methods, study.settings, data_sha256, computed_on)
