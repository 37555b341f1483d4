"""``pytest --nbval book`` runs chapters from their Markdown sources, and fails where a reader's notebook would."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
HEADER = """\
---
jupytext: {text_representation: {format_name: myst}}
kernelspec: {name: python3, display_name: Python 3}
---
"""

GOOD = (
    HEADER
    + """
# Good

```{code-cell} ipython3
from pathlib import Path
assert Path("good.md").is_file(), "the working directory is the chapter's folder"
```

```{code-cell} ipython3
:tags: [raises-exception]
int("seven")
```

```{code-cell} ipython3
from layerwise import keep
keep.begin("good")
keep.record("slope", 0.25)
```
"""
)
# The planted faults: which chapter, what is changed, and what the report of the failure must say.
FAULTS = {
    "raising": ('int("seven")\n```', 'int("seven")\n```\n\n```{code-cell} ipython3\n1 / 0\n```', "ZeroDivisionError"),
    "untagged": (":tags: [raises-exception]\n", "", "ValueError"),
    "wrong_number": ('"slope", 0.25', '"slope", 0.24', "slope: expected 0.25 to within 0, got 0.24"),
    "endless": (
        'int("seven")\n```',
        'int("seven")\n```\n\n```{code-cell} ipython3\nwhile True: pass\n```',
        "Timeout of 8",
    ),
}


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> str:
    """What pytest prints for a book of one good chapter and four broken ones, distributed over two processes."""
    project = tmp_path_factory.mktemp("project")
    (project / "book" / "expectations").mkdir(parents=True)
    shutil.copy2(ROOT / "conftest.py", project)
    (project / "pytest.ini").write_text("[pytest]\n")
    (project / "_config.yml").write_text("execute:\n  timeout: 8\n")
    (project / "book" / "prose.md").write_text("# Prose\n\nNo cells, no tests.\n")
    for name, (old, new, _) in {"good": ("", "", ""), **FAULTS}.items():
        text = GOOD.replace("good", name)
        assert old in text
        (project / "book" / f"{name}.md").write_text(text.replace(old, new))
        (project / "book" / "expectations" / f"{name}.yml").write_text("any: {slope: {close_to: 0.25, tolerance: 0}}\n")
    command = [sys.executable, "-m", "pytest", "--nbval", "book", "-v", "-n", "2", "--dist", "loadfile"]
    finished = subprocess.run(
        [*command, "--color=no", "-p", "no:cacheprovider"], cwd=project, capture_output=True, text=True, timeout=300
    )
    assert finished.returncode == 1, finished.stdout + finished.stderr
    return re.sub(r"\x1b\[[\d;]*m", "", finished.stdout)


def test_good_cells_pass_and_are_named_by_chapter_and_line(report: str) -> None:
    lines = GOOD.splitlines()
    fences = [number for number, line in enumerate(lines, start=1) if line.startswith("```{code-cell}")]
    for cell, line in enumerate(fences, start=1):
        assert f"PASSED book/good.md::cell {cell}, line {line}" in report
    assert "FAILED book/good.md" not in report
    assert "prose.md" not in report


@pytest.mark.parametrize("name", FAULTS)
def test_planted_faults_fail(report: str, name: str) -> None:
    failed = re.findall(rf"^FAILED book/{name}.md::cell (\d), line (\d+)", report, re.MULTILINE)
    assert len(failed) >= 1, report
    cell, line = failed[0]
    body = report[report.index(f"book/{name}.md, cell {cell}, line {line} _") :]
    assert FAULTS[name][2] in body


def test_each_chapter_runs_in_one_process(report: str) -> None:
    for name in ("good", *FAULTS):
        workers = set(re.findall(rf"^\[(gw\d)\].* book/{name}.md::", report, re.MULTILINE))
        assert len(workers) == 1, f"{name}: {workers}"


def test_the_last_line_counts(report: str) -> None:
    *_, last = report.strip().splitlines()
    assert re.search(r"\d+ failed, \d+ passed", last)
