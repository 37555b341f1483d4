"""A reader's own backward pass, compared and its bugs named (chapter ``backpropagation``)."""

import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations
from textwrap import fill
from typing import Any, Literal

import numpy as np
import pandas as pd

from layerwise.derive.activations import Activation, Array
from layerwise.derive.checked_network import Network
from layerwise.derive.equations import Gradients, Layers, Loss
from layerwise.derive.known_bugs import BACK, BIASES, KNOWN, OUTPUT, WEIGHTS, gradients_with_bugs
from layerwise.derive.numerical_derivatives import central_differences, complex_step
from layerwise.derive.readers_gradients import own_gradients
from layerwise.keep.arguments import check, one_of, whole

MyFunction = Callable[[Layers, Layers, Array, Array], Any]


UNITS, PATTERNS = 4, 5  # different, so that a mean over the one is none over the other


ALLOWED = {
    "reduction": one_of("sum", "mean"),
    "layers": whole(1),
    "seed": whole(0),
}
"""What these arguments of `check_gradient` may be."""


SEEDS_TRIED = 300
"""How many networks are looked at for one that is not dead."""


@dataclass(frozen=True, repr=False)
class GradientCheck:
    """What ``check_gradient`` found; true where the gradient is right.

    Attributes
    ----------
    correct : bool
        Whether every layer was compared and agrees.
    bugs : tuple of str
        Names from ``BUGS`` that together reproduce the reader's numbers; empty where right, or not recognised.
    table : DataFrame
        Per layer and parameter: the sizes (root of the sum of squares) of the reader's and the numeric gradient, their
        ratio (least squares), and the relative difference. Both are NaN where there was nothing to compare.
    verdict : str
        What was printed below the table.
    """

    correct: bool
    bugs: tuple[str, ...]
    table: pd.DataFrame
    verdict: str = ""

    def __bool__(self) -> bool:
        return self.correct

    def __repr__(self) -> str:
        return f"GradientCheck(correct={self.correct}, bugs={self.bugs})"


@dataclass(frozen=True)
class _Found:
    """Bugs that give the reader's numbers, and what is to be said of one of them: its constants."""

    bugs: tuple[str, ...] = ()
    told_of: str = ""
    words: str = ""


@dataclass(frozen=True)
class _Case:
    """What the reader's function was asked: a network, x (n_0, P), T (n_R, P)."""

    network: Network
    x: Array
    T: Array
    reduction: str

    def planted(self, bugs: tuple[str, ...] = (), **constants: Any) -> Gradients:
        with np.errstate(all="ignore"):  # a wrong guess at a learning rate may overflow
            return gradients_with_bugs(bugs, self.network, self.x, self.T, self.reduction, **constants)


def _case(activation: str | Activation, loss: Loss, reduction: str, layers: int, seed: int) -> _Case:
    network = Network([UNITS] * (layers + 1), activation, loss, seed=seed)
    random = np.random.default_rng(seed)
    network.biases = {r: random.normal(0, 0.5, UNITS) for r in network.biases}
    x = random.normal(size=(UNITS, PATTERNS))
    T = np.eye(UNITS)[:, random.integers(0, UNITS, PATTERNS)]
    return _Case(network, x, T, reduction)


def check_gradient(
    my_function: MyFunction,
    *,
    activation: str | Activation = "tanh",
    loss: Loss = "squared_error",
    reduction: Literal["sum", "mean"] = "sum",
    layers: int = 3,
    seed: int = 0,
) -> GradientCheck:
    """Compare your own backward pass with a numeric derivative, and name the likely bug.

    Prints what it took for what, a table with one line per layer and parameter (yours, numeric, ratio, relative
    difference) and a verdict. The numeric derivative is a complex step, which sees gradients of every size; for an
    activation that takes no complex numbers it is a central difference, and layers below its rounding are left out.
    For a wrong gradient it computes what each of the known bugs, and each pair of them, would give, and names those
    that give exactly your numbers.

    Parameters
    ----------
    my_function : callable
        ``my_function(weights, biases, x, T)`` returns ``(weight_gradients, bias_gradients)``. ``weights[r]`` is
        (n_r, n_{r-1}) and ``biases[r]`` is (n_r,) for r = 1..R; ``x`` is (n_0, P) and ``T`` is (n_R, P), units x
        patterns as in the chapter. Return the same shapes: dictionaries, lists or stacked arrays, and whatever else
        :func:`layerwise.derive.readers_gradients.own_gradients` takes.
    activation : str or Activation
        The f of your function: in the hidden layers, and with squared error in the output layer too.
    loss : {"squared_error", "cross_entropy"}
        E = ½ Σ (T - y)², or E = -Σ T ln y with a softmax as output layer.
    reduction : {"sum", "mean"}
        Whether E is the sum over the patterns, as in the chapter, or their mean.
    layers : int
        The number R. All layers have the same number of units, so that a transposed matrix fits and can be recognised.
    seed : int
        Of the random weights, biases, patterns and targets.

    Returns
    -------
    GradientCheck
        True where every layer agrees to 1e-6 of its own gradient's size (1e-3 for numbers in float32). Never true
        where a layer's gradient is zero, as in a dead network of ReLUs: nothing is compared there.

    Raises
    ------
    ValueError
        If your function returns arrays of another shape or not finite; the message says which layer and what was
        expected. What your function itself raises is passed on.
    """
    check(ALLOWED, reduction=reduction, layers=layers, seed=seed)
    case = _case(activation, loss, reduction, layers, seed)
    network = case.network
    returned = my_function(
        {r: w.copy() for r, w in network.weights.items()},
        {r: b.copy() for r, b in network.biases.items()},
        case.x.copy(),
        case.T.copy(),
    )
    mine, taken, single = own_gradients(returned, network)
    tolerance = 1e-3 if single else 1e-6
    table = _comparison(mine, *_reference(case))
    compared, differs, zero = table["difference"].notna(), table["difference"] > tolerance, table["numeric"] == 0
    found = _Found()
    if differs.any():
        found = _find_bugs(mine, case, tolerance)
        verdict = _wrong(found, table[differs], network.R)
        if zero.any():
            verdict += (
                f"\nOther bugs may give the same numbers here: in {_places(table[zero])} this network is dead "
                f"{_advice(activation, loss, layers, seed)}."
            )
    elif not (compared | zero).all():
        verdict = (
            f"No verdict, nothing to compare in {_places(table[~compared])}: the gradient is below the rounding of "
            "central differences there; try fewer layers.\nLook first at the activation: with `analytic` complex "
            "steps would see such gradients."
        )
    elif not compared.all():
        verdict = _dead(table[~compared], _advice(activation, loss, layers, seed), bool(compared.any()))
    else:
        verdict = "Right: every layer agrees with the numeric gradient."
    _print(fill(f"Taken: {taken}.", width=80))
    _print(table.to_string(index=False, float_format=lambda number: f"{number:.3g}"))
    _print("\n".join(fill(line, width=80, break_on_hyphens=False) for line in verdict.split("\n")))
    return GradientCheck(bool(compared.all() and not differs.any()), found.bugs, table, verdict)


def _print(text: str) -> None:
    # A redirected output may have no δ, as cp1252 on Windows: then a question mark stands for it.
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    print(text.encode(encoding, "replace").decode(encoding))


def _reference(case: _Case) -> tuple[Gradients, float]:
    """The numeric gradient, and the size below which there is nothing but its own rounding."""
    network, rounding = case.network, 0.0
    found: Any
    if network.activation.analytic:
        found = complex_step(network, case.x.T, case.T.T)
    else:
        found = central_differences(network, case.x.T, case.T.T)
        rounding = 1e-9 * max(1.0, float(network.error(case.x.T, case.T.T)))
    scale = 1.0 if case.reduction == "sum" else 1 / PATTERNS
    weights, biases = found.weights, found.biases
    return Gradients({r: scale * weights[r] for r in weights}, {r: scale * biases[r] for r in biases}), rounding


def _arrays(gradients: Gradients) -> Iterator[tuple[int, str, Array]]:
    for r in gradients.weights:
        yield r, "weights", gradients.weights[r]
        yield r, "biases", gradients.biases[r]


def _comparison(mine: Gradients, reference: Gradients, rounding: float) -> pd.DataFrame:
    rows = []
    for (r, name, yours), (_, _, other) in zip(_arrays(mine), _arrays(reference), strict=True):
        kept = ~np.isnan(other)
        yours, other = yours[kept], other[kept]
        size, apart = float(np.linalg.norm(other)), float(np.linalg.norm(yours - other))
        if size > 1000 * rounding:
            difference = max(apart - rounding, 0.0) / size
        else:  # nothing to compare, unless yours is something
            difference = np.inf if apart > 1000 * rounding else np.nan
        rows.append(
            {
                "layer": r,
                "parameter": name,
                "yours": np.linalg.norm(yours),
                "numeric": size,
                # Scaled first: the square of 1e-170 is 0.
                "ratio": float(yours @ (other / size)) / size if size else np.nan,
                "difference": difference,
            }
        )
    return pd.DataFrame(rows)


def _dead(zero: pd.DataFrame, advice: str, elsewhere: bool) -> str:
    """What is said where the right gradient is zero: any function that returns zeros would pass."""
    where, agree = (f" in {_places(zero)}", " What could be compared agrees.") if elsewhere else ("", "")
    return (
        f"No verdict, nothing to compare{where}: this network is dead {advice}.{agree}\n"
        "Look first at the column numeric: the right gradient is 0 there, whatever the backward pass."
    )


def _places(rows: pd.DataFrame) -> str:
    """Their layers, in words."""
    layers = sorted(set(rows["layer"]))
    if len(layers) == 1:
        return f"layer {layers[0]}"
    together = layers[-1] - layers[0] == len(layers) - 1
    return f"layers {layers[0]} to {layers[-1]}" if together else f"layers {', '.join(map(str, layers))}"


def _advice(activation: str | Activation, loss: Loss, layers: int, seed: int) -> str:
    """Which network is alive in every layer."""
    for other in range(SEEDS_TRIED):
        case = _case(activation, loss, "sum", layers, other)
        if other != seed and all(array.any() for _, _, array in _arrays(case.planted())):
            return f"(seed {seed}); try seed {other}"
    return f"(seed {seed}); try fewer layers than {layers}"


def _wrong(found: _Found, differing: pd.DataFrame, R: int) -> str:
    if found.bugs:
        sentences = "; and ".join(
            KNOWN[bug].sentence + (found.words if bug == found.told_of else "") for bug in found.bugs
        )
        look = "; then at ".join(dict.fromkeys(KNOWN[bug].look_first for bug in found.bugs))
        return f"Wrong. Likely bug: {sentences}.\nLook first at {look}."
    layer = differing["layer"].max()
    kinds = set(differing.loc[differing["layer"] == layer, "parameter"])
    if kinds == {"weights"}:
        look = f"{WEIGHTS}, in layer {layer}: its biases agree, so its δ is right, and y(r−1) or the product is not"
    elif kinds == {"biases"}:
        look = f"{BIASES}, in layer {layer}: its weights agree, so its δ is right, and the sum over the patterns is not"
    else:
        look = f"{OUTPUT}, and at y(R)" if layer == R else f"{BACK}, for r = {layer}: δ({layer + 1}) is right"
    return (
        "Wrong, and no known bug gives these numbers. Coming from the output, "
        f"layer {layer} is the first to differ.\nLook first at {look}."
    )


def _same(mine: Gradients, other: Gradients, tolerance: float) -> bool:
    """Whether each layer agrees, in the size of its own gradient; the last layer first, where most bugs show."""
    for r in reversed(mine.weights):
        # Sums that cancel, such as a softmax's δ over all units, are rounding alone: in the layer's size they are 0.
        rounding = 1e-13 * np.linalg.norm(other.weights[r]) + (1e-14 if r == max(mine.weights) else 0)
        for yours, theirs in ((mine.biases[r], other.biases[r]), (mine.weights[r], other.weights[r])):
            if not np.linalg.norm(yours - theirs) <= tolerance * np.linalg.norm(theirs) + rounding:
                return False
    return True


def _find_bugs(mine: Gradients, case: _Case, tolerance: float) -> _Found:
    """The bug, or else the pair of bugs, or the constants, that give exactly these gradients."""
    right = case.planted()
    # A bug that changes nothing in this network, such as a factor of the other loss, explains nothing.
    candidates = [
        bug for bug in KNOWN if bug != "constant_factors" and not _same(case.planted((bug,)), right, tolerance)
    ]
    sets: list[tuple[str, ...]] = [(bug,) for bug in candidates]
    for bugs in sets:
        if found := _explained(mine, case, bugs, tolerance):
            return found
    for pair in combinations(candidates, 2):
        if found := _explained(mine, case, pair, tolerance):
            return found
    for bugs in [(), *sets]:
        if found := _constants(mine, bugs, case.planted(bugs), tolerance):
            return found
    return _Found()


_FITTED: Mapping[str, tuple[str, str]] = {
    "weights_updated_first": ("learning_rate", "with the learning rate {:.4g}"),
    "regularisation": ("decay", "the multiple is {:.4g}"),
    "regularisation_of_biases": ("decay", "the multiple is {:.4g}"),
}
"""Bugs with a constant that only the reader knows: its name, and how it is told."""


USUAL_RATES = [1.0, 0.5, 0.3, 0.1, 0.05, 0.01, 0.005, 0.001]


def _explained(mine: Gradients, case: _Case, bugs: tuple[str, ...], tolerance: float) -> _Found | None:
    """Whether these bugs give exactly these gradients, with the constant that fits best where there is one."""
    fitted = [bug for bug in bugs if bug in _FITTED]
    if not fitted:
        return _Found(bugs) if _same(mine, case.planted(bugs), tolerance) else None
    if len(fitted) > 1:
        return None
    name, words = _FITTED[fitted[0]]
    zero, one = (case.planted(bugs, **{name: value}) for value in (0.0, 1.0))
    # The last layer that the constant changes depends on it linearly: the layers before it hold powers of it.
    for r in sorted(mine.weights, reverse="layers_reversed" not in bugs):
        slope = (one.weights[r] - zero.weights[r]).ravel()
        size = np.linalg.norm(slope)
        if size > 1e-12 * np.linalg.norm(zero.weights[r]):
            values = [float((slope / size) @ (mine.weights[r] - zero.weights[r]).ravel()) / float(size)]
            if any("mask_of_gradient" in bug for bug in bugs):
                values += USUAL_RATES  # a mask of what the constant changes is not linear in it
            for value in values:
                if _same(mine, case.planted(bugs, **{name: value}), tolerance):
                    return _Found(bugs, fitted[0], f" ({words.format(value)}, these are exactly your numbers)")
            return None
    return None


def _constants(mine: Gradients, bugs: tuple[str, ...], planted: Gradients, tolerance: float) -> _Found | None:
    """Whether a constant factor per array makes these gradients of those with bugs."""
    factors: dict[str, dict[int, float]] = {"weights": {}, "biases": {}}
    for (r, kind, yours), (_, _, other) in zip(_arrays(mine), _arrays(planted), strict=True):
        size = np.linalg.norm(other)
        if not size:
            if yours.any():
                return None
            continue
        factors[kind][r] = float(yours.ravel() @ (other / size).ravel()) / float(size)
        if not np.linalg.norm(yours - factors[kind][r] * other) <= tolerance * np.linalg.norm(yours):
            return None
    constant = all(
        np.ptp(list(values.values())) <= 1e-5 * max(map(abs, values.values())) for values in factors.values() if values
    )
    if constant:
        weights, biases = (next(iter(values.values()), 1.0) for values in factors.values())
        told = f"your weights are {_times(weights)}, your biases {_times(biases)}"
        if abs(weights - biases) <= 1e-5 * abs(weights):
            told = f"your weights and biases are {_times(weights)}"
        elif weights > 1 and biases > 1:
            told = f"your weights are {weights:.4g} times, your biases {biases:.4g} times too large"
        causes = dict.fromkeys(cause for factor in (weights, biases) if (cause := _cause(factor)))
        told += f": {'; '.join(causes)}" if causes else ""
    elif bugs or not any(factors["weights"].values()):
        return None  # too many constants for one more explanation
    else:
        told = "; ".join(
            f"in layer {r} your weights are {_times(factors['weights'].get(r, 1.0))}, your biases "
            f"{_times(factors['biases'].get(r, 1.0))}"
            for r in mine.weights
        )
    return _Found((*bugs, "constant_factors"), "constant_factors", f": {told}")


def _times(factor: float) -> str:
    if abs(factor - 1) <= 1e-5:
        return "right"
    if factor > 1:
        return f"{factor:.4g} times too large"
    if factor > 0:
        return f"{1 / factor:.4g} times too small"
    return f"{factor:.4g} times the right ones" if factor else "all zeros"


def _cause(factor: float) -> str:
    """Where such a factor usually comes from."""
    P, n = PATTERNS, UNITS
    causes = {
        2.0: "2 is the exponent of (T − y)², which the ½ of E cancels",
        float(P): f"{P} is the number of patterns",
        1 / P: f"{P} is the number of patterns",
        1 / P**2: f"{P**2} is the number of patterns, squared: a mean of a mean",
        1 / (2 * P): f"{2 * P} is twice the number of patterns",
        2 / P: f"2/{P} is a mean over the patterns of a square without ½",
        float(n): f"{n} is the number of units",
        1 / n: f"{n} is the number of output units",
        2 / n: f"2/{n} is a mean over the output units of a square without ½",
        1 / (n * P): f"{n * P} is the number of patterns times that of output units",
        2 / (n * P): f"2/{n * P} is a mean over patterns and output units of a square without ½, as in Keras",
    }
    return next((words for value, words in causes.items() if abs(abs(factor) / value - 1) <= 1e-5), "")
