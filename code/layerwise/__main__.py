"""``layerwise``, or ``python -m layerwise``: experiments, records, expectations, the audit, assignments, predictions.

Each command imports what it needs when it runs: TensorFlow takes seconds to import and most of a gigabyte, and a photo
that cannot be read, or a mistyped argument, needs none of it.
"""

import argparse
import contextlib
import errno
import io
import json
import os
import sys
import time
from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from layerwise.data.digits import Digits
    from layerwise.keep.studies import Study

DATA_OF_RECORDS = ("svhn_sample", "mnist", "mnist_5000")
NETWORKS = ("improved", "report")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command.

    Parameters
    ----------
    arguments : sequence of str, optional
        By default those of the command line.

    Returns
    -------
    int
        Exit code: 0, or 1 with the reason on stderr. Arguments that no command takes end with exit code 2, and so does
        a photo that cannot be read.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a redirected output may have few characters: cp1252 on Windows
    options = _parser().parse_args(arguments)
    try:
        code = options.run(options) or 0
        sys.stdout.flush()  # here, where a full disk can still be reported
        return code
    except BrokenPipeError:
        _say_no_more()
        return 1
    except (ValueError, OSError) as error:
        print(f"python -m layerwise {options.command}: {error}", file=sys.stderr)
        if isinstance(error, OSError) and error.errno == errno.ENOSPC:
            _say_no_more()
        return 1
    except KeyboardInterrupt:
        print(f"\nStopped. What was finished is kept: python -m layerwise {options.command} goes on.", file=sys.stderr)
        return 130


def _say_no_more() -> None:
    """Whoever read the output has gone, or the disk is full: Python would try it again at its end, and complain."""
    with contextlib.suppress(io.UnsupportedOperation):  # a stream that is no file, as in a notebook
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m layerwise", description="Data, experiments and predictions.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    def command(name: str, does: str) -> argparse.ArgumentParser:
        return commands.add_parser(name, help=does, description=f"{does[0].upper()}{does[1:]}.")

    data = command("data", "say which digits the chapters use, and where they come from")
    data.add_argument(
        "--download-svhn",
        action="store_true",
        help="first download complete SVHN, 246 MB, into the user's cache (for non-commercial research)",
    )
    data.add_argument(
        "--svhn-sample",
        type=Path,
        metavar="FOLDER",
        help="first cut the sample of SVHN, which some records need, from test_32x32.mat (downloaded where it is "
        "missing, 64 MB) into FOLDER; LAYERWISE_DATA=FOLDER then uses it",
    )
    data.set_defaults(run=_data)

    sweeps = command("sweep", "run the experiments of the chapters; what was run before is kept")
    sweeps.set_defaults(run=_sweep)
    records = command("records", "run the long studies and write the records that ship with the book")
    records.set_defaults(run=_records)
    for chosen, what, names in ((sweeps, "experiment", _experiments), (records, "study", _studies)):
        chosen.add_argument(
            "names",
            nargs="*",
            metavar=what.upper(),
            type=_one_of(what, names),
            help="one or more by name; by default all (a name that does not exist lists those that do)",
        )
        chosen.add_argument(
            "--jobs",
            type=_count,
            default=1,
            metavar="N",
            help="processes; the default 1 already uses two cores or more",
        )
    records.add_argument(
        "--confirm",
        action="store_true",
        help="make a stated part of each again instead, and stamp the records of which every row agrees",
    )
    records.add_argument(
        "--data",
        choices=list(DATA_OF_RECORDS),
        help="on this data set only; by default on every one that a study is recorded on",
    )

    expectations = command(
        "expectations",
        "print with what chance a fresh machine breaks each number, and write the bounds made from studies",
    )
    expectations.add_argument("--check", action="store_true", help="write nothing; fail where a bound would change")
    expectations.set_defaults(run=_expectations)

    audit = command("audit", "judge claims of the report, and print the published, ours, rule and verdict")
    audit.add_argument(
        "claims",
        nargs="*",
        metavar="CLAIM",
        help="its name in the table of the book; with none, all are counted by verdict",
    )
    audit.add_argument(
        "--data",
        choices=("mnist", "mnist_5000"),
        default="mnist",
        help="judge by networks that learned from these digits (default: %(default)s, whose records ship)",
    )
    audit.add_argument(
        "--export",
        type=Path,
        metavar="FOLDER",
        help="write claims.json and codecheck.yml, what an auditor of this book needs, into FOLDER too",
    )
    audit.set_defaults(run=_audit)

    assignments = command(
        "assignments", "draw an assignment with solutions and a marking guide, or mark what students answered"
    )
    assignments.add_argument(
        "folder", nargs="?", type=Path, metavar="FOLDER", help="where the assignment goes, new or empty"
    )
    assignments.add_argument(
        "--seed",
        type=_seed,
        required=True,
        metavar="N",
        help="decides all numbers; who knows it can print the solutions",
    )
    assignments.add_argument(
        "--check", type=Path, nargs="+", default=[], metavar="ANSWERS", help="mark these filled-in answers.yml instead"
    )
    assignments.set_defaults(run=_assignments)

    prediction = command("predict", "read the handwritten digit in each of some photos")
    prediction.add_argument(
        "photos",
        type=Path,
        nargs="+",
        metavar="PHOTO",
        help="a JPEG, PNG, WebP, GIF or BMP file (HEIC with the extra layerwise[heic]), or a folder of such files",
    )
    prediction.add_argument(
        "--model", choices=NETWORKS, default=NETWORKS[0], help="which network; by default %(default)s"
    )
    prediction.add_argument("--json", action="store_true", help="print a list with an object for each photo")
    prediction.add_argument(
        "--steps", type=_figure, metavar="FILE", help="draw the steps of the one photo into a .png, .svg or .pdf"
    )
    prediction.set_defaults(run=_predict)

    train_cnn = command(
        "train-cnn", "train the networks that read house numbers, and write the weights that ship (needs real SVHN)"
    )
    train_cnn.set_defaults(run=_train_cnn)
    return parser


def _one_of(what: str, names: Callable[[], Collection[str]]) -> Callable[[str], str]:
    def check(text: str) -> str:
        if text not in names():
            raise argparse.ArgumentTypeError(f"unknown {what} {text!r}; expected one of {', '.join(sorted(names()))}")
        return text

    return check


def _figure(text: str) -> Path:
    path = Path(text)
    if path.suffix not in (".png", ".svg", ".pdf") or not path.parent.is_dir():
        raise argparse.ArgumentTypeError(f"{text!r} is no .png, .svg or .pdf in a folder that is there")
    return path


def _count(text: str) -> int:
    if not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number, 1 or more")
    return int(text)


def _seed(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 100):
        raise argparse.ArgumentTypeError(f"{text[:100]!r} is no whole number, 0 or more, of at most 100 digits")
    return int(text)


def _experiments() -> Collection[str]:
    from layerwise.depth.experiments import EXPERIMENTS

    return EXPERIMENTS


def _studies() -> "dict[str, Study]":
    import layerwise.depth.studies
    import layerwise.see.studies  # noqa: F401  both put in theirs
    from layerwise.keep.studies import STUDIES

    return STUDIES


def _data(options: argparse.Namespace) -> None:
    import numpy as np

    from layerwise.data.loading import DATA_SETS, load_digits
    from layerwise.data.svhn import cut_svhn_sample, download_svhn

    if options.download_svhn:
        for path in download_svhn(progress=True):
            print(path, flush=True)
    if options.svhn_sample:
        print(cut_svhn_sample(options.svhn_sample, progress=True), flush=True)
    for data_set in DATA_SETS.values():
        digits = load_digits(data_set)
        print(f"{digits.key}: {digits.source}")
        print(f"SHA-256 of the arrays: {digits.sha256}")
        print(data_set.licence)
        print("class     " + " ".join(f"{c:>6}" for c in range(10)))
        for part, labels in (("training", digits.y_train), ("test", digits.y_test)):
            print(f"{part:<10}" + " ".join(f"{count:>6,}" for count in np.bincount(labels, minlength=10)))


def _sweep(options: argparse.Namespace) -> None:
    from layerwise.data.mnist import load_mnist
    from layerwise.data.svhn import SVHN_FILES, svhn_files
    from layerwise.depth.experiments import EXPERIMENTS
    from layerwise.depth.sweeps import sweep

    digits = load_mnist()
    print(f"Experiments on {digits.source}.", flush=True)
    for name in options.names or EXPERIMENTS:
        start = time.perf_counter()
        frame = sweep(**EXPERIMENTS[name], digits=digits, jobs=options.jobs, progress=True)
        runs = len(frame.drop_duplicates(["activation", "layers", "seed"]))
        print(f"{name}: {runs} runs, {time.perf_counter() - start:.0f} s", flush=True)
    if not options.names and any(path.name in SVHN_FILES for path in svhn_files()):
        _official_split()


def _official_split() -> None:
    """Where complete SVHN is at hand, the report's convolutional network as the report trained it."""
    from layerwise.data.svhn import load_svhn
    from layerwise.keep.keys import results_folder
    from layerwise.keep.studies import make_record, own_record

    _studies()
    digits = load_svhn()
    if digits.key == "svhn" and own_record("cnn_report", digits) is None:
        print(f"The report's convolutional network, three seeds, on {digits.source}.", flush=True)
        make_record("cnn_report", digits, progress=True, folder=results_folder())


def _records(options: argparse.Namespace) -> int:
    from layerwise.keep.keys import results_folder
    from layerwise.keep.studies import make_record
    from layerwise.see import recipes

    known = _studies()
    differ = 0
    for source in [options.data] if options.data else DATA_OF_RECORDS:
        names = [name for name in options.names or known if source in known[name].sources]
        if not names:
            continue
        digits = _digits(source)
        if options.confirm:
            differ += sum(_confirm(name, digits, options.jobs) for name in names)
            continue
        trained = [name for name in names if name in recipes.STUDIES]
        recipes.train_runs(trained, digits, folder=results_folder(), jobs=options.jobs, progress=True)
        for name in names:
            print(make_record(name, digits, jobs=options.jobs, progress=True), flush=True)
    return 1 if differ else 0


def _confirm(name: str, digits: "Digits", jobs: int) -> bool:
    """Confirm a record and say what came of it; True if it differs."""
    from layerwise.keep.studies import confirm_record

    start = time.perf_counter()
    found = confirm_record(name, digits, jobs=jobs, progress=True)
    if found.reason:
        said = f"cannot be confirmed here: {found.reason}"
    elif found.differences:
        said = "\n  ".join([f"differs in {len(found.differences)} of {found.rows} rows:", *found.differences])
    else:
        said = f"confirmed, {found.rows} rows"
    print(f"{name}, {digits.key}: {said} ({time.perf_counter() - start:.0f} s)", flush=True)
    return bool(found.differences)


def _expectations(options: argparse.Namespace) -> int:
    """Print the table and write the bounds: 1 where, with ``--check``, a bound would change."""
    from layerwise.audit.chances import SOURCES, chances, rewritten, table

    folder, changed = _expectations_folder(), []
    for path in sorted(folder.glob("*.yml")):
        text = path.read_text(encoding="utf-8")
        if (new := rewritten(text)) != text:
            changed.append(path.as_posix())
            if not options.check:
                path.write_text(new, encoding="utf-8")
    for source in SOURCES:
        print(table(source, chances(source, folder)), flush=True)
    if changed:
        print(f"bounds {'to be written' if options.check else 'written'}: {', '.join(changed)}")
    return 1 if changed and options.check else 0


def _audit(options: argparse.Namespace) -> None:
    from layerwise.audit.claims import load_claims
    from layerwise.audit.export import manifest, own_claims
    from layerwise.audit.verdicts import RULES, audit, counts, false_alarms, judge
    from layerwise.keep.files import write_whole

    if options.export:
        for name, text in (
            ("claims.json", own_claims(_expectations_folder())),
            ("codecheck.yml", manifest(audit(options.data))),
        ):
            write_whole(options.export / name, text)
            print(options.export / name)
    for name in options.claims:
        finding = judge(name, options.data)
        claim = load_claims()[name]
        rule = (RULES[claim.rule].__doc__ or "").partition("\n")[0]
        lines = {"published": f"{claim.says} ({claim.where})", "ours": finding.ours, "rule": f"{claim.rule}: {rule}"}
        lines |= {"verdict": finding.verdict + (f" ({finding.reason})" if finding.reason else "")}
        print("\n".join([name, *(f"  {key:<10} {words}" for key, words in lines.items())]), flush=True)
    if not options.claims:
        table = audit(options.data)
        print(counts(table).to_string())
        print(f"At most {false_alarms(table):.1f} verdicts 'does not hold' are expected to be false.")


def _assignments(options: argparse.Namespace) -> int:
    from layerwise.assignments import check_file, draw_tasks, marks_as_text, totals_as_text, write_assignment

    if bool(options.folder) == bool(options.check):
        given = f"; both were given, the folder {options.folder} and --check" if options.folder else ""
        raise ValueError(f"expected a FOLDER for a new assignment, or --check and files of answers{given}")
    for path in write_assignment(options.seed, options.folder) if options.folder else ():
        print(path)
    tasks, forms, not_marked = draw_tasks(options.seed) if options.check else [], [], []
    for path in options.check:
        try:
            forms.append(check_file(tasks, path))
        except ValueError as error:
            not_marked.append(str(path))
            print(f"python -m layerwise assignments: not marked: {error}", file=sys.stderr, flush=True)
        else:
            print(marks_as_text(forms[-1]), flush=True)
    if len(options.check) > 1:
        print(totals_as_text(forms, not_marked))
    return 1 if not_marked else 0


def _expectations_folder() -> Path:
    folder = Path("book") / "expectations"
    if not folder.is_dir():
        raise ValueError(f"there is no {folder.as_posix()} here; run it in a checkout of the book")
    return folder


def _train_cnn(options: argparse.Namespace) -> None:
    # As the records were made, see the Makefile.
    os.environ |= {"TF_ENABLE_ONEDNN_OPTS": "1", "TF_NUM_INTRAOP_THREADS": "1"}
    from layerwise.data.svhn import load_svhn
    from layerwise.keep.keys import results_folder
    from layerwise.see.weights import make_weights

    digits = load_svhn()
    print(f"Training on {digits.source}. It takes some minutes; what is finished is kept.", flush=True)
    for line in make_weights(digits, runs=results_folder(), progress=True):
        print(line, flush=True)


def _digits(source: str) -> "Digits":
    """The data set of this key, or a ValueError where it is not at hand."""
    from layerwise.data.mnist import load_mnist, load_mnist_5000
    from layerwise.data.svhn import load_svhn

    digits = load_mnist_5000() if source == "mnist_5000" else load_mnist() if source == "mnist" else load_svhn()
    if digits.key != source:
        how = (
            "; python -m layerwise data --svhn-sample FOLDER cuts it from the public test_32x32.mat, and "
            "LAYERWISE_DATA=FOLDER uses it"
        )
        raise ValueError(
            f"the record needs the data {source}, but found {digits.source}{how if source == 'svhn_sample' else ''}"
        )
    return digits


def _predict(options: argparse.Namespace) -> int:
    """Print the predictions: 0, or 1 where a photo shows no digit, or 2 where something is no photo."""
    from layerwise.see.answers import predict
    from layerwise.see.forward import Reader
    from layerwise.see.photo import prepare
    from layerwise.see.picture_files import PhotoError, pictures_in

    photos = [path for given in options.photos for path in (pictures_in(given) if given.is_dir() else [given])]
    if not photos or (options.steps and photos[1:]):
        print(f"python -m layerwise predict: {_WHICH_PHOTO[bool(photos)]}", file=sys.stderr)
        return 2
    reader, codes, found = Reader(options.model), [], []
    for path in photos:
        try:
            prepared = prepare(path)
        except PhotoError as error:
            print(f"python -m layerwise predict: {error}", file=sys.stderr)
            found.append({"photo": str(path), "error": str(error)})
            codes.append(2)
            continue
        if options.steps:
            from layerwise.figures import photo_steps

            photo_steps(prepared.steps).savefig(options.steps)
        prediction = predict(prepared, reader)
        found.append({"photo": str(path), **prediction.as_dict()})
        codes.append(0 if prediction.digit is not None else 1)
        if not options.json:
            print(f"{path}: {prediction.summary()}" if photos[1:] else prediction, flush=True)
    if options.json:
        print(json.dumps(found, indent=1))
    return max(codes)


_WHICH_PHOTO = ("there is no picture in the folder", "--steps draws one photo, and there are several")


if __name__ == "__main__":
    sys.exit(main())
