"""A chapter depends on the modules that it uses, wherever their names are handed on, and on no others."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

import layerwise
from bookbuild.dependencies import needed_modules

SOURCES = {
    "__init__.py": "import os\n\nprint(os)\n",
    "top.py": "import numpy as np\nfrom small.middle import value\n\n\ndef run():\n    return value\n",
    "middle.py": "from small.bottom import number\n\nvalue = number + 1\n",
    "bottom.py": "number = 1\n\n\ndef late():\n    from small import lazy\n",
    "lazy.py": "import small.folder.inner\n",
    "folder/__init__.py": "from small.folder.inner import deep\nfrom small.folder.other import wide\n",
    "folder/inner.py": "deep = 1\n",
    "folder/other.py": "from small.aside import far\n\nwide = far\n",
    "aside.py": "far = 2\n",
    "late/__init__.py": "import lazy_loader\n\nlazy_loader.attach_stub()\n",
    "late/__init__.pyi": "from .slow import slowly\nfrom .fast import quickly\n",
    "late/slow.py": "from small.aside import far\n",
    "late/fast.py": "",
}
TOP = {"__init__", "top", "middle", "bottom", "lazy", "folder.__init__", "folder.inner"}
FOLDER = {"__init__", "folder.__init__", "folder.inner", "folder.other", "aside"}


@pytest.fixture
def small(tmp_path: Path) -> Path:
    package = tmp_path / "small"
    for folder in ("folder", "late"):
        (package / folder).mkdir(parents=True)
    for name, source in SOURCES.items():
        (package / name).write_text(source, encoding="utf-8")
    return package


@pytest.mark.parametrize(
    ("source", "needed"),
    [
        ("import numpy", set()),
        ("import small.nothing", set()),
        (
            "from small.top import run",
            {"__init__", "top", "middle", "bottom", "lazy", "folder.__init__", "folder.inner"},
        ),
        ("from small.folder import deep", {"__init__", "folder.__init__", "folder.inner"}),
        ("from small.folder import wide", {"__init__", "folder.__init__", "folder.other", "aside"}),
        ("from small import folder\nfolder.deep", {"__init__", "folder.__init__", "folder.inner"}),
        ("from small import folder as f\nf.wide", {"__init__", "folder.__init__", "folder.other", "aside"}),
        ("from small import folder\ndir(folder)", FOLDER),
        ("import small.folder.inner", {"__init__", "folder.__init__", "folder.inner"}),
        ("from small.late import slowly", {"__init__", "late.__init__", "late.slow", "aside"}),
        ("from small import late\nlate.quickly", {"__init__", "late.__init__", "late.fast"}),
    ],
)
def test_what_a_source_needs(small: Path, source: str, needed: set[str]) -> None:
    found = needed_modules(source, small)
    assert {path.relative_to(small).with_suffix("").as_posix().replace("/", ".") for path in found} == needed


def test_no_module_that_a_sweep_loads_is_missed() -> None:
    # The interpreter's own account of what an import loads; of a folder it loads all that is handed on.
    module = "layerwise.depth.sweeps"
    loads = f"import sys, {module}; print(*(m.__file__ for n, m in sys.modules.items() if n.startswith('layerwise')))"
    here = os.environ | {"PYTHONPATH": str(Path(layerwise.__file__).parents[1])}  # builds before it leave their own
    result = subprocess.run([sys.executable, "-c", loads], capture_output=True, text=True, check=True, env=here)
    found = needed_modules(f"import {module}", Path(layerwise.__file__).parent)
    assert found <= set(map(Path, result.stdout.split()))
    assert {path.stem for path in found} >= {"sweeps", "training", "models", "activations", "digits", "mnist", "keys"}
