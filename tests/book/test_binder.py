"""What of Binder can be tried without its installation; the rest is `make check-binder`."""

import sys
from pathlib import Path

import psutil
import pytest

from bookbuild import binder
from bookbuild.binder import Watch, launch_paths
from bookbuild.browser import chromium

PAGE = """<nav class="bd-links"><a href="first.html#top">First</a> <a href="bare.html">None</a> <a href="#"></a></nav>
<a href="https://mybinder.org/v2/gh/someone/a-fork/main?urlpath=lab/tree/book/{name}.md">Binder</a>"""


def test_each_page_is_opened_where_its_own_button_leads(tmp_path: Path) -> None:
    for name in ("index", "first"):
        (tmp_path / f"{name}.html").write_text(PAGE.format(name=name), encoding="utf-8")
    (tmp_path / "bare.html").write_text("<p>Nothing to run.</p>", encoding="utf-8")
    assert launch_paths(tmp_path) == {"index": "lab/tree/book/index.md", "first": "lab/tree/book/first.md"}


def test_who_holds_more_than_binder_gives_is_ended(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(binder, "MEMORY", 100 * 2**20)
    child = "import time; held = bytearray(b'x' * 200 * 2**20); time.sleep(60)"
    parent = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {child!r}])"
    process = psutil.Popen([sys.executable, "-c", parent])
    watch = Watch(psutil.Process(process.pid))
    watch.start()
    assert process.wait(timeout=50) != 0
    watch.join()
    assert watch.peak > 150 * 2**20
    assert "more than Binder gives" in capsys.readouterr().err


def test_without_a_browser_it_is_said_how_to_get_one(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.delenv("CHROMIUM", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert binder.main(["--output", str(tmp_path)]) == 1
    assert "apt-get install chromium" in capsys.readouterr().err and not list(tmp_path.iterdir())
    with pytest.raises(FileNotFoundError, match="CHROMIUM"), chromium():
        pass


def test_pages_without_a_launch_button_are_nothing_to_try(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(binder, "find_chromium", lambda: "a browser")
    (tmp_path / "html").mkdir()
    (tmp_path / "html" / "index.html").write_text("<p>Nothing to run.</p>", encoding="utf-8")
    assert binder.main(["--output", str(tmp_path)]) == 1
    assert "has a launch button" in capsys.readouterr().err
