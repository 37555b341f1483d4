"""``python -m bookbuild.pdf``: the built pages as one PDF, which Chromium prints.

The pages' articles are put into one page, one after the other as the contents have them. Each keeps its own figures,
numbers and boxes; drop-downs are open, instruments are their still pictures, and links between pages stay in the file.
It is printed twice: the first time shows on which page each chapter begins, the second has it in the contents.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterator
from functools import partial
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import urldefrag

import pypdfium2 as pdfium
import pypdfium2.raw as raw
from bs4 import BeautifulSoup
from sphinx_external_toc.parsing import parse_toc_yaml

from bookbuild.browser import NOT_FOUND, chromium, find_chromium

NAME = "layerwise.pdf"
LINKED = re.compile(r'<span class="one-pdf">(.*?)</span>')  # words of the home page that lead to it, once it is there
PAGE_WIDTH, PAGE_HEIGHT = 666, 1000  # what the margins of web/print.css leave of A4, in CSS pixels
PATIENCE = 3_600_000  # milliseconds to open the book, on a machine that does much else
POINTS_AT_IDS = ("for", "aria-labelledby", "aria-describedby", "aria-controls")
# Shown by a script, for the dark theme, or to be pressed; on paper none of it is there.
NOT_ON_PAPER = (
    "script, template, button, summary .expanded, .sd-summary-state-marker, .only-dark, .headerlink, .copybtn, "
    ".viewcode-link, .prev-next-area, .reading-time, form.answer"
)
# What is wider than the page is drawn smaller, once the mathematics is set; what is long may go on on the next page.
FIT = """async () => {
    await MathJax.startup.promise;
    await Promise.all([...document.images].map((image) => image.decode()));
    for (const wide of document.querySelectorAll("table, mjx-container[display], .text_html > pre")) {
        const room = wide.closest("div, section, figure").clientWidth;
        const drawn = wide.matches("mjx-container") ? wide.firstElementChild : wide;
        const taken = Math.max(drawn.getBoundingClientRect().width, wide.scrollWidth);
        if (taken > room) wide.style.zoom = 0.99 * room / taken;
    }
    for (const whole of document.querySelectorAll("table, .highlight, .cell, .admonition"))
        for (let box = whole; box.offsetHeight > innerHeight / 3 && !box.matches("section"); box = box.parentElement)
            box.classList.add("long");
    return [...document.querySelectorAll(".book-contents a")].map((link) => link.hash.slice(1));
}"""
NUMBER = """(pages) => {
    document.querySelectorAll(".book-contents a").forEach((link, index) => link.dataset.page = pages[index]);
}"""


def contents(project: Path) -> Iterator[tuple[str | None, list[str]]]:
    """The caption of each part, and its pages in reading order; first the home page, without a caption."""
    site = parse_toc_yaml(project / "_toc.yml")
    yield None, [site.root.docname]
    for part in site.root.subtrees:
        yield part.caption, [str(page) for page in part.items]


def read_page(path: Path) -> Any:
    """A built page, to search (untyped: Beautiful Soup's own types allow for lists where none can be)."""
    return BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")


def one_page(html: Path, parts: list[tuple[str | None, list[str]]]) -> str:
    """The whole book as a page.

    Parameters
    ----------
    html : Path
        The folder of the built pages.
    parts : list
        As ``contents`` gives them.

    Returns
    -------
    str
        HTML that opens from any folder of this machine.
    """
    home = read_page(html / "index.html")
    names = {name for _, pages in parts for name in pages}
    body, heads, entries = [], [], []
    sheets: dict[str, Any] = {}
    for caption, pages in parts:
        if caption:
            body.append(f'<h1 class="part">{caption}</h1>')
            entries.append(f"<p>{caption}</p>")
        for name in pages:
            page = read_page(html / f"{name}.html")
            sheets |= {str(link): link for link in page.select("head > link") if _serves_print(link)}
            article = _article(page, html, name, names, deeper=caption is not None)
            title = article.find(["h1", "h2"]).get_text()
            heads.append(f'@page {name} {{ @top-right {{ content: "{title}"; }} }} #{name} {{ page: {name}; }}')
            body.append(f'<div id="{name}">{article}</div>')
            if caption:
                entries.append(f'<a href="#{name}">{escape(title)}</a>')
    body.insert(1, f'<nav class="book-contents"><p>Contents</p>{"".join(entries)}</nav>')  # after the home page
    head = [*sheets.values(), *filter(_serves_print, home.head.find_all("script"))]
    for tag in head:
        _at_home(tag, html)
    print_sheet = (html / "_static" / "print.css").as_uri()
    return (
        '<!doctype html><html lang="en" data-theme="light"><head><meta charset="utf-8">'
        f"<title>{home.title.get_text().partition(' — ')[0]}</title>{''.join(map(str, head))}"
        f'<link rel="stylesheet" href="{print_sheet}"><style>{" ".join(heads)}</style></head>'
        f'<body class="bd-article">{"".join(body)}</body></html>'
    )


def _serves_print(tag: Any) -> bool:
    if tag.name == "link":
        return "stylesheet" in tag["rel"] and not re.search("togglebutton|copybutton|thebe|design-tabs", tag["href"])
    return "MathJax" in tag.get_text() or "mathjax" in tag.get("src", "")


def _article(page: Any, html: Path, name: str, names: set[str], *, deeper: bool) -> Any:
    """The article of a page, its marks and links under the page's name; headings a level deeper inside a part."""
    article = page.select_one("article.bd-article")
    for tag in article.select(NOT_ON_PAPER):
        tag.decompose()
    for tag in article.find_all("details"):
        tag.name = "div"
    for tag in article.find_all("summary"):
        tag.name, box = "p", tag.parent
        if re.search("code cell (source|output)|cell content", tag.get_text()):
            tag.decompose()  # it says what pressing it does
            box.unwrap()  # and what it hid is a cell like any other
            continue
        box["class"] = [*box.get("class", []), "admonition", "dropdown"]  # one look, whoever made it
        tag["class"] = "admonition-title"
        if tag.find("p"):
            tag.unwrap()  # no paragraph holds another
    if deeper:
        for tag in article.find_all(re.compile("^h[1-5]$")):
            tag.name = f"h{int(tag.name[1]) + 1}"
    for words in article.select(".instrument > p:not([class])"):
        words.contents[0].replace_with(words.contents[0].replace("With JavaScript", "On the web page"))
    for tag in article.find_all(True):
        for attribute in {"id", *POINTS_AT_IDS} & set(tag.attrs):
            tag[attribute] = " ".join(f"{name}--{word}" for word in tag[attribute].split())
        if "instrument" in tag.get("class", []):
            own = tag["id"].removeprefix(f"{name}--")
            tag.wrap(page.new_tag("div", id=tag["id"]))
            tag["id"] = own  # its style sheet calls it so
        elif tag.name == "img":
            tag.attrs.pop("loading", None)
            _at_home(tag, html)
        elif tag.name == "a" and "href" in tag.attrs:
            _inside(tag, name, names)
    return article


def _inside(link: Any, name: str, names: set[str]) -> None:
    """Let a link lead to its place in this file; a file of the site, which has none, is no link on paper."""
    target, mark = urldefrag(link["href"])
    if re.match("[a-z]+:", target):
        if "download" in link.attrs:
            link.unwrap()
        return
    page = target.removesuffix(".html") or name
    if page in names:
        link["href"] = f"#{page}--{mark.partition('?')[0]}" if mark else f"#{page}"
    else:
        link.unwrap()


def _at_home(tag: Any, html: Path) -> None:
    """Say whole where a file of the site is."""
    for attribute in {"src", "href"} & set(tag.attrs):
        address = tag[attribute].partition("?")[0]
        if not re.match("[a-z]+:", address):
            tag[attribute] = (html / address).as_uri()


def write_pdf(page: Path, path: Path) -> None:
    """Print a page.

    Parameters
    ----------
    page, path : Path
        What to print, and the PDF to write: tagged, with an outline.
    """
    with chromium() as browser:
        tab = browser.new_page(viewport={"width": PAGE_WIDTH, "height": PAGE_HEIGHT})
        tab.emulate_media(media="print", color_scheme="light", reduced_motion="reduce")
        tab.goto(page.as_uri(), timeout=PATIENCE)
        chapters = tab.evaluate(FIT)
        printed = partial(
            tab.pdf, path=path, prefer_css_page_size=True, print_background=True, tagged=True, outline=True
        )
        printed()
        tab.evaluate(NUMBER, _beginnings(path, chapters))
        printed()


def _beginnings(path: Path, marks: list[str]) -> list[int]:
    """The pages, counted from 1, that links to these marks lead to."""
    with pdfium.PdfDocument(path) as document:
        places = [raw.FPDF_GetNamedDestByName(document, mark.encode()) for mark in marks]
        return [raw.FPDFDest_GetDestPageIndex(document, place) + 1 for place in places]


def main(arguments: list[str] | None = None) -> int:
    """The command line; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m bookbuild.pdf", description=__doc__.splitlines()[0])
    parser.add_argument("--project", type=Path, default=Path("."), help="folder of _toc.yml")
    parser.add_argument("--output", type=Path, default=Path("_build"), help="folder of the built pages, html")
    options = parser.parse_args(arguments)
    html = (options.output / "html").resolve()
    if not (html / "index.html").is_file():
        print(f"There are no pages in {html}: make book", file=sys.stderr)
        return 1
    if find_chromium() is None:
        print(NOT_FOUND, file=sys.stderr)
        return 1
    page = html.parent / "print.html"
    page.write_text(one_page(html, list(contents(options.project))), encoding="utf-8")
    unfinished = html.parent / f"unfinished-{NAME}"
    write_pdf(page, unfinished)
    unfinished.replace(html / NAME)
    page.unlink()
    home = html / "index.html"
    linked = LINKED.sub(rf'<a class="one-pdf" href="{NAME}">\1</a>', home.read_text(encoding="utf-8"))
    home.write_text(linked, encoding="utf-8")
    print(f"The book as one PDF: {html / NAME}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
