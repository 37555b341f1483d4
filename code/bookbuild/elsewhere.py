"""``python -m bookbuild.elsewhere``: the whole book on another machine without another machine.

Every experiment is trained anew, every chapter runs, and the tests of numbers too, in processes whose libraries use
other instructions and so round differently (``layerwise.arithmetic.ELSEWHERE``). What leaves its bounds is listed.
"""

from __future__ import annotations

import argparse
import os
import platform
import subprocess
import sys
from pathlib import Path

from layerwise.arithmetic import ELSEWHERE

NUMERIC_TESTS = (
    *("derive", "depth/test_gradients.py", "depth/test_mean_field.py", "depth/test_models.py"),
    *("see/test_filters.py", "see/test_forward.py", "see/test_layers.py", "see/test_maximisation.py"),
    *("see/test_photo.py", "see/test_readout.py", "see/test_receptive_fields.py", "data/test_splits.py"),
)
"""In ``tests``: what computes without training much, and compares with tolerances and not with bits."""


def main(arguments: list[str] | None = None) -> int:
    """The command line; returns 1 where a number leaves its bounds, or code or a test fails."""
    parser = argparse.ArgumentParser(prog="python -m bookbuild.elsewhere", description=__doc__.splitlines()[0])
    parser.add_argument("--project", type=Path, default=Path("."), help="folder of _config.yml, book/ and code/")
    parser.add_argument("--output", type=Path, required=True, help="folder for results and pages")
    options = parser.parse_args(arguments)
    if platform.machine().lower() not in ("x86_64", "amd64"):
        print("The switches are those of x86-64; this processor has none of them.", file=sys.stderr)
        return 1
    project, output = options.project.resolve(), options.output.resolve()
    # The processes inherit it, so it is there before anything in them loads.
    environment = os.environ | ELSEWHERE | {"LAYERWISE_RESULTS": str(output / "results"), "LAYERWISE_STRICT": "0"}
    environment["PYTHONPATH"] = os.pathsep.join([str(project / "code"), *filter(None, [environment.get("PYTHONPATH")])])
    tests = [f"tests/{name}" for name in NUMERIC_TESTS]
    commands = [
        ["layerwise", "sweep"],  # first, and with its progress: a cell may not take as long
        ["bookbuild", "--output", str(output), "--fail-unexpected"],
        ["pytest", "-q", *tests],
    ]
    codes = [
        subprocess.run([sys.executable, "-m", *command], cwd=project, env=environment).returncode
        for command in commands
    ]
    failed = [command[0] for command, code in zip(commands, codes, strict=True) if code]
    print(f"\nElsewhere: {'see above what ' + ' and '.join(failed) + ' said' if failed else 'all as expected'}.")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
