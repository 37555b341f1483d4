"""Two readings of one picture: the step that decides between them is named."""

from typing import Any

import numpy as np
import pytest

from layerwise.data.synthetic.paper import draw
from layerwise.see import answers
from layerwise.see.answers import Prediction, predict
from layerwise.see.photo import prepare

SEVEN, ONE = prepare(draw("7", seed=1)), prepare(draw("1", seed=2))


@pytest.fixture
def answer(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Predict the 7 where a step left out would give the 1; of each, the answer and how much it looks like a digit."""

    def of(seven: tuple[int, float], one: tuple[int, float]) -> Prediction:
        monkeypatch.setattr(answers, "other_readings", lambda prepared: [("lines", ONE)])
        monkeypatch.setattr(answers, "turned", lambda prepared, quarters: prepared)
        monkeypatch.setattr(
            answers, "digit_likeness", lambda crops: np.array([seven[1] if (crops[0] == SEVEN.crop).all() else one[1]])
        )
        return predict(SEVEN, lambda inputs: np.eye(10)[[seven[0] if (inputs[0] == SEVEN.input).all() else one[0]]])

    return of


def test_two_sure_answers(answer: Any) -> None:
    found = answer((7, 0.95), (1, 0.95))
    assert found.digit == 7 and [str(problem) for problem in found.problems] == [
        "lines: without this step the answer would be 1. Look at the steps."
    ]


@pytest.mark.parametrize("one", [(7, 0.95), (1, 0.1)])
def test_the_same_answer_or_no_digit_is_no_doubt(answer: Any, one: tuple[int, float]) -> None:
    found = answer((7, 0.95), one)
    assert found.digit == 7 and not found.problems


def test_a_sure_answer_goes_before_what_is_no_digit(answer: Any) -> None:
    found = answer((7, 0.1), (1, 0.95))
    assert found.digit == 1 and [str(problem) for problem in found.problems] == [
        "lines: this step was left out: with it the answer would be 7. Look at the steps."
    ]


def test_neither_is_sure(answer: Any) -> None:
    found = answer((7, 0.1), (1, 0.2))
    assert [problem.kind for problem in found.problems] == ["no digit"] and str(found).startswith("no digit: this may")
    assert found.summary() == "may be no digit: 7  (p = 1.000)  doubtful: no digit"
