"""The pages' own look: nothing from another server, whole drawings, figures that meet the theme's background."""

import re
import xml.etree.ElementTree as ElementTree
from importlib.resources import files
from pathlib import Path

import pytest

from layerwise.figures.style import BACKGROUND, PALETTE

WEB = Path(__file__).parents[2] / "web"
PUBLISHED = [path for path in WEB.rglob("*") if path.suffix in {".css", ".js", ".svg"}]


@pytest.mark.parametrize("path", PUBLISHED, ids=lambda path: path.name)
def test_nothing_is_asked_of_another_server(path: Path) -> None:
    text = path.read_text(encoding="utf-8").replace("http://www.w3.org/2000/svg", "")
    assert not re.search(r"https?:|url\(|@import|//cdn|@font-face", text)


@pytest.mark.parametrize("name", ["logo.svg", "favicon.svg"])
def test_drawing_is_well_formed_and_inside_its_frame(name: str) -> None:
    drawing = ElementTree.parse(WEB / name).getroot()
    left, top, width, height = map(float, drawing.attrib["viewBox"].split())
    circles = [e for e in drawing.iter() if e.tag.endswith("circle")]
    assert circles
    for circle in circles:
        x, y, radius = (float(circle.attrib[key]) for key in ("cx", "cy", "r"))
        assert left <= x - radius and x + radius <= left + width
        assert top <= y - radius and y + radius <= top + height


def test_style_sheet_has_balanced_braces_and_comments() -> None:
    text = (WEB / "layerwise.css").read_text(encoding="utf-8")
    assert text.count("/*") == text.count("*/")
    bare = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
    assert bare.count("{") == bare.count("}")


def test_dark_figures_have_the_dark_page_behind_them() -> None:
    styles = files("sphinx_book_theme") / "theme/sphinx_book_theme/static/styles/sphinx-book-theme.css"
    dark = re.search(r"data-theme=dark\]\{[^}]*--pst-color-background:(#\w+)", styles.read_text(encoding="utf-8"))
    assert dark is not None and dark.group(1) == PALETTE[BACKGROUND]
