"""Rules for formulas: SymPy and a grid have to agree on what is true before a printed formula is judged.

A formula is text as SymPy reads it, with the variable x. One that does not hold but does in its `mended` form is wrong
in print: a slip of the pen, not of thought.
"""

from collections.abc import Sequence

import numpy as np
import sympy
from numpy.typing import NDArray
from sympy.parsing.sympy_parser import parse_expr, rationalize, standard_transformations

from layerwise.audit.finding import HOLDS, NOT, PRINT, Finding
from layerwise.derive import Network, complex_step

GRID = np.linspace(-8, 8, 1601)
"""Where formulas are compared; it holds 0."""

X = sympy.Symbol("x", real=True)
RIGHT = sympy.Symbol("x", positive=True)
"""SymPy simplifies a function that jumps at 0 on one side of it, the left one as -RIGHT."""


def identity(source: str, *, of: str, printed: str, mended: str | None = None) -> Finding:
    """Whether two formulas are one function.

    Raises
    ------
    ValueError
        If SymPy and the grid disagree, so that neither can be believed.
    """
    return _formula(_read(of), printed, mended)


def derivative(source: str, *, of: str, printed: str, mended: str | None = None, rounded: str | None = None) -> Finding:
    """Whether a printed derivative is that of a function; where it jumps at 0, `slope_at_0` judges.

    ``rounded``, such as ``0.67 = 2/3``, says which printed constant is short for what; it may be off by half a unit of
    its last digit, or a ValueError says so. Raises as `identity` does.
    """
    if rounded:
        short, exact = rounded.split(" = ")
        if abs(float(_read(short) - _read(exact))) > 0.5 * 10.0 ** -len(short.partition(".")[2]):
            raise ValueError(f"{short} is not {exact}, rounded")
        printed = printed.replace(short, f"({exact})")
    return _formula(sympy.diff(_read(of), X), printed, mended)


def _formula(true: sympy.Expr, printed: str, mended: str | None) -> Finding:
    if _same(true, _read(printed)):
        return Finding(HOLDS, "the same, by SymPy and on a grid")
    ours = f"printed over true is {_words(sympy.simplify(_read(printed) / true))}"
    if mended is not None and _same(true, _read(mended)):
        return Finding(PRINT, ours, f"right when mended: {_words(mended)}")
    return Finding(NOT, ours)


def slope_at_0(source: str, *, of: str, printed: float) -> Finding:
    """Whether a function has the printed slope at 0: the limits of its slope from the left and from the right."""
    slope = sympy.diff(_read(of), X)
    left, right = (sympy.limit(slope.subs(X, side), RIGHT, 0) for side in (-RIGHT, RIGHT))
    ours = f"from the left {left}, from the right {right}"
    if left == right:
        return Finding(HOLDS if left == printed else NOT, ours)
    return Finding(PRINT, ours, "right when mended: there is no derivative there, and the value is a convention")


def value_range(source: str, *, of: str, printed: str, mended: str) -> Finding:
    """Whether a function takes the values of an interval such as ``(0, 1]``: the ends are its limits or on the grid."""
    expression = _read(of)
    values = _on_grid(expression)
    limits = [float(sympy.limit(expression.subs(X, side), RIGHT, sympy.oo)) for side in (-RIGHT, RIGHT)]
    low, high = min(values.min(), *limits), max(values.max(), *limits)
    reached = [bool(np.isfinite(end) and np.isclose(values, end, rtol=0, atol=1e-12).any()) for end in (low, high)]
    true = f"{'(['[reached[0]]}{_end(low)}, {_end(high)}{')]'[reached[1]]}"
    if printed == true:
        return Finding(HOLDS, true)
    if mended != true:
        return Finding(NOT, true)
    return Finding(PRINT, true, f"right when mended: {mended}")


def _end(value: float) -> str:
    return f"{value:.6g}".replace("inf", "∞").replace("-", "−")


def index_balance(
    source: str, *, left: str, factors: Sequence[str], summed: str = "", mended: str | None = None
) -> Finding:
    """Whether the indices of a sum fit: each summed one stands in a factor, each other one also on the left.

    ``left``, ``summed`` and each factor are indices, one letter each, such as ``"i m"``.
    """

    def fits(over: str) -> bool:
        used = {index for factor in factors for index in factor.split()}
        return set(over.split()) <= used and used - set(over.split()) == set(left.split())

    if fits(summed):
        return Finding(HOLDS, "every index is summed over or stands on both sides")
    stray = {index for factor in factors for index in factor.split()} - set(summed.split()) - set(left.split())
    ours = f"{', '.join(sorted(stray))} stands on the right alone"
    if mended is not None and fits(mended):
        return Finding(PRINT, ours, f"right when mended: the sum runs over {mended}")
    return Finding(NOT, ours)


def printed_deltas(source: str, *, layer: int, loss: str = "squared_error") -> Finding:
    """Whether the printed backward equations give the derivatives of a cost: against complex steps of that cost.

    On a network of sizes 3-4-2 without biases, for five patterns: the equations as printed, with the sum over all
    patterns, for the weights of layer 1 (which need the hidden delta) or 2 (the output's).
    """
    random = np.random.default_rng(0)
    x, y = random.normal(size=(5, 3)), random.integers(2, size=5)
    weights = [random.normal(size=shape) for shape in ((4, 3), (2, 4))]
    target = np.eye(2)[y].T
    network = Network([3, 4, 2], "tanh", loss, weights=weights)  # type: ignore[arg-type]
    trace = network.trace(x, y)
    slope = {r: 1 - np.tanh(trace.nu[r]) ** 2 for r in (1, 2)}
    delta = {2: slope[2] * (trace.y[2] - target)}
    delta[1] = (weights[1].T @ delta[2]) * slope[1]
    printed = delta[layer] @ trace.y[layer - 1].T
    true = complex_step(network, x, y).weights[layer]
    difference = np.abs(printed - true).max() / np.abs(true).max()
    ours = f"off by {difference:.0e} of the largest derivative"
    if difference < 1e-12:
        return Finding(HOLDS, ours, "the update goes down the gradient of this cost")
    return Finding(NOT, ours, "with a softmax and cross-entropy the output's delta is y - T, without f'")


def largest_curvature(source: str, *, of: str, at: float, within: float) -> Finding:
    """Whether the second derivative of a function is largest, in size, at a point, to within a distance."""
    curvature = np.abs(_on_grid(sympy.diff(_read(of), X, 2)))
    found = abs(GRID[int(curvature.argmax())])
    return Finding(HOLDS if abs(found - at) <= within else NOT, f"largest at {found:.2f}")


def value_at(source: str, *, of: str, at: float, printed: float, within: float) -> Finding:
    """Whether a function has a printed value at a point, to within what the printed constants round away."""
    value = float(_read(of).subs(X, at))
    return Finding(HOLDS if abs(value - printed) <= within else NOT, f"{value:.6f}")


def _words(formula: object) -> str:
    return str(formula).replace("**", "^").replace("*", " ")


def _read(text: str) -> sympy.Expr:
    return parse_expr(text, {"x": X}, transformations=(*standard_transformations, rationalize))  # 0.01 is 1/100


def _on_grid(expression: sympy.Expr) -> NDArray[np.float64]:
    return np.broadcast_to(np.asarray(sympy.lambdify(X, expression, "numpy")(GRID), dtype=float), GRID.shape)


def _same(one: sympy.Expr, other: sympy.Expr) -> bool:
    sides = [(one - other).subs(X, side) for side in (-RIGHT, RIGHT)]
    symbolic = all(sympy.simplify(side.rewrite(sympy.exp)) == 0 for side in sides)
    a, b = (_on_grid(expression)[GRID != 0] for expression in (one, other))
    if symbolic != bool(np.allclose(a, b, rtol=1e-9, atol=1e-12)):
        raise ValueError(f"SymPy and the grid disagree on whether {one} is {other}")
    return symbolic
