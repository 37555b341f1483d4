"""A walk through each instrument by the keyboard alone, and what a reader of the screen hears on it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page

from bookbuild.instruments import INSTRUMENTS

from .visit import Visit

# Keeps what is said aloud from now on.
LISTEN = """(name) => {
    globalThis.spoken = [];
    new MutationObserver((changes) => {
        const said = changes.map(({ target }) => target).filter((one) => one.getAttribute('role') === 'status');
        spoken.push(...said.map(({ textContent }) => textContent).filter(Boolean));
    }).observe(document.getElementById(name), { childList: true, subtree: true });
}"""
# What can be reached with the tab key, in the order in which it stands there.
REACHABLE = """(name) => [...document.getElementById(name)
    .querySelectorAll('a, button, input, select, summary, [tabindex="0"]')]
    .filter((element) => element.checkVisibility() && !element.disabled)"""
HERE = f"(name) => ({REACHABLE})(name).indexOf(document.activeElement)"
BEFORE = """(name) => {
    if (!document.getElementById('before')) {
        document.getElementById(name).insertAdjacentHTML('beforebegin', '<a id="before" href="#">Before</a>');
    }
    document.getElementById('before').focus();
}"""
SEEN = "() => getComputedStyle(document.activeElement).outlineStyle !== 'none'"


@pytest.fixture
def walk(request: pytest.FixtureRequest, browser: Browser, built: Path) -> Iterator[Visit]:
    visit = Visit(browser, built, request.param)
    visit.open()
    yield visit
    assert visit.errors == []
    visit.context.close()


def instrument(visit: Visit) -> Locator:
    return visit.page.get_by_role("region", name=f"Instrument: {visit.name.replace('-', ' ')}")


def heard(visit: Visit) -> str:
    """What was spoken last: the instrument's first sentence."""
    visit.settle()
    return instrument(visit).locator(".sentence:visible").first.inner_text()


def go_to(page: Page, name: str) -> None:
    """To just before the instrument, so that the next tab leads into it."""
    page.evaluate(BEFORE, name)


def tab_to(visit: Visit, role: str, name: str) -> None:
    page, wanted = visit.page, instrument(visit).get_by_role(role, name=re.compile(name)).first  # type: ignore[arg-type]
    go_to(page, visit.name)
    for _ in range(60):
        page.keyboard.press("Tab")
        if wanted.evaluate("(element) => element === document.activeElement"):
            return
    raise AssertionError(f"no tab leads to {role} {name}")


@pytest.mark.parametrize("walk", INSTRUMENTS, indirect=True)
def test_the_tab_key_reaches_everything_in_order_and_shows_where_it_is(walk: Visit) -> None:
    page = walk.page
    count = page.evaluate(f"(name) => ({REACHABLE})(name).length", walk.name)
    go_to(page, walk.name)
    for place in range(count):
        page.keyboard.press("Tab")
        assert page.evaluate(HERE, walk.name) == place
        assert page.evaluate(SEEN)
    page.keyboard.press("Tab")
    assert page.evaluate(HERE, walk.name) == -1  # and out again


@pytest.mark.parametrize("walk", INSTRUMENTS, indirect=True)
def test_a_reader_of_the_screen_hears_names_and_each_number_once(walk: Visit) -> None:
    tree = instrument(walk).aria_snapshot()
    assert not re.search(
        r"- (button|slider|combobox|checkbox|img|table|figure|application)( \[|:|$)", tree, re.MULTILINE
    )  # all have names
    # One sentence is spoken, and where there is paper the pen's place; no slider's value a second time.
    assert len(re.findall(r"- status", tree)) <= 2
    assert not re.search(r"- cell$", tree, re.MULTILINE) or walk.name == "two-passes"  # layers not reached yet


@pytest.mark.parametrize("walk", ["gradient-laboratory", "activation-bench"], indirect=True)
def test_many_key_presses_say_one_sentence_when_the_reader_pauses(walk: Visit) -> None:
    page, pause = walk.page, 1000
    tab_to(walk, "slider", "^Layers")
    page.wait_for_timeout(pause)  # until what the page began with has been said
    page.evaluate(LISTEN, walk.name)
    for _ in range(10):
        page.keyboard.press("ArrowLeft")
    said = heard(walk)
    page.wait_for_timeout(pause)
    assert page.evaluate("spoken") == [said]


WALKS = {
    "gradient-laboratory": [
        ("button", "^ReLU, 40", "Enter", "ReLU, 40 layers"),
        ("slider", "^Layers", "ArrowLeft", "ReLU, 39 layers"),
        ("combobox", "^Activation", "t", "Tanh, 39 layers"),
        ("checkbox", "^weights", " ", "Tanh, 39 layers"),
    ],
    "activation-bench": [
        ("button", "^Tanh at 2", "Enter", "Tanh at x = 2:"),
        ("slider", "^x", "ArrowLeft", "Tanh at x = 1.95:"),
        ("slider", "^Layers", "ArrowRight", "40 layers with this slope"),
        ("button", "^A wide layer", " ", "Tanh"),
    ],
    "draw-a-digit": [
        ("button", "^a letter", "Enter", "This may be no digit"),
        ("button", "^Clear", " ", "The paper is empty"),
        ("button", "^Undo", " ", "This may be no digit"),
        ("slider", "^Width of the pen", "ArrowRight", "This may be no digit"),
    ],
    "two-passes": [
        ("button", "^Step: down", "Enter", "Down to layer 1"),
        ("button", "^Run through", " ", "δ is back in layer 1"),
        ("button", "^Step: change", "Enter", "after 1 update on this drawing"),
        ("combobox", "^Target", "3", "The target is 3"),
        ("button", "^Start again", " ", "Layer 0 is the drawing"),
    ],
}


@pytest.mark.parametrize("walk", WALKS, indirect=True)
def test_each_key_does_one_thing_and_says_so(walk: Visit) -> None:
    for role, name, key, said in WALKS[walk.name]:
        tab_to(walk, role, name)
        walk.page.keyboard.press(key)
        assert said in heard(walk), (name, key)
        assert walk.page.evaluate(HERE, walk.name) >= 0  # the focus stays
