"""Random numbers for a block of pictures that are drawn together."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


Generator = np.random.Generator


SIZE = 32
"""Rows and columns of a picture."""


BLOCK = 64
"""Pictures that are drawn together from one stream of random numbers."""


def uniform(rng: Generator, low: float, high: float, n: int) -> Array:
    return (low + (high - low) * rng.random((n, 1, 1), np.float32)).astype(np.float32)


def normal(rng: Generator, deviation: float, limit: float, n: int) -> Array:
    return np.clip(np.float32(deviation) * rng.standard_normal((n, 1, 1), np.float32), -limit, limit)


def chance(rng: Generator, probability: float, n: int) -> Array:
    return rng.random((n, 1, 1), np.float32) < probability


def coarse(rng: Generator, n: int, points: int) -> Array:
    """Smooth random hills (n, SIZE, SIZE) of deviation near 1: points x points random numbers, interpolated."""
    grid = rng.standard_normal((n, points, points), np.float32)
    place = np.linspace(0, points - 1.001, SIZE, dtype=np.float32)
    low = place.astype(int)
    part = place - low
    rows = grid[:, low] + part[:, None] * (grid[:, low + 1] - grid[:, low])
    return rows[:, :, low] + part * (rows[:, :, low + 1] - rows[:, :, low])
