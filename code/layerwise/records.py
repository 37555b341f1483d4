"""Records: results that take more than a minute, made by a command and shipped with the package as small files.

A record says what made it, from which data and when, and carries the key that finds out whether it still belongs to
the code (:mod:`layerwise.provenance`). What can be recorded is in :mod:`layerwise.studies`.
"""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from layerwise.files import write_whole
from layerwise.provenance import PACKAGE, versions

RECORDS = PACKAGE / "records"
"""The folder of the records that ship with the package."""


@dataclass(frozen=True)
class Record:
    """What a study found on one data set.

    Attributes
    ----------
    name : str
        Of the study.
    source, data_sha256 : str
        Key and hash of the data, as in :class:`layerwise.digits.Digits`.
    settings : dict
        What the study was asked for.
    command, date : str
        What made the record, and the day.
    versions : dict
        Of TensorFlow, Keras and NumPy.
    key : str
        See :func:`layerwise.provenance.result_key`.
    tables : dict of DataFrame
        The measurements, to seven significant digits, all that float32 has.
    """

    name: str
    source: str
    data_sha256: str
    settings: dict[str, Any]
    command: str
    date: str
    versions: dict[str, str]
    key: str
    tables: dict[str, pd.DataFrame] = field(repr=False)

    @property
    def frame(self) -> pd.DataFrame:
        """The first table; most studies have one."""
        return next(iter(self.tables.values()))


def read_record(name: str, source: str, *, folder: str | os.PathLike[str] = RECORDS) -> Record:
    """A record from its file.

    Raises
    ------
    ValueError
        If there is none; the message names the command that makes it.
    """
    path = record_path(name, source, folder)
    if not path.is_file():
        raise ValueError(f"there is no record of {name!r} on {source!r}; make it with: {_command(name)}")
    content = json.loads(path.read_text(encoding="utf-8"))
    return Record(**content | {"tables": {key: _frame(table) for key, table in content["tables"].items()}})


def write_record(
    name: str,
    source: str,
    data_sha256: str,
    settings: Mapping[str, Any],
    key: str,
    tables: Mapping[str, pd.DataFrame],
    *,
    folder: str | os.PathLike[str] = RECORDS,
) -> Path:
    """Write a record, whole or not at all.

    Returns
    -------
    Path
        The file: JSON, one line a row of a table.
    """
    head = {
        "name": name,
        "source": source,
        "data_sha256": data_sha256,
        "settings": dict(settings),
        "command": _command(name),
        "date": datetime.now(UTC).date().isoformat(),
        "versions": versions(),
        "key": key,
    }
    lines = [f'"{name}": {json.dumps(value)}' for name, value in head.items()]
    text = ",\n".join(_table_text(name, table) for name, table in tables.items())
    path = record_path(name, source, folder)
    write_whole(path, "{\n" + ",\n".join(lines) + ',\n"tables": {\n' + text + "\n}\n}\n")
    return path


def record_path(name: str, source: str, folder: str | os.PathLike[str] = RECORDS) -> Path:
    """Where the record of a study on a data set lies."""
    return Path(folder) / f"{name}_{source}.json"


def _command(name: str) -> str:
    return f"python -m layerwise records {name}"


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
