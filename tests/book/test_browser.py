"""The built pages in a browser whose network is cut, from a server on this machine and from the folder on disk.

``make test`` builds the book first. The pages are taken from ``LAYERWISE_PAGES`` or ``_build/html``; a browser is
Debian's Chromium, or the one that ``CHROMIUM`` names.
"""

from __future__ import annotations

import functools
import http.server
import importlib
import os
import re
import shutil
import threading
from collections.abc import Callable, Iterator
from importlib.resources import files
from pathlib import Path
from urllib.parse import unquote, urlsplit

import nbformat
import pytest
from bs4 import BeautifulSoup
from playwright.sync_api import Browser, Page

from chromium import unless_in_ci
from layerwise.audit import audit, audit_table

ROOT = Path(__file__).resolve().parents[2]
PAGES = Path(os.environ.get("LAYERWISE_PAGES", ROOT / "_build" / "html")).resolve()
SOURCE_CODE = "_modules/layerwise/derive/equations.html"  # one of the many pages with the package's code, all alike
NAMES = sorted(
    name
    for path in PAGES.rglob("*.html")
    if not (name := path.relative_to(PAGES).as_posix()).startswith(("_static/", "_modules/")) or name == SOURCE_CODE
)
SOURCES = {name: (PAGES / "_sources" / name).with_suffix(".md") for name in NAMES}
CHAPTERS = [name for name, source in SOURCES.items() if source.is_file()]
NOTEBOOKS = [name for name in CHAPTERS if "{code-cell}" in SOURCES[name].read_text(encoding="utf-8")]
DOORS = ("derive", "depth", "see", "audit", "data", "data.synthetic", "figures", "keep", "assignments")
ORIGINS = ["server", "folder"]
THEMES = ["light", "dark"]
OPEN_WHAT_IS_FOLDED = """() => {
    document.querySelectorAll('details').forEach(part => { part.open = true; });
    document.querySelectorAll('.toggle-hidden .toggle-button').forEach(button => button.click());
}"""
CUT_OFF = """[...document.querySelectorAll('.prev-next-area a')].filter(a => a.scrollWidth > a.clientWidth + 1)
    .map(a => a.textContent.trim())"""
# Of every weight, as axe-core finds it.
FAULTS_FOR_ASSISTIVE_TECHNOLOGY = """async () => {
    const found = await axe.run(document, {resultTypes: ['violations']});
    const said = fault => `${fault.id} (${fault.impact}): ${fault.nodes.map(node => node.html).join(' ')}`;
    return found.violations.map(said);
}"""
# Of every drop-down but those of figures and instruments: how its title looks, and on what it stands.
LOOKS = """() => [...document.querySelectorAll('.dropdown.admonition:not(.figure-numbers), .hide, .sd-dropdown')]
    .map(box => {
        const title = getComputedStyle(box.querySelector('.admonition-title:not(.collapsed), .sd-card-header'));
        const looks = ['display', 'listStyleType', 'backgroundColor', 'fontSize', 'fontWeight', 'borderLeftWidth'];
        const grounds = [box, ...box.querySelectorAll('.sd-summary-content')]
            .map(one => getComputedStyle(one).backgroundColor);
        const pages = [getComputedStyle(document.body).backgroundColor, 'rgba(0, 0, 0, 0)'];
        return [...looks.map(name => title[name]), grounds.every(one => pages.includes(one))].join(' ');
    })"""
WIDTHS = (1280, 390)
LOOK_AT_PICTURES = """() => Promise.all([...document.images].map(async image => {
    const seen = image.offsetParent !== null;
    image.loading = 'eager';
    if (seen && !image.complete) await new Promise(done => { image.onload = image.onerror = done; });
    const name = image.src.split('/').pop();
    return {name, seen, alt: image.alt, width: image.naturalWidth, classes: [...image.classList]};
}))"""


@pytest.fixture(scope="module", autouse=True)
def built() -> None:
    if not (PAGES / "index.html").is_file():
        unless_in_ci(f"there are no pages in {PAGES}: make book builds them")


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    class Handler(http.server.SimpleHTTPRequestHandler):
        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    handler = functools.partial(Handler, directory=str(PAGES))
    with http.server.ThreadingHTTPServer(("localhost", 0), handler) as httpd:
        threading.Thread(target=httpd.serve_forever, daemon=True).start()
        yield f"http://localhost:{httpd.server_port}/"
        httpd.shutdown()


class Reader:
    """A browser window in one theme whose network is cut, with what a reader would stumble over."""

    def __init__(self, browser: Browser, base: str, theme: str) -> None:
        self.base = base
        self.complaints: list[str] = []
        self.context = browser.new_context(viewport={"width": 1280, "height": 900}, color_scheme=theme)
        self.context.route(lambda url: not url.startswith((base, "data:", "blob:")), lambda route: route.abort())
        self.page = self.context.new_page()
        self.page.on("request", lambda request: self.notice_request(request.url))
        self.page.on("response", lambda response: self.notice_status(response.status, response.url))
        self.page.on("console", lambda message: self.notice_console(message.type, message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(f"script error: {error}"))

    def notice_request(self, url: str) -> None:
        if not url.startswith((self.base, "data:", "blob:")):
            self.complaints.append(f"asks for {url}")

    def notice_status(self, status: int, url: str) -> None:
        if status >= 400:
            self.complaints.append(f"answered {status}: {url}")

    def notice_console(self, kind: str, text: str) -> None:
        if kind == "error":
            self.complaints.append(f"console: {text}")

    def open(self, name: str) -> Page:
        self.page.goto(self.base + name, wait_until="load")
        self.page.evaluate("async () => { if (window.MathJax?.startup) await MathJax.startup.promise; }")
        return self.page


@pytest.fixture(scope="module")
def readers(browser: Browser, server: str) -> dict[tuple[str, str], Reader]:
    bases = {"server": server, "folder": f"{PAGES.as_uri()}/"}
    return {(origin, theme): Reader(browser, bases[origin], theme) for origin in ORIGINS for theme in THEMES}


@pytest.fixture(params=list(zip(ORIGINS, THEMES, strict=True)), ids="-".join)  # neither changes what the other does
def reader(request: pytest.FixtureRequest, readers: dict[tuple[str, str], Reader]) -> Reader:
    chosen = readers[request.param]
    chosen.complaints.clear()
    chosen.page.set_viewport_size({"width": 1280, "height": 900})
    return chosen


Planted = Callable[[str], Reader]


@pytest.fixture
def planted(browser: Browser, tmp_path: Path) -> Iterator[Planted]:
    """Makes a page of what is planted in it, and a reader who can open it."""
    reader = Reader(browser, f"{tmp_path.as_uri()}/", "light")

    def plant(page: str) -> Reader:
        (tmp_path / "page.html").write_text(page, encoding="utf-8")
        return reader

    yield plant
    reader.context.close()


def troubles(reader: Reader, name: str) -> list[str]:
    """What a reader of a page would stumble over, at the width of a desk and of a phone."""
    page = reader.open(name)
    page.evaluate(OPEN_WHAT_IS_FOLDED)
    found = []
    equations = page.locator(".math")
    missing = equations.count() - equations.filter(has=page.locator("mjx-container")).count()
    if missing or page.locator("mjx-merror").count():
        found.append(f"{missing} equations are not rendered, {page.locator('mjx-merror').count()} are wrong")
    theme = page.evaluate("document.documentElement.dataset.theme")
    for picture in page.evaluate(LOOK_AT_PICTURES):
        if not picture["alt"].strip() or re.search(r"\.(png|svg|jpe?g)$", picture["alt"]):
            found.append(f"{picture['name']} has no alternative text, or a file name: {picture['alt']!r}")
        if picture["seen"] and picture["width"] == 0:
            found.append(f"{picture['name']} does not load")
        if picture["seen"] and f"only-{'light' if theme == 'dark' else 'dark'}" in picture["classes"]:
            found.append(f"{picture['name']} is for the other theme")
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        needed = page.evaluate("document.documentElement.scrollWidth")
        if needed > width:
            found.append(f"the page scrolls sideways at {width} px: its content is {needed} px wide")
        found += [f"the link {link!r} is cut off at {width} px" for link in page.evaluate(CUT_OFF)]
    return found + reader.complaints


@pytest.mark.parametrize("name", NAMES)
def test_a_page_reads_well(reader: Reader, name: str) -> None:
    assert troubles(reader, name) == []


def barriers(reader: Reader, name: str, width: int) -> list[str]:
    """What axe-core finds on a page with all drop-downs open."""
    reader.page.set_viewport_size({"width": width, "height": 900})
    page = reader.open(name)
    page.evaluate(OPEN_WHAT_IS_FOLDED)
    page.evaluate(files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8"))
    page.wait_for_timeout(700)  # what fades in has its contrast at the end, and the theme its places to stop at
    return list(page.evaluate(FAULTS_FOR_ASSISTIVE_TECHNOLOGY))


@pytest.mark.parametrize(("width", "theme"), list(zip(WIDTHS, THEMES, strict=True)))
@pytest.mark.parametrize("name", NAMES)
def test_a_page_has_no_barriers(readers: dict[tuple[str, str], Reader], name: str, width: int, theme: str) -> None:
    assert barriers(readers["server", theme], name, width) == []


@pytest.mark.parametrize(
    ("body", "barrier"),
    [
        ('<img src="data:image/svg+xml,<svg/>">', "image-alt (critical)"),
        ('<p style="color: #999; background: #fff">pale</p>', "color-contrast (serious)"),
        ("<h1>One</h1><h3>Three</h3>", "heading-order (moderate)"),
        ("<table><tr><th></th></tr><tr><td>1</td></tr></table>", "empty-table-header (minor)"),
        ("<details><summary>more</summary><a href='#'></a></details>", "link-name (serious)"),
    ],
)
def test_each_barrier_is_seen(planted: Planted, body: str, barrier: str) -> None:
    reader = planted(f"<!doctype html><html lang='en'><title>t</title><main>{body}</main></html>")
    assert any(barrier in line for line in barriers(reader, "page.html", WIDTHS[0]))


@pytest.mark.parametrize("theme", THEMES)
def test_drop_downs_have_one_look_and_the_ground_of_the_page(
    readers: dict[tuple[str, str], Reader], theme: str
) -> None:
    """Figures and tables have the page's ground, so that any other would show around them."""
    page = readers["folder", theme].open("vanishing_gradients.html")
    page.evaluate(OPEN_WHAT_IS_FOLDED)
    looks = page.evaluate(LOOKS)
    assert len(looks) > 20
    assert len(set(looks)) == 1, set(looks)
    assert looks[0].startswith("list-item disclosure-open") and looks[0].endswith("true")


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_a_page_says_how_long_it_takes_and_no_chapter_is_too_long(name: str) -> None:
    said = soup(PAGES / name).select_one("h1 + p.reading-time")
    assert said is not None
    minutes = re.match(r"Reading time: about (\d+) minutes?", said.text)
    assert minutes is not None and int(minutes[1]) <= 60


@pytest.mark.parametrize(
    ("body", "trouble"),
    [
        ('<script src="https://example.org/script.js"></script>', "asks for https://example.org/script.js"),
        ("<script>console.error('no')</script>", "console: no"),
        ("<script>undefined.x</script>", "script error"),
        ('<span class="math">\\(x\\)</span>', "1 equations are not rendered"),
        ('<img src="data:image/png;base64,AAAA" alt="A line">', "does not load"),
        ('<img src="data:image/svg+xml,<svg/>">', "no alternative text"),
        ('<img src="data:image/svg+xml,<svg/>" alt="line.svg">', "no alternative text"),
        ('<div style="width: 500px">wide</div>', "scrolls sideways at 390 px"),
        ('<details><div style="width: 500px">wide</div></details>', "scrolls sideways at 390 px"),
        (
            '<p class="prev-next-area"><a style="display: block; width: 9px; overflow: hidden">Backpropagation</a></p>',
            "the link 'Backpropagation' is cut off at 390 px",
        ),
    ],
)
def test_each_trouble_is_seen(planted: Planted, body: str, trouble: str) -> None:
    """The checks themselves: a page that has one trouble is not taken for a good one."""
    reader = planted(f"<!doctype html><meta charset='utf-8'><title>t</title>{body}")
    assert any(trouble in line for line in troubles(reader, "page.html"))


def test_the_theme_follows_the_reader_and_its_icons_load(reader: Reader) -> None:
    page = reader.open("index.html")
    dark = page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches")
    assert page.evaluate("document.documentElement.dataset.theme") == ("dark" if dark else "light")
    page.evaluate("document.fonts.ready")
    loaded = page.evaluate("[...document.fonts].filter(font => font.status === 'loaded').map(font => font.family)")
    assert any("Font Awesome" in family for family in loaded) or page.locator("svg.svg-inline--fa").count() > 0


def test_search_finds_a_word(reader: Reader) -> None:
    page = reader.open("index.html")
    page.keyboard.press("Control+k")
    page.locator("input[type=search]:visible").first.fill("backpropagation")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search.html?*")
    result = page.locator("#search-results li a").first
    result.wait_for()
    page.wait_for_timeout(500)  # the summaries of the results come after the results
    assert reader.complaints == []
    result.click()
    page.wait_for_load_state()
    assert "backpropagation" in page.locator("main").inner_text().lower()


@pytest.mark.parametrize("name", NAMES)
def test_links_lead_somewhere(name: str) -> None:
    page = PAGES / name
    for link in soup(page).select("a[href]"):
        target = urlsplit(str(link["href"]))
        if target.scheme or target.netloc:
            continue
        path = (page.parent / unquote(target.path)).resolve() if target.path else page
        assert path.is_file(), f"{name} links to {link['href']}, which is not there"
        if target.fragment and path.suffix == ".html":
            assert soup(path).find(id=unquote(target.fragment.partition("?")[0])), (
                f"{name} links to {link['href']}, which has no such place"
            )


def test_every_public_name_is_described_once_and_chapters_and_it_lead_to_each_other() -> None:
    entries = [str(entry["id"]) for entry in soup(PAGES / "api.html").select("dt.sig[id]")]
    for folder in DOORS:
        for name in importlib.import_module(f"layerwise.{folder}").__all__:
            assert entries.count(f"layerwise.{folder}.{name}") == 1
    back = soup(PAGES / "backpropagation.html").select('a[href="api.html#layerwise.derive.check_gradient"]')
    there = soup(PAGES / "api.html").find(id="layerwise.derive.check_gradient").parent
    assert back and there.select('a[href="backpropagation.html"]')


@pytest.mark.parametrize("name", CHAPTERS)
def test_no_formula_is_left_as_text(name: str) -> None:
    written = soup(PAGES / name).select_one("article").find_all(string=re.compile(r"\$[^$]*\\[a-z]"))
    as_code = ["script", "style", "code", "pre"]
    assert [text for text in written if not text.find_parent(as_code)] == []


def test_a_mark_stays_in_the_line_of_its_formula() -> None:
    written = "".join((PAGES / name).read_text(encoding="utf-8") for name in CHAPTERS)
    assert '<span class="formula-with-marks">' in written
    assert re.findall(r'<span class="math [^>]*>[^<]*</span></span>[.,;:?!)]', written) == []


@pytest.mark.parametrize(("course", "hours"), [("One hour", 1), ("Three hours", 3), ("Six hours", 6)])
def test_what_a_course_reads_at_home_takes_no_longer_than_the_course(course: str, hours: int) -> None:
    heading = next(found for found in soup(PAGES / "for_instructors.html").select("h3") if course in found.text)
    minutes = [int(row.select("td")[1].text) for row in heading.find_next("table").select("tbody tr")]
    assert minutes[-1] == sum(minutes[:-1]) and 0.5 < minutes[-1] / (60 * hours) < 1


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_a_chapter_can_be_downloaded_and_launched(name: str) -> None:
    links = [str(link["href"]) for link in soup(PAGES / name).select("a[href]")]
    stem = name.removesuffix(".html")
    assert f"_sources/{stem}.ipynb" in links
    notebook = nbformat.read(PAGES / "_sources" / f"{stem}.ipynb", as_version=4)
    assert any(cell.get("outputs") for cell in notebook.cells), "the notebook was not run"
    assert any(link.startswith("https://mybinder.org/") and link.endswith(f"book/{stem}.md") for link in links)


@functools.cache
def soup(path: Path) -> BeautifulSoup:
    return BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")


def test_the_table_of_the_audit_is_filtered_and_sorted(browser: Browser, tmp_path: Path) -> None:
    """In a folder, without a server; and it stands whole without JavaScript."""
    (tmp_path / "_static").mkdir()
    shutil.copy(ROOT / "web" / "audit.js", tmp_path / "_static")
    table = audit_table(audit("mnist")).data
    (tmp_path / "page.html").write_text(f"<!doctype html><meta charset='utf-8'>{table}", encoding="utf-8")
    address = (tmp_path / "page.html").as_uri()
    page = browser.new_page()
    page.goto(f"{address}#claim-cnn-shear")
    rows = page.locator("table.audit tbody tr:visible")
    whole = rows.count()
    page.get_by_label("verdict").select_option("does not hold")
    assert 0 < rows.count() < whole
    verdicts = "rows => rows.map(row => row.querySelector('td:nth-child(2)').firstChild.data)"  # a cause may follow
    assert set(rows.evaluate_all(verdicts)) == {"does not hold"}
    assert page.get_by_role("status").inner_text() == f"{rows.count()} of {whole} claims"
    page.get_by_label("kind").select_option("formula")
    page.evaluate("location.hash = '#claim-figure-6'")  # a row that the filters hide
    page.locator("#claim-figure-6").wait_for()
    assert rows.count() == whole
    page.get_by_role("button", name="Verdict").click()
    page.get_by_role("button", name="Verdict").click()
    sorted_ones = rows.evaluate_all(verdicts)
    assert sorted_ones == sorted(sorted_ones, reverse=True)
    bare = browser.new_context(java_script_enabled=False).new_page()
    bare.goto(address)
    assert bare.locator("table.audit tbody tr:visible").count() == whole
