"""A key changes with everything that can change a result, and with nothing else."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from layerwise import arithmetic, provenance
from layerwise.provenance import compared_with_records, differences, package_modules, result_key, versions

SOURCES = {
    "__init__.py": "import os\n",
    "top.py": "import numpy as np\nfrom small.middle import value\n\n\ndef run():\n    return value\n",
    "middle.py": "from . import bottom\n\nvalue = bottom.number + 1\n",
    "bottom.py": '"""Holds a number."""\n\nnumber = 1  # one\n\n\ndef late():\n    from small import lazy\n',
    "lazy.py": "import small.folder.inner\n",
    "folder/__init__.py": "",
    "folder/inner.py": "deep = 1\n",
    "aside.py": "from small.top import run\n",
}


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """A small package in which ``top`` needs all but ``aside``."""
    package = tmp_path / "small"
    (package / "folder").mkdir(parents=True)
    for name, source in SOURCES.items():
        (package / name).write_text(source, encoding="utf-8")
    return package


def key(**changes: Any) -> str:
    arguments: dict[str, Any] = {
        "methods": ("sweep",),
        "settings": {"layers": 5, "rate": 0.01},
        "data_sha256": "abc",
        "computed_on": {"NumPy's sums": "1234", "oneDNN": "off"},
    }
    return result_key(**arguments | changes)


def test_all_that_decides_a_result_changes_its_key(monkeypatch: pytest.MonkeyPatch) -> None:
    keys = [
        key(),
        key(methods=("sweep", "depth")),
        key(settings={"layers": 5, "rate": 0.1}),
        key(settings={"layers": 5}),
        key(data_sha256="abd"),
        key(computed_on={"NumPy's sums": "1235", "oneDNN": "off"}),
        key(computed_on={"NumPy's sums": "1234", "oneDNN": "on"}),
    ]
    monkeypatch.setitem(provenance.METHODS, "sweep", provenance.METHODS["sweep"] + 1)
    keys.append(key())
    assert len(set(keys)) == len(keys)
    assert all(len(one) == 64 for one in keys)


def test_the_order_of_settings_does_not_matter() -> None:
    assert key(settings={"rate": 0.01, "layers": 5}) == key()


def test_a_fingerprint_is_computed_once_for_a_processor_and_its_switches(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LAYERWISE_RESULTS", str(tmp_path))
    fingerprints = iter([{"training": "one"}, {"training": "two"}, {"training": "three"}])
    monkeypatch.setattr(arithmetic, "fingerprint", lambda: next(fingerprints))

    def asked_anew() -> dict[str, str]:
        provenance.this_arithmetic.cache_clear()
        return provenance.this_arithmetic()

    try:
        assert asked_anew() == asked_anew() == {"training": "one", "oneDNN": "off"}
        monkeypatch.setenv("OPENBLAS_CORETYPE", "Nehalem")
        assert asked_anew()["training"] == "two"
        monkeypatch.setattr(provenance, "processor_features", lambda: "another one")
        assert asked_anew()["training"] == "three"
    finally:
        provenance.this_arithmetic.cache_clear()


def test_the_words_for_an_arithmetic(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(provenance, "this_arithmetic", lambda: {"NumPy's sums": "1", "training": "2"})
    assert compared_with_records({"NumPy's sums": "1", "training": "2"}) == "as on the machine of the records"
    assert compared_with_records({"NumPy's sums": "1", "training": "3"}) == "differs: training"


def test_differences_are_named() -> None:
    one = {"NumPy's sums": "1", "training": "2", "oneDNN": "on"}
    assert differences(one, dict(one)) == []
    assert differences(one, one | {"training": "3", "oneDNN": "off"}) == ["training", "oneDNN"]
    assert differences({}, {"training": "3"}) == ["training"]


def test_modules_that_a_module_needs(small: Path) -> None:
    names = ["", ".bottom", ".folder", ".folder.inner", ".lazy", ".middle", ".top"]
    found = package_modules("small.top", package=small)
    assert list(found) == [f"small{name}" for name in names]
    assert found["small.folder"] == small / "folder" / "__init__.py"


def test_no_module_that_a_sweep_loads_is_missed() -> None:
    # The interpreter's own account of what an import loads.
    loads = "import sys, layerwise.sweep; print(*(m for m in sys.modules if m.split('.')[0] == 'layerwise'))"
    result = subprocess.run([sys.executable, "-c", loads], capture_output=True, text=True, check=True)
    assert set(result.stdout.split()) == set(package_modules("layerwise.sweep"))


def test_versions_are_those_that_are_installed() -> None:
    found = versions()
    assert (found["tensorflow"], found["keras"], found["numpy"]) == (tf.__version__, keras.__version__, np.__version__)


@pytest.mark.parametrize("module", ["small.nothing", "large.top", "numpy"])
def test_an_unknown_module_is_refused(small: Path, module: str) -> None:
    with pytest.raises(ValueError, match=f"has no module '{module}'"):
        package_modules(module, package=small)
