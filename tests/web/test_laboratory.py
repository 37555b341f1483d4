"""The gradient laboratory on a built page, from the folder on disk: what it says is what Python computes."""

from __future__ import annotations

import base64
import json
import zlib
from pathlib import Path
from urllib.parse import parse_qs

import numpy as np
import pytest
from playwright.sync_api import Browser, expect

import portable_network as portable
from bookbuild.instruments import DIGITS
from layerwise.data import one_hot
from layerwise.data.mnist import load_mnist_5000
from layerwise.depth import chi

from .visit import Visit

NAME = "gradient-laboratory"
MNIST = load_mnist_5000()
PRESETS = {
    "Sigmoid, 20 layers": "",
    "Tanh, 40 layers": "f=tanh&depth=40",
    "ReLU, 40 layers: vanishing": "f=relu&depth=40",
    "ReLU with He": "f=relu&depth=40&sigmaW2=2&rule=fan_in",
    "ReLU with skips": "f=relu&depth=40&skip=1",
    "Sigmoid, weights": "sigmaW2=16&rule=fan_in",
}

# What the worker answers from now on waits in `held`.
HOLD = "() => { globalThis.held = []; engine().worker.onmessage = ({ data }) => { held.push(data); }; }"


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


def test_the_digits_are_the_embedded_ones(built: Path) -> None:
    text = (built / "_static" / DIGITS).read_text()
    data = json.loads(text.removeprefix("Layerwise.digits = ").rstrip(";\n"))
    images = np.frombuffer(zlib.decompress(base64.b64decode(data["deflated"])), np.uint8).reshape(-1, 28, 28)
    np.testing.assert_array_equal(images[:2048], MNIST.x_train[:2048])
    np.testing.assert_array_equal(images[2048:], MNIST.x_test[:512])
    assert data["labels"] == "".join(map(str, [*MNIST.y_train[:2048], *MNIST.y_test[:512]]))


@pytest.mark.parametrize(("label", "state"), PRESETS.items(), ids=PRESETS.keys())
def test_a_link_to_a_state_shows_the_numbers_of_that_state(visit: Visit, label: str, state: str) -> None:
    page = visit.open(state)
    delta = hidden_deltas(state)
    factor = (delta[0] / delta[-1]) ** (1 / (len(delta) - 1))
    written = lambda x: page.evaluate("(x) => Layerwise.words.written(x)", x)  # noqa: E731
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


def test_a_network_to_start_from_leaves_what_is_looked_at(visit: Visit) -> None:
    page = visit.open("weights=1&panel=check&seed=3")
    page.locator(f"#{NAME} .presets button", has_text="Tanh, 40 layers").click()
    visit.settle()
    state = page.evaluate("engine().state")
    assert (state["f"], state["seed"], state["weights"], state["panel"]) == ("tanh", 0, True, "check")
    assert page.locator(f"#{NAME} .presets [aria-pressed=true]").inner_text().startswith("Tanh, 40 layers")
    assert page.locator(f"#{NAME} .panel tbody tr:visible").count() == 40
    assert "of E, added up over the digits" in page.locator(f"#{NAME} .panel caption:visible").inner_text()


def test_a_link_in_the_text_sets_the_state(visit: Visit) -> None:
    page = visit.open()
    page.get_by_text("it fades").click()
    page.wait_for_function("engine().state.f === 'relu'")
    visit.settle()
    assert "ReLU, 20 layers" in page.locator(f"#{NAME} .sentence").first.inner_text()


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


def test_a_result_keeps_its_name_and_colour_until_the_newer_one_is_there(visit: Visit) -> None:
    page = visit.open("f=tanh&depth=5")
    sentence = page.locator(f"#{NAME} .sentence").first
    page.evaluate(HOLD)
    page.locator(f"#{NAME} .presets button", has_text="Sigmoid, 20").click()
    page.wait_for_function("held.length && !engine().waiting")
    assert sentence.inner_text().split(". ")[1].startswith("Tanh, 5 layers")
    assert page.locator(f"#{NAME}").get_attribute("data-activation") == "tanh"
    expect(page.locator(f"#{NAME} .computing")).to_be_visible()
    page.evaluate("held.forEach((message) => engine().hear(message))")
    visit.settle()
    assert sentence.inner_text().split(". ")[1].startswith("Sigmoid, 20 layers")
    assert page.locator(f"#{NAME}").get_attribute("data-activation") == "sigmoid"
    expect(page.locator(f"#{NAME} .computing")).to_be_hidden()


def test_a_check_is_given_up_when_its_network_has_gone(visit: Visit) -> None:
    page = visit.open("depth=8&width=4")
    found = page.evaluate(
        """async () => {
            const posted = [], layers = [], send = Layerwise.serve(({ kind }) => posted.push(kind));
            const { checkLayer } = Layerwise, state = { ...engine().state, way: 'blocks' };
            Layerwise.checkLayer = (network, r) => {
                layers.push(r);
                if (r === 2) send({ kind: 'forget', id: 2 });
                return checkLayer(network, r);
            };
            const data = { images: new Uint8Array(2560 * 784).fill(9), labels: new Uint8Array(2560) };
            await send({ kind: 'start', data });
            await send({ kind: 'check', id: 1, state });
            Layerwise.checkLayer = checkLayer;
            return [posted, layers];
        }"""
    )
    assert found == [[], [1, 2]]


def test_the_check_of_older_weights_is_not_shown(visit: Visit) -> None:
    page = visit.open("f=tanh&depth=4&width=8&panel=check")
    said = page.locator(f"#{NAME} .panel .sentence:visible")
    assert said.inner_text().startswith("Complex steps agree")
    page.evaluate(HOLD)
    page.get_by_role("slider", name="Layers").press("ArrowRight")
    expect(said).to_have_text("Checking one weight of each layer: computing …")
    expect(page.locator(f"#{NAME} .panel tbody tr:visible")).to_have_count(0)
    page.evaluate("() => { engine().worker.onmessage = ({ data }) => engine().hear(data); }")
    page.evaluate("held.forEach((message) => engine().hear(message))")
    visit.settle()
    expect(page.locator(f"#{NAME} .panel tbody tr:visible")).to_have_count(5)


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
    page.locator(f"#{NAME} summary", has_text="The chart as a table").click()
    rows = page.locator(f"#{NAME} details.table tbody tr")
    expect(rows).to_have_count(6)  # the table is filled when the browser says that it was opened, which is later
    first = rows.first.locator("td").all_text_contents()
    assert first[0] == visit.readout()["δ in layer 1"]
    assert len(first) == 5


def test_a_browser_without_the_kernel_says_so_and_finds_the_same_numbers(
    browser: Browser, built: Path, visit: Visit
) -> None:
    visit.open("depth=5&f=tanh")
    expected = visit.page.evaluate("engine().measured.print")
    plain = Visit(browser, built, NAME)
    plain.page.add_init_script("WebAssembly.validate = () => false;")
    page = plain.open("depth=5&f=tanh")
    assert "plain JavaScript" in page.locator(f"#{NAME} .foot").inner_text()
    assert page.evaluate("engine().measured.state.way") == "blocks"
    assert page.evaluate("engine().measured.print") == expected
    assert plain.errors == []
    plain.context.close()


def test_every_chart_of_a_panel_has_a_table(visit: Visit) -> None:
    page = visit.open("f=tanh&depth=4&width=8&panel=train&updates=40")
    page.locator(f"#{NAME} summary:visible", has_text="The curves").click()
    page.locator(f"#{NAME} summary:visible", has_text="The answers").click()
    heads = page.locator(f"#{NAME} .panel:visible tbody th")
    expect(heads).to_have_text(["20", "40", *"0123456789"])
    assert sum(page.evaluate("engine().trained.answers")) == 512
    page = visit.open("f=tanh&depth=4&width=8&panel=histograms&layer=2")
    page.locator(f"#{NAME} summary:visible", has_text="The histograms").click()
    page.locator(f"#{NAME} summary:visible", has_text="The singular values").click()
    expect(page.locator(f"#{NAME} .panel:visible tbody th")).to_have_count(41 + 8)
    cells = (
        "(rows) => rows.map(({ cells }) => [...cells].slice(1).map((cell) => Number(cell.innerText.replace(',', ''))))"
    )
    columns = page.locator(f"#{NAME} .panel:visible table").first.locator("tbody tr").evaluate_all(cells)
    assert np.sum(columns, axis=0).tolist() == pytest.approx([8 * 256] * 3, rel=0.01)  # written to three digits


def test_a_table_without_numbers_says_so(visit: Visit) -> None:
    """Before there are any, and where the network has none: those of the network before must not stay."""

    def said(name: str) -> str:
        box = page.get_by_role("region", name=name)
        assert box.bounding_box()["height"] > 15
        return str(box.evaluate("(box) => getComputedStyle(box, '::after').content"))

    page = visit.open("f=tanh&depth=4&width=8&panel=train")
    page.locator(f"#{NAME} summary:visible", has_text="The curves").click()
    assert said("The curves as a table") == '"No numbers."'
    page = visit.open("f=tanh&depth=4&width=8&panel=histograms&layer=2")
    page.locator(f"#{NAME} summary:visible", has_text="The singular values").click()
    expect(page.locator(f"#{NAME} .panel:visible table").last.locator("tbody tr")).to_have_count(8)
    assert said("The singular values as a table") == "none"
    page.evaluate("engine().set({ skip: true })")
    expect(page.locator(f"#{NAME} .panel:visible table").last.locator("tbody tr")).to_have_count(0)
    assert said("The singular values as a table") == '"No numbers."'


def test_ten_thousand_updates_in_the_page_leave_no_memory_behind(visit: Visit) -> None:
    """A hundred redraws and more, of hundreds of elements each: of those the browser may still hold the last few."""
    page = visit.open("f=tanh&depth=3&width=4&batch=8&panel=train")
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable")

    def kept_after(updates: int) -> dict[str, float]:
        page.evaluate(f"engine().train({updates})")
        visit.settle()
        assert page.evaluate("engine().updates") == updates
        for _ in range(2):
            session.send("HeapProfiler.collectGarbage")
        found = {one["name"]: one["value"] for one in session.send("Performance.getMetrics")["metrics"]}
        return {name: found[name] for name in ("Nodes", "JSEventListeners", "JSHeapUsedSize")}

    before, after = kept_after(1000), kept_after(11_000)
    assert after["JSEventListeners"] == before["JSEventListeners"]
    assert after["Nodes"] <= before["Nodes"] + 2000
    assert after["JSHeapUsedSize"] <= before["JSHeapUsedSize"] + 500_000
