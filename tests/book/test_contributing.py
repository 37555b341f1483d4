"""The steps of CONTRIBUTING.md, followed to the letter in a copy of the book."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[2]
COPIED = (
    *("binder", "book", "code", "tests"),
    *("_config.yml", "conf.py", "_toc.yml", "conftest.py", "pyproject.toml", "README.md"),
)
PAGE = (PROJECT / "CONTRIBUTING.md").read_text(encoding="utf-8")

STEP = re.compile(
    r"^(?:(?P<where>At the end of|New file|In) `(?P<path>[^`\n]+)`"
    r"(?:, (?P<side>before|after) the line `(?P<line>[^`\n]+)`)?:\n\n)?"
    r"(?P<fence>`{3,})(?P<kind>\w+)\n(?P<text>.*?)^(?P=fence)$",
    re.MULTILINE | re.DOTALL,
)
"""A block of text with the sentence before it that says where it goes, or a block of commands."""


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    for name in COPIED:
        source, target = PROJECT / name, tmp_path / "book" / name
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            target.parent.mkdir(exist_ok=True)
            shutil.copy(source, target)
    return tmp_path / "book"


def put(step: re.Match[str], project: Path) -> None:
    """Do what a step says to a file."""
    path, text = project / step["path"], step["text"]
    if step["where"] == "New file":
        assert not path.exists()
        path.write_text(text, encoding="utf-8")
        return
    old = path.read_text(encoding="utf-8")
    if step["where"] == "At the end of":
        new = f"{old}\n\n{text}"
    else:
        assert old.count(f"\n{step['line']}\n") == 1, f"{step['path']} has no such line: {step['line']}"
        put_in = f"{text}{step['line']}" if step["side"] == "before" else f"{step['line']}\n{text.rstrip()}"
        new = old.replace(f"\n{step['line']}\n", f"\n{put_in}\n")
    path.write_text(new, encoding="utf-8")


def run(commands: str, project: Path) -> str:
    """Run some commands in the copy, on the embedded digits."""
    environment = os.environ | {
        "PYTHONPATH": os.pathsep.join([str(project / "code"), str(project / "tests")]),
        "LAYERWISE_DATA": "",
        "LAYERWISE_OFFLINE": "1",
        "LAYERWISE_RESULTS": str(project / ".results"),
        "XDG_CACHE_HOME": str(project / ".cache"),
    }
    shown = ""
    for line in commands.splitlines():
        assert line.startswith(".venv/bin/python ")
        done = subprocess.run(
            [sys.executable, *shlex.split(line)[1:]],
            cwd=project,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"{line}\n{done.stdout}"
        shown += done.stdout
    return shown


def test_every_step_can_be_followed(copy: Path) -> None:
    steps = [step for step in STEP.finditer(PAGE) if step["where"] or step["kind"] == "sh"]
    assert len(steps) == 14
    shown = []
    for step in steps:
        if step["where"]:
            put(step, copy)
        else:
            shown.append(run(step["text"], copy))
    checks, made, _, *runs = shown
    assert all(float(difference) < 1e-7 for difference in re.findall(r"^silu +(.*)$", checks, re.MULTILINE)[0].split())
    assert "silu: 10 runs" in made and "silu_mnist_5000.json" in made
    assert (copy / "code" / "layerwise" / "keep" / "record_files" / "silu_mnist_5000.json").is_file()
    for before, after in zip(*(re.findall(r"(\d+) passed", text) for text in runs), strict=True):
        assert 0 < int(before) <= int(after)  # the exercise's cell is one more


def test_every_path_that_is_named_is_there() -> None:
    new = set(re.findall(r"New file `([^`]+)`", PAGE))
    for path in set(re.findall(r"`((?:book|code|tests|web|binder|\.ci)/[\w./]*)`", PAGE)) - new:
        assert (PROJECT / path).exists(), path
