"""Readings of gradient figures, by the records, with one truth and one error each."""

import numpy as np
import pytest

from layerwise.audit import reading_rules
from layerwise.audit.finding import HOLDS, NOT, OTHER, PRINT, SPREAD, UNKNOWN

READINGS = [
    ("flat_gradients", {"activation": "sigmoid", "layers": 40, "factor": 2}, NOT),
    ("flat_gradients", {"activation": "tanh", "layers": 5, "factor": 5}, HOLDS),
    ("peak_of_the_learned", {"activation": "relu", "layers": 5, "accuracy": 0.9}, NOT),
    ("peak_of_the_learned", {"activation": "relu", "layers": 20, "accuracy": 0.9}, UNKNOWN),
    ("peaks_and_accuracy", {}, UNKNOWN),
    ("signed_maximum", {"printed": "maximum"}, PRINT),
    ("transitions", {"activation": "lecun_tanh", "factor": 5}, HOLDS),
    ("transitions", {"activation": "lecun_tanh", "factor": 2}, NOT),
]


@pytest.mark.parametrize(("rule", "arguments", "verdict"), READINGS)
def test_a_truth_is_accepted_and_an_error_is_not(rule: str, arguments: dict, verdict: str) -> None:
    assert getattr(reading_rules, rule)("mnist", **arguments).verdict == verdict
    assert getattr(reading_rules, rule)("mnist_5000", **arguments).verdict == OTHER


def test_maxima_that_are_signed_nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    record = reading_rules.load_record("trained_gradients")
    record.frame["signed_maximum"] = record.frame["largest"]
    monkeypatch.setattr(reading_rules, "load_record", lambda name: record)
    assert reading_rules.signed_maximum("mnist", printed="maximum").verdict == HOLDS


def test_nielsen(monkeypatch: pytest.MonkeyPatch) -> None:
    assert reading_rules.nielsen_factor("mnist", batch="first").verdict == SPREAD
    assert reading_rules.nielsen_order("mnist").verdict == HOLDS
    norms = reading_rules.published_nielsen_norms()
    steeper = norms * np.array([1, 10, 100, 1000])
    monkeypatch.setattr(reading_rules, "published_nielsen_norms", lambda: steeper)
    assert reading_rules.nielsen_factor("mnist", batch="first").verdict == NOT
    monkeypatch.setattr(reading_rules, "published_nielsen_norms", lambda: norms[norms.columns[::-1]])
    assert reading_rules.nielsen_order("mnist").verdict == NOT


def test_a_reading_keeps_its_verdict() -> None:
    assert reading_rules.by_reading("", verdict=HOLDS, ours="words").verdict == HOLDS
