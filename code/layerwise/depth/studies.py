"""The studies of the chapters on depth (``activation_and_depth``, ``vanishing_gradients``, ``lecun_tanh``).

A study of a sweep runs an experiment of the book from twenty seeds: it says how widely a result scatters from seed to
seed, and so where a chapter's number may lie. The others are measured once.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from layerwise.data.digits import Digits
from layerwise.depth import measurements
from layerwise.depth.sweeps import EXPERIMENTS, sweep
from layerwise.keep.studies import STUDIES, Study, Tables

STUDY_SEEDS = tuple(range(20))
"""The seeds of every study of a sweep."""


def _one_seed(settings: Mapping[str, Any]) -> dict[str, Any]:
    """The same settings with the first of their seeds alone."""
    return {**settings, "seeds": settings["seeds"][:1]}


def of_sweep(settings: Mapping[str, Any]) -> Study:
    """The study that runs a sweep with these settings."""

    def run(settings: Mapping[str, Any], digits: Digits, folder: Path, jobs: int | None, progress: bool) -> Tables:
        return {"runs": sweep(**settings, digits=digits, folder=folder, jobs=jobs, progress=progress)}

    return Study(("sweep",), settings, _one_seed(settings), ("mnist", "mnist_5000"), run)


def of_measurement(name: str, settings: Mapping[str, Any]) -> Study:
    """The study that measures this of :mod:`layerwise.depth.measurements`."""

    def run(settings: Mapping[str, Any], digits: Digits, folder: Path, jobs: int | None, progress: bool) -> Tables:
        return {"measurements": measurements.measure(name, settings, digits)}

    return Study(("depth", "sweep"), settings, _one_seed(settings), ("mnist",), run)


STUDIES |= {name: of_sweep(settings | {"seeds": list(STUDY_SEEDS)}) for name, settings in EXPERIMENTS.items()}
STUDIES |= {name: of_measurement(name, one.settings) for name, one in measurements.MEASUREMENTS.items()}
