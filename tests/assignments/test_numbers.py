"""Numbers as people write them."""

from __future__ import annotations

from typing import Any

import pytest

from layerwise.assignments.numbers import about_commas, read_number


@pytest.mark.parametrize(
    ("written", "number"),
    [
        *((0.25, 0.25), (7, 7), (1e-7, 1e-7), (".5", 0.5), ("5.", 5), ("+0.5", 0.5), ("2.5E-1", 0.25)),
        *(("3/64", 3 / 64), ("-1 / 4", -0.25), ("1e1/4", 2.5)),
        *(("73.6%", 0.736), ("73.6 %", 0.736), ("1/4 %", 0.0025)),
        *(("7,437", 7437), ("1,234,567.5", 1234567.5), ("36 704", 36704), ("36\u202f704", 36704), ("36_704", 36704)),
        *(("−0.276", -0.276), ("–0.276", -0.276)),
        *(("6.127·10^-7", 6.127e-7), ("6.1273 × 10⁻⁷", 6.1273e-7), ("6.1*10**(-7)", 6.1e-7), ("10^-3", 1e-3)),
        *(("10⁻³", 1e-3), ("-10^2", -100)),
    ],
)
def test_a_number_is_read(written: Any, number: float) -> None:
    assert read_number(written) == pytest.approx(number, rel=1e-15, abs=0)


@pytest.mark.parametrize(
    "written",
    [
        *("0,713", "7,43", "1,2345", "0,713e-2", "1.5,000", "1,,000", "12,34,567"),
        *("", "%", "/", "1/", "1/0", "1/2/3", "1e999", "1e999/1e999", "nan", "inf", "0x10", "1:30", "١", "e5", "1e"),
        *("--1", "1-1", "2^3", "about 3", True, None, [1], {"a": 1}),
    ],
)
def test_anything_else_is_not_a_number(written: Any) -> None:
    assert read_number(written) is None


@pytest.mark.parametrize("number", [0.0, 1.5, -7437.25, 6.127e-7, 1e300, 5e-324])
def test_what_python_prints_is_read_as_it_was(number: float) -> None:
    assert read_number(repr(number)) == number and read_number(f"{number:,}") == number


@pytest.mark.parametrize("written", ["0.25", "a,b", ",", "1,", [1, 2], None])
def test_only_a_comma_between_digits_is_spoken_of(written: Any) -> None:
    assert about_commas(written) == ""
