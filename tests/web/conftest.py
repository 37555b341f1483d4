"""Pages on disk: one that has loaded the engine, and a small book with the gradient laboratory."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from bookbuild import instruments
from bookbuild.__main__ import Build

ROOT = Path(__file__).parents[2]
ENGINE = [ROOT / "web" / script for script in instruments.ENGINE]


@pytest.fixture(scope="session")
def engine(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    """A page in which ``Layerwise`` is the engine, as a chapter's page has it."""
    path = tmp_path_factory.mktemp("engine") / "page.html"
    scripts = "".join(f'<script src="{script.as_uri()}"></script>' for script in ENGINE)
    path.write_text(f"<!doctype html><meta charset=utf-8><title>engine</title>{scripts}", encoding="utf-8")
    page = browser.new_page()
    page.goto(path.as_uri())
    yield page
    page.close()


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The pages of a small book: ``index.html`` without the laboratory, ``page.html`` with it."""
    project = tmp_path_factory.mktemp("small_book")
    for name in ("_config.yml", "web"):
        (project / name).symlink_to(ROOT / name)
    (project / "_toc.yml").write_text("format: jb-book\nroot: index\nchapters:\n  - file: page\n")
    (project / "code").mkdir()
    book = project / "book"
    book.mkdir()
    shutil.copy2(ROOT / "book" / "references.bib", book)
    (book / "index.md").write_text("# Home\n\nNo instrument.\n")
    (book / "page.md").write_text(
        "# A page\n\n```{instrument} gradient-laboratory\nWithout JavaScript: this sentence.\n```\n\n"
        "In forty layers of ReLU {state}`it fades <f=relu&depth=40>`.\n\n"
        "## A section\n\nThe theme makes a table of contents.\n"
    )
    build = Build(project, project / "_build")
    assert build.run() == []
    return build.html
