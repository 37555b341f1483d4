"""Each rule for formulas accepts a planted truth and rejects a planted error."""

import pytest

from layerwise.audit import formula_rules
from layerwise.audit.finding import HOLDS, NOT, PRINT

CUBE = {"of": "x**3"}


@pytest.mark.parametrize(
    ("rule", "arguments", "verdict"),
    [
        ("identity", {"of": "sin(x)**2 + cos(x)**2", "printed": "1"}, HOLDS),
        ("identity", {"of": "abs(x)", "printed": "x"}, NOT),
        ("derivative", CUBE | {"printed": "3*x**2"}, HOLDS),
        ("derivative", CUBE | {"printed": "3*x", "mended": "3*x**2"}, PRINT),
        ("derivative", CUBE | {"printed": "3*x", "mended": "2*x**2"}, NOT),
        ("derivative", {"of": "x/3", "printed": "0.33", "rounded": "0.33 = 1/3"}, HOLDS),
        ("slope_at_0", CUBE | {"printed": 0}, HOLDS),
        ("slope_at_0", CUBE | {"printed": 1}, NOT),
        ("slope_at_0", {"of": "Max(0, x)", "printed": 1}, PRINT),
        ("value_range", {"of": "1/(1 + x**2)", "printed": "(0, 1]", "mended": ""}, HOLDS),
        ("value_range", {"of": "1/(1 + x**2)", "printed": "(0, 1)", "mended": "(0, 1]"}, PRINT),
        ("value_range", {"of": "x", "printed": "(0, 1)", "mended": "(0, 2)"}, NOT),
        ("index_balance", {"left": "i", "summed": "j", "factors": ["i j", "j"]}, HOLDS),
        ("index_balance", {"left": "i", "summed": "k", "factors": ["i j", "j"], "mended": "j"}, PRINT),
        ("index_balance", {"left": "i", "factors": ["i j"]}, NOT),
        ("printed_deltas", {"layer": 1}, HOLDS),
        ("printed_deltas", {"layer": 1, "loss": "cross_entropy"}, NOT),
        ("largest_curvature", {"of": "exp(-x**2)", "at": 0, "within": 0.01}, HOLDS),
        ("largest_curvature", {"of": "exp(-x**2)", "at": 1, "within": 0.01}, NOT),
        ("value_at", {"of": "exp(x)", "at": 1, "printed": 2.718, "within": 0.0005}, HOLDS),
        ("value_at", {"of": "exp(x)", "at": 1, "printed": 2.72, "within": 0.0005}, NOT),
    ],
)
def test_a_truth_is_accepted_and_an_error_is_not(rule: str, arguments: dict, verdict: str) -> None:
    finding = getattr(formula_rules, rule)("mnist", **arguments)
    assert finding.verdict == verdict, finding


def test_a_constant_rounded_too_far_is_no_rounding() -> None:
    with pytest.raises(ValueError, match="1/3"):
        formula_rules.derivative("", of="x/3", printed="0.32", rounded="0.32 = 1/3")


def test_where_sympy_and_the_grid_disagree_no_one_is_believed() -> None:
    with pytest.raises(ValueError, match="disagree"):  # on the grid they differ by less than rounding
        formula_rules.identity("", of="x", printed="x + Rational(1, 10)**30")
