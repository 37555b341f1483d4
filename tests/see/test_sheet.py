"""A sheet on a table: its corners are found where they were drawn, and none where there is none."""

import numpy as np
import pytest
from PIL import Image, ImageDraw

from layerwise.data.synthetic.paper import draw
from layerwise.see.sheet import find_sheet, straightened

CORNERS = np.array([(0.2, 0.15), (0.85, 0.22), (0.8, 0.88), (0.12, 0.8)])


def table(corners: np.ndarray, table: int = 60, paper: int = 235) -> np.ndarray:
    picture = Image.new("RGB", (600, 800), (table,) * 3)
    ImageDraw.Draw(picture).polygon([tuple(place) for place in corners * (600, 800)], fill=(paper,) * 3)
    return np.asarray(picture)


@pytest.mark.parametrize("light", [60, 170])
def test_the_corners_are_found(light: int) -> None:
    found = find_sheet(table(CORNERS, light))
    assert found is not None and np.abs(found - CORNERS).max() < 0.02


def test_what_lies_on_the_sheet_is_straightened() -> None:
    photo = table(CORNERS).copy()
    middle = CORNERS.mean(axis=0) * (600, 800)
    photo[int(middle[1]) - 5 : int(middle[1]) + 5, int(middle[0]) - 5 : int(middle[0]) + 5] = 0
    page = straightened(photo, CORNERS)[..., 0]
    assert min(page[0].min(), page[-1].min(), page[:, 0].min(), page[:, -1].min()) > 200  # no table is left
    assert np.abs(np.argwhere(page < 100).mean(axis=0) / page.shape - 0.5).max() < 0.05


@pytest.mark.parametrize("shadow", [0, 0.6])
def test_a_page_that_fills_the_photo_has_no_sheet(shadow: float) -> None:
    assert find_sheet(np.asarray(draw("7", shadow=shadow))) is None
    assert find_sheet(255 - np.asarray(draw("1", shadow=shadow, pen=0.12))) is None
