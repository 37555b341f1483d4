"""``python -m layerwise``: the data, the experiments and their records from the command line."""

import argparse
import sys
import time
from collections.abc import Callable, Sequence

import numpy as np

from layerwise.datasets import Digits, load_mnist, load_mnist_5000
from layerwise.studies import find_study, make_record, study_names
from layerwise.sweep import EXPERIMENTS, sweep

DATA_OF_RECORDS: dict[str, Callable[[], Digits]] = {
    "mnist": lambda: load_mnist(),
    "mnist_5000": load_mnist_5000,
}


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
    records = commands.add_parser("records", help="run the long studies and write the records that ship with the book")
    records.set_defaults(run=_records)
    for command, what, names in ((sweeps, "experiment", list(EXPERIMENTS)), (records, "study", study_names())):
        command.add_argument(
            "names",
            nargs="*",
            metavar=what.upper(),
            type=_one_of(what, names),
            help=f"one or more of {', '.join(names)}; by default all",
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
        choices=list(DATA_OF_RECORDS),
        help="on this data set only; by default on every one that a study is recorded on",
    )
    return parser


def _one_of(what: str, names: Sequence[str]) -> Callable[[str], str]:
    def check(text: str) -> str:
        if text not in names:
            raise argparse.ArgumentTypeError(f"unknown {what} {text!r}; expected one of {', '.join(names)}")
        return text

    return check


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
    for name in options.names or EXPERIMENTS:
        start = time.perf_counter()
        frame = sweep(**EXPERIMENTS[name], digits=digits, jobs=options.jobs, progress=True)
        runs = len(frame.drop_duplicates(["activation", "layers", "seed"]))
        print(f"{name}: {runs} runs, {time.perf_counter() - start:.0f} s", flush=True)


def _records(options: argparse.Namespace) -> None:
    for name in options.names or study_names():
        for source in find_study(name).sources:
            if options.data in (None, source):
                print(make_record(name, _digits(source), jobs=options.jobs, progress=True), flush=True)


def _digits(source: str) -> Digits:
    """The data set of this key, or a ValueError where it is not to be had."""
    digits = DATA_OF_RECORDS[source]()
    if digits.key != source:
        raise ValueError(f"the record needs the data {source}, but found {digits.source}")
    return digits


if __name__ == "__main__":
    sys.exit(main())
