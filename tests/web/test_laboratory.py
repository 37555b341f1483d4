"""The gradient laboratory on a built page, from the folder on disk: what it says is what Python computes."""

from __future__ import annotations

import base64
import gzip
import json
import os
import random
import re
import zlib
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import numpy as np
import pytest
from bs4 import BeautifulSoup
from playwright.sync_api import Browser, Page, expect

import portable_network as portable
from bookbuild.instruments import DIGITS, INSTRUMENTS
from layerwise.data import one_hot
from layerwise.data.mnist import load_mnist_5000
from layerwise.depth import chi
from layerwise.figures.style import PALETTE, STYLE

ROOT = Path(__file__).parents[2]
NAME = "gradient-laboratory"
MNIST = load_mnist_5000()
READY = (
    "() => engine() && engine().measured && !engine().waiting && engine().root.getAttribute('aria-busy') === 'false'"
)
PRESETS = {
    "Sigmoid, 20 layers": "",
    "Tanh, 40 layers": "f=tanh&depth=40",
    "ReLU, 40 layers: fading": "f=relu&depth=40",
    "ReLU with He": "f=relu&depth=40&sigmaW2=2&rule=fan_in",
    "ReLU with skips": "f=relu&depth=40&skip=1",
    "Sigmoid, weights": "sigmaW2=16&rule=fan_in",
}


class Visit:
    """A reader's visit to the page, with every error that the browser reports."""

    def __init__(self, browser: Browser, built: Path, **settings: Any) -> None:
        self.errors: list[str] = []
        self.context = browser.new_context(**{"viewport": {"width": 1280, "height": 900}, **settings})
        self.page = self.context.new_page()
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("console", lambda message: message.type == "error" and self.errors.append(message.text))
        self.address = (built / "page.html").as_uri()
        self.page.add_init_script("globalThis.engine = () => Layerwise.page;")

    def open(self, state: str | None = None) -> Page:
        """The page, in this state if one is given, when all is computed."""
        self.page.goto("about:blank")
        self.page.goto(self.address + ("" if state is None else f"#{NAME}?{state}"))
        self.settle()
        return self.page

    def settle(self) -> None:
        self.page.wait_for_function(READY, timeout=60_000)

    def readout(self) -> dict[str, str]:
        names, values = (self.page.locator(f"#{NAME} .readout {tag}").all_text_contents() for tag in ("dt", "dd"))
        return dict(zip(names, values, strict=True))


@pytest.fixture(scope="module")
def desk(browser: Browser, built: Path) -> Iterator[Visit]:
    visit = Visit(browser, built)
    yield visit
    visit.context.close()


@pytest.fixture
def visit(desk: Visit) -> Iterator[Visit]:
    desk.errors.clear()
    yield desk
    assert desk.errors == []


def settings_of(state: str) -> dict[str, str]:
    return {key: value for key, (value,) in parse_qs(state).items()}


def hidden_deltas(state: str) -> list[float]:
    """Root mean square of delta in each hidden layer, by the same equations in Python."""
    given = settings_of(state)
    depth, sigma = int(given.get("depth", 20)), float(given.get("sigmaW2", 1))
    sizes = [784, *[32] * (depth - 1), 10]

    def fans(r: int) -> float:
        return 1 / sizes[r - 1] if given.get("rule") == "fan_in" else 2 / (sizes[r - 1] + sizes[r])

    x = np.ascontiguousarray(MNIST.x_train[:256].reshape(256, -1).T / 255)
    _, _, delta, _ = portable.train(
        sizes,
        given.get("f", "sigmoid"),
        x,
        one_hot(MNIST.y_train[:256]).T,
        seed=int(given.get("seed", 0)),
        variance=lambda r: sigma * fans(r),
        bias_variance=0.0,
        updates=1,
        epsilon=0.0,
        skip="skip" in given,
        normalise=False,
    )
    return [float(np.sqrt(np.square(delta[r]).mean())) for r in range(1, depth)]


def test_only_the_page_with_the_instrument_loads_it(built: Path) -> None:
    scripts = {
        name: [
            str(tag["src"]).split("?")[0].removeprefix("_static/")
            for tag in BeautifulSoup((built / name).read_text(), "html.parser").select("script[src]")
            if re.search("engine|laboratory", str(tag["src"]))
        ]
        for name in ("index.html", "page.html")
    }
    assert scripts == {"index.html": [], "page.html": INSTRUMENTS[NAME]}
    assert "laboratory" not in (built / "index.html").read_text()


def test_the_digits_are_the_embedded_ones(built: Path) -> None:
    text = (built / "_static" / DIGITS).read_text()
    data = json.loads(text.removeprefix("Layerwise.digits = ").rstrip(";\n"))
    images = np.frombuffer(zlib.decompress(base64.b64decode(data["deflated"])), np.uint8).reshape(-1, 28, 28)
    np.testing.assert_array_equal(images[:2048], MNIST.x_train[:2048])
    np.testing.assert_array_equal(images[2048:], MNIST.x_test[:512])
    assert data["labels"] == "".join(map(str, [*MNIST.y_train[:2048], *MNIST.y_test[:512]]))


def test_the_instrument_is_light(built: Path) -> None:
    files = {name: (built / "_static" / name).read_bytes() for name in INSTRUMENTS[NAME]}
    own = [content for name, content in files.items() if name.startswith("laboratory/") and name != DIGITS]
    assert sum(map(len, own)) <= 60_000
    assert len(gzip.compress(files[DIGITS])) <= 800_000
    assert len(gzip.compress(b"".join(files.values()))) <= 1_000_000


@pytest.mark.parametrize(("label", "state"), PRESETS.items(), ids=PRESETS.keys())
def test_a_link_to_a_state_shows_the_numbers_of_that_state(visit: Visit, label: str, state: str) -> None:
    page = visit.open(state)
    delta = hidden_deltas(state)
    factor = (delta[0] / delta[-1]) ** (1 / (len(delta) - 1))
    written = lambda x: page.evaluate("(x) => Layerwise.sentences.written(x)", x)  # noqa: E731
    assert visit.readout()["δ, one layer back, measured"] == f"× {written(factor)}"
    assert visit.readout()["δ in layer 1"] == written(delta[0])
    assert written(delta[0] / delta[-1]) in page.locator(f"#{NAME} .sentence").first.inner_text()
    pressed = page.locator(f"#{NAME} .presets [aria-pressed=true]").all_text_contents()
    assert len(pressed) == 1 and pressed[0].startswith(label)


def test_the_buttons_lead_to_the_same_states(visit: Visit) -> None:
    page = visit.open()
    for label, state in PRESETS.items():
        page.locator(f"#{NAME} .presets button", has_text=label).click()
        visit.settle()
        assert page.evaluate("location.hash") == f"#{NAME}?{state}"


def test_a_link_in_the_text_sets_the_state(visit: Visit) -> None:
    page = visit.open()
    page.get_by_text("it fades").click()
    page.wait_for_function("engine().state.depth === 40 && engine().state.f === 'relu'")
    visit.settle()
    assert "ReLU, 40 layers" in page.locator(f"#{NAME} .sentence").first.inner_text()


def test_redrawn_weights_bring_what_the_theory_says(visit: Visit) -> None:
    """ReLU with skip connections: the theory's gap comes from taking the weights on the way back as independent."""
    visit.open("f=relu&depth=40&skip=1&draws=20")
    true = visit.readout()
    visit.open("f=relu&depth=40&skip=1&draws=20&redraw=1")
    redrawn = visit.readout()
    number = lambda text: float(text.removeprefix("× "))  # noqa: E731
    theory = number(true["√χ, the theory’s factor"])
    assert theory == pytest.approx(np.sqrt(1 + chi("relu", 1.0, 1.0)), rel=0.01)
    assert number(redrawn["δ, one layer back, measured"]) == pytest.approx(theory, rel=0.02)
    assert number(true["δ, one layer back, measured"]) > 1.1 * theory


def test_steps_by_hand_and_a_link_to_as_many_updates_agree(visit: Visit) -> None:
    page = visit.open("f=tanh&depth=4&panel=train&rate=0.1&updates=20")
    linked = page.locator(f"#{NAME} .panel .sentence").first.inner_text()
    assert linked.startswith("After 20 updates")
    page = visit.open("f=tanh&depth=4&panel=train&rate=0.1")
    for count in range(1, 21):
        page.get_by_role("button", name="Step", exact=True).click()
        page.wait_for_function(f"engine().updates === {count}")
    visit.settle()
    assert page.locator(f"#{NAME} .panel .sentence").first.inner_text() == linked
    assert page.evaluate("location.hash").endswith("updates=20")


def test_a_network_learns_can_be_paused_and_starts_again(visit: Visit) -> None:
    page = visit.open("f=tanh&depth=3&panel=train&rate=0.3&batch=128")  # seconds, if not paused
    page.get_by_role("button", name="Train:").click()
    page.wait_for_function("engine().updates > 100")
    page.get_by_role("button", name="Pause").click()
    visit.settle()
    updates = page.evaluate("engine().updates")
    assert 100 < updates < 1000
    assert page.evaluate("engine().trained.accuracy") > 0.5
    page.get_by_role("button", name="Reset").click()
    visit.settle()
    assert page.evaluate("engine().updates") == 0
    assert "updates=" not in page.evaluate("location.hash")


def test_the_check_says_which_layers_central_differences_do_not_see(visit: Visit) -> None:
    page = visit.open("panel=check&depth=30")
    text = page.locator(f"#{NAME} .panel .sentence:visible").inner_text()
    assert "wrong by more than 1 % in layers 1 to" in text
    assert page.locator(f"#{NAME} .panel tbody tr:visible").count() == 30
    page = visit.open("panel=check&depth=3&f=tanh")
    assert "right to 1 % in every layer" in page.locator(f"#{NAME} .panel .sentence:visible").inner_text()


def test_one_key_press_is_one_step(visit: Visit) -> None:
    page = visit.open()
    page.get_by_role("slider", name="Layers").focus()
    page.keyboard.press("ArrowRight")
    visit.settle()
    assert page.evaluate("engine().state.depth") == 21
    assert page.locator(f"output[for={NAME}-depth]").inner_text() == "21"
    assert page.get_by_role("slider", name="Layers").get_attribute("aria-valuetext") == "21"


def test_what_the_address_may_not_say_is_left_out(visit: Visit) -> None:
    page = visit.open("depth=1e9&f=constructor&sigmaW2=&width=33.4&seed=-1&normalise=1&digits=1&nonsense=1")
    state = page.evaluate("engine().state")
    assert (state["depth"], state["f"], state["sigmaW2"], state["width"]) == (20, "sigmoid", 1, 33)
    assert (state["seed"], state["normalise"]) == (0, False)


def test_the_table_holds_what_the_chart_shows(visit: Visit) -> None:
    page = visit.open("depth=6&spread=1&weights=1&biases=1")
    page.get_by_text("The chart as a table").click()
    rows = page.locator(f"#{NAME} details.table tbody tr")
    expect(rows).to_have_count(6)  # the table is filled when the browser says that it was opened, which is later
    first = rows.first.locator("td").all_text_contents()
    assert first[0] == visit.readout()["δ in layer 1"]
    assert len(first) == 5


def test_without_javascript_the_content_of_the_directive_stands_there(browser: Browser, built: Path) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto((built / "page.html").as_uri())
    assert "Without JavaScript: this sentence." in page.locator(f"#{NAME}").inner_text()
    assert page.locator(f"#{NAME} svg").bounding_box()["height"] > 200
    context.close()


def test_the_still_picture_is_what_the_instrument_draws(visit: Visit, tmp_path: Path) -> None:
    still = ROOT / "web" / "laboratory" / "still.html"
    fresh = tmp_path / "still.html"
    fresh.write_text(visit.open().evaluate("engine().view.still(engine())"), encoding="utf-8")
    assert still.read_text(encoding="utf-8") == fresh.read_text(encoding="utf-8"), (
        f"if that is right: cp {fresh} {still}"
    )


def test_a_browser_without_the_kernel_says_so_and_finds_the_same_numbers(
    browser: Browser, built: Path, visit: Visit
) -> None:
    visit.open("depth=5&f=tanh")
    expected = visit.page.evaluate("engine().measured.print")
    plain = Visit(browser, built)
    plain.page.add_init_script("WebAssembly.validate = () => false;")
    page = plain.open("depth=5&f=tanh")
    assert "plain JavaScript" in page.locator(f"#{NAME} .foot").inner_text()
    assert page.evaluate("engine().measured.state.way") == "blocks"
    assert page.evaluate("engine().measured.print") == expected
    assert plain.errors == []
    plain.context.close()


def test_colours_are_those_of_the_figures() -> None:
    text = (ROOT / "web" / "laboratory" / "laboratory.css").read_text()
    light, dark = (
        dict(re.findall(r"--(\w+): (#\w+)", block)) for block in re.findall(r"\{([^}]*--theory:[^}]*)\}", text)
    )
    assert {name: PALETTE[colour] for name, colour in light.items()} == dark
    for name in ("relu", "tanh", "lecun_tanh"):
        colours = re.findall(rf'data-activation="{name}"\] {{ --delta: (#\w+)', text)
        assert colours == [STYLE[name]["color"], PALETTE[STYLE[name]["color"]]]
    assert light["delta"] == STYLE["sigmoid"]["color"]


def troubles_of_axe(page: Page) -> list[str]:
    """What axe finds inside the laboratory; nothing where axe is not installed."""
    spec = find_spec("axe_playwright_python")
    if spec is None or spec.origin is None:
        return []
    if not page.evaluate("'axe' in window"):
        page.evaluate(Path(spec.origin).with_name("axe.min.js").read_text(encoding="utf-8"))
    found = page.evaluate(f"axe.run('#{NAME}', {{ preload: false }})")["violations"]
    return [f"{one['id']}: {node['html']}" for one in found for node in one["nodes"]]


def random_state(chance: random.Random, controls: dict[str, Any]) -> str:
    parts = []
    for name, values in controls.items():
        if name not in ("updates", "draws", "width") and chance.random() < 0.4:
            parts.append(f"{name}={chance.choice([0, 1] if values is True else list(values))}")
    return "&".join([*parts, f"width={chance.choice([4, 8, 16])}", f"updates={chance.choice([0, 0, 20])}"])


STATES = int(os.environ.get("LAYERWISE_RANDOM_STATES", 10))  # ten actions in each
ACT = """(numbers) => {
    const shown = [...engine().root.querySelectorAll('input, select, button, summary')]
        .filter((element) => element.offsetParent && !element.disabled);
    for (const number of numbers) {
        const element = shown[Math.floor(number * shown.length)];
        if (element.tagName === 'SELECT') element.selectedIndex = Math.floor(number * 1e6) % element.length;
        else if (element.type === 'range') element.value = Math.floor(number * 1e6) % (Number(element.max) + 1);
        else element.click();
        element.dispatchEvent(new Event('input', { bubbles: true }));
        element.dispatchEvent(new Event('change', { bubbles: true }));
    }
}"""


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")])
def test_random_states_and_actions_raise_nothing(browser: Browser, built: Path, width: int, scheme: str) -> None:
    visit = Visit(
        browser, built, viewport={"width": width, "height": 900}, color_scheme=scheme, reduced_motion="reduce"
    )
    page = visit.open()
    chance = random.Random(width)
    controls = page.evaluate(
        "Object.fromEntries(Object.entries(Layerwise.state.CONTROLS).map(([name, { values }]) =>"
        " [name, values === true || Array.isArray(values) ? values : Object.keys(values)]))"
    )
    for turn in range(STATES):
        state = random_state(chance, controls)
        page.evaluate("(state) => { location.hash = state; }", f"{NAME}?{state}")
        page.evaluate(ACT, [chance.random() for _ in range(10)])
        visit.page.wait_for_timeout(20)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, state
        if turn % 10 == 9 or turn == STATES - 1:
            page.evaluate("() => { if (engine().running) engine().train(0); engine().set({ draws: 1 }); }")
            visit.settle()
            assert troubles_of_axe(page) == [], state
            assert page.locator(f"#{NAME} .sentence").first.inner_text().strip()
    assert visit.errors == []
    visit.context.close()
