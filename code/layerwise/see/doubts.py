"""Reasons to doubt an answer that the picture itself gives, before a network has been asked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from layerwise.see.ink import FAINTEST, Mask
from layerwise.see.picture_files import Floats

THIN = 0.8 / 32
"""Strokes below this share of the input's side, less than a pixel, are called thin."""


@dataclass(frozen=True)
class Problem:
    """A reason to doubt an answer.

    Attributes
    ----------
    kind : str
        Of the picture: empty, several, cut off, small, thin, faint. Of the answer: no digit, low confidence, turned,
        or the name of a step without which the answer would be another (polarity, lines).
    advice : str
        What was found, and what to do about it.
    """

    kind: str
    advice: str

    def __str__(self) -> str:
        return f"{self.kind}: {self.advice}"


def problems_of(digit: Mask, others: int, ink: Floats, stroke: float, pixels: float) -> Iterator[Problem]:
    """The problems of a picture; its digit's longer side has so many pixels in the photo as it was read."""
    if not digit.any():
        yield Problem(
            "empty",
            "no stroke was found that is large and dark enough. Write one digit with a thick dark pen and let it fill "
            "a third of the picture or more.",
        )
        return
    if others:
        yield Problem(
            "several",
            "there seem to be two digits or more, and the network reads one. Cut the picture down to a single digit.",
        )
    if digit.sum() > digit[2:-2, 2:-2].sum():
        yield Problem(
            "cut off", "the digit reaches the edge of the picture. Take it again with paper on all four sides."
        )
    if pixels < 32:
        yield Problem("small", f"the digit is only {pixels:.0f} pixels long. Go nearer, or take more pixels.")
    if stroke < THIN:
        yield Problem(
            "thin",
            "the strokes are very thin for the digit's size, and were widened. Use a thicker pen or write smaller.",
        )
    strength = float(np.percentile(ink[digit], 60))
    if strength < 2 * FAINTEST:
        yield Problem(
            "faint",
            f"the strokes take away only {strength:.0%} of the light. Use a darker pen, or more light without shadow.",
        )
