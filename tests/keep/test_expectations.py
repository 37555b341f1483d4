"""Files of expectations say what they mean, or are refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from layerwise.keep.expectations import read_expectations


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "any: {x: 5}",
            r"any, x: expected \{close_to, tolerance\}, \{equals\}, \{text\} or one of .* found 5",
        ),
        ("any: {x: {close_to: 1}}", r"found \['close_to'\]"),
        ("any: {x: {close_to: 1, tolerence: 1}}", r"found \['close_to', 'tolerence'\]"),
        ("any: {x: {close_to: a, tolerance: 1}}", "any, x: close_to is 'a'; expected a finite number"),
        ("any: {x: {close_to: .nan, tolerance: 1}}", "close_to is nan"),
        ("any: {x: {close_to: 1, tolerance: -1}}", "tolerance is -1; expected a finite number, 0 or more"),
        ("any: {x: {between: [2, 1], study: s}}", r"between is \[2, 1\]; expected \[low, high\]"),
        ("any: {x: {between: [1], study: s}}", r"between is \[1\]; expected \[low, high\]"),
        ("any: {x: {between: [1, .inf], study: s}}", r"expected \[low, high\]"),
        ("any: {x: {between: [1, 2], study: ''}}", "study is ''; expected words"),
        ("any: {x: {between: [1, 2]}}", "with study or claim"),
        ("any: {x: {at_least: 1, claim: 5}}", "claim is 5; expected words"),
        ("any: {x: {at_least: [1, 2], claim: c}}", r"at_least is \[1, 2\]; expected a finite number"),
        ("any: {x: {at_least: 1, at_most: 2, claim: c}}", "expected"),
        ("any: {x: {text: 5}}", "text is 5; expected words"),
        ("any: {x: {equals: 0.25}}", "equals is 0.25; expected a whole number"),
        ("any: {x: {equals: 1}}\nmnist: {x: {equals: 1}}", "x in both any and mnist"),
        ("any:\n  x: {equals: 1}\n  x: {equals: 2}", "x stands twice"),
        ("any: [", "depth.yml is not YAML that can be read"),
        ("any: !!python/object/apply:os.system ['exit 1']", "depth.yml is not YAML that can be read"),
    ],
)
def test_a_file_that_says_less_than_it_seems_is_refused(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "depth.yml"
    path.write_text(text)
    with pytest.raises(ValueError, match=message):
        read_expectations(path)


def test_numbers_may_be_written_without_a_point(tmp_path: Path) -> None:
    """YAML 1.1 would read 1e-12 as text."""
    path = tmp_path / "depth.yml"
    path.write_text("any: {x: {close_to: 1e+2, tolerance: 1e-12}}")
    assert read_expectations(path)["any"]["x"].holds(100.0)
    assert not read_expectations(path)["any"]["x"].holds(100.1)


def test_an_empty_file_expects_nothing(tmp_path: Path) -> None:
    path = tmp_path / "depth.yml"
    path.write_text("# no number depends on anything\n")
    assert read_expectations(path) == {}
