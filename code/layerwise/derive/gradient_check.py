"""A reader's own backward pass, compared and its bugs named (chapter ``backpropagation``)."""

import sys
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from textwrap import fill
from typing import Any, Literal

import numpy as np
import pandas as pd

from layerwise.derive.activations import Array
from layerwise.derive.differentiation import central_differences, relative_differences
from layerwise.derive.equations import Gradients, Layers, Loss
from layerwise.derive.network import Network, checked_layers
from layerwise.keep.arguments import check, one_of, whole

MyFunction = Callable[[Layers, Layers, Array, Array], tuple[Any, Any]]


BUGS: Mapping[str, str] = {
    "output_f_prime_missing": "f′(ν) is missing in the output layer's δ (squared error needs it)",
    "output_f_prime_added": "the output layer's δ has a factor f′(ν) (softmax with cross-entropy has none: δ = y − T)",
    "hidden_f_prime_missing": "f′(ν) is missing in the hidden layers' δ",
    "f_prime_of_y": "f′ is evaluated at y, the unit's output, instead of ν, its input",
    "weights_transposed": "the weights on the way back are transposed: δ(r) needs w(r+1)ᵀ δ(r+1)",
    "weights_of_same_layer": "δ(r) uses the weights w(r) instead of w(r+1)",
    "gradient_transposed": "the weights' gradient is transposed: it needs δ(r) y(r−1)ᵀ, of shape (n_r, n_{r−1})",
    "y_of_same_layer": "the weights' gradient uses y(r), the layer's own output, instead of y(r−1), its input",
    "sign": "the sign is wrong: δ starts from y − T, not from T − y",
    "factor_two": "there is a factor 2 too much: E has the factor ½, so its derivative has none",
    "mean_for_sum": "there is a mean over the patterns where E is their sum",
    "sum_for_mean": "there is a sum over the patterns where E is their mean",
    "bias_gradient_forgotten": "the biases' gradient is missing (all zeros)",
    "bias_gradient_mean": "the biases' gradient is a mean over the patterns where the weights' gradient is a sum",
    "bias_not_added": "the biases are left out of ν in the forward pass",
}
"""What ``check_gradient`` recognises: a name, and the sentence that it prints."""


ALLOWED = {
    "reduction": one_of("sum", "mean"),
    "layers": whole(2),  # for a hidden layer to exist
}
"""What these arguments of `check_gradient` may be."""


@dataclass(frozen=True, repr=False)
class GradientCheck:
    """What ``check_gradient`` found; true where the gradient is right.

    Attributes
    ----------
    correct : bool
    bugs : tuple of str
        Names from ``BUGS`` that together reproduce the reader's numbers; empty where right, or not recognised.
    table : DataFrame
        Per layer and parameter: the sizes (root of the sum of squares) of the reader's and the numeric gradient, their
        ratio (least squares), and the relative difference.
    """

    correct: bool
    bugs: tuple[str, ...]
    table: pd.DataFrame

    def __bool__(self) -> bool:
        return self.correct

    def __repr__(self) -> str:
        return f"GradientCheck(correct={self.correct}, bugs={self.bugs})"


def check_gradient(
    my_function: MyFunction,
    *,
    activation: str = "tanh",
    loss: Loss = "squared_error",
    reduction: Literal["sum", "mean"] = "sum",
    layers: int = 3,
    seed: int = 0,
) -> GradientCheck:
    """Compare your own backward pass with central differences, and name the likely bug.

    Prints a table with one line per layer and parameter (yours, numeric, ratio, relative difference) and a verdict.
    For a wrong gradient it computes what each of the known bugs, and each pair of them, would give, and names those
    that give exactly your numbers.

    Parameters
    ----------
    my_function : callable
        ``my_function(weights, biases, x, T)`` returns ``(weight_gradients, bias_gradients)``. ``weights[r]`` is
        (n_r, n_{r-1}) and ``biases[r]`` is (n_r,) for r = 1..R; ``x`` is (n_0, P) and ``T`` is (n_R, P), units x
        patterns as in the chapter. Return the same shapes: dictionaries from r, or lists for layers 1..R.
    activation : str
        The f of your function: in the hidden layers, and with squared error in the output layer too.
    loss : {"squared_error", "cross_entropy"}
        E = ½ Σ (T - y)², or E = -Σ T ln y with a softmax as output layer.
    reduction : {"sum", "mean"}
        Whether E is the sum over the patterns, as in the chapter, or their mean.
    layers : int
        R. All layers have the same number of units, so that a transposed matrix fits and can be recognised.
    seed : int
        Of the random weights, biases, patterns and targets.

    Returns
    -------
    GradientCheck
        True where every layer agrees to 1e-6.

    Raises
    ------
    ValueError
        If your function returns arrays of another shape or not finite; the message says which layer and what was
        expected. What your function itself raises is passed on.
    """
    check(ALLOWED, reduction=reduction, layers=layers)
    units, patterns = 4, 5
    network = Network([units] * (layers + 1), activation, loss, seed=seed)
    random = np.random.default_rng(seed)
    network.biases = {r: random.normal(0, 0.5, units) for r in network.biases}
    x = random.normal(size=(units, patterns))
    T = np.eye(units)[:, random.integers(0, units, patterns)]

    returned = my_function(
        {r: w.copy() for r, w in network.weights.items()},
        {r: b.copy() for r, b in network.biases.items()},
        x.copy(),
        T.copy(),
    )
    mine = _as_gradients(returned, network)
    numeric = central_differences(network, x.T, T.T)
    scale = 1.0 if reduction == "sum" else 1 / patterns
    reference = Gradients(
        {r: scale * w for r, w in numeric.weights.items()}, {r: scale * b for r, b in numeric.biases.items()}
    )
    table = _comparison(mine, reference)
    correct = bool((table["difference"] <= 1e-6).all())
    bugs = () if correct else _find_bugs(mine, network, x, T, reduction)
    print(table.to_string(index=False, float_format=lambda number: f"{number:.3g}"))
    verdict = fill(_verdict(correct, bugs, table), width=80, break_on_hyphens=False)
    # A redirected output may have no δ, as cp1252 on Windows: then a question mark stands for it.
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    print(verdict.encode(encoding, "replace").decode(encoding))
    return GradientCheck(correct, bugs, table)


def _as_gradients(returned: Any, network: Network) -> Gradients:
    """What a reader's function returned, as Gradients; a missing bias gradient counts as zeros."""
    if not isinstance(returned, Sequence) or len(returned) != 2:
        raise ValueError("your function must return two things: (weight_gradients, bias_gradients)")
    weights, biases = returned
    if biases is None:
        biases = {r: np.zeros_like(b) for r, b in network.biases.items()}
    return Gradients(
        checked_layers("the weight gradients", weights, {r: w.shape for r, w in network.weights.items()}),
        checked_layers("the bias gradients", biases, {r: b.shape for r, b in network.biases.items()}),
    )


def _comparison(mine: Gradients, reference: Gradients) -> pd.DataFrame:
    rows = []
    for r in reference.weights:
        for name, yours, other in (
            ("weights", mine.weights[r], reference.weights[r]),
            ("biases", mine.biases[r], reference.biases[r]),
        ):
            kept = ~np.isnan(other)
            yours, other = yours[kept], other[kept]
            size = np.linalg.norm(other)
            rows.append(
                {
                    "layer": r,
                    "parameter": name,
                    "yours": np.linalg.norm(yours),
                    "numeric": size,
                    "ratio": float(yours @ other) / size**2 if size else np.nan,
                    "difference": np.linalg.norm(yours - other) / (size or 1.0),
                }
            )
    return pd.DataFrame(rows)


def _verdict(correct: bool, bugs: tuple[str, ...], table: pd.DataFrame) -> str:
    if correct:
        return "Right: every layer agrees with the numeric gradient."
    if bugs:
        return "Wrong. Likely bug: " + "; and ".join(BUGS[bug] for bug in bugs) + "."
    layer = table.loc[table["difference"] > 1e-6, "layer"].max()
    return f"Wrong, and no known bug gives these numbers. Coming from the output, layer {layer} is the first to differ."


def _find_bugs(mine: Gradients, network: Network, x: Array, T: Array, reduction: str) -> tuple[str, ...]:
    """The single bug, or else the pair of bugs, that gives exactly these gradients."""
    never = {
        "output_f_prime_missing" if network.loss == "cross_entropy" else "output_f_prime_added",
        "sum_for_mean" if reduction == "sum" else "mean_for_sum",
    }
    candidates = [bug for bug in BUGS if bug not in never]
    for number in (1, 2):
        for bugs in combinations(candidates, number):
            planted = gradients_with_bugs(bugs, network, x, T, reduction)
            if max(relative_differences(mine, planted).values()) <= 1e-6:
                return bugs
    return ()


def gradients_with_bugs(
    bugs: Collection[str], network: Network, x: Array, T: Array, reduction: str = "sum"
) -> Gradients:
    """Backpropagation with bugs planted on purpose; without any, a second implementation of the right one.

    Parameters
    ----------
    bugs : collection of str
        Names from ``BUGS``.
    network : Network
        All of whose layers have the same number of units.
    x, T : arrays (n_0, P) and (n_R, P)
        Units x patterns.
    reduction : {"sum", "mean"}
        Over the patterns.

    Returns
    -------
    Gradients
    """
    has = {bug: bug in bugs for bug in BUGS}
    f, f_prime, R = network.activation.function, network.activation.derivative, network.R
    nu, y = {}, {0: x}
    for r in range(1, R + 1):
        nu[r] = network.weights[r] @ y[r - 1]
        if not has["bias_not_added"]:
            nu[r] = nu[r] + network.biases[r][:, np.newaxis]
        y[r] = f(nu[r])
    if network.loss == "cross_entropy":
        exponentials = np.exp(nu[R] - nu[R].max(axis=0))
        y[R] = exponentials / exponentials.sum(axis=0)

    slope = {r: f_prime(y[r] if has["f_prime_of_y"] else nu[r]) for r in nu}
    delta = {R: y[R] - T}
    output_slope = network.loss == "squared_error" and not has["output_f_prime_missing"]
    if output_slope or has["output_f_prime_added"]:
        delta[R] = delta[R] * slope[R]
    for r in range(R - 1, 0, -1):
        w = network.weights[r if has["weights_of_same_layer"] else r + 1]
        delta[r] = (w if has["weights_transposed"] else w.T) @ delta[r + 1]
        if not has["hidden_f_prime_missing"]:
            delta[r] = delta[r] * slope[r]

    P = x.shape[1]
    mean = has["mean_for_sum"] or (reduction == "mean" and not has["sum_for_mean"])
    scale = (-1 if has["sign"] else 1) * (2 if has["factor_two"] else 1) / (P if mean else 1)
    bias_scale = scale * (0 if has["bias_gradient_forgotten"] else 1) / (P if has["bias_gradient_mean"] else 1)
    weights, biases = {}, {}
    for r in range(1, R + 1):
        weights[r] = scale * delta[r] @ y[r if has["y_of_same_layer"] else r - 1].T
        if has["gradient_transposed"]:
            weights[r] = weights[r].T
        biases[r] = bias_scale * delta[r].sum(axis=1)
    return Gradients(weights, biases)
