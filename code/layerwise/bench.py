"""``python -m layerwise.bench``: seconds per update of the trainer, beside other ways to train the same networks.

All ways are timed in one run, in turns, and the median of the rounds is printed: a busy machine slows all of them down,
so that the ratios say more than the seconds. Building and compiling are timed apart, and so is the evaluation on the
test set.
"""

import argparse
import itertools
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median

import keras
import numpy as np
import pandas as pd

from layerwise.data.digits import Digits, one_hot, scale
from layerwise.data.mnist import load_mnist
from layerwise.depth.models import layer_sizes, mlp
from layerwise.depth.training import Stacks, cores
from layerwise.derive.checked_network import Network
from layerwise.keep.arguments import check, whole

ACTIVATION = "tanh"
BATCH_SIZE = 32
LEARNING_RATE = 0.01
OURS = "ours, five seeds stacked"
FIT = "model.fit as it comes"
PRODUCTS = "bare matrix products"


@dataclass(frozen=True)
class Trainer:
    """One way to train, built and compiled.

    Attributes
    ----------
    networks : int
        How many it trains at once.
    train : callable
        Makes the benchmark's number of updates.
    evaluate : callable or None
        Measures all its networks on the test set.
    """

    networks: int
    train: Callable[[], object]
    evaluate: Callable[[], object] | None


class Trainers:
    """The ways to train one network that are compared; each method builds and compiles one of them.

    Parameters
    ----------
    layers : int
        Layers with weights.
    digits : Digits
        Its first digits are the batches, from the start again where there are fewer than ``updates`` batches.
    updates : int
        How many updates one call of ``train`` makes.
    """

    def __init__(self, layers: int, digits: Digits, updates: int) -> None:
        self.layers, self.digits, self.updates = layers, digits, updates
        rows = np.arange(updates * BATCH_SIZE) % len(digits.x_train)
        self.x, self.y = scale(digits.x_train[rows]), one_hot(digits.y_train[rows])
        self.x_test, self.y_test = scale(digits.x_test), one_hot(digits.y_test)

    def all(self) -> dict[str, Callable[[], Trainer]]:
        """By the names that the table prints."""
        return {
            OURS: lambda: self.stacks(5, cores()),
            "ours, five seeds, one thread": lambda: self.stacks(5, 1),
            "ours, one seed": lambda: self.stacks(1, 1),
            FIT: lambda: self.model_fit(1),
            "model.fit, steps_per_execution=100": lambda: self.model_fit(100),
            "NumPy network, float64": self.network,
            PRODUCTS: self.products,
        }

    def stacks(self, seeds: int, threads: int) -> Trainer:
        """The trainer of the package."""
        stacks = Stacks(
            ACTIVATION,
            self.layers,
            self.digits,
            seeds=range(seeds),
            updates_per_epoch=self.updates,
            batch_size=BATCH_SIZE,
            learning_rate=LEARNING_RATE,
            threads=threads,
        )
        return Trainer(seeds, stacks.train_epoch, stacks.evaluate)

    def model_fit(self, steps_per_execution: int) -> Trainer:
        """Keras' trainer."""
        model = mlp(ACTIVATION, self.layers, seed=0)
        model.compile(
            keras.optimizers.SGD(LEARNING_RATE),
            "categorical_crossentropy",
            metrics=["accuracy"],
            steps_per_execution=steps_per_execution,
        )

        def train() -> None:
            model.fit(self.x, self.y, batch_size=BATCH_SIZE, verbose=0)

        def evaluate() -> None:
            model.evaluate(self.x_test, self.y_test, batch_size=BATCH_SIZE, verbose=0)

        train()
        evaluate()
        return Trainer(1, train, evaluate)

    def network(self) -> Trainer:
        """The equations of the book in NumPy."""
        network = Network(layer_sizes(self.layers), ACTIVATION, seed=0)
        x, x_test = (images.reshape(len(images), -1).astype(np.float64) for images in (self.x, self.x_test))

        def train() -> None:
            for start in range(0, len(x), BATCH_SIZE):
                batch = slice(start, start + BATCH_SIZE)
                network.update(x[batch], self.y[batch], LEARNING_RATE)

        return Trainer(1, train, lambda: network.error(x_test, self.y_test))

    def products(self) -> Trainer:
        """Nothing but the three products per layer that no trainer can do without, in NumPy and float32.

        Forward, backward (the delta of the layer below; the input needs none) and the gradient of the weights.
        """
        random = np.random.default_rng(0)
        sizes = layer_sizes(self.layers)
        y = [random.standard_normal((BATCH_SIZE, n), dtype=np.float32) for n in sizes]
        w = [random.standard_normal(shape, dtype=np.float32) for shape in itertools.pairwise(sizes)]
        outputs = [np.empty_like(values) for values in y]
        gradients = [np.empty_like(weights) for weights in w]

        def train() -> None:
            for _ in range(self.updates):
                for r in range(self.layers):
                    np.matmul(y[r], w[r], out=outputs[r + 1])
                for r in reversed(range(self.layers)):
                    np.matmul(y[r].T, y[r + 1], out=gradients[r])
                    if r:
                        np.matmul(y[r + 1], w[r].T, out=outputs[r])

        return Trainer(1, train, None)


def time_trainers(layers: int, digits: Digits, *, updates: int, rounds: int) -> pd.DataFrame:
    """Time every way to train a network of this depth.

    Parameters
    ----------
    layers : int
        Layers with weights.
    digits : Digits
    updates : int
        Updates per timing.
    rounds : int
        Timings of each; the median counts.

    Returns
    -------
    DataFrame
        Index: the way to train. Columns, all for one network: ``update`` (microseconds per update), ``preparation``
        (seconds to build and compile, first use included), ``evaluation`` (milliseconds for the test set).

    Raises
    ------
    ValueError
        For numbers below 1, or fewer than 2 layers.
    """
    check({"updates": whole(1), "rounds": whole(1), "layers": whole(2)}, updates=updates, rounds=rounds, layers=layers)
    preparation, trainers = {}, {}
    for name, build in Trainers(layers, digits, updates).all().items():
        start = time.perf_counter()
        trainers[name] = build()
        preparation[name] = time.perf_counter() - start
    updating: dict[str, list[float]] = {name: [] for name in trainers}
    evaluating: dict[str, list[float]] = {name: [] for name in trainers}
    for _ in range(rounds):
        for name, trainer in trainers.items():
            updating[name].append(_seconds(trainer.train) / updates / trainer.networks)
            if trainer.evaluate:
                evaluating[name].append(_seconds(trainer.evaluate) / trainer.networks)
    return pd.DataFrame(
        {
            "update": {name: 1e6 * median(seconds) for name, seconds in updating.items()},
            "preparation": preparation,
            "evaluation": {name: 1e3 * median(seconds) for name, seconds in evaluating.items() if seconds},
        },
        index=list(trainers),
    )


def table(timings: dict[int, pd.DataFrame]) -> str:
    """The benchmark as text, from what ``time_trainers`` returned for each depth."""
    blocks = []
    for column, title, form in (
        ("update", "microseconds per update and network, compilation and evaluation apart", "{:,.0f}"),
        ("preparation", "seconds to build and compile", "{:.1f}"),
        ("evaluation", "milliseconds per network to evaluate the test set", "{:,.0f}"),
    ):
        values = pd.DataFrame({f"{layers} layers": frame[column] for layers, frame in timings.items()})
        blocks.append(_block(title, values.dropna(), form))
    ratios = {
        f"{layers} layers": {
            f"{FIT} / ours": frame["update"][FIT] / frame["update"][OURS],
            f"ours / {PRODUCTS}": frame["update"][OURS] / frame["update"][PRODUCTS],
        }
        for layers, frame in timings.items()
    }
    blocks.append(_block(f"ratios, with {OURS}", pd.DataFrame(ratios), "{:.2f}"))
    return "\n\n".join(blocks)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; the arguments are those of the command line."""
    parser = argparse.ArgumentParser(prog="python -m layerwise.bench", description=(__doc__ or "").split("\n\n")[1])
    parser.add_argument("--layers", type=int, nargs="+", default=[5, 20, 40], help="depths, by default 5 20 40")
    parser.add_argument("--updates", type=int, default=600, help="updates per timing, by default 600")
    parser.add_argument("--rounds", type=int, default=3, help="timings of each; the median counts; by default 3")
    options = parser.parse_args(arguments)
    digits = load_mnist()
    print(f"{ACTIVATION}, batches of {BATCH_SIZE}, {cores()} cores, on {digits.source}\n", flush=True)
    try:
        timings = {n: time_trainers(n, digits, updates=options.updates, rounds=options.rounds) for n in options.layers}
    except ValueError as error:
        parser.error(str(error))
    print(table(timings))
    return 0


def _seconds(action: Callable[[], object]) -> float:
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


def _block(title: str, values: pd.DataFrame, form: str) -> str:
    return f"{title}\n{values.map(form.format).to_string(col_space=12)}"


if __name__ == "__main__":
    sys.exit(main())
