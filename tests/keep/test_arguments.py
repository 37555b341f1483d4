"""What an argument may be: True and text are no numbers, and the message says what was expected."""

from typing import Any

import numpy as np
import pytest

from layerwise.keep.arguments import POSITIVE, check, finite_numbers, number, one_of, whole

ALLOWED = {"count": whole(1), "digit": whole(0, 9), "rate": POSITIVE, "share": number(0, 1), "part": one_of("a", "b")}


def test_numbers_of_python_and_numpy_are_taken() -> None:
    check(ALLOWED, count=np.int64(3), digit=9, rate=np.float32(0.5), share=1, part="b")


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("count", "a whole number, 1 or more"),
        ("digit", "a whole number from 0 to 9"),
        ("rate", "a positive number"),
        ("share", "a number from 0 to 1"),
        ("part", "one of a, b"),
    ],
)
@pytest.mark.parametrize("value", [-1, True, np.True_, "1", None, np.nan, np.inf, 1j, [1], np.ones(2)])
def test_anything_else_is_refused(name: str, words: str, value: Any) -> None:
    with pytest.raises(ValueError) as refused:
        check(ALLOWED, **{name: value})
    assert str(refused.value) == f"{name} is {value!r}; expected {words}"


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ([[1], [1, 2]], "x has rows of different lengths"),
        (["a"], "x has type <U1; expected numbers"),
        (None, "x has type object"),
        ([1j], "x has type complex128"),
        ([np.nan], "x holds NaN or infinity"),
    ],
)
def test_what_is_no_array_of_numbers_is_refused(value: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        finite_numbers("x", value)


def test_numbers_become_float64_or_complex128() -> None:
    assert finite_numbers("x", [1, 2]).dtype == np.float64
    assert finite_numbers("x", np.ones(2, np.complex64), "fc").dtype == np.complex128
