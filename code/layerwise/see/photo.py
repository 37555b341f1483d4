"""From a photograph of one handwritten digit to the input of a network that was trained on house numbers.

:func:`prepare` takes any picture through the steps of the chapter ``your_digit`` and keeps each of them; whatever makes
an answer doubtful is said in words. No network is needed for that, and neither Keras nor TensorFlow is imported here:
a file that is no photograph is refused at once.

The steps look at the picture at a working size of 128 to 512 pixels, and lengths are shares of that size, so a photo
gives the same input however large it is. Every constant of theirs was chosen on pictures that a program drew.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field, fields, replace
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from layerwise.see.doubts import Problem, problems_of
from layerwise.see.ink import (
    Mask,
    background_of,
    evenly_lit,
    find_marks,
    ink_of,
    light_on_dark,
    strokes_of,
)
from layerwise.see.lines import without_lines
from layerwise.see.network_input import (
    BLUR,
    INPUT_SIDE,
    STROKE,
    cropped,
    cut_out,
    ink_alone,
    longer_side,
    network_input,
    stroke_width,
    upright_digit,
)
from layerwise.see.picture_files import LARGEST, Floats, read_picture, reduced, working_size
from layerwise.see.pieces import one_digit
from layerwise.see.sheet import find_sheet, straightened

OPTIONAL_STEPS = ("polarity", "light", "lines", "upright", "width", "blur")
"""What can be left out, to see what it is worth."""


SMALL, ROOM, CUT = 0.3, 2.2, LARGEST // 2
"""A digit whose longer side is below `SMALL` of the page's is cut out of the photo with `ROOM` times that side, and
looked at again with `CUT` pixels."""


LIGHT_ON_DARK = 0.95
"""Below this evidence (`light_on_dark`) the digit is light on dark. On an empty page it is about 1."""


UNDECIDED = 1.4
"""Evidence that is so many times larger or smaller than 1 decides."""


@dataclass(frozen=True, eq=False)
class _Look:
    """What is seen in a view of the page; the names are explained in `Prepared`."""

    view: Floats = field(repr=False)
    light_on_dark: float = field(repr=False)
    inverted: bool
    dark_on_light: Floats = field(repr=False)
    background: Floats = field(repr=False)
    ink: Floats = field(repr=False)
    marks: Mask = field(repr=False)
    strokes: Mask = field(repr=False)
    digit: Mask = field(repr=False)
    others: int = field(repr=False)

    @property
    def share(self) -> float:
        """The digit's longer side, as a share of the view's; 0 where there is none."""
        return longer_side(self.digit) / max(self.digit.shape)


@dataclass(frozen=True, eq=False)
class Prepared(_Look):
    """A picture on its way to the network's input, step by step.

    Height H and width W are those of the working size.

    Attributes
    ----------
    photo : uint8 array, shape (any, any, 3)
        The picture as it was read: turned as the camera says, on a plain background where it was transparent, at most
        2,048 pixels high and wide.
    sheet : float array, shape (4, 2), or None
        The corners of the sheet on its table, (x, y) as shares of the photo's width and height, where one was found.
    page : uint8 array, shape (any, any, 3)
        That sheet, straightened; or the photo.
    view : float32 array, shape (H, W, C)
        The page, or the part of it that a small digit was cut out with, from 0 to 1; of three colours, or one if grey.
    inverted : bool
        Whether the digit was light on dark.
    light_on_dark : float
        What tells, see :func:`layerwise.see.ink.light_on_dark`.
    dark_on_light : float32 array, shape (H, W, C)
        The view, inverted if need be.
    background : float32 array, shape (H, W, C)
        What the same picture would be without strokes: the light on the paper.
    ink : float32 array, shape (H, W)
        The share of the background's light that is missing, from 0 to 1.
    marks : bool array, shape (H, W)
        Where that is more than the paper's grain.
    strokes : bool array, shape (H, W)
        The strong ones among them, and what hangs together with those, without the lines of ruled or squared paper.
    digit : bool array, shape (H, W)
        The strokes that make up the one digit; nothing where none was found.
    others : int
        How many other digits there seem to be.
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
    scale : float
        So many pixels of the photo are one of the view.
    """

    photo: npt.NDArray[np.uint8] = field(repr=False)
    sheet: Floats | None
    page: npt.NDArray[np.uint8] = field(repr=False)
    upright: Floats = field(repr=False)
    crop: Floats = field(repr=False)
    input: Floats = field(repr=False)
    stroke: float
    problems: tuple[Problem, ...]
    scale: float = field(repr=False)

    @property
    def steps(self) -> dict[str, npt.NDArray[Any]]:
        """The pictures of all steps, in order, by the name that a figure can print."""
        return {
            "1 photo": self.photo,
            "2 sheet": self.page,
            "3 cut": self.view.squeeze(),
            "4 polarity": self.dark_on_light.squeeze(),
            "5 light": self.background.squeeze(),
            "6 ink": 1 - self.ink,
            "7 strokes": ~self.strokes,
            "8 digit": ~self.digit,
            "9 crop": 1 - self.crop,
            "10 input": self.input,
        }


def prepare(image: str | os.PathLike[str] | Image.Image | npt.ArrayLike, *, without: Collection[str] = ()) -> Prepared:
    """Take a picture of a digit to the network's input, and keep every step (chapter *your_digit*).

    Parameters
    ----------
    image : path, PIL.Image.Image or array
        A JPEG, PNG, WebP, GIF or BMP file (or HEIC, where pillow-heif is installed); a picture; or an array of shape
        (H, W), (H, W, 1), (H, W, 3) or (H, W, 4), of type uint8, uint16, bool, or float between 0 and 1. At least 8
        pixels on each side and at most 50,000,000 in all, and no side more than 20 times the other. Dark on light or
        light on dark.
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
    inverted = False if "polarity" in without else None
    sheet = find_sheet(photo)
    if sheet is not None:
        prepared = _prepared(photo, sheet, inverted, without)
        if prepared.digit.any():
            return prepared
    return _prepared(photo, None, inverted, without)  # a sheet without a digit is no sheet


def _prepared(
    photo: npt.NDArray[np.uint8], sheet: Floats | None, inverted: bool | None, without: Collection[str]
) -> Prepared:
    page = photo if sheet is None else straightened(photo, sheet)
    view = working_size(reduced(page, LARGEST))
    evidence = light_on_dark(view)
    if inverted is None:
        inverted = evidence < LIGHT_ON_DARK
    look = _look(view, evidence, inverted, without)
    scale = max(1.0, max(page.shape) / max(look.digit.shape))
    if 0 < look.share < SMALL:
        cut = _around(page, look)
        nearer = _look(working_size(reduced(cut, CUT)), evidence, inverted, without)
        if nearer.digit.any():
            look = replace(nearer, others=look.others)  # whether it is alone is seen on the page
            scale = max(cut.shape) / max(nearer.digit.shape)
    return _finished(look, photo, sheet, page, scale, without)


def _finished(
    look: _Look,
    photo: npt.NDArray[np.uint8],
    sheet: Floats | None,
    page: npt.NDArray[np.uint8],
    scale: float,
    without: Collection[str] = (),
) -> Prepared:
    """The digit of a look as the network's input; the page has `scale` times as many pixels a side."""
    stroke = stroke_width(look.digit)
    alone = ink_alone(look.digit, look.ink)
    upright = alone if "upright" in without else upright_digit(alone)
    crop = cropped(upright, 0 if "width" in without else STROKE - stroke)
    pixels = scale * longer_side(look.digit)
    return Prepared(
        **{part.name: getattr(look, part.name) for part in fields(_Look)},
        photo=photo,
        sheet=sheet,
        page=page,
        upright=upright,
        crop=crop,
        input=network_input(crop, 0 if "blur" in without else BLUR),
        stroke=stroke,
        problems=tuple(problems_of(look.digit, look.others, look.ink, stroke, pixels)),
        scale=scale,
    )


def turned(prepared: Prepared, quarters: int) -> Prepared:
    """The same picture as if it had been taken turned, by so many quarters to the left."""
    names = ("photo", "page", "view", "dark_on_light", "background", "ink", "marks", "strokes")
    pictures = {name: np.rot90(getattr(prepared, name), quarters) for name in names}
    return _read_again(replace(prepared, **pictures))


def other_readings(prepared: Prepared) -> Iterator[tuple[str, Prepared]]:
    """The picture without a step that may have been a mistake: one in which lines went, a polarity hard to tell."""
    with_lines = strokes_of(prepared.ink, prepared.marks)
    if (with_lines != prepared.strokes).any():
        yield "lines", _read_again(replace(prepared, strokes=with_lines))
    if 1 / UNDECIDED < prepared.light_on_dark < UNDECIDED:
        look = _look(prepared.view, prepared.light_on_dark, not prepared.inverted, ())
        yield "polarity", _finished(look, prepared.photo, prepared.sheet, prepared.page, prepared.scale)


def _read_again(prepared: Prepared) -> Prepared:
    """With the digit of its strokes, and what follows."""
    digit, others = one_digit(prepared.strokes, prepared.ink)
    look = replace(prepared, digit=digit, others=others)
    return _finished(look, look.photo, look.sheet, look.page, look.scale)


def _look(view: Floats, evidence: float, inverted: bool, without: Collection[str]) -> _Look:
    """Ink, strokes and the one digit of the page or a part of it, with the polarity of the page."""
    dark_on_light = 1 - view if inverted else view
    background = evenly_lit(dark_on_light) if "light" in without else background_of(dark_on_light)
    ink = ink_of(dark_on_light, background)
    marks = find_marks(ink)
    strokes = strokes_of(ink, marks if "lines" in without else without_lines(ink, marks))
    digit, others = one_digit(strokes, ink)
    return _Look(view, evidence, inverted, dark_on_light, background, ink, marks, strokes, digit, others)


def _around(page: npt.NDArray[np.uint8], look: _Look) -> npt.NDArray[np.uint8]:
    """The part of the page with the digit in its middle."""
    scale = max(page.shape) / max(look.digit.shape)
    reach = ROOM / 2 * scale * longer_side(look.digit)
    middle = [scale * (places.start + places.stop) / 2 for places in cut_out(look.digit)]
    rows, columns = (
        slice(max(0, round(place - reach)), min(side, round(place + reach)))
        for place, side in zip(middle, page.shape, strict=False)
    )
    return page[rows, columns]


def prepare_many(
    images: Iterable[str | os.PathLike[str] | Image.Image | npt.ArrayLike], *, without: Collection[str] = ()
) -> Floats:
    """The network's inputs of many pictures, shape (P, 32, 32, 3); see :func:`prepare`."""
    inputs = [prepare(image, without=without).input for image in images]
    return np.stack(inputs) if inputs else np.zeros((0, INPUT_SIDE, INPUT_SIDE, 3), np.float32)
