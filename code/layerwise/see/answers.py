"""A network's answer to a prepared picture, and what speaks against it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from layerwise.see.doubts import Problem
from layerwise.see.no_digit import DIGIT, digit_likeness
from layerwise.see.photo import Prepared, other_readings, turned

LOW_CONFIDENCE = 0.6
"""Below this probability an answer is called doubtful."""


SURE_TURNED, BETTER_TURNED = 0.75, 0.3
"""A turned picture is read where its likeness to a digit, times the probability, is above the one, and larger than that
of the picture as it lies by the other. Chosen, like `no_digit.DIGIT`, on drawings of tests/see/kinds.py."""


_FIRST = {"no digit": "may be no digit", "several": "several digits", "turned": "turned"}
"""The kinds of problems that are said before any digit, and how in few words."""


class Model(Protocol):
    """A Keras model, or whatever else takes inputs of shape (P, 32, 32, 3) to probabilities of shape (P, 10)."""

    def __call__(self, inputs: Any) -> Any: ...


@dataclass(frozen=True, eq=False)
class Prediction:
    """A network's answer to a prepared picture.

    Attributes
    ----------
    digit : int or None
        The class of the largest probability; None where the picture shows no digit at all.
    probabilities : float64 array, shape (10,)
        Of the classes 0 to 9.
    problems : tuple of Problem
        Those of the picture, and a low confidence.
    """

    digit: int | None
    probabilities: npt.NDArray[np.float64]
    problems: tuple[Problem, ...]

    def summary(self) -> str:
        """The answer and the kinds of doubts in one line."""
        if self.digit is None:
            return "no digit was found"
        kinds = [problem.kind for problem in self.problems]
        first = "".join(f"{_FIRST[kind]}: " for kind in kinds if kind in _FIRST)
        doubts = f"  doubtful: {', '.join(kinds)}" if kinds else ""
        return f"{first}{self._answer()}{doubts}"

    def as_dict(self) -> dict[str, Any]:
        """The answer as JSON can write it; no probabilities where there is no digit."""
        problems = [{"kind": problem.kind, "advice": problem.advice} for problem in self.problems]
        probabilities = None if self.digit is None else self.probabilities.round(6).tolist()
        return {"digit": self.digit, "probabilities": probabilities, "problems": problems}

    def _answer(self) -> str:
        return f"{self.digit}  (p = {self.probabilities[self.digit]:.3f})"

    def __str__(self) -> str:
        """What the command prints: that it is no single digit first; then the answer, its bars, and other doubts."""
        problems = [str(problem) for problem in self.problems]
        if self.digit is None:
            return "\n\n".join(["no digit was found", *problems])
        first = [problem for problem in self.problems if problem.kind in _FIRST]
        bars = [f"{k}  {p:.3f}  {'█' * round(40 * p)}".rstrip() for k, p in enumerate(self.probabilities)]
        return "\n\n".join([*problems[: len(first)], self._answer(), "\n".join(bars), *problems[len(first) :]])


@dataclass(frozen=True, eq=False)
class _Reading:
    """One way to see the picture, and what the network makes of it."""

    prepared: Prepared
    probabilities: npt.NDArray[np.float64]
    likeness: float

    @property
    def digit(self) -> int:
        return int(self.probabilities.argmax())

    @property
    def sure(self) -> bool:
        return self.likeness >= DIGIT and float(self.probabilities.max()) >= LOW_CONFIDENCE


def _read(prepared: Prepared, model: Model) -> _Reading:
    probabilities = np.asarray(model(prepared.input[None]), dtype=np.float64)[0]
    return _Reading(prepared, probabilities, float(digit_likeness(prepared.crop[None])[0]) * prepared.digit.any())


def predict(prepared: Prepared, model: Model) -> Prediction:
    """What a network sees in a prepared picture, and what speaks against its answer.

    Where a step may have been a mistake, the picture is read without it as well; where no answer is sure, turned as
    well. A reading that is sure goes before one that is not.

    Parameters
    ----------
    prepared : Prepared
        See :func:`prepare`.
    model : keras.Model
        Of inputs (P, 32, 32, 3) between 0 and 1 and ten probabilities, ``layerwise.see.pretrained()`` for instance.
    """
    first = _read(prepared, model)
    others = {step: _read(other, model) for step, other in other_readings(prepared)}
    best = first if first.sure else max([first, *(other for other in others.values() if other.sure)], key=_score)
    quarters = 0
    if not best.sure and prepared.digit.any():
        turns = {number: _read(turned(prepared, number), model) for number in (1, 2, 3)}
        number = max(turns, key=lambda number: _score(turns[number]))
        if _score(turns[number]) > max(SURE_TURNED, _score(best) + BETTER_TURNED):
            best, quarters = turns[number], number
    if not best.prepared.digit.any():
        return Prediction(None, first.probabilities, prepared.problems)
    problems = [*_of_the_shape(first, best, quarters), *best.prepared.problems, *_of_steps(first, others, best)]
    problems.sort(key=lambda problem: problem.kind not in _FIRST)
    return Prediction(best.digit, best.probabilities, tuple(problems))


def _score(reading: _Reading) -> float:
    return reading.likeness * float(reading.probabilities.max())


def _of_the_shape(first: _Reading, best: _Reading, quarters: int) -> Iterator[Problem]:
    lies = first if quarters else best
    if lies.likeness < DIGIT:
        yield Problem(
            "no digit",
            f"this may be no digit: its shape is unlike all ways to write one (likeness {lies.likeness:.2f} of 1). "
            "Write one digit in its usual form.",
        )
    if quarters:
        how = {1: "a quarter to the left", 2: "upside down", 3: "a quarter to the right"}[quarters]
        yield Problem(
            "turned", f"turned {how} it would be a {best.digit}. Turn the picture if that is how it was meant."
        )
    second, probability = int(np.argsort(-best.probabilities)[1]), best.probabilities.max()
    if probability < LOW_CONFIDENCE:
        yield Problem(
            "low confidence",
            f"the network gives {best.digit} a probability of {probability:.2f} and {second} one of "
            f"{best.probabilities[second]:.2f}. Write the digit larger and in its usual form, and look at the last "
            "step.",
        )


def _of_steps(first: _Reading, others: Mapping[str, _Reading], best: _Reading) -> Iterator[Problem]:
    """The steps that decide the answer."""
    for step, other in others.items():
        if other is best:
            found = f"the answer would be {first.digit}" if first.prepared.digit.any() else "nothing would be found"
            yield Problem(step, f"this step was left out: with it {found}. Look at the steps.")
        elif other.sure and other.digit != best.digit:
            yield Problem(step, f"without this step the answer would be {other.digit}. Look at the steps.")
