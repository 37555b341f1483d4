"""Fixtures for the tests of several modules."""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from chromium import chromium
from local_server import Server


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One for all modules: Playwright cannot be started twice."""
    with chromium() as browser:
        yield browser


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    running = Server()
    yield running
    running.close()


@pytest.fixture
def no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the developer's machine sets must not decide a test."""
    for name in ("LAYERWISE_DATA", "LAYERWISE_OFFLINE"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def unwritable() -> Iterator[Path]:
    """A folder in which this process may not write; root, who may everywhere, is nobody meanwhile."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "folder"
        folder.mkdir()
        folder.chmod(0o555)
        Path(name).chmod(0o755)
        root = hasattr(os, "geteuid") and os.geteuid() == 0
        if root:
            os.seteuid(65534)
        try:
            yield folder
        finally:
            if root:
                os.seteuid(0)
            folder.chmod(0o755)
