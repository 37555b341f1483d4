"""From what a result was made: the key under which it is kept and found again, and the machine that made it.

The key is a hash of the method and its version number, of the settings, of the data and of how the machine rounds. The
source of the method is no part of it: whoever changes the *results* of a method raises its number in `METHODS`
(``tests/test_methods.py`` runs a part of each and fails where the number was forgotten), and whoever changes its words
changes nothing.
"""

import ast
import functools
import hashlib
import json
import os
import platform
from collections.abc import Iterator, Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

import platformdirs

from layerwise import arithmetic
from layerwise.files import write_whole

PACKAGE = Path(__file__).parent

METHODS = {
    "sweep": 1,  # training of the perceptrons, and what is measured of them
    "depth": 1,  # gradients, remedies, wide networks
    "cnn_training": 1,  # training of the networks that read house numbers, with the digits that are drawn for them
    "cnn": 1,  # what is measured of these networks
    "transfer": 1,  # handwriting shown to them
}
"""The methods whose results are kept, and their versions. Raise a number when results change: what was kept under the
old one is then not found any more, and its records are stale."""


def result_key(
    methods: tuple[str, ...], settings: Mapping[str, Any], data_sha256: str, computed_on: Mapping[str, Any]
) -> str:
    """The key of a result, 64 hexadecimal digits.

    Parameters
    ----------
    methods : tuple of str
        Of `METHODS`: all that have a part in the result.
    settings : mapping
        What the result was asked for, as JSON can write it.
    data_sha256 : str
        Hash of the data, see :attr:`layerwise.digits.Digits.sha256`.
    computed_on : mapping
        How the machine rounds, see :func:`this_arithmetic`.
    """
    content = [{method: METHODS[method] for method in methods}, dict(settings), data_sha256, dict(computed_on)]
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


@functools.cache
def this_arithmetic() -> dict[str, str]:
    """How this process computes: :func:`layerwise.arithmetic.fingerprint`, and whether oneDNN is ``"on"`` or ``"off"``.

    What was found is kept beside the results, for as long as processor, switches and packages are the same.
    """
    switches = {name: os.environ.get(name) for name in arithmetic.defaults() | arithmetic.ELSEWHERE}
    asked = [processor_features(), switches, arithmetic.late, versions(), arithmetic.source_hash()]
    name = hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()[:16]
    path = results_folder() / f"arithmetic_{name}.json"
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        found = arithmetic.fingerprint()
        write_whole(path, json.dumps(found))
    return found | {"oneDNN": "on" if os.environ.get("TF_ENABLE_ONEDNN_OPTS") == "1" else "off"}


def differences(one: Mapping[str, str], other: Mapping[str, str]) -> list[str]:
    """In which parts two arithmetics differ; none where they round alike."""
    return [part for part in {**one, **other} if one.get(part) != other.get(part)]


def compared_with_records(recorded: Mapping[str, str]) -> str:
    """Whether this process rounds as the machine of a record did, in words."""
    parts = differences(recorded, this_arithmetic())
    return f"differs: {', '.join(parts)}" if parts else "as on the machine of the records"


def this_machine() -> dict[str, Any]:
    """What a record says of the machine that made it, for people: processor, threads and versions."""
    return {
        "processor": processor(),
        "threads": int(os.environ.get("TF_NUM_INTRAOP_THREADS", 0)) or os.cpu_count(),
        "versions": versions(),
    }


def versions() -> dict[str, str]:
    """The packages whose releases may change a number or a picture, and their versions."""
    names = {"tensorflow": arithmetic.tensorflow_release()}
    return names | {name: version(name) for name in ("keras", "numpy", "scipy", "pillow", "matplotlib")}


def processor() -> str:
    """The processor's name, as its maker gives it where the system tells."""
    return _processor_line("model name") or platform.processor() or platform.machine()


def processor_features() -> str:
    """What the processor can do, as far as the system tells."""
    return f"{platform.machine()} {processor()} {_processor_line('flags')}"


def _processor_line(name: str) -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return ""
    return next((line.partition(":")[2].strip() for line in lines if line.startswith(name)), "")


def results_folder() -> Path:
    """Where results are kept: ``LAYERWISE_RESULTS``, else ``.results`` in the checkout, else the user's cache."""
    named = os.environ.get("LAYERWISE_RESULTS")
    if named:
        return Path(named).expanduser()
    project = PACKAGE.parents[1]
    if (project / "pyproject.toml").is_file():
        return project / ".results"
    return Path(platformdirs.user_cache_dir("layerwise")) / "results"


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
