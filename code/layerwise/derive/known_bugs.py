"""Bugs that backward passes have in practice, and a backward pass into which each can be planted (chapter
``backpropagation``).

What stands here was seen in public code. ``check_gradient`` computes what each of them would give, and names the one
that gives exactly a reader's numbers.
"""

from collections.abc import Callable, Collection, Mapping
from typing import NamedTuple

import numpy as np

from layerwise.derive.activations import (
    LECUN_AMPLITUDE,
    LECUN_SLOPE,
    LECUN_TANH,
    RELU,
    SIGMOID,
    TANH,
    Activation,
    Array,
)
from layerwise.derive.checked_network import Network
from layerwise.derive.equations import Gradients, Layers, softmax


class Bug(NamedTuple):
    """What is wrong, and the line of a reader's function that is to be read first."""

    sentence: str
    look_first: str


FORWARD = "the line that computes ν(r) and y(r)"
OUTPUT = "the line that computes δ(R)"
BACK = "the line that steps from δ(r+1) to δ(r)"
WEIGHTS = "the line of the weights' gradient"
BIASES = "the line of the biases' gradient"
SCALE = "the factors before the sums: the ½ of E, and the division by the number of patterns"
RETURN = "the order in which the layers are returned"


Slope = Callable[[Activation, Layers, Layers, int, Array], Array]


_FORMULAS_OF_Y: Mapping[str, Callable[[Array], Array]] = {
    "sigmoid": lambda y: y * (1 - y),
    "tanh": lambda y: 1 - y**2,
    "lecun_tanh": lambda y: LECUN_AMPLITUDE * LECUN_SLOPE * (1 - (y / LECUN_AMPLITUDE) ** 2),
}
"""f' where f's value y is known."""


def _formula_at_nu(f: Activation, nu: Layers, y: Layers, r: int, arriving: Array) -> Array:
    return _FORMULAS_OF_Y.get(f.name, f.derivative)(nu[r])


_SLOPES: Mapping[str, tuple[str, Slope]] = {
    "f_prime_of_y": (
        "f′ is evaluated at y, the unit's output, instead of ν, its input",
        lambda f, nu, y, r, arriving: f.derivative(y[r]),
    ),
    "f_prime_missing": ("f′(ν) is missing", lambda f, nu, y, r, arriving: np.ones_like(nu[r])),
    "formula_of_y_at_nu": (
        "a formula for the output y, such as y(1 − y) or 1 − y², is evaluated at ν, the unit's input",
        _formula_at_nu,
    ),
    "sigmoid_formula_at_nu": (
        "the slope is ν(1 − ν), the sigmoid's formula y(1 − y) evaluated at ν",
        lambda f, nu, y, r, arriving: nu[r] * (1 - nu[r]),
    ),
    "tanh_formula_at_nu": (
        "the slope is 1 − ν², tanh's formula 1 − y² evaluated at ν",
        lambda f, nu, y, r, arriving: 1 - nu[r] ** 2,
    ),
    "slope_of_next_layer": (
        "f′ is evaluated at ν(r+1) instead of ν(r)",
        lambda f, nu, y, r, arriving: f.derivative(nu[r + 1]),
    ),
    "sigmoid_slope": ("the slope is the sigmoid's", lambda f, nu, y, r, arriving: SIGMOID.derivative(nu[r])),
    "sigmoid_slope_of_y": ("the slope is the sigmoid's, y(1 − y)", lambda f, nu, y, r, arriving: y[r] * (1 - y[r])),
    "tanh_slope": ("the slope is tanh's", lambda f, nu, y, r, arriving: TANH.derivative(nu[r])),
    "tanh_slope_of_y": ("the slope is tanh's, 1 − y²", lambda f, nu, y, r, arriving: 1 - y[r] ** 2),
    "relu_slope": ("the slope is ReLU's", lambda f, nu, y, r, arriving: RELU.derivative(nu[r])),
    "lecun_tanh_slope": ("the slope is LeCun's tanh's", lambda f, nu, y, r, arriving: LECUN_TANH.derivative(nu[r])),
    "mask_of_gradient": (
        "the gradient is set to 0 where it is itself negative, instead of where ν is: ReLU′ asks for the sign of ν",
        lambda f, nu, y, r, arriving: RELU.derivative(arriving),
    ),
}
"""What may stand in place of f'(ν): the sentence, and what it gives."""


_PLACES = {"": "", "hidden_": " in the hidden layers' δ", "output_": " in the output layer's δ"}


_OUTPUT_DELTAS: Mapping[str, tuple[str, Callable[[Array, Array], Array]]] = {
    "softmax_slope_added": (
        "the output layer's δ has the factor y(1 − y) (softmax with cross-entropy has none: δ = y − T)",
        lambda y, T: (y - T) * y * (1 - y),
    ),
    "softmax_slope_diagonal": (
        "the output layer's δ is −T/y · y(1 − y): each output of a softmax depends on every ν, which gives δ = y − T",
        lambda y, T: -T * (1 - y),
    ),
    "softmax_slope_missing": (
        "the output layer's δ is −T/y, the derivative by y; by ν, through the softmax, it is y − T",
        lambda y, T: -T / y,
    ),
    "binary_cross_entropy": (
        "the output layer's δ is (y − T)/(y(1 − y)), the derivative by y of another error; it is y − T",
        lambda y, T: (y - T) / (y * (1 - y)),
    ),
}
"""What may stand in place of y - T where the output layer is a softmax."""


def _slope_bugs() -> dict[str, Bug]:
    # Missing everywhere is two bugs, named one by one; and the output layer has no next one.
    without = {("", "f_prime_missing"), ("", "slope_of_next_layer"), ("output_", "slope_of_next_layer")}
    return {
        place + name: Bug(sentence + where, OUTPUT if place == "output_" else BACK)
        for name, (sentence, _) in _SLOPES.items()
        for place, where in _PLACES.items()
        if (place, name) not in without
    }


KNOWN: Mapping[str, Bug] = {
    **{name: Bug(sentence, OUTPUT) for name, (sentence, _) in _OUTPUT_DELTAS.items()},
    "output_f_prime_added": Bug(
        "the output layer's δ has a factor f′(ν) (softmax with cross-entropy has none: δ = y − T)", OUTPUT
    ),
    **_slope_bugs(),
    "output_f_prime_missing": Bug("f′(ν) is missing in the output layer's δ (squared error needs it)", OUTPUT),
    "weights_transposed": Bug("the weights on the way back are transposed: δ(r) needs w(r+1)ᵀ δ(r+1)", BACK),
    "weights_of_same_layer": Bug("δ(r) uses the weights w(r) instead of w(r+1)", BACK),
    "weights_updated_first": Bug(
        "the weights w(r+1) are updated before δ(r) is computed from them: first all δ, then the steps",
        "the line that changes the weights: it belongs after the loop over the layers",
    ),
    "gradient_transposed": Bug(
        "the weights' gradient is transposed: it needs δ(r) y(r−1)ᵀ, of shape (n_r, n_{r−1})", WEIGHTS
    ),
    "y_of_same_layer": Bug("the weights' gradient uses y(r), the layer's own output, instead of y(r−1)", WEIGHTS),
    "x_for_y": Bug("the weights' gradient uses the input x in every layer, instead of y(r−1)", WEIGHTS),
    "nu_for_y": Bug("the weights' gradient uses ν(r−1) instead of y(r−1)", WEIGHTS),
    "sign": Bug("the sign is wrong: δ starts from y − T, not from T − y", OUTPUT),
    "factor_two": Bug("there is a factor 2 too much: E has the factor ½, so its derivative has none", SCALE),
    "mean_for_sum": Bug("there is a mean over the patterns where E is their sum", SCALE),
    "sum_for_mean": Bug("there is a sum over the patterns where E is their mean", SCALE),
    "weight_gradient_mean": Bug(
        "the weights' gradient is a mean over the patterns where the biases' gradient is a sum", WEIGHTS
    ),
    "bias_gradient_mean": Bug(
        "the biases' gradient is a mean over the patterns where the weights' gradient is a sum", BIASES
    ),
    "weight_gradient_sum": Bug(
        "the weights' gradient is a sum over the patterns where the biases' gradient is a mean", WEIGHTS
    ),
    "bias_gradient_sum": Bug(
        "the biases' gradient is a sum over the patterns where the weights' gradient is a mean", BIASES
    ),
    "bias_gradient_forgotten": Bug("the biases' gradient is missing (all zeros)", BIASES),
    "bias_sum_without_axis": Bug(
        "the biases' gradient is summed over the units too: the sum runs over the patterns alone, axis=1", BIASES
    ),
    "first_pattern_only": Bug(
        "only the first pattern counts: the sum runs over all", "the loop, or the index, over the patterns"
    ),
    "last_pattern_only": Bug(
        "only the last pattern counts: the sum runs over all",
        "the line that adds up the patterns: = in place of +=, or a return inside the loop",
    ),
    "regularisation": Bug(
        "a multiple of the weights is added to their gradient: E here has no regularisation (weight decay)", WEIGHTS
    ),
    "regularisation_of_biases": Bug(
        "a multiple of the weights and biases is added to their gradients: E here has no regularisation (weight decay)",
        WEIGHTS,
    ),
    "layers_reversed": Bug("the layers are listed from the output backwards: expected layer 1 first", RETURN),
    "bias_not_added": Bug("the biases are left out of ν in the forward pass", FORWARD),
    "softmax_over_patterns": Bug(
        "the softmax runs over the patterns instead of the units: its sum needs axis=0", FORWARD
    ),
    "f_for_softmax": Bug("the output layer's y is f(ν) instead of the softmax of ν", FORWARD),
    "output_linear": Bug("the output layer's y is ν itself: here f is applied in the output layer too", FORWARD),
    "constant_factors": Bug("a constant factor is wrong", SCALE),
}
"""What ``check_gradient`` recognises, with the line to look at first."""


BUGS: Mapping[str, str] = {name: bug.sentence for name, bug in KNOWN.items()}
"""What ``check_gradient`` recognises: a name, and the sentence that it prints."""


def _forward_pass(bugs: Collection[str], network: Network, x: Array) -> tuple[Layers, Layers]:
    nu: Layers = {}
    y: Layers = {0: x}
    for r in range(1, network.R + 1):
        nu[r] = network.weights[r] @ y[r - 1]
        if "bias_not_added" not in bugs:
            nu[r] = nu[r] + network.biases[r][:, np.newaxis]
        y[r] = network.activation.function(nu[r])
    if network.loss == "cross_entropy" and "f_for_softmax" not in bugs:
        y[network.R] = softmax(nu[network.R].T).T if "softmax_over_patterns" in bugs else softmax(nu[network.R])
    if network.loss == "squared_error" and "output_linear" in bugs:
        y[network.R] = nu[network.R]
    return nu, y


def _slope(
    bugs: Collection[str], place: str, f: Activation, nu: Layers, y: Layers, r: int, arriving: Array
) -> Array | None:
    """What a bug puts in place of f'(ν) in this layer; None without such a bug."""
    for name, (_, slope) in _SLOPES.items():
        if place + name in bugs or name in bugs:
            return slope(f, nu, y, r, arriving)
    return None


def _output_delta(bugs: Collection[str], network: Network, nu: Layers, y: Layers, T: Array) -> Array:
    f, R = network.activation, network.R
    error = y[R] - T
    if network.loss == "cross_entropy":
        for name, (_, delta) in _OUTPUT_DELTAS.items():
            if name in bugs:
                return delta(y[R], T)
        if "output_f_prime_added" in bugs:
            return error * f.derivative(nu[R])
        # A softmax has no slope, so that a bug of all slopes is one of the hidden layers here.
        slope = _slope([bug for bug in bugs if bug not in _SLOPES], "output_", f, nu, y, R, error)
        return error if slope is None else error * slope
    if "output_linear" in bugs:
        return error
    slope = _slope(bugs, "output_", f, nu, y, R, error)
    return error * (f.derivative(nu[R]) if slope is None else slope)


def _scales(bugs: Collection[str], P: int, reduction: str) -> tuple[float, float]:
    """Before the weights' and before the biases' sums over the patterns."""
    scale = (-1.0 if "sign" in bugs else 1.0) * (2.0 if "factor_two" in bugs else 1.0)

    def mean(kind: str) -> bool:
        if reduction == "sum":
            return "mean_for_sum" in bugs or f"{kind}_gradient_mean" in bugs
        return "sum_for_mean" not in bugs and f"{kind}_gradient_sum" not in bugs

    weight_scale, bias_scale = (scale / P if mean(kind) else scale for kind in ("weight", "bias"))
    return weight_scale, 0.0 if "bias_gradient_forgotten" in bugs else bias_scale


def gradients_with_bugs(
    bugs: Collection[str],
    network: Network,
    x: Array,
    T: Array,
    reduction: str = "sum",
    *,
    learning_rate: float = 0.1,
    decay: float = 0.01,
    factors: tuple[float, float] = (2.0, 4.0),
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
    learning_rate, decay : float
        For ``weights_updated_first``, and the multiple that the two kinds of ``regularisation`` add.
    factors : pair of float
        For ``constant_factors``: of the weights and of the biases.

    Returns
    -------
    Gradients

    Raises
    ------
    ValueError
        For a bug that is not in ``BUGS``.
    """
    if unknown := sorted(set(bugs) - set(BUGS)):
        raise ValueError(f"unknown bugs {', '.join(unknown)}; expected names from BUGS")
    f, w, R, P = network.activation, network.weights, network.R, x.shape[1]
    if "first_pattern_only" in bugs:
        x, T = x[:, :1], T[:, :1]
    if "last_pattern_only" in bugs:
        x, T = x[:, -1:], T[:, -1:]
    weight_scale, bias_scale = _scales(bugs, P, reduction)
    nu, y = _forward_pass(bugs, network, x)
    delta = _output_delta(bugs, network, nu, y, T)

    weights, biases = {}, {}
    for r in range(R, 0, -1):
        before = y[0] if "x_for_y" in bugs else y[r] if "y_of_same_layer" in bugs else y[r - 1]
        if "nu_for_y" in bugs and r > 1:
            before = nu[r - 1]
        weights[r] = weight_scale * delta @ before.T
        if "gradient_transposed" in bugs:
            weights[r] = weights[r].T
        biases[r] = bias_scale * delta.sum(axis=1)
        if "regularisation" in bugs or "regularisation_of_biases" in bugs:
            weights[r] = weights[r] + decay * w[r]
        if "regularisation_of_biases" in bugs:
            biases[r] = biases[r] + decay * network.biases[r]
        if "bias_sum_without_axis" in bugs:
            biases[r] = np.full_like(biases[r], biases[r].sum())
        if r > 1:
            back = w[r - 1 if "weights_of_same_layer" in bugs else r]
            if "weights_updated_first" in bugs:
                back = back - learning_rate * weights[r]
            arriving = (back if "weights_transposed" in bugs else back.T) @ delta
            slope = _slope(bugs, "hidden_", f, nu, y, r - 1, arriving)
            delta = arriving * (f.derivative(nu[r - 1]) if slope is None else slope)

    weight_factor, bias_factor = factors if "constant_factors" in bugs else (1.0, 1.0)
    places = {r: R + 1 - r if "layers_reversed" in bugs else r for r in range(1, R + 1)}
    return Gradients(
        {r: weight_factor * weights[place] for r, place in places.items()},
        {r: bias_factor * biases[place] for r, place in places.items()},
    )
