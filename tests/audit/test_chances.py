"""Expectations: the model of runs is calibrated, and a build on a fresh machine breaks next to none of them."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit, logit
from scipy.stats import binom

from layerwise.audit.chances import (
    CHANCE,
    SETTINGS,
    SOURCES,
    TEST_COUNTS,
    chance_of,
    chances,
    made_bounds,
    model_of_case,
    rewritten,
    runs_of,
    runs_of_case,
    statistic,
    table,
)
from layerwise.audit.scatter import Model, fit, quantile
from layerwise.keep.expectations import Expectation, read_expectations

FOLDER = Path(__file__).parents[2] / "book" / "expectations"
LEVELS = (0.01, 0.05)
LARGEST, LARGEST_SUM = 1e-4, 0.01
"""What is allowed: of one number, and of all numbers of a build together."""


def predicted(model: Model, value: float) -> float:
    """The model's probability that one run shows less, a tie counted half."""
    (below, weights), (up_to, others) = model.below(value), model.below(value, inclusive=True)
    return float(weights @ below + others @ up_to) / 2


def fitted(runs: pd.DataFrame, source: str) -> Model:
    digit, stuck = 1 / sum(TEST_COUNTS[source]), runs["stuck"].to_numpy()
    shares = np.array(TEST_COUNTS[source]) * digit if stuck.any() else ()
    return fit(runs["accuracy"], digit=digit, stuck=stuck, atoms=shares)


def halves() -> np.ndarray:
    """Of every run of every case that learns: the probability of less, by the model of the other half of the seeds."""
    found = []
    for source in SOURCES:
        runs = runs_of(source).drop_duplicates(["activation", "layers", "seed", *SETTINGS])
        for _, case in runs.groupby(["activation", "layers", *SETTINGS]):
            if case["stuck"].mean() < 0.5:
                for half in (0, 1):
                    model = fitted(case[case["seed"] % 2 != half], source)
                    found += [predicted(model, value) for value in case[case["seed"] % 2 == half]["accuracy"]]
    return np.array(found)


def test_the_other_half_of_the_seeds_lies_beyond_the_model_s_quantiles_as_often_as_it_says() -> None:
    """Not more often than by a chance of 1 in 1,000, and not so seldom that the model would be idle."""
    found = halves()
    assert found.size > 700
    for level in LEVELS:
        for beyond in (found < level, found > 1 - level):
            assert binom.sf(beyond.sum() - 1, found.size, level) > 1e-3, (level, beyond.mean())
            assert beyond.mean() > level / 10, (level, beyond.mean())


def test_runs_with_other_arithmetic_are_draws_of_the_model() -> None:
    elsewhere = pd.read_csv(Path(__file__).parent / "elsewhere.csv")
    found = []
    cases = elsewhere[["source", "experiment", "activation", "layers"]].drop_duplicates()
    for source, experiment, activation, layers in cases.itertuples(index=False):
        model = model_of_case(experiment, source, activation, layers)
        here = runs_of_case(experiment, source, activation, layers).set_index("seed")["accuracy"]
        runs = elsewhere.query("source == @source and experiment == @experiment")
        there = runs.set_index("seed")["test_accuracy"]
        assert (there - here.reindex(there.index)).abs().median() > 1e-3  # other runs, from the same seeds
        found += [predicted(model, value) for value in there]
    values = np.array(found)
    assert values.size >= 40
    for level in LEVELS:
        for beyond in (values < level, values > 1 - level):
            assert binom.sf(beyond.sum() - 1, values.size, level) > 1e-3, (level, beyond.mean())


def test_the_lowest_of_twenty_new_runs_is_below_that_of_twenty_old_ones_half_of_the_time() -> None:
    values = expit(logit(0.85) + 0.1 * logit(np.arange(1, 21) / 21))
    lowest = quantile(fit(values, digit=1e-5), 0.0, 20, 1e-3, (0, 1))
    assert lowest.below(values.min()) == pytest.approx(0.5, abs=0.05)
    assert lowest.below(values.min() - np.ptp(values) / 2) > 1e-3  # and it may lie far below; a bootstrap says never


def test_a_tail_is_the_generalized_pareto_that_is_documented() -> None:
    values = np.array([0.1, 0.2, 0.4, 0.9, *np.linspace(2, 3, 16)])  # no fractions: the scale is that of the values
    model, n, k = fit(values, digit=1e-9, fraction=False), 20, 4
    total = np.sum(2 - values[:k])
    for value in (1.9, 0.0, -5.0, -300.0):
        below, weights = model.below(value)
        expected = (k + 1) / (n + 1) * (1 + (2 - value) / total) ** -k
        assert float(weights @ below) == pytest.approx(expected, rel=1e-4)


def test_order_statistics_agree_with_runs_that_are_drawn() -> None:
    stuck = np.arange(20) < 3
    values = np.where(stuck, 0.1, np.linspace(0.5, 0.9, 20))
    model = fit(values, digit=1e-3, stuck=stuck)
    drawn = model.draw(np.random.default_rng(0), 100_000, 5)
    for level in (0.0, 0.5, 1.0):
        of_five, found = quantile(model, level, 5, 1e-3, (0, 1)), np.quantile(drawn, level, axis=1)
        for value in (0.1, 0.3, 0.6, 0.75, 0.88, 0.95):
            assert of_five.below(value) == pytest.approx(np.mean(found < value - 1e-9), abs=0.006), (level, value)
            assert of_five.above(value) == pytest.approx(np.mean(found > value + 1e-9), abs=0.006), (level, value)


def test_where_all_runs_are_stuck_one_that_gets_away_may_end_anywhere() -> None:
    model = fit([0.1] * 20, digit=1e-3, stuck=[True] * 20)
    best = quantile(model, 1.0, 5, 1e-3, (0, 1))
    assert best.above(0.1) == pytest.approx(5 * 0.9 * 0.5 / 21, rel=0.2)
    assert best.above(0.55) == pytest.approx(best.above(0.1) / 2, rel=0.1)
    more = fit([0.1] * 20, digit=1e-3, stuck=[True] * 20, evidence=(200, 200))
    assert quantile(more, 1.0, 5, 1e-3, (0, 1)).above(0.1) < best.above(0.1) / 8


@pytest.mark.parametrize("source", SOURCES)
def test_a_fresh_machine_breaks_next_to_nothing(source: str) -> None:
    found = chances(source, FOLDER)
    assert len(found) > 30
    report = table(source, found)
    assert max(one.chance for one in found) < LARGEST, report
    assert sum(one.chance for one in found) < LARGEST_SUM, report


def test_every_trained_number_of_the_depth_chapters_names_its_study() -> None:
    """Those with a claim too: else nobody would know its chance."""
    for chapter in ("index", "activation_and_depth", "lecun_tanh", "vanishing_gradients"):
        for source in SOURCES:
            for name, expected in read_expectations(FOLDER / f"{chapter}.yml").get(source, {}).items():
                if expected.bounds is not None and expected.study is None:
                    assert name.startswith(("distinct_", "he_study_", "wide_")), (chapter, name)  # nothing is trained


def test_a_sentence_that_is_too_strong_is_found(tmp_path: Path) -> None:
    (tmp_path / "planted.yml").write_text(
        "mnist:\n"
        '  deep: {at_least: 0.9, study: "grid: min of 5, tanh, 40 layers", claim: "never fails"}\n'
        '  fair: {at_least: 0.8, study: "grid: median of 5, tanh, 5 layers", claim: "learns"}\n'
        '  text: {at_least: 0.8, claim: "of no study"}\n'
    )
    deep, fair = chances("mnist", tmp_path)
    assert (deep.name, fair.name) == ("deep", "fair")
    assert deep.chance > 0.3
    assert fair.chance < LARGEST
    assert "planted: deep, at least 0.9" in table("mnist", [deep, fair])


def test_bounds_without_a_claim_are_made_and_no_other_line_is_touched() -> None:
    text = (
        "# a comment\n"
        "any:\n"
        "  pi: {close_to: 3.14, tolerance: 0.01}\n"
        "mnist:  # another\n"
        '  five: {between: [0.5, 0.6], study: "grid: median of 5, tanh, 5 layers"}  # kept\n'
        '  claimed: {between: [0.5, 0.6], study: "grid: median of 5, tanh, 5 layers", claim: "learns"}\n'
    )
    new = rewritten(text)
    low, high = made_bounds("grid: median of 5, tanh, 5 layers", "mnist")
    assert new == text.replace("[0.5, 0.6]", f"[{low:g}, {high:g}]", 1)
    assert rewritten(new) == new
    of = statistic("grid: median of 5, tanh, 5 layers", "mnist")
    assert of.below(low) <= CHANCE < of.below(low + 0.0015)
    assert of.above(high) <= CHANCE < of.above(high - 0.0015)


def test_what_is_made_is_what_the_files_hold() -> None:
    for path in sorted(FOLDER.glob("*.yml")):
        text = path.read_text(encoding="utf-8")
        assert rewritten(text) == text, f"{path.name}: write the bounds with `python -m layerwise expectations`"


@pytest.mark.parametrize("study", ["grid: mean of 5, tanh, 5 layers", "nothing: median of 5, tanh, 5 layers", "grid"])
def test_a_study_that_cannot_be_read_is_refused(study: str) -> None:
    with pytest.raises(ValueError, match="is no statistic that"):
        statistic(study, "mnist")


def test_a_case_that_a_study_did_not_run_is_refused() -> None:
    with pytest.raises(ValueError, match="'grid' has no runs of tanh at 7 layers on mnist"):
        statistic("grid: median of 5, tanh, 7 layers", "mnist")


def test_the_runs_of_a_case_come_from_every_study_that_ran_it() -> None:
    runs = runs_of_case("grid", "mnist", "tanh", 40)
    assert runs["seed"].is_unique
    seeds = [set(runs_of("mnist").query("experiment == @name and activation == 'tanh' and layers == 40")["seed"])
             for name in ("grid", "tanh_40")]  # fmt: skip
    assert set(runs["seed"]) == seeds[0] | seeds[1]
    assert runs["learning_rate"].eq(0.01).all()


def test_an_interval_is_judged_on_the_sides_that_it_has() -> None:
    expected = Expectation("at most 0.8", bool, (-np.inf, 0.8), "grid: min of 5, relu, 20 layers", "spread widely")
    of = statistic("grid: min of 5, relu, 20 layers", "mnist")
    assert chance_of(expected, "mnist") == of.above(0.8)
    assert of.below(0.8) > 0.9
