"""What runs on GitHub: whose code, with which rights, on which systems, and whether its commands exist."""

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / ".github" / "workflows"
TEXTS = {path.name: path.read_text(encoding="utf-8") for path in sorted(FOLDER.glob("*.yml"))}
WORKFLOWS: dict[str, dict[Any, Any]] = {name: yaml.safe_load(text) for name, text in TEXTS.items()}
JOBS = {f"{name}:{key}": job for name, workflow in WORKFLOWS.items() for key, job in workflow["jobs"].items()}
STEPS = [step for job in JOBS.values() for step in job["steps"]]
# Beside the right to read the code; the pages cannot be published with less.
RIGHTS = {"publish.yml:deploy": {"pages": "write", "id-token": "write"}}


@pytest.mark.parametrize("name", list(TEXTS))
def test_others_code_is_github_s_own_and_pinned_by_its_full_hash(name: str) -> None:
    used = re.findall(r"uses: (.*)$", TEXTS[name], re.MULTILINE)
    assert used and all(re.fullmatch(r"actions/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", line) for line in used)


def test_an_action_has_one_version() -> None:
    used = {
        line.partition(" #")[0] for text in TEXTS.values() for line in re.findall(r"uses: (.*)$", text, re.MULTILINE)
    }
    assert len({line.partition("@")[0] for line in used}) == len(used)


def test_no_job_has_more_rights_than_it_needs() -> None:
    for workflow in WORKFLOWS.values():
        assert workflow["permissions"] == {"contents": "read"}
    assert {name: job["permissions"] for name, job in JOBS.items() if "permissions" in job} == RIGHTS
    checkouts = [step for step in STEPS if str(step.get("uses", "")).startswith("actions/checkout@")]
    assert checkouts and all(step["with"]["persist-credentials"] is False for step in checkouts)
    assert "secrets." not in "".join(TEXTS.values())


def test_what_strangers_choose_enters_no_command() -> None:
    """Of expressions a shell sees values of the matrix at most, and those through its environment."""
    assert not [step["run"] for step in STEPS if "${{" in str(step.get("run"))]
    # A pull request of a stranger runs with the rights to read, and nothing of its own is published.
    assert all("pull_request_target" not in workflow[True] for workflow in WORKFLOWS.values())
    assert set(WORKFLOWS["publish.yml"][True]) == {"push", "workflow_dispatch"}


def test_every_system_and_every_python_is_tried() -> None:
    allowed = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["requires-python"]
    least, below = (int(number) for number in re.fullmatch(r">=3\.(\d+),<3\.(\d+)", allowed).groups())
    pythons = [f"3.{number}" for number in range(least, below)]
    systems = JOBS["weekly.yml:systems"]["strategy"]["matrix"]
    assert systems == {"system": ["ubuntu-latest", "macos-latest", "windows-latest"], "python": pythons}
    assert JOBS["test.yml:test"]["strategy"]["matrix"]["python"] == pythons


def test_every_week_what_changes_without_a_commit_is_tried() -> None:
    assert WORKFLOWS["weekly.yml"][True]["schedule"]
    assert set(WORKFLOWS["weekly.yml"]["jobs"]) == {"systems", "newest", "elsewhere", "future", "links"}
    assert JOBS["weekly.yml:future"]["continue-on-error"] is True


def test_their_commands_exist() -> None:
    commands = "\n".join(str(step.get("run", "")) for step in STEPS)
    targets = set(re.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    named = set(re.findall(r"^make ([\w-]+)", commands, re.MULTILINE))
    assert {"book", "pdf", "elsewhere", "future", "links"} <= named <= targets
    for path in re.findall(r"--ignore (\S+)|^(\.ci/\S+)", commands, re.MULTILINE):
        assert (ROOT / "".join(path)).exists(), path


@pytest.mark.parametrize("name", list(JOBS))
def test_every_job_ends(name: str) -> None:
    assert name in RIGHTS or JOBS[name]["timeout-minutes"] <= 120
