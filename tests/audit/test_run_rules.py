"""One printed run among ours: exact on planted runs, and its errors measured on our own seeds."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from layerwise.audit import run_rules
from layerwise.audit.finding import HOLDS, NOT, OTHER, PRINT, SPREAD, UNKNOWN
from layerwise.audit.run_rules import LEVEL, STUDY, judge_run, our_runs, own_runs_rejected

CASES = [(activation, layers) for activation in STUDY for layers in (5, 20, 40)]


@pytest.mark.parametrize("source", ["mnist", "mnist_5000"])
def test_our_own_runs_are_rejected_no_more_often_than_designed(source: str) -> None:
    rates = [own_runs_rejected(source, *case) for case in CASES]
    assert max(rates) <= LEVEL + 1e-9


def test_runs_of_other_arithmetic_are_ours_too() -> None:
    """Deep runs on another processor, whose seeds are as good as others: 40 of them among those of the record."""
    elsewhere = pd.read_csv(Path(__file__).parent / "elsewhere.csv").query("source == 'mnist'")
    verdicts = [
        judge_run(our_runs("mnist", activation, layers)[:, -1:], np.array([accuracy])).verdict
        for activation, layers, accuracy in elsewhere[["activation", "layers", "test_accuracy"]].itertuples(index=False)
    ]
    assert len(verdicts) == 40 and np.mean([verdict == NOT for verdict in verdicts]) <= LEVEL


def test_runs_of_other_cases_are_rejected() -> None:
    """Stuck runs of the sigmoid, as if they were of a case that learns."""
    found = [
        judge_run(our_runs("mnist", *case), run).verdict == NOT
        for case in CASES
        if case[0] != "sigmoid" and case != ("relu", 40)
        for run in our_runs("mnist", "sigmoid", 40)[::4]
    ]
    assert len(found) == 40 and np.mean(found) > 0.9


def test_too_few_seeds_tell_nothing() -> None:
    few = np.random.default_rng(0).normal(size=(3, 2))
    assert judge_run(few, np.array([100.0, 100.0])).verdict == UNKNOWN
    assert judge_run(np.random.default_rng(0).normal(size=(19, 2)), np.array([100.0, 0.0])).verdict == NOT


def test_printed_runs() -> None:
    assert run_rules.printed_run("mnist", activation="tanh", layers=5).verdict == SPREAD
    assert run_rules.printed_run("mnist_5000", activation="tanh", layers=5).verdict == OTHER
    assert run_rules.cnn_log("mnist").verdict == OTHER
    assert run_rules.epoch_seconds("mnist").verdict == UNKNOWN


@pytest.mark.parametrize(("figure", "verdict"), [(5, HOLDS), (6, PRINT)])
def test_a_figure_repeats_its_own_log_or_another(figure: int, verdict: str) -> None:
    assert run_rules.repeated_log("", figure=figure).verdict == verdict


def test_a_log_that_is_nobody_s(monkeypatch: pytest.MonkeyPatch) -> None:
    runs = run_rules.published_runs()
    changed = runs.assign(loss=runs["loss"].where(runs["source"] != "figure 5", runs["loss"] + 0.1))
    monkeypatch.setattr(run_rules, "published_runs", lambda: changed)
    assert run_rules.repeated_log("", figure=5).verdict == NOT


@pytest.mark.parametrize(
    ("accuracy", "test_accuracy", "verdict"), [(0.9281, 0.9323, HOLDS), (0.9281, 0.9302, PRINT), (0.9281, 0.9, NOT)]
)
def test_numbers_in_the_text(accuracy: float, test_accuracy: float, verdict: str) -> None:
    quoted = run_rules.quoted("", activation="tanh", layers=5, accuracy=accuracy, test_accuracy=test_accuracy)
    assert quoted.verdict == verdict


def test_sizes_and_times() -> None:
    assert run_rules.mnist_sizes("", training=60_000, test=10_000).verdict == HOLDS
    assert run_rules.mnist_sizes("", training=10_000, test=60_000).verdict == NOT
    assert run_rules.step_times("", digits=60_000, batch=32).verdict == PRINT
    assert run_rules.step_times("", digits=60_000 * 32, batch=32).verdict == HOLDS
