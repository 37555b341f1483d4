"""What is expected of the numbers in prose: one file of YAML for each chapter."""

from __future__ import annotations

import math
import numbers
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml


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
    if not isinstance(document, dict):
        raise ValueError(f"{path}: expected sections (any, mnist, ...), found {type(document).__name__}.")
    sections: dict[str, dict[str, Expectation]] = {}
    for section, entries in document.items():
        if not isinstance(entries, dict):
            raise ValueError(f"{path}: section {section} must hold names, found {type(entries).__name__}.")
        sections[section] = {name: _expectation(entry, f"{path}: {section}, {name}") for name, entry in entries.items()}
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


def _expectation(entry: Any, where: str) -> Expectation:
    """Check one entry of a file of expectations and turn it into a condition."""
    keys = set(entry) if isinstance(entry, dict) else set()
    if keys == {"close_to", "tolerance"}:
        target, tolerance = entry["close_to"], entry["tolerance"]
        if not (_is_number(target) and _is_number(tolerance) and tolerance >= 0):
            raise ValueError(f"{where}: close_to and tolerance must be numbers, tolerance not below 0; found {entry}.")
        return Expectation(
            f"{target} to within {tolerance}", lambda value: _is_number(value) and abs(value - target) <= tolerance
        )
    if len(keys & _BOUNDS.keys()) == 1 and keys <= _BOUNDS.keys() | {"study", "claim"}:
        return _interval(entry, where)
    if keys == {"text"}:
        if not (isinstance(entry["text"], str) and entry["text"].strip()):
            raise ValueError(f"{where}: text must say what the text is, found {entry['text']!r}.")
        return Expectation("some text", lambda value: isinstance(value, str) and bool(value.strip()))
    if keys == {"equals"}:
        target = entry["equals"]
        if not isinstance(target, (int, str)):
            raise ValueError(f"{where}: equals is for whole numbers and text; use close_to for {target!r}.")
        return Expectation(
            f"{target!r}", lambda value: isinstance(value, bool) == isinstance(target, bool) and value == target
        )
    raise ValueError(
        f"{where}: expected {{close_to, tolerance}}, {{equals}}, {{text}} or one of {', '.join(_BOUNDS)} with study or "
        f"claim, found {sorted(keys) or entry!r}."
    )


_BOUNDS = {"between": "between {0} and {1}", "at_least": "at least {0}", "at_most": "at most {0}"}


def _interval(entry: Mapping[str, Any], where: str) -> Expectation:
    """Check an entry with bounds, which says what they come from."""
    kind = next(key for key in _BOUNDS if key in entry)
    given = entry[kind]
    if kind == "between" and not (isinstance(given, list) and len(given) == 2 and all(map(_is_number, given))):
        raise ValueError(f"{where}: between must be [low, high], found {given}.")
    if kind != "between" and not _is_number(given):
        raise ValueError(f"{where}: {kind} must be a number, found {given}.")
    low, high = {"between": given, "at_least": (given, math.inf), "at_most": (-math.inf, given)}[kind]
    if low > high:
        raise ValueError(f"{where}: between has low {low} above high {high}.")
    for reason in ("study", "claim"):
        if reason in entry and not (isinstance(entry[reason], str) and entry[reason].strip()):
            raise ValueError(f"{where}: {reason} must say what the bounds come from, found {entry[reason]!r}.")
    if not {"study", "claim"} & set(entry):
        raise ValueError(f"{where}: bounds come from a study or a claim; say which.")
    return Expectation(
        _BOUNDS[kind].format(*(bound for bound in (low, high) if math.isfinite(bound))),
        lambda value: _is_number(value) and low <= value <= high,
        (low, high),
        entry.get("study"),
        entry.get("claim"),
    )


def _is_number(value: Any) -> bool:
    return isinstance(value, numbers.Real) and not isinstance(value, bool) and math.isfinite(value)
