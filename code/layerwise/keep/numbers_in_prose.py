"""Numbers for prose, compared with what is expected of them as they are computed.

A chapter says once what it is and which data it runs on, and then records each number that its prose shows::

    results.begin("activation_and_depth", digits.key)
    results.record("tanh_40_median", median)

The text is available in prose as ``{glue:text}`tanh_40_median```, and the value is compared at once with
``expectations/activation_and_depth.yml``::

    any:                        # holds for every data source
      largest_slope: {close_to: 0.25, tolerance: 1e-12}
      parameters: {equals: 28618}
    mnist:                      # holds for complete MNIST
      tanh_40_median: {between: [0.80, 0.94], study: "grid: median of 5, tanh, 40 layers"}
      tanh_20_median: {at_least: 0.8, claim: "tanh learns", study: "grid: median of 5, tanh, 20 layers"}

With ``LAYERWISE_STRICT=1``, as the tests of the book and ``STRICT=1 make book`` set, a number that is not as expected
raises. For a reader it prints a note and the chapter goes on; the note is kept beside the text, in the metadata of the
notebook's output, and the build shows it where the number stands.
"""

from __future__ import annotations

import math
import numbers
import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from layerwise.keep.expectations import Expectation, read_expectations


class ExpectationError(AssertionError):
    """A recorded value is not as expected, or nothing is expected of it."""


def begin(chapter: str, *sources: str, folder: str | os.PathLike[str] = "expectations") -> None:
    """Start a chapter: the records that follow belong to it.

    Parameters
    ----------
    chapter : str
        The chapter's file name without ``.md``.
    *sources : str
        ``Digits.key`` of each data set that the chapter runs on; none, or ``"any"``, where no number depends on data.
    folder : path
        Where ``<chapter>.yml`` is, relative to the working directory; a chapter runs in its own folder.

    Raises
    ------
    ExpectationError
        Under ``LAYERWISE_STRICT`` if there is no such file.
    ValueError
        If the file is not as the module describes, or expects one name on two of these data sets.
    """
    global _chapter
    path = Path(folder) / f"{chapter}.yml"
    expected: dict[str, Expectation] = {}
    if path.is_file():
        sections = read_expectations(path)
        for source in dict.fromkeys(("any", *sources)):
            for name, expectation in sections.get(source, {}).items():
                if name in expected:
                    raise ValueError(f"{path}: {name} is expected in {source} and in another of {', '.join(sources)}.")
                expected[name] = expectation
    else:
        _complain(f"chapter {chapter}: there are no expectations at {path}, so no number can be compared")
    _chapter = _Chapter(chapter, " and ".join(sources or ["any"]), expected)


def record(name: str, value: Any, format: str | Callable[[Any], str] | None = None) -> None:
    """Make ``value`` available to prose under ``name`` and compare it with what the chapter expects.

    Parameters
    ----------
    name : str
        The name that ``{glue:text}`` uses.
    value : number, bool or str
        The raw value; it is compared unrounded. NumPy scalars are welcome, arrays are not.
    format : str or callable, optional
        A format specification such as ``".1%"``, or a function from value to text. By default fractional numbers have
        three decimals, whole numbers are grouped by commas, and text stands as it is.

    Raises
    ------
    ExpectationError
        Under ``LAYERWISE_STRICT``, naming chapter, name, expected and got, if the value is not as expected or nothing
        is expected of this name.
    ValueError
        If ``begin`` was not called or the value is neither number nor text.
    """
    if _chapter is None:
        raise ValueError(f"record({name!r}, ...) needs begin(chapter, *sources) first: call it at the chapter's top.")
    if hasattr(value, "item") and getattr(value, "ndim", None) == 0:
        value = value.item()
    if not isinstance(value, (numbers.Real, str)):
        raise ValueError(f"record({name!r}, ...) takes one number or text, but got {type(value).__name__}.")
    try:
        text = _as_text(value, format)
    except (TypeError, ValueError) as error:
        raise ValueError(f"record({name!r}, {value!r}, ...): the format {format!r} does not fit: {error}") from error
    expectation = _chapter.expected.get(name)
    wrong = ""
    if expectation is None:
        wrong = "nothing is expected of it"
    elif not expectation.holds(value):
        wrong = f"expected {expectation.text}"
    _glue(name, _Glued(text, value, {"name": name, "wrong": wrong, "got": repr(value)} if wrong else None))
    if wrong:
        _complain(f"chapter {_chapter.name}, data {_chapter.source}: {name}: {wrong}, got {value!r}")


def scientific(value: float, digits: int = 0) -> str:
    """A number as prose writes it, ``4.2 × 10⁻¹⁴``; to be given to ``record`` as its format.

    Parameters
    ----------
    value : float
        Any finite number; 0 is written ``0``.
    digits : int
        Decimals of the first factor.
    """
    if value == 0:
        return "0"
    factor, exponent = f"{value:.{digits}e}".split("e")
    power = str(int(exponent)).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
    return f"{factor.replace('-', '−')}\u00a0×\u00a010{power}"  # spaces at which no line breaks


def when(text: str) -> Callable[[Any], str]:
    """A format for ``record``: the text where the value is true, else nothing: words that only some data bear out."""
    return lambda value: text if value else ""


def strict() -> bool:
    """Whether a number that is not as expected is an error."""
    return os.environ.get("LAYERWISE_STRICT", "0") not in ("", "0")


@dataclass(frozen=True)
class _Chapter:
    name: str
    source: str
    expected: Mapping[str, Expectation]


_chapter: _Chapter | None = None


def _as_text(value: Any, format: str | Callable[[Any], str] | None) -> str:
    if callable(format):
        return format(value)
    if format is None:
        if isinstance(value, (str, bool)):
            return str(value)
        format = "," if isinstance(value, numbers.Integral) else ".3f"
    return f"{value:{format}}"


@dataclass(frozen=True)
class _Glued:
    """Text for prose and, where the value is not as expected, what is wrong: the build marks it in the page.

    The value in full is what an answer field compares with.
    """

    text: str
    value: Any
    unexpected: Mapping[str, str] | None

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> tuple[dict[str, str], dict[str, Any]]:
        # Stored with its quotation marks, which {glue:text} takes off; without them it would read 0.250 and 1,234 as
        # Python and print 0.25 and (1, 234).
        told = {"unexpected": dict(self.unexpected)} if self.unexpected else {}
        if isinstance(self.value, str) or math.isfinite(self.value):  # JSON has no other numbers
            told["value"] = self.value
        return {"text/plain": repr(self.text)}, told


def _glue(name: str, glued: _Glued) -> None:
    """Hand text to the notebook that runs, if one does."""
    if "IPython" in sys.modules and sys.modules["IPython"].get_ipython() is not None:
        from myst_nb import glue

        glue(name, glued, display=False)


def _complain(message: str) -> None:
    if strict():
        raise ExpectationError(message)
    print(f"note: {message}")
