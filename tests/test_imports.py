"""Imports in the package point one way: from each module only to modules on rows above its own."""

import ast
from pathlib import Path

import pytest

import layerwise

PACKAGE = Path(layerwise.__file__).parent

# Row by row; a module imports none of its own row. `plotting` and `results` take arrays and frames and import nothing;
# of the package only the command line imports them.
ROWS: list[set[str]] = [
    {
        "arithmetic",
        "activations",
        "report",
        "digits",
        "files",
        "augmentation",
        "drawing",
        "synthetic",
        "plotting",
        "results",
        "scatter",
    },
    {"provenance", "network", "mean_field", "download", "models", "handwriting"},
    {"records", "mnist", "svhn", "split"},
    {"datasets"},
    {"training", "cnn_training", "gradients", "vision", "photo"},
    {"sweep", "checks", "depth", "cnn", "transfer"},
    {"studies"},
    {"expectations"},
    {"bench", "__main__"},
]
ONLY_THE_COMMAND_LINE_IMPORTS = {"plotting", "results", "bench", "expectations", "__main__"}
COMMAND_LINE = {"expectations", "__main__"}

MODULES = sorted(path.stem for path in PACKAGE.glob("*.py") if path.stem != "__init__")


def imported(source: str) -> set[str]:
    """The modules of the package that a module's source imports, anywhere in it."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, "the package names its modules in full"
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return {name.split(".")[1] for name in found if name.startswith("layerwise.")}


def row_of(module: str) -> int:
    rows = [i for i, row in enumerate(ROWS) if module in row]
    assert rows, f"{module}.py has no place among the rows of this test: give it one"
    return rows[0]


@pytest.mark.parametrize("module", MODULES)
def test_imports_point_one_way(module: str) -> None:
    for name in imported((PACKAGE / f"{module}.py").read_text(encoding="utf-8")):
        assert row_of(name) < row_of(module), f"{module} imports {name}, which does not stand above it"
        assert module in COMMAND_LINE or name not in ONLY_THE_COMMAND_LINE_IMPORTS, f"{module} imports {name}"


def test_imports_are_seen_wherever_they_stand() -> None:
    source = (
        "def f():\n    from layerwise import sweep\nimport layerwise.models, numpy\nfrom layerwise.checks import x\n"
    )
    assert imported(source) == {"sweep", "models", "checks"}
