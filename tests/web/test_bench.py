"""The activation bench: its numbers are those of the package, and pointer, keyboard and links set its state."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Browser, expect

from layerwise.depth import chi, fixed_point, variance_map
from layerwise.depth.mean_field import derivative_second_moment, second_moment
from layerwise.derive import Activation, find_activation, lecun_tanh

from .visit import Visit

NAME = "activation-bench"
FUNCTIONS = ["sigmoid", "tanh", "relu", "lecun_tanh"]


@pytest.fixture(scope="module")
def desk(browser: Browser, built: Path) -> Iterator[Visit]:
    visit = Visit(browser, built, NAME)
    visit.open()
    yield visit
    visit.context.close()


def in_python(state: dict[str, Any]) -> Activation:
    """The activation of a state; LeCun's with another gain is 1.7159 tanh with another factor."""
    if state["f"] != "lecun_tanh":
        return find_activation(state["f"])
    plain, a, factor = lecun_tanh(0.0), state["a"], state["gain"] / 1.7159
    return Activation(
        "lecun_tanh",
        lambda x: factor * plain.function(x) + a * np.asarray(x),
        lambda x: factor * plain.derivative(x) + a,
        plain.range,
    )


def random_states(count: int) -> list[dict[str, Any]]:
    chance = random.Random(0)
    return [
        {
            "f": FUNCTIONS[i % 4],
            "x": round(chance.uniform(-8, 8), 3),
            "layers": chance.randint(1, 60),
            "a": chance.choice([0, 0.001, 0.05]),
            "gain": chance.choice([1, 1.5, 1.7159]),
            "q": 10 ** chance.uniform(-2, 2),
            "sigmaW2": chance.choice([0.5, 0.9, 1, 1.1, 2, 4, 20, 102.6]),
            "sigmaB2": chance.choice([0, 0, 0.01, 0.5]),
        }
        for i in range(count)
    ]


COMPUTED = """(state) => {
    const { unit, wide } = Layerwise.bench.compute({ ...state, panel: 'layer' });
    return { unit, wide };
}"""


@pytest.mark.parametrize("state", random_states(60), ids=lambda state: f"{state['f']}-{state['sigmaW2']}")
def test_numbers_are_those_of_the_package(visit: Visit, state: dict[str, Any]) -> None:
    found = visit.page.evaluate(COMPUTED, state)
    f, q, w, b = in_python(state), state["q"], state["sigmaW2"], state["sigmaB2"]
    close = lambda value: pytest.approx(value, rel=1e-9, abs=1e-300)  # noqa: E731
    assert found["unit"]["value"] == close(float(f.function(state["x"])))
    assert found["unit"]["slope"] == close(float(f.derivative(state["x"])))
    wide = found["wide"]
    assert (wide["second"], wide["slopes"]) == (close(second_moment(f, q)), close(derivative_second_moment(f, q)))
    assert (wide["next"], wide["chi"]) == (close(variance_map(f, q, w, b)), close(chi(f, q, w)))
    for _ in range(state["layers"]):
        q = variance_map(f, q, w, b)
    assert wide["last"] == pytest.approx(q, rel=1e-9 * state["layers"])
    goal = fixed_point(f, w, b)
    assert wide["goal"]["kind"] == goal.kind
    assert wide["goal"]["chi"] == close(goal.chi)
    assert wide["goal"]["q"] == (None if goal.q is None else close(goal.q))


@pytest.mark.parametrize("name", FUNCTIONS)
def test_on_the_critical_line_gradients_keep_their_size(visit: Visit, name: str) -> None:
    state = {"f": name, "a": 0.001, "gain": 1.7159}
    line = visit.page.evaluate("(s) => Layerwise.criticalLine(Layerwise.findActivation(s.f, s))", state)
    shown = [pair for pair in line if pair and 0.05 < pair[1] < 1.1]
    if name == "relu":
        assert line == [[pytest.approx(np.sqrt(2)), 0]]
    else:
        assert len(shown) >= 10
    for w, b in shown[:: max(1, len(shown) // 6)]:
        assert fixed_point(in_python(state), w**2, b**2).chi == pytest.approx(1, abs=1e-6)


def test_a_pointer_drags_x_along_the_curve(visit: Visit) -> None:
    page = visit.open("f=tanh")
    chart = page.get_by_role("img", name="The four functions")
    box = chart.bounding_box()
    assert box is not None
    across = page.evaluate("[0, 2, -3].map((x) => engine().view.values.scales.X(x))")
    page.mouse.move(box["x"] + across[0], box["y"] + 120)
    page.mouse.down()
    page.mouse.move(box["x"] + across[1], box["y"] + 60, steps=5)
    expect(page.locator(f"output[for={NAME}-x]")).to_have_text("2")
    page.mouse.move(box["x"] + across[2], box["y"] + 60, steps=5)
    page.mouse.up()
    page.mouse.move(box["x"] + across[0], box["y"] + 60)  # not pressed
    visit.settle()
    assert page.evaluate("engine().state.x") == -3
    assert page.evaluate("location.hash") == f"#{NAME}?f=tanh&x=-3"
    assert "Tanh at x = −3" in page.locator(f"#{NAME} .sentence:visible").first.inner_text()


def test_a_press_on_the_phase_diagram_sets_the_weights(visit: Visit) -> None:
    page = visit.open("f=tanh&panel=layer")
    place = page.evaluate("(({ X, Y }) => ({ x: X(2), y: Y(0.5) }))(engine().view.phases.scales)")
    page.get_by_role("img", name="The line χ = 1").click(position=place)
    visit.settle()
    assert page.evaluate("[engine().state.sigmaW2, engine().state.sigmaB2]") == [4, 0.25]


def test_one_key_press_is_one_step(visit: Visit) -> None:
    page = visit.open()
    slider = page.get_by_role("slider", name="x", exact=True)
    slider.focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator(f"output[for={NAME}-x]")).to_have_text("0.05")
    page.keyboard.press("End")
    expect(slider).to_have_attribute("aria-valuetext", "20")


def test_products_below_the_smallest_number_are_still_written(visit: Visit) -> None:
    """tanh' at 20 is 4 exp(-40); a hundred of them are 10 to the -1677."""
    page = visit.open("f=tanh&x=20&layers=100&panel=product")
    exponent = 100 * np.log10(4 * np.exp(-40))
    digits, power = 10 ** (exponent % 1), int(exponent // 1)
    raised = str(power).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
    assert f"{digits:.1f}·10{raised}" in page.locator(f"#{NAME} .sentence:visible").first.inner_text()


@pytest.mark.parametrize(
    ("state", "said"),
    [
        ("", "As steep as it gets. Sigmoid at x = 0: value 0.5, slope 0.25. 39 layers with this slope leave 3.3·10⁻²⁴"),
        ("f=relu&x=0", "At the kink. ReLU has no slope at 0."),
        ("f=relu&x=-1", "Shut. ReLU at x = −1: value 0, slope 0."),
        ("f=relu&x=3", "Open. ReLU at x = 3: value 3, slope 1. 39 layers with this slope leave 1 of a signal."),
        ("f=tanh&x=2", "Saturated. Tanh at x = 2: value 0.964, slope 0.0707."),
        ("f=lecun_tanh&x=0.3", "Steeper than 1. LeCun’s tanh at x = 0.3:"),
    ],
)
def test_the_sentence_changes_with_the_state(visit: Visit, state: str, said: str) -> None:
    visit.open(state)
    assert visit.page.locator(f"#{NAME} .sentence:visible").first.inner_text().startswith(said)


@pytest.mark.parametrize(
    ("state", "said"),
    [
        ("f=tanh", "Nothing holds q up."),
        ("f=lecun_tanh&a=0", "A fixed point."),
        ("f=relu&sigmaW2=2", "Every q is kept."),
        ("f=relu&sigmaW2=3", "Nothing holds q back."),
    ],
)
def test_what_becomes_of_q_is_said(visit: Visit, state: str, said: str) -> None:
    page = visit.open(f"{state}&panel=layer")
    assert page.locator(f"#{NAME} .sentence:visible").first.inner_text().startswith(said)


@pytest.mark.parametrize("panel", ["none", "product", "layer"])
def test_one_headline_stands_there(visit: Visit, panel: str) -> None:
    page = visit.open(f"f=tanh&panel={panel}")
    assert page.locator(f"#{NAME} .sentence strong:visible").count() == 1


def in_python_signs(text: str) -> str:
    """From e<sup>−3</sup> and 1.2·10⁻⁸ to an expression in Python."""
    text = text.replace(")²", ")**2").replace("e<sup>", "exp(").replace("<sup>", "**(")
    text = re.sub("·10([⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)", r"e\1", re.sub("<[^>]*>", "", text.replace("</sup>", ")")))
    return text.translate(str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹−·", "-0123456789-*", ","))


@pytest.mark.parametrize("seed", range(12))
def test_a_calculator_gets_from_the_filled_in_numbers_what_is_printed(visit: Visit, seed: int) -> None:
    chance = random.Random(seed)
    f, x, layers = FUNCTIONS[seed % 4], round(chance.uniform(-5, 5), 2) if seed > 3 else 0, chance.randint(2, 50)
    page = visit.open(f"f={f}&x={x}&layers={layers}&panel=layer&q={chance.uniform(0.1, 3):.3f}&sigmaW2=2")
    rows = page.locator(f"#{NAME} .formulas:visible dd").evaluate_all("(rows) => rows.map((row) => row.innerHTML)")
    assert len(rows) == 5
    for number, row in enumerate(rows):
        filled, result = re.fullmatch(r"= (.*) = <strong>(.*)</strong>", row).groups()
        if f == "relu" and number < 2:
            continue  # a comparison
        found = eval(in_python_signs(filled), {"exp": np.exp, "tanh": np.tanh})
        digits = 5 if f == "lecun_tanh" and number == 1 else 3
        assert page.evaluate("(given) => Layerwise.words.written(...given)", [float(found), digits]) == result, row


# Of both names in the chart of sigma_w and sigma_b: chi where it stands, and whether the line or an edge cuts it.
REGIONS = """() => {
    const { view } = engine(), svg = view.phases, chart = svg.getBoundingClientRect(), { x, y, X } = svg.scales;
    const line = svg.querySelector('.main.theory'), long = line.getTotalLength();
    const points = Array.from({ length: 500 }, (_, i) => line.getPointAtLength((i / 499) * long));
    return [...svg.querySelectorAll('.region')].map((name) => {
        const { left, right, top, bottom } = name.getBoundingClientRect();
        const [from, to, high, low] = [left - chart.left, right - chart.left, top - chart.top, bottom - chart.top];
        const cut = points.some((at) => at.x > from && at.x < to && at.y > high && at.y < low);
        const w = x((from + to) / 2), b = y((high + low) / 2);
        const { chi } = Layerwise.fixedPoint(view.found.own, w * w, b * b);
        return [name.textContent, chi, cut || from < X(0) || to > chart.width];
    });
}"""


@pytest.mark.parametrize("width", [1280, 390])
def test_a_region_is_named_inside_it(visit: Visit, width: int) -> None:
    functions = ["sigmoid", "tanh", "relu", "lecun_tanh", "lecun_tanh&gain=0.5", "lecun_tanh&gain=2.5&a=0.3"]
    visit.page.set_viewport_size({"width": width, "height": 900})
    for state in [f"f={f}&sigmaW2={w}" for f in functions for w in (1, 4, 16, 128)]:
        shrinks, grows = visit.open(f"{state}&panel=layer").evaluate(REGIONS)
        assert (shrinks[0], shrinks[1] < 1, shrinks[2]) == ("δ shrinks", True, False), state
        assert (grows[0], grows[1] > 1, grows[2]) == ("δ grows", True, False), state
    visit.page.set_viewport_size({"width": 1280, "height": 900})


def test_tables_hold_what_the_charts_show(visit: Visit) -> None:
    page = visit.open("f=tanh&x=2&panel=layer&layers=3")
    page.locator(f"#{NAME} summary:visible", has_text="The charts as a table").click()
    row = page.locator(f"#{NAME} .unit tbody tr").filter(has=page.get_by_role("rowheader", name="2", exact=True))
    expect(row.locator("td")).to_have_count(8)
    assert row.locator("td").nth(3).inner_text() == "0.0707"
    page.locator(f"#{NAME} summary:visible", has_text="q in each layer").click()
    rows = page.locator(f"#{NAME} .panel tbody tr:visible")
    expect(rows).to_have_count(4)
    q = page.evaluate("engine().view.found.wide.layers[3]")
    assert rows.last.locator("td").first.inner_text() == page.evaluate("(q) => Layerwise.words.written(q)", q)
    page.locator(f"#{NAME} summary:visible", has_text="The line χ = 1").click()
    expect(page.get_by_role("columnheader", name="σw")).to_be_visible()


def test_a_product_of_0_is_said_and_has_no_line(visit: Visit) -> None:
    page = visit.open("f=relu&x=-1&panel=product")
    assert "ReLU has no line: its product is 0" in page.locator(f"#{NAME} .panel .sentence:visible").inner_text()
    page.locator(f"#{NAME} summary:visible", has_text="The chart as a table").click()
    expect(page.locator(f"#{NAME} .panel table:visible tbody td:nth-of-type(3)")).to_have_text(["product 0"] * 8)


def test_the_slope_that_is_said_gives_the_product_that_is_said(visit: Visit) -> None:
    said = visit.open("f=lecun_tanh").locator(f"#{NAME} .sentence:visible").first.inner_text()
    slope, product = re.search(r"slope ([\d.]+)\. 39 layers with this slope leave (\d+) of", said).groups()
    assert round(float(slope) ** 39) == int(product)


def test_a_redraw_takes_a_hundredth_of_a_second_of_work(visit: Visit) -> None:
    """Counted, not timed: how often an activation is evaluated for one redraw, at a few nanoseconds each."""
    page = visit.open("f=tanh&panel=layer&sigmaW2=2")
    page.evaluate(
        """() => {
            let calls = 0;
            const find = Layerwise.findActivation;
            Layerwise.findActivation = (...given) => {
                const made = find(...given), { f, f_prime } = made;
                return { ...made, f: (x) => (calls++, f(x)), f_prime: (x) => (calls++, f_prime(x)) };
            };
            engine().view.draw(engine());
            Layerwise.findActivation = find;
            globalThis.calls = calls;
        }"""
    )
    assert page.evaluate("calls") < 100_000
