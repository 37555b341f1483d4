"""A photo in the page: read from its file, and prepared and answered step by step as the package does."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageOps
from playwright.sync_api import Browser, Page

from bookbuild import reader_weights
from bookbuild.instruments import PHOTO
from layerwise.data.synthetic.paper import draw
from layerwise.see.answers import predict
from layerwise.see.forward import Reader
from layerwise.see.photo import prepare
from layerwise.see.picture_files import LARGEST, read_picture, reduced
from see import kinds

from .conftest import ROOT, SEE, loaded
from .drawings import drawn, on_paper
from .visit import Visit

NAME = "draw-a-digit"
SETUP = """
    const weights = Layerwise.unpackedWeights(Layerwise.weights);
    const [reader, likeness] = [new Layerwise.Reader(weights.improved), new Layerwise.Likeness(weights.no_digit)];
    globalThis.networks = { reader, likeness };
    globalThis.file = (text) => new Blob([Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0))]);
"""
STEPS = """async (text) => {
    const page = await Layerwise.readPicture(file(text)), found = Layerwise.preparePhoto(page);
    const small = Layerwise.reducedPhoto(page, 512), reading = Layerwise.predictPhoto(page, networks);
    const picture = ({ height, values }) => {
        const bytes = new Uint8Array(Float32Array.from(values).buffer);
        let letters = '';
        for (let i = 0; i < bytes.length; i += 4096) letters += String.fromCharCode(...bytes.subarray(i, i + 4096));
        return [height, btoa(letters)];
    };
    return {
        sheet: found.sheet, small: small.colours.map(picture), evidence: found.evidence, inverted: found.inverted,
        ink: picture(found.ink), strokes: picture(found.strokes), digit: picture(found.digit),
        input: picture(found.input),
        stroke: found.stroke, others: found.others, answer: reading.digit, probabilities: [...reading.probabilities],
        kinds: reading.problems.map(({ kind }) => kind).sort(),
    };
}"""


@pytest.fixture(scope="module")
def page(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    folder = tmp_path_factory.mktemp("photo")
    reader_weights.write_weights(folder / "weights.js")
    scripts = [*SEE, *(ROOT / "web" / script for script in PHOTO), folder / "weights.js"]
    for loaded_page in loaded(browser, folder, scripts):
        loaded_page.evaluate(f"() => {{ {SETUP} }}")
        yield loaded_page


def file_of(picture: Image.Image, kind: str = "PNG", **settings: Any) -> bytes:
    file = io.BytesIO()
    picture.save(file, kind, **settings)
    return file.getvalue()


def asked(page: Page, content: bytes) -> dict[str, Any]:
    return page.evaluate(STEPS, base64.b64encode(content).decode())


def blue(page: Image.Image) -> Image.Image:
    """The same page with blue ink: darker in red than in blue."""
    grey = np.asarray(page.convert("L"), float)
    return Image.fromarray(np.stack([grey, grey + 0.3 * (255 - grey), grey + 0.6 * (255 - grey)], 2).astype(np.uint8))


PAGES: dict[str, Image.Image] = {
    **{
        f"on a table {seed}": kinds.on_a_table(np.random.default_rng(seed), digit)
        for seed, digit in ((1, 3), (2, 8), (3, 5))
    },
    "plain": draw("7", seed=1),
    "blue ink": blue(draw("2", seed=2, shadow=0)),
    "ruled": draw("3", seed=3, paper="ruled", tilt=1),
    "squared, in the shadow": draw("5", seed=4, paper="squared", shadow=0.5, tilt=-1),
    "chalk": ImageOps.invert(draw("4", seed=5).convert("RGB")),
    "chalk on a ruled board": ImageOps.invert(draw("8", seed=6, paper="ruled").convert("RGB")),
    "far away": draw("6", seed=7, size=(1500, 2000), height=0.12),
    "a landscape": draw("9", seed=8, size=(901, 640)),
    "two": draw("38", seed=9, height=0.35),
    "thin and faint": draw("0", seed=10, pen=0.02, contrast=0.3, noise=0.005),
    "cut off": draw("7", seed=11, height=0.9, centre=(0.5, 0.2)),
    "turned": draw("7", seed=12, noise=0.01).rotate(90, expand=True),
    "tiny": draw("2", seed=13, size=(60, 80)),
    "nothing": draw("", seed=14),
    "a drawing, grey": Image.fromarray(
        on_paper(drawn("5,5 30,4 62,3 / 62,3 45,35 30,70 22,100", np.random.default_rng(1)), 16)
    ),
}


def numbers(found: tuple[int, str]) -> np.ndarray:
    height, values = found
    return np.frombuffer(base64.b64decode(values), np.float32).reshape(height, -1)


def overlap(one: np.ndarray, other: np.ndarray) -> float:
    """The share of two masks' places that is in both."""
    both, either = (one & other).sum(), (one | other).sum()
    return float(both / either) if either else 1.0


@pytest.mark.parametrize("name", PAGES)
def test_a_photo_takes_the_steps_of_the_package(page: Page, name: str) -> None:
    found, expected = asked(page, file_of(PAGES[name])), prepare(PAGES[name])
    assert (found["sheet"] is None) == (expected.sheet is None) == (not name.startswith("on a table"))
    if expected.sheet is not None:
        np.testing.assert_allclose(found["sheet"], expected.sheet, rtol=0, atol=0.01)
    for k, colour in enumerate(found["small"]):
        np.testing.assert_array_equal(numbers(colour), reduced(read_picture(PAGES[name]), LARGEST)[..., k])
    assert found["evidence"] == pytest.approx(expected.light_on_dark, rel=1e-5)
    assert found["inverted"] == expected.inverted
    # The package adds up the weights of the colours in float32.
    np.testing.assert_allclose(numbers(found["ink"]), expected.ink, rtol=0, atol=2e-4)
    for step in ("strokes", "digit"):
        assert overlap(numbers(found[step]) > 0, getattr(expected, step)) > 0.998, step
    np.testing.assert_allclose(numbers(found["input"]), expected.input[..., 0], rtol=0, atol=0.01)
    assert (found["stroke"], found["others"]) == (pytest.approx(expected.stroke, rel=0.01), expected.others)
    answer = predict(expected, Reader())
    assert found["answer"] == answer.digit
    assert found["kinds"] == sorted(problem.kind for problem in answer.problems)
    if answer.digit is not None:
        np.testing.assert_allclose(found["probabilities"], answer.probabilities, rtol=0, atol=0.02)


# --- On the built page --------------------------------------------------------------------------------------------


PAGE = draw("4", seed=21, size=(300, 400))


def load(visit: Visit, content: bytes, name: str = "photo.png") -> str:
    """What the page says of a file that is chosen by its button."""
    with visit.page.expect_file_chooser() as chosen:
        visit.page.get_by_role("button", name="Load a photo").click()
    chosen.value.set_files({"name": name, "mimeType": "image/png", "buffer": content})
    visit.settle()
    return visit.page.locator(f"#{NAME} .sentence").first.inner_text()


def test_a_photo_is_loaded_read_and_taken_away_again(visit: Visit) -> None:
    asked: list[str] = []
    page = visit.open()
    page.on("request", lambda request: asked.append(request.url))
    assert load(visit, file_of(PAGE)).startswith("It reads a 4")
    assert [url.split("_static/")[1] for url in asked if url.endswith(".js")] == PHOTO
    assert all(url.startswith(("file:", "blob:", "data:")) for url in asked)
    assert page.locator(f"#{NAME} svg.paper").get_attribute("aria-label") == "Paper with your photo"
    assert page.locator(f"#{NAME} svg.paper image").count() == 1
    assert page.locator(f"#{NAME} .presets [aria-pressed=true]").count() == 0
    foot = page.locator(f"#{NAME} .foot")
    assert foot.inner_text().startswith("Of the ten steps of a photo")
    page.get_by_role("button", name="Cover parts of it").click()
    visit.settle()
    assert "The 4 has a probability" in page.locator(f"#{NAME} .panel:visible .sentence").inner_text()
    page.get_by_role("button", name="Clear").click()
    assert page.locator(f"#{NAME} .sentence").first.inner_text().startswith("The paper is empty")
    assert page.locator(f"#{NAME} svg.paper image").count() == 0
    assert foot.inner_text().startswith("Paper and ink are known here")
    assert load(visit, file_of(PAGE)).startswith("It reads a 4")  # the same file, once more
    page.get_by_role("button", name="a 7", exact=True).click()
    assert page.locator(f"#{NAME} .sentence").first.inner_text().startswith("It reads a 7")


def turned_by_the_camera() -> bytes:
    """Stored on its side, with a note (EXIF) that it has to be turned a quarter to the right."""
    exif = Image.Exif()
    exif[0x0112] = 6
    return file_of(PAGE.rotate(90, expand=True), "JPEG", quality=95, exif=exif)


def on_nothing() -> bytes:
    """White strokes on a transparent ground."""
    ink = ImageOps.invert(Image.fromarray(on_paper([[[78, 72], [172, 68]], [[172, 68], [116, 198]]], 16)))
    picture = Image.new("RGBA", ink.size, "white")
    picture.putalpha(ink)
    return file_of(picture)


READ = {
    "upright by its note": (turned_by_the_camera, "It reads a 4"),
    "large": (lambda: file_of(PAGE.resize((2600, 3400)), "JPEG"), "It reads a 4"),
    "transparent": (on_nothing, "It reads a 7"),
    "WebP": (lambda: file_of(PAGE, "WEBP"), "It reads a 4"),
    "GIF": (lambda: file_of(PAGE, "GIF"), "It reads a 4"),
    "BMP": (lambda: file_of(PAGE, "BMP"), "It reads a 4"),
}


@pytest.mark.parametrize("kind", READ)
def test_files_of_all_kinds_are_read(visit: Visit, kind: str) -> None:
    make, said = READ[kind]
    visit.open()
    assert load(visit, make()).startswith(said)


REFUSED = {
    "empty": (lambda: b"", "is empty (0 bytes). Copy it again from the camera."),
    "text": (lambda: b"<script>alert(1)</script>", "is not a picture that can be read."),
    "a drawing that runs": (
        lambda: b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>",
        "is not a picture that can be read.",
    ),
    "HEIC": (
        lambda: b"\0\0\0\x18ftypheic" + bytes(99),
        "is a HEIC picture, which is not read here. Export it as JPEG.",
    ),
    "cut short": (lambda: file_of(PAGE)[:900], "is cut short."),
    "a photo cut short": (lambda: file_of(PAGE, "JPEG")[:-9], "is cut short."),
    "a head alone": (
        lambda: b"\xff\xd8\xff\xe0" + bytes(99) + b"\xff\xd9",
        "is damaged, or too large for this browser.",
    ),
    "huge": (lambda: file_of(Image.new("1", (8_000, 8_000))), "has 8,000 × 8,000 pixels, more than 50 megapixels."),
    "a thread": (
        lambda: file_of(Image.new("L", (9, 900))),
        "has 9 × 900 pixels. A digit needs at least 8 on each side",
    ),
}


@pytest.mark.parametrize("kind", REFUSED)
def test_what_is_no_photo_gets_a_sentence(visit: Visit, kind: str) -> None:
    make, said = REFUSED[kind]
    page = visit.open()
    text = load(visit, make(), name="my file.jpg")
    assert text.startswith("This is not read. my file.jpg ") and said in text
    page.get_by_role("button", name="a 7", exact=True).click()
    assert page.locator(f"#{NAME} .sentence").first.inner_text().startswith("It reads a 7")


def test_a_newer_wish_goes_before_a_photo_that_is_still_read(visit: Visit) -> None:
    page = visit.open()
    page.evaluate(
        "(text) => { engine().lookAt(Object.assign(new Blob([text]), { name: 'one' })); engine().clear(); }",
        "no picture",
    )
    visit.settle()
    page.wait_for_timeout(100)
    assert page.locator(f"#{NAME} .sentence").first.inner_text().startswith("The paper is empty")
