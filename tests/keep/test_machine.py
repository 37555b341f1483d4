"""What is said of a machine: how it rounds, in which parts two of them differ, its packages."""

from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf

from layerwise import arithmetic
from layerwise.keep import machine
from layerwise.keep.keys import INDIFFERENT, METHODS
from layerwise.keep.machine import arithmetic_of, compared_with_records, differences, versions


def test_a_fingerprint_is_computed_once_for_a_processor_and_its_switches(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LAYERWISE_RESULTS", str(tmp_path))
    fingerprints = iter([{"training": "one"}, {"training": "two"}, {"training": "three"}])
    monkeypatch.setattr(arithmetic, "fingerprint", lambda: next(fingerprints))

    def asked_anew() -> dict[str, str]:
        machine.this_arithmetic.cache_clear()
        return machine.this_arithmetic()

    try:
        assert asked_anew() == asked_anew() == {"training": "one", "oneDNN": "off"}
        monkeypatch.setenv("OPENBLAS_CORETYPE", "Nehalem")
        assert asked_anew()["training"] == "two"
        monkeypatch.setattr(machine, "processor_features", lambda: "another one")
        assert asked_anew()["training"] == "three"
    finally:
        machine.this_arithmetic.cache_clear()


def test_the_words_for_an_arithmetic(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "this_arithmetic", lambda: {"NumPy's sums": "1", "training": "2"})
    assert compared_with_records({"NumPy's sums": "1", "training": "2"}) == "as on the machine of the records"
    assert compared_with_records({"NumPy's sums": "1", "training": "3"}) == "differs: training"


def test_a_method_says_which_parts_have_none_in_its_results(monkeypatch: pytest.MonkeyPatch) -> None:
    parts = {"training": "1", "TensorFlow": "2", "convolutions": "3"}
    monkeypatch.setattr(machine, "this_arithmetic", lambda: parts)
    assert arithmetic_of("sweep") == {"training": "1"}
    assert arithmetic_of("sweep", "depth") == arithmetic_of("cnn") == parts
    assert all(method in METHODS for method in INDIFFERENT)


def test_differences_are_named() -> None:
    one = {"NumPy's sums": "1", "training": "2", "oneDNN": "on"}
    assert differences(one, dict(one)) == []
    assert differences(one, one | {"training": "3", "oneDNN": "off"}) == ["training", "oneDNN"]
    assert differences({}, {"training": "3"}) == ["training"]


def test_versions_are_those_that_are_installed() -> None:
    found = versions()
    assert (found["tensorflow"], found["keras"], found["numpy"]) == (tf.__version__, keras.__version__, np.__version__)
