"""Tasks on slopes: an activation that is not in the book, and how fast a gradient vanishes.

Serves what the chapters ``activations`` and ``vanishing_gradients`` teach.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import log, sqrt

import numpy as np

from layerwise.assignments.answers import Answer, Task
from layerwise.depth.mean_field import chi, derivative_second_moment, fixed_point

FAMILIES: Mapping[str, tuple[str, str]] = {
    "softplus": (r"\frac{{1}}{{{b:g}}} \ln(1 + e^{{{b:g} x}})", "log(1 + exp({b}*x))/{b}"),
    "gated": (r"\frac{{x}}{{1 + e^{{-{b:g} x}}}}", "x/(1 + exp(-{b}*x))"),
    "arctangent": (r"{a:g} \arctan({b:g} x)", "{a}*atan({b}*x)"),
    "tilted tanh": (r"{a:g} \tanh({b:g} x) + {c:g} x", "{a}*tanh({b}*x) + {c}*x"),
    "root": (r"\frac{{{a:g} x}}{{\sqrt{{1 + {b:g} x^2}}}}", "{a}*x/sqrt(1 + {b}*x**2)"),
}
"""Functions on paper and in SymPy's words, with constants to be drawn."""

SMALLEST_SLOPE = 0.08
"""Nearer to 0 two terms all but cancel, and who keeps four digits on the way loses the factor of the chain."""


def new_activation(random: np.random.Generator) -> Task:
    """The derivative of a drawn activation, and a chain of such units."""
    import sympy

    x = sympy.Symbol("x", real=True)

    def value(expression: object, at: float) -> float:
        return float(expression.subs(x, sympy.Rational(str(at))).evalf(30))  # type: ignore[attr-defined]

    slope = 0.0
    while abs(slope) < SMALLEST_SLOPE:
        name = str(random.choice(list(FAMILIES)))
        a, b, c = random.integers(11, 25) / 10, random.integers(11, 30) / 10, random.integers(1, 9) / 50
        on_paper, in_sympy = (form.format(a=a, b=b, c=c) for form in FAMILIES[name])
        point = float(random.integers(3, 12)) / 10 * float(random.choice([-1, 1]))
        weight, layers = float(random.integers(5, 19)) / 10, int(random.integers(6, 16))
        function = sympy.sympify(in_sympy, locals={"x": x}, rational=True)
        derivative = sympy.diff(function, x)
        slope = value(derivative, point)
    factor = weight * slope
    answers = {
        "slope_0": Answer("$f'(0)$", value(derivative, 0.0)),
        "slope": Answer(f"$f'({point:g})$", slope, slips={"f itself, not its derivative": value(function, point)}),
        "factor": Answer(
            "the factor by which the chain multiplies $\\delta$",
            factor**layers,
            0.02,
            {
                "the weights are missing": slope**layers,
                "the slopes are missing": weight**layers,
                "one layer too few": factor ** (layers - 1),
                "one layer too many": factor ** (layers + 1),
            },
        ),
    }
    question = rf"""A new activation function: $f(x) = {on_paper}$.

Derive $f'$, and evaluate it. Then a chain with one unit a layer: $\delta$ goes back
through {layers} layers, and each multiplies it by the weight {weight:g} and by $f'(\nu)$ with $\nu = {point:g}$."""
    solution = rf"""$f'(x) = {sympy.latex(sympy.simplify(derivative))}$; the chain multiplies by
$({weight:g} \cdot {slope:.5g})^{{{layers}}}$."""
    return Task("new_activation", "An activation that is not in the book", question, answers, solution)


def vanishing_gradient(random: np.random.Generator) -> Task:
    """The factor √χ for drawn variances."""
    while True:
        f = str(random.choice(["tanh", "sigmoid"]))
        weights = float(random.integers(12, 40)) / 10 * (1 if f == "tanh" else 2)
        biases = float(random.integers(1, 30)) / 100
        found = fixed_point(f, weights, biases)
        if found.q is not None and abs(log(found.chi)) > 0.1:
            break
    factor, wanted = sqrt(found.chi), "a thousandth" if found.chi < 1 else "a thousand times"
    answers = {
        "q": Answer("$q^*$, where $V(q^*) = q^*$", found.q, 0.02),
        "chi": Answer(
            r"$\chi(q^*)$",
            found.chi,
            0.02,
            {
                "σ_w² is missing": float(derivative_second_moment(f, found.q)),
                "χ at q = 1, not at the fixed point": float(chi(f, 1.0, weights)),
            },
        ),
        "factor": Answer(
            r"the factor on the root mean square of $\delta$, one layer back",
            factor,
            0.01,
            {"that is χ, the factor on the mean square": found.chi},
        ),
        "layers": Answer(
            f"after how many layers it is {wanted} (not rounded)",
            log(1000) / abs(log(factor)),
            0.04,
            {"the factor of the mean square was used": log(1000) / abs(log(found.chi))},
        ),
    }
    question = rf"""A very wide network has the activation {f} in all its layers, weights with
$\sigma_w^2 = {weights:g}$ (fan-in times the variance of one weight), and biases with $\sigma_b^2 = {biases:g}$.
Predict its gradients before anything is trained. You may iterate $V$, write a program, or use `layerwise.depth`.
($q$, $V$ and $\chi$ are those of the chapter *Vanishing gradients*.)"""
    solution = f"""`fixed_point("{f}", {weights:g}, {biases:g})` gives $q^*$ and $\\chi$. The factor is
$\\sqrt\\chi$, and the number of layers $\\ln 1000 / |\\ln\\sqrt\\chi|$."""
    return Task("vanishing_gradient", "How fast does this gradient vanish?", question, answers, solution)
