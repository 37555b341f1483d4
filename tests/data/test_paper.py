"""Pages drawn by program: what is on them, where, and always the same."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from layerwise.data.synthetic.paper import PAPERS, SHAPES, draw, main, pages

SIZE = (120, 160)


def dark(page: Image.Image) -> np.ndarray:
    return np.asarray(page.convert("L"), float) < 110


def test_every_digit_has_its_height_place_and_width_of_stroke() -> None:
    drawn = {"size": (300, 400), "height": 0.5, "centre": (0.4, 0.6), "pen": 0.08, "slant": 0, "shake": 0, "shadow": 0}
    for digit, shape in ((digit, shape) for digit, shapes in SHAPES.items() for shape in range(len(shapes))):
        ink = dark(draw(digit, shape=shape, **drawn))  # type: ignore[arg-type]
        rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
        # 150 high and half a pen's width more at either end; the middle at (120, 240)
        assert 145 <= np.ptp(rows) <= 150 * 1.2
        assert abs(rows.mean() - 240) < 8 and abs((columns[0] + columns[-1]) / 2 - 120) < 20


def test_the_same_seed_is_the_same_page_and_another_is_another() -> None:
    one, again, other = (np.asarray(draw("4", seed=seed, size=SIZE)) for seed in (1, 1, 2))
    assert (one == again).all() and (one != other).any()
    assert (dark(draw("4", seed=1, size=SIZE)) != dark(draw("4", seed=2, size=SIZE))).any()


def test_the_shape_is_as_asked_and_counted_on() -> None:
    first, second, again = (dark(draw("4", seed=1, size=SIZE, shape=shape)) for shape in (0, 1, len(SHAPES["4"])))
    assert (first == again).all() and (first != second).any()


def test_digits_stand_side_by_side_and_an_empty_page_is_empty() -> None:
    def columns(text: str) -> np.ndarray:
        return dark(draw(text, size=(300, 200), height=0.5, slant=0, shadow=0)).any(axis=0)

    def runs(text: str) -> int:
        return int((np.diff(columns(text).astype(int)) == 1).sum())

    assert [runs(text) for text in ("", "0", "00", "000")] == [0, 1, 2, 3]


def test_light_falls_and_contrast_and_lines_are_as_asked() -> None:
    def mean(**settings: float | str) -> np.ndarray:
        page = draw("", **{"size": SIZE, "noise": 0, **settings})  # type: ignore[arg-type]
        return np.asarray(page, float).mean(axis=2)

    flat, shaded = mean(shadow=0), mean(shadow=0.6)
    assert np.ptp(flat) == 0
    assert shaded[0, 0] > 0.99 * flat[0, 0] - 1 and shaded[-1, -1] == pytest.approx(0.4 * flat[0, 0], abs=3)
    ruled, squared = ((mean(shadow=0, paper=paper) < flat[0, 0] - 5) for paper in ("ruled", "squared"))
    assert ruled.all(axis=1).any() and not ruled.all(axis=0).any()
    assert squared.all(axis=1).any() and squared.all(axis=0).any()
    faint, strong = (np.asarray(draw("1", size=SIZE, shadow=0, noise=0, contrast=c), float).min() for c in (0.3, 0.9))
    assert strong < faint


def test_pages_carry_each_digit_in_turn_and_differ() -> None:
    drawn = list(pages(20, seed=1))
    assert [label for _, label in drawn] == [*range(10), *range(10)]
    assert all(page.size == (450, 600) and page.mode == "RGB" for page, _ in drawn)
    again, other = list(pages(3, seed=1)), list(pages(3, seed=2))
    for n in range(3):
        np.testing.assert_array_equal(drawn[n][0], again[n][0])
        assert not np.array_equal(drawn[n][0], other[n][0])
    medians = np.array([np.median(np.asarray(page)) for page, _ in pages(40)])
    assert 0 < (medians < 128).sum() < 20  # a few boards


def test_what_cannot_be_drawn_is_refused() -> None:
    with pytest.raises(ValueError, match="digits 0 to 9, got 'seven'"):
        draw("seven")
    with pytest.raises(ValueError, match=f"expected one of {', '.join(PAPERS)}"):
        draw("7", paper="papyrus")


def test_the_command_draws_the_page_of_the_chapter(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path / "page.jpg")]) == 0
    shipped = Path(__file__).parents[2] / "book" / "drawn_seven.jpg"
    drawn, kept = (np.asarray(Image.open(path), float) for path in (tmp_path / "page.jpg", shipped))
    assert drawn.shape == kept.shape and np.abs(drawn - kept).mean() < 2  # encoders differ in the last digit
    assert shipped.stat().st_size <= 60_000
    assert main([str(tmp_path / "page.jpg"), "--digits", "x"]) == 1
    assert "digits 0 to 9" in capsys.readouterr().err
    assert main([str(tmp_path / "no" / "page.jpg")]) == 1
