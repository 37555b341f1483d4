"""The drawings that teach :mod:`layerwise.see.no_digit` what is no digit, and its training.

``python -m layerwise.see.no_digit_training`` writes the weights that ship, and with them the first drawings, so that a
test sees whether they are still what is drawn here. All shapes are drawn by program: digits as pens write them and as
fonts print them, against letters, signs of other scripts, doodles, scribbles, blots, digits on their side and two
digits at once. Letters that are digits to look at (O, I, l, S, Z, B and their like) are on neither side.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import matplotlib
import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFont
from scipy import ndimage
from scipy.interpolate import CubicSpline

from layerwise.data.synthetic.pens import WAYS
from layerwise.data.synthetic.strokes import along, bend, strokes_of
from layerwise.see.network_input import STROKE, cropped, ink_alone, stroke_width, upright_digit
from layerwise.see.no_digit import WEIGHTS, pixels

Array = npt.NDArray[Any]
Random = np.random.Generator

SIZE = 112
"""Side of the drawings."""


FONTS = [
    Path(matplotlib.get_data_path()) / "fonts" / "ttf" / f"{name}.ttf"
    for name in (
        *("DejaVuSans", "DejaVuSans-Bold", "DejaVuSans-Oblique", "DejaVuSerif", "DejaVuSerif-Italic", "DejaVuSansMono"),
        *("STIXGeneral", "STIXGeneralItalic", "STIXGeneralBol", "cmr10", "cmss10", "cmtt10", "cmb10"),
    )
]


LATIN = "ACDEFGHJKLMNPQRTUVWXY" * 2 + "acdefhjkmnprtuvwxy&?#@%+=<"


OTHERS = "ΓΔΘΛΞΠΣΦΨΩαβδηθλμξπφψωБДЖИЛУЦЧШЩЪЭЮЯбджиклмнтшщюя٢٣٤٦٧٨אבגדהחטכלמנעפצקרשתԱԲԳԴԵԶԷԸԹԻԽաբգդეფქშ♥★☂☎✂✈✿→↔∑∫√∞"
"""Of other scripts, in the fonts that have them: the first six."""


ALPHABET = (
    "5,100 45,0 88,100 / 22,65 70,65", "80,10 40,0 8,50 40,100 82,90", "10,0 10,100 / 10,0 60,8 82,50 60,94 10,100",
    "75,0 10,0 10,100 78,100 / 10,52 60,52", "78,0 12,0 12,100 / 12,45 60,45",
    "80,14 40,0 6,50 40,100 84,84 84,55 50,55", "10,0 10,100 / 80,0 80,100 / 10,52 80,52",
    "20,0 85,0 / 60,0 58,80 30,100 8,84", "12,0 12,100 / 75,0 12,58 / 25,46 80,100", "12,0 12,100 75,100",
    "5,100 20,0 50,60 82,0 95,100", "10,100 10,0 80,100 80,0", "12,100 12,0 55,4 74,24 55,48 12,52",
    "12,100 12,0 55,4 74,24 55,48 12,52 / 40,50 80,100", "4,0 96,0 / 50,0 50,100", "8,0 12,75 45,100 78,75 82,0",
    "5,0 45,100 85,0", "2,0 26,100 50,30 74,100 98,0", "8,0 84,100 / 84,0 8,100", "6,0 46,50 / 88,0 46,50 46,100",
    "76,24 40,6 8,46 30,96 68,70 78,10 / 78,20 82,90 100,96", "10,0 10,100 / 10,60 50,40 78,66 50,98 10,90",
    "76,20 40,10 8,56 40,100 80,84", "80,0 80,100 / 80,60 40,40 10,70 40,98 80,80",
    "10,60 78,56 60,24 20,34 10,70 40,100 80,88", "70,8 46,4 38,30 36,100 / 14,40 66,40",
    "14,0 14,100 / 14,56 46,36 72,56 74,100", "14,0 14,100 / 66,36 14,68 / 30,58 70,100",
    "8,36 8,100 / 8,50 30,36 46,50 46,100 / 46,50 70,36 90,52 90,100", "14,36 14,100 / 14,56 46,36 72,56 74,100",
    "14,36 14,100 / 14,60 40,36 66,40", "40,6 42,86 70,96 / 12,34 70,34", "10,36 14,86 50,98 74,70 / 76,36 78,100",
    "8,36 42,100 76,36", "6,36 24,100 46,50 68,100 90,36", "8,36 76,100 / 76,36 8,100", "8,36 44,80 / 80,36 30,140",
    "50,0 50,100 / 0,50 100,50", "10,50 90,50 / 60,22 90,50 60,78", "0,0 100,0 100,100 0,100 0,0",
    "50,0 100,100 0,100 50,0", "5,55 35,100 98,0", "50,25 28,0 0,24 50,100 100,24 72,0 50,25",
    "0,40 50,0 100,40 / 12,36 12,100 88,100 88,36", "50,0 80,95 0,36 100,36 20,95 50,0",
    "100,8 66,64 28,88 0,52 26,14 64,34 100,96", "100,20 60,80 0,50 60,20 100,80 100,20",
    "50,0 6,46 50,100 94,50 50,0 / 34,32 34,40 / 66,34 66,42 / 30,66 50,78 72,64",
    "50,40 34,12 62,6 56,40 88,30 84,62 54,50 64,90 38,88 46,50 8,64 12,30 50,42",
    "50,0 50,100 / 10,20 90,80 / 10,80 90,20",
    "4,30 4,96 70,96 70,30 4,30 / 70,44 98,50 92,78 70,80", "50,0 4,46 96,46 50,0 / 50,46 50,90 62,100 72,90",
    "50,0 20,36 80,36 50,0 / 50,30 8,74 92,74 50,30 / 50,74 50,100",
    "0,50 30,20 60,50 30,80 0,50 / 60,50 100,50 / 86,50 86,70",
    "0,50 17,0 34,100 50,0 66,100 83,0 100,50", "30,0 30,100 / 66,0 66,100 / 0,32 100,32 / 0,68 100,68",
)  # fmt: skip
"""Letters and signs as a pen writes them, like `WAYS`; here a stroke of straight pieces may also be drawn smooth."""


TURNED = [(digit, turns) for turns in (1, 3) for digit in (2, 3, 4, 5, 7)] + [(3, 2), (4, 2), (7, 2)]
"""Digits and how many quarters make them none."""


def _smooth(points: Array) -> Array:
    places = along(points)
    return CubicSpline(places, points)(np.linspace(0, places[-1], 40)) if len(points) > 2 and places[-1] else points


def _drawn(strokes: list[Array], random: Random, *, straight: bool = False, shake: float = 0.025) -> Array:
    """Strokes by a hand that bends, slants and stretches, with pens from hair to marker; (SIZE, SIZE), 0 to 1."""
    strokes = [points + random.normal(0, shake, points.shape) for points in strokes]
    strokes = [points if straight else _smooth(points) for points in strokes]
    turn = np.deg2rad(random.normal(0, 6))
    shape = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]]) @ np.diag(
        [random.uniform(0.65, 1.35), 1]
    )
    field = 0.08 * random.standard_normal((2, 5))
    strokes = [bend(points, field) @ shape.T for points in strokes]
    slant = random.normal(0.05, 0.15)
    strokes = [points - points[:, 1:] * (slant, 0) for points in strokes]
    every = np.concatenate(strokes)
    low, high = every.min(axis=0), every.max(axis=0)
    pen = SIZE * random.choice([random.uniform(0.02, 0.06), random.uniform(0.05, 0.13), random.uniform(0.12, 0.2)])
    scale = (SIZE - 8 - pen) / (high - low).max()
    canvas = Image.new("L", (SIZE, SIZE))
    brush = ImageDraw.Draw(canvas)
    for points in strokes:
        line = [tuple(place) for place in scale * (points - (low + high) / 2) + SIZE / 2]
        brush.line(line, fill=255, width=max(1, round(pen)), joint="curve")
        for x, y in line if straight else (line[0], line[-1]):
            brush.ellipse((x - pen / 2, y - pen / 2, x + pen / 2, y + pen / 2), fill=255)
    return np.asarray(canvas, np.float32) / 255


def _printed(sign: str, font: Path, random: Random) -> Array:
    """A sign of a font, bent, slanted and made thinner or thicker."""
    kind = ImageFont.truetype(str(font), 72)
    left, top, right, bottom = kind.getbbox(sign)
    scale = 76 / max(right - left, bottom - top, 1)
    kind = ImageFont.truetype(str(font), max(8, round(72 * scale)))
    left, top, right, bottom = kind.getbbox(sign)
    canvas = Image.new("L", (SIZE, SIZE))
    ImageDraw.Draw(canvas).text(((SIZE - left - right) / 2, (SIZE - top - bottom) / 2), sign, fill=255, font=kind)
    y, x = np.mgrid[:SIZE, :SIZE] / SIZE - 0.5
    field = 0.06 * random.standard_normal((2, 5))
    terms = np.stack([x, y, x * y, x**2, y**2])
    moved = [axis + np.tensordot(row, terms, 1) for axis, row in zip((y, x), field, strict=True)]
    moved[1] = moved[1] * random.uniform(0.75, 1.3) + random.normal(0, 0.12) * y
    ink = ndimage.map_coordinates(np.asarray(canvas, np.float32) / 255, [SIZE * (m + 0.5) for m in moved], order=1)
    inside = ndimage.distance_transform_edt(ink > 0.5) - ndimage.distance_transform_edt(ink <= 0.5)
    return (inside + random.uniform(-1, 5) > 0).astype(np.float32)


def _pen_digit(digit: int, random: Random) -> Array:
    ways = WAYS[digit]
    return _drawn(strokes_of(ways[random.integers(len(ways))]), random)


def _digit(random: Random) -> Array:
    if random.random() < 0.8:
        return _pen_digit(int(random.integers(10)), random)
    return _printed(str(random.integers(10)), FONTS[random.integers(len(FONTS))], random)


def _written(random: Random) -> Array:
    return _drawn(strokes_of(ALPHABET[random.integers(len(ALPHABET))]), random, straight=bool(random.random() < 0.7))


def _letter(random: Random) -> Array:
    return _printed(LATIN[random.integers(len(LATIN))], FONTS[random.integers(len(FONTS))], random)


def _sign(random: Random) -> Array:
    return _printed(OTHERS[random.integers(len(OTHERS))], FONTS[random.integers(6)], random)


def _scribble(random: Random) -> Array:
    points = [random.uniform(0, 1, (random.integers(3, 14), 2)) for _ in range(random.integers(1, 4))]
    points[0] = random.uniform(0, 1, (random.integers(8, 17), 2))
    return _drawn(points, random, straight=bool(random.random() < 0.3))


def _doodle(random: Random) -> Array:
    """A spiral, a wave, or what two turning arms draw: stars, flowers and rosettes of three and more tips."""
    t = np.linspace(0, 1, 80)
    kind, direction, begin = random.integers(3), random.choice([-1, 1]), random.uniform(0, 2 * np.pi)
    if kind == 0:
        arms: list[tuple[Any, float]] = [(0.1 + t, random.uniform(2, 4))]
    elif kind == 1:
        wave = np.sin(2 * np.pi * random.uniform(1.7, 5) * t + begin)
        return _drawn([np.stack([t, random.uniform(0.1, 0.4) * wave], axis=1)], random, straight=True, shake=0.004)
    else:
        arms = [(1, 1), (random.uniform(0.25, 1), random.choice([-5, -4, -3, -2, 4, 5, 6]))]
    angles = [(length, begin + 2 * np.pi * direction * turns * t) for length, turns in arms]
    points = [sum(length * wave(angle) for length, angle in angles) for wave in (np.cos, np.sin)]
    return _drawn([np.stack(points, axis=1)], random, straight=True, shake=0.01)


def _blot(random: Random) -> Array:
    smooth = ndimage.gaussian_filter(random.standard_normal((SIZE, SIZE)), random.uniform(1, 14, 2))
    labels, _ = ndimage.label(ndimage.binary_dilation(smooth > random.uniform(0, 1.5) * smooth.std(), iterations=1))
    sizes = np.bincount(labels.ravel())[1:]
    return (labels == np.argmax(sizes) + 1).astype(np.float32)


def _turned(random: Random) -> Array:
    digit, turns = TURNED[random.integers(len(TURNED))]
    return np.rot90(_pen_digit(digit, random), turns)


def _joined(random: Random) -> Array:
    left, right = (_pen_digit(int(random.integers(10)), random) for _ in range(2))
    halves = [side[:, side.any(axis=0)] for side in (left, right)]
    return np.pad(np.concatenate(halves, axis=1), 4)


NO_DIGITS: tuple[tuple[Callable[[Random], Array], float], ...] = (
    (_written, 0.3), (_letter, 0.22), (_sign, 0.1), (_doodle, 0.1), (_scribble, 0.12), (_blot, 0.06), (_turned, 0.05),
    (_joined, 0.05),
)  # fmt: skip
"""What is drawn as no digit, and its share."""


DRAWINGS, PART, LEARNED = 24_000, 400, 22_000
"""So many are drawn, in parts of their own seeds, and so many of them learned."""


FIRST_SEED, KEPT = 1_000, 24
"""The seed of the first part, and how many of its drawings are kept beside the weights."""


TRAINING: dict[str, Any] = {
    "hidden_layer_sizes": (96, 32),
    "alpha": 1e-3,
    "learning_rate_init": 2e-3,
    "early_stopping": True,
    "n_iter_no_change": 6,
    "max_iter": 60,
    "random_state": 0,
}
"""Settings of scikit-learn's MLPClassifier."""


def crops(count: int, *, seed: int) -> tuple[Array, npt.NDArray[np.int64]]:
    """Drawings as the steps of a photo leave them, (count, 128, 128), and whether each is a digit."""
    makers, shares = zip(*NO_DIGITS, strict=True)
    found, labels = [], []
    for number in range(count):
        random = np.random.default_rng([seed, number])
        label = number % 2
        ink = np.asarray(_digit(random) if label else makers[random.choice(len(makers), p=shares)](random), np.float32)
        ink = ndimage.gaussian_filter(ink, random.uniform(0, 1.5))
        digit = ink > 0.4
        if digit.any():
            alone = upright_digit(ink_alone(digit, ink))
            found.append(cropped(alone, STROKE - stroke_width(digit)))
            labels.append(label)
    return np.stack(found), np.array(labels)


def main() -> None:
    """Draw, train, and write the weights; what is drawn last is not learned, and says how well the rest was."""
    from joblib import Parallel, delayed
    from sklearn.neural_network import MLPClassifier

    parts = Parallel(n_jobs=-1)(delayed(crops)(PART, seed=FIRST_SEED + part) for part in range(DRAWINGS // PART))
    x = np.concatenate([pixels(drawings) for drawings, _ in parts])
    y = np.concatenate([labels for _, labels in parts])
    network = MLPClassifier(**TRAINING).fit(x[:LEARNED], y[:LEARNED])
    layers = [array for layer in zip(network.coefs_, network.intercepts_, strict=True) for array in layer]
    arrays = {f"{number:02}": array.astype(np.float16) for number, array in enumerate(layers)}
    first = (255 * x[:KEPT]).round().astype(np.uint8)
    np.savez_compressed(WEIGHTS, allow_pickle=False, **arrays, drawings=first, training=repr(TRAINING))
    print(f"{WEIGHTS}: {network.score(x[LEARNED:], y[LEARNED:]):.4f} of the drawings that it has not seen")


if __name__ == "__main__":
    main()
