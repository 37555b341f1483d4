"""All claims judged, on both data sets."""

import inspect

import pytest

from layerwise.audit.claims import load_claims
from layerwise.audit.finding import NOT, OTHER, VERDICTS
from layerwise.audit.verdicts import RULES, audit, counts, false_alarms, judge


def test_every_rule_has_a_claim_and_every_claim_a_rule() -> None:
    assert {claim.rule for claim in load_claims().values()} == set(RULES)
    for claim in load_claims().values():
        inspect.signature(RULES[claim.rule]).bind("mnist", **claim.arguments)


def test_verdicts_add_up() -> None:
    table = audit("mnist")
    assert len(table) == len(load_claims()) and set(table["verdict"]) <= set(VERDICTS)
    assert table["ours"].str.strip().astype(bool).all()
    added = counts(table)
    assert added["statements"].sum() == (table["rows"] == 0).sum() and added["rows"].sum() == table["rows"].sum()
    # One misprint stands in three formulas, and one cost in two.
    fewer = added["statements"] - added["causes"]
    assert fewer[fewer > 0].to_dict() == {"does not hold": 1, "wrong in print": 2}
    # Few verdicts are a reading, without a computation.
    assert (table["rule"] == "by_reading").mean() < 0.1
    assert 0 < false_alarms(table) < 2


def test_on_the_embedded_digits_only_what_needs_no_other_data_is_judged() -> None:
    ours, embedded = audit("mnist"), audit("mnist_5000")
    changed = ours["verdict"] != embedded["verdict"]
    assert (embedded.loc[changed, "verdict"] == OTHER).all() and changed.sum() > 30


def test_a_claim_that_is_not_there_is_answered_with_those_that_are() -> None:
    assert judge("sigmoid-worst-40").verdict == NOT
    with pytest.raises(ValueError, match="sigmoid-worst-5, sigmoid-worst-20"):
        judge("sigmoid-worst")
    with pytest.raises(ValueError, match="forward-output, cost"):
        judge("nothing")
