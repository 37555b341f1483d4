"""Rules for rankings and for readings of figures: with what chance would one run each have shown it?

A ranking is text: ``tanh 5 > relu 5, sigmoid 5`` says that tanh at 5 layers is above both others. Three questions are
asked of it. Do the report's own numbers show it, where they are at hand? Is it true of many runs: does a run of the
first beat a run of each other more often than not (the test of Brunner and Munzel, 5 % in all, divided among the
comparisons)? And would one run of each have shown it, as the report had one? What is true, but shown by one run each
less than 95 times in 100, holds, but one run cannot show it.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import brunnermunzel

from layerwise.audit.claims import load_claims
from layerwise.audit.finding import HOLDS, NOT, ONE_RUN, OTHER, UNKNOWN, Finding
from layerwise.audit.published import published_runs
from layerwise.audit.run_rules import LEVEL, our_runs
from layerwise.keep.records import load_record

Runs = NDArray[np.float64]

SHOWN = 0.95
SEEDS = (1, 3, 5, 7, 9, 13, 19, 29, 39, 59, 79, 99)
DRAWS = 2000


@dataclass(frozen=True)
class Ranking:
    """One of several is above the others.

    Attributes
    ----------
    first : str
        Who is said to be above, such as ``tanh 5``.
    others : tuple of str
        Whom.
    """

    first: str
    others: tuple[str, ...]


def read_ranking(text: str) -> Ranking:
    """A ranking from ``tanh 5 > relu 5, sigmoid 5``."""
    first, _, others = text.partition(" > ")
    return Ranking(first, tuple(others.split(", ")))


def accuracy_ranking(
    source: str, *, ranks: Sequence[str], number: str = "test_accuracy", epoch: int = 3, lowest: bool = False
) -> Finding:
    """A ranking of the report's networks by a number of their logs; with `lowest`, less is better."""
    rankings = [read_ranking(text) for text in ranks]
    logs = published_runs().query("source == 'notebook'")
    printed = _by_case(logs, number, epoch, lowest)
    for one in rankings:
        for other in one.others:
            if not printed[one.first] > printed[other]:
                words = "equals" if printed[one.first] == printed[other] else "is on the wrong side of"
                return Finding(NOT, f"in the report's own logs {one.first} {words} {other}")
    return judge_ranking(rankings, _ours(source, number, epoch, lowest), comparable=source == "mnist")


def _ours(source: str, number: str = "test_accuracy", epoch: int = 3, lowest: bool = False) -> dict[str, Runs]:
    frame = pd.concat([load_record(study, source).frame for study in ("grid", "lecun_tanh")])
    return _by_case(frame, number, epoch, lowest)


def _by_case(frame: pd.DataFrame, number: str, epoch: int, lowest: bool) -> dict[str, Runs]:
    """A number of each run after an epoch, rounded as the report's are, so that more is better."""
    groups = frame[frame["epoch"] == epoch].groupby(["activation", "layers"])[number]
    return {_name(*case): (-1 if lowest else 1) * values.to_numpy().round(4) for case, values in groups}


def gradient_ranking(source: str, *, ranks: Sequence[str], kind: str) -> Finding:
    """A reading of the report's gradient figures: whose curve has the highest peak, in our five seeds.

    The report's pictures are not at hand; our figure shows the same quantity, the signed maximum after training.
    """
    frame = load_record("trained_gradients").frame.query("kind == @kind")
    peaks = frame.groupby(["activation", "layers", "seed"])["signed_maximum"].max()
    runs = {_name(*case): values.to_numpy() for case, values in peaks.groupby(["activation", "layers"])}
    return judge_ranking([read_ranking(text) for text in ranks], runs, comparable=source == "mnist")


def inverted_reads_more(source: str, *, network: str, collection: str) -> Finding:
    """Whether networks of house numbers read more handwriting with light and dark exchanged, as in the notebook."""
    frame = load_record("transfer", "svhn_sample").frame.query("network == @network and collection == @collection")
    counts = frame.groupby(["way", "seed"])[["right", "digits"]].sum()
    shares = counts["right"] / counts["digits"]
    runs = {way: shares[way].to_numpy() for way in ("inverted", "raw")}
    finding = judge_ranking([Ranking("inverted", ("raw",))], runs, comparable=source == "mnist")
    both = ", ".join(f"{way} {values.min():.0%} to {values.max():.0%}" for way, values in runs.items())
    return replace(finding, ours=f"{both}; {finding.ours}")


def _name(activation: object, layers: object) -> str:
    return f"{activation} {layers}"


def judge_ranking(rankings: Sequence[Ranking], runs: Mapping[str, Runs], *, comparable: bool = True) -> Finding:
    """The verdict on rankings that are claimed together; `runs` has one number for each seed of each network."""
    pairs = [(runs[one.first], runs[other]) for one in rankings for other in one.others]
    chance = _chance_of_all(rankings, runs)
    least = min(len(values) for pair in pairs for values in pair)
    ours = f"one run each shows it with a chance of {chance:.2f} ({least} seeds)"
    if not comparable:
        return Finding(OTHER, ours, "so on the embedded digits; complete MNIST would tell")
    leads = [lead(*pair, LEVEL / len(pairs)) for pair in pairs]
    if min(leads) < 0:
        return Finding(NOT, ours, "more often than not the order is another")
    if chance >= SHOWN and min(leads) > 0:
        return Finding(HOLDS, ours)
    seeds = seeds_needed(rankings, runs)
    needed = f"{seeds} runs each would show it" if seeds else f"more than {SEEDS[-1]} runs each would be needed"
    if min(leads) > 0:
        return Finding(ONE_RUN, ours, needed)
    return Finding(UNKNOWN, ours, f"our seeds do not tell which is ahead; {needed}")


def chance_shown(first: Runs, others: Sequence[Runs]) -> float:
    """With what chance one run of the first is above one run of each other: the share among all choices of ours."""
    shares = [(other[None, :] < first[:, None]).mean(axis=1) for other in others]
    return float(np.prod(shares, axis=0).mean())


def _chance_of_all(rankings: Sequence[Ranking], runs: Mapping[str, Runs]) -> float:
    return math.prod(chance_shown(runs[one.first], [runs[other] for other in one.others]) for one in rankings)


def lead(a: Runs, b: Runs, level: float) -> int:
    """1 where runs of `a` beat runs of `b` more often than not, -1 where less often, 0 where these do not tell."""
    share = float(((a[:, None] > b) + (a[:, None] == b) / 2).mean())
    if share in (0.0, 1.0):  # no overlap, for which the test has no variance; of all orders these are two
        value = 2 / math.comb(a.size + b.size, a.size)
    elif np.ptp(np.concatenate([a, b])) == 0:
        return 0
    else:
        value = float(brunnermunzel(a, b).pvalue)
    return 0 if not value <= level else int(np.sign(share - 0.5))


def halves_told_apart(activation: str, layers: int, times: int = 100) -> float:
    """The rule's own error: how often it denies that one random half of a case's seeds is above the other half."""
    random, denied = np.random.default_rng(0), 0
    accuracy = our_runs("mnist", activation, layers)[:, -1]
    for _ in range(times):
        mixed = random.permutation(accuracy)
        denied += lead(mixed[: accuracy.size // 2], mixed[accuracy.size // 2 :], LEVEL) < 0
    return denied / times


def seeds_needed(rankings: Sequence[Ranking], runs: Mapping[str, Runs]) -> int | None:
    """How many runs each, so that their medians show it with a chance of 95 %, if ours are what runs are like.

    Returns
    -------
    int or None
        One of `SEEDS`, or None if that is not enough.
    """
    random = np.random.default_rng(0)
    names = sorted({name for one in rankings for name in (one.first, *one.others)})
    for seeds in SEEDS:
        medians = {name: np.median(random.choice(runs[name], (DRAWS, seeds)), axis=1) for name in names}
        shown = [medians[one.first] > medians[other] for one in rankings for other in one.others]
        if np.mean(np.all(shown, axis=0)) >= SHOWN:
            return seeds
    return None


def seeds_for_each() -> pd.DataFrame:
    """For each ranking of accuracies in the report: would one run each show it, and how many would?

    Returns
    -------
    DataFrame
        ``ranking`` : what is said. ``chance`` : that one run each of our 20 seeds on complete MNIST shows it.
        ``seeds`` : how many runs each show it by their medians, 95 times in 100; NaN where 99 do not.
    """
    lines = []
    for claim in load_claims().values():
        if claim.rule == "accuracy_ranking":
            which = dict(claim.arguments)
            rankings = [read_ranking(text) for text in which.pop("ranks")]
            runs = _ours("mnist", **which)
            chance, seeds = _chance_of_all(rankings, runs), seeds_needed(rankings, runs)
            lines.append({"claim": claim.name, "ranking": claim.says, "chance": chance, "seeds": seeds})
    return pd.DataFrame(lines).set_index("claim").astype({"seeds": float})
