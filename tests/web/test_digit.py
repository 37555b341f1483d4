"""A digit drawn on a built page, from the folder on disk: by mouse, finger and keys; and what the page says of it."""

from __future__ import annotations

import itertools
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, expect

from layerwise.data.synthetic.paper import SHAPES
from layerwise.see.answers import predict
from layerwise.see.forward import Reader, convolved, normalised, pooled
from layerwise.see.photo import prepare

from .drawings import SIDE, Strokes, drawn, on_paper
from .visit import Visit

NAME = "draw-a-digit"


def strokes_in(page: Page) -> Strokes:
    return page.evaluate("engine().state.strokes")


def on_screen(page: Page) -> Any:
    """From a place of the paper to one of the window."""
    paper = page.locator(f"#{NAME} svg.paper")
    paper.scroll_into_view_if_needed()
    box = paper.bounding_box()
    assert box is not None
    return lambda point: (
        box["x"] + point[0] / SIDE * box["width"],
        box["y"] + point[1] / SIDE * box["height"],
    )


def draw(page: Page, strokes: Strokes) -> None:
    place = on_screen(page)
    for first, *others in strokes:
        page.mouse.move(*place(first))
        page.mouse.down()
        for point in others:
            page.mouse.move(*place(point))
        page.mouse.up()


def sentence(visit: Visit) -> str:
    visit.settle()
    return visit.page.locator(f"#{NAME} .sentence").first.inner_text()


def test_ten_digits_drawn_with_the_mouse_are_read_as_the_package_reads_them(visit: Visit) -> None:
    model, right = Reader(), 0
    page = visit.open("strokes=")
    assert sentence(visit).startswith("The paper is empty")
    for digit in range(10):
        page.get_by_role("button", name="Clear").click()
        strokes = drawn(SHAPES[str(digit)][digit % 5], np.random.default_rng(digit))
        draw(page, strokes)
        said, taken = sentence(visit), strokes_in(page)
        assert len(taken) == len(strokes)
        expected = predict(prepare(on_paper(taken, 16)), model)
        assert page.locator(f"#{NAME} table.bars tr.answer th").inner_text() == str(expected.digit)
        assert said.startswith("It reads a") == ("no digit" not in {problem.kind for problem in expected.problems})
        right += expected.digit == digit
    assert right >= 9


def test_a_drawing_is_in_the_address(visit: Visit) -> None:
    page = visit.open("strokes=")
    draw(page, drawn(SHAPES["8"][0], np.random.default_rng(1)))
    said = sentence(visit)
    assert said.startswith("It reads an 8")
    state = page.evaluate("location.hash").removeprefix(f"#{NAME}?")
    bars = page.locator(f"#{NAME} table.bars").inner_text()
    page = visit.open(state)
    assert (sentence(visit), page.locator(f"#{NAME} table.bars").inner_text()) == (said, bars)
    assert len(state) < 400


def test_a_stroke_on_an_example_starts_anew_and_undo_and_clear_take_strokes_back(visit: Visit) -> None:
    page = visit.open()
    assert sentence(visit).startswith("It reads a 7")
    draw(page, [[[128, 60], [128, 200]]])
    assert len(strokes_in(page)) == 1
    draw(page, [[[60, 128], [200, 128]]])
    assert len(strokes_in(page)) == 2
    page.get_by_role("button", name="Undo").click()
    assert len(strokes_in(page)) == 1
    page.get_by_role("button", name="Clear").click()
    assert strokes_in(page) == []
    assert sentence(visit).startswith("The paper is empty")
    page.get_by_role("button", name="Undo").click()
    assert len(strokes_in(page)) == 1
    page.get_by_role("button", name="Undo").click()
    assert strokes_in(page) == []
    expect(page.get_by_role("button", name="Undo")).to_be_disabled()


def test_while_the_pen_is_down_no_older_answer_stands_there(visit: Visit) -> None:
    page = visit.open()
    lit, said = page.locator(f"#{NAME} .presets [aria-pressed=true]"), page.locator(f"#{NAME} .sentence").first
    expect(lit).to_have_count(1)
    place = on_screen(page)
    page.mouse.move(*place([128, 60]))
    page.mouse.down()
    page.mouse.move(*place([128, 200]))
    expect(said).to_contain_text("The pen is down")
    expect(lit).to_have_count(0)
    expect(page.locator(f"#{NAME} table.bars")).to_have_css("opacity", "0.35")
    page.mouse.up()
    assert sentence(visit).startswith("It reads a 1")
    expect(page.locator(f"#{NAME} table.bars")).to_have_css("opacity", "1")
    page.get_by_role("button", name="Clear").click()
    page.locator(f"#{NAME} svg.paper").focus()
    page.keyboard.press(" ")
    expect(said).to_contain_text("The pen is down")
    page.keyboard.press(" ")
    expect(said).to_contain_text("This may be no digit")


def test_the_bars_come_before_whatever_takes_longer(visit: Visit) -> None:
    page = visit.open("strokes=")
    page.evaluate(
        """() => {
            globalThis.order = [];
            const { view } = engine();
            for (const [owner, name] of [[view.bars, 'show'], [Layerwise, 'preparedTurned'], [view, 'drawPictures']]) {
                const own = owner[name];
                owner[name] = (...given) => { order.push(name); return own.apply(owner, given); };
            }
        }"""
    )
    page.get_by_role("button", name="a letter").click()
    visit.settle()
    assert page.evaluate("order") == ["show", *["preparedTurned"] * 3, "show", "drawPictures"]


def test_a_flat_line_is_told_that_it_is_flat(visit: Visit) -> None:
    page = visit.open("strokes=")
    draw(page, [[[40, 128], [220, 132]]])
    assert sentence(visit) == (
        "No digit is found. This is flat, like a dash. A digit is at least a third as high as it is wide."
    )
    page = visit.open("strokes=&pen=12")
    draw(page, [[[128, 128], [129, 128]]])
    assert "No stroke is large enough" in sentence(visit)


def test_a_finger_draws_and_does_not_scroll(browser: Browser, built: Path) -> None:
    visit = Visit(browser, built, NAME, viewport={"width": 390, "height": 700}, has_touch=True, is_mobile=True)
    page = visit.open("strokes=")
    place, before = on_screen(page), page.evaluate("scrollY")
    session = page.context.new_cdp_session(page)

    def touch(kind: str, *points: list[int]) -> None:
        touches = [dict(zip("xy", place(point), strict=True)) for point in points]
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": touches})

    touch("touchStart", [128, 210])
    for y in range(200, 40, -10):
        touch("touchMove", [128, y])
    touch("touchEnd")
    visit.settle()
    assert page.evaluate("scrollY") == before
    ((first, *_, last),) = strokes_in(page)
    assert first[1] > 200 and last[1] < 60
    assert sentence(visit).startswith("It reads a 1")
    assert visit.errors == []
    visit.context.close()


def test_the_keys_draw_one_step_a_press(visit: Visit) -> None:
    page = visit.open("strokes=")
    page.locator(f"#{NAME} svg.paper").focus()
    for key in [*["ArrowUp"] * 8, " ", *["ArrowDown"] * 16, " "]:
        page.keyboard.press(key)
    assert strokes_in(page) == [[[128, 64], [128, 192]]]
    assert page.locator(f"#{NAME} .place").inner_text() == "Pen up, column 15, row 23 of 29"
    assert sentence(visit).startswith("It reads a 1")
    page.keyboard.press("Backspace")
    assert strokes_in(page) == []
    assert page.evaluate("document.activeElement.getAttribute('class')") == "paper"
    assert page.evaluate("document.querySelector('#draw-a-digit .paper').getAttribute('aria-label')").startswith(
        "Paper"
    )


EXAMPLES = {
    "a 7 on its side": "The drawing is read turned, and the bars are of that",
    "two digits": "two digits or more",
    "a letter": "This may be no digit",
    "a spiral": "This may be no digit",
    "a 4 that leans": "It reads a 4",
    "a small 3": "It reads a 3",
}


@pytest.mark.parametrize(("label", "said"), EXAMPLES.items(), ids=EXAMPLES)
def test_each_example_shows_what_it_is_for(visit: Visit, label: str, said: str) -> None:
    page = visit.open()
    page.get_by_role("button", name=label, exact=True).click()
    assert said in sentence(visit)
    assert page.locator(f"#{NAME} .presets [aria-pressed=true]").all_text_contents() == [label]


@pytest.mark.parametrize("strokes", ["%00", "AAAA", "////", "Ag", "A" * 999, "é", "AQD_"])
def test_what_is_no_drawing_in_the_address_does_no_harm(visit: Visit, strokes: str) -> None:
    page = visit.open(f"strokes={strokes}&pen=1e9&layer=7&panel=toString")
    assert sentence(visit)
    state = page.evaluate("engine().state")
    assert (state["pen"], state["layer"], state["panel"]) == (16, 1, "none")
    assert all(16 <= place <= 240 for stroke in state["strokes"] for point in stroke for place in point)


def test_a_drawing_goes_through_the_address_unchanged(visit: Visit) -> None:
    random = np.random.default_rng(3)
    through = "(strokes) => Layerwise.drawing.unpacked(Layerwise.drawing.packed(strokes))"
    strokes = [random.integers(16, 241, (count, 2)).tolist() for count in (1, 2, 9, 255)]
    assert visit.page.evaluate(through, strokes) == strokes
    assert visit.page.evaluate(through, []) == []
    long = random.integers(16, 241, (700, 2)).tolist()  # more points than a byte counts: pieces that meet
    first, *others = visit.page.evaluate(through, [long])
    assert [*first, *(point for piece in others for point in piece[1:])] == long
    assert all(piece[0] == before[-1] for before, piece in itertools.pairwise([first, *others]))


def test_a_simplified_stroke_stays_beside_the_drawn_one(visit: Visit) -> None:
    turn = np.linspace(0, 6, 200)
    points = np.rint(128 + 80 * np.stack([np.cos(turn), np.sin(1.3 * turn)], 1)).astype(int)
    kept = np.array(visit.page.evaluate("(points) => Layerwise.drawing.simplified(points)", points.tolist()), float)
    assert len(kept) < len(points) / 3
    start, way = kept[:-1, None], np.diff(kept, axis=0)[:, None]
    share = np.clip(((points - start) * way).sum(axis=2) / (way**2).sum(axis=2), 0, 1)
    away = np.linalg.norm(points - start - share[..., None] * way, axis=2).min(axis=0)
    assert away.max() <= 0.7 + 1e-9


def layer_below(picture: np.ndarray, layer: int) -> np.ndarray:
    """What a convolution of the improved network sees, (rows, columns, channels)."""
    weights, x = Reader().weights, picture[None]
    x = (x - x.mean()) / np.sqrt(x.var() + 1e-4)
    for r in range(1, layer):
        x = np.maximum(normalised(convolved(x, weights[f"convolution_{r}/kernel"]), weights, r), 0)
        x = pooled(x, 2) if r in (1, 3, 5) else x
    return x[0]


@pytest.mark.parametrize(
    ("layer", "map_", "row", "column"), [(1, 3, 1, 32), (2, 24, 16, 5), (4, 7, 3, 3), (6, 44, 4, 1)]
)
def test_a_unit_is_the_sum_that_the_page_says(visit: Visit, layer: int, map_: int, row: int, column: int) -> None:
    page = visit.open(f"panel=maps&layer={layer}&map={map_}&row={row}&column={column}")
    grey = np.array(page.evaluate("[...engine().reading.prepared.input.values]"))
    below = layer_below(np.repeat(grey.reshape(32, 32, 1), 3, axis=2), layer)
    weights = Reader().weights
    nu = normalised(convolved(below[None], weights[f"convolution_{layer}/kernel"]), weights, layer)[
        0, row - 1, column - 1, map_ - 1
    ]
    unit = page.evaluate("Layerwise.drawing.unit(engine().reading, engine().networks.reader, engine().state)")
    assert unit["nu"] == pytest.approx(nu, abs=1e-9)
    assert unit["y"] == max(0, unit["nu"])
    assert len(unit["parts"]) == below.shape[2]
    assert unit["nu"] == pytest.approx(sum(part["sum"] for part in unit["parts"]) + unit["b"], abs=1e-12)
    written = page.evaluate("(x) => Layerwise.words.written(x)", unit["nu"])
    assert f"= {written}, and y" in page.locator(f"#{NAME} .panel:visible .sentence").inner_text()
    assert page.locator(f"#{NAME} .atlas canvas").count() == page.evaluate("Layerwise.drawing.SIDES")[str(layer)][1]
    page.get_by_text("The sum, map by map").click()
    assert page.locator(f"#{NAME} .panel:visible tbody tr:visible").count() == below.shape[2] + 3


def test_a_click_on_a_map_chooses_the_unit_under_it(visit: Visit) -> None:
    page = visit.open("panel=maps&layer=4")
    canvas = page.locator(f"#{NAME} .atlas canvas").nth(11)
    box = canvas.bounding_box()
    assert box is not None
    canvas.click(position={"x": box["width"] * 2.5 / 8, "y": box["height"] * 6.5 / 8})
    state = page.evaluate("engine().state")
    assert (state["map"], state["row"], state["column"]) == (12, 7, 3)
    page.get_by_role("slider", name="Layer").press("ArrowRight")
    assert page.evaluate("engine().state.layer") == 5


def test_covering_a_square_costs_what_the_network_says(visit: Visit) -> None:
    page = visit.open("panel=covered")
    visit.settle()
    covered = page.evaluate("engine().covered")
    grey = np.array(page.evaluate("[...engine().reading.prepared.input.values]")).reshape(32, 32)
    for number in (0, 12, 27, 63):
        picture, (row, column) = grey.copy(), (4 * (number // 8) - 2, 4 * (number % 8) - 2)
        picture[max(0, row) : row + 8, max(0, column) : column + 8] = 0.8
        expected = Reader()(np.repeat(picture[None, ..., None], 3, axis=3))[0, 7]
        assert covered[number] == pytest.approx(expected, abs=1e-9)
    said = page.locator(f"#{NAME} .panel:visible .sentence").inner_text()
    assert re.search(r"With a grey square (at the|in the) .*, it falls to", said)
    few = "Layerwise.drawing.aboutCovered(7, [0.1, ...Array(63).fill(0.9)], 0.9)"
    assert page.evaluate(few).endswith("1 of 64 squares takes away half of it or more.")


def test_nothing_that_is_drawn_leaves_the_page(browser: Browser, built: Path) -> None:
    visit = Visit(browser, built, NAME)
    asked: list[str] = []
    visit.page.on("request", lambda request: asked.append(request.url))
    page = visit.open("strokes=")
    draw(page, drawn(SHAPES["5"][0], np.random.default_rng(0)))
    for name in ("Look inside the network", "Cover parts of it"):
        page.get_by_role("button", name=name).click()
        visit.settle()
    assert asked and all(url.startswith((built.as_uri(), "data:", "about:")) for url in asked)
    assert visit.errors == []
    visit.context.close()


def test_strokes_at_random_raise_nothing(visit: Visit) -> None:
    page = visit.open("strokes=")
    random = np.random.default_rng(7)
    for _ in range(12):
        stroke = random.integers(-60, SIDE + 60, (random.integers(1, 8), 2)).tolist()  # beyond the paper too
        stroke[0] = random.integers(5, SIDE - 5, 2).tolist()
        draw(page, [stroke])
        page.keyboard.press(["Tab", " ", "ArrowLeft", "Backspace"][random.integers(4)])
    assert sentence(visit)
