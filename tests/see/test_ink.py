"""Ink on paper: which of the two is which, and the light on the paper."""

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

from layerwise.data.synthetic.paper import PAPERS, draw
from layerwise.see.ink import light_on_dark, without_strokes
from layerwise.see.photo import LIGHT_ON_DARK
from see import kinds


def view_of(picture: Image.Image) -> npt.NDArray[np.float32]:
    picture.thumbnail((512, 512))
    return np.asarray(picture, np.float32) / np.float32(255)


@pytest.mark.parametrize("paper", PAPERS)
def test_pale_ink_on_any_paper_is_told_from_chalk_on_the_same_board(paper: str) -> None:
    for seed in range(4):
        view = view_of(draw("5", seed=seed, contrast=0.35, pen=0.05, paper=paper, shadow=0.5, tilt=1.0))
        ink, chalk = light_on_dark(view), light_on_dark(1 - view)
        assert chalk < LIGHT_ON_DARK < 1 < ink, seed
        assert chalk == pytest.approx(1 / ink, rel=1e-3)


@pytest.mark.parametrize(("kind", "light"), [("board", True), ("chalk", True), ("hand_shadow", False), ("bold", False)])
def test_boards_shadows_and_bold_digits_are_told_apart(kind: str, light: bool) -> None:
    for picture, digit in kinds.pictures(kind, 5, seed=2_100):
        assert (light_on_dark(view_of(picture)) < LIGHT_ON_DARK) == light, digit


def test_the_edge_of_a_shadow_alone_decides_nothing() -> None:
    page = np.where(np.arange(100) < 37, 0.9, 0.4) * np.ones((120, 100))
    assert light_on_dark(page[..., None].astype(np.float32)) == pytest.approx(1, abs=0.01)


def test_the_paper_without_strokes_is_the_lightest_below_which_no_wide_square_lies() -> None:
    channel = np.random.default_rng(3).random((30, 24)).astype(np.float32)
    span, rows, columns = 11, *channel.shape  # 30 / 3, made odd
    wide = np.pad(channel, span, mode="edge")
    squares = np.lib.stride_tricks.sliding_window_view(wide, (span, span))
    largest = squares.max(axis=(2, 3))  # of every square; a place gets the least of those that it lies in
    expected = [
        [largest[i + 1 : i + span + 1, j + 1 : j + span + 1].min() for j in range(columns)] for i in range(rows)
    ]
    np.testing.assert_array_equal(without_strokes(channel)[5:-5, 5:-5], np.array(expected)[5:-5, 5:-5])
