"""The whole book as one PDF: a small book is printed, and the built pages where they are."""

from __future__ import annotations

import ctypes
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pypdfium2 as pdfium
import pypdfium2.raw as raw
import pytest
from bs4 import BeautifulSoup

from bookbuild.pdf import NAME, contents, main, one_page, read_page
from chromium import CHROMIUM, unless_in_ci

ROOT = Path(__file__).resolve().parents[2]
PAGES = Path(os.environ.get("LAYERWISE_PAGES", ROOT / "_build" / "html")).resolve()
PARTS = list(contents(ROOT))
POINTS_PER_MILLIMETRE = 72 / 25.4
SIDE, END = 15 * POINTS_PER_MILLIMETRE, 5 * POINTS_PER_MILLIMETRE


@pytest.fixture(scope="module")
def printed() -> Iterator[pdfium.PdfDocument]:
    """The built pages as a PDF."""
    if not (PAGES / "index.html").is_file():
        unless_in_ci(f"there are no pages in {PAGES}: make book builds them")
    if CHROMIUM is None:
        unless_in_ci("no Chromium was found")
    # In a process of its own: Playwright cannot be started twice, and other tests of this one may have it running.
    command = [sys.executable, "-m", "bookbuild.pdf", "--project", ROOT, "--output", PAGES.parent]
    environment = os.environ | {"PYTHONPATH": str(ROOT / "code")}
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env=environment)
    document = pdfium.PdfDocument(PAGES / NAME)
    yield document
    document.close()


@pytest.fixture(scope="module")
def text(printed: pdfium.PdfDocument) -> str:
    """All words of the PDF."""
    return plain(" ".join(page.get_textpage().get_text_range() for page in printed))


def plain(text: str) -> str:
    """Letters and digits alone: lines break, and ligatures and spaces are drawn, as the printer likes."""
    return re.sub(r"[^a-z0-9]", "", text.lower())


def headings() -> list[tuple[int, str]]:
    """Level and letters of each heading of the pages, as the contents have them."""
    found = []
    for caption, names in PARTS:
        if caption:
            found.append((0, plain(caption)))
        for name in names:
            for tag in read_page(PAGES / f"{name}.html").select("article :is(h1, h2, h3, h4)"):
                for mark in tag.select(".headerlink"):
                    mark.decompose()
                found.append((int(tag.name[1]) - (caption is None), plain(tag.get_text())))
    return found


def test_the_outline_is_the_contents(printed: pdfium.PdfDocument) -> None:
    outline = [(item.level, plain(item.get_title())) for item in printed.get_toc()]
    assert outline == headings()


def test_the_contents_say_on_which_page_each_chapter_begins(printed: pdfium.PdfDocument, text: str) -> None:
    outline = list(printed.get_toc())
    parts = [place for place, item in enumerate(outline) if item.level == 0][1:]  # after the home page
    chapters = [(item, str(item.get_dest().get_index() + 1)) for item in outline[parts[0] :] if item.level < 2]
    lines = [f"{item.get_title()} {page if item.level else ''}" for item, page in chapters]
    assert plain(f"Contents {' '.join(lines)}") in text


def test_every_caption_and_every_number_of_a_figure_stands_there(text: str) -> None:
    missing = []
    for _, names in PARTS:
        for name in names:
            for number in read_page(PAGES / f"{name}.html").select("figcaption .caption-number"):
                if plain(number.get_text()) not in text:
                    missing.append((name, number.get_text()))
    assert not missing


def test_nothing_is_drawn_in_the_margins(printed: pdfium.PdfDocument) -> None:
    """Only the running head and the number of the page, above and below."""
    drawn = []
    for number, page in enumerate(printed, start=1):
        ink = page.render(scale=1, grayscale=True).to_numpy().squeeze() < 250
        sides, ends = round(SIDE), round(END)
        if ink[:, :sides].any() or ink[:, -sides:].any() or ink[:ends].any() or ink[-ends:].any():
            drawn.append(number)
    assert not drawn


def test_every_font_is_embedded(printed: pdfium.PdfDocument) -> None:
    foreign = set()
    for page in printed:
        for part in page.get_objects(filter=[raw.FPDF_PAGEOBJ_TEXT]):
            font = raw.FPDFTextObj_GetFont(part)
            if not raw.FPDFFont_GetIsEmbedded(font):
                name = ctypes.create_string_buffer(100)
                raw.FPDFFont_GetBaseFontName(font, name, 100)
                foreign.add(name.value)
    assert not foreign


def kind_of(element: object) -> str:
    """What an element of the structure is."""
    size = raw.FPDF_StructElement_GetType(element, None, 0)
    name = ctypes.create_string_buffer(size)
    raw.FPDF_StructElement_GetType(element, name, size)
    return name.raw.decode("utf-16-le").rstrip("\0")


def pictures(element: object) -> Iterator[bool]:
    """Whether each picture below an element is described; a figure may leave that to the picture in it."""
    count = raw.FPDF_StructElement_CountChildren(element)
    children = (raw.FPDF_StructElement_GetChildAtIndex(element, index) for index in range(count))
    below = [found for child in children if child for found in pictures(child)]
    if kind_of(element) == "Figure" and not below:
        yield raw.FPDF_StructElement_GetAltText(element, None, 0) > 2
    yield from below


def test_pictures_are_described(printed: pdfium.PdfDocument) -> None:
    described, silent = 0, []
    for number, page in enumerate(printed, start=1):
        tree = raw.FPDF_StructTree_GetForPage(page)
        for index in range(raw.FPDF_StructTree_CountChildren(tree)):
            found = list(pictures(raw.FPDF_StructTree_GetChildAtIndex(tree, index)))
            described += sum(found)
            silent += [number] * (len(found) - sum(found))
        raw.FPDF_StructTree_Close(tree)
    assert described >= 50
    assert not silent


def test_links_inside_the_book_lead_inside_the_file(tmp_path: Path) -> None:
    """And those to what only the site has are none; of what is folded nothing is lost, of what is dark nothing kept."""
    page = (
        '<html><head><title>Book</title></head><body><article class="bd-article"><section id="top"><h1>{}</h1>'
        '<a href="{}.html#top">there</a> <a href="#top">here</a> <a href="data.json">data</a>'
        '<a href="https://example.org/">out</a><a href="#lab?depth=3">state</a><div id="lab"></div>'
        '<details><summary><p class="admonition-title">box</p></summary><p>folded</p></details>'
        '<img class="only-dark" src="x.svg"><button>press</button></section></article>'
    )
    for name, other in (("index", "first"), ("first", "index")):
        (tmp_path / f"{name}.html").write_text(page.format(name, other), encoding="utf-8")
    whole = BeautifulSoup(one_page(tmp_path, [(None, ["index"]), ("Part", ["first"])]), "html.parser")
    ids = {tag["id"] for tag in whole.find_all(id=True)}
    links = [link["href"] for link in whole.find_all("a")]
    assert ids == {"index", "first", "index--top", "first--top", "index--lab", "first--lab"}
    assert [link for link in links if link.startswith("#") and link[1:] not in ids] == []
    assert links[:4] == ["#first--top", "#index--top", "https://example.org/", "#index--lab"]
    assert [tag.name for tag in whole.select("#first h2, .part")] == ["h1", "h2"]
    assert len(whole.find_all("p", string="folded")) == 2
    assert len(whole.select(".admonition.dropdown > .admonition-title")) == 2
    # A browser would make an empty one of the outer, and a title that keeps to it would not keep to its text.
    assert not whole.select("p p")
    assert not whole.find_all(["details", "button", "img"])


def test_without_pages_it_says_what_to_do(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--output", str(tmp_path)]) == 1
    assert "make book" in capsys.readouterr().err
