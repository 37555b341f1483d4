"""What an argument may be: a table beside the functions that take it, and one check for all.

``ALLOWED = {"epochs": whole(1), "loss": one_of("cross_entropy", "squared_error")}`` says it once, and
``check(ALLOWED, epochs=epochs)`` raises a ValueError that names the argument, what it is and what was expected.
"""

from collections.abc import Callable, Mapping
from math import inf, isfinite
from numbers import Integral, Real
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray


class Allowed(NamedTuple):
    """What an argument may be: in words that follow 'expected', and as a test."""

    words: str
    holds: Callable[[Any], bool]


def is_number(value: Any) -> bool:
    """Whether it is one finite real number; True and False are none."""
    return isinstance(value, Real) and not isinstance(value, bool) and isfinite(value)


def whole(least: int, most: float = inf) -> Allowed:
    """Whole numbers of Python and NumPy, both ends included."""
    words = f"a whole number, {least} or more" if most == inf else f"a whole number from {least} to {most}"
    return Allowed(
        words, lambda value: isinstance(value, Integral) and is_number(value) and least <= int(value) <= most
    )


def number(least: float, most: float = inf) -> Allowed:
    """Finite numbers, both ends included."""
    words = f"a finite number, {least} or more" if most == inf else f"a number from {least} to {most}"
    return Allowed(words, lambda value: is_number(value) and least <= value <= most)


POSITIVE = Allowed("a positive number", lambda value: is_number(value) and value > 0)


def one_of(*choices: str) -> Allowed:
    """One of these words."""
    return Allowed(f"one of {', '.join(choices)}", lambda value: isinstance(value, str) and value in choices)


def check(allowed: Mapping[str, Allowed], **arguments: Any) -> None:
    """Raise a ValueError for the first of these arguments that is not what its table allows."""
    for name, value in arguments.items():
        if not allowed[name].holds(value):
            raise ValueError(f"{name} is {value!r}; expected {allowed[name].words}")


def finite_numbers(name: str, value: ArrayLike, kinds: str = "biuf") -> NDArray[Any]:
    """Numbers in an array of any shape, as float64, or complex128 where they are complex.

    Parameters
    ----------
    name : str
        What the message calls them.
    value : array
    kinds : str
        Of NumPy's types that are taken; with ``c`` complex ones too.

    Raises
    ------
    ValueError
        For rows of different lengths, other types, NaN and infinity.
    """
    try:
        array = np.asarray(value)
    except ValueError as error:
        raise ValueError(f"{name} has rows of different lengths; expected numbers in a rectangular array") from error
    if array.dtype.kind not in kinds:
        raise ValueError(f"{name} has type {array.dtype}; expected numbers in a rectangular array")
    if not np.isfinite(array).all():
        raise ValueError(f"{name} holds NaN or infinity; expected finite numbers")
    return array.astype(np.complex128 if array.dtype.kind == "c" else np.float64)
