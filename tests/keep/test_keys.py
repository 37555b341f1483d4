"""A key changes with everything that can change a result, and with nothing else."""

from typing import Any

import pytest

from layerwise.keep.keys import METHODS, result_key


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
