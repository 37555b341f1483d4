"""Records: written whole, read back as the same table, and those that are shipped belong to today's code."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from layerwise import studies
from layerwise.datasets import SHA256, load_mnist_5000
from layerwise.provenance import versions
from layerwise.studies import RECORDS, STUDY_SEEDS, load_record, make_record, study
from layerwise.sweep import EXPERIMENTS, sweep

DIGITS = load_mnist_5000()
TINY: dict[str, Any] = {"activations": ["tanh"], "layers": [3], "seeds": [0], "epochs": 2, "updates_per_epoch": 20}


@pytest.fixture
def tiny(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two experiments of a second; the folder for their records."""
    monkeypatch.setenv("LAYERWISE_RESULTS", str(tmp_path / "results"))
    monkeypatch.setitem(EXPERIMENTS, "tiny", TINY)
    monkeypatch.setitem(EXPERIMENTS, "wild", TINY | {"activations": ["relu"], "learning_rate": 1e6})
    monkeypatch.setattr(studies, "STUDY_SEEDS", (0, 1, 2))
    return tmp_path / "records"


def test_a_record_is_the_table_of_the_study(tiny: Path) -> None:
    path = make_record("tiny", DIGITS, folder=tiny)
    assert path == tiny / "tiny_mnist_5000.json"
    record = load_record("tiny", "mnist_5000", folder=tiny)
    settings = TINY | {"seeds": [0, 1, 2]}
    pd.testing.assert_frame_equal(record.frame, sweep(**settings, digits=DIGITS), rtol=0, atol=1e-7)
    assert record.settings == settings
    assert (record.experiment, record.source, record.data_sha256) == ("tiny", "mnist_5000", DIGITS.sha256)
    assert record.command == "python -m layerwise records tiny"
    assert record.versions == versions()
    assert abs(datetime.now(UTC).date() - datetime.fromisoformat(record.date).date()).days <= 1
    assert record.is_current
    assert len(path.read_text(encoding="utf-8").splitlines()) == 1 + 9 + 1 + 3 * 2 + 2  # one line a row


def test_a_run_that_diverged_is_null_in_the_file_and_nan_in_the_table(tiny: Path) -> None:
    path = make_record("wild", DIGITS, folder=tiny)
    text = path.read_text(encoding="utf-8")
    json.loads(text, parse_constant=lambda name: pytest.fail(f"{name} is not JSON"))
    frame = load_record("wild", "mnist_5000", folder=tiny).frame
    assert frame["loss"].isna().all()
    assert frame["loss"].dtype == float
    assert not frame["answers"].any()


def test_a_record_of_another_experiment_is_stale(tiny: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_record("tiny", DIGITS, folder=tiny)
    record = load_record("tiny", "mnist_5000", folder=tiny)
    for change in ({"learning_rate": 0.02}, {"layers": [4]}, {"activations": ["relu"]}):
        monkeypatch.setitem(EXPERIMENTS, "tiny", TINY | change)
        assert not record.is_current
    monkeypatch.setitem(EXPERIMENTS, "tiny", TINY | {"seeds": [7]})  # the study has its own
    assert record.is_current


def test_bad_input_is_refused_with_a_reason(tmp_path: Path) -> None:
    for call in (study, load_record, lambda name: make_record(name, DIGITS)):
        with pytest.raises(ValueError, match="unknown experiment 'nonsense'; expected one of grid"):
            call("nonsense")
    with pytest.raises(
        ValueError, match="no record of 'grid' on 'mnist'; make it with: python -m layerwise records grid"
    ):
        load_record("grid", folder=tmp_path)


@pytest.mark.parametrize("source", list(SHA256))
@pytest.mark.parametrize("experiment", list(EXPERIMENTS))
def test_the_records_of_the_package_belong_to_its_code(experiment: str, source: str) -> None:
    record = load_record(experiment, source)
    assert record.data_sha256 == SHA256[source]
    assert record.is_current, (
        f"the code, the packages or the experiment changed since {record.date}; make the records again: make records"
    )
    runs = record.frame.groupby(["activation", "layers"])["seed"]
    assert runs.nunique().eq(len(STUDY_SEEDS)).all()
    assert len(runs) == len(record.settings["activations"]) * len(record.settings["layers"])


def test_no_record_is_left_over() -> None:
    assert {path.name for path in RECORDS.iterdir()} == {f"{name}_{key}.json" for name in EXPERIMENTS for key in SHA256}
