"""The browser that the tests drive, see :mod:`bookbuild.browser`; in continuous integration it has to be there."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser

from bookbuild import browser

CHROMIUM = browser.find_chromium()


def unless_in_ci(reason: str) -> None:
    """Skip, but in continuous integration fail: what is missing there would hide everything that is tested here."""
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)


@contextmanager
def chromium() -> Iterator[Browser]:
    """A browser, open as long as the block."""
    if CHROMIUM is None:
        unless_in_ci(browser.NOT_FOUND)
    with browser.chromium() as opened:
        yield opened
