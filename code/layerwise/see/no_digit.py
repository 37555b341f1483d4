"""Whether a shape looks like a digit at all: a small network that was taught by a program's drawings.

It learned digits, and letters, signs, doodles, scribbles, blots and joined or turned digits, all drawn by
:mod:`layerwise.see.no_digit_training`; no handwriting, no MNIST. Ten classes have no room for "none of them", so a
network that reads digits cannot say it.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from layerwise.see.picture_files import Floats

WEIGHTS = Path(__file__).with_name("weight_files") / "no_digit.npz"


DIGIT = 0.8
"""Below this likeness to digits, from 0 to 1, a shape may be none. Chosen on the drawings of tests/see/kinds.py."""


SIDE = 16
"""It sees the crop in so many pixels a side."""


def digit_likeness(crops: npt.ArrayLike) -> Floats:
    """How much cropped ink looks like a digit.

    Parameters
    ----------
    crops : (P, 128, 128) array
        As in :class:`layerwise.see.photo.Prepared`.

    Returns
    -------
    float32 array, shape (P,)
        Between 0 and 1, a probability for shapes of the training's kinds.
    """
    x = pixels(crops)
    *hidden, (kernel, bias) = layers()
    for matrix, shift in hidden:
        x = np.maximum(x @ matrix + shift, 0)
    return 1 / (1 + np.exp(-(x @ kernel + bias)[:, 0]))


def pixels(crops: npt.ArrayLike) -> Floats:
    """What the network sees, (P, 256)."""
    crops = np.asarray(crops, np.float32)
    step = crops.shape[1] // SIDE
    return crops.reshape(len(crops), SIDE, step, SIDE, step).mean(axis=(2, 4)).reshape(len(crops), -1)


@lru_cache
def layers() -> list[tuple[Floats, Floats]]:
    """Weights (inputs, units) and biases of each layer; what ships has 16 bits a number."""
    with np.load(WEIGHTS, allow_pickle=False) as file:
        arrays = [file[name].astype(np.float32) for name in sorted(file.files) if name.isdigit()]
    return list(zip(arrays[::2], arrays[1::2], strict=True))
