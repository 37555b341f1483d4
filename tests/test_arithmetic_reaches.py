"""The caps of ``layerwise.arithmetic`` reach every process that computes for the book, and do there what they say."""

from __future__ import annotations

import json
import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest

from layerwise import arithmetic

ROOT = Path(__file__).resolve().parents[1]
# What a process computes with: the variables, whether NumPy came first, and what NumPy and its products then use.
LOOK = f"""
import sys
early = [name for name in ("numpy", "tensorflow") if name in sys.modules]

from layerwise import keep
import json
import os
import numpy as np
from threadpoolctl import threadpool_info
np.ones((2, 2)) @ np.ones((2, 2))
seen = {{
    "early": early,
    "variables": {{name: os.environ.get(name) for name in {sorted(arithmetic.defaults())}}},
    "functions": [
        kind["current"]
        for function in np.lib.introspect.opt_func_info(func_name="^(exp|tanh)$").values()
        for kind in function.values()
    ],
    "products": [
        [pool["architecture"], pool["num_threads"]] for pool in threadpool_info() if "openblas" in pool["filepath"]
    ],
}}
"""
HEADER = (
    "---\njupytext: {text_representation: {format_name: myst}}\nkernelspec: {name: python3, display_name: P}\n---\n"
)


def bare_environment() -> dict[str, str]:
    """Of a shell in which nobody has set any of the variables."""
    ours = {*arithmetic.defaults(), "PYTEST_CURRENT_TEST"}
    kept = {name: value for name, value in os.environ.items() if name not in ours}
    return kept | {"PYTHONPATH": str(ROOT / "code")}


def project(folder: Path) -> Path:
    """A book of one chapter that looks."""
    for part in ("book/expectations", "code"):
        (folder / part).mkdir(parents=True)
    shutil.copytree(ROOT / "code" / "layerwise", folder / "code" / "layerwise")
    shutil.copytree(ROOT / "web", folder / "web")
    for name in ("_config.yml", "conf.py", "requirements.txt", "conftest.py"):
        shutil.copy2(ROOT / name, folder)
    shutil.copy2(ROOT / "book" / "references.bib", folder / "book")
    (folder / "pytest.ini").write_text("[pytest]\n")
    (folder / "_toc.yml").write_text("format: jb-book\nroot: index\n")
    save = "from pathlib import Path\nPath('../seen.json').write_text(json.dumps(seen))"
    (folder / "book" / "index.md").write_text(f"{HEADER}\n# Look\n\n```{{code-cell}} ipython3{LOOK}{save}\n```\n")
    return folder


def by_the_build(folder: Path) -> None:
    run(["-m", "bookbuild"], project(folder))


def by_nbval(folder: Path) -> None:
    run(["-m", "pytest", "--nbval", "book", "-p", "no:cacheprovider"], project(folder))


def by_pytest(folder: Path) -> None:
    """In the process that runs the tests, where plugins and the root ``conftest.py`` come first."""
    shutil.copy2(ROOT / "conftest.py", folder)
    save = "def test_look():\n    open('seen.json', 'w').write(json.dumps(seen))\n"
    (folder / "test_look.py").write_text(LOOK + save)
    run(["-m", "pytest", "-p", "no:cacheprovider"], folder)


def by_hand(folder: Path) -> None:
    """A kernel that nothing of ours has started, as Jupyter and Binder do."""
    notebook = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(LOOK + "open('seen.json', 'w').write(json.dumps(seen))")]
    )
    nbformat.write(notebook, folder / "look.ipynb")
    run(["-m", "jupyter", "execute", "look.ipynb"], folder)


def run(arguments: list[str], folder: Path) -> None:
    finished = subprocess.run(
        [sys.executable, *arguments], cwd=folder, env=bare_environment(), capture_output=True, text=True
    )
    assert finished.returncode == 0, finished.stdout + finished.stderr


@pytest.mark.parametrize("start", [by_the_build, by_nbval, by_pytest, by_hand])
def test_the_caps_reach(start: Callable[[Path], None], tmp_path: Path) -> None:
    start(tmp_path)
    seen = json.loads((tmp_path / "seen.json").read_text())
    assert seen["early"] == [], "loaded before anything could be said"
    assert seen["variables"] == arithmetic.defaults()
    assert all(threads == 1 for _, threads in seen["products"])
    if platform.machine().lower() in ("x86_64", "amd64"):
        # AVX2 and FMA, and no more; of some functions NumPy has no version between the oldest and AVX-512.
        assert "X86_V3" in seen["functions"] and set(seen["functions"]) <= {"X86_V3", "baseline(X86_V2)"}
        assert {architecture for architecture, _ in seen["products"]} == {"Haswell"}
