"""The machine that made a result: how it rounds, its processor, its packages."""

import functools
import hashlib
import json
import os
import platform
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

from layerwise import arithmetic
from layerwise.keep.files import write_whole
from layerwise.keep.keys import INDIFFERENT, results_folder


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


def arithmetic_of(*methods: str) -> dict[str, str]:
    """Of :func:`this_arithmetic` what decides the results of these methods together."""
    indifferent = set.intersection(*(INDIFFERENT.get(method, set()) for method in methods))
    return {part: found for part, found in this_arithmetic().items() if part not in indifferent}


def differences(one: Mapping[str, str], other: Mapping[str, str]) -> list[str]:
    """In which parts two arithmetics differ; none where they round alike."""
    return [part for part in {**one, **other} if one.get(part) != other.get(part)]


def refuse_another(asked_by: Mapping[str, str], *methods: str) -> None:
    """Raise a ValueError where this process does not round as the one that asks it to run these methods."""
    if differ := differences(asked_by, arithmetic_of(*methods)):
        raise ValueError(
            f"a process on {platform.node()} computes otherwise than the one that asks it ({', '.join(differ)}). Let "
            "both import layerwise before NumPy, or start workers in the environment of layerwise.arithmetic.defaults()"
        )


def compared_with_records(recorded: Mapping[str, str]) -> str:
    """Whether this process rounds as the machine of a record did, in words."""
    here = this_arithmetic()
    parts = [part for part in recorded if recorded[part] != here.get(part)]
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
