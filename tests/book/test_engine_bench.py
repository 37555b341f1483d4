"""The benchmark of the pages' engine times each way to multiply, in a browser."""

import pytest

from bookbuild import engine_bench
from bookbuild.engine_bench import DRAWINGS, WAYS, main, time_engine, time_reading
from chromium import CHROMIUM, unless_in_ci


def test_each_way_is_timed_at_each_depth() -> None:
    if CHROMIUM is None:
        unless_in_ci("no Chromium was found")
    times = time_engine(CHROMIUM, [2, 3], updates=2, rounds=1)
    assert (list(times), list(times.index)) == (["2 layers", "3 layers"], list(WAYS.values()))
    assert (times > 0).all(axis=None)
    assert times.loc["plain loops"].sum() > times.loc["WebAssembly kernel"].sum()


def test_the_reading_of_each_drawing_is_timed() -> None:
    if CHROMIUM is None:
        unless_in_ci("no Chromium was found")
    times = time_reading(CHROMIUM, rounds=2)
    assert list(times.index) == list(DRAWINGS)
    assert (times > 0).all()


def test_a_browser_that_says_nothing_is_an_error() -> None:
    with pytest.raises(RuntimeError, match="gave no timings"):
        time_engine("true", [2], updates=1, rounds=1)


def test_without_a_browser_nothing_is_timed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(engine_bench, "find_chromium", lambda: None)
    assert main() == 0
    assert "no Chromium" in capsys.readouterr().out
