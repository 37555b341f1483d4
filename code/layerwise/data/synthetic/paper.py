"""Digits drawn by program: pen strokes on simulated paper, as if somebody had photographed a page.

The photograph in the chapter ``your_digit`` is one of them: ``python -m layerwise.data.synthetic.paper`` makes it.
Nothing here is a person's handwriting: the strokes are curves through the points of `SHAPES`, shaken by a seeded
generator. No network learns from them; those that learn from pen digits get other shapes
(:mod:`layerwise.data.synthetic.pens`).
"""

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageOps

from layerwise.data.synthetic.strokes import strokes_of

Point = tuple[float, float]


Floats = npt.NDArray[np.float64]


SHAPES: dict[str, tuple[str, ...]] = {
    "0": (
        "38,2 14,18 5,52 18,90 40,97 60,72 63,36 50,7 33,4",
        "22,8 2,45 10,88 34,100 62,90 68,50 56,12 32,0 16,14 12,24",  # its end runs on inside
        "36,12 20,2 6,34 8,76 30,99 54,86 62,52 54,20 38,10 60,0",  # its end runs on above
        "10,8 6,50 12,92 36,99 58,92 62,48 56,8 32,1 12,10",  # like a box
        "52,14 30,4 6,40 4,84 28,98 58,76 68,30 54,6",  # leaning, a gap above
    ),
    "1": (
        "14,24 28,14 40,0 / 40,0 38,50 36,100",
        "4,34 36,4 / 36,4 30,36 32,70 30,100",  # a straight flag, a bent stem
        "18,12 38,0 / 38,0 36,94 / 14,96 36,93 62,98",  # a foot that hangs
        "40,0 35,30 34,64 40,100",  # no flag, bent
        "22,30 30,10 36,4 / 36,4 26,60 20,98 / 4,94 40,99",  # leaning, on a short foot
    ),
    "2": (
        "8,24 16,6 36,0 56,10 57,32 40,60 22,80 6,97 / 6,97 34,95 64,96",
        "12,34 10,10 34,0 52,16 42,48 24,72 8,88 2,98 14,99 22,88 12,80 36,92 68,98",  # a loop that hangs
        "2,14 24,2 50,4 60,24 48,50 / 48,50 8,92 / 8,92 40,99 70,90",  # a bowl for a foot
        "16,20 30,4 46,10 48,30 30,62 4,94 / 4,94 20,88 44,93 62,104",  # narrow, its foot falls
        "2,10 30,5 60,3 / 60,3 36,48 3,99 / 3,99 30,94 62,97",  # a corner above
    ),
    "3": (
        "10,10 30,0 52,8 54,27 42,42 26,47 / 26,47 50,53 61,72 50,93 28,100 6,90",
        "4,20 20,2 44,2 52,20 40,36 / 40,36 20,46 / 20,46 50,50 66,74 44,98 16,98 2,84",  # a small upper part
        "8,2 34,5 56,1 / 56,1 44,20 26,36 / 26,36 52,42 58,66 46,90 22,100 4,96",  # a flat top
        "10,18 28,2 50,8 54,30 30,44 24,50 34,52 58,60 54,86 34,101 14,96 10,84",  # curled below
        "2,4 40,6 52,26 20,50 / 20,50 54,70 36,92 0,100",  # angles
    ),
    "4": (
        "42,0 25,30 4,64 / 4,64 35,62 68,63 / 50,34 49,70 47,100",
        "14,2 10,28 2,52 / 2,52 24,54 64,50 / 56,8 50,56 52,98",  # open
        "16,4 10,30 18,46 40,48 58,38 / 60,6 56,40 46,74 40,102",  # open and round
        "52,1 24,40 3,72 / 3,72 40,71 66,74 / 52,1 51,60 54,100",  # closed
        "54,2 28,20 6,44 / 6,44 36,47 64,41 / 54,2 57,48 48,100",  # closed and small
        "26,0 14,36 8,64 / 8,64 66,58 / 46,30 40,64 32,100",  # open, a low bar
    ),
    "5": (
        "60,2 38,3 16,3 / 16,3 14,22 10,45 / 10,45 30,37 52,45 60,68 48,92 26,100 5,92",
        "30,2 22,22 12,46 / 12,46 40,30 62,52 58,84 36,100 16,92 16,78 / 30,2 52,8 72,2",  # curled below
        "68,14 46,0 24,8 26,28 50,42 62,66 46,98 8,92",  # one stroke, round
        "54,2 14,6 / 14,6 18,44 / 18,44 46,44 62,58 58,84 28,98 2,100",  # a wide bowl
        "16,14 12,50 / 12,50 30,44 46,56 46,80 30,100 10,98 / 12,4 36,2 58,6",  # a bar that does not touch
    ),
    "6": (
        "50,0 26,20 10,50 8,78 24,98 46,96 58,76 48,57 28,56 10,70",
        "36,2 20,30 8,62 12,90 32,100 50,88 50,70 34,64 16,76",  # a flat loop
        "64,16 54,0 30,8 10,44 10,76 26,99 54,96 66,76 54,54 28,54 12,74",  # a hook above
        "6,0 4,50 12,86 / 12,86 24,99 48,96 58,74 42,52 20,58 10,80",  # a straight back
        "44,0 22,32 8,66 18,94 42,100 60,80 52,54 30,50 12,60 18,72",  # its end runs on inside
    ),
    "7": (
        "5,5 30,4 62,3 / 62,3 45,35 30,70 22,100",
        "8,2 10,12 / 8,4 30,8 62,4 / 62,4 40,52 34,100",  # a serif, a bent leg
        "4,8 34,3 60,6 / 60,6 44,40 24,98 / 24,50 40,47 60,51",  # a bar across
        "2,4 20,10 44,8 60,0 / 60,0 50,30 42,66 42,100",  # its top hangs
        "10,0 34,3 64,2 / 64,2 58,20 30,62 10,102",  # far to the left below
        "0,10 8,2 54,5 / 54,5 44,52 42,98 / 22,58 66,46",  # a bar across, rising
    ),
    "8": (
        "55,14 37,0 16,10 16,28 36,46 57,65 56,88 34,100 10,88 13,65 35,46 53,30 55,12",
        "38,2 22,8 20,26 36,36 52,28 54,10 38,2 / 32,38 2,56 6,92 34,101 66,92 64,56 32,38",  # two rings
        "48,8 28,0 14,18 30,44 58,70 44,98 16,96 8,76 30,50 62,16 56,4",  # its end runs on above
        "28,50 10,30 20,6 44,2 54,20 42,42 20,62 14,88 34,101 56,88 52,66 28,50",  # begun in the middle
        "40,2 22,8 22,26 38,42 54,60 52,90 32,98 14,86 18,68 44,38 46,12",  # leaning, narrow
    ),
    "9": (
        "55,16 35,2 13,12 9,35 25,52 46,45 57,16 / 57,10 55,50 42,100",
        "52,14 30,3 10,22 22,46 46,40 56,14 / 56,14 60,52 50,90 30,101 6,90",  # curled
        "50,30 42,6 18,4 8,26 20,44 44,40 52,14 / 52,4 50,100",  # a leg that stands
        "60,20 46,2 20,4 8,30 26,48 50,38 60,18 50,60 20,100",  # one stroke, a leaning leg
        "58,4 28,6 10,26 26,42 56,24 / 58,4 54,46 56,80 66,98",  # its leg bends to the right
        "56,22 36,2 12,10 12,38 36,46 54,24 58,48 46,88 22,98 16,84",  # curled, one stroke
    ),
}
"""The shapes of each digit, written as those that networks learn from. `draw` draws the first, the plain one, unless it
is told another; `pages` draws the others, which are no shapes that networks learn from."""


PAPERS = ("plain", "ruled", "squared")


_ADVANCE = 0.85
"""From one digit to the next, in heights."""


def draw(
    text: str,
    *,
    seed: int = 0,
    size: tuple[int, int] = (600, 800),
    height: float = 0.45,
    centre: Point = (0.5, 0.5),
    pen: float = 0.07,
    contrast: float = 0.8,
    paper: str = "plain",
    tilt: float = 0.0,
    shadow: float = 0.3,
    noise: float = 0.015,
    slant: float = 0.1,
    shake: float = 0.03,
    shape: int = 0,
) -> Image.Image:
    """A page with digits on it, as a photograph.

    Parameters
    ----------
    text : str
        The digits, drawn side by side; none leaves the page empty.
    seed : int
        Of the hand and of the paper's grain.
    size : (int, int)
        Width and height in pixels.
    height : float
        Of a digit, as a share of the page's shorter side.
    centre : (float, float)
        Where the middle of the text is, as shares of width and height.
    pen : float
        Mean width of a stroke, as a share of the digit's height.
    contrast : float
        How much of the light the ink takes away, from 0 to 1.
    paper : str
        One of `PAPERS`.
    tilt : float
        By how many degrees the paper's lines are turned.
    shadow : float
        The light in the darkest corner is 1 less this; at the edge of a soft shadow it falls by half of that.
    noise : float
        Standard deviation of the camera's noise, of full scale 1.
    slant : float
        How far a digit's top leans to the right, in heights, give or take a tenth.
    shake : float
        How far points stray from `SHAPES`, in heights.
    shape : int
        Which of the shapes of each digit; counted on from the first where a digit has no more.

    Returns
    -------
    PIL.Image.Image
        Of mode RGB.

    Raises
    ------
    ValueError
        If the text is not digits, or the paper is unknown.
    """
    if set(text) - set(SHAPES):
        raise ValueError(f"draw takes the digits 0 to 9, got {text!r}")
    if paper not in PAPERS:
        raise ValueError(f"unknown paper {paper!r}; expected one of {', '.join(PAPERS)}")
    random = np.random.default_rng(seed)
    strokes = [strokes_of(SHAPES[digit][shape % len(SHAPES[digit])]) for digit in text]
    ink = _ink(strokes, size, height * min(size), centre, pen, slant, shake, random)
    lines = _lines(size, paper, tilt)
    page = np.array([0.95, 0.93, 0.88]) - 0.22 * lines[..., None] * np.array([1.0, 0.75, 0.35])  # blue lines
    page = page * (1 - contrast * ink[..., None] * np.array([1.0, 0.97, 0.82]))  # blue-black ink
    page = page * _light(size, shadow)[..., None]
    page = page + noise * random.standard_normal(ink.shape)[..., None]
    return Image.fromarray((255 * np.clip(page, 0, 1)).astype(np.uint8))


def pages(count: int, *, seed: int = 0) -> Iterator[tuple[Image.Image, int]]:
    """Pages as different as readers' photographs may be, one digit on each, the ten digits in turn.

    By chance: the digit's shape, where it stands and how large, pen, ink, slant, hand, the paper and how it is turned,
    shadow and noise; one page in four is a board, light on dark.

    Parameters
    ----------
    count : int
    seed : int
        The same seed gives the same pages.

    Yields
    ------
    PIL.Image.Image, int
        A page of 450 x 600 pixels, mode RGB, and its digit.
    """
    for number in range(count):
        random = np.random.default_rng([seed, number])
        page = draw(
            str(number % 10),
            seed=int(random.integers(2**31)),
            size=(450, 600),
            height=random.uniform(0.15, 0.6),
            centre=(random.uniform(0.3, 0.7), random.uniform(0.3, 0.7)),
            pen=random.uniform(0.03, 0.12),
            contrast=random.uniform(0.3, 0.9),
            paper=PAPERS[random.integers(len(PAPERS))],
            tilt=random.normal(0, 2),
            shadow=random.uniform(0, 0.6),
            noise=random.uniform(0.005, 0.03),
            slant=random.normal(0.1, 0.3),
            shake=random.uniform(0.02, 0.1),
            shape=int(random.integers(1, len(SHAPES[str(number % 10)]))),
        )
        yield (ImageOps.invert(page) if random.random() < 0.25 else page), number % 10


def _ink(
    text: list[list[Floats]],
    size: tuple[int, int],
    height: float,
    centre: Point,
    pen: float,
    slant: float,
    shake: float,
    random: np.random.Generator,
) -> Floats:
    """How much of each pixel is covered by ink, from 0 to 1."""
    scale = 2  # drawn larger and made smaller again, for smooth edges
    canvas = Image.new("L", (scale * size[0], scale * size[1]))
    brush = ImageDraw.Draw(canvas)
    for position, strokes in enumerate(text):
        left = centre[0] * size[0] - height * (0.34 - _ADVANCE * (position - (len(text) - 1) / 2))
        top = centre[1] * size[1] - height / 2
        lean, width = random.normal(slant, 0.1), random.uniform(0.85, 1.1)
        for stroke in strokes:
            points = stroke + random.normal(0, shake / 2, stroke.shape)
            points[:, 0] = 0.34 + width * (points[:, 0] - 0.34) + lean * (0.5 - points[:, 1])
            curve = scale * (np.array([left, top]) + height * _smooth(points))
            # The pressure of the hand changes slowly along a stroke.
            pressure = np.interp(np.linspace(0, 3, len(curve)), range(4), random.uniform(0.8, 1.2, 4))
            for (x, y), radius in zip(curve, scale * height * pen / 2 * pressure, strict=True):
                brush.ellipse((x - radius, y - radius, x + radius, y + radius), fill=255)
    return np.asarray(canvas.reduce(scale), float) / 255


def _smooth(points: Floats, steps: int = 60) -> Floats:
    """A Catmull-Rom curve through the points, `steps` of its points from each to the next."""
    padded = np.concatenate([points[:1], points, points[-1:]])
    t = np.linspace(0, 1, steps)[:, None]
    pieces = [
        (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3) / 2
        for a, b, c, d in zip(padded, padded[1:], padded[2:], padded[3:], strict=False)
    ]
    return np.concatenate(pieces)


def _lines(size: tuple[int, int], paper: str, tilt: float) -> Floats:
    """The lines of the paper: 1 on a line, 0 beside it."""
    width, height = size
    y, x = np.mgrid[:height, :width].astype(float)
    angle = np.deg2rad(tilt)
    distance, thickness = min(size) / (20 if paper == "squared" else 9), max(1.0, min(size) / 300)
    drawn = np.zeros((height, width))
    across = [] if paper == "plain" else [y * np.cos(angle) + x * np.sin(angle)]
    if paper == "squared":
        across.append(x * np.cos(angle) - y * np.sin(angle))
    for place in across:
        off = np.abs((place + distance / 2) % distance - distance / 2)
        drawn = np.maximum(drawn, np.clip(thickness / 2 + 0.5 - off, 0, 1))
    return drawn


def _light(size: tuple[int, int], shadow: float) -> Floats:
    """Light that falls off towards one corner, and a shadow with a soft edge across it."""
    y, x = np.mgrid[: size[1], : size[0]] / np.array([size[1], size[0]], float)[:, None, None]
    edge = 1 / (1 + np.exp(-(x + 0.6 * y - 1.0) / 0.04))
    return 1 - shadow * (0.5 * (x + y) / 2 + 0.5 * edge)


def main(arguments: Sequence[str] | None = None) -> int:
    """Draw the page of the chapter ``your_digit``, or another one."""
    parser = argparse.ArgumentParser(prog="python -m layerwise.data.synthetic.paper", description=main.__doc__)
    parser.add_argument("file", type=Path, help="where to write it, as .jpg or .png")
    parser.add_argument("--digits", default="7")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--paper", choices=PAPERS, default="ruled")
    options = parser.parse_args(arguments)
    try:
        page = draw(
            options.digits, seed=options.seed, paper=options.paper, centre=(0.45, 0.42), tilt=1.5, pen=0.05, shadow=0.5
        )
        page.save(options.file, quality=80)
    except (ValueError, OSError) as error:
        print(f"python -m layerwise.data.synthetic.paper: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
