"""Rules for what the text says of its gradient figures, by our records of the same quantity, and for Nielsen's norms.

The report's pictures are not at hand; our figures draw what its notebook computes: the signed maximum of each layer's
gradient, after training.
"""

import functools
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from layerwise.audit.finding import HOLDS, NOT, OTHER, PRINT, SPREAD, UNKNOWN, Finding
from layerwise.audit.published import published_nielsen_norms
from layerwise.audit.run_rules import LEVEL
from layerwise.data.digits import scale
from layerwise.data.mnist import load_mnist_5000
from layerwise.derive import Network
from layerwise.keep.records import load_record

NIELSEN_NETWORKS = 39


def flat_gradients(source: str, *, activation: str, layers: int, factor: float) -> Finding:
    """Whether the hidden layers have like gradients: the largest is at most `factor` times the smallest."""
    frame = load_record("trained_gradients").frame.query(
        "activation == @activation and layers == @layers and kind == 'weights' and layer < @layers"
    )
    largest = frame.groupby(["seed", "layer"])["largest"].max().unstack("layer")
    spread = (largest.max(axis=1) / largest.min(axis=1)).median()
    ours = f"the hidden layers' differ by a factor of {spread:.0e} (median of {len(largest)} seeds)"
    if source != "mnist":
        return Finding(OTHER, ours)
    return Finding(HOLDS if spread <= factor else NOT, ours, "on a linear axis all of them lie on 0")


def peak_of_the_learned(source: str, *, activation: str, layers: int, accuracy: float) -> Finding:
    """Whether large gradients show an unstable network: not where the highest curve belongs to one that learned."""
    peaks = load_record("trained_gradients").frame.query("layers == @layers and kind == 'weights'")
    highest = peaks.groupby(["activation", "seed"])["signed_maximum"].max().groupby("activation").median().idxmax()
    runs = load_record("grid").frame.query("activation == @activation and layers == @layers and epoch == 3")
    worst = runs["test_accuracy"].min()
    ours = f"at {layers} layers {highest} has the highest peak, and its worst of {len(runs)} seeds reaches {worst:.3f}"
    if source != "mnist":
        return Finding(OTHER, ours)
    counterexample = highest == activation and worst >= accuracy
    return Finding(NOT if counterexample else UNKNOWN, ours, "one that has learned is a counterexample")


def peaks_and_accuracy(source: str) -> Finding:
    """Whether peaks show how the accuracy changed: do seeds of a case with higher peaks gain more in the last epoch?

    Ranks among the five seeds of each case that learned; under chance the pairs in the same order are a half.
    """
    peaks = load_record("trained_gradients").frame.query("kind == 'weights'")
    peak = peaks.groupby(["activation", "layers", "seed"])["signed_maximum"].max().rename("peak")
    runs = load_record("grid").frame.pivot(
        index=["activation", "layers", "seed"], columns="epoch", values="test_accuracy"
    )
    both = peak.to_frame().assign(gain=runs[3] - runs[2], learned=runs[3] > 0.5).query("learned")
    same = total = 0
    for _, case in both.groupby(["activation", "layers"]):
        order = np.sign(
            np.subtract.outer(*[case["peak"].to_numpy()] * 2) * np.subtract.outer(*[case["gain"].to_numpy()] * 2)
        )
        same, total = same + int((order > 0).sum() // 2), total + int((order != 0).sum() // 2)
    ours = f"in {same} of {total} pairs of seeds of one case the higher peak goes with the larger gain"
    if source != "mnist":
        return Finding(OTHER, ours)
    return Finding(UNKNOWN, ours, "gradients kept in every epoch, not after the last alone, would tell")


def signed_maximum(source: str, *, printed: str) -> Finding:
    """Whether the maximum that is drawn is that of the size: at how many points the largest entry is negative."""
    frame = load_record("trained_gradients").frame.query("largest > 0")
    missed = (frame["signed_maximum"] < 0.999 * frame["largest"]).mean()
    ours = f"at {missed:.0%} of all points the largest entry is negative, and is not drawn"
    if source != "mnist":
        return Finding(OTHER, ours)
    return Finding(HOLDS if missed == 0 else PRINT, ours, "right when mended: the largest absolute value")


def transitions(source: str, *, activation: str, factor: float) -> Finding:
    """Whether no two neighbouring hidden layers of 40 differ by more than a factor in their gradients."""
    steps = load_record("larger_weights").frame.query("gain == 1 and activation == @activation and layers == 40")
    largest = steps[["weights_step", "biases_step"]].max(axis=1)
    ours = f"the largest step is a factor of {largest.max():.1f} in {len(steps)} seeds"
    if source != "mnist":
        return Finding(OTHER, ours)
    return Finding(HOLDS if largest.max() <= factor else NOT, ours)


def nielsen_factor(source: str, *, batch: str) -> Finding:
    """Whether Nielsen's norms fall by such a factor a layer as those of our untrained networks of his kind.

    Between the extremes of 39 of ours a fortieth falls on either side: 95 %, whatever the distribution.
    """
    factor = _factor(published_nielsen_norms().loc[batch].to_numpy())
    factors = _factor(_our_norms())
    ours = f"{factor:.2f} a layer, {len(factors)} of ours {factors.min():.2f} to {factors.max():.2f}"
    reason = "" if batch == "first" else "his network had met some mini-batches by then, and ours none"
    return Finding(SPREAD if factors.min() <= factor <= factors.max() else NOT, ours, reason)


def nielsen_order(source: str) -> Finding:
    """Whether the gradient is smaller the earlier the layer, in layers 2 to 5: in his rows, and in how many of ours."""
    theirs = (np.diff(published_nielsen_norms().to_numpy(), axis=1) > 0).all()
    share = (np.diff(_our_norms(), axis=1) > 0).all(axis=1).mean()
    ours = f"in all his rows, and in {share:.0%} of our {NIELSEN_NETWORKS} networks"
    return Finding(HOLDS if theirs and share >= 1 - LEVEL else NOT, ours)


def _factor(norms: NDArray[np.float64]) -> NDArray[np.float64]:
    return (norms[..., -1] / norms[..., 0]) ** (1 / 3)


@functools.cache
def _our_norms() -> NDArray[np.float64]:
    """Norms of the weights' gradients in layers 2 to 5 of networks of Nielsen's kind, for 100 digits each."""
    digits = load_mnist_5000()
    x, y = scale(digits.x_train).reshape(-1, 784), digits.y_train
    sizes = [784, 30, 30, 30, 30, 30, 10]
    norms = []
    for seed in range(NIELSEN_NETWORKS):
        random = np.random.default_rng(seed)
        weights = [random.normal(size=(out, into)) / np.sqrt(out) for into, out in pairwise(sizes)]
        biases = [random.normal(size=out) / np.sqrt(out) for out in sizes[1:]]
        hundred = random.choice(len(x), 100, replace=False)
        network = Network(sizes, "sigmoid", weights=weights, biases=biases)
        gradients = network.gradients(x[hundred], y[hundred]).weights
        norms.append([np.linalg.norm(gradients[layer]) for layer in (2, 3, 4, 5)])
    return np.array(norms)


def by_reading(source: str, *, verdict: str, ours: str, reason: str = "") -> Finding:
    """No computation: the verdict is a reading of the source's own words or code, which the row names."""
    return Finding(verdict, ours, reason)
