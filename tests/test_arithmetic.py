"""How this project computes: defaults that a reader's environment overrides; a fingerprint tells roundings apart."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from layerwise import arithmetic
from layerwise.arithmetic import ELSEWHERE, defaults, switched, use
from layerwise.keep.machine import this_arithmetic

X86 = "XLA_FLAGS" in defaults()
on_x86 = pytest.mark.skipif(not X86, reason="caps are for x86-64")


def run(code: str, *, before: str = "", **environment: str) -> str:
    """What a fresh Python prints that starts with none of our settings."""
    inherited = {name: value for name, value in os.environ.items() if name not in defaults()}
    code = f"{before}\nimport layerwise\n{code}"
    result = subprocess.run(
        [sys.executable, "-c", code], env=inherited | environment, capture_output=True, text=True, check=True
    )
    return result.stdout


def test_what_the_environment_holds_stays() -> None:
    environment = {"OPENBLAS_NUM_THREADS": "4", "OTHER": "x"}
    use(environment)
    assert environment == defaults() | {"OPENBLAS_NUM_THREADS": "4", "OTHER": "x"}
    assert switched(environment) == {"OPENBLAS_NUM_THREADS": "4"}
    assert switched({}) == {}


def test_caps_are_for_processors_that_have_a_choice() -> None:
    assert defaults("AMD64") == defaults("x86_64")
    assert not {"XLA_FLAGS", "OPENBLAS_CORETYPE"} & set(defaults("arm64"))
    assert defaults("arm64")["OPENBLAS_NUM_THREADS"] == "1"


def test_a_flag_is_given_to_releases_that_take_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(arithmetic, "tensorflow_release", lambda: "2.22.0")
    assert "XLA_FLAGS" not in defaults("x86_64")


def test_importing_the_package_loads_neither_numpy_nor_tensorflow() -> None:
    assert run("import sys; print({'numpy', 'tensorflow'} & set(sys.modules))").strip() == "set()"


@on_x86
def test_a_numpy_that_loaded_too_early_is_not_taken_for_a_capped_one(tmp_path: Path) -> None:
    code = "import json; from layerwise.keep.machine import this_arithmetic; print(json.dumps(this_arithmetic()))"
    capped = json.loads(run(code, LAYERWISE_RESULTS=str(tmp_path)))
    late = json.loads(run(code, before="import numpy", LAYERWISE_RESULTS=str(tmp_path)))
    assert len(list(tmp_path.iterdir())) == 2
    assert capped == this_arithmetic()
    assert late["training"] == capped["training"], "TensorFlow had not been imported"


@on_x86
def test_another_rounding_has_another_fingerprint_and_the_caps_are_one_of_their_own() -> None:
    here = arithmetic.fingerprint()
    code = "import json; from layerwise.arithmetic import fingerprint; print(json.dumps(fingerprint()))"
    assert json.loads(run(code)) == here
    elsewhere = json.loads(run(code, **ELSEWHERE))
    # Sums are the same there; they are part of it for processors that are not x86-64.
    assert {part for part in here if here[part] != elsewhere[part]} == set(here) - {"NumPy's sums"}


@on_x86
def test_what_was_kept_under_one_arithmetic_is_not_found_under_another(tmp_path: Path) -> None:
    code = """
from layerwise.data import load_mnist_5000
from layerwise.depth.sweeps import sweep
sweep(["tanh"], [3], [0], digits=load_mnist_5000(), epochs=1, updates_per_epoch=20)
"""
    for environment, runs in (({}, 1), (ELSEWHERE, 2), ({}, 2)):
        run(code, LAYERWISE_RESULTS=str(tmp_path), **environment)
        assert len(list(tmp_path.glob("tanh_*"))) == runs
