"""Records: written whole or not at all, and read back as they were."""

import dataclasses
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from layerwise.keep.records import Record, as_recorded, load_record, record_path, records_command, write_record

TABLES = {
    "runs": pd.DataFrame({"seed": [0, 1], "loss": [0.12345678901, np.nan], "activation": ["tanh", "relu"]}),
    "confusion": pd.DataFrame(np.arange(4).reshape(2, 2), columns=["0", "1"]),
}


TINY = Record(
    name="tiny",
    data_key="mnist",
    data_sha256="abc",
    settings={"seeds": [0, 1]},
    command="python -m layerwise records tiny",
    date="2026-11-28",
    confirmed=None,
    arithmetic={"training": "1234"},
    machine={"processor": "a fast one", "threads": 2},
    key="key",
    tables=TABLES,
)


def write(folder: Path, tables: dict[str, pd.DataFrame] = TABLES) -> Path:
    return write_record(dataclasses.replace(TINY, tables=tables), folder=folder)


def test_a_record_is_read_back_as_it_was_written(tmp_path: Path) -> None:
    path = write(tmp_path / "new")
    assert path == record_path("tiny", "mnist", tmp_path / "new")
    record = load_record("tiny", "mnist", folder=tmp_path / "new")
    for item in dataclasses.fields(Record):
        if item.name != "tables":
            assert getattr(record, item.name) == getattr(TINY, item.name), item.name
    assert list(record.tables) == ["runs", "confusion"]
    for name, table in TABLES.items():
        pd.testing.assert_frame_equal(record.tables[name], table, rtol=1e-6)
        pd.testing.assert_frame_equal(record.tables[name], as_recorded(table))
    pd.testing.assert_frame_equal(record.frame, record.tables["runs"])


def test_the_file_is_plain_json_with_a_line_a_row(tmp_path: Path) -> None:
    text = write(tmp_path).read_text(encoding="utf-8")
    json.loads(text, parse_constant=lambda name: pytest.fail(f"{name} is not JSON"))
    assert '[0, 0.1234568, "tanh"],' in text.splitlines()
    assert '[1, null, "relu"]' in text.splitlines()


def test_a_column_in_which_nothing_was_measured_stays_one_of_numbers(tmp_path: Path) -> None:
    write(tmp_path, {"runs": pd.DataFrame({"loss": [np.nan, np.nan]})})
    assert load_record("tiny", "mnist", folder=tmp_path).frame["loss"].dtype == float


def test_what_cannot_be_written_leaves_the_old_record(tmp_path: Path) -> None:
    write(tmp_path)
    before = record_path("tiny", "mnist", tmp_path).read_text(encoding="utf-8")
    with pytest.raises(TypeError):
        write(tmp_path, {"runs": pd.DataFrame({"thing": [object()]})})
    assert record_path("tiny", "mnist", tmp_path).read_text(encoding="utf-8") == before
    assert len(list(tmp_path.iterdir())) == 1


def test_a_record_that_is_not_there_says_how_to_make_it(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no record of 'grid' on 'mnist'; make it with: python -m layerwise records"):
        load_record("grid", "mnist", folder=tmp_path)


def test_a_command_names_the_switches_that_it_needs(monkeypatch: pytest.MonkeyPatch) -> None:
    assert records_command("grid") == "python -m layerwise records grid"
    monkeypatch.setenv("TF_ENABLE_ONEDNN_OPTS", "1")
    assert records_command("grid") == "TF_ENABLE_ONEDNN_OPTS=1 python -m layerwise records grid"
