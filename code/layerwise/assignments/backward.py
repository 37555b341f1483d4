"""Tasks on backpropagation: a network on paper, a backward pass with a mistake (chapter ``backpropagation``)."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Mapping
from math import isclose

import numpy as np

from layerwise.assignments.answers import Answer, Task
from layerwise.derive.activations import Array
from layerwise.derive.checked_network import Network
from layerwise.derive.gradient_check import check_gradient
from layerwise.derive.known_bugs import BUGS, gradients_with_bugs

FORMULAS: Mapping[str, tuple[str, str, str]] = {
    "sigmoid": (r"f(\nu) = 1 / (1 + e^{-\nu})", "1 / (1 + np.exp(-nu))", "f(nu) * (1 - f(nu))"),
    "tanh": (r"f(\nu) = \tanh \nu", "np.tanh(nu)", "1 - f(nu) ** 2"),
}
"""By the name of an activation: it on paper, it and its derivative in Python."""

SLIPS_ON_PAPER = (
    *("output_f_prime_missing", "hidden_f_prime_missing", "f_prime_of_y", "formula_of_y_at_nu"),
    "bias_not_added",
)
"""Names of `BUGS` that a hand makes too."""


def network_on_paper(random: np.random.Generator) -> Task:
    """A 2-2-1 network with drawn weights, forwards and backwards by hand."""
    network, x, T = _network(random)
    f = network.activation.name
    w, b, trace = network.weights, network.biases, network.trace([x], [[T]])
    gradients = network.gradients([x], [[T]])
    i, j = (int(drawn) for drawn in random.integers(0, 2, 2))
    slips = {BUGS[bug]: gradients_with_bugs([bug], network, np.array([x]).T, np.array([[T]])) for bug in SLIPS_ON_PAPER}

    def output(unit: int) -> Answer:
        sums = {
            "the bias is missing": trace.nu[1][unit, 0] - b[1][unit],
            "W is transposed: a unit's weights are a row": w[1][:, unit] @ x + b[1][unit],
        }
        slips = {hint: float(network.activation.function(nu)) for hint, nu in sums.items()}
        return Answer(f"$y_{unit + 1}^{{(1)}}$", float(trace.y[1][unit, 0]), slips=slips)

    def delta(layer: int, unit: int) -> Answer:
        right = float(trace.delta[layer][unit, 0])
        wrong = {hint: float(found.biases[layer][unit]) for hint, found in slips.items()}
        return Answer(rf"$\delta_{unit + 1}^{{({layer})}}$", right, slips=_other(wrong, right))

    slope = float(gradients.weights[1][i, j])
    slopes = {hint: float(found.weights[1][i, j]) for hint, found in slips.items()} | {
        f"that is ∂E/∂w for the indices {k + 1}{m + 1}": float(gradients.weights[1][k, m])
        for k, m in np.ndindex(2, 2)
        if (k, m) != (i, j)
    }
    answers = {
        "y_1": output(0),
        "y_2": output(1),
        "E": Answer(
            "$E$", float(network.error([x], [[T]])), slips={"the ½ of E is missing": float((trace.y[2][0, 0] - T) ** 2)}
        ),
        "delta_output": delta(2, 0),
        "delta_1": delta(1, 0),
        "delta_2": delta(1, 1),
        "slope": Answer(rf"$\partial E / \partial w_{{{i + 1}{j + 1}}}^{{(1)}}$", slope, slips=_other(slopes, slope)),
    }
    question = rf"""A network has two inputs, two hidden units and one output unit; ${FORMULAS[f][0]}$ in both
layers, and $E = \frac12 (T - y)^2$. Work it on paper for the input $({x[0]:g}, {x[1]:g})$ and the target $T = {T:g}$,
forwards and then backwards.

$$
W^{{(1)}} = \begin{{pmatrix}} {w[1][0, 0]:g} & {w[1][0, 1]:g} \\ {w[1][1, 0]:g} & {w[1][1, 1]:g} \end{{pmatrix}}, \quad
\mathbf{{b}}^{{(1)}} = \begin{{pmatrix}} {b[1][0]:g} \\ {b[1][1]:g} \end{{pmatrix}}, \quad
W^{{(2)}} = \begin{{pmatrix}} {w[2][0, 0]:g} & {w[2][0, 1]:g} \end{{pmatrix}}, \quad
b^{{(2)}} = {b[2][0]:g}
$$

Keep four digits or more on the way."""
    solution = rf"""$\nu^{{(1)}} = ({trace.nu[1][0, 0]:.4f}, {trace.nu[1][1, 0]:.4f})$,
$\nu^{{(2)}} = {trace.nu[2][0, 0]:.4f}$, $y^{{(2)}} = {trace.y[2][0, 0]:.4f}$.
The output's delta is $f'(\nu^{{(2)}})(y^{{(2)}} - T)$; a hidden unit's is
$f'(\nu_i^{{(1)}})\, w_{{1i}}^{{(2)}} \delta^{{(2)}}$; the slope is $\delta_{i + 1}^{{(1)}}$ times input {j + 1}."""
    return Task("network_on_paper", "A network on paper", question, answers, solution)


def _other(slips: Mapping[str, float], right: float) -> dict[str, float]:
    """The slips that change an answer: what is missed in a hidden layer leaves the output's delta as it is."""
    return {hint: slip for hint, slip in slips.items() if not isclose(slip, right, rel_tol=1e-9)}


def _network(random: np.random.Generator) -> tuple[Network, list[float], float]:
    """One whose units are neither dead nor saturated, nor without their biases, and whose answer is wrong."""
    steps = np.array([-2, -1.5, -1, -0.5, 0.5, 1, 1.5, 2])
    while True:
        network = Network(
            [2, 2, 1],
            str(random.choice(list(FORMULAS))),
            "squared_error",
            weights=[random.choice(steps, (2, 2)), random.choice(steps, (1, 2))],
            biases=[random.choice(steps, 2), random.choice(steps, 1)],
        )
        x, T = [float(value) for value in random.choice(steps, 2, replace=False)], float(random.integers(0, 2))
        trace = network.trace([x], [[T]])
        sums = np.concatenate([trace.nu[1], trace.nu[2]])[:, 0]
        without = sums - np.concatenate([network.biases[1], network.biases[2]])
        transposed = network.weights[1].T @ x + network.biases[1]
        # Inputs of one size would hide which of them was taken: all but the sign would be right.
        if (
            abs(np.concatenate([sums, without, transposed])).min() > 0.2
            and abs(sums).max() < 2
            and abs(trace.y[2][0, 0] - T) > 0.2
            and abs(x[0]) != abs(x[1])
        ):
            return network, x, T


PROGRAM = '''"""A backward pass with one mistake in it."""

import numpy as np


def f(nu):
    return {function}


def f_prime(nu):
    return {derivative}


def my_gradients(weights, biases, x, T):
    R, nu, y = max(weights), {{}}, {{0: x}}
    for r in range(1, R + 1):
        nu[r] = weights[r] @ y[r - 1] + biases[r][:, None]
        y[r] = f(nu[r])
    delta = {{R: (y[R] - T) * f_prime(nu[R])}}
    for r in range(R - 1, 0, -1):
        delta[r] = (weights[r + 1].T @ delta[r + 1]) * f_prime(nu[r])
    weight_gradients = {{r: delta[r] @ y[r - 1].T for r in weights}}
    bias_gradients = {{r: delta[r].sum(axis=1) for r in weights}}
    return weight_gradients, bias_gradients
'''
"""Right as it stands here."""

PLANTED: Mapping[str, tuple[str, str]] = {
    "bias_not_added": (" + biases[r][:, None]", ""),
    "sign": ("(y[R] - T)", "(T - y[R])"),
    "output_f_prime_missing": (" * f_prime(nu[R])", ""),
    "output_f_prime_of_y": ("f_prime(nu[R])", "f_prime(y[R])"),
    "hidden_f_prime_missing": (" * f_prime(nu[r])", ""),
    "hidden_f_prime_of_y": ("f_prime(nu[r])", "f_prime(y[r])"),
    "hidden_slope_of_next_layer": ("f_prime(nu[r])", "f_prime(nu[r + 1])"),
    "weights_transposed": ("weights[r + 1].T", "weights[r + 1]"),
    "weights_of_same_layer": ("weights[r + 1].T", "weights[r].T"),
    "y_of_same_layer": ("y[r - 1].T", "y[r].T"),
    "x_for_y": ("y[r - 1].T", "y[0].T"),
    "bias_gradient_mean": (".sum(axis=1)", ".mean(axis=1)"),
    "weight_gradient_mean": ("delta[r] @ y[r - 1].T", "delta[r] @ y[r - 1].T / x.shape[1]"),
}
"""By its name in `BUGS`, what a mistake changes in `PROGRAM`."""


def planted_bug(random: np.random.Generator) -> Task:
    """A program with a mistake that `check_gradient` finds."""
    f, bug = str(random.choice(list(FORMULAS))), str(random.choice(list(PLANTED)))
    layers, seed = int(random.integers(3, 6)), int(random.integers(1, 1000))
    _, function, derivative = FORMULAS[f]
    right, wrong = PROGRAM.format(function=function, derivative=derivative), ""
    wrong = right.replace(*PLANTED[bug])
    pairs = zip(right.splitlines(), wrong.splitlines(), strict=True)
    line = next(number for number, (one, other) in enumerate(pairs, start=1) if one != other)

    def with_bug(weights: dict[int, Array], biases: dict[int, Array], x: Array, T: Array) -> object:
        units = [x.shape[0], *(bias.size for bias in biases.values())]
        return gradients_with_bugs([bug], Network(units, f, "squared_error", weights=weights, biases=biases), x, T)

    with contextlib.redirect_stdout(io.StringIO()):
        table = check_gradient(with_bug, activation=f, layers=layers, seed=seed).table
    # A mistake may leave the first rows right: a ratio of 1 would ask for nothing.
    ratios = table["ratio"].to_numpy(float)
    place = int(np.argmax(abs(ratios - 1) > 0.03))
    answers = {
        "bug": Answer("the name of the mistake, as `check_gradient(...).bugs` has it", bug),
        "line": Answer("the number of the line of `backward_pass.py` that is wrong", line, 0.0),
        "ratio": Answer(
            f"the number in the column `ratio` of the table, in the row of the "
            f"{table['parameter'].iloc[place]} of layer {table['layer'].iloc[place]}",
            float(ratios[place]),
            0.01,
        ),
    }
    question = f"""`backward_pass.py` has one mistake. Read it first: can you see it? Then let the program find it:

```python
from backward_pass import my_gradients
from layerwise.derive import check_gradient

check_gradient(my_gradients, activation="{f}", layers={layers}, seed={seed})
```

The rocket on top of a chapter of the book starts a machine that has `layerwise`. Mend the line, and check that the
verdict is *Right*. The answers are those of the program as it was handed out."""
    lines = right.splitlines()[line - 1].strip(), wrong.splitlines()[line - 1].strip()
    solution = f"Line {line} is `{lines[1]}` and has to be `{lines[0]}`: {BUGS[bug]}."
    return Task("planted_bug", "A mistake in a backward pass", question, answers, solution, {"backward_pass.py": wrong})
