"""Fixtures for the tests of several modules."""

from collections.abc import Iterator

import pytest

from local_server import Server


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
