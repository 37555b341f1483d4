"""The checker: right, nearly right and wrong answers, and files that are none."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from layerwise.__main__ import main
from layerwise.assignments import Answer, Task, check_answers, check_file, draw_tasks, sheet_id
from layerwise.assignments.sheets import form

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
        (0.2535, "nearly"),
        (0.26, "wrong"),
        (-0.25, "nearly"),
        (0.5, "nearly"),
        (0.125, "nearly"),
        (25, "nearly"),
        ("25", "nearly"),
        ("25 %", "right"),
        (0.75, "nearly"),
        (0.3, "wrong"),
        ("0,25", "wrong"),
        ("1/0", "wrong"),
        ("1e999", "wrong"),
        ("nan", "wrong"),
        (True, "wrong"),
        ([0.25], "wrong"),
        ("null", "missing"),
        ({"a": 1}, "wrong"),
        ("", "missing"),
        (None, "missing"),
    ],
)
def test_a_number_is_judged(given: Any, verdict: str) -> None:
    answer = Answer("a quarter", 0.25, 0.005, {"that is the other share": 0.75})
    assert answer.judged(given)[0] == verdict


def test_a_tiny_number_is_judged_by_its_digits() -> None:
    answer = Answer("the factor", -4.77e-21, 0.02, {"the weights are missing": 1.0801e-19})
    given = {-4.77e-21: "right", -4.70e-21: "right", 1.0801e-19: "nearly", 0: "wrong", 1e-15: "wrong", 1e-22: "wrong"}
    assert {number: answer.judged(number)[0] for number in given} == given


def test_where_nothing_is_left_dust_of_rounding_is_nothing() -> None:
    assert Answer("a sum", 0.0).judged(2e-17)[0] == "right" and Answer("a sum", 0.0).judged(1e-9)[0] == "wrong"


@pytest.mark.parametrize("right", [0.98, 1.02, 0.5, -1.0, 0.01])
def test_one_says_nothing_of_a_number_that_is_close_to_it(right: float) -> None:
    assert Answer("the factor", right, 0.01).judged(1)[0] == "wrong"


def test_another_answer_of_the_task_is_not_close() -> None:
    answer = Answer("the factor", 0.98, 0.01)
    assert answer.judged(0.96)[0] == "nearly" and answer.judged(0.96, [0.96])[0] == "wrong"
    task = Task("pair", "", "", {"chi": Answer("", 0.96, 0.01), "factor": answer}, "")
    marks = check_answers([task], {"pair": {"chi": 0.96, "factor": 0.96}})
    assert [mark.verdict for mark in marks] == ["right", "wrong"]


@pytest.mark.parametrize(
    ("given", "hint"),
    [
        ("0,25", "write a point for decimals: 0.25"),
        ("7,437", "read as 7437: write a point for decimals"),
        ("a,b", "not a number: write 0.25, 1/4, 25 % or 2.5e-1"),
    ],
)
def test_what_is_said_of_a_comma(given: str, hint: str) -> None:
    assert Answer("a quarter", 0.25).judged(given) == ("wrong", hint)


@pytest.mark.parametrize(
    ("given", "verdict"),
    [
        *(("6 as 3", "right"), ("6 AS 3 ", "right"), ("6  as 3", "right"), ("('6 as 3',)", "right")),
        *(("3 as 6", "nearly"), ("3", "wrong"), (63, "wrong"), ("6as3", "wrong"), ("6 as 3 as 6", "wrong")),
    ],
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
                assert (mark.points, mark.hint) == (0.5, hint), (key, hint)


def test_what_is_missing_or_of_another_form_counts_as_no_answer() -> None:
    for given in ({}, {"mistakes": None}, {"mistakes": [1, 2]}, {"mistakes": "all"}, {"of another sheet": {"a": 1}}):
        assert {mark.verdict for mark in check_answers(TASKS, given)} == {"missing"}


@pytest.mark.parametrize("write", [yaml.safe_dump, json.dumps])
def test_a_file_is_yaml_or_json(write: Any, tmp_path: Path) -> None:
    path = tmp_path / "answers"
    path.write_text(write(SOLUTIONS), encoding="utf-8")
    assert check_file(TASKS, path).points == sum(map(len, SOLUTIONS.values()))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"a: [1", "cannot be read"),
        (b"!!python/object/apply:os.getcwd []", "holds no answers"),
        (b"\x00\x01", "cannot be read"),
        (b"\xff\xfe\xfa", "cannot be read"),
        ("student: Zoë".encode("latin-1"), "cannot be read: it is no text in UTF-8"),
        (b"mistakes:\n  recall: 1\n  accuracy: 1\n  recall: 2\n", "recall stands there twice; look at line 4"),
        (b"", "holds no answers"),
        (b"- 1\n- 2\n", "holds no answers"),
        (b"#" * 100_001, "has 100,001 bytes"),
        (b"[" * 50_000, "cannot be read"),
        (b"student: Anna\nmistakes:\n  accuracy: `0.7`\n", "cannot be read: found .*; look at line 3 or just above"),
        (b'{"cells": [], "nbformat": 4}', "holds no answers"),
    ],
)
def test_a_file_that_is_none_is_refused(content: bytes, message: str, tmp_path: Path) -> None:
    path = tmp_path / "answers.yml"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=message):
        check_file(TASKS, path)


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
    filled = filled.replace("student:", "student: Anna")
    path = tmp_path / "anna.yml"
    path.write_text(filled, encoding="utf-8")
    capsys.readouterr()
    assert main(["assignments", "--seed", str(SEED), "--check", str(path)]) == 0
    said = capsys.readouterr().out
    assert said.startswith(f"{path} (Anna): 1 of {sum(map(len, SOLUTIONS.values()))} points\n")
    assert "Points" not in said and "no task" not in said and "no sheet" not in said
    accuracy = f"{SOLUTIONS['mistakes']['accuracy']:.4g}"
    assert f"\n  {'mistakes.accuracy':<31}  right    {accuracy}\n" in said


def test_an_assignment_overwrites_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "anna.yml").touch()
    assert main(["assignments", "--seed", "1", str(tmp_path)]) == 1
    assert "is not empty" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["anna.yml"]


@pytest.mark.parametrize("had", [True, False])
def test_what_cannot_be_written_whole_is_not_left_in_part(
    had: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def write(path: Path, text: str) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.name == "solutions.md":
            raise OSError(28, "No space left on device")
        path.write_text(text, encoding="utf-8")

    monkeypatch.setattr("layerwise.assignments.sheets.write_whole", write)
    folder = tmp_path / "autumn"
    if had:
        folder.mkdir()
    assert main(["assignments", "--seed", "1", str(folder)]) == 1
    assert f"no assignment can be written into {folder}: No space left" in capsys.readouterr().err
    assert list(folder.iterdir()) == []
    monkeypatch.undo()
    assert main(["assignments", "--seed", "1", str(folder)]) == 0


@pytest.mark.parametrize("seed", ["-3", "1.5", "seven", "", "²", "9" * 400, "9" * 5000])
def test_a_seed_on_the_command_line_is_a_whole_number(
    seed: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        main(["assignments", f"--seed={seed}", str(tmp_path / "autumn")])
    assert "is no whole number, 0 or more" in capsys.readouterr().err and not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "or --check and files of answers\n"),
        (["autumn", "--check", "answers.yml"], "both were given, the folder autumn"),
    ],
)
def test_the_command_does_one_thing(arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["assignments", "--seed", "1", *arguments]) == 1
    assert message in capsys.readouterr().err


def test_a_form_that_cannot_be_read_does_not_stop_the_others(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "anna.yml").write_text(yaml.safe_dump({**SOLUTIONS, "student": "Anna"}), encoding="utf-8")
    (tmp_path / "ben.yml").write_text("a: [1", encoding="utf-8")
    (tmp_path / "carl.yml").write_text(form([]) + "mistakes: {accuracy: 1}", encoding="utf-8")
    (tmp_path / "dora.yml").write_text("mistakes:\n  mistake:", encoding="utf-8")
    names = [str(tmp_path / name) for name in ("ben.yml", "anna.yml", "none.yml", "carl.yml", "", "dora.yml")]
    assert main(["assignments", "--seed", str(SEED), "--check", *names]) == 1
    said = capsys.readouterr()
    total = sum(map(len, SOLUTIONS.values()))
    assert said.out.count(f" of {total} points\n") == 2
    rows = [row.split() for row in said.out.partition("Points\n")[2].splitlines()]
    assert rows[:2] == [[names[1], "(Anna)", str(total), "of", str(total)], [names[5], "0", "of", str(total)]]
    assert [row[0] for row in rows[2:]] == [*(names[k] for k in (0, 2, 3)), str(tmp_path)]
    for reason in (
        f"{names[0]} cannot be read: ",
        f"there is no file {names[2]}\n",
        f"{names[3]} answers the sheet {sheet_id([])}, but this seed draws {sheet_id(TASKS)}: ",
        f"{tmp_path} is a folder",
    ):
        assert f"not marked: {reason}" in said.err
    assert "Errno" not in said.err


def test_a_sheet_is_known_by_its_id() -> None:
    ids = {sheet_id(draw_tasks(seed)) for seed in range(20)}
    assert len(ids) == 20 and ids == {sheet_id(draw_tasks(seed)) for seed in range(20)}
    assert all(yaml.safe_load(found) == found for found in ids), (
        "an editor that rewrites a form would take it for a number"
    )


def test_a_form_says_what_no_task_asks_for(tmp_path: Path) -> None:
    path = tmp_path / "answers.yml"
    text = form(TASKS).replace("  accuracy:", "  acuracy: 0.7").replace("student:", 'student: "A\\e[31m\\nB"\nremark:')
    path.write_text(text, encoding="utf-8")
    marked = check_file(TASKS, path)
    assert marked.remarks == ["no task asks for remark", "no task asks for mistakes.acuracy"]
    assert marked.student == "A[31m B"


def test_a_blank_that_is_missing_behind_a_colon_costs_nothing(tmp_path: Path) -> None:
    path = tmp_path / "answers.yml"
    filled = form(TASKS).replace("  accuracy:", "  accuracy:0.7").replace("student:", "student:Anna the second")
    path.write_text(filled, encoding="utf-8")
    marked = check_file(TASKS, path)
    (accuracy,) = [mark for mark in marked.marks if mark.answer == "accuracy"]
    assert (marked.student, accuracy.given, marked.remarks) == ("Anna the second", "0.7", [])


def test_a_form_that_unfolds_without_end_is_marked(tmp_path: Path) -> None:
    """Sixty levels of ten are more than any memory holds, written out."""
    path = tmp_path / "answers.yml"
    levels = "\n".join(f"l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 10 if n else 'x')}]" for n in range(60))
    path.write_text(f"{levels}\nmistakes: {{mistake: *l59, accuracy: *l59}}\n", encoding="utf-8")
    assert check_file(TASKS, path).points == 0


@pytest.mark.parametrize("taken", ["a file", "a file above"])
def test_a_folder_that_cannot_be_made_is_named(taken: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "taken").touch()
    folder = tmp_path / "taken" if taken == "a file" else tmp_path / "taken" / "autumn"
    assert main(["assignments", "--seed", "1", str(folder)]) == 1
    said = capsys.readouterr().err
    assert str(folder) in said and "Errno" not in said
