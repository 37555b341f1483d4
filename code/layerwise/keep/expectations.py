"""What is expected of the numbers in prose: one file of YAML for each chapter."""

from __future__ import annotations

import math
import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from layerwise.keep.arguments import Allowed, check, is_number, number


@dataclass(frozen=True)
class Expectation:
    """What one recorded value must satisfy.

    Attributes
    ----------
    text : str
        The condition in words, as a message can print it.
    holds : callable
        Takes the raw value and answers whether it is as expected.
    bounds : (low, high), optional
        Of an interval; infinite where a side is free.
    study, claim : str, optional
        What the bounds of an interval come from; see :func:`read_expectations`.
    """

    text: str
    holds: Callable[[Any], bool]
    bounds: tuple[float, float] | None = None
    study: str | None = None
    claim: str | None = None


def read_expectations(path: str | os.PathLike[str]) -> dict[str, dict[str, Expectation]]:
    """The expectations of a chapter by section and name.

    Parameters
    ----------
    path : path
        A YAML file as in the module's description. Each name carries one of ``close_to`` (with ``tolerance``,
        absolute), ``equals`` (a whole number, text, or true or false), ``text`` (any, what it is), and ``between`` (low
        and high), ``at_least`` or ``at_most``. Bounds say where they come from: ``study`` is a statistic of a study, as
        :mod:`layerwise.audit.chances` reads it, ``claim`` what the sentence needs. Without a claim the bounds are made
        from the study.

    Raises
    ------
    ValueError
        If a key is unknown, missing or twice there, bounds are the wrong way round, or a name stands both in ``any``
        and in another section, where it would be unclear which one holds.
    """
    path = Path(path)
    try:
        document = yaml.load(path.read_text(encoding="utf-8"), Loader=_StrictLoader) or {}
    except yaml.YAMLError as error:
        raise ValueError(f"{path} is not YAML that can be read: {error}") from error
    sections = {
        section: {name: _expectation(entry, f"{path}: {section}, {name}") for name, entry in entries.items()}
        for section, entries in document.items()
    }
    for section, entries in sections.items():
        twice = sorted(set(entries) & set(sections.get("any", {}))) if section != "any" else []
        if twice:
            raise ValueError(f"{path}: {', '.join(twice)} in both any and {section}; keep one.")
    return sections


class _StrictLoader(yaml.SafeLoader):
    """YAML in which a key that stands twice is an error, not the last one's silent victory."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        twice = sorted({str(key) for key in keys if keys.count(key) > 1})
        if twice:
            raise ValueError(f"{', '.join(twice)} stands twice in one section{node.start_mark}")
        return super().construct_mapping(node, deep)


# YAML 1.1 reads 1e-12, without a point, as text.
_StrictLoader.add_implicit_resolver(
    "tag:yaml.org,2002:float", re.compile(r"^[-+]?[0-9]+(\.[0-9]*)?[eE][-+]?[0-9]+$"), list("-+0123456789")
)


_NUMBER = Allowed("a finite number", is_number)


_TEXT = Allowed("words that say it", lambda value: isinstance(value, str) and bool(value.strip()))


_BOUNDS = {"between": "between {0} and {1}", "at_least": "at least {0}", "at_most": "at most {0}"}


_ALLOWED = {
    "close_to": _NUMBER,
    "tolerance": number(0),
    "equals": Allowed("a whole number, text, true or false (or close_to)", lambda value: isinstance(value, (int, str))),
    "text": _TEXT,
    "between": Allowed(
        "[low, high], finite numbers",
        lambda value: (
            isinstance(value, list) and len(value) == 2 and all(map(is_number, value)) and value[0] <= value[1]
        ),
    ),
    "at_least": _NUMBER,
    "at_most": _NUMBER,
    "study": _TEXT,
    "claim": _TEXT,
}
"""What the keys of an entry may hold."""


def _expectation(entry: Any, where: str) -> Expectation:
    """Check one entry of a file of expectations and turn it into a condition."""
    keys = set(entry) if isinstance(entry, dict) else set()
    bounds = keys & _BOUNDS.keys()
    # Bounds say what they come from.
    of_bounds = len(bounds) == 1 and keys - bounds and keys - bounds <= {"study", "claim"}
    if not of_bounds and keys not in ({"close_to", "tolerance"}, {"equals"}, {"text"}):
        raise ValueError(
            f"{where}: expected {{close_to, tolerance}}, {{equals}}, {{text}} or one of {', '.join(_BOUNDS)} with "
            f"study or claim, found {sorted(keys) or entry!r}"
        )
    try:
        check(_ALLOWED, **entry)
    except ValueError as error:
        raise ValueError(f"{where}: {error}") from error
    if "close_to" in keys:
        target, tolerance = entry["close_to"], entry["tolerance"]
        return Expectation(
            f"{target} to within {tolerance}", lambda value: is_number(value) and abs(value - target) <= tolerance
        )
    if "text" in keys:
        return Expectation("some text", _TEXT.holds)
    if "equals" in keys:
        target = entry["equals"]
        return Expectation(
            f"{target!r}", lambda value: isinstance(value, bool) == isinstance(target, bool) and value == target
        )
    (kind,) = bounds
    given = entry[kind]
    low, high = {"between": given, "at_least": (given, math.inf), "at_most": (-math.inf, given)}[kind]
    return Expectation(
        _BOUNDS[kind].format(*(bound for bound in (low, high) if math.isfinite(bound))),
        lambda value: is_number(value) and low <= value <= high,
        (low, high),
        entry.get("study"),
        entry.get("claim"),
    )
