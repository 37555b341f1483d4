"""``python -m layerwise``: the data, the experiments and their records from the command line."""

import argparse
import sys
import time
from collections.abc import Sequence

import numpy as np

from layerwise.datasets import Digits, load_mnist, load_mnist_5000
from layerwise.studies import make_record
from layerwise.sweep import EXPERIMENTS, sweep


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command.

    Parameters
    ----------
    arguments : sequence of str, optional
        By default those of the command line.

    Returns
    -------
    int
        Exit code: 0, or 1 with the reason on stderr. Arguments that no command takes end with exit code 2.
    """
    options = _parser().parse_args(arguments)
    try:
        options.run(options)
    except (ValueError, OSError) as error:
        print(f"python -m layerwise {options.command}: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print(f"\nStopped. What was finished is kept: python -m layerwise {options.command} goes on.", file=sys.stderr)
        return 130
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m layerwise", description="Data and experiments of the book.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    data = commands.add_parser("data", help="say which digits the chapters use, and where they come from")
    data.set_defaults(run=_data)

    sweeps = commands.add_parser("sweep", help="run the experiments of the chapters; what was run before is kept")
    sweeps.set_defaults(run=_sweep)
    records = commands.add_parser("records", help="run the experiments from twenty seeds and write their records")
    records.set_defaults(run=_records)
    for command in (sweeps, records):
        command.add_argument(
            "experiments",
            nargs="*",
            metavar="EXPERIMENT",
            type=_experiment,
            help=f"one or more of {', '.join(EXPERIMENTS)}; by default all",
        )
        command.add_argument(
            "--jobs",
            type=_count,
            default=1,
            metavar="N",
            help="processes; the default 1 already uses two cores or more",
        )
    records.add_argument(
        "--data",
        choices=["mnist", "mnist_5000"],
        help="the complete or the embedded digits; by default both, one after the other",
    )
    return parser


def _experiment(text: str) -> str:
    if text not in EXPERIMENTS:
        raise argparse.ArgumentTypeError(f"unknown experiment {text!r}; expected one of {', '.join(EXPERIMENTS)}")
    return text


def _count(text: str) -> int:
    if not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number, 1 or more")
    return int(text)


def _data(options: argparse.Namespace) -> None:
    digits = load_mnist()
    print(f"{digits.key}: {digits.source}")
    print(f"SHA-256 of the arrays: {digits.sha256}")
    print("class     " + " ".join(f"{c:>6}" for c in range(10)))
    for part, labels in (("training", digits.y_train), ("test", digits.y_test)):
        print(f"{part:<10}" + " ".join(f"{count:>6,}" for count in np.bincount(labels, minlength=10)))


def _sweep(options: argparse.Namespace) -> None:
    digits = load_mnist()
    print(f"Experiments on {digits.source}.", flush=True)
    for name in options.experiments or EXPERIMENTS:
        start = time.perf_counter()
        frame = sweep(**EXPERIMENTS[name], digits=digits, jobs=options.jobs, progress=True)
        runs = len(frame.drop_duplicates(["activation", "layers", "seed"]))
        print(f"{name}: {runs} runs, {time.perf_counter() - start:.0f} s", flush=True)


def _records(options: argparse.Namespace) -> None:
    for digits in _data_of_records(options.data):
        print(f"Studies on {digits.source}.", flush=True)
        for name in options.experiments or EXPERIMENTS:
            print(make_record(name, digits, jobs=options.jobs, progress=True), flush=True)


def _data_of_records(key: str | None) -> list[Digits]:
    """The data sets asked for, or a ValueError where complete MNIST is wanted and not to be had."""
    found = []
    if key != "mnist_5000":
        found.append(load_mnist())
        if found[0].key != "mnist":
            raise ValueError(
                f"the records need complete MNIST, but found {found[0].source}; "
                "--data mnist_5000 makes those on the embedded digits alone"
            )
    if key != "mnist":
        found.append(load_mnist_5000())
    return found


if __name__ == "__main__":
    sys.exit(main())
