"""Rules for what can be counted: layers and parameters, digits and classes, a confusion matrix, a single success."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from math import ceil

import numpy as np
from numpy.typing import NDArray
from scipy.stats import beta

from layerwise.audit.finding import HOLDS, NOT, OTHER, PRINT, UNKNOWN, Finding
from layerwise.audit.published import published_cnn_epochs, published_confusion_matrix, published_runs
from layerwise.keep.records import load_record

SVHN_TRAINING = (4948, 13861, 10585, 8497, 7458, 6882, 5727, 5595, 5045, 4659)
"""Digits of each class 0 to 9 in the official training part of SVHN (Netzer et al. 2011; label 10 is the digit 0)."""

SVHN_TEST = (1744, 5099, 4149, 2882, 2523, 2384, 1977, 2019, 1660, 1595)

PARTS = {"training": (SVHN_TRAINING, sum(SVHN_TRAINING) - 7326), "test": (SVHN_TEST, sum(SVHN_TEST))}
"""Class counts, and how many digits of them: the notebook held back 7,326 of the training digits."""


def layer_counts(source: str, *, what: str, layers: Sequence[int], printed: Sequence[int]) -> Finding:
    """Layers of the report's networks: `hidden` ones, or `created` ones, which count the input and its flattening."""
    off = {"hidden": -1, "created": 2}[what]
    true = [count + off for count in layers]
    ours = f"{', '.join(map(str, true))} for {', '.join(map(str, layers))} dense layers"
    if list(printed) == true:
        return Finding(HOLDS, ours)
    return Finding(PRINT, ours, f"right when mended: {', '.join(map(str, true))} {what} layers and an output layer")


def mlp_parameters(source: str, *, layers: int, printed: Mapping[str, int], biases: bool = True) -> Finding:
    """Weights and biases of a network of 784 inputs, 32 units a hidden layer and 10 outputs."""
    dense = [(784 + biases) * 32, *[(32 + biases) * 32] * (layers - 2), (32 + biases) * 10]
    true = {"first": dense[0], "hidden": dense[1], "output": dense[-1], "total": sum(dense)}
    words = "with" if biases else "without"
    ours = f"{true['total']:,} {words} biases"
    if all(true[name] == value for name, value in printed.items()):
        return Finding(HOLDS, ours)
    return Finding(PRINT, ours, "right when mended: a bias added to each sum")


def cnn_parameters(source: str, *, filters: Sequence[int], dense: Sequence[int], inputs: int, printed: int) -> Finding:
    """Parameters as Keras counts them: 3 x 3 kernels with biases, four numbers a map for batch normalisation, dense."""
    convolutions = sum((9 * before + 1 + 4) * maps for before, maps in zip((3, *filters), filters, strict=False))
    total = convolutions + sum((before + 1) * units for before, units in zip((inputs, *dense), dense, strict=False))
    return Finding(HOLDS if total == printed else NOT, f"{total:,}")


def map_sizes(source: str, *, side: int, pool: int, blocks: int) -> Finding:
    """Whether the maps become coarser with depth: their sides, after pooling without overlap or padding."""
    sides = [side // pool**block for block in range(blocks)]
    falling = all(b < a for a, b in pairwise(sides))
    return Finding(HOLDS if falling else NOT, " then ".join(f"{n} x {n}" for n in sides) + " pixels a map")


def cases_and_epochs(source: str, *, cases: int, epochs: int) -> Finding:
    """How many cases the report prints, and of how many epochs each."""
    figures = published_runs().query("source != 'notebook'").groupby("source")["epoch"]
    true = (figures.ngroups, int(figures.max().max()))
    same = true == (cases, epochs) and (figures.size() == epochs).all()
    return Finding(HOLDS if same else NOT, f"{true[0]} cases of {true[1]} epochs")


def early_stopping(source: str, *, patience: int, epochs: int) -> Finding:
    """Whether a log ends where its rule says: so many epochs after the lowest validation loss."""
    history = published_cnn_epochs()
    best = int(history["epoch"].iloc[history["validation_loss"].argmin()])
    right = len(history) == epochs == best + patience
    return Finding(HOLDS if right else NOT, f"lowest at epoch {best}, the last is {len(history)}")


def held_back(source: str, *, share: float, printed: int) -> Finding:
    """How many of the SVHN training digits are a share that is held back, rounded up as scikit-learn does."""
    true = ceil(share * sum(SVHN_TRAINING) - 1e-9)
    return Finding(HOLDS if true == printed else NOT, f"{true:,} of {sum(SVHN_TRAINING):,}")


def matrix_set(source: str, *, printed: str) -> Finding:
    """Of which digits the printed matrix can be: by its total, and by the count of each class, to three deviations."""
    rows = published_confusion_matrix().to_numpy().sum(axis=1)
    possible = [name for name, (counts, total) in PARTS.items() if _can_be_of(rows, np.array(counts), total)]
    ours = f"{rows.sum():,} digits, by total and classes of the {' or '.join(possible) or 'no known'} part"
    return Finding(HOLDS if possible == [printed] else NOT, ours)


def _can_be_of(rows: NDArray[np.int64], counts: NDArray[np.int64], total: int) -> bool:
    share = total / counts.sum()
    deviation = np.sqrt(counts * share * (1 - share))
    return rows.sum() == total and bool((np.abs(rows - counts * share) <= 3 * deviation + 0.5).all())


def matrix_accuracy(source: str, *, printed: float) -> Finding:
    """Whether an accuracy is that of the matrix printed beside it, to its last digit."""
    matrix = published_confusion_matrix().to_numpy()
    share = matrix.trace() / matrix.sum()
    same = round(share, 4) == printed
    return Finding(HOLDS if same else NOT, f"{matrix.trace():,} of {matrix.sum():,} on the diagonal: {share:.4f}")


def known_accuracy(source: str, *, printed: float, test: float) -> Finding:
    """Whether an accuracy is one that the same source gives for digits that it names."""
    history = published_cnn_epochs()
    known = {round(float(value), 4) for name in ("accuracy", "validation_accuracy") for value in history[name]}
    matrix = published_confusion_matrix().to_numpy()
    known |= {test, round(float(matrix.trace() / matrix.sum()), 4)}
    error = np.sqrt(test * (1 - test) / sum(SVHN_TEST))
    ours = f"the notebook's test accuracy is {test}, {abs(printed - test) / error:.1f} standard errors away"
    if printed in known:
        return Finding(HOLDS, ours)
    return Finding(
        UNKNOWN, ours, "no epoch, part or matrix of the source has it; to say of which digits it is would tell"
    )


def largest_class(source: str, *, printed: int) -> Finding:
    """Which class has most digits in the printed matrix."""
    rows = published_confusion_matrix().sum(axis=1)
    return Finding(
        HOLDS if rows.idxmax() == printed else NOT, f"{rows.idxmax()}, with {rows.max():,} of {rows.sum():,}"
    )


def confused_pair(source: str, *, pair: Sequence[int], rank: int) -> Finding:
    """Whether a pair of classes is among the `rank` most confused in the printed matrix.

    By number of digits, both ways together, or by the larger of the two shares of a class: a text may mean either.
    """
    matrix = published_confusion_matrix().to_numpy().astype(float)
    np.fill_diagonal(matrix, 0)
    shares = matrix / published_confusion_matrix().to_numpy().sum(axis=1, keepdims=True)
    above = np.triu_indices(10, 1)
    i, j = sorted(pair)
    places = []
    for table in (matrix + matrix.T, np.maximum(shares, shares.T)):
        places.append(int((table[above] > table[i, j]).sum()) + 1)
    ours = (
        f"place {places[0]} by number ({matrix[i, j] + matrix[j, i]:.0f} digits), place {places[1]} by share of a class"
    )
    return Finding(HOLDS if min(places) <= rank else NOT, ours)


def one_success(source: str, *, successes: int, trials: int) -> Finding:
    """What so few trials say of the share of successes: the interval of Clopper and Pearson, at 95 %."""
    low = beta.ppf(0.025, successes, trials - successes + 1) if successes else 0.0
    high = beta.ppf(0.975, successes + 1, trials - successes) if successes < trials else 1.0
    ours = f"{successes} of {trials} allows every share from {low:.3f} to {high:.3f}"
    return Finding(UNKNOWN if high - low > 0.2 else HOLDS, ours, "100 digits would tell it to within a tenth")


def odd_success(source: str, *, digit: int, network: str) -> Finding:
    """Whether it is odd that a network of house numbers reads a handwritten digit: odd is less than once in twenty."""
    frame = load_record("transfer", "svhn_sample").frame
    readings = frame.query("network == @network and label == @digit and way == 'inverted'")
    counts = readings.groupby("collection")[["right", "digits"]].sum()
    shares = counts["right"] / counts["digits"]
    ours = f"ours read {shares.min():.0%} to {shares.max():.0%} of the {digit}s of {len(shares)} collections"
    if source != "mnist":
        return Finding(OTHER, ours)
    return Finding(NOT if shares.min() > 0.05 else HOLDS, ours, "though ours learned from a ninth of its digits")


def constant_answer(source: str, *, printed: float) -> Finding:
    """Whether an accuracy is that of one answer to all digits: what our stuck runs show, by the class answered."""
    runs = load_record("grid").frame.query("answers == 1 and epoch == 3")
    shown = runs.groupby("top_answer")["test_accuracy"].agg(["first", "size"]).sort_values("size", ascending=False)
    ours = ", ".join(
        f"{row['first']:.4f} for the answer {answer} ({row['size']:.0f} runs)" for answer, row in shown.iterrows()
    )
    if source != "mnist":
        return Finding(OTHER, ours, "the classes of the embedded digits are equally frequent")
    same = bool((shown["first"].round(4) == printed).any())
    return Finding(HOLDS if same else NOT, ours, "it is the share of the class that the network answers")


def shear_of(source: str, *, degrees: float, side: int) -> Finding:
    """Whether a shear in degrees, as Keras takes it, moves the edge of a picture by a pixel or more."""
    pixels = np.tan(np.radians(degrees)) * side / 2
    ours = f"it moves no pixel by more than {pixels:.2f}"
    return Finding(
        HOLDS if pixels >= 1 else NOT,
        ours,
        f"meant as a slope, {degrees} would be {np.degrees(np.arctan(degrees)):.1f} degrees",
    )


def loss_trained(source: str, *, printed: str) -> Finding:
    """Which cost the logs show: a network that gives every class a tenth has this value of each."""
    guessing = {"squared error": 0.5 * (0.9**2 + 9 * 0.1**2), "cross-entropy": float(np.log(10))}
    stuck = published_runs().query("activation == 'sigmoid'")["test_loss"]
    shown = min(guessing, key=lambda name: abs(guessing[name] - stuck.mean()))
    values = ", ".join(f"{value:.2f} as {name}" for name, value in guessing.items())
    ours = f"guessing costs {values}; the logs of stuck networks say {stuck.mean():.2f}"
    return Finding(HOLDS if shown == printed else NOT, ours, f"the runs minimise {shown}")
