"""The browser that prints the book, runs it as Binder does and is driven by the tests: Chromium, without a window."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, sync_playwright

NOT_FOUND = "No Chromium was found: apt-get install chromium, or name a browser in CHROMIUM."
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def find_chromium() -> str | None:
    """The program of the browser: what ``CHROMIUM`` names, else Debian's; None where there is none."""
    return os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")


@contextmanager
def chromium() -> Iterator[Browser]:
    """A browser, open as long as the block.

    Raises
    ------
    FileNotFoundError
        If there is no Chromium; the message says how to get one.
    """
    program = find_chromium()
    if program is None:
        raise FileNotFoundError(NOT_FOUND)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=FLAGS)
        yield browser
        browser.close()
