"""The reader's commands, as far as they can be tried without building an environment."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TOO_OLD = "#!/bin/sh\necho 'Python 3.10.1'\nexit 1\n"  # what the check for the version gets from another Python


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """The files that the Makefile looks at, and an environment that counts as installed."""
    project = tmp_path / "project"
    (project / ".venv" / "bin").mkdir(parents=True)
    for name in ("Makefile", "requirements.txt", "pyproject.toml"):
        shutil.copy2(ROOT / name, project)
    (project / ".venv" / "bin" / "python").write_text(
        "#!/bin/sh\necho data: ${LAYERWISE_DATA:-none}, strict: ${LAYERWISE_STRICT:-no}, "
        "offline: ${LAYERWISE_OFFLINE:-no}, $2\n"
    )
    (project / ".venv" / "bin" / "python").chmod(0o755)
    (project / ".venv" / "installed").touch()
    return project


def make(project: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("MAKE", "MFLAGS", "LAYERWISE", "STRICT"))
    }
    return subprocess.run(
        ["make", *arguments], cwd=project, env=kept | environment, capture_output=True, text=True, timeout=60
    )


def test_the_environment_is_installed_again_only_when_its_pins_change(project: Path) -> None:
    assert "pip install" not in make(project, "-n", "book").stdout
    later = (project / ".venv" / "installed").stat().st_mtime + 10
    os.utime(project / "requirements.txt", (later, later))
    commands = make(project, "-n", "book").stdout
    assert "pip install" in commands and "-r requirements.txt" in commands
    assert commands.index("-r requirements.txt") < commands.index("layerwise sweep") < commands.index("bookbuild")


def test_no_suitable_python_is_said_so(project: Path, tmp_path: Path) -> None:
    shutil.rmtree(project / ".venv")
    old = tmp_path / "python3.10"
    old.write_text(TOO_OLD)
    old.chmod(0o755)
    finished = make(project, f"PYTHON={old}", "book")
    assert finished.returncode != 0
    assert "Python 3.11, 3.12 or 3.13 is needed" in finished.stderr
    assert "make PYTHON=" in finished.stderr
    assert not (project / ".venv").exists()


def test_an_environment_of_another_python_is_not_installed_into(project: Path) -> None:
    (project / ".venv" / "bin" / "python").write_text(TOO_OLD)
    (project / ".venv" / "installed").unlink()
    finished = make(project, "book")
    assert finished.returncode != 0
    assert "not of Python 3.11, 3.12 or 3.13" in finished.stderr


def test_clean_keeps_what_took_long(project: Path) -> None:
    for name in ("_build/html/index.html", ".results/case.json", ".coverage"):
        (project / name).parent.mkdir(parents=True, exist_ok=True)
        (project / name).touch()
    assert make(project, "clean").returncode == 0
    assert not (project / "_build").exists() and not (project / ".coverage").exists()
    assert (project / ".results" / "case.json").exists() and (project / ".venv").exists()
    assert make(project, "distclean").returncode == 0
    assert not (project / ".results").exists() and not (project / ".venv").exists()


def test_serve_says_when_there_is_nothing_to_serve(project: Path) -> None:
    finished = make(project, "serve")
    assert finished.returncode != 0
    assert "make book" in finished.stderr


def test_data_beside_the_checkout_are_used_unless_the_reader_says_otherwise(project: Path) -> None:
    def chosen(**environment: str) -> str:
        """What the commands of `make book` see."""
        lines = make(project, "book", **environment).stdout.splitlines()
        (seen,) = {line.removeprefix("data: ").split(",")[0] for line in lines if line.startswith("data: ")}
        return seen

    assert chosen() == "none"
    shared = project.parent / "shared" / "data"
    shared.mkdir(parents=True)
    (shared / "mnist.npz").touch()
    assert chosen() == str(shared)
    assert chosen(LAYERWISE_DATA="/elsewhere") == "/elsewhere"


@pytest.mark.parametrize(
    ("arguments", "strict"), [(["book"], "no"), (["book", "STRICT=1"], "1"), (["test"], "1"), (["elsewhere"], "no")]
)
def test_a_number_that_is_not_as_expected_is_an_error_where_it_should_be(
    project: Path, arguments: list[str], strict: str
) -> None:
    lines = make(project, *arguments).stdout.splitlines()
    assert {line.split("strict: ")[1].split(",")[0] for line in lines if "strict: " in line} == {strict}


def test_elsewhere_can_use_the_embedded_digits(project: Path) -> None:
    assert (
        "data: /mine, strict: no, offline: no, bookbuild.elsewhere"
        in make(project, "elsewhere", LAYERWISE_DATA="/mine").stdout.splitlines()
    )
    assert (
        "data: none, strict: no, offline: 1, bookbuild.elsewhere"
        in make(project, "elsewhere", "DATA=embedded", LAYERWISE_DATA="/mine").stdout.splitlines()
    )


def test_the_commands_of_the_readme_and_of_ci_exist() -> None:
    targets = set(re.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    for path in (ROOT / "README.md", ROOT / ".ci" / "run"):
        named = set(re.findall(r"(?:^|`)make ([\w-]+)", path.read_text(encoding="utf-8"), re.MULTILINE))
        assert {"book", "test"} <= named <= targets, path
