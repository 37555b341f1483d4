"""The kinds of photographs that readers take: right in nine of ten at least, and no digit where there is none.

``LAYERWISE_KINDS=20 pytest -s tests/see/test_kinds.py`` tries more pictures of each and prints the counts. The seed is
another than those with which constants were chosen.
"""

import os

import pytest

from layerwise.see.answers import Prediction, predict
from layerwise.see.forward import Reader
from layerwise.see.photo import prepare
from see import kinds

PICTURES = int(os.environ.get("LAYERWISE_KINDS", "4"))
GOOD = 15 * PICTURES
SEED = 2_000
NONE = {"several", "empty", "no digit"}
READER = Reader()


def answers(kind: str, count: int) -> list[tuple[Prediction, int]]:
    return [(predict(prepare(picture), READER), digit) for picture, digit in kinds.pictures(kind, count, SEED)]


@pytest.mark.parametrize("kind", [kind for kind in kinds.WITH_DIGIT if kind != "good"])
def test_digits_of_a_kind_are_read(kind: str) -> None:
    right = sum(answer.digit == digit for answer, digit in answers(kind, PICTURES))
    print(f"{kind}: {right} of {PICTURES}")
    assert right >= int(0.9 * PICTURES)


@pytest.mark.parametrize("kind", kinds.WITHOUT)
def test_what_is_no_single_digit_is_doubted_first(kind: str) -> None:
    found = [answer.problems[0].kind if answer.problems else "" for answer, _ in answers(kind, PICTURES)]
    print(f"{kind}: {sum(first in NONE for first in found)} of {PICTURES}")
    assert sum(first in NONE for first in found) >= int(0.9 * PICTURES)


def test_good_pictures_are_read_and_not_doubted() -> None:
    found = answers("good", GOOD)
    right = sum(answer.digit == digit for answer, digit in found)
    doubted = sum(bool(NONE & {problem.kind for problem in answer.problems}) for answer, _ in found)
    print(f"good: {right} of {GOOD}, {doubted} doubted")
    assert right >= 0.98 * GOOD and doubted <= 0.02 * GOOD + 1
