"""``make elsewhere`` computes with other instructions, and says when a number or a test does not hold there."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from bookbuild import elsewhere
from layerwise.arithmetic import ELSEWHERE

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[tuple[list[str], dict[str, str]]]:
    """The commands that would run, each with its environment; the one that FAILS names fails."""
    seen: list[tuple[list[str], dict[str, str]]] = []

    def run(command: list[str], *, cwd: Path, env: dict[str, str]) -> subprocess.CompletedProcess[str]:
        seen.append((command[2:], env))
        return subprocess.CompletedProcess(command, 1 if command[2] == env.get("FAILS") else 0)

    monkeypatch.setattr(elsewhere.platform, "machine", lambda: "x86_64")
    monkeypatch.setattr(elsewhere.subprocess, "run", run)
    return seen


def test_everything_runs_under_the_switches_with_results_of_its_own(
    started: list[tuple[list[str], dict[str, str]]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENBLAS_CORETYPE", "Haswell")
    monkeypatch.setenv("LAYERWISE_STRICT", "1")
    assert elsewhere.main(["--output", str(tmp_path)]) == 0
    assert [command[0] for command, _ in started] == ["layerwise", "bookbuild", "pytest"]
    for _, environment in started:
        assert ELSEWHERE.items() <= environment.items()
        assert environment["LAYERWISE_RESULTS"] == str(tmp_path / "results")
        assert environment["LAYERWISE_STRICT"] == "0", "all that leave their bounds are listed, not the first alone"


@pytest.mark.parametrize("fails", ["layerwise", "bookbuild", "pytest"])
def test_what_fails_is_named_after_all_have_run(
    started: list[tuple[list[str], dict[str, str]]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    fails: str,
) -> None:
    monkeypatch.setenv("FAILS", fails)
    assert elsewhere.main(["--output", str(tmp_path)]) == 1
    assert len(started) == 3
    assert f"see above what {fails} said" in capsys.readouterr().out


def test_another_kind_of_processor_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(elsewhere.platform, "machine", lambda: "arm64")
    assert elsewhere.main(["--output", str(tmp_path)]) == 1


def test_the_tests_of_numbers_exist() -> None:
    assert all((ROOT / "tests" / name).exists() for name in elsewhere.NUMERIC_TESTS)
