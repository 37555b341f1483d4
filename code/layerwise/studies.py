"""Records: the experiments of the book, run from twenty seeds and shipped with the package.

A study says how widely a result scatters from seed to seed, and so where a chapter's number may lie. ``python -m
layerwise records`` makes them all again; a test fails when a record no longer belongs to the code.
"""

import json
import math
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from layerwise.datasets import Digits
from layerwise.provenance import PACKAGE, result_key, versions
from layerwise.sweep import EXPERIMENTS, sweep

Array = NDArray[Any]
RECORDS = PACKAGE / "records"
STUDY_SEEDS = tuple(range(20))
"""The seeds of every study."""


@dataclass(frozen=True)
class Record:
    """The study of one experiment on one data set.

    Attributes
    ----------
    experiment : str
        Its name in ``layerwise.sweep.EXPERIMENTS``.
    source, data_sha256 : str
        Key and hash of the data, as in :class:`layerwise.datasets.Digits`.
    settings : dict
        The arguments of :func:`layerwise.sweep.sweep`, with the seeds of the study.
    command, date : str
        What made the record, and the day.
    versions : dict
        Of TensorFlow, Keras and NumPy.
    key : str
        See :func:`layerwise.provenance.result_key`.
    frame : DataFrame
        What :func:`layerwise.sweep.sweep` returned.
    """

    experiment: str
    source: str
    data_sha256: str
    settings: dict[str, Any]
    command: str
    date: str
    versions: dict[str, str]
    key: str
    frame: pd.DataFrame = field(repr=False)

    @property
    def is_current(self) -> bool:
        """Whether the code, the packages and the experiment are still those that made the record."""
        return self.key == _key(self.experiment, self.data_sha256)


def study(experiment: str) -> dict[str, Any]:
    """The experiment's arguments of :func:`layerwise.sweep.sweep`, with the seeds of a study.

    Raises
    ------
    ValueError
        If there is no such experiment.
    """
    if experiment not in EXPERIMENTS:
        raise ValueError(f"unknown experiment {experiment!r}; expected one of {', '.join(EXPERIMENTS)}")
    return EXPERIMENTS[experiment] | {"seeds": list(STUDY_SEEDS)}


def load_record(experiment: str, source: str = "mnist", *, folder: str | os.PathLike[str] = RECORDS) -> Record:
    """The record that ships with the package.

    Parameters
    ----------
    experiment : str
        Name in ``layerwise.sweep.EXPERIMENTS``.
    source : str
        Key of the data, ``digits.key``: ``"mnist"`` or ``"mnist_5000"``.
    folder : path, optional

    Raises
    ------
    ValueError
        If there is no such experiment, or no record of it on these data.
    """
    study(experiment)
    path = _path(experiment, source, folder)
    if not path.is_file():
        raise ValueError(f"there is no record of {experiment!r} on {source!r}; make it with: {_command(experiment)}")
    content = json.loads(path.read_text(encoding="utf-8"))
    columns = content.pop("columns")
    frame = pd.DataFrame(content["frame"], columns=columns).astype({"loss": float, "val_loss": float})
    return Record(**content | {"frame": frame})


def make_record(
    experiment: str,
    digits: Digits,
    *,
    jobs: int = 1,
    progress: bool = False,
    folder: str | os.PathLike[str] = RECORDS,
) -> Path:
    """Run an experiment's study and write its record. Runs that ``sweep`` has kept are not repeated.

    Returns
    -------
    Path
        The file: JSON, one line a row of the table.

    Raises
    ------
    ValueError
        If there is no such experiment.
    """
    settings = study(experiment)
    frame = sweep(**settings, digits=digits, jobs=jobs, progress=progress)
    head = {
        "experiment": experiment,
        "source": digits.key,
        "data_sha256": digits.sha256,
        "settings": settings,
        "command": _command(experiment),
        "date": datetime.now(UTC).date().isoformat(),
        "versions": versions(),
        "key": _key(experiment, digits.sha256),
        "columns": list(frame.columns),
    }
    # Seven digits are all that float32 has. A loss that is not a number is null: JSON knows no NaN.
    rows = frame.round(7).astype(object).where(frame.notna(), None).to_numpy().tolist()
    lines = [f'"{name}": {json.dumps(value)}' for name, value in head.items()]
    table = ",\n".join(json.dumps(row) for row in rows)
    path = _path(experiment, digits.key, folder)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("{\n" + ",\n".join(lines) + f',\n"frame": [\n{table}\n]\n}}\n', encoding="utf-8")
    return path


def _command(experiment: str) -> str:
    return f"python -m layerwise records {experiment}"


def _path(experiment: str, source: str, folder: str | os.PathLike[str]) -> Path:
    return Path(folder) / f"{experiment}_{source}.json"


def _key(experiment: str, data_sha256: str) -> str:
    return result_key("layerwise.sweep", study(experiment), data_sha256)


def bounds(values: ArrayLike, statistic: str, runs: int) -> tuple[float, float]:
    """Where a statistic of several runs' accuracies may lie, by what a study found.

    Runs are drawn from the study again and again, with replacement (the bootstrap); the bounds hold 998 of 1,000 of
    the statistics of these draws, and are wider by 0.005 and a twentieth of the study's range at each end: another
    processor rounds differently, and after thousands of updates that is as good as another seed.

    Parameters
    ----------
    values : array (seeds,)
        The accuracies that the study found, from 0 to 1.
    statistic : {"median", "min", "max"}
    runs : int
        How many runs the statistic is taken over.

    Returns
    -------
    (low, high)
        Rounded outwards to three decimals, not beyond 0 and 1.

    Raises
    ------
    ValueError
        For another statistic.
    """
    statistics: dict[str, Callable[..., Array]] = {"median": np.median, "min": np.min, "max": np.max}
    if statistic not in statistics:
        raise ValueError(f"unknown statistic {statistic!r}; expected one of {', '.join(statistics)}")
    found = np.asarray(values, dtype=float)
    draws = np.random.default_rng(0).choice(found, size=(10_000, runs))
    low, high = np.quantile(statistics[statistic](draws, axis=1), (0.001, 0.999))
    margin = 0.005 + 0.05 * float(np.ptp(found))
    low, high = np.round(1000 * np.array([low - margin, high + margin]), 6)  # 165 may be 164.99999999999997 here
    return max(math.floor(low) / 1000, 0.0), min(math.ceil(high) / 1000, 1.0)
