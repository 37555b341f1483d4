"""From a photograph of one handwritten digit to the input of a network that was trained on house numbers.

:func:`prepare` takes any picture through the steps of the chapter ``your_digit`` and keeps each of them; whatever makes
an answer doubtful is said in words. No network is needed for that, and neither Keras nor TensorFlow is imported here:
a file that is no photograph is refused at once.

The steps look at the picture at a working size of 128 to 512 pixels, and lengths are shares of that size, so a photo
gives the same input however large it is.
"""

from __future__ import annotations

import os
import warnings
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
from PIL import Image
from scipy import ndimage

__all__ = [
    "INPUT_SIDE",
    "MAXIMUM_PIXELS",
    "MINIMUM_SIDE",
    "OPTIONAL_STEPS",
    "PhotoError",
    "Prediction",
    "Prepared",
    "Problem",
    "predict",
    "prepare",
    "prepare_many",
]

Floats = npt.NDArray[np.float32]
Mask = npt.NDArray[np.bool_]

MAXIMUM_PIXELS = 50_000_000
"""Larger pictures are refused, by what their header says, before anything is decoded: 50 megapixels, enough for a
telephone's 48."""
MINIMUM_SIDE = 8
"""The shorter side of a picture has at least so many pixels."""
FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP")
"""What is read, by Pillow's names; other decoders are not even tried."""

INPUT_SIDE = 32
"""The network's input is so many pixels high and wide."""
SMALLEST, LARGEST = 128, 512
"""Bounds of the longer side at which the steps look at a picture."""

STROKE_SPAN = 1 / 3
"""Whatever is wider than this share of the picture is background: paper, a table, a shadow."""
FAINTEST = 0.1
"""Ink takes away at least this share of the light."""
LINE_LENGTH = 0.8
"""A ruled line runs across at least this share of the picture; no digit does that."""
SMALLEST_DIGIT = 0.05
"""A digit's longer side is at least this share of the picture's."""
FILLED = 26 / 32
"""The share of the input that the digit's longer side takes, about that of SVHN's digits."""
STROKE = 3.0 / 32
"""Strokes that are thinner in the input than this share of its side are widened to it: numbers on houses are bold."""
BLUR = 1.2
"""Pixels of the input: the standard deviation of the blur that makes the strokes as soft as those of SVHN."""
MOST_LEAN = 0.8
"""No digit is sheared by more, in widths a height."""
PAPER, INK = 0.8, 0.2
"""Grey of paper and of ink in the input."""

THIN = 0.8 / 32
"""Strokes below this share of the input's side, less than a pixel, are called thin."""
OPTIONAL_STEPS = ("polarity", "light", "lines", "upright", "width", "blur")
"""What can be left out, to see what it is worth."""

LOW_CONFIDENCE = 0.6
"""Below this probability an answer is called doubtful."""


class PhotoError(ValueError):
    """What was given is not a picture that can be read; the message says what to do."""


class Model(Protocol):
    """A Keras model, or whatever else takes inputs of shape (P, 32, 32, 3) to probabilities of shape (P, 10)."""

    def __call__(self, inputs: Any) -> Any: ...


@dataclass(frozen=True)
class Problem:
    """A reason to doubt an answer.

    Attributes
    ----------
    kind : str
        One of empty, several, cut off, small, thin, faint, low confidence.
    advice : str
        What was found, and what to do about it.
    """

    kind: str
    advice: str

    def __str__(self) -> str:
        return f"{self.kind}: {self.advice}"


@dataclass(frozen=True, eq=False)
class Prepared:
    """A picture on its way to the network's input, step by step.

    Height H and width W are those of the working size.

    Attributes
    ----------
    photo : uint8 array, shape (H, W, 3)
        The picture as it was read: turned as the camera says, on a plain background where it was transparent, reduced.
    grey : float32 array, shape (H, W)
        Its luminance, from 0 to 1.
    inverted : bool
        Whether the digit was light on dark.
    dark_on_light : float32 array, shape (H, W)
        The luminance, inverted if need be.
    background : float32 array, shape (H, W)
        What the same picture would be without strokes: the light on the paper.
    ink : float32 array, shape (H, W)
        The share of the background's light that is missing, from 0 to 1.
    marks : bool array, shape (H, W)
        Where that is more than the paper's grain.
    strokes : bool array, shape (H, W)
        The strong ones among them, and what hangs together with those, without the lines of ruled or squared paper.
    digit : bool array, shape (H, W)
        The strokes that make up the one digit; nothing where none was found.
    upright : float32 array
        The digit's ink alone, cut out and sheared until it no longer leans; the pen's usual strength is 1.
    crop : float32 array, shape (128, 128)
        The same in the middle of a square, with strokes at least as wide as `STROKE`.
    input : float32 array, shape (32, 32, 3)
        What the network gets, from 0 to 1.
    stroke : float
        Mean width of the strokes as a share of the input's side, before they were widened; 0 where there is no digit.
    problems : tuple of Problem
        Why an answer may be wrong; empty where nothing was noticed.
    """

    photo: npt.NDArray[np.uint8] = field(repr=False)
    grey: Floats = field(repr=False)
    inverted: bool
    dark_on_light: Floats = field(repr=False)
    background: Floats = field(repr=False)
    ink: Floats = field(repr=False)
    marks: Mask = field(repr=False)
    strokes: Mask = field(repr=False)
    digit: Mask = field(repr=False)
    upright: Floats = field(repr=False)
    crop: Floats = field(repr=False)
    input: Floats = field(repr=False)
    stroke: float
    problems: tuple[Problem, ...]

    @property
    def steps(self) -> dict[str, npt.NDArray[Any]]:
        """The pictures of all steps, in order, by the name that a figure can print."""
        return {
            "1 photo": self.photo,
            "2 grey": self.grey,
            "3 polarity": self.dark_on_light,
            "4 light": self.background,
            "5 ink": 1 - self.ink,
            "6 marks": ~self.marks,
            "7 strokes": ~self.strokes,
            "8 digit": ~self.digit,
            "9 crop": 1 - self.crop,
            "10 input": self.input,
        }


@dataclass(frozen=True, eq=False)
class Prediction:
    """A network's answer to a prepared picture.

    Attributes
    ----------
    digit : int or None
        The class of the largest probability; None where the picture shows no digit at all.
    probabilities : float64 array, shape (10,)
        Of the classes 0 to 9.
    problems : tuple of Problem
        Those of the picture, and a low confidence.
    """

    digit: int | None
    probabilities: npt.NDArray[np.float64]
    problems: tuple[Problem, ...]

    def __str__(self) -> str:
        """What the command prints: the answer, ten probabilities, and what speaks against the answer."""
        answer = (
            "no digit was found" if self.digit is None else f"{self.digit}  (p = {self.probabilities[self.digit]:.3f})"
        )
        bars = [f"{k}  {p:.3f}  {'█' * round(40 * p)}".rstrip() for k, p in enumerate(self.probabilities)]
        return "\n".join([answer, "", *bars, *(f"\n{problem}" for problem in self.problems)])


# ---------------------------------------------------------------------------------------------------------------------
# The two doors


def prepare(image: str | os.PathLike[str] | Image.Image | npt.ArrayLike, *, without: Collection[str] = ()) -> Prepared:
    """Take a picture of a digit to the network's input, and keep every step (chapter *your_digit*).

    Parameters
    ----------
    image : path, PIL.Image.Image or array
        A JPEG, PNG, WebP, GIF or BMP file; a picture; or an array of shape (H, W), (H, W, 1), (H, W, 3) or (H, W, 4),
        of type uint8, uint16, bool, or float between 0 and 1. At least 8 pixels on each side and at most 50,000,000
        in all, and no side more than 20 times the other. Dark on light or light on dark.
    without : collection of str
        Steps to leave out, some of `OPTIONAL_STEPS`: the picture counts as dark on light (polarity) or evenly lit
        (light), lines count as strokes, the digit stays slanted (upright), its strokes stay thin (width), and sharp
        (blur).

    Raises
    ------
    PhotoError
        If it is none of these; a file is refused before it is decoded where its header tells enough.
    ValueError
        For a step that cannot be left out.
    """
    unknown = sorted(set(without) - set(OPTIONAL_STEPS))
    if unknown:
        raise ValueError(f"no step {unknown[0]!r} can be left out; expected some of {', '.join(OPTIONAL_STEPS)}")
    photo = _read(image)
    grey = _working_size(_luminance(photo))
    inverted = "polarity" not in without and _is_light_on_dark(grey)
    dark_on_light = 1 - grey if inverted else grey
    background = _evenly_lit(dark_on_light) if "light" in without else _background(dark_on_light)
    ink = np.clip(1 - dark_on_light / background, 0, 1)
    marks = _marks(ink)
    strokes = _strokes(ink, marks if "lines" in without else _without_lines(ink, marks))
    digit, others = _one_digit(strokes, ink)
    stroke = _stroke_width(digit)
    alone = _ink_alone(digit, ink)
    upright = alone if "upright" in without else _upright_digit(alone)
    crop = _crop(upright, 0 if "width" in without else STROKE - stroke)
    return Prepared(
        photo=photo,
        grey=grey,
        inverted=inverted,
        dark_on_light=dark_on_light,
        background=background,
        ink=ink,
        marks=marks,
        strokes=strokes,
        digit=digit,
        upright=upright,
        crop=crop,
        input=_network_input(crop, 0 if "blur" in without else BLUR),
        stroke=stroke,
        problems=tuple(_problems(digit, others, ink, stroke)),
    )


def prepare_many(
    images: Iterable[str | os.PathLike[str] | Image.Image | npt.ArrayLike], *, without: Collection[str] = ()
) -> Floats:
    """The network's inputs of many pictures, shape (P, 32, 32, 3); see :func:`prepare`."""
    inputs = [prepare(image, without=without).input for image in images]
    return np.stack(inputs) if inputs else np.zeros((0, INPUT_SIDE, INPUT_SIDE, 3), np.float32)


def predict(prepared: Prepared, model: Model) -> Prediction:
    """What a network sees in a prepared picture, and what speaks against its answer.

    Parameters
    ----------
    prepared : Prepared
        See :func:`prepare`.
    model : keras.Model
        Of inputs (P, 32, 32, 3) between 0 and 1 and ten probabilities, ``layerwise.cnn.pretrained()`` for instance.
    """
    probabilities = np.asarray(model(prepared.input[None]), dtype=np.float64)[0]
    if any(problem.kind == "empty" for problem in prepared.problems):
        return Prediction(None, probabilities, prepared.problems)
    best, second = np.argsort(-probabilities)[:2]
    problems = prepared.problems
    if probabilities[best] < LOW_CONFIDENCE:
        advice = (
            f"the network gives {best} a probability of {probabilities[best]:.2f} and {second} one of "
            f"{probabilities[second]:.2f}. Write the digit larger and in its usual form, and look at the last step."
        )
        problems = (*problems, Problem("low confidence", advice))
    return Prediction(int(best), probabilities, problems)


# ---------------------------------------------------------------------------------------------------------------------
# Reading


def _read(image: str | os.PathLike[str] | Image.Image | npt.ArrayLike) -> npt.NDArray[np.uint8]:
    """The picture in colours, upright, at most `LARGEST` pixels high and wide."""
    if isinstance(image, (str, os.PathLike)):
        return _read_file(Path(image))
    if isinstance(image, Image.Image):
        _check_size(image.size)
        return _upright(image.copy())
    return _upright(_picture_of(image))


def _read_file(path: Path) -> npt.NDArray[np.uint8]:
    if path.is_dir():
        raise PhotoError(f"{path} is a folder; name a photo in it")
    if not path.is_file():
        raise PhotoError(f"there is no file {path}; check the name and the folder")
    try:
        size = path.stat().st_size
        with path.open("rb") as file, warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of large pictures; they are refused below
            head = file.read(12)
            file.seek(0)
            picture = Image.open(file, formats=FORMATS)
            _check_size(picture.size)
            if picture.format != "MPO" and getattr(picture, "is_animated", False):
                raise PhotoError(f"{path} is animated; save one of its frames as a picture of its own")
            picture.draft("RGB", (2 * LARGEST, 2 * LARGEST))  # a JPEG is decoded no larger than needed
            picture.load()
            return _upright(picture)
    except PhotoError:
        raise
    except Image.DecompressionBombError:
        raise PhotoError(f"{path} {_TOO_LARGE}") from None
    except PermissionError:
        raise PhotoError(f"{path} may not be read; change its permissions") from None
    except Exception as error:  # each of Pillow's decoders has its own ways to fail
        raise PhotoError(f"{path} {_why_unreadable(size, head, error)}") from None


_TOO_LARGE = f"has more than {MAXIMUM_PIXELS // 10**6} megapixels; make it smaller, or take it at a lower resolution"


def _why_unreadable(size: int, head: bytes, error: Exception) -> str:
    if size == 0:
        return "is empty (0 bytes); copy it again from the camera"
    if head[4:12] in (b"ftypheic", b"ftypheix", b"ftypmif1", b"ftypheif", b"ftypavif"):
        return "is a HEIC or AVIF picture, which is not read here; export it as JPEG"
    if isinstance(error, Image.UnidentifiedImageError):
        return "is not a picture that can be read; JPEG, PNG, WebP, GIF or BMP is expected"
    return f"is damaged or cut short ({error}); copy it again from the camera"


def _check_size(size: tuple[int, int]) -> None:
    if size[0] * size[1] > MAXIMUM_PIXELS:
        raise PhotoError(f"the picture has {size[0]:,} x {size[1]:,} pixels. It {_TOO_LARGE}")
    if min(size) < MINIMUM_SIDE or max(size) > 20 * min(size):
        raise PhotoError(
            f"the picture has {size[0]:,} x {size[1]:,} pixels; a digit needs at least {MINIMUM_SIDE} on each side, "
            "and no side more than 20 times the other"
        )


def _picture_of(array: npt.ArrayLike) -> Image.Image:
    """An array as a picture of 8 bits a channel."""
    values = np.asarray(array)
    if values.ndim == 3 and values.shape[2] == 1:
        values = values[..., 0]
    if values.ndim not in (2, 3) or (values.ndim == 3 and values.shape[2] not in (3, 4)):
        raise PhotoError(
            f"an array of shape {values.shape} is no picture; expected (H, W), (H, W, 1), (H, W, 3) or (H, W, 4)"
        )
    _check_size((values.shape[1], values.shape[0]))
    if values.dtype == np.uint16:
        values = values / 65535
    elif values.dtype == np.bool_:
        values = values.astype(float)
    if values.dtype == np.uint8:
        return Image.fromarray(values)
    if not np.issubdtype(values.dtype, np.floating) or not (values.min() >= 0 and values.max() <= 1):
        raise PhotoError(
            f"an array of type {values.dtype} is expected as uint8, uint16, bool, or float between 0 and 1; "
            "divide it by its largest possible value"
        )
    return Image.fromarray((255 * values).round().astype(np.uint8))


def _upright(picture: Image.Image) -> npt.NDArray[np.uint8]:
    """In colours, reduced, turned as the camera says, and on a plain background where it is transparent."""
    if picture.mode.startswith("I") or picture.mode == "F":  # 16 bits a pixel and more
        picture = _eight_bits(picture)
    transparent = "A" in picture.mode or "a" in picture.mode or "transparency" in picture.info
    mode = "RGBA" if transparent else "RGB"
    exif = picture.getexif()
    picture = picture if picture.mode == mode else picture.convert(mode)
    picture.thumbnail((LARGEST, LARGEST), Image.Resampling.LANCZOS, reducing_gap=3.0)
    turned = _TURNS.get(exif.get(_ORIENTATION, 1))
    picture = picture if turned is None else picture.transpose(turned)
    return np.asarray(_on_plain_background(picture) if transparent else picture)


_ORIENTATION = 0x0112
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""What EXIF's orientation asks for."""


def _eight_bits(picture: Image.Image) -> Image.Image:
    values = np.asarray(picture, dtype=np.float32)
    full = 65535 if values.max() > 255 else 255
    return Image.fromarray(np.clip(values * (255 / full), 0, 255).astype(np.uint8))


def _on_plain_background(picture: Image.Image) -> Image.Image:
    """White behind what is dark, black behind what is light: a white digit on nothing shall not vanish."""
    pixels = np.asarray(picture, dtype=float)
    weight = pixels[..., 3]
    mean = (pixels[..., :3].mean(axis=2) * weight).sum() / max(weight.sum(), 1)
    plain = Image.new("RGBA", picture.size, "black" if mean > 127 and weight.mean() < 200 else "white")
    return Image.alpha_composite(plain, picture).convert("RGB")


# ---------------------------------------------------------------------------------------------------------------------
# Light


def _luminance(photo: npt.NDArray[np.uint8]) -> Floats:
    return (photo @ np.array([0.299, 0.587, 0.114]) / 255).astype(np.float32)


def _working_size(grey: Floats) -> Floats:
    """Enlarged by a whole number until the longer side has `SMALLEST` pixels; what is larger stays."""
    factor = -(-SMALLEST // max(grey.shape))
    return grey if factor == 1 else np.clip(_resized(grey, (factor * grey.shape[0], factor * grey.shape[1])), 0, 1)


def _resized(values: Floats, shape: tuple[int, int], box: tuple[float, float, float, float] | None = None) -> Floats:
    picture = Image.fromarray(np.ascontiguousarray(values, dtype=np.float32))
    return np.asarray(picture.resize((shape[1], shape[0]), Image.Resampling.BICUBIC, box=box))


def _small(values: Floats, side: int) -> Floats:
    """A reduced copy whose longer side has about `side` pixels, each the mean of those it replaces."""
    factor = max(1, round(max(values.shape) / side))
    return np.asarray(Image.fromarray(np.ascontiguousarray(values)).reduce(factor))


def _is_light_on_dark(grey: Floats) -> bool:
    """Strokes are few and differ much from the paper around them, so the sum of cubes has their sign."""
    small = _small(grey, 20)
    return bool(np.sum((small - ndimage.median_filter(small, size=13)) ** 3) > 0)


def _background(dark_on_light: Floats) -> Floats:
    """The light on the paper: a grey closing, the lightest way to fill whatever is narrower than `STROKE_SPAN`.

    It removes strokes and leaves the edge of a shadow where it is.
    """
    small = _small(dark_on_light, 128)
    span = round(STROKE_SPAN * max(small.shape))
    # The picture goes on beyond its rim: a shadow that only begins there is no stroke.
    wide = np.pad(small, span, mode="edge")
    closed = ndimage.grey_closing(wide, size=span)[span:-span, span:-span]
    smooth = ndimage.gaussian_filter(closed, span / 24, mode="nearest")
    return np.maximum(_resized(smooth, dark_on_light.shape), 0.02)


def _evenly_lit(dark_on_light: Floats) -> Floats:
    """As if the lightest of the paper were everywhere."""
    return np.full_like(dark_on_light, max(np.quantile(dark_on_light, 0.95), 0.02))


# ---------------------------------------------------------------------------------------------------------------------
# Strokes


def _marks(ink: Floats) -> Mask:
    """Where there is more ink than grain of the paper and noise of the camera explain."""
    middle = np.median(ink)
    noise = 1.4826 * np.median(np.abs(ink - middle))
    return ink > max(middle + 4 * noise, FAINTEST)


def _strokes(ink: Floats, marks: Mask) -> Mask:
    """The strong marks, and whatever is more than half as strong and hangs together with them."""
    if not marks.any():
        return marks
    strong = _otsu(ink[marks])
    return ndimage.binary_propagation(marks & (ink > strong), structure=_NEIGHBOURS, mask=marks & (ink > 0.6 * strong))


_NEIGHBOURS = np.ones((3, 3), bool)


def _otsu(values: Floats) -> float:
    """The threshold that parts values into two groups with the largest variance between them (Otsu 1979)."""
    counts, edges = np.histogram(values.astype(float), bins=64)  # in float32 near values have no room for 64
    centres = (edges[:-1] + edges[1:]) / 2
    below = np.cumsum(counts)[:-1].astype(float)
    above = values.size - below
    sums = np.cumsum(counts * centres)
    with np.errstate(divide="ignore", invalid="ignore"):
        between = below * above * (sums[:-1] / below - (sums[-1] - sums[:-1]) / above) ** 2
    return float(edges[1:-1][np.nanargmax(between)]) if counts.max() < values.size else float(edges[0])


def _without_lines(ink: Floats, marks: Mask) -> Mask:
    """The marks without horizontal lines, then without vertical ones; strokes that cross them stay."""
    return _without_horizontal_lines(ink.T, _without_horizontal_lines(ink, marks).T).T


def _without_horizontal_lines(ink: Floats, marks: Mask) -> Mask:
    """Remove what runs across most of the width and is thin.

    Pieces of a line, a thirtieth of the width long, are found by their mean, where the line is faint or tilted too;
    joined, they run across. Where a stroke crosses a line the mark is higher or darker than the line, and stays.
    """
    width, thickest = ink.shape[1], max(2, max(ink.shape) // 60)
    reach = max(3, width // 30)
    pieces = ndimage.uniform_filter1d(ink, reach, axis=1) > FAINTEST / 2
    labels, _ = ndimage.label(ndimage.maximum_filter(pieces, size=(3, 2 * reach)), _NEIGHBOURS)
    labels[~pieces] = 0
    lines = np.zeros_like(marks)
    for label, box in enumerate(ndimage.find_objects(labels), start=1):
        if box is not None and box[1].stop - box[1].start >= LINE_LENGTH * width:
            lines[box] |= labels[box] == label
    lines &= marks
    if not lines.any():
        return marks
    as_faint = ink < 2 * np.median(ink[lines])
    return marks & ~(lines & as_faint & ~_opened(marks, thickest + 1, axis=0))


def _opened(mask: Mask, length: int, axis: int) -> Mask:
    """The runs of at least `length` along an axis."""
    eroded = ndimage.minimum_filter1d(mask.astype(np.uint8), length, axis=axis, mode="constant")
    return ndimage.maximum_filter1d(eroded, length, axis=axis, origin=-1 if length % 2 == 0 else 0) > 0


# ---------------------------------------------------------------------------------------------------------------------
# One digit


@dataclass(frozen=True)
class _Piece:
    """A connected piece of ink: its label, its box and how much ink it has."""

    label: int
    top: int
    bottom: int
    left: int
    right: int
    ink: float

    @property
    def height(self) -> int:
        return self.bottom - self.top

    @property
    def width(self) -> int:
        return self.right - self.left


def _one_digit(mask: Mask, ink: Floats) -> tuple[Mask, int]:
    """The strokes of the most digit-like piece and of those that belong to it; and how many other digits there are."""
    reach = max(1, round(0.006 * max(mask.shape)))
    labels, _ = ndimage.label(ndimage.binary_dilation(mask, _NEIGHBOURS, iterations=reach), _NEIGHBOURS)
    labels[~mask] = 0
    pieces = _pieces(labels, ink)
    tall = [piece for piece in pieces if _is_digit_sized(piece, mask.shape)]
    if not tall:
        return np.zeros_like(mask), 0
    main = max(tall, key=lambda piece: _likeness(piece, mask.shape))
    group = [main]
    for piece in sorted(pieces, key=lambda piece: -piece.ink):
        if piece is not main and piece.ink > 0.01 * main.ink and _belongs(piece, _box_around(group)):
            group.append(piece)
    box = _box_around(group)
    others = [
        piece for piece in tall if piece not in group and piece.height > 0.5 * box.height and piece.ink > 0.25 * box.ink
    ]
    return np.isin(labels, [piece.label for piece in group]), len(others)


def _pieces(labels: npt.NDArray[Any], ink: Floats) -> list[_Piece]:
    sums = np.bincount(labels.ravel(), weights=ink.ravel())
    return [
        _Piece(label, box[0].start, box[0].stop, box[1].start, box[1].stop, float(sums[label]))
        for label, box in enumerate(ndimage.find_objects(labels), start=1)
        if box is not None
    ]


def _is_digit_sized(piece: _Piece, shape: Sequence[int]) -> bool:
    return piece.height >= SMALLEST_DIGIT * max(shape) and piece.width <= 3 * piece.height


def _likeness(piece: _Piece, shape: Sequence[int]) -> float:
    """Much ink, near the middle, and away from the rim, where the table and other digits are."""
    off = np.hypot((piece.top + piece.bottom) / shape[0] - 1, (piece.left + piece.right) / shape[1] - 1) / np.sqrt(2)
    return piece.ink * (1 - off) * (0.2 if _touches_rim(piece, shape) else 1)


def _touches_rim(piece: _Piece, shape: Sequence[int]) -> bool:
    return piece.top <= 1 or piece.left <= 1 or piece.bottom >= shape[0] - 1 or piece.right >= shape[1] - 1


def _belongs(piece: _Piece, box: _Piece) -> bool:
    """Near the box and above, below or inside it: the bar of a 5. Digits stand side by side."""
    across = max(piece.left, box.left) - min(piece.right, box.right)  # negative where they overlap
    upright = max(piece.top, box.top) - min(piece.bottom, box.bottom)
    overlap = -across / min(piece.width, box.width)
    return (overlap > 0.3 and upright < 0.25 * box.height) or max(across, upright) < 0.06 * box.height


def _box_around(pieces: Sequence[_Piece]) -> _Piece:
    return _Piece(
        0,
        min(piece.top for piece in pieces),
        max(piece.bottom for piece in pieces),
        min(piece.left for piece in pieces),
        max(piece.right for piece in pieces),
        sum(piece.ink for piece in pieces),
    )


def _ink_alone(digit: Mask, ink: Floats) -> Floats:
    """The digit's ink with its soft edges, cut out; the pen's usual strength is 1, and all else is paper."""
    if not digit.any():
        return np.zeros((1, 1), np.float32)
    reach = max(1, round(0.004 * max(ink.shape)))
    box = _cut(digit)
    inside = np.pad(digit[box], reach)
    around = ndimage.binary_dilation(inside, _NEIGHBOURS, iterations=reach)
    strength = np.percentile(ink[digit], 60)
    padded = np.pad(ink, reach)[box[0].start : box[0].stop + 2 * reach, box[1].start : box[1].stop + 2 * reach]
    return np.where(around, np.clip(padded / strength, 0, 1), 0).astype(np.float32)


def _cut(mask: Mask) -> tuple[slice, slice]:
    """The box around what is marked."""
    return tuple(slice(int(places[0]), int(places[-1]) + 1) for places in map(np.unique, np.nonzero(mask)))  # type: ignore[return-value]


def _longer_side(digit: Mask) -> int:
    return max((places.stop - places.start for places in _cut(digit)), default=0)


def _stroke_width(digit: Mask) -> float:
    """Mean width of the strokes as a share of the input's side.

    In a band of width w the distances to its edge are between 0 and w/2, and w/4 on average.
    """
    if not digit.any():
        return 0.0
    inside = np.pad(digit[_cut(digit)], 1)
    width = 4 * np.mean(ndimage.distance_transform_edt(inside)[inside]) - 1
    return float(width * FILLED / max(inside.shape))


# ---------------------------------------------------------------------------------------------------------------------
# The input


_CROP = 4 * INPUT_SIDE


def _upright_digit(alone: Floats) -> Floats:
    """The digit sheared until its columns and rows no longer vary together: house numbers do not lean."""
    y, x = np.indices(alone.shape)
    total = alone.sum()
    if not total:
        return alone
    middle = (alone * y).sum() / total, (alone * x).sum() / total
    down, right = y - middle[0], x - middle[1]
    lean = float(np.clip((alone * down * right).sum() / (alone * down**2).sum(), -MOST_LEAN, MOST_LEAN))
    margin = int(np.ceil(abs(lean) * alone.shape[0]))
    wide = Image.fromarray(np.pad(alone, ((0, 0), (margin, margin))))
    # Output (x, y) is taken from (x + lean (y - middle), y).
    shear = (1, lean, -lean * middle[0], 0, 1, 0)
    return np.asarray(wide.transform(wide.size, Image.Transform.AFFINE, shear, Image.Resampling.BILINEAR))


def _crop(upright: Floats, missing: float) -> Floats:
    """The digit's box in the middle of a square, its longer side filling `FILLED` of it.

    `missing` is how much wider the strokes shall be, as a share of the square's side.
    """
    dark = upright > 0.5
    if not dark.any():
        return np.zeros((_CROP, _CROP), np.float32)
    rows, columns = _cut(dark)
    side = _longer_side(dark) / FILLED
    margin = int(np.ceil(side))  # paper on all sides, so that the square lies inside
    top = (rows.start + rows.stop - side) / 2 + margin
    left = (columns.start + columns.stop - side) / 2 + margin
    square = _resized(np.pad(upright, margin), (_CROP, _CROP), (left, top, left + side, top + side))
    square = np.clip(square, 0, 1)
    radius = missing * _CROP / 2
    return square if radius < 0.5 else ndimage.grey_dilation(square, footprint=_disc(radius))


def _disc(radius: float) -> Mask:
    reach = int(radius)
    y, x = np.ogrid[-reach : reach + 1, -reach : reach + 1]
    return x**2 + y**2 <= radius**2


def _network_input(crop: Floats, blur: float) -> Floats:
    """Paper and ink as greys, as blurred as a house number that was photographed from the street."""
    pixel = _CROP // INPUT_SIDE
    reduced = np.asarray(Image.fromarray(ndimage.gaussian_filter(crop, blur * pixel)).reduce(pixel))
    return np.repeat((PAPER + (INK - PAPER) * reduced)[..., None], 3, axis=2).astype(np.float32)


# ---------------------------------------------------------------------------------------------------------------------
# What may go wrong


def _problems(digit: Mask, others: int, ink: Floats, stroke: float) -> Iterable[Problem]:
    if not digit.any():
        yield Problem(
            "empty",
            "no stroke was found that is large and dark enough. Write one digit with a thick dark pen and let it fill "
            "a third of the picture or more.",
        )
        return
    rows, columns = _cut(digit)
    box = _Piece(0, rows.start, rows.stop, columns.start, columns.stop, 0.0)
    if others or box.width > 1.4 * box.height:
        yield Problem(
            "several",
            "there seem to be two digits or more, and the network reads one. Cut the picture down to a single digit.",
        )
    if _touches_rim(box, digit.shape):
        yield Problem(
            "cut off", "the digit reaches the edge of the picture. Take it again with paper on all four sides."
        )
    if _longer_side(digit) < 32:
        yield Problem("small", f"the digit is only {_longer_side(digit)} pixels long. Go nearer, or cut the rest away.")
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
