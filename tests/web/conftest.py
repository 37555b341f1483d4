"""Pages on disk: one that has loaded the engine, and a small book with the instruments."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from bookbuild import instruments, reader_weights
from bookbuild.__main__ import Build

from .visit import Visit

ROOT = Path(__file__).parents[2]
ENGINE = [ROOT / "web" / script for script in instruments.ENGINE]
SEE = [ROOT / "web" / script for script in (*instruments.ENGINE[:2], *instruments.SEE)]


def loaded(browser: Browser, folder: Path, scripts: list[Path]) -> Iterator[Page]:
    """A page that has loaded these scripts."""
    path = folder / "page.html"
    tags = "".join(f'<script src="{script.as_uri()}"></script>' for script in scripts)
    path.write_text(f"<!doctype html><meta charset=utf-8><title>engine</title>{tags}", encoding="utf-8")
    page = browser.new_page()
    page.goto(path.as_uri())
    yield page
    page.close()


@pytest.fixture(scope="session")
def engine(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    """A page in which ``Layerwise`` is the engine, as a chapter's page has it."""
    yield from loaded(browser, tmp_path_factory.mktemp("engine"), ENGINE)


@pytest.fixture(scope="session")
def seeing(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    """A page in which ``Layerwise`` reads drawn digits, with the weights that ship."""
    folder = tmp_path_factory.mktemp("see")
    reader_weights.write_weights(folder / "weights.js")
    yield from loaded(browser, folder, [*SEE, folder / "weights.js"])


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The pages of a small book: ``index.html`` without an instrument, and one named after each."""
    project = tmp_path_factory.mktemp("small_book")
    for name in ("_config.yml", "web"):
        (project / name).symlink_to(ROOT / name)
    shutil.copy2(ROOT / "conf.py", project)  # which looks for the other files where it lies
    (project / "_toc.yml").write_text(
        "format: jb-book\nroot: index\nchapters:\n" + "".join(f"  - file: {name}\n" for name in instruments.INSTRUMENTS)
    )
    (project / "code").mkdir()
    book = project / "book"
    book.mkdir()
    shutil.copy2(ROOT / "book" / "references.bib", book)
    (book / "index.md").write_text("# Home\n\nNo instrument.\n")
    for name in instruments.INSTRUMENTS:
        (book / f"{name}.md").write_text(
            f"# A page\n\n```{{instrument}} {name}\nWithout JavaScript: this sentence.\n```\n\n"
            f"In ReLU {{state}}`it fades <#{name}?f=relu>`, and "
            "{state}`on the other page <activation-bench#activation-bench?f=relu>`.\n\n"
            "## A section\n\nThe theme makes a table of contents.\n"
        )
    build = Build(project, project / "_build")
    assert build.run() == []
    return build.html


@pytest.fixture(scope="module")
def desk(request: pytest.FixtureRequest, browser: Browser, built: Path) -> Iterator[Visit]:
    """The page of the instrument that a module names in ``NAME``, open as long as its tests run."""
    visit = Visit(browser, built, request.module.NAME)
    yield visit
    visit.context.close()


@pytest.fixture
def visit(desk: Visit) -> Iterator[Visit]:
    """The same for one test, which may leave no error behind."""
    desk.errors.clear()
    yield desk
    assert desk.errors == []
