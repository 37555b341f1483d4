"""The house: imports point one way, nothing runs in a circle, and chapters enter by the front doors."""

import ast
import importlib
import inspect
import re
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

import layerwise

PACKAGE = Path(layerwise.__file__).parent
PROJECT = PACKAGE.parents[1]
FOLDERS = ("keep", "data", "derive", "depth", "see", "audit", "assignments")
"""Each may import those before it. `figures` takes arrays and frames: it imports none, and only the command line it."""
DOORS = ("keep", "data", "data.synthetic", "figures", "derive", "depth", "see", "audit", "assignments")

MODULES = {
    ".".join(path.relative_to(PACKAGE).with_suffix("").parts): path.read_text(encoding="utf-8")
    for path in sorted(PACKAGE.rglob("*.py"))
}


def imported(source: str) -> set[str]:
    """The modules of the package that a source imports, anywhere in it."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, "the package names its modules in full"
            whole = {f"{node.module}.{alias.name}" for alias in node.names}
            modules = {name for name in whole if name.removeprefix("layerwise.") in MODULES}
            found |= modules or {str(node.module)}
    return {name.removeprefix("layerwise.") for name in found if name.startswith("layerwise.")}


@pytest.mark.parametrize("module", [name for name in MODULES if "." in name])
def test_imports_point_one_way(module: str) -> None:
    folder = module.split(".")[0]
    allowed = {"arithmetic", *FOLDERS[: FOLDERS.index(folder) + 1]} if folder in FOLDERS else {folder}
    assert {name.split(".")[0] for name in imported(MODULES[module])} <= allowed


def test_nothing_runs_in_a_circle() -> None:
    TopologicalSorter({name: imported(source) for name, source in MODULES.items()}).prepare()


def test_imports_are_seen_wherever_they_stand() -> None:
    source = "def f():\n    from layerwise.depth import sweeps\nimport layerwise.depth.models, numpy\n"
    assert imported(source + "from layerwise.derive.checked_network import x\n") == {
        "depth.sweeps",
        "depth.models",
        "derive.checked_network",
    }


def test_modules_are_short() -> None:
    lines = sorted(len(source.splitlines()) for name, source in MODULES.items() if not name.endswith("__init__"))
    assert lines[-1] <= 500


@pytest.mark.parametrize("door", DOORS)
def test_what_a_folder_hands_out_is_there_and_described(door: str) -> None:
    folder = importlib.import_module(f"layerwise.{door}")
    assert re.match(r"[A-Z].*\.\n\n", inspect.getdoc(folder) or "", re.DOTALL), "a folder says what lives there"
    for name in folder.__all__:
        public = getattr(folder, name)
        if inspect.isfunction(public) or inspect.isclass(public):
            assert re.match(r"\S.*", public.__doc__ or ""), f"{name} says in one sentence what it is"


READERS = [*sorted((PROJECT / "book").glob("*.md")), PROJECT / "README.md", PROJECT / "binder" / "postBuild"]


@pytest.mark.parametrize("page", READERS, ids=lambda path: path.name)
def test_chapters_enter_by_the_doors(page: Path) -> None:
    statements = re.findall(
        r"^(?:from layerwise\S* import .+|import layerwise.*)$", page.read_text("utf-8"), re.MULTILINE
    )
    for statement in statements:
        for node in ast.parse(statement).body:
            assert isinstance(node, ast.ImportFrom), f"{statement}: take names from a folder"
            door = str(node.module).removeprefix("layerwise").removeprefix(".")
            for alias in node.names:
                if door:
                    assert alias.name in importlib.import_module(f"layerwise.{door}").__all__, statement
                else:
                    assert alias.name in DOORS, statement
