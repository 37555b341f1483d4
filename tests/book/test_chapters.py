"""What every chapter of the book must keep to, read from its source; nothing is run here.

The tests at the end plant each fault in a small chapter and see it reported.
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from layerwise.keep.expectations import Expectation, read_expectations

BOOK = Path(__file__).parents[2] / "book"
CHAPTERS = sorted(BOOK.glob("*.md"))
# Chapters that teach, and so have exercises; index and back matter have none.
CONTENT = {
    *("backpropagation", "activations", "activation_and_depth", "vanishing_gradients", "lecun_tanh", "data"),
    *("svhn_cnn", "filters", "your_digit", "report_audit"),
}
VISIBLE_LINES, VISIBLE_COLUMNS = 200, 92  # the text column of a page shows 92 characters of code
# Decimals that stand in prose everywhere: LeCun's constants, the report's learning rate, licences.
GIVEN = {"1.7159", "0.01", "0.001", "CC BY 4.0", "CC BY-SA 3.0"}
# What a loader may find: every number of a chapter that calls it is expected on each.
DATA = {"load_mnist": ("mnist", "mnist_5000"), "load_svhn": ("svhn", "svhn_sample", "svhn_synthetic")}
FIVE, TEN = 5, 10
HIDDEN = {"remove-cell", "hide-cell", "remove-input", "hide-input"}


@dataclass(frozen=True)
class Cell:
    """A code cell: the line on which it opens, its metadata and its code."""

    line: int
    metadata: dict[str, Any]
    code: str

    @property
    def tree(self) -> ast.Module:
        return ast.parse(self.code)

    @property
    def calls(self) -> list[ast.Call]:
        return [node for node in ast.walk(self.tree) if isinstance(node, ast.Call)]


def cells_and_prose(text: str) -> tuple[list[Cell], str]:
    """Split a chapter into its code cells and its prose, which keeps its line numbers."""
    cells: list[Cell] = []
    prose: list[str] = []
    lines = text.splitlines()
    position = 0
    if lines and lines[0] == "---":  # the notebook header
        position = lines.index("---", 1) + 1
        prose += [""] * position
    while position < len(lines):
        fence = re.match(r"(`{3,}|:{3,})\s*\{code-cell\}", lines[position])
        if not fence:
            prose.append(lines[position])
            position += 1
            continue
        end = lines.index(fence[1], position + 1)
        metadata, code = _options(lines[position + 1 : end])
        cells.append(Cell(position + 1, metadata, "\n".join(code)))
        prose += [""] * (end + 1 - position)
        position = end + 1
    return cells, "\n".join(prose)


def _options(lines: list[str]) -> tuple[dict[str, Any], list[str]]:
    """Metadata and code of a cell; metadata is a YAML block between --- or lines like ``:tags: [hide-input]``."""
    if lines and lines[0].strip() == "---":
        end = lines.index("---", 1)
        return yaml.safe_load("\n".join(lines[1:end])) or {}, lines[end + 1 :]
    count = 0
    while count < len(lines) and re.match(r":[\w-]+:", lines[count]):
        count += 1
    return yaml.safe_load("\n".join(line[1:] for line in lines[:count])) or {}, lines[count:]


def _function(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def _name_pattern(node: ast.expr) -> str:
    """A regular expression for the names that an argument can be: f-strings and variables leave parts open."""
    if isinstance(node, ast.Constant):
        return re.escape(str(node.value))
    if isinstance(node, ast.JoinedStr):
        return "".join(_name_pattern(part) for part in node.values)
    return ".+"


def recorded_names(cells: list[Cell]) -> list[str]:
    """The first arguments of all calls of record, as regular expressions."""
    return [_name_pattern(call.args[0]) for cell in cells for call in cell.calls if _function(call) == "record"]


def glued_sources(cells: list[Cell]) -> list[str]:
    """Names of what glue shows without comparing it: only the words in which data say what they are."""
    return [
        _name_pattern(call.args[0])
        for cell in cells
        for call in cell.calls
        if _function(call) == "glue"
        and isinstance(call.args[1], ast.Attribute)
        and call.args[1].attr in ("source", "which")
    ]


def loaders(cells: list[Cell]) -> dict[str, str]:
    """By variable, which function loaded its data."""
    return {
        target.id: _function(node.value)
        for cell in cells
        for node in ast.walk(cell.tree)
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call) and _function(node.value) in DATA
        for target in node.targets
        if isinstance(target, ast.Name)
    }


def _any_match(patterns: list[str], name: str) -> bool:
    return any(re.fullmatch(pattern, name) for pattern in patterns)


def check_records(chapter: str, text: str, expected: dict[str, dict[str, Expectation]]) -> list[str]:
    """Every recorded name is expected wherever the data may come from, every expected one recorded, every glued too.

    A chapter on two kinds of data names both at its beginning; a number then depends on one of them.
    """
    cells, prose = cells_and_prose(text)
    recorded = recorded_names(cells)
    begins = [call for cell in cells for call in cell.calls if _function(call) == "begin"]
    complaints = []
    if recorded and len(begins) != 1:
        complaints.append(f"calls begin {len(begins)} times, expected once")
    kinds: list[tuple[str, ...]] = []
    for begin in begins:
        named = begin.args[0].value if begin.args and isinstance(begin.args[0], ast.Constant) else None
        if named != chapter:
            complaints.append(f"begin names {named!r}, expected {chapter!r}")
        for source in begin.args[1:]:
            data = source.value.id if isinstance(source, ast.Attribute) and isinstance(source.value, ast.Name) else ""
            if data in loaders(cells):
                kinds.append(DATA[loaders(cells)[data]])
            elif not (isinstance(source, ast.Constant) and source.value == "any"):
                complaints.append(f"begin names data {ast.unparse(source)}, which no cell loads")
    for section in sorted(set(expected) - {section for kind in kinds for section in kind} - {"any"}):
        complaints.append(f"expectations have a section {section}, which the chapter never runs on")
    for pattern in recorded:
        lacking = [
            [name for name in kind if not any(re.fullmatch(pattern, entry) for entry in expected.get(name, {}))]
            for kind in kinds or [("any",)]
        ]
        if not any(re.fullmatch(pattern, entry) for entry in expected.get("any", {})):
            for section in min(lacking, key=len):
                complaints.append(f"records {pattern}, but nothing is expected of it in {section}")
    for section, entries in expected.items():
        for name in entries:
            if not _any_match(recorded, name):
                complaints.append(f"expects {name} in {section}, but never records it")
    shown = recorded + glued_sources(cells)
    in_text = re.findall(r"\{glue(?::\w*)?\}`([^`]+)`", prose)
    in_fields = re.findall(r"^```\{(?:answer|choice)\} ([a-z]\w*)$", prose, flags=re.MULTILINE)
    for name in in_text + in_fields:
        if not _any_match(shown, name.split(":")[0]):
            complaints.append(f"shows {name}, but never records it")
    return complaints


def check_length(text: str) -> list[str]:
    """Readers see at most VISIBLE_LINES lines of code, each of at most VISIBLE_COLUMNS characters."""
    cells, _ = cells_and_prose(text)
    visible = [cell for cell in cells if not HIDDEN & set(cell.metadata.get("tags", []))]
    lines = [line for cell in visible for line in cell.code.splitlines() if line.strip()]
    complaints = [
        f"a line of code has {len(line)} characters, expected at most {VISIBLE_COLUMNS}: {line.strip()[:40]} ..."
        for line in lines
        if len(line) > VISIBLE_COLUMNS
    ]
    if len(lines) > VISIBLE_LINES:
        complaints.append(f"shows {len(lines)} lines of code, expected at most {VISIBLE_LINES}")
    return complaints


def check_figures(text: str) -> list[str]:
    """A cell that ends in a figure has a name to refer to, a caption, says what is seen, and keeps its numbers."""
    complaints = []
    for cell in cells_and_prose(text)[0]:
        settings = cell.metadata.get("mystnb", {})
        last = cell.tree.body[-1] if cell.tree.body else None
        call = last.value if isinstance(last, ast.Expr) and isinstance(last.value, ast.Call) else None
        of_figures = call is not None and isinstance(call.func, ast.Attribute) and _owner(call.func) == "figures"
        if not (of_figures or "figure" in settings or "image" in settings):
            continue
        for kind, key in (("figure", "name"), ("figure", "caption"), ("image", "alt")):
            if not str(settings.get(kind, {}).get(key, "")).strip():
                complaints.append(f"line {cell.line}: the figure has no mystnb: {kind}: {key}")
        # The package's own do so (tests/figures/test_numbers.py).
        if not of_figures and not re.search(r"\.numbers = ", cell.code):
            complaints.append(f"line {cell.line}: the figure keeps no numbers for the table below it")
    return complaints


def _owner(attribute: ast.Attribute) -> str:
    return getattr(attribute.value, "id", "")


def check_exercises(text: str) -> list[str]:
    """At least three exercises, each named by a solution."""
    _, prose = cells_and_prose(text)
    exercises = re.findall(r"\{exercise(?:-start)?\}[^\n]*\n(?:[^\n]*\n)*?:label:\s*(\S+)", prose)
    solutions = re.findall(r"\{solution(?:-start)?\}\s*(\S+)", prose)
    complaints = [] if len(exercises) >= 3 else [f"has {len(exercises)} exercises with a label, expected at least 3"]
    complaints += [f"exercise {label} has no solution" for label in exercises if label not in solutions]
    return complaints


def check_first_import(text: str) -> list[str]:
    """The first import is one of the package: it says how NumPy and TensorFlow compute, before they load.

    Where a reader opens a chapter in Jupyter, nothing else says so.
    """
    cells, _ = cells_and_prose(text)
    for cell in cells:
        for node in ast.walk(cell.tree):
            if isinstance(node, (ast.Import, ast.ImportFrom)):
                name = str(node.module) if isinstance(node, ast.ImportFrom) else node.names[0].name
                own = name.split(".")[0] == "layerwise"
                return [] if own else [f"line {cell.line}: imports {name} before anything of layerwise"]
    return []


def without_code(text: str) -> str:
    """Code that does not run, line by line empty. A fence alone closes what is open, else it opens code itself."""
    lines, opened = text.splitlines(), []
    for i, line in enumerate(lines):
        fence = re.match(r"(`{3,}|:{3,})(.*)", line)
        in_code = bool(opened) and not opened[-1][1].startswith("{")
        if in_code:
            lines[i] = ""
        if fence is None:
            continue
        if opened and fence[1].startswith(opened[-1][0]) and not fence[2].strip():
            opened.pop()
        elif not in_code:
            opened.append((fence[1], fence[2].strip()))
    return "\n".join(lines)


def check_typed_numbers(text: str) -> list[str]:
    """Decimals and percentages are computed and glued, unless they are given constants.

    That holds for prose and captions; alternative texts cannot glue, and so say in words what is seen. A line
    ``% given: 0.25 0.1`` in a chapter's source, which readers do not see, allows what is chosen, not measured.
    """
    cells, prose = cells_and_prose(text)
    lines = prose.splitlines()
    for cell in cells:
        settings = cell.metadata.get("mystnb", {})
        of_figure = [settings.get("figure", {}).get("caption"), settings.get("image", {}).get("alt")]
        lines[cell.line - 1] = " ".join(str(words) for words in of_figure if words)
    prose = "\n".join(lines)
    given = GIVEN | {
        number for line in re.findall(r"^% given:(.*)$", prose, flags=re.MULTILINE) for number in line.split()
    }
    blank = lambda match: "\n" * match[0].count("\n")  # noqa: E731
    prose = without_code(prose)
    for not_prose in (
        r"^%.*$",  # comments
        r"^(`{3,}|:{3,})\{math\}.*?^\1$",
        r"\$\$.*?\$\$",
        r"\\begin\{(\w+\*?)\}.*?\\end\{\1\}",
        r"\$[^$\n]*(?:\n[^$\n]+)*?\$",
        r"\{[\w:-]+\}`[^`]*`",  # roles
        r"`[^`\n]+`",
        r"\]\([^)]*\)",  # targets of links
        r"https?://\S+",
        r"^:[\w-]+:.*$",  # options of directives
        *(rf"(?<![\w.]){re.escape(number)}(?!\.?\d)" for number in given),
    ):
        flags = re.MULTILINE | (re.DOTALL if ".*?" in not_prose else re.NOFLAG)
        prose = re.sub(not_prose, blank, prose, flags=flags)
    return [
        f"line {number}: {found[0]} is typed; record it, or name it in a line '% given: ...'"
        for number, line in enumerate(prose.splitlines(), start=1)
        for found in re.finditer(r"(?<![\w.])\d+(?:\.\d+(?!\.?\d)(?:\s?%)?|\s?%)", line)
    ]


def check_paragraphs(text: str) -> list[str]:
    """A paragraph has at most FIVE computed numbers, and with those that are typed at most TEN, whatever it counts.

    Tables and lists of steps are looked up, a bullet is a paragraph, and formulas are formulas.
    """
    _, prose = cells_and_prose(text)
    blank = lambda match: "\n" * match[0].count("\n")  # noqa: E731
    prose = re.sub(r"\{glue:text\}`[^`]+`", "GLUED", prose)
    for not_numbers in (
        r"^%.*$",
        r"\$\$.*?\$\$",
        r"^(`{3,}).*?^\1$",
        r"^\|.*$",
        r"\$[^$]*\$",
        r"\{[\w:-]+\}`[^`]*`",
        r"`[^`\n]+`",
    ):
        prose = re.sub(
            not_numbers, blank, prose, flags=re.MULTILINE | (re.DOTALL if ".*?" in not_numbers else re.NOFLAG)
        )
    complaints, line = [], 1
    for paragraph in re.split(r"(?<=\n)(?=\n|- |\d+\. )", prose):
        computed = paragraph.count("GLUED")
        typed = len(re.findall(r"(?<![\w.])\d[\d,.]*", re.sub(r"\A\s*\d+\. ", "", paragraph)))
        if computed > FIVE or computed + typed > TEN:
            start = line + len(paragraph) - len(paragraph.lstrip("\n"))
            complaints.append(f"line {start}: a paragraph of {computed} computed numbers and {typed} typed ones")
        line += paragraph.count("\n")
    return complaints


def expectations_of(chapter: str) -> dict[str, dict[str, Expectation]]:
    path = BOOK / "expectations" / f"{chapter}.yml"
    return read_expectations(path) if path.is_file() else {}


chapter = pytest.mark.parametrize("path", CHAPTERS, ids=[path.stem for path in CHAPTERS])


@chapter
def test_recorded_expected_and_shown_numbers_agree(path: Path) -> None:
    assert check_records(path.stem, path.read_text(encoding="utf-8"), expectations_of(path.stem)) == []


@chapter
def test_visible_code_is_short(path: Path) -> None:
    assert check_length(path.read_text(encoding="utf-8")) == []


@chapter
def test_figures_have_captions_and_alternative_text(path: Path) -> None:
    assert check_figures(path.read_text(encoding="utf-8")) == []


@chapter
def test_no_measured_number_is_typed(path: Path) -> None:
    assert check_typed_numbers(path.read_text(encoding="utf-8")) == []


@chapter
def test_paragraphs_are_not_lists_of_numbers(path: Path) -> None:
    assert check_paragraphs(path.read_text(encoding="utf-8")) == []


@chapter
def test_the_package_is_imported_first(path: Path) -> None:
    assert check_first_import(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("path", [path for path in CHAPTERS if path.stem in CONTENT], ids=lambda path: path.stem)
def test_there_are_exercises_with_solutions(path: Path) -> None:
    assert check_exercises(path.read_text(encoding="utf-8")) == []


def test_every_file_of_expectations_belongs_to_a_chapter() -> None:
    chapters = {path.stem for path in CHAPTERS}
    assert {path.stem for path in (BOOK / "expectations").glob("*.yml")} <= chapters


SMALL = """---
kernelspec: {name: python3}
---
# A chapter

```{code-cell} ipython3
:tags: [remove-cell]

from layerwise import figures, keep
digits = load_mnist()
keep.begin("small", digits.key)
```

The slope is {glue:text}`slope`, and of both {glue:text}`median_tanh`; $1.25 x$ and 1.7159 stand.

```{code-cell} ipython3
---
mystnb:
  figure: {name: fig-a, caption: A caption}
  image: {alt: Two lines that cross}
---
keep.record("slope", 0.25)
for name in ("tanh", "relu"):
    keep.record(f"median_{name}", 1.0)
figures.digits(images)
```

```{exercise-start} One
:label: one
```
```{exercise-end}
```
```{exercise} Two
:label: two
What?
```
```{exercise} Three
:label: three
What?
```
```{solution} one
```
```{solution-start} two
```
```{solution-end}
```
```{solution} three
```
"""
SMALL_EXPECTATIONS = """
any: {slope: {close_to: 0.25, tolerance: 0}}
mnist: &both {median_tanh: {equals: 1}, median_relu: {equals: 1}}
mnist_5000: *both
"""


def all_complaints(text: str, expectations: str, folder: Path) -> list[str]:
    path = folder / "small.yml"
    path.write_text(expectations, encoding="utf-8")
    complaints = check_records("small", text, read_expectations(path))
    for check in (
        check_length,
        check_figures,
        check_exercises,
        check_typed_numbers,
        check_paragraphs,
        check_first_import,
    ):
        complaints += check(text)
    return complaints


def test_a_good_chapter_passes(tmp_path: Path) -> None:
    assert all_complaints(SMALL, SMALL_EXPECTATIONS, tmp_path) == []


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ('"small"', '"large"', "begin names 'large', expected 'small'"),
        ('keep.begin("small", digits.key)', "", "calls begin 0 times, expected once"),
        ("digits.key", '"any"', "expectations have a section mnist, which the chapter never runs on"),
        ("digits.key", "others.key", "begin names data others.key, which no cell loads"),
        ('"slope"', '"slop"', "records slop, but nothing is expected of it in mnist"),
        ("median_{name}", "mean_{name}", "expects median_tanh in mnist, but never records it"),
        ("`slope`", "`slopes`", "shows slopes, but never records it"),
        ("`slope`", "`slope` of `x` and {glue:text}`source`", "shows source, but never records it"),
        ("from layerwise", "\n".join(["x = 1"] * 300) + "\nfrom layerwise", None),  # in a cell nobody sees
        ("from layerwise", "import numpy as np\nfrom layerwise", "line 6: imports numpy before anything of layerwise"),
        ("from layerwise", "import layerwise\nimport numpy as np\nfrom layerwise", None),
        ("figures.digits", "\n".join(["x = 1"] * 200) + "\nfigures.digits", "shows 204 lines of code"),
        ("figures.digits", "x = 1" + "  # " * 30 + "\nfigures.digits", "a line of code has 125 characters"),
        ("caption: A caption", "caption: ''", "line 16: the figure has no mystnb: figure: caption"),
        ("figures.digits(images)", "draw(images)", "line 16: the figure keeps no numbers"),
        ("figures.digits(images)", "figure.numbers = frame\nfigure", None),
        ("alt: Two lines", "text: Two lines", "line 16: the figure has no mystnb: image: alt"),
        ("```{solution} three", "```{note}", "exercise three has no solution"),
        (":label: three", ":name: three", "has 2 exercises with a label, expected at least 3"),
        ("A caption", "Up to 0.9221", "line 16: 0.9221 is typed"),
        ("Two lines that cross", "A line at 11 %", "line 16: 11 % is typed"),
        ("A caption", "'Up to {glue:text}`slope` and $0.25$'", None),
        ("1.7159 stand", "0.9221 stand", "line 14: 0.9221 is typed"),
        ("1.7159 stand", "0.0123 stands", "line 14: 0.0123 is typed"),  # begins like a given constant
        ("1.7159 stand", "11.35 % stand", "line 14: 11.35 % is typed"),
        ("1.7159 stand", "11% stand", "line 14: 11% is typed"),
        ("1.7159 stand", "`0.9221` and version 1.2.3 stand\n% given: 0.1", None),
        ("1.7159 stand", "0.1 stands\n\n% given: 0.1\n", None),
        ("1.7159 stand", "{glue:text}`slope` " * 3 + "stand", None),
        ("1.7159 stand", "{glue:text}`slope` " * 4 + "stand", "line 14: a paragraph of 6 computed numbers and 0 typed"),
        ("1.7159 stand", "3 to 4, 5, 6, 7, 8, 9, 10 and 11 stand", "line 14: a paragraph of 2 computed numbers and 9"),
        ("1.7159 stand", "{glue:text}`slope` " * 3 + "stand\n\n" + "{glue:text}`slope` " * 3, None),
        ("1.7159 stand", "it is 0.9.", "line 14: 0.9 is typed"),
    ],
)
def test_a_planted_fault_is_reported(tmp_path: Path, old: str, new: str, complaint: str | None) -> None:
    assert old in SMALL
    complaints = all_complaints(SMALL.replace(old, new), SMALL_EXPECTATIONS, tmp_path)
    if complaint is None:
        assert complaints == []
    else:
        assert any(found.startswith(complaint) for found in complaints), complaints


def test_only_a_source_is_shown_without_being_compared(tmp_path: Path) -> None:
    complaint = ["shows shown, but never records it"]
    for value, complaints in (("digits.source", []), ("digits.which", []), ("0.9221", complaint)):
        text = SMALL.replace("digits.key)", f'digits.key)\nglue("shown", {value})').replace(
            "`slope`", "`slope` {glue:text}`shown`"
        )
        assert all_complaints(text, SMALL_EXPECTATIONS, tmp_path) == complaints


def test_a_name_that_one_source_lacks_is_reported(tmp_path: Path) -> None:
    lacking = SMALL_EXPECTATIONS.replace("mnist_5000: *both", "mnist_5000: {median_tanh: {equals: 1}}")
    text = SMALL.replace('f"median_{name}"', '"median_relu"')
    assert "records median_relu, but nothing is expected of it in mnist_5000" in all_complaints(text, lacking, tmp_path)


def test_a_number_of_a_chapter_on_two_kinds_of_data_depends_on_one(tmp_path: Path) -> None:
    text = SMALL.replace("digits.key", "digits.key, house.key").replace("digits =", "house = load_svhn()\ndigits =")
    text = text.replace('f"median_{name}"', '"median_tanh"').replace(
        "figures.digits", 'record("pixel", 1)\nfigures.digits'
    )
    expectations = """
any: {slope: {close_to: 0.25, tolerance: 0}}
mnist: &mnist {median_tanh: {equals: 1}}
mnist_5000: *mnist
svhn: &svhn {pixel: {equals: 1}}
svhn_sample: *svhn
svhn_synthetic: *svhn
"""
    assert all_complaints(text, expectations, tmp_path) == []
    lacking = expectations.replace("svhn_sample: *svhn", "svhn_sample: {}")
    assert all_complaints(text, lacking, tmp_path) == ["records pixel, but nothing is expected of it in svhn_sample"]
