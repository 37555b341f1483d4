"""The studies of the chapters on house numbers and handwriting (``svhn_cnn``, ``filters``, ``your_digit``)."""

import hashlib
import itertools
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from layerwise.data.digits import Digits
from layerwise.data.mnist import load_mnist
from layerwise.depth.training import cores
from layerwise.keep.studies import STUDIES, Study, Tables, own_record
from layerwise.see import handwriting, recipes
from layerwise.see.training import Recipe
from layerwise.see.weights import SHIPPED, WEIGHTS, pretrained

__all__ = ["READERS", "of_trainings", "own_record"]

READERS = ("cnn_report", "cnn_report_more", "cnn_report_synthetic", "cnn_improved", "cnn_handwriting")
"""The studies whose networks are shown handwriting, beside the networks that ship."""


def _train(settings: Mapping[str, Any], digits: Digits, folder: Path, jobs: int | None, progress: bool) -> Tables:
    return recipes.train_study(settings, digits, folder=folder, jobs=jobs, progress=progress)


def _all(first: str, *others: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(itertools.chain([first], *others)))


def of_trainings(settings: Mapping[str, Any]) -> Study:
    """The study that trains the networks of these recipes."""
    part = {**settings, "stop_after": 1}  # the first epoch of each run
    trained = (Recipe.from_settings(recipe).methods() for recipe in settings["recipes"].values())
    return Study(_all("cnn", *trained), settings, part, ("svhn_sample",), _train, own_sources=("svhn",))


def _read_handwriting(
    settings: Mapping[str, Any], digits: Digits, folder: Path, jobs: int | None, progress: bool
) -> Tables:
    mnist = load_mnist()
    if mnist.key != settings["handwriting"]:
        raise ValueError(f"this study needs complete MNIST too, but found {mnist.source}")
    networks = {name: pretrained(name) for name in settings["weights"]}
    readings = handwriting.read_collections(
        settings["studies"],
        networks,
        mnist,
        digits,
        collections=settings["collections"],
        folder=folder,
        jobs=max(jobs or 1, cores()),
        progress=progress,
    )
    return {"readings": readings}


def _of_handwriting(collections: tuple[str, ...], readers: tuple[str, ...]) -> Study:
    settings = {
        "studies": {study: recipes.STUDIES[study] for study in readers},
        "handwriting": "mnist",
        "collections": list(collections),
        "weights": {name: hashlib.sha256((WEIGHTS / f"{name}.npz").read_bytes()).hexdigest() for name in SHIPPED},
    }
    part = settings | {"studies": {}, "collections": [collections[-1]]}  # the networks that ship, the smallest
    methods = _all("transfer", *(STUDIES[study].methods for study in readers))
    return Study(methods, settings, part, ("svhn_sample",), _read_handwriting)


STUDIES |= {name: of_trainings(settings) for name, settings in recipes.STUDIES.items()}
STUDIES["transfer"] = _of_handwriting(("mnist", "scikit-learn"), READERS)
# Of their own: what photo learns to read on pages changes no digit that was cut out before, and trainings of hours need
# not be repeated for it.
STUDIES["transfer_pages"] = _of_handwriting(("pages",), ("cnn_report",))
