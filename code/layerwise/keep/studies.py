"""The studies: long experiments whose results ship with the package as records.

Each folder of the package says what its own are and puts them into `STUDIES`. ``layerwise records`` makes
all of them again, ``--confirm`` a stated part of each; a test fails when a record no longer belongs to its study.
"""

import os
import tempfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol

import pandas as pd

from layerwise.keep.keys import result_key, results_folder
from layerwise.keep.machine import arithmetic_of, differences, this_machine
from layerwise.keep.records import RECORDS, Record, as_recorded, load_record, records_command, today, write_record

Tables = dict[str, pd.DataFrame]


class Data(Protocol):
    """What is known here of a data set, see :class:`layerwise.data.Digits`."""

    @property
    def key(self) -> str: ...

    @property
    def source(self) -> str: ...

    @property
    def sha256(self) -> str: ...


@dataclass(frozen=True)
class Study:
    """What can be recorded.

    Attributes
    ----------
    methods : tuple of str
        Of ``layerwise.keep.keys.METHODS``: all that have a part in the result.
    settings : mapping
        What it is asked for, as JSON can write it.
    part : mapping
        What is asked for when a record is confirmed: settings of which a record's result is a part.
    sources : tuple of str
        Keys of the data sets on which it is recorded, as in :class:`layerwise.data.Digits`.
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
    run: Callable[[Mapping[str, Any], Any, Path, int | None, bool], Tables]
    own_sources: tuple[str, ...] = ()


STUDIES: dict[str, Study] = {}
"""All that can be recorded, by name. :mod:`layerwise.depth.studies` and :mod:`layerwise.see.studies` put theirs in."""


def find_study(name: str) -> Study:
    """A study by its name in `STUDIES`.

    Raises
    ------
    ValueError
        If there is no such study.
    """
    if name not in STUDIES:
        raise ValueError(f"unknown study {name!r}; expected one of {', '.join(STUDIES)}")
    return STUDIES[name]


def make_record(
    name: str,
    digits: Data,
    *,
    jobs: int | None = None,
    progress: bool = False,
    folder: str | os.PathLike[str] = RECORDS,
) -> Path:
    """Run a study and write its record. Runs that ``sweep`` has kept are not repeated.

    Returns
    -------
    Path
        The file, see :func:`layerwise.keep.records.write_record`.

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
    computed_on = arithmetic_of(*study.methods)
    record = Record(
        name=name,
        data_key=digits.key,
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
    return write_record(record, folder=folder)


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
    digits: Data,
    *,
    jobs: int | None = None,
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
    # Parts that the fingerprint did not have yet are found out by the rows, bit by bit, and stamped with them.
    here = arithmetic_of(*study.methods)
    if differ := [part for part in differences(record.arithmetic, here) if part in record.arithmetic]:
        return Confirmation(0, f"this machine computes otherwise ({', '.join(differ)}); {record.command}", ())
    with tempfile.TemporaryDirectory() as empty:  # what was kept must not confirm itself
        again = study.run(study.part, digits, Path(empty), jobs, progress)
    rows, found = compare(record.tables, again)
    if rows and not found:
        key = _key(study, digits.sha256, here)
        stamped = replace(record, settings=dict(study.settings), key=key, arithmetic=here, machine=this_machine())
        write_record(replace(stamped, confirmed=today()), folder=folder)
    if found and (unknown := sorted(here.keys() - record.arithmetic.keys())):
        reason = f"other rows were found, and the record does not say how its machine computes {', '.join(unknown)}"
        return Confirmation(rows, f"{reason}; {record.command}", ())
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


def own_record(name: str, digits: Data) -> Record | None:
    """The record of a study that this machine has made on data for which none ships, such as complete SVHN.

    ``python -m layerwise sweep``, the first step of ``make book``, makes those that the chapters show.

    Parameters
    ----------
    name : str
        One of `STUDIES`.
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
        record = load_record(name, digits.key, folder=results_folder())
    except ValueError:
        return None
    return record if is_current(record) and record.data_sha256 == digits.sha256 else None


def is_current(record: Record) -> bool:
    """Whether the methods' versions and the settings are still those that made the record."""
    return record.key == _key(find_study(record.name), record.data_sha256, record.arithmetic)


def _key(study: Study, data_sha256: str, computed_on: Mapping[str, str]) -> str:
    return result_key(study.methods, study.settings, data_sha256, computed_on)
