"""``python -m bookbuild.future``: the book with the newest Sphinx, MyST-NB and theme, and the browser tests on it.

The environment that readers get stays pinned. This one has the newest release of what builds the pages and the pinned
one of everything else; it blocks nothing. CONTRIBUTING.md lists what fails in it.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

# Not named in pyproject.toml, and bound to the release of what is.
THEIR_OWN = {"docutils", "myst-parser", "pydata-sphinx-theme", "pygments", "sphinxcontrib-bibtex"}
NAME = re.compile(r"[A-Za-z0-9._-]+")  # at the head of a requirement


def names(requirements: list[str]) -> set[str]:
    """The packages that requirements name, without versions and conditions."""
    return {found.group().lower().replace("_", "-") for line in requirements if (found := NAME.match(line))}


def to_install(project: Path, *, pinned: bool) -> tuple[list[str], list[str]]:
    """What the newest release is taken of, and what else is installed.

    Parameters
    ----------
    project : Path
        The folder of ``pyproject.toml`` and ``requirements.txt``.
    pinned : bool
        Whether everything else is of the release in ``requirements.txt``; else the newest, allowed or not.

    Returns
    -------
    newest, rest : list of str
        Requirements as pip takes them.
    """
    metadata = tomllib.loads((project / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = metadata["optional-dependencies"]
    pages = {name for name in names(extras["book"]) | {"myst-nb"} if re.match("sphinx|myst", name)}
    pins = (project / "requirements.txt").read_text(encoding="utf-8").splitlines()
    least = [re.sub(",<[^;]*", "", line) for line in (*metadata["dependencies"], *extras["book"], *extras["test"])]
    rest = pins if pinned else least
    return sorted(pages), [line for line in rest if names([line]) and not names([line]) & (pages | THEIR_OWN)]


def main(arguments: list[str] | None = None) -> int:
    """The command line; returns 1 where something fails."""
    parser = argparse.ArgumentParser(prog="python -m bookbuild.future", description=__doc__.splitlines()[0])
    parser.add_argument("--project", type=Path, default=Path("."), help="folder of pyproject.toml, book/ and code/")
    parser.add_argument("--output", type=Path, required=True, help="folder for the environment and the pages")
    parser.add_argument("--python", default=sys.executable, help="the Python of the environment")
    parser.add_argument("--pre", action="store_true", help="take what is not released yet too, and pin nothing else")
    options = parser.parse_args(arguments)
    project, output = options.project.resolve(), options.output.resolve()
    python = output / "environment" / ("Scripts" if os.name == "nt" else "bin") / "python"
    newest, rest = to_install(project, pinned=not options.pre)
    output.mkdir(parents=True, exist_ok=True)
    (output / "rest.txt").write_text("\n".join(rest) + "\n", encoding="utf-8")
    pip = [str(python), "-m", "pip", "--disable-pip-version-check"]
    install = [*pip, "install", "--quiet", "--upgrade", *(["--pre"] if options.pre else [])]
    environment = os.environ | {"LAYERWISE_PAGES": str(output / "html"), "PYTHONPATH": str(project / "code")}
    steps = {
        "environment": [options.python, "-m", "venv", str(output / "environment")],
        "installation": [*install, "-r", str(output / "rest.txt"), *newest],
        "package": [
            *pip,
            "install",
            "--quiet",
            *["--no-deps", "--no-build-isolation", "--ignore-requires-python", "-e", "."],
        ],
        "versions": [*pip, "list", "--format=freeze"],
        "book": [str(python), "-m", "bookbuild", "--output", str(output)],
        "browser": [str(python), "-m", "pytest", "-q", "tests/book/test_browser.py", "tests/web"],
    }
    failed = []
    for name, command in steps.items():
        if name == "versions":
            listed = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
            print("Newest:", ", ".join(line for line in listed if names([line]) & set(newest)), flush=True)
        elif subprocess.run(command, cwd=project, env=environment).returncode:
            failed.append(name)
            if name in ("environment", "installation", "package"):
                break
    print(f"\nThe future: {'these failed, see above: ' + ', '.join(failed) if failed else 'all as today'}.")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
