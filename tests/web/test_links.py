"""Each link from a sentence of the book to a state of an instrument: it shows the number that the sentence says."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from playwright.sync_api import Browser

from bookbuild.instruments import INSTRUMENTS

from .visit import Visit

BOOK = Path(__file__).parents[2] / "book"
LINKS = {
    (path.stem, words): target
    for path in BOOK.glob("*.md")
    for words, target in re.findall(r"\{state\}`([^`<]*) <([^>]*)>`", path.read_text(encoding="utf-8"))
}
RATIO = r"layer 1 has (\S+) of what layer"
FIXED = r"drawn to q\* = (\S+),"
#: For each link: where its instrument says the number (None: what it has to say), the number that the sentence has (a
#: name in the chapter's expectations, or what the sentence itself says), and by which factor the two may differ: the
#: instrument shows one or twenty networks, the chapter the median of more, or 5 to 95 % of them.
SAYS: dict[tuple[str, str], tuple[str, str | float | None, float]] = {
    ("activations", "at x = 2"): (r"slope (\S+)\. ", "tanh_at_2", 1.01),
    ("index", "the sigmoid"): (RATIO, "sigmoid_left", 1.5),
    ("index", "ReLU"): (RATIO, "relu_left", 1.5),
    ("index", "tanh"): (RATIO, "tanh_left", 1.2),
    ("activation_and_depth", "One class, for every digit"): (r"It answers \d to every digit", None, 1),
    ("activation_and_depth", "The sigmoid loses"): (r"one layer on\s+× (\S+)", "1 / sigmoid_factor", 1.05),
    ("activation_and_depth", "with a hundred times"): (r"and (\S+) % of 512", "100 * sigmoid_fastest_5_median", 1),
    ("lecun_tanh", "Not 1 but"): (r"V\(q\) = (\S+),", "variance_after_one", 1.01),
    ("lecun_tanh", "falls from layer to layer"): ("It falls towards 0 without end", None, 1),
    ("lecun_tanh", "drawn to a value in between"): (FIXED, "q_0", 1.01),
    ("lecun_tanh", "there the slope is a"): (r"slope (\S+)\. ", 0.001, 1.01),
    ("lecun_tanh", "Through tanh"): (RATIO, "glorot_tanh_median", 1.2),
    ("lecun_tanh", "through LeCun's tanh"): (RATIO, "glorot_lecun_median", 1.2),
    ("lecun_tanh", "tanh with larger weights"): (r"each layer.*Theory: .*, (\S+) in the end", 1.53, 1.5),
    ("lecun_tanh", "LeCun's tanh"): (r"each layer.*Theory: .*, (\S+) in the end", 1.53, 1.5),
    ("vanishing_gradients", "38 of them"): (r"is divided by (\S+) in each layer", 4.0, 1.1),
    ("vanishing_gradients", "like 1/(2r)"): (r"after 100 layers q = (\S+)\. ", 1 / 200, 1.1),
    ("vanishing_gradients", "differ in layer 1"): (r"differ by a factor of (\S+)\.", "he_band", 2.5),
    ("vanishing_gradients", "with skip connections"): (RATIO, "relu_skip_delta", 1),
    ("vanishing_gradients", "with batch normalisation"): (RATIO, "relu_norm_delta", 1.5),
    ("vanishing_gradients", "as the rule says"): (RATIO, "skip_redrawn", 1.2),
    ("vanishing_gradients", "all layers wake up together"): (r"", "relu_rise", 1),
    ("vanishing_gradients", "With such weights"): (FIXED, "critical_size ** 2", 1.01),
    ("your_digit", "A letter"): ("This may be no digit", None, 1),
    ("your_digit", "a scribble"): ("This may be no digit", None, 1),
    ("your_digit", "the digit is turned"): ("Turned a quarter to the right it would be a 7", None, 1),
}
SCRIPTS = {  # where a number stands in the chart and not in words
    "all layers wake up together": "engine().trained.sizes.weights[9] / engine().measured.sizes.weights.median[9]",
}


@pytest.fixture(scope="module")
def visits(browser: Browser, built: Path) -> Iterator[dict[str, Visit]]:
    opened = {name: Visit(browser, built, name) for name in INSTRUMENTS}
    yield opened
    for visit in opened.values():
        visit.context.close()


def number(text: str) -> float:
    """From 1,230 or 1.2·10⁻⁸."""
    plain = text.replace(",", "").replace("−", "-").translate(str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789"))
    return float(plain.replace("·10", "e"))


def bounds(chapter: str, said: str | float) -> tuple[float, float]:
    """What the sentence says: from where to where, on the digits that come with the pages."""
    if isinstance(said, float):
        return said, said
    sections: dict[str, Any] = yaml.safe_load((BOOK / "expectations" / f"{chapter}.yml").read_text(encoding="utf-8"))
    (name,) = re.findall(r"[a-z]\w+", said)
    expected = (sections.get("any") or {}) | (sections.get("mnist_5000") or {})
    one = expected[name]
    ends = one.get("between") or [one.get("close_to", one.get("at_least")), one.get("close_to", float("inf"))]
    return tuple(sorted(eval(said, {name: end}) for end in ends))  # type: ignore[return-value]


def test_each_link_is_held_against_its_sentence() -> None:
    assert LINKS.keys() == SAYS.keys()
    for (chapter, words), target in LINKS.items():
        page, _, state = target.partition("#")
        source = (BOOK / f"{page or chapter}.md").read_text(encoding="utf-8")
        assert f"```{{instrument}} {state.split('?')[0]}\n" in source, words


@pytest.mark.parametrize(("chapter", "words"), SAYS, ids=[" ".join(one) for one in SAYS])
def test_a_link_shows_what_its_sentence_says(visits: dict[str, Visit], chapter: str, words: str) -> None:
    name, state = LINKS[chapter, words].partition("#")[2].split("?")
    visit = visits[name]
    page = visit.open(state)
    # All of the state is one that the controls may have, and the address keeps it.
    assert page.evaluate("engine().controls.toAddress(engine().state)") == state
    pattern, said, factor = SAYS[chapter, words]
    shown = " ".join(page.locator(f"#{name} :is(.sentence, .readout > div):visible").all_inner_texts())
    if words in SCRIPTS:
        found = page.evaluate(SCRIPTS[words])
    else:
        match = re.search(pattern, shown, re.DOTALL)
        assert match is not None, shown
        if said is None:
            return
        found = number(match[1])
    assert said is not None
    low, high = bounds(chapter, said)
    assert low / factor <= found <= high * factor, shown
    assert visit.errors == []
