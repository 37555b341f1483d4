"""A browser on the page of an instrument, and what may be done there at random."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page

# Nothing is computed, drawn or written any more.
SETTLED = """() => {
    const { view, measured, waiting, writing, root } = engine() ?? {};
    return view && measured !== null && !waiting && !writing && root.getAttribute('aria-busy') !== 'true';
}"""
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


class Visit:
    """A reader's visit to the page of an instrument, with every error that the browser reports."""

    def __init__(self, browser: Browser, built: Path, name: str, **settings: Any) -> None:
        self.name = name
        self.errors: list[str] = []
        self.context = browser.new_context(**{"viewport": {"width": 1280, "height": 900}, **settings})
        self.page = self.context.new_page()
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("console", lambda message: message.type == "error" and self.errors.append(message.text))
        self.address = (built / f"{name}.html").as_uri()
        self.page.add_init_script(f"globalThis.engine = () => Layerwise.pages['{self.name}'];")

    def open(self, state: str | None = None) -> Page:
        """The page, in this state if one is given, when all is computed."""
        self.page.goto("about:blank")
        self.page.goto(self.address + ("" if state is None else f"#{self.name}?{state}"))
        self.settle()
        return self.page

    def settle(self) -> None:
        self.page.wait_for_function(SETTLED, timeout=60_000)

    def readout(self) -> dict[str, str]:
        names, values = (self.page.locator(f"#{self.name} .readout {tag}").all_text_contents() for tag in ("dt", "dd"))
        return dict(zip(names, values, strict=True))


def troubles_of_axe(page: Page, name: str) -> list[str]:
    """What axe finds inside an instrument; nothing where axe is not installed."""
    spec = find_spec("axe_playwright_python")
    if spec is None or spec.origin is None:
        return []
    if not page.evaluate("'axe' in window"):
        page.evaluate(Path(spec.origin).with_name("axe.min.js").read_text(encoding="utf-8"))
    found = page.evaluate(f"axe.run('#{name}', {{ preload: false }})")["violations"]
    return [f"{one['id']}: {node['html']}" for one in found for node in one["nodes"]]
