"""Records: written whole, read back as the same table, and those that are shipped belong to today's code."""

import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml

from layerwise import studies
from layerwise.datasets import SHA256, load_mnist_5000
from layerwise.provenance import versions
from layerwise.studies import RECORDS, STUDY_SEEDS, bounds, load_record, make_record, study
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
    commands = {path.name: json.loads(path.read_text(encoding="utf-8"))["command"] for path in RECORDS.glob("*.json")}
    ours = {name for name, command in commands.items() if command.startswith("python -m layerwise records")}
    assert ours == {f"{name}_{key}.json" for name in EXPERIMENTS for key in SHA256}


def test_bounds_hold_what_a_statistic_of_some_runs_can_be() -> None:
    # All runs alike: the margin of 0.005 alone, rounded outwards.
    assert bounds([0.1135] * 20, "median", 5) == (0.108, 0.119)
    # Half the runs at 0.2 and half at 0.8: five of them have either as median, minimum or maximum now and then
    # (the rarest case, five alike, once in 32 draws), so all reach from 0.2 - 0.035 to 0.8 + 0.035.
    halves = [0.2, 0.8] * 10
    assert {bounds(halves, statistic, 5) for statistic in ("median", "min", "max")} == {(0.165, 0.835)}
    # One of twenty is low: the median of five needs three draws of it, 1 in 860, but the minimum finds it often.
    one_low = [0.2] + [0.8] * 19
    assert bounds(one_low, "min", 5) == (0.165, 0.835)
    assert bounds(one_low, "max", 5) == (0.765, 0.835)
    with pytest.raises(ValueError, match="median, min, max"):
        bounds(halves, "mean", 5)


STUDY = re.compile(r"(\w+): (median|min|max) of (\d+), (\S+), (\d+) layers")
EXPECTATIONS = sorted((Path(__file__).parent.parent / "book" / "expectations").glob("*.yml"))


def accuracies(experiment: str, source: str, activation: str, layers: int) -> pd.Series:
    """Validation accuracy of every seed of a study after its last epoch."""
    frame = load_record(experiment, source).frame
    case = (frame["activation"] == activation) & (frame["layers"] == layers) & (frame["epoch"] == frame["epochs"])
    return frame[case]["val_accuracy"]


@pytest.mark.parametrize("path", EXPECTATIONS, ids=lambda path: path.stem)
def test_bounds_that_name_a_study_are_those_of_its_record(path: Path) -> None:
    for source, entries in yaml.safe_load(path.read_text(encoding="utf-8")).items():
        for name, entry in entries.items():
            if named := STUDY.fullmatch(entry.get("study", "")):
                values = accuracies(named[1], source, named[4], int(named[5]))
                assert len(values) == len(STUDY_SEEDS), name
                found = bounds(values, named[2], int(named[3]))
                assert entry["between"] == pytest.approx(found), f"{path.name}: {source}, {name}"
