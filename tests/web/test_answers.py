"""Answer fields: what they say to right, nearly right and wrong answers, by keyboard, aloud, without JavaScript."""

from __future__ import annotations

import base64
import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Page, expect

from bookbuild.__main__ import Build
from notebook_header import HEADER

ROOT = Path(__file__).parents[2]
FIELDS = """
# Fields

```{code-cell} ipython3
:tags: [remove-cell]
from layerwise.keep import begin, record
begin("page", "any")
record("growth", 0.22653, ".2f")
record("layers", 64)
record("planted", 3)
record("winner", "the sigmoid")
```

```{exercise-start} Questions
:label: questions
:class: core
```
How much is left?

```{answer} growth
:label: What is left, $\\sqrt\\chi$
:hint: "Take the root: q is a square."
- 0.05 | you squared it twice.
- layers | that is the number of layers.
```
```{answer} layers
:label: How many layers
:hint: Count the hidden ones.
```
```{answer} 51136
:label: How many parameters
:hint: Count the biases, too.
```
```{answer} 7
:label: Which class
:hint: It is a name.
:named:
```
```{answer} -3/64
:label: Which delta
:hint: The slope is three sixteenths.
:tolerance: 1/1000
```
```{answer} 6.02e23
:label: Something huge
:hint: Moles.
```
```{choice} planted
:label: Which sentence is false
:hint: Count.

- the first | it holds for all runs.
- the second
- the third, $\\chi = 1$ | well counted.
```
```{choice} winner
:label: Which function wins
:hint: Its slope is small.

- tanh
- the sigmoid
```
```{exercise-end}
```

```{solution-start} questions
:class: dropdown
```
The answer is {glue:text}`growth`.
```{solution-end}
```
"""
WAYS_TO_WRITE = ("0.2265", ".226", "0.228", "2.27e-1", "22.7 %", "2.27·10^-1", "2.27×10⁻¹", "227/1000", " 0.2265 ")
EXPECTED = """
any: {growth: {close_to: 0.22653, tolerance: 0}, layers: {equals: 64}, planted: {equals: 3}, winner: {text: any}}
"""


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small book: ``page.html`` has fields, ``index.html`` none."""
    project = tmp_path_factory.mktemp("fields")
    for name in ("_config.yml", "conf.py", "web", "code"):
        (project / name).symlink_to(ROOT / name)
    (project / "_toc.yml").write_text("format: jb-book\nroot: index\nchapters:\n  - file: page\n")
    book = project / "book"
    (book / "expectations").mkdir(parents=True)
    shutil.copy2(ROOT / "book" / "references.bib", book)
    (book / "index.md").write_text("# Home\n\nNo field.\n")
    (book / "page.md").write_text(HEADER + FIELDS)
    (book / "expectations" / "page.yml").write_text(EXPECTED)
    build = Build(project, project / "_build")
    assert build.run() == []
    return build.html


@pytest.fixture(scope="module")
def shared(browser: Browser, pages: Path) -> Iterator[Page]:
    page = browser.new_page()
    yield page
    page.close()


@pytest.fixture
def page(shared: Page, pages: Path) -> Page:
    shared.goto((pages / "page.html").as_uri())
    return shared


def field(page: Page, label: str) -> Locator:
    return page.locator("form.answer").filter(has_text=label)


def answer(form: Locator, typed: str) -> Locator:
    """Type an answer, press Enter, and return what is said."""
    form.get_by_role("textbox").fill(typed)
    form.get_by_role("textbox").press("Enter")
    return form.get_by_role("status")


@pytest.mark.parametrize(
    ("label", "typed", "said"),
    [
        *[("What is left", typed, "Right: 0.2265.") for typed in WAYS_TO_WRITE],
        ("What is left", "0.23", "Not quite: you rounded too far; give one digit more."),
        ("What is left", "0.2", "Not quite: you rounded too far; give one digit more."),
        ("What is left", "-0.2265", "Not quite: the size is right, the sign is not."),
        ("What is left", "−0.2265", "Not quite: the size is right, the sign is not."),
        ("What is left", "0.453", "Not quite: it is twice the right number."),
        ("What is left", "0.1133", "Not quite: it is half the right number."),
        ("What is left", "22.65", "Not quite: it is a hundred times the right number."),
        ("What is left", "2.265", "Not quite: the digits are right, the power of ten is not."),
        ("What is left", "4.414", "Not quite: it is upside down: one over the right number."),
        ("What is left", "0.05", "Not quite: you squared it twice."),
        ("What is left", "64", "Not quite: that is the number of layers."),
        ("What is left", "0.0513", "Not quite: it is the square of the right number."),
        ("What is left", "0.476", "Not quite: it is the root of the right number."),
        ("What is left", "0.221", "Not quite: it is less than three per cent off."),
        ("What is left", "0.2195", "Not yet. Hint: Take the root"),
        ("What is left", "0.3", "Not yet. Hint: Take the root"),
        ("What is left", "0", "Not yet. Hint: Take the root"),
        ("What is left", "0,2265", "Please write a point for decimals: 0.2265."),
        ("What is left", "22,65 %", "Please write a point for decimals: 22.65%."),
        ("What is left", "3,000", "Not yet. Read as 3000: write a point for decimals. Hint: Take the root"),
        ("What is left", "2,265", "Not quite: the digits are right, the power of ten is not. Read as 2265: write"),
        ("What is left", "about a quarter", "That is no number"),
        ("What is left", "1/2/3", "That is no number"),
        ("What is left", "1/0", "That is no number"),
        ("What is left", "", "Type a number first."),
        ("How many layers", "64", "Right."),
        ("How many layers", "64.0", "Right."),
        ("How many layers", "63", "Not quite: you are off by one."),
        ("How many layers", "60", "Not quite: you rounded too far; give one digit more."),
        ("How many layers", "66", "Not yet. Hint: Count the hidden ones."),
        ("How many layers", "1,064", "Not yet. Hint: Count the hidden ones."),
        ("How many parameters", "51,136", "Right."),
        ("How many parameters", "51136", "Right."),
        ("How many parameters", "+51,136.0", "Right."),
        ("How many parameters", "5,113,600 %", "Right."),
        ("How many parameters", "51,137", "Not quite: you are off by one."),
        ("How many parameters", "51,000", "Not quite: you rounded too far; give one digit more."),
        *[("How many parameters", odd, "Please write a point") for odd in ("51,1360", "5,11", "051,136", "51,136e0")],
        *[("How many parameters", odd, "That is no number") for odd in ("5,11,36", "51,,136", "5.1,136", "51,136/1")],
        ("Which class", "7", "Right."),
        ("Which class", "8", "Not yet. Hint: It is a name."),
        ("Which class", "14", "Not yet. Hint: It is a name."),
        ("Which delta", "-3/64", "Right: -0.04688."),
        ("Which delta", "-0.046875", "Right: -0.04688."),
        ("Which delta", "-0.047", "Not quite: you rounded too far; give one digit more."),
        ("Which delta", "3/64", "Not quite: the size is right, the sign is not."),
        ("Which delta", "3/16", "Not yet. Hint: The slope is three sixteenths."),
        ("Something huge", "6.02*10^23", "Right: 6.02e+23."),
        ("Something huge", "10^23", "Not yet. Hint: Moles."),
        ("Something huge", "6.02e22", "Not quite: the digits are right, the power of ten is not."),
    ],
)  # fmt: skip
def test_what_a_number_is_told(page: Page, label: str, typed: str, said: str) -> None:
    status = answer(field(page, label), typed)
    expect(status).to_contain_text(said)
    kind = {"Right": "right", "Not q": "nearly", "Not y": "wrong"}.get(said[:5], "unread")
    expect(field(page, label)).to_have_attribute("data-state", kind)


def test_a_hint_stays_and_the_solution_is_named_at_last(page: Page) -> None:
    form = field(page, "How many layers")
    for guess in ("12", "13"):
        expect(answer(form, guess)).to_have_text("Not yet. Hint: Count the hidden ones.")
    expect(answer(form, "14")).to_have_text("Not yet. Hint: Count the hidden ones. The solution is below.")
    form.get_by_role("textbox").fill("6")
    expect(form.get_by_role("status")).to_have_text("")
    expect(answer(form, "64")).to_have_text("Right.")


@pytest.mark.parametrize(
    ("label", "choice", "said"),
    [
        ("Which sentence", "the first", "Not yet. It holds for all runs. Hint: Count."),
        ("Which sentence", "the second", "Not yet. Hint: Count."),
        ("Which sentence", "the third", "Right. Well counted."),
        ("Which function", "tanh", "Not yet. Hint: Its slope is small."),
        ("Which function", "the sigmoid", "Right."),
    ],
)
def test_what_a_choice_is_told(page: Page, label: str, choice: str, said: str) -> None:
    form = field(page, label)
    form.get_by_role("button").click()
    expect(form.get_by_role("status")).to_have_text("Choose an answer first.")
    form.get_by_role("radio", name=choice).check()
    form.get_by_role("button").click()
    expect(form.get_by_role("status")).to_have_text(said)


def test_the_keyboard_is_enough(page: Page) -> None:
    box = page.get_by_label("How many layers")
    box.focus()
    page.keyboard.type("64")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    expect(field(page, "How many layers").get_by_role("status")).to_have_text("Right.")
    form = field(page, "Which sentence")
    form.get_by_role("radio").first.focus()
    for key in ("Space", "ArrowDown", "ArrowDown", "Enter"):
        page.keyboard.press(key)
    expect(form.get_by_role("status")).to_have_text("Right. Well counted.")


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_no_barrier_and_no_overflow(browser: Browser, pages: Path, theme: str, width: int) -> None:
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=theme)  # type: ignore[arg-type]
    page = context.new_page()
    page.goto((pages / "page.html").as_uri())
    page.evaluate("async () => { if (window.MathJax?.startup) await MathJax.startup.promise; }")
    for typed in ("64", "63", "5"):
        expect(answer(field(page, "How many layers"), typed)).not_to_be_empty()
        found = Axe().run(page, context="form.answer").response["violations"]
        assert [fault["id"] for fault in found] == []
    for form in page.locator("form.answer").all():
        box = form.bounding_box()
        assert box is not None and box["x"] >= 0 and box["x"] + box["width"] <= width
    for control in page.locator("form.answer :is(button, input[type=text], fieldset label)").all():
        assert width > 600 or control.evaluate("(one) => one.getBoundingClientRect().height") >= 24
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    context.close()


def test_without_javascript_there_is_no_field_and_the_solution_can_be_read(browser: Browser, pages: Path) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto((pages / "page.html").as_uri())
    expect(page.locator("form.answer")).to_have_count(8)
    for form in page.locator("form.answer").all():
        expect(form).to_be_hidden()
    expect(page.get_by_text("The answer is 0.23.")).to_be_visible()
    context.close()


def test_only_pages_with_fields_load_the_script(pages: Path) -> None:
    loads = {name: "answers.js" in (pages / f"{name}.html").read_text() for name in ("index", "page")}
    assert loads == {"index": False, "page": True}
    assert sum((ROOT / "web" / f"answers.{kind}").stat().st_size for kind in ("js", "css")) <= 10_000


def test_an_answer_is_not_read_at_a_glance_and_comes_from_the_chapter(pages: Path) -> None:
    text = (pages / "page.html").read_text()
    assert "0.22653" not in text
    first = base64.b64decode(text.split('data-answer="')[1].split('"')[0])
    assert json.loads(first)["right"] == 0.22653, "in full, not as prose rounds it"
