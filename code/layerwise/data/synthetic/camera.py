"""What a camera makes of a scene: light, blur, colour fringes, compression, exposure."""

import numpy as np
from scipy.fft import dctn, idctn

from layerwise.data.synthetic.glyphs import coverage
from layerwise.data.synthetic.random_numbers import SIZE, Array, Generator, chance, coarse, normal, uniform


def lit(rng: Generator, n: int) -> Array:
    """Factor (n, SIZE, SIZE) by which light varies over the picture: a gradient, hills, and here and there a shadow."""
    pixels = np.linspace(-1, 1, SIZE, dtype=np.float32)
    x, y = pixels, pixels[:, None]
    light = 1 + normal(rng, 0.1, 0.3, n) * x + normal(rng, 0.1, 0.3, n) * y
    light += uniform(rng, 0, 0.12, n) * coarse(rng, n, 4)
    angle = uniform(rng, 0, 2 * np.pi, n)
    edge = (np.cos(angle) * x + np.sin(angle) * y - normal(rng, 0.5, 1.5, n)) * (SIZE / 2)
    shadow = coverage(edge, uniform(rng, 1, 8, n)) * uniform(rng, 0.2, 0.5, n) * chance(rng, 0.12, n)
    return light * (1 - shadow)


RADIUS = 6
"""Pixels that the blur reaches to either side."""


def _kernels(rng: Generator, n: int, deviation: Array) -> Array:
    """Half kernels (2, RADIUS + 1, n): down and across; Gaussian, and for some, by motion, a box in one direction."""
    offset = np.arange(RADIUS + 1)[:, None]
    kernels = np.exp(-0.5 * (offset / np.maximum(deviation * np.exp(0.15 * rng.standard_normal((2, 1, n))), 0.2)) ** 2)
    box = np.clip(rng.uniform(1, 3.2, (2, 1, n)) - offset + 0.5, 0, 1)
    moved = (rng.random((1, 1, n)) < 0.12) & (rng.integers(0, 2, (1, 1, n)) == np.arange(2)[:, None, None])
    kernels = np.where(moved, box, kernels)
    kernels /= kernels[:, :1] + 2 * kernels[:, 1:].sum(axis=1, keepdims=True)
    return kernels.astype(np.float32)


def _blurred(picture: Array, kernels: Array) -> Array:
    """Separable blur of (n, 3, SIZE, SIZE); the picture's edge continues. Sums of shifts: the same on any threads."""
    for axis, kernel in ((2, kernels[0]), (3, kernels[1])):
        pad = [(0, 0)] * 4
        pad[axis] = (RADIUS, RADIUS)
        wide = np.moveaxis(np.pad(picture, pad, mode="edge"), axis, 0)
        kernel = kernel[:, :, None, None]
        out = wide[RADIUS : RADIUS + SIZE] * kernel[0]
        for k in range(1, RADIUS + 1):
            pair = wide[RADIUS - k : RADIUS - k + SIZE] + wide[RADIUS + k : RADIUS + k + SIZE]
            pair *= kernel[k]
            out += pair
        picture = np.moveaxis(out, 0, axis)
    return picture


def _fringed(rng: Generator, picture: Array) -> Array:
    """A lens that draws red and blue at slightly different places: they move by parts of a pixel, oppositely."""
    n = len(picture)
    picture = picture.copy()
    pixels = np.arange(SIZE)
    for axis in (1, 2):
        amount = uniform(rng, -0.6, 0.6, n) * chance(rng, 0.5, n)
        for channel, moved in ((0, amount), (2, -amount)):
            layer = picture[:, channel]
            before, after = (layer.take(np.clip(pixels + step, 0, SIZE - 1), axis) for step in (-1, 1))
            picture[:, channel] += np.maximum(moved, 0) * (before - layer) + np.maximum(-moved, 0) * (after - layer)
    return picture


def _compressed(picture: Array, step: Array) -> Array:
    """JPEG's loss: 8 x 8 cosine coefficients of (n, 3, SIZE, SIZE) rounded to multiples of `step` (n, 1, 1, 1, 1)."""
    n = len(picture)
    blocks = picture.reshape(n, 3, 4, 8, 4, 8)
    frequency = np.add.outer(np.arange(8), np.arange(8)).astype(np.float32)[:, None, :]
    table = step[..., None] * (1 + 0.5 * frequency)
    coefficients = dctn(blocks, axes=(3, 5), norm="ortho")
    return idctn(np.round(coefficients / table) * table, axes=(3, 5), norm="ortho").reshape(picture.shape)


def photographed(rng: Generator, picture: Array, contrast: Array, stem: Array) -> Array:
    """A camera's work on (n, 3, SIZE, SIZE): fringes, blur, noise, sharpening, compression.

    Blur stays below what the digit's `stem` in pixels bears, noise below what its `contrast` bears (both (n, 1, 1)).
    """
    n = len(picture)
    most = np.minimum(0.3 + 0.42 * stem, 0.8 + 5 * contrast)[:, 0, 0]
    deviation = np.minimum(0.6 + rng.exponential(0.8, n), np.minimum(most, 2.5))
    noise = np.minimum(0.002 + rng.exponential(0.01, (n, 1, 1, 1)), 0.15 * contrast[:, None]).astype(np.float32)
    grain = rng.standard_normal((n, 1, SIZE, SIZE), np.float32) + rng.random((n, 3, SIZE, SIZE), np.float32) - 0.5
    picture = _fringed(rng, picture) + 2 * noise * grain * chance(rng, 0.5, n)[:, None]
    picture = _blurred(picture, _kernels(rng, n, deviation))
    some = np.flatnonzero(rng.random(n) < 0.5)
    halo = _blurred(picture[some], _kernels(rng, len(some), np.full(len(some), 1.5)))
    picture[some] += uniform(rng, 0, 1.2, len(some))[:, None] * (picture[some] - halo)
    picture += 0.3 * noise * np.roll(grain, 5, axis=-1)
    some = np.flatnonzero(rng.random(n) < 0.3)
    step = rng.uniform(0.01, 0.06, (n, 1, 1, 1, 1)).astype(np.float32)
    picture[some] = _compressed(picture[some], step[some])
    return picture


def exposed(picture: Array, distance: Array) -> Array:
    """Raise the contrast of pictures (n, 3, SIZE, SIZE) whose strokes, where `distance` > 0, fade into their ground."""
    grey, inside = picture.mean(axis=1), coverage(distance)
    shares = inside, coverage(distance + 3) - inside
    stroke, ground = ((grey * share).sum(axis=(1, 2)) / share.sum(axis=(1, 2)) for share in shares)
    gain = np.clip(np.float32(0.08) / (np.abs(stroke - ground) + np.float32(1e-6)), 1, 2)
    middle = (stroke + ground) / 2
    return (middle - gain * middle)[:, None, None, None] + gain[:, None, None, None] * picture
