"""What a task asks for: answers with their tolerances, and the slips that lead to other numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import isfinite
from typing import Any, Literal

Verdict = Literal["right", "nearly", "wrong", "missing"]

POINTS: Mapping[Verdict, float] = {"right": 1.0, "nearly": 0.5, "wrong": 0.0, "missing": 0.0}
"""What an answer is worth."""


@dataclass(frozen=True)
class Answer:
    """One answer of a task.

    Attributes
    ----------
    asks : str
        What is asked for, in Markdown.
    right : float or str
        The solution.
    tolerance : float
        Relative difference up to which a number is right; up to ten times as much it is nearly right.
    slips : mapping of str to (float or str)
        By what is to be said of it, what a common slip gives. Such an answer is nearly right.
    """

    asks: str
    right: float | str
    tolerance: float = 0.005
    slips: Mapping[str, float | str] = field(default_factory=dict)

    def judged(self, given: Any) -> tuple[Verdict, str]:
        """The verdict on what a student has written, and a hint, empty where there is nothing to say."""
        if given is None or given == "":
            return "missing", "no answer"
        if isinstance(self.right, str):
            words = str(given).strip().lower()
            for hint, slip in self.slips.items():
                if words == str(slip).lower():
                    return "nearly", hint
            return ("right", "") if words == self.right.lower() else ("wrong", "")
        number = read_number(given)
        if number is None:
            return "wrong", "not a number: write 0.25, 2.5e-1 or 1/4"
        if self._near(number, self.right, self.tolerance):
            return "right", ""
        for hint, slip in {**self.slips, **_general_slips(self.right)}.items():
            if self._near(number, float(slip), self.tolerance):
                return "nearly", hint
        if self._near(number, self.right, 10 * self.tolerance):
            return "nearly", "close: rounded too early, or read off a figure?"
        return "wrong", ""

    def _near(self, number: float, other: float, tolerance: float) -> bool:
        return abs(number - other) <= tolerance * abs(other) + 1e-12


def _general_slips(right: float) -> dict[str, float]:
    return {
        "the sign is wrong": -right,
        "a factor of 2 too large": 2 * right,
        "a factor of 2 too small": right / 2,
        "a share is asked for, not a percentage": 100 * right,
    }


def read_number(given: Any) -> float | None:
    """A number or a fraction such as ``"3/64"``; None for anything else."""
    if isinstance(given, bool):
        return None
    try:
        above, _, below = str(given).partition("/")
        number = float(above) / float(below or 1)
    except (ValueError, ZeroDivisionError):
        return None
    return number if isfinite(number) else None


@dataclass(frozen=True)
class Task:
    """A task as it was drawn.

    Attributes
    ----------
    name, title : str
        Its key in the file of answers, and what stands above it.
    question : str
        Markdown.
    answers : mapping of str to Answer
        By their keys in the file of answers.
    solution : str
        The way to the answers, Markdown.
    files : mapping of str to str
        By name, what is handed out with the sheet.
    """

    name: str
    title: str
    question: str
    answers: Mapping[str, Answer]
    solution: str
    files: Mapping[str, str] = field(default_factory=dict)
