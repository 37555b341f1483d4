"""Sweeps: a tidy table, every run once, whatever is stopped, damaged or done twice at a time."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from layerwise.data.mnist import load_mnist_5000
from layerwise.depth import sweeps
from layerwise.depth.models import layer_initializer
from layerwise.depth.sweeps import EXPERIMENTS, sweep
from layerwise.depth.training import train
from layerwise.derive.activations import ACTIVATIONS, TANH
from layerwise.keep import keys
from layerwise.keep.keys import results_folder

DIGITS = load_mnist_5000()
SHORT: dict[str, Any] = {"digits": DIGITS, "epochs": 2, "updates_per_epoch": 20}


class Spy:
    """Stands in for ``train`` and notes which runs it is asked for."""

    def __init__(self) -> None:
        self.runs: list[tuple[str, int, int]] = []

    def __call__(self, activation: str, layers: int, seeds: list[int], **settings: Any) -> Any:
        self.runs += [(activation, layers, seed) for seed in seeds]
        return train(activation, layers, seeds=seeds, **settings)


@pytest.fixture
def spy(monkeypatch: pytest.MonkeyPatch) -> Spy:
    spy = Spy()
    monkeypatch.setattr(sweeps, "train", spy)
    return spy


def test_the_table_is_tidy_and_holds_what_was_trained(tmp_path: Path) -> None:
    frame = sweep(["tanh", "relu"], [4, 3], [2, 0], folder=tmp_path, learning_rate=0.05, **SHORT)
    assert list(frame.columns) == [
        *("activation", "layers", "seed", "epoch", "loss", "accuracy", "test_loss", "test_accuracy"),
        *("answers", "top_answer", "top_share", *(f"answered_{digit}" for digit in range(10))),
        *("epochs", "updates_per_epoch", "batch_size", "learning_rate", "initializer", "source"),
    ]
    order = [(a, n, s, e) for a in ("tanh", "relu") for n in (4, 3) for s in (2, 0) for e in (1, 2)]
    assert list(frame[["activation", "layers", "seed", "epoch"]].itertuples(index=False, name=None)) == order
    settings = frame[["epochs", "updates_per_epoch", "batch_size", "learning_rate", "initializer", "source"]]
    assert set(settings.itertuples(index=False, name=None)) == {(2, 20, 32, 0.05, "glorot_uniform", "mnist_5000")}

    training = train("relu", 4, DIGITS, seeds=[0, 1], epochs=2, updates_per_epoch=20, learning_rate=0.05)
    rows = frame.query("activation == 'relu' and layers == 4 and seed == 0")
    for name in ("loss", "accuracy", "test_loss", "test_accuracy"):
        np.testing.assert_array_equal(rows[name], getattr(training, name)[0])
    counts = training.answered[0]
    np.testing.assert_array_equal(rows[[f"answered_{digit}" for digit in range(10)]], counts)
    np.testing.assert_array_equal(rows["answers"], (counts > 0).sum(axis=1))
    np.testing.assert_array_equal(rows["top_answer"], counts.argmax(axis=1))
    np.testing.assert_array_equal(rows["top_share"], counts.max(axis=1) / 1000)


def test_what_is_kept_is_not_run_again(tmp_path: Path, spy: Spy) -> None:
    first = sweep(["tanh"], [3], range(2), folder=tmp_path, **SHORT)
    assert spy.runs == [("tanh", 3, 0), ("tanh", 3, 1)]
    pd.testing.assert_frame_equal(sweep(["tanh"], [3], range(2), folder=tmp_path, **SHORT), first)
    assert len(spy.runs) == 2
    more = sweep(["tanh"], [3], [5, 1, 0], folder=tmp_path, **SHORT)
    assert spy.runs[2:] == [("tanh", 3, 5)]
    pd.testing.assert_frame_equal(more.query("seed == 1").reset_index(drop=True), first.iloc[2:].reset_index(drop=True))


def test_seeds_train_together_by_fives(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    together: list[int] = []

    def note(*arguments: Any, seeds: list[int], **settings: Any) -> Any:
        together.append(len(seeds))
        return train(*arguments, seeds=seeds, **settings)

    monkeypatch.setattr(sweeps, "train", note)
    sweep(["tanh"], [3], range(12), folder=tmp_path, **SHORT)
    assert together == [5, 5, 2]


@pytest.mark.parametrize(
    "change",
    [
        {"epochs": 1},
        {"updates_per_epoch": 21},
        {"batch_size": 16},
        {"learning_rate": 0.02},
        {"initializer": "he_normal"},
        {"digits": replace(DIGITS, sha256="0" * 64)},
    ],
    ids=lambda change: next(iter(change)),
)
def test_other_settings_or_data_are_other_runs(change: dict[str, Any], tmp_path: Path, spy: Spy) -> None:
    for settings in (SHORT, SHORT | change, SHORT):
        sweep(["tanh"], [3], [0], folder=tmp_path, **settings)
    assert len(spy.runs) == len(list(tmp_path.iterdir())) == 2


def test_numpy_s_numbers_ask_for_the_same_runs(tmp_path: Path, spy: Spy) -> None:
    sweep(["tanh"], [3], [0], folder=tmp_path, learning_rate=0.01, **SHORT)
    sweep(["tanh"], [np.int64(3)], np.arange(1), folder=tmp_path, learning_rate=np.float64(0.01), **SHORT)  # type: ignore[list-item]
    assert len(spy.runs) == 1


def other_number(content: bytes) -> bytes:
    position = content.rindex(b"loss") + 10
    return content[:position] + (b"1" if content[position : position + 1] != b"1" else b"2") + content[position + 1 :]


DAMAGE: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda content: b"",
    "cut off": lambda content: content[:-30],
    "one digit": other_number,
    "other bytes": lambda content: b"\xff\x00\n" * 20,
    "other text": lambda content: b"{}\n",
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_damaged_result_is_computed_again(damage: str, tmp_path: Path, spy: Spy) -> None:
    first = sweep(["tanh"], [3], range(2), folder=tmp_path, **SHORT)
    path = next(tmp_path.glob("*seed_1_*"))
    whole = path.read_bytes()
    path.write_bytes(DAMAGE[damage](whole))
    assert path.read_bytes() != whole
    pd.testing.assert_frame_equal(sweep(["tanh"], [3], range(2), folder=tmp_path, **SHORT), first)
    assert spy.runs[2:] == [("tanh", 3, 1)]
    assert path.read_bytes() == whole


def test_nothing_half_written_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise OSError("No space left on device")

    monkeypatch.setattr(os, "replace", fail)
    with pytest.raises(OSError, match="No space left"):
        sweep(["tanh"], [3], [0], folder=tmp_path, **SHORT)
    assert list(tmp_path.iterdir()) == []


SCRIPT = """
from layerwise.data import load_mnist_5000
from layerwise.depth.sweeps import sweep
frame = sweep(["tanh"], [3, 4], range(2), digits=load_mnist_5000(), epochs=2, updates_per_epoch=20)
print(frame.to_json(double_precision=15))
"""
# Between two epochs of the second pair of networks the sweep says so, and waits to be killed.
STOPS_HALF_WAY = """
import sys
from layerwise.depth import sweeps
train, trained = sweeps.train, []

def train_and_wait(*arguments, **settings):
    def wait():
        if trained:
            print("half-way", flush=True)
            sys.stdin.read()
    training = train(*arguments, **settings | {"progress": wait})
    trained.append(training)
    return training

sweeps.train = train_and_wait
"""


def start(folder: Path, script: str = SCRIPT) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-c", script],
        env={**os.environ, "LAYERWISE_RESULTS": str(folder)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_a_kill_loses_nothing_that_was_finished(tmp_path: Path, spy: Spy) -> None:
    process = start(tmp_path, STOPS_HALF_WAY + SCRIPT)
    assert process.stdout is not None and process.stdout.readline() == "half-way\n"
    process.kill()
    process.communicate()
    finished = {path: path.read_bytes() for path in tmp_path.glob("tanh_*")}
    assert len(finished) == 2
    assert all(sweeps._read(path) is not None for path in finished)

    frame = sweep(["tanh"], [3, 4], range(2), folder=tmp_path, **SHORT)
    assert len(frame) == 8
    assert spy.runs == [("tanh", 4, 0), ("tanh", 4, 1)]
    assert all(path.read_bytes() == content for path, content in finished.items())


def test_two_sweeps_at_once_agree_and_say_nothing(tmp_path: Path) -> None:
    processes = [start(tmp_path) for _ in range(2)]
    outputs = [process.communicate() for process in processes]
    assert [process.returncode for process in processes] == [0, 0]
    # In a chapter whatever is written to stderr fails the build.
    assert [errors for _, errors in outputs] == ["", ""]
    one, other = (json.loads(output) for output, _ in outputs)
    assert one == other
    assert len(one["loss"]) == 8
    assert len(list(tmp_path.glob("tanh_*"))) == 4


def test_several_processes_give_the_same_table(tmp_path: Path) -> None:
    one = sweep(["tanh", "relu"], [3], range(2), folder=tmp_path / "one", **SHORT)
    two = sweep(["tanh", "relu"], [3], range(2), folder=tmp_path / "two", jobs=2, **SHORT)
    pd.testing.assert_frame_equal(one, two)
    assert len(list((tmp_path / "two").glob("*_layers_*"))) == 4


def test_progress_is_shown_where_asked_and_only_there(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    sweep(["tanh"], [3], range(2), folder=tmp_path, **SHORT)
    assert capsys.readouterr() == ("", "")
    sweep(["tanh"], [3, 4], range(3), folder=tmp_path, progress=True, **SHORT)
    output, errors = capsys.readouterr()
    assert output == ""
    assert "tanh, 3 layers, seed 2 " in errors
    assert "tanh, 4 layers, seeds 0 to 2 " in errors
    assert "100 %" in errors and "to go" in errors
    sweep(["tanh"], [3, 4], range(3), folder=tmp_path, progress=True, **SHORT)
    assert capsys.readouterr() == ("", "")


def test_a_log_gets_a_line_for_each_case(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sweep(["tanh"], [3, 4], range(3), folder=tmp_path, progress=True, **SHORT)
    errors = capsys.readouterr().err
    assert re.sub(r"\d+ s passed", "", errors).splitlines() == [
        f"tanh, {layers} layers, seeds 0 to 2: done, " for layers in (3, 4)
    ]


def test_progress_of_several_processes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    sweep(["tanh"], [3], [0], folder=tmp_path, jobs=2, progress=True, **SHORT)
    errors = capsys.readouterr().err
    assert "tanh, 3 layers, seed 0: done" in errors and "100 %" in errors


def test_a_run_that_diverges_is_a_row_like_any_other(tmp_path: Path) -> None:
    for _ in range(2):  # computed, and read
        frame = sweep(["relu"], [4], [0], folder=tmp_path, learning_rate=1e6, **SHORT)
        assert frame["loss"].isna().all() and frame["test_loss"].isna().all()
        assert list(frame["answers"]) == [0, 0]
        assert list(frame["top_answer"]) == [-1, -1]
        assert list(frame["top_share"]) == [0, 0]


def test_where_results_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LAYERWISE_RESULTS", str(tmp_path / "mine"))
    assert results_folder() == tmp_path / "mine"
    sweep(["tanh"], [3], [0], **SHORT)
    assert len(list((tmp_path / "mine").glob("tanh*"))) == 1
    monkeypatch.delenv("LAYERWISE_RESULTS")
    monkeypatch.setattr(keys, "PACKAGE", tmp_path / "code" / "layerwise")
    assert results_folder().parent.name == "layerwise"  # installed: the user's cache
    (tmp_path / "pyproject.toml").touch()
    assert results_folder() == tmp_path / ".results"


@pytest.mark.parametrize("name", list(EXPERIMENTS))
def test_every_experiment_can_be_run(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[sweeps.Case] = []

    def note(cases: list[sweeps.Case], *_: object) -> list[dict[sweeps.Case, sweeps.History]]:
        asked.extend(cases)
        nothing: sweeps.History = {metric: [0.5] * cases[0].epochs for metric in sweeps.METRICS}
        return [{case: nothing | {"answered": [[100] * 10] * case.epochs} for case in cases}]

    monkeypatch.setattr(sweeps, "_run_all", note)
    frame = sweep(**EXPERIMENTS[name], digits=DIGITS, folder=tmp_path)
    assert len(frame) == sum(case.epochs for case in asked) > 0
    assert {case.seed for case in asked} >= set(range(5)), "rule 2 of the design: several seeds, from 0"
    for case in asked:
        layer_initializer(case.initializer, 1, case.seed)


def test_the_grid_is_the_report_s() -> None:
    grid = EXPERIMENTS["grid"]
    assert set(grid["activations"]) == set(ACTIVATIONS) - {"lecun_tanh"}
    assert (grid["layers"], grid["epochs"], grid["learning_rate"]) == ([5, 20, 40], 3, 0.01)
    assert grid["seeds"] == [0, 1, 2, 3, 4]


BAD: dict[str, tuple[dict[str, Any], str]] = {
    "activation": ({"activations": ["tanh", "swish"]}, "unknown activation 'swish'"),
    "one name": ({"activations": "tanh"}, "activations is 'tanh'; expected a list of one or more"),
    "no activation": ({"activations": []}, "activations is \\[\\]; expected a list of one or more"),
    "activation twice": ({"activations": ["tanh", "tanh"]}, "no two equal"),
    "no name of an activation": ({"activations": [TANH]}, "a sweep takes their names"),
    "no list of seeds": ({"seeds": 3}, "seeds is 3; expected one or more in a list"),
    "no digits": ({"digits": "mnist"}, "digits is 'mnist'; expected Digits"),
    "one depth": ({"layers": 5}, "layers is 5; expected a list"),
    "shallow": ({"layers": [5, 1]}, "layers is 1; expected a whole number, 2 or more"),
    "no seeds": ({"seeds": []}, "seeds are \\(\\); expected one or more"),
    "epochs": ({"epochs": 0}, "epochs is 0"),
    "updates": ({"updates_per_epoch": -1}, "updates_per_epoch is -1"),
    "batches": ({"batch_size": 0.5}, "batch_size is 0.5"),
    "learning rate": ({"learning_rate": -1.0}, "learning_rate is -1.0"),
    "initializer": ({"initializer": "she"}, "unknown initializer 'she'"),
    "no name": ({"initializer": object()}, "a sweep takes the name of one"),
    "jobs": ({"jobs": 0}, "jobs is 0; expected a whole number, 1 or more"),
}


@pytest.mark.parametrize("bad", BAD)
def test_bad_input_is_refused_before_any_work(bad: str, tmp_path: Path, spy: Spy) -> None:
    changes, reason = BAD[bad]
    arguments = {"activations": ["tanh"], "layers": [3], "seeds": [0], **SHORT, **changes}
    with pytest.raises(ValueError, match=reason):
        sweep(folder=tmp_path / "new", **arguments)
    assert not spy.runs
    assert not (tmp_path / "new").exists()
