"""Photographs of the kinds that readers take, drawn by program, for `test_kinds`.

The digits have shapes of their own, not those of `layerwise.data.synthetic`: curled 9s, looped 2s, open 4s, crossed 7s,
and the fonts that come with matplotlib. A picture is made by a random generator and a digit; nobody's handwriting and
nobody's photograph is in it.
"""

from collections.abc import Callable
from pathlib import Path

import matplotlib
import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFont
from scipy import ndimage
from scipy.interpolate import CubicSpline

from layerwise.data.synthetic.strokes import along, strokes_of

Floats = npt.NDArray[np.float64]
Random = np.random.Generator

FONTS = tuple(
    Path(matplotlib.get_data_path()) / "fonts" / "ttf" / f"{name}.ttf"
    for name in ("DejaVuSans", "DejaVuSans-Oblique", "DejaVuSans-Bold", "DejaVuSerif", "STIXGeneral", "cmr10", "cmss10")
)

DIGITS = {
    "0": ("50,0 22,12 8,50 22,90 50,100 78,88 90,50 78,10 50,0", "62,4 30,8 12,50 30,95 60,96 84,55 74,14 50,2 40,12"),
    "1": ("50,0 50,100", "25,28 52,0 / 52,0 50,100", "30,20 50,2 / 50,2 50,100 / 28,100 72,100"),
    "2": (
        "12,25 28,4 58,0 80,16 76,40 45,70 10,98 / 10,98 88,98",
        "15,22 40,0 74,10 74,36 44,72 16,92 10,80 24,74 44,88 66,98 90,88",
    ),
    "3": (
        "14,12 42,0 74,10 72,34 42,47 / 42,47 78,58 80,86 48,100 10,90",
        "14,4 80,4 / 80,4 44,40 / 44,40 78,52 80,82 50,100 12,92",
    ),
    "4": (
        "60,0 8,66 / 8,66 90,66 / 64,34 64,100",
        "22,0 16,34 18,54 / 18,54 82,52 / 70,6 66,100",
        "64,0 8,68 / 8,68 92,68 / 64,0 64,100",
    ),
    "5": (
        "78,2 24,2 / 24,2 18,44 / 18,44 46,36 78,50 80,78 50,100 12,92",
        "26,6 20,46 48,38 78,56 74,88 40,100 12,90 / 26,4 82,0",
    ),
    "6": (
        "66,0 34,22 14,62 22,92 50,100 78,88 80,66 56,52 28,58 15,74",
        "50,0 16,56 24,94 56,100 76,76 58,56 30,62 17,76",
    ),
    "7": ("12,4 84,4 / 84,4 40,100", "12,4 86,4 / 86,4 58,50 46,100 / 34,52 82,52", "10,14 12,2 86,4 / 86,4 40,100"),
    "8": (
        "50,46 22,30 24,8 50,0 76,8 78,30 50,46 18,66 18,92 50,100 82,92 82,66 50,46",
        "74,12 44,0 22,18 50,46 78,72 62,98 34,98 20,76 46,48 72,28 74,12",
    ),
    "9": (
        "78,18 52,0 22,12 22,40 48,52 76,36 79,14 / 79,14 74,100",
        "76,16 50,0 20,16 26,44 56,48 78,20 / 78,12 78,70 58,98 24,92",
    ),
}
LETTERS = {
    "A": "10,100 48,0 / 48,0 88,100 / 26,62 74,62", "C": "84,14 50,0 16,24 12,70 44,100 84,88",
    "E": "80,2 16,2 / 16,2 16,98 / 16,98 82,98 / 16,50 70,50", "F": "80,2 18,2 / 18,2 18,100 / 18,48 68,48",
    "H": "14,0 14,100 / 84,0 84,100 / 14,50 84,50", "K": "16,0 16,100 / 78,0 16,56 / 34,42 82,100",
    "L": "18,0 18,98 / 18,98 80,98", "M": "8,100 14,0 / 14,0 50,70 / 50,70 86,0 / 86,0 92,100",
    "N": "14,100 14,0 / 14,0 82,100 / 82,100 82,0", "P": "18,100 18,0 / 18,2 66,4 78,26 62,48 18,50",
    "R": "18,100 18,0 / 18,2 66,4 76,26 60,48 18,50 / 44,50 84,100", "T": "6,2 92,2 / 50,2 50,100",
    "U": "14,0 16,74 48,100 80,76 84,0", "V": "8,0 48,100 / 48,100 90,0", "X": "10,0 86,100 / 88,0 10,100",
    "W": "4,0 26,100 / 26,100 50,24 / 50,24 74,100 / 74,100 96,0", "Y": "8,0 50,48 / 92,0 50,48 / 50,48 50,100",
}  # fmt: skip
DOODLES = {
    "star": "50,0 80,96 / 80,96 2,36 / 2,36 98,36 / 98,36 20,96 / 20,96 50,0",
    "arrow": "2,50 98,50 / 70,20 98,50 / 70,80 98,50",
    "heart": "50,28 30,0 4,18 12,56 50,100 / 50,28 70,0 96,18 88,56 50,100",
    "house": "10,44 10,100 / 10,100 90,100 / 90,100 90,44 / 2,48 50,2 / 50,2 98,48 / 10,44 90,44",
    "flower": "50,50 30,10 60,6 50,50 92,30 94,62 50,50 74,94 40,96 50,50 8,70 6,38 50,50",
    "face": "50,0 8,30 10,74 50,100 90,74 92,30 50,0 / 34,34 35,40 / 66,34 65,40 / 30,66 50,78 70,66",
    "spiral": "50,50 58,44 62,56 44,64 34,44 56,26 82,48 66,86 24,82 10,40 44,2 96,20",
    "wave": "0,50 12,10 25,50 37,90 50,50 62,10 75,50 87,90 100,50", "cross": "50,0 50,100 / 0,50 100,50",
    "grid": "33,0 33,100 / 66,0 66,100 / 0,33 100,33 / 0,66 100,66",
    "fish": "4,50 40,12 92,90 / 4,50 40,88 92,10 / 92,10 92,90",
}  # fmt: skip
NUMERALS = "٢٣٤٦ԱԲԳԴԵאבגדמשжщюфяΔΘΞΨΩ"
"""Arabic-Indic numerals that no European one resembles, and signs of other scripts."""


def curves(shape: str, random: Random, shake: float = 0.015) -> list[Floats]:
    """The strokes of a shape, each (points, 2) in heights, bent a little."""
    slant, stretch = random.normal(0.05, 0.12), random.uniform(0.6, 0.95)
    found = []
    for stroke in strokes_of(shape):
        points = stroke + random.normal(0, shake, stroke.shape)
        places = along(points)
        smooth = CubicSpline(places, points)(np.linspace(0, places[-1], 60)) if len(points) > 2 else points
        found.append(np.stack([stretch * smooth[:, 0] - slant * (smooth[:, 1] - 0.5), smooth[:, 1]], 1))
    return found


def drawn(
    strokes: list[Floats], size: tuple[int, int], height: float, centre: tuple[float, float], pen: float
) -> Floats:
    """Coverage (H, W) of strokes whose whole height and pen are in pixels; size is (width, height)."""
    scale = 2 if max(size) < 1500 else 1
    every = np.concatenate(strokes)
    low, high = every.min(axis=0), every.max(axis=0)
    factor = scale * (height - pen) / max((high - low)[1], (high - low)[0] / 1.2)
    canvas = Image.new("L", (scale * size[0], scale * size[1]))
    brush, radius = ImageDraw.Draw(canvas), scale * pen / 2
    for stroke in strokes:
        line = [tuple(p) for p in factor * (stroke - (low + high) / 2) + scale * np.array(centre) * size]
        brush.line(line, fill=255, width=max(1, round(2 * radius)), joint="curve")
        for x, y in (line[0], line[-1]):
            brush.ellipse((x - radius, y - radius, x + radius, y + radius), fill=255)
    return np.asarray(canvas.reduce(scale), float) / 255


def lettered(text: str, font: Path, size: tuple[int, int], height: float, centre: tuple[float, float]) -> Floats:
    """Coverage (H, W) of a printed text."""
    canvas = Image.new("L", size)
    kind = ImageFont.truetype(str(font), round(height / 0.72))
    left, top, right, bottom = kind.getbbox(text)
    place = (centre[0] * size[0] - (left + right) / 2, centre[1] * size[1] - (top + bottom) / 2)
    ImageDraw.Draw(canvas).text(place, text, fill=255, font=kind)
    return np.asarray(canvas, float) / 255


def one(
    random: Random,
    digit: int | str,
    size: tuple[int, int],
    share: float,
    *,
    pen: float | None = None,
    off: float = 0.12,
) -> Floats:
    """Coverage of one digit that takes a share of the height, somewhere near the middle; pen in pixels."""
    ways = DIGITS[str(digit)]
    height = share * size[1]
    room = max(0.0, min(off, 0.5 - share / 2 - 0.02))
    centre = (0.5 + random.uniform(-room, room), 0.5 + random.uniform(-room, room))
    pen = random.uniform(0.05, 0.11) * height if pen is None else pen
    return drawn(curves(ways[random.integers(len(ways))], random), size, height, centre, pen)


def photographed(
    ink: Floats,
    random: Random,
    *,
    paper: object = None,
    pen: object = None,
    light: object = 1.0,
    noise: float | None = None,
) -> Image.Image:
    """Ink of a colour on paper of a colour, under a light, by a camera with noise."""
    paper = np.array(PAPERS[random.integers(len(PAPERS))] if paper is None else paper, np.float32)
    pen = np.array(PENS[random.integers(len(PENS))] if pen is None else pen, np.float32)
    page = paper + ink[..., None].astype(np.float32) * (pen - paper)
    page *= np.asarray(light, np.float32)[..., None] if np.ndim(light) else np.float32(light)
    noise = random.uniform(0.004, 0.02) if noise is None else noise
    page += noise * random.standard_normal(ink.shape, dtype=np.float32)[..., None]
    return Image.fromarray((255 * np.clip(page, 0, 1)).astype(np.uint8))


PAPERS = ((0.96, 0.96, 0.95), (0.95, 0.92, 0.84), (0.86, 0.87, 0.88), (0.74, 0.73, 0.7))
PENS = ((0.08, 0.08, 0.1), (0.1, 0.12, 0.4), (0.25, 0.25, 0.27), (0.6, 0.1, 0.12), (0.05, 0.35, 0.15))
PALE = {
    "yellow": (0.96, 0.94, 0.35),
    "pale green": (0.76, 0.95, 0.68),
    "pink": (0.96, 0.78, 0.88),
    "orange": (0.97, 0.8, 0.5),
}


def places(size: tuple[int, int]) -> tuple[Floats, Floats]:
    y, x = np.mgrid[: size[1], : size[0]]
    return x / size[0], y / size[1]


def ruled(size: tuple[int, int], random: Random) -> Floats:
    """Lines of ruled or squared paper, 0 to 1, tilted a little."""
    y, x = np.mgrid[: size[1], : size[0]].astype(float)
    angle, squared = np.deg2rad(random.normal(0, 1.5)), random.random() < 0.5
    step, thick = min(size) / random.uniform(8, 22), max(1.2, min(size) / 300)
    lines = np.zeros(x.shape)
    for place in [y * np.cos(angle) + x * np.sin(angle)] + [x * np.cos(angle) - y * np.sin(angle)] * squared:
        lines = np.maximum(lines, np.clip(thick / 2 + 0.5 - np.abs((place + step / 2) % step - step / 2), 0, 1))
    return lines


def falling(size: tuple[int, int], random: Random, most: float = 0.25) -> Floats:
    """Light that falls off towards one side."""
    x, y = places(size)
    angle = random.uniform(0, 2 * np.pi)
    return 1 - most * (0.5 + 0.5 * ((2 * x - 1) * np.cos(angle) + (2 * y - 1) * np.sin(angle)) / 1.42)


def beyond_an_edge(size: tuple[int, int], random: Random) -> Floats:
    """1 beyond a sharp or soft edge through the picture, 0 before it: a shadow, or the light of a window."""
    x, y = places(size)
    angle, soft = random.uniform(0, 2 * np.pi), random.choice([0.004, 0.02, 0.06])
    side = (x - 0.5) * np.cos(angle) + (y - 0.5) * np.sin(angle) - random.uniform(-0.25, 0.25)
    return 1 / (1 + np.exp(-np.clip(side / soft, -50, 50)))


# ---------------------------------------------------------------------------------------------------------------------
# Kinds with a digit


def thin(random: Random, digit: int) -> Image.Image:
    size = (512, 512)
    ink = one(random, digit, size, random.uniform(0.75, 0.98), pen=random.uniform(3, 8), off=0.0)
    return photographed(ink, random, pen=(0.1, 0.1, 0.1), paper=(0.96, 0.96, 0.96), noise=random.choice([0.0, 0.01]))


def hand_shadow(random: Random, digit: int) -> Image.Image:
    size = (288, 384)
    dark = 1 - random.uniform(0.3, 0.6) * beyond_an_edge(size, random)
    ink = one(random, digit, size, random.uniform(0.4, 0.65), pen=random.uniform(4, 8))
    return photographed(ink, random, light=dark * falling(size, random))


def print_through(random: Random, digit: int) -> Image.Image:
    size = (300, 512) if random.random() < 0.5 else (450, 600)
    ink = one(random, digit, size, random.uniform(0.12, 0.35), pen=random.uniform(3, 7))
    y, x = np.mgrid[: size[1], : size[0]]
    step = random.uniform(9, 22)
    rows = ((y + random.normal(0, 0.02) * x) % step < 0.5 * step).astype(float)
    if random.random() < 0.6:  # words of letters rather than whole rows
        words = random.random((size[1] // 6 + 1, size[0] // 6 + 1)) < 0.75
        rows *= np.kron(words, np.ones((6, 6)))[: size[1], : size[0]]
    strength = random.uniform(0.03, 0.1)
    light = (1 - strength * ndimage.gaussian_filter(rows, 0.8)) * falling(size, random, 0.1)
    return photographed(ink, random, paper=(0.9, 0.9, 0.88), pen=(0.1, 0.1, 0.12), light=light)


def bold(random: Random, digit: int) -> Image.Image:
    height, margin = random.uniform(200, 480), random.uniform(0.02, 0.05)
    ink = drawn(
        curves(DIGITS[str(digit)][0], random), (900, 900), height, (0.5, 0.5), height * random.uniform(0.16, 0.24)
    )
    rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
    frame = round(margin * height)
    ink = ink[rows[0] - frame : rows[-1] + frame + 1, columns[0] - frame : columns[-1] + frame + 1]
    ink = ndimage.gaussian_filter(ink, random.uniform(0, 0.02) * height, mode="nearest")
    return photographed(ink, random, pen=(0.12, 0.12, 0.12), noise=random.choice([0.0, 0.01]))


def table_top(random: Random, size: tuple[int, int]) -> npt.NDArray[np.float32]:
    """Wood, dark, patterned or light grey."""
    x, y = places(size)
    look = random.integers(4)
    base = np.array([(0.55, 0.38, 0.22), (0.12, 0.12, 0.13), (0.3, 0.4, 0.5), (0.62, 0.62, 0.63)][look])
    if look == 0:
        grain = 0.12 * np.sin(60 * y + 6 * np.sin(3 * x + random.uniform(0, 6)) + random.normal(0, 0.1, x.shape))
    elif look == 2:
        grain = 0.35 * (((x * 12).astype(int) + (y * 16).astype(int)) % 2)
    else:
        grain = 0.02 * random.standard_normal(x.shape)
    return (base * (1 + grain[..., None])).astype(np.float32)


def perspective(corners: Floats, size: tuple[int, int]) -> list[float]:
    """Pillow's eight numbers: where each place of the photo lies on a page of this size, whose corners are given."""
    page = np.array([(0, 0), (size[0], 0), size, (0, size[1])], float)
    rows = []
    for (x, y), (u, v) in zip(corners, page, strict=True):
        rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
    return list(np.linalg.solve(np.array(rows), page.ravel()))


def on_a_table(random: Random, digit: int) -> Image.Image:
    size, page = (600, 800), (420, 594)
    ink = one(random, digit, page, random.uniform(0.2, 0.5))
    if random.random() < 0.3:
        ink = np.maximum(ink, 0.25 * ruled(page, random))
    sheet = photographed(ink, random, paper=PAPERS[random.integers(2)], pen=PENS[random.integers(3)])
    angle, share = np.deg2rad(random.uniform(-15, 15)), random.uniform(0.55, 0.8)
    corners = share * np.array([(-0.36, -0.5), (0.36, -0.5), (0.36, 0.5), (-0.36, 0.5)]) * size[1]
    corners = corners @ np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    corners = corners * (1 + random.uniform(-0.07, 0.07, (4, 1))) + np.array(size) / 2 + random.uniform(-15, 15, 2)
    warp = perspective(corners, page)
    flat = sheet.transform(size, Image.Transform.PERSPECTIVE, warp, Image.Resampling.BICUBIC)
    inside = Image.new("L", page, 255).transform(size, Image.Transform.PERSPECTIVE, warp, Image.Resampling.BILINEAR)
    where = (np.asarray(inside, np.float32) / 255)[..., None]
    seen = where * (np.asarray(flat, np.float32) / 255) + (1 - where) * table_top(random, size)
    seen = seen * falling(size, random, 0.2)[..., None] + random.normal(0, 0.01, (size[1], size[0], 1))
    return Image.fromarray((255 * np.clip(seen, 0, 1)).astype(np.uint8))


def far(random: Random, digit: int) -> Image.Image:
    size = (3000, 4000)
    share = random.uniform(0.03, 0.06)
    ink = one(random, digit, size, share, off=0.25, pen=random.uniform(0.05, 0.1) * share * size[1])
    return photographed(ink, random, pen=PENS[random.integers(2)])


def pale(random: Random, digit: int) -> Image.Image:
    size = (450, 600)
    ink = one(random, digit, size, random.uniform(0.25, 0.6))
    pen = list(PALE.values())[random.integers(len(PALE))]
    return photographed(ink, random, pen=pen, paper=(0.96, 0.96, 0.95), light=falling(size, random))


def chalk(random: Random, digit: int) -> Image.Image:
    size = (600, 450)
    ink = one(random, digit, size, random.uniform(0.25, 0.65)) * random.uniform(0.6, 1, (size[1], size[0]))
    smear = 1 + 0.25 * ndimage.gaussian_filter(random.standard_normal((size[1], size[0])), 25) * 25
    board = [(0.12, 0.14, 0.13), (0.1, 0.25, 0.18), (0.2, 0.2, 0.22)][random.integers(3)]
    colour = [(0.9, 0.9, 0.88), (0.9, 0.85, 0.5), (0.9, 0.6, 0.65)][random.integers(3)]
    return photographed(ink, random, paper=board, pen=colour, light=smear * falling(size, random))


def board(random: Random, digit: int) -> Image.Image:
    """Pale chalk on a plain, ruled or squared board with an edge across it: of a shadow, or of a window's light."""
    size = [(450, 600), (600, 450)][random.integers(2)]
    chalk = random.uniform(0.25, 0.9)
    ink = chalk * one(random, digit, size, random.uniform(0.15, 0.5))
    lines = random.choice([0.0, 1.0, 1.0]) * random.uniform(0.3, 0.8) * min(chalk, 0.35) * ruled(size, random)
    ground = [(0.12, 0.14, 0.13), (0.1, 0.25, 0.18), (0.28, 0.31, 0.3), (0.2, 0.27, 0.4)][random.integers(4)]
    edge, shine = beyond_an_edge(size, random)[..., None], falling(size, random)[..., None]
    seen = np.array(ground) + (np.array([0.95, 0.95, 0.93]) - ground) * np.maximum(ink, lines)[..., None]
    if random.random() < 0.5:
        seen = seen * shine * (1 - random.uniform(0.3, 0.6) * edge)
    else:  # what shines on a board is added to it
        seen = 1 - (1 - seen) * shine * (1 - random.uniform(0.2, 0.5) * edge)
    seen = seen + random.uniform(0.005, 0.03) * random.standard_normal((size[1], size[0], 1))
    return Image.fromarray((255 * np.clip(seen, 0, 1)).astype(np.uint8))


def sideways(random: Random, digit: int) -> Image.Image:
    """Turned without a word of it; a 6 and a 9 would be each other, and an 8, 0 or 1 says little."""
    size = (450, 600)
    page = photographed(one(random, digit, size, random.uniform(0.3, 0.6)), random, light=falling(size, random))
    return page.transpose(
        [Image.Transpose.ROTATE_90, Image.Transpose.ROTATE_270, Image.Transpose.ROTATE_180][random.integers(3)]
    )


def good(random: Random, digit: int) -> Image.Image:
    """What worked before: markers, slants, shadow, lines, thin and faint pens, chalk, colours."""
    size = [(450, 600), (600, 450), (900, 1200), (300, 300)][random.integers(4)]
    share = random.uniform(0.25, 0.7)
    height = share * size[1]
    kind = random.integers(6)
    width = {0: random.uniform(0.1, 0.16), 1: random.uniform(0.03, 0.05)}.get(int(kind), random.uniform(0.05, 0.1))
    ink = one(random, digit, size, share, pen=max(2.5, width * height))
    light = falling(size, random, random.uniform(0, 0.4))
    if kind == 2:  # faint
        return photographed(ink, random, paper=(0.93, 0.93, 0.92), pen=(0.55, 0.55, 0.58), light=light, noise=0.01)
    if kind == 3:
        page = 1 - 0.2 * ruled(size, random)
        return photographed(ink, random, light=light * page)
    if kind == 4:
        return photographed(ink, random, paper=(0.13, 0.15, 0.14), pen=(0.9, 0.9, 0.88), light=light)
    return photographed(ink, random, light=light)


# ---------------------------------------------------------------------------------------------------------------------
# Kinds without a digit, or with several


def several(random: Random, digit: int) -> Image.Image:
    size = (600, 450)
    text = f"{digit}{random.integers(10)}" if random.random() < 0.5 else f"20{random.integers(2)}{digit}"
    height = (0.5 if len(text) == 2 else 0.3) * size[1] * random.uniform(0.8, 1.1)
    step, pen = 0.95 * height / size[0], random.uniform(0.06, 0.11) * height
    ink = np.zeros((size[1], size[0]))
    for place, sign in enumerate(text):
        centre = (0.5 + step * (place - (len(text) - 1) / 2), 0.5 + random.uniform(-0.03, 0.03))
        shape = DIGITS[sign][random.integers(len(DIGITS[sign]))]
        ink = np.maximum(ink, drawn(curves(shape, random), size, height, centre, pen))
    return photographed(ink, random, light=falling(size, random))


def empty(random: Random, digit: int) -> Image.Image:
    size = (450, 600)
    light = falling(size, random, 0.35)
    if random.random() < 0.4:
        x, y = places(size)
        light = light * (1 - 0.4 / (1 + np.exp(-(x + y - random.uniform(0.5, 1.5)) / 0.02)))
    lines = 0.25 * ruled(size, random) if random.random() < 0.5 else np.zeros((size[1], size[0]))
    return photographed(lines, random, pen=(0.2, 0.3, 0.6), light=light)


def letter(random: Random, digit: int) -> Image.Image:
    size = (450, 600)
    if random.random() < 0.5:
        name = list(LETTERS)[random.integers(len(LETTERS))]
        height = random.uniform(0.3, 0.6) * size[1]
        ink = drawn(curves(LETTERS[name], random), size, height, (0.5, 0.5), random.uniform(0.05, 0.11) * height)
    else:
        sign = "ACDEFGHJKLMNPQRTUVWXYabdefhkmnprtuvwxy"[random.integers(38)]
        ink = lettered(sign, FONTS[random.integers(len(FONTS))], size, random.uniform(0.25, 0.5) * size[1], (0.5, 0.5))
    return photographed(ink, random, light=falling(size, random))


def numeral(random: Random, digit: int) -> Image.Image:
    size = (450, 600)
    sign = NUMERALS[random.integers(len(NUMERALS))]
    ink = lettered(sign, FONTS[random.integers(3)], size, random.uniform(0.3, 0.5) * size[1], (0.5, 0.5))
    return photographed(ink, random, light=falling(size, random))


def doodle(random: Random, digit: int) -> Image.Image:
    size = (450, 600)
    if random.random() < 0.5:
        shape = list(DOODLES.values())[random.integers(len(DOODLES))]
    else:  # a scribble
        shape = " ".join(f"{x:.0f},{y:.0f}" for x, y in random.uniform(0, 100, (random.integers(9, 16), 2)))
    height = random.uniform(0.3, 0.6) * size[1]
    ink = drawn(curves(shape, random), size, height, (0.5, 0.5), random.uniform(0.03, 0.08) * height)
    return photographed(ink, random, light=falling(size, random))


def texture(random: Random, digit: int) -> Image.Image:
    size = (450, 600)
    x, y = places(size)
    look = random.integers(6)
    grain = random.standard_normal((size[1], size[0]))
    if look < 4:
        smooth = ndimage.gaussian_filter(grain, (random.uniform(1, 20), random.uniform(1, 20)))
        levels = 0.5 + 0.2 * smooth / smooth.std()
        levels = (levels > 0.6).astype(float) if look == 3 else levels
    elif look == 4:
        bricks = (((y * 14) % 1 < 0.12) | ((x * 7 + 0.5 * ((y * 14).astype(int) % 2)) % 1 < 0.07)).astype(float)
        levels = 0.4 + 0.4 * bricks + 0.05 * grain
    else:
        return Image.fromarray((255 * np.clip(table_top(random, size), 0, 1)).astype(np.uint8))
    return Image.fromarray((255 * np.clip(levels, 0, 1)).astype(np.uint8)).convert("RGB")


def hand(random: Random, digit: int) -> Image.Image:
    """A blob of the colour of skin with five fingers."""
    size = (450, 600)
    strokes = [np.array([(0.0, 0.0), (0.0, -0.12)])]
    for finger in range(5):
        angle = np.deg2rad(-70 + 30 * finger + random.normal(0, 5))
        strokes.append(np.array([(0, 0), (np.sin(angle), -np.cos(angle))]) * random.uniform(0.8, 1))
    palm = drawn([np.array([(0.0, 0.0), (0.0, 0.9)])], size, 300, (0.5, 0.68), 150)
    ink = np.maximum(palm, drawn(strokes, size, 300, (0.5, 0.4), random.uniform(40, 60)))
    skin = [(0.85, 0.65, 0.53), (0.5, 0.34, 0.25), (0.7, 0.5, 0.4)][random.integers(3)]
    return photographed(ndimage.gaussian_filter(ink, 2), random, pen=skin, light=falling(size, random))


WITH_DIGIT: dict[str, Callable[[Random, int], Image.Image]] = {
    kind.__name__: kind
    for kind in (thin, hand_shadow, print_through, bold, on_a_table, far, pale, chalk, board, sideways, good)
}
WITHOUT: dict[str, Callable[[Random, int], Image.Image]] = {
    kind.__name__: kind for kind in (several, empty, letter, numeral, doodle, texture, hand)
}


def pictures(kind: str, count: int, seed: int) -> list[tuple[Image.Image, int]]:
    """Pictures of a kind and the digits on them (in the kinds of `WITHOUT`, a number that means nothing)."""
    make, digits = (WITH_DIGIT | WITHOUT)[kind], range(10)
    if kind == "sideways":
        digits = (2, 3, 4, 5, 7)
    randoms = [np.random.default_rng([seed, number]) for number in range(count)]
    return [(make(random, digits[n % len(digits)]), digits[n % len(digits)]) for n, random in enumerate(randoms)]
