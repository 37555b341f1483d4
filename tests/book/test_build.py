"""The build cannot lie: a small book is broken in each way, before its first build and after a good one."""

from __future__ import annotations

import contextlib
import io
import random
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
from bs4 import BeautifulSoup

from bookbuild.__main__ import data_in_use, main
from bookbuild.chapters import read_chapter
from bookbuild.execution import fingerprint
from layerwise.data.mnist import load_mnist_5000
from local_server import Server
from notebook_header import HEADER

ROOT = Path(__file__).resolve().parents[2]

FIRST = (
    HEADER
    + """
# First

The slope is at most {glue:text}`slope`, as {doc}`second` says. Of {glue:text}`parameters` parameters.

```{code-cell} ipython3
:tags: [remove-cell]
from layerwise import keep
keep.begin("first")
keep.record("slope", 0.25, ".3f")
keep.record("parameters", 28618)
```
"""
)

FIGURE = """\
```{code-cell} ipython3
---
mystnb:
  figure:
    name: fig-line
    caption: A line.
  image:
    alt: A line that rises.
---
from layerwise import figures
from matplotlib.figure import Figure
figure = Figure()
figure.subplots().plot([0, 1], color=list(figures.PALETTE)[5])
figure
```
"""

SECOND = (
    HEADER
    + r"""
# Second

```{unexpected-numbers}
```

```{chapter-costs}
```

```{reading-times} index second
```

An equation: $y_{i\mu}^{(r)} = f(\nu_{i\mu}^{(r)})$.

```{code-cell} ipython3
import uuid
print("run", uuid.uuid4().hex)
```

```{code-cell} ipython3
:tags: [raises-exception]
int("seven")
```

"""
    + FIGURE
    + "\n{numref}`fig-line` rises.\n"
)


@pytest.fixture(scope="module")
def good_book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A built project of two short chapters with the real package, settings and page furniture."""
    project = tmp_path_factory.mktemp("good") / "project"
    (project / "book" / "expectations").mkdir(parents=True)
    shutil.copytree(ROOT / "code" / "layerwise", project / "code" / "layerwise")
    shutil.copytree(ROOT / "web", project / "web")
    for name in ("_config.yml", "conf.py", "requirements.txt"):
        shutil.copy2(ROOT / name, project)
    write(project / "_toc.yml", "format: jb-book\nroot: index\nchapters:\n- file: first\n- file: second\n")
    write(project / "book" / "index.md", "# A small book\n\nIt has no cells.\n")
    write(project / "book" / "first.md", FIRST)
    write(project / "book" / "second.md", SECOND)
    shutil.copy2(ROOT / "book" / "references.bib", project / "book")
    write(
        project / "book" / "expectations" / "first.yml",
        "any:\n  slope: {close_to: 0.25, tolerance: 0}\n  parameters: {equals: 28618}\n",
    )
    assert build(project) == 0
    return project


@pytest.fixture
def book(good_book: Path, tmp_path: Path) -> Path:
    """A copy of the built project, to break."""
    return Path(shutil.copytree(good_book, tmp_path / "project"))


def write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    write(path, text.replace(old, new))


def add(path: Path, text: str) -> None:
    write(path, path.read_text(encoding="utf-8") + text)


def build(project: Path, *options: str, strict: bool = True) -> int:
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("LAYERWISE_STRICT", "1" if strict else "0")
        # ipykernel listens at the file descriptor of standard error, but not where this variable says that pytest runs.
        environment.delenv("PYTEST_CURRENT_TEST", raising=False)
        return main(["--project", str(project), *options])


def page(project: Path, name: str) -> str:
    return (project / "_build" / "html" / f"{name}.html").read_text(encoding="utf-8")


def run_of(project: Path) -> str:
    """What the second chapter printed: another text each time that it runs."""
    found = re.search(r"run [0-9a-f]{32}", page(project, "second"))
    assert found is not None
    return found[0]


def raise_in_a_cell(project: Path) -> None:
    add(project / "book" / "second.md", "\n```{code-cell} ipython3\nx = 1\nx / 0\n```\n")


def warn(project: Path) -> None:
    add(project / "book" / "second.md", "\n![A picture](missing.png)\n")


def refer_to_nothing(project: Path) -> None:
    add(project / "book" / "first.md", "\nSee {numref}`fig-nowhere`.\n")


def link_to_nothing(project: Path) -> None:
    add(project / "book" / "first.md", "\nSee [this](#nowhere).\n")


def write_to_stderr(project: Path) -> None:
    add(project / "book" / "second.md", "\n```{code-cell} ipython3\nimport warnings\nwarnings.warn('careful')\n```\n")


def write_to_stderr_below_python(project: Path) -> None:
    add(project / "book" / "second.md", "\n```{code-cell} ipython3\nimport os\nos.write(2, b'careful')\n```\n")


def break_the_package(project: Path) -> None:
    add(
        project / "code" / "layerwise" / "keep" / "numbers_in_prose.py",
        "\nraise RuntimeError('the package is broken')\n",
    )


def move_a_bound(project: Path) -> None:
    edit(project / "book" / "expectations" / "first.yml", "0.25", "0.5")


def change_a_number(project: Path) -> None:
    edit(project / "book" / "first.md", 'record("slope", 0.25, ".3f")', 'record("slope", 0.26, ".3f")')


def kill_the_kernel(project: Path) -> None:
    add(project / "book" / "second.md", "\n```{code-cell} ipython3\nimport os\nos._exit(9)\n```\n")


# Each way to break the book, the file and the text on whose line (for a cell: in whose cell) the trouble is, and what
# the report of the build must say of it.
BREAKS: list[tuple[Callable[[Path], None], str, str, list[str]]] = [
    (raise_in_a_cell, "second.md", "x / 0", ["code cell 4:", "ZeroDivisionError", "line 2 of the cell: x / 0"]),
    (warn, "second.md", "missing.png", ["WARNING: image file not readable"]),
    (refer_to_nothing, "first.md", "fig-nowhere", ["WARNING", "fig-nowhere"]),
    (link_to_nothing, "first.md", "#nowhere", ["WARNING", "nowhere"]),
    (write_to_stderr, "second.md", "warnings.warn", ["code cell 4:", "standard error", "careful"]),
    (write_to_stderr_below_python, "second.md", "os.write", ["code cell 4:", "standard error", "careful"]),
    (break_the_package, "first.md", "layerwise", ["code cell 1:", "RuntimeError: the package is broken"]),
    (move_a_bound, "first.md", "record", ["code cell 1:", "slope: expected 0.5", "got 0.25"]),
    (change_a_number, "first.md", "record", ["code cell 1:", "slope: expected 0.25", "got 0.26"]),
    (kill_the_kernel, "second.md", "os._exit", ["code cell 4:", "the kernel died"]),
]


def place(project: Path, name: str, text: str) -> str:
    """How the report names the place of a text: by its line, or by the line on which its cell's fence opens."""
    lines = (project / "book" / name).read_text(encoding="utf-8").splitlines()
    number = next(number for number, line in enumerate(lines) if text in line)
    fences = [above for above in range(number) if lines[above].startswith("```")]
    in_a_cell = len(fences) % 2 == 1
    return f"book/{name}, line {(fences[-1] if in_a_cell else number) + 1}"


@pytest.mark.parametrize(("damage", "name", "text", "words"), BREAKS, ids=[entry[0].__name__ for entry in BREAKS])
@pytest.mark.parametrize("first", [True, False], ids=["first build", "later builds"])
def test_a_broken_book_fails_every_time(
    book: Path,
    damage: Callable[[Path], None],
    name: str,
    text: str,
    words: list[str],
    first: bool,
    capsys: pytest.CaptureFixture[str],
) -> None:
    if first:
        shutil.rmtree(book / "_build")
    damage(book)
    for _ in range(1 if first else 2):
        capsys.readouterr()
        assert build(book) == 1
        message = capsys.readouterr().err
        for word in [place(book, name, text), *words]:
            assert word in message
        assert not (book / "_build" / "html").exists(), "nothing may look like a finished book"


@pytest.fixture(scope="module")
def surprising_book(good_book: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str, str]:
    """A reader's build in which a number is not as expected, in prose, a table and a caption; what it prints."""
    project = Path(shutil.copytree(good_book, tmp_path_factory.mktemp("surprising") / "project"))
    edit(project / "book" / "first.md", 'record("slope", 0.25', 'record("slope", 0.26')
    add(project / "book" / "first.md", "\n| Slope |\n| --- |\n| {glue:text}`slope` |\n")
    add(
        project / "book" / "first.md",
        "\n" + FIGURE.replace("fig-line", "fig-slope").replace("A line.", "Up {glue:text}`slope`."),
    )
    printed = io.StringIO()
    complaints = io.StringIO()
    with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(complaints):
        assert build(project, strict=False) == 0
    return project, printed.getvalue(), complaints.getvalue()


def test_a_reader_gets_a_book_in_which_a_surprising_number_is_marked(surprising_book: tuple[Path, str, str]) -> None:
    project, _, complaints = surprising_book
    first = BeautifulSoup(page(project, "first"), "html.parser").article
    assert first is not None
    marked = "0.260 [! expected 0.25 to within 0]"
    sentence = next(paragraph for paragraph in first.find_all("p") if "slope" in paragraph.get_text())
    places = [sentence, first.select_one("table.table td"), first.select_one("figcaption")]
    assert [marked in " ".join(part.get_text().split()) for part in places if part is not None] == [True] * 3
    assert "28,618 parameters" in first.get_text(), "no mark beside a number that is as expected"
    assert complaints == ""


def test_a_surprising_number_is_listed(surprising_book: tuple[Path, str, str]) -> None:
    project, printed, _ = surprising_book
    assert printed.count("first, slope: expected 0.25 to within 0, got 0.26") == 1
    assert printed.index("took") < printed.index("first, slope") < printed.index("The book is built")
    entry = BeautifulSoup(page(project, "second"), "html.parser").select_one("article li")
    assert entry is not None and entry.get_text() == "First, slope: expected 0.25 to within 0, got 0.26"


def test_a_surprising_number_stays_marked_until_a_strict_build_refuses_it(
    surprising_book: tuple[Path, str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    project = Path(shutil.copytree(surprising_book[0], tmp_path / "project"))
    assert build(project, strict=False) == 0
    printed = capsys.readouterr().out
    assert "running" not in printed and "first, slope: expected" in printed and "[! expected" in page(project, "first")
    assert build(project, "--fail-unexpected", strict=False) == 1
    assert page(project, "first"), "the book is there to be looked at"
    capsys.readouterr()
    assert build(project) == 1
    assert "ExpectationError" in capsys.readouterr().err


def test_where_nothing_is_surprising_the_list_says_so(good_book: Path) -> None:
    assert "Every number is as expected." in page(good_book, "second")


def test_a_number_that_was_never_made_is_said_to_be_missing(book: Path, capsys: pytest.CaptureFixture[str]) -> None:
    edit(book / "book" / "first.md", 'keep.record("parameters"', '1 / 0\nkeep.record("parameters"')
    assert build(book, strict=False) == 1
    message = capsys.readouterr().err
    unfinished = (book / "_build" / "unfinished" / "html" / "first.html").read_text(encoding="utf-8")
    assert "slope is at most 0.250, as" in (words := re.sub(r"<[^>]*>", "", unfinished))
    assert "Of (not computed) parameters." in words
    assert "WARNING" not in message, "a missing number is a consequence, not another failure"


def test_each_failure_is_told_when_it_is_found(book: Path, capsys: pytest.CaptureFixture[str]) -> None:
    edit(book / "book" / "first.md", 'keep.begin("first")', "1 / 0")
    raise_in_a_cell(book)
    warn(book)
    add(book / "book" / "index.md", "\n![A picture](missing.png)\n")
    order: list[str] = []

    class Heard(io.StringIO):
        def write(self, text: str) -> int:
            order.append(text)
            return len(text)

    with contextlib.redirect_stdout(Heard()), contextlib.redirect_stderr(Heard()):
        assert build(book, strict=False) == 1
    told = "".join(order)
    moments = ["book/first.md, line", "book/second.md: running", "book/second.md, line", "book/index.md, line"]
    positions = [told.index(moment) for moment in [*moments, "The book was not built"]]
    assert positions == sorted(positions)
    summary = told[positions[-1] :]
    assert [summary.count(name) for name in ("book/first.md, line", "book/second.md, line", "book/index.md, line")] == [
        1
    ] * 3


def test_prose_alone_runs_nothing(book: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run = run_of(book)
    capsys.readouterr()
    edit(book / "book" / "second.md", "An equation:", "Another sentence. An equation:")
    edit(book / "book" / "second.md", "caption: A line.", "caption: A straight line.")
    assert build(book) == 0
    assert "running" not in capsys.readouterr().out
    assert run_of(book) == run
    assert "Another sentence." in page(book, "second")
    assert "A straight line." in page(book, "second")


@pytest.mark.parametrize(
    "change",
    [
        lambda book: add(book / "code" / "layerwise" / "figures" / "style.py", "\n# One more line.\n"),
        lambda book: add(book / "code" / "layerwise" / "arithmetic.py", "\n# One more line.\n"),
        lambda book: write(book / "code" / "layerwise" / "audit" / "published" / "published_runs.csv", "a,b\n"),
        lambda book: add(book / "requirements.txt", "# One more line.\n"),
        lambda book: write(book / "book" / "expectations" / "second.yml", "any: {}\n"),
        lambda book: write(book / "book" / "digit.txt", "7"),
        lambda book: edit(book / "book" / "second.md", "import uuid", "import uuid  # changed"),
    ],
    ids=[
        "module",
        "module that every import runs",
        "data of the package",
        "environment",
        "expectations",
        "file beside it",
        "its own cells",
    ],
)
def test_a_chapter_runs_again_when_something_it_can_see_has_changed(book: Path, change: Callable[[Path], None]) -> None:
    run = run_of(book)
    change(book)
    assert build(book) == 0
    assert run_of(book) != run
    assert len(list((book / "_build" / "executed").iterdir())) == 2, "one kept execution for each chapter with cells"


def test_after_an_edit_only_the_chapters_that_import_it_run_again(
    book: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    package = book / "code" / "layerwise"
    for module, chapters in (
        ("derive/checked_network", set()),
        ("keep/numbers_in_prose", {"first"}),
        ("figures/style", {"second"}),
    ):
        add(package / f"{module}.py", "\n# One more line.\n")
        capsys.readouterr()
        assert build(book) == 0
        assert set(re.findall(r"book/(\w+)\.md: running", capsys.readouterr().out)) == chapters


@pytest.mark.parametrize(
    ("cell", "seen"),
    [
        ("import numpy", set()),
        ("from layerwise import outer", {"__init__", "outer", "inner"}),
        ("import layerwise.inner as i", {"__init__", "inner"}),
        ("def f():\n    from layerwise.inner import value", {"__init__", "inner"}),
        ("%time import layerwise.inner", {"__init__", "outer", "inner", "alone"}),  # no plain Python: everything counts
    ],
)
def test_imports_count_wherever_they_stand_and_however_far_they_reach(
    tmp_path: Path, cell: str, seen: set[str]
) -> None:
    package, chapter = tmp_path / "code" / "layerwise", tmp_path / "book" / "chapter.md"
    package.mkdir(parents=True)
    chapter.parent.mkdir()
    sources = {"__init__": "", "outer": "from layerwise.inner import value", "inner": "value = 1", "alone": ""}
    for name, source in sources.items():
        write(package / f"{name}.py", source)
    write(chapter, HEADER + f"\n# Chapter\n\n```{{code-cell}} ipython3\n{cell}\n```\n")

    def now() -> str:
        return fingerprint(tmp_path, chapter, read_chapter(chapter), "digits")

    changed = set()
    for name in sources:
        before = now()
        add(package / f"{name}.py", "\n# One more line.\n")
        changed |= {name} if now() != before else set()
    assert changed == seen


def test_another_arithmetic_runs_the_chapters_again(book: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = run_of(book)
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", "3")
    assert build(book) == 0
    assert run_of(book) != run


def test_other_data_run_the_chapters_again(book: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = run_of(book)
    monkeypatch.setattr("bookbuild.__main__.data_in_use", lambda: "other digits")
    assert build(book) == 0
    assert run_of(book) != run


def test_house_numbers_that_come_go_or_change_are_other_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("layerwise.data.mnist.load_mnist", load_mnist_5000)
    monkeypatch.setenv("LAYERWISE_DATA", str(tmp_path))
    monkeypatch.setattr("layerwise.data.svhn.cache_folder", lambda: tmp_path / "cache")
    answers = [data_in_use()]
    for place, content in (("", "a"), ("", "bc"), ("cache", "a")):
        (tmp_path / place).mkdir(exist_ok=True)
        (tmp_path / place / "test_32x32.mat").write_text(content)
        answers.append(data_in_use())
    assert len(set(answers)) == 4
    assert data_in_use() == answers[-1]


def test_a_cell_that_may_no_longer_raise_runs_again(book: Path, capsys: pytest.CaptureFixture[str]) -> None:
    edit(book / "book" / "second.md", ":tags: [raises-exception]\n", "")
    assert build(book) == 1
    assert "ValueError: invalid literal for int()" in capsys.readouterr().err


def test_a_cell_has_a_time_limit(book: Path, capsys: pytest.CaptureFixture[str]) -> None:
    edit(book / "_config.yml", "timeout: 300", "timeout: 2")
    add(book / "_toc.yml", "- file: slow\n")
    write(book / "book" / "slow.md", HEADER + "\n# Slow\n\n```{code-cell} ipython3\nimport time\ntime.sleep(60)\n```\n")
    assert build(book) == 1
    message = capsys.readouterr().err
    assert f"{place(book, 'slow.md', 'time.sleep')}, code cell 1:" in message
    assert "limit of 2 seconds" in message


def test_a_cell_that_cannot_be_read_is_named(book: Path, capsys: pytest.CaptureFixture[str]) -> None:
    edit(book / "book" / "second.md", "caption: A line.", "caption: [A line.")
    assert build(book) == 1
    message = capsys.readouterr().err
    assert "book/second.md:" in message
    line = place(book, "second.md", "caption:").split()[-1]
    assert re.search(rf"Code cell \d+ at line {line} could not be read", message)


def test_a_figure_that_cannot_be_shown_in_the_dark_fails(book: Path, capsys: pytest.CaptureFixture[str]) -> None:
    edit(book / "book" / "second.md", "list(figures.PALETTE)[5]", "'#1f77b4'")
    for _ in range(2):
        assert build(book) == 1
        message = capsys.readouterr().err
        assert "book/second.md, line" in message and "a figure uses #1f77b4" in message


def test_every_chapter_that_fails_is_named(book: Path, capsys: pytest.CaptureFixture[str]) -> None:
    move_a_bound(book)
    raise_in_a_cell(book)
    assert build(book) == 1
    message = capsys.readouterr().err
    assert "book/first.md" in message and "book/second.md" in message


def test_a_chapter_that_is_missing_fails_the_build(book: Path, capsys: pytest.CaptureFixture[str]) -> None:
    add(book / "_toc.yml", "- file: third\n")
    assert build(book) == 1
    assert "third" in capsys.readouterr().err


def test_pages_are_complete(book: Path) -> None:
    html = book / "_build" / "html"
    second = page(book, "second")
    words = re.sub(r"<[^>]*>", "", page(book, "first"))
    assert "slope is at most 0.250, as" in words
    assert "Of 28,618 parameters" in words

    # Nothing is asked of another host: no script, style sheet, font or picture has an address of its own.
    for path in html.rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"<(script|link|img|iframe)\b[^>]*\b(src|href)=\"(https?:)?//", text), path
        assert 'as="font"' not in text
        assert "thebe" not in text
    assert (html / "_static" / "mathjax" / "tex-chtml-full.js").is_file()
    assert list((html / "_static" / "mathjax").rglob("MathJax_Main-Regular.woff"))

    # The executed chapter can be downloaded from its page.
    assert 'href="_sources/second.ipynb"' in second
    notebook = nbformat.read(html / "_sources" / "second.ipynb", as_version=4)
    assert run_of(book) in notebook.cells[1].outputs[0].text

    # A figure stands there twice, the theme shows one of the two, and both say the same to those who do not see.
    light, dark = (re.search(rf'<img alt="([^"]*)" class="only-{theme}" src="([^"]*)"', second) for theme in THEMES)
    assert light is not None and dark is not None
    assert light[1] == dark[1] == "A line that rises."
    palette = package_palette()
    colour = list(palette)[5]
    assert colour in (html / light[2]).read_text(encoding="utf-8")
    assert palette[colour] in (html / dark[2]).read_text(encoding="utf-8")
    assert colour not in (html / dark[2]).read_text(encoding="utf-8")


THEMES = ("light", "dark")


def package_palette() -> dict[str, str]:
    from layerwise.figures.style import PALETTE

    return PALETTE


def test_the_command_says_where_the_book_is(book: Path) -> None:
    finished = subprocess.run([sys.executable, "-m", "bookbuild"], cwd=book, capture_output=True, text=True)
    assert finished.returncode == 0, finished.stderr
    assert f"{book / '_build' / 'html' / 'index.html'}" in finished.stdout
    assert finished.stderr == ""


def test_a_build_that_is_killed_at_any_moment_is_made_good_by_the_next(book: Path) -> None:
    shutil.rmtree(book / "_build")
    moments = random.Random(0)
    for _ in range(10):
        running = subprocess.Popen(
            [sys.executable, "-m", "bookbuild"], cwd=book, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        with contextlib.suppress(subprocess.TimeoutExpired):
            running.wait(moments.uniform(0.5, 6))
        running.kill()
        running.wait()
    assert build(book) == 0
    assert "at most 0.250" in re.sub(r"<[^>]*>", "", page(book, "first")) and run_of(book)
    assert sorted(path.name for path in (book / "_build").iterdir()) == [".lock", "executed", "html"]
    assert [path.suffix for path in (book / "_build" / "executed").iterdir()] == [".ipynb"] * 2


def test_two_builds_in_one_folder_wait_for_each_other(book: Path) -> None:
    shutil.rmtree(book / "_build")
    command = [sys.executable, "-m", "bookbuild"]
    both = [subprocess.Popen(command, cwd=book, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    printed = sorted((running.communicate()[0] for running in both), key=lambda text: "Another build" in text)
    assert [running.returncode for running in both] == [0, 0]
    first, second = printed
    assert first.count("running") == 2 and "Another build" not in first
    assert "Another build writes into" in second and "running" not in second, "what the first has run is kept"


def test_a_folder_that_may_not_be_written_is_named(
    book: Path, unwritable: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--project", str(book), "--output", str(unwritable / "pages")]) == 1
    assert f"The book was not built: [Errno 13] Permission denied: '{unwritable / 'pages'}'" in capsys.readouterr().err


def test_what_chapters_cost_and_how_long_pages_take_stands_in_tables(good_book: Path) -> None:
    costs, times = (
        [[cell.text.strip() for cell in row.select("td")] for row in table.select("tbody tr")]
        for table in BeautifulSoup(page(good_book, "second"), "html.parser").select("table")[:2]
    )
    assert [row[0] for row in costs] == ["first", "second"]
    assert all(float(row[1]) >= 1 and float(row[3]) > 0.02 for row in costs), "a kernel takes a second, and memory"
    assert [row[0] for row in times] == ["A small book", "Second", "together"]
    assert times[2][1:] == [str(sum(int(row[column]) for row in times[:2])) for column in (1, 2)]


def test_links_to_the_web_are_followed_and_the_book_is_left_alone(
    book: Path, server: Server, capsys: pytest.CaptureFixture[str]
) -> None:
    add(book / "book" / "index.md", f"\nIt [links]({server.url}) to a page.\n")
    assert build(book) == 0
    before = page(book, "index")
    assert build(book, "--links") == 0
    assert server.requests > 0
    server.status = 404
    assert build(book, "--links") == 1
    assert re.search(
        rf"Not every link leads somewhere:.*book/index.md.*{server.url}", capsys.readouterr().err, re.DOTALL
    )
    assert page(book, "index") == before
