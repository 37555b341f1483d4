"""The drawing of the house is what the imports say, and CONTRIBUTING.md shows it."""

import re
from pathlib import Path

import pytest

from bookbuild import house
from bookbuild.house import PAGE, Room, drawing, rewritten, rooms, table


def size_of(text: str) -> list[int]:
    return [int(number.replace(",", "")) for number in re.findall(r"(\d[\d,]*) (?:lines|statements)", text)]


def without_sizes(text: str) -> str:
    return re.sub(r"\d[\d,]* (lines|statements)", r"\1", text)


def test_contributing_shows_the_house_as_it_is() -> None:
    page = PAGE.read_text(encoding="utf-8")
    fresh = rewritten(page, rooms())
    command = "it is not as the code is: python -m bookbuild.house --write"
    assert without_sizes(page) == without_sizes(fresh), command
    # Every change of a line changes a size. It is shown to give an idea.
    assert size_of(page) == pytest.approx(size_of(fresh), rel=0.15, abs=30), command


@pytest.fixture
def small(tmp_path: Path) -> Path:
    files = {
        "layerwise/__init__.py": '"""The package."""\n\nimport layerwise.top\n',
        "layerwise/top.py": '"""A ``top``. And more."""\n\nfrom layerwise import low\n',
        "layerwise/low/__init__.py": '"""Low: what lives\nthere.\n\nServes all.\n"""\n',
        "layerwise/low/one.py": "def f():\n    import layerwise.low.two, numpy\n\n    return 1\n",
        "layerwise/low/deep/two.py": "",
        "layerwise/record_files/record.json": "{}",
        "bookbuild/__init__.py": '"""Builds."""\n',
        "bookbuild/pages.py": "from bookbuild import other\nfrom layerwise.low.one import f\n",
    }
    for name, content in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(content)
    return tmp_path


def test_rooms_are_what_stands_in_their_files(small: Path) -> None:
    assert rooms(small) == [
        Room("low", "Low: what lives there.", 9, 4, ()),
        Room("bookbuild", "Builds.", 3, 3, ("low",)),
        Room("top.py", "A `top`.", 3, 2, ("low",)),
    ]


def test_the_drawing_and_the_map_are_written_between_their_marks(small: Path) -> None:
    drawn = rooms(small)
    assert drawing(drawn).splitlines() == [
        "graph TD",
        '  room_low["low<br>9 lines, 4 statements"]',
        '  room_bookbuild["bookbuild<br>3 lines, 3 statements"]',
        '  room_top_py["top.py<br>3 lines, 2 statements"]',
        "  room_bookbuild --> room_low",
        "  room_top_py --> room_low",
    ]
    page = "a\n<!-- map -->\nold\n<!-- end of the map -->\nb\n<!-- drawing -->\n<!-- end of the drawing -->\nc\n"
    new = rewritten(page, drawn)
    assert f"a\n<!-- map -->\n{table(drawn)}\n<!-- end of the map -->\nb\n" in new
    assert f"<!-- drawing -->\n```mermaid\n{drawing(drawn)}\n```\n<!-- end of the drawing -->\nc\n" in new
    assert rewritten(new, drawn) == new and "old" not in new


def test_the_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert house.main([]) == 0
    shown = capsys.readouterr().out
    assert "| `data` | Data: the digits" in shown and "room_depth --> room_data" in shown
    monkeypatch.setattr(house, "PAGE", tmp_path / "page.md")
    house.PAGE.write_text("<!-- map -->\n<!-- end of the map -->\n")
    assert house.main(["--write"]) == 0
    assert house.PAGE.read_text().count("\n| `") == len(rooms())
