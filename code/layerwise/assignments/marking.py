"""Marks what students have written into their files of answers."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from layerwise.assignments.answers import POINTS, Task, Verdict
from layerwise.assignments.tasks import sheet_id

MOST_BYTES = 100_000
NO_BLANK = re.compile(rb"^([ ]*[a-zA-Z]\w*):(?=\S)", re.MULTILINE)
"""A name whose colon lacks its blank, as in ``y_1:0.5``, for which YAML would refuse the whole form."""
NO_ANSWERS = "holds no answers; expected the form answers.yml, filled in"


@dataclass(frozen=True)
class Mark:
    """What was made of an answer: the task, the answer's key, what was given, the verdict, and a hint or nothing."""

    task: str
    answer: str
    given: str
    verdict: Verdict
    hint: str

    @property
    def points(self) -> float:
        """1, a half or 0."""
        return POINTS[self.verdict]


def check_answers(tasks: Sequence[Task], given: Mapping[str, Any]) -> list[Mark]:
    """Marks for each answer that the tasks ask for.

    Parameters
    ----------
    tasks : sequence of Task
        From :func:`draw_tasks`.
    given : mapping
        By task, by answer, what the student has written; what is missing counts as no answer.
    """
    marks = []
    for task in tasks:
        part = given.get(task.name)
        written = part if isinstance(part, Mapping) else {}
        for key, answer in task.answers.items():
            others = [other.right for name, other in task.answers.items() if name != key]
            numbers = [other for other in others if not isinstance(other, str)]
            found = written.get(key)
            marks.append(Mark(task.name, key, _line(found), *answer.judged(found, numbers)))
    return marks


@dataclass(frozen=True)
class MarkedForm:
    """A file of answers as it was marked.

    Attributes
    ----------
    name, student : str
        The file, and who has filled it in, as the file says.
    marks : sequence of Mark
        One for each answer that is asked for.
    remarks : sequence of str
        What else there is to say: names that no task has.
    """

    name: str
    student: str
    marks: Sequence[Mark]
    remarks: Sequence[str] = ()

    @property
    def points(self) -> float:
        """Of all answers together."""
        return sum(mark.points for mark in self.marks)

    @property
    def who(self) -> str:
        """The file and, where one is named, the student; two forms may name the same."""
        return f"{self.name} ({self.student})" if self.student else self.name


def check_file(tasks: Sequence[Task], path: str | os.PathLike[str]) -> MarkedForm:
    """Mark a file of answers, YAML or JSON.

    Raises
    ------
    ValueError
        If the file cannot be read, is no form, or is that of another sheet; the message says which, and where.
    """
    given, expected = _read(Path(path)), sheet_id(tasks)
    found = _line(given.get("sheet")).lower()
    if not found and not any(task.name in given for task in tasks):
        raise ValueError(f"{path} {NO_ANSWERS}")
    if found and found != expected:
        raise ValueError(
            f"{path} answers the sheet {found}, but this seed draws {expected}: "
            "was another seed used, or another version of Layerwise?"
        )
    remarks = [] if found else [f"it names no sheet: does it answer {expected}?"]
    remarks += [f"no task asks for {name}" for name in _unknown(tasks, given)]
    return MarkedForm(str(path), _line(given.get("student")), check_answers(tasks, given), remarks)


class _OnceEach(yaml.BaseLoader):
    """Refuses a name that stands twice: YAML would take the last answer and say nothing."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        names: set[str] = set()
        for key in (key for key, _ in node.value if isinstance(key, yaml.ScalarNode)):
            if key.value in names:
                raise yaml.MarkedYAMLError(problem=f"{key.value} stands there twice", problem_mark=key.start_mark)
            names.add(key.value)
        return super().construct_mapping(node, deep)


def _read(path: Path) -> Mapping[Any, Any]:
    """What stands in a file, every value as text: 0.10, 010 and 1:30 are left as they were written."""
    if path.is_dir():
        raise ValueError(f"{path} is a folder; name the forms in it")
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        raise ValueError(f"there is no file {path}") from None
    except OSError as error:
        raise ValueError(f"{path} cannot be read: {error.strerror}") from None
    if len(content) > MOST_BYTES:
        raise ValueError(f"{path} has {len(content):,} bytes; a file of answers has a few hundred")
    try:
        # Builds nothing but texts, lists and mappings; reads JSON, too.
        given = yaml.load(NO_BLANK.sub(rb"\1: ", content), Loader=_OnceEach)
    except yaml.reader.ReaderError:
        raise ValueError(f"{path} cannot be read: it is no text in UTF-8") from None
    except yaml.MarkedYAMLError as error:
        place = f"; look at line {error.problem_mark.line + 1} or just above" if error.problem_mark else ""
        raise ValueError(f"{path} cannot be read: {_line(error.problem)}{place}") from None
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise ValueError(f"{path} cannot be read: {' '.join(str(error).split())}") from None
    if not isinstance(given, Mapping):
        raise ValueError(f"{path} {NO_ANSWERS}")
    return given


def _unknown(tasks: Sequence[Task], given: Mapping[Any, Any]) -> list[str]:
    """Names of tasks and answers that no task has: a slip of the keyboard, and an answer is lost."""
    known = {task.name: task.answers for task in tasks}
    names = [_line(name) for name in given if name not in (*known, "sheet", "student")]
    for task, answers in known.items():
        part = given.get(task)
        names += [f"{task}.{_line(key)}" for key in part if key not in answers] if isinstance(part, Mapping) else []
    return names


def _line(given: Any) -> str:
    """A stranger's text on one line, without what a terminal obeys."""
    text = str(given) if isinstance(given, (str, int, float)) else ""  # a list may unfold without end
    return "".join(letter for letter in " ".join(text.split()) if letter.isprintable())[:60]


def marks_as_text(form: MarkedForm) -> str:
    """The marks of one file, one line an answer."""
    lines = [f"{form.who}: {form.points:g} of {len(form.marks)} points"]
    names = [f"{mark.task}.{mark.answer}" for mark in form.marks]
    width = max(map(len, names), default=0)
    for name, mark in zip(names, form.marks, strict=True):
        lines.append(f"  {name:<{width}}  {mark.verdict:<8} {mark.given:<10} {mark.hint}".rstrip())
    return "\n".join([*lines, *(f"  {remark}" for remark in form.remarks)])


def totals_as_text(forms: Sequence[MarkedForm], not_marked: Sequence[str] = ()) -> str:
    """The points of several files, one line each."""
    rows = [(form.who, f"{form.points:4g} of {len(form.marks)}") for form in forms]
    rows += [(name, "not marked") for name in not_marked]
    width = max((len(name) for name, _ in rows), default=0)
    return "\n".join(["Points", *(f"  {name:<{width}}  {points}" for name, points in rows)])
