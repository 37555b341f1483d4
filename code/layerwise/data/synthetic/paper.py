"""Digits drawn by program: pen strokes on simulated paper, as if somebody had photographed a page.

The photograph in the chapter ``your_digit`` is one of them: ``python -m layerwise.data.synthetic.paper`` makes it.
Nothing here is a person's handwriting: the strokes are curves through the points of `STROKES`, shaken by a seeded
generator. No network learns from them; those that learn from pen digits get other curves
(:mod:`layerwise.data.synthetic.pens`).
"""

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageOps

Point = tuple[float, float]


Floats = npt.NDArray[np.float64]


STROKES: dict[str, list[list[Point]]] = {
    "0": [[(.38, .02), (.14, .18), (.05, .52), (.18, .9), (.4, .97), (.6, .72), (.63, .36), (.5, .07), (.33, .04)]],
    "1": [[(.14, .24), (.28, .14), (.4, 0)], [(.4, 0), (.38, .5), (.36, 1)]],
    "2": [
        [(.08, .24), (.16, .06), (.36, 0), (.56, .1), (.57, .32), (.4, .6), (.22, .8), (.06, .97)],
        [(.06, .97), (.34, .95), (.64, .96)],
    ],
    "3": [
        [(.1, .1), (.3, 0), (.52, .08), (.54, .27), (.42, .42), (.26, .47)],
        [(.26, .47), (.5, .53), (.61, .72), (.5, .93), (.28, 1), (.06, .9)],
    ],
    "4": [[(.42, 0), (.25, .3), (.04, .64)], [(.04, .64), (.35, .62), (.68, .63)], [(.5, .34), (.49, .7), (.47, 1)]],
    "5": [
        [(.6, .02), (.38, .03), (.16, .03)],
        [(.16, .03), (.14, .22), (.1, .45)],
        [(.1, .45), (.3, .37), (.52, .45), (.6, .68), (.48, .92), (.26, 1), (.05, .92)],
    ],
    "6": [
        [(.5, 0), (.26, .2), (.1, .5), (.08, .78), (.24, .98), (.46, .96), (.58, .76), (.48, .57), (.28, .56), (.1, .7)]
    ],
    "7": [[(.05, .05), (.3, .04), (.62, .03)], [(.62, .03), (.45, .35), (.3, .7), (.22, 1)]],
    "8": [
        [
            (.55, .14), (.37, 0), (.16, .1), (.16, .28), (.36, .46), (.57, .65),
            (.56, .88), (.34, 1), (.1, .88), (.13, .65), (.35, .46), (.53, .3), (.55, .12),
        ]
    ],
    "9": [
        [(.55, .16), (.35, .02), (.13, .12), (.09, .35), (.25, .52), (.46, .45), (.57, .16)],
        [(.57, .1), (.55, .5), (.42, 1)],
    ],
}  # fmt: skip
"""The strokes of each digit as points (x, y) that a smooth curve runs through; x to the right, y down, height 1."""


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
        How far points stray from `STROKES`, in heights.

    Returns
    -------
    PIL.Image.Image
        Of mode RGB.

    Raises
    ------
    ValueError
        If the text is not digits, or the paper is unknown.
    """
    if set(text) - set(STROKES):
        raise ValueError(f"draw takes the digits 0 to 9, got {text!r}")
    if paper not in PAPERS:
        raise ValueError(f"unknown paper {paper!r}; expected one of {', '.join(PAPERS)}")
    random = np.random.default_rng(seed)
    ink = _ink(text, size, height * min(size), centre, pen, slant, shake, random)
    lines = _lines(size, paper, tilt)
    page = np.array([0.95, 0.93, 0.88]) - 0.22 * lines[..., None] * np.array([1.0, 0.75, 0.35])  # blue lines
    page = page * (1 - contrast * ink[..., None] * np.array([1.0, 0.97, 0.82]))  # blue-black ink
    page = page * _light(size, shadow)[..., None]
    page = page + noise * random.standard_normal(ink.shape)[..., None]
    return Image.fromarray((255 * np.clip(page, 0, 1)).astype(np.uint8))


def pages(count: int, *, seed: int = 0) -> Iterator[tuple[Image.Image, int]]:
    """Pages as different as readers' photographs may be, one digit on each, the ten digits in turn.

    By chance: where the digit stands and how large, pen, ink, slant, hand, the paper and how it is turned, shadow and
    noise; one page in four is a board, light on dark.

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
        )
        yield (ImageOps.invert(page) if random.random() < 0.25 else page), number % 10


def _ink(
    text: str,
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
    for position, digit in enumerate(text):
        left = centre[0] * size[0] - height * (0.34 - _ADVANCE * (position - (len(text) - 1) / 2))
        top = centre[1] * size[1] - height / 2
        lean, width = random.normal(slant, 0.1), random.uniform(0.85, 1.1)
        for stroke in STROKES[digit]:
            points = np.array(stroke) + random.normal(0, shake / 2, (len(stroke), 2))
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
