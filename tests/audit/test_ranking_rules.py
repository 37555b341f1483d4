"""Rankings: planted ones, the errors of the rule on our own seeds, and how many seeds one would need."""

import numpy as np
import pytest

from layerwise.audit import ranking_rules
from layerwise.audit.finding import HOLDS, NOT, ONE_RUN, OTHER, UNKNOWN
from layerwise.audit.ranking_rules import (
    Ranking,
    chance_shown,
    halves_told_apart,
    judge_ranking,
    lead,
    read_ranking,
    seeds_for_each,
    seeds_needed,
)
from layerwise.audit.run_rules import LEVEL, STUDY

A_ABOVE_B = [Ranking("a", ("b",))]


def normal(mean: float, size: int = 20, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(mean, size=size)


@pytest.mark.parametrize(("mean", "verdict"), [(9.0, HOLDS), (1.5, ONE_RUN), (0.0, UNKNOWN), (-1.5, NOT), (-9.0, NOT)])
def test_planted_rankings(mean: float, verdict: str) -> None:
    runs = {"a": normal(mean), "b": normal(0, seed=1)}
    assert judge_ranking(A_ABOVE_B, runs).verdict == verdict
    assert judge_ranking(A_ABOVE_B, runs, comparable=False).verdict == OTHER


def test_of_several_the_worst_decides() -> None:
    runs = {"a": normal(9), "b": normal(0, seed=1), "c": normal(9, seed=2)}
    assert judge_ranking([Ranking("a", ("b", "c"))], runs).verdict == UNKNOWN


def test_networks_that_are_one_are_seldom_told_apart() -> None:
    """Halves of the seeds of one case, as if they were two networks: 5 % for both orders together."""
    denied = [halves_told_apart(activation, layers) for activation in STUDY for layers in (5, 20, 40)]
    assert np.mean(denied) <= LEVEL


@pytest.mark.parametrize("size", [5, 20])
def test_and_so_with_drawn_ones(size: int) -> None:
    """Where the spreads differ too, as those of tanh and ReLU do."""
    random = np.random.default_rng(0)
    denied = [lead(random.normal(size=size), 4 * random.normal(size=size), LEVEL) < 0 for _ in range(500)]
    assert np.mean(denied) <= 0.05


def test_no_overlap_is_enough_only_with_enough_runs() -> None:
    assert lead(np.arange(3) + 9.0, np.arange(3.0), 0.05) == 0  # two of twenty orders
    assert lead(np.arange(5) + 9.0, np.arange(5.0), 0.05) == 1
    assert lead(np.ones(5), np.ones(5), 0.05) == 0


def test_the_chance_of_one_run_each() -> None:
    a, b, c = np.array([1.0, 3.0]), np.array([0.0, 2.0]), np.array([2.5, 0.5])
    assert chance_shown(a, [b]) == 3 / 4
    assert chance_shown(a, [b, c]) == (1 / 2 * 1 / 2 + 1) / 2
    assert chance_shown(a, [a]) == 1 / 4  # a tie shows nothing


def test_seeds_that_are_needed() -> None:
    assert seeds_needed(A_ABOVE_B, {"a": normal(9), "b": normal(0, seed=1)}) == 1
    several = seeds_needed(A_ABOVE_B, {"a": normal(1.5, 1000), "b": normal(0, 1000, seed=1)})
    # The median of n normal numbers has variance pi / 2n: 1.5 has to be 1.645 deviations of a difference, so n = 3.8.
    assert several == 5
    assert seeds_needed(A_ABOVE_B, {"a": normal(0), "b": normal(0)}) is None
    table = seeds_for_each()
    assert table.loc["tanh-best-20", "seeds"] == 1 and np.isnan(table.loc["tanh-best-5", "seeds"])


def test_rankings_of_the_report() -> None:
    rule = ranking_rules.accuracy_ranking
    assert rule("mnist", ranks=["tanh 20 > relu 20"]).verdict == HOLDS
    assert rule("mnist_5000", ranks=["tanh 20 > relu 20"]).verdict == OTHER
    assert rule("mnist", ranks=["relu 20 > tanh 20"]).verdict == NOT  # its own logs say otherwise
    assert "equals" in rule("mnist", ranks=["sigmoid 40 > relu 40"], lowest=True).ours
    assert rule("mnist", ranks=["tanh 5 > relu 5"]).verdict == UNKNOWN
    assert rule("mnist", ranks=["lecun_tanh 5 > tanh 5"]).verdict == ONE_RUN
    assert ranking_rules.gradient_ranking("mnist", ranks=["tanh 40 > relu 40"], kind="weights").verdict == HOLDS
    assert ranking_rules.gradient_ranking("mnist", ranks=["relu 40 > tanh 40"], kind="weights").verdict == NOT
    inverted = ranking_rules.inverted_reads_more("mnist", network="cnn_report", collection="mnist")
    assert inverted.verdict == UNKNOWN and "raw" in inverted.ours
    assert read_ranking("a 5 > b 5, c 5") == Ranking("a 5", ("b 5", "c 5"))
