"""The studies of the chapters on house numbers and handwriting (``svhn_cnn``, ``filters``, ``your_digit``)."""

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from layerwise.data.digits import Digits
from layerwise.data.svhn import load_svhn
from layerwise.depth.training import cores
from layerwise.keep.studies import STUDIES, Study, Tables, own_record
from layerwise.see import handwriting, recipes
from layerwise.see.weights import SHIPPED, WEIGHTS, pretrained

__all__ = ["READERS", "of_trainings", "own_record"]

READERS = ("cnn_report", "cnn_report_more", "cnn_report_synthetic", "cnn_improved", "cnn_handwriting")
"""The studies whose networks are shown handwriting, beside the networks that ship."""


def _train(settings: Mapping[str, Any], digits: Digits, folder: Path, jobs: int | None, progress: bool) -> Tables:
    return recipes.train_study(settings, digits, folder=folder, jobs=jobs, progress=progress)


def of_trainings(settings: Mapping[str, Any]) -> Study:
    """The study that trains the networks of these recipes."""
    part = {**settings, "stop_after": 1}  # the first epoch of each run
    return Study(recipes.METHODS, settings, part, ("svhn_sample",), _train, own_sources=("svhn",))


def _read_handwriting(
    settings: Mapping[str, Any], digits: Digits, folder: Path, jobs: int | None, progress: bool
) -> Tables:
    house_numbers = load_svhn()
    if house_numbers.key != settings["house_numbers"]:
        raise ValueError(f"this study needs the house numbers svhn_sample, but found {house_numbers.source}")
    networks = {name: pretrained(name) for name in settings["weights"]}
    readings = handwriting.read_collections(
        settings["studies"],
        networks,
        digits,
        house_numbers,
        collections=settings["collections"],
        folder=folder,
        jobs=max(jobs or 1, cores()),
        progress=progress,
    )
    return {"readings": readings}


def _of_handwriting() -> Study:
    settings = {
        "studies": {study: recipes.STUDIES[study] for study in READERS},
        "house_numbers": "svhn_sample",
        "collections": list(handwriting.COLLECTIONS),
        "weights": {name: hashlib.sha256((WEIGHTS / f"{name}.npz").read_bytes()).hexdigest() for name in SHIPPED},
    }
    part = settings | {"studies": {}, "collections": ["scikit-learn"]}  # the networks that ship, the smallest
    return Study(("transfer", *recipes.METHODS), settings, part, ("mnist",), _read_handwriting)


STUDIES |= {name: of_trainings(settings) for name, settings in recipes.STUDIES.items()}
STUDIES["transfer"] = _of_handwriting()
