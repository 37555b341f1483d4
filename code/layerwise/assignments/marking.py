"""Marks what students have written into their files of answers."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from layerwise.assignments.answers import POINTS, Task, Verdict
from layerwise.assignments.tasks import draw_tasks

MOST_BYTES = 100_000


@dataclass(frozen=True)
class Mark:
    """What was made of an answer: the task, the answer's key, the verdict, and a hint where there is one."""

    task: str
    answer: str
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
            marks.append(Mark(task.name, key, *answer.judged(written.get(key))))
    return marks


def check_file(seed: int, path: str | os.PathLike[str]) -> list[Mark]:
    """Marks for a file of answers, YAML or JSON.

    Raises
    ------
    ValueError
        If the file is neither, or too long to be one; the message says where it cannot be read.
    OSError
        If there is no such file.
    """
    content = Path(path).read_bytes()
    if len(content) > MOST_BYTES:
        raise ValueError(f"{path} has {len(content):,} bytes; a file of answers has a few hundred")
    try:
        given = yaml.safe_load(content)  # JSON is YAML, too
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise ValueError(f"{path} cannot be read: {' '.join(str(error).split())}") from None
    if not isinstance(given, Mapping):
        raise ValueError(f"{path} holds no answers; expected the form answers.yml, filled in")
    return check_answers(draw_tasks(seed), given)


def marks_as_text(name: str, marks: Sequence[Mark]) -> str:
    """The marks of one file, one line an answer."""
    lines = [f"{name}: {sum(mark.points for mark in marks):g} of {len(marks)} points"]
    for mark in marks:
        lines.append(f"  {f'{mark.task}.{mark.answer}':<34} {mark.verdict:<8} {mark.hint}".rstrip())
    return "\n".join(lines)
