"""Grids of runs as one tidy table, computed once and kept on disk (chapter ``activation_and_depth``)."""

import functools
import hashlib
import itertools
import json
import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import joblib
import numpy as np
import pandas as pd
from tqdm import tqdm

from layerwise.data.digits import Digits
from layerwise.data.mnist import load_mnist
from layerwise.depth.experiments import EXPERIMENTS
from layerwise.depth.models import layer_initializer, layer_sizes
from layerwise.depth.training import (
    LARGEST_STACK,
    check_counts,
    check_digits,
    check_learning_rate,
    check_seeds,
    cores,
    train,
)
from layerwise.derive.activations import find_activation
from layerwise.keep.files import write_whole
from layerwise.keep.keys import result_key, results_folder
from layerwise.keep.machine import arithmetic_of, refuse_another

__all__ = ["EXPERIMENTS", "METRICS", "Case", "History", "sweep"]


History = dict[str, list[Any]]
"""Of one run, for each of ``METRICS`` one value per epoch, as in :class:`layerwise.depth.training.Training`."""


METRICS = ("loss", "accuracy", "test_loss", "test_accuracy", "answered")


@dataclass(frozen=True)
class Case:
    """One run. Its settings, the data, the method and how the machine rounds decide its result."""

    activation: str
    layers: int
    seed: int
    epochs: int
    updates_per_epoch: int
    batch_size: int
    learning_rate: float
    initializer: str


def sweep(
    activations: Iterable[str],
    layers: Iterable[int],
    seeds: Iterable[int],
    *,
    digits: Digits | None = None,
    epochs: int = 3,
    updates_per_epoch: int = 1875,
    batch_size: int = 32,
    learning_rate: float = 0.01,
    initializer: str = "glorot_uniform",
    jobs: int | None = None,
    progress: bool = False,
    folder: str | os.PathLike[str] | None = None,
) -> pd.DataFrame:
    """Train every activation at every depth from every seed; what was computed before is read from disk.

    Results are found again under :func:`layerwise.keep.keys.result_key`. Each run is written when it is finished,
    whole or not at all, so that a sweep that was stopped goes on where it was.

    Parameters
    ----------
    activations : iterable of str
        Names of ``layerwise.derive.activations.ACTIVATIONS``.
    layers : iterable of int
        Depths: layers with weights, 2 or more.
    seeds : iterable of int
    digits : Digits, optional
        By default what :func:`layerwise.data.mnist.load_mnist` finds.
    epochs, updates_per_epoch, batch_size, learning_rate, initializer
        As :func:`layerwise.depth.training.train` takes them; the initializer by name.
    jobs : int, optional
        Processes; by default one, which already uses two cores or more, or else what ``joblib.parallel_config`` says:
        in ``with joblib.parallel_config(backend="dask"):`` the cases run on the workers of a cluster (``pip install
        layerwise[cluster]``). Results come back and are kept here, so that the workers need not share a disk. With
        ``scatter=[digits]`` the digits go to each worker once.
    progress : bool, default False
        Show on the terminal what runs and how long the rest will take; where there is no terminal, a line for each
        case that is done. It is written to stderr: leave it off in a notebook.
    folder : path, optional
        Where results are kept; by default :func:`layerwise.keep.keys.results_folder`.

    Returns
    -------
    DataFrame
        One row per run and epoch, in the order of the arguments. Columns: ``activation``, ``layers``, ``seed``,
        ``epoch`` (from 1); ``loss``, ``accuracy`` (training batches, mean over the epoch); ``test_loss``,
        ``test_accuracy`` (test set, after the epoch); of the answers on the test set how many classes occur
        (``answers``), the most frequent class (``top_answer``), its share of all digits (``top_share``), and how many
        digits were taken for each class (``answered_0`` to ``answered_9``); the settings ``epochs``,
        ``updates_per_epoch``, ``batch_size``, ``learning_rate`` and ``initializer``; and ``source``, the key of the
        data. A run that has diverged has losses NaN, 0 ``answers`` and ``top_answer`` -1.

    Raises
    ------
    ValueError
        Before any work, for whatever :func:`layerwise.depth.training.train` refuses, and for a list that is empty or
        holds something twice. Also if another process rounds otherwise than this one: a table has one arithmetic.
    """
    cases = _cases(
        activations,
        layers,
        seeds,
        epochs=epochs,
        updates_per_epoch=updates_per_epoch,
        batch_size=batch_size,
        learning_rate=learning_rate,
        initializer=initializer,
    )
    if jobs is not None:
        check_counts(jobs=jobs)
    digits = load_mnist() if digits is None else digits
    check_digits(digits)
    folder = results_folder() if folder is None else Path(folder)
    folder.mkdir(parents=True, exist_ok=True)

    results = {case: kept for case in cases if (kept := _read(_path(folder, case, digits))) is not None}
    missing = [case for case in cases if case not in results]
    on_terminal, started = sys.stderr.isatty(), time.perf_counter()
    shown = progress and missing and on_terminal
    with tqdm(total=_cost(missing), disable=not shown, bar_format=PROGRESS_FORMAT) as bar:
        for new in _run_all(missing, digits, jobs, bar):
            for case, history in new.items():
                _write(_path(folder, case, digits), history)
            results |= new
            if progress and not on_terminal:  # a log
                print(f"{_description(list(new))}: done, {time.perf_counter() - started:.0f} s passed", file=sys.stderr)
    return pd.DataFrame([row for case in cases for row in _rows(case, results[case], digits)])


def _cases(activations: Iterable[str], layers: Iterable[int], seeds: Iterable[int], **settings: Any) -> list[Case]:
    """Every combination, checked."""
    activations, layers = _listed("activations", activations), _listed("layers", layers)
    for activation in activations:
        if not isinstance(activation, str):
            raise ValueError(f"activations hold {activation!r}; a sweep takes their names, 'tanh' say")
        find_activation(activation)
    for depth in layers:
        layer_sizes(depth)
    check_counts(**{name: settings[name] for name in ("epochs", "updates_per_epoch", "batch_size")})
    check_learning_rate(settings["learning_rate"])
    if not isinstance(settings["initializer"], str):
        raise ValueError(f"initializer is {settings['initializer']!r}; a sweep takes the name of one, 'he_normal' say")
    layer_initializer(settings["initializer"], 1, 0)
    # As Python's own numbers: NumPy's and Python's 0.01 are one setting, and are to have one key.
    plain = {name: value.item() if isinstance(value, np.generic) else value for name, value in settings.items()}
    grid = itertools.product(activations, layers, check_seeds(seeds))
    return [Case(activation, int(depth), seed, **plain) for activation, depth, seed in grid]


def _listed(name: str, values: Iterable[Any]) -> list[Any]:
    """What was given, one or more, none of them twice."""
    listed = list(values) if isinstance(values, Iterable) and not isinstance(values, str) else []
    if not listed or any(value in listed[:i] for i, value in enumerate(listed)):
        raise ValueError(f"{name} is {values!r}; expected a list of one or more, no two equal")
    return listed


PROGRESS_FORMAT = "{desc:<36} {percentage:3.0f} % |{bar:20}| {elapsed} passed, {remaining} to go"


def _run_all(
    cases: Sequence[Case], digits: Digits, jobs: int | None, bar: "tqdm[Any]"
) -> Iterator[dict[Case, History]]:
    """Results as they are finished, in batches."""
    batches = list(_batches(cases))
    # Of its own joblib would hand several batches over at once, where they are short: a kill would lose them all.
    parallel = joblib.Parallel(n_jobs=jobs, return_as="generator_unordered", batch_size=1)
    if parallel.n_jobs == 1:
        for batch in batches:
            bar.set_description_str(_description(batch))
            yield _run(batch, digits, progress=functools.partial(bar.update, _cost(batch) / batch[0].epochs))
    elif batches:
        threads = max(cores() // joblib.effective_n_jobs(parallel.n_jobs), 1)
        tasks = (joblib.delayed(_run_elsewhere)(batch, digits, arithmetic_of("sweep"), threads) for batch in batches)
        for results in parallel(tasks):
            bar.set_description_str(f"{_description(list(results))}: done")
            bar.update(_cost(results))
            yield results


def _batches(cases: Sequence[Case]) -> Iterator[list[Case]]:
    """Cases that train together: up to five seeds of one network. A kill loses no more than these."""
    for _, alike in itertools.groupby(cases, key=lambda case: (case.activation, case.layers)):
        seeds = list(alike)
        yield from (seeds[i : i + LARGEST_STACK] for i in range(0, len(seeds), LARGEST_STACK))


def _run(
    batch: Sequence[Case],
    digits: Digits,
    threads: int | None = None,
    progress: Callable[[], object] | None = None,
) -> dict[Case, History]:
    """Train cases that differ in their seeds only."""
    settings = asdict(batch[0])
    del settings["seed"]
    seeds = [case.seed for case in batch]
    training = train(**settings, seeds=seeds, digits=digits, threads=threads, progress=progress)
    return {case: {name: getattr(training, name)[s].tolist() for name in METRICS} for s, case in enumerate(batch)}


def _run_elsewhere(
    batch: Sequence[Case], digits: Digits, asked_by: Mapping[str, str], threads: int
) -> dict[Case, History]:
    """As :func:`_run`, in a process, on this machine or another, that has to round as the one that asks."""
    refuse_another(asked_by, "sweep")
    return _run(batch, digits, threads)


def _cost(cases: Iterable[Case]) -> float:
    """About proportional to the time that they take: the first layer costs as much as some ten others."""
    return sum(case.epochs * case.updates_per_epoch * (case.layers + 10) for case in cases)


def _description(batch: Sequence[Case]) -> str:
    seeds = f"seeds {batch[0].seed} to {batch[-1].seed}" if len(batch) > 1 else f"seed {batch[0].seed}"
    return f"{batch[0].activation}, {batch[0].layers} layers, {seeds}"


def _rows(case: Case, history: History, digits: Digits) -> Iterator[dict[str, Any]]:
    """One row of the table per epoch."""
    settings = asdict(case)
    run = {name: settings.pop(name) for name in ("activation", "layers", "seed")}
    for epoch in range(case.epochs):
        *measured, counts = (history[name][epoch] for name in METRICS)
        answers = {
            "answers": int(np.count_nonzero(counts)),
            "top_answer": int(np.argmax(counts)) if any(counts) else -1,
            "top_share": max(counts) / len(digits.x_test),
            **{f"answered_{digit}": count for digit, count in enumerate(counts)},
        }
        metrics = dict(zip(METRICS, measured, strict=False))
        yield run | {"epoch": epoch + 1} | metrics | answers | settings | {"source": digits.key}


def _path(folder: Path, case: Case, digits: Digits) -> Path:
    key = result_key(("sweep",), asdict(case), digits.sha256, arithmetic_of("sweep"))
    return folder / f"{case.activation}_{case.layers}_layers_seed_{case.seed}_{key[:24]}.json"


def _write(path: Path, history: History) -> None:
    content = json.dumps(history)
    checksum = hashlib.sha256(content.encode()).hexdigest()
    write_whole(path, f"{checksum}\n{content}\n")


def _read(path: Path) -> History | None:
    """What ``_write`` kept; None where there is nothing, or something damaged."""
    try:
        checksum, content = path.read_text(encoding="utf-8").splitlines()
    except (OSError, ValueError):
        return None
    history = json.loads(content) if hashlib.sha256(content.encode()).hexdigest() == checksum else {}
    return history if set(METRICS) <= set(history) else None
