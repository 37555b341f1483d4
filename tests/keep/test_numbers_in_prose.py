"""Recorded numbers are compared with what is expected of them: raised under make, noted for a reader."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from layerwise.keep import numbers_in_prose
from layerwise.keep.numbers_in_prose import ExpectationError, begin, record, when

EXPECTATIONS = """
any:
  slope: {close_to: 0.25, tolerance: 1e-6}
  parameters: {equals: 28618}
  name: {equals: tanh}
  finite: {equals: true}
  worst: {text: "the class that is read worst"}
  gain: {at_least: 2, claim: "better"}
  loss: {at_most: 2.3, claim: "learns", study: "grid: median loss of 5, tanh, 5 layers"}
mnist:
  accuracy: {between: [0.9, 0.95], study: "20 seeds"}
mnist_5000:
  accuracy: {between: [0.7, 0.8], study: "20 seeds"}
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("LAYERWISE_STRICT", "1")
    monkeypatch.setattr(numbers_in_prose, "_chapter", None)
    (tmp_path / "depth.yml").write_text(EXPECTATIONS)
    return tmp_path


@pytest.mark.parametrize(
    ("source", "name", "value"),
    [
        ("any", "slope", 0.25),
        ("any", "slope", 0.2500009),
        ("any", "slope", np.float32(0.25)),
        ("any", "parameters", 28618),
        ("any", "parameters", np.int64(28618)),
        ("any", "name", "tanh"),
        ("any", "finite", np.bool_(True)),
        ("any", "worst", "9"),
        ("any", "gain", 2),
        ("any", "gain", 1e9),
        ("any", "loss", -1.0),
        ("mnist", "slope", 0.25),  # any holds for every source
        ("mnist", "accuracy", 0.9),  # bounds belong to the interval
        ("mnist", "accuracy", np.float64(0.95)),
        ("mnist_5000", "accuracy", np.array(0.75)),
    ],
)
def test_expected_values_pass(
    folder: Path, capsys: pytest.CaptureFixture[str], source: str, name: str, value: object
) -> None:
    begin("depth", source, folder=folder)
    record(name, value)
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("source", "name", "value", "expected"),
    [
        ("any", "slope", 0.250002, "0.25 to within 1e-06"),
        ("any", "slope", math.nan, "0.25 to within 1e-06"),
        ("any", "slope", "0.25", "0.25 to within 1e-06"),
        ("any", "parameters", 28619, "28618"),
        ("any", "parameters", "28618", "28618"),
        ("any", "name", "relu", "'tanh'"),
        ("any", "finite", 1, "True"),
        ("any", "worst", 9, "some text"),
        ("any", "worst", " ", "some text"),
        ("any", "gain", 1.99, "at least 2"),
        ("any", "gain", math.inf, "at least 2"),
        ("any", "loss", 2.31, "at most 2.3"),
        ("any", "loss", math.nan, "at most 2.3"),
        ("mnist", "accuracy", 0.8999, "between 0.9 and 0.95"),
        ("mnist", "accuracy", 0.75, "between 0.9 and 0.95"),  # the other source's bounds
        ("mnist", "accuracy", math.nan, "between 0.9 and 0.95"),
        ("mnist", "accuracy", math.inf, "between 0.9 and 0.95"),
        ("mnist", "accuracy", True, "between 0.9 and 0.95"),
    ],
)
def test_other_values_raise_and_say_what_where(
    folder: Path, source: str, name: str, value: object, expected: str
) -> None:
    begin("depth", source, folder=folder)
    with pytest.raises(ExpectationError) as caught:
        record(name, value)
    assert str(caught.value) == f"chapter depth, data {source}: {name}: expected {expected}, got {value!r}"


def test_values_are_compared_unrounded(folder: Path) -> None:
    """0.8999 prints as 0.90, but is below 0.9."""
    begin("depth", "mnist", folder=folder)
    with pytest.raises(ExpectationError):
        record("accuracy", 0.8999, ".2f")


@pytest.mark.parametrize("source", ["any", "svhn"])
def test_a_name_of_which_nothing_is_expected_raises(folder: Path, source: str) -> None:
    begin("depth", source, folder=folder)
    with pytest.raises(ExpectationError, match=r"accuracy: nothing is expected of it, got 0\.93"):
        record("accuracy", 0.93)


def test_a_chapter_without_expectations_raises(folder: Path) -> None:
    with pytest.raises(ExpectationError, match="chapter width: there are no expectations at"):
        begin("width", folder=folder)


@pytest.mark.parametrize("strict", ["", "0", None])
def test_a_reader_gets_a_note_and_goes_on(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], strict: str | None
) -> None:
    if strict is None:
        monkeypatch.delenv("LAYERWISE_STRICT")
    else:
        monkeypatch.setenv("LAYERWISE_STRICT", strict)
    begin("depth", "mnist", folder=folder)
    record("accuracy", 0.5)
    record("mine", 1.0)
    begin("mine", folder=folder)
    record("mine", 1.0)
    notes = capsys.readouterr()
    assert notes.err == ""
    first, second, third, fourth = notes.out.splitlines()
    assert first == "note: chapter depth, data mnist: accuracy: expected between 0.9 and 0.95, got 0.5"
    assert second == "note: chapter depth, data mnist: mine: nothing is expected of it, got 1.0"
    assert third.startswith("note: chapter mine: there are no expectations at")
    assert fourth == "note: chapter mine, data any: mine: nothing is expected of it, got 1.0"


def test_record_needs_a_chapter_and_one_value(folder: Path) -> None:
    with pytest.raises(ValueError, match="needs begin"):
        record("slope", 0.25)
    begin("depth", folder=folder)
    for value in (np.array([0.25]), [0.25], None, 1j):
        with pytest.raises(ValueError, match=r"takes one number or text, but got"):
            record("slope", value)


@pytest.mark.parametrize(
    ("value", "format", "text"),
    [
        (0.93456, None, "0.935"),
        (28618, None, "28,618"),
        (np.int64(28618), "d", "28618"),
        ("tanh", None, "tanh"),
        (True, None, "True"),
        (0.1135, ".2%", "11.35%"),
        (0.5, lambda value: f"{100 * value:.0f} %", "50 %"),
    ],
)
def test_text_for_prose(
    folder: Path, monkeypatch: pytest.MonkeyPatch, value: object, format: object, text: str
) -> None:
    glued: dict[str, numbers_in_prose._Glued] = {}
    monkeypatch.setattr(numbers_in_prose, "_glue", glued.__setitem__)
    monkeypatch.delenv("LAYERWISE_STRICT")
    begin("depth", folder=folder)
    record("value", value, format)  # type: ignore[arg-type]
    assert glued["value"].text == text


@pytest.mark.parametrize("unexpected", [False, True])
def test_a_notebook_gets_the_text_without_showing_it(
    folder: Path, monkeypatch: pytest.MonkeyPatch, unexpected: bool
) -> None:
    """In a running notebook the text is stored where {glue:text} finds it, under the type that is not displayed.

    What is wrong with a number stands beside it, for the build to show.
    """
    monkeypatch.delenv("LAYERWISE_STRICT")
    from IPython.core.interactiveshell import InteractiveShell
    from IPython.utils.capture import capture_output

    InteractiveShell.clear_instance()
    InteractiveShell.instance()
    try:
        begin("depth", folder=folder)
        with capture_output() as captured:
            record("slope", 0.26 if unexpected else 0.25)
        (output,) = captured.outputs
    finally:
        InteractiveShell.clear_instance()
    assert output.data == {"application/papermill.record/text/plain": "'0.260'" if unexpected else "'0.250'"}
    assert output.metadata["scrapbook"]["name"] == "slope"
    wrong = {"name": "slope", "wrong": "expected 0.25 to within 1e-06", "got": "0.26"}
    assert output.metadata.get("unexpected") == (wrong if unexpected else None)
    assert captured.stdout.startswith("note: ") == unexpected and captured.stderr == ""


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [
        (4.2e-14, 0, "4\u00a0×\u00a010⁻¹⁴"),
        (4.23e-14, 1, "4.2\u00a0×\u00a010⁻¹⁴"),
        (-1500, 1, "−1.5\u00a0×\u00a010³"),
        (9.96, 1, "1.0\u00a0×\u00a010¹"),
        (0.0, 2, "0"),
    ],
)
def test_numbers_in_scientific_notation(value: float, digits: int, text: str) -> None:
    assert numbers_in_prose.scientific(value, digits) == text


def test_a_chapter_on_two_data_sets_expects_the_numbers_of_both(folder: Path) -> None:
    (folder / "depth.yml").write_text(
        "any: {a: {equals: 1}}\nmnist: {b: {equals: 2}}\nsvhn: {c: {equals: 3}}\nsvhn_sample: {c: {equals: 4}}"
    )
    begin("depth", "mnist", "svhn", folder=folder)
    for name, value in (("a", 1), ("b", 2), ("c", 3)):
        record(name, value)
    with pytest.raises(ExpectationError, match="chapter depth, data mnist and svhn: c: expected 3, got 4"):
        record("c", 4)
    with pytest.raises(ValueError, match="c is expected in svhn_sample and in another of svhn, svhn_sample"):
        begin("depth", "svhn", "svhn_sample", folder=folder)


def test_what_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "small.yml").write_text("any: {slope: {equals: 1}}", encoding="utf-8")
    begin("small", folder=tmp_path)
    with pytest.raises(ValueError, match=r"record\('slope', 'steep', ...\): the format '.3f' does not fit"):
        record("slope", "steep", ".3f")


def test_words_that_only_some_data_bear_out_stand_where_they_hold() -> None:
    assert [when(", as here")(value) for value in (True, False)] == [", as here", ""]


@pytest.mark.parametrize(
    ("value", "kept"), [(0.22653, {"value": 0.22653}), ("tanh", {"value": "tanh"}), (math.inf, {})]
)
def test_the_value_is_kept_in_full_beside_its_text(value: float | str, kept: dict[str, object]) -> None:
    """An answer field compares with it; JSON, in which outputs are stored, has no infinity."""
    data, metadata = numbers_in_prose._Glued("0.23", value, None)._repr_mimebundle_()
    assert (data, metadata) == ({"text/plain": "'0.23'"}, kept)
