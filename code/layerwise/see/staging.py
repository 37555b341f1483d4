"""Digits of which everything is known: their place, their colours, those of the paper (chapter ``filters``)."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from layerwise.data.digits import scale
from layerwise.see.layers import Array

REACH = 5
"""Pixels by which a digit is moved at most, in each direction."""


def staged(images: ArrayLike, *, seed: int) -> tuple[Array, dict[str, Array]]:
    """Handwritten digits on paper of a random colour, in ink of another, moved at random.

    Parameters
    ----------
    images : uint8 array (P, 28, 28)
        Ink is 255, paper 0.
    seed : int
        Of places and colours.

    Returns
    -------
    pictures : float32 array (P, 32, 32, 3)
        Between 0 and 1.
    facts : dict of name to array
        ``position`` (P, 2): pixels down and to the right of the middle; ``ink`` and ``paper`` (P, 3): red, green and
        blue; ``polarity`` (P,): 1 where the ink is lighter than the paper, else -1.
    """
    random = np.random.default_rng(seed)
    moves = random.integers(-REACH, REACH + 1, (len(np.asarray(images)), 2))
    ink, paper = random.uniform(size=(2, len(moves), 3))
    wide = np.pad(scale(images), ((0, 0), (2 + REACH,) * 2, (2 + REACH,) * 2))
    corners = REACH - moves
    shapes = np.stack([shape[a : a + 32, b : b + 32] for shape, (a, b) in zip(wide, corners, strict=True)])
    pictures = paper[:, None, None] + shapes[..., None] * (ink - paper)[:, None, None]
    polarity = np.sign((ink - paper).mean(axis=1))
    return pictures.astype(np.float32), {"position": moves, "ink": ink, "paper": paper, "polarity": polarity}
