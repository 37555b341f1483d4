"""Experiments on the workers of a cluster, one of which is killed in the middle of its work."""

import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import joblib
import pandas as pd
import psutil
import pytest

from layerwise import arithmetic
from layerwise.data import Digits, load_mnist_5000
from layerwise.data.synthetic import house_numbers
from layerwise.depth import sweeps
from layerwise.depth.sweeps import sweep
from layerwise.keep.machine import arithmetic_of, this_arithmetic
from layerwise.see.recipes import train_study
from layerwise.see.training import Recipe

distributed = pytest.importorskip("distributed")
import dask  # noqa: E402  comes with distributed

DIGITS = load_mnist_5000()
GRID: dict[str, Any] = {"activations": ["tanh"], "layers": [3], "seeds": range(15)}  # three batches
SHORT: dict[str, Any] = {"digits": DIGITS, "epochs": 2, "updates_per_epoch": 10}


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """Two worker processes on this machine, which learn how this project computes from their nannies alone."""
    this_arithmetic()  # which is then found on disk by workers that have the same switches
    inherited = {name: os.environ.pop(name) for name in arithmetic.defaults() if name in os.environ}
    folder = tmp_path_factory.mktemp("cluster")
    settings = {
        "distributed.nanny.pre-spawn-environ": arithmetic.defaults(),
        "distributed.scheduler.work-stealing-interval": "50ms",
        "temporary-directory": str(folder),
    }
    try:
        with (
            dask.config.set(settings),
            distributed.LocalCluster(
                n_workers=2,
                threads_per_worker=1,
                host="127.0.0.1",
                dashboard_address=None,
                worker_dashboard_address=None,
                memory_limit=0,
                silence_logs=50,
            ) as cluster,
            distributed.Client(cluster) as client,
        ):
            os.environ |= inherited
            client.wait_for_workers(2)  # digits that only one worker had would be lost with it
            yield client
    finally:
        os.environ |= inherited


def how_a_worker_computes() -> dict[str, Any]:
    import layerwise.arithmetic

    return {"late": layerwise.arithmetic.late, "environment": dict(os.environ)}


def test_the_caps_reach_the_workers_before_numpy(client: Any) -> None:
    for answer in client.run(how_a_worker_computes).values():
        assert not answer["late"]
        assert arithmetic.defaults().items() <= answer["environment"].items()


def hold(started: str) -> int:
    """In a worker: stop for ever between the two epochs of the next training; returns the process."""
    train = sweeps.train

    def train_and_wait(*arguments: Any, **settings: Any) -> Any:
        def wait() -> None:
            Path(started).touch()
            threading.Event().wait()

        return train(*arguments, **settings | {"progress": wait})

    sweeps.train = train_and_wait
    return os.getpid()


def test_a_killed_worker_loses_nothing_and_changes_no_bit(client: Any, tmp_path: Path) -> None:
    expected = sweep(**GRID, **SHORT, folder=tmp_path / "one")
    victim = next(iter(client.scheduler_info()["workers"]))
    process = client.run(hold, str(tmp_path / "started"), workers=[victim])[victim]
    finished_before: list[int] = []

    def kill() -> None:
        """Once the worker is in the middle of a case, and the other one has finished another."""
        while not (tmp_path / "started").exists() or not list((tmp_path / "many").glob("*.json")):
            time.sleep(0.05)
        # On a busy machine only one worker may have the digits as yet, and they would be lost with it.
        keys = [key for key in client.who_has() if str(key).startswith("Digits")]
        client.replicate([distributed.Future(key, client) for key in keys])
        finished_before.append(len(list((tmp_path / "many").glob("*.json"))))
        psutil.Process(process).kill()

    killer = threading.Thread(target=kill, daemon=True)
    killer.start()
    with joblib.parallel_config(backend="dask", scatter=[DIGITS]):  # to each worker once, not with every case
        frame = sweep(**GRID, **SHORT, folder=tmp_path / "many")
    killer.join(timeout=1)
    assert finished_before and 0 < finished_before[0] < 15

    pd.testing.assert_frame_equal(frame, expected, check_exact=True)
    assert not frame.duplicated(["activation", "layers", "seed", "epoch"]).any()
    kept, alone = ({path.name: path.read_bytes() for path in (tmp_path / name).iterdir()} for name in ("many", "one"))
    assert kept == alone and len(kept) == 15  # byte by byte: none missing, none twice, none half-written
    with joblib.parallel_config(backend="dask"):  # and what is kept is not asked for again
        pd.testing.assert_frame_equal(sweep(**GRID, **SHORT, folder=tmp_path / "many"), expected)


def test_networks_of_house_numbers_are_trained_there_too(client: Any) -> None:
    client.wait_for_workers(2)
    x, y = house_numbers(60, seed=1)
    digits = Digits(x, y, x[:20], y[:20], "a few digits", "svhn_sample", "0" * 64)
    tiny = Recipe("improved", options={"filters": [[3], [4], [4]]}, epochs=1)
    study = {"part": "test", "seeds": [0, 1, 2], "recipes": {"small": tiny.settings()}}
    with joblib.parallel_config(backend="dask"):
        there = train_study(study, digits)
    here = train_study(study, digits)
    for name, table in here.items():
        kept = [column for column in table if column != "seconds"]
        pd.testing.assert_frame_equal(there[name][kept], table[kept], check_exact=True)


def test_a_worker_that_rounds_otherwise_is_refused(client: Any, tmp_path: Path, monkeypatch: Any) -> None:
    client.wait_for_workers(2)  # the killed one is replaced; joblib keeps to this process where there is one core only
    monkeypatch.setattr(sweeps, "arithmetic_of", lambda method: arithmetic_of(method) | {"NumPy's sums": "other"})
    with (
        joblib.parallel_config(backend="dask"),
        pytest.raises(ValueError, match=r"computes otherwise than the one that asks it \(NumPy's sums\)"),
    ):
        sweep(["tanh"], [3], [0], **SHORT, folder=tmp_path)
    assert list(tmp_path.iterdir()) == []
