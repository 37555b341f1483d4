"""Rules for one printed run: could it be one of ours, does it repeat another, does the text quote it.

**One run, one verdict.** A log of three epochs has twelve numbers, and they say nearly the same: twelve verdicts would
count one surprise twelve times. So the whole run gets a score, its largest distance from the median in any of its
numbers, in units of the median distance. If the printed run was drawn as ours were, it is equally likely to have any
rank among them: the chance that it has the largest score of n + 1 is 1 / (n + 1), whatever the distribution. Nineteen
seeds are enough for a level of 5 % (our twenty have 1/21). Between the extremes of *one* number, the interval that
comes to mind first, as much would need 39 seeds: there are two ends to leave it by.
"""

import functools
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from layerwise.audit.finding import HOLDS, NOT, OTHER, PRINT, SPREAD, UNKNOWN, Finding
from layerwise.audit.published import published_cnn_epochs, published_runs, report_numbers
from layerwise.keep.records import load_record

LEVEL = 0.05
NUMBERS = ["loss", "accuracy", "test_loss", "test_accuracy"]
STUDY = {"relu": "grid", "tanh": "grid", "sigmoid": "grid", "lecun_tanh": "lecun_tanh"}
RESOLUTION = 1e-4
"""The last digit of the printed logs; ours are rounded likewise."""


def printed_run(source: str, *, activation: str, layers: int) -> Finding:
    """Whether a run of the notebook could be one of ours (see the module): exchangeable runs, at 5 %."""
    seeds = our_runs(source, activation, layers)
    accuracy = seeds[:, -1]
    ours = f"{len(seeds)} seeds end at {accuracy.min():.4f} to {accuracy.max():.4f}, median {np.median(accuracy):.4f}"
    if source != "mnist":
        return Finding(OTHER, ours, "these learned from the embedded digits; complete MNIST would tell")
    return judge_run(seeds, _notebook(activation, layers), ours)


def judge_run(seeds: NDArray[np.float64], run: NDArray[np.float64], ours: str = "") -> Finding:
    """Whether a run could be one of some others.

    Parameters
    ----------
    seeds : array (runs, numbers)
        Ours.
    run : array (numbers,)
    ours : str
        What is said of ours.
    """
    needed = round(1 / LEVEL) - 1
    if len(seeds) < needed:
        return Finding(UNKNOWN, ours, f"with {len(seeds)} seeds; {needed} would tell at a level of {LEVEL:.0%}")
    *others, own = surprise(np.vstack([seeds, run]))
    rank = int((np.array(others) >= own).sum()) + 1
    chance = f"rank {rank} of {len(seeds) + 1} from the most unusual"
    return Finding(SPREAD if rank / (len(seeds) + 1) > LEVEL else NOT, ours, chance)


def surprise(runs: NDArray[np.float64]) -> NDArray[np.float64]:
    """The largest distance of each run (a row) from the median in any of its numbers, in median distances."""
    distance = np.abs(runs - np.median(runs, axis=0))
    scores: NDArray[np.float64] = (distance / (np.median(distance, axis=0) + RESOLUTION)).max(axis=1)
    return scores


def own_runs_rejected(source: str, activation: str, layers: int) -> float:
    """The rule's own error: how often one of our runs of a case is said not to be one of the others."""
    runs = our_runs(source, activation, layers)
    verdicts = [judge_run(np.delete(runs, seed, axis=0), run).verdict for seed, run in enumerate(runs)]
    return verdicts.count(NOT) / len(verdicts)


@functools.cache
def our_runs(source: str, activation: str, layers: int) -> NDArray[np.float64]:
    """Our runs of a case of the report: (seeds, 12), epoch by epoch, rounded as the report's are."""
    frame = load_record(STUDY[activation], source).frame
    return _numbers(frame.query("activation == @activation and layers == @layers"), "seed").round(4)


def _notebook(activation: str, layers: int) -> NDArray[np.float64]:
    logs = published_runs().query("source == 'notebook'")
    return _numbers(logs.query("activation == @activation and layers == @layers"), "source")[0]


def _numbers(frame: pd.DataFrame, run: str) -> NDArray[np.float64]:
    table = frame.pivot(index=run, columns="epoch", values=NUMBERS).swaplevel(axis=1)
    return table[[(epoch, name) for epoch in (1, 2, 3) for name in NUMBERS]].to_numpy()


def repeated_log(source: str, *, figure: int) -> Finding:
    """Whether a figure prints the notebook's log of the case that it names, and if not, whose."""
    logs = {name: log.reset_index(drop=True) for name, log in published_runs().groupby("source")}
    printed = logs[f"figure {figure}"].drop(columns="source")
    case = ["activation", "layers"]
    numbers = ["seconds", *NUMBERS]
    for name, run in published_runs().query("source == 'notebook'").groupby(case, sort=False):
        if (run[numbers].to_numpy() == printed[numbers].to_numpy()).all():
            words = f"the notebook's log of {name[0]} at {name[1]} layers"
            if name == tuple(printed.loc[0, case]):
                return Finding(HOLDS, words)
            own = _notebook(*printed.loc[0, case])[-1]
            return Finding(PRINT, words, f"right when mended: its own run ends at {own:.4f} as well, by other numbers")
    return Finding(NOT, "no log of the notebook")


def quoted(source: str, *, activation: str, layers: int, accuracy: float, test_accuracy: float) -> Finding:
    """Whether numbers in the text stand in the log of the run that it names, after the last epoch."""
    logs = published_runs().query("source == 'notebook' and epoch == 3").set_index(["activation", "layers"])
    own: Any = logs.loc[(activation, layers)]
    ours = f"the log has {own['accuracy']:.4f} and {own['test_accuracy']:.4f}"
    if (accuracy, test_accuracy) == (own["accuracy"], own["test_accuracy"]):
        return Finding(HOLDS, ours)
    others = logs.index[logs["test_accuracy"] == test_accuracy]
    if others.empty or accuracy != own["accuracy"]:
        return Finding(NOT, ours)
    return Finding(
        PRINT, ours, f"right when mended: {test_accuracy} is that of {others[0][0]} at {others[0][1]} layers"
    )


def cnn_log(source: str) -> Finding:
    """The log of the convolutional network: we have three seeds, and on other digits."""
    history = load_record("cnn_report", "svhn_sample").tables["history"]
    best = history.groupby("seed")["validation_accuracy"].max()
    ours = f"on a ninth of the digits the best epochs of {len(best)} seeds reach {best.min():.4f} to {best.max():.4f}"
    return Finding(OTHER, ours, "complete SVHN and 19 seeds would tell")


def step_times(source: str, *, digits: int, batch: int) -> Finding:
    """Whether the time of a 'step' in the logs is that of an update: an epoch of so many has to take its seconds."""
    printed = report_numbers().set_index("claim")["numbers"]
    steps = [float(word.rstrip("mus")) * (1e-3 if "ms" in word else 1e-6) for word in printed["steps-are-digits"]]
    seconds = np.array([float(word.rstrip("s")) for word in printed["epoch-seconds"]])
    off = {
        what: np.median(np.abs(np.array(steps) * count / seconds - 1))
        for what, count in (("digit", digits), ("update", digits / batch))
    }
    ours = f"as seconds for each digit they are {off['digit']:.0%} off, for each update {off['update']:.0%}"
    if off["update"] < off["digit"]:
        return Finding(HOLDS, ours)
    return Finding(
        PRINT, ours, f"right when mended: a step of these logs is one digit, and an update is {batch} of them"
    )


def mnist_sizes(source: str, *, training: int, test: int) -> Finding:
    """Whether the logs train and validate on as many digits as MNIST has for training and for testing."""
    run = load_record("grid").frame.iloc[0]
    true = (int(run["updates_per_epoch"] * run["batch_size"]), int(run.filter(like="answered_").sum()))
    return Finding(
        HOLDS if true == (training, test) else NOT, f"{true[0]:,} training digits and {true[1]:,} test digits"
    )


def epoch_seconds(source: str) -> Finding:
    """Whether the seconds of an epoch say what a network costs: the same work three times over should take as long."""
    logs = published_runs().query("source == 'notebook'").groupby(["activation", "layers"])["seconds"]
    perceptron = (logs.max() / logs.min()).max()
    cnn = published_cnn_epochs()["seconds"]
    factor = cnn.max() / cnn.min()
    ours = f"equal epochs of one run differ by up to a factor of {perceptron:.0f}, of the CNN by {factor:.0f}"
    return Finding(UNKNOWN, ours, "a machine that does nothing else meanwhile would tell")
