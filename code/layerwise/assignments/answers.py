"""What a task asks for: answers with their tolerances, and the slips that lead to other numbers."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from itertools import combinations
from math import isclose
from typing import Any, Literal

from layerwise.assignments.numbers import UNREAD, about_commas, read_number

Verdict = Literal["right", "nearly", "wrong", "missing"]

POINTS: Mapping[Verdict, float] = {"right": 1.0, "nearly": 0.5, "wrong": 0.0, "missing": 0.0}
"""What an answer is worth."""

CLOSE = 3
"""Up to how many times the tolerance a number is nearly right."""


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
        Relative difference up to which a number is right; up to `CLOSE` times as much it is nearly right.
    slips : mapping of str to (float or str)
        By what is to be said of it, what a common slip gives. Such an answer is nearly right.
    """

    asks: str
    right: float | str
    tolerance: float = 0.005
    slips: Mapping[str, float | str] = field(default_factory=dict)

    def judged(self, given: Any, others: Collection[float] = ()) -> tuple[Verdict, str]:
        """The verdict on what a student has written, and a hint, empty where there is nothing to say.

        `others` are the other answers of the task: one of them, 0 or 1 is not close, whatever its distance.
        """
        if given is None or given in ("", "null", "~"):
            return "missing", "no answer"
        if not isinstance(given, (str, int, float)):  # a list may unfold without end
            return "wrong", "one answer is expected, not several"
        if isinstance(self.right, str):
            words = _words(given)
            for hint, slip in self.slips.items():
                if words == _words(slip):
                    return "nearly", hint
            return ("right", "") if words == _words(self.right) else ("wrong", "")
        number = read_number(given)
        if number is None:
            return "wrong", about_commas(given) or UNREAD
        if self._near(number, self.right, self.tolerance):
            return "right", ""
        for hint, slip in self.slips.items():
            if self._near(number, float(slip), self.tolerance):
                return "nearly", hint
        if number in (0, 1) or any(self._near(number, other, self.tolerance) for other in others):
            return "wrong", about_commas(given)
        for hint, slip in _general_slips(self.right).items():
            if self._near(number, slip, self.tolerance):
                return "nearly", hint
        if self._near(number, self.right, CLOSE * self.tolerance):
            return "nearly", "close: rounded too early, or read off a figure?"
        return "wrong", about_commas(given)

    @property
    def tells(self) -> bool:
        """Whether being right says something, so that no listed slip is right, nor 1 where there is a tolerance."""
        if isinstance(self.right, str):
            return self.right not in self.slips.values()
        slips = [float(slip) for slip in self.slips.values()]
        trivial = [1.0] if self.tolerance else []
        return not any(self._near(number, self.right, self.tolerance) for number in (*slips, *trivial))

    def _near(self, number: float, other: float, tolerance: float) -> bool:
        floor = 1e-12 if self.right == 0 else 0.0
        return abs(number - other) <= (tolerance + 1e-12) * abs(other) + floor


def _words(given: Any) -> list[str]:
    """What is written, without the quotes, brackets and blanks around it: Python prints ``('sign',)``."""
    return re.findall(r"\w+", str(given).lower())


def _general_slips(right: float) -> dict[str, float]:
    return {
        "the sign is wrong": -right,
        "a factor of 2 too large": 2 * right,
        "a factor of 2 too small": right / 2,
        "a share is asked for, not a percentage": 100 * right,
    }


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

    @property
    def tells(self) -> bool:
        """Whether each answer does, and no two are the same but for their signs; counts may be."""
        sizes = [
            (abs(answer.right), answer.tolerance)
            for answer in self.answers.values()
            if not isinstance(answer.right, str) and answer.tolerance
        ]
        return all(answer.tells for answer in self.answers.values()) and not any(
            isclose(one, other, rel_tol=max(near, nearer)) for (one, near), (other, nearer) in combinations(sizes, 2)
        )
