"""What holds for every instrument on a built page, opened from the folder on disk."""

from __future__ import annotations

import gzip
import os
import random
import re
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from bs4 import BeautifulSoup
from PIL import Image
from playwright.sync_api import Browser

from bookbuild.instruments import DATA, INSTRUMENTS, still_picture
from layerwise.figures.style import PALETTE, STYLE

from .visit import ACT, Visit, troubles_of_axe

ROOT = Path(__file__).parents[2]
STATES = int(os.environ.get("LAYERWISE_RANDOM_STATES", 10))  # ten actions in each
CONTROLS = """Object.fromEntries(engine().controls.all.map(({ name, values }) =>
    [name, values === true || Array.isArray(values) ? values : Object.keys(values)]))"""
# As (instrument, state): every one that a chapter shows.
SHOWN = sorted(
    {
        (name, (re.findall(r"^:state: (.*)$", options, re.MULTILINE) or [""])[0])
        for chapter in (ROOT / "book").glob("*.md")
        for name, options in re.findall(r"^```\{instrument\} (\S+)\n((?::.*\n)*)", chapter.read_text(), re.MULTILINE)
    }
)
# Until the instruments have heard of the new address.
FOLLOW = """(state) => new Promise((heard) => {
    addEventListener('hashchange', () => heard(), { once: true });
    location.hash = state;
})"""
# What would take long is stopped.
SOON = "() => { if (engine().running) engine().train(0); if (engine().state.draws) engine().set({ draws: 1 }); }"
# With everything opened, the least height of what can be tapped; a switch is tapped on its words as well.
SMALLEST = """(name) => {
    const root = document.getElementById(name);
    for (const box of root.querySelectorAll('details')) box.open = true;
    const shown = [...root.querySelectorAll('a, button, input, select, summary, .switch label, .atlas canvas')];
    return Math.min(...shown.filter((one) => one.checkVisibility()).map((one) => one.getBoundingClientRect().height));
}"""
PANELS = [
    *(("gradient-laboratory", panel) for panel in ("train", "check", "histograms")),
    *(("activation-bench", panel) for panel in ("product", "layer")),
    *(("draw-a-digit", panel) for panel in ("maps", "covered")),
    ("two-passes", ""),
]
INSTRUMENT = pytest.mark.parametrize("name", INSTRUMENTS)


@pytest.mark.parametrize("page", ["index", *INSTRUMENTS])
def test_only_a_page_with_an_instrument_loads_it(built: Path, page: str) -> None:
    text = (built / f"{page}.html").read_text()
    folders = {Path(script).parts[0] for scripts in INSTRUMENTS.values() for script in scripts}
    loaded = [
        str(tag["src"]).split("?")[0].removeprefix("_static/")
        for tag in BeautifulSoup(text, "html.parser").select("script[src]")
    ]
    assert [one for one in loaded if Path(one).parts[0] in folders] == INSTRUMENTS.get(page, [])
    assert (page == "index") == ("instrument.css" not in text)


@INSTRUMENT
def test_an_instrument_is_light(built: Path, name: str) -> None:
    files = {script: (built / "_static" / script).read_bytes() for script in INSTRUMENTS[name]}
    data = [files[script] for script in DATA if script in files]
    beside_the_engine = [script for script in files if not script.startswith(("engine/", "see/"))]
    assert sum(len(files[script]) for script in beside_the_engine if script not in DATA) <= 60_000
    assert len(gzip.compress(b"".join(files[script] for script in files if script not in DATA))) <= 33_000
    assert sum(len(gzip.compress(content)) for content in data) <= 800_000
    assert len(gzip.compress(b"".join(files.values()))) <= 1_000_000


@INSTRUMENT
def test_without_javascript_a_still_picture_and_the_content_stand_there(
    browser: Browser, built: Path, name: str
) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto((built / f"{name}.html").as_uri())
    assert "Without JavaScript: this sentence." in page.locator(f"#{name}").inner_text()
    assert page.locator(f"#{name} svg").first.bounding_box()["height"] > 200
    context.close()


@pytest.mark.parametrize(("name", "state"), SHOWN, ids=[" ".join(one) for one in SHOWN])
def test_the_still_picture_is_what_the_instrument_draws(
    browser: Browser, built: Path, tmp_path: Path, name: str, state: str
) -> None:
    visit = Visit(browser, built, name)
    still, fresh = still_picture(name, state), tmp_path / "still.html"
    fresh.write_text(visit.open(state).evaluate("engine().view.still(engine())"), encoding="utf-8")
    visit.context.close()
    assert still.is_file() and still.read_text(encoding="utf-8") == fresh.read_text(encoding="utf-8"), (
        f"if that is right: cp {fresh} {still}"
    )


def test_every_still_picture_is_of_a_state_that_a_chapter_shows() -> None:
    stills = {still_picture(*one) for one in SHOWN}
    assert stills == {*(ROOT / "web" / "stills").iterdir()}
    assert len(stills) == len(SHOWN)


def test_colours_are_those_of_the_figures() -> None:
    texts = [(ROOT / "web" / name).read_text() for name in ("instrument/instrument.css", "laboratory/laboratory.css")]
    colours: dict[str, list[str]] = {}
    for variable, colour in re.findall(r"--(\w+): (#\w+)", "".join(texts)):
        colours.setdefault(variable, []).append(colour)
    for name, (light, dark) in colours.items():
        assert PALETTE[light] == dark, name
    assert {name: colours[name][0] for name in STYLE} == {name: style["color"] for name, style in STYLE.items()}


@pytest.mark.parametrize(("name", "panel"), PANELS)
def test_a_finger_hits_every_control_on_a_phone(browser: Browser, built: Path, name: str, panel: str) -> None:
    visit = Visit(browser, built, name, viewport={"width": 390, "height": 900})
    page = visit.open(f"f=lecun_tanh&panel={panel}")  # with every slider
    assert page.evaluate(SMALLEST, name) >= 24
    visit.context.close()


def test_a_table_that_goes_on_says_so_and_keys_scroll_it(browser: Browser, built: Path) -> None:
    visit = Visit(browser, built, "gradient-laboratory")
    page = visit.open("depth=40")
    page.get_by_text("The chart as a table").click()
    table = page.get_by_role("region", name="The chart as a table")

    def edge() -> int:
        """How light it is close above the lower edge, where no text is."""
        picture = Image.open(BytesIO(table.screenshot())).convert("L")
        return picture.getpixel((1, picture.height - 6))

    more = edge()
    table.focus()
    page.keyboard.press("End")
    page.wait_for_function(
        "(box) => box.scrollTop + box.clientHeight >= box.scrollHeight - 1", arg=table.element_handle()
    )
    assert more < edge() == 255
    visit.context.close()


def random_state(chance: random.Random, controls: dict[str, Any], fixed: dict[str, list[Any]]) -> str:
    parts = []
    for name, values in controls.items():
        if name in fixed:
            parts.append(f"{name}={chance.choice(fixed[name])}")
        elif chance.random() < 0.4:
            parts.append(f"{name}={chance.choice([0, 1] if values is True else list(values))}")
    return "&".join(parts)


#: What would take long otherwise.
FIXED: dict[str, dict[str, list[Any]]] = {
    "gradient-laboratory": {"draws": [1], "width": [4, 8, 16], "updates": [0, 0, 20]},
}


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")])
@INSTRUMENT
def test_random_states_and_actions_raise_nothing(
    browser: Browser, built: Path, name: str, width: int, scheme: str
) -> None:
    visit = Visit(
        browser, built, name, viewport={"width": width, "height": 900}, color_scheme=scheme, reduced_motion="reduce"
    )
    page = visit.open()
    chance = random.Random(width)
    controls = page.evaluate(CONTROLS)
    for turn in range(STATES):
        state = f"turn={turn}&{random_state(chance, controls, FIXED.get(name, {}))}"
        page.evaluate(FOLLOW, f"{name}?{state}")
        page.evaluate(ACT, [chance.random() for _ in range(10)])
        assert page.evaluate("document.documentElement.scrollWidth") <= width, state
        if turn % 10 == 9 or turn == STATES - 1:
            page.evaluate(SOON)
            visit.settle()
            assert troubles_of_axe(page, name) == [], state
            assert page.locator(f"#{name} .sentence").first.inner_text().strip()
    assert visit.errors == []
    visit.context.close()
