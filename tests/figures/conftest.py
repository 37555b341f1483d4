"""Every kind of figure, drawn once for all tests of it."""

import pytest
from matplotlib.figure import Figure

from figure_examples import FIGURES, drawn, svg


@pytest.fixture(scope="module", params=FIGURES)
def picture(request: pytest.FixtureRequest) -> tuple[str, str, Figure]:
    """Name, SVG and figure, drawn once for all tests of it: they look and change nothing."""
    figure = FIGURES[request.param]()
    return request.param, svg(figure), drawn(figure)


@pytest.fixture
def figure(picture: tuple[str, str, Figure]) -> Figure:
    return picture[2]
