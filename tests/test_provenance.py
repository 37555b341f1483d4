"""A key changes with everything that can change a result, and with nothing else."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf

from layerwise import provenance
from layerwise.provenance import package_modules, result_key, versions

SOURCES = {
    "__init__.py": "import os\n",
    "top.py": "import numpy as np\nfrom small.middle import value\n\n\ndef run():\n    return value\n",
    "middle.py": "from . import bottom\n\nvalue = bottom.number + 1\n",
    "bottom.py": '"""Holds a number."""\n\nnumber = 1  # one\n\n\ndef late():\n    from small import lazy\n',
    "lazy.py": "import small.folder.inner\n",
    "folder/__init__.py": "",
    "folder/inner.py": "deep = 1\n",
    "aside.py": "from small.top import run\n",
}


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """A small package in which ``top`` needs all but ``aside``."""
    package = tmp_path / "small"
    (package / "folder").mkdir(parents=True)
    for name, source in SOURCES.items():
        (package / name).write_text(source, encoding="utf-8")
    return package


def key(package: Path, **changes: object) -> str:
    provenance._code_hash.cache_clear()
    arguments = {"module": "small.top", "settings": {"layers": 5, "rate": 0.01}, "data_sha256": "abc", **changes}
    return result_key(**arguments, package=package)  # type: ignore[arg-type]


def edit(name: str, old: str, new: str) -> Callable[[Path], object]:
    def apply(package: Path) -> None:
        path = package / name
        source = path.read_text(encoding="utf-8")
        assert old in source
        path.write_text(source.replace(old, new), encoding="utf-8")

    return apply


@pytest.mark.parametrize(
    "change",
    [
        edit("top.py", "return value", "return -value"),
        edit("middle.py", "+ 1", "+ 2"),
        edit("bottom.py", "number = 1", "number = 2"),
        edit("lazy.py", "import small.folder.inner", "import small.folder.inner\nx = 1"),
        edit("folder/inner.py", "deep = 1", "deep = 2"),
        edit("__init__.py", "import os", "import re"),
    ],
    ids=["itself", "import", "import of an import", "import in a function", "module in a folder", "package"],
)
def test_a_change_of_the_code_changes_the_key(small: Path, change: Callable[[Path], object]) -> None:
    before = key(small)
    change(small)
    assert key(small) != before


@pytest.mark.parametrize(
    "change",
    [
        edit("aside.py", "run", "run as go"),
        edit("bottom.py", "Holds a number.", "Holds\nthe number."),
        edit("bottom.py", "\n\n\ndef", "\n# What follows is late.\n\ndef"),
    ],
    ids=["module that is not imported", "docstring", "comment"],
)
def test_a_change_without_effect_leaves_the_key(small: Path, change: Callable[[Path], object]) -> None:
    before = key(small)
    change(small)
    assert key(small) == before


def test_settings_data_and_versions_change_the_key(small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    keys = [
        key(small),
        key(small, settings={"layers": 5, "rate": 0.1}),
        key(small, settings={"layers": 5}),
        key(small, data_sha256="abd"),
        key(small, module="small.middle"),
    ]
    for module in (tf, keras, np):
        monkeypatch.setattr(module, "__version__", "0.0")
        keys.append(key(small))
    assert len(set(keys)) == len(keys)
    assert all(len(one) == 64 for one in keys)


def test_the_order_of_settings_does_not_matter(small: Path) -> None:
    assert key(small) == key(small, settings={"rate": 0.01, "layers": 5})


def test_modules_that_a_module_needs(small: Path) -> None:
    names = ["", ".bottom", ".folder", ".folder.inner", ".lazy", ".middle", ".top"]
    found = package_modules("small.top", package=small)
    assert list(found) == [f"small{name}" for name in names]
    assert found["small.folder"] == small / "folder" / "__init__.py"


def test_no_module_that_a_sweep_loads_is_missed() -> None:
    # The interpreter's own account of what an import loads.
    loads = "import sys, layerwise.sweep; print(*(m for m in sys.modules if m.split('.')[0] == 'layerwise'))"
    result = subprocess.run([sys.executable, "-c", loads], capture_output=True, text=True, check=True)
    assert set(result.stdout.split()) == set(package_modules("layerwise.sweep"))


def test_versions_are_those_that_are_installed() -> None:
    assert versions() == {"tensorflow": tf.__version__, "keras": keras.__version__, "numpy": np.__version__}


@pytest.mark.parametrize("module", ["small.nothing", "large.top", "numpy"])
def test_an_unknown_module_is_refused(small: Path, module: str) -> None:
    with pytest.raises(ValueError, match=f"the package small has no module '{module}'"):
        key(small, module=module)
