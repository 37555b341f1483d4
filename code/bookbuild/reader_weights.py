"""The weights of the networks that read a drawn digit, as a script of the pages: what ships, bit for bit."""

import base64
import json
from pathlib import Path

import numpy as np

from layerwise.see.forward import read_weights
from layerwise.see.no_digit import layers

WEIGHTS = "see/weights-data.js"


def write_weights(path: Path) -> None:
    """Both networks: float16, little-endian, one array after the other, in base64."""
    likeness = [array for layer in layers() for array in layer]
    networks = {
        "improved": read_weights("improved"),
        "no_digit": {f"{number:02}": array for number, array in enumerate(likeness)},
    }
    numbers = b"".join(array.astype("<f2").tobytes() for arrays in networks.values() for array in arrays.values())
    data = {
        "networks": {
            name: [[key, list(np.shape(array))] for key, array in arrays.items()] for name, arrays in networks.items()
        },
        "numbers": base64.b64encode(numbers).decode(),
    }
    path.write_text(f"Layerwise.weights = {json.dumps(data)};\n", encoding="utf-8")
