"""From a photograph of one handwritten digit to the input of a network that was trained on house numbers.

:func:`prepare` takes any picture through the steps of the chapter ``your_digit`` and keeps each of them; whatever makes
an answer doubtful is said in words. No network is needed for that, and neither Keras nor TensorFlow is imported here:
a file that is no photograph is refused at once.

The steps look at the picture at a working size of 128 to 512 pixels, and lengths are shares of that size, so a photo
gives the same input however large it is.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
from PIL import Image
from scipy import ndimage

from layerwise.see.ink import (
    FAINTEST,
    FILLED,
    Mask,
    Piece,
    background_of,
    cut_out,
    disc,
    evenly_lit,
    find_marks,
    ink_alone,
    is_light_on_dark,
    longer_side,
    one_digit,
    stroke_width,
    strokes_of,
    touches_rim,
    without_lines,
)
from layerwise.see.picture_files import Floats, luminance, read_picture, resized, working_size

INPUT_SIDE = 32
"""The network's input is so many pixels high and wide."""


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

    def summary(self) -> str:
        """The answer and the kinds of doubts in one line."""
        doubts = ", ".join(problem.kind for problem in self.problems)
        return f"{self._answer()}{f'  doubtful: {doubts}' if doubts else ''}"

    def as_dict(self) -> dict[str, Any]:
        """The answer as JSON can write it."""
        problems = [{"kind": problem.kind, "advice": problem.advice} for problem in self.problems]
        return {"digit": self.digit, "probabilities": self.probabilities.round(6).tolist(), "problems": problems}

    def _answer(self) -> str:
        return (
            "no digit was found" if self.digit is None else f"{self.digit}  (p = {self.probabilities[self.digit]:.3f})"
        )

    def __str__(self) -> str:
        """What the command prints: the answer, ten probabilities, and what speaks against the answer."""
        answer = self._answer()
        bars = [f"{k}  {p:.3f}  {'█' * round(40 * p)}".rstrip() for k, p in enumerate(self.probabilities)]
        return "\n".join([answer, "", *bars, *(f"\n{problem}" for problem in self.problems)])


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
    photo = read_picture(image)
    grey = working_size(luminance(photo))
    inverted = "polarity" not in without and is_light_on_dark(grey)
    dark_on_light = 1 - grey if inverted else grey
    background = evenly_lit(dark_on_light) if "light" in without else background_of(dark_on_light)
    ink = np.clip(1 - dark_on_light / background, 0, 1)
    marks = find_marks(ink)
    strokes = strokes_of(ink, marks if "lines" in without else without_lines(ink, marks))
    digit, others = one_digit(strokes, ink)
    stroke = stroke_width(digit)
    alone = ink_alone(digit, ink)
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
        Of inputs (P, 32, 32, 3) between 0 and 1 and ten probabilities, ``layerwise.see.pretrained()`` for instance.
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
    rows, columns = cut_out(dark)
    side = longer_side(dark) / FILLED
    margin = int(np.ceil(side))  # paper on all sides, so that the square lies inside
    top = (rows.start + rows.stop - side) / 2 + margin
    left = (columns.start + columns.stop - side) / 2 + margin
    square = resized(np.pad(upright, margin), (_CROP, _CROP), (left, top, left + side, top + side))
    square = np.clip(square, 0, 1)
    radius = missing * _CROP / 2
    return square if radius < 0.5 else ndimage.grey_dilation(square, footprint=disc(radius))


def _network_input(crop: Floats, blur: float) -> Floats:
    """Paper and ink as greys, as blurred as a house number that was photographed from the street."""
    pixel = _CROP // INPUT_SIDE
    reduced = np.asarray(Image.fromarray(ndimage.gaussian_filter(crop, blur * pixel)).reduce(pixel))
    return np.repeat((PAPER + (INK - PAPER) * reduced)[..., None], 3, axis=2).astype(np.float32)


def _problems(digit: Mask, others: int, ink: Floats, stroke: float) -> Iterable[Problem]:
    if not digit.any():
        yield Problem(
            "empty",
            "no stroke was found that is large and dark enough. Write one digit with a thick dark pen and let it fill "
            "a third of the picture or more.",
        )
        return
    rows, columns = cut_out(digit)
    box = Piece(0, rows.start, rows.stop, columns.start, columns.stop, 0.0)
    if others or box.width > 1.4 * box.height:
        yield Problem(
            "several",
            "there seem to be two digits or more, and the network reads one. Cut the picture down to a single digit.",
        )
    if touches_rim(box, digit.shape):
        yield Problem(
            "cut off", "the digit reaches the edge of the picture. Take it again with paper on all four sides."
        )
    if longer_side(digit) < 32:
        yield Problem("small", f"the digit is only {longer_side(digit)} pixels long. Go nearer, or cut the rest away.")
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
