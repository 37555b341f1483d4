"""The README cannot compute: what it says is compared with the records, and what it shows is run."""

import contextlib
import io
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from layerwise.derive import Network, central_differences, complex_step, relative_differences
from layerwise.keep import load_record

README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
FINDINGS = README[: README.index("![")]


def final(study: str, activation: str, layers: int) -> pd.Series:
    """Test accuracies of one case of a study after three epochs of MNIST, a seed each."""
    runs = load_record(study, "mnist").tables["runs"]
    case = (runs["activation"] == activation) & (runs["layers"] == layers) & (runs["epoch"] == 3)
    assert case.sum() == 20, "the README says twenty seeds"
    return runs.loc[case, "test_accuracy"]


def test_the_setting_failed() -> None:
    reported, faster, tanh = (
        final(study, activation, 5).median()
        for study, activation in (("grid", "sigmoid"), ("sigmoid_fastest", "sigmoid"), ("grid", "tanh"))
    )
    assert f"with 5 layers its test accuracy is {reported:.3f}." in FINDINGS
    assert (
        f"With learning rate 1 instead of 0.01 it is {faster:.3f}, and that of tanh, as reported, {tanh:.3f}"
        in FINDINGS
    )


def test_one_number_is_one_draw() -> None:
    accuracies = final("grid", "relu", 20)
    assert f"ReLU with 20 layers, end between {accuracies.min():.3f} and {accuracies.max():.3f}." in FINDINGS


def test_the_usual_check_is_blind() -> None:
    random = np.random.default_rng(40)
    network = Network([5, *[4] * 39, 3], "sigmoid", seed=40)
    network.biases = {r: random.normal(0, 0.3, b.size) for r, b in network.biases.items()}
    x, labels = random.normal(size=(6, 5)), random.integers(0, 3, 6)
    blind = [r for r, weights in central_differences(network, x, labels).weights.items() if not weights.any()]
    said = re.search(r"exactly 0 in the first (\d+) layers, for every weight", FINDINGS)
    assert said is not None and int(said[1]) == pytest.approx(len(blind), abs=3)  # as in the chapter
    assert blind == list(range(1, len(blind) + 1))
    differences = relative_differences(complex_step(network, x, labels), network.gradients(x, labels))
    assert len(differences) == 40 and max(differences.values()) < 1e-14
    assert "in all 40, to 14 digits" in FINDINGS


def test_the_planted_bug_is_named_as_shown() -> None:
    code, shown = re.search(r"```python\n(.*?)```\n\n```text\n(.*?)```", README, re.DOTALL).groups()
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(code, {})
    assert without_rounding(printed.getvalue()) == without_rounding(shown)
    assert "transposed" in shown


def without_rounding(text: str) -> str:
    """The last digits of a difference are another machine's to choose; so is the width of their column."""
    return re.sub(r"\s+", " ", re.sub(r"\d\S*e-1[5-9]", "ROUNDING", text))
