"""Records: results that take more than a minute, made by a command and shipped with the package as small files.

A record says what made it, from which data, on which machine and when, and carries the key that finds out whether it
still belongs to its study (:mod:`layerwise.keep.keys`). What can be recorded is in :mod:`layerwise.keep.studies`.
"""

import json
import os
import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from layerwise import arithmetic
from layerwise.keep.files import write_whole
from layerwise.keep.keys import PACKAGE

RECORDS = PACKAGE / "keep" / "record_files"
"""The folder of the records that ship with the package."""


@dataclass(frozen=True)
class Record:
    """What a study found on one data set.

    Attributes
    ----------
    name : str
        Of the study.
    data_key, data_sha256 : str
        Key and hash of the data, as in :class:`layerwise.data.digits.Digits`.
    settings : dict
        What the study was asked for.
    command, date : str
        What made the record, and the day.
    confirmed : str or None
        The day on which a part was last made again, and agreed.
    arithmetic : dict
        How the machine rounds, see :func:`layerwise.keep.machine.this_arithmetic`; empty where that was not yet written
        down.
    machine : dict
        See :func:`layerwise.keep.machine.this_machine`.
    key : str
        See :func:`layerwise.keep.keys.result_key`.
    tables : dict of DataFrame
        The measurements, to seven significant digits, all that float32 has.
    """

    name: str
    data_key: str
    data_sha256: str
    settings: dict[str, Any]
    command: str
    date: str
    confirmed: str | None
    arithmetic: dict[str, str]
    machine: dict[str, Any]
    key: str
    tables: dict[str, pd.DataFrame] = field(repr=False)

    @property
    def frame(self) -> pd.DataFrame:
        """The first table; most studies have one."""
        return next(iter(self.tables.values()))


def load_record(name: str, data_key: str = "mnist", *, folder: str | os.PathLike[str] = RECORDS) -> Record:
    """The record of a study that ships with the package.

    Parameters
    ----------
    name : str
        Of the study.
    data_key : str
        Of the data, ``digits.key``.
    folder : path, optional

    Raises
    ------
    ValueError
        If there is none; the message names the command that makes it.
    """
    path = record_path(name, data_key, folder)
    if not path.is_file():
        raise ValueError(f"there is no record of {name!r} on {data_key!r}; make it with: {records_command(name)}")
    content = json.loads(path.read_text(encoding="utf-8"))
    return Record(**content | {"tables": {key: _frame(table) for key, table in content["tables"].items()}})


def write_record(record: Record, *, folder: str | os.PathLike[str] = RECORDS) -> Path:
    """Write a record, whole or not at all.

    Returns
    -------
    Path
        The file: JSON, one line a row of a table.
    """
    head = {item.name: getattr(record, item.name) for item in fields(record) if item.name != "tables"}
    lines = [f'"{name}": {json.dumps(value)}' for name, value in head.items()]
    text = ",\n".join(_table_text(name, table) for name, table in record.tables.items())
    path = record_path(record.name, record.data_key, folder)
    write_whole(path, "{\n" + ",\n".join(lines) + ',\n"tables": {\n' + text + "\n}\n}\n")
    return path


def today() -> str:
    """The date as records write it, in UTC."""
    return datetime.now(UTC).date().isoformat()


def records_command(name: str) -> str:
    """The command that makes a record here: oneDNN on, say, computes other last digits, and so is part of it."""
    switches = [f"{name}={shlex.quote(value)}" for name, value in arithmetic.switched().items()]
    return " ".join([*switches, f"python -m layerwise records {name}"])


def as_recorded(table: pd.DataFrame) -> pd.DataFrame:
    """A table as a record gives it back: numbers to seven significant digits."""
    return _frame(json.loads(f"{{{_table_text('table', table)}}}")["table"])


def record_path(name: str, data_key: str, folder: str | os.PathLike[str] = RECORDS) -> Path:
    """Where the record of a study on a data set lies."""
    return Path(folder) / f"{name}_{data_key}.json"


def _table_text(name: str, table: pd.DataFrame) -> str:
    rows = ",\n".join(json.dumps([_short(value) for value in row]) for row in table.astype(object).to_numpy().tolist())
    # Which columns are numbers is said: a column in which every run diverged would come back as one of objects.
    types = {column: "float" for column in table if table[column].dtype.kind == "f"}
    head = f'"columns": {json.dumps(list(table))},\n"types": {json.dumps(types)}'
    return f'"{name}": {{\n{head},\n"rows": [\n{rows}\n]\n}}'


def _frame(table: Mapping[str, Any]) -> pd.DataFrame:
    return pd.DataFrame(table["rows"], columns=table["columns"]).astype(table["types"])


def _short(value: Any) -> Any:
    """Seven significant digits, and null for what is not a number: JSON knows no NaN."""
    if not isinstance(value, float):
        return value
    return float(f"{value:.7g}") if np.isfinite(value) else None
