"""The checker: right, nearly right and wrong answers, and files that are none."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from layerwise.__main__ import main
from layerwise.assignments import Answer, check_answers, check_file, draw_tasks

SEED = 20261129
TASKS = draw_tasks(SEED)
SOLUTIONS = {task.name: {key: answer.right for key, answer in task.answers.items()} for task in TASKS}


@pytest.mark.parametrize(
    ("given", "verdict"),
    [
        (0.25, "right"),
        ("1/4", "right"),
        ("2.5e-1", "right"),
        (0.2509, "right"),
        (0.26, "nearly"),
        (-0.25, "nearly"),
        (0.5, "nearly"),
        (0.125, "nearly"),
        (25, "nearly"),
        ("25", "nearly"),
        (0.75, "nearly"),
        (0.3, "wrong"),
        ("0,25", "wrong"),
        ("1/0", "wrong"),
        ("1e999", "wrong"),
        ("nan", "wrong"),
        (True, "wrong"),
        ([0.25], "wrong"),
        ({"a": 1}, "wrong"),
        ("", "missing"),
        (None, "missing"),
    ],
)
def test_a_number_is_judged(given: Any, verdict: str) -> None:
    answer = Answer("a quarter", 0.25, 0.005, {"that is the other share": 0.75})
    assert answer.judged(given)[0] == verdict


@pytest.mark.parametrize(
    ("given", "verdict"),
    [("6 as 3", "right"), ("6 AS 3 ", "right"), ("3 as 6", "nearly"), ("3", "wrong"), (63, "wrong")],
)
def test_words_are_judged(given: Any, verdict: str) -> None:
    assert Answer("the mistake", "6 as 3", slips={"the other way round": "3 as 6"}).judged(given)[0] == verdict


def test_a_count_is_right_or_wrong() -> None:
    assert Answer("parameters", 1460, 0.0).judged(1460) == ("right", "")
    assert Answer("parameters", 1460, 0.0).judged(1461) == ("wrong", "")


def test_solutions_get_all_points_and_each_slip_half_of_one() -> None:
    assert all(mark.verdict == "right" for mark in check_answers(TASKS, SOLUTIONS))
    for task in TASKS:
        for key, answer in task.answers.items():
            for hint, slip in answer.slips.items():
                (mark,) = [mark for mark in check_answers([task], {task.name: {key: slip}}) if mark.answer == key]
                assert mark.verdict == "right" or (mark.points, bool(mark.hint)) == (0.5, True), (key, hint)


def test_what_is_missing_or_of_another_form_counts_as_no_answer() -> None:
    for given in ({}, {"mistakes": None}, {"mistakes": [1, 2]}, {"mistakes": "all"}, {"of another sheet": {"a": 1}}):
        assert {mark.verdict for mark in check_answers(TASKS, given)} == {"missing"}


@pytest.mark.parametrize("write", [yaml.safe_dump, json.dumps])
def test_a_file_is_yaml_or_json(write: Any, tmp_path: Path) -> None:
    path = tmp_path / "answers"
    path.write_text(write(SOLUTIONS), encoding="utf-8")
    assert all(mark.verdict == "right" for mark in check_file(SEED, path))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"a: [1", "cannot be read"),
        (b"!!python/object/apply:os.getcwd []", "cannot be read"),
        (b"\x00\x01", "cannot be read"),
        (b"\xff\xfe\xfa", "cannot be read"),
        (b"", "holds no answers"),
        (b"- 1\n- 2\n", "holds no answers"),
        (b"#" * 100_001, "has 100,001 bytes"),
        (b"[" * 50_000, "cannot be read"),
    ],
)
def test_a_file_that_is_none_is_refused(content: bytes, message: str, tmp_path: Path) -> None:
    path = tmp_path / "answers.yml"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=message):
        check_file(SEED, path)


def test_from_the_seed_to_a_marked_assignment(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """As an instructor does it, with a student who fills in the form by hand."""
    folder = tmp_path / "course"
    assert main(["assignments", "--seed", str(SEED), str(folder)]) == 0
    handed_out = {path.name: path.read_text(encoding="utf-8") for path in (folder / "students").iterdir()}
    assert set(handed_out) == {"sheet.md", "answers.yml", "backward_pass.py"}
    assert not any(str(SEED) in text for text in handed_out.values())
    assert {path.name for path in (folder / "instructor").iterdir()} == {"solutions.md", "marking.md"}
    for name, answers in SOLUTIONS.items():
        for key in answers:
            assert f"`{name}`" in handed_out["sheet.md"] and f"`{key}`: " in handed_out["sheet.md"]
    filled = handed_out["answers.yml"].replace("  accuracy:", f"  accuracy: {SOLUTIONS['mistakes']['accuracy']:.4g}")
    form = tmp_path / "anna.yml"
    form.write_text(filled, encoding="utf-8")
    capsys.readouterr()
    assert main(["assignments", "--seed", str(SEED), "--check", str(form)]) == 0
    said = capsys.readouterr().out
    assert said.startswith(f"{form}: 1 of {sum(map(len, SOLUTIONS.values()))} points\n")
    assert "  mistakes.accuracy                  right\n" in said


def test_an_assignment_overwrites_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "anna.yml").touch()
    assert main(["assignments", "--seed", "1", str(tmp_path)]) == 1
    assert "is not empty" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["anna.yml"]


@pytest.mark.parametrize("arguments", [[], ["folder", "--check", "answers.yml"]])
def test_the_command_does_one_thing(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["assignments", "--seed", "1", *arguments]) == 1
    assert "expected a FOLDER for a new assignment, or --check" in capsys.readouterr().err
