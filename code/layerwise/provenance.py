"""From what a result was made: the key under which it is kept and found again.

The key is a hash of the source that computes the result, of the versions of TensorFlow, Keras and NumPy, of the
settings and of the data. Whatever can change a number changes the key, and so no result is taken for another.
"""

import ast
import functools
import hashlib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf

PACKAGE = Path(__file__).parent


def result_key(module: str, settings: Mapping[str, Any], data_sha256: str, *, package: Path = PACKAGE) -> str:
    """The key of a result, 64 hexadecimal digits.

    Parameters
    ----------
    module : str
        The module of this package that computes the result, ``"layerwise.sweep"`` for instance. Its source and that of
        every module of the package that it imports, directly or not, are part of the key, comments and docstrings
        apart.
    settings : mapping
        What the result was asked for, as JSON can write it.
    data_sha256 : str
        Hash of the data, see :attr:`layerwise.digits.Digits.sha256`.
    package : path
        The folder of the package.

    Raises
    ------
    ValueError
        If the package has no such module.
    """
    content = [_code_hash(module, package), versions(), dict(settings), data_sha256]
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def versions() -> dict[str, str]:
    """The packages whose releases may change a number, and their versions."""
    return {"tensorflow": tf.__version__, "keras": keras.__version__, "numpy": np.__version__}


def package_modules(module: str, *, package: Path = PACKAGE) -> dict[str, Path]:
    """The files of a module and of all modules of the package that it imports, directly or not, by name.

    The source is read, not run: an import inside a function counts too.

    Raises
    ------
    ValueError
        If the package has no such module.
    """
    if _file_of(module, package) is None:
        raise ValueError(f"the package {package.name} has no module {module!r}")
    found: dict[str, Path] = {}
    waiting = [module]
    while waiting:
        name = waiting.pop()
        path = _file_of(name, package)
        if path is None or name in found:
            continue
        found[name] = path
        # Importing a.b runs a's __init__ as well.
        waiting += [name.rpartition(".")[0], *_imports(path, name)]
    return dict(sorted(found.items()))


@functools.cache
def _code_hash(module: str, package: Path) -> str:
    sources = {name: _statements(path) for name, path in package_modules(module, package=package).items()}
    return hashlib.sha256(json.dumps(sources).encode()).hexdigest()


def _imports(path: Path, module: str) -> Iterator[str]:
    """What the statements may import, by full name; ``from a import b`` may name a module ``a.b``."""
    parts = module.split(".") + (["__init__"] if path.name == "__init__.py" else [])
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = ".".join([*parts[: len(parts) - node.level], *([node.module] if node.module else [])])
            origin = base if node.level else str(node.module)
            yield from (origin, *(f"{origin}.{alias.name}" for alias in node.names))


def _file_of(module: str, package: Path) -> Path | None:
    """The file of a module of the package, None for any other name."""
    top, *names = module.split(".")
    if top != package.name:
        return None
    path = package.joinpath(*names)
    candidates = [path / "__init__.py", *([path.with_suffix(".py")] if names else [])]
    return next((file for file in candidates if file.is_file()), None)


def _statements(path: Path) -> str:
    """The source without docstrings, blank lines and lines of comment: better words make no number stale."""
    source = path.read_text(encoding="utf-8")
    lines = source.splitlines()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            end = node.end_lineno or node.lineno
            lines[node.lineno - 1 : end] = [""] * (end - node.lineno + 1)
    return "\n".join(line for line in lines if line.strip() and not line.lstrip().startswith("#"))
