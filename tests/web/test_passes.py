"""The two passes on a built page: each layer's numbers are those of NumPy, and a stuck network's bars do not move."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Page

from layerwise.data.synthetic.paper import SHAPES

from .drawings import Strokes, drawn
from .visit import Visit

NAME = "two-passes"
STUCK = "f=relu&depth=40&updates=200&step=40"
NUMBERS = """() => {
    const { own } = engine().found, names = ['nu', 'y', 'delta', 'w', 'b'];
    return Object.fromEntries(names.map((name) => [name, own[name].map((values) => [...values])]));
}"""
F = {
    "tanh": (np.tanh, lambda nu: 1 / np.cosh(nu) ** 2),
    "relu": (lambda nu: np.maximum(nu, 0), lambda nu: (nu > 0).astype(float)),
    "sigmoid": (lambda nu: 1 / (1 + np.exp(-nu)), lambda nu: np.exp(-nu) / (1 + np.exp(-nu)) ** 2),
}


def said(visit: Visit) -> str:
    visit.settle()
    return visit.page.locator(f"#{NAME} .sentence").inner_text()


def bars(page: Page) -> list[str]:
    return page.locator(f"#{NAME} table.bars tbody td:last-child").all_inner_texts()


def draw(visit: Visit, strokes: Strokes) -> None:
    visit.page.evaluate("(strokes) => engine().set({ strokes })", strokes)
    visit.settle()


def hand(digit: int, seed: int) -> Strokes:
    return drawn(SHAPES[str(digit)][0], np.random.default_rng(seed))


@pytest.mark.parametrize("f", F)
def test_both_passes_are_those_of_the_equations(visit: Visit, f: str) -> None:
    page = visit.open(f"f={f}&depth=5&step=10&T=3")
    found = {name: [np.array(one) for one in values] for name, values in page.evaluate(NUMBERS).items()}
    nu, y, (function, slope) = found["nu"], found["y"][0], F[f]
    w = {r: found["w"][r].reshape(-1, len(found["y"][r - 1])) for r in range(1, 6)}
    for r in range(1, 6):
        np.testing.assert_allclose(nu[r], w[r] @ y + found["b"][r], rtol=0, atol=1e-12)
        y = function(nu[r]) if r < 5 else np.exp(nu[r]) / np.exp(nu[r]).sum()
        np.testing.assert_allclose(found["y"][r], y, rtol=0, atol=1e-12)
    delta = y - np.eye(10)[3]
    for r in range(5, 0, -1):
        np.testing.assert_allclose(found["delta"][r], delta, rtol=1e-9, atol=1e-12)
        delta = (delta @ w[r]) * slope(nu[r - 1]) if r > 1 else delta


def test_steps_go_down_and_up_and_then_the_weights_change(visit: Visit) -> None:
    page, verdicts = visit.open(), []
    step = page.get_by_role("button", name=re.compile("^Step"))
    before = page.evaluate(NUMBERS)
    for _ in range(8):
        step.click()
        verdicts.append(said(visit).split(".")[0])
    assert verdicts[:3] == ["Down to layer 1", "Down to layer 2", "Down to layer 3"]
    assert verdicts[3].startswith("It answers")
    assert verdicts[4:7] == ["δ begins in layer 4", "δ is back in layer 3", "δ is back in layer 2"]
    assert re.fullmatch(r"It answers \d, and δ is back in layer 1", verdicts[7])
    assert step.inner_text() == "Step: change the weights"
    assert (
        page.locator(f"#{NAME} table.layers tbody td:last-child").all_inner_texts()[0] == ""
    )  # the input has no delta
    step.click()
    assert "after 1 update on this drawing" in said(visit)
    after = page.evaluate(NUMBERS)
    for r in range(1, 5):
        w, delta, y = (np.array(before[name][at]) for name, at in (("w", r), ("delta", r), ("y", r - 1)))
        np.testing.assert_allclose(after["w"][r], w - 0.03 * np.outer(delta, y).ravel(), rtol=0, atol=1e-12)
    assert page.evaluate("location.hash") == f"#{NAME}?step=4&learnt=1"
    page.get_by_role("button", name="Start again").click()
    assert said(visit).startswith("Layer 0 is the drawing")


def test_what_is_said_is_what_was_computed(visit: Visit) -> None:
    page = visit.open("step=7")
    delta = np.array(page.evaluate(NUMBERS)["delta"][2])
    i = int(np.abs(delta).argmax())
    found = re.search(r"Unit (\d+), with the largest \|δ\|: .* = (\S+)\.$", said(visit))
    assert found is not None and int(found[1]) == i + 1
    assert float(found[2].replace("−", "-")) == pytest.approx(delta[i], rel=5e-3)
    shown = page.locator(f"#{NAME} table.layers tbody tr.now td").last.inner_text()
    assert float(shown) == pytest.approx(np.sqrt((delta**2).mean()), rel=5e-3)


def test_a_drawing_becomes_an_input_as_the_digits_are(visit: Visit) -> None:
    visit.open()
    for digit in range(10):
        strokes = hand(digit, digit)
        pixels: Any = visit.page.evaluate("(strokes) => [...Layerwise.passes.inputOf(strokes)]", strokes)
        picture = np.array(pixels, float).reshape(28, 28)
        rows, columns = (np.flatnonzero((picture > 127).any(axis=axis)) for axis in (1, 0))
        assert 18 <= max(np.ptp(rows), np.ptp(columns)) + 1 <= 21
        middle = [(picture.sum(axis=axis) * np.arange(28)).sum() / picture.sum() for axis in (1, 0)]
        assert np.abs(np.array(middle) - 13.5).max() <= 1
    assert visit.page.evaluate("Math.max(...Layerwise.passes.inputOf([]))") == 0


def test_a_trained_network_reads_drawings(visit: Visit) -> None:
    page, right = visit.open("updates=200&step=4"), 0
    for digit in range(10):
        draw(visit, hand(digit, 100 + digit))
        right += page.locator(f"#{NAME} table.bars tr.answer th").inner_text() == str(digit)
    assert right >= 6


def test_the_bars_of_a_stuck_network_do_not_move(visit: Visit) -> None:
    page = visit.open(STUCK)
    assert re.match(r"It answers \d to every digit", said(visit))
    assert "the bars do not move" in said(visit)
    before, exact = bars(page), np.array(page.evaluate("[...engine().found.own.y[40]]"))
    assert set(before) <= {"0.09", "0.10", "0.11"}
    for digit in (0, 3, 8):
        draw(visit, hand(digit, digit))
        assert bars(page) == before
        np.testing.assert_allclose(page.evaluate("[...engine().found.own.y[40]]"), exact, rtol=0, atol=1e-4)


def test_no_delta_changes_no_hidden_weight_of_a_stuck_network(visit: Visit) -> None:
    page = visit.open(STUCK.replace("step=40", "step=42"))
    assert "no ν is above 0, so every slope f′ is 0" in said(visit)
    page.get_by_role("button", name="Run through").click()
    assert re.match(r"It answers \d to every digit, and no δ reaches layer 1\. ", said(visit))
    assert "no hidden weight changes, since every hidden δ is 0" in said(visit)
    before = page.evaluate(NUMBERS)
    page.get_by_role("button", name="Step: change").click()
    after = page.evaluate(NUMBERS)
    assert before["w"][1:40] == after["w"][1:40] and before["b"][1:40] == after["b"][1:40]
    assert before["b"][40] != after["b"][40]


def test_each_step_comes_to_a_layer_that_is_shown(visit: Visit) -> None:
    page = visit.open("depth=40")
    now, step = page.locator(f"#{NAME} table.layers tbody tr.now th"), page.get_by_role("button", name="Step")
    down = ["0", "1", *map(str, range(5, 41, 5))]
    for layer in [*down, *reversed(down[1:])]:
        visit.settle()
        assert now.all_inner_texts() == [layer]
        step.click()
    assert "after 1 update on this drawing" in said(visit)
    visit.open("depth=40&step=38")  # an address may ask for any
    assert now.all_inner_texts() == ["38"]


@pytest.mark.parametrize(("step", "moved"), [(8, 10), (4, 5), (3, 0), (6, 0)])
def test_with_other_layers_the_passes_are_at_a_place_that_means_something(visit: Visit, step: int, moved: int) -> None:
    page = visit.open(f"step={step}")
    page.get_by_role("slider", name="Layers").press("ArrowRight")
    assert page.evaluate("[engine().state.depth, engine().state.step]") == [5, moved]


def test_an_empty_paper_has_no_answer(visit: Visit) -> None:
    page = visit.open("step=4")
    page.get_by_role("button", name="Clear").click()
    assert said(visit).startswith("The paper is empty. ") and said(visit).endswith("All ten y are equal, 0.1.")
    assert page.locator(f"#{NAME} table.bars tr.answer").count() == 0
    assert bars(page) == ["0.10"] * 10
    visit.open(f"{STUCK}&strokes=")
    assert re.search(r"It answers \d to every digit\.$", said(visit))


def test_a_newer_network_goes_before_one_that_is_trained(visit: Visit) -> None:
    page = visit.open()
    page.evaluate("() => { for (const depth of [40, 30, 2]) engine().set({ depth, updates: 200, step: depth }); }")
    visit.settle()
    assert page.evaluate("engine().found.own.R") == 2
    assert page.evaluate("engine().laboratory.training.network.R") == 2
