"""The six tasks of an assignment, each drawn from a generator of its own."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence

import numpy as np

from layerwise.assignments.answers import Task
from layerwise.assignments.backward import network_on_paper, planted_bug
from layerwise.assignments.counting import convolutions, mistakes
from layerwise.assignments.slopes import new_activation, vanishing_gradient
from layerwise.keep.arguments import check, whole

DRAWN = (network_on_paper, new_activation, planted_bug, vanishing_gradient, convolutions, mistakes)

ALLOWED = {"seed": whole(0)}
"""What the argument of `draw_tasks` may be."""


def draw_tasks(seed: int) -> list[Task]:
    """The tasks of a seed: the same on every machine, and with other numbers for every other seed.

    Parameters
    ----------
    seed : int
        0 or more. Students who know it can print the solutions: choose a long one, and keep it.

    Returns
    -------
    list of Task

    Raises
    ------
    ValueError
        For a seed that is no whole number, 0 or more.
    """
    check(ALLOWED, seed=seed)
    return [_drawn(draw, np.random.default_rng([seed, number])) for number, draw in enumerate(DRAWN)]


def _drawn(draw: Callable[[np.random.Generator], Task], random: np.random.Generator) -> Task:
    while not (task := draw(random)).tells:  # a slip that is right by chance is drawn again
        pass
    return task


def sheet_id(tasks: Sequence[Task]) -> str:
    """What tells a sheet from that of another seed, or of a version that draws or words its tasks otherwise.

    A hash of what students get, so that it says nothing of the seed that the sheet does not say.
    """
    read = [
        [task.question, {key: answer.asks for key, answer in task.answers.items()}, {**task.files}] for task in tasks
    ]
    digest = hashlib.sha256(json.dumps(read).encode()).hexdigest()
    return f"{digest[:4]}-{digest[4:8]}"
