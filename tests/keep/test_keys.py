"""A key changes with everything that can change a result, and with nothing else."""

from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from layerwise import arithmetic
from layerwise.keep import machine
from layerwise.keep.keys import METHODS, result_key
from layerwise.keep.machine import compared_with_records, differences, versions


def key(**changes: Any) -> str:
    arguments: dict[str, Any] = {
        "methods": ("sweep",),
        "settings": {"layers": 5, "rate": 0.01},
        "data_sha256": "abc",
        "computed_on": {"NumPy's sums": "1234", "oneDNN": "off"},
    }
    return result_key(**arguments | changes)


def test_all_that_decides_a_result_changes_its_key(monkeypatch: pytest.MonkeyPatch) -> None:
    found = [
        key(),
        key(methods=("sweep", "depth")),
        key(settings={"layers": 5, "rate": 0.1}),
        key(settings={"layers": 5}),
        key(data_sha256="abd"),
        key(computed_on={"NumPy's sums": "1235", "oneDNN": "off"}),
        key(computed_on={"NumPy's sums": "1234", "oneDNN": "on"}),
    ]
    monkeypatch.setitem(METHODS, "sweep", METHODS["sweep"] + 1)
    found.append(key())
    assert len(set(found)) == len(found)
    assert all(len(one) == 64 for one in found)


def test_the_order_of_settings_does_not_matter() -> None:
    assert key(settings={"rate": 0.01, "layers": 5}) == key()


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


def test_differences_are_named() -> None:
    one = {"NumPy's sums": "1", "training": "2", "oneDNN": "on"}
    assert differences(one, dict(one)) == []
    assert differences(one, one | {"training": "3", "oneDNN": "off"}) == ["training", "oneDNN"]
    assert differences({}, {"training": "3"}) == ["training"]


def test_versions_are_those_that_are_installed() -> None:
    found = versions()
    assert (found["tensorflow"], found["keras"], found["numpy"]) == (tf.__version__, keras.__version__, np.__version__)
