"""Networks that learned house numbers, asked to read handwriting (chapter ``your_digit``).

The report showed its network one photographed 7. Here a network reads whole collections of handwritten digits, each
shown as it is, inverted, prepared by :mod:`layerwise.see.photo` like a reader's photo, and with one step left out.
No digit of any collection was used to train a network; the chapter says which were looked at.
"""

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import joblib
import numpy as np
import numpy.typing as npt
import pandas as pd
from PIL import Image

from layerwise.data.digits import Digits, scale
from layerwise.data.synthetic.paper import pages
from layerwise.depth.models import CLASSES
from layerwise.see.photo import INPUT_SIDE, OPTIONAL_STEPS, prepare_many
from layerwise.see.training import Recipe, probabilities_of, train

Floats = npt.NDArray[np.float32]


Picture = Image.Image | npt.NDArray[np.uint8]


SHOWINGS = ("raw", "inverted", "photo")
"""How a digit is shown to a network."""


OMISSIONS = tuple(f"without {step}" for step in OPTIONAL_STEPS)
"""Further ways: through ``photo`` with one step left out."""


COLLECTIONS = ("mnist", "scikit-learn", "pages")
"""Handwriting: MNIST's test digits; the 1,797 small ones of 8 x 8 pixels that scikit-learn ships, by other people; and
1,000 pages that :mod:`layerwise.data.synthetic.paper` draws."""


PAGES = 1_000


PAGES_SEED = 3_000


def shown(pictures: Iterable[Picture], *, omissions: bool = False, jobs: int = 1) -> dict[str, Floats]:
    """Pictures of digits as inputs of a network that reads house numbers, in every one of `SHOWINGS`.

    Parameters
    ----------
    pictures : iterable of uint8 array, shape (H, W), or of PIL.Image.Image
    omissions : bool
        In every one of `OMISSIONS` too.
    jobs : int
        Processes that prepare them.

    Returns
    -------
    dict of float32 array, shape (P, 32, 32, 3)
        ``raw``: the whole picture, grey in three equal channels; what is larger than 32 x 32 pixels is shrunk to that,
        what is smaller is enlarged by a whole number and gets a border of 0. ``inverted``: 1 less that. ``photo`` and
        ``without ...``: see :func:`layerwise.see.photo.prepare`.
    """
    pictures = list(pictures)
    raw = np.stack([_whole(picture) for picture in pictures])
    ways = {"raw": raw, "inverted": 1 - raw, "photo": _prepared(pictures, (), jobs)}
    if omissions:
        ways |= {way: _prepared(pictures, (step,), jobs) for way, step in zip(OMISSIONS, OPTIONAL_STEPS, strict=True)}
    return ways


def _whole(picture: Picture) -> Floats:
    image = picture.convert("L") if isinstance(picture, Image.Image) else Image.fromarray(picture)
    factor = INPUT_SIDE // max(image.size)
    size = (factor * image.width, factor * image.height) if factor else (INPUT_SIDE, INPUT_SIDE)
    grey = scale(np.asarray(image.resize(size, Image.Resampling.BICUBIC)))
    borders = [((INPUT_SIDE - side) // 2, (INPUT_SIDE - side + 1) // 2) for side in grey.shape]
    return np.repeat(np.pad(grey, borders)[..., None], 3, axis=2)


def _prepared(pictures: list[Picture], without: tuple[str, ...], jobs: int) -> Floats:
    parts = [pictures[i : i + 100] for i in range(0, len(pictures), 100)]
    tasks = (joblib.delayed(prepare_many)(part, without=without) for part in parts)
    return np.concatenate(joblib.Parallel(n_jobs=jobs)(tasks))


def readings(model: Any, inputs: Mapping[str, Floats], labels: npt.ArrayLike) -> pd.DataFrame:
    """How many digits a network reads right, in each way and class.

    Parameters
    ----------
    model : keras.Model
    inputs : mapping of way to (P, 32, 32, 3) array
    labels : int array, shape (P,)

    Returns
    -------
    DataFrame
        ``way``, ``label``, ``digits`` (of that class) and ``right``, one row per way and class.
    """
    labels = np.asarray(labels)
    rows = []
    for way, x in inputs.items():
        right = probabilities_of(model, x).argmax(axis=1) == labels
        for k in range(CLASSES):
            rows.append((way, k, int(np.sum(labels == k)), int(np.sum(right[labels == k]))))
    return pd.DataFrame(rows, columns=["way", "label", "digits", "right"])


def accuracy_by_showing(table: pd.DataFrame) -> pd.DataFrame:
    """The share of digits read right: a row per way, a column per class and one for all.

    Parameters
    ----------
    table : DataFrame
        See :func:`readings`.
    """
    sums = table.groupby(["way", "label"], sort=False, as_index=False)[["right", "digits"]].sum()
    ways = sums["way"].unique()
    right, digits = (sums.pivot(index="way", columns="label", values=name).loc[ways] for name in ("right", "digits"))
    shares = right / digits
    shares["all"] = right.sum(axis=1) / digits.sum(axis=1)
    return shares


def read_collections(
    studies: Mapping[str, Mapping[str, Any]],
    shipped: Mapping[str, Any],
    digits: Digits,
    house_numbers: Digits,
    *,
    collections: Sequence[str] = COLLECTIONS,
    folder: str | os.PathLike[str] | None = None,
    jobs: int = 1,
    progress: bool = False,
) -> pd.DataFrame:
    """Show handwriting, in `SHOWINGS` and `OMISSIONS`, to every network of some studies and to those that ship.

    Parameters
    ----------
    studies : mapping of name to mapping
        ``recipes`` and ``seeds`` of each, as in ``layerwise.see.recipes.STUDIES``.
    shipped : mapping of name to keras.Model
        Networks from weights that ship with the package.
    digits : Digits
        MNIST.
    house_numbers : Digits
        What the networks of the studies learn from.
    collections : sequence of str
        Of `COLLECTIONS`.
    folder : path, optional
        Where their runs are kept; what is not found there is trained.
    jobs : int
        Processes that prepare pictures.
    progress : bool
        Show on the terminal how far a training is.

    Returns
    -------
    DataFrame
        As :func:`readings`, with ``network`` (of the studies: study and variant; of those that ship: "shipped" and
        name), ``seed`` (-1 where the network ships) and ``collection``.
    """
    inputs = {}
    for name in collections:
        pictures, labels = _pictures(name, digits)
        inputs[name] = shown(pictures, omissions=True, jobs=jobs), labels
    tables = []
    for network, seed, model in _networks(studies, shipped, house_numbers, folder, progress):
        for collection, (ways, labels) in inputs.items():
            table = readings(model, ways, labels)
            tables.append(table.assign(network=network, seed=seed, collection=collection))
    return pd.concat(tables, ignore_index=True)[["network", "seed", "collection", *tables[0].columns[:4]]]


def _pictures(collection: str, digits: Digits) -> tuple[Any, npt.ArrayLike]:
    if collection == "mnist":
        return digits.x_test, digits.y_test
    if collection == "pages":
        drawn, labels = zip(*pages(PAGES, seed=PAGES_SEED), strict=True)
        return drawn, labels
    from sklearn.datasets import load_digits  # takes a second, and chapters import this module too

    small = load_digits()  # 0 to 16
    levels = np.round(small.images * (255 / 16)).astype(np.uint8)
    return np.pad(levels, ((0, 0), (2, 2), (2, 2))), small.target  # about the border that MNIST's digits have


def _networks(
    studies: Mapping[str, Mapping[str, Any]],
    shipped: Mapping[str, Any],
    house_numbers: Digits,
    folder: str | os.PathLike[str] | None,
    progress: bool,
) -> Iterator[tuple[str, int, Any]]:
    for name, model in shipped.items():
        yield f"shipped: {name}", -1, model
    for study, content in studies.items():
        for variant, settings in content["recipes"].items():
            recipe = Recipe.from_settings(settings)
            label = study if len(content["recipes"]) == 1 else f"{study}: {variant}"
            for seed in content["seeds"]:
                run = train(recipe, house_numbers, seed=seed, folder=folder, progress=progress)
                yield label, seed, run.model()
