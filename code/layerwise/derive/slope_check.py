"""A reader's own derivative of an activation function, compared and its bug named (chapter ``activations``)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from layerwise.derive.activations import Array

Function = Callable[[Array], Array]

STEP, AGREES = 1e-5, 1e-6
"""Central differences with this step are good to about 1e-10 where the slope is smooth."""

FAR = np.array([-800.0, 800.0])
"""Where an exponential has left the range of float64."""


@dataclass(frozen=True)
class SlopeCheck:
    """What ``check_slope`` found; true where the derivative is right.

    Attributes
    ----------
    correct : bool
    worst : float
        The largest difference from the measured slope.
    verdict : str
        What was printed: the likely bug, or where the two differ most.
    """

    correct: bool
    worst: float
    verdict: str

    def __bool__(self) -> bool:
        return self.correct


def check_slope(function: Function, derivative: Function) -> SlopeCheck:
    """Compare a derivative with the slope that central differences measure, and name the likely bug.

    Parameters
    ----------
    function, derivative : callable
        From an array of inputs ν to an array of the same shape. Both are called at points from −6 to 6, and at ±800.

    Returns
    -------
    SlopeCheck
        Its verdict is printed. Points at which the measured slope jumps are left out, so that a kink has any slope.

    Raises
    ------
    ValueError
        If the derivative returns an array of another shape.
    """
    x = np.linspace(-6, 6, 241) + 0.0123  # no point at a round number, where a wrong slope may be right by chance
    with np.errstate(all="ignore"):
        slope = _measured(function, x)
        smooth = np.abs((function(x + STEP) - 2 * function(x) + function(x - STEP)) / STEP) < 1e-2
        x, slope = x[smooth], slope[smooth]
        yours = np.asarray(derivative(x), float)
        if yours.shape != x.shape:
            raise ValueError(f"the derivative of {x.shape[0]} inputs has the shape {yours.shape}; expected {x.shape}.")
        differences = np.abs(yours - slope)
        worst = float(np.max(differences))
        finite = bool(np.isfinite(derivative(FAR)).all() and np.isfinite(function(FAR)).all())
        right = bool(worst < AGREES * max(1.0, float(np.abs(slope).max())))
        verdict = _verdict(right, finite, function, derivative, x, slope, yours)
    print(verdict)
    return SlopeCheck(right and finite, worst, verdict)


def _measured(function: Function, x: Array) -> Array:
    return (function(x + STEP) - function(x - STEP)) / (2 * STEP)


def _verdict(
    right: bool, finite: bool, function: Function, derivative: Function, x: Array, slope: Array, yours: Array
) -> str:
    if right:
        return "Right." if finite else "Right from −6 to 6, but not finite at ±800: an exponential overflows."

    def same(one: Array, other: Array) -> bool:
        return bool(np.allclose(one, other, rtol=1e-5, atol=1e-7))

    found = [
        (same(np.asarray(derivative(function(x)), float), slope), "it is a formula for the output y; give it ν"),
        (same(yours, _measured(function, function(x))), "it is taken at the output y = f(ν) instead of ν"),
        (same(yours, -slope), "its sign is turned"),
        (same(yours * slope, np.ones_like(x)), "it is one over the slope: a minus is missing in an exponent"),
        (same(yours**2, slope), "a square is missing"),
        (same(yours, slope**2), "a square is too many"),
    ]
    for holds, words in found:
        if holds:
            return f"Not right: {words}."
    factor = float(yours @ slope / (slope @ slope))
    if same(yours, factor * slope):
        return f"Not right: it is {factor:.4g} times the slope everywhere. Is an inner derivative missing?"
    if same(yours - slope, np.full_like(x, np.mean(yours - slope))):
        return (
            f"Not right: it differs by {np.mean(yours - slope):.4g} everywhere. Is the slope of a linear term missing?"
        )
    at = int(np.nanargmax(np.abs(yours - slope)))
    return f"Not right: at x = {x[at]:.2f} it is {yours[at]:.4g}, the slope there {slope[at]:.4g}."
