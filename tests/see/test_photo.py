"""From a photo to the network's input: every format, every light, every reason to doubt, every file that is no photo.

The photos are pages that layerwise.data.synthetic draws; what is expected of them is known from how they were drawn.
"""

import io
import json
import struct
import subprocess
import sys
import zlib
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from layerwise.data.synthetic.paper import draw
from layerwise.see import picture_files
from layerwise.see.answers import predict
from layerwise.see.ink import _otsu
from layerwise.see.photo import Prepared, prepare, prepare_many
from layerwise.see.picture_files import PhotoError

SIZE = (210, 280)
PAGE = draw("7", seed=1, size=SIZE, paper="ruled", tilt=1)
SEVEN = prepare(PAGE)
ORIENTATION = 0x0112
BACKGROUND, INK = 0.8, 0.2


def kinds(prepared: Prepared) -> list[str]:
    return [problem.kind for problem in prepared.problems]


def likeness(one: Prepared, other: Prepared) -> float:
    """Correlation of two inputs."""
    return float(np.corrcoef(one.input.ravel(), other.input.ravel())[0, 1])


# ---------------------------------------------------------------------------------------------------------------------
# The steps


def test_every_step_has_the_shape_and_range_that_it_says() -> None:
    assert SEVEN.photo.shape == (280, 210, 3) and SEVEN.photo.dtype == np.uint8
    for name in ("view", "dark_on_light", "background", "ink", "crop", "upright", "input"):
        step = getattr(SEVEN, name)
        assert step.dtype == np.float32 and step.min() >= 0 and step.max() <= 1, name
    for name in ("marks", "strokes", "digit"):
        assert getattr(SEVEN, name).dtype == bool and getattr(SEVEN, name).shape == (280, 210)
    assert SEVEN.crop.shape == (128, 128) and SEVEN.input.shape == (32, 32, 3)
    assert (SEVEN.input[..., 0] == SEVEN.input[..., 2]).all()
    assert [name.split()[0] for name in SEVEN.steps] == [str(i) for i in range(1, 11)]
    assert SEVEN.problems == () and not SEVEN.inverted


def test_the_digit_stands_in_the_middle_and_fills_the_input() -> None:
    for digit in "0123456789":
        dark = prepare(draw(digit, seed=3, size=SIZE, height=0.3, centre=(0.3, 0.7))).crop > 0.5
        rows, columns = np.flatnonzero(dark.any(axis=1)), np.flatnonzero(dark.any(axis=0))
        # 26 of 32 pixels, and more where strokes were widened; a pixel of the crop is a quarter of one of the input.
        assert 26 * 4 - 2 <= max(np.ptp(rows), np.ptp(columns)) + 1 <= 28 * 4
        assert abs(rows[0] + rows[-1] - 127) <= 3 and abs(columns[0] + columns[-1] - 127) <= 3


def test_paper_and_ink_have_their_greys() -> None:
    assert SEVEN.input.max() == pytest.approx(BACKGROUND, abs=0.01)
    assert INK - 0.01 <= SEVEN.input.min() <= 0.4  # the blur lightens the middle of a stroke


def test_the_background_is_the_light_on_the_paper_without_strokes() -> None:
    with_digit = prepare(draw("8", seed=2, size=SIZE, shadow=0.5))
    without = prepare(draw("", seed=2, size=SIZE, shadow=0.5))
    assert np.abs(with_digit.background - without.background).max() < 0.06


def test_a_drawn_mask_is_found_again() -> None:
    page = np.full((200, 200), 230, np.uint8)
    page[60:140, 90:102] = 30  # a bar, 80 high and 12 wide
    found = prepare(page)
    assert (found.digit == (page == 30)).all()
    assert found.stroke * 32 == pytest.approx(26 * 12 / 80, rel=0.15)


def test_a_leaning_digit_is_set_upright() -> None:
    y, x = np.mgrid[:200, :200]
    page = np.where((np.abs(x - 100 + 0.5 * (y - 100)) < 8) & (abs(y - 100) < 60), 20, 230).astype(np.uint8)
    upright = prepare(page).crop > 0.5
    centres = [np.flatnonzero(row).mean() for row in upright[20:108]]
    assert np.ptp(centres) < 4  # of 128; the bar leaned by 60 of 200


def test_every_step_can_be_left_out() -> None:
    y, x = np.mgrid[:200, :200]
    leaning = (np.abs(x - 100 + 0.5 * (y - 100)) < 4) & (abs(y - 100) < 60)
    board = np.where(leaning, 230, 20).astype(np.uint8)
    complete = prepare(board)
    assert complete.inverted and not prepare(board, without=["polarity"]).inverted
    rows = prepare(board, without=["upright"]).crop[20:108] > 0.5
    assert np.ptp([np.flatnonzero(row).mean() for row in rows]) > 30  # of 128
    narrow = prepare(board, without=["width"])
    assert (narrow.crop > 0.5).sum() < 0.8 * (complete.crop > 0.5).sum()
    levels = [prepare(board, without=without).input.min() for without in ([], ["blur"])]
    assert levels[1] == pytest.approx(0.2, abs=0.01) and levels[0] > levels[1] + 0.02

    shaded = draw("7", seed=4, size=SIZE, shadow=0.6, contrast=0.4)
    assert np.ptp(prepare(shaded, without=["light"]).background, axis=(0, 1)).max() == 0
    assert kinds(prepare(shaded)) == [] and kinds(prepare(shaded, without=["light"])) == ["empty"]
    lined = draw("7", seed=4, size=SIZE, paper="ruled", shadow=0, contrast=0.25)
    assert not prepare(lined).strokes[:, 0].any() and prepare(lined, without=["lines"]).strokes.any(axis=0).all()


def test_ink_of_one_strength_has_a_threshold_too() -> None:
    strength = np.float32(0.9)
    values = np.array([strength] * 9 + [np.nextafter(strength, np.float32(1))], np.float32)
    assert 0.89 < _otsu(values) < 0.91
    assert 0.39 < _otsu(np.full(9, 0.9, np.float32)) <= 0.9


def test_a_step_that_cannot_be_left_out() -> None:
    with pytest.raises(ValueError, match="no step 'grey' can be left out; expected some of polarity, light"):
        prepare(PAGE, without=["grey"])


def test_thin_strokes_are_widened_and_bold_ones_left() -> None:
    thin, bold = (prepare(draw("7", seed=4, size=(420, 560), pen=pen)) for pen in (0.03, 0.16))
    assert thin.stroke * 32 < 1.5 < 3 < bold.stroke * 32
    # The length of the strokes is about the same, so the area of the ink goes with their width: 3 pixels at least.
    dark = [(page.crop > 0.5).mean() for page in (thin, bold)]
    assert dark[0] / dark[1] == pytest.approx(3 / 32 / bold.stroke, rel=0.2)


# ---------------------------------------------------------------------------------------------------------------------
# What must not matter


@pytest.mark.parametrize("orientation", range(1, 9))
def test_the_camera_s_orientation_is_undone(orientation: int, tmp_path: Path) -> None:
    # How a picture is stored when the camera says that it was turned: the inverse of what EXIF asks for.
    stored = {
        1: lambda a: a,
        2: lambda a: a[:, ::-1],
        3: lambda a: a[::-1, ::-1],
        4: lambda a: a[::-1],
        5: lambda a: a.swapaxes(0, 1),
        6: lambda a: np.rot90(a, 1),
        7: lambda a: a[::-1, ::-1].swapaxes(0, 1),
        8: lambda a: np.rot90(a, -1),
    }[orientation](np.asarray(PAGE))
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    for name in ("page.png", "page.jpg", "page.webp"):
        path = tmp_path / name
        lossless: dict[str, Any] = {"lossless": True} if name.endswith("webp") else {}
        Image.fromarray(np.ascontiguousarray(stored)).save(path, exif=exif, quality=95, **lossless)
        tolerance = 0.05 if name.endswith("jpg") else 1e-6
        assert np.abs(prepare(path).input - SEVEN.input).max() <= tolerance, name


def _with_alpha(page: Image.Image) -> Image.Image:
    return page.convert("RGBA")


def _ink_on_nothing(page: Image.Image) -> Image.Image:
    """The strokes alone, on a transparent ground."""
    dark = Image.eval(page.convert("L"), lambda v: 255 if v < 100 else 0)
    ink = Image.new("RGBA", page.size, (20, 20, 80, 255))
    ink.putalpha(dark)
    return ink


def _chalk_on_nothing(page: Image.Image) -> Image.Image:
    chalk = Image.new("RGBA", page.size, (250, 250, 250, 255))
    chalk.putalpha(_ink_on_nothing(page).getchannel("A"))
    return chalk


def _sixteen_bits(page: Image.Image) -> Image.Image:
    return Image.fromarray(np.asarray(page.convert("L")).astype(np.uint16) * 257)


FORMATS: dict[str, Callable[[Image.Image], Image.Image]] = {
    "colour.png": lambda page: page,
    "colour.jpg": lambda page: page,
    "colour.webp": lambda page: page,
    "colour.bmp": lambda page: page,
    "colour.gif": lambda page: page.quantize(64),
    "grey.png": lambda page: page.convert("L"),
    "grey.jpg": lambda page: page.convert("L"),
    "palette.png": lambda page: page.quantize(64),
    "sixteen.png": _sixteen_bits,
    "grey_alpha.png": lambda page: page.convert("LA"),
    "alpha.png": _with_alpha,
    "alpha.webp": _with_alpha,
    "ink_on_nothing.png": _ink_on_nothing,
    "chalk_on_nothing.png": _chalk_on_nothing,
    "cmyk.jpg": lambda page: page.convert("CMYK"),
}


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_gives_the_same_digit(name: str, tmp_path: Path) -> None:
    FORMATS[name](PAGE).save(tmp_path / name)
    found = prepare(tmp_path / name)
    assert kinds(found) == [] and likeness(found, SEVEN) > 0.97
    assert found.inverted == (name == "chalk_on_nothing.png")


def test_black_and_white_gives_the_same_digit(tmp_path: Path) -> None:
    clean = draw("7", seed=1, size=SIZE, shadow=0, noise=0)
    clean.convert("1", dither=Image.Dither.NONE).save(tmp_path / "bits.png")
    assert likeness(prepare(tmp_path / "bits.png"), prepare(clean)) > 0.97


def test_several_pictures_in_a_jpeg_are_no_animation(tmp_path: Path) -> None:
    """Telephones store a preview beside the photo: MPO."""
    path = tmp_path / "phone.jpg"
    PAGE.save(path, format="MPO", save_all=True, append_images=[PAGE.resize((105, 140))])
    assert likeness(prepare(path), SEVEN) > 0.97


def test_heic_gives_the_same_digit_where_its_decoder_is_installed(tmp_path: Path) -> None:
    pytest.importorskip("pillow_heif").from_pillow(PAGE).save(tmp_path / "phone.heic")
    assert likeness(prepare(tmp_path / "phone.heic"), SEVEN) > 0.97


def test_arrays_of_every_type_give_the_same_digit() -> None:
    grey = np.asarray(PAGE.convert("L"))
    reference = prepare(grey)
    for array in (
        grey[..., None],
        np.repeat(grey[..., None], 3, axis=2),
        grey.astype(np.uint16) * 257,
        grey / 255,
        (grey / 255).astype(np.float32),
        np.dstack([grey, grey, grey, np.full_like(grey, 255)]),
    ):
        assert likeness(prepare(array), reference) > 0.999
    assert likeness(prepare(PAGE), SEVEN) == pytest.approx(1)
    assert prepare_many([grey, grey]).shape == (2, 32, 32, 3) and prepare_many([]).shape == (0, 32, 32, 3)


@pytest.mark.parametrize("digit", "0123456789")
def test_dark_on_light_or_light_on_dark_does_not_matter(digit: str) -> None:
    page = draw(digit, seed=5, size=SIZE, paper="squared")
    negative = prepare(255 - np.asarray(page))
    assert negative.inverted
    assert np.abs(negative.input - prepare(page).input).max() < 0.02


@pytest.mark.parametrize("digit", "0123456789")
def test_light_and_paper_do_not_matter(digit: str) -> None:
    def page(**settings: Any) -> Prepared:
        return prepare(draw(digit, seed=6, **{"size": SIZE, "pen": 0.09, **settings}))

    plain = page(shadow=0)
    for settings in (
        {"shadow": 0.7},
        {"paper": "ruled"},
        {"paper": "ruled", "tilt": 3},
        {"paper": "squared", "tilt": -2, "shadow": 0.5},
        {"noise": 0.05},
        {"contrast": 0.5},
    ):
        changed = page(**settings)
        assert kinds(changed) == [] and likeness(changed, plain) > 0.95, settings


@pytest.mark.parametrize("digit", "0123456789")
def test_place_and_size_do_not_matter(digit: str) -> None:
    def page(**settings: Any) -> Prepared:
        return prepare(draw(digit, seed=6, **{"size": (420, 560), "pen": 0.09, **settings}))

    middle = page()
    for settings in (
        {"centre": (0.3, 0.3)},
        {"centre": (0.72, 0.75)},
        {"height": 0.2},
        {"height": 0.8},
        {"size": (210, 280)},
        {"size": (1500, 2000)},
    ):
        changed = page(**settings)
        assert kinds(changed) == [] and likeness(changed, middle) > 0.9, settings


def test_a_picture_as_small_as_mnist_s_is_read() -> None:
    small = Image.fromarray(255 - np.asarray(draw("3", seed=1, size=(280, 280), shadow=0).convert("L"))).reduce(10)
    found = prepare(np.asarray(small))
    assert found.inverted and kinds(found) == [] and found.view.shape == (140, 140, 1)


def test_dark_ruled_lines_go_and_a_bar_as_long_stays() -> None:
    page = np.full((300, 300), 230, np.uint8)
    page[40:300:50] = page[41:300:50] = 60
    lined = page.copy()
    lined[80:220, 140:160] = 60
    found = prepare(lined)
    assert kinds(found) == [] and found.digit[80:220, 142:158].mean() > 0.99
    assert not found.digit[:, :130].any() and not found.digit[:, 170:].any()
    assert kinds(prepare(page)) == ["empty"]


# ---------------------------------------------------------------------------------------------------------------------
# Reasons to doubt


@pytest.mark.parametrize(
    "kind, page",
    [
        ("empty", lambda seed: draw("", seed=seed, size=SIZE)),
        ("empty", lambda seed: draw("", seed=seed, size=SIZE, paper="ruled", tilt=seed - 2)),
        ("empty", lambda seed: draw("", seed=seed, size=SIZE, paper="squared", tilt=seed - 2, shadow=0.6)),
        ("empty", lambda seed: np.full((200, 200), 40 * seed, np.uint8)),
        ("empty", lambda seed: np.random.default_rng(seed).integers(0, 256, (200, 200), dtype=np.uint8)),
        ("several", lambda seed: draw(f"{seed}{9 - seed}", seed=seed, size=SIZE, height=0.35)),
        ("several", lambda seed: draw("508", seed=seed, size=SIZE, height=0.25)),
        ("cut off", lambda seed: draw(f"{seed}", seed=seed, size=SIZE, centre=(0.5, 0.98))),
        ("cut off", lambda seed: draw(f"{seed + 4}", seed=seed, size=SIZE, centre=(0.97, 0.5))),
        ("thin", lambda seed: draw(f"{seed}", seed=seed, size=(600, 800), pen=0.018)),
        ("small", lambda seed: draw(f"{seed + 2}", seed=seed, size=(300, 400), height=0.085)),
        ("faint", lambda seed: draw(f"{seed}", seed=seed, size=SIZE, contrast=0.16)),
    ],
)
@pytest.mark.parametrize("seed", range(5))
def test_a_reason_to_doubt_is_found_and_says_what_to_do(kind: str, page: Callable[[int], Any], seed: int) -> None:
    prepared = prepare(page(seed))
    assert kind in kinds(prepared)
    (problem,) = [problem for problem in prepared.problems if problem.kind == kind]
    assert str(problem) == f"{kind}: {problem.advice}"
    assert any(word in problem.advice for word in ("Write", "Cut", "Take", "Go", "Use"))


def test_a_network_s_answer_and_its_doubts() -> None:
    sure = np.full((1, 10), 0.01)
    sure[0, 7] = 0.91
    answer = predict(SEVEN, lambda inputs: sure)
    assert answer.digit == 7 and answer.problems == () and answer.probabilities.shape == (10,)
    lines = str(answer).splitlines()
    assert lines[0] == "7  (p = 0.910)" and lines[9].startswith("7  0.910  ████")

    unsure = np.full((1, 10), 0.05)
    unsure[0, [1, 4]] = 0.2, 0.4
    answer = predict(SEVEN, lambda inputs: unsure)
    assert answer.digit == 4 and [problem.kind for problem in answer.problems] == ["low confidence"]
    assert "gives 4 a probability of 0.40 and 1 one of 0.20" in str(answer)

    nothing = predict(prepare(draw("", size=SIZE)), lambda inputs: sure)
    assert nothing.digit is None and str(nothing).startswith("no digit was found")


def test_the_network_gets_the_input() -> None:
    given = []
    predict(SEVEN, lambda inputs: given.append(inputs) or np.full((1, 10), 0.1))
    assert given[0].shape == (1, 32, 32, 3) and (given[0][0] == SEVEN.input).all()


# ---------------------------------------------------------------------------------------------------------------------
# What is no photo


def _png(width: int, height: int, rows: bytes = b"", more: bytes = b"") -> bytes:
    """A PNG file of one grey channel whose header claims a size, whatever follows."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + more + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def _text_bomb() -> bytes:
    packed = b"note\x00\x00" + zlib.compress(b"a" * 300_000_000, 9)
    return struct.pack(">I", len(packed)) + b"zTXt" + packed + struct.pack(">I", zlib.crc32(b"zTXt" + packed))


def _saved(picture: Image.Image, kind: str, **options: Any) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, kind, **options)
    return buffer.getvalue()


def _animated(kind: str) -> bytes:
    return _saved(PAGE, kind, save_all=True, append_images=[PAGE.transpose(Image.Transpose.ROTATE_180)])


# With its decoder, an extra, the file is opened and found to hold nothing.
HEIC_REFUSED = "damaged" if find_spec("pillow_heif") else 'pip install "layerwise[heic]", or export it as JPEG'
BAD: dict[str, tuple[Callable[[], bytes], str]] = {
    "text.jpg": (lambda: b"This is no picture.\n" * 100, "not a picture that can be read; JPEG, PNG, WebP"),
    "nothing.jpg": (lambda: b"", "is empty (0 bytes)"),
    "short.jpg": (lambda: _saved(PAGE, "JPEG")[:3000], "damaged or cut short"),
    "short.png": (lambda: _saved(PAGE, "PNG")[:20000], "damaged or cut short"),
    "short.webp": (lambda: _saved(PAGE, "WEBP")[:3000], "damaged or cut short"),
    "head.png": (lambda: _saved(PAGE, "PNG")[:20], "is"),
    "dot.png": (lambda: _saved(Image.new("L", (1, 1)), "PNG"), "has 1 x 1 pixels; a digit needs at least 8"),
    "strip.png": (lambda: _saved(Image.new("L", (2000, 20)), "PNG"), "no side more than 20 times"),
    "sixty.jpg": (lambda: _saved(Image.new("L", (10_000, 6_000)), "JPEG"), "more than 50 megapixels"),
    "sixty.png": (lambda: _saved(Image.new("1", (10_000, 6_000)), "PNG"), "more than 50 megapixels"),
    "bomb.png": (lambda: _png(60_000, 60_000, b"\0" * 1000), "more than 50 megapixels"),
    "text_bomb.png": (lambda: _png(100, 100, b"\0" * 10_100, _text_bomb()), "damaged"),
    "animated.gif": (lambda: _animated("GIF"), "is animated"),
    "animated.png": (lambda: _animated("PNG"), "is animated"),
    "animated.webp": (lambda: _animated("WEBP"), "is animated"),
    "photo.heic": (lambda: b"\0\0\0\x18ftypheic" + b"\0" * 100, HEIC_REFUSED),
    "drawing.eps": (lambda: b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", "not a picture that can be read"),
}


@pytest.fixture(scope="module")
def bad_files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[Path, str]]:
    folder = tmp_path_factory.mktemp("bad")
    cases = {}
    for name, (content, says) in BAD.items():
        (folder / name).write_bytes(content())
        cases[name] = (folder / name, says)
    cases["a folder"] = (folder, "is a folder")
    cases["missing.jpg"] = (folder / "missing.jpg", "there is no file")
    return cases


NAMES = [*BAD, "a folder", "missing.jpg"]


@pytest.mark.parametrize("name", NAMES)
def test_a_file_that_is_no_photo_is_refused(name: str, bad_files: dict[str, tuple[Path, str]]) -> None:
    path, says = bad_files[name]
    for given in (path, str(path)):
        with pytest.raises(PhotoError) as caught:
            prepare(given)
        assert says in str(caught.value)


MEASURE = """
import json, sys, time
from pathlib import Path
import psutil
from layerwise.__main__ import main
from layerwise.see.photo import prepare

def peak():
    \"\"\"The most bytes that this process has held.\"\"\"
    if sys.platform == "win32":
        return psutil.Process().memory_info().peak_wset
    try:  # getrusage still holds what the process was before it became Python: pytest, with TensorFlow in it
        (line,) = [line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM:")]
        return 1024 * int(line.split()[1])
    except OSError:
        import resource
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)

def seconds(function, path):
    start = time.process_time()  # of the processor: tests run on busy machines
    answer = function(path)
    return answer, time.process_time() - start

large, *paths = sys.argv[1:]
main(["predict", paths[0]])  # what is imported at the first call costs no later one
before = peak()
answers = [(*seconds(lambda path: main(["predict", path]), path), peak() - before) for path in paths]
assert "tensorflow" not in sys.modules and "keras" not in sys.modules
print(json.dumps([answers, seconds(prepare, large)[1]]))
"""


@pytest.fixture(scope="module")
def large_photo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("large") / "large.jpg"
    PAGE.resize((6000, 8000)).save(path)
    return path


def test_refusing_takes_neither_time_nor_memory(bad_files: dict[str, tuple[Path, str]], large_photo: Path) -> None:
    """None takes longer than a large photo that is read; all of them in one process, whose peak bounds each's."""
    files = {name: (path, says) for name, (path, says) in bad_files.items() if not path.is_dir()}
    paths = [str(path) for path, _ in files.values()]
    command = [sys.executable, "-c", MEASURE, str(large_photo), *paths]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    answers, most = json.loads(done.stdout)
    for name, (code, seconds, grown) in zip(files, answers, strict=True):
        assert code == 2 and seconds < most, name
        assert grown < 100e6, name
    lines = done.stderr.splitlines()[1:]
    assert len(lines) == len(paths)
    for line, (_, says) in zip(lines, files.values(), strict=True):
        assert line.startswith("python -m layerwise predict: ") and says in line


@pytest.mark.parametrize("name", ["text.jpg", "missing.jpg", "bomb.png"])
def test_the_command_ends_with_2(name: str, bad_files: dict[str, tuple[Path, str]]) -> None:
    command = [sys.executable, "-m", "layerwise", "predict", str(bad_files[name][0])]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 2 and bad_files[name][1] in done.stderr and done.stdout == ""


@pytest.mark.parametrize(
    "array, says",
    [
        (np.zeros(50), r"shape \(50,\) is no picture"),
        (np.zeros((50, 50, 2), np.uint8), r"\(H, W, 3\) or \(H, W, 4\)"),
        (np.zeros((2, 50), np.uint8), "at least 8 on each side"),
        (np.zeros((8, 50), np.int64), "expected as uint8, uint16, bool, or float"),
        (np.full((50, 50), 200.0), "divide it by its largest possible value"),
        (np.full((50, 50), np.nan), "float between 0 and 1"),
        (Image.new("L", (4, 4)), "has 4 x 4 pixels"),
    ],
)
def test_what_is_no_picture_is_refused(array: Any, says: str) -> None:
    with pytest.raises(PhotoError, match=says):
        prepare(array)


def test_a_large_photo_is_read_reduced(large_photo: Path) -> None:
    found = prepare(large_photo)
    assert max(found.photo.shape) <= picture_files.FINEST and max(found.view.shape) == picture_files.LARGEST
    assert likeness(found, SEVEN) > 0.9
