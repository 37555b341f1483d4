"""An assignment as files: a sheet, a form and a program for the students, solutions and a guide for the instructor."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from shutil import rmtree

from layerwise.assignments.answers import CLOSE, POINTS, Answer, Task
from layerwise.assignments.tasks import draw_tasks, sheet_id
from layerwise.keep.files import write_whole


def write_assignment(seed: int, folder: str | os.PathLike[str]) -> list[Path]:
    """Draw an assignment and write it.

    Parameters
    ----------
    seed : int
        As for :func:`draw_tasks`. It stands in nothing that students get.
    folder : path
        New or empty. ``students/`` gets ``sheet.md``, ``answers.yml`` and the program of a task; ``instructor/`` gets
        ``solutions.md`` and ``marking.md``.

    Returns
    -------
    list of Path
        What was written.

    Raises
    ------
    ValueError
        If the folder holds anything or is a file, or for a seed that is no whole number, 0 or more.
    OSError
        If the folder cannot be read or written; of the assignment nothing is left in it then.
    """
    folder, tasks = Path(folder), draw_tasks(seed)
    texts = {
        "students/sheet.md": sheet(tasks),
        "students/answers.yml": form(tasks),
        **{f"students/{name}": text for task in tasks for name, text in task.files.items()},
        "instructor/solutions.md": solutions(tasks, seed),
        "instructor/marking.md": marking_guide(tasks, seed),
    }
    try:
        if folder.exists() and not folder.is_dir():
            raise ValueError(f"{folder} is a file; an assignment goes into a folder of its own")
        if folder.is_dir() and any(folder.iterdir()):
            raise ValueError(f"{folder} is not empty; an assignment goes into a folder of its own")
        try:
            for name, text in texts.items():
                write_whole(folder / name, text)
        except OSError:  # half an assignment would only be in the way: the folder was empty, and is again
            for part in {name.partition("/")[0] for name in texts}:
                rmtree(folder / part, ignore_errors=True)
            raise
    except OSError as error:
        raise OSError(f"no assignment can be written into {folder}: {error.strerror}") from None
    return [folder / name for name in texts]


def sheet(tasks: Sequence[Task]) -> str:
    """The sheet for students, Markdown."""
    total = sum(len(task.answers) for task in tasks)
    parts = [
        f"""# Assignment {sheet_id(tasks)}

{total} answers, one point each. Write them into `answers.yml`, with your name behind `student:`, and hand it in under a
name of your own. Numbers are written as 0.0625, 6.25e-2, 1/16 or 6.25 %, to four significant digits or more."""
    ]
    for number, task in enumerate(tasks, start=1):
        asked = "\n".join(f"- `{key}`: {answer.asks}" for key, answer in task.answers.items())
        parts.append(f"## {number}. {task.title}\n\n{task.question}\n\nAnswers (`{task.name}`):\n\n{asked}")
    return "\n\n".join(parts) + "\n"


def form(tasks: Sequence[Task]) -> str:
    """The file that students fill in, YAML."""
    lines = ["# One answer a line, behind the colon and a blank.", f"sheet: {sheet_id(tasks)}", "student:"]
    for task in tasks:
        lines += [f"{task.name}:", *(f"  {key}:" for key in task.answers)]
    return "\n".join(lines) + "\n"


def solutions(tasks: Sequence[Task], seed: int) -> str:
    """Answers and the way to them, Markdown."""
    parts = [f"# Solutions for the seed {seed}, sheet {sheet_id(tasks)}"]
    for number, task in enumerate(tasks, start=1):
        found = "\n".join(
            f"- `{key}`: {answer.asks}: **{shown(answer.right)}**" for key, answer in task.answers.items()
        )
        parts.append(f"## {number}. {task.title}\n\n{task.solution}\n\n{found}")
    return "\n\n".join(parts) + "\n"


def marking_guide(tasks: Sequence[Task], seed: int) -> str:
    """What each answer is worth, and what wrong ones say, Markdown."""
    parts = [
        f"""# Marking guide for the seed {seed}, sheet {sheet_id(tasks)}

A right answer is worth {POINTS["right"]:g} point, a nearly right one {POINTS["nearly"]:g}.
`layerwise assignments --seed {seed} --check answers.yml` marks one file or many by these rules. The way to an answer,
where students hand it in, is yours to mark, and so is what follows rightly from a mistake before it. A wrong sign,
a factor of 2, and a percentage for a share are nearly right everywhere, and so is a number within {CLOSE} times the
tolerance; but not 0, 1 or another answer of the same task."""
    ]
    for number, task in enumerate(tasks, start=1):
        rows = "\n".join(_row(key, answer) for key, answer in task.answers.items())
        head = "| answer | right | tolerance | what other answers say |\n|---|---|---|---|"
        parts.append(f"## {number}. {task.title}\n\n{head}\n{rows}")
    return "\n\n".join(parts) + "\n"


def _row(key: str, answer: Answer) -> str:
    exact = isinstance(answer.right, str) or not answer.tolerance
    slips = "; ".join(f"{shown(slip)}: {hint}" for hint, slip in answer.slips.items()).replace("|", "\\|")
    return f"| `{key}` | {shown(answer.right)} | {'exact' if exact else f'{answer.tolerance:.1%}'} | {slips} |"


def shown(value: float | str) -> str:
    """A solution as it is printed: words and whole numbers as they are, others to five digits."""
    return str(value) if isinstance(value, str) or float(value).is_integer() else f"{value:.5g}"
