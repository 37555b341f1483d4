"""The benchmark times what it says: the same networks, the same updates, the products that a trainer must make."""

import itertools
import re

import numpy as np
import pandas as pd
import pytest

from layerwise import bench
from layerwise.bench import FIT, OURS, PRODUCTS, Trainer, Trainers, main, table, time_trainers
from layerwise.data.mnist import load_mnist_5000

DIGITS = load_mnist_5000()


def test_the_products_are_those_of_one_update(monkeypatch: pytest.MonkeyPatch) -> None:
    multiplications = 0

    def count(a: np.ndarray, b: np.ndarray, out: np.ndarray) -> None:
        nonlocal multiplications
        assert a.dtype == b.dtype == out.dtype == np.float32
        assert (a.shape[1], out.shape) == (b.shape[0], (a.shape[0], b.shape[1]))
        multiplications += a.shape[0] * a.shape[1] * b.shape[1]

    trainer = Trainers(5, DIGITS, updates=3).products()
    monkeypatch.setattr(bench.np, "matmul", count)
    trainer.train()
    # Of 32 patterns each weight takes part in three products, those of the first layer in two.
    weights = [784 * 32, 32 * 32, 32 * 32, 32 * 32, 32 * 10]
    assert multiplications == 3 * 32 * (3 * sum(weights) - weights[0])


def test_every_way_trains_and_says_for_how_many_networks() -> None:
    trainers = Trainers(2, DIGITS, updates=4).all()
    assert [name for name in trainers if name in (OURS, FIT, PRODUCTS)] == [OURS, FIT, PRODUCTS]
    for name, build in trainers.items():
        trainer = build()
        assert trainer.networks == (5 if "five" in name else 1)
        trainer.train()
        assert (trainer.evaluate is None) == (name == PRODUCTS)


def test_the_numpy_network_learns() -> None:
    trainers = Trainers(2, DIGITS, updates=200)
    trainer = trainers.network()
    assert trainer.evaluate is not None
    before = trainer.evaluate()
    trainer.train()
    assert trainer.evaluate() < 0.7 * before  # type: ignore[operator]


def test_the_median_of_the_rounds_counts_per_update_and_network(monkeypatch: pytest.MonkeyPatch) -> None:
    # Made-up clock: building takes 9 s, then training takes 4, 12 and 5 s, evaluating 2, 1 and 8 s.
    ticks = itertools.chain.from_iterable((0.0, seconds) for seconds in (9, 4, 2, 12, 1, 5, 8))
    monkeypatch.setattr(bench.time, "perf_counter", lambda: next(ticks))
    stacked = Trainer(5, lambda: None, lambda: None)
    monkeypatch.setattr(Trainers, "all", lambda self: {OURS: lambda: stacked})
    frame = time_trainers(2, DIGITS, updates=10, rounds=3)
    assert frame.loc[OURS, "update"] == pytest.approx(1e6 * 5 / 10 / 5)
    assert frame.loc[OURS, "preparation"] == 9
    assert frame.loc[OURS, "evaluation"] == pytest.approx(1e3 * 2 / 5)


def test_the_table_shows_times_and_ratios() -> None:
    frame = pd.DataFrame(
        {
            "update": {OURS: 100.0, FIT: 1200.0, PRODUCTS: 80.0},
            "preparation": {OURS: 1.25, FIT: 2.0, PRODUCTS: 0.0},
            "evaluation": {OURS: 30.0, FIT: 300.0, PRODUCTS: np.nan},
        }
    )
    text = table({5: frame, 20: frame / 2})
    assert re.search(r" +5 layers +20 layers\n", text)
    assert re.search(rf"{FIT} +1,200 +600\n", text)
    assert re.search(rf"{FIT} / ours +12\.00 +12\.00\n", text)
    assert re.search(rf"ours / {PRODUCTS} +1\.25 +1\.25$", text)
    assert "nan" not in text


def test_the_command_prints_the_table(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(bench, "load_mnist", load_mnist_5000)
    assert main(["--layers", "2", "--updates", "4", "--rounds", "1"]) == 0
    output = capsys.readouterr().out
    assert "microseconds per update and network" in output
    assert "2 layers" in output and "embedded 5,000" in output


@pytest.mark.parametrize(
    "arguments, reason",
    [
        (["--updates", "0"], "updates is 0; expected a whole number, 1 or more"),
        (["--rounds", "-1"], "rounds is -1"),
        (["--layers", "1"], "layers is 1; expected a whole number, 2 or more"),
    ],
)
def test_bad_arguments_end_with_2(
    arguments: list[str], reason: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(bench, "load_mnist", load_mnist_5000)
    with pytest.raises(SystemExit) as stop:
        main(arguments)
    assert stop.value.code == 2
    assert reason in capsys.readouterr().err
