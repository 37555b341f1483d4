"""The browser that the tests drive: Debian's Chromium, or the one that ``CHROMIUM`` names."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, sync_playwright

from bookbuild.engine_bench import find_chromium

CHROMIUM = find_chromium()
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def unless_in_ci(reason: str) -> None:
    """Skip, but in continuous integration fail: what is missing there would hide everything that is tested here."""
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)


@contextmanager
def chromium() -> Iterator[Browser]:
    """A browser, open as long as the block."""
    if CHROMIUM is None:
        unless_in_ci("no Chromium was found: apt-get install chromium, or name a browser in CHROMIUM")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()
