"""Studies: recorded as they were run; the records that ship belong to today's code."""

import dataclasses
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from layerwise import depth
from layerwise.data.mnist import SHA256, load_mnist_5000
from layerwise.data.svhn import SVHN_SAMPLE_SHA256
from layerwise.depth import measurements
from layerwise.depth.studies import STUDY_SEEDS, of_measurement, of_sweep
from layerwise.depth.sweeps import EXPERIMENTS, sweep
from layerwise.keep import keys, studies
from layerwise.keep.keys import results_folder
from layerwise.keep.machine import arithmetic_of, this_machine
from layerwise.keep.records import RECORDS, load_record, record_path, write_record
from layerwise.keep.studies import (
    STUDIES,
    Confirmation,
    compare,
    confirm_record,
    find_study,
    is_current,
    make_record,
    own_record,
)
from layerwise.see import recipes
from layerwise.see.studies import of_trainings

DIGITS = load_mnist_5000()
TINY: dict[str, Any] = {"activations": ["tanh"], "layers": [3], "seeds": [0], "epochs": 2, "updates_per_epoch": 20}


@pytest.fixture
def tiny(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two experiments of a second; the folder for their records."""
    monkeypatch.setenv("LAYERWISE_RESULTS", str(tmp_path / "results"))
    seeded = TINY | {"seeds": [0, 1, 2]}
    monkeypatch.setitem(STUDIES, "tiny", of_sweep(seeded))
    monkeypatch.setitem(STUDIES, "wild", of_sweep(seeded | {"activations": ["relu"], "learning_rate": 1e6}))
    return tmp_path / "records"


def test_a_record_is_the_table_of_the_study(tiny: Path) -> None:
    path = make_record("tiny", DIGITS, folder=tiny)
    assert path == tiny / "tiny_mnist_5000.json"
    record = load_record("tiny", "mnist_5000", folder=tiny)
    settings = TINY | {"seeds": [0, 1, 2]}
    pd.testing.assert_frame_equal(record.frame, sweep(**settings, digits=DIGITS), rtol=1e-6, atol=0)
    assert record.settings == settings
    assert (record.name, record.data_key, record.data_sha256) == ("tiny", "mnist_5000", DIGITS.sha256)
    assert is_current(record)
    assert (record.arithmetic, record.machine) == (arithmetic_of("sweep"), this_machine())
    assert abs(datetime.now(UTC).date() - datetime.fromisoformat(record.date).date()).days <= 1


def test_a_record_is_confirmed_by_a_part_that_is_made_again(
    tiny: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = make_record("tiny", DIGITS, folder=tiny)
    shutil.rmtree(tmp_path / "results")
    monkeypatch.setitem(keys.METHODS, "sweep", keys.METHODS["sweep"] + 1)
    assert not is_current(load_record("tiny", "mnist_5000", folder=tiny))
    before = load_record("tiny", "mnist_5000", folder=tiny)
    assert confirm_record("tiny", DIGITS, folder=tiny) == Confirmation(2, "", ())  # one seed, two epochs
    after = load_record("tiny", "mnist_5000", folder=tiny)
    assert is_current(after) and after.confirmed is not None
    pd.testing.assert_frame_equal(after.frame, before.frame)
    assert not list((tmp_path / "results").glob("tanh*")), "what was kept must not confirm itself"

    # One loss of the seed that is run again, changed in its last digit.
    text = path.read_text(encoding="utf-8")
    loss = str(after.frame["loss"][0])
    path.write_text(text.replace(loss, loss[:-1] + str((int(loss[-1]) + 1) % 10), 1), encoding="utf-8")
    found = confirm_record("tiny", DIGITS, folder=tiny)
    assert found.rows == 2 and len(found.differences) == 1
    assert f"loss {loss}" in found.differences[0] and "seed 0, epoch 1" in found.differences[0]
    assert load_record("tiny", "mnist_5000", folder=tiny).confirmed == after.confirmed


def test_another_arithmetic_confirms_nothing_and_refutes_nothing(tiny: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = make_record("tiny", DIGITS, folder=tiny)
    before = path.read_text(encoding="utf-8")
    monkeypatch.setattr(depth.studies, "sweep", None)  # nothing is run
    with monkeypatch.context() as patch:
        patch.setattr(studies, "arithmetic_of", lambda method: arithmetic_of(method) | {"training": "another"})
        found = confirm_record("tiny", DIGITS, folder=tiny)
    assert found.reason.startswith("this machine computes otherwise (training)") and not found.rows
    unknown = dataclasses.replace(load_record("tiny", "mnist_5000", folder=tiny), arithmetic={})
    write_record(unknown, folder=tiny)
    assert "does not say" in confirm_record("tiny", DIGITS, folder=tiny).reason
    write_record(dataclasses.replace(unknown, data_sha256="other"), folder=tiny)
    with pytest.raises(ValueError, match="made from other digits than the embedded"):
        confirm_record("tiny", DIGITS, folder=tiny)
    assert '"confirmed": null' in before


def test_a_part_that_the_fingerprint_did_not_have_yet_is_decided_by_the_rows(tiny: Path) -> None:
    make_record("tiny", DIGITS, folder=tiny)
    record = load_record("tiny", "mnist_5000", folder=tiny)
    known = {part: found for part, found in record.arithmetic.items() if part != "training"}
    write_record(dataclasses.replace(record, arithmetic=known), folder=tiny)
    assert not confirm_record("tiny", DIGITS, folder=tiny).reason
    stamped = load_record("tiny", "mnist_5000", folder=tiny)
    assert stamped.arithmetic == record.arithmetic and is_current(stamped)
    other = {"runs": record.frame.assign(loss=record.frame["loss"] + 0.5)}
    write_record(dataclasses.replace(record, arithmetic=known, tables=other), folder=tiny)
    found = confirm_record("tiny", DIGITS, folder=tiny)
    assert "does not say how its machine computes training" in found.reason and not found.differences


def test_rows_are_compared_but_for_their_seconds() -> None:
    runs = pd.DataFrame({"seed": [0, 1], "loss": [0.5, float("nan")], "seconds": [3.0, 4.0]})
    again = runs.assign(seconds=[5.0, 6.0])[1:]
    assert compare({"runs": runs}, {"runs": again}) == (1, [])
    rows, found = compare({"runs": runs}, {"runs": runs.assign(loss=[0.5, 0.25])})
    assert (rows, found) == (2, ["runs: now seed 1, loss 0.25"])


def test_a_run_that_diverged_is_nan_in_the_table(tiny: Path) -> None:
    make_record("wild", DIGITS, folder=tiny)
    frame = load_record("wild", "mnist_5000", folder=tiny).frame
    assert frame["loss"].isna().all()
    assert frame["loss"].dtype == float
    assert not frame["answers"].any()


def test_a_record_of_other_settings_is_stale(tiny: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_record("tiny", DIGITS, folder=tiny)
    record = load_record("tiny", "mnist_5000", folder=tiny)
    for change in ({"learning_rate": 0.02}, {"seeds": [7]}, {"layers": [4]}, {"activations": ["relu"]}):
        monkeypatch.setitem(STUDIES, "tiny", of_sweep(TINY | {"seeds": [0, 1, 2]} | change))
        assert not is_current(record)


def test_a_study_of_deep_networks_is_recorded_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    digits = dataclasses.replace(DIGITS, key="mnist")
    small = {"cases": [["relu", 3, "he_uniform"]], "units": 16, "seeds": [0, 1, 2]}
    monkeypatch.setitem(STUDIES, "wide_networks", of_measurement("wide_networks", small))
    make_record("wide_networks", digits, folder=tmp_path)
    record = load_record("wide_networks", folder=tmp_path)
    pd.testing.assert_frame_equal(record.frame, measurements.measure("wide_networks", small, digits), rtol=1e-6, atol=0)
    assert is_current(record)
    monkeypatch.setitem(STUDIES, "wide_networks", of_measurement("wide_networks", small | {"units": 17}))
    assert not is_current(record)


def test_a_reader_s_own_record_is_found_while_it_is_current(tiny: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    complete = dataclasses.replace(DIGITS, key="svhn", sha256="of complete SVHN")
    runs = pd.DataFrame({"accuracy": [0.875, 0.9]})
    monkeypatch.setattr(recipes, "train_study", lambda study, digits, **keywords: {"runs": runs})
    assert own_record("cnn_report", complete) is None
    make_record("cnn_report", complete, folder=results_folder())
    found = own_record("cnn_report", complete)
    assert found is not None
    pd.testing.assert_frame_equal(found.frame, runs)
    assert own_record("cnn_report", dataclasses.replace(complete, sha256="of another file")) is None
    assert own_record("cnn_report", DIGITS) is None
    monkeypatch.setitem(STUDIES, "cnn_report", of_trainings({"part": "test", "seeds": [7], "recipes": {}}))
    assert own_record("cnn_report", complete) is None


def test_bad_input_is_refused_with_a_reason(tmp_path: Path) -> None:
    for call in (find_study, lambda name: make_record(name, DIGITS)):
        with pytest.raises(ValueError, match=f"unknown study 'nonsense'; expected one of {', '.join(STUDIES)}$"):
            call("nonsense")
    with pytest.raises(ValueError, match="no record of 'grid' on 'mnist'; make it with: python -m layerwise records"):
        load_record("grid", folder=tmp_path)
    with pytest.raises(ValueError, match="'remedies' needs the data mnist, but found the embedded 5,000"):
        make_record("remedies", DIGITS, folder=tmp_path)


@pytest.mark.parametrize("name, source", [(name, key) for name in STUDIES for key in find_study(name).sources])
def test_the_records_of_the_package_belong_to_its_code(name: str, source: str) -> None:
    record = load_record(name, source)
    assert record.data_sha256 == (SHA256 | {"svhn_sample": SVHN_SAMPLE_SHA256["digits"]})[source]
    assert is_current(record), (
        f"the method or the settings changed since {record.date}: {record.command}, or with --confirm"
    )
    assert record.settings == find_study(name).settings
    assert all(len(table) for table in record.tables.values())


@pytest.mark.parametrize("name, source", [(name, key) for name in EXPERIMENTS for key in find_study(name).sources])
def test_a_sweep_is_recorded_from_twenty_seeds(name: str, source: str) -> None:
    record = load_record(name, source)
    runs = record.frame.groupby(["activation", "layers"])["seed"]
    assert runs.nunique().eq(len(STUDY_SEEDS)).all()
    assert len(runs) == len(record.settings["activations"]) * len(record.settings["layers"])


def test_no_record_is_left_over() -> None:
    expected = {record_path(name, key) for name in STUDIES for key in find_study(name).sources}
    assert set(RECORDS.glob("*")) == expected
