"""The chapter ``your_digit`` with a photo of the reader's: it runs to its end, whatever the photo shows."""

from pathlib import Path

import jupytext
import numpy as np
import pytest
from PIL import Image

from layerwise.data.synthetic.paper import draw
from layerwise.see.forward import Reader
from see import kinds

BOOK = Path(__file__).parents[2] / "book"
CELLS = [cell.source for cell in jupytext.read(BOOK / "your_digit.md").cells if cell.cell_type == "code"]
LAST = next(number for number, code in enumerate(CELLS) if "seven_{way}_answer" in code)


def test_only_the_first_cells_know_the_photo() -> None:
    names = ("PHOTO", "prepared", "prediction")
    assert all(any(name in code for code in CELLS[: LAST + 1]) for name in names)
    assert not any(f"{name}{after}" in code for code in CELLS[LAST + 1 :] for name in names for after in " .,)")


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("three.png", "3  (p = "),
        ("empty.png", "no digit was found"),
        ("two.png", "several: "),
        ("letter.png", "no digit: "),
        ("photo.heic", "layerwise[heic]"),
        ("missing.jpg", "there is no file"),
    ],
)
def test_the_chapter_takes_any_photo(
    name: str, says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    random = np.random.default_rng(1)
    pages = {
        "three.png": lambda: draw("3", seed=1),
        "empty.png": lambda: draw("", seed=1),
        "two.png": lambda: draw("42", seed=1, height=0.35),
        "letter.png": lambda: kinds.photographed(
            kinds.drawn(kinds.curves(kinds.LETTERS["M"], random), (450, 600), 240, (0.5, 0.5), 18), random
        ),
    }
    if name in pages:
        picture: Image.Image = pages[name]()
        picture.save(tmp_path / name)
    elif name == "photo.heic":
        (tmp_path / name).write_bytes(b"\0\0\0\x18ftypheic" + b"\0" * 100)
        monkeypatch.setattr("layerwise.see.picture_files.find_spec", lambda _: None)
    monkeypatch.chdir(BOOK)
    monkeypatch.setenv("LAYERWISE_STRICT", "1")
    monkeypatch.setattr("layerwise.see.pretrained", Reader)  # the same weights without TensorFlow
    namespace: dict[str, object] = {}
    for code in CELLS[: LAST + 1]:
        code = f"PHOTO = {str(tmp_path / name)!r}" if code.startswith("PHOTO = ") else code
        exec(compile(code, "your_digit", "exec"), namespace)
    assert says in capsys.readouterr().out
